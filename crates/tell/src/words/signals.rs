//! What signals say, as clauses: `payments wrote "pool wait exceeded" for the first time, 74 times so far`.

use signal::{Direction, Kind, Signal, Unit};
use story::{NotCounted, Sentence, Told};

use super::units::{amount, count_short, usual};
use super::{beside_users, said_signal};
use crate::spoken::{capital, column, counted, dayed, of_hundred, small, spoken};
use crate::voice::{Telling, Voice};

/// So many lines that came with a change are quoted; the rest is counted.
const CAME_WITH: usize = 3;
/// Characters of a quoted line or name.
const QUOTED: usize = 90;

/// What a signal says, in one plain clause.
pub fn summary(signal: &Signal, voice: &Voice) -> String {
    match signal.kind.origin() {
        signal::Origin::Log => of_lines(signal, voice),
        signal::Origin::Metric => of_metrics(signal, voice),
        signal::Origin::Trace => of_calls(signal, voice),
    }
}

/// The line as its service wrote it.
fn quoted(signal: &Signal, voice: &Voice) -> String {
    format!("\"{}\"", voice.say_short(&signal.subject.name, QUOTED))
}

/// `payments wrote`; `somebody wrote` where nobody says whose line it is.
fn who(signal: &Signal, voice: &Voice) -> String {
    whose(signal, voice).unwrap_or_else(|| "somebody".into())
}

/// `59 times in ten minutes`, `in 11 different hours of 4 days 7 hours`.
fn so_often(signal: &Signal) -> String {
    match signal.unit {
        Unit::Hours(width) => {
            format!("in {} different hours of {}", small(signal.observed as u64), spoken(width))
        }
        _ => format!("{} in {}", times(signal.observed), window(signal)),
    }
}

fn of_lines(signal: &Signal, voice: &Voice) -> String {
    let (who, line) = (who(signal, voice), quoted(signal, voice));
    let so_far = match signal.amount.times {
        0 | 1 => String::new(),
        n => format!(", {} so far", times(n as f64)),
    };
    match signal.kind {
        Kind::LogNew => {
            let after = if signal.amount.after_change { " right after a change" } else { "" };
            format!("{who} wrote {line} for the first time{after}{so_far}")
        }
        Kind::LogValue => {
            let seen = amount(signal.observed, signal);
            format!("{} stood at {seen}, {}", metric(signal, voice), usual(signal))
        }
        Kind::LogEnum => {
            let after = if signal.amount.after_change { " right after a change" } else { "" };
            let name = voice.say_short(&signal.subject.name, QUOTED);
            format!("{who} wrote {name} for the first time{after}{so_far}")
        }
        Kind::LogShare => {
            let name = voice.say_short(&signal.subject.name, QUOTED);
            match signal.unit {
                Unit::Hours(_) => format!("{who} wrote {name} {}, {}", so_often(signal), usual(signal)),
                _ => format!("{who} wrote {name} in {}, {}", amount(signal.observed, signal), usual(signal)),
            }
        }
        Kind::LogEnding => format!("{who} spoke of an end for the first time{so_far}: {line}"),
        Kind::LogSilent if signal.observed == 0.0 => {
            format!("{who} stopped writing {line}: none in {}, {}", window(signal), usual(signal))
        }
        Kind::LogSilent | Kind::LogRate if signal.direction != Direction::Up => {
            format!("{who} wrote {line} only {}, {}", so_often(signal), usual(signal))
        }
        Kind::LogSeverity => match signal.unit {
            Unit::Hours(_) => format!("{who} wrote at WARN or worse {}, {}", so_often(signal), usual(signal)),
            _ => {
                let lines = counted(signal.observed as u64, "line");
                format!("{who} wrote {lines} at WARN or worse in {}, {}", window(signal), usual(signal))
            }
        },
        Kind::LogRetries => format!("{who} spoke of trying again {}, {}", so_often(signal), usual(signal)),
        Kind::LogRestarts => format!("{who} started {}, {}", so_often(signal), usual(signal)),
        _ => format!("{who} wrote {line} {}, {}", so_often(signal), usual(signal)),
    }
}

/// `checkout's error_ratio`.
fn metric(signal: &Signal, voice: &Voice) -> String {
    let name = voice.say_short(&signal.subject.name, QUOTED);
    whose(signal, voice).map_or(name.clone(), |whose| format!("{} {name}", possessive(&whose)))
}

