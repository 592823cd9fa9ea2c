//! An incident file: JSON, YAML, or Markdown with that YAML as front matter.
//!
//! Refuses to judge what it says. The page for users is in `formats::incident`.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use evidence::{Incident, Time};
use serde::Deserialize;

use crate::json;
use crate::settings::Settings;
use crate::stamp::time_of;
use crate::text::newlines;
use crate::yaml;

/// Why an incident file cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
    /// The file cannot be read.
    #[error("{path}: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is neither JSON nor YAML.
    #[error("{path}:{line}: {words}; give JSON, YAML, or Markdown that begins with YAML between two lines of ---")]
    NotUnderstood {
        /// The file.
        path: String,
        /// The line, from 1; 0 where it is about the whole file.
        line: u64,
        /// What is wrong there.
        words: String,
    },
    /// `noticed_at` is missing.
    #[error("{path}: noticed_at is missing; add it: the moment when users, or the first page, noticed")]
    NotNoticed {
        /// The file.
        path: String,
    },
    /// A time cannot be read.
    #[error("{path}: {field}: {words}")]
    BadTime {
        /// The file.
        path: String,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        words: String,
    },
}

/// Every field as its text.
#[derive(Default, Deserialize)]
struct Written {
    id: Option<String>,
    title: Option<String>,
    noticed_at: Option<String>,
    noticed_by: Option<String>,
    service: Option<String>,
    metric: Option<String>,
    summary: Option<String>,
    started_at: Option<String>,
    resolved_at: Option<String>,
    acknowledged_at: Option<String>,
    acted_at: Option<String>,
    cause: Option<String>,
}

/// An incident file is at most so long.
const MOST_BYTES: u64 = 4 << 20;

/// Reads an incident file.
///
/// # Errors
/// Where the file cannot be read or understood, where it does not say `noticed_at`, or where a time is none; each says
/// what to do.
pub fn incident(path: &Path, settings: &Settings) -> Result<Incident, IncidentError> {
    let name = path.to_string_lossy().into_owned();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
    read.map_err(|error| IncidentError::Unreadable { path: name.clone(), error })?;
    of_bytes(&bytes, &name, settings)
}

/// What stands in an incident file.
pub(crate) fn of_bytes(bytes: &[u8], path: &str, settings: &Settings) -> Result<Incident, IncidentError> {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let written = if text.trim_start().starts_with('{') { from_json(&text, path)? } else { from_yaml(&text, path)? };
    written.incident(path, settings)
}

fn from_json(text: &str, path: &str) -> Result<Written, IncidentError> {
    if let Err(e) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(IncidentError::NotUnderstood { path: path.into(), line: e.line() as u64, words: e.to_string() });
    }
    let mut keys = HashSet::new();
    let mut twice = None;
    let _ = json::members(text.as_bytes(), 128, |key, _| twice = twice.or((!keys.insert(key)).then_some(key)));
    if let Some(key) = twice {
        let words = format!("{:?} stands there twice", String::from_utf8_lossy(key));
        let at = key.as_ptr() as usize - text.as_ptr() as usize;
        let line = newlines(&text.as_bytes()[..at]) + 1;
        return Err(IncidentError::NotUnderstood { path: path.into(), line, words });
    }
    let field = |name: &str| json::text_of(text.as_bytes(), name, 128);
    Ok(Written {
        id: field("id"),
        title: field("title"),
        noticed_at: field("noticed_at"),
        noticed_by: field("noticed_by"),
        service: field("service"),
        metric: field("metric"),
        summary: field("summary"),
        started_at: field("started_at"),
        resolved_at: field("resolved_at"),
        acknowledged_at: field("acknowledged_at"),
        acted_at: field("acted_at"),
        cause: field("cause"),
    })
}

