//! The program: arguments, configuration, threads, processes. No rule of the domain lives here.
//!
//! [`read`] brings evidence in (one thread reads, many take apart, one loop puts in order), [`watch`] drives the engine
//! over it, [`repository`] adds what a repository tells, [`hear`] asks what was heard about a moment, `case` gathers what
//! is told of it, [`commands`] are what a user types. The one place that knows the environment and the machine.

mod case;
mod clocks;
pub mod commands;
pub mod config;
pub mod failure;
pub mod hear;
mod interrupt;
mod progress;
pub mod read;
pub mod repository;
mod stitch;
mod times;
pub mod watch;
mod workers;
