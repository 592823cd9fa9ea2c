//! Detectors: one file each, its doc comment on top. A detector sees buckets in order of time and says what departed.
//!
//! It must not look at anything but what it was given so far, must not depend on intern numbers in what it says, and may
//! panic: then its own signals are lost, never the story. To add one: a file here, and one line in [`DETECTORS`].

mod log_ending;
mod log_enum;
mod log_instance;
mod log_new;
mod log_rate;
mod log_restarts;
mod log_retries;
mod log_severity;
mod log_value;
mod metric_ending;
mod metric_instance;
mod metric_level;
mod metric_resets;
mod metric_saturation;
mod metric_silent;
mod metric_spread;
mod trace_calls;
mod trace_edge;
mod trace_errors;
mod trace_gone;
mod trace_latency;
mod trace_retries;

use evidence::{Address, Bucket, LogCount, Name, Names, Nanos, SeriesTable, Time};

use crate::budget::{Budget, Family, Streams};
use crate::calls::Joined;
use crate::meters::Readings;
use crate::series::{Direction, Moved, Turned};
use crate::signal::{Amount, Citation, Kind, Subject, Unit};
use crate::templates::{LineIndex, Mined, Miner, Shapes};

/// How a detector is made.
pub type Make = fn() -> Box<dyn Detector>;

/// Severity from which on a line says that something is wrong, as OpenTelemetry numbers it.
pub const WARN: u8 = 13;

/// All detectors, with the names that settings and tables use.
pub const DETECTORS: &[(&str, Make)] = &[
    ("log_new", || Box::new(log_new::LogNew::default())),
    ("log_rate", || Box::new(log_rate::LogRate::default())),
    ("log_ending", || Box::new(log_ending::LogEnding::default())),
    ("log_instance", || Box::new(log_instance::LogInstance::default())),
    ("log_severity", || Box::new(log_severity::LogSeverity::default())),
    ("log_enum", || Box::new(log_enum::LogEnum::default())),
    ("log_value", || Box::new(log_value::LogValue::default())),
    ("log_retries", || Box::new(log_retries::LogRetries::default())),
    ("log_restarts", || Box::new(log_restarts::LogRestarts::default())),
    ("metric_level", || Box::new(metric_level::MetricLevel::default())),
    ("metric_ending", || Box::new(metric_ending::MetricEnding::default())),
    ("metric_instance", || Box::new(metric_instance::MetricInstance::default())),
    ("metric_saturation", || Box::new(metric_saturation::MetricSaturation::default())),
    ("metric_silent", || Box::new(metric_silent::MetricSilent::default())),
    ("metric_spread", || Box::new(metric_spread::MetricSpread::default())),
    ("metric_resets", || Box::new(metric_resets::MetricResets::default())),
    ("trace_latency", || Box::new(trace_latency::TraceLatency::default())),
    ("trace_errors", || Box::new(trace_errors::TraceErrors::default())),
    ("trace_edge", || Box::new(trace_edge::TraceEdge::default())),
    ("trace_gone", || Box::new(trace_gone::TraceGone::default())),
    ("trace_calls", || Box::new(trace_calls::TraceCalls::default())),
    ("trace_retries", || Box::new(trace_retries::TraceRetries::default())),
];

/// What names and numbers of a run mean, as known when a bucket closes.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    /// Names.
    pub names: &'a Names,
    /// Metric series.
    pub series: &'a SeriesTable,
    /// Shapes of log lines.
    pub shapes: &'a Shapes,
    /// The sources as the user named them, by number.
    pub sources: &'a [String],
    /// The texts of sampled lines.
    pub texts: &'a dyn Texts,
}

/// Gives back the text of a sampled line.
pub trait Texts {
    /// The text kept at an offset, if one was.
    fn text(&self, offset: u64) -> Option<String>;
}

/// What a detector is given with each bucket.
pub struct Moment<'a> {
    /// The bucket's right edge: everything before is known.
    pub edge: Time,
    /// When the first evidence came.
    pub start: Time,
    /// The bucket.
    pub bucket: &'a Bucket,
    /// Names and numbers.
    pub tables: Tables<'a>,
    /// Lines of the log, as mined up to and with this bucket.
    pub miner: &'a Miner,
    /// The bucket's log counts, put together by line and service.
    pub lines: &'a [LineCount],
    /// What this bucket changed about them.
    pub mined: &'a [Mined],
    /// When each origin of lines (a service within a source) began to write, by first record.
    pub origins: &'a Origins,
    /// Changes of the last hours.
    pub changes: &'a RecentChanges,
    /// Who called whom, as known by now.
    pub joined: &'a Joined,
    /// The budget's shares now.
    pub budget: &'a Budget,
    /// What the bucket's points say.
    pub readings: &'a Readings,
    /// How much the log writes beside its usual, by scale, for windows that close now; 1 where unknown.
    pub load: [f64; 6],
}

