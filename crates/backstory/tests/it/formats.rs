//! `formats`: what is said of files that are understood, half understood, and not at all.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::program::{PROGRAM, command, folder, run, run_with};

fn said(name: &str, text: &str, more: &[&str], expected: &Expect) {
    let place = folder(&[(name, text.as_bytes())]);
    let ran = run(place.path(), &[&["formats", name], more].concat()).well();
    assert!(!ran.out.contains('\u{1b}'), "a pipe gets no styles");
    expected.assert_eq(&ran.out);
}

const JAVA: &str = "2026-11-22 10:00:00,123 INFO  [main] c.s.Cart - cart opened
2026-11-22 10:00:01,123 INFO  [main] c.s.Cart - cart opened
2026-11-22 10:00:02,123 ERROR [main] c.s.Cart - cart lost
	at c.s.Cart.open(Cart.java:12)
no stamp here
2026-11-22 10:00:04,123 WARN  [main] c.s.Cart - cart slow
2026-11-22 10:00:05,123 INFO  [main] c.s.Cart - cart of ann@shop.example opened
";

#[test]
fn a_plain_log() {
    said(
        "app.log",
        JAVA,
        &[],
        &expect![[r#"
            app.log
             format         logs (plain text): plain. Any log of lines: where the stamp
                            stands, and what else stands before the message, is found from
                            the file's first records.
             learnt         columns: time (as 2026-11-22T10:00:00Z), level, thread, class;
                            then the message
             read           6 records in 7 lines (1 within records)

             line 1         2026-11-22 10:00:00,123 INFO [main] c.s.Cart - cart opened
               time         2026-11-22T10:00:00.123Z
               level        INFO
               thread       main
               class        c.s.Cart
               message      cart opened

             line 3         2026-11-22 10:00:02,123 ERROR [main] c.s.Cart - cart lost
               time         2026-11-22T10:00:02.123Z
               level        ERROR
               thread       main
               class        c.s.Cart
               message      cart lost

             line 6         2026-11-22 10:00:04,123 WARN [main] c.s.Cart - cart slow
               time         2026-11-22T10:00:04.123Z
               level        WARN
               thread       main
               class        c.s.Cart
               message      cart slow

             not understood nothing of 6 records
               line 5       no stamp here
                              without a time, taken to be of the time before
             counted        1 without a time, taken to be of the time before, first in line
                            5
        "#]],
    );
}

#[test]
fn json_lines_of_which_some_are_broken() {
    let text = "{\"time\":\"2026-11-22T10:00:00Z\",\"level\":\"info\",\"msg\":\"one\",\"service\":\"cart\",\"n\":3}
{\"time\":\"2026-11-22T10:00:00Z\",\"level\":\"error\",\"msg\":\"two\",\"n\":3
{\"time\":\"nope\",\"msg\":\"three\"}
{\"time\":\"2026-11-22T10:00:01Z\",\"msg\":\"\\u001b[31mred\"}
";
    said(
        "cart.jsonl",
        text,
        &[],
        &expect![[r#"
        cart.jsonl
         format         logs (JSON lines): json-lines. One JSON object a line, one array
                        of them, or objects over several lines.
         learnt         a JSON object
         read           4 records in 4 lines

         line 1         {"time":"2026-11-22T10:00:00Z","level":"info","msg":"one","servi
                        ce":"cart","n":3}
           time         2026-11-22T10:00:00Z
           level        INFO
           service      cart
           message      one n=3

         line 3         {"time":"nope","msg":"three"}
           message      three

         line 4         {"time":"2026-11-22T10:00:01Z","msg":"\u001b[31mred"}
           time         2026-11-22T10:00:01Z
           message      \x1b[31mred

         not understood 1 of 4 records
           line 2       {"time":"2026-11-22T10:00:00Z","level":"error","msg":"two","n":3
                          not as the file's format says: not whole JSON; what stands
                          before the break was used
           line 3       {"time":"nope","msg":"three"}
                          with a time that could not be understood: no moment that
                          exists, or one without a date
         counted        1 not as the file's format says, first in line 2: not whole
                        JSON; what stands before the break was used
         counted        1 with a time that could not be understood, first in line 3: no
                        moment that exists, or one without a date
    "#]],
    );
}

#[test]
fn metrics_with_rows_that_are_no_points() {
    let text = "timestamp,service,metric,value,zone
2026-11-22T10:00:00Z,cart,latency_ms,3.5,a
2026-11-22T10:00:00Z,cart,errors,many,a
2026-11-22T10:01:00Z,cart,latency_ms,3.25,a
soon,cart,errors,1,a
";
    said(
        "metrics.csv",
        text,
        &[],
        &expect![[r#"
        metrics.csv
         format         metrics (long CSV): csv-long. `timestamp,[service,]metric,value`
                        in any order, with a header; any further column is a label,
                        `instance`, `pod`, `host` and their kin the instance.
         learnt         columns: time, service, metric, value, label zone
         read           4 records in 5 lines (1 within records)

         line 2         2026-11-22T10:00:00Z,cart,latency_ms,3.5,a
           time         2026-11-22T10:00:00Z
           service      cart
           metric       latency_ms
           labels       zone="a"
           value        3.5

         line 4         2026-11-22T10:01:00Z,cart,latency_ms,3.25,a
           time         2026-11-22T10:01:00Z
           service      cart
           metric       latency_ms
           labels       zone="a"
           value        3.25

         not understood 2 of 4 records
           line 3       2026-11-22T10:00:00Z,cart,errors,many,a
                          not as the file's format says: "many" is no number
           line 5       soon,cart,errors,1,a
                          with a time that could not be understood: a row without a time
                          that can be read
         counted        1 not as the file's format says, first in line 3: "many" is no
                        number
         counted        1 with a time that could not be understood, first in line 5: a
                        row without a time that can be read
    "#]],
    );
}

#[test]
fn a_log_that_becomes_another_on_the_way() {
    let plain = (0..20).map(|n| format!("2026-11-22 10:00:{n:02},123 INFO  [main] c.s.Cart - cart {n}\n"));
    let json =
        (20..32).map(|n| format!("{{\"time\":\"2026-11-22T10:00:{n:02}Z\",\"level\":\"error\",\"msg\":\"lost\"}}\n"));
    let text: String = plain.chain(json).collect();
    said(
        "app.log",
        &text,
        &[],
        &expect![[r#"
            app.log
             format         logs (plain text): plain. Any log of lines: where the stamp
                            stands, and what else stands before the message, is found from
                            the file's first records.
             learnt         columns: time (as 2026-11-22T10:00:00Z), level, thread, class;
                            then the message
             read           32 records in 32 lines

             line 1         2026-11-22 10:00:00,123 INFO [main] c.s.Cart - cart 0
               time         2026-11-22T10:00:00.123Z
               level        INFO
               thread       main
               class        c.s.Cart
               message      cart 0

             line 2         2026-11-22 10:00:01,123 INFO [main] c.s.Cart - cart 1
               time         2026-11-22T10:00:01.123Z
               level        INFO
               thread       main
               class        c.s.Cart
               message      cart 1

             line 21        {"time":"2026-11-22T10:00:20Z","level":"error","msg":"lost"}
               time         2026-11-22T10:00:20Z
               level        ERROR
               message      lost

             not understood nothing of 32 records
             counted        12 where the format changes, first in line 21: not as the file's
                            first records
             would help     each line is read as it looks; a file cut where the format
                            changes is learnt better
        "#]],
    );
}

#[test]
fn styles_that_take_turns_are_each_read_as_they_are_and_counted() {
    let plain = |n| format!("2026-11-22 10:00:{n:02},123 INFO  [main] c.s.Cart - cart {n}\n");
    let pairs = |n| format!("time=\"2026-11-22T10:00:{n:02}Z\" level=warning msg=\"slow {n}\" service=orders\n");
    let json = |n| format!("{{\"time\":\"2026-11-22T10:00:{n:02}Z\",\"level\":\"error\",\"msg\":\"lost {n}\"}}\n");
    let styles: [&dyn Fn(u32) -> String; 3] = [&plain, &pairs, &json];
    for (number, first) in styles.iter().enumerate() {
        let second = styles[(number + 1) % 3];
        let turns: String = (0..20).map(|n| format!("{}{}", first(n), second(n))).collect();
        let after: String = (0..40).map(|n| if n < 20 { first(n) } else { second(n) }).collect();
        for text in [turns, after] {
            let place = folder(&[("app.log", text.as_bytes())]);
            let document = run(place.path(), &["formats", "app.log", "--output", "json"]).well().json();
            let complaints = document["coverage"]["files"][0]["complaints"].as_array().unwrap();
            let told: Vec<(&str, u64)> =
                complaints.iter().map(|c| (c["what"].as_str().unwrap(), c["count"].as_u64().unwrap())).collect();
            assert_eq!(told, [("where the format changes", 20)], "{text}");
            let levels = |level: &str| document["files"][0].to_string().contains(&format!("\"value\":\"{level}\""));
            let of = ["INFO", "WARN", "ERROR"];
            assert!(levels(of[number]) && levels(of[(number + 1) % 3]), "{document}");
        }
    }
}

#[test]
fn what_is_of_no_form_is_said_with_what_would_help() {
    let place = folder(&[("a.bin", b"\0\x01\x02\0\0\xff\xfe\0"), ("b.log", b"")]);
    let ran = run(place.path(), &["formats", "a.bin", "b.log", "gone.log"]).calmly();
    assert_eq!(ran.code, Some(3));
    expect![[r#"
        a.bin
         format         none that is known here
         read           0 records in 0 lines

         why            binary, not text
         would help     give it as text; .gz is read as it is, other packings must be
                        unpacked

        b.log
         format         none that is known here
         read           0 records in 0 lines

         why            empty

        gone.log
         format         none that is known here
         read           0 records in 0 lines

         why            could not be read: No such file or directory (os error 2)
    "#]]
    .assert_eq(&ran.out);
}

#[test]
fn a_log_without_times_from_a_pipe() {
    let place = folder(&[]);
    let ran = run_with(place.path(), &["formats", "-"], b"cart opened\ncart lost\n").well();
    assert!(ran.out.contains("--timestamps"), "{}", ran.out);
}

#[test]
fn the_document_holds_what_the_text_says() {
    let place = folder(&[("app.log", JAVA.as_bytes()), ("b.bin", b"\0\0\0\0\x01\xff")]);
    let document: Value = run(place.path(), &["formats", ".", "--output", "json"]).well().json();
    assert_eq!(document["schema"], "backstory.formats/1");
    let file = &document["files"][0];
    assert_eq!((&file["path"], &file["format"]), (&"./app.log".into(), &"plain".into()));
    let lines: Vec<u64> = file["records"].as_array().unwrap().iter().map(|r| r["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [1, 3, 6]);
    assert_eq!(file["records"][1]["parts"][1]["value"], "ERROR");
    assert_eq!(file["odd_lines"][0]["line"], 5);
    assert_eq!(document["files"][1]["format"], Value::Null);
    assert_eq!(document["coverage"]["records_in"], 6);
    assert_eq!(document["coverage"]["files"].as_array().unwrap().len(), 2);
}

#[test]
fn secrets_are_hidden_and_a_terminal_gets_colours() {
    let place = folder(&[("app.log", b"2026-11-22T10:00:00Z ERROR login password=hunter2hunter2\n")]);
    let done = command(place.path(), &["formats", "app.log"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(out.contains("\u{1b}[") && !out.contains("hunter2"), "{PROGRAM}: {out}");
    let plain = run(place.path(), &["formats", "app.log", "--no-redact"]).well().out;
    assert!(plain.contains("hunter2"));
}
