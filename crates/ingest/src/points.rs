//! Points on their way into a batch: series found again by their labels, a limit on how many there are.
//!
//! Refuses to know how a format writes them.

use std::collections::HashMap;

use evidence::{ComplaintKind, Time};

use crate::formats::label;
use crate::part::{Content, Part, Point, PointBatch, SeriesText};

/// Labels that name the service, the most telling first; the first that is there is taken.
const SERVICES: [&str; 7] =
    ["service", "service_name", "service.name", "app", "application", "app_kubernetes_io_name", "job"];
/// Labels that name the instance.
const INSTANCES: [&str; 11] = [
    "instance",
    "service.instance.id",
    "pod",
    "pod_name",
    "k8s.pod.name",
    "host",
    "hostname",
    "host.name",
    "node",
    "node_name",
    "server",
];

/// The series of a metric with these labels: the service and the instance are taken out of them. Of a label that stands
/// twice the first is kept.
pub(crate) fn series_of(metric: &str, mut labels: Vec<(String, String)>, line: u64, part: &mut Part) -> SeriesText {
    labels.retain(|(_, value)| !value.is_empty());
    labels.sort_by(|one, other| one.0.cmp(&other.0));
    let all = labels.len();
    labels.dedup_by(|second, first| second.0 == first.0);
    if labels.len() < all {
        part.coverage.complain(ComplaintKind::Duplicate, line, "a label twice in one series: the first stands");
    }
    let mut take = |names: &[&str]| {
        let place = names.iter().find_map(|name| labels.iter().position(|(label, _)| label == name));
        place.map(|place| labels.remove(place).1).unwrap_or_default()
    };
    let (service, instance) = (take(&SERVICES), take(&INSTANCES));
    let labels: Vec<String> = labels.iter().map(|(name, value)| label(name, value)).collect();
    SeriesText { service, instance, metric: metric.to_string(), labels: labels.join(",") }
}

/// The points of one chunk.
pub(crate) struct Points {
    batch: PointBatch,
    known: HashMap<SeriesText, u32>,
    limit: usize,
}

impl Points {
    /// None yet, of a source; at most `limit` series.
    pub fn new(source: u32, limit: usize) -> Points {
        Points { batch: PointBatch { source, ..PointBatch::default() }, known: HashMap::new(), limit }
    }

    /// The number of a series; `None`, with a complaint, where there are too many.
    pub fn series(&mut self, series: SeriesText, line: u64, part: &mut Part) -> Option<u32> {
        if let Some(number) = self.known.get(&series) {
            return Some(*number);
        }
        if self.known.len() >= self.limit {
            let words = format!("limits.series ({}) reached", self.limit);
            part.coverage.complain(ComplaintKind::LimitReached, line, words);
            return None;
        }
        let number = self.batch.series.len() as u32;
        self.batch.series.push(series.clone());
        self.known.insert(series, number);
        Some(number)
    }

    /// One point, which is one record. A value that is no finite number is counted and left out.
    pub fn push(&mut self, time: Time, series: u32, value: f64, line: u64, part: &mut Part) {
        if !value.is_finite() {
            return part.coverage.complain(ComplaintKind::NotFinite, line, "");
        }
        let record = part.coverage.records;
        part.coverage.records += 1;
        self.batch.rows.push(Point { time, series, value, record, line });
    }

    /// What was kept.
    pub fn content(self) -> Content {
        if self.batch.rows.is_empty() { Content::Nothing } else { Content::Points(self.batch) }
    }
}
