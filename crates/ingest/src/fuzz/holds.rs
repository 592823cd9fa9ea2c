//! What must hold whatever the bytes are: nothing panics, no line and no record is lost, what is said of them lies
//! within them, and where a chunk ends changes nothing.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use evidence::{ComplaintKind, FileCoverage, LogBatch, Time};

use crate::chunk::{CHUNK_BYTES, Chunk};
use crate::decompress::Input;
use crate::form::{Form, Head, Unit};
use crate::frame::Frame;
use crate::fuzz::Way;
use crate::fuzz::ways::By;
use crate::part::{Content, Part, PointBatch, SpanRecord, parse};
use crate::settings::{Given, Settings};
use crate::zone::Zone;
use crate::{Source, incident, open_stdin, stamp, text};

/// What is told of a complaint has at most so many bytes.
const WORDS: usize = 600;

/// What an input was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The format's name, or why it was refused.
    pub what: String,
    /// How many records it gave.
    pub records: u64,
    /// A hash of all records: equal for equal ones.
    pub digest: u64,
}

/// Reads an input in one way and says what did not hold.
///
/// # Errors
/// What did not hold, in words.
pub fn check(bytes: &[u8], way: Way) -> Result<Seen, String> {
    let checked = || match way.by {
        By::Given(given) => source(bytes, given, way),
        By::Format(_) => format(bytes, way),
        By::Incident => incident_of(bytes, way),
        By::Moment => moment(bytes, way),
    };
    catch_unwind(AssertUnwindSafe(checked)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(format!("it panicked: {}", words.unwrap_or("without words")))
    })
}

/// What reading a source gave, as far as it is compared. The text itself is not kept: it may be long.
struct Taken {
    form: Form,
    chunks: u64,
    /// Lines on which a record begins.
    starts: u64,
    /// A hash of each record, without its number.
    records: Vec<u64>,
    coverage: FileCoverage,
    /// Whether the records of one chunk may hang on what stands in another.
    is_bound: bool,
    /// What did not hold in a part.
    fault: Option<String>,
}

fn source(bytes: &[u8], given: Given, way: Way) -> Result<Seen, String> {
    let settings = way.settings();
    let whole = match read(bytes, given, &settings, None) {
        Ok(whole) => whole,
        Err(coverage) => return refused(&coverage),
    };
    let lines = lines_of(bytes, &settings);
    whole.holds(lines).map_err(|words| format!("{}: {words}", whole.form.format().name))?;
    if way.chunk_bytes < CHUNK_BYTES {
        let cut = read(bytes, given, &settings, Some(way.chunk_bytes));
        let cut = cut.map_err(|_| "it is refused where it arrives in small pieces".to_string())?;
        let named = |words: String| format!("{}, in {} chunks: {words}", cut.form.format().name, cut.chunks);
        cut.holds(lines).and_then(|()| cut.is_as(&whole)).map_err(named)?;
    }
    Ok(whole.seen())
}

fn refused(coverage: &FileCoverage) -> Result<Seen, String> {
    let Some(kind) = coverage.complaints.keys().next() else { return Err("it is refused without a word".into()) };
    Ok(Seen { what: format!("refused: {kind}"), records: 0, digest: 0 })
}

/// What is told of a case does not grow with it.
fn is_short(words: &str) -> Result<(), String> {
    if words.len() <= WORDS { Ok(()) } else { Err(format!("it is told in {} bytes", words.len())) }
}

/// How many lines there are to be read.
fn lines_of(bytes: &[u8], settings: &Settings) -> u64 {
    let Ok(mut input) = Input::new(Box::new(Cursor::new(bytes.to_vec())), &settings.limits) else { return 0 };
    let (mut lines, mut last, mut block) = (0, b'\n', vec![0; 16 << 10]);
    let mut first = true;
    loop {
        let n = input.fill(&mut block);
        let text = if first { block[..n].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&block[..n]) } else { &block[..n] };
        (lines, last, first) = (lines + text::newlines(text), text.last().copied().unwrap_or(last), false);
        if n == 0 {
            return lines + u64::from(last != b'\n');
        }
    }
}

