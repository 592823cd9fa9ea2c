//! The one engine of sentences: typed facts become plain words with exact numbers. Order is order ("before", "after");
//! nothing is "because"; the strongest word is "fits". `docs/style.md` has the rules, and a test holds them.

mod blind;
mod changes;
mod signals;
mod units;

use evidence::{Nanos, Time};
use story::{ChapterKind, Said, Sentence, SilenceKind, Told, Verdict};

use crate::spoken::{capital, clock, counted, dated, day_clock, dayed, of_hundred, small, spoken};
use crate::voice::{Telling, Voice};

pub use changes::{change, short_reference};
pub use signals::{base_rate, base_rate_short, label, seen_short, subject, summary};
pub use units::amount;

/// The verdict in a few words.
pub fn verdict(verdict: Verdict, silence: Option<SilenceKind>) -> &'static str {
    match (verdict, silence) {
        (Verdict::Told, Some(SilenceKind::Ignored)) => "TOLD, not heard",
        (Verdict::Told, _) => "TOLD",
        (Verdict::Known, Some(SilenceKind::Muted)) => "KNOWN, muted",
        (Verdict::Known, _) => "KNOWN, not told",
        (Verdict::Silent, Some(SilenceKind::NoTelemetry)) => "SILENT: no telemetry",
        (Verdict::Silent, _) => "SILENT: no signal",
    }
}

/// A chapter's title.
pub fn title(kind: ChapterKind) -> &'static str {
    match kind {
        ChapterKind::LongBefore => "Long before",
        ChapterKind::FirstMurmurs => "First murmurs",
        ChapterKind::WhatChanged => "What changed",
        ChapterKind::HowItSpread => "How it spread",
        ChapterKind::UsersNoticed => "Users noticed",
        ChapterKind::WhatTheSystemKnew => "What the system knew",
        ChapterKind::AlsoNoticed => "Also noticed, not counted",
    }
}

/// Before or after users were hurt: `9 days 4 hours before users were hurt`.
fn beside_users(before: Nanos) -> String {
    match before {
        b if b > 0 => format!("{} before users were hurt", spoken(b)),
        0 => "when users were hurt".into(),
        b => format!("{} after users were first hurt", spoken(b)),
    }
}

fn said_signal<'a>(telling: &Telling<'a>, number: usize) -> &'a Told {
    &telling.story.signals[number]
}

/// The sentence in words, without its citations.
pub fn sentence(said: &Said, telling: &Telling<'_>) -> String {
    let voice = telling.voice;
    match &said.sentence {
        Sentence::Raised { .. }
        | Sentence::Again { .. }
        | Sentence::NotCounted { .. }
        | Sentence::MoreNoticed { .. }
        | Sentence::CameWith { .. } => signals::sentence(&said.sentence, telling),
        Sentence::Spread { .. }
        | Sentence::StayedIn { .. }
        | Sentence::SpreadUnknown
        | Sentence::FirstToDepart { .. }
        | Sentence::CalleeDeparted { .. }
        | Sentence::DepartedLater { .. } => of_services(&said.sentence, voice),
        Sentence::Noticed { .. } | Sentence::Hurt { .. } | Sentence::HurtUnknown { .. } => {
            of_users(&said.sentence, telling)
        }
        Sentence::Knew { .. }
        | Sentence::NothingStood { .. }
        | Sentence::NothingOfThen { .. }
        | Sentence::NoTelemetry { .. }
        | Sentence::AlertDelivered { .. }
        | Sentence::Muted { .. }
        | Sentence::NoAlert { .. }
        | Sentence::Ignored { .. }
        | Sentence::PathIsAll
        | Sentence::Path { .. } => of_knowing(&said.sentence, telling),
        Sentence::CannotAnswer { question, lacks } => blind::cannot(*question, *lacks),
        Sentence::BlindService { .. }
        | Sentence::RulesNotJudged { .. }
        | Sentence::ShortPast { .. }
        | Sentence::NoMap
        | Sentence::LostPart { .. }
        | Sentence::LostDetector { .. }
        | Sentence::NotUnderstood { .. }
        | Sentence::Untimed { .. }
        | Sentence::OutsideEvidence { .. }
        | Sentence::NoEvidence
        | Sentence::NotSeen { .. } => blind::sentence(&said.sentence, voice),
        _ => changes::sentence(&said.sentence, telling),
    }
}

