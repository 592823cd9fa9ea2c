//! What several incidents need: a moment some minutes later, lines that come at a rate, a change that instances take over,
//! something that swells and ebbs.
//!
//! Everything random here comes from streams named after the incident and the line, so that two lines never share one.

use std::ops::Range;

use evidence::{ChangeKind, MINUTE, SECOND, Time};

use crate::chance::Chance;
use crate::moments::seconds;
use crate::shop::work::Work;
use crate::shop::{OPERATIONS, index_of, lines};
use crate::truth::Precursor;
use crate::world::World;
use crate::world::changes::{self, Change};
use crate::world::events::{self, Event};
use crate::world::track::Track;

/// A moment that many minutes later, to the second.
pub fn later(chance: &mut Chance, at: Time, low: f64, high: f64) -> Time {
    (at + seconds(60.0 * chance.between(low, high))).floor(SECOND)
}

/// 0 before and after, 1 within; up in four minutes, down until `over`.
pub fn ramp(at: Time, within: Range<Time>, over: Time) -> f64 {
    if at < within.start || at >= over {
        0.0
    } else if at < within.end {
        (((at - within.start) as f64 + MINUTE as f64) / (4.0 * MINUTE as f64)).min(1.0)
    } else {
        (over - at) as f64 / (over - within.end) as f64
    }
}

/// How much of the way from one moment to another is gone, 0 to 1.
pub fn gone(at: Time, way: &Range<Time>) -> f64 {
    ((at - way.start) as f64 / (way.end - way.start) as f64).clamp(0.0, 1.0)
}

/// Occurrences of a line by chance, so many a minute.
pub fn said(world: &World, stream: &str, id: &str, within: Range<Time>, a_minute: impl Fn(Time) -> f64) -> Vec<Event> {
    let line = lines::of(id);
    let name = format!("{stream}/{id}");
    let mut all = Vec::new();
    for minute in 0..(within.end - within.start) / MINUTE {
        let from = within.start + minute * MINUTE;
        let mut chance = Chance::of(world.seed, &name, minute as u64);
        for _ in 0..chance.poisson(a_minute(from)) {
            let at = from + seconds(60.0 * chance.share());
            all.push(events::event(world, line, at, &mut chance));
        }
    }
    all
}

/// The first of some events.
pub fn first(events: &[Event]) -> Option<Time> {
    events.iter().map(|e| e.at).min()
}

/// Lines that everybody says while it lasts, so many times a minute once it is at its worst.
pub fn loud(world: &mut World, stream: &str, lines: &[(&str, f64)], within: Range<Time>, over: Time) {
    for (id, a_minute) in lines {
        let more = said(world, stream, id, within.start..over, |at| a_minute * ramp(at, within.clone(), over));
        world.events.extend(more);
    }
}

/// Somebody makes a change outside of a release that runs at `at`; where a line tells of it, all instances say it, with that
/// word. Returns its `ref`.
pub fn changed(
    world: &mut World,
    chance: &mut Chance,
    at: Time,
    (kind, work): (ChangeKind, &Work),
    told: Option<(&str, &'static str)>,
) -> String {
    let made = (at + -seconds(60.0 * chance.between(2.0, 7.0))).floor(SECOND);
    let mut change = Change { deployed_at: Some(at), ..changes::changed(chance, made, kind, work) };
    if let Some((line, word)) = told {
        if kind == ChangeKind::Flag {
            change = Change { reference: word.to_string(), ..change };
        }
        let said = events::said_by_all(world, lines::of(line), word, at);
        world.events.extend(said);
    }
    let reference = change.reference.clone();
    world.changes.push(change);
    reference
}

/// The `ref` of the release that ships that work.
pub fn changed_by_release(world: &World, work: &Work) -> Option<String> {
    world.changes.iter().find(|c| c.summary == work.summary).map(|c| c.reference.clone())
}

/// A precursor: how it shows (`new`, `more`, `moved`), in what (`log`, `metric`, `trace`), whose, by which word, since when.
pub fn precursor(form: &str, kind: &str, service: &str, what: &str, onset: Time) -> Precursor {
    Precursor {
        what: vec![what.to_string()],
        service: service.to_string(),
        onset,
        kind: kind.to_string(),
        form: form.to_string(),
    }
}

/// By so much more of the requests that a service works on fail, as a share of its own.
pub fn failing(world: &mut World, service: &str, within: Range<Time>, share: impl Fn(Time) -> f64) {
    // The operations of one service fail about as seldom as one another: the most frequent one is the measure.
    let usual = OPERATIONS.iter().find(|o| o.service == service).map_or(1e-3, |o| o.fails);
    world.conditions.faultiness[index_of(service)].change(within.start, within.end, |at, f| f + share(at) / usual);
}

/// The own work of a service takes that many times as long.
pub fn slower(world: &mut World, service: &str, within: Range<Time>, factor: impl Fn(Time) -> f64) {
    world.conditions.slowness[index_of(service)].change(within.start, within.end, |at, s| s * factor(at));
}

/// Something is added to a gauge of the instance in a slot.
pub fn added(
    world: &mut World,
    (service, metric): (&'static str, &'static str),
    slot: usize,
    what: impl FnMut(Time) -> f64,
) {
    let track = Track::of(&world.calendar, what);
    world.conditions.added.insert((service, metric, slot), track);
}

/// Everything in order of time again.
pub fn sort(world: &mut World) {
    events::sort(&mut world.events);
    changes::sort(&mut world.changes);
}
