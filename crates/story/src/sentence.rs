//! What a sentence says, typed. `tell` has the words; here are the facts and what they cite.

use evidence::{ChangeKind, Nanos, Time};

/// A sentence with the evidence that it cites: numbers into [`crate::Story::evidence`], never none.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// What it says.
    pub sentence: Sentence,
    /// What it rests on.
    pub cites: Vec<usize>,
}

/// Why a signal that was shown does not count for what was known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NotCounted {
    /// Users felt it themselves.
    Pain,
    /// It was raised when users were hurt already.
    TooLate,
    /// It was never strong enough to be shown.
    Weak,
    /// It had ended before users were hurt, and did not come back.
    Ended(Time),
    /// It had settled, and no change that fits made it.
    Settled(Time),
    /// It is about something that the hurt service does not reach.
    OffPath,
    /// At so many moments in 1 the system would have looked as known.
    Chance(f64),
}

impl NotCounted {
    /// The order in which reasons are told.
    pub(crate) fn rank(self) -> u8 {
        match self {
            NotCounted::Pain => 0,
            NotCounted::TooLate => 1,
            NotCounted::Ended(_) => 2,
            NotCounted::Settled(_) => 3,
            NotCounted::OffPath => 4,
            NotCounted::Chance(_) => 5,
            NotCounted::Weak => 6,
        }
    }
}

/// One fact, as a sentence will say it. Names are as their owners write them; `tell` makes them harmless.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each field is what its name says; the variants are documented")]
pub enum Sentence {
    /// A signal, so long before users were hurt (negative: after), and so long after the one told before it.
    Raised { signal: usize, before: Nanos, later: Option<Nanos> },
    /// The signal just told came back so often, the last time at this moment.
    Again { signal: usize, times: usize, last: Time },
    /// A signal does not count, because …
    NotCounted { signal: usize, why: NotCounted },
    /// So many further signals do not count either.
    MoreNoticed { count: usize },
    /// A change was made, so long before users were hurt (negative: after), and so long after the one told before it.
    Changed { change: usize, before: Nanos, later: Option<Nanos> },
    /// What the change just told explains: lines that were first written right after it.
    CameWith { signals: Vec<usize> },
    /// Nothing changed that was seen, in so long.
    NothingChanged { span: Nanos },
    /// Changes that were seen: how many in all, and how many of each kind.
    ChangesSeen { count: usize, kinds: Vec<(ChangeKind, usize)>, span: Nanos },
    /// One service departed so long after another.
    Spread { from: String, to: String, after: Nanos },
    /// Trouble was seen in one service alone.
    StayedIn { service: String },
    /// Nothing shows how it spread.
    SpreadUnknown,
    /// When it was noticed, and by whom.
    Noticed { at: Time, by: Option<String>, given: bool },
    /// Users were hurt since; from the pain signal or the incident.
    Hurt { at: Time, before_noticed: Nanos, signal: Option<usize> },
    /// Nothing shows when users were first hurt: a page (or a report) is all that is known.
    HurtUnknown { page: bool },
    /// What the system knew: the first signal, so long before.
    Knew { signal: usize, lead: Nanos, chance: Option<f64>, past: Nanos },
    /// Nothing stood on the path.
    NothingStood { services: usize, streams: u64, span: Nanos, path: Option<String> },
    /// The moment lies so far from all evidence that nothing can be said of it.
    NothingOfThen { at: Time, first: Time, last: Time },
    /// The failing service reported nothing.
    NoTelemetry { service: String, last: Option<Time> },
    /// An alert was delivered before users were hurt.
    AlertDelivered { name: String, before: Nanos },
    /// A silence kept alerts about the path from being delivered.
    Muted { what: String, comment: String, from: Time, until: Option<Time> },
    /// No alert was delivered.
    NoAlert { rules: u64 },
    /// The page was acknowledged, or acted on, only after users were hurt.
    Ignored { after: Nanos },
    /// No service was given: everything counts as the path.
    PathIsAll,
    /// The path: the service and what it reaches.
    Path { service: String, reaches: Vec<String> },
    /// A change came so long before trouble began.
    ChangeBefore { before: Nanos, ratio: f64 },
    /// A change came after trouble began.
    ChangeAfter { after: Nanos, ratio: f64 },
    /// A change is of the service where trouble began.
    ChangeAtFirst { service: String, ratio: f64 },
    /// A change is of a service on the path.
    ChangeOnPath { service: String, ratio: f64 },
    /// A change is of a service off the path.
    ChangeOffPath { service: String, ratio: f64 },
    /// Nobody says which service a change is of.
    ChangeOfNobody,
    /// A change touches documentation or tests alone.
    ChangeInnocent { files: usize, ratio: f64 },
    /// A commit of which no deploy is seen, where deploys are.
    NotShipped { ratio: f64 },
    /// Nothing asks for a cause.
    NothingAsks,
    /// No change is seen in so long.
    NoChangeSeen { span: Nanos },
    /// How many changes were seen, and that none, or which, fits better than none.
    NoneFits { seen: usize, best: f64 },
    /// One change fits better than none.
    OneFits { reference: String, score: f64 },
    /// Why a service may have failed first.
    FirstToDepart { service: String, signal: usize, alone: bool },
    /// A service departed, but one that it calls did so no later.
    CalleeDeparted { service: String, callee: String },
    /// A service departed later.
    DepartedLater { service: String, after: Nanos },
    /// A question that cannot be answered from this evidence.
    CannotAnswer { question: Question, lacks: Lack },
    /// Nothing is seen of a service.
    BlindService { service: String, lacks: Vec<&'static str> },
    /// Rules were given and not judged.
    RulesNotJudged { rules: u64 },
    /// So little past was given.
    ShortPast { span: Nanos },
    /// Nobody knows who calls whom.
    NoMap,
    /// Part of a file was lost.
    LostPart { path: String, lines: (u64, u64) },
    /// A detector stopped.
    LostDetector { name: String, at: Time },
    /// Records of a file (or the file as a whole) could not be understood, or came late.
    NotUnderstood { path: String, records: Option<u64>, words: &'static str },
    /// A source without any time.
    Untimed { path: String },
    /// The moment of noticing lies outside the evidence.
    OutsideEvidence { at: Time, first: Time, last: Time },
    /// There is no telemetry at all.
    NoEvidence,
    /// Only changes of kinds and counts.
    Ruled { kind: ChangeKind, reference: String },
    /// No metric, log or span says this of the path.
    NotSeen { what: &'static str },
}

/// The three questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Why was this state possible?
    State,
    /// Why was the path not visible earlier?
    Path,
    /// Why was this combination of inputs allowed?
    Inputs,
}

/// What a question would need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The lives of what has an id are not followed yet.
    States,
    /// The code behind the path was not asked.
    Code,
    /// Attribute values are not compared yet.
    Inputs,
}
