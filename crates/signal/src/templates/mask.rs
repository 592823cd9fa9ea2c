//! The shape of a log message: its text with everything that varies by nature masked, before anything is learnt.
//!
//! One pass cuts the message into tokens and says of each what it is (a number, an address, a path, a word); a second one
//! looks at neighbours (a month beside a number, a unit behind one, a value behind `=`). No regular expression, no
//! knowledge of any format, no state: the same message has the same shape everywhere. Words stay words, also those that
//! name a state: telling an enumeration from a name takes many lines and is `partition`'s business.
//!
//! The rules are versioned (`evidence::SHAPE_VERSION`): a shape's id is written down.

use evidence::{Hasher, Id, SHAPE_VERSION};

/// Tokens beyond this many are cut off, with a mark in their place.
pub const TOKENS_MAX: usize = 192;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A word that stays as it is.
    Word,
    /// One blank for any run of them.
    Blank,
    /// One delimiter byte.
    Mark(u8),
    /// Masked: an index into [`PLACEHOLDERS`].
    Hole(Hole),
    /// Swallowed by a neighbour.
    Gone,
    /// Everything beyond [`TOKENS_MAX`].
    Rest,
}

/// What a masked place held. The number of each is written into [`Kinds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Hole {
    Num,
    Hex,
    Uuid,
    Ip,
    Host,
    Path,
    Url,
    Dur,
    Size,
    Time,
    Mail,
    Id,
    Val,
    Any,
}

/// How masked places are shown, by [`Hole`].
const PLACEHOLDERS: [&str; 14] = [
    "<num>", "<hex>", "<uuid>", "<ip>", "<host>", "<path>", "<url>", "<dur>", "<size>", "<time>", "<mail>", "<id>",
    "<val>", "<*>",
];

/// How a masked place stands in a shape, whatever it held: the same statement prints `12`, `a1` and `deadbeef` into one place.
pub const HOLE: &str = "<*>";

/// How a word position that was learnt to vary stands in a template.
pub const LEARNT: &str = "<word>";

impl Hole {
    /// Values without a form of their own, between which one statement may vary.
    fn is_plain(self) -> bool {
        matches!(self, Hole::Num | Hole::Hex | Hole::Uuid | Hole::Time | Hole::Id | Hole::Val | Hole::Any)
    }

    /// Whether two neighbours may be members of one list.
    fn is_like(self, other: Hole) -> bool {
        self == other || self.is_plain() && other.is_plain()
    }

    fn of(code: u64) -> Option<Hole> {
        const ALL: [Hole; 14] = [
            Hole::Num,
            Hole::Hex,
            Hole::Uuid,
            Hole::Ip,
            Hole::Host,
            Hole::Path,
            Hole::Url,
            Hole::Dur,
            Hole::Size,
            Hole::Time,
            Hole::Mail,
            Hole::Id,
            Hole::Val,
            Hole::Any,
        ];
        ALL.get((code as usize).checked_sub(1)?).copied()
    }
}

/// What a shape's first 16 masked places held, four bits each, the first lowest; later places are `<*>`.
///
/// Joining is associative and commutative: any split of the records over workers gives the same kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(pub u64);

impl Kinds {
    const PLACES: usize = 16;

    fn set(&mut self, place: usize, hole: Hole) {
        if place < Kinds::PLACES {
            self.0 |= (hole as u64 + 1) << (4 * place);
        }
    }

    fn get(self, place: usize) -> Option<Hole> {
        if place < Kinds::PLACES { Hole::of(self.0 >> (4 * place) & 15) } else { None }
    }

    /// What the places held in either: what differs becomes an id where both are plain values, else anything.
    pub fn join(self, other: Kinds) -> Kinds {
        if self == other {
            return self;
        }
        let mut joined = Kinds::default();
        for place in 0..Kinds::PLACES {
            let hole = match (self.get(place), other.get(place)) {
                (Some(a), Some(b)) if a == b => a,
                (Some(a), Some(b)) if a.is_plain() && b.is_plain() && a != Hole::Any && b != Hole::Any => Hole::Id,
                (Some(_), Some(_)) => Hole::Any,
                (Some(a), None) | (None, Some(a)) => a,
                (None, None) => break,
            };
            joined.set(place, hole);
        }
        joined
    }

