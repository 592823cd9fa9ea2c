//! Logs line by line: which lines begin a record and which continue one, and what each record says.
//!
//! One reader for every log that is lines, since people mix forms in one file: a header of learnt columns, then plain
//! text, JSON or logfmt. A record that is none of what was learnt is read on its own terms. Lines are never lost: each
//! is blank, folded into the record before it, or a record. Read [`LogLines`] first.

use std::borrow::Cow;

use evidence::{Civil, ComplaintKind, LogBatch, LogColumns, LogOrigin};
use memchr::memchr;
use rustc_hash::FxHashMap;

use crate::cells::NOT_CLOSED;
use crate::chunk::Chunk;
use crate::fields::{self, Fields};
use crate::form::{Head, Reading, Unit, empty_batch};
use crate::formats::csv_logs::Columns;
use crate::formats::{envelope, journal};
use crate::frame::{self, Frame, Outer, Unwrapped};
use crate::header::{self, Cut, Header};
use crate::json;
use crate::level;
use crate::part::{Content, Part};
use crate::places;
use crate::settings::{Limits, Settings};
use crate::stamp::{Moment, Read, Shape, Stamps};
use crate::text::{self, Lines};
use crate::traces::{self, Look};
use crate::zone::Zone;

/// What follows the header of most records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Plain,
    Json,
    Logfmt,
}

/// How the logs of one source are read.
#[derive(Debug)]
pub(crate) struct LogLines {
    pub header: Header,
    pub dialect: Dialect,
    /// The service that records without one belong to.
    pub file_service: Option<String>,
    pub zone: Zone,
    pub limits: Limits,
    /// How its records lie in it.
    pub layout: Layout,
    /// What a record says stands on the line after its header.
    pub two_lined: bool,
}

/// How the records of a source lie in it.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// Each begins with a line of its own.
    Lines,
    /// As lines, each in the frame of a container's runtime.
    Framed(Frame),
    /// As one JSON array, or as values over several lines.
    Document,
    /// In arrays somewhere in a JSON document.
    Export,
    /// As blocks of fields with a blank line between them: the journal's export.
    Journal,
    /// As rows of a table.
    Table(Columns),
}

impl LogLines {
    /// A reader with a header and what follows it, for a source that begins so.
    pub fn new(header: Header, dialect: Dialect, head: &Head<'_>, settings: &Settings) -> LogLines {
        let mut lines = LogLines {
            header,
            dialect,
            file_service: None,
            zone: settings.timezone.clone(),
            limits: settings.limits.clone(),
            layout: Layout::Lines,
            two_lined: false,
        };
        if !lines.header.names_service() && !lines.some_record_names_a_service(head) {
            lines.file_service = places::service_of_file(head.name);
        }
        lines
    }

    fn some_record_names_a_service(&self, head: &Head<'_>) -> bool {
        let mut stamps = Stamps::new(&self.zone, None);
        let mut fields = Fields::default();
        head.learn_lines().iter().take(head.learn_records()).any(|line| {
            let rest = &line[self.header.cut(line, &mut stamps).message..];
            fields.clear();
            match self.dialect {
                Dialect::Plain => return false,
                Dialect::Json => drop(fields.feed_json(rest, self.limits.json_depth)),
                Dialect::Logfmt => drop(fields::feed_logfmt(&mut fields, rest)),
            }
            fields.names_service()
        })
    }

    /// Whether a record is known by its first bytes: by a stamp, a brace, a key.
    fn marks_records(&self) -> bool {
        self.header.is_stamped() || self.dialect != Dialect::Plain || self.header.is_led_by_level()
    }

    /// Whether a line that was cut begins a record, as far as it can tell alone.
    fn is_marked(&self, rest: &[u8], cut: &Cut) -> bool {
        if self.header.is_stamped() {
            return cut.stamp.is_some();
        }
        match self.dialect {
            Dialect::Plain => self.header.is_led_by_level() && cut.fits,
            Dialect::Json => rest.first() == Some(&b'{'),
            Dialect::Logfmt => fields::is_logfmt(rest),
        }
    }
}

/// Whether a line without a stamp is a comment or a directive, as at the head of tables of logs: `#fields a b`.
fn is_comment(line: &[u8]) -> bool {
    line.get(1).is_none_or(|b| b.is_ascii_alphabetic() || matches!(b, b' ' | b'#' | b'!' | b'-' | b'='))
}

/// What most of the rests behind a header are.
pub(crate) fn dialect_of<'a>(rests: impl Iterator<Item = &'a [u8]>) -> Dialect {
    let (mut all, mut json, mut logfmt) = (0_usize, 0, 0);
    for rest in rests {
        all += 1;
        json += usize::from(is_object(rest));
        logfmt += usize::from(fields::is_logfmt_throughout(rest));
    }
    match () {
        () if all > 0 && json * 10 >= all * 6 => Dialect::Json,
        () if all > 0 && logfmt * 10 >= all * 6 => Dialect::Logfmt,
        () => Dialect::Plain,
    }
}

