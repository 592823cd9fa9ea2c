//! `backstory patterns`

use std::collections::BTreeMap;
use std::io::Write;

use evidence::{Hasher, Id, LogCount, Name, Time};
use signal::templates::{Anatomy, Kinds, Member, bare, templates};
use tell::{OrderedRow, PatternsDocument, TemplateRow, Voice};

use super::evidence::EvidenceArgs;
use super::output::{Form, OutputArgs};
use super::terminal::width;
use crate::failure::Failure;
use crate::read::{Evidence, Reading, read};
use crate::stitch::Seen;

/// List the templates of log lines
///
/// Which lines are the same line: learnt from the lines alone, without any format or training, and the same whatever
/// their order.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  backstory patterns app.log\n  backstory patterns --lines app.log | cut -f2 | sort | uniq -c"
)]
pub struct Args {
    #[command(flatten)]
    evidence: EvidenceArgs,
    /// One row for each record: line where it starts, template id, template; tab-separated
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// How many member shapes of a template are named.
const ALIASES: usize = 64;

/// One template while its records are gathered.
struct Gathered {
    id: Id,
    text: String,
    kinds: Kinds,
    members: Vec<Id>,
    count: u64,
    severities: BTreeMap<u8, u64>,
    services: BTreeMap<Name, u64>,
    span: Option<(Time, Time)>,
    example: Option<(u64, u64)>,
}

/// Runs the command.
///
/// # Errors
/// The call's words are off, or nothing could be read.
pub fn run(args: &Args) -> Result<(), Failure> {
    let form = args.output.form("patterns", &[Form::Text, Form::Json])?;
    let settings = args.evidence.settings()?;
    let voice = settings.voice()?;
    let reading = Reading { keep_lines: args.lines, ..args.evidence.reading() };
    let evidence = read(&args.evidence.arguments()?, &settings, &reading)?;
    let (gathered, of_shape) = gather(&evidence)?;
    if args.lines {
        return lines(&evidence, &gathered, &of_shape, &voice);
    }
    let rows = rows(&evidence, &gathered);
    let document = PatternsDocument { templates: &rows, coverage: &evidence.coverage };
    let text = match form {
        Form::Json => tell::patterns_document(&document, &voice),
        _ => tell::patterns_text(&document, &voice, width()),
    };
    args.output.write(&text, form)
}

/// The templates over all shapes, and which one each shape has.
fn gather(evidence: &Evidence) -> Result<(Vec<Gathered>, Vec<usize>), Failure> {
    let mut counts: BTreeMap<u32, (u64, Kinds)> = BTreeMap::new();
    for row in evidence.kept.scan()?.logs {
        let (count, kinds) = counts.entry(row.shape).or_insert((0, Kinds(row.kinds)));
        *count += u64::from(row.count);
        *kinds = kinds.join(Kinds(row.kinds));
    }
    let anatomies: BTreeMap<u32, Anatomy> =
        counts.keys().map(|s| (*s, Anatomy::of(evidence.shapes.text(*s)))).collect();
    let mut skeletons: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
    for (shape, anatomy) in &anatomies {
        let member = Member { anatomy, lines: counts[shape].0, index: *shape };
        skeletons.entry(&anatomy.skeleton).or_default().push(member);
    }
    let mut gathered: Vec<Gathered> = Vec::new();
    let mut of_shape = vec![usize::MAX; evidence.shapes.count()];
    for group in skeletons.values().flat_map(|members| templates(members)) {
        let kinds = group.members.iter().map(|m| counts[m].1).reduce(Kinds::join).unwrap_or_default();
        group.members.iter().for_each(|m| of_shape[*m as usize] = gathered.len());
        let mut members: Vec<Id> = group.members.iter().map(|m| evidence.shapes.id(*m)).collect();
        members.sort_unstable();
        let text = bare(&group.text);
        gathered.push(Gathered {
            id: Hasher::new("template", evidence::SHAPE_VERSION).text(&text).id(),
            text: group.text,
            kinds,
            members,
            count: 0,
            severities: BTreeMap::new(),
            services: BTreeMap::new(),
            span: None,
            example: None,
        });
    }
    for row in evidence.kept.scan()?.logs {
        gathered[of_shape[row.shape as usize]].add(&row);
    }
    Ok((gathered, of_shape))
}

/// The templates with the lines on which their records begin, in the order in which they were first written.
///
/// # Errors
/// The spool could not be read.
pub(super) fn in_order(evidence: &Evidence) -> Result<Vec<OrderedRow>, Failure> {
    let (gathered, of_shape) = gather(evidence)?;
    let mut seen = vec![Seen::default(); gathered.len()];
    for (shape, of) in evidence.seen.iter().enumerate().filter(|(_, of)| of.place > 0) {
        let Some(known) = of_shape.get(shape).and_then(|index| seen.get_mut(*index)) else { continue };
        if known.place == 0 || of.place < known.place {
            (known.place, known.first_line) = (of.place, of.first_line);
        }
        known.last_line = known.last_line.max(of.last_line);
    }
    let mut out: Vec<(u64, OrderedRow)> = Vec::new();
    for (group, seen) in gathered.iter().zip(&seen) {
        let lines = (seen.first_line, seen.last_line);
        out.push((seen.place, OrderedRow { row: row(evidence, group), lines, severity: most(&group.severities) }));
    }
    out.sort_by_key(|(place, _)| *place);
    Ok(out.into_iter().map(|(_, row)| row).collect())
}

impl Gathered {
    fn add(&mut self, row: &LogCount) {
        self.count += u64::from(row.count);
        *self.severities.entry(row.severity).or_default() += u64::from(row.count);
        *self.services.entry(row.service).or_default() += u64::from(row.count);
        if row.edge != Time::MIN {
            let (first, last) = self.span.unwrap_or((row.sample_time, row.sample_time));
            self.span = Some((first.min(row.sample_time), last.max(row.sample_time)));
        }
        if row.sample_text != u64::MAX {
            let best = (row.sample_hash, row.sample_text);
            self.example = Some(self.example.map_or(best, |e| if best.0 < e.0 { best } else { e }));
        }
    }
}

fn rows(evidence: &Evidence, gathered: &[Gathered]) -> Vec<TemplateRow> {
    let mut rows: Vec<TemplateRow> = gathered.iter().map(|group| row(evidence, group)).collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.template, &a.id).cmp(&(&b.template, &b.id))));
    rows
}

