//! Templates from shapes: a pure function of the multiset {shape → count}, so that shards, restarts and re-runs agree.
//!
//! Shapes with the same skeleton (delimiters, blanks and masked places; words as `W`) are one bucket. Within a bucket,
//! a word position varies where it has enough distinct words, given how many words stand fixed around it; what does not
//! vary splits the bucket, at the position with the fewest words first. Enumerations stay literal as long as they are
//! short: a new state is a new template, and that is a signal.
//!
//! Thresholds were measured on public log corpora (research notes of the project); the accuracy surface around them is
//! flat. Words that introduce a value ("user", "host") are English, not any system's.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Hasher, SHAPE_VERSION};

use super::alone::unit;
use super::given::MARK;
use super::holes::{HOLE, LEARNT, UNIT};

/// A shape taken apart into its skeleton and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anatomy {
    /// The shape with every word as `W`.
    pub skeleton: String,
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    /// Whether its surroundings say that a value stands here.
    leads_in: bool,
    /// Whether it stands behind a masked place and is a unit.
    is_unit: bool,
}

/// How a word stands in a skeleton, in which nothing else has letters.
pub(super) const WORD: char = 'W';

/// Words behind which a value usually stands.
const NOUNS: [&str; 36] = [
    "user",
    "users",
    "username",
    "host",
    "hostname",
    "name",
    "named",
    "file",
    "path",
    "dir",
    "directory",
    "service",
    "process",
    "node",
    "device",
    "interface",
    "domain",
    "server",
    "client",
    "group",
    "module",
    "driver",
    "daemon",
    "account",
    "session",
    "key",
    "id",
    "queue",
    "topic",
    "table",
    "bucket",
    "pod",
    "volume",
    "job",
    "task",
    "worker",
];

/// Distinct words from which on a position varies, by how many words stand fixed in the bucket (8 and more alike).
const DISTINCT: [usize; 9] = [8, 8, 8, 6, 6, 5, 4, 4, 4];
/// Of a bucket's words at least this share must stand fixed.
const FIXED_SHARE: f64 = 0.4;
/// So few lines for each distinct word tell names from states.
const LINES_PER_NAME: u64 = 12;

/// Up to so many words, none of which is rare, are states and no names: names are skewed, and new ones keep coming
/// (Zipf's and Heaps' laws).
const STATES_MAX: usize = 9;
/// … where there are so many lines for each.
const LINES_PER_STATE: u64 = 5;
/// A word of fewer lines is rare.
const RARE: u64 = 3;

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'=' | b',' | b';' | b':' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'|' | b'<' | b'>'
    )
}

impl Anatomy {
    /// Takes a shape apart.
    pub fn of(shape: &str) -> Anatomy {
        // What a user gave stays as it is: alone in its skeleton, and one word.
        if shape.starts_with(MARK) {
            let id = Hasher::new("given", SHAPE_VERSION).text(shape).id();
            let word = Word { text: shape.to_string(), leads_in: false, is_unit: false };
            return Anatomy { skeleton: format!("{MARK}{id}{MARK}{WORD}"), words: vec![word] };
        }
        let pieces = pieces(shape);
        let mut skeleton = String::with_capacity(shape.len());
        let mut words = Vec::new();
        for (i, piece) in pieces.iter().enumerate() {
            if is_word(piece) {
                skeleton.push(WORD);
                let behind_value = i >= 2 && pieces[i - 1] == " " && pieces[i - 2] == HOLE;
                let is_unit = behind_value && unit(piece.as_bytes()).is_some();
                words.push(Word { text: (*piece).to_string(), leads_in: leads_in(&pieces, i), is_unit });
            } else {
                skeleton.push_str(piece);
            }
        }
        Anatomy { skeleton, words }
    }

    /// The word at a place.
    pub fn word(&self, at: usize) -> &str {
        &self.words[at].text
    }
}

fn is_word(piece: &str) -> bool {
    piece != HOLE && piece.bytes().any(|b| b.is_ascii_alphanumeric() || !b.is_ascii())
}

/// Delimiters one by one, holes, and words.
fn pieces(shape: &str) -> Vec<&str> {
    let bytes = shape.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let from = at;
        if shape[at..].starts_with(HOLE) {
            at += HOLE.len();
        } else if is_delimiter(bytes[at]) {
            at += 1;
        } else {
            while at < bytes.len() && !is_delimiter(bytes[at]) {
                at += 1;
            }
        }
        found.push(&shape[from..at]);
    }
    found
}

