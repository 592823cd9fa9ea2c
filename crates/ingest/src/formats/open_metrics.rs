//! # Metrics: OpenMetrics and Prometheus text
//!
//! Samples as exporters and `promtool tsdb dump-openmetrics` write them, each with a time: `name{label="value"} 12.5
//! 1795341600.000`. Seconds (OpenMetrics) and milliseconds (Prometheus) are told apart by their size. Comments (`#
//! HELP`, `# TYPE`, `# UNIT`, `# EOF`) are folded, exemplars left out; `_bucket`, `_sum` and `_count` are series like
//! any other. The service is the label `service`, `service_name`, `app` or `job`, the instance `instance`, `pod` or
//! `host`. A sample without a time cannot be placed: it is counted, and a scrape with times helps.
//!
//! Source: OpenMetrics specification 1.0; Prometheus documentation, "Exposition formats".

use std::collections::HashMap;
use std::sync::Arc;

use evidence::ComplaintKind;

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::part::Part;
use crate::points::{Points, series_of};
use crate::settings::{Limits, Settings};
use crate::stamp::Stamps;
use crate::text::{self, Lines};
use crate::zone::Zone;

/// OpenMetrics.
pub(crate) const FORMAT: Format = Format {
    name: "open-metrics",
    kind: "metrics (OpenMetrics)",
    family: Family::Metrics,
    source: manual!("open_metrics.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let lines = head.lines(200);
    let declared = lines.iter().filter(|line| is_declaration(line)).count();
    let others: Vec<&&[u8]> = lines.iter().filter(|line| !line.starts_with(b"#")).collect();
    let samples = others.iter().filter(|line| Written::of(line).is_some()).count();
    let timed = others.iter().filter(|line| Written::of(line).is_some_and(|w| !w.time.is_empty())).count();
    match () {
        () if declared > 0 && samples * 2 >= others.len() => 96,
        () if timed > 0 && timed * 10 >= others.len() * 9 => 85,
        () => 0,
    }
}

/// `# TYPE name kind`, `# HELP name …`, `# UNIT name …`.
fn is_declaration(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"# ") else { return false };
    [&b"TYPE "[..], b"HELP ", b"UNIT "].iter().any(|word| rest.starts_with(word))
}

fn learn(_: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    Arc::new(Exposition { limits: settings.limits.clone() })
}

#[derive(Debug)]
struct Exposition {
    limits: Limits,
}

/// A sample line, split.
struct Written<'l> {
    name: &'l [u8],
    /// What stands between the braces.
    labels: &'l [u8],
    value: &'l [u8],
    /// Empty where there is none.
    time: &'l [u8],
    /// Name and labels as they stand.
    whole: &'l [u8],
}

