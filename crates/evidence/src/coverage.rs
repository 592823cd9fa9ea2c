//! Coverage: what was read, and what was not understood. Nothing is dropped silently.

use std::collections::BTreeMap;
use std::fmt;

/// What may be wrong with a line or a file. Each is counted, with the first line where it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComplaintKind {
    /// The file could not be opened or read to its end.
    Unreadable,
    /// The file holds nothing.
    Empty,
    /// The file's content is of no form that we know.
    UnknownForm,
    /// The content is binary, not text.
    Binary,
    /// A compressed stream is broken or ends early.
    BrokenCompression,
    /// A compressed stream grows beyond the cap.
    Bomb,
    /// A line is longer than the cap; its beginning was kept.
    LongLine,
    /// A document is larger, or nested deeper, than the cap.
    LargeDocument,
    /// A line has a NUL byte.
    NulByte,
    /// Bytes are not UTF-8; they were replaced.
    InvalidUtf8,
    /// A line is not what its file's format says.
    Malformed,
    /// A required field is missing.
    MissingField,
    /// A record has no time; it took the time of the one before.
    NoTime,
    /// A time could not be understood.
    BadTime,
    /// A record came later than the lateness bound allows: it counts, and raises nothing.
    Late,
    /// A stamp lies too far ahead of its source to be believed.
    Unbelieved,
    /// A number is NaN or infinite.
    NotFinite,
    /// A row has more or fewer columns than its header.
    Ragged,
    /// A span or point was there already.
    Duplicate,
    /// A span ends before it begins.
    Backwards,
    /// A year-less stamp's year was taken from the evidence around it.
    YearTaken,
    /// The file's format changes on the way.
    FormatChange,
    /// More names, series or shapes than the cap.
    LimitReached,
    /// A reader stopped over a part of the file (our fault); that part is lost.
    LostPart,
    /// Read, and not yet judged by this version.
    NotJudged,
    /// The folder holds more files, or deeper folders, than the cap.
    TooManyFiles,
    /// A link, socket or device was not followed.
    NotFollowed,
    /// A repository belongs to another user.
    NotOwned,
    /// A repository's history ends before what was asked for.
    CutOff,
    /// A clock shows the time twice, never, or as a leap second.
    OddTime,
    /// A span begins before the one that called it.
    ClocksDisagree,
    /// The file was cut off, or written anew, while it was read.
    CutMeanwhile,
    /// The file grew while it was read.
    GrownMeanwhile,
}

impl ComplaintKind {
    /// What is wrong, in words that fit behind a count.
    pub fn words(self) -> &'static str {
        match self {
            ComplaintKind::Unreadable => "could not be read",
            ComplaintKind::Empty => "empty",
            ComplaintKind::UnknownForm => "of no form that is known here",
            ComplaintKind::Binary => "binary, not text",
            ComplaintKind::BrokenCompression => "compressed data is broken or ends early",
            ComplaintKind::Bomb => "compressed data grows beyond the limit",
            ComplaintKind::LongLine => "longer than the limit, its beginning was kept",
            ComplaintKind::LargeDocument => "larger or deeper than the limit",
            ComplaintKind::NulByte => "with a NUL byte",
            ComplaintKind::InvalidUtf8 => "not UTF-8, the odd bytes were replaced",
            ComplaintKind::Malformed => "not as the file's format says",
            ComplaintKind::MissingField => "without a field that is required",
            ComplaintKind::NoTime => "without a time, taken to be of the time before",
            ComplaintKind::BadTime => "with a time that could not be understood",
            ComplaintKind::Late => "came late: counted, but they raise nothing",
            ComplaintKind::Unbelieved => "with a time too far ahead to be believed",
            ComplaintKind::NotFinite => "not a finite number",
            ComplaintKind::Ragged => "with more or fewer columns than the header",
            ComplaintKind::Duplicate => "there already",
            ComplaintKind::Backwards => "ends before it begins",
            ComplaintKind::YearTaken => "without a year, taken from the evidence around",
            ComplaintKind::FormatChange => "where the format changes",
            ComplaintKind::LimitReached => "beyond the limit on names, series or shapes",
            ComplaintKind::LostPart => "lost: the reader stopped over this part",
            ComplaintKind::NotJudged => "read, not judged by this version",
            ComplaintKind::TooManyFiles => "beyond the limit on files or folders",
            ComplaintKind::NotFollowed => "a link or device, not followed",
            ComplaintKind::NotOwned => "a repository that belongs to another user",
            ComplaintKind::CutOff => "history that is cut off: what came before is not in it",
            ComplaintKind::OddTime => "with a time that clocks show twice, never, or as a leap second",
            ComplaintKind::ClocksDisagree => "begins before what called it: clocks disagree",
            ComplaintKind::CutMeanwhile => "cut off while it was read",
            ComplaintKind::GrownMeanwhile => "grew while it was read",
        }
    }

    /// Whether it is about a file as a whole, not about some of its lines or records.
    pub fn is_of_file(self) -> bool {
        matches!(
            self,
            ComplaintKind::Unreadable
                | ComplaintKind::Empty
                | ComplaintKind::UnknownForm
                | ComplaintKind::Binary
                | ComplaintKind::BrokenCompression
                | ComplaintKind::Bomb
                | ComplaintKind::TooManyFiles
                | ComplaintKind::NotFollowed
                | ComplaintKind::NotOwned
                | ComplaintKind::CutOff
                | ComplaintKind::CutMeanwhile
                | ComplaintKind::GrownMeanwhile
        )
    }

    /// Whether it only informs: the record is whole and stands where it should.
    pub fn is_note(self) -> bool {
        matches!(
            self,
            ComplaintKind::YearTaken
                | ComplaintKind::FormatChange
                | ComplaintKind::NotJudged
                | ComplaintKind::NotOwned
                | ComplaintKind::GrownMeanwhile
        )
    }
}

