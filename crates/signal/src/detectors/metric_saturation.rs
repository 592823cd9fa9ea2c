//! `metric.saturation`: what has a limit is nearer it than it ever was, and on its way there.
//!
//! A limit is known where the metric says so itself (a ratio, a percentage of what is used) or where another metric of the
//! same service and labels is its limit by name (`process_max_fds` beside `process_open_fds`). What counts is how full it
//! is, an hour's mean, beside the fullest hour of each day before; and that it fills up: by the last day's growth it is
//! full within a week.
//!
//! Limits: a limit that nobody names is not known; a thing that is always nearly full is not told.

use std::collections::{BTreeMap, VecDeque};

use evidence::{Address, DAY, HOUR, Name, Nanos, PointRow, Time, six};

use super::{Departure, Detector, Moment, Said};
use crate::arithmetic::student_upper;
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::meters::{Metric, Reading};
use crate::series::Direction;
use crate::signal::{Amount, Citation, Kind, Unit};

/// Names of shares that are better high, or of what is left: these fill nothing up.
const NOT_USE: [&str; 14] = [
    "hit",
    "hits",
    "success",
    "availability",
    "available",
    "free",
    "idle",
    "left",
    "remaining",
    "error",
    "errors",
    "failure",
    "failed",
    "loss",
];
/// Words that make a metric a limit.
const LIMITS: [&str; 6] = ["max", "maximum", "limit", "capacity", "quota", "allowed"];
/// Words that tell how much is used, and may be missing in the limit's name.
const USES: [&str; 11] = ["used", "use", "in", "usage", "current", "active", "open", "opened", "busy", "size", "count"];
/// Words of shares.
const SHARES: [&str; 8] =
    ["ratio", "percent", "percentage", "pct", "utilization", "utilisation", "saturation", "fraction"];
/// Words of shares of a hundred.
const PERCENTS: [&str; 3] = ["percent", "percentage", "pct"];
/// Nothing is near its limit that is less than half full.
const HALF: f64 = 0.5;
/// So many days are needed to know how near it usually comes.
const DAYS_MIN: f64 = 4.0;
/// No fullest hour is told from others by less than a fiftieth of the limit.
const LEAST_DEVIATION: f64 = 0.02;
/// Within so many deviations of its usual fullest hour it is back.
const BACK_WITHIN: f64 = 2.0;
/// What is full later than this at its pace is not near.
const SOON: Nanos = 7 * DAY;
/// How many hours are kept: two days.
const HOURS: usize = 48;
/// How many metrics are followed.
const FOLLOWED_MAX: usize = 20_000;

struct Use {
    began: Time,
    written: String,
    point: PointRow,
    limit: Option<f64>,
    sum: f64,
    points: f64,
    /// How full it was, hour by hour.
    hours: VecDeque<f64>,
    /// How full it was in its fullest hour of today; of each day before: how many, their mean, and the sum of squares.
    today: (Time, f64),
    peaks: (f64, f64, f64),
    most: f64,
    standing: Option<Time>,
}

/// A limit: the words of its name besides, and what it is.
type Limit = (Vec<String>, f64);

/// Raises `metric.saturation`.
#[derive(Default)]
pub struct MetricSaturation {
    uses: BTreeMap<Metric, Use>,
    /// Limits by whose they are and what their name says besides.
    limits: BTreeMap<(Name, Name), Vec<Limit>>,
    words: BTreeMap<Name, Vec<String>>,
    refused: u64,
}

impl Detector for MetricSaturation {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for reading in moment.readings.joined().iter().filter(|r| !r.gains) {
            self.take(moment, reading);
        }
        if moment.edge.0 % HOUR != 0 {
            return;
        }
        let many = self.uses.values().filter(|u| u.limit.is_some()).count() as f64;
        let share = moment.budget.novelty(Family::Metric);
        for (metric, used) in &mut self.uses {
            look(moment, *metric, used, (many, share), said);
        }
    }

    fn dropped(&self) -> u64 {
        self.refused
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = |u: &Use| u.limit.is_some() && now - u.began > warm_up(now - u.began);
        (Family::Metric, Streams { novelty: u64::from(self.uses.values().any(warm)), tests: 0 })
    }
}

impl MetricSaturation {
    fn take(&mut self, moment: &Moment<'_>, reading: &Reading) {
        let metric = reading.metric;
        let names = moment.tables.names;
        let words = self.words.entry(metric.name).or_insert_with(|| words(names.text(metric.name))).clone();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        if has(&NOT_USE) {
            return;
        }
        let whose = (metric.service, metric.labels);
        if has(&LIMITS) && !has(&SHARES) {
            self.is_limit(whose, &words, reading.value);
            return;
        }
        let percent = has(&PERCENTS) || reading.value > 1.5;
        let limit = match has(&SHARES) {
            true => Some(if percent { 100.0 } else { 1.0 }),
            false => self.limits.get(&whose).and_then(|limits| limit_of(&words, limits)),
        };
        if self.uses.len() >= FOLLOWED_MAX && !self.uses.contains_key(&metric) {
            self.refused += 1;
            return;
        }
        let used = self.uses.entry(metric).or_insert_with(|| Use {
            began: moment.edge,
            written: moment.tables.series.get(reading.point.series).written(names),
            point: reading.point,
            limit: None,
            sum: 0.0,
            points: 0.0,
            hours: VecDeque::new(),
            today: (Time::MIN, 0.0),
            peaks: (0.0, 0.0, 0.0),
            most: 0.0,
            standing: None,
        });
        // A share above one was a percentage all along.
        used.limit = limit.map(|limit| if has(&SHARES) { limit.max(used.limit.unwrap_or(0.0)) } else { limit });
        used.point = PointRow { value: reading.value, ..reading.point };
        used.sum += reading.value;
        used.points += 1.0;
    }

