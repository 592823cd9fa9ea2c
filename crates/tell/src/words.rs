//! The one engine of sentences: typed facts become plain words with exact numbers. Order is order ("before", "after");
//! nothing is "because"; the strongest word is "fits".

use evidence::{ChangeEvent, Nanos, Time};
use signal::{Direction, Kind, Signal, Unit};
use story::{ChapterKind, Lack, NotCounted, Question, Said, Sentence, SilenceKind, Told, Verdict};

use crate::spoken::{clock, column, counted, dated, day_clock, number, of_hundred, spoken};
use crate::voice::{Telling, Voice};

/// So many lines that came with a change are quoted; the rest is counted.
const CAME_WITH: usize = 3;
/// Characters of a quoted line or name.
const QUOTED: usize = 90;

/// What a signal says, in one plain sentence.
pub fn summary(signal: &Signal, voice: &Voice) -> String {
    let subject = subject(signal, voice);
    let (seen, usual) = (number(signal.observed), number(signal.baseline));
    match signal.kind {
        Kind::LogNew => {
            let times = match signal.amount.times {
                0 | 1 => String::new(),
                n => format!(", {} so far", counted(n, "time")),
            };
            let after = if signal.amount.after_change { ", first right after a change" } else { "" };
            format!("{subject} was never written before{times}{after}")
        }
        Kind::LogSeverity | Kind::LogRetries | Kind::LogRestarts | Kind::LogEnding | Kind::LogInstance => {
            of_lines(signal, voice)
        }
        Kind::MetricSpread
        | Kind::MetricResets
        | Kind::MetricSaturation
        | Kind::MetricEnding
        | Kind::MetricInstance => of_metrics(signal, voice),
        Kind::TraceRetries | Kind::TraceCalls | Kind::TraceGone => of_calls(signal, voice),
        Kind::LogRate => format!("{subject} came {} in {}, {usual} expected", times(signal.observed), window(signal)),
        Kind::LogSilent => {
            let seen = if signal.observed == 0.0 { "none".into() } else { times(signal.observed) };
            format!("{subject} stopped: {seen} in {}, {usual} expected", window(signal))
        }
        Kind::MetricLevel => format!("{subject} is {seen}{}, {usual} expected", unit(signal)),
        Kind::MetricDrift => {
            format!("{subject} moved over days: {seen}{} in {}, {usual} expected", unit(signal), window(signal))
        }
        Kind::MetricSilent => format!("{subject} is reported no more, for {}", spoken(signal.amount.window)),
        Kind::TraceLatency => format!("{subject} takes {seen} ms, {usual} expected"),
        Kind::TraceErrors => {
            format!(
                "{subject} fails in {} calls, {} expected",
                of_hundred(signal.observed),
                of_hundred(signal.baseline)
            )
        }
        Kind::TraceEdge => format!("{subject}: a call that was never made before"),
    }
}

/// Of a service's lines taken together, or of one line beside its siblings.
fn of_lines(signal: &Signal, voice: &Voice) -> String {
    let whose = whose(signal, voice).map(|whose| format!("{whose}: ")).unwrap_or_default();
    let (seen, usual) = (times(signal.observed), number(signal.baseline));
    match signal.kind {
        Kind::LogSeverity => {
            format!("{whose}lines at WARN or worse came {seen} in {}, {usual} expected", window(signal))
        }
        Kind::LogRetries => {
            format!("{whose}lines that speak of trying again came {seen} in {}, {usual} expected", window(signal))
        }
        Kind::LogRestarts => format!("{whose}started {seen} in {}, {usual} expected", window(signal)),
        Kind::LogEnding => {
            let seen = times(signal.amount.times as f64);
            format!("{} speaks of an end, {seen} so far, and was never written before", subject(signal, voice))
        }
        _ => {
            let beside = "expected beside its siblings";
            format!("{} came {seen} in {}, {usual} {beside}", subject(signal, voice), window(signal))
        }
    }
}

