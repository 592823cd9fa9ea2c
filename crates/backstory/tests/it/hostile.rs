//! Evidence is written by whoever can reach a system: what stands in it must not steer a terminal, become a tag of a page,
//! or tell a secret on.

use crate::fixture::written;
use crate::program::{Ran, folder, run};

/// Secrets as they stand in logs, each with what must not come out.
const SECRETS: [(&str, &str); 10] = [
    ("login of anna failed password=Tr0ub4dor&3x", "Tr0ub4dor"),
    (r#"connecting with {"api_key": "k-93jfa0Q71mm"}"#, "k-93jfa0Q71mm"),
    ("sent Authorization: Bearer abcDEF.123456-ghi upstream", "abcDEF.123456-ghi"),
    ("sent Authorization: Basic YW5uYTpodW50ZXIyMg== upstream", "YW5uYTpodW50ZXIyMg"),
    ("assumed role with AKIAIOSFODNN7EXAMPLE now", "AKIAIOSFODNN7EXAMPLE"),
    ("cloned with ghp_0123456789abcdefghijABCDEFGHIJ012345 now", "ghp_0123456789abcdef"),
    ("connect to postgres://app:s3cr3tpass@db:5432/shop failed", "s3cr3tpass"),
    ("mailed anna.example@example.org again", "anna.example@example.org"),
    ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl refused", "eyJzdWIiOiIxMjM0In0"),
    ("card 4111 1111 1111 1111 declined", "4111 1111 1111 1111"),
];

/// What would steer a terminal or a reader's eye.
const STEERING: [&str; 9] = [
    "gone \u{1b}[2J\u{1b}[31mred\u{1b}[0m",
    "title \u{1b}]0;owned\u{7} and a bell",
    "link \u{1b}]8;;http://example.org\u{1b}\\here\u{1b}]8;;\u{1b}\\",
    "eight bits \u{9b}31m more",
    "turned \u{202e}gnirts\u{202c} round",
    "hidden \u{200b}\u{feff}zero\u{00ad}width",
    "isolated \u{2067}thgir\u{2069} and \u{61c}marked",
    "broken \u{2028}into\u{2029}three\u{85}lines",
    "filled \u{3164}\u{115f}with\u{2063}nothing\u{e0041}",
];

const TAGS: [&str; 3] = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg/onload=alert(1)>"];

/// Two days of an even log, and then these lines, each as a pour that nobody can miss.
fn log(lines: &[String]) -> String {
    let stamp = |minute: usize, second: usize| {
        format!("2026-11-{:02}T{:02}:{:02}:{second:02}Z", 20 + minute / 1440, minute / 60 % 24, minute % 60)
    };
    let mut text = String::new();
    for minute in 0..2_940 {
        for second in [5, 25, 45] {
            text += &format!("{} INFO GET /cart 200\n", stamp(minute, second));
        }
        if minute >= 2_880 {
            for (n, line) in lines.iter().enumerate() {
                text += &format!("{} WARN {line}\n", stamp(minute, 46 + n % 14));
            }
        }
    }
    text
}

/// Everything that the program prints of a log, with changes and an incident that hold the same lines.
pub fn everything(lines: &[String]) -> Vec<(String, Ran)> {
    let quoted = |line: &String| serde_json::to_string(line).unwrap();
    let change = |line: &String| {
        let text = quoted(line);
        format!(
            r#"{{"time":"2026-11-21T20:00:00Z","kind":"config","service":{text},"ref":{text},"author":{text},"summary":{text}}}"#
        )
    };
    let changes = lines.iter().map(change).collect::<Vec<_>>().join("\n");
    let all = quoted(&lines.join(" "));
    let incident = format!(
        r#"{{"id":{all},"title":{all},"noticed_at":"2026-11-22T00:50:00Z","noticed_by":{all},"service":{all},"summary":{all}}}"#
    );
    let place = folder(&[
        ("api.log", log(lines).as_bytes()),
        ("changes.jsonl", changes.as_bytes()),
        ("incident.json", incident.as_bytes()),
    ]);
    let ways: [&[&str]; 7] = [
        &["tell", "api.log", "changes.jsonl"],
        &["tell", "api.log", "changes.jsonl", "--full"],
        &["tell", "api.log", "changes.jsonl", "--incident", "incident.json", "--full"],
        &["tell", "api.log", "changes.jsonl", "--incident", "incident.json", "--output", "json"],
        &["replay", "api.log", "changes.jsonl"],
        &["patterns", "api.log"],
        &["patterns", "--lines", "api.log"],
    ];
    ways.iter().map(|words| (words.join(" "), run(place.path(), words).well())).collect()
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|l| (*l).to_string()).collect()
}

