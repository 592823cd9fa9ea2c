//! Whether what a rule found is a secret after all: by its form, its digits, and what stands before it.

/// Judges what a rule found: the whole text, and where what it found begins and ends.
pub(super) type Judge = fn(text: &str, from: usize, to: usize) -> bool;

/// What stands where secrets stand, and is none.
const NONE: &[&str] = &[
    "null",
    "none",
    "nil",
    "true",
    "false",
    "undefined",
    "empty",
    "redacted",
    "masked",
    "hidden",
    "filtered",
    "removed",
    "secret",
    "password",
    "passwd",
    "token",
    "n/a",
    "na",
    "yes",
    "no",
    "on",
    "off",
    "ok",
    "set",
    "unset",
    "missing",
    "invalid",
    "incorrect",
    "expired",
    "required",
    "mismatch",
    "rejected",
    "accepted",
    "changed",
    "default",
    "string",
    "object",
    "anonymous",
    "unknown",
    "given",
    "not",
    "is",
    "was",
    "has",
    "the",
    "for",
    "and",
    "basic",
    "bearer",
    "digest",
    "negotiate",
    "oauth2",
    "saml",
    "ldap",
    "jwt",
    "failed",
    "failure",
    "success",
    "succeeded",
    "disabled",
    "enabled",
    "start",
    "started",
    "created",
    "deleted",
    "updated",
    "reset",
    "cannot",
    "could",
    "must",
    "stdin",
    "prompt",
    "env",
];

/// Anything but a placeholder.
pub(super) fn any(text: &str, from: usize, to: usize) -> bool {
    !is_placeholder(&text[from..to])
}

/// What is long enough to be a key.
pub(super) fn long(text: &str, from: usize, to: usize) -> bool {
    to - from >= 16 && any(text, from, to)
}

/// Whether a value stands for another: `<id>`, `***`, `${VAR}`, `%s`, `[hidden]`.
fn is_placeholder(value: &str) -> bool {
    let first = value.as_bytes().first().copied().unwrap_or(b'<');
    let stars = value.bytes().all(|b| matches!(b, b'*' | b'.' | b'x' | b'X' | b'#' | b'-' | b'?' | b'_'));
    matches!(first, b'<' | b'[' | b'{' | b'(' | b'*')
        || value.starts_with("${")
        || value.starts_with("$(")
        || is_format(value)
        || stars
}

fn is_format(value: &str) -> bool {
    value.starts_with('%') && value.len() <= 3 && !value.starts_with("%2")
}

fn is_word(value: &str) -> bool {
    let plain = value.trim_end_matches(['.', ':', '!', '?', ',']);
    NONE.iter().any(|none| plain.eq_ignore_ascii_case(none))
}

/// What is spoken of rather than set: a colon, a blank, and a word in small letters behind words of prose.
fn is_prose(text: &str, from: usize, value: &str) -> bool {
    let small = value.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'!' | b'?' | b'-'));
    let before = text[..from].trim_end_matches(['"', '\'']);
    let spoken = before.ends_with(": ");
    // What stands before the key: a word of prose, or a level, a mark, nothing.
    let key = before.trim_end_matches([' ', ':', '=']);
    let begins = key.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'')));
    let lead = begins.map_or("", |at| key[..=at].trim_end());
    let word = lead.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    small && spoken && PROSE.iter().any(|prose| word.eq_ignore_ascii_case(prose))
}

/// Words that stand before a key that is spoken of.
const PROSE: &[&str] = &[
    "invalid",
    "wrong",
    "bad",
    "missing",
    "incorrect",
    "expired",
    "unexpected",
    "unknown",
    "unsupported",
    "no",
    "the",
    "a",
    "an",
    "of",
    "for",
    "with",
    "to",
    "in",
    "on",
    "by",
    "your",
    "their",
    "empty",
    "malformed",
    "rejected",
    "refused",
];

/// The value of a key that surely names a secret.
pub(super) fn password(text: &str, from: usize, to: usize) -> bool {
    let value = &text[from..to];
    let key = text[..from].trim_end_matches([' ', ':', '=', '"', '\'', '\\', '>']);
    let alone = ["secret", "secrets", "credential", "credentials"].iter().any(|name| {
        let at = key.len().saturating_sub(name.len());
        key.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(name))
            && !key[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    });
    // What is only called a secret may be its name.
    let named = alone && value.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_' | b'.' | b'/'));
    value.len() >= 3 && !is_placeholder(value) && !is_word(value) && !is_prose(text, from, value) && !named
}

