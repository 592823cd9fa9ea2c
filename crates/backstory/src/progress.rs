//! How far reading has come: on a terminal's standard error, and only where it takes longer than a second.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What takes less time is over before anybody wonders.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is drawn.
const STEP: Duration = Duration::from_millis(200);

/// Shows how much was read until it is dropped.
pub struct Progress {
    done: Arc<AtomicBool>,
    drawing: Option<JoinHandle<()>>,
}

/// Begins to show how much of so many bytes was read; of an unknown number (a pipe) only how much. Nothing where standard
/// error is no terminal, or nobody wants to know.
pub fn progress(bytes: Option<u64>, quiet: bool) -> Progress {
    let done = Arc::new(AtomicBool::new(false));
    if quiet || !std::io::stderr().is_terminal() {
        return Progress { done, drawing: None };
    }
    let before = ingest::bytes_read();
    let drawing = std::thread::spawn({
        let done = done.clone();
        move || draw(bytes, before, &done)
    });
    Progress { done, drawing: Some(drawing) }
}

fn draw(bytes: Option<u64>, before: u64, done: &AtomicBool) {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if done.load(Ordering::Relaxed) {
            return;
        }
        std::thread::sleep(PATIENCE / 20);
    }
    let (template, bar) = match bytes {
        Some(bytes) => (
            "reading {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left {wide_bar}",
            ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr()),
        ),
        None => ("reading {bytes}, {bytes_per_sec}", ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    while !done.load(Ordering::Relaxed) {
        let read = ingest::bytes_read() - before;
        if bytes.is_some_and(|bytes| read >= bytes) {
            bar.set_message("");
        }
        bar.set_position(read);
        std::thread::sleep(STEP);
    }
    bar.finish_and_clear();
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(drawing) = self.drawing.take() {
            let _ = drawing.join();
        }
    }
}
