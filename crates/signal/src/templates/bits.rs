//! Which bytes of a message cut it into tokens, and which make a token a value: one bit for each byte.
//!
//! With AVX2, found when the program runs, 32 bytes at a time (the nibble tables of G. Langdale and D. Lemire, "Parsing
//! gigabytes of JSON per second", VLDB Journal 28, 2019); elsewhere byte by byte. Both give the same bits.

use super::alone::{BLANK, DELIMITER, DIGIT, class};

/// Bytes of one block.
const BLOCK: usize = 64;
/// Blocks of the longest message that is looked at so.
const BLOCKS: usize = 64;

/// The bits of one message: the first byte's lowest. Beyond its end all are delimiters.
pub(super) struct Bits {
    digits: [u64; BLOCKS],
    /// Blanks and delimiters.
    delimiters: [u64; BLOCKS + 1],
    /// Whether the byte 0xff is there, which no text has.
    pub odd: bool,
    wide: bool,
}

impl Default for Bits {
    fn default() -> Bits {
        Bits { digits: [0; BLOCKS], delimiters: [!0; BLOCKS + 1], odd: false, wide: is_wide() }
    }
}

#[cfg(target_arch = "x86_64")]
fn is_wide() -> bool {
    is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn is_wide() -> bool {
    false
}

impl Bits {
    /// The longest message.
    pub const BYTES_MAX: usize = BLOCK * BLOCKS;

    /// Looks at a message of at most [`Bits::BYTES_MAX`] bytes.
    pub fn read(&mut self, message: &[u8]) {
        let (blocks, tail) = message.as_chunks::<BLOCK>();
        self.odd = false;
        for (at, block) in blocks.iter().enumerate() {
            self.keep(at, block);
        }
        let mut end = blocks.len();
        if !tail.is_empty() && end < BLOCKS {
            let mut block = [b' '; BLOCK];
            block[..tail.len()].copy_from_slice(tail);
            self.keep(end, &block);
            end += 1;
        }
        self.delimiters[end] = !0;
    }

    /// The first digit from a place on, before `end`.
    pub fn digit(&self, from: usize, end: usize) -> Option<usize> {
        let mut block = from / BLOCK;
        let mut bits = self.digits.get(block)? & (!0 << (from % BLOCK));
        loop {
            if bits != 0 {
                let at = block * BLOCK + bits.trailing_zeros() as usize;
                return (at < end).then_some(at);
            }
            block += 1;
            if block * BLOCK >= end {
                return None;
            }
            bits = self.digits[block];
        }
    }

    /// Whether all bytes of a token are digits, where that is quickly said.
    pub fn is_all_digits(&self, from: usize, end: usize) -> bool {
        let (block, length) = (from / BLOCK, end - from);
        let bits = !(self.digits[block] >> (from % BLOCK));
        from % BLOCK + length <= BLOCK && bits.trailing_zeros() as usize >= length
    }

    /// The first delimiter from a place on.
    pub fn delimiter(&self, from: usize) -> usize {
        let mut block = from / BLOCK;
        let mut bits = self.delimiters[block] & (!0 << (from % BLOCK));
        while bits == 0 {
            block += 1;
            bits = self.delimiters[block];
        }
        block * BLOCK + bits.trailing_zeros() as usize
    }

    /// Where the token of a byte begins, at or behind `low`.
    pub fn token_start(&self, at: usize, low: usize) -> usize {
        let mut block = at / BLOCK;
        let mut bits = self.delimiters[block] & !(!0 << (at % BLOCK));
        while bits == 0 && block * BLOCK > low {
            block -= 1;
            bits = self.delimiters[block];
        }
        let behind = if bits == 0 { 0 } else { block * BLOCK + BLOCK - bits.leading_zeros() as usize };
        behind.max(low)
    }

    fn keep(&mut self, at: usize, block: &[u8; BLOCK]) {
        let (digits, delimiters, odd) = self.block(block);
        (self.digits[at], self.delimiters[at]) = (digits, delimiters);
        self.odd |= odd;
    }

    fn block(&self, block: &[u8; BLOCK]) -> (u64, u64, bool) {
        #[cfg(target_arch = "x86_64")]
        if self.wide {
            #[expect(unsafe_code, reason = "what the processor can do was asked before")]
            // SAFETY: `wide` is true only where AVX2 was detected.
            return unsafe { wide::block(block) };
        }
        narrow(block)
    }
}

fn narrow(block: &[u8; BLOCK]) -> (u64, u64, bool) {
    block.iter().enumerate().fold((0, 0, false), |(digits, delimiters, odd), (at, byte)| {
        let class = class(*byte);
        let is_delimiter = class == BLANK || class == DELIMITER;
        let digit = u64::from(class & DIGIT != 0);
        (digits | digit << at, delimiters | u64::from(is_delimiter) << at, odd || *byte == 0xff)
    })
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_set_epi64x,
        _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_sub_epi8,
    };

    use super::{BLANK, BLOCK, DELIMITER};

    /// A bit for each high nibble that has delimiters.
    const fn group(byte: u8) -> u8 {
        match byte >> 4 {
            0 => 1,
            2 => 2,
            3 => 4,
            5 => 8,
            7 => 16,
            _ => 0,
        }
    }

    /// By low nibble: in which groups it makes a delimiter.
    static LOW: [u8; 16] = {
        let mut table = [0; 16];
        let mut byte = 0_u8;
        while byte < 128 {
            let class = super::super::alone::class_of(byte);
            if class == BLANK || class == DELIMITER {
                table[(byte & 15) as usize] |= group(byte);
            }
            byte += 1;
        }
        table
    };

    /// By high nibble: its group.
    static HIGH: [u8; 16] = {
        let mut table = [0; 16];
        let mut nibble = 0_u8;
        while nibble < 16 {
            table[nibble as usize] = group(nibble << 4);
            nibble += 1;
        }
        table
    };

    #[target_feature(enable = "avx2")]
    fn load(bytes: &[u8]) -> __m256i {
        let word = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[8 * at..8 * at + 8]);
            i64::from_le_bytes(eight)
        };
        _mm256_set_epi64x(word(3), word(2), word(1), word(0))
    }

    #[target_feature(enable = "avx2")]
    fn twice(table: &[u8; 16]) -> __m256i {
        let mut both = [0; 32];
        both[..16].copy_from_slice(table);
        both[16..].copy_from_slice(table);
        load(&both)
    }

    #[target_feature(enable = "avx2")]
    fn half(bytes: &[u8]) -> (u32, u32, bool) {
        let bytes = load(bytes);
        let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
        // Bytes from 0x80 on find 0 in the first table.
        let groups = _mm256_and_si256(_mm256_shuffle_epi8(twice(&LOW), bytes), _mm256_shuffle_epi8(twice(&HIGH), high));
        let none = _mm256_cmpeq_epi8(groups, _mm256_setzero_si256());
        let digit = _mm256_sub_epi8(bytes, _mm256_set1_epi8(b'0' as i8));
        let digit = _mm256_cmpeq_epi8(_mm256_min_epu8(digit, _mm256_set1_epi8(9)), digit);
        let odd = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(-1));
        let mask = |of: __m256i| _mm256_movemask_epi8(of) as u32;
        (mask(digit), !mask(none), mask(odd) != 0)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn block(block: &[u8; BLOCK]) -> (u64, u64, bool) {
        let (low, high) = (half(&block[..32]), half(&block[32..]));
        let joined = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        (joined(low.0, high.0), joined(low.1, high.1), low.2 || high.2)
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::templates::alone::class;

        #[test]
        fn tables_agree_with_the_classes() {
            for byte in 0..=255_u8 {
                let found = byte < 128 && LOW[(byte & 15) as usize] & HIGH[(byte >> 4) as usize] != 0;
                assert_eq!(found, matches!(class(byte), BLANK | DELIMITER), "{byte}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn fuzz_wide_and_narrow_agree(bytes: [u8; 32], others: [u8; 32]) {
            let mut block = [0; BLOCK];
            block[..32].copy_from_slice(&bytes);
            block[32..].copy_from_slice(&others);
            proptest::prop_assert_eq!(Bits::default().block(&block), narrow(&block));
        }

        #[test]
        fn fuzz_places_are_those_of_a_plain_search(message: Vec<u8>, from in 0_usize..200) {
            let mut bits = Bits::default();
            bits.read(&message);
            let from = from.min(message.len());
            let is_delimiter = |b: &u8| matches!(class(*b), BLANK | DELIMITER);
            let digit = message[from..].iter().position(u8::is_ascii_digit).map(|n| from + n);
            proptest::prop_assert_eq!(bits.digit(from, message.len()), digit);
            let delimiter = message[from..].iter().position(is_delimiter).map_or(message.len(), |n| from + n);
            proptest::prop_assert_eq!(bits.delimiter(from).min(message.len()), delimiter);
            let start = message[..from].iter().rposition(is_delimiter).map_or(0, |n| n + 1);
            proptest::prop_assert_eq!(bits.token_start(from, 0), start);
        }
    }
}
