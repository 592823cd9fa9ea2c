//! When each line is said: every line of the shop's tables from a stream of its own.
//!
//! By-chance lines are drawn in cells of ten minutes, each from a stream of its own, so that what happens in one cell never
//! moves another. An [`Event`] carries the seed of its own words; they are found when it is written.

use std::collections::BTreeMap;

use evidence::{DAY, MINUTE, Nanos, Time};

use super::{World, conditions};
use crate::chance::{Chance, power, wander};
use crate::moments::{hour_of_day, is_weekend, seconds, weekday};
use crate::shop::lines::{self, Comes, Job, Line, MANUAL, Part};
use crate::shop::{PROVIDER, index_of};

/// A line that will be said.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Time,
    /// What.
    pub line: &'static Line,
    /// By which instance.
    pub slot: usize,
    /// What its words follow from.
    pub seed: u64,
    /// What the words follow from that all lines of one request share.
    pub request: u64,
    /// A number that it carries, for [`lines::Field::Given`].
    pub given: i64,
    /// A word that it carries, for [`lines::Field::Word`].
    pub word: &'static str,
}

/// The width of a cell.
const CELL: Nanos = 10 * MINUTE;
/// Lines that come more often than this a day come with requests and are sampled; the others are all kept.
const SAMPLED_FROM: f64 = 30.0;
/// Lines that come in a cluster lie so many seconds apart, in the mean.
const CLUSTER_SECONDS: f64 = 25.0;

/// All lines that ordinary life says, in order of time.
pub fn of(world: &World) -> Vec<Event> {
    let mut groups: BTreeMap<&'static str, Vec<Event>> = BTreeMap::new();
    for line in lines::all().filter(|l| !matches!(l.comes, Comes::After { .. })) {
        groups.insert(line.id, leading(world, line));
    }
    let mut all: Vec<Event> = Vec::new();
    for line in lines::all() {
        if let Comes::After { line: other, share, delay_ms } = line.comes {
            let leaders = groups.get(other).map_or(&[][..], Vec::as_slice);
            all.extend(leaders.iter().filter_map(|e| follower(world, line, e, share, delay_ms)));
        }
    }
    all.extend(groups.into_values().flatten());
    all.extend(sessions(world));
    all.extend(
        world.life.tweaks.iter().flat_map(|(at, tweak)| said_by_all(world, lines::of(tweak.said), tweak.key, *at)),
    );
    all.retain(|e| world.calendar.contains(e.at));
    sort(&mut all);
    all
}

/// Puts events in order of time; of one time, by name and seed.
pub fn sort(events: &mut [Event]) {
    events.sort_by(|a, b| (a.at, a.line.id, a.seed).cmp(&(b.at, b.line.id, b.seed)));
}

/// An event of that line, everything else by chance.
pub fn event(world: &World, line: &'static Line, at: Time, chance: &mut Chance) -> Event {
    let slot = running_slot(world, line.service, at, chance);
    Event { at, line, slot, seed: chance.bits(), request: chance.bits(), given: 0, word: "" }
}

/// One of the slots in which an instance runs.
fn running_slot(world: &World, service: &str, at: Time, chance: &mut Chance) -> usize {
    let running = world.pods.running(service, at);
    chance.below(running)
}

/// Each instance of the line's service says it within the next minute and a half.
pub fn said_by_all(world: &World, line: &'static Line, word: &'static str, at: Time) -> Vec<Event> {
    let mut chance = Chance::of(world.seed, line.id, at.0 as u64);
    let request = chance.bits();
    let slots = 0..world.pods.running(line.service, at);
    slots
        .map(|slot| {
            let late = seconds(chance.between(4.0, 80.0));
            Event { at: at + late, line, slot, seed: request, request, given: 0, word }
        })
        .collect()
}

