//! Evidence that nobody wrote: the same bytes on every machine, as mixed as what services really leave behind.
//!
//! A log that repeats one line flatters every stage that remembers lines, and random text flatters none; so there are
//! some dozens of sentences, a few of them most of the file, with numbers, addresses, ids, paths, queries and traces in
//! the places where they stand in life. The load has a rhythm of a day, and in the last stretch one service begins to
//! hurt, so that the engine, the story and the telling have work to do.

use std::f64::consts::TAU;
use std::io::Write;

use evidence::{DAY, HOUR, MILLISECOND, MINUTE, Nanos, Time};

/// When all invented evidence begins: 2026-11-16, a Monday, at midnight UTC.
pub const BEGIN: Time = Time(1_794_787_200 * evidence::SECOND);

/// How much of something there is: bytes of text spread over so much time. The fewer bytes, the shorter the time, so
/// that a minute is as full in a small file as in a large one.
#[derive(Clone, Copy)]
pub struct Size {
    /// About how many bytes.
    pub bytes: usize,
    /// Over how long.
    pub span: Nanos,
}

/// What was invented, and how many records it holds: lines that begin a record, points, or spans.
pub struct Invented {
    /// The text.
    pub text: Vec<u8>,
    /// Records in it.
    pub records: u64,
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `n`.
    fn below(&mut self, n: u64) -> u64 {
        self.bits() % n.max(1)
    }

    /// Between 0 and 1, never 0.
    fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    /// A length of time around a typical one, with a long tail to the right.
    fn around(&mut self, typical: f64) -> f64 {
        let spread: f64 = (0..4).map(|_| self.share()).sum::<f64>() - 2.0;
        typical * (0.9 * spread).exp()
    }
}

