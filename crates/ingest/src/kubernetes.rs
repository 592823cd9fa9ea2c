//! Kubernetes objects as `kubectl` and the API server print them: a list, one object, one object after the other, one a
//! line, or a watch that wraps each (`{"type":"MODIFIED","object":{…}}`).
//!
//! Refuses to know what an object means: the formats `kubernetes-changes` and `kubernetes-events` do. Read [`items`] first.

use std::collections::BTreeSet;

use evidence::{ComplaintKind, FileCoverage, Time};
use serde_json::Value;

use crate::chunk::Chunk;
use crate::form::Head;
use crate::json;
use crate::lines::document_lines;
use crate::part::Part;
use crate::requests;
use crate::stamp::Stamps;
use crate::text::{self, Lines};

/// One object, and the line on which it begins.
pub(crate) struct Item<'a> {
    pub raw: &'a [u8],
    pub line: u64,
}

impl Item<'_> {
    /// The object; what is wrong where it is none.
    pub fn object(&self, part: &mut Part) -> Result<Value, String> {
        requests::object(self.raw, self.line, part)
    }
}

/// Bytes within which an object's first keys stand.
const FIRST_BYTES: usize = 600;

/// Whether a source looks like Kubernetes objects, and how many of the objects at its head are events.
pub(crate) fn looks(head: &Head<'_>) -> Option<usize> {
    let start = head.start();
    let first = &start[..start.len().min(FIRST_BYTES)];
    let inner = first.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start();
    let keys: [&[u8]; 4] = [b"\"apiVersion\"", b"\"kind\"", b"\"type\"", b"\"metadata\""];
    let has = |text: &[u8], word: &[u8]| memchr::memmem::find(text, word).is_some();
    let is_one = keys.iter().any(|key| inner.starts_with(key)) && has(first, keys[0]);
    // An audit log is a log: its lines are read as JSON.
    if !is_one || has(first, b"\"audit.k8s.io") || !(has(start, keys[3]) || has(start, b"\"items\"")) {
        return None;
    }
    let count = |word: &[u8]| memchr::memmem::find_iter(start, word).count();
    Some(count(b"\"involvedObject\"") + count(b"\"regarding\""))
}

/// The objects of a chunk, out of lists and watches.
pub(crate) fn items<'a>(chunk: &'a Chunk, document: bool, depth: usize, coverage: &mut FileCoverage) -> Vec<Item<'a>> {
    let bytes = &chunk.bytes[..];
    let mut places = Places { bytes, depth, found: Vec::new() };
    let mut broken = None;
    if document {
        let mut tops = Vec::new();
        let end = json::values(bytes, depth, |from, to| tops.push((from, to)));
        tops.iter().for_each(|(from, to)| places.unwrap(*from, *to));
        broken = end.err().map(|(at, _)| at);
    } else {
        for (from, to) in Lines::new(bytes).filter(|(from, to)| !text::is_blank(&bytes[*from..*to])) {
            places.unwrap(from, to);
        }
    }
    if let Some(at) = broken {
        places.salvage(at);
    }
    let (mut line, mut upto) = (chunk.first_line, 0);
    let mut line_of = |place: usize| {
        line += text::newlines(&bytes[upto..place]);
        upto = place;
        line
    };
    let found = places.found.iter().map(|(from, to)| Item { raw: &bytes[*from..*to], line: line_of(*from) }).collect();
    if broken.is_some() {
        coverage.complain(ComplaintKind::Malformed, line, "the document is broken or cut; what is whole was read");
    }
    found
}

struct Places<'a> {
    bytes: &'a [u8],
    depth: usize,
    found: Vec<(usize, usize)>,
}

impl Places<'_> {
    /// An object, the objects of a list, or what a watch wraps.
    fn unwrap(&mut self, from: usize, to: usize) {
        let object = &self.bytes[from..to];
        let within = |part: &[u8]| from + (part.as_ptr() as usize - object.as_ptr() as usize);
        if object.trim_ascii_start().first() == Some(&b'{') {
            let of_list = json::get(object, "items", self.depth).filter(|raw| raw.first() == Some(&b'['));
            let is_list = json::text_of(object, "kind", self.depth).is_none_or(|kind| kind.ends_with("List"));
            if let (Some(items), true) = (of_list, is_list) {
                let (at, found) = (within(items), &mut self.found);
                // A list that ends early gives what stands before the end.
                let _ = json::values(items, self.depth, |from, to| found.push((at + from, at + to)));
                return;
            }
            let of_watch = json::get(object, "object", self.depth).filter(|raw| raw.first() == Some(&b'{'));
            if let (Some(inner), true) = (of_watch, json::get(object, "type", self.depth).is_some()) {
                return self.found.push((within(inner), within(inner) + inner.len()));
            }
        }
        self.found.push((from, to));
    }

    /// The whole objects of a list that is cut.
    fn salvage(&mut self, at: usize) {
        let rest = &self.bytes[at..];
        let Some(key) = memchr::memmem::find(rest, b"\"items\"") else { return };
        let Some(open) = memchr::memchr(b'[', &rest[key..]) else { return };
        let (from, found) = (at + key + open, &mut self.found);
        let _ = json::values(&self.bytes[from..], self.depth, |a, b| found.push((from + a, from + b)));
    }
}

/// Counts the lines of a chunk whose records begin on these.
pub(crate) fn count_lines(chunk: &Chunk, begin: &BTreeSet<u64>, part: &mut Part) {
    part.starts = begin.len() as u64;
    document_lines(&chunk.bytes, part);
}

/// The text at a path of keys; nothing where it is empty.
pub(crate) fn text_at<'v>(object: &'v Value, path: &[&str]) -> Option<&'v str> {
    let mut value = object;
    for key in path {
        value = value.get(key)?;
    }
    value.as_str().filter(|text| !text.is_empty())
}

/// The moment at a path of keys.
pub(crate) fn time_at(object: &Value, path: &[&str], stamps: &mut Stamps) -> Option<Time> {
    stamps.value(text_at(object, path)?.as_bytes()).and_then(|read| read.time)
}
