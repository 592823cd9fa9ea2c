//! `docs/drills.md`: what is caught and told of each incident, and what is claimed where nothing happened.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use drill::score::{self, Placebo, Run, Told};
use drill::{Cut, Incident, Truth};
use evidence::{DAY, HOUR, SECOND, Time};
use serde_json::{Value, json};

use crate::Asked;
use crate::cases::{Case, Program, Refused, each};
use crate::numbers::{median, rate, said, share};

/// So many quiet moments are asked about, whatever the number of seeds.
const MOMENTS: usize = 100;
/// So many of them at once: a world is made anew for each handful.
const HANDFUL: usize = 5;
/// The shop's services that people look after; each is asked about in turn.
const SERVICES: [&str; 5] = ["checkout", "payments", "shopfront", "warehouse", "mailer"];
/// The share of a kind's runs in which its precursor must be found: 14 of 20.
const LEAST: f64 = 0.7;

/// The marks of one case, and those of two answers that take no thought.
struct Marked {
    run: Run,
    silence: Option<Told>,
    alarm: Option<Told>,
    foretold: bool,
}

/// The whole page.
pub fn document(asked: &Asked, program: &Program, made: &str) -> Result<String, Refused> {
    let cases = asked.cases();
    let marked = each("cases", &cases, |(kind, seed)| marked(program, kind, *seed))?;
    let by_kind: Vec<(&str, &[Marked])> =
        asked.kinds.iter().map(|k| k.name).zip(marked.chunks(asked.seeds as usize)).collect();
    let quiet = asked.kinds.iter().find(|kind| kind.name == "quiet").copied();
    let (mut cuts, mut placebos) = (Vec::new(), Vec::new());
    if let Some(quiet) = quiet {
        let whole = by_kind.iter().filter(|(name, _)| *name == quiet.name).flat_map(|(_, marked)| marked.iter());
        cuts = vec![(Cut::Whole, whole.map(|m| m.run.clone()).collect())];
        cuts.extend(cut(asked, program, quiet)?);
        placebos = quiet_moments(asked, program, quiet)?;
    }
    let mut parts =
        vec![format!("# The drills, as told\n\n{made}"), how_to_read(asked), aims(&by_kind, &cuts, &placebos)];
    parts.push(incidents(&by_kind));
    if quiet.is_some() {
        parts.push(quiet_weeks(&cuts, &placebos));
    }
    parts.push(trivial(&by_kind, &placebos));
    parts.push(misled(&by_kind));
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"))
}

fn marked(program: &Program, kind: &'static Incident, seed: u64) -> Result<Marked, Refused> {
    let case = Case::make(kind, seed, Cut::Whole)?;
    let failed = |e: &dyn std::fmt::Display| format!("{} {seed}: {e}", kind.name);
    let (replay, _) = program.replay(case.folder(), &[]).map_err(|e| failed(&e))?;
    let words = ["tell", "evidence", "--incident", "incident.yaml", "--output", "json"];
    let story = case.reported.then(|| program.document(case.folder(), &words)).transpose().map_err(|e| failed(&e))?;
    let answer = |story: Value| case.reported.then(|| score::told(&case.truth, &story)).transpose();
    Ok(Marked {
        run: score::run(&case.truth, story.as_ref(), &replay, &[]).map_err(|e| failed(&e))?,
        silence: answer(nothing()).map_err(|e| failed(&e))?,
        alarm: answer(everything(&case.truth)).map_err(|e| failed(&e))?,
        foretold: !case.truth.precursors.is_empty(),
    })
}

/// The story of who says nothing, whatever happens.
fn nothing() -> Value {
    json!({ "knew": { "verdict": "silent", "silence": "no_signal" }, "signals": [],
        "suspects": { "changes": [], "no_change": { "score": 1 } } })
}

/// The story of who raises everything all the time: each precursor at its first moment.
fn everything(truth: &Truth) -> Value {
    let first = |p: &drill::Precursor| p.onset.max(truth.start).to_string();
    let raised = truth.precursors.iter().enumerate().map(|(n, p)| {
        json!({ "id": n.to_string(), "kind": "any", "subject": { "service": p.service, "name": p.what.first() },
            "detected_at": first(p), "strength": 1, "pain": false })
    });
    json!({ "knew": { "verdict": "known", "silence": "no_rule" }, "signals": raised.collect::<Vec<_>>(),
        "suspects": { "changes": [], "no_change": { "score": 1 } } })
}