/// One sentence: how often (as a weight), how bad, which logger, and its words with `{}` for what varies.
struct Sentence(u64, &'static str, &'static str, &'static str);

/// What ordinary life says. `{o}` is an order, `{u}` a UUID, `{i}` an address, `{n}` a number, `{m}` milliseconds,
/// `{h}` hexadecimal, `{w}` a word, `{p}` a path, `{q}` a product, `{e}` a mail address.
const ORDINARY: &[Sentence] = &[
    Sentence(900, "INFO", "http.Access", "GET {p} 200 {n} bytes in {m} ms from {i}"),
    Sentence(500, "INFO", "http.Access", "POST /api/v2/orders/{o}/lines 201 {n} bytes in {m} ms from {i}"),
    Sentence(420, "INFO", "order.PlaceOrder", "order {o} accepted: {n} items, total {m} EUR, customer {u}"),
    Sentence(400, "DEBUG", "cache.Prices", "hit for key price:{q}:{n} ttl={n}s size={n}"),
    Sentence(330, "INFO", "basket.Pricing", "basket {u} priced: {n} lines in {m} ms"),
    Sentence(300, "DEBUG", "db.Pool", "connection {n} taken after {m} ms, {n} of 32 in use"),
    Sentence(260, "INFO", "queue.Consumer", "consumed offset {n} of partition {n} topic=orders.{w} lag={n}"),
    Sentence(
        220,
        "DEBUG",
        "db.Statement",
        "SELECT id, state, total FROM orders WHERE customer = '{u}' AND placed > {n} LIMIT 50 took {m} ms",
    ),
    Sentence(180, "INFO", "auth.Sessions", "session {h} renewed for {e} from {i}"),
    Sentence(160, "INFO", "delivery.Slots", "offered slot '{w} 8-12' to {n} via warehouse-{n}"),
    Sentence(140, "INFO", "payments.Client", "authorised {m} EUR for order {o}, reference {h}, attempt {n}"),
    Sentence(120, "INFO", "mail.Sender", "sent template {w} to {e} id=<{h}@mail.example.org>"),
    Sentence(100, "DEBUG", "search.Index", "query \"{w} {q}\" matched {n} of {n} documents in {m} ms"),
    Sentence(90, "WARN", "http.Slow", "GET {p} took {m} ms, over the limit of 1500 ms"),
    Sentence(80, "INFO", "gc.Pause", "Pause Young (Normal) (G1 Evacuation Pause) {n}M->{n}M({n}M) {m}ms"),
    Sentence(70, "INFO", "stock.Level", "product {q} at {n} pieces in warehouse-{n}, reorder at {n}"),
    Sentence(
        60,
        "WARN",
        "payments.Client",
        "retrying order {o}: upstream answered 503 after {m} ms (attempt {n} of 3)",
    ),
    Sentence(50, "INFO", "config.Watch", "read {p} revision {h}, nothing changed"),
    Sentence(
        45,
        "DEBUG",
        "http.Headers",
        "{\"method\":\"GET\",\"path\":\"{p}\",\"status\":200,\"bytes\":{n},\"took_ms\":{m}}",
    ),
    Sentence(40, "INFO", "metrics.Push", "pushed {n} series to {i}:9091 in {m} ms"),
    Sentence(35, "WARN", "db.Pool", "pool at {n} of 32, oldest connection {h} held for {m} ms"),
    Sentence(30, "INFO", "jobs.Nightly", "step {w} of job {u}: {n} rows, {n} skipped, {m} ms"),
    Sentence(28, "ERROR", "payments.Client", "no answer from {i}:8443 within 3000 ms for order {o}"),
    Sentence(25, "INFO", "tls.Handshake", "TLSv1.3 with {i}:{n} cipher TLS_AES_256_GCM_SHA384 in {m} ms"),
    Sentence(22, "INFO", "feature.Flags", "flag {w}-{w} is on for {n}% of customers"),
    Sentence(20, "WARN", "image.Scale", "{p} is {n}x{n} pixels, scaled to 1200x800 in {m} ms"),
    Sentence(18, "INFO", "coupon.Check", "coupon {h} refused for {e}: expired"),
    Sentence(
        15,
        "ERROR",
        "mail.Sender",
        "550 5.1.1 <{e}>: Recipient address rejected: User unknown in local recipient table",
    ),
    Sentence(12, "INFO", "lease.Keeper", "lease {u} kept until {n}, holder {w}-{n}"),
    Sentence(10, "WARN", "kernel.Clock", "clock moved by {m} ms against {i}"),
    Sentence(8, "INFO", "export.Ledger", "wrote {p} with {n} rows, sha256 {h}{h}"),
    Sentence(6, "ERROR", "order.PlaceOrder", "order {o} refused: constraint fk_lines_product ({q}) violated"),
    Sentence(4, "INFO", "admin.Audit", "{e} changed {w} of product {q} from '{w}' to '{w}'"),
    Sentence(2, "WARN", "disk.Watch", "{p} at {n}% of {n} GB"),
];

/// What is said more and more once a service hurts.
const HURTING: &[Sentence] = &[
    Sentence(50, "WARN", "db.Pool", "pool exhausted: {n} waiting, oldest for {m} ms"),
    Sentence(30, "ERROR", "payments.Client", "no answer from {i}:8443 within 3000 ms for order {o}"),
    Sentence(12, "ERROR", "order.PlaceOrder", "circuit to payments opened after {n} failures, order {o} parked"),
];

const SERVICES: &[&str] =
    &["shopfront", "checkout", "payments", "catalogue", "warehouse", "mailer", "search", "accounts"];
const WORDS: &[&str] = &[
    "spring", "rose", "tomorrow", "saturday", "welcome", "receipt", "bulk", "express", "pending", "garden", "seed",
    "oak", "prune", "compact", "invoice", "refund",
];
const PATHS: &[&str] = &["/api/v2/products", "/static/img", "/api/v2/baskets", "/var/lib/shop/export", "/health/ready"];
/// What stands below some errors.
const TRACE: &str = "java.util.concurrent.TimeoutException: no answer within 3000 ms
\tat shop.example.payments.PaymentsClient.await(PaymentsClient.java:141)
\tat shop.example.payments.PaymentsClient.authorise(PaymentsClient.java:88)
\tat shop.example.order.PlaceOrder.handle(PlaceOrder.java:97)
\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1144)
\t... 9 more
";

