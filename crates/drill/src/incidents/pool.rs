//! A pool is shrunk, "temporarily", and nine days later the shop stands still.
//!
//! **Story.** While the database is to be moved, somebody lowers the number of connections of each payments instance from
//! 50 to 10 and promises to raise it again. Ten are enough, nearly always. Each payment holds its connection a little longer
//! every day, as the ledger grows (a fifth in all over the nine days); at busy hours some wait, a few of them for more than a
//! second, and each of those says a harmless line at level INFO. On the ninth evening the waits reach the patience of the
//! checkout, which tries again, which doubles what is wanted: the queue feeds itself. Orders take seconds, a fifth of them
//! fails, a page goes out some minutes later, and the promise is kept within the hour. A release of the shopfront
//! lies hours before and one of the checkout a day; they are innocent.
//!
//! **Truth.** The culprit is the configuration change; the path is payments, checkout, shopfront. What could have been
//! noticed, and what it amounts to in three-week worlds (seeds 1 to 8, beside the same worlds without the incident; sigma is
//! the deviation of that mean over the working days before the change; a test holds the order of size for other seeds):
//!
//! - the line `connection borrowed after … ms`, never seen before: 50 to 120 times in all, first half an hour to nine hours
//!   after the change, 1 to 3 times a day at first, 10 to 70 times on the busiest of the last days, nine of ten between 17 and
//!   22 h;
//! - `db_pool_wait_mean_ms`, 2.4 ms before: the mean of an evening (17 to 21 h) lies 7 sigma higher on the first three days
//!   and 16 on the last four (medians; quarters 4 to 9 and 10 to 21), the mean of a whole day 2 and 3.5: plain to who knows
//!   the rhythm, gray to who does not;
//! - `db_pool_in_use`: the mean of an evening lies 1 sigma higher at first and 3 at last (quarters 0 to 2 and 2 to 5), and no
//!   point is above 10, where one in sixty of an evening's was before: gray.
//!
//! No user feels any of it before the evening: the mean wait stays below 40 ms, mostly below 10, and an order takes 280.

use evidence::{ChangeKind, MINUTE, SECOND, Time};

use super::means::ramp;
use super::{Case, Incident, Report};
use crate::chance::{Chance, exp};
use crate::moments::seconds;
use crate::shop::lines;
use crate::shop::work::Work;
use crate::truth::Precursor;
use crate::world::World;
use crate::world::changes::{self, Change};
use crate::world::events::{self, Event};

/// The shrunk pool.
pub const INCIDENT: Incident = Incident {
    name: "pool",
    story: "a connection pool is shrunk for a while, nobody raises it again, and nine days later payments wait for one another",
    works: &[&SHRINKS, &RAISES],
    live: super::as_ever,
    happen,
};

/// Connections of each instance after the change.
const LIMIT: f64 = 10.0;
/// By so much longer a connection is held on the ninth evening.
const GROWTH: f64 = 0.20;
/// By so much more are wanted once callers try again.
const RETRIES: f64 = 1.9;
/// The mean wait of the collapse, in ms.
const QUEUE_MS: f64 = 3_100.0;

const SHRINKS: Work = Work {
    service: "payments",
    summary: "payments: smaller connection pool until paydb has moved (temporary)",
    file: "config/payments/production.yaml",
    minus: "  pool_max_connections: 50",
    plus: "  pool_max_connections: 10   # TODO back to 50 once paydb has moved",
};

const RAISES: Work = Work {
    service: "payments",
    summary: "payments: pool back to 50",
    file: "config/payments/production.yaml",
    minus: "  pool_max_connections: 10   # TODO back to 50 once paydb has moved",
    plus: "  pool_max_connections: 50",
};

/// The moments of the story, in their order.
struct Course {
    shrunk: Time,
    hurt: Time,
    paged: Time,
    raised: Time,
    over: Time,
}

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "pool", 0);
    let course = course(world, &mut chance);
    let culprit = change(world, &mut chance, course.shrunk, &SHRINKS);
    let remedy = change(world, &mut chance, course.raised, &RAISES);
    tighten(world, &course);
    collapse(world, &course);
    let first = borrow_slowly(world, &course);
    fail_loudly(world, &course);
    events::sort(&mut world.events);
    changes::sort(&mut world.changes);
    Case {
        report: Some(report(&mut chance, &course)),
        users_hurt_at: Some(course.hurt),
        culprit: Some(culprit),
        culprit_service: Some("payments"),
        path: vec!["payments", "checkout", "shopfront"],
        precursors: precursors(first, course.shrunk),
        remedies: vec![remedy],
        silent: false,
    }
}

fn course(world: &World, chance: &mut Chance) -> Course {
    let mut later = |at: Time, low: f64, high: f64| (at + seconds(60.0 * chance.between(low, high))).floor(SECOND);
    let hurt = world.calendar.busy;
    let shrunk = later(world.calendar.hour(world.calendar.nine_days_before(), 10.0), 0.0, 300.0);
    let paged = later(hurt, 5.0, 9.0);
    let raised = later(paged, 28.0, 52.0);
    let over = later(raised, 5.0, 9.0);
    Course { shrunk, hurt, paged, raised, over }
}

