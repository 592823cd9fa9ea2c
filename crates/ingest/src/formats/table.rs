//! Tables of metrics: what the columns of a CSV mean, and how its rows become points. Shared by the long and the wide
//! form.
//!
//! A quote that is never closed costs its own line and no other: a cell over several lines is believed only where the
//! row then has as many cells as the header. Refuses to know logs.

use std::collections::HashMap;

use evidence::ComplaintKind;
use memchr::{memchr, memchr_iter};

use crate::cells::{self, NOT_CLOSED, is_odd, is_well_quoted, undoubled};
use crate::chunk::Chunk;
use crate::form::{Head, Reading};
use crate::part::{Content, Part, Point, PointBatch, SeriesText};
use crate::settings::{Limits, Settings};
use crate::stamp::Stamps;
use crate::text::{self, Lines};
use crate::zone::Zone;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Time,
    Service,
    Instance,
    Metric,
    /// A label of that name.
    Label(String),
    /// The value of the metric that the row names.
    Value,
    /// Values of one series, as far as the column's name tells it.
    Series(SeriesText),
}

/// A table's columns, and how it is written.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub delimiter: u8,
    pub uses: Vec<Use>,
    /// The line that names the columns; empty where there is none.
    pub header: Vec<u8>,
    pub zone: Zone,
    pub limits: Limits,
}

const TIMES: &[&str] = &[
    "timestamp",
    "time",
    "ts",
    "date",
    "datetime",
    "@timestamp",
    "_time",
    "t",
    "epoch",
    "timestampms",
    "timestampns",
    "timems",
    "eventtime",
    "timeutc",
    "timestamputc",
    "datetimeutc",
    "unixtime",
    "time(utc)",
];
const SERVICES: &[&str] = &["service", "servicename", "app", "application", "appname"];
const INSTANCES: &[&str] = &[
    "instance",
    "instanceid",
    "pod",
    "podname",
    "host",
    "hostname",
    "node",
    "nodename",
    "server",
    "machine",
    "replica",
];
const METRICS: &[&str] = &["metric", "metricname", "__name__", "series", "measurement", "kpi", "kpiname"];
const VALUES: &[&str] = &["value", "val", "metricvalue", "v", "kpivalue"];
/// What other tables have: spans, logs.
const FOREIGN: &[&str] =
    &["traceid", "spanid", "trace", "span", "parentspanid", "message", "msg", "logmessage", "body"];

/// A column's name without what its spelling varies in.
pub(crate) fn plain(name: &str) -> String {
    name.trim().chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' ')).collect::<String>().to_ascii_lowercase()
}

fn is(name: &str, names: &[&str]) -> bool {
    names.contains(&plain(name).as_str()) || name.trim().eq_ignore_ascii_case("__name__") && names.contains(&"__name__")
}

/// A table's first rows, split.
pub(crate) struct Beginning {
    pub names: Vec<String>,
    rows: Vec<Vec<String>>,
    delimiter: u8,
    header: Vec<u8>,
}

/// How many rows tell what the columns hold.
const ROWS: usize = 50;

impl Beginning {
    /// The beginning of a source, if it is a table with a time in each row.
    pub fn of(head: &Head<'_>) -> Option<Beginning> {
        let lines = head.lines(ROWS + 1);
        let first = lines.first()?;
        let delimiter = *b",;\t".iter().max_by_key(|d| (memchr_iter(**d, first).count(), **d == b','))?;
        let split = |line: &&[u8]| -> Vec<String> { cells::texts(line, delimiter) };
        let names = split(first);
        if names.len() < 2 || names.len() > 10_000 {
            return None;
        }
        if is_row(&names) {
            let made = |n: usize| if names.len() == 2 { "value".into() } else { format!("column_{}", n + 1) };
            let made = (0..names.len()).map(|n| if n == 0 { "timestamp".into() } else { made(n) }).collect();
            return Some(Beginning {
                names: made,
                rows: lines.iter().map(split).collect(),
                delimiter,
                header: Vec::new(),
            });
        }
        let rows: Vec<Vec<String>> = lines[1..].iter().map(split).collect();
        let header = first.to_vec();
        let table = Beginning { names, rows, delimiter, header };
        (!table.names.iter().any(|n| is(n, FOREIGN)) && table.has_times()).then_some(table)
    }

