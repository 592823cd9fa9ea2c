//! Lines and columns of a terminal, and the one table of what a colour means.

use anstyle::{AnsiColor, Color, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a piece of text is, whatever it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// Users feel it.
    Hurt,
    /// It was known, and nobody was told.
    Gray,
    /// It is as it should be.
    Calm,
    /// What a part is about.
    Strong,
    /// What stands beside.
    Aside,
}

/// How each meaning looks on a terminal. No other place names a colour; without colours the words say the same.
const LABELS: [(Meaning, Style); 5] = [
    (Meaning::Hurt, bold(Some(AnsiColor::Red))),
    (Meaning::Gray, bold(Some(AnsiColor::Yellow))),
    (Meaning::Calm, bold(Some(AnsiColor::Cyan))),
    (Meaning::Strong, bold(None)),
    (Meaning::Aside, Style::new().dimmed()),
];

const fn bold(color: Option<AnsiColor>) -> Style {
    match color {
        Some(color) => Style::new().bold().fg_color(Some(Color::Ansi(color))),
        None => Style::new().bold(),
    }
}

impl Meaning {
    /// A text that looks as what it is.
    pub fn of(self, text: &str) -> String {
        let style = LABELS.iter().find(|(meaning, _)| *meaning == self).map_or(Style::new(), |(_, style)| *style);
        format!("{style}{text}{style:#}")
    }
}

/// Width of the column of labels.
pub const LABEL: usize = 15;

/// Eight heights of a bar.
pub const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A series as a line of bars, from its least to its greatest value; a blank where nothing is. What is drawn of several
/// values in one column is the one farthest from the middle of them all.
pub fn sparkline(values: &[Option<f64>], columns: usize) -> String {
    let mut known: Vec<f64> = values.iter().copied().flatten().collect();
    known.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (known.first(), known.last()) else { return String::new() };
    let middle = known[known.len() / 2];
    let columns = columns.min(values.len());
    let drawn = |column: usize| {
        let part = &values[column * values.len() / columns..(column + 1) * values.len() / columns];
        let far = |v: &f64| (v - middle).abs();
        part.iter().copied().flatten().max_by(|a, b| far(a).total_cmp(&far(b)))
    };
    let bar = |value: Option<f64>| match value {
        None => ' ',
        Some(_) if high <= low => BARS[0],
        Some(value) => BARS[(((value - low) / (high - low) * 7.0).round() as usize).min(7)],
    };
    (0..columns).map(|column| bar(drawn(column))).collect()
}

/// For terminals that know ASCII alone: every other character as one that is near, or `?`.
pub fn ascii(text: &str) -> String {
    let near = |c: char| match c {
        c if c.is_ascii() => c,
        '…' => '~',
        '▁' => '_',
        '▂' => '.',
        '▃' => '-',
        '▄' => '=',
        '▅' => '+',
        '▆' => '*',
        '▇' => '#',
        '█' => '@',
        '\u{a0}' => ' ',
        'µ' => 'u',
        _ => '?',
    };
    text.chars().map(near).collect()
}

/// Text broken into lines of at most so many columns, at blanks.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let mut word = word.as_str();
        // A word longer than a line is broken where it must be.
        while word.width() > width {
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let mut cut = 0;
            for (at, c) in word.char_indices() {
                if word[..at + c.len_utf8()].width() > width {
                    break;
                }
                cut = at + c.len_utf8();
            }
            if cut == 0 {
                break;
            }
            lines.push(word[..cut].to_string());
            word = &word[cut..];
        }
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of a text; a number and the sign of its unit are one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let ends_in_digit = |before: &String| before.ends_with(|c: char| c.is_ascii_digit());
        let sign = word.trim_end_matches([',', '.', ';', ':']);
        match words.last_mut() {
            Some(before) if matches!(sign, "%" | "ms" | "s") && ends_in_digit(before) => {
                before.push(' ');
                before.push_str(word);
            }
            _ => words.push(word.to_string()),
        }
    }
    words
}

/// Shortened to so many columns, the cut shown.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut out = String::new();
    for c in text.chars() {
        if out.width() + c.width().unwrap_or(0) + 1 > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A labelled paragraph: the label once, the text beside it.
pub fn labelled(label: &str, meaning: Meaning, text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines = wrapped(text, width - LABEL - 1);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = cut(&format!("{last} …"), width - LABEL - 1);
        }
    }
    beside(label, meaning, &lines)
}

/// Lines with a label before the first of them.
pub fn beside(label: &str, meaning: Meaning, lines: &[String]) -> Vec<String> {
    let pad = |first: bool| {
        let label = if first { label } else { "" };
        let blanks = " ".repeat(LABEL.saturating_sub(label.width()));
        format!(" {}{blanks}", meaning.of(label))
    };
    lines.iter().enumerate().map(|(n, line)| format!("{}{line}", pad(n == 0))).collect()
}

/// A command broken into lines that a shell takes as one when they are pasted: never within quotes, and all but the last
/// end with a backslash.
pub fn command_lines(command: &str, width: usize) -> Vec<String> {
    let mut quoted = false;
    let words = command.split(|c: char| {
        quoted ^= c == '\'';
        c == ' ' && !quoted
    });
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.width() + word.width() + 3 <= width => *line = format!("{line} {word}"),
            Some(line) => {
                line.push_str(" \\");
                lines.push(word.to_string());
            }
            None => lines.push(word.to_string()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_never_wider_than_asked() {
        let text = "a ".repeat(100) + &"x".repeat(200) + " äöü 漢字漢字漢字";
        assert!(wrapped(&text, 40).iter().all(|l| l.width() <= 40));
        assert!(cut("漢字漢字漢字", 7).width() <= 7);
    }

    #[test]
    fn a_number_keeps_its_sign() {
        assert_eq!(wrapped("it stood at 3.48 %, where", 16), ["it stood at", "3.48 %, where"]);
    }

    #[test]
    fn a_series_as_bars() {
        let values = [Some(0.0), Some(1.0), None, Some(7.0)];
        assert_eq!(sparkline(&values, 9), "▁▂ █");
        assert_eq!(sparkline(&[Some(3.0), Some(3.0)], 2), "▁▁");
        assert_eq!(sparkline(&[Some(1.0), Some(1.0), Some(1.0), Some(9.0), Some(1.0), Some(1.0)], 3), "▁█▁");
        assert_eq!(ascii(&sparkline(&values, 9)), "_. @");
    }

    #[test]
    fn a_broken_command_is_still_one_command() {
        let lines = command_lines("backstory tell 'a b/evidence' --incident 'a b/incident.yaml' --full", 45);
        let expected = ["backstory tell 'a b/evidence' --incident \\", "'a b/incident.yaml' --full"];
        assert_eq!(lines, expected);
        assert_eq!(command_lines("backstory tell 'it'\\''s mine' --full", 80).len(), 1);
    }
}
