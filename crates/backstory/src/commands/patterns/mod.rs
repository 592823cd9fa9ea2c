//! `backstory patterns`

mod gather;

use std::io::Write;

use evidence::Time;
use signal::templates::bare;
use tell::{OrderedRow, PatternsDocument, TemplateRow, Voice};

use super::evidence::EvidenceArgs;
use super::output::{Form, OutputArgs};
use super::terminal::width;
use crate::failure::Failure;
use crate::read::{Evidence, Reading, read};
use crate::stitch::Seen;
use crate::times::moment;
use gather::{Gathered, Template, gather, row};

/// List the templates of log lines
///
/// Which lines are the same line: learnt from the lines alone, without any format or training, and the same whatever
/// their order.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  backstory patterns app.log\n  backstory patterns app.log --new-since 2026-11-22T03:00:00Z\n  backstory patterns --diff yesterday.log today.log\n  backstory patterns --lines app.log | cut -f2 | sort | uniq -c"
)]
pub struct Args {
    #[command(flatten)]
    evidence: EvidenceArgs,
    /// One row for each record: line where it starts, template id, template; tab-separated
    #[arg(long, conflicts_with_all = ["new_since", "rare", "diff", "values"])]
    lines: bool,
    /// Only templates whose first record is of this moment or later; what is before it is what they are new to
    #[arg(long, value_name = "TIME")]
    new_since: Option<String>,
    /// Only templates of at most N records (10 where none is given), the rarest first
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "10")]
    rare: Option<u64>,
    /// What is new, gone, more or less in B than in A: two files or folders, beside no other evidence
    #[arg(long, value_names = ["A", "B"], num_args = 2, conflicts_with_all = ["new_since", "rare"])]
    diff: Option<Vec<String>>,
    /// Also what the templates' places held
    #[arg(long)]
    values: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the command.
///
/// # Errors
/// The call's words are off, or nothing could be read.
pub fn run(args: &Args) -> Result<(), Failure> {
    let form = args.output.form("patterns", &[Form::Text, Form::Json])?;
    let settings = args.evidence.settings()?;
    let voice = settings.voice()?;
    let sides = args.diff.as_deref().map(|paths| sides(paths, &args.evidence)).transpose()?;
    let sketches = args.values || form == Form::Json && !args.lines;
    let reading = Reading { keep_lines: args.lines, sketches, ..args.evidence.reading() };
    let named = match &sides {
        Some(sides) => EvidenceArgs { evidence: sides.to_vec(), ..args.evidence.clone() }.arguments()?,
        None => args.evidence.arguments()?,
    };
    let evidence = read(&named, &settings, &reading)?;
    let (end, how) = (evidence.span.map(|(_, end)| end), settings.reading()?);
    let since = args.new_since.as_deref().map(|text| moment(text, end, &how, "--new-since")).transpose()?;
    let gathered = gather(&evidence, sides.as_ref())?;
    if args.lines {
        return lines(&evidence, &gathered, &voice);
    }
    let mut rows: Vec<TemplateRow> = gathered.templates.iter().map(|t| row(&evidence, t)).collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.template, &a.id).cmp(&(&b.template, &b.id))));
    let all = rows.len() as u64;
    if let Some(since) = since {
        rows.retain(|row| row.first_seen.is_some_and(|first| first >= since));
        rows.sort_by_key(|row| row.first_seen);
    }
    if let Some(most) = args.rare {
        rows.retain(|row| row.count <= most);
        rows.sort_by_key(|row| row.count);
    }
    let document = PatternsDocument {
        templates: &rows,
        all,
        coverage: &evidence.coverage,
        span: evidence.span,
        sides: sides.as_ref(),
        asked: asked(args, since),
        values: args.values,
    };
    let text = match form {
        Form::Json => tell::patterns_document(&document, &voice),
        _ => tell::patterns_text(&document, &voice, width()),
    };
    args.output.write(&text, form)
}

/// Which templates were asked for, in words; empty where all were.
fn asked(args: &Args, since: Option<Time>) -> String {
    let mut words = Vec::new();
    if let Some(since) = since {
        words.push(format!("first seen at {since} or later"));
    }
    if let Some(most) = args.rare {
        words.push(format!("of at most {most} record{}", if most == 1 { "" } else { "s" }));
    }
    words.join(", ")
}

/// The two sides of a comparison.
fn sides(paths: &[String], besides: &EvidenceArgs) -> Result<[String; 2], Failure> {
    let [a, b] = paths else { return Err(Failure::usage("--diff compares two", "name two files or folders")) };
    if !besides.evidence.is_empty() || !besides.logs.is_empty() {
        return Err(Failure::usage("--diff reads its two sides and nothing else", "leave the other paths out"));
    }
    let trimmed = |path: &str| path.trim_end_matches('/').to_string();
    if trimmed(a) == trimmed(b) || a == "-" || b == "-" {
        return Err(Failure::usage("--diff compares two files or folders", "name two that differ"));
    }
    Ok([a.clone(), b.clone()])
}

/// The templates with the lines on which their records begin, in the order in which they were first written.
///
/// # Errors
/// The spool could not be read.
pub(super) fn in_order(evidence: &Evidence) -> Result<Vec<OrderedRow>, Failure> {
    let gathered = gather(evidence, None)?;
    let mut seen = vec![Seen::default(); gathered.templates.len()];
    for (shape, of) in evidence.seen.iter().enumerate().filter(|(_, of)| of.place > 0) {
        let Some(known) = gathered.of_shape.get(shape).and_then(|index| seen.get_mut(*index)) else { continue };
        if known.place == 0 || of.place < known.place {
            (known.place, known.first_line) = (of.place, of.first_line);
        }
        known.last_line = known.last_line.max(of.last_line);
    }
    let mut out: Vec<(u64, OrderedRow)> = Vec::new();
    for (template, seen) in gathered.templates.iter().zip(&seen) {
        let lines = (seen.first_line, seen.last_line);
        out.push((seen.place, OrderedRow { row: row(evidence, template), lines, severity: template.severity() }));
    }
    out.sort_by_key(|(place, _)| *place);
    Ok(out.into_iter().map(|(_, row)| row).collect())
}

/// The word for a severity number; empty for none.
pub(super) fn severity(number: u8) -> &'static str {
    match number {
        0 => "",
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        9..=12 => "INFO",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        _ => "FATAL",
    }
}

fn lines(evidence: &Evidence, gathered: &Gathered, voice: &Voice) -> Result<(), Failure> {
    let cells = |t: &Template| tell::patterns_lines_cells(&evidence::short(t.id), &bare(&t.text), voice);
    let cells: Vec<String> = gathered.templates.iter().map(cells).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for row in evidence.kept.scan()?.lines {
        writeln!(out, "{}\t{}", row.line, cells[gathered.of_shape[row.shape as usize]])?;
    }
    out.flush()?;
    Ok(())
}
