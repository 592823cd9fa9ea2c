//! Event time: which stamps are believed, which records came late, and where the watermark stands.
//!
//! A record is known at its time. A source's newest believed time moves forward only; what lies behind it by more than the
//! lateness bound is *late*: counted, mined, and raises nothing. A stamp that is ahead of its source's newest believed one
//! by more than a day **and** by more than ten of the source's usual gaps is *held*: not believed until the next three
//! records of that source reach it too (then everything is, from there on; those held back count as late). Another
//! source's time that reaches a held stamp makes it believed as well; since that depends on the merged order, the reader
//! of buckets applies it ([`Believed`]).

use crate::time::{DAY, LATENESS, Nanos, Time};

/// Whether a record came on time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Timing {
    /// Within the lateness bound: it may raise signals and moves the watermark.
    #[default]
    OnTime,
    /// Behind the lateness bound: it counts, and raises nothing.
    Late,
    /// Too far ahead to be believed: it counts, and raises nothing.
    Held,
}

/// How many records of a source were what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderCounts {
    /// On time.
    pub on_time: u64,
    /// Late.
    pub late: u64,
    /// Held.
    pub held: u64,
}

/// How many of the latest gaps tell what a usual gap is.
const GAPS: usize = 15;
/// A stamp so many usual gaps ahead is held.
const USUAL_GAPS: i64 = 10;
/// So many records in a row must reach a held stamp before it is believed.
const REACHED: u32 = 3;

/// The order of one source's records: fed with stamps in the order in which they stand in the source.
#[derive(Clone, Debug)]
pub struct Order {
    newest: Option<Time>,
    gaps: [Nanos; GAPS],
    gap_count: usize,
    held: Option<(Time, u32)>,
    distrusted: Option<Time>,
    counts: OrderCounts,
}

impl Order {
    /// An order for a source whose first stamps are these (up to four; fewer is fine). A first stamp that lies more than
    /// a day ahead of all that follow it is not believed: there is nothing before it to judge it by.
    pub fn new(first: &[Time]) -> Order {
        let distrusted = match first {
            [head, rest @ ..] if !rest.is_empty() && rest.iter().all(|t| *head - *t > DAY) => Some(*head),
            _ => None,
        };
        Order { newest: None, gaps: [0; GAPS], gap_count: 0, held: None, distrusted, counts: OrderCounts::default() }
    }

    /// The newest believed time, if any stamp was believed yet.
    pub fn newest(&self) -> Option<Time> {
        self.newest
    }

    /// How many records were what so far.
    pub fn counts(&self) -> OrderCounts {
        self.counts
    }

    /// Judges the next record's stamp.
    pub fn push(&mut self, time: Time) -> Timing {
        let timing = self.judge(time);
        match timing {
            Timing::OnTime => self.counts.on_time += 1,
            Timing::Late => self.counts.late += 1,
            Timing::Held => self.counts.held += 1,
        }
        timing
    }

    fn judge(&mut self, time: Time) -> Timing {
        let Some(newest) = self.newest else {
            if self.distrusted.take() == Some(time) {
                return Timing::Held;
            }
            self.newest = Some(time);
            return Timing::OnTime;
        };
        if time - newest > DAY && time - newest > self.usual_gap().saturating_mul(USUAL_GAPS) {
            return self.hold(time);
        }
        self.held = None;
        if newest - time > LATENESS {
            return Timing::Late;
        }
        self.believe(time.max(newest));
        Timing::OnTime
    }

    /// A stamp far ahead: held, until three in a row have reached the first one held.
    fn hold(&mut self, time: Time) -> Timing {
        let (first, reached) = self.held.unwrap_or((time, 0));
        if time < first {
            self.held = Some((time, 0));
        } else if self.held.is_some() && reached + 1 >= REACHED {
            self.held = None;
            self.newest = Some(time);
            return Timing::OnTime;
        } else {
            self.held = Some((first, if self.held.is_some() { reached + 1 } else { 0 }));
        }
        Timing::Held
    }

    fn believe(&mut self, time: Time) {
        if let Some(newest) = self.newest
            && time > newest
        {
            self.gaps[self.gap_count % GAPS] = time - newest;
            self.gap_count += 1;
        }
        self.newest = Some(time);
    }

