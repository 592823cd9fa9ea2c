//! The reorder run keeps what it once threw away, takes longer every day, and creeps into the busy hour.
//!
//! **Story.** The lines of earlier reorder runs are to be kept for a report: a change of the schema takes away the statement
//! that emptied their table. The run begins at half past four in the afternoon and took under an hour; it now reads its own
//! past each time, and takes an eighth longer from day to day. While it runs, rows of articles are locked a little longer. On
//! the last day it is still running when the evening is busiest, and locks meet orders: reservations wait and are given up,
//! until the run is stopped and the table emptied. Releases lie near.
//!
//! **Truth.** The culprit is the change of the schema; the path is warehouse, checkout, shopfront. What could have been
//! noticed, and what it amounts to (three-week worlds, seeds 1 to 8, beside the same worlds without the incident; sigma is
//! the deviation of that mean over the working days before the onset; a test holds the order of size for other seeds):
//!
//! - `reorder_run_seconds`, one value a day: 2 to 5 sigma higher on the second day, 22 to 48 on the last but one; 55 minutes
//!   become 145 to 200;
//! - the number in the line `reorder run done`: the same, once a day;
//! - spans of `StockOf`: by less than a third longer while the run goes on, which is some six spans a day: gray to a
//!   fault.
//!
//! Orders take as long as ever until the day before; the run of that day is over before the evening is busiest, or meets it
//! for minutes.

use evidence::{ChangeKind, DAY, Time};

use super::means::{changed, failing, later, loud, precursor, ramp, slower, sort};
use super::{Case, Incident, Report};
use crate::chance::{Chance, power};
use crate::moments::{midnight, seconds};
use crate::shop::lines::REORDER;
use crate::shop::work::Work;
use crate::world::World;

/// The creeping run.
pub const INCIDENT: Incident = Incident {
    name: "batch",
    story: "a daily run takes longer every day, until it meets the busy hour",
    works: &[&KEEPS, &EMPTIES],
    live: super::as_ever,
    happen,
};

/// By so much slower the warehouse is while the run of the day before the last goes on.
const LOCKS: f64 = 0.30;

const KEEPS: Work = Work {
    service: "warehouse",
    summary: "reorder_line: keep the lines of earlier runs for the report",
    file: "migrations/0077_keep_reorder_lines.sql",
    minus: "DROP TRIGGER IF EXISTS keep_lines ON reorder_line;",
    plus: "DROP TRIGGER IF EXISTS empty_before_run ON reorder_line;",
};

const EMPTIES: Work = Work {
    service: "warehouse",
    summary: "reorder_line: empty it before each run again",
    file: "migrations/0078_empty_reorder_lines.sql",
    minus: "",
    plus: "CREATE TRIGGER empty_before_run BEFORE INSERT ON reorder_run EXECUTE FUNCTION empty_lines();",
};

/// The moments of the story, in their order.
struct Course {
    kept: Time,
    hurt: Time,
    paged: Time,
    emptied: Time,
    over: Time,
}

fn course(world: &World, chance: &mut Chance) -> Course {
    let hurt = world.calendar.busy;
    let kept = later(chance, world.calendar.hour(world.calendar.nine_days_before(), 9.5), 0.0, 300.0);
    let paged = later(chance, hurt, 5.0, 10.0);
    let emptied = later(chance, paged, 26.0, 50.0);
    let over = later(chance, emptied, 3.0, 6.0);
    Course { kept, hurt, paged, emptied, over }
}

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "batch", 0);
    let course = course(world, &mut chance);
    let culprit = changed(world, &mut chance, course.kept, (ChangeKind::Schema, &KEEPS), None);
    let remedy = changed(world, &mut chance, course.emptied, (ChangeKind::Schema, &EMPTIES), None);
    let onset = creep(world, &course);
    lock(world, &course);
    loud(
        world,
        "batch",
        &[("warehouse.locked", 8.0), ("checkout.unreserved", 5.0)],
        course.hurt..course.emptied,
        course.over,
    );
    sort(world);
    let moved = |kind, what| precursor("moved", kind, "warehouse", what, onset);
    Case {
        report: Some(report(&mut chance, &course)),
        users_hurt_at: Some(course.hurt),
        culprit: Some(culprit),
        culprit_service: Some("warehouse"),
        path: vec!["warehouse", "checkout", "shopfront"],
        precursors: vec![
            moved("metric", "reorder_run_seconds"),
            precursor("moved", "log", "warehouse", "reorder run done", onset),
            moved("trace", "stockof"),
        ],
        remedies: vec![remedy],
        silent: false,
    }
}

/// By how much longer the run of a day takes, so that it would go on past the busy hour on the last.
fn longer(course: &Course, day: Time) -> f64 {
    let days = ((midnight(course.hurt) - midnight(course.kept)) / DAY).max(1) as f64;
    let last = ((course.hurt - midnight(course.hurt)) as f64 / evidence::HOUR as f64 - REORDER.hour) * 60.0 + 25.0;
    power(last / REORDER.minutes, ((midnight(day) - midnight(course.kept)) / DAY) as f64 / days)
}

/// Each run ends later than it did; the last is stopped. Returns when the first of them ended that was longer.
fn creep(world: &mut World, course: &Course) -> Time {
    let (mut first, mut ends) = (course.hurt + -DAY, Vec::new());
    for event in world.events.iter_mut().filter(|e| e.line.id == "warehouse.reordered" && e.at > course.kept) {
        let factor = longer(course, event.at);
        let began = event.at + -seconds(event.given as f64);
        let took = if midnight(event.at) == midnight(course.hurt) {
            (course.over - began) as f64 / 1e9
        } else {
            event.given as f64 * factor
        };
        event.at = began + seconds(took);
        event.given = took.round() as i64;
        ends.push(event.at);
    }
    if let Some(at) = ends.iter().filter(|at| midnight(**at) > midnight(course.kept)).min() {
        first = first.min(*at);
    }
    world.find_runs();
    first
}

/// While a run goes on the warehouse is slower, the more the longer its table and the busier the shop; in the end it stands
/// still.
fn lock(world: &mut World, course: &Course) {
    let calendar = world.calendar;
    let runs: Vec<(Time, Time)> = world.runs.iter().map(|(end, took)| (*end + -seconds(*took), *end)).collect();
    let load = world.load.clone();
    let busiest = load.at(course.hurt);
    let depth = |at: Time| ramp(at, course.hurt..course.emptied, course.over);
    let most = longer(course, course.hurt);
    slower(world, "warehouse", course.kept..calendar.end, |at| {
        let runs = runs.iter().any(|(from, to)| (*from..*to).contains(&at)) && at < course.hurt;
        let gray = if runs { LOCKS * longer(course, at) / most * load.at(at) / busiest } else { 0.0 };
        1.0 + gray + 22.0 * depth(at)
    });
    failing(world, "warehouse", course.hurt..course.over, |at| 0.30 * depth(at));
}

fn report(chance: &mut Chance, course: &Course) -> Report {
    Report {
        id: chance.filled("INC-7###"),
        title: "Orders fail while reserving",
        noticed_at: course.paged,
        noticed_by: "page: more than 5 % of orders failed for five minutes",
        page: Some("OrdersFail"),
        service: "checkout",
        summary: "A third of the orders fails, the others take long; stock is shown late.",
        resolved_at: Some(course.over),
    }
}