/// The value of a key that may name one: no word, no small number, no name of something.
pub(super) fn keyed(text: &str, from: usize, to: usize) -> bool {
    let value = &text[from..to];
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let number = digits == value.len();
    let words = value.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.' | b' ' | b'/'));
    let amount = value.bytes().next().is_some_and(|b| b.is_ascii_digit()) && value.len() - digits <= 2 && digits < 6;
    if number {
        return value.len() >= 3 && is_of_number(text, from);
    }
    let name = words && !is_random(value);
    password(text, from, to) && value.len() >= 6 && !name && !amount && !is_time(value) && !value.contains("://")
}

/// Whether the key before a number is one whose secrets are numbers.
fn is_of_number(text: &str, from: usize) -> bool {
    let key = text[..from].trim_end_matches([' ', ':', '=', '"', '\'', '\\', '>']).to_ascii_lowercase();
    let part =
        |name: &str| key.strip_suffix(name).is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphanumeric()));
    ["pin", "otp", "cvv", "cvc", "ssn", "security_code", "security-code"].iter().any(|name| part(name))
}

fn is_time(value: &str) -> bool {
    value.len() >= 8
        && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'.' | b'T' | b'Z' | b'+'))
}

/// Letters as no word has them: both cases mixed within it, or long and without vowels.
fn is_random(value: &str) -> bool {
    let bytes = value.as_bytes();
    let turns = bytes.windows(2).filter(|w| w[0].is_ascii_uppercase() != w[1].is_ascii_uppercase()).count();
    let broken = bytes.iter().any(|b| matches!(b, b'_' | b'-' | b'.' | b' ' | b'/'));
    let vowels = bytes.iter().filter(|b| b"aeiouyAEIOUY".contains(b)).count();
    !broken && value.len() >= 12 && (turns * 3 >= value.len() || vowels * 6 < value.len())
        || value.len() >= 24 && !broken
}

/// A token: long, and not of one sort of letters alone.
pub(super) fn mixed(text: &str, from: usize, to: usize) -> bool {
    let value = &text[from..to];
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    any(text, from, to) && (digit || is_random(value)) && !is_file(value)
}

/// Text as no hand writes it: small letters, capitals and digits, which take turns.
pub(super) fn random(text: &str, from: usize, to: usize) -> bool {
    let sort = |b: &u8| match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    };
    let sorts: Vec<u8> = text[from..to].bytes().map(|b| sort(&b)).collect();
    let turns = sorts.windows(2).filter(|w| w[0] != w[1]).count();
    let some = |sort: u8| sorts.iter().filter(|s| **s == sort).count() >= 2;
    any(text, from, to) && some(0) && some(1) && some(2) && turns * 20 >= sorts.len() * 7
}

/// Random text behind a prefix, which is no name of a hash.
pub(super) fn prefixed(text: &str, from: usize, to: usize) -> bool {
    let value = &text[from..to];
    let Some((prefix, rest)) = value.rsplit_once(['_', '-']) else { return false };
    let hash = ["sha", "md", "blake", "crc", "hash", "digest", "id"].iter().any(|name| prefix.starts_with(name));
    let key = ["live", "test", "prod"].iter().any(|name| prefix.ends_with(name));
    !hash && (random(text, to - rest.len(), to) || key && rest.bytes().any(|b| b.is_ascii_digit()))
}

/// Random text that no word before it calls a hash or an id.
pub(super) fn random_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text[..from].trim_end_matches([' ', ':', '=', '"', '\'', '\\', '(', '[', '-']).to_ascii_lowercase();
    let named = [
        "hash",
        "sha256",
        "sha384",
        "sha512",
        "sha1",
        "checksum",
        "digest",
        "integrity",
        "etag",
        "id",
        "id-2",
        "base64",
        "cursor",
        "fingerprint",
        "nodeid",
        "offset",
    ];
    random(text, from, to) && !named.iter().any(|name| before.ends_with(name)) && !text[from..to].starts_with("sha")
}

/// A name of a file or a place, as `secret_store.rs` and `live_checkout/cart` are.
fn is_file(value: &str) -> bool {
    let words = value.split(['_', '-', '.', '/']).filter(|w| !w.is_empty());
    let (mut all, mut plain) = (0, 0);
    for word in words {
        all += 1;
        let small =
            word.bytes().all(|b| b.is_ascii_lowercase()) || word.bytes().all(|b| b.is_ascii_digit()) && word.len() < 5;
        plain += usize::from(small && word.len() <= 14);
    }
    all > 1 && plain == all
}

/// What follows an authorization's scheme.
pub(super) fn credential(text: &str, from: usize, to: usize) -> bool {
    let value = &text[from..to];
    value.len() >= 4 && !is_placeholder(value) && !is_word(value) && !is_prose(text, from, value)
}

