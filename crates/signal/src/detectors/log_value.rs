//! `log.value`: a number in a line of the log moved.
//!
//! What a line tells (how long it took, how many, how large) is a series like a metric's, and watched as one: the mean of
//! a minute, by its logarithm, over all instances of a service. Numbers that only count on (of orders, of offsets) and
//! names made of digits (of processes, of ports) say nothing by their level.
//!
//! Limits: of a minute a sample is looked at, so a single odd number may be missed; names made of digits are known by the
//! words before them.

use std::collections::BTreeMap;

use evidence::{Id, LogCount, Name, Time};
use rustc_hash::FxHashMap;

use super::{Departure, Detector, LineCount, Moment, Said, cited};
use crate::budget::{Family, Streams, warm_up};
use crate::series::{Elsewhere, Finding, Moved, Sensor};
use crate::signal::{Amount, Kind, Subject, Unit};
use crate::templates::{HOLE, Line, LineIndex, Mined, measured_in, milliseconds};

/// How many places of lines are watched.
const PLACES_MAX: usize = 5_000;
/// After so many values it is known whether they only count on.
const DECIDED: u32 = 20;
/// The share of them that is then more than the one before.
const COUNTS_ON: f64 = 0.9;

/// What stands before a name made of digits.
const NAMES: [&str; 23] = [
    "id",
    "ids",
    "pid",
    "ppid",
    "tid",
    "uid",
    "gid",
    "thread",
    "worker",
    "port",
    "fd",
    "seq",
    "sequence",
    "offset",
    "epoch",
    "generation",
    "version",
    "revision",
    "build",
    "lsn",
    "index",
    "number",
    "line",
];

/// Words that only join what stands before a number to it.
const JOINING: [&str; 14] =
    ["in", "of", "for", "after", "from", "to", "with", "at", "by", "about", "within", "over", "and", "is"];

/// Whose, which line, which place of it.
type Place = (Name, LineIndex, u8);

struct Watched {
    began: Time,
    sensor: Sensor,
    seen: u32,
    rises: u32,
    last: f64,
    cited: LogCount,
}

/// Raises `log.value`.
#[derive(Default)]
pub struct LogValue {
    places: BTreeMap<Place, Option<Watched>>,
    elsewhere: Elsewhere,
    refused: u64,
}

/// The mean of a place's numbers in this bucket, and over how many.
#[derive(Default)]
struct Told {
    sum: f64,
    count: u32,
}

impl Detector for LogValue {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for mined in moment.mined {
            if let Mined::Merged(into, from) = mined {
                self.merge(*into, *from);
            }
        }
        self.elsewhere.next_moment(moment.edge);
        let share = moment.budget.test(Family::Log, 1);
        let lines: FxHashMap<(Name, LineIndex), &LineCount> =
            moment.lines.iter().map(|line| ((line.service, line.line), line)).collect();
        for (place, told) in told(moment) {
            let Some(line) = lines.get(&(place.0, place.1)) else { continue };
            let moved = self.take(moment, place, (told.sum / f64::from(told.count), line), share);
            let renamed = matches!(moved.as_slice(), [Moved::Ended { .. }, Moved::Departed(finding)] if finding.stood);
            for moved in moved.into_iter().skip(usize::from(renamed)) {
                self.say(moment, place, &moved, said);
            }
        }
    }

    fn dropped(&self) -> u64 {
        self.refused
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let decided = self.places.values().flatten().filter(|w| w.seen >= DECIDED);
        let warm = decided.filter(|w| now - w.began > warm_up(now - w.began)).count();
        (Family::Log, Streams { novelty: 0, tests: warm as u64 })
    }
}

/// What the bucket's lines told, by place, in an order that depends on texts alone.
fn told(moment: &Moment<'_>) -> Vec<(Place, Told)> {
    let mut places: BTreeMap<(&str, Id, u8), (Place, Told)> = BTreeMap::new();
    for row in &moment.bucket.values {
        let Some(line) = moment.miner.line_of(row.shape) else { continue };
        // What holds digits and letters by turns is a name.
        if !moment.miner.line(line).kinds.is_number(usize::from(row.place)) {
            continue;
        }
        let key = (moment.tables.names.text(row.service), moment.miner.line(line).founder, row.place);
        let (_, told) = places.entry(key).or_insert_with(|| ((row.service, line, row.place), Told::default()));
        told.sum += row.value * f64::from(row.count);
        told.count += row.count;
    }
    places.into_values().collect()
}

impl LogValue {
    fn take(&mut self, moment: &Moment<'_>, place: Place, (value, line): (f64, &LineCount), share: f64) -> Vec<Moved> {
        if !self.places.contains_key(&place) {
            if self.places.len() >= PLACES_MAX {
                self.refused += 1;
                return Vec::new();
            }
            self.places.insert(place, begin(moment, place, line));
        }
        let Some(slot) = self.places.get_mut(&place) else { return Vec::new() };
        let Some(watched) = slot else { return Vec::new() };
        if line.sample.sample_text != u64::MAX {
            watched.cited = line.sample;
        }
        watched.seen += 1;
        watched.rises += u32::from(value > watched.last);
        watched.last = value;
        if watched.seen >= DECIDED && f64::from(watched.rises) >= COUNTS_ON * f64::from(watched.seen) {
            *slot = None;
            return Vec::new();
        }
        self.elsewhere.whose = place.0.0;
        let share = if watched.seen < DECIDED { 0.0 } else { share };
        watched.sensor.value(moment.edge, value, share, &mut self.elsewhere)
    }

