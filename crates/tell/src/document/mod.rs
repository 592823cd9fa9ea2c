//! The documents of the contract, field by field. Every field is there from the start, null or empty where nothing is
//! known yet. Each type is its own JSON Schema ([`schema`]): what is printed cannot drift from what is promised.

mod schema;
pub mod signal;
pub mod story;

use evidence::{Coverage, Nanos, SECOND, six};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::voice::Voice;

pub use schema::{DOCUMENTS, schema_text};
pub use signal::signal_line;

/// The schema of a story.
pub const SCHEMA_STORY: &str = "backstory.story/1";
/// The schema of a list of templates.
pub const SCHEMA_PATTERNS: &str = "backstory.patterns/1";
/// The schema of what was understood of files.
pub const SCHEMA_FORMATS: &str = "backstory.formats/1";
/// The schema of a saved story.
pub const SCHEMA_CASE: &str = "backstory.case/1";

pub(crate) fn seconds(length: Nanos) -> f64 {
    six(length as f64 / SECOND as f64)
}

pub(crate) fn given(text: &str, voice: &Voice) -> Option<String> {
    (!text.is_empty()).then(|| voice.say(text))
}

/// What was read, as it stands in every document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CoverageDocument {
    pub lines_in: u64,
    pub lines_folded: u64,
    pub records_in: u64,
    pub unparsed: u64,
    pub past_seconds: f64,
    pub rules: u64,
    pub limits: std::collections::BTreeMap<String, u64>,
    pub files: Vec<FileDocument>,
}

/// What was read of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileDocument {
    pub path: String,
    pub kind: String,
    pub records: u64,
    pub not_understood: u64,
    pub lines: u64,
    pub folded: u64,
    pub blank: u64,
    pub complaints: Vec<ComplaintDocument>,
}

/// What could not be understood, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComplaintDocument {
    pub what: String,
    pub count: u64,
    pub line: Option<u64>,
    pub detail: String,
}

/// What was read.
pub fn coverage_document(coverage: &Coverage, voice: &Voice) -> CoverageDocument {
    let complaint = |(kind, c): (&evidence::ComplaintKind, &evidence::Complaint)| ComplaintDocument {
        what: kind.words().into(),
        count: c.count,
        line: (c.line > 0).then_some(c.line),
        detail: voice.say_short(&c.detail, 200),
    };
    let file = |f: &evidence::FileCoverage| FileDocument {
        path: voice.say(&f.path),
        kind: f.kind.clone(),
        records: f.records,
        not_understood: f.not_understood,
        lines: f.lines,
        folded: f.folded,
        blank: f.blank,
        complaints: f.complaints.iter().map(complaint).collect(),
    };
    CoverageDocument {
        lines_in: coverage.lines_in(),
        lines_folded: coverage.lines_folded(),
        records_in: coverage.records_in(),
        unparsed: coverage.unparsed(),
        past_seconds: six(coverage.past_seconds),
        rules: coverage.rules,
        limits: coverage.limits.clone(),
        files: coverage.files.iter().map(file).collect(),
    }
}

/// Numbers, texts and lists always serialise.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("numbers, texts and lists always serialise");
    text.push('\n');
    text
}
