//! What was understood of files, as text and JSON: form, what was learnt, records taken apart, lines that were odd.

use evidence::{Coverage, FileCoverage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{CoverageDocument, SCHEMA_FORMATS, coverage_document};
use crate::layout::{Meaning, beside, labelled, wrapped};
use crate::spoken::{counted, number};
use crate::voice::Voice;

/// What was understood of one file.
#[derive(Clone, Debug, Default)]
pub struct FormRow {
    /// The file as the user named it.
    pub path: String,
    /// The format in one word; `None` where none fits.
    pub format: Option<String>,
    /// The first sentence of the format's manual page.
    pub about: String,
    /// What was learnt of this file; may be empty.
    pub learnt: String,
    /// Records taken apart.
    pub records: Vec<TakenApart>,
    /// The first lines that were odd.
    pub odd: Vec<OddLine>,
    /// What would help.
    pub advice: Vec<String>,
}

/// One record with its parts.
#[derive(Clone, Debug)]
pub struct TakenApart {
    /// The line where it begins, from 1; 0 where lines mean nothing.
    pub line: u64,
    /// That line as it stands there; may be empty.
    pub raw: String,
    /// Its parts, in the order in which they are told.
    pub parts: Vec<RecordPart>,
}

/// One part of a record.
#[derive(Clone, Debug)]
pub struct RecordPart {
    /// Such as `time` or `message`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// A line that was not understood, or not wholly.
#[derive(Clone, Debug)]
pub struct OddLine {
    /// Its number, from 1.
    pub line: u64,
    /// The line; may be empty.
    pub text: String,
    /// What is wrong with it.
    pub why: Vec<String>,
}

/// What is told of files.
pub struct FormatsDocument<'a> {
    /// By path.
    pub files: &'a [FormRow],
    /// What was read, an entry for each of the files.
    pub coverage: &'a Coverage,
}

/// What was understood of files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormatsPage {
    pub schema: String,
    pub files: Vec<FormDocument>,
    pub coverage: CoverageDocument,
}

/// Of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormDocument {
    pub path: String,
    pub format: Option<String>,
    pub kind: String,
    pub about: String,
    pub learnt: String,
    pub records: Vec<RecordDocument>,
    pub not_understood: u64,
    pub odd_lines: Vec<OddDocument>,
    pub advice: Vec<String>,
}

/// One record taken apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDocument {
    pub line: Option<u64>,
    pub raw: String,
    pub parts: Vec<PartDocument>,
}

/// One part of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartDocument {
    pub name: String,
    pub value: String,
}

/// A line that was not understood, or not wholly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OddDocument {
    pub line: u64,
    pub text: String,
    pub why: Vec<String>,
}

/// Characters of a line that are told; a line may be as long as a file.
const LINE_CHARS: usize = 1_000;
/// Lines of the terminal that one part of a record takes at most.
const PART_LINES: usize = 4;

/// The files as one JSON document.
pub fn formats_document(formats: &FormatsDocument<'_>, voice: &Voice) -> String {
    let part = |p: &RecordPart| PartDocument { name: p.name.into(), value: voice.say_short(&p.value, LINE_CHARS) };
    let record = |r: &TakenApart| RecordDocument {
        line: (r.line > 0).then_some(r.line),
        raw: voice.say_short(&r.raw, LINE_CHARS),
        parts: r.parts.iter().map(part).collect(),
    };
    let odd = |o: &OddLine| OddDocument {
        line: o.line,
        text: voice.say_short(&o.text, LINE_CHARS),
        why: o.why.iter().map(|w| voice.say(w)).collect(),
    };
    let file = |f: &FormRow| {
        let coverage = covered(formats, &f.path);
        FormDocument {
            path: voice.say(&f.path),
            format: f.format.clone(),
            kind: coverage.map_or_else(String::new, |c| c.kind.clone()),
            about: f.about.clone(),
            learnt: voice.say(&f.learnt),
            records: f.records.iter().map(record).collect(),
            not_understood: coverage.map_or(0, |c| c.not_understood),
            odd_lines: f.odd.iter().map(odd).collect(),
            advice: f.advice.iter().map(|a| voice.say(a)).collect(),
        }
    };
    let document = FormatsPage {
        schema: SCHEMA_FORMATS.into(),
        files: formats.files.iter().map(file).collect(),
        coverage: coverage_document(formats.coverage, voice),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("numbers, texts and lists always serialise");
    text.push('\n');
    text
}

fn covered<'a>(formats: &FormatsDocument<'a>, path: &str) -> Option<&'a FileCoverage> {
    formats.coverage.files.iter().find(|f| f.path == path)
}

