//! Log templates as text, rows and JSON.

use evidence::Coverage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use crate::document::{CoverageDocument, SCHEMA_PATTERNS, coverage_document};
use crate::spoken::{counted, number};
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
    /// The most frequent severity's word, or empty.
    pub severity: String,
    /// The service that writes it most, or empty.
    pub service: String,
    /// The first record's time, RFC 3339.
    pub first_seen: Option<String>,
    /// The last record's time.
    pub last_seen: Option<String>,
    /// One line of it.
    pub example: String,
}

/// What a list of templates is made of.
pub struct PatternsDocument<'a> {
    /// By count, most first.
    pub templates: &'a [TemplateRow],
    /// What was read.
    pub coverage: &'a Coverage,
}

/// All templates of what was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatternsPage {
    pub schema: String,
    pub templates: Vec<TemplateDocument>,
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
    pub severity: Option<String>,
    pub service: Option<String>,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    pub example: String,
}

/// The templates as one JSON document.
pub fn patterns_document(patterns: &PatternsDocument<'_>, voice: &Voice) -> String {
    let some = |text: &str| (!text.is_empty()).then(|| voice.say(text));
    let templates = patterns
        .templates
        .iter()
        .map(|t| TemplateDocument {
            id: t.id.clone(),
            aliases: t.aliases.clone(),
            more_aliases: t.more_aliases,
            template: voice.say(&t.template),
            count: t.count,
            severity: some(&t.severity),
            service: some(&t.service),
            first_seen: t.first_seen.clone(),
            last_seen: t.last_seen.clone(),
            example: voice.say(&t.example),
        })
        .collect();
    let document = PatternsPage {
        schema: SCHEMA_PATTERNS.into(),
        templates,
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

/// The templates for a terminal: count, share, severity, service, template.
pub fn patterns_text(patterns: &PatternsDocument<'_>, voice: &Voice, width: usize) -> String {
    let records: u64 = patterns.templates.iter().map(|t| t.count).sum();
    let mut out =
        format!("{} in {}\n\n", counted(records, "record"), counted(patterns.templates.len() as u64, "template"));
    for row in patterns.templates {
        let share = 100.0 * row.count as f64 / records.max(1) as f64;
        let head = format!("{:>9} {:>5} % {:<5} ", number(row.count as f64), number(share), row.severity);
        let service =
            if row.service.is_empty() { String::new() } else { format!("{}: ", voice.say_short(&row.service, 24)) };
        let room = width.max(60).saturating_sub(head.width() + service.width());
        out.push_str(&format!("{head}{service}{}\n", voice.say_short(&row.template, room)));
    }
    out
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

/// One row of `--lines`: number of the line where the record starts, template id, template with bare places.
pub fn patterns_lines_row(line: u64, id: &str, template: &str, voice: &Voice) -> String {
    format!("{line}\t{id}\t{}\n", voice.say(template))
}
