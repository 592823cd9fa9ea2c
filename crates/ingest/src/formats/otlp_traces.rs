//! # Traces: OTLP/JSON
//!
//! What an OpenTelemetry collector's file exporter writes: one request a line, or one document. Read leniently:
//! integers as text or number, enums as number or name, ids in hexadecimal or base64, names in camelCase or
//! snake_case, unknown fields ignored. The service is the resource's `service.name`, the instance
//! `service.instance.id`, else `k8s.pod.name`, else `host.name`. A span failed where its status is 2, `ERROR` or
//! `STATUS_CODE_ERROR`.
//!
//! Source: OpenTelemetry protocol specification 1.5, JSON encoding.

use std::borrow::Cow;
use std::sync::Arc;

use evidence::{ComplaintKind, Hasher, Span, Time};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::lines::document_lines;
use crate::part::{Content, Part, SpanRecord};
use crate::settings::Settings;
use crate::text::{self, Lines};

/// OTLP/JSON traces.
pub(crate) const FORMAT: Format = Format {
    name: "otlp-traces",
    kind: "traces (OTLP/JSON)",
    family: Family::Traces,
    source: manual!("otlp_traces.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start();
    let json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    let named = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    if json && (named(b"\"resourceSpans\"") || named(b"\"resource_spans\"")) { 98 } else { 0 }
}

fn learn(head: &Head<'_>, _: &Settings) -> Arc<dyn Reading> {
    Arc::new(Requests { document: is_document(head) })
}

/// How requests are laid out.
#[derive(Debug)]
struct Requests {
    document: bool,
}

impl Reading for Requests {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut work = Work { part: Part::default(), spans: Vec::new(), line: chunk.first_line };
        if self.document {
            work.request(&chunk.bytes);
            work.part.starts = u64::from(work.part.coverage.records > 0);
            document_lines(&chunk.bytes, &mut work.part);
        } else {
            work.lines(&chunk.bytes);
        }
        work.part.content = if work.spans.is_empty() { Content::Nothing } else { Content::Spans(work.spans) };
        work.part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work {
    part: Part,
    spans: Vec<SpanRecord>,
    line: u64,
}

impl Work {
    fn lines(&mut self, bytes: &[u8]) {
        self.part.coverage.lines = text::line_count(bytes);
        for (from, to) in Lines::new(bytes) {
            let before = self.part.coverage.records;
            if text::is_blank(&bytes[from..to]) {
                self.part.coverage.blank += 1;
            } else {
                self.request(&bytes[from..to]);
                let any = self.part.coverage.records > before;
                self.part.starts += u64::from(any);
                self.part.coverage.folded += u64::from(!any);
            }
            self.line += 1;
        }
    }

    fn request(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        if matches!(text, Cow::Owned(_)) {
            self.complain(ComplaintKind::InvalidUtf8, "");
        }
        let requests = match serde_json::from_str::<OneOrMore>(&text) {
            Ok(requests) => requests.0,
            Err(e) => return self.broken(&e),
        };
        for resource in requests.into_iter().flat_map(|r| r.resource_spans) {
            let attribute = |name: &str| resource.resource.text(name);
            let service = attribute("service.name").unwrap_or_default();
            let instance = ["service.instance.id", "k8s.pod.name", "host.name"]
                .into_iter()
                .find_map(attribute)
                .unwrap_or_default();
            for span in resource.scope_spans.into_iter().flat_map(|s| s.spans) {
                self.span(span, &service, &instance);
            }
        }
    }

    fn broken(&mut self, error: &serde_json::Error) {
        let deep = error.to_string().contains("recursion limit");
        let kind = if deep { ComplaintKind::LargeDocument } else { ComplaintKind::Malformed };
        let line = self.line + (error.line() as u64).saturating_sub(1);
        self.part.coverage.complain(kind, line, error.to_string());
        self.part.coverage.records += 1;
        self.part.coverage.not_understood += 1;
    }

    fn complain(&mut self, kind: ComplaintKind, words: &str) {
        self.part.coverage.complain(kind, self.line, words);
    }

    fn span(&mut self, raw: RawSpan, service: &str, instance: &str) {
        let record = self.part.coverage.records;
        self.part.coverage.records += 1;
        let (Some(start), Some(trace), Some(id)) = (raw.start.0, trace_id(&raw.trace), span_id(&raw.id)) else {
            self.complain(ComplaintKind::MissingField, "a span without a trace's id, its own, or a start");
            self.part.coverage.not_understood += 1;
            return;
        };
        let mut end = raw.end.0.unwrap_or(start);
        if raw.end.0.is_none() {
            self.complain(ComplaintKind::MissingField, "a span without an end: taken to end when it began");
        } else if end < start {
            self.complain(ComplaintKind::Backwards, "taken to end when it began");
            end = start;
        }
        let span = Span {
            trace,
            id,
            parent: span_id(&raw.parent).filter(|id| *id != 0),
            service: service.to_string(),
            instance: instance.to_string(),
            name: raw.name,
            start: Time(start),
            end: Time(end),
            failed: is_failed(&raw.status),
        };
        self.spans.push(SpanRecord { span, record, line: self.line });
    }
}

fn is_failed(status: &Value) -> bool {
    let code = status.get("code").unwrap_or(status);
    match code {
        Value::Number(n) => n.as_u64() == Some(2),
        Value::String(s) => matches!(s.to_ascii_uppercase().as_str(), "2" | "ERROR" | "STATUS_CODE_ERROR"),
        _ => false,
    }
}

/// An id of 16 bytes: hexadecimal, base64, or whatever else by its hash.
fn trace_id(text: &str) -> Option<u128> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let hex = (text.len() <= 32).then(|| u128::from_str_radix(text, 16).ok())?;
    hex.or_else(|| base64(text).and_then(|b| Some(u128::from_be_bytes(b.try_into().ok()?))))
        .or_else(|| Some(hashed(text)))
}

/// An id of 8 bytes.
fn span_id(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let hex = if text.len() <= 16 { u64::from_str_radix(text, 16).ok() } else { None };
    hex.or_else(|| base64(text).and_then(|b| Some(u64::from_be_bytes(b.try_into().ok()?))))
        .or_else(|| Some(hashed(text) as u64))
}

fn hashed(text: &str) -> u128 {
    Hasher::new("trace", 1).text(text).id().0
}

/// Bytes in base64, with padding or without (RFC 4648 section 4 and 5).
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(out)
}