/// How much of the usual load there is at a moment, by the hour of the day.
fn load(at: Time) -> f64 {
    let day = (at - BEGIN).rem_euclid(DAY) as f64 / DAY as f64;
    1.0 + 0.6 * (TAU * (day - 0.35)).sin()
}

/// How much it hurts at a moment, from 0 to 1: over the last two hours, or the last third of less.
fn hurt(at: Time, end: Time, span: Nanos) -> f64 {
    let stretch = (2 * HOUR).min(span / 3).max(1);
    (1.0 - (end - at) as f64 / stretch as f64).clamp(0.0, 1.0)
}

fn chosen<'a>(dice: &mut Dice, from: &'a [Sentence], total: u64) -> &'a Sentence {
    let mut left = dice.below(total);
    let found = from.iter().find(|sentence| {
        let here = left < sentence.0;
        left = left.saturating_sub(sentence.0);
        here
    });
    found.unwrap_or(&from[0])
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Memory takes all.
    let _ = out.write_fmt(text);
}

/// A sentence with its holes filled.
fn filled(dice: &mut Dice, words: &str, slow: f64, out: &mut Vec<u8>) {
    let mut rest = words;
    while let Some(open) = rest.find('{') {
        out.extend_from_slice(&rest.as_bytes()[..open]);
        let bytes = &rest.as_bytes()[open..];
        if bytes.get(2) != Some(&b'}') {
            out.push(b'{');
            rest = &rest[open + 1..];
            continue;
        }
        match bytes[1] {
            b'o' => put(out, format_args!("{}", 400_000 + dice.below(500_000))),
            b'u' => {
                let (a, b) = (dice.bits(), dice.bits());
                put(
                    out,
                    format_args!(
                        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                        a >> 32,
                        a >> 16 & 0xffff,
                        a & 0xfff,
                        b >> 52,
                        b & 0xffff_ffff_ffff
                    ),
                );
            }
            b'i' => put(out, format_args!("10.{}.{}.{}", dice.below(4), dice.below(32), dice.below(250) + 1)),
            b'n' => {
                let below = [10, 100, 1_000, 100_000][dice.below(4) as usize];
                put(out, format_args!("{}", dice.below(below)));
            }
            b'm' => put(out, format_args!("{:.1}", dice.around(40.0 * slow))),
            b'h' => put(out, format_args!("{:016x}", dice.bits())),
            b'w' => out.extend_from_slice(dice.pick(WORDS).as_bytes()),
            b'p' => put(out, format_args!("{}/{}", dice.pick(PATHS), dice.below(9_000))),
            b'q' => put(out, format_args!("SKU-{}-{:04}", dice.pick(&["A", "B", "C", "D"]), dice.below(2_000))),
            _ => put(out, format_args!("customer{}@example.org", dice.below(40_000))),
        }
        rest = &rest[open + 3..];
    }
    out.extend_from_slice(rest.as_bytes());
}

/// What is written next: when, by whom, which sentence, and how slow everything is.
struct Next<'a> {
    at: Time,
    service: &'static str,
    pod: u64,
    sentence: &'a Sentence,
    slow: f64,
}

