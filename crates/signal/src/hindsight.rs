//! Hindsight: when a departure began, seen from later. A function of a signal and the spool, labelled as what it is; it
//! can never create, remove, reorder or re-time a signal.
//!
//! The series is split where two levels explain it best (least squares); the interval holds every split whose likelihood
//! lies within a factor of 20 of the best one's, with noise as correlated as the series' own.

mod charts;
mod streams;

use evidence::{BUCKET, DAY, HOUR, LogCount, Nanos, PointRow, Time};

use self::streams::Streams;
use crate::detectors::Tables;
use crate::signal::{Direction, Kind, Subject};
use crate::templates::Miner;

pub use charts::{Chart, Charting, Drawn, Measure};

/// How far back of its raise a series is looked at: at most, at least, and as so many times what it took to raise it.
const LOOK_BACK: (Nanos, Nanos, i64) = (14 * DAY, 2 * HOUR, 12);
/// A series is looked at in so many cells at most.
const CELLS: i64 = 4_000;
/// So few cells with a value say nothing.
const CELLS_MIN: usize = 12;

/// What to look at: a signal's first stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What departed.
    pub kind: Kind,
    /// Whose.
    pub subject: Subject,
    /// Which way.
    pub direction: Direction,
    /// When it was raised.
    pub detected_at: Time,
    /// Where it began as known then.
    pub onset: (Time, Time, Time),
}

/// When it began: the estimate, the earliest, the latest.
pub type Onset = (Time, Time, Time);

/// A series in cells of equal width.
struct Cells {
    from: Time,
    step: Nanos,
    sums: Vec<f64>,
    counts: Vec<u32>,
}

impl Cells {
    fn new(question: &Question, start: Time) -> Cells {
        let took = question.detected_at - question.onset.1;
        let back = took.saturating_mul(LOOK_BACK.2).clamp(LOOK_BACK.1, LOOK_BACK.0);
        let from = (question.detected_at - back).max(start).floor(BUCKET);
        let to = question.detected_at + (question.detected_at - question.onset.1) / 4;
        let step = ((to - from) / CELLS).max(BUCKET) / BUCKET * BUCKET;
        let cells = ((to - from) / step + 1) as usize;
        Cells { from, step, sums: vec![0.0; cells], counts: vec![0; cells] }
    }

    fn add(&mut self, time: Time, value: f64) {
        let Ok(cell) = usize::try_from((time - self.from).div_euclid(self.step)) else { return };
        if let Some(sum) = self.sums.get_mut(cell) {
            *sum += value;
            self.counts[cell] += 1;
        }
    }
}

/// Collects what signals need from one pass over the spool.
pub struct Looking {
    questions: Vec<(Question, Cells)>,
    streams: Streams,
}

impl Looking {
    /// Prepares to look at these; `start` is the first evidence.
    pub fn new(questions: Vec<Question>, start: Time) -> Looking {
        let questions = questions.into_iter().map(|q| (q.clone(), Cells::new(&q, start))).collect();
        Looking { questions, streams: Streams::default() }
    }

    /// Takes a count of log lines.
    pub fn log(&mut self, row: &LogCount, miner: &Miner, tables: &Tables<'_>) {
        let questions = &self.questions;
        let asks = |n: usize, (service, anchor, _): (&str, &str, &str)| {
            let q = &questions[n].0;
            matches!(q.kind, Kind::LogRate | Kind::LogSilent)
                && q.subject.service == service
                && q.subject.anchor == anchor
        };
        let wanted = self.streams.of_log(row, (miner, tables), questions.len(), asks);
        for number in wanted {
            self.questions[*number].1.add(row.edge - BUCKET, f64::from(row.count));
        }
    }

    /// Takes a point.
    pub fn point(&mut self, row: &PointRow, tables: &Tables<'_>) {
        let questions = &self.questions;
        let asks = |n: usize, subject: &Subject| {
            let q = &questions[n].0;
            matches!(q.kind, Kind::MetricLevel | Kind::MetricDrift) && q.subject == *subject
        };
        let Some((value, wanted)) = self.streams.of_point(row, tables, questions.len(), asks) else { return };
        for number in wanted {
            // A point's stamp is the end of what it tells of.
            self.questions[*number].1.add(row.time - 1, value);
        }
    }