/// Whether a text is one whole JSON object.
pub(crate) fn is_object(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let ends = || match json::members(text, 128, |_, _| {}) {
        Ok(end) | Err(json::Broken::Deep(end)) => end == text.len(),
        Err(json::Broken::Syntax) => false,
    };
    text.first() == Some(&b'{') && text.last() == Some(&b'}') && ends()
}

impl Reading for LogLines {
    fn parse(&self, chunk: &Chunk) -> Part {
        let unwrapped = match self.layout {
            Layout::Framed(frame) => frame::unwrap(frame, &chunk.bytes, self.limits.line_bytes),
            _ => Unwrapped::default(),
        };
        let mut work = Work::new(self, chunk);
        match &self.layout {
            Layout::Lines => work.lines(),
            Layout::Framed(_) => work.framed(&unwrapped),
            Layout::Document => work.document(json::places),
            Layout::Export => work.document(envelope::places),
            Layout::Journal => work.journal(),
            Layout::Table(columns) => work.table(columns),
        }
        work.finish()
    }

    fn unit(&self) -> Unit {
        if matches!(self.layout, Layout::Document | Layout::Export) { Unit::Document } else { Unit::Lines }
    }

    fn begins_record(&self, line: &[u8], before: &[u8]) -> bool {
        let (inside, before) = match &self.layout {
            Layout::Journal => return text::is_blank(before) && journal::begins_block(line),
            Layout::Table(columns) => return columns.begins_row(line, &self.zone),
            Layout::Framed(frame) if frame.is_part(before) => return false,
            Layout::Framed(frame) => (frame.inside(line), frame.inside(before)),
            Layout::Lines | Layout::Document | Layout::Export => (Cow::Borrowed(line), Cow::Borrowed(before)),
        };
        let cut = |line: &[u8]| self.header.cut(line, &mut Stamps::new(&self.zone, None));
        if traces::is_rust_panic(&before) || traces::is_rust_panic(&before[cut(&before).message..]) {
            return false;
        }
        let (line, cut) = (&inside[..], cut(&inside));
        let rest = &line[cut.message..];
        if !self.marks_records() {
            return !text::is_blank(line) && traces::look(line) == Look::Plain;
        }
        // Behind a stamp a trace may go on, whatever state the line before left.
        let begins = |text: &[u8]| !text::is_blank(text) && traces::look(text) == Look::Plain;
        self.is_marked(rest, &cut) && (cut.stamp.is_none() || begins(behind_stamp(line, &cut)) && begins(rest))
    }

    fn yearless(&self, line: &[u8]) -> Option<Civil> {
        let inside = match self.layout {
            Layout::Lines => Cow::Borrowed(line),
            Layout::Framed(Frame::Colour) => Frame::Colour.inside(line),
            _ => return None,
        };
        let line = &inside[..];
        match self.header.stamp(line)?.moment {
            Moment::Civil(civil, _) if civil.year == 0 => Some(civil),
            _ => None,
        }
    }

    fn needs_year(&self) -> bool {
        let own = matches!(self.layout, Layout::Lines | Layout::Framed(Frame::Colour));
        own && self.header.columns.iter().find_map(|c| match c.piece {
            crate::header::Piece::Stamp(shape) => {
                Some(matches!(shape, Shape::MonthName | Shape::MonthDay | Shape::Klog))
            }
            _ => None,
        }) == Some(true)
    }

    fn learnt(&self) -> String {
        let service = self.file_service.as_ref().map_or(String::new(), |s| format!("; service {s} by the file's name"));
        let rest = match (self.dialect, &self.layout) {
            (_, Layout::Table(columns)) => return format!("{}{service}", columns.told()),
            (Dialect::Json, Layout::Document | Layout::Export) => "JSON objects in one document",
            (Dialect::Json, _) => "a JSON object",
            (Dialect::Logfmt, _) => "pairs of keys and values",
            (Dialect::Plain, _) => "the message",
        };
        let frame = match &self.layout {
            Layout::Framed(frame) => format!("{} frame, ", frame.word()),
            _ => String::new(),
        };
        let header = self.header.told();
        let all = if header.is_empty() { rest.to_string() } else { format!("{header}; then {rest}") };
        format!("{frame}{all}{service}")
    }
}

/// The line that follows the one that ends at a place.
fn line_after(bytes: &[u8], to: usize) -> &[u8] {
    let rest = &bytes[to.min(bytes.len())..];
    let from = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    let rest = &rest[from..];
    text::without_end(&rest[..memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)])
}

/// What stands behind a header, with all but one of the blanks between them; nothing of a line without a stamp.
fn behind_stamp<'l>(line: &'l [u8], cut: &Cut) -> &'l [u8] {
    let from = if cut.stamp.is_some() { cut.end + 1 } else { line.len() };
    line.get(from..).unwrap_or_default()
}

