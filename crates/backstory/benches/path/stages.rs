//! Each stage alone, on one thread and over what the stage before it gave, so that a slow one is seen as such.
//!
//! Stages that take chunks apart see the first [`CHUNKS`] of an input; those behind them see all of it.

use std::collections::BTreeMap;

use backstory::config::Settings;
use backstory::read::{Evidence, Reading};
use backstory::watch::{Watched, Watching, replay};
use divan::{Bencher, black_box};
use evidence::{Bucket, Coverage, Incident, LogBatch, Time};
use ingest::{Content, Part};
use ledger::{Limits, Spool};
use signal::Engine;
use signal::hindsight::{Looking, Onset, Question};
use signal::templates::Masker;
use story::{Facts, Story};
use tell::{Besides, Case, Layout, Redactor, Telling, Voice};

use crate::inputs::{ALL, Amount, FILES, Input, KINDS, UNPACKED};
use crate::report::measure;

/// So many chunks, of about a megabyte each, are enough for a steady figure.
const CHUNKS: usize = 32;

/// Reading and cutting into chunks; with decompression where the file is packed.
#[divan::bench(args = FILES, sample_count = 5, sample_size = 1)]
fn cut(bencher: Bencher<'_, '_>, input: Input) {
    let Some(written) = input.written() else { return };
    let stage = if input == Input::Gzip { "decompress and cut" } else { "cut" };
    measure(bencher, stage, input, written.amount, || {
        let mut opened = input.opened()?;
        Some(std::iter::from_fn(|| opened.next_chunk()).map(|chunk| chunk.bytes.len()).sum::<usize>())
    });
}

/// Taking chunks apart: lines, headers, fields, stamps.
#[divan::bench(args = KINDS, sample_count = 5, sample_size = 1)]
fn parse(bencher: Bencher<'_, '_>, input: Input) {
    let Some((form, chunks)) = input.chunks(CHUNKS) else { return };
    let bytes = chunks.iter().map(|chunk| chunk.bytes.len() as u64).sum();
    let items = chunks.iter().map(|chunk| ingest::parse(&form, chunk).coverage.records).sum();
    measure(bencher, "parse", input, Amount { bytes, items, unit: input.unit() }, || {
        chunks.iter().for_each(|chunk| drop(black_box(ingest::parse(&form, chunk))));
    });
}

/// Masking what varies in messages: the shape of each record. Bytes are those of the messages.
#[divan::bench(args = [Input::Plain, Input::Json], sample_count = 5, sample_size = 1)]
fn mask(bencher: Bencher<'_, '_>, input: Input) {
    let Some((form, chunks)) = input.chunks(CHUNKS) else { return };
    let batches: Vec<LogBatch> = chunks.iter().filter_map(|chunk| logs(ingest::parse(&form, chunk))).collect();
    let bytes = batches.iter().flat_map(|b| b.records()).map(|record| record.message().len() as u64).sum();
    let items = batches.iter().map(|b| b.columns.len() as u64).sum();
    let mut masker = Masker::new();
    measure(bencher, "mask", input, Amount { bytes, items, unit: input.unit() }, || {
        for record in batches.iter().flat_map(|b| b.records()) {
            black_box(masker.shape(record.message()));
        }
    });
}

fn logs(part: Part) -> Option<LogBatch> {
    match part.content {
        Content::Logs(batch) => Some(batch),
        _ => None,
    }
}

/// Everything up to the spool, on all threads: cut, parse, mask, stitch, store.
#[divan::bench(args = ALL, sample_count = 5, sample_size = 1)]
pub fn read(bencher: Bencher<'_, '_>, input: Input) {
    let Some(written) = input.written() else { return };
    measure(bencher, "read", input, written.amount, || evidence_of(input));
}

/// The spool alone: every row that reading gave is stored and given back in order. Items are rows: for logs a row is
/// what one minute holds of one shape.
#[divan::bench(args = [Input::Plain, Input::Points], sample_count = 5, sample_size = 1)]
pub fn spool(bencher: Bencher<'_, '_>, input: Input) {
    let Some(scan) = evidence_of(input) else { return };
    let Ok(scan) = scan.kept.scan() else { return };
    let (logs, points): (Vec<_>, Vec<_>) = (scan.logs.collect(), scan.points.collect());
    let amount = Amount { bytes: 0, items: (logs.len() + points.len()) as u64, unit: "rows" };
    measure(bencher, "spool", input, amount, || {
        let settings = Settings::default();
        let mut spool = Spool::new(Limits {
            memory_bytes: settings.memory_mb.value << 20,
            disk_bytes: settings.disk_mb.value << 20,
            folder: settings.folder.value,
        });
        logs.iter().try_for_each(|row| spool.log(*row))?;
        points.iter().try_for_each(|row| spool.point(*row))?;
        let kept = spool.finish()?;
        let scan = kept.scan()?;
        std::io::Result::Ok(scan.logs.count() + scan.points.count())
    });
}

/// The engine alone, minute after minute. Items are the records that the minutes hold.
#[divan::bench(args = UNPACKED, sample_count = 5, sample_size = 1)]
fn engine(bencher: Bencher<'_, '_>, input: Input) {
    let (Some(written), Some(evidence)) = (input.written(), evidence_of(input)) else { return };
    let Ok(buckets) = evidence.kept.buckets(&[]) else { return };
    let buckets: Vec<Bucket> = buckets.collect();
    measure(bencher, "engine", input, written.amount, || {
        let mut engine = Engine::new(&signal::Settings::default());
        let bucket = |b: &Bucket| evidence.with_tables(|tables| engine.bucket(b, tables).len());
        buckets.iter().map(bucket).sum::<usize>()
    });
}

