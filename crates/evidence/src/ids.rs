//! Ids that last. Everything that is written down and found again hangs on XXH3-128 (a published algorithm) over fields
//! that are length-prefixed, with integers little-endian: the same on every machine and in every later version.
//!
//! An id never depends on intern numbers, threads, the order of files or evidence that came later.

use std::fmt;

use xxhash_rust::xxh3::Xxh3;

/// The version of the rules that mask a log line's variable parts; part of every shape's id.
pub const SHAPE_VERSION: u8 = 2;
/// The version of what goes into a signal's id.
pub const SIGNAL_ID_VERSION: u8 = 1;

/// The seed of all ids. Changing it changes every id.
const SEED: u64 = 0x6261_636b_7374_6f72;

/// A 128-bit id, printed as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub u128);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The first 16 hexadecimal digits of an id: what people are shown and may type.
pub fn short(id: Id) -> String {
    format!("{:016x}", (id.0 >> 64) as u64)
}

/// Builds an id from fields, in the order in which they are given.
pub struct Hasher(Xxh3);

impl Hasher {
    /// Begins an id of one kind (`"signal"`, `"shape"`): two kinds never share an id.
    pub fn new(kind: &str, version: u8) -> Hasher {
        let mut hasher = Hasher(Xxh3::with_seed(SEED));
        hasher.0.update(&[version]);
        hasher.text(kind);
        hasher
    }

    /// Adds a field of bytes, length first, so that `ab` + `c` is not `a` + `bc`.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Hasher {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) -> &mut Hasher {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    pub fn number(&mut self, number: i64) -> &mut Hasher {
        self.0.update(&number.to_le_bytes());
        self
    }

    /// The id of what was added so far.
    pub fn id(&self) -> Id {
        Id(self.0.digest128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_never_change() {
        let id = |kind: &str, fields: &[&str]| {
            let mut hasher = Hasher::new(kind, 1);
            fields.iter().for_each(|f| {
                hasher.text(f);
            });
            hasher.id().to_string()
        };
        expect_test::expect![[r#"
            [
                "11d71c9e64644fec1daf369f7519bceb",
                "38ce1ed313417016577590421850bb54",
                "6cc8d5cc7ab8eb2e53fe271005392c8f",
                "aee093339bb3b34c71acf1a6ac68d9f5",
                "8043a3910c59e063b706d1e124760030",
            ]
        "#]]
        .assert_debug_eq(&[
            id("signal", &[]),
            id("shape", &["a", "bc"]),
            id("shape", &["ab", "c"]),
            id("template", &["x <num>"]),
            id("signal", &["api", ""]),
        ]);
    }
}
