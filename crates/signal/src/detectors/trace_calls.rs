//! `trace.calls`: an operation is called far more often for each request than it was.
//!
//! The calls that one operation makes of another are counted given how often it was called itself: more requests make
//! more calls, and are no news. A single request weighs with no more than a few times what is usual. Counts rather than
//! means: where few requests are sampled, a mean of one or two of them says little, and its spread nothing.
//!
//! Limits: fewer calls are not told; where the caller's own span is missing, requests without any call are not seen.

use std::collections::BTreeMap;

use evidence::{Name, SpanRow, Time, Timing};

use super::trace_latency::{Operation, cited};
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams};
use crate::calls::{Request, Way};
use crate::series::{Direction, Finding, Load, Moved, Tallies};
use crate::signal::{Amount, Kind, Unit};

/// How many ways from one operation to another are watched.
const WAYS_MAX: usize = 5_000;
/// One request weighs with at most so many times the usual calls, and so many more.
const TIMES: f64 = 3.0;
const MORE: f64 = 3.0;

/// What one way came to so far.
#[derive(Clone, Copy, Debug, Default)]
struct Usual {
    calls: f64,
    requests: f64,
}

/// Raises `trace.calls`.
pub struct TraceCalls {
    ways: Tallies<Way, SpanRow>,
    /// Of the ways that are watched.
    usual: BTreeMap<Way, Usual>,
}

impl Default for TraceCalls {
    fn default() -> TraceCalls {
        TraceCalls { ways: Tallies::new(WAYS_MAX), usual: BTreeMap::new() }
    }
}

impl Detector for TraceCalls {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for request in &moment.joined.requests {
            self.count(moment.edge, request);
        }
        self.offer(&moment.joined.requests);
        let share = moment.budget.test(Family::Trace, 2);
        for turned in self.ways.close(moment.edge, Load::Offered, share) {
            match turned.moved {
                Moved::Departed(finding) if finding.direction == Direction::Up => {
                    let departure = self.departure(moment, turned.key, &finding, turned.load);
                    said.push(Said::Departed(Box::new(departure)));
                }
                Moved::Departed(_) => {}
                Moved::Ended { at, settled, .. } => {
                    let subject = turned.key.subject(moment.tables.names);
                    said.push(Said::Ended { kind: Kind::TraceCalls, subject, at, settled });
                }
            }
        }
    }

    fn dropped(&self) -> u64 {
        self.ways.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        (Family::Trace, Streams { novelty: 0, tests: self.ways.watched(now) })
    }
}

impl TraceCalls {
    fn count(&mut self, edge: Time, request: &Request) {
        let (caller, within) = request.caller.map_or((Name::NONE, Name::NONE), |span| (span.service, span.name));
        let mut calls: BTreeMap<Operation, (f64, SpanRow)> = BTreeMap::new();
        for callee in request.callees.iter().filter(|callee| callee.timing == Timing::OnTime) {
            calls.entry((callee.service, callee.name)).or_insert((0.0, *callee)).0 += 1.0;
        }
        for ((callee, operation), (count, span)) in calls {
            let way = Way { caller, within, callee, operation };
            let Some(tally) = self.ways.of(way, edge) else { continue };
            let usual = self.usual.entry(way).or_default();
            let weight = count.min(MORE + TIMES * usual.calls / usual.requests.max(1.0));
            usual.calls += weight;
            tally.count(weight, count);
            tally.keep(span);
            if request.caller.is_none() {
                tally.offer(1.0);
                usual.requests += 1.0;
            }
        }
    }

    /// How often each caller's operation was called: each time it could have made its calls.
    fn offer(&mut self, requests: &[Request]) {
        let mut called: BTreeMap<Operation, f64> = BTreeMap::new();
        for span in requests.iter().filter(|request| request.first).filter_map(|request| request.caller) {
            *called.entry((span.service, span.name)).or_default() += 1.0;
        }
        for (way, tally) in self.ways.iter_mut() {
            if let Some(called) = called.get(&(way.caller, way.within)) {
                tally.offer(*called);
                self.usual.entry(*way).or_default().requests += called;
            }
        }
    }

    fn departure(&self, moment: &Moment<'_>, way: Way, finding: &Finding, requests: f64) -> Departure {
        let latest = self.ways.get(&way).map_or(&[][..], |tally| &tally.latest);
        let (baseline, observed, unit) = finding.measured(|_| Unit::CallsARequest, requests);
        Departure {
            kind: Kind::TraceCalls,
            subject: way.subject(moment.tables.names),
            direction: finding.direction,
            strength: finding.strength,
            onset: finding.onset,
            onset_low: finding.onset_low,
            onset_high: finding.onset_high,
            baseline,
            observed,
            unit,
            amount: Amount { times: finding.observed as u64, after_change: false, window: finding.width() },
            evidence: latest.iter().map(|span| cited(moment, span)).collect(),
        }
    }
}
