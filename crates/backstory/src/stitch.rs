//! Puts parts in order: record numbers, belief in time, one table of names, and counts by minute into the spool.
//!
//! This is the one loop through which all evidence passes. It does little for each record, and what it does depends on
//! the records before it in the same source only.

use std::collections::BTreeMap;
use std::io;

use evidence::{
    Alert, AlertSilence, BUCKET, ChangeEvent, ComplaintKind, FileCoverage, LogBatch, LogCount, Name, Names, Order,
    PointRow, Series, SeriesIndex, SeriesTable, SpanRow, Time, Timing, ValueRow,
};
use ingest::{Content, PointBatch, SpanRecord};
use ledger::{LineRow, Spool};
use rustc_hash::FxHashMap;
use signal::templates::{Lowest, Numbers, Shapes, Sketch};

use crate::clocks::Clocks;
use crate::workers::{Shaped, ShapedRecord, Step};

/// Bytes that are kept of a sampled line.
const SAMPLE_BYTES: usize = 400;
/// Open minutes of a source are written to the spool when so many counts are open, or when they are so old.
const OPEN_MAX: usize = 20_000;
const OPEN_BUCKETS: i64 = 4;

/// Places of shapes whose values are kept; of more the first.
const SKETCHES_MAX: usize = 10_000;

/// What places held, by shape and place.
pub type Sketches = BTreeMap<(u32, u8), Sketch>;

type CountKey = (Time, u32, Name, Name, u8, Timing);

struct Open {
    count: LogCount,
    text: Option<String>,
}

/// What is known of one source while it is read.
struct Source {
    order: Order,
    records: u64,
    last: Option<(Time, Timing)>,
    first: Option<Time>,
    open: FxHashMap<CountKey, Open>,
    /// What lines told in numbers in minutes that are open, by edge, shape and service.
    numbers: FxHashMap<(Time, u32, Name), Lowest<Numbers>>,
    newest_edge: Time,
    /// In which hour a text of this shape was kept last.
    texts: FxHashMap<(u32, Name), Time>,
    blocks: Blocks,
    untimed: u64,
    /// The first line that came late, and the first that was not believed; 0 for none.
    late_line: u64,
    held_line: u64,
}

/// Points of one file in blocks: series that begin together keep one order of time. A file may hold one series after the
/// other, or many that go side by side; a row is late only within its own block.
#[derive(Default)]
struct Blocks {
    of: FxHashMap<SeriesIndex, usize>,
    orders: Vec<Order>,
    latest: FxHashMap<SeriesIndex, Time>,
    current: usize,
}

impl Blocks {
    /// Judges a point; `None` for one that was there already.
    fn push(&mut self, series: SeriesIndex, time: Time) -> Option<Timing> {
        if self.latest.insert(series, time) == Some(time) {
            return None;
        }
        let block = match self.of.get(&series) {
            Some(block) => *block,
            None => {
                let joins = self.orders.get(self.current).and_then(Order::newest);
                if joins.is_none_or(|newest| newest - time > evidence::LATENESS) {
                    self.orders.push(Order::new(&[]));
                    self.current = self.orders.len() - 1;
                }
                self.of.insert(series, self.current);
                self.current
            }
        };
        self.current = block;
        Some(self.orders[block].push(time))
    }
}

/// Where the records of a shape stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Which record the first one is, from 1, over all sources in their order; 0 for none.
    pub place: u64,
    /// The line of its source on which the first one begins.
    pub first_line: u64,
    /// The line of its source on which the last one begins.
    pub last_line: u64,
    /// The earliest and the latest time of one.
    pub times: Option<(Time, Time)>,
}

/// What all sources gave, besides what is in the spool.
pub struct Stitched {
    /// Names.
    pub names: Names,
    /// Series.
    pub series: SeriesTable,
    /// Shapes.
    pub shapes: Shapes,
    /// The spool.
    pub spool: Spool,
    /// Coverage by source number.
    pub coverage: Vec<FileCoverage>,
    /// Changes, in the order in which they stand.
    pub changes: Vec<ChangeEvent>,
    /// Delivered alerts.
    pub alerts: Vec<Alert>,
    /// What kept alerts from being delivered.
    pub alert_silences: Vec<AlertSilence>,
    /// Alert rules, not judged.
    pub rules: u64,
    /// The first and the last believed time of telemetry.
    pub believed: Option<(Time, Time)>,
    /// Parts that were lost: path, first and last line.
    pub lost: Vec<(String, u64, u64)>,
    /// Whether to keep every record's shape.
    pub keep_lines: bool,
    /// For each shape where it was seen, so far; as many as `limits.shapes` allows.
    pub seen: Vec<Seen>,
    /// Spans that begin before their callers.
    pub clocks: Clocks,
    /// What the places of shapes held, if that was asked for.
    pub sketches: Option<Sketches>,
    /// Places that found no room among them.
    pub sketches_refused: u64,
    current: Option<Source>,
    places: u64,
    failed: Option<io::Error>,
}

