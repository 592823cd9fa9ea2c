//! Bad input: whatever a file is, it is named with what is wrong and where, the rest is used, coverage counts it, and
//! nothing panics.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::program::{command, folder, gzip, run};

/// A file that is as it should be, so that there is a rest to be used: 400 lines in a bit more than an hour.
pub fn good() -> String {
    (0..400).map(|n| format!("{} INFO cart {n} opened\n", moment(10 * n))).collect()
}

/// So many seconds after ten o'clock.
pub fn moment(seconds: i64) -> String {
    let at = 10 * 3600 + seconds;
    format!("2026-11-22T{:02}:{:02}:{:02}Z", at / 3600, at / 60 % 60, at % 60)
}

/// The good file with this written after its 200th line.
pub fn good_with(line: &str) -> String {
    let good = good();
    let at = good.match_indices('\n').nth(199).unwrap().0 + 1;
    format!("{}{line}\n{}", &good[..at], &good[at..])
}

/// What coverage says of one file.
pub fn file<'a>(document: &'a Value, path: &str) -> &'a Value {
    let files = document["coverage"]["files"].as_array().unwrap();
    files.iter().find(|f| f["path"] == path).unwrap_or_else(|| panic!("{path} is not in coverage: {files:?}"))
}

/// A complaint about a file: how often, the first line, and its detail.
pub fn complaint(file: &Value, what: &str) -> (u64, Option<u64>, String) {
    let all = file["complaints"].as_array().unwrap();
    let found = all.iter().find(|c| c["what"] == what).unwrap_or_else(|| panic!("no complaint {what:?}: {file}"));
    (found["count"].as_u64().unwrap(), found["line"].as_u64(), found["detail"].as_str().unwrap().to_string())
}

/// Reads a bad file beside a good one: the good one is used whole, the bad one is named in the JSON and in the words. Gives
/// what coverage says of the bad one.
fn beside_good(name: &str, bytes: &[u8], what: &str) -> Value {
    let place = folder(&[(name, bytes), ("good.log", good().as_bytes())]);
    let story = run(place.path(), &["tell", name, "good.log", "--output", "json"]).well().json();
    assert_eq!(file(&story, "good.log")["records"], 400, "{name}: the rest is used");
    let full = run(place.path(), &["tell", name, "good.log", "--full"]).well().out;
    let words: String = full.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("{name}: ")) && words.contains(what), "{name}: {what} is not told:\n{full}");
    run(place.path(), &["replay", name, "good.log"]).well();
    run(place.path(), &["patterns", name, "good.log"]).well();
    file(&story, name).clone()
}

/// A bad file alone, of which nothing can be used: status 3, and the message names it.
fn refused_alone(name: &str, bytes: &[u8], what: &str) {
    let place = folder(&[(name, bytes)]);
    for words in [["tell", name], ["replay", name], ["patterns", name]] {
        let ran = run(place.path(), &words).calmly();
        assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{words:?}: {}", ran.err);
        assert!(ran.err.contains(name) && ran.err.contains(what), "{words:?}: {}", ran.err);
    }
}

/// A bad line within a good file: it is counted once, at its line, and every line is still a record.
fn one_bad_line(bytes: &[u8], what: &str, line: u64) {
    let found = beside_good("bad.log", bytes, what);
    assert_eq!(complaint(&found, what).0, 1, "{found}");
    assert_eq!(complaint(&found, what).1, Some(line), "the first line that is meant: {found}");
    let lines = bytes.iter().filter(|b| **b == b'\n').count();
    assert_eq!(found["records"], lines, "an unreadable line is still a record: {found}");
}

#[test]
fn a_path_that_is_not_there() {
    let place = folder(&[("good.log", good().as_bytes())]);
    let ran = run(place.path(), &["tell", "gone.log"]).calmly();
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("gone.log: could not be read"), "{}", ran.err);
    let story = run(place.path(), &["tell", "gone.log", "good.log", "--output", "json"]).well().json();
    assert_eq!(complaint(file(&story, "gone.log"), "could not be read").0, 1);
    assert_eq!(file(&story, "good.log")["records"], 400);
}

#[test]
fn files_that_hold_nothing() {
    for (name, bytes) in [("empty.log", &b""[..]), ("blank.log", b"\n\n \n"), ("empty.log.gz", &gzip(b""))] {
        refused_alone(name, bytes, "empty");
        let found = beside_good(name, bytes, "empty");
        assert_eq!((complaint(&found, "empty").0, &found["records"]), (1, &Value::from(0)), "{found}");
    }
}

