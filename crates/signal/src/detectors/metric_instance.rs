//! `metric.instance`: one instance departs from its siblings, while the others go on as ever.
//!
//! The instances of a service that report a metric are compared at one time: an instance's mean over a window, less the
//! median of all. What such differences usually are is learnt over all instances, so that a new one (a pod lives for days)
//! is judged from its first hours on, and an instance that was always larger is no news.
//!
//! Limits: of fewer than three nobody can say who is odd; the first hour of an instance is its own (caches fill).

use std::collections::BTreeMap;

use evidence::{Address, DAY, HOUR, MINUTE, Name, Nanos, PointRow, Time, six};

use super::{Departure, Detector, Moment, Said};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::countdown::speaks_of_an_end;
use crate::meters::Metric;
use crate::series::{Baseline, Direction, Judged, Pool, SCALES, Window, half};
use crate::signal::{Amount, Citation, Kind, Subject, Unit};

/// So many siblings make a comparison.
const SIBLINGS: usize = 3;
/// The widths of windows, as indices of [`SCALES`]: six hours, a day. What one does for an hour means nothing.
const WIDTHS: [usize; 2] = [3, 4];
/// An instance is left alone for so long after its start.
const CHILDHOOD: Nanos = HOUR;
/// So few values of an instance are no window.
const POINTS_MIN: u32 = 4;
/// How many instances of metrics are remembered.
const INSTANCES_MAX: usize = 50_000;
/// Within so many deviations an instance is one of many again; and so long after its raise what stays is normal.
const BACK_WITHIN: f64 = 2.0;
const SETTLED: Nanos = 3 * DAY;
const BACK: Nanos = 10 * MINUTE;
/// By so much of the whole at least each half of a window must be off, to the same side.
const HALF_MIN: f64 = 0.5;
/// A difference that was so much less rare before was about as large.
const ABOUT: f64 = 30.0;

#[derive(Clone, Copy, Default)]
struct Half {
    sum: f64,
    points: u32,
}

struct Instance {
    began: Time,
    halves: [[Half; 2]; WIDTHS.len()],
    latest: PointRow,
    written: String,
    standing: Option<Standing>,
}

#[derive(Clone, Copy)]
struct Standing {
    width: usize,
    raised: Time,
    took: Nanos,
    least: f64,
    back_since: Option<Time>,
    direction: Direction,
}

/// The instances of one metric.
struct Siblings {
    began: Time,
    instances: BTreeMap<Name, Instance>,
    usual: [Baseline; WIDTHS.len()],
}

/// Raises `metric.instance`.
#[derive(Default)]
pub struct MetricInstance {
    metrics: BTreeMap<Metric, Siblings>,
    /// How rare the differences were that came and went.
    episodes: Vec<f64>,
    known: usize,
    refused: u64,
}

/// One instance in a window that closes.
struct Member {
    instance: Name,
    mean: f64,
    off: f64,
    /// The same of the two halves of the window.
    halves: [f64; 2],
}

impl Detector for MetricInstance {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        self.take(moment);
        let share = moment.budget.test(Family::Metric, 1);
        let days = self.metrics.values().map(|s| moment.edge - s.began).sum::<Nanos>() as f64 / DAY as f64;
        for (place, index) in WIDTHS.iter().enumerate() {
            if moment.edge.0 % half(*index) != 0 {
                continue;
            }
            let episodes = &self.episodes;
            let mut over = Vec::new();
            for (metric, siblings) in &mut self.metrics {
                let before =
                    |least: f64| episodes.iter().filter(|e| **e <= ABOUT * least).count() as f64 / days.max(1.0);
                let mut closing = Closing { moment, metric: *metric, place, share, before: &before, over: Vec::new() };
                closing.close(siblings, said);
                over.append(&mut closing.over);
            }
            self.episodes.append(&mut over);
        }
        if moment.edge.0 % HOUR == 0 {
            self.forget(moment, said);
        }
    }

    fn dropped(&self) -> u64 {
        self.refused
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let compared = |s: &&Siblings| s.instances.len() >= SIBLINGS && now - s.began > warm_up(now - s.began);
        (Family::Metric, Streams { novelty: 0, tests: self.metrics.values().filter(compared).count() as u64 })
    }
}