/// The engine with what drives it: minutes merged from the spool, calls and reporters noted.
#[divan::bench(args = [Input::Plain, Input::Incident], sample_count = 3, sample_size = 1)]
fn watch(bencher: Bencher<'_, '_>, input: Input) {
    let (Some(written), Some(evidence)) = (input.written(), evidence_of(input)) else { return };
    measure(bencher, "watch", input, written.amount, || {
        replay(&evidence, &Watching::default(), |_| {}).map(|watched| watched.lines.len()).ok()
    });
}

/// The look back: onsets of all signals from one more pass over the spool.
#[divan::bench(args = [Input::Plain, Input::Incident], sample_count = 5, sample_size = 1)]
fn look_back(bencher: Bencher<'_, '_>, input: Input) {
    let (Some(written), Some(told)) = (input.written(), Told::of(input)) else { return };
    measure(bencher, "look back", input, written.amount, || told.look_back());
}

/// Facts to a story: chapters, suspects, what nobody could see. Items are the signals that a replay prints.
#[divan::bench(sample_count = 25, sample_size = 1)]
fn story(bencher: Bencher<'_, '_>) {
    let Some(told) = Told::of(Input::Incident) else { return };
    let onsets = told.look_back();
    let amount = Amount { bytes: 0, items: told.watched.lines.len() as u64, unit: "signals" };
    measure(bencher, "story", Input::Incident, amount, || told.story(&onsets));
}

/// A story to a case (all its words, with secrets looked for), and a case to each form. Bytes are those that come out.
#[divan::bench(args = ["case", "screen", "all words", "JSON", "Markdown", "page"], sample_count = 25, sample_size = 1)]
fn telling(bencher: Bencher<'_, '_>, form: &str) {
    let Some(told) = Told::of(Input::Incident) else { return };
    let story = told.story(&told.look_back());
    let Ok(redactor) = Redactor::new(&[]) else { return };
    let (voice, layout) = (Voice::new(Some(redactor)), Layout { width: 80, full_command: String::new() });
    let telling = Telling { story: &story, changes: &told.evidence.changes, coverage: &told.coverage, voice: &voice };
    let words = || Case::of(&telling, &Besides::default());
    if form == "case" {
        let amount = Amount { bytes: words().save().len() as u64, items: 1, unit: "stories" };
        return measure(bencher, "telling: case", Input::Incident, amount, words);
    }
    let (stage, tell): (_, fn(&Case, &Layout) -> String) = match form {
        "screen" => ("telling: screen", tell::screen_text),
        "JSON" => ("telling: JSON", |case, _| case.json()),
        "Markdown" => ("telling: Markdown", |case, _| tell::markdown(case)),
        "page" => ("telling: page", |case, _| tell::page(case)),
        _ => ("telling: all words", tell::full_text),
    };
    let case = words();
    let amount = Amount { bytes: tell(&case, &layout).len() as u64, items: 1, unit: "stories" };
    measure(bencher, stage, Input::Incident, amount, || tell(&case, &layout));
}

fn evidence_of(input: Input) -> Option<Evidence> {
    backstory::read::read(&input.arguments()?, &Settings::default(), &Reading::default()).ok()
}

/// Evidence with what the engine made of it, as `tell` has it before it concludes anything.
struct Told {
    evidence: Evidence,
    watched: Watched,
    coverage: Coverage,
    end: Time,
}

impl Told {
    fn of(input: Input) -> Option<Told> {
        let evidence = evidence_of(input)?;
        let watched = replay(&evidence, &Watching::default(), |_| {}).ok()?;
        let (coverage, (_, end)) = (evidence.coverage.clone(), evidence.span?);
        Some(Told { evidence, watched, coverage, end })
    }

    fn look_back(&self) -> BTreeMap<usize, Onset> {
        let question = |fold: &signal::Fold| {
            let first = self.watched.lines.iter().find(|line| line.id == fold.id)?;
            Some(Question {
                kind: first.kind,
                subject: first.subject.clone(),
                direction: first.direction,
                detected_at: first.detected_at,
                onset: (first.onset, first.onset_low, first.onset_high),
            })
        };
        let folds = self.watched.engine.signals().iter().enumerate();
        let (numbers, questions): (Vec<usize>, Vec<Question>) =
            folds.filter_map(|(n, fold)| Some((n, question(fold)?))).unzip();
        let (Some((start, _)), Ok(scan)) = (self.watched.span, self.evidence.kept.scan()) else {
            return BTreeMap::new();
        };
        let mut looking = Looking::new(questions, start);
        self.evidence.with_tables(|tables| {
            scan.logs.for_each(|row| looking.log(&row, self.watched.engine.miner(), &tables));
            scan.points.for_each(|row| looking.point(&row, &tables));
        });
        numbers.into_iter().zip(looking.answers()).collect()
    }

    fn story(&self, onsets: &BTreeMap<usize, Onset>) -> Story {
        let (evidence, watched) = (&self.evidence, &self.watched);
        story::story(&Facts {
            incident: Incident::at(self.end),
            noticed_was_given: false,
            lines: &watched.lines,
            folds: watched.engine.signals(),
            onsets,
            changes: &evidence.changes,
            alerts: &evidence.alerts,
            alert_silences: &evidence.alert_silences,
            calls: &watched.calls,
            reporters: &watched.reporters,
            coverage: &self.coverage,
            sources: &evidence.sources,
            span: watched.span,
            settings: story::Settings { lookback: 30 * evidence::DAY },
            watched: watched.engine.watched(),
            lost_detectors: watched.engine.lost(),
            lost_parts: &evidence.lost,
            untimed: &evidence.untimed,
            searched: &watched.searched,
        })
    }
}
