//! JSON Schemas (draft 2020-12) of the documents, made from their types.

use schemars::schema_for;

use super::signal::SignalDocument;
use super::story::StoryDocument;
use crate::case::Case;
use crate::formats::FormatsPage;
use crate::patterns::PatternsPage;

/// Every document, by the command that prints it.
pub const DOCUMENTS: [&str; 5] = ["story", "replay", "patterns", "formats", "case"];

/// The schema of a document, as text; `None` where there is no such document.
pub fn schema_text(name: &str) -> Option<String> {
    let schema = match name {
        "story" | "tell" => schema_for!(StoryDocument),
        "replay" => schema_for!(SignalDocument),
        "patterns" => schema_for!(PatternsPage),
        "formats" => schema_for!(FormatsPage),
        "case" => schema_for!(Case),
        _ => return None,
    };
    Some(super::pretty(&schema))
}
