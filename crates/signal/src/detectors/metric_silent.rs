//! `metric.silent`: a metric that is reported no more, while others of its source still are.
//!
//! Time is counted in the reports of the source, not in minutes: when a whole file pauses, nobody is missed. The instances
//! of a service are one metric: a pod that is replaced is no silence.
//!
//! Limits: a source with one metric alone can fall silent without a witness; a value that is stuck is not silent.

use std::collections::BTreeMap;

use evidence::{Address, DAY, MINUTE, Nanos, Time};

use super::metric_level::KINDS;
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::meters::Metric;
use crate::series::Direction;
use crate::signal::{Amount, Citation, Kind, Unit};

/// Once reports are missing, the next one is missing too so often, before anything is known: what pauses, pauses for a
/// while. And as many gaps were seen as this.
const PAUSE: f64 = 0.8;
const PAUSE_PRIOR: f64 = 10.0;
/// So many lengths of silence are tried.
const TESTS: f64 = 6.0;
/// So long after its raise a silence is what is normal now.
const SETTLED: Nanos = 3 * DAY;
/// So long at least a metric must be back.
const BACK: Nanos = 10 * MINUTE;

struct Heard {
    began: Time,
    source: u32,
    written: String,
    last: Time,
    last_tick: u64,
    /// Ticks of the source between two reports, the latest seven.
    gaps: Vec<u64>,
    reports: f64,
    /// How many gaps began, and how many reports were missed in all.
    pauses: f64,
    missed: f64,
    standing: Option<Standing>,
    retired: bool,
}

#[derive(Clone, Copy)]
struct Standing {
    raised: Time,
    took: Nanos,
    back_since: Option<Time>,
}

impl Heard {
    fn usual(&self) -> u64 {
        let mut gaps = self.gaps.clone();
        gaps.sort_unstable();
        gaps.get(gaps.len() / 2).copied().unwrap_or(1).max(1)
    }

    /// Reports that should have come since the last one, by a tick of the source.
    fn missing(&self, tick: u64) -> u64 {
        ((tick - self.last_tick) / self.usual()).saturating_sub(1)
    }
}

/// A source's reports, counted.
#[derive(Default)]
struct Clock {
    ticks: u64,
    first: Option<Time>,
    last: Option<Time>,
}

impl Clock {
    /// The mean time between reports.
    fn step(&self) -> Nanos {
        match (self.first, self.last) {
            (Some(first), Some(last)) if self.ticks > 1 => ((last - first) / (self.ticks as i64 - 1)).max(MINUTE),
            _ => MINUTE,
        }
    }
}

/// How all metrics together pause.
#[derive(Clone, Copy, Default)]
struct Pausing {
    reports: f64,
    pauses: f64,
    missed: f64,
}

impl Pausing {
    /// How likely a report is the first of so many that are missing in a row, for a metric with this past.
    fn chance(&self, heard: &Heard, missing: u64) -> f64 {
        let usual = (self.pauses + 0.5) / (self.reports + 1.0);
        let begins = (heard.pauses + 0.5 + PAUSE_PRIOR * usual) / (heard.reports + 1.0 + PAUSE_PRIOR);
        let goes_on = (self.missed - self.pauses + PAUSE * PAUSE_PRIOR) / (self.missed + PAUSE_PRIOR);
        begins * goes_on.powf(missing as f64 - 1.0)
    }
}

/// Raises `metric.silent`.
#[derive(Default)]
pub struct MetricSilent {
    all: Pausing,
    metrics: BTreeMap<Metric, Heard>,
    sources: BTreeMap<u32, Clock>,
}

impl Detector for MetricSilent {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        let mut reported: BTreeMap<Metric, u32> = BTreeMap::new();
        for point in &moment.bucket.points {
            reported.entry(Metric::of(&moment.tables.series.get(point.series))).or_insert(point.source);
        }
        let mut ticked: Vec<u32> = reported.values().copied().collect();
        ticked.sort_unstable();
        ticked.dedup();
        for source in &ticked {
            let clock = self.sources.entry(*source).or_default();
            clock.ticks += 1;
            clock.first.get_or_insert(moment.edge);
            clock.last = Some(moment.edge);
        }
        for (metric, source) in reported {
            self.heard(moment, metric, source);
        }
        let share = moment.budget.test(Family::Metric, KINDS);
        let all = self.all;
        for (metric, heard) in &mut self.metrics {
            if ticked.binary_search(&heard.source).is_ok()
                && let Some(clock) = self.sources.get(&heard.source)
            {
                listen(moment, *metric, heard, clock, (&all, share), said);
            }
        }
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = self.metrics.values().filter(|h| now - h.began > warm_up(now - h.began)).count();
        (Family::Metric, Streams { novelty: 0, tests: warm as u64 })
    }
}

