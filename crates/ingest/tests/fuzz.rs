//! Broken input: every case that ever broke something, in all ways in which it can be read, and some thousand new ones.
//!
//! A case is a file of `found/`, named after what went wrong; `examples/fuzz.rs` writes new ones there.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ingest::fuzz::{Chance, Seeds, Way, check, mutated};

/// How many new inputs are tried, of this seed.
const INPUTS: u64 = 4_000;
const SEED: u64 = 26;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

#[test]
fn what_was_found_stays_mended() {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder("found")).unwrap().map(|e| e.unwrap().path()).collect();
    found.sort();
    assert!(!found.is_empty());
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        for way in Way::all() {
            let begun = Instant::now();
            if let Err(words) = check(&bytes, way) {
                panic!("{}, {way:?}: {words}", path.display());
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{}, {way:?}: {:?}", path.display(), begun.elapsed());
        }
    }
}

#[test]
fn fuzz_broken_input_loses_nothing_and_takes_no_time() {
    let seeds = Seeds::with_corpus(&folder("corpus")).unwrap();
    let begun = Instant::now();
    for number in 0..INPUTS {
        let mut chance = Chance::of(SEED, number);
        let bytes = mutated(&seeds, &mut chance);
        let way = Way::any(&mut chance);
        if let Err(words) = check(&bytes, way) {
            panic!("input {number} of seed {SEED}, {way:?}: {words}\n{:?}", String::from_utf8_lossy(&bytes));
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?} for {INPUTS} inputs", begun.elapsed());
}
