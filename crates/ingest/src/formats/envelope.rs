//! # JSON document with records within
//!
//! What a service of logs hands out: one JSON document, and in it, under some member's name, the array of records:
//! `{"events":[…]}` (AWS CloudWatch, `aws logs filter-log-events`), `{"logs":[…]}`, `{"entries":[…]}`,
//! `{"hits":{"hits":[{"_source":…}]}}` (Elasticsearch). Whatever the name, an array counts whose first element has a
//! time and a message under their usual names, down to three objects deep. The records are read as JSON lines are.

use std::sync::Arc;

use crate::fields::Fields;
use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::header::Header;
use crate::json::{self, Broken};
use crate::lines::{Dialect, Layout, LogLines};
use crate::settings::Settings;
use crate::stamp::Stamps;
use crate::zone::Zone;

/// Records within a document.
pub(crate) const FORMAT: Format = Format {
    name: "json-export",
    kind: "logs (JSON export)",
    family: Family::Logs,
    source: manual!("envelope.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

/// So deep objects are opened to look for records.
const LEVELS: usize = 3;

fn detect(head: &Head<'_>) -> u32 {
    let text = head.start();
    let opens = text.trim_ascii_start().first() == Some(&b'{');
    if opens && !is_record(&text[json::skip_blanks(text, 0)..]) && !places(text, 128).0.is_empty() { 78 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let mut lines = LogLines::new(Header::default(), Dialect::Json, head, settings);
    lines.layout = Layout::Export;
    let named = places(head.bytes, 128).0.iter().any(|(from, to)| {
        let mut fields = Fields::default();
        let _ = fields.feed_json(&head.bytes[*from..*to], 128);
        fields.names_service()
    });
    if named {
        lines.file_service = None;
    }
    Arc::new(lines)
}

/// Whether an object, perhaps cut, has a time that can be read and a message.
fn is_record(object: &[u8]) -> bool {
    let mut fields = Fields::default();
    let _ = fields.feed_json(object, 128);
    let time = fields.time(&mut Stamps::new(&Zone::utc(), None)).flatten();
    fields.has_message() && time.is_some_and(|read| read.time.is_some())
}

/// The records in a text of documents, as (from, to), and where it broke.
pub(crate) fn places(text: &[u8], depth: usize) -> json::Places {
    let mut walk = Walk { text, depth, places: Vec::new() };
    let mut at = json::skip_blanks(text, 0);
    while at < text.len() {
        let end = if text[at] == b'{' { walk.object(at, LEVELS) } else { walk.value_end(at) };
        match end {
            Ok(end) => at = json::skip_blanks(text, end),
            Err(broken) => return (walk.places, Err(broken)),
        }
    }
    (walk.places, Ok(()))
}

struct Walk<'a> {
    text: &'a [u8],
    depth: usize,
    places: Vec<(usize, usize)>,
}

impl Walk<'_> {
    fn value_end(&self, at: usize) -> Result<usize, (usize, Broken)> {
        match json::value_end(self.text, at, self.depth) {
            Ok(end) | Err(Broken::Deep(end)) => Ok(end),
            Err(broken) => Err((at, broken)),
        }
    }

    /// Looks into an object; gives where it ends.
    fn object(&mut self, from: usize, levels: usize) -> Result<usize, (usize, Broken)> {
        let text = self.text;
        let syntax = |at: usize| (at.min(text.len()), Broken::Syntax);
        let mut at = json::skip_blanks(text, from + 1);
        if text.get(at) == Some(&b'}') {
            return Ok(at + 1);
        }
        loop {
            if text.get(at) != Some(&b'"') {
                return Err(syntax(at));
            }
            at = json::skip_blanks(text, self.value_end(at)?);
            if text.get(at) != Some(&b':') {
                return Err(syntax(at));
            }
            at = json::skip_blanks(text, at + 1);
            at = json::skip_blanks(text, self.value(at, levels)?);
            match text.get(at) {
                Some(b',') => at = json::skip_blanks(text, at + 1),
                Some(b'}') => return Ok(at + 1),
                _ => return Err(syntax(at)),
            }
        }
    }

    fn value(&mut self, at: usize, levels: usize) -> Result<usize, (usize, Broken)> {
        let text = self.text;
        match text.get(at) {
            Some(b'{') if levels > 1 => self.object(at, levels - 1),
            Some(b'[') => {
                let first = json::skip_blanks(text, at + 1);
                if text.get(first) == Some(&b'{') && is_record(&text[first..]) {
                    let places = &mut self.places;
                    let end = json::values(&text[at..], self.depth, |from, to| places.push((at + from, at + to)));
                    // Not where the brackets end: the two may disagree over what is broken, and what was found stays.
                    return end.map(|end| at + end).map_err(|(broken_at, broken)| (at + broken_at, broken));
                }
                self.value_end(at)
            }
            _ => self.value_end(at),
        }
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{
  "events": [
    {"logStreamName": "cart/1", "timestamp": 1795341600123, "message": "cart 12 opened", "ingestionTime": 1795341605000},
    {"logStreamName": "cart/1", "timestamp": 1795341601123, "message": "[ERROR] cart 12 lost\n  at cart.js:3", "ingestionTime": 1795341605000}
  ],
  "searchedLogStreams": []
}
"#,
        records: "3 2026-11-22T10:00:00.123Z 0 sample - | cart 12 opened
4 2026-11-22T10:00:01.123Z 17 sample - | [ERROR] cart 12 lost
folded 5, blank 0
",
    },
    Sample {
        text: r#"{"took":3,"hits":{"total":2,"hits":[{"_index":"a","_source":{"@timestamp":"2026-11-22T10:00:00Z","message":"opened","service":{"name":"cart"}}},
{"_index":"a","_source":{"@timestamp":"2026-11-22T10:00:01Z","message":"lost","log":{"level":"error"}}}]}}
"#,
        records: "1 2026-11-22T10:00:00Z 0 cart - | opened
2 2026-11-22T10:00:01Z 17 - - | lost
folded 0, blank 0
",
    },
];
