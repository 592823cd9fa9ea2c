//! The inputs: each is invented and written when it is first asked for.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};

use evidence::{DAY, HOUR};
use ingest::{Argument, Chunk, Form, Given};
use tempfile::TempDir;

use crate::invent::{self, Invented, Size};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A plain log of some dozens of sentences, three days of it.
    Plain,
    /// The same file, packed.
    Gzip,
    /// JSON lines.
    Json,
    /// Metrics as long CSV.
    Points,
    /// OTLP/JSON traces.
    Spans,
    /// Three weeks of a drilled incident: logs, metrics, traces and changes side by side in one folder.
    Incident,
}

/// All of them.
pub const ALL: [Input; 6] = [Input::Plain, Input::Gzip, Input::Json, Input::Points, Input::Spans, Input::Incident];
/// Without the packed one: what comes behind decompression is the same for both.
pub const UNPACKED: [Input; 5] = [Input::Plain, Input::Json, Input::Points, Input::Spans, Input::Incident];
/// Those that are one file.
pub const FILES: [Input; 5] = [Input::Plain, Input::Gzip, Input::Json, Input::Points, Input::Spans];
/// Those that are one file, as it was written.
pub const KINDS: [Input; 4] = [Input::Plain, Input::Json, Input::Points, Input::Spans];

/// An input on disk.
#[derive(Debug)]
pub struct Written {
    /// The file, or the folder.
    pub path: PathBuf,
    /// How much stands in it: bytes of text, unpacked, and records.
    pub amount: Amount,
}

/// How much work something is.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Bytes; 0 where bytes say nothing.
    pub bytes: u64,
    /// Pieces.
    pub items: u64,
    /// What the pieces are called.
    pub unit: &'static str,
}

/// What was written so far, in the order of the inputs.
static SLOTS: [OnceLock<Option<Written>>; 6] = [const { OnceLock::new() }; 6];
static FOLDER: Mutex<Option<TempDir>> = Mutex::new(None);
/// Bytes in a megabyte, as programs that show rates have it.
const MB: usize = 1_000_000;
/// As a test, an input is so many times smaller.
const TEST: usize = 64;

/// Takes the folder away when it is dropped.
pub struct Folder;

impl Drop for Folder {
    fn drop(&mut self) {
        if let Ok(mut folder) = FOLDER.lock() {
            drop(folder.take());
        }
    }
}

/// Whether this is a measurement and no test or listing: what divan itself goes by.
pub fn measuring() -> bool {
    let given = |flag: &str| std::env::args().any(|a| a == flag);
    given("--bench") && !given("--test") && !given("--list")
}

/// The folder that all inputs lie in.
pub fn folder() -> PathBuf {
    let mut folder = FOLDER.lock().expect("nobody panics while holding it");
    // Below the build's own folder: it is on a disk even where the system's temporary folder is memory.
    let made = || tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
    folder.get_or_insert_with(made).path().to_path_buf()
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Input::Plain => "plain log",
            Input::Gzip => "plain log, packed",
            Input::Json => "JSON lines",
            Input::Points => "long CSV",
            Input::Spans => "OTLP traces",
            Input::Incident => "an incident",
        })
    }
}

impl Input {
    /// What its records are called.
    pub fn unit(self) -> &'static str {
        match self {
            Input::Plain | Input::Gzip | Input::Json => "lines",
            Input::Points => "points",
            Input::Spans => "spans",
            Input::Incident => "records",
        }
    }

    fn amount(self, bytes: u64, items: u64) -> Amount {
        Amount { bytes, items, unit: self.unit() }
    }

    /// The input on disk; `None` where it cannot be made here (there is no `gzip`).
    pub fn written(self) -> Option<&'static Written> {
        SLOTS[self as usize].get_or_init(|| self.write(&folder())).as_ref()
    }

    fn write(self, folder: &Path) -> Option<Written> {
        match self {
            Input::Plain => Some(self.stored(folder, "shop.log", &invent::plain(size(96, 3 * DAY)))),
            Input::Gzip => packed(folder),
            Input::Json => Some(self.stored(folder, "shop.jsonl", &invent::json(size(96, 3 * DAY)))),
            Input::Points => Some(self.stored(folder, "metrics.csv", &invent::points(size(64, 3 * DAY)))),
            Input::Spans => Some(self.stored(folder, "traces.jsonl", &invent::spans(size(96, DAY)))),
            Input::Incident => Some(drilled(&folder.join("drilled"))),
        }
    }

    fn stored(self, folder: &Path, name: &str, invented: &Invented) -> Written {
        let path = folder.join(name);
        fs::write(&path, &invented.text).expect("the folder can be written to");
        Written { path, amount: self.amount(invented.text.len() as u64, invented.records) }
    }

    /// As the program is given it.
    pub fn arguments(self) -> Option<Vec<Argument>> {
        let path = self.written()?.path.to_string_lossy().into_owned();
        Some(vec![Argument { path, given: Given::Guess }])
    }

    /// Opened, as the program opens it.
    pub fn opened(self) -> Option<ingest::Opened> {
        let settings = ingest::Settings::default();
        let source = ingest::discover(&self.arguments()?, &settings).sources.into_iter().next()?;
        ingest::open(&source, &settings).ok()
    }

    /// Its first chunks, and how they are to be taken apart.
    pub fn chunks(self, many: usize) -> Option<(Form, Vec<Chunk>)> {
        let mut opened = self.opened()?;
        let form = opened.form().clone();
        Some((form, std::iter::from_fn(|| opened.next_chunk()).take(many).collect()))
    }
}

fn size(megabytes: usize, span: evidence::Nanos) -> Size {
    let less = if measuring() { 1 } else { TEST };
    Size { bytes: megabytes * MB / less, span: (span / less as i64).max(HOUR) }
}

fn packed(folder: &Path) -> Option<Written> {
    let plain = Input::Plain.written()?;
    let path = folder.join("shop.log.gz");
    let to = File::create(&path).ok()?;
    let mut gzip = Command::new("gzip");
    gzip.arg("-c").arg(&plain.path).stdout(to).stderr(Stdio::null());
    let done = gzip.status().is_ok_and(|status| status.success());
    done.then_some(Written { path, amount: plain.amount })
}

fn drilled(folder: &Path) -> Written {
    let settings = if measuring() { drill::Settings::default() } else { drill::Settings::small() };
    let incident = drill::kind("pool").expect("the drill knows this incident");
    let plan = drill::Plan { incident, seed: 1, settings, cut: drill::Cut::Whole };
    let written = drill::write(&plan, folder).expect("the folder can be written to");
    let path = folder.join("evidence");
    let files = fs::read_dir(&path).expect("the drill made it").flatten();
    let bytes = files.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
    let records = written.files.iter().map(|file| file.records as u64).sum();
    Written { path, amount: Input::Incident.amount(bytes, records) }
}
