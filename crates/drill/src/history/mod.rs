//! The shop's repository before and during the world: some years of commits, and then those that the changes name.
//!
//! Files are made of blocks, a function or a setting each; a commit adds a block or edits one, so that every line has a commit
//! that brought it. The years before end with exactly the files that the world's first change finds; each change of the world
//! is then a commit that replaces the line that its diff names. Nothing here knows an incident: its changes come like all
//! others. Read [`of`] first; `writing/git.rs` makes objects of it.

pub mod code;
pub mod people;

use std::collections::BTreeMap;

use evidence::{ChangeKind, DAY, HOUR, Nanos, SECOND, Time};

use crate::chance::{Chance, power};
use crate::incidents::INCIDENTS;
use crate::moments::{is_weekend, midnight};
use crate::shop::lines;
use crate::shop::work::{COMMITS, TWEAKS};
use crate::world::World;
use crate::world::changes::Change;

/// A commit before it is an object.
#[derive(Clone, Debug)]
pub struct Commit {
    /// When it was made.
    pub time: Time,
    /// By whom.
    pub author: String,
    /// Its message, with its trailers.
    pub message: String,
    /// The files that it changes, whole.
    pub files: Vec<(String, String)>,
    /// The number of the change that it is, in the world's list.
    pub change: Option<usize>,
}

/// So long the repository is there before the world begins.
const BEFORE: Nanos = 940 * DAY;

/// A part of a file that comes and is edited as one.
struct Block {
    /// Its lines after each edit, the first as it came.
    versions: Vec<Vec<String>>,
    /// Which of them it has now, once it has come.
    now: Option<usize>,
    /// What a message calls it.
    what: String,
}

/// A file as blocks.
struct File {
    head: Vec<String>,
    blocks: Vec<Block>,
    foot: Vec<String>,
}

type Files = BTreeMap<String, File>;

/// A file, and a line in it.
type Place = (String, String);

/// All commits, the oldest first.
pub fn of(world: &World) -> Vec<Commit> {
    let mut files = files(world);
    let mut commits = before(world, &mut files);
    commits.extend(during(world, &mut files));
    commits
}

/// The files with all their blocks, none of which has come yet.
fn files(world: &World) -> Files {
    let mut files = Files::new();
    for line in lines::all().filter(|l| code::is_ours(l)) {
        let mut chance = Chance::of(world.seed, "history/edits", named(line.id));
        let versions = (0..=chance.below(4)).map(|edits| code::statement(line, edits)).collect();
        let what = line.id.rsplit('.').next().unwrap_or(line.id).replace('_', " ");
        file(&mut files, &code::path(line)).blocks.push(Block { versions, now: None, what });
    }
    for (path, line) in settings(world) {
        let what = path.rsplit('/').next().unwrap_or(&path).to_string();
        file(&mut files, &path).blocks.push(Block { versions: vec![vec![line]], now: None, what });
    }
    let lock = |number: usize| vec![format!("hollyhock-libraries = \"4.{number}.0\"")];
    let locks = Block { versions: (0..70).map(lock).collect(), now: None, what: "libraries".to_string() };
    file(&mut files, LOCK).blocks.push(locks);
    files
}

/// The file in which all libraries are pinned.
const LOCK: &str = "dependencies.lock";

fn named(id: &str) -> u64 {
    id.bytes().fold(7, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte))
}

fn file<'a>(files: &'a mut Files, path: &str) -> &'a mut File {
    files.entry(path.to_string()).or_insert_with(|| {
        let (head, foot) = code::frame(path);
        File { head, blocks: Vec::new(), foot }
    })
}

