//! Queueing for a connection: what a pool of limited size does to those who want one.
//!
//! Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
//! exchanges" (1917): waiting calls, `c` servers, `a` of them wanted in the mean.

use crate::chance::exp;

/// How long a connection is held, in the mean, in ms.
pub const HELD_MS: f64 = 120.0;

/// The probability that whoever wants a connection has to wait, where `wanted` of `limit` are in use in the mean.
pub fn waits(limit: f64, wanted: f64) -> f64 {
    if wanted >= limit {
        return 1.0;
    }
    let blocked = (1..=limit as u32).fold(1.0, |b, k| wanted * b / (f64::from(k) + wanted * b));
    blocked / (1.0 - wanted / limit * (1.0 - blocked))
}

/// The mean wait in ms over all who want a connection. Above 95 % of the limit no steady state is near: what is beyond is
/// the incident's to say.
pub fn mean_wait_ms(limit: f64, wanted: f64) -> f64 {
    let wanted = wanted.min(0.95 * limit);
    waits(limit, wanted) * HELD_MS / (limit - wanted)
}

/// How many are in use at a moment, given a number from 0 to 1: the quantile of the steady state.
pub fn in_use(limit: f64, wanted: f64, share: f64) -> f64 {
    let free = 1.0 - waits(limit, wanted);
    let (mut term, mut terms) = (exp(-wanted), Vec::with_capacity(limit as usize));
    for k in 0..limit as u32 {
        terms.push(term);
        term *= wanted / f64::from(k + 1);
    }
    let whole: f64 = terms.iter().sum();
    let mut left = share;
    for (k, term) in terms.iter().enumerate() {
        left -= free * term / whole;
        if left < 0.0 {
            return k as f64;
        }
    }
    limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_of_erlangs_tables() {
        // Values of the C formula from any table of it.
        for (limit, wanted, expected) in [(10.0, 5.0, 0.0361), (10.0, 7.0, 0.2217), (2.0, 1.0, 0.3333), (1.0, 0.5, 0.5)]
        {
            assert!((waits(limit, wanted) - expected).abs() < 1e-4, "{limit} {wanted}: {}", waits(limit, wanted));
        }
        assert!(waits(50.0, 6.0) < 1e-12);
        assert_eq!(waits(10.0, 12.0), 1.0);
    }

    #[test]
    fn a_pool_never_gives_more_than_it_has() {
        for k in 0..1000 {
            assert!(in_use(10.0, 6.0, f64::from(k) / 1000.0) <= 10.0);
        }
        assert_eq!(in_use(50.0, 5.0, 0.5), 5.0);
        assert_eq!(in_use(10.0, 30.0, 0.5), 10.0);
    }
}
