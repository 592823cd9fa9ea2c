//! A release forgets to close the connection to the label printer, and eight days later a warehouse can open no more files.
//!
//! **Story.** A commit of the warehouse keeps the printer's connection for the next label and opens another one all the same.
//! Each label leaves a file handle behind; so the handles of an instance grow with the day's labels and fall to nothing
//! whenever it is restarted, as happens to the first once and to the second twice, for other reasons. Nobody looks: an
//! instance may open 1,024. On the last evening the first has them all open and accepts no connection; every second order
//! finds no shelf. Within the hour the commit is taken back. Releases of the shopfront and of the checkout lie near.
//!
//! **Truth.** The culprit is the release of the warehouse; the path is warehouse, checkout, shopfront. What could have been
//! noticed, and what it amounts to (three-week worlds, seeds 1 to 8, beside the same worlds without the incident; sigma is
//! the deviation of that mean over the working days before the onset; a test holds the order of size for other seeds):
//!
//! - `open_files`: the mean of a day lies 12 to 25 sigma higher on the second day and 25 to 48 on the last, with two falls
//!   between; no point reaches the limit before. Plain to who looks at it for a week, told by nobody;
//! - the line `few file handles are left`, never seen before: 14 to 28 times, all of them in the last 7 to 21 hours.
//!
//! No user feels any of it before the evening. A run of hours shows a level that stands; only days show that it creeps.

use evidence::{MINUTE, Time};

use super::means::{added, changed_by_release, failing, first, later, loud, precursor, ramp, said, slower, sort};
use super::{Case, Incident, Report};
use crate::chance::Chance;
use crate::shop::work::Work;
use crate::world::World;
use crate::world::calendar::Calendar;
use crate::world::events::Event;
use crate::world::life::Life;

/// The leaking handles.
pub const INCIDENT: Incident = Incident {
    name: "leak",
    story: "a release leaves a file handle open for each label, restarts hide it, and eight days later none is left",
    works: &[&LEAKS, &CLOSES],
    live,
    happen,
};

/// So many files an instance may open.
const LIMIT: f64 = 1_024.0;
/// So many it opens on an ordinary evening.
const USUAL: f64 = 225.0;
/// From so many on it says that few are left.
const FEW: f64 = 0.88 * LIMIT;

const LEAKS: Work = Work {
    service: "warehouse",
    summary: "labels: keep the printer connection for the next label",
    file: "labels/printer.go",
    minus: "	defer conn.Close()",
    plus: "	p.idle = conn // the next label takes it",
};

const CLOSES: Work = Work {
    service: "warehouse",
    summary: "labels: close the printer connection again",
    file: "labels/printer.go",
    minus: "	p.idle = conn // the next label takes it",
    plus: "	defer conn.Close()",
};

/// The moments of the story, in their order.
struct Course {
    released: Time,
    restarts: [(usize, Time); 3],
    hurt: Time,
    paged: Time,
    mended: Time,
    over: Time,
}

fn course(calendar: &Calendar, seed: u64) -> Course {
    let mut chance = Chance::of(seed, "leak/course", 0);
    let hurt = calendar.busy;
    let released = later(&mut chance, calendar.hour(calendar.workday_before(8), 10.0), 0.0, 300.0);
    let way = (hurt - released) as f64;
    let mut at = |low, high| released + (way * chance.between(low, high)) as i64;
    let restarts = [(1, at(0.32, 0.36)), (0, at(0.39, 0.43)), (1, at(0.65, 0.70))];
    let paged = later(&mut chance, hurt, 5.0, 9.0);
    let mended = later(&mut chance, paged, 28.0, 50.0);
    let over = later(&mut chance, mended, 2.0, 4.0);
    Course { released, restarts, hurt, paged, mended, over }
}

fn live(life: &mut Life, calendar: &Calendar, seed: u64) {
    let course = course(calendar, seed);
    life.leave_alone("warehouse", course.released + -evidence::HOUR);
    life.release("warehouse", course.released, Some(&LEAKS));
    for (slot, at) in course.restarts {
        life.restart("warehouse", slot, at, true);
    }
    life.release("warehouse", course.mended, Some(&CLOSES));
}

