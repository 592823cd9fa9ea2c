//! Whole sources, as people have them and as nobody should: read through the crate's own door.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read, Write as _};
use std::path::Path;

use evidence::{Civil, ComplaintKind, FileCoverage, Time};
use expect_test::expect;
use flate2::Compression;
use flate2::write::GzEncoder;
use ingest::{CHUNK_BYTES, Chunk, Content, Given, Opened, Part, Settings, Source, Zone, open, open_stdin, parse};

fn source(name: &str, given: Given) -> Source {
    Source { name: name.into(), number: 0, given, path: name.into() }
}

fn opened(bytes: impl Into<Vec<u8>>, settings: &Settings) -> Result<Opened, FileCoverage> {
    open_stdin(Cursor::new(bytes.into()), &source("cart.log", Given::Guess), settings)
}

fn rest(mut opened: Opened) -> (Vec<Chunk>, Vec<Part>, FileCoverage) {
    let mut chunks = Vec::new();
    while let Some(chunk) = opened.next_chunk() {
        chunks.push(chunk);
    }
    let parts: Vec<Part> = chunks.iter().map(|chunk| parse(opened.form(), chunk)).collect();
    let mut coverage = opened.coverage();
    parts.iter().for_each(|part| coverage.add(&part.coverage));
    (chunks, parts, coverage)
}

/// Records with time, severity and message, then complaints.
fn told(bytes: impl Into<Vec<u8>>, settings: &Settings) -> String {
    match opened(bytes, settings) {
        Ok(opened) => tell(opened),
        Err(coverage) => complaints(&coverage),
    }
}

fn tell(opened: Opened) -> String {
    let (_, parts, coverage) = rest(opened);
    let mut out = format!("{}\n", coverage.kind);
    for part in &parts {
        if let Content::Logs(batch) = &part.content {
            for record in batch.records() {
                let time = record.time().map_or("none".into(), |t: Time| t.to_string());
                let message = String::from_utf8_lossy(record.message());
                let _ = writeln!(out, "{} {time} {} {message}", record.line(), record.severity());
            }
        }
    }
    out + &complaints(&coverage)
}

fn complaints(coverage: &FileCoverage) -> String {
    let line = |(kind, c): (&ComplaintKind, &evidence::Complaint)| {
        format!("{kind:?} {} at {}: {}\n", c.count, c.line, c.detail)
    };
    coverage.complaints.iter().map(line).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

/// A log of some megabytes with a trace now and then.
fn long_log() -> String {
    let mut out = String::new();
    for n in 0..40_000_i64 {
        let time = Time::from_seconds(1_795_341_600 + n / 7);
        let _ = writeln!(out, "{time} INFO  [cart-{}] shop.Cart - cart {n} opened for customer {}", n % 5, n * 7);
        if n % 11 == 0 {
            let _ = writeln!(out, "java.lang.IllegalStateException: no cart {n}");
            (0..n % 40).for_each(|d| out += &format!("\tat shop.Cart.find(Cart.java:{d})\n"));
        }
    }
    out
}

/// Gives its bytes a few at a time.
struct Drips(Cursor<Vec<u8>>, usize);

impl Read for Drips {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 * 31 % 7_919 + 1;
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

#[test]
fn chunks_are_the_same_however_the_bytes_arrive_and_begin_with_a_record() {
    let text = long_log();
    let (chunks, parts, coverage) = rest(opened(text.clone(), &Settings::default()).unwrap());
    let drips = Drips(Cursor::new(text.clone().into_bytes()), 1);
    let slow = open_stdin(drips, &source("cart.log", Given::Guess), &Settings::default()).unwrap();
    let (slow_chunks, ..) = rest(slow);
    let borders = |chunks: &[Chunk]| chunks.iter().map(|c| (c.index, c.first_line, c.bytes.len())).collect::<Vec<_>>();
    assert_eq!(borders(&chunks), borders(&slow_chunks));
    assert!(chunks.len() > 3);
    assert!(chunks.iter().all(|c| c.bytes.len() <= CHUNK_BYTES));
    assert_eq!(chunks.iter().flat_map(|c| c.bytes.iter().copied()).collect::<Vec<_>>(), text.as_bytes());
    assert!(parts.iter().all(|p| p.leading_folded == 0), "a chunk begins with a record");
    assert_eq!(coverage.records, 40_000);
    assert_eq!(coverage.lines, coverage.records + coverage.folded + coverage.blank);
}

#[test]
fn a_trace_longer_than_a_chunk_is_folded_across_its_border() {
    let mut text = String::from("2026-11-22T10:00:00Z ERROR lost\n");
    (0..60_000).for_each(|n| text += &format!("\tat shop.Cart.find(Cart.java:{n})\n"));
    text += "2026-11-22T10:00:01Z INFO found\n";
    let (chunks, parts, coverage) = rest(opened(text, &Settings::default()).unwrap());
    assert!(chunks.len() > 1 && parts[1].leading_folded > 0);
    assert_eq!((coverage.records, coverage.folded), (2, 60_000));
}

/// A gigabyte in one line, never held anywhere.
struct Endless(u64, Cursor<Vec<u8>>);

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return self.1.read(into);
        }
        let n = into.len().min(self.0 as usize);
        into[..n].fill(b'x');
        self.0 -= n as u64;
        Ok(n)
    }
}

