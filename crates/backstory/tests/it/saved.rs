//! A saved story: opened anywhere, in every form, and honest about what it can no longer open.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Case, assert_as, run};

fn pool() -> Case {
    let case = Case::quick("pool", 11);
    case.tell(&["-o", "case.story"]);
    case
}

fn story(case: &Case) -> Value {
    serde_json::from_str(&fs::read_to_string(case.folder().join("case.story")).unwrap()).unwrap()
}

#[test]
fn it_opens_in_every_form_and_says_what_the_evidence_says() {
    let case = pool();
    assert_as("case", &story(&case));
    let forms: [&[&str]; 4] =
        [&["--output", "json"], &["--output", "md"], &["--output", "md", "--brief"], &["--output", "html"]];
    for form in forms {
        let again = run(case.folder(), &[&["tell", "case.story"], form].concat()).well().out;
        assert!(again == case.tell(form).out, "{form:?} differs from what was saved");
    }
    // In text the next command is another one; all else is the same.
    let facts =
        |text: &str| text.lines().take_while(|line| !line.starts_with(" next")).map(String::from).collect::<Vec<_>>();
    let (again, told) = (run(case.folder(), &["tell", "case.story"]).well().out, case.tell(&[]).out);
    assert_eq!(facts(&again), facts(&told));
    assert!(again.contains("backstory tell case.story --full"), "{again}");
    assert_eq!(run(case.folder(), &["tell", "case.story", "--full"]).well().out, case.tell(&["--full"]).out);
    run(case.folder(), &["tell", "case.story", "-o", "again.story"]).well();
    assert_eq!(
        story(&case),
        serde_json::from_str::<Value>(&fs::read_to_string(case.folder().join("again.story")).unwrap()).unwrap()
    );
}

#[test]
fn elsewhere_it_says_which_citations_cannot_be_opened() {
    let case = pool();
    let place = tempfile::tempdir().unwrap();
    fs::copy(case.folder().join("case.story"), place.path().join("case.story")).unwrap();
    let full = run(place.path(), &["tell", "case.story", "--full"]).well().out;
    let screen = run(place.path(), &["tell", "case.story"]).well().out;
    assert!(full.contains("cannot be opened: evidence/"), "{full}");
    assert!(screen.contains("citations cannot be opened"), "{screen}");
    for (form, says) in [("html", "It cannot be opened: "), ("md", "(cannot be opened: ")] {
        let out = run(place.path(), &["tell", "case.story", "--output", form]).well().out;
        assert!(out.contains(says), "{form}");
    }
    // The cited lines themselves came along.
    let html = run(place.path(), &["tell", "case.story", "--output", "html"]).well().out;
    let saved = story(&case);
    let line = saved["around"].as_array().unwrap().iter().find_map(|a| a["lines"].get(0)?.get(1)?.as_str()).unwrap();
    let beginning: String = line.chars().take(100).collect();
    let escaped = beginning.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    assert!(html.contains(&escaped), "{beginning}");
}

#[test]
fn a_line_that_changed_since_is_named() {
    let case = pool();
    let log = case.folder().join("evidence/checkout.log");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.lines().map(|line| format!("{line}!\n")).collect::<String>()).unwrap();
    let full = run(case.folder(), &["tell", "case.story", "--full"]).well().out;
    assert!(full.contains("says something else now"), "{full}");
}

fn refused(folder: &Path, bytes: &[u8]) -> (Option<i32>, String) {
    fs::write(folder.join("odd.story"), bytes).unwrap();
    let ran = run(folder, &["tell", "odd.story"]).calmly();
    assert_eq!(ran.out, "", "nothing is half told");
    (ran.code, ran.err)
}

