//! What a stream's own past says of windows of one width: mean and dispersion, given the load, and how far the tail went.
//!
//! Windows are absorbed one by one, centred (Welford 1962, with the co-moment of the load), so that large levels cost no
//! digits. A window is predicted by least squares on the load with a ridge towards "no influence"; the prediction's
//! spread allows for how uncertain baseline, slope and dispersion still are.

use crate::arithmetic::{count_lower, count_upper, normal_quantile_upper, student_upper};

/// So few windows say nothing of dispersion.
pub const WINDOWS_MIN: f64 = 4.0;
/// The ridge on the slope: as if three windows with a tenth of load variation had shown no influence.
const RIDGE: f64 = 3.0 * 0.1 * 0.1;
/// A slope must explain so many times the noise of one window before any of it is believed.
const CHANCE: f64 = 4.0;
/// Windows beyond so many deviations are absorbed as if they were that far.
const CLAMP: f64 = 4.0;
/// From here on (in deviations) a window counts for the tail.
const TAIL_FROM: f64 = 2.0;
/// As if so many windows of a Gaussian tail had been seen.
const TAIL_PRIOR: f64 = 2.0;
/// No count's dispersion is taken as smaller than this share of what was expected.
const MODEL_ERROR: f64 = 0.1;
/// Where fewer are expected than this, none is no surprise (and most windows of most lines are of this kind).
const FEW: f64 = 0.7;
/// With less than this share of the usual load hardly anybody works: what is a ratio or a mean then is one of few.
const CALM: f64 = 0.7;
/// As if so many such windows had varied as all do.
const CALM_PRIOR: f64 = 4.0;
/// A stream's dispersion weighs against the pool's as if the pool were so many events.
const POOL_EVENTS: f64 = 10.0;

/// One window of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    /// A count, or the mean of values.
    pub value: f64,
    /// What everything else did meanwhile.
    pub load: f64,
    /// The variance that chance alone gives such a load.
    pub load_noise: f64,
    /// Whether a count goes with its load by nature (calls with requests), however little or much that is.
    pub in_proportion: bool,
}

/// The past of windows of one width.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Baseline {
    /// How many windows.
    pub windows: f64,
    mean: f64,
    load: f64,
    value_square: f64,
    load_square: f64,
    product: f64,
    tail_count: f64,
    tail_excess: f64,
    /// Windows in which hardly anybody worked, and the squares of what lay off in them.
    calm: f64,
    calm_square: f64,
}

/// What is known of dispersion beyond the stream's own past.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pool {
    /// For counts: variance over mean, usual among the system's streams at this width. For values: the variance that
    /// the stream's own finest windows let expect at this width; 0 where nothing is known.
    pub dispersion: f64,
    /// How many windows' worth of knowledge that is.
    pub freedom: f64,
}

impl Pool {
    /// Nothing is known.
    pub const NONE: Pool = Pool { dispersion: 0.0, freedom: 0.0 };
}

/// What a window is beside its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// What the past let expect.
    pub expected: f64,
    /// The deviation of the prediction.
    pub deviation: f64,
    /// How far the window lies out, as deviations of a standard normal; positive is up.
    pub score: f64,
    /// Probability, were nothing wrong, of a window at least this far up.
    pub upper: f64,
    /// The same, down.
    pub lower: f64,
}

impl Baseline {
    /// The past of a stream that was never there, while windows with these loads went by.
    pub fn of_zeros(past: &Baseline) -> Baseline {
        Baseline { windows: past.windows, load: past.load, load_square: past.load_square, ..Baseline::default() }
    }

    /// What is left of these windows without those of an earlier state of the same baseline.
    pub fn since(&self, earlier: &Baseline) -> Baseline {
        let windows = self.windows - earlier.windows;
        if windows <= 0.0 {
            return Baseline::default();
        }
        let load = (self.load * self.windows - earlier.load * earlier.windows) / windows;
        let square = |b: &Baseline| b.load_square + b.windows * b.load * b.load;
        let load_square = (square(self) - square(earlier) - windows * load * load).max(0.0);
        Baseline { windows, load, load_square, ..Baseline::default() }
    }

