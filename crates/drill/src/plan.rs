//! What is asked for: which incident, from which seed, how long a world, how much of it is shown.

use evidence::{DAY, HOUR, MINUTE, Nanos};

use crate::incidents::Incident;

/// One case. The same plan gives the same bytes on every machine.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What happens in it; see [`crate::kinds`].
    pub incident: &'static Incident,
    /// What everything random follows from.
    pub seed: u64,
    /// How much of it there is.
    pub settings: Settings,
    /// How much of it is shown.
    pub cut: Cut,
}

/// How long a world lasts and how much it writes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Its length in days, 3 to 365. What an incident does nine days before is done after 4/7 of a shorter world than 21.
    pub days: u32,
    /// How many of the lines that come with requests are logged: 1 gives about 5,000 lines a day in all.
    pub volume: f64,
    /// How far the points of a metric lie apart, in ns; whole minutes, at most an hour.
    pub metric_step: Nanos,
    /// How many requests a day are traced, in the mean.
    pub traces_a_day: f64,
}

/// Three weeks, 5,000 lines a day, a point every five minutes, 70 traced requests a day.
impl Default for Settings {
    fn default() -> Settings {
        Settings { days: 21, volume: 1.0, metric_step: 5 * MINUTE, traces_a_day: 70.0 }
    }
}

impl Settings {
    /// A small world for tests that look at form, not at statistics: a week, a tenth of the lines, a point every ten
    /// minutes.
    pub fn small() -> Settings {
        Settings { days: 7, volume: 0.1, metric_step: 10 * MINUTE, traces_a_day: 10.0 }
    }

    /// What is wrong with them, where something is.
    pub fn complaint(&self) -> Option<String> {
        if !(3..=365).contains(&self.days) {
            return Some(format!("a world lasts 3 to 365 days, not {}", self.days));
        }
        if self.metric_step < MINUTE || self.metric_step > HOUR || self.metric_step % MINUTE != 0 {
            return Some("points lie whole minutes apart, at most an hour".to_string());
        }
        let counts = [self.volume, self.traces_a_day];
        let fine =
            counts.iter().all(|c| c.is_finite() && *c >= 0.0) && self.volume <= 100.0 && self.traces_a_day <= 1e5;
        (!fine).then(|| "volume lies between 0 and 100, traces a day between 0 and 100,000".to_string())
    }
}

/// How much of the evidence is left: what lies earlier was never kept. The incident itself always stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cut {
    /// Everything.
    Whole,
    /// From three days before the incident on (of a quiet world the last three days).
    ThreeDays,
    /// From a day before.
    Day,
    /// From two hours before.
    TwoHours,
}

impl Cut {
    /// All of them, the longest first.
    pub const ALL: [Cut; 4] = [Cut::Whole, Cut::ThreeDays, Cut::Day, Cut::TwoHours];

    /// How much is left before the incident, or `None` for all.
    pub fn before(self) -> Option<Nanos> {
        match self {
            Cut::Whole => None,
            Cut::ThreeDays => Some(3 * DAY),
            Cut::Day => Some(DAY),
            Cut::TwoHours => Some(2 * HOUR),
        }
    }

    /// Its name in tables and folders.
    pub fn name(self) -> &'static str {
        match self {
            Cut::Whole => "whole",
            Cut::ThreeDays => "3d",
            Cut::Day => "1d",
            Cut::TwoHours => "2h",
        }
    }
}
