//! The story for a terminal: one screen first, all of it with `--full`.
//!
//! The screen has at most 30 lines of 80 columns, in this order: the verdict with its chance; at most five signals;
//! suspects, or that no change fits; what cannot be seen; how much past there was; the next command to type. Styles are
//! always written; whoever prints takes them off where they do not belong.

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};
use evidence::{HOUR, Time};
use story::{ChapterKind, NotCounted, Sentence, Story, Told, UsersFrom, Verdict};
use unicode_width::UnicodeWidthStr;

use crate::spoken::{column, day_clock, number, of_hundred, spoken};
use crate::voice::Telling;
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
/// Signals on the first screen.
const SIGNALS: usize = 5;
/// Widths of the columns of times and of kinds.
const TIMES: usize = 9;
const KINDS: usize = 13;
/// Changes that are told in full.
const CHANGES: usize = 8;
/// Width of the column of labels.
const LABELS: usize = 15;

pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const PAIN: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
pub(crate) const GRAY: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
pub(crate) const CALM: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));

pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Text broken into lines of at most so many columns, at blanks.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let mut word = word;
        // A word longer than a line is broken where it must be.
        while word.width() > width {
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let mut cut = 0;
            for (at, c) in word.char_indices() {
                if word[..at + c.len_utf8()].width() > width {
                    break;
                }
                cut = at + c.len_utf8();
            }
            if cut == 0 {
                break;
            }
            lines.push(word[..cut].to_string());
            word = &word[cut..];
        }
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Shortened to so many columns, the cut shown.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) + 1 > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A labelled paragraph: the label once, the text beside it.
pub(crate) fn labelled(label: &str, style: Style, text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines = wrapped(text, width - LABELS - 1);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last} …"), width - LABELS - 1);
        }
    }
    beside(label, style, &lines)
}

/// Lines with a label before the first of them.
pub(crate) fn beside(label: &str, style: Style, lines: &[String]) -> Vec<String> {
    let pad = |first: bool| {
        let label = if first { label } else { "" };
        let blanks = " ".repeat(LABELS.saturating_sub(label.width()));
        format!(" {}{blanks}", styled(style, label))
    };
    lines.iter().enumerate().map(|(n, line)| format!("{}{line}", pad(n == 0))).collect()
}

/// A command broken into lines that a shell takes as one when they are pasted: never within quotes, and all but the last
/// end with a backslash.
fn command_lines(command: &str, width: usize) -> Vec<String> {
    let mut quoted = false;
    let words = command.split(|c: char| {
        quoted ^= c == '\'';
        c == ' ' && !quoted
    });
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.width() + word.width() + 3 <= width => *line = format!("{line} {word}"),
            Some(line) => {
                line.push_str(" \\");
                lines.push(word.to_string());
            }
            None => lines.push(word.to_string()),
        }
    }
    lines
}

/// The first screen.
pub fn screen_text(telling: &Telling<'_>, layout: &Layout) -> String {
    let width = layout.width.max(60);
    let mut groups: Vec<Vec<String>> = vec![head(telling, width), signals(telling, width)];
    groups.push(changes(telling, width));
    groups.push(cannot_see(telling, width));
    groups.push(past(telling, width));
    groups.push(next(layout, width));
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
    let room = width - LABELS - 1;
    let lines = command_lines(&layout.full_command, room);
    if lines.len() <= 2 && lines.iter().all(|line| line.width() <= room) {
        beside("next", DIM, &lines)
    } else {
        labelled("next", DIM, "the same command with --full", width, 1)
    }
}