/// Whether a value is likely here: behind a noun, alone in quotes or brackets, or alone behind a colon.
fn leads_in(pieces: &[&str], at: usize) -> bool {
    let piece = |offset: isize| at.checked_add_signed(offset).and_then(|i| pieces.get(i)).copied().unwrap_or("");
    let (before, before2, after) = (piece(-1), piece(-2), piece(1));
    let noun = before == " " && NOUNS.iter().any(|n| before2.eq_ignore_ascii_case(n));
    let enclosed = matches!(before, "\"" | "'" | "[" | "(") && matches!(after, "\"" | "'" | "]" | ")");
    let labelled =
        (before == ":" || (before == " " && before2 == ":")) && matches!(after, "" | "," | ";" | ")" | "]" | "}");
    let value = before == "=" || (before == " " && before2 == "=");
    noun || enclosed || labelled || value
}

/// One shape of a bucket: its words, how many lines it stands for, and the caller's number for it.
pub struct Member<'a> {
    /// The shape taken apart.
    pub anatomy: &'a Anatomy,
    /// How many lines.
    pub lines: u64,
    /// The caller's.
    pub index: u32,
}

/// One template: its text with holes, and the members that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The text; varying words are [`LEARNT`].
    pub text: String,
    /// The callers' numbers, ascending.
    pub members: Vec<u32>,
    /// Which of the members' words vary, ascending; units left out.
    pub learnt: Vec<usize>,
}

