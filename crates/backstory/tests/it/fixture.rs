//! A whole system in one string, and what is told of it in another.
//!
//! Sections begin with `//- ` and a name: `api.log` (whose lines are the service `api`'s, at INFO where they do not begin
//! with another level in capitals), `metrics`, `traces`, `changes`. A line begins with its moment, `10:40:00` or `day 3 10:40:00`; one line may stand for many, `10:00:00..day 4 10:00:00 every
//! 30s`, or `every ~30s` where the gaps are as uneven as in life. What follows two blanks is what happens then; `{8..14}` is
//! a number that varies in that range, the same at each run. `@api-1 ` before a line, or after a metric's service, names the
//! instance. `then ` before a line writes it below all others, however early
//! its moment: that is how lines come late.
//!
//! ```text
//! //- api.log
//! 10:00:00..12:00:00 every 30s  GET /cart 200 {8..14}ms
//! //- metrics
//! 10:00:00..12:00:00 every 1m  api queue_depth {3.0..5.0}
//! //- traces
//! 10:00:00..12:00:00 every 10s  shop->cart GET /cart {8..14}ms
//! 11:30:00..12:00:00 every 10s  shop->cart GET /cart {8..14}ms error
//! //- changes
//! 11:20:30 deploy api v42
//! ```
//!
//! Each line of what is told is `kind service "name" since onset, usual -> seen (strength at moment of raise)`.

use evidence::{DAY, HOUR, MINUTE, Nanos, SECOND, Time};
use expect_test::Expect;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::run;

/// Midnight before `day 1`.
const FIRST: Time = Time(1_793_491_200 * SECOND);

/// The levels that a line of a log may begin with.
const LEVELS: [&str; 3] = ["DEBUG ", "WARN ", "ERROR "];

/// Checks what is told of a system.
pub fn check_signals(system: &str, expected: Expect) {
    expected.assert_eq(&told(system));
}

/// What a replay prints of a system, one short line each.
pub fn told(system: &str) -> String {
    let place = written(system);
    let replayed = run(place.path(), &["replay", "evidence"]).well().json_lines();
    replayed.iter().map(|line| rendered(line) + "\n").collect()
}

/// Writes the files of a system below `evidence`.
pub fn written(system: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let evidence = place.path().join("evidence");
    std::fs::create_dir(&evidence).unwrap();
    for section in system.split("//- ").skip(1) {
        let (name, lines) = section.split_once('\n').unwrap();
        let happened = in_order(lines);
        let (file, text) = match name.trim() {
            "metrics" => ("metrics.csv", metrics(&happened)),
            "traces" => ("traces.jsonl", traces(&happened)),
            "changes" => ("changes.jsonl", changes(&happened)),
            log => (log, logs(log, &happened)),
        };
        std::fs::write(evidence.join(file), text).unwrap();
    }
    place
}

/// Something that happens at a moment.
struct Happened {
    at: Time,
    what: String,
    /// Written below all others.
    late: bool,
}

/// Everything that the lines of a section stand for, in order of time.
fn in_order(lines: &str) -> Vec<Happened> {
    let mut happened = Vec::new();
    let lines = lines.lines().map(str::trim).filter(|l| !l.is_empty());
    for (number, line) in lines.enumerate() {
        let (late, line) = line.strip_prefix("then ").map_or((false, line), |line| (true, line));
        let (when, what) = moment(line);
        let (until, every) = match when.rest.strip_prefix("..") {
            None => (when.at, None),
            Some(rest) => {
                let (until, _) = moment(rest);
                let every =
                    until.rest.trim_start().strip_prefix("every ").unwrap_or_else(|| panic!("how often? {line}"));
                (until.at, Some(every.split_whitespace().next().unwrap()))
            }
        };
        let what = if every.is_some() { line.split_once("  ").map_or("", |(_, what)| what) } else { what };
        let mut scatter = Scatter::of(line, number);
        for at in moments(when.at, until, every, &mut scatter) {
            happened.push(Happened { at, what: scatter.filled(what.trim()), late });
        }
    }
    happened.sort_by_key(|h| (h.late, h.at));
    happened
}

