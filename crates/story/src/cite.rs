//! Citations: every sentence points at evidence, and every piece of evidence has one number.

use std::collections::BTreeMap;

use evidence::{Address, Time};
use signal::Citation;

use crate::facts::Facts;
use crate::types::Cited;

/// Numbers pieces of evidence in the order in which they are first cited.
pub struct Cites<'a> {
    facts: &'a Facts<'a>,
    all: Vec<Cited>,
    known: BTreeMap<Address, usize>,
}

impl<'a> Cites<'a> {
    /// Nothing is cited yet.
    pub fn new(facts: &'a Facts<'a>) -> Cites<'a> {
        Cites { facts, all: Vec::new(), known: BTreeMap::new() }
    }

    fn add(&mut self, address: Address, time: Option<Time>, text: String) -> usize {
        if let Some(number) = self.known.get(&address) {
            return *number;
        }
        self.all.push(Cited { address: address.clone(), time, text });
        self.known.insert(address, self.all.len());
        self.all.len()
    }

    /// What a signal rests on.
    pub fn signal(&mut self, citation: &Citation) -> usize {
        self.add(citation.address.clone(), Some(citation.time), citation.text.clone())
    }

    /// A change.
    pub fn change(&mut self, index: usize) -> usize {
        let change = &self.facts.changes[index];
        let source = self.facts.sources.get(change.source as usize).cloned().unwrap_or_default();
        let said = [change.reference.as_deref(), change.summary.as_deref()];
        let text = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let text = if text.is_empty() { change.kind.to_string() } else { format!("{} {text}", change.kind) };
        let address = Address::Record { source, record: change.record, line: change.line };
        self.add(address, Some(change.known_at()), text)
    }

    /// A delivered alert.
    pub fn alert(&mut self, index: usize) -> usize {
        let alert = &self.facts.alerts[index];
        let source = self.facts.sources.get(alert.source as usize).cloned().unwrap_or_default();
        let address = Address::Record { source, record: alert.record, line: 0 };
        self.add(address, Some(alert.starts_at), alert.name.clone())
    }

    /// A silence.
    pub fn alert_silence(&mut self, index: usize) -> usize {
        let silence = &self.facts.alert_silences[index];
        let source = self.facts.sources.get(silence.source as usize).cloned().unwrap_or_default();
        let address = Address::Record { source, record: silence.record, line: 0 };
        self.add(address, Some(silence.starts_at), silence.to_string())
    }

    /// A call between two services.
    pub fn call(&mut self, caller: &str, callee: &str) -> Option<usize> {
        let call = self.facts.calls.iter().find(|c| c.caller == caller && c.callee == callee)?;
        let (address, first) = (call.example.clone(), call.first);
        Some(self.add(address, Some(first), format!("{caller} calls {callee}, calls seen: {}", call.count)))
    }

    /// All that was read: what was searched where nothing was found.
    pub fn everything(&mut self) -> usize {
        let (from, to) = self.facts.span.unwrap_or((self.facts.incident.noticed_at, self.facts.incident.noticed_at));
        let records = self.facts.coverage.records_in();
        let text = format!("everything that was read: {} files", self.facts.coverage.files.len());
        self.add(Address::Searched { source: "coverage".into(), records, from, to }, None, text)
    }

    /// All that was read of one service.
    pub fn service(&mut self, service: &str) -> usize {
        let Some((source, records)) = self.facts.searched.get(service).cloned() else { return self.everything() };
        let Some((from, to)) = self.facts.span else { return self.everything() };
        let text = format!("everything that was read of {service}");
        self.add(Address::Searched { source: format!("coverage: {source} ({service})"), records, from, to }, None, text)
    }

    /// One file.
    pub fn file(&mut self, path: &str) -> usize {
        let (from, to) = self.facts.span.unwrap_or((self.facts.incident.noticed_at, self.facts.incident.noticed_at));
        let file = self.facts.coverage.files.iter().find(|f| f.path == path);
        let (records, kind) = file.map_or((0, ""), |f| (f.records, f.kind.as_str()));
        let text = format!("{records} records read as {kind}");
        self.add(Address::Searched { source: format!("coverage: {path}"), records, from, to }, None, text)
    }

    /// The incident, as it was given.
    pub fn incident(&mut self) -> usize {
        let incident = &self.facts.incident;
        let given = incident.id.as_deref().or(incident.title.as_deref()).unwrap_or("the moment given");
        let text = incident.title.clone().unwrap_or_else(|| given.to_string());
        let address = Address::Record { source: format!("incident {given}"), record: 1, line: 0 };
        self.add(address, Some(incident.noticed_at), text)
    }

    /// Everything cited, in order of its number.
    pub fn finish(self) -> Vec<Cited> {
        self.all
    }
}
