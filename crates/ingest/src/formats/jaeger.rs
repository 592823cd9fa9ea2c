//! # Traces: Jaeger
//!
//! What Jaeger's API and its page's "JSON" button give: `{"data":[{"traceID","spans","processes"}]}`, one answer or one
//! trace a line, or one document. Times and durations are in microseconds. The service is the process', the instance
//! its tag `service.instance.id`, `k8s.pod.name`, `hostname` or `host.name`; the parent is the reference `CHILD_OF`
//! (`FOLLOWS_FROM` where there is no other). A span failed where its tag `error` is true, `otel.status_code` is
//! `ERROR`, or an HTTP status is 500 or more.
//!
//! Source: Jaeger, model/json (`Trace`, `Span`, `Process`).

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::Time;
use serde::Deserialize;
use serde_json::Value;

use crate::chunk::Chunk;
use crate::documents;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::formats::otlp_traces::or_none;
use crate::part::Part;
use crate::requests::requests;
use crate::settings::Settings;
use crate::spans::{RawSpan, Spans, says_failed};

/// Jaeger's traces.
pub(crate) const FORMAT: Format = Format {
    name: "jaeger",
    kind: "traces (Jaeger)",
    family: Family::Traces,
    source: manual!("jaeger.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start();
    let json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    let named = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    let spans = named(b"\"spans\"") && named(b"\"traceID\"") && named(b"\"spanID\"");
    if json && spans { 97 } else { 0 }
}

fn learn(head: &Head<'_>, _: &Settings) -> Arc<dyn Reading> {
    Arc::new(Answers { document: is_document(head) })
}

#[derive(Debug)]
struct Answers {
    document: bool,
}

impl Reading for Answers {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        let mut spans = Spans::default();
        documents::each(chunk, self.document, &mut part, |bytes, line, part| {
            for answer in requests::<Answer>(bytes, &["data"], line, part) {
                let one = Trace { spans: answer.spans, processes: answer.processes };
                answer.data.iter().chain([&one]).for_each(|trace| trace.read(line, &mut spans, part));
            }
        });
        part.content = spans.content();
        part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

/// An answer with traces, or one trace as it is.
#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "or_none")]
    data: Vec<Trace>,
    #[serde(default, deserialize_with = "or_none")]
    spans: Vec<Written>,
    #[serde(default, deserialize_with = "or_none")]
    processes: BTreeMap<String, Process>,
}

#[derive(Deserialize)]
struct Trace {
    #[serde(default, deserialize_with = "or_none")]
    spans: Vec<Written>,
    #[serde(default, deserialize_with = "or_none")]
    processes: BTreeMap<String, Process>,
}

#[derive(Deserialize, Default)]
struct Process {
    #[serde(rename = "serviceName", default, deserialize_with = "or_none")]
    service: String,
    #[serde(default, deserialize_with = "or_none")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    #[serde(default, deserialize_with = "or_none")]
    key: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "traceID", default, deserialize_with = "or_none")]
    trace: String,
    #[serde(rename = "spanID", default, deserialize_with = "or_none")]
    id: String,
    #[serde(rename = "parentSpanID", default, deserialize_with = "or_none")]
    parent: String,
    #[serde(rename = "operationName", default, deserialize_with = "or_none")]
    name: String,
    #[serde(default, deserialize_with = "or_none")]
    references: Vec<Reference>,
    #[serde(rename = "startTime", default)]
    start: Value,
    #[serde(default)]
    duration: Value,
    #[serde(default, deserialize_with = "or_none")]
    tags: Vec<Tag>,
    #[serde(rename = "processID", default, deserialize_with = "or_none")]
    process: String,
    #[serde(rename = "process", default, deserialize_with = "or_none")]
    own: Option<Process>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "refType", default, deserialize_with = "or_none")]
    kind: String,
    #[serde(rename = "spanID", default, deserialize_with = "or_none")]
    id: String,
}

/// Microseconds as nanoseconds; `None` where it is no number or too large.
fn micros(value: &Value) -> Option<i64> {
    let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    number.or_else(|| value.as_f64().filter(|n| n.abs() < 9e15).map(|n| n as i64))?.checked_mul(1_000)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

impl Trace {
    fn read(&self, line: u64, spans: &mut Spans, part: &mut Part) {
        let nobody = Process::default();
        for span in &self.spans {
            let process = span.own.as_ref().or_else(|| self.processes.get(&span.process)).unwrap_or(&nobody);
            let by_kind = |kind: &str| span.references.iter().find(|r| r.kind == kind).map(|r| r.id.as_str());
            let own = Some(span.parent.as_str()).filter(|parent| !parent.is_empty());
            let names = ["service.instance.id", "k8s.pod.name", "hostname", "host.name"];
            let instance = names.iter().find_map(|name| process.tags.iter().find(|tag| tag.key == *name));
            let failed = span.tags.iter().any(|tag| match tag.key.as_str() {
                "error" => text(&tag.value) != "false",
                "otel.status_code" => text(&tag.value).eq_ignore_ascii_case("error"),
                "http.status_code" | "http.response.status_code" => says_failed(&text(&tag.value)),
                _ => false,
            });
            let raw = RawSpan {
                trace: &span.trace,
                id: &span.id,
                parent: by_kind("CHILD_OF").or(own).or_else(|| by_kind("FOLLOWS_FROM")),
                service: &process.service,
                instance: &instance.map(|tag| text(&tag.value)).unwrap_or_default(),
                name: &span.name,
                start: micros(&span.start).filter(|start| *start > 0).map(Time),
                duration: micros(&span.duration),
                failed,
            };
            spans.push(&raw, line, part);
        }
    }
}

const SAMPLES: &[Sample] = &[Sample {
    text: r#"{"data":[{"traceID":"0af7651916cd43dd8448eb211c80319c","spans":[{"traceID":"0af7651916cd43dd8448eb211c80319c","spanID":"b7ad6b7169203331","operationName":"GET /cart","references":[],"startTime":1795341600000000,"duration":250000,"tags":[{"key":"http.status_code","type":"int64","value":503}],"processID":"p1"},{"traceID":"0af7651916cd43dd8448eb211c80319c","spanID":"b7ad6b7169203332","operationName":"find","references":[{"refType":"CHILD_OF","traceID":"0af7651916cd43dd8448eb211c80319c","spanID":"b7ad6b7169203331"}],"startTime":1795341600010000,"duration":1500,"processID":"p2","tags":[]}],"processes":{"p1":{"serviceName":"cart","tags":[{"key":"hostname","type":"string","value":"web-1"}]},"p2":{"serviceName":"stock"}}}],"total":0}

{"traceID":"a1","spans":[{"traceID":"a1","spanID":"b1","operationName":"x"}],"processes":{}}
{"data":[{"traceID":"a1","spans":[{"spanID":"b1"
"#,
    records:
        "0 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 - cart web-1 GET /cart 2026-11-22T10:00:00Z 250ms failed
1 0af7651916cd43dd8448eb211c80319c b7ad6b7169203332 b7ad6b7169203331 stock - find 2026-11-22T10:00:00.010Z 1ms
folded 0, blank 1
Malformed 1 at 4: not whole JSON: EOF while parsing an object
MissingField 1 at 3: a span without a trace's id, its own, or a start
",
}];
