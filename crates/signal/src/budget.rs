//! Strength: one scale for everything that can depart. The definition stands on the contract's page; this is its one place.
//!
//! Let r be the expected number a day, were nothing wrong, of events of a stream at least this extreme, and B the stream's
//! share of a budget of one false signal in 14 days over all streams past their warm-up. Then
//! `strength = clamp(0.5 - log10(r/B)/8, 0, 1)`: 0.5 says that, were all this null, there would be one such in a
//! fortnight, however much is watched.

use evidence::{DAY, MINUTE, Nanos};

/// The budget over all streams: one false signal in 14 days.
pub const FALSE_A_DAY: f64 = 1.0 / 14.0;
/// All kinds of one numeric series together: at most one false signal in 350 days.
pub const SERIES_FALSE_A_DAY: f64 = 1.0 / 350.0;
/// Signals are raised, and printed, from this strength on.
pub const RAISED: f64 = 0.2;
/// People are shown signals from this strength on.
pub const SHOWN: f64 = 0.5;
/// A signal that has grown by this much is printed again.
pub const GROWTH: f64 = 0.1;

/// Where a stream comes from; the budget is split evenly over those that have any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Log lines.
    Log,
    /// Metrics.
    Metric,
    /// Spans.
    Trace,
    /// Lives of what has an id.
    State,
    /// Attribute values.
    Input,
    /// Code.
    Code,
}

impl Family {
    /// All families.
    pub const ALL: [Family; 6] =
        [Family::Log, Family::Metric, Family::Trace, Family::State, Family::Input, Family::Code];
}

/// How many streams of a family are past their warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Kinds of novelty (each one stream).
    pub novelty: u64,
    /// All other streams.
    pub tests: u64,
}

/// The shares of the budget at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budget {
    by_family: [Streams; 6],
}

impl Budget {
    /// A budget over nothing.
    pub fn new() -> Budget {
        Budget::default()
    }

    /// Adds a detector's streams.
    pub fn add(&mut self, family: Family, streams: Streams) {
        let mine = &mut self.by_family[family as usize];
        mine.novelty += streams.novelty;
        mine.tests += streams.tests;
    }

    /// B of a kind of novelty, a day.
    pub fn novelty(&self, family: Family) -> f64 {
        let streams = self.by_family[family as usize];
        let half = if streams.tests == 0 { 1.0 } else { 0.5 };
        self.family_share(family) * half / streams.novelty.max(1) as f64
    }

    /// B of a test on a numeric series that is watched in `kinds` ways, a day.
    pub fn test(&self, family: Family, kinds: u64) -> f64 {
        let streams = self.by_family[family as usize];
        let half = if streams.novelty == 0 { 1.0 } else { 0.5 };
        let even = self.family_share(family) * half / streams.tests.max(1) as f64;
        even.min(SERIES_FALSE_A_DAY / kinds.max(1) as f64)
    }

    fn family_share(&self, family: Family) -> f64 {
        let mine = usize::from(self.by_family[family as usize] == Streams::default());
        let families = self.by_family.iter().filter(|s| **s != Streams::default()).count() + mine;
        FALSE_A_DAY / families as f64
    }
}

/// The strength of an event that is expected `r` times a day in a stream whose share of the budget is `b` a day.
pub fn strength(r: f64, b: f64) -> f64 {
    if r.is_nan() || b.is_nan() || b <= 0.0 {
        return 0.0;
    }
    (0.5 - (r.max(1e-30) / b).log10() / 8.0).clamp(0.0, 1.0)
}

/// How many null raises a day there would be at this strength or more, over everything watched: the inverse of [`strength`].
pub fn null_rate(strength: f64) -> f64 {
    FALSE_A_DAY * 10f64.powf(8.0 * (0.5 - strength))
}

/// The warm-up of a stream whose past is so long: its first day, or its first tenth where that is less, at least 15 minutes.
pub fn warm_up(past: Nanos) -> Nanos {
    (past / 10).clamp(15 * MINUTE, DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_one_false_signal_in_a_fortnight() {
        assert_eq!(strength(1e-3, 1e-3), 0.5);
        assert_eq!(strength(1e-11, 1e-3), 1.0);
        assert!((null_rate(0.5) - 1.0 / 14.0).abs() < 1e-12);
        assert!((null_rate(strength(1e-2, 1e-3)) - 10.0 / 14.0).abs() < 1e-9);
    }

    #[test]
    fn the_sum_over_all_streams_is_the_budget() {
        let mut budget = Budget::new();
        budget.add(Family::Log, Streams { novelty: 1, tests: 200 });
        budget.add(Family::Trace, Streams { novelty: 1, tests: 50 });
        let sum = |family, tests: f64| budget.novelty(family) + tests * budget.test(family, 1);
        assert!((sum(Family::Log, 200.0) + sum(Family::Trace, 50.0) - FALSE_A_DAY).abs() < 1e-12);
    }

    #[test]
    fn one_series_alone_has_its_cap() {
        let mut budget = Budget::new();
        budget.add(Family::Metric, Streams { novelty: 0, tests: 3 });
        assert_eq!(budget.test(Family::Metric, 3), SERIES_FALSE_A_DAY / 3.0);
    }

    #[test]
    fn warm_up_grows_to_a_day() {
        assert_eq!(warm_up(0), 15 * MINUTE);
        assert_eq!(warm_up(5 * DAY), DAY / 2);
        assert_eq!(warm_up(30 * DAY), DAY);
    }
}
