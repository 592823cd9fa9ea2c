//! Opening a source: what is it compressed with, which form has it, what does its beginning teach.
//!
//! Refuses to know how evidence from several sources is put in order; it only tells what its first stamps are, so that
//! the caller can. Read [`Opened`] first.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use evidence::{Civil, ComplaintKind, FileCoverage, Time};

use crate::chunk::Chunk;
use crate::cut::Cutter;
use crate::decompress::{Bytes, Input};
use crate::discover::Source;
use crate::form::{Family, Form, Head, Unit};
use crate::part::{Content, Part, parse};
use crate::settings::{Given, Settings};
use crate::text::{self, Lines, Nature};
use crate::watched::Watched;
use crate::years;

/// So many bytes of a source are read to find its form and learn its header.
pub const SAMPLE_BYTES: usize = 1 << 20;
/// So many bytes of it are kept to tell its first stamps.
const OPENING_BYTES: usize = 64 << 10;
/// So many first stamps are told.
const FIRST_STAMPS: usize = 4;
/// The year of stamps without one where nothing at all tells it: a leap year.
const NO_YEAR: i32 = 1972;

/// A source that can be read.
pub struct Opened {
    source: Source,
    form: Form,
    cutter: Cutter,
    opening: Chunk,
    modified: Option<Time>,
    year: Option<i32>,
    year_base: Option<Time>,
    begun: bool,
    /// The file, until it was read to its end.
    watched: Option<Watched>,
    /// What happened to it meanwhile.
    happened: Option<(ComplaintKind, String)>,
}

/// Where the year of stamps without one comes from.
enum YearFrom {
    Setting,
    Evidence,
    Modified,
    Nowhere,
}

/// Opens a file, decompresses it, finds its form and learns its header.
///
/// # Errors
/// What cannot be read at all: a complaint about the file, to be told with the others. Standard input is read through
/// [`open_stdin`].
pub fn open(source: &Source, settings: &Settings) -> Result<Opened, FileCoverage> {
    let refuse = |words: String| refused(source, "", ComplaintKind::Unreadable, words);
    if source.is_stdin() {
        return Err(refuse("standard input is given to open_stdin".into()));
    }
    let file = File::open(&source.path).map_err(|e| refuse(e.to_string()))?;
    let about = file.metadata().map_err(|e| refuse(e.to_string()))?;
    let modified = about.modified().ok().and_then(|m| m.duration_since(UNIX_EPOCH).ok());
    let modified = modified.map(|since| Time::from_seconds(since.as_secs() as i64));
    if !about.is_file() {
        return begin(Box::new(file), source, settings, modified);
    }
    let watched = Watched::of(file, about.len());
    let opened = begin(Box::new(watched.clone()), source, settings, modified)?;
    Ok(Opened { watched: Some(watched), ..opened })
}

/// Opens a stream: standard input, a pipe. It is read once.
///
/// # Errors
/// As [`open`].
pub fn open_stdin(
    input: impl std::io::Read + Send + 'static,
    source: &Source,
    settings: &Settings,
) -> Result<Opened, FileCoverage> {
    begin(Box::new(input), source, settings, None)
}

fn refused(source: &Source, kind: &str, complaint: ComplaintKind, words: impl Into<String>) -> FileCoverage {
    let mut coverage = FileCoverage { path: source.name.clone(), kind: kind.to_string(), ..FileCoverage::default() };
    coverage.complain(complaint, 0, words);
    coverage
}

/// Bytes of sources as they lie on disk or come in, read so far by this process: for the eye alone, nothing depends on it.
static READ: AtomicU64 = AtomicU64::new(0);

/// How many bytes of sources were read so far, compressed as they are.
pub fn bytes_read() -> u64 {
    READ.load(Ordering::Relaxed)
}

/// Notes how much is read of a source.
struct Noted(Bytes);

impl std::io::Read for Noted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(into)?;
        READ.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

