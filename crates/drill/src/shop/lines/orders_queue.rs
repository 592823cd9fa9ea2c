//! The queue between the checkout and those who send letters and parcels: plain text behind a log collector.

use super::{Comes, Field, Level, Line, line};

const fn log(id: &'static str, text: &'static str) -> Line {
    line("orders-queue", id, Level::Info, "queued", text)
}

/// What the queue says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[("n", Field::Pattern("0000####")), ("kb", Field::Size(16_100.0, 0.04))],
        comes: Comes::Often(38.0),
        ..log("orders-queue.segment", "segment {n} closed, {kb} kB")
    },
    Line {
        fields: &[("group", Field::Pick(&["mailer", "warehouse"])), ("n", Field::Int(1, 2)), ("ip", Field::Ip)],
        comes: Comes::Bursts(6.0, 1.7),
        ..log("orders-queue.joined", "consumer {ip} joined {group}, {n} in all")
    },
    Line {
        fields: &[("id", Field::Pattern("%%%%%%%%%%%%")), ("group", Field::Pick(&["mailer", "warehouse"]))],
        comes: Comes::Bursts(3.0, 1.6),
        ..line(
            "orders-queue",
            "orders-queue.again",
            Level::Warn,
            "queued",
            "message {id} was not confirmed by {group} in 30 s, delivered again",
        )
    },
    Line {
        fields: &[("n", Field::Int(11, 19)), ("mb", Field::Size(190.0, 0.1))],
        comes: Comes::At { hour: 5.0, weekday: None },
        ..log("orders-queue.swept", "retention: {n} segments removed, {mb} MB")
    },
    Line {
        fields: &[("ms", Field::Int(1_010, 1_900))],
        comes: Comes::Seldom(0.07),
        ..log("orders-queue.synced", "sync to disk took {ms} ms")
    },
];
