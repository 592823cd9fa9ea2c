//! `log.instance`: one instance writes a line far more often than its siblings do.
//!
//! Each instance is expected to write a line as often as it writes at all: of the ten minutes in which it wrote anything,
//! the share in which it wrote this. How uneven a system's lines are by themselves (leaders, partitions) is learnt: from
//! all lines together how unevenly they fall, from the line itself how often it was as uneven before. Where the siblings
//! write as much less as the one writes more, work has moved, and nobody is odd.
//!
//! Limits: of fewer than three instances nobody can say who is odd.

use std::collections::BTreeMap;

use evidence::{DAY, LogCount, MINUTE, Name, Nanos, Time, Timing};

use super::{Departure, Detector, Moment, Said, cited, line_subject};
use crate::arithmetic::share_upper;
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::series::Direction;
use crate::signal::{Amount, Kind, Subject, Unit};
use crate::templates::{LineIndex, Mined};

/// Several lines within so long are one.
const SLOT: Nanos = 10 * MINUTE;
/// The widths of windows; they step by half.
const WIDTHS: [Nanos; 2] = [DAY / 4, DAY];
/// So many siblings make a comparison.
const SIBLINGS: usize = 3;
/// So often a line must come at all.
const TIMES_MIN: f64 = 6.0;
/// How unevenly lines fall before any window can tell, as if so many had.
const UNEVEN: f64 = 2.0;
const UNEVEN_PRIOR: f64 = 10.0;
/// One window counts for that with at most so much.
const UNEVEN_MAX: f64 = 25.0;
/// What exceeded its share by this part of it before was about as uneven.
const ABOUT: f64 = 0.8;
/// What is no rarer than this is over.
const GOES_ON: f64 = 0.02;
/// So many windows must have been compared before one is told: who leads always leads.
const KNOWN: usize = 8;
/// How many past windows of a line are remembered.
const PAST: usize = 64;
/// How many lines of instances are counted in one window.
const COUNTED_MAX: usize = 200_000;

type Key = (Name, LineIndex);

#[derive(Default)]
struct Line {
    began: Time,
    /// How many times too often the most uneven instance wrote it in past windows, by width.
    past: [Vec<f64>; 2],
    /// How often all instances together wrote it then, by width.
    totals: [Vec<f64>; 2],
    standing: BTreeMap<Name, (usize, Time)>,
    /// Whether it ever came often enough, from enough instances, to be compared.
    compared: bool,
}

/// Ten minutes in which something came, in the half window before and in this one.
#[derive(Clone, Copy, Default)]
struct Slots {
    halves: [[f64; 2]; 2],
    last: Time,
    sample: Option<LogCount>,
}

impl Slots {
    fn note(&mut self, edge: Time, sample: &LogCount) {
        if self.sample.is_none_or(|kept| kept.sample_text == u64::MAX) || sample.sample_text != u64::MAX {
            self.sample = Some(*sample);
        }
        if self.last == Time::default() || edge - self.last >= SLOT {
            self.last = edge;
            self.halves.iter_mut().for_each(|halves| halves[1] += 1.0);
        }
    }

    fn within(&self, width: usize) -> f64 {
        self.halves[width][0] + self.halves[width][1]
    }

    fn pass(&mut self, width: usize) {
        self.halves[width] = [self.halves[width][1], 0.0];
    }

    fn is_empty(&self) -> bool {
        self.halves.iter().flatten().all(|n| *n == 0.0)
    }
}

/// Raises `log.instance`.
#[derive(Default)]
pub struct LogInstance {
    began: Option<Time>,
    /// When each instance wrote anything.
    wrote: BTreeMap<(Name, Name), Slots>,
    /// When it wrote a line.
    counted: BTreeMap<(Key, Name), Slots>,
    lines: BTreeMap<Key, Line>,
    uneven: [(f64, f64); 2],
    refused: u64,
}

impl Detector for LogInstance {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        self.began.get_or_insert(moment.edge);
        if moment.mined.iter().any(|mined| matches!(mined, Mined::Merged(..))) {
            self.merge(moment);
        }
        self.count(moment);
        for (width, length) in WIDTHS.iter().enumerate() {
            if moment.edge.0 % (length / 2) == 0 {
                self.close(moment, width, said);
            }
        }
    }

    fn dropped(&self) -> u64 {
        self.refused
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let warm = self.lines.values().filter(|l| l.compared && now - l.began > warm_up(now - l.began)).count();
        (Family::Log, Streams { novelty: 0, tests: warm as u64 })
    }
}

