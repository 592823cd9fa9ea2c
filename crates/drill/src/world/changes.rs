//! What people did, as the list of changes tells it: commits and the releases that ship them, settings, flags, replicas.

use evidence::{ChangeKind, DAY, Nanos, Time};
use serde::Serialize;

use super::life::{Deploy, Life};
use crate::chance::Chance;
use crate::moments::{as_text, as_text_or_null, hour_of_day, is_weekend, midnight, seconds};
use crate::shop::work::{AUTHORS, COMMITS, Work};

/// One change event of the contract.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// When it was made.
    #[serde(serialize_with = "as_text::serialize")]
    pub time: Time,
    /// What was changed.
    #[serde(serialize_with = "as_word")]
    pub kind: ChangeKind,
    /// Whose.
    pub service: &'static str,
    /// A commit's hash or a flag's name.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<&'static str>,
    /// Its first line.
    pub summary: String,
    /// The files that it touches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<&'static str>,
    /// What it changes, as a unified diff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
    /// When it began to run, where that is later than its making and known.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text_or_null::serialize")]
    pub deployed_at: Option<Time>,
    /// Where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<&'static str>,
}

fn as_word<S: serde::Serializer>(kind: &ChangeKind, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(kind)
}

/// All changes of ordinary life, in order of time.
pub fn of(seed: u64, life: &Life) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    for deploy in &life.deploys {
        all.extend(release(seed, deploy, &all));
    }
    for (number, (at, tweak)) in life.tweaks.iter().enumerate() {
        let mut chance = Chance::of(seed, "changes/tweak", number as u64);
        let change = changed(&mut chance, *at, tweak.kind, &tweak.work);
        let flag = tweak.kind == ChangeKind::Flag;
        all.push(if flag { Change { reference: tweak.key.to_string(), ..change } } else { change });
    }
    all.extend(replicas(seed, life));
    sort(&mut all);
    all
}

/// Puts changes in order of time.
pub fn sort(changes: &mut [Change]) {
    changes.sort_by(|a, b| (a.time, &a.reference, a.kind).cmp(&(b.time, &b.reference, b.kind)));
}

/// A change of one line in one file, made by somebody, running at once.
pub fn changed(chance: &mut Chance, time: Time, kind: ChangeKind, work: &Work) -> Change {
    Change {
        time,
        kind,
        service: work.service,
        reference: hash(chance),
        author: Some(*chance.pick(AUTHORS)),
        summary: work.summary.to_string(),
        files: vec![work.file],
        diff: Some(diff(chance, work)),
        deployed_at: None,
        environment: Some("production"),
    }
}

fn hash(chance: &mut Chance) -> String {
    chance.filled("%%%%%%%%%%")
}

/// A unified diff of one hunk.
fn diff(chance: &mut Chance, work: &Work) -> String {
    let line = 4 + chance.below(240);
    let (old, new) = (u8::from(!work.minus.is_empty()), u8::from(!work.plus.is_empty()));
    let mut text = format!("--- a/{0}\n+++ b/{0}\n@@ -{line},{old} +{line},{new} @@\n", work.file);
    for (sign, what) in [('-', work.minus), ('+', work.plus)] {
        if !what.is_empty() {
            text.push(sign);
            text.push_str(what);
            text.push('\n');
        }
    }
    text
}

/// A release and the commits that it ships; its `ref` is that of the newest.
fn release(seed: u64, deploy: &Deploy, before: &[Change]) -> Vec<Change> {
    // Named after its moment, so that a release more moves no other.
    let mut chance = Chance::of(seed, "changes/release", deploy.at.0 as u64);
    let shipped = |work: &&Work| !before.iter().any(|c| c.summary == work.summary);
    let mut left: Vec<&Work> = COMMITS.iter().filter(|w| w.service == deploy.service.name).filter(shipped).collect();
    let many = if deploy.ships.is_some() { 1 } else { 1 + chance.below(3) };
    if let Some(work) = deploy.ships {
        left = vec![work];
    }
    let mut time = deploy.at + -seconds(chance.between(15.0, 70.0) * 60.0);
    let mut changes = Vec::new();
    for _ in 0..many {
        if left.is_empty() {
            break;
        }
        let work = left.remove(chance.below(left.len()));
        let commit = changed(&mut chance, time.floor(evidence::SECOND), ChangeKind::Commit, work);
        changes.push(Change { environment: None, ..commit });
        time = earlier(&mut chance, time);
    }
    if changes.is_empty() {
        changes.push(update(&mut chance, time.floor(evidence::SECOND), deploy));
    }
    changes.push(Change {
        time: deploy.at,
        kind: ChangeKind::Deploy,
        service: deploy.service.name,
        reference: changes[0].reference.clone(),
        author: changes[0].author,
        summary: format!("release {}", deploy.version),
        files: Vec::new(),
        diff: None,
        deployed_at: None,
        environment: Some("production"),
    });
    changes
}

/// A moment earlier in the same working day, or in the one before.
fn earlier(chance: &mut Chance, time: Time) -> Time {
    let same = time + -seconds(chance.between(0.3, 4.0) * 3600.0);
    if hour_of_day(same) >= 8.5 && same > midnight(time) {
        return same;
    }
    let mut day = midnight(time) + -DAY;
    while is_weekend(day) {
        day = day + -DAY;
    }
    day + seconds(chance.between(9.0, 18.0) * 3600.0)
}

/// Where there is nothing else to ship, libraries are brought up to date.
fn update(chance: &mut Chance, time: Time, deploy: &Deploy) -> Change {
    Change {
        time,
        kind: ChangeKind::Dependency,
        service: deploy.service.name,
        reference: hash(chance),
        author: Some(*chance.pick(AUTHORS)),
        summary: format!("update of libraries ({})", deploy.version),
        files: vec!["dependencies.lock"],
        diff: None,
        deployed_at: None,
        environment: None,
    }
}

/// A fourth checkout, and three again.
fn replicas(seed: u64, life: &Life) -> Vec<Change> {
    let mut chance = Chance::of(seed, "changes/replicas", 0);
    let lead: Nanos = 40 * evidence::SECOND;
    let work = |minus, plus, summary| Work {
        service: "checkout",
        summary,
        file: "deploy/checkout/production.yaml",
        minus,
        plus,
    };
    let more = work("  replicas: 3", "  replicas: 4", "checkout: a fourth replica for the garden fair");
    let less = work("  replicas: 4", "  replicas: 3", "checkout: three replicas again");
    let mut at = |time, work| changed(&mut chance, time, ChangeKind::Infra, work);
    vec![at(life.fourth.start + -lead, &more), at(life.fourth.end.floor(evidence::SECOND) + -lead, &less)]
}