    /// The shape's text with each place shown as what it held: `connection to <ip>:<num> refused`.
    pub fn shown(self, shape: &str) -> String {
        let mut shown = String::with_capacity(shape.len() + 16);
        for (place, literal) in shape.split(HOLE).enumerate() {
            if place > 0 {
                shown.push_str(self.get(place - 1).map_or(HOLE, |hole| PLACEHOLDERS[hole as usize]));
            }
            shown.push_str(literal);
        }
        shown
    }
}

#[derive(Clone, Copy)]
struct Token {
    piece: Piece,
    from: u32,
    to: u32,
}

/// Masks messages; keeps its buffers, so that the common case allocates nothing.
#[derive(Default)]
pub struct Masker {
    tokens: Vec<Token>,
    shape: Vec<u8>,
    kinds: Kinds,
}

impl Masker {
    /// A masker with empty buffers.
    pub fn new() -> Masker {
        Masker::default()
    }

    /// The shape of a message, and what its masked places held. Bytes that are no UTF-8 stay as they are.
    pub fn shape(&mut self, message: &[u8]) -> (&[u8], Kinds) {
        let message = trimmed(message);
        cut(message, &mut self.tokens);
        refine(message, &mut self.tokens);
        self.write(message);
        (&self.shape, self.kinds)
    }

    /// Writes the shape; runs of masked places that only light marks join become one, since their number varies.
    fn write(&mut self, message: &[u8]) {
        self.shape.clear();
        self.kinds = Kinds::default();
        let (mut at, mut place) = (0, 0);
        while at < self.tokens.len() {
            let token = &self.tokens[at];
            at += 1;
            match token.piece {
                Piece::Word => self.shape.extend_from_slice(text(message, token)),
                Piece::Blank => self.shape.push(b' '),
                Piece::Mark(mark) => self.shape.push(mark),
                Piece::Gone => {}
                Piece::Rest => self.shape.extend_from_slice("…".as_bytes()),
                Piece::Hole(first) => {
                    let run = run_from(&self.tokens, at, first);
                    self.shape.extend_from_slice(HOLE.as_bytes());
                    self.kinds.set(place, run.kind);
                    if run.port {
                        self.shape.extend_from_slice(b":<*>");
                        self.kinds.set(place + 1, Hole::Num);
                    }
                    place += 1 + usize::from(run.port);
                    at = run.end;
                }
            }
        }
    }

    /// The id of a shape's text.
    pub fn id(shape: &[u8]) -> Id {
        Hasher::new("shape", SHAPE_VERSION).bytes(shape).id()
    }
}

fn trimmed(mut message: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = message {
        message = rest;
    }
    while let [b' ' | b'\t', rest @ ..] = message {
        message = rest;
    }
    message
}

/// What a byte does to a token: [`DELIMITER`], [`BLANK`] or 0, and the classes that classification counts.
const fn class_of(byte: u8) -> u8 {
    match byte {
        b' ' | b'\t' | b'\r' | b'\n' => BLANK,
        b'=' | b',' | b';' | b':' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'|' | b'<' | b'>' => {
            DELIMITER
        }
        b'0'..=b'9' => DIGIT,
        b'a'..=b'f' | b'A'..=b'F' => HEX,
        b'/' => SLASH,
        b'.' => DOT,
        b'@' => AT,
        b'-' => DASH,
        _ => 0,
    }
}

const BLANK: u8 = 1;
const DELIMITER: u8 = 2;
const DIGIT: u8 = 4;
const HEX: u8 = 8;
const SLASH: u8 = 16;
const DOT: u8 = 32;
const AT: u8 = 64;
const DASH: u8 = 128;

static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class_of(byte as u8);
        byte += 1;
    }
    table
};

fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// Cuts the message into tokens, each classified by itself.
fn cut(message: &[u8], tokens: &mut Vec<Token>) {
    tokens.clear();
    let mut at = 0;
    while at < message.len() {
        let from = at;
        let piece = match class(message[at]) {
            BLANK => {
                while at < message.len() && class(message[at]) == BLANK {
                    at += 1;
                }
                Piece::Blank
            }
            DELIMITER => {
                at += 1;
                Piece::Mark(message[from])
            }
            _ => {
                let mut seen = 0;
                while at < message.len() && class(message[at]) & (BLANK | DELIMITER) == 0 {
                    seen |= class(message[at]);
                    at += 1;
                }
                let plain = seen & (DIGIT | SLASH | DOT | AT) == 0;
                if plain && (at - from < 8 || seen & HEX == 0) {
                    Piece::Word
                } else {
                    classified(&message[from..at], seen)
                }
            }
        };
        if tokens.len() + 1 == TOKENS_MAX {
            tokens.push(Token { piece: Piece::Rest, from: from as u32, to: message.len() as u32 });
            return;
        }
        tokens.push(Token { piece, from: from as u32, to: at as u32 });
    }
}

/// What a token with a digit, slash, dot or at-sign is, looked at alone.
fn classified(token: &[u8], seen: u8) -> Piece {
    let core = stripped(token);
    if seen & SLASH != 0
        && let Some(hole) = slashed(token)
    {
        return Piece::Hole(hole);
    }
    if seen & DIGIT != 0 {
        return Piece::Hole(with_digits(core));
    }
    if seen & AT != 0 && core.len() > 2 && core[1..core.len() - 1].contains(&b'@') {
        return Piece::Hole(Hole::Mail);
    }
    if seen & DOT != 0 && is_dotted_name(core) {
        return Piece::Hole(Hole::Host);
    }
    // A random hexadecimal id has no digit once in a while; hardly any word of eight letters has only a to f.
    if core.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') {
        return Piece::Hole(Hole::Hex);
    }
    if core.split(|b| !b.is_ascii_hexdigit()).any(|run| run.len() >= 8) {
        return Piece::Hole(Hole::Id);
    }
    Piece::Word
}

/// Without the dots and commas that end a sentence.
fn stripped(mut token: &[u8]) -> &[u8] {
    while let [rest @ .., b'.' | b'!' | b'?'] = token {
        token = rest;
    }
    token
}

fn slashed(token: &[u8]) -> Option<Hole> {
    let slashes = token.iter().filter(|b| **b == b'/').count();
    if token.starts_with(b"//") && token.len() > 2 {
        return Some(Hole::Url);
    }
    if (token[0] == b'/' && token.len() > 1) || slashes >= 2 {
        return Some(if is_date(token) { Hole::Time } else { Hole::Path });
    }
    None
}

/// `2026/11/22`, `22/11/26`: digits and slashes alone.
fn is_date(token: &[u8]) -> bool {
    token.len() >= 6 && token[0] != b'/' && token.iter().all(|b| b.is_ascii_digit() || *b == b'/')
}

fn with_digits(token: &[u8]) -> Hole {
    let digits = token.iter().filter(|b| b.is_ascii_digit()).count();
    let dots = token.iter().filter(|b| **b == b'.').count();
    let body = token.strip_prefix(b"-").or_else(|| token.strip_prefix(b"+")).unwrap_or(token);
    if digits + dots == body.len() {
        return match dots {
            0 | 1 => Hole::Num,
            3 => Hole::Ip,
            _ => Hole::Id,
        };
    }
    if let Some(hole) = measured(body) {
        return hole;
    }
    if is_uuid(token) {
        return Hole::Uuid;
    }
    if let Some(hex) = token.strip_prefix(b"0x").or_else(|| token.strip_prefix(b"0X"))
        && hex.iter().all(u8::is_ascii_hexdigit)
    {
        return Hole::Hex;
    }
    if token.len() >= 8 && token.iter().all(u8::is_ascii_hexdigit) {
        return Hole::Hex;
    }
    if token.len() >= 8 && is_calendar(token) {
        return Hole::Time;
    }
    if token.contains(&b'@') {
        return Hole::Mail;
    }
    Hole::Id
}

fn is_uuid(token: &[u8]) -> bool {
    token.len() == 36
        && token.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// `2026-11-22` and `2026-11-22T10` (a colon ends a token).
fn is_calendar(token: &[u8]) -> bool {
    token.len() >= 10
        && token[..10].iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() })
}

const DURATION_UNITS: [&[u8]; 13] =
    [b"ns", b"us", b"\xc2\xb5s", b"ms", b"s", b"sec", b"secs", b"m", b"min", b"h", b"d", b"hours", b"seconds"];