/// Of a metric's spread, limit, end or siblings.
fn of_metrics(signal: &Signal, voice: &Voice) -> String {
    let subject = subject(signal, voice);
    let (seen, usual) = (number(signal.observed), number(signal.baseline));
    match signal.kind {
        Kind::MetricSpread => format!("{subject} varies by {seen} in {}, {usual} expected", window(signal)),
        Kind::MetricResets => {
            let whose = whose(signal, voice).unwrap_or(subject);
            format!(
                "{whose}: counters started again {} in {}, {usual} expected",
                times(signal.observed),
                window(signal)
            )
        }
        Kind::MetricSaturation => {
            let left = spoken(signal.amount.window);
            format!("{subject} is {seen} of {usual}, and full in {left} at this pace")
        }
        Kind::MetricEnding => {
            let left = spoken(signal.amount.window);
            format!("{subject} is {seen} and ends in {left}; it was never so near its end")
        }
        _ => format!("{subject} is {seen}{}, {usual} at its siblings", unit(signal)),
    }
}

/// Of who calls whom how often.
fn of_calls(signal: &Signal, voice: &Voice) -> String {
    let subject = subject(signal, voice);
    let (seen, usual) = (number(signal.observed), number(signal.baseline));
    match signal.kind {
        Kind::TraceRetries => {
            format!("{subject} was called again {} in {}, {usual} expected", times(signal.observed), window(signal))
        }
        Kind::TraceCalls => format!("{subject} is called {seen} times a request, {usual} expected"),
        _ => format!("{subject}: a call that is made no more, for {}", spoken(signal.amount.window)),
    }
}

fn times(count: f64) -> String {
    counted(count.max(0.0) as u64, "time")
}

fn window(signal: &Signal) -> String {
    match signal.unit {
        Unit::Lines(width) | Unit::Hours(width) => spoken(width),
        _ => spoken(signal.amount.window),
    }
}

fn unit(signal: &Signal) -> &'static str {
    if signal.unit == Unit::Increase { " a minute" } else { "" }
}

/// Whose and what: `payments: "pool wait exceeded"`, `checkout latency_ms`.
pub fn subject(signal: &Signal, voice: &Voice) -> String {
    let name = voice.say_short(&signal.subject.name, QUOTED);
    let quoted =
        matches!(signal.kind, Kind::LogNew | Kind::LogRate | Kind::LogSilent | Kind::LogEnding | Kind::LogInstance);
    let name = if quoted { format!("\"{name}\"") } else { name };
    match whose(signal, voice) {
        Some(whose) => format!("{whose}: {name}"),
        None => name,
    }
}

fn quoted(signal: &Signal, voice: &Voice) -> String {
    format!("\"{}\"", voice.say_short(&signal.subject.name, 50))
}

/// The service, or the instance where only that is said.
pub fn whose(signal: &Signal, voice: &Voice) -> Option<String> {
    let subject = &signal.subject;
    let said = if subject.instance.is_empty() { &subject.service } else { &subject.instance };
    (!said.is_empty()).then(|| voice.say_short(said, 40))
}

/// The kind of departure in a word or two, for a column.
pub fn label(signal: &Signal) -> &'static str {
    match (signal.kind, signal.direction) {
        (Kind::LogNew, _) => "new line",
        (Kind::LogRate, Direction::Down) => "fewer lines",
        (Kind::LogRate, _) => "more lines",
        (Kind::LogSilent, _) => "line stopped",
        (Kind::LogSeverity, _) => "more severe",
        (Kind::LogRetries | Kind::TraceRetries, _) => "retries",
        (Kind::LogRestarts, _) => "restarts",
        (Kind::LogEnding | Kind::MetricEnding, _) => "ending",
        (Kind::LogInstance | Kind::MetricInstance, _) => "one of many",
        (Kind::MetricSpread, _) => "spread",
        (Kind::MetricResets, _) => "resets",
        (Kind::MetricSaturation, _) => "filling up",
        (Kind::TraceCalls, _) => "more calls",
        (Kind::TraceGone, _) => "call gone",
        (Kind::MetricLevel, _) => "level",
        (Kind::MetricDrift, _) => "drift",
        (Kind::MetricSilent, _) => "not reported",
        (Kind::TraceLatency, Direction::Down) => "faster",
        (Kind::TraceLatency, _) => "slower",
        (Kind::TraceErrors, _) => "failing",
        (Kind::TraceEdge, _) => "new call",
    }
}

