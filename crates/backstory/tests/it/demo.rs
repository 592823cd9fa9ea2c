//! The demonstration: whoever is new can paste every command that it names, and so can who reads the page that it leaves.

use std::path::Path;
use std::process::{Command, Output};

use crate::program::{folder, run};

/// What a shell makes of some lines, in a folder.
fn pasted(folder: &Path, lines: &str) -> Output {
    Command::new("sh").args(["-ec", lines]).current_dir(folder).env_remove("COLUMNS").output().unwrap()
}

/// The lines after `$ `, and the command that the first screen ends with; what a backslash ends goes on.
fn named_by(out: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut lines = out.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start().trim_start_matches("next ").trim_start();
        let Some(command) = line.strip_prefix("$ ").or(line.starts_with("backstory ").then_some(line)) else {
            continue;
        };
        let mut command = command.to_string();
        while command.ends_with('\\') {
            command.push('\n');
            command.push_str(lines.next().unwrap());
        }
        commands.push(command);
    }
    commands
}

/// The commands in the fenced block of the page.
fn named_on(page: &str) -> Vec<String> {
    let block = page.split("```").nth(1).unwrap().trim_start_matches("sh\n");
    block.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_string).collect()
}

/// Pastes the first line, which lets the shell find the program, before each of the others: all must go well and say
/// something, or leave a file.
fn all_work(folder: &Path, commands: &[String]) {
    let (path, others) = commands.split_first().unwrap();
    assert!(path.starts_with("export PATH="), "{path}");
    for command in others {
        let done = pasted(folder, &format!("{path}\n{command}"));
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() && said.is_empty(), "{command}: {said}");
        assert!(!done.stdout.is_empty() || command.contains(" -o "), "{command} says nothing");
    }
}

#[test]
fn every_command_that_the_demonstration_names_can_be_pasted() {
    let place = folder(&[]);
    // A blank in the name: paths are quoted where a shell wants it.
    let out = run(place.path(), &["demo", "--folder", "my shop"]).well().out;
    let named = named_by(&out);
    assert_eq!(named.len(), 3, "{out}");
    all_work(place.path(), &named);
    let shop = place.path().join("my shop");
    let page = std::fs::read_to_string(shop.join("README.md")).unwrap();
    let named = named_on(&page);
    assert_eq!(named.len(), 11, "{page}");
    all_work(&shop, &named);
    // Lines that name a place are as long as the place; all others fit.
    let long = |line: &&str| line.chars().count() >= 100 && !line.contains('/');
    assert_eq!(out.lines().chain(page.lines()).find(long), None);
    // What the page names is there, and the other way round.
    for found in std::fs::read_dir(&shop).unwrap() {
        let name = found.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || page.contains(&name), "{name} is not on the page");
    }
}
