//! Finds a message's shape, fast where one like it was there before.
//!
//! What a message's shape and kinds depend on is its *print*: its bytes, each token with a digit as what it holds alone.
//! Of messages with one print the first is masked ([`Masker`]), the others are found; nothing is learnt, so that the
//! answer is the same as masking each would give. Refuses to know templates. Read [`Shaper::shape`] first.

use std::sync::Arc;

use evidence::Id;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::alone::{class, stripped};
use super::bits::Bits;
use super::given::Given;
use super::holes::{Hole, Kinds};
use super::mask::{Masker, held, trimmed};
use super::numbers::{Numbers, number};

/// Places for prints that are remembered, in pairs; what finds both of its pair taken, takes the older one's.
const PLACES: usize = 1 << 16;
/// Shapes that are remembered; with one more all are forgotten.
const SHAPES_MAX: usize = 1 << 17;
/// What stands for a token in a print: this byte, which no text has, and what the token holds.
const MARK: u8 = 0xff;

/// One remembered print.
#[derive(Clone, Copy, Default)]
struct Place {
    print: u64,
    kinds: u64,
    /// The shape's number and 1; 0 for none.
    shape: u32,
}

/// A shape, as long as it is remembered.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its id.
    pub id: Id,
    /// Its text.
    pub text: Box<str>,
}

/// Finds shapes. Bounded: at most 2^16 prints and 2^17 shapes, whatever comes.
pub struct Shaper {
    masker: Masker,
    bits: Box<Bits>,
    print: Vec<u8>,
    places: Vec<Place>,
    shapes: Vec<Shape>,
    numbers: FxHashMap<u128, u32>,
    generation: u32,
    given: Arc<Given>,
}

impl Default for Shaper {
    fn default() -> Shaper {
        Shaper::new(Arc::default())
    }
}

impl Shaper {
    /// A shaper that honours these templates first.
    pub fn new(given: Arc<Given>) -> Shaper {
        Shaper {
            given,
            masker: Masker::new(),
            bits: Box::default(),
            print: Vec::with_capacity(Bits::BYTES_MAX),
            places: vec![Place::default(); PLACES],
            shapes: Vec::new(),
            numbers: FxHashMap::default(),
            generation: 0,
        }
    }

    /// The number of a message's shape, until [`Shaper::generation`] is another, and what its masked places held.
    pub fn shape(&mut self, message: &[u8]) -> (u32, Kinds) {
        let message = trimmed(message);
        if !self.given.is_empty()
            && let Some(text) = self.given.shape(message)
        {
            let (id, text) = (Masker::id(text.as_bytes()), text.into());
            return (self.keep(id, || text), Kinds::default());
        }
        let Some(print) = self.print_of(message) else { return self.mask(message) };
        let at = print as usize & (PLACES - 2);
        if let [first, second, ..] = &mut self.places[at..] {
            if first.print == print && first.shape > 0 {
                return (first.shape - 1, Kinds(first.kinds));
            }
            if second.print == print && second.shape > 0 {
                std::mem::swap(first, second);
                return (first.shape - 1, Kinds(first.kinds));
            }
        }
        let (number, kinds) = self.mask(message);
        self.places[at + 1] = self.places[at];
        self.places[at] = Place { print, kinds: kinds.0, shape: number + 1 };
        (number, kinds)
    }

    /// The shape of a number.
    pub fn get(&self, number: u32) -> &Shape {
        &self.shapes[number as usize]
    }

