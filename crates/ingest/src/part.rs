//! What a chunk holds, once it was taken apart.

use evidence::{Alert, AlertSilence, ChangeEvent, ComplaintKind, FileCoverage, LogBatch, Span, Time};

use crate::chunk::Chunk;
use crate::form::Form;
use crate::text;

/// What one chunk gave. Pure: a function of the form and the chunk.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Lines, records and complaints of this chunk; `path` and `kind` are empty here and stand in
    /// [`crate::Opened::coverage`]. Line numbers count from the source's beginning.
    ///
    /// `folded` holds every line that begins no record of its own: the lines of a stack trace, the inner lines of a
    /// document, the header of a table. For logs `lines = records + folded + blank`; where one line may hold several
    /// records, `lines = starts + folded + blank`.
    pub coverage: FileCoverage,
    /// The records.
    pub content: Content,
    /// Lines at the head of the chunk that were folded into the last record of the chunk before; counted in
    /// `coverage.folded` too.
    pub leading_folded: u64,
    /// Lines on which at least one record begins.
    pub starts: u64,
}

/// The records of one chunk. Record numbers count from 0 within the chunk, one for each record that `coverage.records`
/// counts; line numbers count from 1 within the source.
#[derive(Clone, Debug, Default)]
pub enum Content {
    /// Log records; the record number is the index of the column.
    Logs(LogBatch),
    /// Points of series.
    Points(PointBatch),
    /// Spans.
    Spans(Vec<SpanRecord>),
    /// Changes; `record` counts from 0 here.
    Changes(Vec<ChangeEvent>),
    /// Delivered alerts, and silences; `record` counts from 0 here.
    Alerts(Vec<Alert>, Vec<AlertSilence>),
    /// So many alert rules, which this version does not judge.
    Rules(u64),
    /// Nothing that could be used.
    #[default]
    Nothing,
}

/// Points of one chunk with the series that they belong to.
#[derive(Clone, Debug, Default)]
pub struct PointBatch {
    /// Number of the source.
    pub source: u32,
    /// The series named in this chunk, in the order in which they came.
    pub series: Vec<SeriesText>,
    /// The points, in their order.
    pub rows: Vec<Point>,
}

/// A series by its texts; empty where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesText {
    /// Whose it is.
    pub service: String,
    /// Which instance of the service.
    pub instance: String,
    /// The metric.
    pub metric: String,
    /// Further labels as `key="value",key="value"`, sorted by key.
    pub labels: String,
}

/// One point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its stamp.
    pub time: Time,
    /// Index into [`PointBatch::series`].
    pub series: u32,
    /// Finite.
    pub value: f64,
    /// Record number within the chunk, from 0.
    pub record: u64,
    /// The line, from 1.
    pub line: u64,
}

/// Takes a chunk apart. Pure: any thread may do it, the same chunk gives the same part, and it never fails; what is not
/// understood is kept, counted and named in the part's coverage.
pub fn parse(form: &Form, chunk: &Chunk) -> Part {
    let mut part = form.reading().parse(chunk);
    let about = &mut part.coverage;
    // What breaks off at its end breaks off on its last line.
    let last = chunk.first_line + text::line_count(&chunk.bytes).max(1) - 1;
    about.complaints.values_mut().for_each(|complaint| complaint.line = complaint.line.min(last));
    if chunk.index == 0 && about.records == 0 && about.complaints.is_empty() && about.lines > about.blank {
        about.complain(ComplaintKind::Empty, 0, "it begins without any record");
    }
    part
}

/// A span as it stands in a file.
#[derive(Clone, Debug)]
pub struct SpanRecord {
    /// The span.
    pub span: Span,
    /// Which record of the part it is, from 0.
    pub record: u64,
    /// The line of the file on which its request begins.
    pub line: u64,
}
