//! JSON that a strict reader refuses, mended so that one bad value costs itself and nothing else.
//!
//! In one pass: of a key that stands twice in an object the first is kept, a value that is nested too deep becomes
//! `null`, a number that is none becomes a text, an escape that is none is escaped, values one after the other become
//! an array, and of a text that breaks off the whole records before the break are kept. Lines stay where they were.
//! Refuses to know what the keys mean; which arrays hold records its caller says. Read [`mended`] first.

mod words;

use std::collections::HashSet;

use self::words::{escape, is_number};
use crate::json::{self, Broken, skip_blanks};
use crate::text::newlines;

/// So deep a strict reader goes: one below the limit of serde_json.
const DEPTH: usize = 126;
/// A number that is none is told by so many bytes.
const WORD_BYTES: usize = 40;

/// What was mended, and how often; each with the place of the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mended {
    /// The mended text; empty where nothing whole was found.
    pub text: Vec<u8>,
    /// Where the records stand in it.
    pub records: Vec<(usize, usize)>,
    pub repeated: Fault,
    pub deep: Fault,
    pub numbers: Fault,
    pub strings: Fault,
    /// Where it breaks off.
    pub broken: Option<usize>,
}

/// How often something was wrong, and where first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    pub count: u64,
    pub at: usize,
}

impl Fault {
    fn note(&mut self, at: usize) {
        self.at = if self.count == 0 { at } else { self.at };
        self.count += 1;
    }
}

/// Mends a text whose records are the elements of the arrays with these names, or of an array that has none.
pub(crate) fn mended(text: &[u8], arrays: &[&str], depth: usize) -> Mended {
    let mut work = Work {
        text,
        arrays,
        depth: depth.min(DEPTH),
        out: Vec::with_capacity(text.len() + 2),
        levels: Vec::new(),
        safe: None,
        dropping: 0,
        mended: Mended::default(),
    };
    let tops = work.all();
    work.finish(tops)
}

/// An object or an array that is open.
struct Level<'a> {
    is_array: bool,
    /// Whether its elements are records.
    has_records: bool,
    keys: HashSet<&'a [u8]>,
    /// How many of its members or elements were kept.
    kept: usize,
    /// Where the member at hand begins in what was written, with its comma.
    from: usize,
    /// Whether the member at hand is dropped.
    drops: bool,
}

/// A place behind a whole record: how much was written, and what was open.
#[derive(Clone, Copy)]
struct Safe {
    length: usize,
    depth: usize,
    /// One bit a level, the outermost lowest: whether it is an array.
    arrays: u128,
}

struct Work<'a> {
    text: &'a [u8],
    arrays: &'a [&'a str],
    depth: usize,
    out: Vec<u8>,
    levels: Vec<Level<'a>>,
    safe: Option<Safe>,
    /// How many of the open members are dropped.
    dropping: usize,
    mended: Mended,
}

impl<'a> Work<'a> {
    /// Every value of the text; gives how many.
    fn all(&mut self) -> usize {
        let (mut at, mut tops) = (0, 0);
        loop {
            at = self.blanks(at);
            if at >= self.text.len() {
                return tops;
            }
            let length = self.out.len();
            if tops > 0 {
                self.out.push(b',');
            }
            match self.value(at) {
                Ok(end) => at = end,
                Err(broken_at) => {
                    self.mended.broken = Some(broken_at);
                    let none_since = self.safe.is_none_or(|safe| safe.length <= length);
                    return tops + usize::from(!none_since);
                }
            }
            tops += 1;
            self.safe = Some(Safe { length: self.out.len(), depth: 0, arrays: 0 });
            if self.text.get(skip_blanks(self.text, at)) == Some(&b',') {
                at = self.blanks(at) + 1;
            }
        }
    }

    /// Copies the newlines of what is passed over.
    fn blanks(&mut self, at: usize) -> usize {
        let end = skip_blanks(self.text, at);
        self.lines(at, end);
        end
    }

    fn lines(&mut self, from: usize, to: usize) {
        for _ in 0..newlines(&self.text[from..to]) {
            self.out.push(b'\n');
        }
    }

    /// One value and all within; gives where it ends, or where it breaks.
    fn value(&mut self, mut at: usize) -> Result<usize, usize> {
        let bottom = self.levels.len();
        let mut key = &b""[..];
        loop {
            // A value begins here.
            at = self.begin(at, key, bottom)?;
            // Behind a value: what is open goes on or ends.
            loop {
                if self.levels.len() == bottom {
                    return Ok(at);
                }
                at = self.blanks(at);
                let is_array = self.levels.last().is_some_and(|level| level.is_array);
                let fresh = self.levels.last().is_some_and(|level| level.kept == 0 && level.keys.is_empty());
                match self.text.get(at) {
                    Some(b']') if is_array => at = self.close(b']', at),
                    Some(b'}') if !is_array => at = self.close(b'}', at),
                    Some(b',') if !fresh => {
                        at = self.blanks(at + 1);
                        break;
                    }
                    Some(_) if fresh => break,
                    _ => return Err(at),
                }
            }
            (key, at) = self.member(at)?;
        }
    }

