//! A shallow look into JSON text: members and elements as raw slices, values decoded only when they are used.
//!
//! Iterative, so that no nesting can exhaust the stack; lenient where logs are (a raw tab in a string, a lone
//! surrogate), strict about brackets, quotes and commas. What was walked over before a break was already handed out,
//! so a truncated record still gives its beginning. Of a key that comes twice the first stands. Refuses to know what
//! the keys mean.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::memchr2;

/// Why some text is no JSON that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Not JSON, or cut.
    Syntax,
    /// Nested deeper than the limit; where it ends, by its brackets alone.
    Deep(usize),
}

/// What is said of a value that is nested too deep.
pub(crate) const TOO_DEEP: &str = "a value nested deeper than limits.json_depth was left out";
/// What is said of a key that stands twice in one object.
pub(crate) const TWICE: &str = "a key twice in one record: the first stands";

/// What kind of value a raw slice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Number,
    Bool,
    Null,
    Object,
    Array,
}

impl Kind {
    /// The kind of a raw value, by its first byte.
    pub fn of(raw: &[u8]) -> Kind {
        match raw.first() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }
}

/// How many bytes of a string are looked at one by one.
const SHORT: usize = 16;

pub(crate) fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// Where the string ends whose content begins at `at`: the place of its closing quote.
fn string_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    // Most strings are short: looking byte by byte first is quicker than to set up a wide search.
    for near in text.get(at..).unwrap_or_default().iter().take(SHORT) {
        match near {
            b'"' => return Ok(at),
            b'\\' => break,
            _ => at += 1,
        }
    }
    loop {
        let found = at + memchr2(b'"', b'\\', text.get(at..).ok_or(Broken::Syntax)?).ok_or(Broken::Syntax)?;
        if text[found] == b'"' {
            return Ok(found);
        }
        at = found + 2;
    }
}

/// Where the value ends that begins at `at`.
pub(crate) fn value_end(text: &[u8], at: usize, depth: usize) -> Result<usize, Broken> {
    match text.get(at) {
        Some(b'"') => Ok(string_end(text, at + 1)? + 1),
        Some(b'{' | b'[') => nested_end(text, at, depth),
        Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b'N' | b'I') => Ok(scalar_end(text, at)),
        _ => Err(Broken::Syntax),
    }
}

fn scalar_end(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    at + rest.iter().position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len())
}

/// The end of an object or array. Which bracket closes which is kept as one bit a level.
fn nested_end(text: &[u8], mut at: usize, depth: usize) -> Result<usize, Broken> {
    let (from, mut level, mut arrays) = (at, 0_usize, 0_u128);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at + 1)?,
            b'{' | b'[' => {
                level += 1;
                if level > depth.min(127) {
                    return Err(Broken::Deep(deep_end(text, from)?));
                }
                arrays = arrays << 1 | u128::from(*byte == b'[');
            }
            b'}' | b']' => {
                if (arrays & 1 == 1) != (*byte == b']') {
                    return Err(Broken::Syntax);
                }
                arrays >>= 1;
                level -= 1;
                if level == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(Broken::Syntax)
}

/// The end of an object or array that is nested too deep to tell which bracket closes which.
fn deep_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    let mut level = 0_usize;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at + 1)?,
            b'{' | b'[' => level += 1,
            b'}' | b']' => {
                level = level.saturating_sub(1);
                if level == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(Broken::Syntax)
}

/// Hands out the members of the object at the head of the text: the key between its quotes, and the raw value. Gives
/// the place after the object. A member that is nested too deep is left out, and said at the end.
pub(crate) fn members<'a>(
    text: &'a [u8],
    depth: usize,
    mut each: impl FnMut(&'a [u8], &'a [u8]),
) -> Result<usize, Broken> {
    all_members(text, depth, |key, raw, deep| {
        if !deep {
            each(key, raw);
        }
    })
}

