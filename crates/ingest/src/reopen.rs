//! An evidence address opened again: the line that a story cites, or why it cannot be shown.
//!
//! Refuses to interpret the line: it gives its text as it stands in the decompressed source.

use std::fs::File;

use evidence::Address;
use memchr::memchr_iter;

use crate::decompress::Input;
use crate::settings::Settings;

/// Why an address cannot be opened again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    /// It was read from standard input.
    #[error("it was read from standard input, which is read once")]
    Stdin,
    /// The file is gone, or closed to us.
    #[error("{path} cannot be read any more: {words}")]
    Gone {
        /// The file as the user named it.
        path: String,
        /// What the system says.
        words: String,
    },
    /// The file has fewer lines than it had.
    #[error("{path} has changed: it has only {lines} lines now")]
    Changed {
        /// The file as the user named it.
        path: String,
        /// How many lines it has.
        lines: u64,
    },
    /// The address is of something that is no line of a file.
    #[error("it is no line of a file")]
    NoLine,
}

/// The line behind an address: its text, at most `limits.line_bytes` of it, odd bytes replaced.
///
/// # Errors
/// Where it cannot be opened again, with the reason.
pub fn reopen(address: &Address, settings: &Settings) -> Result<String, WhyNot> {
    let Address::Record { source, line, .. } = address else { return Err(WhyNot::NoLine) };
    if source == evidence::STDIN {
        return Err(WhyNot::Stdin);
    }
    if *line == 0 {
        return Err(WhyNot::NoLine);
    }
    let gone = |words: String| WhyNot::Gone { path: source.clone(), words };
    let file = File::open(source).map_err(|e| gone(e.to_string()))?;
    let mut input = Input::new(Box::new(file), &settings.limits).map_err(|(_, words)| gone(words))?;
    let (text, lines) = line_of(&mut input, *line, settings.limits.line_bytes);
    if let Some((_, words)) = input.stopped()
        && text.is_none()
    {
        return Err(gone(words.clone()));
    }
    let bytes = text.ok_or_else(|| WhyNot::Changed { path: source.clone(), lines })?;
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(&bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| *line == 1).unwrap_or(bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// The line of that number, and how many lines were seen.
fn line_of(input: &mut Input, line: u64, most: usize) -> (Option<Vec<u8>>, u64) {
    let (mut block, mut number, mut found) = (vec![0; 64 << 10], 1, Vec::new());
    let (mut any, mut last) = (false, 0);
    loop {
        let n = input.fill(&mut block);
        if n == 0 {
            let open_line = any && last != b'\n';
            let seen = number - u64::from(!open_line);
            return ((number == line && open_line).then_some(found), seen);
        }
        any = true;
        last = block[n - 1];
        let mut from = 0;
        for newline in memchr_iter(b'\n', &block[..n]) {
            if number == line {
                keep(&mut found, &block[from..newline], most);
                return (Some(found), number);
            }
            number += 1;
            from = newline + 1;
        }
        if number == line {
            keep(&mut found, &block[from..n], most);
        }
    }
}

fn keep(found: &mut Vec<u8>, bytes: &[u8], most: usize) {
    let room = most.saturating_sub(found.len());
    found.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn told(source: &str, line: u64) -> String {
        let address = Address::Record { source: source.into(), record: line, line };
        reopen(&address, &Settings::default()).unwrap_or_else(|why| format!("! {why}"))
    }

    #[test]
    fn lines_are_found_again_or_it_is_said_why_not() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.log");
        fs::write(&path, "\u{feff}one\r\ntwo\n\nfour").unwrap();
        let path = path.to_string_lossy();
        assert_eq!(told(&path, 1), "one");
        assert_eq!(told(&path, 3), "");
        assert_eq!(told(&path, 4), "four");
        assert_eq!(told(&path, 5), format!("! {path} has changed: it has only 4 lines now"));
        assert!(told("-", 1).contains("standard input"));
        assert!(told("/nowhere/a.log", 1).contains("cannot be read any more"));
        assert_eq!(told(&path, 0), "! it is no line of a file");
    }
}
