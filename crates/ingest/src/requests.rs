//! Documents that are read through types, such as the requests of OTLP: strictly first, since nearly all are as they
//! should be, and mended where one is not, so that one bad record costs itself and nothing else.
//!
//! Refuses to know what the records are. Read [`requests`] first.

use std::borrow::Cow;
use std::cell::Cell;
use std::marker::PhantomData;

use evidence::ComplaintKind;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;

use crate::json;
use crate::mend::{Fault, Mended, mended};
use crate::part::Part;
use crate::text::newlines;

/// So many bytes are read again, in all, to find the records that are not of their type.
const AGAIN_BYTES: usize = 64 << 20;

/// The requests of a document whose records stand in arrays of these names. What is broken is said with its line; each
/// record that cannot be read counts as one that was not understood, and so does the rest behind a break.
pub(crate) fn requests<T: DeserializeOwned>(bytes: &[u8], arrays: &[&str], line: u64, part: &mut Part) -> Vec<T> {
    let text = utf8(bytes, line, part);
    match serde_json::from_str::<OneOrMore<T>>(&text) {
        Ok(requests) => requests.0,
        Err(error) => Mending { text: text.as_bytes(), line, part }.requests(arrays, &error),
    }
}

/// The values of a document, or of an array; of a key that stands twice in an object the first is kept.
pub(crate) fn values(bytes: &[u8], line: u64, part: &mut Part) -> Vec<Value> {
    let text = utf8(bytes, line, part);
    let read = value(&text).and_then(|(value, repeated)| (repeated == 0).then_some(value).ok_or_else(repeats));
    let all = match read {
        Ok(value) => vec![value],
        Err(error) => Mending { text: text.as_bytes(), line, part }.requests(&[], &error),
    };
    all.into_iter().flat_map(|value| if let Value::Array(inner) = value { inner } else { vec![value] }).collect()
}

/// The object that a text is; what is wrong where it is none.
pub(crate) fn object(bytes: &[u8], line: u64, part: &mut Part) -> Result<Value, String> {
    let text = utf8(bytes, line, part);
    let value = match value(&text) {
        Ok((value, repeated)) => {
            part.coverage.complain_times(ComplaintKind::Duplicate, repeated, line, json::TWICE);
            value
        }
        Err(error) => {
            let mended = mended(text.as_bytes(), &[], usize::MAX);
            let read = serde_json::from_slice(&mended.text).map_err(|_| plain(&error))?;
            Mending { text: text.as_bytes(), line, part }.faults(&mended);
            read
        }
    };
    if value.is_object() { Ok(value) } else { Err("no object".into()) }
}

fn repeats() -> serde_json::Error {
    de::Error::custom(json::TWICE)
}

fn utf8<'t>(bytes: &'t [u8], line: u64, part: &mut Part) -> Cow<'t, str> {
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Owned(_)) {
        part.coverage.complain(ComplaintKind::InvalidUtf8, line, "");
    }
    text
}

/// A document that a strict reader refused.
struct Mending<'a> {
    text: &'a [u8],
    line: u64,
    part: &'a mut Part,
}

impl Mending<'_> {
    fn requests<T: DeserializeOwned>(&mut self, arrays: &[&str], error: &serde_json::Error) -> Vec<T> {
        let mut mended = mended(self.text, arrays, usize::MAX);
        self.faults(&mended);
        if let Some(at) = mended.broken {
            let words = if mended.text.is_empty() {
                format!("not whole JSON: {}", plain(error))
            } else {
                "not whole JSON; the whole records before the break were read".into()
            };
            self.lost(at, &words);
        }
        if mended.text.is_empty() {
            return Vec::new();
        }
        self.of_type(&mut mended)
    }

    /// Reads what was mended. A record that is not of its type is left out, and the rest read again.
    fn of_type<T: DeserializeOwned>(&mut self, mended: &mut Mended) -> Vec<T> {
        let mut left = AGAIN_BYTES;
        loop {
            let error = match serde_json::from_slice::<OneOrMore<T>>(&mended.text) {
                Ok(requests) => return requests.0,
                Err(error) => error,
            };
            let at = place(&mended.text, &error);
            let line = self.line + newlines(&mended.text[..at]);
            self.complain(ComplaintKind::Malformed, line, &plain(&error));
            self.not_understood();
            let record = innermost(&mended.records, at);
            let Some((from, to)) = record.filter(|_| left >= mended.text.len()) else { return Vec::new() };
            left -= mended.text.len();
            leave_out(&mut mended.text, from, to);
            mended.records.retain(|place| *place != (from, to));
        }
    }

    fn faults(&mut self, mended: &Mended) {
        let words = [
            (ComplaintKind::Duplicate, mended.repeated, json::TWICE),
            (ComplaintKind::LargeDocument, mended.deep, json::TOO_DEEP),
            (ComplaintKind::Malformed, mended.numbers, "a number that is none, or too large"),
            (ComplaintKind::Malformed, mended.strings, "an escape or a control character that no string may have"),
        ];
        for (kind, Fault { count, at }, words) in words {
            let line = self.line + newlines(&self.text[..at]);
            self.part.coverage.complain_times(kind, count, line, words);
        }
    }

    fn lost(&mut self, at: usize, words: &str) {
        let line = self.line + newlines(&self.text[..at]);
        self.complain(ComplaintKind::Malformed, line, words);
        self.not_understood();
    }

    fn complain(&mut self, kind: ComplaintKind, line: u64, words: &str) {
        self.part.coverage.complain(kind, line, words);
    }

    fn not_understood(&mut self) {
        self.part.coverage.records += 1;
        self.part.coverage.not_understood += 1;
    }
}

