//! What a template's places held: bounded sketches, the same whatever the order of the records and however they were split.
//!
//! Of distinct values those with the lowest hashes are kept, with their exact counts: a sample in which each value is as
//! likely as another, and all of them where there are few (Z. Bar-Yossef et al., "Counting distinct elements in a data
//! stream", RANDOM 2002; K. Beyer et al., SIGMOD 2007). Numbers are counted by magnitude, 32 steps an octave. Both add up.
//! Read [`Sketch`] first.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::alone::unit;
use super::holes::Hole;

/// Distinct values that are kept of one place.
pub const VALUES_KEPT: usize = 32;
/// Bytes that are kept of a value.
pub const VALUE_BYTES: usize = 64;
/// Bytes before and behind a value that are kept with it.
const AROUND_BYTES: (usize, usize) = (160, 40);
/// Steps of an octave: numbers of one step differ by at most 3.1 %.
const STEP_BITS: u32 = 5;
/// Numbers beyond these powers of two are counted at the last step.
const EXPONENTS: (i32, i32) = (-40, 70);

/// What one place held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    lowest: BTreeMap<u64, Value>,
    /// How many values came.
    count: u64,
    /// By step of magnitude, negative ones below zero: how many numbers.
    numbers: BTreeMap<i32, u64>,
    range: Option<(f64, f64)>,
    /// What numbers with a unit were in, as far as they had one.
    measure: Option<Measure>,
}

/// A value that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// It, cut after [`VALUE_BYTES`].
    pub text: Box<str>,
    /// How often it came.
    pub count: u64,
    /// What stood around it once, it included, as far as that may make a secret of it: of several the first by the alphabet.
    pub around: Box<str>,
}

/// What numbers are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}

impl Sketch {
    /// Takes in a value that stands in a message.
    pub fn add(&mut self, value: &[u8], message: &[u8]) {
        self.add_times(value, message, 1);
    }

    /// Takes in a value that came so often, once in this message.
    pub fn add_times(&mut self, value: &[u8], message: &[u8], times: u64) {
        self.count += times;
        let hash = xxh3_64(value);
        let lossy = |bytes: &[u8]| -> Box<str> { String::from_utf8_lossy(bytes).into() };
        let around = || lossy(around(value, message));
        if let Some(known) = self.lowest.get_mut(&hash) {
            known.count += times;
            known.around = around().min(std::mem::take(&mut known.around));
        } else if self.lowest.len() < VALUES_KEPT || self.lowest.last_key_value().is_some_and(|(most, _)| hash < *most)
        {
            let text = lossy(&value[..value.len().min(VALUE_BYTES)]);
            self.lowest.insert(hash, Value { text, count: times, around: around() });
            self.shrink();
        }
        if let Some((number, measure)) = quantity(value) {
            *self.numbers.entry(step(number)).or_default() += times;
            self.range = Some(self.range.map_or((number, number), |(low, high)| (low.min(number), high.max(number))));
            self.measure = self.measure.max(measure);
        }
    }

    /// Takes in what another one saw.
    pub fn join(&mut self, other: &Sketch) {
        self.count += other.count;
        for (hash, value) in &other.lowest {
            let known = self.lowest.entry(*hash).or_insert_with(|| Value { count: 0, ..value.clone() });
            known.count += value.count;
            if value.around < known.around {
                known.around.clone_from(&value.around);
            }
        }
        self.shrink();
        for (step, count) in &other.numbers {
            *self.numbers.entry(*step).or_default() += count;
        }
        self.range = match (self.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, two) => one.or(two),
        };
        self.measure = self.measure.max(other.measure);
    }

    fn shrink(&mut self) {
        while self.lowest.len() > VALUES_KEPT {
            self.lowest.pop_last();
        }
    }

    /// How many values came.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many distinct ones, and whether that is exact; else with a standard error of 18 %.
    pub fn distinct(&self) -> (u64, bool) {
        match self.lowest.last_key_value() {
            Some((most, _)) if self.lowest.len() == VALUES_KEPT => {
                let share = (*most as f64 + 1.0) / 2.0_f64.powi(64);
                let estimate = (VALUES_KEPT - 1) as f64 / share;
                ((estimate.round() as u64).clamp(VALUES_KEPT as u64, self.count), false)
            }
            _ => (self.lowest.len() as u64, true),
        }
    }

    /// The values that were kept, the most frequent first.
    pub fn values(&self) -> Vec<&Value> {
        let mut values: Vec<&Value> = self.lowest.values().collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
        values
    }

    /// Whether nearly all values were numbers.
    pub fn is_numeric(&self) -> bool {
        let numbers: u64 = self.numbers.values().sum();
        numbers > 0 && numbers * 10 >= self.count * 9
    }

    /// What its numbers are in.
    pub fn measure(&self) -> Option<Measure> {
        self.measure
    }

    /// The number below which such a share of the numbers lies, within 1.6 %; least and most are exact.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let (low, high) = self.range?;
        if share <= 0.0 {
            return Some(low);
        }
        if share >= 1.0 {
            return Some(high);
        }
        let all: u64 = self.numbers.values().sum();
        let rank = ((share * all as f64).ceil() as u64).max(1);
        let mut before = 0;
        let found = self.numbers.iter().find(|(_, count)| {
            before += *count;
            before >= rank
        });
        found.map(|(step, _)| middle(*step).clamp(low, high))
    }
}

