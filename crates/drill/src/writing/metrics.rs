//! `metrics.csv`: what was scraped, one point a line, scrape after scrape.
//!
//! Each series draws its noise from a stream of its own and as many numbers at each step whatever the state of the world, so
//! an incident moves only what it changes.

use std::fmt::Write;

use evidence::{DAY, HOUR, MINUTE, SECOND, Time};

use super::File;
use crate::chance::{Chance, exp, wander};
use crate::moments::midnight;
use crate::shop::lines::{BACKUP, Job, NEWSLETTER, REINDEX};
use crate::shop::{METRICS, Measure, Metric, operation};
use crate::world::World;
use crate::world::conditions::Conditions;
use crate::world::pool;

/// A point in so many is missing.
const LOST: f64 = 0.001;
/// So many points a day stand out alone.
const SPIKES_A_DAY: f64 = 0.13;
/// This share of the points is three times as noisy as the others.
const TAIL: f64 = 0.015;

/// One series: its noise, and what it remembers from one step to the next.
struct Series {
    metric: &'static Metric,
    slot: usize,
    name: String,
    fast: Vec<f64>,
    slow: Vec<f64>,
    held: f64,
}

/// What a point is computed from.
struct Step {
    at: Time,
    since: Time,
    number: usize,
}

/// A number as it was scraped.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// When.
    pub at: Time,
    /// Of which metric.
    pub metric: &'static Metric,
    /// By which instance; empty where it is the service's as a whole.
    pub instance: &'a str,
    /// The number.
    pub value: f64,
}

/// The file, from a moment on; where it is not production's, each point says whose it is.
pub fn file(points: &[Point<'_>], from: Time, environment: Option<&str>) -> File {
    let (head, label) = match environment {
        Some(name) => ("environment,", format!("{name},")),
        None => ("", String::new()),
    };
    let mut text = format!("timestamp,service,metric,instance,{head}value\n");
    let mut records = 0;
    for Point { at, metric, instance, value } in points.iter().filter(|p| p.at >= from) {
        let decimals = metric.decimals;
        let _ = writeln!(text, "{at},{},{},{instance},{label}{value:.decimals$}", metric.service, metric.name);
        records += 1;
    }
    File { name: "metrics.csv".to_string(), records, text: text.into_bytes() }
}

/// All that was scraped, in order of time.
pub fn points(world: &World) -> Vec<Point<'_>> {
    let step = world.settings.metric_step;
    let many = ((world.calendar.end - world.calendar.start) / step) as usize;
    let mut series: Vec<Series> = METRICS.iter().flat_map(|m| of_metric(world, m, many)).collect();
    let mut points = Vec::with_capacity(many * series.len());
    for number in 0..many {
        let since = world.calendar.start + number as i64 * step;
        let step = Step { at: since + step, since, number };
        let unscraped = world.life.unscraped.iter().any(|gap| gap.contains(&step.at));
        for one in &mut series {
            // Computed also where it is not shown: counters count on.
            let point = one.point(world, &step);
            if let (false, Some((instance, value))) = (unscraped, point) {
                points.push(Point { at: step.at, metric: one.metric, instance, value });
            }
        }
    }
    points
}

fn of_metric(world: &World, metric: &'static Metric, many: usize) -> Vec<Series> {
    let slots = if metric.each { world.pods.slots(metric.service) } else { 1 };
    let one = |slot| {
        let name = format!("{}/{}/{slot}", metric.service, metric.name);
        let fast = wander(&mut Chance::of(world.seed, &name, u64::MAX), many, 0.35);
        let slow = wander(&mut Chance::of(world.seed, &name, u64::MAX - 1), many, 0.996);
        let held = Chance::of(world.seed, &name, u64::MAX - 2).share();
        let held = if matches!(metric.measures, Measure::Counter { .. } | Measure::Again { .. }) {
            (held * 240_000.0).round()
        } else {
            0.35 + 0.3 * held
        };
        Series { metric, slot, name, fast, slow, held }
    };
    (0..slots).map(one).collect()
}

