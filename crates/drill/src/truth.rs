//! What is true of a case. It is written beside the evidence, never into it, and only [`crate::score`] reads it.

use evidence::Time;
use serde::{Deserialize, Serialize};

use crate::moments::{as_text, as_text_or_null};

/// The truth about one case: `truth.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Which incident it is.
    pub kind: String,
    /// The seed of its world.
    pub seed: u64,
    /// How much of the evidence is left.
    pub cut: String,
    /// The evidence's first moment.
    #[serde(with = "as_text")]
    pub start: Time,
    /// The evidence's end.
    #[serde(with = "as_text")]
    pub end: Time,
    /// The page or the first ticket, as `incident.yaml` has it; null in a quiet world.
    #[serde(with = "as_text_or_null")]
    pub noticed_at: Option<Time>,
    /// When an alert was delivered that was right before users were hurt; null where none was.
    #[serde(with = "as_text_or_null")]
    pub told_at: Option<Time>,
    /// When users were really hurt first, whoever noticed it; null in a quiet world.
    #[serde(with = "as_text_or_null")]
    pub users_hurt_at: Option<Time>,
    /// The `ref` of the change that did it; null where none did.
    pub culprit: Option<String>,
    /// Whether the evidence still shows that change; it may have been cut away.
    pub culprit_shown: bool,
    /// Whose change it was.
    pub culprit_service: Option<String>,
    /// The services on the failing path, the first to fail first.
    pub path: Vec<String>,
    /// What could have been noticed before users were hurt, the plainest first.
    pub precursors: Vec<Precursor>,
    /// The `ref`s of all other changes that the evidence shows, without those that put it right.
    pub innocent: Vec<String>,
    /// The `ref`s of the changes that put it right.
    pub remedies: Vec<String>,
    /// Whether no telemetry knew: then only silence is right.
    pub silent: bool,
    /// What ordinary life did, so that a false signal can be told by what misled it. It excuses none.
    pub ordinary: Vec<Ordinary>,
}

/// Something that happens to every system and harms nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordinary {
    /// `deploy`, `restart`, `replicas`, `setting`, `slow provider`, `busier`, `no logs`, `no metrics`, `operator`.
    pub what: String,
    /// Whose telemetry it may show in; empty for everybody's.
    pub services: Vec<String>,
    /// From when on.
    #[serde(with = "as_text")]
    pub from: Time,
    /// Until when a listener may still be about to notice it: half an hour after its end.
    #[serde(with = "as_text")]
    pub to: Time,
}

/// Something that could have been noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precursor {
    /// Words of which a signal must mention one to be about it, in small letters.
    pub what: Vec<String>,
    /// Whose line or metric it is.
    pub service: String,
    /// From when on it is there.
    #[serde(with = "as_text")]
    pub onset: Time,
    /// `log`, `metric` or `trace`.
    pub kind: String,
    /// How it shows: `new` (never seen before), `more` (a known thing more often than usual), `moved` (a number where it
    /// usually is not).
    pub form: String,
}
