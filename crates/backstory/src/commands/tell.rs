//! `backstory tell`

use evidence::{Incident, Nanos, Time};
use tell::{Layout, Telling, Voice};

use super::evidence::EvidenceArgs;
use super::output::{Form, OutputArgs, width};
use crate::failure::Failure;
use crate::hear::Heard;
use crate::read::{Evidence, read};
use crate::repository;
use crate::times::{length, moment};
use crate::watch::Watching;

/// How far back is looked where nobody says.
const LOOKBACK: &str = "30d";

/// Tell the story of one incident
///
/// What did the system know before its users did: the verdict with its chance, the signals in order, what changed, how it
/// spread, what could not be seen. Every sentence cites evidence.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  backstory tell logs/ metrics.csv changes.jsonl --noticed 03:02 --service checkout\n  backstory tell evidence/ --incident incident.yaml --full\n  kubectl logs deploy/checkout --timestamps | backstory tell - --noticed \"20m ago\""
)]
pub struct Args {
    #[command(flatten)]
    evidence: EvidenceArgs,
    /// When users, or the first page, noticed: RFC 3339, 03:02, 20m ago, a date [default: the end of the evidence]
    #[arg(long, value_name = "TIME", conflicts_with = "incident")]
    noticed: Option<String>,
    /// The incident as people reported it: JSON, YAML, or Markdown with YAML as front matter
    #[arg(long, value_name = "FILE")]
    incident: Option<std::path::PathBuf>,
    /// The service that hurt
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// A git repository: its commits are changes, and a deploy ships the commit (hash, tag or branch) that its ref names
    #[arg(long, value_name = "DIR")]
    repo: Option<std::path::PathBuf>,
    /// How far before that moment to look
    #[arg(long, value_name = "LENGTH", default_value = LOOKBACK)]
    lookback: String,
    /// Tell all of it
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the command.
///
/// # Errors
/// The call's words are off, or nothing could be read.
pub fn run(args: &Args) -> Result<(), Failure> {
    let form = args.output.form()?;
    let settings = args.evidence.settings()?;
    let voice = settings.voice()?;
    let reading = settings.reading()?;
    let lookback = length(&args.lookback)
        .ok_or_else(|| Failure::usage(format!("--lookback {}: not a length", args.lookback), "write 30d, 12h, 90m"))?;
    let incident = args.incident.as_deref().map(|path| incident(path, &reading)).transpose()?;
    let mut evidence = read(&args.evidence.arguments()?, &settings, &args.evidence.reading())?;
    let end = evidence.span.map(|(_, end)| end);
    let asks_nothing = incident.is_none() && args.noticed.is_none();
    if end.is_none() && asks_nothing && form != Form::Json && !evidence.untimed.is_empty() {
        let rows = super::patterns::in_order(&evidence)?;
        let page = tell::Untimed { rows: &rows, coverage: &evidence.coverage, more: &more_patterns(args) };
        return args.output.write(&tell::untimed_text(&page, &voice, width()));
    }
    let asked = ask(args, incident, end, &reading)?;
    if let Some(folder) = &args.repo {
        let noticed = asked.incident.noticed_at;
        let until = asked.incident.resolved_at.or(end).map_or(noticed, |at| at.max(noticed));
        repository::join(&mut evidence, folder, (noticed - lookback, until), settings.commits.value);
    }
    let text = told(args, &voice, &evidence, asked, lookback, form)?;
    args.output.write(&text)
}

fn incident(path: &std::path::Path, reading: &ingest::Settings) -> Result<Incident, Failure> {
    ingest::incident(path, reading).map_err(|e| {
        let hint =
            "an incident needs noticed_at: {\"noticed_at\": \"2026-11-22T03:02:00Z\", \"service\": \"checkout\"}";
        Failure::usage(format!("{}: {e}", path.display()), hint)
    })
}

/// The incident that is asked about, and whether its moment was given.
struct Asked {
    incident: Incident,
    given: bool,
}

fn ask(
    args: &Args,
    incident: Option<Incident>,
    end: Option<Time>,
    reading: &ingest::Settings,
) -> Result<Asked, Failure> {
    let mut asked = match (incident, &args.noticed) {
        (Some(incident), _) => Asked { incident, given: true },
        (None, Some(text)) => Asked { incident: Incident::at(moment(text, end, reading, "--noticed")?), given: true },
        (None, None) => {
            let end = end.ok_or_else(|| {
                Failure::usage(
                    "the evidence holds no times, so nothing can be told of before and after",
                    "`backstory patterns` lists what was written; --noticed TIME names the moment (kubectl logs has --timestamps)",
                )
            })?;
            Asked { incident: Incident::at(end), given: false }
        }
    };
    if args.service.is_some() {
        asked.incident.service.clone_from(&args.service);
    }
    Ok(asked)
}

fn told(
    args: &Args,
    voice: &Voice,
    evidence: &Evidence,
    asked: Asked,
    lookback: Nanos,
    form: Form,
) -> Result<String, Failure> {
    let noticed = asked.incident.noticed_at;
    let how = Watching {
        from: evidence.span.map(|(_, end)| noticed.min(end) - lookback),
        until: asked.incident.resolved_at.map(|at| at.max(noticed)),
        engine: args.evidence.engine(),
    };
    let heard = Heard::new(evidence, &how)?;
    let (story, coverage) = heard.story(asked.incident, asked.given, lookback);
    let telling = Telling { story: &story, changes: &evidence.changes, coverage: &coverage, voice };
    Ok(match form {
        Form::Json => tell::story_document(&telling),
        _ if args.full => tell::full_text(&telling, &layout(args)),
        _ => tell::screen_text(&telling, &layout(args)),
    })
}

/// The command that tells all of it, as it was typed.
fn layout(args: &Args) -> Layout {
    let read_once = args.evidence.evidence.iter().any(|e| e == evidence::STDIN);
    let full_command = if read_once {
        "save the input to a file, then: backstory tell FILE --full".to_string()
    } else {
        let mut words: Vec<String> = vec!["backstory tell".into()];
        words.extend(args.evidence.evidence.iter().map(|p| quoted(p)));
        let flags = [
            ("--logs", &args.evidence.logs),
            ("--metrics", &args.evidence.metrics),
            ("--traces", &args.evidence.traces),
            ("--changes", &args.evidence.changes),
            ("--alerts", &args.evidence.alerts),
        ];
        for (flag, paths) in flags {
            words.extend(paths.iter().map(|p| format!("{flag} {}", quoted(p))));
        }
        let settings = &args.evidence;
        words.extend(settings.timezone.iter().map(|z| format!("--timezone {}", quoted(z))));
        words.extend(settings.year.iter().map(|y| format!("--year {y}")));
        words.extend(settings.config.iter().map(|p| format!("--config {}", quoted(&p.to_string_lossy()))));
        words.extend(settings.no_redact.then(|| "--no-redact".to_string()));
        words.extend((args.lookback != LOOKBACK).then(|| format!("--lookback {}", quoted(&args.lookback))));
        words.extend(args.noticed.iter().map(|n| format!("--noticed {}", quoted(n))));
        words.extend(args.incident.iter().map(|p| format!("--incident {}", quoted(&p.to_string_lossy()))));
        words.extend(args.repo.iter().map(|p| format!("--repo {}", quoted(&p.to_string_lossy()))));
        words.extend(args.service.iter().map(|s| format!("--service {}", quoted(s))));
        words.push("--full".into());
        words.join(" ")
    };
    Layout { width: width(), full_command }
}

/// The command that lists all templates.
fn more_patterns(args: &Args) -> String {
    let paths: Vec<String> = args.evidence.evidence.iter().map(|p| quoted(p)).collect();
    format!("backstory patterns {}", paths.join(" "))
}

/// As a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
