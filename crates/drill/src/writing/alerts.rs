//! `rules.yaml`: what would tell; `alerts.json`: what did tell, as those rules give it over the very points that the evidence
//! shows.
//!
//! Both stand beside the evidence, not in it: whoever wants them passes them. The rules are a Prometheus rule file; the
//! delivered alerts have the form of Alertmanager's `/api/v2/alerts`, all of the world's in one list.

use std::collections::BTreeMap;
use std::fmt::Write;

use evidence::{MINUTE, Time};
use serde_json::{Value, json};

use super::metrics::Point;
use crate::chance::Chance;
use crate::shop::rules::{RULES, Rule, Side};
use crate::world::World;

/// A rule that fired.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Which.
    pub rule: &'static Rule,
    /// On which instance, where the metric is one's own.
    pub instance: String,
    /// When it was so for long enough, and was delivered.
    pub from: Time,
    /// When it was so no longer; the world's end where that did not come.
    pub to: Time,
}

/// What a rule remembers of one series.
#[derive(Default)]
struct Watch {
    since: Option<Time>,
    fired: Option<Time>,
}

/// All alerts of a world, in order of time.
pub fn fired(world: &World, points: &[Point<'_>]) -> Vec<Alert> {
    let mut watches: BTreeMap<(usize, &str), Watch> = BTreeMap::new();
    let mut all = Vec::new();
    for point in points {
        for (number, rule) in RULES.iter().enumerate() {
            if (rule.service, rule.metric) == (point.metric.service, point.metric.name) {
                let watch = watches.entry((number, point.instance)).or_default();
                all.extend(watch.look(rule, point));
            }
        }
    }
    let end = world.calendar.end;
    all.extend(watches.into_iter().filter_map(|((number, instance), watch)| {
        watch.fired.map(|from| Alert { rule: &RULES[number], instance: instance.to_string(), from, to: end })
    }));
    all.sort_by(|a, b| (a.from, a.rule.alert, &a.instance).cmp(&(b.from, b.rule.alert, &b.instance)));
    all
}

impl Watch {
    /// Looks at the next point; returns the alert that is over with it.
    fn look(&mut self, rule: &'static Rule, point: &Point<'_>) -> Option<Alert> {
        if rule.holds(point.value) {
            let since = *self.since.get_or_insert(point.at);
            if self.fired.is_none() && point.at - since >= rule.minutes * MINUTE {
                self.fired = Some(point.at);
            }
            return None;
        }
        self.since = None;
        let from = self.fired.take()?;
        Some(Alert { rule, instance: point.instance.to_string(), from, to: point.at })
    }
}

/// The rule file.
pub fn rules() -> String {
    let mut text = String::from("groups:\n  - name: hollyhock\n    rules:\n");
    for rule in RULES {
        let sign = if rule.side == Side::Above { '>' } else { '<' };
        let _ = write!(
            text,
            "      - alert: {}\n        expr: {}{{service=\"{}\"}} {sign} {}\n        for: {}m\n        labels:\n          \
             severity: {}\n          service: {}\n        annotations:\n          summary: \"{}\"\n",
            rule.alert,
            rule.metric,
            rule.service,
            rule.threshold,
            rule.minutes,
            rule.severity,
            rule.service,
            rule.summary
        );
    }
    text
}

/// The delivered alerts that lie after a moment, as a document.
pub fn delivered(world: &World, alerts: &[Alert], from: Time) -> String {
    let shown: Vec<Value> = alerts.iter().filter(|a| a.from >= from).map(|a| document(world, a)).collect();
    let mut text = format!("{:#}", Value::Array(shown));
    text.push('\n');
    text
}

fn document(world: &World, alert: &Alert) -> Value {
    let rule = alert.rule;
    let mut labels = json!({ "alertname": rule.alert, "service": rule.service, "severity": rule.severity });
    if !alert.instance.is_empty() {
        labels["instance"] = json!(alert.instance);
    }
    let name = format!("{}/{}", rule.alert, alert.instance);
    json!({
        "labels": labels,
        "annotations": { "summary": rule.summary },
        "startsAt": alert.from.to_string(),
        "endsAt": alert.to.to_string(),
        "updatedAt": alert.to.to_string(),
        "fingerprint": Chance::of(world.seed, &name, 0).filled("%%%%%%%%%%%%%%%%"),
        "generatorURL": format!("https://metrics.hollyhock.example/graph?alert={}", rule.alert),
        "receivers": [{ "name": rule.severity }],
        "status": { "state": "active", "inhibitedBy": [], "silencedBy": [] },
    })
}
