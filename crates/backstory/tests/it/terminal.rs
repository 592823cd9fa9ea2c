//! A real terminal, of 80 and of 140 columns: tmux runs the program in one and gives back what stands on it.
//!
//! Without tmux this says clearly that it looked at nothing; `test.sh` installs it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::{Case, PROGRAM, skipped};

/// A terminal that ends with the test.
struct Terminal {
    socket: String,
    colours: bool,
}

impl Terminal {
    fn new(name: &str, (columns, rows): (u32, u32), folder: &Path) -> Option<Terminal> {
        let socket = format!("backstory-{}-{name}", std::process::id());
        let terminal = Terminal { socket, colours: false };
        let started = Command::new("tmux")
            .args(["-L", &terminal.socket, "-f", "/dev/null", "new-session", "-d", "-s", "t", "-x"])
            .args([&columns.to_string(), "-y", &rows.to_string(), "env PS1='$ ' sh"])
            .current_dir(folder)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TMUX")
            .status();
        match started {
            Ok(status) => {
                assert!(status.success(), "tmux did not start");
                Some(terminal)
            }
            Err(_) => {
                skipped("no tmux on this machine, so nobody looked at a terminal (test.sh installs it)");
                None
            }
        }
    }

    fn tmux(&self, words: &[&str]) -> String {
        let done = Command::new("tmux").args(["-L", &self.socket]).args(words).output().unwrap();
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn types(&self, line: &str) {
        self.tmux(&["send-keys", "-t", "t", line, "Enter"]);
    }

    fn screen(&self) -> String {
        let colours: &[&str] = if self.colours { &["-e"] } else { &[] };
        self.tmux(&[&["capture-pane", "-p", "-t", "t"], colours].concat())
    }

    /// The screen, once these words stand on it.
    fn shows(&self, words: &str) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(words) {
                return screen;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "no {words:?} on the screen:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Where there is no tmux there is no server either.
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).output();
    }
}

/// The lines of the screen from the verdict on.
fn story_on(screen: &str) -> Vec<String> {
    // What was typed before the shell was ready may stand before the first line.
    let lines: Vec<String> = screen.lines().map(|l| l.trim_start_matches("$ ").trim_end().to_string()).collect();
    let first = lines.iter().position(|l| l.starts_with("KNOWN") || l.starts_with("SILENT") || l.starts_with("TOLD"));
    lines[first.unwrap_or_else(|| panic!("no verdict:\n{screen}"))..].to_vec()
}

#[test]
fn the_first_screen_fits_a_terminal_of_any_width() {
    let case = Case::quick("certificate", 11);
    for columns in [80, 140] {
        let Some(mut terminal) = Terminal::new(&format!("w{columns}"), (columns, 50), case.folder()) else { return };
        terminal.types(&format!("{PROGRAM} tell evidence --incident incident.yaml; echo done"));
        let screen = terminal.shows("\ndone");
        let lines = story_on(&screen);
        let length = lines.iter().position(|l| l == "done").unwrap();
        assert!(length <= 30, "{length} lines:\n{screen}");
        let widest = lines.iter().map(|l| l.chars().count()).max().unwrap();
        assert!(
            widest <= columns as usize && widest + 12 > columns as usize,
            "{widest} of {columns} columns:\n{screen}"
        );
        terminal.colours = true;
        assert!(terminal.screen().contains("\u{1b}[1m"), "a terminal gets colours");
    }
}

#[test]
fn a_long_story_is_read_through_a_pager_and_a_short_one_is_not() {
    let case = Case::quick("certificate", 11);
    let Some(terminal) = Terminal::new("pager", (80, 30), case.folder()) else { return };
    // A pager of our own shows that it was asked, and with what.
    terminal.types("export BACKSTORY_PAGER='sed 3q; echo paged'");
    terminal.types(&format!("{PROGRAM} tell evidence --incident incident.yaml --full; echo ended"));
    let screen = terminal.shows("\nended");
    assert!(screen.contains("\npaged"), "{screen}");
    terminal.types("clear");
    terminal
        .types(&format!("{PROGRAM} tell evidence --incident incident.yaml --full --no-pager | tail -n 3; echo piped"));
    let screen = terminal.shows("\npiped");
    assert!(!screen.contains("\npaged"), "{screen}");
    terminal.types("clear");
    terminal.types(&format!("{PROGRAM} patterns evidence/orders-queue.log --no-pager | head -n 3; echo short"));
    assert!(!terminal.shows("\nshort").contains("\npaged"));
}

#[test]
fn a_terminal_that_knows_ascii_alone_gets_ascii() {
    let case = Case::quick("certificate", 11);
    let Some(terminal) = Terminal::new("ascii", (80, 50), case.folder()) else { return };
    terminal.types(&format!("LC_ALL=C {PROGRAM} tell evidence --incident incident.yaml; echo done"));
    let screen = terminal.shows("\ndone");
    let story = story_on(&screen).join("\n");
    assert!(story.is_ascii() && story.contains('~'), "{story}");
}
