//! `traces.jsonl`: requests that were sampled, as OTLP/JSON, one request a line.

use std::collections::BTreeMap;
use std::fmt::Write;

use evidence::{DAY, MINUTE, Nanos, SECOND, Time};

use super::File;
use crate::chance::Chance;
use crate::moments::seconds;
use crate::shop::{ENTRIES, PROVIDER, SERVICES, operation};
use crate::world::World;
use crate::world::conditions::Call;

/// The width of a cell in which requests are drawn.
const CELL: Nanos = 10 * MINUTE;

/// The share of its calls to the provider that each instance loses on ordinary days.
const USUALLY_LOST: f64 = 0.003;

/// The file, from a moment on.
pub fn file(world: &World, from: Time) -> File {
    let mut requests: Vec<(Time, String, usize)> = Vec::new();
    for cell in 0..(world.calendar.end - world.calendar.start) / CELL {
        let begins = world.calendar.start + cell * CELL;
        let mut chance = Chance::of(world.seed, "traces", cell as u64);
        let mean = world.settings.traces_a_day * world.load.at(begins) * CELL as f64 / DAY as f64;
        for _ in 0..chance.poisson(mean) {
            let at = begins + (chance.share() * CELL as f64) as Nanos;
            let request = request(world, at, Chance::from(chance.bits()));
            if at >= from && request.0 < world.calendar.end {
                requests.push(request);
            }
        }
    }
    requests.sort();
    let records = requests.iter().map(|(_, _, spans)| spans).sum();
    let text: String = requests.into_iter().map(|(_, line, _)| line).collect();
    File { name: "traces.jsonl".to_string(), records, text: text.into_bytes() }
}

/// One request: when it ended, its line, and how many spans it has.
fn request(world: &World, at: Time, mut chance: Chance) -> (Time, String, usize) {
    let call = world.conditions.draw(entry(&mut chance), 0.0, at, &mut chance);
    let mut spans: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let trace = chance.filled(&"%".repeat(32));
    collect(&call, at, &trace, "", &mut chance, &mut spans);
    let mut line = String::from("{\"resourceSpans\":[");
    for (number, service) in SERVICES.iter().filter(|s| spans.contains_key(s.name)).enumerate() {
        let lost = service.name == "payments" && lost(&call);
        let slot = slot(world, service.name, at, lost, &mut chance);
        let instance = world.pods.at(service.name, slot, at).map_or("", |p| p.name.as_str());
        let comma = if number > 0 { "," } else { "" };
        let _ = write!(
            line,
            "{comma}{{\"resource\":{{\"attributes\":[{},{}]}},\"scopeSpans\":[{{\"scope\":{{\"name\":\"hollyhock\"}},\"spans\":[{}]}}]}}",
            attribute("service.name", service.name),
            attribute("service.instance.id", instance),
            spans.get(service.name).map_or(String::new(), |s| s.join(","))
        );
    }
    line.push_str("]}\n");
    (at + milliseconds(call.took_ms), line, spans.values().map(Vec::len).sum())
}

/// Whether a call to the provider failed in it.
fn lost(call: &Call) -> bool {
    (call.failed && call.operation.service == PROVIDER) || call.calls.iter().any(lost)
}

/// Which instance it was: any; where a call was lost, rather one that loses more of them.
fn slot(world: &World, service: &'static str, at: Time, lost: bool, chance: &mut Chance) -> usize {
    let running = world.pods.running(service, at);
    let share = |slot| {
        let more = world.conditions.added.get(&(service, "provider_error_ratio", slot)).map_or(0.0, |t| t.at(at));
        if lost { USUALLY_LOST + more } else { 1.0 }
    };
    let mut left = chance.share() * (0..running).map(share).sum::<f64>();
    let found = (0..running).find(|slot| {
        left -= share(*slot);
        left < 0.0
    });
    found.unwrap_or(running - 1)
}

/// What somebody asks for.
fn entry(chance: &mut Chance) -> &'static crate::shop::Operation {
    let mut left = chance.share();
    let found = ENTRIES.iter().find(|(_, share)| {
        left -= share;
        left < 0.0
    });
    operation(found.map_or(ENTRIES[0].0, |(name, _)| name))
}

/// The span of a call and those of what it called, under the service of each.
fn collect(
    call: &Call,
    at: Time,
    trace: &str,
    parent: &str,
    chance: &mut Chance,
    spans: &mut BTreeMap<&'static str, Vec<String>>,
) {
    let id = chance.filled("%%%%%%%%%%%%%%%%");
    let (from, to) = (at + milliseconds(call.from_ms), at + milliseconds(call.from_ms + call.took_ms));
    let above = if parent.is_empty() { String::new() } else { format!(",\"parentSpanId\":\"{parent}\"") };
    let status = if call.failed { "{\"code\":2}" } else { "{}" };
    let span = format!(
        "{{\"traceId\":\"{trace}\",\"spanId\":\"{id}\"{above},\"name\":\"{}\",\"kind\":2,\"startTimeUnixNano\":\"{}\",\
         \"endTimeUnixNano\":\"{}\",\"status\":{status}}}",
        call.operation.name, from.0, to.0
    );
    spans.entry(call.operation.service).or_default().push(span);
    for called in &call.calls {
        collect(called, at, trace, &id, chance, spans);
    }
}

fn attribute(key: &str, value: &str) -> String {
    format!("{{\"key\":\"{key}\",\"value\":{{\"stringValue\":\"{value}\"}}}}")
}

/// So many milliseconds, to the microsecond.
fn milliseconds(many: f64) -> Nanos {
    seconds((many * 1_000.0).round() / 1e6).min(60 * SECOND)
}
