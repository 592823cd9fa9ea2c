//! What goes wrong: one file for each incident, with its story and its truth on top.
//!
//! An incident changes an ordinary world and says what is true of it. It may add lines, take some away, change the
//! conditions under which requests run, and add changes; it draws from streams of its own, so that nothing else moves. A new
//! one is a file with an [`Incident`] and a line in [`INCIDENTS`]; the tests of the list are then waiting for it.

mod batch;
mod certificate;
mod input;
mod leak;
mod means;
mod onepod;
mod pool;
mod promise;
mod provider;
mod quiet;
mod retries;
mod silent;
mod surge;

use evidence::Time;

use crate::shop::work::Work;
use crate::truth::Precursor;
use crate::world::World;
use crate::world::calendar::Calendar;
use crate::world::life::Life;

/// All of them.
pub const INCIDENTS: &[Incident] = &[
    pool::INCIDENT,
    leak::INCIDENT,
    retries::INCIDENT,
    certificate::INCIDENT,
    input::INCIDENT,
    batch::INCIDENT,
    provider::INCIDENT,
    surge::INCIDENT,
    onepod::INCIDENT,
    promise::INCIDENT,
    silent::INCIDENT,
    quiet::INCIDENT,
];

/// Something that goes wrong, or nothing.
#[derive(Clone, Copy, Debug)]
pub struct Incident {
    /// Its name, in tables and in `truth.json`.
    pub name: &'static str,
    /// What happens, in a sentence.
    pub story: &'static str,
    /// What people do in it: the repository of every world holds the lines that these find, whatever happens there.
    pub(crate) works: &'static [&'static Work],
    /// What it changes before the world is drawn: releases and restarts that it needs, customers that it brings.
    pub(crate) live: fn(&mut Life, &Calendar, u64),
    /// Makes it happen.
    pub(crate) happen: fn(&mut World) -> Case,
}

/// Most incidents leave ordinary life as it is.
fn as_ever(_: &mut Life, _: &Calendar, _: u64) {}

/// What is true of a world once an incident has happened in it.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// What people know and report.
    pub report: Option<Report>,
    /// When users were first hurt, whoever noticed it.
    pub users_hurt_at: Option<Time>,
    /// The `ref` of the change that did it.
    pub culprit: Option<String>,
    /// Whose change it was.
    pub culprit_service: Option<&'static str>,
    /// The services on the failing path, the first to fail first.
    pub path: Vec<&'static str>,
    /// What could have been noticed before.
    pub precursors: Vec<Precursor>,
    /// The `ref`s of changes that put it right again.
    pub remedies: Vec<String>,
    /// Whether no telemetry knew.
    pub silent: bool,
}

/// An incident as people report it: nothing that only the truth knows.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its name in the shop's system.
    pub id: String,
    /// Its headline.
    pub title: &'static str,
    /// When the page, or the first ticket, came.
    pub noticed_at: Time,
    /// Who or what noticed.
    pub noticed_by: &'static str,
    /// The rule whose alert is the page, where a page it was: then the alert gives the moment.
    pub page: Option<&'static str>,
    /// The service that hurt.
    pub service: &'static str,
    /// In a sentence.
    pub summary: &'static str,
    /// When it was over, where it is.
    pub resolved_at: Option<Time>,
}
