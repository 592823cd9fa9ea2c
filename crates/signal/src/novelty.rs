//! How surprising something is that was never there: the definition stands on the contract's page, this is its one place.
//!
//! All novelty of one kind is one stream. Its events are counted in episodes (an hour apart), in four classes: new, new
//! and repeated (the third time, in at least two hours), and either of them within 30 minutes after a change of the
//! service; what a change brought and what calls itself harmless is counted apart from those. With k episodes in T days, r = (k + a)/(T + b). Until a week has passed, and ever after for what was first
//! seen in that week, r is at least what the younger half of the past lets expect: the discovery curve. On two hours of
//! logs everything is new, and that is no news.

use std::collections::BTreeMap;

use evidence::{DAY, HOUR, Nanos, Time, WEEK};

use crate::budget::warm_up;

/// The prior of a class: as if `events` episodes had come in `days`.
#[derive(Clone, Copy, Debug)]
pub struct Prior {
    /// Episodes.
    pub events: f64,
    /// Days.
    pub days: f64,
}

/// A new line.
pub const NEW_LINE: Prior = Prior { events: 3.0, days: 30.0 };
/// A new value; a new edge or transition likewise.
pub const NEW_VALUE: Prior = Prior { events: 0.5, days: 30.0 };
/// Either of them, and repeated.
pub const REPEATED: Prior = Prior { events: 0.05, days: 10.0 };

/// Repeated, harmless by its own word, and first seen right after a change: it belongs to the change. On ten invented shops
/// such lines came once a week; taken as once in two days, since real services change more.
pub const BROUGHT: Prior = Prior { events: 5.0, days: 10.0 };

/// Episodes are so far apart.
const EPISODE: Nanos = HOUR;
/// Repeated: so many times …
const REPEATED_TIMES: u64 = 3;
/// … in at least so long.
const REPEATED_SPAN: Nanos = 2 * HOUR;
/// What is older than this is no longer called new.
const OLD: Nanos = WEEK;

/// What a thing came first after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Nothing known.
    Nothing,
    /// A change of its service, right before.
    Change,
    /// The same, and it says itself that it is harmless.
    Brought,
}

/// What is known of one thing.
#[derive(Clone, Debug)]
pub struct Known {
    /// When it came first.
    pub first: Time,
    /// When it came last.
    pub last: Time,
    /// In how many buckets it came, not counting those right after a change.
    pub times: u64,
    /// How often it came in all.
    pub count: u64,
    /// When what it came with began.
    origin: Time,
    /// Whether it came first right after a change.
    pub after: After,
    repeated_at: Option<Time>,
    standing: bool,
    /// Known from before anything could be new.
    silent: bool,
}

/// How surprising an appearance is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surprise {
    /// Expected number a day of such.
    pub r: f64,
    /// Whether the thing was never there before this bucket.
    pub first: bool,
}

/// The novelty of one kind of thing.
#[derive(Clone, Debug)]
pub struct Novelty<K: Ord + Clone> {
    prior: Prior,
    known: BTreeMap<K, Known>,
    standing: Vec<K>,
    /// Events by class (new, new after a change; repeated, repeated after a change, repeated and brought by one): when, and
    /// when the thing was first seen.
    events: [Vec<(Time, Time)>; 5],
    began: Option<Time>,
    limit: usize,
    refused: u64,
}

impl<K: Ord + Clone> Novelty<K> {
    /// A kind of thing of which at most `limit` are remembered; beyond, nothing is new any more, and it is counted.
    pub fn new(prior: Prior, limit: usize) -> Novelty<K> {
        Novelty {
            prior,
            known: BTreeMap::new(),
            standing: Vec::new(),
            events: Default::default(),
            began: None,
            limit,
            refused: 0,
        }
    }

    /// Since when this kind of thing could be seen at all.
    pub fn began(&self) -> Option<Time> {
        self.began
    }

    /// What is known of a thing.
    pub fn known(&self, key: &K) -> Option<&Known> {
        self.known.get(key)
    }

