//! A world becomes files: logs, metrics, traces and changes under `evidence/`, the report, the rules, the alerts that were
//! delivered and the truth beside them.
//!
//! Only here are words, points and spans found, from the state of the world at their moment; only here is anything cut off.
//! Nothing random is drawn from a stream that two files share. Read [`case`] first.

mod alerts;
mod changes;
mod git;
mod gzip;
mod incident;
mod logs;
mod metrics;
mod sha1;
mod traces;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use evidence::{ChangeKind, MINUTE, Time};

use crate::history::{self, Commit};
use crate::incidents::{Case, Report};
use crate::plan::{Cut, Plan};
use crate::truth::Truth;
use crate::world::{World, staging};
use alerts::Alert;
use git::Repository;

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The folder of the evidence.
    pub evidence: PathBuf,
    /// The report, where there is an incident.
    pub incident: Option<PathBuf>,
    /// The truth.
    pub truth: Truth,
    /// The files of the evidence, by name.
    pub files: Vec<WrittenFile>,
}

/// One file of the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its name in the folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its records: log records (a stack trace is part of one), points, spans or changes.
    pub records: usize,
}

/// A file before it is written.
pub struct File {
    name: String,
    text: Vec<u8>,
    records: usize,
}

/// Writes a case into a folder.
pub fn case(world: &mut World, case: &mut Case, plan: &Plan, folder: &Path) -> io::Result<Written> {
    let history = history::of(world);
    let repository = Repository::of(&history);
    name_changes(world, case, &history, &repository);
    let (world, case) = (&*world, &*case);
    let from = shown_from(world, case, plan.cut);
    let evidence = folder.join("evidence");
    fs::create_dir_all(&evidence)?;
    let mut files = logs::files(world, from);
    let points = metrics::points(world);
    let alerts = alerts::fired(world, &points);
    files.extend([metrics::file(&points, from, None), traces::file(world, from), changes::file(world, from)]);
    files.retain(|f| f.records > 0);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    for file in &files {
        fs::write(evidence.join(&file.name), &file.text)?;
    }
    fs::write(folder.join("rules.yaml"), alerts::rules())?;
    fs::write(folder.join("alerts.json"), alerts::delivered(world, &alerts, from))?;
    let report = case.report.as_ref().map(|report| paged(report, case, &alerts));
    staged(world, from, &folder.join("staging"))?;
    repository.write(&folder.join("repository.git"), &tags(world, &repository))?;
    let truth = Truth {
        noticed_at: report.as_ref().map(|r| r.noticed_at),
        told_at: told(case, &alerts),
        ..truth(world, case, plan, from)
    };
    let mut text = serde_json::to_string_pretty(&truth)?;
    text.push('\n');
    fs::write(folder.join("truth.json"), text)?;
    let incident = report.as_ref().map(|report| (folder.join("incident.yaml"), incident::yaml(report)));
    if let Some((path, text)) = &incident {
        fs::write(path, text)?;
    }
    let files =
        files.into_iter().map(|f| WrittenFile { bytes: f.text.len(), name: f.name, records: f.records }).collect();
    Ok(Written { evidence, incident: incident.map(|(path, _)| path), truth, files })
}

/// Changes are called by the hashes of their commits, and their diffs stand where the commits have them. A flag keeps its
/// name, by which everybody calls it.
fn name_changes(world: &mut World, case: &mut Case, history: &[Commit], repository: &Repository) {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for (commit, hash) in history.iter().zip(&repository.commits) {
        let Some(change) = commit.change.and_then(|number| world.changes.get_mut(number)) else { continue };
        if let Some(diff) = &change.diff {
            change.diff = Some(history::placed(diff, commit));
        }
        if change.kind != ChangeKind::Flag {
            named.insert(change.reference.clone(), hash[..SHORT].to_string());
        }
    }
    let refs = world.changes.iter_mut().map(|c| &mut c.reference);
    for reference in refs.chain(&mut case.culprit).chain(&mut case.remedies) {
        if let Some(hash) = named.get(reference) {
            *reference = hash.clone();
        }
    }
}