/// The templates of one bucket: all members have the same skeleton. Order of the members does not matter.
pub fn templates(members: &[Member<'_>]) -> Vec<Group> {
    let mut groups = Vec::new();
    if !members.is_empty() {
        divide(&members.iter().collect::<Vec<_>>(), &mut groups);
    }
    groups.sort_by(|a, b| a.text.cmp(&b.text));
    groups
}

/// What is known of one word position over the members of a (part of a) bucket.
struct Position {
    at: usize,
    distinct: usize,
    varies: bool,
    is_unit: bool,
}

fn divide(members: &[&Member<'_>], groups: &mut Vec<Group>) {
    let positions = varying(members);
    let width = members[0].anatomy.words.len();
    let fixed = width - positions.len();
    let enough_fixed = fixed >= 1 && fixed as f64 >= FIXED_SHARE * width as f64;
    if positions.is_empty() || (enough_fixed && positions.iter().all(|p| p.varies)) {
        let holes: BTreeMap<usize, bool> = positions.iter().map(|p| (p.at, p.is_unit)).collect();
        let learnt = holes.iter().filter(|(_, is_unit)| !**is_unit).map(|(at, _)| *at).collect();
        groups.push(Group { text: written(members[0].anatomy, &holes), members: indices(members), learnt });
        return;
    }
    let Some(split) = positions.iter().min_by_key(|p| (p.varies, p.distinct, p.at)) else { return };
    let mut parts: BTreeMap<&str, Vec<&Member<'_>>> = BTreeMap::new();
    for member in members {
        parts.entry(&member.anatomy.words[split.at].text).or_default().push(member);
    }
    parts.values().for_each(|part| divide(part, groups));
}

fn indices(members: &[&Member<'_>]) -> Vec<u32> {
    let mut indices: Vec<u32> = members.iter().map(|m| m.index).collect();
    indices.sort_unstable();
    indices
}

/// The positions at which the members' words differ.
fn varying(members: &[&Member<'_>]) -> Vec<Position> {
    let width = members[0].anatomy.words.len();
    // At most places all members say the same: only the others cost a set.
    let differ = |at: &usize| {
        let first = &members[0].anatomy.words[*at].text;
        members.iter().any(|m| m.anatomy.words[*at].text != *first)
    };
    let words_at = |at: usize| members.iter().map(|m| m.anatomy.words[at].text.as_str()).collect::<BTreeSet<&str>>();
    let distinct: Vec<(usize, BTreeSet<&str>)> = (0..width).filter(differ).map(|at| (at, words_at(at))).collect();
    let differing = distinct.len();
    let lines: u64 = members.iter().map(|m| m.lines).sum();
    let rarest = |at: usize| {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        members.iter().for_each(|m| *counts.entry(&m.anatomy.words[at].text).or_default() += m.lines);
        counts.into_values().min().unwrap_or(0)
    };
    distinct
        .iter()
        .map(|(at, words)| {
            let at = *at;
            let leads_in = members.iter().any(|m| m.anatomy.words[at].leads_in);
            let alone = differing == 1 && at > 0;
            let is_unit = members.iter().all(|m| m.anatomy.words[at].is_unit);
            let many = words.len() >= needed(words, leads_in, width - differing, alone.then_some(lines));
            let states = || !leads_in && are_states(words.len(), lines, rarest(at));
            let varies = is_unit || differ_in_digits(words) || many && !states();
            Position { at, distinct: words.len(), varies, is_unit }
        })
        .collect()
}

/// How many distinct words a position needs to vary. `lines`: of all members, where no other position differs.
fn needed(words: &BTreeSet<&str>, leads_in: bool, fixed: usize, lines: Option<u64>) -> usize {
    let states =
        words.iter().all(|w| w.bytes().any(|b| b.is_ascii_alphabetic()) && !w.bytes().any(|b| b.is_ascii_lowercase()));
    let named = words.iter().filter(|w| looks_like_a_name(w)).count() * 10 >= words.len() * 6;
    let softer = if leads_in { 2 } else { 0 } + if named { 2 } else { 0 };
    let harder = if states { 2 } else { 0 };
    let base = (DISTINCT[fixed.min(8)] + harder).saturating_sub(softer).max(2);
    match lines {
        Some(lines) if fixed >= 2 && !states && lines <= LINES_PER_NAME * words.len() as u64 => base.min(3),
        _ => base,
    }
}

/// Whether so many words, of which the rarest has so many lines, are a closed set.
fn are_states(words: usize, lines: u64, rarest: u64) -> bool {
    words <= STATES_MAX && rarest >= RARE && lines >= LINES_PER_STATE * words as u64
}

/// Whether words are one name with different digits: `eth0`, `eth1`.
fn differ_in_digits(words: &BTreeSet<&str>) -> bool {
    let same = |a: &str, b: &str| {
        a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| a == b || a.is_ascii_digit() && b.is_ascii_digit())
    };
    words.first().is_some_and(|first| words.iter().all(|word| same(first, word)))
}

fn looks_like_a_name(word: &str) -> bool {
    let core = word.trim_matches('.');
    core.contains(['.', '/'])
        || core.get(1..core.len().saturating_sub(1)).is_some_and(|inner| inner.contains(['_', '-']))
}

/// The skeleton with its words; of those in `holes` (by position, and whether they are units) what stands for them.
fn written(anatomy: &Anatomy, holes: &BTreeMap<usize, bool>) -> String {
    let mut text = String::with_capacity(anatomy.skeleton.len() * 4);
    let mut words = anatomy.words.iter().enumerate();
    for piece in anatomy.skeleton.split_inclusive(WORD) {
        let Some(literal) = piece.strip_suffix(WORD) else {
            text.push_str(piece);
            continue;
        };
        if !literal.starts_with(MARK) {
            text.push_str(literal);
        }
        if let Some((at, word)) = words.next() {
            match holes.get(&at) {
                // The number's own place takes its unit in, the blank between them too.
                Some(true) => {
                    text.truncate(text.trim_end_matches(' ').len());
                    text.push_str(UNIT);
                }
                Some(false) => text.push_str(LEARNT),
                None => text.push_str(&word.text),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(shapes: &[(&str, u64)], expected: Expect) {
        let anatomies: Vec<Anatomy> = shapes.iter().map(|(s, _)| Anatomy::of(s)).collect();
        let mut buckets: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
        for (i, anatomy) in anatomies.iter().enumerate() {
            buckets.entry(&anatomy.skeleton).or_default().push(Member { anatomy, lines: shapes[i].1, index: i as u32 });
        }
        let mut found: Vec<String> = Vec::new();
        for mut members in buckets.into_values() {
            let forward = templates(&members);
            members.reverse();
            assert_eq!(forward, templates(&members), "order matters");
            found.extend(forward.into_iter().map(|g| format!("{} x{}", g.text, g.members.len())));
        }
        expected.assert_eq(&(found.join("\n") + "\n"));
    }

    #[test]
    fn names_vary_and_states_stay() {
        let names = ["anna", "bert", "carl", "dora", "emil", "fritz", "gerd", "hans", "ida"];
        let mut shapes: Vec<(String, u64)> =
            names.iter().map(|n| (format!("session opened for user {n} by root"), 40)).collect();
        shapes.extend(["RUNNING", "FAILED", "DONE"].map(|s| (format!("job went to state {s} after <*>"), 500)));
        let shapes: Vec<(&str, u64)> = shapes.iter().map(|(s, n)| (s.as_str(), *n)).collect();
        check(
            &shapes,
            expect![[r#"
                job went to state DONE after <*> x1
                job went to state FAILED after <*> x1
                job went to state RUNNING after <*> x1
                session opened for user <word> by root x9
            "#]],
        );
    }

    #[test]
    fn different_statements_with_one_skeleton_stay_apart() {
        check(
            &[("cart saved quickly", 90), ("cache entry evicted", 80), ("cart lost entirely", 70)],
            expect![[r#"
                cache entry evicted x1
                cart lost entirely x1
                cart saved quickly x1
            "#]],
        );
    }
}
