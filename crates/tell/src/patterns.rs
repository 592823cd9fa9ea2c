//! Log templates as text, rows and JSON.

use evidence::{Coverage, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use crate::document::{CoverageDocument, SCHEMA_PATTERNS, coverage_document};
use crate::layout::{BARS as LEVELS, Meaning, cut, wrapped};
use crate::spoken::{counted, dated, day_clock, number};
use crate::voice::Voice;

/// One template.
#[derive(Clone, Debug)]
pub struct TemplateRow {
    /// Its id.
    pub id: String,
    /// The ids of its member shapes, the first 64 by hash.
    pub aliases: Vec<String>,
    /// How many more there are.
    pub more_aliases: u64,
    /// Its text with typed places.
    pub template: String,
    /// How many records.
    pub count: u64,
    /// How many of them on each of two sides that are compared.
    pub sides: [u64; 2],
    /// The most frequent severity's word, or empty.
    pub severity: String,
    /// The service that writes it most, or empty.
    pub service: String,
    /// The first record's time.
    pub first_seen: Option<Time>,
    /// The last record's time.
    pub last_seen: Option<Time>,
    /// How many records in each of as many equal stretches of the time that was read.
    pub rate: Vec<u64>,
    /// One line of it.
    pub example: String,
    /// What its places held, in the order of the text; empty where that was not looked at.
    pub parameters: Vec<ParameterRow>,
}

/// What one place of a template held.
#[derive(Clone, Debug)]
pub struct ParameterRow {
    /// What it is: `num`, `ip`, `word`.
    pub kind: String,
    /// How many values.
    pub count: u64,
    /// How many distinct ones.
    pub distinct: u64,
    /// Whether that is exact; else an estimate with a standard error of 18 %.
    pub is_exact: bool,
    /// Values and how often each came, the most frequent first: all where there are few, else a sample of the distinct.
    pub values: Vec<ValueRow>,
    /// Where nearly all are numbers.
    pub numbers: Option<Numbers>,
}

/// A value, how often it came, and what stood around it once.
#[derive(Clone, Debug)]
pub struct ValueRow {
    /// It.
    pub text: String,
    /// How often.
    pub count: u64,
    /// A stretch of a line that holds it: what tells whether it is a secret.
    pub around: String,
}

/// Numbers that a place held.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// `s` or `B` where values have units of their own, the unit that stands behind them all, or nothing.
    pub unit: String,
    /// The least.
    pub least: f64,
    /// Half are below.
    pub median: f64,
    /// Of a hundred 90 are below.
    pub p90: f64,
    /// Of a hundred 99 are below.
    pub p99: f64,
    /// The greatest.
    pub most: f64,
}

/// What a list of templates is made of.
pub struct PatternsDocument<'a> {
    /// In the order in which they are told.
    pub templates: &'a [TemplateRow],
    /// How many there are, asked for or not.
    pub all: u64,
    /// What was read.
    pub coverage: &'a Coverage,
    /// The first and the last time of what was read.
    pub span: Option<(Time, Time)>,
    /// The two sides that are compared.
    pub sides: Option<&'a [String; 2]>,
    /// Which templates were asked for, in words; empty where all were.
    pub asked: String,
    /// Whether what the places held is told.
    pub values: bool,
}

/// All templates of what was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatternsPage {
    pub schema: String,
    pub templates: Vec<TemplateDocument>,
    /// How many templates there are, asked for or not.
    pub all_templates: u64,
    /// The time that was read, in as many equal stretches as each template's `rate` has.
    pub from: Option<String>,
    pub to: Option<String>,
    /// The two sides that are compared: each template says how often it came on either.
    pub compared: Option<[String; 2]>,
    pub lines_in: u64,
    pub lines_folded: u64,
    pub records_in: u64,
    pub unparsed: u64,
    pub coverage: CoverageDocument,
}

/// One template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDocument {
    pub id: String,
    pub aliases: Vec<String>,
    pub more_aliases: u64,
    pub template: String,
    pub count: u64,
    /// How often it came on each of the two sides that are compared.
    pub compared: Option<[u64; 2]>,
    pub severity: Option<String>,
    pub service: Option<String>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    pub rate: Vec<u64>,
    pub example: String,
    pub parameters: Vec<ParameterDocument>,
}

