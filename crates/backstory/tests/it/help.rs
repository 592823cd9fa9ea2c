//! All help on one page, so that a change of any word of it is seen.

use expect_test::{expect, expect_file};

use crate::program::{folder, run};

#[test]
fn the_help_of_all_commands() {
    let place = folder(&[]);
    let help = |words: &[&str]| {
        let text = run(place.path(), &[words, &["--help"]].concat()).well().out;
        format!("$ backstory {} --help\n{text}\n", words.join(" "))
    };
    let all = [
        help(&[]),
        help(&["tell"]),
        help(&["replay"]),
        help(&["patterns"]),
        help(&["formats"]),
        help(&["demo"]),
        help(&["completions"]),
    ]
    .concat();
    expect_file!["./help.txt"].assert_eq(&all);
}

#[test]
fn every_command_is_on_that_page() {
    let listed = run(folder(&[]).path(), &["--help"]).well().out;
    let from = listed.find("Commands:").unwrap();
    let commands: Vec<&str> = listed[from..].lines().skip(1).take_while(|l| !l.is_empty()).collect();
    let named = commands.iter().filter(|l| l.starts_with("  ") && !l.starts_with("   "));
    let names: Vec<&str> = named.filter_map(|l| l.split_whitespace().next()).collect();
    expect![[r#"["tell", "replay", "patterns", "formats", "demo", "completions", "help"]"#]]
        .assert_eq(&format!("{names:?}"));
}

#[test]
fn a_word_that_is_nearly_right_is_corrected() {
    let place = folder(&[]);
    let ran = run(place.path(), &["tel", "x.log"]).calmly();
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("'tell'"), "{}", ran.err);
    assert_eq!(run(place.path(), &["tell", "--no-such-flag"]).calmly().code, Some(2));
    assert!(run(place.path(), &["--version"]).well().out.starts_with("backstory "));
}