    /// When each began, in the order of the questions.
    pub fn answers(&self) -> Vec<Onset> {
        self.questions.iter().map(|(question, cells)| answer(question, cells).unwrap_or(question.onset)).collect()
    }
}

fn answer(question: &Question, cells: &Cells) -> Option<Onset> {
    let up = match question.direction {
        Direction::Up | Direction::New => true,
        Direction::Down | Direction::Gone => false,
        Direction::Changed => return None,
    };
    let is_count = matches!(question.kind, Kind::LogRate | Kind::LogSilent);
    let kept = |n: &usize| is_count || cells.counts[*n] > 0;
    let index: Vec<usize> = (0..cells.sums.len()).filter(kept).collect();
    let value = |n: usize| if is_count { cells.sums[n] } else { cells.sums[n] / f64::from(cells.counts[n].max(1)) };
    let values: Vec<f64> = index.iter().map(|n| value(*n)).collect();
    let (split, low, high) = split(&values, up)?;
    let at = |n: usize| cells.from + cells.step * index[n] as i64;
    let clip = |time: Time| time.min(question.detected_at);
    Some((clip(at(split)), clip(at(low)), clip(at(high) + cells.step)))
}

/// The best split of a series into two levels of which the second is higher (or lower): index of its first value, and the
/// first and last index whose likelihood is within a factor of 20.
fn split(values: &[f64], up: bool) -> Option<(usize, usize, usize)> {
    if values.len() < CELLS_MIN {
        return None;
    }
    let values = winsorised(values);
    let total: f64 = values.iter().sum();
    let n = values.len() as f64;
    let mut gains = vec![0.0; values.len()];
    let mut before = 0.0;
    for at in 1..values.len() {
        before += values[at - 1];
        let (left, right) = (at as f64, n - at as f64);
        let step = (total - before) / right - before / left;
        gains[at] = if (step > 0.0) == up { step * step * left * right / n } else { 0.0 };
    }
    let best = (1..values.len()).max_by(|a, b| gains[*a].total_cmp(&gains[*b]).then(b.cmp(a)))?;
    if gains[best] <= 0.0 {
        return None;
    }
    let variance = long_run_variance(&values, best);
    let near = |at: &usize| gains[best] - gains[*at] <= 2.0 * variance * 20f64.ln();
    let low = (1..=best).rev().take_while(near).last().unwrap_or(best);
    let high = (best..values.len()).take_while(near).last().unwrap_or(best);
    Some((best, low, high))
}

/// Single points far out move no split.
fn winsorised(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[sorted.len() / 100], sorted[sorted.len() - 1 - sorted.len() / 100]);
    values.iter().map(|v| v.clamp(low, high)).collect()
}

/// The variance of the residuals of two levels, as large as their correlation makes it for sums (AR(1)).
fn long_run_variance(values: &[f64], split: usize) -> f64 {
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len().max(1) as f64;
    let (left, right) = values.split_at(split);
    let (a, b) = (mean(left), mean(right));
    let residuals: Vec<f64> = left.iter().map(|v| v - a).chain(right.iter().map(|v| v - b)).collect();
    let square: f64 = residuals.iter().map(|r| r * r).sum();
    let lagged: f64 = residuals.windows(2).map(|w| w[0] * w[1]).sum();
    let rho = if square > 0.0 { (lagged / square).clamp(0.0, 0.97) } else { 0.0 };
    square / values.len() as f64 * (1.0 + rho) / (1.0 - rho)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(i: usize) -> f64 {
        (i as f64 * 0.618_033_988_749_895).fract() - 0.5
    }

    #[test]
    fn a_step_is_found_where_it_is() {
        let values: Vec<f64> = (0..200).map(|i| noise(i) + if i >= 140 { 2.0 } else { 0.0 }).collect();
        let (best, low, high) = split(&values, true).expect("a step");
        assert_eq!(best, 140);
        assert!(low <= 140 && high >= 140 && high - low <= 4, "{low}..{high}");
        assert_ne!(split(&values, false).map(|s| s.0), Some(140), "that is the other direction");
    }
}
