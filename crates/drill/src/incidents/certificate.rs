//! A certificate is not renewed, says so once a night, and ends in the middle of a working day.
//!
//! **Story.** The warehouse's certificate lasts thirty days and is renewed when ten are left. This time the authority refuses
//! the challenge: a name was dropped from the zone by somebody outside long before. Each night the renewal is tried and
//! refused, with one line at WARN that nobody reads; the days count down. When none is left every new connection is refused:
//! no shelf is reserved, no stock shown, until it is renewed by hand. Releases lie near; no change that the evidence shows
//! did it.
//!
//! **Truth.** No culprit; the path is warehouse, checkout, shopfront. What could have been noticed, and what it amounts to
//! (three-week worlds, seeds 1 to 8; a test holds the order of size for other seeds):
//!
//! - the line `certificate was not renewed`, never seen before: ten times, once a night from ten days before on;
//! - `certificate_days_left`: it counts down evenly as it always does between two renewals; what is odd is only that it goes
//!   on below ten, where it never was.
//!
//! No user feels anything before the last minute.

use evidence::{ChangeKind, DAY, Time};

use super::means::{changed, failing, first, later, loud, precursor, ramp, sort};
use super::{Case, Incident, Report};
use crate::chance::Chance;
use crate::moments::{midnight, seconds};
use crate::shop::lines;
use crate::shop::work::Work;
use crate::world::World;
use crate::world::conditions::renewed_with_days;
use crate::world::events::{self, Event};

/// The certificate.
pub const INCIDENT: Incident = Incident {
    name: "certificate",
    story: "a certificate is not renewed, says so once a night, and ends on a working day",
    works: &[&BY_HAND],
    live: super::as_ever,
    happen,
};

const BY_HAND: Work = Work {
    service: "warehouse",
    summary: "warehouse: certificate renewed by hand",
    file: "deploy/warehouse/certificate.yaml",
    minus: "  serial: 04",
    plus: "  serial: 05",
};

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "certificate/course", 0);
    let calendar = world.calendar;
    let ends = later(&mut chance, calendar.hour(calendar.days - 1, 13.0), 0.0, 120.0);
    let paged = later(&mut chance, ends, 5.0, 9.0);
    let renewed = later(&mut chance, paged, 25.0, 55.0);
    let over = later(&mut chance, renewed, 2.0, 4.0);
    let remedy = changed(world, &mut chance, renewed, (ChangeKind::Infra, &BY_HAND), None);
    let refused = run_down(world, ends, renewed);
    let depth = |at: Time| ramp(at, ends..renewed, over);
    failing(world, "warehouse", ends..over, |at| 0.6 * depth(at));
    loud(world, "certificate", &[("warehouse.handshake", 14.0), ("checkout.untrusted", 7.0)], ends..renewed, over);
    sort(world);
    let onset = refused.unwrap_or(ends + -DAY);
    Case {
        report: Some(Report {
            id: chance.filled("INC-5###"),
            title: "No order can be placed",
            noticed_at: paged,
            noticed_by: "page: more than 5 % of orders failed for five minutes",
            page: Some("OrdersFail"),
            service: "checkout",
            summary: "Most orders fail; pages show no stock.",
            resolved_at: Some(over),
        }),
        users_hurt_at: Some(ends),
        path: vec!["warehouse", "checkout", "shopfront"],
        precursors: vec![
            precursor("new", "log", "warehouse", "certificate was not renewed", onset),
            precursor("moved", "metric", "warehouse", "certificate_days_left", onset),
        ],
        remedies: vec![remedy],
        ..Case::default()
    }
}

/// The days count down to nothing; each night from the one on at which it should have been renewed, it says that it was not.
/// Returns when it first did.
fn run_down(world: &mut World, ends: Time, renewed: Time) -> Option<Time> {
    let whole = 3.0 * renewed_with_days(&world.calendar);
    let left = |at: Time| (ends - at) as f64 / DAY as f64;
    let (start, end) = (world.calendar.start, world.calendar.end);
    world
        .conditions
        .certificate_days
        .change(start, end, |at, _| if at < renewed { left(at) } else { whole - (at - renewed) as f64 / DAY as f64 });
    world.events.retain(|e| e.line.id != "warehouse.renewed");
    let line = lines::of("warehouse.unrenewed");
    let nights = (0..world.calendar.days).map(|day| world.calendar.hour(day, 3.2));
    let tried = nights.filter(|at| left(*at) <= renewed_with_days(&world.calendar) && *at < ends);
    let all: Vec<Event> = tried
        .map(|at| {
            let mut chance = Chance::of(world.seed, line.id, midnight(at).0 as u64);
            let at = at + seconds(chance.between(2.0, 40.0));
            Event { given: left(at).floor() as i64, ..events::event(world, line, at, &mut chance) }
        })
        .collect();
    let first = first(&all);
    world.events.extend(all);
    first
}
