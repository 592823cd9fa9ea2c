//! # Metrics: Prometheus HTTP API
//!
//! What `/api/v1/query_range` answers (a matrix), and `/api/v1/query` (a vector, or a matrix of a range selector): one
//! answer a line, or one document. The metric is `__name__`; where an expression took the name away it is `value`.
//! The service is the label `service`, `service_name`, `app` or `job`, the instance `instance`, `pod` or `host`; the
//! other labels stay. Each point is a record; `NaN` and infinities are missing points. An answer that says
//! `"status":"error"` gives nothing, and its words.
//!
//! Source: Prometheus documentation, HTTP API, "Range queries" and "Expression query result formats".

use std::sync::Arc;

use evidence::ComplaintKind;

use crate::chunk::Chunk;
use crate::documents;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::json::{self, Kind};
use crate::part::Part;
use crate::points::{Points, series_of};
use crate::settings::{Limits, Settings};
use crate::stamp::Stamps;
use crate::zone::Zone;

/// Answers of Prometheus.
pub(crate) const FORMAT: Format = Format {
    name: "prometheus-api",
    kind: "metrics (Prometheus API)",
    family: Family::Metrics,
    source: manual!("prometheus_api.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start();
    let named = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    let json = text.trim_ascii_start().first() == Some(&b'{');
    let answer = named(b"\"resultType\"") && named(b"\"result\"");
    let refused = named(b"\"errorType\"") && named(b"\"status\"");
    if json && (answer || refused) { 97 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    Arc::new(Answers { document: is_document(head), limits: settings.limits.clone() })
}

#[derive(Debug)]
struct Answers {
    document: bool,
    limits: Limits,
}

impl Reading for Answers {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        let points = Points::new(chunk.source, self.limits.series);
        let stamps = Stamps::new(&Zone::utc(), None);
        let mut work = Work { points, stamps, depth: self.limits.json_depth };
        documents::each(chunk, self.document, &mut part, |bytes, line, part| work.answer(bytes, line, part));
        part.content = work.points.content();
        part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work {
    points: Points,
    stamps: Stamps,
    depth: usize,
}

impl Work {
    fn answer(&mut self, bytes: &[u8], line: u64, part: &mut Part) {
        let broken = json::value_end(bytes.trim_ascii_start(), 0, self.depth).err();
        if json::text_of(bytes, "status", self.depth).as_deref() == Some("error") {
            let words = json::text_of(bytes, "error", self.depth).unwrap_or_default();
            return refuse(
                ComplaintKind::Malformed,
                line,
                &format!("Prometheus answered with an error: {words}"),
                part,
            );
        }
        // What stands before a break is used: so the result is looked for where an object begins, not in a whole one.
        let result = memchr::memmem::find(bytes, b"\"result\"").map(|at| &bytes[at + 8..]);
        let result = result.and_then(|rest| Some(&rest[memchr::memchr(b':', rest)? + 1..])).unwrap_or_default();
        let mut found = Vec::new();
        let _ = json::values(result, self.depth, |from, to| found.push(&result[from..to]));
        found.into_iter().filter(|one| Kind::of(one) == Kind::Object).for_each(|one| self.series(one, line, part));
        match broken {
            Some(json::Broken::Deep(_)) => {
                part.coverage.complain(ComplaintKind::LargeDocument, line, json::TOO_DEEP);
            }
            Some(json::Broken::Syntax) => {
                refuse(ComplaintKind::Malformed, line, "not whole JSON; what stands before the break was used", part);
            }
            None => {}
        }
    }

    fn series(&mut self, one: &[u8], line: u64, part: &mut Part) {
        let (mut metric, mut labels) = (String::from("value"), Vec::new());
        let text = |raw: &[u8]| String::from_utf8_lossy(&json::scalar(raw)).into_owned();
        let named = json::get(one, "metric", self.depth).unwrap_or(b"{}");
        let mut names = 0;
        let _ = json::members(named, self.depth, |key, raw| match key {
            b"__name__" => {
                names += 1;
                metric = if names == 1 { text(raw) } else { std::mem::take(&mut metric) };
            }
            _ => labels.push((String::from_utf8_lossy(key).into_owned(), text(raw))),
        });
        if names > 1 || json::faults(one, self.depth).0 {
            part.coverage.complain(ComplaintKind::Duplicate, line, json::TWICE);
        }
        if json::get(one, "histograms", self.depth).or(json::get(one, "histogram", self.depth)).is_some() {
            part.coverage.complain(ComplaintKind::NotJudged, line, "native histograms are not read");
        }
        let single = json::get(one, "value", self.depth);
        let Some(values) = json::get(one, "values", self.depth).or(single) else { return };
        let series = series_of(&metric, labels, line, part);
        let Some(series) = self.points.series(series, line, part) else { return };
        if single.is_some() {
            return self.point(values, series, line, part);
        }
        let mut pairs = Vec::new();
        let _ = json::values(values, self.depth, |from, to| pairs.push((from, to)));
        pairs.into_iter().for_each(|(from, to)| self.point(&values[from..to], series, line, part));
    }

    /// A pair of a time in seconds and a value as text.
    fn point(&mut self, pair: &[u8], series: u32, line: u64, part: &mut Part) {
        let mut cells = [&b""[..]; 2];
        let mut many = 0;
        let _ = json::values(pair, self.depth, |from, to| {
            if let Some(cell) = cells.get_mut(many) {
                *cell = &pair[from..to];
            }
            many += 1;
        });
        let time = self.stamps.value(&json::scalar(cells[0])).and_then(|read| read.time);
        let value = json::scalar(cells[1]);
        let value = std::str::from_utf8(&value).ok().and_then(|text| text.trim().parse::<f64>().ok());
        match (time, value) {
            (Some(time), Some(value)) => self.points.push(time, series, value, line, part),
            (None, _) => refuse(ComplaintKind::BadTime, line, "a point without a time that can be read", part),
            (_, None) => refuse(ComplaintKind::Malformed, line, "a point whose value is no number", part),
        }
    }
}

fn refuse(kind: ComplaintKind, line: u64, words: &str, part: &mut Part) {
    part.coverage.complain(kind, line, words);
    part.coverage.records += 1;
    part.coverage.not_understood += 1;
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"cart","instance":"cart-1:9090","zone":"a"},"values":[[1795341600,"1"],[1795341660.5,"0"],[1795341720,"NaN"]]},{"metric":{},"values":[[1795341600,"0.25"],["when","1"]]}]}}
{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","app":"orders"},"value":[1795341600,"1e3"]}]}}

{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\""}
{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up"},"values":[[1795341600,"7"]]},{"met
"#,
        records: "1 2026-11-22T10:00:00Z cart cart-1:9090 up zone=\"a\" = 1
1 2026-11-22T10:01:00.500Z cart cart-1:9090 up zone=\"a\" = 0
1 2026-11-22T10:00:00Z - - value = 0.25
2 2026-11-22T10:00:00Z orders - up = 1000
5 2026-11-22T10:00:00Z - - up = 7
folded 0, blank 1
Malformed 2 at 4: Prometheus answered with an error: invalid parameter \"query\"
BadTime 1 at 1: a point without a time that can be read
NotFinite 1 at 1
",
    },
    Sample {
        text: r#"{
  "status": "success",
  "data": {
    "resultType": "matrix",
    "result": [
      {"metric": {"service": "cart", "pod": "cart-1"}, "values": [[1795341600, "1"]]}
    ]
  }
}
"#,
        records: "1 2026-11-22T10:00:00Z cart cart-1 value = 1
folded 8, blank 0
",
    },
];
