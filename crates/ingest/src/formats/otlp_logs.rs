//! # Logs: OTLP/JSON
//!
//! What an OpenTelemetry collector's file exporter writes: one request a line, or one document. The message is the
//! body's text (of a body with fields, its `message`, `msg` or `event`), its first line, then up to 24 attributes as
//! ` key=value`, sorted by key; ids, classes and places in the code are left out, as of JSON lines. The severity is
//! `severityNumber`, else what `severityText` says; the time `timeUnixNano`, else `observedTimeUnixNano`. The resource
//! says service and instance.
//!
//! Source: OpenTelemetry protocol specification 1.5, JSON encoding; logs data model.

use std::sync::Arc;

use evidence::{ComplaintKind, LogBatch, LogColumns, LogOrigin, Time};
use serde::Deserialize;
use serde_json::Value;

use crate::chunk::Chunk;
use crate::documents;
use crate::form::{Family, Format, Head, Reading, Sample, Unit, empty_batch};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::formats::otlp_traces::{Nanoseconds, Resource, any_value, attributes, or_none};
use crate::level;
use crate::part::{Content, Part};
use crate::requests::requests;
use crate::roles::{Role, role_of};
use crate::settings::{Limits, Settings};

/// OTLP/JSON logs.
pub(crate) const FORMAT: Format = Format {
    name: "otlp-logs",
    kind: "logs (OTLP/JSON)",
    family: Family::Logs,
    source: manual!("otlp_logs.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start();
    let json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    let named = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    if json && (named(b"\"resourceLogs\"") || named(b"\"resource_logs\"")) { 98 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    Arc::new(Requests { document: is_document(head), limits: settings.limits.clone() })
}

#[derive(Debug)]
struct Requests {
    document: bool,
    limits: Limits,
}

impl Reading for Requests {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        let mut batch = empty_batch(chunk);
        documents::each(chunk, self.document, &mut part, |bytes, line, part| {
            // The document's own bytes are what is shown of its records.
            let at = place_of(&chunk.bytes, bytes);
            let raw = (at as u32, (at + bytes.len()) as u32);
            let mut work = Work { batch: &mut batch, part, line, raw, fields: self.limits.fields };
            for resource in requests::<Request>(bytes, &["logRecords", "log_records"], line, work.part)
                .into_iter()
                .flat_map(|r| r.resource_logs)
            {
                let whose = resource.resource.whose();
                let whose = (work.name(&whose.0), work.name(&whose.1));
                for scope in resource.scope_logs {
                    scope.records.iter().for_each(|record| work.record(record, whose, &scope.scope.name));
                }
            }
            work.broken_too();
        });
        part.content = if batch.columns.is_empty() { Content::Nothing } else { Content::Logs(batch) };
        part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

/// Where a part of some bytes begins in them.
fn place_of(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize).min(whole.len())
}

struct Work<'a> {
    batch: &'a mut LogBatch,
    part: &'a mut Part,
    line: u64,
    raw: (u32, u32),
    fields: usize,
}

impl Work<'_> {
    fn name(&mut self, text: &str) -> u32 {
        let known = self.batch.texts.iter().position(|known| known == text);
        let number = known.unwrap_or_else(|| {
            self.batch.texts.push(text.to_string());
            self.batch.texts.len() - 1
        });
        number as u32
    }

    fn record(&mut self, record: &RawRecord, (service, instance): (u32, u32), scope: &str) {
        let time = record.time.0.or(record.observed.0).map(Time);
        if time.is_none() {
            self.part.coverage.complain(ComplaintKind::NoTime, self.line, "");
        }
        let number = record.severity_number.as_u64().filter(|n| (1..=24).contains(n)).map(|n| n as u8);
        let by_name = || record.severity_number.as_str().and_then(severity_name);
        let by_text = || level::of_word(record.severity_text.trim().as_bytes());
        let severity = number.or_else(by_name).or_else(by_text).unwrap_or(0);
        let message = self.message(record);
        let thread = attributes(&record.attributes)
            .into_iter()
            .find(|(key, _)| matches!(role_of(key.as_bytes()), Role::Thread(_)));
        let origin = LogOrigin {
            trace: self.made(&record.trace),
            thread: self.made(thread.as_ref().map_or("", |(_, value)| value)),
            class: self.made(scope),
        };
        self.keep(LogColumns { time, severity, message, service, instance, origin, ..LogColumns::default() });
    }

    /// Writes a text behind the buffer.
    fn made(&mut self, text: &str) -> (u32, u32) {
        let from = self.batch.buffer.len() + self.batch.made.len();
        self.batch.made.extend_from_slice(text.as_bytes());
        (from as u32, (from + text.len()) as u32)
    }

    /// Writes what a record says behind the buffer.
    fn message(&mut self, record: &RawRecord) -> (u32, u32) {
        let base = self.batch.buffer.len();
        let from = base + self.batch.made.len();
        let mut fields = attributes(&record.attributes);
        let body = any_value(&record.body).unwrap_or_else(|| {
            let inner = ["kvlistValue", "kvlist_value"].iter().find_map(|name| record.body.get(*name));
            let inner = inner.and_then(|list| list.get("values")).unwrap_or(&record.body);
            let mut all = attributes(inner);
            let said = ["message", "msg", "event"].iter().find_map(|name| all.iter().position(|(key, _)| key == name));
            let said = said.map(|place| all.remove(place).1).unwrap_or_default();
            fields.append(&mut all);
            said
        });
        let made = &mut self.batch.made;
        made.extend_from_slice(body.lines().next().unwrap_or_default().as_bytes());
        fields.retain(|(key, _)| matches!(role_of(key.as_bytes()), Role::Said | Role::Name));
        fields.sort();
        for (key, value) in fields.iter().take(self.fields) {
            let blank = if made.len() + base == from { "" } else { " " };
            made.extend_from_slice(format!("{blank}{key}={}", value.lines().next().unwrap_or_default()).as_bytes());
        }
        (from as u32, (base + made.len()) as u32)
    }

    fn keep(&mut self, columns: LogColumns) {
        self.part.coverage.records += 1;
        self.batch.columns.push(LogColumns { raw: self.raw, line: self.line, ..columns });
    }

    /// What was counted as broken is a record as it stands, so that records and columns go together.
    fn broken_too(&mut self) {
        while (self.batch.columns.len() as u64) < self.part.coverage.records {
            self.batch.columns.push(LogColumns {
                message: self.raw,
                raw: self.raw,
                line: self.line,
                unparsed: true,
                ..LogColumns::default()
            });
        }
    }
}

