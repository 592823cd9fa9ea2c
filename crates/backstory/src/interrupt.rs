//! Ctrl-C ends at once, and what was only half written goes with it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What an interrupted run has to remove.
static HALF_WRITTEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The exit status of a program that was interrupted: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// From here on an interrupt (or a request to end) removes what is half written, and ends the program.
pub fn listen() {
    // Where no handler can be set, the system's own ends the program as it does any other.
    let _ = ctrlc::set_handler(|| {
        let files = HALF_WRITTEN.lock().map(|files| files.clone()).unwrap_or_default();
        files.iter().for_each(|file| drop(std::fs::remove_file(file)));
        std::process::exit(INTERRUPTED);
    });
}

/// While this lives, an interrupt removes the file.
pub struct Removes(PathBuf);

/// An interrupt removes this file.
pub fn removes(file: &Path) -> Removes {
    if let Ok(mut files) = HALF_WRITTEN.lock() {
        files.push(file.to_path_buf());
    }
    Removes(file.to_path_buf())
}

impl Drop for Removes {
    fn drop(&mut self) {
        if let Ok(mut files) = HALF_WRITTEN.lock() {
            files.retain(|file| *file != self.0);
        }
    }
}
