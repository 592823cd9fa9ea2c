//! Invented series of numbers whose truth is known: life without any change, changes of many kinds, and fleets of both.
//!
//! Values have no unit and no time of their own: a week is [`WEEK`] values, five minutes apart. Read [`noise`] first.
//! The kinds of life are those in which change detectors of others cry wolf: memory, rhythm, bursts, skew.

use std::f64::consts::TAU;

use crate::chance::{Chance, exp, wander};

/// Values of a day, and of a week.
pub const DAY: usize = 288;
/// Values of a week.
pub const WEEK: usize = 7 * DAY;
/// Where the changes of [`changed`] begin: after three quarters of a week.
pub const CHANGE: usize = WEEK / 4 * 3;
/// How far the rhythm of the day goes up and down.
const RHYTHM: f64 = 3.0;
/// Bursts a week, and their mean height.
const BURSTS: usize = 14;
const BURST_HEIGHT: f64 = 8.0;

/// Life without a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// Independent Gaussian values.
    White,
    /// AR(1) with φ = 0.7.
    Memory70,
    /// AR(1) with φ = 0.95.
    Memory95,
    /// Student's t with three degrees of freedom.
    HeavyTails,
    /// A sine of the day with three deviations' amplitude, and AR(1) with φ = 0.5.
    Rhythm,
    /// Small noise, and fourteen times a week one to seven values that stand out together.
    Bursts,
    /// The exponential of AR(1) with φ = 0.6.
    Skewed,
}

/// All of it, with the names under which tables tell of it.
pub const NOISES: [(Noise, &str); 7] = [
    (Noise::White, "white"),
    (Noise::Memory70, "AR(1) 0.7"),
    (Noise::Memory95, "AR(1) 0.95"),
    (Noise::HeavyTails, "Student t, 3"),
    (Noise::Rhythm, "rhythm of the day"),
    (Noise::Bursts, "bursts"),
    (Noise::Skewed, "log-normal"),
];

/// So many values of life without a change.
pub fn noise(kind: Noise, seed: u64, many: usize) -> Vec<f64> {
    let mut chance = Chance::of(seed, "noise", kind as u64);
    let chance = &mut chance;
    match kind {
        Noise::White => wander(chance, many, 0.0),
        Noise::Memory70 => wander(chance, many, 0.7),
        Noise::Memory95 => wander(chance, many, 0.95),
        Noise::HeavyTails => (0..many).map(|_| student3(chance)).collect(),
        Noise::Rhythm => with_rhythm(wander(chance, many, 0.5), DAY),
        Noise::Bursts => bursts(chance, many),
        Noise::Skewed => wander(chance, many, 0.6).into_iter().map(|v| exp(0.8 * v)).collect(),
    }
}

/// AR(1) of deviation 1, for any φ.
pub fn memory(keeps: f64, seed: u64, many: usize) -> Vec<f64> {
    wander(&mut Chance::of(seed, "memory", (keeps * 1000.0) as u64), many, keeps)
}

fn student3(chance: &mut Chance) -> f64 {
    let squares: f64 = (0..3).map(|_| chance.normal().powi(2)).sum();
    chance.normal() / (squares / 3.0).sqrt()
}

fn with_rhythm(mut values: Vec<f64>, day: usize) -> Vec<f64> {
    // Turned step by step: a sine's last bit differs between machines. The first step by its series.
    let turn = TAU / day as f64;
    let square = turn * turn;
    let sine = turn * (1.0 - square / 6.0 * (1.0 - square / 20.0 * (1.0 - square / 42.0)));
    let cosine = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0)));
    let (mut across, mut up) = (1.0, 0.0);
    for value in &mut values {
        *value += RHYTHM * up;
        (across, up) = (across * cosine - up * sine, across * sine + up * cosine);
    }
    values
}

fn bursts(chance: &mut Chance, many: usize) -> Vec<f64> {
    let mut values: Vec<f64> = wander(chance, many, 0.3).into_iter().map(|v| 0.3 * v).collect();
    for _ in 0..(BURSTS * many).div_ceil(WEEK) {
        let (at, lasts) = (chance.below(many), 1 + chance.below(7));
        let height = chance.exponential(BURST_HEIGHT);
        values.iter_mut().skip(at).take(lasts).for_each(|v| *v += height);
    }
    values
}