    /// The mean of the windows.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The mean load of the windows.
    pub fn load(&self) -> f64 {
        self.load
    }

    /// The variance of windows of values given the load; `None` while too few were seen.
    pub fn variance(&self) -> Option<f64> {
        (self.windows >= WINDOWS_MIN).then(|| self.residual(self.slope()) / self.freedom())
    }

    /// Variance over mean of windows of counts given the load.
    pub fn index_of_dispersion(&self) -> f64 {
        self.residual(self.count_slope()) / (self.windows * self.mean).max(1e-9)
    }

    /// The sum of all windows.
    pub fn total(&self) -> f64 {
        self.windows * self.mean
    }

    fn freedom(&self) -> f64 {
        (self.windows - 2.0).max(1.0)
    }

    /// By least squares on the load with a ridge, shrunk by what chance alone would explain: nothing is left of a slope
    /// below two standard errors. Source: James and Stein (1961), in the positive-part form.
    fn slope(&self) -> f64 {
        let spread = self.load_square + RIDGE * self.load * self.load;
        if spread <= 0.0 {
            return 0.0;
        }
        let slope = self.product / spread;
        let noise = self.residual(slope) / self.freedom();
        let explained = slope * slope * spread;
        if explained <= CHANCE * noise { 0.0 } else { slope * (1.0 - CHANCE * noise / explained) }
    }

    /// A count follows the load not at all, fully, or in part.
    fn count_slope(&self) -> f64 {
        if self.load > 0.0 { self.slope().clamp(0.0, self.mean / self.load) } else { 0.0 }
    }

    /// Where the load never varied, nobody knows whether a count follows it: what lies between not at all and fully is no
    /// surprise. The more the load has varied beyond its own noise, the less of that is left: what chance alone moved
    /// says nothing of what follows what (regression dilution).
    fn or_in_proportion(&self, window: Window, expected: f64) -> f64 {
        let ridge = RIDGE * self.load * self.load;
        if self.load <= 0.0 || ridge <= 0.0 {
            return expected;
        }
        let varied = (self.load_square - self.windows * window.load_noise).max(0.0);
        let unknown = ridge / (varied + ridge);
        let fully = self.mean * window.load / self.load;
        let other = expected + (fully - expected) * unknown;
        window.value.clamp(expected.min(other), expected.max(other))
    }

    fn residual(&self, slope: f64) -> f64 {
        (self.value_square - 2.0 * slope * self.product + slope * slope * self.load_square).max(0.0)
    }

    /// What a window with this load is expected to be, and by how much the prediction's variance exceeds the noise's.
    fn predict(&self, window: Window, slope: f64) -> (f64, f64) {
        let load = window.load;
        let ridge = RIDGE * self.load * self.load;
        let away = load - self.load;
        let follows = slope != 0.0 && self.load_square + ridge > 0.0;
        let leverage = if follows { away * away / (self.load_square + ridge) } else { 0.0 };
        // Far outside the loads seen, a straight line is a guess: the leverage says so, the expectation is held back.
        let reach = match window.in_proportion {
            true => f64::INFINITY,
            false => 3.0 * (self.load_square / self.windows.max(1.0)).sqrt() + 0.1 * self.load,
        };
        (self.mean + slope * away.clamp(-reach, reach), 1.0 + 1.0 / self.windows.max(1.0) + leverage)
    }

    fn is_calm(&self, load: f64) -> bool {
        load < CALM * self.load
    }

    /// Where few work, values vary more: by as much as they did in such windows.
    fn when_calm(&self, variance: f64, load: f64) -> f64 {
        let seen = (self.calm_square + CALM_PRIOR * variance) / (self.calm + CALM_PRIOR);
        if self.is_calm(load) { variance.max(seen) } else { variance }
    }

