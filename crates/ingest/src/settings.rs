//! What the user may set about reading: the zone of stamps without one, the year of stamps without one, and every
//! limit.
//!
//! Refuses to know where a value came from (a flag, `backstory.toml`, the default): that is the program's business.

use crate::zone::Zone;

/// How evidence is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The zone of stamps that name none.
    pub timezone: Zone,
    /// The year of a file's first stamp where stamps have no year; `None` leaves it to the evidence.
    pub year: Option<i32>,
    /// What may grow, and how far.
    pub limits: Limits,
}

/// What may grow while reading, and how far. A complaint names the setting that was reached, as `limits.line_kb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that are kept of one line of a log or table; the rest of the line is dropped.
    pub line_bytes: usize,
    /// Bytes of one JSON or YAML document, or of one OTLP request on a line; what is longer is cut there.
    pub document_bytes: usize,
    /// Bytes that one compressed file may give.
    pub decompressed_bytes: u64,
    /// How many times larger than its compressed bytes the content may be, once it is over `ratio_from_bytes`.
    pub ratio: u64,
    /// From how many decompressed bytes on the ratio is looked at: small files of one repeated line are no bombs.
    pub ratio_from_bytes: u64,
    /// Files that are read in one run.
    pub files: usize,
    /// How deep folders may lie in folders.
    pub depth: usize,
    /// How deep JSON may be nested.
    pub json_depth: usize,
    /// Fields of one structured log record that are told with its message.
    pub fields: usize,
    /// Series (label sets) in one chunk of a table of metrics.
    pub series: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            line_bytes: 1 << 20,
            document_bytes: 256 << 20,
            decompressed_bytes: 64 << 30,
            ratio: 1_000,
            ratio_from_bytes: 64 << 20,
            files: 10_000,
            depth: 32,
            json_depth: 128,
            fields: 24,
            series: 100_000,
        }
    }
}

/// What the user said that a path holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Given {
    /// `--logs`
    Logs,
    /// `--metrics`
    Metrics,
    /// `--traces`
    Traces,
    /// `--changes`
    Changes,
    /// `--alerts`
    Alerts,
    /// Nothing: the content tells.
    #[default]
    Guess,
}

/// A path as the user gave it; `-` is standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The path as it was typed.
    pub path: String,
    /// What it is said to hold.
    pub given: Given,
}
