//! What the shop measures. How each number comes about from the state of the world stands in `writing/metrics.rs`.

use super::operations::Mix;

/// A gauge or counter that is scraped.
#[derive(Debug)]
pub struct Metric {
    /// Whose it is.
    pub service: &'static str,
    /// Its name, unit last.
    pub name: &'static str,
    /// Whether each instance reports it for itself.
    pub each: bool,
    /// What it measures.
    pub measures: Measure,
    /// The deviation of its noise from minute to minute, as a share of its value.
    pub noise: f64,
    /// The deviation of its slow wandering over days, as a share of its value.
    pub slow: f64,
    /// How many decimals are shown.
    pub decimals: usize,
}

/// What a metric measures.
#[derive(Debug)]
pub enum Measure {
    /// Requests a second, `mean` in the mean: it follows the load.
    Rate {
        /// A second.
        mean: f64,
    },
    /// A high percentile of how long operations take: `tail` times what is typical of them.
    Latency {
        /// Which.
        of: Mix,
        /// How much longer than typical the percentile is.
        tail: f64,
    },
    /// The share of requests that fail.
    Errors {
        /// Which.
        of: Mix,
        /// How many requests there are a second, in the mean: few requests make a coarse share.
        a_second: f64,
    },
    /// Connections of the pool that are in use, at the moment of the scrape.
    PoolInUse,
    /// How long a connection is waited for, in the mean, in ms; `check` of it to see that the connection still lives.
    PoolWait {
        /// In ms.
        check: f64,
    },
    /// The used share of a heap: a saw, as garbage is collected.
    Heap,
    /// The busy share of a machine: `idle` of it always, `busy` of it at the mean load, `jobs` of it while a nightly job runs.
    Cpu {
        /// Always.
        idle: f64,
        /// At the mean load.
        busy: f64,
        /// During jobs.
        jobs: f64,
    },
    /// The share of reads that a cache answers; the nightly job empties some of it.
    Hits {
        /// On ordinary days.
        usual: f64,
    },
    /// How many wait in a queue, `mean` at the mean load, and now and then a heap of them.
    Queue {
        /// At the mean load.
        mean: f64,
    },
    /// A counter since the start of the instance, of what happens `a_second` times.
    Counter {
        /// In the mean, over all instances.
        a_second: f64,
    },
    /// A counter since the start of the instance, of calls that were made once more.
    Again {
        /// Whose first call it is.
        of: &'static str,
        /// How often it is made a second, in the mean, over all instances.
        a_second: f64,
    },
    /// A level: `idle` always, `busy` more at the mean load, what an incident adds, and never above `most`.
    Level {
        /// Always.
        idle: f64,
        /// At the mean load.
        busy: f64,
        /// There is no more.
        most: f64,
    },
    /// The share of an instance's own calls that fail, and what an incident adds.
    Lost {
        /// Which call.
        of: &'static str,
        /// How often an instance makes it a second, in the mean: few calls make a coarse share.
        a_second: f64,
    },
    /// How many days a certificate still lasts.
    Certificate,
    /// How many seconds the reorder run last took.
    LastRun,
}

const ORDERS: Mix = &[("PlaceOrder", 1.0)];
const PAGES: Mix = &[
    ("GET /plants/:slug", 0.55),
    ("GET /", 0.19),
    ("GET /basket", 0.16),
    ("POST /checkout", 0.06),
    ("GET /account/cards", 0.04),
];

const fn one(service: &'static str, name: &'static str, measures: Measure) -> Metric {
    Metric { service, name, each: false, measures, noise: 0.05, slow: 0.03, decimals: 1 }
}

