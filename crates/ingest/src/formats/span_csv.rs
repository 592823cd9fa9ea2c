//! # Traces: CSV of spans
//!
//! A table with a header that has columns for the trace, the span and its start; further ones for the parent, the
//! service, the instance, the name, the duration or the end, and the status. Names are taken in any case and with any
//! of `_`, `-`, `.` in them. The unit of a duration stands in its name (`duration_ms`, `duration_us`, `duration_ns`,
//! `duration_s`); where it does not, it is microseconds. A start is a time of any usual form. A status is a word or a
//! number of OpenTelemetry, an HTTP status, or whether it failed. Each row is a record.

use std::borrow::Cow;
use std::sync::Arc;

use evidence::ComplaintKind;
use memchr::memchr_iter;

use crate::cells::{self, NOT_CLOSED};
use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::formats::table::plain;
use crate::part::Part;
use crate::settings::Settings;
use crate::spans::{RawSpan, Spans, says_failed};
use crate::stamp::Stamps;
use crate::text::{self, Lines};
use crate::zone::Zone;

/// CSV of spans.
pub(crate) const FORMAT: Format = Format {
    name: "span-csv",
    kind: "traces (CSV)",
    family: Family::Traces,
    source: manual!("span_csv.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

const TRACES: &[&str] = &["traceid", "trace"];
const SPANS: &[&str] = &["spanid", "span", "id"];
const PARENTS: &[&str] = &["parentspanid", "parentid", "parent", "parentspan"];
const SERVICES: &[&str] = &["service", "servicename", "app", "application", "process"];
const INSTANCES: &[&str] = &["instance", "instanceid", "pod", "podname", "host", "hostname", "node"];
const NAMES: &[&str] = &["name", "spanname", "operation", "operationname", "op"];
const STARTS: &[&str] =
    &["start", "starttime", "startedat", "starttimeunixnano", "starttimens", "timestamp", "time", "begin"];
const ENDS: &[&str] = &["end", "endtime", "endedat", "endtimeunixnano", "finish"];
const STATUSES: &[&str] = &["status", "statuscode", "error", "failed", "iserror", "httpstatuscode"];

/// The columns by their number.
#[derive(Clone, Debug, Default)]
struct Columns {
    delimiter: u8,
    header: Vec<u8>,
    trace: Option<usize>,
    span: Option<usize>,
    parent: Option<usize>,
    service: Option<usize>,
    instance: Option<usize>,
    name: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    /// The column and what one of its units is in nanoseconds.
    duration: Option<(usize, f64)>,
    status: Option<usize>,
    many: usize,
}

impl Columns {
    fn of(header: &[u8]) -> Columns {
        let many = |delimiter: u8| memchr_iter(delimiter, header).count();
        let delimiter = *b",;\t".iter().max_by_key(|d| (many(**d), **d == b',')).unwrap_or(&b',');
        let names: Vec<String> = cells::texts(header, delimiter).iter().map(|name| plain(name)).collect();
        let one = |known: &[&str]| known.iter().find_map(|word| names.iter().position(|name| name == word));
        let duration = names.iter().enumerate().find_map(|(n, name)| {
            let unit = ["duration", "latency", "elapsed", "took"].iter().find_map(|word| name.strip_prefix(word))?;
            let nanos = match unit {
                "" | "us" | "micros" | "µs" => 1e3,
                "ms" | "millis" => 1e6,
                "ns" | "nano" | "nanos" => 1.0,
                "s" | "sec" | "seconds" => 1e9,
                _ => return None,
            };
            Some((n, nanos))
        });
        Columns {
            delimiter,
            header: header.to_vec(),
            trace: one(TRACES),
            span: one(SPANS),
            parent: one(PARENTS),
            service: one(SERVICES),
            instance: one(INSTANCES),
            name: one(NAMES),
            start: one(STARTS),
            end: one(ENDS),
            duration,
            status: one(STATUSES),
            many: names.len(),
        }
    }

    fn are_of_spans(&self) -> bool {
        self.trace.is_some()
            && self.span.is_some()
            && self.start.is_some()
            && (self.duration.is_some() || self.end.is_some())
            && self.many >= 4
    }
}

fn detect(head: &Head<'_>) -> u32 {
    let lines = head.lines(2);
    let is = lines.first().is_some_and(|line| !line.starts_with(b"{") && Columns::of(line).are_of_spans());
    if is { 93 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let columns = head.lines(1).first().map(|line| Columns::of(line)).unwrap_or_default();
    Arc::new(Rows { columns, zone: settings.timezone.clone() })
}

#[derive(Debug)]
struct Rows {
    columns: Columns,
    zone: Zone,
}

impl Reading for Rows {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut part = Part::default();
        let mut spans = Spans::default();
        let mut stamps = Stamps::new(&self.zone, chunk.year_base);
        part.coverage.lines = text::line_count(&chunk.bytes);
        for (number, (from, to)) in Lines::new(&chunk.bytes).enumerate() {
            let (line, place) = (&chunk.bytes[from..to], chunk.first_line + number as u64);
            if text::is_blank(line) {
                part.coverage.blank += 1;
            } else if line == self.columns.header {
                part.coverage.folded += 1;
                if cells::is_odd(line) {
                    part.coverage.complain(ComplaintKind::Malformed, place, NOT_CLOSED);
                }
            } else {
                self.row(line, place, &mut stamps, &mut spans, &mut part);
                part.starts += 1;
            }
        }
        part.content = spans.content();
        part
    }

    fn learnt(&self) -> String {
        let unit = self.columns.duration.map_or(String::new(), |(_, nanos)| format!(", durations in {nanos} ns"));
        format!("{} columns{unit}", self.columns.many)
    }
}

impl Rows {
    fn row(&self, line: &[u8], place: u64, stamps: &mut Stamps, spans: &mut Spans, part: &mut Part) {
        let columns = &self.columns;
        let text = String::from_utf8_lossy(line);
        if matches!(text, Cow::Owned(_)) {
            part.coverage.complain(ComplaintKind::InvalidUtf8, place, "");
        }
        let quoted = text.contains('"').then(|| cells::texts(text.as_bytes(), columns.delimiter));
        let cells: Vec<&str> = match &quoted {
            Some(cells) => cells.iter().map(String::as_str).collect(),
            None => text.split(char::from(columns.delimiter)).collect(),
        };
        if quoted.is_some() && cells::is_odd(line) {
            part.coverage.complain(ComplaintKind::Malformed, place, NOT_CLOSED);
        }
        if cells.len() != columns.many {
            let words = format!("{} cells, {} columns", cells.len(), columns.many);
            part.coverage.complain(ComplaintKind::Ragged, place, words);
        }
        let cell = |column: Option<usize>| column.and_then(|n| cells.get(n)).map_or("", |cell| cell.trim());
        let mut time = |column: Option<usize>| {
            let read = stamps.value(cell(column).as_bytes())?;
            if let Some(words) = read.odd.words() {
                part.coverage.complain(ComplaintKind::OddTime, place, words);
            }
            read.time
        };
        let (start, end) = (time(columns.start), time(columns.end));
        let took = columns.duration.and_then(|(n, nanos)| {
            Some((cells.get(n)?.trim().parse::<f64>().ok().filter(|took| !took.is_nan())?, nanos))
        });
        let took = took.map(|(took, nanos)| (took * nanos) as i64).or_else(|| Some(end? - start?));
        let parent = cell(columns.parent);
        let raw = RawSpan {
            trace: cell(columns.trace),
            id: cell(columns.span),
            parent: Some(parent).filter(|p| !p.is_empty() && !matches!(*p, "null" | "NULL" | "None" | "-" | "0")),
            service: cell(columns.service),
            instance: cell(columns.instance),
            name: cell(columns.name),
            start,
            duration: took,
            failed: says_failed(cell(columns.status)),
        };
        spans.push(&raw, place, part);
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "trace_id,span_id,parent_span_id,service,pod,name,start,duration_ms,status
0af7651916cd43dd8448eb211c80319c,b7ad6b7169203331,,cart,cart-1,GET /cart,2026-11-22T10:00:00Z,250,ERROR
0af7651916cd43dd8448eb211c80319c,b7ad6b7169203332,b7ad6b7169203331,cart,cart-1,\"find, or not\",1795341600010,1.5,OK

a1,b1,,cart,cart-1,x,when,1,OK
a1,b2,,cart
",
        records: "0 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 - cart cart-1 GET /cart 2026-11-22T10:00:00Z 250ms failed
1 0af7651916cd43dd8448eb211c80319c b7ad6b7169203332 b7ad6b7169203331 cart cart-1 find, or not 2026-11-22T10:00:00.010Z 1ms
folded 1, blank 1
MissingField 2 at 5: a span without a trace's id, its own, or a start
Ragged 1 at 6: 4 cells, 9 columns
",
    },
    Sample {
        text: "TraceID;SpanID;ParentID;ServiceName;OperationName;StartTime;EndTime;Duration
t-1;s-1;null;orders;store;1795341600000000;1795341600250000;250000
",
        records: "0 f4557cc30ff4e653c871e1897a302f8a c0ecefad77e50807 - orders - store 2026-11-22T10:00:00Z 250ms
folded 1, blank 0
",
    },
];
