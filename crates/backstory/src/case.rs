//! A story becomes a case: with its series, the calls, and the lines around what it cites.

use std::collections::BTreeMap;

use evidence::{Address, Incident, Nanos};
use story::Story;
use tell::{Around, Besides, Case, LinesAround, Telling, Voice};

use crate::hear::Heard;
use crate::read::Evidence;

/// Lines before and after one that is cited.
const CONTEXT: u64 = 3;
/// Of so many pieces of evidence the lines around are kept, the first ones.
const AROUND_MAX: usize = 1_000;

/// What is asked about.
pub struct Asked {
    /// The incident.
    pub incident: Incident,
    /// Whether its moment was given.
    pub given: bool,
    /// How far back the story may look.
    pub lookback: Nanos,
    /// Whether the lines around what is cited belong to it.
    pub around: bool,
}

/// Tells of an incident what was heard.
pub fn case(heard: &Heard<'_>, evidence: &Evidence, asked: Asked, reading: &ingest::Settings, voice: &Voice) -> Case {
    let (story, coverage) = heard.story(asked.incident, asked.given, asked.lookback);
    let telling = Telling { story: &story, changes: &evidence.changes, coverage: &coverage, voice };
    let besides = Besides {
        charts: heard.charts(&story),
        calls: heard.calls(),
        around: if asked.around { around(&story, reading) } else { Vec::new() },
        program: env!("CARGO_PKG_VERSION"),
    };
    Case::of(&telling, &besides)
}

/// The lines around each piece of evidence, each source opened once; of what is no line only whether its source is there.
fn around(story: &Story, reading: &ingest::Settings) -> Vec<LinesAround> {
    let mut by_source: BTreeMap<&str, Vec<(usize, u64)>> = BTreeMap::new();
    for (n, cited) in story.evidence.iter().enumerate().take(AROUND_MAX) {
        let line = match &cited.address {
            Address::Record { line, .. } => *line,
            Address::Searched { .. } => continue,
            _ => 0,
        };
        by_source.entry(cited.address.source()).or_default().push((n + 1, line));
    }
    let mut found: Vec<LinesAround> = Vec::new();
    for (source, cites) in by_source {
        let lines: Vec<u64> = cites.iter().map(|(_, line)| *line).collect();
        let each = ingest::around(source, &lines, CONTEXT, reading);
        for (place, (n, line)) in cites.into_iter().enumerate() {
            let lines = match &each {
                Err(why) => Err(why.to_string()),
                Ok(each) => match &each[place] {
                    Err(ingest::WhyNot::NoLine) => Ok(Vec::new()),
                    lines => lines.clone().map_err(|why| why.to_string()),
                },
            };
            found.push(LinesAround { n, line, found: lines });
        }
    }
    // A change, or the incident, may come from no file at all.
    found.retain(|lines| lines.line > 0 || lines.found.is_ok() || is_of_a_file(story, lines.n));
    found.sort_by_key(|lines| lines.n);
    found
}

fn is_of_a_file(story: &Story, n: usize) -> bool {
    matches!(story.evidence[n - 1].address, Address::Points { .. } | Address::Span { .. })
}

/// Looks again for what a saved story cites, and notes what cannot be opened here, or says something else now.
pub fn look_again(case: &mut Case, reading: &ingest::Settings, voice: &Voice) {
    let sources: BTreeMap<usize, String> =
        case.story.evidence.iter().filter_map(|e| Some((e.n?, e.source.clone()))).collect();
    let mut by_source: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, around) in case.around.iter().enumerate().filter(|(_, around)| around.cannot.is_none()) {
        by_source.entry(sources.get(&around.n).cloned().unwrap_or_default()).or_default().push(place);
    }
    for (source, places) in by_source {
        let lines: Vec<u64> = places.iter().map(|place| case.around[*place].line).collect();
        let now = ingest::around(&source, &lines, 0, reading);
        for (number, place) in places.iter().enumerate() {
            let around = &mut case.around[*place];
            around.cannot = match &now {
                Err(why) => Some(why.to_string()),
                Ok(each) => changed(around, &each[number], voice),
            };
        }
    }
}

/// Why a line cannot be taken for the one that was saved.
fn changed(saved: &Around, now: &Result<ingest::Surroundings, ingest::WhyNot>, voice: &Voice) -> Option<String> {
    match now {
        Err(ingest::WhyNot::NoLine) => None,
        Err(why) => Some(why.to_string()),
        Ok(lines) => {
            let then = saved.lines.iter().find(|(line, _)| *line == saved.line)?;
            let same = lines.first().is_some_and(|(_, text)| tell::same_line(&then.1, text, voice));
            (!same).then(|| format!("line {} says something else now", saved.line))
        }
    }
}
