//! The commands, one file each: `Args`, whose doc comments are the help, and `run`.

mod demo;
mod evidence;
mod formats;
mod output;
mod patterns;
mod replay;
mod shells;
mod tell;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// What did the system know before its users did?
///
/// Reads a system's logs, metrics, traces and changes, finds what departed from its own normal without crossing any
/// alert's line, and tells the story of an incident: with lead times, base rates, and what could not be seen. A strength
/// of 0.5 means: were all this nothing, one such signal in a fortnight, however much is watched.
#[derive(Parser)]
#[command(
    name = "backstory",
    version = env!("BACKSTORY_VERSION"),
    about,
    long_about,
    max_term_width = 100,
    after_help = "Examples:\n  backstory demo\n  backstory tell logs/ metrics.csv --noticed 03:02 --service checkout\n  backstory tell evidence/ --incident incident.yaml -o story.html\n  backstory --schema story"
)]
struct Program {
    /// Print the JSON Schema of a document: story, replay, patterns, formats, case
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Tell(tell::Args),
    Replay(replay::Args),
    Patterns(patterns::Args),
    Formats(formats::Args),
    Demo(demo::Args),
    Completions(shells::CompletionsArgs),
    #[command(hide = true)]
    Man(shells::ManArgs),
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
    crate::interrupt::listen();
    let done = std::panic::catch_unwind(|| asked(&program));
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

fn asked(program: &Program) -> Result<(), Failure> {
    match (&program.schema, &program.command) {
        (Some(_), Some(_)) => Err(Failure::usage("--schema stands alone", "backstory --schema story")),
        (Some(name), None) => schema(name),
        (None, Some(command)) => run(command),
        (None, None) => {
            let help = <Program as clap::CommandFactory>::command().render_help().ansi().to_string();
            anstream::eprint!("{help}");
            Err(Failure::usage("no command was given", "`backstory demo` shows what it does"))
        }
    }
}

/// Prints a document's schema.
fn schema(name: &str) -> Result<(), Failure> {
    let text = ::tell::schema_text(name).ok_or_else(|| {
        let known = ::tell::DOCUMENTS.join(", ");
        Failure::usage(format!("no document is called {name:?}"), format!("there are: {known}"))
    })?;
    output::to_stdout(&text)
}

fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Tell(args) => tell::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Patterns(args) => patterns::run(args),
        Command::Formats(args) => formats::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Completions(args) => shells::completions(args),
        Command::Man(args) => shells::man(args),
    }
}

/// Runs a command as if these words had been typed.
fn run_words(words: &[String]) -> Result<(), Failure> {
    let program = Program::try_parse_from(words).map_err(|e| Failure::usage(e.to_string(), ""))?;
    asked(&program)
}

fn report(failure: &Failure) -> ExitCode {
    // Whoever reads our output has had enough: no fault.
    if failure.what.contains("Broken pipe") {
        return ExitCode::SUCCESS;
    }
    anstream::eprintln!("backstory: {failure}");
    ExitCode::from(failure.exit())
}
