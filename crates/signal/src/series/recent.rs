//! The latest values of a series, finer the nearer, and what they tell of when a change began.
//!
//! A change is a step or a ramp that has lasted until now. Each place where it may have begun is weighed by how much
//! better than no change it explains the values since, noise being as correlated as the series' own; the interval holds
//! the places that carry nine tenths of that weight. Read [`Recent`] first.

/// Values of one fineness.
const KEPT: usize = 32;
/// Each fineness is so many values of the one before.
const COARSER: usize = 4;
/// The finenesses: single values, and means of 4, 16, 64 and 256.
const FINENESSES: usize = 5;
/// So much better (in natural logarithms) must a ramp explain what came than a step.
const RAMP: f64 = 1.0;
/// How many changes are ramps, for each that is a step.
const RAMPS: f64 = 0.3;
/// The share of the weight that the interval leaves out on each side.
const OUTSIDE: f64 = 0.045;

/// A number in 16 bits: the upper half of an `f32`, rounded.
fn packed(value: f32) -> u16 {
    (value.to_bits().saturating_add(0x8000) >> 16) as u16
}

fn unpacked(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// The latest values.
#[derive(Clone, Debug)]
pub struct Recent {
    rings: [[u16; KEPT]; FINENESSES],
    /// How many means of each fineness came, and the sum of what does not make a whole one yet.
    came: [u32; FINENESSES],
    open: [f32; FINENESSES],
}

impl Default for Recent {
    fn default() -> Recent {
        Recent { rings: [[0; KEPT]; FINENESSES], came: [0; FINENESSES], open: [0.0; FINENESSES] }
    }
}

/// When a change began, in values before the latest: 0 is the latest itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Began {
    /// The best guess.
    pub ago: f64,
    /// The latest that it may have begun.
    pub latest: f64,
    /// The earliest.
    pub earliest: f64,
    /// Whether a ramp explains it better than a step.
    pub ramp: bool,
}

/// A stretch of values: the mean of so many that end so long ago.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    value: f64,
    holds: f64,
}

impl Recent {
    /// Takes the next value.
    pub fn push(&mut self, value: f32) {
        let mut mean = value;
        for fineness in 0..FINENESSES {
            let came = self.came[fineness];
            self.rings[fineness][came as usize % KEPT] = packed(mean);
            self.came[fineness] = came.wrapping_add(1);
            self.open[fineness] += mean;
            if !self.came[fineness].is_multiple_of(COARSER as u32) {
                return;
            }
            mean = std::mem::take(&mut self.open[fineness]) / COARSER as f32;
        }
    }

    /// The values in stretches, the latest first: single ones, then means of ever more.
    fn stretches(&self) -> impl Iterator<Item = Stretch> + '_ {
        let mut from = 0usize;
        (0..FINENESSES).flat_map(move |fineness| {
            let holds = COARSER.pow(fineness as u32);
            let came = self.came[fineness] as usize;
            // Where the finer ones end is the first whole mean of this fineness that they do not touch.
            let all = self.came[0] as usize;
            let newest = all - came * holds;
            let skip = from.saturating_sub(newest).div_ceil(holds);
            let last = if fineness + 1 == FINENESSES { KEPT } else { self.ends(fineness, all) };
            let until = last.min(came).min(KEPT);
            from = newest + until.max(skip) * holds;
            (skip..until).map(move |n| Stretch {
                value: unpacked(self.rings[fineness][(came - 1 - n) % KEPT]),
                holds: holds as f64,
            })
        })
    }

    /// How many of a fineness are used, so that the next one continues where they end.
    fn ends(&self, fineness: usize, all: usize) -> usize {
        let holds = COARSER.pow(fineness as u32);
        let next = holds * COARSER;
        let newest = all - self.came[fineness] as usize * holds;
        let coarse = all - self.came[fineness + 1] as usize * next;
        let whole = (newest + KEPT * holds).saturating_sub(coarse) / next;
        (coarse + whole * next - newest) / holds
    }

    /// The mean of the latest values, about so many.
    pub fn mean(&self, values: f64) -> f64 {
        let (mut sum, mut held) = (0.0, 0.0);
        for stretch in self.stretches() {
            if held > 0.0 && held + stretch.holds / 2.0 > values {
                break;
            }
            sum += stretch.value * stretch.holds;
            held += stretch.holds;
        }
        if held > 0.0 { sum / held } else { 0.0 }
    }

    /// By how much the thirds of the latest values, about so many, differ at most on the mean.
    pub fn moves(&self, values: f64) -> f64 {
        let third = values / 3.0;
        let (last, two, all) = (self.mean(third), self.mean(2.0 * third), self.mean(values));
        let thirds = [last, 2.0 * two - last, 3.0 * all - 2.0 * two];
        thirds.iter().copied().fold(f64::MIN, f64::max) - thirds.iter().copied().fold(f64::MAX, f64::min)
    }

    /// The mean of the latest values, about so many, without those of so many that lie farthest up (or down), and without
    /// fewer on the other side. Nothing where nothing is left.
    pub fn without(&self, values: f64, farthest: f64, up: bool) -> Option<f64> {
        let (mut all, mut held) = (Vec::with_capacity(KEPT * 2), 0.0);
        for stretch in self.stretches().take_while(|s| s.holds < values) {
            if held >= values {
                break;
            }
            held += stretch.holds;
            all.push(stretch);
        }
        all.sort_by(|a, b| if up { b.value.total_cmp(&a.value) } else { a.value.total_cmp(&b.value) });
        let nearest = farthest.min((held - farthest) / 5.0);
        let (mut sum, mut kept, mut passed) = (0.0, 0.0, 0.0);
        for stretch in &all {
            let from = f64::max(passed, farthest);
            passed += stretch.holds;
            let inside = (passed.min(held - nearest) - from).max(0.0);
            sum += stretch.value * inside;
            kept += inside;
        }
        (kept > 0.0).then_some(sum / kept)
    }

    /// When a change from `expected` that has lasted until now began, up or down. `noise`: the variance of single values,
    /// and how much more their sums vary for their memory, (1+ρ)/(1−ρ).
    pub fn began(&self, expected: f64, up: bool, (variance, memory): (f64, f64)) -> Began {
        let sign = if up { 1.0 } else { -1.0 };
        let scale = 1.0 / (2.0 * variance.max(1e-12) * memory.max(1.0));
        let least = -3.0 * variance.max(0.0).sqrt();
        let (mut places, mut ago) = (Vec::with_capacity(KEPT * FINENESSES), 0.0);
        let mut sums = Sums::default();
        for stretch in self.stretches() {
            sums.add((sign * (stretch.value - expected)).max(least), stretch.holds, ago);
            ago += stretch.holds;
            places.push(Place { ago, holds: stretch.holds, step: sums.step() * scale, ramp: sums.ramp() * scale });
        }
        weighed(&places)
    }
}

