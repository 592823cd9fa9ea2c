//! What was muted: a silence that stood over the path when signals stood makes what was known muted, and no other does.

use crate::program::{folder, run};

#[test]
fn a_silence_over_the_path_is_told_and_others_are_not() {
    let place = folder(&[]);
    run(place.path(), &["demo", "--folder", "shop"]).well();
    let shop = place.path().join("shop");
    let story = |silences: &[&str]| {
        std::fs::write(shop.join("silences.json"), format!("[{}]", silences.join(","))).unwrap();
        let told = run(
            &shop,
            &["tell", "evidence", "--incident", "incident.yaml", "--alerts", "silences.json", "--output", "json"],
        );
        told.well().json()
    };
    let users = story(&[])["incident"]["users_at"].as_str().unwrap()[..10].to_string();
    let silence = |label: &str, value: &str, day: &str| {
        format!(
            r#"{{"id":"1","comment":"<b>deploy</b>","createdBy":"anna","matchers":[{{"name":"{label}","value":"{value}","isRegex":true,"isEqual":true}}],"startsAt":"{day}T00:00:00Z","endsAt":"{day}T23:59:59Z"}}"#
        )
    };
    for (label, value, day, kind) in [
        ("service", "ware.*|checkout", users.as_str(), "muted"),
        ("service", "elsewhere", &users, "no_rule"),
        ("alertname", ".*", &users, "no_rule"),
        ("service", ".*", "2026-01-01", "no_rule"),
    ] {
        let told = story(&[&silence(label, value, day)]);
        assert_eq!(
            (&told["knew"]["verdict"], &told["knew"]["silence"]),
            (&"known".into(), &kind.into()),
            "{label} {value} {day}"
        );
        let said = told.to_string();
        assert_eq!(said.contains("were silenced"), kind == "muted", "{said}");
        assert!(!said.contains("anna"), "a person is told");
    }
}
