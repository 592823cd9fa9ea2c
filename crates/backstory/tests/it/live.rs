//! Live equals replay (invariant 3): a listener that is fed record by record, and that knows nothing but the records so
//! far, ends with the lines that a replay of the same evidence prints.
//!
//! There is no `listen` command yet. This listener is written here, from the pinned rules alone and without the program's
//! own reader: it takes one record at a time in the order in which the world would have handed them over, parses each by
//! itself, gives out its own numbers to names, series and shapes as they come (others than a replay does, which has read
//! one source after the other), closes a minute once the watermark has passed it, and asks the same engine. What differs
//! between the two is all that must not matter. What a listener learns of a source before it begins (its form, its first
//! stamps) it has from the first thousand records that it waits for, as a replay has. Stamps from the future are not in
//! this evidence; the listener says so where one comes.

use std::collections::BTreeMap;
use std::path::Path;

use evidence::{
    BUCKET, Bucket, ChangeEvent, HOUR, LATENESS, LogCount, LogRecord, Name, Names, Order, PointRow, Series,
    SeriesTable, Span, SpanRow, Time, Timing, ValueRow,
};
use ingest::{Argument, Chunk, Content, Form, Given, Point, SeriesText};
use signal::Engine;
use signal::detectors::{Tables, Texts};
use signal::templates::{Kinds, Lowest, Masker, Numbers, Shaper, Shapes};
use xxhash_rust::xxh3::xxh3_64;

use crate::fixture::written;
use crate::program::{Case, run};

/// Bytes that are kept of a sampled line.
const SAMPLE_BYTES: usize = 400;

/// One record on its way: when it comes, from where, and which of its source it is.
struct Arrival {
    /// When the world hands it over: the newest time that its source has shown so far.
    at: Time,
    source: u32,
    /// Its number in the source, from 1.
    record: u64,
    what: What,
}

enum What {
    /// A log record, still as bytes: parsed when it comes, by itself.
    Log(Chunk),
    Point(Point, SeriesText),
    Span(Span),
    Change(ChangeEvent),
}

/// A source as a listener has it: its form, its name, and its first stamps.
struct Heard {
    form: Form,
    name: String,
    first: Vec<Time>,
}

/// Everything that a folder's `evidence` holds, in the order in which it would have come.
fn world(folder: &Path) -> (Vec<Heard>, Vec<Arrival>) {
    let how = ingest::Settings::default();
    let path = folder.join("evidence").to_string_lossy().into_owned();
    let found = ingest::discover(&[Argument { path, given: Given::Guess }], &how);
    let (mut heard, mut arrivals) = (Vec::new(), Vec::new());
    for source in &found.sources {
        let mut opened = ingest::open(source, &how).unwrap_or_else(|c| panic!("{c:?}"));
        let mut records = Vec::new();
        while let Some(chunk) = opened.next_chunk() {
            records.extend(singled(opened.form(), &chunk));
        }
        arrivals.extend(in_order(source.number, records));
        let name = source.name.replace(&*folder.to_string_lossy(), "").trim_start_matches('/').to_string();
        heard.push(Heard { form: opened.form().clone(), name, first: opened.first_stamps() });
    }
    arrivals.sort_by_key(|a| (a.at, a.source));
    (heard, arrivals)
}

/// The records of a chunk, one by one, with their times.
fn singled(form: &Form, chunk: &Chunk) -> Vec<(Time, What)> {
    match ingest::parse(form, chunk).content {
        Content::Logs(batch) => {
            let starts: Vec<u64> = batch.columns.iter().map(|c| c.line).collect();
            let times = batch.columns.iter().map(|c| c.time.unwrap());
            times.zip(cut(chunk, &starts)).map(|(time, chunk)| (time, What::Log(chunk))).collect()
        }
        Content::Points(batch) => {
            let named = |p: &Point| (p.time, What::Point(*p, batch.series[p.series as usize].clone()));
            batch.rows.iter().map(named).collect()
        }
        Content::Spans(spans) => spans.into_iter().map(|s| (s.span.end, What::Span(s.span))).collect(),
        Content::Changes(changes) => changes.into_iter().map(|c| (c.known_at(), What::Change(c))).collect(),
        other => panic!("a drill has no {other:?}"),
    }
}

/// A chunk cut before each of these lines: one record each, with the lines that are folded into it.
fn cut(chunk: &Chunk, starts: &[u64]) -> Vec<Chunk> {
    let ends: Vec<usize> = chunk.bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(n, _)| n + 1).collect();
    let offset = |line: u64| if line == chunk.first_line { 0 } else { ends[(line - chunk.first_line) as usize - 1] };
    let mut borders: Vec<usize> = starts.iter().map(|line| offset(*line)).collect();
    borders.push(chunk.bytes.len());
    let one = |(pair, line): (&[usize], &u64)| Chunk {
        bytes: chunk.bytes[pair[0]..pair[1]].into(),
        first_line: *line,
        ..chunk.clone()
    };
    borders.windows(2).zip(starts).map(one).collect()
}