    /// How many things found no place.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// A thing was seen in a bucket. `origin`: when what it came with began to report. `counts`: whether it came on time.
    pub fn saw(
        &mut self,
        key: &K,
        edge: Time,
        count: u64,
        origin: Time,
        after: After,
        on_time: bool,
    ) -> Option<Surprise> {
        // The past of a kind begins with what it could have been seen in.
        self.began = Some(self.began.map_or(origin, |began| began.min(origin)));
        let Some(known) = self.known.get_mut(key) else {
            return self.first(key, edge, count, origin, after, on_time);
        };
        let again = edge > known.last;
        known.last = known.last.max(edge);
        known.count += count;
        if again && after == After::Nothing {
            known.times += 1;
        }
        let repeated = known.times >= REPEATED_TIMES && edge - known.first >= REPEATED_SPAN;
        let in_warm_up = known.first - known.origin < warm_up(edge - known.origin);
        if known.silent || in_warm_up || !again || !repeated || !on_time || edge - known.first > OLD {
            return None;
        }
        let (class, first) = (2 + known.after as usize, known.first);
        let counted = known.repeated_at.is_some();
        known.repeated_at.get_or_insert(edge);
        // What was repeated already stands among its class's events itself: it is judged by those before it.
        let since = known.repeated_at;
        let r = self.rate(class, edge, since.unwrap_or(edge), first);
        if !counted {
            self.events[class].push((edge, first));
        }
        Some(Surprise { r, first: false })
    }

    fn first(
        &mut self,
        key: &K,
        edge: Time,
        count: u64,
        origin: Time,
        after: After,
        on_time: bool,
    ) -> Option<Surprise> {
        if self.known.len() >= self.limit {
            self.refused += 1;
            return None;
        }
        let silent = !on_time || edge - origin < warm_up(edge - origin);
        let known = Known {
            first: edge,
            last: edge,
            times: u64::from(after == After::Nothing),
            count,
            origin,
            after,
            repeated_at: None,
            standing: false,
            silent,
        };
        self.known.insert(key.clone(), known);
        if silent {
            return None;
        }
        let class = usize::from(after != After::Nothing);
        let r = self.rate(class, edge, edge, edge);
        self.events[class].push((edge, edge));
        Some(Surprise { r, first: true })
    }

    /// r of a class at `now`, for something that happened at `at` and was first seen at `first`.
    fn rate(&self, class: usize, now: Time, at: Time, first: Time) -> f64 {
        let began = self.began.unwrap_or(now);
        let past = now - began;
        let prior = match class {
            0 | 1 => self.prior,
            4 => BROUGHT,
            _ => REPEATED,
        };
        let days = |span: Nanos| span as f64 / DAY as f64;
        let from = began + warm_up(past);
        let observed = days((now - from).max(0));
        let r = (self.episodes(class, from, at) + prior.events) / (observed + prior.days);
        if first - began >= WEEK {
            return r;
        }
        let young = now - past / 2;
        r.max((self.episodes(class, young.max(from), at) + 0.5) / days((past / 2).max(1)))
    }

    /// Episodes of a class since `from`, that were over an hour before `until`. What was first seen before (in the warm-up)
    /// is neither new nor repeated, and does not count.
    fn episodes(&self, class: usize, from: Time, until: Time) -> f64 {
        let mut episodes = 0;
        let mut last: Option<Time> = None;
        let counts = |(at, first): &&(Time, Time)| *first >= from && *at >= from && until - *at > EPISODE;
        for (at, _) in self.events[class].iter().filter(counts) {
            if last.is_none_or(|last| *at - last > EPISODE) {
                episodes += 1;
            }
            last = Some(*at);
        }
        f64::from(episodes)
    }

    /// Notes that a signal about a thing stands.
    pub fn stand(&mut self, key: &K) {
        if let Some(known) = self.known.get_mut(key)
            && !known.standing
        {
            known.standing = true;
            self.standing.push(key.clone());
        }
    }

