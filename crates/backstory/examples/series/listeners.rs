//! Those who listen to a series: ours, and a rival that a careful engineer would write in an afternoon.

use evidence::{DAY, MINUTE, Nanos, Time};
use signal::budget::{SERIES_FALSE_A_DAY, warm_up};
use signal::series::{Elsewhere, Moved, Sensor};

/// A Monday.
const START: i64 = 1_767_571_200_000_000_000;

/// What a listener raised.
#[derive(Clone, Copy, Debug)]
pub struct Raise {
    /// The index of the value with which it did.
    pub at: usize,
    /// How strong; of listeners that know yes and no alone, 1.
    pub strength: f64,
    /// Where it says that the change began: the guess, the earliest, the latest, as indices.
    pub onset: (f64, f64, f64),
}

/// Ours, as the program runs it on one metric: level and spread, each with its share of what one series may have.
pub fn ours(values: &[f64], step: Nanos) -> Vec<Raise> {
    let share = SERIES_FALSE_A_DAY / 3.0;
    let mut channels = [(); 2].map(|()| (Sensor::new(), Elsewhere::default()));
    let (mut raised, mut last) = (Vec::new(), None);
    for (n, value) in values.iter().enumerate() {
        let at = Time(START + n as i64 * step);
        let spread = last.replace(*value).map(|last: f64| (value - last).abs().sqrt());
        for ((sensor, elsewhere), value) in channels.iter_mut().zip([Some(*value), spread]) {
            elsewhere.next_moment(at);
            let Some(value) = value else { continue };
            for moved in sensor.value(at, value, share, elsewhere) {
                let past = at.0 - START;
                if let Moved::Departed(found) = moved
                    && past > warm_up(past)
                {
                    let index = |time: Time| n as f64 - (at - time) as f64 / step as f64;
                    let onset = (index(found.onset), index(found.onset_low), index(found.onset_high));
                    raised.push(Raise { at: n, strength: found.strength, onset });
                }
            }
        }
    }
    raised
}

/// The rival: what lies so many deviations from the mean of its hour of the day, for so many values of the latest twelve.
/// Mean and deviation of each hour are learnt from the past alone, and slowly.
pub fn seasonal_z(values: &[f64], step: Nanos, threshold: f64, of_twelve: usize) -> Option<usize> {
    let mut hours = [(0.0f64, 0.0f64, 0.0f64); 24];
    let mut over: Vec<i8> = Vec::new();
    for (n, value) in values.iter().enumerate() {
        let at = n as i64 * step;
        let (seen, mean, square) = &mut hours[(at.rem_euclid(DAY) / (60 * MINUTE)) as usize];
        let deviation = (*square / seen.max(1.0)).sqrt();
        let score = if *seen >= 12.0 && deviation > 0.0 { (value - *mean) / deviation } else { 0.0 };
        over.push(if score > threshold { 1 } else { -i8::from(score < -threshold) });
        let latest = &over[over.len().saturating_sub(12)..];
        let side = |s: i8| latest.iter().filter(|o| **o == s).count();
        if at > warm_up(at) && side(1).max(side(-1)) >= of_twelve {
            return Some(n);
        }
        *seen += 1.0;
        let pace = 1.0 / seen.min(2000.0);
        let off = (value - *mean).clamp(-4.0 * deviation.max(1e-9), 4.0 * deviation.max(1e-9));
        let off = if *seen < 12.0 { value - *mean } else { off };
        *mean += pace * off;
        *square = *seen * (*square / (*seen - 1.0).max(1.0) * (1.0 - pace) + pace * off * off);
    }
    None
}