#[test]
fn a_binary_file() {
    let bytes: Vec<u8> = (0..6_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    refused_alone("core.bin", &bytes, "binary, not text");
    beside_good("core.bin", &bytes, "binary, not text");
    beside_good("core.bin.gz", &gzip(&bytes), "binary, not text");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_round_and_round() {
    use std::os::unix::fs::symlink;
    let place = folder(&[("in/good.log", good().as_bytes())]);
    symlink("nowhere", place.path().join("in/dangling.log")).unwrap();
    symlink("../in", place.path().join("in/round")).unwrap();
    symlink("knot", place.path().join("knot")).unwrap();
    let story = run(place.path(), &["tell", "in", "knot", "--output", "json"]).well().json();
    assert_eq!(file(&story, "in/good.log")["records"], 400);
    assert_eq!(story["coverage"]["records_in"], 400, "what lies behind two names is read once");
    assert!(complaint(file(&story, "in/dangling.log"), "a link or device, not followed").2.contains("nowhere"));
    assert_eq!(complaint(file(&story, "knot"), "could not be read").0, 1);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission() {
    use std::os::unix::fs::PermissionsExt;
    let place = folder(&[("in/good.log", good().as_bytes()), ("in/locked.log", good().as_bytes())]);
    let locked = place.path().join("in/locked.log");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        eprintln!("skipped: whoever runs this may read every file; the test of links stands in for it");
        return;
    }
    let story = run(place.path(), &["tell", "in", "--output", "json"]).well().json();
    assert_eq!(complaint(file(&story, "in/locked.log"), "could not be read").0, 1);
    assert_eq!(file(&story, "in/good.log")["records"], 400);
}

#[test]
fn gzip_that_ends_early() {
    let mut bytes = gzip(good().as_bytes());
    bytes.truncate(bytes.len() / 2);
    let what = "compressed data is broken or ends early";
    let found = beside_good("cut.log.gz", &bytes, what);
    assert!(complaint(&found, what).2.contains("bytes before it were used"), "{found}");
    assert!((50..399).contains(&found["records"].as_u64().unwrap()), "what came before the break is used: {found}");
}

#[test]
fn gzip_that_is_damaged() {
    let what = "compressed data is broken or ends early";
    refused_alone("fake.log.gz", b"\x1f\x8bno gzip at all", what);
    let mut bytes = gzip(good().as_bytes());
    let tail = bytes.len() - 6;
    bytes[tail] ^= 0xff;
    let found = beside_good("checksum.log.gz", &bytes, what);
    assert_eq!(found["records"], 400, "only the checksum is wrong: {found}");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40].fill(0xff);
    let found = beside_good("middle.log.gz", &bytes, what);
    assert!((1..400).contains(&found["records"].as_u64().unwrap()), "{found}");
}

#[test]
fn a_bomb_of_gzip_stops_at_a_limit_that_is_named() {
    let what = "compressed data grows beyond the limit";
    // 100 MB of one letter in 100 kB.
    let mut text = good().into_bytes();
    text.resize(100 << 20, b'a');
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&text).unwrap();
    let bomb = encoder.finish().unwrap();
    let found = beside_good("bomb.log.gz", &bomb, what);
    assert!(complaint(&found, what).2.contains("limits.ratio (1000) reached"), "{found}");
    assert!(found["records"].as_u64().unwrap() >= 400, "what came before the limit is used: {found}");
}

#[test]
fn what_a_compressed_file_may_give_can_be_set() {
    let text = good().repeat(100);
    let files = [("big.log.gz", gzip(text.as_bytes())), ("one.toml", b"[limits]\ndecompressed_mb = 1\n".to_vec())];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let place = folder(&files);
    let words = ["tell", "big.log.gz", "--config", "one.toml", "--output", "json"];
    let story = run(place.path(), &words).well().json();
    let found = file(&story, "big.log.gz");
    let (_, _, detail) = complaint(found, "compressed data grows beyond the limit");
    assert!(detail.contains("limits.decompressed"), "{detail}");
    assert!((20_000..40_000).contains(&found["records"].as_u64().unwrap()), "{found}");
}

