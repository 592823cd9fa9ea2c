//! `trace.latency`: an operation takes longer, or shorter, than it did.
//!
//! Each minute's mean of the logarithm of durations is one value, so that one slow call among many moves little and a
//! factor is a factor at every scale. Days are compared too: a statement that grows slower from day to day is seen.
//!
//! Limits: quantiles are not looked at; where few calls are sampled, little can be said.

use std::collections::BTreeMap;

use evidence::{Address, Name, SpanRow, Time, Timing};

use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams, warm_up};
use crate::series::{Elsewhere, Finding, Moved, Sensor};
use crate::signal::{Amount, Citation, Kind, Subject, Unit};

/// How many operations are watched.
const OPERATIONS_MAX: usize = 5_000;

/// An operation of a service.
pub type Operation = (Name, Name);

/// An operation as the subject of a signal.
pub fn subject(moment: &Moment<'_>, (service, name): Operation) -> Subject {
    let names = moment.tables.names;
    Subject {
        service: names.text(service).to_string(),
        instance: String::new(),
        name: names.text(name).to_string(),
        anchor: names.text(name).to_string(),
    }
}

/// A span as evidence.
pub fn cited(moment: &Moment<'_>, span: &SpanRow) -> Citation {
    let source = moment.tables.sources.get(span.source as usize).cloned().unwrap_or_default();
    let took = (span.end - span.start) as f64 / 1e6;
    let failed = if span.failed { ", failed" } else { "" };
    Citation {
        address: Address::Span { source, trace: span.trace, span: span.id },
        time: span.end,
        text: format!("{} took {} ms{failed}", moment.tables.names.text(span.name), evidence::six(took)),
    }
}

struct Watched {
    began: Time,
    sensor: Sensor,
    slowest: SpanRow,
}

/// Raises `trace.latency`.
#[derive(Default)]
pub struct TraceLatency {
    operations: BTreeMap<Operation, Watched>,
    elsewhere: Elsewhere,
    refused: u64,
}

fn log_ms(span: &SpanRow) -> f64 {
    ((span.end - span.start) as f64 / 1e6).max(1e-3).ln()
}

impl Detector for TraceLatency {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        let share = moment.budget.test(Family::Trace, 1);
        self.elsewhere.next_moment(moment.edge);
        let mut calls: BTreeMap<Operation, (f64, f64, SpanRow)> = BTreeMap::new();
        for span in moment.bucket.spans.iter().filter(|s| s.timing == Timing::OnTime) {
            let (sum, count, slowest) = calls.entry((span.service, span.name)).or_insert((0.0, 0.0, *span));
            *sum += log_ms(span);
            *count += 1.0;
            if (span.end - span.start, span.trace, span.id) > (slowest.end - slowest.start, slowest.trace, slowest.id) {
                *slowest = *span;
            }
        }
        let mut moves: Vec<(Operation, Moved)> = Vec::new();
        for (operation, (sum, count, slowest)) in calls {
            if self.operations.len() >= OPERATIONS_MAX && !self.operations.contains_key(&operation) {
                self.refused += 1;
                continue;
            }
            let watched = self.operations.entry(operation).or_insert_with(|| Watched {
                began: moment.edge,
                sensor: Sensor::new(),
                slowest,
            });
            watched.slowest = slowest;
            self.elsewhere.whose = operation.0.0;
            moves.extend(
                watched
                    .sensor
                    .value(moment.edge, sum / count, share, &mut self.elsewhere)
                    .into_iter()
                    .map(|m| (operation, m)),
            );
        }
        for (operation, moved) in moves {
            self.say(moment, operation, &moved, said);
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

impl TraceLatency {
    fn say(&self, moment: &Moment<'_>, operation: Operation, moved: &Moved, said: &mut Vec<Said>) {
        let Some(watched) = self.operations.get(&operation) else { return };
        match moved {
            Moved::Departed(finding) if moment.edge - watched.began > warm_up(moment.edge - watched.began) => {
                said.push(Said::Departed(Box::new(departure(moment, operation, watched, finding))));
            }
            Moved::Departed(_) => {}
            Moved::Ended { at, settled, .. } => {
                let subject = subject(moment, operation);
                said.push(Said::Ended { kind: Kind::TraceLatency, subject, at: *at, settled: *settled });
            }
        }
    }
}

fn departure(moment: &Moment<'_>, operation: Operation, watched: &Watched, finding: &Finding) -> Departure {
    Departure {
        kind: Kind::TraceLatency,
        subject: subject(moment, operation),
        direction: finding.direction,
        strength: finding.strength,
        onset: finding.onset,
        onset_low: finding.onset_low,
        onset_high: finding.onset_high,
        baseline: finding.expected.exp(),
        observed: finding.observed.exp(),
        unit: Unit::Milliseconds,
        amount: Amount { times: 0, after_change: false, window: finding.window.1 - finding.window.0 },
        evidence: vec![cited(moment, &watched.slowest)],
    }
}
