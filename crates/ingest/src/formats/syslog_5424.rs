//! # syslog (RFC 5424)
//!
//! `<34>1 2026-11-22T10:00:00.003Z host app 12 ID47 [data@1 a="b"] message`. The app is the service, the host the
//! instance, the severity the priority's; a dash stands for nothing. Structured data is cut off.

use std::sync::Arc;

use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::header::{Column, Header, Piece, Role};
use crate::lines::{Dialect, LogLines};
use crate::settings::Settings;
use crate::stamp::{Shape, Stamps};

/// syslog as RFC 5424 has it.
pub(crate) const FORMAT: Format = Format {
    name: "syslog-5424",
    kind: "logs (syslog, RFC 5424)",
    family: Family::Logs,
    source: manual!("syslog_5424.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn header() -> Header {
    let column = |piece, role| Column { piece, role };
    Header {
        columns: vec![
            column(Piece::Priority, Role::Nothing),
            column(Piece::Stamp(Shape::Iso), Role::Nothing),
            column(Piece::Any, Role::Instance),
            column(Piece::Any, Role::Service),
            column(Piece::Any, Role::Nothing),
            column(Piece::Any, Role::Nothing),
            column(Piece::Structured, Role::Nothing),
        ],
        strict: true,
    }
}

fn detect(head: &Head<'_>) -> u32 {
    let (lines, header) = (head.lines(200), header());
    let mut stamps = Stamps::new(&crate::zone::Zone::utc(), None);
    let fits = lines.iter().filter(|line| header.cut(line, &mut stamps).fits).count();
    if fits * 2 >= lines.len() && fits > 0 { 75 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    Arc::new(LogLines::new(header(), Dialect::Plain, head, settings))
}

const SAMPLES: &[Sample] = &[Sample {
    text: "<34>1 2026-11-22T10:00:00.003Z web-1 cart 12 ID47 [data@1 a=\"b\\]c\"][more@1] cart 12 lost
<30>1 2026-11-22T10:00:01.003Z web-1 cart - - - cart 13 opened
<30>1 2026-11-22T10:00:02.003Z - - - - - who am I
",
    records: "1 2026-11-22T10:00:00.003Z 18 cart web-1 | cart 12 lost
2 2026-11-22T10:00:01.003Z 9 cart web-1 | cart 13 opened
3 2026-11-22T10:00:02.003Z 9 - - | who am I
folded 0, blank 0
",
}];
