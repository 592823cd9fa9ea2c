//! Who calls whom, from spans: a call is known when both its spans have ended. The caller's usually ends last, so spans
//! wait for their other half, for ten minutes of event time and so many at most.

use std::collections::VecDeque;

use evidence::{MINUTE, Name, Names, Nanos, SpanRow, Time};
use rustc_hash::FxHashMap;

use crate::signal::Subject;

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

/// Caller and callee.
pub type Edge = (Name, Name);

/// An edge as the subject of a signal.
pub fn edge_subject(names: &Names, (caller, callee): Edge) -> Subject {
    let name = format!("{} -> {}", names.text(caller), names.text(callee));
    Subject { service: names.text(caller).to_string(), instance: String::new(), anchor: name.clone(), name }
}

/// What a caller did to answer one call: the calls that it made, within its own service too.
#[derive(Clone, Debug)]
pub struct Request {
    /// The caller's span; `None` where it did not come for so long that it is given up.
    pub caller: Option<SpanRow>,
    /// The calls, in order of their end.
    pub callees: Vec<SpanRow>,
    /// Whether this is the first time that the caller's span is told of: a call that ends later comes by itself.
    pub first: bool,
}

/// From where what is called. Without the caller's operation where that does not matter, and without the caller where it
/// is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// Who calls, or [`Name::NONE`].
    pub caller: Name,
    /// In which of its operations, or [`Name::NONE`].
    pub within: Name,
    /// Who is called.
    pub callee: Name,
    /// What is called.
    pub operation: Name,
}

impl Way {
    /// It as the subject of a signal: the caller's, or the callee's where the caller is not known.
    pub fn subject(&self, names: &Names) -> Subject {
        let (service, unknown) = match names.given(self.caller) {
            Some(caller) => (caller, ""),
            None => (names.text(self.callee), "somebody -> "),
        };
        let within = names.given(self.within).map(|within| format!("{within} -> ")).unwrap_or_default();
        let whose = if service == names.text(self.callee) { "" } else { names.text(self.callee) };
        let name = format!("{unknown}{within}{whose} {}", names.text(self.operation)).trim().replace("  ", " ");
        Subject { service: service.to_string(), instance: String::new(), anchor: name.clone(), name }
    }
}

/// What spans tell together, as known when a bucket closes.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// Calls between services.
    pub calls: Vec<Called>,
    /// Every caller with its calls.
    pub requests: Vec<Request>,
}

/// Finds the caller of each span.
#[derive(Default)]
pub struct Calls {
    ended: FxHashMap<SpanKey, SpanRow>,
    orphans: FxHashMap<SpanKey, Vec<SpanRow>>,
    queue: VecDeque<(Time, SpanKey, SpanKey)>,
}

impl Calls {
    /// Takes in a bucket's spans, in order of their end; gives what is known by now.
    pub fn observe(&mut self, edge: Time, spans: &[SpanRow]) -> Joined {
        let mut joined = Joined::default();
        for span in spans {
            self.join(span, &mut joined);
        }
        self.forget(edge, &mut joined);
        joined
    }

    fn join(&mut self, span: &SpanRow, joined: &mut Joined) {
        let (key, parent) = ((span.trace, span.id), (span.trace, span.parent));
        let mut call = |caller: Name, callee: &SpanRow| {
            if caller != callee.service && caller.is_some() && callee.service.is_some() {
                joined.calls.push(Called { caller, callee: *callee });
            }
        };
        let callees = self.orphans.remove(&key).unwrap_or_default();
        callees.iter().for_each(|child| call(span.service, child));
        if span.parent != 0 {
            match self.ended.get(&parent) {
                Some(caller) => {
                    call(caller.service, span);
                    joined.requests.push(Request { caller: Some(*caller), callees: vec![*span], first: false });
                }
                None => self.orphans.entry(parent).or_default().push(*span),
            }
        }
        joined.requests.push(Request { caller: Some(*span), callees, first: true });
        self.ended.insert(key, *span);
        self.queue.push_back((span.end, key, parent));
    }

    fn forget(&mut self, now: Time, joined: &mut Joined) {
        while let Some((end, key, parent)) = self.queue.front().copied() {
            if now - end <= WAIT && self.queue.len() <= WAITING_MAX {
                return;
            }
            self.queue.pop_front();
            self.ended.remove(&key);
            if let Some(callees) = self.orphans.remove(&parent) {
                joined.requests.push(Request { caller: None, callees, first: true });
            }
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
        assert!(calls.observe(Time(0), &[span(2, 1, 3, 5), span(3, 1, 4, 6)]).calls.is_empty());
        let found = calls.observe(Time(MINUTE), &[span(1, 0, 2, 9), span(4, 1, 5, 10)]);
        assert_eq!(
            found.calls.iter().map(|c| (c.caller.0, c.callee.service.0)).collect::<Vec<_>>(),
            [(2, 3), (2, 4), (2, 5)]
        );
        let callees = |r: &Request| r.callees.iter().map(|c| c.id).collect::<Vec<_>>();
        let all: Vec<_> = found.requests.iter().map(|r| (callees(r), r.first)).collect();
        assert_eq!(all, [(vec![2, 3], true), (vec![4], false), (vec![], true)]);
    }

    #[test]
    fn nobody_waits_for_ever() {
        let mut calls = Calls::default();
        calls.observe(Time(0), &[span(2, 1, 3, 5)]);
        let given_up = calls.observe(Time(20 * MINUTE), &[]).requests;
        assert!(given_up.len() == 1 && given_up[0].caller.is_none() && given_up[0].callees[0].id == 2);
        assert!(calls.observe(Time(21 * MINUTE), &[span(1, 0, 2, 21 * MINUTE)]).calls.is_empty());
        assert_eq!(calls.queue.len(), 1);
    }
}
