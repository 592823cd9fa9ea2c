//! The checkout loses its patience with payments, the ledger grows slow, and one day everybody asks four times.
//!
//! **Story.** "Authorise answers within 250 ms anyway": somebody lets the checkout ask again after 520 ms instead of 3 s, four
//! times instead of two. From then on an ordinary slow answer is asked for twice. The table of the ledger bloats at the same
//! time, and each payment takes a little longer from day to day; so more and more are asked for again, more at busy hours. On
//! the last evening what is asked again is itself what makes the answers late: the storm feeds itself until the setting is
//! taken back. Releases of the shopfront and of the checkout lie near.
//!
//! **Truth.** The culprit is the setting; the path is payments-db, payments, checkout, shopfront. What could have been
//! noticed, and what it amounts to (three-week worlds, seeds 1 to 8, beside the same worlds without the incident; sigma is
//! the deviation of that mean over the working days before the onset; a test holds the order of size for other seeds):
//!
//! - `payment_retries_total`, as a rate: the mean of a day lies 4 to 10 sigma higher on the second day and 7 to 20 on the
//!   last, half as many again at first, two and a half to three times as many in the end;
//! - the line `payments answered late`: 19 to 75 times where an ordinary week has 5 to 22, 5 to 24 of them in the last day:
//!   gray;
//! - spans of `INSERT ledger_entry`, seven times as long in the end, growing evenly; some sixteen of them a day are traced;
//! - `latency_p95_ms` of payments: 2 to 4 sigma on the second day, 3 to 6 on the last.
//!
//! An order takes a tenth longer in the day before the storm, and no more of them fail.

use evidence::{ChangeKind, Time};

use super::means::{changed, failing, first, gone, later, loud, precursor, ramp, said, slower, sort};
use super::{Case, Incident, Report};
use crate::chance::{Chance, exp};
use crate::shop::operation;
use crate::shop::work::Work;
use crate::world::World;

/// The storm.
pub const INCIDENT: Incident = Incident {
    name: "retries",
    story: "the checkout asks again sooner and more often, the ledger grows slow, and asking again becomes the load",
    works: &[&SOONER, &PATIENT],
    live: super::as_ever,
    happen,
};

/// Of the three seconds that the checkout waited before.
const PATIENCE: f64 = 520.0 / 3_000.0;
/// By so much slower the database is at last, before the storm.
const BLOAT: f64 = 7.0;
/// The mean wait of the storm, in ms.
const QUEUE_MS: f64 = 190.0;

const SOONER: Work = Work {
    service: "checkout",
    summary: "checkout: ask payments again after 520 ms, up to four times",
    file: "config/checkout/production.yaml",
    minus: "  payments_patience_ms: 3000",
    plus: "  payments_patience_ms: 520   # authorise answers within 250 anyway",
};

const PATIENT: Work = Work {
    service: "checkout",
    summary: "checkout: wait 3 s for payments again",
    file: "config/checkout/production.yaml",
    minus: "  payments_patience_ms: 520   # authorise answers within 250 anyway",
    plus: "  payments_patience_ms: 3000",
};

/// The moments of the story, in their order.
struct Course {
    sooner: Time,
    hurt: Time,
    paged: Time,
    patient: Time,
    over: Time,
}

