//! The drills, scored: with all detectors and without each. A ratchet: whoever changes a figure below changes it on purpose,
//! and says so; a better one is as welcome to be pinned as a worse one is to be explained.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use drill::score::{self, Replayed, Told};
use evidence::{DAY, HOUR};
use expect_test::expect;

use crate::program::Case;

/// Incidents that could be noticed, and weeks in which nothing happened: three weeks each.
const POOLS: [u64; 4] = [1, 2, 3, 4];
const QUIETS: [u64; 2] = [5, 6];

fn whole(kind: &str, seed: u64) -> Case {
    Case::of(kind, seed, drill::Settings::default())
}

/// Does every piece of work, on as many threads as there are cores; results come back in order.
fn each<W: Sync, R: Send>(work: &[W], doing: impl Fn(&W) -> R + Sync) -> Vec<R> {
    let (next, done) = (Mutex::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let mine = {
                        let mut next = next.lock().unwrap();
                        *next += 1;
                        *next - 1
                    };
                    let Some(piece) = work.get(mine) else { return };
                    let result = doing(piece);
                    done.lock().unwrap().insert(mine, result);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().collect()
}

fn replayed(case: &Case, without: Option<&str>) -> Replayed {
    let more: &[&str] = &without.map_or(vec![], |detector| vec!["--without", detector]);
    score::replayed(case.truth(), &case.run("replay", more).json_lines()).unwrap()
}

/// `9.1d` before users were hurt, or `-`.
fn lead(caught: Option<&score::Caught>) -> String {
    caught.map_or("-".to_string(), |c| format!("{:.1}d", c.lead_seconds as f64 / 86_400.0))
}

#[test]
fn drills_with_and_without_each_detector() {
    let pools: Vec<Case> = each(&POOLS, |seed| whole("pool", *seed));
    let quiets: Vec<Case> = each(&QUIETS, |seed| whole("quiet", *seed));
    let detectors = signal::detectors::DETECTORS.iter().map(|(name, _)| Some(*name));
    let sets: Vec<Option<&str>> = std::iter::once(None).chain(detectors).collect();
    let work: Vec<(Option<&str>, &Case)> =
        sets.iter().flat_map(|set| pools.iter().chain(&quiets).map(move |case| (*set, case))).collect();
    let marks = each(&work, |(set, case)| replayed(case, *set));
    let mut table = String::from("detectors                 caught  leads                     false a quiet day\n");
    for (set, marks) in sets.iter().zip(marks.chunks(pools.len() + quiets.len())) {
        let name = set.map_or("all".to_string(), |detector| format!("without {detector}"));
        let caught = marks[..pools.len()].iter().filter(|m| m.caught.is_some()).count();
        let leads: Vec<String> = marks[..pools.len()].iter().map(|m| lead(m.caught.as_ref())).collect();
        let (wrong, days) = marks.iter().fold((0, 0.0), |(w, d), m| (w + m.false_signals, d + m.quiet_days));
        let _ =
            writeln!(table, "{name:<26}{caught} of {}  {:<26}{:.3}", pools.len(), leads.join(" "), wrong as f64 / days);
    }
    expect![[r#"
        detectors                 caught  leads                     false a quiet day
        all                       4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_new           4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_rate          4 of 4  9.0d 8.0d 9.0d 8.0d       0.023
        without log_ending        4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_instance      4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_severity      4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_enum          4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_value         4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_retries       4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without log_restarts      4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without metric_level      4 of 4  2.0d 0.9d 2.1d 1.9d       0.000
        without metric_ending     4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without metric_instance   4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without metric_saturation 4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without metric_silent     4 of 4  9.0d 8.0d 9.0d 8.0d       0.034
        without metric_spread     4 of 4  9.0d 8.0d 9.0d 8.0d       0.034
        without metric_resets     4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without trace_latency     4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without trace_errors      4 of 4  9.0d 8.0d 9.0d 8.0d       0.023
        without trace_edge        4 of 4  9.0d 8.0d 9.0d 8.0d       0.023
        without trace_gone        4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without trace_calls       4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
        without trace_retries     4 of 4  9.0d 8.0d 9.0d 8.0d       0.011
    "#]]
    .assert_eq(&table);
}

#[test]
fn drills_are_told() {
    let cases = [("pool", 1), ("pool", 2), ("pool", 3), ("pool", 4), ("silent", 5), ("silent", 6)];
    let marks: Vec<Told> = each(&cases, |(kind, seed)| {
        let case = whole(kind, *seed);
        score::told(case.truth(), &case.tell(&["--output", "json"]).json()).unwrap()
    });
    let mut table = String::from("case      verdict  right  first suspect  right  chance  caught\n");
    for ((kind, seed), m) in cases.iter().zip(marks) {
        let (name, suspect) = (format!("{kind} {seed}"), format!("{:?}", m.suspect));
        let chance = m.chance.map_or("-".to_string(), |c| format!("{c:.3}"));
        let right = |right: bool| if right { "yes" } else { "no" };
        let _ = writeln!(
            table,
            "{name:<10}{:<9}{:<7}{suspect:<15}{:<7}{chance:<8}{}",
            m.verdict,
            right(m.verdict_right),
            right(m.suspect_right),
            lead(m.caught.as_ref())
        );
    }
    expect![[r#"
        case      verdict  right  first suspect  right  chance  caught
        pool 1    silent   no     NoChange       no     -       9.0d
        pool 2    known    yes    NoChange       no     0.019   8.0d
        pool 3    known    yes    NoChange       no     0.000   9.0d
        pool 4    known    yes    NoChange       no     0.000   8.0d
        silent 5  silent   yes    NoChange       yes    -       -
        silent 6  known    no     NoChange       yes    0.000   -
    "#]]
    .assert_eq(&table);
}

#[test]
fn drills_of_quiet_moments_are_silent() {
    // Moments all over the clock of weeks in which nothing happened, from the second on: nothing was known, nothing did it.
    let case = whole("quiet", 7);
    let services = ["checkout", "payments", "shopfront", "warehouse", "mailer"];
    let moments: Vec<(String, &str)> = (0..15)
        .map(|n| {
            ((case.truth().start + 8 * DAY + n * (19 * HOUR + 7 * DAY / 360)).to_string(), services[n as usize % 5])
        })
        .collect();
    let marks = each(&moments, |(at, service)| {
        let told = case.run("tell", &["--noticed", at, "--service", service, "--output", "json"]);
        score::placebo(&told.json()).unwrap()
    });
    let silent = marks.iter().filter(|m| m.silent).count();
    let innocent = marks.iter().filter(|m| m.no_change_first).count();
    expect!["of 15: silent 15, no change first 15"]
        .assert_eq(&format!("of {}: silent {silent}, no change first {innocent}", marks.len()));
}
