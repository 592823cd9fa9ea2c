//! Windows of doubling widths over one series of numbers, each judged against the windows of its width before it.
//!
//! The noise of a window's mean is taken from the windows of that width themselves, not from independence: a series with
//! memory has wide windows that stray far. Where too few have been seen, the width below tells, carried up by how alike
//! neighbouring windows are. Widths are counted in values; the clock is the caller's. Read [`Bank`] first.
//!
//! Sources: B. P. Welford, Technometrics 4 (1962), for running moments; W. A. Fuller, "Introduction to Statistical Time
//! Series" (1996), 6.2, for how many independent values correlated ones are worth; J. Pickands, Annals of Statistics 3
//! (1975), for tails by their peaks over a threshold.

use crate::arithmetic::student_upper;

/// So many widths.
pub const LEVELS: usize = 12;
/// Values in half a window of the narrowest width.
const HALF: u32 = 1;
/// The width below tells so much of a width's variance, as a share of what is known of its own, and no more than so many
/// degrees of freedom: a series is not alike at all widths.
const BORROWED: (f64, f64) = (0.8, 40.0);
/// How alike neighbours of the width below are is worth so many pairs of this width's own.
const ALIKE: f64 = 12.0;
/// What is alike at one width is so much less so at twice the width: a memory of the first order halves.
const FADES: f64 = 0.6;
/// What varies by so little of itself does not vary; and so many deviations is what moves then taken to lie out.
const SAME: f64 = 1e-6;
const CONSTANT: f64 = 20.0;
/// So few windows say nothing at all.
const WINDOWS_MIN: f64 = 4.0;
/// What lies beyond so many deviations is the tail.
const TAIL: f64 = 2.0;
/// The mean that a Gaussian's peaks lie over that, and how many peaks' worth of belief in it a series begins with, at the
/// narrowest width: sums are the more Gaussian the wider they are.
const PEAK: f64 = 0.37;
const BELIEF: f64 = 4.0;
/// Beyond these means of peaks a tail is taken to fall like an exponential, not like a Gaussian.
const HEAVY: (f64, f64) = (0.42, 0.62);
/// Windows are learnt as if no farther out than so many deviations.
const HELD_AT: f32 = 2.5;
/// Windows of the slow widths are learnt so many windows late: a slow change is not to become its own past.
const LATE: [usize; 5] = [3, 2, 2, 2, 1];
/// Those that wait, with two that were learnt: neighbours of those that will be.
const QUEUE: usize = LATE[0] + 3;

/// Half a window's worth of values at one width and what all windows of that width were.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    /// The half window before, and whether there is one.
    half: f32,
    halves: u32,
    /// The latest two windows: the first has not been learnt yet.
    latest: [f32; 2],
    waiting: u8,
    windows: f32,
    mean: f32,
    /// Summed squares, and products of neighbours that do not overlap.
    square: f32,
    product: f32,
    peaks: f32,
    beyond: f32,
}

/// A window judged.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Which width.
    pub level: usize,
    /// The mean of its values.
    pub value: f64,
    /// What was expected.
    pub expected: f64,
    /// How far it lies from what was expected, in deviations.
    pub score: f64,
    /// The probability of one so far out on that side.
    pub p: f64,
    /// Whether there is no noise to judge it by: nothing ever varied.
    pub constant: bool,
}

/// What is known of the noise of a width's windows.
#[derive(Clone, Copy, Debug)]
struct Noise {
    variance: f64,
    /// With how many degrees of freedom that is known.
    freedom: f64,
    /// How alike neighbours that do not overlap are: in [0, 0.98]; and by how many pairs that is known.
    alike: f64,
    pairs: f64,
    /// How many independent windows the mean is worth.
    worth: f64,
}

