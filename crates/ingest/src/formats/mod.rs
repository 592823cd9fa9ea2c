//! Every format that is read, each in a file of its own, in one list.
//!
//! A format is a file here: a comment that opens it and is its manual page, `detect`, `learn` (or the reader that it
//! shares with its kin), sample lines with the records expected, and one line in [`FORMATS`]. Of formats that recognise
//! themselves equally strongly the earlier one is taken. Tests over the list wait for a new entry: its samples read as
//! they say, no other format claims them more strongly, cut and broken variants complain and never panic.

use crate::form::Format;

mod alerts;
mod changes;
#[cfg(test)]
pub(crate) mod check;
mod cri;
pub(crate) mod csv_logs;
mod csv_long;
mod csv_wide;
mod docker;
pub(crate) mod envelope;
mod incident;
mod jaeger;
pub(crate) mod journal;
mod json_lines;
mod kubernetes_changes;
mod kubernetes_events;
mod logfmt;
mod open_metrics;
mod otlp_logs;
mod otlp_metrics;
mod otlp_traces;
mod plain;
mod prometheus_api;
mod rules;
mod span_csv;
mod syslog;
mod syslog_5424;
mod table;
mod zipkin;

pub(crate) use otlp_traces::{span_id, trace_id};
pub(crate) use table::label;

/// Every format.
pub const FORMATS: &[Format] = &[
    incident::FORMAT,
    rules::FORMAT,
    otlp_traces::FORMAT,
    otlp_metrics::FORMAT,
    otlp_logs::FORMAT,
    jaeger::FORMAT,
    zipkin::FORMAT,
    span_csv::FORMAT,
    prometheus_api::FORMAT,
    open_metrics::FORMAT,
    kubernetes_events::FORMAT,
    kubernetes_changes::FORMAT,
    changes::FORMAT,
    alerts::FORMAT,
    csv_long::FORMAT,
    csv_wide::FORMAT,
    csv_logs::FORMAT,
    cri::FORMAT,
    docker::FORMAT,
    journal::FORMAT,
    envelope::FORMAT,
    json_lines::FORMAT,
    logfmt::FORMAT,
    syslog_5424::FORMAT,
    syslog::FORMAT,
    plain::FORMAT,
];

/// The comment that opens a format's source file. Only that much of the file goes into the program.
macro_rules! manual {
    ($file:literal) => {{
        const SOURCE: &str = include_str!($file);
        const LENGTH: usize = $crate::formats::comment_length(SOURCE.as_bytes());
        const COMMENT: [u8; LENGTH] = $crate::formats::head(SOURCE.as_bytes());
        match std::str::from_utf8(&COMMENT) {
            Ok(text) => text,
            Err(_) => "",
        }
    }};
}
pub(crate) use manual;

/// How many bytes of a source the lines take that begin it with `//!`.
const fn comment_length(source: &[u8]) -> usize {
    let mut at = 0;
    while at + 3 <= source.len() && source[at] == b'/' && source[at + 1] == b'/' && source[at + 2] == b'!' {
        while at < source.len() && source[at] != b'\n' {
            at += 1;
        }
        at += 1;
    }
    if at > source.len() { source.len() } else { at }
}

/// The first bytes of a source.
const fn head<const LENGTH: usize>(source: &[u8]) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        out[at] = source[at];
        at += 1;
    }
    out
}
