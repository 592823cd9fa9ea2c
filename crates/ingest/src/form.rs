//! The form of a source: which format it has, and what was learnt of it from its beginning.

use std::fmt;
use std::sync::Arc;

use evidence::{Civil, LogBatch};

use crate::chunk::Chunk;
use crate::formats::FORMATS;
use crate::part::Part;
use crate::settings::{Given, Settings};
use crate::text;

/// What a source holds and how it is taken apart. Cheap to clone; shared by the threads that parse.
#[derive(Clone)]
pub struct Form {
    format: &'static Format,
    reading: Arc<dyn Reading>,
}

/// What kind of evidence a format gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Log records.
    Logs,
    /// Points of series.
    Metrics,
    /// Spans.
    Traces,
    /// What somebody changed.
    Changes,
    /// Alerts that were delivered, and rules.
    Alerts,
    /// An incident: a question, not evidence.
    Incident,
}

impl Family {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Family::Logs => "logs",
            Family::Metrics => "metrics",
            Family::Traces => "traces",
            Family::Changes => "changes",
            Family::Alerts => "alerts",
            Family::Incident => "an incident",
        }
    }
}

/// A format that can be read: one entry of [`FORMATS`].
pub struct Format {
    /// Its name in one word.
    pub name: &'static str,
    /// What coverage calls it.
    pub kind: &'static str,
    /// What it gives.
    pub family: Family,
    /// The head of its source file, from which [`Format::manual`] takes the page.
    pub(crate) source: &'static str,
    /// Lines as people have them, with the record expected.
    pub samples: &'static [Sample],
    /// How strongly a source's beginning looks like this format: 0 not at all, 100 beyond doubt.
    pub(crate) detect: fn(&Head<'_>) -> u32,
    /// Learns what is particular to this source.
    pub(crate) learn: fn(&Head<'_>, &Settings) -> Arc<dyn Reading>,
}

/// Lines of a format as people have them, and the records that they are.
pub struct Sample {
    /// The lines.
    pub text: &'static str,
    /// The records, written as the tests of `formats` write them.
    pub records: &'static str,
}

impl Format {
    /// Its manual page: the comment that opens its source file.
    pub fn manual(&self) -> String {
        let lines = self.source.lines().map_while(|l| l.strip_prefix("//!"));
        lines.map(|l| format!("{}\n", l.strip_prefix(' ').unwrap_or(l))).collect()
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The beginning of a source, from which its form is found.
pub(crate) struct Head<'a> {
    /// Its first bytes, at most [`crate::SAMPLE_BYTES`], without a byte order mark.
    pub bytes: &'a [u8],
    /// Whether this is all of it.
    pub whole: bool,
    /// The source as the user named it.
    pub name: &'a str,
}

/// How many bytes a format looks at to recognise itself.
const DETECT_BYTES: usize = 64 << 10;
/// From how many records at most a header is learnt.
const LEARN_RECORDS: usize = 1_000;

impl<'a> Head<'a> {
    /// The bytes that a format recognises itself by.
    pub fn start(&self) -> &'a [u8] {
        &self.bytes[..self.bytes.len().min(DETECT_BYTES)]
    }

    /// Whether `start` ends where the source ends.
    pub fn start_is_whole(&self) -> bool {
        self.whole && self.bytes.len() <= DETECT_BYTES
    }

    /// The first lines that are not blank, at most so many, each without its line end; a last line that is cut is not
    /// among them unless it is the only one.
    pub fn lines(&self, most: usize) -> Vec<&'a [u8]> {
        text::sample_lines(self.start(), self.start_is_whole(), most)
    }

    /// The lines to learn from: those of the first records, and what is indented between them. Never more, so that a
    /// file that is cut behind them teaches the same.
    pub fn learn_lines(&self) -> Vec<&'a [u8]> {
        let lines = text::sample_lines(self.bytes, self.whole, 8 * LEARN_RECORDS);
        let indented = |line: &[u8]| matches!(line.first(), Some(b' ' | b'\t'));
        let all = lines.first().is_some_and(|first| indented(first));
        let mut records = 0;
        let within = |line: &&[u8]| {
            records += usize::from(all || !indented(line));
            records <= LEARN_RECORDS
        };
        lines.into_iter().take_while(within).collect()
    }

