//! How the detector of numeric series does on invented ones whose truth is known, beside published methods and an honest
//! rival of our own, on the very same values. Writes `docs/series.md`.
//!
//! ```text
//! cargo run --release -p backstory --example series -- FIRST_SEED [SERIES]
//! ```

mod listeners;
mod peers;
mod tables;

use std::process::ExitCode;

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (first, many) = match numbers[..] {
        [first] => (first, 10_000),
        [first, many] => (first, many),
        _ => {
            anstream::eprintln!("say the first seed (and how many series of each kind, 10,000 else)");
            return ExitCode::from(2);
        }
    };
    match std::fs::write("docs/series.md", tables::page(first, many)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("docs/series.md cannot be written: {error}");
            ExitCode::from(3)
        }
    }
}
