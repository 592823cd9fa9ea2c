//! The promise: one false signal of 0.5 or more in a fortnight, however much is watched. Held on 2,000 quiet series over 30
//! days, of every kind of ordinary life, each with its share of the budget.

use drill::series::{NOISES, noise};
use evidence::{MINUTE, Time};
use signal::budget::{FALSE_A_DAY, SHOWN, warm_up};
use signal::series::{Elsewhere, Moved, Sensor};

const SERIES: usize = 2_000;
const DAYS: usize = 30;
/// Series that are watched together: what they do not share cannot excuse.
const SYSTEM: usize = 100;

#[test]
fn drills_two_thousand_quiet_series_keep_the_promise() {
    let systems = SERIES / SYSTEM;
    let raised: usize = std::thread::scope(|scope| {
        let half = |from: usize| move || (from..systems).step_by(2).map(false_signals).sum::<usize>();
        let others = scope.spawn(half(1));
        half(0)() + others.join().expect("no series panics")
    });
    // One in a fortnight for each system of a hundred series. A Poisson count beyond this comes once in a thousand runs.
    let promised = FALSE_A_DAY * (DAYS * systems) as f64;
    let most = promised + 3.1 * promised.sqrt();
    assert!((raised as f64) <= most, "{raised} false signals where {promised:.1} were promised");
}

fn false_signals(system: usize) -> usize {
    let mut sensors: Vec<Sensor> = vec![Sensor::new(); SYSTEM];
    let values: Vec<Vec<f64>> = (0..SYSTEM)
        .map(|n| noise(NOISES[n % NOISES.len()].0, (system * SYSTEM + n) as u64 + 500_000, DAYS * 288))
        .collect();
    let (mut elsewhere, mut raised) = (Elsewhere::default(), 0);
    // A metric is watched in three ways; this is one of them.
    let share = FALSE_A_DAY / SYSTEM as f64 / 3.0;
    let start = 1_767_571_200_000_000_000;
    for moment in 0..DAYS * 288 {
        let at = Time(start + moment as i64 * 5 * MINUTE);
        elsewhere.next_moment(at);
        for (n, (sensor, values)) in sensors.iter_mut().zip(&values).enumerate() {
            elsewhere.whose = n as u32;
            for moved in sensor.value(at, values[moment], share, &mut elsewhere) {
                let past = at.0 - start;
                if let Moved::Departed(finding) = moved
                    && finding.strength >= SHOWN
                    && past > warm_up(past)
                {
                    raised += 1;
                }
            }
        }
    }
    raised
}