impl MetricInstance {
    fn take(&mut self, moment: &Moment<'_>) {
        for point in moment.readings.single() {
            let siblings = self.metrics.entry(point.metric).or_insert_with(|| Siblings {
                began: moment.edge,
                instances: BTreeMap::new(),
                usual: Default::default(),
            });
            if self.known >= INSTANCES_MAX && !siblings.instances.contains_key(&point.instance) {
                self.refused += 1;
                continue;
            }
            let known = &mut self.known;
            let instance = siblings.instances.entry(point.instance).or_insert_with(|| {
                *known += 1;
                Instance {
                    began: moment.edge,
                    halves: Default::default(),
                    latest: point.point,
                    written: moment.tables.series.get(point.point.series).written(moment.tables.names),
                    standing: None,
                }
            });
            instance.latest = point.point;
            for halves in &mut instance.halves {
                halves[1].sum += point.value;
                halves[1].points += 1;
            }
        }
    }

    /// Instances that are reported no more are gone; what stood about them is over.
    fn forget(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for (metric, siblings) in &mut self.metrics {
            siblings.instances.retain(|name, instance| {
                let gone = moment.edge - instance.latest.time > DAY;
                self.known -= usize::from(gone);
                if gone && instance.standing.is_some() {
                    said.push(ended(moment, *metric, *name, false));
                }
                !gone
            });
        }
    }
}

/// A window of one width closes for the instances of one metric.
struct Closing<'a> {
    moment: &'a Moment<'a>,
    metric: Metric,
    place: usize,
    share: f64,
    before: &'a dyn Fn(f64) -> f64,
    /// How rare what is over now was.
    over: Vec<f64>,
}

