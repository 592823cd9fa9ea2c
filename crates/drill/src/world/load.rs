//! How busy the shop is: the rhythm of day and week, days that are a little busier than others, slow wandering, a little
//! growth, and now and then half an hour in which somebody famous has named it.

use super::calendar::Calendar;
use super::life::Life;
use super::track::Track;
use crate::chance::{Chance, exp};
use crate::moments::{hour_of_day, is_weekend, midnight};

/// The load of each hour of a working day.
const HOURS: [f64; 24] = [
    0.45, 0.30, 0.22, 0.18, 0.17, 0.22, 0.38, 0.62, 0.88, 1.05, 1.15, 1.22, 1.34, 1.26, 1.18, 1.16, 1.22, 1.38, 1.62,
    1.84, 1.90, 1.65, 1.20, 0.75,
];
/// The load of a Saturday or Sunday, of that of a working day.
const WEEKEND: f64 = 0.72;
/// By so much the business grows a day.
const GROWTH: f64 = 0.002;
/// The deviation of a day's logarithm.
const BUSIER: f64 = 0.045;

/// The load at each minute, about 1 in the mean of a week.
pub fn of(seed: u64, calendar: &Calendar, life: &Life) -> Track {
    let mean = HOURS.iter().sum::<f64>() / 24.0 * (5.0 + 2.0 * WEEKEND) / 7.0;
    let mut chance = Chance::of(seed, "load/days", 0);
    let days: Vec<f64> = (0..calendar.days + 2).map(|_| BUSIER * chance.normal()).collect();
    let sway = Track::wandering(calendar, Chance::of(seed, "load/sway", 0), 0.02, 0.03);
    Track::of(calendar, |at| {
        let since = (at - calendar.start) as f64 / evidence::DAY as f64;
        let (day, part) = (since.floor() as usize, since - since.floor());
        let busier = exp(days[day] + (days[day + 1] - days[day]) * part);
        let week = if is_weekend(midnight(at)) { WEEKEND } else { 1.0 };
        let named = life.named.iter().filter(|n| n.within.contains(&at)).map(|n| n.factor).product::<f64>();
        let surge = life.surge.iter().filter(|s| s.within.contains(&at)).map(|s| s.factor).product::<f64>();
        shape(hour_of_day(at)) / mean * week * busier * (1.0 + GROWTH * since) * sway.at(at) * named * surge
    })
}

/// The load of a time of day, straight from hour to hour.
fn shape(hour: f64) -> f64 {
    let (this, next) = (HOURS[hour as usize % 24], HOURS[(hour as usize + 1) % 24]);
    this + (next - this) * (hour - hour.floor())
}
