//! Evidence to storage and back. For now this is the spool: bucketed columns of one run, in memory up to a limit, then in
//! a temporary folder that vanishes with the run.
//!
//! Sources come in one after the other and in any order of time; buckets go out in order of time, as often as asked. So
//! standard input is read once, and what looks back (onsets with hindsight, charts) reads here and nowhere else. This room
//! refuses to know how logs look and what a signal is. Read [`Spool`] first, then [`Kept`].

mod rows;
mod sorted;
mod spool;
mod texts;

pub use rows::LineRow;
pub use spool::{Buckets, Kept, Limits, OddSpans, Scan, Spool};
