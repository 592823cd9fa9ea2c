//! The tests that wait for every entry of the list.

use std::fmt::Write as _;
use std::io::Cursor;

use evidence::{Alert, AlertSilence, ChangeEvent, FileCoverage, LogBatch, Time};
use proptest::prelude::*;

use super::FORMATS;
use crate::form::{Format, Head};
use crate::fuzz::{By, Under, Way, check};
use crate::{Content, Given, Part, PointBatch, Settings, Source, SpanRecord, open_stdin, parse};

/// Everything that a source gives, told as the samples tell it: records, lines, complaints.
fn told(text: &[u8]) -> String {
    match read(text) {
        Ok((parts, coverage)) => tell(&parts, &coverage),
        Err(coverage) => format!("nothing\n{}", complaints(&coverage)),
    }
}

/// Reads a whole source.
fn read(text: &[u8]) -> Result<(Vec<Part>, FileCoverage), FileCoverage> {
    let settings = Settings { year: Some(2026), ..Settings::default() };
    let source = Source { name: "sample.log".into(), number: 3, given: Given::Guess, path: "".into() };
    let mut opened = open_stdin(Cursor::new(text.to_vec()), &source, &settings)?;
    let mut parts = Vec::new();
    while let Some(chunk) = opened.next_chunk() {
        parts.push(parse(opened.form(), &chunk));
    }
    let mut coverage = opened.coverage();
    parts.iter().for_each(|part| coverage.add(&part.coverage));
    Ok((parts, coverage))
}

fn tell(parts: &[Part], coverage: &FileCoverage) -> String {
    let mut out = String::new();
    for part in parts {
        match &part.content {
            Content::Logs(batch) => tell_logs(batch, &mut out),
            Content::Points(points) => tell_points(points, &mut out),
            Content::Spans(spans) => spans.iter().for_each(|SpanRecord { span, record, .. }| {
                let parent = span.parent.map_or("-".into(), |p| format!("{p:016x}"));
                let failed = if span.failed { " failed" } else { "" };
                let ms = span.duration() / 1_000_000;
                let (service, instance) = (dash(&span.service), dash(&span.instance));
                let (trace, id, name, start) = (span.trace, span.id, &span.name, span.start);
                let _ = writeln!(
                    out,
                    "{record} {trace:032x} {id:016x} {parent} {service} {instance} {name} {start} {ms}ms{failed}"
                );
            }),
            Content::Changes(changes) => changes.iter().for_each(|change| tell_change(change, &mut out)),
            Content::Alerts(alerts, silences) => tell_alerts(alerts, silences, &mut out),
            Content::Rules(n) => {
                let _ = writeln!(out, "{n} rules");
            }
            Content::Nothing => {}
        }
    }
    let _ = writeln!(out, "folded {}, blank {}", coverage.folded, coverage.blank);
    out + &complaints(coverage)
}

fn complaints(coverage: &FileCoverage) -> String {
    let words = |detail: &str| if detail.is_empty() { String::new() } else { format!(": {detail}") };
    let told =
        coverage.complaints.iter().map(|(kind, c)| format!("{kind:?} {} at {}{}\n", c.count, c.line, words(&c.detail)));
    told.collect()
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

fn time(time: Option<Time>, none: &str) -> String {
    time.map_or(none.to_string(), |t| t.to_string())
}

fn tell_logs(batch: &LogBatch, out: &mut String) {
    for record in batch.records() {
        let mark = if record.unparsed() { '!' } else { '|' };
        let (service, instance) = (dash(record.service()), dash(record.instance()));
        let message = String::from_utf8_lossy(record.message());
        let (line, severity) = (record.line(), record.severity());
        let _ =
            writeln!(out, "{line} {} {severity} {service} {instance} {mark} {message}", time(record.time(), "none"));
    }
}

fn tell_points(points: &PointBatch, out: &mut String) {
    for point in &points.rows {
        let series = &points.series[point.series as usize];
        let labels = if series.labels.is_empty() { String::new() } else { format!(" {}", series.labels) };
        let (service, instance, metric) = (dash(&series.service), dash(&series.instance), &series.metric);
        let _ = writeln!(out, "{} {} {service} {instance} {metric}{labels} = {}", point.line, point.time, point.value);
    }
}

fn tell_alerts(alerts: &[Alert], silences: &[AlertSilence], out: &mut String) {
    for alert in alerts {
        let (service, end) = (alert.service.as_deref().unwrap_or("-"), time(alert.ends_at, "-"));
        let _ = writeln!(out, "{} {} {service} {} {end}", alert.record, alert.name, alert.starts_at);
    }
    for silence in silences {
        let (comment, end) = (dash(&silence.comment), time(silence.ends_at, "-"));
        let _ = writeln!(out, "{} silence {silence} {comment} {} {end}", silence.record, silence.starts_at);
    }
}

fn tell_change(change: &ChangeEvent, out: &mut String) {
    let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "-".into());
    let known = change.deployed_at.map_or(String::new(), |t| format!(" known at {t}"));
    let (service, reference, summary) = (text(&change.service), text(&change.reference), text(&change.summary));
    let (record, line, time, kind, files) = (change.record, change.line, change.time, change.kind, &change.files);
    let _ = writeln!(out, "{record} {line} {time} {kind} {service} {reference} {summary} {files:?}{known}");
}

