//! # Alert rules
//!
//! Rule files of Prometheus and Loki (YAML with `groups:`), and the same within a Kubernetes `PrometheusRule`. This
//! version counts the alert rules and does not judge them: what they would have told is not known.

use std::sync::Arc;

use evidence::ComplaintKind;
use serde::Deserialize;

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::manual;
use crate::lines::document_lines;
use crate::part::{Content, Part};
use crate::settings::Settings;
use crate::yaml;

/// Alert rules.
pub(crate) const FORMAT: Format = Format {
    name: "rules",
    kind: "alert rules",
    family: Family::Alerts,
    source: manual!("rules.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let lines = head.lines(200);
    let begins = |word: &[u8]| lines.iter().any(|line| line.trim_ascii_start().starts_with(word));
    let groups = lines.iter().any(|line| line.starts_with(b"groups:") || line.trim_ascii() == b"groups:");
    if groups && (begins(b"rules:") || begins(b"- rules:") || begins(b"- name:")) { 95 } else { 0 }
}

fn learn(_: &Head<'_>, _: &Settings) -> Arc<dyn Reading> {
    Arc::new(Rules)
}

#[derive(Debug)]
struct Rules;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    groups: Vec<Group>,
    spec: Option<Spec>,
}

#[derive(Deserialize)]
struct Spec {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    alert: Option<String>,
}

impl Reading for Rules {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        let text = String::from_utf8_lossy(&chunk.bytes);
        let count = match yaml::read::<File>(&text) {
            Ok(file) => {
                let inner = file.spec.map(|s| s.groups).unwrap_or_default();
                file.groups.iter().chain(&inner).flat_map(|g| &g.rules).filter(|r| r.alert.is_some()).count() as u64
            }
            Err(e) => {
                let line = e.location().map_or(0, |l| l.line());
                let words = format!("{}; the rules were counted by their lines", yaml::words(&e));
                part.coverage.complain(ComplaintKind::Malformed, line, words);
                text.lines().filter(|l| l.trim_start().trim_start_matches("- ").starts_with("alert:")).count() as u64
            }
        };
        part.coverage.complain_times(ComplaintKind::NotJudged, count, 0, "alert rules");
        part.coverage.records = count;
        part.starts = count.min(crate::text::line_count(&chunk.bytes));
        document_lines(&chunk.bytes, &mut part);
        part.content = Content::Rules(count);
        part
    }

    fn unit(&self) -> Unit {
        Unit::Document
    }
}

const SAMPLES: &[Sample] = &[Sample {
    text: "groups:
- name: cart
  rules:
  - alert: SlowCart
    expr: cart_seconds > 2
    for: 5m
  - record: cart:rate
    expr: rate(cart_total[5m])
  - alert: NoCart
    expr: absent(cart_total)
",
    records: "2 rules
folded 8, blank 0
NotJudged 2 at 0: alert rules
",
}];
