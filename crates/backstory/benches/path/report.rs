//! What is told at the end: medians, their ratios to the peers, and peaks of memory.
//!
//! Divan prints a tree and keeps its samples to itself, so each sample is timed a second time here, within divan's own.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::Instant;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};

use crate::inputs::{Amount, Input};
use crate::whole::peak;

/// One benchmark: what was measured over what, and its samples in seconds.
struct Row {
    what: &'static str,
    input: Input,
    amount: Amount,
    seconds: Vec<f64>,
}

static ROWS: Mutex<Vec<Row>> = Mutex::new(Vec::new());
/// The peers and the program as a whole, in the order of the table; everything else is a stage.
const WHOLE: [&str; 5] = ["wc -l", "line split", "gzip -dc | wc -l", "tell", "tell --threads 1"];

/// Measures `work` with divan's counters of bytes and items, and notes each sample for the table.
pub fn measure<T>(
    bencher: Bencher<'_, '_>,
    what: &'static str,
    input: Input,
    amount: Amount,
    mut work: impl FnMut() -> T,
) {
    let mut seconds = Vec::new();
    let mut sample = || {
        let begun = Instant::now();
        let made = black_box(work());
        seconds.push(begun.elapsed().as_secs_f64());
        made
    };
    let bencher = bencher.counter(ItemsCount::new(amount.items));
    if amount.bytes > 0 {
        bencher.counter(BytesCount::new(amount.bytes)).bench_local(&mut sample);
    } else {
        bencher.bench_local(&mut sample);
    }
    if let Ok(mut rows) = ROWS.lock() {
        rows.push(Row { what, input, amount, seconds });
    }
}

impl Row {
    fn median(&self) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        }
    }

    fn megabytes(&self) -> f64 {
        self.amount.bytes as f64 / 1e6
    }

    /// Megabytes a second.
    fn rate(&self) -> f64 {
        self.megabytes() / self.median()
    }

    /// What, over what, how much, how long, how fast: what both tables have.
    fn told(&self) -> String {
        let (mb, rate) = match self.amount.bytes {
            0 => ("-".into(), "-".into()),
            _ => (format!("{:.1}", self.megabytes()), format!("{:.1}", self.rate())),
        };
        let items = self.amount.items as f64 / self.median();
        let (what, input, ms) = (self.what, self.input.to_string(), self.median() * 1e3);
        format!("{what:<18} {input:<17} {mb:>6} {ms:>8.2} {rate:>8} {items:>10.0} {:<7}", self.amount.unit)
    }
}

/// Prints the tables of what was measured.
pub fn print() {
    let Ok(rows) = ROWS.lock() else { return };
    let head =
        format!("{:<18} {:<17} {:>6} {:>8} {:>8} {:>10} {:<7}", "what", "over", "MB", "ms", "MB/s", "items/s", "items");
    let mut out = String::new();
    if rows.iter().any(|row| WHOLE.contains(&row.what)) {
        let _ = writeln!(
            out,
            "\nThe whole path and its peers: medians; so many times as long, byte for byte, as a peer in this run\n\
             {head} {:>7} {:>7} {:>7} {:>8}",
            "wc -l", "split", "gzip|wc", "peak MB"
        );
        whole(&rows, &mut out);
    }
    if rows.iter().any(|row| !WHOLE.contains(&row.what)) {
        let _ = writeln!(out, "\nStages alone: medians\n{head}");
        for row in rows.iter().filter(|row| !WHOLE.contains(&row.what)) {
            let _ = writeln!(out, "{}", row.told().trim_end());
        }
    }
    out.push_str(&crate::formats::table());
    let _ = std::io::stdout().write_all(out.as_bytes());
}

fn whole(rows: &[Row], out: &mut String) {
    let rate = |what: &str| rows.iter().find(|row| row.what == what).map(Row::rate);
    let peers = [rate("wc -l"), rate("line split"), rate("gzip -dc | wc -l")];
    for row in WHOLE.iter().flat_map(|what| rows.iter().filter(move |row| row.what == *what)) {
        out.push_str(&row.told());
        for peer in peers {
            let times = peer.map_or_else(|| "-".into(), |peer| format!("{:.2}", peer / row.rate()));
            let _ = write!(out, " {times:>7}");
        }
        let most = if row.what == "tell" { peak(row.input) } else { None };
        let most = most.map_or_else(|| "-".into(), |bytes| format!("{:.1}", bytes as f64 / 1e6));
        let _ = writeln!(out, " {most:>8}");
    }
}