const SIZE_UNITS: [&[u8]; 14] =
    [b"b", b"k", b"kb", b"mb", b"gb", b"tb", b"kib", b"mib", b"gib", b"tib", b"bytes", b"byte", b"mbps", b"kbps"];

fn is_unit(word: &[u8], units: &[&[u8]]) -> bool {
    units.iter().any(|unit| word.eq_ignore_ascii_case(unit))
}

/// `12ms`, `1.5s`, `3m20s`, `64KB`, `97%`: a number with its unit.
fn measured(token: &[u8]) -> Option<Hole> {
    let mut at = 0;
    let mut found = None;
    while at < token.len() {
        let number = token[at..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let unit = token[at + number..].iter().take_while(|b| !b.is_ascii_digit() && **b != b'.').count();
        if number == 0 || unit == 0 {
            return None;
        }
        let word = &token[at + number..at + number + unit];
        found = match () {
            () if word == b"%" => Some(Hole::Num),
            () if is_unit(word, &DURATION_UNITS) => Some(Hole::Dur),
            () if is_unit(word, &SIZE_UNITS) => Some(Hole::Size),
            () => return None,
        };
        at += number + unit;
    }
    found
}

/// At least two dots inside, and no name of an exception: `db.eu.example`, `com.shop.Cart`.
fn is_dotted_name(token: &[u8]) -> bool {
    let inner = token.strip_prefix(b".").unwrap_or(token);
    let dots = inner.iter().filter(|b| **b == b'.').count();
    dots >= 2 && !inner.windows(2).any(|w| w == b"..") && !inner.ends_with(b"Exception") && !inner.ends_with(b"Error")
}

/// What only neighbours can tell.
fn refine(message: &[u8], tokens: &mut [Token]) {
    colon_groups(message, tokens);
    months(message, tokens);
    values(message, tokens);
    units(message, tokens);
}

fn is_hole(token: Option<&Token>) -> bool {
    matches!(token, Some(Token { piece: Piece::Hole(_), .. }))
}

fn is_mark(token: Option<&Token>, mark: u8) -> bool {
    matches!(token, Some(Token { piece: Piece::Mark(m), .. }) if *m == mark)
}

fn text<'a>(message: &'a [u8], token: &Token) -> &'a [u8] {
    &message[token.from as usize..token.to as usize]
}

/// `aa:bb:cc` (hex groups joined by colons), and a host before its port.
fn colon_groups(message: &[u8], tokens: &mut [Token]) {
    for i in 0..tokens.len() {
        if tokens[i].piece != Piece::Word {
            continue;
        }
        let word = text(message, &tokens[i]);
        let hexish = |t: Option<&Token>| match t {
            Some(t) if t.piece == Piece::Word => is_hex_group(text(message, t)),
            t => is_hole(t),
        };
        let before = i >= 2 && is_mark(tokens.get(i - 1), b':') && hexish(tokens.get(i - 2));
        let after = is_mark(tokens.get(i + 1), b':') && hexish(tokens.get(i + 2));
        if is_hex_group(word) && (before || after) {
            tokens[i].piece = Piece::Hole(Hole::Hex);
        } else if is_mark(tokens.get(i + 1), b':') && is_hole(tokens.get(i + 2)) && names_a_host(stripped(word)) {
            tokens[i].piece = Piece::Hole(Hole::Host);
        }
    }
}

/// A dot within, not in front: of a word of quotes and the like alone nothing is left.
fn names_a_host(word: &[u8]) -> bool {
    word.get(1..).is_some_and(|rest| rest.contains(&b'.'))
}

fn is_hex_group(word: &[u8]) -> bool {
    (2..=4).contains(&word.len()) && word.iter().all(u8::is_ascii_hexdigit)
}

const CALENDAR: [&[u8]; 19] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec", b"mon", b"tue",
    b"wed", b"thu", b"fri", b"sat", b"sun",
];

/// A month or weekday in three letters whose next word is masked is part of a time.
fn months(message: &[u8], tokens: &mut [Token]) {
    let mut next_is_hole = false;
    for i in (0..tokens.len()).rev() {
        match tokens[i].piece {
            Piece::Word => {
                let word = text(message, &tokens[i]);
                next_is_hole = next_is_hole && word.len() == 3 && CALENDAR.iter().any(|m| word.eq_ignore_ascii_case(m));
                if next_is_hole {
                    tokens[i].piece = Piece::Hole(Hole::Time);
                }
            }
            Piece::Hole(_) => next_is_hole = true,
            _ => {}
        }
    }
}

