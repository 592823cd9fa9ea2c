//! A case: all that is told of one incident, in words and numbers, harmless and without secrets.
//!
//! Every form is told from this and from nothing else, so that the facts are the same in all of them; and this is what a
//! `.story` holds, so that it can be told again anywhere. Text from evidence passes the [`crate::Voice`] here, and no
//! later.

use evidence::{Time, six};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use signal::hindsight::{Chart, Measure};

use crate::clean::plain;
use crate::document::story::{StoryDocument, of_story};
use crate::document::{SCHEMA_CASE, given};
use crate::glance::{Glance, Row, glance, row};
use crate::voice::{Telling, Voice};
use crate::words;

/// All that is told of one incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `backstory.case/1`.
    pub schema: String,
    /// The version of the program that saved it.
    pub program: String,
    /// Whether secrets were hidden.
    pub redacted: bool,
    /// The story, as the contract has it.
    pub story: StoryDocument,
    /// The same at a glance.
    pub glance: Glance,
    /// Each signal of the story in a line or two.
    pub rows: Vec<Row>,
    /// Each change among the suspects in a few words, and what it cites.
    pub changes: Vec<ChangeRow>,
    /// When everything was.
    pub times: Times,
    /// What signals' series looked like.
    pub charts: Vec<ChartDocument>,
    /// Who calls whom.
    pub calls: Vec<CallDocument>,
    /// The lines around what is cited.
    pub around: Vec<Around>,
}

/// A change in a few words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRow {
    /// Its kind, whose, its reference and summary.
    pub what: String,
    /// What it cites.
    pub cites: Vec<usize>,
}

/// Moments as milliseconds since 1970, to draw with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// First and last believed moment of telemetry.
    pub span: Option<(i64, i64)>,
    /// When users were hurt.
    pub users_at: i64,
    /// When it was noticed.
    pub noticed_at: i64,
    /// When an alert was delivered first.
    pub told_at: Option<i64>,
    /// Of each signal of the story.
    pub signals: Vec<SignalTimes>,
    /// Of each change among the suspects.
    pub changes: Vec<i64>,
    /// Of each chapter: from, to.
    pub chapters: Vec<(Option<i64>, Option<i64>)>,
}

/// Moments of one signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalTimes {
    /// Onset with hindsight: earliest, latest.
    pub onset: (i64, i64),
    /// When it would have been raised.
    pub detected: i64,
    /// When it ended.
    pub ended: Option<i64>,
}

/// A signal's series in cells of equal width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChartDocument {
    /// Index into the story's signals.
    pub signal: usize,
    /// Left edge of the first cell, milliseconds since 1970.
    pub from: i64,
    /// Width of a cell in milliseconds.
    pub step: i64,
    /// What a number is: `count` in a cell, `mean` of it, or `share` of its events.
    pub measure: String,
    /// One for each cell; null where there was nothing.
    pub values: Vec<Option<f64>>,
    /// Between these lay nine cells of ten before the onset.
    pub band: Option<(f64, f64)>,
    /// Its least and its greatest value, in words.
    pub range: (String, String),
}

/// One service calls another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallDocument {
    /// Who calls.
    pub caller: String,
    /// Who is called.
    pub callee: String,
    /// How often that was seen.
    pub count: u64,
}

/// The lines around one that is cited, or why they cannot be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Around {
    /// The number of the evidence.
    pub n: usize,
    /// Line numbers and texts, in order; the cited line among them.
    pub lines: Vec<(u64, String)>,
    /// The number of the cited line.
    pub line: u64,
    /// Why there are none.
    pub cannot: Option<String>,
}

/// The lines around a piece of evidence, as they stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct LinesAround {
    /// The number of the evidence.
    pub n: usize,
    /// The number of the line that is cited; 0 where it is no line.
    pub line: u64,
    /// Numbers and texts in order, or why they cannot be opened.
    pub found: Result<Vec<(u64, String)>, String>,
}

/// What a case is made of besides the story.
#[derive(Default)]
pub struct Besides<'a> {
    /// By index of the signal.
    pub charts: Vec<(usize, Chart)>,
    /// Who calls whom, and how often.
    pub calls: &'a [story::Call],
    /// The lines around pieces of evidence.
    pub around: Vec<LinesAround>,
    /// The version of this program.
    pub program: &'a str,
}

/// The years 1 to 9999, in milliseconds since 1970.
const EARLIEST: i64 = -62_135_596_800_000;
const LATEST: i64 = 253_402_300_799_999;
/// No chart of ours has so many cells.
const CELLS_MAX: usize = 10_000;

