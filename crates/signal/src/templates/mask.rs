//! The shape of a log message: its text with everything that varies by nature masked, before anything is learnt.
//!
//! One pass cuts the message into tokens and says of each what it is (a number, an address, a path, a word); a second one
//! looks at neighbours (a month beside a number, a unit behind one, a value behind `=`). No regular expression, no
//! knowledge of any format, no state: the same message has the same shape everywhere. Words stay words, also those that
//! name a state: telling an enumeration from a name takes many lines and is `partition`'s business.
//!
//! The rules are versioned (`evidence::SHAPE_VERSION`): a shape's id is written down.

use evidence::{Hasher, Id, SHAPE_VERSION};

use super::alone::{AT, BLANK, DELIMITER, DIGIT, DOT, HEX, SLASH, class, classified, stripped};
use super::holes::{HOLE, Hole, Kinds};

/// Tokens beyond this many are cut off, with a mark in their place.
pub const TOKENS_MAX: usize = 192;
/// Of masked places beyond this many the values are not looked at.
pub const PLACES_MAX: usize = 32;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A word that stays as it is.
    Word,
    /// One blank for any run of them.
    Blank,
    /// One delimiter byte.
    Mark(u8),
    /// Masked: what it held.
    Hole(Hole),
    /// Swallowed by a neighbour.
    Gone,
    /// Everything beyond [`TOKENS_MAX`].
    Rest,
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
    /// Where the masked places stand in the message.
    places: Vec<(u32, u32)>,
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

    /// What the masked places of the message held that was masked last: the first [`PLACES_MAX`].
    pub fn values<'m>(&self, message: &'m [u8]) -> impl Iterator<Item = &'m [u8]> {
        let message = trimmed(message);
        self.places.iter().map(|(from, to)| &message[*from as usize..*to as usize])
    }

    /// Writes the shape; runs of masked places that only light marks join become one, since their number varies.
    fn write(&mut self, message: &[u8]) {
        self.shape.clear();
        self.kinds = Kinds::default();
        self.places.clear();
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
                    let (from, host, to) = (token.from, token.to, self.tokens[run.end - 1].to);
                    self.place(from, if run.port { host } else { to });
                    if run.port {
                        self.shape.extend_from_slice(b":<*>");
                        self.kinds.set(place + 1, Hole::Num);
                        self.place(host + 1, to);
                    }
                    place += 1 + usize::from(run.port);
                    at = run.end;
                }
            }
        }
    }

    fn place(&mut self, from: u32, to: u32) {
        if self.places.len() < PLACES_MAX {
            self.places.push((from, to));
        }
    }

    /// The id of a shape's text.
    pub fn id(shape: &[u8]) -> Id {
        Hasher::new("shape", SHAPE_VERSION).bytes(shape).id()
    }
}

pub(super) fn trimmed(mut message: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = message {
        message = rest;
    }
    while let [b' ' | b'\t', rest @ ..] = message {
        message = rest;
    }
    message
}

/// Cuts the message into tokens, each classified by itself.
fn cut(message: &[u8], tokens: &mut Vec<Token>) {
    tokens.clear();
    let mut at = 0;
    while at < message.len() {
        if tokens.len() + 4 > TOKENS_MAX && !squeeze(tokens) {
            tokens.push(Token { piece: Piece::Rest, from: at as u32, to: message.len() as u32 });
            return;
        }
        let from = at;
        let mut push = |piece, from: usize, to: usize| {
            tokens.push(Token { piece, from: from as u32, to: to as u32 });
        };
        match class(message[at]) {
            BLANK => {
                while at < message.len() && class(message[at]) == BLANK {
                    at += 1;
                }
                push(Piece::Blank, from, at);
            }
            DELIMITER => {
                at += 1;
                if holds_nothing(tokens, message[from]) {
                    tokens.push(Token { piece: Piece::Hole(Hole::Val), from: from as u32, to: from as u32 });
                }
                tokens.push(Token { piece: Piece::Mark(message[from]), from: from as u32, to: at as u32 });
            }
            _ => {
                let mut seen = 0;
                while at < message.len() && class(message[at]) & (BLANK | DELIMITER) == 0 {
                    seen |= class(message[at]);
                    at += 1;
                }
                let core = stripped(&message[from..at]);
                let end = from + core.len();
                match held(core, seen) {
                    None => push(Piece::Word, from, at),
                    Some(hole) => {
                        push(Piece::Hole(hole), from, end);
                        // What ends a sentence is no part of a value.
                        if end < at {
                            push(Piece::Word, end, at);
                        }
                    }
                }
            }
        }
    }
}

/// What a token holds; `None` for a word.
pub(super) fn held(core: &[u8], seen: u8) -> Option<Hole> {
    let plain = seen & (DIGIT | SLASH | DOT | AT) == 0;
    match core {
        b"true" | b"false" | b"True" | b"False" | b"TRUE" | b"FALSE" => Some(Hole::Bool),
        _ if plain && (core.len() < 8 || seen & HEX == 0) => None,
        _ => classified(core, seen),
    }
}

/// Whether a mark closes brackets that stand alone, or quotes behind `=`, with nothing in them: a place that held nothing.
fn holds_nothing(tokens: &[Token], closing: u8) -> bool {
    let before = |back: usize| tokens.len().checked_sub(back).map(|at| tokens[at].piece);
    match closing {
        b')' => before(1) == Some(Piece::Mark(b'(')) && before(2) == Some(Piece::Blank),
        b']' => before(1) == Some(Piece::Mark(b'[')) && before(2) == Some(Piece::Blank),
        b'"' | b'\'' => before(1) == Some(Piece::Mark(closing)) && before(2) == Some(Piece::Mark(b'=')),
        _ => false,
    }
}

