//! The spool: what was read, sorted by time, kept for as long as the run lasts.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use evidence::{BUCKET, Believed, Bucket, LogCount, Name, Order, PointRow, SpanRow, Time, Timing, ValueRow};
use tempfile::TempDir;

use crate::rows::LineRow;
use crate::sorted::{Merged, Sorted};
use crate::texts::TextStore;

/// How much the spool may hold.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes in memory; beyond, rows go to a temporary folder.
    pub memory_bytes: usize,
    /// Bytes on disk; beyond, rows are dropped and counted.
    pub disk_bytes: u64,
    /// Where the temporary folder is made.
    pub folder: PathBuf,
}

/// Takes rows in, in any order of time.
pub struct Spool {
    limits: Limits,
    folder: Option<TempDir>,
    logs: Sorted<LogCount>,
    values: Sorted<ValueRow>,
    points: Sorted<PointRow>,
    spans: Sorted<SpanRow>,
    lines: Sorted<LineRow>,
    texts: TextStore,
    since_check: usize,
    dropped: u64,
}

/// Rows between two looks at how much memory is held.
const CHECK_EVERY: usize = 4096;

impl Spool {
    /// An empty spool.
    pub fn new(limits: Limits) -> Spool {
        Spool {
            limits,
            folder: None,
            logs: Sorted::new("logs"),
            values: Sorted::new("values"),
            points: Sorted::new("points"),
            spans: Sorted::new("spans"),
            lines: Sorted::new("lines"),
            texts: TextStore::default(),
            since_check: 0,
            dropped: 0,
        }
    }

    /// Adds a count of log lines.
    pub fn log(&mut self, row: LogCount) -> io::Result<()> {
        if self.has_room()? {
            self.logs.push(row);
        }
        Ok(())
    }

    /// Adds what lines told in numbers.
    pub fn value(&mut self, row: ValueRow) -> io::Result<()> {
        if self.has_room()? {
            self.values.push(row);
        }
        Ok(())
    }

    /// Adds a point.
    pub fn point(&mut self, row: PointRow) -> io::Result<()> {
        if self.has_room()? {
            self.points.push(row);
        }
        Ok(())
    }

    /// Adds a span. Its timing is judged when it is read, in order of its end.
    pub fn span(&mut self, row: SpanRow) -> io::Result<()> {
        if self.has_room()? {
            self.spans.push(row);
        }
        Ok(())
    }

    /// Adds a record's shape, for listings that name every record.
    pub fn line(&mut self, row: LineRow) -> io::Result<()> {
        if self.has_room()? {
            self.lines.push(row);
        }
        Ok(())
    }

    /// Keeps a text, for [`LogCount::sample_text`].
    pub fn keep(&mut self, text: &str) -> u64 {
        if self.dropped > 0 { u64::MAX } else { self.texts.keep(text) }
    }

    /// Rows that found no place.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn has_room(&mut self) -> io::Result<bool> {
        self.since_check += 1;
        if self.since_check >= CHECK_EVERY {
            self.since_check = 0;
            self.relieve()?;
        }
        let logs = self.logs.written() + self.values.written() + self.lines.written() + self.texts.written();
        let written = logs + self.points.written() + self.spans.written();
        let room = written < self.limits.disk_bytes;
        self.dropped += u64::from(!room);
        Ok(room)
    }

    /// Writes to disk what does not fit into memory, the largest part first.
    fn relieve(&mut self) -> io::Result<()> {
        let held = [
            self.logs.memory(),
            self.values.memory(),
            self.points.memory(),
            self.spans.memory(),
            self.lines.memory(),
            self.texts.memory(),
        ];
        if held.iter().sum::<usize>() <= self.limits.memory_bytes {
            return Ok(());
        }
        if self.folder.is_none() {
            self.folder = Some(tempfile::Builder::new().prefix("backstory-").tempdir_in(&self.limits.folder)?);
        }
        let Some(folder) = self.folder.as_ref().map(TempDir::path) else { return Ok(()) };
        match (0..held.len()).max_by_key(|i| held[*i]) {
            Some(0) => self.logs.spill(folder),
            Some(1) => self.values.spill(folder),
            Some(2) => self.points.spill(folder),
            Some(3) => self.spans.spill(folder),
            Some(4) => self.lines.spill(folder),
            _ => self.texts.spill(folder),
        }
    }

    /// No more rows will come.
    pub fn finish(mut self) -> io::Result<Kept> {
        self.logs.finish();
        self.values.finish();
        self.points.finish();
        self.spans.finish();
        self.lines.finish();
        let mut kept =
            Kept { spool: self, spans_to: None, spans_from: None, duplicates: BTreeMap::new(), held: BTreeMap::new() };
        kept.look_through_spans()?;
        Ok(kept)
    }
}

