//! Streams of counts by key, each watched from the moment at which its key was first heard of, zeros included. What is
//! counted, and who is told of it, is the detectors' business.

use std::collections::BTreeMap;

use evidence::{HOUR, Time};

use super::pool::Pools;
use super::watch::{Moved, SCALES, Surroundings, Watch, half};
use crate::budget::warm_up;

/// How many of the latest events are kept as evidence.
const KEPT: usize = 3;

/// What a window's count is held against.
#[derive(Clone, Copy, Debug)]
pub enum Load {
    /// What everybody does, by scale.
    Given([f64; 6]),
    /// What the stream itself was offered in the same window: its count goes with that by nature. A window without any
    /// is passed over.
    Offered,
}

/// One stream.
#[derive(Clone, Debug)]
pub struct Tally<E> {
    began: Time,
    watch: Watch,
    /// What was offered in the half window before and in this one, by scale.
    offered: [(f64, f64); 6],
    /// Whether anything was ever counted.
    ever: bool,
    /// The latest events, the oldest first.
    pub latest: Vec<E>,
}

impl<E> Tally<E> {
    /// Counts events that weigh as much as `weight`.
    pub fn count(&mut self, weight: f64, events: f64) {
        self.ever |= events > 0.0;
        self.watch.count_as(weight, events);
    }

    /// Notes opportunities for an event.
    pub fn offer(&mut self, opportunities: f64) {
        self.offered.iter_mut().for_each(|(_, now)| *now += opportunities);
    }

    /// Keeps an event as evidence, in place of the oldest.
    pub fn keep(&mut self, event: E) {
        if self.latest.len() == KEPT {
            self.latest.remove(0);
        }
        self.latest.push(event);
    }

    /// Whether so much was seen that the stream can be judged.
    pub fn is_warm(&self, now: Time) -> bool {
        now - self.began > warm_up(now - self.began)
    }

    fn close(&mut self, index: usize, edge: Time, load: Load, pools: &Pools, share: f64) -> Vec<(Moved, f64)> {
        let (before, now) = self.offered[index];
        self.offered[index] = (now, 0.0);
        let (load, in_proportion) = match load {
            Load::Given(load) => (load[index], false),
            Load::Offered => (before + now, true),
        };
        if load <= 0.0 || edge - self.began < SCALES[index] {
            self.watch.skip(index, edge);
            return Vec::new();
        }
        let around = Surroundings { edge, load, load_noise: 0.0, in_proportion, pools, share };
        self.watch.close(index, &around).into_iter().map(|moved| (moved, load)).collect()
    }
}

/// What a closing window of a stream meant.
#[derive(Clone, Copy, Debug)]
pub struct Turned<K> {
    /// Whose.
    pub key: K,
    /// What it meant.
    pub moved: Moved,
    /// What its count was held against.
    pub load: f64,
}

/// All streams of a kind, at most so many.
#[derive(Clone, Debug)]
pub struct Tallies<K: Ord + Copy, E> {
    all: BTreeMap<K, Tally<E>>,
    pools: Pools,
    /// Whether the streams tell each other how bursty they are.
    pooled: bool,
    limit: usize,
    refused: u64,
}

impl<K: Ord + Copy, E> Tallies<K, E> {
    /// Streams of events that come in bunches, as lines and calls do.
    pub fn new(limit: usize) -> Tallies<K, E> {
        Tallies { all: BTreeMap::new(), pools: Pools::default(), pooled: true, limit, refused: 0 }
    }

    /// Streams of events of which bunches were counted as one already.
    pub fn of_single(limit: usize) -> Tallies<K, E> {
        Tallies { pools: Pools::of_single(), pooled: false, ..Tallies::new(limit) }
    }

    /// The stream of a key, from now on if it was never heard of; `None` where there is no place for it.
    pub fn of(&mut self, key: K, edge: Time) -> Option<&mut Tally<E>> {
        if self.all.len() >= self.limit && !self.all.contains_key(&key) {
            self.refused += 1;
            return None;
        }
        Some(self.all.entry(key).or_insert_with(|| Tally {
            began: edge,
            watch: Watch::of_counts(&Default::default()),
            offered: Default::default(),
            ever: false,
            latest: Vec::new(),
        }))
    }

    /// The stream of a key, if it was heard of.
    pub fn get(&self, key: &K) -> Option<&Tally<E>> {
        self.all.get(key)
    }

    /// All keys with their streams.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut Tally<E>)> {
        self.all.iter_mut()
    }

    /// Closes the windows that end at a moment. Nothing departs in a stream's warm-up.
    pub fn close(&mut self, edge: Time, load: Load, share: f64) -> Vec<Turned<K>> {
        let mut turned = Vec::new();
        for index in (0..SCALES.len()).filter(|index| edge.0 % half(*index) == 0) {
            for (key, tally) in &mut self.all {
                let moves = tally.close(index, edge, load, &self.pools, share);
                let told = |moved: &Moved| matches!(moved, Moved::Ended { .. }) || tally.is_warm(edge);
                let moves = moves.into_iter().filter(|(moved, _)| told(moved));
                turned.extend(moves.map(|(moved, load)| Turned { key: *key, moved, load }));
            }
        }
        if self.pooled && edge.0 % (6 * HOUR) == 0 {
            self.pools = Pools::of_counts(self.all.values().map(|tally| &tally.watch));
        }
        turned
    }

    /// How many streams that ever counted anything are past their warm-up.
    pub fn watched(&self, now: Time) -> u64 {
        self.all.values().filter(|tally| tally.ever && tally.is_warm(now)).count() as u64
    }

    /// How often a key found no place.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}