/// A place where a change may have begun, and how much better than none a step or a ramp from there explains what came.
struct Place {
    ago: f64,
    holds: f64,
    step: f64,
    ramp: f64,
}

/// Sums over the values since a place.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    n: f64,
    value: f64,
    /// Of time back from now, its square, and its product with values.
    back: f64,
    squares: f64,
    product: f64,
}

impl Sums {
    fn add(&mut self, value: f64, holds: f64, ago: f64) {
        let middle = ago + (holds - 1.0) / 2.0;
        self.n += holds;
        self.value += holds * value;
        self.back += holds * middle;
        self.squares += holds * middle * middle + holds * (holds * holds - 1.0) / 12.0;
        self.product += holds * middle * value;
    }

    /// How much of the squares a level since here explains.
    fn step(&self) -> f64 {
        self.value.max(0.0).powi(2) / self.n
    }

    /// How much a line that begins to rise from zero here explains.
    fn ramp(&self) -> f64 {
        let n = self.n;
        let product = n * self.value - self.product;
        let square = n * n * n - 2.0 * n * self.back + self.squares;
        if square > 0.0 { product.max(0.0).powi(2) / square } else { 0.0 }
    }
}

/// The place that explains most, and those that carry most of the weight.
fn weighed(places: &[Place]) -> Began {
    let best = |pick: fn(&Place) -> f64| places.iter().map(pick).fold(0.0, f64::max);
    let ramp = best(|p| p.ramp) > best(|p| p.step) + RAMP;
    let pick = |p: &Place| if ramp { p.ramp } else { p.step };
    let (most, either) = (places.iter().map(pick).fold(0.0, f64::max), best(|p| p.ramp.max(p.step)));
    let weight = |p: &Place| ((p.step - either).exp() + RAMPS * (p.ramp - either).exp()) * p.holds;
    let all: f64 = places.iter().map(weight).sum();
    let mut began = Began { ago: 0.0, latest: 0.0, earliest: 0.0, ramp };
    let (mut sum, mut found) = (0.0, false);
    for place in places {
        if sum < OUTSIDE {
            began.latest = place.ago - place.holds;
        }
        if sum < 1.0 - OUTSIDE {
            began.earliest = place.ago - 1.0;
        }
        if !found && pick(place) >= most {
            (began.ago, found) = (place.ago - 1.0, true);
        }
        sum += weight(place) / all;
    }
    began.latest = began.latest.min(began.ago);
    began.earliest = began.earliest.max(began.ago);
    began
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(i: usize) -> f64 {
        ((i as f64 * 0.618_033_988_749_895).fract() - 0.5) * 12f64.sqrt()
    }

    fn recent(values: impl Iterator<Item = f64>) -> Recent {
        let mut recent = Recent::default();
        values.for_each(|v| recent.push(v as f32));
        recent
    }

    #[test]
    fn stretches_meet_and_tell_all_that_is_kept() {
        for all in [1, 5, 32, 33, 99, 128, 130, 5000] {
            let recent = recent((0..all).map(|n| n as f64));
            let (mut ago, mut least) = (0.0, f64::MAX);
            for stretch in recent.stretches() {
                let middle = all as f64 - 1.0 - ago - (stretch.holds - 1.0) / 2.0;
                assert!((stretch.value - middle).abs() <= 0.005 * middle.abs() + 1e-9, "{all}: {stretch:?} at {ago}");
                assert!(stretch.holds >= ago / 64.0, "{all}: {stretch:?}");
                ago += stretch.holds;
                least = least.min(stretch.value);
            }
            assert!(ago == all as f64 || ago > 4000.0, "{all}: {ago}");
        }
    }

    #[test]
    fn a_step_and_a_ramp_are_dated_where_they_began() {
        let step = recent((0..500).map(|i| noise(i) + if i >= 490 { 3.0 } else { 0.0 }));
        let began = step.began(0.0, true, (1.0, 1.0));
        assert!((began.ago - 9.0).abs() <= 1.0 && !began.ramp, "{began:?}");
        let ramp = recent((0..900).map(|i| noise(i) + (i as f64 - 600.0).max(0.0) / 50.0));
        let began = ramp.began(0.0, true, (1.0, 1.0));
        assert!(began.ramp && began.latest <= 299.0 && began.earliest >= 299.0, "{began:?}");
    }
}
