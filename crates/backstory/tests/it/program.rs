//! Runs the program, and makes the cases that it is run over.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use drill::{Cut, Plan, Settings, Truth, Written};
use serde_json::Value;
use tempfile::TempDir;

/// The binary under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_backstory");

/// What a run of the program left behind.
pub struct Ran {
    /// The exit status; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// This run, known to have gone well: with status 0, and without a word about a panic anywhere.
    pub fn well(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.calmly()
    }

    /// This run, known not to have panicked, whatever its status says.
    pub fn calmly(self) -> Ran {
        let fault = ["panicked", "RUST_BACKTRACE", "a fault of its own"].iter().find(|w| self.err.contains(**w));
        assert!(fault.is_none() && self.code != Some(101), "{:?}: {}", self.code, self.err);
        self
    }

    /// Standard output as one JSON document, which is as its schema promises.
    pub fn json(&self) -> Value {
        let document = serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out));
        assert_valid(&document);
        document
    }

    /// Standard output as the lines of a replay, each as its schema promises.
    pub fn json_lines(&self) -> Vec<Value> {
        let line = |l: &str| -> Value { serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}")) };
        let lines: Vec<Value> = self.out.lines().map(line).collect();
        lines.iter().for_each(|line| assert_as("replay", line));
        lines
    }
}

/// Asserts that a document is as the schema promises that it names.
pub fn assert_valid(document: &Value) {
    let schema = document["schema"].as_str().unwrap_or_else(|| panic!("it names no schema: {document}"));
    let name = schema.trim_start_matches("backstory.").split('/').next().unwrap();
    assert_as(name, document);
}

/// Asserts that a document is as the schema of that name promises, which is asked of the program itself.
pub fn assert_as(name: &str, document: &Value) {
    static KNOWN: Mutex<BTreeMap<String, Arc<jsonschema::Validator>>> = Mutex::new(BTreeMap::new());
    let asked = || {
        let printed = run(Path::new("."), &["--schema", name]).well().out;
        let schema: Value = serde_json::from_str(&printed).unwrap();
        Arc::new(jsonschema::validator_for(&schema).unwrap())
    };
    let validator = KNOWN.lock().unwrap().entry(name.to_string()).or_insert_with(asked).clone();
    let wrong: Vec<String> =
        validator.iter_errors(document).take(5).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "not as `backstory --schema {name}` promises: {wrong:#?}");
}

/// Says that a test looked at nothing, and why: past the test runner, which would keep it to itself.
pub fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// The program in an environment that the machine does not shape: no width of a terminal, no settings lying about.
pub fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(words).current_dir(folder).env_remove("COLUMNS").env_remove("RUST_BACKTRACE").env("LC_ALL", "C.UTF-8");
    command
}

/// Runs the program in a folder.
pub fn run(folder: &Path, words: &[&str]) -> Ran {
    let done = command(folder, words).stdin(Stdio::null()).output().unwrap();
    ran(&done)
}

/// Runs the program in a folder with these bytes as standard input.
pub fn run_with(folder: &Path, words: &[&str], input: &[u8]) -> Ran {
    let mut child =
        command(folder, words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let done = std::thread::scope(|scope| {
        // Who refuses input closes the pipe early: that is no failure of the writer.
        scope.spawn(move || pipe.write_all(input).ok());
        child.wait_with_output().unwrap()
    });
    ran(&done)
}

fn ran(done: &std::process::Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap_or_else(|e| panic!("not UTF-8: {e}"));
    Ran { code: done.status.code(), out: text(&done.stdout), err: text(&done.stderr) }
}

/// A folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// These bytes as a `.gz` file has them.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A drill on disk, gone when it is dropped.
pub struct Case {
    folder: TempDir,
    written: Written,
}

impl Case {
    /// A drill of that kind, seed and size.
    pub fn of(kind: &str, seed: u64, settings: Settings) -> Case {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan { incident: drill::kind(kind).unwrap(), seed, settings, cut: Cut::Whole };
        let written = drill::write(&plan, folder.path()).unwrap();
        Case { folder, written }
    }

    /// One that is quick to read and still raises signals of several kinds.
    pub fn quick(kind: &str, seed: u64) -> Case {
        Case::of(kind, seed, quick())
    }

    /// Where `evidence` and `incident.yaml` lie.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What is true of it.
    pub fn truth(&self) -> &Truth {
        &self.written.truth
    }

    /// The files of its evidence, as paths.
    pub fn files(&self) -> Vec<PathBuf> {
        self.written.files.iter().map(|f| self.written.evidence.join(&f.name)).collect()
    }

    /// How many records its files hold, counted by who wrote them.
    pub fn records(&self) -> usize {
        self.written.files.iter().map(|f| f.records).sum()
    }

    /// Runs the program over its evidence, which is named `evidence`.
    pub fn run(&self, command: &str, more: &[&str]) -> Ran {
        run(self.folder(), &[&[command, "evidence"], more].concat()).well()
    }

    /// The story of its incident; of a quiet case, of its end.
    pub fn tell(&self, more: &[&str]) -> Ran {
        let asked: &[&str] = if self.written.incident.is_some() { &["--incident", "incident.yaml"] } else { &[] };
        self.run("tell", &[asked, more].concat())
    }
}

/// Ten days, a fifth of the lines, a point every ten minutes: less than a second to read.
pub fn quick() -> Settings {
    Settings { days: 10, volume: 0.2, metric_step: 10 * evidence::MINUTE, traces_a_day: 40.0 }
}
