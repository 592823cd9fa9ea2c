//! One story, told in every form: the same facts in all of them, read back from each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::expect_file;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;

use crate::program::{Case, Ran};

/// A story in every form.
pub struct Told {
    pub screen: String,
    pub full: String,
    pub md: String,
    pub brief: String,
    pub html: String,
    pub json: Value,
    pub story: String,
}

/// Tells a case in every form, into files as a user would.
pub fn told(case: &Case) -> Told {
    let file = |name: &str, more: &[&str]| {
        case.tell(&[&["-o", name], more].concat());
        std::fs::read_to_string(case.folder().join(name)).unwrap()
    };
    let json = file("told.json", &[]);
    let json = Ran { code: Some(0), out: json, err: String::new() }.json();
    Told {
        screen: case.tell(&[]).out,
        full: case.tell(&["--full"]).out,
        md: file("told.md", &[]),
        brief: file("brief.md", &["--brief"]),
        html: file("told.html", &[]),
        json,
        story: file("told.story", &[]),
    }
}

/// All kinds of incidents that are drilled.
pub fn kinds() -> Vec<&'static str> {
    drill::kinds().iter().map(|kind| kind.name).collect()
}

/// Words with single blanks between them, whatever the lines.
pub fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a page says: its text without tags, style and script.
fn words_of_html(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        for (open, close) in [("<style", "</style>"), ("<script", "</script>"), ("<title>", "</title>")] {
            if rest.starts_with(open) {
                rest = &rest[rest.find(close).unwrap()..];
            }
        }
        rest = &rest[rest.find('>').unwrap() + 1..];
        out.push(' ');
    }
    let out = out + rest;
    let out = out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    flowing(&out)
}

/// What a Markdown document says when it is rendered, with `[3]` for a footnote; and whatever in it is markup that no
/// document of ours has.
fn words_of_markdown(text: &str) -> (String, Vec<String>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let (mut out, mut odd) = (String::new(), Vec::new());
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Text(text) => out.push_str(&text),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            Event::FootnoteReference(n) => write!(out, " [{n}]").unwrap(),
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::Heading(_)) => out.push(' '),
            Event::Html(_) | Event::InlineHtml(_) | Event::Code(_) => odd.push(format!("{event:?}")),
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock) => {
                odd.push(format!("{event:?}"));
            }
            _ => {}
        }
    }
    (flowing(&out.replace('\u{200b}', "")), odd)
}

fn texts<'a>(value: &'a Value, found: &mut Vec<(&'a str, &'a [Value])>) {
    match value {
        Value::Object(fields) => match (fields.get("text"), fields.get("cites")) {
            (Some(text), Some(cites)) => found.push((text.as_str().unwrap(), cites.as_array().unwrap())),
            _ => fields.values().for_each(|value| texts(value, found)),
        },
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        _ => {}
    }
}

/// The facts of the JSON, looked for in every other form.
fn the_same_facts(told: &Told) {
    let json = &told.json;
    let (page, (md, odd)) = (words_of_html(&told.html), words_of_markdown(&told.md));
    let (brief, more) = words_of_markdown(&told.brief);
    assert!(odd.is_empty() && more.is_empty(), "foreign text became markup: {odd:?} {more:?}");
    let (full, screen) = (flowing(&told.full), flowing(&told.screen));

    every_sentence(json, &full, &md, &page);
    every_signal(told, &page);
    let saved: Value = serde_json::from_str(&told.story).unwrap();
    assert_eq!(saved["story"], *json, "what is saved is what is told");
    // The verdict, the shares and the moment stand in every form, short ones too.
    let verdict = saved["glance"]["verdict"].as_str().unwrap();
    let whom = flowing(saved["glance"]["whom"].as_str().unwrap());
    for (form, words) in [("screen", &screen), ("text", &full), ("Markdown", &md), ("note", &brief)] {
        assert!(words.contains(verdict) && words.contains(&whom), "{form}: {verdict}, {whom}\n{words}");
    }
    assert!(page.contains(&whom) && page.contains(&verdict.replace(": ", ", ").replace(", ", " , ")), "{verdict}");
    let share = json["suspects"]["no_change"]["score"].as_f64().unwrap();
    for (form, words) in [("text", &full), ("Markdown", &md), ("page", &page)] {
        assert!(words.contains(&format!("{share:.2} no change that we can see")), "{form}: {share}");
    }
    what_is_chosen(&saved, &screen, &[&brief, &md, &page]);
}

