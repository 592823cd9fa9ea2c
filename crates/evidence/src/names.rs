//! Names are interned for one run. A [`Name`] is a small number that stands for a text as long as the run lasts; no
//! output, order, hash or id may depend on which number it is, since that depends on who came first.

use std::collections::BTreeMap;

/// An interned text. [`Name::NONE`] stands for "not said".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Default)]
pub struct Name(pub u32);

impl Name {
    /// No name was given. Its text is empty.
    pub const NONE: Name = Name(0);

    /// Whether a name was given.
    pub fn is_some(self) -> bool {
        self != Name::NONE
    }
}

/// The texts behind the names of one run, at most `limit` of them.
///
/// Beyond the limit every new text becomes the one name `…`, and is counted: a stranger who writes ever new service
/// names cannot fill the memory.
#[derive(Clone, Debug)]
pub struct Names {
    texts: Vec<Box<str>>,
    known: BTreeMap<Box<str>, Name>,
    limit: usize,
    refused: u64,
}

/// What every name beyond the limit is called.
const OVERFLOW: &str = "…";

impl Names {
    /// An empty table for at most `limit` names.
    pub fn new(limit: usize) -> Names {
        let mut names = Names { texts: Vec::new(), known: BTreeMap::new(), limit: limit.max(2), refused: 0 };
        names.insert("");
        names.insert(OVERFLOW);
        names
    }

    fn insert(&mut self, text: &str) -> Name {
        let name = Name(self.texts.len() as u32);
        self.texts.push(text.into());
        self.known.insert(text.into(), name);
        name
    }

    /// The name of a text; the empty text is [`Name::NONE`].
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.known.get(text) {
            return *name;
        }
        if self.texts.len() >= self.limit {
            self.refused += 1;
            return Name(1);
        }
        self.insert(text)
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.texts.get(name.0 as usize).map_or("", |text| text)
    }

    /// The text of a name, or `None` where none was given.
    pub fn given(&self, name: Name) -> Option<&str> {
        name.is_some().then(|| self.text(name))
    }

    /// How often a text found no place.
    pub fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_the_same_name_and_none_is_empty() {
        let mut names = Names::new(10);
        let a = names.intern("api");
        assert_eq!(names.intern("api"), a);
        assert_eq!(names.text(a), "api");
        assert_eq!(names.intern(""), Name::NONE);
        assert_eq!(names.given(Name::NONE), None);
    }

    #[test]
    fn beyond_the_limit_names_are_one_and_counted() {
        let mut names = Names::new(3);
        names.intern("a");
        let b = names.intern("b");
        assert_eq!((names.text(b), names.text(names.clone().intern("c")), names.refused()), ("…", "…", 1));
    }
}
