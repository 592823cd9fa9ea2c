//! `log.rate` and `log.silent`: a log line that comes more or less often than it did, or stopped.
//!
//! Each line of each service is one series of counts, zeros included from the beginning of its origin, judged given what
//! the rest of the log writes meanwhile. A window without any of a line's usual events is `log.silent`. A line that was
//! never there and then pours is a test of a rate like any other; but a harmless line that a change of its service
//! brought has its past from there on.
//!
//! Limits: a rhythm of its own (a nightly job) is spread, not yet learnt; where hardly anybody writes, nobody is missed.

use std::collections::BTreeMap;

use evidence::{LogCount, Name, Time};

use super::{Departure, Detector, LineCount, Moment, Said, cited, line_subject};
use crate::budget::{Family, Streams, warm_up};
use crate::series::{
    Baseline, Direction, Finding, Moved, Pools, SCALES, Surroundings, WINDOWS_MIN, Watch, Window, half,
};
use crate::signal::{Amount, Kind, Unit};
use crate::templates::{LineIndex, Mined};

/// How many lines of services are watched.
const LINES_MAX: usize = 20_000;
/// A line weighs in the load with at most so many times its usual, and a few.
const LOAD_TIMES: f64 = 2.0;
const LOAD_MORE: f64 = 3.0;
/// As if so many lines more had been written as usual: few lines say little of the load.
const LOAD_PRIOR: f64 = 5.0;
/// Variance over mean of what everybody writes in a window, as far as chance alone goes.
const LOAD_BURSTS: f64 = 1.5;

struct Line {
    service: Name,
    line: LineIndex,
    began: Time,
    watch: Watch,
    silent: bool,
    cited: LogCount,
}

/// Raises `log.rate` and `log.silent`.
#[derive(Default)]
pub struct LogRate {
    lines: Vec<Line>,
    known: BTreeMap<(Name, LineIndex), usize>,
    /// What the load was in past windows, by scale; and as it was when an origin began.
    loads: [Baseline; 6],
    at_origin: BTreeMap<Time, [Baseline; 6]>,
    waiting: [Option<Window>; 6],
    load: [f64; 6],
    pools: Pools,
    refused: u64,
}

impl Detector for LogRate {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for mined in moment.mined {
            if let Mined::Merged(into, from) = mined {
                self.merge(*into, *from);
            }
        }
        for count in moment.lines {
            self.count(moment, count);
        }
        for (index, width) in SCALES.iter().enumerate() {
            self.load[index] = 1.0;
            if moment.edge.0 % half(index) != 0 {
                continue;
            }
            if moment.edge - moment.start >= *width && !self.lines.is_empty() {
                self.close(index, moment, said);
            } else {
                self.pass(index, moment);
            }
        }
        if moment.edge.0 % (6 * evidence::HOUR) == 0 || moment.edge - moment.start <= evidence::HOUR {
            let order = self.in_order(moment);
            let watches = || order.iter().map(|i| &self.lines[*i].watch);
            self.pools = Pools::of_counts(watches()).with_spells(watches(), moment.edge);
        }
    }

    fn dropped(&self) -> u64 {
        self.refused
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let tests = self.lines.iter().filter(|l| now - l.began > warm_up(now - l.began)).count();
        (Family::Log, Streams { novelty: 0, tests: tests as u64 })
    }

    fn load(&self) -> Option<[f64; 6]> {
        Some(self.load)
    }
}

impl LogRate {
    fn count(&mut self, moment: &Moment<'_>, count: &LineCount) {
        let key = (count.service, count.line);
        let index = match self.known.get(&key) {
            Some(index) => *index,
            None if self.lines.len() >= LINES_MAX => {
                self.refused += 1;
                return;
            }
            None => {
                // What a change brings has no past before the change: it is told with it, and is no rise.
                let brought = count.was_brought(moment);
                let began = if brought { moment.edge } else { count.origin };
                let zeros = if brought { Default::default() } else { self.zeros(began) };
                self.known.insert(key, self.lines.len());
                self.lines.push(Line {
                    service: count.service,
                    line: count.line,
                    began,
                    watch: Watch::of_counts(&zeros),
                    silent: false,
                    cited: count.sample,
                });
                self.lines.len() - 1
            }
        };
        let line = &mut self.lines[index];
        line.watch.count(count.on_time as f64);
        if count.sample.sample_text != u64::MAX {
            line.cited = count.sample;
        }
    }

    /// The windows that went by since an origin began, as zeros with their loads.
    fn zeros(&mut self, origin: Time) -> [Baseline; 6] {
        let earlier = *self.at_origin.entry(origin).or_insert(self.loads);
        std::array::from_fn(|index| self.loads[index].since(&earlier[index]))
    }

