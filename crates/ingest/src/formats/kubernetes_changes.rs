//! # Kubernetes objects as changes
//!
//! What `kubectl get deployments,replicasets,statefulsets -o json` prints: a list, one object, or one a line, also as a
//! watch wraps them. Each object tells when it last began to be as it is:
//!
//! - a ReplicaSet or ControllerRevision, when it was created: a deploy, one for each revision that the cluster keeps;
//! - a Deployment, StatefulSet, DaemonSet or Argo Rollout, at its newest rollout: a deploy. One whose revision is that
//!   of a ReplicaSet given with it is told by that ReplicaSet, but for a rollback, which creates none;
//! - a ConfigMap or Secret: a change of configuration (its values are not looked at);
//! - a HorizontalPodAutoscaler, Service, Ingress, NetworkPolicy, ResourceQuota, LimitRange, PersistentVolumeClaim, Node:
//!   a change of infrastructure.
//!
//! When: what was last written to the specification, where `--show-managed-fields` was given; else the newest update of
//! the condition `Progressing`; else the creation. Whose: the label `app.kubernetes.io/name`, `app` or `name`, else the
//! owner's name, else its own. The reference of a deploy is its image's tag, or the head of its digest. Objects of
//! other kinds are counted.

use std::collections::BTreeSet;
use std::sync::Arc;

use evidence::{ChangeEvent, ChangeKind, ComplaintKind, Time};
use serde_json::Value;

use crate::chunk::Chunk;
use crate::form::{Family, Format, Head, Reading, Sample, Unit};
use crate::formats::json_lines::is_document;
use crate::formats::manual;
use crate::kubernetes::{count_lines, items, looks, text_at, time_at};
use crate::part::{Content, Part};
use crate::settings::{Limits, Settings};
use crate::stamp::Stamps;
use crate::zone::Zone;

/// Kubernetes objects as changes.
pub(crate) const FORMAT: Format = Format {
    name: "kubernetes-changes",
    kind: "changes (Kubernetes objects)",
    family: Family::Changes,
    source: manual!("kubernetes_changes.rs"),
    samples: SAMPLES,
    detect: |head| if looks(head) == Some(0) { 93 } else { 0 },
    learn,
};

fn learn(head: &Head<'_>, settings: &Settings) -> Arc<dyn Reading> {
    let (zone, limits) = (settings.timezone.clone(), settings.limits.clone());
    Arc::new(Objects { document: is_document(head), zone, limits })
}

#[derive(Debug)]
struct Objects {
    document: bool,
    zone: Zone,
    limits: Limits,
}

impl Reading for Objects {
    fn parse(&self, chunk: &Chunk) -> Part {
        let mut work = Work { part: Part::default(), stamps: Stamps::new(&self.zone, None), begin: BTreeSet::new() };
        let mut objects = Vec::new();
        for item in items(chunk, self.document, self.limits.json_depth, &mut work.part.coverage) {
            match item.object(&mut work.part) {
                Ok(object) => objects.push((object, item.line)),
                Err(words) => work.lost(ComplaintKind::Malformed, item.line, words),
            }
        }
        let told: BTreeSet<(String, String)> = objects.iter().filter_map(|(object, _)| revision_told(object)).collect();
        let mut changes = Vec::new();
        for (object, line) in &objects {
            changes.extend(work.change(object, *line, chunk.source, &told));
        }
        count_lines(chunk, &work.begin, &mut work.part);
        work.part.content = if changes.is_empty() { Content::Nothing } else { Content::Changes(changes) };
        work.part
    }

    fn unit(&self) -> Unit {
        if self.document { Unit::Document } else { Unit::DocumentLines }
    }
}

struct Work {
    part: Part,
    stamps: Stamps,
    begin: BTreeSet<u64>,
}

/// The annotations that number the revisions of a Deployment, and of a Rollout.
const REVISIONS: [&str; 2] = ["deployment.kubernetes.io/revision", "rollout.argoproj.io/revision"];

fn revision(object: &Value) -> Option<&str> {
    REVISIONS.iter().find_map(|name| text_at(object, &["metadata", "annotations", name]))
}

/// The owner and revision that a ReplicaSet tells by its creation; nothing of one that was rolled back to.
fn revision_told(object: &Value) -> Option<(String, String)> {
    let back = text_at(object, &["metadata", "annotations", "deployment.kubernetes.io/revision-history"]).is_some();
    let is_set = text_at(object, &["kind"]) == Some("ReplicaSet");
    (is_set && !back).then_some(())?;
    Some((owner(object)?.to_string(), revision(object)?.to_string()))
}

fn owner(object: &Value) -> Option<&str> {
    text_at(object.get("metadata")?.get("ownerReferences")?.get(0)?, &["name"])
}

