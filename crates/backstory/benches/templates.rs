//! The template miner beside its peers, in one run: `cargo bench -p backstory --bench templates`.
//!
//! Four invented logs of 200 MB each; round after round each contender takes its turn over each file, so that what else the
//! machine does falls on all of them alike. Told are medians: megabytes and lines a second, and how many times as fast the
//! whole program on one thread is as each peer. The peers: `wc -l`; `rg` with one expression for an address and port, if it
//! is here; the `drain3` crate, over the first 20 MB, since it is slow; and our own inner loop (split, find the shape), over
//! the whole text in memory, which is what the rest of the program is measured by.
//!
//! As a test (`cargo test --benches`) everything runs once, over little.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use drill::lines::{Corpus, Head};
use signal::templates::Shaper;

/// The files: name, how lines begin, how many statements.
const FILES: [(&str, Head, usize); 4] = [
    ("compact", Head::Compact, 60),
    ("syslog", Head::Syslog, 120),
    ("java", Head::Java, 120),
    ("mixed", Head::Bars, 1_300),
];
/// How long it takes over a file, in seconds; nothing where it is not here.
type Run = fn(&Input) -> Option<f64>;
/// What takes its turn over each file.
const CONTENDERS: [(&str, Run); 8] = [
    ("wc -l", |input| process("wc", &["-l"], &input.path)),
    ("rg -c -j1", |input| process("rg", &["-c", "-j1", r"\d+\.\d+\.\d+\.\d+:\d+"], &input.path)),
    ("drain3 crate", |input| Some(drain3(input))),
    ("inner loop", |input| Some(inner(input))),
    ("patterns, 1 thread", |input| backstory(&["patterns", "--threads", "1"], &input.path)),
    ("… with sketches", |input| backstory(&["patterns", "--threads", "1", "--values"], &input.path)),
    ("patterns, 2 threads", |input| backstory(&["patterns", "--threads", "2"], &input.path)),
    ("tell, 2 threads", |input| backstory(&["tell", "--threads", "2"], &input.path)),
];
/// The contender that the others are measured by.
const OURS: usize = 4;
const ROUNDS: usize = 5;
/// How much of a file the slowest peer is given.
const SLOW_BYTES: usize = 20_000_000;

struct Input {
    path: PathBuf,
    text: Vec<u8>,
    lines: usize,
}

fn main() {
    let measuring = std::env::args().any(|word| word == "--bench");
    let (bytes, rounds) = if measuring { (200_000_000, ROUNDS) } else { (200_000, 1) };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
    let inputs: Vec<Input> = FILES.iter().map(|file| written(folder.path(), *file, bytes)).collect();
    let mut seconds = vec![vec![Vec::new(); CONTENDERS.len()]; inputs.len()];
    for _ in 0..rounds {
        for (input, of_input) in inputs.iter().zip(&mut seconds) {
            for ((_, run), samples) in CONTENDERS.iter().zip(of_input.iter_mut()) {
                samples.extend(run(input));
            }
        }
    }
    if measuring {
        print(&inputs, &seconds);
    }
}

fn written(folder: &Path, (name, head, statements): (&str, Head, usize), bytes: usize) -> Input {
    let path = folder.join(format!("{name}.log"));
    let mut corpus = Corpus::new(1, statements, head);
    let (mut text, mut lines) = (String::with_capacity(bytes + 1_000), 0);
    while text.len() < bytes {
        corpus.line(&mut text);
        lines += 1;
    }
    let mut file = BufWriter::new(File::create(&path).expect("the folder can be written to"));
    file.write_all(text.as_bytes()).expect("there is room");
    Input { path, text: text.into_bytes(), lines }
}

/// The seconds that a program takes; nothing where it is not here.
fn process(program: &str, words: &[&str], path: &Path) -> Option<f64> {
    let begun = Instant::now();
    let mut command = Command::new(program);
    command.args(words).arg(path).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().ok()?;
    // 1: no line matches.
    (status.code() <= Some(1)).then(|| begun.elapsed().as_secs_f64())
}

fn backstory(words: &[&str], path: &Path) -> Option<f64> {
    process(env!("CARGO_BIN_EXE_backstory"), &[words, &["--quiet", "--no-pager"]].concat(), path)
}

fn inner(input: &Input) -> f64 {
    let begun = Instant::now();
    let mut shaper = Shaper::default();
    let (mut from, mut sum) = (0, 0_u64);
    for end in memchr::memchr_iter(b'\n', &input.text) {
        sum += u64::from(shaper.shape(&input.text[from..end]).0);
        from = end + 1;
    }
    std::hint::black_box(sum);
    begun.elapsed().as_secs_f64()
}

/// As if it had read the whole file at the pace of its beginning.
fn drain3(input: &Input) -> f64 {
    let part = &input.text[..input.text.len().min(SLOW_BYTES)];
    let mut miner = drain3::Matcher::new(drain3::Config::builder().max_clusters(100_000).build());
    let begun = Instant::now();
    let mut bytes = 0;
    for line in part.split(|byte| *byte == b'\n') {
        if let Ok(text) = std::str::from_utf8(line) {
            let _ = std::hint::black_box(miner.add_log_message(text));
        }
        bytes += line.len() + 1;
    }
    begun.elapsed().as_secs_f64() * input.text.len() as f64 / bytes as f64
}

fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn print(inputs: &[Input], seconds: &[Vec<Vec<f64>>]) {
    anstream::println!("| over | what | MB/s | lines/s | ours is so many times as fast |");
    anstream::println!("|---|---|---|---|---|");
    for (((name, _, _), input), of_input) in FILES.iter().zip(inputs).zip(seconds) {
        let ours = median(&of_input[OURS]);
        for ((what, _), samples) in CONTENDERS.iter().zip(of_input) {
            let (Some(time), Some(ours)) = (median(samples), ours) else {
                anstream::println!("| {name} | {what} | not here | | |");
                continue;
            };
            let (rate, lines) = (input.text.len() as f64 / 1e6 / time, input.lines as f64 / time);
            anstream::println!("| {name} | {what} | {rate:.0} | {lines:.0} | {:.2} |", time / ours);
        }
    }
}
