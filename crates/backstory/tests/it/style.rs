//! The rules of `docs/style.md`, held over the stories of all drills.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde_json::Value;

use crate::forms::kinds;
use crate::program::Case;

/// Words that claim more than evidence shows, or say nothing.
const NEVER: [&str; 32] = [
    "root cause",
    "predict",
    "anomal",
    "significant",
    "unusual",
    "suspicious",
    "abnormal",
    "culprit",
    "guilty",
    "blame",
    "because",
    "due to",
    "caused",
    "please",
    "sorry",
    "unfortunately",
    "apolog",
    "!",
    "very ",
    "clearly",
    "obviously",
    "simply",
    "actually",
    "note that",
    "it seems",
    "interesting",
    "detected",
    "spike",
    "weird",
    "issue",
    "utilize",
    "leverage",
];

/// Words of a clause at most, quotations aside.
const CLAUSE: usize = 40;

/// A text without what it quotes: a name of a log line is its owner's, not ours.
fn unquoted(text: &str) -> String {
    // A quotation may hold quotation marks itself: it ends where one is followed by what may follow a quotation.
    let (mut out, mut within) = (String::new(), false);
    let chars: Vec<char> = text.chars().collect();
    for (n, c) in chars.iter().enumerate() {
        if *c != '"' {
            if !within {
                out.push(*c);
            }
            continue;
        }
        let next = chars.get(n + 1).copied().unwrap_or(' ');
        let before = if n == 0 { ' ' } else { chars[n - 1] };
        if within && (next == ' ' || ",.;:)".contains(next)) {
            within = false;
            out.push_str("QUOTED");
        } else if !within && (before == ' ' || before == '(') {
            within = true;
        }
    }
    out
}

fn said(story: &Value) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => match (fields.get("text"), fields.get("cites")) {
                (Some(text), Some(_)) => found.push(text.as_str().unwrap().to_string()),
                _ => fields.iter().filter(|(key, _)| *key != "evidence").for_each(|(_, value)| walk(value, found)),
            },
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(story, &mut found);
    let summaries = story["signals"].as_array().unwrap().iter().map(|s| s["summary"].as_str().unwrap().to_string());
    found.extend(summaries);
    found
}

/// What is wrong with a sentence, by the rules.
fn wrong(text: &str) -> Vec<String> {
    let own = unquoted(text);
    let small = own.to_lowercase();
    let mut wrong: Vec<String> =
        NEVER.iter().filter(|word| small.contains(**word)).map(|word| format!("it says {word:?}")).collect();
    for clause in own.split([';', ':']) {
        let words = clause.split_whitespace().count();
        let is_list = clause.matches(',').count() > 4;
        if words > CLAUSE && !is_list {
            wrong.push(format!("a clause has {words} words"));
        }
    }
    wrong.extend(numbers(&own));
    wrong.extend(plurals(&small));
    if text.contains("  ") || text.contains(" ,") || text.contains(" .") {
        wrong.push("blanks stand where none belong".into());
    }
    wrong
}

/// Words after which a number may end a clause: it is a share, a ratio, a strength, or the value of a metric that is named.
const MAY_END: [&str; 10] = ["of", "ratio", "at", "is", "from", "to", "and", "than", "where", "have"];

/// Numbers without a unit, or with an exponent.
fn numbers(own: &str) -> Vec<String> {
    let words: Vec<&str> = own.split_whitespace().collect();
    let mut wrong = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let bare = word.trim_start_matches('(').trim_end_matches([',', '.', ';', ':', ')']);
        let is_number = !bare.is_empty()
            && bare.starts_with(|c: char| c.is_ascii_digit() || c == '-')
            && bare.chars().all(|c| c.is_ascii_digit() || ",.-e".contains(c))
            && bare.chars().any(|c| c.is_ascii_digit());
        // The beginning of a commit's hash is a name.
        let is_hash = bare.len() == 10 && bare.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_number || is_hash {
            continue;
        }
        if bare.contains('e') {
            wrong.push(format!("{bare} has an exponent"));
        }
        let ends = word.ends_with([',', '.', ';', ':', ')']) || n + 1 == words.len();
        let before = if n == 0 { "" } else { words[n - 1].trim_start_matches('(') };
        if ends && !MAY_END.contains(&before) {
            wrong.push(format!("{before} {word} has no unit"));
        }
        let digits = bare.bytes().filter(u8::is_ascii_digit).count();
        let fraction = bare.split_once('.').map_or(0, |(_, fraction)| fraction.trim_start_matches('0').len());
        if fraction > 3 || (fraction > 0 && digits > 8) {
            wrong.push(format!("{bare} has more digits than matter"));
        }
    }
    wrong
}