fn read(bytes: &[u8], given: Given, settings: &Settings, cut: Option<usize>) -> Result<Taken, FileCoverage> {
    let source = Source { name: "sample.log".into(), number: 3, given, path: "".into() };
    let most = cut.map_or(usize::MAX, |bytes| 1 + bytes % 13);
    let stream = Pieces { bytes: Cursor::new(bytes.to_vec()), most };
    let mut opened = open_stdin(stream, &source, settings)?;
    if let Some(bytes) = cut {
        opened.cut_at(bytes);
    }
    let _ = opened.first_stamps();
    let form = opened.form().clone();
    let mut taken = Taken {
        chunks: 0,
        starts: 0,
        records: Vec::new(),
        coverage: FileCoverage::default(),
        // What they make of one object hangs on the others in its chunk.
        is_bound: form.format().name.starts_with("kubernetes"),
        fault: None,
        form,
    };
    let mut before: Option<Chunk> = None;
    while let Some(chunk) = opened.next_chunk() {
        let part = parse(opened.form(), &chunk);
        taken.take(&part, &chunk, before.as_ref());
        before = Some(chunk);
    }
    let lines = taken.coverage.lines;
    taken.coverage.add(&opened.coverage());
    // Blank lines before everything else are in no chunk.
    let (passed, next) = (taken.coverage.lines - lines, before.map_or(0, |chunk| chunk.first_line));
    if next > taken.coverage.lines.max(1) || passed > taken.coverage.blank {
        taken.fault = Some(format!("{passed} lines are passed over, and a chunk begins at line {next}"));
    }
    Ok(taken)
}

/// A stream that gives at most so many bytes at once.
struct Pieces {
    bytes: Cursor<Vec<u8>>,
    most: usize,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.most);
        self.bytes.read(&mut into[..most])
    }
}

impl Taken {
    fn take(&mut self, part: &Part, chunk: &Chunk, before: Option<&Chunk>) {
        self.chunks += 1;
        self.starts += part.starts;
        self.coverage.add(&part.coverage);
        self.records.extend(records(part, self.form.needs_year()));
        // A quote that was opened lines before may go on over a line that looks like a row.
        let is_quoted = self.form.format().name.starts_with("csv") && chunk.bytes.contains(&b'"');
        // A line that a runtime cut into parts may be open while another stream's lines come.
        let is_part = |line: &[u8]| Frame::Cri.is_part(line) || Frame::Docker.is_part(line);
        let is_parted = || chunk.bytes.split(|b| *b == b'\n').any(is_part);
        let is_sure = || before.is_none_or(|before| self.is_sure(&before.bytes, &chunk.bytes));
        self.is_bound = self.is_bound || is_quoted || is_parted() || !is_sure();
        let follows = before.is_none_or(|b| chunk.first_line == b.first_line + text::newlines(&b.bytes));
        let held = if follows { part_holds(part, chunk) } else { Err("a chunk begins at another line".into()) };
        if let (Err(words), None) = (held, &self.fault) {
            self.fault = Some(words);
        }
    }