impl Noise {
    /// What it tells of windows twice as wide: those are means of two neighbours.
    fn carried(&self) -> Noise {
        // The doubt about how alike neighbours are comes to that about their variance: half its relative variance.
        let doubt =
            (1.0 - self.alike * self.alike).max(1.0 / self.pairs) / self.pairs / (1.0 + self.alike).powi(2) / 2.0;
        let freedom = (BORROWED.0 / (1.0 / self.freedom + doubt)).min(BORROWED.1);
        Noise { variance: self.variance * (1.0 + self.alike) / 2.0, freedom, ..*self }
    }
}

/// Windows of all widths.
#[derive(Clone, Debug)]
pub struct Bank {
    levels: [Level; LEVELS],
    /// Windows of the slow widths that are not learnt yet, the oldest first, after the two that were learnt last.
    late: [[f32; QUEUE]; LATE.len()],
    late_by: [u8; LATE.len()],
    /// The first of the slow widths.
    slow: u8,
    sum: f32,
    values: u32,
    /// Whether nothing is learnt now, for what departed is no past.
    pub hold: bool,
    /// What is known of single values.
    pub singles: Singles,
}

/// Single values: their variance, how alike neighbours are, and of how many that is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Singles {
    /// Their variance around the mean.
    pub variance: f64,
    /// The correlation of neighbours.
    pub alike: f64,
    /// How many there were.
    pub seen: f64,
}

impl Singles {
    fn noise(&self) -> Option<Noise> {
        let Singles { variance, seen, .. } = *self;
        if seen < 2.0 * WINDOWS_MIN {
            return None;
        }
        let alike = ((self.alike * seen + 1.0 + 3.0 * self.alike) / (seen + ALIKE / 4.0)).min(0.98);
        let worth = (seen * (1.0 - alike) / (1.0 + alike)).max(0.5);
        let freedom = (seen * (1.0 - alike * alike) / (1.0 + alike * alike) - 1.0).max(0.5);
        let variance = variance / (1.0 - (1.0 / worth).min(0.5));
        Some(Noise { variance, freedom, alike, pairs: seen, worth })
    }
}

impl Default for Bank {
    fn default() -> Bank {
        Bank {
            levels: Default::default(),
            late: Default::default(),
            late_by: [0; LATE.len()],
            slow: LEVELS as u8,
            sum: 0.0,
            values: 0,
            hold: false,
            singles: Singles::default(),
        }
    }
}

/// How many values a window of a width holds.
pub fn width(level: usize) -> u32 {
    (2 * HALF) << level
}

impl Bank {
    /// From this width on windows are learnt late.
    pub fn slow_from(&mut self, level: usize) {
        if self.slow as usize != level {
            self.slow = level.min(LEVELS) as u8;
            self.late_by = [0; LATE.len()];
        }
    }

    /// Takes the next value; `closed` is told of each window that ends with it, narrow ones first.
    pub fn value(&mut self, value: f64, mut closed: impl FnMut(&Bank, usize, f64)) {
        self.sum += value as f32;
        self.values += 1;
        if self.values < HALF {
            return;
        }
        let mut half = self.sum / HALF as f32;
        (self.sum, self.values) = (0.0, 0);
        for index in 0..LEVELS {
            let level = &mut self.levels[index];
            let before = std::mem::replace(&mut level.half, half);
            level.halves += 1;
            if level.halves < 2 {
                return;
            }
            let window = (before + half) / 2.0;
            let whole = level.halves.is_multiple_of(2);
            closed(self, index, f64::from(window));
            self.learn(index, window);
            if !whole {
                return;
            }
            half = window;
        }
    }

    /// Windows of the narrowest so many widths begin anew; what was learnt stays.
    pub fn begin_again(&mut self, below: usize) {
        (self.sum, self.values) = (0.0, 0);
        for level in &mut self.levels[..below] {
            (level.halves, level.waiting) = (0, 0);
        }
    }

    /// The whole past moves by so much.
    pub fn shift(&mut self, by: f64) {
        for level in &mut self.levels {
            level.mean += by as f32;
            level.waiting = 0;
        }
        self.late_by = [0; LATE.len()];
    }

    /// What windows of a width were, on the whole.
    pub fn mean(&self, level: usize) -> f64 {
        f64::from(self.levels[level].mean)
    }

