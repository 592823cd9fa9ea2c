//! Broken input by the million, for every parser of this crate.
//!
//! ```text
//! cargo run --release -p backstory-ingest --example fuzz -- COUNT [SEED] [FROM]
//! ```
//!
//! Makes COUNT inputs out of the samples of every format and of the corpus, reads each in some way, and checks what must
//! hold whatever the bytes (`src/fuzz`): nothing panics, no line is lost, nothing takes a second. An input follows from
//! SEED (1) and its number alone; FROM (0) begins at a later one. What breaks something is made small and written to
//! `tests/found`, which the tests replay. At the end: inputs by what they were taken for, failures, the slowest input,
//! the highest memory of the process. Exit code 1 where anything failed.

#![allow(clippy::print_stdout, reason = "a program of its own, whose output is its result")]

use std::collections::BTreeMap;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ingest::fuzz::{By, Chance, Seeds, Under, Way, check, mutated, packed, shrunk};

/// No input may take as long.
const SLOW: Duration = Duration::from_secs(1);
/// An input that takes as long is taken to hang: the run ends with it.
const HANGS: Duration = Duration::from_secs(30);
/// How many threads make and read inputs.
const THREADS: u64 = 2;
/// How many found cases are written before a run gives up.
const FOUND: u64 = 20;

/// What one thread has seen.
#[derive(Default)]
struct Tally {
    by: BTreeMap<String, u64>,
    bytes: u64,
    records: u64,
    slowest: (Duration, u64, usize),
}

/// What all threads share.
struct Run {
    seeds: Seeds,
    seed: u64,
    end: u64,
    next: AtomicU64,
    found: AtomicU64,
    over: AtomicBool,
    /// What each thread is at, since when.
    at: Vec<Mutex<Option<(Instant, u64)>>>,
}

/// One input and how it is read.
struct Case {
    bytes: Vec<u8>,
    way: Way,
    /// The same, compressed.
    whole: Option<Vec<u8>>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let count: u64 = words.next().ok_or("usage: fuzz COUNT [SEED] [FROM]")?.parse()?;
    let mut number = |default: u64| words.next().map_or(Ok(default), |word| word.parse());
    let (seed, from) = (number(1)?, number(0)?);
    let run = Run {
        seeds: Seeds::with_corpus(&folder("corpus"))?,
        seed,
        end: from + count,
        next: AtomicU64::new(from),
        found: AtomicU64::new(0),
        over: AtomicBool::new(false),
        at: (0..THREADS).map(|_| Mutex::new(None)).collect(),
    };
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS as usize)
            .map(|n| {
                scope.spawn({
                    let run = &run;
                    move || work(run, n)
                })
            })
            .collect();
        watch(&run, begun, from, &|| threads.iter().all(std::thread::ScopedJoinHandle::is_finished));
        threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    });
    report(&run, &tallies, begun, from);
    let failed = run.found.load(Ordering::Relaxed) > 0;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn work(run: &Run, thread: usize) -> Tally {
    let mut tally = Tally::default();
    while !run.over.load(Ordering::Relaxed) {
        let number = run.next.fetch_add(1, Ordering::Relaxed);
        if number >= run.end {
            break;
        }
        let case = case(run, number);
        let begun = Instant::now();
        set(run, thread, Some((begun, number)));
        let held = holds(&case);
        let took = begun.elapsed();
        set(run, thread, None);
        if took > tally.slowest.0 {
            tally.slowest = tally.slowest.max((work_of(&case), number, case.bytes.len()));
        }
        tally.bytes += case.bytes.len() as u64;
        match held {
            Ok((what, records)) => {
                *tally.by.entry(what).or_default() += 1;
                tally.records += records;
                if took >= SLOW && work_of(&case) >= SLOW {
                    failed(run, number, &case, "it takes longer than a second", &|c| work_of(c) >= SLOW);
                }
            }
            Err(words) => failed(run, number, &case, &words, &|c| holds(c).is_err()),
        }
    }
    tally
}

fn set(run: &Run, thread: usize, at: Option<(Instant, u64)>) {
    if let Some(place) = run.at.get(thread)
        && let Ok(mut place) = place.lock()
    {
        *place = at;
    }
}

/// The input of that number.
fn case(run: &Run, number: u64) -> Case {
    let mut chance = Chance::of(run.seed, number);
    let mut bytes = mutated(&run.seeds, &mut chance);
    let mut way = Way::any(&mut chance);
    // Not a chunk for every few bytes of a long one.
    way.chunk_bytes = way.chunk_bytes.max(bytes.len() / 128);
    let mut whole = None;
    if chance.once_in(20) {
        let small = packed(&bytes, &mut chance);
        if chance.once_in(2) && way.under == Under::Defaults && matches!(way.by, By::Given(_)) {
            whole = Some(small);
        } else {
            bytes = small;
            for _ in 0..chance.below(3) {
                let at = chance.below(bytes.len());
                match chance.below(3) {
                    0 => bytes.truncate(at),
                    1 => bytes[at] ^= 1 << chance.below(8),
                    _ => bytes.extend_from_slice(b"\0 \n"),
                }
                if bytes.is_empty() {
                    break;
                }
            }
        }
    }
    Case { bytes, way, whole }
}