struct Moment<'a> {
    at: Time,
    rest: &'a str,
}

/// The moment with which a text begins, and what follows it.
fn moment(text: &str) -> (Moment<'_>, &str) {
    let (day, clock) = match text.strip_prefix("day ") {
        Some(rest) => {
            let (day, clock) = rest.split_once(' ').unwrap();
            (day.parse::<i64>().unwrap(), clock)
        }
        None => (1, text),
    };
    let part = |from: usize| clock[from..from + 2].parse::<i64>().unwrap_or_else(|e| panic!("{e}: {text}"));
    let at = FIRST + ((day - 1) * DAY + part(0) * HOUR + part(3) * MINUTE + part(6) * SECOND);
    (Moment { at, rest: &clock[8..] }, &clock[8..])
}

/// The moments from one to another (included), so often.
fn moments(from: Time, until: Time, every: Option<&str>, scatter: &mut Scatter) -> Vec<Time> {
    let Some(every) = every else { return vec![from] };
    let (uneven, every) = every.strip_prefix('~').map_or((false, every), |every| (true, every));
    let unit = every.len() - 1;
    let step = every[..unit].parse::<i64>().unwrap()
        * match &every[unit..] {
            "s" => SECOND,
            "m" => MINUTE,
            "h" => HOUR,
            other => panic!("{other} is no unit of time"),
        };
    let (mut at, mut all) = (from, Vec::new());
    while at <= until {
        all.push(at);
        let gap = if uneven { (step as f64 * -(1.0 - scatter.share()).ln()) as Nanos } else { step };
        at = at + gap.max(evidence::MILLISECOND);
    }
    all
}

/// Numbers that vary, the same at each run. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
/// (2014).
struct Scatter(u64);

impl Scatter {
    fn of(line: &str, number: usize) -> Scatter {
        Scatter((evidence::Hasher::new("fixture", 1).text(line).number(number as i64).id().0 >> 64) as u64)
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    }

    /// A text with a number in each of its ranges.
    fn filled(&mut self, text: &str) -> String {
        let mut parts = text.split('{');
        let mut filled = parts.next().unwrap().to_string();
        for part in parts {
            let (range, rest) = part.split_once('}').unwrap();
            let (low, high) = range.split_once("..").unwrap();
            let digits = low.split_once('.').map_or(0, |(_, d)| d.len() + 1);
            let (low, high): (f64, f64) = (low.parse().unwrap(), high.parse().unwrap());
            filled += &format!("{:.digits$}{rest}", low + (high - low) * self.share());
        }
        filled
    }
}

fn logs(name: &str, happened: &[Happened]) -> String {
    happened.iter().map(|h| logged(name, h) + "\n").collect()
}

/// A line as plain text; of an instance (`@api-1 …`) as JSON.
fn logged(name: &str, happened: &Happened) -> String {
    let (at, what) = (happened.at, &happened.what);
    let Some((instance, what)) = what.strip_prefix('@').and_then(|what| what.split_once(' ')) else {
        let levelled = LEVELS.iter().any(|level| what.starts_with(level));
        return format!("{at} {}{what}", if levelled { "" } else { "INFO " });
    };
    let service = name.trim_end_matches(".log");
    json!({"time": at.to_string(), "level": "info", "service": service, "pod": instance, "msg": what}).to_string()
}

/// `api queue_depth 3.2`, or of an instance `api@api-1 queue_depth 3.2`
fn metrics(happened: &[Happened]) -> String {
    let row = |h: &Happened| {
        let mut words = h.what.split_whitespace();
        let who = words.next().unwrap_or_default();
        let (service, instance) = who.split_once('@').unwrap_or((who, ""));
        format!("{},{service},{instance},{}\n", h.at, words.collect::<Vec<_>>().join(","))
    };
    "timestamp,service,instance,metric,value\n"
        .chars()
        .chain(happened.iter().map(row).collect::<String>().chars())
        .collect()
}

