//! What counts down to an end, and is filled up before it comes: certificates, quotas, leases.
//!
//! Everything is told as time that is left at the pace of the present way down, so that days, seconds, stamps and numbers
//! of requests are alike.

use evidence::{DAY, HOUR, MINUTE, Nanos, SECOND, Time, WEEK};

/// Words of names that speak of an end, by the field's own usage.
const ENDS: [&str; 12] = [
    "expiry",
    "expires",
    "expire",
    "expiration",
    "expirytime",
    "notafter",
    "remaining",
    "left",
    "validity",
    "ttl",
    "quota",
    "lease",
];
/// Where nothing was ever filled up, this is near.
const NEAR: Nanos = WEEK;
/// And so often things are filled up.
const CYCLE_DAYS: f64 = 30.0;
/// What is filled up this much sooner than ever is no news yet.
const MARGIN: f64 = 0.9;
/// A rise of less than this share of the way down is no filling up, but noise.
const FILLS: f64 = 0.2;
/// Falls that must be seen before a pace is believed, and how long they must be watched.
const FALLS_MIN: u32 = 3;
const WATCHED_MIN: Nanos = HOUR;
/// Stamps in seconds since 1970 lie in here: 2001 to 2100.
const STAMPS: std::ops::Range<f64> = 1e9..4.1e9;
/// How many times of filling up are remembered.
const CYCLES: usize = 32;

/// Whether a metric's name speaks of an end.
pub fn speaks_of_an_end(name: &str) -> bool {
    let small = name.to_ascii_lowercase();
    if small.contains("not_after") || small.contains("valid_until") || small.contains("valid_for") {
        return true;
    }
    small.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| ENDS.contains(&word))
}

/// A series on its way down.
#[derive(Clone, Debug, Default)]
pub struct Countdown {
    /// Where this way down began.
    top: Option<(Time, f64)>,
    last: Option<(Time, f64)>,
    falls: u32,
    /// Small rises: of what counts down there are none.
    noise: u32,
    /// Whether it is a stamp that stands still while time goes by.
    stamp: bool,
    /// The time that was left whenever it was filled up, and how long it took from one time to the next.
    filled: Vec<(Nanos, Nanos)>,
}

/// How near the end is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Time left at this pace.
    pub left: Nanos,
    /// The value at which it used to be filled up at the latest, where that is known.
    pub usual: Option<f64>,
    /// How often a day a thing that is well comes so near.
    pub a_day: f64,
}

impl Countdown {
    /// Takes in the next value; says whether it was filled up.
    pub fn value(&mut self, at: Time, value: f64) -> bool {
        self.stamp = STAMPS.contains(&value);
        let value = if self.stamp { value - (at.0 / SECOND) as f64 } else { value };
        let (Some(top), Some(last)) = (self.top, self.last.replace((at, value))) else {
            self.top = Some((at, value));
            return false;
        };
        let rise = value - last.1;
        if rise > FILLS * (top.1 - last.1).max(0.1 * top.1.abs()) {
            if let Some(left) = self.left(last.0, last.1).filter(|_| self.is_one()) {
                if self.filled.len() == CYCLES {
                    self.filled.remove(0);
                }
                self.filled.push((left, last.0 - top.0));
            }
            // What rises before it fell a few times was not on its way down.
            self.noise += u32::from(self.falls < FALLS_MIN);
            (self.top, self.falls) = (Some((at, value)), 0);
            return true;
        }
        self.falls += u32::from(rise < 0.0);
        self.noise += u32::from(rise > 0.0);
        false
    }

    /// Whether it does what counts down.
    pub fn is_one(&self) -> bool {
        let (Some(top), Some(last)) = (self.top, self.last) else { return false };
        let falls = self.falls + FALLS_MIN * self.filled.len() as u32;
        falls >= FALLS_MIN && last.0 - top.0 >= WATCHED_MIN && self.noise * 20 <= falls && last.1 >= 0.0
    }

    /// Time that is left at the pace of this way down.
    fn left(&self, at: Time, value: f64) -> Option<Nanos> {
        if self.stamp {
            return Some((value * SECOND as f64) as Nanos);
        }
        let top = self.top?;
        let pace = (top.1 - value) / (at - top.0).max(MINUTE) as f64;
        (pace > 0.0).then(|| (value / pace).min(1e18) as Nanos)
    }

    /// How near the end is at a moment, where it is nearer than ever.
    pub fn near(&self, at: Time) -> Option<Near> {
        let last = self.last.filter(|_| self.is_one())?;
        let left = self.left(at, last.1)?;
        let known = self.filled.iter().map(|(left, _)| *left).min();
        let usual = known.unwrap_or(NEAR);
        if left as f64 >= MARGIN * usual as f64 {
            return None;
        }
        let times = self.filled.len() as f64;
        let took = self.filled.iter().map(|(_, took)| *took as f64 / DAY as f64).sum::<f64>();
        let cycle = if times > 0.0 { (took / times).max(1.0 / 24.0) } else { CYCLE_DAYS };
        // The next one comes nearer than all before in one of so many, and half as near in a quarter of these.
        let share = (left as f64 / usual as f64).powi(2) / (times + 2.0);
        let value = known.map(|known| if left > 0 { last.1 * known as f64 / left as f64 } else { 0.0 });
        Some(Near { left, usual: value, a_day: share / cycle })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days left, once an hour: filled up to thirty when ten are left, from hour `from` on not any more.
    fn certificate(hours: i64, from: i64) -> Countdown {
        let mut countdown = Countdown::default();
        let mut left = 20.0;
        for hour in 0..hours {
            left -= 1.0 / 24.0;
            if left < 10.0 && hour < from {
                left = 30.0;
            }
            countdown.value(Time(hour * HOUR), left);
        }
        countdown
    }

    #[test]
    fn what_is_filled_up_as_ever_is_not_near() {
        let well = certificate(900, 900);
        assert!(well.is_one() && well.near(Time(900 * HOUR)).is_none());
    }

    #[test]
    fn what_was_not_filled_up_is_near() {
        let near = certificate(860, 600).near(Time(860 * HOUR)).expect("nearer than ever");
        assert!((near.left - 4 * DAY).abs() < 12 * HOUR, "{:?}", near.left / HOUR);
        assert!((near.usual.expect("known") - 10.0).abs() < 0.2 && near.a_day < 0.01);
    }

    #[test]
    fn a_stamp_counts_down_by_itself() {
        let mut countdown = Countdown::default();
        let start = Time(1_780_000_000 * SECOND);
        for hour in 0..100 {
            countdown.value(start + hour * HOUR, 1_780_000_000.0 + 8.0 * 86_400.0);
        }
        let near = countdown.near(start + 99 * HOUR).expect("four days are left");
        assert_eq!(near.left / HOUR, 93);
    }

    #[test]
    fn what_goes_up_and_down_counts_nothing_down() {
        let mut countdown = Countdown::default();
        for hour in 0..500_i64 {
            countdown.value(Time(hour * HOUR), 50.0 + ((hour * hour * 37) % 101) as f64);
        }
        assert!(!countdown.is_one());
    }

    #[test]
    fn names_speak_of_an_end() {
        assert!(speaks_of_an_end("probe_ssl_earliest_cert_expiry") && speaks_of_an_end("certificate_days_left"));
        assert!(speaks_of_an_end("x509_cert_not_after") && speaks_of_an_end("api.quota.remaining"));
        assert!(!speaks_of_an_end("queue_depth"));
    }
}
