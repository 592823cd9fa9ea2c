//! Who calls whom, and how long each takes by itself.
//!
//! Latencies in logs, metrics and traces all come from here, so that they agree: a slower provider is a slower payment is
//! a slower order.

/// Something that a service does when it is asked.
#[derive(Debug)]
pub struct Operation {
    /// Whose it is.
    pub service: &'static str,
    /// Its name; no other operation has it.
    pub name: &'static str,
    /// How long its own work takes, the median in ms, without what it waits for.
    pub own_ms: f64,
    /// The deviation of that time's logarithm.
    pub spread: f64,
    /// The share of requests that fail of themselves.
    pub fails: f64,
    /// Whether it needs a connection of the pool.
    pub borrows: bool,
    /// What it calls, one after the other.
    pub calls: &'static [Callee],
}

/// A call to another operation.
#[derive(Debug)]
pub struct Callee {
    /// Its name.
    pub operation: &'static str,
    /// How long the caller waits for an answer, in ms.
    pub patience_ms: f64,
    /// How often it tries.
    pub tries: u32,
}

/// A call that is waited for patiently, and made once.
const fn once(operation: &'static str) -> Callee {
    Callee { operation, patience_ms: 8_000.0, tries: 1 }
}

/// A call that is given up after three seconds, and tried once more.
const fn twice(operation: &'static str) -> Callee {
    Callee { operation, patience_ms: 3_000.0, tries: 2 }
}

/// Operations with the share of each.
pub type Mix = &'static [(&'static str, f64)];

/// What users ask for, with the share of each among the requests that are traced.
pub const ENTRIES: Mix = &[
    ("GET /plants/:slug", 0.34),
    ("GET /", 0.12),
    ("GET /basket", 0.18),
    ("POST /checkout", 0.24),
    ("GET /account/cards", 0.12),
];

/// The operation of that name.
pub fn operation(name: &str) -> &'static Operation {
    OPERATIONS.iter().find(|o| o.name == name).expect("the tables name only operations of the shop: a test checks it")
}

const fn plain(service: &'static str, name: &'static str, own_ms: f64, spread: f64, fails: f64) -> Operation {
    Operation { service, name, own_ms, spread, fails, borrows: false, calls: &[] }
}

/// All that is done.
pub const OPERATIONS: &[Operation] = &[
    plain("shopfront", "GET /", 19.0, 0.35, 0.000_8),
    Operation { calls: &[once("StockOf")], ..plain("shopfront", "GET /plants/:slug", 26.0, 0.40, 0.001_1) },
    Operation { calls: &[once("PriceBasket")], ..plain("shopfront", "GET /basket", 17.0, 0.38, 0.001_0) },
    Operation { calls: &[once("PlaceOrder")], ..plain("shopfront", "POST /checkout", 23.0, 0.35, 0.001_2) },
    Operation { calls: &[once("saved_cards")], ..plain("shopfront", "GET /account/cards", 15.0, 0.35, 0.000_9) },
    Operation { calls: &[twice("authorise"), once("Reserve")], ..plain("checkout", "PlaceOrder", 46.0, 0.42, 0.001_4) },
    Operation { calls: &[once("StockOf")], ..plain("checkout", "PriceBasket", 12.0, 0.40, 0.000_7) },
    Operation {
        borrows: true,
        calls: &[once("INSERT ledger_entry"), once("POST /v2/authorisations")],
        ..plain("payments", "authorise", 15.0, 0.40, 0.000_8)
    },
    Operation {
        borrows: true,
        calls: &[once("SELECT stored_card")],
        ..plain("payments", "saved_cards", 6.0, 0.40, 0.000_6)
    },
    plain("payments-db", "INSERT ledger_entry", 4.2, 0.60, 0.000_2),
    plain("payments-db", "SELECT stored_card", 2.1, 0.65, 0.000_1),
    plain("warehouse", "Reserve", 18.0, 0.50, 0.000_7),
    plain("warehouse", "StockOf", 5.5, 0.45, 0.000_5),
    plain("cardway", "POST /v2/authorisations", 184.0, 0.36, 0.003_0),
];
