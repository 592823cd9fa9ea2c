//! # CSV logs
//!
//! A table with a header that names a time and a message, as spreadsheets, databases and the consoles of clouds export
//! them: `timestamp,level,service,message`, in any order and under the names that JSON lines know, with a comma, a
//! semicolon, a tab or a bar between them. A date and a time of day may have a column each. A cell in quotes may go
//! over several lines, which are one record; of its message the first is told. Further columns are fields of the
//! record.

use std::sync::Arc;

use evidence::ComplaintKind;
use memchr::memchr_iter;

use crate::cells::{self, Cell, NOT_CLOSED, cells, is_odd, is_well_quoted};
use crate::fields::Value;
use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::header::{Cut, Header};
use crate::lines::{Dialect, Layout, LogLines, Work};
use crate::roles::{Role, role_of};
use crate::settings::Settings;
use crate::stamp::Stamps;
use crate::text::{self, Lines};
use crate::zone::Zone;

/// Tables of logs.
pub(crate) const FORMAT: Format = Format {
    name: "csv-logs",
    kind: "logs (CSV)",
    family: Family::Logs,
    source: manual!("csv_logs.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

/// How many rows tell whether the table holds times.
const ROWS: usize = 50;
/// Of columns whose names say nothing so many are looked at for times.
const NAMELESS: usize = 16;
/// A cell goes over so many lines at most.
const CELL_LINES: usize = 256;

/// The columns of a table of logs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    delimiter: u8,
    names: Vec<String>,
    /// The column of times, or of dates.
    time: usize,
    /// The column of times of day, where dates have one of their own.
    clock: Option<usize>,
    /// The line that names the columns.
    header: Vec<u8>,
}

/// The columns of PostgreSQL's own CSV log, which has no header (its manual, section 19.8.4).
const POSTGRES: [&str; 26] = [
    "log_time",
    "user_name",
    "database_name",
    "process_id",
    "connection_from",
    "session_id",
    "session_line_num",
    "command_tag",
    "session_start_time",
    "virtual_transaction_id",
    "transaction_id",
    "error_severity",
    "sql_state_code",
    "message",
    "detail",
    "hint",
    "internal_query",
    "internal_query_pos",
    "error_context",
    "query",
    "query_pos",
    "location",
    "client_application",
    "backend_type",
    "leader_pid",
    "query_id",
];

/// Whether cells are a row of PostgreSQL's CSV log: a time, and a severity in the twelfth of 22 or more.
fn is_postgres(cells: &[String]) -> bool {
    let severe = |cell: &String| crate::level::of_word(cell.as_bytes()).is_some();
    (22..=POSTGRES.len()).contains(&cells.len())
        && severe(&cells[11])
        && cells[11].bytes().all(|b| b.is_ascii_uppercase())
}

/// A column's name without blanks, and without the unit or zone that stands behind it in brackets.
fn plain(name: &str) -> String {
    let end = name.find(['[', '(']).filter(|at| *at > 0).unwrap_or(name.len());
    name[..end].replace(' ', "")
}

impl Columns {
    /// The columns of a source that begins so, if it is a table of logs.
    fn of(head: &Head<'_>) -> Option<Columns> {
        let lines = head.lines(ROWS + 1);
        let header = *lines.first()?;
        let delimiter = *b",;\t|".iter().max_by_key(|d| (memchr_iter(**d, header).count(), **d == b','))?;
        let mut names: Vec<String> =
            cells::texts(header, delimiter).iter().map(|name| name.trim().to_string()).collect();
        let mut header = header;
        if is_postgres(&names) {
            names = POSTGRES.iter().map(|name| (*name).to_string()).take(names.len()).collect();
            header = &[];
        }
        let rows = if header.is_empty() { &lines[..] } else { &lines[1..] };
        let role = |n: &String| role_of(plain(n).as_bytes());
        let first = |is: &dyn Fn(Role) -> bool| names.iter().position(|n| is(role(n)));
        let message = first(&|r| matches!(r, Role::Message(_)))?;
        let date = names.iter().position(|n| n.eq_ignore_ascii_case("date"));
        let day = names.iter().position(|n| n.eq_ignore_ascii_case("time"));
        let named = first(&|r| r == Role::Time(0)).or_else(|| first(&|r| matches!(r, Role::Time(_))));
        let mut columns = Columns { delimiter, time: 0, clock: None, header: header.to_vec(), names };
        // Where no name is known, as in another language, the first column that holds times.
        let held = |time: &usize| Columns { time: *time, ..columns.clone() }.has_times(rows);
        columns.time = named.or_else(|| (0..columns.names.len().min(NAMELESS)).find(held))?;
        let pair = date.zip(day).map(|(date, day)| Columns { time: date, clock: Some(day), ..columns.clone() });
        if let Some(pair) = pair.filter(|pair| pair.has_times(rows)) {
            columns = pair;
        }
        let good = columns.names.len() >= 2 && columns.time != message && columns.has_times(rows);
        good.then_some(columns)
    }

    /// Whether most lines that look like rows have a time; those that do not may be inside of cells.
    fn has_times(&self, rows: &[&[u8]]) -> bool {
        let zone = Zone::utc();
        let full = rows.iter().filter(|row| cells(row, self.delimiter, true).len() == self.names.len());
        let (mut all, mut good) = (0, 0);
        for row in full {
            all += 1;
            good += usize::from(self.begins_row(row, &zone));
        }
        good > 0 && good * 2 >= all
    }

    /// Whether a line surely begins a row: it has a time.
    pub fn begins_row(&self, line: &[u8], zone: &Zone) -> bool {
        let cells = cells(line, self.delimiter, true);
        let mut stamps = Stamps::new(zone, Some(evidence::Time(0)));
        self.stamp(line, &cells).is_some_and(|stamp| stamps.value(&stamp).is_some_and(|read| read.time.is_some()))
    }

    /// The text of a row's time.
    fn stamp(&self, row: &[u8], cells: &[Cell]) -> Option<Vec<u8>> {
        let text = |column: usize| cells.get(column).map(|(from, to, _)| row[*from..*to].trim_ascii().to_vec());
        let mut stamp = text(self.time)?;
        if let Some(clock) = self.clock {
            stamp.push(b' ');
            stamp.extend(text(clock)?);
        }
        Some(stamp)
    }

    /// The columns, for people.
    pub fn told(&self) -> String {
        self.names.join(", ")
    }
}

fn detect(head: &Head<'_>) -> u32 {
    if Columns::of(head).is_some() { 92 } else { 0 }
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let mut lines = LogLines::new(Header::default(), Dialect::Plain, head, settings);
    let columns = Columns::of(head).unwrap_or_default();
    if columns.names.iter().any(|n| matches!(role_of(plain(n).as_bytes()), Role::Service(_))) {
        lines.file_service = None;
    }
    lines.layout = Layout::Table(columns);
    Arc::new(lines)
}

impl Work<'_> {
    /// A stretch of rows.
    pub fn table(&mut self, columns: &Columns) {
        let text = self.bytes;
        let lines: Vec<(usize, usize)> = Lines::new(text).collect();
        let mut at = 0;
        while at < lines.len() {
            let (from, to) = lines[at];
            let mut taken = 1;
            if text::is_blank(&text[from..to]) {
                self.part.coverage.blank += 1;
            } else if text[from..to] == columns.header[..] {
                self.part.coverage.folded += 1;
                if is_odd(&columns.header) {
                    self.complain(ComplaintKind::Malformed, NOT_CLOSED);
                }
            } else {
                taken = self.rows(columns, &lines[at..]);
            }
            at += taken;
            self.number += taken as u64;
        }
        self.part.coverage.lines = text::line_count(text);
    }

    /// The row that begins with the first of these lines; gives how many of them it takes.
    fn rows(&mut self, columns: &Columns, lines: &[(usize, usize)]) -> usize {
        let text = self.bytes;
        let (from, mut to) = lines[0];
        let odd = is_odd(&text[from..to]);
        let mut quotes = true;
        let mut taken = 1;
        if odd {
            let last = lines.iter().take(CELL_LINES).skip(1).position(|(from, to)| is_odd(&text[*from..*to]));
            let whole = last
                .map(|n| n + 1)
                .filter(|n| is_well_quoted(&text[from..lines[*n].1], columns.delimiter))
                .filter(|n| cells(&text[from..lines[*n].1], columns.delimiter, true).len() == columns.names.len());
            match whole {
                Some(n) => (to, taken) = (lines[n].1, n + 1),
                None => {
                    quotes = false;
                    self.complain(ComplaintKind::Malformed, NOT_CLOSED);
                }
            }
        }
        self.check(&text[from..to]);
        let cells = cells(&text[from..to], columns.delimiter, quotes);
        if cells.len() != columns.names.len() {
            let words = format!("{} cells, {} columns", cells.len(), columns.names.len());
            self.complain(ComplaintKind::Ragged, &words);
        }
        self.row(columns, from, to, &cells);
        self.part.coverage.folded += taken as u64 - 1;
        taken
    }

    fn row(&mut self, columns: &Columns, from: usize, to: usize, cells: &[Cell]) {
        let text = self.bytes;
        self.fields.clear();
        for (index, (name, (start, end, quoted))) in columns.names.iter().zip(cells).enumerate() {
            let cell = &text[from + start..from + end];
            if text::is_blank(cell) || index == columns.time || Some(index) == columns.clock {
                continue;
            }
            let value = Value::Doubled(if *quoted { cell } else { cell.trim_ascii() });
            self.fields.feed(plain(name).as_bytes(), value);
        }
        let stamp = columns.stamp(&text[from..to], cells).filter(|stamp| !text::is_blank(stamp));
        let time = stamp.map(|stamp| self.stamps.value(&stamp));
        let (_, found) = self.structured(from, to, &Cut::default(), false);
        self.keep(from, to, time, found);
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "timestamp,level,service,message,cart
2026-11-22T10:00:00Z,INFO,shop,\"opened, \"\"well\"\"\",12
2026-11-22T10:00:01Z,ERROR,shop,\"lost
  at cart.js:3\",12

2026-11-22T10:00:02Z,WARN,till,slow \"page\" again,
2026-11-22T10:00:03Z,WARN,till
2026-11-22T10:00:04Z,WARN,till,\"never closed,13
when,WARN,till,odd,14
",
        records: "2 2026-11-22T10:00:00Z 9 shop - | opened, \"well\" cart=12
3 2026-11-22T10:00:01Z 17 shop - | lost cart=12
6 2026-11-22T10:00:02Z 13 till - | slow \"page\" again
7 2026-11-22T10:00:03Z 13 till - |\x20
8 2026-11-22T10:00:04Z 13 till - | \"never closed cart=13
9 none 13 till - | odd cart=14
folded 2, blank 1
Malformed 1 at 8: a quote that is not closed; the line was split without it
BadTime 1 at 9: no moment that exists, or one without a date
Ragged 1 at 7: 3 cells, 5 columns
",
    },
    Sample {
        text: "Date;Time;Severity;Message
2026-11-22;10:00:00;info;opened
2026-11-22;10:00:01;error;lost
",
        records: "2 2026-11-22T10:00:00Z 9 sample - | opened
3 2026-11-22T10:00:01Z 17 sample - | lost
folded 1, blank 0
",
    },
];
