//! From a stream of bytes to chunks: where lines are too long, and where a chunk may end.
//!
//! Never holds more than about two chunks, or one document. Every border is a function of the bytes before it, never of
//! how they arrived: a chunk ends before the last line in its first [`CHUNK_BYTES`] that surely begins a record.

use std::sync::Arc;

use evidence::{ComplaintKind, FileCoverage, Time};
use memchr::{memchr, memrchr};

use crate::chunk::{CHUNK_BYTES, Chunk};
use crate::decompress::Input;
use crate::form::{Form, Unit};
use crate::settings::Limits;
use crate::text::{self, Lines};
use crate::years::Years;

/// How much is read at once.
const BLOCK: usize = 256 << 10;

/// Cuts one source.
pub(crate) struct Cutter {
    input: Input,
    form: Form,
    source: u32,
    unit: Unit,
    /// Bytes that are kept of one line, or of the document.
    most: usize,
    /// The setting that says how much, and by which power of two its unit is larger than a byte.
    limit: (&'static str, u32),
    pending: Vec<u8>,
    /// Where the last, unfinished line begins in `pending`.
    line_start: usize,
    /// The rest of a line that is too long is being passed over.
    dropping: bool,
    ended: bool,
    next_line: u64,
    index: u64,
    years: Option<Years>,
    block: Vec<u8>,
    chunk_bytes: usize,
    pub coverage: FileCoverage,
}

impl Cutter {
    /// Begins with what was read already to find the form.
    pub fn new(input: Input, head: &[u8], form: Form, source: u32, limits: &Limits) -> Cutter {
        let unit = form.reading().unit();
        let (most, limit) = match unit {
            Unit::Lines => (limits.line_bytes.max(1), ("limits.line_kb", 10)),
            Unit::DocumentLines | Unit::Document => (limits.document_bytes.max(1), ("limits.document_mb", 20)),
        };
        let block = vec![0; BLOCK.min(most)];
        let mut cutter = Cutter {
            input,
            form,
            source,
            unit,
            most,
            limit,
            pending: Vec::new(),
            line_start: 0,
            dropping: false,
            ended: false,
            next_line: 1,
            index: 0,
            years: None,
            block,
            chunk_bytes: CHUNK_BYTES,
            coverage: FileCoverage::default(),
        };
        head.chunks(BLOCK.min(most)).for_each(|block| cutter.accept(block));
        cutter
    }

    /// Says where stamps without a year begin.
    pub fn set_years(&mut self, base: Time) {
        self.years = Some(Years::new(base));
    }

    /// Another size for chunks: so that what lies across a border is tried with few bytes.
    pub fn cut_at(&mut self, chunk_bytes: usize) {
        self.chunk_bytes = chunk_bytes.max(1);
    }

    /// The next chunk; `None` at the end.
    pub fn next(&mut self) -> Option<Chunk> {
        let mut end = self.end();
        while self.index == 0 && end < self.pending.len() && text::is_blank(&self.pending[..end]) {
            self.pass_blanks(end);
            end = self.end();
        }
        if end == 0 {
            return None;
        }
        let rest = self.pending.split_off(end);
        let bytes: Arc<[u8]> = std::mem::replace(&mut self.pending, rest).into();
        self.line_start = self.line_start.saturating_sub(end);
        let year_base = self.year_base(&bytes);
        let chunk = Chunk { source: self.source, index: self.index, first_line: self.next_line, bytes, year_base };
        self.next_line += text::newlines(&chunk.bytes);
        self.index += 1;
        Some(chunk)
    }

    /// Where the next chunk ends.
    fn end(&mut self) -> usize {
        match self.unit {
            Unit::Document => self.all(),
            Unit::Lines | Unit::DocumentLines => self.border(),
        }
    }

    /// Blank lines before everything else are counted here: a first chunk has something in it.
    fn pass_blanks(&mut self, end: usize) {
        let lines = text::newlines(&self.pending[..end]);
        self.pending.drain(..end);
        self.line_start = self.line_start.saturating_sub(end);
        self.next_line += lines;
        self.coverage.lines += lines;
        self.coverage.blank += lines;
    }

    fn all(&mut self) -> usize {
        while self.read() {}
        self.pending.len()
    }

