//! Numbers with the unit that their metric's name tells, and how a person says what is usual.
//!
//! Units are those of Prometheus' and OpenTelemetry's naming: the last word of a name.

use signal::{Kind, Signal, Unit};

use crate::spoken::{number, of_hundred};

/// The last words of metrics' names and what they measure.
const ENDINGS: &[(&str, Measured)] = &[
    ("seconds", Measured::Of(" s")),
    ("milliseconds", Measured::Of(" ms")),
    ("ms", Measured::Of(" ms")),
    ("microseconds", Measured::Of(" µs")),
    ("us", Measured::Of(" µs")),
    ("minutes", Measured::Of(" minutes")),
    ("hours", Measured::Of(" hours")),
    ("days", Measured::Of(" days")),
    ("bytes", Measured::Bytes(1.0)),
    ("kb", Measured::Bytes(1e3)),
    ("mb", Measured::Bytes(1e6)),
    ("gb", Measured::Bytes(1e9)),
    ("ratio", Measured::Share),
    ("percent", Measured::Of(" %")),
    ("pct", Measured::Of(" %")),
    ("celsius", Measured::Of(" °C")),
    ("volts", Measured::Of(" V")),
    ("watts", Measured::Of(" W")),
];

#[derive(Clone, Copy)]
enum Measured {
    Of(&'static str),
    /// So many bytes each.
    Bytes(f64),
    /// 1 is the whole.
    Share,
}

/// What a metric's name says that it measures: `latency_p95_ms`, `http_request_seconds_total`, `days_left{domain="x"}`.
fn measured(name: &str) -> Option<Measured> {
    let name = name.split('{').next().unwrap_or_default().to_ascii_lowercase();
    let mut words = name.rsplit(['_', '.']).filter(|word| !matches!(*word, "total" | "left" | "used" | "max" | "avg"));
    let last = words.next()?;
    // A name of one word is no unit: a service may be called "ms".
    words.next()?;
    ENDINGS.iter().find(|(ending, _)| *ending == last).map(|(_, measured)| *measured)
}

/// A signal's number with its unit: `5,466 s`, `23.1 %`, `3 of 100 calls`, `49`.
pub fn amount(value: f64, signal: &Signal) -> String {
    match signal.unit {
        Unit::Share if signal.kind == Kind::LogShare => format!("{} lines", of_hundred(value)),
        Unit::Share => format!("{} calls", of_hundred(value)),
        Unit::Milliseconds => format!("{} ms", number(value)),
        Unit::SecondsSince => format!("{} s", number(value)),
        Unit::CallsARequest => format!("{} calls a request", number(value)),
        Unit::Lines(_) | Unit::Times | Unit::Hours(_) => count(value),
        Unit::Value | Unit::OfLimit => with_unit(value, &signal.subject.name),
        Unit::Increase => format!("{} a minute", with_unit(value, &signal.subject.name)),
    }
}

/// A value of a metric with the unit that its name tells.
pub fn with_unit(value: f64, name: &str) -> String {
    match measured(name) {
        Some(Measured::Of(unit)) => format!("{}{unit}", number(value)),
        Some(Measured::Share) => format!("{} %", number(value * 100.0)),
        Some(Measured::Bytes(each)) => bytes(value * each),
        None => number(value),
    }
}

fn bytes(value: f64) -> String {
    let units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let found = units.into_iter().find(|(size, _)| value.abs() >= *size);
    found.map_or_else(|| format!("{} bytes", number(value)), |(size, unit)| format!("{} {unit}", number(value / size)))
}

/// A count that was expected or seen; what is expected need not be whole.
fn count(value: f64) -> String {
    match value {
        v if v <= 0.0 => "none".into(),
        v if v < 0.95 => "less than one".into(),
        v if v < 9.5 => number((v * 10.0).round() / 10.0),
        v => number(v.round()),
    }
}

/// The same for a column: `0`, `<1`, `59`.
pub fn count_short(value: f64) -> String {
    match value {
        v if v <= 0.0 => "0".into(),
        v if v < 0.95 => "<1".into(),
        v => number(v.round()),
    }
}

/// What the past let expect: `where 3,287 s is usual`, `where less than one is usual`, `where none is usual`.
pub fn usual(signal: &Signal) -> String {
    let said = amount(signal.baseline, signal);
    let is_count = matches!(signal.unit, Unit::Lines(_) | Unit::Times | Unit::Hours(_));
    let verb = if is_count && signal.baseline >= 1.05 { "are" } else { "is" };
    match signal.kind {
        Kind::MetricInstance => format!("where its siblings have {said}"),
        Kind::LogInstance => format!("where beside its siblings {said} {verb} usual"),
        _ => format!("where {said} {verb} usual"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_metric_tells_its_unit() {
        let said = |value, name| with_unit(value, name);
        assert_eq!(said(5466.0, "reorder_run_seconds"), "5,466 s");
        assert_eq!(said(0.231, "error_ratio{job=\"x_bytes\"}"), "23.1 %");
        assert_eq!(said(878.2, "latency_p95_ms"), "878 ms");
        assert_eq!(said(1.5e9, "process_resident_memory_bytes"), "1.5 GB");
        assert_eq!(said(3.0, "jvm_heap_used_mb"), "3 MB");
        assert_eq!(said(4.18, "certificate_days_left"), "4.18 days");
        assert_eq!(said(49.0, "db_connections"), "49");
        assert_eq!(said(7.0, "ms"), "7");
    }
}
