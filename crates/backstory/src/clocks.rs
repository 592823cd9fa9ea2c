//! Clocks that disagree, as spans show it: on one clock nothing begins before what called it.
//!
//! A span and its caller are held against each other where both are read within so many spans; nothing is corrected.
//! Refuses to guess about logs: a constant offset between two services is in none of their lines.

use std::collections::{BTreeMap, VecDeque};

use evidence::{Name, Nanos, SECOND, Span, Time};
use rustc_hash::FxHashMap;

/// So far ahead of its caller a span may begin: clocks that are set by one another differ by less.
const TOLERANCE: Nanos = SECOND;
/// So many spans are remembered, and so many wait for their callers.
const REMEMBERED: usize = 65_536;

type Key = (u128, u64);

/// Where a span stands, when it began, and whose it is.
#[derive(Clone, Copy)]
struct Begun {
    start: Time,
    service: Name,
    source: u32,
    line: u64,
}

/// The spans of one source that begin before their callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// How many.
    pub count: u64,
    /// The line of the first that was found.
    pub line: u64,
    /// How far ahead the farthest is, whose it is, and who called it.
    pub most: Nanos,
    /// Whose the farthest is.
    pub called: Name,
    /// Who called it.
    pub caller: Name,
}

/// Spans held against their callers.
#[derive(Default)]
pub struct Clocks {
    seen: Remembered<Begun>,
    waiting: Remembered<Vec<Begun>>,
    ahead: BTreeMap<u32, Ahead>,
}

/// The newest entries of a table.
struct Remembered<T> {
    of: FxHashMap<Key, T>,
    order: VecDeque<Key>,
}

impl<T> Default for Remembered<T> {
    fn default() -> Remembered<T> {
        Remembered { of: FxHashMap::default(), order: VecDeque::new() }
    }
}

impl<T> Remembered<T> {
    /// The entry of a key, made where there is none; the oldest is forgotten where there are too many.
    fn entry(&mut self, key: Key, make: impl FnOnce() -> T) -> &mut T {
        if !self.of.contains_key(&key) {
            self.order.push_back(key);
            if self.order.len() > REMEMBERED
                && let Some(oldest) = self.order.pop_front()
            {
                self.of.remove(&oldest);
            }
        }
        self.of.entry(key).or_insert_with(make)
    }
}

impl Clocks {
    /// Takes the next span.
    pub fn push(&mut self, span: &Span, service: Name, source: u32, line: u64) {
        let own = Begun { start: span.start, service, source, line };
        if let Some(parent) = span.parent {
            let caller = (span.trace, parent);
            match self.seen.of.get(&caller) {
                Some(begun) => note(&mut self.ahead, own, *begun),
                None => self.waiting.entry(caller, Vec::new).push(own),
            }
        }
        let key = (span.trace, span.id);
        for called in self.waiting.of.remove(&key).into_iter().flatten() {
            note(&mut self.ahead, called, own);
        }
        *self.seen.entry(key, || own) = own;
    }

    /// By source: the spans that begin before their callers.
    pub fn ahead(&self) -> &BTreeMap<u32, Ahead> {
        &self.ahead
    }
}

fn note(ahead: &mut BTreeMap<u32, Ahead>, called: Begun, caller: Begun) {
    let by = caller.start.0.saturating_sub(called.start.0);
    if by <= TOLERANCE {
        return;
    }
    let first = Ahead { count: 0, line: called.line, most: 0, called: called.service, caller: caller.service };
    let all = ahead.entry(called.source).or_insert(first);
    all.count += 1;
    all.line = all.line.min(called.line);
    if by > all.most {
        (all.most, all.called, all.caller) = (by, called.service, caller.service);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(id: u64, parent: Option<u64>, start: i64) -> Span {
        let at = Time(start * SECOND);
        let (service, instance, name) = (String::new(), String::new(), String::new());
        Span { trace: 7, id, parent, service, instance, name, start: at, end: at, failed: false }
    }

    fn told(spans: &[Span]) -> String {
        let mut clocks = Clocks::default();
        spans.iter().zip(1..).for_each(|(span, line)| clocks.push(span, Name::NONE, 3, line));
        clocks.ahead().iter().map(|(s, a)| format!("{s}: {} at {} by {} s", a.count, a.line, a.most / SECOND)).collect()
    }

    #[test]
    fn what_begins_before_its_caller_is_found_in_either_order() {
        let (caller, called) = (span(1, None, 1_000), span(2, Some(1), 700));
        assert_eq!(told(&[caller.clone(), called.clone()]), "3: 1 at 2 by 300 s");
        assert_eq!(told(&[called, span(3, Some(1), 990), caller.clone()]), "3: 2 at 1 by 300 s");
        assert_eq!(told(&[caller.clone(), span(2, Some(1), 1_000), span(3, Some(2), 999)]), "");
        assert_eq!(told(&[caller, span(2, Some(9), 1)]), "", "nothing is said of one whose caller is not there");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut clocks = Clocks::default();
        for id in 1..200_000 {
            clocks.push(&span(id, Some(id + 1_000_000), 5), Name::NONE, 0, 1);
        }
        assert!(clocks.seen.of.len() <= REMEMBERED && clocks.waiting.of.len() <= REMEMBERED);
    }
}
