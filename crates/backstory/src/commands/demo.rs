//! `backstory demo`

use std::path::{Path, PathBuf};

use drill::{Cut, Plan};

use super::output::to_stdout;
use crate::failure::{Failure, FailureKind};

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
    to_stdout(&format!("\nWhat was true, which backstory never reads: {}\n", truth.display()))
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
