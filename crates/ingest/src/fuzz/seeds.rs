//! What broken input is made of: whole texts that are as they should be.

use std::io;
use std::path::Path;

use crate::formats::FORMATS;

/// The samples of every format, with their format's name.
pub fn samples() -> impl Iterator<Item = (&'static str, &'static str)> {
    FORMATS.iter().flat_map(|format| format.samples.iter().map(|sample| (format.name, sample.text)))
}

/// Texts to begin with.
#[derive(Clone, Debug, Default)]
pub struct Seeds {
    /// Each a whole source.
    pub texts: Vec<Vec<u8>>,
}

impl Seeds {
    /// The samples of every format.
    pub fn of_formats() -> Seeds {
        Seeds { texts: samples().map(|(_, text)| text.as_bytes().to_vec()).collect() }
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
            seeds.texts.extend(texts.map(|text| text.as_bytes().to_vec()));
        }
        Ok(seeds)
    }
}
