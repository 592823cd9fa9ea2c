//! Text as the UTF-8 that it could have been: UTF-16, which Windows tools write when nobody asked them not to, also where
//! it begins or ends in the middle of a file; and without the holes of NUL that a file has which was truncated while a
//! program went on writing behind its old end.
//!
//! UTF-16 is known by its byte order mark, or by a NUL in nearly every second byte; in the middle of a file it begins with
//! a line. A surrogate without its other half becomes U+FFFD. Refuses to know records. Source: RFC 2781.

mod order;

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use evidence::ComplaintKind;
use memchr::{memchr, memchr_iter, memrchr};

use self::order::{Order, by_nuls, is_bytes, marked, nuls, order_of};
use crate::text::newlines;

/// How many bytes tell what a stream begins as.
const BEGINNING: usize = 4_096;
/// How many bytes tell what a line is.
const WINDOW: usize = 64;
/// A line of UTF-16 is decoded in stretches of at most so many bytes.
const STRETCH: usize = 4_096;
/// So many NUL bytes in a row are a hole.
const HOLE: usize = 64;
/// A hole of more bytes has no end: nothing behind it is read.
const HOLE_MOST: u64 = 4 << 30;
/// A line of UTF-16 has a NUL among its first bytes; so many are held back where a line begins.
const HELD_BACK: usize = 3;
/// How much is read at once.
const BLOCK: usize = 64 << 10;

/// What was found out about a stream while it was read: kind, line, words.
pub(crate) type Notes = Arc<Mutex<Vec<(ComplaintKind, u64, String)>>>;

/// A stream that gives UTF-8 where it was UTF-16; else what it was, without holes.
pub(crate) struct Utf8<R> {
    inner: R,
    order: Order,
    begun: bool,
    /// Bytes that were read and not looked at yet, from `from` on.
    raw: Vec<u8>,
    from: usize,
    /// Whether a line begins at `from`.
    fresh: bool,
    /// How much of a hole was passed over that may go on.
    hole: u64,
    /// Bytes that are ready, and how many of them were given.
    ready: Vec<u8>,
    given: usize,
    /// Newlines that were given or are ready.
    lines: u64,
    ended: bool,
    /// Why the stream broke, to be told behind what came before.
    broke: Option<io::Error>,
    notes: Notes,
}

impl<R: Read> Utf8<R> {
    /// Over a stream that is read from its beginning, with a place for what is found out about it.
    pub fn of(inner: R, notes: Notes) -> Utf8<R> {
        Utf8 {
            inner,
            order: Order::Bytes,
            begun: false,
            raw: Vec::new(),
            from: 0,
            fresh: true,
            hole: 0,
            ready: Vec::new(),
            given: 0,
            lines: 0,
            ended: false,
            broke: None,
            notes,
        }
    }

    /// Reads until so many bytes wait, or the stream ends.
    fn fill(&mut self, least: usize) {
        self.raw.drain(..self.from);
        self.from = 0;
        while self.raw.len() < least && !self.ended {
            let length = self.raw.len();
            self.raw.resize(length + BLOCK, 0);
            let read = self.inner.read(&mut self.raw[length..]);
            self.raw.truncate(length + read.as_ref().map_or(0, |n| *n));
            match read {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => (self.ended, self.broke) = (true, Some(e)),
            }
        }
    }

    /// Reads the beginning and finds out what it is.
    fn begin(&mut self) {
        self.begun = true;
        self.fill(BEGINNING);
        let start = &self.raw[..self.raw.len().min(BEGINNING)];
        self.order = order_of(start);
        self.from = if self.order != Order::Bytes && marked(start).is_some() { 2 } else { 0 };
    }

    fn note(&self, kind: ComplaintKind, words: String) {
        if let Ok(mut notes) = self.notes.lock() {
            notes.push((kind, self.lines + 1, words));
        }
    }

    /// Moves so many bytes on as they are.
    fn pass(&mut self, length: usize) {
        let bytes = &self.raw[self.from..self.from + length];
        self.lines += newlines(bytes);
        self.fresh = bytes.last().map_or(self.fresh, |last| *last == b'\n');
        self.ready.extend_from_slice(bytes);
        self.from += length;
    }

