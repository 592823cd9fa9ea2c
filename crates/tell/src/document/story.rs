//! The story of an incident as the contract has it.

use evidence::{Time, six};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use story::{Chapter, Said, SilenceKind, UsersFrom, Verdict};

use super::signal::{EvidenceDocument, SignalDocument, evidence_document, signal_document};
use super::{CoverageDocument, SCHEMA_STORY, coverage_document, seconds};
use crate::voice::Telling;
use crate::words;

/// A sentence, and the numbers of the evidence that it cites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub text: String,
    pub cites: Vec<usize>,
}

/// The story of one incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryDocument {
    pub schema: String,
    pub incident: IncidentDocument,
    pub knew: KnewDocument,
    pub signals: Vec<SignalDocument>,
    pub suspects: SuspectsDocument,
    pub first_failing_service: Option<String>,
    pub blast_radius: Vec<String>,
    pub ruled_out: Vec<WhatWhy>,
    pub blind_spots: Vec<WhatWhy>,
    pub questions: QuestionsDocument,
    pub relatives: Vec<RelativeDocument>,
    pub chapters: Vec<ChapterDocument>,
    pub evidence: Vec<EvidenceDocument>,
    pub coverage: CoverageDocument,
}

/// The incident, as people reported it, and when users were hurt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentDocument {
    pub id: Option<String>,
    pub title: Option<String>,
    pub noticed_at: String,
    pub noticed_at_from: String,
    pub noticed_by: Option<String>,
    pub service: Option<String>,
    pub metric: Option<String>,
    pub summary: Option<String>,
    pub started_at: Option<String>,
    pub resolved_at: Option<String>,
    pub acknowledged_at: Option<String>,
    pub acted_at: Option<String>,
    pub cause: Option<String>,
    pub users_at: String,
    pub users_at_from: String,
}

/// What was known before users were hurt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnewDocument {
    pub verdict: String,
    pub silence: Option<String>,
    pub first_signal_at: Option<String>,
    pub lead_seconds: Option<f64>,
    pub chance: Option<f64>,
    pub told_at: Option<String>,
    pub silences: Vec<SilenceDocument>,
}

/// A further silence, of one hop of the path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceDocument {
    pub kind: String,
    pub what: String,
    pub why: Text,
}

/// Something, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatWhy {
    pub what: String,
    pub why: Text,
}

/// An ordering by evidence, not a verdict: the scores of all changes and of `no_change` sum to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspectsDocument {
    pub changes: Vec<ChangeDocument>,
    pub no_change: NoChangeDocument,
    pub services: Vec<ServiceDocument>,
}

/// A change as a suspect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDocument {
    pub r#ref: Option<String>,
    pub kind: String,
    pub service: Option<String>,
    pub time: String,
    pub summary: Option<String>,
    pub score: f64,
    pub why: Vec<Text>,
}

/// That no change which can be seen did this.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoChangeDocument {
    pub score: f64,
    pub why: Vec<Text>,
}

/// A service as a suspect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceDocument {
    pub service: String,
    pub instance: Option<String>,
    pub score: f64,
    pub why: Vec<Text>,
}

/// An answer to each, or why it cannot be answered from this evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionsDocument {
    pub state: Text,
    pub path: Text,
    pub inputs: Text,
}

/// A chapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChapterDocument {
    pub title: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub text: Vec<Text>,
    pub signals: Vec<String>,
    pub changes: Vec<Option<String>>,
}

/// An incident that this one is like; not looked for yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelativeDocument {
    pub incident: String,
    pub likeness: f64,
    pub why: Text,
}

/// Everything of a story in words and numbers.
pub fn of_story(telling: &Telling<'_>) -> StoryDocument {
    let (story, voice) = (telling.story, telling.voice);
    let say = |said: &Said| text(said, telling);
    let [state, path, inputs] = &story.questions;
    StoryDocument {
        schema: SCHEMA_STORY.into(),
        incident: incident_document(telling),
        knew: knew_document(telling),
        signals: story.signals.iter().map(|t| signal_document(&t.signal, Some(t), voice)).collect(),
        suspects: suspects_document(telling),
        first_failing_service: story.first_failing.as_deref().map(|s| voice.say(s)),
        blast_radius: story.blast_radius.iter().map(|s| voice.say(s)).collect(),
        ruled_out: story.ruled_out.iter().map(|r| WhatWhy { what: voice.say(&r.what), why: say(&r.why) }).collect(),
        blind_spots: story.blind_spots.iter().map(|b| WhatWhy { what: voice.say(&b.what), why: say(&b.why) }).collect(),
        questions: QuestionsDocument { state: say(state), path: say(path), inputs: say(inputs) },
        relatives: Vec::new(),
        chapters: story.chapters.iter().map(|c| chapter_document(c, telling)).collect(),
        evidence: story
            .evidence
            .iter()
            .enumerate()
            .map(|(n, c)| evidence_document(Some(n + 1), &c.address, c.time, &c.text, voice))
            .collect(),
        coverage: coverage_document(telling.coverage, voice),
    }
}

