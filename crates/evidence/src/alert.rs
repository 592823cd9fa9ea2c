//! Alerts that were delivered.

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
