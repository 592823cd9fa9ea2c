//! A rhythm of the day in one series: found by itself, from past days alone, and taken out.
//!
//! Each slot of the day has a running mean of what the series was then. From the second day on the rest that a slot's mean
//! leaves is compared with the series' own variance at slots' width; where little is left, there is a rhythm. Slots learn
//! two slots late, so that what begins now is not taken for the rhythm. Source of the test: the ratio of variances, as in
//! R. A. Fisher, "Statistical Methods for Research Workers" (1925), ch. 7. Read [`Season`] first.

use evidence::{DAY, HOUR, Nanos, Time};

/// Slots of a day, at most; where values come more than half an hour apart, half as many.
const SLOTS: usize = 48;
/// Slots of a week: of six hours.
const WEEK: usize = 28;
/// So many of them are kept: what was a week before a stretch of half a week is still there at its end.
const KEPT: usize = WEEK + WEEK / 2;
/// The slots of the day in one of the week.
const QUARTER: Nanos = DAY / 4;
/// A day's mean counts so much at least: rhythms change.
const PACE: f32 = 0.12;
/// After so many days of rests there is a rhythm where so little of the variance is left.
const FOUND: [(f32, f32); 3] = [(0.5, 0.15), (1.0, 0.35), (2.0, 0.5)];
/// Without a rhythm by then, in days, there is none.
const GIVEN_UP: f32 = 5.0;

/// What is known of a rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing yet.
    NotYet,
    /// There is one.
    Found,
    /// There is none.
    None,
}

/// The rhythm of a day.
#[derive(Clone, Debug)]
pub struct Season {
    slots: [f32; SLOTS],
    days: [u8; SLOTS],
    used: u8,
    /// What is left at each time of the week, on the mean of its latest six hours; and the one that is being filled.
    week: [f32; KEPT],
    weeks: u64,
    quarter: (u32, f32, f32),
    /// The slot that is being filled, its sum and count; and the two before it, which are not learnt yet.
    slot: u32,
    sum: f32,
    count: f32,
    waiting: [(u32, f32); 2],
    /// Moments of slots, and of what is left of them.
    seen: f32,
    mean: f32,
    raw: f32,
    rests: f32,
    rest: f32,
    /// What is known.
    pub known: Known,
    /// Whether nothing is learnt now.
    pub hold: bool,
}

const NO_SLOT: u32 = u32::MAX;

impl Season {
    /// Nothing known of a series whose values come so far apart.
    pub fn new(step: Nanos) -> Season {
        Season {
            used: if step > HOUR / 2 { SLOTS as u8 / 2 } else { SLOTS as u8 },
            week: [0.0; KEPT],
            weeks: 0,
            quarter: (NO_SLOT, 0.0, 0.0),
            slots: [0.0; SLOTS],
            days: [0; SLOTS],
            slot: NO_SLOT,
            sum: 0.0,
            count: 0.0,
            waiting: [(NO_SLOT, 0.0); 2],
            seen: 0.0,
            mean: 0.0,
            raw: 0.0,
            rests: 0.0,
            rest: 0.0,
            known: Known::NotYet,
            hold: false,
        }
    }

    /// Takes a value; what the rhythm expects of this moment, where each slot near it was seen before, and how much of what
    /// is left is the value's own deviation: the rest is the rhythm's, of which few days tell little.
    pub fn value(&mut self, at: Time, value: f64) -> Option<(f64, f64)> {
        let slot = at.0.div_euclid(self.width()) as u32;
        if slot != self.slot {
            self.close(slot);
        }
        self.sum += value as f32;
        self.count += 1.0;
        let days = f64::from(self.days[self.index(i64::from(slot))]).min(f64::from(1.0 / PACE));
        self.expected(at).map(|expected| (expected, (days / (days + 1.0)).sqrt()))
    }

    /// The rhythm at a moment, between the middles of slots.
    fn expected(&self, at: Time) -> Option<f64> {
        let place = (at.0.rem_euclid(DAY) as f64 / self.width() as f64) - 0.5;
        let (before, part) = (place.floor(), place - place.floor());
        let (a, b) = (self.index(before as i64), self.index(before as i64 + 1));
        let seen = self.days[a] > 0 && self.days[b] > 0;
        seen.then(|| f64::from(self.slots[a]) * (1.0 - part) + f64::from(self.slots[b]) * part)
    }

