//! The verdict: told, known or silent, by the contract's definitions.

use evidence::{DAY, HOUR, Nanos, Time};
use signal::budget::{SHOWN, warm_up};

use crate::cite::Cites;
use crate::facts::Facts;
use crate::muted::muted;
use crate::path::Path;
use crate::sentence::{NotCounted, Said, Sentence};
use crate::suspects::Posterior;
use crate::types::{Knew, Silence, SilenceKind, Told, Verdict};

/// Above this share of moments at which the system would have looked as known, a signal is not taken.
pub const CHANCE_MAX: f64 = 0.1;
/// A service that has not reported for so long reports nothing.
const QUIET: Nanos = HOUR;

/// Finds the verdict.
pub fn verdict(
    facts: &Facts<'_>,
    signals: &[Told],
    path: &Path,
    posterior: &Posterior,
    users_at: Time,
    cites: &mut Cites<'_>,
) -> Knew {
    let counted =
        if far_off(facts, users_at).is_none() { counted(signals, path, posterior, users_at) } else { Vec::new() };
    let mut first = None;
    let mut passed_over = Vec::new();
    for number in &counted {
        let (chance, past) = chance(facts, signals, *number, path, posterior, users_at);
        match chance {
            Some(chance) if chance > CHANCE_MAX => passed_over.push((*number, chance)),
            _ => {
                first = Some((*number, chance, past));
                break;
            }
        }
    }
    let told_at = delivered(facts, path, users_at);
    let since = first.map(|(n, _, _)| signals[n].signal.detected_at);
    let muted = since.filter(|_| told_at.is_none()).and_then(|since| muted(facts, path, since, users_at));
    let (verdict, silence) = match (told_at, first) {
        (None, Some(_)) if muted.is_some() => (Verdict::Known, Some(SilenceKind::Muted)),
        (Some(_), _) => (Verdict::Told, ignored(facts, users_at)),
        (None, Some(_)) => (Verdict::Known, Some(SilenceKind::NoRule)),
        (None, None) if is_blind(facts, path, users_at) => (Verdict::Silent, Some(SilenceKind::NoTelemetry)),
        (None, None) => (Verdict::Silent, Some(SilenceKind::NoSignal)),
    };
    Knew {
        verdict,
        silence,
        first: first.map(|(n, _, _)| n),
        lead: first.map(|(n, _, _)| users_at - signals[n].signal.detected_at),
        chance: first.and_then(|(_, chance, _)| chance),
        past: first.map_or(0, |(_, _, past)| past),
        muted,
        told_at: told_at.map(|n| facts.alerts[n].starts_at),
        silences: silences(facts, signals, path, posterior, users_at, cites),
        counted,
        passed_over,
    }
}

/// The signals that count for what was known, in order of detection.
pub fn counted(signals: &[Told], path: &Path, posterior: &Posterior, users_at: Time) -> Vec<usize> {
    (0..signals.len()).filter(|n| why_not(signals, *n, path, posterior, users_at).is_none()).collect()
}

/// Why a signal does not count for what was known; `None` where it does.
pub fn why_not(
    signals: &[Told],
    number: usize,
    path: &Path,
    posterior: &Posterior,
    users_at: Time,
) -> Option<NotCounted> {
    let told = &signals[number];
    let service = &told.signal.subject.service;
    if told.pain {
        return Some(NotCounted::Pain);
    }
    if told.signal.detected_at >= users_at {
        return Some(NotCounted::TooLate);
    }
    if !path.holds(service) && !posterior.holds(service) {
        return Some(NotCounted::OffPath);
    }
    let lead = users_at - told.signal.detected_at;
    let again = was_there(signals, told, users_at - lead / 10, users_at);
    match told.ended {
        Some((at, true)) if at < users_at && !again && !posterior.fits_before(service, told.signal.detected_at) => {
            Some(NotCounted::Settled(at))
        }
        _ if told.signal.strength < SHOWN => Some(NotCounted::Weak),
        Some((at, false)) if !again => Some(NotCounted::Ended(at)),
        _ => None,
    }
}

/// Whether the departure was there at some moment of a stretch: the signal itself, or one that came back with its key.
fn was_there(signals: &[Told], told: &Told, from: Time, to: Time) -> bool {
    let same = |t: &&Told| t.signal.key == told.signal.key && t.signal.detected_at <= to;
    signals.iter().filter(same).any(|t| t.ended.is_none_or(|(end, _)| end > from))
}

