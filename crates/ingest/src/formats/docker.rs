//! # Docker JSON
//!
//! `{"log":"text\n","stream":"stdout","time":"2026-11-22T10:00:00.123456789Z"}`: the `json-file` driver of Docker, as in
//! `/var/lib/docker/containers`. A line that Docker cut (its text does not end with a newline) is joined again. Docker's
//! stamp is the record's time; the text is read as if it stood alone: plain text with a header of its own, JSON or
//! logfmt, with its stack traces. An object with other members beside these is a record of its own: JSON lines.

use std::sync::Arc;

use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::{manual, plain};
use crate::frame::Frame;
use crate::settings::Settings;

/// What Docker keeps of a container's output.
pub(crate) const FORMAT: Format = Format {
    name: "docker",
    kind: "logs (Docker JSON)",
    family: Family::Logs,
    source: manual!("docker.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    if Frame::Docker.is_around(&head.lines(200)) { 80 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    Arc::new(plain::framed(Frame::Docker, head, settings))
}

const SAMPLES: &[Sample] = &[Sample {
    text: r#"{"log":"2026-11-22 11:00:00,123 INFO shop.cart: opened 12\n","stream":"stdout","time":"2026-11-22T10:00:00.124Z"}
{"log":"2026-11-22 11:00:01,123 ERROR shop.cart: lost 12\n","stream":"stderr","time":"2026-11-22T10:00:01.124Z"}
{"log":"Traceback (most recent call last):\n","stream":"stderr","time":"2026-11-22T10:00:01.125Z"}
{"log":"  File \"/srv/cart.py\", line 31, in find\n","stream":"stderr","time":"2026-11-22T10:00:01.126Z"}
{"log":"KeyError: 'c12'\n","stream":"stderr","time":"2026-11-22T10:00:01.127Z"}
{"log":"2026-11-22 11:00:02,123 WARNING shop.cart: slow ","stream":"stdout","time":"2026-11-22T10:00:02.124Z"}
{"log":"13\n","stream":"stdout","time":"2026-11-22T10:00:02.125Z"}
"#,
    records: "1 2026-11-22T10:00:00.124Z 9 sample - | opened 12
2 2026-11-22T10:00:01.124Z 17 sample - | lost 12
6 2026-11-22T10:00:02.124Z 13 sample - | slow 13
folded 4, blank 0
",
}];