impl LogInstance {
    fn count(&mut self, moment: &Moment<'_>) {
        for count in &moment.bucket.logs {
            if count.timing != Timing::OnTime || !count.instance.is_some() {
                continue;
            }
            let Some(line) = moment.miner.line_of(count.shape) else { continue };
            self.wrote.entry((count.service, count.instance)).or_default().note(moment.edge, count);
            let key = ((count.service, line), count.instance);
            if self.counted.len() >= COUNTED_MAX && !self.counted.contains_key(&key) {
                self.refused += 1;
                continue;
            }
            self.counted.entry(key).or_default().note(moment.edge, count);
        }
    }

    /// Lines that turned out to be one are counted as one from here on.
    fn merge(&mut self, moment: &Moment<'_>) {
        for mined in moment.mined {
            let Mined::Merged(into, from) = mined else { continue };
            let theirs: Vec<_> = self.counted.keys().filter(|((_, line), _)| line == from).copied().collect();
            for key in theirs {
                let Some(slots) = self.counted.remove(&key) else { continue };
                self.counted.entry(((key.0.0, *into), key.1)).or_insert(slots);
            }
            let theirs: Vec<Key> = self.lines.keys().filter(|(_, line)| line == from).copied().collect();
            for key in theirs {
                let Some(line) = self.lines.remove(&key) else { continue };
                self.lines.entry((key.0, *into)).or_insert(line);
            }
        }
    }

    fn close(&mut self, moment: &Moment<'_>, width: usize, said: &mut Vec<Said>) {
        let mut by_line: BTreeMap<Key, Vec<(Name, Slots)>> = BTreeMap::new();
        for ((key, instance), slots) in &self.counted {
            by_line.entry(*key).or_default().push((*instance, *slots));
        }
        // In the order of texts: sums of what varies depend on it.
        let names = moment.tables.names;
        let mut order: Vec<_> = by_line.into_iter().collect();
        order.sort_by_cached_key(|((service, line), _)| {
            (names.text(*service).to_string(), moment.miner.line(*line).founder)
        });
        for (key, mut instances) in order {
            instances.sort_by(|a, b| names.text(a.0).cmp(names.text(b.0)));
            self.line(moment, key, width, &instances, said);
        }
        for slots in self.wrote.values_mut().chain(self.counted.values_mut()) {
            slots.pass(width);
        }
        self.wrote.retain(|_, slots| !slots.is_empty());
        self.counted.retain(|_, slots| !slots.is_empty());
    }

    /// How often each instance wrote anything in the window, and how many wrote enough to be compared.
    fn siblings(&self, service: Name, width: usize) -> (Vec<(Name, f64)>, usize) {
        let of = self.wrote.range((service, Name(0))..).take_while(|((s, _), _)| *s == service);
        let wrote: Vec<(Name, f64)> = of.map(|((_, instance), slots)| (*instance, slots.within(width))).collect();
        let most = wrote.iter().map(|(_, n)| *n).fold(0.0, f64::max);
        let there = wrote.iter().filter(|(_, n)| 4.0 * n >= most).count();
        (wrote, there)
    }

    /// The instance that wrote the line most surprisingly often; and how unevenly the line fell.
    fn oddest(&self, width: usize, instances: &[(Name, Slots)], wrote: &[(Name, f64)]) -> (Option<Odd>, f64) {
        let (sum, windows) = self.uneven[width];
        let uneven = ((sum + UNEVEN * UNEVEN_PRIOR) / (windows + UNEVEN_PRIOR)).max(1.0);
        let all: f64 = wrote.iter().map(|(_, n)| n).sum();
        let times: f64 = instances.iter().map(|(_, slots)| slots.within(width)).sum();
        let (mut oddest, mut square) = (None::<Odd>, 0.0);
        for (instance, slots) in instances {
            let seen = slots.within(width);
            let of = wrote.iter().find(|(i, _)| i == instance).map_or(0.0, |(_, n)| *n);
            // Whoever wrote the line wrote at all.
            let share = of.max(seen) / all.max(times).max(1.0);
            let expected = times * share;
            square += (seen - expected).powi(2) / expected.max(0.1);
            let p = share_upper(seen / uneven, times / uneven, share);
            if seen > expected && oddest.as_ref().is_none_or(|odd| p < odd.p) {
                oddest = Some(Odd { instance: *instance, p, seen, expected, sample: slots.sample });
            }
        }
        (oddest.filter(|_| times >= TIMES_MIN), square)
    }

