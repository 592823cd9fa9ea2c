//! # Metrics: long CSV
//!
//! `timestamp,[service,]metric,value` in any order, with a header; any further column is a label, `instance`, `pod`,
//! `host` and their kin the instance. Names of columns are taken in any case and with any of `_`, `-`, `.` in them;
//! the delimiter is a comma, a semicolon or a tab. Empty cells, `null` and NaN are missing points; a row without a
//! value counts as blank. Each point is a record.

use std::sync::Arc;

use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::formats::table::{Beginning, Use};
use crate::settings::Settings;

/// Long CSV.
pub(crate) const FORMAT: Format = Format {
    name: "csv-long",
    kind: "metrics (long CSV)",
    family: Family::Metrics,
    source: manual!("csv_long.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    if Beginning::of(head).is_some_and(|table| table.long().is_some()) { 90 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let table = Beginning::of(head).unwrap_or_else(Beginning::none);
    let columns = table.long();
    Arc::new(table.table(settings, |n, name| match columns {
        Some((metric, _)) if n == metric => Use::Metric,
        Some((_, value)) if n == value => Use::Value,
        _ => Use::Label(name.to_string()),
    }))
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "timestamp,service,metric,instance,value
2026-11-22T10:00:00Z,cart,heap_mb,cart-1,512.5
2026-11-22T10:00:00Z,cart,heap_mb,cart-2,NaN
2026-11-22T10:00:00Z,cart,waiting,,3

2026-11-22T10:05:00Z,cart,heap_mb,cart-1,\"513.5\"
",
        records: "2 2026-11-22T10:00:00Z cart cart-1 heap_mb = 512.5
4 2026-11-22T10:00:00Z cart - waiting = 3
6 2026-11-22T10:05:00Z cart cart-1 heap_mb = 513.5
folded 1, blank 2
NotFinite 1 at 3
",
    },
    Sample {
        text: "Value;Region;Metric_Name;Time
1;north;orders;1795341600
2;south;orders;1795341600
3;north;orders;1795341660
4;south;orders;1795341660
x;south;orders;1795341720
5;south;orders;when
6;south
",
        records: "2 2026-11-22T10:00:00Z - - orders Region=\"north\" = 1
3 2026-11-22T10:00:00Z - - orders Region=\"south\" = 2
4 2026-11-22T10:01:00Z - - orders Region=\"north\" = 3
5 2026-11-22T10:01:00Z - - orders Region=\"south\" = 4
folded 1, blank 0
Malformed 1 at 6: \"x\" is no number
MissingField 1 at 8: a row without a time that can be read
BadTime 1 at 7: a row without a time that can be read
",
    },
];
