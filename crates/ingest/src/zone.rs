//! Time zones: from a moment on somebody's clock to an absolute one. The only file that names jiff.
//!
//! The zone data is the one that is built in, so that every machine reads the same stamp as the same moment. Refuses to
//! know how a stamp is written.

use std::fmt;

use evidence::{Civil, SECOND, Time};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::stamp::Odd;

/// The zone of stamps that name none. UTC by default.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A zone's name that is neither in the IANA database nor an offset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time zone: give an IANA name such as Europe/Berlin, or an offset such as +02:00")]
pub struct UnknownZone(pub String);

/// A civil moment made absolute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// The moment.
    pub time: Time,
    /// Whether the clock showed it twice, or never.
    pub odd: Odd,
}

impl Zone {
    /// UTC.
    pub fn utc() -> Zone {
        Zone(TimeZone::UTC)
    }

    /// The zone of an IANA name (`Europe/Berlin`), of an offset (`+02:00`, `-0330`, `+2`), or of `UTC` or `Z`.
    ///
    /// # Errors
    /// Where the text is none of these.
    pub fn of(text: &str) -> Result<Zone, UnknownZone> {
        let text = text.trim();
        if matches!(text, "Z" | "z") || text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("gmt") {
            return Ok(Zone::utc());
        }
        if let Some(seconds) = crate::stamp::offset_of(text.as_bytes()) {
            let offset = Offset::from_seconds(seconds).map_err(|_| UnknownZone(text.into()))?;
            return Ok(Zone(TimeZone::fixed(offset)));
        }
        TimeZone::get(text).map(Zone).map_err(|_| UnknownZone(text.into()))
    }

    /// The absolute moment of what a clock in this zone shows. A moment that the clock shows twice is the earlier one;
    /// one that it skips is taken as if it had not been set forward. `None` for impossible dates.
    pub(crate) fn resolve(&self, civil: Civil) -> Option<Resolved> {
        let utc = civil.utc()?;
        if self.0 == TimeZone::UTC {
            return Some(Resolved { time: utc, odd: Odd::Nothing });
        }
        let ambiguous = self.0.to_ambiguous_timestamp(date_time(civil)?);
        let odd = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => Odd::Nothing,
            AmbiguousOffset::Fold { .. } => Odd::Twice,
            AmbiguousOffset::Gap { .. } => Odd::Skipped,
        };
        let nanos = i64::try_from(ambiguous.compatible().ok()?.as_nanosecond()).ok()?;
        Some(Resolved { time: Time(nanos), odd })
    }

    /// What a clock in this zone shows at a moment.
    pub fn civil(&self, time: Time) -> Civil {
        let seconds = time.0.div_euclid(SECOND);
        let offset = jiff::Timestamp::from_second(seconds).map_or(0, |t| self.0.to_offset(t).seconds());
        (time + i64::from(offset) * SECOND).civil()
    }
}

fn date_time(c: Civil) -> Option<DateTime> {
    let (year, month, day) = (i16::try_from(c.year).ok()?, c.month as i8, c.day as i8);
    DateTime::new(year, month, day, c.hour as i8, c.minute as i8, c.second.min(59) as i8, c.nanos as i32).ok()
}

impl Default for Zone {
    fn default() -> Zone {
        Zone::utc()
    }
}

/// Its name, or its offset.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.iana_name(), self.0.to_fixed_offset()) {
            (Some(name), _) => f.write_str(name),
            (None, Ok(offset)) => write!(f, "{offset}"),
            (None, Err(_)) => f.write_str("unnamed"),
        }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn civil(text: &str) -> Civil {
        crate::stamp::time_of(text, &crate::Settings::default()).unwrap().civil()
    }

    #[test]
    fn a_clock_that_is_set_back_shows_an_hour_twice_and_the_earlier_is_taken() {
        let zone = Zone::of("Europe/Berlin").unwrap();
        let resolved = zone.resolve(civil("2026-10-25T02:30:00Z")).unwrap();
        assert_eq!((resolved.time.to_string().as_str(), resolved.odd), ("2026-10-25T00:30:00Z", Odd::Twice));
        let winter = zone.resolve(civil("2026-12-01T12:00:00Z")).unwrap();
        assert_eq!((winter.time.to_string().as_str(), winter.odd), ("2026-12-01T11:00:00Z", Odd::Nothing));
    }

    #[test]
    fn a_moment_that_the_clock_skips_is_read_as_if_it_had_not() {
        let zone = Zone::of("Europe/Berlin").unwrap();
        let skipped = zone.resolve(civil("2026-03-29T02:30:00Z")).unwrap();
        assert_eq!((skipped.time.to_string().as_str(), skipped.odd), ("2026-03-29T01:30:00Z", Odd::Skipped));
    }

    #[test]
    fn zones_are_names_and_offsets_and_nothing_else() {
        assert_eq!(Zone::of("utc").unwrap(), Zone::utc());
        assert_eq!(Zone::of("-03:30").unwrap().to_string(), "-03:30");
        assert_eq!(Zone::of("Asia/Kolkata").unwrap().to_string(), "Asia/Kolkata");
        assert!(Zone::of("Europe/Atlantis").is_err());
        let berlin = Zone::of("Europe/Berlin").unwrap();
        assert_eq!(berlin.civil(Time::from_seconds(1_767_225_600)).hour, 1);
    }
}