/// The verdict, whose, since when; then how early and how little that may mean.
fn head(telling: &Telling<'_>, width: usize) -> Vec<String> {
    let story = telling.story;
    let knew = &story.knew;
    let verdict = words::verdict(knew.verdict, knew.silence);
    let style = match knew.verdict {
        Verdict::Told => CALM,
        Verdict::Known => GRAY,
        Verdict::Silent => STRONG,
    };
    let indent = verdict.width().max(18) + 3;
    let mut lines = wrapped(&whom(telling), width - indent);
    lines.extend(wrapped(&how_early(telling), width - indent));
    let first = format!("{}{}", styled(style, verdict), " ".repeat(indent - verdict.width()));
    let rest = " ".repeat(indent);
    lines
        .iter()
        .enumerate()
        .map(|(n, line)| if n == 0 { format!("{first}{line}") } else { format!("{rest}{line}") })
        .collect()
}

fn whom(telling: &Telling<'_>) -> String {
    let story = telling.story;
    let whose = story.incident.service.as_deref().map_or("no service given".into(), |s| telling.voice.say_short(s, 40));
    let at = story.users_at;
    let day = day_clock(at);
    let how = match story.users_from {
        UsersFrom::Pain => {
            let noticed = story.incident.noticed_at;
            let by = if story.incident.is_page_alone() { "the page" } else { "the notice" };
            if noticed - at >= evidence::MINUTE {
                format!(" (by what they feel, not {by} at {})", words::near(noticed, at))
            } else {
                " (by what they feel)".into()
            }
        }
        UsersFrom::StartedAt => " (as people found out)".into(),
        UsersFrom::NoticedAt if !story.noticed_was_given => {
            " at the latest (the end of the evidence; give --noticed)".into()
        }
        UsersFrom::NoticedAt if story.incident.is_page_alone() => " at the latest (a page is all that is known)".into(),
        UsersFrom::NoticedAt => " at the latest (when it was noticed)".into(),
    };
    format!("{whose}, users hurt since {day} UTC{how}")
}

fn how_early(telling: &Telling<'_>) -> String {
    let story = telling.story;
    let knew = &story.knew;
    let told = knew.told_at.map(|at| format!("an alert was delivered {} earlier; ", spoken(story.users_at - at)));
    let told = told.unwrap_or_default();
    match (knew.first, knew.lead) {
        (Some(_), Some(lead)) => {
            let chance = match knew.chance {
                Some(chance) => format!(
                    "at a random moment of the {} before, this system would have looked as known in {}",
                    spoken(knew.past),
                    of_hundred(chance)
                ),
                None => format!("how often it looks so for nothing is not judged, only {} of past", spoken(knew.past)),
            };
            format!("{told}first signal {} earlier; {chance}", spoken(lead))
        }
        _ => {
            let said = story.chapters.iter().find(|c| c.kind == ChapterKind::WhatTheSystemKnew);
            let nothing = said.and_then(|c| {
                c.text
                    .iter()
                    .find(|t| matches!(t.sentence, Sentence::NothingStood { .. } | Sentence::NoTelemetry { .. }))
            });
            format!("{told}{}", nothing.map(|t| words::sentence(t, telling)).unwrap_or_default())
        }
    }
}

/// At most five: what counts, in order; what users felt; then what does not count, the strongest first.
fn chosen(telling: &Telling<'_>) -> Vec<usize> {
    let story = telling.story;
    let knew = &story.knew;
    let taken = |n: &usize| !knew.passed_over.iter().any(|(p, _)| p == n);
    let mut counted: Vec<usize> = knew.counted.iter().copied().filter(taken).collect();
    // What came again takes no second line.
    let mut keys = BTreeSet::new();
    counted.retain(|n| keys.insert(&story.signals[*n].signal.key));
    let noticed = story.incident.noticed_at;
    let holds = |t: &Told| t.onset.1 <= noticed && t.ended.is_none_or(|(end, _)| end >= noticed);
    let pain = story.signals.iter().position(|t| t.pain && t.peak >= signal::budget::SHOWN && holds(t));
    let mut chosen: Vec<usize> = counted.iter().copied().take(SIGNALS - usize::from(pain.is_some())).collect();
    chosen.extend(pain);
    keys.extend(pain.map(|n| &story.signals[n].signal.key));
    let shown = |n: &usize| story.signals[*n].signal.strength >= signal::budget::SHOWN;
    let mut others: Vec<usize> = (0..story.signals.len()).filter(shown).collect();
    let near = |n: &usize| (story.signals[*n].signal.detected_at - story.users_at).abs() / HOUR;
    others.sort_by_key(|n| (near(n), *n));
    others.retain(|n| keys.insert(&story.signals[*n].signal.key));
    let room = if counted.is_empty() { 3 } else { SIGNALS }.max(chosen.len()) - chosen.len();
    chosen.extend(others.into_iter().take(room));
    chosen.sort_unstable();
    chosen
}

