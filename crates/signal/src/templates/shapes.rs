//! The shapes of one run, by number. What crosses rooms is the number; what lasts is the id.

use evidence::Id;
use rustc_hash::FxHashMap;

/// The registry of shapes: at most `limit` of them, one further for all that found no place.
#[derive(Clone, Debug)]
pub struct Shapes {
    known: FxHashMap<u128, u32>,
    texts: Vec<Box<str>>,
    ids: Vec<Id>,
    limit: usize,
    refused: u64,
}

/// The number of the shape that stands for all that found no place.
pub const OVERFLOW: u32 = 0;

impl Shapes {
    /// An empty registry.
    pub fn new(limit: usize) -> Shapes {
        let id = super::Masker::id("…".as_bytes());
        Shapes { known: FxHashMap::default(), texts: vec!["…".into()], ids: vec![id], limit, refused: 0 }
    }

    /// The number of a shape; [`OVERFLOW`] where the registry is full.
    pub fn intern(&mut self, id: Id, text: &str) -> u32 {
        if let Some(number) = self.known.get(&id.0) {
            return *number;
        }
        if self.texts.len() > self.limit {
            self.refused += 1;
            return OVERFLOW;
        }
        let number = self.texts.len() as u32;
        self.known.insert(id.0, number);
        self.texts.push(text.into());
        self.ids.push(id);
        number
    }

    /// The text of a shape.
    pub fn text(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    /// The id of a shape.
    pub fn id(&self, number: u32) -> Id {
        self.ids[number as usize]
    }

    /// How many shapes there are, the overflow's included.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// How often a shape found no place.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}
