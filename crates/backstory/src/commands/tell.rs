//! `backstory tell`

use std::io::Read;
use std::path::Path;

use evidence::{Incident, Nanos, Time};
use tell::{Case, Layout, NoCase, Voice};

use super::evidence::EvidenceArgs;
use super::output::{Form, OutputArgs};
use super::terminal::width;
use crate::case::{Asked as About, case, look_again};
use crate::config::Settings;
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
/// spread, what could not be seen. Every sentence cites evidence. A saved story (-o case.story) is taken in place of
/// evidence, anywhere.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  backstory tell logs/ metrics.csv changes.jsonl --noticed 03:02 --service checkout\n  backstory tell evidence/ --incident incident.yaml --full\n  kubectl logs deploy/checkout --timestamps | backstory tell - --noticed \"20m ago\"\n  backstory tell evidence/ --incident incident.yaml -o case.story\n  backstory tell case.story -o post-mortem.md"
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
    /// As Markdown: a note that fits into a chat
    #[arg(long, conflicts_with = "full")]
    brief: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the command.
///
/// # Errors
/// The call's words are off, or nothing could be read.
pub fn run(args: &Args) -> Result<(), Failure> {
    let form = args.output.form("tell", &FORMS)?;
    if args.brief && form != Form::Md {
        return Err(Failure::usage("--brief is a note in Markdown", "add --output md, or -o FILE.md"));
    }
    let settings = args.evidence.settings()?;
    let voice = settings.voice()?;
    let reading = settings.reading()?;
    if let Some(path) = saved(args)? {
        let case = open(&path, &settings, &reading)?;
        return args.output.write(&in_form(&case, args, form), form);
    }
    let lookback = length(&args.lookback)
        .ok_or_else(|| Failure::usage(format!("--lookback {}: not a length", args.lookback), "write 30d, 12h, 90m"))?;
    let incident = args.incident.as_deref().map(|path| incident(path, &reading)).transpose()?;
    let mut evidence = read(&args.evidence.arguments()?, &settings, &args.evidence.reading())?;
    let end = evidence.span.map(|(_, end)| end);
    let asks_nothing = incident.is_none() && args.noticed.is_none();
    if end.is_none() && asks_nothing && form == Form::Text && !evidence.untimed.is_empty() {
        let rows = super::patterns::in_order(&evidence)?;
        let page = tell::Untimed { rows: &rows, coverage: &evidence.coverage, more: &more_patterns(args) };
        return args.output.write(&tell::untimed_text(&page, &voice, width()), Form::Text);
    }
    let asked = ask(args, incident, end, &reading)?;
    if let Some(folder) = &args.repo {
        let noticed = asked.incident.noticed_at;
        let until = asked.incident.resolved_at.or(end).map_or(noticed, |at| at.max(noticed));
        repository::join(&mut evidence, folder, (noticed - lookback, until), settings.commits.value);
    }
    let case = told(args, &voice, &evidence, asked, lookback, &reading, form)?;
    args.output.write(&in_form(&case, args, form), form)
}

/// The forms in which a story is told.
const FORMS: [Form; 5] = [Form::Text, Form::Json, Form::Md, Form::Html, Form::Story];

/// A story is saved with this ending.
const STORY: &str = "story";
/// A larger file is no saved story of ours.
const STORY_BYTES: u64 = 256 << 20;

/// The saved story that is to be told in place of evidence.
fn saved(args: &Args) -> Result<Option<std::path::PathBuf>, Failure> {
    let is_story = |path: &&String| Path::new(path.as_str()).extension().is_some_and(|ending| ending == STORY);
    let Some(path) = args.evidence.evidence.iter().find(is_story) else { return Ok(None) };
    let others = [
        &args.evidence.logs,
        &args.evidence.metrics,
        &args.evidence.traces,
        &args.evidence.changes,
        &args.evidence.alerts,
    ];
    if args.evidence.evidence.len() > 1 || others.iter().any(|paths| !paths.is_empty()) {
        return Err(Failure::usage(
            format!("{path} is a saved story, and told alone"),
            "leave the other evidence away",
        ));
    }
    let asks = [
        (args.noticed.is_some(), "--noticed"),
        (args.incident.is_some(), "--incident"),
        (args.service.is_some(), "--service"),
        (args.repo.is_some(), "--repo"),
        (args.lookback != LOOKBACK, "--lookback"),
    ];
    if let Some((_, flag)) = asks.iter().find(|(asked, _)| *asked) {
        let what = format!("{path} is a saved story: {flag} cannot change what it tells");
        return Err(Failure::usage(what, "tell the evidence itself again"));
    }
    Ok(Some(path.into()))
}

/// Opens a saved story, and looks whether what it cites is still there.
fn open(path: &Path, settings: &Settings, reading: &ingest::Settings) -> Result<Case, Failure> {
    let name = path.display();
    let unread = |e: std::io::Error| Failure::evidence(format!("{name}: {e}"), "");
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(unread)?;
    file.take(STORY_BYTES + 1).read_to_string(&mut text).map_err(unread)?;
    if text.len() as u64 > STORY_BYTES {
        return Err(Failure::evidence(format!("{name}: it is larger than any saved story"), "save it again with -o"));
    }
    let mut case = Case::open(&text).map_err(|why| {
        let hint = match why {
            NoCase::Newer(_) => "open it with that version, or save it again with this one",
            NoCase::NoStory(_) | NoCase::Broken(_) => "save it again: backstory tell EVIDENCE -o case.story",
        };
        Failure::evidence(format!("{name}: {why}"), hint)
    })?;
    let voice = if case.redacted { settings.voice()? } else { Voice::new(None) };
    look_again(&mut case, reading, &voice);
    Ok(case)
}

/// The case in the form that was asked for.
fn in_form(case: &Case, args: &Args, form: Form) -> String {
    match form {
        Form::Json => case.json(),
        Form::Md if args.brief => tell::brief(case),
        Form::Md => tell::markdown(case),
        Form::Html => tell::page(case),
        Form::Story => case.save(),
        Form::Text if args.full => tell::full_text(case, &layout(args)),
        Form::Text => tell::screen_text(case, &layout(args)),
    }
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
    reading: &ingest::Settings,
    form: Form,
) -> Result<Case, Failure> {
    let noticed = asked.incident.noticed_at;
    let how = Watching {
        from: evidence.span.map(|(_, end)| noticed.min(end) - lookback),
        until: asked.incident.resolved_at.map(|at| at.max(noticed)),
        engine: args.evidence.engine(),
    };
    let heard = Heard::new(evidence, &how)?;
    let around = matches!(form, Form::Html | Form::Story);
    let about = About { incident: asked.incident, given: asked.given, lookback, around };
    Ok(case(&heard, evidence, about, reading, voice))
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
        words.extend(settings.templates.iter().map(|p| format!("--templates {}", quoted(&p.to_string_lossy()))));
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
