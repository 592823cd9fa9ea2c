//! What happens to every system, quiet weeks included: releases, restarts, a few minutes without logs, a scrape that failed,
//! hours in which the provider is slow, an operator's session, settings that change nothing.
//!
//! All of it is there in every world, with an incident or without. Two releases always lie just before the last evening, so
//! that whoever blames the last change is wrong.

use std::ops::Range;

use evidence::{DAY, HOUR, MINUTE, Nanos, SECOND, Time};

use super::calendar::Calendar;
use crate::chance::{Chance, exp};
use crate::moments::{is_weekend, seconds};
use crate::shop::work::{TWEAKS, Tweak, Work};
use crate::shop::{PROVIDER, SERVICES, Service};
use crate::truth::Ordinary;

/// A release that began to run.
#[derive(Clone, Debug)]
pub struct Deploy {
    /// When its first instance is replaced.
    pub at: Time,
    /// Whose.
    pub service: &'static Service,
    /// What runs from then on.
    pub version: String,
    /// Whether it is more than a patch.
    pub major: bool,
    /// What it ships, where that is told; else something from the list of ordinary work.
    pub ships: Option<&'static Work>,
}

/// One instance that was replaced by another, without a release.
#[derive(Clone, Debug)]
pub struct Restart {
    /// When.
    pub at: Time,
    /// Whose.
    pub service: &'static Service,
    /// Which of its instances.
    pub slot: usize,
    /// Whether it could still say that it stops.
    pub orderly: bool,
}

/// A time in which something was more, or less, than usual.
#[derive(Clone, Debug)]
pub struct Spell {
    /// From when to when.
    pub within: Range<Time>,
    /// By how much.
    pub factor: f64,
}

/// All that happens.
#[derive(Clone, Debug)]
pub struct Life {
    /// Releases, in order of time.
    pub deploys: Vec<Deploy>,
    /// Single restarts.
    pub restarts: Vec<Restart>,
    /// A fourth checkout runs then.
    pub fourth: Range<Time>,
    /// Nothing is logged then.
    pub unlogged: Vec<Range<Time>>,
    /// Nothing is scraped then.
    pub unscraped: Vec<Range<Time>>,
    /// The provider is slow then, by that factor; it heals by itself.
    pub slow: Vec<Spell>,
    /// Somebody has named the shop: more customers than usual, by that factor.
    pub named: Vec<Spell>,
    /// Customers come in crowds then, by that factor: only an incident brings them.
    pub surge: Vec<Spell>,
    /// When an operator looks into something by hand.
    pub sessions: Vec<Time>,
    /// Settings, flags and schemas that change nothing.
    pub tweaks: Vec<(Time, &'static Tweak)>,
}

impl Life {
    /// The ordinary life of that seed.
    pub fn of(seed: u64, calendar: &Calendar) -> Life {
        Life {
            deploys: deploys(seed, calendar),
            restarts: restarts(seed, calendar),
            fourth: fourth(seed, calendar),
            unlogged: spells(seed, "life/unlogged", calendar, 11.0, 4.0..12.0),
            unscraped: spells(seed, "life/unscraped", calendar, 13.0, 11.0..34.0),
            slow: slow(seed, calendar),
            named: named(seed, calendar),
            surge: Vec::new(),
            sessions: sessions(seed, calendar),
            tweaks: tweaks(seed, calendar),
        }
    }

    /// The version of a service that runs at a moment.
    pub fn version(&self, service: &str, at: Time) -> String {
        let last = self.deploys.iter().rfind(|d| d.service.name == service && d.at <= at);
        match last {
            Some(deploy) => deploy.version.clone(),
            None => SERVICES.iter().find(|s| s.name == service).map_or(String::new(), |s| dotted(s.version)),
        }
    }

    /// When the first release of a service came after this share of the world, if one did.
    pub fn release_after(&self, service: &str, calendar: &Calendar, share: f64) -> Option<Time> {
        let from = calendar.start + (share * (calendar.end - calendar.start) as f64) as Nanos;
        self.deploys.iter().find(|d| d.service.name == service && d.at >= from).map(|d| d.at)
    }
}

/// What an incident does to it before the world is drawn.
impl Life {
    /// From a moment on a service is neither released nor restarted: what is to last is not swept away by chance.
    pub fn leave_alone(&mut self, service: &str, from: Time) {
        self.deploys.retain(|d| d.service.name != service || d.at < from);
        self.restarts.retain(|r| r.service.name != service || r.at < from);
        numbered(&mut self.deploys);
    }

