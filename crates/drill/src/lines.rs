//! Invented log lines whose templates are known, as many as one likes.
//!
//! A few hundred statements in invented words, some of them most of the file and many of them rare, with parameters of the
//! kinds that real statements have, and names out of vocabularies that are skewed and grow with the file (G. Zipf 1935;
//! H. Heaps 1978): what a miner does with two thousand lines says little about ten million. A statement's states (`ready`,
//! `failed`) are templates of their own; names are not. Read [`Corpus`] first, then [`Grouping`].

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::chance::{Chance, ln};

/// How lines begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// The message alone.
    Bare,
    /// `2026-11-16 10:00:00,123 INFO  [exec-3] org.shop.cart.Till: `
    Java,
    /// `Nov 16 10:00:00 node-7 till[312]: `
    Syslog,
    /// `[16/Nov/2026:10:00:00 +0000] W node7 till | `
    Bars,
    /// `1794823200.123 till.core(40312) notice `
    Epoch,
    /// `261116 100000 148 INFO till.Till$Drawer: `
    Compact,
}

/// All ways in which lines begin.
pub const HEADS: [Head; 6] = [Head::Bare, Head::Java, Head::Syslog, Head::Bars, Head::Epoch, Head::Compact];

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Hex,
    Uuid,
    Address,
    AddressAndPort,
    Host,
    NumberedPath,
    NamedPath,
    Url,
    User,
    Quoted,
    Pair,
    NamedPair,
    Duration,
    SpacedDuration,
    Size,
    List,
    Worker,
    Truth,
}

const KINDS: [Kind; 19] = [
    Kind::Number,
    Kind::Hex,
    Kind::Uuid,
    Kind::Address,
    Kind::AddressAndPort,
    Kind::Host,
    Kind::NumberedPath,
    Kind::NamedPath,
    Kind::Url,
    Kind::User,
    Kind::Quoted,
    Kind::Pair,
    Kind::NamedPair,
    Kind::Duration,
    Kind::SpacedDuration,
    Kind::Size,
    Kind::List,
    Kind::Worker,
    Kind::Truth,
];