fn incident_document(telling: &Telling<'_>) -> IncidentDocument {
    let (story, voice) = (telling.story, telling.voice);
    let incident = &story.incident;
    let say = |text: &Option<String>| text.as_deref().map(|t| voice.say(t));
    let time = |at: Option<Time>| at.map(|t| t.to_string());
    IncidentDocument {
        id: say(&incident.id),
        title: say(&incident.title),
        noticed_at: incident.noticed_at.to_string(),
        noticed_at_from: if story.noticed_was_given { "given".into() } else { "end of evidence".into() },
        noticed_by: say(&incident.noticed_by),
        service: say(&incident.service),
        metric: say(&incident.metric),
        summary: say(&incident.summary),
        started_at: time(incident.started_at),
        resolved_at: time(incident.resolved_at),
        acknowledged_at: time(incident.acknowledged_at),
        acted_at: time(incident.acted_at),
        cause: say(&incident.cause),
        users_at: story.users_at.to_string(),
        users_at_from: match story.users_from {
            UsersFrom::NoticedAt => "noticed_at",
            UsersFrom::StartedAt => "started_at",
            UsersFrom::Pain => "pain",
        }
        .into(),
    }
}

fn silence(kind: SilenceKind) -> &'static str {
    match kind {
        SilenceKind::Ignored => "ignored",
        SilenceKind::NoRule => "no_rule",
        SilenceKind::Muted => "muted",
        SilenceKind::NoTelemetry => "no_telemetry",
        SilenceKind::NoSignal => "no_signal",
    }
}

fn knew_document(telling: &Telling<'_>) -> KnewDocument {
    let story = telling.story;
    let knew = &story.knew;
    KnewDocument {
        verdict: match knew.verdict {
            Verdict::Told => "told",
            Verdict::Known => "known",
            Verdict::Silent => "silent",
        }
        .into(),
        silence: knew.silence.map(|kind| silence(kind).into()),
        first_signal_at: knew.first.map(|n| story.signals[n].signal.detected_at.to_string()),
        lead_seconds: knew.lead.map(seconds),
        chance: knew.chance.map(six),
        told_at: knew.told_at.map(|t| t.to_string()),
        silences: knew
            .silences
            .iter()
            .map(|s| SilenceDocument {
                kind: silence(s.kind).into(),
                what: telling.voice.say(&s.what),
                why: text(&s.why, telling),
            })
            .collect(),
    }
}

fn suspects_document(telling: &Telling<'_>) -> SuspectsDocument {
    let voice = telling.voice;
    let suspects = &telling.story.suspects;
    let why = |why: &[Said]| why.iter().map(|s| text(s, telling)).collect();
    SuspectsDocument {
        changes: suspects
            .changes
            .iter()
            .map(|c| ChangeDocument {
                r#ref: c.reference.as_deref().map(|r| voice.say(r)),
                kind: c.kind.to_string(),
                service: c.service.as_deref().map(|s| voice.say(s)),
                time: c.time.to_string(),
                summary: c.summary.as_deref().map(|s| voice.say(s)),
                score: six(c.score),
                why: why(&c.why),
            })
            .collect(),
        no_change: NoChangeDocument { score: six(suspects.no_change), why: why(&suspects.no_change_why) },
        services: suspects
            .services
            .iter()
            .map(|s| ServiceDocument {
                service: voice.say(&s.service),
                instance: None,
                score: six(s.score),
                why: why(&s.why),
            })
            .collect(),
    }
}

fn chapter_document(chapter: &Chapter, telling: &Telling<'_>) -> ChapterDocument {
    let story = telling.story;
    let reference = |n: &usize| telling.changes[*n].reference.as_deref().map(|r| telling.voice.say(r));
    ChapterDocument {
        title: words::title(chapter.kind).into(),
        from: chapter.from.map(|t| t.to_string()),
        to: chapter.to.map(|t| t.to_string()),
        text: chapter.text.iter().map(|s| text(s, telling)).collect(),
        signals: chapter.signals.iter().map(|n| evidence::short(story.signals[*n].signal.id)).collect(),
        changes: chapter.changes.iter().map(reference).collect(),
    }
}

fn text(said: &Said, telling: &Telling<'_>) -> Text {
    Text { text: words::sentence(said, telling), cites: said.cites.clone() }
}
