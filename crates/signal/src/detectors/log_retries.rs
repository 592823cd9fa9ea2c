//! `log.retries`: a service speaks more often of trying again than it did.
//!
//! The lines whose words speak of it are counted together, each weighing with one in ten minutes or some times its
//! usual: what they say together counts, not what one of them pours at once. All is judged given what the whole log writes meanwhile.
//!
//! Limits: the words are English; a line that speaks of both the first attempt and the next ones counts for all.

use evidence::{LogCount, MINUTE, Name, Nanos, Time};

use super::{Detector, Moment, Said, cited, risen};
use crate::budget::{Family, Streams};
use crate::series::{Load, Tallies};
use crate::signal::{Kind, Subject};
use crate::templates::LineIndex;
use crate::weigh::Weights;
use crate::wording::{Speaking, speaks_of_trying_again};

/// How many services are watched, and how many of their lines.
const SERVICES_MAX: usize = 2_000;
const LINES_MAX: usize = 20_000;
/// What is tried again in so short a time may be one thing, tried again and again.
const ROUND: Nanos = 10 * MINUTE;

/// Raises `log.retries`.
pub struct LogRetries {
    speaking: Speaking,
    lines: Weights,
    services: Tallies<Name, (LineIndex, LogCount)>,
}

impl Default for LogRetries {
    fn default() -> LogRetries {
        LogRetries {
            speaking: Speaking::of(speaks_of_trying_again),
            lines: Weights::new(ROUND, LINES_MAX),
            services: Tallies::new(SERVICES_MAX),
        }
    }
}

impl Detector for LogRetries {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        self.speaking.merge(moment.mined);
        self.lines.merge(moment.mined);
        for line in moment.lines {
            let Some(tally) = self.services.of(line.service, moment.edge) else { continue };
            if line.on_time == 0 || !self.speaking.does(line.line, moment.miner) {
                continue;
            }
            let (key, count) = ((line.service, line.line), line.on_time as f64);
            tally.count(self.lines.weigh(key, moment.edge, line.origin, count, count), count);
            tally.latest.retain(|(known, _)| *known != line.line);
            tally.keep((line.line, line.sample));
        }
        let share = moment.budget.test(Family::Log, 1);
        for turned in self.services.close(moment.edge, Load::Given(moment.load), share) {
            let samples = self.services.get(&turned.key).into_iter().flat_map(|tally| &tally.latest);
            let evidence = || samples.map(|(_, sample)| cited(&moment.tables, sample)).collect();
            said.extend(risen(Kind::LogRetries, subject(moment, turned.key), &turned, evidence));
        }
    }

    fn dropped(&self) -> u64 {
        self.lines.refused() + self.services.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        (Family::Log, Streams { novelty: 0, tests: self.services.watched(now) })
    }
}

fn subject(moment: &Moment<'_>, service: Name) -> Subject {
    let name = "lines that speak of trying again".to_string();
    Subject {
        service: moment.tables.names.text(service).to_string(),
        anchor: "retries".into(),
        name,
        ..Subject::default()
    }
}
