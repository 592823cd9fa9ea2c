//! The case as Markdown: a post-mortem with everything filled in that evidence knows, and a short note for a chat.
//!
//! CommonMark with tables and footnotes, as GitHub and GitLab read them. Text from evidence cannot become markup, a link,
//! or a mention: every sign that means something is escaped.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::case::{Case, moment};
use crate::document::story::Text;
use crate::spoken::{dated, day_clock};
use crate::words;

/// Blind spots in the short note.
const BRIEF_SPOTS: usize = 3;
/// Changes in the timeline besides those that fit.
const CHANGES: usize = 4;

/// Foreign text within a paragraph or a table: nothing in it is markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let (mut before, mut rest) = (' ', text.chars().peekable());
    while let Some(c) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Mentions, issues, addresses and pictures of moods are recognised without any markup.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            ':' if after == '/' || after.is_alphabetic() || matches!(after, '+' | '-') => out.push_str("&#58;"),
            '.' if out.ends_with("www") => out.push_str("&#46;"),
            // Within a word it is no emphasis.
            '_' if before.is_alphanumeric() && after.is_alphanumeric() => out.push(c),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '!' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    // A line that begins with one of these would be a list or a heading.
    if out.starts_with(['-', '+', '=']) || is_list(&out) {
        out.insert_str(0, "&#8203;");
    }
    out
}

fn is_list(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(['.', ')']) && rest[1..].chars().next().is_none_or(char::is_whitespace)
}

/// A sentence and its footnotes.
fn noted(said: &Text, used: &mut BTreeSet<usize>) -> String {
    used.extend(&said.cites);
    let notes: String = said.cites.iter().map(|n| format!("[^{n}]")).collect();
    format!("{}{notes}", plain(&said.text))
}

/// The post-mortem.
pub fn markdown(case: &Case) -> String {
    let mut page = Page { case, out: String::new(), used: BTreeSet::new() };
    page.head();
    page.timeline();
    page.chapters("Detection", &["Users noticed"]);
    page.chapters("What we knew", &["Long before", "First murmurs", "What the system knew"]);
    page.chapters("What changed", &["What changed"]);
    page.suspects();
    page.chapters("How it spread", &["How it spread"]);
    page.chapters("Also noticed, not counted", &["Also noticed, not counted"]);
    page.blind_spots();
    page.questions();
    page.evidence();
    page.out
}