/// YAML, or what stands between the first two lines of dashes of Markdown, whose heading is the title where none is
/// given.
fn from_yaml(text: &str, path: &str) -> Result<Written, IncidentError> {
    let (yaml, body, before) = front_matter(text);
    let parsed: Result<Option<Written>, _> = yaml::read(yaml);
    let mut written = parsed.map_err(|e| {
        let line = e.location().map_or(0, |l| l.line() + before);
        let words = yaml::words(&e);
        IncidentError::NotUnderstood { path: path.into(), line, words }
    })?;
    if let Some(written) = &mut written
        && written.title.is_none()
    {
        written.title = body.lines().find_map(|l| l.strip_prefix("# ")).map(|l| l.trim().to_string());
    }
    Ok(written.unwrap_or_default())
}

/// The YAML, what follows it, and how many lines stand before it.
fn front_matter(text: &str) -> (&str, &str, u64) {
    let Some(rest) = text.strip_prefix("---").and_then(|r| r.strip_prefix("\r\n").or_else(|| r.strip_prefix('\n')))
    else {
        return (text, "", 0);
    };
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return (&rest[..at], &rest[at + line.len()..], 1);
        }
        at += line.len();
    }
    (rest, "", 1)
}

impl Written {
    fn incident(self, path: &str, settings: &Settings) -> Result<Incident, IncidentError> {
        let time = |field: &'static str, text: Option<String>| -> Result<Option<Time>, IncidentError> {
            let bad = |words: String| IncidentError::BadTime { path: path.into(), field, words };
            text.map(|text| time_of(text.trim(), settings).map_err(|e| bad(e.to_string()))).transpose()
        };
        let noticed_at = time("noticed_at", self.noticed_at)?;
        Ok(Incident {
            noticed_at: noticed_at.ok_or_else(|| IncidentError::NotNoticed { path: path.into() })?,
            started_at: time("started_at", self.started_at)?,
            resolved_at: time("resolved_at", self.resolved_at)?,
            acknowledged_at: time("acknowledged_at", self.acknowledged_at)?,
            acted_at: time("acted_at", self.acted_at)?,
            id: self.id,
            title: self.title,
            noticed_by: self.noticed_by,
            service: self.service,
            metric: self.metric,
            summary: self.summary,
            cause: self.cause,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("incident");
        std::fs::write(&path, text).unwrap();
        match incident(&path, &Settings::default()) {
            Ok(i) => format!("{} {:?} {:?} {:?} {:?}", i.noticed_at, i.id, i.title, i.service, i.started_at),
            Err(e) => e.to_string().replace(&path.to_string_lossy().into_owned(), "FILE"),
        }
    }

    #[test]
    fn json_yaml_and_markdown_say_the_same() {
        let expected = r#"2026-11-22T10:00:00Z Some("7") Some("Slow: carts") Some("no") None"#;
        assert_eq!(
            told(
                r#"{"id": 7, "title": "Slow: carts", "noticed_at": 1795341600, "service": "no", "started_at": null, "more": []}"#
            ),
            expected
        );
        assert_eq!(
            told(
                "id: 7\ntitle: 'Slow: carts'\nnoticed_at: 2026-11-22T10:00:00Z\nservice: no\nstarted_at:\nmore: [1]\n"
            ),
            expected
        );
        assert_eq!(
            told("---\r\nid: 7\r\nnoticed_at: 2026-11-22 10:00\r\nservice: no\r\n---\r\n\r\n# Slow: carts\r\ntext\r\n"),
            expected
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_to_do() {
        assert!(told("{\n\"id\": }").starts_with("FILE:2: expected value"), "{}", told("{\n\"id\": }"));
        assert_eq!(
            told("title: x\n"),
            "FILE: noticed_at is missing; add it: the moment when users, or the first page, noticed"
        );
        assert!(told("noticed_at: soon\n").starts_with("FILE: noticed_at: \"soon\" is no time: give RFC 3339"));
        assert!(told("---\nid: 7\nid: 8\n---\n").starts_with("FILE:3: "), "{}", told("---\nid: 7\nid: 8\n---\n"));
        assert!(told("{\"id\": 7,\n \"id\": 8}").starts_with("FILE:2: \"id\" stands there twice"));
        assert!(told("just words").contains("give JSON, YAML, or Markdown"));
        assert!(told("").contains("noticed_at is missing"));
    }
}
