//! Cells of a table's row: where they stand, with the rules for quotes of RFC 4180.
//!
//! Lenient where tables are: a quote within a cell that does not begin with one is text, and so are the quotes of a
//! cell that goes on behind the closing one. Whether a row keeps the rules strictly is asked apart: only then may one of its cells
//! go over several lines. Refuses to know what columns mean.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

/// A cell: where it stands, without its quotes, and whether quotes were around it.
pub(crate) type Cell = (usize, usize, bool);

/// The cells of a row. Without `quotes` a quote is text.
pub(crate) fn cells(row: &[u8], delimiter: u8, quotes: bool) -> Vec<Cell> {
    let (mut out, mut at) = (Vec::new(), 0);
    loop {
        let opened = quotes && row.get(at) == Some(&b'"');
        let closed = opened.then(|| closing_quote(row, at + 1)).flatten();
        let end = match closed.filter(|close| row.get(close + 1).is_none_or(|byte| *byte == delimiter)) {
            Some(close) => {
                out.push((at + 1, close, true));
                close + 1
            }
            None => {
                let end = memchr(delimiter, &row[at..]).map_or(row.len(), |n| at + n);
                out.push((at, end, false));
                end
            }
        };
        if end >= row.len() {
            return out;
        }
        at = end + 1;
    }
}

/// Whether each quote of a row either encloses a cell, is doubled, or stands in a cell that has none around it.
pub(crate) fn is_well_quoted(row: &[u8], delimiter: u8) -> bool {
    let mut at = 0;
    loop {
        if row.get(at) == Some(&b'"') {
            let Some(close) = closing_quote(row, at + 1) else { return false };
            at = close + 1;
            if row.get(at).is_some_and(|byte| *byte != delimiter) {
                return false;
            }
        }
        match memchr(delimiter, &row[at..]) {
            Some(n) => at += n + 1,
            None => return true,
        }
    }
}

/// Whether a line has a quote without its other half, so that a cell may go on on the next line.
pub(crate) fn is_odd(line: &[u8]) -> bool {
    memchr_iter(b'"', line).count() % 2 == 1
}

/// The quote that closes a cell: one that no other follows (RFC 4180 section 2). A search that finds none to the end of
/// the row has met quotes in pairs alone, so that whichever cell opens next closes at once: a row takes linear time.
fn closing_quote(row: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(b'"', row.get(at..)?)?;
        if row.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// A quoted cell's text, its quotes doubled no more.
pub(crate) fn undoubled(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'"', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().peekable();
    while let Some(byte) = bytes.next() {
        out.push(*byte);
        if *byte == b'"' {
            bytes.next_if(|next| **next == b'"');
        }
    }
    Cow::Owned(out)
}

/// What is said of a row with a quote that has no other half.
pub(crate) const NOT_CLOSED: &str = "a quote that is not closed; the line was split without it";

/// The texts of a row's cells; quotes mean nothing where one of them has no other half.
pub(crate) fn texts(row: &[u8], delimiter: u8) -> Vec<String> {
    let text = |(from, to, quoted): Cell| {
        let cell = &row[from..to];
        let cell = if quoted { undoubled(cell) } else { Cow::Borrowed(cell) };
        String::from_utf8_lossy(&cell).into_owned()
    };
    let all = if is_odd(row) { unquoted(row, delimiter) } else { cells(row, delimiter, true) };
    all.into_iter().map(text).collect()
}

/// The cells of a row whose quotes mean nothing: split at each delimiter, without the quotes at their ends.
pub(crate) fn unquoted(row: &[u8], delimiter: u8) -> Vec<Cell> {
    let without = |(mut from, mut to, _): Cell| {
        from += usize::from(row[from..to].starts_with(b"\""));
        to -= usize::from(row[from..to].ends_with(b"\""));
        (from, to, false)
    };
    cells(row, delimiter, false).into_iter().map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(row: &str) -> String {
        format!("{:?} {}", texts(row.as_bytes(), b','), is_well_quoted(row.as_bytes(), b','))
    }

    #[test]
    fn cells_are_split_and_their_quotes_undone() {
        assert_eq!(told(r#"a,"b, ""c""",,d"#), r#"["a", "b, \"c\"", "", "d"] true"#);
        assert_eq!(told(r#"a,b "c" d,"#), r#"["a", "b \"c\" d", ""] true"#);
        assert_eq!(told(r#"a,"b"c,d"#), r#"["a", "\"b\"c", "d"] false"#);
        assert_eq!(told(r#"a,"b,c"#), r#"["a", "b", "c"] false"#);
        assert_eq!(told(r#"a,"b""c""#), r#"["a", "b\"c"] true"#);
        assert_eq!(told("\"a\nb\",c"), r#"["a\nb", "c"] true"#);
        assert_eq!(undoubled(br#"""a"""""#), &br#""a"""#[..]);
        assert_eq!(unquoted(b"\"a,b\",\",\"\"", b','), [(1, 2, false), (3, 4, false), (7, 7, false), (9, 9, false)]);
    }

    proptest::proptest! {
        #[test]
        fn fuzz_cells_lie_within_their_row(row in proptest::collection::vec(proptest::sample::select(b"\"\",;ab\n ".to_vec()), 0..40)) {
            let all = cells(&row, b',', true);
            proptest::prop_assert!(all.iter().all(|(from, to, _)| from <= to && *to <= row.len()));
            proptest::prop_assert!(unquoted(&row, b',').iter().all(|(from, to, _)| from <= to && *to <= row.len()));
            let _ = (texts(&row, b','), is_well_quoted(&row, b','));
        }
    }
}
