//! One engine for numeric series of any origin: counts of log lines, the numbers they tell, metrics, latencies and errors
//! of spans.
//!
//! Values are watched by a [`Sensor`]: windows that double in width, noise from the series itself, the rhythm of its days,
//! onset, bursts, and the pace at which it changes. Counts, of which most windows hold few, are watched by a [`Watch`]:
//! windows of six widths against all of the past before them, given the load. Neither knows what it watches. Read
//! [`Sensor`] first.

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
pub use watch::{Direction, Episode, Finding, Moved, SCALES, Surroundings, Watch, half};
