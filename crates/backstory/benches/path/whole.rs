//! The whole path: the program as a user starts it, from the file to the words.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use divan::Bencher;

use crate::inputs::{ALL, Input, Written};
use crate::report::measure;

/// `backstory tell FILE` in a process of its own.
#[divan::bench(args = ALL, sample_count = 9, sample_size = 1)]
fn tell(bencher: Bencher<'_, '_>, input: Input) {
    let Some(written) = input.written() else { return };
    measure(bencher, "tell", input, written.amount, || {
        let done = started(input).and_then(|mut child| child.wait().ok());
        assert!(done.is_some_and(|status| status.success()), "tell failed over {input}");
    });
}

/// `backstory tell FILE --threads 1`: one thread takes chunks apart; reading and stitching keep threads of their own,
/// as they always do.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn tell_one_thread(bencher: Bencher<'_, '_>) {
    let Some(written) = Input::Plain.written() else { return };
    measure(bencher, "tell --threads 1", Input::Plain, written.amount, || {
        let mut command = command(written);
        let done = command.args(["--threads", "1"]).status();
        assert!(done.is_ok_and(|status| status.success()), "tell failed");
    });
}

fn command(written: &Written) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backstory"));
    command.arg("tell").arg(&written.path).stdout(Stdio::null());
    // Settings are read from the current folder: there must be none.
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

fn started(input: Input) -> Option<Child> {
    command(input.written()?).spawn().ok()
}

/// The most memory that one `tell` had resident, in bytes; `None` where the system does not tell.
///
/// It is read from `VmHWM` while the process runs, every millisecond, in a run of its own, which is not timed. The
/// value only grows, so at most the growth of the last millisecond is missed. A child's `ru_maxrss` would not do: it
/// begins with our own size, which a child has for a moment before it becomes the program.
pub fn peak(input: Input) -> Option<u64> {
    let mut child = started(input)?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    while child.try_wait().ok()?.is_none() {
        let told = std::fs::read_to_string(&status).ok();
        let line = told.as_deref().and_then(|t| t.lines().find_map(|l| l.strip_prefix("VmHWM:")));
        let kilobytes = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        most = most.max(kilobytes.map(|k| k << 10));
        std::thread::sleep(Duration::from_millis(1));
    }
    most
}
