//! Times that clocks make hard: an hour that comes twice or never, leap seconds, the turn of a year that no stamp names,
//! services whose clocks disagree.

use serde_json::Value;

use crate::bad_input::{complaint, file};
use crate::program::{folder, run};

fn tell(files: &[(&str, String)], more: &[&str]) -> Value {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let place = folder(&files);
    run(place.path(), &[&["tell", ".", "--output", "json"], more].concat()).well().json()
}

/// A line a minute, from a minute of the day on, as a clock shows it that is set where `set` says.
fn clock(date: &str, from: i64, minutes: i64, set: impl Fn(i64) -> i64) -> String {
    (0..minutes)
        .map(|n| {
            let at = set(from + n);
            format!("{date} {:02}:{:02}:00 INFO cart {n} opened\n", at / 60, at % 60)
        })
        .collect()
}

const BERLIN: [&str; 2] = ["--timezone", "Europe/Berlin"];
const ODD: &str = "with a time that clocks show twice, never, or as a leap second";

#[test]
fn an_hour_that_comes_twice_is_said() {
    // Set back at three: the hour from two on comes again.
    let text = clock("2026-10-25", 60, 240, |at| if at >= 180 { at - 60 } else { at });
    let story = tell(&[("back.log", text)], &BERLIN);
    let found = file(&story, "./back.log");
    let (count, line, detail) = complaint(found, ODD);
    assert_eq!((found["records"].as_u64(), count, line), (Some(240), 120, Some(61)), "{found}");
    assert!(detail.contains("showed this time twice: the earlier was taken"), "{detail}");
    assert!(complaint(found, "came late: counted, but they raise nothing").0 >= 58, "{found}");
}

#[test]
fn an_hour_that_never_came_is_said() {
    let text = clock("2026-03-29", 60, 180, |at| at);
    let story = tell(&[("forth.log", text.clone())], &BERLIN);
    let (count, line, detail) = complaint(file(&story, "./forth.log"), ODD);
    assert_eq!((count, line), (60, Some(61)));
    assert!(detail.contains("never showed this time"), "{detail}");
    let story = tell(&[("forth.log", text)], &[]);
    assert_eq!(file(&story, "./forth.log")["complaints"], Value::Array(vec![]), "in UTC each hour comes");
}

#[test]
fn tables_and_changes_say_it_too() {
    let rows: String =
        (0..90).map(|n| format!("2026-03-29 {:02}:{:02}:00,shop,queue,{n}\n", 1 + n / 60, n % 60)).collect();
    let change = r#"{"time":"2026-03-29 02:30:00","kind":"deploy","service":"shop"}"#;
    let story = tell(
        &[("rows.csv", format!("timestamp,service,metric,value\n{rows}")), ("change.jsonl", format!("{change}\n"))],
        &BERLIN,
    );
    assert_eq!(complaint(file(&story, "./rows.csv"), ODD).0, 30);
    assert_eq!(complaint(file(&story, "./change.jsonl"), ODD).0, 1);
}

#[test]
fn a_leap_second_is_a_time() {
    let line = |day: &str, at: &str, n: u32| format!("{day}T{at}{n:02}Z INFO cart {n} opened\n");
    let before: String = (0..=60).map(|n| line("2016-12-31", "23:59:", n)).collect();
    let after: String = (0..60).map(|n| line("2017-01-01", "00:00:", n)).collect();
    for text in [before.clone() + &after, (before + &after).replace('T', " ").replace('Z', "")] {
        let story = tell(&[("leap.log", text)], &[]);
        let found = file(&story, "./leap.log");
        let (count, at, detail) = complaint(found, ODD);
        assert_eq!((found["records"].as_u64(), count, at), (Some(121), 1, Some(61)), "{found}");
        assert!(detail.contains("a leap second: taken as the second before it"), "{detail}");
        assert_eq!(found["complaints"].as_array().unwrap().len(), 1, "{found}");
    }
}

