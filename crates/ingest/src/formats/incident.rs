//! # An incident
//!
//! JSON, YAML, or Markdown with that YAML as front matter: `{"id","title","noticed_at","noticed_by","service","metric",
//! "summary","started_at","resolved_at","acknowledged_at","acted_at","cause"}`; only `noticed_at` is required. It is a
//! question, not evidence: among evidence it is named and passed over; `--incident FILE` asks it.

use std::sync::Arc;

use evidence::ComplaintKind;

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::changes::for_each_object;
use crate::formats::manual;
use crate::json;
use crate::lines::document_lines;
use crate::part::Part;
use crate::settings::Settings;

/// An incident.
pub(crate) const FORMAT: Format = Format {
    name: "incident",
    kind: "an incident, not evidence",
    family: Family::Incident,
    source: manual!("incident.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start().trim_ascii_start();
    let is_json = matches!(text.first(), Some(b'{' | b'['));
    let mut found = false;
    if is_json {
        let has = |object: &[u8], key: &str| json::get(object, key, 128).is_some();
        for_each_object(head, |object| found |= has(object, "noticed_at") && !has(object, "kind"));
        found |= text[0] == b'{' && has(text, "noticed_at") && !has(text, "kind");
    } else {
        let lines = head.lines(60);
        let named = |line: &&[u8]| line.starts_with(b"noticed_at:");
        let front = lines.first().is_some_and(|l| l.trim_ascii() == b"---" || l.iter().take(40).any(|b| *b == b':'));
        found = front && lines.iter().any(named);
    }
    if found { 97 } else { 0 }
}

fn learn(_: &Head<'_>, _: &Settings) -> Arc<dyn Reading> {
    Arc::new(Passed)
}

#[derive(Debug)]
struct Passed;

impl Reading for Passed {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        document_lines(&chunk.bytes, &mut part);
        part.coverage.complain(ComplaintKind::NotJudged, 0, "an incident, not evidence: ask it with --incident");
        part
    }

    fn unit(&self) -> Unit {
        Unit::Document
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "{\"id\": \"INC-7\", \"noticed_at\": \"2026-11-22T10:00:00Z\", \"service\": \"cart\"}\n",
        records: "nothing
NotJudged 1 at 0: an incident, not evidence: ask it with --incident
",
    },
    Sample {
        text: "---\nid: INC-7\nnoticed_at: 2026-11-22T10:00:00Z\n---\n# Carts were slow\n",
        records: "nothing
NotJudged 1 at 0: an incident, not evidence: ask it with --incident
",
    },
];
