//! The tables in `docs/` are of the sources beside them, or this fails.

use std::path::Path;

use crate::fingerprint::{LABEL, fingerprint};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// Fails where a table was made from other sources than these.
fn is_of_today(document: &str) {
    let path = format!("docs/{document}.md");
    let text = std::fs::read_to_string(root().join(&path)).unwrap();
    let written = text.lines().find_map(|line| line.split_once(LABEL)).map(|(_, hex)| hex.trim());
    let now = fingerprint(root()).unwrap();
    assert!(
        written == Some(now.as_str()),
        "{path} was made from other sources of signal and story than these: its fingerprint is {}, theirs {now}.\n\
         Make it anew and commit it. That takes long (20 seeds of all incidents: {} on two idle cores), so do it once, \
         when the change is done:\n\n    \
         cargo build --release -p backstory\n    \
         cargo run --release -p backstory --example figures -- {document} FIRST_SEED SEEDS\n\n\
         with the seeds that the document names, or three from 301 on while something is being tried.",
        written.unwrap_or("missing"),
        if document == "drills" { "about a quarter of an hour" } else { "about an hour" },
    );
}

#[test]
fn the_table_of_the_drills_is_of_these_sources() {
    is_of_today("drills");
}

#[test]
fn the_table_of_the_detectors_is_of_these_sources() {
    is_of_today("detectors");
}
