//! Secrets are hidden before anything is told: what follows a key that names a secret, tokens by their form, passwords in
//! URLs, private keys, e-mail addresses, card numbers.
//!
//! A secret becomes `<secret ab12>`; the four digits are a hash, so that the same secret stays recognisably the same.

use evidence::Hasher;
use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;

use rules::RULES;

mod judge;
mod rules;

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
}

impl Redactor {
    /// The built-in rules and the user's own. Of a rule with a group the group is hidden, else all that it matches.
    pub fn new(own: &[String]) -> Result<Redactor, BadRule> {
        let mut rules: Vec<String> = RULES.iter().map(|r| r.pattern.to_string()).collect();
        for rule in own {
            let parsed = Regex::new(rule).map_err(|e| BadRule { rule: rule.clone(), why: e.to_string() })?;
            let grouped = parsed.group_info().group_len(regex_automata::PatternID::ZERO) > 1;
            rules.push(if grouped { rule.clone() } else { format!("({rule})") });
        }
        let limit = Regex::config().nfa_size_limit(Some(64 << 20));
        let built = Regex::builder().configure(limit).build_many(&rules);
        let rules = built.map_err(|e| BadRule { rule: own.join(" | "), why: e.to_string() })?;
        Ok(Redactor { rules })
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
        let pattern = captures.pattern()?.as_usize();
        let whole = captures.get_match()?;
        let group = (1..captures.group_len()).find_map(|n| captures.get_group(n))?;
        let judged = RULES.get(pattern).is_none_or(|rule| (rule.judge)(text, group.start, group.end));
        // What was hidden before stays as it is.
        if !judged || text[group.start..group.end].starts_with("<secret ") {
            // Within what one rule took for a secret, another may find one.
            let next = if group.start > whole.start() { group.start } else { whole.end() };
            return Some((0, 0, next));
        }
        Some((group.start, group.end, group.end))
    }
}

fn placeholder(secret: &str) -> String {
    let id = Hasher::new("secret", 1).text(secret).id();
    format!("<secret {:04x}>", (id.0 >> 112) as u16)
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
    fn each_kind_hides_its_own_sample_and_nothing_else_of_it() {
        let whole = Redactor::new(&[]).expect("the built-in rules are right");
        for rule in RULES {
            let (before, rest) = rule.sample.split_once('⟦').expect("a secret");
            let (secret, after) = rest.split_once('⟧').expect("its end");
            let text = format!("{before}{secret}{after}");
            assert_eq!(whole.hide(&text), format!("{before}{}{after}", placeholder(secret)), "{}", rule.kind);
            let alone = Regex::new(rule.pattern).expect("a pattern");
            assert!(alone.is_match(&text), "{}: another rule hides {text}", rule.kind);
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
