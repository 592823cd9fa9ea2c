//! The header of a log line: time, level, host, thread, class, as columns that were learnt from a file's first records.
//!
//! A column is accepted where nearly all records have it at that place; what could as well be the message's first words
//! (a bare word, a bare number) only where something certain follows it. What remains behind the last column is the
//! message. Refuses to know what messages mean, and never changes once it is learnt: a record that does not fit keeps
//! what fits and its rest is the message. Read [`Column`] first, then [`learn`].

use crate::level;
use crate::stamp::{Read, Shape, Stamp, Stamps};

mod learn;

pub(crate) use learn::{foreign_stamp, learn, learn_after};

/// One column of a header, and what its value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub piece: Piece,
    pub role: Role,
}

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
    /// What only separates: `-`, `|`, `---`, `:`, `]`.
    Mark,
    /// The priority of a syslog line: `<34>`, `<34>1`.
    Priority,
    /// The structured data of RFC 5424: `-`, `[id a="b"]`.
    Structured,
}

/// What the value of a column names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Nothing,
    Service,
    Instance,
    /// `[instance,thread]`
    InstanceFirst,
    /// `[service,trace,span]`
    ServiceFirst,
    /// `service-1` before a bar, as Docker Compose writes it.
    Composed,
    /// `[pod/NAME/CONTAINER]`, as `kubectl logs --prefix` writes it.
    Prefixed,
}

impl Role {
    /// What the column names, in words; `None` where nobody can say.
    fn words(self) -> Option<&'static str> {
        Some(match self {
            Role::Nothing => return None,
            Role::Service => "service",
            Role::Instance => "instance",
            Role::InstanceFirst => "instance with thread",
            Role::ServiceFirst => "service with trace and span",
            Role::Composed => "service and instance (Docker Compose)",
            Role::Prefixed => "pod (kubectl --prefix)",
        })
    }
}

impl Piece {
    /// What stands there, in words.
    fn words(self) -> &'static str {
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
            Piece::Program => "program",
            Piece::Mark => "mark",
            Piece::Priority => "priority",
            Piece::Structured => "structured data",
        }
    }
}

/// The columns of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub columns: Vec<Column>,
    /// Whether a record that does not fit all columns is news: nearly all of those learnt from did.
    pub strict: bool,
}

/// A range of bytes of a line.
pub(crate) type Range = (usize, usize);

/// A line taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The first stamp, if the line has one.
    pub stamp: Option<Read>,
    pub severity: u8,
    pub service: Range,
    pub instance: Range,
    /// Where the header ends.
    pub end: usize,
    /// Where the message begins: behind the blanks after the header.
    pub message: usize,
    /// Whether all columns were there.
    pub fits: bool,
}

/// What a piece takes of a line: its value, and where the next one may begin.
#[derive(Clone, Copy, Debug)]
struct Taken {
    value: Range,
    next: usize,
    severity: u8,
}

impl Header {
    /// Whether lines have a stamp.
    pub fn is_stamped(&self) -> bool {
        self.columns.iter().any(|c| matches!(c.piece, Piece::Stamp(_)))
    }

    /// Whether a column names the severity.
    pub fn has_level(&self) -> bool {
        self.columns.iter().any(|c| matches!(c.piece, Piece::Level | Piece::Priority | Piece::Stamp(Shape::Klog)))
    }

    /// Whether lines have no stamp and begin with their severity, so that what does not is no record's first line.
    pub fn is_led_by_level(&self) -> bool {
        self.columns.first().is_some_and(|c| c.piece == Piece::Level) && !self.is_stamped()
    }

    /// Whether a column names the service.
    pub fn names_service(&self) -> bool {
        self.columns.iter().any(|c| matches!(c.role, Role::Service | Role::ServiceFirst | Role::Composed))
    }

    /// Takes a line apart.
    #[inline]
    pub fn cut(&self, line: &[u8], stamps: &mut Stamps) -> Cut {
        let mut cut = Cut { fits: true, ..Cut::default() };
        let mut at = 0;
        for column in &self.columns {
            if let Piece::Stamp(shape) = column.piece {
                match stamp_at(line, at, |bytes| stamps.read(shape, bytes), |read| read.length) {
                    Some((read, next, from)) => {
                        at = next;
                        cut.stamp = cut.stamp.or(Some(read));
                        if shape == Shape::Klog && cut.severity == 0 {
                            cut.severity = level::of_letter(line[from]).unwrap_or(0);
                        }
                        continue;
                    }
                    None => return cut.short(line, at, column.piece),
                }
            }
            let Some(taken) = take(column.piece, line, at) else {
                return cut.short(line, at, column.piece);
            };
            if taken.severity > 0 && cut.severity == 0 {
                cut.severity = taken.severity;
            }
            cut.name(column.role, taken.value, line);
            at = taken.next;
        }
        (cut.end, cut.message) = (at, skip_blanks(line, at));
        // A logger without a name leaves its colon (Ruby's `INFO -- : text`).
        if line[cut.message..].starts_with(b": ") && at > 0 {
            cut.message = skip_blanks(line, cut.message + 2);
        }
        cut
    }

    /// The severity that stands in one of the header's brackets, where no column is one of severities.
    pub fn level_in_groups(&self, line: &[u8]) -> u8 {
        let mut at = 0;
        for column in &self.columns {
            let Some(taken) = take(column.piece, line, at) else { return 0 };
            let inner = &line[taken.value.0..taken.value.1];
            if column.piece == Piece::Group
                && let Some(severity) = level::of_word(inner.trim_ascii())
            {
                return severity;
            }
            at = taken.next;
        }
        0
    }

