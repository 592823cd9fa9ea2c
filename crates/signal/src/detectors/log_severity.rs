//! `log.severity`: a service writes more lines at WARN or worse than it did.
//!
//! What counts is many rare severe lines together: each of them weighs with one an hour, and beyond that with no more
//! than some times its usual, so that a line that pours does not make its service severe (`log.rate` tells of that one).
//! A line's usual is what it comes to at any severity: one that moved up from INFO counts in full. All is judged given
//! what the whole log writes meanwhile.
//!
//! Limits: fewer severe lines are not told; lines without a level are not severe, whatever their words.

use std::collections::BTreeMap;

use evidence::{HOUR, LogCount, Name, Nanos, Time, Timing};

use super::{Detector, Moment, Said, cited, risen, sample_rank};
use crate::budget::{Family, Streams};
use crate::series::{Load, Tallies};
use crate::signal::{Kind, Subject};
use crate::templates::LineIndex;
use crate::weigh::Weights;

/// How many services are watched, and how many of their lines.
const SERVICES_MAX: usize = 2_000;
const LINES_MAX: usize = 20_000;
/// Severe lines so near to each other are one episode of their line.
const EPISODE: Nanos = HOUR;
/// WARN, as OpenTelemetry numbers it.
const SEVERE: u8 = 13;

/// Raises `log.severity`.
pub struct LogSeverity {
    lines: Weights,
    services: Tallies<Name, (LineIndex, LogCount)>,
}

impl Default for LogSeverity {
    fn default() -> LogSeverity {
        LogSeverity { lines: Weights::new(EPISODE, LINES_MAX), services: Tallies::new(SERVICES_MAX) }
    }
}

impl Detector for LogSeverity {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        self.lines.merge(moment.mined);
        let severe = severe(moment);
        for line in moment.lines {
            let key = (line.service, line.line);
            let (count, sample) = severe.get(&key).copied().unwrap_or((0.0, line.sample));
            let weight = self.lines.weigh(key, moment.edge, line.origin, line.on_time as f64, count);
            let Some(tally) = self.services.of(line.service, moment.edge) else { continue };
            if count > 0.0 {
                tally.count(weight, count);
                // Three different lines say more than the same one thrice.
                tally.latest.retain(|(known, _)| *known != line.line);
                tally.keep((line.line, sample));
            }
        }
        let share = moment.budget.test(Family::Log, 1);
        for turned in self.services.close(moment.edge, Load::Given(moment.load), share) {
            let samples = self.services.get(&turned.key).into_iter().flat_map(|tally| &tally.latest);
            let evidence = || samples.map(|(_, sample)| cited(&moment.tables, sample)).collect();
            said.extend(risen(Kind::LogSeverity, subject(moment, turned.key), &turned, evidence));
        }
    }

    fn dropped(&self) -> u64 {
        self.lines.refused() + self.services.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        (Family::Log, Streams { novelty: 0, tests: self.services.watched(now) })
    }
}

/// How often each line came at WARN or worse, and the sample whose text was kept, if one was.
fn severe(moment: &Moment<'_>) -> BTreeMap<(Name, LineIndex), (f64, LogCount)> {
    let mut severe: BTreeMap<(Name, LineIndex), (f64, LogCount)> = BTreeMap::new();
    let rows = moment.bucket.logs.iter().filter(|row| row.severity >= SEVERE && row.timing == Timing::OnTime);
    for row in rows {
        let Some(line) = moment.miner.line_of(row.shape) else { continue };
        let (count, sample) = severe.entry((row.service, line)).or_insert((0.0, *row));
        *count += f64::from(row.count);
        if sample_rank(row) < sample_rank(sample) {
            *sample = *row;
        }
    }
    severe
}

fn subject(moment: &Moment<'_>, service: Name) -> Subject {
    let name = "lines at WARN or worse".to_string();
    Subject {
        service: moment.tables.names.text(service).to_string(),
        anchor: "severe".into(),
        name,
        ..Subject::default()
    }
}