/// Quiet weeks, cut: the marks of their replays, by cut.
fn cut(asked: &Asked, program: &Program, quiet: &'static Incident) -> Result<Vec<(Cut, Vec<Run>)>, Refused> {
    let cuts: Vec<Cut> = Cut::ALL.into_iter().filter(|cut| *cut != Cut::Whole).collect();
    let work: Vec<(Cut, u64)> = cuts.iter().flat_map(|cut| asked.all_seeds().map(move |seed| (*cut, seed))).collect();
    let runs = each("cuts", &work, |(cut, seed)| {
        let case = Case::make(quiet, *seed, *cut)?;
        let (replay, _) = program.replay(case.folder(), &[])?;
        score::run(&case.truth, None, &replay, &[]).map_err(|e| format!("quiet {seed}: {e}"))
    })?;
    let mut runs = runs.into_iter();
    Ok(cuts.iter().map(|cut| (*cut, runs.by_ref().take(asked.seeds as usize).collect())).collect())
}

/// What is told of moments at which nothing happened, from the second week on.
fn quiet_moments(asked: &Asked, program: &Program, quiet: &'static Incident) -> Result<Vec<Placebo>, Refused> {
    let (worlds, mut handfuls) = (asked.seeds as usize, Vec::new());
    for (world, seed) in asked.all_seeds().enumerate() {
        let here = MOMENTS / worlds + usize::from(world < MOMENTS % worlds);
        let numbers: Vec<usize> = (0..here).collect();
        handfuls.extend(numbers.chunks(HANDFUL).map(|some| (world, seed, here, some.to_vec())));
    }
    let marks = each("quiet moments, in handfuls", &handfuls, |(world, seed, here, numbers)| {
        let case = Case::make(quiet, *seed, Cut::Whole)?;
        let ask = |number: &usize| {
            let at = moment(&case.truth, *world, *number, *here).to_string();
            let service = SERVICES[(number + world) % SERVICES.len()];
            let words = ["tell", "evidence", "--noticed", &at, "--service", service, "--output", "json"];
            let story = program.document(case.folder(), &words)?;
            score::placebo(&story).map_err(|e| format!("quiet {seed}: {e}"))
        };
        numbers.iter().map(ask).collect::<Result<Vec<_>, Refused>>()
    })?;
    Ok(marks.into_iter().flatten().collect())
}

/// The moments of a world lie one in each of equal parts of its time; where within its part hangs on the golden section,
/// so that all hours of the day come.
fn moment(truth: &Truth, world: usize, number: usize, of: usize) -> Time {
    const PARTS: i64 = 1_000_000;
    let golden = ((world * MOMENTS + number) as i64 * 618_034) % PARTS;
    let from = truth.start + 7 * DAY;
    let room = truth.end - from - HOUR;
    let step = room / of.max(1) as i64;
    (from + step * number as i64 + step / PARTS * golden).floor(SECOND)
}

fn how_to_read(asked: &Asked) -> String {
    let names: Vec<&str> = asked.kinds.iter().map(|kind| kind.name).collect();
    format!(
        "{} of each of these incidents, whole three-week worlds: {}.\n\n\
         - *Noticed before*: a signal of 0.5 or more about a true precursor, raised before users were hurt. *Lead*: from\n  \
         then to that moment, the median of the runs in which it was noticed; beside it the median of the longest that\n  \
         the truth allows, over all runs.\n\
         - *Verdict right*: told where a delivered alert was right, known where there was something to know, else silent.\n  \
         *Silence right*: no rule where something was known, no signal where there was none.\n\
         - *Truth first*: the change that did it, or \"no change\" where none did, is the first suspect; *rank* is where it\n  \
         stands, the median; none where it is not listed in half of the runs.\n\
         - *False a quiet day*: signals of 0.5 or more before the first precursor began; in quiet weeks, all of them.\n\
         - In brackets: 95 % intervals, of shares after Wilson, of counts exact for counts that come one by one. Signals of\n  \
         one world come in company, so the true intervals are wider.\n",
        if asked.seeds == 1 { "One seed".to_string() } else { format!("{} seeds", asked.seeds) },
        names.join(", "),
    )
}

/// What the marks of some runs come to.
struct Sum<'a> {
    told: Vec<&'a Told>,
    foretold: usize,
    wrong: usize,
    days: f64,
}

fn sum<'a>(runs: impl Iterator<Item = &'a Marked> + Clone) -> Sum<'a> {
    Sum {
        told: runs.clone().filter_map(|m| m.run.told.as_ref()).collect(),
        foretold: runs.clone().filter(|m| m.foretold).count(),
        wrong: runs.clone().map(|m| m.run.replayed.false_signals).sum(),
        days: runs.map(|m| m.run.replayed.quiet_days).sum(),
    }
}

