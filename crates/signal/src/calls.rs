//! Who calls whom, from spans: a call is known when both its spans have ended. The caller's usually ends last, so spans
//! wait for their other half, for ten minutes of event time and so many at most.

use std::collections::VecDeque;

use evidence::{MINUTE, Name, Nanos, SpanRow, Time};
use rustc_hash::FxHashMap;

/// How long a span waits for its caller or callees.
const WAIT: Nanos = 10 * MINUTE;
/// How many spans wait at once.
const WAITING_MAX: usize = 200_000;

type SpanKey = (u128, u64);

/// A call between two different services that both name themselves.
#[derive(Clone, Copy, Debug)]
pub struct Called {
    /// Who calls.
    pub caller: Name,
    /// The callee's span.
    pub callee: SpanRow,
}

/// Finds the caller of each span.
#[derive(Default)]
pub struct Calls {
    ended: FxHashMap<SpanKey, SpanRow>,
    orphans: FxHashMap<SpanKey, Vec<SpanRow>>,
    queue: VecDeque<(Time, SpanKey, SpanKey)>,
}

impl Calls {
    /// Takes in a bucket's spans, in order of their end; gives the calls that are known by now.
    pub fn observe(&mut self, edge: Time, spans: &[SpanRow]) -> Vec<Called> {
        let mut found = Vec::new();
        for span in spans {
            self.join(span, &mut found);
        }
        self.forget(edge);
        found
    }

    fn join(&mut self, span: &SpanRow, found: &mut Vec<Called>) {
        let (key, parent) = ((span.trace, span.id), (span.trace, span.parent));
        let mut call = |caller: Name, callee: &SpanRow| {
            if caller != callee.service && caller.is_some() && callee.service.is_some() {
                found.push(Called { caller, callee: *callee });
            }
        };
        for child in self.orphans.remove(&key).unwrap_or_default() {
            call(span.service, &child);
        }
        if span.parent != 0 {
            match self.ended.get(&parent) {
                Some(caller) => call(caller.service, span),
                None => self.orphans.entry(parent).or_default().push(*span),
            }
        }
        self.ended.insert(key, *span);
        self.queue.push_back((span.end, key, parent));
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::Timing;

    fn span(id: u64, parent: u64, service: u32, end: i64) -> SpanRow {
        SpanRow {
            end: Time(end),
            start: Time(0),
            trace: 1,
            id,
            parent,
            service: Name(service),
            instance: Name::NONE,
            name: Name(9),
            failed: false,
            source: 0,
            record: id,
            line: 1,
            timing: Timing::OnTime,
        }
    }

    #[test]
    fn a_callee_waits_for_its_caller() {
        let mut calls = Calls::default();
        assert!(calls.observe(Time(0), &[span(2, 1, 3, 5), span(3, 1, 4, 6)]).is_empty());
        let found = calls.observe(Time(MINUTE), &[span(1, 0, 2, 9), span(4, 1, 2, 10)]);
        assert_eq!(found.iter().map(|c| (c.caller.0, c.callee.service.0)).collect::<Vec<_>>(), [(2, 3), (2, 4)]);
    }

    #[test]
    fn nobody_waits_for_ever() {
        let mut calls = Calls::default();
        calls.observe(Time(0), &[span(2, 1, 3, 5)]);
        calls.observe(Time(20 * MINUTE), &[]);
        assert!(calls.observe(Time(21 * MINUTE), &[span(1, 0, 2, 21 * MINUTE)]).is_empty());
        assert_eq!(calls.queue.len(), 1);
    }
}
