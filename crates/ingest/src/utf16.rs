//! UTF-16 as the UTF-8 that it could have been: what Windows tools write when nobody asked them not to.
//!
//! Known by its byte order mark, or by a NUL in nearly every second byte of the beginning. A surrogate without its other
//! half becomes U+FFFD. Refuses to know lines. Source: RFC 2781.

use std::io::{self, Read};

/// How many bytes tell what a stream is.
const BEGINNING: usize = 4_096;

/// A stream that gives UTF-8, if it was UTF-16; else what it was.
pub(crate) struct Utf8<R> {
    inner: R,
    /// `None` until the beginning was looked at.
    order: Option<Order>,
    /// Bytes that are ready, and how many of them were given.
    ready: Vec<u8>,
    given: usize,
    /// What is left of a unit or a pair.
    left: Vec<u8>,
    /// Why the stream broke while its beginning was looked at.
    broke: Option<io::Error>,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// No UTF-16.
    Bytes,
    Little,
    Big,
}

/// Which order the bytes at a stream's beginning have.
fn order_of(start: &[u8]) -> Order {
    match start {
        [0xff, 0xfe, 0, 0, ..] => Order::Bytes,
        [0xff, 0xfe, ..] => Order::Little,
        [0xfe, 0xff, ..] => Order::Big,
        _ => {
            let pairs = start.chunks_exact(2);
            let all = pairs.len();
            let (mut first, mut second) = (0, 0);
            for pair in pairs {
                first += usize::from(pair[0] == 0 && pair[1] != 0);
                second += usize::from(pair[1] == 0 && pair[0] != 0);
            }
            match () {
                () if all >= 4 && second * 10 >= all * 8 => Order::Little,
                () if all >= 4 && first * 10 >= all * 8 => Order::Big,
                () => Order::Bytes,
            }
        }
    }
}

impl<R: Read> Utf8<R> {
    /// Over a stream that is read from its beginning.
    pub fn of(inner: R) -> Utf8<R> {
        Utf8 { inner, order: None, ready: Vec::new(), given: 0, left: Vec::new(), broke: None, ended: false }
    }

    /// Reads the beginning and finds out what it is.
    fn begin(&mut self) {
        let mut start = vec![0; BEGINNING];
        let mut length = 0;
        while length < start.len() {
            match self.inner.read(&mut start[length..]) {
                Ok(0) => break,
                Ok(n) => length += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.broke = Some(e);
                    break;
                }
            }
        }
        start.truncate(length);
        let order = order_of(&start);
        self.order = Some(order);
        match order {
            Order::Bytes => self.ready = start,
            Order::Little | Order::Big => {
                let marked = matches!(start.get(..2), Some([0xff, 0xfe] | [0xfe, 0xff]));
                self.take(&start[if marked { 2 } else { 0 }..], order);
            }
        }
    }

    /// Turns bytes into what is ready; half a unit, or half a pair, is left for later.
    fn take(&mut self, bytes: &[u8], order: Order) {
        self.left.extend_from_slice(bytes);
        let unit = |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if order == Order::Little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        };
        let mut whole = self.left.len() / 2 * 2;
        if whole >= 2 && (0xd800..0xdc00).contains(&unit(&self.left[whole - 2..whole])) {
            whole -= 2;
        }
        let units = self.left[..whole].chunks_exact(2).map(unit);
        let mut utf8 = [0; 4];
        for decoded in char::decode_utf16(units) {
            let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
        self.left.drain(..whole);
    }

    /// The next bytes of UTF-16, as far as there are any.
    fn more(&mut self, order: Order) -> io::Result<()> {
        let mut block = [0; 8_192];
        match self.inner.read(&mut block)? {
            0 => {
                self.ended = true;
                if !self.left.is_empty() {
                    self.left.clear();
                    self.ready.extend_from_slice("\u{fffd}".as_bytes());
                }
            }
            n => self.take(&block[..n], order),
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.order.is_none() {
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
            if let Some(error) = self.broke.take() {
                return Err(error);
            }
            match self.order {
                Some(order @ (Order::Little | Order::Big)) if !self.ended => self.more(order)?,
                Some(Order::Little | Order::Big) => return Ok(0),
                _ => return self.inner.read(into),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Utf8::of(bytes).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn both_orders_with_a_mark_and_without_one_become_utf8() {
        let text = "2026-11-22 10:00:00 ERROR größer \u{1f600}\r\n".repeat(1_000);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in
            [little.clone(), big.clone(), [vec![0xff, 0xfe], little].concat(), [vec![0xfe, 0xff], big].concat()]
        {
            assert_eq!(String::from_utf8(read(&bytes)).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_utf16_stays_as_it_is() {
        for text in [&b"plain\n"[..], b"", b"\xff\xfe\0\0a\0\0\0", b"\0\0\0\0\0\0\0\0", "größer".as_bytes()] {
            assert_eq!(read(text), text);
        }
    }

    #[test]
    fn halves_are_replaced() {
        assert_eq!(read(b"\xff\xfea\0\x3d\xd8b\0c"), "a\u{fffd}b\u{fffd}".as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn fuzz_any_bytes_end(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let _ = String::from_utf8(read(&[&[0xff, 0xfe, 65, 0][..], &bytes].concat())).unwrap();
        }
    }
}