#[test]
fn of_a_line_of_a_gigabyte_the_beginning_is_kept() {
    let before = Cursor::new(b"2026-11-22T10:00:00Z one\n2026-11-22T10:00:01Z ".to_vec());
    let after = Cursor::new(b"\n2026-11-22T10:00:02Z three\n".to_vec());
    let input = before.chain(Endless(1 << 30, after));
    let mut opened = open_stdin(input, &source("cart.log", Given::Guess), &Settings::default()).unwrap();
    let mut lines = Vec::new();
    while let Some(chunk) = opened.next_chunk() {
        assert!(chunk.bytes.len() <= CHUNK_BYTES + (1 << 19), "{}", chunk.bytes.len());
        if let Content::Logs(batch) = parse(opened.form(), &chunk).content {
            lines.extend(batch.records().map(|r| (r.line(), r.message().len())));
        }
    }
    assert_eq!(lines, [(1, 3), (2, (1 << 20) - 21), (3, 5)]);
    assert_eq!(complaints(&opened.coverage()), "LongLine 1 at 2: limits.line_kb (1024) reached\n");
}

#[test]
fn compressed_logs_are_read_as_they_are_and_what_is_broken_is_said() {
    let settings = Settings::default();
    let (one, two) = (gzip(b"2026-11-22T10:00:00Z one\n"), gzip(b"2026-11-22T10:00:01Z two\n"));
    expect![[r"
        logs (plain text)
        1 2026-11-22T10:00:00Z 0 one
        2 2026-11-22T10:00:01Z 0 two
    "]]
    .assert_eq(&told([one.clone(), two].concat(), &settings));
    let text = long_log();
    let mut cut = gzip(text.as_bytes());
    cut.truncate(cut.len() / 2);
    let (_, _, coverage) = rest(opened(cut, &settings).unwrap());
    assert!(coverage.records > 10_000 && coverage.count(ComplaintKind::BrokenCompression) == 1);
    assert!(complaints(&opened(one[..9].to_vec(), &settings).err().unwrap()).starts_with("BrokenCompression 1 at 0"));
}

#[test]
fn a_bomb_of_text_ends_at_its_limit_and_what_came_before_is_used() {
    let mut settings = Settings::default();
    settings.limits.decompressed_bytes = 3 << 20;
    let (_, _, coverage) =
        rest(opened(gzip("2026-11-22T10:00:00Z one\n".repeat(1 << 20).as_bytes()), &settings).unwrap());
    assert!(coverage.records > 100_000);
    assert!(complaints(&coverage).starts_with("Bomb 1 at 0: limits.decompressed_mb (3) reached"));
}

#[test]
fn what_is_no_text_is_named() {
    let settings = Settings::default();
    let all = [
        told("", &settings),
        told(" \n\n", &settings),
        told([0_u8, 1, 2, 3, 255, 254].repeat(50), &settings),
        told(b"\xff\xfe2\x000\x002\x006\x00".to_vec(), &settings),
        told(b"\x28\xb5\x2f\xfd\x00\x00\x00\x00\x00".to_vec(), &settings),
        told("{\"a\": [1,\n2]}", &settings),
        told("{\"resourceLogs\":[]}", &settings),
        told("{\"noticed_at\":\"2026-11-22T10:00:00Z\"}", &settings),
    ];
    expect![[r#"
        Empty 1 at 0: 
        Empty 1 at 0: only blank lines
        Binary 1 at 0: 
        logs (plain text)
        1 none 0 2026
        NoTime 1 at 1: 
        BrokenCompression 1 at 0: incomplete frame; the 0 bytes before it were used
        UnknownForm 1 at 0: 
        logs (OTLP/JSON)
        Empty 1 at 0: it begins without any record
        NotJudged 1 at 0: an incident, not evidence: ask it with --incident
    "#]]
    .assert_eq(&all.concat());
    let missing = open(&source("/nowhere/cart.log", Given::Guess), &settings).err().unwrap();
    assert_eq!((missing.path.as_str(), missing.count(ComplaintKind::Unreadable)), ("/nowhere/cart.log", 1));
    let folder = open(&source("/", Given::Guess), &settings).err().unwrap();
    assert_eq!(folder.count(ComplaintKind::Unreadable), 1);
}

#[test]
fn odd_bytes_in_a_log_are_counted_and_nothing_is_lost() {
    let text = b"\xef\xbb\xbf2026-11-22T10:00:00Z one\r\n2026-11-22T10:00:01Z t\xffwo\r\n\r\n2026-11-22T10:00:02Z th\0ree\r\n2026-02-30T10:00:00Z never\r\nlast".to_vec();
    expect![[r#"
        logs (plain text)
        1 2026-11-22T10:00:00Z 0 one
        2 2026-11-22T10:00:01Z 0 t�wo
        4 2026-11-22T10:00:02Z 0 th{NUL}ree
        5 none 0 never
        6 none 0 last
        NulByte 1 at 4: 
        InvalidUtf8 1 at 2: converted to UTF-8 the file shows its letters
        NoTime 1 at 6: 
        BadTime 1 at 5: no moment that exists, or one without a date
    "#]]
    .assert_eq(&told(text, &Settings::default()).replace('\0', "{NUL}"));
}

#[test]
fn nesting_without_end_and_numbers_without_end_are_survived() {
    let deep = format!(
        "{{\"time\":\"2026-11-22T10:00:00Z\",\"msg\":\"x\",\"a\":{}{}}}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let number = format!("{{\"time\":{},\"msg\":\"y\",\"n\":{}}}\n", "9".repeat(400), "9".repeat(400));
    let text = format!("{{\"time\":\"2026-11-22T10:00:00Z\",\"msg\":\"w\"}}\n{deep}{number}");
    let (_, parts, coverage) = rest(opened(text, &Settings::default()).unwrap());
    assert_eq!((coverage.records, coverage.not_understood), (3, 0));
    assert_eq!(coverage.count(ComplaintKind::LargeDocument), 1);
    assert_eq!(coverage.count(ComplaintKind::BadTime), 1);
    let Content::Logs(batch) = &parts[0].content else { panic!("logs") };
    assert!(batch.record(2).message().len() < 300, "a field is told in short");
}

const YEARLESS: &str =
    "Dec 31 23:59:58 web-1 cart[1]: one\nJan  1 00:00:01 web-1 cart[1]: two\nDec 31 23:59:59 web-1 cart[1]: late\n";

#[test]
fn years_come_from_the_evidence_and_turn_with_the_log() {
    let mut sourced = opened(YEARLESS, &Settings::default()).unwrap();
    assert!(sourced.form().needs_year());
    let first = Civil { year: 0, month: 12, day: 31, hour: 23, minute: 59, second: 58, nanos: 0 };
    assert_eq!(sourced.yearless_first(), Some(first));
    sourced.set_year_base(Time::from_seconds(1_767_000_000));
    assert_eq!(sourced.first_stamps()[0].to_string(), "2025-12-31T23:59:58Z");
    expect![[r"
        logs (syslog)
        1 2025-12-31T23:59:58Z 0 one
        2 2026-01-01T00:00:01Z 0 two
        3 2025-12-31T23:59:59Z 0 late
        YearTaken 1 at 0: 2025, from the other evidence
    "]]
    .assert_eq(&tell(sourced));
    let set = Settings { year: Some(2020), ..Settings::default() };
    assert!(told(YEARLESS, &set).contains("2 2021-01-01T00:00:01Z 0 two\n"));
    assert!(told(YEARLESS, &Settings::default()).contains("YearTaken 1 at 0: 1972 for want of any"));
}

#[test]
fn a_file_of_stamps_without_a_year_was_written_before_it_was_changed() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("messages");
    fs::write(&path, "Nov 30 10:00:00 web-1 cart[1]: one\n").unwrap();
    let changed = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_770_000_000);
    fs::File::options().write(true).open(&path).unwrap().set_modified(changed).unwrap();
    let opened = open(&source(&path.to_string_lossy(), Given::Guess), &Settings::default()).unwrap();
    assert_eq!(opened.first_stamps()[0].to_string(), "2025-11-30T10:00:00Z");
    assert!(complaints(&opened.coverage()).contains("2025, from when the file was last changed"));
}

#[test]
fn an_hour_that_the_clock_showed_twice_is_said() {
    let settings = Settings { timezone: Zone::of("Europe/Berlin").unwrap(), ..Settings::default() };
    let text = "2026-10-25 01:59:59 one\n2026-10-25 02:30:00 two\n2026-10-25 03:00:00 three\n";
    expect![[r"
        logs (plain text)
        1 2026-10-24T23:59:59Z 0 one
        2 2026-10-25T00:30:00Z 0 two
        3 2026-10-25T02:00:00Z 0 three
        OddTime 1 at 2: the clock was set back and showed this time twice: the earlier was taken
    "]]
    .assert_eq(&told(text, &settings));
}

#[test]
fn a_change_of_format_is_counted_and_its_records_are_kept() {
    let line = |n: i64| format!("{} INFO  [main] shop.Cart - cart {n}\n", Time::from_seconds(1_795_341_600 + n));
    let mut text: String = (0..2_000).map(line).collect();
    (0..20).for_each(|n| text += &format!("22/Nov/2026:11:00:{n:02} +0000 WARN cart {n}\n"));
    let (_, _, coverage) = rest(opened(text, &Settings::default()).unwrap());
    assert_eq!(coverage.records, 2_020);
    assert_eq!(complaints(&coverage), "FormatChange 20 at 2001: not as the file's first records\n");
}

#[test]
fn what_the_user_says_stands_above_the_guess() {
    let settings = Settings::default();
    let table = "time,value\n2026-11-22T10:00:00Z,1\n";
    let given = |given| open_stdin(Cursor::new(table.as_bytes()), &source("x.csv", given), &settings);
    assert_eq!(given(Given::Guess).unwrap().form().kind(), "metrics (wide CSV)");
    assert_eq!(given(Given::Logs).unwrap().form().kind(), "logs (plain text)");
    let refused = given(Given::Traces).err().unwrap();
    assert!(complaints(&refused).contains("given as traces, and not like any of them"));
}

#[test]
fn first_stamps_of_a_table_are_of_its_rows() {
    let table = "time,a,b\n2027-11-22T10:00:00Z,1,2\n2026-11-22T10:00:00Z,1,2\n2026-11-22T10:01:00Z,1,2\n";
    let stamps = opened(table, &Settings::default()).unwrap().first_stamps();
    assert_eq!(
        stamps.iter().map(Time::to_string).collect::<Vec<_>>()[..2],
        ["2027-11-22T10:00:00Z", "2026-11-22T10:00:00Z"]
    );
    assert_eq!(stamps.len(), 3);
}

#[test]
fn a_document_beyond_its_limit_is_cut_there_and_said() {
    let mut settings = Settings::default();
    settings.limits.document_bytes = 100_000;
    let objects: Vec<String> =
        (0..5_000).map(|n| format!("{{\"time\":{},\"msg\":\"cart {n}\"}}", 1_795_341_600 + n)).collect();
    let (_, _, coverage) = rest(opened(format!("[{}]", objects.join(",\n")), &settings).unwrap());
    assert!(coverage.records > 1_000 && coverage.records < 5_000);
    assert_eq!(coverage.count(ComplaintKind::LargeDocument), 1);
    assert_eq!(coverage.lines, coverage.records + coverage.folded + coverage.blank);
}

#[test]
fn a_file_that_is_given_by_its_path_is_named_as_the_user_named_it() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("gone.log.gz");
    fs::write(&path, gzip(b"2026-11-22T10:00:00Z one\n")).unwrap();
    let name = path.to_string_lossy().into_owned();
    let (_, parts, coverage) = rest(open(&source(&name, Given::Guess), &Settings::default()).unwrap());
    assert_eq!((coverage.path, coverage.kind.as_str()), (name, "logs (plain text)"));
    let Content::Logs(batch) = &parts[0].content else { panic!("logs") };
    assert_eq!(batch.record(0).service(), "gone");
    assert!(Path::new(&path).exists());
}

#[test]
fn a_log_that_is_cut_behind_its_first_thousand_records_teaches_the_same() {
    let text = long_log();
    let cut: String = text.split_inclusive('\n').take(20_000).collect();
    let learnt = |text: String| opened(text, &Settings::default()).unwrap().form().learnt();
    assert_eq!(learnt(text), learnt(cut));
}

#[test]
fn a_table_of_kubectl_is_refused_with_the_flag_that_gives_times() {
    let events = "LAST SEEN   TYPE      REASON    OBJECT         MESSAGE\n3m          Warning   BackOff   pod/cart-4k2   Back-off\n";
    let named = format!("NAMESPACE   {events}");
    let rollouts = "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\ncart   3/3     3            3           40d\n";
    for (text, flag) in [(events, "events -o json"), (named.as_str(), "events -o json"), (rollouts, "-o json")] {
        let refused = opened(text.to_string(), &Settings::default()).err().unwrap();
        let complaint = &refused.complaints[&ComplaintKind::UnknownForm];
        assert!(complaint.detail.contains(flag) && complaint.detail.contains("ages"), "{}", complaint.detail);
    }
    let given = Source { name: "events.txt".into(), number: 0, given: Given::Logs, path: "".into() };
    let opened = open_stdin(std::io::Cursor::new(events), &given, &Settings::default()).unwrap();
    assert_eq!(opened.form().kind(), "logs (plain text)");
}
