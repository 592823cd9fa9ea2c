//! Changes: what somebody, or something, did to the system.

use std::fmt;

use crate::time::Time;

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// A commit to a repository.
    Commit,
    /// A release that began to run.
    Deploy,
    /// A configuration value.
    Config,
    /// A feature switch.
    Flag,
    /// A database's schema.
    Schema,
    /// Machines, networks, quotas.
    Infra,
    /// A library's version.
    Dependency,
}

impl ChangeKind {
    /// All kinds with the word that the contract has for each.
    pub const ALL: [(ChangeKind, &'static str); 7] = [
        (ChangeKind::Commit, "commit"),
        (ChangeKind::Deploy, "deploy"),
        (ChangeKind::Config, "config"),
        (ChangeKind::Flag, "flag"),
        (ChangeKind::Schema, "schema"),
        (ChangeKind::Infra, "infra"),
        (ChangeKind::Dependency, "dependency"),
    ];

    /// The kind of that word, whatever its case.
    pub fn of(word: &str) -> Option<ChangeKind> {
        ChangeKind::ALL.iter().find(|(_, w)| w.eq_ignore_ascii_case(word)).map(|(kind, _)| *kind)
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = ChangeKind::ALL.iter().find(|(kind, _)| kind == self).map_or("", |(_, word)| word);
        f.write_str(word)
    }
}

/// One change. Its time is believed as it is, and never moves the watermark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeEvent {
    /// When it was made.
    pub time: Time,
    /// What was changed.
    pub kind: ChangeKind,
    /// Whose; `None` where nobody says.
    pub service: Option<String>,
    /// A commit's hash, a flag's name, a version.
    pub reference: Option<String>,
    /// Who made it: for questions ("ask …"), never for a figure.
    pub author: Option<String>,
    /// Its first line.
    pub summary: Option<String>,
    /// The files that it touches.
    pub files: Vec<String>,
    /// What it changes, as a unified diff.
    pub diff: Option<String>,
    /// When it began to run, where that is known.
    pub deployed_at: Option<Time>,
    /// Such as `production`.
    pub environment: Option<String>,
    /// Number of the source that it came from.
    pub source: u32,
    /// Its record number in that source, from 1.
    pub record: u64,
    /// The line in that source, from 1; 0 where lines mean nothing.
    pub line: u64,
}

impl ChangeEvent {
    /// When it could first have an effect: `deployed_at`, else `time`.
    pub fn known_at(&self) -> Time {
        self.deployed_at.unwrap_or(self.time)
    }
}