    fn line(&mut self, moment: &Moment<'_>, key: Key, width: usize, instances: &[(Name, Slots)], said: &mut Vec<Said>) {
        let (wrote, there) = self.siblings(key.0, width);
        let (oddest, square) = self.oddest(width, instances, &wrote);
        let oddest = oddest.filter(|_| there >= SIBLINGS);
        let times = instances.iter().map(|(_, slots)| slots.within(width)).sum();
        let line = self.lines.entry(key).or_insert_with(|| Line { began: moment.edge, ..Line::default() });
        for instance in line.over(moment.edge, width, oddest.as_ref()) {
            let subject = subject(moment, key, instance);
            said.push(Said::Ended { kind: Kind::LogInstance, subject, at: moment.edge, settled: false });
        }
        let Some(odd) = oddest else { return };
        line.compared = true;
        self.uneven[width].0 += (square / (there as f64 - 1.0)).min(UNEVEN_MAX);
        self.uneven[width].1 += 1.0;
        let r = line.r(moment.edge, width, &odd, there);
        let moved = line.work_moved(width, times, &odd);
        let strength = strength(r, moment.budget.test(Family::Log, 1));
        let past = moment.edge - line.began;
        let watched = moment.edge - self.began.unwrap_or(moment.edge);
        let known = line.past[width].len() > KNOWN;
        if strength >= RAISED && known && !moved && watched >= DAY && past > warm_up(past) {
            line.standing.entry(odd.instance).or_insert((width, moment.edge));
            said.push(Said::Departed(Box::new(departure(moment, key, width, &odd, strength))));
        }
    }
}

/// Below this part of what the odd one wrote too much did all together write more.
const MOVED: f64 = 0.5;

/// An instance that wrote a line too often.
struct Odd {
    instance: Name,
    p: f64,
    seen: f64,
    expected: f64,
    sample: Option<LogCount>,
}

impl Line {
    /// What stood, and is over by now.
    fn over(&mut self, now: Time, width: usize, oddest: Option<&Odd>) -> Vec<Name> {
        let goes_on = |instance: &Name| oddest.is_some_and(|odd| odd.instance == *instance && odd.p <= GOES_ON);
        let is_over = |(instance, (at, since)): &(&Name, &(usize, Time))| {
            *at == width && !goes_on(instance) && now - *since >= WIDTHS[width]
        };
        let over: Vec<Name> = self.standing.iter().filter(is_over).map(|(instance, _)| *instance).collect();
        self.standing.retain(|instance, _| !over.contains(instance));
        over
    }

    /// Whether all instances together wrote about as often as ever: then some did the others' work.
    fn work_moved(&mut self, width: usize, times: f64, odd: &Odd) -> bool {
        let totals = &mut self.totals[width];
        let mut usual = totals.clone();
        usual.sort_by(f64::total_cmp);
        let usual = usual.get(usual.len() / 2).copied().unwrap_or(0.0);
        if totals.len() == PAST {
            totals.remove(0);
        }
        totals.push(times);
        times - usual < MOVED * (odd.seen - odd.expected)
    }

    /// How often a day a line falls so unevenly: by chance, or by what it did before.
    fn r(&mut self, now: Time, width: usize, odd: &Odd, there: usize) -> f64 {
        let days = ((now - self.began) as f64 / DAY as f64).max(1.0);
        let too_often = odd.seen / odd.expected.max(0.1);
        let past = &mut self.past[width];
        let before = past.iter().filter(|past| **past >= 1.0 + ABOUT * (too_often - 1.0)).count() as f64 / days;
        if past.len() == PAST {
            past.remove(0);
        }
        past.push(too_often);
        let tests = WIDTHS.len() as f64 * there as f64;
        (odd.p * 2.0 * DAY as f64 / WIDTHS[width] as f64 * tests).max(before)
    }
}

fn departure(moment: &Moment<'_>, key: Key, width: usize, odd: &Odd, strength: f64) -> Departure {
    let width = WIDTHS[width];
    let from = Time(moment.edge.0 - width);
    Departure {
        kind: Kind::LogInstance,
        subject: subject(moment, key, odd.instance),
        direction: Direction::Up,
        strength,
        onset: from,
        onset_low: Time(from.0 - width / 2),
        onset_high: moment.edge,
        baseline: odd.expected,
        observed: odd.seen,
        unit: Unit::Lines(width),
        amount: Amount { times: odd.seen as u64, after_change: false, window: width },
        evidence: odd.sample.iter().map(|sample| cited(&moment.tables, sample)).collect(),
    }
}

fn subject(moment: &Moment<'_>, (service, line): Key, instance: Name) -> Subject {
    let instance = moment.tables.names.text(instance).to_string();
    Subject { instance, ..line_subject(moment, line, service) }
}
