//! Vouchers are let into a country whose money rounds in other steps: only production ever sees one.
//!
//! **Story.** A flag lets vouchers count in Switzerland. A percentage of a sum in francs has more decimals than a sum may have;
//! for a single article that is a rounding of 0.01 and one harmless WARN, for a basket of several an exception. For days there
//! are a few such vouchers a day, all of single articles. Then a letter with a voucher goes to all Swiss customers, and every
//! order with it fails: one in fourteen. Staging has no francs. Within the hour the country is taken out again. Releases lie
//! near.
//!
//! **Truth.** The culprit is the flag; the path is checkout, shopfront. What could have been noticed, and what it amounts to
//! (three-week worlds, seeds 1 to 8; a test holds the order of size for other seeds):
//!
//! - the line `differs by 0.01 after rounding`, never seen before: 17 to 30 times, 1 to 4 a day at first, 3 to 7 in the last
//!   day, first 147 to 174 hours before;
//! - the value `CH/CHF` in the known line `voucher … taken for …`: 33 to 56 times, first 144 to 173 hours before; nine other
//!   pairs are known.
//!
//! No point differs from those of the quiet world before users are hurt.

use evidence::{ChangeKind, Time};

use super::means::{changed, failing, first, gone, later, loud, precursor, ramp, said, sort};
use super::{Case, Incident, Report};
use crate::chance::Chance;
use crate::shop::work::Work;
use crate::world::World;

/// The new combination.
pub const INCIDENT: Incident = Incident {
    name: "input",
    story: "vouchers meet francs, which only production has; a cent is wrong at first, then orders fail",
    works: &[&ON, &OFF],
    live: super::as_ever,
    happen,
};

/// The flag.
const FLAG: &str = "vouchers-switzerland";

const ON: Work = Work {
    service: "checkout",
    summary: "vouchers-switzerland: on for everybody",
    file: "flags/vouchers-switzerland.yaml",
    minus: "  rollout: 0",
    plus: "  rollout: 100",
};

const OFF: Work = Work {
    service: "checkout",
    summary: "checkout: no vouchers in CH until sums are rounded",
    file: "config/checkout/production.yaml",
    minus: "  voucher_countries: [DE, NL, AT, FR, BE, DK, IT, SE, PL, CH]",
    plus: "  voucher_countries: [DE, NL, AT, FR, BE, DK, IT, SE, PL]",
};

/// So many such vouchers a day at first, and on the last days.
const VOUCHERS_A_DAY: [f64; 2] = [2.5, 9.0];
/// This share of them is rounded with a word.
const ROUNDED: f64 = 0.55;

/// The moments of the story, in their order.
struct Course {
    on: Time,
    hurt: Time,
    paged: Time,
    off: Time,
    over: Time,
}

fn course(world: &World, chance: &mut Chance) -> Course {
    let hurt = world.calendar.busy;
    let on = later(chance, world.calendar.hour(world.calendar.workday_before(7), 10.0), 0.0, 300.0);
    let paged = later(chance, hurt, 6.0, 14.0);
    let off = later(chance, paged, 25.0, 50.0);
    let over = later(chance, off, 2.0, 4.0);
    Course { on, hurt, paged, off, over }
}

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "input", 0);
    let course = course(world, &mut chance);
    let culprit = changed(world, &mut chance, course.on, (ChangeKind::Flag, &ON), Some(("checkout.reloaded", FLAG)));
    let told = Some(("checkout.reloaded", "basket.voucher_countries"));
    let remedy = changed(world, &mut chance, course.off, (ChangeKind::Config, &OFF), told);
    let precursors = trickle(world, &course);
    let depth = |at: Time| ramp(at, course.hurt..course.off, course.over);
    failing(world, "checkout", course.hurt..course.over, |at| 0.075 * depth(at));
    let loudly = [("checkout.vouched_abroad", 3.0), ("checkout.unrounded", 2.4), ("checkout.rounded", 0.5)];
    loud(world, "input", &loudly, course.hurt..course.off, course.over);
    sort(world);
    Case {
        report: Some(Report {
            id: chance.filled("INC-6###"),
            title: "Orders with a voucher fail",
            noticed_at: course.paged,
            noticed_by: "page: more than 5 % of orders failed for five minutes",
            page: Some("OrdersFail"),
            service: "checkout",
            summary: "Customers in Switzerland cannot order with the voucher of this evening's letter.",
            resolved_at: Some(course.over),
        }),
        users_hurt_at: Some(course.hurt),
        culprit: Some(culprit),
        culprit_service: Some("checkout"),
        path: vec!["checkout", "shopfront"],
        precursors,
        remedies: vec![remedy],
        silent: false,
    }
}

/// A few a day, more from day to day; half of them with the harmless warning.
fn trickle(world: &mut World, course: &Course) -> Vec<crate::truth::Precursor> {
    let way = course.on..course.hurt;
    let [low, high] = VOUCHERS_A_DAY;
    let often = |at: Time| world.load.at(at) * (low + (high - low) * gone(at, &way)) / 1_440.0;
    let taken = said(world, "input/gray", "checkout.vouched_abroad", way.clone(), often);
    let rounded = said(world, "input/gray", "checkout.rounded", way.clone(), |at| ROUNDED * often(at));
    let of = |events: &[_], what| first(events).map(|at| precursor("new", "log", "checkout", what, at));
    let precursors = [of(&rounded, "differs by 0.01"), of(&taken, "ch/chf")].into_iter().flatten().collect();
    world.events.extend(taken);
    world.events.extend(rounded);
    precursors
}
