//! Metric series: who reports what, with which labels. Points stand in [`crate::PointRow`].

use std::collections::BTreeMap;

use crate::names::{Name, Names};

/// One stream of numbers, as Prometheus means it: a metric of a service's instance with further labels.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Series {
    /// Whose it is, or [`Name::NONE`].
    pub service: Name,
    /// Which of the service's instances (pod, host), or [`Name::NONE`].
    pub instance: Name,
    /// The metric.
    pub metric: Name,
    /// Further labels as `key="value",key="value"`, sorted by key; [`Name::NONE`] for none.
    pub labels: Name,
}

impl Series {
    /// As Prometheus writes it, labels sorted: `latency_ms{instance="api-1",service="api"}`.
    pub fn written(&self, names: &Names) -> String {
        let mut labels: Vec<String> = Vec::new();
        if let Some(service) = names.given(self.service) {
            labels.push(format!("service=\"{service}\""));
        }
        if let Some(instance) = names.given(self.instance) {
            labels.push(format!("instance=\"{instance}\""));
        }
        if let Some(more) = names.given(self.labels) {
            labels.push(more.to_string());
        }
        labels.sort();
        let labels = labels.join(",");
        let metric = names.text(self.metric);
        if labels.is_empty() { metric.to_string() } else { format!("{metric}{{{labels}}}") }
    }
}

/// The number of a series within one run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct SeriesIndex(pub u32);

/// The series of one run, at most `limit` of them; what comes beyond is refused and counted.
#[derive(Clone, Debug)]
pub struct SeriesTable {
    all: Vec<Series>,
    known: BTreeMap<Series, SeriesIndex>,
    limit: usize,
    refused: u64,
}

impl SeriesTable {
    /// An empty table.
    pub fn new(limit: usize) -> SeriesTable {
        SeriesTable { all: Vec::new(), known: BTreeMap::new(), limit, refused: 0 }
    }

    /// The number of a series, or `None` where the table is full (a label set that explodes).
    pub fn index(&mut self, series: Series) -> Option<SeriesIndex> {
        if let Some(index) = self.known.get(&series) {
            return Some(*index);
        }
        if self.all.len() >= self.limit {
            self.refused += 1;
            return None;
        }
        let index = SeriesIndex(self.all.len() as u32);
        self.all.push(series);
        self.known.insert(series, index);
        Some(index)
    }

    /// The series behind a number that this table gave.
    pub fn get(&self, index: SeriesIndex) -> Series {
        self.all[index.0 as usize]
    }

    /// All series, in the order in which they came.
    pub fn all(&self) -> &[Series] {
        &self.all
    }

    /// How many points found no place.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}