impl Work {
    /// An object that gives no change: a record that was not understood.
    fn lost(&mut self, kind: ComplaintKind, line: u64, words: impl Into<String>) {
        self.part.coverage.complain(kind, line, words);
        self.part.coverage.records += 1;
        self.part.coverage.not_understood += 1;
        self.begin.insert(line);
    }

    fn change(
        &mut self,
        object: &Value,
        line: u64,
        source: u32,
        told: &BTreeSet<(String, String)>,
    ) -> Option<ChangeEvent> {
        let kind = text_at(object, &["kind"]).unwrap_or_default();
        let name = text_at(object, &["metadata", "name"]).unwrap_or_default();
        let Some(is) = kind_of(kind) else {
            let words =
                if kind.is_empty() { "an object without a kind".into() } else { format!("{kind} is no change") };
            self.part.coverage.complain(ComplaintKind::NotJudged, line, words);
            return None;
        };
        let known = |revision: &str| told.contains(&(name.to_string(), revision.to_string()));
        if matches!(kind, "Deployment" | "Rollout") && revision(object).is_some_and(known) {
            self.part.coverage.complain(ComplaintKind::NotJudged, line, "told by its replica set");
            return None;
        }
        let Some(time) = self.time(object, kind) else {
            self.lost(ComplaintKind::MissingField, line, format!("{kind} {name} without a time"));
            return None;
        };
        let record = self.part.coverage.records;
        self.part.coverage.records += 1;
        self.begin.insert(line);
        let image = image(object);
        let reference = image.map(tag).or_else(|| Some(format!("{}/{name}", kind.to_ascii_lowercase())));
        Some(ChangeEvent {
            time,
            kind: is,
            service: service(object).map(str::to_string),
            reference,
            author: None,
            summary: Some(summary(object, kind, name, image)),
            files: Vec::new(),
            diff: None,
            deployed_at: None,
            environment: None,
            source,
            record,
            line,
        })
    }

    /// When an object last began to be as it is.
    fn time(&mut self, object: &Value, kind: &str) -> Option<Time> {
        let created = time_at(object, &["metadata", "creationTimestamp"], &mut self.stamps);
        if matches!(kind, "ReplicaSet" | "ControllerRevision") {
            return created;
        }
        let list = |object: &'_ Value, of: &str, key: &str| -> Vec<Value> {
            object.get(of).and_then(|o| o.get(key)).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let of_spec = |field: &&Value| text_at(field, &["subresource"]).is_none();
        let written = list(object, "metadata", "managedFields");
        let written: Vec<Time> =
            written.iter().filter(of_spec).filter_map(|f| time_at(f, &["time"], &mut self.stamps)).collect();
        let progressing = |c: &&Value| text_at(c, &["type"]) == Some("Progressing");
        let conditions = list(object, "status", "conditions");
        let updated: Vec<Time> = conditions
            .iter()
            .filter(progressing)
            .flat_map(|c| ["lastUpdateTime", "lastTransitionTime"].map(|key| time_at(c, &[key], &mut self.stamps)))
            .flatten()
            .collect();
        written.into_iter().max().or_else(|| updated.into_iter().max()).or(created)
    }
}

fn kind_of(kind: &str) -> Option<ChangeKind> {
    Some(match kind {
        "ReplicaSet" | "ControllerRevision" | "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout" => {
            ChangeKind::Deploy
        }
        "ConfigMap" | "Secret" => ChangeKind::Config,
        "HorizontalPodAutoscaler"
        | "Service"
        | "Ingress"
        | "NetworkPolicy"
        | "ResourceQuota"
        | "LimitRange"
        | "PersistentVolumeClaim"
        | "Node" => ChangeKind::Infra,
        _ => return None,
    })
}

/// Whose an object is.
fn service(object: &Value) -> Option<&str> {
    let places: [&[&str]; 2] = [&["metadata", "labels"], &["spec", "template", "metadata", "labels"]];
    let labelled = ["app.kubernetes.io/name", "app", "name"]
        .iter()
        .find_map(|label| places.iter().find_map(|place| text_at(object, &[*place, &[*label]].concat())));
    let of_nobody = text_at(object, &["kind"]) == Some("Node");
    let name = text_at(object, &["metadata", "name"]).filter(|_| !of_nobody);
    labelled.or_else(|| owner(object)).or(name)
}

/// The image of the container that is called as the service is, else of the first.
fn image(object: &Value) -> Option<&str> {
    let template =
        object.get("spec").and_then(|s| s.get("template")).or_else(|| object.get("data")?.get("spec")?.get("template"));
    let containers = template?.get("spec")?.get("containers")?.as_array()?;
    let own = service(object);
    let named = containers.iter().find(|c| own.is_some() && text_at(c, &["name"]) == own);
    text_at(named.or_else(|| containers.first())?, &["image"])
}

