//! The detector of numeric series beside its peers, in one run: `cargo bench -p backstory --bench series`.
//!
//! A thousand invented series with memory, a week of values five minutes apart; round after round each contender takes its
//! turn, so that what else the machine does falls on all of them alike. Told are medians: points a second on one core, and
//! how many times as fast each is as ours. Ours watches level and spread, as the program does with a metric; in the order
//! of series, and strictly in the order of time. The peers: a rolling z-score over the latest day, and the `augurs` crate's
//! BOCPD with a normal-gamma prior, over a few of the series, since it is slow.
//!
//! As a test (`cargo test --benches`) everything runs once, over little.

use std::hint::black_box;
use std::time::Instant;

use augurs_changepoint::{Detector, NormalGammaDetector};
use evidence::{MINUTE, Nanos, Time};
use signal::series::{Elsewhere, Sensor};

/// A Monday, and the time between values.
const START: i64 = 1_767_571_200_000_000_000;
const STEP: Nanos = 5 * MINUTE;
/// A metric's share of the budget, a day.
const SHARE: f64 = 1.0 / 1050.0;
/// A day of values.
const DAY_OF_VALUES: usize = 288;
/// A contender over all series: how many points it took in.
type Run = fn(&[Vec<f64>]) -> usize;
const CONTENDERS: [(&str, Run); 4] = [
    ("ours, in series order", |all| all.iter().map(|values| watched(values)).sum()),
    ("ours, in time order", in_time_order),
    ("rolling z-score, one day", |all| all.iter().map(|values| rolling_z(values)).sum()),
    ("augurs BOCPD, a few series", |all| all.iter().take(all.len() / 250 + 1).map(|values| bocpd(values)).sum()),
];
const ROUNDS: usize = 7;

fn main() {
    let measuring = std::env::args().any(|word| word == "--bench");
    let (many, rounds) = if measuring { (1_000, ROUNDS) } else { (3, 1) };
    let all: Vec<Vec<f64>> = (0..many)
        .map(|seed| drill::series::memory(0.7, seed, if measuring { 7 * DAY_OF_VALUES } else { 600 }))
        .collect();
    let mut samples = vec![Vec::new(); CONTENDERS.len()];
    for _ in 0..rounds {
        for ((_, run), samples) in CONTENDERS.iter().zip(&mut samples) {
            let begun = Instant::now();
            let points = run(&all);
            samples.push(points as f64 / begun.elapsed().as_secs_f64());
        }
    }
    if measuring {
        print(&samples);
    }
}

/// Level and spread of one series.
struct Watched {
    sensors: [Sensor; 2],
    last: Option<f64>,
}

impl Watched {
    fn new() -> Watched {
        Watched { sensors: [Sensor::new(), Sensor::new()], last: None }
    }

    fn value(&mut self, at: Time, value: f64, elsewhere: &mut [Elsewhere; 2]) {
        black_box(self.sensors[0].value(at, value, SHARE, &mut elsewhere[0]));
        if let Some(last) = self.last.replace(value) {
            black_box(self.sensors[1].value(at, (value - last).abs().sqrt(), SHARE, &mut elsewhere[1]));
        }
    }
}

fn watched(values: &[f64]) -> usize {
    let (mut series, mut elsewhere) = (Watched::new(), [Elsewhere::default(), Elsewhere::default()]);
    for (n, value) in values.iter().enumerate() {
        let at = Time(START + n as i64 * STEP);
        elsewhere.iter_mut().for_each(|e| e.next_moment(at));
        series.value(at, *value, &mut elsewhere);
    }
    values.len()
}

fn in_time_order(all: &[Vec<f64>]) -> usize {
    let mut elsewhere = [Elsewhere::default(), Elsewhere::default()];
    let mut series: Vec<Watched> = all.iter().map(|_| Watched::new()).collect();
    for n in 0..all[0].len() {
        let at = Time(START + n as i64 * STEP);
        elsewhere.iter_mut().for_each(|e| e.next_moment(at));
        for (series, values) in series.iter_mut().zip(all) {
            series.value(at, values[n], &mut elsewhere);
        }
    }
    all.len() * all[0].len()
}

fn rolling_z(values: &[f64]) -> usize {
    let (mut sum, mut square, mut raised) = (0.0, 0.0, 0);
    for (n, value) in values.iter().enumerate() {
        if n >= DAY_OF_VALUES {
            let (mean, old) = (sum / DAY_OF_VALUES as f64, values[n - DAY_OF_VALUES]);
            let deviation = (square / DAY_OF_VALUES as f64 - mean * mean).max(0.0).sqrt();
            raised += usize::from((value - mean).abs() > 4.0 * deviation);
            (sum, square) = (sum - old, square - old * old);
        }
        (sum, square) = (sum + value, square + value * value);
    }
    black_box(raised);
    values.len()
}

fn bocpd(values: &[f64]) -> usize {
    black_box(NormalGammaDetector::default().detect_changepoints(values));
    values.len()
}

fn print(samples: &[Vec<f64>]) {
    let median = |samples: &[f64]| {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    let ours = median(&samples[0]);
    anstream::println!("a series under watch takes {} bytes, and what a rhythm needs", std::mem::size_of::<Sensor>());
    for ((name, _), samples) in CONTENDERS.iter().zip(samples) {
        let pace = median(samples);
        anstream::println!("{name:<28} {:>9.3} million points a second   {:>8.3} times ours", pace / 1e6, pace / ours);
    }
}
