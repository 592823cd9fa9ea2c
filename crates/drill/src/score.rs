//! The marks: what the program printed, beside what is true.
//!
//! It reads the JSON of `tell --output json` and of `replay` as the contract names it, and never any type of the program's:
//! whoever changes those cannot change their own marks. It runs nothing and knows no threshold but the one at which people
//! are shown a signal. A document that lacks what the contract promises is [`Misshapen`], never a miss. Read [`Told`] first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use evidence::{DAY, SECOND, Time};
use serde::Serialize;
use serde_json::Value;

use crate::moments::{as_text, parsed};
use crate::truth::{Precursor, Truth};

/// The strength from which on people are shown a signal.
pub const SHOWN: f64 = 0.5;

/// A document that is not what the contract says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misshapen(
    /// What is missing, or of the wrong kind: a JSON pointer.
    pub String,
);

impl fmt::Display for Misshapen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the document is not as the contract says: {}", self.0)
    }
}

impl std::error::Error for Misshapen {}

/// All marks of one case: of its story, of its replay, and of what was asked at moments at which nothing had happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// Which incident it is.
    pub kind: String,
    /// The seed of its world.
    pub seed: u64,
    /// How much of the evidence was left.
    pub cut: String,
    /// Of the story; null in a quiet world.
    pub told: Option<Told>,
    /// Of the replay.
    pub replayed: Replayed,
    /// How often it was asked at a quiet moment.
    pub placebos: usize,
    /// How often it was silent then.
    pub placebos_silent: usize,
    /// How often no change outranked `no_change` then.
    pub placebos_blameless: usize,
}

/// The marks of one story (`tell --output json`) of an incident.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// The first true precursor among its signals, if any is.
    pub caught: Option<Caught>,
    /// Whole seconds from the first precursor's onset, or from where the evidence begins if that is later, until users were
    /// hurt: no lead can be longer.
    pub lead_seconds_most: Option<i64>,
    /// The lead that it says itself.
    pub lead_seconds_said: Option<i64>,
    /// `told`, `known` or `silent`, as it says.
    pub verdict: String,
    /// Whether that is so: told where a delivered alert was right, known where there was something to know, else silent.
    pub verdict_right: bool,
    /// The kind of silence that it says, if any.
    pub silence: Option<String>,
    /// Whether that is so, as far as delivered alerts tell it: none where one told, no rule where something was known, no
    /// signal where there was none.
    pub silence_right: bool,
    /// Where what is true stands among the changes and `no_change`, the best first, from 1; what scores the same stands
    /// before it. Null where it is not among them.
    pub rank: Option<usize>,
    /// What it suspects first.
    pub suspect: Suspect,
    /// Whether that is so.
    pub suspect_right: bool,
    /// Whether it suspects something innocent first.
    pub decoy_first: bool,
    /// How often this system would have looked known for nothing, as it says.
    pub chance: Option<f64>,
}

/// A true precursor that was raised before users were hurt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Caught {
    /// The signal's id.
    pub id: String,
    /// The number of the precursor in the truth, from 0.
    pub precursor: usize,
    /// When it was raised at [`SHOWN`] or more.
    #[serde(with = "as_text")]
    pub detected_at: Time,
    /// How strong it was then.
    pub strength: f64,
    /// Whole seconds until users were hurt.
    pub lead_seconds: i64,
}

/// What stands first among the suspects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspect {
    /// The change that did it.
    Culprit,
    /// No change that it can see.
    NoChange,
    /// A change known to be innocent.
    Decoy,
    /// Something that the evidence does not hold, or a change without a `ref`.
    Other,
}