/// A piece of a statement.
#[derive(Clone, Debug)]
enum Piece {
    Words(String),
    Hole(Kind),
    /// One of some states: each makes a template of its own.
    State(Vec<&'static str>),
}

#[derive(Clone, Debug)]
struct Statement {
    class: &'static str,
    pieces: Vec<Piece>,
    /// The number of its first template.
    first: usize,
}

/// Statements, and the lines that they print.
#[derive(Clone, Debug)]
pub struct Corpus {
    head: Head,
    chance: Chance,
    statements: Vec<Statement>,
    /// Sums of the statements' weights.
    weights: Vec<f64>,
    templates: Vec<String>,
    written: u64,
}

const CLASSES: [&str; 12] =
    ["Till", "Ledger", "Mill", "Harbour", "Quarry", "Orchard", "Beacon", "Ferry", "Forge", "Loom", "Granary", "Weir"];
const QUALITIES: [&str; 24] = [
    "stale", "early", "late", "remote", "local", "shared", "empty", "partial", "broken", "next", "old", "fresh",
    "cold", "orphan", "pending", "second", "final", "idle", "busy", "hidden", "outer", "spare", "narrow", "open",
];
const THINGS: [&str; 36] = [
    "lease",
    "ticket",
    "crate",
    "anchor",
    "segment",
    "cursor",
    "digest",
    "parcel",
    "voucher",
    "shard",
    "beacon",
    "batch",
    "replica",
    "mirror",
    "pipeline",
    "invoice",
    "window",
    "lock",
    "manifest",
    "journal",
    "quota",
    "socket",
    "snapshot",
    "stream",
    "offset",
    "handle",
    "lane",
    "token",
    "barrier",
    "bundle",
    "slot",
    "checkpoint",
    "fragment",
    "envelope",
    "watermark",
    "heartbeat",
];
const DEEDS: [&str; 36] = [
    "opened",
    "closed",
    "moved",
    "sealed",
    "dropped",
    "merged",
    "copied",
    "rejected",
    "renewed",
    "evicted",
    "flushed",
    "rotated",
    "parked",
    "scheduled",
    "verified",
    "skipped",
    "rebuilt",
    "drained",
    "pinned",
    "promoted",
    "split",
    "restored",
    "trimmed",
    "queued",
    "acknowledged",
    "expired",
    "fetched",
    "stored",
    "compacted",
    "signed",
    "refreshed",
    "announced",
    "claimed",
    "released",
    "truncated",
    "replayed",
];
const LINKS: [&str; 16] = [
    "by",
    "from",
    "to",
    "with",
    "for",
    "on",
    "at",
    "after",
    "before",
    "via",
    "under",
    "near",
    "without",
    "because of",
    "instead of",
    "in favour of",
];
const KEYS: [&str; 16] = [
    "lane", "depth", "owner", "attempt", "span", "weight", "cost", "seat", "rank", "left", "limit", "tier", "pace",
    "berth", "load", "round",
];
const STATES: [&[&str]; 6] = [
    &["ready", "failed"],
    &["RUNNING", "STOPPED", "WAITING"],
    &["accepted", "declined", "deferred"],
    &["primary", "secondary"],
    &["GREEN", "YELLOW", "RED"],
    &["warm", "cold", "frozen", "lost"],
];
const SYLLABLES: [&str; 24] = [
    "ka", "ro", "mi", "len", "tor", "va", "sun", "pel", "dri", "no", "hes", "lu", "gar", "wi", "zo", "tam", "be",
    "fir", "ul", "nis", "cor", "ye", "mo", "rad",
];

/// Names that are there when nothing was written yet, and how they grow with the lines (Heaps' law, exponent one half).
const NAMES_FIRST: f64 = 20.0;

impl Corpus {
    /// So many statements and their lines, from a seed.
    pub fn new(seed: u64, statements: usize, head: Head) -> Corpus {
        let mut chance = Chance::of(seed, "statements", 0);
        let mut corpus = Corpus {
            head,
            chance: Chance::of(seed, "lines", 0),
            statements: Vec::new(),
            weights: Vec::new(),
            templates: Vec::new(),
            written: 0,
        };
        let mut sum = 0.0;
        while corpus.statements.len() < statements {
            let statement = statement(&mut chance, corpus.templates.len());
            let texts = statement.templates();
            if texts.iter().any(|text| corpus.templates.contains(text)) {
                continue;
            }
            let rank = 1.0 + corpus.statements.len() as f64;
            sum += 1.0 / (rank * rank.sqrt());
            corpus.templates.extend(texts);
            corpus.weights.push(sum);
            corpus.statements.push(statement);
        }
        corpus
    }

    /// The template of that number, with `<*>` for what varies.
    pub fn template(&self, number: usize) -> &str {
        &self.templates[number]
    }