    /// The things about which a signal stood, and that were unseen for ten of their usual gaps by now.
    pub fn ended(&mut self, now: Time) -> Vec<K> {
        let (known, standing) = (&mut self.known, std::mem::take(&mut self.standing));
        let (over, on): (Vec<K>, Vec<K>) = standing.into_iter().partition(|key| {
            let Some(known) = known.get_mut(key) else { return true };
            let over = now - known.last >= patience(known);
            known.standing = !over;
            over
        });
        self.standing = on;
        over
    }

    /// A thing turned out to be another one: what is known of it goes there.
    pub fn merge(&mut self, into: &K, from: &K) {
        let Some(theirs) = self.known.remove(from) else { return };
        self.standing.retain(|key| key != from);
        match self.known.get_mut(into) {
            Some(mine) => {
                mine.first = mine.first.min(theirs.first);
                mine.last = mine.last.max(theirs.last);
                mine.times += theirs.times;
                mine.count += theirs.count;
                mine.silent |= theirs.silent;
            }
            None => {
                self.known.insert(into.clone(), Known { standing: false, ..theirs });
            }
        }
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.known.keys()
    }
}

/// Ten usual gaps, at least an hour and at most a day; a day where no gap is known.
fn patience(known: &Known) -> Nanos {
    match known.times {
        0..=1 => DAY,
        times => (10 * ((known.last - known.first) / (times as i64 - 1))).clamp(HOUR, DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::strength;

    /// B of the only kind of novelty of one family among two.
    const B: f64 = 1.0 / 14.0 / 2.0 / 2.0;

    fn strengths(past_days: i64, appearances: &[i64]) -> Vec<String> {
        let mut novelty: Novelty<u32> = Novelty::new(NEW_LINE, 1000);
        let start = Time(0);
        novelty.saw(&0, start, 1, start, After::Nothing, true);
        appearances
            .iter()
            .map(|minutes| {
                let edge = Time(past_days * DAY + minutes * evidence::MINUTE);
                let surprise = novelty.saw(&1, edge, 1, start, After::Nothing, true);
                surprise.map_or("-".to_string(), |s| format!("{:.2}", strength(s.r, B)))
            })
            .collect()
    }

    #[test]
    fn a_new_line_alone_is_not_shown_and_repeated_it_is() {
        assert_eq!(strengths(13, &[0, 10, 130]), ["0.42", "-", "0.61"]);
    }

    #[test]
    fn on_two_hours_of_logs_everything_is_new_and_that_is_no_news() {
        let mut novelty: Novelty<u32> = Novelty::new(NEW_LINE, 1000);
        for minute in 0..120_u32 {
            let edge = Time(i64::from(minute) * evidence::MINUTE);
            if let Some(surprise) = novelty.saw(&minute, edge, 1, Time(0), After::Nothing, true) {
                assert!(strength(surprise.r, B) < 0.25, "{}", strength(surprise.r, B));
            }
        }
    }

    #[test]
    fn what_was_first_seen_in_the_warm_up_is_neither_new_nor_repeated() {
        assert_eq!(strengths(0, &[5, 300, 600]), ["-", "-", "-"]);
    }

    #[test]
    fn a_new_source_brings_its_lines_without_news() {
        let mut novelty: Novelty<u32> = Novelty::new(NEW_LINE, 1000);
        novelty.saw(&0, Time(0), 1, Time(0), After::Nothing, true);
        let late = Time(10 * DAY);
        assert_eq!(novelty.saw(&1, late, 1, late, After::Nothing, true), None);
        assert!(novelty.saw(&2, late, 1, Time(0), After::Nothing, true).is_some());
    }

    #[test]
    fn a_signal_ends_when_unseen_for_ten_usual_gaps() {
        let mut novelty: Novelty<u32> = Novelty::new(NEW_LINE, 1000);
        for minutes in [0, 30, 60] {
            novelty.saw(&1, Time(minutes * evidence::MINUTE), 1, Time(0), After::Nothing, true);
        }
        novelty.stand(&1);
        assert!(novelty.ended(Time(5 * HOUR)).is_empty());
        assert_eq!(novelty.ended(Time(6 * HOUR)), [1]);
        assert!(novelty.ended(Time(7 * HOUR)).is_empty());
    }
}
