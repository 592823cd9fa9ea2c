//! An evidence address opened again: the line that a story cites, or why it cannot be shown.
//!
//! Refuses to interpret the line: it gives its text as it stands in the decompressed source.

use std::collections::{BTreeMap, BTreeSet};
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
    let mut found = around(source, &[*line], 0, settings)?.remove(0)?;
    Ok(found.pop().map(|(_, text)| text).unwrap_or_default())
}

/// A line with those before and after it, as (number, text).
pub type Surroundings = Vec<(u64, String)>;

/// The lines of a source with so many before and after each, in one pass; for each line that was asked for, in that order.
///
/// # Errors
/// The source cannot be opened again, or has no such line, with the reason.
pub fn around(
    source: &str,
    lines: &[u64],
    context: u64,
    settings: &Settings,
) -> Result<Vec<Result<Surroundings, WhyNot>>, WhyNot> {
    if source == evidence::STDIN {
        return Err(WhyNot::Stdin);
    }
    let gone = |words: String| WhyNot::Gone { path: source.to_string(), words };
    let span = |line: u64| line.saturating_sub(context).max(1)..=line.saturating_add(context);
    let wanted: BTreeSet<u64> = lines.iter().filter(|line| **line > 0).flat_map(|line| span(*line)).collect();
    let file = File::open(source).map_err(|e| gone(e.to_string()))?;
    if !file.metadata().map_err(|e| gone(e.to_string()))?.is_file() {
        return Err(gone("it is no file".into()));
    }
    let mut input = Input::new(Box::new(file), &settings.limits).map_err(|(_, words)| gone(words))?;
    let (found, seen) = lines_of(&mut input, &wanted, settings.limits.line_bytes);
    let stopped = input.stopped().map(|(_, words)| words.clone());
    let answer = |line: &u64| match (found.contains_key(line), &stopped) {
        (true, _) => Ok(found.range(span(*line)).map(|(number, text)| (*number, readable(text, *number))).collect()),
        _ if *line == 0 => Err(WhyNot::NoLine),
        (_, Some(words)) => Err(gone(words.clone())),
        _ => Err(WhyNot::Changed { path: source.to_string(), lines: seen }),
    };
    Ok(lines.iter().map(answer).collect())
}

fn readable(bytes: &[u8], line: u64) -> String {
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| line == 1).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lines of these numbers, and how many lines were seen; nothing beyond the last of them is read.
fn lines_of(input: &mut Input, wanted: &BTreeSet<u64>, most: usize) -> (BTreeMap<u64, Vec<u8>>, u64) {
    let (mut block, mut number, mut found) = (vec![0; 64 << 10], 1, BTreeMap::new());
    let (mut any, mut last) = (false, 0);
    let beyond = wanted.last().copied().unwrap_or(0);
    loop {
        let n = input.fill(&mut block);
        if n == 0 {
            let open_line = any && last != b'\n';
            // Behind the last line end there is no line.
            if !open_line {
                found.remove(&number);
            }
            return (found, number - u64::from(!open_line));
        }
        any = true;
        last = block[n - 1];
        let mut from = 0;
        for newline in memchr_iter(b'\n', &block[..n]) {
            if wanted.contains(&number) {
                keep(found.entry(number).or_default(), &block[from..newline], most);
            }
            number += 1;
            from = newline + 1;
            if number > beyond {
                return (found, number - 1);
            }
        }
        if wanted.contains(&number) {
            keep(found.entry(number).or_default(), &block[from..n], most);
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
        let near: Vec<_> = around(&path, &[2, 4, 9], 1, &Settings::default()).unwrap();
        let text = |lines: &Surroundings| lines.iter().map(|(n, text)| format!("{n}:{text}")).collect::<Vec<_>>();
        assert_eq!(near[0].as_ref().map(text).unwrap(), ["1:one", "2:two", "3:"]);
        assert_eq!(near[1].as_ref().map(text).unwrap(), ["3:", "4:four"]);
        assert_eq!(near[2], Err(WhyNot::Changed { path: path.to_string(), lines: 4 }));
    }
}
