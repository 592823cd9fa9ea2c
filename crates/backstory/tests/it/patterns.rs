//! `backstory patterns`, as a user runs it: groups against invented truth, what is shown of them, and what hostile logs do.

use drill::lines::{Corpus, Grouping, HEADS};
use serde_json::Value;

use crate::program::{folder, run};

const SHOP: &str = "2026-11-22T10:00:00Z INFO connection to 10.0.0.4:5432 refused after 120 ms
2026-11-22T10:00:01Z INFO connection to 10.0.0.7:5432 refused after 80 ms
2026-11-22T10:20:00Z WARN job 7 went to state RUNNING
2026-11-22T10:20:02Z WARN job 8 went to state FAILED
2026-11-22T11:00:00Z ERROR disk /dev/sda1 is full
";

fn templates(document: &Value) -> Vec<(String, u64)> {
    let rows = document["templates"].as_array().expect("templates");
    rows.iter()
        .map(|t| (t["template"].as_str().expect("text").to_string(), t["count"].as_u64().expect("count")))
        .collect()
}

#[test]
fn templates_read_like_sentences_and_states_stay_apart() {
    let place = folder(&[("shop.log", SHOP.as_bytes())]);
    let document = run(place.path(), &["patterns", "shop.log", "--output", "json"]).well().json();
    let expected = [
        ("connection to <ip>:<num> refused after <dur>", 2),
        ("disk <path> is full", 1),
        ("job <num> went to state FAILED", 1),
        ("job <num> went to state RUNNING", 1),
    ];
    assert_eq!(templates(&document), expected.map(|(text, count)| (text.to_string(), count)));
    let first = &document["templates"][0];
    assert_eq!(
        (&first["first_seen"], &first["last_seen"]),
        (&"2026-11-22T10:00:00Z".into(), &"2026-11-22T10:00:01Z".into())
    );
    let (ip, took) = (&first["parameters"][0], &first["parameters"][2]);
    assert_eq!((ip["kind"].as_str(), ip["distinct"].as_u64()), (Some("ip"), Some(2)));
    assert_eq!((took["kind"].as_str(), took["numbers"]["unit"].as_str()), (Some("dur"), Some("ms")));
    assert_eq!((took["numbers"]["least"].as_f64(), took["numbers"]["most"].as_f64()), (Some(80.0), Some(120.0)));
}

