//! The case as one page that opens offline: nothing is fetched, nothing from evidence can become markup.
//!
//! From the top: the verdict; the timeline; the story in a column with what each sentence cites beside it; each signal with
//! its series; who calls whom. All of it can be read without the script, which only filters, and lights what belongs
//! together. The page's content policy allows its own style and script by their hashes, and nothing else.

mod chart;
mod map;
mod timeline;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use ::signal::budget;

use crate::case::{Case, moment};
use crate::document::story::Text;
use crate::spoken::{counted, dated, day_clock, number};
use crate::text::chapter_when;
use crate::words;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Evidence that one sentence shows beside it; the rest is in the list at the end.
const BESIDE: usize = 6;
/// Of a line that stands beside a cited one so many characters are shown.
const BESIDE_CHARS: usize = 140;
/// Changes that are told with their reasons.
const CHANGES: usize = 8;
/// Things ruled out that are told.
const RULED_OUT: usize = 20;
/// Complaints of one file that are told.
const COMPLAINTS: usize = 12;

/// A hash as content policies have it.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// The page.
pub fn page(case: &Case) -> String {
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let title = case.story.incident.title.clone().unwrap_or_else(|| case.glance.verdict.clone());
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title) " · backstory" }
                // Both are ours, and known when the program is built.
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#story" { "To the story" }
                (head(case))
                main {
                    (timeline::figure(case))
                    (story(case))
                    (signals(case))
                    (map::figure(case))
                    (suspects(case))
                    (questions(case))
                    (blind_spots(case))
                    (evidence(case))
                    (coverage(case))
                }
                (foot(case))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut page = markup.into_string();
    page.push('\n');
    page
}

fn head(case: &Case) -> Markup {
    let glance = &case.glance;
    let (verdict, kind) = match glance.verdict.split_once([':', ',']) {
        Some((verdict, kind)) => (verdict, Some(kind.trim())),
        None => (glance.verdict.as_str(), None),
    };
    let fitting = glance.fitting;
    html! {
        header {
            @if let Some(title) = &case.story.incident.title { p.incident { (title) } }
            h1 class=(case.story.knew.verdict) {
                (verdict)
                @if let Some(kind) = kind { span.kind { ", " (kind) } }
            }
            p.whom { (glance.whom) "." }
            p.early { (ended(&crate::spoken::capital(&glance.early))) }
            @if !glance.chosen.is_empty() {
                ol.glance {
                    @for number in &glance.chosen { (glanced(case, *number)) }
                }
            }
            dl.facts {
                dt { "Changed" }
                dd {
                    @for (n, line) in glance.changed.iter().enumerate() {
                        p.fits[n < fitting] { (words::without_cites(line)) }
                    }
                }
                @if !glance.cannot_see.is_empty() {
                    dt { "Cannot see" }
                    dd { (glance.cannot_see.iter().take(4).cloned().collect::<Vec<_>>().join("; ")) }
                }
                dt { "Past" }
                dd { (glance.past) }
            }
        }
    }
}

/// A sentence's end, where it has none.
fn ended(text: &str) -> String {
    if text.ends_with('.') { text.to_string() } else { format!("{text}.") }
}

/// A signal at a glance, and its series as a small line.
fn glanced(case: &Case, number: usize) -> Markup {
    let (row, signal) = (&case.rows[number], &case.story.signals[number]);
    html! {
        li.pain[signal.pain] {
            span.when { (row.when) }
            a.what href={ "#s" (number) } { span.label { (row.label) } " " (row.subject) }
            span.detail { (row.detail) }
            (chart::small(case, number))
            span.strength title="strength: 0.5 is one false signal in a fortnight" { (format!("{:.2}", signal.strength)) }
        }
    }
}

fn story(case: &Case) -> Markup {
    html! {
        section #story aria-labelledby="story-title" {
            h2 #story-title { "The story" }
            @for (number, chapter) in case.story.chapters.iter().enumerate() {
                @if !chapter.text.is_empty() {
                    div.chapter {
                        h3 { (chapter.title) " " span.times { (chapter_when(case, number)) } }
                        @for text in &chapter.text { (said(case, text)) }
                    }
                }
            }
        }
    }
}

/// A sentence, and beside it what it cites.
fn said(case: &Case, text: &Text) -> Markup {
    let cites: Vec<String> = text.cites.iter().map(usize::to_string).collect();
    html! {
        div.said data-cites=(cites.join(" ")) {
            p { (text.text) }
            @if !text.cites.is_empty() {
                details.cites {
                    summary {
                        span.sr { "Evidence " }
                        @for (n, cite) in text.cites.iter().enumerate().take(BESIDE) {
                            @if n > 0 { " " }
                            span.n { (cite) }
                        }
                        @if text.cites.len() > BESIDE { " and " (text.cites.len() - BESIDE) " more" }
                    }
                    @for cite in text.cites.iter().take(BESIDE) { (cited(case, *cite, true)) }
                    @if text.cites.len() > BESIDE {
                        p { a href={ "#e" (text.cites[BESIDE]) } { "The rest stands in the list of evidence" } "." }
                    }
                }
            }
        }
    }
}

