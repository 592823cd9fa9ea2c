//! What a terminal program owes its user: completions, manuals, a version, colours and letters that fit, a pager, and an
//! interrupt that leaves nothing behind.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Case, PROGRAM, command, folder, run};

#[test]
fn completions_for_each_shell_know_the_commands_and_flags() {
    let place = folder(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let out = run(place.path(), &["completions", shell]).well().out;
        for word in ["tell", "replay", "patterns", "formats", "demo", "incident", "lookback"] {
            assert!(out.contains(word), "{shell} does not complete {word}");
        }
        let file = place.path().join(format!("completions.{shell}"));
        fs::write(&file, &out).unwrap();
        // Where the shell is there, it reads them without a word.
        if let Ok(read) = Command::new(shell).arg("-n").arg(&file).output() {
            assert!(
                read.status.success() && read.stderr.is_empty(),
                "{shell}: {}",
                String::from_utf8_lossy(&read.stderr)
            );
        }
    }
    let ran = run(place.path(), &["completions", "powershell"]).calmly();
    assert!(ran.code == Some(2) && ran.err.contains("bash"), "{}", ran.err);
}

#[test]
fn manual_pages_for_the_program_and_each_command() {
    let place = folder(&[]);
    let page = run(place.path(), &["man"]).well().out;
    assert!(page.contains(".TH backstory 1") && page.contains("EXAMPLES") | page.contains("Examples"), "{page}");
    run(place.path(), &["man", "pages"]).well();
    for name in ["backstory.1", "backstory-tell.1", "backstory-replay.1", "backstory-completions.1"] {
        assert!(place.path().join("pages").join(name).exists(), "{name}");
    }
}

#[test]
fn the_version_names_the_commit() {
    let said = run(folder(&[]).path(), &["--version"]).well().out;
    let words: Vec<&str> = said.trim().split(' ').collect();
    let commit = words.get(2).map(|c| c.trim_matches(['(', ')']));
    let in_repository =
        Command::new("git").args(["rev-parse", "HEAD"]).output().is_ok_and(|done| done.status.success());
    assert_eq!(words[0], "backstory");
    assert!(
        !in_repository || commit.is_some_and(|c| c.len() >= 7 && c.bytes().all(|b| b.is_ascii_hexdigit())),
        "{said}"
    );
}

#[test]
fn every_command_has_examples_in_its_help() {
    let place = folder(&[]);
    for name in ["tell", "replay", "patterns", "formats", "demo", "completions"] {
        let help = run(place.path(), &[name, "--help"]).well().out;
        assert!(help.contains("Examples:\n  ") && help.contains(&format!("backstory {name}")), "{help}");
    }
}

#[test]
fn words_that_are_off_are_answered_with_what_would_be_right() {
    let place = folder(&[("a.log", b"2026-11-22T10:00:00Z ERROR x\n")]);
    for (words, says) in [
        (&["tel", "a.log"][..], "'tell'"),
        (&["tell", "a.log", "--notised", "03:02"], "'--noticed'"),
        (&["tell", "a.log", "--output", "jsn"], "'json'"),
        (&["tell", "a.log", "--brief"], "--output md"),
        (&["patterns", "a.log", "--output", "html"], "text, json"),
        (&["patterns", "a.log", "-o", "x.md"], "text, json"),
        (&["--schema", "stroy"], "story, replay"),
        (&["--schema", "story", "tell"], "stands alone"),
        (&[], "backstory demo"),
    ] {
        let ran = run(place.path(), words).calmly();
        assert!(ran.code == Some(2) && ran.out.is_empty(), "{words:?}: {:?} {}", ran.code, ran.out);
        assert!(ran.err.contains(says), "{words:?}: {}", ran.err);
    }
}

#[test]
fn every_schema_is_one_and_refuses_what_is_not_its_document() {
    let place = folder(&[]);
    for name in ["story", "replay", "patterns", "formats", "case"] {
        let schema: serde_json::Value =
            serde_json::from_str(&run(place.path(), &["--schema", name]).well().out).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(!validator.is_valid(&serde_json::json!({})) && !validator.is_valid(&serde_json::json!([])), "{name}");
    }
}

#[test]
fn a_pipe_and_no_color_get_no_colours_and_a_plain_locale_gets_ascii() {
    let case = Case::quick("pool", 11);
    let words = ["tell", "evidence", "--incident", "incident.yaml", "--full"];
    let with = |name: &str, value: &str| {
        let done = command(case.folder(), &words).env(name, value).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let plain = with("LC_ALL", "C.UTF-8");
    assert!(!plain.contains('\u{1b}') && plain.contains('█'), "a sparkline, and no escape sequence");
    let coloured = with("CLICOLOR_FORCE", "1");
    assert!(coloured.contains("\u{1b}[1m"));
    let both = command(case.folder(), &words).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!String::from_utf8(both.stdout).unwrap().contains('\u{1b}'), "NO_COLOR wins");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain, "colours are all that differs");
    let ascii = with("LC_ALL", "C");
    assert!(ascii.is_ascii(), "{:?}", ascii.chars().find(|c| !c.is_ascii()));
    assert_eq!(ascii.lines().count(), plain.lines().count(), "nothing moves");
}

#[test]
fn an_interrupt_ends_at_once_and_leaves_nothing() {
    let place = folder(&[]);
    let (out, spool) = (place.path().join("out"), place.path().join("spool"));
    fs::create_dir_all(&out).unwrap();
    fs::create_dir_all(&spool).unwrap();
    let mut child = Command::new(PROGRAM)
        .args(["tell", "-", "-o", "out/told.html"])
        .current_dir(place.path())
        .env("TMPDIR", &spool)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let line = b"2026-11-22T10:00:00Z ERROR something\n".repeat(2_000);
    let _ = pipe.write_all(&line);
    std::thread::sleep(Duration::from_millis(300));
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success() || child.try_wait().unwrap().is_some());
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    };
    drop(pipe);
    assert!(!status.success());
    for place in [&out, &spool] {
        let left: Vec<_> = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "left behind: {left:?}");
    }
}
