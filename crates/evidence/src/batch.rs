//! Log records cross rooms in batches: one shared byte buffer, offsets, columns. [`LogRecord`] is a view into one.

use std::sync::Arc;

use crate::time::Time;

/// One column entry of a batch: where the record's parts lie in the buffer. Offsets are in bytes, ends exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogColumns {
    /// When, if the record says so.
    pub time: Option<Time>,
    /// Severity number as in [`crate::LogCount::severity`].
    pub severity: u8,
    /// The message, without the header.
    pub message: (u32, u32),
    /// The whole first line.
    pub raw: (u32, u32),
    /// Index into [`LogBatch::texts`] of the service; 0 is none.
    pub service: u32,
    /// Index into [`LogBatch::texts`] of the instance; 0 is none.
    pub instance: u32,
    /// Where and on whose behalf it was written.
    pub origin: LogOrigin,
    /// Line number within the batch's source, from 1.
    pub line: u64,
    /// Whether the message could not be told from the header or fields.
    pub unparsed: bool,
}

/// Where in a program a record was written, and on whose behalf, where the record says so: places as those of
/// [`LogColumns::message`], empty where it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogOrigin {
    /// The id of the trace or request.
    pub trace: (u32, u32),
    /// The thread's name or number.
    pub thread: (u32, u32),
    /// The class, module or logger.
    pub class: (u32, u32),
}

/// Records of one part of one source, in their order.
#[derive(Clone, Debug, Default)]
pub struct LogBatch {
    /// Number of the source, by sorted name.
    pub source: u32,
    /// The bytes that the columns point into.
    pub buffer: Arc<[u8]>,
    /// Bytes that had to be made (decoded JSON texts); columns with an offset at or beyond `buffer.len()` point here.
    pub made: Vec<u8>,
    /// One entry a record.
    pub columns: Vec<LogColumns>,
    /// Services and instances named in this batch; the first is empty.
    pub texts: Vec<String>,
}

/// A view of one record. Owns nothing.
#[derive(Clone, Copy, Debug)]
pub struct LogRecord<'a> {
    batch: &'a LogBatch,
    columns: &'a LogColumns,
}

impl LogBatch {
    /// The record at a place in the batch.
    pub fn record(&self, index: usize) -> LogRecord<'_> {
        LogRecord { batch: self, columns: &self.columns[index] }
    }

    /// All records, in order.
    pub fn records(&self) -> impl Iterator<Item = LogRecord<'_>> {
        self.columns.iter().map(|columns| LogRecord { batch: self, columns })
    }

    /// The bytes of a range of the buffer, or of the made bytes behind it.
    fn slice(&self, (from, to): (u32, u32)) -> &[u8] {
        let (from, to, base) = (from as usize, to as usize, self.buffer.len());
        if from >= base && to > base { &self.made[from - base..to - base] } else { &self.buffer[from..to] }
    }
}

impl<'a> LogRecord<'a> {
    /// When, if it says so.
    pub fn time(&self) -> Option<Time> {
        self.columns.time
    }

    /// Severity number as in [`crate::LogCount::severity`].
    pub fn severity(&self) -> u8 {
        self.columns.severity
    }

    /// What it says, without the header.
    pub fn message(&self) -> &'a [u8] {
        self.batch.slice(self.columns.message)
    }

    /// The whole first line.
    pub fn raw(&self) -> &'a [u8] {
        self.batch.slice(self.columns.raw)
    }

    /// Who wrote it; empty where it does not say.
    pub fn service(&self) -> &'a str {
        &self.batch.texts[self.columns.service as usize]
    }

    /// Which instance; empty where it does not say.
    pub fn instance(&self) -> &'a str {
        &self.batch.texts[self.columns.instance as usize]
    }

    /// The id of the trace or request on whose behalf it was written; empty where it does not say.
    pub fn trace(&self) -> &'a [u8] {
        self.batch.slice(self.columns.origin.trace)
    }

    /// The thread that wrote it; empty where it does not say.
    pub fn thread(&self) -> &'a [u8] {
        self.batch.slice(self.columns.origin.thread)
    }

    /// The class, module or logger that wrote it; empty where it does not say.
    pub fn class(&self) -> &'a [u8] {
        self.batch.slice(self.columns.origin.class)
    }

    /// The line where it begins, from 1.
    pub fn line(&self) -> u64 {
        self.columns.line
    }

    /// Whether its message could not be told from header or fields.
    pub fn unparsed(&self) -> bool {
        self.columns.unparsed
    }
}
