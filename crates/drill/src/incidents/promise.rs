//! "A pick list never has more than forty lines", says a comment; then lists are made for two aisles at a time.
//!
//! **Story.** The printer's page ends after forty lines, and the code that cuts the list says that this should never happen. A
//! flag lets pickers walk two aisles with one list. Long lists appear, now and then one of more than forty lines: a WARN that
//! names the promise, and some goods that stay reserved though nobody picks them. More lists grow long as the spring range
//! comes in. On the last afternoon whole shelves are reserved for lists that nobody has printed, and reservations fail until
//! lists are made for one aisle again. Releases lie near.
//!
//! **Truth.** The culprit is the flag; the path is warehouse, checkout, shopfront. What could have been noticed, and what it
//! amounts to (three-week worlds, seeds 1 to 8, beside the same worlds without the incident; sigma is the deviation of that
//! mean over the working days before the onset; a test holds the order of size for other seeds):
//!
//! - the line `pick list has more than forty lines, should never happen`, never seen before: 19 to 38 times, mostly first
//!   within a day after the flag (100 to 171 hours before), none to 4 a working day at first, 7 to 18 in the last day; the
//!   number that it carries grows from 42 to some 50;
//! - `pick_queue_depth`: the mean of a day lies half a sigma higher on the second day and 2 to 4 on the last: gray.
//!
//! No user feels any of it before the afternoon.

use evidence::{ChangeKind, Time};

use super::means::{added, changed, failing, first, gone, later, loud, precursor, ramp, said, slower, sort};
use super::{Case, Incident, Report};
use crate::chance::{Chance, exp};
use crate::moments::{hour_of_day, is_weekend};
use crate::shop::work::Work;
use crate::world::World;
use crate::world::events::Event;

/// The broken promise.
pub const INCIDENT: Incident = Incident {
    name: "promise",
    story: "a comment says never more than forty; lists of two aisles break it, seldom at first",
    works: &[&TWO, &ONE],
    live: super::as_ever,
    happen,
};

/// The flag.
const FLAG: &str = "pick-two-aisles";
/// So many long lists a working day at first, and on the last days.
const LONG_A_DAY: [f64; 2] = [0.9, 13.0];
/// So many more wait in the queue at last.
const WAITING: f64 = 3.0;

const TWO: Work = Work {
    service: "warehouse",
    summary: "pick-two-aisles: one list for two aisles, for everybody",
    file: "flags/pick-two-aisles.yaml",
    minus: "  rollout: 0",
    plus: "  rollout: 100",
};

const ONE: Work = Work {
    service: "warehouse",
    summary: "warehouse: one aisle a list until long lists can be printed",
    file: "config/warehouse/production.yaml",
    minus: "  aisles_a_list: 2",
    plus: "  aisles_a_list: 1",
};

/// The moments of the story, in their order.
struct Course {
    two: Time,
    hurt: Time,
    paged: Time,
    one: Time,
    over: Time,
}

fn course(world: &World, chance: &mut Chance) -> Course {
    let calendar = world.calendar;
    let hurt = later(chance, calendar.hour(calendar.days - 1, 13.5), 0.0, 150.0);
    let two = later(chance, calendar.hour(calendar.workday_before(7), 8.0), 0.0, 240.0);
    let paged = later(chance, hurt, 6.0, 14.0);
    let one = later(chance, paged, 25.0, 60.0);
    let over = later(chance, one, 6.0, 12.0);
    Course { two, hurt, paged, one, over }
}

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "promise", 0);
    let course = course(world, &mut chance);
    let culprit = changed(world, &mut chance, course.two, (ChangeKind::Flag, &TWO), Some(("warehouse.reloaded", FLAG)));
    let told = Some(("warehouse.reloaded", "aisles_a_list"));
    let remedy = changed(world, &mut chance, course.one, (ChangeKind::Config, &ONE), told);
    let broken = grow_long(world, &course);
    stand_still(world, &course);
    sort(world);
    let mut precursors: Vec<_> =
        broken.map(|at| precursor("new", "log", "warehouse", "more than forty lines", at)).into_iter().collect();
    precursors.push(precursor("moved", "metric", "warehouse", "pick_queue_depth", course.two));
    Case {
        report: Some(report(&mut chance, &course)),
        users_hurt_at: Some(course.hurt),
        culprit: Some(culprit),
        culprit_service: Some("warehouse"),
        path: vec!["warehouse", "checkout", "shopfront"],
        precursors,
        remedies: vec![remedy],
        silent: false,
    }
}

/// Lists are printed on working days from 7 to 17 h.
fn printing(at: Time) -> f64 {
    if (7.0..17.0).contains(&hour_of_day(at)) && !is_weekend(at) { 1.0 } else { 0.0 }
}

/// Lists of more than forty lines, more from day to day. Returns when the first was made.
fn grow_long(world: &mut World, course: &Course) -> Option<Time> {
    let way = course.two..course.hurt;
    let [low, high] = LONG_A_DAY;
    let often = |at: Time| printing(at) * low * exp(crate::chance::ln(high / low) * gone(at, &way)) / 600.0;
    let all = said(world, "promise", "warehouse.long", way.clone(), often);
    let first = first(&all);
    let lines = |e: &Event| {
        let mut chance = Chance::of(e.seed, "promise/lines", 0);
        41 + chance.exponential(2.0 + 9.0 * gone(e.at, &way)).min(40.0) as i64
    };
    let all: Vec<Event> = all.into_iter().map(|e| Event { given: lines(&e), ..e }).collect();
    world.events.extend(all);
    added(world, ("warehouse", "pick_queue_depth"), 0, |at| {
        let depth = ramp(at, course.hurt..course.one, course.over);
        if at < course.over { WAITING * gone(at, &way) + 60.0 * depth } else { 0.0 }
    });
    first
}

fn stand_still(world: &mut World, course: &Course) {
    let within = course.hurt..course.one;
    let depth = |at: Time| ramp(at, within.clone(), course.over);
    failing(world, "warehouse", course.hurt..course.over, |at| 0.22 * depth(at));
    slower(world, "warehouse", course.hurt..course.over, |at| 1.0 + 3.0 * depth(at));
    let lines = [("warehouse.stuck", 6.0), ("checkout.unreserved", 4.0)];
    loud(world, "promise/loud", &lines, within.clone(), course.over);
}

fn report(chance: &mut Chance, course: &Course) -> Report {
    Report {
        id: chance.filled("INC-2###"),
        title: "Articles in stock cannot be ordered",
        noticed_at: course.paged,
        noticed_by: "page: more than 5 % of orders failed for five minutes",
        page: Some("OrdersFail"),
        service: "checkout",
        summary: "A fifth of the orders fails although the shelves are full.",
        resolved_at: Some(course.over),
    }
}