/// What was read, in order of time, as often as asked.
pub struct Kept {
    spool: Spool,
    spans_from: Option<Time>,
    spans_to: Option<Time>,
    duplicates: BTreeMap<u32, OddSpans>,
    held: BTreeMap<u32, OddSpans>,
}

impl Kept {
    /// The first end of a span that is believed.
    pub fn spans_from(&self) -> Option<Time> {
        self.spans_from
    }

    /// The last end of a span that is believed.
    pub fn spans_to(&self) -> Option<Time> {
        self.spans_to
    }

    /// Spans that were there twice (the second is left out), by source.
    pub fn duplicate_spans(&self) -> &BTreeMap<u32, OddSpans> {
        &self.duplicates
    }

    /// Spans too far ahead to be believed, by source.
    pub fn held_spans(&self) -> &BTreeMap<u32, OddSpans> {
        &self.held
    }

    /// Rows that found no place.
    pub fn dropped(&self) -> u64 {
        self.spool.dropped
    }

    /// The text kept at an offset.
    pub fn text(&self, offset: u64) -> Option<String> {
        self.spool.texts.text(offset)
    }

    fn look_through_spans(&mut self) -> io::Result<()> {
        let mut spans = Spans::new(self.spool.spans.scan()?);
        let (mut from, mut to, mut held) = (None, None, BTreeMap::new());
        while let Some(span) = spans.next_span() {
            match span.timing {
                Timing::OnTime => {
                    from = from.or(Some(span.end));
                    to = Some(span.end);
                }
                _ => note(&mut held, &span),
            }
        }
        (self.spans_from, self.spans_to, self.held, self.duplicates) = (from, to, held, spans.duplicates);
        Ok(())
    }

    /// The buckets in order of time, from the first evidence on; minutes without any evidence are left out. `changes`
    /// are (moment, whose), sorted.
    pub fn buckets<'a>(&'a self, changes: &'a [(Time, Name)]) -> io::Result<Buckets<'a>> {
        let mut logs = self.spool.logs.scan()?;
        // Records of sources without any time stand before all buckets.
        while logs.peek().is_some_and(|row| row.edge == Time::MIN) {
            logs.next();
        }
        Ok(Buckets {
            logs,
            values: self.spool.values.scan()?,
            points: self.spool.points.scan()?,
            spans: Spans::new(self.spool.spans.scan()?),
            changes,
            believed: Believed::default(),
        })
    }

    /// All rows of each kind, in order of time.
    pub fn scan(&self) -> io::Result<Scan<'_>> {
        Ok(Scan {
            logs: self.spool.logs.scan()?,
            values: self.spool.values.scan()?,
            points: self.spool.points.scan()?,
            spans: self.spool.spans.scan()?,
            lines: self.spool.lines.scan()?,
        })
    }
}

/// All rows of each kind, in order.
pub struct Scan<'a> {
    /// Counts of log lines by minute; those of sources without any time have the edge [`Time::MIN`].
    pub logs: Merged<'a, LogCount>,
    /// What lines told in numbers, by minute.
    pub values: Merged<'a, ValueRow>,
    /// Points, in order of time.
    pub points: Merged<'a, PointRow>,
    /// Spans, in order of their end; none of them judged for belief.
    pub spans: Merged<'a, SpanRow>,
    /// Every record's shape, in the order in which records were read.
    pub lines: Merged<'a, LineRow>,
}

/// Spans of one source that are odd in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OddSpans {
    /// How many.
    pub count: u64,
    /// The line of the first one of them.
    pub line: u64,
    /// Its ids: trace and span.
    pub ids: (u128, u64),
}

