//! Makes the lines of this folder: descriptions become values, the same in each run.

use std::path::Path;

use evidence::Hasher;

/// Numbers without end from a seed; each the same on every machine.
struct Numbers {
    seed: String,
    count: u64,
}

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.count += 1;
        let id = Hasher::new("planted", 1).text(&self.seed).number(self.count as i64).id();
        ((id.0 >> 64) as u64 % most as u64) as usize
    }

    fn one_of(&mut self, letters: &str) -> char {
        let at = self.below(letters.len());
        letters.chars().nth(at).unwrap()
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// A value of a description's kind.
fn made(of: &str, numbers: &mut Numbers) -> String {
    match of {
        "visa" => return card("4", 16, numbers),
        "amex" => return card("37", 15, numbers),
        "iban" => return account(numbers),
        _ => {}
    }
    let (class, length) = (&of[..1], of[1..].parse::<usize>().unwrap());
    let letters = match class {
        "A" => format!("{UPPER}{LOWER}{DIGITS}"),
        "h" => format!("{DIGITS}abcdef"),
        "H" => format!("{DIGITS}ABCDEF"),
        "d" => "123456789".into(),
        "U" => format!("{UPPER}234567"),
        "u" => format!("{LOWER}{DIGITS}"),
        "l" => LOWER.into(),
        "b" => format!("{UPPER}{LOWER}{DIGITS}+/"),
        "w" => format!("{UPPER}{LOWER}{DIGITS}_-"),
        "p" => format!("{UPPER}{LOWER}{DIGITS}!#*.-_"),
        _ => panic!("{of}"),
    };
    let mut out: String = (0..length).map(|_| numbers.one_of(&letters)).collect();
    // People's passwords begin with a letter, and have a digit; so do long tokens.
    if "pAwb".contains(class) && length > 5 {
        out.replace_range(..1, &numbers.one_of(LOWER).to_string());
        out.replace_range(length - 1.., &numbers.one_of(DIGITS).to_string());
    }
    if class == "b" {
        out.replace_range(1..2, &numbers.one_of(UPPER).to_string());
    }
    out
}

fn card(begin: &str, length: usize, numbers: &mut Numbers) -> String {
    let mut digits: String = begin.into();
    while digits.len() < length - 1 {
        digits.push(numbers.one_of(DIGITS));
    }
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(n, c)| (c.to_digit(10).unwrap(), n % 2 == 0))
        .map(|(d, doubled)| if doubled { 2 * d - 9 * u32::from(d > 4) } else { d })
        .sum();
    digits + &((10 - sum % 10) % 10).to_string()
}

fn account(numbers: &mut Numbers) -> String {
    let inner: String = (0..18).map(|_| numbers.one_of(DIGITS)).collect();
    let rest = format!("{inner}131400").chars().fold(0, |rest, c| (rest * 10 + c.to_digit(10).unwrap()) % 97);
    format!("DE{:02}{inner}", 98 - rest)
}

/// A line with its descriptions filled in, and the random parts of its secret.
pub fn filled(line: &str, seed: &str) -> (String, Vec<String>) {
    let mut numbers = Numbers { seed: seed.into(), count: 0 };
    let (mut text, mut parts, mut secret) = (String::new(), Vec::new(), false);
    let mut rest = line;
    while let Some(at) = rest.find(['{', '«', '»']) {
        text += &rest[..at];
        let mark = rest[at..].chars().next().unwrap();
        rest = &rest[at + mark.len_utf8()..];
        let described = rest.find('}').map(|end| &rest[..end]).filter(|of| is_description(of));
        match (mark, described) {
            ('«', _) => secret = true,
            ('»', _) => secret = false,
            (_, Some(of)) => {
                let value = made(of, &mut numbers);
                text += &value;
                rest = &rest[of.len() + 1..];
                if secret {
                    parts.push(value);
                }
            }
            _ => text.push('{'),
        }
    }
    (text + rest, parts)
}

fn is_description(of: &str) -> bool {
    let known = matches!(of, "visa" | "amex" | "iban");
    let of_class = of.len() > 1 && "AhHdUulbwp".contains(&of[..1]) && of[1..].bytes().all(|b| b.is_ascii_digit());
    known || of_class
}

/// The lines of a file: what stands before the first bar, and behind it.
pub fn lines(file: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tell/tests/secrets").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let split = |line: &str| line.split_once(" | ").map(|(kind, text)| (kind.to_string(), text.to_string()));
    text.lines().map(|line| split(line).unwrap_or_else(|| panic!("{file}: {line}"))).collect()
}

/// What stands around a token that needs no key to be known.
const AROUND: [&str; 4] = [
    "sent «T» upstream",
    r#"{"level":"info","msg":"cloned with «T»","n":3}"#,
    "exec [\"deploy\", \"--with\", \"«T»\"]",
    "java.lang.IllegalStateException: refused «T» of anna",
];

/// Every line with a secret: its kind, its text, the secret's random parts.
pub fn planted(tokens: &str, planted: &str) -> Vec<(String, String, Vec<String>)> {
    let around = lines(tokens)
        .into_iter()
        .flat_map(|(kind, form)| AROUND.map(|around| (kind.clone(), around.replace('T', &form))));
    let all = around.chain(lines(planted));
    all.enumerate()
        .map(|(n, (kind, line))| {
            let (text, parts) = filled(&line, &format!("{planted} {n}"));
            assert!(!parts.is_empty(), "{line} has no secret");
            (kind, text, parts)
        })
        .collect()
}

/// Whether a text tells a secret, or eight letters in a row of it.
pub fn tells(text: &str, part: &str) -> bool {
    let letters: Vec<char> = part.chars().collect();
    let pieces = letters.windows(letters.len().min(8)).map(|piece| piece.iter().collect::<String>());
    pieces.into_iter().any(|piece| text.contains(&piece))
}
