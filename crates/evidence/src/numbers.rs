//! Numbers come out the same on any number of threads: sums run in a given order, and what is printed has six
//! significant digits, so that a last bit that differs between two ways of computing is never seen.

/// The number rounded to six significant digits; NaN and infinities stay what they are, and `-0` becomes `0`.
pub fn six(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return if number == 0.0 { 0.0 } else { number };
    }
    // Through the decimal text, which rounds correctly at every magnitude; scaling by a power of ten does not.
    format!("{number:.5e}").parse().unwrap_or(number)
}

/// The sum in the order given, with Neumaier's correction: the rounding of one large term does not swallow small ones.
/// Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974).
pub fn total(terms: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for term in terms {
        let next = sum + term;
        lost += if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_at_every_magnitude() {
        assert_eq!(six(123_456_789.0), 123_457_000.0);
        assert_eq!(six(0.000_123_456_789), 0.000_123_457);
        assert_eq!(six(-0.0).to_string(), "0");
        assert!(six(f64::NAN).is_nan());
    }

    #[test]
    fn a_large_term_does_not_swallow_a_small_one() {
        assert_eq!(total([1.0, 1e100, 1.0, -1e100]), 2.0);
    }
}
