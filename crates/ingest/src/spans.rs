//! Spans on their way out of a document: what every such format has to check alike.
//!
//! Refuses to know how a format writes them.

use evidence::{ComplaintKind, Nanos, Span, Time};

use crate::formats::{span_id, trace_id};
use crate::part::{Content, Part, SpanRecord};

/// A span as a format gave it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawSpan<'t> {
    pub trace: &'t str,
    pub id: &'t str,
    pub parent: Option<&'t str>,
    pub service: &'t str,
    pub instance: &'t str,
    pub name: &'t str,
    pub start: Option<Time>,
    /// How long it took; `None` where it does not say.
    pub duration: Option<Nanos>,
    pub failed: bool,
}

/// The spans of one chunk.
#[derive(Default)]
pub(crate) struct Spans(Vec<SpanRecord>);

impl Spans {
    /// One span, which is one record; one without its ids or its start is counted as not understood.
    pub fn push(&mut self, raw: &RawSpan<'_>, line: u64, part: &mut Part) {
        let record = part.coverage.records;
        part.coverage.records += 1;
        let (Some(start), Some(trace), Some(id)) = (raw.start, trace_id(raw.trace), span_id(raw.id)) else {
            part.coverage.complain(
                ComplaintKind::MissingField,
                line,
                "a span without a trace's id, its own, or a start",
            );
            part.coverage.not_understood += 1;
            return;
        };
        if raw.duration.is_none() {
            let words = "a span without an end: taken to end when it began";
            part.coverage.complain(ComplaintKind::MissingField, line, words);
        } else if raw.duration.is_some_and(|took| took < 0) {
            part.coverage.complain(ComplaintKind::Backwards, line, "taken to end when it began");
        }
        let span = Span {
            trace,
            id,
            parent: raw.parent.and_then(span_id).filter(|id| *id != 0),
            service: raw.service.to_string(),
            instance: raw.instance.to_string(),
            name: raw.name.to_string(),
            start,
            end: Time(start.0.saturating_add(raw.duration.unwrap_or(0).max(0))),
            failed: raw.failed,
        };
        self.0.push(SpanRecord { span, record, line });
    }

    /// What was kept.
    pub fn content(self) -> Content {
        if self.0.is_empty() { Content::Nothing } else { Content::Spans(self.0) }
    }
}

/// Whether a status says that something failed: a word or number of OpenTelemetry, a truth value, an HTTP status from
/// 500 on, a gRPC code's name.
pub(crate) fn says_failed(status: &str) -> bool {
    let status = status.trim().to_ascii_lowercase();
    match status.parse::<u32>() {
        Ok(number) => number == 2 || (500..600).contains(&number),
        Err(_) => !matches!(
            status.as_str(),
            "" | "ok" | "unset" | "false" | "success" | "none" | "status_code_ok" | "status_code_unset" | "no"
        ),
    }
}