    /// Begins a member or an element: its comma, and its key.
    fn member(&mut self, at: usize) -> Result<(&'a [u8], usize), usize> {
        let (text, length) = (self.text, self.out.len());
        let Some(level) = self.levels.last_mut() else { return Err(at) };
        level.from = length;
        if level.kept > 0 {
            self.out.push(b',');
        }
        if level.is_array {
            return Ok((b"", at));
        }
        if text.get(at) != Some(&b'"') {
            return Err(at);
        }
        let end = self.string(at)?;
        let key = &text[at + 1..end - 1];
        let Some(level) = self.levels.last_mut() else { return Err(at) };
        if !level.keys.insert(key) {
            level.drops = true;
            self.dropping += 1;
            self.mended.repeated.note(at);
        }
        let colon = self.blanks(end);
        if text.get(colon) != Some(&b':') {
            return Err(colon);
        }
        self.out.push(b':');
        Ok((key, self.blanks(colon + 1)))
    }

    /// Opens what begins here, or copies it where it is no object and no array; gives the place behind that.
    fn begin(&mut self, at: usize, key: &[u8], bottom: usize) -> Result<usize, usize> {
        let end = match self.text.get(at) {
            Some(open @ (b'{' | b'[')) if self.levels.len() - bottom < self.depth => {
                let is_array = *open == b'[';
                let named = self.arrays.iter().any(|name| name.as_bytes() == key);
                let in_array = self.levels.last().is_none_or(|level| level.is_array);
                self.out.push(*open);
                let has_records = is_array && (named || in_array && key.is_empty());
                let keys = HashSet::new();
                self.levels.push(Level { is_array, has_records, keys, kept: 0, from: 0, drops: false });
                return Ok(at + 1);
            }
            Some(b'{' | b'[') => {
                let end = match json::value_end(self.text, at, self.depth) {
                    Ok(end) | Err(Broken::Deep(end)) => end,
                    Err(Broken::Syntax) => return Err(at),
                };
                self.mended.deep.note(at);
                self.out.extend_from_slice(b"null");
                self.lines(at, end);
                end
            }
            Some(b'"') => self.string(at)?,
            Some(_) => self.word(at)?,
            None => return Err(at),
        };
        self.end_of_member();
        Ok(end)
    }

    fn close(&mut self, bracket: u8, at: usize) -> usize {
        self.out.push(bracket);
        self.levels.pop();
        self.end_of_member();
        at + 1
    }

    /// A value has ended: it is a member of what is open, to be kept or dropped.
    fn end_of_member(&mut self) {
        let (depth, arrays) = (self.levels.len(), self.kinds());
        let Some(level) = self.levels.last_mut() else { return };
        if level.drops {
            let lines = newlines(&self.out[level.from..]);
            self.out.truncate(level.from);
            self.out.extend(std::iter::repeat_n(b'\n', lines as usize));
            level.drops = false;
            self.dropping -= 1;
            return;
        }
        let comma = usize::from(level.kept > 0);
        level.kept += 1;
        if level.has_records && self.dropping == 0 {
            self.mended.records.push((level.from + comma, self.out.len()));
            self.safe = Some(Safe { length: self.out.len(), depth, arrays });
        }
    }

    fn kinds(&self) -> u128 {
        let bits = self.levels.iter().enumerate().filter(|(_, level)| level.is_array);
        bits.fold(0, |all, (n, _)| all | 1 << n)
    }

    /// A string, its escapes made good.
    fn string(&mut self, at: usize) -> Result<usize, usize> {
        let text = self.text;
        let (mut from, mut here) = (at, at + 1);
        loop {
            let byte = *text.get(here).ok_or(at)?;
            let other: &[u8] = match byte {
                b'"' => {
                    self.out.extend_from_slice(&text[from..=here]);
                    self.lines(at, here);
                    return Ok(here + 1);
                }
                b'\\' => match escape(&text[here..]) {
                    Ok(length) => {
                        here += length;
                        continue;
                    }
                    Err(other) => other,
                },
                b'\n' => b"\\n",
                b'\t' => b"\\t",
                0..0x20 => b"\\ufffd",
                _ => {
                    here += 1;
                    continue;
                }
            };
            self.mended.strings.note(here);
            self.out.extend_from_slice(&text[from..here]);
            self.out.extend_from_slice(other);
            // A lone surrogate goes whole; of anything else one byte.
            here += if byte == b'\\' && other == b"\\ufffd" { 6 } else { 1 };
            from = here;
        }
    }

    /// A number or a name; what is none of JSON's becomes a text.
    fn word(&mut self, at: usize) -> Result<usize, usize> {
        let is_word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_');
        let length = self.text[at..].iter().take_while(is_word).count();
        let word = &self.text[at..at + length];
        if word.is_empty() {
            return Err(at);
        }
        if matches!(word, b"true" | b"false" | b"null") || is_number(word) {
            self.out.extend_from_slice(word);
        } else {
            self.mended.numbers.note(at);
            self.out.push(b'"');
            // Digits alone are a number that is too large, whatever is left of them.
            let all_digits = word.len() > WORD_BYTES && word.iter().all(u8::is_ascii_digit);
            self.out.extend_from_slice(if all_digits { b"1e999" } else { &word[..length.min(WORD_BYTES)] });
            self.out.push(b'"');
        }
        Ok(at + length)
    }