    /// How often everything was forgotten: numbers of another generation mean nothing.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// What the first [`super::PLACES_MAX`] places of a message hold. Masks it again: much slower than finding its shape.
    pub fn values<'m>(&mut self, message: &'m [u8]) -> Vec<&'m [u8]> {
        let message = trimmed(message);
        if let Some(values) = self.given.values(message) {
            return values;
        }
        self.masker.shape(message);
        self.masker.values(message).collect()
    }

    /// The numbers in the places of a message. Masks it again, as [`Shaper::values`] does.
    pub fn numbers(&mut self, message: &[u8]) -> Numbers {
        if !self.given.is_empty() && self.given.shape(trimmed(message)).is_some() {
            return Numbers::new();
        }
        let (_, kinds) = self.masker.shape(message);
        let values = self.masker.values(message).enumerate();
        values.filter_map(|(place, value)| Some((place as u8, number(kinds, place, value)?))).collect()
    }

    #[cold]
    fn mask(&mut self, message: &[u8]) -> (u32, Kinds) {
        let (text, kinds) = self.masker.shape(message);
        let (id, text) = (Masker::id(text), text.to_vec());
        (self.keep(id, || String::from_utf8_lossy(&text).into()), kinds)
    }

    /// The number of a shape.
    fn keep(&mut self, id: Id, text: impl FnOnce() -> Box<str>) -> u32 {
        if let Some(number) = self.numbers.get(&id.0) {
            return *number;
        }
        if self.shapes.len() == SHAPES_MAX {
            self.shapes.clear();
            self.numbers.clear();
            self.places.fill(Place::default());
            self.generation += 1;
        }
        let number = self.shapes.len() as u32;
        self.shapes.push(Shape { id, text: text() });
        self.numbers.insert(id.0, number);
        number
    }

    /// The hash of a message's print; `None` where it has none: too long, or with a byte that no text has.
    fn print_of(&mut self, message: &[u8]) -> Option<u64> {
        if message.len() > Bits::BYTES_MAX {
            return None;
        }
        self.bits.read(message);
        if self.bits.odd {
            return None;
        }
        self.print.clear();
        let (mut kept, mut from) = (0, 0);
        while let Some(at) = self.bits.digit(from, message.len()) {
            let start = self.bits.token_start(at, kept);
            let end = self.bits.delimiter(at).min(message.len());
            from = end;
            let (hole, length) = if self.bits.is_all_digits(start, end) {
                (Some(Hole::Num), end - start)
            } else {
                value(&message[start..end])
            };
            if let Some(hole) = hole {
                self.print.extend_from_slice(&message[kept..start]);
                self.print.extend_from_slice(&[MARK, hole as u8]);
                kept = start + length;
            }
        }
        self.print.extend_from_slice(&message[kept..]);
        Some(xxh3_64(&self.print))
    }
}

/// What a token with a digit holds, and how much of it, as [`Masker`] sees it.
fn value(token: &[u8]) -> (Option<Hole>, usize) {
    let core = stripped(token);
    let seen = token.iter().fold(0, |seen, byte| seen | class(*byte));
    (held(core, seen), core.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each message through a shaper that remembers those before it, and masked alone.
    fn agree(messages: &[&[u8]]) {
        let (mut shaper, mut masker) = (Shaper::default(), Masker::new());
        for _ in 0..2 {
            for message in messages {
                let (number, kinds) = shaper.shape(message);
                let (text, alone) = masker.shape(message);
                assert_eq!(shaper.get(number).text.as_ref(), String::from_utf8_lossy(text), "{message:?}");
                assert_eq!(kinds, alone, "{:?}", String::from_utf8_lossy(message));
            }
        }
    }

    #[test]
    fn what_is_remembered_is_what_masking_gives() {
        agree(&[
            b"took 12ms",
            b"took 12",
            b"took 1.2.3.4",
            b"took a1",
            b"took eth0",
            b"took eth1",
            b"took 0x1f.",
            b"took 17.",
            b"ids 1, 2, 3",
            b"ids 1, 2ms, 3",
            b"at 10.0.0.1:80",
            b"at 10:80",
            b"x=1 y=2",
            b"x=a1 y=2",
            b"\xff\x01 a 1",
            b"\xff 1",
            b"a \xff1",
            b"",
            b" ",
            b"Dec 4",
            b"Dec x",
            b"p=a q=\"b 1 c\"",
        ]);
    }

    #[test]
    fn a_flood_of_shapes_is_forgotten_and_found_again() {
        let mut shaper = Shaper::default();
        let word = |n: usize| n.to_string().bytes().map(|b| (b'g' + b - b'0') as char).collect::<String>();
        for n in 0..SHAPES_MAX + 10 {
            shaper.shape(word(n).as_bytes());
        }
        assert_eq!(shaper.generation(), 1);
        assert!(shaper.shapes.len() <= 10);
        let (number, _) = shaper.shape(b"ghi");
        assert_eq!(shaper.get(number).text.as_ref(), "ghi");
    }

    proptest::proptest! {
        #[test]
        fn fuzz_remembered_is_masked(messages: Vec<Vec<u8>>) {
            agree(&messages.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }

        #[test]
        fn fuzz_remembered_is_masked_where_messages_are_alike(
            messages in proptest::collection::vec("[a12. =:,\"/f(x-]{0,24}", 1..60)
        ) {
            agree(&messages.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }
}