/// How often a service wrote a line in a bucket.
#[derive(Clone, Copy, Debug)]
pub struct LineCount {
    /// The line.
    pub line: LineIndex,
    /// Who wrote it.
    pub service: Name,
    /// How often on time.
    pub on_time: u64,
    /// How often late or with a stamp that is not believed.
    pub astray: u64,
    /// When the oldest origin of these began to write.
    pub origin: Time,
    /// The sample whose text was kept, if one was; else the first of the others.
    pub sample: LogCount,
}

impl LineCount {
    /// Whether it comes right after a change of its service and says itself that it is harmless.
    pub fn was_brought(&self, moment: &Moment<'_>) -> bool {
        self.is_harmless() && moment.changes.just_before(moment.edge, self.service)
    }

    /// Whether it says of itself that nothing is wrong: a known severity below WARN.
    pub fn is_harmless(&self) -> bool {
        (1..WARN).contains(&self.sample.severity)
    }
}

/// Something departed.
#[derive(Clone, Debug)]
pub struct Departure {
    /// What kind.
    pub kind: Kind,
    /// What.
    pub subject: Subject,
    /// Which way.
    pub direction: Direction,
    /// By the contract's definition.
    pub strength: f64,
    /// When it began, from the past alone.
    pub onset: Time,
    /// The earliest.
    pub onset_low: Time,
    /// The latest.
    pub onset_high: Time,
    /// What was expected.
    pub baseline: f64,
    /// What was seen.
    pub observed: f64,
    /// The unit of both.
    pub unit: Unit,
    /// Further facts.
    pub amount: Amount,
    /// What it rests on.
    pub evidence: Vec<Citation>,
}

/// What a detector says of a bucket.
#[derive(Clone, Debug)]
pub enum Said {
    /// Something departed, or departed further.
    Departed(Box<Departure>),
    /// A departure is over.
    Ended {
        /// Its kind.
        kind: Kind,
        /// What had departed.
        subject: Subject,
        /// When.
        at: Time,
        /// Whether it stayed where it went.
        settled: bool,
    },
    /// Something new came, strong enough or not: it counts for the base rate of its class.
    Novelty {
        /// Its kind.
        kind: Kind,
        /// Whose.
        service: String,
    },
}

/// A detector.
pub trait Detector: Send {
    /// Takes in a bucket, and says what departed. Everything said is of this moment.
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>);

    /// How many streams of which family are past their warm-up.
    fn streams(&self, now: Time) -> (Family, Streams);

    /// How many things found no place under the detector's limits.
    fn dropped(&self) -> u64 {
        0
    }

    /// How much the log writes beside its usual, by scale, for windows that close at this bucket. Asked after
    /// [`Detector::bucket`]; only the detector that counts lines knows.
    fn load(&self) -> Option<[f64; 6]> {
        None
    }
}

/// When each origin of log lines began to write. An origin is a service within a source; the files of one rotation are
/// one source, for a service does not begin anew when its file does.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    began: std::collections::BTreeMap<(String, Name), Time>,
    rotations: Vec<String>,
    first: Option<Time>,
}

impl Origins {
    /// Notes who writes in a bucket.
    pub fn note(&mut self, bucket: &Bucket, sources: &[String]) {
        let known = self.rotations.len();
        self.rotations.extend(sources.iter().skip(known).map(|source| rotation(source)));
        let mut last = None;
        for count in &bucket.logs {
            // Counts are sorted by source: most follow one of the same origin.
            if last.replace((count.source, count.service)) != Some((count.source, count.service)) {
                let rotation = self.rotations.get(count.source as usize).cloned().unwrap_or_default();
                self.began.entry((rotation, count.service)).or_insert(bucket.edge);
            }
        }
        if !bucket.logs.is_empty() {
            self.first.get_or_insert(bucket.edge);
        }
    }

    /// When an origin began to write.
    pub fn began(&self, source: u32, service: Name) -> Option<Time> {
        let rotation = self.rotations.get(source as usize)?;
        self.began.get(&(rotation.clone(), service)).copied()
    }

