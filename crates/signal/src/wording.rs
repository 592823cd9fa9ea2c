//! What lines speak of, by the field's general vocabulary: whole words of a template, in small letters.

use std::collections::BTreeMap;

use crate::templates::{LineIndex, Mined, Miner};

/// Words of trying again, and of what comes again; one after the other.
const TRYING_AGAIN: &[&[&str]] = &[
    &["retry"],
    &["retries"],
    &["retrying"],
    &["retried"],
    &["reattempt"],
    &["reattempts"],
    &["reattempting"],
    &["reattempted"],
    &["backoff"],
    &["backing", "off"],
    &["back", "off"],
    &["redelivered"],
    &["redelivering"],
    &["redelivery"],
    &["resubmitting"],
    &["resubmitted"],
    &["requeued"],
    &["requeuing"],
    &["delivered", "again"],
    &["sent", "again"],
    &["sending", "again"],
    &["queued", "again"],
    &["try", "again"],
    &["tries", "again"],
    &["trying", "again"],
    &["tried", "again"],
    &["next", "try"],
    &["next", "attempt"],
    &["attempt", "<num>"],
    &["attempts", "<num>"],
];

/// What says that the process itself starts, wherever it stands.
const STARTING: &[&[&str]] = &[
    &["listening", "on"],
    &["listening", "at"],
    &["accepting", "connections"],
    &["accept", "connections"],
    &["ready", "for", "connections"],
    &["starting", "up"],
    &["started", "up"],
    &["startup", "complete"],
    &["startup", "completed"],
    &["start", "up", "complete"],
];

/// The first word of a line that says so …
const STARTS_WITH: &[&str] = &[
    "starting",
    "started",
    "restarting",
    "restarted",
    "booting",
    "booted",
    "initializing",
    "initialized",
    "initialising",
    "initialised",
    "launching",
    "launched",
    "listening",
];
/// … where what starts is the process as a whole (a job, a backup or a transaction that starts is daily work).
const ITSELF: &[&str] =
    &["app", "application", "daemon", "instance", "main", "process", "program", "server", "service", "system"];

/// Whether a template speaks of trying again.
pub fn speaks_of_trying_again(template: &str) -> bool {
    has(&words(template), TRYING_AGAIN)
}

/// Whether a template speaks of its process starting.
pub fn speaks_of_starting(template: &str) -> bool {
    // What is said, without the fields that are told beside it.
    let said: Vec<&str> = template.split_whitespace().take_while(|word| !word.contains('=')).collect();
    let words = words(&said.join(" "));
    let starts = |word: &str| STARTS_WITH.contains(&word);
    let itself = |word: &str| ITSELF.contains(&word) || word.starts_with('<');
    let second = words.get(1).map(String::as_str);
    let first = words.first().is_some_and(|word| starts(word)) && second.is_none_or(itself);
    let pair = |pair: &[String]| {
        let (a, b) = (pair[0].as_str(), pair[1].as_str());
        (starts(a) && ITSELF.contains(&b)) || (ITSELF.contains(&a) && starts(b))
    };
    first || words.windows(2).any(pair) || has(&words, STARTING)
}

/// The words of a template; a hole is one as it is shown, `<num>`.
fn words(template: &str) -> Vec<String> {
    let apart = |c: char| !(c.is_alphanumeric() || c == '<' || c == '>');
    template.split(apart).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn has(words: &[String], phrases: &[&[&str]]) -> bool {
    phrases.iter().any(|phrase| words.windows(phrase.len()).any(|at| at.iter().zip(*phrase).all(|(a, b)| a == b)))
}

/// Which lines speak of something, decided once for each: when it comes first, and when two turn out to be one.
#[derive(Clone, Debug)]
pub struct Speaking {
    speaks: fn(&str) -> bool,
    known: BTreeMap<LineIndex, bool>,
}

impl Speaking {
    /// Lines that speak of what this asks for.
    pub fn of(speaks: fn(&str) -> bool) -> Speaking {
        Speaking { speaks, known: BTreeMap::new() }
    }

    /// Whether a line does.
    pub fn does(&mut self, line: LineIndex, miner: &Miner) -> bool {
        *self.known.entry(line).or_insert_with(|| (self.speaks)(&miner.line(line).shown()))
    }

    /// Two lines turned out to be one, which speaks of what either spoke of.
    pub fn merge(&mut self, mined: &[Mined]) {
        for mined in mined {
            if let Mined::Merged(into, from) = mined
                && self.known.remove(from) == Some(true)
            {
                self.known.insert(*into, true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trying_again_has_its_words() {
        for line in [
            "Retrying payment <num>",
            "answered <num>, next try in <dur>",
            "retry_count=<num> for <id>",
            "could not connect (attempt <num> of <num>)",
            "please try again later",
            "message <id> was not confirmed in <dur>, delivered again",
            "circuit half open, back-off doubled",
        ] {
            assert!(speaks_of_trying_again(line), "{line}");
        }
        for line in ["logged in again", "<num> attempts were counted", "country <val>", "try the new price list"] {
            assert!(!speaks_of_trying_again(line), "{line}");
        }
    }

    #[test]
    fn a_start_is_the_processes_own() {
        for line in [
            "listening",
            "listening port=<num>",
            "Listening on <ip>:<num>",
            "Started server process <num>",
            "Starting <num>.<num>",
            "Server started in <dur>",
            "database system is ready to accept connections",
            "Application startup complete.",
            "booting",
        ] {
            assert!(speaks_of_starting(line), "{line}");
        }
        for line in
            ["base backup started, label <val>", "reorder run started", "starting checkpoint", "job <id> started"]
        {
            assert!(!speaks_of_starting(line), "{line}");
        }
    }
}
