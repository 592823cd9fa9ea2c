//! A series that stays at a value until it takes another one is read at the pace at which it changes.
//!
//! What a job reports once a day is shown again with every scrape; those repetitions say nothing, and a window over them
//! knows nothing that the value did not. Only where each value is another: what goes back and forth (copies of a service,
//! errors among zeros) is told by how long it stays, so it is read as it comes.

use evidence::{Nanos, Time};

/// So many values are waited for.
const VALUES: usize = 9;
/// So many times at least a value is shown, in the mean.
const SHOWN: u32 = 8;
/// Of the values so many at least are unlike all others.
const UNLIKE: usize = 8;
/// After so many changes without one repetition it is a series like others.
const NO_STAIRS: u32 = 24;
/// What has not changed for so many times its usual is news again.
const STAYS: Nanos = 2;

/// How a value is to be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// As it came.
    Now,
    /// It says nothing new.
    Not,
    /// These are what the series was made of all along: it is to begin anew with them.
    Anew(Vec<(Time, f64)>),
    /// As it came, and so from now on: it is one like others.
    Plain,
}

/// The values that a series stood at.
#[derive(Clone, Debug, Default)]
pub struct Stairs {
    seen: u32,
    last: f64,
    run: u32,
    read: Time,
    values: Vec<(Time, f64)>,
    climbs: bool,
}

impl Stairs {
    /// Of the first values of a series, where they hardly differ: it may be one.
    pub fn of(first: &[(Time, f64)]) -> Option<Stairs> {
        let mut stairs = Stairs::default();
        first.iter().for_each(|(at, value)| _ = stairs.value(*at, *value, 0));
        (stairs.values.len() <= 2).then_some(stairs)
    }

    /// Whether it is one.
    pub fn climbs(&self) -> bool {
        self.climbs
    }

    /// How the next value is to be read; `usual`: the time between the values that were read.
    pub fn value(&mut self, at: Time, value: f64, usual: Nanos) -> Read {
        self.seen = self.seen.saturating_add(1);
        let same = self.seen > 1 && value == self.last;
        self.last = value;
        self.run = if same { 0 } else { self.run + 1 };
        if !self.climbs {
            return self.look(at, value, same);
        }
        if self.run >= NO_STAIRS {
            self.climbs = false;
            return Read::Anew(vec![(at, value)]);
        }
        if same && at - self.read < STAYS * usual {
            return Read::Not;
        }
        self.read = at;
        Read::Now
    }

    fn look(&mut self, at: Time, value: f64, same: bool) -> Read {
        if same {
            return Read::Now;
        }
        self.values.push((at, value));
        if self.values.len() < VALUES {
            return Read::Now;
        }
        let unlike = |v: f64| self.values.iter().filter(|(_, other)| *other == v).count() == 1;
        let all_others = self.values.iter().filter(|(_, v)| unlike(*v)).count() >= UNLIKE;
        if self.seen < SHOWN * VALUES as u32 || !all_others {
            return Read::Plain;
        }
        (self.climbs, self.read) = (true, at);
        Read::Anew(std::mem::take(&mut self.values))
    }
}

#[cfg(test)]
mod tests {
    use evidence::{DAY, MINUTE};

    use super::*;

    fn read(values: impl Iterator<Item = f64>, every: Nanos) -> Vec<Read> {
        let mut stairs = Stairs::default();
        values.enumerate().map(|(n, v)| stairs.value(Time(n as i64 * every), v, DAY)).collect()
    }

    #[test]
    fn what_is_shown_again_and_again_is_read_once() {
        let shown = |n: usize| (n / 288) as f64;
        let said = read((0..288 * 14).map(shown), 5 * MINUTE);
        assert_eq!(said.iter().filter(|r| matches!(r, Read::Anew(values) if values.len() == VALUES)).count(), 1);
        let after: Vec<usize> = (288 * 8 + 1..said.len()).filter(|n| said[*n] == Read::Now).collect();
        assert_eq!(after, [9, 10, 11, 12, 13].map(|day| day * 288));
    }

    #[test]
    fn what_stays_for_long_is_read_again_and_what_never_stays_is_plain() {
        let said = read((0..288 * 20).map(|n| (n / 288).min(12) as f64), 5 * MINUTE);
        assert_eq!(said[288 * 13..].iter().filter(|r| **r == Read::Now).count(), 3);
        assert_eq!(read((0..9).map(|n| n as f64), MINUTE).last(), Some(&Read::Plain));
        let to_and_fro = read((0..2000).map(|n| (n / 50 % 3) as f64), MINUTE);
        assert!(to_and_fro.contains(&Read::Plain) && !to_and_fro.contains(&Read::Not));
    }
}
