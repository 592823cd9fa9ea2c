//! `log.new`: a log line that this service never wrote before.
//!
//! A line is a template, so that a new name in a known sentence is no news. Alone a new line is worth little (people
//! change things all day); when it comes again after two hours it has come to stay. What comes right after a change of
//! its service is a class of its own, and what only ever comes right after changes belongs to them.
//!
//! Limits: on short logs everything is new (the discovery curve holds it down); a service that begins to write brings
//! its lines without news; a line that comes for the second time after a week is not new.

use std::collections::BTreeMap;

use evidence::{LogCount, Name, Time};

use super::{Departure, Detector, LineCount, Moment, Said, cited, line_subject};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::novelty::{After, NEW_LINE, Novelty, Surprise};
use crate::series::Direction;
use crate::signal::{Amount, Kind, Unit};
use crate::templates::{LineIndex, Mined};

/// How many lines of services are remembered.
const LINES_MAX: usize = 100_000;

type Key = (Name, LineIndex);

/// Raises `log.new`.
pub struct LogNew {
    novelty: Novelty<Key>,
    first: BTreeMap<Key, LogCount>,
}

impl Default for LogNew {
    fn default() -> LogNew {
        LogNew { novelty: Novelty::new(NEW_LINE, LINES_MAX), first: BTreeMap::new() }
    }
}

impl Detector for LogNew {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for mined in moment.mined {
            if let Mined::Merged(into, from) = mined {
                self.merge(*into, *from);
            }
        }
        for count in moment.lines {
            self.line(moment, count, said);
        }
        for (service, line) in self.novelty.ended(moment.edge) {
            self.first.remove(&(service, line));
            let subject = line_subject(moment, line, service);
            said.push(Said::Ended { kind: Kind::LogNew, subject, at: moment.edge, settled: false });
        }
    }

    fn dropped(&self) -> u64 {
        self.novelty.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let past = self.novelty.began().map_or(0, |began| now - began);
        (Family::Log, Streams { novelty: u64::from(past > warm_up(past)), tests: 0 })
    }
}

impl LogNew {
    fn merge(&mut self, into: LineIndex, from: LineIndex) {
        let theirs: Vec<Key> = self.novelty.keys().filter(|(_, line)| *line == from).copied().collect();
        for (service, line) in theirs {
            self.novelty.merge(&(service, into), &(service, line));
            self.first.remove(&(service, line));
        }
    }

    fn line(&mut self, moment: &Moment<'_>, count: &LineCount, said: &mut Vec<Said>) {
        let key = (count.service, count.line);
        let after = match moment.changes.just_before(moment.edge, count.service) {
            false => After::Nothing,
            true if count.is_harmless() => After::Brought,
            true => After::Change,
        };
        let times = count.on_time + count.astray;
        let surprise = self.novelty.saw(&key, moment.edge, times, count.origin, after, count.on_time > 0);
        let Some(Surprise { r, first }) = surprise else { return };
        if first {
            let service = moment.tables.names.text(count.service).to_string();
            said.push(Said::Novelty { kind: Kind::LogNew, service });
        }
        let strength = strength(r, moment.budget.novelty(Family::Log));
        if strength < RAISED {
            return;
        }
        self.novelty.stand(&key);
        if first {
            self.first.insert(key, count.sample);
        }
        said.push(Said::Departed(Box::new(self.departure(moment, key, count, strength))));
    }

    fn departure(&self, moment: &Moment<'_>, key: Key, count: &LineCount, strength: f64) -> Departure {
        let known = self.novelty.known(&key);
        let onset = known.map_or(moment.edge, |k| k.first) - evidence::BUCKET;
        let mut evidence: Vec<_> =
            self.first.get(&key).map(|sample| cited(&moment.tables, sample)).into_iter().collect();
        if self.first.get(&key) != Some(&count.sample) {
            evidence.push(cited(&moment.tables, &count.sample));
        }
        Departure {
            kind: Kind::LogNew,
            subject: line_subject(moment, key.1, key.0),
            direction: Direction::New,
            strength,
            onset,
            onset_low: onset,
            onset_high: onset + evidence::BUCKET,
            baseline: 0.0,
            observed: known.map_or(1.0, |k| k.count as f64),
            unit: Unit::Times,
            amount: Amount {
                times: known.map_or(1, |k| k.count),
                after_change: known.is_some_and(|k| k.after != After::Nothing),
                window: known.map_or(0, |k| k.last - k.first),
            },
            evidence,
        }
    }
}
