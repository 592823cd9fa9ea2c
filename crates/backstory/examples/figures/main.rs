//! The figures in `docs/`: every incident over several seeds, as the real program tells it.
//!
//! ```text
//! cargo build --release -p backstory
//! cargo run --release -p backstory --example figures -- drills FIRST_SEED SEEDS [--fresh] [KIND…]
//! cargo run --release -p backstory --example figures -- detectors FIRST_SEED SEEDS [--fresh] [KIND…]
//! ```
//!
//! The first writes `docs/drills.md`, the second `docs/detectors.md`. Without a KIND they take all. Figures that count come
//! from seeds of 1,000 and more that were never run before, once: then say `--fresh`. Without it, or with
//! `--development`, the document says that its seeds were looked at while the program was built.
//!
//! Nothing is built here: what is judged is the program beside this one, and one that is older than its sources is refused.

mod cases;
mod detectors;
mod drills;
#[path = "../../tests/it/fingerprint.rs"]
mod fingerprint;
mod numbers;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use drill::Incident;

use cases::{Program, Refused};

/// What is asked for.
pub struct Asked {
    document: String,
    /// Which incidents.
    pub kinds: Vec<&'static Incident>,
    /// The first seed.
    pub first: u64,
    /// How many.
    pub seeds: u64,
    fresh: bool,
}

impl Asked {
    /// All seeds.
    pub fn all_seeds(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.seeds
    }

    /// Every incident with every seed.
    pub fn cases(&self) -> Vec<(&'static Incident, u64)> {
        self.kinds.iter().flat_map(|kind| self.all_seeds().map(move |seed| (*kind, seed))).collect()
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match make(&words) {
        Ok(path) => {
            anstream::println!("{}", path.display());
            ExitCode::SUCCESS
        }
        Err(refused) => {
            anstream::eprintln!("figures: {refused}");
            ExitCode::FAILURE
        }
    }
}

fn make(words: &[String]) -> Result<PathBuf, Refused> {
    let asked = asked(words)?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("this crate has no workspace")?;
    let program = Program::find(root)?;
    let made = how_made(&asked, words, root)?;
    let text = match asked.document.as_str() {
        "drills" => drills::document(&asked, &program, &made)?,
        _ => detectors::document(&asked, &program, &made)?,
    };
    let path = root.join("docs").join(format!("{}.md", asked.document));
    std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

const USAGE: &str = "say: drills|detectors FIRST_SEED SEEDS [--fresh|--development] [KIND…]";

fn asked(words: &[String]) -> Result<Asked, Refused> {
    let (flags, plain): (Vec<&str>, Vec<&str>) = words.iter().map(String::as_str).partition(|w| w.starts_with("--"));
    if let Some(flag) = flags.iter().find(|flag| !["--fresh", "--development"].contains(flag)) {
        return Err(format!("{flag} is not known; {USAGE}"));
    }
    let [document @ ("drills" | "detectors"), first, seeds, kinds @ ..] = plain.as_slice() else {
        return Err(USAGE.to_string());
    };
    let number = |word: &str| word.parse::<u64>().map_err(|_| format!("{word} is not a number; {USAGE}"));
    let known: Vec<&str> = drill::kinds().iter().map(|k| k.name).collect();
    if let Some(kind) = kinds.iter().find(|kind| !known.contains(kind)) {
        return Err(format!("no incident is called {kind}; there are: {}", known.join(", ")));
    }
    let chosen = |kind: &&Incident| kinds.is_empty() || kinds.contains(&kind.name);
    Ok(Asked {
        document: (*document).to_string(),
        kinds: drill::kinds().iter().filter(chosen).collect(),
        first: number(first)?,
        seeds: number(seeds)?.max(1),
        fresh: flags.contains(&"--fresh"),
    })
}

/// How the document came to be: what it takes to make it again, and to see that it must be.
fn how_made(asked: &Asked, words: &[String], root: &Path) -> Result<String, Refused> {
    let seeds = match asked.fresh {
        true => "**Fresh seeds**: never run before, and run once, for this page.",
        false => {
            "**Development seeds**: looked at while the program was built. They show where it stands, and do not count."
        }
    };
    // Tests decide nothing here: what lies in `src`, and this program, does.
    let deciding = [":(glob)crates/*/src/**", "crates/backstory/examples"];
    let changed = !git(root, &[&["status", "--porcelain", "--"][..], &deciding].concat())?.is_empty();
    let and = if changed { ", and changes that were not committed" } else { "" };
    Ok(format!(
        "{seeds}\n\n\
         - Made with `cargo run --release -p backstory --example figures -- {}`,\n  \
         after `cargo build --release -p backstory`\n\
         - Made at commit {}{and}\n\
         - {}{}\n",
        words.join(" "),
        git(root, &["rev-parse", "HEAD"])?,
        fingerprint::LABEL,
        fingerprint::fingerprint(root).map_err(|e| format!("the sources cannot be read: {e}"))?,
    ))
}

fn git(root: &Path, words: &[&str]) -> Result<String, Refused> {
    let done = Command::new("git").args(words).current_dir(root).output();
    let done = done.map_err(|e| format!("git is needed to say at which commit this was made: {e}"))?;
    if !done.status.success() {
        return Err(format!("git {}: {}", words.join(" "), String::from_utf8_lossy(&done.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_string())
}
