//! `docs/detectors.md`: each detector alone, and each left out: what it catches, and what it costs.

use std::fmt::Write as _;

use drill::score::{self, Replayed};
use drill::{Cut, Incident};
use signal::detectors::DETECTORS;

use crate::Asked;
use crate::cases::{Case, Program, Refused, each};
use crate::numbers::{median, rate, said, share};

/// Some of the detectors.
#[derive(Clone, Copy, PartialEq)]
enum Chosen {
    All,
    Alone(&'static str),
    Without(&'static str),
}

impl Chosen {
    fn every() -> Vec<Chosen> {
        let names = || DETECTORS.iter().map(|(name, _)| *name);
        std::iter::once(Chosen::All).chain(names().map(Chosen::Alone)).chain(names().map(Chosen::Without)).collect()
    }

    /// The flags that leave out the others.
    fn flags(self) -> Vec<&'static str> {
        let left_out = |name: &&str| match self {
            Chosen::All => false,
            Chosen::Alone(own) => *name != own,
            Chosen::Without(own) => *name == own,
        };
        DETECTORS.iter().map(|(name, _)| *name).filter(left_out).flat_map(|name| ["--without", name]).collect()
    }
}

/// One replay: its marks, whether there was something to catch, and what it took.
struct Marked {
    kind: &'static str,
    replayed: Replayed,
    foretold: bool,
    cpu: Option<f64>,
}

/// The whole page.
pub fn document(asked: &Asked, program: &Program, made: &str) -> Result<String, Refused> {
    let (sets, cases) = (Chosen::every(), asked.cases());
    let marked = each("cases", &cases, |(kind, seed)| marked(program, kind, *seed, &sets))?;
    let of =
        |set: Chosen| sum(marked.iter().filter_map(|case| case.get(sets.iter().position(|s| *s == set)?)).collect());
    let all = of(Chosen::All);
    let mut out = format!("# Each detector alone, and each left out\n\n{made}\n{}", how_to_read(asked));
    out.push_str("\n## Alone\n\n");
    out.push_str(HEAD);
    let _ = writeln!(out, "{}", all.row("all together", None));
    for (name, _) in DETECTORS {
        let _ = writeln!(out, "{}", of(Chosen::Alone(name)).row(&format!("`{name}` alone"), None));
    }
    out.push_str("\n## Left out\n\nAfter a slash: how far that is from the run with all.\n\n");
    out.push_str(HEAD);
    let _ = writeln!(out, "{}", all.row("all together", None));
    for (name, _) in DETECTORS {
        let _ = writeln!(out, "{}", of(Chosen::Without(name)).row(&format!("without `{name}`"), Some(&all)));
    }
    out.push_str(&caught_alone(asked, &of));
    Ok(out)
}

fn marked(program: &Program, kind: &'static Incident, seed: u64, sets: &[Chosen]) -> Result<Vec<Marked>, Refused> {
    let case = Case::make(kind, seed, Cut::Whole)?;
    let mark = |set: &Chosen| {
        let (replay, cpu) = program.replay(case.folder(), &set.flags())?;
        let replayed = score::replayed(&case.truth, &replay).map_err(|e| format!("{} {seed}: {e}", kind.name))?;
        Ok(Marked { kind: kind.name, replayed, foretold: !case.truth.precursors.is_empty(), cpu })
    };
    sets.iter().map(mark).collect()
}

const HEAD: &str =
    "| detectors | caught | lead, median h | false a quiet day | CPU s a replay |\n|---|---|---|---|---|\n";

fn how_to_read(asked: &Asked) -> String {
    let names: Vec<&str> = asked.kinds.iter().map(|kind| kind.name).collect();
    format!(
        "Seeds: {} of each of {}; whole three-week worlds, replayed.\n\n\
         - *Caught*: a signal of 0.5 or more about a true precursor, raised before users were hurt, of the runs that have a\n  \
         precursor. *False a quiet day*: signals of 0.5 or more before the first precursor began; in quiet weeks, all.\n\
         - *CPU s a replay*: user and system time of the program as the kernel counts it, in the mean, reading of the files\n  \
         included; measured with one replay running on each core.\n\
         - `log_rate` also counts the load by which others judge. Where it is left out, and where another stands alone,\n  \
         the load counts as usual at all times: others then say more, or less, than they do beside it.\n\
         - In brackets: 95 % intervals, of shares after Wilson, of counts exact for counts that come one by one.\n",
        asked.seeds,
        names.join(", ")
    )
}

/// What some replays come to.
struct Sum<'a> {
    marked: Vec<&'a Marked>,
    caught: usize,
    foretold: usize,
    wrong: usize,
    days: f64,
    cpu: Option<f64>,
}

fn sum(marked: Vec<&Marked>) -> Sum<'_> {
    let cpu: Option<Vec<f64>> = marked.iter().map(|m| m.cpu).collect();
    Sum {
        caught: marked.iter().filter(|m| m.replayed.caught.is_some()).count(),
        foretold: marked.iter().filter(|m| m.foretold).count(),
        wrong: marked.iter().map(|m| m.replayed.false_signals).sum(),
        days: marked.iter().map(|m| m.replayed.quiet_days).sum(),
        cpu: cpu.map(|seconds| seconds.iter().sum::<f64>() / seconds.len().max(1) as f64),
        marked,
    }
}

impl Sum<'_> {
    fn row(&self, name: &str, beside: Option<&Sum<'_>>) -> String {
        let leads = self.marked.iter().filter_map(|m| m.replayed.caught.as_ref());
        let lead = median(leads.map(|c| c.lead_seconds as f64 / 3600.0).collect());
        let a_day = |sum: &Sum<'_>| sum.wrong as f64 / sum.days;
        let (caught, wrong, time) = match beside {
            None => Default::default(),
            Some(all) => (
                format!(" / {:+}", self.caught as i64 - all.caught as i64),
                format!(" / {:+.3}", a_day(self) - a_day(all)),
                self.cpu.zip(all.cpu).map_or(String::new(), |(own, all)| format!(" / {:+.2}", own - all)),
            ),
        };
        let (share, rate) = (share(self.caught, self.foretold), rate(self.wrong, self.days));
        format!("| {name} | {share}{caught} | {} | {rate}{wrong} | {}{time} |", said(lead, 1), said(self.cpu, 2))
    }
}

/// Which incidents each detector catches alone.
fn caught_alone<'a>(asked: &Asked, of: &impl Fn(Chosen) -> Sum<'a>) -> String {
    let caught = |sum: &Sum<'_>, kind: &Incident| {
        sum.marked.iter().filter(|m| m.kind == kind.name && m.replayed.caught.is_some()).count()
    };
    // Of an incident that nothing foretells nothing can be caught.
    let all = of(Chosen::All);
    let foretold = |kind: &&Incident| all.marked.iter().any(|m| m.kind == kind.name && m.foretold);
    let kinds: Vec<&Incident> = asked.kinds.iter().copied().filter(foretold).collect();
    let row = |name: &str, sum: &Sum<'_>| {
        let cells: Vec<String> = kinds.iter().map(|kind| caught(sum, kind).to_string()).collect();
        format!("| {name} | {} |\n", cells.join(" | "))
    };
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let mut out = format!(
        "\n## Which incidents each catches alone\n\nRuns caught, of {}.\n\n| | {} |\n|---|{}\n",
        asked.seeds,
        names.join(" | "),
        "---|".repeat(names.len())
    );
    out.push_str(&row("all together", &all));
    for (name, _) in DETECTORS {
        out.push_str(&row(&format!("`{name}`"), &of(Chosen::Alone(name))));
    }
    out
}
