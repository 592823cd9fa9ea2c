//! A repository becomes decisions: who chose this, when, why, who looked, and what it promised.
//!
//! Nobody needs this room yet: it will implement [`evidence::Code`] over a git repository (text to statements, place to
//! decisions, diff to structured edits). It may know git, source languages, comments and owners; it refuses to know
//! telemetry and signals. Until then the answer is [`evidence::NoRepository`]'s: not asked.