/// As [`members`], those that are nested too deep too; whether one is, is said of each.
fn all_members<'a>(
    text: &'a [u8],
    depth: usize,
    mut each: impl FnMut(&'a [u8], &'a [u8], bool),
) -> Result<usize, Broken> {
    let mut at = skip_blanks(text, 0);
    if text.get(at) != Some(&b'{') {
        return Err(Broken::Syntax);
    }
    at = skip_blanks(text, at + 1);
    if text.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    let mut deep = false;
    loop {
        if text.get(at) != Some(&b'"') {
            return Err(Broken::Syntax);
        }
        let key_end = string_end(text, at + 1)?;
        let key = &text[at + 1..key_end];
        at = skip_blanks(text, key_end + 1);
        if text.get(at) != Some(&b':') {
            return Err(Broken::Syntax);
        }
        at = skip_blanks(text, at + 1);
        let (end, is_deep) = match value_end(text, at, depth) {
            Ok(end) => (end, false),
            Err(Broken::Deep(end)) => (end, true),
            Err(broken) => return Err(broken),
        };
        each(key, &text[at..end], is_deep);
        deep |= is_deep;
        at = skip_blanks(text, end);
        match text.get(at) {
            Some(b',') => at = skip_blanks(text, at + 1),
            Some(b'}') if deep => return Err(Broken::Deep(at + 1)),
            Some(b'}') => return Ok(at + 1),
            _ => return Err(Broken::Syntax),
        }
    }
}

/// The value of a key of an object; of a key that comes twice the first. What is broken behind it does not matter, nor how
/// deep it is: whoever looks into it meets that.
pub(crate) fn get<'a>(object: &'a [u8], key: &str, depth: usize) -> Option<&'a [u8]> {
    let mut found = None;
    let _ = all_members(object, depth, |k, v, _| {
        if found.is_none() && k == key.as_bytes() {
            found = Some(v);
        }
    });
    found
}

/// Whether a key stands twice in an object, and whether a member of it is nested too deep.
pub(crate) fn faults(object: &[u8], depth: usize) -> (bool, bool) {
    let (mut keys, mut repeated) = (HashSet::new(), false);
    let end = members(object, depth, |key, _| repeated |= !keys.insert(key));
    (repeated, matches!(end, Err(Broken::Deep(_))))
}

/// The text of a member of an object, where it is a string, a number or a truth value that says something.
pub(crate) fn text_of(object: &[u8], key: &str, depth: usize) -> Option<String> {
    let raw = get(object, key, depth)?;
    match Kind::of(raw) {
        Kind::Null | Kind::Object | Kind::Array => None,
        _ => Some(String::from_utf8_lossy(&scalar(raw)).into_owned()).filter(|text| !text.is_empty()),
    }
}

/// The values of a text that holds one array of them, or one after the other, as (from, to). Gives what it could, and
/// where it broke, else where it ends. One that is nested too deep is handed out like any other: whoever looks into it
/// meets that.
pub(crate) fn values(text: &[u8], depth: usize, mut each: impl FnMut(usize, usize)) -> Result<usize, (usize, Broken)> {
    let mut at = skip_blanks(text, 0);
    let array = text.get(at) == Some(&b'[');
    if array {
        at = skip_blanks(text, at + 1);
    }
    while at < text.len() {
        if array && text[at] == b']' {
            return Ok(at + 1);
        }
        let end = match value_end(text, at, depth) {
            Ok(end) | Err(Broken::Deep(end)) => end,
            Err(broken) => return Err((at, broken)),
        };
        each(at, end);
        at = skip_blanks(text, end);
        if text.get(at) == Some(&b',') {
            at = skip_blanks(text, at + 1);
        }
    }
    if array { Err((text.len(), Broken::Syntax)) } else { Ok(at) }
}

/// The values of a text, as (from, to), and where it broke.
pub(crate) type Places = (Vec<(usize, usize)>, Result<(), (usize, Broken)>);

/// As [`values`], all at once.
pub(crate) fn places(text: &[u8], depth: usize) -> Places {
    let mut out = Vec::new();
    let end = values(text, depth, |from, to| out.push((from, to)));
    (out, end.map(|_| ()))
}

/// A scalar's text: a string without its quotes and escapes, anything else as it is.
pub(crate) fn scalar(raw: &[u8]) -> Cow<'_, [u8]> {
    match raw {
        [b'"', inner @ .., b'"'] => unescaped(inner),
        _ => Cow::Borrowed(raw),
    }
}

/// What stands between the quotes of a string, without its escapes.
pub(crate) fn unescaped(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    unescape_into(inner, &mut out);
    Cow::Owned(out)
}

/// Appends what stands between the quotes of a string, without its escapes. A lone surrogate becomes U+FFFD.
pub(crate) fn unescape_into(mut inner: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr::memchr(b'\\', inner) {
        out.extend_from_slice(&inner[..at]);
        let (taken, made) = escape(&inner[at + 1..]);
        let mut utf8 = [0; 4];
        out.extend_from_slice(made.encode_utf8(&mut utf8).as_bytes());
        inner = &inner[(at + 1 + taken).min(inner.len())..];
    }
    out.extend_from_slice(inner);
}