/// The occurrences of a line that follows no other.
fn leading(world: &World, line: &'static Line) -> Vec<Event> {
    let sampled = |a_day: f64| if a_day >= SAMPLED_FROM { a_day * world.settings.volume } else { a_day };
    let busy = |at| world.load.at(at);
    let whole = (world.calendar.end - world.calendar.start) as f64;
    let share_of = |at: Time| (at - world.calendar.start) as f64 / whole;
    match line.comes {
        Comes::Often(a_day) => by_chance(world, line, sampled(a_day), 1.0, busy),
        Comes::Seldom(a_day) => by_chance(world, line, a_day, 1.0, |_| 1.0),
        Comes::Bursts(a_day, size) => by_chance(world, line, sampled(a_day), size, busy),
        Comes::Trouble(a_day, to) => by_chance(world, line, a_day, 1.0, |at| busy(at) * trouble(world, at, to)),
        Comes::Office(a_day) => by_chance(world, line, sampled(a_day), 1.0, office),
        Comes::Born(share, a_day) => {
            let born = world.life.release_after(line.service, &world.calendar, share).unwrap_or(Time::MAX);
            let mut all = by_chance(world, line, a_day, 1.0, |at| if at > born { busy(at) } else { 0.0 });
            all.extend(firsts(world, line, born));
            all
        }
        Comes::Dies(share, a_day) => {
            let dies = world.life.release_after(line.service, &world.calendar, share).unwrap_or(Time::MAX);
            by_chance(world, line, a_day, 1.0, |at| if at < dies || share_of(at) < share { busy(at) } else { 0.0 })
        }
        Comes::Every { minutes, each } => beats(world, line, minutes, each),
        Comes::At { hour, weekday } => daily(world, line, hour, weekday),
        Comes::Job(job, part) => of_job(world, line, job, part),
        Comes::Renewed => {
            let at = conditions::renewed_at(world.seed, &world.calendar);
            vec![event(world, line, at, &mut Chance::of(world.seed, line.id, 0))]
        }
        Comes::Start(late) => turns(world, line, late, true),
        Comes::Stop(early) => turns(world, line, early, false),
        Comes::After { .. } | Comes::Placed => Vec::new(),
    }
}

/// What a release brings is said by each of its instances soon after its start: code that runs often runs at once.
fn firsts(world: &World, line: &'static Line, born: Time) -> Vec<Event> {
    let slots = 0..world.pods.slots(line.service);
    let began = |slot| world.pods.of_slot(line.service, slot).iter().find(|p| p.from > born).map(|p| (slot, p.from));
    slots
        .filter_map(began)
        .map(|(slot, from)| {
            let mut chance = Chance::of(world.seed, line.id, (1 << 40) + slot as u64);
            let at = from + seconds(chance.between(8.0, 400.0));
            Event { slot, ..event(world, line, at, &mut chance) }
        })
        .collect()
}

/// How much worse the provider is than usual, to that power.
fn trouble(world: &World, at: Time, to: i32) -> f64 {
    power(world.conditions.slowness[index_of(PROVIDER)].at(at), f64::from(to))
}

/// On working days from 7 to 17 h, so that a day has one in the mean.
pub fn office(at: Time) -> f64 {
    let open = (7.0..17.0).contains(&hour_of_day(at)) && !is_weekend(at);
    if open { 24.0 / 10.0 } else { 0.0 }
}

/// Arrivals by chance, `a_day` a day in the mean times `busy`, in clusters of `size` in the mean.
fn by_chance(world: &World, line: &'static Line, a_day: f64, size: f64, busy: impl Fn(Time) -> f64) -> Vec<Event> {
    let many = ((world.calendar.end - world.calendar.start) / CELL) as usize;
    let fast = wander(&mut Chance::of(world.seed, line.id, u64::MAX), many, 0.97);
    let slow = wander(&mut Chance::of(world.seed, line.id, u64::MAX - 1), many, 0.996);
    let mut events = Vec::new();
    for cell in 0..many {
        let from = world.calendar.start + cell as i64 * CELL;
        let sway = crate::chance::exp(0.06 * fast[cell] + 0.08 * slow[cell]);
        let mean = a_day * CELL as f64 / DAY as f64 * busy(from + CELL / 2) * sway / size;
        let mut chance = Chance::of(world.seed, line.id, cell as u64);
        for _ in 0..chance.poisson(mean) {
            cluster(world, line, from, size, &mut chance, &mut events);
        }
    }
    events
}

/// One arrival within a cell, or a cluster of them by the same instance.
fn cluster(world: &World, line: &'static Line, from: Time, size: f64, chance: &mut Chance, events: &mut Vec<Event>) {
    let at = from + (chance.share() * CELL as f64) as Nanos;
    let first = event(world, line, at, chance);
    let more = if size > 1.0 { chance.poisson(size - 1.0) } else { 0 };
    let slot = first.slot;
    events.push(first);
    for _ in 0..more {
        let late = seconds(chance.exponential(CLUSTER_SECONDS));
        events.push(Event { slot, ..event(world, line, at + late, chance) });
    }
}