fn possessive(name: &str) -> String {
    if name.ends_with('s') { format!("{name}'") } else { format!("{name}'s") }
}

fn of_metrics(signal: &Signal, voice: &Voice) -> String {
    let metric = metric(signal, voice);
    let seen = amount(signal.observed, signal);
    let left = || spoken(signal.amount.window);
    match signal.kind {
        Kind::MetricDrift => {
            format!("{metric} moved over days and stood at {seen} for {}, {}", window(signal), usual(signal))
        }
        Kind::MetricSilent => format!("{metric} was reported no more, for {} by then", left()),
        Kind::MetricSpread => format!("{metric} varied by {seen} in {}, {}", window(signal), usual(signal)),
        Kind::MetricResets => {
            let who = possessive(&who(signal, voice));
            format!("{who} counters started again {}, {}", so_often(signal), usual(signal))
        }
        Kind::MetricSaturation => {
            let limit = amount(signal.baseline, signal);
            format!("{metric} stood at {seen} of {limit}, and at this pace is full in {}", left())
        }
        Kind::MetricEnding => format!("{metric} stood at {seen}, nearer its end than ever: it ends in {}", left()),
        _ => format!("{metric} stood at {seen}, {}", usual(signal)),
    }
}

fn of_calls(signal: &Signal, voice: &Voice) -> String {
    let name = voice.say_short(&signal.subject.name, QUOTED);
    let who = who(signal, voice);
    let seen = amount(signal.observed, signal);
    // An edge is named by both its ends: `checkout -> payments`.
    let edge = name.split_once(" -> ").map(|(caller, callee)| (caller.to_string(), callee.to_string()));
    let gone_for = || spoken(signal.amount.window);
    match (signal.kind, edge) {
        (Kind::TraceEdge, Some((caller, callee))) => format!("{caller} called {callee} for the first time"),
        (Kind::TraceGone, Some((caller, callee))) => {
            format!("{caller} called {callee} no more, for {} by then", gone_for())
        }
        (Kind::TraceErrors, _) => match signal.unit {
            Unit::Hours(_) => format!("{} {name} failed {}, {}", possessive(&who), so_often(signal), usual(signal)),
            _ => format!("{} {name} failed in {seen}, {}", possessive(&who), usual(signal)),
        },
        (Kind::TraceLatency, _) => format!("{} {name} took {seen}, {}", possessive(&who), usual(signal)),
        (Kind::TraceRetries, _) => format!("{who} made the call {name} again {}, {}", so_often(signal), usual(signal)),
        _ => format!("{who} made the call {name} {seen}, {}", usual(signal))
            .replace("calls a request", "times a request"),
    }
}

/// `once`, `twice`, `five times`, `59 times`.
pub(super) fn times(count: f64) -> String {
    match count.max(0.0).round() as u64 {
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{} times", small(n)),
    }
}

fn window(signal: &Signal) -> String {
    match signal.unit {
        Unit::Lines(width) | Unit::Hours(width) => spoken(width),
        _ => spoken(signal.amount.window),
    }
}

