//! The chapters, in order: long before, first murmurs, what changed, how it spread, users noticed, what the system knew,
//! and what was noticed besides. A chapter with nothing to say says so, or is left out where another says it.

use evidence::{BUCKET, ChangeKind, DAY, Time};
use signal::budget::SHOWN;
use signal::detectors::AFTER_CHANGE;

use crate::cite::Cites;
use crate::facts::Facts;
use crate::knew::{far_off, why_not};
use crate::path::Path;
use crate::sentence::{NotCounted, Said, Sentence};
use crate::services::cited;
use crate::suspects::Posterior;
use crate::types::{Chapter, ChapterKind, SilenceKind, Story, Told, UsersFrom, Verdict};

/// So many changes are told, those that fit best; the rest is counted.
const CHANGES_TOLD: usize = 4;
/// So many signals of a chapter are told; the rest is counted.
const SIGNALS_TOLD: usize = 12;
/// So many signals are told that were too weak to be shown.
const WEAK_TOLD: usize = 3;

/// Writes all chapters.
pub fn write(facts: &Facts<'_>, story: &Story, path: &Path, cites: &mut Cites<'_>) -> Vec<Chapter> {
    let taken = |n: &&usize| !story.knew.passed_over.iter().any(|(p, _)| p == *n);
    let (early, late): (Vec<usize>, Vec<usize>) =
        story.knew.counted.iter().filter(taken).partition(|n| story.signals[**n].lead.is_some_and(|lead| lead >= DAY));
    let mut chapters = Vec::new();
    if !early.is_empty() {
        chapters.push(signs(facts, story, ChapterKind::LongBefore, &early, cites));
    }
    if !late.is_empty() {
        chapters.push(signs(facts, story, ChapterKind::FirstMurmurs, &late, cites));
    }
    chapters.push(changed(facts, story, cites));
    chapters.extend(spread(facts, story, cites));
    chapters.push(noticed(facts, story, cites));
    chapters.push(knew(facts, story, path, cites));
    chapters.extend(besides(facts, story, cites));
    chapters
}

fn chapter(kind: ChapterKind, text: Vec<Said>) -> Chapter {
    Chapter { kind, from: None, to: None, text, signals: Vec::new(), changes: Vec::new() }
}

fn within(mut chapter: Chapter, times: impl Iterator<Item = Time> + Clone) -> Chapter {
    chapter.from = times.clone().min();
    chapter.to = times.max();
    chapter
}

fn signs(facts: &Facts<'_>, story: &Story, kind: ChapterKind, which: &[usize], cites: &mut Cites<'_>) -> Chapter {
    let groups = by_key(story, which);
    let told: Vec<&Vec<usize>> = groups.iter().take(SIGNALS_TOLD).collect();
    let at = |n: usize| story.signals[n].signal.detected_at;
    let mut text = Vec::new();
    let mut earlier: Option<Time> = None;
    for group in &told {
        let first = group[0];
        let later = earlier.replace(at(first)).map(|earlier| at(first) - earlier);
        let sentence = Sentence::Raised { signal: first, before: story.users_at - at(first), later };
        text.push(Said { sentence, cites: cited(&story.signals, first, facts, cites) });
        text.extend(again(facts, story, group, cites));
    }
    let signals: Vec<usize> = told.into_iter().flatten().copied().collect();
    let times = signals.iter().map(|n| at(*n)).collect::<Vec<_>>();
    let mut chapter = within(chapter(kind, text), times.into_iter());
    chapter.signals = signals;
    chapter
}

/// Signals of one key together, in order of their first.
fn by_key(story: &Story, which: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for number in which {
        let key = |n: usize| &story.signals[n].signal.key;
        match groups.iter_mut().find(|group| key(group[0]) == key(*number)) {
            Some(group) => group.push(*number),
            None => groups.push(vec![*number]),
        }
    }
    groups
}

/// That the first of a group came back, where it did.
fn again(facts: &Facts<'_>, story: &Story, group: &[usize], cites: &mut Cites<'_>) -> Option<Said> {
    let (first, last) = (*group.first()?, *group[1..].last()?);
    let sentence =
        Sentence::Again { signal: first, times: group.len() - 1, last: story.signals[last].signal.detected_at };
    let mut all: Vec<usize> = group[1..].iter().flat_map(|n| cited(&story.signals, *n, facts, cites)).collect();
    all.sort_unstable();
    all.dedup();
    Some(Said { sentence, cites: all })
}

