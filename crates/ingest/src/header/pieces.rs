//! The pieces that a header is made of, and how much of a line each takes.
//!
//! Refuses to know which piece a file has at which place: that is learnt.

use super::Range;
use crate::level;
use crate::stamp::Shape;

/// What may stand in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Piece {
    /// A stamp, perhaps in brackets. The first one is the record's time.
    Stamp(Shape),
    /// A severity: a word in any case, a capital letter, in brackets or before a colon.
    Level,
    /// Brackets and what they hold.
    Group,
    /// A number: of a process, a thread, a line.
    Number,
    /// A word without blanks.
    Word,
    /// Anything without blanks: what stands before a stamp.
    Any,
    /// A dotted name: of a class, a module, a host.
    Dotted,
    /// A file and line: `cart.go:12`.
    File,
    /// A name before a colon or a closing bracket: `a.b.C:`, `sshd[12]:`.
    Tag,
    /// A name between two colons, as Python writes a logger: `ERROR:cart:lost`.
    Glued,
    /// The name of the program in a syslog line, which may hold blanks: `gated 2.1:`.
    Program,
    /// A program and perhaps words about it, before a dash: `till.exe *64 - `.
    Led,
    /// What only separates: `-`, `|`, `---`, `:`, `]`.
    Mark,
    /// The priority of a syslog line: `<34>`, `<34>1`.
    Priority,
    /// The structured data of RFC 5424: `-`, `[id a="b"]`.
    Structured,
}

impl Piece {
    /// What stands there, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Piece::Stamp(shape) => shape.words(),
            Piece::Level => "level",
            Piece::Group => "something in brackets",
            Piece::Number => "number (of a process, thread or line)",
            Piece::Word | Piece::Any => "word",
            Piece::Dotted => "dotted name (of a class, module or host)",
            Piece::File => "file and line of code",
            Piece::Tag => "name before a colon",
            Piece::Glued => "name between colons",
            Piece::Program | Piece::Led => "program",
            Piece::Mark => "mark",
            Piece::Priority => "priority",
            Piece::Structured => "structured data",
        }
    }
}

/// What a piece takes of a line: its value, and where the next one may begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub value: Range,
    pub next: usize,
    pub severity: u8,
}

