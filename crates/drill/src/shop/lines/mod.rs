//! What the services say: one table for each, of lines that a shop of this kind could have written.
//!
//! A line is a text with places in braces, each a [`Field`]. Where the service writes JSON, fields that the text does not
//! name become keys beside it; where it writes plain text, all stand in the text. How often a line comes is its [`Comes`].
//! Read [`Line`] first.

mod checkout;
mod mailer;
mod manual;
mod orders_queue;
mod payments;
mod payments_db;
mod price_cache;
mod shopfront;
mod warehouse;

pub use manual::MANUAL;

/// A line of a service, before it is said.
#[derive(Debug)]
pub struct Line {
    /// Its name here: `service.what`; no other line has it, and nothing prints it.
    pub id: &'static str,
    /// Who says it.
    pub service: &'static str,
    /// How loudly.
    pub level: Level,
    /// The logger, class or module that says it.
    pub logger: &'static str,
    /// What is said, with places such as `{ms}`.
    pub text: &'static str,
    /// What the places hold.
    pub fields: &'static [(&'static str, Field)],
    /// When it is said.
    pub comes: Comes,
    /// Further physical lines of the same record: a stack trace.
    pub trace: &'static [&'static str],
}

/// How loudly a line is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As usual.
    Info,
    /// Somebody might look.
    Warn,
    /// Something did not work.
    Error,
}

/// What one place of a line holds.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    /// The number of the order that the request is about: the same in all lines of the request.
    Order,
    /// The sum that the order is about, in EUR: the same in all lines of the request.
    Total,
    /// A pattern, see [`crate::chance::Chance::filled`].
    Pattern(&'static str),
    /// One of several patterns, the first the most frequent.
    Pick(&'static [&'static str]),
    /// A whole number between two, both included.
    Int(i64, i64),
    /// A lognormal whole number: median, deviation of the logarithm.
    Size(f64, f64),
    /// A number that grows: at the world's beginning, and by how much a day.
    Grows(f64, f64),
    /// How long an operation took, in ms.
    Ms(&'static str),
    /// The HTTP status with which an operation ended.
    Status(&'static str),
    /// An address of the network.
    Ip,
    /// The version that runs.
    Version,
    /// How many connections the pool may open.
    PoolLimit,
    /// The whole number that the event carries.
    Given,
    /// The word that the event carries.
    Word,
}

/// When a line is said.
#[derive(Clone, Copy, Debug)]
pub enum Comes {
    /// By chance, so often a day in the mean, following the load.
    Often(f64),
    /// By chance, so often a day in the mean, whatever the load.
    Seldom(f64),
    /// In clusters: so many lines a day in the mean, of so many lines in the mean.
    Bursts(f64, f64),
    /// By chance, so often a day, more when the provider is slow: with this power of its slowness.
    Trouble(f64, i32),
    /// By chance, so often a day, on working days from 7 to 17 h.
    Office(f64),
    /// Every so many minutes, from each instance or from one.
    Every {
        /// The period.
        minutes: f64,
        /// Each instance for itself.
        each: bool,
    },
    /// At an hour of the day, on that day of the week (0 is Monday) or daily.
    At {
        /// With its fraction.
        hour: f64,
        /// Which day.
        weekday: Option<u8>,
    },
    /// Of the same request as another line, by that share of them, so many ms later (median).
    After {
        /// The other line.
        line: &'static str,
        /// Of its occurrences.
        share: f64,
        /// Median, lognormal.
        delay_ms: f64,
    },
    /// First said by the release that came after this share of the time: by each instance soon after its start, then so
    /// often a day.
    Born(f64, f64),
    /// Said until the release that came after this share of the time, so often a day.
    Dies(f64, f64),
    /// In the course of a regular job.
    Job(Job, Part),
    /// When an instance starts, so many seconds after it began.
    Start(f64),
    /// When an instance stops in good order, so many seconds before it ends.
    Stop(f64),
    /// When the certificate of the warehouse is renewed.
    Renewed,
    /// When something places it: a change, an operator, an incident.
    Placed,
}

/// Work that is done at a fixed time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Job {
    /// Its name, for its random stream.
    pub name: &'static str,
    /// The hour of the day.
    pub hour: f64,
    /// The day of the week (0 is Monday), or daily.
    pub weekday: Option<u8>,
    /// How long it takes, in the mean.
    pub minutes: f64,
}

