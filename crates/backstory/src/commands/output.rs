//! Where results go: standard output, or a file that is whole or not there.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::failure::{Failure, FailureKind};

/// In which form a result is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For a terminal
    Text,
    /// One document for programs
    Json,
    /// For a post-mortem (not built yet)
    #[value(hide = true)]
    Md,
    /// A page (not built yet)
    #[value(hide = true)]
    Html,
}

/// How a result is told, and where.
#[derive(clap::Args, Clone, Debug)]
pub struct OutputArgs {
    /// The form; without it the ending of FILE chooses
    #[arg(long, value_name = "FORM", value_enum, help_heading = "Output")]
    pub output: Option<Form>,
    /// Write here instead of standard output
    #[arg(short, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
}

impl OutputArgs {
    /// The form that was asked for.
    ///
    /// # Errors
    /// One that is not built yet.
    pub fn form(&self) -> Result<Form, Failure> {
        let ending = self.out.as_deref().and_then(Path::extension).and_then(|e| e.to_str());
        let form = self.output.or(match ending {
            Some("json") => Some(Form::Json),
            Some("md") => Some(Form::Md),
            Some("html") => Some(Form::Html),
            Some("story") => return Err(not_yet("a saved .story")),
            _ => None,
        });
        match form.unwrap_or(Form::Text) {
            Form::Md => Err(not_yet("Markdown")),
            Form::Html => Err(not_yet("HTML")),
            form => Ok(form),
        }
    }

    /// Writes the result.
    ///
    /// # Errors
    /// The file or stream cannot be written.
    pub fn write(&self, text: &str) -> Result<(), Failure> {
        match &self.out {
            None => to_stdout(text),
            Some(path) => to_file(path, &anstream::adapter::strip_str(text).to_string()),
        }
    }
}

fn not_yet(what: &str) -> Failure {
    Failure::usage(format!("{what} cannot be written by this version"), "use --output text or --output json")
}

fn failed(what: String) -> Failure {
    Failure { kind: FailureKind::Environment, what, hint: String::new() }
}

/// Writes to standard output; styles are left out where they do not belong.
pub fn to_stdout(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| failed(describe(&e)))
}

fn describe(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::BrokenPipe { "Broken pipe".into() } else { format!("standard output: {error}") }
}

/// Writes beside the file and then moves into its place: a reader never sees half of it.
fn to_file(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let said = |e: &dyn std::fmt::Display| failed(format!("{}: {e}", path.display()));
    let mut builder = tempfile::Builder::new();
    // As any new file: what the umask leaves, not a secret of its owner's.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(|e| said(&e))?;
    file.write_all(text.as_bytes()).map_err(|e| said(&e))?;
    file.persist(path).map_err(|e| said(&e))?;
    Ok(())
}

/// Columns of the terminal, as the shell says; 80 elsewhere.
pub fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).filter(|c| (40..=400).contains(c)).unwrap_or(80)
}
