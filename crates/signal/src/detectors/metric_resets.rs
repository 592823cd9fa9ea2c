//! `metric.resets`: counters of a service's instances start again and again, and nobody changed the service.
//!
//! A reset is a counter (by its name) that falls by more than half, the time of a start that moves on, or an uptime that falls. All resets
//! of one instance within five minutes are one start; which starts count, [`Starts`] says.
//!
//! Limits: a counter that is not named as one tells nothing; an instance that comes back under a new name resets nothing.

use std::collections::BTreeMap;

use evidence::{Address, Name, PointRow, SeriesIndex, Time, Timing, six};

use super::{Detector, Moment, Said, risen};
use crate::budget::{Family, Streams};
use crate::meters::{Meter, Read, says_counter};
use crate::signal::{Citation, Kind, Subject};
use crate::starts::Starts;

/// What a series tells of starts.
#[derive(Clone, Copy, Debug)]
enum Telling {
    /// A counter.
    Counter(Meter),
    /// The time of the last start, and what it was.
    StartTime(Option<f64>),
    /// How long it is up.
    Uptime(Option<f64>),
    /// Nothing.
    Nothing,
}

impl Telling {
    fn of(name: &str) -> Telling {
        if name.contains("start_time") {
            Telling::StartTime(None)
        } else if name.contains("uptime") {
            Telling::Uptime(None)
        } else if says_counter(name) {
            Telling::Counter(Meter::default())
        } else {
            Telling::Nothing
        }
    }

    /// Takes in a value: whether it says that what counts here started again.
    fn restarted(&mut self, point: &PointRow) -> bool {
        match self {
            Telling::Counter(meter) => matches!(meter.read(point.time, point.value, true), Read::Restarted),
            Telling::StartTime(last) => last.replace(point.value).is_some_and(|before| point.value > before + 1.0),
            Telling::Uptime(last) => last.replace(point.value).is_some_and(|before| point.value < 0.5 * before),
            Telling::Nothing => false,
        }
    }
}

/// Raises `metric.resets`.
#[derive(Default)]
pub struct MetricResets {
    starts: Starts<PointRow>,
    /// By number of the series, of which there are so many only.
    telling: BTreeMap<SeriesIndex, Telling>,
}

impl Detector for MetricResets {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for ((service, instance), point) in self.reset(moment) {
            let after_change = moment.changes.just_before(moment.edge, service);
            if let Some(tally) = self.starts.started(moment.edge, service, instance, after_change) {
                tally.keep(point);
            }
        }
        let share = moment.budget.test(Family::Metric, 1);
        for turned in self.starts.close(moment.edge, share) {
            let points = self.starts.latest(&turned.key);
            let evidence = || points.iter().map(|point| cited(moment, point)).collect();
            said.extend(risen(Kind::MetricResets, subject(moment, turned.key), &turned, evidence));
        }
    }

    fn dropped(&self) -> u64 {
        self.starts.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        (Family::Metric, Streams { novelty: 0, tests: self.starts.watched(now) })
    }
}

impl MetricResets {
    /// The instances of which a point in this bucket says that they started, each with the first such point.
    fn reset(&mut self, moment: &Moment<'_>) -> BTreeMap<(Name, Name), PointRow> {
        let mut reset: BTreeMap<(Name, Name), PointRow> = BTreeMap::new();
        for point in moment.bucket.points.iter().filter(|point| point.timing == Timing::OnTime) {
            let series = moment.tables.series.get(point.series);
            let telling = self
                .telling
                .entry(point.series)
                .or_insert_with(|| Telling::of(moment.tables.names.text(series.metric)));
            if matches!(telling, Telling::Nothing) {
                continue;
            }
            self.starts.heard(moment.edge, series.service, series.instance);
            if telling.restarted(point) {
                reset.entry((series.service, series.instance)).or_insert(*point);
            }
        }
        reset
    }
}

fn cited(moment: &Moment<'_>, point: &PointRow) -> Citation {
    let source = moment.tables.sources.get(point.source as usize).cloned().unwrap_or_default();
    let series = moment.tables.series.get(point.series).written(moment.tables.names);
    let address = Address::Points { source, series, from: point.time, to: point.time };
    Citation { address, time: point.time, text: format!("started again: {}", six(point.value)) }
}

fn subject(moment: &Moment<'_>, service: Name) -> Subject {
    let name = "counters that start again".to_string();
    Subject {
        service: moment.tables.names.text(service).to_string(),
        anchor: "resets".into(),
        name,
        ..Subject::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resets(name: &str, values: &[f64]) -> usize {
        let mut telling = Telling::of(name);
        let point = |(n, value): (usize, &f64)| PointRow {
            time: Time(n as i64 * evidence::MINUTE),
            series: SeriesIndex(0),
            value: *value,
            source: 0,
            record: 1,
            timing: Timing::OnTime,
        };
        values.iter().enumerate().map(point).filter(|point| telling.restarted(point)).count()
    }

    #[test]
    fn counters_start_times_and_uptimes_tell_of_starts() {
        assert_eq!(resets("requests_total", &[900.0, 950.0, 20.0, 90.0, 3.0]), 2);
        assert_eq!(resets("process_start_time_seconds", &[1.7e9, 1.7e9, 1.7e9 + 60.0]), 1);
        assert_eq!(resets("uptime_seconds", &[60.0, 120.0, 10.0]), 1);
        assert_eq!(resets("queue_depth", &[60.0, 120.0, 10.0]), 0);
    }

    #[test]
    fn what_falls_again_and_again_by_a_little_is_no_counter() {
        assert_eq!(resets("users_total", &[50.0, 49.0, 51.0, 50.0, 48.0, 52.0, 51.0, 49.0]), 0);
    }
}