/// A line of the same request as another.
fn follower(world: &World, line: &'static Line, leader: &Event, share: f64, delay_ms: f64) -> Option<Event> {
    let mut chance = Chance::of(leader.seed, line.id, 0);
    let at = leader.at + seconds(chance.lognormal(delay_ms, 0.4) / 1000.0);
    let same = line.service == leader.line.service;
    let slot = if same { leader.slot } else { running_slot(world, line.service, at, &mut chance) };
    let said = chance.happens(share);
    said.then(|| Event { at, line, slot, seed: chance.bits(), request: leader.request, given: 0, word: "" })
}

/// Every so many minutes, with a little jitter.
fn beats(world: &World, line: &'static Line, minutes: f64, each: bool) -> Vec<Event> {
    let slots = if each { world.pods.slots(line.service) } else { 1 };
    let mut events = Vec::new();
    for slot in 0..slots {
        let mut chance = Chance::of(world.seed, line.id, slot as u64);
        let mut at = world.calendar.start + seconds(60.0 * minutes * chance.share());
        while at < world.calendar.end {
            if world.pods.at(line.service, slot, at).is_some() {
                events.push(Event { slot, ..event(world, line, at, &mut chance) });
            }
            at = at + seconds(60.0 * minutes + chance.between(-1.5, 1.5));
        }
    }
    events
}

/// At an hour of each day, or of one day of the week.
fn daily(world: &World, line: &'static Line, hour: f64, only: Option<u8>) -> Vec<Event> {
    let days = (0..world.calendar.days).filter(|day| only.is_none_or(|w| w == weekday(world.calendar.day(*day))));
    days.map(|day| {
        let mut chance = Chance::of(world.seed, line.id, u64::from(day));
        let at = world.calendar.hour(day, hour) + seconds(chance.between(0.0, 45.0));
        event(world, line, at, &mut chance)
    })
    .collect()
}

/// The lines of a job on each of its days.
fn of_job(world: &World, line: &'static Line, job: Job, part: Part) -> Vec<Event> {
    let days =
        (0..world.calendar.days).filter(|day| job.weekday.is_none_or(|w| w == weekday(world.calendar.day(*day))));
    let mut events = Vec::new();
    for day in days {
        // All lines of the job draw these from one stream, so that they agree.
        let mut chance = Chance::of(world.seed, job.name, u64::from(day));
        let from = world.calendar.hour(day, job.hour) + seconds(chance.between(0.0, 40.0));
        let took = 60.0 * chance.lognormal(job.minutes, 0.08);
        let slot = running_slot(world, line.service, from, &mut chance);
        let steps: Vec<(f64, i64)> = match part {
            Part::Begins => vec![(0.0, 0)],
            Part::Ends => vec![(took, took.round() as i64)],
            Part::Step(many) => {
                (1..=many).map(|k| (took * (f64::from(k) - 0.4) / f64::from(many), i64::from(k))).collect()
            }
        };
        for (late, given) in steps {
            let mut own = Chance::of(world.seed, line.id, (u64::from(day) << 16) + given as u64);
            let at = from + seconds(late + own.between(0.0, 2.0));
            events.push(Event { slot, given, ..event(world, line, at, &mut own) });
        }
    }
    events
}

/// When instances start, or stop in good order.
fn turns(world: &World, line: &'static Line, off: f64, start: bool) -> Vec<Event> {
    let mut events = Vec::new();
    for slot in 0..world.pods.slots(line.service) {
        for (number, pod) in world.pods.of_slot(line.service, slot).iter().enumerate() {
            let mut chance = Chance::of(world.seed, line.id, (slot * 1000 + number) as u64);
            let off = seconds(off * chance.between(0.8, 1.3));
            let at = if start { pod.from + off } else { pod.to + -off };
            let said = if start { pod.from > world.calendar.start } else { pod.orderly && pod.to < world.calendar.end };
            if said {
                events.push(Event { slot, ..event(world, line, at, &mut chance) });
            }
        }
    }
    events
}

/// What operators do by hand: at most seven lines a session, none of them twice in a world.
fn sessions(world: &World) -> Vec<Event> {
    let mut chance = Chance::of(world.seed, "sessions", 0);
    let mut left: Vec<&'static Line> = MANUAL.iter().collect();
    let mut events = Vec::new();
    for begins in &world.life.sessions {
        let mut at = *begins;
        for _ in 0..(3 + chance.below(5)).min(left.len()) {
            at = at + seconds(chance.between(15.0, 170.0));
            // In the order of the list, with some left out: people look before they touch.
            let skipped = chance.below(left.len().min(2));
            let line = left.remove(skipped);
            let slot = chance.below(world.pods.running(line.service, at).min(2));
            events.push(Event { slot, ..event(world, line, at, &mut chance) });
        }
    }
    events
}
