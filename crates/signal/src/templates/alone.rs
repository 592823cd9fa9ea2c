//! What a token is, looked at alone.
//!
//! No knowledge of its neighbours, no state. Read [`classified`] first.

use super::holes::Hole;

/// What a byte does to a token: [`DELIMITER`], [`BLANK`] or 0, and the classes that classification counts.
pub(super) const fn class_of(byte: u8) -> u8 {
    match byte {
        b' ' | b'\t' | b'\r' | b'\n' => BLANK,
        b'=' | b',' | b';' | b':' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'|' | b'<' | b'>' => {
            DELIMITER
        }
        b'0'..=b'9' => DIGIT,
        b'a'..=b'f' | b'A'..=b'F' => HEX,
        b'/' => SLASH,
        b'.' => DOT,
        b'@' => AT,
        b'-' => DASH,
        _ => 0,
    }
}

pub(super) const BLANK: u8 = 1;
pub(super) const DELIMITER: u8 = 2;
pub(super) const DIGIT: u8 = 4;
pub(super) const HEX: u8 = 8;
pub(super) const SLASH: u8 = 16;
pub(super) const DOT: u8 = 32;
pub(super) const AT: u8 = 64;
const DASH: u8 = 128;

static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class_of(byte as u8);
        byte += 1;
    }
    table
};

pub(super) fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// What a token with a digit, slash, dot or at-sign holds, looked at alone, without the marks that end a sentence;
/// `None` for a word.
pub(super) fn classified(core: &[u8], seen: u8) -> Option<Hole> {
    if core.is_empty() {
        return None;
    }
    if seen & SLASH != 0
        && let Some(hole) = slashed(core)
    {
        return Some(hole);
    }
    if seen & DIGIT != 0 {
        return if is_numbered_name(core) { None } else { Some(with_digits(core)) };
    }
    if seen & AT != 0 && core.len() > 2 && core[1..core.len() - 1].contains(&b'@') {
        return Some(Hole::Mail);
    }
    if seen & DOT != 0 && is_dotted_name(core) {
        return Some(Hole::Host);
    }
    // A random hexadecimal id has no digit once in a while; hardly any word of eight letters has only a to f.
    if core.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') {
        return Some(Hole::Hex);
    }
    if core.split(|b| !b.is_ascii_hexdigit()).any(|run| run.len() >= 8) {
        return Some(Hole::Id);
    }
    None
}

/// Without the marks that end a sentence.
pub(super) fn stripped(mut token: &[u8]) -> &[u8] {
    while let [rest @ .., b'.' | b'!' | b'?'] = token {
        token = rest;
    }
    token
}

fn slashed(token: &[u8]) -> Option<Hole> {
    let slashes = token.iter().filter(|b| **b == b'/').count();
    if token.starts_with(b"//") && token.len() > 2 {
        return Some(Hole::Url);
    }
    // Java writes an address without a name so.
    if slashes == 1 && token[0] == b'/' && token.len() > 1 && is_address(&token[1..]) {
        return Some(Hole::Ip);
    }
    if (token[0] == b'/' && token.len() > 1) || slashes >= 2 {
        return Some(if is_date(token) { Hole::Time } else { Hole::Path });
    }
    None
}

/// `2026/11/22`, `22/11/26`: digits and slashes alone.
fn is_date(token: &[u8]) -> bool {
    token.len() >= 6 && token[0] != b'/' && token.iter().all(|b| b.is_ascii_digit() || *b == b'/')
}

/// Four numbers with dots between them (RFC 791).
fn is_address(token: &[u8]) -> bool {
    token.iter().filter(|b| **b == b'.').count() == 3 && token.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

/// A name that ends in one digit, or goes on behind it after an underscore: `ssh2`, `eth0`, `jk2_init`. It is a word until
/// it is seen with another digit.
fn is_numbered_name(token: &[u8]) -> bool {
    let letters = token.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let behind = token.get(letters + 1..).unwrap_or_default();
    (2..=6).contains(&letters)
        && token.get(letters).is_some_and(u8::is_ascii_digit)
        && (behind.is_empty() || behind[0] == b'_' && behind.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_'))
}

fn with_digits(token: &[u8]) -> Hole {
    let (mut digits, mut dots) = (0, 0);
    for byte in token {
        digits += usize::from(byte.is_ascii_digit());
        dots += usize::from(*byte == b'.');
    }
    let body = token.strip_prefix(b"-").or_else(|| token.strip_prefix(b"+")).unwrap_or(token);
    if digits + dots == body.len() {
        return match dots {
            0 | 1 => Hole::Num,
            3 => Hole::Ip,
            _ => Hole::Id,
        };
    }
    if let Some(hole) = measured(body) {
        return hole;
    }
    if is_uuid(token) {
        return Hole::Uuid;
    }
    if let Some(hex) = token.strip_prefix(b"0x").or_else(|| token.strip_prefix(b"0X"))
        && hex.iter().all(u8::is_ascii_hexdigit)
    {
        return Hole::Hex;
    }
    if token.len() >= 8 && token.iter().all(u8::is_ascii_hexdigit) {
        return Hole::Hex;
    }
    if token.len() >= 8 && is_calendar(token) {
        return Hole::Time;
    }
    if token.contains(&b'@') {
        return Hole::Mail;
    }
    Hole::Id
}

fn is_uuid(token: &[u8]) -> bool {
    token.len() == 36
        && token.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// `2026-11-22` and `2026-11-22T10` (a colon ends a token).
fn is_calendar(token: &[u8]) -> bool {
    token.len() >= 10
        && token[..10].iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
}

/// What a number before this unit is: a duration or a size; `None` for other words.
pub(super) fn unit(word: &[u8]) -> Option<Hole> {
    let mut low = [0; 8];
    low.get_mut(..word.len())?.copy_from_slice(word);
    low.make_ascii_lowercase();
    match &low[..word.len()] {
        b"ns" | b"us" | b"\xc2\xb5s" | b"ms" | b"s" | b"sec" | b"secs" | b"m" | b"min" | b"h" | b"d" | b"hours"
        | b"seconds" => Some(Hole::Dur),
        b"b" | b"k" | b"kb" | b"mb" | b"gb" | b"tb" | b"kib" | b"mib" | b"gib" | b"tib" | b"bytes" | b"byte"
        | b"mbps" | b"kbps" => Some(Hole::Size),
        _ => None,
    }
}

/// `12ms`, `1.5s`, `3m20s`, `64KB`, `97%`: a number with its unit.
fn measured(token: &[u8]) -> Option<Hole> {
    if !token.first()?.is_ascii_digit() && token[0] != b'.' {
        return None;
    }
    let mut at = 0;
    let mut found = None;
    while at < token.len() {
        let number = token[at..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let length = token[at + number..].iter().take_while(|b| !b.is_ascii_digit() && **b != b'.').count();
        if number == 0 || length == 0 {
            return None;
        }
        let word = &token[at + number..at + number + length];
        found = Some(if word == b"%" { Hole::Num } else { unit(word)? });
        at += number + length;
    }
    found
}

/// At least two dots inside, and no name of an exception: `db.eu.example`, `com.shop.Cart`.
fn is_dotted_name(token: &[u8]) -> bool {
    let inner = token.strip_prefix(b".").unwrap_or(token);
    let dots = inner.iter().filter(|b| **b == b'.').count();
    dots >= 2 && !inner.windows(2).any(|w| w == b"..") && !inner.ends_with(b"Exception") && !inner.ends_with(b"Error")
}
