//! Bytes that are not what a text should be: bombs, blobs, holes, several encodings in one file. What can be read is read,
//! and the rest is counted and said.

use serde_json::Value;

use crate::bad_input::{complaint, file, good};
use crate::program::{folder, gzip, run};

/// What coverage says of one file, read beside a good one.
fn read(name: &str, bytes: &[u8]) -> Value {
    let place = folder(&[(name, bytes), ("good.log", good().as_bytes())]);
    let story = run(place.path(), &["tell", name, "good.log", "--output", "json"]).well().json();
    assert_eq!(file(&story, "good.log")["records"], 400, "{name}: the rest is used");
    file(&story, name).clone()
}

fn records(file: &Value) -> u64 {
    let counts = ["records", "folded", "blank", "lines"].map(|key| file[key].as_u64().unwrap());
    assert_eq!(counts[0] + counts[1] + counts[2], counts[3], "{file}");
    counts[0]
}

/// The good file cut behind its 200th line.
fn halves() -> (String, String) {
    let good = good();
    let at = good.match_indices('\n').nth(199).unwrap().0 + 1;
    (good[..at].to_string(), good[at..].to_string())
}

/// Bytes without any order.
fn blob(length: usize) -> Vec<u8> {
    let mut state = 9_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn little(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn big(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[test]
fn a_bomb_of_zstd_stops_at_a_limit_that_is_named() {
    let mut text = good().into_bytes();
    text.resize(100 << 20, b'a');
    let bomb = zstd::stream::encode_all(&text[..], 1).unwrap();
    assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
    let found = read("bomb.log.zst", &bomb);
    let (_, _, detail) = complaint(&found, "compressed data grows beyond the limit");
    assert!(detail.contains("limits.ratio (1000) reached"), "{detail}");
    assert!(records(&found) >= 400, "what came before the limit is used: {found}");
}

#[test]
fn zstd_that_ends_early_or_is_followed_by_something_else() {
    let (one, two) = halves();
    let pack = |text: &str| zstd::stream::encode_all(text.as_bytes(), 1).unwrap();
    let mut cut = [pack(&one), pack(&two)].concat();
    cut.truncate(cut.len() - 20);
    let what = "compressed data is broken or ends early";
    for bytes in [cut, [pack(&one), b"something else".to_vec()].concat()] {
        let found = read("cut.log.zst", &bytes);
        assert_eq!(records(&found), 200, "{found}");
        assert!(complaint(&found, what).2.contains(&format!("the {} bytes before it were used", one.len())), "{found}");
    }
}

#[test]
fn lines_in_several_encodings() {
    let mixed: Vec<u8> = good()
        .lines()
        .enumerate()
        .flat_map(|(n, line)| {
            let odd = if n % 4 == 0 { &b" ge\xf6ffnet \x80 12 \x93x\x94\n"[..] } else { "größer €\n".as_bytes() };
            [line.as_bytes(), odd].concat()
        })
        .collect();
    let found = read("mixed.log", &mixed);
    let (count, line, detail) = complaint(&found, "not UTF-8, the odd bytes were replaced");
    assert_eq!((records(&found), count, line), (400, 100, Some(1)), "{found}");
    assert!(detail.contains("converted to UTF-8"), "what helps is said: {found}");
}

#[test]
fn utf_16_that_begins_or_ends_in_the_middle_of_a_file() {
    let (one, two) = halves();
    let mark = vec![0xff, 0xfe];
    let cases = [
        ([one.clone().into_bytes(), mark, little(&two)].concat(), "from UTF-8 to UTF-16 (little-endian)"),
        ([one.clone().into_bytes(), big(&two)].concat(), "from UTF-8 to UTF-16 (big-endian)"),
        ([little(&one), two.clone().into_bytes()].concat(), "from UTF-16 (little-endian) to UTF-8"),
        ([big(&one), little(&two)].concat(), "from UTF-16 (big-endian) to UTF-16 (little-endian)"),
    ];
    for (bytes, turn) in cases {
        let found = read("mixed.log", &bytes);
        let (count, line, detail) = complaint(&found, "where the format changes");
        assert_eq!((records(&found), count, line), (400, 1, Some(201)), "{turn}: {found}");
        assert!(detail.contains(turn), "{found}");
        assert_eq!(found["complaints"].as_array().unwrap().len(), 1, "every line has its time: {found}");
    }
    for whole in [little(&good()), big(&good())] {
        let found = read("whole.log", &whole);
        assert_eq!((records(&found), &found["complaints"]), (400, &Value::Array(vec![])), "{found}");
    }
}

#[test]
fn a_blob_in_the_middle_of_a_log() {
    let (one, two) = halves();
    // A short one, and one that is longer than what is looked at.
    for length in [5_000, 300_000] {
        let bytes = [one.as_bytes(), &blob(length), b"\n", two.as_bytes()].concat();
        let found = read("blob.log", &bytes);
        let lines = bytes.iter().filter(|b| **b == b'\n').count() as u64;
        assert!(records(&found) >= 400 && found["lines"] == lines, "every line is counted: {found}");
        let odd = lines - 400;
        for what in ["with a NUL byte", "not UTF-8, the odd bytes were replaced", "where the format changes"] {
            let (count, line, _) = complaint(&found, what);
            assert!((1..=odd).contains(&count) && line.is_some_and(|line| line > 200), "{what}: {found}");
        }
        let untimed = complaint(&found, "without a time, taken to be of the time before").0;
        assert!(untimed <= odd, "the lines behind the blob have their times: {found}");
    }
}

#[test]
fn holes_that_truncating_leaves() {
    let (one, two) = halves();
    let hole = vec![0; 3 << 20];
    for (bytes, line) in
        [([&hole, one.as_bytes(), two.as_bytes()].concat(), 1), ([one.as_bytes(), &hole, two.as_bytes()].concat(), 201)]
    {
        for (name, bytes) in [("hole.log", bytes.clone()), ("hole.log.gz", gzip(&bytes))] {
            let found = read(name, &bytes);
            assert_eq!(records(&found), 400, "{found}");
            let (count, at, detail) = complaint(&found, "with a NUL byte");
            assert_eq!((count, at), (1, Some(line)), "{found}");
            assert!(detail.contains("a hole of 3145728 NUL bytes"), "{found}");
        }
    }
}

#[test]
fn archives_are_named_with_what_helps() {
    let mut block = [0; 512];
    block[..5].copy_from_slice(b"a.log");
    block[100..107].copy_from_slice(b"0000644");
    block[156] = b'0';
    block[257..263].copy_from_slice(b"ustar\0");
    let text = good();
    let tar = [&block[..], text.as_bytes(), &vec![0; 1_024 + 512 - text.len() % 512]].concat();
    for (name, bytes) in [("a.tar", tar.clone()), ("a.tar.gz", gzip(&tar))] {
        let found = read(name, &bytes);
        assert!(complaint(&found, "of no form that is known here").2.contains("tar -xf"), "{found}");
    }
}
