//! `metric.level` and `metric.drift`: a metric that moved, within a day or over days.
//!
//! The instances of a service that report a metric are one series here (their mean; the sum of what counters gained), so
//! that new pod names are no news. Counters are watched by their increase a minute, resets left out. A single point, how-
//! ever far out, is no level; two in a row may be.
//!
//! Limits: instances among their siblings, spread, and rhythms of the metric's own are not looked at yet; a series that
//! never varied has no dispersion to be judged by.

use std::collections::{BTreeMap, VecDeque};

use evidence::{Address, Name, Names, PointRow, Series, SeriesIndex, Time, Timing, six};

use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams, warm_up};
use crate::series::{Finding, Moved, Pools, SCALES, Shares, Surroundings, Watch, half};
use crate::signal::{Amount, Citation, Kind, Subject, Unit};

/// A metric is watched in so many ways: level, drift, silence.
pub const KINDS: u64 = 3;
/// How many of the latest values are shown as evidence.
const SHOWN_VALUES: usize = 6;

/// What the instances of a service report as one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Metric {
    /// Whose.
    pub service: Name,
    /// The metric.
    pub name: Name,
    /// Labels other than the instance.
    pub labels: Name,
}

impl Metric {
    /// The metric that a series belongs to.
    pub fn of(series: &Series) -> Metric {
        Metric { service: series.service, name: series.metric, labels: series.labels }
    }

    /// It as the subject of a signal.
    pub fn subject(&self, names: &Names) -> Subject {
        let labels = names.given(self.labels).map(|l| format!("{{{l}}}")).unwrap_or_default();
        let name = format!("{}{labels}", names.text(self.name));
        Subject { service: names.text(self.service).to_string(), instance: String::new(), anchor: name.clone(), name }
    }
}

/// How a series counts: whether its values only ever grow, until they start again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    last: Option<(Time, f64)>,
    seen: u32,
    rises: u32,
    falls: u32,
    whole: bool,
}

/// What a value means.
pub enum Read {
    /// As it is.
    Value(f64),
    /// Increase a minute.
    Gained(f64),
    /// The first value of a counter after it started again.
    Restarted,
    /// The first value of a counter, or one that fell by a little.
    Nothing,
}

impl Meter {
    /// From so many values on, a series of whole numbers that never fell is a counter, whatever its name.
    const DECIDED: u32 = 30;

    /// Reads the next value. `named`: whether the metric's name says that it counts.
    pub fn read(&mut self, time: Time, value: f64, named: bool) -> Read {
        let last = self.last.replace((time, value));
        self.whole = value.fract() == 0.0 && (self.whole || self.seen == 0);
        self.seen += 1;
        let Some((at, before)) = last else { return if named { Read::Nothing } else { Read::Value(value) } };
        self.rises += u32::from(value > before);
        // Starting again is no fall: it goes (nearly) to zero.
        let restarted = value < before && value < 0.5 * before && value >= 0.0;
        self.falls += u32::from(value < before && !restarted);
        if !self.is_counter(named) {
            return Read::Value(value);
        }
        let minutes = (time - at) as f64 / evidence::MINUTE as f64;
        match restarted {
            true => Read::Restarted,
            false if value < before || minutes <= 0.0 => Read::Nothing,
            false => Read::Gained((value - before) / minutes),
        }
    }

    fn is_counter(&self, named: bool) -> bool {
        if named {
            return self.falls <= 2 + self.seen / 50;
        }
        self.whole && self.falls == 0 && self.seen >= Meter::DECIDED && 2 * self.rises >= self.seen
    }
}

/// Whether a metric's name says that it counts, as OpenMetrics asks.
pub fn says_counter(name: &str) -> bool {
    ["_total", "_count", "_sum", "_bucket", ".count", ".total"].iter().any(|ending| name.ends_with(ending))
}

struct Watched {
    began: Time,
    watch: Watch,
    gains: bool,
    source: u32,
    written: String,
    latest: VecDeque<(Time, f64)>,
}

/// What the instances reported in one bucket.
#[derive(Clone, Copy, Default)]
struct Reported {
    values: f64,
    value_count: f64,
    gained: f64,
    gains: bool,
    point: Option<PointRow>,
}

/// Raises `metric.level` and `metric.drift`.
#[derive(Default)]
pub struct MetricLevel {
    meters: BTreeMap<SeriesIndex, Meter>,
    metrics: BTreeMap<Metric, Watched>,
    order: Vec<Metric>,
    pools: Pools,
}

impl Detector for MetricLevel {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        let share = moment.budget.test(Family::Metric, KINDS);
        let shares = Shares { short: share, long: share };
        let mut moves: Vec<(Metric, Moved)> = Vec::new();
        for (metric, reported) in self.reported(moment) {
            let moved = self.take(moment, metric, &reported, shares);
            moves.extend(moved.into_iter().map(|m| (metric, m)));
        }
        for index in 1..SCALES.len() {
            if moment.edge.0 % half(index) == 0 {
                let around = Surroundings {
                    edge: moment.edge,
                    load: moment.load[index],
                    load_noise: 0.0,
                    in_proportion: false,
                    pools: &self.pools,
                    shares,
                };
                for metric in &self.order {
                    let Some(watched) = self.metrics.get_mut(metric) else { continue };
                    moves.extend(watched.watch.close(index, &around).into_iter().map(|m| (*metric, m)));
                }
            }
        }
        for (metric, moved) in moves {
            self.say(moment, metric, &moved, said);
        }
        if moment.edge.0 % (6 * evidence::HOUR) == 0 {
            self.pools = Pools::of_values(self.order.iter().filter_map(|m| self.metrics.get(m)).map(|w| &w.watch));
        }
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = self.metrics.values().filter(|w| now - w.began > warm_up(now - w.began)).count();
        (Family::Metric, Streams { novelty: 0, tests: 2 * warm as u64 })
    }
}