/// Every text of a document made harmless.
fn cleaned(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = plain(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(cleaned),
        serde_json::Value::Object(fields) => {
            let old = std::mem::take(fields);
            fields.extend(old.into_iter().map(|(key, mut value)| {
                cleaned(&mut value);
                (plain(&key), value)
            }));
        }
        _ => {}
    }
}

/// Longest line of the surroundings.
const AROUND_CHARS: usize = 400;

impl Case {
    /// Puts a story in words.
    pub fn of(telling: &Telling<'_>, besides: &Besides<'_>) -> Case {
        let (story, voice) = (telling.story, telling.voice);
        let changes = story.suspects.changes.iter().map(|suspect| ChangeRow {
            what: words::change(&telling.changes[suspect.change], voice),
            cites: suspect.cites.clone(),
        });
        let call = |call: &story::Call| {
            let (caller, callee) = (given(&call.caller, voice)?, given(&call.callee, voice)?);
            Some(CallDocument { caller, callee, count: call.count })
        };
        Case {
            schema: SCHEMA_CASE.into(),
            program: besides.program.into(),
            redacted: voice.hides(),
            story: of_story(telling),
            glance: glance(telling),
            rows: (0..story.signals.len()).map(|number| row(telling, number)).collect(),
            changes: changes.collect(),
            times: times(telling),
            charts: besides
                .charts
                .iter()
                .map(|(n, chart)| chart_document(*n, chart, &story.signals[*n].signal))
                .collect(),
            calls: besides.calls.iter().filter_map(call).collect(),
            around: besides.around.iter().map(|lines| around(lines, voice)).collect(),
        }
    }

    /// The story as one document of the contract.
    pub fn json(&self) -> String {
        crate::document::pretty(&self.story)
    }

    /// As it is saved.
    pub fn save(&self) -> String {
        let mut text = serde_json::to_string(self).expect("numbers, texts and lists always serialise");
        text.push('\n');
        text
    }

    /// Opens what was saved.
    ///
    /// # Errors
    /// It is no saved story, or a newer one than this program knows.
    pub fn open(text: &str) -> Result<Case, NoCase> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let head: Head = serde_json::from_str(text).map_err(|e| NoCase::NoStory(e.to_string()))?;
        match head.schema.rsplit_once('/') {
            Some(("backstory.case", "1")) => {}
            Some(("backstory.case", version)) if version.parse::<u32>().is_ok_and(|version| version > 1) => {
                return Err(NoCase::Newer(head.schema.chars().take(60).collect()));
            }
            _ => {
                return Err(NoCase::NoStory(format!(
                    "its schema is {:?}",
                    head.schema.chars().take(60).collect::<String>()
                )));
            }
        }
        let mut value: serde_json::Value = serde_json::from_str(text).map_err(|e| NoCase::Broken(e.to_string()))?;
        // Whoever made this file may not have been this program: its texts are as foreign as any log's.
        cleaned(&mut value);
        let case: Case = serde_json::from_value(value).map_err(|e| NoCase::Broken(plain(&e.to_string())))?;
        case.whole().map_err(NoCase::Broken)?;
        Ok(case)
    }

    /// Whether every index points at something: a file from elsewhere is not believed.
    fn whole(&self) -> Result<(), String> {
        let signals = self.story.signals.len();
        let counts = [
            (self.rows.len(), signals, "rows"),
            (self.times.signals.len(), signals, "times of signals"),
            (self.changes.len(), self.story.suspects.changes.len(), "changes"),
            (self.times.changes.len(), self.changes.len(), "times of changes"),
            (self.times.chapters.len(), self.story.chapters.len(), "times of chapters"),
        ];
        if let Some((found, wanted, what)) = counts.iter().find(|(found, wanted, _)| found != wanted) {
            return Err(format!("it has {found} {what} where {wanted} belong"));
        }
        let chosen = self.glance.chosen.iter().chain(self.charts.iter().map(|chart| &chart.signal));
        if let Some(signal) = chosen.copied().find(|signal| *signal >= signals) {
            return Err(format!("it speaks of signal {signal} of {signals}"));
        }
        if self.charts.iter().any(|chart| !(1..=LATEST).contains(&chart.step) || chart.values.len() > CELLS_MAX) {
            return Err("a chart has cells that cannot be".into());
        }
        if let Some(odd) = self.moments().find(|at| !(EARLIEST..=LATEST).contains(at)) {
            return Err(format!("it speaks of a moment that cannot be ({odd} ms since 1970)"));
        }
        if self.glance.fitting > self.glance.changed.len() {
            return Err("it counts more fitting changes than it tells".into());
        }
        Ok(())
    }

    fn moments(&self) -> impl Iterator<Item = i64> {
        let times = &self.times;
        let of_signals =
            times.signals.iter().flat_map(|s| [Some(s.onset.0), Some(s.onset.1), Some(s.detected), s.ended]);
        let of_chapters = times.chapters.iter().flat_map(|(from, to)| [*from, *to]);
        let span = times.span.into_iter().flat_map(|(from, to)| [from, to]);
        let single = [Some(times.users_at), Some(times.noticed_at), times.told_at];
        let optional = of_signals.chain(of_chapters).chain(single).flatten();
        optional.chain(span).chain(times.changes.iter().copied()).chain(self.charts.iter().map(|chart| chart.from))
    }

    /// How many citations cannot be opened, and why the first; nothing where all can.
    pub fn closed(&self) -> Option<String> {
        let closed: Vec<&str> = self.around.iter().filter_map(|around| around.cannot.as_deref()).collect();
        let first = closed.first()?;
        Some(format!("{} of {} citations cannot be opened here: {first}", closed.len(), self.around.len()))
    }

    /// The chart of a signal.
    pub fn chart(&self, signal: usize) -> Option<&ChartDocument> {
        self.charts.iter().find(|chart| chart.signal == signal)
    }
}