/// All that is measured.
pub const METRICS: &[Metric] = &[
    one("shopfront", "requests_per_second", Measure::Rate { mean: 212.0 }),
    Metric { noise: 0.06, ..one("shopfront", "latency_p95_ms", Measure::Latency { of: PAGES, tail: 5.4 }) },
    Metric {
        noise: 0.20,
        decimals: 5,
        ..one("shopfront", "error_ratio", Measure::Errors { of: PAGES, a_second: 212.0 })
    },
    Metric { noise: 0.07, ..one("checkout", "latency_p95_ms", Measure::Latency { of: ORDERS, tail: 1.61 }) },
    Metric {
        noise: 0.20,
        decimals: 5,
        ..one("checkout", "error_ratio", Measure::Errors { of: ORDERS, a_second: 9.0 })
    },
    Metric { each: true, decimals: 3, noise: 0.02, slow: 0.02, ..one("checkout", "heap_used_ratio", Measure::Heap) },
    Metric {
        noise: 0.08,
        ..one(
            "payments",
            "latency_p95_ms",
            Measure::Latency { of: &[("authorise", 0.7), ("saved_cards", 0.3)], tail: 2.3 },
        )
    },
    Metric {
        each: true,
        decimals: 0,
        noise: 0.14,
        slow: 0.04,
        ..one("payments", "db_pool_in_use", Measure::PoolInUse)
    },
    Metric {
        noise: 0.12,
        slow: 0.05,
        decimals: 2,
        ..one("payments", "db_pool_wait_mean_ms", Measure::PoolWait { check: 2.4 })
    },
    Metric {
        noise: 0.06,
        ..one(
            "payments",
            "provider_latency_p95_ms",
            Measure::Latency { of: &[("POST /v2/authorisations", 1.0)], tail: 1.81 },
        )
    },
    Metric {
        noise: 0.07,
        decimals: 3,
        ..one("payments-db", "cpu_ratio", Measure::Cpu { idle: 0.07, busy: 0.16, jobs: 0.24 })
    },
    Metric { decimals: 4, ..one("payments-db", "cache_hit_ratio", Measure::Hits { usual: 0.987 }) },
    Metric {
        each: true,
        decimals: 4,
        noise: 0.10,
        ..one("payments", "provider_error_ratio", Measure::Lost { of: "POST /v2/authorisations", a_second: 2.1 })
    },
    Metric { decimals: 0, ..one("warehouse", "pick_queue_depth", Measure::Queue { mean: 6.0 }) },
    Metric {
        each: true,
        decimals: 0,
        noise: 0.12,
        slow: 0.10,
        ..one("warehouse", "open_files", Measure::Level { idle: 148.0, busy: 46.0, most: 1_024.0 })
    },
    Metric { decimals: 2, noise: 0.0, slow: 0.0, ..one("warehouse", "certificate_days_left", Measure::Certificate) },
    Metric { decimals: 0, noise: 0.0, slow: 0.0, ..one("warehouse", "reorder_run_seconds", Measure::LastRun) },
    Metric {
        each: true,
        decimals: 0,
        ..one("checkout", "payment_retries_total", Measure::Again { of: "PlaceOrder", a_second: 9.0 })
    },
    Metric {
        decimals: 3,
        ..one("shopfront", "workers_busy_ratio", Measure::Level { idle: 0.06, busy: 0.21, most: 1.0 })
    },
    Metric { decimals: 0, ..one("orders-queue", "ready_messages", Measure::Queue { mean: 11.0 }) },
    Metric {
        noise: 0.15,
        decimals: 2,
        ..one("orders-queue", "oldest_message_seconds", Measure::Level { idle: 0.3, busy: 0.5, most: 600.0 })
    },
    Metric { noise: 0.03, slow: 0.02, decimals: 4, ..one("price-cache", "hit_ratio", Measure::Hits { usual: 0.962 }) },
    Metric {
        noise: 0.01,
        slow: 0.04,
        decimals: 3,
        ..one("price-cache", "used_memory_ratio", Measure::Level { idle: 0.57, busy: 0.05, most: 1.0 })
    },
    Metric { each: true, decimals: 0, ..one("mailer", "messages_sent_total", Measure::Counter { a_second: 0.9 }) },
];