    /// How many windows of a width were learnt.
    pub fn windows(&self, level: usize) -> f64 {
        f64::from(self.levels[level].windows)
    }

    /// How many widths are looked at so far: those of which enough windows were seen, and the next one.
    pub fn known_widths(&self) -> usize {
        (self.levels.iter().filter(|l| f64::from(l.windows) >= WINDOWS_MIN).count() + 1).min(LEVELS)
    }

    /// The mean of the widest windows of which enough were seen.
    pub fn centre(&self) -> f64 {
        let known = (0..LEVELS).rev().find(|l| self.windows(*l) >= 2.0 * WINDOWS_MIN);
        self.mean(known.unwrap_or(0))
    }

    /// What is known of the noise of a width's windows; `least`: no less than this variance of single values.
    fn noise(&self, level: usize, least: f64) -> Option<Noise> {
        let from = self.levels[..=level].iter().position(|l| f64::from(l.windows) >= WINDOWS_MIN)?;
        let singles = self.singles.noise().filter(|_| from == 0).map(|n| n.carried());
        let mut noise = self.levels[from].noise(singles, 0.0);
        noise.variance = noise.variance.max(least);
        for index in from + 1..=level {
            let floor = least / f64::from(1u32 << (index - from));
            noise = self.levels[index].noise(Some(noise.carried()), floor);
        }
        Some(noise)
    }

    /// Judges a window; nothing where too little is known or it lies within `near` deviations.
    pub fn judge(&self, level: usize, value: f64, least: f64, near: f64) -> Option<Judged> {
        let own = &self.levels[level];
        let noise = self.noise(level, least)?;
        let (expected, uncertain) = self.expected(level, &noise)?;
        let deviation = (noise.variance + uncertain).sqrt();
        let off = value - expected;
        if deviation <= SAME * expected.abs().max(off.abs()) && off.abs() > SAME * expected.abs().max(1.0) {
            let score = CONSTANT * off.signum();
            return Some(Judged { level, value, expected, score, p: 0.0, constant: true });
        }
        let score = off / deviation;
        if score.abs() < near || !score.is_finite() {
            return None;
        }
        let tail = own.tail(score.abs(), BELIEF * f64::from(1u32 << level));
        let p = student_upper(score.abs(), noise.freedom.max(1.0)).max(tail);
        Some(Judged { level, value, expected, score, p, constant: false })
    }

    /// What is expected of a window, and the variance of that: the mean of the width's own windows.
    fn expected(&self, level: usize, noise: &Noise) -> Option<(f64, f64)> {
        let own = &self.levels[level];
        if f64::from(own.windows) >= WINDOWS_MIN {
            return Some((f64::from(own.mean), noise.variance / noise.worth));
        }
        // Of narrower windows there are more: their mean is as good, and as uncertain as what they are worth.
        let known = (0..level).rev().find(|l| f64::from(self.levels[*l].windows) >= WINDOWS_MIN)?;
        let narrow = self.noise(known, 0.0)?;
        Some((f64::from(self.levels[known].mean), narrow.variance / narrow.worth))
    }

    fn learn(&mut self, index: usize, window: f32) {
        let level = &mut self.levels[index];
        let waited = (level.waiting > 0).then_some((level.latest[0], (level.waiting > 1).then_some(level.latest[1])));
        level.latest = [window, level.latest[0]];
        level.waiting = (level.waiting + 1).min(2);
        let Some((ready, neighbour)) = waited else { return };
        if self.hold {
            return;
        }
        let slow = index.wrapping_sub(self.slow as usize);
        let Some(late) = LATE.get(slow) else { return self.levels[index].absorb(ready, neighbour) };
        let (queue, by) = (&mut self.late[slow], &mut self.late_by[slow]);
        queue[usize::from(*by)] = ready;
        *by += 1;
        let Some(next) = usize::from(*by).checked_sub(late + 1) else { return };
        let (ready, neighbour) = (queue[next], (next == 2).then_some(queue[0]));
        if next == 2 {
            queue.copy_within(1.., 0);
            *by -= 1;
        }
        self.levels[index].absorb(ready, neighbour);
    }
}