/// Every line that a change may find and replace, in its file: of all ordinary work and of all incidents, whether they come
/// or not, so that the years before tell nothing of what will happen; and of what else comes.
fn settings(world: &World) -> Vec<Place> {
    let ordinary = COMMITS.iter().chain(TWEAKS.iter().map(|t| &t.work));
    let works = ordinary.chain(INCIDENTS.iter().flat_map(|i| i.works.iter().copied()));
    let work: Vec<(&str, &str, &str)> = works.map(|w| (w.file, w.minus, w.plus)).collect();
    let all = work.iter().copied().chain(world.changes.iter().filter_map(edit));
    let (mut there, mut came): (Vec<Place>, Vec<Place>) = (Vec::new(), Vec::new());
    for (path, minus, plus) in all {
        let known = |list: &[Place]| list.iter().any(|(p, l)| p == path && l == minus);
        if !minus.is_empty() && !known(&there) && !known(&came) {
            there.push((path.to_string(), minus.to_string()));
        }
        came.push((path.to_string(), plus.to_string()));
    }
    there
}

/// The file of a change, the line that goes and the line that comes, as its diff has them.
fn edit(change: &Change) -> Option<(&'static str, &str, &str)> {
    let path = change.files.first()?;
    let body: Vec<&str> = change.diff.as_deref()?.lines().skip(3).collect();
    let signed = |sign| body.iter().find_map(|l| l.strip_prefix(sign)).unwrap_or("");
    Some((path, signed('-'), signed('+')))
}

impl File {
    fn text(&self) -> String {
        let blocks = self.blocks.iter().filter_map(|b| b.now.map(|version| &b.versions[version]));
        let lines = self.head.iter().chain(blocks.flatten()).chain(&self.foot);
        lines.map(|line| format!("{line}\n")).collect()
    }
}

/// A block that comes or is edited, and after which share of the years.
struct Step {
    share: f64,
    path: String,
    block: usize,
    version: usize,
}

/// The years before the world.
fn before(world: &World, files: &mut Files) -> Vec<Commit> {
    let mut commits = vec![first(world)];
    let start = world.calendar.start;
    let mut last = start + -BEFORE;
    for (number, step) in steps(world, files).into_iter().enumerate() {
        let mut chance = Chance::of(world.seed, "history/commit", number as u64);
        let time = at_work(start + -BEFORE + (step.share * (BEFORE - 2 * DAY) as f64) as Nanos, &mut chance);
        last = time.max(last + 60 * SECOND);
        let author = author(world, &step, &mut chance);
        let Some(file) = files.get_mut(&step.path) else { continue };
        file.blocks[step.block].now = Some(step.version);
        let message = message(&step, &file.blocks[step.block].what, &mut chance);
        let message = message + &people::trailers(&mut chance, author, step.share);
        let changed = vec![(step.path.clone(), file.text())];
        commits.push(Commit { time: last, author: author.to_string(), message, files: changed, change: None });
    }
    commits
}

fn first(world: &World) -> Commit {
    let owners =
        "/payments/ @priya.nair\n/src/ @tobias.ek\n/labels/ @nils.bergstrom\n/pick/ @wanda.krol\n/lib/ @ines.moreau\n";
    Commit {
        time: world.calendar.start + -BEFORE,
        author: "nils.bergstrom".to_string(),
        message: "all of the shop in one repository\n".to_string(),
        files: vec![
            ("CODEOWNERS".to_string(), owners.to_string()),
            ("README.md".to_string(), "# Hollyhock\n\nA shop that sells plants.\n".to_string()),
        ],
        change: None,
    }
}

/// All that comes and is edited, in order: what is old is edited later.
fn steps(world: &World, files: &Files) -> Vec<Step> {
    let mut all = Vec::new();
    for (path, file) in files {
        for (number, block) in file.blocks.iter().enumerate() {
            let mut chance = Chance::of(world.seed, &format!("history/{path}"), number as u64);
            let mut share = 0.9 * power(chance.share().max(1e-9), 1.4);
            for version in 0..block.versions.len() {
                all.push(Step { share, path: path.clone(), block: number, version });
                // The libraries are brought up to date every other week, all else when somebody comes by.
                let (rest, left) = (0.995 - share, (block.versions.len() - version) as f64);
                share += if path == LOCK { rest / left } else { rest * chance.share() * 0.8 };
            }
        }
    }
    all.sort_by(|a, b| a.share.total_cmp(&b.share).then_with(|| (&a.path, a.block).cmp(&(&b.path, b.block))));
    all
}

