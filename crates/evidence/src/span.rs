//! Spans of traces, as OpenTelemetry means them. A span is known at its end.

use crate::time::{Nanos, Time};

/// One operation of one service within a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The request it belongs to.
    pub trace: u128,
    /// Its own id within the trace.
    pub id: u64,
    /// The id of the span that called it; `None` for the first one.
    pub parent: Option<u64>,
    /// The service that did it; empty where none is named.
    pub service: String,
    /// Which instance of the service; empty where none is named.
    pub instance: String,
    /// The operation.
    pub name: String,
    /// When it began.
    pub start: Time,
    /// When it ended. Never before `start`.
    pub end: Time,
    /// Whether its status says that it failed.
    pub failed: bool,
}

impl Span {
    /// How long it took.
    pub fn duration(&self) -> Nanos {
        self.end - self.start
    }
}