/// `deploy api v42`
fn changes(happened: &[Happened]) -> String {
    let change = |h: &Happened| {
        let mut words = h.what.splitn(3, ' ');
        let (kind, service, reference) = (words.next(), words.next(), words.next());
        json!({"time": h.at.to_string(), "kind": kind, "service": service, "ref": reference}).to_string() + "\n"
    };
    happened.iter().map(change).collect()
}

/// `shop->cart GET /cart 12ms error x3`: the caller's span and that of each call, one after the other, of which all but the
/// last of several fail; without an arrow one span.
fn traces(happened: &[Happened]) -> String {
    happened.iter().enumerate().map(|(n, h)| request(n as u64 + 1, h).to_string() + "\n").collect()
}

fn request(number: u64, happened: &Happened) -> Value {
    let (who, what) = happened.what.split_once(' ').unwrap();
    let (what, calls) = match what.rsplit_once(" x") {
        Some((what, calls)) => (what, calls.parse::<i64>().unwrap()),
        None => (what, 1),
    };
    let (what, failed) = what.strip_suffix(" error").map_or((what, false), |what| (what, true));
    let (name, took) = what.rsplit_once(' ').unwrap();
    let took = took.strip_suffix("ms").unwrap().parse::<i64>().unwrap() * evidence::MILLISECOND;
    let id = |n: i64| (number << 8) + n as u64;
    let span = |(id, parent): (u64, u64), from: Nanos, to: Nanos, failed: bool| {
        let parent = if parent == 0 { String::new() } else { format!("{parent:016x}") };
        json!({
            "traceId": format!("{number:032x}"), "spanId": format!("{id:016x}"), "parentSpanId": parent, "name": name,
            "startTimeUnixNano": (happened.at.0 + from).to_string(),
            "endTimeUnixNano": (happened.at.0 + to).to_string(),
            "status": if failed { json!({"code": 2}) } else { json!({}) },
        })
    };
    let of = |service: &str, span: Value| {
        json!({
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
            "scopeSpans": [{"spans": [span]}],
        })
    };
    let Some((caller, callee)) = who.split_once("->") else {
        return json!({"resourceSpans": [of(who, span((id(0), 0), 0, took, failed))]});
    };
    let around = evidence::MILLISECOND;
    let whole = span((id(0), 0), -around, calls * took + around, failed && calls == 1);
    let call = |n: i64| of(callee, span((id(n), id(0)), (n - 1) * took, n * took, failed && (calls == 1 || n < calls)));
    let all: Vec<Value> = std::iter::once(of(caller, whole)).chain((1..=calls).map(call)).collect();
    json!({"resourceSpans": all})
}

/// A line of a replay in short: what, since when, how much of it, how strong and when it was raised.
fn rendered(line: &Value) -> String {
    let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_string();
    let number = |key: &str| line[key].as_f64().unwrap();
    format!(
        "{} {} {:?} since {}, {} -> {} {} ({:.2} at {})",
        text("/kind"),
        text("/subject/service"),
        text("/subject/name"),
        said(&text("/onset")),
        short(number("baseline")),
        short(number("observed")),
        text("/unit"),
        number("strength"),
        said(&text("/detected_at")),
    )
}

/// A moment as the mini-language writes it.
fn said(rfc3339: &str) -> String {
    let at = ingest::time_of(rfc3339, &ingest::Settings::default()).unwrap();
    let day = (at - FIRST) / DAY + 1;
    let clock = &rfc3339[11..19];
    if day == 1 { clock.to_string() } else { format!("day {day} {clock}") }
}

/// Three digits are enough to compare by eye.
fn short(number: f64) -> String {
    if number == 0.0 {
        return "0".to_string();
    }
    let digits = (2 - number.abs().log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{number:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}
