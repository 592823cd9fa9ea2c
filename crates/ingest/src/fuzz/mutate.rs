//! Texts that are as they should be, broken: by bytes, by lines, by what stands in them.

use crate::fuzz::words::{ENDS, LAUGHS, NUMBERS, PIECES, TIMES};
use crate::fuzz::{Chance, Seeds};

/// How long an input may become, mostly and once in a while.
const USUAL: usize = 8 << 10;
const LARGE: usize = 768 << 10;
/// One in so many inputs may be large.
const LARGE_IN: usize = 2_000;

/// Something broken.
pub fn mutated(seeds: &Seeds, chance: &mut Chance) -> Vec<u8> {
    let most = if chance.once_in(LARGE_IN) { LARGE } else { USUAL };
    let mut text = begun(seeds, chance);
    for _ in 0..=chance.below(6) {
        change(&mut text, seeds, chance);
        text.truncate(most);
    }
    if most == LARGE {
        grow(&mut text, chance);
    }
    text
}

fn begun(seeds: &Seeds, chance: &mut Chance) -> Vec<u8> {
    match chance.below(20) {
        0..13 => seeds.any(chance).to_vec(),
        13..15 => [seeds.any(chance), seeds.any(chance)].concat(),
        15 => interleaved(seeds.any(chance), seeds.any(chance)),
        16 => spliced(seeds.any(chance), seeds.any(chance), chance),
        17 => (0..chance.below(40)).flat_map(|_| chance.pick(PIECES).bytes().collect::<Vec<_>>()).collect(),
        18 => [LAUGHS.as_bytes(), seeds.any(chance)].concat(),
        _ => (0..chance.below(300)).map(|_| chance.bits() as u8).collect(),
    }
}

fn lines(text: &[u8]) -> Vec<Vec<u8>> {
    text.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

fn interleaved(one: &[u8], two: &[u8]) -> Vec<u8> {
    let (one, two) = (lines(one), lines(two));
    let line = |n: usize| one.get(n).into_iter().chain(two.get(n)).flatten().copied().collect::<Vec<u8>>();
    (0..one.len().max(two.len())).flat_map(line).collect()
}

/// The beginning of one and the end of another.
fn spliced(one: &[u8], two: &[u8], chance: &mut Chance) -> Vec<u8> {
    let (end, from) = (chance.below(one.len() + 1), chance.below(two.len() + 1));
    [&one[..end], &two[from..]].concat()
}

fn change(text: &mut Vec<u8>, seeds: &Seeds, chance: &mut Chance) {
    match chance.below(24) {
        0..3 => flip(text, chance),
        3..6 => insert(text, chance.pick(PIECES).as_bytes(), chance),
        6 => insert(text, chance.pick(NUMBERS).as_bytes(), chance),
        7 => insert(text, chance.pick(TIMES).as_bytes(), chance),
        8..10 => number(text, chance),
        10 => stamp(text, chance),
        11..13 => reorder(text, chance),
        13 => repeat(text, chance),
        14 => {
            let range = stretch(text, chance);
            drop(text.drain(range));
        }
        15 => text.truncate(chance.below(text.len() + 1)),
        16 => drop(text.drain(..chance.below(text.len() + 1))),
        17 => nest(text, chance),
        18 => insert(text, &blob(chance), chance),
        19 => ends(text, chance),
        20 => quotes(text, chance),
        21 => key_again(text, chance),
        22 => *text = spliced(text, seeds.any(chance), chance),
        _ => recode(text, chance),
    }
}

fn stretch(text: &[u8], chance: &mut Chance) -> std::ops::Range<usize> {
    let (from, to) = chance.stretch(text.len());
    from..to
}

fn flip(text: &mut [u8], chance: &mut Chance) {
    for _ in 0..=chance.below(4) {
        let at = chance.below(text.len());
        let Some(byte) = text.get_mut(at) else { return };
        *byte = match chance.below(3) {
            0 => *byte ^ (1 << chance.below(8)),
            1 => *chance.pick(&b"\0\"\\{}[]<>:,;=|\t\n\r #-+.eE09aZ\x7f\x80\xc3\xff"[..]),
            _ => chance.bits() as u8,
        };
    }
}

fn insert(text: &mut Vec<u8>, piece: &[u8], chance: &mut Chance) {
    let at = chance.below(text.len() + 1);
    text.splice(at..at, piece.iter().copied());
}

/// Where a run of bytes stands that are so, from a place chosen at random.
fn run(text: &[u8], is: fn(&u8) -> bool, chance: &mut Chance) -> Option<(usize, usize)> {
    let from = chance.below(text.len());
    let at = from + text.get(from..)?.iter().position(is)?;
    let before = text[..at].iter().rev().take_while(|b| is(b)).count();
    let length = text[at..].iter().take_while(|b| is(b)).count();
    Some((at - before, at + length))
}

fn number(text: &mut Vec<u8>, chance: &mut Chance) {
    let Some((from, to)) = run(text, u8::is_ascii_digit, chance) else { return };
    let other = match chance.below(4) {
        0 => b"9".repeat(1 + chance.below(400)),
        1 => (chance.bits() as i64).to_string().into_bytes(),
        _ => chance.pick(NUMBERS).as_bytes().to_vec(),
    };
    text.splice(from..to, other);
}

/// Puts another moment where one stands.
fn stamp(text: &mut Vec<u8>, chance: &mut Chance) {
    let is = |b: &u8| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b'Z' | b'.' | b'+');
    let Some((from, to)) = run(text, is, chance) else { return };
    text.splice(from..to, chance.pick(TIMES).bytes());
}