#[test]
fn a_limit_is_named_as_it_can_be_set() {
    // Whoever reads that a limit was reached looks for that name among the settings.
    let long = format!("{} INFO {}\n", moment(1), "x".repeat(3 << 20));
    let big = gzip(good().repeat(100).as_bytes());
    let settings = b"[limits]\ndecompressed_mb = 1\n";
    let place = folder(&[("long.log", (good() + &long).as_bytes()), ("big.log.gz", &big), ("one.toml", settings)]);
    let words = ["tell", "long.log", "big.log.gz", "--config", "one.toml", "--output", "json"];
    let story = run(place.path(), &words).well().json();
    let known = run(place.path(), &["tell", "long.log", "--config", "long.log"]).err;
    assert!(known.contains("known keys"), "{known}");
    let reached = [
        complaint(file(&story, "long.log"), "longer than the limit, its beginning was kept").2,
        complaint(file(&story, "big.log.gz"), "compressed data grows beyond the limit").2,
    ];
    for detail in reached {
        let name = detail.split("limits.").nth(1).unwrap().split(' ').next().unwrap();
        assert!(known.contains(name), "no setting is called limits.{name}: {detail}");
    }
}

#[test]
fn a_line_of_a_gigabyte_is_cut_and_not_kept() {
    let place = folder(&[]);
    let mut child = command(place.path(), &["tell", "-", "--output", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut pipe, id) = (child.stdin.take().unwrap(), child.id());
    let writer = std::thread::spawn(move || {
        let block = vec![b'x'; 1 << 20];
        pipe.write_all((good() + &moment(5_000) + " INFO ").as_bytes()).unwrap();
        for _ in 0..1_024 {
            pipe.write_all(&block).unwrap();
        }
        let held = crate::memory::peak_kb(id);
        pipe.write_all(format!("\n{} INFO cart 1 opened\n", moment(5_100)).as_bytes()).unwrap();
        held
    });
    let done = child.wait_with_output().unwrap();
    let held = writer.join().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let story: Value = serde_json::from_slice(&done.stdout).unwrap();
    let found = file(&story, "-");
    let (count, line, detail) = complaint(found, "longer than the limit, its beginning was kept");
    assert_eq!((count, line, &found["records"]), (1, Some(401), &Value::from(402)), "{found}");
    assert!(detail.contains("limits.line"), "{detail}");
    match held {
        Some(kb) => assert!(kb < 100_000, "{kb} kB were held for a line of which a megabyte is kept"),
        None => eprintln!("memory was not measured: there is no /proc here"),
    }
}

#[test]
fn a_nul_byte() {
    one_bad_line(good_with(&format!("{} INFO cart \0\0 opened", moment(2_000))).as_bytes(), "with a NUL byte", 201);
}

#[test]
fn bytes_that_are_not_utf_8() {
    let mut bytes = good_with(&format!("{} INFO cart ?? opened", moment(2_000))).into_bytes();
    let at = bytes.windows(2).position(|w| w == b"??").unwrap();
    bytes[at..at + 2].copy_from_slice(b"\xff\xfe");
    one_bad_line(&bytes, "not UTF-8, the odd bytes were replaced", 201);
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_are_no_fault() {
    let crlf = good().replace('\n', "\r\n");
    let mark = format!("\u{feff}{}", good());
    let both = format!("\u{feff}{crlf}");
    let place = folder(&[("a.log", crlf.as_bytes()), ("b.log", mark.as_bytes()), ("c.log", both.as_bytes())]);
    for name in ["a.log", "b.log", "c.log"] {
        let story = run(place.path(), &["tell", name, "--output", "json"]).well().json();
        let found = file(&story, name);
        assert_eq!((&found["records"], &found["complaints"]), (&400.into(), &Value::Array(vec![])), "{found}");
        let lines = run(place.path(), &["patterns", "--lines", name]).well().out;
        assert_eq!(
            lines.lines().map(|l| l.split('\t').nth(2).unwrap()).collect::<std::collections::BTreeSet<_>>().len(),
            1
        );
        assert!(!lines.contains("\\u{feff}") && !lines.contains('\r'), "{name}: an end or a mark is told as text");
    }
}

#[test]
fn a_time_that_is_missing() {
    let what = "without a time, taken to be of the time before";
    one_bad_line(good_with("no time at all stands here").as_bytes(), what, 201);
}

#[test]
fn a_time_that_nobody_understands() {
    let found = beside_good("bad.log", good_with("2026-13-45T99:99:99Z INFO cart odd").as_bytes(), "a time");
    let all = found["complaints"].as_array().unwrap();
    assert!(all.iter().any(|c| c["line"] == 201 && c["what"].as_str().unwrap().contains("a time")), "{found}");
    assert_eq!(found["records"], 401);
}

#[test]
fn times_that_go_backwards() {
    let line = format!("{} INFO cart old opened", "2026-11-22T08:00:00Z");
    one_bad_line(good_with(&line).as_bytes(), "came late: counted, but they raise nothing", 201);
}

#[test]
fn a_time_from_the_future() {
    let line = "2031-01-01T00:00:00Z INFO cart early opened";
    one_bad_line(good_with(line).as_bytes(), "with a time too far ahead to be believed", 201);
    let place = folder(&[("bad.log", good_with(line).as_bytes())]);
    let story = run(place.path(), &["tell", "bad.log", "--output", "json"]).well().json();
    let noticed = story["incident"]["noticed_at"].as_str().unwrap();
    assert!(noticed.starts_with("2026-11-22T11:06:30"), "one lie moves the end of the evidence to {noticed}");
}

#[test]
fn no_line_has_a_time() {
    let bytes = "cart opened\ncart closed\n".repeat(50);
    let place = folder(&[("bare.log", bytes.as_bytes())]);
    let screen = run(place.path(), &["tell", "bare.log"]).well().out;
    assert!(screen.contains("No record has a time") && screen.contains("--timestamps"), "{screen}");
    let ran = run(place.path(), &["tell", "bare.log", "--output", "json"]).calmly();
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    assert!(ran.err.contains("no times") && ran.err.contains("--noticed"), "{}", ran.err);
    let rows = run(place.path(), &["patterns", "--lines", "bare.log"]).well().out;
    assert_eq!(rows.lines().count(), 100, "they can be listed all the same");
    let found = beside_good("bare.log", bytes.as_bytes(), "they have no times");
    assert_eq!(complaint(&found, "without a time, taken to be of the time before").0, 100);
}

#[test]
fn numbers_that_are_none() {
    let row = |n: i64, value: &str| format!("{},api,queue,{value}\n", moment(60 * n));
    let mut text = String::from("timestamp,service,metric,value\n");
    for n in 0..100 {
        text += &match n {
            49 => row(n, "NaN"),
            50 => row(n, "+Inf"),
            51 => row(n, "-Inf"),
            52 => row(n, "many"),
            53 => format!("{},api\n", moment(60 * n)),
            _ => row(n, &format!("{}", 3 + n % 3)),
        };
    }
    let found = beside_good("metrics.csv", text.as_bytes(), "not a finite number");
    assert_eq!(complaint(&found, "not a finite number").0, 3, "{found}");
    assert_eq!(complaint(&found, "not a finite number").1, Some(51), "{found}");
    assert_eq!(complaint(&found, "not as the file's format says").1, Some(54), "{found}");
    assert_eq!(complaint(&found, "with more or fewer columns than the header").1, Some(55), "{found}");
    let counts = ["records", "folded", "blank", "lines"].map(|key| found[key].as_u64().unwrap());
    assert_eq!(counts[0] + counts[1] + counts[2], counts[3], "{found}");
    assert!(counts[0] >= 95, "the rest is used: {found}");
}

#[test]
fn a_span_that_is_there_twice_counts_once() {
    let span = |n: i64| {
        let start = (1_795_341_600 + n) * 1_000_000_000;
        format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},"scopeSpans":[{{"spans":[{{"traceId":"{:032x}","spanId":"{:016x}","name":"GET /cart","startTimeUnixNano":"{start}","endTimeUnixNano":"{}"}}]}}]}}]}}"#,
            n + 1,
            n + 1,
            start + 5_000_000
        ) + "\n"
    };
    let once: String = (0..50).map(span).collect();
    let twice = format!("{once}{}", span(49).repeat(3));
    let place = folder(&[("once.jsonl", once.as_bytes()), ("twice.jsonl", twice.as_bytes())]);
    let story = run(place.path(), &["tell", "twice.jsonl", "--output", "json"]).well().json();
    let said = story["coverage"].to_string();
    assert!(said.contains("twice") || said.contains("there already"), "nothing says that spans came again: {said}");
    assert!(said.contains(":3"), "three were too many: {said}");
    assert_eq!(file(&story, "twice.jsonl")["records"], 53, "each is still a record");
    let lines = |name: &str| run(place.path(), &["replay", name]).well().out.replace(name, "");
    assert_eq!(lines("twice.jsonl"), lines("once.jsonl"));
}

