//! The arguments that every command which reads evidence has.

use std::path::PathBuf;

use ingest::{Argument, Given};

use crate::config::{Flags, Settings};
use crate::failure::Failure;
use crate::read::Reading;

/// What to read, and how.
#[derive(clap::Args, Clone, Debug)]
pub struct EvidenceArgs {
    /// Files, folders (read recursively) or - for standard input; what each holds is found out from its content
    #[arg(value_name = "EVIDENCE")]
    pub evidence: Vec<String>,
    /// Read this as logs, whatever it looks like
    #[arg(long, value_name = "PATH")]
    pub logs: Vec<String>,
    /// Read this as metrics
    #[arg(long, value_name = "PATH")]
    pub metrics: Vec<String>,
    /// Read this as traces
    #[arg(long, value_name = "PATH")]
    pub traces: Vec<String>,
    /// Read this as changes
    #[arg(long, value_name = "PATH")]
    pub changes: Vec<String>,
    /// Read this as alerts or alert rules
    #[arg(long, value_name = "PATH")]
    pub alerts: Vec<String>,
    /// The zone of times that name none, such as Europe/Berlin or +02:00 [default: UTC]
    #[arg(long, value_name = "ZONE", help_heading = "Reading")]
    pub timezone: Option<String>,
    /// The year of times that name none [default: taken from the evidence around, never from the clock]
    #[arg(long, value_name = "YEAR", help_heading = "Reading")]
    pub year: Option<i32>,
    /// Tell secrets as they stand
    #[arg(long, help_heading = "Reading")]
    pub no_redact: bool,
    /// Read settings from this file [default: ./backstory.toml, if there is one]
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub config: Option<PathBuf>,
    /// Your own templates of log lines, one a line, with <*> or <name> for what varies: honoured before any is learnt
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub templates: Option<PathBuf>,
    /// Threads that take evidence apart [default: one a core]; the output is the same with any number
    #[arg(long, value_name = "N", help_heading = "Reading")]
    pub threads: Option<usize>,
    /// Say nothing of how far reading has come
    #[arg(long, short, help_heading = "Reading")]
    pub quiet: bool,
    /// Make one part of a file fail: to show that it loses itself and nothing else
    #[arg(long, value_name = "FILE:PART", hide = true)]
    pub break_part: Option<String>,
    /// Make one detector fail: to show that it loses its own signals and nothing else
    #[arg(long, value_name = "NAME", hide = true)]
    pub break_detector: Option<String>,
    /// Leave a detector out
    #[arg(long, value_name = "NAME", hide = true)]
    pub without: Vec<String>,
}

impl EvidenceArgs {
    /// What to read.
    ///
    /// # Errors
    /// Nothing was named.
    pub fn arguments(&self) -> Result<Vec<Argument>, Failure> {
        let named = [
            (&self.evidence, Given::Guess),
            (&self.logs, Given::Logs),
            (&self.metrics, Given::Metrics),
            (&self.traces, Given::Traces),
            (&self.changes, Given::Changes),
            (&self.alerts, Given::Alerts),
        ];
        let arguments: Vec<Argument> = named
            .into_iter()
            .flat_map(|(paths, given)| paths.iter().map(move |path| Argument { path: path.clone(), given }))
            .collect();
        if arguments.is_empty() {
            let hint = "give files or folders, or - for standard input; `backstory demo` shows an example";
            return Err(Failure::usage("no evidence was named", hint));
        }
        Ok(arguments)
    }

    /// Defaults, then the file, then these flags.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn settings(&self) -> Result<Settings, Failure> {
        Settings::load(&Flags {
            timezone: self.timezone.clone(),
            year: self.year,
            no_redact: self.no_redact,
            threads: self.threads,
            config: self.config.clone(),
            templates: self.templates.clone(),
        })
    }

    /// What to read beyond the sources.
    pub fn reading(&self) -> Reading {
        let broken = self.break_part.as_deref().and_then(|text| {
            let (name, part) = text.rsplit_once(':')?;
            Some((name.to_string(), part.parse().ok()?))
        });
        Reading { broken, quiet: self.quiet, ..Reading::default() }
    }

    /// The engine's settings.
    pub fn engine(&self) -> signal::Settings {
        signal::Settings { without: self.without.clone(), broken: self.break_detector.clone() }
    }
}
