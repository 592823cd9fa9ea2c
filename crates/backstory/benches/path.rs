//! The whole path against its peers, and each stage of it alone, in one run: `cargo bench -p backstory`.
//!
//! Absolute figures of a shared machine say little. So the run measures what anybody has at hand on the same file
//! ([`peers`]: `wc -l`, a split into lines, `gzip -dc | wc -l`), then the program itself as a user starts it
//! ([`whole`]: the release binary in a process of its own), then stage by stage what that time is made of
//! ([`stages`]), and ends with a table of medians and of their ratios to the peers ([`report`]), with the peak of
//! resident memory of each whole run beside the size of its input.
//!
//! [`formats`] holds every format that is read to its own samples.
//!
//! All inputs are invented ([`inputs`], [`invent`]), the same bytes each time, written once into a folder that is gone
//! at the end; they were just written, so what is measured is our work and not the disk's.
//!
//! Two stages have no door of their own and are measured at the nearest one. *Decompression* is measured together with
//! the cut into chunks ([`ingest::Opened::next_chunk`]); the cut alone stands beside it, over the same text unpacked.
//! *Stitching* is private: [`stages::read`] is everything up to it on all threads, [`stages::spool`] is the storing and
//! giving back behind it, alone.
//!
//! Words after `--` choose benchmarks (`cargo bench -p backstory --bench path -- whole`); the tables then hold what was
//! measured. As a test (`cargo test --benches`) everything runs once, over little.

#[path = "path/formats.rs"]
mod formats;
#[path = "path/inputs.rs"]
mod inputs;
#[path = "path/invent.rs"]
mod invent;
#[path = "path/peers.rs"]
mod peers;
#[path = "path/report.rs"]
mod report;
#[path = "path/stages.rs"]
mod stages;
#[path = "path/whole.rs"]
mod whole;

fn main() {
    // Statics are never dropped: the guard takes the folder away, whether or not a benchmark panics.
    let _folder = inputs::Folder;
    divan::main();
    if inputs::measuring() {
        report::print();
    }
}
