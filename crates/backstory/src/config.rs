//! Settings: defaults, then `backstory.toml`, then flags; each value remembers where it came from.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A configuration file.
    File(PathBuf),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("the default"),
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Flag(flag) => f.write_str(flag),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub origin: Origin,
}

impl<T> Setting<T> {
    fn default_of(value: T) -> Setting<T> {
        Setting { value, origin: Origin::Default }
    }

    /// A later layer speaks, if it says anything.
    fn over(&mut self, value: Option<T>, origin: &Origin) {
        if let Some(value) = value {
            *self = Setting { value, origin: origin.clone() };
        }
    }
}

/// All settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The zone of stamps that name none.
    pub timezone: Setting<String>,
    /// The year of stamps that name none.
    pub year: Setting<Option<i32>>,
    /// Whether secrets are hidden.
    pub redact: Setting<bool>,
    /// The user's own redaction rules.
    pub redact_rules: Setting<Vec<String>>,
    /// The file with the user's own templates of log lines.
    pub templates: Setting<Option<PathBuf>>,
    /// Threads that take evidence apart; 0 is one for each core.
    pub threads: Setting<usize>,
    /// Megabytes of evidence that are held in memory.
    pub memory_mb: Setting<usize>,
    /// Megabytes of evidence that are held on disk.
    pub disk_mb: Setting<u64>,
    /// The folder in which the temporary one is made.
    pub folder: Setting<PathBuf>,
    /// Kilobytes that are kept of one line.
    pub line_kb: Setting<usize>,
    /// Megabytes of one JSON or YAML document.
    pub document_mb: Setting<usize>,
    /// Megabytes that one compressed file may give.
    pub decompressed_mb: Setting<u64>,
    /// How many times its compressed size the content of a file may be.
    pub ratio: Setting<u64>,
    /// Files that are read in one run.
    pub files: Setting<usize>,
    /// How deep folders may lie in folders.
    pub depth: Setting<usize>,
    /// How deep JSON may be nested.
    pub json_depth: Setting<usize>,
    /// Shapes of log lines.
    pub shapes: Setting<usize>,
    /// Series of metrics.
    pub series: Setting<usize>,
    /// Commits of a repository.
    pub commits: Setting<usize>,
    /// Names of services, instances, operations and metrics.
    pub names: Setting<usize>,
}

