//! Cards and money: plain text of Python's logging, with tracebacks.
//!
//! `payments.borrowed` and what follows it belong to no ordinary day: only an incident places them.

use super::{Comes, Field, Level, Line, Part, SETTLEMENT, line};

const fn info(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("payments", id, Level::Info, logger, text)
}

const fn warn(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("payments", id, Level::Warn, logger, text)
}

const fn error(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("payments", id, Level::Error, logger, text)
}

/// What Python prints when the provider does not answer.
const PROVIDER_TIMEOUT: &[&str] = &[
    "Traceback (most recent call last):",
    "  File \"/srv/payments/authorise.py\", line 131, in authorise",
    "    answer = self.cardway.authorise(order, amount, card)",
    "  File \"/srv/payments/cardway/client.py\", line 74, in authorise",
    "    raise ProviderTimeout(self.host, self.timeout)",
    "payments.cardway.errors.ProviderTimeout: no answer from api.cardway.example within 8.0 s",
];

/// What Python prints when the pool has nothing to give.
const POOL_TIMEOUT: &[&str] = &[
    "Traceback (most recent call last):",
    "  File \"/srv/payments/authorise.py\", line 118, in authorise",
    "    with self.pool.connection(timeout=5.0) as connection:",
    "  File \"/srv/payments/db/pool.py\", line 63, in connection",
    "    raise PoolTimeout(self.size, timeout)",
    "payments.db.pool.PoolTimeout: none of {limit} connections came free within 5.0 s",
];

/// What payments says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[("order", Field::Order), ("total", Field::Total), ("ms", Field::Ms("authorise"))],
        comes: Comes::After { line: "checkout.accepted", share: 0.97, delay_ms: 7.0 },
        ..info("payments.authorised", "payments.authorise", "authorised {order}: {total} EUR via cardway in {ms} ms")
    },
    Line {
        fields: &[("order", Field::Order), ("reference", Field::Pattern("cw_%%%%%%%%%%%%%%"))],
        comes: Comes::After { line: "checkout.accepted", share: 0.95, delay_ms: 160_000.0 },
        ..info("payments.captured", "payments.capture", "captured {order}, reference {reference}")
    },
    Line {
        fields: &[("customer", Field::Pattern("c-#######")), ("n", Field::Int(1, 4)), ("ms", Field::Ms("saved_cards"))],
        comes: Comes::Often(165.0),
        ..info("payments.cards", "payments.cards", "{n} stored cards of {customer} in {ms} ms")
    },
    Line {
        fields: &[(
            "kind",
            Field::Pick(&["capture.settled", "authorisation.expired", "refund.settled", "dispute.opened"]),
        )],
        comes: Comes::Often(125.0),
        ..info("payments.webhook", "payments.webhooks", "webhook {kind} taken")
    },
    Line {
        fields: &[("n", Field::Size(220.0, 0.5)), ("batch", Field::Pattern("L########"))],
        comes: Comes::Every { minutes: 12.0, each: false },
        ..info("payments.ledger", "payments.ledger", "batch {batch} closed with {n} entries")
    },
    Line {
        fields: &[
            ("score", Field::Int(3, 71)),
            ("order", Field::Order),
            ("rule", Field::Pick(&["velocity", "country", "new_card"])),
        ],
        comes: Comes::Often(58.0),
        ..info("payments.risk", "payments.risk", "risk {score} for {order}, strongest rule {rule}")
    },
    Line {
        fields: &[("order", Field::Order), ("total", Field::Total)],
        comes: Comes::Office(17.0),
        ..info("payments.refund", "payments.refunds", "refund of {total} EUR for {order} queued")
    },
    Line {
        fields: &[("ms", Field::Size(1350.0, 0.3)), ("order", Field::Order)],
        comes: Comes::Trouble(5.0, 4),
        ..warn("payments.slow", "payments.cardway", "cardway took {ms} ms for {order}")
    },
    Line {
        fields: &[("ms", Field::Pick(&["250", "500", "1000"]))],
        comes: Comes::Bursts(2.4, 3.0),
        ..warn("payments.backoff", "payments.cardway", "cardway answered 429, next try in {ms} ms")
    },
    Line {
        fields: &[("host", Field::Pick(&["api.cardway.example"]))],
        comes: Comes::Often(9.0),
        ..info("payments.reopened", "payments.cardway", "connection to {host} was reset, opened anew")
    },
    Line {
        fields: &[("order", Field::Order)],
        comes: Comes::Trouble(0.9, 3),
        trace: PROVIDER_TIMEOUT,
        ..error("payments.unanswered", "payments.authorise", "authorisation of {order} failed")
    },
    Line {
        fields: &[("hook", Field::Pattern("wh_%%%%%%%%%%"))],
        comes: Comes::Seldom(0.6),
        ..warn("payments.twice", "payments.webhooks", "webhook {hook} came twice, second one dropped")
    },
    Line {
        comes: Comes::Job(SETTLEMENT, Part::Begins),
        ..info("payments.settles", "payments.settlement", "settlement of yesterday started")
    },
    Line {
        fields: &[("part", Field::Given), ("rows", Field::Size(9400.0, 0.1))],
        comes: Comes::Job(SETTLEMENT, Part::Step(7)),
        ..info("payments.part", "payments.settlement", "settlement file {part} of 7 sent, {rows} rows")
    },
    Line {
        fields: &[("s", Field::Given)],
        comes: Comes::Job(SETTLEMENT, Part::Ends),
        ..info("payments.settled", "payments.settlement", "settlement of yesterday done in {s} s")
    },
    Line {
        fields: &[("version", Field::Version), ("n", Field::Int(8, 8))],
        comes: Comes::Start(0.6),
        ..info("payments.starts", "payments.main", "payments {version}, {n} workers")
    },
    Line {
        fields: &[("limit", Field::PoolLimit)],
        comes: Comes::Start(1.9),
        ..info("payments.pool", "payments.db.pool", "pool to paydb-01 ready, at most {limit} connections")
    },
    Line {
        fields: &[("n", Field::Pattern("####"))],
        comes: Comes::Stop(3.0),
        ..info("payments.leaves", "payments.main", "worker {n} leaves: SIGTERM")
    },
    Line {
        fields: &[("revision", Field::Pattern("%%%%%%%")), ("n", Field::Int(1, 1))],
        ..info("payments.reloaded", "payments.settings", "settings revision {revision} taken over, {n} value changed")
    },
    Line {
        fields: &[("hook", Field::Pattern("wh_%%%%%%%%%%"))],
        comes: Comes::Seldom(0.06),
        ..warn("payments.stale", "payments.webhooks", "signature of {hook} is older than five minutes, ignored")
    },
    Line {
        fields: &[("currency", Field::Pick(&["SEK", "CZK", "HUF"])), ("order", Field::Order)],
        comes: Comes::Seldom(0.06),
        ..info("payments.rounded", "payments.capture", "sum in {currency} rounded up for {order}")
    },
    Line {
        fields: &[("order", Field::Order)],
        ..info("payments.wobbled", "payments.cardway", "cardway answered 502 for {order}, asked again")
    },
    Line {
        fields: &[("order", Field::Order)],
        ..error("payments.down", "payments.authorise", "cardway answered 503 for {order}, given up")
    },
    Line {
        fields: &[("ms", Field::Given)],
        ..info("payments.borrowed", "payments.db.pool", "connection borrowed after {ms} ms")
    },
    Line {
        fields: &[("order", Field::Order), ("limit", Field::PoolLimit)],
        trace: POOL_TIMEOUT,
        ..error("payments.exhausted", "payments.authorise", "authorisation of {order} failed")
    },
];