impl Sum<'_> {
    fn count(&self, holds: impl Fn(&Told) -> bool) -> usize {
        self.told.iter().filter(|told| holds(told)).count()
    }

    fn noticed(&self) -> usize {
        self.count(|told| told.caught.is_some())
    }

    /// The median lead and the most that was possible, in hours.
    fn leads(&self) -> String {
        let hours = |seconds: Vec<i64>| said(median(seconds.iter().map(|s| *s as f64 / 3600.0).collect()), 1);
        let leads = self.told.iter().filter_map(|t| Some(t.caught.as_ref()?.lead_seconds)).collect();
        format!("{} ({})", hours(leads), hours(self.told.iter().filter_map(|t| t.lead_seconds_most).collect()))
    }

    fn row(&self, name: &str) -> String {
        let of = self.told.len();
        if of == 0 {
            return format!("| {name} | – | – | – | – | – | – | – | {} |", rate(self.wrong, self.days));
        }
        let rank = |told: &&Told| told.rank.map_or(f64::INFINITY, |rank| rank as f64);
        format!(
            "| {name} | {} | {} | {} of {of} | {} of {of} | {} of {of} | {} | {} | {} |",
            share(self.noticed(), self.foretold),
            self.leads(),
            self.count(|t| t.verdict_right),
            self.count(|t| t.silence_right),
            self.count(|t| t.suspect_right),
            said(median(self.told.iter().map(rank).collect()), 1),
            said(median(self.told.iter().filter_map(|t| t.chance).collect()), 2),
            rate(self.wrong, self.days)
        )
    }
}

fn incidents(by_kind: &[(&str, &[Marked])]) -> String {
    let mut out = String::from(
        "## Each incident\n\n\
         | incident | noticed before | lead, median h (most possible) | verdict right | silence right | truth first | rank | chance, median | false a quiet day |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for (name, marked) in by_kind {
        let _ = writeln!(out, "{}", sum(marked.iter()).row(name));
    }
    let foretold = by_kind.iter().flat_map(|(_, marked)| marked.iter()).filter(|m| m.foretold);
    let whole = sum(foretold);
    if whole.foretold > 0 {
        let _ = writeln!(out, "{}", whole.row("**all with a precursor**"));
    }
    out
}