impl MetricSilent {
    fn heard(&mut self, moment: &Moment<'_>, metric: Metric, source: u32) {
        let ticks = self.sources.get(&source).map_or(0, |c| c.ticks);
        let written = || {
            let series = evidence::Series {
                service: metric.service,
                instance: evidence::Name::NONE,
                metric: metric.name,
                labels: metric.labels,
            };
            series.written(moment.tables.names)
        };
        let heard = self.metrics.entry(metric).or_insert_with(|| Heard {
            began: moment.edge,
            source,
            written: written(),
            last: moment.edge,
            last_tick: ticks,
            gaps: Vec::new(),
            reports: 0.0,
            pauses: 0.0,
            missed: 0.0,
            standing: None,
            retired: false,
        });
        if heard.source != source {
            return;
        }
        let missing = heard.missing(ticks) as f64;
        heard.missed += missing;
        heard.reports += 1.0;
        self.all.missed += missing;
        self.all.reports += 1.0;
        if missing > 0.0 {
            heard.pauses += 1.0;
            self.all.pauses += 1.0;
        }
        let gap = ticks - heard.last_tick;
        if gap > 0 {
            if heard.gaps.len() == 7 {
                heard.gaps.remove(0);
            }
            heard.gaps.push(gap);
        }
        heard.last = moment.edge;
        heard.last_tick = ticks;
        heard.retired = false;
    }
}

fn listen(
    moment: &Moment<'_>,
    metric: Metric,
    heard: &mut Heard,
    clock: &Clock,
    (all, share): (&Pausing, f64),
    said: &mut Vec<Said>,
) {
    let missing = heard.missing(clock.ticks);
    if let Some(mut standing) = heard.standing {
        let back = if missing == 0 { Some(*standing.back_since.get_or_insert(moment.edge)) } else { None };
        standing.back_since = back;
        let over = back.is_some_and(|since| moment.edge - since >= standing.took);
        let settled = back.is_none() && moment.edge - standing.raised >= SETTLED;
        heard.standing = (!over && !settled).then_some(standing);
        if over || settled {
            heard.retired = settled;
            said.push(Said::Ended {
                kind: Kind::MetricSilent,
                subject: metric.subject(moment.tables.names),
                at: moment.edge,
                settled,
            });
            return;
        }
    }
    let past = moment.edge - heard.began;
    if missing < 2 || heard.retired || past <= warm_up(past) || heard.reports < 8.0 {
        return;
    }
    let width = clock.step() * (missing * heard.usual()) as i64;
    let r = all.chance(heard, missing) * 2.0 * DAY as f64 / width as f64 * TESTS;
    let strength = strength(r, share);
    if strength < RAISED {
        return;
    }
    let took = (moment.edge - heard.last).max(BACK);
    heard.standing.get_or_insert(Standing { raised: moment.edge, took, back_since: None });
    said.push(Said::Departed(Box::new(departure(moment, metric, heard, strength))));
}

fn departure(moment: &Moment<'_>, metric: Metric, heard: &Heard, strength: f64) -> Departure {
    let source = moment.tables.sources.get(heard.source as usize).cloned().unwrap_or_default();
    let silent = moment.edge - heard.last;
    let address = Address::Points { source, series: heard.written.clone(), from: heard.last, to: heard.last };
    Departure {
        kind: Kind::MetricSilent,
        subject: metric.subject(moment.tables.names),
        direction: Direction::Gone,
        strength,
        onset: heard.last,
        onset_low: heard.last,
        onset_high: moment.edge,
        baseline: 0.0,
        observed: silent as f64 / evidence::SECOND as f64,
        unit: Unit::SecondsSince,
        amount: Amount { times: 0, after_change: false, window: silent },
        evidence: vec![Citation { address, time: heard.last, text: "the last report".into() }],
    }
}