/// So many records in a row that do not fit what was learnt are a change of format.
const MISFITS: u64 = 8;
/// Where one record of so many does not fit, two styles take turns in one file.
const MISFIT_SHARE: u64 = 10;
/// How lines of keys and values begin that tell of themselves when they were written, or how bad it is.
const LOGFMT_HEADS: [&[u8]; 6] = [b"time=", b"ts=", b"t=", b"timestamp=", b"level=", b"lvl="];

/// What the line after a record's first is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    /// Nothing in particular.
    Nothing,
    /// A line of it.
    Line,
    /// What it says.
    Message,
}

/// One chunk on the way.
pub(crate) struct Work<'a> {
    pub form: &'a LogLines,
    /// The text that is taken apart: the chunk's, or what stands in its frames.
    pub bytes: &'a [u8],
    /// How far behind the batch's first byte that text stands in it.
    shift: usize,
    /// The line at hand, where it was framed, and its runtime's stamp.
    outer: Option<(&'a Outer, Option<Read>)>,
    /// Where the line at hand ends.
    line_end: usize,
    /// The framed line after the one at hand.
    next_framed: &'a [u8],
    /// The next line belongs to the record at hand, whatever it looks like.
    awaits: Awaits,
    batch: LogBatch,
    pub part: Part,
    pub stamps: Stamps,
    texts: Texts,
    pub fields: Fields<'a>,
    /// The number of the line at hand, from 1 in the source.
    pub number: u64,
    /// Whether there is a record that a line may be folded into.
    any_record: bool,
    in_trace: bool,
    /// Records in a row that do not fit, and the first one's line.
    misfits: (u64, u64),
    /// Those of them that were in no such row, and the first one's line: styles that take turns.
    scattered: (u64, u64),
    check_utf8: bool,
    check_nul: bool,
}

/// What is known of a record before it is kept.
#[derive(Default)]
pub(crate) struct Found {
    severity: u8,
    message: (u32, u32),
    service: u32,
    instance: u32,
    origin: LogOrigin,
    unparsed: bool,
}

