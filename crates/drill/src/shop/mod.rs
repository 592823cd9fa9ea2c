//! Hollyhock, a shop that sells plants and does not exist: who is in it, who calls whom, what it measures, what it says.
//!
//! Everything here is a table and nothing happens: [`crate::world`] makes it live. A new service, queue, cache or outside
//! party is an entry in [`SERVICES`], its work in [`operations::OPERATIONS`], its lines a file under `lines/`, its gauges in
//! [`METRICS`]. Tests below check that the tables agree with one another. Read [`Service`] first.

pub mod lines;
mod metrics;
mod operations;
pub mod rules;
pub mod work;

pub use metrics::{METRICS, Measure, Metric};
pub use operations::{Callee, ENTRIES, Mix, OPERATIONS, Operation, operation};

/// A part of the shop that runs, or an outside party that it calls.
#[derive(Debug)]
pub struct Service {
    /// What everybody calls it.
    pub name: &'static str,
    /// How many run at a time.
    pub pods: usize,
    /// How its instances are called.
    pub naming: Naming,
    /// How it writes its log; `None` for an outside party, whose log nobody here can read.
    pub logs: Option<Style>,
    /// The version that runs when the world begins.
    pub version: [u32; 3],
    /// Deploys on a working day, in the mean.
    pub deploys_a_day: f64,
}

/// How a service's instances are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As a deployment's pods are: `checkout-6f9d4c7b58-x7k2p`, another name at each start.
    Pod,
    /// As a machine is: always the same.
    Host(&'static str),
}

/// How a service writes a log line; each after another fashion, as teams do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// JSON with an RFC 3339 `time` and a `msg`.
    Json,
    /// JSON with seconds since 1970 as `ts`.
    JsonEpoch,
    /// As Java loggers do: `2026-03-10 19:22:41,118 INFO  pod [thread] class - text`.
    Java,
    /// As Python's logging does: `2026-03-10 19:22:41,118 pod WARNING logger: text`.
    Python,
    /// As a database behind a log collector does: `2026-03-10T19:22:41.118Z host postgres[1422]: LOG:  text`.
    Database,
    /// As Go's log package does: `2026/03/10 19:22:41.118041 pod INFO text`.
    Go,
}

/// All of the shop. The order is that of the request's way.
pub const SERVICES: &[Service] = &[
    Service {
        name: "shopfront",
        pods: 4,
        naming: Naming::Pod,
        logs: Some(Style::Json),
        version: [7, 31, 2],
        deploys_a_day: 0.36,
    },
    Service {
        name: "checkout",
        pods: 3,
        naming: Naming::Pod,
        logs: Some(Style::Java),
        version: [3, 18, 0],
        deploys_a_day: 0.26,
    },
    Service {
        name: "payments",
        pods: 3,
        naming: Naming::Pod,
        logs: Some(Style::Python),
        version: [2, 9, 4],
        deploys_a_day: 0.16,
    },
    Service {
        name: "payments-db",
        pods: 1,
        naming: Naming::Host("paydb-01"),
        logs: Some(Style::Database),
        version: [16, 4, 0],
        deploys_a_day: 0.0,
    },
    Service {
        name: "warehouse",
        pods: 2,
        naming: Naming::Pod,
        logs: Some(Style::JsonEpoch),
        version: [5, 2, 11],
        deploys_a_day: 0.18,
    },
    Service {
        name: "mailer",
        pods: 2,
        naming: Naming::Pod,
        logs: Some(Style::Go),
        version: [1, 44, 0],
        deploys_a_day: 0.12,
    },
    Service {
        name: "orders-queue",
        pods: 1,
        naming: Naming::Host("queue-01"),
        logs: Some(Style::Database),
        version: [3, 13, 7],
        deploys_a_day: 0.0,
    },
    Service {
        name: "price-cache",
        pods: 1,
        naming: Naming::Host("cache-01"),
        logs: Some(Style::Database),
        version: [8, 0, 2],
        deploys_a_day: 0.0,
    },
    Service {
        name: PROVIDER,
        pods: 1,
        naming: Naming::Host("api.cardway.example"),
        logs: None,
        version: [0, 0, 0],
        deploys_a_day: 0.0,
    },
];

/// The payment provider outside.
pub const PROVIDER: &str = "cardway";

/// The place of a service in [`SERVICES`].
pub fn index_of(name: &str) -> usize {
    SERVICES.iter().position(|s| s.name == name).expect("the tables name only services of the shop: a test checks it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_names_only_what_there_is() {
        let known = |name: &str| SERVICES.iter().any(|s| s.name == name);
        assert!(OPERATIONS.iter().all(|o| known(o.service)));
        assert!(METRICS.iter().all(|m| known(m.service)));
        assert!(lines::all().all(|l| known(l.service)));
        let measured = |r: &rules::Rule| METRICS.iter().any(|m| (m.service, m.name) == (r.service, r.metric));
        assert!(rules::RULES.iter().all(measured));
        assert!(work::COMMITS.iter().all(|w| known(w.service)));
        for o in OPERATIONS {
            o.calls.iter().for_each(|c| assert!(!operation(c.operation).service.is_empty()));
        }
        ENTRIES.iter().for_each(|(name, _)| assert!(!operation(name).name.is_empty()));
    }

    #[test]
    fn names_are_given_once() {
        let mut names: Vec<&str> = SERVICES.iter().map(|s| s.name).chain(OPERATIONS.iter().map(|o| o.name)).collect();
        names.extend(lines::all().map(|l| l.id));
        let many = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), many);
    }
}