    /// Takes a window in. `judged` is what it was beside this baseline before.
    pub fn absorb(&mut self, window: Window, judged: Option<Judged>) {
        let mut value = window.value;
        if let Some(judged) = judged {
            if self.is_calm(window.load) {
                self.calm += 1.0;
                self.calm_square += (value - judged.expected).powi(2);
            }
            if self.windows >= 2.0 * WINDOWS_MIN && judged.deviation > 0.0 {
                let reach = CLAMP * judged.deviation;
                value = value.clamp(judged.expected - reach, judged.expected + reach);
            }
            let far = judged.score.abs().min(8.0);
            if far > TAIL_FROM {
                self.tail_count += 1.0;
                self.tail_excess += (far * far - TAIL_FROM * TAIL_FROM) / 2.0;
            }
        }
        self.windows += 1.0;
        let (off_value, off_load) = (value - self.mean, window.load - self.load);
        self.mean += off_value / self.windows;
        self.load += off_load / self.windows;
        self.value_square += off_value * (value - self.mean);
        self.load_square += off_load * (window.load - self.load);
        self.product += off_value * (window.load - self.load);
    }

    /// Takes in a stretch of windows that was held back, as they were. Source: Chan, Golub and LeVeque (1983).
    pub fn take_in(&mut self, held: &Baseline) {
        let windows = self.windows + held.windows;
        if held.windows <= 0.0 || windows <= 0.0 {
            return;
        }
        let weight = self.windows * held.windows / windows;
        let (value, load) = (held.mean - self.mean, held.load - self.load);
        self.value_square += held.value_square + value * value * weight;
        self.load_square += held.load_square + load * load * weight;
        self.product += held.product + value * load * weight;
        self.mean += value * held.windows / windows;
        self.load += load * held.windows / windows;
        self.tail_count += held.tail_count;
        self.tail_excess += held.tail_excess;
        self.calm += held.calm;
        self.calm_square += held.calm_square;
        self.windows = windows;
    }

    /// Moves the level: what stayed is the new normal. Dispersion is kept.
    pub fn shift(&mut self, by: f64) {
        self.mean += by;
    }

    /// Multiplies level and dispersion, for counts.
    pub fn scale(&mut self, by: f64) {
        self.mean *= by;
        self.product *= by;
        self.value_square *= by * by;
    }

    /// Joins the past of a stream that turned out to be this one; the two are taken as independent.
    pub fn join(&mut self, other: &Baseline) {
        self.mean += other.mean;
        self.value_square += other.value_square;
        self.product += other.product;
        self.tail_count = self.tail_count.max(other.tail_count);
        self.tail_excess = self.tail_excess.max(other.tail_excess);
    }

    /// Judges a window of values. `resolution` is the smallest step that the values take.
    pub fn judge_value(&self, window: Window, pool: Pool, resolution: f64) -> Option<Judged> {
        if self.windows < WINDOWS_MIN {
            return None;
        }
        let slope = self.slope();
        let (expected, spread) = self.predict(window, slope);
        let own = self.freedom();
        let pooled = if pool.dispersion > 0.0 { pool.freedom } else { 0.0 };
        let variance = (self.residual(slope) + pooled * pool.dispersion) / (own + pooled);
        let variance = self.when_calm(variance, window.load).max(0.1 * resolution * resolution);
        let off = window.value - expected;
        if variance <= 1e-18 * (expected * expected + window.value * window.value) {
            return Some(self.judge_constant(off, expected));
        }
        let deviation = (variance * spread).sqrt();
        let p = student_upper(off.abs() / deviation, own + pooled);
        Some(self.judged(expected, deviation, off, p, own + pooled))
    }