#[test]
fn every_sample_is_read_as_it_says() {
    for format in FORMATS {
        assert!(!format.samples.is_empty(), "{} has no sample", format.name);
        for sample in format.samples {
            let found = told(sample.text.as_bytes());
            assert_eq!(found, sample.records, "{}:\n{}\nfound:\n{found}", format.name, sample.text);
        }
    }
}

#[test]
fn no_other_format_claims_a_sample_more_strongly() {
    for (format, sample) in FORMATS.iter().flat_map(|f| f.samples.iter().map(move |s| (f, s))) {
        let head = Head { bytes: sample.text.as_bytes(), whole: true, name: "sample.log" };
        let score = |f: &Format| (f.detect)(&head);
        let own = score(format);
        for other in FORMATS.iter().filter(|other| other.name != format.name) {
            assert!(score(other) < own, "{} claims a sample of {}: {}", other.name, format.name, sample.text);
        }
    }
}

#[test]
fn every_format_has_a_name_of_its_own_and_a_manual_page() {
    let mut names: Vec<&str> = FORMATS.iter().map(|f| f.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FORMATS.len());
    for format in FORMATS {
        let page = format.manual();
        assert!(page.starts_with("# ") && page.ends_with('\n') && page.lines().count() > 3, "{}", format.name);
        assert!(!page.contains("use std"), "{}", format.name);
    }
}

/// What must hold whatever the bytes, read in chunks of that size too.
fn holds(text: &[u8], given: Given, chunk_bytes: usize) {
    let way = Way { by: By::Given(given), under: Under::Defaults, chunk_bytes };
    if let Err(words) = check(text, way) {
        panic!("{way:?}: {words}\n{:?}", String::from_utf8_lossy(text));
    }
}

const GIVENS: [Given; 6] = [Given::Guess, Given::Logs, Given::Metrics, Given::Traces, Given::Changes, Given::Alerts];

#[test]
fn a_sample_that_is_cut_anywhere_complains_and_loses_no_line() {
    for sample in FORMATS.iter().flat_map(|f| f.samples) {
        for end in 0..sample.text.len() {
            if sample.text.is_char_boundary(end) {
                holds(&sample.text.as_bytes()[..end], Given::Guess, 120);
            }
        }
        GIVENS.iter().for_each(|given| holds(sample.text.as_bytes(), *given, 120));
    }
}

proptest! {
    #[test]
    fn fuzz_a_byte_changed_in_a_sample_loses_no_line(
        sample in proptest::sample::select(FORMATS.iter().flat_map(|f| f.samples.iter().map(|s| s.text)).collect::<Vec<_>>()),
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = sample.as_bytes().to_vec();
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        holds(&bytes, Given::Guess, 120);
    }

    #[test]
    fn fuzz_any_bytes_at_all_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300), given in proptest::sample::select(GIVENS.to_vec())) {
        holds(&bytes, given, 17);
        for number in 0..FORMATS.len() {
            let way = Way { by: By::Format(number), ..Way::PLAIN };
            prop_assert_eq!(check(&bytes, way).err(), None);
        }
    }
}
