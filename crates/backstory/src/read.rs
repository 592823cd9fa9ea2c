//! Evidence is read: sources found, opened, given a year where their stamps have none, taken apart by many threads and
//! put in order by one.

use std::sync::Arc;

use evidence::{Alert, AlertSilence, ChangeEvent, ComplaintKind, Coverage, FileCoverage, Names, SeriesTable, Time};
use ingest::{Argument, Opened, Source};
use ledger::{Kept, Limits, Spool};
use signal::detectors::{Tables, Texts};
use signal::templates::Shapes;

use crate::config::Settings;
use crate::failure::Failure;
use crate::progress::progress;
use crate::stitch::{Seen, Sketches, Stitched};
use crate::workers::{Task, run};

/// So many sources are kept open at once; beyond, each is opened again when its turn comes.
const OPEN_MAX: usize = 64;

/// Everything that was read, in order of time.
pub struct Evidence {
    /// Names.
    pub names: Names,
    /// Series.
    pub series: SeriesTable,
    /// Shapes.
    pub shapes: Shapes,
    /// For each shape, by its number, where its records stand.
    pub seen: Vec<Seen>,
    /// The sources as the user named them, by number.
    pub sources: Vec<String>,
    /// Which of the sources is a repository: what it tells explains, and raises nothing.
    pub repository: Option<u32>,
    /// The spool.
    pub kept: Kept,
    /// Changes, by the moment at which they could have an effect.
    pub changes: Vec<ChangeEvent>,
    /// Delivered alerts.
    pub alerts: Vec<Alert>,
    /// What kept alerts from being delivered.
    pub alert_silences: Vec<AlertSilence>,
    /// What was read.
    pub coverage: Coverage,
    /// First and last believed time of telemetry.
    pub span: Option<(Time, Time)>,
    /// Parts that were lost: path, first and last line.
    pub lost: Vec<(String, u64, u64)>,
    /// Sources of log records without any time.
    pub untimed: Vec<String>,
    /// What the places of shapes held, by shape and place, if that was asked for.
    pub sketches: Option<Sketches>,
}

/// What to read beyond the sources.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Whether to keep every record's shape.
    pub keep_lines: bool,
    /// Whether to look at what the places of log lines hold.
    pub sketches: bool,
    /// A part that is made to panic: which part of which source, by name.
    pub broken: Option<(String, u64)>,
    /// Whether nothing is said of how far reading has come.
    pub quiet: bool,
}

struct Spooled<'a>(&'a Kept);

impl Texts for Spooled<'_> {
    fn text(&self, offset: u64) -> Option<String> {
        self.0.text(offset)
    }
}

impl Evidence {
    /// Gives the tables to `with`: what names and numbers of this run mean.
    pub fn with_tables<T>(&self, with: impl FnOnce(Tables<'_>) -> T) -> T {
        let texts = Spooled(&self.kept);
        with(Tables {
            names: &self.names,
            series: &self.series,
            shapes: &self.shapes,
            sources: &self.sources,
            texts: &texts,
        })
    }
}

/// Reads everything behind the arguments.
///
/// # Errors
/// Nothing at all could be read, or the spool could not be written.
pub fn read(arguments: &[Argument], settings: &Settings, reading: &Reading) -> Result<Evidence, Failure> {
    let how = settings.reading()?;
    let discovered = ingest::discover(arguments, &how);
    let mut complaints = discovered.complaints;
    let sources: Vec<Source> = discovered.sources;
    let paths: Vec<String> = sources.iter().map(|s| s.name.clone()).collect();
    let _progress = progress(on_disk(&sources), reading.quiet);
    let opened = open_all(sources, &how, &mut complaints);
    if opened.is_empty() {
        return Err(nothing(&complaints));
    }
    let spool = Spool::new(Limits {
        memory_bytes: settings.memory_mb.value << 20,
        disk_bytes: settings.disk_mb.value << 20,
        folder: settings.folder.value.clone(),
    });
    let tables =
        (Names::new(settings.names.value), SeriesTable::new(settings.series.value), Shapes::new(settings.shapes.value));
    let mut stitched = Stitched::new(tables.0, tables.1, tables.2, spool, &paths);
    stitched.keep_lines = reading.keep_lines;
    stitched.sketches = reading.sketches.then(Sketches::new);
    let given = settings.given()?;
    let left_out = given.left_out();
    let task = Task { given: Arc::new(given), sketches: reading.sketches };
    let broken = reading.broken.as_ref().and_then(|(name, part)| {
        let number = paths.iter().position(|p| p == name || p.ends_with(&format!("/{name}")))?;
        Some((number as u32, *part))
    });
    run(opened, &task, settings.thread_count(), broken, |step| stitched.step(step));
    let mut evidence = finish(stitched, paths, complaints)?;
    if left_out > 0 {
        evidence.coverage.limits.insert("GIVEN_MAX".to_string(), left_out);
    }
    Ok(evidence)
}

/// How many bytes there are to read; unknown where a pipe is among the sources.
fn on_disk(sources: &[Source]) -> Option<u64> {
    sources
        .iter()
        .map(|source| std::fs::metadata(&source.path).ok().filter(|_| !source.is_stdin()))
        .map(|about| about.map(|about| about.len()))
        .sum()
}

/// Opens every source; those whose stamps have no year get one from the others.
pub(crate) fn open_all(
    sources: Vec<Source>,
    how: &ingest::Settings,
    complaints: &mut Vec<FileCoverage>,
) -> Vec<Pending> {
    let mut pending = Vec::new();
    let mut dated: Option<Time> = None;
    for source in sources {
        let opened = if source.is_stdin() {
            ingest::open_stdin(std::io::stdin(), &source, how)
        } else {
            ingest::open(&source, how)
        };
        match opened {
            Ok(opened) => {
                if opened.yearless_first().is_none()
                    && let Some(first) = opened.first_stamps().first()
                {
                    dated = Some(dated.map_or(*first, |d| d.min(*first)));
                }
                pending.push(Pending::Open(Box::new(opened)));
            }
            Err(complaint) => complaints.push(complaint),
        }
        if pending.len() > OPEN_MAX
            && let Some(Pending::Open(opened)) = pending.pop()
        {
            pending.push(if opened.source().is_stdin() {
                Pending::Open(opened)
            } else {
                Pending::Again(opened.source().clone(), how.clone(), None)
            });
        }
    }
    if how.year.is_none() {
        for pending in &mut pending {
            pending.near(dated);
        }
    }
    pending
}

/// A source that waits for its turn.
pub enum Pending {
    /// Open.
    Open(Box<Opened>),
    /// To be opened again: how, and near which moment its stamps lie if they have no year.
    Again(Source, ingest::Settings, Option<Time>),
}

impl Pending {
    fn near(&mut self, dated: Option<Time>) {
        match self {
            Pending::Open(opened) => {
                if let (Some(_), Some(near)) = (opened.yearless_first(), dated) {
                    opened.set_year_base(near);
                }
            }
            Pending::Again(_, _, near) => *near = dated,
        }
    }

