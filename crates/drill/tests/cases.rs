//! What every case must be: the same bytes again, evidence that its forms allow, ordinary life in it, and an incident that
//! changes what it says it changes and nothing else.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what fails here is a failed test")]

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use drill::{Cut, Plan, Settings, Truth, Written};
use evidence::{DAY, Hasher, Time};
use expect_test::expect;
use serde_json::Value;
use tempfile::TempDir;

/// A case on disk, gone when it is dropped.
struct Case {
    folder: TempDir,
    written: Written,
    points: OnceCell<Vec<Point>>,
}

impl Case {
    fn of(kind: &str, seed: u64, settings: Settings, cut: Cut) -> Case {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan { incident: drill::kind(kind).unwrap(), seed, settings, cut };
        let written = drill::write(&plan, folder.path()).unwrap();
        Case { folder, written, points: OnceCell::new() }
    }

    fn small(kind: &str) -> Case {
        Case::of(kind, 1, Settings::small(), Cut::Whole)
    }

    fn whole(kind: &str, seed: u64) -> Case {
        Case::of(kind, seed, Settings::default(), Cut::Whole)
    }

    fn truth(&self) -> &Truth {
        &self.written.truth
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    fn text(&self, name: &str) -> String {
        let bytes = self.bytes(&format!("evidence/{name}"));
        String::from_utf8(if name.ends_with(".gz") { unpacked(&bytes) } else { bytes }).unwrap()
    }

    fn logs(&self) -> impl Iterator<Item = (&str, String)> {
        let names = self.written.files.iter().map(|f| f.name.as_str()).filter(|n| n.contains(".log"));
        names.map(|name| (name, self.text(name)))
    }

    fn changes(&self) -> Vec<Value> {
        // What is cut to two hours may hold none.
        if !self.written.files.iter().any(|f| f.name == "changes.jsonl") {
            return Vec::new();
        }
        self.text("changes.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    fn points(&self) -> &[Point] {
        self.points.get_or_init(|| self.text("metrics.csv").lines().skip(1).map(Point::of).collect())
    }

    /// The evening means of a metric (17 to 21 h), for each working day.
    fn evenings(&self, metric: &str) -> BTreeMap<String, f64> {
        let mut days: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for p in self.points().iter().filter(|p| p.metric == metric) {
            if (17..21).contains(&p.hour()) && !is_weekend(&p.at) {
                days.entry(p.at[..10].to_string()).or_default().push(p.value);
            }
        }
        days.into_iter().map(|(day, values)| (day, mean(&values))).collect()
    }
}

struct Point {
    at: String,
    service: String,
    metric: String,
    instance: String,
    value: f64,
}

impl Point {
    fn of(row: &str) -> Point {
        let columns: Vec<&str> = row.split(',').collect();
        let [at, service, metric, instance, value] = columns[..] else { panic!("{row}") };
        let text = str::to_string;
        Point {
            at: text(at),
            service: text(service),
            metric: text(metric),
            instance: text(instance),
            value: value.parse().unwrap(),
        }
    }

    fn hour(&self) -> u32 {
        self.at[11..13].parse().unwrap()
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    (values.iter().map(|v| (v - middle) * (v - middle)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

fn is_weekend(rfc3339: &str) -> bool {
    let number = |range: std::ops::Range<usize>| rfc3339[range].parse::<i32>().unwrap();
    let days = evidence::Civil::days_of(number(0..4), number(5..7) as u8, number(8..10) as u8);
    (days + 3).rem_euclid(7) >= 5
}

/// The text of a gzip file whose blocks are all stored.
fn unpacked(gzip: &[u8]) -> Vec<u8> {
    let (mut at, mut text) = (10, Vec::new());
    loop {
        let last = gzip[at] == 1;
        let length = usize::from(u16::from_le_bytes([gzip[at + 1], gzip[at + 2]]));
        text.extend(&gzip[at + 5..at + 5 + length]);
        at += 5 + length;
        if last {
            return text;
        }
    }
}

/// The moment of a log line's head as text that sorts by time, or `None` for a line that goes on.
fn moment(line: &str) -> Option<String> {
    if let Some(json) = line.strip_prefix('{') {
        let time = json.split("\"time\":\"").nth(1).map(|t| t[..23].to_string());
        let seconds = || json.split("\"ts\":").nth(1).and_then(|t| t[..14].parse::<f64>().ok());
        return time.or_else(|| seconds().map(|s| Time((s * 1e9) as i64).to_string()));
    }
    let dated =
        line.len() > 22 && line.as_bytes()[..4].iter().all(u8::is_ascii_digit) && line[10..11].contains(['T', ' ']);
    dated.then(|| line[..23].replace('/', "-").replace(' ', "T").replace(',', "."))
}

#[test]
fn the_list_is_in_order() {
    let names: Vec<&str> = drill::kinds().iter().map(|k| k.name).collect();
    expect![[r#"["pool", "leak", "retries", "certificate", "input", "batch", "provider", "surge", "onepod", "promise", "silent", "quiet"]"#]].assert_eq(&format!("{names:?}"));
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for kind in drill::kinds() {
        assert!(kind.story.len() > 20, "{} tells no story", kind.name);
        assert_eq!(drill::kind(kind.name).map(|k| k.name), Some(kind.name));
    }
    assert!(drill::kind("nothing of the kind").is_none());
}

#[test]
fn the_same_plan_gives_the_same_bytes_everywhere() {
    let of = |case: &Case, with_report: bool| {
        let mut hasher = Hasher::new("drill", 1);
        let mut names: Vec<String> = case.written.files.iter().map(|f| format!("evidence/{}", f.name)).collect();
        // The names in there are the hashes of all that is in the repository.
        names.extend(["repository.git/packed-refs", "staging/metrics.csv", "staging/checkout.log"].map(str::to_string));
        names.extend(["truth.json", "rules.yaml", "alerts.json"].map(str::to_string));
        names.extend(with_report.then(|| "incident.yaml".to_string()));
        for name in names {
            hasher.text(&name).bytes(&case.bytes(&name));
        }
        hasher.id().to_string()
    };
    // Whoever changes these changes every figure that was ever printed about a drill: say so where the figures stand.
    let all: String = drill::kinds()
        .iter()
        .map(|k| format!("{} {}\n", k.name, of(&Case::small(k.name), k.name != "quiet")))
        .collect();
    expect![[r#"
        pool cc3367416b8a55e4906bece41d4c5ee1
        leak b50bacafb754c19623569df990ebc3c3
        retries 55f3c0fd97ea98bda7105df3f6a3fe7c
        certificate adb509705972e000f590c47915b9827f
        input d011de0c44d47f5e7b6628cde7cb851e
        batch 71d84f4336028b2bcfd693e88f79c483
        provider 64fbdc6b396783e57a8630ea611f4d3b
        surge 3eca92e72511c02d9966e3847c16eed0
        onepod 8864784032fbd4415bb21c5c088cc700
        promise 394bc831937e2468dd8bad476dc5bf23
        silent c5ad47565430796279e8eaaddbadf224
        quiet 1ede4280c6dd7a93fe4264159dad3445
    "#]]
    .assert_eq(&all);
    let other = Case::of("quiet", 2, Settings::small(), Cut::Whole);
    assert_ne!(of(&Case::small("quiet"), false), of(&other, false));
}

#[test]
fn each_kind_is_true_whole_and_cut() {
    // One test, so that each world is made once.
    let quiet = Case::whole("quiet", 14);
    let ordinary: String = quiet.logs().map(|(_, text)| text.to_lowercase()).collect();
    for kind in drill::kinds() {
        let whole = Case::of(kind.name, 3, Settings::small(), Cut::Whole);
        the_truth_agrees_with_the_report(&whole);
        the_truth_names_changes_that_are_there(&whole);
        no_ordinary_line_has_the_words_of_a_precursor(&whole, &ordinary);
        for (cut, before) in [(Cut::TwoHours, 2 * evidence::HOUR), (Cut::Day, DAY), (Cut::ThreeDays, 3 * DAY)] {
            let cut = Case::of(kind.name, 3, Settings::small(), cut);
            the_truth_agrees_with_the_report(&cut);
            what_is_cut_begins_late_and_keeps_the_incident(&whole, &cut, before);
        }
    }
}

fn the_truth_agrees_with_the_report(case: &Case) {
    let read: Truth = serde_json::from_slice(&case.bytes("truth.json")).unwrap();
    let kind = &read.kind;
    assert_eq!(&read, case.truth());
    assert_eq!(read.noticed_at.is_some(), case.written.incident.is_some(), "{kind}");
    assert_eq!(read.silent, read.culprit.is_some() && read.precursors.is_empty(), "{kind}");
    assert!(read.silent || read.users_hurt_at.is_none() || !read.precursors.is_empty(), "{kind}");
    let forms = ["log new", "log more", "log moved", "metric moved", "metric more", "trace moved"];
    let form = |p: &drill::Precursor| format!("{} {}", p.kind, p.form);
    assert!(read.precursors.iter().all(|p| forms.contains(&form(p).as_str())), "{kind}");
    let (Some(hurt), Some(noticed)) = (read.users_hurt_at, read.noticed_at) else { return };
    assert!(hurt <= noticed && noticed < read.end, "{kind}");
    assert!(read.precursors.iter().all(|p| p.onset < hurt), "{kind}");
    let report = String::from_utf8(case.bytes("incident.yaml")).unwrap();
    assert!(report.contains(&format!("noticed_at: {noticed}\n")), "{report}");
    assert!(!report.contains("started_at") && !report.contains("cause"), "people do not know that: {report}");
}

fn the_truth_names_changes_that_are_there(case: &Case) {
    let truth = case.truth();
    let known: BTreeSet<String> = case.changes().iter().map(|c| c["ref"].as_str().unwrap().to_string()).collect();
    let mut said: Vec<&String> = truth.innocent.iter().chain(&truth.remedies).chain(&truth.culprit).collect();
    said.sort();
    assert!(said.iter().copied().eq(&known), "{}: {said:?} {known:?}", truth.kind);
}

fn no_ordinary_line_has_the_words_of_a_precursor(case: &Case, ordinary: &str) {
    for precursor in case.truth().precursors.iter().filter(|p| p.form == "new") {
        precursor.what.iter().for_each(|word| assert!(!ordinary.contains(word), "{}: {word}", case.truth().kind));
    }
}

fn what_is_cut_begins_late_and_keeps_the_incident(whole: &Case, cut: &Case, before: evidence::Nanos) {
    let (truth, all) = (cut.truth(), whole.truth());
    let kind = &truth.kind;
    let incident = if all.silent { all.noticed_at } else { all.users_hurt_at };
    let from = incident.unwrap_or(all.end) + -before;
    assert_eq!((truth.start, truth.end, truth.users_hurt_at), (from, all.end, all.users_hurt_at), "{kind}");
    assert_eq!((&truth.precursors, &truth.remedies), (&all.precursors, &all.remedies), "{kind}");
    let shown = cut.changes().iter().any(|c| c["ref"].as_str() == truth.culprit.as_deref());
    assert_eq!(truth.culprit_shown, shown, "{kind}");
    let from = from.to_string();
    for (name, text) in cut.logs() {
        assert!(text.lines().filter_map(moment).all(|at| at.as_str() >= &from[..19]), "{kind}: {name}");
        assert!(whole.text(name).ends_with(&text), "{kind}: {name}: what is left is left as it was");
    }
    assert!(cut.points().iter().all(|p| p.at >= from), "{kind}");
}

#[test]
fn the_evidence_has_the_forms_that_were_agreed() {
    let case = Case::small("pool");
    for (name, text) in case.logs() {
        let json = text.starts_with('{');
        for line in text.lines() {
            let headless = !json
                && (line.starts_with("Traceback")
                    || line.starts_with([' ', '\t'])
                    || line.contains("Timeout: ")
                    || line.contains("Exception: "));
            assert_eq!(moment(line).is_none(), headless, "{name}: {line}");
            assert!(!json || serde_json::from_str::<Value>(line).is_ok(), "{name}: {line}");
            assert!(!line.contains(['{', '}']) || json, "{name}: a place was left empty: {line}");
        }
    }
    let points = case.points();
    assert!(points.is_sorted_by(|a, b| a.at <= b.at) && points.iter().all(|p| p.value.is_finite() && p.value >= 0.0));
    for change in case.changes() {
        assert!(change["time"].is_string() && change["kind"].is_string(), "{change}");
    }
}

#[test]
fn spans_stand_in_their_callers_and_end_after_they_began() {
    let case = Case::small("pool");
    let mut services = BTreeSet::new();
    for line in case.text("traces.jsonl").lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let mut ids = BTreeSet::new();
        let mut parents = BTreeSet::new();
        for resource in request["resourceSpans"].as_array().unwrap() {
            services
                .insert(resource["resource"]["attributes"][0]["value"]["stringValue"].as_str().unwrap().to_string());
            for span in resource["scopeSpans"][0]["spans"].as_array().unwrap() {
                let nanos = |key: &str| span[key].as_str().unwrap().parse::<i64>().unwrap();
                assert!(nanos("startTimeUnixNano") < nanos("endTimeUnixNano"), "{span}");
                ids.insert(span["spanId"].as_str().unwrap());
                parents.extend(span["parentSpanId"].as_str());
            }
        }
        assert!(parents.is_subset(&ids), "{line}");
    }
    assert_eq!(services.len(), 6, "{services:?}");
}

#[test]
fn three_weeks_are_as_much_as_was_agreed() {
    let case = Case::whole("quiet", 11);
    let records =
        |part: &str| case.written.files.iter().filter(|f| f.name.contains(part)).map(|f| f.records).sum::<usize>();
    assert!((60_000..150_000).contains(&records(".log")), "{}", records(".log"));
    assert!((150_000..260_000).contains(&records("metrics")), "{}", records("metrics"));
    assert!((2_000..12_000).contains(&records("traces")), "{}", records("traces"));
    assert!((30..120).contains(&records("changes")), "{}", records("changes"));
    let bytes: usize = case.written.files.iter().map(|f| f.bytes).sum();
    assert!(bytes < 50_000_000, "{bytes}");
}

#[test]
fn quiet_weeks_are_restless() {
    let case = Case::whole("quiet", 12);
    let what: BTreeSet<&str> = case.truth().ordinary.iter().map(|o| o.what.as_str()).collect();
    for expected in
        ["deploy", "restart", "replicas", "setting", "slow provider", "busier", "no logs", "no metrics", "operator"]
    {
        assert!(what.contains(expected), "no {expected}");
    }
    let points = case.points();
    let requests = |weekend| {
        points
            .iter()
            .filter(|p| p.metric == "requests_per_second" && is_weekend(&p.at) == weekend)
            .map(|p| p.value)
            .collect::<Vec<_>>()
    };
    let quieter = mean(&requests(true)) / mean(&requests(false));
    assert!((0.6..0.85).contains(&quieter), "a weekend is {quieter} of a working day");
    let pods: BTreeSet<&str> =
        points.iter().filter(|p| p.metric == "heap_used_ratio").map(|p| p.instance.as_str()).collect();
    assert!(pods.len() >= 9, "names change with every release: {pods:?}");
    let sent: Vec<&Point> = points.iter().filter(|p| p.service == "mailer").collect();
    let resets = sent.windows(2).filter(|w| w[0].instance == w[1].instance && w[1].value < w[0].value).count();
    let mailers: BTreeSet<&str> = sent.iter().map(|p| p.instance.as_str()).collect();
    assert!(resets == 0 && mailers.len() > 2, "a counter starts anew with its instance, and only then");
}

#[test]
fn quiet_weeks_bring_lines_never_seen_before() {
    // A listener that calls every new line a sign must be wrong often: ordinary weeks bring new lines too.
    let case = Case::whole("quiet", 13);
    let week = (case.truth().start + 7 * DAY).to_string();
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for (_, text) in case.logs() {
        for line in text.lines().filter(|l| l.starts_with('{')) {
            let record: Value = serde_json::from_str(line).unwrap();
            let shape = format!("{} {}", record["service"], record["msg"]);
            let at = moment(line).unwrap();
            let known = first.entry(shape).or_insert_with(|| at.clone());
            *known = at.min(known.clone());
        }
    }
    let late = first.values().filter(|at| **at > week).count();
    assert!((2..20).contains(&late), "{late} of {} shapes of two services came first after a week", first.len());
}

#[test]
fn what_nobody_could_know_left_no_trace() {
    let (silent, quiet) = (Case::small("silent"), Case::small("quiet"));
    for file in &quiet.written.files {
        let same = silent.text(&file.name) == quiet.text(&file.name);
        assert_eq!(same, file.name != "changes.jsonl", "{}", file.name);
    }
    // A commit more gives the ones after it another name.
    let nameless = |case: &Case| -> Vec<Value> {
        let named = case.changes().into_iter();
        named
            .map(|mut change| {
                change.as_object_mut().unwrap().remove("ref");
                change
            })
            .collect()
    };
    let (with, without) = (nameless(&silent), nameless(&quiet));
    assert_eq!(with.iter().filter(|c| !without.contains(c)).count(), 1);
    assert!(without.iter().all(|c| with.contains(c)));
}

#[test]
fn an_incident_changes_what_it_touches_and_nothing_else() {
    let (pool, quiet) = (Case::small("pool"), Case::small("quiet"));
    let changed = pool.changes().iter().find(|c| c["ref"] == pool.truth().culprit.as_deref().unwrap()).unwrap().clone();
    let (changed, hurt) =
        (changed["time"].as_str().unwrap().to_string(), pool.truth().users_hurt_at.unwrap().to_string());
    assert_eq!(pool.text("payments-db.log"), quiet.text("payments-db.log"));
    let until = |text: String, moment_of: &dyn Fn(&str) -> Option<String>, end: &str| {
        let before = |line: &&str| moment_of(line).is_none_or(|at| at.as_str() < end);
        text.lines().take_while(before).map(str::to_string).collect::<Vec<_>>()
    };
    for file in quiet.written.files.iter().filter(|f| f.name.contains(".log")) {
        let end = if ["mailer", "warehouse"].iter().any(|s| file.name.starts_with(s)) { &hurt } else { &changed };
        let of = |case: &Case| until(case.text(&file.name), &moment, end);
        assert_eq!(of(&pool), of(&quiet), "{}", file.name);
    }
    let stamp = |row: &str| row.starts_with("20").then(|| row[..20].to_string());
    let of = |case: &Case| until(case.text("metrics.csv"), &stamp, &changed);
    assert_eq!(of(&pool), of(&quiet));
    assert_ne!(pool.text("metrics.csv"), quiet.text("metrics.csv"));
}

#[test]
fn the_shrunk_pool_can_be_noticed_and_does_not_scream() {
    for seed in [21, 22, 23] {
        let (pool, quiet) = (Case::whole("pool", seed), Case::whole("quiet", seed));
        let (truth, hurt) = (pool.truth(), pool.truth().users_hurt_at.unwrap());
        let said = pool.text("payments.log");
        let early =
            said.lines().filter(|l| l.contains("borrowed")).filter_map(moment).filter(|at| *at < hurt.to_string());
        let early: Vec<String> = early.collect();
        assert!((25..250).contains(&early.len()), "seed {seed}: {} lines", early.len());
        assert!(
            truth.precursors[0].onset - truth.precursors[1].onset < 2 * DAY,
            "seed {seed}: the first line comes soon"
        );
        let (with, without) = (pool.evenings("db_pool_wait_mean_ms"), quiet.evenings("db_pool_wait_mean_ms"));
        let onset = truth.precursors[1].onset.to_string();
        let past: Vec<f64> = without.iter().filter(|(day, _)| day.as_str() < &onset[..10]).map(|(_, v)| *v).collect();
        let sigma = |value: f64| (value - mean(&past)) / deviation(&past);
        let moved: Vec<f64> =
            with.iter().filter(|(day, _)| day.as_str() >= &onset[..10]).map(|(_, v)| sigma(*v)).collect();
        let (first, last) = (mean(&moved[..2]), mean(&moved[moved.len() - 4..moved.len() - 1]));
        assert!(first < 18.0 && last > 5.0 && last > first, "seed {seed}: {moved:?}");
        let felt = pool.evenings("latency_p95_ms");
        let unfelt = quiet.evenings("latency_p95_ms");
        let last_calm = felt.keys().rev().nth(1).unwrap();
        assert!((felt[last_calm] / unfelt[last_calm] - 1.0).abs() < 0.05, "seed {seed}: users felt it the day before");
        let evening = hurt.to_string()[..10].to_string();
        assert!(felt[&evening] > 1.5 * unfelt[&evening], "seed {seed}: users did not feel it");
    }
}

/// How many lines with a word a service said from one moment to another.
fn said(case: &Case, service: &str, word: &str, from: Time, to: Time) -> usize {
    let (from, to) = (from.to_string(), to.to_string());
    let ours = case.logs().filter(|(name, _)| name.starts_with(&format!("{service}.log")));
    let early = |line: &&str| moment(line).is_some_and(|at| at.as_str() >= &from[..19] && at.as_str() < &to[..19]);
    ours.map(|(_, text)| text.lines().filter(|l| l.to_lowercase().contains(word)).filter(early).count()).sum()
}

/// A metric's mean on each working day before a moment; of a counter, the mean of what it grew by from point to point.
fn days_of(case: &Case, service: &str, metric: &str, before: Time) -> BTreeMap<String, f64> {
    let (mut days, mut last) = (BTreeMap::<String, Vec<f64>>::new(), BTreeMap::<String, f64>::new());
    let before = before.to_string();
    for p in case.points().iter().filter(|p| p.service == service && p.metric == metric && p.at < before) {
        let grew = last.insert(p.instance.clone(), p.value).map(|old| p.value - old);
        let value = if metric.ends_with("_total") { grew.filter(|g| *g >= 0.0) } else { Some(p.value) };
        if !is_weekend(&p.at) {
            days.entry(p.at[..10].to_string()).or_default().extend(value);
        }
    }
    days.into_iter().map(|(day, values)| (day, mean(&values))).collect()
}

/// By how many sigma a metric's mean lies above that of the quiet world, on the last whole day that is a working day.
fn risen(case: &Case, quiet: &Case, service: &str, metric: &str) -> f64 {
    let (hurt, onset) = (case.truth().users_hurt_at.unwrap(), case.truth().precursors[0].onset.to_string());
    let [with, without] = [case, quiet].map(|c| days_of(c, service, metric, hurt));
    let past: Vec<f64> = without.iter().filter(|(day, _)| day.as_str() < &onset[..10]).map(|(_, v)| *v).collect();
    let (last, value) = with.iter().rfind(|(day, _)| day.as_str() < &hurt.to_string()[..10]).unwrap();
    (value - without[last]) / deviation(&past)
}

/// What can be noticed of an incident: a word and how many lines have it beyond those of the quiet world, or a metric and by
/// how many sigma its mean lies higher on the last day before.
enum Seen {
    Lines(&'static str, &'static str, std::ops::Range<usize>),
    Sigma(&'static str, &'static str, std::ops::Range<f64>),
}

/// A little wider than what the incidents' pages say of seeds 1 to 8.
const SEEN: &[(&str, &[Seen])] = &[
    (
        "leak",
        &[Seen::Sigma("warehouse", "open_files", 15.0..70.0), Seen::Lines("warehouse", "few file handles", 6..45)],
    ),
    (
        "retries",
        &[
            Seen::Sigma("checkout", "payment_retries_total", 4.0..35.0),
            Seen::Lines("checkout", "payments answered late", 5..90),
            Seen::Sigma("payments", "latency_p95_ms", 1.5..9.0),
        ],
    ),
    ("certificate", &[Seen::Lines("warehouse", "certificate was not renewed", 9..11)]),
    ("input", &[Seen::Lines("checkout", "differs by 0.01", 10..45), Seen::Lines("checkout", "ch/chf", 22..80)]),
    ("batch", &[Seen::Sigma("warehouse", "reorder_run_seconds", 12.0..70.0)]),
    ("provider", &[Seen::Lines("payments", "cardway answered 502", 6..45)]),
    (
        "surge",
        &[
            Seen::Sigma("shopfront", "requests_per_second", 1.0..7.0),
            Seen::Lines("shopfront", "all workers were", 10..120),
        ],
    ),
    (
        "onepod",
        &[
            Seen::Sigma("payments", "provider_error_ratio", 3.0..14.0),
            Seen::Lines("payments", "was reset, opened anew", 18..90),
        ],
    ),
    (
        "promise",
        &[
            Seen::Lines("warehouse", "more than forty lines", 10..60),
            Seen::Sigma("warehouse", "pick_queue_depth", 1.0..7.0),
        ],
    ),
];

#[test]
fn what_comes_before_can_be_noticed_and_does_not_scream() {
    let settings = Settings { traces_a_day: 0.0, ..Settings::default() };
    for (seed, kinds) in [(31, &SEEN[..5]), (32, &SEEN[5..])] {
        let quiet = Case::of("quiet", seed, settings, Cut::Whole);
        for (kind, seen) in kinds {
            let case = Case::of(kind, seed, settings, Cut::Whole);
            let hurt = case.truth().users_hurt_at.unwrap();
            for one in *seen {
                match one {
                    Seen::Lines(service, word, many) => {
                        let of = |c: &Case| said(c, service, word, c.truth().start, hurt);
                        let more = of(&case) - of(&quiet).min(of(&case));
                        assert!(many.contains(&more), "{kind} {seed}: {more} lines more with '{word}'");
                    }
                    Seen::Sigma(service, metric, many) => {
                        let sigma = risen(&case, &quiet, service, metric);
                        assert!(many.contains(&sigma), "{kind} {seed}: {metric} by {sigma} sigma");
                    }
                }
            }
            felt_only_then(kind, &case, &quiet);
        }
    }
}

/// Users feel next to nothing the day before, and much within the half hour after they are hurt.
fn felt_only_then(kind: &str, case: &Case, quiet: &Case) {
    let hurt = case.truth().users_hurt_at.unwrap();
    let service = if kind == "surge" { "shopfront" } else { "checkout" };
    let over = |c: &Case, metric: &str, from: Time, to: Time| {
        let (from, to) = (from.to_string(), to.to_string());
        let ours = |p: &&Point| p.service == service && p.metric == metric && p.at >= from && p.at < to;
        mean(&c.points().iter().filter(ours).map(|p| p.value).collect::<Vec<_>>())
    };
    for (metric, calm) in [("error_ratio", 0.08), ("latency_p95_ms", 0.14)] {
        let before = |c: &Case| over(c, metric, hurt + -DAY, hurt + -evidence::HOUR);
        let ratio = before(case) / before(quiet);
        assert!((ratio - 1.0).abs() < calm, "{kind}: {metric} was {ratio} of the usual the day before");
    }
    let after = |c: &Case| over(c, "error_ratio", hurt + 5 * evidence::MINUTE, hurt + 35 * evidence::MINUTE);
    assert!(after(case) > 0.03 && after(case) > 5.0 * after(quiet), "{kind}: users did not feel it: {}", after(case));
}

#[test]
fn the_rules_are_silent_until_users_are_hurt() {
    let settings = Settings { traces_a_day: 0.0, volume: 0.1, metric_step: 5 * evidence::MINUTE, days: 10 };
    let mut paged = 0;
    for kind in drill::kinds() {
        let case = Case::of(kind.name, 5, settings, Cut::Whole);
        let alerts: Vec<Value> = serde_json::from_slice(&case.bytes("alerts.json")).unwrap();
        let at = |a: &Value| a["startsAt"].as_str().unwrap().to_string();
        let truth = case.truth();
        assert_eq!(truth.told_at, None, "{}", kind.name);
        let page = |a: &&Value| a["labels"]["severity"] == "page";
        let Some(hurt) = truth.users_hurt_at.filter(|_| !truth.silent) else {
            assert_eq!(alerts.iter().filter(page).count(), 0, "{}: {alerts:?}", kind.name);
            continue;
        };
        assert!(alerts.iter().filter(page).all(|a| at(a) >= hurt.to_string()), "{}: {alerts:?}", kind.name);
        let noticed = truth.noticed_at.unwrap();
        paged += usize::from(alerts.iter().any(|a| at(a) == noticed.to_string()));
        assert!(noticed - hurt <= 25 * evidence::MINUTE, "{}: noticed {noticed}, hurt {hurt}", kind.name);
    }
    assert!(paged >= 9, "{paged} of ten incidents were noticed by an alert");
    let rules = String::from_utf8(Case::small("quiet").bytes("rules.yaml")).unwrap();
    assert!(rules.contains("expr: error_ratio{service=\"checkout\"} > 0.05\n        for: 5m\n"), "{rules}");
}

#[test]
fn staging_is_small_and_never_sees_what_only_production_has() {
    let case = Case::of("input", 1, Settings { days: 9, ..Settings::default() }, Cut::Whole);
    let folder = case.folder.path().join("staging");
    let (mut bytes, mut names) = (0, Vec::new());
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("CH/CHF") && !text.contains("differs by 0.01"), "{path:?}");
        names.push(path.file_name().unwrap().to_string_lossy().to_string());
        bytes += text.len();
        if path.ends_with("metrics.csv") {
            assert!(text.lines().nth(1).unwrap().contains(",staging,"), "{text:.200}");
        }
    }
    names.sort();
    assert!(names.contains(&"checkout.log".to_string()) && names.contains(&"metrics.csv".to_string()), "{names:?}");
    let production: usize = case.written.files.iter().map(|f| f.bytes).sum();
    assert!(bytes * 5 < production, "{bytes} of {production}");
    let released = fs::read_to_string(folder.join("checkout.log")).unwrap();
    assert!(released.contains("Starting checkout"), "what production runs ran here before");
}

/// What git says of a case's repository; `None` where git is not installed.
fn git(case: &Case, words: &[&str]) -> Option<String> {
    let folder = case.folder.path().join("repository.git");
    let done = std::process::Command::new("git").arg("-C").arg(folder).args(words).output().ok()?;
    assert!(done.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&done.stderr));
    Some(String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap())
}

#[test]
#[expect(clippy::disallowed_macros, reason = "a test that was skipped says so")]
fn git_reads_the_history_and_finds_the_changes_in_it() {
    let case = Case::small("pool");
    let Some(checked) = git(&case, &["fsck", "--strict", "--full"]) else {
        eprintln!("skipped: git is not installed, so nothing but our own code has read repository.git");
        return;
    };
    assert_eq!(checked, "", "git fsck has nothing to say");
    let log = git(&case, &["log", "--format=%H %an %ae %ct"]).unwrap();
    assert!((350..1500).contains(&log.lines().count()), "{} commits", log.lines().count());
    let times: Vec<i64> = log.lines().map(|l| l.rsplit(' ').next().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b) && times[0] - times[times.len() - 1] > 2 * 365 * 86_400);
    assert!(log.lines().all(|l| l.contains("@hollyhock.example ")));
    let people: BTreeSet<&str> = log.lines().map(|l| l.split(' ').nth(1).unwrap()).collect();
    assert!(people.len() >= 10, "{people:?}");
    for change in case.changes().iter().filter(|c| c["kind"] != "flag") {
        let shown =
            git(&case, &["show", "--format=%s%n%an%n%ct", "--unified=0", change["ref"].as_str().unwrap()]).unwrap();
        if change["kind"] == "deploy" {
            continue;
        }
        let mut lines = shown.lines();
        assert_eq!(lines.next(), change["summary"].as_str());
        assert_eq!(lines.next().unwrap().to_lowercase().replace(' ', "."), change["author"].as_str().unwrap());
        let body = change["diff"].as_str().unwrap_or_default().lines().skip(3);
        body.for_each(|line| assert!(shown.contains(&format!("\n{line}\n")), "{line}: {shown}"));
    }
    let tags = git(&case, &["tag"]).unwrap();
    assert!(tags.lines().any(|t| t.starts_with("checkout-3.")), "{tags}");
}

#[test]
fn a_line_of_the_log_leads_to_its_statement_and_its_commit() {
    let case = Case::small("promise");
    let Some(found) = git(&case, &["grep", "-n", "more than forty lines", "main"]) else { return };
    assert!(found.contains("main:pick/pick.go:"), "{found}");
    let blame = git(&case, &["blame", "main", "--", "pick/pick.go"]).unwrap();
    let statement = blame.lines().position(|l| l.contains("pick list has more than forty lines")).unwrap();
    let promise = blame.lines().position(|l| l.contains("never has more than forty lines")).unwrap();
    assert!(promise < statement, "{blame}");
    let trailers = git(&case, &["log", "--format=%(trailers:key=Reviewed-by,valueonly)%(trailers:key=Co-authored-by)"]);
    let reviewed = trailers.unwrap();
    assert!(reviewed.matches("@hollyhock.example").count() > 150 && reviewed.contains("Co-authored-by: "));
}

#[test]
fn before_an_incident_begins_nothing_differs() {
    for kind in ["retries", "input", "batch", "promise"] {
        let (case, quiet) = (Case::small(kind), Case::small("quiet"));
        let culprit =
            case.changes().iter().find(|c| c["ref"] == case.truth().culprit.as_deref().unwrap()).unwrap().clone();
        let begins = culprit["time"].as_str().unwrap().to_string();
        for (name, text) in quiet.logs() {
            let early = |text: &str| -> Vec<String> {
                let before = |l: &&str| moment(l).is_some_and(|at| at.as_str() < &begins[..19]);
                text.lines().filter(before).map(str::to_string).collect()
            };
            assert_eq!(early(&case.text(name)), early(&text), "{kind}: {name}");
        }
        let early = |c: &Case| c.points().iter().filter(|p| p.at < begins).map(|p| p.value).collect::<Vec<_>>();
        assert_eq!(early(&case), early(&quiet), "{kind}");
    }
}

#[test]
fn spans_and_points_tell_of_the_same_world() {
    let case = Case::whole("quiet", 15);
    let mut took: Vec<f64> = Vec::new();
    for line in case.text("traces.jsonl").lines() {
        for part in line.split("\"name\":\"PlaceOrder\"").skip(1) {
            let nanos = |key: &str| part.split(key).nth(1).unwrap()[3..22].parse::<f64>().unwrap();
            took.push((nanos("endTimeUnixNano") - nanos("startTimeUnixNano")) / 1e6);
        }
    }
    took.sort_by(f64::total_cmp);
    let spans = took[took.len() * 95 / 100];
    let points: Vec<f64> = case
        .points()
        .iter()
        .filter(|p| p.service == "checkout" && p.metric == "latency_p95_ms")
        .map(|p| p.value)
        .collect();
    assert!((spans / mean(&points) - 1.0).abs() < 0.15, "{spans} ms and {} ms", mean(&points));
}

#[test]
fn settings_without_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let incident = drill::kind("quiet").unwrap();
    let small = Settings::small();
    let bad = [
        Settings { days: 2, ..small },
        Settings { volume: f64::NAN, ..small },
        Settings { traces_a_day: -1.0, ..small },
        Settings { metric_step: evidence::SECOND, ..small },
    ];
    for settings in bad {
        let refused = drill::write(&Plan { incident, seed: 1, settings, cut: Cut::Whole }, folder.path());
        assert_eq!(refused.map_err(|e| e.kind()).map(|_| ()), Err(std::io::ErrorKind::InvalidInput), "{settings:?}");
    }
    assert_eq!(fs::read_dir(Path::new(folder.path())).unwrap().count(), 0, "nothing was written");
}
