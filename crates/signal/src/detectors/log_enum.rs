//! `log.enum` and `log.share`: a value that a line never had, and a value that it has more, or less, often than it did.
//!
//! Where a word of a line was found to vary between a few values (`carrier=north`, `carrier=south`), each value is counted
//! among the lines that have one: twice as many lines may have twice as many of each. A value that comes for the first
//! time is news as a line is, and more so when it comes again.
//!
//! Limits: a word that varies without end is a name, and not looked at; where lines with different words are held apart as
//! different lines, `log.new` and `log.rate` tell of them.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{LogCount, Name, Time, Timing};
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::{Departure, Detector, Moment, Said, cited};
use crate::budget::{Family, RAISED, Streams, strength, warm_up};
use crate::novelty::{After, NEW_VALUE, Novelty, Surprise};
use crate::series::{Direction, Finding, Load, Moved, Tallies};
use crate::signal::{Amount, Kind, Subject, Unit};
use crate::templates::{LEARNT, Line, LineIndex, Mined, learnt_words};

/// A word with more values than this is a name.
const VALUES_MAX: usize = 16;
/// How many values of all lines are remembered.
const ALL_MAX: usize = 20_000;

/// Whose, which line, which of its learnt places.
type Place = (Name, LineIndex, u8);
/// And the hash of a value.
type Valued = (Name, LineIndex, u8, u64);

/// What a place's values are, as far as they are few.
#[derive(Default)]
struct Values {
    words: BTreeMap<u64, Word>,
    /// More came than are few.
    is_name: bool,
}

struct Word {
    text: String,
    sample: LogCount,
}

/// Raises `log.enum` and `log.share`.
pub struct LogEnum {
    places: BTreeMap<Place, Values>,
    novelty: Novelty<Valued>,
    shares: Tallies<Valued, ()>,
    /// When each shape came first: a word is not new because it was found to vary today.
    shapes: FxHashMap<u32, Time>,
    /// The words of a shape, for the template that its line has now.
    words: FxHashMap<u32, (u64, Vec<String>)>,
}

impl Default for LogEnum {
    fn default() -> LogEnum {
        LogEnum {
            places: BTreeMap::new(),
            novelty: Novelty::new(NEW_VALUE, ALL_MAX),
            shares: Tallies::new(ALL_MAX),
            shapes: FxHashMap::default(),
            words: FxHashMap::default(),
        }
    }
}

/// What one place of a line held in a bucket: how often each value, and when its shape came first.
#[derive(Default)]
struct Held {
    lines: f64,
    values: BTreeMap<u64, (String, u64, Time, LogCount)>,
}

impl Detector for LogEnum {
    fn bucket(&mut self, moment: &Moment<'_>, said: &mut Vec<Said>) {
        for mined in moment.mined {
            if let Mined::Merged(_, from) = mined {
                // What varies in the line that both are now is another word, or more of them.
                self.forget(|(_, line, _)| line == from);
            }
        }
        for (place, held) in self.held(moment) {
            self.take(moment, place, held, said);
        }
        for turned in self.shares.close(moment.edge, Load::Offered, moment.budget.test(Family::Log, 1)) {
            let (service, line, place, hash) = turned.key;
            let values = self.places.get(&(service, line, place)).filter(|values| !values.is_name);
            let Some(word) = values.and_then(|values| values.words.get(&hash)) else { continue };
            let subject = subject(moment, (service, line, place), word);
            said.push(match turned.moved {
                Moved::Ended { at, settled, .. } => Said::Ended { kind: Kind::LogShare, subject, at, settled },
                Moved::Departed(finding) => {
                    Said::Departed(Box::new(moved(moment, subject, word, &finding, turned.load)))
                }
            });
        }
        for (service, line, place, hash) in self.novelty.ended(moment.edge) {
            let Some(word) = self.places.get(&(service, line, place)).and_then(|v| v.words.get(&hash)) else {
                continue;
            };
            let subject = subject(moment, (service, line, place), word);
            said.push(Said::Ended { kind: Kind::LogEnum, subject, at: moment.edge, settled: false });
        }
    }

    fn dropped(&self) -> u64 {
        self.novelty.refused() + self.shares.refused()
    }

    fn streams(&self, now: Time) -> (Family, Streams) {
        let past = self.novelty.began().map_or(0, |began| now - began);
        (Family::Log, Streams { novelty: u64::from(past > warm_up(past)), tests: self.shares.watched(now) })
    }
}

