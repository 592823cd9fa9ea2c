//! # Metrics: OTLP/JSON
//!
//! What an OpenTelemetry collector's file exporter writes: one request a line, or one document; read as leniently as
//! OTLP's traces are. Names become what the Prometheus exporter makes of them: a monotonic sum that is cumulative gets
//! `_total`, a histogram gives `_count`, `_sum`, `_min`, `_max` and `_bucket` with cumulated counts by `le`, a summary
//! `_count`, `_sum` and a series for each `quantile`. A sum of deltas stays what it is: so much in each period.
//! Attributes are labels, the resource says service and instance. Buckets of exponential histograms are counted and not
//! read. Each number is a record.
//!
//! Source: OpenTelemetry protocol specification 1.5, JSON encoding; OpenTelemetry specification, "Prometheus and
//! OpenMetrics compatibility".

use std::sync::Arc;

use evidence::{ComplaintKind, Time};
use serde::Deserialize;
use serde_json::Value;

use crate::chunk::Chunk;
use crate::documents;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::formats::otlp_traces::{Nanoseconds, Resource, attributes, or_none};
use crate::part::Part;
use crate::points::{Points, series_of};
use crate::requests::requests;
use crate::settings::{Limits, Settings};

/// OTLP/JSON metrics.
pub(crate) const FORMAT: Format = Format {
    name: "otlp-metrics",
    kind: "metrics (OTLP/JSON)",
    family: Family::Metrics,
    source: manual!("otlp_metrics.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start();
    let json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    let named = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    if json && (named(b"\"resourceMetrics\"") || named(b"\"resource_metrics\"")) { 98 } else { 0 }
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
        let mut points = Points::new(chunk.source, self.limits.series);
        documents::each(chunk, self.document, &mut part, |bytes, line, part| {
            let resources =
                requests::<Request>(bytes, &["metrics"], line, part).into_iter().flat_map(|r| r.resource_metrics);
            for resource in resources {
                let whose = resource.resource.whose();
                let mut work = Work { part, points: &mut points, line, whose };
                resource.scope_metrics.into_iter().flat_map(|s| s.metrics).for_each(|metric| work.metric(metric));
            }
        });
        part.content = points.content();
        part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work<'a> {
    part: &'a mut Part,
    points: &'a mut Points,
    line: u64,
    whose: (String, String),
}

impl Work<'_> {
    fn metric(&mut self, metric: RawMetric) {
        let name = metric.name;
        for point in metric.gauge.points {
            self.number(&name, &point);
        }
        let cumulative = is(&metric.sum.temporality, &["2", "AGGREGATION_TEMPORALITY_CUMULATIVE"]);
        let total = metric.sum.monotonic && cumulative && !name.ends_with("_total");
        let sum = if total { format!("{name}_total") } else { name.clone() };
        for point in metric.sum.points {
            self.number(&sum, &point);
        }
        for point in metric.histogram.points {
            self.histogram(&name, &point);
        }
        for point in metric.exponential.points {
            self.part.coverage.complain(
                ComplaintKind::NotJudged,
                self.line,
                "buckets of an exponential histogram are not read; its count and sum are",
            );
            self.parts(&name, &point);
        }
        for point in metric.summary.points {
            self.parts(&name, &point);
            for quantile in &point.quantiles {
                let label = ("quantile".to_string(), number_text(quantile.quantile));
                self.point(&name, &point, Some(label), quantile.value);
            }
        }
    }

    /// One number of a gauge or a sum.
    fn number(&mut self, name: &str, point: &RawPoint) {
        match point.double.0.or(point.int.0) {
            Some(value) => self.point(name, point, None, value),
            None if point.flags & 1 == 1 => {}
            None => self.refuse("a point without a value"),
        }
    }

    /// What all distributions have.
    fn parts(&mut self, name: &str, point: &RawPoint) {
        let parts = [("count", point.count), ("sum", point.sum), ("min", point.min), ("max", point.max)];
        for (part, value) in parts {
            if let Some(value) = value.0 {
                self.point(&format!("{name}_{part}"), point, None, value);
            }
        }
    }

    fn histogram(&mut self, name: &str, point: &RawPoint) {
        self.parts(name, point);
        let mut below = 0.0;
        for (n, count) in point.buckets.iter().enumerate() {
            below += count.0.unwrap_or(0.0);
            let le = point.bounds.get(n).map_or("+Inf".to_string(), |bound| number_text(*bound));
            self.point(&format!("{name}_bucket"), point, Some(("le".to_string(), le)), below);
        }
    }

    fn point(&mut self, name: &str, point: &RawPoint, further: Option<(String, String)>, value: f64) {
        let Some(time) = point.time.0 else { return self.refuse("a point without a time") };
        let labels = attributes(&point.attributes).into_iter().chain(further).collect();
        let mut series = series_of(name, labels, self.line, self.part);
        let (service, instance) = &self.whose;
        for (of, resource) in [(&mut series.service, service), (&mut series.instance, instance)] {
            if !resource.is_empty() {
                resource.clone_into(of);
            }
        }
        if let Some(series) = self.points.series(series, self.line, self.part) {
            self.points.push(Time(time), series, value, self.line, self.part);
        }
    }

    fn refuse(&mut self, words: &str) {
        self.part.coverage.complain(ComplaintKind::MissingField, self.line, words);
        self.part.coverage.records += 1;
        self.part.coverage.not_understood += 1;
    }
}

