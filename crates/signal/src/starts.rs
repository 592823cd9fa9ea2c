//! Starts of services' instances, told apart from ordinary life. What starts right after a change of its service, or takes
//! its turn when all instances are started one after the other, is no start on its own; what starts again and again is.
//!
//! Several hints of one instance within five minutes are one start. The first start of a service in an hour counts as one,
//! and brings a turn for each instance that was alive in the day before; whoever starts again within the hour, or beyond
//! those turns, counts by itself.

use std::collections::BTreeMap;

use evidence::{DAY, HOUR, MINUTE, Name, Nanos, Time};

use crate::series::{Load, Tallies, Tally, Turned};

/// Hints so near to each other are of one start.
const ONE_START: Nanos = 5 * MINUTE;
/// Starts of a service so near to the first of them are its instances' turns.
const TURNS: Nanos = HOUR;
/// Instances that were heard so lately are alive.
const ALIVE: Nanos = DAY;
/// How many services are watched, and how many instances are remembered.
const SERVICES_MAX: usize = 2_000;
const INSTANCES_MAX: usize = 50_000;

#[derive(Clone, Copy, Debug)]
struct Life {
    heard: Time,
    started: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
struct Turns {
    began: Time,
    left: usize,
}

/// Counts starts by service.
#[derive(Clone, Debug)]
pub struct Starts<E> {
    services: Tallies<Name, E>,
    began: BTreeMap<Name, Time>,
    lives: BTreeMap<(Name, Name), Life>,
    turns: BTreeMap<Name, Turns>,
    refused: u64,
}

impl<E> Default for Starts<E> {
    fn default() -> Starts<E> {
        Starts {
            services: Tallies::of_single(SERVICES_MAX),
            began: BTreeMap::new(),
            lives: BTreeMap::new(),
            turns: BTreeMap::new(),
            refused: 0,
        }
    }
}

impl<E> Starts<E> {
    /// An instance (or the service as such) was heard. Whether it is new in a service whose instances are known: for a
    /// day they only make themselves known.
    pub fn heard(&mut self, edge: Time, service: Name, instance: Name) -> bool {
        if self.services.of(service, edge).is_none() {
            return false;
        }
        if let Some(life) = self.lives.get_mut(&(service, instance)) {
            life.heard = edge;
            return false;
        }
        if self.lives.len() >= INSTANCES_MAX {
            self.refused += 1;
            return false;
        }
        self.lives.insert((service, instance), Life { heard: edge, started: None });
        let began = *self.began.entry(service).or_insert(edge);
        let others = self.of(service).any(|(name, _)| name != instance && name.is_some());
        instance.is_some() && others && edge - began >= DAY
    }

    /// Something says that an instance started, which was heard just now. Gives the service's stream where it counts.
    pub fn started(&mut self, edge: Time, service: Name, instance: Name, after_change: bool) -> Option<&mut Tally<E>> {
        let life = self.lives.get_mut(&(service, instance))?;
        if life.started.is_some_and(|at| edge - at < ONE_START) {
            return None;
        }
        let again = life.started.is_some_and(|at| edge - at < TURNS);
        life.started = Some(edge);
        if after_change || self.is_its_turn(edge, service, instance, again) {
            return None;
        }
        let tally = self.services.of(service, edge)?;
        tally.count(1.0, 1.0);
        Some(tally)
    }

    /// Whether a start goes with the one that counted for all.
    fn is_its_turn(&mut self, edge: Time, service: Name, instance: Name, again: bool) -> bool {
        if let Some(turns) = self.turns.get_mut(&service).filter(|turns| edge - turns.began < TURNS) {
            let turn = !again && turns.left > 0;
            turns.left -= usize::from(turn);
            return turn;
        }
        let alive = |(name, life): &(Name, Life)| *name != instance && edge - life.heard <= ALIVE;
        let left = self.of(service).filter(alive).count();
        self.turns.insert(service, Turns { began: edge, left });
        false
    }

    fn of(&self, service: Name) -> impl Iterator<Item = (Name, Life)> {
        let all = (service, Name::NONE)..=(service, Name(u32::MAX));
        self.lives.range(all).map(|((_, instance), life)| (*instance, *life))
    }

    /// Closes the windows that end at a moment.
    pub fn close(&mut self, edge: Time, share: f64) -> Vec<Turned<Name>> {
        self.services.close(edge, Load::Given([1.0; 6]), share)
    }

    /// A service's latest starts.
    pub fn latest(&self, service: &Name) -> &[E] {
        self.services.get(service).map_or(&[], |tally| &tally.latest)
    }

    /// How many services with a start that counted are past their warm-up.
    pub fn watched(&self, now: Time) -> u64 {
        self.services.watched(now)
    }

    /// How often a service or an instance found no place.
    pub fn refused(&self) -> u64 {
        self.refused + self.services.refused()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: Name = Name(2);

    /// How many of these starts count, each an instance and the minute of day 11; pods 10, 11 and 12 are alive since day 1.
    fn counted(starts: &[(u32, i64)]) -> usize {
        let mut counting: Starts<()> = Starts::default();
        for minute in 0..10 * 24 * 6 {
            for pod in 10..13 {
                assert!(!counting.heard(Time(minute * 10 * MINUTE), API, Name(pod)));
            }
        }
        let begins = |(pod, minute): &&(u32, i64)| {
            let edge = Time(10 * DAY + minute * MINUTE);
            counting.heard(edge, API, Name(*pod));
            counting.started(edge, API, Name(*pod), false).is_some()
        };
        starts.iter().filter(begins).count()
    }

    #[test]
    fn instances_that_are_started_in_turn_are_one_start() {
        assert_eq!(counted(&[(10, 0), (11, 8), (12, 16)]), 1);
        assert_eq!(counted(&[(20, 0), (21, 8), (22, 16)]), 1, "in place of the old ones");
    }

    #[test]
    fn an_instance_that_starts_again_and_again_counts_each_time() {
        assert_eq!(counted(&[(10, 0), (10, 1), (10, 6), (10, 12), (10, 18)]), 4);
    }

    #[test]
    fn ever_new_instances_count_beyond_those_they_stand_in_for() {
        let starts: Vec<(u32, i64)> = (0..10).map(|n| (20 + n, 5 * i64::from(n))).collect();
        assert_eq!(counted(&starts), 7);
    }

    #[test]
    fn a_name_that_was_never_seen_is_new_only_among_known_ones() {
        let mut counting: Starts<()> = Starts::default();
        assert!(!counting.heard(Time(0), API, Name(10)));
        assert!(!counting.heard(Time(HOUR), API, Name(11)), "they make themselves known");
        assert!(counting.heard(Time(2 * DAY), API, Name(12)));
        assert!(!counting.heard(Time(2 * DAY), API, Name(12)));
        assert!(!counting.heard(Time(2 * DAY), Name(3), Name(13)), "a service that begins");
    }
}