impl<'a> Work<'a> {
    fn new(form: &'a LogLines, chunk: &'a Chunk) -> Work<'a> {
        let bytes = &chunk.bytes[..];
        Work {
            form,
            bytes,
            shift: 0,
            outer: None,
            line_end: 0,
            next_framed: &[],
            awaits: Awaits::Nothing,
            batch: empty_batch(chunk),
            part: Part::default(),
            stamps: Stamps::new(&form.zone, chunk.year_base),
            texts: Texts::default(),
            fields: Fields::default(),
            number: chunk.first_line,
            any_record: chunk.index > 0,
            in_trace: chunk.index > 0,
            misfits: (0, 0),
            scattered: (0, 0),
            check_utf8: std::str::from_utf8(bytes).is_err(),
            check_nul: memchr(0, bytes).is_some(),
        }
    }

    fn lines(&mut self) {
        for (from, to) in Lines::new(self.bytes) {
            let line = &self.bytes[from..to];
            if line.is_empty() || (line[0].is_ascii_whitespace() && text::is_blank(line)) {
                self.part.coverage.blank += 1;
                self.awaits = Awaits::Nothing;
            } else {
                self.line_end = to;
                self.line(from, to);
            }
            self.number += 1;
        }
        self.part.coverage.lines = text::line_count(self.bytes);
    }

    /// Lines in frames: read as if what is in the frames stood alone, and counted as they stand in the source.
    fn framed(&mut self, unwrapped: &'a Unwrapped) {
        let first = self.number;
        (self.shift, self.part.coverage.lines) = (self.bytes.len(), text::line_count(self.bytes));
        self.bytes = &unwrapped.bytes;
        self.batch.made.extend_from_slice(self.bytes);
        self.check_utf8 = std::str::from_utf8(self.bytes).is_err();
        self.check_nul = memchr(0, self.bytes).is_some();
        if let Some((at, count)) = unwrapped.too_long {
            let words = format!("limits.line_kb ({}) reached by a line in parts", self.form.limits.line_bytes >> 10);
            self.part.coverage.complain_times(ComplaintKind::LongLine, count, first + at, &words);
        }
        for (index, outer) in unwrapped.lines.iter().enumerate() {
            let next = unwrapped.lines.get(index + 1).map_or((0, 0), |next| next.text);
            self.next_framed = &self.bytes[next.0..next.1];
            let ((from, to), stamp) = (outer.text, &self.bytes[outer.stamp.0..outer.stamp.1]);
            self.number = first + outer.at;
            self.outer = Some((outer, self.stamps.value(stamp)));
            if outer.is_broken {
                let in_parts = outer.stamp.1 > outer.stamp.0;
                let words =
                    if in_parts { "a line in parts, of which the last is missing" } else { "a frame that is cut" };
                self.complain(ComplaintKind::Malformed, words);
            }
            if outer.is_twice {
                self.complain(ComplaintKind::Duplicate, json::TWICE);
            }
            if text::is_blank(&self.bytes[from..to]) {
                self.part.coverage.blank += outer.physical;
                self.awaits = Awaits::Nothing;
                continue;
            }
            self.line(from, to);
            (1..outer.physical).for_each(|_| self.fold());
        }
    }

    fn line(&mut self, from: usize, to: usize) {
        let line = &self.bytes[from..to];
        let cut = self.form.header.cut(line, &mut self.stamps);
        let rest = &line[cut.message..];
        let marked = self.form.is_marked(rest, &cut);
        let awaits = std::mem::replace(&mut self.awaits, Awaits::Nothing);
        let stamp_alone = self.form.header.columns.len() == 1 && self.form.dialect == Dialect::Plain;
        // Where stamps stand on lines of their own, all up to the next one is what was written then.
        if self.form.two_lined && stamp_alone && !marked && awaits == Awaits::Nothing && self.any_record {
            return self.fold();
        }
        if awaits != Awaits::Nothing && (!marked || awaits == Awaits::Line && stamp_alone) {
            self.await_ended(awaits, from, to);
            return self.fold();
        }
        if self.form.marks_records() && !marked && line[0] == b'#' && is_comment(line) {
            return self.fold();
        }
        if self.any_record && self.continues(line, &cut, marked) {
            return self.fold();
        }
        self.check(line);
        if marked {
            self.in_trace = false;
            self.note_fit(cut.fits);
            self.record(from, to, cut);
            if self.form.two_lined {
                self.awaits = Awaits::Message;
            } else if traces::is_rust_panic(rest) {
                (self.in_trace, self.awaits) = (true, Awaits::Line);
            }
        } else {
            let panicked = traces::is_rust_panic(line);
            if panicked && line.ends_with(b":") {
                self.awaits = Awaits::Line;
            }
            self.in_trace = panicked || !matches!(traces::look(line), Look::Plain | Look::Indented);
            let cut = if self.form.marks_records() { self.foreign(line) } else { cut };
            self.record(from, to, cut);
        }
    }

    /// Whether a line belongs to the record before it.
    fn continues(&mut self, line: &[u8], cut: &Cut, marked: bool) -> bool {
        if marked {
            return self.continues_behind_stamp(line, cut);
        }
        match traces::look(line) {
            Look::Trace => self.in_trace = true,
            Look::Exception if self.form.marks_records() => self.in_trace = true,
            Look::Indented if self.form.marks_records() => {}
            Look::Plain | Look::MayEndTrace if self.leads_trace(line) => self.in_trace = true,
            Look::Plain => return false,
            _ => return self.in_trace,
        }
        true
    }

    /// The line after the one at hand. Looked for only where a trace may begin: it costs a search.
    fn following(&self) -> &'a [u8] {
        if self.outer.is_some() { self.next_framed } else { line_after(self.bytes, self.line_end) }
    }

    /// Whether a line begins a trace, as the next one shows: an exception's name before frames, a function before its
    /// place.
    fn leads_trace(&self, line: &[u8]) -> bool {
        if !self.form.marks_records() {
            return false;
        }
        match traces::look(line) {
            Look::MayEndTrace | Look::Exception if traces::is_sure(self.following()) => true,
            Look::Plain if traces::is_sure(self.following()) && traces::is_raise(line) => true,
            _ => traces::is_go_function(line) && traces::is_indented_go_place(self.following()),
        }
    }

    /// The line that was awaited is there: it may be what the record says.
    fn await_ended(&mut self, awaits: Awaits, from: usize, to: usize) {
        if awaits != Awaits::Message {
            return;
        }
        let line = &self.bytes[from..to];
        let (severity, skipped) = header::leading_level(line).unwrap_or_default();
        let start = to - text::after_blanks(&line[skipped..]).len();
        let message = (self.place(start), self.place(to));
        if let Some(record) = self.batch.columns.last_mut() {
            record.message = message;
            record.severity = if severity > 0 { severity } else { record.severity };
        }
    }

    /// Whether a line behind the header of a syslog is an exception's name, before frames that have the header too, and
    /// the record before it, of the same program, is a severe one.
    fn names_exception(&self, line: &[u8], cut: &Cut) -> bool {
        let rest = &line[cut.message..];
        let named = matches!(traces::look(rest), Look::Exception | Look::MayEndTrace);
        if !named || !cut.fits || cut.service.1 == 0 {
            return false;
        }
        let following = self.form.header.cut(self.following(), &mut Stamps::new(&self.form.zone, None));
        let frames = following.service.1 > 0 && traces::is_sure(behind_stamp(self.following(), &following));
        let severe = self.batch.columns.last().is_some_and(|record| {
            record.severity >= 17
                && self.batch.texts[record.service as usize].as_bytes() == &line[cut.service.0..cut.service.1]
        });
        frames && severe
    }

    /// Whether a line belongs to the record before it although a runtime has put a stamp before it, as before each
    /// line. Where records have a header of their own behind that stamp, a line without one that looks like a trace's
    /// is no record; else only what nothing else looks like begins a trace.
    fn continues_behind_stamp(&mut self, line: &[u8], cut: &Cut) -> bool {
        if cut.stamp.is_none() || self.form.two_lined && self.form.header.columns.len() == 1 {
            return false;
        }
        let rest = behind_stamp(line, cut);
        let bare = match self.form.dialect {
            Dialect::Plain => !cut.fits,
            Dialect::Json => rest.first() != Some(&b'{'),
            Dialect::Logfmt => !fields::is_logfmt(rest),
        };
        let sure = traces::is_sure(rest);
        let syslog = cut.fits && cut.service.1 > 0;
        let alone = bare || self.form.header.columns.len() == 1;
        // Most records end here: they have their header, and no trace goes on.
        if !(sure || bare || syslog || alone && (self.in_trace || text::is_blank(rest))) {
            return false;
        }
        let look = traces::look(rest);
        if sure || bare && matches!(look, Look::Trace | Look::Exception) {
            self.in_trace = true;
            return true;
        }
        if self.names_exception(line, cut) {
            self.in_trace = true;
            return true;
        }
        let blank = text::is_blank(rest);
        alone && blank || (self.in_trace && alone || bare && look == Look::Indented) && (blank || look != Look::Plain)
    }

    fn fold(&mut self) {
        self.part.coverage.folded += 1;
        if self.part.starts == 0 {
            self.part.leading_folded += 1;
        }
    }

    /// A record that is not as those learnt from: it may have a stamp all the same.
    fn foreign(&mut self, line: &[u8]) -> Cut {
        self.note_fit(false);
        let Some((stamp, end)) = header::foreign_stamp(line) else { return Cut::default() };
        let read = self.stamps.resolve(&stamp);
        let message = line.len() - text::after_blanks(&line[end..]).len();
        Cut { stamp: Some(read), end, message, ..Cut::default() }
    }

    /// A run of records that do not fit is counted as a change of format, all of it.
    fn note_fit(&mut self, fits: bool) {
        let fits = fits || !self.form.header.strict && self.form.header.is_stamped();
        if fits {
            self.scatter();
            return;
        }
        if self.misfits.0 == 0 {
            self.misfits.1 = self.number;
        }
        self.misfits.0 += 1;
        let (run, line) = self.misfits;
        let times = if run == MISFITS { MISFITS } else { u64::from(run > MISFITS) };
        self.part.coverage.complain_times(ComplaintKind::FormatChange, times, line, "not as the file's first records");
    }

    /// Ends a row of records that do not fit: too short a one is remembered.
    fn scatter(&mut self) {
        let (run, line) = std::mem::take(&mut self.misfits);
        if run > 0 && run < MISFITS {
            self.scattered.1 = if self.scattered.0 == 0 { line } else { self.scattered.1 };
            self.scattered.0 += run;
        }
    }

    pub fn check(&mut self, line: &[u8]) {
        if self.check_utf8 && std::str::from_utf8(line).is_err() {
            self.complain(ComplaintKind::InvalidUtf8, "converted to UTF-8 the file shows its letters");
        }
        if self.check_nul && memchr(0, line).is_some() {
            self.complain(ComplaintKind::NulByte, "");
        }
    }

    pub fn complain(&mut self, kind: ComplaintKind, detail: &str) {
        self.part.coverage.complain(kind, self.number, detail);
    }

    /// Keeps the record on a line.
    fn record(&mut self, from: usize, to: usize, cut: Cut) {
        let line = &self.bytes[from..to];
        let rest = &line[cut.message..];
        let (time, found) = match self.dialect(rest, cut.stamp.is_none()) {
            Dialect::Json => self.object(from + cut.message, to, &cut),
            Dialect::Logfmt => self.pairs(from + cut.message, to, &cut),
            Dialect::Plain => (cut.stamp.map(Some), self.plain(from, to, &cut)),
        };
        self.keep(from, to, time, found);
    }

    /// How the rest of a record is read: as most are, else as it looks.
    fn dialect(&self, rest: &[u8], bare: bool) -> Dialect {
        let is_foreign = bare && self.form.marks_records() && LOGFMT_HEADS.iter().any(|head| rest.starts_with(head));
        match (self.form.dialect, rest.first()) {
            (Dialect::Json, Some(b'{')) => Dialect::Json,
            (Dialect::Json, _) | (Dialect::Plain, Some(b'{')) if is_object(rest) => Dialect::Json,
            (dialect, _) if (dialect == Dialect::Logfmt || is_foreign) && fields::is_logfmt(rest) => Dialect::Logfmt,
            _ => Dialect::Plain,
        }
    }

    fn plain(&mut self, from: usize, to: usize, cut: &Cut) -> Found {
        let line = &self.bytes[from..to];
        let mut severity = cut.severity;
        if severity == 0 && (!self.form.header.has_level() || !cut.fits) {
            severity = match guess_level(&line[cut.message..]) {
                0 if cut.fits => self.form.header.level_in_groups(line),
                guessed => guessed,
            };
        }
        let service = &line[cut.service.0..cut.service.1];
        let instance = &line[cut.instance.0..cut.instance.1];
        let (service, instance) = self.names(service, instance);
        let message = (self.place(from + cut.message), self.place(to));
        Found { severity, message, service, instance, origin: self.origin(from, cut), unparsed: false }
    }

    fn object(&mut self, from: usize, to: usize, cut: &Cut) -> (Option<Option<Read>>, Found) {
        self.fields.clear();
        let text = &self.bytes[from..to];
        let end = self.fields.feed_json(text, self.form.limits.json_depth);
        match end {
            Err(json::Broken::Syntax) => {
                self.complain(ComplaintKind::Malformed, "not whole JSON; what stands before the break was used");
            }
            Err(json::Broken::Deep(_)) => {
                self.complain(ComplaintKind::LargeDocument, json::TOO_DEEP);
            }
            Ok(end) if !text::is_blank(&text[end..]) => {
                self.complain(ComplaintKind::Malformed, "text after the JSON object");
            }
            Ok(_) => {}
        }
        self.structured(from, to, cut, end == Err(json::Broken::Syntax))
    }

    fn pairs(&mut self, from: usize, to: usize, cut: &Cut) -> (Option<Option<Read>>, Found) {
        self.fields.clear();
        fields::feed_logfmt(&mut self.fields, &self.bytes[from..to]);
        if self.fields.is_any_unclosed() {
            self.complain(ComplaintKind::Malformed, NOT_CLOSED);
        }
        self.structured(from, to, cut, false)
    }

    /// The record that the fields are. A stamp in front of them, a runtime's, is believed before their own.
    pub fn structured(&mut self, from: usize, to: usize, cut: &Cut, broken: bool) -> (Option<Option<Read>>, Found) {
        let base = self.batch.buffer.len();
        let time =
            cut.stamp.filter(|read| read.time.is_some()).map(Some).or_else(|| self.fields.time(&mut self.stamps));
        let mut severity = match self.fields.severity() {
            0 => cut.severity,
            known => known,
        };
        let (service, instance) = (self.fields.service(), self.fields.instance());
        let or_header = |own: Cow<'a, [u8]>, range: (usize, usize), line: &'a [u8]| {
            if own.is_empty() { Cow::Borrowed(&line[range.0.min(line.len())..range.1.min(line.len())]) } else { own }
        };
        let line = &self.bytes[from - cut.message.min(from)..to];
        let service = or_header(service, cut.service, line);
        let instance = or_header(instance, cut.instance, line);
        let (service, instance) = self.names(&service, &instance);
        let message = if broken {
            (self.place(from), self.place(to))
        } else {
            let start = base + self.batch.made.len();
            self.fields.write(&mut self.batch.made, self.form.limits.fields);
            if severity == 0 {
                severity = self.fields.default_severity(&self.batch.made[start - base..]);
            }
            (start as u32, (base + self.batch.made.len()) as u32)
        };
        if self.fields.is_any_doubled() {
            self.complain(ComplaintKind::Duplicate, json::TWICE);
        }
        let named = self.fields.origin().map(|value| self.text(value));
        let header = self.origin(from - cut.message.min(from), cut);
        let or_header = |own: (u32, u32), header: (u32, u32)| if own.0 == own.1 { header } else { own };
        let origin = LogOrigin {
            trace: or_header(named[0], header.trace),
            thread: or_header(named[1], header.thread),
            class: or_header(named[2], header.class),
        };
        (time, Found { severity, message, service, instance, origin, unparsed: broken })
    }

    /// Where the header of the line at `from` says that it was written.
    fn origin(&self, from: usize, cut: &Cut) -> LogOrigin {
        let place = |range: (usize, usize)| (self.place(from + range.0), self.place(from + range.1));
        LogOrigin { trace: place(cut.trace), thread: place(cut.thread), class: place(cut.class) }
    }

    /// Where a value stands in the batch: in its own place, or behind the buffer where its escapes had to be undone.
    fn text(&mut self, value: Cow<'_, [u8]>) -> (u32, u32) {
        let at = (value.as_ptr() as usize).wrapping_sub(self.bytes.as_ptr() as usize);
        if value.is_empty() {
            (0, 0)
        } else if self.bytes.get(at..).is_some_and(|rest| rest.starts_with(&value)) {
            (self.place(at), self.place(at + value.len()))
        } else {
            let start = self.batch.buffer.len() + self.batch.made.len();
            self.batch.made.extend_from_slice(&value);
            (start as u32, (start + value.len()) as u32)
        }
    }

    /// Where a place in the text stands in the batch.
    fn place(&self, at: usize) -> u32 {
        (at + self.shift) as u32
    }

    fn names(&mut self, service: &[u8], instance: &[u8]) -> (u32, u32) {
        self.texts.names(&mut self.batch.texts, service, instance, self.form.file_service.as_deref())
    }

    /// Keeps a record. `time`: `None` where it has none, an inner `None` where it could not be read.
    pub fn keep(&mut self, from: usize, to: usize, time: Option<Option<Read>>, found: Found) {
        let framed = self.outer.and_then(|(_, stamp)| stamp).filter(|read| read.time.is_some());
        let time = framed.map(Some).or(time);
        let raw = self.outer.map_or((from, to), |(outer, _)| outer.raw);
        let moment = time.flatten().and_then(|read| read.time);
        match (time, moment) {
            (_, Some(_)) => {}
            (None, None) => self.complain(ComplaintKind::NoTime, ""),
            (Some(_), None) => self.complain(ComplaintKind::BadTime, "no moment that exists, or one without a date"),
        }
        if let Some(words) = time.flatten().and_then(|read| read.odd.words()) {
            self.complain(ComplaintKind::OddTime, words);
        }
        self.part.coverage.records += 1;
        self.part.coverage.not_understood += u64::from(found.unparsed);
        self.part.starts += 1;
        self.any_record = true;
        self.batch.columns.push(LogColumns {
            time: moment,
            severity: found.severity,
            message: found.message,
            raw: (raw.0 as u32, raw.1 as u32),
            service: found.service,
            instance: found.instance,
            origin: found.origin,
            line: self.number,
            unparsed: found.unparsed,
        });
    }

    fn finish(mut self) -> Part {
        self.scatter();
        let (scattered, line) = self.scattered;
        if scattered >= MISFITS && scattered * MISFIT_SHARE >= self.part.coverage.records {
            let words = "not as the file's first records, in turns with them";
            self.part.coverage.complain_times(ComplaintKind::FormatChange, scattered, line, words);
        }
        self.part.content = if self.batch.columns.is_empty() { Content::Nothing } else { Content::Logs(self.batch) };
        self.part
    }
}

