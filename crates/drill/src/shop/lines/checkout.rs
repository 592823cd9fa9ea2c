//! Baskets and orders: plain text of a Java logger.

use super::{Comes, Field, Level, Line, line};

const fn info(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("checkout", id, Level::Info, logger, text)
}

const fn warn(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("checkout", id, Level::Warn, logger, text)
}

const fn error(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("checkout", id, Level::Error, logger, text)
}

/// What Java prints when payments did not answer.
const NO_ANSWER: &[&str] = &[
    "java.util.concurrent.TimeoutException: no answer from payments within 3000 ms",
    "\tat shop.hollyhock.checkout.payments.PaymentsClient.await(PaymentsClient.java:141)",
    "\tat shop.hollyhock.checkout.payments.PaymentsClient.authorise(PaymentsClient.java:88)",
    "\tat shop.hollyhock.checkout.order.PlaceOrder.pay(PlaceOrder.java:212)",
    "\tat shop.hollyhock.checkout.order.PlaceOrder.handle(PlaceOrder.java:97)",
    "\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1144)",
    "\t... 9 more",
];

/// What Java prints when the warehouse does not answer as it should.
const NO_SHELF: &[&str] = &[
    "shop.hollyhock.checkout.warehouse.WarehouseException: {why}",
    "\tat shop.hollyhock.checkout.warehouse.WarehouseClient.reserve(WarehouseClient.java:117)",
    "\tat shop.hollyhock.checkout.order.PlaceOrder.reserve(PlaceOrder.java:231)",
    "\tat shop.hollyhock.checkout.order.PlaceOrder.handle(PlaceOrder.java:104)",
    "\t... 11 more",
];

/// What Java prints when a sum has more decimals than its currency.
const NOT_ROUNDED: &[&str] = &[
    "java.lang.ArithmeticException: Rounding necessary",
    "\tat java.base/java.math.BigDecimal.setScale(BigDecimal.java:2995)",
    "\tat shop.hollyhock.checkout.basket.Sums.exactly(Sums.java:58)",
    "\tat shop.hollyhock.checkout.order.PlaceOrder.handle(PlaceOrder.java:91)",
    "\t... 9 more",
];