fn reorder(text: &mut Vec<u8>, chance: &mut Chance) {
    let mut all = lines(text);
    if all.is_empty() {
        return;
    }
    let (one, two) = (chance.below(all.len()), chance.below(all.len()));
    match chance.below(5) {
        0 => all.swap(one, two),
        1 => drop(all.remove(one)),
        2 => all.insert(two, all[one].clone()),
        3 => all[one.min(two)..=one.max(two)].reverse(),
        _ => all[one] = all[one].iter().rev().copied().collect(),
    }
    *text = all.concat();
}

fn repeat(text: &mut Vec<u8>, chance: &mut Chance) {
    let range = stretch(text, chance);
    let most = if chance.once_in(8) { 400 } else { 6 };
    let (end, times) = (range.end, 1 + chance.below(most));
    let again = text[range].repeat(times);
    text.splice(end..end, again);
}

fn nest(text: &mut Vec<u8>, chance: &mut Chance) {
    let pairs: [(&str, &str); 7] =
        [("[", "]"), ("{\"a\":", "}"), ("(", ")"), ("[{\"a\":", "}]"), ("- ", ""), ("\"", "\""), ("{a: ", "}")];
    let (open, close) = chance.pick(&pairs);
    let depth = match chance.below(40) {
        0 => 1_000,
        1..8 => 129,
        _ => 1 + chance.below(12),
    };
    let range = stretch(text, chance);
    let (from, to) = (range.start, range.end);
    let (open, close) = (open.repeat(depth), close.repeat(depth));
    *text = [&text[..from], open.as_bytes(), &text[from..to], close.as_bytes(), &text[to..]].concat();
}

fn blob(chance: &mut Chance) -> Vec<u8> {
    let length = 1 + chance.below(64);
    match chance.below(3) {
        0 => vec![0; length],
        1 => vec![*chance.pick(&b"\xff\x80\xc0\xed\x01\x1b"[..]); length],
        _ => (0..length).map(|_| chance.bits() as u8).collect(),
    }
}

/// Other ends for some or all lines.
fn ends(text: &mut Vec<u8>, chance: &mut Chance) {
    let (end, some) = (*chance.pick(ENDS), chance.once_in(2));
    let mut all = Vec::with_capacity(text.len() * 2);
    for byte in text.iter() {
        match byte {
            b'\n' if !some || chance.once_in(3) => all.extend_from_slice(end.as_bytes()),
            _ => all.push(*byte),
        }
    }
    *text = all;
}

/// Drops or turns a quote.
fn quotes(text: &mut Vec<u8>, chance: &mut Chance) {
    let Some((at, _)) = run(text, |b| *b == b'"', chance) else { return };
    let other = *chance.pick(&["", "'", "\"\"", "\\\"", "”", "\"\n"]);
    text.splice(at..=at, other.bytes());
}

/// A key that stands there already, with another value.
fn key_again(text: &mut Vec<u8>, chance: &mut Chance) {
    let colon = chance.below(text.len());
    let Some(colon) = text.iter().skip(colon).position(|b| *b == b':').map(|n| n + colon) else { return };
    let from = text[..colon].iter().rposition(|b| matches!(b, b',' | b'{' | b'\n' | b' ')).map_or(0, |n| n + 1);
    let mut again = text[from..=colon].to_vec();
    again.extend_from_slice(chance.pick(NUMBERS).as_bytes());
    again.push(*chance.pick(&b",\n"[..]));
    text.splice(from..from, again);
}

/// Writes all of it, or what follows a place, in another encoding.
fn recode(text: &mut Vec<u8>, chance: &mut Chance) {
    let from = if chance.once_in(2) { 0 } else { chance.below(text.len() + 1) };
    let rest = String::from_utf8_lossy(&text[from..]).into_owned();
    let mark = chance.once_in(2).then_some('\u{feff}');
    let units = mark.into_iter().chain(rest.chars());
    let recoded: Vec<u8> = match chance.below(4) {
        0 => units
            .flat_map(|c| c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_le_bytes()).collect::<Vec<_>>())
            .collect(),
        1 => units
            .flat_map(|c| c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_be_bytes()).collect::<Vec<_>>())
            .collect(),
        2 => units.map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
        _ => units.collect::<String>().into_bytes(),
    };
    text.truncate(from);
    text.extend(recoded);
}

/// Repeats it, or a piece of it, until it is as long as an input may be.
fn grow(text: &mut Vec<u8>, chance: &mut Chance) {
    let range = if chance.once_in(2) { 0..text.len() } else { stretch(text, chance) };
    let piece = text[range].to_vec();
    if !piece.is_empty() {
        let at = chance.below(text.len() + 1);
        text.splice(at..at, piece.repeat(LARGE / piece.len()));
    }
}