    fn border(&mut self) -> usize {
        while self.pending.len() <= self.chunk_bytes && self.read() {}
        if self.pending.len() <= self.chunk_bytes {
            return self.pending.len();
        }
        match self.last_record(&self.pending[..self.chunk_bytes]) {
            Some(border) => border,
            None => self.next_line_end(),
        }
    }

    /// Where the last line of a stretch begins that surely begins a record; else where its last line ends.
    fn last_record(&self, stretch: &[u8]) -> Option<usize> {
        let last = memrchr(b'\n', stretch)?;
        let mut end = last;
        while let Some(newline) = memrchr(b'\n', &stretch[..end]) {
            let (from, line) = (newline + 1, &stretch[newline + 1..=end]);
            let before = &stretch[memrchr(b'\n', &stretch[..newline]).map_or(0, |n| n + 1)..=newline];
            if self.form.reading().begins_record(text::without_end(line), text::without_end(before)) {
                return Some(from);
            }
            if from * 2 < stretch.len() {
                break;
            }
            end = newline;
        }
        Some(last + 1)
    }

    /// The end of a line that is longer than a chunk.
    fn next_line_end(&mut self) -> usize {
        let mut from = self.chunk_bytes;
        loop {
            if let Some(newline) = memchr(b'\n', &self.pending[from..]) {
                return from + newline + 1;
            }
            from = self.pending.len();
            if !self.read() {
                return self.pending.len();
            }
        }
    }

    /// Reads a block; false at the end.
    fn read(&mut self) -> bool {
        if self.ended {
            return false;
        }
        let mut block = std::mem::take(&mut self.block);
        let n = self.input.fill(&mut block);
        self.accept(&block[..n]);
        self.ended |= n < block.len();
        self.block = block;
        for (kind, line, words) in self.input.notes() {
            // What is found at the very end is found on the last line.
            let last = self.next_line - 1 + text::line_count(&self.pending);
            self.coverage.complain(kind, line.min(last.max(1)), words);
        }
        if self.ended
            && let Some((kind, words)) = self.input.stopped()
        {
            self.coverage.complain(*kind, 0, words.clone());
        }
        true
    }

    /// Takes a block, no longer than a line may be.
    fn accept(&mut self, block: &[u8]) {
        if self.unit == Unit::Document {
            return self.accept_document(block);
        }
        let Some(first) = memchr(b'\n', block) else { return self.continue_line(block) };
        self.continue_line(&block[..first]);
        let last = memrchr(b'\n', block).unwrap_or(first);
        self.dropping = false;
        self.pending.extend_from_slice(&block[first..=last]);
        self.line_start = self.pending.len();
        self.continue_line(&block[last + 1..]);
    }

    /// Adds to the unfinished line as much as it may have.
    fn continue_line(&mut self, bytes: &[u8]) {
        if self.dropping || bytes.is_empty() {
            return;
        }
        let room = self.most.saturating_sub(self.pending.len() - self.line_start);
        self.pending.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room {
            self.dropping = true;
            let line = self.next_line + text::newlines(&self.pending[..self.line_start]);
            let kind = if self.unit == Unit::Lines { ComplaintKind::LongLine } else { ComplaintKind::LargeDocument };
            let reached = self.reached();
            self.coverage.complain(kind, line, reached);
        }
    }

    /// Which limit was reached, by the name and in the unit of its setting.
    fn reached(&self) -> String {
        let (name, shift) = self.limit;
        format!("{name} ({}) reached", (self.most >> shift).max(1))
    }

    fn accept_document(&mut self, block: &[u8]) {
        let room = self.most - self.pending.len();
        self.pending.extend_from_slice(&block[..block.len().min(room)]);
        if block.len() > room && !self.ended {
            self.ended = true;
            let reached = self.reached();
            self.coverage.complain(ComplaintKind::LargeDocument, 0, reached);
        }
    }

    /// Where the stamps of a chunk lie, if they have no year: the earliest of its first three, so that one that is
    /// wrong and ahead leads nobody astray.
    fn year_base(&mut self, bytes: &[u8]) -> Option<Time> {
        let years = self.years.as_mut()?;
        let stamps = Lines::new(bytes).filter_map(|(from, to)| self.form.reading().yearless(&bytes[from..to]));
        let placed = stamps.take(3).filter_map(|civil| years.clone().place(civil).and_then(evidence::Civil::utc)).min();
        let base = placed.unwrap_or_else(|| years.base());
        *years = Years::new(base);
        Some(base)
    }
}