/// What the checkout says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[
            ("order", Field::Order),
            ("n", Field::Size(2.6, 0.6)),
            ("total", Field::Total),
            ("ms", Field::Ms("PlaceOrder")),
        ],
        comes: Comes::Often(330.0),
        ..info("checkout.accepted", "order.PlaceOrder", "order {order} accepted: {n} items, {total} EUR, {ms} ms")
    },
    Line {
        fields: &[
            ("basket", Field::Pattern("%%%%%%%%-%%%%-4%%%-a%%%-%%%%%%%%%%%%")),
            ("n", Field::Size(2.4, 0.7)),
            ("ms", Field::Ms("PriceBasket")),
        ],
        comes: Comes::Often(320.0),
        ..info("checkout.priced", "basket.Pricing", "basket {basket} priced: {n} lines in {ms} ms")
    },
    Line {
        fields: &[
            ("slot", Field::Pick(&["tomorrow 8-12", "tomorrow 12-16", "in two days 8-12", "saturday 9-13"])),
            ("postcode", Field::Pattern("#####")),
        ],
        comes: Comes::Often(88.0),
        ..info("checkout.slot", "delivery.Slots", "offered slot '{slot}' to {postcode}")
    },
    Line {
        fields: &[
            ("code", Field::Pattern("@@@@-####")),
            ("why", Field::Pick(&["expired", "unknown", "already used", "below minimum sum", "not for seeds"])),
        ],
        comes: Comes::Often(11.0),
        ..warn("checkout.voucher", "basket.Vouchers", "voucher {code} refused: {why}")
    },
    Line {
        fields: &[
            ("percent", Field::Pick(&["10", "5", "15"])),
            ("code", Field::Pattern("@@@@-####")),
            (
                "where",
                Field::Pick(&[
                    "DE/EUR", "NL/EUR", "AT/EUR", "FR/EUR", "BE/EUR", "DK/DKK", "IT/EUR", "SE/SEK", "PL/PLN",
                ]),
            ),
        ],
        comes: Comes::Often(24.0),
        ..info("checkout.vouched", "basket.Vouchers", "voucher {code} taken for {where}: {percent} % off")
    },
    Line {
        fields: &[
            ("order", Field::Order),
            ("why", Field::Pick(&["house number missing", "postcode and town differ", "parcel box"])),
        ],
        comes: Comes::Often(13.0),
        ..info("checkout.address", "order.AddressCheck", "address of {order} is to be looked at: {why}")
    },
    Line {
        fields: &[
            ("order", Field::Order),
            ("code", Field::Pick(&["insufficient_funds", "do_not_honor", "expired_card", "3ds_failed", "lost_card"])),
        ],
        comes: Comes::Often(6.0),
        ..warn("checkout.declined", "order.PlaceOrder", "order {order} not placed, card declined ({code})")
    },
    Line {
        fields: &[("order", Field::Order), ("attempt", Field::Int(2, 2))],
        comes: Comes::Trouble(2.2, 2),
        ..warn("checkout.again", "payments.PaymentsClient", "payments answered late for {order}, attempt {attempt}")
    },
    Line {
        fields: &[("order", Field::Order)],
        comes: Comes::Trouble(0.45, 2),
        trace: NO_ANSWER,
        ..error("checkout.failed", "order.PlaceOrder", "order {order} failed")
    },
    Line {
        fields: &[("hits", Field::Size(41_000.0, 0.25)), ("misses", Field::Size(610.0, 0.4))],
        comes: Comes::Every { minutes: 30.0, each: false },
        ..info("checkout.cache", "price.PriceList", "price list: {hits} hits, {misses} misses in 30 min")
    },
    Line {
        fields: &[("before", Field::Int(880, 1500)), ("after", Field::Int(390, 560)), ("ms", Field::Size(14.0, 0.5))],
        comes: Comes::Often(58.0),
        ..info("checkout.gc", "gc", "Pause Young (Normal) {before}M->{after}M(2048M) {ms}ms")
    },
    Line {
        fields: &[("n", Field::Size(140.0, 0.5))],
        comes: Comes::Every { minutes: 60.0, each: false },
        ..info("checkout.swept", "basket.Sweeper", "{n} abandoned baskets removed")
    },
    Line {
        fields: &[("rows", Field::Grows(2264.0, 0.3))],
        comes: Comes::At { hour: 4.17, weekday: Some(6) },
        ..info("checkout.tax", "tax.TaxTables", "tax tables imported, {rows} rows")
    },
    Line {
        fields: &[("sku", Field::Pattern("HH-#####")), ("old", Field::Int(3, 60)), ("new", Field::Int(3, 60))],
        comes: Comes::Born(0.52, 9.0),
        ..info("checkout.moved", "price.PriceList", "price of {sku} moved within the session, {old} -> {new}")
    },
    Line {
        fields: &[("version", Field::Version)],
        comes: Comes::Start(0.8),
        ..info("checkout.starts", "Application", "Starting checkout {version} with 12 threads")
    },
    Line {
        fields: &[("n", Field::Grows(18_350.0, 6.0)), ("ms", Field::Size(2100.0, 0.2))],
        comes: Comes::Start(4.0),
        ..info("checkout.articles", "price.PriceList", "{n} articles read in {ms} ms")
    },
    Line {
        fields: &[("ms", Field::Size(6800.0, 0.12))],
        comes: Comes::Start(7.1),
        ..info("checkout.ready", "Application", "ready after {ms} ms")
    },
    Line {
        fields: &[("n", Field::Int(0, 9))],
        comes: Comes::Stop(5.0),
        ..info("checkout.stops", "Application", "Shutting down, {n} requests are still open")
    },
    Line {
        fields: &[("key", Field::Word)],
        ..info("checkout.reloaded", "config.Refresher", "configuration refreshed, changed: {key}")
    },
    Line {
        fields: &[("n", Field::Int(2, 9)), ("ip", Field::Ip)],
        comes: Comes::Seldom(0.06),
        ..warn("checkout.clock", "basket.Pricing", "clock of {ip} is {n} minutes ahead, server time used")
    },
    Line {
        fields: &[("order", Field::Order)],
        comes: Comes::Seldom(0.07),
        ..info("checkout.split", "order.GiftCards", "gift card split over two orders, second is {order}")
    },
    Line {
        fields: &[("postcode", Field::Pattern("####@@"))],
        comes: Comes::Seldom(0.05),
        ..warn("checkout.postcode", "delivery.Slots", "carrier table has no entry for {postcode}, default zone taken")
    },
    Line {
        fields: &[("order", Field::Order), ("attempt", Field::Int(3, 4))],
        ..warn("checkout.thrice", "payments.PaymentsClient", "payments answered late for {order}, attempt {attempt}")
    },
    Line {
        fields: &[
            ("percent", Field::Pick(&["10", "5", "15"])),
            ("code", Field::Pattern("@@@@-####")),
            ("where", Field::Pick(&["CH/CHF"])),
        ],
        ..info("checkout.vouched_abroad", "basket.Vouchers", "voucher {code} taken for {where}: {percent} % off")
    },
    Line {
        fields: &[("order", Field::Order)],
        ..warn(
            "checkout.rounded",
            "basket.Sums",
            "sum of {order} differs by 0.01 after rounding, sum of the basket taken",
        )
    },
    Line {
        fields: &[("order", Field::Order)],
        trace: NOT_ROUNDED,
        ..error("checkout.unrounded", "order.PlaceOrder", "order {order} failed")
    },
    Line {
        fields: &[("order", Field::Order), ("why", Field::Pick(&["connection refused", "no answer within 8000 ms"]))],
        trace: NO_SHELF,
        ..error("checkout.unreserved", "order.PlaceOrder", "order {order} failed")
    },
    Line {
        fields: &[
            ("order", Field::Order),
            ("why", Field::Pick(&["PKIX path validation failed: validity check failed"])),
        ],
        trace: NO_SHELF,
        ..error("checkout.untrusted", "order.PlaceOrder", "order {order} failed")
    },
];