/// One request, or an array of them.
struct OneOrMore(Vec<Request>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMore, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an OTLP request, or an array of them")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMore, A::Error> {
                let mut all = Vec::new();
                while let Some(request) = seq.next_element()? {
                    all.push(request);
                }
                Ok(OneOrMore(all))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<OneOrMore, A::Error> {
                Request::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|one| OneOrMore(vec![one]))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "resourceSpans", alias = "resource_spans", default, deserialize_with = "or_none")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
struct ResourceSpans {
    #[serde(default, deserialize_with = "or_none")]
    resource: Resource,
    #[serde(
        rename = "scopeSpans",
        alias = "scope_spans",
        alias = "instrumentationLibrarySpans",
        default,
        deserialize_with = "or_none"
    )]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize, Default)]
struct Resource {
    #[serde(default)]
    attributes: Value,
}

#[derive(Deserialize)]
struct ScopeSpans {
    #[serde(default, deserialize_with = "or_none")]
    spans: Vec<RawSpan>,
}

#[derive(Deserialize)]
struct RawSpan {
    #[serde(rename = "traceId", alias = "trace_id", default, deserialize_with = "id")]
    trace: String,
    #[serde(rename = "spanId", alias = "span_id", default, deserialize_with = "id")]
    id: String,
    #[serde(rename = "parentSpanId", alias = "parent_span_id", default, deserialize_with = "id")]
    parent: String,
    #[serde(default, deserialize_with = "or_none")]
    name: String,
    #[serde(rename = "startTimeUnixNano", alias = "start_time_unix_nano", default)]
    start: Nanoseconds,
    #[serde(rename = "endTimeUnixNano", alias = "end_time_unix_nano", default)]
    end: Nanoseconds,
    #[serde(default)]
    status: Value,
}

fn or_none<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// Nanoseconds since 1970 as text or number; nothing where it is 0 or no such number.
#[derive(Default)]
struct Nanoseconds(Option<i64>);

impl<'de> Deserialize<'de> for Nanoseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Nanoseconds, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(n) => n.as_i64().or_else(|| n.as_f64().filter(|f| f.abs() < 9.2e18).map(|f| f as i64)),
            _ => None,
        };
        Ok(Nanoseconds(number.filter(|n| *n > 0)))
    }
}

impl Resource {
    /// The text of an attribute: in a list of keys and values, or in a plain object.
    fn text(&self, name: &str) -> Option<String> {
        let value = match &self.attributes {
            Value::Array(all) => {
                all.iter().find(|a| a.get("key").and_then(Value::as_str) == Some(name))?.get("value")?
            }
            Value::Object(all) => all.get(name)?,
            _ => return None,
        };
        let inner = match value {
            Value::Object(any) => {
                ["stringValue", "string_value", "intValue", "int_value"].iter().find_map(|k| any.get(*k))?
            }
            plain => plain,
        };
        match inner {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}},{"key":"host.name","value":{"stringValue":"web-1"}}]},"scopeSpans":[{"scope":{"name":"x"},"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"GET /cart","kind":2,"startTimeUnixNano":"1795341600000000000","endTimeUnixNano":"1795341600250000000","status":{"code":2}},{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203332","parentSpanId":"b7ad6b7169203331","name":"find","startTimeUnixNano":1795341600000000000,"endTimeUnixNano":1795341599000000000,"status":{}}]}]}]}
{"resource_spans":[{"resource":{"attributes":{"service.name":"orders"}},"scope_spans":[{"spans":[{"trace_id":"CvdlGRbNQ92ESOshHIAxnA==","span_id":"t61rcWkgMzE=","name":"store","start_time_unix_nano":"1795341600000000000","end_time_unix_nano":"1795341601000000000","status":{"code":"STATUS_CODE_ERROR"}}]}]}]}

{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"nothing else"}]}]}]}
{"resourceSpans":[{"scopeSpans":
"#,
        records: "0 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 - cart web-1 GET /cart 2026-11-22T10:00:00Z 250ms failed
1 0af7651916cd43dd8448eb211c80319c b7ad6b7169203332 b7ad6b7169203331 cart web-1 find 2026-11-22T10:00:00Z 0ms
2 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 - orders - store 2026-11-22T10:00:00Z 1000ms failed
folded 0, blank 1
Malformed 1 at 5: EOF while parsing a value at line 1 column 32
MissingField 1 at 4: a span without a trace's id, its own, or a start
Backwards 1 at 1: taken to end when it began
",
    },
    Sample {
        text: "{
  \"resourceSpans\": [
    {\"scopeSpans\": [{\"spans\": [{\"traceId\": \"a1\", \"spanId\": \"b1\", \"name\": \"x\",
      \"startTimeUnixNano\": \"1795341600000000000\", \"endTimeUnixNano\": \"1795341600000000001\"}]}]}
  ]
}
",
        records: "0 000000000000000000000000000000a1 00000000000000b1 - - - x 2026-11-22T10:00:00Z 0ms
folded 5, blank 0
",
    },
];