impl MetricLevel {
    /// What each metric's instances reported in this bucket, in an order that depends on names' texts alone.
    fn reported(&mut self, moment: &Moment<'_>) -> Vec<(Metric, Reported)> {
        let mut found: BTreeMap<Metric, Reported> = BTreeMap::new();
        for point in moment.bucket.points.iter().filter(|p| p.timing == Timing::OnTime) {
            let series = moment.tables.series.get(point.series);
            let named = says_counter(moment.tables.names.text(series.metric));
            let read = self.meters.entry(point.series).or_default().read(point.time, point.value, named);
            let reported = found.entry(Metric::of(&series)).or_default();
            match read {
                Read::Value(value) => {
                    reported.values += value;
                    reported.value_count += 1.0;
                }
                Read::Gained(gained) => {
                    reported.gained += gained;
                    reported.gains = true;
                }
                Read::Restarted | Read::Nothing => {}
            }
            reported.point = Some(*point);
        }
        found.into_iter().collect()
    }

    fn take(&mut self, moment: &Moment<'_>, metric: Metric, reported: &Reported, shares: Shares) -> Vec<Moved> {
        let Some(point) = reported.point else { return Vec::new() };
        if !self.metrics.contains_key(&metric) {
            self.begin(moment, metric, &point);
        }
        let Some(watched) = self.metrics.get_mut(&metric) else { return Vec::new() };
        let value = match (reported.gains, reported.value_count > 0.0) {
            (true, _) => reported.gained,
            (false, true) => reported.values / reported.value_count,
            (false, false) => return Vec::new(),
        };
        if watched.gains != reported.gains {
            // It turned out to be a counter (or none): what was learnt of the other reading does not hold.
            watched.watch = Watch::of_values();
            watched.gains = reported.gains;
            watched.latest.clear();
        }
        if watched.latest.len() == SHOWN_VALUES {
            watched.latest.pop_front();
        }
        watched.latest.push_back((point.time, value));
        let around = Surroundings {
            edge: moment.edge,
            load: moment.load[0],
            load_noise: 0.0,
            in_proportion: false,
            pools: &self.pools,
            shares,
        };
        watched.watch.value(value, &around)
    }

    fn begin(&mut self, moment: &Moment<'_>, metric: Metric, point: &PointRow) {
        let series = Series { instance: Name::NONE, ..moment.tables.series.get(point.series) };
        let watched = Watched {
            began: moment.edge,
            watch: Watch::of_values(),
            gains: false,
            source: point.source,
            written: series.written(moment.tables.names),
            latest: VecDeque::new(),
        };
        self.metrics.insert(metric, watched);
        let text = |m: &Metric| m.subject(moment.tables.names);
        let at = self.order.partition_point(|m| text(m) < text(&metric));
        self.order.insert(at, metric);
    }

    fn say(&self, moment: &Moment<'_>, metric: Metric, moved: &Moved, said: &mut Vec<Said>) {
        let Some(watched) = self.metrics.get(&metric) else { return };
        let kind = |long: bool| if long { Kind::MetricDrift } else { Kind::MetricLevel };
        match moved {
            Moved::Departed(finding) => {
                if moment.edge - watched.began <= warm_up(moment.edge - watched.began) {
                    return;
                }
                said.push(Said::Departed(Box::new(departure(moment, kind(finding.long), metric, watched, finding))));
            }
            Moved::Ended { long, at, settled } => {
                let subject = metric.subject(moment.tables.names);
                said.push(Said::Ended { kind: kind(*long), subject, at: *at, settled: *settled });
            }
        }
    }
}

fn departure(moment: &Moment<'_>, kind: Kind, metric: Metric, watched: &Watched, finding: &Finding) -> Departure {
    let values: Vec<String> = watched.latest.iter().map(|(_, value)| six(*value).to_string()).collect();
    let from = watched.latest.front().map_or(finding.window.0, |(at, _)| (*at).min(finding.window.1));
    let source = moment.tables.sources.get(watched.source as usize).cloned().unwrap_or_default();
    let address = Address::Points {
        source,
        series: watched.written.clone(),
        from: from.min(finding.window.0),
        to: finding.window.1,
    };
    Departure {
        kind,
        subject: metric.subject(moment.tables.names),
        direction: finding.direction,
        strength: finding.strength,
        onset: finding.onset,
        onset_low: finding.onset_low,
        onset_high: finding.onset_high,
        baseline: finding.expected,
        observed: finding.observed,
        unit: if watched.gains { Unit::Increase } else { Unit::Value },
        amount: Amount { times: 0, after_change: false, window: finding.window.1 - finding.window.0 },
        evidence: vec![Citation { address, time: finding.window.1, text: values.join(", ") }],
    }
}
