//! Folding: what moves together within one service at one time is one signal with its members.
//!
//! A departure joins a signal of its service that was raised within 12 hours of it and whose onset interval touches its
//! own, or lies within 12 hours. What is shown (0.5 and more) never hides in what is not. What users feel themselves
//! (errors, latency) is never folded with what they do not: an early sign must not disappear in the pain, nor the pain
//! in it. What was already raised stays as it is.

use std::collections::BTreeMap;

use evidence::{HOUR, Hasher, Id, Nanos, SIGNAL_ID_VERSION, Time};

use crate::budget::{GROWTH, SHOWN};
use crate::detectors::Departure;
use crate::signal::{Kind, Member, Subject};

/// Departures that were raised, or began, so near to each other may be one.
const NEAR: Nanos = 12 * HOUR;
/// How many signals are looked through for a fold.
const OPEN_MAX: usize = 10_000;

/// The key of what is watched: kind and subject, without time and without the words of today. Base rates, trust and
/// dismissals hang on it.
pub fn key(kind: Kind, subject: &Subject) -> String {
    let instance = if subject.instance.is_empty() { String::new() } else { format!("@{}", subject.instance) };
    format!("{}/{}{instance}/{}", kind.name(), subject.service, subject.anchor)
}

/// Words of metrics that users feel: errors and latency, by the field's own names.
const FELT: [&str; 24] = [
    "error",
    "errors",
    "err",
    "fail",
    "failed",
    "failure",
    "failures",
    "5xx",
    "4xx",
    "500",
    "503",
    "timeout",
    "timeouts",
    "latency",
    "duration",
    "response",
    "p50",
    "p75",
    "p90",
    "p95",
    "p99",
    "p999",
    "availability",
    "unavailable",
];

/// Words of metrics about what a service uses: its errors and its latency become the users' only when they become the
/// service's own.
const USED: [&str; 19] = [
    "provider",
    "dependency",
    "outbound",
    "egress",
    "external",
    "remote",
    "db",
    "database",
    "sql",
    "jdbc",
    "redis",
    "memcached",
    "cache",
    "kafka",
    "queue",
    "broker",
    "pool",
    "disk",
    "fsync",
];

/// Whether users feel this themselves where it is about the service that they use: errors and latency, never a log line,
/// nor what it uses, nor what one instance does apart from its siblings: that is no share of the service's errors yet.
pub fn is_felt(kind: Kind, name: &str) -> bool {
    match kind {
        Kind::TraceLatency | Kind::TraceErrors => true,
        Kind::MetricLevel | Kind::MetricDrift => {
            let words = || name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase);
            words().any(|word| FELT.contains(&word.as_str())) && !words().any(|word| USED.contains(&word.as_str()))
        }
        _ => false,
    }
}

/// One signal as it stands.
#[derive(Clone, Debug)]
pub struct Fold {
    /// Its id.
    pub id: Id,
    /// Kind and subject of the member raised first.
    pub key: String,
    /// What kind of departure its first member was.
    pub kind: Kind,
    /// What departed, in the words of its raise.
    pub subject: Subject,
    /// When it was raised.
    pub raised_at: Time,
    /// When it began, as first raised.
    pub onset: Time,
    /// How strong its last printed line is.
    pub printed: f64,
    /// The union of its members' onset intervals.
    pub began: (Time, Time),
    /// Members, itself first.
    pub members: Vec<Member>,
    /// What its founder last was: a signal tells its founder's numbers, whoever made it grow.
    pub founder: Departure,
    /// How many members have not ended.
    standing: usize,
    /// When it ended, and whether by settling.
    pub ended: Option<(Time, bool)>,
}

/// What a departure meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// A signal of its own: to be printed.
    Raised(usize),
    /// The signal has grown: to be printed again.
    Grown(usize),
    /// Nothing to print.
    Quiet,
}

/// All signals of a run, and which streams they stand on.
#[derive(Clone, Debug, Default)]
pub struct Folds {
    /// In order of their raise.
    pub all: Vec<Fold>,
    streams: BTreeMap<String, usize>,
    /// When a stream's signal last ended: what comes after began after.
    ended: BTreeMap<String, Time>,
}

impl Folds {
    /// Places a departure of this moment.
    pub fn place(&mut self, now: Time, departure: &Departure) -> Placed {
        let stream = key(departure.kind, &departure.subject);
        if let Some(number) = self.streams.get(&stream).copied() {
            return self.again(now, number, stream, departure);
        }
        match self.near(now, departure) {
            Some(number) => {
                self.join(now, number, stream, departure);
                self.grown(number, departure.strength)
            }
            None => self.raise(now, stream, departure),
        }
    }

    /// Whether a stream is the first member of a signal that stands.
    pub fn is_founder(&self, stream: &str) -> bool {
        self.streams.get(stream).is_some_and(|number| self.all[*number].key == stream)
    }

    /// A departure of a stream is over.
    pub fn end(&mut self, kind: Kind, subject: &Subject, at: Time, settled: bool) {
        let stream = key(kind, subject);
        let Some(number) = self.streams.remove(&stream) else { return };
        self.ended.insert(stream, at);
        let fold = &mut self.all[number];
        fold.standing = fold.standing.saturating_sub(1);
        if fold.standing == 0 {
            fold.ended = Some((at, settled));
        }
    }

    /// A stream that is part of a signal departs further.
    fn again(&mut self, now: Time, number: usize, stream: String, departure: &Departure) -> Placed {
        let fold = &mut self.all[number];
        let founder = fold.key == stream;
        if !founder && departure.strength >= SHOWN && fold.printed < SHOWN {
            fold.standing = fold.standing.saturating_sub(1);
            return self.raise(now, stream, departure);
        }
        if founder {
            fold.founder = departure.clone();
        }
        if let Some(member) = fold.members.iter_mut().find(|m| m.key == stream) {
            member.strength = member.strength.max(departure.strength);
        }
        self.grown(number, departure.strength)
    }