/// A syslog over the turn of a year, whose stamps name none.
fn turn() -> String {
    let line =
        |day: &str, n: i64| format!("{day} {:02}:{:02}:00 web-1 shop[1]: cart {n} opened\n", n / 60 % 24, n % 60);
    let old = (0..120).map(|n| line("Dec 31", 22 * 60 + n));
    old.chain((0..120).map(|n| line("Jan  1", n))).collect()
}

#[test]
fn the_turn_of_a_year_that_no_stamp_names() {
    let other = |day: &str| -> String {
        (0..120).map(|n| format!("{day}T{:02}:{:02}:00Z INFO pay {n} done\n", n / 60, n % 60)).collect()
    };
    let what = "without a year, taken from the evidence around";
    for day in ["2026-12-31", "2027-01-01"] {
        let story = tell(&[("turn.log", turn()), ("x.log", other(day))], &[]);
        let found = file(&story, "./turn.log");
        let (_, _, detail) = complaint(found, what);
        assert!(detail.contains("2026, from the other evidence"), "{day}: {detail}");
        assert_eq!(found["complaints"].as_array().unwrap().len(), 1, "none is late or too far ahead: {found}");
        let last = story["incident"]["noticed_at"].as_str().unwrap();
        assert!(last.starts_with("2027-01-01T01:59:00"), "{day}: the end of the evidence is {last}");
    }
    let story = tell(&[("turn.log", turn())], &["--year", "2019"]);
    assert!(story["incident"]["noticed_at"].as_str().unwrap().starts_with("2020-01-01T01:59:00"));
    assert_eq!(file(&story, "./turn.log")["complaints"], Value::Array(vec![]), "who gives the year needs no word");
}

/// Requests of a service that calls another, whose clock is so many seconds ahead: callers, and called.
fn spans(ahead: i64) -> (String, String) {
    let span = |service: &str, id: i64, parent: Option<i64>, trace: i64, from: i64| {
        let parent = parent.map_or(String::new(), |parent| format!(r#","parentSpanId":"{parent:016x}""#));
        let resource = format!(r#"{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}}"#);
        let times = format!(r#""startTimeUnixNano":"{from}000000","endTimeUnixNano":"{}000000""#, from + 20);
        format!(
            r#"{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{{"spans":[{{"traceId":"{trace:032x}","spanId":"{id:016x}"{parent},"name":"GET",{times}}}]}}]}}]}}"#
        ) + "\n"
    };
    let at = |n: i64| (1_795_341_600 + 20 * n) * 1_000;
    let callers = (0..50).map(|n| span("web", 2 * n + 1, None, n + 1, at(n))).collect();
    let called = (0..50).map(|n| span("db", 2 * n + 2, Some(2 * n + 1), n + 1, at(n) + 5 + 1_000 * ahead)).collect();
    (callers, called)
}

#[test]
fn clocks_of_services_that_disagree_are_said() {
    let (callers, called) = spans(-300);
    let story = tell(&[("a-web.jsonl", callers.clone()), ("b-db.jsonl", called.clone())], &[]);
    let what = "begins before what called it: clocks disagree";
    let (count, line, detail) = complaint(file(&story, "./b-db.jsonl"), what);
    assert_eq!((count, line, detail.as_str()), (50, Some(1), "db up to 299 s before web"));
    assert_eq!(file(&story, "./a-web.jsonl")["complaints"], Value::Array(vec![]));
    let story = tell(&[("one.jsonl", called + &callers)], &[]);
    assert_eq!(complaint(file(&story, "./one.jsonl"), what).0, 50, "whichever comes first");
    let (callers, called) = spans(0);
    let story = tell(&[("one.jsonl", callers + &called)], &[]);
    assert_eq!(file(&story, "./one.jsonl")["complaints"], Value::Array(vec![]), "clocks that agree need no word");
}