/// Whose and what, for a column: `payments: "pool wait exceeded"`, `checkout: latency_ms`.
pub fn subject(signal: &Signal, voice: &Voice) -> String {
    let is_line =
        matches!(signal.kind, Kind::LogNew | Kind::LogRate | Kind::LogSilent | Kind::LogEnding | Kind::LogInstance);
    let name = if is_line { quoted(signal, voice) } else { voice.say_short(&signal.subject.name, QUOTED) };
    match whose(signal, voice) {
        Some(whose) => format!("{whose}: {name}"),
        None => name,
    }
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
        (Kind::LogValue, _) => "number",
        (Kind::LogEnum, _) => "new value",
        (Kind::LogShare, Direction::Down) => "more seldom",
        (Kind::LogShare, _) => "more often",
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

/// What was seen beside what is usual, in a few words: `59 where 3 are usual`, `23.1 % where 0.233 % is usual`.
pub fn seen_short(signal: &Signal) -> String {
    let left = || spoken(signal.amount.window);
    let usual = count_short(signal.baseline);
    match signal.kind {
        Kind::LogNew | Kind::LogEnum | Kind::LogEnding => format!("{} so far", times(signal.amount.times as f64)),
        Kind::MetricSilent | Kind::TraceGone => format!("for {}", left()),
        Kind::TraceEdge => "never before".into(),
        Kind::MetricSaturation => {
            let (seen, limit) = (amount(signal.observed, signal), amount(signal.baseline, signal));
            format!("{seen} of {limit}, full in {}", left())
        }
        Kind::MetricEnding => format!("ends in {}", left()),
        _ => match signal.unit {
            Unit::Hours(width) => {
                format!("in {} hours of {} where {usual} is usual", count_short(signal.observed), column(width))
            }
            Unit::Lines(width) => {
                format!("{} in {} where {usual} is usual", count_short(signal.observed), column(width))
            }
            _ => format!("{} {}", amount(signal.observed, signal), super::units::usual(signal)),
        },
    }
}

/// How often its class came before: `two new lines of payments came in the 23 days before`.
pub fn base_rate(signal: &Signal, voice: &Voice) -> String {
    let base = &signal.base_rate;
    let service = &signal.subject.service;
    let of = if service.is_empty() { String::new() } else { format!(" of {}", voice.say_short(service, 40)) };
    let class = Class::of(signal);
    let what = class.counted(base.episodes);
    let how = class.verb(base.episodes != 1 && base.episodes != 0);
    format!("{what}{of} {how} in the {} before", spoken(base.span))
}

/// The same in a few words: `none as strong in 23d`.
pub fn base_rate_short(signal: &Signal) -> String {
    let base = &signal.base_rate;
    let before = column(base.span);
    match (signal.kind.is_novelty(), base.episodes) {
        (true, n) => {
            let class = Class::of(signal);
            let near = if matches!(class.2, Does::BeNear) { " so near" } else { "" };
            format!("{}{near} in {before}", class.counted(n))
        }
        (false, 0) => format!("none as strong in {before}"),
        (false, n) => format!("{} as strong in {before}", small(n)),
    }
}

/// A class of signals: one of them, many of them, and what they do.
struct Class(&'static str, &'static str, Does);

#[derive(Clone, Copy)]
enum Does {
    Come,
    BeNear,
    BeStrong,
}

impl Class {
    fn of(signal: &Signal) -> Class {
        let (one, many) = match (signal.kind, signal.direction) {
            (Kind::LogNew, _) => ("new line", "new lines"),
            (Kind::LogRate, Direction::Down) => ("fall of a line", "falls of a line"),
            (Kind::LogRate, _) => ("rise of a line", "rises of a line"),
            (Kind::LogSilent, _) => ("silence of a line", "silences of a line"),
            (Kind::LogSeverity, _) => ("rise of severe lines", "rises of severe lines"),
            (Kind::LogRetries | Kind::TraceRetries, _) => ("rise of retries", "rises of retries"),
            (Kind::LogRestarts, _) => ("run of restarts", "runs of restarts"),
            (Kind::LogEnding | Kind::MetricEnding, _) => ("end", "ends"),
            (Kind::LogInstance | Kind::MetricInstance, _) => {
                ("departure of one instance", "departures of one instance")
            }
            (Kind::MetricSilent, _) => ("silence of a metric", "silences of a metric"),
            (Kind::MetricLevel | Kind::MetricDrift, Direction::Down) => ("fall of a metric", "falls of a metric"),
            (Kind::MetricLevel | Kind::MetricDrift, _) => ("rise of a metric", "rises of a metric"),
            (Kind::LogEnum, _) => ("new value", "new values"),
            (Kind::LogShare, Direction::Down) => ("fall of a value's share", "falls of a value's share"),
            (Kind::LogShare, _) => ("rise of a value's share", "rises of a value's share"),
            (Kind::LogValue, Direction::Down) => ("fall of a number in a line", "falls of a number in a line"),
            (Kind::LogValue, _) => ("rise of a number in a line", "rises of a number in a line"),
            (Kind::MetricSpread, _) => ("change of a spread", "changes of a spread"),
            (Kind::MetricResets, _) => ("run of resets", "runs of resets"),
            (Kind::MetricSaturation, _) => ("limit", "limits"),
            (Kind::TraceLatency, _) => ("move of a latency", "moves of a latency"),
            (Kind::TraceErrors, _) => ("rise of errors", "rises of errors"),
            (Kind::TraceEdge, _) => ("new call", "new calls"),
            (Kind::TraceCalls, _) => ("rise of calls a request", "rises of calls a request"),
            (Kind::TraceGone, _) => ("call gone", "calls gone"),
        };
        let does = match signal.kind {
            Kind::LogEnding | Kind::MetricEnding | Kind::MetricSaturation => Does::BeNear,
            kind if kind.is_novelty() => Does::Come,
            _ => Does::BeStrong,
        };
        Class(one, many, does)
    }

    fn counted(&self, count: u64) -> String {
        match count {
            0 => format!("no {}", self.0),
            1 => format!("one {}", self.0),
            n => format!("{} {}", small(n), self.1),
        }
    }

    fn verb(&self, many: bool) -> &'static str {
        match (self.2, many) {
            (Does::Come, _) => "came",
            (Does::BeNear, false) => "was so near",
            (Does::BeNear, true) => "were so near",
            (Does::BeStrong, false) => "was as strong",
            (Does::BeStrong, true) => "were as strong",
        }
    }
}

