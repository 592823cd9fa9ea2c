//! # Alerts that were delivered
//!
//! Alertmanager's webhook payloads (one a line, or one document) and what its `/api/v2/alerts` answers. The rule is
//! the label `alertname`, the service the label `service`, `service_name`, `app` or `job`. An alert that was
//! suppressed reached nobody: it is counted and not kept. `endsAt` counts where it is past; Alertmanager writes a
//! future one for alerts that still fire, and the year 1 for those without an end.

use std::sync::Arc;

use evidence::{Alert, ComplaintKind, Time};

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::changes::for_each_object;
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::json::{self, Kind};
use crate::lines::document_lines;
use crate::part::{Content, Part};
use crate::settings::{Limits, Settings};
use crate::stamp::Stamps;
use crate::text::{self, Lines};
use crate::zone::Zone;

/// Delivered alerts.
pub(crate) const FORMAT: Format = Format {
    name: "alerts",
    kind: "alerts (Alertmanager)",
    family: Family::Alerts,
    source: manual!("alerts.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let (mut all, mut alerts) = (0, 0);
    for_each_object(head, |object| {
        all += 1;
        let has = |key: &str| json::get(object, key, 128).is_some();
        let payload = has("alerts") && (has("receiver") || has("groupKey") || has("groupLabels"));
        alerts += usize::from(payload || has("startsAt") && has("labels"));
    });
    // A payload that is cut, or longer than what is looked at, shows its beginning alone.
    let begins = || {
        let named = |key: &[u8]| memchr::memmem::find(head.start(), key).is_some();
        let payload = named(b"\"receiver\"") || named(b"\"groupKey\"") || named(b"\"groupLabels\"");
        let alert = named(b"\"startsAt\"") && named(b"\"labels\"");
        head.start().trim_ascii_start().starts_with(b"{") && named(b"\"alerts\"") && payload && alert
    };
    if alerts > 0 && alerts * 2 >= all || all == 0 && begins() { 95 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let (zone, limits) = (settings.timezone.clone(), settings.limits.clone());
    Arc::new(Alerts { document: is_document(head), zone, limits })
}

#[derive(Debug)]
struct Alerts {
    document: bool,
    zone: Zone,
    limits: Limits,
}

impl Reading for Alerts {
    fn parse(&self, chunk: &Chunk) -> Part {
        let stamps = Stamps::new(&self.zone, None);
        let mut work = Work {
            form: self,
            source: chunk.source,
            part: Part::default(),
            alerts: Vec::new(),
            stamps,
            line: chunk.first_line,
        };
        if self.document {
            work.document(&chunk.bytes);
        } else {
            work.lines(&chunk.bytes);
        }
        work.part.content = if work.alerts.is_empty() { Content::Nothing } else { Content::Alerts(work.alerts) };
        work.part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work<'a> {
    form: &'a Alerts,
    source: u32,
    part: Part,
    alerts: Vec<Alert>,
    stamps: Stamps,
    line: u64,
}

impl Work<'_> {
    fn lines(&mut self, bytes: &[u8]) {
        self.part.coverage.lines = text::line_count(bytes);
        for (from, to) in Lines::new(bytes) {
            let before = self.part.coverage.records;
            if text::is_blank(&bytes[from..to]) {
                self.part.coverage.blank += 1;
            } else {
                self.values(&bytes[from..to]);
                let any = self.part.coverage.records > before;
                self.part.starts += u64::from(any);
                self.part.coverage.folded += u64::from(!any);
            }
            self.line += 1;
        }
    }

    fn document(&mut self, bytes: &[u8]) {
        self.values(bytes);
        self.part.starts = u64::from(self.part.coverage.records > 0);
        document_lines(bytes, &mut self.part);
    }

    /// Payloads, alerts, or an array of them.
    fn values(&mut self, bytes: &[u8]) {
        let depth = self.form.limits.json_depth;
        let (first, mut places) = (self.line, Vec::new());
        let end = json::values(bytes, depth, |from, to| places.push((from, to)));
        let mut at = 0;
        for (from, to) in places {
            let value = &bytes[from..to];
            match json::get(value, "alerts", depth).filter(|raw| Kind::of(raw) == Kind::Array) {
                Some(all) => self.each(bytes, all.as_ptr() as usize - bytes.as_ptr() as usize, &mut at),
                None => self.alert(bytes, (from, to), &mut at),
            }
        }
        if let Err((broken_at, _)) = end {
            let rest = &bytes[broken_at..];
            // The whole alerts of a payload that is cut.
            let key = memchr::memmem::find(rest, b"\"alerts\"").filter(|_| rest.starts_with(b"{"));
            if let Some(open) = key.and_then(|key| Some(key + memchr::memchr(b'[', &rest[key..])?)) {
                self.each(bytes, broken_at + open, &mut at);
            }
            self.complain(ComplaintKind::Malformed, "not whole JSON; what stands before the break was used");
            self.part.coverage.records += 1;
            self.part.coverage.not_understood += 1;
        }
        self.line = first;
    }

    /// The alerts of the array that begins at a place, as far as it is whole.
    fn each(&mut self, bytes: &[u8], array: usize, at: &mut usize) {
        let mut inner = Vec::new();
        let _ = json::values(&bytes[array..], self.form.limits.json_depth, |from, to| inner.push((from, to)));
        inner.into_iter().for_each(|(from, to)| self.alert(bytes, (array + from, array + to), at));
    }

    fn complain(&mut self, kind: ComplaintKind, words: impl Into<String>) {
        self.part.coverage.complain(kind, self.line, words);
    }

    /// One alert. `at` is how far lines were counted.
    fn alert(&mut self, bytes: &[u8], (from, to): (usize, usize), at: &mut usize) {
        self.line += text::newlines(&bytes[(*at).min(from)..from]);
        *at = from;
        let object = &bytes[from..to];
        let record = self.part.coverage.records;
        self.part.coverage.records += 1;
        let depth = self.form.limits.json_depth;
        let labels = json::get(object, "labels", depth).unwrap_or(b"{}");
        let faults = [object, labels].map(|object| json::faults(object, depth));
        if faults.iter().any(|(repeated, _)| *repeated) {
            self.complain(ComplaintKind::Duplicate, json::TWICE);
        }
        if faults.iter().any(|(_, deep)| *deep) {
            self.complain(ComplaintKind::LargeDocument, json::TOO_DEEP);
        }
        let text = |name: &str| json::text_of(object, name, depth);
        let (Some(name), Some(starts)) = (json::text_of(labels, "alertname", depth), text("startsAt")) else {
            self.complain(ComplaintKind::MissingField, "an alert without labels.alertname or startsAt");
            self.part.coverage.not_understood += 1;
            return;
        };
        let Some(starts_at) = self.time(&starts) else {
            self.complain(ComplaintKind::BadTime, starts);
            self.part.coverage.not_understood += 1;
            return;
        };
        let state = json::get(object, "status", depth).and_then(|s| json::text_of(s, "state", depth));
        if state.as_deref() == Some("suppressed") {
            return self.complain(ComplaintKind::NotJudged, "suppressed: it reached nobody");
        }
        let updated = text("updatedAt").and_then(|t| self.time(&t));
        let ends_at = text("endsAt").and_then(|t| self.time(&t));
        let past = |end: &Time| *end >= starts_at && updated.is_none_or(|u| *end <= u);
        let service = ["service", "service_name", "app", "job"].iter().find_map(|l| json::text_of(labels, l, depth));
        self.alerts.push(Alert {
            name,
            service,
            starts_at,
            ends_at: ends_at.filter(past),
            source: self.source,
            record,
        });
    }

    fn time(&mut self, text: &str) -> Option<Time> {
        let read = self.stamps.value(text.as_bytes());
        if let Some(words) = read.and_then(|read| read.odd.words()) {
            self.complain(ComplaintKind::OddTime, words);
        }
        read.and_then(|read| read.time)
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{"receiver":"team","status":"firing","groupKey":"{}:{}","alerts":[{"status":"firing","labels":{"alertname":"SlowCart","service":"cart"},"annotations":{},"startsAt":"2026-11-22T10:00:00Z","endsAt":"0001-01-01T00:00:00Z"},{"labels":{"alertname":"Down","job":"orders"},"startsAt":"2026-11-22T10:01:00Z","endsAt":"2026-11-22T10:05:00Z"},{"labels":{}}],"version":"4"}
"#,
        records: "0 SlowCart cart 2026-11-22T10:00:00Z -
1 Down orders 2026-11-22T10:01:00Z 2026-11-22T10:05:00Z
folded 0, blank 0
MissingField 1 at 1: an alert without labels.alertname or startsAt
",
    },
    Sample {
        text: r#"[
  {"labels": {"alertname": "SlowCart"}, "startsAt": "2026-11-22T10:00:00Z", "endsAt": "2026-11-22T10:09:00Z",
   "updatedAt": "2026-11-22T10:05:00Z", "status": {"state": "active"}},
  {"labels": {"alertname": "Muted"}, "startsAt": "2026-11-22T10:00:00Z", "status": {"state": "suppressed"}}
]
"#,
        records: "0 SlowCart - 2026-11-22T10:00:00Z -
folded 4, blank 0
NotJudged 1 at 4: suppressed: it reached nobody
",
    },
];
