//! A signal as the contract has it: each line of a replay, and each signal of a story.

use evidence::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signal::{Direction, Signal, Unit};
use story::Told;

use super::{given, seconds};
use crate::voice::Voice;
use crate::words;

/// A departure from normal: its first line at 0.5 or more, else its first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalDocument {
    pub id: String,
    pub key: String,
    pub kind: String,
    pub subject: SubjectDocument,
    pub onset: String,
    pub onset_low: String,
    pub onset_high: String,
    pub onset_hindsight: bool,
    pub detected_at: String,
    pub ended_at: Option<String>,
    pub strength: f64,
    pub peak_strength: f64,
    pub q: Option<f64>,
    pub baseline: f64,
    pub observed: f64,
    pub unit: String,
    pub direction: String,
    pub base_rate: BaseRateDocument,
    pub lead_seconds: Option<f64>,
    pub pain: bool,
    pub gray: Option<bool>,
    pub members: Vec<MemberDocument>,
    pub place: Option<PlaceDocument>,
    pub dismissed: Option<DismissedDocument>,
    pub summary: String,
    pub evidence: Vec<EvidenceDocument>,
}

/// What departed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectDocument {
    pub service: Option<String>,
    pub instance: Option<String>,
    pub name: String,
    pub source: String,
}

/// How often its class came in the past given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BaseRateDocument {
    pub class: String,
    pub episodes: u64,
    pub before_incident: Option<u64>,
    pub span_seconds: f64,
}

/// What was folded into it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberDocument {
    pub service: Option<String>,
    pub instance: Option<String>,
    pub name: String,
}

/// One piece of evidence; `n` is its number where sentences cite it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<usize>,
    pub source: String,
    pub r#ref: String,
    pub time: Option<String>,
    pub text: String,
}

/// The place in the code that a signal leads to; not looked for yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceDocument {
    pub path: String,
    pub line: u64,
    pub promise: Option<String>,
    pub commit: Option<String>,
}

/// That people dismissed it; not kept yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissedDocument {
    pub because: String,
    pub until: Option<String>,
    pub by: Option<String>,
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::New => "new",
        Direction::Gone => "gone",
        Direction::Changed => "changed",
    }
}

fn unit(unit: Unit) -> String {
    match unit {
        Unit::Lines(width) => format!("lines in {}", crate::spoken::spoken(width)),
        Unit::Hours(width) => format!("different hours of {}", crate::spoken::spoken(width)),
        Unit::Value => "value".into(),
        Unit::Increase => "increase a minute".into(),
        Unit::Milliseconds => "ms".into(),
        Unit::Share => "share".into(),
        Unit::Times => "times".into(),
        Unit::SecondsSince => "seconds since the last".into(),
        Unit::OfLimit => "value".into(),
        Unit::CallsARequest => "calls a request".into(),
    }
}

/// As known when it was raised; with what hindsight and the incident add where it is told.
pub fn signal_document(signal: &Signal, told: Option<&Told>, voice: &Voice) -> SignalDocument {
    let (onset, low, high) = told.map_or((signal.onset, signal.onset_low, signal.onset_high), |t| t.onset);
    let class = {
        let (kind, way, service) = &signal.base_rate.class;
        let kind = kind.map_or("", |k| k.name());
        let way = way.map_or("", direction);
        if service.is_empty() { format!("{kind} {way}") } else { format!("{kind} {way} of {}", voice.say(service)) }
    };
    let member = |service: &str, instance: &str, name: &str| MemberDocument {
        service: given(service, voice),
        instance: given(instance, voice),
        name: voice.say(name),
    };
    let members = match told {
        Some(told) => told.members.iter().map(|(s, i, n)| member(s, i, n)).collect(),
        None => {
            signal.members.iter().map(|m| member(&m.subject.service, &m.subject.instance, &m.subject.name)).collect()
        }
    };
    SignalDocument {
        id: evidence::short(signal.id),
        key: voice.say(&signal.key),
        kind: signal.kind.name().into(),
        subject: SubjectDocument {
            service: given(&signal.subject.service, voice),
            instance: given(&signal.subject.instance, voice),
            name: voice.say(&signal.subject.name),
            source: signal.kind.origin().name().into(),
        },
        onset: onset.to_string(),
        onset_low: low.to_string(),
        onset_high: high.to_string(),
        onset_hindsight: told.is_some(),
        detected_at: signal.detected_at.to_string(),
        ended_at: told.and_then(|t| t.ended).map(|(at, _)| at.to_string()),
        strength: signal.strength,
        peak_strength: told.map_or(signal.strength, |t| t.peak),
        q: Some(signal.q),
        baseline: signal.baseline,
        observed: signal.observed,
        unit: unit(signal.unit),
        direction: direction(signal.direction).into(),
        base_rate: BaseRateDocument {
            class,
            episodes: signal.base_rate.episodes,
            before_incident: None,
            span_seconds: seconds(signal.base_rate.span),
        },
        lead_seconds: told.and_then(|t| t.lead).map(seconds),
        pain: told.is_some_and(|t| t.pain),
        gray: None,
        members,
        place: None,
        dismissed: None,
        summary: words::summary(signal, voice),
        evidence: signal
            .evidence
            .iter()
            .map(|c| evidence_document(None, &c.address, Some(c.time), &c.text, voice))
            .collect(),
    }
}

/// A piece of evidence.
pub fn evidence_document(
    n: Option<usize>,
    address: &evidence::Address,
    time: Option<Time>,
    text: &str,
    voice: &Voice,
) -> EvidenceDocument {
    EvidenceDocument {
        n,
        source: voice.say(address.source()),
        r#ref: voice.say(&address.to_string()),
        time: time.map(|t| t.to_string()),
        text: voice.say(text),
    }
}

/// One line of a replay: what was known when it was raised.
pub fn signal_line(signal: &Signal, voice: &Voice) -> String {
    serde_json::to_string(&signal_document(signal, None, voice)).expect("numbers, texts and lists always serialise")
}