    /// A service is released, with that work in it or with ordinary work.
    pub fn release(&mut self, service: &str, at: Time, ships: Option<&'static Work>) {
        let service = &SERVICES[crate::shop::index_of(service)];
        self.deploys.push(Deploy { at, service, version: String::new(), major: false, ships });
        numbered(&mut self.deploys);
    }

    /// One of a service's instances is replaced.
    pub fn restart(&mut self, service: &str, slot: usize, at: Time, orderly: bool) {
        let service = &SERVICES[crate::shop::index_of(service)];
        self.restarts.push(Restart { at, service, slot, orderly });
        self.restarts.sort_by_key(|r| r.at);
    }
}

/// A listener may notice something so long after its end.
const NOTICED_LATER: Nanos = 30 * MINUTE;

impl Life {
    /// What of it is not over at a moment, as the truth tells it, in order of time.
    pub fn told(&self, from: Time) -> Vec<Ordinary> {
        let told = |what: &str, services: &[&str], within: Range<Time>| Ordinary {
            what: what.to_string(),
            services: services.iter().map(|s| s.to_string()).collect(),
            from: within.start.floor(SECOND),
            to: within.end.floor(SECOND) + NOTICED_LATER,
        };
        let moment = |at: Time| at..at + 3 * MINUTE;
        let mut all: Vec<Ordinary> = Vec::new();
        all.extend(self.deploys.iter().map(|d| told("deploy", &[d.service.name], moment(d.at))));
        all.extend(self.restarts.iter().map(|r| told("restart", &[r.service.name], moment(r.at))));
        all.extend([self.fourth.start, self.fourth.end].map(|at| told("replicas", &["checkout"], moment(at))));
        all.extend(self.tweaks.iter().map(|(at, t)| told("setting", &[t.work.service], moment(*at))));
        let callers = ["shopfront", "checkout", "payments", PROVIDER];
        all.extend(self.slow.iter().map(|s| told("slow provider", &callers, s.within.clone())));
        all.extend(self.named.iter().map(|s| told("busier", &[], s.within.clone())));
        all.extend(self.unlogged.iter().map(|w| told("no logs", &[], w.clone())));
        all.extend(self.unscraped.iter().map(|w| told("no metrics", &[], w.clone())));
        let hands = ["payments-db", "warehouse", "checkout"];
        all.extend(self.sessions.iter().map(|at| told("operator", &hands, *at..*at + 20 * MINUTE)));
        all.retain(|o| o.to > from);
        all.sort_by(|a, b| (a.from, &a.what).cmp(&(b.from, &b.what)));
        all
    }
}

fn dotted([major, minor, patch]: [u32; 3]) -> String {
    format!("{major}.{minor}.{patch}")
}

/// Releases on working days from 9 to 16:30 h; and the two before the last evening.
fn deploys(seed: u64, calendar: &Calendar) -> Vec<Deploy> {
    let mut all = Vec::new();
    for service in SERVICES {
        let mut chance = Chance::of(seed, "life/deploys", crate::shop::index_of(service.name) as u64);
        for day in 1..calendar.days {
            let (by_chance, hour) = (chance.happens(service.deploys_a_day), chance.between(9.0, 16.5));
            let at = calendar.hour(day, hour).floor(evidence::SECOND);
            let major = chance.happens(0.45);
            if !is_weekend(at) && (by_chance || always(service.name, day, calendar)) {
                all.push(Deploy { at, service, version: String::new(), major, ships: None });
            }
        }
    }
    numbered(&mut all);
    all
}

/// Puts releases in order of time and gives each its version.
fn numbered(deploys: &mut [Deploy]) {
    deploys.sort_by_key(|d| (d.at, d.service.name));
    for service in SERVICES {
        let mut version = service.version;
        for deploy in deploys.iter_mut().filter(|d| d.service.name == service.name) {
            let [major, minor, patch] = version;
            version = if deploy.major { [major, minor + 1, 0] } else { [major, minor, patch + 1] };
            deploy.version = dotted(version);
        }
    }
}

/// The releases that there always are: the shopfront's on the last day, the checkout's on the day before.
fn always(service: &str, day: u32, calendar: &Calendar) -> bool {
    let before_the_end = calendar.days - day;
    (service == "shopfront" && before_the_end == 1) || (service == "checkout" && before_the_end == 2)
}

/// Nodes are drained and processes die: about one instance in five days.
fn restarts(seed: u64, calendar: &Calendar) -> Vec<Restart> {
    let mut chance = Chance::of(seed, "life/restarts", 0);
    let pods: Vec<&'static Service> = SERVICES.iter().filter(|s| s.deploys_a_day > 0.0).collect();
    let mut all = Vec::new();
    for day in 0..calendar.days {
        let (service, hour) = (*chance.pick(&pods), chance.between(0.0, 24.0));
        let (slot, orderly, happens) = (chance.below(service.pods), chance.happens(0.6), chance.happens(0.2));
        if happens {
            all.push(Restart { at: calendar.hour(day, hour).floor(evidence::SECOND), service, slot, orderly });
        }
    }
    all
}

/// For a day or two a fourth checkout runs.
fn fourth(seed: u64, calendar: &Calendar) -> Range<Time> {
    let mut chance = Chance::of(seed, "life/fourth", 0);
    let day = (f64::from(calendar.days) * chance.between(0.3, 0.6)) as u32;
    let from = calendar.hour(day, chance.between(9.0, 15.0)).floor(evidence::SECOND);
    from..(from + seconds(chance.between(20.0, 50.0) * 3600.0).min(DAY * i64::from(calendar.days) / 4))
}

/// Times that come about once in `every_days` days, at least once, and last so many minutes.
fn spells(seed: u64, name: &str, calendar: &Calendar, every_days: f64, minutes: Range<f64>) -> Vec<Range<Time>> {
    let mut chance = Chance::of(seed, name, 0);
    let many = (f64::from(calendar.days) / every_days).round().max(1.0) as u32;
    (0..many)
        .map(|_| {
            let from = calendar.hour(0, 24.0 * chance.between(0.4, f64::from(calendar.days) - 0.5));
            from..from + seconds(60.0 * chance.between(minutes.start, minutes.end))
        })
        .collect()
}

/// About every eighth day the provider is slow for half an hour or so; not on the last evening, where it would be a cause.
fn slow(seed: u64, calendar: &Calendar) -> Vec<Spell> {
    let mut chance = Chance::of(seed, "life/slow", 0);
    let mut all = Vec::new();
    for day in 0..calendar.days {
        let (happens, hour, minutes) = (chance.happens(0.12), chance.between(6.0, 22.0), chance.between(18.0, 75.0));
        let (from, factor) = (calendar.hour(day, hour), 1.12 + 0.3 * exp(0.45 * chance.normal()));
        let within = from..from + seconds(60.0 * minutes);
        if happens && within.end + 6 * HOUR < calendar.busy {
            all.push(Spell { within, factor: factor.min(2.2) });
        }
    }
    all
}

/// About once in six days more customers come for a while; not on the last evening, where it would be a cause.
fn named(seed: u64, calendar: &Calendar) -> Vec<Spell> {
    let mut chance = Chance::of(seed, "life/named", 0);
    let mut all = Vec::new();
    for day in 0..calendar.days {
        let (happens, hour, minutes) = (chance.happens(0.17), chance.between(8.0, 21.0), chance.between(12.0, 40.0));
        let (from, factor) = (calendar.hour(day, hour).floor(MINUTE), chance.between(1.08, 1.26));
        let within = from..from + seconds(60.0 * minutes);
        if happens && within.end + 3 * HOUR < calendar.busy {
            all.push(Spell { within, factor });
        }
    }
    all
}

/// An operator's session in ten days, at least one.
fn sessions(seed: u64, calendar: &Calendar) -> Vec<Time> {
    let mut chance = Chance::of(seed, "life/sessions", 0);
    let many = (calendar.days / 10).max(1);
    let mut all: Vec<Time> = (0..many)
        .map(|_| {
            let day = 1 + chance.below(calendar.days as usize - 1) as u32;
            calendar.hour(day, chance.between(8.0, 18.0))
        })
        .collect();
    all.sort();
    all
}

/// A setting that changes nothing in about four days, each of the list at most once.
fn tweaks(seed: u64, calendar: &Calendar) -> Vec<(Time, &'static Tweak)> {
    let mut chance = Chance::of(seed, "life/tweaks", 0);
    let mut left: Vec<&'static Tweak> = TWEAKS.iter().collect();
    let mut all = Vec::new();
    for day in 1..calendar.days {
        let (happens, hour) = (chance.happens(0.3), chance.between(8.5, 17.0));
        let at = calendar.hour(day, hour).floor(evidence::SECOND);
        if happens && !is_weekend(at) && !left.is_empty() {
            all.push((at, left.remove(chance.below(left.len()))));
        }
    }
    all
}
