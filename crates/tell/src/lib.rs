//! A story becomes words and bytes: text for a terminal, JSON for programs.
//!
//! One engine of sentences ([`words`]) and tellers that share it, so that the facts are the same in all forms. Everything
//! that comes from evidence is made harmless and loses its secrets on the way ([`Voice`]). This room knows terminals,
//! escaping and redaction. It refuses to know the spool, sockets and the clock.

mod clean;
mod formats;
mod json;
mod patterns;
mod redact;
mod screen;
mod spoken;
mod voice;
pub mod words;

pub use formats::{FormRow, FormatsDocument, OddLine, RecordPart, TakenApart, formats_document, formats_text};
pub use json::{SCHEMA_FORMATS, SCHEMA_PATTERNS, SCHEMA_STORY, signal_line, story_document};
pub use patterns::{
    OrderedRow, PatternsDocument, TemplateRow, Untimed, patterns_document, patterns_lines_row, patterns_text,
    untimed_text,
};
pub use redact::{BadRule, Redactor};
pub use screen::{Layout, full_text, screen_text};
pub use spoken::{clock, column, day_clock, spoken};
pub use voice::{Telling, Voice};
