//! # Metrics: wide CSV
//!
//! A column of times, and a column for each series, with a header. A column named `service/metric` or
//! `metric{label="value"}` is split; `service_metric` is where at least two beginnings share an ending (`cart_cpu`,
//! `orders_cpu`), unless the beginnings are what metrics are called by (`cpu_usage`, `memory_usage`). Columns of words
//! are labels of their row. A table of a time and one unnamed value is one series named `value`, of no service. Empty
//! cells, `null` and NaN are missing; a row without any value counts as blank. Each point is a record.

use std::sync::Arc;

use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::formats::table::{Beginning, Use, label};
use crate::part::SeriesText;
use crate::settings::Settings;

/// Wide CSV.
pub(crate) const FORMAT: Format = Format {
    name: "csv-wide",
    kind: "metrics (wide CSV)",
    family: Family::Metrics,
    source: manual!("csv_wide.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let Some(table) = Beginning::of(head) else { return 0 };
    let time = table.time();
    let numeric = (0..table.names.len()).filter(|n| Some(*n) != time && table.is_numeric(*n)).count();
    if numeric > 0 && numeric * 2 >= table.names.len() - 1 { 80 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let table = Beginning::of(head).unwrap_or_else(Beginning::none);
    let time = table.time();
    let numeric: Vec<bool> = (0..table.names.len()).map(|n| Some(n) != time && table.is_numeric(n)).collect();
    let names: Vec<&str> = table.names.iter().zip(&numeric).filter(|(_, n)| **n).map(|(name, _)| name.trim()).collect();
    Arc::new(table.table(settings, |n, name| {
        if numeric[n] { Use::Series(series(name, &names)) } else { Use::Label(name.to_string()) }
    }))
}

/// The series that a column's name tells, given the names of the others.
fn series(name: &str, all: &[&str]) -> SeriesText {
    if let Some(series) = with_labels(name) {
        return series;
    }
    let (service, metric) = by_slash(name).or_else(|| by_ending(name, all)).unwrap_or(("", name));
    let metric = if metric.is_empty() || metric.eq_ignore_ascii_case("value") { "value" } else { metric };
    SeriesText { service: service.to_string(), metric: metric.to_string(), ..SeriesText::default() }
}

/// `service/metric`, but not `requests/s`.
fn by_slash(name: &str) -> Option<(&str, &str)> {
    let (service, metric) = name.split_once('/')?;
    let unit = ["s", "sec", "second", "min", "minute", "m", "h", "hour", "day", "request", "req"];
    (!service.is_empty() && !metric.is_empty() && !unit.contains(&metric)).then_some((service, metric))
}

/// What metrics are called by: no service's name is made of these alone.
const METRIC_WORDS: &[&str] = &[
    "cpu", "memory", "mem", "disk", "network", "net", "request", "requests", "req", "error", "errors", "latency",
    "response", "gc", "heap", "thread", "threads", "io", "read", "write", "load", "bytes", "min", "max", "avg", "mean",
    "total", "rx", "tx", "in", "out", "success", "failed", "used", "free", "open", "active", "idle", "http", "tcp",
    "udp", "swap", "fs", "count", "rate", "num",
];

/// Of more columns than this endings are not compared: each with each would take too long.
const COMPARED: usize = 1_000;

/// `service_metric` with the longest ending that another beginning has too.
fn by_ending<'n>(name: &'n str, all: &[&str]) -> Option<(&'n str, &'n str)> {
    let splits = name.match_indices('_').map(|(at, _)| (&name[..at], &name[at + 1..]));
    let shared = |service: &str, metric: &str| {
        let other = |n: &&str| {
            n.strip_suffix(metric).and_then(|s| s.strip_suffix('_')).is_some_and(|s| s != service && is_service(s))
        };
        is_service(service) && !metric.is_empty() && all.iter().any(other)
    };
    splits.into_iter().find(|(service, metric)| all.len() <= COMPARED && shared(service, metric))
}

fn is_service(text: &str) -> bool {
    let words = text.split(['_', '-']);
    let quantile =
        |w: &str| w.strip_prefix('p').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
    let common = |w: &str| METRIC_WORDS.contains(&w.to_ascii_lowercase().as_str()) || quantile(w);
    !text.is_empty() && !words.into_iter().all(common)
}

/// `metric{label="value",…}`: service and instance are taken out of the labels.
fn with_labels(name: &str) -> Option<SeriesText> {
    let (metric, rest) = name.split_once('{')?;
    let inner = rest.strip_suffix('}')?;
    let mut series = SeriesText { metric: metric.to_string(), ..SeriesText::default() };
    let mut labels = Vec::new();
    for (key, value) in pairs(inner)? {
        match key.as_str() {
            "__name__" => series.metric = value,
            "service" | "service_name" | "app" if series.service.is_empty() => series.service = value,
            "instance" | "pod" | "host" if series.instance.is_empty() => series.instance = value,
            _ => labels.push(label(&key, &value)),
        }
    }
    labels.sort();
    series.labels = labels.join(",");
    Some(series)
}

/// `key="value"` pairs with commas between them; in a value a quote and a backslash are escaped.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let mut chars = after.trim_start().strip_prefix('"')?.char_indices();
        let mut value = String::new();
        let end = loop {
            match chars.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(chars.next()?.1),
                (_, other) => value.push(other),
            }
        };
        out.push((key.trim().to_string(), value));
        rest = after.trim_start()[end + 2..].trim_start().trim_start_matches(',').trim_start();
    }
    Some(out)
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "timestamp,value
2026-11-22 10:00:00,20.0
2026-11-22 10:05:00,
2026-11-22 10:10:00,inf
2026-11-22 10:15:00,1e400
",
        records: "2 2026-11-22T10:00:00Z - - value = 20
