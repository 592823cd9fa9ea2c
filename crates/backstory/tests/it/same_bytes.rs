//! The same evidence gives the same bytes (invariant 2): again, with one thread and with many, with its files named in any
//! order, wherever the folder lies and whatever the machine's clock and zone say.

use std::process::Stdio;

use crate::program::{Case, command, gzip, run, run_with};

/// What every command prints of a case.
const COMMANDS: [&[&str]; 4] = [
    &["tell", "--incident", "incident.yaml", "--output", "json"],
    &["replay"],
    &["patterns", "--output", "json"],
    &["patterns", "--lines"],
];

fn printed(case: &Case, words: &[&str], evidence: &[&str], more: &[&str]) -> String {
    let ran = run(case.folder(), &[words, more, evidence].concat()).well();
    assert!(ran.out.len() > 5_000, "{words:?} says too little to compare");
    ran.out
}

#[test]
fn two_runs_and_any_number_of_threads() {
    // Files of several parts, so that threads can come in each other's way.
    let settings = drill::Settings { days: 10, ..drill::Settings::default() };
    let case = Case::of("pool", 11, settings);
    for words in COMMANDS {
        let once = printed(&case, words, &["evidence"], &[]);
        for threads in ["1", "2", "4", "13"] {
            assert!(once == printed(&case, words, &["evidence"], &["--threads", threads]), "{words:?} {threads}");
        }
    }
}

#[test]
fn files_named_in_any_order() {
    let case = Case::quick("pool", 12);
    let names: Vec<String> =
        case.files().iter().map(|f| format!("evidence/{}", f.file_name().unwrap().to_str().unwrap())).collect();
    let mut order: Vec<&str> = names.iter().map(String::as_str).collect();
    for words in COMMANDS {
        let whole = printed(&case, words, &["evidence"], &[]);
        for _ in 0..3 {
            order.rotate_left(4);
            order.swap(0, 2);
            assert!(whole == printed(&case, words, &order, &[]), "{words:?} {order:?}");
        }
        let twice = [order.as_slice(), &["evidence"]].concat();
        assert!(whole == printed(&case, words, &twice, &[]), "{words:?}: a file that is named twice is read once");
    }
}

#[test]
fn whether_the_spool_fits_into_memory_does_not_matter() {
    let case = Case::of("pool", 16, drill::Settings { days: 10, ..drill::Settings::default() });
    std::fs::write(case.folder().join("disk.toml"), "[limits]\nmemory_mb = 0\n").unwrap();
    for words in COMMANDS {
        let memory = printed(&case, words, &["evidence"], &[]);
        assert!(memory == printed(&case, words, &["evidence"], &["--config", "disk.toml"]), "{words:?}");
    }
}

#[test]
fn clock_zone_and_language_of_the_machine_do_not_matter() {
    let case = Case::quick("silent", 13);
    for words in COMMANDS {
        let whole = printed(&case, words, &["evidence"], &[]);
        let mut elsewhere = command(case.folder(), &[words, &["evidence"]].concat());
        elsewhere.env("TZ", "Pacific/Auckland").env("LANG", "tr_TR.UTF-8").env("LC_ALL", "de_DE.UTF-8");
        let done = elsewhere.stdin(Stdio::null()).output().unwrap();
        assert!(whole.as_bytes() == done.stdout, "{words:?}");
    }
}

#[test]
fn a_pipe_says_what_a_file_says() {
    // Lines that name no service take it from their file's name, and standard input has none: these name theirs.
    let case = Case::quick("pool", 14);
    let text = std::fs::read(case.folder().join("evidence/shopfront.log")).unwrap();
    let file = run(case.folder(), &["replay", "evidence/shopfront.log"]).well().out;
    let file = file.replace("\"source\":\"evidence/shopfront.log\"", "\"source\":\"-\"");
    assert!(file.lines().count() >= 3, "too little to compare: {file}");
    for input in [text.clone(), gzip(&text)] {
        assert_eq!(run_with(case.folder(), &["replay", "-"], &input).well().out, file);
    }
}
