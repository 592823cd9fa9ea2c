//! Invented incidents whose cause is known: the liar that knows the truth, and the marks that backstory gets for what it
//! tells of them.
//!
//! A [`Plan`] names an incident, a seed and a size; [`write()`] makes the evidence of a shop that does not exist, some weeks
//! of it, as restless as real life, and the truth beside it. [`score`] compares what the program printed with that truth.
//! This room refuses to know every algorithm that it judges: it depends on the vocabulary alone and reads the program's
//! JSON, never its types. It reads no clock and no environment, has no randomness but its seed's, and writes only below the
//! folder that it is given. Read [`Plan`] first, then [`Truth`].
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let incident = drill::kind("pool").ok_or("no such incident")?;
//! let settings = drill::Settings { days: 4, ..drill::Settings::small() };
//! let plan = drill::Plan { incident, seed: 1, settings, cut: drill::Cut::Whole };
//! let written = drill::write(&plan, folder.path())?;
//! assert_eq!(written.truth.path, ["payments", "checkout", "shopfront"]);
//! assert!(folder.path().join("evidence/metrics.csv").exists());
//! # Ok(())
//! # }
//! ```

mod chance;
mod history;
mod incidents;
pub mod lines;
mod moments;
mod plan;
pub mod score;
pub mod series;
mod shop;
mod truth;
mod world;
mod writing;

use std::io;
use std::path::Path;

pub use incidents::Incident;
pub use plan::{Cut, Plan, Settings};
pub use truth::{Ordinary, Precursor, Truth};
pub use writing::{Written, WrittenFile};

/// All incidents that can be drilled, ordinary life (`quiet`) among them.
pub fn kinds() -> &'static [Incident] {
    incidents::INCIDENTS
}

/// The incident of that name.
pub fn kind(name: &str) -> Option<&'static Incident> {
    kinds().iter().find(|k| k.name == name)
}

/// Makes a case in a folder: `evidence/` with what a system leaves behind, `incident.yaml` with what people know (not for
/// `quiet`), `rules.yaml` with what would tell, `alerts.json` with what did, `staging/` with what the shop's double leaves behind,
/// `repository.git` with the history of its code, `truth.json` with what nobody is told. What the folder already holds under these names is overwritten; what
/// else lies in it stays, so give an empty one.
///
/// # Errors
///
/// Settings that make no sense, and what the file system refuses.
pub fn write(plan: &Plan, folder: &Path) -> io::Result<Written> {
    if let Some(complaint) = plan.settings.complaint() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, complaint));
    }
    let mut world = world::World::living(plan.seed, plan.settings, plan.incident.live);
    let mut case = (plan.incident.happen)(&mut world);
    world.conditions.settle(&world.calendar);
    writing::case(&mut world, &mut case, plan, folder)
}