/// What one place of a template held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterDocument {
    pub kind: String,
    pub count: u64,
    pub distinct: u64,
    pub distinct_is_exact: bool,
    /// Whether values are left out because one of them is a secret.
    pub hidden: bool,
    /// Values and how often each came, the most frequent first; ids and tokens are counted and not told.
    pub values: Vec<ValueDocument>,
    /// Of the distinct values that were kept those that came least.
    pub rare: Vec<ValueDocument>,
    pub numbers: Option<NumbersDocument>,
}

/// A value, and how often it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueDocument {
    pub value: String,
    pub count: u64,
}

/// Numbers that a place held: in seconds (`s`) or bytes (`B`) where values have units of their own, else in the unit that
/// stands behind them all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NumbersDocument {
    pub unit: Option<String>,
    pub least: f64,
    pub median: f64,
    pub p90: f64,
    pub p99: f64,
    pub most: f64,
}

/// So many values of a place are told as the most frequent ones, and so many as the rare ones.
const TOLD_VALUES: usize = 8;
const TOLD_RARE: usize = 4;

/// The templates as one JSON document.
pub fn patterns_document(patterns: &PatternsDocument<'_>, voice: &Voice) -> String {
    let some = |text: &str| (!text.is_empty()).then(|| voice.say(text));
    let template = |t: &TemplateRow| TemplateDocument {
        id: t.id.clone(),
        aliases: t.aliases.clone(),
        more_aliases: t.more_aliases,
        template: voice.say(&t.template),
        count: t.count,
        compared: patterns.sides.map(|_| t.sides),
        severity: some(&t.severity),
        service: some(&t.service),
        first_seen: t.first_seen.map(|time| time.to_string()),
        last_seen: t.last_seen.map(|time| time.to_string()),
        rate: t.rate.clone(),
        example: voice.say(&t.example),
        parameters: t.parameters.iter().map(|held| parameter(held, voice)).collect(),
    };
    let document = PatternsPage {
        schema: SCHEMA_PATTERNS.into(),
        templates: patterns.templates.iter().map(template).collect(),
        all_templates: patterns.all,
        from: patterns.span.map(|(from, _)| from.to_string()),
        to: patterns.span.map(|(_, to)| to.to_string()),
        compared: patterns.sides.map(|sides| [voice.say(&sides[0]), voice.say(&sides[1])]),
        lines_in: patterns.coverage.lines_in(),
        lines_folded: patterns.coverage.lines_folded(),
        records_in: patterns.coverage.records_in(),
        unparsed: patterns.coverage.unparsed(),
        coverage: coverage_document(patterns.coverage, voice),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("numbers, texts and lists always serialise");
    text.push('\n');
    text
}

fn parameter(held: &ParameterRow, voice: &Voice) -> ParameterDocument {
    let hidden = is_secret(held, voice);
    let told = |value: &ValueRow| ValueDocument { value: voice.say(&value.text), count: value.count };
    let numbers = |n: &Numbers| NumbersDocument {
        unit: (!n.unit.is_empty()).then(|| n.unit.clone()),
        least: n.least,
        median: n.median,
        p90: n.p90,
        p99: n.p99,
        most: n.most,
    };
    let values: Vec<&ValueRow> = held.values.iter().filter(|value| !hidden && !is_opaque(&value.text)).collect();
    ParameterDocument {
        kind: held.kind.clone(),
        count: held.count,
        distinct: held.distinct,
        distinct_is_exact: held.is_exact,
        hidden,
        values: values.iter().take(TOLD_VALUES).copied().map(told).collect(),
        rare: values.iter().skip(TOLD_VALUES).rev().take(TOLD_RARE).copied().map(told).collect(),
        numbers: held.numbers.as_ref().filter(|_| !hidden).map(numbers),
    }
}

/// So long a run of letters and digits says nothing to a reader: it is an id, or worse.
const OPAQUE: usize = 10;

/// Whether a value is an id or a token rather than a name: it is counted and not told.
fn is_opaque(value: &str) -> bool {
    value.split(|c: char| !c.is_alphanumeric()).any(|run| {
        let digits = run.chars().filter(char::is_ascii_digit).count();
        run.chars().count() >= OPAQUE && digits > 0 && digits < run.chars().count()
    })
}

/// Values of fewer letters may stand in any text by chance.
const LETTERS: usize = 4;

/// Whether one of the values may not be told: what stands around it shows that, and what is left of that when it is told.
fn is_secret(held: &ParameterRow, voice: &Voice) -> bool {
    let plain = Voice::new(None);
    held.values.iter().any(|value| {
        let (told, whole) = (voice.say(&value.around), plain.say(&value.around));
        let stands = value.text.chars().count() >= LETTERS && told.contains(&plain.say(&value.text));
        told != whole && !stands
    })
}

/// The templates for a terminal: count, share, severity, how often over time, service, template; below it when, and one
/// line of it.
pub fn patterns_text(patterns: &PatternsDocument<'_>, voice: &Voice, width: usize) -> String {
    let width = width.max(60);
    let records: u64 = patterns.coverage.records_in();
    let head = format!("{} in {}", counted(records, "record"), counted(patterns.all, "template"));
    let span = patterns.span.map(|(from, to)| format!(", {} to {}", dated(from), dated(to))).unwrap_or_default();
    let mut out = format!("{head}{span}\n\n");
    if let Some(sides) = patterns.sides {
        out.push_str(&compared(patterns, sides, voice, width));
        return out;
    }
    if !patterns.asked.is_empty() {
        let number = counted(patterns.templates.len() as u64, "template");
        out.push_str(&format!("{} {number} {}\n\n", Meaning::Strong.of("shown:"), voice.say(&patterns.asked)));
    }
    for row in patterns.templates {
        out.push_str(&told(row, records, voice, width));
        if patterns.values {
            for held in &row.parameters {
                let line = cut(&value_line(held, voice), width - 6);
                out.push_str(&format!("      {line}\n"));
            }
        }
    }
    out
}

/// Where the text of a template begins: behind count, share, severity and bars.
const INDENT: usize = 41;
/// Of a longer template only so much is shown; `--output json` has all of it.
const TEMPLATE: usize = 240;

fn told(row: &TemplateRow, records: u64, voice: &Voice, width: usize) -> String {
    let share = 100.0 * row.count as f64 / records.max(1) as f64;
    let share = if share < 0.01 && row.count > 0 { "<0.01".to_string() } else { number(share) };
    let bars = bars(&row.rate);
    let severity = format!("{:<5}", row.severity);
    let severity = if severe(&row.severity) { Meaning::Gray.of(&severity) } else { severity };
    let head = format!("{:>9} {:>5} % {severity} {bars}  ", number(row.count as f64), share);
    let text = voice.say_short(&row.template, TEMPLATE);
    let lines = wrapped(&format!("{}{text}", service(row, voice)), width - INDENT);
    let first = format!("{head}{}\n", lines.join(&format!("\n{}", " ".repeat(INDENT))));
    let when = match (row.first_seen, row.last_seen) {
        (Some(first), Some(last)) if first == last => format!("{}: ", day_clock(first)),
        (Some(first), Some(last)) => format!("{} to {}: ", day_clock(first), day_clock(last)),
        _ => String::new(),
    };
    let example = voice.say_short(&format!("{when}{}", row.example.trim()), width - 6);
    let second =
        if row.example.is_empty() { String::new() } else { format!("      {}\n", Meaning::Aside.of(&example)) };
    format!("{first}{second}")
}

/// Counts as bars from nothing up, one column each; a blank where there is none.
fn bars(counts: &[u64]) -> String {
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    let bar = |count: &u64| match count {
        0 => ' ',
        count => LEVELS[(count * LEVELS.len() as u64).div_ceil(most) as usize - 1],
    };
    counts.iter().map(bar).collect()
}

fn service(row: &TemplateRow, voice: &Voice) -> String {
    if row.service.is_empty() { String::new() } else { format!("{}: ", voice.say_short(&row.service, 24)) }
}

fn severe(word: &str) -> bool {
    matches!(word, "WARN" | "ERROR" | "FATAL")
}

/// `<num> 1,204 distinct: 3 to 88, half below 12`.
fn value_line(held: &ParameterRow, voice: &Voice) -> String {
    let about = if held.is_exact { "" } else { "about " };
    let kind = held.kind.as_str();
    let distinct = format!("<{kind}> {about}{} distinct", number(held.distinct as f64));
    if is_secret(held, voice) {
        return format!("{distinct}, not told: a secret is among them");
    }
    if let Some(n) = held.numbers.as_ref().filter(|_| held.distinct > 3) {
        let unit = if n.unit.is_empty() { String::new() } else { format!(" {}", n.unit) };
        let say = |value: f64| format!("{}{unit}", number(value));
        let (least, most, median, p99) = (say(n.least), say(n.most), say(n.median), say(n.p99));
        return format!("{distinct}: {least} to {most}, half below {median}, 99 % below {p99}");
    }
    let told = held.values.iter().filter(|value| !is_opaque(&value.text));
    let unit = held.numbers.as_ref().map(|n| n.unit.as_str()).filter(|unit| !unit.is_empty()).unwrap_or_default();
    let said = |text: &str| match text.parse::<f64>() {
        Ok(_) if !unit.is_empty() => format!("{} {unit}", voice.say(text)),
        _ => voice.say(text),
    };
    let told: Vec<String> =
        told.map(|value| format!("{} ({})", said(&value.text), number(value.count as f64))).collect();
    if told.is_empty() { distinct } else { format!("{distinct}: {}", told.join(", ")) }
}

/// A share that changed so much is told: the likelihood-ratio statistic of two binomials (S. Wilks 1938), which chance
/// alone brings above this once in ten thousand.
const TELLING: f64 = 15.1;

/// What is new, gone, more and less on the second of two sides.
fn compared(patterns: &PatternsDocument<'_>, sides: &[String; 2], voice: &Voice, width: usize) -> String {
    let all: [u64; 2] = [0, 1].map(|side| patterns.templates.iter().map(|t| t.sides[side]).sum());
    let mut out = String::new();
    for (word, side) in [("before", 0), ("after", 1)] {
        let own = patterns.templates.iter().filter(|t| t.sides[side] > 0).count() as u64;
        let counts = format!("{} in {}", counted(all[side], "record"), counted(own, "template"));
        out.push_str(&format!("{word:<7} {}: {counts}\n", voice.say(&sides[side])));
    }
    let mut rows: Vec<&TemplateRow> = patterns.templates.iter().collect();
    let changed = |row: &TemplateRow| likelihood(row.sides, all);
    rows.sort_by(|a, b| changed(b).total_cmp(&changed(a)).then_with(|| a.template.cmp(&b.template)));
    let kinds: Vec<Change> = rows.iter().map(|row| Change::of(row.sides, all)).collect();
    for kind in [Change::New, Change::Gone, Change::More, Change::Less] {
        let of_kind = rows.iter().zip(&kinds).filter(|(_, of)| **of == kind);
        let part: String = of_kind.map(|(row, _)| changed_line(row, kind, all, voice, width)).collect();
        if !part.is_empty() {
            out.push_str(&format!("\n{}\n{part}", Meaning::Strong.of(kind.word())));
        }
    }
    let same = kinds.iter().filter(|kind| **kind == Change::Same).count() as u64;
    out.push_str(&format!("\n{} as often as before, as far as counts can say\n", counted(same, "template")));
    out
}

fn changed_line(row: &TemplateRow, kind: Change, all: [u64; 2], voice: &Voice, width: usize) -> String {
    let share = |side: usize| number(100.0 * row.sides[side] as f64 / all[side].max(1) as f64);
    let counts = match kind {
        Change::New => number(row.sides[1] as f64),
        Change::Gone => number(row.sides[0] as f64),
        _ => format!("{} % to {} %", share(0), share(1)),
    };
    let head = format!("{counts:>20} {:<5} ", row.severity);
    let service = service(row, voice);
    let room = width.saturating_sub(head.width() + service.width()).max(20);
    format!("{head}{service}{}\n", voice.say_short(&row.template, room))
}

/// What became of a template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Gone,
    More,
    Less,
    Same,
}

