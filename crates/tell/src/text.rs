//! The case for a terminal: one screen first, all of it with `--full`.
//!
//! The screen has at most 30 lines, in this order: the verdict with its chance; at most five signals; suspects, or that no
//! change fits; what cannot be seen; how much past there was; the next command to type. Styles are always written; whoever
//! prints takes them off where they do not belong.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use crate::case::{Case, moment};
use crate::document::story::Text;
use crate::layout::{LABEL, Meaning, beside, command_lines, cut, labelled, sparkline, wrapped};
use crate::spoken::{counted, day_clock, number};
use crate::words;

/// How wide, and where the story can be read again.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Columns.
    pub width: usize,
    /// The command that tells all of it.
    pub full_command: String,
}

/// Lines of the first screen.
const SCREEN_LINES: usize = 30;
/// Widths of the columns of times and of kinds.
const TIMES: usize = 9;
const KINDS: usize = 13;
/// A line of bars is no wider, and no narrower.
const BARS: (usize, usize) = (12, 32);
/// Changes that are told in full.
const CHANGES: usize = 8;
/// Charts of a chapter.
const CHARTS: usize = 6;
/// Blind spots on the first screen.
const SPOTS: usize = 4;
/// All of the story is written no wider: longer lines are hard to read.
const FULL_WIDTH: usize = 100;

/// The first screen.
pub fn screen_text(case: &Case, layout: &Layout) -> String {
    let width = layout.width.max(60);
    let groups = [
        head(case, width),
        signals(case, width),
        changes(case, width),
        cannot_see(case, width),
        labelled("past", Meaning::Aside, &case.glance.past, width, 2),
        case.closed().map_or(Vec::new(), |closed| labelled("citations", Meaning::Gray, &closed, width, 2)),
        next(layout, width),
    ];
    let mut out = String::new();
    let mut lines = 0;
    for (n, group) in groups.iter().enumerate() {
        if group.is_empty() {
            continue;
        }
        // A blank line between what was seen and what was not; the smaller parts stand together.
        if n > 0 && n <= 3 && lines + group.len() + 2 < SCREEN_LINES {
            out.push('\n');
            lines += 1;
        }
        for line in group {
            out.push_str(line.trim_end());
            out.push('\n');
            lines += 1;
        }
    }
    out
}

/// The command that tells all; never one that is cut, as it is there to be copied.
fn next(layout: &Layout, width: usize) -> Vec<String> {
    let room = width - LABEL - 1;
    let lines = command_lines(&layout.full_command, room);
    if lines.len() <= 2 && lines.iter().all(|line| line.width() <= room) {
        beside("next", Meaning::Aside, &lines)
    } else {
        labelled("next", Meaning::Aside, "the same command with --full", width, 1)
    }
}

/// The verdict, whose, since when; then how early and how little that may mean.
fn head(case: &Case, width: usize) -> Vec<String> {
    let glance = &case.glance;
    let meaning = verdict_meaning(case);
    let verdict = cut(&glance.verdict, 30);
    let indent = verdict.width().max(18) + 3;
    let mut lines = wrapped(&glance.whom, width - indent);
    lines.extend(wrapped(&glance.early, width - indent));
    let first = format!("{}{}", meaning.of(&verdict), " ".repeat(indent - verdict.width()));
    let rest = " ".repeat(indent);
    lines
        .iter()
        .enumerate()
        .map(|(n, line)| if n == 0 { format!("{first}{line}") } else { format!("{rest}{line}") })
        .collect()
}

/// What a verdict means.
fn verdict_meaning(case: &Case) -> Meaning {
    match case.story.knew.verdict.as_str() {
        "told" => Meaning::Calm,
        "known" => Meaning::Gray,
        _ => Meaning::Strong,
    }
}

fn signals(case: &Case, width: usize) -> Vec<String> {
    case.glance.chosen.iter().flat_map(|number| signal_lines(case, *number, width)).collect()
}

fn signal_lines(case: &Case, number: usize, width: usize) -> Vec<String> {
    let (row, signal) = (&case.rows[number], &case.story.signals[number]);
    let cites = row.cites.first().map(|c| format!("[{c}]")).unwrap_or_default();
    let tail = format!("{:.2} {cites:>5}", signal.strength);
    let room = width - TIMES - KINDS - tail.width() - 2;
    let head = format!(" {:<TIMES$}{:<KINDS$}", cut(&row.when, TIMES - 1), cut(&row.label, KINDS - 1));
    let subject = cut(&row.subject, room);
    let blanks = " ".repeat(room - subject.width() + 1);
    let meaning = if signal.pain { Meaning::Hurt } else { Meaning::Strong };
    let mut lines = vec![format!("{head}{}{blanks}{tail}", meaning.of(&subject))];
    let indent = 1 + TIMES + KINDS;
    let detail = cut(&row.detail, width - indent);
    let bars = width.saturating_sub(indent + detail.width() + 2).min(BARS.1);
    let bars = case.chart(number).filter(|_| bars >= BARS.0).map(|chart| sparkline(&chart.values, bars));
    let bars = bars.filter(|bars| !bars.is_empty());
    let bars = bars.map_or(String::new(), |bars| {
        let gap = width - indent - detail.width() - bars.width();
        format!("{}{}", " ".repeat(gap), meaning.of(&bars))
    });
    lines.push(format!("{}{detail}{bars}", " ".repeat(indent)));
    lines
}

