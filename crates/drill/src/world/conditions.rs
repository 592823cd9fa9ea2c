//! How slow, how faulty and how crowded each part of the shop is, minute by minute; and what a request meets in it.
//!
//! Latencies in logs, points and spans are all computed from here, so they agree with one another. An incident works by
//! changing these tracks. Read [`Conditions::draw`] for one request, [`Conditions::typical_ms`] for many.

use std::collections::BTreeMap;

use evidence::{DAY, HOUR, Time};

use super::calendar::Calendar;
use super::life::Life;
use super::pool;
use super::track::Track;
use crate::chance::{Chance, exp, ln, power};
use crate::shop::lines::BACKUP;
use crate::shop::{Callee, Mix, Operation, PROVIDER, SERVICES, index_of, operation};

/// Connections of one instance's pool that are in use, in the mean of a week.
const WANTED: f64 = 2.35;
/// How many connections each instance's pool may open, on an ordinary day.
pub const POOL_LIMIT: f64 = 50.0;
/// Nobody waits longer than this for a connection, in ms: then it is an error.
pub const POOL_PATIENCE_MS: f64 = 5_000.0;
/// An outside party that does not answer is waited for so long, in ms.
const UNANSWERED_MS: f64 = 8_000.0;

/// The state of the shop.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// For each service of [`SERVICES`]: by what its own work takes longer than usual.
    pub slowness: Vec<Track>,
    /// For each service: by what more of its own requests fail than usual.
    pub faultiness: Vec<Track>,
    /// How many connections each instance's pool may open.
    pub pool_limit: Track,
    /// How many of them are wanted at a time, in the mean.
    pub pool_wanted: Track,
    /// What a connection is waited for beyond what chance explains, in ms: the queue of a collapse.
    pub pool_queue_ms: Track,
    /// How long a connection is waited for, once nothing changes any more: see [`Conditions::settle`].
    pub pool_wait_ms: Option<Track>,
    /// How patiently those wait who would try again, of the usual patience.
    pub patience: Track,
    /// How many more times than usual they try.
    pub more_tries: Track,
    /// How many days the certificate of the warehouse still lasts.
    pub certificate_days: Track,
    /// What an incident adds to a gauge: of that service, of that name, of the instance in that slot.
    pub added: BTreeMap<(&'static str, &'static str, usize), Track>,
}

/// One operation as one request met it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which.
    pub operation: &'static Operation,
    /// When it began, in ms after the request.
    pub from_ms: f64,
    /// How long it took.
    pub took_ms: f64,
    /// Whether it failed.
    pub failed: bool,
    /// What it called; a call that was given up may outlast its caller.
    pub calls: Vec<Call>,
}

