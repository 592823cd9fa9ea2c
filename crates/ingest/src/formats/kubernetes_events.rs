//! # Kubernetes events
//!
//! What `kubectl get events -o json` prints, or with `--watch`, or the API server (both `v1` and `events.k8s.io/v1`).
//! The table that `kubectl get events` prints without `-o json` has ages for times, and is not read.
//!
//! Events are logs, rollouts among them: what a cluster did, not what somebody decided. A record says the kind of the
//! object, the reason and the message. `Warning` is WARN, all else INFO. The service is the object's: a deployment's,
//! stateful set's or service's own name, a pod's or replica set's without its hashes; the pod or node is the instance.
//!
//! A cluster keeps one object for an event that comes again and again. It is two records: one at its first time, one at
//! its last, with the number of times; what lies between is not known. Records are put in order of time, since lists
//! are in order of names.

use std::collections::BTreeSet;
use std::sync::Arc;

use evidence::{ComplaintKind, LogBatch, LogColumns, Time};
use serde_json::Value;

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample, Unit, empty_batch};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::kubernetes::{Item, count_lines, items, looks, text_at, time_at};
use crate::lines::Texts;
use crate::part::{Content, Part};
use crate::places;
use crate::settings::{Limits, Settings};
use crate::stamp::Stamps;
use crate::zone::Zone;

/// Kubernetes events.
pub(crate) const FORMAT: Format = Format {
    name: "kubernetes-events",
    kind: "logs (Kubernetes events)",
    family: Family::Logs,
    source: manual!("kubernetes_events.rs"),
    samples: SAMPLES,
    detect: |head| if looks(head).is_some_and(|events| events > 0) { 94 } else { 0 },
    learn,
};

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let (zone, limits) = (settings.timezone.clone(), settings.limits.clone());
    Arc::new(Events { document: is_document(head), zone, limits })
}

#[derive(Debug)]
struct Events {
    document: bool,
    zone: Zone,
    limits: Limits,
}

impl Reading for Events {
    fn parse(&self, chunk: &Chunk) -> Part {
        let stamps = Stamps::new(&self.zone, None);
        let (part, batch) = (Part::default(), empty_batch(chunk));
        let mut work =
            Work { part, batch, stamps, texts: Texts::default(), known: BTreeSet::new(), base: chunk.bytes.len() };
        for item in items(chunk, self.document, self.limits.json_depth, &mut work.part.coverage) {
            work.item(&item);
        }
        work.finish(chunk)
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work {
    part: Part,
    batch: LogBatch,
    stamps: Stamps,
    texts: Texts,
    /// Events that a watch showed before.
    known: BTreeSet<String>,
    base: usize,
}

/// What an event says besides its time.
struct Said<'a> {
    severity: u8,
    service: &'a str,
    instance: &'a str,
    line: u64,
    unparsed: bool,
}

impl Work {
    fn item(&mut self, item: &Item<'_>) {
        let event = match item.object(&mut self.part) {
            Ok(event) => event,
            Err(words) => {
                self.part.coverage.complain(ComplaintKind::Malformed, item.line, words);
                let raw = String::from_utf8_lossy(item.raw);
                let said = Said { severity: 0, service: "", instance: "", line: item.line, unparsed: true };
                return self.keep(None, raw.lines().next().unwrap_or_default(), &said);
            }
        };
        let about = event.get("involvedObject").or_else(|| event.get("regarding"));
        match about {
            Some(about) => self.event(&event, about, item.line),
            None => {
                let kind = text_at(&event, &["kind"]).unwrap_or("an object without a kind");
                self.part.coverage.complain(ComplaintKind::NotJudged, item.line, format!("{kind} is no event"));
            }
        }
    }

    fn event(&mut self, event: &Value, about: &Value, line: u64) {
        let text = |path: &[&str]| text_at(event, path).unwrap_or_default();
        let (kind, name) =
            (text_at(about, &["kind"]).unwrap_or("object"), text_at(about, &["name"]).unwrap_or_default());
        let pod = matches!(kind, "Pod" | "Node");
        let service = service_of(kind, name);
        let severity = if text(&["type"]) == "Warning" { 13 } else { 9 };
        let instance = if pod { name } else { "" };
        let said = Said { severity, service: &service, instance, line, unparsed: false };
        let note = Some(text(&["message"])).filter(|m| !m.is_empty()).unwrap_or_else(|| text(&["note"]));
        let message = format!("{kind} {}: {}", text(&["reason"]), note.lines().next().unwrap_or_default());
        let count = ["count", "deprecatedCount"].iter().find_map(|k| event.get(k)?.as_u64());
        let count = count.or_else(|| event.get("series")?.get("count")?.as_u64()).unwrap_or(1);
        let (first, last) = self.times(event);
        if last.is_none() {
            self.part.coverage.complain(ComplaintKind::NoTime, line, "");
        }
        let id = text_at(event, &["metadata", "uid"]).unwrap_or_else(|| text(&["metadata", "name"])).to_string();
        let fresh = self.known.insert(id);
        if let (Some(first), true) = (first.filter(|first| Some(*first) < last), fresh) {
            self.keep(Some(first), &message, &said);
        }
        let message = if count > 1 { format!("{message} count={count}") } else { message };
        self.keep(last, &message, &said);
    }

    /// The first and the last time of an event.
    fn times(&mut self, event: &Value) -> (Option<Time>, Option<Time>) {
        let mut at = |path: &[&str]| time_at(event, path, &mut self.stamps);
        let created = at(&["metadata", "creationTimestamp"]);
        let first =
            at(&["firstTimestamp"]).or_else(|| at(&["deprecatedFirstTimestamp"])).or_else(|| at(&["eventTime"]));
        let last = [
            at(&["series", "lastObservedTime"]),
            at(&["lastTimestamp"]),
            at(&["deprecatedLastTimestamp"]),
            at(&["eventTime"]),
        ];
        (first.or(created), last.into_iter().flatten().max().or(first).or(created))
    }

