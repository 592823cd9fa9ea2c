//! Text from outside made harmless: no escape sequence, no control character, no mark that turns the line round.
//!
//! Also see Unicode Technical Report 36, "Trojan Source" (Boucher and Anderson, 2021) for the marks, and
//! `Default_Ignorable_Code_Point` of the Unicode Character Database for what shows nothing. The selectors that choose
//! between the forms of an emoji stay.

use std::fmt::Write as _;

/// Whether a character could move the cursor, colour the screen, hide or reorder text.
fn is_harmful(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(c,
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{00ad}'
        | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}');
    c.is_control() || turns || hides || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The text with every harmful character written out, as `\x1b` or `\u{202e}`; line ends and tabs become blanks.
pub fn plain(text: &str) -> String {
    if !text.chars().any(is_harmful) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_harmful(c) && (c as u32) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c if is_harmful(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_written_out() {
        assert_eq!(plain("\u{1b}[31mred\u{7}\u{9b}x"), "\\x1b[31mred\\x07\\x9bx");
        assert_eq!(plain("user \u{202e}evil\u{202c}"), "user \\u{202e}evil\\u{202c}");
        assert_eq!(plain("one\u{2028}two\u{3164}"), "one\\u{2028}two\\u{3164}");
        assert_eq!(plain("zwölf Käse\t1"), "zwölf Käse 1");
    }

    proptest::proptest! {
        #[test]
        fn fuzz_nothing_harmful_is_left(text: String) {
            proptest::prop_assert!(!plain(&text).chars().any(is_harmful));
        }
    }
}
