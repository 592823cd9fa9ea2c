//! What a stretch of bytes is: UTF-16 in one of its orders, or something else.

use memchr::memchr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// No UTF-16.
    Bytes,
    Little,
    Big,
}

impl Order {
    pub fn words(self) -> &'static str {
        match self {
            Order::Bytes => "UTF-8",
            Order::Little => "UTF-16 (little-endian)",
            Order::Big => "UTF-16 (big-endian)",
        }
    }

    pub fn unit(self, pair: &[u8]) -> u16 {
        let pair = [pair[0], pair[1]];
        if self == Order::Little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    }
}

/// The order that a byte order mark tells; that of UTF-32 tells none.
pub(super) fn marked(start: &[u8]) -> Option<Order> {
    match start {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        _ => None,
    }
}

/// Which order has a NUL in nearly every pair, as text in Latin letters has.
pub(super) fn by_nuls(text: &[u8]) -> Option<Order> {
    let (mut all, mut first, mut second) = (0, 0, 0);
    for pair in text.chunks_exact(2) {
        all += 1;
        first += usize::from(pair[0] == 0 && pair[1] != 0);
        second += usize::from(pair[1] == 0 && pair[0] != 0);
    }
    match () {
        () if all >= 4 && second * 10 >= all * 8 => Some(Order::Little),
        () if all >= 4 && first * 10 >= all * 8 => Some(Order::Big),
        () => None,
    }
}

/// Whether a stretch is text in this order whatever its letters: each unit a character, and some of them ASCII.
fn is_text(text: &[u8], order: Order) -> bool {
    let units: Vec<u16> = text.chunks_exact(2).map(|pair| order.unit(pair)).collect();
    let ascii = units.iter().filter(|unit| (0x20..0x7f).contains(*unit) || matches!(unit, 9 | 10 | 13)).count();
    let cut = units.len() - usize::from(units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)));
    let is_character = |c: Result<char, _>| c.is_ok_and(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
    ascii >= 8 && ascii * 8 >= units.len() && char::decode_utf16(units[..cut].iter().copied()).all(is_character)
}

/// What a stream is that begins so.
pub(super) fn order_of(start: &[u8]) -> Order {
    let by_letters = || [Order::Little, Order::Big].into_iter().find(|order| is_text(start, *order));
    let other = || if memchr(0, start).is_some() { by_nuls(start).or_else(by_letters) } else { None };
    marked(start).or_else(other).unwrap_or(Order::Bytes)
}

/// Whether a stretch in the middle of UTF-16 is none: text without any NUL, nearly all of it ASCII.
pub(super) fn is_bytes(window: &[u8]) -> bool {
    let ascii = window.iter().filter(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..0x7f)).count();
    let is_utf8 = std::str::from_utf8(window).map_or_else(|e| e.error_len().is_none(), |_| true);
    window.len() >= 8 && ascii * 4 >= window.len() * 3 && is_utf8 && memchr(0, window).is_none()
}

/// How many NUL bytes a stretch begins with.
pub(super) fn nuls(bytes: &[u8]) -> usize {
    let wide = bytes.chunks_exact(64).take_while(|chunk| **chunk == [0; 64]).count() * 64;
    wide + bytes[wide..].iter().take_while(|b| **b == 0).count()
}
