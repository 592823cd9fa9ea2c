//! Severity words, in any usual spelling, as the numbers of OpenTelemetry.
//!
//! 1-4 trace, 5-8 debug, 9-12 info, 13-16 warn, 17-20 error, 21-24 fatal, 0 unknown (OpenTelemetry logs data model,
//! appendix B). Refuses to know where in a line a level stands.

/// The severity of a word, whatever its case; `None` where it is no level.
#[inline]
pub(crate) fn of_word(word: &[u8]) -> Option<u8> {
    if word.is_empty() || word.len() > 13 {
        return None;
    }
    let mut lower = [0_u8; 13];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    of_lower(&lower[..word.len()])
}

fn of_lower(word: &[u8]) -> Option<u8> {
    Some(match word {
        b"trace" | b"trc" | b"trac" | b"finest" | b"finer" | b"verbose" | b"silly" | b"vrb" => 1,
        b"debug" | b"dbg" | b"debg" | b"dbug" | b"fine" => 5,
        b"info" | b"inf" | b"information" | b"informational" | b"config" | b"log" | b"success" | b"normal" => 9,
        b"notice" | b"note" | b"ntc" => 10,
        b"warn" | b"warning" | b"wrn" | b"warni" => 13,
        b"error" | b"err" | b"eror" | b"erro" | b"fail" | b"severe" | b"failure" => 17,
        b"alert" | b"alrt" => 19,
        b"fatal" | b"ftl" | b"critical" | b"crit" | b"crt" | b"panic" | b"dpanic" | b"emerg" | b"emergency" => 21,
        _ => return None,
    })
}

/// The severity of a single capital, as Android, glog, Ruby and Elasticsearch write it. `A` is an assertion to one and
/// an audit to another: none.
pub(crate) fn of_letter(letter: u8) -> Option<u8> {
    Some(match letter {
        b'V' | b'T' => 1,
        b'D' => 5,
        b'I' | b'N' => 9,
        b'W' => 13,
        b'E' => 17,
        b'F' | b'C' => 21,
        _ => return None,
    })
}

/// Words that stand where a level stands, and are none: PostgreSQL's.
pub(crate) fn is_beside(word: &[u8]) -> bool {
    matches!(word, b"STATEMENT" | b"DETAIL" | b"HINT" | b"CONTEXT" | b"QUERY" | b"LOCATION")
}

/// The severity of a syslog priority's lower three bits (RFC 5424 section 6.2.1).
pub(crate) fn of_syslog(severity: u32) -> u8 {
    [21, 19, 18, 17, 13, 10, 9, 5][(severity & 7) as usize]
}

/// The severity of a number: bunyan's and pino's tens (10 to 60), or syslog's 0 to 7.
pub(crate) fn of_number(number: u32) -> u8 {
    match number {
        0..=7 => of_syslog(number),
        8..=14 => 1,
        15..=24 => 5,
        25..=34 => 9,
        35..=44 => 13,
        45..=54 => 17,
        55..=70 => 21,
        _ => 0,
    }
}

/// The severity that a field's text names: a word, or a number of bunyan, pino or syslog.
pub(crate) fn of_value(text: &[u8]) -> Option<u8> {
    let text = text.trim_ascii();
    if let Some(severity) = of_word(text) {
        return Some(severity);
    }
    // Go's slog writes what lies between its levels as `ERROR+2`.
    let between = text.iter().position(|b| matches!(b, b'+' | b'-')).filter(|at| *at > 0);
    if let Some(at) = between.filter(|at| text[at + 1..].iter().all(u8::is_ascii_digit) && text.len() > at + 1) {
        return of_word(&text[..at]);
    }
    match text {
        [letter] if letter.is_ascii_alphabetic() => of_letter(letter.to_ascii_uppercase()),
        [b'D', b'1'..=b'5'] => Some(5),
        _ => std::str::from_utf8(text).ok()?.parse().ok().map(of_number).filter(|s| *s > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_letters_and_numbers_are_levels() {
        for (text, severity) in [
            ("INFO", 9),
            ("Warning", 13),
            ("wrn", 13),
            ("E", 17),
            ("SEVERE", 17),
            ("50", 17),
            ("3", 17),
            ("critical", 21),
            ("notice", 10),
            ("30", 9),
        ] {
            assert_eq!(of_value(text.as_bytes()), Some(severity), "{text}");
        }
        for text in ["", "hello", "informationally-much-longer", "999", "-1", "é"] {
            assert_eq!(of_value(text.as_bytes()), None, "{text}");
        }
    }
}
