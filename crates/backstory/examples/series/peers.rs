//! Published change detectors, written from their papers with the settings that their usual libraries ship. Each tells
//! where it sees changes in a series that has ended (PELT) or how often it raised while it ran (the others).

/// Page and Hinkley's test as stream libraries ship it: δ = 0.005, λ = 50, forgetting 0.9999, 30 values to begin with.
/// Source: E. S. Page, Biometrika 41 (1954).
pub fn page_hinkley(values: &[f64], threshold: f64) -> usize {
    let (mut n, mut mean, mut up, mut down, mut found) = (0.0, 0.0, 0.0f64, 0.0f64, 0);
    for value in values {
        n += 1.0;
        mean += (value - mean) / n;
        up = (0.9999 * up + value - mean - 0.005).max(0.0);
        down = (0.9999 * down - value + mean - 0.005).max(0.0);
        if n >= 30.0 && up.max(down) > threshold {
            (n, mean, up, down, found) = (0.0, 0.0, 0.0, 0.0, found + 1);
        }
    }
    found
}

/// ADWIN, δ given (0.002 by default), over an exact window cut at every 32nd value. Source: A. Bifet and R. Gavaldà, SIAM
/// Data Mining (2007), theorem 3.1's bound.
pub fn adwin(values: &[f64], delta: f64) -> usize {
    let (mut from, mut found) = (0, 0);
    let mut sums = vec![(0.0, 0.0)];
    for value in values {
        let (sum, square) = sums[sums.len() - 1];
        sums.push((sum + value, square + value * value));
    }
    for to in (32..=values.len()).step_by(32) {
        while let Some(cut) = adwin_cut(&sums, from, to, delta) {
            (from, found) = (cut, found + 1);
        }
    }
    found
}

fn adwin_cut(sums: &[(f64, f64)], from: usize, to: usize, delta: f64) -> Option<usize> {
    let n = (to - from) as f64;
    let all = sums[to].0 - sums[from].0;
    let variance = ((sums[to].1 - sums[from].1) / n - (all / n).powi(2)).max(0.0);
    let log = (2.0 * n.ln().max(1.0) / delta).ln();
    (from + 5..to.saturating_sub(5)).step_by(5).find(|cut| {
        let (before, after) = ((cut - from) as f64, (to - cut) as f64);
        let left = (sums[*cut].0 - sums[from].0) / before;
        let right = (sums[to].0 - sums[*cut].0) / after;
        let m = 1.0 / (1.0 / before + 1.0 / after);
        (left - right).abs() > (2.0 / m * variance * log).sqrt() + 2.0 / (3.0 * m) * log
    })
}

/// PELT with squared errors, a penalty in units of the noise's variance (BIC: 2 ln n), the noise told by the deviation of
/// the whole series or by differences. Source: R. Killick, P. Fearnhead and I. Eckley, JASA 107 (2012).
pub fn pelt(values: &[f64], by_differences: bool, penalty: f64) -> Vec<usize> {
    let n = values.len();
    let variance = if by_differences {
        let mut steps: Vec<f64> = values.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
        steps.sort_by(f64::total_cmp);
        (steps[steps.len() / 2] * 1.4826).powi(2) / 2.0
    } else {
        let mean = values.iter().sum::<f64>() / n as f64;
        values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64
    };
    let penalty = penalty * variance.max(1e-12);
    let (mut sum, mut square) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    for (i, v) in values.iter().enumerate() {
        (sum[i + 1], square[i + 1]) = (sum[i] + v, square[i] + v * v);
    }
    let cost = |from: usize, to: usize| square[to] - square[from] - (sum[to] - sum[from]).powi(2) / (to - from) as f64;
    let (mut best, mut from) = (vec![-penalty; n + 1], vec![0; n + 1]);
    let mut open = vec![0];
    for to in 1..=n {
        let costs: Vec<f64> = open.iter().map(|t| best[*t] + cost(*t, to)).collect();
        let least = (0..costs.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b])).expect("zero is always open");
        (best[to], from[to]) = (costs[least] + penalty, open[least]);
        let limit = best[to];
        let mut keep = costs.iter().map(|c| *c <= limit);
        open.retain(|_| keep.next().unwrap_or(false));
        open.push(to);
    }
    let mut changes = Vec::new();
    let mut at = from[n];
    while at > 0 {
        changes.push(at);
        at = from[at];
    }
    changes.reverse();
    changes
}

/// Bayesian online change points with a normal-gamma prior over standardised values, expected every `every` values: how often
/// the likeliest run falls to below a tenth of what it was. Source: R. P. Adams and D. MacKay, arXiv 0710.3742 (2007).
pub fn bocpd(values: &[f64], every: f64) -> usize {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    // For each run: its weight, and its posterior (μ, κ, α, β).
    let mut runs = vec![(1.0f64, (0.0, 1.0, 1.0, 1.0))];
    let (mut likeliest, mut found) = (0usize, 0);
    for value in values {
        let x = (value - mean) / deviation;
        let mut fresh = 0.0;
        let mut next = Vec::with_capacity(runs.len() + 1);
        for (weight, (mu, kappa, alpha, beta)) in &runs {
            let seen = weight * student(x, *mu, *kappa, *alpha, *beta);
            fresh += seen / every;
            let posterior = (
                (kappa * mu + x) / (kappa + 1.0),
                kappa + 1.0,
                alpha + 0.5,
                beta + kappa * (x - mu).powi(2) / (2.0 * (kappa + 1.0)),
            );
            next.push((seen * (1.0 - 1.0 / every), posterior));
        }
        next.insert(0, (fresh, (0.0, 1.0, 1.0, 1.0)));
        let all: f64 = next.iter().map(|r| r.0).sum();
        next.iter_mut().for_each(|r| r.0 /= all.max(1e-300));
        let longest = (0..next.len()).max_by(|a, b| next[*a].0.total_cmp(&next[*b].0)).unwrap_or(0);
        found += usize::from(longest * 10 < likeliest && likeliest >= 10);
        likeliest = longest;
        runs = next;
    }
    found
}

/// The density of a Student predictive.
fn student(x: f64, mu: f64, kappa: f64, alpha: f64, beta: f64) -> f64 {
    let (freedom, scale) = (2.0 * alpha, (beta * (kappa + 1.0) / (alpha * kappa)).sqrt());
    let z = (x - mu) / scale;
    // Γ((ν+1)/2)/Γ(ν/2) by Stirling's ratio: exact enough from ν = 2 on.
    let half = freedom / 2.0;
    let ratio = (half - 0.25).max(0.1).sqrt();
    ratio / ((freedom * std::f64::consts::PI).sqrt() * scale) * (1.0 + z * z / freedom).powf(-(freedom + 1.0) / 2.0)
}
