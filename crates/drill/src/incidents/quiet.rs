//! Nothing happens: weeks as restless as any, and no incident. Every signal in them is false, every verdict but "silent" is
//! wrong, and no change is to be suspected.

use super::{Case, Incident};

/// No incident.
pub const INCIDENT: Incident = Incident {
    name: "quiet",
    story: "ordinary life and nothing else",
    works: &[],
    live: super::as_ever,
    happen: |_| Case::default(),
};
