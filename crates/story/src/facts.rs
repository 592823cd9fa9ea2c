//! What a story is made of, before anything is concluded.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Address, Alert, AlertSilence, ChangeEvent, Coverage, Incident, Nanos, Time};
use signal::{Fold, Signal};

/// Everything that was read and raised.
pub struct Facts<'a> {
    /// The incident, as people reported it.
    pub incident: Incident,
    /// Whether the moment of noticing was given, or is the end of the evidence.
    pub noticed_was_given: bool,
    /// Every line that a replay prints, in order.
    pub lines: &'a [Signal],
    /// Every signal as it stands at the end.
    pub folds: &'a [Fold],
    /// Onsets with hindsight, by index into `folds`: estimate, earliest, latest.
    pub onsets: &'a BTreeMap<usize, (Time, Time, Time)>,
    /// All changes.
    pub changes: &'a [ChangeEvent],
    /// Delivered alerts.
    pub alerts: &'a [Alert],
    /// What kept alerts from being delivered.
    pub alert_silences: &'a [AlertSilence],
    /// Who calls whom.
    pub calls: &'a [Call],
    /// Who reported what.
    pub reporters: &'a BTreeMap<String, Reporter>,
    /// What was read.
    pub coverage: &'a Coverage,
    /// The sources as the user named them, by number.
    pub sources: &'a [String],
    /// First and last believed moment of telemetry.
    pub span: Option<(Time, Time)>,
    /// How far back the story may look.
    pub settings: Settings,
    /// How many streams were watched at the end.
    pub watched: u64,
    /// Detectors that stopped, and when.
    pub lost_detectors: &'a [(String, Time)],
    /// Parts of files that were lost: path, first and last line.
    pub lost_parts: &'a [(String, u64, u64)],
    /// Sources without any time.
    pub untimed: &'a [String],
    /// The files whose records tell of each service, and how many records: what was searched for it.
    pub searched: &'a BTreeMap<String, (String, u64)>,
}

/// How the story is told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How far before the moment of noticing evidence counts.
    pub lookback: Nanos,
}

/// One service calls another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Who calls.
    pub caller: String,
    /// Who is called.
    pub callee: String,
    /// How often that was seen.
    pub count: u64,
    /// When it was seen first.
    pub first: Time,
    /// One call of it.
    pub example: Address,
}

/// What one service reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reporter {
    /// Log records, and the last one's time.
    pub logs: Option<(u64, Time)>,
    /// Points, and the last one's time.
    pub points: Option<(u64, Time)>,
    /// Spans, and the last one's end.
    pub spans: Option<(u64, Time)>,
    /// The metrics that it reports.
    pub metrics: BTreeSet<String>,
}

impl Reporter {
    /// The last moment at which it reported anything.
    pub fn last(&self) -> Option<Time> {
        [self.logs, self.points, self.spans].into_iter().flatten().map(|(_, at)| at).max()
    }
}