/// What stands around a part of a message.
fn around<'m>(value: &[u8], message: &'m [u8]) -> &'m [u8] {
    let at = (value.as_ptr() as usize).wrapping_sub(message.as_ptr() as usize);
    let at = if at <= message.len() { at } else { 0 };
    let end = (at + value.len() + AROUND_BYTES.1).min(message.len());
    &message[at.saturating_sub(AROUND_BYTES.0)..end]
}

/// The step of a number: its exponent and the first bits behind it, as IEEE 754 has them, which need no logarithm.
fn step(number: f64) -> i32 {
    if number == 0.0 {
        return 0;
    }
    let bits = (number.abs().to_bits() >> (52 - STEP_BITS)) as i32 - (1023 << STEP_BITS);
    let from = EXPONENTS.0 << STEP_BITS;
    let magnitude = bits.clamp(from, EXPONENTS.1 << STEP_BITS) - from + 1;
    if number < 0.0 { -magnitude } else { magnitude }
}

/// The number in the middle of a step.
fn middle(step: i32) -> f64 {
    if step == 0 {
        return 0.0;
    }
    let bits = (step.abs() - 1 + (EXPONENTS.0 << STEP_BITS) + (1023 << STEP_BITS)) as u64;
    let number = f64::from_bits(bits << (52 - STEP_BITS) | 1 << (51 - STEP_BITS));
    if step < 0 { -number } else { number }
}

/// The number that a value is; with a unit in seconds or bytes.
pub(super) fn quantity(value: &[u8]) -> Option<(f64, Option<Measure>)> {
    let text = std::str::from_utf8(value).ok()?.trim_end_matches('%');
    let length = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+')).count();
    let (number, behind) = text.split_at(length);
    let number: f64 = number.parse().ok().filter(|n: &f64| n.is_finite())?;
    if behind.is_empty() {
        return Some((number, None));
    }
    let word = behind.trim_start();
    let (factor, measure) = match unit(word.as_bytes())? {
        Hole::Dur => (seconds(word)?, Measure::Seconds),
        _ => (bytes(word)?, Measure::Bytes),
    };
    Some((number * factor, Some(measure)))
}

/// How many milliseconds a unit of time is.
pub fn milliseconds(unit: &str) -> Option<f64> {
    seconds(unit).map(|seconds| seconds * 1e3)
}

fn seconds(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "ns" => 1e-9,
        "us" | "\u{b5}s" => 1e-6,
        "ms" => 1e-3,
        "s" | "sec" | "secs" | "seconds" => 1.0,
        "m" | "min" => 60.0,
        "h" | "hours" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    })
}

fn bytes(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "b" | "byte" | "bytes" => 1.0,
        "k" | "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(values: &[&str]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|value| sketch.add(value.as_bytes(), value.as_bytes()));
        sketch
    }

    #[test]
    fn few_values_are_all_known_and_numbers_have_quantiles() {
        let few = sketch(&["a", "b", "a"]);
        let told = few.values().iter().map(|v| format!("{} {}", v.text, v.count)).collect::<Vec<_>>();
        assert_eq!((told, few.distinct()), (vec!["a 2".to_string(), "b 1".to_string()], (2, true)));
        assert_eq!((few.is_numeric(), few.quantile(0.5)), (false, None));
        let times = sketch(&["12ms", "1.5s", "3ms", "4ms", "5ms"]);
        assert_eq!(
            (times.measure(), times.quantile(0.0), times.quantile(1.0)),
            (Some(Measure::Seconds), Some(0.003), Some(1.5))
        );
        let median = times.quantile(0.5).expect("there are numbers");
        assert!((median - 0.005).abs() < 0.0001, "{median}");
        assert_eq!(sketch(&["-3", "0", "7"]).quantile(0.5), Some(0.0));
        assert_eq!(sketch(&["1e999", "NaN", ".", "-", "12x"]).quantile(0.5), None);
    }

    #[test]
    fn many_values_are_estimated_and_bounded() {
        let mut sketch = Sketch::default();
        (0..10_000).map(|n| format!("user{n}")).for_each(|user| sketch.add(user.as_bytes(), user.as_bytes()));
        let (distinct, exact) = sketch.distinct();
        assert!(!exact && (6_000..14_000).contains(&distinct), "{distinct}");
        assert_eq!(sketch.values().len(), VALUES_KEPT);
    }

    proptest::proptest! {
        #[test]
        fn any_split_in_any_order_gives_the_same(values in proptest::collection::vec("[a-f0-9]{1,2}|[0-9]{1,3}ms", 0..200), cut: usize) {
            let whole = sketch(&values.iter().map(String::as_str).collect::<Vec<_>>());
            let at = if values.is_empty() { 0 } else { cut % values.len() };
            let mut parts = values.clone();
            parts.reverse();
            let mut joined = sketch(&parts[..at].iter().map(String::as_str).collect::<Vec<_>>());
            joined.join(&sketch(&parts[at..].iter().map(String::as_str).collect::<Vec<_>>()));
            proptest::prop_assert_eq!(joined, whole);
        }
    }
}