/// Keys whose value is a message: its words tell what happened.
const MESSAGES: [&[u8]; 9] =
    [b"err", b"error", b"exception", b"reason", b"cause", b"msg", b"message", b"detail", b"status_message"];
/// A quoted value is looked for over so many tokens.
const QUOTED_MAX: usize = 64;

/// What stands behind `=` is a value: a word, or all that is quoted.
fn values(message: &[u8], tokens: &mut [Token]) {
    for i in 0..tokens.len() {
        if tokens[i].piece != Piece::Mark(b'=') {
            continue;
        }
        let tells = i > 0 && MESSAGES.iter().any(|key| text(message, &tokens[i - 1]).eq_ignore_ascii_case(key));
        let at = i + 1 + usize::from(tokens.get(i + 1).is_some_and(|t| t.piece == Piece::Blank));
        match tokens.get(at).map(|t| t.piece) {
            Some(Piece::Word) if !tells => tokens[at].piece = Piece::Hole(Hole::Val),
            Some(Piece::Mark(mark @ (b'"' | b'\''))) if !tells => quoted(tokens, at, mark),
            _ => {}
        }
    }
}

/// Makes all that stands between two quotes one value, if it is more than one token.
fn quoted(tokens: &mut [Token], open: usize, mark: u8) {
    let inside = tokens[open + 1..].iter().take(QUOTED_MAX).position(|t| t.piece == Piece::Mark(mark));
    let Some(length) = inside.filter(|length| *length > 0) else { return };
    let (first, rest) = tokens[open + 1..open + 1 + length].split_at_mut(1);
    if length > 1 || first[0].piece == Piece::Word {
        first[0].piece = Piece::Hole(Hole::Val);
    }
    rest.iter_mut().for_each(|token| token.piece = Piece::Gone);
}

/// A unit behind a number belongs to it: `1.13 KB`, `42 ms`.
fn units(message: &[u8], tokens: &mut [Token]) {
    for i in 1..tokens.len() {
        if tokens[i].piece != Piece::Word {
            continue;
        }
        let blank = tokens[i - 1].piece == Piece::Blank;
        let number = if blank { i.checked_sub(2) } else { Some(i - 1) };
        let Some(number) = number.filter(|n| matches!(tokens[*n].piece, Piece::Hole(Hole::Num))) else { continue };
        let word = text(message, &tokens[i]);
        let hole = match () {
            () if word == b"%" => Hole::Num,
            () if word.len() > 1 && is_unit(word, &SIZE_UNITS) => Hole::Size,
            () if word.len() > 1 && is_unit(word, &DURATION_UNITS) => Hole::Dur,
            () => continue,
        };
        tokens[number].piece = Piece::Hole(hole);
        tokens[i].piece = Piece::Gone;
        if blank {
            tokens[i - 1].piece = Piece::Gone;
        }
    }
}

/// A run of masked places that stands as one (or, with a port, as two).
struct Run {
    end: usize,
    kind: Hole,
    port: bool,
}

/// The run of holes whose first one was before `at`.
///
/// What is joined without a blank is one value (`10:30:01`, `http://x?a=1`) and keeps the first part's kind; a list of
/// values that are alike is one place, however long. An address keeps its port.
fn run_from(tokens: &[Token], at: usize, first: Hole) -> Run {
    let mut run = Run { end: at, kind: first, port: false };
    let mut length = 1;
    while let Some((next, hole, tight)) = next_hole(tokens, run.end) {
        if tight == Some(b':') && length == 1 && hole == Hole::Num && matches!(first, Hole::Ip | Hole::Host) {
            return Run { end: next, kind: first, port: true };
        }
        run.kind = match tight {
            Some(b':') if run.kind == Hole::Num && hole == Hole::Num => Hole::Time,
            Some(_) => run.kind,
            None if run.kind == hole => hole,
            None if run.kind == Hole::Time && hole.is_plain() => Hole::Time,
            None if run.kind.is_like(hole) => Hole::Any,
            None => break,
        };
        run.end = next;
        length += 1;
    }
    run
}