    /// The number of the source.
    pub fn source(&self) -> u32 {
        match self {
            Pending::Open(opened) => opened.source().number,
            Pending::Again(source, ..) => source.number,
        }
    }

    /// The open source.
    ///
    /// # Errors
    /// It could be opened before and cannot now: the complaint.
    pub fn open(self) -> Result<Box<Opened>, FileCoverage> {
        match self {
            Pending::Open(opened) => Ok(opened),
            Pending::Again(source, how, near) => {
                let mut opened = ingest::open(&source, &how)?;
                if let (Some(_), Some(near)) = (opened.yearless_first(), near) {
                    opened.set_year_base(near);
                }
                Ok(Box::new(opened))
            }
        }
    }
}

fn nothing(complaints: &[FileCoverage]) -> Failure {
    let mut what: Vec<String> = Vec::new();
    for file in complaints.iter().take(8) {
        for (kind, complaint) in &file.complaints {
            let detail = if complaint.detail.is_empty() { String::new() } else { format!(" ({})", complaint.detail) };
            what.push(format!("{}: {kind}{detail}", file.path));
        }
    }
    if complaints.len() > 8 {
        what.push(format!("and {} more", complaints.len() - 8));
    }
    if what.is_empty() {
        what.push("nothing to read was found".into());
    }
    Failure::evidence(
        what.join("\n"),
        "give files or folders with logs, metrics, traces or changes, or - for standard input",
    )
}

fn finish(mut stitched: Stitched, paths: Vec<String>, complaints: Vec<FileCoverage>) -> Result<Evidence, Failure> {
    if let Some(error) = stitched.failed() {
        return Err(Failure::from(error));
    }
    let kept = stitched.spool.finish()?;
    let mut span = stitched.believed;
    for time in [kept.spans_from(), kept.spans_to()].into_iter().flatten() {
        span = Some(span.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
    }
    let mut coverage = Coverage { rules: stitched.rules, ..Coverage::default() };
    let mut limit = |name: &str, dropped: u64| {
        if dropped > 0 {
            coverage.limits.insert(name.to_string(), dropped);
        }
    };
    limit("limits.names", stitched.names.refused());
    limit("limits.series", stitched.series.refused());
    limit("limits.shapes", stitched.shapes.refused());
    limit("limits.sketches", stitched.sketches_refused);
    limit("limits.disk_mb", kept.dropped());
    coverage.files = stitched.coverage;
    let odd = [(ComplaintKind::Duplicate, kept.duplicate_spans()), (ComplaintKind::Unbelieved, kept.held_spans())];
    for (kind, source, spans) in
        odd.into_iter().flat_map(|(kind, by)| by.iter().map(move |(s, spans)| (kind, s, spans)))
    {
        let detail = format!("trace {:032x}, span {:016x}", spans.ids.0, spans.ids.1);
        coverage.files[*source as usize].complain_times(kind, spans.count, spans.line, detail);
    }
    for (source, ahead) in stitched.clocks.ahead() {
        let name = |name| Some(stitched.names.text(name)).filter(|text| !text.is_empty()).unwrap_or("a service");
        let seconds = ahead.most / evidence::SECOND;
        let detail = format!("{} up to {seconds} s before {}", name(ahead.called), name(ahead.caller));
        let coverage = &mut coverage.files[*source as usize];
        coverage.complain_times(ComplaintKind::ClocksDisagree, ahead.count, ahead.line, detail);
    }
    // A source that could not be opened is among the complaints already, with what was found out about it.
    coverage.files.retain(|file| !complaints.iter().any(|c| c.path == file.path));
    coverage.files.extend(complaints);
    coverage.files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut changes = stitched.changes;
    changes.sort_by(|a, b| {
        let key = |c: &ChangeEvent| (c.known_at(), c.source, c.record);
        key(a).cmp(&key(b))
    });
    let untimed =
        |f: &&FileCoverage| f.records > 0 && f.count(ComplaintKind::NoTime) == f.records && f.kind.starts_with("log");
    let untimed = coverage.files.iter().filter(untimed).map(|f| f.path.clone()).collect();
    Ok(Evidence {
        names: stitched.names,
        series: stitched.series,
        shapes: stitched.shapes,
        seen: stitched.seen,
        sources: paths,
        repository: None,
        kept,
        changes,
        alerts: stitched.alerts,
        alert_silences: stitched.alert_silences,
        coverage,
        span,
        lost: stitched.lost,
        untimed,
        sketches: stitched.sketches,
    })
}