/// The share of the time before a signal's raise (warm-up left out) at which some other shown signal stood on the path;
/// `None` where the past is shorter than the lead. With it the length of that past.
fn chance(
    facts: &Facts<'_>,
    signals: &[Told],
    number: usize,
    path: &Path,
    posterior: &Posterior,
    users_at: Time,
) -> (Option<f64>, Nanos) {
    let until = signals[number].signal.detected_at;
    let Some((start, _)) = facts.span else { return (None, 0) };
    let from = start + warm_up(until - start);
    let past = (until - from).max(0);
    if past < users_at - until || past == 0 {
        return (None, past);
    }
    let stood = signals.iter().enumerate().filter(|(n, t)| {
        let service = &t.signal.subject.service;
        *n != number && !t.pain && t.signal.strength >= SHOWN && (path.holds(service) || posterior.holds(service))
    });
    let mut intervals: Vec<(Time, Time)> = stood
        .map(|(_, t)| (t.signal.detected_at.max(from), t.ended.map_or(until, |(end, _)| end).min(until)))
        .filter(|(a, b)| a < b)
        .collect();
    intervals.sort_unstable();
    let (mut covered, mut reached) = (0, from);
    for (a, b) in intervals {
        covered += (b - a.max(reached)).max(0);
        reached = reached.max(b);
    }
    (Some(covered as f64 / past as f64), past)
}

/// The first alert that was delivered before users were hurt, about the path, and still stood then.
fn delivered(facts: &Facts<'_>, path: &Path, users_at: Time) -> Option<usize> {
    let about = |service: &Option<String>| service.as_deref().is_none_or(|s| path.holds(s));
    let stood = |end: Option<Time>| end.is_none_or(|e| e >= users_at);
    let hit = |a: &evidence::Alert| a.starts_at < users_at && stood(a.ends_at) && about(&a.service);
    (0..facts.alerts.len()).filter(|n| hit(&facts.alerts[*n])).min_by_key(|n| (facts.alerts[*n].starts_at, *n))
}

fn ignored(facts: &Facts<'_>, users_at: Time) -> Option<SilenceKind> {
    let heard = [facts.incident.acknowledged_at, facts.incident.acted_at].into_iter().flatten().min();
    heard.filter(|at| *at > users_at).map(|_| SilenceKind::Ignored)
}

/// Whether the service that hurt (or, where none is given, everything) reported nothing when users were hurt.
fn is_blind(facts: &Facts<'_>, path: &Path, users_at: Time) -> bool {
    match &path.service {
        Some(service) => is_quiet(facts, service, users_at),
        None => facts.span.is_none() || far_off(facts, users_at).is_some(),
    }
}

/// The span of the evidence, where a moment lies before it or more than a day after it.
pub fn far_off(facts: &Facts<'_>, at: Time) -> Option<(Time, Time)> {
    facts.span.filter(|(first, last)| at < *first || at - *last > DAY)
}

fn is_quiet(facts: &Facts<'_>, service: &str, users_at: Time) -> bool {
    let last = facts.reporters.get(service).and_then(|r| r.last());
    last.is_none_or(|last| users_at - last > QUIET)
}

/// For each hop of the path: why it said nothing.
fn silences(
    facts: &Facts<'_>,
    signals: &[Told],
    path: &Path,
    posterior: &Posterior,
    users_at: Time,
    cites: &mut Cites<'_>,
) -> Vec<Silence> {
    let hops = path.service.iter().chain(&path.reaches);
    let mut silences = Vec::new();
    for service in hops {
        let counts = |n: usize| {
            signals[n].signal.subject.service == *service && why_not(signals, n, path, posterior, users_at).is_none()
        };
        if is_quiet(facts, service, users_at) {
            let last = facts.reporters.get(service).and_then(|r| r.last());
            let cite = cites.service(service);
            let sentence = Sentence::NoTelemetry { service: service.clone(), last };
            let why = Said { sentence, cites: vec![cite] };
            silences.push(Silence { kind: SilenceKind::NoTelemetry, what: service.clone(), why });
        } else if !(0..signals.len()).any(counts) {
            let span = facts.span.map_or(0, |(first, _)| users_at - first);
            let sentence = Sentence::NothingStood { services: 1, streams: 0, span, path: Some(service.clone()) };
            let why = Said { sentence, cites: vec![cites.service(service)] };
            silences.push(Silence { kind: SilenceKind::NoSignal, what: service.clone(), why });
        }
    }
    silences
}