fn number_text(value: f64) -> String {
    format!("{value}")
}

fn is(value: &Value, names: &[&str]) -> bool {
    match value {
        Value::String(text) => names.contains(&text.as_str()),
        Value::Number(number) => names.contains(&number.to_string().as_str()),
        _ => false,
    }
}

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "resourceMetrics", alias = "resource_metrics", default, deserialize_with = "or_none")]
    resource_metrics: Vec<ResourceMetrics>,
}

#[derive(Deserialize)]
struct ResourceMetrics {
    #[serde(default, deserialize_with = "or_none")]
    resource: Resource,
    #[serde(
        rename = "scopeMetrics",
        alias = "scope_metrics",
        alias = "instrumentationLibraryMetrics",
        default,
        deserialize_with = "or_none"
    )]
    scope_metrics: Vec<ScopeMetrics>,
}

#[derive(Deserialize)]
struct ScopeMetrics {
    #[serde(default, deserialize_with = "or_none")]
    metrics: Vec<RawMetric>,
}

#[derive(Deserialize)]
struct RawMetric {
    #[serde(default, deserialize_with = "or_none")]
    name: String,
    #[serde(default, deserialize_with = "or_none")]
    gauge: Data,
    #[serde(default, deserialize_with = "or_none")]
    sum: Data,
    #[serde(default, deserialize_with = "or_none")]
    histogram: Data,
    #[serde(rename = "exponentialHistogram", alias = "exponential_histogram", default, deserialize_with = "or_none")]
    exponential: Data,
    #[serde(default, deserialize_with = "or_none")]
    summary: Data,
}

#[derive(Deserialize, Default)]
struct Data {
    #[serde(rename = "dataPoints", alias = "data_points", default, deserialize_with = "or_none")]
    points: Vec<RawPoint>,
    #[serde(rename = "aggregationTemporality", alias = "aggregation_temporality", default)]
    temporality: Value,
    #[serde(rename = "isMonotonic", alias = "is_monotonic", default, deserialize_with = "or_none")]
    monotonic: bool,
}

#[derive(Deserialize)]
struct RawPoint {
    #[serde(default)]
    attributes: Value,
    #[serde(rename = "timeUnixNano", alias = "time_unix_nano", default)]
    time: Nanoseconds,
    #[serde(rename = "asDouble", alias = "as_double", default)]
    double: Loose,
    #[serde(rename = "asInt", alias = "as_int", default)]
    int: Loose,
    #[serde(default)]
    count: Loose,
    #[serde(default)]
    sum: Loose,
    #[serde(default)]
    min: Loose,
    #[serde(default)]
    max: Loose,
    #[serde(rename = "bucketCounts", alias = "bucket_counts", default, deserialize_with = "or_none")]
    buckets: Vec<Loose>,
    #[serde(rename = "explicitBounds", alias = "explicit_bounds", default, deserialize_with = "or_none")]
    bounds: Vec<f64>,
    #[serde(rename = "quantileValues", alias = "quantile_values", default, deserialize_with = "or_none")]
    quantiles: Vec<Quantile>,
    #[serde(default, deserialize_with = "or_none")]
    flags: u64,
}

#[derive(Deserialize)]
struct Quantile {
    #[serde(default)]
    quantile: f64,
    #[serde(default)]
    value: f64,
}

/// A number, or a text that is one; nothing else.
#[derive(Clone, Copy, Default)]
struct Loose(Option<f64>);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Loose, D::Error> {
        Ok(Loose(match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }))
    }
}

const SAMPLES: &[Sample] = &[Sample {
    text: r#"{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}},{"key":"k8s.pod.name","value":{"stringValue":"cart-1"}}]},"scopeMetrics":[{"scope":{"name":"x"},"metrics":[{"name":"heap","unit":"By","gauge":{"dataPoints":[{"timeUnixNano":"1795341600000000000","asInt":"512","attributes":[{"key":"area","value":{"stringValue":"old"}}]}]}},{"name":"requests","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"timeUnixNano":1795341600000000000,"asDouble":3.5},{"asDouble":1}]}}]}]}]}
{"resource_metrics":[{"scope_metrics":[{"metrics":[{"name":"took","histogram":{"data_points":[{"time_unix_nano":"1795341600000000000","count":"3","sum":4.5,"bucket_counts":["1","2"],"explicit_bounds":[0.5]}]}},{"name":"size","summary":{"data_points":[{"time_unix_nano":"1795341600000000000","count":2,"sum":9,"quantile_values":[{"quantile":0.5,"value":4}]}]}}]}]}]}

{"resourceMetrics":
"#,
    records: r#"1 2026-11-22T10:00:00Z cart cart-1 heap area="old" = 512
1 2026-11-22T10:00:00Z cart cart-1 requests_total = 3.5
2 2026-11-22T10:00:00Z - - took_count = 3
2 2026-11-22T10:00:00Z - - took_sum = 4.5
2 2026-11-22T10:00:00Z - - took_bucket le="0.5" = 1
2 2026-11-22T10:00:00Z - - took_bucket le="+Inf" = 3
2 2026-11-22T10:00:00Z - - size_count = 2
2 2026-11-22T10:00:00Z - - size_sum = 9
2 2026-11-22T10:00:00Z - - size quantile="0.5" = 4
folded 0, blank 1
Malformed 1 at 4: not whole JSON: EOF while parsing a value
MissingField 1 at 1: a point without a time
"#,
}];