fn changed(facts: &Facts<'_>, story: &Story, cites: &mut Cites<'_>) -> Chapter {
    let mut told: Vec<_> = story.suspects.changes.iter().take(CHANGES_TOLD).collect();
    told.sort_by_key(|c| (c.time, c.change));
    let mut text: Vec<Said> = Vec::new();
    let span = facts.span.map_or(0, |(first, _)| story.users_at - first);
    let seen = story.suspects.changes.len();
    if seen == 0 {
        text.push(Said { sentence: Sentence::NothingChanged { span }, cites: vec![cites.everything()] });
    }
    let mut earlier: Option<Time> = None;
    for suspect in &told {
        let before = story.users_at - suspect.time;
        let later = earlier.replace(suspect.time).map(|earlier| suspect.time - earlier);
        text.push(Said {
            sentence: Sentence::Changed { change: suspect.change, before, later },
            cites: suspect.cites.clone(),
        });
        let with_it = came_with(facts, story, suspect.change);
        if !with_it.is_empty() {
            let cites = with_it.iter().flat_map(|n| cited(&story.signals, *n, facts, cites)).collect();
            text.push(Said { sentence: Sentence::CameWith { signals: with_it }, cites });
        }
    }
    if seen > told.len() {
        let sentence = Sentence::ChangesSeen { count: seen, kinds: kinds(story), span };
        text.push(Said { sentence, cites: vec![cites.everything()] });
    }
    text.extend(story.suspects.no_change_why.iter().filter(|_| seen > 0).cloned());
    let mut chapter = within(chapter(ChapterKind::WhatChanged, text), told.iter().map(|c| c.time));
    chapter.changes = told.iter().map(|c| c.change).collect();
    chapter
}

/// How many changes of each kind were seen, most first.
fn kinds(story: &Story) -> Vec<(ChangeKind, usize)> {
    let mut kinds: Vec<(ChangeKind, usize)> = Vec::new();
    for suspect in &story.suspects.changes {
        match kinds.iter_mut().find(|(kind, _)| *kind == suspect.kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((suspect.kind, 1)),
        }
    }
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    kinds
}

/// What a change explains and nobody was shown: lines of its service that were first written right after it, and after no
/// later change.
fn came_with(facts: &Facts<'_>, story: &Story, change: usize) -> Vec<usize> {
    let of = |n: usize| (facts.changes[n].service.as_deref(), facts.changes[n].known_at());
    let (service, made) = of(change);
    let explained = |told: &Told| {
        let signal = &told.signal;
        let at = signal.onset;
        let later = (0..facts.changes.len()).any(|n| of(n).0 == service && of(n).1 > made && of(n).1 <= at);
        signal.amount.after_change
            && signal.strength < SHOWN
            && service == Some(signal.subject.service.as_str())
            && (made + -BUCKET..made + AFTER_CHANGE).contains(&at)
            && !later
    };
    (0..story.signals.len()).filter(|n| explained(&story.signals[*n])).collect()
}

/// How trouble went from service to service, in order of onset. Where nothing departed that people would be shown there is
/// no trouble, and nothing to tell.
fn spread(facts: &Facts<'_>, story: &Story, cites: &mut Cites<'_>) -> Option<Chapter> {
    let first = story.suspects.services.first()?;
    let (began, signal) = (first.onset, first.signal);
    if story.signals[signal].peak < SHOWN {
        return None;
    }
    let dragged = story.suspects.services.iter().filter(|s| story.blast_radius.contains(&s.service));
    let mut reached: Vec<(Time, usize, &String)> = dragged.map(|s| (s.onset, s.signal, &s.service)).collect();
    reached.sort();
    let mut text = Vec::new();
    let mut signals = vec![signal];
    if reached.is_empty() {
        let sentence = Sentence::StayedIn { service: first.service.clone() };
        text.push(Said { sentence, cites: cited(&story.signals, signal, facts, cites) });
    }
    for (at, number, service) in &reached {
        let sentence = Sentence::Spread { from: first.service.clone(), to: (*service).clone(), after: *at - began };
        let mut cite = cited(&story.signals, *number, facts, cites);
        cite.extend(cites.call(service, &first.service).or_else(|| cites.call(&first.service, service)));
        text.push(Said { sentence, cites: cite });
        signals.push(*number);
    }
    let times = reached.iter().map(|(at, _, _)| *at).chain([began]).collect::<Vec<_>>();
    let mut chapter = within(chapter(ChapterKind::HowItSpread, text), times.into_iter());
    chapter.signals = signals;
    Some(chapter)
}

