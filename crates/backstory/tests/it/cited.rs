//! The checker of stories: every sentence cites evidence that exists (invariant 1), no lead time stands without its base
//! rate and its chance (invariant 7), the first screen is a screen, and no word claims what only order suggests.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::{Case, Ran, quick, run};

/// Every text of a document that cites: objects with a `text` and a `cites`.
fn sentences<'a>(document: &'a Value, place: &str, found: &mut Vec<(String, &'a Value)>) {
    match document {
        Value::Object(fields) if fields.contains_key("cites") => found.push((place.to_string(), document)),
        Value::Object(fields) => fields.iter().for_each(|(key, v)| sentences(v, &format!("{place}/{key}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, v)| sentences(v, &format!("{place}/{n}"), found)),
        _ => {}
    }
}

/// Where the contract promises sentences: what stands there must be one, not a bare text.
const TEXTS: [&str; 3] = ["why", "text", "questions"];

/// Texts at a place of sentences that cite nothing at all, not even an empty list.
fn bare<'a>(document: &'a Value, place: &str, found: &mut Vec<(String, &'a str)>) {
    let Value::Object(fields) = document else {
        if let Value::Array(items) = document {
            items.iter().enumerate().for_each(|(n, v)| bare(v, &format!("{place}/{n}"), found));
        }
        return;
    };
    // An entry of the evidence, of a story or of a signal, has a text of its own: it is what is cited.
    if fields.contains_key("cites") || fields.contains_key("ref") && fields.contains_key("source") {
        return;
    }
    for (key, value) in fields {
        let here = format!("{place}/{key}");
        let texts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        if TEXTS.contains(&key.as_str()) {
            found.extend(texts.iter().filter_map(Value::as_str).map(|text| (here.clone(), text)));
        }
        bare(value, &here, found);
    }
}

fn every_sentence_cites(story: &Value) {
    let evidence = story["evidence"].as_array().unwrap();
    let known: BTreeSet<u64> = evidence.iter().map(|e| e["n"].as_u64().unwrap()).collect();
    assert_eq!(known.len(), evidence.len(), "no number stands twice");
    for entry in evidence {
        let place = [&entry["source"], &entry["ref"]].map(|v| v.as_str().unwrap_or(""));
        assert!(!place.concat().is_empty(), "evidence that is nowhere: {entry}");
    }
    let (mut said, mut without) = (Vec::new(), Vec::new());
    sentences(story, "", &mut said);
    bare(story, "", &mut without);
    assert!(without.is_empty(), "texts that cannot cite: {without:?}");
    assert!(said.len() >= 8, "only {} sentences: is this a story?", said.len());
    for (place, sentence) in said {
        assert!(!sentence["text"].as_str().unwrap().trim().is_empty(), "{place}: no words");
        let cites = sentence["cites"].as_array().unwrap();
        assert!(!cites.is_empty(), "{place}: {} cites nothing", sentence["text"]);
        for cite in cites {
            assert!(known.contains(&cite.as_u64().unwrap()), "{place}: {cite} is cited and not there");
        }
    }
}

/// What a signal's line must have beside a lead.
fn every_lead_has_its_base_rate(story: &Value) {
    for signal in story["signals"].as_array().unwrap() {
        let rate = &signal["base_rate"];
        let known = rate["class"].as_str().is_some_and(|c| !c.is_empty()) && rate["episodes"].is_u64();
        assert!(known && rate["span_seconds"].is_number(), "{}: no base rate: {rate}", signal["id"]);
        let early = signal["lead_seconds"].as_f64();
        assert!(
            early.is_none_or(|lead| lead > 0.0 && signal["pain"] == false),
            "{signal}: pain, or later, leads nothing"
        );
    }
    let knew = &story["knew"];
    assert_eq!(knew["lead_seconds"].is_null(), knew["first_signal_at"].is_null(), "{knew}");
    assert_eq!(knew["verdict"] == "silent", knew["first_signal_at"].is_null() && knew["told_at"].is_null(), "{knew}");
    let chance = knew["chance"].as_f64();
    assert!(chance.is_none_or(|c| (0.0..=0.1).contains(&c)), "a signal that looks so often is not taken: {knew}");
    let unjudged = story.to_string().contains("not judged");
    assert!(knew["lead_seconds"].is_null() || chance.is_some() || unjudged, "neither a chance nor why there is none");
    leads_in_sentences(story);
}

/// A sentence that says how long before users were hurt a signal came also says how often its like came.
fn leads_in_sentences(story: &Value) {
    let mut said = Vec::new();
    sentences(story, "", &mut said);
    let summaries: Vec<&str> =
        story["signals"].as_array().unwrap().iter().filter_map(|s| s["summary"].as_str()).collect();
    for (place, sentence) in said {
        let text = sentence["text"].as_str().unwrap();
        let about = |summary: &&str| text.contains(&summary.chars().take(20).collect::<String>());
        let lead = text.contains("before users were hurt") && summaries.iter().any(about);
        let rate = text.split(" in the ").skip(1).any(|rest| rest.contains(" before"));
        assert!(!lead || rate, "{place}: a lead without its base rate: {text}");
    }
}

/// What the eye gets first.
fn the_first_screen_is_a_screen(screen: &str) {
    let lines: Vec<&str> = screen.lines().collect();
    assert!(lines.len() <= 30, "{} lines:\n{screen}", lines.len());
    let wide: Vec<&&str> = lines.iter().filter(|l| l.chars().count() > 80).collect();
    assert!(wide.is_empty(), "wider than 80 columns: {wide:?}\n{screen}");
    assert!(!screen.contains('\u{1b}'), "a pipe gets no colours");
    let order = ["changed", "past", "next"].map(|label| lines.iter().position(|l| l.starts_with(&format!(" {label}"))));
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}\n{screen}");
    assert!(screen.contains("backstory tell"), "no next command:\n{screen}");
}

/// On the screen a lead is a length in the first column; the line below it says how often its like came, in how long. The
/// verdict's lead has its chance.
fn leads_on_the_screen(screen: &str) {
    let lines: Vec<&str> = screen.lines().collect();
    for pair in lines.windows(2) {
        let column: String = pair[0].chars().take(10).collect();
        assert!(
            !is_length(column.trim()) || has_base_rate(pair[1]),
            "a lead without its base rate:\n{}\n{}",
            pair[0],
            pair[1]
        );
    }
    let Some(first) = screen.find("first signal ") else { return };
    let verdict: Vec<&str> = screen[first..].split("\n\n").next().unwrap().split_whitespace().collect();
    let verdict = verdict.join(" ");
    let chance = ["of 100", "not judged", "at no moment"].iter().any(|words| verdict.contains(words));
    assert!(chance, "a lead without its chance: {verdict}");
}

/// `9d 1h`, `2m 30s`.
fn is_length(text: &str) -> bool {
    let digits = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
    let number = |word: &str| word.strip_suffix(['d', 'h', 'm', 's']).is_some_and(digits);
    !text.is_empty() && text.split(' ').all(number)
}

/// `3.4 where 2.43 is usual; 1 as strong in 11d`.
fn has_base_rate(line: &str) -> bool {
    let Some((_, rate)) = line.split_once("; ") else { return false };
    rate.split_once(" in ").is_some_and(|(_, span)| is_length(span.trim()))
}

fn no_claim_beyond_the_evidence(text: &str) {
    let small = text.to_lowercase();
    for word in ["root cause", "predict", "culprit", "fault of the", "guilty"] {
        assert!(!small.contains(word), "{word:?} is said:\n{text}");
    }
}

fn checked(json: &Ran, screen: &Ran, full: &Ran) {
    let story = json.json();
    assert_eq!(story["schema"], "backstory.story/1");
    every_sentence_cites(&story);
    every_lead_has_its_base_rate(&story);
    the_first_screen_is_a_screen(&screen.out);
    leads_on_the_screen(&screen.out);
    for text in [&screen.out, &full.out] {
        no_claim_beyond_the_evidence(text);
    }
    brackets_point_at_evidence(&screen.out, &story);
    brackets_point_at_evidence(&full.out, &story);
}

/// `[7]` in a text is the seventh piece of evidence.
fn brackets_point_at_evidence(text: &str, story: &Value) {
    let count = story["evidence"].as_array().unwrap().len();
    // The list of evidence quotes lines as they stand, brackets of their own among them.
    let told = text.split("\nEvidence\n").next().unwrap();
    let cited = told.split('[').skip(1).filter_map(|rest| rest.split_once(']')?.0.parse::<usize>().ok());
    let beyond: Vec<usize> = cited.filter(|n| *n == 0 || *n > count).collect();
    assert!(beyond.is_empty(), "{beyond:?} of {count} pieces of evidence:\n{text}");
}

fn check(case: &Case, more: &[&str]) {
    let with = |extra: &[&str]| case.tell(&[more, extra].concat());
    checked(&with(&["--output", "json"]), &with(&[]), &with(&["--full"]));
}

#[test]
fn stories_of_invented_incidents_cite_and_claim_no_more_than_they_know() {
    for (kind, seed) in [("pool", 1), ("pool", 2), ("silent", 3), ("silent", 4), ("quiet", 5), ("quiet", 6)] {
        check(&Case::quick(kind, seed), &[]);
    }
}

#[test]
fn the_story_of_three_whole_weeks_cites_and_claims_no_more_than_it_knows() {
    check(&Case::of("pool", 1, drill::Settings::default()), &[]);
}

#[test]
fn stories_of_any_service_and_moment_do_too() {
    let case = Case::of("quiet", 7, quick());
    let middle = (case.truth().start + 6 * evidence::DAY + 13 * evidence::HOUR).to_string();
    for service in ["checkout", "payments", "nobody-of-this-name"] {
        check(&case, &["--noticed", &middle, "--service", service]);
        check(&case, &["--noticed", "03:02", "--service", service, "--lookback", "2d"]);
    }
}

#[test]
fn a_story_of_two_hours_of_plain_logs_does_too() {
    let line = |n: i64| {
        format!("2026-11-22T{:02}:{:02}:{:02}Z GET /cart 200 {}ms\n", 9 + n / 3600, n / 60 % 60, n % 60, n % 9)
    };
    let text: String = (0..7_000).map(line).collect();
    let folder = crate::program::folder(&[("api.log", text.as_bytes())]);
    let tell = |more: &[&str]| run(folder.path(), &[&["tell", "api.log"], more].concat()).well();
    checked(&tell(&["--output", "json"]), &tell(&[]), &tell(&["--full"]));
}

/// A story with this sentence in it, and one piece of evidence.
fn with_sentence(sentence: &Value) -> Value {
    let well = serde_json::json!({"text": "said", "cites": [1]});
    let evidence =
        serde_json::json!([{"n": 1, "source": "a.log", "ref": "line 1, record 1", "time": null, "text": "x"}]);
    serde_json::json!({"chapters": [{"text": [sentence, well, well, well, well, well, well, well]}], "evidence": evidence})
}

#[test]
fn this_checker_finds_what_it_looks_for() {
    let fails = |check: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).is_err();
    let sentence = |cites: Value| with_sentence(&serde_json::json!({"text": "said", "cites": cites}));
    every_sentence_cites(&sentence(serde_json::json!([1])));
    assert!(fails(&|| every_sentence_cites(&sentence(serde_json::json!([])))), "it cites nothing");
    assert!(fails(&|| every_sentence_cites(&sentence(serde_json::json!([1, 2])))), "it cites what is not there");
    assert!(fails(&|| every_sentence_cites(&with_sentence(&"said".into()))), "it cannot cite");
    let told = " 9d 1h    level        payments: pool 0.57 [1]\n                       3.4 where 2.43 is usual";
    leads_on_the_screen(&format!("{told}; 1 as strong in 11d"));
    assert!(fails(&|| leads_on_the_screen(told)), "a lead without its base rate");
    assert!(fails(&|| leads_on_the_screen("KNOWN\n first signal 9 days earlier\n\n")), "a lead without its chance");
    assert!(fails(&|| no_claim_beyond_the_evidence("the Root\u{20}cause was")), "order is not cause");
}