fn note(odd: &mut BTreeMap<u32, OddSpans>, span: &SpanRow) {
    let entry = odd.entry(span.source).or_default();
    if entry.count == 0 || span.line < entry.line {
        (entry.line, entry.ids) = (span.line, (span.trace, span.id));
    }
    entry.count += 1;
}

/// Spans in order of their end, each once, judged for belief.
struct Spans<'a> {
    rows: Merged<'a, SpanRow>,
    orders: Vec<Option<Order>>,
    /// Ids of the spans that ended at the latest end.
    latest: (Time, BTreeSet<(u128, u64)>),
    next: Option<SpanRow>,
    duplicates: BTreeMap<u32, OddSpans>,
}

impl<'a> Spans<'a> {
    fn new(rows: Merged<'a, SpanRow>) -> Spans<'a> {
        let mut spans = Spans {
            rows,
            orders: Vec::new(),
            latest: (Time::MIN, BTreeSet::new()),
            next: None,
            duplicates: BTreeMap::new(),
        };
        spans.next = spans.pull();
        spans
    }

    fn pull(&mut self) -> Option<SpanRow> {
        loop {
            let mut span = self.rows.next()?;
            if self.latest.0 != span.end {
                self.latest = (span.end, BTreeSet::new());
            }
            if !self.latest.1.insert((span.trace, span.id)) {
                note(&mut self.duplicates, &span);
                continue;
            }
            let source = span.source as usize;
            if self.orders.len() <= source {
                self.orders.resize(source + 1, None);
            }
            let order = self.orders[source].get_or_insert_with(|| Order::new(&[]));
            span.timing = order.push(span.end);
            return Some(span);
        }
    }

    fn next_span(&mut self) -> Option<SpanRow> {
        let next = self.next.take();
        self.next = self.pull();
        next
    }
}

/// Buckets in order of time.
pub struct Buckets<'a> {
    logs: Merged<'a, LogCount>,
    values: Merged<'a, ValueRow>,
    points: Merged<'a, PointRow>,
    spans: Spans<'a>,
    changes: &'a [(Time, Name)],
    believed: Believed,
}

/// The right edge of the bucket of a moment at which something ended: it belongs to the bucket that ends with it.
fn closing_edge(time: Time) -> Time {
    time.ceil(BUCKET)
}

impl Buckets<'_> {
    fn next_edge(&self) -> Option<Time> {
        let edges = [
            self.logs.peek().map(|row| row.edge),
            self.points.peek().map(|row| closing_edge(row.time)),
            self.spans.next.as_ref().map(|row| closing_edge(row.end)),
            self.changes.first().map(|(at, _)| closing_edge(*at)),
        ];
        edges.into_iter().flatten().min()
    }

    /// A held stamp counts as on time once another source has come as far.
    fn believe(&mut self, bucket: &mut Bucket) {
        let edge = bucket.edge;
        let mut on_time = BTreeSet::new();
        let believed = &mut self.believed;
        let mut judge = |source: u32, timing: &mut Timing| {
            *timing = believed.timing(edge, source, *timing);
            if *timing == Timing::OnTime {
                on_time.insert(source);
            }
        };
        bucket.logs.iter_mut().for_each(|row| judge(row.source, &mut row.timing));
        bucket.points.iter_mut().for_each(|row| judge(row.source, &mut row.timing));
        bucket.spans.iter_mut().for_each(|row| judge(row.source, &mut row.timing));
        for source in on_time {
            self.believed.note(edge, source);
        }
    }

    /// Whether a file of the spool could not be read to its end.
    pub fn failed(&mut self) -> Option<io::Error> {
        self.logs
            .failed()
            .or_else(|| self.values.failed())
            .or_else(|| self.points.failed())
            .or_else(|| self.spans.rows.failed())
    }
}