impl LogEnum {
    /// What the bucket's lines held in places that were found to vary, in an order that depends on texts alone.
    fn held(&mut self, moment: &Moment<'_>) -> Vec<(Place, Held)> {
        let mut places: BTreeMap<(&str, evidence::Id, u8), (Place, Held)> = BTreeMap::new();
        for count in &moment.bucket.logs {
            let first = *self.shapes.entry(count.shape).or_insert(moment.edge);
            let Some(index) = moment.miner.line_of(count.shape).filter(|_| count.timing == Timing::OnTime) else {
                continue;
            };
            let line = moment.miner.line(index);
            if !line.text.contains(LEARNT) {
                continue;
            }
            let now = xxh3_64(line.text.as_bytes());
            let known = self.words.entry(count.shape).or_insert((0, Vec::new()));
            if known.0 != now {
                let words = learnt_words(&line.text, moment.tables.shapes.text(count.shape)).unwrap_or_default();
                *known = (now, words.into_iter().map(str::to_string).collect());
            }
            for (place, word) in (0..).zip(&known.1) {
                let key = (moment.tables.names.text(count.service), line.founder, place);
                let (_, held) = places.entry(key).or_insert_with(|| ((count.service, index, place), Held::default()));
                let times = u64::from(count.count);
                held.lines += times as f64;
                let value = held.values.entry(xxh3_64(word.as_bytes()));
                let (_, so_far, came, sample) = value.or_insert_with(|| (word.clone(), 0, first, *count));
                *so_far += times;
                *came = first.min(*came);
                if super::sample_rank(count) < super::sample_rank(sample) {
                    *sample = *count;
                }
            }
        }
        places.into_values().collect()
    }

    fn take(&mut self, moment: &Moment<'_>, place: Place, held: Held, said: &mut Vec<Said>) {
        let values = self.places.entry(place).or_default();
        if values.is_name {
            return;
        }
        let all: BTreeSet<&u64> = values.words.keys().chain(held.values.keys()).collect();
        if all.len() > VALUES_MAX {
            values.is_name = true;
            values.words.clear();
            return;
        }
        let (service, line, index) = place;
        let valued = |hash: u64| (service, line, index, hash);
        let origin = moment.miner.line(line).first_seen;
        let after = match moment.changes.just_before(moment.edge, service) {
            false => After::Nothing,
            true => After::Change,
        };
        for (hash, (text, times, first, sample)) in held.values {
            let word = values.words.entry(hash).or_insert_with(|| Word { text, sample });
            if sample.sample_text != u64::MAX {
                word.sample = sample;
            }
            if let Some(tally) = self.shares.of(valued(hash), moment.edge) {
                tally.count(times as f64, times as f64);
            }
            let surprise = self.novelty.saw(
                &valued(hash),
                moment.edge,
                times,
                origin,
                after,
                first == moment.edge || self.novelty.known(&valued(hash)).is_some(),
            );
            let Some(Surprise { r, first }) = surprise else { continue };
            if first {
                let service = moment.tables.names.text(service).to_string();
                said.push(Said::Novelty { kind: Kind::LogEnum, service });
            }
            let strength = strength(r, moment.budget.novelty(Family::Log));
            if strength >= RAISED {
                self.novelty.stand(&valued(hash));
                let known = self.novelty.known(&valued(hash));
                let facts = known.map_or((moment.edge, 1, 0), |k| (k.first, k.count, k.last - k.first));
                let subject = subject(moment, place, word);
                said.push(Said::Departed(Box::new(came(moment, subject, word, strength, (facts, after)))));
            }
        }
        for hash in values.words.keys() {
            if let Some(tally) = self.shares.of(valued(*hash), moment.edge) {
                tally.offer(held.lines);
            }
        }
    }

    fn forget(&mut self, of: impl Fn(&Place) -> bool) {
        self.places.retain(|place, _| !of(place));
    }
}

/// `carrier=north in "label printed carrier=<word>"`.
fn subject(moment: &Moment<'_>, (service, index, place): Place, word: &Word) -> Subject {
    let line: &Line = moment.miner.line(index);
    let before = line.text.split(LEARNT).nth(usize::from(place)).unwrap_or_default();
    let key = before.rsplit(' ').next().filter(|key| key.ends_with(['=', ':'])).unwrap_or_default();
    Subject {
        service: moment.tables.names.text(service).to_string(),
        instance: String::new(),
        name: format!("{key}{} in \"{}\"", word.text, line.shown()),
        anchor: format!("{}.w{place}.{:08x}", evidence::short(line.founder), xxh3_64(word.text.as_bytes()) as u32),
    }
}

/// A value came that never came before, or came again.
fn came(
    moment: &Moment<'_>,
    subject: Subject,
    word: &Word,
    strength: f64,
    ((first, count, window), after): ((Time, u64, evidence::Nanos), After),
) -> Departure {
    let onset = first - evidence::BUCKET;
    Departure {
        kind: Kind::LogEnum,
        subject,
        direction: Direction::New,
        strength,
        onset,
        onset_low: onset,
        onset_high: onset + evidence::BUCKET,
        baseline: 0.0,
        observed: count as f64,
        unit: Unit::Times,
        amount: Amount { times: count, after_change: after != After::Nothing, window },
        evidence: vec![cited(&moment.tables, &word.sample)],
    }
}

/// A value comes more, or less, often among its lines.
fn moved(moment: &Moment<'_>, subject: Subject, word: &Word, finding: &Finding, lines: f64) -> Departure {
    let (baseline, observed, unit) = finding.measured(|_| Unit::Share, lines);
    Departure {
        kind: Kind::LogShare,
        subject,
        direction: finding.direction,
        strength: finding.strength,
        onset: finding.onset,
        onset_low: finding.onset_low,
        onset_high: finding.onset_high,
        baseline: if unit == Unit::Share { baseline.min(1.0) } else { baseline },
        observed,
        unit,
        amount: Amount { times: finding.observed as u64, after_change: false, window: finding.width() },
        evidence: vec![cited(&moment.tables, &word.sample)],
    }
}
