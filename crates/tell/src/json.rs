//! The documents of the contract, field by field. Every field is there from the start, null or empty where nothing is
//! known yet.

use evidence::{Coverage, Nanos, SECOND, Time, six};
use serde::Serialize;
use signal::{Direction, Signal, Unit};
use story::{Chapter, Said, SilenceKind, Told, UsersFrom, Verdict};

use crate::voice::{Telling, Voice};
use crate::words;

/// The schema of a story.
pub const SCHEMA_STORY: &str = "backstory.story/1";
/// The schema of a list of templates.
pub const SCHEMA_PATTERNS: &str = "backstory.patterns/1";

/// The schema of what was understood of files.
pub const SCHEMA_FORMATS: &str = "backstory.formats/1";

#[derive(Serialize)]
struct Text {
    text: String,
    cites: Vec<usize>,
}

#[derive(Serialize)]
struct SignalDocument {
    id: String,
    key: String,
    kind: &'static str,
    subject: SubjectDocument,
    onset: String,
    onset_low: String,
    onset_high: String,
    onset_hindsight: bool,
    detected_at: String,
    ended_at: Option<String>,
    strength: f64,
    peak_strength: f64,
    q: Option<f64>,
    baseline: f64,
    observed: f64,
    unit: String,
    direction: &'static str,
    base_rate: BaseRateDocument,
    lead_seconds: Option<f64>,
    pain: bool,
    gray: Option<bool>,
    members: Vec<MemberDocument>,
    place: Option<()>,
    dismissed: Option<()>,
    summary: String,
    evidence: Vec<EvidenceDocument>,
}

#[derive(Serialize)]
struct SubjectDocument {
    service: Option<String>,
    instance: Option<String>,
    name: String,
    source: &'static str,
}

#[derive(Serialize)]
struct BaseRateDocument {
    class: String,
    episodes: u64,
    before_incident: Option<u64>,
    span_seconds: f64,
}

#[derive(Serialize)]
struct MemberDocument {
    service: Option<String>,
    instance: Option<String>,
    name: String,
}

#[derive(Serialize)]
struct EvidenceDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<usize>,
    source: String,
    r#ref: String,
    time: Option<String>,
    text: String,
}

fn seconds(length: Nanos) -> f64 {
    six(length as f64 / SECOND as f64)
}

fn given(text: &str, voice: &Voice) -> Option<String> {
    (!text.is_empty()).then(|| voice.say(text))
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

/// What hindsight and the incident add to a line of a replay.
struct Hindsight<'a> {
    told: &'a Told,
}

