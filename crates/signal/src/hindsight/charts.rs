//! What a signal's series looked like, for the eye: the whole of it in a few hundred cells, and the band in which it
//! mostly was before the signal's onset. Nothing is concluded from it.

use evidence::{BUCKET, DAY, HOUR, LogCount, MINUTE, Nanos, PointRow, SpanRow, Time, Timing, ValueRow};

use super::streams::Streams;
use crate::detectors::Tables;
use crate::signal::{Kind, Subject};
use crate::templates::Miner;
use crate::wording::{speaks_of_starting, speaks_of_trying_again};

/// Cells of a chart at most.
const CELLS: i64 = 240;
/// Widths of cells that a person reads easily; beyond the last its multiples.
const STEPS: [Nanos; 12] = [
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
];
/// A band needs so many cells before the onset.
const BAND_FROM: usize = 8;
/// The share of those cells that lies below the band, and above it.
const OUTSIDE: f64 = 0.05;
/// From this severity on a line is severe: WARN.
const SEVERE: u8 = 13;

/// A signal whose series is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// What departed.
    pub kind: Kind,
    /// Whose.
    pub subject: Subject,
    /// The earliest onset.
    pub onset: Time,
}

/// What a cell's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many in the cell.
    Count,
    /// The mean of the cell's values.
    Mean,
    /// The share of the cell's events.
    Share,
}

/// A series in cells of equal width.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The left edge of the first cell.
    pub from: Time,
    /// The width of a cell.
    pub step: Nanos,
    /// What a number is.
    pub measure: Measure,
    /// One for each cell; `None` where there was nothing.
    pub values: Vec<Option<f64>>,
    /// Between these the series mostly was (nine cells of ten) before the onset.
    pub band: Option<(f64, f64)>,
}

struct Cell {
    sum: f64,
    count: u32,
}

/// Collects charts from one pass over the spool.
pub struct Charting {
    drawn: Vec<Drawn>,
    cells: Vec<Vec<Cell>>,
    from: Time,
    step: Nanos,
    streams: Streams,
}

impl Charting {
    /// Prepares to draw these over a span of time.
    pub fn new(drawn: Vec<Drawn>, (from, to): (Time, Time)) -> Charting {
        let from = from.floor(BUCKET);
        let fits = |step: &&Nanos| (to - from) / **step < CELLS;
        let step = STEPS.iter().find(fits).copied().unwrap_or_else(|| ((to - from) / CELLS / DAY + 1) * DAY);
        // Cells begin where a person expects them: at whole steps.
        let from = from.floor(step);
        let cells = ((to - from) / step + 1).clamp(1, CELLS + 1) as usize;
        let empty = || (0..cells).map(|_| Cell { sum: 0.0, count: 0 }).collect();
        let cells = drawn.iter().map(|_| empty()).collect();
        Charting { drawn, cells, from, step, streams: Streams::default() }
    }

    /// Takes a count of log lines.
    pub fn log(&mut self, row: &LogCount, miner: &Miner, tables: &Tables<'_>) {
        let Some(cell) = self.cell(row.edge - BUCKET) else { return };
        let drawn = &self.drawn;
        let asks = |n: usize, (service, anchor, text): (&str, &str, &str)| {
            let Drawn { kind, subject, .. } = &drawn[n];
            subject.service == service
                && match kind {
                    Kind::LogNew | Kind::LogRate | Kind::LogSilent | Kind::LogEnding | Kind::LogInstance => {
                        subject.anchor == anchor
                    }
                    Kind::LogSeverity => true,
                    Kind::LogRetries => speaks_of_trying_again(text),
                    Kind::LogRestarts => speaks_of_starting(text),
                    _ => false,
                }
        };
        let wanted = self.streams.of_log(row, (miner, tables), drawn.len(), asks);
        for number in wanted {
            let Drawn { kind, subject, .. } = &self.drawn[*number];
            let other = *kind == Kind::LogInstance && subject.instance != tables.names.text(row.instance);
            if other || (*kind == Kind::LogSeverity && row.severity < SEVERE) {
                continue;
            }
            let cell = &mut self.cells[*number][cell];
            cell.sum += f64::from(row.count);
            cell.count += row.count;
        }
    }

    /// Takes what lines told in numbers.
    pub fn value(&mut self, row: &ValueRow, miner: &Miner, tables: &Tables<'_>) {
        let (Some(cell), Some(line)) = (self.cell(row.edge - BUCKET), miner.line_of(row.shape)) else { return };
        let (line, service) = (miner.line(line), tables.names.text(row.service));
        for (drawn, cells) in self.drawn.iter().zip(&mut self.cells).filter(|(d, _)| d.kind == Kind::LogValue) {
            if drawn.subject.service == service && drawn.subject.anchor == line.place(row.place) {
                let (_, mean) = line.kinds.told(usize::from(row.place), row.value);
                cells[cell].sum += mean * f64::from(row.count);
                cells[cell].count += row.count;
            }
        }
    }