    /// Writes the next line, with its newline, and says which template it has.
    pub fn line(&mut self, out: &mut String) -> usize {
        let at = self.chance.share() * self.weights.last().copied().unwrap_or_default();
        let number = self.weights.partition_point(|sum| *sum <= at).min(self.statements.len() - 1);
        let statement = &self.statements[number];
        head(self.head, self.written, statement.class, &mut self.chance, out);
        self.written += 1;
        let mut template = statement.first;
        for piece in &statement.pieces {
            match piece {
                Piece::Words(words) => out.push_str(words),
                Piece::State(states) => {
                    let state = self.chance.below(states.len());
                    template += state;
                    out.push_str(states[state]);
                }
                Piece::Hole(kind) => fill(*kind, self.written, &mut self.chance, out),
            }
        }
        out.push('\n');
        template
    }
}

impl Statement {
    fn templates(&self) -> Vec<String> {
        let states =
            self.pieces.iter().find_map(|p| if let Piece::State(states) = p { Some(states.len()) } else { None });
        (0..states.unwrap_or(1))
            .map(|state| {
                let piece = |p: &Piece| match p {
                    Piece::Words(words) => words.clone(),
                    Piece::State(states) => states[state].to_string(),
                    Piece::Hole(Kind::AddressAndPort) => "<*>:<*>".into(),
                    Piece::Hole(Kind::SpacedDuration) => "<*> ms".into(),
                    Piece::Hole(Kind::Pair | Kind::NamedPair) => "=<*>".into(),
                    Piece::Hole(Kind::Quoted) => "\"<*>\"".into(),
                    Piece::Hole(_) => "<*>".into(),
                };
                self.pieces.iter().map(piece).collect()
            })
            .collect()
    }
}

/// A sentence such as `stale lease 17 moved to <host> after <duration>`.
fn statement(chance: &mut Chance, first: usize) -> Statement {
    let class = *chance.pick(&CLASSES);
    let mut pieces = Vec::new();
    let mut words = String::new();
    if chance.happens(0.25) {
        let _ = write!(words, "{class}: ");
    }
    if chance.happens(0.5) {
        let _ = write!(words, "{} ", chance.pick(&QUALITIES));
    }
    words.push_str(chance.pick::<&str>(&THINGS));
    if chance.happens(0.4) {
        words.push(' ');
        pieces.push(Piece::Words(std::mem::take(&mut words)));
        pieces.push(Piece::Hole(*chance.pick(&KINDS[..2])));
    }
    let _ = write!(words, " {}", chance.pick(&DEEDS));
    let mut stateful = false;
    for _ in 0..chance.below(4) {
        if !stateful && chance.happens(0.12) {
            stateful = true;
            words.push_str(", now ");
            pieces.push(Piece::Words(std::mem::take(&mut words)));
            pieces.push(Piece::State(chance.pick(&STATES).to_vec()));
            continue;
        }
        let kind = *chance.pick(&KINDS);
        match kind {
            Kind::Pair | Kind::NamedPair => {
                let _ = write!(words, " {}", chance.pick(&KEYS));
            }
            Kind::User => {
                let _ = write!(words, " {} user ", chance.pick(&LINKS));
            }
            Kind::Truth => {
                let _ = write!(words, ", {} {}: ", chance.pick(&QUALITIES), chance.pick(&THINGS));
            }
            _ => {
                let _ = write!(words, " {} {} ", chance.pick(&LINKS), chance.pick(&THINGS));
            }
        }
        pieces.push(Piece::Words(std::mem::take(&mut words)));
        pieces.push(Piece::Hole(kind));
    }
    if chance.happens(0.3) {
        let _ = write!(words, " {} {}", chance.pick(&LINKS), chance.pick(&THINGS));
    }
    pieces.push(Piece::Words(words));
    Statement { class, pieces, first }
}

/// A name out of a vocabulary that has grown with the lines written so far; few of them are most of what is said.
fn name(written: u64, chance: &mut Chance, out: &mut String) {
    let names = NAMES_FIRST + (written as f64).sqrt();
    // The inverse of Zipf's distribution of exponent 1: names^share.
    let rank = crate::chance::exp(chance.share() * ln(names)) as usize;
    let mut left = rank + SYLLABLES.len();
    while left > 0 {
        out.push_str(SYLLABLES[left % SYLLABLES.len()]);
        left /= SYLLABLES.len();
    }
}

fn fill(kind: Kind, written: u64, chance: &mut Chance, out: &mut String) {
    let number = |chance: &mut Chance| chance.bits() >> (64 - 4 * (1 + chance.below(6)));
    let bits = chance.bits();
    // Memory takes all.
    let _ = match kind {
        Kind::Number => write!(out, "{}", number(chance)),
        Kind::Hex => write!(out, "0x{:08x}", bits >> 32),
        Kind::Uuid => write!(out, "{:08x}-{:04x}-4a1b-9c3d-{:012x}", bits >> 32, bits & 0xffff, bits >> 16),
        Kind::Address | Kind::AddressAndPort => {
            let _ = write!(out, "10.{}.{}.{}", bits & 7, bits >> 8 & 255, bits >> 16 & 255);
            if kind == Kind::AddressAndPort { write!(out, ":{}", 1024 + (bits >> 32 & 0x7fff)) } else { Ok(()) }
        }
        Kind::Host => {
            name(written, chance, out);
            write!(out, "{}.eu.shop.example", bits & 15)
        }
        Kind::NumberedPath => write!(out, "/srv/part/{}/{}.seg", bits & 31, bits >> 8 & 0xffff),
        Kind::NamedPath => {
            out.push_str("/srv/");
            name(written, chance, out);
            write!(out, "/current")
        }
        Kind::Url => {
            out.push_str("http://shop.example/");
            name(written, chance, out);
            write!(out, "?page={}", bits & 15)
        }
        Kind::User => {
            name(written, chance, out);
            Ok(())
        }
        Kind::Quoted => {
            out.push('"');
            name(written, chance, out);
            write!(out, "\"")
        }
        Kind::Pair => write!(out, "={}", number(chance)),
        Kind::NamedPair => {
            out.push('=');
            name(written, chance, out);
            Ok(())
        }
        Kind::Duration => write!(out, "{}ms", number(chance)),
        Kind::SpacedDuration => write!(out, "{} ms", number(chance)),
        Kind::Size => write!(out, "{}.{} {}", bits & 511, bits >> 9 & 7, ["B", "KB", "MB"][(bits >> 12) as usize % 3]),
        Kind::List => {
            let many = 1 + bits as usize % 5;
            (0..many).try_for_each(|i| write!(out, "{}{}", if i > 0 { ", " } else { "" }, number(chance)))
        }
        Kind::Worker => write!(out, "exec-{}", bits & 63),
        Kind::Truth => write!(out, "{}", bits & 7 == 0),
    };
}

fn head(head: Head, written: u64, class: &str, chance: &mut Chance, out: &mut String) {
    let bits = chance.bits();
    // Ten lines a second from ten o'clock on, a new day when the day is over.
    let (second, fraction) = (36_000 + written / 10, written % 10 * 100 + bits % 100);
    let (day, second) = (16 + second / 86_400 % 14, second % 86_400);
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    let level = ["INFO ", "INFO ", "INFO ", "DEBUG", "WARN ", "ERROR"][(bits >> 8) as usize % 6];
    let lower = class.to_ascii_lowercase();
    let _ = match head {
        Head::Bare => Ok(()),
        Head::Java => write!(
            out,
            "2026-11-{day:02} {h:02}:{m:02}:{s:02},{fraction:03} {level} [exec-{}] org.shop.{lower}.{class}: ",
            bits >> 16 & 31
        ),
        Head::Syslog => {
            write!(
                out,
                "Nov {day:2} {h:02}:{m:02}:{s:02} node-{} {lower}[{}]: ",
                bits >> 16 & 7,
                300 + (bits >> 24 & 63)
            )
        }
        Head::Bars => write!(
            out,
            "[{day:02}/Nov/2026:{h:02}:{m:02}:{s:02} +0000] {} node{} {lower} | ",
            &level[..1],
            bits >> 16 & 7
        ),
        Head::Compact => write!(
            out,
            "2611{day:02} {h:02}{m:02}{s:02} {} {} {lower}.{class}$Drawer: ",
            bits >> 16 & 255,
            level.trim_end()
        ),
        Head::Epoch => write!(
            out,
            "{}.{fraction:03} {lower}.core({}) {} ",
            1_794_787_200 + (day - 16) * 86_400 + second,
            40_000 + (bits >> 16 & 255),
            ["notice", "info", "warning"][(bits >> 32) as usize % 3]
        ),
    };
}

/// How well lines were put into groups. Sources: P. He et al., DSN 2016 (grouping accuracy); Z. Khan et al., ICSE 2022
/// (that of templates, F1 of both).
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    pairs: BTreeMap<(String, usize), u64>,
    texts: BTreeMap<String, String>,
}