/// Spans and changes are handed over as they happen; everything else as it stands in its file, never before what stands
/// there above it.
fn in_order(source: u32, records: Vec<(Time, What)>) -> Vec<Arrival> {
    let mut newest = Time::MIN;
    let mut arrivals = Vec::new();
    for (n, (time, what)) in records.into_iter().enumerate() {
        newest = newest.max(time);
        let at = if matches!(what, What::Span(_) | What::Change(_)) { time } else { newest };
        arrivals.push(Arrival { at, source, record: n as u64 + 1, what });
    }
    arrivals.sort_by_key(|a| (a.at, a.record));
    arrivals
}

#[derive(Default)]
struct Kept(Vec<String>);

impl Texts for Kept {
    fn text(&self, offset: u64) -> Option<String> {
        self.0.get(usize::try_from(offset).ok()?).cloned()
    }
}

type CountKey = (u32, u32, Name, Name, u8, Timing);
type Telling = BTreeMap<(u32, u32, Name), Lowest<Numbers>>;

/// What is known of one source while one listens.
struct Listening {
    order: Order,
    /// In which hour a text of this shape of this service was kept last.
    sampled: BTreeMap<(u32, Name), Time>,
}

/// The listener.
struct Listener {
    engine: Engine,
    names: Names,
    series: SeriesTable,
    shapes: Shapes,
    masker: Masker,
    shaper: Shaper,
    texts: Kept,
    heard: Vec<Heard>,
    listening: Vec<Listening>,
    /// Counts of minutes that are not over, each with its sample's text.
    logs: BTreeMap<Time, BTreeMap<CountKey, (LogCount, String)>>,
    numbers: BTreeMap<Time, Telling>,
    points: BTreeMap<Time, Vec<PointRow>>,
    spans: BTreeMap<Time, Vec<SpanRow>>,
    changes: BTreeMap<Time, Vec<(Time, Name)>>,
    newest: Time,
    next: Option<Time>,
    lines: Vec<signal::Signal>,
}

impl Listener {
    fn new(heard: Vec<Heard>) -> Listener {
        let listening =
            heard.iter().map(|h| Listening { order: Order::new(&h.first), sampled: BTreeMap::new() }).collect();
        Listener {
            engine: Engine::new(&signal::Settings::default()),
            names: Names::new(500_000),
            series: SeriesTable::new(100_000),
            shapes: Shapes::new(50_000),
            masker: Masker::default(),
            shaper: Shaper::default(),
            texts: Kept::default(),
            heard,
            listening,
            logs: BTreeMap::new(),
            numbers: BTreeMap::new(),
            points: BTreeMap::new(),
            spans: BTreeMap::new(),
            changes: BTreeMap::new(),
            newest: Time::MIN,
            next: None,
            lines: Vec::new(),
        }
    }

    fn hear(&mut self, arrival: Arrival) {
        let (source, number) = (arrival.source, arrival.record);
        let time = match arrival.what {
            What::Log(chunk) => self.log(source, number, &chunk),
            What::Point(point, series) => self.point(source, number, &point, &series),
            What::Span(span) => self.span(source, number, &span),
            What::Change(change) => return self.change(&change),
        };
        if time > self.newest {
            self.newest = time;
            // A record that is exactly as late as is allowed may still come: what is over is over behind it.
            self.close(|edge, newest| edge + LATENESS < newest);
        }
    }

    /// Nothing comes any more: what the last record shows to be over is over.
    fn end(mut self) -> Vec<signal::Signal> {
        self.close(|edge, newest| edge + LATENESS <= newest);
        self.lines
    }

    fn judged(&mut self, source: u32, time: Time) -> Timing {
        let timing = self.listening[source as usize].order.push(time);
        assert_ne!(timing, Timing::Held, "no stamp of a drill comes from the future");
        timing
    }