/// What is asked of the drills, and whether it came.
fn aims(by_kind: &[(&str, &[Marked])], cuts: &[(Cut, Vec<Run>)], placebos: &[Placebo]) -> String {
    let mut rows: Vec<(&str, String, bool)> = Vec::new();
    let sums: Vec<(&str, Sum<'_>)> = by_kind.iter().map(|(name, marked)| (*name, sum(marked.iter()))).collect();
    let with: Vec<&(&str, Sum<'_>)> = sums.iter().filter(|(_, sum)| sum.foretold > 0).collect();
    let (noticed, of) = with.iter().fold((0, 0), |(n, of), (_, sum)| (n + sum.noticed(), of + sum.foretold));
    let part = |sum: &Sum<'_>| sum.noticed() as f64 / sum.foretold as f64;
    if let Some((name, worst)) = with.iter().min_by(|a, b| part(&a.1).total_cmp(&part(&b.1))) {
        let all = share(noticed, of);
        rows.push(("noticed before in 90 % of the runs that have a precursor", all, noticed as f64 >= 0.9 * of as f64));
        let least = format!("{name}: {} of {}", worst.noticed(), worst.foretold);
        rows.push(("in no incident below 14 of 20", least, part(worst) >= LEAST));
    }
    if let Some((_, silent)) = sums.iter().find(|(name, _)| *name == "silent") {
        let right = silent.count(|t| t.verdict_right);
        rows.push(("the silent one silent", share(right, silent.told.len()), right == silent.told.len()));
    }
    let rates: Vec<(usize, f64)> = cuts.iter().map(|(_, runs)| false_of(runs)).collect();
    if let Some((whole, cut)) = rates.split_first() {
        let a_day = |(wrong, days): &(usize, f64)| *wrong as f64 / days;
        rows.push(("at most 0.1 false signals a quiet day", rate(whole.0, whole.1), a_day(whole) <= 0.1));
        let most = cut.iter().map(a_day).fold(0.0, f64::max);
        rows.push((
            "no more a day on cut weeks than on whole ones",
            format!("at most {most:.3}"),
            most <= a_day(whole),
        ));
        let silent = placebos.iter().filter(|p| p.silent).count();
        rows.push((
            "silent at 95 of 100 quiet moments",
            share(silent, placebos.len()),
            silent * 100 >= placebos.len() * 95,
        ));
    }
    let mut out = String::from("## What is asked, and what came\n\n| asked | came | holds |\n|---|---|---|\n");
    for (asked, came, holds) in rows {
        let _ = writeln!(out, "| {asked} | {came} | {} |", if holds { "yes" } else { "no" });
    }
    out
}

fn false_of(runs: &[Run]) -> (usize, f64) {
    (runs.iter().map(|r| r.replayed.false_signals).sum(), runs.iter().map(|r| r.replayed.quiet_days).sum())
}

fn quiet_weeks(cuts: &[(Cut, Vec<Run>)], placebos: &[Placebo]) -> String {
    let mut out = String::from(
        "## Weeks in which nothing happened\n\n| what is left of them | days | false signals | a day |\n|---|---|---|---|\n",
    );
    for (cut, runs) in cuts {
        let (wrong, days) = false_of(runs);
        let left = match cut {
            Cut::Whole => "all three weeks",
            Cut::ThreeDays => "the last three days",
            Cut::Day => "the last day",
            Cut::TwoHours => "the last two hours",
        };
        let _ = writeln!(out, "| {left} | {days:.1} | {wrong} | {} |", rate(wrong, days));
    }
    let silent = placebos.iter().filter(|p| p.silent).count();
    let blameless = placebos.iter().filter(|p| p.no_change_first).count();
    let _ = write!(
        out,
        "\nAsked at {} of their moments, from the second week on, all over the clock, about each service in turn\n\
         ({}):\n\
         silent at {}; no change before \"no change\" at {}.\n",
        placebos.len(),
        SERVICES.join(", "),
        share(silent, placebos.len()),
        share(blameless, placebos.len()),
    );
    out
}

/// What two answers that take no thought would get by the same marks.
fn trivial(by_kind: &[(&str, &[Marked])], placebos: &[Placebo]) -> String {
    let all: Vec<&Marked> = by_kind.iter().flat_map(|(_, marked)| marked.iter()).collect();
    let own: Vec<&Told> = all.iter().filter_map(|m| m.run.told.as_ref()).collect();
    if own.is_empty() {
        return String::new();
    }
    let whole = sum(all.iter().copied());
    let answers = [
        (
            "backstory",
            own,
            format!("{:.3}", whole.wrong as f64 / whole.days),
            placebos.iter().filter(|p| p.silent).count(),
        ),
        ("says nothing", all.iter().filter_map(|m| m.silence.as_ref()).collect(), "0".into(), placebos.len()),
        ("always fires", all.iter().filter_map(|m| m.alarm.as_ref()).collect(), "1,440 or more".into(), 0),
    ];
    let mut out = String::from(
        "## Beside answers that take no thought\n\n\
         All incidents together. Who always fires has the longest leads that are possible.\n\n\
         | answer | noticed before | lead, median h (most possible) | verdict right | silence right | false a quiet day | silent at quiet moments |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for (name, told, wrong, silent) in answers {
        let sum = Sum { told, foretold: whole.foretold, wrong: 0, days: 0.0 };
        let of = sum.told.len();
        let _ = writeln!(
            out,
            "| {name} | {} of {} | {} | {} of {of} | {} of {of} | {wrong} | {silent} of {} |",
            sum.noticed(),
            sum.foretold,
            sum.leads(),
            sum.count(|t| t.verdict_right),
            sum.count(|t| t.silence_right),
            placebos.len()
        );
    }
    out
}

/// False signals by what ordinary life did there and then, and by their kind.
fn misled(by_kind: &[(&str, &[Marked])]) -> String {
    type Counts = BTreeMap<String, [usize; 2]>;
    let (mut causes, mut kinds) = (Counts::new(), Counts::new());
    for (name, marked) in by_kind {
        let place = usize::from(*name != "quiet");
        for replayed in marked.iter().map(|m| &m.run.replayed) {
            replayed.false_by.iter().for_each(|(word, n)| causes.entry(word.clone()).or_default()[place] += n);
            replayed.false_kinds.iter().for_each(|(word, n)| kinds.entry(word.clone()).or_default()[place] += n);
        }
    }
    let table = |what: &str, counts: &Counts| {
        let mut rows: Vec<(&String, &[usize; 2])> = counts.iter().collect();
        rows.sort_by_key(|(_, n)| std::cmp::Reverse(n[0] + n[1]));
        let lines = rows.iter().map(|(word, n)| format!("| {word} | {} | {} |\n", n[0], n[1]));
        format!("| {what} | in quiet weeks | before incidents |\n|---|---|---|\n{}", lines.collect::<String>())
    };
    format!(
        "## False signals\n\n\
         By what ordinary life did there and then (`nothing`: nothing that the truth knows of), and by their kind.\n\n{}\n{}",
        table("misled by", &causes),
        table("kind", &kinds)
    )
}
