//! # Alerts that were delivered
//!
//! Alertmanager's webhook payloads (one a line, or one document) and what its `/api/v2/alerts` answers. The rule is
//! the label `alertname`, the service the label `service`, `service_name`, `app` or `job`. An alert that was
//! suppressed reached nobody: where a silence did it, it counts as one; else it is counted and not kept. `endsAt` counts where it is past; Alertmanager writes a
//! future one for alerts that still fire, and the year 1 for those without an end.
//!
//! Silences are what `/api/v2/silences` (or `amtool silence query -o json`) answers: matchers, a comment, from when until
//! when. Who made them is not read.

use std::sync::Arc;

use evidence::{Alert, AlertSilence, ComplaintKind, Matcher, Time};

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
        alerts += usize::from(payload || has("startsAt") && (has("labels") || has("matchers")));
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
            silences: Vec::new(),
            stamps,
            line: chunk.first_line,
        };
        if self.document {
            work.document(&chunk.bytes);
        } else {
            work.lines(&chunk.bytes);
        }
        let none = work.alerts.is_empty() && work.silences.is_empty();
        work.part.content = if none { Content::Nothing } else { Content::Alerts(work.alerts, work.silences) };
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
    silences: Vec<AlertSilence>,
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
                None if json::get(value, "matchers", depth).is_some() => self.silence(bytes, (from, to), &mut at),
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

    /// The next record: an object and its number; what is wrong with it and its labels is said. `at` is how far lines
    /// were counted.
    fn object<'b>(&mut self, bytes: &'b [u8], (from, to): (usize, usize), at: &mut usize) -> (&'b [u8], u64) {
        self.line += text::newlines(&bytes[(*at).min(from)..from]);
        *at = from;
        let (object, depth) = (&bytes[from..to], self.form.limits.json_depth);
        let labels = json::get(object, "labels", depth).unwrap_or(b"{}");
        let faults = [object, labels].map(|object| json::faults(object, depth));
        if faults.iter().any(|(repeated, _)| *repeated) {
            self.complain(ComplaintKind::Duplicate, json::TWICE);
        }
        if faults.iter().any(|(_, deep)| *deep) {
            self.complain(ComplaintKind::LargeDocument, json::TOO_DEEP);
        }
        self.part.coverage.records += 1;
        (object, self.part.coverage.records - 1)
    }

    fn alert(&mut self, bytes: &[u8], place: (usize, usize), at: &mut usize) {
        let (object, record) = self.object(bytes, place, at);
        let depth = self.form.limits.json_depth;
        let labels = json::get(object, "labels", depth).unwrap_or(b"{}");
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
        let status = json::get(object, "status", depth).unwrap_or(b"{}");
        let updated = text("updatedAt").and_then(|t| self.time(&t));
        let ends_at = text("endsAt").and_then(|t| self.time(&t));
        let past = |end: &Time| *end >= starts_at && updated.is_none_or(|u| *end <= u);
        let (ends_at, source) = (ends_at.filter(past), self.source);
        if json::text_of(status, "state", depth).as_deref() == Some("suppressed") {
            let silenced = json::get(status, "silencedBy", depth).is_some_and(|by| by.contains(&b'"'));
            if !silenced {
                return self.complain(ComplaintKind::NotJudged, "suppressed: it reached nobody");
            }
            let matchers = labels_of(labels, depth);
            let silence = AlertSilence { matchers, comment: String::new(), starts_at, ends_at, source, record };
            return self.silences.push(silence);
        }
        let service = SERVICE_LABELS.iter().find_map(|l| json::text_of(labels, l, depth));
        self.alerts.push(Alert { name, service, starts_at, ends_at, source, record });
    }

    fn silence(&mut self, bytes: &[u8], place: (usize, usize), at: &mut usize) {
        let (object, record) = self.object(bytes, place, at);
        let depth = self.form.limits.json_depth;
        let text = |name: &str| json::text_of(object, name, depth);
        let mut matchers = Vec::new();
        let all = json::get(object, "matchers", depth).unwrap_or(b"[]");
        let whole = json::values(all, depth, |from, to| matchers.extend(matcher(&all[from..to], depth)));
        let starts_at = text("startsAt").and_then(|t| self.time(&t));
        let Some(starts_at) = starts_at.filter(|_| whole.is_ok() && !matchers.is_empty()) else {
            self.complain(ComplaintKind::MissingField, "a silence without matchers or startsAt");
            self.part.coverage.not_understood += 1;
            return;
        };
        let ends_at = text("endsAt").and_then(|t| self.time(&t)).filter(|end| *end >= starts_at);
        let comment = text("comment").unwrap_or_default();
        self.silences.push(AlertSilence { matchers, comment, starts_at, ends_at, source: self.source, record });
    }

    fn time(&mut self, text: &str) -> Option<Time> {
        let read = self.stamps.value(text.as_bytes());
        if let Some(words) = read.and_then(|read| read.odd.words()) {
            self.complain(ComplaintKind::OddTime, words);
        }
        read.and_then(|read| read.time)
    }
}

/// Labels that name the service, the most telling first.
const SERVICE_LABELS: [&str; 4] = ["service", "service_name", "app", "job"];

/// One matcher of a silence; `isEqual` came with Alertmanager 0.22, and is true where it is missing.
fn matcher(object: &[u8], depth: usize) -> Option<Matcher> {
    let is = |name: &str| json::get(object, name, depth).map(|raw| raw == b"true");
    let (label, value) = (json::text_of(object, "name", depth)?, json::text_of(object, "value", depth)?);
    let (is_regex, is_equal) = (is("isRegex").unwrap_or(false), is("isEqual").unwrap_or(true));
    Some(Matcher { label, value, is_regex, is_equal })
}

/// The labels of an alert that was silenced, as what the silence fits.
fn labels_of(labels: &[u8], depth: usize) -> Vec<Matcher> {
    let names = ["alertname"].iter().chain(&SERVICE_LABELS);
    let fits = |label: &&str| {
        let value = json::text_of(labels, label, depth)?;
        Some(Matcher { label: (*label).to_string(), value, is_regex: false, is_equal: true })
    };
    names.filter_map(fits).collect()
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"[{"id":"7c9d","status":{"state":"expired"},"comment":"deploy window","createdBy":"anna","startsAt":"2026-11-22T09:00:00.000Z","endsAt":"2026-11-22T11:00:00.000Z","updatedAt":"2026-11-22T09:00:00.000Z","matchers":[{"name":"service","value":"cart|web","isRegex":true,"isEqual":true},{"name":"severity","value":"page","isRegex":false,"isEqual":false}]},
{"matchers":[],"startsAt":"2026-11-22T09:00:00Z"}]
"#,
        records: "0 silence {service=~\"cart|web\",severity!=\"page\"} deploy window 2026-11-22T09:00:00Z 2026-11-22T11:00:00Z
folded 1, blank 0
MissingField 1 at 2: a silence without matchers or startsAt
",
    },
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
  {"labels": {"alertname": "Muted", "app": "cart"}, "startsAt": "2026-11-22T10:00:00Z",
   "status": {"state": "suppressed", "silencedBy": ["7c9d"]}},
  {"labels": {"alertname": "Held"}, "startsAt": "2026-11-22T10:00:00Z", "status": {"state": "suppressed"}}
]
"#,
        records: "0 SlowCart - 2026-11-22T10:00:00Z -
1 silence {alertname=\"Muted\",app=\"cart\"} - 2026-11-22T10:00:00Z -
folded 6, blank 0
NotJudged 1 at 6: suppressed: it reached nobody
",
    },
];