    fn log(&mut self, source: u32, number: u64, chunk: &Chunk) -> Time {
        let part = ingest::parse(&self.heard[source as usize].form, chunk);
        let Content::Logs(batch) = &part.content else { panic!("a log gave {:?}", part.content) };
        assert_eq!(batch.columns.len(), 1, "one record by itself is one record");
        let record = batch.record(0);
        let time = record.time().unwrap();
        let timing = self.judged(source, time);
        let known = if timing == Timing::Late { self.listening[source as usize].order.newest().unwrap() } else { time };
        let edge = known.floor(BUCKET) + BUCKET;
        let (text, kinds) = self.masker.shape(record.message());
        let shape = self.shapes.intern(Masker::id(text), &String::from_utf8_lossy(text));
        let service = self.names.intern(record.service());
        let instance = self.names.intern(record.instance());
        let key = (source, shape, service, instance, record.severity(), timing);
        let fresh = one_line(key, edge, kinds, &record, number, time);
        if kinds.tell_numbers() && timing == Timing::OnTime {
            let lowest = self.numbers.entry(edge).or_default().entry((source, shape, service)).or_default();
            lowest.note((fresh.sample_hash, number), self.shaper.numbers(record.message()));
        }
        let said = || String::from_utf8_lossy(&record.raw()[..record.raw().len().min(SAMPLE_BYTES)]).into_owned();
        let minute = self.logs.entry(edge).or_default();
        match minute.get_mut(&key) {
            None => drop(minute.insert(key, (fresh, said()))),
            Some((count, text)) => {
                if (fresh.sample_hash, number) < (count.sample_hash, count.sample_record) {
                    *text = said();
                    *count = LogCount { count: count.count, kinds: count.kinds, ..fresh };
                }
                count.count += 1;
                count.kinds = Kinds(count.kinds).join(kinds).0;
            }
        }
        time
    }

    fn point(&mut self, source: u32, number: u64, point: &Point, text: &SeriesText) -> Time {
        let timing = self.judged(source, point.time);
        let series = Series {
            service: self.names.intern(&text.service),
            instance: self.names.intern(&text.instance),
            metric: self.names.intern(&text.metric),
            labels: self.names.intern(&text.labels),
        };
        let series = self.series.index(series).unwrap();
        let row = PointRow { time: point.time, series, value: point.value, source, record: number, timing };
        self.points.entry(point.time.ceil(BUCKET)).or_default().push(row);
        point.time
    }

    fn span(&mut self, source: u32, number: u64, span: &Span) -> Time {
        let timing = self.judged(source, span.end);
        let row = SpanRow {
            end: span.end,
            start: span.start,
            trace: span.trace,
            id: span.id,
            parent: span.parent.unwrap_or(0),
            service: self.names.intern(&span.service),
            instance: self.names.intern(&span.instance),
            name: self.names.intern(&span.name),
            failed: span.failed,
            source,
            record: number,
            line: 0,
            timing,
        };
        self.spans.entry(span.end.ceil(BUCKET)).or_default().push(row);
        span.end
    }

    /// A change is believed as it is and moves no watermark.
    fn change(&mut self, change: &ChangeEvent) {
        let service = change.service.as_deref().map_or(Name::NONE, |s| self.names.intern(s));
        let at = change.known_at();
        self.changes.entry(at.ceil(BUCKET)).or_default().push((at, service));
    }

    /// Closes the minutes that are over, in order, those without any evidence too.
    fn close(&mut self, over: impl Fn(Time, Time) -> bool) {
        loop {
            let telemetry = [self.logs.keys().next(), self.points.keys().next(), self.spans.keys().next()];
            let Some(edge) = self.next.or(telemetry.into_iter().flatten().min().copied()) else { return };
            if !over(edge, self.newest) {
                return;
            }
            let bucket = self.take(edge);
            let tables = Tables {
                names: &self.names,
                series: &self.series,
                shapes: &self.shapes,
                sources: &self.heard.iter().map(|h| h.name.clone()).collect::<Vec<_>>(),
                texts: &self.texts,
            };
            self.lines.extend(self.engine.bucket(&bucket, tables));
            self.next = Some(edge + BUCKET);
        }
    }

    fn take(&mut self, edge: Time) -> Bucket {
        let mut bucket = Bucket { edge, ..Bucket::default() };
        let counts = self.logs.remove(&edge).unwrap_or_default();
        bucket.logs = self.sampled(counts.into_values().collect());
        for ((source, shape, service), lowest) in self.numbers.remove(&edge).unwrap_or_default() {
            let row = |(place, value, count)| ValueRow { edge, source, shape, service, place, count, value };
            bucket.values.extend(lowest.means().into_iter().map(row));
        }
        bucket.points = self.points.remove(&edge).unwrap_or_default();
        bucket.points.sort_by_key(|p| (p.time, p.source, p.record));
        bucket.spans = self.spans.remove(&edge).unwrap_or_default();
        bucket.spans.sort_by_key(|s| (s.end, s.source, s.record));
        // What changed before the first telemetry finds nothing yet that it could explain.
        let known = self.changes.split_off(&(edge + BUCKET));
        let changed = std::mem::replace(&mut self.changes, known);
        let seen = |(at, _): &(Time, Name)| self.next.is_some() || at.ceil(BUCKET) == edge;
        bucket.changes = changed.into_values().flatten().filter(seen).collect();
        bucket
    }