impl fmt::Display for ComplaintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// One kind of complaint about one file: how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Complaint {
    /// How often.
    pub count: u64,
    /// The first line that it is about, from 1; 0 where it is about the whole file.
    pub line: u64,
    /// What exactly was seen there first; may be empty.
    pub detail: String,
}

/// So many bytes are kept of a detail: it may quote what stands in a file.
const DETAIL_BYTES: usize = 300;

/// The beginning of a detail that is too long.
fn clipped(mut detail: String) -> String {
    if detail.len() > DETAIL_BYTES {
        detail.truncate(detail.floor_char_boundary(DETAIL_BYTES));
        detail.push('…');
    }
    detail
}

/// What was read of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCoverage {
    /// As the user named it.
    pub path: String,
    /// What it was found to hold, such as `logs (JSON lines)`.
    pub kind: String,
    /// Physical lines, blank ones included.
    pub lines: u64,
    /// Lines folded into the record before them.
    pub folded: u64,
    /// Blank lines.
    pub blank: u64,
    /// Records: log records, points, spans, changes.
    pub records: u64,
    /// Records that were not fully understood.
    pub not_understood: u64,
    /// By kind.
    pub complaints: BTreeMap<ComplaintKind, Complaint>,
}

impl FileCoverage {
    /// Counts a complaint.
    pub fn complain(&mut self, kind: ComplaintKind, line: u64, detail: impl Into<String>) {
        self.complain_times(kind, 1, line, detail);
    }

    /// Counts a complaint several times; of two first lines the smaller stands.
    pub fn complain_times(&mut self, kind: ComplaintKind, count: u64, line: u64, detail: impl Into<String>) {
        if count == 0 {
            return;
        }
        let entry = self.complaints.entry(kind).or_default();
        if entry.count == 0 || (line != 0 && line < entry.line) {
            entry.line = line;
            entry.detail = clipped(detail.into());
        }
        entry.count += count;
    }

    /// Adds what another part of the same file gave.
    pub fn add(&mut self, part: &FileCoverage) {
        self.lines += part.lines;
        self.folded += part.folded;
        self.blank += part.blank;
        self.records += part.records;
        self.not_understood += part.not_understood;
        for (kind, complaint) in &part.complaints {
            self.complain_times(*kind, complaint.count, complaint.line, complaint.detail.clone());
        }
    }

    /// How often a kind of complaint was made.
    pub fn count(&self, kind: ComplaintKind) -> u64 {
        self.complaints.get(&kind).map_or(0, |c| c.count)
    }
}

/// What was read of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Each file, by path.
    pub files: Vec<FileCoverage>,
    /// How long the past is that was seen before the moment in question, in seconds.
    pub past_seconds: f64,
    /// Limits that were reached, with the setting's name and how much was dropped.
    pub limits: BTreeMap<String, u64>,
    /// Alert rules that were given and not judged.
    pub rules: u64,
}

impl Coverage {
    /// Physical lines read.
    pub fn lines_in(&self) -> u64 {
        self.files.iter().map(|f| f.lines).sum()
    }

    /// Lines folded into records.
    pub fn lines_folded(&self) -> u64 {
        self.files.iter().map(|f| f.folded).sum()
    }

    /// Records read.
    pub fn records_in(&self) -> u64 {
        self.files.iter().map(|f| f.records).sum()
    }

    /// Records that were not fully understood.
    pub fn unparsed(&self) -> u64 {
        self.files.iter().map(|f| f.not_understood).sum()
    }
}