fn of_services(sentence: &Sentence, voice: &Voice) -> String {
    let name = |text: &str| voice.say_short(text, 40);
    match sentence {
        Sentence::Spread { from, to, after } if after.abs() < evidence::MINUTE => {
            format!("{} departed at the same time as {}.", name(to), name(from))
        }
        Sentence::Spread { from, to, after } => {
            format!("{} departed {} after {} did.", name(to), spoken(*after), name(from))
        }
        Sentence::StayedIn { service } => format!("No other service departed with {}.", name(service)),
        Sentence::SpreadUnknown => "Nothing shows how it spread.".into(),
        Sentence::FirstToDepart { service, alone: true, .. } => {
            format!("{} departed first, as far as onsets can tell.", name(service))
        }
        Sentence::FirstToDepart { service, .. } => {
            format!("{} is among the first that departed; onsets this close have no order.", name(service))
        }
        Sentence::CalleeDeparted { service, callee } => {
            format!("{} calls {}, which departed no later.", name(service), name(callee))
        }
        Sentence::DepartedLater { service, after } => {
            format!("{} departed {} after the first one.", name(service), spoken(*after))
        }
        _ => String::new(),
    }
}

fn of_users(sentence: &Sentence, telling: &Telling<'_>) -> String {
    match sentence {
        Sentence::Noticed { at, by, given } => {
            let by = by.as_deref().map(|b| telling.voice.say_short(b, 160));
            let at = dayed(*at);
            match (by, given) {
                (Some(by), _) => format!("It was noticed {at} UTC ({by})."),
                (None, true) => format!("It was noticed {at} UTC."),
                (None, false) => {
                    format!("No moment of noticing was given; the end of the evidence is taken, {at} UTC.")
                }
            }
        }
        Sentence::Hurt { at, before_noticed, signal } => {
            let shown = signal.map(|n| summary(&said_signal(telling, n).signal, telling.voice));
            let shown = shown.map(|shown| format!(": {shown}")).unwrap_or_default();
            let earlier = match before_noticed {
                0 => String::new(),
                b => format!(", {} before that was noticed", spoken(*b)),
            };
            format!("Users were hurt from {} UTC on, at the latest{earlier}{shown}.", day_clock(*at))
        }
        Sentence::HurtUnknown { page: true } => {
            "A page is all that is known of the users; nothing read here shows when they were first hurt.".into()
        }
        _ => "Nothing read here shows when users were first hurt; the moment of noticing is taken.".into(),
    }
}

fn nothing_stood(services: usize, streams: u64, span: Nanos, path: Option<&str>, voice: &Voice) -> String {
    let long = spoken(span);
    if let (Some(service), 0) = (path, streams) {
        let service = voice.say_short(service, 40);
        return format!("{service} was watched for {long}; nothing of it that counts departed from its own normal.");
    }
    let many = |count: u64, one: &str| format!("{} {one}{}", small(count), if count == 1 { "" } else { "s" });
    let streams = many(streams, "stream");
    let watched = match services {
        0 => streams,
        _ => format!("{} and {streams}", many(services as u64, "service")),
    };
    format!("{} were watched for {long}; nothing that counts departed from its own normal.", capital(&watched))
}