/// How often its class came before: `2 new lines of payments in the 23 days before`.
pub fn base_rate(signal: &Signal, voice: &Voice) -> String {
    let base = &signal.base_rate;
    let service = &signal.subject.service;
    let of = if service.is_empty() { String::new() } else { format!(" of {}", voice.say_short(service, 40)) };
    let what = class_words(signal, base.episodes);
    let strong = if signal.kind.is_novelty() { "" } else { " as strong" };
    match base.episodes {
        0 => format!("no {what}{of}{strong} in the {} before", spoken(base.span)),
        n => format!("{} {what}{of}{strong} in the {} before", number(n as f64), spoken(base.span)),
    }
}

/// The same in a few words: `none as strong in 23d`.
pub fn base_rate_short(signal: &Signal) -> String {
    let base = &signal.base_rate;
    let before = column(base.span);
    match (signal.kind.is_novelty(), base.episodes) {
        (true, 0) => format!("no {} in {before}", class_words(signal, 0)),
        (true, n) => format!("{} {} in {before}", number(n as f64), class_words(signal, n)),
        (false, 0) => format!("none as strong in {before}"),
        (false, n) => format!("{} as strong in {before}", number(n as f64)),
    }
}

fn class_words(signal: &Signal, episodes: u64) -> &'static str {
    let (one, many) = match (signal.kind, signal.direction) {
        (Kind::LogNew, _) => ("new line", "new lines"),
        (Kind::LogRate, Direction::Down) => ("fall of a line", "falls of a line"),
        (Kind::LogRate, _) => ("rise of a line", "rises of a line"),
        (Kind::LogSilent, _) => ("silent line", "silent lines"),
        (Kind::LogSeverity, _) => ("rise of severe lines", "rises of severe lines"),
        (Kind::LogRetries | Kind::TraceRetries, _) => ("rise of retries", "rises of retries"),
        (Kind::LogRestarts, _) => ("run of restarts", "runs of restarts"),
        (Kind::LogEnding | Kind::MetricEnding, _) => ("end so near", "ends so near"),
        (Kind::LogInstance | Kind::MetricInstance, _) => ("instance on its own", "instances on their own"),
        (Kind::MetricSilent, _) => ("silent metric", "silent metrics"),
        (Kind::MetricLevel | Kind::MetricDrift, Direction::Down) => ("fall of a metric", "falls of a metric"),
        (Kind::MetricLevel | Kind::MetricDrift, _) => ("rise of a metric", "rises of a metric"),
        (Kind::MetricSpread, _) => ("move of a spread", "moves of a spread"),
        (Kind::MetricResets, _) => ("run of resets", "runs of resets"),
        (Kind::MetricSaturation, _) => ("limit so near", "limits so near"),
        (Kind::TraceLatency, _) => ("move of a latency", "moves of a latency"),
        (Kind::TraceErrors, _) => ("rise of errors", "rises of errors"),
        (Kind::TraceEdge, _) => ("new call", "new calls"),
        (Kind::TraceCalls, _) => ("rise of calls a request", "rises of calls a request"),
        (Kind::TraceGone, _) => ("call gone", "calls gone"),
    };
    if episodes == 1 { one } else { many }
}

/// A change in a few words: `config of payments 4f2a91c "PG_POOL_MAX 50 -> 10"`.
pub fn change(change: &ChangeEvent, voice: &Voice) -> String {
    let mut said = change.kind.to_string();
    if let Some(service) = &change.service {
        said.push_str(&format!(" of {}", voice.say_short(service, 40)));
    }
    if let Some(reference) = &change.reference {
        said.push_str(&format!(" {}", short_reference(&voice.say(reference))));
    }
    if let Some(summary) = &change.summary {
        said.push_str(&format!(", \"{}\"", voice.say_short(summary, 70)));
    }
    said
}

/// A commit's hash by its first ten digits; anything else as it is, shortened.
pub fn short_reference(reference: &str) -> String {
    let is_hash = reference.len() >= 16 && reference.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hash { reference[..10].to_string() } else { reference.chars().take(40).collect() }
}

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
        | Sentence::CameWith { .. } => of_signals(&said.sentence, telling),
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
        Sentence::CannotAnswer { question, lacks } => cannot(*question, *lacks),
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
        | Sentence::NotSeen { .. } => of_blindness(&said.sentence, voice),
        _ => of_changes(&said.sentence, telling),
    }
}