    /// Two lines turned out to be one: the older one's past is its past.
    fn merge(&mut self, into: LineIndex, from: LineIndex) {
        let theirs: Vec<Place> = self.places.keys().filter(|(_, line, _)| *line == from).copied().collect();
        for place in theirs {
            let Some(old) = self.places.remove(&place) else { continue };
            self.places.entry((place.0, into, place.2)).or_insert(old);
        }
    }

    fn say(&self, moment: &Moment<'_>, place: Place, moved: &Moved, said: &mut Vec<Said>) {
        let Some(Some(watched)) = self.places.get(&place) else { return };
        match moved {
            Moved::Departed(finding) if moment.edge - watched.began > warm_up(moment.edge - watched.began) => {
                said.push(Said::Departed(Box::new(departure(moment, place, watched, finding))));
            }
            Moved::Departed(_) => {}
            Moved::Ended { at, settled, .. } => {
                let subject = subject(moment, place);
                said.push(Said::Ended { kind: Kind::LogValue, subject, at: *at, settled: *settled });
            }
        }
    }
}

/// A place to watch; none where what stands before it says that it is a name.
fn begin(moment: &Moment<'_>, place: Place, line: &LineCount) -> Option<Watched> {
    let text = &moment.miner.line(place.1).text;
    let before = text.split(HOLE).nth(usize::from(place.2)).and_then(last_word).unwrap_or_default();
    let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    let watched =
        || Watched { began: moment.edge, sensor: Sensor::new(), seen: 0, rises: 0, last: f64::MAX, cited: line.sample };
    (!NAMES.contains(&last.as_str())).then(watched)
}

/// The last word of a text, with what joins its parts: `items_total`.
fn last_word(text: &str) -> Option<&str> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split(|c: char| !part(c)).rfind(|word| word.chars().any(char::is_alphabetic))
}

/// What a place is called: its key, the unit of its kind, the word before it, or what is counted.
fn called(line: &Line, place: u8) -> String {
    let (before, behind) = around(line, place);
    let key = before.ends_with(['=', ':']).then(|| last_word(before)).flatten();
    let kind = measured_in(behind).map_or(line.kinds.name(usize::from(place)), |(kind, _)| kind);
    let measured = match kind {
        "dur" => Some("the duration"),
        "size" => Some("the size"),
        _ => None,
    };
    let named = || {
        let joined = before.trim_end().ends_with(char::is_alphanumeric);
        last_word(before).filter(|word| joined && !JOINING.contains(word))
    };
    let counted = || {
        let word = behind.strip_prefix(' ')?.split(' ').next()?;
        word.chars().all(char::is_alphabetic).then_some(word).filter(|word| word.len() > 1)
    };
    key.or(measured).or_else(named).or_else(counted).or_else(|| last_word(before)).unwrap_or("the number").to_string()
}

/// What stands before and behind a place.
fn around(line: &Line, place: u8) -> (&str, &str) {
    let mut literals = line.text.split(HOLE).skip(usize::from(place));
    (literals.next().unwrap_or_default(), literals.next().unwrap_or_default())
}

/// A mean of a place's numbers as it is told, and its unit: durations in milliseconds.
fn told_as(line: &Line, place: u8, mean: f64) -> (f64, Unit) {
    let (in_ms, number) = line.kinds.told(usize::from(place), mean);
    match measured_in(around(line, place).1).and_then(|(_, unit)| milliseconds(unit)) {
        Some(each) => (number * each, Unit::Milliseconds),
        None => (number, if in_ms { Unit::Milliseconds } else { Unit::Value }),
    }
}

fn subject(moment: &Moment<'_>, (service, index, place): Place) -> Subject {
    let line = moment.miner.line(index);
    Subject {
        service: moment.tables.names.text(service).to_string(),
        instance: String::new(),
        name: format!("{} in \"{}\"", called(line, place), line.shown()),
        anchor: line.place(place),
    }
}

fn departure(moment: &Moment<'_>, place: Place, watched: &Watched, finding: &Finding) -> Departure {
    let told = |value: f64| told_as(moment.miner.line(place.1), place.2, value);
    Departure {
        kind: Kind::LogValue,
        subject: subject(moment, place),
        direction: finding.direction,
        strength: finding.strength,
        onset: finding.onset,
        onset_low: finding.onset_low,
        onset_high: finding.onset_high,
        baseline: told(finding.expected).0,
        observed: told(finding.observed).0,
        unit: told(finding.observed).1,
        amount: Amount { times: 0, after_change: false, window: finding.window.1 - finding.window.0 },
        evidence: vec![cited(&moment.tables, &watched.cited)],
    }
}
