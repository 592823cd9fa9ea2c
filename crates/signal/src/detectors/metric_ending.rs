//! `metric.ending`: a certificate, a quota, a licence is nearer its end than it ever was.
//!
//! A series is followed whose name speaks of an end (`days_left`, `not_after`, `quota_remaining`) and that does what such
//! things do: it falls, more or less evenly, and is filled up again. What counts is the time that is left at this pace,
//! beside the time that was left whenever it was filled up before. Where that was never seen, a week is near.
//!
//! Limits: what ends without a series that says so is not seen; nor is what is filled up a little all the time.

use std::collections::BTreeMap;

use evidence::{Address, DAY, HOUR, MINUTE, Nanos, PointRow, Time, Timing, six};

use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::countdown::{Countdown, speaks_of_an_end};
use crate::meters::Metric;
use crate::series::Direction;
use crate::signal::{Amount, Citation, Kind, Unit};

/// How often a countdown is looked at.
const STEP: Nanos = 30 * MINUTE;
/// How many are followed.
const FOLLOWED_MAX: usize = 5_000;

struct Followed {
    began: Time,
    countdown: Countdown,
    point: PointRow,
    written: String,
    standing: Option<Time>,
}

/// Raises `metric.ending`.
#[derive(Default)]
pub struct MetricEnding {
    followed: BTreeMap<Metric, Followed>,
    refused: u64,
}

impl Detector for MetricEnding {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        self.note(moment, said);
        if moment.edge.0 % STEP != 0 {
            return;
        }
        let many = self.followed.values().filter(|f| f.countdown.is_one()).count() as f64;
        let share = moment.budget.novelty(Family::Metric);
        for (metric, followed) in &mut self.followed {
            look(moment, *metric, followed, (many, share), said);
        }
    }

    fn dropped(&self) -> u64 {
        self.refused
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = |f: &&Followed| f.countdown.is_one() && now - f.began > warm_up(now - f.began);
        (Family::Metric, Streams { novelty: u64::from(self.followed.values().any(|f| warm(&f))), tests: 0 })
    }
}

impl MetricEnding {
    /// Of the instances that report a metric, the one that is nearest its end.
    fn note(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        let mut nearest: BTreeMap<Metric, PointRow> = BTreeMap::new();
        for point in moment.bucket.points.iter().filter(|p| p.timing == Timing::OnTime) {
            let metric = Metric::of(&moment.tables.series.get(point.series));
            if !self.followed.contains_key(&metric) && !speaks_of_an_end(moment.tables.names.text(metric.name)) {
                continue;
            }
            let kept = nearest.entry(metric).or_insert(*point);
            if point.value < kept.value {
                *kept = *point;
            }
        }
        for (metric, point) in nearest {
            if self.followed.len() >= FOLLOWED_MAX && !self.followed.contains_key(&metric) {
                self.refused += 1;
                continue;
            }
            let followed = self.followed.entry(metric).or_insert_with(|| Followed {
                began: moment.edge,
                countdown: Countdown::default(),
                point,
                written: moment.tables.series.get(point.series).written(moment.tables.names),
                standing: None,
            });
            followed.point = point;
            if followed.countdown.value(point.time, point.value) && followed.standing.take().is_some() {
                let subject = metric.subject(moment.tables.names);
                said.push(Said::Ended { kind: Kind::MetricEnding, subject, at: moment.edge, settled: false });
            }
        }
    }
}

fn look(moment: &Moment<'_>, metric: Metric, followed: &mut Followed, (many, share): (f64, f64), said: &mut Vec<Said>) {
    let past = moment.edge - followed.began;
    let Some(near) = followed.countdown.near(followed.point.time).filter(|_| past > warm_up(past)) else { return };
    let strength = strength(many.max(1.0) * near.a_day, share);
    if strength < RAISED {
        return;
    }
    let names = moment.tables.names;
    let onset = match followed.standing {
        Some(onset) => onset,
        None => {
            let service = names.text(metric.service).to_string();
            said.push(Said::Novelty { kind: Kind::MetricEnding, service });
            *followed.standing.insert(followed.point.time)
        }
    };
    let source = moment.tables.sources.get(followed.point.source as usize).cloned().unwrap_or_default();
    let (from, to) = (followed.point.time - HOUR.min(past), followed.point.time);
    let address = Address::Points { source, series: followed.written.clone(), from, to };
    said.push(Said::Departed(Box::new(Departure {
        kind: Kind::MetricEnding,
        subject: metric.subject(names),
        direction: Direction::Down,
        strength,
        onset,
        onset_low: onset - DAY.min(near.left),
        onset_high: onset,
        baseline: near.usual.unwrap_or(0.0),
        observed: followed.point.value,
        unit: Unit::Value,
        amount: Amount { times: 0, after_change: false, window: near.left },
        evidence: vec![Citation { address, time: to, text: six(followed.point.value).to_string() }],
    })));
}