struct Page<'a> {
    case: &'a Case,
    out: String,
    used: BTreeSet<usize>,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn heading(&mut self, title: &str) {
        let gap = if self.out.ends_with("\n\n") { "" } else { "\n" };
        self.line(&format!("{gap}## {title}\n"));
    }

    fn head(&mut self) {
        let case = self.case;
        let incident = &case.story.incident;
        let users = dated(moment(case.times.users_at));
        let untitled =
            || format!("{} {users} UTC", if case.glance.asked { "What was seen up to" } else { "Incident of" });
        let title = incident.title.as_deref().map(plain).unwrap_or_else(untitled);
        self.line(&format!("# {title}\n"));
        let glance = &case.glance;
        self.line(&format!("> **{}**: {}.  ", plain(&glance.verdict), plain(&glance.whom)));
        self.line(&format!("> {}\n", sentence(&glance.early)));
        if let Some(closed) = case.closed() {
            self.line(&format!("{}\n", sentence(&closed)));
        }
        if let Some(summary) = &incident.summary {
            self.line(&format!("{}\n", plain(summary)));
        }
        self.line("| | |\n|---|---|");
        let noticed = dated(moment(case.times.noticed_at));
        let hurt = if glance.asked { format!("{users} UTC") } else { format!("{users} UTC, at the latest") };
        let told = case.times.told_at.map(|at| format!("{} UTC", dated(moment(at))));
        let rows = [
            ("Incident", incident.id.clone()),
            ("Service", incident.service.clone()),
            (if glance.asked { "Asked about" } else { "Users hurt from" }, Some(hurt)),
            ("Noticed", (!glance.asked).then(|| format!("{noticed} UTC"))),
            ("First alert delivered", told),
            ("Resolved", incident.resolved_at.clone()),
            ("First service to depart", glance.departed.clone()),
            ("Dragged along", joined(&case.story.blast_radius).filter(|_| glance.departed.is_some())),
            ("Past that was read", Some(glance.past.clone())),
        ];
        for (name, value) in rows {
            if let Some(value) = value {
                self.line(&format!("| {name} | {} |", plain(&value)));
            }
        }
    }

    /// Signals, changes and what users felt, in one order of time.
    fn timeline(&mut self) {
        self.heading("Timeline");
        let case = self.case;
        let mut rows: Vec<(i64, String)> = Vec::new();
        for number in &case.glance.chosen {
            let (row, signal) = (&case.rows[*number], &case.story.signals[*number]);
            let note = row.cites.first().map(|n| format!("[^{n}]")).unwrap_or_default();
            self.used.extend(row.cites.first());
            let (subject, detail) = (plain(&row.subject), plain(&row.detail));
            let what = format!("{}: {subject}. {detail} (strength {:.2}){note}", row.label, signal.strength);
            rows.push((case.times.signals[*number].detected, what));
        }
        let shown = CHANGES.max(case.glance.fitting);
        for (number, change) in case.changes.iter().enumerate().take(shown) {
            let notes: String = change.cites.iter().map(|n| format!("[^{n}]")).collect();
            self.used.extend(&change.cites);
            rows.push((case.times.changes[number], format!("change: {}{notes}", plain(&change.what))));
        }
        let hurt =
            if case.glance.asked { "the moment that is asked about" } else { "**users were hurt, at the latest**" };
        rows.push((case.times.users_at, hurt.into()));
        if case.times.noticed_at != case.times.users_at {
            rows.push((case.times.noticed_at, "noticed".into()));
        }
        rows.extend(case.times.told_at.map(|at| (at, "first alert delivered".to_string())));
        rows.sort();
        self.line("| UTC | before or after | what |\n|---|---|---|");
        for (at, what) in rows {
            let before = moment(case.times.users_at) - moment(at);
            let beside = match before {
                0 => "0".to_string(),
                b if b > 0 => format!("−{}", crate::spoken::column(b)),
                b => format!("+{}", crate::spoken::column(b)),
            };
            self.line(&format!("| {} | {beside} | {what} |", day_clock(moment(at))));
        }
    }

    /// The chapters of these titles, under one heading.
    fn chapters(&mut self, heading: &str, titles: &[&str]) {
        let case = self.case;
        let chapters: Vec<_> =
            case.story.chapters.iter().filter(|chapter| titles.contains(&chapter.title.as_str())).collect();
        if chapters.iter().all(|chapter| chapter.text.is_empty()) {
            return;
        }
        self.heading(heading);
        let list = heading.starts_with("Also");
        for chapter in chapters {
            let texts: Vec<String> = chapter.text.iter().map(|said| noted(said, &mut self.used)).collect();
            if list {
                texts.iter().for_each(|text| self.line(&format!("- {text}")));
            } else {
                self.line(&format!("{}\n", texts.join(" ")));
            }
        }
    }

    fn suspects(&mut self) {
        let suspects = &self.case.story.suspects;
        let none = suspects.no_change.score;
        let shown = suspects.changes.iter().zip(&self.case.changes).take(CHANGES);
        for (suspect, change) in shown {
            let why: Vec<String> = suspect.why.iter().map(|said| noted(said, &mut self.used)).collect();
            let text = format!("- **{:.2}** {}. {}", suspect.score, plain(&change.what), why.join(" "));
            self.line(&text);
        }
        self.line(&format!("- **{none:.2}** no change that we can see.\n"));
        self.line("These are an order of fits, not a verdict.");
    }

    fn blind_spots(&mut self) {
        if self.case.story.blind_spots.is_empty() {
            return;
        }
        self.heading("Blind spots");
        for spot in &self.case.story.blind_spots {
            let text = noted(&spot.why, &mut self.used);
            self.line(&format!("- {text}"));
        }
    }

    /// What only people can answer, with what is known beside each question.
    fn questions(&mut self) {
        self.heading("Why, and what now");
        self.line("*For people to write.* What this evidence says stands beside each question.\n");
        let questions = &self.case.story.questions;
        for (asked, said) in [
            ("Why was this state possible?", &questions.state),
            ("Why was the path not visible earlier?", &questions.path),
            ("Why was this combination of inputs allowed?", &questions.inputs),
        ] {
            let answer = Text { text: said.text.replacen(asked, "", 1).trim().to_string(), cites: said.cites.clone() };
            let answer = noted(&answer, &mut self.used);
            self.line(&format!("### {asked}\n\n{answer}\n\n- \n"));
        }
        self.line("### Actions\n");
        self.line("| what | who | until |\n|---|---|---|\n| | | |");
    }

    /// What the sentences cite, as footnotes.
    fn evidence(&mut self) {
        self.line("");
        for n in std::mem::take(&mut self.used) {
            let Some(cited) = self.case.story.evidence.get(n.wrapping_sub(1)) else { continue };
            let when = cited.time.as_deref().map(|time| format!("{}, ", plain(time))).unwrap_or_default();
            let place = format!("{}, {}", plain(&cited.source), plain(&cited.r#ref));
            let text: String = cited.text.chars().take(300).collect();
            let text = if text.is_empty() { text } else { format!(": \"{}\"", plain(&text)) };
            let closed =
                self.case.around.iter().find(|around| around.n == n).and_then(|around| around.cannot.as_deref());
            let closed = closed.map(|why| format!(" (cannot be opened: {})", plain(why))).unwrap_or_default();
            self.line(&format!("[^{n}]: {when}{place}{text}{closed}"));
        }
    }
}

fn joined(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(", "))
}

