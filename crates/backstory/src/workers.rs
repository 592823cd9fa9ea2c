//! Threads: one reads and decompresses, many take apart, and the caller puts the parts in order.
//!
//! Which thread does what leaves no trace: a part is a function of its chunk, chunk borders depend on bytes alone, and
//! parts come back in the order in which their chunks were read.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use evidence::{BUCKET, FileCoverage, Id, Time};
use ingest::{Chunk, Content, Form, Part};
use rustc_hash::FxHashMap;
use signal::templates::{Given, Kinds, Lowest, Numbers, Shaper, Sketch};
use xxhash_rust::xxh3::xxh3_64;

use crate::read::Pending;

/// What the caller is given, in order.
pub enum Step {
    /// A source begins.
    Begin {
        /// Its first stamps, in file order.
        first: Vec<Time>,
    },
    /// The next part of it.
    Part(Box<Shaped>),
    /// A worker panicked over a chunk: it is lost.
    Lost {
        /// The source.
        source: u32,
        /// First and last line of what is lost.
        lines: (u64, u64),
    },
    /// The source ends; what reading it had to complain of.
    End {
        /// Its number.
        source: u32,
        /// What coverage says of it, without its parts.
        coverage: FileCoverage,
    },
}

/// A part with the shapes of its log records.
pub struct Shaped {
    /// The source.
    pub source: u32,
    /// The part.
    pub part: Part,
    /// The distinct shapes of this part.
    pub shapes: Vec<(Id, Box<str>)>,
    /// What places held: index into `shapes`, the place, its sketch; in order.
    pub sketches: Vec<((u32, u8), Sketch)>,
    /// The numbers in records that were looked at: index into `records`, and what its places held; in order.
    pub numbers: Vec<(u32, Numbers)>,
    /// For each record: index into `shapes`, what its holes held, and the hash of its content.
    pub records: Vec<ShapedRecord>,
}

/// What a worker found out about one log record.
#[derive(Clone, Copy)]
pub struct ShapedRecord {
    /// Index into [`Shaped::shapes`].
    pub shape: u32,
    /// What the shape's masked places held.
    pub kinds: Kinds,
    /// Hash of its first line.
    pub content: u64,
}

/// What workers do with log records besides finding their shapes.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// Templates that the user gave.
    pub given: Arc<Given>,
    /// Whether to look at what their places hold.
    pub sketches: bool,
}

enum Job {
    Chunk(Form, Chunk),
    Step(Step),
}

/// A chunk that is made to panic: (source, index). To show that it loses itself and nothing else.
pub type Broken = Option<(u32, u64)>;

/// Reads the sources, in order, and gives each step to `each`, in order.
pub fn run(sources: Vec<Pending>, task: &Task, threads: usize, broken: Broken, mut each: impl FnMut(Step)) {
    let threads = threads.max(1);
    let (jobs_in, jobs_out) = sync_channel::<(u64, Job)>(2 * threads);
    let (steps_in, steps_out) = sync_channel::<(u64, Step)>(2 * threads);
    let jobs_out = Mutex::new(jobs_out);
    std::thread::scope(|scope| {
        scope.spawn(move || read(sources, &jobs_in));
        for _ in 0..threads {
            let (steps_in, jobs_out) = (steps_in.clone(), &jobs_out);
            scope.spawn(move || work(jobs_out, &steps_in, task, broken));
        }
        drop(steps_in);
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        for (number, step) in steps_out {
            waiting.insert(number, step);
            while let Some(step) = waiting.remove(&next) {
                each(step);
                next += 1;
            }
        }
    });
}

fn read(sources: Vec<Pending>, jobs: &SyncSender<(u64, Job)>) {
    let mut number = 0;
    let mut send = |job: Job| {
        let sent = jobs.send((number, job)).is_ok();
        number += 1;
        sent
    };
    for pending in sources {
        let source = pending.source();
        let mut opened = match pending.open() {
            Ok(opened) => opened,
            Err(coverage) => {
                if !send(Job::Step(Step::End { source, coverage })) {
                    return;
                }
                continue;
            }
        };
        if !send(Job::Step(Step::Begin { first: opened.first_stamps() })) {
            return;
        }
        while let Some(chunk) = opened.next_chunk() {
            if !send(Job::Chunk(opened.form().clone(), chunk)) {
                return;
            }
        }
        if !send(Job::Step(Step::End { source, coverage: opened.coverage() })) {
            return;
        }
    }
}