    /// When the first line was written.
    pub fn first(&self) -> Option<Time> {
        self.first
    }
}

/// What the files of one rotation have in common: `app.log.2.gz`, `app.log.1` and `app-2026-07-01.log` are one.
fn rotation(source: &str) -> String {
    let packed = [".gz", ".zst"].iter().find_map(|ending| source.strip_suffix(ending));
    let name = packed.unwrap_or(source);
    let mut kept = String::with_capacity(name.len());
    for part in name.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()) {
        let joins = part.chars().all(|c| ".-_T".contains(c));
        if !joins {
            kept.push_str(part);
        }
    }
    kept.trim_end_matches(['.', '-', '_']).replace("-.", ".").replace("_.", ".")
}

/// Which services were changed lately.
#[derive(Clone, Debug, Default)]
pub struct RecentChanges {
    changes: Vec<(Time, Name)>,
}

/// So long after a change of its service a new thing is of a class of its own.
pub const AFTER_CHANGE: Nanos = 30 * evidence::MINUTE;

impl RecentChanges {
    /// Takes in a bucket's changes, and forgets old ones.
    pub fn note(&mut self, bucket: &Bucket) {
        self.changes.extend(bucket.changes.iter().copied());
        self.changes.retain(|(at, _)| bucket.edge - *at <= 2 * AFTER_CHANGE);
    }

    /// Whether a change of this service (or of nobody in particular) came within 30 minutes before a moment.
    pub fn just_before(&self, at: Time, service: Name) -> bool {
        self.changes.iter().any(|(change, whose)| {
            (*whose == service || !whose.is_some()) && at >= *change && at - *change <= AFTER_CHANGE
        })
    }
}

/// Of several samples the one to show comes first: one whose text was kept, then by content and place alone.
pub(crate) fn sample_rank(count: &LogCount) -> (bool, u64, u32, u64) {
    (count.sample_text == u64::MAX, count.sample_hash, count.source, count.sample_record)
}

/// What a window of a stream of counts says, where only more of it is told.
fn risen<K>(
    kind: Kind,
    subject: Subject,
    turned: &Turned<K>,
    evidence: impl FnOnce() -> Vec<Citation>,
) -> Option<Said> {
    match turned.moved {
        Moved::Ended { at, settled, .. } => Some(Said::Ended { kind, subject, at, settled }),
        Moved::Departed(finding) if finding.direction == Direction::Up => {
            let window = finding.width();
            let lines = matches!(kind, Kind::LogSeverity | Kind::LogRetries);
            let unit = |width| if lines { Unit::Lines(width) } else { Unit::Times };
            let (baseline, observed, unit) = finding.measured(unit, 1.0);
            Some(Said::Departed(Box::new(Departure {
                kind,
                subject,
                direction: Direction::Up,
                strength: finding.strength,
                onset: finding.onset,
                onset_low: finding.onset_low,
                onset_high: finding.onset_high,
                baseline,
                observed,
                unit,
                amount: Amount { times: finding.observed as u64, after_change: false, window },
                evidence: evidence(),
            })))
        }
        Moved::Departed(_) => None,
    }
}

/// A line of the log as evidence.
fn cited(tables: &Tables<'_>, sample: &LogCount) -> Citation {
    Citation {
        address: Address::Record {
            source: tables.sources.get(sample.source as usize).cloned().unwrap_or_default(),
            record: sample.sample_record,
            line: sample.sample_line,
        },
        time: sample.sample_time,
        text: tables.texts.text(sample.sample_text).unwrap_or_default(),
    }
}

/// The subject of a line of a service.
fn line_subject(moment: &Moment<'_>, line: LineIndex, service: Name) -> Subject {
    let line = moment.miner.line(line);
    Subject {
        service: moment.tables.names.text(service).to_string(),
        instance: String::new(),
        name: line.shown(),
        anchor: evidence::short(line.founder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_one_rotation_are_one_origin() {
        let same =
            ["log/app.log", "log/app.log.1", "log/app.log.12.gz", "log/app-2026-07-01.log", "log/app.log.2026-07-01"];
        assert!(same.iter().all(|name| rotation(name) == "log/app.log"), "{:?}", same.map(rotation));
        assert_ne!(rotation("log/web.log"), rotation("log/app.log"));
        assert_ne!(rotation("a/app.log"), rotation("b/app.log"));
    }
}