impl Level {
    fn absorb(&mut self, window: f32, neighbour: Option<f32>) {
        if self.windows >= 8.0 {
            self.note_tail(window);
        }
        let held = self.held(window);
        let (window, neighbour) = (held, neighbour.map(|n| self.held(n)));
        let off = window - self.mean;
        self.windows += 1.0;
        self.mean += off / self.windows;
        self.square += off * (window - self.mean);
        if let Some(neighbour) = neighbour {
            self.product += off * (neighbour - self.mean);
        }
    }

    /// A window as it is learnt: what lies far out is no measure of the noise, nor of the level; the tail keeps it.
    fn held(&self, window: f32) -> f32 {
        if self.windows < 8.0 || self.square == 0.0 {
            return window;
        }
        let far = HELD_AT * (self.square / self.windows).sqrt();
        window.clamp(self.mean - far, self.mean + far)
    }

    /// Peaks over the threshold; windows overlap by half, so each counts half.
    fn note_tail(&mut self, window: f32) {
        let deviation = (self.square / (self.windows - 1.0)).sqrt();
        let over = ((window - self.mean) / deviation).abs() - TAIL as f32;
        if deviation > 0.0 && over > 0.0 {
            self.peaks += 0.5;
            self.beyond += 0.5 * over;
        }
    }

    /// What is known of the noise of these windows: by themselves, and by what is carried up from the width below.
    fn noise(&self, below: Option<Noise>, floor: f64) -> Noise {
        let n = f64::from(self.windows);
        let below = below.unwrap_or(Noise { variance: 0.0, freedom: 0.0, alike: 0.5, pairs: 0.0, worth: 0.5 });
        let belief = if below.freedom > 0.0 { ALIKE } else { ALIKE / 4.0 };
        if n < WINDOWS_MIN {
            return Noise { variance: below.variance.max(floor), pairs: belief, worth: 0.5, ..below };
        }
        let pairs = n / 2.0;
        let raw = f64::from(self.product) / f64::from(self.square).max(f64::MIN_POSITIVE);
        let alike = (raw * pairs + below.alike * FADES * belief) / (pairs + belief);
        // M. G. Kendall, Biometrika 41 (1954): the bias is −(1 + 3ρ)/n.
        let alike = (alike + (1.0 + 3.0 * alike.max(0.0)) / (pairs + belief)).clamp(0.0, 0.98);
        let worth = (pairs * (1.0 - alike) / (1.0 + alike)).max(0.5);
        let own = f64::from(self.square) / n / (1.0 - (1.0 / worth).min(0.5));
        // Windows that overlap by half are worth two thirds of as many that do not.
        let known = (n / 1.5 * (1.0 - alike * alike) / (1.0 + alike * alike)).max(1.0);
        let freedom = known + below.freedom;
        let variance = ((own * known + below.variance * below.freedom) / freedom).max(floor);
        Noise { variance, freedom, alike, pairs: pairs + belief, worth }
    }

    /// The probability of one so many deviations out, by the width's own tail.
    fn tail(&self, score: f64, belief: f64) -> f64 {
        let n = f64::from(self.windows) / 2.0;
        if n < 20.0 || score <= TAIL {
            return 0.0;
        }
        let peaks = f64::from(self.peaks);
        let mean = (f64::from(self.beyond) + belief * PEAK) / (peaks + belief);
        let share = 0.5 * (peaks + 1.0) / (n + 1.0);
        let known = peaks + belief;
        let light = -(score * score - TAIL * TAIL) / (mean * (2.0 * TAIL + 2.0 * mean));
        // The mean of the peaks is itself uncertain: so predictive, Lomax.
        let heavy = -known * ((score - TAIL) / (known * mean)).ln_1p();
        let weight = ((mean - HEAVY.0) / (HEAVY.1 - HEAVY.0)).clamp(0.0, 1.0);
        share * ((1.0 - weight) * light + weight * heavy).exp()
    }
}
