//! The story's own nouns, and the order in which they are found out.

use evidence::{Address, ChangeKind, Incident, Nanos, Time};
use signal::{Citation, Signal};

use crate::cite::Cites;
use crate::facts::Facts;
use crate::knew;
use crate::path::Path;
use crate::sentence::{Lack, NotCounted, Question, Said, Sentence};
use crate::{blind, chapters, services, suspects};

/// What was known before users were hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An alert was delivered.
    Told,
    /// Signals stood, nothing told.
    Known,
    /// Nothing stood.
    Silent,
}

/// Why nobody was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SilenceKind {
    /// Told, and not heard in time.
    Ignored,
    /// Known, and no rule told.
    NoRule,
    /// Known, and a silence stood over the path, so that no rule could tell.
    Muted,
    /// The failing path reports nothing.
    NoTelemetry,
    /// It reports, and nothing departed.
    NoSignal,
}

/// One further silence, of one hop of the path.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    /// Its kind.
    pub kind: SilenceKind,
    /// The service.
    pub what: String,
    /// Why.
    pub why: Said,
}

/// A hop of the failing path.
pub type Hop = String;

/// The verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Knew {
    /// In a word.
    pub verdict: Verdict,
    /// Which kind of silence, if one.
    pub silence: Option<SilenceKind>,
    /// Index into [`Story::signals`] of the first signal that counts.
    pub first: Option<usize>,
    /// From its raise to T_users.
    pub lead: Option<Nanos>,
    /// The share of the time before it at which the system would have looked as known.
    pub chance: Option<f64>,
    /// The past over which chance was looked for.
    pub past: Nanos,
    /// When an alert was delivered first.
    pub told_at: Option<Time>,
    /// Index into the silences given of the one that muted the path.
    pub muted: Option<usize>,
    /// The rest, by hop.
    pub silences: Vec<Silence>,
    /// Indices into [`Story::signals`] of those that count.
    pub counted: Vec<usize>,
    /// Of those, the ones that were not taken, with their chance.
    pub passed_over: Vec<(usize, f64)>,
}

/// Where T_users comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsersFrom {
    /// The moment of noticing.
    NoticedAt,
    /// What somebody found out.
    StartedAt,
    /// The pain signal's onset.
    Pain,
}

/// A signal as the story tells it: its first line at 0.5 or more, else its first.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The line.
    pub signal: Signal,
    /// The strongest that it became.
    pub peak: f64,
    /// Onset with hindsight: estimate, earliest, latest.
    pub onset: (Time, Time, Time),
    /// When it ended, and whether by settling.
    pub ended: Option<(Time, bool)>,
    /// Whether users feel it themselves.
    pub pain: bool,
    /// From its raise to T_users; `None` where that is no lead (pain, or raised later).
    pub lead: Option<Nanos>,
    /// What it cites, as numbers into [`Story::evidence`].
    pub cites: Vec<usize>,
    /// Everything that was folded into it by the end: (service, instance, name).
    pub members: Vec<(String, String, String)>,
}

impl Told {
    /// Whether it stood at a moment, as raised at its told line.
    pub fn stood_at(&self, at: Time) -> bool {
        self.signal.detected_at <= at && self.ended.is_none_or(|(ended, _)| ended > at)
    }
}

/// A change as a suspect.
#[derive(Clone, Debug, PartialEq)]
pub struct SuspectChange {
    /// Index into the facts' changes.
    pub change: usize,
    /// A commit that this deploy ships, as an index likewise.
    pub ships: Option<usize>,
    /// Reference of both.
    pub reference: Option<String>,
    /// Kind.
    pub kind: ChangeKind,
    /// Whose, as far as said or as the files say.
    pub service: Option<String>,
    /// When it could first have an effect.
    pub time: Time,
    /// Its summary.
    pub summary: Option<String>,
    /// Posterior probability.
    pub score: f64,
    /// Why.
    pub why: Vec<Said>,
    /// What it cites.
    pub cites: Vec<usize>,
}

/// A service as a suspect.
#[derive(Clone, Debug, PartialEq)]
pub struct SuspectService {
    /// Its name.
    pub service: String,
    /// When its part of the trouble began.
    pub onset: Time,
    /// The signal that shows that, as an index into [`Story::signals`].
    pub signal: usize,
    /// 0 to 1.
    pub score: f64,
    /// Why.
    pub why: Vec<Said>,
}

/// All suspects, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspects {
    /// Changes.
    pub changes: Vec<SuspectChange>,
    /// That no change which we can see did it.
    pub no_change: f64,
    /// Why.
    pub no_change_why: Vec<Said>,
    /// Services.
    pub services: Vec<SuspectService>,
}

/// Something that was looked at and is not to blame.
#[derive(Clone, Debug, PartialEq)]
pub struct RuledOut {
    /// What.
    pub what: String,
    /// Why.
    pub why: Said,
}