/// The number of `SEVERITY_NUMBER_WARN2`.
fn severity_name(name: &str) -> Option<u8> {
    let word = name.strip_prefix("SEVERITY_NUMBER_")?;
    let more = word.as_bytes().last().filter(|b| b.is_ascii_digit()).map_or(0, |digit| digit.saturating_sub(b'1'));
    Some(level::of_word(word.trim_end_matches(|c: char| c.is_ascii_digit()).as_bytes())? + more.min(3))
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "resourceLogs", alias = "resource_logs", default, deserialize_with = "or_none")]
    resource_logs: Vec<ResourceLogs>,
}

#[derive(Deserialize)]
struct ResourceLogs {
    #[serde(default, deserialize_with = "or_none")]
    resource: Resource,
    #[serde(
        rename = "scopeLogs",
        alias = "scope_logs",
        alias = "instrumentationLibraryLogs",
        default,
        deserialize_with = "or_none"
    )]
    scope_logs: Vec<ScopeLogs>,
}

#[derive(Deserialize)]
struct ScopeLogs {
    #[serde(default, alias = "instrumentationLibrary", deserialize_with = "or_none")]
    scope: Scope,
    #[serde(rename = "logRecords", alias = "log_records", alias = "logs", default, deserialize_with = "or_none")]
    records: Vec<RawRecord>,
}

#[derive(Default, Deserialize)]
struct Scope {
    #[serde(default, deserialize_with = "or_none")]
    name: String,
}

#[derive(Deserialize)]
struct RawRecord {
    #[serde(rename = "timeUnixNano", alias = "time_unix_nano", default)]
    time: Nanoseconds,
    #[serde(rename = "observedTimeUnixNano", alias = "observed_time_unix_nano", default)]
    observed: Nanoseconds,
    #[serde(rename = "severityNumber", alias = "severity_number", default)]
    severity_number: Value,
    #[serde(rename = "severityText", alias = "severity_text", default, deserialize_with = "or_none")]
    severity_text: String,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    attributes: Value,
    #[serde(rename = "traceId", alias = "trace_id", default, deserialize_with = "or_none")]
    trace: String,
}

const SAMPLES: &[Sample] = &[Sample {
    text: r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}},{"key":"host.name","value":{"stringValue":"web-1"}}]},"scopeLogs":[{"scope":{"name":"x"},"logRecords":[{"timeUnixNano":"1795341600000000000","severityNumber":17,"severityText":"ERROR","body":{"stringValue":"cart not saved\n  at x"},"attributes":[{"key":"tries","value":{"intValue":"3"}},{"key":"thread.name","value":{"stringValue":"main"}}],"traceId":"a1"},{"observedTimeUnixNano":1795341601000000000,"severityText":"Warn","body":{"kvlistValue":{"values":[{"key":"msg","value":{"stringValue":"slow"}},{"key":"ms","value":{"doubleValue":12.5}}]}}}]}]}]}

{"resource_logs":[{"scope_logs":[{"log_records":[{"severity_number":"SEVERITY_NUMBER_INFO2","body":"hello"}]}]}]}
{"resourceLogs":[{"scopeLogs":
"#,
    records: "1 2026-11-22T10:00:00Z 17 cart web-1 | cart not saved tries=3
1 2026-11-22T10:00:01Z 13 cart web-1 | slow ms=12.5
3 none 10 - - | hello
4 none 0 - - ! {\"resourceLogs\":[{\"scopeLogs\":
folded 0, blank 1
Malformed 1 at 4: not whole JSON: EOF while parsing a value
NoTime 1 at 3
",
}];
