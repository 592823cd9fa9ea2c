//! What breaks of our own loses itself and nothing else (invariant 6): a part of a file over which a reader panics, a
//! detector that panics. The story says so on its first screen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::program::Case;

/// The third megabyte of a file that several others stand beside.
const FILE: &str = "shopfront.log";
const PART: &str = "shopfront.log:2";

fn long() -> Case {
    Case::of("pool", 8, drill::Settings { days: 14, ..drill::Settings::default() })
}

/// Coverage's files, by path.
fn files(document: &Value) -> Vec<(&str, &Value)> {
    let files = document["coverage"]["files"].as_array().unwrap();
    files.iter().map(|f| (f["path"].as_str().unwrap(), f)).collect()
}

/// The lines of a file that a broken run has lost: first and last.
fn lost_lines(whole: &Value, broken: &Value) -> (u64, u64) {
    let mut lost = None;
    for ((path, whole), (same, broken)) in files(whole).into_iter().zip(files(broken)) {
        assert_eq!(path, same);
        if !path.ends_with(FILE) {
            assert_eq!(whole, broken, "{path} is read as ever");
            continue;
        }
        let what = "lost: the reader stopped over this part";
        let complaint = broken["complaints"].as_array().unwrap().iter().find(|c| c["what"] == what);
        let complaint = complaint.unwrap_or_else(|| panic!("nothing is said of it: {broken}"));
        let (first, count) = (complaint["line"].as_u64().unwrap(), complaint["count"].as_u64().unwrap());
        assert!(first > 1 && count > 100, "{broken}");
        assert_eq!(whole["lines"], broken["lines"], "lost lines are counted as lines");
        let gone = whole["records"].as_u64().unwrap() - broken["records"].as_u64().unwrap();
        assert!(gone > 0 && gone <= count, "{gone} records are gone with {count} lines");
        lost = Some((first, first + count - 1));
    }
    lost.unwrap()
}

#[test]
fn a_part_that_a_reader_panics_over_is_lost_counted_and_named() {
    let case = long();
    let whole = case.tell(&["--output", "json"]).json();
    let broken = case.tell(&["--output", "json", "--break-part", PART]).json();
    let (first, last) = lost_lines(&whole, &broken);
    let screen = case.tell(&["--break-part", PART]).out;
    assert!(screen.lines().count() <= 30, "{screen}");
    let words: String = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = format!("lines {first} to {last} of evidence/{FILE}: lost");
    assert!(words.contains(&named), "the first screen does not say {named:?}:\n{screen}");
    assert!(!case.tell(&[]).out.contains("lost"), "where nothing is lost nothing is said of it");
    assert_eq!(broken["knew"]["verdict"], whole["knew"]["verdict"]);
    stays(&whole, &broken);
    stays(&broken, &whole);
}

/// Whatever one story shows of somebody else the other has too, at nearly that strength: how much the whole system writes,
/// and how much is watched, is a little less where a part is lost. What is new is left out: all that is new in a system is
/// one stream, and who has seen less of it finds the next more surprising.
fn stays(one: &Value, other: &Value) {
    let (one, other) = (strengths(one), strengths(other));
    let shown = one.iter().filter(|(_, strength)| **strength >= 0.5);
    let odd: Vec<_> = shown.filter(|(key, _)| other.get(*key).is_none_or(|s| *s < 0.4)).collect();
    assert!(odd.is_empty(), "signals of everybody else stay: {odd:?} {other:?}");
}

/// How strong the signals are of services other than the one whose lines were lost, by key.
fn strengths(story: &Value) -> BTreeMap<String, f64> {
    let mut strongest = BTreeMap::new();
    let others = |s: &&Value| s["subject"]["service"] != "shopfront" && s["kind"] != "log.new";
    for signal in story["signals"].as_array().unwrap().iter().filter(others) {
        let strength: &mut f64 = strongest.entry(signal["key"].as_str().unwrap().to_string()).or_default();
        *strength = strength.max(signal["strength"].as_f64().unwrap());
    }
    strongest
}