/// The nearest moment of a working day.
fn at_work(at: Time, chance: &mut Chance) -> Time {
    let mut day = midnight(at);
    while is_weekend(day) {
        day = day + -DAY;
    }
    (day + (HOUR as f64 * chance.between(8.4, 17.9)) as Nanos).floor(SECOND)
}

/// Each file has somebody who mostly looks after it, as long as they are there.
fn author(world: &World, step: &Step, chance: &mut Chance) -> &'static str {
    let all = people::active(0.0);
    let owner = *Chance::of(world.seed, &step.path, 0).pick(&all);
    let here = people::active(step.share);
    let (own, other) = (chance.happens(0.55), *chance.pick(&here));
    if own && here.contains(&owner) { owner } else { other }
}

/// What an edit is called.
const EDITS: [&str; 6] = [
    "say less when it is busy",
    "review remarks",
    "later guard, the old one hid too much",
    "tidy",
    "earlier guard, support asked for it",
    "quieter at night",
];

fn message(step: &Step, what: &str, chance: &mut Chance) -> String {
    if step.path == LOCK {
        return "update of libraries\n".to_string();
    }
    let scope = step.path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or("shop");
    let ticket = chance.filled("GARDEN-###");
    let why = if chance.happens(0.22) { format!("\nSee {ticket}.\n") } else { String::new() };
    if step.version == 0 {
        format!("{scope}: {what}\n{why}")
    } else {
        format!("{scope}: {what}: {}\n{why}", chance.pick(&EDITS))
    }
}

/// The changes of the world, each a commit; releases ship them and are none.
fn during(world: &World, files: &mut Files) -> Vec<Commit> {
    let mut commits = Vec::new();
    for (number, change) in world.changes.iter().enumerate().filter(|(_, c)| c.kind != ChangeKind::Deploy) {
        let Some(path) = change.files.first() else { continue };
        let target = file(files, path);
        match edit(change) {
            Some((_, minus, plus)) => replace(target, minus, plus),
            None => target.blocks.push(Block {
                versions: vec![vec![format!("# {}", change.summary)]],
                now: Some(0),
                what: "libraries".to_string(),
            }),
        }
        let author = change.author.unwrap_or("ines.moreau");
        let mut chance = Chance::of(world.seed, &change.reference, 7);
        let message = format!("{}\n{}", change.summary, people::trailers(&mut chance, author, 1.0));
        let changed = vec![(path.to_string(), target.text())];
        commits.push(Commit {
            time: change.time,
            author: author.to_string(),
            message,
            files: changed,
            change: Some(number),
        });
    }
    commits
}

/// A line goes, another comes in its place; where none goes, it comes at the end.
fn replace(file: &mut File, minus: &str, plus: &str) {
    let now = |b: &Block| b.now.is_some_and(|v| b.versions[v].len() == 1 && b.versions[v][0] == minus);
    let came = if plus.is_empty() { Vec::new() } else { vec![plus.to_string()] };
    match file.blocks.iter_mut().find(|b| !minus.is_empty() && now(b)) {
        Some(block) => {
            block.versions.push(came);
            block.now = Some(block.versions.len() - 1);
        }
        None => file.blocks.push(Block { versions: vec![came], now: Some(0), what: String::new() }),
    }
}

/// The diff of a change with the numbers of the lines at which its commit has them.
pub fn placed(diff: &str, commit: &Commit) -> String {
    let body: Vec<&str> = diff.lines().skip(3).collect();
    let (old, new) = (body.iter().any(|l| l.starts_with('-')), body.iter().any(|l| l.starts_with('+')));
    let plus = body.iter().find_map(|l| l.strip_prefix('+'));
    let line =
        commit.files.first().and_then(|(_, text)| text.lines().position(|l| Some(l) == plus)).map_or(1, |n| n + 1);
    let head: Vec<&str> = diff.lines().take(2).collect();
    let hunk = format!("@@ -{line},{} +{line},{} @@", u8::from(old), u8::from(new));
    format!("{}\n{hunk}\n{}\n", head.join("\n"), body.join("\n"))
}
