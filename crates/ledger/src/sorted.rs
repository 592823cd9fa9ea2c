//! Rows in any order in, rows in order out: in memory as long as they fit, else as sorted runs on disk that are merged
//! when read. The order does not depend on where the runs were cut.

use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::rows::{Reader, Row, Writer};

/// Collects rows.
pub struct Sorted<T: Row> {
    rows: Vec<T>,
    in_order: bool,
    runs: Vec<PathBuf>,
    name: &'static str,
    written: u64,
}

impl<T: Row> Sorted<T> {
    /// An empty collection; `name` begins its files' names.
    pub fn new(name: &'static str) -> Sorted<T> {
        Sorted { rows: Vec::new(), in_order: true, runs: Vec::new(), name, written: 0 }
    }

    /// Adds a row.
    pub fn push(&mut self, row: T) {
        if self.in_order && self.rows.last().is_some_and(|last| last.key() > row.key()) {
            self.in_order = false;
        }
        self.rows.push(row);
    }

    /// Bytes held in memory.
    pub fn memory(&self) -> usize {
        self.rows.capacity() * size_of::<T>()
    }

    /// Bytes written to disk so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    fn sort(&mut self) {
        if !self.in_order {
            self.rows.sort_by_key(T::key);
            self.in_order = true;
        }
    }

    /// Writes what is in memory as one sorted run below a folder.
    pub fn spill(&mut self, folder: &Path) -> io::Result<()> {
        self.sort();
        let path = folder.join(format!("{}-{}", self.name, self.runs.len()));
        let mut out = BufWriter::with_capacity(1 << 18, File::create(&path)?);
        let mut bytes = Vec::with_capacity(T::WIDTH * 1024);
        for rows in self.rows.chunks(1024) {
            bytes.clear();
            rows.iter().for_each(|row| row.write(&mut Writer::new(&mut bytes)));
            out.write_all(&bytes)?;
        }
        out.flush()?;
        self.written += (self.rows.len() * T::WIDTH) as u64;
        self.runs.push(path);
        self.rows = Vec::new();
        Ok(())
    }

    /// No more rows will come.
    pub fn finish(&mut self) {
        self.sort();
        self.rows.shrink_to_fit();
    }

    /// All rows in order. May be called again.
    pub fn scan(&self) -> io::Result<Merged<'_, T>> {
        let mut inputs = vec![Input::Memory(self.rows.iter())];
        for path in &self.runs {
            inputs.push(Input::Disk(BufReader::with_capacity(1 << 16, File::open(path)?), vec![0; T::WIDTH]));
        }
        let mut merged = Merged { inputs, heads: BinaryHeap::new(), failed: None };
        for number in 0..merged.inputs.len() {
            merged.advance(number);
        }
        Ok(merged)
    }
}

enum Input<'a, T> {
    Memory(std::slice::Iter<'a, T>),
    Disk(BufReader<File>, Vec<u8>),
}

impl<T: Row> Input<'_, T> {
    fn next(&mut self) -> io::Result<Option<T>> {
        match self {
            Input::Memory(rows) => Ok(rows.next().copied()),
            Input::Disk(file, bytes) => match file.read_exact(bytes) {
                Ok(()) => Ok(Some(T::read(&mut Reader::new(bytes)))),
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                Err(e) => Err(e),
            },
        }
    }
}

struct Head<T: Row> {
    row: T,
    input: usize,
}

impl<T: Row> PartialEq for Head<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl<T: Row> Eq for Head<T> {}
impl<T: Row> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T: Row> Ord for Head<T> {
    /// The heap gives the largest first, so the order is turned round.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.row.key().cmp(&self.row.key()).then_with(|| other.input.cmp(&self.input))
    }
}

/// The rows of all runs in order.
pub struct Merged<'a, T: Row> {
    inputs: Vec<Input<'a, T>>,
    heads: BinaryHeap<Head<T>>,
    failed: Option<io::Error>,
}

impl<T: Row> Merged<'_, T> {
    fn advance(&mut self, input: usize) {
        match self.inputs[input].next() {
            Ok(Some(row)) => self.heads.push(Head { row, input }),
            Ok(None) => {}
            Err(e) => self.failed = Some(e),
        }
    }

    /// The next row without taking it.
    pub fn peek(&self) -> Option<&T> {
        self.heads.peek().map(|head| &head.row)
    }

    /// Whether a run could not be read to its end.
    pub fn failed(&mut self) -> Option<io::Error> {
        self.failed.take()
    }
}

impl<T: Row> Iterator for Merged<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let head = self.heads.pop()?;
        self.advance(head.input);
        Some(head.row)
    }
}