    fn holds(&self, there: u64) -> Result<(), String> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let (coverage, starts) = (&self.coverage, self.starts);
        let lines = coverage.lines;
        let is_cut = coverage.count(ComplaintKind::LargeDocument) > 0 && self.form.reading().unit() != Unit::Lines;
        // Where a bomb is cut off depends on how much is asked for at once.
        let is_bomb = coverage.count(ComplaintKind::Bomb) > 0;
        if lines != there && !(is_cut && lines < there) && !is_bomb {
            return Err(format!("{lines} of {there} lines are counted"));
        }
        if lines != starts + coverage.folded + coverage.blank {
            let (folded, blank) = (coverage.folded, coverage.blank);
            return Err(format!("{lines} lines are not {starts} starts, {folded} folded and {blank} blank ones"));
        }
        for (kind, complaint) in &coverage.complaints {
            if complaint.count == 0 || complaint.line > lines.max(1) {
                return Err(format!(
                    "{} complaints of {kind:?} at line {} of {lines}",
                    complaint.count, complaint.line
                ));
            }
            is_short(&complaint.detail)?;
        }
        // Lines behind a chunk without any record are folded as if it had one: no chunk of a real size is like that.
        let is_silent = coverage.records == 0 && coverage.complaints.is_empty() && self.chunks == 1;
        if is_silent && lines > coverage.blank {
            return Err(format!("{lines} lines are no record, and nothing is said of it"));
        }
        Ok(())
    }

    /// Whether another way of cutting gave the same. What is promised: the same lines, and the same records where each
    /// chunk begins with a line that surely begins a record.
    fn is_as(&self, whole: &Taken) -> Result<(), String> {
        if self.form.format().name != whole.form.format().name {
            return Err("where it arrives in small pieces, it is of another format".into());
        }
        // Which series are too many hangs on the others in the chunk.
        let is_full = whole.coverage.count(ComplaintKind::LimitReached) > 0;
        let (ours, theirs) = (&self.records, &whole.records);
        if self.is_bound || is_full || ours == theirs {
            return Ok(());
        }
        let at = ours.iter().zip(theirs).position(|(a, b)| a != b).unwrap_or(ours.len().min(theirs.len()));
        Err(format!("{} records, else {}; other ones from number {at} on", ours.len(), theirs.len()))
    }

    /// Whether a chunk surely begins with a record.
    fn is_sure(&self, before: &[u8], chunk: &[u8]) -> bool {
        let head = chunk.split(|b| *b == b'\n').next().unwrap_or_default();
        let last = text::without_end(before).rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let is_whole = before.ends_with(b"\n");
        is_whole && self.form.reading().begins_record(head.strip_suffix(b"\r").unwrap_or(head), last)
    }

    fn seen(&self) -> Seen {
        let (what, records) = (self.form.format().name.to_string(), self.coverage.records);
        Seen { what, records, digest: hash_of(&self.records) }
    }
}

fn part_holds(part: &Part, chunk: &Chunk) -> Result<(), String> {
    let coverage = &part.coverage;
    let (records, lines) = (coverage.records, text::line_count(&chunk.bytes));
    if coverage.lines != lines || lines != part.starts + coverage.folded + coverage.blank {
        return Err(format!("a part of {lines} lines has {coverage:?} and {} starts", part.starts));
    }
    if part.leading_folded > coverage.folded || coverage.not_understood > records || part.starts > records {
        return Err(format!("{} starts, {} folded at its head: {coverage:?}", part.starts, part.leading_folded));
    }
    let is_within = |line: u64| line >= chunk.first_line && line < chunk.first_line + lines;
    match &part.content {
        Content::Logs(batch) => logs_hold(batch, part, is_within),
        Content::Points(points) => points_hold(points, records, is_within),
        Content::Spans(spans) => {
            let holds = |s: &SpanRecord| s.record < records && s.span.start <= s.span.end && is_within(s.line);
            spans.iter().all(holds).then_some(()).ok_or_else(|| "a span that cannot be".into())
        }
        Content::Changes(changes) => {
            let all = changes.iter().all(|c| c.record < records && (c.line == 0 || is_within(c.line)));
            all.then_some(()).ok_or_else(|| "a change that cannot be".into())
        }
        Content::Alerts(alerts, silences) => {
            let all = alerts.iter().map(|a| a.record).chain(silences.iter().map(|s| s.record)).all(|n| n < records);
            all.then_some(()).ok_or_else(|| "an alert that cannot be".into())
        }
        Content::Rules(_) | Content::Nothing => Ok(()),
    }
}

fn logs_hold(batch: &LogBatch, part: &Part, is_within: impl Fn(u64) -> bool) -> Result<(), String> {
    if batch.columns.len() as u64 != part.coverage.records {
        return Err(format!("{} columns for {} records", batch.columns.len(), part.coverage.records));
    }
    for record in batch.records() {
        let _ = (record.message().len(), record.raw().len(), record.service().len(), record.instance().len());
        let _ = (record.trace().len(), record.thread().len(), record.class().len());
        if !is_within(record.line()) {
            return Err(format!("a record at line {}", record.line()));
        }
    }
    let unparsed = batch.records().filter(|record| record.unparsed()).count() as u64;
    let untimed = batch.records().filter(|record| record.time().is_none()).count() as u64;
    let said = part.coverage.count(ComplaintKind::NoTime) + part.coverage.count(ComplaintKind::BadTime);
    if unparsed != part.coverage.not_understood || untimed > said + unparsed {
        return Err(format!("{unparsed} unparsed, {untimed} without a time: {:?}", part.coverage));
    }
    Ok(())
}