#[test]
fn no_secret_is_told_on() {
    let lines: Vec<String> = SECRETS.iter().map(|(line, _)| (*line).to_string()).collect();
    let ways = everything(&lines);
    for (way, ran) in &ways {
        for (line, secret) in SECRETS {
            assert!(!ran.out.contains(secret), "{way} tells the secret of {line:?}");
        }
    }
    let said: String = ways.iter().map(|(_, ran)| ran.out.as_str()).collect();
    assert!(said.matches("<secret ").count() > 20, "the lines themselves are told, without their secrets");
    assert!(said.contains("login of anna failed password="), "what is no secret stays");
}

#[test]
fn secrets_in_names_of_operations_and_metrics_are_not_told_on() {
    let place = written(
        r"
//- traces
10:00:00..day 4 11:00:00 every ~1m  cart GET /cart {8..14}ms
10:00:00..day 4 09:00:00 every ~1m  login GET /login?token=Tr0ub4dor99 {20..40}ms
day 4 09:00:00..day 4 11:00:00 every ~1m  login GET /login?token=Tr0ub4dor99 {80..160}ms
//- metrics
10:00:00..day 4 09:00:00 every 1m  pool postgres://app:Tr0ub4dor99@db {3.0..5.0}
day 4 09:01:00..day 4 11:00:00 every 1m  pool postgres://app:Tr0ub4dor99@db {13.0..15.0}
",
    );
    let ways: [&[&str]; 4] = [&["tell"], &["tell", "--full"], &["tell", "--output", "json"], &["replay"]];
    for words in ways {
        let said = run(place.path(), &[words, &["evidence"]].concat()).well().out;
        assert!(!said.contains("Tr0ub4dor99"), "{words:?} tells it");
        let both = said.contains("/login?token=") && said.contains("postgres://app:");
        assert!(both || said.contains("<secret"), "{words:?} does not tell of what departed:\n{said}");
    }
}

#[test]
fn secrets_in_names_of_files_and_faults_are_not_told_on_either() {
    let place = folder(&[("password=Tr0ub4dor.log", log(&[]).as_bytes())]);
    let ran = run(place.path(), &["tell", ".", "--output", "json"]).well();
    assert!(!ran.out.contains("Tr0ub4dor"), "{}", ran.out);
}

#[test]
fn whoever_asks_for_secrets_gets_them() {
    let place = folder(&[("api.log", log(&owned(&["login password=Tr0ub4dor"])).as_bytes())]);
    let told = run(place.path(), &["tell", "api.log", "--full", "--no-redact"]).well().out;
    assert!(told.contains("Tr0ub4dor"), "{told}");
}

#[test]
fn nothing_steers_the_terminal() {
    for (way, ran) in everything(&owned(&STEERING)) {
        let odd = ran.out.chars().find(|c| {
            let turns =
                matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{61c}');
            let hides = matches!(c, '\u{feff}' | '\u{ad}' | '\u{3164}' | '\u{115f}' | '\u{2063}' | '\u{e0041}');
            let breaks = matches!(c, '\u{2028}' | '\u{2029}');
            turns || hides || breaks || (c.is_control() && !matches!(c, '\n' | '\t'))
        });
        assert_eq!(odd, None, "{way}");
        if way.starts_with("patterns") {
            assert!(!ran.out.is_empty(), "{way} says nothing");
        }
    }
}

#[test]
fn faults_do_not_steer_the_terminal_either() {
    let ran = run(folder(&[]).path(), &["tell", "gone\u{1b}[31m.log"]).calmly();
    assert_eq!(ran.code, Some(3));
    assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
    let place =
        folder(&[("incident.yaml", "noticed_at: \"soon\u{1b}[31m\"\n".as_bytes()), ("a.log", log(&[]).as_bytes())]);
    let ran = run(place.path(), &["tell", "a.log", "--incident", "incident.yaml"]).calmly();
    assert_eq!(ran.code, Some(2));
    assert!(!ran.err.contains('\u{1b}'), "{:?}", ran.err);
}

#[test]
fn a_tag_is_no_more_than_text() {
    // Text and JSON are no pages: a tag stands there as it was written, quoted as JSON quotes it, and nothing runs it.
    for (way, ran) in everything(&owned(&TAGS)) {
        if way.ends_with("--output json") {
            ran.json();
        } else if way.starts_with("replay") {
            ran.json_lines();
        }
        if way.contains("--full") || way.starts_with("patterns") {
            assert!(ran.out.contains("<script>alert("), "{way} does not tell of it at all");
        }
    }
}

#[test]
fn a_tab_or_a_newline_in_a_line_moves_no_column() {
    let place = folder(&[("api.log", log(&owned(&["cart\tof\t7\topened"])).as_bytes())]);
    let rows = run(place.path(), &["patterns", "--lines", "api.log"]).well().out;
    for row in rows.lines() {
        assert_eq!(row.split('\t').count(), 3, "{row:?}");
    }
}
