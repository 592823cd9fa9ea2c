//! Addresses of evidence: a reader of a story can open what a sentence cites, or is told why not.

use std::fmt;

use crate::time::Time;

/// What standard input is called in addresses.
pub const STDIN: &str = "-";

/// Where one piece of evidence stands. The source is written as the user named it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// A record of a file or stream.
    Record {
        /// The file as the user named it, or [`STDIN`].
        source: String,
        /// The record's number in it, from 1.
        record: u64,
        /// The line in the decompressed text where it begins, from 1; 0 where lines mean nothing.
        line: u64,
    },
    /// The points of one series between two moments, both included.
    Points {
        /// The file that the points came from.
        source: String,
        /// The series with its labels sorted.
        series: String,
        /// The first moment.
        from: Time,
        /// The last moment.
        to: Time,
    },
    /// A span of a trace.
    Span {
        /// The file that it came from.
        source: String,
        /// The trace's id.
        trace: u128,
        /// The span's id.
        span: u64,
    },
    /// A commit.
    Commit {
        /// The repository or file that names it.
        source: String,
        /// Its hash.
        commit: String,
    },
    /// All of a source (or of everything) between two moments: what was searched where something is absent.
    Searched {
        /// The source, or `coverage` for everything that was read.
        source: String,
        /// How many records were searched.
        records: u64,
        /// The first moment.
        from: Time,
        /// The last moment.
        to: Time,
    },
}

impl Address {
    /// The source as the user named it.
    pub fn source(&self) -> &str {
        match self {
            Address::Record { source, .. }
            | Address::Points { source, .. }
            | Address::Span { source, .. }
            | Address::Commit { source, .. }
            | Address::Searched { source, .. } => source,
        }
    }
}

/// The place within the source: `line 12, record 9`, or a series with its range.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Record { record, line: 0, .. } => write!(f, "record {record}"),
            Address::Record { record, line, .. } => write!(f, "line {line}, record {record}"),
            Address::Points { series, from, to, .. } => write!(f, "{series} {from}..{to}"),
            Address::Span { trace, span, .. } => write!(f, "trace {trace:032x} span {span:016x}"),
            Address::Commit { commit, .. } => write!(f, "commit {commit}"),
            Address::Searched { records, from, to, .. } => write!(f, "{records} records {from}..{to}"),
        }
    }
}
