//! A story becomes words and bytes: text for a terminal, JSON for programs.
//!
//! One engine of sentences ([`words`]) puts a story into a [`Case`], and every form is told from that, so that the facts
//! are the same in all of them. Everything
//! that comes from evidence is made harmless and loses its secrets on the way ([`Voice`]). This room knows terminals,
//! escaping and redaction. It refuses to know the spool, sockets and the clock.

mod case;
mod clean;
mod document;
mod formats;
mod glance;
mod html;
mod layout;
mod markdown;
mod patterns;
mod redact;
mod spoken;
mod text;
mod voice;
pub mod words;

pub use case::{Around, Besides, Case, LinesAround, NoCase, same_line};
pub use document::{DOCUMENTS, SCHEMA_FORMATS, SCHEMA_PATTERNS, SCHEMA_STORY, schema_text, signal_line};
pub use formats::{FormRow, FormatsDocument, OddLine, RecordPart, TakenApart, formats_document, formats_text};
pub use html::page;
pub use layout::ascii;
pub use markdown::{brief, markdown};
pub use patterns::{
    Numbers, OrderedRow, ParameterRow, PatternsDocument, TemplateRow, Untimed, ValueRow, patterns_document,
    patterns_lines_cells, patterns_text, untimed_text,
};
pub use redact::{BadRule, Redactor};
pub use spoken::{clock, column, day_clock, spoken};
pub use text::{Layout, full_text, screen_text};
pub use voice::{Telling, Voice};