/// With a capital letter and a point.
fn sentence(text: &str) -> String {
    let text = plain(text);
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{}{end}", crate::spoken::capital(&text))
}

/// A note that fits into a chat: no table, no footnote.
pub fn brief(case: &Case) -> String {
    let glance = &case.glance;
    let mut out = String::new();
    if let Some(title) = &case.story.incident.title {
        let _ = writeln!(out, "**{}**\n", plain(title));
    }
    let _ = writeln!(out, "**{}**: {}. {}\n", plain(&glance.verdict), plain(&glance.whom), sentence(&glance.early));
    for number in &glance.chosen {
        let (row, signal) = (&case.rows[*number], &case.story.signals[*number]);
        let (when, subject, detail) = (plain(&row.when), plain(&row.subject), plain(&row.detail));
        let _ = writeln!(out, "- {when} · {}: {subject} · {detail} · {:.2}", row.label, signal.strength);
    }
    if !glance.chosen.is_empty() {
        out.push('\n');
    }
    for changed in &glance.changed {
        let _ = writeln!(out, "Changed: {}.  ", plain(&words::without_cites(changed)));
    }
    if !glance.cannot_see.is_empty() {
        let shown: Vec<String> = glance.cannot_see.iter().take(BRIEF_SPOTS).map(|spot| plain(spot)).collect();
        let _ = writeln!(out, "Cannot see: {}.", shown.join("; "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_no_markup() {
        assert_eq!(plain("<b>@all</b> #1 [x](http://y)"), "&lt;b&gt;&#64;all&lt;/b&gt; &#35;1 \\[x\\](http&#58;//y)");
        assert_eq!(plain("- item"), "&#8203;- item");
        assert_eq!(plain("1. item"), "&#8203;1. item");
        assert_eq!(plain("12 items at 19:20, 0.5 of pool_used"), "12 items at 19:20, 0.5 of pool_used");
        assert_eq!(plain("_x_ :smile: www.a.b"), "\\_x\\_ &#58;smile: www&#46;a.b");
    }
}
