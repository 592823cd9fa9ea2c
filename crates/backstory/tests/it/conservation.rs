//! Nothing is dropped silently (invariant 4): for each file, lines = first lines of records + folded + blank; and records =
//! sum over templates + unparsed.

use proptest::prelude::*;
use serde_json::Value;

use crate::program::{Case, folder, run};

/// Checks the sums of what was read; gives the number of records.
fn sums(coverage: &Value) -> u64 {
    let number = |value: &Value, key: &str| value[key].as_u64().unwrap_or_else(|| panic!("no {key}: {value}"));
    let mut sum = [0; 4];
    for file in coverage["files"].as_array().unwrap() {
        let counts = ["lines", "folded", "records", "not_understood"].map(|key| number(file, key));
        let [lines, folded, records, not_understood] = counts;
        let starts = lines - folded - number(file, "blank");
        // A request of spans, or a row of a wide table, holds several records on one line.
        let several = ["traces", "wide", "alerts", "array"].iter().any(|w| file["kind"].as_str().unwrap().contains(w));
        assert!(starts == records || several && starts <= records, "{file}");
        assert!(not_understood <= records, "{file}");
        sum.iter_mut().zip(counts).for_each(|(all, one)| *all += one);
    }
    let told = ["lines_in", "lines_folded", "records_in", "unparsed"].map(|key| number(coverage, key));
    assert_eq!(told, sum, "what stands above is the sum of the files");
    sum[2]
}

/// Reads a folder of logs: the sums hold, each record has its row, and the templates' counts are all records.
fn logs_add_up(place: &std::path::Path, path: &str) -> u64 {
    let document = run(place, &["patterns", path, "--output", "json"]).well().json();
    let mut coverage = document["coverage"].clone();
    for key in ["lines_in", "lines_folded", "records_in", "unparsed"] {
        if coverage[key].is_null() {
            coverage[key] = document[key].clone();
        }
        assert_eq!(coverage[key], document[key], "{key}");
    }
    let records = sums(&coverage);
    let templates = document["templates"].as_array().unwrap();
    let counted: u64 = templates.iter().map(|t| t["count"].as_u64().unwrap()).sum();
    let rows = run(place, &["patterns", path, "--lines"]).well().out;
    assert_eq!(rows.lines().count() as u64, counted, "one row for each record of a log");
    let mut by_id = std::collections::BTreeMap::new();
    rows.lines().for_each(|row| *by_id.entry(row.split('\t').nth(1).unwrap()).or_insert(0) += 1);
    let known = |t: &Value| (t["count"].as_u64().unwrap(), by_id[t["id"].as_str().unwrap()]);
    assert!(templates.iter().map(known).all(|(a, b)| a == b), "rows and templates count alike");
    counted.min(records)
}

#[test]
fn ordinary_evidence_adds_up() {
    let case = Case::quick("pool", 15);
    let told = sums(&case.tell(&["--output", "json"]).json()["coverage"]);
    assert_eq!(told, case.records() as u64, "as many records as were written");
}

#[test]
fn stack_traces_add_up() {
    let mut text = String::new();
    for n in 0..300 {
        text += &format!("2026-11-22 10:{:02}:{:02},123 ERROR [main] shop.Cart - cart {n} lost\n", n / 60, n % 60);
        if n % 3 == 0 {
            text += "java.lang.IllegalStateException: no cart\n\tat shop.Cart.find(Cart.java:12)\n\tat shop.Main.run(Main.java:7)\n";
            text += "Caused by: java.io.IOException: closed\n\t... 12 more\n";
        }
        if n % 50 == 0 {
            text += "\n";
        }
    }
    let place = folder(&[("cart.log", text.as_bytes())]);
    assert_eq!(logs_add_up(place.path(), "cart.log"), 300);
    let story = run(place.path(), &["tell", "cart.log", "--output", "json"]).well().json();
    let file = &story["coverage"]["files"][0];
    assert_eq!([&file["lines"], &file["folded"], &file["blank"]], [&Value::from(806), &500.into(), &6.into()]);
}