/// Something that could not be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct BlindSpot {
    /// What.
    pub what: String,
    /// Why.
    pub why: Said,
}

/// Which chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChapterKind {
    /// More than a day before.
    LongBefore,
    /// Less than a day before.
    FirstMurmurs,
    /// Changes.
    WhatChanged,
    /// From service to service.
    HowItSpread,
    /// The pain.
    UsersNoticed,
    /// The verdict.
    WhatTheSystemKnew,
    /// Signals that do not count.
    AlsoNoticed,
}

/// A chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// Which.
    pub kind: ChapterKind,
    /// From when.
    pub from: Option<Time>,
    /// Until when.
    pub to: Option<Time>,
    /// Its sentences.
    pub text: Vec<Said>,
    /// Signals that it speaks of, as indices into [`Story::signals`].
    pub signals: Vec<usize>,
    /// Changes that it speaks of, as indices into the facts' changes.
    pub changes: Vec<usize>,
}

/// One piece of evidence that is cited.
#[derive(Clone, Debug, PartialEq)]
pub struct Cited {
    /// Where it stands.
    pub address: Address,
    /// When.
    pub time: Option<Time>,
    /// What it says.
    pub text: String,
}

/// The story of one incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// The incident.
    pub incident: Incident,
    /// Whether the moment of noticing was given.
    pub noticed_was_given: bool,
    /// When users were hurt, as far as known.
    pub users_at: Time,
    /// Where that comes from.
    pub users_from: UsersFrom,
    /// The verdict.
    pub knew: Knew,
    /// Signals in order of detection.
    pub signals: Vec<Told>,
    /// Suspects.
    pub suspects: Suspects,
    /// Who failed first.
    pub first_failing: Option<String>,
    /// Who was dragged along.
    pub blast_radius: Vec<String>,
    /// What was ruled out.
    pub ruled_out: Vec<RuledOut>,
    /// What could not be seen.
    pub blind_spots: Vec<BlindSpot>,
    /// State, path, inputs.
    pub questions: [Said; 3],
    /// Signals that do not count for what was known, as indices into [`Story::signals`], with the reason.
    pub aside: Vec<(usize, NotCounted)>,
    /// Chapters in order.
    pub chapters: Vec<Chapter>,
    /// Everything cited; number n is at n - 1.
    pub evidence: Vec<Cited>,
    /// First and last believed moment of telemetry.
    pub span: Option<(Time, Time)>,
    /// How much past there was before users were hurt.
    pub past: Nanos,
}

/// Finds out everything, each step from those before it.
pub(crate) fn assemble(facts: &Facts<'_>) -> Story {
    let mut cites = Cites::new(facts);
    let mut signals = told(facts, &mut cites);
    let (users_at, users_from) = users(facts, &signals);
    for signal in &mut signals {
        let lead = users_at - signal.signal.detected_at;
        signal.lead = (lead > 0 && !signal.pain).then_some(lead);
    }
    let path = Path::of(facts);
    // What counts may extend the path to the place of a change that fits, and what fits depends on what counts: the
    // posterior is found twice, first from what counts on the path of calls alone.
    let before = suspects::Posterior::default();
    let counted = knew::counted(&signals, &path, &before, users_at);
    let suspects = suspects::changes(facts, &signals, &counted, &path, users_at, &mut cites);
    let knew = knew::verdict(facts, &signals, &path, &suspects, users_at, &mut cites);
    let services = services::suspects(facts, &signals, users_at, &mut cites);
    let blast_radius = services::blast_radius(facts, &signals, &services);
    let first_failing = services.first().map(|s| s.service.clone());
    let ruled_out = suspects.ruled_out.clone();
    let suspects = Suspects {
        changes: suspects.changes,
        no_change: suspects.no_change,
        no_change_why: suspects.no_change_why,
        services,
    };
    let blind_spots = blind::spots(facts, &path, users_at, &mut cites);
    let all = cites.everything();
    let cannot = |question, lacks| Said { sentence: Sentence::CannotAnswer { question, lacks }, cites: vec![all] };
    let questions = [
        cannot(Question::State, Lack::States),
        cannot(Question::Path, Lack::Code),
        cannot(Question::Inputs, Lack::Inputs),
    ];
    let past = facts.span.map_or(0, |(first, _)| (users_at - first).max(0));
    let mut story = Story {
        incident: facts.incident.clone(),
        noticed_was_given: facts.noticed_was_given,
        users_at,
        users_from,
        knew,
        signals,
        suspects,
        first_failing,
        blast_radius,
        ruled_out,
        blind_spots,
        questions,
        aside: Vec::new(),
        chapters: Vec::new(),
        evidence: Vec::new(),
        span: facts.span,
        past,
    };
    story.aside = chapters::aside(&story, &path);
    story.chapters = chapters::write(facts, &story, &path, &mut cites);
    story.evidence = cites.finish();
    story.renumber();
    story
}