#[test]
fn a_lost_part_changes_nothing_that_came_before_it() {
    let case = long();
    let whole = case.run("replay", &[]).json_lines();
    let broken = case.run("replay", &["--break-part", PART]).json_lines();
    let text = std::fs::read_to_string(case.folder().join("evidence").join(FILE)).unwrap();
    let story = case.tell(&["--output", "json", "--break-part", PART]).json();
    let (first, _) = lost_lines(&case.tell(&["--output", "json"]).json(), &story);
    let begins: Value = serde_json::from_str(text.lines().nth(first as usize - 1).unwrap()).unwrap();
    let begins = begins["time"].as_str().unwrap();
    let before = |lines: &[Value]| -> Vec<Value> {
        lines.iter().take_while(|l| l["detected_at"].as_str().unwrap() < begins).cloned().collect()
    };
    assert!(before(&whole).len() > 5, "too little was raised before {begins} to compare");
    assert_eq!(before(&broken), before(&whole));
}

#[test]
fn a_first_part_that_is_lost_loses_itself_too() {
    let case = Case::quick("pool", 9);
    let story = case.tell(&["--output", "json", "--break-part", "payments.log:0"]).json();
    let whole = case.tell(&["--output", "json"]).json();
    for ((path, whole), (_, broken)) in files(&whole).into_iter().zip(files(&story)) {
        assert_eq!(broken["lines"], whole["lines"], "{path}");
        assert_eq!(broken["records"] == 0, path.ends_with("payments.log"), "{path}");
    }
    let rows = |more: &[&str]| case.run("patterns", &[&["--lines"], more].concat()).out;
    let (all, left) = (rows(&[]), rows(&["--break-part", "payments.log:0"]));
    let others: Vec<&str> = all.lines().filter(|l| !l.contains("payments.")).collect();
    assert!(left.lines().count() >= others.len() / 2 && left.lines().count() < all.lines().count());
}

/// The kinds that a detector raises.
fn kinds_of(detector: &str) -> &'static [&'static str] {
    match detector {
        "log_new" => &["log.new"],
        "log_rate" => &["log.rate", "log.silent"],
        "log_ending" => &["log.ending"],
        "log_instance" => &["log.instance"],
        "log_enum" => &["log.enum", "log.share"],
        "log_value" => &["log.value"],
        "metric_ending" => &["metric.ending"],
        "metric_instance" => &["metric.instance"],
        "metric_saturation" => &["metric.saturation"],
        "metric_spread" => &["metric.spread"],
        "log_severity" => &["log.severity"],
        "log_retries" => &["log.retries"],
        "log_restarts" => &["log.restarts"],
        "metric_resets" => &["metric.resets"],
        "metric_level" => &["metric.level", "metric.drift"],
        "metric_silent" => &["metric.silent"],
        "trace_latency" => &["trace.latency"],
        "trace_errors" => &["trace.errors"],
        "trace_edge" => &["trace.edge"],
        "trace_gone" => &["trace.gone"],
        "trace_calls" => &["trace.calls"],
        "trace_retries" => &["trace.retries"],
        other => panic!("{other} is new: say here which kinds it raises"),
    }
}

#[test]
fn a_detector_that_panics_loses_its_own_signals_and_no_other() {
    let case = Case::quick("pool", 10);
    for (detector, _) in signal::detectors::DETECTORS {
        let broken = case.run("replay", &["--break-detector", detector]);
        let without = case.run("replay", &["--without", detector]);
        assert_eq!(broken.out, without.out, "{detector}: broken at once is as good as left out");
        let kinds: BTreeSet<String> =
            broken.json_lines().iter().map(|l| l["kind"].as_str().unwrap().to_string()).collect();
        assert!(kinds_of(detector).iter().all(|kind| !kinds.contains(*kind)), "{detector}: {kinds:?}");
        assert!(!kinds.is_empty(), "{detector}: nobody else raises anything");
    }
}

#[test]
fn the_story_says_which_detector_was_lost() {
    let case = Case::quick("pool", 10);
    for (detector, _) in signal::detectors::DETECTORS {
        let screen = case.tell(&["--break-detector", detector]).out;
        let words: String = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("what {detector} would have raised since")), "{detector}:\n{screen}");
        let story = case.tell(&["--output", "json", "--break-detector", detector]).json();
        assert!(story["blind_spots"].as_array().unwrap().iter().any(|s| s["what"] == *detector), "{detector}");
        let lost =
            story["signals"].as_array().unwrap().iter().find(|s| kinds_of(detector).iter().any(|k| s["kind"] == *k));
        assert!(lost.is_none(), "{detector}: {lost:?}");
    }
}
