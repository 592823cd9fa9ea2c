//! The payment provider stumbles for a day, then falls: nobody in the shop did anything.
//!
//! **Story.** A day before, the provider has short slow spells, some minutes each, in which it now and then answers 502 and
//! answers when asked again; payments says so at level INFO. In the afternoon of the last day it answers next to nothing for
//! the better part of an hour, and heals by itself. A release of payments lies two to five hours before, of the checkout a
//! day, of the shopfront on the same day: all innocent.
//!
//! **Truth.** No culprit; the path is cardway, payments, checkout, shopfront. What could have been noticed, and what it
//! amounts to (three-week worlds, seeds 1 to 8, beside the same worlds without the incident; a test holds the order of size
//! for other seeds):
//!
//! - the line `cardway answered 502 for …, asked again`, never seen before: 14 to 28 times, first 21 to 29 hours before, in
//!   six to ten clusters of minutes;
//! - `provider_latency_p95_ms`: a sixth to two fifths higher in these minutes, which are one to four points each; the mean
//!   of a day moves by less than half a sigma. Ordinary slow hours, which come about once in eight days, look alike and last
//!   longer;
//! - `provider_error_ratio`: 1 % more in these minutes, about three times what is usual; the mean of a day moves by half a
//!   sigma to one.
//!
//! Of the spans that are traced two or three fall into these minutes: they tell nothing.
//!
//! Orders take 1 to 2 % longer in the mean of the day before.

use std::ops::Range;

use evidence::{HOUR, Time};

use super::means::{failing, first, later, loud, precursor, ramp, said, slower, sort};
use super::{Case, Incident, Report};
use crate::chance::Chance;
use crate::moments::seconds;
use crate::shop::PROVIDER;
use crate::world::World;
use crate::world::calendar::Calendar;
use crate::world::life::Life;

/// The provider's outage.
pub const INCIDENT: Incident = Incident {
    name: "provider",
    story: "the payment provider murmurs for a day and then answers nothing; releases lie near and did nothing",
    works: &[],
    live,
    happen,
};

/// Its murmurs, in hours between them.
const EVERY_HOURS: Range<f64> = 1.6..4.4;

/// When it falls, when somebody is paged, when it stands again.
struct Course {
    murmurs: Time,
    hurt: Time,
    paged: Time,
    heals: Time,
    over: Time,
}

fn course(calendar: &Calendar, seed: u64) -> Course {
    let mut chance = Chance::of(seed, "provider/course", 0);
    let hurt = later(&mut chance, calendar.hour(calendar.days - 1, 14.0), 0.0, 210.0);
    let murmurs = later(&mut chance, hurt + -30 * HOUR, 0.0, 420.0);
    let paged = later(&mut chance, hurt, 5.0, 9.0);
    let heals = later(&mut chance, paged, 30.0, 60.0);
    let over = later(&mut chance, heals, 4.0, 8.0);
    Course { murmurs, hurt, paged, heals, over }
}

fn live(life: &mut Life, calendar: &Calendar, seed: u64) {
    let hurt = course(calendar, seed).hurt;
    let mut chance = Chance::of(seed, "provider/live", 0);
    life.leave_alone("payments", hurt + -24 * HOUR);
    life.release("payments", later(&mut chance, hurt + -5 * HOUR, 0.0, 180.0), None);
}

fn happen(world: &mut World) -> Case {
    let course = course(&world.calendar, world.seed);
    let wobbled = murmur(world, &course);
    fall(world, &course);
    sort(world);
    let mut precursors: Vec<_> =
        wobbled.map(|at| precursor("new", "log", "payments", "cardway answered 502", at)).into_iter().collect();
    precursors.push(precursor("moved", "metric", "payments", "provider_latency_p95_ms", course.murmurs));
    precursors.push(precursor("more", "metric", "payments", "provider_error_ratio", course.murmurs));
    Case {
        report: Some(report(world.seed, &course)),
        users_hurt_at: Some(course.hurt),
        path: vec![PROVIDER, "payments", "checkout", "shopfront"],
        precursors,
        ..Case::default()
    }
}

/// Short slow spells, closer together towards the end. Returns when a line first told of one.
fn murmur(world: &mut World, course: &Course) -> Option<Time> {
    let mut chance = Chance::of(world.seed, "provider/murmurs", 0);
    let (mut at, mut spells) = (course.murmurs, Vec::new());
    while at < course.hurt {
        let to = (at + seconds(60.0 * chance.between(6.0, 18.0))).min(course.hurt);
        spells.push((at..to, chance.between(1.16, 1.42)));
        at = to + seconds(3600.0 * chance.between(EVERY_HOURS.start, EVERY_HOURS.end));
    }
    let mut all = Vec::new();
    for (number, (spell, factor)) in spells.iter().enumerate() {
        slower(world, PROVIDER, spell.clone(), |_| *factor);
        failing(world, PROVIDER, spell.clone(), |_| 0.010);
        let stream = format!("provider/{number}");
        all.extend(said(world, &stream, "payments.wobbled", spell.clone(), |_| 0.24));
    }
    let first = first(&all);
    world.events.extend(all);
    first
}

/// What everybody says while it lasts, so many times a minute.
const LOUD: [(&str, f64); 4] =
    [("payments.down", 11.0), ("payments.unanswered", 6.0), ("checkout.again", 8.0), ("checkout.failed", 7.0)];

fn fall(world: &mut World, course: &Course) {
    let within = course.hurt..course.heals;
    let depth = |at: Time| ramp(at, within.clone(), course.over);
    failing(world, PROVIDER, course.hurt..course.over, |at| 0.72 * depth(at));
    slower(world, PROVIDER, course.hurt..course.over, |at| 1.0 + 2.5 * depth(at));
    loud(world, "provider", &LOUD, within.clone(), course.over);
}

fn report(seed: u64, course: &Course) -> Report {
    Report {
        id: Chance::of(seed, "provider/report", 0).filled("INC-8###"),
        title: "Cards are not charged",
        noticed_at: course.paged,
        noticed_by: "page: more than 5 % of orders failed for five minutes",
        page: Some("OrdersFail"),
        service: "checkout",
        summary: "Half of the orders fail at the payment.",
        resolved_at: Some(course.over),
    }
}
