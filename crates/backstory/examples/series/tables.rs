//! The tables of the page.

use std::fmt::Write;

use drill::series::{self, CHANGE, CHANGES, Change, NOISES, Noise, WEEK};
use evidence::{MINUTE, Nanos};
use signal::budget::{SERIES_FALSE_A_DAY, SHOWN};

use crate::listeners::{Raise, ours, seasonal_z};
use crate::peers;

const STEP: Nanos = 5 * MINUTE;
/// The strength of one false signal in 1,400 days where 0.5 is one in 350.
const HIGH: f64 = 0.575;
/// How many series the peers are given.
const OF_PEERS: u64 = 200;

/// Runs something for each seed on two threads; results in the order of seeds.
fn each<T: Send>(first: u64, many: u64, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let half = |from: u64| (first + from..first + many).step_by(2).map(&run).collect::<Vec<T>>();
    let (even, odd) = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        (half(0), other.join().expect("a series was not taken"))
    });
    let mut odd = odd.into_iter();
    even.into_iter().flat_map(|one| std::iter::once(one).chain(odd.next())).collect()
}

fn strongest(raised: &[Raise]) -> f64 {
    raised.iter().map(|r| r.strength).fold(0.0, f64::max)
}

/// A share of so many with its 95 % interval. Source: E. B. Wilson, JASA 22 (1927).
fn share(hits: usize, of: usize) -> String {
    let (n, p, z) = (of as f64, hits as f64 / of as f64, 1.96);
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let tell = |part: f64| format!("{:.2}", 100.0 * part.clamp(0.0, 1.0));
    format!("{} % ({}–{})", tell(p), tell(middle - half), tell(middle + half))
}