#[test]
fn what_is_newer_broken_or_something_else_is_refused_with_a_clear_word() {
    let case = pool();
    let whole = fs::read_to_string(case.folder().join("case.story")).unwrap();
    let newer = whole.replacen("backstory.case/1", "backstory.case/2", 1);
    let (code, err) = refused(case.folder(), newer.as_bytes());
    assert!(code == Some(3) && err.contains("newer version") && err.contains("odd.story"), "{err}");
    let (code, err) = refused(case.folder(), &whole.as_bytes()[..whole.len() / 2]);
    assert!(code == Some(3) && err.contains("odd.story"), "{err}");
    let (code, err) = refused(case.folder(), b"{\"schema\": \"backstory.story/1\"}");
    assert!(code == Some(3) && err.contains("no saved story"), "{err}");
    let (code, err) = refused(case.folder(), b"\xff\xfe\x00 2026-11-22 ERROR");
    assert!(code == Some(3) && !err.is_empty(), "{err}");
    let extra = whole.replacen("{\"schema\"", "{\"more\":1,\"schema\"", 1);
    let (code, err) = refused(case.folder(), extra.as_bytes());
    assert!(code == Some(3) && err.contains("not whole"), "never half read: {err}");
    let mut value: Value = serde_json::from_str(&whole).unwrap();
    value["glance"]["chosen"] = serde_json::json!([9_999]);
    let (code, err) = refused(case.folder(), value.to_string().as_bytes());
    assert!(code == Some(3) && err.contains("9999"), "{err}");
    let mut value: Value = serde_json::from_str(&whole).unwrap();
    value["times"]["users_at"] = serde_json::json!(i64::MIN);
    assert_eq!(refused(case.folder(), value.to_string().as_bytes()).0, Some(3));
    let missing = run(case.folder(), &["tell", "nowhere.story"]).calmly();
    assert!(missing.code == Some(3) && missing.err.contains("nowhere.story"), "{}", missing.err);
}

#[test]
fn it_is_told_alone_and_as_it_is() {
    let case = pool();
    for words in [
        &["tell", "case.story", "evidence"][..],
        &["tell", "case.story", "--noticed", "03:02"],
        &["tell", "case.story", "--service", "x"],
    ] {
        let ran = run(case.folder(), words).calmly();
        assert!(ran.code == Some(2) && ran.err.contains("saved story"), "{words:?}: {}", ran.err);
    }
}

#[test]
fn a_hostile_one_cannot_write_to_the_terminal_or_the_page() {
    let case = pool();
    let mut value = story(&case);
    fn poison(value: &mut Value, path: &str) {
        match value {
            Value::String(text) if !path.ends_with("schema") && !path.ends_with("verdict") => {
                *text = format!("\u{1b}[2J<script>alert(1)</script>\u{202e}{text}");
            }
            Value::Array(items) => items.iter_mut().for_each(|item| poison(item, path)),
            Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| poison(value, &format!("{path}/{key}"))),
            _ => {}
        }
    }
    poison(&mut value, "");
    fs::write(case.folder().join("odd.story"), value.to_string()).unwrap();
    for words in [&["--full"][..], &[], &["--output", "md"], &["--output", "html"], &["--output", "json"]] {
        let out = run(case.folder(), &[&["tell", "odd.story"], words].concat()).well().out;
        assert!(!out.contains('\u{1b}') && !out.contains('\u{202e}'), "{words:?}");
        if words.contains(&"html") {
            assert_eq!(out.matches("<script").count(), 1, "ours alone");
        }
    }
}

#[test]
fn secrets_do_not_come_along() {
    let secret = "AKIAIOSFODNN7EXAMPLX";
    let line = |n: i64| {
        let time = format!("2026-11-22T{:02}:{:02}:{:02}Z", 9 + n / 3600, n / 60 % 60, n % 60);
        let word =
            if n % 7 == 0 { format!("ERROR key aws_access_key_id={secret} refused") } else { "GET /cart 200".into() };
        format!("{time} {word}\n")
    };
    let text: String = (0..7_000).map(line).collect();
    let place = crate::program::folder(&[("api.log", text.as_bytes())]);
    for name in ["told.story", "told.html", "told.md"] {
        run(place.path(), &["tell", "api.log", "-o", name]).well();
        let told = fs::read_to_string(place.path().join(name)).unwrap();
        assert!(!told.contains(secret), "{name}");
    }
}
