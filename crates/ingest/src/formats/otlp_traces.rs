//! # Traces: OTLP/JSON
//!
//! What an OpenTelemetry collector's file exporter writes: one request a line, or one document. Read leniently:
//! integers as text or number, enums as number or name, ids in hexadecimal or base64, names in camelCase or
//! snake_case, unknown fields ignored. The service is the resource's `service.name`, the instance
//! `service.instance.id`, else `k8s.pod.name`, else `host.name`. A span failed where its status is 2, `ERROR` or
//! `STATUS_CODE_ERROR`.
//!
//! Source: OpenTelemetry protocol specification 1.5, JSON encoding.

use std::sync::Arc;

use evidence::{Hasher, Time};
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::Value;

use crate::chunk::Chunk;
use crate::documents;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::part::Part;
use crate::requests::requests;
use crate::settings::Settings;
use crate::spans::{RawSpan, Spans};

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
        let mut part = Part::default();
        let mut spans = Spans::default();
        documents::each(chunk, self.document, &mut part, |bytes, line, part| {
            Work { part, spans: &mut spans, line }.request(bytes);
        });
        part.content = spans.content();
        part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work<'a> {
    part: &'a mut Part,
    spans: &'a mut Spans,
    line: u64,
}

impl Work<'_> {
    fn request(&mut self, bytes: &[u8]) {
        let requests = requests::<Request>(bytes, &["spans"], self.line, self.part);
        for resource in requests.into_iter().flat_map(|r| r.resource_spans) {
            let (service, instance) = resource.resource.whose();
            for span in resource.scope_spans.into_iter().flat_map(|s| s.spans) {
                self.span(&span, &service, &instance);
            }
        }
    }

    fn span(&mut self, raw: &Written, service: &str, instance: &str) {
        let (start, end) = (raw.start.0, raw.end.0);
        let span = RawSpan {
            trace: &raw.trace,
            id: &raw.id,
            parent: Some(raw.parent.as_str()),
            service,
            instance,
            name: &raw.name,
            start: start.map(Time),
            duration: end.zip(start).map(|(end, start)| end - start),
            failed: is_failed(&raw.status),
        };
        self.spans.push(&span, self.line, self.part);
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
pub(crate) fn trace_id(text: &str) -> Option<u128> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let hex = (text.len() <= 32).then(|| u128::from_str_radix(text, 16).ok())?;
    hex.or_else(|| base64(text).and_then(|b| Some(u128::from_be_bytes(b.try_into().ok()?))))
        .or_else(|| Some(hashed(text)))
}

/// An id of 8 bytes.
pub(crate) fn span_id(text: &str) -> Option<u64> {
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
pub(crate) struct Resource {
    #[serde(default)]
    attributes: Value,
}

#[derive(Deserialize)]
struct ScopeSpans {
    #[serde(default, deserialize_with = "or_none")]
    spans: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
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

pub(crate) fn or_none<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
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
#[derive(Clone, Copy, Default)]
pub(crate) struct Nanoseconds(pub Option<i64>);

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
    /// The service and the instance; empty where it does not say.
    pub fn whose(&self) -> (String, String) {
        let one = |name: &str| attribute(&self.attributes, name);
        let instance = ["service.instance.id", "k8s.pod.name", "host.name"].into_iter().find_map(one);
        (one("service.name").unwrap_or_default(), instance.unwrap_or_default())
    }
}

/// The text of an attribute: in a list of keys and values, or in a plain object.
fn attribute(attributes: &Value, name: &str) -> Option<String> {
    let value = match attributes {
        Value::Array(all) => all.iter().find(|a| a.get("key").and_then(Value::as_str) == Some(name))?.get("value")?,
        Value::Object(all) => all.get(name)?,
        _ => return None,
    };
    any_value(value)
}

/// All attributes that are one text or number, in their order.
pub(crate) fn attributes(attributes: &Value) -> Vec<(String, String)> {
    match attributes {
        Value::Array(all) => {
            let pair = |a: &Value| Some((a.get("key")?.as_str()?.to_string(), any_value(a.get("value")?)?));
            all.iter().filter_map(pair).collect()
        }
        Value::Object(all) => all.iter().filter_map(|(key, value)| Some((key.clone(), any_value(value)?))).collect(),
        _ => Vec::new(),
    }
}

/// The text of an OTLP value, or of a plain one; nothing where it is empty, a list or an object.
pub(crate) fn any_value(value: &Value) -> Option<String> {
    const NAMES: [&str; 8] = [
        "stringValue",
        "string_value",
        "intValue",
        "int_value",
        "doubleValue",
        "double_value",
        "boolValue",
        "bool_value",
    ];
    let inner = match value {
        Value::Object(any) => NAMES.iter().find_map(|name| any.get(*name))?,
        plain => plain,
    };
    match inner {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
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
Malformed 1 at 5: not whole JSON: EOF while parsing a value
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
