//! Moments as text: how the shop's services write a time, and how the program that is judged writes one.
//!
//! It knows UTC alone: the invented shop has no other zone. Read [`parsed`] for what comes back.

use evidence::{Civil, HOUR, Nanos, Time};

/// The day of the week, 0 for Monday.
pub fn weekday(at: Time) -> u8 {
    // 1970-01-01 was a Thursday.
    ((at.0.div_euclid(evidence::DAY) + 3).rem_euclid(7)) as u8
}

/// Whether it is Saturday or Sunday.
pub fn is_weekend(at: Time) -> bool {
    weekday(at) >= 5
}

/// The first moment of the day.
pub fn midnight(at: Time) -> Time {
    at.floor(evidence::DAY)
}

/// The time of day as hours, with their fraction.
pub fn hour_of_day(at: Time) -> f64 {
    (at - midnight(at)) as f64 / HOUR as f64
}

/// So many seconds as a length of time.
pub fn seconds(many: f64) -> Nanos {
    (many * 1e9).round() as Nanos
}

/// A date and a time of day, with the given signs between their parts and three decimals:
/// `2026-03-10 19:22:41,118` for `-`, ` ` and `,`.
pub fn stamp(at: Time, date: char, between: char, decimal: char) -> String {
    let c = at.civil();
    format!(
        "{:04}{date}{:02}{date}{:02}{between}{:02}:{:02}:{:02}{decimal}{:03}",
        c.year,
        c.month,
        c.day,
        c.hour,
        c.minute,
        c.second,
        c.nanos / 1_000_000
    )
}

/// RFC 3339 in UTC with three decimals, whatever they are.
pub fn rfc3339(at: Time) -> String {
    stamp(at, '-', 'T', '.') + "Z"
}

/// Seconds since 1970 with three decimals.
pub fn epoch(at: Time) -> String {
    let ms = at.0.div_euclid(1_000_000);
    format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000))
}

/// The moment that an RFC 3339 text names, with any zone; `None` where it names none.
pub fn parsed(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok().filter(|n| *n >= 0);
    let sign = |at: usize, among: &[u8]| bytes.get(at).is_some_and(|b| among.contains(b));
    if !(sign(4, b"-") && sign(7, b"-") && sign(10, b"Tt ") && sign(13, b":") && sign(16, b":")) {
        return None;
    }
    let rest = text.get(19..)?;
    let (decimals, zone) = decimals(rest);
    let nanos =
        if decimals.is_empty() { 0 } else { format!("{:0<9}", &decimals[..decimals.len().min(9)]).parse().ok()? };
    let civil = Civil {
        year: number(0, 4)? as i32,
        month: number(5, 7)? as u8,
        day: number(8, 10)? as u8,
        hour: number(11, 13)? as u8,
        minute: number(14, 16)? as u8,
        second: number(17, 19)? as u8,
        nanos,
    };
    Some(civil.utc()? + -offset(zone)?)
}

/// The digits after a point, if there is one, and what follows.
fn decimals(rest: &str) -> (&str, &str) {
    let Some(after) = rest.strip_prefix('.') else { return ("", rest) };
    after.split_at(after.bytes().take_while(u8::is_ascii_digit).count())
}

/// How far ahead of UTC a zone is, from `Z` or `+01:00`.
fn offset(zone: &str) -> Option<Nanos> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let ahead = match zone.as_bytes() {
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let (hours, minutes) = (zone[1..3].parse::<i64>().ok()?, zone[4..6].parse::<i64>().ok()?);
    Some(ahead * (hours * HOUR + minutes * evidence::MINUTE))
}

/// A [`Time`] in a document, as RFC 3339.
pub mod as_text {
    use evidence::Time;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes it.
    pub fn serialize<S: Serializer>(at: &Time, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(at)
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
        let text = String::deserialize(from)?;
        super::parsed(&text).ok_or_else(|| serde::de::Error::custom(format!("'{text}' is no RFC 3339 time")))
    }
}

/// A [`Time`] in a document that may be null.
pub mod as_text_or_null {
    use evidence::Time;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes it.
    pub fn serialize<S: Serializer>(at: &Option<Time>, out: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => out.collect_str(at),
            None => out.serialize_none(),
        }
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
        let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
        let time = super::parsed(&text);
        time.map(Some).ok_or_else(|| serde::de::Error::custom(format!("'{text}' is no RFC 3339 time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for nanos in [0, 1_773_170_561_118_000_000, 1_773_170_561_118_041_007] {
            assert_eq!(parsed(&Time(nanos).to_string()), Some(Time(nanos)));
        }
        let at = Time(1_773_170_561_118_000_000);
        assert_eq!(parsed(&rfc3339(at)), Some(at));
        assert_eq!(epoch(at), "1773170561.118");
        assert_eq!(stamp(at, '/', ' ', '.'), "2026/03/10 19:22:41.118");
        assert_eq!(weekday(at), 1);
    }

    #[test]
    fn zones_are_taken_off() {
        let utc = parsed("2026-03-10T18:22:41Z");
        assert!(utc.is_some());
        assert_eq!(parsed("2026-03-10T19:22:41+01:00"), utc);
        assert_eq!(parsed("2026-03-10t12:52:41-05:30"), utc);
        for garbage in
            ["", "yesterday", "2026-03-10", "2026-03-10T19:22:41", "2026-13-10T19:22:41Z", "2026-03-10T19:22:41+1:00"]
        {
            assert_eq!(parsed(garbage), None, "{garbage}");
        }
    }
}