/// A change that comes at [`CHANGE`] into a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One deviation for 200 values of white noise.
    Step1For200,
    /// One deviation, AR(1) with φ = 0.5; it stays.
    Step1,
    /// Three deviations; they stay.
    Step3,
    /// Up by three deviations within a day.
    RampOfADay,
    /// Up by 1.5 deviations until the end of the week.
    RampOfDays,
    /// The deviation doubles.
    Spread,
    /// A step of 1.5 deviations under a rhythm of the day.
    StepUnderRhythm,
    /// Two deviations for the last three hours.
    Late,
}

/// All changes, with the names under which tables tell of them.
pub const CHANGES: [(Change, &str); 8] = [
    (Change::Step1For200, "1σ for 200 values, white"),
    (Change::Step1, "1σ, AR(1) 0.5"),
    (Change::Step3, "3σ, AR(1) 0.5"),
    (Change::RampOfADay, "ramp of 3σ in a day"),
    (Change::RampOfDays, "ramp of 1.5σ in 1¾ days"),
    (Change::Spread, "deviation doubled"),
    (Change::StepUnderRhythm, "1.5σ under a rhythm of the day"),
    (Change::Late, "2σ for the last 3 hours"),
];

/// A week with a change.
pub fn changed(change: Change, seed: u64) -> Vec<f64> {
    let mut chance = Chance::of(seed, "changed", change as u64);
    let keeps = if change == Change::Step1For200 { 0.0 } else { 0.5 };
    let mut values = wander(&mut chance, WEEK, keeps);
    if change == Change::StepUnderRhythm {
        values = with_rhythm(values, DAY);
    }
    for (n, value) in values.iter_mut().enumerate() {
        let since = n.checked_sub(CHANGE).map(|since| since as f64);
        match (change, since) {
            (Change::Late, _) if n >= WEEK - 36 => *value += 2.0,
            (Change::Late, _) | (_, None) => {}
            (Change::Step1For200, Some(since)) => *value += if since < 200.0 { 1.0 } else { 0.0 },
            (Change::Step1, _) => *value += 1.0,
            (Change::Step3, _) => *value += 3.0,
            (Change::RampOfADay, Some(since)) => *value += (3.0 * since / DAY as f64).min(3.0),
            (Change::RampOfDays, Some(since)) => *value += 1.5 * since / (WEEK - CHANGE) as f64,
            (Change::Spread, _) => *value *= 2.0,
            (Change::StepUnderRhythm, _) => *value += 1.5,
        }
    }
    values
}

/// AR(1) with a step of so many deviations at [`CHANGE`] that stays.
pub fn stepped(keeps: f64, deviations: f64, seed: u64) -> Vec<f64> {
    let mut values = memory(keeps, seed, WEEK);
    values[CHANGE..].iter_mut().for_each(|v| *v += deviations);
    values
}

/// Several lasting changes in a short series.
#[derive(Clone, Debug, PartialEq)]
pub struct Segments {
    /// The values.
    pub values: Vec<f64>,
    /// Where each change begins: the index of its first value.
    pub changes: Vec<usize>,
}

/// A short series (200 to 600 values) with two to five lasting changes of two to six deviations, and up to four single
/// values that stand out by eight and are no change.
pub fn segments(seed: u64) -> Segments {
    let mut chance = Chance::of(seed, "segments", 0);
    let pieces = 3 + chance.below(4);
    let keeps = chance.between(0.0, 0.5);
    let lengths: Vec<usize> = (0..pieces).map(|_| 50 + chance.below(60)).collect();
    let mut values = wander(&mut chance, lengths.iter().sum(), keeps);
    let (mut changes, mut at, mut level) = (Vec::new(), 0, 0.0);
    for length in lengths {
        if at > 0 {
            changes.push(at);
            level += chance.between(2.0, 6.0) * if chance.happens(0.5) { 1.0 } else { -1.0 };
        }
        values[at..at + length].iter_mut().for_each(|v| *v += level);
        at += length;
    }
    for _ in 0..chance.below(5) {
        let one = chance.below(values.len());
        values[one] += 8.0;
    }
    Segments { values, changes }
}