fn signals(telling: &Telling<'_>, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for number in chosen(telling) {
        lines.extend(signal_lines(telling, number, width));
    }
    lines
}

fn signal_lines(telling: &Telling<'_>, number: usize, width: usize) -> Vec<String> {
    let story = telling.story;
    let told = &story.signals[number];
    let reason = not_counted(story, number);
    let when = when(told, reason, story.users_at);
    let cites = told.cites.first().map(|c| format!("[{c}]")).unwrap_or_default();
    let label = if told.pain { "users felt" } else { words::label(&told.signal) };
    let tail = format!("{:.2} {cites:>5}", told.signal.strength);
    let room = width - TIMES - KINDS - tail.width() - 2;
    let head = format!(" {when:<TIMES$}{label:<KINDS$}");
    let subject = cut(&words::subject(&told.signal, telling.voice), room);
    let blanks = " ".repeat(room - subject.width() + 1);
    let style = if told.pain { PAIN } else { STRONG };
    let mut lines = vec![format!("{head}{}{blanks}{tail}", styled(style, &subject))];
    let indent = 1 + TIMES + KINDS;
    let detail = cut(&detail(told, reason, story.users_at), width - indent);
    lines.push(format!("{}{detail}", " ".repeat(indent)));
    lines
}

/// Why a signal does not count, where that is told.
fn not_counted(story: &Story, number: usize) -> Option<NotCounted> {
    story.aside.iter().find(|(n, _)| *n == number).map(|(_, why)| *why)
}

/// How long before users were hurt; of what does not count only the moment, as a lead never stands without its base rate.
fn when(told: &Told, reason: Option<NotCounted>, users_at: Time) -> String {
    let at = told.signal.detected_at;
    let before = users_at - at;
    match reason {
        _ if before < 0 => format!("+{}", column(before)),
        None | Some(NotCounted::Pain) => column(before),
        _ => words::day_or_clock(at, users_at),
    }
}

/// What was seen beside what is usual; or why it does not count.
fn detail(told: &Told, reason: Option<NotCounted>, users_at: Time) -> String {
    let signal = &told.signal;
    let seen = match signal.kind {
        signal::Kind::LogNew | signal::Kind::LogEnding => {
            format!("{} so far", crate::spoken::counted(signal.amount.times, "time"))
        }
        signal::Kind::MetricSilent => format!("for {}", spoken(signal.amount.window)),
        signal::Kind::TraceEdge => "never before".into(),
        signal::Kind::TraceGone => format!("for {}", spoken(signal.amount.window)),
        signal::Kind::MetricSaturation => {
            format!("{} of {}", number_of(signal.observed, signal), number_of(signal.baseline, signal))
        }
        signal::Kind::MetricEnding => format!("in {}", spoken(signal.amount.window)),
        _ => format!("{} where {} is usual", number_of(signal.observed, signal), number_of(signal.baseline, signal)),
    };
    let why = match reason {
        None | Some(NotCounted::Pain) => words::base_rate_short(signal),
        Some(NotCounted::TooLate) => "too late: not counted".into(),
        Some(NotCounted::Weak) => "too weak: not counted".into(),
        Some(NotCounted::Ended(at)) => format!("over by {}: not counted", words::day_or_clock(at, users_at)),
        Some(NotCounted::Settled(at)) => format!("settled by {}: not counted", words::day_or_clock(at, users_at)),
        Some(NotCounted::OffPath) => "another path: not counted".into(),
        Some(NotCounted::Chance(c)) => format!("looks so in {}: not counted", of_hundred(c)),
    };
    format!("{seen}; {why}")
}

