//! A file that other programs may write to while it is read: what it was when it was opened, and what was there to read.
//!
//! Refuses to know what stands in it.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use evidence::ComplaintKind;

/// An open file, and how much of it was read.
#[derive(Clone)]
pub(crate) struct Watched {
    file: Arc<File>,
    /// Its bytes when it was opened.
    size: u64,
    read: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl Watched {
    /// A file that was just opened; its clones read on from the same place.
    pub fn of(file: File, size: u64) -> Watched {
        Watched { file: Arc::new(file), size, read: Arc::default(), ended: Arc::default() }
    }

    /// What happened to the file while it was read to its end, if anything did.
    pub fn told(&self) -> Option<(ComplaintKind, String)> {
        let (size, read) = (self.size, self.read.load(Ordering::Relaxed));
        // What the kernel makes up has no size.
        if size == 0 || !self.ended.load(Ordering::Relaxed) {
            return None;
        }
        let now = self.file.metadata().map_or(read, |about| about.len());
        if read < size || now < read {
            let words = format!("of {size} bytes that it had when it was opened {now} are left; {read} were read");
            return Some((ComplaintKind::CutMeanwhile, words));
        }
        let words = format!("{size} bytes when it was opened, {read} were read, {now} are there now");
        (now > size).then_some((ComplaintKind::GrownMeanwhile, words))
    }
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = (&*self.file).read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        if n == 0 && !into.is_empty() {
            self.ended.store(true, Ordering::Relaxed);
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::*;

    /// Reads half of a file, lets something happen to it, reads the rest, and tells.
    fn told(happens: impl FnOnce(&mut File)) -> String {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.log");
        std::fs::write(&path, [b'x'; 1_000]).unwrap();
        let file = File::open(&path).unwrap();
        let mut watched = Watched::of(file, 1_000);
        watched.read_exact(&mut [0; 500]).unwrap();
        happens(&mut OpenOptions::new().append(true).open(&path).unwrap());
        let mut stream = watched.clone();
        stream.read_to_end(&mut Vec::new()).unwrap();
        watched.told().map_or(String::new(), |(kind, words)| format!("{kind:?}: {words}"))
    }

    #[test]
    fn what_happens_to_a_file_while_it_is_read_is_told() {
        assert_eq!(told(|_| ()), "");
        assert_eq!(
            told(|file| file.write_all(&[b'y'; 70]).unwrap()),
            "GrownMeanwhile: 1000 bytes when it was opened, 1070 were read, 1070 are there now"
        );
        assert_eq!(
            told(|file| file.set_len(0).unwrap()),
            "CutMeanwhile: of 1000 bytes that it had when it was opened 0 are left; 500 were read"
        );
    }
}
