//! What an event says: its line with every place filled.

use evidence::{DAY, Time};

use crate::chance::Chance;
use crate::shop::lines::{Comes, Field};
use crate::shop::{ENTRIES, Operation, operation};
use crate::world::World;
use crate::world::conditions::Call;
use crate::world::events::Event;

/// A line with its words.
pub struct Said {
    /// When.
    pub at: Time,
    /// Which instance.
    pub instance: String,
    /// The text, every named place filled.
    pub text: String,
    /// The fields that the text does not name.
    pub rest: Vec<(&'static str, Value)>,
    /// Further physical lines.
    pub trace: Vec<String>,
    /// Numbers for what the style adds: a thread, a process.
    pub chance: Chance,
}

/// What a place holds.
pub enum Value {
    /// Letters.
    Text(String),
    /// Digits.
    Number(String),
}

impl Value {
    fn shown(&self) -> &str {
        match self {
            Value::Text(text) | Value::Number(text) => text,
        }
    }
}

/// What the event says; `None` where there is nothing to say: the instance did not run, or an order that failed was never
/// accepted, and nobody after it heard of it.
pub fn said(world: &World, event: &Event) -> Option<Said> {
    let line = event.line;
    let pod = world.pods.at(line.service, event.slot, event.at)?;
    let says_how_it_ended = line.fields.iter().any(|(_, f)| matches!(f, Field::Status(_)));
    if of_an_order(event) && !says_how_it_ended && request(world, event, operation("PlaceOrder")).failed {
        return None;
    }
    let mut chance = Chance::from(event.seed);
    let mut values: Vec<(&'static str, Value)> = Vec::with_capacity(line.fields.len());
    for (name, field) in line.fields {
        values.push((name, value(world, event, field, &mut chance)));
    }
    let filled = |text: &str| {
        values.iter().fold(text.to_string(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value.shown()))
    };
    let (text, trace) = (filled(line.text), line.trace.iter().map(|t| filled(t)).collect());
    let rest = values.into_iter().filter(|(name, _)| !line.text.contains(&format!("{{{name}}}"))).collect();
    Some(Said { at: event.at, instance: pod.name.clone(), text, rest, trace, chance })
}

/// Whether the line is one of those that follow an order.
fn of_an_order(event: &Event) -> bool {
    event.line.id == "checkout.accepted" || matches!(event.line.comes, Comes::After { line: "checkout.accepted", .. })
}

fn value(world: &World, event: &Event, field: &Field, chance: &mut Chance) -> Value {
    let number = |n: i64| Value::Number(n.to_string());
    let shared = |name: &str| Chance::of(event.request, name, 0);
    match field {
        Field::Order => Value::Text(shared("order").filled("H26-######-%%")),
        Field::Total => Value::Number(format!("{:.2}", shared("total").lognormal(54.0, 0.65) + 2.95)),
        Field::Pattern(pattern) => Value::Text(chance.filled(pattern)),
        Field::Pick(patterns) => Value::Text(picked(patterns, chance)),
        Field::Int(low, high) => number(low + chance.below((high - low + 1) as usize) as i64),
        Field::Size(median, sigma) => number(chance.lognormal(*median, *sigma).round().max(1.0) as i64),
        Field::Grows(base, a_day) => {
            let days = (event.at - world.calendar.start) as f64 / DAY as f64;
            number((base + a_day * days + 2.0 * chance.normal()).round() as i64)
        }
        Field::Ms(name) => number(request(world, event, operation(name)).took_ms.round().max(1.0) as i64),
        Field::Status(name) => number(status(&request(world, event, operation(name)), chance)),
        Field::Ip => {
            Value::Text(format!("10.{}.{}.{}", 16 + chance.below(6), chance.below(256), 1 + chance.below(254)))
        }
        Field::Version => Value::Text(world.version(event.line.service, event.at)),
        Field::PoolLimit => number(world.conditions.pool_limit.at(event.at) as i64),
        Field::Given => number(event.given),
        Field::Word => Value::Text(event.word.to_string()),
    }
}

/// One of several patterns, the first the most frequent.
fn picked(patterns: &[&str], chance: &mut Chance) -> String {
    let pattern = patterns[chance.zipf(patterns.len())];
    chance.filled(pattern)
}

/// The operation as the event's request met it. All lines of one request see the same request, so their times agree.
fn request(world: &World, event: &Event, wanted: &'static Operation) -> Call {
    let entry = ENTRIES.iter().map(|(name, _)| operation(name)).find(|o| reaches(o, wanted)).unwrap_or(wanted);
    let mut chance = Chance::of(event.request, "call", 0);
    let call = world.conditions.draw(entry, 0.0, event.at, &mut chance);
    match found(&call, wanted) {
        Some(call) => call.clone(),
        None => world.conditions.draw(wanted, 0.0, event.at, &mut chance),
    }
}

fn reaches(from: &Operation, wanted: &Operation) -> bool {
    from.name == wanted.name || from.calls.iter().any(|c| reaches(operation(c.operation), wanted))
}

/// The last try of an operation within a call.
fn found<'a>(call: &'a Call, wanted: &Operation) -> Option<&'a Call> {
    if call.operation.name == wanted.name {
        return Some(call);
    }
    call.calls.iter().rev().find_map(|c| found(c, wanted))
}

/// The HTTP status of a request: what is not found is not an error of ours.
fn status(call: &Call, chance: &mut Chance) -> i64 {
    let odd = chance.share();
    match (call.failed, odd) {
        (true, o) if o < 0.7 => 500,
        (true, _) => 504,
        (false, o) if o < 0.011 => 404,
        (false, o) if o < 0.034 => 304,
        (false, _) if call.operation.name.starts_with("POST") => 201,
        (false, _) => 200,
    }
}
