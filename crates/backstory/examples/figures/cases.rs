//! Makes cases and runs the program over them, as many at a time as there are cores.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use drill::{Cut, Incident, Plan, Settings, Truth};
use serde_json::Value;
use tempfile::TempDir;

use crate::fingerprint::rust_files;

/// Why the figures cannot be made.
pub type Refused = String;

/// The program that is judged.
pub struct Program(PathBuf);

/// What a run of it left behind.
pub struct Ran {
    /// Standard output.
    pub out: String,
    /// User and system time in seconds, where the kernel says it.
    pub cpu: Option<f64>,
}

impl Program {
    /// The program beside this one, if it is there and not older than its sources.
    pub fn find(root: &Path) -> Result<Program, Refused> {
        let own = std::env::current_exe().map_err(|e| format!("where this program lies cannot be found out: {e}"))?;
        let folder = own.ancestors().nth(2).unwrap_or(&own);
        let path = folder.join(format!("backstory{}", std::env::consts::EXE_SUFFIX));
        let hint = "build it first: cargo build --release -p backstory";
        let Ok(built) = path.metadata().and_then(|m| m.modified()) else {
            return Err(format!("there is no {}; {hint}", path.display()));
        };
        for source in sources(root).map_err(|e| format!("the sources cannot be read: {e}"))? {
            if source.metadata().and_then(|m| m.modified()).is_ok_and(|changed| changed > built) {
                return Err(format!("{} is older than {}; {hint}", path.display(), source.display()));
            }
        }
        Ok(Program(path))
    }

    /// Runs it in a folder, on one thread: so many runs go on at once as there are cores, and the output is the same.
    pub fn run(&self, folder: &Path, words: &[&str]) -> Result<Ran, Refused> {
        let mut command = Command::new(&self.0);
        command.args(words).args(["--threads", "1"]).current_dir(folder).env_remove("COLUMNS");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (mut out, mut err) = (String::new(), String::new());
        let run = || -> std::io::Result<(bool, Option<f64>)> {
            let mut child = command.spawn()?;
            child.stdout.take().map_or(Ok(0), |mut pipe| pipe.read_to_string(&mut out))?;
            child.stderr.take().map_or(Ok(0), |mut pipe| pipe.read_to_string(&mut err))?;
            let cpu = cpu_seconds(&child);
            Ok((child.wait()?.success(), cpu))
        };
        match { run }() {
            Ok((true, cpu)) => Ok(Ran { out, cpu }),
            Ok((false, _)) => Err(format!("backstory {}: {}", words.join(" "), err.trim())),
            Err(e) => Err(format!("backstory {}: {e}", words.join(" "))),
        }
    }

    /// Runs it for one document.
    pub fn document(&self, folder: &Path, words: &[&str]) -> Result<Value, Refused> {
        serde_json::from_str(&self.run(folder, words)?.out).map_err(|e| format!("backstory {}: {e}", words.join(" ")))
    }

    /// Runs `replay` over the evidence of a case: its lines, and what it took.
    pub fn replay(&self, folder: &Path, more: &[&str]) -> Result<(Vec<Value>, Option<f64>), Refused> {
        let ran = self.run(folder, &[&["replay", "evidence"], more].concat())?;
        let lines: Result<_, _> = ran.out.lines().map(serde_json::from_str).collect();
        Ok((lines.map_err(|e| format!("backstory replay: {e}"))?, ran.cpu))
    }
}

/// The sources of all rooms.
fn sources(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for room in std::fs::read_dir(root.join("crates"))? {
        rust_files(&room?.path().join("src"), &mut found)?;
    }
    Ok(found)
}

/// What a child took in user and system time. The standard library cannot ask for it; the kernel keeps it for a child that
/// has ended until somebody waits for it, in hundredths of a second.
fn cpu_seconds(child: &Child) -> Option<f64> {
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
        // The name of the program stands in brackets and may hold anything; the state comes after it.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        if fields.first() == Some(&"Z") {
            let ticks = |n: usize| fields.get(n).and_then(|f| f.parse::<f64>().ok());
            return Some((ticks(11)? + ticks(12)?) / 100.0);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A drill on disk, gone when it is dropped.
pub struct Case {
    folder: TempDir,
    /// What is true of it.
    pub truth: Truth,
    /// Whether there is a report.
    pub reported: bool,
}

impl Case {
    /// Makes one: three weeks, or what a cut leaves of them.
    pub fn make(incident: &'static Incident, seed: u64, cut: Cut) -> Result<Case, Refused> {
        let plan = Plan { incident, seed, settings: Settings::default(), cut };
        let made = tempfile::tempdir().and_then(|folder| Ok((drill::write(&plan, folder.path())?, folder)));
        let (written, folder) = made.map_err(|e| format!("{} {seed} cannot be made: {e}", incident.name))?;
        Ok(Case { folder, reported: written.incident.is_some(), truth: written.truth })
    }

    /// Where `evidence` lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Does every piece of work, on as many threads as there are cores; results come back in order. Says now and then how far
/// it is, and stops at the first that is refused.
pub fn each<W: Sync, R: Send>(
    what: &str,
    work: &[W],
    doing: impl Fn(&W) -> Result<R, Refused> + Sync,
) -> Result<Vec<R>, Refused> {
    let (next, done, began) = (Mutex::new(0), Mutex::new(BTreeMap::new()), Instant::now());
    let lost = || "a thread was lost".to_string();
    let worker = || -> Result<(), Refused> {
        loop {
            let mine = {
                let mut next = next.lock().map_err(|_| lost())?;
                *next += 1;
                *next - 1
            };
            let Some(piece) = work.get(mine) else { return Ok(()) };
            let result = doing(piece);
            let mut done = done.lock().map_err(|_| lost())?;
            if result.is_err() {
                *next.lock().map_err(|_| lost())? = work.len();
            }
            done.insert(mine, result);
            if done.len().is_multiple_of(20) || done.len() == work.len() {
                anstream::eprintln!("{what}: {} of {}, {} s", done.len(), work.len(), began.elapsed().as_secs());
            }
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| lost())?)
    })?;
    done.into_inner().map_err(|_| lost())?.into_values().collect()
}
