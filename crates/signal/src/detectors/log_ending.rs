//! `log.ending`: a line that was never there says that something is about to end, or was not renewed.
//!
//! Certificates, licences, leases, quotas say it themselves, mostly in vain. Such lines are a kind of their own, rarer than
//! new lines are: those with a word of an end that do not call themselves harmless. What such things say every day
//! ("session expired") was there in the first days, and is no news.
//!
//! Limits: what the line's numbers say (days left) is not read; that a metric tells is `metric.ending`.

use std::collections::BTreeMap;

use evidence::{LogCount, Name, Time};

use super::{Departure, Detector, LineCount, Moment, Said, cited, line_subject};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::novelty::{After, NEW_VALUE, Novelty, Surprise};
use crate::series::Direction;
use crate::signal::{Amount, Kind, Unit};
use crate::templates::{LineIndex, Mined};

/// How many lines of services are remembered.
const LINES_MAX: usize = 20_000;
/// Beginnings of words that speak of an end.
const ENDS: [&str; 7] = ["expir", "renew", "certificate", "quota", "licence", "license", "not_after"];

type Key = (Name, LineIndex);

/// Raises `log.ending`.
pub struct LogEnding {
    novelty: Novelty<Key>,
    first: BTreeMap<Key, LogCount>,
    speaks: BTreeMap<LineIndex, bool>,
}

impl Default for LogEnding {
    fn default() -> LogEnding {
        LogEnding { novelty: Novelty::new(NEW_VALUE, LINES_MAX), first: BTreeMap::new(), speaks: BTreeMap::new() }
    }
}

impl Detector for LogEnding {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for mined in moment.mined {
            match mined {
                Mined::Merged(into, from) => self.merge(*into, *from),
                _ => self.speaks.clear(),
            }
        }
        for count in moment.lines.iter().filter(|count| !count.is_harmless()) {
            self.line(moment, count, said);
        }
        for (service, line) in self.novelty.ended(moment.edge) {
            self.first.remove(&(service, line));
            let subject = line_subject(moment, line, service);
            said.push(Said::Ended { kind: Kind::LogEnding, subject, at: moment.edge, settled: false });
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

impl LogEnding {
    fn merge(&mut self, into: LineIndex, from: LineIndex) {
        self.speaks.clear();
        let theirs: Vec<Key> = self.novelty.keys().filter(|(_, line)| *line == from).copied().collect();
        for (service, line) in theirs {
            self.novelty.merge(&(service, into), &(service, line));
            self.first.remove(&(service, line));
        }
    }

    fn line(&mut self, moment: &Moment<'_>, count: &LineCount, said: &mut Vec<Said>) {
        let speaks = || speaks_of_an_end(&moment.miner.line(count.line).shown());
        if !*self.speaks.entry(count.line).or_insert_with(speaks) {
            return;
        }
        let key = (count.service, count.line);
        let after = if moment.changes.just_before(moment.edge, key.0) { After::Change } else { After::Nothing };
        let times = count.on_time + count.astray;
        let surprise = self.novelty.saw(&key, moment.edge, times, count.origin, after, count.on_time > 0);
        let Some(Surprise { r, first }) = surprise else { return };
        if first {
            let service = moment.tables.names.text(count.service).to_string();
            said.push(Said::Novelty { kind: Kind::LogEnding, service });
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
        let samples = self.first.get(&key).filter(|first| **first != count.sample).into_iter().chain([&count.sample]);
        Departure {
            kind: Kind::LogEnding,
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
            evidence: samples.map(|sample| cited(&moment.tables, sample)).collect(),
        }
    }
}

fn speaks_of_an_end(line: &str) -> bool {
    let small = line.to_ascii_lowercase();
    let mut words = small.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|word| ENDS.iter().any(|end| word.starts_with(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_words_speak_of_an_end() {
        assert!(
            speaks_of_an_end("x509: certificate expires in <num> days") && speaks_of_an_end("lease renewal refused")
        );
        assert!(!speaks_of_an_end("order <num> placed"));
    }
}
