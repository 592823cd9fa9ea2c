//! Which change: a posterior over the changes that were seen, and over "no change that we can see".
//!
//! For now three kinds of evidence: *time* (a change comes before its effect, and soon more often than late), *place* and
//! *innocence*. Each reason is one likelihood ratio: how much likelier it is of the change that made the trouble than of
//! the changes that this system sees anyway. So a place where everything is changed says little, and of many changes
//! that came at the same time none stands out. The prior of no change is the contract's and is never fitted.

use std::collections::BTreeMap;

use evidence::{ChangeEvent, ChangeKind, DAY, MINUTE, Nanos, Time, total};
use signal::budget::SHOWN;

use crate::cite::Cites;
use crate::facts::Facts;
use crate::path::Path;
use crate::sentence::{Said, Sentence};
use crate::types::{RuledOut, SuspectChange, Told};

/// The prior of no change where something asks for a cause.
const PRIOR_ASKED: f64 = 0.3;
/// The prior of no change where nothing does.
const PRIOR_UNASKED: f64 = 0.99;
/// An effect follows its change within this …
const DELAY_MAX: Nanos = 14 * DAY;
/// … and is not seen sooner than this.
const DELAY_MIN: Nanos = MINUTE;
/// Likelihood ratios of time stay within these.
const TIME_RATIO: (f64, f64) = (0.05, 30.0);
/// A change that came after trouble began.
const AFTER: f64 = 0.02;
/// Where the change that made trouble is: at the service where it began, elsewhere on the path, off it, at nobody's.
/// Incidents begin where something was changed more often than not, and not always.
const PLACES: [f64; 4] = [0.6, 0.2, 0.1, 0.1];
/// The power to which each ratio is taken: incidents gather changes around them and reasons are not independent; where
/// somebody counted, "the last deploy" was right in one incident of twenty-four.
const TEMPER: f64 = 0.6;
/// Of several beginnings of trouble the first one weighs so much: what made it made the rest.
const FIRST: f64 = 0.6;
/// As if so many changes more had been seen, spread evenly over the places.
const PLACES_PRIOR: f64 = 2.0;
/// A change of documentation or tests alone.
const INNOCENT: f64 = 0.02;
/// A commit that no deploy ships, where deploys are seen.
const UNSHIPPED: f64 = 0.25;
/// The posterior with what it rules out.
#[derive(Default)]
pub struct Posterior {
    /// Best first.
    pub changes: Vec<SuspectChange>,
    /// Of no change.
    pub no_change: f64,
    /// Why.
    pub no_change_why: Vec<Said>,
    /// Changes that came after everything.
    pub ruled_out: Vec<RuledOut>,
}

impl Posterior {
    /// Whether a service is that of a change that scores above no change.
    pub fn holds(&self, service: &str) -> bool {
        self.fitting().any(|c| c.service.as_deref() == Some(service))
    }

    /// The same, for a change that came before a moment.
    pub fn fits_before(&self, service: &str, at: Time) -> bool {
        self.fitting().any(|c| c.service.as_deref() == Some(service) && c.time <= at)
    }

    fn fitting(&self) -> impl Iterator<Item = &SuspectChange> {
        self.changes.iter().filter(|c| c.score > self.no_change)
    }
}

/// Where and when trouble began, as far as signals say.
#[derive(Debug)]
struct Trouble {
    service: String,
    onset: Time,
    latest: Time,
}

/// The posterior over the changes. `counted`: signals that count for what was known, as far as that is found out yet; the
/// earliest of them is a beginning that a change may have made.
pub fn changes(
    facts: &Facts<'_>,
    signals: &[Told],
    counted: &[usize],
    path: &Path,
    users_at: Time,
    cites: &mut Cites<'_>,
) -> Posterior {
    let noticed = facts.incident.noticed_at;
    let from = noticed - facts.settings.lookback;
    let asking = asking(signals, path, noticed);
    let prior = if asking.is_empty() { PRIOR_UNASKED } else { PRIOR_ASKED };
    let troubles = troubles(&asking, counted.first().map(|n| &signals[*n]), users_at);
    let mut seen = candidates(facts, from, noticed);
    let places = Places::of(&seen, &troubles, path);
    let first = [facts.span.map(|s| s.0), seen.iter().map(|c| c.time).min()].into_iter().flatten().min();
    let span = noticed - first.unwrap_or(noticed);
    for candidate in &mut seen {
        weigh(facts, candidate, &troubles, &places, span.max(DELAY_MIN), cites);
    }
    let each = (1.0 - prior) / seen.len().max(1) as f64;
    let none = if seen.is_empty() { 1.0 } else { prior };
    let sum = none + total(seen.iter().map(|c| c.score * each));
    for candidate in &mut seen {
        candidate.score = candidate.score * each / sum;
    }
    seen.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| (a.time, &a.reference).cmp(&(b.time, &b.reference))));
    let no_change = none / sum;
    let no_change_why = why_none(facts, &seen, no_change, asking.is_empty(), span, cites);
    let ruled_out = ruled_out(facts, &seen, noticed, cites);
    Posterior { changes: seen, no_change, no_change_why, ruled_out }
}

