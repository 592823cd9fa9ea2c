//! What masked places held, and how they are written.

use super::alone::unit;
use super::given::MARK;

/// What a masked place held. The number of each is written into [`Kinds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Hole {
    Num,
    Hex,
    Uuid,
    Ip,
    Host,
    Path,
    Url,
    Dur,
    Size,
    Time,
    Mail,
    Id,
    Val,
    Any,
    Bool,
}

/// How masked places are shown, by [`Hole`].
const PLACEHOLDERS: [&str; 15] = [
    "<num>", "<hex>", "<uuid>", "<ip>", "<host>", "<path>", "<url>", "<dur>", "<size>", "<time>", "<mail>", "<id>",
    "<val>", "<*>", "<bool>",
];

/// How a masked place stands in a shape, whatever it held: the same statement prints `12`, `a1` and `deadbeef` into one place.
pub const HOLE: &str = "<*>";

/// How a word position that was learnt to vary stands in a template.
pub const LEARNT: &str = "<word>";

/// What stands behind a number whose unit was found to vary: `<*><unit>` is one place, the number with its unit.
pub(super) const UNIT: &str = "<unit>";

/// The unit behind a number and a blank, and what both are together. Most letters alone are none: `3 d` may be anything;
/// and a word with `=` behind it is the next key.
fn unit_behind(literal: &str) -> Option<(Hole, &str)> {
    let rest = literal.strip_prefix(' ')?;
    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let word = &rest[..end];
    if rest[end..].starts_with('=') {
        return None;
    }
    let hole = unit(word.as_bytes())?;
    (word.len() > 1 || matches!(word, "s" | "B")).then_some((hole, word))
}

/// What the place before a literal is, where it holds numbers and the literal begins with their unit: its name, the unit.
pub fn measured_in(literal: &str) -> Option<(&'static str, &str)> {
    let (hole, word) = unit_behind(literal)?;
    Some((PLACEHOLDERS[hole as usize].trim_matches(['<', '>']), word))
}

/// A template as the world outside compares it: every place as [`HOLE`], whatever it holds.
pub fn bare(template: &str) -> String {
    template.trim_start_matches(MARK).replace(UNIT, "").replace(LEARNT, HOLE)
}

/// What a shape has in its template's learnt places; nothing where it is not one of the template's.
pub fn learnt_words<'s>(template: &str, shape: &'s str) -> Option<Vec<&'s str>> {
    if template.contains(UNIT) {
        return None;
    }
    let mut literals = template.split(LEARNT);
    let mut rest = shape.strip_prefix(literals.next()?)?;
    let mut words = Vec::new();
    for literal in literals {
        let end = if literal.is_empty() { rest.find(' ').unwrap_or(rest.len()) } else { rest.find(literal)? };
        words.push(&rest[..end]);
        rest = &rest[end + literal.len()..];
    }
    rest.is_empty().then_some(words)
}

/// What stands fixed between a template's learnt places.
pub(super) fn literals(template: &str) -> Vec<&str> {
    template.split(LEARNT).flat_map(|part| part.split(UNIT)).collect()
}

impl Hole {
    /// Values without a form of their own, between which one statement may vary.
    pub fn is_plain(self) -> bool {
        matches!(self, Hole::Num | Hole::Hex | Hole::Uuid | Hole::Time | Hole::Id | Hole::Val | Hole::Any)
    }

    /// Whether two neighbours may be members of one list.
    pub fn is_like(self, other: Hole) -> bool {
        self == other || self.is_plain() && other.is_plain()
    }

    fn of(code: u64) -> Option<Hole> {
        const ALL: [Hole; 15] = [
            Hole::Num,
            Hole::Hex,
            Hole::Uuid,
            Hole::Ip,
            Hole::Host,
            Hole::Path,
            Hole::Url,
            Hole::Dur,
            Hole::Size,
            Hole::Time,
            Hole::Mail,
            Hole::Id,
            Hole::Val,
            Hole::Any,
            Hole::Bool,
        ];
        ALL.get((code as usize).checked_sub(1)?).copied()
    }
}

/// What a shape's first 16 masked places held, four bits each, the first lowest; later places are `<*>`.
///
/// Joining is associative and commutative: any split of the records over workers gives the same kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(pub u64);

impl Kinds {
    pub(super) const PLACES: usize = 16;

    pub(super) fn set(&mut self, place: usize, hole: Hole) {
        if place < Kinds::PLACES {
            self.0 |= (hole as u64 + 1) << (4 * place);
        }
    }

    pub(super) fn get(self, place: usize) -> Option<Hole> {
        if place < Kinds::PLACES { Hole::of(self.0 >> (4 * place) & 15) } else { None }
    }

    /// What the places held in either: what differs becomes an id where both are plain values, else anything.
    pub fn join(self, other: Kinds) -> Kinds {
        if self == other {
            return self;
        }
        let mut joined = Kinds::default();
        for place in 0..Kinds::PLACES {
            let hole = match (self.get(place), other.get(place)) {
                (Some(a), Some(b)) if a == b => a,
                (Some(a), Some(b)) if a.is_plain() && b.is_plain() && a != Hole::Any && b != Hole::Any => Hole::Id,
                (Some(_), Some(_)) => Hole::Any,
                (Some(a), None) | (None, Some(a)) => a,
                (None, None) => break,
            };
            joined.set(place, hole);
        }
        joined
    }

    /// What a place held, in one word; `*` where that is not known.
    pub fn name(self, place: usize) -> &'static str {
        self.get(place).map_or(HOLE, |hole| PLACEHOLDERS[hole as usize]).trim_matches(['<', '>'])
    }

    /// The shape's text with each place shown as what it held: `connection to <ip>:<num> refused`.
    pub fn shown(self, shape: &str) -> String {
        let mut shown = String::with_capacity(shape.len() + 16);
        for (place, literal) in shape.split(HOLE).enumerate() {
            let (mut held, mut literal) = (place.checked_sub(1).map(|before| self.get(before)), literal);
            if held == Some(Some(Hole::Num))
                && let Some((hole, word)) = unit_behind(literal)
            {
                (held, literal) = (Some(Some(hole)), &literal[1 + word.len()..]);
            }
            if let Some(held) = held {
                shown.push_str(held.map_or(HOLE, |hole| PLACEHOLDERS[hole as usize]));
            }
            shown.push_str(literal);
        }
        shown.trim_start_matches(MARK).replace(UNIT, "")
    }
}