#[test]
fn a_terminal_shows_when_how_often_and_one_line() {
    let place = folder(&[("shop.log", SHOP.as_bytes())]);
    let shown = run(place.path(), &["patterns", "shop.log", "--values"]).well().out;
    expect_test::expect![[r#"
        5 records in 4 templates, 22 Nov 2026 10:00 to 22 Nov 2026 11:00

                2    40 % INFO  █                 shop: connection to <ip>:<num> refused
                                                 after <dur>
              22 Nov 10:00 to 22 Nov 10:00:01: 2026-11-22T10:00:00Z INFO connection to …
              <ip> 2 distinct: 10.0.0.4 (1), 10.0.0.7 (1)
              <num> 1 distinct: 5432 (2)
              <dur> 2 distinct: 120 ms (1), 80 ms (1)
                1    20 % ERROR                █  shop: disk <path> is full
              22 Nov 11:00: 2026-11-22T11:00:00Z ERROR disk /dev/sda1 is full
              <path> 1 distinct: /dev/sda1 (1)
                1    20 % WARN       █            shop: job <num> went to state FAILED
              22 Nov 10:20:02: 2026-11-22T10:20:02Z WARN job 8 went to state FAILED
              <num> 1 distinct: 8 (1)
                1    20 % WARN       █            shop: job <num> went to state RUNNING
              22 Nov 10:20: 2026-11-22T10:20:00Z WARN job 7 went to state RUNNING
              <num> 1 distinct: 7 (1)
    "#]]
    .assert_eq(&shown);
}

#[test]
fn what_is_new_rare_or_changed_is_told_alone() {
    let mut busy = String::new();
    for second in 0..50 {
        busy.push_str(&format!("2026-11-22T09:00:{second:02}Z INFO cart {second} saved\n"));
    }
    let after = format!("{SHOP}{}", busy.replace("2026-11-22T09", "2026-11-22T12"));
    let before = format!("{busy}2026-11-22T09:01:00Z INFO old lane closed\n");
    let place = folder(&[("a.log", before.as_bytes()), ("b.log", after.as_bytes())]);
    let asked = |words: &[&str]| run(place.path(), &[&["patterns"], words].concat()).well().out;
    let new = asked(&["b.log", "--new-since", "2026-11-22T10:30:00Z"]);
    assert!(new.contains("disk <path> is full") && new.contains("cart") && !new.contains("went to state"), "{new}");
    let rare = asked(&["--rare=1", "b.log"]);
    assert!(rare.contains("disk <path> is full") && !rare.contains("connection to"), "{rare}");
    assert!(asked(&["--rare", "b.log"]).contains("connection to"));
    let changed = asked(&["--diff", "a.log", "b.log"]);
    let (new, gone) = (changed.find("new\n").expect("new"), changed.find("gone\n").expect("gone"));
    let at = |text: &str| changed.find(text).expect("it is told");
    assert!(new < at("disk <path> is full") && gone < at("old lane closed") && new < gone, "{changed}");
    assert!(!changed.contains("cart <num> saved"), "as often as before: {changed}");
    let document = run(place.path(), &["patterns", "--diff", "a.log", "b.log", "--output", "json"]).well().json();
    assert_eq!(document["templates"][0]["compared"], serde_json::json!([50, 50]));
    let refused = run(place.path(), &["patterns", "--diff", "a.log", "a.log"]);
    assert!(refused.code == Some(2) && refused.err.contains("differ"), "{}", refused.err);
}

#[test]
fn a_users_own_templates_come_first() {
    let lines =
        "2026-11-22T10:00:00Z INFO order a went to the mill\n2026-11-22T10:00:01Z INFO order b17 went to x y z\n";
    let place = folder(&[("shop.log", lines.as_bytes()), ("mine.txt", b"# mine\norder <id> went to <where>\n")]);
    let rows = run(place.path(), &["patterns", "--lines", "shop.log", "--templates", "mine.txt"]).well().out;
    let texts: Vec<&str> = rows.lines().filter_map(|row| row.split('\t').nth(2)).collect();
    assert_eq!(texts, ["order <*> went to <*>"; 2]);
    let refused = run(place.path(), &["patterns", "shop.log", "--templates", "none.txt"]);
    assert!(refused.code == Some(2) && refused.err.contains("none.txt"), "{}", refused.err);
}

/// Ids and counts are those of the lines, however they were cut into files, and whatever is their order.
#[test]
fn any_split_over_files_gives_the_same_templates() {
    let mut corpus = Corpus::new(21, 200, drill::lines::Head::Java);
    let mut text = String::new();
    (0..6_000).for_each(|_| {
        corpus.line(&mut text);
    });
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let (first, second) = lines.split_at(2_500);
    let parts = [joined(second), joined(first)];
    let whole = folder(&[("a.log", text.as_bytes())]);
    let split = folder(&[("a.log", parts[0].as_bytes()), ("b.log", parts[1].as_bytes())]);
    let told = |place: &std::path::Path, words: &[&str]| {
        let document = run(place, &[words, &["--output", "json"]].concat()).well().json();
        let rows = document["templates"].as_array().expect("templates");
        rows.iter()
            .map(|t| (t["id"].clone(), t["aliases"].clone(), t["count"].clone(), t["parameters"].clone()))
            .collect::<Vec<_>>()
    };
    let one = told(whole.path(), &["patterns", "a.log", "--threads", "1"]);
    assert_eq!(one, told(whole.path(), &["patterns", "a.log", "--threads", "3"]));
    assert_eq!(one, told(split.path(), &["patterns", "a.log", "b.log"]));
}

/// Below what was measured (docs of the drill's lines): a ratchet for every head, also ones that no public log has.
#[test]
fn groups_are_right_under_any_head() {
    for (number, head) in HEADS.into_iter().enumerate() {
        let mut corpus = Corpus::new(40 + number as u64, 300, head);
        let (mut text, mut truth) = (String::new(), Vec::new());
        for _ in 0..20_000 {
            truth.push(corpus.line(&mut text));
        }
        let place = folder(&[("x.log", text.as_bytes())]);
        let rows = run(place.path(), &["patterns", "--lines", "x.log"]).well().out;
        let mut found = Grouping::default();
        for row in rows.lines() {
            let cells: Vec<&str> = row.splitn(3, '\t').collect();
            let line: usize = cells[0].parse().expect("a line's number");
            found.add(cells[1], cells[2], truth[line - 1]);
        }
        let marks = found.marks(|template| corpus.template(template));
        assert!(marks.ga > 0.98 && marks.fga > 0.92 && marks.pa > 0.97 && marks.fta > 0.8, "{head:?}: {marks:?}");
    }
}

#[test]
fn hostile_lines_neither_stall_nor_vanish() {
    let word = |n: u64| n.to_string().bytes().map(|b| char::from(b'g' + b - b'0')).collect::<String>();
    let random = |n: u64| word(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let flood: String = (0..150_000).map(|n| format!("{} {}\n", random(n), random(n + 1_000_000))).collect();
    let names: String = (0..10_000).map(|n| format!("user {} logged in from the hall\n", random(n))).collect();
    let long = format!(
        "{}\n{}\n{}\n{}\n",
        "x".repeat(1_000_000),
        "1 ".repeat(500_000),
        " ".repeat(9_000),
        "([{\"".repeat(200_000)
    );
    let digits: String = (1..2_000).map(|n| format!("{}\n", "9".repeat(n))).collect();
    let files = [("flood.log", flood), ("names.log", names), ("long.log", long), ("digits.log", digits)];
    for (name, text) in &files {
        let place = folder(&[(name, text.as_bytes())]);
        let document = run(place.path(), &["patterns", name, "--output", "json"]).well().json();
        let of_templates: u64 = templates(&document).iter().map(|(_, count)| count).sum();
        let number = |key: &str| document[key].as_u64().expect("a number");
        assert_eq!(number("records_in"), of_templates + number("unparsed"), "{name}");
        let lines = text.lines().count() as u64;
        let blank: u64 = text.lines().filter(|line| line.trim().is_empty()).count() as u64;
        assert_eq!(number("lines_in"), lines, "{name}");
        assert_eq!(number("records_in") + number("lines_folded") + blank, lines, "{name}");
        if *name == "names.log" {
            assert_eq!(templates(&document), [("user <word> logged in from the hall".to_string(), 10_000)]);
        }
        if *name == "flood.log" {
            assert!(
                document["coverage"]["limits"].to_string().contains("limits.shapes"),
                "what found no place is counted"
            );
        }
    }
}