impl Work<'_> {
    /// A document of records: an array, or objects over several lines.
    fn document(&mut self, places: fn(&[u8], usize) -> json::Places) {
        let (places, end) = places(self.bytes, self.form.limits.json_depth);
        let (mut at, mut last) = (0, 0);
        for (from, to) in places {
            self.number += text::newlines(&self.bytes[at..from]);
            at = from;
            let starts = self.part.starts;
            self.check(&self.bytes[from..to]);
            if self.bytes[from] == b'{' {
                let (time, found) = self.object(from, to, &Cut::default());
                self.keep(from, to, time, found);
            } else {
                self.no_object(from, to);
            }
            if starts > 0 && self.number == last {
                self.part.starts = starts;
            }
            last = self.number;
        }
        if let Err((broken_at, broken)) = end {
            self.number += text::newlines(&self.bytes[at..broken_at]);
            self.broken_end(broken_at, broken, last);
        }
        document_lines(self.bytes, &mut self.part);
    }

    fn no_object(&mut self, from: usize, to: usize) {
        self.complain(ComplaintKind::Malformed, "a value that is no JSON object");
        let message = (from as u32, to as u32);
        self.keep(from, to, None, Found { message, unparsed: true, ..Found::default() });
    }

    /// What follows a break is one record that was not understood.
    fn broken_end(&mut self, from: usize, broken: json::Broken, last: u64) {
        let rest = &self.bytes[from..];
        if text::is_blank(rest) {
            return self.complain(ComplaintKind::Malformed, "the document is not closed");
        }
        let starts = self.part.starts;
        let to = self.bytes.len();
        if rest.first() == Some(&b'{') && broken == json::Broken::Syntax {
            let (time, found) = self.object(from, to, &Cut::default());
            self.keep(from, to, time, found);
        } else {
            self.no_object(from, to);
        }
        if starts > 0 && self.number == last {
            self.part.starts = starts;
        }
    }
}

