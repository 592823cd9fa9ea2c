//! Evidence becomes signals: what departed from its own normal, since when, how sure.
//!
//! Buckets of one minute go into an [`Engine`]; out come [`Signal`]s at the moment at which a listener that knew only the
//! past would have raised them. This room knows log templates, baselines and arithmetic. It refuses to know disks, clocks,
//! causes and prose. Read [`Engine`], then [`budget`] (what a strength means), then one file of `detectors/`.

mod arithmetic;
pub mod budget;
pub mod calls;
mod countdown;
pub mod detectors;
mod engine;
mod fold;
pub mod hindsight;
pub mod meters;
mod novelty;
pub mod series;
mod signal;
mod starts;
pub mod templates;
mod weigh;
mod wording;

pub use engine::{Engine, Settings};
pub use fold::{Fold, is_felt, key};
pub use signal::{Amount, BaseRate, Citation, Direction, Kind, Member, Origin, Signal, Subject, Unit};
