//! A repository's commits join the evidence as changes.
//!
//! `dig` reads them; here they get their place among the changes of the files. They explain, they are no telemetry: no
//! signal depends on them, so that `tell` with a repository raises what `replay` raises without one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dig::git::{Commit, History, Wanted, commits};
use evidence::{ChangeEvent, ChangeKind, Time};

use crate::read::Evidence;

/// A hash is told by so many digits at least.
const DIGITS_MIN: usize = 7;

/// Reads the commits of a repository between two moments, and those that deploys name, into the evidence; at most so
/// many. Never fails: what cannot be read is a complaint in the coverage.
pub fn join(evidence: &mut Evidence, folder: &Path, (from, until): (Time, Time), most: usize) {
    let named: BTreeSet<String> = deploys(&evidence.changes).map(|(reference, _)| reference.to_string()).collect();
    let history = commits(folder, &Wanted { from, until, named, most });
    let source = evidence.sources.len() as u32;
    evidence.sources.push(folder.to_string_lossy().into_owned());
    evidence.repository = Some(source);
    let changes = events(&evidence.changes, &history, source);
    let mut coverage = history.coverage;
    coverage.path = folder.to_string_lossy().into_owned();
    evidence.coverage.files.push(coverage);
    evidence.coverage.files.sort_by(|a, b| a.path.cmp(&b.path));
    for (limit, dropped) in history.limits {
        *evidence.coverage.limits.entry(limit.to_string()).or_default() += dropped;
    }
    evidence.changes.extend(changes);
    evidence.changes.sort_by_key(|c| (c.known_at(), c.source, c.record));
}

/// What deploys call their commits, and when the deploy was.
fn deploys(changes: &[ChangeEvent]) -> impl Iterator<Item = (&str, Time)> {
    let deploys = changes.iter().filter(|c| c.kind == ChangeKind::Deploy);
    deploys.filter_map(|c| Some((c.reference.as_deref()?, c.known_at())))
}

/// The commits as changes. What the changes given tell already stays as it is told there: a commit event with the same
/// hash; or an event of another kind, unless a deploy ships the commit and needs to know what it holds.
fn events(known: &[ChangeEvent], history: &History, source: u32) -> Vec<ChangeEvent> {
    // A deploy ships the commit that has its reference: so a commit is called as the first deploy of it calls it.
    let mut called: BTreeMap<&str, (Time, &str)> = BTreeMap::new();
    for (reference, at) in deploys(known) {
        if let Some(id) = history.named.get(reference) {
            let entry = called.entry(id).or_insert((at, reference));
            *entry = (*entry).min((at, reference));
        }
    }
    let hashes = |wanted: &dyn Fn(ChangeKind) -> bool| -> BTreeSet<&str> {
        let of_kind = known.iter().filter(|c| wanted(c.kind));
        of_kind.filter_map(|c| c.reference.as_deref()).filter(|r| r.len() >= DIGITS_MIN).collect()
    };
    let as_commits = hashes(&|kind| kind == ChangeKind::Commit);
    let as_others = hashes(&|kind| !matches!(kind, ChangeKind::Commit | ChangeKind::Deploy));
    let names = |hashes: &BTreeSet<&str>, id: &str| (DIGITS_MIN..=id.len()).any(|n| hashes.contains(&id[..n]));
    let mut events = Vec::new();
    for (number, commit) in history.commits.iter().enumerate() {
        let id = commit.id.as_str();
        let shipped = called.get(id);
        if !names(&as_commits, id) && (shipped.is_some() || !names(&as_others, id)) {
            let reference = shipped.map_or(id, |(_, reference)| reference);
            events.push(event(commit, reference, source, number as u64 + 1));
        }
    }
    events
}

fn event(commit: &Commit, reference: &str, source: u32, record: u64) -> ChangeEvent {
    ChangeEvent {
        time: commit.time,
        kind: ChangeKind::Commit,
        service: None,
        reference: Some(reference.to_string()),
        author: None,
        summary: Some(commit.summary.clone()).filter(|s| !s.is_empty()),
        files: commit.files.clone(),
        diff: None,
        deployed_at: None,
        environment: None,
        source,
        record,
        line: 0,
    }
}
