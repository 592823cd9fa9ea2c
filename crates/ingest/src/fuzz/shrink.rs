//! A case made small: what can be left out while it still breaks something is left out.

use std::time::{Duration, Instant};

/// How long it may take to make a case small.
const PATIENCE: Duration = Duration::from_secs(30);

/// The smallest that was found of the bytes that still break something: stretches are left out, the longest first.
pub fn shrunk(bytes: &[u8], mut breaks: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let (mut best, mut length, begun) = (bytes.to_vec(), bytes.len().div_ceil(2), Instant::now());
    while length > 0 {
        let (mut at, mut any) = (0, false);
        while at < best.len() && begun.elapsed() < PATIENCE {
            let end = (at + length).min(best.len());
            let less = [&best[..at], &best[end..]].concat();
            if breaks(&less) {
                (best, any) = (less, true);
            } else {
                at = end;
            }
        }
        if !any || begun.elapsed() >= PATIENCE {
            length /= 2;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_breaks_is_left() {
        let text = b"a long text with one < in it, and one > behind that, and more";
        let both =
            |t: &[u8]| t.iter().position(|b| *b == b'<') < t.iter().position(|b| *b == b'>') && t.contains(&b'<');
        assert_eq!(shrunk(text, both), b"<>");
        assert_eq!(shrunk(text, |_| true), b"");
        assert_eq!(shrunk(text, |t| t.len() == text.len()), text);
    }
}
