//! Secrets are hidden before anything is told: what follows a key that names a secret, tokens by their form, passwords in
//! URLs, private keys, e-mail addresses, card numbers.
//!
//! A secret becomes `<secret ab12>`; the four digits are a hash, so that the same secret stays recognisably the same.

use evidence::Hasher;
use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;

/// Each rule with one group: what is hidden. The first that matches at a place wins.
const RULES: [&str; 11] = [
    // A key that names a secret, in any of the usual notations.
    r#"(?i)(?:passw(?:or)?d|passwd|pwd|secret|api[_-]?key|apikey|access[_-]?key|auth[_-]?token|token|credential|private[_-]?key|client[_-]?secret|authorization|x-api-key)["']?\s*(?:[:=]|=>)\s*["']?(?:bearer\s+|basic\s+)?([^\s"',;&)}\]]{3,})"#,
    r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9+/._~=-]{8,})",
    // Passwords in URLs.
    r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@]*:([^\s@/]+)@",
    // Tokens whose form gives them away.
    r"\b((?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16})\b",
    r"\b((?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-|sk-|sk_live_|rk_live_|pk_live_|xox[abprs]-|shpat_|dop_v1_|hf_)[A-Za-z0-9_-]{16,})",
    r"\b(AIza[A-Za-z0-9_-]{35})",
    r"\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,})",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*([^-]+)",
    r"https://hooks\.slack\.com/services/([A-Za-z0-9/]+)",
    // People.
    r"\b([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\b",
    CARD,
];

/// A card number; taken for one only if its check digit is right.
const CARD: &str = r"\b((?:\d[ -]?){12,18}\d)\b";

/// A rule of the user's that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("redaction rule {rule:?} cannot be used: {why}")]
pub struct BadRule {
    /// The rule as it was written.
    pub rule: String,
    /// What is wrong with it.
    pub why: String,
}

/// Hides secrets.
pub struct Redactor {
    rules: Regex,
    cards: usize,
}

impl Redactor {
    /// The built-in rules and the user's own. Of a rule with a group the group is hidden, else all that it matches.
    pub fn new(own: &[String]) -> Result<Redactor, BadRule> {
        let mut rules: Vec<String> = RULES.iter().map(|r| (*r).to_string()).collect();
        for rule in own {
            let parsed = Regex::new(rule).map_err(|e| BadRule { rule: rule.clone(), why: e.to_string() })?;
            let grouped = parsed.group_info().group_len(regex_automata::PatternID::ZERO) > 1;
            rules.push(if grouped { rule.clone() } else { format!("({rule})") });
        }
        let limit = Regex::config().nfa_size_limit(Some(64 << 20));
        let built = Regex::builder().configure(limit).build_many(&rules);
        let rules = built.map_err(|e| BadRule { rule: own.join(" | "), why: e.to_string() })?;
        Ok(Redactor { rules, cards: RULES.len() - 1 })
    }

    /// The text without its secrets.
    pub fn hide(&self, text: &str) -> String {
        let mut out = String::new();
        let (mut from, mut at) = (0, 0);
        let mut captures = self.rules.create_captures();
        while at <= text.len() {
            self.rules.search_captures(&regex_automata::Input::new(text).range(at..), &mut captures);
            let Some((start, end, next)) = self.secret(text, &captures) else { break };
            if start < end {
                out.push_str(&text[from..start]);
                out.push_str(&placeholder(&text[start..end]));
                from = end;
            }
            at = next.max(at + 1);
            while at < text.len() && !text.is_char_boundary(at) {
                at += 1;
            }
        }
        if from == 0 {
            return text.to_string();
        }
        out.push_str(&text[from..]);
        out
    }

    /// Where the secret of a match lies (nowhere: `start == end`), and where to go on.
    fn secret(&self, text: &str, captures: &Captures) -> Option<(usize, usize, usize)> {
        let pattern = captures.pattern()?;
        let whole = captures.get_match()?;
        let group = captures.get_group(1)?;
        let is_card = pattern.as_usize() == self.cards;
        if is_card && !has_check_digit(&text[group.start..group.end]) {
            return Some((0, 0, whole.end()));
        }
        // What was hidden before stays as it is.
        if text[group.start..group.end].starts_with('<') {
            return Some((0, 0, whole.end()));
        }
        Some((group.start, group.end, group.end))
    }
}

fn placeholder(secret: &str) -> String {
    let id = Hasher::new("secret", 1).text(secret).id();
    format!("<secret {:04x}>", (id.0 >> 112) as u16)
}

/// The check digit of payment cards. Source: ISO/IEC 7812-1 (Luhn).
fn has_check_digit(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 0 {
                *d
            } else if *d > 4 {
                2 * d - 9
            } else {
                2 * d
            }
        })
        .sum();
    // Cards begin with 3 to 6; a count of nanoseconds since 1970 does not.
    let is_card = (13..=19).contains(&digits.len()) && (3..=6).contains(&digits[0]);
    is_card && sum.is_multiple_of(10) && digits.iter().any(|d| *d != digits[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn hide(text: &str) -> String {
        Redactor::new(&[]).expect("the built-in rules are right").hide(text)
    }

    #[test]
    fn secrets_are_hidden_and_stay_the_same() {
        let lines = [
            "login ok password=hunter22 user=anna",
            r#"{"api_key": "k-1234567", "n": 3}"#,
            "Authorization: Bearer abc.def-123456",
            "connect postgres://app:s3cr3t@db:5432/x",
            "mail to anna@example.org, again anna@example.org",
            "card 4111 1111 1111 1111 declined, order 4111111111111112",
        ];
        let hidden: Vec<String> = lines.iter().map(|l| hide(l)).collect();
        expect![[r#"
            login ok password=<secret cbcf> user=anna
            {"api_key": "<secret bee3>", "n": 3}
            Authorization: Bearer <secret eb30>
            connect postgres://app:<secret 7a19>@db:5432/x
            mail to <secret cf63>, again <secret cf63>
            card <secret 5e41> declined, order 4111111111111112"#]]
        .assert_eq(&hidden.join("\n"));
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        for line in [
            "commit 4f2a91c0d3b5a6e7f8091a2b3c4d5e6f70819203",
            "user 4f2a91c0-1111-4222-8333-444455556666 in",
            "token <id> expired",
            "took 12ms, total 1234567890123",
        ] {
            assert_eq!(hide(line), line);
        }
    }

    #[test]
    fn own_rules_hide_too() {
        let redactor = Redactor::new(&[r"cust-\d+".to_string()]).expect("a rule");
        assert!(redactor.hide("for cust-8123 now").starts_with("for <secret "));
        assert!(Redactor::new(&["(".to_string()]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn fuzz_any_text_comes_through(text: String) {
            let _ = hide(&text);
        }
    }
}
