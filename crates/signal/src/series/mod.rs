//! One engine for numeric series of any origin: counts of log lines, metrics, latencies and errors of spans.
//!
//! A [`Watch`] looks at one series through windows of several widths. Each window is judged against all of the past
//! before it, long ones also against the past that ended three days before them. It knows nothing of what it watches.
//! Read [`Watch`] first, then [`Baseline`].

mod bank;
mod baseline;
mod clamp;
mod pool;
mod recent;
mod rhythm;
mod season;
mod sensor;
mod sparse;
mod stairs;
mod tally;
mod watch;

pub use baseline::{Baseline, Judged, Pool, WINDOWS_MIN, Window};
pub use pool::Pools;
pub use sensor::{Elsewhere, Sensor};
pub use tally::{Load, Tallies, Tally, Turned};
pub use watch::{Direction, Episode, Finding, Manner, Moved, SCALES, Shares, Surroundings, Watch, half};