impl Change {
    fn of(counts: [u64; 2], all: [u64; 2]) -> Change {
        let share = |side: usize| counts[side] as f64 / all[side].max(1) as f64;
        match counts {
            [0, _] => Change::New,
            [_, 0] => Change::Gone,
            _ if likelihood(counts, all) < TELLING => Change::Same,
            _ if share(1) > share(0) => Change::More,
            _ => Change::Less,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Gone => "gone",
            Change::More => "more",
            Change::Less => "less",
            Change::Same => "the same",
        }
    }
}

/// How much more likely counts are under two shares than under one, twice the logarithm.
fn likelihood(counts: [u64; 2], all: [u64; 2]) -> f64 {
    let term = |part: f64, share: f64| if part > 0.0 && share > 0.0 { part * share.ln() } else { 0.0 };
    let log = |count: f64, all: f64, share: f64| term(count, share) + term(all - count, 1.0 - share);
    let (a, b, n, m) = (counts[0] as f64, counts[1] as f64, all[0].max(1) as f64, all[1].max(1) as f64);
    let joint = (a + b) / (n + m);
    2.0 * (log(a, n, a / n) + log(b, m, b / m) - log(a, n, joint) - log(b, m, joint))
}

/// One template, and where its records stand.
#[derive(Clone, Debug)]
pub struct OrderedRow {
    /// The template.
    pub row: TemplateRow,
    /// The lines on which its first and last record begin, from 1.
    pub lines: (u64, u64),
    /// The most frequent severity, 0 to 24 as in OpenTelemetry's logs.
    pub severity: u8,
}

