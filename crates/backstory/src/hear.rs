//! One replay, heard to its end, and what is told of any moment in it.
//!
//! Signals do not depend on what is asked about them: so one hearing answers for many moments, and says of each what
//! `tell` run for it alone would say.

use std::collections::BTreeMap;

use evidence::{Coverage, DAY, Incident, Nanos, Time};
use signal::hindsight::{Looking, Question};
use story::{Facts, Story};

use crate::failure::Failure;
use crate::read::Evidence;
use crate::watch::{Watched, Watching, replay};

/// Evidence that was gone through.
pub struct Heard<'a> {
    evidence: &'a Evidence,
    watched: Watched,
    /// Onsets with hindsight, by the number of the signal.
    onsets: BTreeMap<usize, (Time, Time, Time)>,
}

impl Heard<'_> {
    /// Goes through evidence.
    ///
    /// # Errors
    /// The spool could not be read.
    pub fn new<'a>(evidence: &'a Evidence, how: &Watching) -> Result<Heard<'a>, Failure> {
        let watched = replay(evidence, how, |_| {})?;
        let onsets = look_back(evidence, &watched)?;
        Ok(Heard { evidence, watched, onsets })
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
            onsets: &self.onsets,
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

/// Onsets with hindsight, from one pass over the spool.
fn look_back(evidence: &Evidence, watched: &Watched) -> Result<BTreeMap<usize, (Time, Time, Time)>, Failure> {
    let Some((start, _)) = watched.span else { return Ok(BTreeMap::new()) };
    let folds = watched.engine.signals();
    let question = |fold: &signal::Fold| {
        let first = watched.lines.iter().find(|line| line.id == fold.id)?;
        Some(Question {
            kind: first.kind,
            subject: first.subject.clone(),
            direction: first.direction,
            detected_at: first.detected_at,
            onset: (first.onset, first.onset_low, first.onset_high),
        })
    };
    let (numbers, questions): (Vec<usize>, Vec<Question>) =
        folds.iter().enumerate().filter_map(|(n, fold)| Some((n, question(fold)?))).unzip();
    let mut looking = Looking::new(questions, start);
    let scan = evidence.kept.scan()?;
    evidence.with_tables(|tables| {
        scan.logs.for_each(|row| looking.log(&row, watched.engine.miner(), &tables));
        scan.points.for_each(|row| looking.point(&row, &tables));
    });
    Ok(numbers.into_iter().zip(looking.answers()).collect())
}