fn number_of(value: f64, signal: &signal::Signal) -> String {
    match signal.unit {
        signal::Unit::Share => of_hundred(value),
        signal::Unit::Milliseconds => format!("{} ms", number(value)),
        signal::Unit::Lines(_) if value >= 2.0 => number(value.round()),
        signal::Unit::Lines(_) => number((value * 100.0).round() / 100.0),
        _ => number(value),
    }
}

fn changes(telling: &Telling<'_>, width: usize) -> Vec<String> {
    let story = telling.story;
    let none = story.suspects.no_change;
    let fitting: Vec<_> = story.suspects.changes.iter().filter(|c| c.score > none).take(2).collect();
    let mut lines = Vec::new();
    for suspect in &fitting {
        let cites = suspect.cites.first().map(|c| format!("[{c}]")).unwrap_or_default();
        let before = story.users_at - suspect.time;
        let when = if before >= 0 { format!("{} before", column(before)) } else { format!("{} after", column(before)) };
        let what = words::change(&telling.changes[suspect.change], telling.voice);
        let text = format!("{when}: {what} {} {cites}", number(suspect.score));
        lines.extend(labelled("changed", STRONG, &text, width, 2));
    }
    let seen = story.suspects.changes.len();
    let said = match (seen, fitting.is_empty()) {
        (0, _) => "no change that we can see".to_string(),
        (n, true) => {
            let nearest = story.suspects.changes.first().map(|c| nearest(telling, c)).unwrap_or_default();
            let seen = crate::spoken::counted(n as u64, "change");
            format!("no change that we can see ({}); of {seen} seen the nearest is {nearest}", number(none))
        }
        (n, false) if n > fitting.len() => {
            format!("nothing else that changed fits better than no change ({})", number(none))
        }
        _ => format!("no change would have {}", number(none)),
    };
    lines.extend(labelled(if fitting.is_empty() { "changed" } else { "" }, STRONG, &said, width, 2));
    lines
}

/// The change that fits best where none fits well: named, without its words.
fn nearest(telling: &Telling<'_>, suspect: &story::SuspectChange) -> String {
    let change = evidence::ChangeEvent { summary: None, ..telling.changes[suspect.change].clone() };
    let cites = suspect.cites.first().map(|c| format!(" [{c}]")).unwrap_or_default();
    format!("{} ({}){cites}", words::change(&change, telling.voice), number(suspect.score))
}

fn cannot_see(telling: &Telling<'_>, width: usize) -> Vec<String> {
    let spots = &telling.story.blind_spots;
    // Our own faults first: a part that was lost must be seen.
    let own =
        |s: &&story::BlindSpot| matches!(s.why.sentence, Sentence::LostPart { .. } | Sentence::LostDetector { .. });
    let ordered = spots.iter().filter(own).chain(spots.iter().filter(|s| !own(s)));
    let texts: Vec<String> = ordered.take(4).map(|s| words::sentence(&s.why, telling)).collect();
    if texts.is_empty() {
        return Vec::new();
    }
    let more = spots.len().saturating_sub(4);
    let more = if more > 0 { format!("; {more} more with --full") } else { String::new() };
    labelled("cannot see", DIM, &format!("{}{more}", texts.join("; ")), width, 4)
}