    /// A table of nothing, for a source that is said to be one and is not.
    pub fn none() -> Beginning {
        Beginning {
            names: vec!["timestamp".into(), "value".into()],
            rows: Vec::new(),
            delimiter: b',',
            header: Vec::new(),
        }
    }

    fn has_times(&self) -> bool {
        let Some(time) = self.time() else { return false };
        let good =
            self.rows.iter().filter(|r| r.len() == self.names.len() && r.get(time).is_some_and(|c| is_time(c))).count();
        self.rows.is_empty() && is(&self.names[time], TIMES) || good > 0 && good * 2 >= self.rows.len()
    }

    /// The column of times: by its name, else the first one if all its cells are times.
    pub fn time(&self) -> Option<usize> {
        let named = self.names.iter().position(|n| is(n, TIMES));
        named.or_else(|| {
            (!self.rows.is_empty() && self.rows.iter().all(|r| r.first().is_some_and(|c| is_time(c)))).then_some(0)
        })
    }

    fn named(&self, names: &[&str]) -> Option<usize> {
        self.names.iter().position(|n| is(n, names))
    }

    /// The columns of the metric's name and of its value.
    pub fn long(&self) -> Option<(usize, usize)> {
        let value = self.named(VALUES)?;
        let metric = self.named(METRICS).or_else(|| self.named(&["name"]))?;
        (self.is_numeric(value) && metric != value).then_some((metric, value))
    }

    /// Whether most cells of a column are numbers, or it has none.
    pub fn is_numeric(&self, column: usize) -> bool {
        let cells = self.rows.iter().filter_map(|r| r.get(column)).filter(|c| !is_missing(c.trim().as_bytes()));
        let (mut all, mut numbers) = (0, 0);
        for cell in cells {
            all += 1;
            numbers += usize::from(cell.trim().parse::<f64>().is_ok());
        }
        numbers * 10 >= all * 6
    }

    /// Makes a table with a use for each column that is no time, service or instance.
    pub fn table(&self, settings: &Settings, use_of: impl Fn(usize, &str) -> Use) -> Table {
        let (time, service, instance) = (self.time(), self.named(SERVICES), self.named(INSTANCES));
        let uses = self.names.iter().enumerate().map(|(n, name)| match Some(n) {
            n if n == time => Use::Time,
            n if n == service => Use::Service,
            n if n == instance => Use::Instance,
            _ => use_of(n, name.trim()),
        });
        Table {
            delimiter: self.delimiter,
            uses: uses.collect(),
            header: self.header.clone(),
            zone: settings.timezone.clone(),
            limits: settings.limits.clone(),
        }
    }
}

fn is_time(cell: &str) -> bool {
    let base = Some(evidence::Time(0));
    Stamps::new(&Zone::utc(), base).value(cell.as_bytes()).is_some()
}

/// Whether a first line is a row already: a time, then numbers.
fn is_row(cells: &[String]) -> bool {
    let number = |c: &String| c.trim().is_empty() || c.trim().parse::<f64>().is_ok();
    is_time(&cells[0]) && cells[1..].iter().all(number) && cells[1..].iter().any(|c| !c.trim().is_empty())
}

fn is_missing(cell: &[u8]) -> bool {
    matches!(cell, b"" | b"null" | b"NULL" | b"None" | b"-" | b"NA" | b"N/A")
}

impl Table {
    fn time_column(&self) -> usize {
        self.uses.iter().position(|u| *u == Use::Time).unwrap_or(0)
    }
}

impl Reading for Table {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut rows = Rows::new(self, chunk);
        rows.lines();
        rows.finish()
    }

    fn begins_record(&self, line: &[u8], _: &[u8]) -> bool {
        let cell = line.split(|b| *b == self.delimiter).nth(self.time_column());
        let unquoted = |c: &[u8]| c.strip_prefix(b"\"").and_then(|c| c.strip_suffix(b"\"")).unwrap_or(c).to_vec();
        cell.is_some_and(|c| Stamps::new(&self.zone, Some(evidence::Time(0))).value(&unquoted(c)).is_some())
    }

    fn has_header_line(&self) -> bool {
        true
    }

    fn learnt(&self) -> String {
        let word = |u: &Use| match u {
            Use::Time => "time".to_string(),
            Use::Service => "service".to_string(),
            Use::Instance => "instance".to_string(),
            Use::Metric => "metric".to_string(),
            Use::Value => "value".to_string(),
            Use::Label(name) => format!("label {name}"),
            Use::Series(series) if series.service.is_empty() => format!("series {}", series.metric),
            Use::Series(series) => format!("series {} of {}", series.metric, series.service),
        };
        let all = self.uses.iter().map(word).collect::<Vec<_>>().join(", ");
        if all.is_empty() { all } else { format!("columns: {all}") }
    }
}