/// The severity that most records have.
fn most(counts: &BTreeMap<u8, u64>) -> u8 {
    counts.iter().max_by_key(|(s, n)| (**n, **s)).map_or(0, |(s, _)| *s)
}

fn row(evidence: &Evidence, group: &Gathered) -> TemplateRow {
    let named = |name: &Name| evidence.names.text(*name).to_string();
    let service = group.services.iter().map(|(name, count)| (*count, std::cmp::Reverse(named(name)))).max();
    TemplateRow {
        id: evidence::short(group.id),
        aliases: group.members.iter().take(ALIASES).map(|id| evidence::short(*id)).collect(),
        more_aliases: group.members.len().saturating_sub(ALIASES) as u64,
        template: group.kinds.shown(&group.text),
        count: group.count,
        severity: severity(most(&group.severities)).to_string(),
        service: service.map(|(_, name)| name.0).unwrap_or_default(),
        first_seen: group.span.map(|(first, _)| first.to_string()),
        last_seen: group.span.map(|(_, last)| last.to_string()),
        example: group.example.and_then(|(_, at)| evidence.kept.text(at)).unwrap_or_default(),
    }
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

fn lines(evidence: &Evidence, gathered: &[Gathered], of_shape: &[usize], voice: &Voice) -> Result<(), Failure> {
    let shown: Vec<(String, String)> = gathered.iter().map(|g| (evidence::short(g.id), bare(&g.text))).collect();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for row in evidence.kept.scan()?.lines {
        let (id, template) = &shown[of_shape[row.shape as usize]];
        out.write_all(tell::patterns_lines_row(row.line, id, template, voice).as_bytes())?;
    }
    out.flush()?;
    Ok(())
}