    /// From how many records a header is learnt.
    pub fn learn_records(&self) -> usize {
        LEARN_RECORDS
    }
}

/// A format that recognises itself less strongly is taken only where the user names its family.
const GUESSED: u32 = 5;

/// How a source is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Into lines of limited length.
    Lines,
    /// Into lines, each of which is a document and may be as long as one.
    DocumentLines,
    /// Not at all: it is one document.
    Document,
}

/// How a source of one format is taken apart: what `learn` made of its beginning.
pub(crate) trait Reading: fmt::Debug + Send + Sync {
    /// Takes a chunk apart. Must be pure and must not panic, whatever the bytes.
    fn parse(&self, chunk: &Chunk) -> Part;

    /// How the source is cut.
    fn unit(&self) -> Unit {
        Unit::Lines
    }

    /// Whether a whole line, behind the one before it, surely begins a record, so that a chunk may begin with it.
    fn begins_record(&self, _line: &[u8], _before: &[u8]) -> bool {
        true
    }

    /// The stamp of a line whose stamps have no year; its year is 0.
    fn yearless(&self, _line: &[u8]) -> Option<Civil> {
        None
    }

    /// Whether stamps have no year, so that [`Chunk::year_base`] is needed.
    fn needs_year(&self) -> bool {
        false
    }

    /// Whether the first line names columns.
    fn has_header_line(&self) -> bool {
        false
    }

    /// What was learnt, in words for people; may be empty.
    fn learnt(&self) -> String {
        String::new()
    }
}

impl Form {
    /// The form of a source that begins so, of the family that was given; `None` where no format of it fits.
    pub(crate) fn of(head: &Head<'_>, given: Given, settings: &Settings) -> Option<Form> {
        let allowed = |format: &&Format| given.family().is_none_or(|family| family == format.family);
        let least = if given == Given::Guess { GUESSED } else { 1 };
        let mut best: Option<(u32, &'static Format)> = None;
        for format in FORMATS.iter().filter(allowed) {
            let score = (format.detect)(head);
            if score >= least && score > best.map_or(0, |(s, _)| s) {
                best = Some((score, format));
            }
        }
        let (_, format) = best?;
        Some(Form { format, reading: (format.learn)(head, settings) })
    }

    /// The format.
    pub fn format(&self) -> &'static Format {
        self.format
    }

    /// What kind of evidence it gives.
    pub fn family(&self) -> Family {
        self.format.family
    }

    /// What coverage calls it, such as `logs (JSON lines)`.
    pub fn kind(&self) -> &'static str {
        self.format.kind
    }

    /// Whether its stamps have no year.
    pub fn needs_year(&self) -> bool {
        self.reading.needs_year()
    }

    /// What was learnt of this source, in words for people; may be empty.
    pub fn learnt(&self) -> String {
        self.reading.learnt()
    }

    /// Whether the source is one document, whose lines mean nothing alone.
    pub fn is_document(&self) -> bool {
        self.reading.unit() == Unit::Document
    }

    /// Whether its first line names columns.
    pub fn has_header_line(&self) -> bool {
        self.reading.has_header_line()
    }

    pub(crate) fn reading(&self) -> &dyn Reading {
        &*self.reading
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.format.kind, self.reading.learnt())
    }
}

impl Given {
    /// The family that was named; `None` for a guess.
    pub(crate) fn family(self) -> Option<Family> {
        match self {
            Given::Guess => None,
            Given::Logs => Some(Family::Logs),
            Given::Metrics => Some(Family::Metrics),
            Given::Traces => Some(Family::Traces),
            Given::Changes => Some(Family::Changes),
            Given::Alerts => Some(Family::Alerts),
        }
    }
}

/// A log batch for a chunk, before any record.
pub(crate) fn empty_batch(chunk: &Chunk) -> LogBatch {
    LogBatch { source: chunk.source, buffer: chunk.bytes.clone(), texts: vec![String::new()], ..LogBatch::default() }
}
