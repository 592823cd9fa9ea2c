//! What metrics say: values as they are, counters as what they gained, and all instances of a service as one.
//!
//! Counters start again when their process does; what was gained until then is not known, and left out. A series that only
//! tells the time (an age, the days that are left) says nothing by its level, and is not read. Read [`Readings`] first.

use std::collections::BTreeMap;

use evidence::{Bucket, Name, Names, Nanos, PointRow, Series, SeriesIndex, Time, Timing};

use crate::detectors::Tables;
use crate::signal::Subject;

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
    /// Its latest pace a minute, and how often that was the pace before.
    pace: f64,
    even: u32,
}

/// What a value means.
#[derive(Clone, Copy, Debug)]
pub enum Read {
    /// As it is.
    Value(f64),
    /// Increase a minute.
    Gained(f64),
    /// The first value of a counter after it started again.
    Restarted,
    /// The first value of a counter, one that fell by a little, or one that only tells the time.
    Nothing,
}

impl Meter {
    /// From so many values on, a series of whole numbers that never fell is a counter, whatever its name.
    const DECIDED: u32 = 30;
    /// Paces that differ by less are the same: values are rounded.
    const SAME_PACE: f64 = 0.05;

    /// Reads the next value. `named`: whether the metric's name says that it counts.
    pub fn read(&mut self, time: Time, value: f64, named: bool) -> Read {
        let last = self.last.replace((time, value));
        self.whole = value.fract() == 0.0 && (self.whole || self.seen == 0);
        self.seen += 1;
        let Some((at, before)) = last else { return if named { Read::Nothing } else { Read::Value(value) } };
        self.rises += u32::from(value > before);
        if !named && self.is_clock(time - at, value - before) {
            return Read::Nothing;
        }
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

    /// Whether it only tells the time: it moves by the same in each minute, as an age does, or what is left of a certificate.
    fn is_clock(&mut self, passed: Nanos, moved: f64) -> bool {
        if passed <= 0 {
            return false;
        }
        let pace = moved * evidence::MINUTE as f64 / passed as f64;
        self.even += u32::from(pace != 0.0 && (pace - self.pace).abs() <= Meter::SAME_PACE * pace.abs());
        self.pace = pace;
        self.seen >= Meter::DECIDED && self.even * 10 >= self.seen * 9
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

/// What a metric was in one bucket, over all instances that reported it: their mean, or the sum of what they gained.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Which metric.
    pub metric: Metric,
    /// Its value; of counters the increase a minute.
    pub value: f64,
    /// Whether it is a counter's.
    pub gains: bool,
    /// The latest point behind it.
    pub point: PointRow,
}

/// What one instance reported.
#[derive(Clone, Copy, Debug)]
pub struct OfInstance {
    /// Which metric.
    pub metric: Metric,
    /// Whose.
    pub instance: Name,
    /// Its value; of counters the increase a minute.
    pub value: f64,
    /// The point behind it.
    pub point: PointRow,
}

/// Reads the points of buckets, one after the other.
#[derive(Debug, Default)]
pub struct Readings {
    meters: BTreeMap<SeriesIndex, Meter>,
    joined: Vec<Reading>,
    single: Vec<OfInstance>,
}

#[derive(Clone, Copy, Default)]
struct Reported {
    values: f64,
    value_count: f64,
    gained: f64,
    gains: bool,
    point: Option<PointRow>,
}

impl Readings {
    /// Reads the points of the next bucket.
    pub fn read(&mut self, bucket: &Bucket, tables: &Tables<'_>) {
        let mut found: BTreeMap<Metric, Reported> = BTreeMap::new();
        self.single.clear();
        for point in bucket.points.iter().filter(|p| p.timing == Timing::OnTime) {
            let series = tables.series.get(point.series);
            let metric = Metric::of(&series);
            let named = says_counter(tables.names.text(series.metric));
            let read = self.meters.entry(point.series).or_default().read(point.time, point.value, named);
            found.entry(metric).or_default().add(&read, point);
            if let (Read::Value(value) | Read::Gained(value), true) = (read, series.instance.is_some()) {
                self.single.push(OfInstance { metric, instance: series.instance, value, point: *point });
            }
        }
        self.joined.clear();
        self.joined.extend(found.into_iter().filter_map(|(metric, reported)| reported.joined(metric)));
    }

    /// What each metric was in this bucket, instances joined.
    pub fn joined(&self) -> &[Reading] {
        &self.joined
    }

    /// What each instance reported in this bucket.
    pub fn single(&self) -> &[OfInstance] {
        &self.single
    }
}

impl Reported {
    fn add(&mut self, read: &Read, point: &PointRow) {
        match read {
            Read::Value(value) => {
                self.values += value;
                self.value_count += 1.0;
            }
            Read::Gained(gained) => {
                self.gained += gained;
                self.gains = true;
            }
            Read::Restarted | Read::Nothing => {}
        }
        self.point = Some(*point);
    }

    fn joined(&self, metric: Metric) -> Option<Reading> {
        let value = match (self.gains, self.value_count > 0.0) {
            (true, _) => self.gained,
            (false, true) => self.values / self.value_count,
            (false, false) => return None,
        };
        Some(Reading { metric, value, gains: self.gains, point: self.point? })
    }
}
