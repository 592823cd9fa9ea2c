//! `backstory formats`

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use evidence::{ChangeEvent, ComplaintKind, Coverage, FileCoverage, LogRecord};
use ingest::{Chunk, Content, Family, Opened, PointBatch, SpanRecord};
use tell::{FormRow, FormatsDocument, OddLine, RecordPart, TakenApart};

use super::evidence::EvidenceArgs;
use super::output::{Form, OutputArgs};
use super::patterns::severity;
use super::tell::quoted;
use super::terminal::width;
use crate::failure::Failure;
use crate::read::open_all;

/// Show what is understood of files: their form, three records taken apart, and what was not
///
/// The first thing to type where a story says less than it should. Reads each file to its end and keeps nothing.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  backstory formats app.log\n  kubectl logs deploy/checkout | backstory formats -\n  backstory formats --logs odd.txt --output json"
)]
pub struct Args {
    #[command(flatten)]
    evidence: EvidenceArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// So many records are taken apart, and so many odd lines told.
const SHOWN: usize = 3;
/// So many lines of a file are looked at again to find which of them are odd.
const LOOKED_AT: usize = 20_000;

/// Runs the command.
///
/// # Errors
/// The call's words are off, or no form of any file is known.
pub fn run(args: &Args) -> Result<(), Failure> {
    let form = args.output.form("formats", &[Form::Text, Form::Json])?;
    let settings = args.evidence.settings()?;
    let voice = settings.voice()?;
    let how = settings.reading()?;
    let discovered = ingest::discover(&args.evidence.arguments()?, &how);
    let mut complaints = discovered.complaints;
    let mut files = Vec::new();
    for pending in open_all(discovered.sources, &how, &mut complaints) {
        match pending.open() {
            Ok(opened) => files.push(Study::of(*opened)),
            Err(complaint) => complaints.push(complaint),
        }
    }
    let none = files.is_empty();
    files.extend(complaints.into_iter().map(unknown));
    files.sort_by(|a, b| a.1.path.cmp(&b.1.path));
    let (rows, covered): (Vec<FormRow>, Vec<FileCoverage>) = files.into_iter().unzip();
    let coverage = Coverage { files: covered, ..Coverage::default() };
    let document = FormatsDocument { files: &rows, coverage: &coverage };
    let text = match form {
        Form::Json => tell::formats_document(&document, &voice),
        _ => tell::formats_text(&document, &voice, width()),
    };
    args.output.write(&text, form)?;
    if none {
        return Err(Failure::evidence("nothing of it has a form that is known here", ""));
    }
    Ok(())
}

/// A file of which nothing was understood, and what would help.
fn unknown(coverage: FileCoverage) -> (FormRow, FileCoverage) {
    let path = quoted(&coverage.path);
    let helps = |kind: &ComplaintKind| match kind {
        ComplaintKind::UnknownForm => Some(format!(
            "--logs {path} reads any text as a log; --metrics, --traces, --changes and --alerts say what else it is"
        )),
        ComplaintKind::Binary => Some("give it as text; .gz is read as it is, other packings must be unpacked".into()),
        ComplaintKind::NotJudged => Some(format!("backstory tell EVIDENCE --incident {path}")),
        ComplaintKind::BrokenCompression => Some("gzip -t says where it breaks; copy it again".into()),
        ComplaintKind::Bomb => Some("limits.decompressed_mb and limits.ratio in backstory.toml allow more".into()),
        ComplaintKind::TooManyFiles => Some("limits.files and limits.depth in backstory.toml allow more".into()),
        _ => None,
    };
    let advice = coverage.complaints.keys().filter_map(helps).collect();
    (FormRow { path: coverage.path.clone(), advice, ..FormRow::default() }, coverage)
}

/// One file while it is read.
struct Study {
    form: ingest::Form,
    coverage: FileCoverage,
    /// The first records whose variety no earlier one has, and the first of all others.
    varied: Vec<TakenApart>,
    others: Vec<TakenApart>,
    varieties: BTreeSet<String>,
    odd: Vec<OddLine>,
    looked_at: usize,
    untimed: u64,
}

impl Study {
    fn of(mut opened: Opened) -> (FormRow, FileCoverage) {
        let mut study = Study {
            form: opened.form().clone(),
            coverage: FileCoverage::default(),
            varied: Vec::new(),
            others: Vec::new(),
            varieties: BTreeSet::new(),
            odd: Vec::new(),
            looked_at: 0,
            untimed: 0,
        };
        while let Some(chunk) = opened.next_chunk() {
            study.chunk(&chunk);
        }
        let mut coverage = opened.coverage();
        coverage.add(&study.coverage);
        let row = FormRow {
            path: coverage.path.clone(),
            format: Some(study.form.format().name.to_string()),
            about: first_sentence(&study.form.format().manual()),
            learnt: study.form.learnt(),
            advice: study.advice(&coverage),
            records: study.shown(),
            odd: study.odd,
        };
        (row, coverage)
    }