/// Why a file is no saved story for this program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCase {
    /// It is something else.
    #[error("it is no saved story: {0}")]
    NoStory(String),
    /// A newer version wrote it.
    #[error("it was saved by a newer version of backstory ({0}), which this one does not know")]
    Newer(String),
    /// It was changed, or cut.
    #[error("it is a saved story that is not whole: {0}")]
    Broken(String),
}

/// Milliseconds since 1970.
fn millis(time: Time) -> i64 {
    time.0.div_euclid(1_000_000)
}

fn times(telling: &Telling<'_>) -> Times {
    let story = telling.story;
    let signals = story.signals.iter().map(|told| SignalTimes {
        onset: (millis(told.onset.1), millis(told.onset.2)),
        detected: millis(told.signal.detected_at),
        ended: told.ended.map(|(at, _)| millis(at)),
    });
    Times {
        span: story.span.map(|(from, to)| (millis(from), millis(to))),
        users_at: millis(story.users_at),
        noticed_at: millis(story.incident.noticed_at),
        told_at: story.knew.told_at.map(millis),
        signals: signals.collect(),
        changes: story.suspects.changes.iter().map(|change| millis(change.time)).collect(),
        chapters: story.chapters.iter().map(|c| (c.from.map(millis), c.to.map(millis))).collect(),
    }
}

fn chart_document(number: usize, chart: &Chart, signal: &signal::Signal) -> ChartDocument {
    let measure = match chart.measure {
        Measure::Count => "count",
        Measure::Mean => "mean",
        Measure::Share => "share",
    };
    let known = || chart.values.iter().copied().flatten();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let said = |value: f64| match chart.measure {
        Measure::Count => crate::spoken::number(value),
        _ => words::amount(value, signal),
    };
    ChartDocument {
        range: (said(low), said(high)),
        signal: number,
        from: millis(chart.from),
        step: (chart.step / 1_000_000).max(1),
        measure: measure.into(),
        values: chart.values.iter().map(|value| value.map(six)).collect(),
        band: chart.band.map(|(low, high)| (six(low), six(high))),
    }
}

fn around(lines: &LinesAround, voice: &Voice) -> Around {
    let LinesAround { n, line, found } = lines;
    let said = |(number, text): &(u64, String)| (*number, voice.say_short(text, AROUND_CHARS));
    let (lines, cannot) = match found {
        Ok(lines) => (lines.iter().map(said).collect(), None),
        Err(why) => (Vec::new(), Some(voice.say(why))),
    };
    Around { n: *n, line: *line, lines, cannot }
}

/// Whether a line, as it stands in its source now, is the one that was saved.
pub fn same_line(saved: &str, now: &str, voice: &Voice) -> bool {
    voice.say_short(now, AROUND_CHARS) == saved
}

/// A moment of a case.
pub(crate) fn moment(millis: i64) -> Time {
    Time(millis.saturating_mul(1_000_000))
}