    /// Begins to read otherwise, behind a byte order mark.
    fn turn(&mut self, order: Order) {
        self.note(
            ComplaintKind::FormatChange,
            format!("from {} to {}: both were read", self.order.words(), order.words()),
        );
        self.order = order;
        self.skip_mark();
    }

    fn skip_mark(&mut self) {
        if marked(&self.raw[self.from..]) == Some(self.order) {
            self.from += 2;
        }
    }

    /// Passes over a hole, or what goes on of one; whether there was any.
    fn hole(&mut self) -> bool {
        let waiting = &self.raw[self.from..];
        let length = nuls(waiting);
        let goes_on = self.hole > 0;
        if length == 0 || !goes_on && length < HOLE {
            self.end_of_hole();
            return false;
        }
        self.hole += length as u64;
        self.from += length;
        if self.hole > HOLE_MOST {
            (self.ended, self.from, self.hole) = (true, self.raw.len(), 0);
            self.broke = Some(io::Error::other("more than 4 GiB of NUL bytes in a row"));
            return true;
        }
        if self.from < self.raw.len() || self.ended {
            self.end_of_hole();
        }
        true
    }

    fn end_of_hole(&mut self) {
        if self.hole > 0 {
            let words = format!("a hole of {} NUL bytes, as truncating leaves one: passed over", self.hole);
            self.note(ComplaintKind::NulByte, words);
            self.hole = 0;
        }
    }

    /// Makes something ready of what waits, if it can be told what it is.
    fn step(&mut self) {
        if self.hole > 0 && self.hole() {
            return;
        }
        match self.order {
            Order::Bytes => self.bytes(),
            Order::Little | Order::Big => self.units(),
        }
    }

    fn bytes(&mut self) {
        let waiting = &self.raw[self.from..];
        let Some(nul) = memchr(0, waiting) else { return self.pass(waiting.len() - self.held_back()) };
        let start = memrchr(b'\n', &waiting[..nul]).map_or(0, |end| end + 1);
        let run = nuls(&waiting[nul..]);
        if waiting.len() < (start + WINDOW).max(nul + HOLE) && !self.ended {
            // Too little to tell: what stands before the line is sure.
            self.pass(start);
            return self.fill(self.raw.len() - self.from + BLOCK);
        }
        let window = &waiting[start..waiting.len().min(start + WINDOW)];
        if run >= HOLE {
            self.pass(nul);
            self.hole();
            return;
        }
        let begins = (start > 0 || self.fresh) && nul - start <= HELD_BACK;
        match marked(window).or_else(|| by_nuls(window)).filter(|_| begins) {
            Some(order) => {
                self.pass(start);
                self.turn(order);
            }
            None => self.pass(nul + run),
        }
    }

    /// How many of the last bytes may begin a line of UTF-16 that would be known by what follows.
    fn held_back(&self) -> usize {
        let waiting = &self.raw[self.from..];
        let tail = memrchr(b'\n', waiting).map(|end| waiting.len() - end - 1);
        let tail = tail.or(self.fresh.then_some(waiting.len()));
        tail.filter(|tail| *tail <= HELD_BACK && !self.ended).unwrap_or(0)
    }

    fn units(&mut self) {
        if self.raw.len() - self.from < STRETCH + 2 * WINDOW && !self.ended {
            self.fill(STRETCH + BLOCK);
        }
        let waiting = &self.raw[self.from..];
        if self.fresh {
            let window = &waiting[..waiting.len().min(WINDOW)];
            let other = marked(window).or_else(|| by_nuls(window)).filter(|order| *order != self.order);
            let other = other.or(is_bytes(window).then_some(Order::Bytes));
            if let Some(order) = other {
                return self.turn(order);
            }
            self.skip_mark();
            if self.hole() {
                return;
            }
        }
        self.decode();
    }

