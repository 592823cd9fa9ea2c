//! JSON and YAML that are made to break a reader: nesting without end, a key twice, numbers that are none, aliases that
//! laugh. One bad value costs itself, in every format that is read.

use serde_json::Value;

use crate::bad_input::{complaint, file, good};
use crate::program::{folder, run};
use crate::writing::{JSON, RECORDS, Written, otlp_span};

/// How deep a value is nested that nobody should look into.
const DEEP: usize = 100_000;

fn read(files: &[(String, String)]) -> Value {
    let good = ("x.log".to_string(), good());
    let all: Vec<(&str, &[u8])> =
        files.iter().chain([&good]).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let place = folder(&all);
    run(place.path(), &["tell", ".", "--output", "json"]).well().json()
}

/// The source with a member put before the end of its 21st record.
fn with(written: &Written, member: &str) -> (String, String) {
    let other = |n: i64, record: String| match n {
        20 => format!("{},{member}}}", record.strip_suffix('}').unwrap()),
        _ => record,
    };
    (written.name.to_string(), written.text(other))
}

/// The place of the 21st record.
fn line(written: &Written) -> u64 {
    21 + written.frame.0.matches('\n').count() as u64
}

fn counts(found: &Value) -> (u64, u64) {
    (found["records"].as_u64().unwrap(), found["not_understood"].as_u64().unwrap())
}

#[test]
fn values_that_are_nested_too_deep_are_left_out_alone() {
    let deep = format!("\"deep\":{}1{}", "{\"a\":[".repeat(DEEP / 2), "]}".repeat(DEEP / 2));
    let files: Vec<(String, String)> = JSON.iter().map(|written| with(written, &deep)).collect();
    let begun = std::time::Instant::now();
    let story = read(&files);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    for written in JSON {
        let found = file(&story, &format!("./{}", written.name));
        assert_eq!(counts(found), (RECORDS as u64, 0), "{}: each record is read: {found}", written.name);
        // What a typed reader does not ask for it passes over, however deep.
        let skips = ["otlp", "jaeger", "docker"].iter().any(|name| written.name.starts_with(name));
        let said =
            found["complaints"].as_array().unwrap().iter().any(|c| c["what"] == "larger or deeper than the limit");
        assert!(said != skips, "{}: {found}", written.name);
        if !said {
            continue;
        }
        let (count, at, detail) = complaint(found, "larger or deeper than the limit");
        assert_eq!(count, 1, "{found}");
        assert!(detail.contains("limits.json_depth"), "{detail}");
        assert!(at == Some(line(written)) || written.name == "answer.json", "{}: {found}", written.name);
    }
}

#[test]
fn values_that_are_asked_for_and_too_deep_are_said_in_typed_formats_too() {
    let deep = format!("{}1{}", "{\"arrayValue\":{\"values\":[".repeat(DEEP / 3), "]}}".repeat(DEEP / 3));
    let attribute = format!("\"attributes\":[{{\"key\":\"a\",\"value\":{deep}}}],\"status\":{deep},\"tags\":{deep}");
    let typed = |written: &&Written| matches!(written.name, "otlp-logs.json" | "otlp-traces.json" | "zipkin.json");
    let files: Vec<(String, String)> = JSON
        .iter()
        .filter(typed)
        .map(|w| (w.name.to_string(), with(w, &attribute).1.replace("\"attributes\":[],", "")))
        .collect();
    let story = read(&files);
    for written in JSON.iter().filter(typed) {
        let found = file(&story, &format!("./{}", written.name));
        assert_eq!(counts(found).0, RECORDS as u64, "{}: {found}", written.name);
        let (count, at, _) = complaint(found, "larger or deeper than the limit");
        assert!((1..=3).contains(&count) && at == Some(line(written)), "{}: {found}", written.name);
    }
}

#[test]
fn a_log_of_nothing_but_deep_lines_is_still_one_of_json() {
    let deep = format!("\"deep\":{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    let text = JSON[0].text(|_, record| format!("{},{deep}}}", record.strip_suffix('}').unwrap()));
    let story = read(&[("deep.jsonl".into(), text)]);
    let found = file(&story, "./deep.jsonl");
    assert_eq!((found["kind"].as_str(), counts(found)), (Some("logs (JSON lines)"), (60, 0)), "{found}");
    let (count, at, _) = complaint(found, "larger or deeper than the limit");
    assert_eq!((count, at), (60, Some(1)), "{found}");
    assert_eq!(found["complaints"].as_array().unwrap().len(), 1, "their times are read: {found}");
}

#[test]
fn of_a_key_that_stands_twice_the_first_is_taken_and_it_is_said() {
    // The key that each format asks for first, again with another value.
    let again = |written: &Written| match written.name {
        "docker.log" => "\"log\":\"other\\n\"",
        "log-export.json" => "\"message\":\"other\"",
        "otlp-logs.json" => "\"severityText\":\"FATAL\"",
        "otlp-traces.json" => "\"name\":\"other\"",
        "otlp-metrics.json" => "\"name\":\"other\"",
        "jaeger.json" => "\"spans\":[]",
        "zipkin.json" => "\"name\":\"other\"",
        "answer.json" => "\"values\":[]",
        "alerts.json" => "\"startsAt\":\"2026-11-22T12:00:00Z\"",
        "changes.json" | "changes.jsonl" => "\"service\":\"other\"",
        "events.json" => "\"reason\":\"Other\"",
        "sets.json" => "\"kind\":\"Pod\"",
        _ => "\"msg\":\"other\"",
    };
    // What a line of a request holds is the request: its record's keys are deeper.
    let asked = |written: &&Written| !written.name.starts_with("otlp") || written.document;
    let files: Vec<(String, String)> = JSON.iter().filter(asked).map(|w| with(w, again(w))).collect();
    let story = read(&files);
    for written in JSON.iter().filter(asked) {
        let found = file(&story, &format!("./{}", written.name));
        assert_eq!(counts(found), (RECORDS as u64, 0), "{}: {found}", written.name);
        let (count, at, detail) = complaint(found, "there already");
        assert_eq!(count, 1, "{}: {found}", written.name);
        assert!(detail.contains("the first stands"), "{detail}");
        assert!(at == Some(line(written)) || written.name == "answer.json", "{}: {found}", written.name);
    }
    let said = story.to_string();
    assert!(!said.contains("other") && !said.contains("12:00:00"), "a second value is used somewhere");
}

