//! What the figures in `docs/` hang on, as one number: who makes them writes it down, and a test looks whether it still
//! holds.

use std::io;
use std::path::{Path, PathBuf};

/// The sources that decide what is found and what is told of it.
const SOURCES: [&str; 2] = ["crates/signal/src", "crates/story/src"];

/// How the line with the fingerprint begins.
pub const LABEL: &str = "Fingerprint of crates/signal/src and crates/story/src: ";

/// The fingerprint of the sources below the root of the workspace: of each file's path and content, sorted by path.
/// Comments count: who changes one changes the number.
///
/// # Errors
/// A file cannot be read.
pub fn fingerprint(root: &Path) -> io::Result<String> {
    let mut paths = Vec::new();
    for folder in SOURCES {
        rust_files(&root.join(folder), &mut paths)?;
    }
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let mut files: Vec<(String, PathBuf)> = paths.into_iter().map(|path| (name(&path), path)).collect();
    files.sort();
    let mut hasher = evidence::Hasher::new("sources", 1);
    for (name, path) in files {
        hasher.text(&name).bytes(&std::fs::read(path)?);
    }
    Ok(hasher.id().to_string())
}

/// All `.rs` files below a folder.
///
/// # Errors
/// A folder cannot be read.
pub fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            rust_files(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    Ok(())
}
