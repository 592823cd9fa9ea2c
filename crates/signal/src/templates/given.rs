//! Templates that a user wrote down: they are honoured before anything is masked or learnt.
//!
//! A template is a line of text with places: `<*>`, or a name in such brackets, `<user>`. A message has it where all of the
//! text between the places is there, in order, from its first byte to its last. Of several the first in the file counts.
//! Read [`Given`] first.

use super::holes::HOLE;

/// So many templates may be given; more are left out, and counted.
pub const GIVEN_MAX: usize = 1_000;

/// How the shape of a given template begins, so that nothing is learnt from it. No text has this byte in front.
pub(super) const MARK: char = '\u{1}';

/// Templates in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    templates: Vec<Template>,
    left_out: u64,
}

#[derive(Clone, Debug)]
struct Template {
    /// What stands between the places; of an empty last one the message's end is not asked for.
    literals: Vec<String>,
    shape: String,
}

impl Given {
    /// Templates, one a line; blank lines and those that begin with `#` are none.
    pub fn of(text: &str) -> Given {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut templates: Vec<Template> = lines.map(Template::of).collect();
        let left_out = templates.len().saturating_sub(GIVEN_MAX) as u64;
        templates.truncate(GIVEN_MAX);
        Given { templates, left_out }
    }

    /// How many were left out: more than [`GIVEN_MAX`] were given.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Whether none was given.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// The shape of the first template that a message has.
    pub(super) fn shape(&self, message: &[u8]) -> Option<&str> {
        self.templates.iter().find(|t| t.places(message).is_some()).map(|t| t.shape.as_str())
    }

    /// What the places of the first template that a message has hold in it.
    pub(super) fn values<'m>(&self, message: &'m [u8]) -> Option<Vec<&'m [u8]>> {
        self.templates.iter().find_map(|t| t.places(message))
    }
}

impl Template {
    fn of(text: &str) -> Template {
        let mut literals = vec![String::new()];
        let mut rest = text;
        while let Some(open) = rest.find('<') {
            let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '_' | '-');
            let length = rest[open + 1..].find(|c| !named(c)).unwrap_or(0);
            let is_place = length > 0 && rest[open + 1 + length..].starts_with('>');
            let end = if is_place { open + length + 2 } else { open + 1 };
            let last = literals.len() - 1;
            literals[last].push_str(&rest[..if is_place { open } else { end }]);
            if is_place {
                literals.push(String::new());
            }
            rest = &rest[end..];
        }
        let last = literals.len() - 1;
        literals[last].push_str(rest);
        let shape = format!("{MARK}{}", literals.join(HOLE));
        Template { literals, shape }
    }

    /// What the places hold: each as little as will do, the last what is left.
    fn places<'m>(&self, message: &'m [u8]) -> Option<Vec<&'m [u8]>> {
        let (first, behind) = self.literals.split_first()?;
        let mut rest = message.strip_prefix(first.as_bytes())?;
        let Some((last, between)) = behind.split_last() else { return rest.is_empty().then(Vec::new) };
        let mut values = Vec::new();
        for literal in between {
            let at = find(rest, literal.as_bytes())?;
            values.push(&rest[..at]);
            rest = &rest[at + literal.len()..];
        }
        values.push(rest.strip_suffix(last.as_bytes())?);
        Some(values)
    }
}

/// Where a text begins in another one.
fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    if what.is_empty() { Some(0) } else { within.windows(what.len()).position(|window| window == what) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_first_template_whose_text_it_has() {
        let given = Given::of("# mine\n\norder <id> went to <*>\norder <*>\na < b <c\nexactly this\n");
        let shape = |message: &str| given.shape(message.as_bytes()).map(|s| s.trim_start_matches(MARK));
        assert_eq!(shape("order 17 went to the mill"), Some("order <*> went to <*>"));
        assert_eq!(shape("order 17 is lost"), Some("order <*>"));
        assert_eq!(shape("exactly this"), Some("exactly this"));
        assert_eq!(shape("exactly this, too"), None);
        assert_eq!(shape("a < b <c"), Some("a < b <c"));
        let values = given.values(b"order 17 went to the mill").expect("it has one");
        assert_eq!(values, [&b"17"[..], b"the mill"]);
    }
}
