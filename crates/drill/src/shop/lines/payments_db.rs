//! The database of payments: plain text behind a log collector.

use super::{BACKUP, Comes, Field, Level, Line, Part, REINDEX, line};

const fn log(id: &'static str, text: &'static str) -> Line {
    line("payments-db", id, Level::Info, "postgres", text)
}

const fn error(id: &'static str, text: &'static str) -> Line {
    line("payments-db", id, Level::Error, "postgres", text)
}

const TABLES: Field =
    Field::Pick(&["ledger_entry", "authorisation", "webhook_inbox", "stored_card", "refund", "risk_score"]);

/// What the database says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[("n", Field::Size(2900.0, 0.45)), ("percent", Field::Int(4, 22)), ("s", Field::Int(180, 269))],
        comes: Comes::Every { minutes: 15.0, each: false },
        ..log("payments-db.checkpoint", "checkpoint complete: wrote {n} buffers ({percent}%) in {s} s")
    },
    Line {
        fields: &[
            ("ms", Field::Size(640.0, 0.45)),
            (
                "statement",
                Field::Pick(&[
                    "SELECT id, state FROM authorisation WHERE order_no = $1 FOR UPDATE",
                    "UPDATE webhook_inbox SET taken_at = now() WHERE id = $1",
                    "SELECT sum(amount) FROM ledger_entry WHERE batch = $1",
                    "SELECT * FROM refund WHERE state = 'queued' ORDER BY id LIMIT 100",
                ]),
            ),
        ],
        comes: Comes::Bursts(34.0, 1.6),
        ..log("payments-db.duration", "duration: {ms} ms  execute: {statement}")
    },
    Line {
        fields: &[("table", TABLES), ("n", Field::Size(5200.0, 0.7)), ("ms", Field::Size(830.0, 0.6))],
        comes: Comes::Often(27.0),
        ..log(
            "payments-db.vacuum",
            "automatic vacuum of table \"ledger.public.{table}\": {n} row versions removed, {ms} ms",
        )
    },
    Line {
        fields: &[("table", TABLES), ("ms", Field::Size(400.0, 0.5))],
        comes: Comes::Often(14.0),
        ..log("payments-db.analyze", "automatic analyze of table \"ledger.public.{table}\": {ms} ms")
    },
    Line {
        fields: &[("user", Field::Pick(&["payments", "reporting", "metrics"])), ("ip", Field::Ip)],
        comes: Comes::Often(41.0),
        ..log("payments-db.login", "connection authorized: user={user} database=ledger host={ip}")
    },
    Line {
        fields: &[("segment", Field::Pattern("000000010000####000000%%"))],
        comes: Comes::Often(62.0),
        ..log("payments-db.archived", "archived write-ahead log file \"{segment}\"")
    },
    Line {
        comes: Comes::Bursts(3.0, 1.8),
        ..log("payments-db.reset", "could not receive data from client: Connection reset by peer")
    },
    Line {
        fields: &[("order", Field::Order)],
        comes: Comes::Often(1.5),
        trace: &["\tDETAIL:  Key (order_no)=({order}) already exists."],
        ..error(
            "payments-db.duplicate",
            "duplicate key value violates unique constraint \"authorisation_order_no_key\"",
        )
    },
    Line { comes: Comes::Often(0.8), ..error("payments-db.canceled", "canceling statement due to user request") },
    Line {
        fields: &[("pid", Field::Int(900, 9000)), ("tx", Field::Int(40_100_000, 49_900_000))],
        comes: Comes::Seldom(0.16),
        trace: &["\tDETAIL:  Process {pid} waits for ShareLock on transaction {tx}."],
        ..error("payments-db.deadlock", "deadlock detected")
    },
    Line {
        comes: Comes::Job(BACKUP, Part::Begins),
        ..log("payments-db.copying", "base backup started, label \"nightly\"")
    },
    Line {
        fields: &[("s", Field::Given), ("mb", Field::Grows(61_400.0, 190.0))],
        comes: Comes::Job(BACKUP, Part::Ends),
        ..log("payments-db.copied", "base backup finished: {mb} MB in {s} s")
    },
    Line {
        fields: &[("n", Field::Given)],
        comes: Comes::Job(REINDEX, Part::Step(6)),
        ..log("payments-db.reindexed", "index {n} of 6 was reindexed")
    },
    Line {
        fields: &[("column", Field::Word)],
        ..log("payments-db.altered", "statement: ALTER TABLE authorisation ADD COLUMN {column} text")
    },
    Line {
        fields: &[("kb", Field::Size(18_000.0, 0.5))],
        comes: Comes::Seldom(0.08),
        ..log("payments-db.spilled", "temporary file: size {kb} kB for a sort of reporting")
    },
    Line {
        comes: Comes::Seldom(0.05),
        ..log("payments-db.timeline", "skipping missing configuration file \"/etc/postgres/conf.d/local.conf\"")
    },
];
