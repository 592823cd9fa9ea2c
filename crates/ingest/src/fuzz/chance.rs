//! Random numbers that follow from a seed alone.

/// A stream of random numbers. Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014 (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

/// The fractional part of the golden ratio times 2^64: the step of SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Chance {
    /// The stream of one input under a seed: it does not depend on the inputs before it.
    pub fn of(seed: u64, number: u64) -> Chance {
        Chance(mixed(mixed(seed.wrapping_add(STEP)).wrapping_add(number.wrapping_mul(STEP))))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// A number from 0 up to, never reaching, `many`; 0 where `many` is 0.
    pub fn below(&mut self, many: usize) -> usize {
        ((u128::from(self.bits()) * many as u128) >> 64) as usize
    }

    /// Whether something happens that happens once in so many times.
    pub fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// One of some things.
    ///
    /// # Panics
    /// Where there are none.
    pub fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }

    /// A stretch of something so long: mostly a short one.
    pub fn stretch(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = if self.once_in(4) { length - from } else { (length - from).min(24) };
        (from, from + self.below(most + 1))
    }
}