    fn width(&self) -> Nanos {
        DAY / Nanos::from(self.used)
    }

    fn index(&self, slot: i64) -> usize {
        slot.rem_euclid(i64::from(self.used)) as usize
    }

    /// Takes what the rhythm of the day left of a value.
    pub fn left(&mut self, at: Time, left: f64) {
        let quarter = at.0.div_euclid(QUARTER) as u32;
        if quarter != self.quarter.0 {
            let (of, sum, count) = std::mem::replace(&mut self.quarter, (quarter, 0.0, 0.0));
            if count > 0.0 {
                self.week[of as usize % KEPT] = sum / count;
                self.weeks |= 1 << (of as usize % KEPT);
            }
            // Of what was passed over nothing is known.
            for missing in (of.wrapping_add(1)..quarter).take(KEPT) {
                self.weeks &= !(1 << (missing as usize % KEPT));
            }
        }
        self.quarter.1 += left as f32;
        self.quarter.2 += 1.0;
    }

    /// What was left on the mean a week before this stretch, where that is known.
    pub fn week_before(&self, from: Time, to: Time) -> Option<f64> {
        let (first, last) =
            ((from.0 + 1).div_euclid(QUARTER), to.0.div_euclid(QUARTER).max((from.0 + 1).div_euclid(QUARTER)));
        if last - first >= (KEPT - WEEK) as i64 {
            return None;
        }
        let (mut sum, mut parts) = (0.0, 0.0);
        for quarter in first..=last {
            let slot = (quarter - WEEK as i64).rem_euclid(KEPT as i64) as usize;
            if self.weeks & (1 << slot) == 0 {
                return None;
            }
            let (start, end) = (from.0.max(quarter * QUARTER), to.0.min((quarter + 1) * QUARTER));
            let part = (end - start).max(1) as f64;
            sum += f64::from(self.week[slot]) * part;
            parts += part;
        }
        (parts > 0.0).then(|| sum / parts)
    }

    fn close(&mut self, next: u32) {
        let (slot, count) = (self.slot, self.count);
        let mean = self.sum / count.max(1.0);
        (self.slot, self.sum, self.count) = (next, 0.0, 0.0);
        if count == 0.0 || self.hold {
            return;
        }
        let (learnt, value) = self.waiting[1];
        self.waiting = [(slot, mean), self.waiting[0]];
        if learnt != NO_SLOT {
            self.learn(self.index(i64::from(learnt)), value);
        }
    }

    fn learn(&mut self, index: usize, value: f32) {
        self.seen += 1.0;
        let off = value - self.mean;
        self.mean += off / self.seen;
        self.raw += off * (value - self.mean);
        let days = self.days[index];
        if days > 0 {
            self.rests += 1.0;
            let left = value - self.slots[index];
            // A mean of few days is itself uncertain: part of what is left is its own.
            self.rest += left * left * f32::from(days) / (f32::from(days) + 1.0);
        }
        let pace = (1.0 / (f32::from(days) + 1.0)).max(PACE);
        self.slots[index] += (value - self.slots[index]) * pace;
        self.days[index] = days.saturating_add(1);
        self.decide();
    }

    fn decide(&mut self) {
        if self.known != Known::NotYet || self.rests < 1.0 {
            return;
        }
        let left = (self.rest / self.rests) / (self.raw / self.seen).max(f32::MIN_POSITIVE);
        let days = |slots: f32| slots / f32::from(self.used);
        if FOUND.iter().any(|(from, most)| days(self.rests) >= *from && left < *most) {
            self.known = Known::Found;
        } else if days(self.seen) >= GIVEN_UP {
            self.known = Known::None;
        }
    }

    /// The whole rhythm moves by so much.
    pub fn shift(&mut self, by: f64) {
        self.slots.iter_mut().for_each(|s| *s += by as f32);
        self.waiting = [(NO_SLOT, 0.0); 2];
    }

    /// What the rhythm is on the mean from one moment to another.
    pub fn over(&self, from: Time, to: Time) -> f64 {
        let cells = ((to - from) / self.width()).clamp(1, SLOTS as i64);
        let step = (to - from) / cells;
        let each = (0..cells).filter_map(|n| self.expected(from + step * n + step / 2));
        let (sum, count) = each.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    }

    /// The widest step between values for which slots are told apart.
    pub fn fits(step: Nanos) -> bool {
        step <= HOUR
    }
}
