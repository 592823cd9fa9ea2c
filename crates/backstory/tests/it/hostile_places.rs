//! Places that are no ordinary files: links, pipes, sockets, devices, more files than anybody reads, and files that somebody
//! else cuts or writes while they are read.

#![cfg(unix)]

use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bad_input::{complaint, file, good};
use crate::program::{command, folder, run};

const NOT_FOLLOWED: &str = "a link or device, not followed";

#[test]
fn links_that_lead_out_of_the_folder_are_not_followed() {
    let place = folder(&[("in/good.log", good().as_bytes()), ("out/secret.log", good().as_bytes())]);
    symlink("../out/secret.log", place.path().join("in/file.log")).unwrap();
    symlink("../out", place.path().join("in/folder")).unwrap();
    symlink("..", place.path().join("in/up")).unwrap();
    symlink("b", place.path().join("in/a")).unwrap();
    symlink("a", place.path().join("in/b")).unwrap();
    let story = run(place.path(), &["tell", "in", "--output", "json"]).well().json();
    assert_eq!(story["coverage"]["records_in"], 400, "nothing but what lies in the folder is read");
    for name in ["file.log", "folder", "up"] {
        let (count, _, detail) = complaint(file(&story, &format!("in/{name}")), NOT_FOLLOWED);
        assert!(count == 1 && detail.contains("out of the folder") && detail.contains("name it"), "{detail}");
    }
    for name in ["a", "b"] {
        let (_, _, detail) = complaint(file(&story, &format!("in/{name}")), NOT_FOLLOWED);
        assert!(detail.contains("leads nowhere"), "{detail}");
    }
}

/// Makes a pipe that nobody writes to; whether the machine can.
fn pipe(path: &std::path::Path) -> bool {
    std::process::Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success())
}

#[test]
fn pipes_and_sockets_in_a_folder_are_passed_over_and_said() {
    let place = folder(&[("in/good.log", good().as_bytes())]);
    let _listener = std::os::unix::net::UnixListener::bind(place.path().join("in/socket.log")).unwrap();
    let mut names = vec!["socket.log"];
    if pipe(&place.path().join("in/pipe.log")) {
        names.push("pipe.log");
    }
    let begun = Instant::now();
    let story = run(place.path(), &["tell", "in", "--output", "json"]).well().json();
    assert!(begun.elapsed() < Duration::from_secs(20), "a pipe that nobody writes to is not waited for");
    assert_eq!(file(&story, "in/good.log")["records"], 400);
    for name in names {
        let (count, _, detail) = complaint(file(&story, &format!("in/{name}")), NOT_FOLLOWED);
        assert_eq!((count, detail.as_str()), (1, "a pipe, socket or device"), "{name}");
    }
}

#[test]
fn devices_that_never_end_are_refused() {
    let place = folder(&[("good.log", good().as_bytes())]);
    let story = run(place.path(), &["tell", "/dev/zero", "good.log", "--output", "json"]).well().json();
    assert_eq!(file(&story, "good.log")["records"], 400);
    assert!(complaint(file(&story, "/dev/zero"), NOT_FOLLOWED).2.contains("a device"));
    let zeros = std::fs::File::open("/dev/zero").unwrap();
    let done = command(place.path(), &["tell", "-"]).stdin(zeros).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("more than 4 GiB of NUL bytes in a row"), "{said}");
}

#[test]
fn more_files_than_the_limit_are_counted_and_the_limit_can_be_set() {
    let place = folder(&[("few.toml", b"[limits]\nfiles = 100\n")]);
    std::fs::create_dir(place.path().join("many")).unwrap();
    for n in 0..2_000 {
        std::fs::write(place.path().join(format!("many/{n:04}.log")), "").unwrap();
    }
    std::fs::write(place.path().join("many/0000.log"), good()).unwrap();
    let words = ["tell", "many", "--config", "few.toml", "--output", "json"];
    let story = run(place.path(), &words).well().json();
    assert_eq!(file(&story, "many/0000.log")["records"], 400, "the first names are read");
    let (count, _, detail) = complaint(file(&story, "many"), "beyond the limit on files or folders");
    assert_eq!((count, detail.as_str()), (1_900, "limits.files (100) reached: 1900 left out"));
    assert_eq!(story["coverage"]["files"].as_array().unwrap().len(), 101, "those that were looked at, and the folder");
    let story = run(place.path(), &["tell", "many", "--output", "json"]).well().json();
    assert_eq!(story["coverage"]["files"].as_array().unwrap().len(), 2_000, "each empty one is named");
}

/// The program while it reads a file and waits for its standard input, which comes first.
struct Waiting {
    child: Child,
    place: tempfile::TempDir,
}

/// A file that is longer than what is looked at before all are read in turn.
fn long() -> String {
    good().repeat(100)
}

impl Waiting {
    /// Begins, and waits until the file is open and its beginning read.
    fn begin() -> Waiting {
        let place = folder(&[("z.log", long().as_bytes())]);
        let mut child = command(place.path(), &["tell", "-", "z.log", "--output", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // What is looked at of standard input must be there before anything else is opened.
        child.stdin.as_mut().unwrap().write_all(&long().as_bytes()[..1_300_000]).unwrap();
        let waiting = Waiting { child, place };
        let until = Instant::now() + Duration::from_secs(20);
        while !waiting.is_open() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(200));
        waiting
    }

    /// Whether the file is open; without /proc nobody can tell, and time must do.
    fn is_open(&self) -> bool {
        let Ok(open) = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())) else { return false };
        let leads = |entry: std::fs::DirEntry| std::fs::read_link(entry.path()).is_ok_and(|to| to.ends_with("z.log"));
        open.flatten().any(leads)
    }

    fn path(&self) -> std::path::PathBuf {
        self.place.path().join("z.log")
    }

    /// Lets it go on; gives what coverage says of the file.
    fn end(mut self) -> Value {
        drop(self.child.stdin.take());
        let done = self.child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        file(&serde_json::from_slice(&done.stdout).unwrap(), "z.log").clone()
    }
}

#[test]
fn a_file_that_is_cut_while_it_is_read() {
    let waiting = Waiting::begin();
    // What copytruncate does: the program that writes goes on in a file that is empty.
    std::fs::OpenOptions::new().write(true).open(waiting.path()).unwrap().set_len(0).unwrap();
    let found = waiting.end();
    let (count, _, detail) = complaint(&found, "cut off while it was read");
    assert_eq!(count, 1);
    assert!(detail.contains(&format!("of {} bytes", long().len())) && detail.contains("0 are left"), "{detail}");
    let records = found["records"].as_u64().unwrap();
    assert!((20_000..40_000).contains(&records), "what was read before is used: {found}");
}

#[test]
fn a_file_that_grows_while_it_is_read() {
    let waiting = Waiting::begin();
    let mut writer = std::fs::OpenOptions::new().append(true).open(waiting.path()).unwrap();
    writer.write_all(good().as_bytes()).unwrap();
    let found = waiting.end();
    let (count, _, detail) = complaint(&found, "grew while it was read");
    assert_eq!((count, found["records"].as_u64()), (1, Some(40_400)), "what was there is read: {found}");
    let (before, after) = (long().len(), long().len() + good().len());
    assert!(detail.contains(&format!("{before} bytes when it was opened, {after} were read")), "{detail}");
}