fn happen(world: &mut World) -> Case {
    let course = course(&world.calendar, world.seed);
    let warned = leak(world, &course);
    collapse(world, &course);
    sort(world);
    let mut precursors = vec![precursor("moved", "metric", "warehouse", "open_files", course.released)];
    precursors.extend(warned.map(|at| precursor("new", "log", "warehouse", "few file handles", at)));
    Case {
        report: Some(report(world.seed, &course)),
        users_hurt_at: Some(course.hurt),
        culprit: changed_by_release(world, &LEAKS),
        culprit_service: Some("warehouse"),
        path: vec!["warehouse", "checkout", "shopfront"],
        precursors,
        remedies: changed_by_release(world, &CLOSES).into_iter().collect(),
        silent: false,
    }
}

/// Handles are left open with each label, from the start of an instance on. Returns when one first said that few are left.
fn leak(world: &mut World, course: &Course) -> Option<Time> {
    let longest = course.restarts.iter().find(|(slot, _)| *slot == 0).map_or(course.released, |(_, at)| *at);
    let labels =
        |from: Time, to: Time| -> f64 { (0..(to - from) / MINUTE).map(|k| world.load.at(from + k * MINUTE)).sum() };
    let each = (LIMIT - USUAL) / labels(longest, course.hurt);
    let mut tracks = Vec::new();
    for slot in 0..2 {
        let mut left = 0.0;
        let mut began = None;
        let mut track = Vec::new();
        for minute in 0..(world.calendar.end - world.calendar.start) / MINUTE {
            let at = world.calendar.start + minute * MINUTE;
            let pod = world.pods.at("warehouse", slot, at).map(|p| p.from);
            left = if pod != began || at < course.released || at >= course.mended { 0.0 } else { left };
            began = pod;
            left += if at >= course.released && at < course.mended { each * world.load.at(at) } else { 0.0 };
            track.push(left);
        }
        tracks.push(track);
    }
    let start = world.calendar.start;
    for (slot, track) in tracks.iter().enumerate() {
        added(world, ("warehouse", "open_files"), slot, |at| track[((at - start) / MINUTE) as usize]);
    }
    warn(world, course, &tracks)
}

/// Twice an hour an instance looks how many are open.
fn warn(world: &mut World, course: &Course, tracks: &[Vec<f64>]) -> Option<Time> {
    let mut all: Vec<Event> = Vec::new();
    for (slot, track) in tracks.iter().enumerate() {
        let open = |at: Time| USUAL + track[((at - world.calendar.start) / MINUTE) as usize];
        let often = |at: Time| if open(at) > FEW { 1.0 / 45.0 } else { 0.0 };
        let stream = format!("leak/{slot}");
        let said = said(world, &stream, "warehouse.handles", course.released..course.mended, often);
        let given = |e: &Event| open(e.at).min(LIMIT) as i64;
        all.extend(said.into_iter().map(|e| Event { slot, given: given(&e), ..e }));
    }
    let first = first(&all).filter(|at| *at < course.hurt);
    world.events.extend(all);
    first
}

/// What everybody says while it lasts, so many times a minute.
const LOUD: [(&str, f64); 2] = [("warehouse.refuses", 9.0), ("checkout.unreserved", 6.0)];

fn collapse(world: &mut World, course: &Course) {
    let within = course.hurt..course.mended;
    let depth = |at: Time| ramp(at, within.clone(), course.over);
    failing(world, "warehouse", course.hurt..course.over, |at| 0.40 * depth(at));
    slower(world, "warehouse", course.hurt..course.over, |at| 1.0 + 9.0 * depth(at));
    loud(world, "leak", &LOUD, within.clone(), course.over);
}

fn report(seed: u64, course: &Course) -> Report {
    Report {
        id: Chance::of(seed, "leak/report", 0).filled("INC-3###"),
        title: "Every second order fails",
        noticed_at: course.paged,
        noticed_by: "page: more than 5 % of orders failed for five minutes",
        page: Some("OrdersFail"),
        service: "checkout",
        summary: "Orders fail while they are reserved; the product pages show no stock.",
        resolved_at: Some(course.over),
    }
}
