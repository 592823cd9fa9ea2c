//! From when to when the world lasts. It ends at midnight after a Wednesday, Thursday or Friday, whose evening is the busy
//! hour at which an incident may strike: so nine days before is a Monday, Tuesday or Wednesday, when people change things.

use evidence::{Civil, DAY, HOUR, Nanos, Time};

use crate::chance::Chance;
use crate::moments::{is_weekend, seconds};

/// The world's days.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    /// Its first moment, a midnight.
    pub start: Time,
    /// Its last moment, a midnight.
    pub end: Time,
    /// How many days lie between.
    pub days: u32,
    /// The busiest part of the last evening.
    pub busy: Time,
}

impl Calendar {
    /// The calendar of that seed.
    pub fn of(seed: u64, days: u32) -> Calendar {
        let mut chance = Chance::of(seed, "calendar", 0);
        let monday = Civil::days_of(2026, 3, 2) + 7 * chance.below(26) as i64;
        let last = Time((monday + 2 + chance.below(3) as i64) * DAY);
        let busy = last + seconds(chance.between(18.9, 20.1) * 3600.0).div_euclid(1_000_000_000) * 1_000_000_000;
        Calendar { start: last + DAY - i64::from(days) * DAY, end: last + DAY, days, busy }
    }

    /// The first moment of the day of that number, 0 being the first.
    pub fn day(&self, number: u32) -> Time {
        self.start + i64::from(number) * DAY
    }

    /// That hour of that day.
    pub fn hour(&self, day: u32, hour: f64) -> Time {
        self.day(day) + (hour * HOUR as f64) as Nanos
    }

    /// The day nine days before the last; of a world shorter than three weeks, 4/7 into it.
    pub fn nine_days_before(&self) -> u32 {
        self.days_before(9)
    }

    /// The day that many days before the last, at most nine; of a world too short for that, 4/7 into it.
    pub fn days_before(&self, many: u32) -> u32 {
        (self.days - 1) - (self.days * 3 / 7).min(many)
    }

    /// The same, or the last working day before it where the world is long enough to have one.
    pub fn workday_before(&self, many: u32) -> u32 {
        let day = self.days_before(many);
        (1..=day).rev().find(|d| !is_weekend(self.day(*d))).unwrap_or(day)
    }

    /// Whether a moment lies within.
    pub fn contains(&self, at: Time) -> bool {
        (self.start..self.end).contains(&at)
    }
}