impl Closing<'_> {
    fn close(&mut self, siblings: &mut Siblings, said: &mut Vec<Said>) {
        let members = self.members(siblings);
        for instance in siblings.instances.values_mut() {
            instance.halves[self.place] = [instance.halves[self.place][1], Half::default()];
        }
        if members.len() < SIBLINGS || speaks_of_an_end(self.moment.tables.names.text(self.metric.name)) {
            return;
        }
        let many = members.len() as f64;
        let load = self.moment.load[WIDTHS[self.place]];
        let window = |member: &Member| Window { value: member.off, load, ..Window::default() };
        let mut stands = false;
        for member in &members {
            let usual = siblings.usual[self.place];
            let judged = usual.judge_value(window(member), Pool::NONE, 0.0);
            let Some(instance) = siblings.instances.get_mut(&member.instance) else { continue };
            let Some(judged) = judged else { continue };
            self.follow(instance, member, &judged, said);
            self.depart(instance, member, &judged, (many, siblings.began), said);
            stands |= instance.standing.is_some();
        }
        let width = SCALES[WIDTHS[self.place]];
        if !stands && self.moment.edge.0 % width == 0 {
            for member in &members {
                let judged = siblings.usual[self.place].judge_value(window(member), Pool::NONE, 0.0);
                siblings.usual[self.place].absorb(window(member), judged);
            }
        }
    }

    /// The instances that were there for the whole window and are grown up, and how far each lies from the median of all.
    fn members(&self, siblings: &Siblings) -> Vec<Member> {
        let width = SCALES[WIDTHS[self.place]];
        let of = |instance: &Instance| {
            let [before, now] = instance.halves[self.place];
            (before.points.min(now.points), before.sum + now.sum, before.points + now.points)
        };
        let most = siblings.instances.values().map(|i| of(i).0).max().unwrap_or(0);
        let mut members: Vec<Member> = Vec::new();
        for (name, instance) in &siblings.instances {
            let (least, sum, points) = of(instance);
            let grown = self.moment.edge - instance.began >= width + CHILDHOOD || instance.began == siblings.began;
            if grown && least >= POINTS_MIN && 2 * least >= most {
                let halves = instance.halves[self.place].map(|half| half.sum / f64::from(half.points));
                members.push(Member { instance: *name, mean: sum / f64::from(points), off: 0.0, halves });
            }
        }
        // In the order of texts: what is learnt of all depends on it.
        let names = self.moment.tables.names;
        members.sort_by(|a, b| names.text(a.instance).cmp(names.text(b.instance)));
        let middle = median(members.iter().map(|m| m.mean));
        let middles = [0, 1].map(|half| median(members.iter().map(|m| m.halves[half])));
        for member in &mut members {
            member.off = member.mean - middle;
            member.halves = [0, 1].map(|half| member.halves[half] - middles[half]);
        }
        members
    }

    fn depart(
        &mut self,
        instance: &mut Instance,
        member: &Member,
        judged: &Judged,
        (many, began): (f64, Time),
        said: &mut Vec<Said>,
    ) {
        let (moment, width) = (self.moment, SCALES[WIDTHS[self.place]]);
        let past = moment.edge - began;
        let tests = 2.0 * WIDTHS.len() as f64 * many;
        let r = judged.upper.min(judged.lower) * 2.0 * DAY as f64 / width as f64 * tests;
        let strength = strength(r.max((self.before)(r)), self.share);
        let direction = if member.off > 0.0 { Direction::Up } else { Direction::Down };
        // One stretch of a window far out is no departure of the whole.
        if member.halves.iter().any(|half| half / member.off < HALF_MIN) {
            return;
        }
        if strength < RAISED || past <= warm_up(past) || instance.standing.is_some_and(|s| s.direction != direction) {
            return;
        }
        let standing = instance.standing.get_or_insert(Standing {
            width: self.place,
            raised: moment.edge,
            took: width / 2,
            least: r,
            back_since: None,
            direction,
        });
        standing.least = standing.least.min(r);
        said.push(Said::Departed(Box::new(self.departure(instance, member, judged, (strength, direction)))));
    }

    /// Whether what stood about an instance is over.
    fn follow(&mut self, instance: &mut Instance, member: &Member, judged: &Judged, said: &mut Vec<Said>) {
        let Some(standing) = instance.standing.as_mut().filter(|s| s.width == self.place) else { return };
        let (now, width) = (self.moment.edge, SCALES[WIDTHS[self.place]]);
        let out = if standing.direction == Direction::Up { judged.score } else { -judged.score };
        let settled = now - standing.raised >= SETTLED;
        if out < BACK_WITHIN {
            let since = *standing.back_since.get_or_insert(Time(now.0 - width));
            if now - since < standing.took.max(BACK) {
                return;
            }
            self.over.push(standing.least);
        } else {
            standing.back_since = None;
            if !settled {
                return;
            }
        }
        let came_back = standing.back_since.is_some();
        instance.standing = None;
        said.push(ended(self.moment, self.metric, member.instance, settled && !came_back));
    }

    fn departure(
        &self,
        instance: &Instance,
        member: &Member,
        judged: &Judged,
        (strength, direction): (f64, Direction),
    ) -> Departure {
        let (moment, width) = (self.moment, SCALES[WIDTHS[self.place]]);
        let source = moment.tables.sources.get(instance.latest.source as usize).cloned().unwrap_or_default();
        let (from, to) = (Time(moment.edge.0 - width), moment.edge);
        let address = Address::Points { source, series: instance.written.clone(), from, to };
        let text = six(instance.latest.value).to_string();
        Departure {
            kind: Kind::MetricInstance,
            subject: subject(moment, self.metric, member.instance),
            direction,
            strength,
            onset: from,
            onset_low: Time(from.0 - width / 2),
            onset_high: to,
            baseline: member.mean - member.off + judged.expected,
            observed: member.mean,
            unit: Unit::Value,
            amount: Amount { times: 0, after_change: false, window: width },
            evidence: vec![Citation { address, time: instance.latest.time, text }],
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

fn subject(moment: &Moment<'_>, metric: Metric, instance: Name) -> Subject {
    let names = moment.tables.names;
    Subject { instance: names.text(instance).to_string(), ..metric.subject(names) }
}

fn ended(moment: &Moment<'_>, metric: Metric, instance: Name, settled: bool) -> Said {
    Said::Ended { kind: Kind::MetricInstance, subject: subject(moment, metric, instance), at: moment.edge, settled }
}
