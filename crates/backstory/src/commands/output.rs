//! Where results go: standard output, or a file that is whole or not there.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::terminal::{show, shows_unicode};
use crate::failure::{Failure, FailureKind};
use crate::interrupt;

/// In which form a result is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For a terminal
    Text,
    /// One document for programs
    Json,
    /// For a post-mortem, or with --brief for a chat
    Md,
    /// One page that opens offline
    Html,
    /// A saved story, to be told again anywhere
    #[value(hide = true)]
    Story,
}

/// How a result is told, and where.
#[derive(clap::Args, Clone, Debug)]
pub struct OutputArgs {
    /// The form; without it the ending of FILE chooses (.json, .md, .html, .story) [default: text]
    #[arg(long, value_name = "FORM", value_enum, help_heading = "Output")]
    pub output: Option<Form>,
    /// Write here instead of standard output
    #[arg(short, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Never show a long text through a pager
    #[arg(long, help_heading = "Output")]
    pub no_pager: bool,
}

impl OutputArgs {
    /// The form that was asked for, one of those that the command has.
    ///
    /// # Errors
    /// The command has no such form.
    pub fn form(&self, command: &str, known: &[Form]) -> Result<Form, Failure> {
        let ending = self.out.as_deref().and_then(Path::extension).and_then(|e| e.to_str());
        let of_file = Form::value_variants().iter().find(|form| ending == Some(form.name())).copied();
        let form = self.output.or(of_file).unwrap_or(Form::Text);
        if known.contains(&form) {
            return Ok(form);
        }
        let names: Vec<&str> = known.iter().map(|form| form.name()).collect();
        Err(Failure::usage(
            format!("`backstory {command}` has no form {}", form.name()),
            format!("it has: {}", names.join(", ")),
        ))
    }

    /// Writes the result.
    ///
    /// # Errors
    /// The file or stream cannot be written.
    pub fn write(&self, text: &str, form: Form) -> Result<(), Failure> {
        match &self.out {
            None if form == Form::Text => to_stdout_paged(text, !self.no_pager),
            None => show(text, false),
            Some(path) if form == Form::Text => to_file(path, &anstream::adapter::strip_str(text).to_string()),
            Some(path) => to_file(path, text),
        }
    }
}

impl Form {
    /// As it is typed, and as files end.
    pub fn name(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Json => "json",
            Form::Md => "md",
            Form::Html => "html",
            Form::Story => "story",
        }
    }
}

/// Something around us failed.
pub fn failed(what: String) -> Failure {
    Failure { kind: FailureKind::Environment, what, hint: String::new() }
}

/// Writes to standard output; styles are left out where they do not belong, and what it cannot show is written in ASCII.
pub fn to_stdout(text: &str) -> Result<(), Failure> {
    to_stdout_paged(text, false)
}

fn to_stdout_paged(text: &str, paged: bool) -> Result<(), Failure> {
    if shows_unicode() { show(text, paged) } else { show(&tell::ascii(text), paged) }
}

/// Writes beside the file and then moves into its place: a reader never sees half of it, and an interrupted run leaves
/// nothing.
fn to_file(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let said = |e: &dyn std::fmt::Display| failed(format!("{}: {e}", path.display()));
    let mut builder = tempfile::Builder::new();
    // As any new file: what the umask leaves, not a secret of its owner's.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(|e| said(&e))?;
    let _removed = interrupt::removes(file.path());
    file.write_all(text.as_bytes()).map_err(|e| said(&e))?;
    file.persist(path).map_err(|e| said(&e))?;
    Ok(())
}