fn noticed(facts: &Facts<'_>, story: &Story, cites: &mut Cites<'_>) -> Chapter {
    let incident = &story.incident;
    let mut text = Vec::new();
    let given = cites.incident();
    let pain = felt(story);
    let cite =
        |n: Option<usize>, cites: &mut Cites<'_>| n.map_or(vec![given], |n| cited(&story.signals, n, facts, cites));
    match story.users_from {
        UsersFrom::NoticedAt => {
            let sentence = Sentence::HurtUnknown { page: incident.is_page_alone() };
            text.push(Said { sentence, cites: vec![given, cites.everything()] });
        }
        UsersFrom::StartedAt | UsersFrom::Pain => {
            let signal = pain.filter(|_| story.users_from == UsersFrom::Pain);
            let sentence =
                Sentence::Hurt { at: story.users_at, before_noticed: incident.noticed_at - story.users_at, signal };
            text.push(Said { sentence, cites: cite(signal, cites) });
        }
    }
    let sentence =
        Sentence::Noticed { at: incident.noticed_at, by: incident.noticed_by.clone(), given: story.noticed_was_given };
    text.push(Said { sentence, cites: vec![given] });
    let mut chapter =
        within(chapter(ChapterKind::UsersNoticed, text), [story.users_at, incident.noticed_at].into_iter());
    chapter.signals = pain.into_iter().collect();
    chapter
}

/// What users felt when they noticed.
fn felt(story: &Story) -> Option<usize> {
    let noticed = story.incident.noticed_at;
    story.signals.iter().position(|t| {
        t.pain && t.peak >= SHOWN && t.onset.1 <= noticed && t.ended.is_none_or(|(end, _)| end >= noticed)
    })
}

fn knew(facts: &Facts<'_>, story: &Story, path: &Path, cites: &mut Cites<'_>) -> Chapter {
    let knew = &story.knew;
    let all = cites.everything();
    let mut text = Vec::new();
    if let Some(told_at) = knew.told_at {
        let alert = facts.alerts.iter().position(|a| a.starts_at == told_at);
        if let Some(number) = alert {
            let sentence =
                Sentence::AlertDelivered { name: facts.alerts[number].name.clone(), before: story.users_at - told_at };
            text.push(Said { sentence, cites: vec![cites.alert(number)] });
        }
    }
    if knew.silence == Some(SilenceKind::Ignored) {
        let heard = [story.incident.acknowledged_at, story.incident.acted_at].into_iter().flatten().min();
        let after = heard.map_or(0, |at| at - story.users_at);
        text.push(Said { sentence: Sentence::Ignored { after }, cites: vec![cites.incident()] });
    }
    match (knew.first, knew.verdict) {
        (Some(first), _) => {
            let (lead, chance) = (knew.lead.unwrap_or(0), knew.chance);
            let sentence = Sentence::Knew { signal: first, lead, chance, past: knew.past };
            text.push(Said { sentence, cites: cited(&story.signals, first, facts, cites) });
        }
        (None, Verdict::Silent) => {
            let span = facts.span.map_or(0, |(start, _)| story.users_at - start);
            let services = facts.reporters.len();
            let sentence = match (knew.silence, &path.service, far_off(facts, story.users_at)) {
                (_, _, Some((first, last))) => Sentence::NothingOfThen { at: story.users_at, first, last },
                (Some(SilenceKind::NoTelemetry), Some(service), None) => {
                    let last = facts.reporters.get(service).and_then(|r| r.last());
                    Sentence::NoTelemetry { service: service.clone(), last }
                }
                _ => Sentence::NothingStood { services, streams: facts.watched, span, path: path.service.clone() },
            };
            text.push(Said { sentence, cites: vec![all] });
        }
        _ => {}
    }
    if let Some(number) = knew.muted {
        let silence = &facts.alert_silences[number];
        let (what, comment) = (silence.to_string(), silence.comment.clone());
        let sentence = Sentence::Muted { what, comment, from: silence.starts_at, until: silence.ends_at };
        text.push(Said { sentence, cites: vec![cites.alert_silence(number)] });
    }
    if knew.verdict != Verdict::Told {
        text.push(Said { sentence: Sentence::NoAlert { rules: facts.coverage.rules }, cites: vec![all] });
    }
    let sentence = match &path.service {
        None => Sentence::PathIsAll,
        Some(service) => Sentence::Path { service: service.clone(), reaches: path.reaches.clone() },
    };
    let cite = path.service.as_deref().map_or(all, |s| cites.service(s));
    text.push(Said { sentence, cites: vec![cite] });
    let mut chapter = chapter(ChapterKind::WhatTheSystemKnew, text);
    chapter.signals = knew.first.into_iter().collect();
    chapter
}