/// A line of base64 as long as PEM makes them; digits of one hash are no such line.
pub(super) fn base64_line(text: &str, from: usize, to: usize) -> bool {
    let value = &text.as_bytes()[from..to];
    let (upper, lower) = (value.iter().any(u8::is_ascii_uppercase), value.iter().any(u8::is_ascii_lowercase));
    upper
        && lower
        && !value.iter().all(u8::is_ascii_hexdigit)
        && value.iter().any(|b| b.is_ascii_digit() || matches!(b, b'+' | b'/'))
}

/// The check digits of an account. Source: ISO 13616 (mod 97).
pub(super) fn iban(text: &str, from: usize, to: usize) -> bool {
    let plain: Vec<u8> = text[from..to].bytes().filter(|b| *b != b' ').collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let turned = plain[4..].iter().chain(&plain[..4]);
    let rest = turned.fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

/// Endings of names after an `@` that are no domain: units of systemd, files, places within a cluster.
const NO_DOMAINS: &[&str] = &[
    "service",
    "socket",
    "timer",
    "target",
    "mount",
    "slice",
    "scope",
    "path",
    "device",
    "swap",
    "automount",
    "js",
    "ts",
    "local",
    "localdomain",
    "internal",
    "lan",
    "cluster",
    "svc",
    "json",
    "tgz",
    "rs",
    "go",
    "py",
    "java",
];

/// An address of a person, and no user of a host, unit, package or repository.
pub(super) fn email(text: &str, from: usize, to: usize) -> bool {
    let value = &text[from..to];
    let Some(at) = value.rfind('@').map(|at| at + 1).or_else(|| value.rfind("%40").map(|at| at + 3)) else {
        return false;
    };
    let ending = value.rsplit('.').next().unwrap_or_default();
    let domain = ending.len() >= 2 && ending.bytes().all(|b| b.is_ascii_alphabetic());
    let user = text[..from].ends_with("//") || &value[..at - 1] == "git";
    let host = text[to..].starts_with(":/") || text[to..].starts_with(":~");
    domain && !user && !host && !NO_DOMAINS.contains(&ending.to_ascii_lowercase().as_str())
}

/// Names of what is counted or numbered: what follows is no card.
const NUMBERED: &[&str] = &[
    "id",
    "span",
    "trace",
    "ts",
    "time",
    "timestamp",
    "offset",
    "seq",
    "size",
    "bytes",
    "count",
    "nanos",
    "ns",
    "order",
    "txn",
    "version",
    "account",
    "key",
    "hash",
    "epoch",
    "cursor",
    "lsn",
    "checksum",
    "crc",
    "number",
    "no",
    "uid",
    "ref",
];

/// A card's number: its issuer's first digits and length, and its check digit. Source: ISO/IEC 7812-1 (Luhn).
pub(super) fn card(text: &str, from: usize, to: usize) -> bool {
    let value = &text[from..to];
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    let first = |n: usize| digits[..n.min(digits.len())].iter().fold(0, |all, d| all * 10 + d);
    let issued = match digits.len() {
        13 | 19 => digits[0] == 4 || first(2) == 62,
        14 => matches!(first(3), 300..=305) || matches!(first(2), 36 | 38),
        15 => matches!(first(2), 34 | 37),
        16 => {
            digits[0] == 4
                || matches!(first(2), 51..=55 | 65 | 62 | 35)
                || matches!(first(4), 2221..=2720 | 6011)
                || matches!(first(3), 644..=649)
        }
        _ => false,
    };
    let groups: Vec<usize> = value.split([' ', '-']).map(str::len).collect();
    let grouped = matches!(groups[..], [_] | [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3]);
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(n, d)| if n % 2 == 0 { *d } else { 2 * d - 9 * u32::from(*d > 4) }).sum();
    issued && grouped && sum.is_multiple_of(10) && digits.iter().any(|d| *d != digits[0]) && !is_numbered(text, from)
}

/// Whether the word before a number says what it counts; a card's own number is none of these.
fn is_numbered(text: &str, from: usize) -> bool {
    let before = text[..from].trim_end_matches([' ', ':', '=', '"', '\'', '\\', '#', '[', '(']);
    let glued = text[..from].ends_with(['.', '-', '_', '/']);
    let word: String =
        before.chars().rev().take_while(char::is_ascii_alphanumeric).collect::<Vec<_>>().into_iter().rev().collect();
    let lower = word.to_ascii_lowercase();
    let rest = before[..before.len() - word.len()].to_ascii_lowercase();
    let of_card = ["card", "pan", "cc"]
        .iter()
        .any(|card| lower.starts_with(card) || rest.trim_end_matches([' ', '_', '-']).ends_with(card));
    glued || !of_card && NUMBERED.iter().any(|name| lower == *name || lower.ends_with(name) && word.ends_with("Id"))
}
