//! The engine: buckets of evidence in, signals out. The same for replay and live; time is what the buckets say.
//!
//! Detection is causal and immutable: what is returned for a bucket depends on this bucket and those before it, and is
//! never changed. Within a bucket, signals come in an order that depends on their strength and text alone.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use evidence::{Bucket, DAY, HOUR, Id, LATENESS, MINUTE, Nanos, Time, Timing, six};

use crate::budget::{Budget, null_rate, warm_up};
use crate::calls::Calls;
use crate::detectors::{
    DETECTORS, Departure, Detector, LineCount, Moment, Origins, RecentChanges, Said, Tables, sample_rank,
};
use crate::fold::{Fold, Folds, Placed, key};
use crate::meters::Readings;
use crate::signal::{BaseRate, Direction, Kind, Signal};
use crate::templates::Miner;

/// Raises of one class so near to each other are one episode.
const EPISODE: Nanos = HOUR;

/// What to leave out, and what to break.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Names of detectors that are left out.
    pub without: Vec<String>,
    /// A detector that is made to panic at its first bucket: to show that it loses its own signals, never the story.
    pub broken: Option<String>,
}

/// Watches buckets go by.
pub struct Engine {
    detectors: Vec<(&'static str, Option<Box<dyn Detector>>)>,
    lost: Vec<(String, Time)>,
    broken: Option<String>,
    miner: Miner,
    origins: Origins,
    changes: RecentChanges,
    calls: Calls,
    budget: Budget,
    readings: Readings,
    folds: Folds,
    start: Option<Time>,
    now: Time,
    raised: BTreeMap<(Kind, Direction, String), Vec<(Time, f64)>>,
    novelties: BTreeMap<(Kind, String), Vec<Time>>,
}

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(settings: &Settings) -> Engine {
        let chosen = DETECTORS.iter().filter(|(name, _)| !settings.without.iter().any(|w| w == name));
        Engine {
            detectors: chosen.map(|(name, make)| (*name, Some(make()))).collect(),
            lost: Vec::new(),
            broken: settings.broken.clone(),
            miner: Miner::new(),
            origins: Origins::default(),
            changes: RecentChanges::default(),
            calls: Calls::default(),
            budget: Budget::new(),
            readings: Readings::default(),
            folds: Folds::default(),
            start: None,
            now: Time::MIN,
            raised: BTreeMap::new(),
            novelties: BTreeMap::new(),
        }
    }

    /// Takes in the next bucket and says what a listener would have raised when it closed. Buckets must come in order of
    /// their edges; an empty one stands for a minute that other evidence shows to have passed.
    pub fn bucket(&mut self, bucket: &Bucket, tables: Tables<'_>) -> Vec<Signal> {
        self.now = bucket.edge;
        let start = *self.start.get_or_insert(bucket.edge - evidence::BUCKET);
        self.origins.note(bucket, tables.sources);
        self.changes.note(bucket);
        let mined = self.miner.observe(bucket.edge, &bucket.logs, tables.shapes);
        let lines = self.lines(bucket, &tables);
        self.readings.read(bucket, &tables);
        let joined = self.calls.observe(bucket.edge, &bucket.spans);
        let mut moment = Moment {
            edge: bucket.edge,
            start,
            bucket,
            tables,
            miner: &self.miner,
            lines: &lines,
            mined: &mined,
            origins: &self.origins,
            changes: &self.changes,
            joined: &joined,
            budget: &self.budget,
            readings: &self.readings,
            load: [1.0; 6],
        };
        let mut said = Vec::new();
        for (name, slot) in &mut self.detectors {
            let Some(detector) = slot.as_mut() else { continue };
            let mut its = Vec::new();
            let broken = self.broken.as_deref() == Some(*name);
            let done = catch_unwind(AssertUnwindSafe(|| {
                assert!(!broken, "asked to break");
                detector.bucket(&moment, &mut its);
            }));
            match done {
                Ok(()) => {
                    moment.load = detector.load().unwrap_or(moment.load);
                    said.append(&mut its);
                }
                Err(_) => {
                    *slot = None;
                    self.lost.push(((*name).to_string(), bucket.edge));
                }
            }
        }
        self.rebudget();
        self.told(said)
    }

    /// Whether anything was ever fed.
    pub fn started(&self) -> Option<Time> {
        self.start
    }

    /// The right edge of the last bucket.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The lines of the log as known now.
    pub fn miner(&self) -> &Miner {
        &self.miner
    }

    /// Every signal as it stands now: whether it ended, and what was folded into it.
    pub fn signals(&self) -> &[Fold] {
        &self.folds.all
    }

    /// Detectors that panicked, and when: their signals are lost from there on.
    pub fn lost(&self) -> &[(String, Time)] {
        &self.lost
    }