/// Every sentence of every chapter stands in all long forms, with what it cites.
fn every_sentence(json: &Value, full: &str, md: &str, page: &str) {
    let mut said = Vec::new();
    texts(&json["chapters"], &mut said);
    assert!(said.len() > 3, "{said:?}");
    for (text, cites) in said {
        let text = flowing(text);
        let cited = |between: &str| cites.iter().map(|n| format!("{between}[{n}]")).collect::<String>();
        assert!(full.contains(&format!("{text} {}", cited(""))), "not in the text: {text} {}", cited(""));
        assert!(md.contains(&format!("{text}{}", cited(" "))), "not in the Markdown: {text}{}\n{md}", cited(" "));
        assert!(page.contains(&text), "not on the page: {text}");
    }
    // The other sentences, as far as a form has them at all.
    let mut others = Vec::new();
    texts(&json["blind_spots"], &mut others);
    texts(&json["suspects"]["no_change"], &mut others);
    for (text, _) in others {
        for (form, words) in [("text", full), ("page", page)] {
            assert!(words.contains(&flowing(text)), "not in the {form}: {text}");
        }
    }
}

/// Every signal is on the page.
fn every_signal(told: &Told, page: &str) {
    for signal in told.json["signals"].as_array().unwrap() {
        let id = signal["id"].as_str().unwrap();
        assert!(told.html.contains(&format!("data-id=\"{id}\"")), "signal {id} is not on the page");
        assert!(page.contains(&flowing(signal["summary"].as_str().unwrap())), "{}", signal["summary"]);
    }
}

/// What is chosen for the screen stands in the other forms too.
fn what_is_chosen(saved: &Value, screen: &str, others: &[&String]) {
    for number in saved["glance"]["chosen"].as_array().unwrap() {
        let row = &saved["rows"][number.as_u64().unwrap() as usize];
        let (detail, label) = (row["detail"].as_str().unwrap(), row["label"].as_str().unwrap());
        let beginning: String = flowing(detail).chars().take(40).collect();
        assert!(screen.contains(&beginning) && screen.contains(label), "{detail}\n{screen}");
        assert!(others.iter().all(|form| form.contains(&flowing(detail))), "{detail}");
    }
}

/// What a page is made of, as far as it can be read at a glance: that it changed is seen here, what it looks like in
/// `browser.rs`.
fn digest(told: &Told) -> String {
    let count = |what: &str| told.html.matches(what).count();
    let mut out = String::new();
    let cites: BTreeSet<u64> =
        told.json["evidence"].as_array().unwrap().iter().filter_map(|e| e["n"].as_u64()).collect();
    for (what, number) in [
        ("sentences with citations", count("class=\"said\"")),
        ("signals", count("<details class=\"signal")),
        ("marks on the timeline", count("class=\"mark")),
        ("flags", count("class=\"flag")),
        ("charts", count("<figure class=\"chart\"")),
        ("calls", count("class=\"call")),
        ("pieces of evidence", cites.len()),
        ("kilobytes, in hundreds", told.html.len() / 100_000),
    ] {
        writeln!(out, "{number:>5} {what}").unwrap();
    }
    out
}

#[test]
fn every_drill_in_every_form_says_the_same() {
    for kind in kinds() {
        let case = Case::quick(kind, 11);
        let told = told(&case);
        the_same_facts(&told);
        let all = format!(
            "{}\n######## all of it\n\n{}\n######## Markdown\n\n{}\n######## a note\n\n{}\n######## the page\n\n{}",
            told.screen,
            told.full,
            told.md,
            told.brief,
            digest(&told)
        );
        expect_file![format!("told/{kind}.txt")].assert_eq(&all);
    }
}

#[test]
fn a_whole_drills_page_is_a_few_hundred_kilobytes() {
    let case = Case::of("batch", 12, drill::Settings::default());
    let told = told(&case);
    the_same_facts(&told);
    assert!(told.html.len() < 700_000, "{} bytes", told.html.len());
}

#[test]
fn text_that_would_be_markup_is_text_in_every_form() {
    let hostile = "<script>alert(1)</script> <img src=x onerror=alert(2)> [link](javascript:alert(3)) @everyone #1 \
                   http://evil.example/x `code` | cell | **bold** </style> ]]> --> \u{1b}[31mred\u{202e}";
    let place = Case::quick("pool", 11);
    let log = place.folder().join("evidence/checkout.log");
    let lines = std::fs::read_to_string(&log).unwrap();
    assert!(lines.contains("payments answered late for"), "the drill's words have changed: choose another line");
    std::fs::write(&log, lines.replace("payments answered late for", hostile)).unwrap();
    for name in ["told.html", "told.md", "told.story"] {
        place.tell(&["-o", name]);
    }
    let place = place.folder();
    let read = |name: &str| std::fs::read_to_string(place.join(name)).unwrap();
    let (html, md, story) = (read("told.html"), read("told.md"), read("told.story"));
    let (_, odd) = words_of_markdown(&md);
    assert!(odd.is_empty(), "{odd:?}");
    assert_eq!(html.matches("<script").count(), 1, "ours alone");
    assert_eq!(html.matches("</style>").count(), 1, "ours alone");
    assert!(!html.contains("<img") && html.contains("&lt;img"), "its text is told");
    for text in [&html, &md, &story] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "escape sequences are written out");
    }
    assert!(!md.contains("http://evil") && !md.contains("@everyone"), "{md}");
}
