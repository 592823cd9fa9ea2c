//! Sources that end in the middle of a record, as a copy does that was broken off, or a log that is still written: what is
//! whole is read, and the rest is said with its line.

use serde_json::Value;

use crate::bad_input::{complaint, file, good};
use crate::program::{folder, gzip, run};
use crate::writing::{JSON, OTHERS, RECORDS, Written};

/// What coverage says of sources, read together.
fn read(files: &[(String, Vec<u8>)]) -> Value {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let place = folder(&files);
    run(place.path(), &["tell", ".", "--output", "json"]).well().json()
}

/// How many values a row of it holds.
fn several(written: &Written) -> u64 {
    if written.name == "wide.csv" { 2 } else { 1 }
}

fn records(story: &Value, name: &str) -> (u64, u64) {
    let found = file(story, &format!("./{name}"));
    (found["records"].as_u64().unwrap(), found["not_understood"].as_u64().unwrap())
}

#[test]
fn whole_sources_have_all_their_records_and_no_complaint() {
    for written in JSON.iter().chain(OTHERS) {
        // Changes and alerts alone have no end to tell of.
        let files = [(written.name.to_string(), written.whole().into_bytes()), ("x.log".into(), good().into_bytes())];
        let story = read(&files);
        let found = file(&story, &format!("./{}", written.name));
        assert_eq!(records(&story, written.name), (RECORDS as u64 * several(written), 0), "{found}");
        assert_eq!(found["complaints"], Value::Array(vec![]), "{found}");
    }
}

#[test]
fn the_last_record_is_cut() {
    for written in JSON.iter().chain(OTHERS) {
        let last = (written.record)(RECORDS - 1);
        let (_, _, behind) = written.frame;
        let whole = written.whole();
        let text = &whole[..whole.len() - behind.len() - last.len() / 2];
        let story = read(&[(written.name.into(), text.as_bytes().to_vec()), ("x.log".into(), good().into_bytes())]);
        let found = file(&story, &format!("./{}", written.name));
        let (records, _) = records(&story, written.name);
        assert!(records >= (RECORDS as u64 - 1) * several(written), "{}: what is whole is read: {found}", written.name);
        let all = found["complaints"].as_array().unwrap();
        let lines = text.lines().count() as u64;
        let near = |c: &Value| c["line"].as_u64().is_some_and(|line| line + 1 >= lines);
        // An answer of Prometheus is one record's place, however many lines it has.
        assert!(
            all.iter().any(|c| near(c) || written.name == "answer.json"),
            "{}: the cut is said where it is: {found}",
            written.name
        );
    }
}

#[test]
fn documents_that_are_cut_in_the_middle_give_what_stands_before() {
    let documents = JSON.iter().filter(|w| w.document);
    let files: Vec<(String, Vec<u8>)> = documents
        .clone()
        .map(|w| {
            let whole = w.whole();
            (w.name.to_string(), whole.as_bytes()[..whole.len() * 2 / 3].to_vec())
        })
        .chain([("x.log".to_string(), good().into_bytes())])
        .collect();
    let story = read(&files);
    for written in documents {
        let (records, _) = records(&story, written.name);
        let found = file(&story, &format!("./{}", written.name));
        assert!((36..=41).contains(&records), "{}: two thirds of {RECORDS} are read: {found}", written.name);
        assert_eq!(complaint(found, "not as the file's format says").0, 1, "{found}");
    }
}

#[test]
fn a_line_that_a_runtime_cut_and_did_not_end() {
    let line = |n: u32, tag: &str, text: &str| format!("2026-11-22T10:{:02}:00.5Z stdout {tag} {text}\n", n % 60);
    let text: String = (0..50).map(|n| line(n, "F", "INFO cart opened")).collect();
    let text = text + &line(50, "P", "INFO the first part,") + &line(50, "P", " the second,");
    let story = read(&[("cri.log".into(), text.into_bytes())]);
    let found = file(&story, "./cri.log");
    assert_eq!((found["records"].as_u64(), found["folded"].as_u64()), (Some(51), Some(1)), "{found}");
    let (count, line, detail) = complaint(found, "not as the file's format says");
    assert_eq!((count, line), (1, Some(51)), "{found}");
    assert!(detail.contains("the last is missing"), "{detail}");
}

#[test]
fn rules_and_incidents_that_are_cut() {
    let rules = "groups:\n- name: cart\n  rules:\n  - alert: One\n    expr: a > 1\n  - alert: \"Two\n";
    let incident = "noticed_at: 2026-11-22T10:50:00Z\ntitle: 'cut";
    let files = [("rules.yaml", rules), ("incident.yaml", incident), ("x.log", &good())];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let place = folder(&files);
    let story = run(place.path(), &["tell", "rules.yaml", "x.log", "--output", "json"]).well().json();
    let (_, line, detail) = complaint(file(&story, "rules.yaml"), "not as the file's format says");
    assert_eq!((line, file(&story, "rules.yaml")["records"].as_u64()), (Some(6), Some(2)), "{detail}");
    assert!(detail.contains("unclosed quote"), "{detail}");
    let ran = run(place.path(), &["tell", "x.log", "--incident", "incident.yaml"]).calmly();
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("incident.yaml:2: unclosed quote") && ran.err.lines().count() >= 2, "{}", ran.err);
}

#[test]
fn compressed_sources_that_are_cut_give_their_whole_members() {
    let written = &JSON[0];
    let (one, two) = (gzip(written.whole().as_bytes()), gzip(good().as_bytes()));
    let zstd = |text: &str| zstd::stream::encode_all(text.as_bytes(), 1).unwrap();
    let (three, four) = (zstd(&written.whole()), zstd(&good()));
    let cut = |one: &[u8], two: &[u8]| [one, &two[..two.len() / 2]].concat();
    let story = read(&[("a.jsonl.gz".into(), cut(&one, &two)), ("b.jsonl.zst".into(), cut(&three, &four))]);
    for name in ["a.jsonl.gz", "b.jsonl.zst"] {
        let found = file(&story, &format!("./{name}"));
        assert!(records(&story, name).0 >= RECORDS as u64, "{found}");
        assert_eq!(complaint(found, "compressed data is broken or ends early").0, 1, "{found}");
    }
}
