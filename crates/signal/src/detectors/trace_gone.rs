//! `trace.gone`: one service calls another no more, while it goes on working.
//!
//! The calls of an edge are counted given the caller's own spans of the same windows: nobody is missed where nothing was
//! to be done. How unevenly an edge was used before, and at which hours, says how surprising a window without any is.
//!
//! Limits: an edge that is used less is not told; one that was always rare takes long to be missed. That its caller was
//! changed before does not excuse it: what stays gone is told, and the story names the change.

use std::collections::BTreeMap;

use evidence::{Name, SpanRow, Time, Timing};

use super::trace_latency::cited;
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams};
use crate::calls::{Edge, edge_subject};
use crate::series::{Direction, Finding, Load, Moved, Tallies};
use crate::signal::{Amount, Kind, Unit};

/// How many edges are watched.
const EDGES_MAX: usize = 5_000;

/// Raises `trace.gone`.
pub struct TraceGone {
    edges: Tallies<Edge, SpanRow>,
    /// Edges of which it was said that they are gone, at most all.
    gone: BTreeMap<Edge, Time>,
}

impl Default for TraceGone {
    fn default() -> TraceGone {
        TraceGone { edges: Tallies::new(EDGES_MAX), gone: BTreeMap::new() }
    }
}

impl Detector for TraceGone {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        self.count(moment);
        let share = moment.budget.test(Family::Trace, 2);
        for turned in self.edges.close(moment.edge, Load::Offered, share) {
            match turned.moved {
                Moved::Departed(finding) if finding.direction == Direction::Down && finding.observed == 0.0 => {
                    self.say(moment, turned.key, &finding, said);
                }
                Moved::Departed(_) => {}
                Moved::Ended { at, settled, .. } => {
                    self.gone.remove(&turned.key);
                    let subject = edge_subject(moment.tables.names, turned.key);
                    said.push(Said::Ended { kind: Kind::TraceGone, subject, at, settled });
                }
            }
        }
    }

    fn dropped(&self) -> u64 {
        self.edges.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        (Family::Trace, Streams { novelty: 0, tests: self.edges.watched(now) })
    }
}

impl TraceGone {
    fn count(&mut self, moment: &Moment<'_>) {
        for call in moment.joined.calls.iter().filter(|call| call.callee.timing == Timing::OnTime) {
            if let Some(tally) = self.edges.of((call.caller, call.callee.service), moment.edge) {
                tally.count(1.0, 1.0);
                tally.keep(call.callee);
            }
        }
        let mut worked: BTreeMap<Name, f64> = BTreeMap::new();
        for span in moment.bucket.spans.iter().filter(|span| span.timing == Timing::OnTime) {
            *worked.entry(span.service).or_default() += 1.0;
        }
        for ((caller, _), tally) in self.edges.iter_mut() {
            tally.offer(worked.get(caller).copied().unwrap_or_default());
        }
    }

    fn say(&mut self, moment: &Moment<'_>, edge: Edge, finding: &Finding, said: &mut Vec<Said>) {
        let Some(last) = self.edges.get(&edge).and_then(|tally| tally.latest.last()) else { return };
        let subject = edge_subject(moment.tables.names, edge);
        if self.gone.insert(edge, moment.edge).is_none() {
            said.push(Said::Novelty { kind: Kind::TraceGone, service: subject.service.clone() });
        }
        let gone = moment.edge - last.end;
        said.push(Said::Departed(Box::new(Departure {
            kind: Kind::TraceGone,
            subject,
            direction: Direction::Gone,
            strength: finding.strength,
            onset: last.end,
            onset_low: last.end,
            onset_high: moment.edge,
            baseline: 0.0,
            observed: gone as f64 / evidence::SECOND as f64,
            unit: Unit::SecondsSince,
            amount: Amount { times: 0, after_change: false, window: gone },
            evidence: vec![cited(moment, last)],
        })));
    }
}
