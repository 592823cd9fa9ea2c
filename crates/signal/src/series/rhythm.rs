//! What windows of one width reached at each time of day, on the days before: a rhythm may excuse, and never accuses.
//!
//! A nightly copy, a Monday's batch, a queue that fills at noon lie far from the mean of all hours, and are no news once
//! two other days have shown the like at that hour, or one of them that lies whole weeks back. Extremes are kept, not
//! means: they know a habit soon, also one that comes on Mondays alone. Noise has extremes too; the caller allows for it.

use evidence::{DAY, HOUR, MINUTE, Nanos, Time, WEEK};

/// What was seen within so long is part of what is seen now.
const NOW: Nanos = 12 * HOUR;
/// What came so near to whole weeks ago came a week ago.
const NEAR: Nanos = 2 * HOUR;

/// The farthest that one side of a slot went: on one day, and on a second one.
#[derive(Clone, Copy, Debug)]
struct Reach {
    first: f32,
    first_at: i32,
    second: f32,
}

impl Reach {
    const NONE: Reach = Reach { first: f32::NEG_INFINITY, first_at: i32::MIN, second: f32::NEG_INFINITY };

    fn day(&mut self, value: f32, at: i32) {
        if value > self.first {
            *self = Reach { first: value, first_at: at, second: self.first };
        } else if value > self.second {
            self.second = value;
        }
    }

    /// Of neighbouring slots; the same day in both is one day.
    fn or(self, other: Reach) -> Reach {
        let (more, less) = if self.first >= other.first { (self, other) } else { (other, self) };
        let same_day = (i64::from(more.first_at) - i64::from(less.first_at)).abs() <= NOW / MINUTE;
        let second = if same_day { less.second } else { less.first };
        Reach { second: more.second.max(second), ..more }
    }

    /// What is known as a habit at a moment: what two other days reached, or what one did whole weeks ago.
    fn habit(self, now: i32) -> f32 {
        let off = (i64::from(now) - i64::from(self.first_at)).rem_euclid(WEEK / MINUTE);
        let weekly = off <= NEAR / MINUTE || off >= (WEEK - NEAR) / MINUTE;
        if weekly { self.first } else { self.second }
    }
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// How far it went down (as a negative number) and up on the latest day on which it was seen.
    latest: [f32; 2],
    /// When that was, in minutes since 1970.
    seen: i32,
    /// All days before, down and up.
    before: [Reach; 2],
}

impl Slot {
    const NEVER: Slot = Slot { latest: [f32::NEG_INFINITY; 2], seen: i32::MIN, before: [Reach::NONE; 2] };

    /// What was seen before, if the latest is of another day than now.
    fn known(&self, now: i32) -> [Reach; 2] {
        let mut known = self.before;
        if self.seen != i32::MIN && i64::from(now) - i64::from(self.seen) > NOW / MINUTE {
            known.iter_mut().zip(self.latest).for_each(|(reach, latest)| reach.day(latest, self.seen));
        }
        known
    }
}

/// The extremes at each time of day, in slots of a width.
#[derive(Clone, Debug, Default)]
pub struct Rhythm {
    slots: Vec<Slot>,
    began: Option<Time>,
}

fn minutes(at: Time) -> i32 {
    i32::try_from(at.0.div_euclid(MINUTE)).unwrap_or(i32::MAX)
}

fn place(at: Time, width: Nanos) -> usize {
    ((at.0 - 1).rem_euclid(DAY) / width) as usize
}

impl Rhythm {
    /// Notes the value of a window that ends at a moment.
    pub fn note(&mut self, end: Time, width: Nanos, value: f64) {
        if self.slots.is_empty() {
            self.began = Some(end);
            self.slots = vec![Slot::NEVER; (DAY / width) as usize];
        }
        let now = minutes(end);
        let slot = &mut self.slots[place(end, width)];
        if i64::from(now) - i64::from(slot.seen) > NOW / MINUTE {
            *slot = Slot { before: slot.known(now), ..Slot::NEVER };
        }
        slot.latest = [slot.latest[0].max(-value as f32), slot.latest[1].max(value as f32)];
        slot.seen = now;
    }

    /// How many days are known at a moment, at least one.
    pub fn days(&self, now: Time) -> f64 {
        self.began.map_or(1.0, |began| ((now - began) as f64 / DAY as f64).max(1.0))
    }

    /// The lowest and the highest value that is a habit around this time of day; not finite where there is none.
    pub fn reached(&self, end: Time, width: Nanos) -> Option<(f64, f64)> {
        let many = self.slots.len();
        if many == 0 {
            return None;
        }
        let (at, now) = (place(end, width), minutes(end));
        let mut joined = [Reach::NONE; 2];
        for slot in [(at + many - 1) % many, at, (at + 1) % many] {
            for (into, reach) in joined.iter_mut().zip(self.slots[slot].known(now)) {
                *into = into.or(reach);
            }
        }
        let [down, up] = joined.map(|reach| f64::from(reach.habit(now)));
        Some((-down, up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: Nanos = 30 * MINUTE;

    fn at(day: i64, minute: i64) -> Time {
        Time(day * DAY + minute * MINUTE)
    }

    #[test]
    fn what_two_other_days_reached_at_this_hour_is_a_habit_and_what_today_did_is_not() {
        let mut rhythm = Rhythm::default();
        let high = |rhythm: &Rhythm, day, minute| rhythm.reached(at(day, minute), WIDTH).map_or(0.0, |(_, high)| high);
        rhythm.note(at(0, 180), WIDTH, 96.0);
        rhythm.note(at(1, 180), WIDTH, 90.0);
        assert!(high(&rhythm, 1, 185).is_infinite());
        assert_eq!(high(&rhythm, 2, 200), 90.0);
        assert!(high(&rhythm, 2, 600).is_infinite());
    }

    #[test]
    fn what_came_a_week_ago_is_a_habit() {
        let mut rhythm = Rhythm::default();
        (0..7).for_each(|day| rhythm.note(at(day, 180), WIDTH, if day == 0 { 96.0 } else { 20.0 }));
        assert_eq!(rhythm.reached(at(6, 170), WIDTH).map(|(_, high)| high), Some(20.0));
        assert_eq!(rhythm.reached(at(7, 170), WIDTH).map(|(_, high)| high), Some(96.0));
    }

    #[test]
    fn midnight_is_no_border() {
        let mut rhythm = Rhythm::default();
        rhythm.note(Time(DAY), WIDTH, 5.0);
        rhythm.note(Time(2 * DAY), WIDTH, 5.0);
        assert!(rhythm.reached(Time(2 * DAY + MINUTE), WIDTH).is_some_and(|(_, high)| high.is_infinite()));
        assert_eq!(rhythm.reached(Time(3 * DAY + MINUTE), WIDTH), Some((5.0, 5.0)));
    }
}
