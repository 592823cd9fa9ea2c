//! The program as a user has it: the real binary, fed with files and pipes, judged by what it prints.
//!
//! One binary for all subjects, one module for each. Read [`program`] first: it runs backstory and makes cases.
//! `cargo test --test it drills_` scores the drills alone, `fuzz_` the tests with arbitrary input.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what fails here is a failed test")]

mod bad_input;
mod browser;
mod causal;
mod cited;
mod conservation;
mod cut_short;
mod demo;
mod drills;
mod figures;
mod fingerprint;
mod fixture;
mod fixtures;
mod formats;
mod forms;
mod help;
mod hostile;
mod hostile_bytes;
mod hostile_json;
mod hostile_places;
mod hostile_tables;
mod hostile_times;
mod live;
mod lost;
mod manners;
mod memory;
mod others;
mod patterns;
mod program;
mod repository;
mod same_bytes;
mod saved;
mod secrets;
mod silences;
mod stories;
mod style;
mod terminal;
mod text_formats;
mod writing;