/// What a strict reader says, without the place: that stands beside it.
fn plain(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.rsplit_once(" at line ").map_or(words.clone(), |(words, _)| words.to_string())
}

/// Where an error lies in the text.
fn place(text: &[u8], error: &serde_json::Error) -> usize {
    let before = error.line().saturating_sub(1);
    let start = memchr::memchr_iter(b'\n', text).take(before).last().map_or(0, |end| end + 1);
    (start + error.column().saturating_sub(1)).min(text.len())
}

/// The smallest of the records around a place. An error of a type is found behind the value, so the end counts too.
fn innermost(records: &[(usize, usize)], at: usize) -> Option<(usize, usize)> {
    records.iter().filter(|(from, to)| (*from..=*to).contains(&at)).min_by_key(|(from, to)| to - from).copied()
}

/// Blanks an element of an array, and a comma beside it; lines stay.
fn leave_out(text: &mut [u8], from: usize, to: usize) {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    let behind = text[to..].iter().position(|b| !blank(b)).map(|n| n + to).filter(|at| text[*at] == b',');
    let before = || text[..from].iter().rposition(|b| !blank(b)).filter(|at| text[*at] == b',');
    let comma = behind.or_else(before);
    let wipe = |byte: &mut u8| *byte = if *byte == b'\n' { b'\n' } else { b' ' };
    text[from..to].iter_mut().for_each(wipe);
    if let Some(comma) = comma {
        text[comma] = b' ';
    }
}

/// One value of any form, and how many keys in it stood in their object already.
pub(crate) fn value(text: &str) -> Result<(Value, u64), serde_json::Error> {
    let repeated = Cell::new(0);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = First(&repeated).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, repeated.get()))
}

/// Any value; of a key that stands twice in an object the first is kept and the second counted.
#[derive(Clone, Copy)]
struct First<'c>(&'c Cell<u64>);

impl<'de> DeserializeSeed<'de> for First<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for First<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(value) = seq.next_element_seed(self)? {
            all.push(value);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut all = serde_json::Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(self)?;
            if all.contains_key(&key) {
                self.0.set(self.0.get() + 1);
            } else {
                all.insert(key, value);
            }
        }
        Ok(Value::Object(all))
    }
}

/// One request, or an array of them.
struct OneOrMore<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMore<T>, D::Error> {
        deserializer.deserialize_any(Any(PhantomData))
    }
}

struct Any<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
    type Value = OneOrMore<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a request, or an array of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMore<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(request) = seq.next_element()? {
            all.push(request);
        }
        Ok(OneOrMore(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrMore<T>, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(map)).map(|one| OneOrMore(vec![one]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Request {
        spans: Vec<Written>,
    }

    #[derive(Deserialize)]
    struct Written {
        id: u32,
    }

    fn told(text: &str) -> String {
        let mut part = Part::default();
        let all = requests::<Request>(text.as_bytes(), &["spans"], 7, &mut part);
        let ids: Vec<u32> = all.iter().flat_map(|r| &r.spans).map(|w| w.id).collect();
        let said = part.coverage.complaints.iter();
        let said: String = said.map(|(k, c)| format!("; {k:?} {} at {}: {}", c.count, c.line, c.detail)).collect();
        format!("{ids:?} {} lost{said}", part.coverage.not_understood)
    }

    #[test]
    fn one_bad_record_costs_itself() {
        assert_eq!(told(r#"{"spans":[{"id":1},{"id":2}]}"#), "[1, 2] 0 lost");
        assert_eq!(
            told("[{\"spans\":[{\"id\":1},\n{\"id\":\"x\"},\n{\"id\":3}]},{\"spans\":[{\"id\":-4}]}]"),
            "[1, 3] 2 lost; Malformed 2 at 8: invalid type: string \"x\", expected u32"
        );
        assert_eq!(
            told("{\"spans\":[{\"id\":1,\"id\":9},\n{\"id\":2}"),
            "[1, 2] 1 lost; Malformed 1 at 8: not whole JSON; the whole records before the break were read; \
            Duplicate 1 at 7: a key twice in one record: the first stands"
        );
        assert_eq!(told("{\"spans\":[{\"id\":1}]}\n{\"spans\":[{\"id\":2}]}"), "[1, 2] 0 lost");
        assert_eq!(
            told(r#"{"spans":7}"#),
            "[] 1 lost; Malformed 1 at 7: invalid type: integer `7`, expected a sequence"
        );
        assert_eq!(told("{]"), "[] 1 lost; Malformed 1 at 7: not whole JSON: key must be a string");
    }

    #[test]
    fn of_a_repeated_key_the_first_is_kept() {
        let mut part = Part::default();
        let all = values(b"[{\"a\":1},\n{\"a\":1,\"b\":{\"c\":1,\"c\":2}}]", 1, &mut part);
        assert_eq!(serde_json::to_string(&all).unwrap(), r#"[{"a":1},{"a":1,"b":{"c":1}}]"#);
        assert_eq!(
            format!("{:?}", part.coverage.complaints.iter().map(|(k, c)| (k, c.count, c.line)).collect::<Vec<_>>()),
            "[(Duplicate, 1, 2)]"
        );
    }
}