#[inline]
pub(super) fn skip_blanks(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// A stamp at a place, perhaps behind an opening bracket or quote and before a closing one: it, where the next piece
/// may begin, and where it begins itself.
#[inline]
pub(super) fn stamp_at<T>(
    line: &[u8],
    at: usize,
    read: impl FnOnce(&[u8]) -> Option<T>,
    length: impl FnOnce(&T) -> usize,
) -> Option<(T, usize, usize)> {
    let mut from = skip_blanks(line, at);
    // WebLogic begins each record with `####<`.
    if from == 0 && line.starts_with(b"####<") {
        from = 4;
    }
    if matches!(line.get(from), Some(b'[' | b'(' | b'<' | b'"' | b'*')) {
        from += 1;
    }
    let stamp = read(line.get(from..)?)?;
    let mut next = from + length(&stamp);
    if matches!(line.get(next), Some(b']' | b')' | b'>' | b'"')) {
        next += 1;
    }
    Some((stamp, next, from))
}

/// Takes a piece at a place; blanks before it do not matter.
#[inline]
pub(super) fn take(piece: Piece, line: &[u8], at: usize) -> Option<Taken> {
    let from = skip_blanks(line, at);
    let rest = line.get(from..)?;
    if rest.is_empty() {
        return None;
    }
    let taken = match piece {
        Piece::Glued => glued(rest).filter(|_| from == at && at > 0 && line[at - 1] == b':'),
        Piece::Stamp(shape) => {
            let (_, next, from) = stamp_at(line, at, |b| shape.read(b), |s| s.length)?;
            return Some(Taken { value: (from, next), next, severity: 0 });
        }
        Piece::Level => level(rest),
        Piece::Group => group(rest),
        Piece::Number => number(rest),
        Piece::Word => word(rest),
        Piece::Any => plain((0, token(rest)), token(rest)),
        Piece::Dotted => dotted(rest),
        Piece::File => file(rest),
        Piece::Tag => tag(rest),
        Piece::Program => program(rest),
        Piece::Led => led(rest),
        Piece::Mark => mark(rest),
        Piece::Priority => priority(rest),
        Piece::Structured => structured(rest),
    }?;
    let moved = |(a, b): Range| (a + from, b + from);
    Some(Taken { value: moved(taken.value), next: taken.next + from, severity: taken.severity })
}

fn plain(value: Range, next: usize) -> Option<Taken> {
    Some(Taken { value, next, severity: 0 })
}

/// How many bytes there are up to a blank or a bar.
#[inline]
pub(super) fn token(rest: &[u8]) -> usize {
    memchr::memchr3(b' ', b'\t', b'|', rest).unwrap_or(rest.len())
}

/// The severity at the head: `INFO`, `[warn]`, `<Error>`, `ERROR:`, `[core:error]`, `W/`, `I,`.
fn level(rest: &[u8]) -> Option<Taken> {
    let open = matches!(rest[0], b'[' | b'(' | b'<');
    if open {
        return bracketed_level(rest).or_else(|| opening_level(rest));
    }
    // `10:00:00.123:INFO:name: text`, as Jetty writes it.
    if let Some(glued) = rest.strip_prefix(b":").filter(|glued| !glued.is_empty()) {
        let (word, severity) = level_word(glued)?;
        let joined = severity > 0 && glued.get(word) == Some(&b':');
        return joined.then_some(Taken { value: (1, word + 1), next: word + 2, severity });
    }
    let (word, severity) = level_word(rest)?;
    let mut next = word;
    // `Fatal error:`, as PHP writes it.
    let more = rest[word..].strip_prefix(b" error:").or_else(|| rest[word..].strip_prefix(b" Error:"));
    if severity > 0 && more.is_some() {
        return Some(Taken { value: (0, word), next: word + 7, severity });
    }
    // What is glued to the word by these belongs to the next piece; a colon or comma ends the word.
    if matches!(rest.get(next), Some(b':' | b',' | b'/' | b'!')) {
        next += 1;
    }
    Some(Taken { value: (0, word), next, severity })
}

/// The severity that a line begins with before a colon, `INFO: text`, and how many bytes that takes.
pub(crate) fn leading_level(line: &[u8]) -> Option<(u8, usize)> {
    let (length, severity) = line.first().and_then(|_| level_word(line))?;
    let more = if line[length..].starts_with(b" error:") { 6 } else { 0 };
    let end = length + more;
    (severity > 0 && line.get(end) == Some(&b':')).then_some((severity, end + 1))
}

fn level_word(rest: &[u8]) -> Option<(usize, u8)> {
    let length = rest.iter().take(14).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = &rest[..length];
    let ends = matches!(
        rest.get(length),
        None | Some(b' ' | b'\t' | b':' | b']' | b')' | b'>' | b'|' | b',' | b'/' | b'[' | b'(' | b'{' | b';')
    );
    // `E!`, as Telegraf writes it.
    let ends = ends || length == 1 && rest.get(1) == Some(&b'!') && rest.get(2) == Some(&b' ');
    if !ends || length == 0 {
        return None;
    }
    let severity = match word {
        // WebSphere's audit, standing where others' levels do.
        [b'A'] => 0,
        [letter] => level::of_letter(*letter)?,
        _ if level::is_beside(word) => 0,
        _ => level::of_word(word)?,
    };
    Some((length, severity))
}

/// A severity behind a bracket that closes after other things: `[I 2026-11-22 10:00:00 ServerApp]`.
fn opening_level(rest: &[u8]) -> Option<Taken> {
    let (length, severity) = level_word(&rest[1..]).filter(|_| rest.len() > 1)?;
    let blank = rest.get(length + 1) == Some(&b' ');
    (blank && severity > 0).then_some(Taken { value: (1, length + 1), next: length + 1, severity })
}

/// A severity in brackets: alone, or as `[core:error]`, `[level=ERROR]`, `[Server thread/WARN]`.
fn bracketed_level(rest: &[u8]) -> Option<Taken> {
    let taken = group(rest).filter(|t| t.value.1 - t.value.0 <= 32)?;
    let inner = rest[taken.value.0..taken.value.1].trim_ascii();
    let exact = |part: &[u8]| level_word(part).filter(|(length, _)| *length == part.len()).map(|(_, s)| s);
    let last = inner.rsplit(|b| matches!(b, b':' | b'=' | b'/')).next().unwrap_or(inner);
    let severity = exact(inner).or_else(|| exact(last))?;
    Some(Taken { severity, ..taken })
}

/// Brackets at the head, nested ones of the same kind inside them, at most 256 bytes.
fn group(rest: &[u8]) -> Option<Taken> {
    let close = match rest[0] {
        b'[' => b']',
        b'(' => b')',
        b'<' => b'>',
        b'{' => b'}',
        _ => return None,
    };
    let mut depth = 0;
    for (at, byte) in rest.iter().enumerate().take(256) {
        if rest[0] == b'{' && *byte == b'"' {
            return None;
        }
        if *byte == rest[0] {
            depth += 1;
        } else if *byte == close {
            depth -= 1;
            if depth == 0 {
                let next = at + 1 + usize::from(rest.get(at + 1) == Some(&b':'));
                return plain((1, at), next);
            }
        }
    }
    None
}

fn number(rest: &[u8]) -> Option<Taken> {
    let from = usize::from(rest[0] == b'#');
    let hex = usize::from(rest[from..].starts_with(b"0x")) * 2;
    let digit = |b: &&u8| if hex > 0 { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
    let end = from + hex + rest[from + hex..].iter().take_while(digit).count();
    let ends = matches!(rest.get(end), None | Some(b' ' | b'\t' | b'|' | b']' | b','));
    (end > from + hex && ends && end <= 20)
        .then(|| plain((from, end), end + usize::from(rest.get(end) == Some(&b','))))?
}

fn glued(rest: &[u8]) -> Option<Taken> {
    let end =
        rest.iter().take(120).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')).count();
    (end > 0 && rest.get(end) == Some(&b':')).then(|| plain((0, end), end + 1))?
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'/' | b'@' | b'#' | b'$' | b'+')
}

fn word(rest: &[u8]) -> Option<Taken> {
    let end = token(rest);
    let inner = |b: &u8| is_name(*b) || matches!(b, b'[' | b']' | b'<' | b'>');
    // `cart(4012)`: a name with its process's number.
    let bare = rest[..end].strip_suffix(b")").and_then(|open| {
        let digits = open.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        open[..open.len() - digits].strip_suffix(b"(").filter(|_| digits > 0)
    });
    let name = bare.unwrap_or(&rest[..end]);
    let name = (1..=64).contains(&end) && is_name(rest[0]) && name.iter().all(inner);
    // Where few records print a level, it stands in the place of a word.
    let shouted = (3..=8).contains(&end) && rest[..end].iter().all(u8::is_ascii_uppercase);
    let severity = if shouted { level::of_word(&rest[..end]).unwrap_or(0) } else { 0 };
    name.then_some(Taken { value: (0, end), next: end, severity })
}

/// `org.shop.Cart`, `shop::cart`: at least two names joined. The name of an exception is no place but news.
fn dotted(rest: &[u8]) -> Option<Taken> {
    let end = token(rest);
    let name = rest.get(..end)?;
    let joined = name.iter().filter(|b| **b == b'.').count() > 0 || memchr::memmem::find(name, b"::").is_some();
    let chars = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$' | b'-' | b':'));
    let ends = name.first()?.is_ascii_alphabetic() && name.last()?.is_ascii_alphanumeric();
    (joined && chars && ends && end <= 120 && !is_thrown(name)).then(|| plain((0, end), end))?
}

fn is_thrown(name: &[u8]) -> bool {
    name.ends_with(b"Exception") || name.ends_with(b"Error")
}

/// `cart.go:12`, `src/cart.rs:12:9`, before a blank or one of `] : > )`.
fn file(rest: &[u8]) -> Option<Taken> {
    let end = token(rest);
    let name = &rest[..end];
    // Some name the function behind the line: `web.go:12:run()`.
    let name = name.strip_suffix(b"()").map_or(name, |name| {
        let function = name.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
        &name[..name.len() - function]
    });
    let trimmed = name.iter().rev().take_while(|b| matches!(b, b']' | b':' | b'>' | b')' | b',')).count();
    let place = &name[..name.len() - trimmed];
    let digits = place.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let path = place.get(..place.len().checked_sub(digits + 1)?)?;
    let joined = place.get(path.len()) == Some(&b':') && digits > 0;
    let dot = path.iter().rposition(|b| *b == b'.').is_some_and(|dot| (1..=5).contains(&(path.len() - dot - 1)));
    let chars = path.iter().all(|b| is_name(*b)) && path.iter().any(u8::is_ascii_alphabetic);
    (joined && dot && chars && end <= 120).then(|| plain((0, place.len()), end))?
}

/// A name before a colon, or before a bracket that was opened long ago.
fn tag(rest: &[u8]) -> Option<Taken> {
    let within = &rest[..rest.len().min(121)];
    let end = memchr::memchr3(b' ', b'\t', b'|', within).or((rest.len() <= 120).then_some(rest.len()))?;
    let name = &rest[..end];
    // `Tag( 123):` has a blank inside its brackets, as Android writes it.
    if let Some(open) = name.iter().position(|b| *b == b'(').filter(|open| end == open + 1) {
        let close = rest.get(end..)?.iter().take(12).position(|b| *b == b')')? + end;
        return (open > 0 && rest.get(close + 1) == Some(&b':')).then(|| plain((0, open), close + 2))?;
    }
    let (last, inner) = name.split_last()?;
    let closed = *last == b']'
        && inner.iter().filter(|b| **b == b'[').count() < 1 + inner.iter().filter(|b| **b == b']').count();
    let inner = if *last == b':' && inner.last() == Some(&b']') && !inner.contains(&b'[') {
        &inner[..inner.len() - 1]
    } else {
        inner
    };
    let chars = inner.iter().all(|b| is_name(*b) || matches!(b, b'[' | b']' | b'(' | b')' | b'*' | b'<' | b'>'));
    let letter = inner.iter().any(u8::is_ascii_alphanumeric) && !inner.ends_with(b":") && !is_thrown(inner);
    if !((*last == b':' || closed) && chars && letter) {
        return None;
    }
    // `production.ERROR:` names the severity too.
    let ending =
        inner.rsplit(|b| *b == b'.').next().filter(|e| e.len() < inner.len() && e.iter().all(u8::is_ascii_uppercase));
    // `util.py[DEBUG]:` too.
    let bracket = inner.strip_suffix(b"]").or(if closed || inner.len() < end - 1 { Some(inner) } else { None });
    let bracket = bracket.and_then(|inner| inner.rsplit(|b| *b == b'[').next()).filter(|word| word.len() > 2);
    let severity = ending.or(bracket).and_then(level::of_word).unwrap_or(0);
    Some(Taken { value: (0, inner.len()), next: end, severity })
}

/// Whether a tag is surely no word of a message: dotted, with a process's number, a path.
pub(super) fn is_strong(tag: &[u8]) -> bool {
    let numbered = tag.contains(&b'[') || tag.contains(&b'#') || tag.contains(&b'(');
    let inner_dot = tag.iter().skip(1).any(|b| matches!(b, b'.' | b'$' | b'@' | b'/'));
    numbered || inner_dot || memchr::memmem::find(tag, b"::").is_some()
}

/// The program of a syslog line: up to the first colon before a blank, at most two blanks on the way.
fn program(rest: &[u8]) -> Option<Taken> {
    let mut blanks = 0;
    // A process's number alone names no program.
    if rest[0] == b'[' {
        return None;
    }
    for (at, byte) in rest.iter().enumerate().take(80) {
        match byte {
            b':' if at > 0 && matches!(rest.get(at + 1), None | Some(b' ')) => {
                return plain(program_name(rest, at), at + 1);
            }
            b' ' => {
                blanks += 1;
                if blanks > 2 {
                    return None;
                }
            }
            b'=' | b'"' | b'{' => return None,
            _ => {}
        }
    }
    None
}

/// A name, at most two more words, and a dash between blanks.
fn led(rest: &[u8]) -> Option<Taken> {
    let dash = memchr::memmem::find(&rest[..rest.len().min(80)], b" - ")?;
    let name = token(rest);
    let blanks = rest[..dash].iter().filter(|b| **b == b' ').count();
    (blanks <= 2 && is_name(rest[0])).then(|| plain((0, name.min(dash)), dash + 3))?
}

/// The name within `-- sshd(pam_unix)[123]`: without what stands before and behind it.
fn program_name(rest: &[u8], end: usize) -> Range {
    let from = rest[..end].iter().position(u8::is_ascii_alphanumeric).unwrap_or(0);
    let to = rest[from..end].iter().position(|b| matches!(b, b'[' | b'(' | b' ' | b':')).map_or(end, |n| from + n);
    (from, to)
}

fn mark(rest: &[u8]) -> Option<Taken> {
    let length = rest
        .iter()
        .take(4)
        .take_while(|b| matches!(b, b'-' | b'|' | b':' | b'>' | b'=' | b'*' | b'#' | b',' | b']' | b')'))
        .count();
    let ends = |n: usize| matches!(rest.get(n), None | Some(b' ' | b'\t'));
    match rest[0] {
        b'|' => plain((0, 1), 1),
        b']' | b')' if ends(1) || rest.get(1) == Some(&b':') => {
            plain((0, 1), 1 + usize::from(rest.get(1) == Some(&b':')))
        }
        b':' | b',' if ends(1) => plain((0, 1), 1),
        _ if (1..=3).contains(&length) && ends(length) => plain((0, length), length),
        _ => None,
    }
}

/// `<34>` or `<34>1`: facility × 8 + severity (RFC 5424 section 6.2.1).
fn priority(rest: &[u8]) -> Option<Taken> {
    let digits = rest.get(1..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    if rest[0] != b'<' || !(1..=3).contains(&digits) || rest.get(1 + digits) != Some(&b'>') {
        return None;
    }
    let number = rest[1..=digits].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    let mut next = digits + 2;
    if rest.get(next).is_some_and(u8::is_ascii_digit) && rest.get(next + 1) == Some(&b' ') {
        next += 1;
    }
    (number < 192).then(|| Taken { value: (1, 1 + digits), next, severity: level::of_syslog(number) })
}

/// The structured data of RFC 5424: a dash, or elements in brackets, in whose quoted values a bracket is escaped.
fn structured(rest: &[u8]) -> Option<Taken> {
    if rest[0] == b'-' {
        return plain((0, 1), 1);
    }
    let mut at = 0;
    while rest.get(at) == Some(&b'[') {
        loop {
            match rest.get(at)? {
                b'\\' => at += 2,
                b']' => break,
                _ => at += 1,
            }
        }
        at += 1;
    }
    (at > 0).then(|| plain((0, at), at))?
}
