//! `metric.spread`: a metric that varies more, or less, than it did, though its level may be as ever.
//!
//! What counts is how far a value lies from the one before: of five such steps the median, so that a single jump is no
//! spread. Its square root is watched like a value of its own (it is nearly Gaussian then, and a factor is a factor).
//!
//! Limits: a series that moves in steps hours apart has no spread; nor has one of which few values come a day.

use std::collections::{BTreeMap, VecDeque};

use evidence::{Address, Time, six};

use super::metric_level::KINDS;
use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, Streams, warm_up};
use crate::countdown::speaks_of_an_end;
use crate::meters::{Metric, Reading};
use crate::series::{Finding, Moved, Pools, SCALES, Shares, Surroundings, Watch, half};
use crate::signal::{Amount, Citation, Kind, Unit};

/// So many steps from value to value make one measure.
const STEPS: usize = 5;
/// How many of the latest values are shown as evidence.
const SHOWN_VALUES: usize = 6;
/// Of Gaussian values with deviation 1, the median of five steps has this square root in the mean.
const OF_ONE_DEVIATION: f64 = 0.98;
/// Where more of the steps than this are none, the metric moves in jumps.
const STANDS: f64 = 0.3;

struct Spread {
    began: Time,
    watch: Watch,
    written: String,
    source: u32,
    last: Option<f64>,
    steps: Vec<f64>,
    seen: f64,
    none: f64,
    latest: VecDeque<(Time, f64)>,
}

/// Raises `metric.spread`.
#[derive(Default)]
pub struct MetricSpread {
    metrics: BTreeMap<Metric, Spread>,
    pools: Pools,
}

impl Detector for MetricSpread {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        let share = moment.budget.test(Family::Metric, KINDS);
        let shares = Shares { short: share, long: share };
        let mut moves: Vec<(Metric, Moved)> = Vec::new();
        for reading in moment.readings.joined() {
            moves.extend(self.take(moment, reading, shares).into_iter().map(|m| (reading.metric, m)));
        }
        for index in 1..SCALES.len() {
            if moment.edge.0 % half(index) == 0 {
                let load = moment.load[index];
                let around = Surroundings {
                    edge: moment.edge,
                    load,
                    load_noise: 0.0,
                    in_proportion: false,
                    pools: &self.pools,
                    shares,
                };
                for (metric, spread) in &mut self.metrics {
                    moves.extend(spread.watch.close(index, &around).into_iter().map(|m| (*metric, m)));
                }
            }
        }
        for (metric, moved) in moves {
            self.say(moment, metric, &moved, said);
        }
        if moment.edge.0 % (6 * evidence::HOUR) == 0 {
            self.pool(moment);
        }
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = self.metrics.values().filter(|s| now - s.began > warm_up(now - s.began)).count();
        (Family::Metric, Streams { novelty: 0, tests: warm as u64 })
    }
}

impl MetricSpread {
    fn take(&mut self, moment: &Moment<'_>, reading: &Reading, shares: Shares) -> Vec<Moved> {
        let names = moment.tables.names;
        if speaks_of_an_end(names.text(reading.metric.name)) {
            return Vec::new();
        }
        let spread = self.metrics.entry(reading.metric).or_insert_with(|| Spread {
            began: moment.edge,
            watch: Watch::of_values(),
            written: moment.tables.series.get(reading.point.series).written(names),
            source: reading.point.source,
            last: None,
            steps: Vec::new(),
            seen: 0.0,
            none: 0.0,
            latest: VecDeque::new(),
        });
        let Some(measure) = spread.measure(reading) else { return Vec::new() };
        let load = moment.load[0];
        let around =
            Surroundings { edge: moment.edge, load, load_noise: 0.0, in_proportion: false, pools: &self.pools, shares };
        spread.watch.value(measure, &around)
    }

    /// The pools, over the metrics in the order of their names.
    fn pool(&mut self, moment: &Moment<'_>) {
        let mut order: Vec<_> = self.metrics.iter().map(|(m, s)| (m.subject(moment.tables.names), &s.watch)).collect();
        order.sort_by(|a, b| a.0.cmp(&b.0));
        let watches = || order.iter().map(|(_, watch)| *watch);
        self.pools = Pools::of_values(watches()).with_spells(watches(), moment.edge);
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
        self.steps.push(step);
        if self.steps.len() < STEPS {
            return None;
        }
        self.steps.sort_by(f64::total_cmp);
        let median = self.steps[STEPS / 2];
        self.steps.clear();
        Some(median.sqrt())
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
        let steps: Vec<f64> = values.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
        let measures: Vec<f64> = steps
            .chunks_exact(STEPS)
            .map(|steps| {
                let mut steps = steps.to_vec();
                steps.sort_by(f64::total_cmp);
                steps[STEPS / 2].sqrt()
            })
            .collect();
        let mean = measures.iter().sum::<f64>() / measures.len() as f64;
        assert!((deviation(mean) / 3.0 - 1.0).abs() < 0.03, "{}", deviation(mean));
    }
}
