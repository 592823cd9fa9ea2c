//! Bytes as they were before somebody compressed them, with caps: a bomb is a complaint, not an error.
//!
//! Reads `.gz` and `.zst` by their first bytes, never by their names, with all of their concatenated members (rotated
//! logs are often appended to), and any encoding as the UTF-8 that it could have been. Refuses to know lines and formats. A
//! stream that breaks gives what came before the break.

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use evidence::ComplaintKind;
use flate2::read::MultiGzDecoder;

use crate::encoding::{Notes, Utf8};
use crate::settings::Limits;

/// A boxed stream of bytes.
pub(crate) type Bytes = Box<dyn Read + Send>;

/// A source's content, decompressed. Reading never fails: where it stops early, `stopped` says why.
pub(crate) struct Input {
    bytes: Bytes,
    notes: Notes,
    compressed: Option<Arc<AtomicU64>>,
    given: u64,
    limits: Limits,
    stopped: Option<(ComplaintKind, String)>,
}

/// Compressions that are recognised and not read, with what would help.
const OTHERS: &[(&[u8], &str)] = &[
    (b"BZh", "compressed with bzip2, not read: decompress it first (bunzip2)"),
    (b"\xfd7zXZ\0", "compressed with xz, not read: decompress it first (unxz)"),
    (b"PK\x03\x04", "a zip archive, not read: unpack it first (unzip)"),
    (b"\x04\x22\x4d\x18", "compressed with lz4, not read: decompress it first (lz4 -d)"),
];
const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
/// Windows of zstd up to 128 MiB, what its own program takes without being asked (RFC 8878 leaves it to the reader).
const ZSTD_WINDOW_LOG: u32 = 27;
/// So much of a compressed stream is decompressed at once: what a decoder made in the call in which it met a break is
/// lost.
const AT_ONCE: usize = 2 << 10;

impl Input {
    /// The content of a stream, which may be compressed.
    pub fn new(mut raw: Bytes, limits: &Limits) -> Result<Input, (ComplaintKind, String)> {
        let mut magic = Vec::with_capacity(8);
        raw.by_ref().take(8).read_to_end(&mut magic).map_err(|e| (ComplaintKind::Unreadable, e.to_string()))?;
        if let Some((_, words)) = OTHERS.iter().find(|(start, _)| magic.starts_with(start)) {
            return Err((ComplaintKind::UnknownForm, (*words).to_string()));
        }
        let packed = [GZIP, ZSTD].iter().find(|start| magic.starts_with(start));
        let is_zstd = packed == Some(&ZSTD);
        let whole = Cursor::new(magic).chain(raw);
        let (bytes, compressed): (Bytes, _) = if packed.is_some() {
            let count = Arc::new(AtomicU64::new(0));
            let counted = Counted { inner: whole, count: count.clone(), broke: None };
            let bytes: Bytes = if is_zstd {
                let broken = |e: io::Error| (ComplaintKind::BrokenCompression, e.to_string());
                let mut decoder = zstd::stream::read::Decoder::new(counted).map_err(broken)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(broken)?;
                Box::new(Little(decoder))
            } else {
                Box::new(Little(MultiGzDecoder::new(counted)))
            };
            (bytes, Some(count))
        } else {
            (Box::new(whole), None)
        };
        let notes = Notes::default();
        let bytes: Bytes = Box::new(Utf8::of(bytes, notes.clone()));
        Ok(Input { bytes, notes, compressed, given: 0, limits: limits.clone(), stopped: None })
    }

    /// Fills as much of `into` as there is; less only at the end.
    pub fn fill(&mut self, into: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < into.len() {
            match self.read_some(&mut into[filled..]) {
                0 => break,
                n => filled += n,
            }
        }
        filled
    }

    /// What was found out about the stream since this was asked: kind, line, words.
    pub fn notes(&self) -> Vec<(ComplaintKind, u64, String)> {
        self.notes.lock().map(|mut notes| std::mem::take(&mut *notes)).unwrap_or_default()
    }

    /// Why reading stopped before the end, if it did.
    pub fn stopped(&self) -> Option<&(ComplaintKind, String)> {
        self.stopped.as_ref()
    }

    fn read_some(&mut self, into: &mut [u8]) -> usize {
        if self.stopped.is_some() || self.is_bomb() {
            return 0;
        }
        loop {
            match self.bytes.read(into) {
                Ok(n) => {
                    self.given += n as u64;
                    return n;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.stopped = Some(self.break_of(&e));
                    return 0;
                }
            }
        }
    }

    fn break_of(&self, error: &io::Error) -> (ComplaintKind, String) {
        let kind = if self.compressed.is_some() { ComplaintKind::BrokenCompression } else { ComplaintKind::Unreadable };
        (kind, format!("{error}; the {} bytes before it were used", self.given))
    }

