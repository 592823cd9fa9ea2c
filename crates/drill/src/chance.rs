//! Chance without a hidden source: streams of random numbers that follow from a seed and a name alone.
//!
//! Every line, series, pod and deploy of a world has a stream of its own, named after it, so that one part can change
//! without moving another. Only integers and the four basic operations (and the square root, which IEEE 754 makes exact)
//! are used, the logarithm and the exponential are our own: the same seed gives the same bits on every machine, whatever
//! its mathematical library. Read [`Chance`] first.

/// A stream of random numbers. Source of its arithmetic: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014 (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

/// The fractional part of the golden ratio times 2^64: the step of SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// One number scrambled so that neighbours have nothing in common.
fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// FNV-1a, 64 bits: a name as a number.
fn named(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Chance {
    /// The stream of that name and number under that seed.
    pub fn of(seed: u64, name: &str, number: u64) -> Chance {
        Chance(mixed(mixed(mixed(seed.wrapping_add(STEP)) ^ named(name)).wrapping_add(number.wrapping_mul(STEP))))
    }

    /// The stream that an event carries with it.
    pub fn from(seed: u64) -> Chance {
        Chance(mixed(seed))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number from 0 up to, never reaching, 1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from 0 up to, never reaching, `many`, which must be positive.
    pub fn below(&mut self, many: usize) -> usize {
        ((u128::from(self.bits()) * many as u128) >> 64) as usize
    }

    /// A number between two others.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// Whether something of that probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// One of several, all as likely.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A rank from 0 below `many`, the first the likeliest, the k-th 1/k as likely (Zipf).
    pub fn zipf(&mut self, many: usize) -> usize {
        let whole: f64 = (1..=many).map(|k| 1.0 / k as f64).sum();
        let mut left = self.share() * whole;
        for rank in 0..many {
            left -= 1.0 / (rank + 1) as f64;
            if left < 0.0 {
                return rank;
            }
        }
        many - 1
    }

    /// A normal number of mean 0 and deviation 1. Source: G. Marsaglia, T. Bray, "A convenient method for generating
    /// normal variables", SIAM Review 6 (1964): it needs no sine.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.share() - 1.0, 2.0 * self.share() - 1.0);
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                return x * (-2.0 * ln(s) / s).sqrt();
            }
        }
    }

    /// A lognormal number: heavy to the right, as latencies and sums of money are.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }

    /// An exponential number: a time until the next of what comes by chance.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * ln(1.0 - self.share())
    }

    /// How many of what comes by chance, `mean` being expected; above 30 the normal approximation.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u32;
        }
        let (limit, mut count, mut product) = (exp(-mean), 0, self.share());
        while product > limit {
            count += 1;
            product *= self.share();
        }
        count
    }

    /// A pattern in which every `#` becomes a digit, every `%` a hexadecimal one and every `@` a capital letter.
    pub fn filled(&mut self, pattern: &str) -> String {
        let mut drawn = |alphabet: &[u8]| char::from(*self.pick(alphabet));
        let fill = |letter| match letter {
            '#' => drawn(b"0123456789"),
            '%' => drawn(b"0123456789abcdef"),
            '@' => drawn(b"ABCDEFGHJKLMNPQRSTUVWXYZ"),
            other => other,
        };
        pattern.chars().map(fill).collect()
    }
}

/// AR(1) noise of deviation 1, each value keeping the share `keeps` of the one before.
pub fn wander(chance: &mut Chance, many: usize, keeps: f64) -> Vec<f64> {
    let (mut x, fresh) = (chance.normal(), (1.0 - keeps * keeps).sqrt());
    (0..many)
        .map(|_| {
            x = keeps * x + fresh * chance.normal();
            x
        })
        .collect()
}