/// The marks of one replay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Replayed {
    /// The first true precursor among its signals, if any is.
    pub caught: Option<Caught>,
    /// How long nothing was wrong: until the first precursor's onset; of a quiet world, all of it.
    pub quiet_days: f64,
    /// Signals of [`SHOWN`] or more in that time; each id once. All of them are false.
    pub false_signals: usize,
    /// The same for one day.
    pub false_a_day: f64,
    /// The same by what misled it: a word of [`crate::Ordinary`], or `nothing`.
    pub false_by: BTreeMap<String, usize>,
    /// The same by the kind of signal, such as `log.new`.
    pub false_kinds: BTreeMap<String, usize>,
}

/// The marks of a story that was asked for at a moment at which nothing had happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Placebo {
    /// Whether the verdict is silent.
    pub silent: bool,
    /// Whether no change outranks `no_change`.
    pub no_change_first: bool,
}

/// Marks a story of an incident.
///
/// # Errors
///
/// The document lacks what the contract promises.
pub fn told(truth: &Truth, story: &Value) -> Result<Told, Misshapen> {
    let signals = array(story, "/signals")?;
    let verdict = text(story, "/knew/verdict")?;
    let suspect = first_suspect(truth, story)?;
    let silence = story.pointer("/knew/silence").and_then(Value::as_str);
    let (verdict_expected, silence_expected) = expected(truth);
    Ok(Told {
        caught: caught(truth, &at_shown(signals)?),
        lead_seconds_most: lead_most(truth),
        lead_seconds_said: story.pointer("/knew/lead_seconds").and_then(Value::as_i64),
        verdict: verdict.to_string(),
        verdict_right: verdict == verdict_expected,
        silence: silence.map(str::to_string),
        silence_right: silence == silence_expected,
        rank: rank(truth, story)?,
        suspect,
        suspect_right: is_right(truth, suspect),
        decoy_first: suspect == Suspect::Decoy,
        chance: story.pointer("/knew/chance").and_then(Value::as_f64),
    })
}

/// The verdict and the silence that are right.
fn expected(truth: &Truth) -> (&'static str, Option<&'static str>) {
    if truth.told_at.is_some() {
        ("told", None)
    } else if truth.precursors.is_empty() {
        ("silent", Some("no_signal"))
    } else {
        ("known", Some("no_rule"))
    }
}

fn lead_most(truth: &Truth) -> Option<i64> {
    let first = truth.precursors.iter().map(|p| p.onset).min()?.max(truth.start);
    truth.users_hurt_at.map(|hurt| (hurt - first) / SECOND)
}

/// Marks all that was asked of one case: its story (none of a quiet world), the lines of its replay, and the stories of
/// moments at which nothing had happened.
///
/// # Errors
///
/// A document lacks what the contract promises.
pub fn run(truth: &Truth, story: Option<&Value>, replay: &[Value], placebos: &[Value]) -> Result<Run, Misshapen> {
    let marks: Vec<Placebo> = placebos.iter().map(placebo).collect::<Result<_, _>>()?;
    Ok(Run {
        kind: truth.kind.clone(),
        seed: truth.seed,
        cut: truth.cut.clone(),
        told: story.map(|story| told(truth, story)).transpose()?,
        replayed: replayed(truth, replay)?,
        placebos: marks.len(),
        placebos_silent: marks.iter().filter(|p| p.silent).count(),
        placebos_blameless: marks.iter().filter(|p| p.no_change_first).count(),
    })
}

/// Marks a replay, given as its lines.
///
/// # Errors
///
/// A line lacks what the contract promises.
pub fn replayed(truth: &Truth, lines: &[Value]) -> Result<Replayed, Misshapen> {
    let signals = at_shown(lines)?;
    let quiet_until = truth.precursors.iter().map(|p| p.onset).chain(truth.users_hurt_at).min().unwrap_or(truth.end);
    let quiet_days = (quiet_until - truth.start).max(0) as f64 / DAY as f64;
    let (mut false_by, mut false_kinds) = (BTreeMap::new(), BTreeMap::new());
    for signal in signals.iter().filter(|s| s.detected_at < quiet_until) {
        *false_by.entry(misled_by(truth, signal)).or_default() += 1;
        *false_kinds.entry(text(signal.said, "/kind")?.to_string()).or_default() += 1;
    }
    let false_signals = false_by.values().sum();
    let false_a_day = if quiet_days > 0.0 { false_signals as f64 / quiet_days } else { 0.0 };
    let caught = caught(truth, &signals);
    Ok(Replayed { caught, quiet_days, false_signals, false_a_day, false_by, false_kinds })
}

