//! What JSON allows within a string, and as a number.

/// How long the escape is that begins here; else what to write for it.
pub(super) fn escape(text: &[u8]) -> Result<usize, &'static [u8]> {
    let hex = |from: usize| {
        let digits = text.get(from..from + 4)?;
        digits
            .iter()
            .all(u8::is_ascii_hexdigit)
            .then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())?
    };
    match text.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match hex(2) {
            Some(0xd800..0xdc00) if text.get(6..8) == Some(b"\\u") && matches!(hex(8), Some(0xdc00..0xe000)) => Ok(12),
            Some(0xd800..0xe000) => Err(b"\\ufffd"),
            Some(_) => Ok(6),
            None => Err(b"\\\\"),
        },
        _ => Err(b"\\\\"),
    }
}

/// Whether a word is a number as JSON writes them (RFC 8259 section 6), and finite.
pub(super) fn is_number(word: &[u8]) -> bool {
    let unsigned = word.strip_prefix(b"-").unwrap_or(word);
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(unsigned);
    let mut rest = &unsigned[whole..];
    if whole == 0 || whole > 1 && unsigned[0] == b'0' {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        rest = &fraction[length..];
        if length == 0 {
            return false;
        }
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or(rest.strip_prefix(b"E")) {
        let exponent = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let length = digits(exponent);
        rest = &exponent[length..];
        if length == 0 {
            return false;
        }
    }
    let finite = || std::str::from_utf8(word).is_ok_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite));
    rest.is_empty() && finite()
}
