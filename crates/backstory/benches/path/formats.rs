//! Every format alone: its own samples, repeated to some megabytes and taken apart on one thread, beside what it costs
//! to find the ends of the same lines.
//!
//! The samples are what the tests of `formats` hold a format to, broken lines among them, so a new format is measured
//! without a word here. The first line stands once (a table has one header). Formats whose samples cannot be repeated
//! so (documents of one piece) are left out by themselves and named under the table: their files are small.

use std::fmt::Write as _;
use std::fs;
use std::sync::{LazyLock, Mutex};
use std::time::Instant;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use ingest::{Argument, Chunk, FORMATS, Form, Format, Given};

use crate::inputs::{folder, measuring};

/// As much text as a figure needs that does not tremble.
const BYTES: usize = 8 << 20;

/// A split into lines is so quick that one is too short to be measured.
const SPLITS: u32 = 100;

/// What was measured: name, megabytes a second, and so many times as long as a split into lines.
static ROWS: Mutex<Vec<(&'static str, f64, f64)>> = Mutex::new(Vec::new());
static LEFT_OUT: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

fn names() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name).collect()
}

/// Taking a format's lines apart.
#[divan::bench(args = names(), sample_count = 5, sample_size = 1)]
fn by_format(bencher: Bencher<'_, '_>, name: &str) {
    let Some(format) = FORMATS.iter().find(|format| format.name == name) else { return };
    let Some((form, chunks)) = repeated(format) else {
        note(&LEFT_OUT, format.name);
        return bencher.bench_local(|| ());
    };
    let bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    let mut seconds = Vec::new();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| {
        let begun = on_processor();
        chunks.iter().for_each(|chunk| drop(black_box(ingest::parse(&form, chunk))));
        seconds.push(on_processor() - begun);
    });
    let begun = on_processor();
    for _ in 0..SPLITS {
        black_box(chunks.iter().map(|chunk| memchr::memchr_iter(b'\n', &chunk.bytes).count()).sum::<usize>());
    }
    let split = (on_processor() - begun) / f64::from(SPLITS);
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN);
    note(&ROWS, (format.name, bytes as f64 / 1e6 / median, median / split));
}

/// Seconds that this thread was on a processor, where the system tells: other work on the machine does not count.
fn on_processor() -> f64 {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed().as_secs_f64(), |n| n / 1e9)
}

fn note<T>(list: &Mutex<Vec<T>>, row: T) {
    if let Ok(mut list) = list.lock() {
        list.push(row);
    }
}

/// A format's samples, as a file of some megabytes that reads as that format; `None` where repeating them makes none.
fn repeated(format: &'static Format) -> Option<(Form, Vec<Chunk>)> {
    let most = if measuring() { BYTES } else { BYTES >> 6 };
    format.samples.iter().find_map(|sample| {
        let (first, rest) = sample.text.split_once('\n').unwrap_or((sample.text, ""));
        let body = if rest.trim().is_empty() { first } else { rest };
        let mut text = format!("{first}\n");
        while text.len() < most {
            text.push_str(body.trim_end_matches('\n'));
            text.push('\n');
        }
        let path = folder().join(format!("{}.sample", format.name));
        fs::write(&path, &text).ok()?;
        let argument = Argument { path: path.to_string_lossy().into_owned(), given: Given::Guess };
        let settings = ingest::Settings::default();
        let source = ingest::discover(&[argument], &settings).sources.into_iter().next()?;
        let mut opened = ingest::open(&source, &settings).ok()?;
        let form = opened.form().clone();
        let chunks: Vec<Chunk> = std::iter::from_fn(|| opened.next_chunk()).collect();
        let records: u64 = chunks.iter().map(|chunk| ingest::parse(&form, chunk).coverage.records).sum();
        (form.format().name == format.name && records >= 1_000 / if measuring() { 1 } else { 64 })
            .then_some((form, chunks))
    })
}

/// The table, the slowest first.
pub fn table() -> String {
    let (Ok(mut rows), Ok(left_out)) = (ROWS.lock(), LEFT_OUT.lock()) else { return String::new() };
    if rows.is_empty() {
        return String::new();
    }
    rows.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut out =
        format!("\nEach format, on one core: medians\n{:<20} {:>8} {:>12}\n", "format", "MB/s", "line splits");
    for (name, rate, times) in rows.iter() {
        let _ = writeln!(out, "{name:<20} {rate:>8.1} {times:>12.1}");
    }
    if !left_out.is_empty() {
        let _ = writeln!(out, "documents of one piece, not measured: {}", left_out.join(", "));
    }
    out
}
