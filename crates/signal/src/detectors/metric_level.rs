//! `metric.level` and `metric.drift`: a metric that moved, within a day or over days.
//!
//! The instances of a service that report a metric are one series here (their mean; the sum of what counters gained), so
//! that new pod names are no news. Counters are watched by their increase a minute, resets left out. A single point, how-
//! ever far out, is no level; two in a row may be. What only tells the time (an age, the days that are left) has no level.
//!
//! Limits: instances among their siblings, spread, and rhythms of the metric's own are not looked at yet; a series that
//! never varied has no dispersion to be judged by.

use std::collections::{BTreeMap, VecDeque};

use evidence::{Address, Name, PointRow, Series, Time, six};

use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams, warm_up};
use crate::countdown::{Countdown, speaks_of_an_end};
use crate::meters::{Metric, Reading};
use crate::series::{Elsewhere, Finding, Moved, Sensor};
use crate::signal::{Amount, Citation, Kind, Unit};

/// A metric is watched in so many ways: level (or drift), silence, spread.
pub const KINDS: u64 = 3;
/// How many of the latest values are shown as evidence.
const SHOWN_VALUES: usize = 6;

struct Watched {
    began: Time,
    sensor: Sensor,
    /// Where the name speaks of an end: what counts down and is filled up has no level.
    countdown: Option<Countdown>,
    gains: bool,
    source: u32,
    written: String,
    latest: VecDeque<(Time, f64)>,
}

/// Raises `metric.level` and `metric.drift`.
#[derive(Default)]
pub struct MetricLevel {
    metrics: BTreeMap<Metric, Watched>,
    elsewhere: Elsewhere,
}

impl Detector for MetricLevel {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        let share = moment.budget.test(Family::Metric, KINDS);
        self.elsewhere.next_moment(moment.edge);
        for reading in moment.readings.joined() {
            for moved in self.take(moment, reading, share) {
                self.say(moment, reading.metric, &moved, said);
            }
        }
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = self.metrics.values().filter(|w| now - w.began > warm_up(now - w.began)).count();
        (Family::Metric, Streams { novelty: 0, tests: warm as u64 })
    }
}

impl MetricLevel {
    fn take(&mut self, moment: &Moment<'_>, reading: &Reading, share: f64) -> Vec<Moved> {
        let Reading { metric, value, gains, point } = *reading;
        if !self.metrics.contains_key(&metric) {
            self.begin(moment, metric, &point);
        }
        let Some(watched) = self.metrics.get_mut(&metric) else { return Vec::new() };
        if let Some(countdown) = &mut watched.countdown {
            countdown.value(point.time, value);
            if countdown.is_one() {
                return Vec::new();
            }
        }
        if watched.gains != gains {
            // It turned out to be a counter (or none): what was learnt of the other reading does not hold.
            watched.sensor = Sensor::new();
            watched.gains = gains;
            watched.latest.clear();
        }
        if watched.latest.len() == SHOWN_VALUES {
            watched.latest.pop_front();
        }
        watched.latest.push_back((point.time, value));
        self.elsewhere.whose = metric.service.0;
        watched.sensor.value(moment.edge, value, share, &mut self.elsewhere)
    }

    fn begin(&mut self, moment: &Moment<'_>, metric: Metric, point: &PointRow) {
        let series = Series { instance: Name::NONE, ..moment.tables.series.get(point.series) };
        let watched = Watched {
            began: moment.edge,
            sensor: Sensor::new(),
            countdown: speaks_of_an_end(moment.tables.names.text(metric.name)).then(Countdown::default),
            gains: false,
            source: point.source,
            written: series.written(moment.tables.names),
            latest: VecDeque::new(),
        };
        self.metrics.insert(metric, watched);
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