/// What the escape means whose backslash is before these bytes, and how many of them it takes.
fn escape(after: &[u8]) -> (usize, char) {
    match after.first() {
        Some(b'n') => (1, '\n'),
        Some(b't') => (1, '\t'),
        Some(b'r') => (1, '\r'),
        Some(b'b') => (1, '\u{8}'),
        Some(b'f') => (1, '\u{c}'),
        Some(b'u') => unicode(&after[1..]),
        Some(byte) if byte.is_ascii() => (1, char::from(*byte)),
        Some(_) | None => (0, '\\'),
    }
}

fn unicode(after: &[u8]) -> (usize, char) {
    let hex = |bytes: Option<&[u8]>| u32::from_str_radix(std::str::from_utf8(bytes?).ok()?, 16).ok();
    let Some(high) = hex(after.get(..4)) else { return (1, char::REPLACEMENT_CHARACTER) };
    if (0xd800..0xdc00).contains(&high)
        && after.get(4..6) == Some(b"\\u")
        && let Some(low) = hex(after.get(6..10)).filter(|low| (0xdc00..0xe000).contains(low))
    {
        let point = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (11, char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    (5, char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let mut out = String::new();
        let end = members(text.as_bytes(), 8, |k, v| {
            out += &format!("{}={} ", String::from_utf8_lossy(k), String::from_utf8_lossy(v));
        });
        format!("{out}{end:?}")
    }

    #[test]
    fn members_are_handed_out_raw_and_up_to_a_break() {
        assert_eq!(told(r#"{"a":1,"b" : "x\"y" ,"c":{"d":[1,"]"]}} tail"#), r#"a=1 b="x\"y" c={"d":[1,"]"]} Ok(39)"#);
        assert_eq!(told(r#"{"a":1,"b":"cut"#), "a=1 Err(Syntax)");
        assert_eq!(told(r#"{"a":[1}}"#), "Err(Syntax)");
        assert_eq!(told("{}"), "Ok(2)");
        assert_eq!(told(r#"{"a":[[[[[[[[[[1]]]]]]]]]]}"#), "Err(Deep(27))");
        assert_eq!(told(r#"{"a":[[[[[[[[[1]]]]]]]]],"b":2} tail"#), "b=2 Err(Deep(31))");
        assert_eq!(told(r#"{"a":[[[[[[[[[1]]]"#), "Err(Syntax)");
    }

    #[test]
    fn escapes_are_undone_and_lone_surrogates_replaced() {
        let inner = r#"a\n\"b\" \u00e9 \ud83d\ude00 \ud800 \q \"#;
        assert_eq!(String::from_utf8_lossy(&unescaped(inner.as_bytes())), "a\n\"b\" é 😀 \u{fffd} q \\");
    }

    #[test]
    fn values_of_an_array_or_one_after_the_other() {
        let all = |text: &str| {
            let mut out = Vec::new();
            let end = values(text.as_bytes(), 8, |from, to| out.push(text[from..to].to_string()));
            (out.join(" "), end.is_ok())
        };
        assert_eq!(all("[{\"a\":1},\n 2 ]"), ("{\"a\":1} 2".into(), true));
        assert_eq!(all("{\"a\":1}\n{\"b\":2}"), ("{\"a\":1} {\"b\":2}".into(), true));
        assert_eq!(all("[1, {\"a\":"), ("1".into(), false));
    }

    proptest::proptest! {
        #[test]
        fn fuzz_what_serde_json_takes_is_walked_the_same(text in "[{]( ?\"[ab]\" ?: ?(1|\"[a\\\\]?\"|[\\[]1,2[\\]]|[{]\"c\":null[}]) ?,?){0,4}[}]") {
            let serde: Result<std::collections::BTreeMap<String, serde_json::Value>, _> = serde_json::from_str(&text);
            let mut keys = 0;
            let ours = members(text.as_bytes(), 128, |_, _| keys += 1);
            if let Ok(map) = serde {
                proptest::prop_assert_eq!(ours, Ok(text.len()));
                proptest::prop_assert!(keys >= map.len());
                for (key, value) in &map {
                    if map.len() == keys {
                        let raw = get(text.as_bytes(), key, 128).unwrap();
                        proptest::prop_assert_eq!(&serde_json::from_slice::<serde_json::Value>(raw).unwrap(), value);
                    }
                }
            }
        }

        #[test]
        fn fuzz_no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::sample::select(b"{}[]\",:\\u0d8 a1\n".to_vec()), 0..80)) {
            let _ = members(&bytes, 16, |_, v| { let _ = scalar(v); });
            let _ = values(&bytes, 16, |_, _| {});
        }
    }
}
