//! The vocabulary: what a system left behind, as nouns that every other room shares.
//!
//! This room knows what a log record, a point, a span and a change *are*, how time is a number, how records stand in one
//! order, how a piece of evidence is addressed and how something gets an id that lasts. It refuses to know files, clocks,
//! formats and threads. Records cross rooms in batches (one shared byte buffer, offsets, columns); a [`LogRecord`] is a
//! view into one and never owns a string. Read [`Bucket`] first: it is what the detectors are fed with.

mod address;
mod alert;
mod batch;
mod bucket;
mod change;
mod code;
mod coverage;
mod ids;
mod incident;
mod names;
mod numbers;
mod order;
mod series;
mod span;
mod time;

pub use address::{Address, STDIN};
pub use alert::{Alert, AlertSilence, Matcher};
pub use batch::{LogBatch, LogColumns, LogOrigin, LogRecord};
pub use bucket::{Bucket, LogCount, PointRow, SpanRow, ValueRow};
pub use change::{ChangeEvent, ChangeKind};
pub use code::{Asked, Code, Decision, NoRepository, Place, Statement};
pub use coverage::{Complaint, ComplaintKind, Coverage, FileCoverage};
pub use ids::{Hasher, Id, SHAPE_VERSION, SIGNAL_ID_VERSION, short};
pub use incident::Incident;
pub use names::{Name, Names};
pub use numbers::{six, total};
pub use order::{Believed, Order, OrderCounts, Timing};
pub use series::{Series, SeriesIndex, SeriesTable};
pub use span::Span;
pub use time::{BUCKET, Civil, DAY, HOUR, LATENESS, MILLISECOND, MINUTE, Nanos, SECOND, Time, WEEK};
