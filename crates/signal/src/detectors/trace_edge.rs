//! `trace.edge`: one service calls another that it never called.
//!
//! Limits: a caller that ends much later than its callee, or was sampled away, makes no edge; a service that is new in
//! the traces brings its edges without news.

use std::collections::BTreeMap;

use evidence::{Name, SpanRow, Time, Timing};

use super::trace_latency::cited;
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::calls::{Edge, edge_subject};
use crate::novelty::{After, NEW_VALUE, Novelty, Surprise};
use crate::series::Direction;
use crate::signal::{Amount, Kind, Unit};

/// How many edges are remembered.
const EDGES_MAX: usize = 50_000;

/// Raises `trace.edge`.
pub struct TraceEdge {
    novelty: Novelty<Edge>,
    services: BTreeMap<Name, Time>,
}

impl Default for TraceEdge {
    fn default() -> TraceEdge {
        TraceEdge { novelty: Novelty::new(NEW_VALUE, EDGES_MAX), services: BTreeMap::new() }
    }
}

impl Detector for TraceEdge {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for span in &moment.bucket.spans {
            self.services.entry(span.service).or_insert(moment.edge);
        }
        let mut seen: BTreeMap<Edge, (u64, SpanRow, bool)> = BTreeMap::new();
        for call in &moment.joined.calls {
            let (count, _, any) = seen.entry((call.caller, call.callee.service)).or_insert((0, call.callee, false));
            *count += 1;
            *any |= call.callee.timing == Timing::OnTime;
        }
        for (edge, (count, span, on_time)) in seen {
            self.edge(moment, edge, count, &span, on_time, said);
        }
        for edge in self.novelty.ended(moment.edge) {
            let subject = edge_subject(moment.tables.names, edge);
            said.push(Said::Ended { kind: Kind::TraceEdge, subject, at: moment.edge, settled: false });
        }
    }

    fn dropped(&self) -> u64 {
        self.novelty.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let past = self.novelty.began().map_or(0, |began| now - began);
        (Family::Trace, Streams { novelty: u64::from(past > warm_up(past)), tests: 0 })
    }
}

impl TraceEdge {
    fn edge(
        &mut self,
        moment: &Moment<'_>,
        edge: Edge,
        count: u64,
        span: &SpanRow,
        on_time: bool,
        said: &mut Vec<Said>,
    ) {
        let began = |service: &Name| self.services.get(service).copied().unwrap_or(moment.edge);
        let origin = began(&edge.0).max(began(&edge.1));
        let after = if moment.changes.just_before(moment.edge, edge.0) { After::Change } else { After::Nothing };
        let surprise = self.novelty.saw(&edge, moment.edge, count, origin, after, on_time);
        let Some(Surprise { r, first }) = surprise else { return };
        if first {
            said.push(Said::Novelty { kind: Kind::TraceEdge, service: moment.tables.names.text(edge.0).to_string() });
        }
        let strength = strength(r, moment.budget.novelty(Family::Trace));
        if strength < RAISED {
            return;
        }
        self.novelty.stand(&edge);
        let known = self.novelty.known(&edge);
        let onset = known.map_or(moment.edge, |k| k.first) - evidence::BUCKET;
        said.push(Said::Departed(Box::new(Departure {
            kind: Kind::TraceEdge,
            subject: edge_subject(moment.tables.names, edge),
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
            evidence: vec![cited(moment, span)],
        })));
    }
}
