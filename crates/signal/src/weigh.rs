//! Many lines counted together: how much each one weighs. What is rare comes in bunches: a line weighs with one in a
//! given time, and beyond that with no more than some times its usual, so that what pours by itself does not speak for all; its own
//! rate tells of it.

use std::collections::BTreeMap;

use evidence::{MINUTE, Name, Nanos, Time};

use crate::templates::{LineIndex, Mined};

/// A line weighs with so many at once, however rare it is …
const AT_ONCE: f64 = 1.0;
/// … and with so many times its usual, saved up over so many minutes.
const TIMES: f64 = 3.0;
const SAVED_MINUTES: f64 = 10.0;

/// A line of a service.
pub type Key = (Name, LineIndex);

#[derive(Clone, Copy, Debug)]
struct Line {
    began: Time,
    /// How much came in all, with what poured cut off.
    came: f64,
    credit: f64,
    at: Time,
}

impl Line {
    /// So many are usual in a minute.
    fn usual(&self) -> f64 {
        self.came / ((self.at - self.began) / MINUTE).max(1) as f64
    }
}

/// What each line may weigh.
#[derive(Clone, Debug)]
pub struct Weights {
    lines: BTreeMap<Key, Line>,
    /// However rare it is, a line weighs with so many a minute.
    least: f64,
    limit: usize,
    refused: u64,
}

impl Weights {
    /// Weights of at most so many lines (others weigh nothing, and are counted), with one in `each` however rare it is.
    pub fn new(each: Nanos, limit: usize) -> Weights {
        Weights { lines: BTreeMap::new(), least: MINUTE as f64 / each as f64, limit, refused: 0 }
    }

    /// How often a line found no place.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// A line came `came` times, of which `counted` are to be counted; gives what those weigh. `origin`: since when it
    /// could have come.
    pub fn weigh(&mut self, key: Key, edge: Time, origin: Time, came: f64, counted: f64) -> f64 {
        if self.lines.len() >= self.limit && !self.lines.contains_key(&key) {
            self.refused += 1;
            return 0.0;
        }
        let fresh = Line { began: origin, came: 0.0, credit: AT_ONCE, at: origin };
        let line = self.lines.entry(key).or_insert(fresh);
        let minutes = ((edge - line.at) / MINUTE).max(0) as f64;
        line.at = line.at.max(edge);
        let pace = (TIMES * line.usual()).max(self.least);
        let most = AT_ONCE + SAVED_MINUTES * pace;
        line.credit = (line.credit + minutes * pace).min(most);
        line.came += came.min(AT_ONCE + pace * minutes.max(1.0));
        let weight = counted.min(line.credit);
        line.credit -= weight;
        weight
    }

    /// Two lines turned out to be one.
    pub fn merge(&mut self, mined: &[Mined]) {
        for mined in mined {
            let Mined::Merged(into, from) = mined else { continue };
            let theirs: Vec<Key> = self.lines.keys().filter(|(_, line)| line == from).copied().collect();
            for key in theirs {
                let Some(old) = self.lines.remove(&key) else { continue };
                let line = self.lines.entry((key.0, *into)).or_insert(Line { came: 0.0, ..old });
                line.came += old.came;
                line.began = line.began.min(old.began);
                line.at = line.at.max(old.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::{DAY, HOUR};

    const KEY: Key = (Name(2), LineIndex(0));

    /// What a line weighs that comes so often in each of so many minutes, after ten days of which nothing else is known.
    fn weighed(weights: &mut Weights, from: Time, minutes: i64, each: f64) -> f64 {
        (0..minutes).map(|n| weights.weigh(KEY, from + n * MINUTE, Time(0), each, each)).sum()
    }

    #[test]
    fn a_line_that_was_never_there_weighs_little_however_it_pours() {
        let mut weights = Weights::new(HOUR, 10);
        let weight = weighed(&mut weights, Time(10 * DAY), 60, 100.0);
        assert!(weight < 3.0, "{weight}");
    }

    #[test]
    fn a_line_weighs_as_it_comes_while_it_comes_as_usual_and_no_more_than_some_times_that() {
        let mut weights = Weights::new(HOUR, 10);
        weighed(&mut weights, Time(0), 60, 2.0);
        assert_eq!(weighed(&mut weights, Time(HOUR), 60, 2.0), 120.0);
        let poured = weighed(&mut weights, Time(2 * HOUR), 60, 100.0);
        assert!((300.0..900.0).contains(&poured), "{poured}");
    }
}