    fn is_limit(&mut self, whose: (Name, Name), words: &[String], value: f64) {
        let kept: Vec<String> = words.iter().filter(|w| !LIMITS.contains(&w.as_str())).cloned().collect();
        let limits = self.limits.entry(whose).or_default();
        match limits.iter_mut().find(|(known, _)| *known == kept) {
            Some((_, limit)) => *limit = value,
            None => limits.push((kept, value)),
        }
    }
}

impl Use {
    /// Notes an hour; when the day is over, its fullest one is one of the past.
    fn end_of_day(&mut self, edge: Time, full: f64) {
        let day = Time(edge.0 - 1).floor(DAY);
        if self.today.0 != day {
            if self.today.0 != Time::MIN {
                let (days, mean, squares) = self.peaks;
                let off = self.today.1 - mean;
                let mean = mean + off / (days + 1.0);
                self.peaks = (days + 1.0, mean, squares + off * (self.today.1 - mean));
                self.most = self.most.max(self.today.1);
            }
            self.today = (day, 0.0);
        }
        self.today.1 = self.today.1.max(full);
    }
}

fn words(name: &str) -> Vec<String> {
    let split = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    split.map(str::to_ascii_lowercase).collect()
}

/// The limit whose name says what this name says but for the words of use.
fn limit_of(words: &[String], limits: &[Limit]) -> Option<f64> {
    let bare: Vec<&String> = words.iter().filter(|w| !USES.contains(&w.as_str())).collect();
    let same = |kept: &[String]| {
        let theirs: Vec<&String> = kept.iter().filter(|w| !USES.contains(&w.as_str())).collect();
        !bare.is_empty() && theirs == bare
    };
    limits.iter().find(|(kept, limit)| *limit > 0.0 && same(kept)).map(|(_, limit)| *limit)
}

fn look(moment: &Moment<'_>, metric: Metric, used: &mut Use, (many, share): (f64, f64), said: &mut Vec<Said>) {
    let (sum, points) = (std::mem::take(&mut used.sum), std::mem::take(&mut used.points));
    let Some(limit) = used.limit.filter(|_| points > 0.0) else { return };
    let full = sum / points / limit;
    used.hours.push_back(full);
    if used.hours.len() > HOURS {
        used.hours.pop_front();
    }
    used.end_of_day(moment.edge, full);
    let before = used.hours.len().checked_sub(25).map(|yesterday| used.hours[yesterday]);
    let Some(yesterday) = before else { return };
    let (days, usual, squares) = used.peaks;
    let deviation = (squares / (days - 1.0).max(1.0)).sqrt();
    if used.standing.is_some() && full < usual + BACK_WITHIN * deviation && used.today.1 <= used.most {
        used.standing = None;
        let subject = metric.subject(moment.tables.names);
        said.push(Said::Ended { kind: Kind::MetricSaturation, subject, at: moment.edge, settled: false });
    }
    let until_full = ((1.0 - full) / (full - yesterday).max(1e-12) * DAY as f64).min(1e18) as Nanos;
    if days < DAYS_MIN || !(HALF..=1.0).contains(&full) || full <= used.most || until_full > SOON {
        return;
    }
    let spread = deviation.max(LEAST_DEVIATION) * (1.0 + 1.0 / days).sqrt();
    let r = many * student_upper((full - usual) / spread, days - 1.0);
    let strength = strength(r, share);
    if strength >= RAISED {
        said.extend(departed(moment, metric, used, (full * limit, limit, until_full), strength));
    }
}

fn departed(
    moment: &Moment<'_>,
    metric: Metric,
    used: &mut Use,
    (value, limit, until_full): (f64, f64, Nanos),
    strength: f64,
) -> Vec<Said> {
    let names = moment.tables.names;
    let mut said = Vec::new();
    if used.standing.is_none() {
        said.push(Said::Novelty { kind: Kind::MetricSaturation, service: names.text(metric.service).to_string() });
    }
    let onset = *used.standing.get_or_insert(Time(moment.edge.0 - HOUR));
    let source = moment.tables.sources.get(used.point.source as usize).cloned().unwrap_or_default();
    let (from, to) = (Time(moment.edge.0 - HOUR), moment.edge);
    let address = Address::Points { source, series: used.written.clone(), from, to };
    said.push(Said::Departed(Box::new(Departure {
        kind: Kind::MetricSaturation,
        subject: metric.subject(names),
        direction: Direction::Up,
        strength,
        onset,
        onset_low: Time(onset.0 - DAY),
        onset_high: onset,
        baseline: limit,
        observed: value,
        unit: Unit::OfLimit,
        amount: Amount { times: 0, after_change: false, window: until_full },
        evidence: vec![Citation { address, time: used.point.time, text: six(used.point.value).to_string() }],
    })));
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_found_by_its_name() {
        let limits = vec![(words("process_fds"), 1024.0), (words("db_pool_connections"), 50.0)];
        assert_eq!(limit_of(&words("process_open_fds"), &limits), Some(1024.0));
        assert_eq!(limit_of(&words("db_pool_connections_in_use"), &limits), Some(50.0));
        assert_eq!(limit_of(&words("queue_depth"), &limits), None);
    }
}