    /// How many things found no place under a detector's limits, by detector.
    pub fn dropped(&self) -> Vec<(&'static str, u64)> {
        let dropped = |(name, d): &(&'static str, Option<Box<dyn Detector>>)| Some((*name, d.as_ref()?.dropped()));
        self.detectors.iter().filter_map(dropped).filter(|(_, n)| *n > 0).collect()
    }

    /// How many streams of all families are past their warm-up, in all.
    pub fn watched(&self) -> u64 {
        let streams = self.detectors.iter().filter_map(|(_, d)| d.as_ref()).map(|d| d.streams(self.now).1);
        streams.map(|s| s.novelty + s.tests).sum()
    }

    fn rebudget(&mut self) {
        let mut budget = Budget::new();
        for detector in self.detectors.iter().filter_map(|(_, d)| d.as_ref()) {
            let (family, streams) = detector.streams(self.now);
            budget.add(family, streams);
        }
        self.budget = budget;
    }

    /// The bucket's log counts by line and service, in an order that depends on texts alone.
    fn lines(&self, bucket: &Bucket, tables: &Tables<'_>) -> Vec<LineCount> {
        let mut lines: BTreeMap<(&str, Id), LineCount> = BTreeMap::new();
        for count in &bucket.logs {
            let Some(line) = self.miner.line_of(count.shape) else { continue };
            let origin = self.origins.began(count.source, count.service).unwrap_or(bucket.edge);
            let key = (tables.names.text(count.service), self.miner.line(line).founder);
            let entry = lines.entry(key).or_insert(LineCount {
                line,
                service: count.service,
                on_time: 0,
                astray: 0,
                origin,
                sample: *count,
            });
            entry.origin = entry.origin.min(origin);
            match count.timing {
                Timing::OnTime => entry.on_time += u64::from(count.count),
                Timing::Late | Timing::Held => entry.astray += u64::from(count.count),
            }
            if sample_rank(count) < sample_rank(&entry.sample) {
                entry.sample = *count;
            }
        }
        lines.into_values().collect()
    }

    /// Folds what was said into signals; what is to be printed comes back.
    fn told(&mut self, said: Vec<Said>) -> Vec<Signal> {
        let mut departures: Vec<(String, Departure)> = Vec::new();
        for said in said {
            match said {
                Said::Departed(departure) => departures.push((key(departure.kind, &departure.subject), *departure)),
                Said::Ended { kind, subject, at, settled } => self.folds.end(kind, &subject, at, settled),
                Said::Novelty { kind, service } => self.novelties.entry((kind, service)).or_default().push(self.now),
            }
        }
        // A signal's founder comes before its members: where both grow at once, they stay one.
        let rank = |key: &str, d: &Departure| (!self.folds.is_founder(key), -d.strength);
        departures.sort_by(|(a_key, a), (b_key, b)| {
            let ((a_late, a_weak), (b_late, b_weak)) = (rank(a_key, a), rank(b_key, b));
            a_late.cmp(&b_late).then(a_weak.total_cmp(&b_weak)).then_with(|| a_key.cmp(b_key))
        });
        let mut lines = Vec::new();
        for (_, departure) in departures {
            let placed = self.folds.place(self.now, &departure);
            if let Placed::Raised(number) | Placed::Grown(number) = placed {
                lines.push(self.signal(number, &departure));
            }
            let class = (departure.kind, departure.direction, departure.subject.service.clone());
            self.raised.entry(class).or_default().push((self.now, departure.strength));
        }
        lines
    }

    /// One line: a signal's raise or growth, as known now. It tells its founder's numbers; where another member made it
    /// grow, that one's evidence stands behind the founder's.
    fn signal(&self, number: usize, departure: &Departure) -> Signal {
        let fold = &self.folds.all[number];
        let founder = &fold.founder;
        let mut evidence = founder.evidence.clone();
        if key(departure.kind, &departure.subject) != fold.key {
            evidence.extend(departure.evidence.iter().cloned());
        }
        Signal {
            id: fold.id,
            key: fold.key.clone(),
            kind: fold.kind,
            subject: founder.subject.clone(),
            onset: fold.onset,
            onset_low: fold.began.0.min(fold.onset),
            onset_high: fold.began.1.max(fold.onset),
            detected_at: self.now + LATENESS,
            strength: six(departure.strength),
            q: six(self.q(departure.strength)),
            baseline: six(founder.baseline),
            observed: six(founder.observed),
            unit: founder.unit,
            direction: founder.direction,
            base_rate: self.base_rate(founder, departure.strength),
            members: fold.members.clone(),
            amount: founder.amount,
            evidence,
        }
    }

    fn span(&self) -> Nanos {
        let past = self.start.map_or(0, |start| self.now - start);
        (past - warm_up(past)).max(0)
    }

    /// Expected null raises at this strength over what was watched so far, by signals raised so far at it or more.
    fn q(&self, strength: f64) -> f64 {
        let expected = null_rate(strength) * self.span() as f64 / DAY as f64;
        let raised = self.folds.all.iter().filter(|f| f.printed >= strength).count();
        (expected / raised.max(1) as f64).min(1.0)
    }

    fn base_rate(&self, departure: &Departure, at: f64) -> BaseRate {
        let service = departure.subject.service.clone();
        let from = self.start.map_or(self.now, |start| start + warm_up(self.now - start));
        let past = |at: &Time| *at >= from && self.now - *at > EPISODE;
        let novelty = departure.kind.is_novelty();
        let times: Vec<Time> = if novelty {
            self.novelties.get(&(departure.kind, service.clone())).into_iter().flatten().copied().filter(past).collect()
        } else {
            let class = (departure.kind, departure.direction, service.clone());
            let raised = self.raised.get(&class).into_iter().flatten();
            raised.filter(|(when, strength)| *strength >= at && past(when)).map(|(when, _)| *when).collect()
        };
        BaseRate {
            class: (Some(departure.kind), Some(departure.direction), service),
            episodes: episodes(&times),
            span: self.span() / MINUTE * MINUTE,
        }
    }
}

/// Times in order, less than an hour apart being one.
fn episodes(times: &[Time]) -> u64 {
    let mut count = 0;
    let mut last: Option<Time> = None;
    for time in times {
        if last.is_none_or(|last| *time - last > EPISODE) {
            count += 1;
        }
        last = Some(*time);
    }
    count
}