impl Story {
    /// Numbers the evidence in the order in which a reader meets it: the chapters first, then everything else.
    fn renumber(&mut self) {
        let mut order: Vec<usize> = Vec::new();
        let mut new_of = vec![0; self.evidence.len() + 1];
        let mut meet = |cites: &mut Vec<usize>| {
            for cite in cites.iter().copied() {
                if new_of[cite] == 0 {
                    order.push(cite);
                    new_of[cite] = order.len();
                }
            }
        };
        self.each_cites(&mut meet);
        self.each_cites(&mut |cites: &mut Vec<usize>| cites.iter_mut().for_each(|cite| *cite = new_of[*cite]));
        self.evidence = order.into_iter().map(|cite| self.evidence[cite - 1].clone()).collect();
    }

    /// All citations, in the order in which a reader meets them.
    fn each_cites(&mut self, each: &mut dyn FnMut(&mut Vec<usize>)) {
        self.chapters.iter_mut().flat_map(|c| &mut c.text).for_each(|said| each(&mut said.cites));
        self.knew.silences.iter_mut().for_each(|s| each(&mut s.why.cites));
        for suspect in &mut self.suspects.changes {
            each(&mut suspect.cites);
            suspect.why.iter_mut().for_each(|said| each(&mut said.cites));
        }
        self.suspects.no_change_why.iter_mut().for_each(|said| each(&mut said.cites));
        self.suspects.services.iter_mut().flat_map(|s| &mut s.why).for_each(|said| each(&mut said.cites));
        self.ruled_out.iter_mut().for_each(|r| each(&mut r.why.cites));
        self.blind_spots.iter_mut().for_each(|b| each(&mut b.why.cites));
        self.questions.iter_mut().for_each(|q| each(&mut q.cites));
        self.signals.iter_mut().for_each(|t| each(&mut t.cites));
    }
}

/// Each id once: its first line at 0.5 or more, else its first.
fn told(facts: &Facts<'_>, cites: &mut Cites<'_>) -> Vec<Told> {
    let from = facts.incident.noticed_at - facts.settings.lookback;
    let mut told: Vec<Told> = Vec::new();
    for (number, fold) in facts.folds.iter().enumerate() {
        let mut lines = facts.lines.iter().filter(|line| line.id == fold.id).peekable();
        let Some(first) = lines.peek().copied() else { continue };
        if first.detected_at < from {
            continue;
        }
        let all: Vec<&Signal> = lines.collect();
        let line = all.iter().find(|l| l.strength >= signal::budget::SHOWN).copied().unwrap_or(first);
        let peak = all.iter().map(|l| l.strength).fold(0.0, f64::max);
        let onset = facts.onsets.get(&number).copied().unwrap_or((line.onset, line.onset_low, line.onset_high));
        let members = fold
            .members
            .iter()
            .map(|m| (m.subject.service.clone(), m.subject.instance.clone(), m.subject.name.clone()));
        told.push(Told {
            peak,
            onset,
            ended: fold.ended,
            pain: is_pain(facts, line),
            lead: None,
            cites: line.evidence.iter().map(|c: &Citation| cites.signal(c)).collect(),
            members: members.collect(),
            signal: line.clone(),
        });
    }
    told.sort_by(|a, b| {
        let key = |t: &Told| (t.signal.detected_at, t.signal.key.clone(), t.signal.id);
        key(a).cmp(&key(b))
    });
    told
}

/// Users feel it themselves: the incident's metric; where it names none, errors and latency of its service.
fn is_pain(facts: &Facts<'_>, signal: &Signal) -> bool {
    let same_service = facts.incident.service.as_ref().is_none_or(|s| *s == signal.subject.service);
    match &facts.incident.metric {
        Some(metric) => {
            let name = signal.subject.name.split('{').next().unwrap_or_default();
            same_service
                && signal.kind.origin() == signal::Origin::Metric
                && (name == metric || signal.subject.name == *metric)
        }
        None => facts.incident.service.is_some() && same_service && signal::is_felt(signal.kind, &signal.subject.name),
    }
}

/// T_users: the earliest of noticing, of what somebody found out, and of the pain that held at noticing.
fn users(facts: &Facts<'_>, signals: &[Told]) -> (Time, UsersFrom) {
    let noticed = facts.incident.noticed_at;
    let mut best = (noticed, UsersFrom::NoticedAt);
    if let Some(started) = facts.incident.started_at.filter(|s| *s < best.0) {
        best = (started, UsersFrom::StartedAt);
    }
    let holds = |t: &&Told| {
        t.pain
            && t.peak >= signal::budget::SHOWN
            && t.onset.1 <= noticed
            && t.ended.is_none_or(|(end, _)| end >= noticed)
    };
    if let Some(onset) = signals.iter().filter(holds).map(|t| t.onset.1).min().filter(|onset| *onset < best.0) {
        best = (onset, UsersFrom::Pain);
    }
    best
}