#[test]
fn a_trace_at_the_head_or_the_tail_of_a_file_adds_up() {
    let head = "\tat shop.Cart.find(Cart.java:12)\n\n2026-11-22T10:00:00Z INFO one\n";
    let tail = "2026-11-22T10:00:00Z ERROR lost\njava.io.IOException: x\n\tat shop.Cart.find(Cart.java:12)";
    for text in [head, tail, "\n\n\n2026-11-22T10:00:00Z INFO one", "x", "x\n\n"] {
        let place = folder(&[("cart.log", text.as_bytes())]);
        assert!(logs_add_up(place.path(), "cart.log") >= 1, "{text:?}");
    }
}

#[test]
fn parts_of_a_long_file_add_up() {
    let mut text = String::new();
    for n in 0..60_000 {
        text += &format!("2026-11-22T{:02}:{:02}:{:02}Z WARN cart {n} slow\n", n / 3600, n / 60 % 60, n % 60);
        if n % 7 == 0 {
            text += "Traceback (most recent call last):\n  File \"cart.py\", line 3, in <module>\nValueError: cart\n";
        }
    }
    let place = folder(&[("cart.log", text.as_bytes())]);
    assert!(text.len() > 3 << 20, "several parts");
    assert_eq!(logs_add_up(place.path(), "cart.log"), 60_000);
}

/// Lines as nobody should write them.
fn odd_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "2026-11-22T1[0-2]:[0-5][0-9]:[0-5][0-9]Z (INFO|WARN|ERROR) cart [0-9]{1,4} (opened|closed|<lost>)",
        1 => "\tat shop\\.Cart\\.[a-z]{1,8}\\(Cart\\.java:[0-9]{1,3}\\)",
        1 => "(Caused by: )?java\\.lang\\.[A-Z][a-z]{2,9}Exception: [a-z ]{0,20}",
        1 => "[ \t\r]{0,3}",
        1 => "\\{\"time\":\"2026-11-22T10:00:0[0-9]Z\",\"msg\":\"[a-z \\\\\"{}]{0,12}",
        1 => "[0-9T:. -]{0,40}",
        1 => "\\PC{0,60}",
    ]
    .prop_map(String::into_bytes)
    .boxed()
    .prop_union(prop::collection::vec(any::<u8>(), 0..80).boxed())
}

/// How many inputs are tried: each is read by four processes, so fewer than of what stays within one.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(24), failure_persistence: None, ..ProptestConfig::default() }
}

/// Whatever the bytes, the program either reads them as something, and then everything adds up, or says why not.
fn any_bytes_add_up(bytes: &[u8], flag: &[&str]) {
    let place = folder(&[("any", bytes)]);
    for command in ["patterns", "tell"] {
        let ran = run(place.path(), &[&[command, "--output", "json"], flag, &["any"]].concat()).calmly();
        match ran.code {
            Some(0) => drop(sums(&complete(&ran.json()))),
            Some(2 | 3) => assert!(!ran.err.trim().is_empty() && ran.out.is_empty(), "refused without a word"),
            other => panic!("{other:?}: {}", ran.err),
        }
    }
}

/// Coverage with the sums that `patterns` has above it.
fn complete(document: &Value) -> Value {
    let mut coverage = document["coverage"].clone();
    for key in ["lines_in", "lines_folded", "records_in", "unparsed"] {
        let above = document[key].clone();
        coverage[key] = if coverage[key].is_null() { above } else { coverage[key].clone() };
    }
    coverage
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn fuzz_arbitrary_bytes_add_up(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        any_bytes_add_up(&bytes, &[]);
        any_bytes_add_up(&bytes, &["--logs"]);
    }

    #[test]
    fn fuzz_odd_lines_add_up(lines in prop::collection::vec(odd_line(), 0..60)) {
        any_bytes_add_up(&lines.join(&b'\n'), &["--logs"]);
        any_bytes_add_up(&lines.join(&b'\n'), &[]);
    }

    #[test]
    fn fuzz_odd_tables_and_documents_add_up(
        cells in prop::collection::vec("[0-9.a-zA-Z\",:+-]{0,12}", 0..80),
        head in prop::sample::select(vec!["timestamp,service,metric,value", "timestamp,api_queue,db_pool", "a,b", "{\"resourceSpans\":["]),
    ) {
        let rows: Vec<String> = cells.chunks(4).map(|row| format!("2026-11-22T10:00:00Z,{}", row.join(","))).collect();
        let text = format!("{head}\n{}\n", rows.join("\n"));
        for flag in ["--metrics", "--traces", "--changes", "--alerts"] {
            any_bytes_add_up(text.as_bytes(), &[flag]);
        }
    }
}