/// Sentences about signals.
pub(super) fn sentence(sentence: &Sentence, telling: &Telling<'_>) -> String {
    let voice = telling.voice;
    match sentence {
        Sentence::Raised { signal, before, later } => {
            let told = said_signal(telling, *signal);
            let when = match later {
                None => format!("{}, {}", dayed(told.signal.detected_at), beside_users(*before)),
                Some(later) if *later < evidence::MINUTE => "at the same time".into(),
                Some(later) => format!("{} later", spoken(*later)),
            };
            let base = base_rate(&told.signal, voice);
            format!("{}, {}{}; {base}.", capital(&when), summary(&told.signal, voice), with_it(told))
        }
        Sentence::Again { times: count, last, .. } => {
            let last = dayed(*last);
            match count {
                1 => format!("It came back {last}."),
                n => format!("It came back {}, the last time {last}.", times(*n as f64)),
            }
        }
        Sentence::CameWith { signals } => {
            let name =
                |n: &usize| format!("\"{}\"", voice.say_short(&said_signal(telling, *n).signal.subject.name, 50));
            let named: Vec<String> = signals.iter().take(CAME_WITH).map(name).collect();
            let more = match signals.len() - named.len() {
                0 => String::new(),
                1 => " and one more line".into(),
                n => format!(" and {} more lines", small(n as u64)),
            };
            let explains = if signals.len() == 1 { "it" } else { "them" };
            format!(
                "Right after it came {}{more}, never written before: the change explains {explains}.",
                named.join(", ")
            )
        }
        Sentence::NotCounted { signal, why } => not_counted(said_signal(telling, *signal), *why, telling),
        Sentence::MoreNoticed { count: 1 } => "One more signal does not count either.".into(),
        Sentence::MoreNoticed { count } => {
            format!("{} more signals do not count either.", capital(&small(*count as u64)))
        }
        _ => String::new(),
    }
}

/// `, and two more lines or series of it with it`.
fn with_it(told: &Told) -> String {
    match told.members.len() {
        0 | 1 => String::new(),
        2 => ", and one more of its lines or series with it".into(),
        n => format!(", and {} more of its lines or series with it", small(n as u64 - 1)),
    }
}

/// Why a signal does not count, with what it said.
fn not_counted(told: &Told, why: NotCounted, telling: &Telling<'_>) -> String {
    let said = summary(&told.signal, telling.voice);
    let at = dayed(told.signal.detected_at);
    let users_at = telling.story.users_at;
    match why {
        NotCounted::Pain => format!("{}, {said}: users felt that, so it was no early sign.", capital(&at)),
        NotCounted::TooLate => {
            let after = spoken(told.signal.detected_at - users_at);
            format!("Users had been hurt for {after} when {said}.")
        }
        NotCounted::Weak => format!(
            "{}, {said}; that was too weak to count, a strength of {:.2} where {:.2} counts.",
            capital(&at),
            told.signal.strength,
            signal::budget::SHOWN
        ),
        NotCounted::Ended(end) => format!("{}, {said}; that was over {}.", capital(&at), dayed(end)),
        NotCounted::Settled(end) => {
            format!("{}, {said}; {} that had become its normal.", capital(&at), dayed(end))
        }
        NotCounted::OffPath => {
            format!("{}, {said}; the hurt service is not known to reach it.", capital(&at))
        }
        NotCounted::Chance(share) => format!(
            "{}, {said}; but in {} moments before it the system would have looked as known.",
            capital(&at),
            of_hundred(share)
        ),
    }
}
