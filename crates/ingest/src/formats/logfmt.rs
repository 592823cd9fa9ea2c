//! # logfmt
//!
//! `time=… level=… msg="…" key=value`: pairs with blanks between them, values in quotes where they hold blanks. A word
//! without `=` is a flag. The names of fields mean what they mean in JSON lines, and the text that is told is made in
//! the same way: the message, then up to 24 other fields, sorted by key.

use std::sync::Arc;

use crate::fields;
use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::header::Header;
use crate::lines::{Dialect, LogLines};
use crate::settings::Settings;

/// logfmt.
pub(crate) const FORMAT: Format = Format {
    name: "logfmt",
    kind: "logs (logfmt)",
    family: Family::Logs,
    source: manual!("logfmt.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    let lines = head.lines(200);
    let pairs = lines.iter().filter(|line| fields::is_logfmt_throughout(line)).count();
    if pairs * 10 >= lines.len() * 6 && pairs > 0 { 65 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    Arc::new(LogLines::new(Header::default(), Dialect::Logfmt, head, settings))
}

const SAMPLES: &[Sample] = &[Sample {
    text: r#"time=2026-11-22T10:00:00.500Z level=info service=till host=till-1 msg="coin \"ten\" counted" coin_id=C12 spent=3s
time=2026-11-22T10:00:01.600Z level=warning service=till host=till-2 msg="slow page" path=/coins?id=1 code=200 cached
ts=2026-11-22T10:00:02Z lvl=eror msg=lost err="no such coin"
panic: nil map
"#,
    records: r#"1 2026-11-22T10:00:00.500Z 9 till till-1 | coin "ten" counted coin_id=C12 spent=3s
2 2026-11-22T10:00:01.600Z 13 till till-2 | slow page cached=true code=200 path=/coins?id=1
3 2026-11-22T10:00:02Z 17 - - | lost err="no such coin"
4 none 21 - - | panic: nil map
folded 0, blank 0
NoTime 1 at 4
"#,
}];