    /// Whether the stream has grown beyond a cap; notes which.
    fn is_bomb(&mut self) -> bool {
        let Some(compressed) = &self.compressed else { return false };
        let read = compressed.load(Ordering::Relaxed).max(1);
        let limits = &self.limits;
        let over = if self.given >= limits.decompressed_bytes {
            Some(format!("limits.decompressed_mb ({}) reached", limits.decompressed_bytes >> 20))
        } else if self.given >= limits.ratio_from_bytes && self.given / read >= limits.ratio {
            Some(format!("limits.ratio ({}) reached: {read} bytes became {}", limits.ratio, self.given))
        } else {
            None
        };
        self.stopped = over.map(|words| (ComplaintKind::Bomb, words));
        self.stopped.is_some()
    }
}

/// Gives at most [`AT_ONCE`].
struct Little<R>(R);

impl<R: Read> Read for Little<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(AT_ONCE);
        self.0.read(&mut into[..most])
    }
}

/// Counts the compressed bytes that go by, and gives as many as are asked for: a decoder that breaks gives more or less
/// of what came before the break with what it was fed at once, and that must not hang on how the bytes arrive.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
    /// Why the stream broke, behind bytes that were given.
    broke: Option<io::Error>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.broke.take() {
            return Err(error);
        }
        let mut filled = 0;
        while filled < into.len() {
            match self.inner.read(&mut into[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if filled == 0 => return Err(e),
                Err(e) => {
                    self.broke = Some(e);
                    break;
                }
            }
        }
        self.count.fetch_add(filled as u64, Ordering::Relaxed);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn content(bytes: Vec<u8>, limits: &Limits) -> (usize, String) {
        let mut input = Input::new(Box::new(Cursor::new(bytes)), limits).unwrap_or_else(|(_, words)| panic!("{words}"));
        let (mut block, mut total) = (vec![0; 1 << 16], 0);
        loop {
            match input.fill(&mut block) {
                0 => break,
                n => total += n,
            }
        }
        (total, input.stopped().map_or(String::new(), |(kind, words)| format!("{kind:?}: {words}")))
    }

    #[test]
    fn all_members_of_a_file_are_read() {
        let bytes = [gzip(b"one\n"), gzip(b"two\n")].concat();
        assert_eq!(content(bytes, &Limits::default()), (8, String::new()));
    }

    #[test]
    fn what_came_before_a_break_is_used() {
        let mut bytes = gzip("a line\n".repeat(100_000).as_bytes());
        bytes.truncate(bytes.len() / 2);
        let (total, words) = content(bytes, &Limits::default());
        assert!(total > 1_000 && total < 700_000, "{total}");
        assert!(words.starts_with("BrokenCompression: "), "{words}");
    }

    #[test]
    fn what_came_before_damage_is_used_up_to_a_few_lines() {
        let lines: String = (0..1_000).map(|n| format!("line {n} of {}\n", n * 7919 % 1_003)).collect();
        let mut bytes = gzip(lines.as_bytes());
        let late = bytes.len() - 200;
        bytes[late..late + 40].fill(0xff);
        let (total, words) = content(bytes, &Limits::default());
        let lost = lines.len() - total;
        assert!(lost < AT_ONCE + lines.len() * 200 / late, "{lost} of {} bytes are lost", lines.len());
        assert!(words.starts_with("BrokenCompression: "), "{words}");
    }

    #[test]
    fn a_bomb_stops_at_the_cap_that_is_named() {
        let zeros = gzip(&vec![b'a'; 8 << 20]);
        let limits = Limits { ratio: 100, ratio_from_bytes: 1 << 20, ..Limits::default() };
        let (total, words) = content(zeros.clone(), &limits);
        assert!(total < 4 << 20, "{total}");
        assert!(words.starts_with("Bomb: limits.ratio (100) reached"), "{words}");
        let limits = Limits { decompressed_bytes: 1 << 20, ..Limits::default() };
        assert!(content(zeros, &limits).1.starts_with("Bomb: limits.decompressed_mb"));
    }

    #[test]
    fn zstd_is_read_with_all_its_frames_and_its_bombs_stop() {
        let zstd = |text: &[u8]| zstd::stream::encode_all(text, 1).unwrap();
        let bytes = [zstd(b"one\n"), zstd(b"two\n")].concat();
        assert_eq!(content(bytes, &Limits::default()), (8, String::new()));
        let lines: String = (0..100_000).map(|n| format!("line {n} of {}\n", n * 7919 % 100_003)).collect();
        let mut cut = zstd(lines.as_bytes());
        cut.truncate(cut.len() / 2);
        let (total, words) = content(cut, &Limits::default());
        assert!(total > 1_000 && words.starts_with("BrokenCompression: "), "{total} {words}");
        let limits = Limits { ratio: 100, ratio_from_bytes: 1 << 20, ..Limits::default() };
        let (total, words) = content(zstd(&vec![b'a'; 64 << 20]), &limits);
        assert!(total < 4 << 20 && words.starts_with("Bomb: limits.ratio (100) reached"), "{total} {words}");
    }

    #[test]
    fn other_compressions_are_named_with_what_helps() {
        let refused = Input::new(Box::new(Cursor::new(b"BZh91AY&SY".to_vec())), &Limits::default());
        assert!(refused.is_err_and(|(kind, words)| kind == ComplaintKind::UnknownForm && words.contains("bunzip2")));
    }
}
