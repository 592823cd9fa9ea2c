//! `trace.retries`: a caller makes the same call again more often than it did.
//!
//! A call is made again where the same request made it before, and that one had failed, or had taken much longer than
//! such calls take when the next one began. Where a request makes the same call several times anyway, only what goes
//! beyond that counts: a loop is no retry (`trace.calls` tells of loops that grow). Counted given the calls.
//!
//! Limits: what is tried again by another request is not seen, nor a call that ends after its caller did.

use std::collections::BTreeMap;

use evidence::{Name, SpanRow, Time, Timing};

use super::trace_latency::{Operation, cited};
use super::{Detector, Moment, Said, risen};
use crate::budget::{Family, Streams};
use crate::calls::{Request, Way};
use crate::series::{Load, Tallies};
use crate::signal::Kind;

/// How many ways from a caller to an operation are watched.
const WAYS_MAX: usize = 5_000;
/// A call takes much longer than usual from so many times that on …
const LONG: f64 = 4.0;
/// … once so many were seen.
const SEEN: f64 = 20.0;

/// How a caller's calls of one operation usually go.
#[derive(Clone, Copy, Debug, Default)]
struct Usual {
    requests: f64,
    calls: f64,
    /// The sum of the logarithms of durations.
    log_took: f64,
}

impl Usual {
    /// Calls for each request that makes any.
    fn calls(&self) -> f64 {
        if self.requests > 0.0 { (self.calls / self.requests).round().max(1.0) } else { 1.0 }
    }

    /// How long a call takes, from which on it takes much longer than usual.
    fn long(&self) -> f64 {
        if self.calls >= SEEN { LONG * (self.log_took / self.calls).exp() } else { f64::INFINITY }
    }

    /// How many of a request's calls of one operation, in order of their start, are made again.
    fn again(&self, calls: &[SpanRow]) -> usize {
        let long = self.long();
        let again = |pair: &&[SpanRow]| {
            let (one, next) = (&pair[0], &pair[1]);
            let hung = (one.end.min(next.start) - one.start) as f64 >= long;
            hung || (one.failed && next.start >= one.end)
        };
        calls.windows(2).filter(again).count().min(calls.len().saturating_sub(self.calls() as usize))
    }

    fn learn(&mut self, calls: &[SpanRow]) {
        let took = |span: &SpanRow| ((span.end - span.start) as f64).max(1.0).ln();
        self.requests += 1.0;
        self.calls += calls.len() as f64;
        self.log_took += calls.iter().map(took).sum::<f64>();
    }
}

/// Raises `trace.retries`.
pub struct TraceRetries {
    ways: Tallies<Way, SpanRow>,
    /// Of the ways that are watched.
    usual: BTreeMap<Way, Usual>,
}

impl Default for TraceRetries {
    fn default() -> TraceRetries {
        TraceRetries { ways: Tallies::new(WAYS_MAX), usual: BTreeMap::new() }
    }
}

impl Detector for TraceRetries {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for request in &moment.joined.requests {
            self.count(moment.edge, request);
        }
        let share = moment.budget.test(Family::Trace, 2);
        for turned in self.ways.close(moment.edge, Load::Offered, share) {
            let latest = self.ways.get(&turned.key).map_or(&[][..], |tally| &tally.latest);
            let evidence = || latest.iter().map(|span| cited(moment, span)).collect();
            said.extend(risen(Kind::TraceRetries, turned.key.subject(moment.tables.names), &turned, evidence));
        }
    }

    fn dropped(&self) -> u64 {
        self.ways.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        (Family::Trace, Streams { novelty: 0, tests: self.ways.watched(now) })
    }
}

impl TraceRetries {
    fn count(&mut self, edge: Time, request: &Request) {
        let caller = request.caller.map_or(Name::NONE, |span| span.service);
        let mut calls: BTreeMap<Operation, Vec<SpanRow>> = BTreeMap::new();
        for callee in request.callees.iter().filter(|callee| callee.timing == Timing::OnTime) {
            calls.entry((callee.service, callee.name)).or_default().push(*callee);
        }
        for ((callee, operation), mut calls) in calls {
            let way = Way { caller, within: Name::NONE, callee, operation };
            let Some(tally) = self.ways.of(way, edge) else { continue };
            let usual = self.usual.entry(way).or_default();
            calls.sort_by_key(|call| (call.start, call.end, call.id));
            let again = usual.again(&calls);
            tally.offer(calls.len() as f64);
            tally.count(again as f64, again as f64);
            if again > 0
                && let Some(last) = calls.last()
            {
                tally.keep(*last);
            }
            usual.learn(&calls);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::MILLISECOND;

    /// A call from one millisecond to another.
    fn call(from: i64, to: i64, failed: bool) -> SpanRow {
        SpanRow {
            end: Time(to * MILLISECOND),
            start: Time(from * MILLISECOND),
            trace: 1,
            id: 1,
            parent: 9,
            service: Name(2),
            instance: Name::NONE,
            name: Name(3),
            failed,
            source: 0,
            record: 1,
            line: 1,
            timing: Timing::OnTime,
        }
    }

    /// Calls of ten milliseconds, so many for each request.
    fn usual(each: i64) -> Usual {
        let mut usual = Usual::default();
        let calls: Vec<SpanRow> = (0..each).map(|n| call(20 * n, 20 * n + 10, false)).collect();
        (0..50).for_each(|_| usual.learn(&calls));
        usual
    }

    #[test]
    fn what_failed_or_hung_is_made_again() {
        assert_eq!(usual(1).again(&[call(0, 10, true), call(15, 25, true), call(40, 50, false)]), 2);
        assert_eq!(usual(1).again(&[call(0, 100, false), call(110, 120, false)]), 1, "it hung");
        assert_eq!(usual(1).again(&[call(0, 300, false), call(100, 120, false)]), 1, "it hangs still");
    }

    #[test]
    fn loops_and_calls_side_by_side_are_no_retries() {
        assert_eq!(usual(1).again(&[call(0, 10, false), call(15, 25, false), call(40, 50, false)]), 0);
        assert_eq!(usual(1).again(&[call(0, 300, true), call(1, 12, false)]), 0, "side by side");
        assert_eq!(usual(3).again(&[call(0, 10, true), call(15, 25, false), call(40, 50, false)]), 0, "the next item");
    }
}
