//! What a teller is given, and how text from outside passes through it.

use evidence::{ChangeEvent, Coverage};
use story::Story;

use crate::clean::plain;
use crate::redact::Redactor;

/// Makes text from outside fit to be told: harmless, and without secrets.
pub struct Voice {
    redactor: Option<Redactor>,
}

impl Voice {
    /// With a redactor, secrets are hidden; without one they are told.
    pub fn new(redactor: Option<Redactor>) -> Voice {
        Voice { redactor }
    }

    /// Whether secrets are hidden.
    pub fn hides(&self) -> bool {
        self.redactor.is_some()
    }

    /// The text made harmless.
    pub fn say(&self, text: &str) -> String {
        match &self.redactor {
            Some(redactor) => plain(&redactor.hide(text)),
            None => plain(text),
        }
    }

    /// Shortened to so many characters, the cut shown.
    pub fn say_short(&self, text: &str, most: usize) -> String {
        let said = self.say(text);
        if said.chars().count() <= most {
            return said;
        }
        said.chars().take(most.saturating_sub(1)).chain(['…']).collect()
    }
}

/// A story with what its indices point at.
pub struct Telling<'a> {
    /// The story.
    pub story: &'a Story,
    /// The changes that it was made of.
    pub changes: &'a [ChangeEvent],
    /// What was read.
    pub coverage: &'a Coverage,
    /// How text from outside is told.
    pub voice: &'a Voice,
}
