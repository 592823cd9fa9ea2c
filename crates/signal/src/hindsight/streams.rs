//! Which rows of the spool belong to which signals.

use std::collections::BTreeMap;

use evidence::{LogCount, Name, PointRow, Timing};

use crate::detectors::Tables;
use crate::meters::{Meter, Metric, Read, says_counter};
use crate::signal::Subject;
use crate::templates::{LineIndex, Miner};

/// Remembers for each line and metric who asked for it.
#[derive(Default)]
pub struct Streams {
    lines: BTreeMap<(Name, LineIndex), Vec<usize>>,
    metrics: BTreeMap<Metric, Vec<usize>>,
    meters: BTreeMap<evidence::SeriesIndex, Meter>,
}

impl Streams {
    /// Who of `0..all` asks for a count of log lines; `asks` is told the line's service, anchor and template.
    pub fn of_log(
        &mut self,
        row: &LogCount,
        (miner, tables): (&Miner, &Tables<'_>),
        all: usize,
        asks: impl Fn(usize, (&str, &str, &str)) -> bool,
    ) -> &[usize] {
        let Some(line) = miner.line_of(row.shape) else { return &[] };
        self.lines.entry((row.service, line)).or_insert_with(|| {
            let mined = miner.line(line);
            let (service, anchor) = (tables.names.text(row.service), evidence::short(mined.founder));
            (0..all).filter(|n| asks(*n, (service, &anchor, &mined.text))).collect()
        })
    }

    /// Who of `0..all` asks for a point, and its value; a counter's is what it gained.
    pub fn of_point(
        &mut self,
        row: &PointRow,
        tables: &Tables<'_>,
        all: usize,
        asks: impl Fn(usize, &Subject) -> bool,
    ) -> Option<(f64, &[usize])> {
        if row.timing != Timing::OnTime {
            return None;
        }
        let series = tables.series.get(row.series);
        let metric = Metric::of(&series);
        let wanted = self.metrics.entry(metric).or_insert_with(|| {
            let subject = metric.subject(tables.names);
            (0..all).filter(|n| asks(*n, &subject)).collect()
        });
        if wanted.is_empty() {
            return None;
        }
        let named = says_counter(tables.names.text(series.metric));
        match self.meters.entry(row.series).or_default().read(row.time, row.value, named) {
            Read::Value(value) | Read::Gained(value) => Some((value, wanted)),
            _ => None,
        }
    }
}
