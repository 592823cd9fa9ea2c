//! The commands, one file each: `Args`, whose doc comments are the help, and `run`.

mod demo;
mod evidence;
mod formats;
mod output;
mod patterns;
mod replay;
mod tell;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// What did the system know before its users did?
///
/// Reads a system's logs, metrics, traces and changes, finds what departed from its own normal without crossing any
/// alert's line, and tells the story of an incident: with lead times, base rates, and what could not be seen. A strength
/// of 0.5 means: were all this nothing, one such signal in a fortnight, however much is watched.
#[derive(Parser)]
#[command(name = "backstory", version, about, long_about, max_term_width = 100)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Tell(tell::Args),
    Replay(replay::Args),
    Patterns(patterns::Args),
    Formats(formats::Args),
    Demo(demo::Args),
}

/// Runs what was typed.
pub fn main() -> ExitCode {
    // A panic of a detector or reader is caught, counted and told in the output; the default report would be noise.
    std::panic::set_hook(Box::new(|_| {}));
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = std::panic::catch_unwind(|| run(&program.command));
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => report(&failure),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            anstream::eprintln!("backstory stopped over a fault of its own: {}", said.unwrap_or("no reason given"));
            ExitCode::from(101)
        }
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Tell(args) => tell::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Patterns(args) => patterns::run(args),
        Command::Formats(args) => formats::run(args),
        Command::Demo(args) => demo::run(args),
    }
}

/// Runs a command as if these words had been typed.
fn run_words(words: &[String]) -> Result<(), Failure> {
    let program = Program::try_parse_from(words).map_err(|e| Failure::usage(e.to_string(), ""))?;
    run(&program.command)
}

fn report(failure: &Failure) -> ExitCode {
    // Whoever reads our output has had enough: no fault.
    if failure.what.contains("Broken pipe") {
        return ExitCode::SUCCESS;
    }
    anstream::eprintln!("backstory: {failure}");
    ExitCode::from(failure.exit())
}
