//! A flag makes the checkout send larger orders in two parcels, and charge the delivery twice. It answers as quickly as
//! ever, says that all is well, and no line, point or span differs from those of a world without it.
//!
//! **Truth.** Two days before the last one, `split-shipment` is switched on for everybody. From the first
//! order on users are charged too much. On the last day, in the early afternoon, the support desk counts its tickets. There
//! are no precursors: the only right verdict is *silent*. The flag stands among the changes like every other; with releases
//! nearer to the tickets, and nothing in the evidence that points at any of them, "no change that we can see" is an honest
//! first suspect, the flag is a lucky one, everything else is wrong.
//!
//! **How visible it is.** Not at all: the evidence is, byte for byte, that of the quiet world but for one line more in
//! `changes.jsonl` and, as in any repository, other hashes of the commits after it.

use evidence::{ChangeKind, SECOND};

use super::{Case, Incident, Report};
use crate::chance::Chance;
use crate::moments::seconds;
use crate::shop::work::Work;
use crate::world::World;
use crate::world::changes::{self, Change};

/// The silent one.
pub const INCIDENT: Incident = Incident {
    name: "silent",
    story: "a flag makes the checkout charge delivery twice, quickly and without a word",
    works: &[&WORK],
    live: super::as_ever,
    happen,
};

/// The flag.
const FLAG: &str = "split-shipment";

const WORK: Work = Work {
    service: "checkout",
    summary: "split-shipment: large orders in two parcels, for everybody",
    file: "flags/split-shipment.yaml",
    minus: "  rollout: 5",
    plus: "  rollout: 100",
};

fn happen(world: &mut World) -> Case {
    let mut chance = Chance::of(world.seed, "silent", 0);
    let calendar = world.calendar;
    let flipped = calendar.hour(calendar.days - 3, chance.between(10.0, 16.0)).floor(SECOND);
    let noticed_at = calendar.hour(calendar.days - 1, chance.between(12.0, 15.5)).floor(SECOND);
    let change = changes::changed(&mut chance, flipped, ChangeKind::Flag, &WORK);
    world.changes.push(Change { reference: FLAG.to_string(), ..change });
    changes::sort(&mut world.changes);
    Case {
        report: Some(Report {
            id: chance.filled("SUP-###"),
            title: "Customers are charged delivery twice",
            noticed_at,
            noticed_by: "support desk: nineteen tickets",
            page: None,
            service: "checkout",
            summary: "Orders of several large plants show the delivery fee two times on the invoice.",
            resolved_at: None,
        }),
        users_hurt_at: Some(flipped + seconds(chance.between(200.0, 900.0)).div_euclid(SECOND) * SECOND),
        culprit: Some(FLAG.to_string()),
        culprit_service: Some("checkout"),
        path: vec!["checkout"],
        silent: true,
        ..Case::default()
    }
}
