//! Evidence of other people's systems, told in every form without a fault. It lies beside this repository where it lies at
//! all, and nothing of it is kept.

use std::path::{Path, PathBuf};

use crate::program::{assert_valid, run, skipped};

/// Data sets of cases: a folder each, with files of evidence.
const SETS: [&str; 3] = ["rootcausebench", "opensre", "petshop"];
/// So many cases of each are told.
const CASES: usize = 12;
/// Larger ones are left to the exams.
const BYTES: u64 = 8 << 20;

fn cases() -> Vec<PathBuf> {
    let sets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/datasets");
    let folders = |folder: PathBuf| -> Vec<PathBuf> {
        let read = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut found: Vec<PathBuf> = read.filter(|path| path.is_dir()).collect();
        found.sort();
        found
    };
    SETS.iter().flat_map(|set| folders(sets.join(set)).into_iter().filter(|f| size(f) < BYTES).take(CASES)).collect()
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.metadata().map_or(0, |about| if about.is_dir() { size(&entry.path()) } else { about.len() }))
        .sum()
}

#[test]
fn every_form_of_what_others_left_behind() {
    let cases = cases();
    if cases.is_empty() {
        skipped("no data sets beside this repository, so nothing of other people's systems was told");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let mut told = 0;
    for case in &cases {
        let case = case.to_str().unwrap();
        for form in ["told.txt", "told.md", "told.html", "told.json", "told.story"] {
            let ran = run(place.path(), &["tell", case, "-o", form]).calmly();
            // Where a case has no times at all, the answer is a sentence that says so.
            assert!(ran.code == Some(0) || !ran.err.is_empty(), "{form}: {:?}", ran.code);
            if ran.code != Some(0) {
                continue;
            }
            told += 1;
            let text = std::fs::read_to_string(place.path().join(form)).unwrap();
            assert!(!text.contains('\u{1b}') && text.len() > 300, "{form}: {text}");
            if form == "told.json" {
                assert_valid(&serde_json::from_str(&text).unwrap());
            }
        }
        if place.path().join("told.story").exists() {
            run(place.path(), &["tell", "told.story", "--full"]).well();
        }
    }
    assert!(told > cases.len(), "{told} of {} cases in five forms", cases.len());
}