/// The files for a terminal.
pub fn formats_text(formats: &FormatsDocument<'_>, voice: &Voice, width: usize) -> String {
    let width = width.max(60);
    let files = formats.files.iter().map(|f| {
        let lines = Page { voice, width }.file(f, covered(formats, &f.path));
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect::<String>()
    });
    files.collect::<Vec<_>>().join("\n")
}

struct Page<'a> {
    voice: &'a Voice,
    width: usize,
}

impl Page<'_> {
    fn file(&self, file: &FormRow, coverage: Option<&FileCoverage>) -> Vec<String> {
        let mut lines = vec![Meaning::Strong.of(&self.voice.say(&file.path))];
        let kind = coverage.map_or("", |c| c.kind.as_str());
        match &file.format {
            Some(name) => lines.extend(self.label("format", &format!("{kind}: {name}. {}", file.about), 6)),
            None => lines.extend(self.label("format", "none that is known here", 1)),
        }
        if !file.learnt.is_empty() {
            lines.extend(self.label("learnt", &file.learnt, PART_LINES));
        }
        if let Some(coverage) = coverage {
            lines.extend(self.label("read", &amounts(coverage), 2));
        }
        for record in &file.records {
            lines.extend(self.record(record));
        }
        if let Some(coverage) = coverage {
            lines.extend(self.odd(file, coverage));
        }
        for advice in &file.advice {
            lines.extend(labelled("would help", Meaning::Calm, &self.voice.say(advice), self.width, 6));
        }
        lines
    }

    fn label(&self, label: &str, text: &str, most: usize) -> Vec<String> {
        labelled(label, Meaning::Strong, &self.voice.say_short(text, LINE_CHARS), self.width, most)
    }

    fn record(&self, record: &TakenApart) -> Vec<String> {
        let place = if record.line > 0 { format!("line {}", number(record.line as f64)) } else { "record".into() };
        let raw = self.voice.say_short(&record.raw, LINE_CHARS);
        let mut lines = vec![String::new()];
        let mut shown = wrapped(&raw, self.width - 16);
        shown.truncate(PART_LINES);
        if shown.is_empty() {
            shown.push(String::new());
        }
        let dim: Vec<String> = shown.iter().map(|line| Meaning::Aside.of(line)).collect();
        lines.extend(beside(&place, Meaning::Strong, &dim));
        for part in &record.parts {
            let value = self.voice.say_short(&part.value, LINE_CHARS);
            let style = match (part.name, part.value.as_str()) {
                ("level", "ERROR" | "FATAL") => Meaning::Hurt,
                ("level", "WARN") => Meaning::Gray,
                _ => Meaning::Calm,
            };
            lines.extend(labelled(&format!("  {}", part.name), style, &value, self.width, PART_LINES));
        }
        lines
    }

    fn odd(&self, file: &FormRow, coverage: &FileCoverage) -> Vec<String> {
        let mut lines = vec![String::new()];
        let (odd, all) = (coverage.not_understood, coverage.records);
        if file.format.is_some() {
            let (style, text) = match odd {
                0 => (Meaning::Strong, format!("nothing of {}", counted(all, "record"))),
                _ => (Meaning::Gray, format!("{} of {}", number(odd as f64), counted(all, "record"))),
            };
            lines.extend(labelled("not understood", style, &text, self.width, 1));
        }
        for line in &file.odd {
            let text = self.voice.say_short(&line.text, 2 * self.width);
            let why = self.voice.say(&line.why.join("; "));
            let mut told = wrapped(&text, self.width - 16);
            told.truncate(2);
            told.extend(wrapped(&why, self.width - 18).iter().map(|w| format!("  {}", Meaning::Gray.of(w))));
            lines.extend(beside(&format!("  line {}", number(line.line as f64)), Meaning::Aside, &told));
        }
        for (kind, complaint) in &coverage.complaints {
            let place = if complaint.line > 0 {
                format!(", first in line {}", number(complaint.line as f64))
            } else {
                String::new()
            };
            let detail = if complaint.detail.is_empty() { String::new() } else { format!(": {}", complaint.detail) };
            let times = if kind.is_of_file() { String::new() } else { format!("{} ", number(complaint.count as f64)) };
            let label = if kind.is_of_file() && file.format.is_none() { "why" } else { "counted" };
            lines.extend(self.label(label, &format!("{times}{kind}{place}{detail}"), PART_LINES));
        }
        if lines.len() > 1 { lines } else { Vec::new() }
    }
}

fn amounts(coverage: &FileCoverage) -> String {
    let mut text = format!("{} in {}", counted(coverage.records, "record"), counted(coverage.lines, "line"));
    let more = [(coverage.folded, "within records"), (coverage.blank, "blank")];
    let more: Vec<String> =
        more.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", number(*n as f64))).collect();
    if !more.is_empty() {
        text.push_str(&format!(" ({})", more.join(", ")));
    }
    text
}
