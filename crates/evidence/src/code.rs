//! What a repository can say of a piece of telemetry: nouns, and the one question that the story may ask.
//!
//! `dig` implements [`Code`]; `backstory` passes it in; without a repository the answer is [`Asked::NotAsked`].

use crate::time::Time;

/// A place in code or configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Path within the repository.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
}

/// A statement that writes a log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where it stands.
    pub place: Place,
    /// Its level, where it names one.
    pub level: Option<String>,
    /// Its literal text, with holes as `<*>`.
    pub text: String,
}

/// A decision behind a place: who, when, why, who looked, what it promised. Blameless: decisions, not culprits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The commit that made it.
    pub commit: String,
    /// When.
    pub time: Time,
    /// Its first line.
    pub summary: String,
    /// A promise in a comment beside it ("never more than forty").
    pub promise: Option<String>,
    /// Whether somebody reviewed it, as far as the history can say.
    pub reviewed: Option<bool>,
}

/// An answer, or that nobody was there to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked<T> {
    /// No repository was given.
    NotAsked,
    /// What the repository says; may be empty.
    Answer(T),
}

/// Answers questions about the code behind telemetry.
///
/// Must be deterministic; may read a repository and a cache folder that it was given; must not fail: what it cannot find
/// is an empty answer.
pub trait Code {
    /// The statements that may have written a line of this text, most likely first.
    fn statements(&self, text: &str) -> Asked<Vec<Statement>>;
    /// The decisions behind a place, newest first.
    fn decisions(&self, place: &Place) -> Asked<Vec<Decision>>;
}

/// No repository was given.
pub struct NoRepository;

impl Code for NoRepository {
    fn statements(&self, _text: &str) -> Asked<Vec<Statement>> {
        Asked::NotAsked
    }

    fn decisions(&self, _place: &Place) -> Asked<Vec<Decision>> {
        Asked::NotAsked
    }
}