    /// Decodes up to the end of a line, or a stretch of it.
    fn decode(&mut self) {
        let waiting = &self.raw[self.from..];
        let stretch = &waiting[..waiting.len().min(STRETCH) / 2 * 2];
        let newline = stretch.chunks_exact(2).position(|pair| self.order.unit(pair) == 0x0a);
        let mut length = newline.map_or(stretch.len(), |n| 2 * n + 2);
        if newline.is_none() && waiting.len() > WINDOW {
            // Other text may go on in the middle of a line: what is left of that line is lost.
            let behind = |end: &usize| is_bytes(&waiting[end + 1..waiting.len().min(end + 1 + WINDOW)]);
            if let Some(end) = memchr_iter(b'\n', stretch).find(behind) {
                self.ready.extend_from_slice("\u{fffd}\n".as_bytes());
                (self.from, self.lines, self.fresh) = (self.from + end + 1, self.lines + 1, true);
                return;
            }
        }
        let is_high = |pair: &[u8]| (0xd800..0xdc00).contains(&self.order.unit(pair));
        if length > 2 && length < waiting.len() && is_high(&stretch[length - 2..length]) {
            length -= 2;
        }
        let mut utf8 = [0; 4];
        for decoded in char::decode_utf16(stretch[..length].chunks_exact(2).map(|pair| self.order.unit(pair))) {
            let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
        // Half a unit at the end.
        if length == 0 && !waiting.is_empty() {
            self.ready.extend_from_slice("\u{fffd}".as_bytes());
            length = waiting.len();
        }
        self.from += length;
        self.lines += u64::from(newline.is_some());
        self.fresh = true;
    }

    /// Reads straight into a buffer while nothing odd is met; `None` where something is.
    fn straight(&mut self, into: &mut [u8]) -> Option<io::Result<usize>> {
        let n = match self.inner.read(into) {
            Ok(n) => n,
            Err(e) => return Some(Err(e)),
        };
        self.raw.clear();
        self.from = 0;
        self.raw.extend_from_slice(&into[..if memchr(0, &into[..n]).is_some() { n } else { 0 }]);
        if !self.raw.is_empty() {
            return None;
        }
        let tail = memrchr(b'\n', &into[..n]).map(|end| n - end - 1).or(self.fresh.then_some(n));
        let held = tail.filter(|tail| *tail <= HELD_BACK).unwrap_or(0);
        self.raw.extend_from_slice(&into[n - held..n]);
        self.lines += newlines(&into[..n - held]);
        self.fresh = if n - held > 0 { into[n - held - 1] == b'\n' } else { self.fresh };
        (n == 0 || n > held).then_some(Ok(n - held))
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            self.begin();
        }
        loop {
            if self.given < self.ready.len() {
                let n = (self.ready.len() - self.given).min(into.len());
                into[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
                self.given += n;
                return Ok(n);
            }
            self.ready.clear();
            self.given = 0;
            if self.from < self.raw.len() {
                if self.raw.len() - self.from == self.held_back() && self.order == Order::Bytes {
                    self.fill(self.raw.len() - self.from + 1);
                }
                self.step();
                continue;
            }
            if self.ended {
                self.end_of_hole();
                return self.broke.take().map_or(Ok(0), Err);
            }
            if self.order == Order::Bytes && self.hole == 0 && !into.is_empty() {
                if let Some(read) = self.straight(into) {
                    return read;
                }
            } else {
                self.fill(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Utf8::of(bytes, Notes::default()).read_to_end(&mut out).unwrap();
        out
    }

    /// What is found out while a text is read in small pieces, which give the same as the whole.
    fn notes(bytes: &[u8]) -> String {
        let (notes, mut pieces) = (Notes::default(), Vec::new());
        let mut stream = Utf8::of(bytes, notes.clone());
        let mut piece = [0; 7];
        while let n @ 1.. = stream.read(&mut piece).unwrap() {
            pieces.extend_from_slice(&piece[..n]);
        }
        assert_eq!(pieces, read(bytes));
        let notes = notes.lock().unwrap().clone();
        notes.iter().map(|(kind, line, words)| format!("{kind:?} at {line}: {words}\n")).collect()
    }

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn both_orders_with_a_mark_and_without_one_become_utf8() {
        for line in
            ["2026-11-22 10:00:00 ERROR größer \u{1f600}\r\n", "2026-11-22 10:00 购物车打开了 这是一个很长的消息\n"]
        {
            let text = line.repeat(1_000);
            let (little, big) = (little(&text), big(&text));
            for bytes in
                [little.clone(), big.clone(), [vec![0xff, 0xfe], little].concat(), [vec![0xfe, 0xff], big].concat()]
            {
                assert!(String::from_utf8(read(&bytes)).unwrap() == text, "{line}");
                assert_eq!(notes(&bytes), "");
            }
        }
    }

    #[test]
    fn what_is_no_utf16_stays_as_it_is() {
        let text = "2026-11-22 größer\n".repeat(5_000);
        for text in [&b"plain\n"[..], b"", b"\xff\xfe\0\0a\0\0\0", b"\0\0\0\0\0\0\0\0", b"a\0b\0\n", text.as_bytes()] {
            assert_eq!(read(text), text);
            assert_eq!(notes(text), "");
        }
    }

    #[test]
    fn encodings_may_change_with_a_line() {
        let (one, two) =
            ("2026-11-22 10:00:00 opened größer\n".repeat(500), "2026-11-22 10:00:01 lost\r\n".repeat(500));
        let expected = [one.as_bytes(), two.as_bytes()].concat();
        let mark = [&one.clone().into_bytes()[..], b"\xff\xfe", &little(&two)].concat();
        let (bare, back) =
            ([one.clone().into_bytes(), big(&two)].concat(), [little(&one), two.clone().into_bytes()].concat());
        let orders = [big(&one), little(&two)].concat();
        let turns = [
            "UTF-8 to UTF-16 (little-endian)",
            "UTF-8 to UTF-16 (big-endian)",
            "UTF-16 (little-endian) to UTF-8",
            "UTF-16 (big-endian) to UTF-16 (little-endian)",
        ];
        for (bytes, turn) in [mark, bare, back, orders].iter().zip(turns) {
            assert!(read(bytes) == expected, "{turn}");
            assert_eq!(notes(bytes), format!("FormatChange at 501: from {turn}: both were read\n"));
        }
    }

    #[test]
    fn an_encoding_that_changes_within_a_line_costs_that_line() {
        let (one, two) = ("2026-11-22 10:00:00 opened\n".repeat(500), "2026-11-22 10:00:01 lost\n".repeat(500));
        let half = &one[..one.len() - 12];
        let back = read(&[&little(half)[..], two.as_bytes()].concat());
        assert_eq!(newlines(&back), 999);
        assert!(back.ends_with(&two.as_bytes()[25..]), "{}", String::from_utf8_lossy(&back[back.len() - 99..]));
        let there = read(&[half.as_bytes(), &little(&two)].concat());
        assert!(there.starts_with(half.as_bytes()) && newlines(&there) >= 999);
        assert!(String::from_utf8_lossy(&there).contains(&two[25..two.len() - 1]));
    }

    #[test]
    fn holes_are_passed_over_and_said() {
        let text = "2026-11-22 10:00:00 opened\n".repeat(400);
        let hole = vec![0; 100_000];
        let both = [text.as_bytes(), &hole, text.as_bytes()].concat();
        assert!(read(&both) == text.repeat(2).as_bytes());
        let words = |line: u32| {
            format!("NulByte at {line}: a hole of 100000 NUL bytes, as truncating leaves one: passed over\n")
        };
        assert_eq!(notes(&both), words(401));
        assert_eq!(notes(&[&hole, text.as_bytes()].concat()), words(1));
        assert_eq!(notes(&[text.as_bytes(), &hole].concat()), words(401));
        assert_eq!(notes(&hole), words(1));
    }

    #[test]
    fn halves_are_replaced() {
        assert_eq!(read(b"\xff\xfea\0\x3d\xd8b\0c"), "a\u{fffd}b\u{fffd}".as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn fuzz_any_bytes_end(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = notes(&bytes);
            let _ = read(&[&[0xff, 0xfe, 65, 0][..], &bytes].concat());
        }

        #[test]
        fn fuzz_pieces_make_no_difference(parts in proptest::collection::vec(proptest::sample::select(
            vec![&b"a line\n"[..], b"a\0 \0l\0i\0n\0e\0\n\0", b"\0a\0 \0l\0i\0n\0e\0\n", b"\xff\xfe", b"\xfe\xff", b"\0", b"\n", b"x", &[0; 70], b"\xd8\0"]), 0..40)) {
            let _ = notes(&parts.concat());
        }
    }
}