impl Series {
    /// Who reports what at a step; `None` where nobody does.
    fn point<'a>(&mut self, world: &'a World, step: &Step) -> Option<(&'a str, f64)> {
        let mut chance = Chance::of(world.seed, &self.name, step.number as u64);
        let lost = chance.happens(LOST);
        let spike = if chance.happens(SPIKES_A_DAY * (step.at - step.since) as f64 / DAY as f64) {
            chance.between(1.5, 4.0)
        } else {
            1.0
        };
        let loud = if chance.happens(TAIL) { 3.0 } else { 1.0 };
        let noise = exp(self.metric.noise * loud * self.fast[step.number] + self.metric.slow * self.slow[step.number]);
        let pod = world.pods.at(self.metric.service, self.slot, step.at);
        let began = pod.is_some_and(|p| p.from > step.since && p.from > world.calendar.start);
        let value = self.value(world, step, &mut chance, noise, spike, began);
        let instance = pod.map(|p| if self.metric.each { p.name.as_str() } else { "" });
        instance.filter(|_| !lost).map(|instance| (instance, value))
    }

    fn value(&mut self, world: &World, step: &Step, chance: &mut Chance, noise: f64, spike: f64, began: bool) -> f64 {
        let conditions = &world.conditions;
        let load = over(step, |at| world.load.at(at));
        match self.metric.measures {
            Measure::Rate { mean } => mean * load * noise,
            Measure::Latency { of, tail } => {
                over(step, |at| conditions.over(of, at, Conditions::typical_ms)) * tail * noise * spike
            }
            Measure::Errors { of, a_second } => {
                let requests = (a_second * load * (step.at - step.since) as f64 / SECOND as f64).max(1.0);
                let share = over(step, |at| conditions.over(of, at, Conditions::failed_share)) * noise * spike;
                (f64::from(chance.poisson(share * requests)) / requests.round()).min(1.0)
            }
            Measure::PoolInUse => {
                let (limit, wanted) = (conditions.pool_limit.at(step.at), conditions.pool_wanted.at(step.at));
                pool::in_use(limit, wanted * noise, chance.share())
            }
            Measure::PoolWait { check } => {
                let waited = over(step, |at| conditions.pool_wait_ms(at));
                check * noise * (1.0 + 0.4 * (spike - 1.0)) + waited * exp(0.2 * chance.normal())
            }
            Measure::Heap => self.heap(load * noise, chance, began),
            Measure::Cpu { idle, busy, jobs } => {
                (idle + busy * load * noise * spike.min(2.5) + jobs * working(step)).min(1.0)
            }
            Measure::Hits { usual } => 1.0 - (1.0 - usual) * exp(8.0 * (noise - 1.0)) * (1.0 + 1.6 * working(step)),
            Measure::Queue { mean } => {
                let heap = if spike > 1.0 { 12.0 * spike } else { 0.0 };
                let usual = mean * (0.3 + 0.7 * load) * exp(6.0 * (noise - 1.0)).min(5.0);
                f64::from(chance.poisson(usual + self.added(world, step.at))) + heap.round()
            }
            Measure::Counter { a_second } => {
                let letters = 1.6 * within(step, NEWSLETTER);
                self.count(world, step, a_second * load * noise + letters, chance, began)
            }
            Measure::Again { of, a_second } => {
                let again = |at| operation(of).calls.iter().map(|c| conditions.tried_again(c, at)).sum::<f64>();
                self.count(world, step, a_second * load * noise * over(step, again), chance, began)
            }
            Measure::Level { idle, busy, most } => {
                ((idle + busy * load) * noise + self.added(world, step.at)).min(most)
            }
            Measure::Lost { of, a_second } => {
                let calls = (a_second * load * (step.at - step.since) as f64 / SECOND as f64).max(1.0);
                let usual = over(step, |at| conditions.failed_share(operation(of), at)) * noise;
                let share = (usual + self.added(world, step.at)).min(1.0);
                (f64::from(chance.poisson(share * calls)) / calls.round()).min(1.0)
            }
            Measure::Certificate => conditions.certificate_days.at(step.at).max(0.0),
            Measure::LastRun => world.last_run(step.at),
        }
    }

    /// What an incident adds.
    fn added(&self, world: &World, at: Time) -> f64 {
        let key = (self.metric.service, self.metric.name, self.slot);
        world.conditions.added.get(&key).map_or(0.0, |track| track.at(at))
    }

    /// A heap fills with the load and is emptied at about three quarters.
    fn heap(&mut self, load: f64, chance: &mut Chance, began: bool) -> f64 {
        let (full, left) = (chance.between(0.66, 0.80), chance.between(0.30, 0.37));
        self.held = if began { 0.22 } else { self.held + 0.052 * load * chance.lognormal(1.0, 0.2) };
        if self.held > full {
            self.held = left + (self.held - full) * 0.5;
        }
        self.held
    }

    /// A counter counts on until its instance begins anew.
    fn count(&mut self, world: &World, step: &Step, a_second: f64, chance: &mut Chance, began: bool) -> f64 {
        let each = 1.0 / world.pods.running(self.metric.service, step.at) as f64;
        let seconds = (step.at - step.since) as f64 / SECOND as f64;
        let more = chance.poisson(a_second * seconds * each);
        self.held = if began { f64::from(more / 2) } else { self.held + f64::from(more) };
        self.held
    }
}

/// The mean of something over the minutes of a step.
fn over(step: &Step, what: impl Fn(Time) -> f64) -> f64 {
    let minutes = ((step.at - step.since) / MINUTE).max(1);
    (0..minutes).map(|k| what(step.since + k * MINUTE)).sum::<f64>() / minutes as f64
}

/// How much of a step the database's jobs run.
fn working(step: &Step) -> f64 {
    within(step, BACKUP).max(within(step, REINDEX))
}

/// How much of a step a job runs, its length being the usual one.
fn within(step: &Step, job: Job) -> f64 {
    let day = midnight(step.since);
    if job.weekday.is_some_and(|w| w != crate::moments::weekday(day)) {
        return 0.0;
    }
    let from = day + (job.hour * HOUR as f64) as i64;
    let to = from + (job.minutes * MINUTE as f64) as i64;
    let both = to.min(step.at) - from.max(step.since);
    (both as f64 / (step.at - step.since) as f64).max(0.0)
}
