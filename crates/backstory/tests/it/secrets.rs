//! Every planted secret goes through every command and form, and none comes out.

#[path = "../../../tell/tests/secrets/planted.rs"]
mod planted;

use planted::{planted, tells};

use crate::hostile::everything;
use crate::program::{folder, run};

/// The secrets that are known to be hidden: kind, line, random parts.
fn hidden() -> Vec<(String, String, Vec<String>)> {
    let now = planted("tokens.txt", "planted.txt");
    let later = planted("tokens_later.txt", "planted_later.txt");
    now.into_iter().chain(later).filter(|(kind, ..)| !kind.starts_with('!')).collect()
}

fn assert_none(way: &str, out: &str, secrets: &[(String, String, Vec<String>)]) {
    let told: Vec<&String> = secrets
        .iter()
        .filter(|(_, _, parts)| parts.iter().any(|part| part.len() >= 8 && tells(out, part)))
        .map(|(_, line, _)| line)
        .collect();
    assert!(told.is_empty(), "{way} tells {} secrets, such as those of {:#?}", told.len(), &told[..told.len().min(5)]);
}

#[test]
fn none_is_told_by_any_command() {
    let secrets = hidden();
    let lines: Vec<String> = secrets.iter().map(|(_, line, _)| line.clone()).collect();
    for (way, ran) in everything(&lines) {
        assert_none(&way, &ran.out, &secrets);
        assert_none(&way, &ran.err, &secrets);
    }
}

/// Files of many formats: their names, their first line, and how each of the others is written.
const FILES: [(&str, &str, &str); 14] = [
    ("json.log", "", r#"{"time":"TIME","level":"error","msg":QUOTED}"#),
    ("fields.log", "", r#"{"time":"TIME","msg":"failed","error":{"message":QUOTED}}"#),
    ("logfmt.log", "", "time=TIME level=warn msg=QUOTED"),
    ("trace.log", "", "TIME ERROR failed\njava.lang.Error: LINE\n\tat a.B.c(B.java:1)"),
    ("cri.log", "", "TIME stdout F LINE"),
    ("docker.log", "", r#"{"log":QUOTED,"stream":"stderr","time":"TIME"}"#),
    ("syslog.log", "", "Nov 22 10:00:00 web-1 cart[7]: LINE"),
    ("table.csv", "timestamp,level,message\n", "TIME,ERROR,CELL"),
    (
        "otlp.jsonl",
        "",
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"NANOS","body":{"stringValue":QUOTED}}]}]}]}"#,
    ),
    (
        "spans.jsonl",
        "",
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"ID","spanId":"ID","name":QUOTED,"startTimeUnixNano":"NANOS","endTimeUnixNano":"NANOS"}]}]}]}"#,
    ),
    ("metrics.csv", "timestamp,metric,label,value\n", "TIME,depth,CELL,7"),
    ("changes.jsonl", "", r#"{"time":"TIME","kind":"config","summary":QUOTED,"ref":QUOTED,"diff":QUOTED}"#),
    ("alerts.json", "", r#"{"labels":{"alertname":QUOTED},"startsAt":"TIME"}"#),
    ("odd.log", "", "LINE"),
];

fn file(secrets: &[(String, String, Vec<String>)], head: &str, form: &str) -> Vec<u8> {
    let line = |(n, (_, line, _)): (usize, &(String, String, Vec<String>))| {
        let time = format!("2026-11-22T{:02}:{:02}:{:02}Z", 10 + n / 3_600, n / 60 % 60, n % 60);
        let nanos = 1_795_341_600_000_000_000 + n as u64 * 1_000_000_000;
        let form =
            form.replace("TIME", &time).replace("NANOS", &nanos.to_string()).replace("ID", &format!("{:016x}", n + 1));
        let form = form.replace("CELL", &format!("\"{}\"", line.replace('"', "\"\"")));
        form.replace("QUOTED", &serde_json::to_string(line).unwrap()).replace("LINE", line) + "\n"
    };
    (head.to_string() + &secrets.iter().enumerate().map(line).collect::<String>()).into_bytes()
}

#[test]
fn none_is_told_whatever_the_format() {
    let secrets = hidden();
    let files = FILES.map(|(name, head, form)| (name, file(&secrets, head, form)));
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let place = folder(&files);
    let ways: [&[&str]; 8] = [
        &["formats", "."],
        &["formats", ".", "--output", "json"],
        &["patterns", "."],
        &["patterns", ".", "--output", "json"],
        &["patterns", "--lines", "."],
        &["replay", "."],
        &["tell", ".", "--full"],
        &["tell", ".", "--output", "json"],
    ];
    for words in ways {
        let ran = run(place.path(), words).calmly();
        assert!(ran.out.len() > 500 || words[0] == "replay", "{words:?} says little: {} {}", ran.out, ran.err);
        assert_none(&words.join(" "), &ran.out, &secrets);
        assert_none(&words.join(" "), &ran.err, &secrets);
    }
}