/// Shares between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Marks {
    /// Lines whose group is exactly the true one.
    pub ga: f64,
    /// F1 over groups.
    pub fga: f64,
    /// Lines with the true text.
    pub pa: f64,
    /// F1 over groups that have the right lines and the right text.
    pub fta: f64,
}

impl Grouping {
    /// A line was found to be of a group with a text; in truth it is of that template.
    pub fn add(&mut self, group: &str, text: &str, template: usize) {
        match self.pairs.get_mut(&(group.to_string(), template)) {
            Some(count) => *count += 1,
            None => {
                self.pairs.insert((group.to_string(), template), 1);
                self.texts.entry(group.to_string()).or_insert_with(|| text.to_string());
            }
        }
    }

    /// The marks; `truth` gives a template's text.
    pub fn marks<'a>(&self, truth: impl Fn(usize) -> &'a str) -> Marks {
        let (mut groups, mut templates): (BTreeMap<&str, u64>, BTreeMap<usize, u64>) = Default::default();
        for ((group, template), count) in &self.pairs {
            *groups.entry(group).or_default() += count;
            *templates.entry(*template).or_default() += count;
        }
        let all = self.pairs.values().sum::<u64>().max(1) as f64;
        let (mut right, mut right_lines, mut worded, mut same_lines) = (0.0, 0.0, 0.0, 0.0);
        for ((group, template), count) in &self.pairs {
            let lines = *count as f64;
            let same = same_text(self.texts.get(group).map_or("", String::as_str), truth(*template));
            same_lines += if same { lines } else { 0.0 };
            if groups.get(group.as_str()) == Some(count) && templates.get(template) == Some(count) {
                right += 1.0;
                right_lines += lines;
                worded += if same { 1.0 } else { 0.0 };
            }
        }
        let f1 = |hits: f64| 2.0 * hits / (groups.len() + templates.len()).max(1) as f64;
        Marks { ga: right_lines / all, fga: f1(right), pa: same_lines / all, fta: f1(worded) }
    }
}

