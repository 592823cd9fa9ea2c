//! `backstory demo`

use std::path::{Path, PathBuf};

use drill::{Cut, Plan};
use evidence::{DAY, Incident, Nanos, SECOND, Time};
use story::Verdict;

use super::output::to_stdout;
use crate::config::Settings;
use crate::failure::{Failure, FailureKind};
use crate::hear::Heard;
use crate::read::{Reading, read};
use crate::watch::Watching;

/// Tell a first story: three weeks of an invented shop, and an incident whose cause is known
///
/// Makes the evidence in a folder and tells its incident with the same command that you would type.
#[derive(clap::Args)]
pub struct Args {
    /// Which of the invented incidents
    #[arg(long, value_name = "NAME", default_value = "pool")]
    incident: String,
    /// Another seed: another three weeks
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the evidence in this (new) folder [default: one among the temporary folders]
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// No such incident, or the evidence cannot be written.
pub fn run(args: &Args) -> Result<(), Failure> {
    let incident = drill::kind(&args.incident).ok_or_else(|| {
        let known: Vec<&str> = drill::kinds().iter().map(|k| k.name).collect();
        Failure::usage(format!("no incident is called {:?}", args.incident), format!("there are: {}", known.join(", ")))
    })?;
    let folder = folder(args)?;
    let plan = Plan { incident, seed: args.seed, settings: drill::Settings::default(), cut: Cut::Whole };
    drill::write(&plan, &folder).map_err(|e| failed(&folder, &e))?;
    let evidence = folder.join("evidence").to_string_lossy().into_owned();
    let report = folder.join("incident.yaml");
    let mut words = vec!["backstory".to_string(), "tell".into(), evidence];
    if report.exists() {
        words.extend(["--incident".to_string(), report.to_string_lossy().into_owned()]);
    }
    to_stdout(&format!("An invented shop, three weeks of it: {}\n$ {}\n\n", folder.display(), words.join(" ")))?;
    super::run_words(&words)?;
    let truth = folder.join("truth.json");
    to_stdout(&format!("\nWhat was true, which backstory never reads: {}\n", truth.display()))?;
    honesty(args.seed, &folder)
}

/// The service about which quiet moments are asked: the one that customers use.
const ASKED: &str = "checkout";
/// So many quiet moments are asked about …
const MOMENTS: i64 = 100;
/// … from the fifth day on, evenly spread.
const FIRST: Nanos = 5 * DAY;

/// How often the same engine would have claimed to know something in quiet weeks of the same shop.
fn honesty(seed: u64, folder: &Path) -> Result<(), Failure> {
    let quiet = folder.join("quiet");
    std::fs::create_dir_all(&quiet).map_err(|e| failed(&quiet, &e))?;
    let incident = drill::kind("quiet").expect("the drill always has quiet weeks: a test of its list says so");
    let plan = Plan { incident, seed, settings: drill::Settings::default(), cut: Cut::Whole };
    drill::write(&plan, &quiet).map_err(|e| failed(&quiet, &e))?;
    let path = quiet.join("evidence").to_string_lossy().into_owned();
    let asked = ask_quiet(&path)?;
    let known = asked.iter().filter(|(_, known)| *known).count();
    to_stdout(&format!(
        "\nThree quiet weeks of the same shop: {path}\n\
         Asked about {ASKED} at {MOMENTS} moments of them, the same engine claims to know\n\
         something at {known}.\n"
    ))
}

/// For each quiet moment whether something would have been claimed of it.
///
/// # Errors
/// The evidence could not be read.
fn ask_quiet(path: &str) -> Result<Vec<(Time, bool)>, Failure> {
    let arguments = [ingest::Argument { path: path.to_string(), given: ingest::Given::Guess }];
    let evidence = read(&arguments, &Settings::default(), &Reading::default())?;
    let heard = Heard::new(&evidence, &Watching::default())?;
    let Some((first, last)) = evidence.span else { return Ok(Vec::new()) };
    let step = (last - first - FIRST) / MOMENTS;
    let moments = (1..=MOMENTS).map(|n| (first + FIRST + n * step).floor(SECOND));
    let claims = |at: Time| {
        let incident = Incident { service: Some(ASKED.to_string()), ..Incident::at(at) };
        heard.story(incident, true, 30 * DAY).0.knew.verdict != Verdict::Silent
    };
    Ok(moments.map(|at| (at, claims(at))).collect())
}

fn folder(args: &Args) -> Result<PathBuf, Failure> {
    let Some(folder) = &args.folder else {
        let made = tempfile::Builder::new().prefix("backstory-demo-").tempdir();
        return made.map(tempfile::TempDir::keep).map_err(|e| failed(&std::env::temp_dir(), &e));
    };
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let taken = std::fs::read_dir(folder).map_err(|e| failed(folder, &e))?.next().is_some();
    if taken {
        return Err(Failure::usage(format!("{} is not empty", folder.display()), "name a new folder with --folder"));
    }
    Ok(folder.clone())
}

fn failed(folder: &Path, error: &std::io::Error) -> Failure {
    Failure { kind: FailureKind::Environment, what: format!("{}: {error}", folder.display()), hint: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hearing_says_of_a_moment_what_tell_alone_says_of_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let incident = drill::kind("pool").expect("there is one");
        let plan = Plan { incident, seed: 3, settings: drill::Settings::default(), cut: Cut::Whole };
        drill::write(&plan, folder.path()).expect("a temporary folder");
        let path = folder.path().join("evidence").to_string_lossy().into_owned();
        let asked = ask_quiet(&path).expect("evidence");
        assert_eq!(asked.len(), MOMENTS as usize);
        let last_known = asked.iter().rev().find(|(_, known)| *known).expect("a pool that ran dry is known");
        let first_silent = asked.iter().find(|(_, known)| !*known).expect("not at every moment");
        for (at, known) in [*last_known, *first_silent, asked[asked.len() / 2]] {
            let out = folder.path().join("story.json");
            let words = ["backstory", "tell", &path, "--noticed", &at.to_string(), "--service", ASKED, "-o"];
            let mut words: Vec<String> = words.iter().map(ToString::to_string).collect();
            words.push(out.to_string_lossy().into_owned());
            super::super::run_words(&words).expect("it can be told");
            let story: serde_json::Value =
                serde_json::from_slice(&std::fs::read(&out).expect("it was written")).expect("a story");
            assert_eq!(story["knew"]["verdict"] != "silent", known, "at {at}");
        }
    }
}