fn past(telling: &Telling<'_>, width: usize) -> Vec<String> {
    let story = telling.story;
    let coverage = telling.coverage;
    let days = story.past;
    let records = crate::spoken::counted(coverage.records_in(), "record");
    let files = crate::spoken::counted(coverage.files.len() as u64, "file");
    let unjudged = match story.knew.chance {
        None if story.knew.first.is_some() => "; chance not judged, the past is shorter than the lead",
        _ if days < 24 * HOUR => "; too little to know rhythms, or what is rare",
        _ if days < 14 * 24 * HOUR => "; too little to know a weekly rhythm",
        _ => "",
    };
    let bad = coverage.unparsed();
    let bad = if bad > 0 {
        format!("; {} not fully understood", crate::spoken::counted(bad, "record"))
    } else {
        String::new()
    };
    labelled("past", DIM, &format!("{} ({records} in {files}{bad}){unjudged}", spoken(days)), width, 2)
}

/// All of the story.
pub fn full_text(telling: &Telling<'_>, layout: &Layout) -> String {
    let width = layout.width.clamp(60, 100);
    let story = telling.story;
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    let title = story.incident.title.as_deref().map(|t| telling.voice.say(t));
    if let Some(title) = title {
        line(&styled(STRONG, &title));
        line("");
    }
    head(telling, width).iter().for_each(|l| line(l));
    for chapter in &story.chapters {
        line("");
        let when = match (chapter.from, chapter.to) {
            (Some(from), Some(to)) if to > from => format!("  {} to {} UTC", day_clock(from), words::near(to, from)),
            (Some(from), _) => format!("  {} UTC", day_clock(from)),
            _ => String::new(),
        };
        line(&format!("{}{}", styled(STRONG, words::title(chapter.kind)), styled(DIM, &when)));
        for said in &chapter.text {
            paragraph(&sentence_cited(telling, said), width, &mut line);
        }
    }
    suspects_in_full(telling, width, &mut line);
    line("");
    line(&styled(STRONG, "The three questions"));
    story.questions.iter().for_each(|said| paragraph(&sentence_cited(telling, said), width, &mut line));
    if !story.blind_spots.is_empty() {
        line("");
        line(&styled(STRONG, "What could not be seen"));
        story.blind_spots.iter().for_each(|spot| paragraph(&sentence_cited(telling, &spot.why), width, &mut line));
    }
    evidence_in_full(telling, width, &mut line);
    coverage_in_full(telling, width, &mut line);
    out
}

fn sentence_cited(telling: &Telling<'_>, said: &story::Said) -> String {
    let cites: Vec<String> = said.cites.iter().map(|n| format!("[{n}]")).collect();
    format!("{} {}", words::sentence(said, telling), cites.join(""))
}

fn paragraph(text: &str, width: usize, line: &mut impl FnMut(&str)) {
    for (n, part) in wrapped(text, width - 4).iter().enumerate() {
        line(&format!("{}{part}", if n == 0 { "  " } else { "    " }));
    }
}

fn suspects_in_full(telling: &Telling<'_>, width: usize, line: &mut impl FnMut(&str)) {
    let suspects = &telling.story.suspects;
    line("");
    line(&styled(STRONG, "Suspects"));
    for suspect in suspects.changes.iter().take(CHANGES) {
        let what = words::change(&telling.changes[suspect.change], telling.voice);
        line(&format!("  {}  {}", styled(STRONG, &format!("{:.2}", suspect.score)), cut(&what, width - 8)));
        suspect.why.iter().for_each(|said| reason(telling, said, width, line));
    }
    if suspects.changes.len() > CHANGES {
        line(&format!("        and {} more, each with less", suspects.changes.len() - CHANGES));
    }
    line(&format!("  {}  no change that we can see", styled(STRONG, &format!("{:.2}", suspects.no_change))));
    suspects.no_change_why.iter().for_each(|said| reason(telling, said, width, line));
    for service in &suspects.services {
        let name = telling.voice.say_short(&service.service, 40);
        line(&format!("  {}  {name}", styled(STRONG, &format!("{:.2}", service.score))));
        service.why.iter().for_each(|said| reason(telling, said, width, line));
    }
    if !telling.story.ruled_out.is_empty() {
        line("");
        line(&styled(STRONG, "Ruled out"));
    }
    for ruled in telling.story.ruled_out.iter().take(CHANGES) {
        let what = telling.voice.say(&ruled.what);
        let what: Vec<String> = what.split(' ').map(words::short_reference).collect();
        paragraph(&format!("{}: {}", what.join(" "), sentence_cited(telling, &ruled.why)), width, line);
    }
    if telling.story.ruled_out.len() > CHANGES {
        line(&format!("  and {} more", telling.story.ruled_out.len() - CHANGES));
    }
}

