//! Drives the engine over what was read: minute by minute, in event time, up to the last minute that is known as a whole.

use std::collections::BTreeMap;

use evidence::{Address, BUCKET, Bucket, DAY, LATENESS, Name, Nanos, Time};
use signal::calls::Calls;
use signal::{Engine, Signal};
use story::{Call, Reporter};

use crate::failure::Failure;
use crate::read::Evidence;

/// Silence of everything beyond this is not gone through minute by minute.
const GAP: Nanos = 7 * DAY;
/// A gap is left out in steps of this, so that every window keeps its place.
const GAP_STEP: Nanos = 3 * DAY;

/// How far the engine goes, and what is left out.
#[derive(Clone, Debug, Default)]
pub struct Watching {
    /// Nothing before this is looked at.
    pub from: Option<Time>,
    /// Nothing after this is looked at.
    pub until: Option<Time>,
    /// The engine's settings.
    pub engine: signal::Settings,
}

/// The engine at the end, and what was seen besides signals.
pub struct Watched {
    /// The engine.
    pub engine: Engine,
    /// Every line, in order.
    pub lines: Vec<Signal>,
    /// Who calls whom.
    pub calls: Vec<Call>,
    /// Who reported what.
    pub reporters: BTreeMap<String, Reporter>,
    /// For each service the files that tell of it, and how many records do.
    pub searched: BTreeMap<String, (String, u64)>,
    /// The first bucket's left edge and the last moment that was known.
    pub span: Option<(Time, Time)>,
}

/// Replays what was read; each line goes to `each` at the moment at which it would have been raised.
///
/// # Errors
/// The spool could not be read.
pub fn replay(evidence: &Evidence, how: &Watching, mut each: impl FnMut(&Signal)) -> Result<Watched, Failure> {
    let mut watched = Watched {
        engine: Engine::new(&how.engine),
        lines: Vec::new(),
        calls: Vec::new(),
        reporters: BTreeMap::new(),
        searched: BTreeMap::new(),
        span: None,
    };
    let Some((_, end)) = evidence.span else { return Ok(watched) };
    let end = how.until.map_or(end, |until| until.min(end));
    let changes = changed(evidence);
    let mut seen = Seen::default();
    let mut buckets = evidence.kept.buckets(&changes)?;
    evidence.with_tables(|tables| {
        let mut next: Option<Time> = None;
        for bucket in &mut buckets {
            if bucket.edge + LATENESS > end {
                break;
            }
            let telemetry = !(bucket.logs.is_empty() && bucket.points.is_empty() && bucket.spans.is_empty());
            let early = how.from.is_some_and(|from| bucket.edge <= from);
            // What changed before the first telemetry is known to the story; there is nothing yet for it to explain.
            if early || (next.is_none() && !telemetry) {
                continue;
            }
            let mut minute = next.unwrap_or(bucket.edge);
            if bucket.edge - minute > GAP {
                minute = minute + (bucket.edge - minute - GAP / 2) / GAP_STEP * GAP_STEP;
            }
            while minute < bucket.edge {
                watched.lines.extend(quiet(&mut watched.engine, minute, tables, &mut each));
                minute = minute + BUCKET;
            }
            seen.note(&bucket, evidence);
            let lines = watched.engine.bucket(&bucket, tables);
            lines.iter().for_each(&mut each);
            watched.lines.extend(lines);
            next = Some(bucket.edge + BUCKET);
        }
        // Minutes that other evidence shows to have passed, after the last bucket that is whole.
        while let Some(minute) = next.filter(|minute| *minute + LATENESS <= end) {
            watched.lines.extend(quiet(&mut watched.engine, minute, tables, &mut each));
            next = Some(minute + BUCKET);
        }
    });
    if let Some(error) = buckets.failed() {
        return Err(Failure::from(error));
    }
    watched.span = watched.engine.started().map(|start| (start, end));
    seen.finish(evidence, &mut watched);
    Ok(watched)
}

fn quiet(
    engine: &mut Engine,
    edge: Time,
    tables: signal::detectors::Tables<'_>,
    each: &mut impl FnMut(&Signal),
) -> Vec<Signal> {
    let lines = engine.bucket(&Bucket { edge, ..Bucket::default() }, tables);
    lines.iter().for_each(each);
    lines
}

/// When something changed, and whose; a service that nothing else names is nobody's. A commit in a repository runs
/// nowhere yet.
fn changed(evidence: &Evidence) -> Vec<(Time, Name)> {
    let mut names = evidence.names.clone();
    let known =
        |c: &evidence::ChangeEvent| (c.known_at(), c.service.as_deref().map_or(Name::NONE, |s| names.intern(s)));
    let raises = |c: &&evidence::ChangeEvent| evidence.repository != Some(c.source);
    let mut changes: Vec<(Time, Name)> = evidence.changes.iter().filter(raises).map(known).collect();
    changes.sort();
    changes
}

#[derive(Default)]
struct Seen {
    calls: Calls,
    map: BTreeMap<(Name, Name), (u64, Time, Address)>,
    reporters: BTreeMap<Name, Reporter>,
    sources: BTreeMap<Name, BTreeMap<u32, u64>>,
}

impl Seen {
    fn note(&mut self, bucket: &Bucket, evidence: &Evidence) {
        let add = |slot: &mut Option<(u64, Time)>, count: u64, at: Time| {
            let (before, last) = slot.unwrap_or((0, at));
            *slot = Some((before + count, last.max(at)));
        };
        for row in &bucket.logs {
            add(&mut self.reporters.entry(row.service).or_default().logs, u64::from(row.count), bucket.edge);
            *self.sources.entry(row.service).or_default().entry(row.source).or_default() += u64::from(row.count);
        }
        for row in &bucket.points {
            let series = evidence.series.get(row.series);
            let reporter = self.reporters.entry(series.service).or_default();
            add(&mut reporter.points, 1, row.time);
            let metric = evidence.names.text(series.metric);
            if !reporter.metrics.contains(metric) {
                reporter.metrics.insert(metric.to_string());
            }
            *self.sources.entry(series.service).or_default().entry(row.source).or_default() += 1;
        }
        for row in &bucket.spans {
            add(&mut self.reporters.entry(row.service).or_default().spans, 1, row.end);
            *self.sources.entry(row.service).or_default().entry(row.source).or_default() += 1;
        }
        for call in self.calls.observe(bucket.edge, &bucket.spans).calls {
            let span = call.callee;
            let entry = self.map.entry((call.caller, span.service)).or_insert_with(|| {
                let source = evidence.sources.get(span.source as usize).cloned().unwrap_or_default();
                (0, span.end, Address::Span { source, trace: span.trace, span: span.id })
            });
            entry.0 += 1;
        }
    }

    fn finish(self, evidence: &Evidence, watched: &mut Watched) {
        let text = |name: Name| evidence.names.text(name).to_string();
        watched.calls = self
            .map
            .into_iter()
            .map(|((caller, callee), (count, first, example))| Call {
                caller: text(caller),
                callee: text(callee),
                count,
                first,
                example,
            })
            .collect();
        watched.calls.sort();
        let named = self.reporters.into_iter().filter(|(name, _)| name.is_some());
        watched.reporters = named.map(|(name, reporter)| (text(name), reporter)).collect();
        for (name, sources) in self.sources.into_iter().filter(|(name, _)| name.is_some()) {
            let records = sources.values().sum();
            let files: Vec<&str> =
                sources.keys().filter_map(|n| evidence.sources.get(*n as usize)).map(String::as_str).collect();
            watched.searched.insert(text(name), (files.join(", "), records));
        }
    }
}