impl Conditions {
    /// The conditions of ordinary life.
    pub fn of(seed: u64, calendar: &Calendar, life: &Life, load: &Track) -> Conditions {
        let slowness = |name: &'static str| {
            let sway = Track::wandering(calendar, Chance::of(seed, "slowness", index_of(name) as u64), 0.035, 0.03);
            Track::of(calendar, |at| {
                sway.at(at) * crowded(name, load.at(at)) * nightly(name, at) * troubled(name, life, at)
            })
        };
        let faultiness = |name: &'static str| {
            let sway = Track::wandering(calendar, Chance::of(seed, "faultiness", index_of(name) as u64), 0.3, 0.2);
            Track::of(calendar, |at| sway.at(at) * power(troubled(name, life, at), 2.5))
        };
        let crowd = Track::wandering(calendar, Chance::of(seed, "pool/wanted", 0), 0.04, 0.03);
        Conditions {
            slowness: SERVICES.iter().map(|s| slowness(s.name)).collect(),
            faultiness: SERVICES.iter().map(|s| faultiness(s.name)).collect(),
            pool_limit: Track::steady(calendar, POOL_LIMIT),
            pool_wanted: Track::of(calendar, |at| WANTED * load.at(at) * crowd.at(at)),
            pool_queue_ms: Track::steady(calendar, 0.0),
            pool_wait_ms: None,
            patience: Track::steady(calendar, 1.0),
            more_tries: Track::steady(calendar, 0.0),
            certificate_days: certificate(seed, calendar),
            added: BTreeMap::new(),
        }
    }

    /// Works out once for each minute what is asked for many times: to be called when nothing will change any more.
    pub fn settle(&mut self, calendar: &Calendar) {
        self.pool_wait_ms = Some(Track::of(calendar, |at| self.pool_wait_ms(at)));
    }

    /// How long a connection is waited for, in the mean, in ms.
    pub fn pool_wait_ms(&self, at: Time) -> f64 {
        if let Some(track) = &self.pool_wait_ms {
            return track.at(at);
        }
        pool::mean_wait_ms(self.pool_limit.at(at), self.pool_wanted.at(at)) + self.pool_queue_ms.at(at)
    }

    /// How long an operation typically takes, in ms: medians added along its way.
    pub fn typical_ms(&self, operation: &'static Operation, at: Time) -> f64 {
        let own = operation.own_ms * self.slowness[index_of(operation.service)].at(at);
        let wait = if operation.borrows { self.pool_wait_ms(at).min(POOL_PATIENCE_MS) } else { 0.0 };
        let called: f64 = operation.calls.iter().map(|c| self.called_ms(c, at)).sum();
        own + wait + called
    }

    fn called_ms(&self, callee: &Callee, at: Time) -> f64 {
        let once = self.typical_ms(operation(callee.operation), at).min(self.patience_ms(callee, at));
        once * (1.0 + self.tried_again(callee, at))
    }

    /// How often a call is tried again, in the mean.
    pub fn tried_again(&self, callee: &Callee, at: Time) -> f64 {
        let tries = self.tries(callee, at);
        if tries < 2 {
            return 0.0;
        }
        let unanswered = self.unanswered_share(callee, at);
        (2..tries).fold(unanswered, |again, _| unanswered * (1.0 + again))
    }

    fn patience_ms(&self, callee: &Callee, at: Time) -> f64 {
        if callee.tries > 1 { callee.patience_ms * self.patience.at(at) } else { callee.patience_ms }
    }

    fn tries(&self, callee: &Callee, at: Time) -> u32 {
        if callee.tries > 1 { callee.tries + self.more_tries.at(at) as u32 } else { callee.tries }
    }

    /// The share of an operation's requests that fail.
    pub fn failed_share(&self, operation: &'static Operation, at: Time) -> f64 {
        let own = (operation.fails * self.faultiness[index_of(operation.service)].at(at)).min(1.0);
        let lost = |c: &Callee| {
            let unanswered = self.unanswered_share(c, at);
            (1..self.tries(c, at)).fold(unanswered, |lost, _| lost * unanswered)
        };
        1.0 - operation.calls.iter().fold(1.0 - own, |left, callee| left * (1.0 - lost(callee)))
    }

    /// The share of single tries of a call that fail or are given up.
    fn unanswered_share(&self, callee: &Callee, at: Time) -> f64 {
        let operation = operation(callee.operation);
        let wait = self.pool_wait_ms(at);
        let patience = self.patience_ms(callee, at);
        let late = if operation.borrows && wait > 1.0 { exp(-patience / wait) } else { 0.0 };
        // Of those who wait as long as ever none in ten million gives up an ordinary answer: that is not worth its arithmetic.
        let slow = if patience < callee.patience_ms {
            beyond(ln(patience / self.typical_ms(operation, at)) / ANSWER_SPREAD)
        } else {
            0.0
        };
        (self.failed_share(operation, at) + late + slow).min(1.0)
    }

    /// The mean of something over a mix of operations.
    pub fn over(&self, mix: Mix, at: Time, what: impl Fn(&Conditions, &'static Operation, Time) -> f64) -> f64 {
        mix.iter().map(|(name, share)| share * what(self, operation(name), at)).sum()
    }

    /// One request through an operation, beginning `from_ms` after the request itself.
    pub fn draw(&self, operation: &'static Operation, from_ms: f64, at: Time, chance: &mut Chance) -> Call {
        let place = index_of(operation.service);
        let mut failed = chance.happens(operation.fails * self.faultiness[place].at(at));
        let mut own = chance.lognormal(operation.own_ms * self.slowness[place].at(at), operation.spread);
        if failed && operation.service == PROVIDER {
            own = UNANSWERED_MS;
        }
        let mut now = from_ms + 0.4 * own;
        if operation.borrows {
            let wait = chance.exponential(self.pool_wait_ms(at));
            now += wait.min(POOL_PATIENCE_MS);
            if wait > POOL_PATIENCE_MS {
                return Call { operation, from_ms, took_ms: now - from_ms, failed: true, calls: Vec::new() };
            }
        }
        let mut calls = Vec::with_capacity(operation.calls.len());
        for callee in operation.calls {
            let answered = self.call(callee, &mut now, at, chance, &mut calls);
            if !answered {
                failed = true;
                break;
            }
        }
        Call { operation, from_ms, took_ms: now + 0.6 * own - from_ms, failed, calls }
    }

    /// Calls another operation, once or more, and says whether it answered.
    fn call(&self, callee: &Callee, now: &mut f64, at: Time, chance: &mut Chance, calls: &mut Vec<Call>) -> bool {
        let patience = self.patience_ms(callee, at);
        (0..self.tries(callee, at)).any(|_| {
            let call = self.draw(operation(callee.operation), *now, at, chance);
            let answered = !call.failed && call.took_ms <= patience;
            *now += call.took_ms.min(patience);
            calls.push(call);
            answered
        })
    }
}

