//! Log files: each service after its own fashion, the checkout's rotated twice and the oldest of them packed.

use std::collections::BTreeMap;
use std::fmt::Write;

use evidence::{DAY, Time};

use super::words::{Said, Value, said};
use super::{File, gzip};
use crate::chance::Chance;
use crate::moments::{epoch, rfc3339, seconds, stamp};
use crate::shop::lines::{Level, Line};
use crate::shop::{Naming, PROVIDER, SERVICES, Style};
use crate::world::World;
use crate::world::events::Event;

/// The service whose log is rotated.
const ROTATED: &str = "checkout";
/// This share of the lines reaches the file late, by a second in the mean: collectors do not wait for one another.
const LATE: f64 = 0.01;

/// The log files, from a moment on.
pub fn files(world: &World, from: Time) -> Vec<File> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    for (arrived, event) in arrivals(world) {
        if event.at < from || world.life.unlogged.iter().any(|gap| gap.contains(&event.at)) {
            continue;
        }
        let style = SERVICES.iter().find(|s| s.name == event.line.service).and_then(|s| s.logs);
        let (Some(style), Some(said)) = (style, said(world, event)) else { continue };
        let name = file_name(world, event.line.service, arrived);
        let file = files.entry(name.clone()).or_insert_with(|| File { name, text: Vec::new(), records: 0 });
        file.records += 1;
        let text = written(style, event.line, said);
        // Machines of staging have names of their own.
        let text = if world.staging { of_staging(&text) } else { text };
        file.text.extend(text.as_bytes());
    }
    files.into_values().map(packed).collect()
}

fn of_staging(text: &str) -> String {
    let machines = SERVICES
        .iter()
        .filter(|s| s.name != PROVIDER)
        .filter_map(|s| if let Naming::Host(name) = s.naming { Some(name) } else { None });
    machines.fold(text.to_string(), |text, name| text.replace(name, &format!("staging-{name}")))
}

/// All events in the order in which they reach the files.
fn arrivals(world: &World) -> Vec<(Time, &Event)> {
    let arrived = |event: &Event| {
        let mut chance = Chance::of(event.seed, "late", 0);
        if chance.happens(LATE) { event.at + seconds(chance.exponential(1.0).min(8.0)) } else { event.at }
    };
    let mut all: Vec<(Time, &Event)> = world.events.iter().map(|e| (arrived(e), e)).collect();
    all.sort_by_key(|(at, _)| *at);
    all
}

/// The file that a service's line goes to: the checkout's log is rotated at the midnights after a third and two thirds of
/// the days.
fn file_name(world: &World, service: &str, at: Time) -> String {
    let third = i64::from(world.calendar.days / 3).max(1) * DAY;
    let age =
        if service == ROTATED && !world.staging { 2 - ((at - world.calendar.start) / third).clamp(0, 2) } else { 0 };
    match age {
        0 => format!("{service}.log"),
        1 => format!("{service}.log.1"),
        _ => format!("{service}.log.2.gz"),
    }
}

fn packed(file: File) -> File {
    if file.name.ends_with(".gz") { File { text: gzip::stored(&file.text), ..file } } else { file }
}

/// The physical lines of a record, each with its end.
fn written(style: Style, line: &Line, mut said: Said) -> String {
    let mut text = match style {
        Style::Json => {
            json(&said, &format!("\"time\":\"{}\",\"level\":\"{}\"", rfc3339(said.at), word(style, line.level)), line)
        }
        Style::JsonEpoch => {
            json(&said, &format!("\"level\":\"{}\",\"ts\":{}", word(style, line.level), epoch(said.at)), line)
        }
        Style::Java => java(&mut said, line),
        Style::Python => {
            let head = stamp(said.at, '-', ' ', ',');
            format!("{head} {} {} {}: {}", said.instance, word(style, line.level), line.logger, said.text)
        }
        Style::Database => database(&mut said, line),
        Style::Go => {
            let micro = (said.at.0.rem_euclid(1_000_000)) / 1_000;
            let head = stamp(said.at, '/', ' ', '.');
            format!("{head}{micro:03} {} {} {}", said.instance, word(style, line.level), said.text)
        }
    };
    for more in &said.trace {
        text.push('\n');
        text.push_str(more);
    }
    text.push('\n');
    text
}

/// A level in the words of a style.
fn word(style: Style, level: Level) -> &'static str {
    match (style, level) {
        (Style::Json | Style::JsonEpoch, Level::Info) => "info",
        (Style::Json | Style::JsonEpoch, Level::Warn) => "warn",
        (Style::Json | Style::JsonEpoch, Level::Error) => "error",
        (Style::Database, Level::Info) => "LOG",
        (Style::Python | Style::Database, Level::Warn) => "WARNING",
        (_, Level::Info) => "INFO",
        (_, Level::Warn) => "WARN",
        (_, Level::Error) => "ERROR",
    }
}

fn json(said: &Said, head: &str, line: &Line) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = format!(
        "{{{head},\"logger\":{},\"msg\":{},\"service\":{},\"pod\":{}",
        quoted(line.logger),
        quoted(&said.text),
        quoted(line.service),
        quoted(&said.instance)
    );
    for (name, value) in &said.rest {
        let value = match value {
            Value::Text(letters) => quoted(letters),
            Value::Number(digits) => digits.clone(),
        };
        let _ = write!(text, ",{}:{value}", quoted(name));
    }
    text.push('}');
    text
}

fn java(said: &mut Said, line: &Line) -> String {
    let head = stamp(said.at, '-', ' ', ',');
    let level = word(Style::Java, line.level);
    let thread = 1 + said.chance.below(12);
    format!(
        "{head} {level:<5} {} [exec-{thread}] shop.hollyhock.checkout.{} - {}",
        said.instance, line.logger, said.text
    )
}

fn database(said: &mut Said, line: &Line) -> String {
    let process = if line.id == "payments-db.checkpoint" { 31 } else { 400 + said.chance.below(9_000) };
    let level = word(Style::Database, line.level);
    format!("{} {} {}[{process}]: {level}:  {}", rfc3339(said.at), said.instance, line.logger, said.text)
}