/// One of a fleet: its values, and whether it truly changes, at three quarters.
#[derive(Clone, Debug, PartialEq)]
pub struct OfFleet {
    /// The values.
    pub values: Vec<f64>,
    /// Whether it changes.
    pub changes: bool,
}

/// A fleet of weeks with AR(1) of any memory up to φ = 0.9, of which a share steps by one to three deviations, up or down.
/// In groups of ten half of the variance may be the group's.
pub fn fleet(seed: u64, many: usize, share: f64, in_groups: bool) -> Vec<OfFleet> {
    let mut common = Vec::new();
    let one = |n: usize| {
        let mut chance = Chance::of(seed, "fleet", n as u64);
        let keeps = chance.between(0.0, 0.9);
        if in_groups && n.is_multiple_of(10) {
            common = wander(&mut chance, WEEK, 0.5);
        }
        let mut values = wander(&mut chance, WEEK, keeps);
        if in_groups {
            values.iter_mut().zip(&common).for_each(|(v, c)| *v = (*v + c) / std::f64::consts::SQRT_2);
        }
        let changes = chance.happens(share);
        if changes {
            let by = chance.between(1.0, 3.0) * if chance.happens(0.5) { 1.0 } else { -1.0 };
            values[CHANGE..].iter_mut().for_each(|v| *v += by);
        }
        OfFleet { values, changes }
    };
    (0..many).map(one).collect()
}

/// Values a minute apart over so many days: AR(1), a rhythm of the day if asked for, and now and then one value that lies
/// four times as far out.
pub fn minutes(keeps: f64, rhythm: bool, days: usize, seed: u64) -> Vec<f64> {
    let mut chance = Chance::of(seed, "minutes", (keeps * 1000.0) as u64 * 2 + u64::from(rhythm));
    let mut values = wander(&mut chance, days * 1440, keeps);
    for value in &mut values {
        if chance.happens(0.0005) {
            *value *= 4.0;
        }
    }
    if rhythm { with_rhythm(values, 1440) } else { values }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f64]) -> (f64, f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let lagged = values.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>() / n;
        (mean, variance, lagged / variance)
    }

    #[test]
    fn noise_is_what_it_says() {
        for (kind, variance, alike) in
            [(Noise::White, 1.0, 0.0), (Noise::Memory70, 1.0, 0.7), (Noise::Memory95, 1.0, 0.95)]
        {
            let found = moments(&noise(kind, 7, 100_000));
            assert!((found.1 - variance).abs() < 0.1 && (found.2 - alike).abs() < 0.02, "{kind:?}: {found:?}");
        }
        assert!(noise(Noise::HeavyTails, 7, WEEK).iter().any(|v| v.abs() > 6.0));
        assert!(noise(Noise::Bursts, 7, WEEK).iter().filter(|v| **v > 2.0).count() > 10);
        assert!(noise(Noise::Skewed, 7, WEEK).iter().all(|v| *v > 0.0));
        let rhythm = moments(&noise(Noise::Rhythm, 7, WEEK));
        assert!((rhythm.1 - 5.5).abs() < 0.5, "{rhythm:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_series_and_another_one_another() {
        for (kind, _) in NOISES {
            assert_eq!(noise(kind, 3, 500), noise(kind, 3, 500));
            assert_ne!(noise(kind, 3, 500), noise(kind, 4, 500));
        }
        assert_eq!(segments(5), segments(5));
        assert_eq!(fleet(5, 12, 0.5, true), fleet(5, 12, 0.5, true));
    }

    #[test]
    fn changes_come_where_they_are_said_to() {
        for (change, name) in CHANGES {
            let values = changed(change, 11);
            let (before, after) = (moments(&values[..CHANGE]), moments(&values[CHANGE..]));
            let moved = (after.0 - before.0, after.1 / before.1);
            let ok = match change {
                Change::Spread => moved.1 > 3.0,
                Change::Late => moments(&values[WEEK - 36..]).0 > 1.0,
                Change::Step1For200 => moved.0 > 0.2,
                _ => moved.0 > 0.5,
            };
            assert!(ok, "{name}: {moved:?}");
        }
        let short = segments(1);
        assert!(short.changes.iter().all(|at| *at >= 50 && *at + 50 <= short.values.len()));
        let share = fleet(1, 200, 0.05, false).iter().filter(|one| one.changes).count();
        assert!((3..=20).contains(&share), "{share}");
    }
}