folded 1, blank 3
NotFinite 2 at 4
",
    },
    Sample {
        text: "time,cart_cpu,cart_heap_used,orders_cpu,orders_heap_used,cpu_idle
2026-11-22T10:00:00Z,1,2,3,4,5
",
        records: "2 2026-11-22T10:00:00Z cart - cpu = 1
2 2026-11-22T10:00:00Z cart - heap_used = 2
2 2026-11-22T10:00:00Z orders - cpu = 3
2 2026-11-22T10:00:00Z orders - heap_used = 4
2 2026-11-22T10:00:00Z - - cpu_idle = 5
folded 1, blank 0
",
    },
    Sample {
        text: "Date,cart/cpu,\"up{service=\"\"cart\"\",pod=\"\"cart-1\"\",zone=\"\"b\"\"}\",cpu_usage,memory_usage
2026-11-22,1,2,3,4
2026-11-23,1,\"2\",3,
2026-11-24,1,\"2,3
2026-11-25,1,,,
2026-11-26,,,,,5
2026-11-27,,,,6
",
        records: "2 2026-11-22T00:00:00Z cart - cpu = 1
2 2026-11-22T00:00:00Z cart cart-1 up zone=\"b\" = 2
2 2026-11-22T00:00:00Z - - cpu_usage = 3
2 2026-11-22T00:00:00Z - - memory_usage = 4
3 2026-11-23T00:00:00Z cart - cpu = 1
3 2026-11-23T00:00:00Z cart cart-1 up zone=\"b\" = 2
3 2026-11-23T00:00:00Z - - cpu_usage = 3
4 2026-11-24T00:00:00Z cart - cpu = 1
4 2026-11-24T00:00:00Z cart cart-1 up zone=\"b\" = 2
4 2026-11-24T00:00:00Z - - cpu_usage = 3
5 2026-11-25T00:00:00Z cart - cpu = 1
7 2026-11-27T00:00:00Z - - memory_usage = 6
folded 1, blank 1
Malformed 1 at 4: a quote that is not closed; the line was split without it
Ragged 2 at 4: 4 cells, 5 columns
",
    },
];
