//! Everybody wants lavender: more customers from evening to evening, then more than the pages can bear.
//!
//! **Story.** A gardener on television names the shop. Three evenings before, a tenth more customers come than usual, then a
//! quarter, then a third; now and then all workers of the shopfront are busy and a request waits, with one line at level INFO.
//! On the last evening two and a half times as many come within the hour; the workers are busy all the time, requests queue
//! and are refused. Somebody switches the recommendations off, which is enough. Releases lie near; no change did it.
//!
//! **Truth.** No culprit; the path is shopfront. What could have been noticed, and what it amounts to (three-week worlds,
//! seeds 1 to 8, beside the same worlds without the incident; sigma is the deviation of the evenings' mean over the working
//! days before the onset; a test holds the order of size for other seeds):
//!
//! - `requests_per_second`: the mean of an evening (17 to 21 h) lies 3 to 9 sigma higher on the evening before the last, the
//!   mean of a day 1.5 to 4; that of the third evening before, a tenth more, is within the ordinary;
//! - `workers_busy_ratio`: the same;
//! - the line `all workers were busy, request waited`, never seen before: 23 to 80 times, first 50 to 74 hours before,
//!   nearly all in the evenings.
//!
//! Pages take 1 % longer in the mean of the day before.

use evidence::{ChangeKind, DAY, MINUTE, Time};

use super::means::{changed, failing, first, later, loud, precursor, ramp, said, slower, sort};
use super::{Case, Incident, Report};
use crate::chance::{Chance, exp};
use crate::shop::work::Work;
use crate::world::World;
use crate::world::calendar::Calendar;
use crate::world::life::{Life, Spell};

/// The surge.
pub const INCIDENT: Incident = Incident {
    name: "surge",
    story: "more customers from evening to evening, then more than the pages can bear; releases lie near and did nothing",
    works: &[&LIGHTER],
    live,
    happen,
};

/// How many more come on the evenings before the last, and before the storm of the last one.
const EVENINGS: [f64; 4] = [1.10, 1.22, 1.34, 1.40];

const LIGHTER: Work = Work {
    service: "shopfront",
    summary: "recommendations: off until the crowd has gone",
    file: "flags/recommendations.yaml",
    minus: "  rollout: 100",
    plus: "  rollout: 0",
};

fn live(life: &mut Life, calendar: &Calendar, seed: u64) {
    let mut chance = Chance::of(seed, "surge/live", 0);
    let many = EVENINGS.len().min(calendar.days as usize - 1) as u32;
    for (number, factor) in EVENINGS.iter().rev().take(many as usize).enumerate() {
        let day = calendar.days - 1 - number as u32;
        let (from, to) = (chance.between(16.4, 17.2), chance.between(21.8, 22.6));
        life.surge.push(Spell { within: calendar.hour(day, from)..calendar.hour(day, to), factor: *factor });
    }
    // The crowd of the last evening comes within a quarter of an hour.
    for step in 0..5 {
        let from = calendar.busy + (3 * step - 11) * MINUTE;
        life.surge.push(Spell { within: from..calendar.busy + 80 * MINUTE, factor: 1.135 });
    }
}

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "surge", 0);
    let hurt = world.calendar.busy;
    let onset = world.life.surge.iter().map(|s| s.within.start).min().unwrap_or(hurt + -DAY);
    let paged = later(&mut chance, hurt, 5.0, 9.0);
    let lighter = later(&mut chance, paged, 25.0, 45.0);
    let over = later(&mut chance, lighter, 3.0, 6.0);
    let told = Some(("shopfront.flipped", "recommendations"));
    let remedy = changed(world, &mut chance, lighter, (ChangeKind::Flag, &LIGHTER), told);
    let waited = said(world, "surge", "shopfront.waited", onset..hurt, |at| busy_a_minute(world.load.at(at)));
    let first = first(&waited);
    world.events.extend(waited);
    let depth = |at: Time| ramp(at, hurt..lighter, over);
    slower(world, "shopfront", hurt..over, |at| 1.0 + 11.0 * depth(at));
    failing(world, "shopfront", hurt..over, |at| 0.12 * depth(at));
    loud(world, "surge", &[("shopfront.refused", 12.0), ("shopfront.waited", 20.0)], hurt..lighter, over);
    sort(world);
    let mut precursors = vec![precursor("moved", "metric", "shopfront", "requests_per_second", onset)];
    precursors.push(precursor("moved", "metric", "shopfront", "workers_busy_ratio", onset));
    precursors.extend(first.map(|at| precursor("new", "log", "shopfront", "all workers were busy", at)));
    Case {
        report: Some(Report {
            id: chance.filled("INC-9###"),
            title: "The shop is slow, pages are refused",
            noticed_at: paged,
            noticed_by: "page: a page takes more than 1.5 s",
            page: Some("PagesSlow"),
            service: "shopfront",
            summary: "Pages take seconds; one in eight is refused.",
            resolved_at: Some(over),
        }),
        users_hurt_at: Some(hurt),
        path: vec!["shopfront"],
        precursors,
        remedies: vec![remedy],
        ..Case::default()
    }
}

/// How many requests find all workers busy, a minute, where the shop is so busy.
fn busy_a_minute(load: f64) -> f64 {
    (0.004 * exp(3.2 * (load - 2.0))).min(0.4)
}