#[test]
fn noticed_outside_the_evidence() {
    let place = folder(&[("good.log", good().as_bytes())]);
    for year in ["2020", "2030"] {
        let noticed = format!("{year}-01-01");
        let tell =
            |more: &[&str]| run(place.path(), &[&["tell", "good.log", "--noticed", &noticed], more].concat()).well();
        let story = tell(&["--output", "json"]).json();
        assert_eq!(story["knew"]["verdict"], "silent");
        assert_eq!(file(&story, "good.log")["records"], 400, "coverage counts what was read");
        let spots = story["blind_spots"].to_string();
        assert!(spots.contains("the evidence goes from"), "{year}: it is not said that this lies outside: {spots}");
        assert!(!spots.contains("no log, metric or span with a time was read"), "{year}: 400 were: {spots}");
        let screen = tell(&[]).out;
        let screen = screen.split("\n next").next().unwrap();
        assert!(screen.contains(year), "{year} of a moment in another year than the evidence's is not said:\n{screen}");
        let watched = story["coverage"]["past_seconds"].as_f64().unwrap();
        assert!(watched < 2.0 * 3_600.0 || year == "2030", "{year}: {watched} s of past");
        assert!(!screen.contains("streams were watched for 2"), "{year}: more was watched than there is:\n{screen}");
    }
}

