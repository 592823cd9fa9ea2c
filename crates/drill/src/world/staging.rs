//! The shop once more, for those who build it: staging.
//!
//! Releases run there some hours before they run in production, its customers are a few colleagues at working hours, and
//! nothing that an incident does to production happens to it: what comes of size, of time or of customers is never seen
//! there. It is drawn from a seed of its own. Read [`of`] first.

use evidence::{HOUR, Nanos};

use super::World;
use super::changes::Change;
use super::conditions::Conditions;
use super::events;
use super::life::{Deploy, Life};
use super::load;
use super::pods::Pods;
use crate::chance::Chance;
use crate::plan::Settings;

/// Of production's load.
const LOAD: f64 = 0.03;
/// Of production's sampled lines.
const VOLUME: f64 = 0.04;
/// Points lie so many times as far apart.
const STEPS: Nanos = 6;

/// Staging beside that production.
pub fn of(production: &World) -> World {
    let seed = Chance::of(production.seed, "staging", 0).bits();
    let calendar = production.calendar;
    let settings = Settings {
        volume: VOLUME * production.settings.volume,
        metric_step: (STEPS * production.settings.metric_step).min(HOUR),
        traces_a_day: 0.0,
        ..production.settings
    };
    let mut life = Life::of(seed, &calendar);
    life.deploys = production.life.deploys.iter().map(|d| earlier(seed, d)).collect();
    life.deploys.sort_by_key(|d| (d.at, d.service.name));
    life.tweaks.clear();
    life.named.clear();
    let mut load = load::of(seed, &calendar, &life);
    load.change(
        calendar.start,
        calendar.end,
        |at, load| {
            if events::office(at) > 0.0 { LOAD * load } else { LOAD * LOAD * load }
        },
    );
    let conditions = Conditions::of(seed, &calendar, &life, &load);
    let pods = Pods::of(seed, &calendar, &life);
    let (events, runs, changes) = (Vec::new(), Vec::new(), Vec::<Change>::new());
    let mut world =
        World { seed, settings, calendar, load, life, pods, conditions, events, changes, runs, staging: true };
    world.events = events::of(&world);
    world.find_runs();
    world.conditions.settle(&calendar);
    world
}

/// The same release, two to twenty hours before.
fn earlier(seed: u64, deploy: &Deploy) -> Deploy {
    let mut chance = Chance::of(seed, deploy.service.name, deploy.at.0 as u64);
    let at = (deploy.at + -(HOUR as f64 * chance.between(2.0, 20.0)) as Nanos).floor(evidence::SECOND);
    Deploy { at, ..deploy.clone() }
}