    fn grown(&mut self, number: usize, strength: f64) -> Placed {
        let fold = &mut self.all[number];
        if strength >= fold.printed + GROWTH || (strength >= SHOWN && fold.printed < SHOWN) {
            fold.printed = strength;
            return Placed::Grown(number);
        }
        Placed::Quiet
    }

    /// The oldest signal that a departure may join.
    fn near(&self, now: Time, departure: &Departure) -> Option<usize> {
        if departure.subject.service.is_empty() {
            return None;
        }
        let felt = is_felt(departure.kind, &departure.subject.name);
        let (low, high) = (departure.onset_low, departure.onset_high);
        let open = self.all.len().saturating_sub(OPEN_MAX);
        let fits = |fold: &Fold| {
            fold.ended.is_none()
                && fold.subject.service == departure.subject.service
                && now - fold.raised_at <= NEAR
                && low - fold.began.1 <= NEAR
                && fold.began.0 - high <= NEAR
                && !(departure.strength >= SHOWN && fold.printed < SHOWN)
                && is_felt(fold.kind, &fold.subject.name) == felt
        };
        (open..self.all.len()).filter(|n| fits(&self.all[*n])).min_by_key(|n| (self.all[*n].raised_at, self.all[*n].id))
    }

    fn join(&mut self, now: Time, number: usize, stream: String, departure: &Departure) {
        self.streams.insert(stream, number);
        let fold = &mut self.all[number];
        fold.began = (fold.began.0.min(departure.onset_low), fold.began.1.max(departure.onset_high));
        fold.standing += 1;
        fold.members.push(member(now, departure));
    }

    fn raise(&mut self, now: Time, stream: String, departure: &Departure) -> Placed {
        // A departure that follows another of the same stream began after that one was over.
        let after = self.ended.get(&stream).copied().unwrap_or(Time::MIN);
        let onset = departure.onset.max(after);
        let bucket = onset.floor(evidence::BUCKET);
        let id = Hasher::new("signal", SIGNAL_ID_VERSION).text(&stream).number(bucket.0).id();
        let number = self.all.len();
        self.streams.insert(stream.clone(), number);
        self.all.push(Fold {
            id,
            key: stream,
            kind: departure.kind,
            subject: departure.subject.clone(),
            raised_at: now,
            onset,
            printed: departure.strength,
            began: (departure.onset_low.max(after), departure.onset_high),
            members: vec![member(now, departure)],
            founder: departure.clone(),
            standing: 1,
            ended: None,
        });
        Placed::Raised(number)
    }
}

fn member(now: Time, departure: &Departure) -> Member {
    Member {
        key: key(departure.kind, &departure.subject),
        kind: departure.kind,
        subject: departure.subject.clone(),
        direction: departure.direction,
        detected_at: now,
        strength: departure.strength,
        onset: departure.onset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Direction;
    use crate::signal::{Amount, Unit};

    fn departure(name: &str, strength: f64, onset: i64) -> Departure {
        let onset = Time(onset * HOUR);
        Departure {
            kind: Kind::MetricLevel,
            subject: Subject { service: "api".into(), name: name.into(), anchor: name.into(), ..Subject::default() },
            direction: Direction::Up,
            strength,
            onset,
            onset_low: onset,
            onset_high: onset,
            baseline: 0.0,
            observed: 1.0,
            unit: Unit::Value,
            amount: Amount::default(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn what_moves_together_is_one_signal() {
        let mut folds = Folds::default();
        assert_eq!(folds.place(Time(HOUR), &departure("queue", 0.7, 1)), Placed::Raised(0));
        assert_eq!(folds.place(Time(2 * HOUR), &departure("heap", 0.75, 2)), Placed::Quiet);
        assert_eq!(folds.place(Time(3 * HOUR), &departure("threads", 0.85, 3)), Placed::Grown(0));
        assert_eq!(folds.all[0].members.len(), 3);
    }

    #[test]
    fn what_is_shown_never_hides_in_what_is_not() {
        let mut folds = Folds::default();
        folds.place(Time(HOUR), &departure("queue", 0.3, 1));
        folds.place(Time(HOUR), &departure("heap", 0.35, 1));
        assert_eq!(folds.place(Time(2 * HOUR), &departure("threads", 0.6, 2)), Placed::Raised(1));
        assert_eq!(folds.place(Time(2 * HOUR), &departure("heap", 0.55, 1)), Placed::Raised(2));
        assert_eq!(folds.place(Time(2 * HOUR), &departure("queue", 0.55, 1)), Placed::Grown(0));
    }

    #[test]
    fn pain_is_not_folded_with_early_signs_nor_days_with_each_other() {
        let mut folds = Folds::default();
        folds.place(Time(HOUR), &departure("queue", 0.7, 1));
        assert_eq!(folds.place(Time(HOUR), &departure("http_error_ratio", 0.7, 1)), Placed::Raised(1));
        assert_eq!(folds.place(Time(30 * HOUR), &departure("heap", 0.7, 30)), Placed::Raised(2));
    }

    #[test]
    fn what_comes_after_the_end_is_another_signal_with_the_same_key() {
        let mut folds = Folds::default();
        let first = departure("queue", 0.7, 1);
        folds.place(Time(HOUR), &first);
        folds.end(first.kind, &first.subject, Time(5 * HOUR), false);
        assert_eq!(folds.place(Time(50 * HOUR), &first), Placed::Raised(1));
        assert_ne!(folds.all[0].id, folds.all[1].id);
        assert_eq!(folds.all[0].ended, Some((Time(5 * HOUR), false)));
    }
}