/// Signals that do not count, with the reason: those that were shown, and the strongest of the weak ones that stood. What
/// came back is told with what came first; what users felt was told before.
fn besides(facts: &Facts<'_>, story: &Story, cites: &mut Cites<'_>) -> Option<Chapter> {
    let felt = felt(story).filter(|_| story.users_from == UsersFrom::Pain);
    let others = story.aside.iter().copied().filter(|(n, why)| *why != NotCounted::Pain || Some(*n) != felt);
    let (shown, weak): (Vec<_>, Vec<_>) = others.partition(|(n, _)| story.signals[*n].signal.strength >= SHOWN);
    let mut groups: Vec<(NotCounted, Vec<usize>)> = Vec::new();
    for (number, why) in shown.into_iter().chain(strongest(story, weak)) {
        let key = |n: usize| &story.signals[n].signal.key;
        match groups.iter_mut().find(|(w, group)| w.rank() == why.rank() && key(group[0]) == key(number)) {
            Some((_, group)) => group.push(number),
            None => groups.push((why, vec![number])),
        }
    }
    groups.sort_by_key(|(why, group)| (why.rank(), group[0]));
    let (told, more) = groups.split_at(groups.len().min(SIGNALS_TOLD));
    if told.is_empty() {
        return None;
    }
    let mut text = Vec::new();
    for (why, group) in told {
        let sentence = Sentence::NotCounted { signal: group[0], why: *why };
        text.push(Said { sentence, cites: cited(&story.signals, group[0], facts, cites) });
        text.extend(again(facts, story, group, cites));
    }
    if !more.is_empty() {
        let count = more.iter().map(|(_, group)| group.len()).sum();
        text.push(Said { sentence: Sentence::MoreNoticed { count }, cites: vec![cites.everything()] });
    }
    let signals: Vec<usize> = told.iter().flat_map(|(_, group)| group).copied().collect();
    let times = signals.iter().map(|n| story.signals[*n].signal.detected_at).collect::<Vec<_>>();
    let mut chapter = within(chapter(ChapterKind::AlsoNoticed, text), times.into_iter());
    chapter.signals = signals;
    Some(chapter)
}

/// Every signal that does not count, with the reason.
pub fn aside(story: &Story, path: &Path) -> Vec<(usize, NotCounted)> {
    let posterior = Posterior {
        changes: story.suspects.changes.clone(),
        no_change: story.suspects.no_change,
        no_change_why: Vec::new(),
        ruled_out: Vec::new(),
    };
    let reason = |number: usize| {
        let passed_over = story.knew.passed_over.iter().find(|(n, _)| *n == number);
        why_not(&story.signals, number, path, &posterior, story.users_at)
            .or(passed_over.map(|(_, chance)| NotCounted::Chance(*chance)))
    };
    (0..story.signals.len()).filter_map(|number| Some((number, reason(number)?))).collect()
}

/// Of the signals that were too weak to be shown: the strongest that still stood when users were hurt, in order of time.
fn strongest(story: &Story, weak: Vec<(usize, NotCounted)>) -> Vec<(usize, NotCounted)> {
    let stood = |n: usize| story.signals[n].ended.is_none_or(|(at, _)| at > story.users_at);
    let of_a_change = |n: usize| story.signals[n].signal.amount.after_change;
    let tells = |(n, why): &(usize, NotCounted)| *why == NotCounted::Weak && stood(*n) && !of_a_change(*n);
    let mut weak: Vec<_> = weak.into_iter().filter(tells).collect();
    weak.sort_by(|(a, _), (b, _)| story.signals[*b].peak.total_cmp(&story.signals[*a].peak).then(a.cmp(b)));
    weak.truncate(WEAK_TOLD);
    weak.sort_unstable_by_key(|(n, _)| *n);
    weak
}
