//! A signal: a noticed departure from normal. Typed facts only; words are `tell`'s.

use evidence::{Address, Id, Nanos, Time};

pub use crate::series::Direction;

/// What kind of departure. The closed list of `family.name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A log line that was never there.
    LogNew,
    /// A log line that comes more, or less, often than it did.
    LogRate,
    /// A log line that stopped.
    LogSilent,
    /// A service writes more lines at WARN or worse than it did.
    LogSeverity,
    /// A service speaks more often of trying again than it did.
    LogRetries,
    /// A service starts again and again, without a change.
    LogRestarts,
    /// A line says that a certificate, a quota or the like is about to end.
    LogEnding,
    /// One instance writes a line more often than its siblings.
    LogInstance,
    /// A number in a line moved.
    LogValue,
    /// A line has a value that it never had.
    LogEnum,
    /// A line has a value more, or less, often than it did.
    LogShare,
    /// A metric's level moved within a day.
    MetricLevel,
    /// A metric moved over days.
    MetricDrift,
    /// A metric that stopped being reported.
    MetricSilent,
    /// A metric varies more, or less, than it did.
    MetricSpread,
    /// The counters of a service start again more often than they did.
    MetricResets,
    /// What has a limit is about to reach it.
    MetricSaturation,
    /// A certificate, a quota or the like is nearer its end than it ever was.
    MetricEnding,
    /// One instance departs from its siblings.
    MetricInstance,
    /// An operation takes longer, or shorter, than it did.
    TraceLatency,
    /// Another share of an operation's calls fails.
    TraceErrors,
    /// A call between two services that was never there.
    TraceEdge,
    /// A caller makes the same call again more often than it did.
    TraceRetries,
    /// An operation is called far more often for each request than it was.
    TraceCalls,
    /// A call between two services is made no more.
    TraceGone,
}

impl Kind {
    /// All kinds with their names.
    pub const ALL: [(Kind, &'static str); 25] = [
        (Kind::LogNew, "log.new"),
        (Kind::LogRate, "log.rate"),
        (Kind::LogSilent, "log.silent"),
        (Kind::LogSeverity, "log.severity"),
        (Kind::LogRetries, "log.retries"),
        (Kind::LogRestarts, "log.restarts"),
        (Kind::LogEnding, "log.ending"),
        (Kind::LogInstance, "log.instance"),
        (Kind::LogValue, "log.value"),
        (Kind::LogEnum, "log.enum"),
        (Kind::LogShare, "log.share"),
        (Kind::MetricLevel, "metric.level"),
        (Kind::MetricDrift, "metric.drift"),
        (Kind::MetricSilent, "metric.silent"),
        (Kind::MetricSpread, "metric.spread"),
        (Kind::MetricResets, "metric.resets"),
        (Kind::MetricSaturation, "metric.saturation"),
        (Kind::MetricEnding, "metric.ending"),
        (Kind::MetricInstance, "metric.instance"),
        (Kind::TraceLatency, "trace.latency"),
        (Kind::TraceErrors, "trace.errors"),
        (Kind::TraceEdge, "trace.edge"),
        (Kind::TraceRetries, "trace.retries"),
        (Kind::TraceCalls, "trace.calls"),
        (Kind::TraceGone, "trace.gone"),
    ];

    /// As `family.name`.
    pub fn name(self) -> &'static str {
        Kind::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Whether it is about something that was never there, or is there no more: its class counts every such event.
    pub fn is_novelty(self) -> bool {
        matches!(
            self,
            Kind::LogNew
                | Kind::LogEnum
                | Kind::LogEnding
                | Kind::MetricEnding
                | Kind::MetricSaturation
                | Kind::TraceEdge
                | Kind::TraceGone
        )
    }

    /// What it was seen in.
    pub fn origin(self) -> Origin {
        match self.name().split_once('.') {
            Some(("log", _)) => Origin::Log,
            Some(("metric", _)) => Origin::Metric,
            _ => Origin::Trace,
        }
    }
}

/// What a signal was seen in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Log lines.
    Log,
    /// Metrics.
    Metric,
    /// Spans.
    Trace,
}

impl Origin {
    /// The contract's word.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Log => "log",
            Origin::Metric => "metric",
            Origin::Trace => "trace",
        }
    }
}

/// What departed. Empty texts mean "not said".
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Whose.
    pub service: String,
    /// Which instance.
    pub instance: String,
    /// The line's template, the metric with its labels, the operation, the call as `caller -> callee`.
    pub name: String,
    /// What it hangs on through all renaming: a shape's id for a line, else the name.
    pub anchor: String,
}

/// A piece of evidence behind a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation {
    /// Where it stands.
    pub address: Address,
    /// When.
    pub time: Time,
    /// What it says; from outside, as it stands there.
    pub text: String,
}

/// How often this class of signal came in the past given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BaseRate {
    /// Kind and direction of the class, and whose: kind, direction, service.
    pub class: (Option<Kind>, Option<Direction>, String),
    /// Episodes, an hour apart, in the past.
    pub episodes: u64,
    /// How long that past is, without the warm-up.
    pub span: Nanos,
}

/// What was folded into a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its key.
    pub key: String,
    /// Kind of departure.
    pub kind: Kind,
    /// What departed.
    pub subject: Subject,
    /// Which way.
    pub direction: Direction,
    /// When it was raised.
    pub detected_at: Time,
    /// How strong it was then, or when it last grew.
    pub strength: f64,
    /// Where it began, from the past alone.
    pub onset: Time,
}

/// One line of a signal: its raise, or a growth of it. Never changed afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The same for the same departure.
    pub id: Id,
    /// Kind and subject, without time.
    pub key: String,
    /// What kind.
    pub kind: Kind,
    /// What departed.
    pub subject: Subject,
    /// When it began, from the past alone.
    pub onset: Time,
    /// The earliest that it may have begun.
    pub onset_low: Time,
    /// The latest that it may have begun.
    pub onset_high: Time,
    /// When a listener that knew only the past would have raised it.
    pub detected_at: Time,
    /// At that moment.
    pub strength: f64,
    /// Estimated false discovery rate at which it stands.
    pub q: f64,
    /// What was expected, in `unit`.
    pub baseline: f64,
    /// What was seen, in `unit`.
    pub observed: f64,
    /// The unit of both.
    pub unit: Unit,
    /// Which way.
    pub direction: Direction,
    /// How often its class came before.
    pub base_rate: BaseRate,
    /// What was folded into it so far, itself first.
    pub members: Vec<Member>,
    /// How much of what.
    pub amount: Amount,
    /// What it rests on.
    pub evidence: Vec<Citation>,
}

/// The unit of a signal's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Lines in a span of time, which is given.
    Lines(Nanos),
    /// Different hours, of a span of time which is given, in which a line came.
    Hours(Nanos),
    /// The metric's own unit, as a value.
    Value,
    /// The metric's own unit, as an increase a minute of a counter.
    Increase,
    /// Milliseconds.
    Milliseconds,
    /// A share between 0 and 1.
    Share,
    /// Times seen.
    Times,
    /// Seconds since the last one.
    SecondsSince,
    /// The metric's own unit, where it has a limit: what is told beside it is the limit.
    OfLimit,
    /// Calls for each request.
    CallsARequest,
}

/// Further facts that a sentence needs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    /// For what is new: how often it came so far.
    pub times: u64,
    /// Whether it came within 30 minutes after a known change of its service.
    pub after_change: bool,
    /// Over how long a window it was seen.
    pub window: Nanos,
}
