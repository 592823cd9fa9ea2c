//! What broken input is made of: whole texts that are as they should be.

use std::io;
use std::path::Path;

use crate::Format;
use crate::formats::FORMATS;
use crate::fuzz::Chance;

/// Texts to begin with, each a whole source.
#[derive(Clone, Debug, Default)]
pub struct Seeds {
    /// For each format its samples.
    formats: Vec<Vec<Vec<u8>>>,
    /// Others, mostly logs.
    others: Vec<Vec<u8>>,
}

impl Seeds {
    /// The samples of every format.
    pub fn of_formats() -> Seeds {
        let texts = |format: &Format| format.samples.iter().map(|sample| sample.text.as_bytes().to_vec()).collect();
        Seeds { formats: FORMATS.iter().map(texts).collect(), others: Vec::new() }
    }

    /// The samples of every format, and those of a folder of texts that are written as the corpus is: `### name`, the
    /// text, `>>>`, and what is expected of it.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn with_corpus(folder: &Path) -> io::Result<Seeds> {
        let mut seeds = Seeds::of_formats();
        let mut files: Vec<_> = std::fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<io::Result<_>>()?;
        files.sort();
        for file in files.iter().filter(|path| path.extension().is_some_and(|e| e == "txt")) {
            let all = std::fs::read_to_string(file)?;
            let texts = all.split("### ").filter_map(|part| Some(part.split_once('\n')?.1.split_once(">>>")?.0));
            seeds.others.extend(texts.map(|text| text.as_bytes().to_vec()));
        }
        Ok(seeds)
    }

    /// Some text: every format as often as another, and the other texts once in three times.
    pub fn any(&self, chance: &mut Chance) -> &[u8] {
        let texts = match self.formats.get(chance.below(self.formats.len())) {
            Some(texts) if self.others.is_empty() || !chance.once_in(3) => texts,
            _ => &self.others,
        };
        texts.get(chance.below(texts.len())).map_or(b"", Vec::as_slice)
    }
}
