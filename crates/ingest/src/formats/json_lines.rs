//! # JSON lines
//!
//! One JSON object a line, one array of them, or objects over several lines. Time, severity, message, service and
//! instance are found under the names that ECS, OpenTelemetry, GCP, zap, pino, bunyan, logrus, structlog, serilog and
//! tracing use, with dots in the name or as objects in objects (`service.name`, `{"service":{"name":…}}`,
//! `kubernetes.pod_name`, `pod`, `host`, `severity_text`, `log.level`). Levels are words or numbers (pino's tens,
//! syslog's 0 to 7, OpenTelemetry's `severity_number`). A time is RFC 3339 or its kin, or a number that counts from
//! 1970.
//!
//! What the record says is its message's first line, then up to 24 of its other fields as ` key=value`, sorted by key.
//! Ids of traces and requests, classes, threads and places in the code are left out. Of a key that comes twice the
//! first stands, and it is counted. A line that is cut or broken is kept as it is; what stands before the break is
//! used.

use std::sync::Arc;

use crate::fields::Fields;
use crate::form::{Family, Format, Head, Reading, Sample};
use crate::formats::manual;
use crate::header::Header;
use crate::json;
use crate::lines::{Dialect, Layout, LogLines, is_object};
use crate::settings::Settings;

/// JSON lines.
pub(crate) const FORMAT: Format = Format {
    name: "json-lines",
    kind: "logs (JSON lines)",
    family: Family::Logs,
    source: manual!("json_lines.rs"),
    samples: SAMPLES,
    detect,
    learn,
};

fn detect(head: &Head<'_>) -> u32 {
    if is_document(head) {
        return if first_is_record(head) { 60 } else { 1 };
    }
    let lines = head.lines(200);
    let objects = lines.iter().filter(|line| is_object(line)).count();
    match (objects * 2 >= lines.len() && objects > 0, lines.first()) {
        (true, _) => 70,
        // One line that is longer than what is looked at.
        (false, Some(line)) if lines.len() == 1 && line.first() == Some(&b'{') && line.len() > 1_000 => 60,
        _ => 0,
    }
}

/// Whether the source is one document rather than one object a line.
pub(crate) fn is_document(head: &Head<'_>) -> bool {
    let text = head.start().trim_ascii_start();
    match text.first() {
        Some(b'[') => matches!(text[1..].trim_ascii_start().first(), Some(b'{' | b']')),
        Some(b'{') => {
            let lines = head.lines(50);
            let whole = lines.iter().any(|line| line.first() == Some(&b'{') && is_object(line));
            let first = lines.first().copied().unwrap_or_default().trim_ascii();
            let opens = matches!(first.last(), Some(b',' | b'{' | b'[' | b':'));
            (first == b"{" || opens && !whole) && lines.len() > 1
        }
        _ => false,
    }
}

fn first_is_record(head: &Head<'_>) -> bool {
    let text = head.start();
    let from = text.iter().position(|b| *b == b'{').unwrap_or(0);
    let mut fields = Fields::default();
    let _ = fields.feed_json(&text[from..], 128);
    !fields.is_no_record()
}

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let mut lines = LogLines::new(Header::default(), Dialect::Json, head, settings);
    if is_document(head) {
        lines.layout = Layout::Document;
        if document_names_a_service(head) {
            lines.file_service = None;
        }
    }
    Arc::new(lines)
}

fn document_names_a_service(head: &Head<'_>) -> bool {
    let mut named = false;
    let _ = json::values(head.bytes, 128, |from, to| {
        let mut fields = Fields::default();
        let _ = fields.feed_json(&head.bytes[from..to], 128);
        named |= fields.names_service();
    });
    named
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{"level":"info","ts":1795341600.25,"logger":"cart","msg":"cart opened","service":"shop","pod":"shop-7c9d8b6f5e-4k2zq","items":3,"spent_ms":12.5}
{"level":"error","ts":1795341601.5,"msg":"cart \"12\" lost\ndetails follow","service":"shop","trace_id":"0af7651916cd43dd8448eb211c80319c","why":"no such cart"}
"#,
        records: r#"1 2026-11-22T10:00:00.250Z 9 shop shop-7c9d8b6f5e-4k2zq | cart opened items=3 spent_ms=12.5
2 2026-11-22T10:00:01.500Z 17 shop - | cart "12" lost why="no such cart"
folded 0, blank 0
"#,
    },
    Sample {
        text: r#"{"@timestamp":"2026-11-22T10:00:00.123Z","log.level":"warn","message":"slow","ecs.version":"8.11.0","service.name":"shop","host.name":"web-1","http":{"status":200}}
{"@timestamp":"2026-11-22T10:00:01.123Z","log":{"level":"debug"},"message":"slow","service":{"name":"shop"},"kubernetes":{"pod_name":"shop-0"}}
"#,
        records: "1 2026-11-22T10:00:00.123Z 13 shop web-1 | slow http.status=200
2 2026-11-22T10:00:01.123Z 5 shop shop-0 | slow
folded 0, blank 0
",
    },
    Sample {
        text: r#"{"level":30,"time":1795341600123,"pid":12,"hostname":"web-1","name":"shop","msg":"up"}
{"severity":"ERROR","timestamp":"2026-11-22T10:00:01Z","textPayload":"down"}
{"event":"stored","level":"info","timestamp":"2026-11-22 10:00:02","key":null}
{"severity_number":13,"body":"odd","timestamp":"2026-11-22T10:00:03Z"}
"#,
        records: "1 2026-11-22T10:00:00.123Z 9 shop web-1 | up
2 2026-11-22T10:00:01Z 17 - - | down
3 2026-11-22T10:00:02Z 9 - - | stored key=null
4 2026-11-22T10:00:03Z 13 - - | odd
folded 0, blank 0
",
    },
    Sample {
        text: r#"{"time":"2026-11-22T10:00:00Z","level":"info","msg":"first","msg":"second"}
not JSON at all
{"time":"2026-11-22T10:00:01Z","level":"info","msg":"cut o
    at cart (/srv/cart.js:3:9)

{"time":"yesterday","msg":"when?"}
{"msg":"never"}
"#,
        records: r#"1 2026-11-22T10:00:00Z 9 sample - | first
2 none 0 sample - | not JSON at all
3 2026-11-22T10:00:01Z 9 sample - ! {"time":"2026-11-22T10:00:01Z","level":"info","msg":"cut o
6 none 0 sample - | when?
7 none 0 sample - | never
folded 1, blank 1
Malformed 1 at 3: not whole JSON; what stands before the break was used
NoTime 2 at 2
BadTime 1 at 6: no moment that exists, or one without a date
Duplicate 1 at 1: a key twice in one record: the first stands
"#,
    },
    Sample {
        text: r#"[
  {
    "time": "2026-11-22T10:00:00Z",
    "level": "info",
    "msg": "opened"
  },
  {"time": "2026-11-22T10:00:01Z", "level": "warn", "msg": "closed"}, {"time": "2026-11-22T10:00:02Z", "msg": "gone"}
]
"#,
        records: "2 2026-11-22T10:00:00Z 9 sample - | opened
7 2026-11-22T10:00:01Z 13 sample - | closed
7 2026-11-22T10:00:02Z 0 sample - | gone
folded 6, blank 0
",
    },
];