/// What asks for a cause: a pain, or a shown signal on the path, that stood at the moment of noticing or began after it.
fn asking<'a>(signals: &'a [Told], path: &Path, noticed: Time) -> Vec<&'a Told> {
    let on_path = |t: &Told| t.pain || path.holds(&t.signal.subject.service);
    let is_now = |t: &Told| t.stood_at(noticed) || t.onset.0 >= noticed;
    signals.iter().filter(|t| t.signal.strength >= SHOWN && on_path(t) && is_now(t)).collect()
}

/// The first sign that counts, the first that asks, and the first pain: a change may have made any of them.
fn troubles(asking: &[&Told], counted: Option<&Told>, users_at: Time) -> Vec<Trouble> {
    let trouble = |t: &&Told| Trouble {
        service: t.signal.subject.service.clone(),
        onset: t.onset.0,
        latest: t.onset.2.max(t.onset.0),
    };
    let by_onset = |a: &&&Told, b: &&&Told| (a.onset.0, &a.signal.key).cmp(&(b.onset.0, &b.signal.key));
    let first = asking.iter().filter(|t| !t.pain).min_by(by_onset).map(trouble);
    let pain = asking.iter().filter(|t| t.pain).min_by(by_onset).map(trouble);
    let mut troubles: Vec<Trouble> = counted.as_ref().map(trouble).into_iter().chain(first).chain(pain).collect();
    troubles.dedup_by(|a, b| a.service == b.service && a.onset == b.onset);
    if troubles.is_empty() {
        troubles.push(Trouble { service: String::new(), onset: users_at, latest: users_at });
    }
    troubles
}

/// Changes that could have had an effect by then. A deploy and the commit that its reference names are one.
fn candidates(facts: &Facts<'_>, from: Time, until: Time) -> Vec<SuspectChange> {
    let within = |c: &ChangeEvent| (from..=until).contains(&c.known_at());
    let mut commits: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, change) in facts.changes.iter().enumerate() {
        if let (ChangeKind::Commit, Some(reference)) = (change.kind, &change.reference) {
            commits.insert(reference, number);
        }
    }
    let mut shipped: Vec<usize> = Vec::new();
    let mut found = Vec::new();
    for (number, change) in facts.changes.iter().enumerate() {
        if change.kind == ChangeKind::Commit || !within(change) {
            continue;
        }
        let ships = change.reference.as_deref().and_then(|r| commits.get(r)).copied();
        let ships = ships.filter(|_| change.kind == ChangeKind::Deploy);
        shipped.extend(ships);
        found.push(candidate(facts, number, ships));
    }
    for (number, change) in facts.changes.iter().enumerate() {
        if change.kind == ChangeKind::Commit && within(change) && !shipped.contains(&number) {
            found.push(candidate(facts, number, None));
        }
    }
    found
}

fn candidate(facts: &Facts<'_>, number: usize, ships: Option<usize>) -> SuspectChange {
    let change = &facts.changes[number];
    let shipped = ships.map(|n| &facts.changes[n]);
    let service = change.service.clone().or_else(|| shipped.and_then(|c| c.service.clone()));
    SuspectChange {
        change: number,
        ships,
        reference: change.reference.clone(),
        kind: change.kind,
        service: service.or_else(|| service_of_files(facts, shipped.unwrap_or(change))),
        time: change.known_at(),
        summary: shipped.and_then(|c| c.summary.clone()).or_else(|| change.summary.clone()),
        score: 0.0,
        why: Vec::new(),
        cites: Vec::new(),
    }
}

/// The one service whose name is a part of the path of the changed files.
fn service_of_files(facts: &Facts<'_>, change: &ChangeEvent) -> Option<String> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], "");
    let parts: Vec<String> = change.files.iter().flat_map(|f| f.split('/')).map(plain).collect();
    let mut named = facts.reporters.keys().filter(|s| !s.is_empty() && parts.contains(&plain(s)));
    let first = named.next()?;
    named.next().is_none().then(|| first.clone())
}