/// Whether two templates say the same: runs of `<*>` within a word are one.
fn same_text(found: &str, truth: &str) -> bool {
    let normal = |text: &str| {
        let mut text = text.to_string();
        while text.contains("<*>:<*>") || text.contains("<*><*>") {
            text = text.replace("<*>:<*>", "<*>").replace("<*><*>", "<*>");
        }
        text
    };
    normal(found) == normal(truth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn lines_are_as_their_templates_say_and_the_same_each_time() {
        let mut out = String::new();
        for (at, head) in HEADS.into_iter().enumerate() {
            let mut corpus = Corpus::new(3 + at as u64, 40, head);
            for _ in 0..3 {
                let template = corpus.line(&mut out);
                out.push_str(&format!("    {}\n", corpus.template(template)));
            }
        }
        expect![[r#"
            shared shard renewed without beacon exec-28 weight=roro without beacon
                shared shard renewed without beacon <*> weight=<*> without beacon
            early fragment signed by batch /srv/part/20/52768.seg with barrier d245737d-fec7-4a1b-9c3d-d245737dd712 cost=1597
                early fragment signed by batch <*> with barrier <*> cost=<*>
            old lease 0xd6e91494 refreshed before barrier 10.3.100.188:7470
                old lease <*> refreshed before barrier <*>:<*>
            2026-11-16 10:00:00,079 WARN  [exec-2] org.shop.ferry.Ferry: Ferry: late ticket evicted under shard sunro10.eu.shop.example, local beacon: false
                Ferry: late ticket evicted under shard <*>, local beacon: <*>
            2026-11-16 10:00:00,132 INFO  [exec-27] org.shop.harbour.Harbour: invoice signed, now GREEN on crate 1514
                invoice signed, now GREEN on crate <*>
            2026-11-16 10:00:00,248 WARN  [exec-10] org.shop.harbour.Harbour: invoice signed, now RED on crate 12845817
                invoice signed, now RED on crate <*>
            Nov 16 10:00:00 node-6 granary[339]: open crate released
                open crate released
            Nov 16 10:00:00 node-6 granary[344]: open crate released
                open crate released
            Nov 16 10:00:00 node-3 harbour[313]: mirror copied via socket 0xdb45ac66
                mirror copied via socket <*>
            [16/Nov/2026:10:00:00 +0000] I node0 weir | Weir: stale parcel 0xe1f33348 restored in favour of lease
                Weir: stale parcel <*> restored in favour of lease
            [16/Nov/2026:10:00:00 +0000] W node0 forge | Forge: invoice dropped via beacon 7118 by slot roro6.eu.shop.example on lock
                Forge: invoice dropped via beacon <*> by slot <*> on lock
            [16/Nov/2026:10:00:00 +0000] I node4 loom | cold voucher moved because of snapshot exec-30 by lane 09f15c46-d412-4a1b-9c3d-09f15c464acc
                cold voucher moved because of snapshot <*> by lane <*>
            1794823200.076 orchard.core(40056) notice pending watermark replayed at user torro, now primary
                pending watermark replayed at user <*>, now primary
            1794823200.141 beacon.core(40255) warning Beacon: orphan invoice signed, now YELLOW
                Beacon: orphan invoice signed, now YELLOW
            1794823200.286 ledger.core(40149) notice pending lock stored in favour of cursor "torro" via ticket 10.0.128.129
                pending lock stored in favour of cursor "<*>" via ticket <*>
            261116 100000 121 ERROR weir.Weir$Drawer: fragment 9183563 refreshed on parcel "roro", now RUNNING
                fragment <*> refreshed on parcel "<*>", now RUNNING
            261116 100000 155 INFO weir.Weir$Drawer: fragment 40165 refreshed on parcel "torro", now WAITING
                fragment <*> refreshed on parcel "<*>", now WAITING
            261116 100000 105 INFO weir.Weir$Drawer: fragment 3262 refreshed on parcel "roro", now RUNNING
                fragment <*> refreshed on parcel "<*>", now RUNNING
        "#]].assert_eq(&out);
    }

    #[test]
    fn vocabularies_grow() {
        let words = |lines: usize| {
            let mut corpus = Corpus::new(1, 200, Head::Bare);
            let mut text = String::new();
            for _ in 0..lines {
                corpus.line(&mut text);
            }
            text.split([' ', '"', '=', '\n', '/']).map(str::to_string).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert!(words(20_000) > 3 * words(2_000));
    }

    #[test]
    fn marks_count_groups_and_their_lines() {
        let truth = ["a <*>", "b"];
        let marks = |found: &[(&str, &str, usize)]| {
            let mut grouping = Grouping::default();
            found.iter().for_each(|(group, text, template)| grouping.add(group, text, *template));
            grouping.marks(|template| truth[template])
        };
        let all = Marks { ga: 1.0, fga: 1.0, pa: 1.0, fta: 1.0 };
        assert_eq!(marks(&[("1", "a <*>:<*>", 0), ("1", "a <*>:<*>", 0), ("2", "b", 1)]), all);
        let split = marks(&[("1", "a 1", 0), ("2", "a 2", 0), ("3", "b", 1), ("3", "b", 1)]);
        assert_eq!(split, Marks { ga: 0.5, fga: 0.4, pa: 0.5, fta: 0.4 });
        let one = marks(&[("1", "<*>", 0), ("1", "<*>", 1)]);
        assert_eq!(one, Marks::default());
    }
}
