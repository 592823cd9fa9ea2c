//! A repository becomes decisions: who chose this, when, why, who looked, and what it promised.
//!
//! So far it reads the commits of a git repository ([`git::commits`]), which the program gives to the story as changes. It
//! will implement [`evidence::Code`] over it (text to statements, place to decisions, diff to structured edits); until
//! then the answer is [`evidence::NoRepository`]'s: not asked. It may know git, source languages, comments and owners; it
//! refuses to know telemetry and signals. Nobody's name or address leaves it.

pub mod git;
