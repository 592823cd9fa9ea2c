//! Whether a silence stood over the path, so that no rule could tell.
//!
//! Counts only a silence that names a service of the path: one that names but a rule may mute something else.

use evidence::{AlertSilence, Matcher, Time};
use regex_automata::meta::Regex;

use crate::facts::Facts;
use crate::path::Path;

/// Labels that name a service, as alerts have them.
const SERVICES: [&str; 4] = ["service", "service_name", "app", "job"];
/// A stranger's expression may take so many bytes once it is compiled.
const REGEX_BYTES: usize = 1 << 20;

/// The first silence that was in force between two moments and names a service of the path.
pub fn muted(facts: &Facts<'_>, path: &Path, from: Time, to: Time) -> Option<usize> {
    let stood = |s: &AlertSilence| s.starts_at < to && s.ends_at.is_none_or(|end| end > from);
    let on_path: Vec<&String> = facts.reporters.keys().filter(|service| path.holds(service)).collect();
    let covers = |s: &AlertSilence| on_path.iter().any(|service| covers(s, service));
    let silences = facts.alert_silences.iter().enumerate().filter(|(_, s)| stood(s) && covers(s));
    silences.min_by_key(|(n, s)| (s.starts_at, *n)).map(|(n, _)| n)
}

/// Whether a silence names a service: one of its matchers of services takes it, and none refuses it.
fn covers(silence: &AlertSilence, service: &str) -> bool {
    let mut of_services = silence.matchers.iter().filter(|m| SERVICES.contains(&m.label.as_str())).peekable();
    let named = of_services.clone().any(|m| m.is_equal);
    named && of_services.all(|m| fits(m, service) == m.is_equal)
}

/// Whether a value is what a matcher says, or all of it fits its expression. One that cannot be compiled fits nothing.
fn fits(matcher: &Matcher, value: &str) -> bool {
    if !matcher.is_regex {
        return matcher.value == value;
    }
    let config = Regex::config().nfa_size_limit(Some(REGEX_BYTES));
    let anchored = format!("^(?:{})$", matcher.value);
    Regex::builder().configure(config).build(&anchored).is_ok_and(|regex| regex.is_match(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_covers_the_services_that_it_names() {
        let of = |matchers: &[(&str, &str, bool, bool)]| AlertSilence {
            matchers: matchers
                .iter()
                .map(|(label, value, is_regex, is_equal)| Matcher {
                    label: (*label).into(),
                    value: (*value).into(),
                    is_regex: *is_regex,
                    is_equal: *is_equal,
                })
                .collect(),
            comment: String::new(),
            starts_at: Time(0),
            ends_at: None,
            source: 0,
            record: 1,
        };
        for (matchers, covered) in [
            (&[("service", "cart", false, true)][..], true),
            (&[("service", "cart|web", true, true)], true),
            (&[("service", "car", true, true)], false),
            (&[("service", "(", true, true)], false),
            (&[("service", "web", false, false)], false),
            (&[("app", "c.*", true, true), ("severity", "page", false, true)], true),
            (&[("app", "c.*", true, true), ("service", "cart", false, false)], false),
            (&[("alertname", "SlowCart", false, true)], false),
        ] {
            assert_eq!(covers(&of(matchers), "cart"), covered, "{matchers:?}");
        }
    }
}
