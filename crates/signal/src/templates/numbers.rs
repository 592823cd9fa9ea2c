//! The numbers that lines tell: what the places of a shape held in one minute, on the whole.
//!
//! Of the many records of a minute those with the lowest hashes of their content are looked at: a sample whose size is
//! bounded, and the same however the records were split and in whatever order they came. Read [`Lowest`] first.

use super::holes::{Hole, Kinds};
use super::values::{Measure, quantity};

/// So many records of a shape and a minute are looked at.
const LOOKED_AT: usize = 8;
/// From here on a number is not told one by one from its neighbour: a name.
const TOO_LARGE: f64 = 9e15;
/// Numbers in seconds are taken in these: what takes less than a millisecond has its size too.
const SECOND: f64 = 1e6;

/// The records with the lowest keys (hash of the content, number of the record), and what was found in them.
#[derive(Clone, Debug)]
pub struct Lowest<T> {
    kept: Vec<((u64, u64), T)>,
}

impl<T> Default for Lowest<T> {
    fn default() -> Lowest<T> {
        Lowest { kept: Vec::new() }
    }
}

impl<T> Lowest<T> {
    /// Notes a record, and keeps it if it is among the lowest.
    pub fn note(&mut self, key: (u64, u64), found: T) {
        let at = self.kept.partition_point(|(known, _)| *known < key);
        if at < LOOKED_AT {
            self.kept.truncate(LOOKED_AT - 1);
            self.kept.insert(at, (key, found));
        }
    }

    /// What was kept, the lowest first.
    pub fn into_kept(self) -> impl Iterator<Item = T> {
        self.kept.into_iter().map(|(_, found)| found)
    }
}

/// What places of one message held that are numbers: (place, number by its logarithm).
pub type Numbers = Vec<(u8, f64)>;

impl Lowest<Numbers> {
    /// Each place's mean, and over how many records.
    pub fn means(self) -> Vec<(u8, f64, u32)> {
        let mut all: Vec<(u8, f64)> = self.into_kept().flatten().collect();
        all.sort_by_key(|(place, _)| *place);
        let mean = |same: &[(u8, f64)]| {
            let sum: f64 = same.iter().map(|(_, number)| number).sum();
            (same[0].0, sum / same.len() as f64, same.len() as u32)
        };
        all.chunk_by(|a, b| a.0 == b.0).map(mean).collect()
    }
}

/// The number in a place: numbers, durations and sizes; neither names nor addresses.
pub(super) fn number(kinds: Kinds, place: usize, value: &[u8]) -> Option<f64> {
    if !kinds.is_number(place) {
        return None;
    }
    // What is padded with zeros, or so long, is a name.
    let padded = value.len() > 1 && value[0] == b'0' && value[1].is_ascii_digit();
    let (number, measure) = quantity(value).filter(|(number, _)| !padded && number.abs() < TOO_LARGE)?;
    Some(logarithmic(number, measure))
}

/// Durations and sizes range over magnitudes: by their logarithm they vary evenly. 0 stays 0; durations count in µs.
fn logarithmic(number: f64, measure: Option<Measure>) -> f64 {
    let scaled = if measure == Some(Measure::Seconds) { number * SECOND } else { number };
    scaled.abs().ln_1p().copysign(scaled)
}

impl Kinds {
    /// Whether a place held numbers, and nothing else.
    pub fn is_number(self, place: usize) -> bool {
        matches!(self.get(place), Some(Hole::Num | Hole::Dur | Hole::Size))
    }

    /// Whether any place held a number.
    pub fn tell_numbers(self) -> bool {
        (0..Kinds::PLACES).any(|place| self.is_number(place))
    }

    /// A mean of numbers in a place as it is told: whether it is in milliseconds, and how many.
    pub fn told(self, place: usize, mean: f64) -> (bool, f64) {
        let number = mean.abs().exp_m1().copysign(mean);
        if self.get(place) == Some(Hole::Dur) { (true, number / SECOND * 1e3) } else { (false, number) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Shaper;
    use super::*;

    #[test]
    fn numbers_durations_and_sizes_are_read_and_names_are_not() {
        let mut shaper = Shaper::default();
        let message = b"order 4711-ab took 250ms for 12 items from 10.0.0.7, sent 3 kB";
        let (_, kinds) = shaper.shape(message);
        assert!(kinds.tell_numbers());
        let numbers = shaper.numbers(message);
        let told: Vec<(bool, f64)> = numbers.iter().map(|(place, n)| kinds.told(*place as usize, *n)).collect();
        let rounded: Vec<(bool, i64)> = told.iter().map(|(ms, n)| (*ms, n.round() as i64)).collect();
        assert_eq!(rounded, [(true, 250), (false, 12), (false, 3)], "{numbers:?}");
        assert!(shaper.numbers(b"archived 00000001000000120000001 to 20000000000000000000").is_empty());
        assert!(!shaper.shape(b"cart of ab-12 is empty").1.tell_numbers());
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_order_the_same_are_looked_at(keys in proptest::collection::vec(0_u64..100, 0..60), cut: usize) {
            let records: Vec<((u64, u64), Numbers)> =
                keys.iter().enumerate().map(|(n, key)| ((*key, n as u64), vec![(0, *key as f64)])).collect();
            let means = |records: Vec<((u64, u64), Numbers)>| {
                let mut lowest = Lowest::default();
                records.into_iter().for_each(|(key, numbers)| lowest.note(key, numbers));
                lowest.means()
            };
            let mut turned = records.clone();
            turned.rotate_left(if records.is_empty() { 0 } else { cut % records.len() });
            proptest::prop_assert_eq!(means(records), means(turned));
        }
    }
}