#[test]
fn a_label_that_stands_twice() {
    let text: String = (0..60)
        .map(|n| format!("queue{{service=\"shop\",zone=\"a\",zone=\"b\"}} {n} {}\n", 1_795_341_600 + n))
        .collect();
    let story = read(&[("twice.prom".into(), text)]);
    let found = file(&story, "./twice.prom");
    assert_eq!(counts(found), (60, 0));
    assert!(complaint(found, "there already").2.contains("the first stands"), "{found}");
}

#[test]
fn an_incident_with_a_key_twice_is_refused() {
    for (name, text) in [
        ("i.json", "{\"noticed_at\":\"2026-11-22T10:50:00Z\",\n\"noticed_at\":\"2026-11-22T10:20:00Z\"}"),
        ("i.yaml", "noticed_at: 2026-11-22T10:50:00Z\nnoticed_at: 2026-11-22T10:20:00Z\n"),
    ] {
        let place = folder(&[(name, text.as_bytes()), ("x.log", good().as_bytes())]);
        let ran = run(place.path(), &["tell", "x.log", "--incident", name]).calmly();
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(&format!("{name}:2: ")) && ran.err.contains("noticed_at"), "{}", ran.err);
    }
}

#[test]
fn numbers_that_are_none_or_too_large_cost_their_own_records() {
    let digits = "9".repeat(400);
    let numbers = ["1e999", "-1e999", "NaN", "Infinity", "-Infinity", &digits, "0x1F"];
    let metric = |n: i64| match numbers.get(n as usize) {
        Some(number) => number.to_string(),
        None => format!("{n}.5"),
    };
    let of = |name: &str| JSON.iter().find(|written| written.name == name).unwrap();
    let metrics = of("otlp-metrics.json").text(|n, record| record.replace(&format!("{n}.5"), &metric(n)));
    let zipkin = of("zipkin.json").text(|n, record| record.replace("5000,", &format!("{},", metric(n))));
    let jaeger = of("jaeger.json").text(|n, record| record.replace("5000,", &format!("{},", metric(n))));
    let answer = of("answer.json").text(|n, record| record.replace("\"1.5\"", &format!("\"{}\"", metric(n))));
    let table: String =
        (0..60).map(|n| format!("{},shop,queue,{}\n", crate::bad_input::moment(10 * n), metric(n))).collect();
    let story = read(&[
        ("metrics.json".into(), metrics),
        ("zipkin.json".into(), zipkin),
        ("jaeger.json".into(), jaeger),
        ("answer.json".into(), answer),
        ("table.csv".into(), format!("timestamp,service,metric,value\n{table}")),
    ]);
    for (name, least, what) in [
        ("metrics.json", 53, "not a finite number"),
        ("zipkin.json", 60, "not as the file's format says"),
        ("jaeger.json", 60, "not as the file's format says"),
        ("answer.json", 53, "not a finite number"),
        ("table.csv", 53, "not a finite number"),
    ] {
        let found = file(&story, &format!("./{name}"));
        assert!(counts(found).0 >= least, "{name}: {found}");
        assert!((5..=7).contains(&complaint(found, what).0), "{name}: {found}");
    }
}

#[test]
fn a_record_that_is_not_of_its_type_costs_itself() {
    let written = JSON.iter().find(|w| w.name == "otlp-traces.json").unwrap();
    let text = written.text(|n, record| match n {
        20 => otlp_span(n).replace("\"GET\"", "[7]"),
        30 => "17".into(),
        _ => record,
    });
    let story = read(&[("types.json".into(), text)]);
    let found = file(&story, "./types.json");
    assert_eq!(counts(found), (RECORDS as u64, 2), "{found}");
    let (count, at, detail) = complaint(found, "not as the file's format says");
    assert_eq!((count, at), (2, Some(22)), "{found}");
    assert!(detail.contains("invalid type"), "{detail}");
}

#[test]
fn aliases_that_laugh_end_at_a_budget() {
    let row = |n: u32| format!("- &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9));
    let laughs: String = std::iter::once("laughs:\n- &a0 [lol]\n".to_string()).chain((1..12).map(row)).collect();
    let rules = format!("{laughs}groups:\n- name: a\n  rules:\n  - alert: One\n    expr: x\n");
    let incident = format!("{laughs}noticed_at: 2026-11-22T10:50:00Z\n");
    let place = folder(&[
        ("rules.yaml", rules.as_bytes()),
        ("incident.yaml", incident.as_bytes()),
        ("x.log", good().as_bytes()),
    ]);
    let begun = std::time::Instant::now();
    let story = run(place.path(), &["tell", "rules.yaml", "x.log", "--output", "json"]).well().json();
    let found = file(&story, "rules.yaml");
    let (_, at, detail) = complaint(found, "not as the file's format says");
    assert!(detail.contains("alias") && at.is_some(), "{found}");
    assert_eq!(found["records"], 1, "its rules are counted by their lines: {found}");
    let ran = run(place.path(), &["tell", "x.log", "--incident", "incident.yaml"]).calmly();
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("alias"), "{}", ran.err);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}
