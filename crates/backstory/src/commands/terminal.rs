//! The terminal: how wide it is, what it can show, and a pager where a text is longer than it is high.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use crate::failure::Failure;

use super::output::failed;

/// Columns where nobody says.
const COLUMNS: usize = 80;
/// What `less` is told where nobody says, as git does: end where one screen is enough, colours as they are, leave the text.
const LESS: &str = "FRX";

fn number(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok()
}

/// Columns: what the environment says, else the terminal, else 80.
pub fn width() -> usize {
    let said = number("COLUMNS").filter(|columns| (40..=400).contains(columns));
    let seen = || io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    said.or_else(|| seen().map(|(width, _)| usize::from(width.0).clamp(40, 400))).unwrap_or(COLUMNS)
}

/// Rows of the terminal.
fn height() -> Option<usize> {
    number("LINES").or_else(|| terminal_size::terminal_size().map(|(_, height)| usize::from(height.0)))
}

/// Whether standard output shows more than ASCII: as the locale says; where none is set, a terminal does not.
pub fn shows_unicode() -> bool {
    let said =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    match said {
        Some(locale) => locale.to_ascii_lowercase().replace('-', "").contains("utf8"),
        None => !io::stdout().is_terminal(),
    }
}

/// The pager: `BACKSTORY_PAGER`, `PAGER`, else `less`; none where it is empty or `cat`.
fn pager() -> Option<String> {
    let said = ["BACKSTORY_PAGER", "PAGER"].iter().find_map(|name| std::env::var(name).ok());
    Some(said.unwrap_or_else(|| "less".into())).filter(|pager| !pager.trim().is_empty() && pager != "cat")
}

/// Prints a text; where it is longer than the terminal, through the pager.
pub fn show(text: &str, paged: bool) -> Result<(), Failure> {
    let is_long = || height().is_some_and(|height| text.lines().count() >= height);
    if paged
        && io::stdout().is_terminal()
        && is_long()
        && let Some(pager) = pager()
        && through(&pager, text).is_some()
    {
        return Ok(());
    }
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| failed(describe(&e)))
}

/// Through a pager; nothing where it cannot be started. A reader who leaves early has had enough.
fn through(pager: &str, text: &str) -> Option<()> {
    let colours = anstream::stdout().current_choice() != anstream::ColorChoice::Never;
    let text = if colours { text.to_string() } else { anstream::adapter::strip_str(text).to_string() };
    let mut command = Command::new("sh");
    command.args(["-c", pager]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    if shows_unicode() && std::env::var_os("LESSCHARSET").is_none() {
        command.env("LESSCHARSET", "utf-8");
    }
    let mut child = command.spawn().ok()?;
    if let Some(mut input) = child.stdin.take() {
        let _ = input.write_all(text.as_bytes());
    }
    let status = child.wait().ok()?;
    // 127: there is no such program.
    (status.code() != Some(127)).then_some(())
}

fn describe(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::BrokenPipe { "Broken pipe".into() } else { format!("standard output: {error}") }
}