    /// A series that never varied has no dispersion to judge by: the rule of succession alone.
    fn judge_constant(&self, off: f64, expected: f64) -> Judged {
        let p = if off == 0.0 { 0.5 } else { 0.5 / (self.windows + 1.0) };
        let score = normal_quantile_upper(p).copysign(off) * if off == 0.0 { 0.0 } else { 1.0 };
        let (upper, lower) = if off > 0.0 { (p, 1.0) } else { (1.0, p) };
        Judged { expected, deviation: 0.0, score, upper, lower }
    }

    /// Judges a window of counts. `covered`: the share of the window in which the system wrote at all, for what is missing.
    pub fn judge_count(&self, window: Window, pool: Pool, covered: f64) -> Option<Judged> {
        if self.windows < WINDOWS_MIN {
            return None;
        }
        let fully = window.in_proportion && self.load > 0.0;
        let slope = if fully { self.mean / self.load } else { self.count_slope() };
        let (expected, spread) = self.predict(window, slope);
        let expected = self.or_in_proportion(window, expected);
        let usual = pool.dispersion.max(1.0);
        let index = (self.residual(slope) + POOL_EVENTS * usual) / (self.total() + POOL_EVENTS);
        // Jeffreys' half an event: what was never seen may still come now and then.
        let least = 0.5 * index.max(1.0) / (self.windows + 1.0);
        let expected = expected.max(least);
        let freedom = self.freedom() + pool.freedom;
        // Where hardly anybody wrote, nobody is missed; but that alone makes no window a high one.
        let missed = window.value < expected;
        let expected = if missed { (expected * covered).max(least).max(window.value) } else { expected };
        if missed && expected < FEW {
            return Some(Judged { expected, deviation: expected.sqrt(), score: 0.0, upper: 0.5, lower: 0.5 });
        }
        let floor = (MODEL_ERROR * expected).powi(2);
        let variance = (index * expected * spread).max(floor);
        let off = window.value - expected;
        // More regular than chance tells in what is missed; a count above what is expected is never rarer than Poisson's.
        let regular = missed && variance < expected;
        let p = if regular {
            student_upper((off.abs() - 0.5).max(0.0) / variance.sqrt(), freedom)
        } else {
            let tail = if missed {
                count_lower(window.value, expected, variance)
            } else {
                count_upper(window.value, expected, variance)
            };
            student_upper(normal_quantile_upper(tail.min(0.5)), freedom)
        };
        Some(self.judged(expected, variance.sqrt(), off, p.min(0.5), freedom))
    }

    /// The tail no lighter than what this stream's own far windows showed.
    fn judged(&self, expected: f64, deviation: f64, off: f64, p: f64, freedom: f64) -> Judged {
        let score = normal_quantile_upper(p.min(0.5)).max(0.0);
        let p = if score > TAIL_FROM { p.max(self.own_tail(score, freedom)) } else { p };
        let p = p.clamp(1e-300, 0.5);
        let (upper, lower) = if off > 0.0 { (p, 1.0) } else { (1.0, p) };
        Judged { expected, deviation, score: score.copysign(off), upper, lower }
    }

