//! What is told at a glance: the verdict with its chance, the signals that matter most, what changed, what cannot be seen.
//!
//! The first screen of the terminal, the head of the page and the short note are laid out from this.

use std::collections::BTreeSet;

use evidence::{HOUR, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use story::{ChapterKind, NotCounted, Sentence, Story, Told, UsersFrom};

use crate::spoken::{column, counted, day_clock, of_hundred, spoken};
use crate::voice::Telling;
use crate::words;

/// Signals at a glance.
const SIGNALS: usize = 5;

/// What is told at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Glance {
    /// In three words.
    pub verdict: String,
    /// Who was hurt, and since when.
    pub whom: String,
    /// How early the first signal came, and how little that may mean; or that nothing stood.
    pub early: String,
    /// At most five, as indices into the story's signals, in order.
    pub chosen: Vec<usize>,
    /// The changes that fit better than none; then that no other does.
    pub changed: Vec<String>,
    /// How many of these are changes.
    pub fitting: usize,
    /// Who departed first, where anybody did that people would be shown.
    pub departed: Option<String>,
    /// Whether users were hurt at the moment in question, or it is only asked about.
    pub asked: bool,
    /// What could not be seen, our own faults first.
    pub cannot_see: Vec<String>,
    /// How much past there was.
    pub past: String,
}

/// A signal in a line or two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// How long before users were hurt; of what does not count only the moment.
    pub when: String,
    /// The kind of departure in a word or two.
    pub label: String,
    /// Whose and what.
    pub subject: String,
    /// What was seen beside what is usual; how often its like came, or why it does not count.
    pub detail: String,
    /// How often its like came before.
    pub base_rate: String,
    /// What it cites.
    pub cites: Vec<usize>,
    /// Whether it counts for what was known.
    pub counts: bool,
}

/// Everything at a glance.
pub fn glance(telling: &Telling<'_>) -> Glance {
    let story = telling.story;
    let (changed, fitting) = changes(telling);
    Glance {
        verdict: words::verdict(story.knew.verdict, story.knew.silence).into(),
        whom: whom(telling),
        early: how_early(telling),
        chosen: chosen(telling),
        changed,
        fitting,
        departed: departed(telling),
        asked: story.users_from == UsersFrom::NoticedAt && !story.noticed_was_given,
        cannot_see: cannot_see(telling),
        past: past(telling),
    }
}

/// A signal in a line or two.
pub fn row(telling: &Telling<'_>, number: usize) -> Row {
    let story = telling.story;
    let told = &story.signals[number];
    let reason = not_counted(story, number);
    Row {
        when: when(told, reason, story.users_at),
        label: if told.pain { "users felt".into() } else { words::label(&told.signal).into() },
        subject: words::subject(&told.signal, telling.voice),
        detail: detail(told, reason, story.users_at),
        base_rate: words::base_rate(&told.signal, telling.voice),
        cites: told.cites.clone(),
        counts: reason.is_none(),
    }
}

fn whom(telling: &Telling<'_>) -> String {
    let story = telling.story;
    let whose = story.incident.service.as_deref().map_or("no service given".into(), |s| telling.voice.say_short(s, 40));
    let at = story.users_at;
    let day = day_clock(at);
    if story.users_from == UsersFrom::NoticedAt && !story.noticed_was_given {
        return format!("{whose}, asked about {day} UTC (the end of the evidence; give --noticed)");
    }
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
    let seen = words::seen_short(signal);
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

/// The changes that fit better than none, then what is left; and how many they are.
fn changes(telling: &Telling<'_>) -> (Vec<String>, usize) {
    let story = telling.story;
    let none = story.suspects.no_change;
    let fitting: Vec<_> = story.suspects.changes.iter().filter(|c| c.score > none).take(2).collect();
    let mut lines = Vec::new();
    for suspect in &fitting {
        let cites = suspect.cites.first().map(|c| format!("[{c}]")).unwrap_or_default();
        let before = story.users_at - suspect.time;
        let when = if before >= 0 { format!("{} before", column(before)) } else { format!("{} after", column(before)) };
        let what = words::change(&telling.changes[suspect.change], telling.voice);
        lines.push(format!("{when}: {what} {:.2} {cites}", suspect.score));
    }
    let seen = story.suspects.changes.len();
    lines.push(match (seen, fitting.is_empty()) {
        (0, _) => "no change that we can see".to_string(),
        (n, true) => {
            let nearest = story.suspects.changes.first().map(|c| nearest(telling, c)).unwrap_or_default();
            let seen = counted(n as u64, "change");
            format!("no change that we can see ({none:.2}); of {seen} seen the nearest is {nearest}")
        }
        (n, false) if n > fitting.len() => {
            format!("nothing else that changed fits better than no change ({none:.2})")
        }
        _ => format!("no change would have {none:.2}"),
    });
    (lines, fitting.len())
}

/// The change that fits best where none fits well: named, without its words.
fn nearest(telling: &Telling<'_>, suspect: &story::SuspectChange) -> String {
    let change = evidence::ChangeEvent { summary: None, ..telling.changes[suspect.change].clone() };
    let cites = suspect.cites.first().map(|c| format!(" [{c}]")).unwrap_or_default();
    format!("{} ({:.2}){cites}", words::change(&change, telling.voice), suspect.score)
}

fn departed(telling: &Telling<'_>) -> Option<String> {
    let story = telling.story;
    let first = story.suspects.services.first()?;
    let shown = story.signals[first.signal].peak >= signal::budget::SHOWN;
    shown.then(|| telling.voice.say(&first.service))
}

/// Our own faults first: a part that was lost must be seen.
fn cannot_see(telling: &Telling<'_>) -> Vec<String> {
    let spots = &telling.story.blind_spots;
    let own =
        |s: &&story::BlindSpot| matches!(s.why.sentence, Sentence::LostPart { .. } | Sentence::LostDetector { .. });
    let ordered = spots.iter().filter(own).chain(spots.iter().filter(|s| !own(s)));
    ordered.map(|s| words::sentence(&s.why, telling)).collect()
}

fn past(telling: &Telling<'_>) -> String {
    let story = telling.story;
    let coverage = telling.coverage;
    let days = story.past;
    let records = counted(coverage.records_in(), "record");
    let files = counted(coverage.files.len() as u64, "file");
    let unjudged = match story.knew.chance {
        None if story.knew.first.is_some() => "; chance not judged, the past is shorter than the lead",
        _ if days < 24 * HOUR => "; too little to know rhythms, or what is rare",
        _ if days < 14 * 24 * HOUR => "; too little to know a weekly rhythm",
        _ => "",
    };
    let bad = coverage.unparsed();
    let bad = if bad > 0 { format!("; {} not fully understood", counted(bad, "record")) } else { String::new() };
    format!("{} ({records} in {files}{bad}){unjudged}", spoken(days))
}
