//! The shop alive: everything random is drawn here, first without any incident, then an incident changes it.
//!
//! Each line, series, pod and deploy has a stream of its own, and what is *written* (a latency in a line, a point, a span)
//! is computed last, from the state of the world at that moment and from numbers drawn before. So a case with an incident
//! and the same case without it differ in what the incident does and in nothing else. This room draws and writes nothing;
//! it knows no incident. Read [`World`] first.

pub mod calendar;
pub mod changes;
pub mod conditions;
pub mod events;
pub mod life;
pub mod load;
pub mod pods;
pub mod pool;
pub mod staging;
pub mod track;

use evidence::Time;

use crate::plan::Settings;
use crate::shop::lines::REORDER;
use calendar::Calendar;
use changes::Change;
use conditions::Conditions;
use events::Event;
use life::Life;
use pods::Pods;
use track::Track;

/// All that is so, and all that happens, from the first moment to the last.
#[derive(Debug)]
pub struct World {
    /// What everything random follows from.
    pub seed: u64,
    /// How long and how much.
    pub settings: Settings,
    /// From when to when, and the busy hour at which an incident may strike.
    pub calendar: Calendar,
    /// How busy the shop is, 1 in the mean.
    pub load: Track,
    /// Deploys, restarts, gaps: what happens to every system.
    pub life: Life,
    /// Which instance was called what, when.
    pub pods: Pods,
    /// How slow, how faulty, how crowded each part is.
    pub conditions: Conditions,
    /// The lines that will be said.
    pub events: Vec<Event>,
    /// What people did.
    pub changes: Vec<Change>,
    /// When each reorder run ended, and how many seconds it took.
    pub runs: Vec<(Time, f64)>,
    /// Whether it is staging.
    pub staging: bool,
}

impl World {
    /// The world of that seed, its ordinary life changed by `live` before anything else is drawn; nothing goes wrong in it
    /// yet.
    pub fn living(seed: u64, settings: Settings, live: fn(&mut Life, &Calendar, u64)) -> World {
        let calendar = Calendar::of(seed, settings.days);
        let mut life = Life::of(seed, &calendar);
        live(&mut life, &calendar, seed);
        let load = load::of(seed, &calendar, &life);
        let conditions = Conditions::of(seed, &calendar, &life, &load);
        let pods = Pods::of(seed, &calendar, &life);
        let changes = changes::of(seed, &life);
        let (events, runs) = (Vec::new(), Vec::new());
        let mut world =
            World { seed, settings, calendar, load, life, pods, conditions, events, changes, runs, staging: false };
        world.events = events::of(&world);
        world.find_runs();
        world
    }

    /// Looks up when the reorder runs ended; to be done again by whoever makes them longer.
    pub fn find_runs(&mut self) {
        let ends = self.events.iter().filter(|e| e.line.id == "warehouse.reordered");
        self.runs = ends.map(|e| (e.at, e.given as f64)).collect();
        self.runs.sort_by_key(|(at, _)| *at);
    }

    /// How many seconds the reorder run took that ended last before a moment; its usual length before any did.
    pub fn last_run(&self, at: Time) -> f64 {
        self.runs.iter().rev().find(|(ended, _)| *ended <= at).map_or(60.0 * REORDER.minutes, |(_, took)| *took)
    }

    /// The version of a service that runs at a moment.
    pub fn version(&self, service: &str, at: Time) -> String {
        self.life.version(service, at)
    }
}