impl Stitched {
    /// Nothing yet; `paths` by source number.
    pub fn new(names: Names, series: SeriesTable, shapes: Shapes, spool: Spool, paths: &[String]) -> Stitched {
        let coverage = paths.iter().map(|p| FileCoverage { path: p.clone(), ..FileCoverage::default() }).collect();
        Stitched {
            names,
            series,
            shapes,
            spool,
            coverage,
            changes: Vec::new(),
            alerts: Vec::new(),
            alert_silences: Vec::new(),
            rules: 0,
            believed: None,
            lost: Vec::new(),
            keep_lines: false,
            seen: Vec::new(),
            clocks: Clocks::default(),
            sketches: None,
            sketches_refused: 0,
            current: None,
            places: 0,
            failed: None,
        }
    }

    /// The first error of the spool, if it had any.
    pub fn failed(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    /// Takes the next step.
    pub fn step(&mut self, step: Step) {
        let done = match step {
            Step::Begin { first } => {
                self.current = Some(Source::new(&first));
                Ok(())
            }
            Step::Part(shaped) => self.part(*shaped),
            Step::Lost { source, lines } => {
                let coverage = &mut self.coverage[source as usize];
                coverage.complain_times(ComplaintKind::LostPart, lines.1 - lines.0 + 1, lines.0, "the reader panicked");
                coverage.lines += lines.1 - lines.0 + 1;
                self.lost.push((coverage.path.clone(), lines.0, lines.1));
                Ok(())
            }
            Step::End { source, coverage } => self.end(source, &coverage),
        };
        if let Err(e) = done {
            self.failed.get_or_insert(e);
        }
    }

    fn part(&mut self, shaped: Shaped) -> io::Result<()> {
        let index = shaped.source as usize;
        self.coverage[index].add(&shaped.part.coverage);
        let Some(mut source) = self.current.take() else { return Ok(()) };
        let records = shaped.part.coverage.records;
        let done = match shaped.part.content {
            Content::Logs(batch) => {
                self.sketched(&shaped.shapes, shaped.sketches);
                self.logs(&mut source, &batch, &shaped.shapes, &shaped.records, shaped.numbers)
            }
            Content::Points(batch) => self.points(&mut source, index, &batch),
            Content::Spans(spans) => self.spans(shaped.source, source.records, &spans),
            Content::Changes(changes) => {
                self.changes
                    .extend(changes.into_iter().map(|c| ChangeEvent { record: c.record + source.records + 1, ..c }));
                Ok(())
            }
            Content::Alerts(alerts, silences) => {
                let record = |n: u64| n + source.records + 1;
                self.alerts.extend(alerts.into_iter().map(|a| Alert { record: record(a.record), ..a }));
                self.alert_silences
                    .extend(silences.into_iter().map(|s| AlertSilence { record: record(s.record), ..s }));
                Ok(())
            }
            Content::Rules(rules) => {
                self.rules += rules;
                Ok(())
            }
            Content::Nothing => Ok(()),
        };
        source.records += records;
        self.current = Some(source);
        done
    }

    /// Takes in what places held.
    fn sketched(&mut self, shapes: &[(evidence::Id, Box<str>)], found: Vec<((u32, u8), Sketch)>) {
        let Some(known) = &mut self.sketches else { return };
        for ((shape, place), sketch) in found {
            let (id, text) = &shapes[shape as usize];
            let key = (self.shapes.intern(*id, text), place);
            if known.len() >= SKETCHES_MAX && !known.contains_key(&key) {
                self.sketches_refused += 1;
            } else {
                known.entry(key).or_default().join(&sketch);
            }
        }
    }

    fn believe(&mut self, time: Time) {
        let (first, last) = self.believed.unwrap_or((time, time));
        self.believed = Some((first.min(time), last.max(time)));
    }

    fn logs(
        &mut self,
        source: &mut Source,
        batch: &LogBatch,
        shapes: &[(evidence::Id, Box<str>)],
        records: &[ShapedRecord],
        numbers: Vec<(u32, Numbers)>,
    ) -> io::Result<()> {
        let mut told = numbers.into_iter().peekable();
        let numbers: Vec<u32> = shapes.iter().map(|(id, text)| self.shapes.intern(*id, text)).collect();
        let names: Vec<Name> = batch.texts.iter().map(|text| self.names.intern(text)).collect();
        for (index, (record, shaped)) in batch.records().zip(records).enumerate() {
            let (time, timing) = source.judge(record.time(), record.line());
            let columns = &batch.columns[index];
            let (service, instance) = (names[columns.service as usize], names[columns.instance as usize]);
            let shape = numbers[shaped.shape as usize];
            let edge = source.edge(time, timing);
            if timing == Timing::OnTime && time != Time::MIN {
                self.believe(time);
            }
            let key = (edge, shape, service, instance, record.severity(), timing);
            let number = source.records + index as u64 + 1;
            source.count(key, batch.source, shaped, number, record.line(), time, record.raw());
            if let Some((_, told)) = told.next_if(|(at, _)| *at as usize == index)
                && timing == Timing::OnTime
                && time != Time::MIN
            {
                source.numbers.entry((edge, shape, service)).or_default().note((shaped.content, number), told);
            }
            self.places += 1;
            self.note_seen(shape, record.line(), time);
            if self.keep_lines {
                self.spool.line(LineRow { place: self.places, source: batch.source, line: record.line(), shape })?;
            }
            if edge > source.newest_edge {
                source.newest_edge = edge;
                source.flush(&mut self.spool, batch.source, false)?;
            }
        }
        Ok(())
    }

    /// Notes where a shape stands first and last.
    fn note_seen(&mut self, shape: u32, line: u64, time: Time) {
        let index = shape as usize;
        if self.seen.len() <= index {
            self.seen.resize(index + 1, Seen::default());
        }
        let seen = &mut self.seen[index];
        if seen.place == 0 {
            (seen.place, seen.first_line) = (self.places, line);
        }
        seen.last_line = line;
        if time != Time::MIN {
            seen.times = Some(seen.times.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        }
    }

    fn points(&mut self, source: &mut Source, index: usize, batch: &PointBatch) -> io::Result<()> {
        let mut numbers: Vec<Option<Option<SeriesIndex>>> = vec![None; batch.series.len()];
        let (mut late, mut held, mut twice, mut refused) = ((0, 0), (0, 0), (0, 0), (0, 0));
        let note = |(count, line): &mut (u64, u64), at: u64| {
            *count += 1;
            *line = if *line == 0 { at } else { *line };
        };
        for point in &batch.rows {
            let number = &mut numbers[point.series as usize];
            let series = *number.get_or_insert_with(|| {
                let text = &batch.series[point.series as usize];
                self.series.index(Series {
                    service: self.names.intern(&text.service),
                    instance: self.names.intern(&text.instance),
                    metric: self.names.intern(&text.metric),
                    labels: self.names.intern(&text.labels),
                })
            });
            let Some(series) = series else {
                note(&mut refused, point.line);
                continue;
            };
            match source.blocks.push(series, point.time) {
                None => note(&mut twice, point.line),
                Some(Timing::Late) => note(&mut late, point.line),
                Some(timing) => {
                    if timing == Timing::OnTime {
                        self.believe(point.time);
                    } else {
                        note(&mut held, point.line);
                    }
                    self.spool.point(PointRow {
                        time: point.time,
                        series,
                        value: point.value,
                        source: batch.source,
                        record: source.records + point.record + 1,
                        timing,
                    })?;
                }
            }
        }
        let coverage = &mut self.coverage[index];
        coverage.complain_times(ComplaintKind::Late, late.0, late.1, "");
        coverage.complain_times(ComplaintKind::Unbelieved, held.0, held.1, "");
        coverage.complain_times(ComplaintKind::Duplicate, twice.0, twice.1, "the same series and stamp");
        coverage.complain_times(ComplaintKind::LimitReached, refused.0, refused.1, "limits.series");
        Ok(())
    }

    fn spans(&mut self, source: u32, before: u64, spans: &[SpanRecord]) -> io::Result<()> {
        for SpanRecord { span, record, line } in spans {
            let service = self.names.intern(&span.service);
            self.clocks.push(span, service, source, *line);
            self.spool.span(SpanRow {
                end: span.end,
                start: span.start,
                trace: span.trace,
                id: span.id,
                parent: span.parent.unwrap_or(0),
                service,
                instance: self.names.intern(&span.instance),
                name: self.names.intern(&span.name),
                failed: span.failed,
                source,
                record: before + record + 1,
                line: *line,
                timing: Timing::OnTime,
            })?;
        }
        Ok(())
    }

    fn end(&mut self, number: u32, read: &FileCoverage) -> io::Result<()> {
        let coverage = &mut self.coverage[number as usize];
        coverage.kind = read.kind.clone();
        coverage.add(read);
        let Some(mut source) = self.current.take() else { return Ok(()) };
        let counts = source.order.counts();
        coverage.complain_times(ComplaintKind::Late, counts.late, source.late_line, "");
        coverage.complain_times(ComplaintKind::Unbelieved, counts.held, source.held_line, "");
        source.flush(&mut self.spool, number, true)
    }
}

impl Source {
    fn new(first: &[Time]) -> Source {
        Source {
            order: Order::new(first),
            records: 0,
            last: None,
            first: first.first().copied(),
            open: FxHashMap::default(),
            numbers: FxHashMap::default(),
            newest_edge: Time::MIN,
            texts: FxHashMap::default(),
            blocks: Blocks::default(),
            untimed: 0,
            late_line: 0,
            held_line: 0,
        }
    }

    /// A record without a time takes that of the one before; at the head of a file, that of the first one with a time.
    fn judge(&mut self, time: Option<Time>, line: u64) -> (Time, Timing) {
        let judged = match time {
            Some(time) => {
                let timing = self.order.push(time);
                match timing {
                    Timing::Late if self.late_line == 0 => self.late_line = line,
                    Timing::Held if self.held_line == 0 => self.held_line = line,
                    _ => {}
                }
                (time, timing)
            }
            None => {
                self.untimed += 1;
                self.last.or(self.first.map(|first| (first, Timing::OnTime))).unwrap_or((Time::MIN, Timing::OnTime))
            }
        };
        self.last = Some(judged);
        judged
    }

    /// The bucket in which a record is known: of its own time, but for a late one the bucket in which it came.
    fn edge(&self, time: Time, timing: Timing) -> Time {
        if time == Time::MIN {
            return Time::MIN;
        }
        let known = if timing == Timing::Late { self.order.newest().unwrap_or(time) } else { time };
        known.floor(BUCKET) + BUCKET
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the columns of one record; a struct would be filled once and read once"
    )]
    fn count(
        &mut self,
        key: CountKey,
        source: u32,
        shaped: &ShapedRecord,
        record: u64,
        line: u64,
        time: Time,
        raw: &[u8],
    ) {
        let (edge, shape, service, instance, severity, timing) = key;
        let hour = edge.floor(evidence::HOUR);
        let texts = &self.texts;
        let sampled = || String::from_utf8_lossy(&raw[..raw.len().min(SAMPLE_BYTES)]).into_owned();
        let open = self.open.entry(key).or_insert_with(|| Open {
            count: LogCount {
                edge,
                source,
                shape,
                service,
                instance,
                severity,
                kinds: shaped.kinds.0,
                timing,
                count: 0,
                sample_record: record,
                sample_line: line,
                sample_hash: shaped.content,
                sample_time: time,
                sample_text: u64::MAX,
            },
            text: (texts.get(&(shape, service)) != Some(&hour)).then(sampled),
        });
        let count = &mut open.count;
        count.count += 1;
        if count.kinds != shaped.kinds.0 {
            count.kinds = signal::templates::Kinds(count.kinds).join(shaped.kinds).0;
        }
        if (shaped.content, record) < (count.sample_hash, count.sample_record) {
            count.sample_hash = shaped.content;
            count.sample_record = record;
            count.sample_line = line;
            count.sample_time = time;
            if open.text.is_some() {
                open.text = Some(sampled());
            }
        }
    }

    /// Writes counts of minutes that are over to the spool.
    fn flush(&mut self, spool: &mut Spool, source: u32, all: bool) -> io::Result<()> {
        let before = self.newest_edge - OPEN_BUCKETS * BUCKET;
        let crowded = self.open.len() > OPEN_MAX;
        let newest = self.newest_edge;
        let is_over = |edge: Time| all || edge <= before || (crowded && edge < newest);
        for ((edge, shape, service), lowest) in self.numbers.extract_if(|key, _| is_over(key.0)) {
            for (place, value, count) in lowest.means() {
                spool.value(ValueRow { edge, source, shape, service, place, count, value })?;
            }
        }
        let mut done: Vec<Open> = self.open.extract_if(|key, _| is_over(key.0)).map(|(_, open)| open).collect();
        done.sort_by_key(|o| (o.count.edge, o.count.sample_record));
        for mut open in done {
            if let Some(text) = open.text {
                let hour = open.count.edge.floor(evidence::HOUR);
                if self.texts.insert((open.count.shape, open.count.service), hour) != Some(hour) {
                    open.count.sample_text = spool.keep(&text);
                }
            }
            spool.log(open.count)?;
        }
        Ok(())
    }
}