impl<'l> Written<'l> {
    fn of(line: &'l [u8]) -> Option<Written<'l>> {
        let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.');
        let length = line.iter().take_while(|b| word(b)).count();
        if length == 0 || line[0].is_ascii_digit() {
            return None;
        }
        let (name, rest) = line.split_at(length);
        let rest_after = text::after_blanks(rest);
        let (labels, end) = if rest_after.first() == Some(&b'{') {
            let from = line.len() - rest_after.len();
            let close = close_of(rest_after)?;
            (&rest_after[1..close], from + close + 1)
        } else {
            (&b""[..], length)
        };
        let mut cells = line[end..].split(|b| matches!(b, b' ' | b'\t')).filter(|cell| !cell.is_empty());
        let value = cells.next()?;
        number(value)?;
        let time = cells.next().filter(|cell| *cell != b"#").unwrap_or_default();
        if !time.is_empty() && number(time).is_none() {
            return None;
        }
        let exemplar = time.is_empty() || matches!(cells.next(), None | Some(b"#"));
        exemplar.then_some(Written { name, labels, value, time, whole: &line[..end] })
    }
}

/// Where the braces close that open at the beginning; quotes and their escapes are stepped over.
fn close_of(text: &[u8]) -> Option<usize> {
    let (mut at, mut quoted) = (1, false);
    while at < text.len() {
        match text[at] {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'}' if !quoted => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn number(cell: &[u8]) -> Option<f64> {
    std::str::from_utf8(cell).ok()?.parse::<f64>().ok()
}

/// The labels between braces: names, and values without their escapes.
fn labels_of(mut text: &[u8]) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    while let Some(open) = memchr::memchr(b'"', text) {
        let name = text[..open].trim_ascii().strip_suffix(b"=").unwrap_or_default();
        let name = name.trim_ascii().strip_prefix(b",").unwrap_or(name.trim_ascii()).trim_ascii();
        let (mut value, mut at) = (Vec::new(), open + 1);
        while at < text.len() && text[at] != b'"' {
            match (text[at], text.get(at + 1)) {
                (b'\\', Some(next)) => {
                    value.push(if *next == b'n' { b'\n' } else { *next });
                    at += 1;
                }
                (byte, _) => value.push(byte),
            }
            at += 1;
        }
        labels.push((String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(&value).into_owned()));
        text = text.get(at + 1..).unwrap_or_default();
    }
    labels
}

impl Reading for Exposition {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        let mut points = Points::new(chunk.source, self.limits.series);
        let mut stamps = Stamps::new(&Zone::utc(), None);
        // By name and labels as they stand, so that they are taken apart once.
        let mut known: HashMap<&[u8], u32> = HashMap::new();
        part.coverage.lines = text::line_count(&chunk.bytes);
        for (number_of_line, (from, to)) in Lines::new(&chunk.bytes).enumerate() {
            let (line, place) = (&chunk.bytes[from..to], chunk.first_line + number_of_line as u64);
            if text::is_blank(line) {
                part.coverage.blank += 1;
                continue;
            }
            if line.starts_with(b"#") {
                part.coverage.folded += 1;
                continue;
            }
            let before = part.coverage.records;
            match Written::of(line) {
                None => refuse(ComplaintKind::Malformed, place, "no sample", &mut part),
                Some(written) if written.time.is_empty() => {
                    let words = "a sample without a time: write it with one, or record a range with query_range";
                    refuse(ComplaintKind::MissingField, place, words, &mut part);
                }
                Some(written) => match stamps.value(written.time).and_then(|read| read.time) {
                    None => refuse(ComplaintKind::BadTime, place, "a sample whose time cannot be read", &mut part),
                    Some(time) => {
                        let series = known.get(written.whole).copied().or_else(|| {
                            let name = String::from_utf8_lossy(written.name);
                            let series = series_of(&name, labels_of(written.labels), place, &mut part);
                            let series = points.series(series, place, &mut part)?;
                            known.insert(written.whole, series);
                            Some(series)
                        });
                        let value = number(written.value).unwrap_or(f64::NAN);
                        if let Some(series) = series {
                            points.push(time, series, value, place, &mut part);
                        }
                    }
                },
            }
            let any = part.coverage.records > before;
            part.starts += u64::from(any);
            part.coverage.blank += u64::from(!any);
        }
        part.content = points.content();
        part
    }

    fn begins_record(&self, line: &[u8], _: &[u8]) -> bool {
        !line.starts_with(b"#") && !text::is_blank(line)
    }
}

fn refuse(kind: ComplaintKind, line: u64, words: &str, part: &mut Part) {
    part.coverage.complain(kind, line, words);
    part.coverage.records += 1;
    part.coverage.not_understood += 1;
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{job="cart",instance="cart-1:9090",path="/a\"b\\c\n",code="200"} 12 1795341600.000
http_requests_total{job="cart",instance="cart-1:9090",path="/a\"b\\c\n",code="200"} 15 1795341660.000 # {trace_id="a}"} 1 1795341659
http_requests_total{code="500"} NaN 1795341660
process_open_fds 7
process_open_fds seven 1795341660

# EOF
"#,
        records: r#"3 2026-11-22T10:00:00Z cart cart-1:9090 http_requests_total code="200",path="/a\"b\\c\n" = 12
4 2026-11-22T10:01:00Z cart cart-1:9090 http_requests_total code="200",path="/a\"b\\c\n" = 15
folded 3, blank 2
Malformed 1 at 7: no sample
MissingField 1 at 6: a sample without a time: write it with one, or record a range with query_range
NotFinite 1 at 5
"#,
    },
    Sample {
        text: "node_load1{host=\"a\", app = \"cart\" ,} 0.5 1795341600000
node_load1{host=\"a\", app = \"cart\" ,} 1e-3 1795341615000
",
        records: "1 2026-11-22T10:00:00Z cart a node_load1 = 0.5
2 2026-11-22T10:00:15Z cart a node_load1 = 0.001
folded 0, blank 0
",
    },
];