/// A field may go over so many lines.
const FIELD_LINES: usize = 64;

/// One chunk's rows on the way to points.
struct Rows<'a> {
    table: &'a Table,
    /// The columns that tell whose a row's values are.
    labels: Vec<usize>,
    bytes: &'a [u8],
    part: Part,
    batch: PointBatch,
    stamps: Stamps,
    number: u64,
    first_chunk: bool,
    /// The cells of the row at hand, in the bytes that hold them.
    cells: Vec<(usize, usize)>,
    groups: Groups,
    /// By group and column: the series, or `u32::MAX` where none was made yet.
    series: HashMap<(u32, u32), u32>,
    check_utf8: bool,
    check_nul: bool,
}

impl<'a> Rows<'a> {
    fn new(table: &'a Table, chunk: &'a Chunk) -> Rows<'a> {
        let is_label = |of: &Use| matches!(of, Use::Service | Use::Instance | Use::Metric | Use::Label(_));
        Rows {
            table,
            labels: (0..table.uses.len()).filter(|n| is_label(&table.uses[*n])).collect(),
            bytes: &chunk.bytes,
            part: Part::default(),
            batch: PointBatch { source: chunk.source, ..PointBatch::default() },
            stamps: Stamps::new(&table.zone, chunk.year_base),
            number: chunk.first_line,
            first_chunk: chunk.index == 0,
            cells: Vec::new(),
            groups: Groups::default(),
            series: HashMap::new(),
            check_utf8: std::str::from_utf8(&chunk.bytes).is_err(),
            check_nul: memchr(0, &chunk.bytes).is_some(),
        }
    }

    fn lines(&mut self) {
        self.part.coverage.lines = text::line_count(self.bytes);
        let lines: Vec<(usize, usize)> = Lines::new(self.bytes).collect();
        let quotes = memchr(b'"', self.bytes).is_some();
        let mut at = 0;
        while at < lines.len() {
            let (from, to) = lines[at];
            let line = &self.bytes[from..to];
            let taken = if text::is_blank(line) {
                self.part.coverage.blank += 1;
                1
            } else if quotes && memchr(b'"', line).is_some() {
                self.quoted(&lines[at..])
            } else {
                self.split(line);
                self.row(line);
                1
            };
            at += taken;
            self.number += taken as u64;
        }
    }

    /// Splits at every delimiter.
    fn split(&mut self, line: &[u8]) {
        self.cells.clear();
        let mut from = 0;
        for end in memchr_iter(self.table.delimiter, line) {
            self.cells.push((from, end));
            from = end + 1;
        }
        self.cells.push((from, line.len()));
    }

    /// The row with quotes that begins with the first of these lines; gives how many of them it takes.
    fn quoted(&mut self, lines: &[(usize, usize)]) -> usize {
        let (from, to) = lines[0];
        if !is_odd(&self.bytes[from..to]) {
            self.quoted_row(from, to);
            return 1;
        }
        // A cell that goes over several lines is believed where the row then has all its cells.
        let odd = |(from, to): &(usize, usize)| is_odd(&self.bytes[*from..*to]);
        let last = lines.iter().take(FIELD_LINES).skip(1).position(odd).map_or(0, |n| n + 1);
        let row = &self.bytes[from..lines[last].1];
        let delimiter = self.table.delimiter;
        if last == 0
            || !is_well_quoted(row, delimiter)
            || cells::cells(row, delimiter, true).len() != self.table.uses.len()
        {
            self.complain(ComplaintKind::Malformed, NOT_CLOSED);
            let line = &self.bytes[from..to];
            self.cells = cells::unquoted(line, delimiter).into_iter().map(|(from, to, _)| (from, to)).collect();
            self.row(line);
            return 1;
        }
        self.quoted_row(from, lines[last].1);
        self.part.coverage.folded += last as u64;
        last + 1
    }

    /// A row whose quotes are closed.
    fn quoted_row(&mut self, from: usize, to: usize) {
        let row = &self.bytes[from..to];
        let all = cells::cells(row, self.table.delimiter, true);
        if !all.iter().any(|(from, to, quoted)| *quoted && memchr(b'"', &row[*from..*to]).is_some()) {
            self.cells = all.into_iter().map(|(from, to, _)| (from, to)).collect();
            return self.row(row);
        }
        let (mut made, mut places) = (Vec::with_capacity(row.len()), Vec::with_capacity(all.len()));
        for (from, to, quoted) in all {
            let start = made.len();
            made.extend_from_slice(&if quoted { undoubled(&row[from..to]) } else { row[from..to].into() });
            places.push((start, made.len()));
        }
        self.cells = places;
        self.row(&made);
    }

    fn complain(&mut self, kind: ComplaintKind, detail: &str) {
        self.part.coverage.complain(kind, self.number, detail);
    }

    fn cell<'b>(&self, bytes: &'b [u8], column: usize) -> &'b [u8] {
        self.cells.get(column).map_or(&[], |(from, to)| bytes[*from..*to].trim_ascii())
    }

    /// One row, split into `self.cells` of these bytes.
    fn row(&mut self, bytes: &[u8]) {
        if self.check_utf8 && std::str::from_utf8(bytes).is_err() {
            self.complain(ComplaintKind::InvalidUtf8, "");
        }
        if self.check_nul && memchr(0, bytes).is_some() {
            self.complain(ComplaintKind::NulByte, "");
        }
        let cell = self.cell(bytes, self.table.time_column());
        let read = self.stamps.value(cell);
        let Some(time) = read.and_then(|r| r.time) else { return self.no_time(bytes, cell) };
        if self.cells.len() != self.table.uses.len() {
            let (cells, columns) = (self.cells.len(), self.table.uses.len());
            self.complain(ComplaintKind::Ragged, &format!("{cells} cells, {columns} columns"));
        }
        if let Some(words) = read.and_then(|r| r.odd.words()) {
            self.complain(ComplaintKind::OddTime, words);
        }
        let before = self.part.coverage.records;
        self.values(bytes, time);
        if self.part.coverage.records > before {
            self.part.starts += 1;
        } else {
            self.part.coverage.blank += 1;
        }
    }

    /// The header, or a row that cannot be used.
    fn no_time(&mut self, bytes: &[u8], cell: &[u8]) {
        let is_header = !self.table.header.is_empty()
            && (self.is_named(bytes) || self.first_chunk && self.part.starts == 0 && self.part.coverage.folded == 0);
        if is_header {
            self.part.coverage.folded += 1;
            return;
        }
        let kind = if cell.is_empty() { ComplaintKind::MissingField } else { ComplaintKind::BadTime };
        self.complain(kind, "a row without a time that can be read");
        self.part.coverage.not_understood += 1;
        self.part.coverage.records += 1;
        self.part.starts += 1;
    }

    /// Whether a row is the header once more, as in tables that were put together.
    fn is_named(&self, bytes: &[u8]) -> bool {
        let time = self.table.time_column();
        let name = self.table.header.split(|b| *b == self.table.delimiter).nth(time).unwrap_or_default();
        self.cell(bytes, time) == name.trim_ascii() && !name.is_empty()
    }

    fn values(&mut self, bytes: &[u8], time: evidence::Time) {
        let table = self.table;
        let group = self.group(bytes);
        let mut malformed = false;
        for (column, of) in table.uses.iter().enumerate() {
            if !matches!(of, Use::Value | Use::Series(_)) {
                continue;
            }
            let cell = self.cell(bytes, column);
            match number(cell) {
                Number::Missing => {}
                Number::Finite(value) => self.point(bytes, group, column, time, value),
                Number::NotFinite => self.complain(ComplaintKind::NotFinite, ""),
                Number::None => {
                    let words = format!("{:?} is no number", String::from_utf8_lossy(&cell[..cell.len().min(40)]));
                    self.complain(ComplaintKind::Malformed, &words);
                    malformed = true;
                }
            }
        }
        if malformed {
            self.part.coverage.records += 1;
            self.part.coverage.not_understood += 1;
        }
    }

    fn point(&mut self, bytes: &[u8], group: u32, column: usize, time: evidence::Time, value: f64) {
        let record = self.part.coverage.records;
        let Some(series) = self.series_of(bytes, group, column) else {
            let words = format!("limits.series ({}) reached", self.table.limits.series);
            return self.complain(ComplaintKind::LimitReached, &words);
        };
        self.part.coverage.records += 1;
        self.batch.rows.push(Point { time, series, value, record, line: self.number });
    }

    /// The number of the row's label set.
    fn group(&mut self, bytes: &[u8]) -> u32 {
        self.groups.key.clear();
        for column in &self.labels {
            let (from, to) = self.cells.get(*column).copied().unwrap_or_default();
            self.groups.key.extend_from_slice(bytes[from..to].trim_ascii());
            self.groups.key.push(0x1f);
        }
        self.groups.number()
    }

    fn series_of(&mut self, bytes: &[u8], group: u32, column: usize) -> Option<u32> {
        let key = (group, column as u32);
        if let Some(number) = self.groups.quick(key) {
            return Some(number);
        }
        if let Some(number) = self.series.get(&key) {
            return Some(*number);
        }
        if self.batch.series.len() >= self.table.limits.series {
            return None;
        }
        let number = self.batch.series.len() as u32;
        self.batch.series.push(self.described(bytes, column));
        self.series.insert(key, number);
        self.groups.note(key, number);
        Some(number)
    }

    /// The series that a row's cells and the column's name describe.
    fn described(&self, bytes: &[u8], column: usize) -> SeriesText {
        let mut series = match &self.table.uses[column] {
            Use::Series(series) => series.clone(),
            _ => SeriesText::default(),
        };
        let mut labels: Vec<String> = Vec::new();
        for n in self.labels.iter().copied() {
            let text = String::from_utf8_lossy(self.cell(bytes, n)).into_owned();
            match &self.table.uses[n] {
                _ if text.is_empty() => {}
                Use::Service => series.service = text,
                Use::Instance => series.instance = text,
                Use::Metric => series.metric = text,
                Use::Label(name) => labels.push(label(name, &text)),
                Use::Time | Use::Value | Use::Series(_) => {}
            }
        }
        if !labels.is_empty() {
            labels.extend((!series.labels.is_empty()).then_some(series.labels));
            labels.sort();
            series.labels = labels.join(",");
        }
        if series.metric.is_empty() {
            series.metric = "value".into();
        }
        series
    }

    fn finish(mut self) -> Part {
        self.part.content = if self.batch.rows.is_empty() { Content::Nothing } else { Content::Points(self.batch) };
        self.part
    }
}