fn points_hold(points: &PointBatch, records: u64, is_within: impl Fn(u64) -> bool) -> Result<(), String> {
    if points.rows.len() as u64 > records {
        return Err(format!("{} points of {records} records", points.rows.len()));
    }
    for point in &points.rows {
        let known = (point.series as usize) < points.series.len();
        if !known || !point.value.is_finite() || point.record >= records || !is_within(point.line) {
            return Err(format!("a point that cannot be: {point:?}"));
        }
    }
    Ok(())
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A hash of each record of a part. Where years are guessed, times are left out: what they are guessed from differs.
fn records(part: &Part, yearless: bool) -> Vec<u64> {
    match &part.content {
        Content::Logs(batch) => {
            let all = batch.records().map(|r| {
                let texts = (r.message(), r.raw(), r.service(), r.instance(), (r.trace(), r.thread(), r.class()));
                hash_of(&(r.time().filter(|_| !yearless), r.severity(), r.line(), r.unparsed(), texts))
            });
            all.collect()
        }
        Content::Points(points) => {
            let all = points
                .rows
                .iter()
                .map(|p| hash_of(&(p.time, p.line, p.value.to_bits(), &points.series[p.series as usize])));
            all.collect()
        }
        Content::Spans(spans) => spans.iter().map(|s| hash_of(&(format!("{:?}", s.span), s.line))).collect(),
        Content::Changes(changes) => changes
            .iter()
            .map(|c| hash_of(&format!("{:?}", evidence::ChangeEvent { record: 0, ..c.clone() })))
            .collect(),
        Content::Alerts(alerts, silences) => {
            let alerts = alerts.iter().map(|a| hash_of(&(&a.name, &a.service, a.starts_at, a.ends_at)));
            let silences = silences.iter().map(|s| hash_of(&(s.to_string(), &s.comment, s.starts_at, s.ends_at)));
            alerts.chain(silences).collect()
        }
        Content::Rules(rules) => vec![*rules],
        Content::Nothing => Vec::new(),
    }
}

/// What one format makes of bytes that may be nothing like it.
fn format(bytes: &[u8], way: Way) -> Result<Seen, String> {
    let Some(format) = way.format() else { return Err("no such format".into()) };
    let settings = way.settings();
    let head = Head { bytes, whole: true, name: "x" };
    let _ = (format.detect)(&head);
    let reading = (format.learn)(&head, &settings);
    let _ = (reading.learnt(), reading.has_header_line(), reading.unit());
    let year_base = reading.needs_year().then_some(Time(0));
    let chunk = Chunk { source: 0, index: 1, first_line: 7, bytes: bytes.into(), year_base };
    let part = reading.parse(&chunk);
    part_holds(&part, &chunk).map_err(|words| format!("{}: {words}", format.name))?;
    Ok(Seen { what: format.name.to_string(), records: part.coverage.records, digest: 0 })
}

fn incident_of(bytes: &[u8], way: Way) -> Result<Seen, String> {
    let what = match incident::of_bytes(bytes, "incident.yaml", &way.settings()) {
        Ok(_) => "an incident",
        Err(error) => {
            is_short(&error.to_string())?;
            "no incident"
        }
    };
    Ok(Seen { what: what.into(), records: 0, digest: 0 })
}

/// A moment that a text names is the one that is written for it.
fn moment(bytes: &[u8], way: Way) -> Result<Seen, String> {
    let (text, settings) = (String::from_utf8_lossy(bytes), way.settings());
    let _ = Zone::of(&text);
    let mut any = false;
    for word in text.split(['\n', ',', '"']).take(64) {
        let Ok(time) = stamp::time_of(word, &settings) else { continue };
        any = true;
        // The years at the ends of what a number can hold are not whole: no date of them is read.
        if !(1679..=2261).contains(&time.civil().year) {
            continue;
        }
        if stamp::time_of(&time.to_string(), &settings) != Ok(time) {
            return Err(format!("{word:?} is {time}, which is read as another moment"));
        }
    }
    Ok(Seen { what: if any { "a moment" } else { "no moment" }.into(), records: 0, digest: 0 })
}