fn of_signals(sentence: &Sentence, telling: &Telling<'_>) -> String {
    let voice = telling.voice;
    match sentence {
        Sentence::Raised { signal, before, .. } => {
            let told = said_signal(telling, *signal);
            let more = match told.members.len() {
                0 | 1 => String::new(),
                2 => ", together with one other of its service".into(),
                n => format!(", together with {} others of its service", n - 1),
            };
            let base = base_rate(&told.signal, voice);
            format!("{}: {}{more}; {base}.", capital(&beside_users(*before)), summary(&told.signal, voice))
        }
        Sentence::Again { times, last, .. } => {
            format!("It came back {}, the last at {}.", self::times(*times as f64), day_clock(*last))
        }
        Sentence::CameWith { signals } => {
            let name = |n: &usize| quoted(&said_signal(telling, *n).signal, voice);
            let named: Vec<String> = signals.iter().take(CAME_WITH).map(name).collect();
            let more = match signals.len() - named.len() {
                0 => String::new(),
                n => format!(" and {}", counted(n as u64, "more line")),
            };
            let explains = if signals.len() == 1 { "it" } else { "them" };
            format!(
                "With it came {}{more}, first written right after it: the change explains {explains}.",
                named.join(", ")
            )
        }
        Sentence::NotCounted { signal, why } => {
            let told = said_signal(telling, *signal);
            let because = match why {
                NotCounted::Pain => "users felt it themselves".to_string(),
                NotCounted::TooLate => "it was raised when users were hurt already".into(),
                NotCounted::Weak => format!("its strength was {:.2}, and 0.50 is needed", told.signal.strength),
                NotCounted::Ended(at) => format!("it had ended by {}", day_clock(*at)),
                NotCounted::Settled(at) => format!("it had settled at its new level by {}", day_clock(*at)),
                NotCounted::OffPath => "the hurt service is not known to reach it".into(),
                NotCounted::Chance(share) => {
                    format!("at {} moments before it the system would have looked as known", of_hundred(*share))
                }
            };
            let at = day_clock(told.signal.detected_at);
            format!("At {at} {}; it does not count: {because}.", summary(&told.signal, voice))
        }
        Sentence::MoreNoticed { count } => format!("{} more do not count either.", number(*count as f64)),
        _ => String::new(),
    }
}

