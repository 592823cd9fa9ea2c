//! Tables that are not as their headers say: rows with too few or too many cells, quotes that nothing closes. Each costs
//! its own line and no other.

use serde_json::Value;

use crate::bad_input::{complaint, file, moment};
use crate::program::{folder, run};

const ROWS: i64 = 300;

/// A header, and rows of which some are written otherwise.
fn table(header: &str, row: impl Fn(i64) -> String, odd: &[(i64, String)]) -> String {
    let row = |n| odd.iter().find(|(at, _)| *at == n).map_or_else(|| row(n), |(_, other)| other.clone());
    (0..ROWS).fold(format!("{header}\n"), |text, n| text + &row(n) + "\n")
}

fn log(n: i64) -> String {
    format!("{},INFO,shop,\"cart {n} opened, again\"", moment(10 * n))
}

fn point(n: i64) -> String {
    format!("{},shop,queue,{}", moment(10 * n), 3 + n % 3)
}

fn points(n: i64) -> String {
    format!("{},{},{},0.5", moment(10 * n), 3 + n % 3, n % 7)
}

fn span(n: i64) -> String {
    format!("{:032x},{:016x},,shop,\"GET /cart, all\",{},12,OK", n + 1, n + 1, moment(10 * n))
}

const LOGS: &str = "timestamp,level,service,message";
const LONG: &str = "timestamp,service,metric,value";
const WIDE: &str = "timestamp,shop.queue,shop.pool,web.cpu";
const SPANS: &str = "trace_id,span_id,parent_span_id,service,operation,start_time,duration_ms,status";

/// What coverage says of tables of all kinds, read together.
fn read(tables: &[(&str, String)]) -> Value {
    let files: Vec<(&str, &[u8])> = tables.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let place = folder(&files);
    run(place.path(), &["tell", ".", "--output", "json"]).well().json()
}

/// How many records a table has, whose lines are all accounted for.
fn records(story: &Value, name: &str) -> u64 {
    let found = file(story, name);
    let [records, folded, blank, lines] =
        ["records", "folded", "blank", "lines"].map(|key| found[key].as_u64().unwrap());
    let several = if found["kind"].as_str().unwrap().contains("wide") { 3 } else { 1 };
    assert!(records.div_ceil(several) + folded + blank >= lines - 1 && lines == 301, "{found}");
    records
}

#[test]
fn rows_with_too_few_or_too_many_cells() {
    let few = |row: fn(i64) -> String| row(100).rsplit_once(',').unwrap().0.rsplit_once(',').unwrap().0.to_string();
    let many = |row: fn(i64) -> String| row(101) + ",more,cells";
    let odd = |row: fn(i64) -> String| [(100, few(row)), (101, many(row))];
    let story = read(&[
        ("logs.csv", table(LOGS, log, &odd(log))),
        ("long.csv", table(LONG, point, &odd(point))),
        ("wide.csv", table(WIDE, points, &odd(points))),
        ("spans.csv", table(SPANS, span, &odd(span))),
    ]);
    let what = "with more or fewer columns than the header";
    for (name, least) in [("./logs.csv", 300), ("./long.csv", 299), ("./wide.csv", 898), ("./spans.csv", 300)] {
        let (count, line, detail) = complaint(file(&story, name), what);
        assert_eq!((count, line), (2, Some(102)), "{name}: {story}");
        assert!(detail.contains("columns"), "{name}: {detail}");
        assert!(records(&story, name) >= least, "{name}: the others are used: {}", file(&story, name));
    }
}

#[test]
fn quotes_that_nothing_closes_cost_their_own_lines() {
    let open = |text: String| text.replacen(',', ",\"", 1).replace("cart", "\"cart");
    // One alone, two that follow each other, and two far from one another.
    let odd = |row: fn(i64) -> String| [50, 100, 101, 200].map(|n| (n, open(row(n).replace('"', ""))));
    let story = read(&[
        (
            "logs.csv",
            table(LOGS, log, &[50, 100, 101, 200].map(|n| (n, format!("{},INFO,shop,\"cart {n}", moment(10 * n))))),
        ),
        ("long.csv", table(LONG, point, &odd(point))),
        ("wide.csv", table(WIDE, points, &odd(points))),
        ("spans.csv", table(SPANS, span, &[50, 100, 101, 200].map(|n| (n, span(n).replace(", all\"", " all"))))),
    ]);
    for (name, least) in [("./logs.csv", 300), ("./long.csv", 300), ("./wide.csv", 896), ("./spans.csv", 300)] {
        let (count, line, detail) = complaint(file(&story, name), "not as the file's format says");
        assert!(count >= 4 && line == Some(52), "{name}: {}", file(&story, name));
        assert!(detail.contains("a quote that is not closed"), "{name}: {detail}");
        assert!(records(&story, name) >= least, "{name}: {}", file(&story, name));
    }
}

#[test]
fn a_quote_that_nothing_closes_in_the_header() {
    let broken = |header: &str| header.replacen(',', ",\"", 1);
    let story = read(&[
        ("logs.csv", table(&broken(LOGS), log, &[])),
        ("wide.csv", table(&broken(WIDE), points, &[])),
        ("spans.csv", table(&broken(SPANS), span, &[])),
    ]);
    for (name, kind) in
        [("./logs.csv", "logs (CSV)"), ("./wide.csv", "metrics (wide CSV)"), ("./spans.csv", "traces (CSV)")]
    {
        let found = file(&story, name);
        assert_eq!(found["kind"], kind);
        let (count, line, _) = complaint(found, "not as the file's format says");
        assert_eq!((count, line), (1, Some(1)), "{found}");
        assert!(records(&story, name) >= 300, "{found}");
    }
}

#[test]
fn a_cell_over_several_lines_is_one_row() {
    let story = read(&[(
        "logs.csv",
        table(LOGS, log, &[(100, format!("{},INFO,shop,\"cart lost\n  at find\n\n  at main\"", moment(1_000)))]),
    )]);
    let found = file(&story, "./logs.csv");
    assert_eq!(
        (&found["records"], &found["folded"], &found["complaints"]),
        (&300.into(), &4.into(), &Value::Array(vec![])),
        "{found}"
    );
}