/// What an input was taken for, and how many records it gave.
fn holds(case: &Case) -> Result<(String, u64), String> {
    let seen = check(&case.bytes, case.way)?;
    let is_packed = case.bytes.starts_with(b"\x1f\x8b") || case.bytes.starts_with(b"\x28\xb5\x2f\xfd");
    if let Some(whole) = case.whole.as_ref().filter(|_| !is_packed) {
        let same = check(whole, case.way)?;
        if same != seen && !seen.what.starts_with("refused") {
            return Err(format!("compressed it is read as {same:?}, else as {seen:?}"));
        }
    }
    Ok((seen.what, seen.records))
}

/// How long the processor works on a case: other programs may have it in between.
fn work_of(case: &Case) -> Duration {
    let (begun, before) = (Instant::now(), on_processor());
    let _ = holds(case);
    match (before, on_processor()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => begun.elapsed(),
    }
}

/// How long this thread was on a processor so far.
fn on_processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Makes a case small and writes it down.
fn failed(run: &Run, number: u64, case: &Case, words: &str, breaks: &dyn Fn(&Case) -> bool) {
    let of = |bytes: &[u8]| {
        let whole = case.whole.as_ref().map(|_| packed(bytes, &mut Chance::of(run.seed, number)));
        Case { bytes: bytes.to_vec(), way: case.way, whole }
    };
    let small = shrunk(&case.bytes, |bytes| breaks(&of(bytes)));
    let small = if breaks(&of(&small)) { small } else { case.bytes.clone() };
    let (text, written) = (String::from_utf8_lossy(&small[..small.len().min(400)]), write(&small));
    let still = holds(&of(&small)).err().unwrap_or_else(|| "it is slow".into());
    println!("input {number} of seed {}, {:?}: {words}\n  {written}: {still}\n  {text:?}", run.seed, case.way);
    if run.found.fetch_add(1, Ordering::Relaxed) + 1 >= FOUND {
        run.over.store(true, Ordering::Relaxed);
    }
}

/// Writes a found case down and tells where it is.
fn write(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let path = folder("found").join(format!("{:08x}", hasher.finish() as u32));
    match std::fs::create_dir_all(folder("found")).and_then(|()| std::fs::write(&path, bytes)) {
        Ok(()) => path.display().to_string(),
        Err(e) => format!("it could not be written: {e}"),
    }
}

/// Tells how far the run is, and ends it where an input hangs.
fn watch(run: &Run, begun: Instant, from: u64, over: &dyn Fn() -> bool) {
    let mut told = Instant::now();
    while !over() {
        std::thread::sleep(Duration::from_millis(50));
        for at in &run.at {
            let Some((since, number)) = at.lock().ok().and_then(|at| *at) else { continue };
            if since.elapsed() > HANGS {
                let case = case(run, number);
                println!("input {number} of seed {}, {:?} hangs: {}", run.seed, case.way, write(&case.bytes));
                std::process::exit(1);
            }
        }
        if told.elapsed() > Duration::from_secs(30) {
            told = Instant::now();
            let done = run.next.load(Ordering::Relaxed).min(run.end) - from;
            println!("{done} inputs in {} s, {} kB", begun.elapsed().as_secs(), peak_kb().unwrap_or_default());
        }
    }
}

/// The highest memory of this process so far.
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok())
}

fn report(run: &Run, tallies: &[Tally], begun: Instant, from: u64) {
    let mut by: BTreeMap<&str, u64> = BTreeMap::new();
    for (what, count) in tallies.iter().flat_map(|tally| &tally.by) {
        *by.entry(what).or_default() += count;
    }
    for (what, count) in &by {
        println!("{count:>10}  {what}");
    }
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    let done = run.next.load(Ordering::Relaxed).min(run.end) - from;
    println!("{done} inputs, {} MB, {} records", sum(|t| t.bytes) / 1_000_000, sum(|t| t.records));
    println!("{} failures", run.found.load(Ordering::Relaxed));
    if let Some((took, number, bytes)) = tallies.iter().map(|t| t.slowest).max() {
        let way = case(run, number).way;
        println!("the slowest was input {number}: {} ms for {bytes} bytes, {way:?}", took.as_millis());
    }
    match peak_kb() {
        Some(kb) => println!("{} MB of memory at most", kb / 1_000),
        None => println!("memory was not measured: there is no /proc here"),
    }
    println!("{} s", begun.elapsed().as_secs());
}