fn work(jobs: &Mutex<Receiver<(u64, Job)>>, steps: &SyncSender<(u64, Step)>, task: &Task, broken: Broken) {
    let mut worker = Worker::new(task);
    loop {
        let job = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(_) => return,
        };
        let Ok((number, job)) = job else { return };
        let step = match job {
            Job::Step(step) => step,
            Job::Chunk(form, chunk) => {
                let done = catch_unwind(AssertUnwindSafe(|| {
                    assert!(broken != Some((chunk.source, chunk.index)), "asked to break");
                    worker.shape(&form, &chunk)
                }));
                done.map_or_else(
                    |_| {
                        worker = Worker::new(task);
                        lost(&chunk)
                    },
                    |shaped| Step::Part(Box::new(shaped)),
                )
            }
        };
        if steps.send((number, step)).is_err() {
            return;
        }
    }
}

fn lost(chunk: &Chunk) -> Step {
    let newlines = chunk.bytes.iter().filter(|b| **b == b'\n').count() as u64;
    let last = chunk.first_line + newlines - u64::from(chunk.bytes.last() == Some(&b'\n'));
    Step::Lost { source: chunk.source, lines: (chunk.first_line, last) }
}

/// Takes chunks apart and finds the shapes of their records.
struct Worker {
    shaper: Shaper,
    sketches: bool,
    /// For each of the shaper's numbers: in which chunk it was seen last, and its place among that chunk's shapes.
    places: Vec<(u64, u32)>,
    chunks: u64,
    generation: u32,
}

impl Worker {
    fn new(task: &Task) -> Worker {
        let shaper = Shaper::new(Arc::clone(&task.given));
        Worker { shaper, sketches: task.sketches, places: Vec::new(), chunks: 0, generation: 0 }
    }

    fn shape(&mut self, form: &Form, chunk: &Chunk) -> Shaped {
        let part = ingest::parse(form, chunk);
        let (mut shapes, mut records) = (Vec::new(), Vec::new());
        let mut sketches: BTreeMap<(u32, u8), Sketch> = BTreeMap::new();
        let mut telling: FxHashMap<(Time, u32, u32), Lowest<u32>> = FxHashMap::default();
        self.chunks += 1;
        if let Content::Logs(batch) = &part.content {
            records.reserve(batch.columns.len());
            for (index, record) in (0..).zip(batch.records()) {
                let (number, kinds) = self.shaper.shape(record.message());
                let shape = self.place(number, &mut shapes);
                let content = xxh3_64(record.raw());
                records.push(ShapedRecord { shape, kinds, content });
                if let Some(time) = record.time().filter(|_| kinds.tell_numbers()) {
                    let service = batch.columns[index as usize].service;
                    let minute = telling.entry((time.floor(BUCKET), shape, service)).or_default();
                    minute.note((content, u64::from(index)), index);
                }
                if self.sketches {
                    for (place, value) in (0..).zip(self.shaper.values(record.message())) {
                        sketches.entry((shape, place)).or_default().add(value, record.message());
                    }
                }
            }
        }
        let mut looked_at: Vec<u32> = telling.into_values().flat_map(Lowest::into_kept).collect();
        looked_at.sort_unstable();
        let numbers = match &part.content {
            Content::Logs(batch) => {
                let message = |index: u32| batch.record(index as usize).message();
                looked_at.into_iter().map(|index| (index, self.shaper.numbers(message(index)))).collect()
            }
            _ => Vec::new(),
        };
        Shaped { source: chunk.source, part, shapes, sketches: sketches.into_iter().collect(), numbers, records }
    }

    /// The place of a shape among those of this chunk.
    fn place(&mut self, number: u32, shapes: &mut Vec<(Id, Box<str>)>) -> u32 {
        if self.generation != self.shaper.generation() {
            self.generation = self.shaper.generation();
            self.places.clear();
        }
        let index = number as usize;
        if self.places.len() <= index {
            self.places.resize(index + 1, (0, 0));
        }
        let (chunk, place) = &mut self.places[index];
        if *chunk != self.chunks {
            (*chunk, *place) = (self.chunks, shapes.len() as u32);
            let shape = self.shaper.get(number);
            shapes.push((shape.id, shape.text.clone()));
        }
        *place
    }
}
