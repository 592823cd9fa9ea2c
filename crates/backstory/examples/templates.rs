//! How well lines are put into groups, by the size of the file: invented lines whose templates are known, through the
//! program as a user runs it.
//!
//! ```text
//! cargo build --release -p backstory
//! cargo run --release -p backstory --example templates -- FIRST_SEED LINES…
//! ```
//!
//! Beside it the trivial answer: each line a group of its own with its digits masked, which is what a miner has to beat.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use drill::lines::{Corpus, Grouping, HEADS, Head, Marks};

/// Statements of a corpus.
const STATEMENTS: usize = 400;

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [first, sizes @ ..] = &numbers[..] else {
        anstream::eprintln!("say the first seed and the numbers of lines");
        return ExitCode::from(2);
    };
    anstream::println!(
        "| lines | head | templates | GA | FGA | PA | FTA | digits alone: GA | FGA | PA | FTA | seconds |"
    );
    anstream::println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (at, lines) in sizes.iter().enumerate() {
        for (number, head) in HEADS.into_iter().enumerate() {
            let seed = first + (at * HEADS.len() + number) as u64;
            match judged(seed, *lines, head) {
                Ok(row) => anstream::println!("{row}"),
                Err(error) => {
                    anstream::eprintln!("{error}");
                    return ExitCode::from(3);
                }
            }
        }
    }
    ExitCode::SUCCESS
}

/// A row of the table.
fn judged(seed: u64, lines: u64, head: Head) -> std::io::Result<String> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("invented.log");
    let mut corpus = Corpus::new(seed, STATEMENTS, head);
    let mut templates: Vec<u16> = Vec::new();
    let (mut line, mut digits) = (String::new(), Grouping::default());
    let mut file = BufWriter::new(File::create(&path)?);
    for _ in 0..lines {
        line.clear();
        let template = corpus.line(&mut line);
        templates.push(u16::try_from(template).expect("fewer templates than that"));
        let masked = masked(line.trim_end());
        // Beyond some lines the trivial answer is what it is, and takes memory.
        if templates.len() <= 200_000 {
            digits.add(&masked, &masked, template);
        }
        file.write_all(line.as_bytes())?;
    }
    file.flush()?;
    let (found, seconds) = found(&path, &templates)?;
    let marks = found.marks(|template| corpus.template(template));
    let trivial = digits.marks(|template| corpus.template(template));
    let mut seen = templates.clone();
    seen.sort_unstable();
    seen.dedup();
    let row = |m: Marks| format!("{:.3} | {:.3} | {:.3} | {:.3}", m.ga, m.fga, m.pa, m.fta);
    Ok(format!("| {lines} | {head:?} | {} | {} | {} | {seconds:.1} |", seen.len(), row(marks), row(trivial)))
}

/// What the program finds, and how long it takes.
fn found(path: &Path, templates: &[u16]) -> std::io::Result<(Grouping, f64)> {
    let program = std::env::current_exe()?.with_file_name("").join("..").join("backstory");
    let begun = std::time::Instant::now();
    let mut child =
        Command::new(program).args(["patterns", "--lines", "--quiet"]).arg(path).stdout(Stdio::piped()).spawn()?;
    let mut found = Grouping::default();
    let rows = child.stdout.take().expect("it was piped");
    for row in BufReader::new(rows).lines() {
        let row = row?;
        let mut cells = row.splitn(3, '\t');
        let (line, id, text) = (cells.next(), cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let line: usize = line.and_then(|line| line.parse().ok()).unwrap_or_default();
        if let Some(template) = templates.get(line.wrapping_sub(1)) {
            found.add(id, text, usize::from(*template));
        }
    }
    child.wait()?;
    Ok((found, begun.elapsed().as_secs_f64()))
}

/// A line with each word that has a digit as `<*>`.
fn masked(line: &str) -> String {
    let word = |word: &str| if word.bytes().any(|b| b.is_ascii_digit()) { "<*>".to_string() } else { word.to_string() };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