    /// Keeps the text of a shape's sample once an hour for each service and source, and drops the others.
    fn sampled(&mut self, mut counts: Vec<(LogCount, String)>) -> Vec<LogCount> {
        counts.sort_by_key(|(c, _)| (c.source, c.sample_record));
        for (count, text) in &mut counts {
            let sampled = &mut self.listening[count.source as usize].sampled;
            let hour = count.edge.floor(HOUR);
            if sampled.insert((count.shape, count.service), hour) != Some(hour) {
                count.sample_text = self.texts.0.len() as u64;
                self.texts.0.push(std::mem::take(text));
            }
        }
        let mut counts: Vec<LogCount> = counts.into_iter().map(|(count, _)| count).collect();
        counts.sort_by_key(|c| (c.source, c.shape, c.service, c.instance, c.severity, c.timing, c.sample_record));
        counts
    }
}

fn one_line(key: CountKey, edge: Time, kinds: Kinds, record: &LogRecord<'_>, number: u64, time: Time) -> LogCount {
    let (source, shape, service, instance, severity, timing) = key;
    LogCount {
        edge,
        source,
        shape,
        service,
        instance,
        severity,
        kinds: kinds.0,
        timing,
        count: 1,
        sample_record: number,
        sample_line: record.line(),
        sample_hash: xxh3_64(record.raw()),
        sample_time: time,
        sample_text: u64::MAX,
    }
}

/// What a listener would have printed of a folder's evidence, line by line.
fn listened(folder: &Path) -> Vec<String> {
    let voice = backstory::config::Settings::default().voice().unwrap();
    let (heard, arrivals) = world(folder);
    let mut listener = Listener::new(heard);
    arrivals.into_iter().for_each(|arrival| listener.hear(arrival));
    listener.end().iter().map(|signal| tell::signal_line(signal, &voice)).collect()
}

fn live_equals_replay(folder: &Path, at_least: usize) {
    let replayed = run(folder, &["replay", "evidence"]).well().out;
    let replayed: Vec<&str> = replayed.lines().collect();
    let listened = listened(folder);
    for (n, (live, replay)) in listened.iter().zip(&replayed).enumerate() {
        assert_eq!(live, replay, "line {}", n + 1);
    }
    assert_eq!(listened.len(), replayed.len(), "one of the two says more");
    assert!(replayed.len() >= at_least, "only {} lines: too little was raised to compare", replayed.len());
}

#[test]
fn a_listener_ends_with_the_signals_of_a_replay() {
    live_equals_replay(Case::quick("pool", 1).folder(), 20);
}

#[test]
fn a_listener_of_quiet_weeks_raises_what_their_replay_raises() {
    live_equals_replay(Case::quick("quiet", 2).folder(), 10);
}

#[test]
fn a_listener_of_three_whole_weeks_ends_with_the_signals_of_their_replay() {
    live_equals_replay(Case::of("pool", 3, drill::Settings::default()).folder(), 50);
}

#[test]
fn lines_out_of_order_and_late_ones_are_heard_as_they_are_read() {
    let place = written(
        r"
//- api.log
10:00:00..day 10 12:00:00 every ~1m  GET /cart 200 {8..14}ms
10:00:00..day 10 12:00:00 every ~5m  cart {100..900} stored
day 10 09:00:00..day 10 11:00:00 every ~30s  upstream timed out after {200..300}ms
then day 10 09:40:00..day 10 09:59:30 every 10s  the disk is nearly full
//- mailer.log
10:00:00..day 10 12:00:00 every ~2m  mail {100..900} sent
day 10 10:00:00..day 10 12:00:00 every ~1m  mail {100..900} deferred
//- metrics
10:00:00..day 10 12:00:00 every 1m  api queue_depth {3.0..5.0}
day 10 10:00:30..day 10 12:00:00 every 1m  api queue_depth {6.0..9.0}
//- traces
10:00:00..day 10 12:00:00 every ~4m  shop->cart GET /cart {8..14}ms
day 10 10:00:00..day 10 12:00:00 every ~5m  shop->mailer POST /mail {40..90000}ms
//- changes
day 10 08:50:00 deploy api v42
",
    );
    for name in ["api.log", "mailer.log"] {
        let path = place.path().join("evidence").join(name);
        let shuffled = shuffled(&std::fs::read_to_string(&path).unwrap());
        std::fs::write(path, shuffled).unwrap();
    }
    let late = run(place.path(), &["tell", "evidence", "--output", "json"]).well().json();
    assert!(late["coverage"].to_string().contains("came late"), "some lines should be late: {}", late["coverage"]);
    live_equals_replay(place.path(), 4);
}

/// Every fifth line of a log stands three lines too low: some of those are late by that, most are not.
fn shuffled(log: &str) -> String {
    let mut lines: Vec<&str> = log.lines().collect();
    for n in (100..lines.len() - 4).step_by(5) {
        lines[n..n + 4].rotate_left(1);
    }
    lines.join("\n") + "\n"
}