/// Calls `write` with one event after the other until `size` is reached; `width` is what one takes in the mean.
fn events(size: Size, width: usize, seed: u64, mut write: impl FnMut(&mut Dice, &Next<'_>, &mut Vec<u8>)) -> Invented {
    let mut dice = Dice(seed);
    let (ordinary, hurting) = (ORDINARY.iter().map(|s| s.0).sum(), HURTING.iter().map(|s| s.0).sum());
    let gap = size.span as f64 / (size.bytes / width).max(1) as f64;
    let end = BEGIN + size.span;
    let (mut text, mut records, mut at) = (Vec::with_capacity(size.bytes + (size.bytes >> 3)), 0, BEGIN);
    loop {
        at = at + (-gap * dice.share().ln() / load(at)) as Nanos + 1;
        if at >= end {
            return Invented { text, records };
        }
        let hurt = hurt(at, end, size.span);
        let bad = hurt > 0.0 && dice.share() < 0.12 * hurt;
        let sentence = if bad { chosen(&mut dice, HURTING, hurting) } else { chosen(&mut dice, ORDINARY, ordinary) };
        let service = SERVICES[(dice.below(SERVICES.len() as u64) as usize + sentence.3.len()) % SERVICES.len()];
        let pod = dice.below(3);
        write(&mut dice, &Next { at, service, pod, sentence, slow: 1.0 + 3.0 * hurt }, &mut text);
        records += 1;
    }
}

/// A plain log as many loggers write it, all services in one stream, with a trace below some errors.
pub fn plain(size: Size) -> Invented {
    events(size, 131, 1, |dice, next, out| {
        let Sentence(_, level, logger, words) = next.sentence;
        let (service, pod) = (next.service, next.pod);
        put(out, format_args!("{} {level:5} [{service}-{pod}] {logger} - ", stamp(next.at)));
        filled(dice, words, next.slow, out);
        out.push(b'\n');
        if *level == "ERROR" && dice.below(8) == 0 {
            out.extend_from_slice(TRACE.as_bytes());
        }
    })
}

/// The same life as JSON, one record a line, with fields beside the message.
pub fn json(size: Size) -> Invented {
    events(size, 256, 2, |dice, next, out| {
        let Sentence(_, level, logger, words) = next.sentence;
        let (service, pod) = (next.service, next.pod);
        put(
            out,
            format_args!(
                "{{\"time\":\"{}\",\"level\":\"{level}\",\"service\":\"{service}\",\
                 \"pod\":\"{service}-{pod}\",\"logger\":\"{logger}\",\"msg\":\"",
                stamp(next.at)
            ),
        );
        let from = out.len();
        filled(dice, words, next.slow, out);
        escape(out, from);
        put(
            out,
            format_args!(
                "\",\"trace_id\":\"{:016x}{:016x}\",\"took_ms\":{:.1}}}\n",
                dice.bits(),
                dice.bits(),
                dice.around(30.0 * next.slow)
            ),
        );
    })
}

/// Escapes what stands from `from` on as the inside of a JSON text.
fn escape(out: &mut Vec<u8>, from: usize) {
    if out[from..].contains(&b'"') {
        let inside = out.split_off(from);
        for byte in inside {
            if byte == b'"' {
                out.push(b'\\');
            }
            out.push(byte);
        }
    }
}

/// RFC 3339 with milliseconds.
fn stamp(at: Time) -> String {
    Time(at.0 / MILLISECOND * MILLISECOND).to_string()
}

/// What is measured of each pod: the name and a typical value.
const METRICS: &[(&str, f64)] = &[
    ("http_requests_per_second", 40.0),
    ("http_latency_p50_ms", 18.0),
    ("http_latency_p99_ms", 240.0),
    ("http_error_ratio", 0.004),
    ("db_pool_in_use", 9.0),
    ("db_pool_wait_ms", 2.5),
    ("heap_used_ratio", 0.55),
    ("cpu_ratio", 0.3),
    ("queue_depth", 12.0),
    ("cache_hit_ratio", 0.93),
    ("open_files", 210.0),
];

/// Points of some hundreds of series as long CSV, scrape after scrape, one a minute: the time alone says how many.
pub fn points(size: Size) -> Invented {
    let mut dice = Dice(3);
    let end = BEGIN + size.span;
    let (mut text, mut records) = (b"timestamp,service,metric,instance,value\n".to_vec(), 0);
    let series = SERVICES.len() * METRICS.len() * 3;
    let mut slow: Vec<f64> = vec![0.0; series];
    let mut at = BEGIN;
    while at < end {
        at = at + MINUTE;
        let (load, hurt, stamp) = (load(at), hurt(at, end, size.span), at.to_string());
        for (number, drift) in slow.iter_mut().enumerate() {
            let (service, rest) = (number % SERVICES.len(), number / SERVICES.len());
            let (metric, pod) = (rest % METRICS.len(), rest / METRICS.len());
            *drift = 0.995 * *drift + 0.02 * (dice.share() - 0.5);
            let noise = (dice.share() + dice.share() - 1.0) * 0.2;
            let worse = if service == 2 && (3..6).contains(&metric) { 1.0 + 4.0 * hurt } else { 1.0 };
            let value = METRICS[metric].1 * load.sqrt() * (1.0 + noise + *drift) * worse;
            let (service, metric) = (SERVICES[service], METRICS[metric].0);
            put(&mut text, format_args!("{stamp},{service},{metric},{service}-{pod},{value:.4}\n"));
            records += 1;
        }
    }
    Invented { text, records }
}

/// Requests as OTLP/JSON, one export a line, each with the spans of one request through the services.
pub fn spans(size: Size) -> Invented {
    let mut dice = Dice(4);
    let gap = size.span as f64 / (size.bytes / 3_660).max(1) as f64;
    let end = BEGIN + size.span;
    let (mut text, mut records, mut at) = (Vec::with_capacity(size.bytes + (size.bytes >> 3)), 0, BEGIN);
    loop {
        at = at + (-gap * dice.share().ln() / load(at)) as Nanos + 1;
        if at >= end {
            return Invented { text, records };
        }
        let slow = 1.0 + 3.0 * hurt(at, end, size.span);
        let (trace, root) = ((dice.bits(), dice.bits()), dice.bits());
        let mut parent = None;
        text.extend_from_slice(b"{\"resourceSpans\":[");
        // The request goes through a chain of services, each a little shorter than the one that called it.
        let mut took = dice.around(90.0 * slow);
        for (depth, service) in SERVICES.iter().take(3 + dice.below(4) as usize).enumerate() {
            if depth > 0 {
                text.push(b',');
            }
            put(
                &mut text,
                format_args!(
                    "{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\
                     \"value\":{{\"stringValue\":\"{service}\"}}}},{{\"key\":\"service.instance.id\",\
                     \"value\":{{\"stringValue\":\"{service}-{}\"}}}}]}},\
                     \"scopeSpans\":[{{\"scope\":{{\"name\":\"http\"}},\"spans\":[",
                    dice.below(3)
                ),
            );
            let server = root.wrapping_add(2 * depth as u64 + 1);
            span(&mut dice, &mut text, trace, server, parent, (*service, "Serve"), at, took);
            text.push(b',');
            span(
                &mut dice,
                &mut text,
                trace,
                server.wrapping_add(1),
                Some(server),
                (*service, "Query"),
                at,
                took * 0.3,
            );
            text.extend_from_slice(b"]}]}");
            records += 2;
            parent = Some(server);
            took *= 0.4 + 0.5 * dice.share();
        }
        text.extend_from_slice(b"]}\n");
    }
}

#[expect(clippy::too_many_arguments, reason = "the fields of one span; a struct would be filled once and read once")]
fn span(
    dice: &mut Dice,
    text: &mut Vec<u8>,
    trace: (u64, u64),
    id: u64,
    parent: Option<u64>,
    (service, verb): (&str, &str),
    at: Time,
    took_ms: f64,
) {
    let above = parent.map_or(String::new(), |p| format!(",\"parentSpanId\":\"{p:016x}\""));
    let status = if dice.share() < 0.004 { "{\"code\":2}" } else { "{}" };
    let to = at + (took_ms * MILLISECOND as f64) as Nanos;
    put(
        text,
        format_args!(
            "{{\"traceId\":\"{:016x}{:016x}\",\"spanId\":\"{id:016x}\"{above},\"name\":\"{service}/{verb}\",\"kind\":2,\
             \"startTimeUnixNano\":\"{}\",\"endTimeUnixNano\":\"{}\",\
             \"attributes\":[{{\"key\":\"http.status_code\",\"value\":{{\"intValue\":\"200\"}}}}],\
             \"status\":{status}}}",
            trace.0, trace.1, at.0, to.0
        ),
    );
}
