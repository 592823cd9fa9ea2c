//! Time is a number: nanoseconds since 1970 in UTC, without leap seconds, as OpenTelemetry and POSIX count it.
//!
//! Nothing here reads a clock. Zones are `ingest`'s business: by the time a moment gets here it is absolute.

use std::fmt;
use std::ops::{Add, Sub};

/// A length of time in nanoseconds. Signed: a difference may be negative.
pub type Nanos = i64;

/// One millisecond.
pub const MILLISECOND: Nanos = 1_000_000;
/// One second.
pub const SECOND: Nanos = 1_000_000_000;
/// One minute.
pub const MINUTE: Nanos = 60 * SECOND;
/// One hour.
pub const HOUR: Nanos = 60 * MINUTE;
/// One day of 24 hours.
pub const DAY: Nanos = 24 * HOUR;
/// Seven days.
pub const WEEK: Nanos = 7 * DAY;

/// The lateness bound: how far behind the newest believed time a record may come and still count as on time.
pub const LATENESS: Nanos = 30 * SECOND;
/// The width of one [`crate::Bucket`] of evidence.
pub const BUCKET: Nanos = MINUTE;

/// A moment: nanoseconds since 1970-01-01T00:00:00Z. Covers the years 1678 to 2261.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// Before everything.
    pub const MIN: Time = Time(i64::MIN);
    /// After everything.
    pub const MAX: Time = Time(i64::MAX);

    /// The moment so many whole seconds after 1970, saturating.
    pub fn from_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(SECOND))
    }

    /// The latest multiple of `width` since 1970 that is not after this moment.
    pub fn floor(self, width: Nanos) -> Time {
        Time(self.0.div_euclid(width).saturating_mul(width))
    }

    /// The earliest multiple of `width` since 1970 that is not before this moment.
    pub fn ceil(self, width: Nanos) -> Time {
        let down = self.floor(width);
        if down == self { self } else { Time(down.0.saturating_add(width)) }
    }

    /// Its parts in UTC.
    pub fn civil(self) -> Civil {
        let days = self.0.div_euclid(DAY);
        let rest = self.0.rem_euclid(DAY);
        let (year, month, day) = Civil::date_of(days);
        Civil {
            year,
            month,
            day,
            hour: (rest / HOUR) as u8,
            minute: (rest % HOUR / MINUTE) as u8,
            second: (rest % MINUTE / SECOND) as u8,
            nanos: (rest % SECOND) as u32,
        }
    }
}

impl Add<Nanos> for Time {
    type Output = Time;
    fn add(self, length: Nanos) -> Time {
        Time(self.0.saturating_add(length))
    }
}

impl Sub<Nanos> for Time {
    type Output = Time;
    fn sub(self, length: Nanos) -> Time {
        Time(self.0.saturating_sub(length))
    }
}

impl Sub for Time {
    type Output = Nanos;
    fn sub(self, other: Time) -> Nanos {
        self.0.saturating_sub(other.0)
    }
}

/// RFC 3339 in UTC, with as many decimals as the moment has (0, 3, 6 or 9).
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.civil();
        write!(f, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)?;
        match c.nanos {
            0 => write!(f, "Z"),
            n if n % 1_000_000 == 0 => write!(f, ".{:03}Z", n / 1_000_000),
            n if n % 1_000 == 0 => write!(f, ".{:06}Z", n / 1_000),
            n => write!(f, ".{n:09}Z"),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A date and a time of day without a zone (proleptic Gregorian).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Civil {
    /// Such as 2026.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999,999.
    pub nanos: u32,
}

impl Civil {
    /// Days since 1970-01-01 of a date. Source: H. Hinnant, "chrono-compatible low-level date algorithms".
    pub fn days_of(year: i32, month: u8, day: u8) -> i64 {
        let y = i64::from(year) - i64::from(month <= 2);
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let shifted = (i64::from(month) + 9) % 12;
        let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The date so many days after 1970-01-01; the inverse of [`Civil::days_of`].
    pub fn date_of(days: i64) -> (i32, u8, u8) {
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u8;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u8;
        ((year_of_era + era * 400 + i64::from(month <= 2)) as i32, month, day)
    }

    /// The moment of these parts if they are UTC; `None` where a part is out of its range or the year out of ours.
    /// A second of 60 (a leap second) is taken as 59, as jiff does.
    pub fn utc(self) -> Option<Time> {
        let in_range = (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60
            && (1679..=2261).contains(&self.year);
        if !in_range {
            return None;
        }
        let seconds = Civil::days_of(self.year, self.month, self.day) * 86_400
            + i64::from(self.hour) * 3_600
            + i64::from(self.minute) * 60
            + i64::from(self.second.min(59));
        Some(Time(seconds * SECOND + i64::from(self.nanos)))
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_and_its_parts_are_each_others_inverse() {
        for seconds in [-8_000_000_000_i64, -1, 0, 951_782_399, 951_868_800, 1_763_800_000, 4_102_444_800] {
            let time = Time::from_seconds(seconds);
            assert_eq!(time.civil().utc(), Some(time), "{time}");
        }
        assert_eq!(Time(1_500_000_000).to_string(), "1970-01-01T00:00:01.500Z");
    }

    #[test]
    fn impossible_dates_are_refused() {
        let civil = |year, month, day| Civil { year, month, day, hour: 0, minute: 0, second: 0, nanos: 0 };
        assert_eq!(civil(2026, 2, 29).utc(), None);
        assert!(civil(2024, 2, 29).utc().is_some());
        assert_eq!(civil(2026, 13, 1).utc(), None);
    }

    #[test]
    fn edges_round_both_ways_around_1970() {
        assert_eq!(Time(-1).floor(MINUTE), Time(-MINUTE));
        assert_eq!(Time(-1).ceil(MINUTE), Time(0));
        assert_eq!(Time(MINUTE).ceil(MINUTE), Time(MINUTE));
    }
}
