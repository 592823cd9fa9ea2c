//! What the system's streams know together of dispersion: how bursty counts are, and how a value's dispersion grows
//! from its finest windows to wide ones. A stream that saw ten day-long windows alone could say little about its days.
//!
//! After G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential expression" (2004): the own
//! variance is shrunk to the pool's, and the degrees of freedom of both count. The pool's weight is fixed and small.

use evidence::{Nanos, Time};

use super::baseline::{Baseline, Pool};
use super::sparse::CLUSTER;
use super::watch::{Episode, Watch};

/// How many windows' worth of knowledge the pool is for counts.
const COUNT_FREEDOM: f64 = 8.0;
/// A stream tells of dispersion from so many windows on.
const TELLS_FROM: f64 = 8.0;
/// A count also needs so many events.
const EVENTS: f64 = 20.0;
/// So many streams make a pool.
const STREAMS: usize = 3;
/// Before any stream can tell, lines are taken to come in small bursts …
const BURSTY: f64 = 2.0;
/// … and rare lines in larger ones: what writes once in a while writes several at once.
const BURSTY_RARE: f64 = 10.0;
/// However evenly the rare lines of a system come, the next one may not.
const RARE_LEAST: f64 = 4.0;
/// What was counted singly comes in hardly any bursts: in one of six cases another one follows.
const SINGLE: f64 = 1.2;
/// A stream with fewer events than this tells of rare lines.
const RARE_FROM: f64 = 3.0;

/// However evenly rare lines come, some of their hours belong together.
const CLUSTER_LEAST: f64 = 1.2;

/// The pools of one kind of stream, by scale.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    counts: [Option<f64>; 6],
    rare: [Option<f64>; 6],
    cluster: [Option<f64>; 6],
    /// What came and went in any stream, the rarest first; and for how many days all streams together were watched.
    spells: Vec<Episode>,
    days: f64,
    /// Whether bunches of events were counted as one.
    single: bool,
}

impl Pools {
    /// For events of which bunches were counted as one already.
    pub fn of_single() -> Pools {
        Pools { single: true, ..Pools::default() }
    }

    /// The pools over these streams of counts, in a fixed order.
    pub fn of_counts<'a>(watches: impl Iterator<Item = &'a Watch> + Clone) -> Pools {
        let mut pools = Pools::default();
        for index in 0..pools.counts.len() {
            let told = || watches.clone().map(|w| w.baseline(index)).filter(|b| b.windows >= TELLS_FROM);
            let common = told().filter(|b| b.total() >= EVENTS);
            pools.counts[index] = median(common.map(Baseline::index_of_dispersion).collect());
            let rare = told().filter(|b| (RARE_FROM..EVENTS).contains(&b.total()));
            pools.rare[index] = upper(rare.map(Baseline::index_of_dispersion).collect());
            pools.cluster[index] = upper(watches.clone().filter_map(|w| w.cluster(index)).collect());
        }
        pools
    }

    /// Adds how the streams departed for a while and came back, as of now.
    pub fn with_spells<'a>(mut self, watches: impl Iterator<Item = &'a Watch>, now: Time) -> Pools {
        for watch in watches {
            self.spells.extend(watch.episodes());
            self.days += watch.days(now);
        }
        self.spells.sort_by(|a, b| a.least.total_cmp(&b.least).then(a.lasted.cmp(&b.lasted)));
        self
    }

    /// How often a day a stream departs so far, for at least so long, and comes back: as all streams together showed.
    pub fn spells(&self, least: f64, far: f64, lasted: Nanos) -> f64 {
        let as_far = self.spells.partition_point(|spell| spell.least <= least);
        let as_long = self.spells[..as_far].iter().filter(|spell| spell.lasted >= lasted && spell.far >= far).count();
        as_long as f64 / self.days.max(1.0)
    }

    /// For counts at a scale, of a stream that had so many events so far.
    pub fn counts(&self, index: usize, events: f64) -> Pool {
        if self.single {
            return Pool { dispersion: SINGLE, freedom: COUNT_FREEDOM };
        }
        let freedom = if self.counts[index].is_some() { COUNT_FREEDOM } else { 0.0 };
        let common = self.counts[index].unwrap_or(BURSTY).max(1.0);
        let rare = self.rare[index].unwrap_or(BURSTY_RARE).max(RARE_LEAST);
        let share = (1.0 - events / EVENTS).clamp(0.0, 1.0);
        Pool { dispersion: common + (rare - common).max(0.0) * share, freedom }
    }

    /// How many hours of a rare stream's window one occasion fills, at a scale.
    pub fn cluster(&self, index: usize) -> f64 {
        // Few wide windows go by: until they can tell, narrower ones do.
        let known = self.cluster[..=index].iter().rev().flatten().next();
        known.copied().unwrap_or(CLUSTER).max(CLUSTER_LEAST)
    }
}

/// The value that three in four do not exceed.
fn upper(mut values: Vec<f64>) -> Option<f64> {
    if values.len() < STREAMS {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some(values[values.len() * 3 / 4])
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    if values.len() < STREAMS {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some(values[values.len() / 2])
}