/// The next hole behind light marks: where it ends, what it is, and the mark that joins it where no blank does.
fn next_hole(tokens: &[Token], mut at: usize) -> Option<(usize, Hole, Option<u8>)> {
    let (mut blanks, mut marks, mut last) = (0, 0, None);
    loop {
        match tokens.get(at)?.piece {
            Piece::Gone => {}
            Piece::Blank => blanks += 1,
            Piece::Mark(mark @ (b',' | b':' | b'|' | b'=' | b'[' | b']' | b'{' | b'}')) => {
                marks += 1;
                last = Some(mark);
            }
            Piece::Hole(hole) => return Some((at + 1, hole, if blanks == 0 { last } else { None })),
            _ => return None,
        }
        if marks > 1 || blanks > 2 {
            return None;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(messages: &str, expected: Expect) {
        let mut masker = Masker::new();
        let shapes: Vec<String> = messages
            .lines()
            .map(|m| {
                let (shape, kinds) = masker.shape(m.trim_start().as_bytes());
                kinds.shown(&String::from_utf8_lossy(shape))
            })
            .collect();
        expected.assert_eq(&(shapes.join("\n") + "\n"));
    }

    #[test]
    fn each_kind_of_value_is_seen_as_what_it_is() {
        check(
            r#"GET /cart/17 took 12ms from 10.2.3.4:8080
            pool wait exceeded, retrying in 1.5s (attempt 3)
            user 4f2a91c0-1111-4222-8333-444455556666 bought 3 things
            fetched http://shop.example/x?y=1 in 42 ms, 1.13 KB
            deadbeef01 at 0x7ffe, mac aa:bb:cc:dd:ee:ff
            mail to anna@example.org bounced
            lookup of db.eu.example failed
            com.shop.cart.LostException: gone
            since Sun Dec 4 04:47:44 nothing
            status=active retries = none code=7
            search q="olive tree" hits=3 err="disk is full"
            captured, reference cw_cbbefaebcffbef for Hdffaeadf
            moved on 2026-11-22 and 2026/11/22"#,
            expect![[r#"
                GET <path> took <dur> from <ip>:<num>
                pool wait exceeded, retrying in <dur> (attempt <num>)
                user <uuid> bought <num> things
                fetched http:<url> in <dur>, <size>
                <hex> at <hex>, mac <hex>
                mail to <mail> bounced
                lookup of <host> failed
                com.shop.cart.LostException: gone
                since <time> nothing
                status=<val> retries = <val> code=<num>
                search q="<val>" hits=<num> err="disk is full"
                captured, reference <id> for <id>
                moved on <time> and <time>
            "#]],
        );
    }

    #[test]
    fn words_stay_words_and_lists_have_one_shape() {
        check(
            "state RUNNING -> FAILED
            ids 1, 2, 3
            ids 1, 2
            ids 1, a2
            key deadbeef
            a    b",
            expect![[r#"
                state RUNNING -> FAILED
                ids <num>
                ids <num>
                ids <*>
                key <hex>
                a b
            "#]],
        );
    }

    #[test]
    fn an_endless_line_has_a_short_shape() {
        let line = "x ".repeat(100_000);
        assert!(Masker::new().shape(line.as_bytes()).0.len() < 4 * TOKENS_MAX);
    }

    #[test]
    fn kinds_join_in_any_order() {
        let mut masker = Masker::new();
        let kinds: Vec<Kinds> = ["a 1 b 2ms", "a x9 b 3", "a 0x1 b 4ms"].map(|m| masker.shape(m.as_bytes()).1).to_vec();
        let (forward, backward) = (kinds[0].join(kinds[1]).join(kinds[2]), kinds[2].join(kinds[1]).join(kinds[0]));
        assert_eq!(forward, backward);
        assert_eq!(forward.shown("a <*> b <*>"), "a <id> b <*>");
    }

    #[test]
    fn a_word_of_which_nothing_is_left_is_no_host() {
        let mut masker = Masker::new();
        assert!(!masker.shape("?:/\u{1d50d}".as_bytes()).0.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn fuzz_any_bytes_have_a_shape(bytes: Vec<u8>) {
            let mut masker = Masker::new();
            let once = masker.shape(&bytes).0.to_vec();
            proptest::prop_assert_eq!(once, masker.shape(&bytes).0.to_vec());
        }
    }
}