    /// Takes a point.
    pub fn point(&mut self, row: &PointRow, tables: &Tables<'_>) {
        // A point's stamp is the end of what it tells of.
        let Some(cell) = self.cell(row.time - 1) else { return };
        let drawn = &self.drawn;
        let asks = |n: usize, subject: &Subject| {
            let Drawn { kind, subject: mine, .. } = &drawn[n];
            let of_metric = kind.origin() == crate::signal::Origin::Metric && *kind != Kind::MetricResets;
            of_metric && mine.service == subject.service && mine.name == subject.name
        };
        let instance = tables.series.get(row.series).instance;
        let Some((value, wanted)) = self.streams.of_point(row, tables, drawn.len(), asks) else { return };
        for number in wanted {
            let Drawn { kind, subject, .. } = &self.drawn[*number];
            if *kind == Kind::MetricInstance && subject.instance != tables.names.text(instance) {
                continue;
            }
            let cell = &mut self.cells[*number][cell];
            cell.sum += value;
            cell.count += 1;
        }
    }

    /// Takes a span.
    pub fn span(&mut self, row: &SpanRow, tables: &Tables<'_>) {
        if row.timing != Timing::OnTime {
            return;
        }
        let Some(cell) = self.cell(row.end - 1) else { return };
        for (drawn, cells) in self.drawn.iter().zip(&mut self.cells) {
            let value = match drawn.kind {
                Kind::TraceLatency => (row.end - row.start) as f64 / 1e6,
                Kind::TraceErrors => f64::from(u8::from(row.failed)),
                _ => continue,
            };
            let subject = &drawn.subject;
            if subject.service == tables.names.text(row.service) && subject.name == tables.names.text(row.name) {
                cells[cell].sum += value;
                cells[cell].count += 1;
            }
        }
    }

    fn cell(&self, time: Time) -> Option<usize> {
        let cell = usize::try_from((time - self.from).div_euclid(self.step)).ok()?;
        self.cells.first().filter(|cells| cell < cells.len()).map(|_| cell)
    }

    /// The charts, in the order in which they were asked for; none where nothing of a signal can be drawn.
    pub fn charts(&self) -> Vec<Option<Chart>> {
        self.drawn.iter().zip(&self.cells).map(|(drawn, cells)| self.chart(drawn, cells)).collect()
    }

    fn chart(&self, drawn: &Drawn, cells: &[Cell]) -> Option<Chart> {
        if cells.iter().all(|cell| cell.count == 0) {
            return None;
        }
        let measure = match drawn.kind {
            Kind::TraceErrors => Measure::Share,
            Kind::LogValue => Measure::Mean,
            kind if kind.origin() == crate::signal::Origin::Log => Measure::Count,
            _ => Measure::Mean,
        };
        let value = |cell: &Cell| match (measure, cell.count) {
            (Measure::Count, _) => Some(cell.sum),
            (_, 0) => None,
            (_, count) => Some(cell.sum / f64::from(count)),
        };
        let values: Vec<Option<f64>> = cells.iter().map(value).collect();
        let before = usize::try_from((drawn.onset - self.from).div_euclid(self.step)).unwrap_or(0);
        let band = band(&values[..before.min(values.len())]);
        Some(Chart { from: self.from, step: self.step, measure, values, band })
    }
}

/// The middle nine tenths of what was there.
fn band(values: &[Option<f64>]) -> Option<(f64, f64)> {
    let mut known: Vec<f64> = values.iter().copied().flatten().collect();
    if known.len() < BAND_FROM {
        return None;
    }
    known.sort_by(f64::total_cmp);
    let out = (known.len() as f64 * OUTSIDE) as usize;
    Some((known[out], known[known.len() - 1 - out]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_of_a_width_that_a_person_reads() {
        let at = |days: i64| (Time(0), Time(days * DAY));
        assert_eq!(Charting::new(Vec::new(), at(1)).step, 10 * MINUTE);
        assert_eq!(Charting::new(Vec::new(), at(21)).step, 3 * HOUR);
        assert_eq!(Charting::new(Vec::new(), at(3_000)).step, 13 * DAY);
    }

    #[test]
    fn the_band_is_where_nine_of_ten_were() {
        let values: Vec<Option<f64>> = (0..100).map(|n| Some(f64::from(n))).collect();
        assert_eq!(band(&values), Some((5.0, 94.0)));
        assert_eq!(band(&values[..7]), None);
    }
}
