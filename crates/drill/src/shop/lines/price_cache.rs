//! The cache of prices: plain text behind a log collector.

use super::{Comes, Field, Level, Line, line};

const fn log(id: &'static str, text: &'static str) -> Line {
    line("price-cache", id, Level::Info, "cached", text)
}

/// What the cache says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[("mb", Field::Size(214.0, 0.06)), ("ms", Field::Size(730.0, 0.2))],
        comes: Comes::Every { minutes: 30.0, each: false },
        ..log("price-cache.saved", "snapshot saved, {mb} MB in {ms} ms")
    },
    Line {
        fields: &[("n", Field::Size(160.0, 0.7))],
        comes: Comes::Bursts(14.0, 1.8),
        ..log("price-cache.evicted", "{n} keys evicted, least used first")
    },
    Line {
        fields: &[("n", Field::Grows(18_350.0, 6.0))],
        comes: Comes::At { hour: 4.4, weekday: None },
        ..log("price-cache.warmed", "warmed with {n} prices")
    },
    Line {
        fields: &[("ip", Field::Ip), ("s", Field::Int(300, 300))],
        comes: Comes::Often(7.0),
        ..log("price-cache.idle", "client {ip} closed after {s} s without a word")
    },
    Line {
        fields: &[("kb", Field::Int(110, 640))],
        comes: Comes::Seldom(0.06),
        ..log("price-cache.large", "value of {kb} kB is larger than the others, kept")
    },
];
