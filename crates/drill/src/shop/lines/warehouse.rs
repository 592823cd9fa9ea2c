//! Shelves and parcels: JSON lines with seconds since 1970.

use super::{Comes, Field, Level, Line, Part, REORDER, line};

const fn info(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("warehouse", id, Level::Info, logger, text)
}

const fn warn(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("warehouse", id, Level::Warn, logger, text)
}

const fn error(id: &'static str, logger: &'static str, text: &'static str) -> Line {
    line("warehouse", id, Level::Error, logger, text)
}

const SKU: Field = Field::Pick(&["HH-10###", "HH-2####", "HH-31###", "HH-7####", "HH-90###"]);
const SHELF: Field = Field::Pattern("@##-#");

/// What the warehouse says.
pub const LINES: &[Line] = &[
    Line {
        fields: &[
            ("order", Field::Order),
            ("items", Field::Size(2.6, 0.6)),
            ("shelf", SHELF),
            ("ms", Field::Ms("Reserve")),
        ],
        comes: Comes::After { line: "checkout.accepted", share: 0.98, delay_ms: 260.0 },
        ..info("warehouse.reserved", "reserve", "items reserved")
    },
    Line {
        fields: &[("sku", SKU), ("left", Field::Size(64.0, 0.9)), ("ms", Field::Ms("StockOf"))],
        comes: Comes::Often(150.0),
        ..info("warehouse.stock", "stock", "stock read")
    },
    Line {
        fields: &[("list", Field::Pattern("P######")), ("parcels", Field::Int(4, 24))],
        comes: Comes::Office(84.0),
        ..info("warehouse.picked", "pick", "pick list printed")
    },
    Line {
        fields: &[("aisle", Field::Pattern("@")), ("off", Field::Int(0, 3))],
        comes: Comes::Every { minutes: 60.0, each: false },
        ..info("warehouse.counted", "count", "aisle counted")
    },
    Line {
        fields: &[("sku", SKU), ("left", Field::Int(0, 11))],
        comes: Comes::Often(9.0),
        ..warn("warehouse.low", "stock", "stock is below the reorder level")
    },
    Line {
        fields: &[("scanner", Field::Pattern("sc-##"))],
        comes: Comes::Bursts(4.0, 2.4),
        ..warn("warehouse.scanner", "scanner", "scanner lost the wireless network, came back")
    },
    Line {
        fields: &[
            ("printer", Field::Pick(&["label-2", "label-1", "label-3"])),
            ("error", Field::Pattern("dial tcp 10.4.7.##:9100: i/o timeout")),
        ],
        comes: Comes::Bursts(0.8, 2.0),
        ..line("warehouse", "warehouse.printer", Level::Error, "labels", "label printer does not answer")
    },
    Line {
        fields: &[("parcels", Field::Size(410.0, 0.2)), ("carrier", Field::Pick(&["gelbpost", "northparcel"]))],
        comes: Comes::At { hour: 15.5, weekday: None },
        ..info("warehouse.pickup", "carrier", "pickup booked")
    },
    Line {
        fields: &[("rows", Field::Grows(18_207.0, 6.5)), ("ms", Field::Size(3100.0, 0.15))],
        comes: Comes::At { hour: 0.83, weekday: None },
        ..info("warehouse.export", "export", "stock file written")
    },
    Line {
        fields: &[("suppliers", Field::Grows(61.0, 0.05))],
        comes: Comes::Job(REORDER, Part::Begins),
        ..info("warehouse.reorders", "reorder", "reorder run started")
    },
    Line {
        fields: &[("s", Field::Given), ("rows", Field::Size(2_300.0, 0.2))],
        comes: Comes::Job(REORDER, Part::Ends),
        ..info("warehouse.reordered", "reorder", "reorder run done")
    },
    Line {
        fields: &[("days", Field::Pick(&["30"]))],
        comes: Comes::Renewed,
        ..info("warehouse.renewed", "tls", "certificate renewed")
    },
    Line {
        fields: &[("order", Field::Order), ("from", SHELF), ("to", SHELF)],
        comes: Comes::Born(0.30, 11.0),
        ..info("warehouse.moved", "reserve", "reservation moved to a nearer shelf")
    },
    Line {
        fields: &[("version", Field::Version)],
        comes: Comes::Start(0.3),
        ..info("warehouse.up", "main", "warehouse is up")
    },
    Line {
        fields: &[("bins", Field::Grows(5_120.0, 1.5))],
        comes: Comes::Start(1.1),
        ..info("warehouse.bins", "stock", "bins read")
    },
    Line { comes: Comes::Stop(2.0), ..info("warehouse.closing", "main", "signal terminated, closing") },
    Line {
        fields: &[("sku", SKU), ("pallet", Field::Pattern("PAL-#####"))],
        comes: Comes::Seldom(0.08),
        ..info("warehouse.pallet", "count", "pallet has no shelf, put on the floor plan by hand")
    },
    Line {
        fields: &[("sku", SKU), ("kg", Field::Int(31, 80))],
        comes: Comes::Seldom(0.05),
        ..warn("warehouse.heavy", "pick", "article is heavier than its master data says")
    },
    Line { fields: &[("key", Field::Word)], ..info("warehouse.reloaded", "config", "configuration read again") },
    Line {
        fields: &[("open", Field::Given), ("limit", Field::Int(1024, 1024))],
        ..warn("warehouse.handles", "files", "few file handles are left")
    },
    Line {
        fields: &[
            ("err", Field::Pattern("accept tcp [::]:8080: accept4: too many open files")),
            ("retry_ms", Field::Int(5, 1000)),
        ],
        ..error("warehouse.refuses", "main", "no connection could be accepted")
    },
    Line {
        fields: &[("err", Field::Pattern("challenge refused: no such name")), ("left", Field::Given)],
        ..warn("warehouse.unrenewed", "tls", "certificate was not renewed, next try tomorrow")
    },
    Line {
        fields: &[("from", Field::Ip), ("err", Field::Pattern("remote error: tls: expired certificate"))],
        ..error("warehouse.handshake", "tls", "handshake failed")
    },
    Line {
        fields: &[("waited_ms", Field::Size(2_600.0, 0.3)), ("sku", SKU)],
        ..error("warehouse.locked", "reserve", "row of the article stayed locked, given up")
    },
    Line {
        fields: &[("list", Field::Pattern("P######")), ("lines", Field::Given)],
        ..warn("warehouse.long", "pick", "pick list has more than forty lines, should never happen")
    },
    Line {
        fields: &[("shelf", SHELF), ("sku", SKU)],
        ..error("warehouse.stuck", "reserve", "shelf is reserved for a list that nobody has printed")
    },
];