/// Somebody changes the pool's size; every instance takes it over within a minute and a half. Returns its `ref`.
fn change(world: &mut World, chance: &mut Chance, at: Time, work: &Work) -> String {
    let made = (at + -seconds(60.0 * chance.between(2.0, 7.0))).floor(SECOND);
    let change = changes::changed(chance, made, ChangeKind::Config, work);
    let reference = change.reference.clone();
    world.changes.push(Change { deployed_at: Some(at), ..change });
    let said = events::said_by_all(world, lines::of("payments.reloaded"), "pool_max_connections", at);
    world.events.extend(said);
    reference
}

/// Fewer may be open, and each is held a little longer every day.
fn tighten(world: &mut World, course: &Course) {
    let whole = (course.hurt - course.shrunk) as f64;
    let conditions = &mut world.conditions;
    conditions.pool_limit.change(course.shrunk, course.raised, |_, _| LIMIT);
    conditions.pool_wanted.change(course.shrunk, world.calendar.end, |at, wanted| {
        wanted * (1.0 + GROWTH * ((at - course.shrunk) as f64 / whole).min(1.0))
    });
}

/// The queue feeds itself, until the pool is raised and what had gathered is done.
fn collapse(world: &mut World, course: &Course) {
    let mut chance = Chance::of(world.seed, "pool/queue", 0);
    let depth = |at: Time| ramp(at, course.hurt..course.raised, course.over);
    world.conditions.pool_wanted.change(course.hurt, course.over, |at, w| w * (1.0 + (RETRIES - 1.0) * depth(at)));
    world
        .conditions
        .pool_queue_ms
        .change(course.hurt, course.over, |at, _| QUEUE_MS * depth(at) * exp(0.12 * chance.normal()));
}

/// How many wait for more than a second, a minute, where so many connections are wanted of ten. Burstier than Erlang's
/// formula, as real arrivals are.
fn slow_a_minute(wanted: f64) -> f64 {
    (0.010 * exp(2.0 * (wanted - 5.0))).min(0.5)
}

/// The new line, from the change until the evening. Returns when it first came.
fn borrow_slowly(world: &mut World, course: &Course) -> Option<Time> {
    let line = lines::of("payments.borrowed");
    let mut said: Vec<Event> = Vec::new();
    for minute in 0..(course.hurt - course.shrunk) / MINUTE {
        let from = course.shrunk + minute * MINUTE;
        let mut chance = Chance::of(world.seed, line.id, minute as u64);
        for _ in 0..chance.poisson(slow_a_minute(world.conditions.pool_wanted.at(from))) {
            let at = from + seconds(60.0 * chance.share());
            let given = 1_000 + chance.exponential(320.0).min(3_900.0) as i64;
            said.push(Event { given, ..events::event(world, line, at, &mut chance) });
        }
    }
    let first = said.iter().map(|e| e.at).min();
    world.events.extend(said);
    first
}

/// What everybody says while it lasts, so many times a minute.
const LOUD: [(&str, f64); 4] =
    [("payments.borrowed", 13.0), ("payments.exhausted", 7.0), ("checkout.again", 9.0), ("checkout.failed", 4.0)];

fn fail_loudly(world: &mut World, course: &Course) {
    for (id, a_minute) in LOUD {
        let line = lines::of(id);
        for minute in 0..(course.over - course.hurt) / MINUTE {
            let from = course.hurt + minute * MINUTE;
            let mut chance = Chance::of(world.seed, id, (1 << 32) + minute as u64);
            for _ in 0..chance.poisson(a_minute * ramp(from, course.hurt..course.raised, course.over)) {
                let at = from + seconds(60.0 * chance.share());
                let given = 1_000 + chance.exponential(1_500.0).min(3_990.0) as i64;
                let event = Event { given, ..events::event(world, line, at, &mut chance) };
                world.events.push(event);
            }
        }
    }
}

fn precursors(first: Option<Time>, shrunk: Time) -> Vec<Precursor> {
    let metric = |name: &str| Precursor {
        what: vec![name.to_string()],
        service: "payments".to_string(),
        onset: shrunk,
        kind: "metric".to_string(),
        form: "moved".to_string(),
    };
    let line = first.map(|onset| Precursor {
        what: vec!["borrowed".to_string()],
        service: "payments".to_string(),
        onset,
        kind: "log".to_string(),
        form: "new".to_string(),
    });
    line.into_iter().chain([metric("db_pool_wait_mean_ms"), metric("db_pool_in_use")]).collect()
}

fn report(chance: &mut Chance, course: &Course) -> Report {
    Report {
        id: chance.filled("INC-2###"),
        title: "Checkout is slow, orders fail",
        noticed_at: course.paged,
        noticed_by: "page: more than 5 % of orders failed for five minutes",
        page: Some("OrdersFail"),
        service: "checkout",
        summary: "Customers wait for seconds after pressing the order button; many orders fail.",
        resolved_at: Some(course.over),
    }
}