/// The deviation of the logarithm of a whole payment: the provider's, and a little quieter for what comes with it.
const ANSWER_SPREAD: f64 = 0.33;

/// The share of a normal distribution beyond so many deviations. Source: M. Abramowitz, I. Stegun, "Handbook of
/// Mathematical Functions", 1964, 26.2.17.
fn beyond(deviations: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * deviations.abs());
    let series = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let tail = 0.398_942_280_4 * exp(-deviations * deviations / 2.0) * series.iter().fold(0.0, |sum, b| t * (b + sum));
    if deviations >= 0.0 { tail } else { 1.0 - tail }
}

/// With so many days left a certificate is renewed; it then lasts three times as long. Ten of thirty days, in a world of
/// three weeks or more.
pub fn renewed_with_days(calendar: &Calendar) -> f64 {
    f64::from((calendar.days - 1) - calendar.nine_days_before() + 1)
}

/// When the certificate of the warehouse is renewed: at night, once in the world.
pub fn renewed_at(seed: u64, calendar: &Calendar) -> Time {
    let mut chance = Chance::of(seed, "certificate", 0);
    calendar.hour(1 + chance.below(calendar.days as usize - 1) as u32, 3.2).floor(evidence::MINUTE)
}

/// A certificate runs down and is renewed.
fn certificate(seed: u64, calendar: &Calendar) -> Track {
    let (left, renewed) = (renewed_with_days(calendar), renewed_at(seed, calendar));
    Track::of(calendar, |at| {
        let until = (renewed - at) as f64 / DAY as f64;
        if until > 0.0 { left + until } else { 3.0 * left + until }
    })
}

/// Everything is a little slower when there is more to do; the provider has other customers too.
fn crowded(name: &str, load: f64) -> f64 {
    let weight = if name == PROVIDER { 0.02 } else { 0.07 };
    exp(weight * (load - 1.0))
}

/// While the database is copied it is a little slower.
fn nightly(name: &str, at: Time) -> f64 {
    let since = (at - crate::moments::midnight(at)) as f64 / HOUR as f64 - BACKUP.hour;
    let copying = (0.0..BACKUP.minutes / 60.0).contains(&since);
    if copying && name == "payments-db" { 1.35 } else { 1.0 }
}

/// The provider's slow hours.
fn troubled(name: &str, life: &Life, at: Time) -> f64 {
    if name != PROVIDER {
        return 1.0;
    }
    life.slow.iter().filter(|s| s.within.contains(&at)).map(|s| s.factor).product()
}