    /// The median of the latest gaps between different believed stamps; 0 where none is known.
    fn usual_gap(&self) -> Nanos {
        let mut gaps = self.gaps;
        let known = &mut gaps[..self.gap_count.min(GAPS)];
        known.sort_unstable();
        known.get(known.len() / 2).copied().unwrap_or(0)
    }
}

/// What the reader of buckets knows of belief across sources: a held stamp is believed once another source has come as far.
#[derive(Clone, Debug, Default)]
pub struct Believed {
    /// By source: since which bucket's edge its stamps are held.
    held_since: Vec<Option<Time>>,
    /// The newest bucket edge with an on-time record, and of which source; and the newest of any other source.
    newest: Option<(Time, u32)>,
    newest_of_others: Option<Time>,
}

impl Believed {
    /// How a row of a bucket counts, given what other sources have reached in earlier buckets.
    pub fn timing(&mut self, edge: Time, source: u32, timing: Timing) -> Timing {
        let index = source as usize;
        if self.held_since.len() <= index {
            self.held_since.resize(index + 1, None);
        }
        match timing {
            Timing::OnTime => self.held_since[index] = None,
            Timing::Late => {}
            Timing::Held => {
                let since = *self.held_since[index].get_or_insert(edge);
                if self.reached_by_others(source).is_some_and(|reached| reached >= since && reached < edge) {
                    return Timing::OnTime;
                }
            }
        }
        timing
    }

    fn reached_by_others(&self, source: u32) -> Option<Time> {
        match self.newest {
            Some((edge, by)) if by != source => Some(edge),
            _ => self.newest_of_others,
        }
    }

    /// Notes that a source had an on-time record in a bucket. Call after all rows of the bucket were judged.
    pub fn note(&mut self, edge: Time, source: u32) {
        match self.newest {
            Some((_, by)) if by != source => {
                self.newest_of_others = self.newest.map(|(edge, _)| edge);
                self.newest = Some((edge, source));
            }
            _ => self.newest = Some((edge, source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{HOUR, MINUTE};

    fn judged(stamps: &[i64]) -> String {
        let times: Vec<Time> = stamps.iter().map(|m| Time(m * MINUTE)).collect();
        let mut order = Order::new(&times[..times.len().min(4)]);
        let letter = |t: &Time| match order.push(*t) {
            Timing::OnTime => '.',
            Timing::Late => 'L',
            Timing::Held => 'H',
        };
        times.iter().map(letter).collect()
    }

    #[test]
    fn what_lies_behind_the_bound_is_late() {
        assert_eq!(judged(&[0, 1, 2, 1, 2, 3]), "...L..");
    }

    #[test]
    fn one_stamp_from_the_future_moves_nothing() {
        let day = 24 * 60;
        assert_eq!(judged(&[0, 1, 2, 3 * day, 3, 4, 5]), "...H...");
    }

    #[test]
    fn three_that_reach_it_are_believed_from_there_on() {
        let day = 24 * 60;
        assert_eq!(judged(&[0, 1, 2, 3 * day, 3 * day + 1, 3 * day + 2, 3 * day + 3, 3 * day + 4, 3]), "...HHH..L");
    }

    #[test]
    fn lies_that_are_not_in_a_row_are_never_believed() {
        let day = 24 * 60;
        assert_eq!(judged(&[0, 3 * day, 1, 3 * day, 2, 3 * day, 3, 3 * day, 4]), ".H.H.H.H.");
    }

    #[test]
    fn a_source_of_daily_records_may_skip_a_week() {
        let day = 24 * 60;
        assert_eq!(judged(&[0, day, 2 * day, 3 * day, 10 * day]), ".....");
    }

    #[test]
    fn a_first_stamp_from_the_future_is_not_believed() {
        let day = 24 * 60;
        assert_eq!(judged(&[400 * day, 1, 2, 3, 4]), "H....");
    }

    #[test]
    fn another_source_that_comes_as_far_makes_a_held_stamp_believed() {
        let mut believed = Believed::default();
        let at = |minutes: i64| Time(minutes * MINUTE);
        assert_eq!(believed.timing(at(1), 0, Timing::Held), Timing::Held);
        assert_eq!(believed.timing(at(1), 1, Timing::OnTime), Timing::OnTime);
        believed.note(at(1), 1);
        assert_eq!(believed.timing(at(2), 0, Timing::Held), Timing::OnTime);
        assert_eq!(believed.timing(Time(HOUR), 1, Timing::Held), Timing::Held, "its own time is no witness");
    }
}