/// A label as Prometheus writes it.
pub(crate) fn label(name: &str, value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{name}=\"{escaped}\"")
}

enum Number {
    Missing,
    Finite(f64),
    NotFinite,
    None,
}

fn number(cell: &[u8]) -> Number {
    if is_missing(cell) {
        return Number::Missing;
    }
    match std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok()) {
        Some(value) if value.is_finite() => Number::Finite(value),
        Some(_) => Number::NotFinite,
        None => Number::None,
    }
}

/// Label sets by the bytes of their cells. Rows mostly go round in the same order, so the one that followed last time
/// is tried first.
#[derive(Default)]
struct Groups {
    key: Vec<u8>,
    keys: Vec<Vec<u8>>,
    known: HashMap<Vec<u8>, u32>,
    follower: Vec<u32>,
    last: u32,
    /// For each group the first column that was asked for, and its series.
    first: Vec<(u32, u32)>,
}

impl Groups {
    fn number(&mut self) -> u32 {
        let guess = self.follower.get(self.last as usize).copied().unwrap_or(0);
        if self.keys.get(guess as usize).is_some_and(|key| *key == self.key) {
            self.last = guess;
            return guess;
        }
        let number = match self.known.get(&self.key) {
            Some(number) => *number,
            None => {
                let number = self.keys.len() as u32;
                self.keys.push(self.key.clone());
                self.known.insert(self.key.clone(), number);
                self.follower.push(0);
                self.first.push((u32::MAX, 0));
                number
            }
        };
        if let Some(follower) = self.follower.get_mut(self.last as usize) {
            *follower = number;
        }
        self.last = number;
        number
    }

    fn quick(&self, (group, column): (u32, u32)) -> Option<u32> {
        let (known, series) = self.first.get(group as usize)?;
        (*known == column).then_some(*series)
    }

    fn note(&mut self, (group, column): (u32, u32), series: u32) {
        if let Some(first) = self.first.get_mut(group as usize)
            && first.0 == u32::MAX
        {
            *first = (column, series);
        }
    }
}