fn of_services(sentence: &Sentence, voice: &Voice) -> String {
    let name = |text: &str| voice.say_short(text, 40);
    match sentence {
        Sentence::Spread { from, to, after } if after.abs() < evidence::MINUTE => {
            format!("{} departed at the same time as {}.", name(to), name(from))
        }
        Sentence::Spread { from, to, after } => {
            format!("{} departed {} after {}.", name(to), spoken(*after), name(from))
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
            let by = by.as_deref().map(|b| format!(" by {}", telling.voice.say_short(b, 60))).unwrap_or_default();
            let taken = if *given { "" } else { " (the end of the evidence: no moment was given)" };
            format!("It was noticed at {} UTC{by}{taken}.", day_clock(*at))
        }
        Sentence::Hurt { at, before_noticed, signal } => {
            let by = signal.map(|n| summary(&said_signal(telling, n).signal, telling.voice));
            let shown = by.map(|b| format!(", when {b}")).unwrap_or_default();
            let earlier = match before_noticed {
                0 => String::new(),
                b => format!(", {} before it was noticed", spoken(*b)),
            };
            format!("Users were hurt from {} UTC at the latest{earlier}{shown}.", day_clock(*at))
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
    let whose = if services > 0 { format!("{} and ", counted(services as u64, "service")) } else { String::new() };
    let streams = counted(streams, "stream");
    format!("{whose}{streams} were watched for {long}; nothing that counts departed from its own normal.")
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
            format!(
                "The first signal came {} before users were hurt: {}; {judged}; {base}.",
                spoken(*lead),
                summary(&told.signal, voice)
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

fn of_changes(sentence: &Sentence, telling: &Telling<'_>) -> String {
    let voice = telling.voice;
    let name = |text: &str| voice.say_short(text, 40);
    let times = |ratio: &f64| number(*ratio);
    match sentence {
        Sentence::Changed { change: number, before, .. } => {
            format!("{}: {}.", capital(&beside_users(*before)), change(&telling.changes[*number], voice))
        }
        Sentence::NothingChanged { span } => format!("No change was seen in the {} before.", spoken(*span)),
        Sentence::ChangesSeen { count, span, .. } => {
            format!("In all {} were seen in {}.", counted(*count as u64, "change"), spoken(*span))
        }
        Sentence::ChangeBefore { before, ratio } => {
            let when = if *before == 0 {
                "it came when trouble began".into()
            } else {
                format!("it came {} before trouble began", spoken(*before))
            };
            format!("{} (likelihood ratio {}).", capital(&when), times(ratio))
        }
        Sentence::ChangeAfter { after, .. } => format!("It came {} after trouble had begun.", spoken(*after)),
        Sentence::ChangeAtFirst { service, ratio } => {
            format!("It is of {}, where trouble began (likelihood ratio {}).", name(service), times(ratio))
        }
        Sentence::ChangeOnPath { service, ratio } => {
            format!("It is of {}, on the failing path (likelihood ratio {}).", name(service), times(ratio))
        }
        Sentence::ChangeOffPath { service, ratio } => {
            format!(
                "It is of {}, which the hurt service is not known to reach (likelihood ratio {}).",
                name(service),
                times(ratio)
            )
        }
        Sentence::ChangeOfNobody => "Nobody says which service it is of.".into(),
        Sentence::ChangeInnocent { files, .. } => {
            format!("It touches documentation or tests alone ({}).", counted(*files as u64, "file"))
        }
        Sentence::NotShipped { ratio } => format!("No deploy of it was seen (likelihood ratio {}).", times(ratio)),
        Sentence::NothingAsks => "Nothing stood at that moment, or began after it, that asks for a cause.".into(),
        Sentence::NoChangeSeen { span } => format!("No change was seen in {}.", spoken(*span)),
        Sentence::NoneFits { seen, best } => format!(
            "Of {} seen none fits better than no change (the best has {}).",
            counted(*seen as u64, "change"),
            number(*best)
        ),
        Sentence::OneFits { reference, score } => {
            format!("{} fits better than no change ({}).", short_reference(&voice.say(reference)), number(*score))
        }
        Sentence::Ruled { kind, reference } => format!("{kind} {}.", short_reference(&voice.say(reference))),
        _ => String::new(),
    }
}

fn of_blindness(sentence: &Sentence, voice: &Voice) -> String {
    let name = |text: &str| voice.say_short(text, 60);
    match sentence {
        Sentence::BlindService { service, lacks } if lacks.len() == 3 => {
            format!("what {} did: no logs, metrics or spans of it", name(service))
        }
        Sentence::BlindService { service, lacks } => format!("{}: no {}", name(service), lacks.join(", no ")),
        Sentence::RulesNotJudged { rules } => {
            format!("{} given, not judged by this version", counted(*rules, "alert rule"))
        }
        Sentence::ShortPast { span } => format!("rhythms of the day and rare lines: only {} of past", spoken(*span)),
        Sentence::NoMap => "who calls whom: no spans were given".into(),
        Sentence::LostPart { path, lines } => {
            format!(
                "lines {} to {} of {}: lost, the reader stopped over them (a fault of backstory's)",
                lines.0,
                lines.1,
                name(path)
            )
        }
        Sentence::LostDetector { name: detector, at } => {
            format!(
                "what {} would have raised since {}: it stopped (a fault of backstory's)",
                name(detector),
                day_clock(*at)
            )
        }
        Sentence::NotUnderstood { path, records, words } => {
            let which = records.map(|n| format!("{} of ", counted(n, "record"))).unwrap_or_default();
            format!("{which}{}: {words}", name(path))
        }
        Sentence::Untimed { path } => format!("when the lines of {} were written: they have no times", name(path)),
        Sentence::OutsideEvidence { at, first, last } => {
            format!("{} UTC itself: the evidence goes from {} to {} UTC", dated(*at), dated(*first), dated(*last))
        }
        Sentence::NoEvidence => "anything: no log, metric or span with a time was read".into(),
        Sentence::NotSeen { what } => (*what).into(),
        _ => String::new(),
    }
}

fn cannot(question: Question, lacks: Lack) -> String {
    let asked = match question {
        Question::State => "Why was this state possible?",
        Question::Path => "Why was the path not visible earlier?",
        Question::Inputs => "Why was this combination of inputs allowed?",
    };
    let lacking = match lacks {
        Lack::States => "the lives of what has an id are not followed in it",
        Lack::Code => "the code behind the path was not asked",
        Lack::Inputs => "the values of attributes are not compared in it",
    };
    format!("{asked} It cannot be answered from this evidence, because {lacking}.")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
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
