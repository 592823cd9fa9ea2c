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
    if !told.is_empty() {
    }
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

#[test]
fn none_is_told_whatever_the_format() {
    let secrets = hidden();
    let cell = |l: &str| format!("\"{}\"", l.replace('"', "\"\""));
    let quoted = |line: &str| serde_json::to_string(line).unwrap();
    let each = |write: &dyn Fn(usize, &str) -> String| {
        let lines = secrets.iter().enumerate().map(|(n, (_, line, _))| write(n, line) + "\n");
        lines.collect::<String>().into_bytes()
    };
    let stamp = |n: usize| format!("2026-11-22T{:02}:{:02}:{:02}Z", 10 + n / 3_600, n / 60 % 60, n % 60);
    let nanos = |n: usize| 1_795_341_600_000_000_000 + n as u64 * 1_000_000_000;
    let place = folder(&[
        ("json.log", &each(&|n, l| format!(r#"{{"time":"{}","level":"error","msg":{}}}"#, stamp(n), quoted(l)))),
        (
            "fields.log",
            &each(&|n, l| format!(r#"{{"time":"{}","msg":"failed","error":{{"message":{}}}}}"#, stamp(n), quoted(l))),
        ),
        ("logfmt.log", &each(&|n, l| format!("time={} level=warn msg={}", stamp(n), quoted(l)))),
        ("trace.log", &each(&|n, l| format!("{} ERROR failed\njava.lang.Error: {l}\n\tat a.B.c(B.java:1)", stamp(n)))),
        ("cri.log", &each(&|n, l| format!("{} stdout F {l}", stamp(n)))),
        (
            "docker.log",
            &each(&|n, l| {
                format!(r#"{{"log":{},"stream":"stderr","time":"{}"}}"#, quoted(&format!("{l}\n")), stamp(n))
            }),
        ),
        ("syslog.log", &each(&|n, l| format!("Nov 22 10:{:02}:{:02} web-1 cart[7]: {l}", n / 60, n % 60))),
        (
            "table.csv",
            &[b"timestamp,level,message\n".to_vec(), each(&|n, l| format!("{},ERROR,{}", stamp(n), cell(l)))].concat(),
        ),
        (
            "otlp.jsonl",
            &each(&|n, l| {
                format!(
                    r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"timeUnixNano":"{}","body":{{"stringValue":{}}}}}]}}]}}]}}"#,
                    nanos(n),
                    quoted(l)
                )
            }),
        ),
        (
            "spans.jsonl",
            &each(&|n, l| {
                format!(
                    r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{n:032x}","spanId":"{n:016x}","name":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}"}}]}}]}}]}}"#,
                    quoted(l),
                    nanos(n),
                    nanos(n) + 5_000_000
                )
            }),
        ),
        (
            "metrics.csv",
            &[b"timestamp,metric,label,value\n".to_vec(), each(&|n, l| format!("{},depth,{},{n}", stamp(n), cell(l)))]
                .concat(),
        ),
        (
            "changes.jsonl",
            &each(&|n, l| {
                format!(r#"{{"time":"{}","kind":"config","summary":{1},"ref":{1},"diff":{1}}}"#, stamp(n), quoted(l))
            }),
        ),
        (
            "alerts.json",
            &each(&|n, l| format!(r#"{{"labels":{{"alertname":{}}},"startsAt":"{}"}}"#, quoted(l), stamp(n))),
        ),
        ("odd.log", &each(&|_, l| l.to_string())),
    ]);
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