fn of_knowing(sentence: &Sentence, telling: &Telling<'_>) -> String {
    let voice = telling.voice;
    match sentence {
        Sentence::Knew { signal, lead, chance, past } => {
            let told = said_signal(telling, *signal);
            let judged = match chance {
                Some(chance) => format!(
                    "at a random moment of the {} before it, this system would have looked as known in {}",
                    spoken(*past),
                    of_hundred(*chance)
                ),
                None => format!("how often it looks so for nothing is not judged, with only {} of past", spoken(*past)),
            };
            let base = base_rate(&told.signal, voice);
            let subject = subject(&told.signal, voice);
            format!(
                "The first of these signs, {subject}, was raised {} before users were hurt; {judged}; {base}.",
                spoken(*lead)
            )
        }
        Sentence::NothingStood { services, streams, span, path } => {
            nothing_stood(*services, *streams, *span, path.as_deref(), voice)
        }
        Sentence::NothingOfThen { at, first, last } => format!(
            "Nothing of {} UTC was read: the evidence goes from {} to {} UTC.",
            dated(*at),
            dated(*first),
            dated(*last)
        ),
        Sentence::NoTelemetry { service, last } => {
            let service = voice.say_short(service, 40);
            match last {
                Some(last) => format!(
                    "{service} has reported nothing since {} UTC: no log, no metric, no span.",
                    day_clock(*last)
                ),
                None => format!("{service} reports nothing here: no log, no metric, no span."),
            }
        }
        Sentence::AlertDelivered { name, before } => {
            format!("The alert \"{}\" was delivered {}.", voice.say_short(name, 60), beside_users(*before))
        }
        Sentence::Muted { what, comment, from, until } => muted(voice, what, comment, (*from, *until)),
        Sentence::NoAlert { rules: 0 } => "No alert was delivered before that, and no rules were given.".into(),
        Sentence::NoAlert { rules } => {
            format!("No alert was delivered before that; {} given, not judged.", counted(*rules, "rule"))
        }
        Sentence::Ignored { after } => format!("Somebody took it up {} after users were first hurt.", spoken(*after)),
        Sentence::PathIsAll => "No service was given: everything that was read counts as the path.".into(),
        Sentence::Path { service, reaches } if reaches.is_empty() => {
            format!("The path is {} alone; no call of it was seen.", voice.say_short(service, 40))
        }
        Sentence::Path { service, reaches } => {
            let named: Vec<String> = reaches.iter().take(8).map(|s| voice.say_short(s, 40)).collect();
            let more = if reaches.len() > 8 { format!(" and {} more", reaches.len() - 8) } else { String::new() };
            format!(
                "The path is {} and what it reaches by two calls: {}{more}.",
                voice.say_short(service, 40),
                named.join(", ")
            )
        }
        _ => String::new(),
    }
}

/// What was silenced, from when until when, and for which reason.
fn muted(voice: &Voice, what: &str, comment: &str, (from, until): (Time, Option<Time>)) -> String {
    let until = until.map_or("without an end".into(), |until| format!("until {}", day_clock(until)));
    let reason = match voice.say_short(comment, 60) {
        reason if reason.is_empty() => String::new(),
        reason => format!(", for \"{reason}\""),
    };
    let (what, from) = (voice.say_short(what, 80), day_clock(from));
    format!(
        "Alerts with {what} were silenced from {from} {until}{reason}; whether a rule would have told is not known."
    )
}

/// `03:06` on the day of a reference moment, else `22 Nov` alone.
pub fn day_or_clock(time: evidence::Time, reference: evidence::Time) -> String {
    let near = near(time, reference);
    match near.rsplit_once(' ') {
        Some((day, _)) => day.to_string(),
        None => near,
    }
}

/// `03:06` with the day where it is another than that of a reference moment.
pub fn near(time: evidence::Time, reference: evidence::Time) -> String {
    let (a, b) = (time.civil(), reference.civil());
    if (a.year, a.month, a.day) == (b.year, b.month, b.day) { clock(time) } else { day_clock(time) }
}

/// A line of the glance without its `[3]`, where nothing could be opened by it.
pub fn without_cites(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(" [") {
        let tail = &rest[at + 2..];
        let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && tail[digits..].starts_with(']') {
            out.push_str(&rest[..at]);
            rest = &tail[digits + 1..];
        } else {
            out.push_str(&rest[..at + 2]);
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}
