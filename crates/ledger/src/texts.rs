//! Texts of sampled lines, by offset: in memory up to a limit, then appended to a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

/// Keeps texts.
#[derive(Default)]
pub struct TextStore {
    memory: Vec<u8>,
    /// Bytes that are on disk; offsets at or beyond this lie in memory.
    spilled: u64,
    file: Option<Mutex<File>>,
}

impl TextStore {
    /// Keeps a text and gives its offset.
    pub fn keep(&mut self, text: &str) -> u64 {
        let offset = self.spilled + self.memory.len() as u64;
        self.memory.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.memory.extend_from_slice(text.as_bytes());
        offset
    }

    /// Bytes held in memory.
    pub fn memory(&self) -> usize {
        self.memory.capacity()
    }

    /// Bytes on disk.
    pub fn written(&self) -> u64 {
        self.spilled
    }

    /// Moves what is in memory to a file below a folder.
    pub fn spill(&mut self, folder: &Path) -> io::Result<()> {
        if self.file.is_none() {
            let path = folder.join("texts");
            self.file = Some(Mutex::new(File::options().read(true).write(true).create_new(true).open(path)?));
        }
        if let Some(file) = &self.file {
            let mut file = file.lock().map_err(|_| io::Error::other("a reader of the texts panicked"))?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(&self.memory)?;
        }
        self.spilled += self.memory.len() as u64;
        self.memory = Vec::new();
        Ok(())
    }

    /// The text at an offset, if one was kept there.
    pub fn text(&self, offset: u64) -> Option<String> {
        if offset == u64::MAX {
            return None;
        }
        if let Some(at) = offset.checked_sub(self.spilled) {
            let rest = self.memory.get(usize::try_from(at).ok()?..)?;
            let length = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize;
            return Some(String::from_utf8_lossy(rest.get(4..4 + length)?).into_owned());
        }
        let mut file = self.file.as_ref()?.lock().ok()?;
        let mut length = [0; 4];
        file.seek(SeekFrom::Start(offset)).ok()?;
        file.read_exact(&mut length).ok()?;
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        file.read_exact(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}