/// Makes room where a list has filled it: of values that are alike, with blanks or commas between, the first and the last
/// stay. `false` if that gains too little.
fn squeeze(tokens: &mut Vec<Token>) -> bool {
    let full = tokens.len();
    let mut kept: Vec<Token> = Vec::with_capacity(TOKENS_MAX);
    for token in tokens.iter() {
        kept.push(*token);
        // value, blank or comma (or both), value, blank or comma, value: the middle one goes.
        let Piece::Hole(last) = token.piece else { continue };
        let between = |at: usize| matches!(kept[at].piece, Piece::Blank | Piece::Mark(b','));
        let mut holes = [kept.len() - 1; 3];
        let mut at = kept.len() - 1;
        let mut found = 1;
        while found < 3 && at > 0 {
            at -= 1;
            match kept[at].piece {
                Piece::Hole(hole) if hole == last => {
                    holes[found] = at;
                    found += 1;
                }
                _ if between(at) => {}
                _ => break,
            }
        }
        if found == 3 && holes[0] - holes[1] == holes[1] - holes[2] {
            kept.drain(holes[2]..holes[1]);
        }
    }
    *tokens = kept;
    tokens.len() * 4 <= full * 3
}

/// What only neighbours can tell.
fn refine(message: &[u8], tokens: &mut [Token]) {
    schemes(message, tokens);
    colon_groups(message, tokens);
    months(message, tokens);
    values(message, tokens);
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

/// A scheme belongs to the URL behind it: `hdfs://node/part`.
fn schemes(message: &[u8], tokens: &mut [Token]) {
    for i in 2..tokens.len() {
        let is_scheme = tokens[i].piece == Piece::Hole(Hole::Url)
            && tokens[i - 1].piece == Piece::Mark(b':')
            && tokens[i - 2].piece == Piece::Word
            && text(message, &tokens[i - 2])
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        if is_scheme {
            (tokens[i - 2].piece, tokens[i - 1].piece) = (Piece::Gone, Piece::Gone);
        }
    }
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

/// A dot within, not in front (of a word of quotes and the like alone nothing is left), and no name as programs have
/// them: `view.clipTop`.
fn names_a_host(word: &[u8]) -> bool {
    let is_camel = word.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    word.get(1..).is_some_and(|rest| rest.contains(&b'.')) && !is_camel
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

/// So many bare words behind `=` may stay words in one message: more of them are a record's fields, whose combinations
/// would each be a shape.
const WORDS_MAX: usize = 2;

/// What stands behind `=` is a value: all that is quoted; or a word, which stays one where there are few, since it may
/// name a state. What has a `=` or an open bracket behind it is the next key, or names what stands in the brackets.
fn values(message: &[u8], tokens: &mut [Token]) {
    let (mut words, mut count) = ([0; WORDS_MAX], 0);
    for i in 0..tokens.len() {
        if tokens[i].piece != Piece::Mark(b'=') {
            continue;
        }
        let tells = i > 0 && MESSAGES.iter().any(|key| text(message, &tokens[i - 1]).eq_ignore_ascii_case(key));
        let at = i + 1 + usize::from(tokens.get(i + 1).is_some_and(|t| t.piece == Piece::Blank));
        match tokens.get(at).map(|t| t.piece) {
            Some(Piece::Word) if !tells => {
                let next = tokens.get(at + 1).map(|t| t.piece);
                if !matches!(next, Some(Piece::Mark(b'=' | b'(' | b'{' | b'['))) {
                    if !text(message, &tokens[at]).iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-')) {
                        tokens[at].piece = Piece::Hole(Hole::Val);
                        continue;
                    }
                    if count < WORDS_MAX {
                        words[count] = at;
                    } else {
                        tokens[at].piece = Piece::Hole(Hole::Val);
                    }
                    count += 1;
                }
            }
            Some(Piece::Mark(mark @ (b'"' | b'\''))) if !tells => quoted(tokens, at, mark),
            _ => {}
        }
    }
    if count > WORDS_MAX {
        words.iter().for_each(|at| tokens[*at].piece = Piece::Hole(Hole::Val));
    }
}

/// Makes all that stands between two quotes one value, if it is more than one token.
fn quoted(tokens: &mut [Token], open: usize, mark: u8) {
    let inside = tokens[open + 1..].iter().take(QUOTED_MAX).position(|t| t.piece == Piece::Mark(mark));
    let Some(length) = inside.filter(|length| *length > 1) else { return };
    let (first, rest) = tokens[open + 1..open + 1 + length].split_at_mut(1);
    first[0].piece = Piece::Hole(Hole::Val);
    rest.iter_mut().for_each(|token| token.piece = Piece::Gone);
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
            // Behind a blank only a comma goes on with a list: a colon or the like begins something else.
            Piece::Hole(_) if blanks > 0 && !matches!(last, None | Some(b',' | b'|')) => return None,
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
                fetched <url> in <dur>, <size>
                <hex> at <hex>, mac <hex>
                mail to <mail> bounced
                lookup of <host> failed
                com.shop.cart.LostException: gone
                since <time> nothing
                status=active retries = none code=<num>
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
