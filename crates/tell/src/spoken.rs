//! Lengths of time, moments and numbers as a person says them.

use evidence::{DAY, HOUR, MINUTE, Nanos, SECOND, Time};

const SMALL: [&str; 13] =
    ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

const UNITS: [(Nanos, &str, &str); 4] =
    [(DAY, "day", "d"), (HOUR, "hour", "h"), (MINUTE, "minute", "m"), (SECOND, "second", "s")];

/// The two largest units of a length, rounded: (count, index into the units), the second only if it is not zero.
fn parts(length: Nanos) -> (i64, usize, Option<(i64, usize)>) {
    let length = length.abs();
    let largest = UNITS.iter().position(|(unit, _, _)| length >= *unit).unwrap_or(3);
    let (unit, ..) = UNITS[largest];
    let finer = UNITS.get(largest + 1).map_or(SECOND, |(u, _, _)| *u);
    // Ten and more of a unit need no second one.
    let step = if length / unit >= 10 { unit } else { finer };
    let rounded = (length + step / 2) / step * step;
    if largest > 0 && rounded >= UNITS[largest - 1].0 {
        return (rounded / UNITS[largest - 1].0, largest - 1, None);
    }
    let rest = rounded % unit / finer;
    let second = (rest > 0 && largest + 1 < UNITS.len()).then_some((rest, largest + 1));
    (rounded / unit, largest, second)
}

/// As a person says it: `nine days`, `9 days 4 hours`, `47 minutes`, `less than a second`.
pub fn spoken(length: Nanos) -> String {
    if length.abs() < SECOND / 2 {
        return "less than a second".into();
    }
    let (count, unit, second) = parts(length);
    let say = |count: i64, unit: usize, word: bool| {
        let plural = if count == 1 { "" } else { "s" };
        let number = SMALL.get(count as usize).filter(|_| word).map_or(count.to_string(), |w| (*w).to_string());
        format!("{number} {}{plural}", UNITS[unit].1)
    };
    match second {
        None => say(count, unit, true),
        Some((rest, finer)) => format!("{} {}", say(count, unit, false), say(rest, finer, false)),
    }
}

/// As it stands in a column: `9d 4h`, `47m`, `30s`.
pub fn column(length: Nanos) -> String {
    let (count, unit, second) = parts(length);
    let rest = second.map(|(rest, finer)| format!(" {rest}{}", UNITS[finer].2)).unwrap_or_default();
    format!("{count}{}{rest}", UNITS[unit].2)
}

/// `03:01:30`, or `03:06` where the seconds are zero.
pub fn clock(time: Time) -> String {
    let c = time.civil();
    if c.second == 0 {
        format!("{:02}:{:02}", c.hour, c.minute)
    } else {
        format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second)
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `22 Nov 03:06`.
pub fn day_clock(time: Time) -> String {
    let c = time.civil();
    format!("{} {} {}", c.day, MONTHS[usize::from(c.month.clamp(1, 12)) - 1], clock(time))
}

/// `on 22 Nov at 03:06`.
pub fn dayed(time: Time) -> String {
    let c = time.civil();
    format!("on {} {} at {}", c.day, MONTHS[usize::from(c.month.clamp(1, 12)) - 1], clock(time))
}

/// `22 Nov 2026 03:06`.
pub fn dated(time: Time) -> String {
    let c = time.civil();
    format!("{} {} {} {}", c.day, MONTHS[usize::from(c.month.clamp(1, 12)) - 1], c.year, clock(time))
}

/// A number with the digits that matter: three, no exponent where a person would not write one, thousands apart.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value == 0.0 {
        return "0".into();
    }
    let size = value.abs();
    if size >= 999.5 {
        return grouped(value.round());
    }
    if size < 0.000_000_95 {
        return format!("{value:.1e}");
    }
    if size < 0.000_95 {
        // Two digits are enough of what is so small.
        let digits = (1 - size.log10().floor() as i32).clamp(0, 9) as usize;
        return format!("{value:.digits$}").trim_end_matches('0').to_string();
    }
    let digits = (2 - size.log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

fn grouped(value: f64) -> String {
    if value.abs() >= 1e15 {
        return format!("{value:.2e}");
    }
    let digits = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if value < 0.0 { format!("-{out}") } else { out }
}

/// A whole number as a person writes it: words up to twelve.
pub fn small(count: u64) -> String {
    usize::try_from(count).ok().and_then(|n| SMALL.get(n)).map_or_else(|| number(count as f64), |w| (*w).to_string())
}

/// With a capital letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// `1 line`, `3 lines`.
pub fn counted(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {one}{plural}", number(count as f64))
}

/// A share as `2 of 100`.
pub fn of_hundred(share: f64) -> String {
    let hundredths = share * 100.0;
    match hundredths {
        h if h <= 0.0 => "0 of 100".into(),
        h if h < 0.95 => "less than 1 of 100".into(),
        h => format!("{} of 100", number(h.round())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_as_a_person_says_them() {
        assert_eq!(spoken(9 * DAY), "nine days");
        assert_eq!(spoken(9 * DAY + 4 * HOUR + 12 * MINUTE), "9 days 4 hours");
        assert_eq!(spoken(47 * MINUTE), "47 minutes");
        assert_eq!(spoken(-HOUR), "one hour");
        assert_eq!(spoken(59 * MINUTE + 59 * SECOND + SECOND / 2), "one hour");
        assert_eq!(spoken(90 * SECOND), "1 minute 30 seconds");
        assert_eq!(spoken(0), "less than a second");
        assert_eq!(spoken(23 * DAY + 14 * HOUR), "24 days");
        assert_eq!(
            (column(9 * DAY + 4 * HOUR), column(47 * MINUTE), column(30 * SECOND)),
            ("9d 4h".into(), "47m".into(), "30s".into())
        );
    }

    #[test]
    fn numbers_with_the_digits_that_matter() {
        let shown: Vec<String> =
            [0.0, 41.0, 49.26, 0.0312, 1234567.0, 0.5, 99.96, 0.000_001_2, -3.264].iter().map(|n| number(*n)).collect();
        assert_eq!(shown, ["0", "41", "49.3", "0.0312", "1,234,567", "0.5", "100", "0.0000012", "-3.26"]);
        assert_eq!(of_hundred(0.021), "2 of 100");
        assert_eq!(of_hundred(0.004), "less than 1 of 100");
    }
}
