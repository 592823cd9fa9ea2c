//! A number for each minute of the world: how busy, how slow, how crowded.

use evidence::{MINUTE, Time};

use super::calendar::Calendar;
use crate::chance::{Chance, exp};

/// A number that changes from minute to minute.
#[derive(Clone, Debug)]
pub struct Track {
    start: Time,
    minutes: Vec<f64>,
}

impl Track {
    /// The number at each minute, from its moment.
    pub fn of(calendar: &Calendar, number: impl FnMut(Time) -> f64) -> Track {
        let many = (calendar.end - calendar.start) / MINUTE;
        let minutes = (0..many).map(|k| calendar.start + k * MINUTE).map(number).collect();
        Track { start: calendar.start, minutes }
    }

    /// The same number always.
    pub fn steady(calendar: &Calendar, number: f64) -> Track {
        Track::of(calendar, |_| number)
    }

    /// A factor near 1 that wanders: fast within hours and slowly within days, with these deviations of its logarithm.
    pub fn wandering(calendar: &Calendar, mut chance: Chance, fast: f64, slow: f64) -> Track {
        let (mut hours, mut days) = (chance.normal(), chance.normal());
        Track::of(calendar, |_| {
            hours = 0.98 * hours + 0.198_997_487_421_324 * chance.normal();
            days = 0.999_3 * days + 0.037_409_223_462_662 * chance.normal();
            exp(fast * hours + slow * days)
        })
    }

    /// The number at a moment; before the first minute that of the first, after the last that of the last.
    pub fn at(&self, at: Time) -> f64 {
        let minute = (at - self.start).div_euclid(MINUTE).clamp(0, self.minutes.len() as i64 - 1);
        self.minutes[minute as usize]
    }

    /// Changes the numbers from a moment to another.
    pub fn change(&mut self, from: Time, to: Time, mut change: impl FnMut(Time, f64) -> f64) {
        for (k, number) in self.minutes.iter_mut().enumerate() {
            let at = self.start + k as i64 * MINUTE;
            if at >= from.floor(MINUTE) && at < to {
                *number = change(at, *number);
            }
        }
    }
}
