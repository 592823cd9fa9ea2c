//! Broken input by the million: how it is made, what must hold whatever it is, and how a case that breaks something is
//! made small.
//!
//! Shared by the tests of the formats, the test that replays `tests/found`, and `examples/fuzz.rs`; no part of the
//! library that others build on. Everything follows from a seed, so that a case can be made again. Read [`check`]
//! first.

mod chance;
mod holds;
mod mutate;
mod pack;
mod seeds;
mod shrink;
mod ways;
mod words;

pub use chance::Chance;
pub use holds::{Seen, check};
pub use mutate::mutated;
pub use pack::packed;
pub use seeds::Seeds;
pub use shrink::shrunk;
pub use ways::{By, Under, Way};
