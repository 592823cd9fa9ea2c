//! Small sources of every format, each of so many records, ten seconds apart: for tests that then break them.

use crate::bad_input::moment;

/// How many records each source has.
pub const RECORDS: i64 = 60;

/// The first record's moment, in seconds since 1970.
const BEGIN: i64 = 1_795_341_600;

/// A source in its format.
pub struct Written {
    pub name: &'static str,
    /// What it is written before, between and behind its records.
    pub frame: (&'static str, &'static str, &'static str),
    pub record: fn(i64) -> String,
    /// Where the line breaks do not matter: a document.
    pub document: bool,
}

impl Written {
    /// The whole text, with one record written otherwise.
    pub fn text(&self, other: impl Fn(i64, String) -> String) -> String {
        let (before, between, behind) = self.frame;
        let all: Vec<String> = (0..RECORDS).map(|n| other(n, (self.record)(n))).collect();
        format!("{before}{}{behind}", all.join(between))
    }

    pub fn whole(&self) -> String {
        self.text(|_, record| record)
    }
}

fn nanos(n: i64) -> String {
    format!("{}000000000", BEGIN + 10 * n)
}

fn json_log(n: i64) -> String {
    format!(r#"{{"time":"{}","level":"info","service":"shop","msg":"cart {n} opened"}}"#, moment(10 * n))
}

fn docker(n: i64) -> String {
    format!(r#"{{"log":"{} INFO cart {n} opened\n","stream":"stdout","time":"{}"}}"#, moment(10 * n), moment(10 * n))
}

fn export(n: i64) -> String {
    format!(r#"{{"timestamp":{}123,"message":"cart {n} opened","ingestionTime":1795341605000}}"#, BEGIN + 10 * n)
}

fn resource(kind: &str, scope: &str, records: &str, record: &str) -> String {
    let whose = r#""resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}"#;
    format!(r#"{{"{kind}":[{{{whose},"{scope}":[{{"{records}":[{record}]}}]}}]}}"#)
}

pub fn otlp_span(n: i64) -> String {
    let (id, at) = (n + 1, nanos(n));
    format!(
        r#"{{"traceId":"{id:032x}","spanId":"{id:016x}","name":"GET","startTimeUnixNano":"{at}","endTimeUnixNano":"{at}"}}"#
    )
}

fn otlp_log(n: i64) -> String {
    format!(
        r#"{{"timeUnixNano":"{}","severityText":"INFO","body":{{"stringValue":"cart {n} opened"}},"attributes":[]}}"#,
        nanos(n)
    )
}

fn otlp_metric(n: i64) -> String {
    format!(r#"{{"name":"queue","gauge":{{"dataPoints":[{{"timeUnixNano":"{}","asDouble":{n}.5}}]}}}}"#, nanos(n))
}

fn jaeger(n: i64) -> String {
    let (id, at) = (n + 1_001, (BEGIN + 10 * n) * 1_000_000);
    format!(
        r#"{{"traceID":"{id:032x}","spans":[{{"traceID":"{id:032x}","spanID":"{id:016x}","operationName":"GET","startTime":{at},"duration":5000,"processID":"p1"}}],"processes":{{"p1":{{"serviceName":"shop"}}}}}}"#
    )
}

fn zipkin(n: i64) -> String {
    let (id, at) = (n + 2_001, (BEGIN + 10 * n) * 1_000_000);
    format!(
        r#"{{"traceId":"{id:032x}","id":"{id:016x}","name":"get","timestamp":{at},"duration":5000,"localEndpoint":{{"serviceName":"shop"}}}}"#
    )
}

fn answer(n: i64) -> String {
    format!(
        r#"{{"metric":{{"__name__":"queue","service":"shop","zone":"{n}"}},"values":[[{},"1.5"]]}}"#,
        BEGIN + 10 * n
    )
}

fn sample(n: i64) -> String {
    format!(r#"queue{{service="shop"}} {} {}"#, n % 7, BEGIN + 10 * n)
}

fn change(n: i64) -> String {
    format!(r#"{{"time":"{}","kind":"deploy","service":"shop","ref":"{n}"}}"#, moment(10 * n))
}

fn alert(n: i64) -> String {
    format!(r#"{{"labels":{{"alertname":"A{n}","service":"shop"}},"startsAt":"{}"}}"#, moment(10 * n))
}

fn event(n: i64) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"Event","metadata":{{"name":"w.{n}","uid":"{n}"}},"involvedObject":{{"kind":"Pod","name":"cart-7c9d8f6b5-abcde"}},"reason":"Killing","message":"Stopping","lastTimestamp":"{}"}}"#,
        moment(10 * n)
    )
}

fn replica_set(n: i64) -> String {
    format!(
        r#"{{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{{"name":"cart-{n}","creationTimestamp":"{}","ownerReferences":[{{"name":"cart"}}]}}}}"#,
        moment(10 * n)
    )
}

const fn lines(name: &'static str, record: fn(i64) -> String) -> Written {
    Written { name, frame: ("", "\n", "\n"), record, document: false }
}

const fn document(name: &'static str, frame: (&'static str, &'static str), record: fn(i64) -> String) -> Written {
    Written { name, frame: (frame.0, ",\n", frame.1), record, document: true }
}

/// Sources whose records are JSON, in every format that has such.
pub const JSON: &[Written] = &[
    lines("log.jsonl", json_log),
    document("log-array.json", ("[\n", "\n]\n"), json_log),
    document("log-export.json", ("{\"events\":[\n", "\n]}\n"), export),
    lines("docker.log", docker),
    lines("otlp-logs.jsonl", |n| resource("resourceLogs", "scopeLogs", "logRecords", &otlp_log(n))),
    document("otlp-logs.json", ("{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[\n", "]}]}]}\n"), otlp_log),
    lines("otlp-traces.jsonl", |n| resource("resourceSpans", "scopeSpans", "spans", &otlp_span(n))),
    document("otlp-traces.json", ("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[\n", "]}]}]}\n"), otlp_span),
    lines("otlp-metrics.jsonl", |n| resource("resourceMetrics", "scopeMetrics", "metrics", &otlp_metric(n))),
    document(
        "otlp-metrics.json",
        ("{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[\n", "]}]}]}\n"),
        otlp_metric,
    ),
    document("jaeger.json", ("{\"data\":[\n", "],\"total\":0}\n"), jaeger),
    document("zipkin.json", ("[\n", "]\n"), zipkin),
    document(
        "answer.json",
        ("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\n", "]}}\n"),
        answer,
    ),
    lines("changes.jsonl", change),
    document("changes.json", ("[\n", "]\n"), change),
    document("alerts.json", ("{\"receiver\":\"x\",\"alerts\":[\n", "]}\n"), alert),
    document("events.json", ("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n", "]}\n"), event),
    document("sets.json", ("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n", "]}\n"), replica_set),
];

/// The others whose records stand on lines or in blocks.
pub const OTHERS: &[Written] = &[
    lines("log.logfmt", |n| format!("time={} level=info msg=\"cart {n} opened\"", moment(10 * n))),
    lines("samples.prom", sample),
    Written {
        name: "log.journal",
        frame: ("", "\n\n", "\n\n"),
        record: |n| {
            let at = (BEGIN + 10 * n) * 1_000_000;
            format!("__CURSOR=s=0639;i={n}\n__REALTIME_TIMESTAMP={at}\nSYSLOG_IDENTIFIER=shop\nMESSAGE=cart {n} opened")
        },
        document: false,
    },
    Written {
        name: "long.csv",
        frame: ("timestamp,service,metric,value\n", "\n", "\n"),
        record: |n| format!("{},shop,queue,{}", moment(10 * n), n % 7),
        document: false,
    },
    Written {
        name: "wide.csv",
        frame: ("timestamp,shop.queue,shop.pool\n", "\n", "\n"),
        record: |n| format!("{},{},{}", moment(10 * n), n % 7, n % 5),
        document: false,
    },
    Written {
        name: "log.csv",
        frame: ("timestamp,service,level,message\n", "\n", "\n"),
        record: |n| format!("{},shop,INFO,cart {n} opened", moment(10 * n)),
        document: false,
    },
    Written {
        name: "spans.csv",
        frame: ("trace_id,span_id,service,operation,start_time,duration_ms\n", "\n", "\n"),
        record: |n| format!("{:032x},{:016x},shop,GET,{},12", n + 1, n + 1, moment(10 * n)),
        document: false,
    },
];
