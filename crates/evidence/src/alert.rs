//! Alerts that were delivered, and what kept alerts from being delivered.

use crate::time::Time;

/// One alert that a rule fired and that reached somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The rule's name.
    pub name: String,
    /// The service that it was about, where a label says so.
    pub service: Option<String>,
    /// When it fired.
    pub starts_at: Time,
    /// When it stopped, where it did.
    pub ends_at: Option<Time>,
    /// Number of the source that it came from.
    pub source: u32,
    /// Its record number in that source, from 1.
    pub record: u64,
}

/// A silence: while it is in force, an alert whose labels fit all its matchers reaches nobody. Source: Alertmanager's
/// `/api/v2/silences`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSilence {
    /// What an alert's labels must be.
    pub matchers: Vec<Matcher>,
    /// What was written down as its reason; may be empty.
    pub comment: String,
    /// From when it is in force.
    pub starts_at: Time,
    /// Until when, where that is known.
    pub ends_at: Option<Time>,
    /// Number of the source that it came from.
    pub source: u32,
    /// Its record number in that source, from 1.
    pub record: u64,
}

/// What one label of an alert must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: String,
    /// Its value, or a regular expression over all of it.
    pub value: String,
    /// Whether the value is a regular expression.
    pub is_regex: bool,
    /// Whether the label must fit, or must not.
    pub is_equal: bool,
}

impl std::fmt::Display for AlertSilence {
    /// As Alertmanager writes it: `{service="cart",alertname=~"Slow.*"}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("{")?;
        for (n, matcher) in self.matchers.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            let joined = match (matcher.is_equal, matcher.is_regex) {
                (true, false) => "=",
                (true, true) => "=~",
                (false, false) => "!=",
                (false, true) => "!~",
            };
            write!(f, "{comma}{}{joined}{:?}", matcher.label, matcher.value)?;
        }
        f.write_str("}")
    }
}