    fn chunk(&mut self, chunk: &Chunk) {
        let parsed = std::panic::catch_unwind(AssertUnwindSafe(|| ingest::parse(&self.form, chunk)));
        let Ok(part) = parsed else {
            let lines = chunk.bytes.split_inclusive(|b| *b == b'\n').count() as u64;
            self.coverage.complain_times(ComplaintKind::LostPart, lines, chunk.first_line, "the reader panicked");
            self.coverage.lines += lines;
            return;
        };
        self.coverage.add(&part.coverage);
        match &part.content {
            Content::Logs(batch) => batch.records().for_each(|record| self.log(&record)),
            Content::Points(batch) => self.points(batch),
            Content::Spans(spans) => spans.iter().for_each(|span| self.span(span)),
            Content::Changes(changes) => changes.iter().for_each(|change| self.change(change)),
            Content::Alerts(alerts, silences) => {
                alerts.iter().for_each(|alert| self.alert(alert));
                silences.iter().for_each(|silence| self.silence(silence));
            }
            Content::Rules(_) | Content::Nothing => {}
        }
        self.quote(chunk);
        if self.odd.len() < SHOWN && part.coverage.complaints.keys().any(|kind| !kind.is_note()) {
            self.look_again(chunk, &part);
        }
    }

    /// Puts the line beside each record of a chunk that has none yet.
    fn quote(&mut self, chunk: &Chunk) {
        for taken in self.varied.iter_mut().chain(&mut self.others) {
            if taken.raw.is_empty() && taken.line >= chunk.first_line {
                let line = chunk.bytes.split(|b| *b == b'\n').nth((taken.line - chunk.first_line) as usize);
                taken.raw = line.map_or_else(String::new, text);
            }
        }
    }

    /// Keeps a record if none of its variety was kept, or few were kept at all. The record is taken apart only then.
    /// One without a variety comes behind all that have one.
    fn offer(&mut self, variety: Option<&str>, taken: impl FnOnce() -> TakenApart) {
        let fresh = variety.filter(|v| self.varied.len() < SHOWN && !self.varieties.contains(*v));
        if let Some(variety) = fresh {
            self.varieties.insert(variety.to_string());
            self.varied.push(taken());
        } else if self.others.len() < SHOWN {
            self.others.push(taken());
        }
    }

    /// The records to tell: of as many varieties as there are, in the order in which they stand there.
    fn shown(&mut self) -> Vec<TakenApart> {
        let mut shown = std::mem::take(&mut self.varied);
        let room = SHOWN - shown.len();
        shown.extend(self.others.drain(..).take(room));
        shown.sort_by_key(|taken| taken.line);
        shown
    }

    fn log(&mut self, record: &LogRecord<'_>) {
        self.untimed += u64::from(record.time().is_none());
        if record.unparsed() {
            return;
        }
        let level = severity(record.severity());
        self.offer(record.time().map(|_| level), || TakenApart {
            line: record.line(),
            raw: text(record.raw()),
            parts: parts([
                ("time", record.time().map(|t| t.to_string()).unwrap_or_default()),
                ("level", level.to_string()),
                ("service", record.service().to_string()),
                ("instance", record.instance().to_string()),
                ("trace", text(record.trace())),
                ("thread", text(record.thread())),
                ("class", text(record.class())),
                ("message", text(record.message())),
            ]),
        });
    }

    fn points(&mut self, batch: &PointBatch) {
        for point in &batch.rows {
            let series = &batch.series[point.series as usize];
            self.offer(Some(&series.metric), || TakenApart {
                line: point.line,
                raw: String::new(),
                parts: parts([
                    ("time", point.time.to_string()),
                    ("service", series.service.clone()),
                    ("instance", series.instance.clone()),
                    ("metric", series.metric.clone()),
                    ("labels", series.labels.clone()),
                    ("value", evidence::six(point.value).to_string()),
                ]),
            });
        }
    }

    fn span(&mut self, SpanRecord { span, line, .. }: &SpanRecord) {
        self.offer(Some(&format!("{} {}", span.service, span.name)), || TakenApart {
            line: *line,
            raw: String::new(),
            parts: parts([
                ("start", span.start.to_string()),
                ("took", format!("{} ms", evidence::six(span.duration() as f64 / 1e6))),
                ("service", span.service.clone()),
                ("instance", span.instance.clone()),
                ("operation", span.name.clone()),
                ("failed", if span.failed { "yes" } else { "no" }.to_string()),
                ("trace", format!("{:032x}", span.trace)),
                ("span", format!("{:016x}", span.id)),
                ("parent", span.parent.map(|p| format!("{p:016x}")).unwrap_or_default()),
            ]),
        });
    }

    fn change(&mut self, change: &ChangeEvent) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        self.offer(Some(&change.kind.to_string()), || TakenApart {
            line: change.line,
            raw: String::new(),
            parts: parts([
                ("time", change.time.to_string()),
                ("kind", change.kind.to_string()),
                ("service", text(&change.service)),
                ("ref", text(&change.reference)),
                ("summary", text(&change.summary)),
                ("files", change.files.join(", ")),
                ("deployed", change.deployed_at.map(|t| t.to_string()).unwrap_or_default()),
                ("environment", text(&change.environment)),
            ]),
        });
    }

