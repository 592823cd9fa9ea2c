//! Names of services and of their instances, as they are hidden in the names of files, pods and hosts.
//!
//! Refuses to know where such a name was found.

/// Stems of files that say what a file is, not whose.
const GENERIC: &[&str] = &[
    "app",
    "application",
    "service",
    "server",
    "log",
    "logs",
    "messages",
    "syslog",
    "stdout",
    "stderr",
    "output",
    "console",
    "out",
    "error",
    "errors",
    "access",
    "data",
    "records",
    "test",
    "main",
    "default",
    "all",
    "combined",
    "events",
    "system",
    "debug",
    "info",
    "warn",
    "trace",
    "daemon",
    "kern",
    "auth",
    "user",
    "root",
    "current",
    "previous",
    "docker",
    "json",
    "-",
];
/// Endings that say how a file is written.
const ENDINGS: &[&str] =
    &[".gz", ".log", ".txt", ".json", ".jsonl", ".ndjson", ".out", ".err", ".logfmt", ".csv", ".old", ".bak", "-json"];

/// The service that a file of logs is named after: `booking` for `logs/booking-2026-01-01.log.gz` and `booking.log.1`;
/// `None` where the name says only that it is a log.
pub(crate) fn service_of_file(name: &str) -> Option<String> {
    let mut stem = name.rsplit(['/', '\\']).next()?;
    while let Some(shorter) = shortened(stem) {
        stem = shorter;
    }
    let stem = service_of_pod(stem).unwrap_or(stem);
    let generic = GENERIC.iter().any(|g| g.eq_ignore_ascii_case(stem));
    let named = stem.chars().any(char::is_alphabetic);
    (named && !generic).then(|| stem.to_string())
}

/// The name without one ending: of form, of rotation, or of date.
fn shortened(stem: &str) -> Option<&str> {
    let lower = stem.to_ascii_lowercase();
    if let Some(ending) = ENDINGS.iter().find(|ending| lower.ends_with(*ending)) {
        return stem.get(..stem.len() - ending.len());
    }
    without_date(stem).or_else(|| {
        let digits = stem.bytes().rev().take_while(u8::is_ascii_digit).count();
        let before = stem.get(..stem.len() - digits)?.strip_suffix('.')?;
        (1..=3).contains(&digits).then_some(before)
    })
}

/// The name without the date that it ends with, and what follows the date: `booking` of `booking-2026-01-01T13`.
fn without_date(stem: &str) -> Option<&str> {
    let tail = stem.bytes().rev().take_while(|b| b.is_ascii_digit() || b"-_.T:".contains(b)).count();
    let shape: Vec<u8> = stem.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b }).collect();
    (stem.len() - tail..stem.len()).find_map(|at| {
        let (between, after) = shape[at..].split_first()?;
        let year = stem.get(at + 1..at + 3).is_some_and(|y| matches!(y, "19" | "20"));
        let date = after.starts_with(b"00000000")
            || after.starts_with(b"0000-00")
            || after.starts_with(b"0000_00")
            || after.starts_with(b"0000.00");
        (b"-_.".contains(between) && year && date).then_some(&stem[..at])
    })
}

/// The letters that Kubernetes makes random suffixes from.
const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// The service behind a pod's name, `svc` of `svc-5d8f7c9b6d-x2x9k`: a deployment's pods end with the hash of their
/// replica set and five letters. `None` where the name is no such one.
pub(crate) fn service_of_pod(name: &str) -> Option<&str> {
    let (rest, last) = name.rsplit_once('-')?;
    let (service, hash) = rest.rsplit_once('-')?;
    let safe = |part: &str| part.bytes().all(|b| SAFE.contains(&b));
    let hex = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let digit = |part: &str| part.bytes().any(|b| b.is_ascii_digit());
    let is_hash = (5..=10).contains(&hash.len()) && (safe(hash) || hex(hash)) && (digit(hash) || hash.len() >= 8);
    let is_last = last.len() == 5 && (safe(last) || hex(last)) && (digit(last) || digit(hash));
    (is_hash && is_last && service.bytes().any(|b| b.is_ascii_alphabetic())).then_some(service)
}

/// Whether a text may be the name of a host or pod: one word with a letter, and a digit or a dot in it.
pub(crate) fn is_host(text: &[u8]) -> bool {
    let word = text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':'));
    let letter = text.iter().any(u8::is_ascii_alphabetic);
    let telling = text.iter().any(|b| b.is_ascii_digit() || *b == b'.');
    // `12.3ms` is a length of time.
    let number = text.first().is_some_and(u8::is_ascii_digit) && text.contains(&b'.');
    (2..=253).contains(&text.len()) && word && letter && telling && !number && !is_thread(text)
}

/// Whether a text is a thread's usual name: `main`, `exec-3`, `http-nio-8080-exec-1`, `pool-1-thread-2`.
fn is_thread(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let has = |word: &[u8]| memchr::memmem::find(&lower, word).is_some();
    [&b"thread"[..], b"exec", b"pool", b"main", b"timer", b"scheduler", b"executor"].iter().any(|word| has(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_services_unless_they_are_just_logs() {
        let told = |name: &str| service_of_file(name).unwrap_or_else(|| "-".into());
        for (name, service) in [
            ("booking.log", "booking"),
            ("logs/booking.log.1", "booking"),
            ("a/booking-2026-01-01.log.gz", "booking"),
            ("booking.log-20260101.gz", "booking"),
            ("booking_2026-01-01-13.jsonl", "booking"),
            ("booking-5d8f7c9b6d-x2x9k.log", "booking"),
            ("order-v2.log", "order-v2"),
            ("app.log", "-"),
            ("SYSLOG.2.gz", "-"),
            ("-", "-"),
            ("2026-01-01.log", "-"),
            ("", "-"),
        ] {
            assert_eq!(told(name), service, "{name}");
        }
    }

    #[test]
    fn pods_name_their_service() {
        assert_eq!(service_of_pod("svc-5d8f7c9b6d-x2x9k"), Some("svc"));
        assert_eq!(service_of_pod("gift-shop-3f0e7a91bc-d20e1"), Some("gift-shop"));
        for name in ["front-admin-users", "api-1", "web-01.example.com", "ip-10-0-0-1", "a", "", "redis-cluster-node"] {
            assert_eq!(service_of_pod(name), None, "{name}");
        }
    }

    #[test]
    fn hosts_are_told_from_threads() {
        assert!(is_host(b"web-01") && is_host(b"unit05") && is_host(b"a.example.com") && is_host(b"gift-shop-04"));
        assert!(!is_host(b"main") && !is_host(b"exec-3") && !is_host(b"http-nio-8080-exec-1") && !is_host(b"INFO"));
        assert!(!is_host(b"1234") && !is_host(b"pool-1-thread-2"));
    }
}
