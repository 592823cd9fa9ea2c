//! `incident.yaml`: only what people know.

use std::fmt::Write;

use crate::incidents::Report;

/// The report as YAML; its texts are quoted as JSON's are, which YAML reads too.
pub fn yaml(report: &Report) -> String {
    let mut text = String::new();
    let mut put = |key: &str, value: &str| {
        let _ = writeln!(text, "{key}: {value}");
    };
    put("id", &report.id);
    put("title", &quoted(report.title));
    put("noticed_at", &report.noticed_at.to_string());
    put("noticed_by", &quoted(report.noticed_by));
    put("service", report.service);
    put("summary", &quoted(report.summary));
    if let Some(at) = report.resolved_at {
        put("resolved_at", &at.to_string());
    }
    text
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