/// So many letters of a hash name a commit.
const SHORT: usize = 10;

/// Each release is a tag on what it ships.
fn tags(world: &World, repository: &Repository) -> Vec<(String, String)> {
    let releases = world.changes.iter().filter(|c| c.kind == ChangeKind::Deploy);
    let whole = |short: &str| repository.commits.iter().find(|hash| hash.starts_with(short)).cloned();
    let version = |summary: &str| summary.trim_start_matches("release ").to_string();
    releases
        .filter_map(|c| whole(&c.reference).map(|hash| (format!("{}-{}", c.service, version(&c.summary)), hash)))
        .collect()
}

/// Staging's logs and points, in a folder of their own: whoever wants them passes them.
fn staged(production: &World, from: Time, folder: &Path) -> io::Result<()> {
    let world = staging::of(production);
    fs::create_dir_all(folder)?;
    let mut files = logs::files(&world, from);
    files.push(metrics::file(&metrics::points(&world), from, Some("staging")));
    files.iter().filter(|f| f.records > 0).try_for_each(|file| fs::write(folder.join(&file.name), &file.text))
}

/// A page is an alert: it comes when its rule first fires after users were hurt. Where points lie too far apart for that
/// rule, somebody else called at the moment that the incident says.
fn paged(report: &Report, case: &Case, alerts: &[Alert]) -> Report {
    let fires = |a: &&Alert| Some(a.rule.alert) == report.page && case.users_hurt_at.is_some_and(|h| a.from >= h);
    let page = alerts.iter().find(fires).map(|a| a.from).filter(|at| *at <= report.noticed_at + 20 * MINUTE);
    Report { noticed_at: page.unwrap_or(report.noticed_at), ..report.clone() }
}

/// When an alert of a service on the path was delivered that still fired when users were hurt.
fn told(case: &Case, alerts: &[Alert]) -> Option<Time> {
    let hurt = case.users_hurt_at?;
    let ours = |a: &&Alert| case.path.contains(&a.rule.service) && a.from < hurt && a.to > hurt;
    alerts.iter().find(ours).map(|a| a.from)
}

/// The first moment that is left: so long before users were hurt; of what nobody felt at a moment, before it was noticed;
/// of a quiet world, before its end.
fn shown_from(world: &World, case: &Case, cut: Cut) -> Time {
    let noticed = case.report.as_ref().map(|r| r.noticed_at);
    let incident = if case.silent { noticed } else { case.users_hurt_at };
    let from = cut.before().map_or(world.calendar.start, |before| incident.unwrap_or(world.calendar.end) + -before);
    from.max(world.calendar.start)
}

fn truth(world: &World, case: &Case, plan: &Plan, from: Time) -> Truth {
    let mut shown: Vec<String> = changes::shown(world, from).map(|c| c.reference.clone()).collect();
    shown.sort();
    shown.dedup();
    let blamed = |reference: &String| case.culprit.as_ref() == Some(reference) || case.remedies.contains(reference);
    Truth {
        kind: plan.incident.name.to_string(),
        seed: plan.seed,
        cut: plan.cut.name().to_string(),
        start: from,
        end: world.calendar.end,
        noticed_at: None,
        told_at: None,
        users_hurt_at: case.users_hurt_at,
        culprit: case.culprit.clone(),
        culprit_shown: case.culprit.as_ref().is_some_and(|c| shown.contains(c)),
        culprit_service: case.culprit_service.map(str::to_string),
        path: case.path.iter().map(|s| s.to_string()).collect(),
        precursors: case.precursors.clone(),
        innocent: shown.into_iter().filter(|r| !blamed(r)).collect(),
        remedies: case.remedies.clone(),
        silent: case.silent,
        ordinary: world.life.told(from),
    }
}