/// A reason, indented below what it is a reason for.
fn reason(telling: &Telling<'_>, said: &story::Said, width: usize, line: &mut impl FnMut(&str)) {
    for part in wrapped(&sentence_cited(telling, said), width - 8) {
        line(&format!("        {part}"));
    }
}

/// The evidence that the sentences above cite; the rest stands in the JSON.
fn evidence_in_full(telling: &Telling<'_>, width: usize, line: &mut impl FnMut(&str)) {
    line("");
    line(&styled(STRONG, "Evidence"));
    let story = telling.story;
    let last = story.chapters.iter().flat_map(|c| &c.text).flat_map(|s| &s.cites).max().copied().unwrap_or(0);
    let more = story.evidence.len() - last;
    for (n, cited) in story.evidence.iter().take(last).enumerate() {
        let place =
            format!("{}: {}", telling.voice.say(cited.address.source()), telling.voice.say(&cited.address.to_string()));
        let when = cited.time.map(|t| format!("{t}  ")).unwrap_or_default();
        for (part, text) in wrapped(&format!("{when}{place}"), width - 7).iter().enumerate() {
            let number = if part == 0 { format!("[{}]", n + 1) } else { String::new() };
            line(&format!(" {number:>4}  {text}"));
        }
        if !cited.text.is_empty() {
            wrapped(&telling.voice.say_short(&cited.text, 300), width - 7)
                .iter()
                .for_each(|l| line(&format!("       {l}")));
        }
    }
    if more > 0 {
        line(&format!("  and {more} more with --output json"));
    }
}

fn coverage_in_full(telling: &Telling<'_>, width: usize, line: &mut impl FnMut(&str)) {
    line("");
    line(&styled(STRONG, "What was read"));
    for file in &telling.coverage.files {
        let about = format!(
            "{}: {}, {}",
            telling.voice.say(&file.path),
            file.kind,
            crate::spoken::counted(file.records, "record")
        );
        paragraph(&about, width, line);
        for (kind, complaint) in &file.complaints {
            let at = if complaint.line > 0 { format!(", first at line {}", complaint.line) } else { String::new() };
            let detail = telling.voice.say_short(&complaint.detail, 60);
            let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
            paragraph(&format!("  {} {}{at}{detail}", number(complaint.count as f64), kind.words()), width, line);
        }
    }
    for (limit, dropped) in &telling.coverage.limits {
        line(&format!("  limit {limit} reached: {} dropped", number(*dropped as f64)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_never_wider_than_asked() {
        let text = "a ".repeat(100) + &"x".repeat(200) + " äöü 漢字漢字漢字";
        assert!(wrapped(&text, 40).iter().all(|l| l.width() <= 40));
        assert!(cut("漢字漢字漢字", 7).width() <= 7);
    }

    #[test]
    fn a_broken_command_is_still_one_command() {
        let lines = command_lines("backstory tell 'a b/evidence' --incident 'a b/incident.yaml' --full", 45);
        let expected = ["backstory tell 'a b/evidence' --incident \\", "'a b/incident.yaml' --full"];
        assert_eq!(lines, expected);
        assert_eq!(command_lines("backstory tell 'it'\\''s mine' --full", 80).len(), 1);
    }
}