    fn alert(&mut self, alert: &evidence::Alert) {
        self.offer(Some(&alert.name), || TakenApart {
            line: 0,
            raw: String::new(),
            parts: parts([
                ("alert", alert.name.clone()),
                ("service", alert.service.clone().unwrap_or_default()),
                ("from", alert.starts_at.to_string()),
                ("to", alert.ends_at.map(|t| t.to_string()).unwrap_or_default()),
            ]),
        });
    }

    fn silence(&mut self, silence: &evidence::AlertSilence) {
        self.offer(Some(&silence.to_string()), || TakenApart {
            line: 0,
            raw: String::new(),
            parts: parts([
                ("silence", silence.to_string()),
                ("comment", silence.comment.clone()),
                ("from", silence.starts_at.to_string()),
                ("to", silence.ends_at.map(|t| t.to_string()).unwrap_or_default()),
            ]),
        });
    }

    /// Which lines of a chunk are odd: each is read again alone. Of a document the complaints' first lines are.
    fn look_again(&mut self, chunk: &Chunk, part: &ingest::Part) {
        if self.form.is_document() {
            return self.of_document(chunk, part);
        }
        let logs = match &part.content {
            Content::Logs(batch) => Some(batch.columns.iter().map(|c| c.line).collect::<BTreeSet<u64>>()),
            _ => None,
        };
        for (number, line) in (chunk.first_line..).zip(chunk.bytes.split_inclusive(|b| *b == b'\n')) {
            // A line of a stack trace is no record of its own.
            let begins = logs.as_ref().is_none_or(|begin| begin.contains(&number));
            let is_header = number == 1 && self.form.has_header_line();
            if begins
                && !is_header
                && !line.trim_ascii().is_empty()
                && self.looked_at < LOOKED_AT
                && self.odd.len() < SHOWN
            {
                self.looked_at += 1;
                let alone = Chunk { index: chunk.index + 1, first_line: number, bytes: line.into(), ..chunk.clone() };
                self.judge(line, number, &ingest::parse(&self.form, &alone));
            }
        }
    }

    fn judge(&mut self, line: &[u8], number: u64, alone: &ingest::Part) {
        let wrong = |(kind, _): &(&ComplaintKind, &evidence::Complaint)| !kind.is_note();
        let why: Vec<String> = alone.coverage.complaints.iter().filter(wrong).map(said).collect();
        if !why.is_empty() {
            self.odd.push(OddLine { line: number, text: text(line), why });
        }
    }

    fn of_document(&mut self, chunk: &Chunk, part: &ingest::Part) {
        let mut odd: Vec<(u64, String)> =
            part.coverage.complaints.iter().filter(|(kind, _)| !kind.is_note()).map(|c| (c.1.line, said(c))).collect();
        odd.sort();
        for (line, why) in odd.into_iter().filter(|(line, _)| *line >= chunk.first_line) {
            let quoted = chunk.bytes.split(|b| *b == b'\n').nth((line - chunk.first_line) as usize);
            if self.odd.len() < SHOWN {
                self.odd.push(OddLine { line, text: quoted.map_or_else(String::new, text), why: vec![why] });
            }
        }
    }

    fn advice(&self, coverage: &FileCoverage) -> Vec<String> {
        let mut advice = Vec::new();
        let logs = self.form.family() == Family::Logs;
        let path = quoted(&coverage.path);
        if logs && coverage.records > 0 && self.untimed == coverage.records {
            advice.push(
                "no record has a time, so only patterns and their order can be told: kubectl logs and docker logs have \
                 --timestamps, journalctl has -o short-iso"
                    .to_string(),
            );
        }
        if coverage.count(ComplaintKind::YearTaken) > 0 {
            advice.push("--year names the year of the first stamp, where the one taken is wrong".into());
        }
        if coverage.count(ComplaintKind::FormatChange) > 0 {
            advice.push("each line is read as it looks; a file cut where the format changes is learnt better".into());
        }
        if coverage.not_understood * 2 > coverage.records && !logs {
            advice.push(format!("most of it was not understood: --logs {path} reads any text as a log"));
        }
        advice
    }
}

/// Bytes of a line that are kept to be told.
const BYTES: usize = 4_000;

/// The beginning of a line, without its end.
fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(&line[..line.len().min(BYTES)]).trim_end().to_string()
}

fn said((kind, complaint): (&ComplaintKind, &evidence::Complaint)) -> String {
    if complaint.detail.is_empty() { kind.to_string() } else { format!("{kind}: {}", complaint.detail) }
}

/// The parts that say anything.
fn parts<const N: usize>(named: [(&'static str, String); N]) -> Vec<RecordPart> {
    let says = |(_, value): &(&str, String)| !value.is_empty();
    named.into_iter().filter(says).map(|(name, value)| RecordPart { name, value }).collect()
}

/// The first sentence of a manual page, behind its title.
fn first_sentence(page: &str) -> String {
    let body: Vec<&str> = page.lines().skip(1).skip_while(|l| l.is_empty()).take_while(|l| !l.is_empty()).collect();
    let text = body.join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text[..end].to_string()
}