fn begin(raw: Bytes, source: &Source, settings: &Settings, modified: Option<Time>) -> Result<Opened, FileCoverage> {
    let mut input =
        Input::new(Box::new(Noted(raw)), &settings.limits).map_err(|(kind, words)| refused(source, "", kind, words))?;
    let mut bytes = vec![0; SAMPLE_BYTES];
    let length = input.fill(&mut bytes);
    bytes.truncate(length);
    if bytes.is_empty() {
        let (kind, words) = input.stopped().cloned().unwrap_or((ComplaintKind::Empty, String::new()));
        return Err(refused(source, "", kind, words));
    }
    if is_tar(&bytes) {
        let words = "a tar archive, not read: unpack it first (tar -xf)";
        return Err(refused(source, "", ComplaintKind::UnknownForm, words));
    }
    match text::nature(&bytes) {
        Nature::Text => {}
        Nature::Binary => return Err(refused(source, "", ComplaintKind::Binary, "")),
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let head = Head { bytes: text, whole: length < SAMPLE_BYTES, name: &source.name };
    let form = form_of(&head, source, settings)?;
    let opening = opening(text, &form, source, head.whole);
    let cutter = Cutter::new(input, text, form.clone(), source.number, &settings.limits);
    let (source, year) = (source.clone(), settings.year);
    Ok(Opened {
        source,
        form,
        cutter,
        opening,
        modified,
        year,
        year_base: None,
        begun: false,
        watched: None,
        happened: None,
    })
}

/// Whether it begins as a tar archive: its magic number stands in the first block, between texts that NUL bytes end
/// (POSIX.1, pax); runs of them were passed over.
fn is_tar(bytes: &[u8]) -> bool {
    let block = &bytes[..bytes.len().min(512)];
    memchr::memmem::find(block, b"ustar").is_some() && block.contains(&0)
}

fn form_of(head: &Head<'_>, source: &Source, settings: &Settings) -> Result<Form, FileCoverage> {
    if let (Given::Guess, Some(words)) = (source.given, table_of_kubectl(head)) {
        return Err(refused(source, "", ComplaintKind::UnknownForm, words));
    }
    let Some(form) = Form::of(head, source.given, settings) else {
        let words = match source.given.family() {
            Some(family) => format!("given as {}, and not like any of them that is known here", family.words()),
            None if text::is_blank(head.bytes) => {
                let words = if head.whole { "only blank lines" } else { "only blank lines in its first megabyte" };
                return Err(refused(source, "", ComplaintKind::Empty, words));
            }
            None => String::new(),
        };
        return Err(refused(source, "", ComplaintKind::UnknownForm, words));
    };
    if form.family() == Family::Incident {
        let words = "an incident, not evidence: ask it with --incident";
        return Err(refused(source, form.kind(), ComplaintKind::NotJudged, words));
    }
    Ok(form)
}

/// What to do with a table that `kubectl get` prints: it has ages where evidence needs times.
fn table_of_kubectl(head: &Head<'_>) -> Option<&'static str> {
    let first = head.lines(1).first().copied()?;
    let words: Vec<&[u8]> = first.split(|b| *b == b' ').filter(|w| !w.is_empty()).collect();
    let words = words.strip_prefix(&[&b"NAMESPACE"[..]]).unwrap_or(&words);
    let begins = |with: &[&[u8]]| words.starts_with(with);
    if begins(&[b"LAST", b"SEEN", b"TYPE", b"REASON", b"OBJECT"]) {
        return Some("a table of kubectl's, with ages for times: take kubectl get events -o json");
    }
    let ages = begins(&[b"NAME"]) && words.contains(&&b"AGE"[..]);
    ages.then_some("a table of kubectl's, with ages for times: take kubectl get … -o json")
}

/// The first lines of a source as a chunk of their own; nothing of a document that is longer than the sample.
fn opening(text: &[u8], form: &Form, source: &Source, whole: bool) -> Chunk {
    let document = form.reading().unit() == Unit::Document;
    let bytes = match memchr::memrchr(b'\n', &text[..text.len().min(OPENING_BYTES)]) {
        _ if document && !whole => &[],
        _ if document || text.len() <= OPENING_BYTES => text,
        Some(end) => &text[..=end],
        None => &[],
    };
    Chunk { source: source.number, index: 0, first_line: 1, bytes: bytes.into(), year_base: None }
}

impl Opened {
    /// The source.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Its form. Cheap to clone, for the threads that parse.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// When the file was last changed; `None` for streams.
    pub fn modified(&self) -> Option<Time> {
        self.modified
    }

    /// Where stamps have no year: the source's first date, with the year 0. `None` where they have one.
    pub fn yearless_first(&self) -> Option<Civil> {
        if !self.form.needs_year() {
            return None;
        }
        let bytes = &self.opening.bytes;
        Lines::new(bytes).find_map(|(from, to)| self.form.reading().yearless(&bytes[from..to]))
    }

    /// Says near which moment the first stamp lies, for a source whose stamps have no year: the first stamp of another
    /// source, say. Call it before [`Opened::next_chunk`]; without it the year is the last in which the first stamp is
    /// not later than the file's last change. A year in the settings stands above both.
    pub fn set_year_base(&mut self, near: Time) {
        self.year_base = Some(near);
    }

    /// Another size for its chunks; call it before [`Opened::next_chunk`].
    pub(crate) fn cut_at(&mut self, chunk_bytes: usize) {
        self.cutter.cut_at(chunk_bytes);
    }

    /// The stamps of its first records, up to four, in the order in which they stand there; of rows with many points
    /// one a row. For [`evidence::Order::new`]. May be empty for a document that is longer than the sample.
    pub fn first_stamps(&self) -> Vec<Time> {
        let mut chunk = self.opening.clone();
        chunk.year_base = self.first_moment().map(|(time, _)| time);
        stamps_of(&parse(&self.form, &chunk))
    }

    /// The next chunk, in order; `None` at the end.
    pub fn next_chunk(&mut self) -> Option<Chunk> {
        if !self.begun {
            self.begun = true;
            if let Some((time, _)) = self.first_moment() {
                self.cutter.set_years(time);
            }
        }
        let chunk = self.cutter.next();
        if chunk.is_none()
            && let Some(watched) = self.watched.take()
        {
            self.happened = watched.told();
        }
        chunk
    }

    /// What reading met so far: complaints about the file as a whole, and lines that were cut. Complete once
    /// [`Opened::next_chunk`] gave `None`; what parsing finds stands in the parts.
    pub fn coverage(&self) -> FileCoverage {
        let mut coverage = self.cutter.coverage.clone();
        coverage.path = self.source.name.clone();
        coverage.kind = self.form.kind().to_string();
        if let Some((kind, words)) = &self.happened {
            coverage.complain(*kind, 0, words.clone());
        }
        if let Some((time, from)) = self.first_moment() {
            let year = time.civil().year;
            let words = match from {
                YearFrom::Setting => return coverage,
                YearFrom::Evidence => format!("{year}, from the other evidence"),
                YearFrom::Modified => format!("{year}, from when the file was last changed"),
                YearFrom::Nowhere => format!("{year} for want of any: give the year of the first line"),
            };
            coverage.complain(ComplaintKind::YearTaken, 0, words);
        }
        coverage
    }

    /// Where stamps have no year: the moment of the first, and where its year is from.
    fn first_moment(&self) -> Option<(Time, YearFrom)> {
        let first = self.yearless_first()?;
        let in_year = |year: i32| Civil { year, ..first }.utc();
        let setting = self.year.and_then(in_year).map(|t| (t, YearFrom::Setting));
        let evidence = || self.year_base.and_then(|near| years::nearest(first, near)).map(|t| (t, YearFrom::Evidence));
        let modified = || self.modified.and_then(|end| years::last_before(first, end)).map(|t| (t, YearFrom::Modified));
        setting.or_else(evidence).or_else(modified).or_else(|| in_year(NO_YEAR).map(|t| (t, YearFrom::Nowhere)))
    }
}

fn stamps_of(part: &Part) -> Vec<Time> {
    let times: Vec<Time> = match &part.content {
        Content::Logs(batch) => batch.columns.iter().filter_map(|c| c.time).take(FIRST_STAMPS).collect(),
        Content::Points(points) => {
            let mut rows: Vec<(u64, Time)> = points.rows.iter().map(|p| (p.line, p.time)).collect();
            rows.dedup_by_key(|(line, _)| *line);
            rows.into_iter().map(|(_, time)| time).take(FIRST_STAMPS).collect()
        }
        Content::Spans(spans) => spans.iter().map(|s| s.span.end).take(FIRST_STAMPS).collect(),
        Content::Changes(changes) => changes.iter().map(|c| c.time).take(FIRST_STAMPS).collect(),
        Content::Alerts(alerts, _) => alerts.iter().map(|a| a.starts_at).take(FIRST_STAMPS).collect(),
        Content::Rules(_) | Content::Nothing => Vec::new(),
    };
    times
}
