//! Letters: plain text of Go's log package.

use super::{Comes, Field, Level, Line, NEWSLETTER, Part, line};

const fn info(id: &'static str, text: &'static str) -> Line {
    line("mailer", id, Level::Info, "mailer", text)
}

const fn warn(id: &'static str, text: &'static str) -> Line {
    line("mailer", id, Level::Warn, "mailer", text)
}

const DOMAIN: Field = Field::Pick(&[
    "postbox.example",
    "webmail.example",
    "gartenbrief.example",
    "inbox.example",
    "mail-#.example",
    "%%%%.example",
]);

/// What the mailer says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[("order", Field::Order), ("domain", DOMAIN), ("ms", Field::Size(310.0, 0.6))],
        comes: Comes::After { line: "checkout.accepted", share: 0.98, delay_ms: 5_200.0 },
        ..info("mailer.confirmed", "confirmation of {order} sent to {domain} in {ms}ms")
    },
    Line {
        fields: &[("order", Field::Order), ("domain", DOMAIN)],
        comes: Comes::Office(215.0),
        ..info("mailer.dispatched", "dispatch note of {order} sent to {domain}")
    },
    Line {
        fields: &[("domain", DOMAIN), ("id", Field::Pattern("%%%%%%%%%%"))],
        comes: Comes::Bursts(10.0, 2.0),
        ..warn("mailer.deferred", "{domain} defers {id}: 451 4.7.1 try again later")
    },
    Line {
        fields: &[("domain", DOMAIN)],
        comes: Comes::Often(6.0),
        ..warn("mailer.bounced", "bounce from {domain}: mailbox unavailable")
    },
    Line {
        comes: Comes::Bursts(0.9, 1.5),
        ..line("mailer", "mailer.relay", Level::Error, "mailer", "relay closed the connection: EOF")
    },
    Line {
        fields: &[("n", Field::Int(41, 44))],
        comes: Comes::Every { minutes: 240.0, each: true },
        ..info("mailer.templates", "{n} letter templates compiled")
    },
    Line {
        fields: &[("n", Field::Int(0, 18))],
        comes: Comes::Dies(0.62, 22.0),
        ..info("mailer.outbox", "outbox walked, {n} letters left")
    },
    Line {
        comes: Comes::Job(NEWSLETTER, Part::Begins),
        ..info("mailer.letter", "newsletter: list of recipients is being built")
    },
    Line {
        fields: &[("n", Field::Given), ("letters", Field::Size(9100.0, 0.02))],
        comes: Comes::Job(NEWSLETTER, Part::Step(12)),
        ..info("mailer.lot", "newsletter: lot {n} of 12 handed over, {letters} letters")
    },
    Line {
        fields: &[("s", Field::Given)],
        comes: Comes::Job(NEWSLETTER, Part::Ends),
        ..info("mailer.lettered", "newsletter: done after {s} s")
    },
    Line {
        fields: &[("version", Field::Version)],
        comes: Comes::Start(0.2),
        ..info("mailer.ready", "mailer {version} ready, relay smtp-out:25")
    },
    Line {
        fields: &[("n", Field::Int(0, 30))],
        comes: Comes::Stop(1.5),
        ..info("mailer.flush", "SIGTERM, flushing {n} letters")
    },
    Line {
        fields: &[("domain", DOMAIN)],
        comes: Comes::Seldom(0.07),
        ..warn("mailer.tls", "{domain} offers only TLS 1.1, letter kept back")
    },
    Line {
        fields: &[("n", Field::Int(3, 19))],
        comes: Comes::Seldom(0.05),
        ..info("mailer.unsubscribed", "{n} unsubscriptions came by letter post, entered by hand")
    },
];