/// `1 lines`, `one days`, `2 line`.
fn plurals(small: &str) -> Vec<String> {
    const THINGS: [&str; 14] = [
        "time", "line", "change", "record", "service", "stream", "file", "rule", "signal", "hour", "day", "minute",
        "second", "call",
    ];
    let words: Vec<&str> =
        small.split(|c: char| !(c.is_alphanumeric() || c == '.')).filter(|w| !w.is_empty()).collect();
    let mut wrong = Vec::new();
    for pair in words.windows(2) {
        let is_one = matches!(pair[0], "1" | "one");
        let is_many = matches!(pair[0], "two" | "three" | "four" | "five" | "twelve")
            || pair[0].parse::<u32>().is_ok_and(|n| n > 1);
        let singular = THINGS.contains(&pair[1]);
        let plural = pair[1].strip_suffix('s').is_some_and(|word| THINGS.contains(&word));
        if (is_one && plural) || (is_many && singular) {
            wrong.push(format!("{} {}", pair[0], pair[1]));
        }
    }
    wrong
}

/// Every file of a case, unpacked, by the name that citations give it.
fn files(case: &Case) -> BTreeMap<String, Vec<String>> {
    let read = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        let mut text = String::new();
        if path.extension().is_some_and(|ending| ending == "gz") {
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        let name = format!("evidence/{}", path.file_name().unwrap().to_string_lossy());
        (name, text.lines().map(String::from).collect())
    };
    case.files().iter().map(read).collect()
}

/// Why a piece of evidence cannot be opened by a person with the files and a pager.
fn cannot_be_opened(evidence: &Value, files: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let (source, place) = (evidence["source"].as_str().unwrap(), evidence["ref"].as_str().unwrap());
    if source.starts_with("coverage") || source.starts_with("incident") {
        return None;
    }
    let Some(lines) = files.get(source) else { return Some(format!("no file {source}")) };
    let text = evidence["text"].as_str().unwrap();
    if let Some(rest) = place.strip_prefix("line ") {
        let number: usize = rest.split(',').next().unwrap().parse().unwrap();
        let Some(line) = lines.get(number - 1) else { return Some(format!("{source} has no line {number}")) };
        let part = |c: char| !(c.is_alphanumeric() || c == '…');
        let words: Vec<&str> = text.split(part).filter(|w| w.len() > 3).skip(1).take(8).collect();
        let found = words.iter().filter(|word| line.contains(word.trim_end_matches('…'))).count();
        return (found * 2 < words.len()).then(|| format!("{source}:{number} does not say {text:?}: {line}"));
    }
    let named = if let Some(rest) = place.strip_prefix("trace ") {
        rest.split(' ').next().unwrap().to_string()
    } else {
        place.split(['{', ' ']).next().unwrap().to_string()
    };
    (!lines.iter().any(|line| line.contains(&named))).then(|| format!("{source} has no {named}"))
}

#[test]
fn every_sentence_of_every_drill_keeps_the_rules() {
    let mut wrong_ones = Vec::new();
    let mut openings: BTreeSet<String> = BTreeSet::new();
    for kind in kinds() {
        let case = Case::quick(kind, 11);
        let story = case.tell(&["--output", "json"]).json();
        let texts = said(&story);
        assert!(texts.len() > 10, "{kind}: {} sentences", texts.len());
        for text in &texts {
            wrong_ones.extend(wrong(text).into_iter().map(|why| format!("{kind}: {why}: {text}")));
        }
        let chapters: Vec<&str> = story["chapters"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|c| c["text"].as_array().unwrap())
            .map(|t| t["text"].as_str().unwrap())
            .collect();
        let distinct: BTreeSet<&&str> = chapters.iter().collect();
        assert_eq!(distinct.len(), chapters.len(), "{kind}: something is said twice: {chapters:#?}");
        openings.insert(chapters[0].chars().filter(|c| !c.is_ascii_digit()).collect());
        let files = files(&case);
        let closed = story["evidence"].as_array().unwrap().iter().filter_map(|e| cannot_be_opened(e, &files));
        wrong_ones.extend(closed.map(|why| format!("{kind}: a citation cannot be opened: {why}")));
    }
    assert!(wrong_ones.is_empty(), "{}", wrong_ones.join("\n"));
    assert!(openings.len() * 2 > kinds().len(), "stories begin alike: {openings:#?}");
}

#[test]
fn this_checker_finds_what_it_looks_for() {
    for bad in [
        "It was the root cause.",
        "This happened because of a deploy.",
        "payments wrote \"x\" 1 times in one hour, where none is usual.",
        "It stood at 6.68e-4, where 2 are usual.",
        "It rose by 3.14159265.",
        "It was seen, 17.",
        "Attention!",
        &format!("It {} happened.", "and it ".repeat(30)),
    ] {
        assert!(!wrong(bad).is_empty(), "nothing is wrong with {bad:?}");
    }
    let good = "On 23 May at 12:00:30, 4 days 7 hours before users were hurt, payments wrote \"root cause = 5!\" 59 times in ten minutes, where less than one is usual; one new line of payments came in the 16 days before.";
    assert_eq!(wrong(good), Vec::<String>::new());
}
