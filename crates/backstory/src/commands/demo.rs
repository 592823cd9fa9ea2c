//! `backstory demo`

use std::path::{Path, PathBuf};

use drill::{Cut, Plan};
use evidence::{DAY, Incident, Nanos, SECOND, Time};
use story::Verdict;

use super::output::to_stdout;
use super::tell::quoted;
use crate::config::Settings;
use crate::failure::{Failure, FailureKind};
use crate::hear::Heard;
use crate::read::{Reading, read};
use crate::watch::Watching;

/// Tell a first story: three weeks of an invented shop, and an incident whose cause is known
///
/// Makes the evidence in a folder and tells its incident with the same command that you would type.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  backstory demo\n  backstory demo --incident leak --seed 3\n  backstory demo --incident certificate --folder shop"
)]
pub struct Args {
    /// Which of the invented incidents
    #[arg(long, value_name = "NAME", default_value = "leak")]
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
    let quiet = folder.join("quiet");
    let ordinary = drill::kind("quiet").expect("the drill always has quiet weeks: a test of its list says so");
    let told = make(incident, args.seed, &folder)?;
    let untold = make(ordinary, args.seed, &quiet)?;
    let readme = readme(args, &told, &untold);
    std::fs::write(folder.join("README.md"), readme).map_err(|e| failed(&folder, &e))?;
    to_stdout(&opening(&folder))?;
    tell(&folder)?;
    to_stdout(&format!("\nWhat was true, which backstory never reads: {}\n", folder.join("truth.json").display()))?;
    honesty(&quiet)?;
    to_stdout(&format!("\nWhat else to try with these files: {}\n", folder.join("README.md").display()))
}

fn make(incident: &'static drill::Incident, seed: u64, folder: &Path) -> Result<drill::Written, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let plan = Plan { incident, seed, settings: drill::Settings::default(), cut: Cut::Whole };
    drill::write(&plan, folder).map_err(|e| failed(folder, &e))
}

/// Where the files lie; and, where a shell would not find this program by its name, the line after which it does.
fn opening(folder: &Path) -> String {
    let place = format!("An invented shop, three weeks of it: {}\n", folder.display());
    let path = path_line().map_or(String::new(), |line| {
        format!("So that your shell knows `backstory`, and all below can be pasted as it stands:\n$ {line}\n")
    });
    format!("{place}{path}\n")
}

/// The line after which a shell finds this program as `backstory`; none where it does already.
fn path_line() -> Option<String> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("backstory")).find(|file| file.is_file());
    if found.and_then(|file| file.canonicalize().ok()).is_some_and(|file| file == program) {
        return None;
    }
    Some(format!("export PATH={}:\"$PATH\"", quoted(&program.parent()?.to_string_lossy())))
}

/// Says which command it runs, and runs it.
fn tell(folder: &Path) -> Result<(), Failure> {
    let place = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let mut words = vec!["backstory".to_string(), "tell".into(), place("evidence")];
    if folder.join("incident.yaml").exists() {
        words.extend(["--incident".to_string(), place("incident.yaml")]);
    }
    let typed: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    to_stdout(&format!("$ {}\n\n", typed.join(" ")))?;
    super::run_words(&words)
}

/// What each file of the folder is. What is not there is not named.
const FILES: &[(&str, &str)] = &[
    ("evidence/", "what the shop left behind: the logs of its services, some of them rotated and packed;"),
    ("", "`metrics.csv`; `traces.jsonl`; and `changes.jsonl`, what was deployed and set"),
    ("incident.yaml", "the incident as people reported it"),
    ("rules.yaml", "the shop's alert rules: read and counted, not judged by this version"),
    ("alerts.json", "the alerts that these rules delivered"),
    ("staging/", "logs and metrics of the shop's double, where nobody buys"),
    ("repository.git", "the history of its code, as git keeps it"),
    ("truth.json", "what really happened; no command reads it"),
    ("quiet/", "three weeks of the same shop in which nothing happened: the same files, and no report"),
];

/// The page that lies in the folder.
fn readme(args: &Args, told: &drill::Written, untold: &drill::Written) -> String {
    let folder = told.evidence.parent().expect("the evidence lies in the folder that was given");
    let mut page = format!(
        "# Three weeks of an invented shop\n\n\
         Nothing here is real. `backstory demo --incident {} --seed {}` makes the same files again.\n\n",
        args.incident, args.seed
    );
    let mut listed = true;
    for (name, what) in FILES {
        listed = if name.is_empty() { listed } else { folder.join(name).exists() };
        match (listed, name.is_empty()) {
            (false, _) => {}
            (true, true) => page.push_str(&format!("  {what}\n")),
            (true, false) => page.push_str(&format!("- `{name}`: {what}\n")),
        }
    }
    page.push_str("\n## To try\n\nFrom within this folder:\n\n```sh\n");
    if let Some(line) = path_line() {
        page.push_str(&format!("# so that your shell knows `backstory`\n{line}\n\n"));
    }
    for (what, command) in to_try(told, untold) {
        page.push_str(&format!("# {what}\n{command}\n\n"));
    }
    page.truncate(page.trim_end().len());
    page.push_str("\n```\n");
    page
}

/// What can be typed within the folder, and what it shows.
fn to_try(told: &drill::Written, untold: &drill::Written) -> Vec<(&'static str, String)> {
    let asked = if told.incident.is_some() { "evidence --incident incident.yaml" } else { "evidence" };
    let (day, quiet) = (told.truth.start + 14 * DAY, untold.truth.start + 12 * DAY);
    vec![
        ("the whole story, with every line and point that it rests on", format!("backstory tell {asked} --full")),
        (
            "the same with the alerts that came, and with the rules, which are counted",
            format!("backstory tell {asked} --alerts alerts.json --alerts rules.yaml"),
        ),
        ("the same with the commits behind what was deployed", format!("backstory tell {asked} --repo repository.git")),
        ("the story as one page, for a browser", format!("backstory tell {asked} -o story.html")),
        ("the beginning of a post-mortem", format!("backstory tell {asked} -o post-mortem.md")),
        (
            "the story saved with what it cites, and told again from that alone",
            format!("backstory tell {asked} -o case.story && backstory tell case.story"),
        ),
        ("the story as a document for programs", format!("backstory tell {asked} -o story.json")),
        (
            "what a listener would have raised in the first two weeks, signal by signal",
            format!("backstory replay evidence --until {day}"),
        ),
        ("which lines of a log are the same line", "backstory patterns evidence/payments.log".into()),
        (
            "what is told of a moment at which nothing happened",
            format!("backstory tell quiet/evidence --noticed {quiet} --service {ASKED}"),
        ),
    ]
}

/// The service about which quiet moments are asked: the one that customers use.
const ASKED: &str = "checkout";
/// So many quiet moments are asked about …
const MOMENTS: i64 = 100;
/// … from the fifth day on, evenly spread.
const FIRST: Nanos = 5 * DAY;

/// How often the same engine would have claimed to know something in quiet weeks of the same shop.
fn honesty(quiet: &Path) -> Result<(), Failure> {
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
