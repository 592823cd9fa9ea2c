//! `trace.errors`: a larger share of an operation's calls fails than did.
//!
//! Failures are counted given the calls of the same windows: twice the traffic may have twice the failures.
//!
//! Limits: a smaller share is not told; where few calls are sampled, little can be said.

use std::collections::BTreeMap;

use evidence::{SpanRow, Time, Timing};

use super::trace_latency::{Operation, cited, subject};
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams, warm_up};
use crate::series::{Direction, Finding, Moved, Pools, SCALES, Surroundings, Watch, half};
use crate::signal::{Amount, Kind, Unit};

/// How many operations are watched.
const OPERATIONS_MAX: usize = 5_000;

struct Watched {
    began: Time,
    watch: Watch,
    /// Calls in the half window before and in this one, by scale.
    calls: [(f64, f64); 6],
    failed: Option<SpanRow>,
}

/// Raises `trace.errors`.
#[derive(Default)]
pub struct TraceErrors {
    operations: BTreeMap<Operation, Watched>,
    pools: Pools,
    refused: u64,
}

impl Detector for TraceErrors {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for span in moment.bucket.spans.iter().filter(|s| s.timing == Timing::OnTime) {
            self.count(moment, span);
        }
        let share = moment.budget.test(Family::Trace, 2);
        for index in 0..SCALES.len() {
            if moment.edge.0 % half(index) == 0 {
                self.close(index, moment, share, said);
            }
        }
        if moment.edge.0 % (6 * evidence::HOUR) == 0 {
            let mut order: Vec<_> = self.operations.iter().map(|(o, w)| (subject(moment, *o), &w.watch)).collect();
            order.sort_by(|a, b| a.0.cmp(&b.0));
            self.pools = Pools::of_counts(order.iter().map(|(_, w)| *w));
        }
    }

    fn dropped(&self) -> u64 {
        self.refused
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = self.operations.values().filter(|w| now - w.began > warm_up(now - w.began)).count();
        (Family::Trace, Streams { novelty: 0, tests: warm as u64 })
    }
}

impl TraceErrors {
    fn count(&mut self, moment: &Moment<'_>, span: &SpanRow) {
        let operation = (span.service, span.name);
        if self.operations.len() >= OPERATIONS_MAX && !self.operations.contains_key(&operation) {
            self.refused += 1;
            return;
        }
        let watched = self.operations.entry(operation).or_insert_with(|| Watched {
            began: moment.edge,
            watch: Watch::of_counts(&Default::default()),
            calls: Default::default(),
            failed: None,
        });
        watched.calls.iter_mut().for_each(|(_, now)| *now += 1.0);
        if span.failed {
            watched.watch.count(1.0);
            watched.failed = Some(*span);
        }
    }

    fn close(&mut self, index: usize, moment: &Moment<'_>, share: f64, said: &mut Vec<Said>) {
        for (operation, watched) in &mut self.operations {
            let (before, now) = watched.calls[index];
            watched.calls[index] = (now, 0.0);
            let calls = before + now;
            if calls == 0.0 || moment.edge - watched.began < SCALES[index] {
                watched.watch.skip(index, moment.edge);
                continue;
            }
            let around = Surroundings {
                edge: moment.edge,
                load: calls,
                load_noise: 0.0,
                in_proportion: false,
                pools: &self.pools,
                share,
            };
            let past = moment.edge - watched.began;
            for moved in watched.watch.close(index, &around) {
                match moved {
                    Moved::Departed(finding) if finding.direction == Direction::Up && past > warm_up(past) => {
                        said.push(Said::Departed(Box::new(departure(moment, *operation, watched, &finding, calls))));
                    }
                    Moved::Departed(_) => {}
                    Moved::Ended { at, settled, .. } => {
                        let subject = subject(moment, *operation);
                        said.push(Said::Ended { kind: Kind::TraceErrors, subject, at, settled });
                    }
                }
            }
        }
    }
}

fn departure(moment: &Moment<'_>, operation: Operation, watched: &Watched, finding: &Finding, calls: f64) -> Departure {
    let (baseline, observed, unit) = finding.measured(|_| Unit::Share, calls);
    Departure {
        kind: Kind::TraceErrors,
        subject: subject(moment, operation),
        direction: finding.direction,
        strength: finding.strength,
        onset: finding.onset,
        onset_low: finding.onset_low,
        onset_high: finding.onset_high,
        baseline: if unit == Unit::Share { baseline.min(1.0) } else { baseline },
        observed,
        unit,
        amount: Amount { times: finding.observed as u64, after_change: false, window: finding.width() },
        evidence: watched.failed.iter().map(|span| cited(moment, span)).collect(),
    }
}
