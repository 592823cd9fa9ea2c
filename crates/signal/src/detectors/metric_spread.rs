//! `metric.spread`: a metric that varies more, or less, than it did, though its level may be as ever.
//!
//! What counts is how far a value lies from the one before. The square root of that step is watched like a value of its own:
//! it is nearly Gaussian then, a factor is a factor, and a single jump weighs little.
//!
//! Limits: a series that moves in steps hours apart has no spread; nor has one of which few values come a day.

use std::collections::{BTreeMap, VecDeque};

use evidence::{Address, Time, six};

use super::metric_level::KINDS;
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams, warm_up};
use crate::countdown::speaks_of_an_end;
use crate::meters::{Metric, Reading};
use crate::series::{Elsewhere, Finding, Moved, Sensor};
use crate::signal::{Amount, Citation, Kind, Unit};

/// How many of the latest values are shown as evidence.
const SHOWN_VALUES: usize = 6;
/// Of Gaussian values with deviation 1, the square roots of steps have this mean: E|N|^½ · 2^¼.
const OF_ONE_DEVIATION: f64 = 0.978;
/// Where more of the steps than this are none, the metric moves in jumps.
const STANDS: f64 = 0.3;

struct Spread {
    began: Time,
    sensor: Sensor,
    written: String,
    source: u32,
    last: Option<f64>,
    seen: f64,
    none: f64,
    latest: VecDeque<(Time, f64)>,
}

/// Raises `metric.spread`.
#[derive(Default)]
pub struct MetricSpread {
    metrics: BTreeMap<Metric, Spread>,
    elsewhere: Elsewhere,
}

impl Detector for MetricSpread {
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
        let warm = self.metrics.values().filter(|s| now - s.began > warm_up(now - s.began)).count();
        (Family::Metric, Streams { novelty: 0, tests: warm as u64 })
    }
}

impl MetricSpread {
    fn take(&mut self, moment: &Moment<'_>, reading: &Reading, share: f64) -> Vec<Moved> {
        let names = moment.tables.names;
        if speaks_of_an_end(names.text(reading.metric.name)) {
            return Vec::new();
        }
        let spread = self.metrics.entry(reading.metric).or_insert_with(|| Spread {
            began: moment.edge,
            sensor: Sensor::new(),
            written: moment.tables.series.get(reading.point.series).written(names),
            source: reading.point.source,
            last: None,
            seen: 0.0,
            none: 0.0,
            latest: VecDeque::new(),
        });
        let Some(measure) = spread.measure(reading) else { return Vec::new() };
        self.elsewhere.whose = reading.metric.service.0;
        spread.sensor.value(moment.edge, measure, share, &mut self.elsewhere)
    }

    fn say(&self, moment: &Moment<'_>, metric: Metric, moved: &Moved, said: &mut Vec<Said>) {
        let Some(spread) = self.metrics.get(&metric) else { return };
        let subject = metric.subject(moment.tables.names);
        match moved {
            Moved::Departed(finding) => {
                let past = moment.edge - spread.began;
                if past > warm_up(past) && spread.none <= STANDS * spread.seen {
                    let departure = departure(moment, metric, spread, finding);
                    said.push(Said::Departed(Box::new(departure)));
                }
            }
            Moved::Ended { at, settled, .. } => {
                said.push(Said::Ended { kind: Kind::MetricSpread, subject, at: *at, settled: *settled });
            }
        }
    }
}

impl Spread {
    /// The measure that is complete with this value.
    fn measure(&mut self, reading: &Reading) -> Option<f64> {
        if self.latest.len() == SHOWN_VALUES {
            self.latest.pop_front();
        }
        self.latest.push_back((reading.point.time, reading.value));
        let step = (reading.value - self.last.replace(reading.value)?).abs();
        self.seen += 1.0;
        self.none += f64::from(step == 0.0);
        Some(step.sqrt())
    }
}

/// The deviation of values whose measure is so large.
fn deviation(measure: f64) -> f64 {
    (measure.max(0.0) / OF_ONE_DEVIATION).powi(2)
}

fn departure(moment: &Moment<'_>, metric: Metric, spread: &Spread, finding: &Finding) -> Departure {
    let values: Vec<String> = spread.latest.iter().map(|(_, value)| six(*value).to_string()).collect();
    let source = moment.tables.sources.get(spread.source as usize).cloned().unwrap_or_default();
    let (from, to) = finding.window;
    let address = Address::Points { source, series: spread.written.clone(), from, to };
    Departure {
        kind: Kind::MetricSpread,
        subject: metric.subject(moment.tables.names),
        direction: finding.direction,
        strength: finding.strength,
        onset: finding.onset,
        onset_low: finding.onset_low,
        onset_high: finding.onset_high,
        baseline: deviation(finding.expected),
        observed: deviation(finding.observed),
        unit: Unit::Value,
        amount: Amount { times: 0, after_change: false, window: to - from },
        evidence: vec![Citation { address, time: to, text: values.join(", ") }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_of_gaussian_values_is_their_deviation() {
        let mut state = 1u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut gaussian = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        let values: Vec<f64> = (0..50_000).map(|_| 3.0 * gaussian()).collect();
        let measures: Vec<f64> = values.windows(2).map(|w| (w[1] - w[0]).abs().sqrt()).collect();
        let mean = measures.iter().sum::<f64>() / measures.len() as f64;
        assert!((deviation(mean) / 3.0 - 1.0).abs() < 0.03, "{}", deviation(mean));
    }
}