/// The lines of a document: those that begin no record, and are not blank, count as folded.
pub(crate) fn document_lines(bytes: &[u8], part: &mut Part) {
    part.coverage.lines = text::line_count(bytes);
    let blank = Lines::new(bytes).filter(|(from, to)| text::is_blank(&bytes[*from..*to])).count() as u64;
    part.coverage.blank = blank.min(part.coverage.lines - part.starts);
    part.coverage.folded = part.coverage.lines - part.starts - part.coverage.blank;
}

/// A level in a message that has no column for it: among its first words in capitals, in brackets, after `level=`, or
/// in the head of a glog line within another log.
pub(crate) fn guess_level(message: &[u8]) -> u8 {
    if matches!(message, [b'I' | b'W' | b'E' | b'F', b'0'..=b'9', ..]) && Shape::Klog.read(message).is_some() {
        return level::of_letter(message[0]).unwrap_or(0);
    }
    if traces::is_rust_panic(message) {
        return 21;
    }
    if let Some(said) = message.strip_prefix(b"PHP ") {
        return header::leading_level(said).map_or(0, |(severity, _)| severity);
    }
    let (mut at, mut led, mut words) = (0, true, 0);
    for _ in 0..12 {
        let rest = text::after_blanks(&message[at..]);
        let from = message.len() - rest.len();
        let within = &rest[..rest.len().min(40)];
        let length = memchr::memchr3(b' ', b'\t', b'|', within).unwrap_or(within.len());
        let word = &rest[..length];
        // What names a value is no word of a message.
        words += usize::from(words == 0 || !word.contains(&b'='));
        if length == 0 && !rest.starts_with(b"|") || words > 5 {
            return 0;
        }
        let glued = word.starts_with(b"[") && memchr::memmem::find(word, b"][").is_some();
        let found = if glued { groups(word).find_map(level::of_word) } else { level_in(word, led) };
        if let Some(severity) = found {
            return severity;
        }
        led = word.ends_with(b":") || word.is_empty();
        at = (from + length + 1).min(message.len());
    }
    0
}