/// Marks a story that was asked for at a moment at which nothing had happened.
///
/// # Errors
///
/// The document lacks what the contract promises.
pub fn placebo(story: &Value) -> Result<Placebo, Misshapen> {
    let silent = text(story, "/knew/verdict")? == "silent";
    let (change, no_change) = ranking(story)?;
    Ok(Placebo { silent, no_change_first: change.is_none_or(|(_, score)| score <= no_change) })
}

/// What the marks need of a signal.
struct Signal<'a> {
    id: &'a str,
    detected_at: Time,
    strength: f64,
    pain: bool,
    said: &'a Value,
}

/// The signals at the threshold: each id once, at its first line at or above it.
fn at_shown(lines: &[Value]) -> Result<Vec<Signal<'_>>, Misshapen> {
    let mut seen = BTreeSet::new();
    let mut signals = Vec::new();
    for said in lines {
        let signal = signal(said)?;
        if signal.strength >= SHOWN && seen.insert(signal.id) {
            signals.push(signal);
        }
    }
    Ok(signals)
}

fn signal(said: &Value) -> Result<Signal<'_>, Misshapen> {
    let at = text(said, "/detected_at")?;
    Ok(Signal {
        id: text(said, "/id")?,
        detected_at: parsed(at).ok_or_else(|| Misshapen("/detected_at".to_string()))?,
        strength: number(said, "/strength")?,
        pain: said.pointer("/pain").and_then(Value::as_bool).ok_or_else(|| Misshapen("/pain".to_string()))?,
        said,
    })
}

