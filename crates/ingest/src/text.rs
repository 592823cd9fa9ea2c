//! Bytes that are meant to be text: lines, blanks, and what tells text from something else.
//!
//! Refuses to know formats.

use memchr::{memchr, memchr_iter, memrchr};

/// A line without its end, `\n` or `\r\n`.
pub(crate) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether nothing stands in a line.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|b| b.is_ascii_whitespace())
}

/// The bytes without the blanks and tabs before them.
pub(crate) fn after_blanks(bytes: &[u8]) -> &[u8] {
    let blanks = bytes.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    &bytes[blanks..]
}

/// How many newlines there are.
pub(crate) fn newlines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// How many physical lines there are; a last one without a newline counts.
pub(crate) fn line_count(bytes: &[u8]) -> u64 {
    newlines(bytes) + u64::from(bytes.last().is_some_and(|b| *b != b'\n'))
}

/// The lines of some bytes, as ranges (from, to, next): `to` is before the line's end, `next` after it.
pub(crate) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    pub fn new(bytes: &'a [u8]) -> Lines<'a> {
        Lines { bytes, at: 0 }
    }
}

impl Iterator for Lines<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let from = self.at;
        if from >= self.bytes.len() {
            return None;
        }
        let end = memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |n| from + n);
        self.at = end + 1;
        let to = if end > from && self.bytes[end - 1] == b'\r' { end - 1 } else { end };
        Some((from, to))
    }
}

/// The first lines that are not blank, without their ends. A last line that is cut by the sample's end is left out,
/// unless there is no other.
pub(crate) fn sample_lines(bytes: &[u8], whole: bool, most: usize) -> Vec<&[u8]> {
    let complete = match memrchr(b'\n', bytes) {
        Some(end) if !whole => &bytes[..=end],
        _ => bytes,
    };
    let lines = Lines::new(complete).map(|(from, to)| &complete[from..to]);
    lines.filter(|line| !is_blank(line)).take(most).collect()
}

/// What a stretch of bytes seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    Text,
    Binary,
}

/// Looks at the beginning of a source. A few odd bytes are no reason to refuse a log; many are, unless it begins as text
/// for a while: something else may have been written into it.
pub(crate) fn nature(bytes: &[u8]) -> Nature {
    match of_sample(&bytes[..bytes.len().min(64 << 10)]) {
        Nature::Binary if bytes.len() > BEGINNING => of_sample(&bytes[..BEGINNING]),
        nature => nature,
    }
}

/// How much of a source must be text where what follows is none.
const BEGINNING: usize = 4 << 10;

fn of_sample(sample: &[u8]) -> Nature {
    // The journal's export writes lengths as eight bytes, most of them NUL.
    if sample.starts_with(b"__CURSOR=") {
        return Nature::Text;
    }
    let nuls = memchr_iter(0, sample).count();
    let odd = sample.iter().filter(|b| **b < 32 && !matches!(b, b'\t' | b'\n' | b'\r' | 27 | 12)).count();
    if nuls * 50 > sample.len() || odd * 10 > sample.len() || invalid_bytes(sample) * 3 > sample.len() {
        return Nature::Binary;
    }
    Nature::Text
}

fn invalid_bytes(sample: &[u8]) -> usize {
    sample.utf8_chunks().map(|chunk| chunk.invalid().len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_ends_and_nothing_else() {
        let bytes = b"a\r\n\nb \r\r\nc";
        let lines: Vec<_> = Lines::new(bytes).map(|(from, to)| &bytes[from..to]).collect();
        assert_eq!(lines, [&b"a"[..], b"", b"b \r", b"c"]);
        assert_eq!(line_count(bytes), 4);
        assert_eq!(line_count(b"a\n"), 1);
        assert_eq!(line_count(b""), 0);
    }

    #[test]
    fn text_is_told_from_binary_and_from_utf16() {
        assert_eq!(nature(b"plain text\n"), Nature::Text);
        assert_eq!(nature("größer – 1\n".as_bytes()), Nature::Text);
        assert_eq!(
            nature("a line with one \0 in a long line of other text, which is forgiven\n".as_bytes()),
            Nature::Text
        );
        let mut chance = crate::fuzz::Chance::of(1, 1);
        let blob: Vec<u8> = (0..99_000).map(|_| chance.bits() as u8).collect();
        assert_eq!(nature(&blob), Nature::Binary);
        assert_eq!(nature(&[&b"a line of text\n".repeat(300)[..], &blob].concat()), Nature::Text);
        assert_eq!(nature(&[&b"a line of text\n".repeat(30)[..], &blob].concat()), Nature::Binary);
        assert_eq!(nature(&[0, 159, 146, 150, 1, 2, 3, 4]), Nature::Binary);
    }
}