/// What stands in brackets that are glued together: `[1][warning][main]`.
fn groups(word: &[u8]) -> impl Iterator<Item = &[u8]> {
    word.split(|b| matches!(b, b'[' | b']')).filter(|inner| !inner.is_empty())
}

/// The level that a word is: `ERROR`, `[warn]`, `ERROR:`, `level=info`; in small letters only in brackets, or before a
/// colon where a message or what leads it begins.
fn level_in(word: &[u8], led: bool) -> Option<u8> {
    // Most words are told by their first byte: this runs over each of a line's first.
    if !led && matches!(word.first(), None | Some(b'0'..=b'9' | b'b'..=b'k' | b'm'..=b'r' | b't'..=b'z')) {
        return None;
    }
    let word = word.strip_prefix(b"##").unwrap_or(word);
    for key in [&b"level="[..], b"lvl=", b"severity=", b"[level=", b"at="] {
        if let Some(value) = word.strip_prefix(key) {
            let value = value.strip_suffix(b"]").unwrap_or(value);
            return level::of_word(value.strip_prefix(b"\"").unwrap_or(value));
        }
    }
    let opened = matches!(word.first(), Some(b'[' | b'(' | b'<'));
    let inner = &word[usize::from(opened)..];
    let length = inner.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (name, after) = (inner.get(..length)?, inner.get(length));
    let shouted = length >= 3
        && name.iter().all(u8::is_ascii_uppercase)
        && !matches!(name, b"LOG" | b"NOTE" | b"FAIL" | b"CONFIG");
    let closed = opened && matches!(after, Some(b']' | b')' | b'>'));
    let leads = led && after == Some(&b':') && inner.len() == length + 1;
    let ends = matches!(after, None | Some(b':' | b']' | b')' | b'>' | b',' | b'/'));
    if (shouted && ends) || closed || leads { level::of_word(name) } else { None }
}