/// A piece of evidence with the lines around it.
fn cited(case: &Case, n: usize, with_lines: bool) -> Markup {
    let Some(evidence) = case.story.evidence.get(n.wrapping_sub(1)) else { return html! {} };
    let around = case.around.iter().find(|around| around.n == n);
    html! {
        div.evidence {
            p.place {
                a href={ "#e" (n) } { (n) }
                " " (evidence.source) ", " (evidence.r#ref)
                @if let Some(time) = &evidence.time { " " time datetime=(time) { (time) } }
            }
            @match around.filter(|around| with_lines && !around.lines.is_empty()) {
                Some(around) => {
                    pre.lines tabindex="0" {
                        @for (line, text) in &around.lines {
                            @let here = *line == around.line;
                            span.line.here[here] { span.no { (line) } (if here { text.clone() } else { beginning(text) }) "\n" }
                        }
                    }
                }
                None => @if !evidence.text.is_empty() { pre.lines tabindex="0" { span.line.here { (evidence.text) } } }
            }
            @if let Some(why) = around.and_then(|around| around.cannot.as_deref()) {
                p.closed { "It cannot be opened: " (why) "." }
            }
        }
    }
}

/// The beginning of a line that stands beside another.
fn beginning(text: &str) -> String {
    if text.chars().count() <= BESIDE_CHARS {
        return text.to_string();
    }
    text.chars().take(BESIDE_CHARS).chain(['…']).collect()
}

/// Every signal by service, strongest services first, each with its series.
fn signals(case: &Case) -> Markup {
    let lanes = timeline::lanes(case);
    if lanes.is_empty() {
        return html! {};
    }
    html! {
        section #signals aria-labelledby="signals-title" {
            h2 #signals-title { "Signals" }
            form.filter hidden {
                label { "Service "
                    select name="service" {
                        option value="" { "all" }
                        @for lane in &lanes { option value=(lane.service) { (lane.name()) } }
                    }
                }
                label { "Strength from "
                    input type="range" name="strength" min="0" max="1" step="0.05" value="0" aria-describedby="strength-says";
                }
                output #strength-says { "0.00" }
                span.count role="status" {}
            }
            @for lane in &lanes {
                div.lane data-service=(lane.service) {
                    h3 { (lane.name()) }
                    @let (shown, weak): (Vec<usize>, Vec<usize>) = lane.signals.iter().partition(|n| is_shown(case, **n));
                    @for number in &shown { (signal(case, *number)) }
                    @if !weak.is_empty() {
                        details.weak {
                            summary { (counted(weak.len() as u64, "weaker signal")) }
                            @for number in &weak { (signal(case, *number)) }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a signal ever was strong enough to be shown to people.
fn is_shown(case: &Case, number: usize) -> bool {
    case.story.signals[number].peak_strength >= budget::SHOWN
}

/// What departed, below the heading that says whose it is.
fn within<'a>(subject: &'a str, service: &str) -> &'a str {
    subject.strip_prefix(service).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(subject)
}

fn signal(case: &Case, number: usize) -> Markup {
    let (row, signal) = (&case.rows[number], &case.story.signals[number]);
    let cites: Vec<String> = row.cites.iter().map(usize::to_string).collect();
    let service = signal.subject.service.as_deref().unwrap_or_default();
    let times = &case.times.signals[number];
    html! {
        details.signal.pain[signal.pain].counts[row.counts] #{ "s" (number) } data-id=(signal.id) data-service=(service)
            data-strength=(format!("{:.3}", signal.strength)) data-cites=(cites.join(" ")) {
            summary {
                span.when { (row.when) }
                span.label { (row.label) }
                span.subject { (within(&row.subject, service)) }
                span.strength { (format!("{:.2}", signal.strength)) }
            }
            p { (signal.summary) "." }
            (chart::figure(case, number))
            dl {
                dt { "Raised" } dd { (day_clock(moment(times.detected))) " UTC" }
                dt { "Began" } dd { (onset(times.onset)) }
                @if let Some(end) = times.ended { dt { "Over" } dd { (day_clock(moment(end))) " UTC" } }
                dt { "Its like" } dd { (row.base_rate) }
                @if signal.peak_strength > signal.strength { dt { "Grew to" } dd { (format!("{:.2}", signal.peak_strength)) } }
                @if signal.members.len() > 1 {
                    dt { "With it" }
                    dd { (signal.members.iter().skip(1).take(8).map(|m| m.name.clone()).collect::<Vec<_>>().join("; "))
                        @if signal.members.len() > 9 { " and " (signal.members.len() - 9) " more" } }
                }
                dt { "Kind" } dd { code { (signal.kind) } " " code { (signal.id) } }
            }
            @for cite in row.cites.iter().take(BESIDE) { (cited(case, *cite, is_shown(case, number))) }
        }
    }
}

fn onset((low, high): (i64, i64)) -> String {
    let (low, high) = (moment(low), moment(high));
    if low == high {
        return format!("{} UTC", day_clock(low));
    }
    format!("between {} and {} UTC, seen from later", day_clock(low), words::near(high, low))
}

fn suspects(case: &Case) -> Markup {
    let suspects = &case.story.suspects;
    let ruled_out = &case.story.ruled_out;
    html! {
        section #suspects aria-labelledby="suspects-title" {
            h2 #suspects-title { "Suspects" }
            p.note { "An order of fits, not a verdict. The shares of all changes and of no change sum to one." }
            div.chapter {
                @for (suspect, change) in suspects.changes.iter().zip(&case.changes).take(CHANGES) {
                    (share(suspect.score, &change.what))
                    @for why in &suspect.why { (said(case, why)) }
                }
                @if suspects.changes.len() > CHANGES {
                    p.note { "And " (suspects.changes.len() - CHANGES) " more, each with less." }
                }
                (share(suspects.no_change.score, "no change that we can see"))
                @for why in &suspects.no_change.why { (said(case, why)) }
            }
            @if !suspects.services.is_empty() {
                h3 { "Services, by who departed first" }
                div.chapter {
                    @for service in &suspects.services {
                        (share(service.score, &service.service))
                        @for why in &service.why { (said(case, why)) }
                    }
                }
            }
            @if !ruled_out.is_empty() {
                h3 { "Ruled out" }
                div.chapter {
                    @for ruled in ruled_out.iter().take(RULED_OUT) {
                        (said(case, &Text { text: format!("{}: {}", ruled.what, ruled.why.text), cites: ruled.why.cites.clone() }))
                    }
                    @if ruled_out.len() > RULED_OUT { p.note { "And " (ruled_out.len() - RULED_OUT) " more." } }
                }
            }
        }
    }
}

/// A share as a number and a bar.
fn share(score: f64, what: &str) -> Markup {
    let width = number((score.clamp(0.0, 1.0) * 1000.0).round() / 10.0);
    html! {
        p.share {
            span.strength { (format!("{score:.2}")) }
            svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" { rect width=(width) height="4" {} }
            span { (what) }
        }
    }
}

fn questions(case: &Case) -> Markup {
    let questions = &case.story.questions;
    html! {
        section #questions aria-labelledby="questions-title" {
            h2 #questions-title { "The three questions" }
            div.chapter {
                @for text in [&questions.state, &questions.path, &questions.inputs] { (said(case, text)) }
            }
        }
    }
}

fn blind_spots(case: &Case) -> Markup {
    if case.story.blind_spots.is_empty() {
        return html! {};
    }
    html! {
        section #blind aria-labelledby="blind-title" {
            h2 #blind-title { "What could not be seen" }
            div.chapter {
                @for spot in &case.story.blind_spots { (said(case, &spot.why)) }
            }
        }
    }
}

fn evidence(case: &Case) -> Markup {
    html! {
        section #evidence aria-labelledby="evidence-title" {
            h2 #evidence-title { "Evidence" }
            ol.all {
                @for (n, evidence) in case.story.evidence.iter().enumerate() {
                    li #{ "e" (n + 1) } value=(n + 1) {
                        span.place { (evidence.source) ", " (evidence.r#ref) }
                        @if let Some(time) = &evidence.time { " " time datetime=(time) { (time) } }
                        @if !evidence.text.is_empty() { code { (evidence.text) } }
                    }
                }
            }
        }
    }
}

fn coverage(case: &Case) -> Markup {
    let coverage = &case.story.coverage;
    html! {
        section #coverage aria-labelledby="coverage-title" {
            h2 #coverage-title { "What was read" }
            div.scroll tabindex="0" role="region" aria-label="Table of what was read" {
                table {
                    thead { tr { th scope="col" { "File" } th scope="col" { "Read as" } th.num scope="col" { "Records" } th scope="col" { "Not understood" } } }
                    tbody {
                        @for file in &coverage.files {
                            tr {
                                td { (file.path) }
                                td { (file.kind) }
                                td.num { (number(file.records as f64)) }
                                td {
                                    @for complaint in file.complaints.iter().take(COMPLAINTS) {
                                        p { (number(complaint.count as f64)) " " (complaint.what)
                                            @if let Some(line) = complaint.line { ", first at line " (line) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @for (limit, dropped) in &coverage.limits {
                p { "Limit " (limit) " reached: " (number(*dropped as f64)) " dropped." }
            }
        }
    }
}

fn foot(case: &Case) -> Markup {
    html! {
            footer {
                p {
                    "All times are UTC. Told by backstory " (case.program) " of evidence up to "
                    (case.times.span.map_or_else(String::new, |(_, end)| dated(moment(end)))) "."
                    @if case.redacted { " Secrets are hidden." } @else { " Secrets were not hidden." }
    @if let Some(closed) = case.closed() { " " (closed) "." }
                }
                p { "A strength of 0.5 means: were all this nothing, one such signal in a fortnight, however much is watched." }
            }
        }
}
