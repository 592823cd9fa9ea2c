//! Learning a header from a file's first records.
//!
//! Step by step: what do nearly all records have at the place that is reached? A column is taken where the answer is
//! clear, and provisionally where only something certain behind it would make it clear. Refuses to look at anything
//! but the lines that it is given, so that the same lines always teach the same.

use super::pieces::{is_strong, skip_blanks, stamp_at, take, token};
use super::roles::{is_class, role_of};
use super::{Column, Header, Piece, Role};
use crate::stamp::{Shape, Stamp};
use crate::traces::{self, Look};

/// Of so many in a hundred records a column must be.
const NEARLY_ALL: usize = 90;
/// Columns of a header at most.
const MOST_COLUMNS: usize = 14;
/// From so few records nothing is learnt that could as well be a message's first words.
const FEW: usize = 10;
/// A stamp stands within so many words.
const STAMP_WORDS: usize = 6;

/// A record that is learnt from, and how far its header is known.
#[derive(Clone, Copy)]
struct Known<'a> {
    line: &'a [u8],
    at: usize,
}

/// Learns the columns from a file's first lines.
pub(crate) fn learn(lines: &[&[u8]], records: usize) -> Header {
    let candidates: Vec<&[u8]> = lines.iter().copied().filter(|line| !traces::is_sure(line)).collect();
    let mut columns = Vec::new();
    let mut known: Vec<Known<'_>> = Vec::new();
    if let Some((words, shape)) = find_stamp(&candidates) {
        columns = before_stamp(&candidates, words, shape);
        let header = Header { columns: columns.clone(), strict: false };
        let at = |line: &&'_ [u8]| header.end_of(line);
        known = candidates.iter().filter_map(|line| Some(Known { line, at: at(line)? })).collect();
        // Behind a runtime's stamps stand lines of traces, which have no header.
        let of_trace = |k: &Known<'_>| {
            let rest = k.line.get(k.at + 1..).unwrap_or_default();
            traces::is_sure(rest) || matches!(traces::look(rest), Look::Trace | Look::Exception | Look::MayEndTrace)
        };
        if known.iter().any(|k| !of_trace(k)) {
            known.retain(|k| !of_trace(k));
        }
    }
    if known.is_empty() {
        columns.clear();
        known = candidates.iter().map(|line| Known { line, at: 0 }).collect();
    }
    known.truncate(records);
    finish(columns, known)
}

/// Learns the columns that follow some that are given: those of a known grammar.
pub(crate) fn learn_after(columns: Vec<Piece>, lines: &[&[u8]], records: usize) -> Header {
    let columns: Vec<Column> = columns.into_iter().map(|piece| Column { piece, role: Role::Nothing }).collect();
    let header = Header { columns: columns.clone(), strict: false };
    let mut known: Vec<Known<'_>> =
        lines.iter().filter_map(|line| Some(Known { line, at: header.end_of(line)? })).collect();
    known.truncate(records);
    finish(columns, known)
}

fn finish(mut columns: Vec<Column>, known: Vec<Known<'_>>) -> Header {
    let all = known.len();
    let given = columns.len();
    let lines: Vec<&[u8]> = known.iter().map(|k| k.line).collect();
    let fitting = extend(&mut columns, known, given);
    let strict = all >= FEW && fitting * 100 >= all * 99;
    let mut header = Header { columns, strict };
    give_roles(&mut header, &lines);
    header
}

/// Adds columns as long as nearly all records agree; gives how many records have all of them.
fn extend(columns: &mut Vec<Column>, mut known: Vec<Known<'_>>, given: usize) -> usize {
    let all = known.len();
    let (mut certain, mut fitting) = (columns.len(), all);
    while columns.len() < given + MOST_COLUMNS {
        let Some((piece, is_certain)) = next_piece(&known, all, columns, given) else { break };
        let advanced: Vec<Known<'_>> = known.iter().filter_map(|k| k.after(piece)).collect();
        if advanced.len() * 100 < all * (NEARLY_ALL - 10) || !leaves_messages(&advanced) {
            break;
        }
        known = advanced;
        columns.push(Column { piece, role: Role::Nothing });
        if is_certain {
            (certain, fitting) = (columns.len(), known.len());
        }
    }
    columns.truncate(certain);
    fitting
}

