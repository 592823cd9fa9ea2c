//! The web pages: JSON lines, one for each page that was sampled.

use super::{Comes, Field, Level, Line, line};

const fn info(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("shopfront", id, Level::Info, logger, text)
}

const fn warn(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("shopfront", id, Level::Warn, logger, text)
}

const PLANTS: Field = Field::Pick(&[
    "/plants/monstera-deliciosa",
    "/plants/lavandula-hidcote-###",
    "/plants/olea-europaea-##",
    "/seeds/tomato-##",
    "/pots/terracotta-##cm",
    "/plants/rosa-%%%",
    "/plants/acer-palmatum-##",
    "/soil/peat-free-##l",
    "/tools/secateurs-%%",
    "/plants/hedera-helix?pot=##",
]);

/// What the shopfront says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[
            ("method", Field::Pattern("GET")),
            ("path", PLANTS),
            ("status", Field::Status("GET /plants/:slug")),
            ("ms", Field::Ms("GET /plants/:slug")),
            ("ip", Field::Ip),
        ],
        comes: Comes::Often(540.0),
        ..info("shopfront.plant", "http", "request served")
    },
    Line {
        fields: &[
            ("method", Field::Pattern("GET")),
            ("path", Field::Pattern("/")),
            ("status", Field::Status("GET /")),
            ("ms", Field::Ms("GET /")),
            ("ip", Field::Ip),
        ],
        comes: Comes::Often(240.0),
        ..info("shopfront.home", "http", "request served")
    },
    Line {
        fields: &[
            ("method", Field::Pattern("POST")),
            ("path", Field::Pattern("/checkout")),
            ("status", Field::Status("POST /checkout")),
            ("ms", Field::Ms("POST /checkout")),
            ("ip", Field::Ip),
            ("order", Field::Order),
        ],
        comes: Comes::After { line: "checkout.accepted", share: 0.98, delay_ms: 24.0 },
        ..info("shopfront.checkout", "http", "request served")
    },
    Line {
        fields: &[
            (
                "q",
                Field::Pick(&[
                    "olive tree",
                    "lavender",
                    "tomato seeds",
                    "peat free soil",
                    "gift card",
                    "raised bed ### cm",
                    "hedge",
                    "bee friendly",
                    "clematis %%",
                    "pot ##",
                ]),
            ),
            ("hits", Field::Size(38.0, 0.9)),
            ("ms", Field::Size(24.0, 0.5)),
        ],
        comes: Comes::Often(150.0),
        ..info("shopfront.search", "search", "search answered")
    },
    Line {
        fields: &[
            ("session", Field::Pattern("s_%%%%%%%%%%%%")),
            ("country", Field::Pick(&["DE", "NL", "AT", "FR", "BE", "DK", "IT", "CH", "PL", "SE"])),
            ("device", Field::Pick(&["phone", "desktop", "tablet"])),
        ],
        comes: Comes::Often(105.0),
        ..info("shopfront.session", "session", "session opened")
    },
    Line {
        fields: &[("path", PLANTS), ("ms", Field::Size(2700.0, 0.25))],
        comes: Comes::Bursts(7.0, 2.2),
        ..warn("shopfront.slow", "http", "page took longer than 2 s")
    },
    Line {
        fields: &[("path", PLANTS), ("after_ms", Field::Int(400, 410))],
        comes: Comes::Bursts(5.0, 2.5),
        ..warn("shopfront.alone", "recommend", "recommendations did not come in time, page sent without them")
    },
    Line {
        fields: &[("path", PLANTS), ("bytes", Field::Size(21_000.0, 0.8))],
        comes: Comes::Often(9.0),
        ..warn("shopfront.closed", "http", "client went away before the answer was sent")
    },
    Line {
        fields: &[
            ("path", PLANTS),
            (
                "err",
                Field::Pick(&[
                    "TypeError: Cannot read properties of undefined (reading 'price')",
                    "RangeError: Invalid time value",
                    "SyntaxError: Unexpected end of JSON input",
                ]),
            ),
        ],
        comes: Comes::Often(1.2),
        ..line("shopfront", "shopfront.render", Level::Error, "render", "page could not be rendered")
    },
    Line {
        fields: &[("files", Field::Grows(611.0, 0.4))],
        comes: Comes::Every { minutes: 360.0, each: true },
        ..info("shopfront.manifest", "assets", "asset manifest read")
    },
    Line {
        fields: &[("freed_mb", Field::Size(46.0, 0.4)), ("kept", Field::Size(3900.0, 0.1))],
        comes: Comes::Every { minutes: 95.0, each: true },
        ..info("shopfront.images", "images", "image cache trimmed")
    },
    Line {
        fields: &[("urls", Field::Grows(18_412.0, 7.0)), ("ms", Field::Size(5200.0, 0.12))],
        comes: Comes::At { hour: 3.67, weekday: None },
        ..info("shopfront.sitemap", "sitemap", "sitemap written")
    },
    Line {
        fields: &[("widget", Field::Pick(&["recently-seen", "care-tips", "delivery-eta"]))],
        comes: Comes::Born(0.38, 16.0),
        ..info("shopfront.widget", "widgets", "widget hydrated late")
    },
    Line {
        fields: &[("version", Field::Version), ("port", Field::Int(8080, 8080))],
        comes: Comes::Start(1.2),
        ..info("shopfront.listens", "main", "listening")
    },
    Line {
        fields: &[("one_in", Field::Int(4000, 4000))],
        comes: Comes::Start(1.3),
        ..info("shopfront.sampled", "http", "access log is sampled")
    },
    Line {
        fields: &[("flags", Field::Int(37, 41)), ("ms", Field::Int(20, 160))],
        comes: Comes::Start(2.0),
        ..info("shopfront.flags", "flags", "flags read")
    },
    Line {
        fields: &[("open", Field::Int(0, 14))],
        comes: Comes::Stop(6.0),
        ..info("shopfront.drains", "main", "draining, no new requests are taken")
    },
    Line { comes: Comes::Stop(0.4), ..info("shopfront.bye", "main", "bye") },
    Line { fields: &[("flag", Field::Word)], ..info("shopfront.flipped", "flags", "flag changed while running") },
    Line {
        fields: &[("agent", Field::Pattern("Seed%%Bot/#.#")), ("ip", Field::Ip)],
        comes: Comes::Seldom(0.07),
        ..info("shopfront.crawler", "http", "crawler ignores robots.txt, slowed down")
    },
    Line {
        fields: &[("age_days", Field::Int(366, 900))],
        comes: Comes::Seldom(0.05),
        ..info("shopfront.cookie", "session", "cookie is older than a year, dropped")
    },
    Line {
        fields: &[("locale", Field::Pick(&["nb-NO", "cs-CZ", "pt-PT"]))],
        comes: Comes::Seldom(0.04),
        ..warn("shopfront.locale", "i18n", "no translation for locale, English shown")
    },
    Line {
        fields: &[("path", PLANTS), ("waited_ms", Field::Size(190.0, 0.6))],
        ..info("shopfront.waited", "http", "all workers were busy, request waited")
    },
    Line {
        fields: &[("path", PLANTS), ("status", Field::Int(503, 503))],
        ..line("shopfront", "shopfront.refused", Level::Error, "http", "too many requests are waiting, refused")
    },
];