    fn merge(&mut self, into: LineIndex, from: LineIndex) {
        let theirs: Vec<(Name, LineIndex)> = self.known.keys().filter(|(_, line)| *line == from).copied().collect();
        for key in theirs {
            let Some(old) = self.known.remove(&key) else { continue };
            match self.known.get(&(key.0, into)).copied() {
                Some(mine) => {
                    let watch = std::mem::replace(&mut self.lines[old].watch, Watch::of_counts(&Default::default()));
                    self.lines[mine].watch.join(&watch);
                    self.lines[mine].began = self.lines[mine].began.min(self.lines[old].began);
                    self.drop_line(old);
                }
                None => {
                    self.lines[old].line = into;
                    self.known.insert((key.0, into), old);
                }
            }
        }
    }

    fn drop_line(&mut self, index: usize) {
        self.lines.swap_remove(index);
        if let Some(moved) = self.lines.get(index) {
            self.known.insert((moved.service, moved.line), index);
        }
    }

    /// Lines in an order that depends on their texts alone.
    fn in_order(&self, moment: &Moment<'_>) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        let key = |i: &usize| {
            let line = &self.lines[*i];
            (moment.tables.names.text(line.service), moment.miner.line(line.line).founder)
        };
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        order
    }

    /// A half window goes by that no window can close yet.
    fn pass(&mut self, index: usize, moment: &Moment<'_>) {
        for line in &mut self.lines {
            line.watch.skip(index, moment.edge);
        }
    }

    fn close(&mut self, index: usize, moment: &Moment<'_>, said: &mut Vec<Said>) {
        // What each line adds to the load: no more than a few times its usual, so that a flood is not everybody's load.
        // A line whose usual is not known yet says nothing of it.
        let part = |watch: &Watch| match watch.baseline(index).windows >= WINDOWS_MIN {
            true => {
                let usual = watch.usual(index);
                (watch.window_sum(index).min(LOAD_TIMES * usual + LOAD_MORE), usual)
            }
            false => (0.0, 0.0),
        };
        let (mut wrote, mut usual) = (0.0, 0.0);
        for line in &self.lines {
            let part = part(&line.watch);
            wrote += part.0;
            usual += part.1;
        }
        let load = |wrote: f64, usual: f64| (wrote + LOAD_PRIOR) / (usual + LOAD_PRIOR);
        self.load[index] = load(wrote, usual);
        let share = moment.budget.test(Family::Log, 1);
        let mut moves: Vec<(usize, Moved)> = Vec::new();
        for (number, line) in self.lines.iter_mut().enumerate() {
            let part = part(&line.watch);
            let rest = (wrote - part.0, usual - part.1);
            let around = Surroundings {
                edge: moment.edge,
                load: load(rest.0.max(0.0), rest.1.max(0.0)),
                load_noise: LOAD_BURSTS / (rest.1.max(0.0) + LOAD_PRIOR),
                in_proportion: false,
                pools: &self.pools,
                share,
            };
            let moved = line.watch.close(index, &around);
            let warm = moment.edge - line.began > warm_up(moment.edge - line.began);
            if warm {
                moves.extend(moved.into_iter().map(|m| (number, m)));
            }
        }
        for (number, moved) in moves {
            self.say(moment, number, &moved, said);
        }
        self.remember_load(index, moment.edge);
    }

    fn remember_load(&mut self, index: usize, edge: Time) {
        if edge.0.div_euclid(half(index)) % 2 == 0 {
            if let Some(window) = self.waiting[index].take() {
                self.loads[index].absorb(window, None);
            }
            self.waiting[index] = Some(Window { value: 0.0, load: self.load[index], ..Window::default() });
        }
    }

    fn say(&mut self, moment: &Moment<'_>, number: usize, moved: &Moved, said: &mut Vec<Said>) {
        let line = &mut self.lines[number];
        let subject = line_subject(moment, line.line, line.service);
        match moved {
            Moved::Departed(finding) => {
                // The kind is that of the first line: a signal does not change its kind as it grows.
                if !finding.stood {
                    line.silent = finding.direction == Direction::Down && finding.observed == 0.0;
                }
                let kind = if line.silent { Kind::LogSilent } else { Kind::LogRate };
                let sample = cited(&moment.tables, &line.cited);
                said.push(Said::Departed(Box::new(departure(kind, subject, finding, sample))));
            }
            Moved::Ended { at, settled, .. } => {
                let kind = if line.silent { Kind::LogSilent } else { Kind::LogRate };
                said.push(Said::Ended { kind, subject, at: *at, settled: *settled });
            }
        }
    }
}

fn departure(
    kind: Kind,
    subject: crate::signal::Subject,
    finding: &Finding,
    sample: crate::signal::Citation,
) -> Departure {
    let (baseline, observed, unit) = finding.measured(Unit::Lines, 1.0);
    Departure {
        kind,
        subject,
        direction: if kind == Kind::LogSilent { Direction::Gone } else { finding.direction },
        strength: finding.strength,
        onset: finding.onset,
        onset_low: finding.onset_low,
        onset_high: finding.onset_high,
        baseline,
        observed,
        unit,
        amount: Amount { times: finding.observed as u64, after_change: false, window: finding.width() },
        evidence: vec![sample],
    }
}