    fn keep(&mut self, time: Option<Time>, message: &str, said: &Said<'_>) {
        let from = (self.base + self.batch.made.len()) as u32;
        self.batch.made.extend_from_slice(message.as_bytes());
        let range = (from, (self.base + self.batch.made.len()) as u32);
        let (service, instance) =
            self.texts.names(&mut self.batch.texts, said.service.as_bytes(), said.instance.as_bytes(), None);
        self.part.coverage.records += 1;
        self.part.coverage.not_understood += u64::from(said.unparsed);
        self.batch.columns.push(LogColumns {
            time,
            severity: said.severity,
            message: range,
            raw: range,
            service,
            instance,
            line: said.line,
            unparsed: said.unparsed,
            ..LogColumns::default()
        });
    }

    fn finish(mut self, chunk: &Chunk) -> Part {
        let begin: BTreeSet<u64> = self.batch.columns.iter().map(|c| c.line).collect();
        count_lines(chunk, &begin, &mut self.part);
        self.batch.columns.sort_by_key(|c| (c.time, c.line));
        self.part.content = if self.batch.columns.is_empty() { Content::Nothing } else { Content::Logs(self.batch) };
        self.part
    }
}

/// The service of an object by its kind and name.
fn service_of(kind: &str, name: &str) -> String {
    let ordinal = |name: &str| {
        let (stem, last) = name.rsplit_once('-')?;
        (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())).then(|| stem.to_string())
    };
    match kind {
        "Node" | "Namespace" | "PersistentVolume" => String::new(),
        "Pod" => places::service_of_pod(name).map(str::to_string).or_else(|| ordinal(name)).unwrap_or_default(),
        // A pod of it would be called so, and two letters would do for the suffix.
        "ReplicaSet" => places::service_of_pod(&format!("{name}-22222")).unwrap_or(name).to_string(),
        "Job" => ordinal(name).unwrap_or_else(|| name.to_string()),
        _ => name.to_string(),
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{
    "apiVersion": "v1",
    "items": [
        {
            "apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": "BackOff", "count": 12,
            "metadata": {"name": "cart-7c9d8b6f5e-4k2zq.17", "uid": "1", "creationTimestamp": "2026-11-22T10:00:00Z"},
            "firstTimestamp": "2026-11-22T10:00:00Z", "lastTimestamp": "2026-11-22T10:20:00Z", "eventTime": null,
            "involvedObject": {"kind": "Pod", "name": "cart-7c9d8b6f5e-4k2zq", "namespace": "shop"},
            "message": "Back-off restarting failed container\ncart"
        },
        {
            "apiVersion": "v1", "kind": "Event", "type": "Normal", "reason": "ScalingReplicaSet",
            "metadata": {"name": "cart.18", "uid": "2", "creationTimestamp": "2026-11-22T10:10:00Z"},
            "firstTimestamp": null, "lastTimestamp": null, "eventTime": "2026-11-22T10:10:00.500000Z",
            "involvedObject": {"kind": "Deployment", "name": "cart"},
            "message": "Scaled up replica set cart-7c9d8b6f5e to 3"
        }
    ],
    "kind": "List"
}
"#,
        records:
            "4 2026-11-22T10:00:00Z 13 cart cart-7c9d8b6f5e-4k2zq | Pod BackOff: Back-off restarting failed container
11 2026-11-22T10:10:00.500Z 9 cart - | Deployment ScalingReplicaSet: Scaled up replica set cart-7c9d8b6f5e to 3
4 2026-11-22T10:20:00Z 13 cart cart-7c9d8b6f5e-4k2zq | Pod BackOff: Back-off restarting failed container count=12
folded 18, blank 0
",
    },
    Sample {
        text: r#"{"type":"ADDED","object":{"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"name":"web-0.1","uid":"3","creationTimestamp":"2026-11-22T10:00:00Z"},"eventTime":"2026-11-22T10:00:00.250000Z","type":"Warning","reason":"Unhealthy","regarding":{"kind":"Pod","name":"web-0"},"note":"Readiness probe failed"}}
{"type":"MODIFIED","object":{"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"name":"web-0.1","uid":"3","creationTimestamp":"2026-11-22T10:00:00Z"},"eventTime":"2026-11-22T10:00:00.250000Z","series":{"count":4,"lastObservedTime":"2026-11-22T10:03:00.250000Z"},"type":"Warning","reason":"Unhealthy","regarding":{"kind":"Pod","name":"web-0"},"note":"Readiness probe failed"}}
{"type":"ADDED","object":{"kind":"Event","metadata":{},"type":"Normal","reason":"Starting","involvedObject":{"kind":"Node","name":"node-1"},"message":"Starting kubelet."}}
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0"}}
{"kind":"Event","involvedObject
"#,
        records: "3 none 9 - node-1 | Node Starting: Starting kubelet.
5 none 0 - - ! {\"kind\":\"Event\",\"involvedObject
1 2026-11-22T10:00:00.250Z 13 web web-0 | Pod Unhealthy: Readiness probe failed
2 2026-11-22T10:03:00.250Z 13 web web-0 | Pod Unhealthy: Readiness probe failed count=4
folded 1, blank 0
Malformed 1 at 5: EOF while parsing a string
NoTime 1 at 3
NotJudged 1 at 4: Pod is no event
",
    },
];
