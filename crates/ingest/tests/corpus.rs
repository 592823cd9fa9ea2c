//! The corpus: logs of many styles as people have them, and what must be understood of each.
//!
//! A file of `corpus/` holds samples one after the other: `### name`, the log, `>>>`, and a line for each record that it
//! holds: the line where the record starts, its time (`none` where it has none), its level (`-` where none is printed),
//! its service, instance, trace, thread and class where they are known, and how its message begins. Nothing else may be a record: what is not
//! listed is folded or blank. A name that begins with `!` is a style that is not understood yet: once it is, the mark must
//! go. The files `fresh_*` were written after the parsers; what was right of them at first sight stands in
//! `corpus/README.md`.

#![expect(clippy::unwrap_used, reason = "helpers of a test: what fails here is a failed test")]

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;

use ingest::{Content, Given, Settings, Source, open_stdin, parse};

struct Sample {
    file: String,
    name: String,
    text: String,
    expected: Vec<String>,
}

fn samples() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts = files.iter().filter(|path| path.extension().is_some_and(|e| e == "txt"));
    texts.flat_map(|path| of_file(path)).collect()
}

fn of_file(path: &Path) -> Vec<Sample> {
    let all = std::fs::read_to_string(path).unwrap();
    let file = path.file_stem().unwrap().to_string_lossy().into_owned();
    let sample = |part: &str| {
        let (name, rest) = part.split_once('\n').unwrap();
        let (text, expected) = rest.split_once(">>>\n").unwrap_or_else(|| panic!("{file}: {name} expects nothing"));
        let expected = expected.lines().filter(|line| !line.is_empty()).map(String::from).collect();
        Sample { file: file.clone(), name: name.into(), text: text.into(), expected }
    };
    all.strip_prefix("### ").unwrap().split("\n### ").map(sample).collect()
}

/// The records of a text, told as the corpus tells them; messages whole.
fn told(text: &str) -> Vec<String> {
    let source = Source { name: "sample.log".into(), number: 0, given: Given::Guess, path: "".into() };
    let settings = Settings { year: Some(2026), ..Settings::default() };
    let mut opened = match open_stdin(Cursor::new(text.as_bytes().to_vec()), &source, &settings) {
        Ok(opened) => opened,
        Err(coverage) => return vec![format!("refused: {:?}", coverage.complaints)],
    };
    let mut out = Vec::new();
    while let Some(chunk) = opened.next_chunk() {
        let Content::Logs(batch) = parse(opened.form(), &chunk).content else { continue };
        for record in batch.records() {
            let time = record.time().map_or("none".into(), |time| time.to_string());
            let mut line = format!("{} {time} {}", record.line(), level(record.severity()));
            if !matches!(record.service(), "" | "sample") {
                let _ = write!(line, " service={}", record.service());
            }
            if !record.instance().is_empty() {
                let _ = write!(line, " instance={}", record.instance());
            }
            let origin = [("trace", record.trace()), ("thread", record.thread()), ("class", record.class())];
            for (name, value) in origin.iter().filter(|(_, value)| !value.is_empty()) {
                let _ = write!(line, " {name}={}", String::from_utf8_lossy(value));
            }
            let mark = if record.unparsed() { '!' } else { '|' };
            out.push(format!("{line} {mark} {}", String::from_utf8_lossy(record.message())));
        }
    }
    out
}

fn level(severity: u8) -> &'static str {
    match severity {
        0 => "-",
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        9..=12 => "INFO",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        _ => "FATAL",
    }
}

fn is_right(found: &[String], expected: &[String]) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, begin)| found.starts_with(begin.trim_end()))
}

#[test]
fn every_sample_of_the_corpus_is_understood() {
    let samples = samples();
    assert!(samples.len() >= 150, "{} samples", samples.len());
    let mut wrong = String::new();
    let (mut fresh, mut fresh_right) = (0, 0);
    for sample in &samples {
        let found = told(&sample.text);
        let right = is_right(&found, &sample.expected);
        if sample.file.starts_with("fresh") {
            (fresh, fresh_right) = (fresh + 1, fresh_right + u32::from(right));
        }
        if right == sample.name.starts_with('!') {
            let (expected, found) = (sample.expected.join("\n"), found.join("\n"));
            let _ = writeln!(wrong, "{}: {}\nexpected:\n{expected}\nfound:\n{found}\n", sample.file, sample.name);
        }
    }
    assert!(wrong.is_empty(), "of {fresh} fresh ones {fresh_right} are right; wrong are:\n{wrong}");
}
