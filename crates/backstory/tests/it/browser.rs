//! The page in a real browser: Chromium looks at it on a desktop, a phone and paper, and axe checks whether everybody can
//! read it. The pictures stay in `target/look`, to be looked at.
//!
//! Without Chromium or npm this says clearly that it looked at nothing; `test.sh` installs both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::program::{Case, run, skipped};

const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

fn found(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// Where the pictures go, and what drives the browser; nothing, with a word about it, where the machine lacks one.
fn ready() -> Option<(PathBuf, PathBuf, PathBuf)> {
    let (Some(chromium), Some(npm)) = (found(&CHROMIUM), found(&["npm"])) else {
        skipped("no Chromium or no npm on this machine, so nobody looked at the page (test.sh installs both)");
        return None;
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/look");
    std::fs::create_dir_all(&place).unwrap();
    for name in ["package.json", "package-lock.json", "look.mjs"] {
        std::fs::copy(source.join(name), place.join(name)).unwrap();
    }
    let installed =
        Command::new(npm).args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&place).status().unwrap();
    if !installed.success() {
        skipped("npm could not install what drives the browser (no network?), so nobody looked at the page");
        return None;
    }
    Some((chromium, place.clone(), place.join("look.mjs")))
}

/// What the browser saw of each page, in their order.
fn looked(pages: &[PathBuf]) -> Option<Vec<Value>> {
    let (chromium, place, script) = ready()?;
    let done = Command::new("node").arg(script).arg(chromium).arg(&place).args(pages).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{err}");
    Some(out.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// A story with five hundred signals, hostile text in all of them: a saved one, grown.
fn large(saved: &Value) -> Value {
    let mut large = saved.clone();
    let hostile =
        "</script><script>alert(1)</script><img src=x onerror=alert(2)> <svg onload=alert(3)> &lt;b&gt; ' \" `";
    let signals = saved["story"]["signals"].as_array().unwrap().clone();
    let grown = |of: &Value, n: usize| of[n % signals.len()].clone();
    let (mut all, mut rows, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..500 {
        let mut signal = grown(&saved["story"]["signals"], n);
        signal["id"] = json!(format!("{n:016x}"));
        signal["subject"]["name"] = json!(hostile);
        signal["subject"]["service"] = json!(format!("service-{}", n % 30));
        signal["summary"] = json!(format!("{hostile} came {n} times"));
        signal["peak_strength"] = json!(0.9);
        all.push(signal);
        let mut row = grown(&saved["rows"], n);
        row["subject"] = json!(hostile);
        rows.push(row);
        times.push(grown(&saved["times"]["signals"], n));
    }
    large["story"]["signals"] = json!(all);
    large["rows"] = json!(rows);
    large["times"]["signals"] = json!(times);
    large["story"]["incident"]["title"] = json!(hostile);
    large["glance"]["whom"] = json!(hostile);
    for chapter in large["story"]["chapters"].as_array_mut().unwrap() {
        chapter["text"].as_array_mut().unwrap().iter_mut().for_each(|text| text["text"] = json!(hostile));
    }
    for evidence in large["story"]["evidence"].as_array_mut().unwrap() {
        (evidence["text"], evidence["source"]) = (json!(hostile), json!(hostile));
    }
    large
}

/// What holds of every page.
fn judged(page: &Value, story: &Value) {
    let name = &page["page"];
    assert_eq!(page["console"], json!([]), "{name}: the console");
    let requests: BTreeSet<&str> = page["requests"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
    assert!(
        requests.len() == 1 && requests.first().unwrap().starts_with("file://"),
        "{name} asks for more: {requests:?}"
    );
    assert_eq!(page["scripts"], 1, "{name}: ours alone");
    assert_eq!(page["links"], json!([]), "{name}: nothing leads away");
    assert_eq!(page["dangling"], json!([]), "{name}: every link leads somewhere");
    assert_eq!(page["odd"], 0, "{name}: handlers or styles of elements");
    for (device, look) in page["looks"].as_object().unwrap() {
        assert_eq!(look["violations"], json!([]), "{name} on {device}: what axe finds");
        assert_eq!(look["wide"], 0, "{name} on {device} is wider than the screen");
    }
    every_signal_is_there(page, story);
    it_can_be_used(page);
    let text = page["text"].as_str().unwrap();
    for chapter in story["chapters"].as_array().unwrap() {
        for said in chapter["text"].as_array().unwrap() {
            assert!(text.contains(said["text"].as_str().unwrap()), "{name} lacks: {}", said["text"]);
        }
    }
}

fn every_signal_is_there(page: &Value, story: &Value) {
    let name = &page["page"];
    let ids: Vec<&Value> = story["signals"].as_array().unwrap().iter().map(|signal| &signal["id"]).collect();
    let shown: BTreeSet<&str> = page["signals"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let missing: Vec<&&Value> = ids.iter().filter(|id| !shown.contains(id.as_str().unwrap())).collect();
    assert!(missing.is_empty() && shown.len() == ids.len(), "{name} lacks signals: {missing:?}");
    assert_eq!(page["marks"].as_u64().unwrap() as usize, ids.len(), "{name}: each signal is on the timeline");
    if !ids.is_empty() {
        assert_eq!(page["opens"], true, "{name}: a link does not open its signal");
        let weak = page["filtered"].as_array().unwrap().iter().filter(|s| s.as_f64().unwrap() < 0.5).count();
        assert_eq!(weak, 0, "{name}: the filter lets weak ones through");
    }
}

/// By the keyboard alone, and without the script.
fn it_can_be_used(page: &Value) {
    let name = &page["page"];
    let keyboard = &page["keyboard"];
    assert!(keyboard["cites"].as_u64().unwrap() > 5, "{name}: {keyboard}");
    assert_eq!(keyboard["cites"], keyboard["reached"], "{name}: the keyboard does not reach every citation");
    assert_eq!(keyboard["cites"], keyboard["opened"], "{name}: a citation does not open");
    assert!(page["withoutScript"]["text"].as_u64().unwrap() > 2_000, "{name} says little without its script");
    assert_eq!(page["withoutScript"]["filter"], false, "{name}: a filter that cannot work is not shown");
}

#[test]
fn the_page_in_a_real_browser() {
    let (known, silent) = (Case::quick("certificate", 11), Case::quick("silent", 11));
    let place = tempfile::tempdir().unwrap();
    let mut pages: Vec<(PathBuf, Value)> = Vec::new();
    for (name, case) in [("known", &known), ("silent", &silent)] {
        let path = place.path().join(format!("{name}.html"));
        case.tell(&["-o", path.to_str().unwrap()]);
        pages.push((path, case.tell(&["--output", "json"]).json()));
    }
    known.tell(&["-o", "case.story"]);
    let saved = std::fs::read_to_string(known.folder().join("case.story")).unwrap();
    let large = large(&serde_json::from_str(&saved).unwrap());
    std::fs::write(place.path().join("large.story"), large.to_string()).unwrap();
    run(place.path(), &["tell", "large.story", "-o", "large.html"]).well();
    pages.push((place.path().join("large.html"), large["story"].clone()));
    let paths: Vec<PathBuf> = pages.iter().map(|(path, _)| path.clone()).collect();
    let Some(seen) = looked(&paths) else { return };
    assert_eq!(seen.len(), pages.len());
    for (page, (_, story)) in seen.iter().zip(&pages) {
        judged(page, story);
    }
}
