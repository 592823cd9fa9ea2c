//! `log.restarts`: instances of a service start again and again, and nobody changed the service.
//!
//! A start is an instance that was never heard of in a service whose instances are known, or a line that speaks of its
//! process starting. Starts right after a change of the service do not count, nor those that go in turn ([`Starts`]).
//!
//! Limits: for a day instances only make themselves known; where lines name no instance, a round of restarts that takes
//! more than five minutes looks like two; what starts without a word and under its old name is not seen.

use std::collections::BTreeMap;

use evidence::{LogCount, Name, Time, Timing};

use super::{Detector, Moment, Said, cited, risen, sample_rank};
use crate::budget::{Family, Streams};
use crate::signal::{Kind, Subject};
use crate::starts::Starts;
use crate::wording::{Speaking, speaks_of_starting};

/// Raises `log.restarts`.
pub struct LogRestarts {
    starts: Starts<LogCount>,
    speaking: Speaking,
}

impl Default for LogRestarts {
    fn default() -> LogRestarts {
        LogRestarts { starts: Starts::default(), speaking: Speaking::of(speaks_of_starting) }
    }
}

impl Detector for LogRestarts {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        self.speaking.merge(moment.mined);
        for ((service, instance), row) in self.hints(moment) {
            let after_change = moment.changes.just_before(moment.edge, service);
            if let Some(tally) = self.starts.started(moment.edge, service, instance, after_change) {
                tally.keep(row);
            }
        }
        let share = moment.budget.test(Family::Log, 1);
        for turned in self.starts.close(moment.edge, share) {
            let samples = self.starts.latest(&turned.key);
            let evidence = || samples.iter().map(|sample| cited(&moment.tables, sample)).collect();
            said.extend(risen(Kind::LogRestarts, subject(moment, turned.key), &turned, evidence));
        }
    }

    fn dropped(&self) -> u64 {
        self.starts.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        (Family::Log, Streams { novelty: 0, tests: self.starts.watched(now) })
    }
}

impl LogRestarts {
    /// The instances of which something in this bucket says that they started, each with one line to show.
    fn hints(&mut self, moment: &Moment<'_>) -> BTreeMap<(Name, Name), LogCount> {
        let mut hints: BTreeMap<(Name, Name), LogCount> = BTreeMap::new();
        for row in moment.bucket.logs.iter().filter(|row| row.timing == Timing::OnTime) {
            let fresh = self.starts.heard(moment.edge, row.service, row.instance);
            let Some(line) = moment.miner.line_of(row.shape) else { continue };
            let speaks = self.speaking.does(line, moment.miner);
            let key = (row.service, row.instance);
            if fresh || speaks || hints.contains_key(&key) {
                let kept = hints.entry(key).or_insert(*row);
                if sample_rank(row) < sample_rank(kept) {
                    *kept = *row;
                }
            }
        }
        hints
    }
}

fn subject(moment: &Moment<'_>, service: Name) -> Subject {
    let name = "starts of its instances".to_string();
    Subject {
        service: moment.tables.names.text(service).to_string(),
        anchor: "starts".into(),
        name,
        ..Subject::default()
    }
}
