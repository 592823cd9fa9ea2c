//! Secrets planted into lines as people have them, and what only looks like one: `secrets/README.md` says how they are
//! written.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of a test: what fails here is a failed test"
)]

#[path = "secrets/planted.rs"]
mod planted;

use std::fmt::Write as _;

use planted::{filled, lines, planted, tells};
use tell::Redactor;

fn told(redactor: &Redactor, all: &[(String, String, Vec<String>)]) -> (usize, String) {
    let mut wrong = String::new();
    let mut count = 0;
    for (kind, text, parts) in all {
        let hidden = redactor.hide(text);
        if parts.iter().any(|part| tells(&hidden, part)) != kind.starts_with('!') {
            count += 1;
            let _ = writeln!(wrong, "{kind}\n  {text}\n  {hidden}");
        }
    }
    (count, wrong)
}

fn redacted(redactor: &Redactor, file: &str) -> (usize, usize, String) {
    let (mut wrong, mut count, mut all) = (String::new(), 0, 0);
    for (kind, line) in lines(file) {
        for n in 0..if line.contains('{') { 3 } else { 1 } {
            let (text, _) = filled(&line, &format!("{file} {line} {n}"));
            let hidden = redactor.hide(&text);
            all += 1;
            if hidden != text {
                count += 1;
                let _ = writeln!(wrong, "{kind}\n  {text}\n  {hidden}");
            }
        }
    }
    (all, count, wrong)
}

#[test]
fn no_planted_secret_is_told() {
    let redactor = Redactor::new(&[]).unwrap();
    let all = planted("tokens.txt", "planted.txt");
    let mut kinds: Vec<&str> = all.iter().map(|(kind, ..)| kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(all.len() >= 300 && kinds.len() >= 40, "{} secrets of {} kinds", all.len(), kinds.len());
    let (count, wrong) = told(&redactor, &all);
    assert_eq!(count, 0, "of {} secrets told:\n{wrong}", all.len());
}

#[test]
fn what_only_looks_like_a_secret_is_told() {
    let redactor = Redactor::new(&[]).unwrap();
    let (all, count, wrong) = redacted(&redactor, "innocent.txt");
    assert!(all >= 300, "{all}");
    assert!(count <= 3, "{count} of {all} redacted:\n{wrong}");
}

#[test]
fn secrets_that_came_later_are_hidden_too() {
    let redactor = Redactor::new(&[]).unwrap();
    let all = planted("tokens_later.txt", "planted_later.txt");
    let (count, wrong) = told(&redactor, &all);
    assert_eq!(count, 0, "of {} secrets told:\n{wrong}", all.len());
}

#[test]
fn what_came_later_and_only_looks_like_a_secret_is_told() {
    let redactor = Redactor::new(&[]).unwrap();
    let (all, count, wrong) = redacted(&redactor, "innocent_later.txt");
    assert!(count <= 3, "{count} of {all} redacted:\n{wrong}");
}
