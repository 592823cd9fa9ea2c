//! JSON Schemas (draft 2020-12) of the documents, made from their types.

use schemars::{Schema, schema_for};

use super::signal::SignalDocument;
use super::story::StoryDocument;
use crate::formats::FormatsPage;
use crate::patterns::PatternsPage;

/// Every document by the command that prints it.
pub const SCHEMAS: [(&str, fn() -> Schema); 4] = [
    ("story", || schema_for!(StoryDocument)),
    ("replay", || schema_for!(SignalDocument)),
    ("patterns", || schema_for!(PatternsPage)),
    ("formats", || schema_for!(FormatsPage)),
];

/// The schema of a document, as text; `None` where there is no such document.
pub fn schema_text(name: &str) -> Option<String> {
    let name = if name == "tell" { "story" } else { name };
    let (_, schema) = SCHEMAS.iter().find(|(known, _)| *known == name)?;
    Some(super::pretty(&schema()))
}
