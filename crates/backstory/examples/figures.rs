//! The table of the drills: each incident over several seeds, as the real program tells it.
//!
//! `cargo run --release -p backstory --example figures -- FIRST_SEED SEEDS [KIND…]` prints it as Markdown; `docs/drills.md`
//! holds the last one, with the commit at which it was made. Figures that count come from seeds of 1,000 and more that were
//! never run before, once. It needs `target/release/backstory`, built before.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use drill::score::{self, Run};
use drill::{Cut, Incident, Plan, Settings};
use serde_json::Value;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match table(&words) {
        Ok(table) => {
            anstream::print!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            anstream::eprintln!("figures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn table(words: &[String]) -> Result<String, Box<dyn Error>> {
    let number = |place: usize, otherwise: u64| words.get(place).map_or(Ok(otherwise), |w| w.parse());
    let (first, seeds) = (number(0, 1)?, number(1, 3)?);
    let chosen = |kind: &&Incident| words.len() < 3 || words[2..].iter().any(|w| w == kind.name);
    let mut runs: BTreeMap<&str, Vec<Run>> = BTreeMap::new();
    for kind in drill::kinds().iter().filter(chosen) {
        for seed in first..first + seeds {
            runs.entry(kind.name).or_default().push(one(kind, seed)?);
        }
    }
    let mut out = String::from(
        "| incident | noticed before | lead, median h (most possible) | verdict right | truth first | chance, median | false a quiet day |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for kind in drill::kinds().iter().filter(chosen) {
        writeln!(out, "{}", row(kind.name, &runs[kind.name]))?;
    }
    Ok(out)
}

fn one(kind: &'static Incident, seed: u64) -> Result<Run, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let plan = Plan { incident: kind, seed, settings: Settings::default(), cut: Cut::Whole };
    let written = drill::write(&plan, folder.path())?;
    let replay: Vec<Value> = run_program(folder.path(), &["replay", "evidence"])?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    let words = ["tell", "evidence", "--incident", "incident.yaml", "--output", "json"];
    let story = match written.incident {
        Some(_) => Some(serde_json::from_str(&run_program(folder.path(), &words)?)?),
        None => None,
    };
    Ok(score::run(&written.truth, story.as_ref(), &replay, &[])?)
}

fn run_program(folder: &Path, words: &[&str]) -> Result<String, Box<dyn Error>> {
    let program = std::env::current_dir()?.join("target/release/backstory");
    let done = Command::new(program).args(words).current_dir(folder).output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

fn row(name: &str, runs: &[Run]) -> String {
    let told: Vec<_> = runs.iter().filter_map(|r| r.told.as_ref()).collect();
    let share = |right: usize| format!("{right} of {}", told.len());
    let hours = |seconds: Vec<i64>| median(seconds.iter().map(|s| *s as f64 / 3600.0).collect());
    let leads = hours(told.iter().filter_map(|t| Some(t.caught.as_ref()?.lead_seconds)).collect());
    let most = hours(told.iter().filter_map(|t| t.lead_seconds_most).collect());
    let (wrong, days) =
        runs.iter().fold((0, 0.0), |(w, d), r| (w + r.replayed.false_signals, d + r.replayed.quiet_days));
    let quiet = if days > 0.0 { format!("{:.3}", wrong as f64 / days) } else { "–".into() };
    if told.is_empty() {
        return format!("| {name} | – | – | – | – | – | {quiet} |");
    }
    format!(
        "| {name} | {} | {leads} ({most}) | {} | {} | {} | {quiet} |",
        share(told.iter().filter(|t| t.caught.is_some()).count()),
        share(told.iter().filter(|t| t.verdict_right).count()),
        share(told.iter().filter(|t| t.suspect_right).count()),
        median(told.iter().filter_map(|t| t.chance).collect()),
    )
}

fn median(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).map_or("–".into(), |value| format!("{value:.2}"))
}
