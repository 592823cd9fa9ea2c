//! What anybody has at hand, on the same plain log and in the same run: the least that reading it could cost.

use std::process::{Command, Stdio};

use divan::Bencher;

use crate::inputs::Input;
use crate::report::measure;

/// `wc -l FILE` as a process.
#[divan::bench(sample_count = 9, sample_size = 1)]
fn wc(bencher: Bencher<'_, '_>) {
    let Some(input) = Input::Plain.written() else { return };
    measure(bencher, "wc -l", Input::Plain, input.amount, || {
        let mut wc = Command::new("wc");
        wc.arg("-l").arg(&input.path).stdout(Stdio::null());
        wc.status()
    });
}

/// The file in memory, split into lines at the speed of `memchr`: no reader of lines is faster on one thread.
#[divan::bench(sample_count = 9, sample_size = 1)]
fn line_split(bencher: Bencher<'_, '_>) {
    let Some(input) = Input::Plain.written() else { return };
    let Ok(text) = std::fs::read(&input.path) else { return };
    measure(bencher, "line split", Input::Plain, input.amount, || {
        let mut from = 0;
        for end in memchr::memchr_iter(b'\n', &text) {
            divan::black_box(&text[from..end]);
            from = end + 1;
        }
        from
    });
}

/// `gzip -dc FILE | wc -l` as processes.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn gzip_wc(bencher: Bencher<'_, '_>) {
    let Some(input) = Input::Gzip.written() else { return };
    measure(bencher, "gzip -dc | wc -l", Input::Gzip, input.amount, || {
        let mut gzip = Command::new("gzip").arg("-dc").arg(&input.path).stdout(Stdio::piped()).spawn().ok()?;
        let from = gzip.stdout.take()?;
        let wc = Command::new("wc").arg("-l").stdin(from).stdout(Stdio::null()).status().ok()?;
        gzip.wait().ok().filter(|done| done.success() && wc.success())
    });
}
