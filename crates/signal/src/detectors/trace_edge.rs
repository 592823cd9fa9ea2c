//! `trace.edge`: one service calls another that it never called.
//!
//! A call is known when both its spans have ended: the caller's usually ends last. Spans wait for their other half for
//! ten minutes of event time, and so many at most.
//!
//! Limits: a caller that ends later than that, or was sampled away, makes no edge; a service that is new in the traces
//! brings its edges without news.

use std::collections::{BTreeMap, VecDeque};

use evidence::{MINUTE, Name, Nanos, SpanRow, Time, Timing};
use rustc_hash::FxHashMap;

use super::trace_latency::cited;
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::novelty::{NEW_VALUE, Novelty, Surprise};
use crate::series::Direction;
use crate::signal::{Amount, Kind, Subject, Unit};

/// How long a span waits for its caller or callees.
const WAIT: Nanos = 10 * MINUTE;
/// How many spans wait at once.
const WAITING_MAX: usize = 200_000;
/// How many edges are remembered.
const EDGES_MAX: usize = 50_000;

type SpanKey = (u128, u64);
/// Caller and callee.
type Edge = (Name, Name);

/// Raises `trace.edge`.
pub struct TraceEdge {
    novelty: Novelty<Edge>,
    services: BTreeMap<Name, Time>,
    ended: FxHashMap<SpanKey, SpanRow>,
    orphans: FxHashMap<SpanKey, Vec<SpanRow>>,
    queue: VecDeque<(Time, SpanKey, SpanKey)>,
    seen: BTreeMap<Edge, (u64, SpanRow, bool)>,
}

impl Default for TraceEdge {
    fn default() -> TraceEdge {
        TraceEdge {
            novelty: Novelty::new(NEW_VALUE, EDGES_MAX),
            services: BTreeMap::new(),
            ended: FxHashMap::default(),
            orphans: FxHashMap::default(),
            queue: VecDeque::new(),
            seen: BTreeMap::new(),
        }
    }
}

impl Detector for TraceEdge {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for span in &moment.bucket.spans {
            self.services.entry(span.service).or_insert(moment.edge);
            self.join(span);
        }
        self.forget(moment.edge);
        for (edge, (count, span, on_time)) in std::mem::take(&mut self.seen) {
            self.edge(moment, edge, count, &span, on_time, said);
        }
        for edge in self.novelty.ended(moment.edge) {
            let subject = subject(moment, edge);
            said.push(Said::Ended { kind: Kind::TraceEdge, subject, at: moment.edge, settled: false });
        }
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let past = self.novelty.began().map_or(0, |began| now - began);
        (Family::Trace, Streams { novelty: u64::from(past > warm_up(past)), tests: 0 })
    }
}

impl TraceEdge {
    fn join(&mut self, span: &SpanRow) {
        let (key, parent) = ((span.trace, span.id), (span.trace, span.parent));
        for child in self.orphans.remove(&key).unwrap_or_default() {
            self.saw(span.service, &child);
        }
        if span.parent != 0 {
            match self.ended.get(&parent) {
                Some(caller) => self.saw(caller.service, span),
                None => self.orphans.entry(parent).or_default().push(*span),
            }
        }
        self.ended.insert(key, *span);
        self.queue.push_back((span.end, key, parent));
    }

    fn saw(&mut self, caller: Name, callee: &SpanRow) {
        if caller == callee.service || !caller.is_some() || !callee.service.is_some() {
            return;
        }
        let on_time = callee.timing == Timing::OnTime;
        let (count, _, any) = self.seen.entry((caller, callee.service)).or_insert((0, *callee, false));
        *count += 1;
        *any |= on_time;
    }

    fn forget(&mut self, now: Time) {
        while let Some((end, key, parent)) = self.queue.front().copied() {
            if now - end <= WAIT && self.queue.len() <= WAITING_MAX {
                return;
            }
            self.queue.pop_front();
            self.ended.remove(&key);
            self.orphans.remove(&parent);
        }
    }

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
        let after = moment.changes.just_before(moment.edge, edge.0);
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
            subject: subject(moment, edge),
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
                after_change: known.is_some_and(|k| k.after_change),
                window: known.map_or(0, |k| k.last - k.first),
            },
            evidence: vec![cited(moment, span)],
        })));
    }
}

fn subject(moment: &Moment<'_>, (caller, callee): Edge) -> Subject {
    let names = moment.tables.names;
    let name = format!("{} -> {}", names.text(caller), names.text(callee));
    Subject { service: names.text(caller).to_string(), instance: String::new(), anchor: name.clone(), name }
}
