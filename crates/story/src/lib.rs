//! Signals, changes and decisions become the story of one incident.
//!
//! What goes in are [`Facts`]: what was raised, what changed, who calls whom, what was read. What comes out is a
//! [`Story`]: typed facts in order, each with the evidence that it cites; words are `tell`'s. This room knows incidents,
//! order, suspects and kinds of silence. It refuses to know how detectors work, files, clocks and output formats. Read
//! [`Story`] first, then `knew` (the verdict) and `suspects` (the posterior).

mod blind;
mod chapters;
mod cite;
mod facts;
mod knew;
mod muted;
mod path;
mod sentence;
mod services;
mod suspects;
mod types;

pub use facts::{Call, Facts, Reporter, Settings};
pub use sentence::{Lack, NotCounted, Question, Said, Sentence};
pub use types::{
    BlindSpot, Chapter, ChapterKind, Cited, Hop, Knew, RuledOut, Silence, SilenceKind, Story, SuspectChange,
    SuspectService, Suspects, Told, UsersFrom, Verdict,
};

/// Tells the story of the incident in these facts.
pub fn story(facts: &Facts<'_>) -> Story {
    types::assemble(facts)
}