fn signal_document(signal: &Signal, hindsight: Option<&Hindsight<'_>>, voice: &Voice) -> SignalDocument {
    let told = hindsight.map(|h| h.told);
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
        kind: signal.kind.name(),
        subject: SubjectDocument {
            service: given(&signal.subject.service, voice),
            instance: given(&signal.subject.instance, voice),
            name: voice.say(&signal.subject.name),
            source: signal.kind.origin().name(),
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
        direction: direction(signal.direction),
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

fn evidence_document(
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

#[derive(Serialize)]
struct StoryDocument {
    schema: &'static str,
    incident: IncidentDocument,
    knew: KnewDocument,
    signals: Vec<SignalDocument>,
    suspects: SuspectsDocument,
    first_failing_service: Option<String>,
    blast_radius: Vec<String>,
    ruled_out: Vec<WhatWhy>,
    blind_spots: Vec<WhatWhy>,
    questions: QuestionsDocument,
    relatives: Vec<()>,
    chapters: Vec<ChapterDocument>,
    evidence: Vec<EvidenceDocument>,
    coverage: CoverageDocument,
}

#[derive(Serialize)]
struct IncidentDocument {
    id: Option<String>,
    title: Option<String>,
    noticed_at: String,
    noticed_at_from: &'static str,
    noticed_by: Option<String>,
    service: Option<String>,
    metric: Option<String>,
    summary: Option<String>,
    started_at: Option<String>,
    resolved_at: Option<String>,
    acknowledged_at: Option<String>,
    acted_at: Option<String>,
    cause: Option<String>,
    users_at: String,
    users_at_from: &'static str,
}

#[derive(Serialize)]
struct KnewDocument {
    verdict: &'static str,
    silence: Option<&'static str>,
    first_signal_at: Option<String>,
    lead_seconds: Option<f64>,
    chance: Option<f64>,
    told_at: Option<String>,
    silences: Vec<SilenceDocument>,
}

#[derive(Serialize)]
struct SilenceDocument {
    kind: &'static str,
    what: String,
    why: Text,
}

#[derive(Serialize)]
struct WhatWhy {
    what: String,
    why: Text,
}

#[derive(Serialize)]
struct SuspectsDocument {
    changes: Vec<ChangeDocument>,
    no_change: NoChangeDocument,
    services: Vec<ServiceDocument>,
}

#[derive(Serialize)]
struct ChangeDocument {
    r#ref: Option<String>,
    kind: String,
    service: Option<String>,
    time: String,
    summary: Option<String>,
    score: f64,
    why: Vec<Text>,
}

#[derive(Serialize)]
struct NoChangeDocument {
    score: f64,
    why: Vec<Text>,
}

#[derive(Serialize)]
struct ServiceDocument {
    service: String,
    instance: Option<String>,
    score: f64,
    why: Vec<Text>,
}

#[derive(Serialize)]
struct QuestionsDocument {
    state: Text,
    path: Text,
    inputs: Text,
}

#[derive(Serialize)]
struct ChapterDocument {
    title: &'static str,
    from: Option<String>,
    to: Option<String>,
    text: Vec<Text>,
    signals: Vec<String>,
    changes: Vec<Option<String>>,
}

/// What was read, as it stands in every document.
#[derive(Serialize)]
pub(crate) struct CoverageDocument {
    lines_in: u64,
    lines_folded: u64,
    records_in: u64,
    unparsed: u64,
    past_seconds: f64,
    rules: u64,
    limits: std::collections::BTreeMap<String, u64>,
    files: Vec<FileDocument>,
}

#[derive(Serialize)]
struct FileDocument {
    path: String,
    kind: String,
    records: u64,
    not_understood: u64,
    lines: u64,
    folded: u64,
    blank: u64,
    complaints: Vec<ComplaintDocument>,
}

#[derive(Serialize)]
struct ComplaintDocument {
    what: &'static str,
    count: u64,
    line: Option<u64>,
    detail: String,
}

pub(crate) fn coverage_document(coverage: &Coverage, voice: &Voice) -> CoverageDocument {
    let complaint = |(kind, c): (&evidence::ComplaintKind, &evidence::Complaint)| ComplaintDocument {
        what: kind.words(),
        count: c.count,
        line: (c.line > 0).then_some(c.line),
        detail: voice.say_short(&c.detail, 200),
    };
    let file = |f: &evidence::FileCoverage| FileDocument {
        path: voice.say(&f.path),
        kind: f.kind.clone(),
        records: f.records,
        not_understood: f.not_understood,
        lines: f.lines,
        folded: f.folded,
        blank: f.blank,
        complaints: f.complaints.iter().map(complaint).collect(),
    };
    CoverageDocument {
        lines_in: coverage.lines_in(),
        lines_folded: coverage.lines_folded(),
        records_in: coverage.records_in(),
        unparsed: coverage.unparsed(),
        past_seconds: six(coverage.past_seconds),
        rules: coverage.rules,
        limits: coverage.limits.clone(),
        files: coverage.files.iter().map(file).collect(),
    }
}

/// The story as one document.
pub fn story_document(telling: &Telling<'_>) -> String {
    let mut text = serde_json::to_string_pretty(&document(telling)).expect("numbers, texts and lists always serialise");
    text.push('\n');
    text
}

fn text(said: &Said, telling: &Telling<'_>) -> Text {
    Text { text: words::sentence(said, telling), cites: said.cites.clone() }
}

fn document(telling: &Telling<'_>) -> StoryDocument {
    let (story, voice) = (telling.story, telling.voice);
    let say = |said: &Said| text(said, telling);
    let [state, path, inputs] = &story.questions;
    StoryDocument {
        schema: SCHEMA_STORY,
        incident: incident_document(telling),
        knew: knew_document(telling),
        signals: story
            .signals
            .iter()
            .map(|t| signal_document(&t.signal, Some(&Hindsight { told: t }), voice))
            .collect(),
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
        noticed_at_from: if story.noticed_was_given { "given" } else { "end of evidence" },
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
        },
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
        },
        silence: knew.silence.map(silence),
        first_signal_at: knew.first.map(|n| story.signals[n].signal.detected_at.to_string()),
        lead_seconds: knew.lead.map(seconds),
        chance: knew.chance.map(six),
        told_at: knew.told_at.map(|t| t.to_string()),
        silences: knew
            .silences
            .iter()
            .map(|s| SilenceDocument {
                kind: silence(s.kind),
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
        title: words::title(chapter.kind),
        from: chapter.from.map(|t| t.to_string()),
        to: chapter.to.map(|t| t.to_string()),
        text: chapter.text.iter().map(|s| text(s, telling)).collect(),
        signals: chapter.signals.iter().map(|n| evidence::short(story.signals[*n].signal.id)).collect(),
        changes: chapter.changes.iter().map(reference).collect(),
    }
}
