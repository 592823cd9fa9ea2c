//! What ends a command early: what went wrong, what to do, and the exit status of the contract.

use std::fmt;

/// Why a command could not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The call's words are off: exit 2.
    Usage,
    /// Evidence could not be read at all: exit 3.
    Evidence,
    /// Something around us failed (the disk is full, a pipe is closed): exit 3.
    Environment,
}

/// A failure with a hint.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its kind.
    pub kind: FailureKind,
    /// What, and where.
    pub what: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl Failure {
    /// The call's words are off.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Usage, what: what.into(), hint: hint.into() }
    }

    /// Evidence could not be read at all.
    pub fn evidence(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { kind: FailureKind::Evidence, what: what.into(), hint: hint.into() }
    }

    /// The exit status.
    pub fn exit(&self) -> u8 {
        match self.kind {
            FailureKind::Usage => 2,
            FailureKind::Evidence | FailureKind::Environment => 3,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        let hint = "see whether the disk is full; limits.folder in backstory.toml moves the temporary folder";
        Failure { kind: FailureKind::Environment, what: error.to_string(), hint: hint.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n  {}", self.hint) }
    }
}