/// e to that power, by a Taylor polynomial around the nearest multiple of ln 2; beyond ±700 as at ±700.
pub fn exp(power: f64) -> f64 {
    // ln 2 in two parts, so that the multiple taken off is exact: W. Cody, W. Waite, "Software Manual for the Elementary
    // Functions", 1980.
    const HIGH: f64 = 0.693_145_751_953_125;
    const LOW: f64 = 1.428_606_820_309_417_2e-6;
    let power = power.clamp(-700.0, 700.0);
    let twos = (power / std::f64::consts::LN_2 + 0.5).floor();
    let rest = power - twos * HIGH - twos * LOW;
    let series = (1..=14).rev().fold(1.0, |sum, k| 1.0 + sum * rest / f64::from(k));
    series * f64::from_bits(((1023 + twos as i64) as u64) << 52)
}

/// The natural logarithm of a positive, normal number, by the series of the inverse hyperbolic tangent.
pub fn ln(number: f64) -> f64 {
    let bits = number.to_bits();
    let mut twos = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let mut part = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | (1023 << 52));
    if part > std::f64::consts::SQRT_2 {
        part /= 2.0;
        twos += 1;
    }
    let s = (part - 1.0) / (part + 1.0);
    let series = (0..12).rev().fold(0.0, |sum, k| sum * s * s + 1.0 / f64::from(2 * k + 1));
    2.0 * s * series + twos as f64 * std::f64::consts::LN_2
}

/// A positive number to any power.
pub fn power(number: f64, to: f64) -> f64 {
    exp(to * ln(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_of_a_stream_never_change() {
        let mut chance = Chance::of(7, "checkout.accepted", 3);
        let first = [chance.bits(), chance.bits()];
        expect_test::expect!["[5030996870956438241, 9771978951528058011]"].assert_eq(&format!("{first:?}"));
        assert_eq!(Chance::of(1, "a", 0).filled("ORD-####-%%-@"), Chance::of(1, "a", 0).filled("ORD-####-%%-@"));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the library's is what ours is compared with")]
    fn our_logarithm_and_exponential_are_the_usual_ones() {
        for k in -400..400 {
            let x = f64::from(k) * 0.37;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "exp({x})");
            let y = exp(x);
            assert!((ln(y) - y.ln()).abs() < 1e-13 * (1.0 + x.abs()), "ln({y})");
        }
        assert!((power(2.0, 0.5) - std::f64::consts::SQRT_2).abs() < 1e-14);
    }

    #[test]
    fn distributions_have_the_moments_that_they_should() {
        let mut chance = Chance::of(1, "moments", 0);
        let mut moments = |draw: &dyn Fn(&mut Chance) -> f64| {
            let all: Vec<f64> = (0..40_000).map(|_| draw(&mut chance)).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            (mean, all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / all.len() as f64)
        };
        let near = |(mean, spread): (f64, f64), m: f64, s: f64| {
            (mean - m).abs() < 0.05 * s.sqrt() && (spread / s - 1.0).abs() < 0.06
        };
        assert!(near(moments(&|c| c.normal()), 0.0, 1.0));
        assert!(near(moments(&|c| c.exponential(3.0)), 3.0, 9.0));
        assert!(near(moments(&|c| f64::from(c.poisson(4.0))), 4.0, 4.0));
        assert!(near(moments(&|c| f64::from(c.poisson(80.0))), 80.0, 80.0));
        assert!(near(moments(&|c| c.below(10) as f64), 4.5, 8.25));
        let calm = wander(&mut Chance::of(2, "wander", 0), 40_000, 0.5);
        assert!((calm.iter().map(|x| x * x).sum::<f64>() / 40_000.0 - 1.0).abs() < 0.06);
    }

    #[test]
    fn the_first_of_many_is_the_likeliest() {
        let mut chance = Chance::of(3, "zipf", 0);
        let mut counts = [0_u32; 4];
        (0..4_000).for_each(|_| counts[chance.zipf(4)] += 1);
        assert!(counts.is_sorted_by(|a, b| a > b), "{counts:?}");
    }
}