/// A header that leaves most records without a message has eaten it.
fn leaves_messages(known: &[Known<'_>]) -> bool {
    let with = known.iter().filter(|k| skip_blanks(k.line, k.at) < k.line.len()).count();
    with * 2 >= known.len()
}

impl<'a> Known<'a> {
    fn after(&self, piece: Piece) -> Option<Known<'a>> {
        Some(Known { line: self.line, at: take(piece, self.line, self.at)?.next })
    }

    fn value(&self, piece: Piece) -> Option<&'a [u8]> {
        take(piece, self.line, self.at).map(|t| &self.line[t.value.0..t.value.1])
    }

    /// Whether a tab ends the column before.
    fn is_tabbed(&self) -> bool {
        self.line.get(self.at) == Some(&b'\t')
    }

    fn rest(&self) -> &'a [u8] {
        &self.line[skip_blanks(self.line, self.at).min(self.line.len())..]
    }
}

impl Header {
    fn end_of(&self, line: &[u8]) -> Option<usize> {
        self.columns.iter().try_fold(0, |at, column| Some(take(column.piece, line, at)?.next))
    }
}

/// The next column, and whether it is certain.
fn next_piece(known: &[Known<'_>], all: usize, columns: &[Column], given: usize) -> Option<(Piece, bool)> {
    let count = |piece: Piece| known.iter().filter(|k| k.value(piece).is_some()).count();
    let nearly = |n: usize| n * 100 >= known.len() * NEARLY_ALL;
    let so_far = &columns[given.min(columns.len())..];
    if let Some(shape) = common_shape(known) {
        return Some((Piece::Stamp(shape), true));
    }
    let glued = so_far.last().is_some_and(|c| c.piece == Piece::Level) && nearly(count(Piece::Glued));
    if glued {
        return Some((Piece::Glued, true));
    }
    // Behind a tag or program begins the message, unless another logger's header does.
    let tagged =
        columns.last().is_some_and(|c| matches!(c.piece, Piece::Program | Piece::Tag)) && ends_with_colon(known);
    if !tagged && nearly(count(Piece::Mark)) {
        return Some((Piece::Mark, !only_words(so_far) || known.len() >= FEW / 2));
    }
    if is_level_column(known, so_far) {
        return Some((Piece::Level, true));
    }
    if nearly(count(Piece::File)) {
        return Some((Piece::File, true));
    }
    if tagged {
        return nearly(count(Piece::Number)).then_some((Piece::Number, false));
    }
    if nearly(count(Piece::Group)) {
        return Some((Piece::Group, all >= FEW / 2 || !columns.is_empty()));
    }
    if nearly(count(Piece::Tag)) {
        return tag_column(known, so_far).map(|certain| (Piece::Tag, certain));
    }
    if nearly(count(Piece::Led)) && is_led(known) {
        return Some((Piece::Led, true));
    }
    if nearly(count(Piece::Dotted)) {
        let level = so_far.last().is_some_and(|c| c.piece == Piece::Level) && known.len() > 1;
        let classes = || known.iter().all(|k| k.value(Piece::Dotted).is_some_and(is_class));
        let backed = so_far.iter().any(|c| c.piece == Piece::Level) && known.len() > 1 && classes();
        let backed = backed || level || known.iter().all(|k| k.after(Piece::Dotted).is_some_and(|k| k.is_tabbed()));
        return Some((Piece::Dotted, known.len() >= FEW || backed));
    }
    let barred = |k: &Known<'_>| k.after(Piece::Word).is_some_and(|k| k.rest().first() == Some(&b'|'));
    let words = nearly(count(Piece::Word)) && (known.len() > 2 || known.iter().all(barred));
    let most_words = if known.len() >= FEW { 3 } else { 2 };
    provisional(so_far, nearly(count(Piece::Number)), words, most_words)
}

/// Whether what stands before a dash is one of a few programs, some with words about them: where all are one word, other
/// columns tell more.
fn is_led(known: &[Known<'_>]) -> bool {
    let lead = |k: &Known<'_>| k.after(Piece::Led).map(|after| after.at - skip_blanks(k.line, k.at));
    let mut leads: Vec<&[u8]> = known.iter().filter_map(|k| k.rest().get(..lead(k)?)).collect();
    leads.sort_unstable();
    leads.dedup();
    let worded = leads.iter().filter(|lead| lead.iter().filter(|b| **b == b' ').count() > 2).count();
    known.len() >= FEW && worded > 0 && leads.len() * 10 <= known.len()
}

/// What counts only where something certain follows it: up to three numbers, up to so many words.
fn provisional(so_far: &[Column], numbers: bool, words: bool, most_words: usize) -> Option<(Piece, bool)> {
    let of = |piece| {
        so_far
            .iter()
            .rev()
            .take_while(|c| matches!(c.piece, Piece::Number | Piece::Word))
            .filter(|c| c.piece == piece)
            .count()
    };
    if numbers && of(Piece::Number) < 3 {
        return Some((Piece::Number, false));
    }
    (words && of(Piece::Word) < most_words).then_some((Piece::Word, false))
}

/// Whether what was taken of most records ends with a colon.
fn ends_with_colon(known: &[Known<'_>]) -> bool {
    known.iter().filter(|k| k.line[..k.at].ends_with(b":")).count() * 2 > known.len()
}

fn only_words(so_far: &[Column]) -> bool {
    !so_far.is_empty() && so_far.iter().all(|c| matches!(c.piece, Piece::Word | Piece::Number))
}

/// The one shape of stamp that nearly all records have here.
fn common_shape(known: &[Known<'_>]) -> Option<Shape> {
    let has = |k: &Known<'_>, shape: Shape| stamp_at(k.line, k.at, |b| shape.read(b), |s| s.length).is_some();
    let nearly = |shape: &Shape| known.iter().filter(|k| has(k, *shape)).count() * 100 >= known.len() * NEARLY_ALL;
    let first = known.iter().find(|k| !k.rest().is_empty())?;
    // Which shapes are possible at all, one record tells; of ten records one may be odd.
    let possible = known.iter().take(10).any(|k| stamp_at(k.line, k.at, Shape::find, |(_, s)| s.length).is_some());
    (possible && !first.rest().is_empty()).then(|| Shape::ALL.iter().copied().find(nearly))?
}

/// Of few records a second level, or a small-lettered one before a colon (`panic:`), may as well be the message's.
fn is_level_column(known: &[Known<'_>], so_far: &[Column]) -> bool {
    let few = known.len() < FEW / 2;
    if few && so_far.iter().any(|c| c.piece == Piece::Level) {
        return false;
    }
    let said = |rest: &[u8]| {
        let word = &rest[..token(rest)];
        word.first().is_some_and(u8::is_ascii_lowercase) && word.ends_with(b":") && !word.contains(&b'/')
    };
    let levels = known.iter().filter(|k| k.value(Piece::Level).is_some() && !(few && said(k.rest()))).count();
    levels * 100 >= known.len() * NEARLY_ALL
}

/// Whether the names before a colon are surely no words of messages; `None` where they may well be.
fn tag_column(known: &[Known<'_>], so_far: &[Column]) -> Option<bool> {
    let closed = |k: &&Known<'_>| k.after(Piece::Tag).is_some_and(|after| k.line[..after.at].ends_with(b"]"));
    let strong = |k: &&Known<'_>| k.value(Piece::Tag).is_some_and(is_strong) || closed(k);
    let strong = known.iter().filter(strong).count();
    if strong * 10 >= known.len() * 3 && (known.len() >= 2 || !only_words(so_far)) {
        return Some(true);
    }
    let mut names: Vec<&[u8]> = known.iter().filter_map(|k| k.value(Piece::Tag)).collect();
    names.sort_unstable();
    names.dedup();
    let few_words = so_far.iter().filter(|c| c.piece == Piece::Word).count() <= 1;
    (known.len() >= FEW && few_words && names.len() * 2 <= known.len()).then_some(true)
}

/// Where the lines have their stamp: behind how many words, and of which shape.
fn find_stamp(lines: &[&[u8]]) -> Option<(usize, Shape)> {
    let mut votes: Vec<((usize, Shape), usize)> = Vec::new();
    let mut stamped = 0;
    for line in lines {
        let Some(place) = stamp_words(line) else { continue };
        stamped += 1;
        match votes.iter_mut().find(|(p, _)| *p == place) {
            Some((_, n)) => *n += 1,
            None => votes.push((place, 1)),
        }
    }
    // Of places with as many votes the first stands: sorting is stable.
    votes.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let ((words, shape), n) = *votes.first()?;
    let enough = match words {
        0 => n * 10 >= lines.len(),
        _ => stands_in_header(lines, words, shape, n, stamped),
    };
    enough.then(|| (words, best_order(lines, words, shape)))
}

/// Whether a stamp behind some words is the record's own and not one that messages speak of: something must follow it, and
/// most lines must have it there, or most that have any, in brackets.
fn stands_in_header(lines: &[&[u8]], words: usize, shape: Shape, n: usize, stamped: usize) -> bool {
    let (mut followed, mut bracketed) = (0, 0);
    for line in lines {
        let Some(rest) = after_words(line, words) else { continue };
        if let Some((_, next, _)) = stamp_at(rest, 0, |b| shape.read(b), |s| s.length) {
            followed += usize::from(skip_blanks(rest, next) < rest.len());
            bracketed += usize::from(rest.first() == Some(&b'['));
        }
    }
    let most = n * 10 >= lines.len() * 6 || bracketed * 2 > n && n * 2 >= stamped && n * 5 >= lines.len();
    followed * 2 >= n && most
}

/// The stamp of a line that is like no other of its file: at its head, or in brackets behind a few words; and where it
/// ends.
pub(crate) fn foreign_stamp(line: &[u8]) -> Option<(Stamp, usize)> {
    let mut at = 0;
    for words in 0..=STAMP_WORDS {
        at = skip_blanks(line, at);
        let opened = line.get(at) == Some(&b'[');
        if let Some(((_, stamp), next, _)) = stamp_at(line, at, Shape::find, |(_, s)| s.length)
            && (words == 0 || opened)
        {
            return Some((stamp, next));
        }
        at += line.get(at..)?.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    }
    None
}

/// The first stamp of a line: behind how many words it stands, and its shape.
fn stamp_words(line: &[u8]) -> Option<(usize, Shape)> {
    let mut at = 0;
    for words in 0..=STAMP_WORDS {
        at = skip_blanks(line, at);
        let found = stamp_at(line, at, Shape::find, |(_, s)| s.length);
        if let Some(((shape, _), _, _)) = found {
            return Some((words, shape));
        }
        // A priority and a bracket may be glued to the stamp that they stand before.
        if words == 0
            && let Some(taken) = take(Piece::Priority, line, at)
        {
            at = taken.next;
            continue;
        }
        at += line.get(at..)?.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    }
    None
}

/// Dates with slashes may be in any order: the one that most lines agree with, the first of equal ones.
fn best_order(lines: &[&[u8]], words: usize, shape: Shape) -> Shape {
    if !matches!(shape, Shape::Slashed(_)) {
        return shape;
    }
    let reads = |shape: Shape| {
        let header =
            Header { columns: vec![Column { piece: Piece::Stamp(shape), role: Role::Nothing }], strict: false };
        lines.iter().filter(|line| after_words(line, words).is_some_and(|rest| header.end_of(rest).is_some())).count()
    };
    let slashed = Shape::ALL.iter().copied().filter(|s| matches!(s, Shape::Slashed(_)));
    let mut best = (shape, reads(shape));
    for other in slashed {
        let n = reads(other);
        if n > best.1 {
            best = (other, n);
        }
    }
    best.0
}

fn after_words(line: &[u8], words: usize) -> Option<&[u8]> {
    let mut at = skip_blanks(line, 0);
    for _ in 0..words {
        at += line.get(at..)?.iter().position(|b| matches!(b, b' ' | b'\t'))?;
        at = skip_blanks(line, at);
    }
    line.get(at..)
}

/// The columns before the stamp, and it: what each of the words is.
fn before_stamp(lines: &[&[u8]], words: usize, shape: Shape) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut known: Vec<Known<'_>> = lines.iter().map(|line| Known { line, at: 0 }).collect();
    for _ in 0..words {
        known.retain(|k| after_words(k.line, words).is_some());
        let pieces = [Piece::Priority, Piece::Level, Piece::Mark, Piece::Number];
        let nearly =
            |p: &Piece| known.iter().filter(|k| k.value(*p).is_some()).count() * 100 >= known.len() * NEARLY_ALL;
        let piece = pieces.into_iter().find(nearly).unwrap_or(Piece::Any);
        columns.push(Column { piece, role: Role::Nothing });
        known = known.iter().filter_map(|k| k.after(piece)).collect();
    }
    columns.push(Column { piece: Piece::Stamp(shape), role: Role::Nothing });
    columns
}

/// Finds out what the columns name.
fn give_roles(header: &mut Header, lines: &[&[u8]]) {
    let mut known: Vec<Known<'_>> = lines.iter().map(|line| Known { line, at: 0 }).collect();
    for index in 0..header.columns.len() {
        let piece = header.columns[index].piece;
        let values: Vec<&[u8]> = known.iter().filter_map(|k| k.value(piece)).collect();
        let next = header.columns.get(index + 1).map(|c| c.piece);
        let before = header.columns[index + 1..].iter().any(|c| matches!(c.piece, Piece::Stamp(_)));
        let barred = before
            && next == Some(Piece::Mark)
            && known.iter().any(|k| k.after(piece).is_some_and(|k| k.rest().starts_with(b"|")));
        header.columns[index].role =
            role_of(piece, &values, index.checked_sub(1).map(|i| header.columns[i].piece), barred);
        known = known.iter().filter_map(|k| k.after(piece)).collect();
    }
}
