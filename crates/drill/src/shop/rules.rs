//! What the shop's team wants to be told: the alert rules as they would have set them, after their last incidents.
//!
//! They look at what users feel and at the ends of what has an end, with thresholds far from the ordinary, so that nobody is
//! woken for nothing. So they are silent while an incident is only coming: that is what makes its precursors gray. One of
//! them is set too low and is told of in vain now and then, as such rules are. Read [`Rule`] first.

/// An alert rule on one metric of one service.
#[derive(Debug)]
pub struct Rule {
    /// What it is called.
    pub alert: &'static str,
    /// Whose metric it watches.
    pub service: &'static str,
    /// Which.
    pub metric: &'static str,
    /// On which side of the threshold it fires.
    pub side: Side,
    /// The threshold.
    pub threshold: f64,
    /// For how many minutes it must be so.
    pub minutes: i64,
    /// Whether somebody is paged, or a ticket written.
    pub severity: &'static str,
    /// What it says.
    pub summary: &'static str,
}

/// A side of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Greater than it.
    Above,
    /// Less than it.
    Below,
}

impl Rule {
    /// Whether a value is on the side at which it fires.
    pub fn holds(&self, value: f64) -> bool {
        match self.side {
            Side::Above => value > self.threshold,
            Side::Below => value < self.threshold,
        }
    }
}

const fn rule(
    alert: &'static str,
    (service, metric): (&'static str, &'static str),
    threshold: f64,
    minutes: i64,
    severity: &'static str,
    summary: &'static str,
) -> Rule {
    Rule { alert, service, metric, side: Side::Above, threshold, minutes, severity, summary }
}

/// All of them.
pub const RULES: &[Rule] = &[
    rule("OrdersFail", ("checkout", "error_ratio"), 0.05, 5, "page", "more than 5 % of orders fail"),
    rule("OrdersSlow", ("checkout", "latency_p95_ms"), 1_500.0, 10, "page", "an order takes more than 1.5 s"),
    rule("PagesFail", ("shopfront", "error_ratio"), 0.05, 5, "page", "more than 5 % of pages fail"),
    rule("PagesSlow", ("shopfront", "latency_p95_ms"), 1_500.0, 5, "page", "a page takes more than 1.5 s"),
    rule("PaymentsSlow", ("payments", "latency_p95_ms"), 1_200.0, 10, "page", "a payment takes more than 1.2 s"),
    rule(
        "ProviderLost",
        ("payments", "provider_error_ratio"),
        0.2,
        5,
        "page",
        "an instance of payments loses a fifth of its calls to the provider",
    ),
    rule(
        "ProviderSlow",
        ("payments", "provider_latency_p95_ms"),
        500.0,
        15,
        "ticket",
        "the provider takes more than 500 ms",
    ),
    rule("PoolWait", ("payments", "db_pool_wait_mean_ms"), 250.0, 10, "ticket", "payments wait for connections"),
    rule("DatabaseBusy", ("payments-db", "cpu_ratio"), 0.92, 15, "ticket", "the database has no idle time"),
    rule("HeapFull", ("checkout", "heap_used_ratio"), 0.93, 10, "ticket", "a checkout is about to run out of heap"),
    rule("PickQueueDeep", ("warehouse", "pick_queue_depth"), 45.0, 15, "ticket", "pick lists are not fetched"),
    rule("OrdersQueueOld", ("orders-queue", "oldest_message_seconds"), 120.0, 10, "page", "orders wait in the queue"),
    Rule {
        side: Side::Below,
        ..rule("CacheCold", ("price-cache", "hit_ratio"), 0.70, 15, "ticket", "three prices in ten are not cached")
    },
];