fn changes(case: &Case, width: usize) -> Vec<String> {
    let glance = &case.glance;
    let line = |(n, text): (usize, &String)| {
        let label = if n < glance.fitting || glance.fitting == 0 { "changed" } else { "" };
        labelled(label, Meaning::Strong, text, width, 2)
    };
    glance.changed.iter().enumerate().flat_map(line).collect()
}

fn cannot_see(case: &Case, width: usize) -> Vec<String> {
    let spots = &case.glance.cannot_see;
    if spots.is_empty() {
        return Vec::new();
    }
    let shown = spots.iter().take(SPOTS).cloned().collect::<Vec<_>>().join("; ");
    let more = spots.len().saturating_sub(SPOTS);
    let more = if more > 0 { format!("; {more} more with --full") } else { String::new() };
    labelled("cannot see", Meaning::Aside, &format!("{shown}{more}"), width, SPOTS)
}

/// All of the story.
pub fn full_text(case: &Case, layout: &Layout) -> String {
    let width = layout.width.clamp(60, FULL_WIDTH);
    let mut page = Page { out: String::new(), width, drawn: BTreeSet::new() };
    if let Some(title) = &case.story.incident.title {
        page.line(&Meaning::Strong.of(title));
        page.line("");
    }
    head(case, width).iter().for_each(|line| page.line(line));
    for (number, chapter) in case.story.chapters.iter().enumerate() {
        page.heading(&chapter.title, &chapter_when(case, number));
        chapter.text.iter().for_each(|said| page.paragraph(&cited(said)));
        charts(case, number, &mut page);
    }
    suspects(case, &mut page);
    page.heading("The three questions", "");
    let questions = &case.story.questions;
    [&questions.state, &questions.path, &questions.inputs].into_iter().for_each(|said| page.paragraph(&cited(said)));
    if !case.story.blind_spots.is_empty() {
        page.heading("What could not be seen", "");
        case.story.blind_spots.iter().for_each(|spot| page.paragraph(&cited(&spot.why)));
    }
    evidence(case, &mut page);
    coverage(case, &mut page);
    page.out
}

/// When a chapter was: `22 Nov 03:06 to 03:20 UTC`.
pub(crate) fn chapter_when(case: &Case, number: usize) -> String {
    match case.times.chapters[number] {
        (Some(from), Some(to)) if to > from => {
            let (from, to) = (moment(from), moment(to));
            format!("{} to {} UTC", day_clock(from), words::near(to, from))
        }
        (Some(from), _) => format!("{} UTC", day_clock(moment(from))),
        _ => String::new(),
    }
}

/// A sentence with its citations.
pub(crate) fn cited(said: &Text) -> String {
    let cites: Vec<String> = said.cites.iter().map(|n| format!("[{n}]")).collect();
    format!("{} {}", said.text, cites.join(""))
}

struct Page {
    out: String,
    width: usize,
    /// Signals whose series was drawn: each is, once.
    drawn: BTreeSet<usize>,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn heading(&mut self, title: &str, when: &str) {
        self.line("");
        let when = if when.is_empty() { String::new() } else { format!("  {}", Meaning::Aside.of(when)) };
        self.line(&format!("{}{when}", Meaning::Strong.of(title)));
    }

    fn paragraph(&mut self, text: &str) {
        for (n, part) in wrapped(text, self.width - 4).iter().enumerate() {
            self.line(&format!("{}{part}", if n == 0 { "  " } else { "    " }));
        }
    }

    /// A reason, indented below what it is a reason for.
    fn reason(&mut self, said: &Text) {
        for part in wrapped(&cited(said), self.width - 8) {
            self.line(&format!("        {part}"));
        }
    }
}

