//! Memory does not grow with the length of the input: it is bounded by shapes, series and the spool's limit.
//!
//! Plain log lines are made while they are read, in a pipe. By default a gigabyte; `BACKSTORY_STREAM_GB=5` makes it five.
//! What is measured is `VmHWM`, the most memory that was ever resident: a limit on address space (`ulimit -v`) would count
//! the stacks that threads reserve and never touch.

use std::io::Write;
use std::process::{Child, Stdio};
use std::time::Duration;

use evidence::{SECOND, Time};
use serde_json::Value;

use crate::program::{command, folder, run};

/// The limit of the issue, in kB.
const LIMIT_KB: u64 = 300_000;

/// The most memory that a process has held so far, in kB; `None` where the machine does not tell.
pub fn peak_kb(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Writes about so many bytes of log lines, a hundred a second of event time, of 24 shapes; gives how many lines.
fn pour(mut into: impl Write, bytes: u64) -> u64 {
    let (mut written, mut lines) = (0, 0_u64);
    let mut block = Vec::with_capacity(1 << 20);
    while written < bytes {
        block.clear();
        let stamp = (Time(1_795_341_600 * SECOND) + (lines / 100) as i64 * SECOND).to_string();
        for line in lines..lines + 100 {
            let word = WORDS[(line * 7 % 24) as usize];
            let (a, b) = (line.wrapping_mul(2_654_435_761) % 99_991, line % 613);
            writeln!(
                block,
                "{stamp} INFO [worker-{}] shop.{word} - {word} of order {a} took {b} ms for /cart/{a}",
                line % 8
            )
            .unwrap();
        }
        lines += 100;
        written += block.len() as u64;
        into.write_all(&block).unwrap();
    }
    lines
}

const WORDS: [&str; 24] = [
    "opening", "closing", "pricing", "storing", "reading", "sending", "packing", "picking", "loading", "asking",
    "telling", "paying", "billing", "mailing", "moving", "turning", "checking", "counting", "sorting", "merging",
    "cutting", "folding", "naming", "waiting",
];

/// Feeds the program so many bytes; gives the peak of its memory and what it said.
fn fed(words: &[&str], bytes: u64) -> (u64, Vec<u8>, u64) {
    let place = folder(&[("small.toml", b"[limits]\nmemory_mb = 1\n")]);
    let mut asked = command(place.path(), words);
    let mut child = asked.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (pipe, id) = (child.stdin.take().unwrap(), child.id());
    let feeding = std::thread::spawn(move || pour(std::io::BufWriter::with_capacity(1 << 18, pipe), bytes));
    let watching = std::thread::spawn(move || watched(id));
    let done = waited(child);
    (watching.join().unwrap(), done, feeding.join().unwrap())
}

fn waited(child: Child) -> Vec<u8> {
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// The peak of a process, looked at until it is gone: what is told after the last byte needs memory too.
fn watched(id: u32) -> u64 {
    let mut peak = 0;
    while let Some(now) = peak_kb(id) {
        peak = peak.max(now);
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

fn asked_bytes() -> u64 {
    let asked = std::env::var("BACKSTORY_STREAM_GB").ok().and_then(|n| n.parse::<f64>().ok());
    (asked.unwrap_or(1.0) * 1e9) as u64
}

#[test]
fn memory_does_not_grow_with_the_input() {
    if peak_kb(std::process::id()).is_none() {
        eprintln!("skipped: this machine has no /proc that tells how much memory a process holds");
        return;
    }
    // The spool's limit is set low, so that a quarter of the input has reached it: what grows after that is a fault.
    let words = ["tell", "-", "--output", "json", "--config", "small.toml"];
    let (quarter, ..) = fed(&words, asked_bytes() / 4);
    let (whole, told, lines) = fed(&words, asked_bytes());
    let story: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(story["coverage"]["records_in"], lines, "every line was read");
    eprintln!("{} MB: {quarter} kB at a quarter, {whole} kB at the end", asked_bytes() / 1_000_000);
    assert!(whole < LIMIT_KB, "{whole} kB, more than {LIMIT_KB}");
    // A fifth for what is watched for longer, and three megabytes for what happens to be on its way through the threads.
    assert!(whole < quarter + quarter / 5 + 3_000, "{quarter} kB became {whole}: memory grows with the input");
}

#[test]
fn what_grows_has_a_limit_with_a_name_and_a_count() {
    // Each line a shape, a service and a series that nobody saw before.
    let letters = |n: u64| (0..6).map(|i| (b'a' + (n / 26_u64.pow(i) % 26) as u8) as char).collect::<String>();
    let stamp = |n: u64| (Time(1_795_341_600 * SECOND) + n as i64 * SECOND).to_string();
    let number = |n: u64| n.wrapping_mul(2_654_435_761) % 300_000_000;
    let log = |n| format!("{} INFO {} of {}\n", stamp(n), letters(number(n)), letters(number(n + 9_999)));
    let row = |n| format!("{},{},{},1\n", stamp(n), letters(number(n)), letters(number(n + 7)));
    let logs: String = (0..5_000).map(log).collect();
    let rows = "timestamp,service,metric,value\n".to_string() + &(0..5_000).map(row).collect::<String>();
    let limits = "[limits]\nshapes = 100\nseries = 50\nnames = 200\n";
    let files = [("a.log", logs.as_bytes()), ("b.csv", rows.as_bytes()), ("small.toml", limits.as_bytes())];
    let place = folder(&files);
    let tell = |more: &[&str]| {
        run(place.path(), &[&["tell", "a.log", "b.csv", "--config", "small.toml"], more].concat()).well()
    };
    let story = tell(&["--output", "json"]).json();
    assert_eq!(story["coverage"]["records_in"], 10_000, "what finds no place is still a record");
    let full = tell(&["--full"]).out;
    for limit in ["limits.shapes", "limits.series", "limits.names"] {
        let dropped = story["coverage"]["limits"][limit].as_u64().unwrap_or(0);
        assert!((4_000..20_000).contains(&dropped), "{limit}: {dropped}");
        assert!(full.contains(limit), "{limit} is not told:\n{full}");
    }
}
