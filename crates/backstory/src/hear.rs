//! One replay, heard to its end, and what is told of any moment in it.
//!
//! Signals do not depend on what is asked about them: so one hearing answers for many moments, and says of each what
//! `tell` run for it alone would say.

use std::collections::BTreeMap;

use evidence::{Coverage, DAY, Incident, Nanos, Time};
use signal::hindsight::{Chart, Charting, Drawn, Looking, Question};
use story::{Call, Facts, Story};

use crate::failure::Failure;
use crate::read::Evidence;
use crate::watch::{Watched, Watching, replay};

/// Evidence that was gone through.
pub struct Heard<'a> {
    evidence: &'a Evidence,
    watched: Watched,
    seen: Hindsight,
}

/// What later evidence shows.
#[derive(Default)]
struct Hindsight {
    /// Onsets, by the number of the signal.
    onsets: BTreeMap<usize, (Time, Time, Time)>,
    /// Series, by its id.
    charts: BTreeMap<evidence::Id, Chart>,
}

/// So many signals' series are drawn, the strongest.
const CHARTS_MAX: usize = 200;

impl Heard<'_> {
    /// Goes through evidence.
    ///
    /// # Errors
    /// The spool could not be read.
    pub fn new<'a>(evidence: &'a Evidence, how: &Watching) -> Result<Heard<'a>, Failure> {
        let watched = replay(evidence, how, |_| {})?;
        let seen = look_back(evidence, &watched)?;
        Ok(Heard { evidence, watched, seen })
    }

    /// Who calls whom.
    pub fn calls(&self) -> &[Call] {
        &self.watched.calls
    }

    /// The series of a story's signals, by index of the signal.
    pub fn charts(&self, story: &Story) -> Vec<(usize, Chart)> {
        let chart = |(n, told): (usize, &story::Told)| Some((n, self.seen.charts.get(&told.signal.id)?.clone()));
        story.signals.iter().enumerate().filter_map(chart).collect()
    }

    /// The story of an incident, with what was read before it. `given`: whether its moment was.
    pub fn story(&self, incident: Incident, given: bool, lookback: Nanos) -> (Story, Coverage) {
        let (evidence, watched) = (self.evidence, &self.watched);
        let noticed = incident.noticed_at;
        let mut coverage = evidence.coverage.clone();
        coverage.past_seconds = watched.span.map_or(0.0, |(start, _)| ((noticed - start).max(0)) as f64 / 1e9);
        for (detector, dropped) in watched.engine.dropped() {
            coverage.limits.insert(format!("signal.{detector}"), dropped);
        }
        let facts = Facts {
            incident,
            noticed_was_given: given,
            lines: &watched.lines,
            folds: watched.engine.signals(),
            onsets: &self.seen.onsets,
            changes: &evidence.changes,
            alerts: &evidence.alerts,
            alert_silences: &evidence.alert_silences,
            calls: &watched.calls,
            reporters: &watched.reporters,
            coverage: &coverage,
            sources: &evidence.sources,
            span: watched.span,
            settings: story::Settings { lookback: lookback.min(400 * DAY) },
            watched: watched.engine.watched(),
            lost_detectors: watched.engine.lost(),
            lost_parts: &evidence.lost,
            untimed: &evidence.untimed,
            searched: &watched.searched,
        };
        let story = story::story(&facts);
        (story, coverage)
    }
}

/// Onsets with hindsight and series, from one pass over the spool.
fn look_back(evidence: &Evidence, watched: &Watched) -> Result<Hindsight, Failure> {
    let Some(span) = watched.span else { return Ok(Hindsight::default()) };
    let folds = watched.engine.signals();
    let first = |fold: &signal::Fold| watched.lines.iter().find(|line| line.id == fold.id);
    let question = |first: &signal::Signal| Question {
        kind: first.kind,
        subject: first.subject.clone(),
        direction: first.direction,
        detected_at: first.detected_at,
        onset: (first.onset, first.onset_low, first.onset_high),
    };
    let (numbers, questions): (Vec<usize>, Vec<Question>) =
        folds.iter().enumerate().filter_map(|(n, fold)| Some((n, question(first(fold)?)))).unzip();
    let mut looking = Looking::new(questions, span.0);
    let shown = strongest(watched);
    let drawn = |signal: &&signal::Signal| Drawn {
        kind: signal.kind,
        subject: signal.subject.clone(),
        onset: signal.onset_low,
    };
    let mut charting = Charting::new(shown.iter().map(drawn).collect(), span);
    let scan = evidence.kept.scan()?;
    evidence.with_tables(|tables| {
        let miner = watched.engine.miner();
        scan.logs.for_each(|row| {
            looking.log(&row, miner, &tables);
            charting.log(&row, miner, &tables);
        });
        scan.values.for_each(|row| charting.value(&row, miner, &tables));
        scan.points.for_each(|row| {
            looking.point(&row, &tables);
            charting.point(&row, &tables);
        });
        scan.spans.for_each(|row| charting.span(&row, &tables));
    });
    let charts = shown.iter().zip(charting.charts()).filter_map(|(signal, chart)| Some((signal.id, chart?)));
    Ok(Hindsight { onsets: numbers.into_iter().zip(looking.answers()).collect(), charts: charts.collect() })
}

/// The strongest signals, each by its first line.
fn strongest(watched: &Watched) -> Vec<&signal::Signal> {
    let mut first: BTreeMap<evidence::Id, (&signal::Signal, f64)> = BTreeMap::new();
    for line in &watched.lines {
        let entry = first.entry(line.id).or_insert((line, 0.0));
        entry.1 = entry.1.max(line.strength);
    }
    let mut all: Vec<(&signal::Signal, f64)> =
        first.into_values().filter(|(_, peak)| *peak >= signal::budget::SHOWN).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.detected_at.cmp(&b.0.detected_at)).then(a.0.id.cmp(&b.0.id)));
    all.truncate(CHARTS_MAX);
    all.into_iter().map(|(signal, _)| signal).collect()
}
