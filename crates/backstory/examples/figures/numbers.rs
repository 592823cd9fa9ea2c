//! Shares, rates and medians, with how far chance alone may have moved them.

/// The 95 % interval of a share, after Wilson (JASA 22, 1927).
pub fn wilson(count: usize, of: usize) -> (f64, f64) {
    const Z: f64 = 1.959_964;
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (of as f64, count as f64 / of as f64);
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
}

/// The exact 95 % interval of what a count would be in the mean, after Garwood (Biometrika 28, 1936).
pub fn poisson(count: usize) -> (f64, f64) {
    let low = if count == 0 { 0.0 } else { mean_at(count - 1, 0.975) };
    (low, mean_at(count, 0.025))
}

/// The mean at which so many or fewer come with that probability: more of it makes fewer likelier.
fn mean_at(count: usize, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, count as f64 + 20.0 * (count as f64 + 1.0).sqrt());
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if at_most(count, middle) > probability { low = middle } else { high = middle }
    }
    low
}

/// How likely so many or fewer are.
fn at_most(count: usize, mean: f64) -> f64 {
    let (mut log_term, mut sum) = (-mean, 0.0);
    for n in 0..=count {
        sum += log_term.exp();
        log_term += (mean / (n as f64 + 1.0)).ln();
    }
    sum
}

/// The middle value; of an even number of them the mean of the middle two.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some(if lower == upper { upper } else { 0.5 * (lower + upper) })
}

/// `17 of 20 (64–95 %)`
pub fn share(count: usize, of: usize) -> String {
    let (low, high) = wilson(count, of);
    if of == 0 { "–".into() } else { format!("{count} of {of} ({:.0}–{:.0} %)", 100.0 * low, 100.0 * high) }
}

/// `0.104 (0.081–0.132)`
pub fn rate(count: usize, days: f64) -> String {
    let (low, high) = poisson(count);
    if days > 0.0 {
        format!("{:.3} ({:.3}–{:.3})", count as f64 / days, low / days, high / days)
    } else {
        "–".into()
    }
}

/// A number with so many decimals; a dash where there is none, or none that can be said.
pub fn said(value: Option<f64>, decimals: usize) -> String {
    value.filter(|v| v.is_finite()).map_or("–".into(), |v| format!("{v:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        let rounded = |(low, high): (f64, f64)| format!("{low:.3} {high:.3}");
        assert_eq!(rounded(wilson(9, 10)), "0.596 0.982");
        assert_eq!(rounded(wilson(0, 20)), "0.000 0.161");
        assert_eq!(rounded(poisson(0)), "0.000 3.689");
        assert_eq!(rounded(poisson(1)), "0.025 5.572");
        assert_eq!(rounded(poisson(100)), "81.364 121.627");
        assert_eq!(rounded(poisson(2000)), "1913.299 2089.617");
    }

    #[test]
    fn medians_are_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(said(median(vec![1.0, f64::INFINITY, f64::INFINITY]), 1), "–");
    }
}
