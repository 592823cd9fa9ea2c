//! Moments as people type them: RFC 3339, epoch, a date, `03:02` (the last such moment in the evidence), `20m ago`
//! (before the end of the evidence). Never the wall clock.

use evidence::{Civil, DAY, HOUR, MINUTE, Nanos, SECOND, Time};

use crate::failure::Failure;

/// The moment that a text means, given the end of the evidence.
///
/// # Errors
/// The text is no moment: with what would be one.
pub fn moment(text: &str, end: Option<Time>, settings: &ingest::Settings, flag: &str) -> Result<Time, Failure> {
    let text = text.trim();
    if let Some(length) = text.strip_suffix("ago").and_then(|t| length(t.trim())) {
        return end.map(|end| end - length).ok_or_else(|| no_end(flag));
    }
    if let Some((hour, minute, second)) = clock(text) {
        let end = end.ok_or_else(|| no_end(flag))?;
        return last_such(hour, minute, second, end, settings)
            .ok_or_else(|| Failure::usage(format!("{flag} {text}: there is no such moment"), hint()));
    }
    ingest::time_of(text, settings).map_err(|e| Failure::usage(format!("{flag} {text}: {e}"), hint()))
}

fn hint() -> &'static str {
    "write 2026-11-22T03:02:00Z, 03:02 (the last one in the evidence), 20m ago (before its end), a date, or seconds since 1970"
}

fn no_end(flag: &str) -> Failure {
    Failure::usage(format!("{flag}: no evidence with a time was read, so nothing can be reckoned from its end"), hint())
}

/// `30d`, `20m`, `1h30m`, `90s`, `2w`.
pub fn length(text: &str) -> Option<Nanos> {
    let mut rest = text.trim();
    let mut sum: Nanos = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = rest[..digits].parse().ok()?;
        let after = &rest[digits..];
        let word = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match &after[..word] {
            "s" | "sec" => SECOND,
            "m" | "min" => MINUTE,
            "h" => HOUR,
            "d" => DAY,
            "w" => 7 * DAY,
            _ => return None,
        };
        sum = sum.checked_add(count.checked_mul(unit)?)?;
        rest = after[word..].trim_start();
    }
    Some(sum)
}

fn clock(text: &str) -> Option<(u8, u8, u8)> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |t: &str, below: u8| {
        let short = (1..=2).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
        t.parse().ok().filter(|n: &u8| short && *n < below)
    };
    match parts.as_slice() {
        [h, m] => Some((number(h, 24)?, number(m, 60)?, 0)),
        [h, m, s] => Some((number(h, 24)?, number(m, 60)?, number(s, 60)?)),
        _ => None,
    }
}

/// The last moment at or before the end at which clocks in the zone of the settings showed this.
fn last_such(hour: u8, minute: u8, second: u8, end: Time, settings: &ingest::Settings) -> Option<Time> {
    let day = settings.timezone.civil(end);
    let days = Civil::days_of(day.year, day.month, day.day);
    (0..8).find_map(|back| {
        let (year, month, date) = Civil::date_of(days - back);
        let text = format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}");
        ingest::time_of(&text, settings).ok().filter(|at| *at <= end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_as_people_type_them() {
        let settings = ingest::Settings::default();
        let end = ingest::time_of("2026-11-22T04:00:00Z", &settings).ok();
        let at = |text: &str| moment(text, end, &settings, "--noticed").map(|t| t.to_string()).map_err(|f| f.what);
        assert_eq!(at("03:02").as_deref(), Ok("2026-11-22T03:02:00Z"));
        assert_eq!(at("05:30:10").as_deref(), Ok("2026-11-21T05:30:10Z"));
        assert_eq!(at("20m ago").as_deref(), Ok("2026-11-22T03:40:00Z"));
        assert_eq!(at("1h30m ago").as_deref(), Ok("2026-11-22T02:30:00Z"));
        assert_eq!(at("2026-11-20").as_deref(), Ok("2026-11-20T00:00:00Z"));
        assert!(at("yesterday").is_err() && at("25:00").is_err());
    }

    #[test]
    fn lengths() {
        assert_eq!(length("30d"), Some(30 * DAY));
        assert_eq!(length("1h 30m"), Some(90 * MINUTE));
        assert_eq!((length(""), length("d"), length("5"), length("99999999999999999999d")), (None, None, None, None));
    }
}