/// The series of the signals that a chapter speaks of.
fn charts(case: &Case, chapter: usize, page: &mut Page) {
    let ids = &case.story.chapters[chapter].signals;
    let of = |id: &String| case.story.signals.iter().position(|signal| signal.id == *id);
    let drawn = ids.iter().filter_map(of).filter_map(|number| Some((number, case.chart(number)?)));
    let fresh: Vec<_> = drawn.filter(|(signal, _)| !page.drawn.contains(signal)).take(CHARTS).collect();
    for (signal, chart) in fresh {
        page.drawn.insert(signal);
        let bars = sparkline(&chart.values, BARS.1);
        let from = moment(chart.from);
        let to = moment(chart.from.saturating_add(chart.step.saturating_mul(chart.values.len() as i64)));
        let range = format!(
            "{}: {} to {}, {} to {}",
            cut(&case.rows[signal].subject, 40),
            chart.range.0,
            chart.range.1,
            day_clock(from),
            day_clock(to)
        );
        let indent = BARS.1 + 6;
        for (n, part) in wrapped(&range, page.width - indent).iter().enumerate() {
            let bars = if n == 0 { Meaning::Aside.of(&format!("{bars:<32}")) } else { " ".repeat(BARS.1) };
            page.line(&format!("    {bars}  {part}"));
        }
    }
}

fn suspects(case: &Case, page: &mut Page) {
    let suspects = &case.story.suspects;
    let width = page.width;
    page.heading("Suspects", "");
    for (suspect, row) in suspects.changes.iter().zip(&case.changes).take(CHANGES) {
        page.line(&format!(
            "  {}  {}",
            Meaning::Strong.of(&format!("{:.2}", suspect.score)),
            cut(&row.what, width - 8)
        ));
        suspect.why.iter().for_each(|said| page.reason(said));
    }
    if suspects.changes.len() > CHANGES {
        page.line(&format!("        and {} more, each with less", suspects.changes.len() - CHANGES));
    }
    let none = format!("{:.2}", suspects.no_change.score);
    page.line(&format!("  {}  no change that we can see", Meaning::Strong.of(&none)));
    suspects.no_change.why.iter().for_each(|said| page.reason(said));
    for service in &suspects.services {
        let score = format!("{:.2}", service.score);
        page.line(&format!("  {}  {}", Meaning::Strong.of(&score), cut(&service.service, 40)));
        service.why.iter().for_each(|said| page.reason(said));
    }
    let ruled_out = &case.story.ruled_out;
    if ruled_out.is_empty() {
        return;
    }
    page.heading("Ruled out", "");
    for ruled in ruled_out.iter().take(CHANGES) {
        let what: Vec<String> = ruled.what.split(' ').map(words::short_reference).collect();
        page.paragraph(&format!("{}: {}", what.join(" "), cited(&ruled.why)));
    }
    if ruled_out.len() > CHANGES {
        page.line(&format!("  and {} more", ruled_out.len() - CHANGES));
    }
}

/// The evidence that the sentences of the chapters cite; the rest stands in the JSON.
fn evidence(case: &Case, page: &mut Page) {
    page.heading("Evidence", "");
    let story = &case.story;
    let last = story.chapters.iter().flat_map(|c| &c.text).flat_map(|s| &s.cites).max().copied().unwrap_or(0);
    let width = page.width - 7;
    for (n, cited) in story.evidence.iter().take(last).enumerate() {
        let when = cited.time.as_deref().map(|t| format!("{t}  ")).unwrap_or_default();
        let place = format!("{when}{}: {}", cited.source, cited.r#ref);
        for (part, text) in wrapped(&place, width).iter().enumerate() {
            let number = if part == 0 { format!("[{}]", n + 1) } else { String::new() };
            page.line(&format!(" {number:>4}  {text}"));
        }
        if !cited.text.is_empty() {
            let text: String = cited.text.chars().take(300).collect();
            wrapped(&text, width).iter().for_each(|line| page.line(&format!("       {line}")));
        }
        let closed = case.around.iter().find(|a| a.n == n + 1).and_then(|a| a.cannot.as_deref());
        if let Some(why) = closed {
            wrapped(&format!("cannot be opened: {why}"), width)
                .iter()
                .for_each(|line| page.line(&format!("       {}", Meaning::Gray.of(line))));
        }
    }
    let more = story.evidence.len().saturating_sub(last);
    if more > 0 {
        page.line(&format!("  and {more} more with --output json"));
    }
}

fn coverage(case: &Case, page: &mut Page) {
    page.heading("What was read", "");
    let coverage = &case.story.coverage;
    for file in &coverage.files {
        page.paragraph(&format!("{}: {}, {}", file.path, file.kind, counted(file.records, "record")));
        for complaint in &file.complaints {
            let at = complaint.line.map(|line| format!(", first at line {line}")).unwrap_or_default();
            let detail: String = complaint.detail.chars().take(60).collect();
            let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
            page.paragraph(&format!("  {} {}{at}{detail}", number(complaint.count as f64), complaint.what));
        }
    }
    for (limit, dropped) in &coverage.limits {
        page.line(&format!("  limit {limit} reached: {} dropped", number(*dropped as f64)));
    }
}
