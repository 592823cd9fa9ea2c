//! Events so rare that most windows have none: what counts is in how many different hours they came.
//!
//! A line that never came in two weeks and then comes in nine hours of three days has left its past, though no window of
//! it is large. How such hours are spread needs no dispersion of its own to be learnt: given how many came before, the
//! number in a window is beta-binomial (Jeffreys' prior on the rate), after the hours that one occasion fills are taken
//! for fewer: by as much as such hours vary more than chance among the system's rare lines.

use std::collections::VecDeque;

use evidence::{HOUR, Nanos, Time};

use crate::arithmetic::count_share_upper;

/// Hours are remembered for so long.
const KEPT: Nanos = 240 * HOUR;
/// Fewer hours in a window are no news.
const HOURS_MIN: f64 = 3.0;
/// Where more than this share of all hours had it, it is not rare.
const RARE: f64 = 0.2;
/// How many hours one occasion fills before any line can tell.
pub const CLUSTER: f64 = 2.0;
/// A stream tells of that from so many windows, and so many hours, on.
const TELLS_FROM: (f64, f64) = (8.0, 6.0);

/// The hours in which events of a stream came.
#[derive(Clone, Debug, Default)]
pub struct Sparse {
    hours: VecDeque<Time>,
    before: f64,
    past: [Hours; 6],
}

/// In how many hours of past windows of one width events came.
#[derive(Clone, Copy, Debug, Default)]
struct Hours {
    windows: f64,
    sum: f64,
    squares: f64,
}

/// How surprising the hours of a window are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crowd {
    /// In how many hours of the window events came.
    pub hours: f64,
    /// In how many the past lets expect them.
    pub expected: f64,
    /// Probability, were nothing wrong, of so many or more.
    pub upper: f64,
}

impl Sparse {
    /// Events came in the half hour that ends at `edge`.
    pub fn note(&mut self, edge: Time) {
        while self.hours.front().is_some_and(|hour| edge - *hour >= KEPT) {
            self.hours.pop_front();
            self.before += 1.0;
        }
        if self.hours.back().is_none_or(|last| edge - *last >= HOUR) {
            self.hours.push_back(edge);
        }
    }

    /// Takes in a window of a scale that ends at `edge`; windows must not overlap.
    pub fn absorb(&mut self, scale: usize, edge: Time, width: Nanos) {
        let hours = self.within(edge, width);
        let past = &mut self.past[scale];
        past.windows += 1.0;
        past.sum += hours;
        past.squares += hours * hours;
    }

    /// Variance over mean of the hours in windows of a scale, where it is known.
    pub fn cluster(&self, scale: usize) -> Option<f64> {
        let Hours { windows, sum, squares } = self.past[scale];
        (windows >= TELLS_FROM.0 && sum >= TELLS_FROM.1)
            .then(|| (squares - sum * sum / windows) / (windows - 1.0) / (sum / windows))
    }

    /// The first hour of those in a window that ends at `edge`.
    pub fn first_within(&self, edge: Time, width: Nanos) -> Option<Time> {
        self.hours.iter().copied().find(|hour| edge - *hour < width)
    }

    fn within(&self, edge: Time, width: Nanos) -> f64 {
        self.hours.iter().rev().take_while(|hour| edge - **hour < width).count() as f64
    }

    /// Judges a window that ends at `edge`, after so long a past before it. `load`: how much everything else wrote in the
    /// window beside its usual; `cluster`: how many hours one occasion fills.
    pub fn judge(&self, edge: Time, width: Nanos, past: Nanos, load: f64, cluster: f64) -> Option<Crowd> {
        let hours = self.within(edge, width);
        let before = self.before + self.hours.len() as f64 - hours;
        let in_hours = |span: Nanos| span as f64 / HOUR as f64;
        if hours < HOURS_MIN || past < 2 * width || before > RARE * in_hours(past) {
            return None;
        }
        let exposed = in_hours(width) * load.max(0.1);
        let share = exposed / (exposed + in_hours(past));
        let upper = count_share_upper(hours / cluster, before / cluster, share);
        Some(Crowd { hours, expected: before * in_hours(width) / in_hours(past), upper })
    }

    /// Judges all that came since it came first, where that is not longer ago than hours are remembered: the window and what
    /// it holds. `past`: how long the stream was there at all. The first hour opens the window, and is not counted.
    pub fn judge_since_first(&self, edge: Time, past: Nanos, cluster: f64) -> Option<(Nanos, Crowd)> {
        let first = self.hours.front().filter(|_| self.before == 0.0)?;
        let (width, hours) = (edge - *first + HOUR, self.hours.len() as f64 - 1.0);
        let before = past - width;
        if hours < HOURS_MIN || before < width || hours > RARE * width as f64 / HOUR as f64 {
            return None;
        }
        let upper = count_share_upper(hours / cluster, 0.0, width as f64 / past as f64);
        Some((width, Crowd { hours: hours + 1.0, expected: 0.0, upper }))
    }

    /// Takes in the hours of a stream that turned out to be part of this one.
    pub fn join(&mut self, other: &Sparse) {
        let mut hours: Vec<Time> = self.hours.iter().chain(&other.hours).copied().collect();
        hours.sort_unstable();
        hours.dedup_by(|later, earlier| *later - *earlier < HOUR);
        self.hours = hours.into();
        self.before += other.before;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::DAY;

    fn of(hours: &[i64]) -> Sparse {
        let mut sparse = Sparse::default();
        hours.iter().for_each(|hour| sparse.note(Time(hour * HOUR)));
        sparse
    }

    fn upper(sparse: &Sparse, at: i64, width: Nanos, past: Nanos) -> f64 {
        sparse.judge(Time(at * HOUR), width, past, 1.0, CLUSTER).map_or(1.0, |crowd| crowd.upper)
    }

    #[test]
    fn what_never_came_and_comes_in_many_hours_is_surprising() {
        let new = of(&[330, 338, 341, 350, 355, 362, 377, 381, 399]);
        let p = upper(&new, 400, 3 * DAY, 13 * DAY);
        assert!(p < 5e-3 && p > 1e-8, "{p}");
    }

    #[test]
    fn many_events_of_one_hour_are_one_occasion() {
        let burst = of(&[399, 399, 399, 399]);
        assert_eq!(upper(&burst, 400, DAY, 13 * DAY), 1.0);
    }

    #[test]
    fn what_came_as_often_before_is_no_surprise() {
        let known: Vec<i64> = (0..130).map(|n| n * 3).collect();
        assert!(upper(&of(&known), 390, 3 * DAY, 13 * DAY) > 0.1);
    }
}
