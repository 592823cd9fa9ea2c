//! The failing path: the service that hurt, and what it reaches by at most two observed calls.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Call, Facts};

/// How many calls away a service may be.
const HOPS: usize = 2;

/// What lies on the path, as far as known.
pub struct Path {
    /// The service that hurt; `None` where none was given, and everything counts.
    pub service: Option<String>,
    /// What it reaches, by number of calls: nearest first.
    pub reaches: Vec<String>,
    /// Whether anybody knows who calls whom.
    pub has_map: bool,
}

impl Path {
    /// The path of the incident.
    pub fn of(facts: &Facts<'_>) -> Path {
        let service = facts.incident.service.clone();
        let reaches = service.as_deref().map(|s| reached(facts.calls, s)).unwrap_or_default();
        Path { service, reaches, has_map: !facts.calls.is_empty() }
    }

    /// Whether a service lies on the path. With no service given everything does.
    pub fn holds(&self, service: &str) -> bool {
        match &self.service {
            None => true,
            Some(own) => own == service || self.reaches.iter().any(|r| r == service),
        }
    }
}

/// The services that one reaches by at most two calls, nearest first, then by name.
fn reached(calls: &[Call], from: &str) -> Vec<String> {
    let mut callees: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for call in calls {
        callees.entry(&call.caller).or_default().insert(&call.callee);
    }
    let mut seen: BTreeSet<&str> = BTreeSet::from([from]);
    let (mut found, mut edge) = (Vec::new(), vec![from]);
    for _ in 0..HOPS {
        let next: BTreeSet<&str> = edge.iter().filter_map(|s| callees.get(s)).flatten().copied().collect();
        edge = next.into_iter().filter(|s| seen.insert(s)).collect();
        found.extend(edge.iter().map(|s| (*s).to_string()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::{Address, Time};

    #[test]
    fn two_calls_and_no_further() {
        let call = |caller: &str, callee: &str| Call {
            caller: caller.into(),
            callee: callee.into(),
            count: 1,
            first: Time(0),
            example: Address::Span { source: "t".into(), trace: 1, span: 1 },
        };
        let calls = [call("web", "cart"), call("cart", "db"), call("db", "disk"), call("cart", "web")];
        assert_eq!(reached(&calls, "web"), ["cart", "db"]);
    }
}