    /// The stamp of a line, unresolved.
    pub fn stamp(&self, line: &[u8]) -> Option<Stamp> {
        let mut at = 0;
        for column in &self.columns {
            match column.piece {
                Piece::Stamp(shape) => {
                    return stamp_at(line, at, |b| shape.read(b), |s| s.length).map(|(stamp, ..)| stamp);
                }
                piece => at = take(piece, line, at)?.next,
            }
        }
        None
    }

    /// A header of pieces that say nothing but themselves, as a grammar gives them.
    pub fn of(pieces: &[Piece]) -> Header {
        let role = |piece: &Piece| match piece {
            Piece::Program => Role::Service,
            Piece::Word => Role::Instance,
            _ => Role::Nothing,
        };
        Header { columns: pieces.iter().map(|p| Column { piece: *p, role: role(p) }).collect(), strict: false }
    }

    /// Gives the first column of a kind its role.
    pub fn give(&mut self, piece: Piece, role: Role) {
        if let Some(column) = self.columns.iter_mut().find(|c| c.piece == piece) {
            column.role = role;
        }
    }

    /// In words for people.
    pub fn told(&self) -> String {
        let columns: Vec<&str> = self
            .columns
            .iter()
            .filter(|c| c.piece != Piece::Mark)
            .map(|c| c.role.words().unwrap_or(c.piece.words()))
            .collect();
        if columns.is_empty() { String::new() } else { format!("columns: {}", columns.join(", ")) }
    }
}

impl Cut {
    /// Ends before the columns do. Without a stamp nothing of the header is believed: the whole line is the message.
    fn short(mut self, line: &[u8], at: usize, missing: Piece) -> Cut {
        self.fits = false;
        if matches!(missing, Piece::Stamp(_)) && self.stamp.is_none() {
            return Cut::default();
        }
        (self.end, self.message) = (at, skip_blanks(line, at));
        self
    }

    #[inline]
    fn name(&mut self, role: Role, value: Range, line: &[u8]) {
        let text = &line[value.0..value.1];
        let first = || value.0 + text.iter().position(|b| *b == b',').unwrap_or(text.len());
        match role {
            Role::Nothing => {}
            Role::Service => self.service = named(value, text),
            Role::Instance => self.instance = named(value, text),
            Role::InstanceFirst => self.instance = (value.0, first()),
            Role::ServiceFirst => self.service = (value.0, first()),
            Role::Prefixed => {
                let from = text.iter().position(|b| *b == b'/').map_or(text.len(), |at| at + 1);
                let length = text[from..].iter().position(|b| *b == b'/').unwrap_or(text.len() - from);
                self.instance = (value.0 + from, value.0 + from + length);
            }
            Role::Composed => {
                self.instance = value;
                let digits = text.iter().rev().take_while(|b| b.is_ascii_digit()).count();
                let dash = digits > 0 && text.get(text.len() - digits - 1) == Some(&b'-');
                self.service = if dash { (value.0, value.1 - digits - 1) } else { value };
            }
        }
    }
}

/// A value that is a dash stands for none (RFC 5424 section 6).
fn named(value: Range, text: &[u8]) -> Range {
    if text == b"-" { (0, 0) } else { value }
}

#[inline]
fn skip_blanks(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// A stamp at a place, perhaps behind an opening bracket or quote and before a closing one: it, where the next piece
/// may begin, and where it begins itself.
#[inline]
fn stamp_at<T>(
    line: &[u8],
    at: usize,
    read: impl FnOnce(&[u8]) -> Option<T>,
    length: impl FnOnce(&T) -> usize,
) -> Option<(T, usize, usize)> {
    let mut from = skip_blanks(line, at);
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
fn take(piece: Piece, line: &[u8], at: usize) -> Option<Taken> {
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
fn token(rest: &[u8]) -> usize {
    rest.iter().position(|b| matches!(b, b' ' | b'\t' | b'|')).unwrap_or(rest.len())
}

/// The severity at the head: `INFO`, `[warn]`, `<Error>`, `ERROR:`, `[core:error]`, `W/`, `I,`.
fn level(rest: &[u8]) -> Option<Taken> {
    let open = matches!(rest[0], b'[' | b'(' | b'<');
    if open {
        return bracketed_level(rest).or_else(|| opening_level(rest));
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
    let name = (1..=64).contains(&end) && is_name(rest[0]) && rest[..end].iter().all(inner);
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
    let trimmed = name.iter().rev().take_while(|b| matches!(b, b']' | b':' | b'>' | b')' | b',')).count();
    let place = &name[..end - trimmed];
    let digits = place.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let path = place.get(..place.len().checked_sub(digits + 1)?)?;
    let joined = place.get(path.len()) == Some(&b':') && digits > 0;
    let dot = path.iter().rposition(|b| *b == b'.').is_some_and(|dot| (1..=5).contains(&(path.len() - dot - 1)));
    let chars = path.iter().all(|b| is_name(*b)) && path.iter().any(u8::is_ascii_alphabetic);
    (joined && dot && chars && end <= 120).then(|| plain((0, place.len()), end))?
}

/// A name before a colon, or before a bracket that was opened long ago.
fn tag(rest: &[u8]) -> Option<Taken> {
    let end = rest
        .iter()
        .take(121)
        .position(|b| matches!(b, b' ' | b'\t' | b'|'))
        .or((rest.len() <= 120).then_some(rest.len()))?;
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
    let severity = ending.and_then(level::of_word).unwrap_or(0);
    Some(Taken { value: (0, inner.len()), next: end, severity })
}

/// Whether a tag is surely no word of a message: dotted, with a process's number, a path.
fn is_strong(tag: &[u8]) -> bool {
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