#[test]
fn a_pipe_that_nobody_writes_to_or_nobody_reads() {
    let place = folder(&[("good.log", good().as_bytes())]);
    let ran = run(place.path(), &["tell", "-"]).calmly();
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{}", ran.err);
    assert!(ran.err.contains("-: empty"), "{}", ran.err);
    let words = ["patterns", "--lines", "good.log"];
    let mut child = command(place.path(), &words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        said.is_empty() && done.status.code() == Some(0),
        "who reads no more has had enough: {:?} {said}",
        done.status
    );
}

#[test]
fn a_result_that_cannot_be_written() {
    let place = folder(&[("good.log", good().as_bytes())]);
    let ran = run(place.path(), &["tell", "good.log", "-o", "nowhere/story.json"]).calmly();
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("nowhere/story.json"), "{}", ran.err);
    run(place.path(), &["tell", "good.log", "-o", "story.json"]).well();
    let written = std::fs::read_to_string(place.path().join("story.json")).unwrap();
    let printed = run(place.path(), &["tell", "good.log", "--output", "json"]).well().out;
    assert_eq!(written, printed, "the ending of a file chooses the form");
}

/// Lines that are easy to write and hard to read: each is read in no time, and is a record.
#[test]
fn lines_that_are_made_to_take_long() {
    let deep = format!("{{\"msg\":\"x\",\"a\":{}1{}}}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
    let nasty = [
        "(".repeat(200_000),
        "a=b ".repeat(50_000),
        "a@".repeat(90_000),
        "1 ".repeat(90_000),
        "<*> ".repeat(50_000),
        deep,
    ];
    let lines: Vec<String> =
        (0..90).map(|n| format!("{} INFO {}", moment(n), nasty[n as usize % nasty.len()])).collect();
    let place = folder(&[("bad.log", (good() + &lines.join("\n") + "\n").as_bytes())]);
    let begun = std::time::Instant::now();
    let story = run(place.path(), &["tell", "bad.log", "--output", "json"]).well().json();
    assert_eq!(file(&story, "bad.log")["records"], 490);
    assert!(begun.elapsed().as_secs() < 20, "{:?} for fifteen megabytes", begun.elapsed());
}

#[test]
fn words_that_are_off() {
    let place = folder(&[("good.log", good().as_bytes())]);
    let wrong: [(&[&str], &str); 7] = [
        (&["tell", "good.log", "--noticed", "yesterday"], "yesterday"),
        (&["tell", "good.log", "--noticed", "25:00"], "25:00"),
        (&["tell", "good.log", "--lookback", "soon"], "soon"),
        (&["tell", "good.log", "--incident", "gone.yaml"], "gone.yaml"),
        (&["replay", "good.log", "--until", "never"], "never"),
        (&["tell", "good.log", "--timezone", "Mars/Olympus"], "Mars/Olympus"),
        (&["tell"], "no evidence"),
    ];
    for (words, named) in wrong {
        let ran = run(place.path(), words).calmly();
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?}: {}", ran.err);
        assert!(ran.err.contains(named), "{words:?}: {}", ran.err);
        assert!(ran.err.lines().count() >= 2, "{words:?}: no hint: {}", ran.err);
    }
}