/// A part of a job.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// Its first line.
    Begins,
    /// So many lines between; the event carries which it is.
    Step(u32),
    /// Its last line; the event carries how many seconds it took.
    Ends,
}

/// The payments of the day before are settled with the provider.
pub const SETTLEMENT: Job = Job { name: "settlement", hour: 1.25, weekday: None, minutes: 9.0 };
/// The database is copied.
pub const BACKUP: Job = Job { name: "backup", hour: 2.5, weekday: None, minutes: 24.0 };
/// The letter to all customers.
pub const NEWSLETTER: Job = Job { name: "newsletter", hour: 9.0, weekday: Some(0), minutes: 46.0 };
/// The database's indexes are written anew.
pub const REINDEX: Job = Job { name: "reindex", hour: 4.0, weekday: Some(6), minutes: 33.0 };

/// What is running low is ordered anew.
pub const REORDER: Job = Job { name: "reorder", hour: 16.5, weekday: None, minutes: 55.0 };

/// A line that is said at `level` and has no stack trace.
const fn line(service: &'static str, id: &'static str, level: Level, logger: &'static str, text: &'static str) -> Line {
    Line { id, service, level, logger, text, fields: &[], comes: Comes::Placed, trace: &[] }
}

const TABLES: [&[Line]; 9] = [
    shopfront::LINES,
    checkout::LINES,
    payments::LINES,
    payments_db::LINES,
    warehouse::LINES,
    mailer::LINES,
    orders_queue::LINES,
    price_cache::LINES,
    MANUAL,
];

/// All lines, service by service.
pub fn all() -> impl Iterator<Item = &'static Line> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The line of that name.
pub fn of(id: &str) -> &'static Line {
    all().find(|l| l.id == id).expect("incidents and life place only lines of the shop: a test checks it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{SERVICES, Style, operation};

    fn places(text: &str) -> Vec<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    fn said(line: &Line) -> Vec<&str> {
        std::iter::once(&line.text).chain(line.trace).flat_map(|text| places(text)).collect()
    }

    #[test]
    fn every_place_has_its_field() {
        for line in all() {
            for place in said(line) {
                assert!(line.fields.iter().any(|(name, _)| *name == place), "{}: {{{place}}}", line.id);
            }
        }
    }

    #[test]
    fn in_plain_text_every_field_is_said() {
        for line in all() {
            let style = SERVICES.iter().find(|s| s.name == line.service).and_then(|s| s.logs);
            if !matches!(style, Some(Style::Json | Style::JsonEpoch)) {
                line.fields.iter().for_each(|(name, _)| assert!(said(line).contains(name), "{}: {name}", line.id));
            }
        }
    }

    #[test]
    fn no_field_has_the_name_of_what_the_style_writes() {
        let head = ["time", "ts", "level", "logger", "msg", "service", "pod"];
        for line in all() {
            let names: Vec<&str> = line.fields.iter().map(|(name, _)| *name).collect();
            assert!(names.iter().all(|name| !head.contains(name)), "{}: {names:?}", line.id);
        }
    }

    #[test]
    fn lines_follow_only_lines_and_name_only_operations() {
        for line in all() {
            assert!(line.id.starts_with(line.service) || line.id.starts_with("manual."), "{}", line.id);
            if let Comes::After { line: other, .. } = line.comes {
                assert!(
                    !matches!(of(other).comes, Comes::After { .. }),
                    "{}: followers are drawn after leaders",
                    line.id
                );
            }
            for (_, field) in line.fields {
                if let Field::Ms(name) | Field::Status(name) = field {
                    assert_eq!(operation(name).name, *name);
                }
            }
        }
    }
}