    /// Peaks over a threshold with a Gaussian-like decay in the square of the score, whose width is the stream's own.
    /// Source: after Davison and Smith, "Models for exceedances over high thresholds", JRSS B 52 (1990).
    fn own_tail(&self, score: f64, freedom: f64) -> f64 {
        let share = (0.5 * self.tail_count + 0.5) / (self.windows.max(freedom) + 1.0);
        let width = (self.tail_excess + TAIL_PRIOR) / (self.tail_count + TAIL_PRIOR);
        share * (-(score * score - TAIL_FROM * TAIL_FROM) / (2.0 * width.max(1.0))).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(i: u64) -> f64 {
        // A fixed, even spread of values: the golden ratio's multiples.
        ((i as f64 * 0.618_033_988_749_895).fract() - 0.5) * 3.4641
    }

    fn past(windows: u64, value: impl Fn(u64) -> Window) -> Baseline {
        let mut baseline = Baseline::default();
        (0..windows).for_each(|i| baseline.absorb(value(i), None));
        baseline
    }

    #[test]
    fn a_value_is_judged_by_its_own_spread() {
        let baseline = past(100, |i| Window { value: 50.0 + noise(i), load: 0.0, ..Window::default() });
        let judge = |value| {
            baseline
                .judge_value(Window { value, load: 0.0, ..Window::default() }, Pool::NONE, 0.0)
                .expect("enough windows")
        };
        assert!(judge(51.0).upper > 0.05);
        assert!(judge(58.0).upper < 1e-8);
        assert!(judge(42.0).lower < 1e-8);
    }

    #[test]
    fn what_follows_the_load_is_expected_to() {
        let baseline =
            past(100, |i| Window { value: 5.0 * (10.0 + noise(i)), load: 10.0 + noise(i), ..Window::default() });
        let judged = baseline
            .judge_value(Window { value: 57.0, load: 11.4, ..Window::default() }, Pool::NONE, 0.5)
            .expect("enough windows");
        assert!(judged.upper > 0.01, "{judged:?}");
    }

    #[test]
    fn few_windows_cannot_say_much() {
        let judge = |n| {
            let baseline = past(n, |i| Window { value: 50.0 + noise(i), load: 0.0, ..Window::default() });
            baseline
                .judge_value(Window { value: 60.0, load: 0.0, ..Window::default() }, Pool::NONE, 0.0)
                .map(|j| j.upper)
        };
        assert_eq!(judge(3), None);
        assert!(judge(5) > Some(1e-5));
        assert!(judge(200) < Some(1e-9));
    }

    #[test]
    fn a_line_that_was_never_there_and_pours_is_unlikely() {
        let zeros = past(200, |_| Window::default());
        let judge = |value| {
            let pool = Pool { dispersion: 2.0, freedom: 8.0 };
            zeros
                .judge_count(Window { value, load: 0.0, ..Window::default() }, pool, 1.0)
                .expect("enough windows")
                .upper
        };
        assert!(judge(1.0) > 1e-3, "{}", judge(1.0));
        assert!(judge(30.0) < 1e-7, "{}", judge(30.0));
    }

    #[test]
    fn a_regular_line_that_stops_is_missed_soon_and_not_where_nobody_writes() {
        let steady = past(200, |_| Window { value: 6.0, load: 0.0, ..Window::default() });
        let judge = |covered| {
            let pool = Pool { dispersion: 1.5, freedom: 8.0 };
            steady.judge_count(Window::default(), pool, covered).expect("enough windows").lower
        };
        assert!(judge(1.0) < 1e-8, "{}", judge(1.0));
        assert!(judge(0.0) > 0.05, "{}", judge(0.0));
    }

    #[test]
    fn a_stretch_taken_in_is_as_if_it_had_been_absorbed() {
        let window = |i: u64| Window { value: 3.0 + noise(i), load: 1.0 + 0.1 * noise(2 * i), ..Window::default() };
        let whole = past(90, window);
        let mut parts = past(60, window);
        let mut held = Baseline::default();
        (60..90).for_each(|i| held.absorb(window(i), None));
        parts.take_in(&held);
        for (a, b) in
            [(whole.mean, parts.mean), (whole.value_square, parts.value_square), (whole.product, parts.product)]
        {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn a_past_of_far_windows_makes_the_next_one_less_telling() {
        let mut baseline = past(300, |i| Window { value: noise(i), load: 0.0, ..Window::default() });
        let judge = |b: &Baseline| {
            b.judge_value(Window { value: 7.0, load: 0.0, ..Window::default() }, Pool::NONE, 0.0)
                .expect("enough windows")
        };
        let calm = judge(&baseline).upper;
        for _ in 0..3 {
            let judged = judge(&baseline);
            baseline.absorb(Window { value: 7.0, load: 0.0, ..Window::default() }, Some(judged));
        }
        assert!(judge(&baseline).upper > 1e4 * calm);
    }
}