/// The earliest signal that is about a true precursor, after its onset and before users were hurt.
fn caught(truth: &Truth, signals: &[Signal<'_>]) -> Option<Caught> {
    let hurt = truth.users_hurt_at?;
    let early = |s: &&Signal<'_>| !s.pain && s.detected_at < hurt;
    let about = |s: &Signal<'_>| truth.precursors.iter().position(|p| s.detected_at >= p.onset && is_about(s.said, p));
    let first = signals.iter().filter(early).filter_map(|s| about(s).map(|p| (s, p)));
    first.min_by_key(|(s, _)| (s.detected_at, s.id)).map(|(signal, precursor)| Caught {
        id: signal.id.to_string(),
        precursor,
        detected_at: signal.detected_at,
        strength: signal.strength,
        lead_seconds: (hurt - signal.detected_at) / SECOND,
    })
}

/// Whether a signal names the precursor's service and mentions one of its words.
fn is_about(said: &Value, precursor: &Precursor) -> bool {
    let ours = |at: &Value, pointer: &str| at.pointer(pointer).and_then(Value::as_str) == Some(&precursor.service);
    let members = said.get("members").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !ours(said, "/subject/service") && !members.iter().any(|m| ours(m, "/service")) {
        return false;
    }
    let evidence = said.get("evidence").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let texts = [said.pointer("/subject/name"), said.pointer("/summary")]
        .into_iter()
        .chain(members.iter().map(|m| m.get("name")))
        .chain(evidence.iter().flat_map(|e| [e.get("text"), e.get("ref")]));
    let said: Vec<String> = texts.flatten().filter_map(Value::as_str).map(str::to_lowercase).collect();
    precursor.what.iter().any(|word| said.iter().any(|text| text.contains(word.as_str())))
}

/// What ordinary life did when and where a false signal was raised.
fn misled_by(truth: &Truth, signal: &Signal<'_>) -> String {
    let service = signal.said.pointer("/subject/service").and_then(Value::as_str).unwrap_or_default();
    let there = |o: &&crate::Ordinary| {
        (o.from..o.to).contains(&signal.detected_at)
            && (o.services.is_empty() || o.services.iter().any(|s| s == service))
    };
    truth.ordinary.iter().find(there).map_or("nothing".to_string(), |o| o.what.clone())
}

fn first_suspect(truth: &Truth, story: &Value) -> Result<Suspect, Misshapen> {
    let (change, no_change) = ranking(story)?;
    Ok(match change {
        Some((reference, score)) if score > no_change => match reference {
            Some(r) if truth.culprit.as_deref() == Some(r) => Suspect::Culprit,
            Some(r) if truth.innocent.iter().any(|i| i == r) => Suspect::Decoy,
            _ => Suspect::Other,
        },
        _ => Suspect::NoChange,
    })
}

/// Where what is true stands: the culprit, where it is shown; no change, where none did it or it was cut away; where no
/// telemetry knew, the better of the two.
fn rank(truth: &Truth, story: &Value) -> Result<Option<usize>, Misshapen> {
    let no_change = number(story, "/suspects/no_change/score")?;
    let (mut scores, mut culprit) = (vec![no_change], None::<f64>);
    for change in array(story, "/suspects/changes")? {
        let score = number(change, "/score")?;
        scores.push(score);
        if truth.culprit.is_some() && change.get("ref").and_then(Value::as_str) == truth.culprit.as_deref() {
            culprit = Some(culprit.map_or(score, |c| c.max(score)));
        }
    }
    let own = match (truth.culprit_shown, truth.silent) {
        (true, true) => Some(culprit.map_or(no_change, |c| c.max(no_change))),
        (true, false) => culprit,
        (false, _) => Some(no_change),
    };
    Ok(own.map(|own| scores.iter().filter(|s| **s >= own).count()))
}

/// Where no telemetry knew, "no change that we can see" is as right as the culprit; where the culprit was cut away it alone.
fn is_right(truth: &Truth, suspect: Suspect) -> bool {
    match suspect {
        Suspect::Culprit => truth.culprit_shown,
        Suspect::NoChange => truth.silent || !truth.culprit_shown,
        Suspect::Decoy | Suspect::Other => false,
    }
}

/// A change by its `ref`, if it has one, and its score.
type Scored<'a> = (Option<&'a str>, f64);

/// The change with the highest score, and the score of `no_change`.
fn ranking(story: &Value) -> Result<(Option<Scored<'_>>, f64), Misshapen> {
    let mut best: Option<Scored<'_>> = None;
    for change in array(story, "/suspects/changes")? {
        let score = number(change, "/score")?;
        if best.is_none_or(|(_, highest)| score > highest) {
            best = Some((change.get("ref").and_then(Value::as_str), score));
        }
    }
    Ok((best, number(story, "/suspects/no_change/score")?))
}

fn array<'a>(at: &'a Value, pointer: &str) -> Result<&'a [Value], Misshapen> {
    let found = at.pointer(pointer).and_then(Value::as_array);
    found.map(Vec::as_slice).ok_or_else(|| Misshapen(pointer.to_string()))
}

fn text<'a>(at: &'a Value, pointer: &str) -> Result<&'a str, Misshapen> {
    at.pointer(pointer).and_then(Value::as_str).ok_or_else(|| Misshapen(pointer.to_string()))
}

