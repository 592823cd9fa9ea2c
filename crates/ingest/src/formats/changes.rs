//! # Change events
//!
//! JSON lines, or a JSON array, of
//! `{"time","kind","service","ref","author","summary","files":[…],"diff","deployed_at", "environment"}`. `time` and
//! `kind` are required; `kind` is one of `commit`, `deploy`, `config`, `flag`, `schema`, `infra`, `dependency`, in any
//! case. A `deploy` whose `ref` is a commit's `ref` ships it. Times are RFC 3339 or count from 1970. An object without
//! time or kind is a record that was not understood, and is counted.

use std::sync::Arc;

use evidence::{ChangeEvent, ChangeKind, ComplaintKind, Time};

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::json::{self, Kind};
use crate::lines::document_lines;
use crate::part::{Content, Part};
use crate::settings::{Limits, Settings};
use crate::stamp::Stamps;
use crate::text::{self, Lines};
use crate::zone::Zone;

/// Change events.
pub(crate) const FORMAT: Format = Format {
    name: "changes",
    kind: "changes",
    family: Family::Changes,
    source: manual!("changes.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let (mut all, mut changes) = (0, 0);
    for_each_object(head, |object| {
        all += 1;
        let kind = json::text_of(object, "kind", 128).and_then(|k| ChangeKind::of(&k));
        let time = TIMES.iter().any(|name| json::get(object, name, 128).is_some());
        changes += usize::from(kind.is_some() && time);
    });
    if changes > 0 && changes * 2 >= all { 92 } else { 0 }
}

const TIMES: [&str; 2] = ["time", "timestamp"];

/// The objects that a source begins with, whether they stand on lines or in a document.
pub(crate) fn for_each_object(head: &Head<'_>, mut each: impl FnMut(&[u8])) {
    let text = head.start();
    if is_document(head) {
        let _ = json::values(text, 128, |from, to| each(&text[from..to]));
        return;
    }
    for line in head.lines(50) {
        if line.first() == Some(&b'{') {
            each(line);
        } else if line.first() == Some(&b'[') {
            let _ = json::values(line, 128, |from, to| each(&line[from..to]));
        }
    }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let (zone, limits) = (settings.timezone.clone(), settings.limits.clone());
    Arc::new(Changes { document: is_document(head), zone, limits })
}

#[derive(Debug)]
struct Changes {
    document: bool,
    zone: Zone,
    limits: Limits,
}

impl Reading for Changes {
    fn parse(&self, chunk: &Chunk) -> Part {
        let stamps = Stamps::new(&self.zone, None);
        let mut work =
            Work { form: self, chunk, part: Part::default(), changes: Vec::new(), stamps, line: chunk.first_line };
        if self.document {
            work.document(&chunk.bytes);
        } else {
            work.lines(&chunk.bytes);
        }
        work.part.content = if work.changes.is_empty() { Content::Nothing } else { Content::Changes(work.changes) };
        work.part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work<'a> {
    form: &'a Changes,
    chunk: &'a Chunk,
    part: Part,
    changes: Vec<ChangeEvent>,
    stamps: Stamps,
    line: u64,
}

impl Work<'_> {
    fn lines(&mut self, bytes: &[u8]) {
        self.part.coverage.lines = text::line_count(bytes);
        for (from, to) in Lines::new(bytes) {
            let line = &bytes[from..to];
            if text::is_blank(line) {
                self.part.coverage.blank += 1;
            } else {
                self.object(line);
                self.part.starts += 1;
            }
            self.line += 1;
        }
    }

    fn document(&mut self, bytes: &[u8]) {
        let mut places = Vec::new();
        let end = json::values(bytes, self.form.limits.json_depth, |from, to| places.push((from, to)));
        let (mut at, mut last) = (0, 0);
        for (from, to) in places {
            self.line += text::newlines(&bytes[at..from]);
            at = from;
            self.object(&bytes[from..to]);
            self.part.starts += u64::from(self.line != last);
            last = self.line;
        }
        if let Err((broken_at, _)) = end {
            let line = self.line + text::newlines(&bytes[at..broken_at]);
            self.part.coverage.complain(ComplaintKind::Malformed, line, "the document is broken or cut here");
        }
        document_lines(bytes, &mut self.part);
    }

    fn complain(&mut self, kind: ComplaintKind, words: impl Into<String>) {
        self.part.coverage.complain(kind, self.line, words);
    }

    fn object(&mut self, object: &[u8]) {
        let record = self.part.coverage.records;
        self.part.coverage.records += 1;
        if std::str::from_utf8(object).is_err() {
            self.complain(ComplaintKind::InvalidUtf8, "");
        }
        match self.change(object, record) {
            Some(change) => self.changes.push(change),
            None => self.part.coverage.not_understood += 1,
        }
    }

    fn change(&mut self, object: &[u8], record: u64) -> Option<ChangeEvent> {
        let depth = self.form.limits.json_depth;
        let text = |name: &str| json::text_of(object, name, depth);
        let (repeated, deep) = json::faults(object, depth);
        if repeated {
            self.complain(ComplaintKind::Duplicate, json::TWICE);
        }
        if deep {
            self.complain(ComplaintKind::LargeDocument, json::TOO_DEEP);
        } else if json::members(object, depth, |_, _| {}).is_err() {
            self.complain(ComplaintKind::Malformed, "not whole JSON; what stands before the break was used");
        }
        let kind = self.kind(text("kind"))?;
        let Some(written) = TIMES.iter().find_map(|name| text(name)) else {
            self.complain(ComplaintKind::MissingField, "a change without a time");
            return None;
        };
        let time = self.time(&written)?;
        Some(ChangeEvent {
            time,
            kind,
            service: text("service"),
            reference: text("ref").or_else(|| text("reference")),
            author: text("author"),
            summary: text("summary"),
            files: files(object, depth),
            diff: text("diff"),
            deployed_at: text("deployed_at").and_then(|t| self.time(&t)),
            environment: text("environment"),
            source: self.chunk.source,
            record,
            line: self.line,
        })
    }

    fn kind(&mut self, word: Option<String>) -> Option<ChangeKind> {
        let Some(word) = word else {
            self.complain(ComplaintKind::MissingField, "a change without a kind");
            return None;
        };
        let kind = ChangeKind::of(word.trim());
        if kind.is_none() {
            self.complain(ComplaintKind::Malformed, format!("{word:?} is no kind of change"));
        }
        kind
    }

    fn time(&mut self, written: &str) -> Option<Time> {
        let read = self.stamps.value(written.as_bytes());
        if let Some(words) = read.and_then(|read| read.odd.words()) {
            self.complain(ComplaintKind::OddTime, words);
        }
        let time = read.and_then(|read| read.time);
        if time.is_none() {
            self.complain(ComplaintKind::BadTime, written);
        }
        time
    }
}

fn files(object: &[u8], depth: usize) -> Vec<String> {
    let Some(raw) = json::get(object, "files", depth) else { return Vec::new() };
    let mut files = Vec::new();
    if Kind::of(raw) == Kind::Array {
        let _ = json::values(raw, depth, |from, to| {
            files.push(String::from_utf8_lossy(&json::scalar(&raw[from..to])).into_owned())
        });
    }
    files
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{"time":"2026-11-22T10:00:00Z","kind":"deploy","service":"cart","ref":"1f2e3d4","summary":"release 2.8.0","environment":"production"}
{"time":1795341660,"kind":"Commit","ref":"1f2e3d4","author":"ann","summary":"tidy","files":["a.go","b.go"],"diff":"@@ x","deployed_at":"2026-11-22T11:00:00Z"}

{"time":"2026-11-22T10:00:00Z","kind":"party"}
{"time":"2026-11-22T10:00:00Z"}
{"kind":"flag"}
{"time":"soon","kind":"flag"}
"#,
        records: "0 1 2026-11-22T10:00:00Z deploy cart 1f2e3d4 release 2.8.0 []
1 2 2026-11-22T10:01:00Z commit - 1f2e3d4 tidy [\"a.go\", \"b.go\"] known at 2026-11-22T11:00:00Z
folded 0, blank 1
Malformed 1 at 4: \"party\" is no kind of change
MissingField 2 at 5: a change without a kind
BadTime 1 at 7: soon
",
    },
    Sample {
        text: "[
  {\"time\": \"2026-11-22T10:00:00Z\", \"kind\": \"flag\", \"ref\": \"fast-path\"},
  {\"time\": \"2026-11-22T10:00:00Z\", \"kind\": \"schema\",
   \"summary\": \"carts.owner\"}
]
",
        records: "0 2 2026-11-22T10:00:00Z flag - fast-path - []
1 3 2026-11-22T10:00:00Z schema - - carts.owner []
folded 3, blank 0
",
    },
];