fn percent(hits: usize, of: usize) -> String {
    format!("{:.0} %", 100.0 * hits as f64 / of.max(1) as f64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The whole page.
pub fn page(first: u64, many: u64) -> String {
    let mut page = String::from(HEAD);
    let _ =
        writeln!(page, "\nSeeds from {first} on, run once; {many} series of each kind, {OF_PEERS} for the peers.\n");
    let rival = Rival::fitted(first + 5_000_000);
    for table in [nulls, power] {
        page += &table(first, many, &rival);
    }
    page += &onsets(first, many / 10);
    page += &discoveries(first, many);
    page += &delays(first);
    page += &segments(first, (many / 10).max(100));
    page
}

const HEAD: &str = "# How well changes of a series are told from its life

Written by `cargo run --release -p backstory --example series -- FIRST_SEED`. Invented series whose truth is known
(`drill::series`), a week of values five minutes apart where nothing else is said; the program's own detectors of level and
spread with the share of the budget that a metric alone has, and published methods beside them on the very same values. 0.5
is one false signal in 350 days of a series, 0.575 one in 1,400. The peers are written from their papers with the settings
that their usual libraries ship, and with a stricter one.
";

/// The rival with the setting that raises in at most one week of fifty, over all noises together.
struct Rival {
    threshold: f64,
    of_twelve: usize,
}

impl Rival {
    fn fitted(first: u64) -> Rival {
        let of_twelve = 8;
        let weeks: Vec<Vec<f64>> =
            NOISES.iter().flat_map(|(kind, _)| (0..100).map(|n| series::noise(*kind, first + n, WEEK))).collect();
        let quiet = |threshold: f64| {
            let raised = weeks.iter().filter(|w| seasonal_z(w, STEP, threshold, of_twelve).is_some()).count();
            raised * 50 <= weeks.len()
        };
        let threshold = (4..80).map(|n| f64::from(n) / 4.0).find(|t| quiet(*t)).unwrap_or(20.0);
        Rival { threshold, of_twelve }
    }

    fn raises(&self, values: &[f64]) -> bool {
        seasonal_z(values, STEP, self.threshold, self.of_twelve).is_some()
    }
}

type Peer = (&'static str, fn(&[f64]) -> usize);

const PEERS: [Peer; 8] = [
    ("PELT, BIC", |v| peers::pelt(v, false, 2.0 * (v.len() as f64).ln()).len()),
    ("PELT, 10 BIC", |v| peers::pelt(v, false, 20.0 * (v.len() as f64).ln()).len()),
    ("BOCPD, 1 in 250", |v| peers::bocpd(v, 250.0)),
    ("BOCPD, 1 in 10⁶", |v| peers::bocpd(v, 1e6)),
    ("ADWIN, 0.002", |v| peers::adwin(v, 0.002)),
    ("ADWIN, 10⁻⁶", |v| peers::adwin(v, 1e-6)),
    ("Page–Hinkley, 50", |v| peers::page_hinkley(v, 50.0)),
    ("Page–Hinkley, 500", |v| peers::page_hinkley(v, 500.0)),
];

fn nulls(first: u64, many: u64, rival: &Rival) -> String {
    let mut page =
        String::from("## Weeks without any change, in which something is raised\n\n| life | at 0.5 | at 0.575 |");
    let _ = write!(page, " rival (z {}, {} of 12) |", rival.threshold, rival.of_twelve);
    PEERS.iter().for_each(|(name, _)| page += &format!(" {name} |"));
    page += &format!("\n|{}\n", "---|".repeat(4 + PEERS.len()));
    for (kind, name) in NOISES {
        let best = each(first, many, |seed| strongest(&ours(&series::noise(kind, seed, WEEK), STEP)));
        let over = |least: f64| share(best.iter().filter(|b| **b >= least).count(), best.len());
        let _ = write!(page, "| {name} | {} | {} |", over(SHOWN), over(HIGH));
        let weeks = each(first, OF_PEERS, |seed| {
            let week = series::noise(kind, seed, WEEK);
            (rival.raises(&week), PEERS.map(|(_, peer)| peer(&week)))
        });
        let _ = write!(page, " {} |", percent(weeks.iter().filter(|w| w.0).count(), weeks.len()));
        for peer in 0..PEERS.len() {
            let raised = weeks.iter().filter(|w| w.1[peer] > 0).count();
            let each = weeks.iter().map(|w| w.1[peer]).sum::<usize>() as f64 / weeks.len() as f64;
            let _ = write!(page, " {} ({each:.1}) |", percent(raised, weeks.len()));
        }
        page.push('\n');
    }
    page + "\nIn brackets behind the peers how many changes they see in a week on the mean. Who never raises has 0 %, who \
            always does 100 %.\n\n"
}

fn power(first: u64, many: u64, rival: &Rival) -> String {
    let mut page = String::from(
        "## Weeks with a change, in which it is raised\n\n| change | at 0.5 | at 0.575 | raised before \
                                 it, at 0.5 | rival |\n|---|---|---|---|---|\n",
    );
    for (change, name) in CHANGES {
        let begins = if change == Change::Late { WEEK - 36 } else { CHANGE };
        let found = each(first, (many / 10).max(100), |seed| {
            let week = series::changed(change, seed);
            let raised = ours(&week, STEP);
            let after = |least: f64| raised.iter().any(|r| r.at >= begins && r.strength >= least);
            let before = raised.iter().any(|r| r.at < begins && r.strength >= SHOWN);
            (after(SHOWN), after(HIGH), before, rival.raises(&week))
        });
        let count = |pick: fn(&(bool, bool, bool, bool)) -> bool| found.iter().filter(|f| pick(f)).count();
        let cells = [count(|f| f.0), count(|f| f.1), count(|f| f.2), count(|f| f.3)].map(|c| share(c, found.len()));
        let _ = writeln!(page, "| {name} | {} |", cells.join(" | "));
    }
    page + "\n"
}

/// The first that is shown at or after the change.
fn dated(values: &[f64]) -> Option<(f64, f64, f64)> {
    ours(values, STEP).iter().find(|r| r.at >= CHANGE && r.strength >= SHOWN).map(|r| r.onset)
}

fn onsets(first: u64, many: u64) -> String {
    let mut page = String::from(
        "## When it began\n\nAs told with the first signal of 0.5 or more, from the past alone; in values.\n\n\
                                 | change | shown | error, median | within 1 | within 6 | interval holds it | its width, median |\n\
                                 |---|---|---|---|---|---|---|\n",
    );
    let mut row = |name: &str, make: &(dyn Fn(u64) -> Vec<f64> + Sync)| {
        let found: Vec<(f64, f64, f64)> = each(first, many, |seed| dated(&make(seed))).into_iter().flatten().collect();
        let off = |f: &(f64, f64, f64)| (f.0 - CHANGE as f64).abs();
        let holds = found.iter().filter(|f| f.1 <= CHANGE as f64 && f.2 >= CHANGE as f64).count();
        let within = |n: f64| percent(found.iter().filter(|f| off(f) <= n).count(), found.len());
        let _ = writeln!(
            page,
            "| {name} | {} | {:.0} | {} | {} | {} | {:.0} |",
            percent(found.len(), many as usize),
            median(found.iter().map(off).collect()),
            within(1.0),
            within(6.0),
            percent(holds, found.len()),
            median(found.iter().map(|f| f.2 - f.1).collect()),
        );
    };
    for (keeps, deviations) in [(0.0, 2.0), (0.0, 3.0), (0.0, 4.0), (0.5, 2.0), (0.5, 3.0), (0.5, 4.0), (0.9, 4.0)] {
        let name = format!("step of {deviations}σ, AR(1) {keeps}");
        row(&name, &move |seed| series::stepped(keeps, deviations, seed));
    }
    for (change, name) in CHANGES.into_iter().filter(|(c, _)| !matches!(c, Change::Late | Change::Spread)) {
        row(name, &move |seed| series::changed(change, seed));
    }
    for (noise, name) in NOISES.into_iter().filter(|(n, _)| !matches!(n, Noise::White)) {
        row(&format!("step of 4σ, {name}"), &move |seed| {
            let mut values = series::noise(noise, seed, WEEK);
            let mean = values.iter().sum::<f64>() / WEEK as f64;
            let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / WEEK as f64).sqrt();
            values[CHANGE..].iter_mut().for_each(|v| *v += 4.0 * deviation);
            values
        });
    }
    page + "\n"
}

fn discoveries(first: u64, many: u64) -> String {
    let mut page = String::from(
        "## False discoveries at q ≤ 0.05\n\nWeeks of AR(1) with any memory up to 0.9, of which a share changes by \
                                 one to three deviations. q is the contract's: expected null raises at that strength, divided by raises.\n\n\
                                 | fleet | changes | found | false | false of all raised |\n|---|---|---|---|---|\n",
    );
    for (name, changes, grouped) in [
        ("independent", 0.05, false),
        ("groups of ten", 0.05, true),
        ("independent", 0.0, false),
        ("groups of ten", 0.0, true),
    ] {
        let many = (many / 2).max(200) as usize;
        let fleet = series::fleet(first + u64::from(grouped), many, changes, grouped);
        let best = each(0, many as u64, |n| strongest(&ours(&fleet[n as usize].values, STEP)));
        let mut order: Vec<usize> = (0..many).filter(|n| best[*n] > 0.0).collect();
        order.sort_by(|a, b| best[*b].total_cmp(&best[*a]));
        // Null raises that are expected at a strength: two channels, each with its share a day.
        let each_channel = SERIES_FALSE_A_DAY / 3.0;
        let expected = |s: f64| 2.0 * 7.0 * many as f64 * each_channel * 10f64.powf(8.0 * (0.5 - s));
        let raised = (1..=order.len()).rev().find(|n| expected(best[order[n - 1]]) / *n as f64 <= 0.05).unwrap_or(0);
        let wrong = order[..raised].iter().filter(|n| !fleet[**n].changes).count();
        let true_ones = fleet.iter().filter(|one| one.changes).count();
        let part = if raised == 0 { "none raised".to_string() } else { share(wrong, raised) };
        let _ = writeln!(page, "| {name} | {true_ones} of {many} | {} | {wrong} | {part} |", raised - wrong);
    }
    page + "\n"
}

/// Minutes from the change to the first raise, at one false alarm in 100 days of series.
fn delays(first: u64) -> String {
    const DAYS: usize = 14;
    const BEGINS: usize = 10 * 1440;
    let lives = [(0.3, false), (0.6, true), (0.9, false), (0.3, true)];
    let make = |n: u64| {
        let (keeps, rhythm) = lives[n as usize % lives.len()];
        series::minutes(keeps, rhythm, DAYS, first + n)
    };
    let after_a_day = |raises: Vec<Raise>| raises.into_iter().filter(|r| r.at >= 1440).collect::<Vec<_>>();
    let quiet = each(1_000, 120, |n| {
        let values = make(n);
        let fit = |z: f64| seasonal_z(&values, MINUTE, z, 8).is_some();
        let least = (4..80).map(|n| f64::from(n) / 4.0).find(|z| !fit(*z)).unwrap_or(20.0);
        (strongest(&after_a_day(ours(&values, MINUTE))), least)
    });
    let alarms = (120 * (DAYS - 1)) / 100;
    let nth = |mut values: Vec<f64>| {
        values.sort_by(|a, b| b.total_cmp(a));
        values[alarms]
    };
    let (at, z) = (nth(quiet.iter().map(|q| q.0).collect()) + 1e-9, nth(quiet.iter().map(|q| q.1).collect()));
    let mut page = format!(
        "## Delay at a matched rate of false alarms\n\nValues a minute apart, the change on day ten; one false alarm in 100 days \
         of series for both (ours at {at:.2}, the rival at z {z}). Of those found, the median of minutes.\n\n\
         | change | ours: found | minutes | rival: found | minutes |\n|---|---|---|---|---|\n"
    );
    type Shape = (&'static str, fn(f64) -> f64);
    let shapes: [Shape; 5] = [
        ("1σ", |_| 1.0),
        ("2σ", |_| 2.0),
        ("4σ", |_| 4.0),
        ("ramp of 2σ a day", |since| 2.0 * since / 1440.0),
        ("ramp of 4σ a day", |since| 4.0 * since / 1440.0),
    ];
    for (name, shape) in shapes {
        let found = each(0, 80, |n| {
            let mut values = make(n);
            values.iter_mut().enumerate().skip(BEGINS).for_each(|(i, v)| *v += shape((i - BEGINS) as f64));
            let ours = ours(&values, MINUTE).iter().find(|r| r.at >= BEGINS && r.strength >= at).map(|r| r.at);
            let rival = seasonal_z(&values[..], MINUTE, z, 8).filter(|at| *at >= BEGINS);
            [ours, rival].map(|at| at.map(|at| (at - BEGINS) as f64))
        });
        let cells = [0, 1].map(|who| {
            let minutes: Vec<f64> = found.iter().filter_map(|f| f[who]).collect();
            let told = if minutes.is_empty() { "–".to_string() } else { format!("{:.0}", median(minutes.clone())) };
            format!("{} | {told}", percent(minutes.len(), found.len()))
        });
        let _ = writeln!(page, "| {name} | {} |", cells.join(" | "));
    }
    page + "\n"
}

/// The onsets of what is raised on short series, as a segmentation: F1 with a margin of five values, and cover.
/// Source: G. van den Burg and C. Williams, arXiv 2003.06222 (2020), 5.1.
fn segments(first: u64, many: u64) -> String {
    let found = each(first, many, |seed| {
        let truth = series::segments(seed);
        // Values an hour apart: short series are mostly coarse ones.
        let onsets = |least: f64| {
            let raised = ours(&truth.values, 60 * MINUTE);
            let mut at: Vec<usize> =
                raised.iter().filter(|r| r.strength >= least).map(|r| r.onset.0.max(1.0).round() as usize).collect();
            at.sort_unstable();
            at.dedup_by(|b, a| b.abs_diff(*a) <= 5);
            at
        };
        let score = |at: &[usize]| (f1(at, &truth.changes), cover(at, &truth.changes, truth.values.len()));
        [
            score(&onsets(0.2)),
            score(&onsets(SHOWN)),
            score(&peers::pelt(&truth.values, true, 3.0 * (truth.values.len() as f64).ln())),
            score(&[]),
        ]
    });
    let mut page =
        String::from("## Short series with several changes, hours apart\n\n| who | F1 | cover |\n|---|---|---|\n");
    for (n, name) in
        ["ours, from 0.2 on", "ours, from 0.5 on", "PELT, 1.5 BIC, noise from differences", "none"].iter().enumerate()
    {
        let mean = |pick: fn(&(f64, f64)) -> f64| found.iter().map(|f| pick(&f[n])).sum::<f64>() / found.len() as f64;
        let _ = writeln!(page, "| {name} | {:.2} | {:.2} |", mean(|f| f.0), mean(|f| f.1));
    }
    page + "\nThe first value counts as a change for everybody, as is usual.\n"
}

fn f1(found: &[usize], truth: &[usize]) -> f64 {
    let (found, truth) = ([&[0], found].concat(), [&[0], truth].concat());
    let hit =
        |of: &[usize], among: &[usize]| of.iter().filter(|t| among.iter().any(|f| f.abs_diff(**t) <= 5)).count() as f64;
    let (recall, precision) = (hit(&truth, &found) / truth.len() as f64, hit(&found, &truth) / found.len() as f64);
    2.0 * recall * precision / (recall + precision).max(1e-9)
}

fn cover(found: &[usize], truth: &[usize], n: usize) -> f64 {
    let pieces = |cuts: &[usize]| {
        let edges: Vec<usize> = [&[0], cuts, &[n]].concat();
        edges.windows(2).map(|w| (w[0], w[1])).collect::<Vec<_>>()
    };
    let (found, truth) = (pieces(found), pieces(truth));
    let jaccard = |a: (usize, usize), b: (usize, usize)| {
        let both = a.1.min(b.1).saturating_sub(a.0.max(b.0)) as f64;
        both / ((a.1 - a.0) as f64 + b.1.saturating_sub(b.0) as f64 - both).max(1.0)
    };
    let best = |t: (usize, usize)| found.iter().map(|f| jaccard(t, *f)).fold(0.0, f64::max);
    truth.iter().map(|t| (t.1 - t.0) as f64 / n as f64 * best(*t)).sum()
}