/// What stands in `backstory.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    timezone: Option<String>,
    year: Option<i32>,
    threads: Option<usize>,
    templates: Option<PathBuf>,
    redaction: Redaction,
    limits: Limits,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Redaction {
    enabled: Option<bool>,
    rules: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Limits {
    memory_mb: Option<usize>,
    disk_mb: Option<u64>,
    folder: Option<PathBuf>,
    line_kb: Option<usize>,
    document_mb: Option<usize>,
    decompressed_mb: Option<u64>,
    ratio: Option<u64>,
    files: Option<usize>,
    depth: Option<usize>,
    json_depth: Option<usize>,
    shapes: Option<usize>,
    series: Option<usize>,
    names: Option<usize>,
    commits: Option<usize>,
}

/// What flags say.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--timezone`
    pub timezone: Option<String>,
    /// `--year`
    pub year: Option<i32>,
    /// `--no-redact`
    pub no_redact: bool,
    /// `--threads`
    pub threads: Option<usize>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--templates`
    pub templates: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Settings {
        let limits = ingest::Limits::default();
        Settings {
            timezone: Setting::default_of("UTC".into()),
            year: Setting::default_of(None),
            redact: Setting::default_of(true),
            redact_rules: Setting::default_of(Vec::new()),
            templates: Setting::default_of(None),
            threads: Setting::default_of(0),
            memory_mb: Setting::default_of(64),
            disk_mb: Setting::default_of(16 << 10),
            folder: Setting::default_of(std::env::temp_dir()),
            line_kb: Setting::default_of(limits.line_bytes >> 10),
            document_mb: Setting::default_of(limits.document_bytes >> 20),
            decompressed_mb: Setting::default_of(limits.decompressed_bytes >> 20),
            ratio: Setting::default_of(limits.ratio),
            files: Setting::default_of(limits.files),
            depth: Setting::default_of(limits.depth),
            json_depth: Setting::default_of(limits.json_depth),
            shapes: Setting::default_of(120_000),
            series: Setting::default_of(100_000),
            names: Setting::default_of(500_000),
            commits: Setting::default_of(5_000),
        }
    }
}

/// The file that is read where none is named: in the current folder.
const FILE: &str = "backstory.toml";

impl Settings {
    /// Defaults, then the file, then the flags.
    ///
    /// # Errors
    /// A file that was named and cannot be read, or one that is not as it should be: with file, line and what to do.
    pub fn load(flags: &Flags) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        let path = flags.config.clone().unwrap_or_else(|| PathBuf::from(FILE));
        match std::fs::read_to_string(&path) {
            Ok(text) => settings.file(&path, &text)?,
            Err(e) if flags.config.is_some() => {
                return Err(Failure::usage(
                    format!("{}: {e}", path.display()),
                    "--config names a file that can be read",
                ));
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => {
                return Err(Failure::usage(
                    format!("{}: {e}", path.display()),
                    "make it readable, or name another with --config",
                ));
            }
        }
        settings.timezone.over(flags.timezone.clone(), &Origin::Flag("--timezone"));
        settings.year.over(flags.year.map(Some), &Origin::Flag("--year"));
        settings.redact.over(flags.no_redact.then_some(false), &Origin::Flag("--no-redact"));
        settings.threads.over(flags.threads, &Origin::Flag("--threads"));
        settings.templates.over(flags.templates.clone().map(Some), &Origin::Flag("--templates"));
        Ok(settings)
    }

    fn file(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let file: File = toml::from_str(text).map_err(|e| {
            let what = format!("{}: {}", path.display(), e.to_string().trim_end());
            Failure::usage(what, "known keys: timezone, year, threads, templates, [redaction] enabled rules, [limits] memory_mb disk_mb folder line_kb document_mb decompressed_mb ratio files depth json_depth shapes series names commits")
        })?;
        let origin = Origin::File(path.to_path_buf());
        self.timezone.over(file.timezone, &origin);
        self.year.over(file.year.map(Some), &origin);
        self.threads.over(file.threads, &origin);
        self.templates.over(file.templates.map(Some), &origin);
        self.redact.over(file.redaction.enabled, &origin);
        self.redact_rules.over(file.redaction.rules, &origin);
        self.memory_mb.over(file.limits.memory_mb, &origin);
        self.disk_mb.over(file.limits.disk_mb, &origin);
        self.folder.over(file.limits.folder, &origin);
        self.line_kb.over(file.limits.line_kb, &origin);
        self.document_mb.over(file.limits.document_mb, &origin);
        self.decompressed_mb.over(file.limits.decompressed_mb, &origin);
        self.ratio.over(file.limits.ratio, &origin);
        self.files.over(file.limits.files, &origin);
        self.depth.over(file.limits.depth, &origin);
        self.json_depth.over(file.limits.json_depth, &origin);
        self.shapes.over(file.limits.shapes, &origin);
        self.series.over(file.limits.series, &origin);
        self.names.over(file.limits.names, &origin);
        self.commits.over(file.limits.commits, &origin);
        Ok(())
    }

    /// How evidence is read under these settings.
    ///
    /// # Errors
    /// A zone that nobody knows.
    pub fn reading(&self) -> Result<ingest::Settings, Failure> {
        let timezone = ingest::Zone::of(&self.timezone.value).map_err(|_| {
            let what = format!("no time zone is called {:?} ({})", self.timezone.value, self.timezone.origin);
            Failure::usage(what, "use a name such as Europe/Berlin, or an offset such as +02:00")
        })?;
        let defaults = ingest::Limits::default();
        Ok(ingest::Settings {
            timezone,
            year: self.year.value,
            limits: ingest::Limits {
                line_bytes: self.line_kb.value.max(1) << 10,
                document_bytes: self.document_mb.value.max(1) << 20,
                decompressed_bytes: self.decompressed_mb.value.max(1) << 20,
                ratio: self.ratio.value.max(1),
                files: self.files.value.max(1),
                depth: self.depth.value,
                json_depth: self.json_depth.value.clamp(1, 1000),
                ..defaults
            },
        })
    }

    /// How text from outside is told.
    ///
    /// # Errors
    /// A redaction rule that is no regular expression.
    pub fn voice(&self) -> Result<tell::Voice, Failure> {
        if !self.redact.value {
            return Ok(tell::Voice::new(None));
        }
        let redactor = tell::Redactor::new(&self.redact_rules.value).map_err(|e| {
            Failure::usage(format!("{e} ({})", self.redact_rules.origin), "mend the rule under [redaction] rules")
        })?;
        Ok(tell::Voice::new(Some(redactor)))
    }

    /// The user's own templates.
    ///
    /// # Errors
    /// Their file cannot be read.
    pub fn given(&self) -> Result<signal::templates::Given, Failure> {
        let Some(path) = &self.templates.value else { return Ok(signal::templates::Given::default()) };
        let text = std::fs::read_to_string(path).map_err(|e| {
            let what = format!("{} ({}): {e}", path.display(), self.templates.origin);
            Failure::usage(what, "name a text file with one template a line, such as: order <id> went to <*>")
        })?;
        Ok(signal::templates::Given::of(&text))
    }

    /// Threads that take evidence apart.
    pub fn thread_count(&self) -> usize {
        match self.threads.value {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n.min(256),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_speaks_over_the_one_before_and_is_named() {
        let mut settings = Settings::default();
        let text = "timezone = \"Europe/Berlin\"\n[limits]\nfiles = 7\n[redaction]\nrules = [\"cust-\\\\d+\"]\n";
        settings.file(Path::new("backstory.toml"), text).expect("a good file");
        assert_eq!(settings.timezone.origin, Origin::File("backstory.toml".into()));
        assert_eq!((settings.files.value, settings.shapes.origin), (7, Origin::Default));
        settings.timezone.over(Some("UTC".into()), &Origin::Flag("--timezone"));
        assert_eq!(settings.timezone.origin.to_string(), "--timezone");
    }

    #[test]
    fn the_example_names_every_default() {
        let mut settings = Settings::default();
        let folder = settings.folder.value.clone();
        settings.file(Path::new("x"), include_str!("../../../backstory.example.toml")).expect("the example is good");
        let unlabelled = |s: &Settings| {
            let numbers = [s.threads.value, s.memory_mb.value, s.line_kb.value, s.document_mb.value, s.files.value];
            let deep = [s.depth.value, s.json_depth.value, s.ratio.value as usize];
            let tables = [s.shapes.value, s.series.value, s.names.value, s.commits.value];
            let texts = (s.timezone.value.clone(), s.redact.value, s.redact_rules.value.clone(), s.year.value);
            (numbers, deep, tables, s.disk_mb.value, s.decompressed_mb.value, texts)
        };
        assert_eq!(unlabelled(&settings), unlabelled(&Settings::default()));
        assert_eq!(settings.folder.value, folder);
        assert_ne!(settings.names.origin, Origin::Default);
    }

    #[test]
    fn a_key_that_nobody_knows_is_named_with_its_line() {
        let failure =
            Settings::default().file(Path::new("backstory.toml"), "timezone = \"UTC\"\ntimezon = 1\n").unwrap_err();
        assert!(failure.what.contains("line 2") && failure.what.contains("timezon"), "{}", failure.what);
        assert_eq!(failure.exit(), 2);
    }
}