/// How often the changes that this system sees are of which place.
struct Places<'a> {
    troubles: &'a [Trouble],
    path: &'a Path,
    shares: [f64; 4],
}

impl<'a> Places<'a> {
    fn of(seen: &[SuspectChange], troubles: &'a [Trouble], path: &'a Path) -> Places<'a> {
        let mut places = Places { troubles, path, shares: [PLACES_PRIOR / 4.0; 4] };
        for change in seen {
            let place = places.place(change.service.as_deref());
            places.shares[place] += 1.0;
        }
        let sum = seen.len() as f64 + PLACES_PRIOR;
        places.shares.iter_mut().for_each(|share| *share /= sum);
        places
    }

    fn place(&self, service: Option<&str>) -> usize {
        match service {
            None => 3,
            Some(service) if self.troubles.iter().any(|t| t.service == service) => 0,
            Some(service) if self.path.holds(service) => 1,
            Some(_) => 2,
        }
    }

    fn ratio(&self, service: Option<&str>) -> (Sentence, f64) {
        let place = self.place(service);
        let ratio = PLACES[place] / self.shares[place];
        let service = service.unwrap_or_default().to_string();
        let sentence = match place {
            0 => Sentence::ChangeAtFirst { service, ratio },
            1 => Sentence::ChangeOnPath { service, ratio },
            2 => Sentence::ChangeOffPath { service, ratio },
            _ => Sentence::ChangeOfNobody,
        };
        (sentence, ratio)
    }
}

/// Weighs a candidate: the product of its ratios is left in its score, before the prior.
fn weigh(
    facts: &Facts<'_>,
    of: &mut SuspectChange,
    troubles: &[Trouble],
    places: &Places<'_>,
    span: Nanos,
    cites: &mut Cites<'_>,
) {
    let mut cited = vec![cites.change(of.change)];
    cited.extend(of.ships.map(|n| cites.change(n)));
    let mut weight = 1.0;
    let mut why = Vec::new();
    let mut reason = |sentence: Sentence, ratio: f64| {
        weight *= ratio.powf(TEMPER);
        why.push(Said { sentence, cites: cited.clone() });
    };
    let (sentence, ratio) = in_time(of.time, troubles, span);
    reason(sentence, ratio);
    let (sentence, ratio) = places.ratio(of.service.as_deref());
    reason(sentence, ratio);
    let change = of.ships.map_or(&facts.changes[of.change], |n| &facts.changes[n]);
    if is_innocent(change) {
        reason(Sentence::ChangeInnocent { files: change.files.len(), ratio: INNOCENT }, INNOCENT);
    }
    let deploys = facts.changes.iter().any(|c| c.kind == ChangeKind::Deploy);
    if of.kind == ChangeKind::Commit && deploys {
        reason(Sentence::NotShipped { ratio: UNSHIPPED }, UNSHIPPED);
    }
    of.score = weight;
    of.why = why;
    of.cites = cited;
}

/// How much likelier a change at this time is if it made the trouble than if it did not. A change's effect is as likely
/// between one and two hours after it as between one and two days (log-uniform); an innocent change lies anywhere.
fn in_time(at: Time, troubles: &[Trouble], span: Nanos) -> (Sentence, f64) {
    let reach = (DELAY_MAX as f64 / DELAY_MIN as f64).ln();
    let ratio = |trouble: &Trouble| {
        if at > trouble.latest {
            return AFTER;
        }
        let delay = (trouble.onset - at).max(2 * DELAY_MIN);
        (span as f64 / (delay as f64 * reach)).clamp(TIME_RATIO.0, TIME_RATIO.1)
    };
    let mut ordered: Vec<&Trouble> = troubles.iter().collect();
    ordered.sort_by_key(|t| t.onset);
    let ratios: Vec<f64> = ordered.into_iter().map(ratio).collect();
    let mean = match ratios.as_slice() {
        [one] => *one,
        [first, rest @ ..] => FIRST * first + (1.0 - FIRST) * total(rest.iter().copied()) / rest.len() as f64,
        [] => 1.0,
    };
    let first = troubles.iter().map(|t| t.onset).min().unwrap_or(at);
    let last = troubles.iter().map(|t| t.latest).max().unwrap_or(at);
    let sentence = if at > last {
        Sentence::ChangeAfter { after: at - last, ratio: mean }
    } else {
        // Of two beginnings, the one that the change lies before.
        let onset = troubles.iter().map(|t| t.onset).filter(|o| *o >= at).min().unwrap_or(first);
        Sentence::ChangeBefore { before: (onset - at).max(0), ratio: mean }
    };
    (sentence, mean)
}