fn number(at: &Value, pointer: &str) -> Result<f64, Misshapen> {
    at.pointer(pointer).and_then(Value::as_f64).ok_or_else(|| Misshapen(pointer.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::Ordinary;
    use expect_test::expect;
    use serde_json::json;

    fn at(text: &str) -> Time {
        parsed(text).expect("the tests write good times")
    }

    /// Ten days; a precursor from the fourth on; users are hurt on the tenth.
    fn truth() -> Truth {
        Truth {
            kind: "pool".into(),
            seed: 1,
            cut: "whole".into(),
            start: at("2026-03-01T00:00:00Z"),
            end: at("2026-03-11T00:00:00Z"),
            noticed_at: Some(at("2026-03-10T19:06:00Z")),
            told_at: None,
            users_hurt_at: Some(at("2026-03-10T19:00:00Z")),
            culprit: Some("bad".into()),
            culprit_shown: true,
            culprit_service: Some("payments".into()),
            path: vec!["payments".into(), "checkout".into()],
            precursors: vec![Precursor {
                what: vec!["borrowed".into()],
                service: "payments".into(),
                onset: at("2026-03-05T00:00:00Z"),
                kind: "log".into(),
                form: "new".into(),
            }],
            innocent: vec!["good".into()],
            remedies: vec!["mended".into()],
            silent: false,
            ordinary: vec![Ordinary {
                what: "deploy".into(),
                services: vec!["checkout".into()],
                from: at("2026-03-02T10:00:00Z"),
                to: at("2026-03-02T10:33:00Z"),
            }],
        }
    }

    fn signal(id: &str, service: &str, name: &str, detected_at: &str, strength: f64) -> Value {
        json!({ "id": id, "kind": "log.new", "subject": { "service": service, "name": name }, "detected_at": detected_at,
            "strength": strength, "pain": false, "members": [], "summary": "a new line", "evidence": [] })
    }

    fn story(verdict: &str, signals: Vec<Value>, changes: &[(&str, f64)], no_change: f64) -> Value {
        let changes: Vec<Value> = changes.iter().map(|(r, s)| json!({ "ref": r, "score": s })).collect();
        let silence = if verdict == "known" { "no_rule" } else { "no_signal" };
        json!({ "knew": { "verdict": verdict, "silence": silence, "lead_seconds": 345600, "chance": 0.02 }, "signals": signals,
            "suspects": { "changes": changes, "no_change": { "score": no_change } } })
    }

    #[test]
    fn a_good_story_has_all_marks() {
        let signals = vec![signal("a", "payments", "connection borrowed after <*> ms", "2026-03-06T19:00:00Z", 0.71)];
        let marks = told(&truth(), &story("known", signals, &[("bad", 0.6), ("good", 0.1)], 0.3)).unwrap();
        expect![[r#"
            {
              "caught": {
                "id": "a",
                "precursor": 0,
                "detected_at": "2026-03-06T19:00:00Z",
                "strength": 0.71,
                "lead_seconds": 345600
              },
              "lead_seconds_most": 500400,
              "lead_seconds_said": 345600,
              "verdict": "known",
              "verdict_right": true,
              "silence": "no_rule",
              "silence_right": true,
              "rank": 1,
              "suspect": "culprit",
              "suspect_right": true,
              "decoy_first": false,
              "chance": 0.02
            }"#]]
        .assert_eq(&serde_json::to_string_pretty(&marks).unwrap());
    }

    #[test]
    fn what_is_early_weak_late_painful_or_about_something_else_catches_nothing() {
        let name = "connection borrowed after <*> ms";
        let mut painful = signal("e", "payments", name, "2026-03-06T19:00:00Z", 0.9);
        painful["pain"] = json!(true);
        let signals = vec![
            signal("a", "payments", name, "2026-03-04T19:00:00Z", 0.9),
            signal("b", "payments", name, "2026-03-06T19:00:00Z", 0.49),
            signal("c", "payments", name, "2026-03-10T19:00:00Z", 0.9),
            signal("d", "payments", "webhook <*> taken", "2026-03-06T19:00:00Z", 0.9),
            painful,
            signal("f", "checkout", name, "2026-03-06T19:00:00Z", 0.9),
        ];
        assert_eq!(told(&truth(), &story("known", signals, &[], 1.0)).unwrap().caught, None);
    }

    #[test]
    fn members_and_evidence_may_name_it_too() {
        let mut folded = signal("a", "checkout", "errors", "2026-03-06T19:00:00Z", 0.6);
        folded["members"] =
            json!([{ "service": "payments", "instance": null, "name": "Connection Borrowed after <*> ms" }]);
        let mut cited = signal("b", "payments", "4f2a", "2026-03-07T19:00:00Z", 0.6);
        cited["evidence"] = json!([{ "text": "INFO connection borrowed after 1204 ms" }]);
        for (one, id) in [(folded, "a"), (cited, "b")] {
            let marks = told(&truth(), &story("known", vec![one], &[], 1.0)).unwrap();
            assert_eq!(marks.caught.map(|c| c.id), Some(id.to_string()));
        }
    }

    #[test]
    fn a_signal_that_grew_counts_from_its_first_line_that_people_were_shown() {
        let name = "connection borrowed after <*> ms";
        let lines = [
            signal("a", "payments", name, "2026-03-06T08:00:00Z", 0.3),
            signal("a", "payments", name, "2026-03-07T19:00:00Z", 0.5),
            signal("a", "payments", name, "2026-03-08T19:00:00Z", 0.8),
        ];
        let marks = replayed(&truth(), &lines).unwrap();
        assert_eq!(marks.caught.map(|c| (c.strength, c.lead_seconds)), Some((0.5, 3 * 86_400)));
        assert_eq!((marks.false_signals, marks.quiet_days), (0, 4.0));
    }

    #[test]
    fn false_signals_are_counted_by_what_misled() {
        let mut lines = [
            signal("a", "checkout", "Starting checkout", "2026-03-02T10:05:00Z", 0.6),
            signal("b", "mailer", "outbox walked", "2026-03-02T10:05:00Z", 0.6),
            signal("b", "mailer", "outbox walked", "2026-03-02T11:05:00Z", 0.8),
            signal("c", "mailer", "outbox walked", "2026-03-03T10:05:00Z", 0.4),
            signal("d", "mailer", "outbox walked", "2026-03-06T10:05:00Z", 0.9),
        ];
        lines[0]["kind"] = json!("log.rate");
        let marks = replayed(&truth(), &lines).unwrap();
        assert_eq!((marks.false_signals, marks.false_a_day), (2, 0.5));
        expect![[r#"{"deploy": 1, "nothing": 1}"#]].assert_eq(&format!("{:?}", marks.false_by));
        expect![[r#"{"log.new": 1, "log.rate": 1}"#]].assert_eq(&format!("{:?}", marks.false_kinds));
        let quiet = Truth { precursors: vec![], users_hurt_at: None, noticed_at: None, ..truth() };
        assert_eq!(replayed(&quiet, &lines).unwrap().false_signals, 3);
    }

    #[test]
    fn suspects_are_right_by_what_the_evidence_can_show() {
        let suspect = |truth: &Truth, changes: &[(&str, f64)], none| {
            let marks = told(truth, &story("silent", vec![], changes, none)).unwrap();
            (marks.suspect, marks.suspect_right)
        };
        let shown = truth();
        assert_eq!(suspect(&shown, &[("good", 0.5), ("bad", 0.4)], 0.1), (Suspect::Decoy, false));
        assert_eq!(suspect(&shown, &[("mended", 0.9)], 0.1), (Suspect::Other, false));
        assert_eq!(suspect(&shown, &[("bad", 0.5)], 0.5), (Suspect::NoChange, false));
        let cut = Truth { culprit_shown: false, ..truth() };
        assert_eq!(suspect(&cut, &[], 1.0), (Suspect::NoChange, true));
        let silent = Truth { silent: true, precursors: vec![], ..truth() };
        assert_eq!(suspect(&silent, &[("bad", 0.6)], 0.4), (Suspect::Culprit, true));
        assert_eq!(suspect(&silent, &[("bad", 0.1)], 0.9), (Suspect::NoChange, true));
        assert!(told(&silent, &story("silent", vec![], &[], 1.0)).unwrap().verdict_right);
    }

    #[test]
    fn what_is_true_has_a_rank() {
        let rank = |truth: &Truth, changes: &[(&str, f64)], none| {
            told(truth, &story("known", vec![], changes, none)).unwrap().rank
        };
        let shown = truth();
        assert_eq!(rank(&shown, &[("good", 0.5), ("bad", 0.4)], 0.1), Some(2));
        assert_eq!(rank(&shown, &[("bad", 0.4)], 0.4), Some(2));
        assert_eq!(rank(&shown, &[("good", 0.5)], 0.5), None);
        let outside = Truth { culprit: None, culprit_shown: false, culprit_service: None, ..truth() };
        assert_eq!(rank(&outside, &[("good", 0.2), ("mended", 0.1)], 0.7), Some(1));
        assert_eq!(rank(&outside, &[("good", 0.7)], 0.3), Some(2));
        let silent = Truth { silent: true, precursors: vec![], ..truth() };
        assert_eq!(rank(&silent, &[("bad", 0.1), ("good", 0.2)], 0.7), Some(1));
    }

    #[test]
    fn a_delivered_alert_makes_told_the_right_verdict() {
        let told_so = Truth { told_at: Some(at("2026-03-10T18:40:00Z")), ..truth() };
        let marks = told(&told_so, &story("known", vec![], &[], 1.0)).unwrap();
        assert!(!marks.verdict_right && !marks.silence_right);
        let mut said = story("told", vec![], &[], 1.0);
        said["knew"]["silence"] = Value::Null;
        let marks = told(&told_so, &said).unwrap();
        assert!(marks.verdict_right && marks.silence_right);
        let silent = Truth { silent: true, precursors: vec![], ..truth() };
        let marks = told(&silent, &story("silent", vec![], &[], 1.0)).unwrap();
        assert!(marks.silence_right && marks.lead_seconds_most.is_none());
    }

    #[test]
    fn a_run_has_the_marks_of_all_that_was_asked() {
        let quiet_moment = story("silent", vec![], &[], 1.0);
        let wrong_moment = story("known", vec![], &[("good", 0.6)], 0.4);
        let told = story("known", vec![], &[("bad", 0.6)], 0.4);
        let marks = run(&truth(), Some(&told), &[], &[quiet_moment, wrong_moment]).unwrap();
        assert_eq!((marks.kind.as_str(), marks.seed, marks.cut.as_str()), ("pool", 1, "whole"));
        assert_eq!((marks.placebos, marks.placebos_silent, marks.placebos_blameless), (2, 1, 1));
        assert!(marks.told.is_some_and(|t| t.rank == Some(1)) && marks.replayed.quiet_days == 4.0);
    }

    #[test]
    fn a_quiet_moment_is_silent_and_blames_nothing() {
        let marks = |verdict, changes: &[(&str, f64)], none| placebo(&story(verdict, vec![], changes, none)).unwrap();
        assert_eq!(marks("silent", &[("good", 0.01)], 0.99), Placebo { silent: true, no_change_first: true });
        assert_eq!(marks("known", &[("good", 0.6)], 0.4), Placebo { silent: false, no_change_first: false });
    }

    #[test]
    fn a_misshapen_document_is_no_miss() {
        let missing = |pointer: &str| Some(Misshapen(pointer.to_string()));
        assert_eq!(placebo(&json!({})).err(), missing("/knew/verdict"));
        assert_eq!(told(&truth(), &json!({ "knew": { "verdict": "known" } })).err(), missing("/signals"));
        assert_eq!(replayed(&truth(), &[json!({ "id": "a" })]).err(), missing("/detected_at"));
    }
}