/// The tag of an image, `1.2.3` of `registry:5000/cart:1.2.3@sha256:…`; else the head of its digest; else `latest`.
fn tag(image: &str) -> String {
    let (named, digest) = image.split_once('@').map_or((image, None), |(named, digest)| (named, Some(digest)));
    let last = named.rsplit('/').next().unwrap_or(named);
    match (last.split_once(':'), digest) {
        (Some((_, tag)), _) => tag.to_string(),
        (None, Some(digest)) => digest.chars().take("sha256:".len() + 12).collect(),
        (None, None) => "latest".to_string(),
    }
}

fn summary(object: &Value, kind: &str, name: &str, image: Option<&str>) -> String {
    let mut words = format!("{kind} {name}");
    let number = object.get("revision").filter(|n| n.is_u64()).map(Value::to_string);
    if let Some(revision) = revision(object).map(str::to_string).or(number) {
        words.push_str(&format!(", revision {revision}"));
    }
    words.extend(image.map(|image| format!(", image {image}")));
    let cause = text_at(object, &["metadata", "annotations", "kubernetes.io/change-cause"]);
    words.extend(cause.map(|cause| format!(": {cause}")));
    words
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"{
    "apiVersion": "v1",
    "items": [
        {
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "cart", "annotations": {"deployment.kubernetes.io/revision": "2"},
                "creationTimestamp": "2026-01-05T08:00:00Z", "labels": {"app": "cart"}},
            "spec": {"template": {"spec": {"containers": [{"name": "cart", "image": "shop/cart:2.8.0"}]}}},
            "status": {"conditions": [{"type": "Progressing", "lastUpdateTime": "2026-11-22T10:00:40Z"}]}
        },
        {
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": "cart-7c9d8b6f5e", "creationTimestamp": "2026-11-22T10:00:00Z",
                "annotations": {"deployment.kubernetes.io/revision": "2", "kubernetes.io/change-cause": "release 2.8.0"},
                "labels": {"app.kubernetes.io/name": "cart"}, "ownerReferences": [{"kind": "Deployment", "name": "cart"}]},
            "spec": {"template": {"spec": {"containers": [{"name": "proxy", "image": "envoy:1.30"},
                {"name": "cart", "image": "registry.example:5000/shop/cart:2.8.0@sha256:0123456789abcdef"}]}}}
        },
        {
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "orders", "annotations": {"deployment.kubernetes.io/revision": "9"},
                "creationTimestamp": "2026-01-05T08:00:00Z"},
            "spec": {"template": {"metadata": {"labels": {"name": "orders"}},
                "spec": {"containers": [{"name": "main", "image": "shop/orders@sha256:0123456789abcdef0123"}]}}},
            "status": {"conditions": [{"type": "Available", "lastUpdateTime": "2026-11-22T12:00:00Z"},
                {"type": "Progressing", "lastUpdateTime": "2026-11-22T11:00:00Z", "lastTransitionTime": "2026-01-05T08:01:00Z"}]}
        }
    ],
    "kind": "List"
}
"#,
        records: "0 11 2026-11-22T10:00:00Z deploy cart 2.8.0 ReplicaSet cart-7c9d8b6f5e, revision 2, image registry.example:5000/shop/cart:2.8.0@sha256:0123456789abcdef: release 2.8.0 []
1 19 2026-11-22T11:00:00Z deploy orders sha256:0123456789ab Deployment orders, revision 9, image shop/orders@sha256:0123456789abcdef0123 []
folded 28, blank 0
NotJudged 1 at 4: told by its replica set
",
    },
    Sample {
        text: r#"{"type":"MODIFIED","object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cart-settings","labels":{"app":"cart"},"creationTimestamp":"2026-01-05T08:00:00Z","managedFields":[{"manager":"helm","time":"2026-11-22T10:00:00Z"},{"manager":"controller","subresource":"status","time":"2026-11-22T11:00:00Z"}]},"data":{"pool":"5"}}}
{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v2","metadata":{"name":"cart","creationTimestamp":"2026-11-22T10:05:00Z"}}
{"kind":"StatefulSet","apiVersion":"apps/v1","metadata":{"name":"db"}}

{"kind":"Pod","apiVersion":"v1","metadata":{"name":"cart-7c9d8b6f5e-4k2zq","creationTimestamp":"2026-11-22T10:05:00Z"}}
{"kind":"DaemonSet","apiVersion":
"#,
        records: "1 1 2026-11-22T10:00:00Z config cart configmap/cart-settings ConfigMap cart-settings []
2 2 2026-11-22T10:05:00Z infra cart horizontalpodautoscaler/cart HorizontalPodAutoscaler cart []
folded 1, blank 1
Malformed 1 at 6: EOF while parsing a value
MissingField 1 at 3: StatefulSet db without a time
NotJudged 1 at 5: Pod is no change
",
    },
];