/// Documentation and tests alone.
fn is_innocent(change: &ChangeEvent) -> bool {
    let harmless = |file: &String| {
        let lower = file.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or_default();
        let ending = [".md", ".rst", ".txt", ".adoc"].iter().any(|e| name.ends_with(e));
        let place =
            lower.split('/').any(|part| matches!(part, "docs" | "doc" | "test" | "tests" | "spec" | "__tests__"));
        ending || place || name.contains("_test.") || name.contains(".test.") || name.starts_with("test_")
    };
    !change.files.is_empty() && change.files.iter().all(harmless)
}

fn why_none(
    facts: &Facts<'_>,
    seen: &[SuspectChange],
    none: f64,
    unasked: bool,
    span: Nanos,
    cites: &mut Cites<'_>,
) -> Vec<Said> {
    let all = cites.everything();
    if seen.is_empty() {
        let span = facts.span.map_or(span, |(first, _)| facts.incident.noticed_at - first);
        return vec![Said { sentence: Sentence::NoChangeSeen { span }, cites: vec![all] }];
    }
    let mut why = Vec::new();
    if unasked {
        why.push(Said { sentence: Sentence::NothingAsks, cites: vec![all] });
    }
    let best = seen.first();
    match best.filter(|b| b.score > none) {
        Some(best) => {
            let reference = best.reference.clone().unwrap_or_else(|| best.kind.to_string());
            why.push(Said { sentence: Sentence::OneFits { reference, score: best.score }, cites: best.cites.clone() });
        }
        None => {
            let best = best.map_or(0.0, |b| b.score);
            why.push(Said { sentence: Sentence::NoneFits { seen: seen.len(), best }, cites: vec![all] });
        }
    }
    why
}

/// Changes that came when everything had begun, and those that touch nothing that runs.
fn ruled_out(facts: &Facts<'_>, seen: &[SuspectChange], noticed: Time, cites: &mut Cites<'_>) -> Vec<RuledOut> {
    let tells = |s: &Sentence| matches!(s, Sentence::ChangeAfter { .. } | Sentence::ChangeInnocent { .. });
    let mut out: Vec<RuledOut> = Vec::new();
    for suspect in seen {
        let Some(why) = suspect.why.iter().find(|w| tells(&w.sentence)) else { continue };
        out.push(RuledOut { what: named(&facts.changes[suspect.change]), why: why.clone() });
    }
    for (number, change) in facts.changes.iter().enumerate() {
        if change.known_at() > noticed {
            let sentence = Sentence::ChangeAfter { after: change.known_at() - noticed, ratio: 0.0 };
            out.push(RuledOut { what: named(change), why: Said { sentence, cites: vec![cites.change(number)] } });
        }
    }
    out
}

/// A change as people call it.
fn named(change: &ChangeEvent) -> String {
    let of = change.service.as_deref().map(|s| format!(" {s}")).unwrap_or_default();
    let reference = change.reference.as_deref().map(|r| format!(" {r}")).unwrap_or_default();
    format!("{}{of}{reference}", change.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use evidence::HOUR;

    fn trouble(onset: Nanos) -> Trouble {
        Trouble { service: "api".into(), onset: Time(onset), latest: Time(onset + MINUTE) }
    }

    #[test]
    fn soon_before_speaks_for_it_and_after_against() {
        let ratio = |at: Nanos| in_time(Time(at), &[trouble(20 * DAY)], 20 * DAY).1;
        assert!(ratio(20 * DAY - HOUR) > 10.0);
        assert!(ratio(5 * DAY) < 1.0);
        assert_eq!(ratio(20 * DAY + HOUR), AFTER);
    }

    #[test]
    fn documentation_and_tests_are_innocent() {
        let change = |files: &[&str]| ChangeEvent {
            time: Time(0),
            kind: ChangeKind::Commit,
            service: None,
            reference: None,
            author: None,
            summary: None,
            files: files.iter().map(|f| (*f).to_string()).collect(),
            diff: None,
            deployed_at: None,
            environment: None,
            source: 0,
            record: 1,
            line: 1,
        };
        assert!(is_innocent(&change(&["docs/run.md", "cart/cart_test.go"])));
        assert!(!is_innocent(&change(&["cart/cart.go", "docs/run.md"])));
        assert!(!is_innocent(&change(&[])));
    }
}
