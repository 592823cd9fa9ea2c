//! What is told of a moment depends on what was known then: a replay that is cut at any time equals the whole one up to
//! there, byte for byte, whether it is told to stop or the evidence itself ends.

use std::io::Read;
use std::path::Path;

use evidence::{DAY, HOUR, MINUTE, Nanos, SECOND, Time};

use crate::program::{Case, gzip, run};

/// The lines of a replay, each with its moment.
fn lines(text: &str) -> Vec<(Time, &str)> {
    let at = |line: &str| {
        let said: serde_json::Value = serde_json::from_str(line).unwrap();
        parsed(said["detected_at"].as_str().unwrap()).unwrap()
    };
    text.lines().map(|line| (at(line), line)).collect()
}

fn parsed(text: &str) -> Option<Time> {
    ingest::time_of(text, &ingest::Settings::default()).ok()
}

/// The whole replay's lines up to a moment.
fn up_to(whole: &[(Time, &str)], until: Time) -> String {
    whole.iter().filter(|(at, _)| *at <= until).map(|(_, line)| format!("{line}\n")).collect()
}

/// Moments at which a cut could go wrong: just before, at and just after raises, and some that mean nothing.
fn moments(case: &Case, whole: &[(Time, &str)]) -> Vec<Time> {
    let truth = case.truth();
    let mut moments = vec![truth.start + DAY / 7, truth.start + 3 * DAY + 17 * MINUTE + 13 * SECOND, truth.end + -HOUR];
    moments.extend(truth.users_hurt_at);
    for n in [0, whole.len() / 3, whole.len() / 2, 2 * whole.len() / 3, whole.len() - 1] {
        let at = whole[n].0;
        moments.extend([at + -SECOND, at, at + 1]);
    }
    moments
}

#[test]
fn a_replay_that_is_told_to_stop_is_the_whole_one_up_to_there() {
    let case = Case::quick("pool", 4);
    let replayed = case.run("replay", &[]).out;
    let whole = lines(&replayed);
    assert!(whole.len() > 20, "only {} lines: too little was raised to cut", whole.len());
    for at in moments(&case, &whole) {
        assert_eq!(case.run("replay", &["--until", &at.to_string()]).out, up_to(&whole, at), "until {at}");
    }
    let all = case.run("replay", &["--until", "2100-01-01"]).out;
    assert_eq!(all, replayed, "beyond the end nothing more is known");
}

#[test]
fn evidence_that_ends_at_a_moment_gives_the_lines_up_to_there() {
    let case = Case::quick("pool", 5);
    let replayed = case.run("replay", &[]).out;
    let whole = lines(&replayed);
    for at in moments(&case, &whole).into_iter().step_by(3) {
        let cut = tempfile::tempdir().unwrap();
        let kept = copied_until(&case, cut.path(), at);
        // The last moment that is still known is that of the last record which was kept.
        let expected = up_to(&whole, kept);
        assert_eq!(run(cut.path(), &["replay", "evidence"]).well().out, expected, "cut at {at}, known until {kept}");
    }
}

#[test]
fn a_file_that_grows_changes_nothing_that_was_said() {
    // A growing file is read again and again: each reading begins with all that the one before said.
    let case = Case::quick("silent", 6);
    let mut said = String::new();
    for share in [5, 6, 7, 8, 9, 10] {
        let grown = tempfile::tempdir().unwrap();
        let at = case.truth().start + (case.truth().end - case.truth().start) / 10 * share;
        copied_until(&case, grown.path(), at);
        let now = run(grown.path(), &["replay", "evidence"]).well().out;
        assert!(now.starts_with(&said), "what was said before {at} was said otherwise later");
        said = now;
    }
    assert!(said.lines().count() > 10, "too little was said to tell");
}

/// Copies the evidence of a case up to a moment (kept) and gives the time of the newest record of it.
fn copied_until(case: &Case, folder: &Path, until: Time) -> Time {
    let evidence = folder.join("evidence");
    std::fs::create_dir(&evidence).unwrap();
    let mut newest = Time::MIN;
    for path in case.files() {
        let name = path.file_name().unwrap().to_str().unwrap().to_string();
        let (kept, last) = until_moment(&name, &text(&path), until);
        newest = newest.max(last);
        if !kept.is_empty() {
            let bytes = if name.ends_with(".gz") { gzip(kept.as_bytes()) } else { kept.into_bytes() };
            std::fs::write(evidence.join(name), bytes).unwrap();
        }
    }
    newest
}

fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|e| e == "gz") {
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    } else {
        (&bytes[..]).read_to_string(&mut text).unwrap();
    }
    text
}

/// The lines of a file that were there by a moment, and the newest time among them that moves the watermark.
fn until_moment(name: &str, text: &str, until: Time) -> (String, Time) {
    let (mut kept, mut newest, mut here) = (String::new(), Time::MIN, true);
    for line in text.lines() {
        if let Some(at) = moment(name, line) {
            here = at <= until;
            let moves = here && name != "changes.jsonl";
            newest = if moves { newest.max(at) } else { newest };
        }
        if here {
            kept += line;
            kept.push('\n');
        }
    }
    (kept, newest)
}

/// When a line of a drill was written: a request of traces once its last span has ended. `None` for what belongs to the
/// line above it, and for the header of a table.
fn moment(name: &str, line: &str) -> Option<Time> {
    if name == "traces.jsonl" {
        let ends = line.split("\"endTimeUnixNano\":\"").skip(1);
        return ends.filter_map(|rest| rest.split('"').next()?.parse::<Nanos>().ok()).max().map(Time);
    }
    if name == "changes.jsonl" {
        let change: serde_json::Value = serde_json::from_str(line).unwrap();
        return parsed(change["deployed_at"].as_str().or(change["time"].as_str()).unwrap());
    }
    if line.starts_with('{') {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let seconds = |s: f64| Time((s * 1e3).round() as i64 * 1_000_000);
        return record["time"].as_str().and_then(parsed).or(record["ts"].as_f64().map(seconds));
    }
    let stamp = line.split(',').next().filter(|_| name == "metrics.csv");
    stamp.and_then(parsed).or_else(|| parsed(&line.get(..23)?.replace(',', ".").replace('/', "-")))
}
