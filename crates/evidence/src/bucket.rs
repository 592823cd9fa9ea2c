//! One minute of everything: what the detectors are fed with, in replay and live alike.

use crate::names::Name;
use crate::order::Timing;
use crate::series::SeriesIndex;
use crate::time::Time;

/// How often one shape of log line came in one minute, from one source, service, instance and severity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogCount {
    /// Right edge of the minute: it holds records from a minute before (included) up to it (excluded).
    pub edge: Time,
    /// Number of the source, by sorted name.
    pub source: u32,
    /// The miner's number for the shape. A run's own: no output depends on it.
    pub shape: u32,
    /// Who wrote it, or [`Name::NONE`].
    pub service: Name,
    /// Which instance, or [`Name::NONE`].
    pub instance: Name,
    /// Severity as OpenTelemetry numbers it: 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal; 0 unknown.
    pub severity: u8,
    /// What the shape's masked places held, joined over these records; the miner's own code.
    pub kinds: u64,
    /// Whether these came on time.
    pub timing: Timing,
    /// How many.
    pub count: u32,
    /// Record number of the sample, the one whose content's hash is smallest.
    pub sample_record: u64,
    /// The line where the sample begins.
    pub sample_line: u64,
    /// Hash of the sample's content.
    pub sample_hash: u64,
    /// When the sample was written.
    pub sample_time: Time,
    /// Where the spool keeps the sample's text; `u64::MAX` where it does not.
    pub sample_text: u64,
}

/// What the numbers in one place of a shape were in one minute, on the whole: of a sample of the records that came on time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueRow {
    /// Right edge of the minute, as of [`LogCount`].
    pub edge: Time,
    /// Number of the source.
    pub source: u32,
    /// The miner's number for the shape.
    pub shape: u32,
    /// Who wrote it, or [`Name::NONE`].
    pub service: Name,
    /// Which of the shape's masked places, from 0.
    pub place: u8,
    /// How many records were looked at.
    pub count: u32,
    /// The mean of their numbers, on the miner's own scale.
    pub value: f64,
}

/// One point of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointRow {
    /// Its stamp.
    pub time: Time,
    /// Whose.
    pub series: SeriesIndex,
    /// Finite.
    pub value: f64,
    /// Number of the source.
    pub source: u32,
    /// Record number, from 1.
    pub record: u64,
    /// Whether it came on time.
    pub timing: Timing,
}

/// One span, with names interned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpanRow {
    /// When it ended: it is known from then on.
    pub end: Time,
    /// When it began.
    pub start: Time,
    /// The request's id.
    pub trace: u128,
    /// Its own id.
    pub id: u64,
    /// The caller's id; 0 for none.
    pub parent: u64,
    /// The service.
    pub service: Name,
    /// The instance, or [`Name::NONE`].
    pub instance: Name,
    /// The operation.
    pub name: Name,
    /// Whether it failed.
    pub failed: bool,
    /// Number of the source.
    pub source: u32,
    /// Record number, from 1.
    pub record: u64,
    /// The line on which it stands.
    pub line: u64,
    /// Whether it came on time.
    pub timing: Timing,
}

/// One minute of evidence, known as a whole at its right edge plus the lateness bound.
///
/// Log counts are of `edge - 1 min <= time < edge`; points, spans and changes of `edge - 1 min < time <= edge`, since a
/// point's window ends at its stamp.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Its right edge.
    pub edge: Time,
    /// Sorted by source, shape, service, instance, severity, timing.
    pub logs: Vec<LogCount>,
    /// What lines told in numbers: sorted by source, shape, service, place. Of minutes in which lines came.
    pub values: Vec<ValueRow>,
    /// Sorted by time, source, record.
    pub points: Vec<PointRow>,
    /// Sorted by end, source, record.
    pub spans: Vec<SpanRow>,
    /// When something changed, and whose: sorted.
    pub changes: Vec<(Time, Name)>,
}

impl Bucket {
    /// Whether nothing was written in this minute.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty() && self.points.is_empty() && self.spans.is_empty() && self.changes.is_empty()
    }
}
