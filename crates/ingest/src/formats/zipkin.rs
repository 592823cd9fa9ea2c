//! # Traces: Zipkin
//!
//! Zipkin's second version: an array of spans, one array or one span a line, or one document. Times and durations are
//! in microseconds. The service is `localEndpoint.serviceName`, the instance the tag `service.instance.id`,
//! `k8s.pod.name` or `host.name`, else the endpoint's address. A span failed where it has a tag `error` that is not
//! `false`, or an HTTP status of 500 or more. What client and server write under one id are two spans: the server's is
//! taken for a child.
//!
//! Source: Zipkin API v2 (`zipkin2-api.yaml`).

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
use crate::json;
use crate::part::Part;
use crate::requests::values;
use crate::settings::Settings;
use crate::spans::{RawSpan, Spans, says_failed};

/// Zipkin's traces.
pub(crate) const FORMAT: Format = Format {
    name: "zipkin",
    kind: "traces (Zipkin)",
    family: Family::Traces,
    source: manual!("zipkin.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start();
    let json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    let named = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    let ids = named(b"\"traceId\"") && named(b"\"id\"");
    if json && ids && (named(b"\"localEndpoint\"") || named(b"\"parentId\"") && named(b"\"duration\"")) {
        94
    } else {
        0
    }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    // An array may be a line of its own, or all there is.
    let first = head.lines(1).first().map_or(&b""[..], |line| line.trim_ascii());
    let whole = head.lines(2).len() > 1 && json::value_end(first, 0, settings.limits.json_depth) == Ok(first.len());
    Arc::new(Lists { document: !whole && is_document(head) })
}

#[derive(Debug)]
struct Lists {
    document: bool,
}

impl Reading for Lists {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        let mut spans = Spans::default();
        documents::each(chunk, self.document, &mut part, |bytes, line, part| {
            // A trace of the API is an array, several of them an array of arrays.
            for value in values(bytes, line, part) {
                let all = if let Value::Array(inner) = value { inner } else { vec![value] };
                all.into_iter().for_each(|span| read(span, line, &mut spans, part));
            }
        });
        part.content = spans.content();
        part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

#[derive(Deserialize, Default)]
struct Written {
    #[serde(rename = "traceId", default, deserialize_with = "or_none")]
    trace: String,
    #[serde(default, deserialize_with = "or_none")]
    id: String,
    #[serde(rename = "parentId", default, deserialize_with = "or_none")]
    parent: String,
    #[serde(default, deserialize_with = "or_none")]
    name: String,
    #[serde(default, deserialize_with = "or_none")]
    kind: String,
    #[serde(default, deserialize_with = "or_none")]
    shared: bool,
    #[serde(default)]
    timestamp: Value,
    #[serde(default)]
    duration: Value,
    #[serde(rename = "localEndpoint", default, deserialize_with = "or_none")]
    endpoint: Endpoint,
    #[serde(default, deserialize_with = "or_none")]
    tags: BTreeMap<String, Value>,
}

#[derive(Deserialize, Default)]
struct Endpoint {
    #[serde(rename = "serviceName", default, deserialize_with = "or_none")]
    service: String,
    #[serde(default, deserialize_with = "or_none")]
    ipv4: String,
}

fn micros(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|n| n.abs() < 9e15).map(|n| n as i64))?.checked_mul(1_000)
}

fn read(span: Value, line: u64, spans: &mut Spans, part: &mut Part) {
    // What is no span at all misses all that a span needs.
    let span = Written::deserialize(span).unwrap_or_default();
    let tag = |name: &str| span.tags.get(name).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_string));
    let instance = ["service.instance.id", "k8s.pod.name", "host.name"].into_iter().find_map(tag);
    let failed = tag("error").is_some_and(|error| error != "false")
        || ["http.status_code", "http.response.status_code"].into_iter().filter_map(tag).any(|code| says_failed(&code));
    // A server's half of a shared span gets an id of its own, which its children do not name: it is a leaf.
    let shared = span.shared && span.kind == "SERVER";
    let own = if shared { format!("{}/server", span.id) } else { span.id.clone() };
    let parent = if shared { &span.id } else { &span.parent };
    let raw = RawSpan {
        trace: &span.trace,
        id: &own,
        parent: Some(parent.as_str()).filter(|parent| !parent.is_empty()),
        service: &span.endpoint.service,
        instance: &instance.unwrap_or(span.endpoint.ipv4),
        name: &span.name,
        start: micros(&span.timestamp).filter(|start| *start > 0).map(Time),
        duration: micros(&span.duration),
        failed,
    };
    spans.push(&raw, line, part);
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"[{"traceId":"0af7651916cd43dd8448eb211c80319c","id":"b7ad6b7169203331","kind":"CLIENT","name":"get /cart","timestamp":1795341600000000,"duration":250000,"localEndpoint":{"serviceName":"front","ipv4":"10.0.0.1"},"tags":{"error":"timeout"}},{"traceId":"0af7651916cd43dd8448eb211c80319c","parentId":"b7ad6b7169203331","id":"b7ad6b7169203332","kind":"SERVER","name":"get","timestamp":1795341600010000,"duration":1500,"localEndpoint":{"serviceName":"cart"},"tags":{"k8s.pod.name":"cart-1"}}]

[{"traceId":"a1","id":"b1","localEndpoint":{}}]
{"traceId":"a2","id":"b2","name":"x","timestamp":1795341600000000,"localEndpoint":{"serviceName":"cart"}}
[{"traceId":"a3","id":
"#,
        records: "0 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 - front 10.0.0.1 get /cart 2026-11-22T10:00:00Z 250ms failed
1 0af7651916cd43dd8448eb211c80319c b7ad6b7169203332 b7ad6b7169203331 cart cart-1 get 2026-11-22T10:00:00.010Z 1ms
3 000000000000000000000000000000a2 00000000000000b2 - cart - x 2026-11-22T10:00:00Z 0ms
folded 0, blank 1
Malformed 1 at 5: not whole JSON: EOF while parsing a value
MissingField 2 at 3: a span without a trace's id, its own, or a start
",
    },
];
