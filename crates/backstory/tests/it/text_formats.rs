//! Logs as they come out of the tools that people have: `kubectl logs` with and without times, the files of container
//! runtimes, the journal's export, tables. Read without a flag, through standard input where they come through a pipe.

use serde_json::Value;

use crate::program::{folder, run, run_with};

/// One line of a program's own, without a time: mostly the same, in the end an exception with its trace.
fn lines() -> Vec<String> {
    let mut out: Vec<String> =
        (0..300).map(|n| format!("INFO shop.Cart - cart {n} opened in {} ms", 10 + n % 7)).collect();
    for n in 0..20 {
        out.push(format!("ERROR shop.Cart - cart {n} lost"));
        out.push("java.lang.IllegalStateException: no connection".into());
        out.push("\tat shop.Store.save(Store.java:31)".into());
        out.push("Caused by: java.io.IOException: closed".into());
        out.push("\t... 3 more".into());
    }
    out
}

/// A moment so many seconds after ten o'clock, as kubectl and the runtimes write it.
fn stamp(seconds: usize) -> String {
    let at = 36_000 + seconds;
    format!("2026-11-22T{:02}:{:02}:{:02}.123456789Z", at / 3_600, at / 60 % 60, at % 60)
}

/// The lines, each as a runtime would keep it.
fn kept(frame: impl Fn(&str, &str) -> String) -> Vec<u8> {
    let line = |(n, line): (usize, String)| frame(&stamp(10 * n), &line) + "\n";
    lines().into_iter().enumerate().map(line).collect::<String>().into_bytes()
}

fn coverage(story: &Value) -> (u64, u64, u64) {
    let of = |key: &str| story["coverage"][key].as_u64().unwrap();
    (of("lines_in"), of("records_in"), of("lines_folded"))
}

#[test]
fn kubectl_logs_with_times_is_a_story() {
    let place = folder(&[]);
    let text = kept(|stamp, line| format!("{stamp} {line}"));
    let screen = run_with(place.path(), &["tell", "-"], &text).well().out;
    assert!((5..=40).contains(&screen.lines().count()), "one screen: {screen}");
    assert!(!screen.contains("No record has a time"), "{screen}");
    let story = run_with(place.path(), &["tell", "-", "--output", "json"], &text).well().json();
    assert_eq!(coverage(&story), (400, 320, 80), "each trace is in its record");
    assert!(
        story["incident"]["noticed_at"].as_str().unwrap().starts_with("2026-11-22T11:05:"),
        "{}",
        story["incident"]
    );
}

#[test]
fn kubectl_logs_without_times_is_patterns_in_order_and_the_flag_that_helps() {
    let place = folder(&[]);
    let text = lines().join("\n").into_bytes();
    let screen = run_with(place.path(), &["tell", "-"], &text).well().out;
    assert!(screen.lines().count() <= 30, "one screen: {screen}");
    assert!(screen.contains("no lead") && screen.contains("kubectl logs --timestamps"), "{screen}");
    let opened = screen.find("cart <num> opened").unwrap_or_else(|| panic!("{screen}"));
    let lost = screen.find("cart <num> lost").unwrap_or_else(|| panic!("{screen}"));
    assert!(opened < lost, "in the order of the log: {screen}");
    assert!(screen.contains("     301     396       20 ERROR"), "where the errors stand and how many: {screen}");
    assert!(!screen.contains(" before ") && !screen.contains(" ago"), "nothing is told of times: {screen}");
}

#[test]
fn of_many_patterns_without_times_the_severe_ones_stand_on_the_screen() {
    let place = folder(&[]);
    let line = |n: usize| format!("INFO the{} door was opened\n", " very".repeat(n)).repeat(3);
    let mut text: String = (0..40).map(line).collect();
    text += "ERROR drawer stuck\n";
    let screen = run_with(place.path(), &["tell", "-"], text.as_bytes()).well().out;
    assert!(screen.lines().count() <= 30, "one screen: {screen}");
    assert!(screen.contains("ERROR drawer stuck") && screen.contains("backstory patterns -"), "{screen}");
}

#[test]
fn the_same_lines_in_every_runtimes_frame_are_the_same_records() {
    let cri = kept(|stamp, line| format!("{stamp} stdout F {line}"));
    let docker = kept(|stamp, line| {
        format!(
            "{{\"log\":{},\"stream\":\"stdout\",\"time\":\"{stamp}\"}}",
            serde_json::to_string(&format!("{line}\n")).unwrap()
        )
    });
    let kubectl = kept(|stamp, line| format!("{stamp} {line}"));
    let place = folder(&[("cri.log", &cri), ("docker.log", &docker), ("kubectl.log", &kubectl)]);
    for (file, kind) in [
        ("cri.log", "logs (container runtime)"),
        ("docker.log", "logs (Docker JSON)"),
        ("kubectl.log", "logs (plain text)"),
    ] {
        let story = run(place.path(), &["tell", file, "--output", "json"]).well().json();
        assert_eq!(coverage(&story), (400, 320, 80), "{file}");
        assert_eq!(story["coverage"]["files"][0]["kind"], kind);
        let rows = run(place.path(), &["patterns", "--lines", file]).well().out;
        let last = rows.lines().last().unwrap();
        assert!(last.starts_with("396\t") && last.ends_with("lost"), "{file}: {last}");
    }
}

#[test]
fn the_journals_export_and_tables_are_logs() {
    let entry = |n: u64| {
        format!(
            "__CURSOR=s={n}\n__REALTIME_TIMESTAMP={}\nPRIORITY=6\nSYSLOG_IDENTIFIER=cart\nMESSAGE=cart {n} opened\n\n",
            1_795_341_600_000_000 + n * 10_000_000
        )
    };
    let row = |n: usize| format!("{},INFO,cart,\"cart {n}, opened\"\n", stamp(10 * n));
    let journal: String = (0..200).map(entry).collect();
    let table = format!("time,level,service,message\n{}", (0..200).map(row).collect::<String>());
    let place = folder(&[("all.journal", journal.as_bytes()), ("all.csv", table.as_bytes())]);
    for (file, kind) in [("all.journal", "logs (journal export)"), ("all.csv", "logs (CSV)")] {
        let story = run(place.path(), &["tell", file, "--output", "json"]).well().json();
        assert_eq!(story["coverage"]["records_in"], 200, "{file}");
        assert_eq!(story["coverage"]["files"][0]["kind"], kind);
        assert_eq!(story["coverage"]["unparsed"], 0);
    }
}