/// What can be told of logs without any time.
pub struct Untimed<'a> {
    /// The templates, in the order in which they were first written.
    pub rows: &'a [OrderedRow],
    /// What was read.
    pub coverage: &'a Coverage,
    /// The command that lists all templates.
    pub more: &'a str,
}

/// So many templates stand on the screen.
const ON_SCREEN: usize = 20;
/// What is at least so severe (WARN) stands there first.
const SEVERE: u8 = 13;

/// One screen of what was written where no record has a time: the order alone, no lead, and the flag that would help.
pub fn untimed_text(page: &Untimed<'_>, voice: &Voice, width: usize) -> String {
    let coverage = page.coverage;
    let mut out = format!(
        "No record has a time: told is what was written and in which order, not when, and no lead.\n{} in {}, {}.\n\n",
        counted(coverage.records_in(), "record"),
        counted(coverage.lines_in(), "line"),
        counted(page.rows.len() as u64, "template"),
    );
    out.push_str("   first    last    times\n");
    // Of many the severe ones stand, then the rare ones; the order stays that of the log.
    let mut chosen: Vec<usize> = (0..page.rows.len()).collect();
    let rank = |index: &usize| {
        let ordered = &page.rows[*index];
        (std::cmp::Reverse(ordered.severity.max(SEVERE - 1)), ordered.row.count, *index)
    };
    chosen.sort_by_key(rank);
    chosen.truncate(ON_SCREEN);
    chosen.sort_unstable();
    for OrderedRow { row, lines, .. } in chosen.iter().map(|index| &page.rows[*index]) {
        let count = number(row.count as f64);
        let head = format!("{:>8}{:>8} {:>8} {:<5} ", lines.0, lines.1, count, row.severity);
        let room = width.max(60).saturating_sub(head.width());
        out.push_str(&format!("{head}{}\n", voice.say_short(&row.template, room)));
    }
    let left = page.rows.len() - chosen.len();
    if left > 0 {
        let more = voice.say(page.more);
        out.push_str(&format!("and {}, milder or more frequent: {more}\n", counted(left as u64, "more template")));
    }
    out.push_str(
        "\nWith the time of each line there is a story to tell: kubectl logs --timestamps (docker logs has it too).\n",
    );
    out
}

/// What a row of `--lines` says behind the number of the line where its record starts: template id, template with bare
/// places.
pub fn patterns_lines_cells(id: &str, template: &str, voice: &Voice) -> String {
    format!("{id}\t{}", voice.say(template))
}