    fn finish(mut self, tops: usize) -> Mended {
        if self.mended.broken.is_some() {
            let safe = self.safe.unwrap_or(Safe { length: 0, depth: 0, arrays: 0 });
            self.out.truncate(safe.length);
            self.mended.records.retain(|(_, to)| *to <= safe.length);
            for level in (0..safe.depth).rev() {
                self.out.push(if safe.arrays >> level & 1 == 1 { b']' } else { b'}' });
            }
        }
        if tops > 1 {
            self.out.insert(0, b'[');
            self.out.push(b']');
            self.mended.records.iter_mut().for_each(|(from, to)| (*from, *to) = (*from + 1, *to + 1));
        }
        self.mended.text = self.out;
        self.mended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let m = mended(text.as_bytes(), &["spans"], 6);
        let faults = [("repeated", m.repeated), ("deep", m.deep), ("numbers", m.numbers), ("strings", m.strings)];
        let faults = faults.iter().filter(|(_, f)| f.count > 0).map(|(n, f)| format!(" {n} {} at {}", f.count, f.at));
        let broken = m.broken.map_or(String::new(), |at| format!(" broken at {at}"));
        for (from, to) in &m.records {
            assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&m.text[*from..*to]).is_ok(), "{text}");
        }
        format!("{}{}{broken}", String::from_utf8_lossy(&m.text), faults.collect::<String>())
    }

    #[test]
    fn one_bad_value_costs_itself() {
        assert_eq!(told(r#"{"a":1,"b":[true,null,"x"]}"#), r#"{"a":1,"b":[true,null,"x"]}"#);
        assert_eq!(told("{\"a\":1,\"a\":\n{\"b\":2},\"c\":3}"), "{\"a\":1\n,\"c\":3} repeated 1 at 7");
        assert_eq!(told(r#"{"a":2,"a":1}"#), r#"{"a":2} repeated 1 at 7"#);
        assert_eq!(told("[[[[[[[[1]]]]]],2]]"), "[[[[[[null]]]],2]] deep 1 at 6");
        assert_eq!(
            told(r#"[NaN,-Infinity,1e999,0x1F,01,1.5e-3]"#),
            r#"["NaN","-Infinity","1e999","0x1F","01",1.5e-3] numbers 5 at 1"#
        );
        assert_eq!(told(&format!("[{}]", "9".repeat(400))), "[\"1e999\"] numbers 1 at 1");
        assert_eq!(told("[\"a\\qb\\ud800c\\u12\",\"\t\"]"), "[\"a\\\\qb\\ufffdc\\\\u12\",\"\\t\"] strings 4 at 3");
    }

    #[test]
    fn of_a_text_that_breaks_off_the_whole_records_are_kept() {
        let whole = r#"{"x":[{"spans":[{"id":1,"more":[1,2]},{"id":2}]}],"y":1}"#;
        assert_eq!(told(whole), whole);
        assert_eq!(told(&whole[..48]), r#"{"x":[{"spans":[{"id":1,"more":[1,2]},{"id":2}]}]} broken at 48"#);
        assert_eq!(told(&whole[..43]), r#"{"x":[{"spans":[{"id":1,"more":[1,2]}]}]} broken at 43"#);
        assert_eq!(told(&whole[..30]), " broken at 30");
        assert_eq!(told("[{\"id\":1},{\"id\":2}"), "[{\"id\":1},{\"id\":2}] broken at 18");
        assert_eq!(told("[1,2} 3"), "[1,2] broken at 4");
    }

    #[test]
    fn values_one_after_the_other_become_an_array() {
        assert_eq!(told("{\"a\":1}\n{\"a\":2}"), "[{\"a\":1}\n,{\"a\":2}]");
        assert_eq!(told("{\"a\":1}\n{\"a\":"), "{\"a\":1} broken at 13");
        assert_eq!(told(r#"{"a":1}{"spans":[{},{"#), r#"[{"a":1},{"spans":[{}]}] broken at 21"#);
    }

    proptest::proptest! {
        #[test]
        fn fuzz_what_is_mended_is_json(text in "[{]( ?\"(a|b|spans)\" ?: ?(1|NaN|1e999|\"[a\\\\u]?\"|[\\[]1,[{]\"c\":[\\[][\\[]1[\\]][\\]][}][\\]]|[{]\"c\":null[}]) ?,?){0,4}[}]?") {
            let mended = mended(text.as_bytes(), &["spans"], 3);
            if !mended.text.is_empty() {
                let read = serde_json::from_slice::<serde_json::Value>(&mended.text);
                proptest::prop_assert!(read.is_ok(), "{} {:?}", String::from_utf8_lossy(&mended.text), read);
            }
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                proptest::prop_assert!(mended.broken.is_none(), "{}", text);
                if mended.repeated.count + mended.deep.count == 0 {
                    proptest::prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&mended.text).unwrap(), value);
                }
            }
        }
    }
}