/// So many pairs of names are found without a search: the next record is often of one of the last.
const RECENT: usize = 16;

/// A service's name and an instance's, one after the other, how long the first is, and their numbers.
#[derive(Debug)]
struct Pair {
    both: Vec<u8>,
    length: usize,
    numbers: (u32, u32),
}

/// Services and instances named in one chunk, each once.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    known: FxHashMap<Vec<u8>, u32>,
    /// By the last bytes of both.
    recent: [Option<Pair>; RECENT],
}

impl Texts {
    /// The numbers of a service and an instance. A pod that names no service is of the one that its name tells,
    /// anything else of the file's.
    pub fn names(
        &mut self,
        texts: &mut Vec<String>,
        service: &[u8],
        instance: &[u8],
        file: Option<&str>,
    ) -> (u32, u32) {
        let ends = |name: &[u8]| usize::from(name.last().copied().unwrap_or_default()) + name.len();
        let place = (ends(service) ^ ends(instance)) % RECENT;
        if let Some(Pair { both, length, numbers }) = &self.recent[place]
            && *length == service.len()
            && both.len() == service.len() + instance.len()
            // Names are short: a loop is faster than a call.
            && both.iter().eq(service.iter().chain(instance))
        {
            return *numbers;
        }
        let pod = || std::str::from_utf8(instance).ok().and_then(places::service_of_pod).map(str::as_bytes);
        let whose = if service.is_empty() { pod().or(file.map(str::as_bytes)).unwrap_or_default() } else { service };
        let numbers = (self.number(texts, whose), self.number(texts, instance));
        self.recent[place] = Some(Pair { both: [service, instance].concat(), length: service.len(), numbers });
        numbers
    }

    fn number(&mut self, texts: &mut Vec<String>, text: &[u8]) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.known.get(text) {
            return *number;
        }
        let number = texts.len() as u32;
        texts.push(String::from_utf8_lossy(text).into_owned());
        self.known.insert(text.to_vec(), number);
        number
    }
}