fn course(world: &World, chance: &mut Chance) -> Course {
    let hurt = world.calendar.busy;
    let sooner = later(chance, world.calendar.hour(world.calendar.workday_before(5), 9.5), 0.0, 360.0);
    let paged = later(chance, hurt, 5.0, 9.0);
    let patient = later(chance, paged, 24.0, 45.0);
    let over = later(chance, patient, 4.0, 8.0);
    Course { sooner, hurt, paged, patient, over }
}

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "retries", 0);
    let course = course(world, &mut chance);
    let told = Some(("checkout.reloaded", "payments_patience_ms"));
    let culprit = changed(world, &mut chance, course.sooner, (ChangeKind::Config, &SOONER), told);
    let remedy = changed(world, &mut chance, course.patient, (ChangeKind::Config, &PATIENT), told);
    let quiet = again_a_minute(world, course.sooner);
    grow(world, &course);
    let asked = ask_again(world, &course, quiet);
    storm(world, &course);
    sort(world);
    let moved = |kind, service, what| precursor("moved", kind, service, what, course.sooner);
    let mut precursors = vec![precursor("more", "metric", "checkout", "payment_retries_total", course.sooner)];
    precursors.extend(asked.map(|at| precursor("more", "log", "checkout", "payments answered late", at)));
    precursors.push(moved("trace", "payments-db", "insert ledger_entry"));
    precursors.push(moved("metric", "payments", "latency_p95_ms"));
    Case {
        report: Some(report(&mut chance, &course)),
        users_hurt_at: Some(course.hurt),
        culprit: Some(culprit),
        culprit_service: Some("checkout"),
        path: vec!["payments-db", "payments", "checkout", "shopfront"],
        precursors,
        remedies: vec![remedy],
        silent: false,
    }
}

/// The setting, and a database that grows slower.
fn grow(world: &mut World, course: &Course) {
    world.conditions.patience.change(course.sooner, course.patient, |_, _| PATIENCE);
    world.conditions.more_tries.change(course.sooner, course.patient, |_, _| 2.0);
    let way = course.sooner..course.hurt;
    let end = world.calendar.end;
    slower(world, "payments-db", course.sooner..end, |at| 1.0 + (BLOAT - 1.0) * gone(at, &way));
}

/// How often payments are asked for again, of 2.2 a day that say so where the provider's mood is all there is to it.
fn again_a_minute(world: &World, at: Time) -> f64 {
    operation("PlaceOrder").calls.iter().map(|c| world.conditions.tried_again(c, at)).sum()
}

/// The lines of those that are asked for again, beyond the ordinary ones. Returns when the first came.
fn ask_again(world: &mut World, course: &Course, quiet: f64) -> Option<Time> {
    let more = |at: Time| 2.2 / 1_440.0 * world.load.at(at) * (again_a_minute(world, at) / quiet - 1.0).max(0.0);
    let all = said(world, "retries/gray", "checkout.again", course.sooner..course.hurt, more);
    let thrice = said(world, "retries/gray", "checkout.thrice", course.sooner..course.hurt, |at| 0.06 * more(at));
    let first = first(&all);
    world.events.extend(all);
    world.events.extend(thrice);
    first
}

/// What everybody says while it lasts, so many times a minute.
const LOUD: [(&str, f64); 4] =
    [("checkout.again", 14.0), ("checkout.thrice", 9.0), ("checkout.failed", 5.0), ("payments.slow", 4.0)];

fn storm(world: &mut World, course: &Course) {
    let mut chance = Chance::of(world.seed, "retries/queue", 0);
    let within = course.hurt..course.patient;
    let depth = |at: Time| ramp(at, within.clone(), course.over);
    let swell = |at: Time, _| QUEUE_MS * depth(at) * exp(0.12 * chance.normal());
    world.conditions.pool_queue_ms.change(course.hurt, course.over, swell);
    slower(world, "payments-db", course.hurt..course.over, |at| 1.0 + 3.0 * depth(at));
    failing(world, "payments", course.hurt..course.over, |at| 0.10 * depth(at));
    loud(world, "retries", &LOUD, within.clone(), course.over);
}

fn report(chance: &mut Chance, course: &Course) -> Report {
    Report {
        id: chance.filled("INC-4###"),
        title: "Orders hang and fail",
        noticed_at: course.paged,
        noticed_by: "page: more than 5 % of orders failed for five minutes",
        page: Some("OrdersFail"),
        service: "checkout",
        summary: "Pressing the order button takes seconds; a good part of the orders fails.",
        resolved_at: Some(course.over),
    }
}
