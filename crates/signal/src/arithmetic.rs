//! Tails of distributions: how likely something at least this extreme is. All results are probabilities in [0, 1].

use statrs::function::beta::beta_reg;
use statrs::function::erf::{erfc, erfc_inv};
use statrs::function::gamma::{gamma_lr, gamma_ur};

/// P(T ≥ t) for Student's t with `freedom` degrees of freedom (any positive number).
pub fn student_upper(t: f64, freedom: f64) -> f64 {
    if !t.is_finite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let freedom = freedom.max(0.5);
    if freedom > 1e6 {
        return normal_upper(t);
    }
    let half = 0.5 * beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    if t >= 0.0 { half } else { 1.0 - half }
}

/// P(Z ≥ z) for a standard normal.
pub fn normal_upper(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// The z for which P(Z ≥ z) = p; between −8 and 38.
pub fn normal_quantile_upper(p: f64) -> f64 {
    if p < 1e-300 {
        return 38.0;
    }
    (std::f64::consts::SQRT_2 * erfc_inv(2.0 * p.min(1.0 - 1e-15))).clamp(-8.0, 38.0)
}

/// P(N ≥ count) for a count with this mean and variance: negative binomial where the variance exceeds the mean, Poisson
/// else. Source: Hilbe, "Negative Binomial Regression" (2011), the NB2 form.
pub fn count_upper(count: f64, mean: f64, variance: f64) -> f64 {
    if count <= 0.0 {
        return 1.0;
    }
    let mean = mean.max(1e-12);
    match spread(mean, variance) {
        None => gamma_lr(count, mean),
        // P(N >= k) = I_{1-p}(k, r).
        Some((size, p)) => beta_reg(count, size, 1.0 - p),
    }
}

/// P(N ≥ count) for a count that comes in this share of all time, given that `others` came in the rest: beta-binomial, with
/// Jeffreys' prior on the rate. Counts need not be whole. Source: Gelman et al., "Bayesian Data Analysis" (2013), 2.6.
pub fn count_share_upper(count: f64, others: f64, share: f64) -> f64 {
    if count <= 0.0 {
        return 1.0;
    }
    beta_reg(count, others + 0.5, share.clamp(0.0, 1.0))
}

/// P(N ≥ count) of so many tries that each come here with this probability: binomial. Counts need not be whole.
pub fn share_upper(count: f64, tries: f64, share: f64) -> f64 {
    if count <= 0.0 {
        return 1.0;
    }
    beta_reg(count, (tries - count).max(0.0) + 1.0, share.clamp(0.0, 1.0))
}

/// Size and success probability of the negative binomial; `None` where the variance is the mean's (Poisson).
fn spread(mean: f64, variance: f64) -> Option<(f64, f64)> {
    let more = variance - mean;
    (more > mean * 1e-9 && more.is_finite()).then(|| (mean * mean / more, (mean / variance).clamp(0.0, 1.0)))
}

/// P(N ≤ count), as [`count_upper`].
pub fn count_lower(count: f64, mean: f64, variance: f64) -> f64 {
    let (mean, next) = (mean.max(1e-12), count.max(0.0).floor() + 1.0);
    match spread(mean, variance) {
        None => gamma_ur(next, mean),
        Some((size, p)) => beta_reg(size, next, p),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a / b - 1.0).abs() < 1e-6, "{a} is not {b}");
    }

    #[test]
    fn tails_agree_with_tables() {
        close(student_upper(2.0, 10.0), 0.036_694_017);
        close(student_upper(-2.0, 10.0), 1.0 - 0.036_694_017);
        close(student_upper(8.0, 30.0), 3.132_911_2e-9);
        close(normal_upper(5.0), 2.866_515_7e-7);
        assert!((normal_quantile_upper(2.866_515_7e-7) - 5.0).abs() < 1e-6);
    }

    #[test]
    fn counts_are_poisson_where_they_do_not_vary_more() {
        close(count_upper(4.0, 1.0, 1.0), 0.018_988_156_9);
        close(count_lower(0.0, 3.0, 3.0), (-3.0_f64).exp());
        close(count_upper(3.0, 2.0, 6.0) + count_lower(2.0, 2.0, 6.0), 1.0);
    }

    #[test]
    fn a_bursty_count_has_a_heavier_tail() {
        assert!(count_upper(20.0, 2.0, 20.0) > 1000.0 * count_upper(20.0, 2.0, 2.0));
    }
}
