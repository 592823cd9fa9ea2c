//! Which service failed first, and who was dragged along. In its simplest honest form: the order of onsets, and whether
//! somebody that a service calls departed no later. With no map of calls, the order alone.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{HOUR, MINUTE, Nanos, Time};
use signal::Direction;
use signal::budget::SHOWN;

use crate::cite::Cites;
use crate::facts::Facts;
use crate::sentence::{Said, Sentence};
use crate::types::{SuspectService, Told};

/// What departed so long before users were hurt, and still stood, belongs to the trouble.
const NEAR: Nanos = 12 * HOUR;
/// Onsets nearer than this have no order.
const TIE: Nanos = 2 * MINUTE;
/// What a departure weighs that a callee's explains.
const EXPLAINED: f64 = 0.4;

/// A departure by this factor (e to the fourth) or more is as large as any.
const LARGE: f64 = 4.0;

/// The first and strongest departure of one service.
struct Departed {
    signal: usize,
    onset: Time,
    strength: f64,
    /// How much other than its own past, 0 to 1: order says little where onsets lie close, size says more.
    size: f64,
}

/// How far from its own past, on a scale of factors; what is new or gone is in the middle.
fn size(told: &Told) -> f64 {
    let (seen, usual) = (told.signal.observed.abs(), told.signal.baseline.abs());
    let is_level = !matches!(told.signal.direction, Direction::New | Direction::Gone);
    if is_level && seen > 0.0 && usual > 0.0 { ((seen / usual).ln().abs() / LARGE).min(1.0) } else { 0.5 }
}

/// What departed around the time at which users were hurt, by service.
fn departed(signals: &[Told], noticed: Time, users_at: Time) -> BTreeMap<String, Departed> {
    let belongs = |t: &Told| {
        let is_near = t.signal.detected_at >= users_at - NEAR || t.stood_at(noticed);
        is_near && (t.stood_at(noticed) || t.onset.0 >= users_at - NEAR)
    };
    let mut found: BTreeMap<String, Departed> = BTreeMap::new();
    let shown = signals.iter().any(|t| t.peak >= SHOWN && belongs(t));
    for (number, told) in signals.iter().enumerate() {
        let service = &told.signal.subject.service;
        if service.is_empty() || !belongs(told) || (shown && told.peak < SHOWN) {
            continue;
        }
        let entry = found.entry(service.clone()).or_insert(Departed {
            signal: number,
            onset: told.onset.0,
            strength: 0.0,
            size: 0.0,
        });
        entry.strength = entry.strength.max(told.peak);
        entry.size = entry.size.max(size(told));
        if told.onset.0 < entry.onset {
            entry.onset = told.onset.0;
            entry.signal = number;
        }
    }
    found
}

/// Services by how likely they failed first.
pub fn suspects(facts: &Facts<'_>, signals: &[Told], users_at: Time, cites: &mut Cites<'_>) -> Vec<SuspectService> {
    let departed = departed(signals, facts.incident.noticed_at, users_at);
    let Some(first) = departed.values().map(|d| d.onset).min() else { return Vec::new() };
    let last = departed.values().map(|d| d.onset).max().unwrap_or(first);
    let spread = (last - first).max(10 * MINUTE) as f64;
    let alone = departed.values().filter(|d| d.onset - first <= TIE).count() == 1;
    let mut found: Vec<SuspectService> = Vec::new();
    for (service, its) in &departed {
        let late = (its.onset - first - TIE).max(0);
        let mut score = its.strength * (0.4 + 0.6 * its.size) * (-2.0 * late as f64 / spread).exp();
        let mut why = Vec::new();
        if late == 0 {
            let sentence = Sentence::FirstToDepart { service: service.clone(), signal: its.signal, alone };
            why.push(Said { sentence, cites: cited(signals, its.signal, facts, cites) });
        } else {
            let sentence = Sentence::DepartedLater { service: service.clone(), after: its.onset - first };
            why.push(Said { sentence, cites: cited(signals, its.signal, facts, cites) });
        }
        let callee = callees(facts, service).find(|c| departed.get(*c).is_some_and(|d| d.onset <= its.onset + TIE));
        if let Some(callee) = callee {
            score *= EXPLAINED;
            let sentence = Sentence::CalleeDeparted { service: service.clone(), callee: callee.to_string() };
            let mut cite = cited(signals, departed[callee].signal, facts, cites);
            cite.extend(cites.call(service, callee));
            why.push(Said { sentence, cites: cite });
        }
        found.push(SuspectService {
            service: service.clone(),
            onset: its.onset,
            signal: its.signal,
            score: score.clamp(0.0, 1.0),
            why,
        });
    }
    let strength = |s: &SuspectService| departed[&s.service].strength;
    found.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then(strength(b).total_cmp(&strength(a))).then_with(|| a.service.cmp(&b.service))
    });
    found
}

fn callees<'a>(facts: &'a Facts<'_>, service: &'a str) -> impl Iterator<Item = &'a str> {
    facts.calls.iter().filter(move |c| c.caller == service && c.callee != service).map(|c| c.callee.as_str())
}

/// What a signal cites; where it cites nothing, what was searched of its service.
pub fn cited(signals: &[Told], number: usize, facts: &Facts<'_>, cites: &mut Cites<'_>) -> Vec<usize> {
    let told = &signals[number];
    let _ = facts;
    if told.cites.is_empty() { vec![cites.service(&told.signal.subject.service)] } else { told.cites.clone() }
}

/// Other services that departed with the first one or after it; where calls are known, those that reach it or that it
/// reaches.
pub fn blast_radius(facts: &Facts<'_>, signals: &[Told], suspects: &[SuspectService]) -> Vec<String> {
    let Some(first) = suspects.first() else { return Vec::new() };
    let shown = |service: &str| signals.iter().any(|t| t.signal.subject.service == service && t.peak >= SHOWN);
    let near = neighbours(facts, &first.service);
    let is_near = |service: &str| near.is_empty() || near.contains(service);
    let others = suspects.iter().skip(1).map(|s| s.service.clone());
    others.filter(|s| shown(s) && is_near(s)).collect()
}

/// Everybody that is connected with a service by calls, in either direction, over any number of hops.
fn neighbours(facts: &Facts<'_>, service: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut edge = vec![service.to_string()];
    while let Some(at) = edge.pop() {
        for call in facts.calls {
            let other = match () {
                () if call.caller == at => &call.callee,
                () if call.callee == at => &call.caller,
                () => continue,
            };
            if other != service && found.insert(other.clone()) {
                edge.push(other.clone());
            }
        }
    }
    found
}