impl Iterator for Buckets<'_> {
    type Item = Bucket;

    fn next(&mut self) -> Option<Bucket> {
        let edge = self.next_edge()?;
        let mut bucket = Bucket { edge, ..Bucket::default() };
        while self.logs.peek().is_some_and(|row| row.edge == edge) {
            bucket.logs.extend(self.logs.next());
        }
        while self.values.peek().is_some_and(|row| row.edge == edge) {
            bucket.values.extend(self.values.next());
        }
        while self.points.peek().is_some_and(|row| closing_edge(row.time) == edge) {
            bucket.points.extend(self.points.next());
        }
        while self.spans.next.as_ref().is_some_and(|row| closing_edge(row.end) == edge) {
            bucket.spans.extend(self.spans.next_span());
        }
        let until = self.changes.partition_point(|(at, _)| closing_edge(*at) <= edge);
        let (now, later) = self.changes.split_at(until);
        bucket.changes.extend_from_slice(now);
        self.changes = later;
        self.believe(&mut bucket);
        Some(bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::{MINUTE, SECOND, SeriesIndex};
    use proptest::prelude::*;

    fn spool(memory_bytes: usize) -> Spool {
        Spool::new(Limits { memory_bytes, disk_bytes: 1 << 30, folder: std::env::temp_dir() })
    }

    fn point(seconds: i64, record: u64) -> PointRow {
        PointRow {
            time: Time(seconds * SECOND),
            series: SeriesIndex(0),
            value: seconds as f64,
            source: 0,
            record,
            timing: Timing::OnTime,
        }
    }

    fn span(end: i64, id: u64) -> SpanRow {
        SpanRow {
            end: Time(end * SECOND),
            start: Time(end * SECOND - 1),
            trace: 1,
            id,
            parent: 0,
            service: Name(2),
            instance: Name::NONE,
            name: Name(3),
            failed: false,
            source: 0,
            record: id,
            line: id,
            timing: Timing::OnTime,
        }
    }

    #[test]
    fn a_point_belongs_to_the_bucket_that_ends_with_it() {
        let mut spool = spool(1 << 20);
        for (n, seconds) in [60, 61, 120, 59].into_iter().enumerate() {
            spool.point(point(seconds, n as u64)).expect("memory");
        }
        let kept = spool.finish().expect("memory");
        let sizes: Vec<(i64, usize)> =
            kept.buckets(&[]).expect("memory").map(|b| (b.edge.0 / MINUTE, b.points.len())).collect();
        assert_eq!(sizes, [(1, 2), (2, 2)]);
    }

    #[test]
    fn a_span_that_is_there_twice_counts_once() {
        let mut spool = spool(1 << 20);
        for id in [1, 2, 1] {
            spool.span(span(30, id)).expect("memory");
        }
        let kept = spool.finish().expect("memory");
        assert_eq!(kept.duplicate_spans()[&0], OddSpans { count: 1, line: 1, ids: (1, 1) });
        assert_eq!(kept.buckets(&[]).expect("memory").map(|b| b.spans.len()).sum::<usize>(), 2);
    }

    #[test]
    fn texts_come_back_from_memory_and_from_disk() {
        let mut spool = spool(0);
        let first = spool.keep("checkout failed");
        for n in 0..2 * CHECK_EVERY as i64 {
            spool.point(point(n, n as u64)).expect("a temporary folder");
        }
        spool.texts.spill(spool.folder.as_ref().expect("a folder was made").path()).expect("a temporary folder");
        let second = spool.keep("again");
        assert_eq!(spool.texts.text(first).as_deref(), Some("checkout failed"));
        assert_eq!(spool.texts.text(second).as_deref(), Some("again"));
        assert_eq!(spool.texts.text(u64::MAX), None);
    }

    proptest! {
        // Each case fills a spool twice: fewer of them than of the cheap ones.
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, ..ProptestConfig::default() })]
        #[test]
        fn fuzz_where_rows_were_cut_does_not_matter(seconds in proptest::collection::vec(0_i64..5000, 0..6000)) {
            let buckets = |memory: usize| {
                let mut spool = spool(memory);
                for (n, s) in seconds.iter().enumerate() {
                    spool.point(point(*s, n as u64)).expect("a temporary folder");
                }
                let kept = spool.finish().expect("a temporary folder");
                kept.buckets(&[]).expect("a temporary folder").collect::<Vec<_>>()
            };
            prop_assert_eq!(buckets(1 << 30), buckets(0));
        }
    }
}
