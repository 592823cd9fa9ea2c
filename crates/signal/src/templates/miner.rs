//! The templates of one run through time: after each bucket they are a function of the shapes in the buckets up to it.
//!
//! A *line* is what the detectors watch: the shapes that were ever found to be one template. Lines only grow together;
//! what was counted as one stays one, so that no counter is ever relabelled. A line's founder is its oldest shape (of
//! several at once the one with the smallest id): history and ids hang on it, never on the template's text.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Id, LogCount, Time, Timing};

use super::holes::{Kinds, LEARNT, literals};
use super::partition::{Anatomy, Member, WORD, templates};
use super::shapes::{OVERFLOW, Shapes};

/// Shapes of one skeleton beyond this many are matched against its templates and not learnt from.
pub const SHAPES_PER_SKELETON: usize = 512;

/// The number of a line within one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineIndex(pub u32);

/// One line: what is counted together.
#[derive(Clone, Debug)]
pub struct Line {
    /// The shape that its history hangs on.
    pub founder: Id,
    /// Its template as known now, with masked places as `<*>` and learnt ones as `<word>`.
    pub text: String,
    /// What the holes held.
    pub kinds: Kinds,
    /// The right edge of the bucket in which it came first.
    pub first_seen: Time,
    /// The line that it grew together with, if it did.
    pub merged_into: Option<LineIndex>,
}

impl Line {
    /// The template with each hole shown as what it held.
    pub fn shown(&self) -> String {
        self.kinds.shown(&self.text)
    }

    /// One of its masked places, as the anchor of a subject.
    pub fn place(&self, place: u8) -> String {
        format!("{}.{place}", evidence::short(self.founder))
    }
}

/// What a bucket changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mined {
    /// A line that was never there came, on time.
    New(LineIndex),
    /// Two lines turned out to be one; the second is part of the first now.
    Merged(LineIndex, LineIndex),
}

#[derive(Clone, Debug, Default)]
struct Known {
    line: Option<LineIndex>,
    lines: u64,
    kinds: Kinds,
    on_time: bool,
}

/// The skeleton's shapes that are learnt from, taken apart.
#[derive(Clone, Debug, Default)]
struct SkeletonBucket {
    shapes: Vec<(u32, Anatomy)>,
    fresh: Vec<u32>,
}

/// Follows the partition of shapes into lines.
#[derive(Clone, Debug, Default)]
pub struct Miner {
    shapes: Vec<Known>,
    lines: Vec<Line>,
    skeletons: BTreeMap<String, SkeletonBucket>,
    dirty: BTreeSet<String>,
    unlearnt: u64,
}

impl Miner {
    /// A miner that has seen nothing.
    pub fn new() -> Miner {
        Miner::default()
    }

    /// Takes in a bucket's counts. What changed comes back in an order that depends on texts and ids alone.
    pub fn observe(&mut self, edge: Time, counts: &[LogCount], shapes: &Shapes) -> Vec<Mined> {
        for count in counts {
            self.count(count, shapes);
        }
        let mut mined = Vec::new();
        for skeleton in std::mem::take(&mut self.dirty) {
            self.repartition(edge, &skeleton, shapes, &mut mined);
        }
        mined
    }

    /// The line that a shape belongs to now. Every shape of an observed bucket has one.
    pub fn line_of(&self, shape: u32) -> Option<LineIndex> {
        self.shapes.get(shape as usize)?.line.map(|line| self.root(line))
    }

    /// A line.
    pub fn line(&self, index: LineIndex) -> &Line {
        &self.lines[index.0 as usize]
    }

    /// How many lines were ever begun.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// How many shapes were matched, or put aside, without being learnt from.
    pub fn unlearnt(&self) -> u64 {
        self.unlearnt
    }

    fn root(&self, mut line: LineIndex) -> LineIndex {
        while let Some(next) = self.lines[line.0 as usize].merged_into {
            line = next;
        }
        line
    }

    fn count(&mut self, count: &LogCount, shapes: &Shapes) {
        let index = count.shape as usize;
        if self.shapes.len() <= index {
            self.shapes.resize(index + 1, Known::default());
        }
        let known = &mut self.shapes[index];
        let unseen = known.lines == 0;
        known.lines += u64::from(count.count);
        known.on_time |= count.timing == Timing::OnTime;
        let kinds = if unseen { Kinds(count.kinds) } else { known.kinds.join(Kinds(count.kinds)) };
        known.kinds = kinds;
        if let Some(line) = known.line {
            let line = self.root(line).0 as usize;
            self.lines[line].kinds = self.lines[line].kinds.join(kinds);
        } else if unseen {
            self.learn(count.shape, shapes);
        }
    }

    /// Puts an unseen shape into its skeleton's bucket.
    fn learn(&mut self, shape: u32, shapes: &Shapes) {
        let anatomy = if shape == OVERFLOW { Anatomy::of("") } else { Anatomy::of(shapes.text(shape)) };
        let skeleton = anatomy.skeleton.clone();
        let bucket = self.skeletons.entry(skeleton.clone()).or_default();
        bucket.fresh.push(shape);
        if bucket.shapes.len() < SHAPES_PER_SKELETON {
            bucket.shapes.push((shape, anatomy));
        } else {
            self.unlearnt += 1;
        }
        self.dirty.insert(skeleton);
    }

    fn repartition(&mut self, edge: Time, skeleton: &str, shapes: &Shapes, mined: &mut Vec<Mined>) {
        let Some(bucket) = self.skeletons.get_mut(skeleton) else { return };
        let fresh = std::mem::take(&mut bucket.fresh);
        let members: Vec<Member<'_>> = bucket
            .shapes
            .iter()
            .map(|(index, anatomy)| Member { anatomy, lines: self.shapes[*index as usize].lines, index: *index })
            .collect();
        let mut groups: Vec<(String, Vec<u32>)> =
            templates(&members).into_iter().map(|g| (g.text, g.members)).collect();
        let learnt: BTreeSet<u32> = bucket.shapes.iter().map(|(index, _)| *index).collect();
        for shape in fresh.iter().filter(|shape| !learnt.contains(shape)) {
            match groups.iter_mut().find(|(text, _)| fits(text, shapes.text(*shape))) {
                Some((_, members)) => members.push(*shape),
                None => groups.push((anything(skeleton), vec![*shape])),
            }
        }
        for (text, members) in groups {
            self.settle(edge, &text, &members, shapes, mined);
        }
    }

    /// Makes the members of one template one line.
    fn settle(&mut self, edge: Time, text: &str, members: &[u32], shapes: &Shapes, mined: &mut Vec<Mined>) {
        let mut lines: Vec<LineIndex> = members.iter().filter_map(|m| self.line_of(*m)).collect();
        lines.sort_by_key(|line| (self.line(*line).first_seen, self.line(*line).founder));
        lines.dedup();
        let line = match lines.first() {
            Some(oldest) => *oldest,
            None => self.begin(edge, text, members, shapes, mined),
        };
        for other in lines.iter().skip(1) {
            self.lines[other.0 as usize].merged_into = Some(line);
            mined.push(Mined::Merged(line, *other));
        }
        let mut kinds = self.line(line).kinds;
        for member in members {
            kinds = kinds.join(self.shapes[*member as usize].kinds);
            self.shapes[*member as usize].line = Some(line);
        }
        let grown = &mut self.lines[line.0 as usize];
        grown.kinds = kinds;
        // Of two templates that one line came to have, the wider one is told.
        if text.matches(LEARNT).count() >= grown.text.matches(LEARNT).count() {
            grown.text = text.to_string();
        }
    }

    fn begin(&mut self, edge: Time, text: &str, members: &[u32], shapes: &Shapes, mined: &mut Vec<Mined>) -> LineIndex {
        let founder = members.iter().map(|m| shapes.id(*m)).min().unwrap_or_default();
        let line = LineIndex(self.lines.len() as u32);
        let kinds = members.first().map_or(Kinds::default(), |m| self.shapes[*m as usize].kinds);
        self.lines.push(Line { founder, text: text.to_string(), kinds, first_seen: edge, merged_into: None });
        if members.iter().any(|m| self.shapes[*m as usize].on_time) {
            mined.push(Mined::New(line));
        }
        line
    }
}

/// Whether a template with holes stands for a shape of the same skeleton.
fn fits(template: &str, shape: &str) -> bool {
    let mut rest = shape;
    let mut literals = literals(template).into_iter();
    let Some(head) = literals.next().and_then(|first| rest.strip_prefix(first)) else { return false };
    rest = head;
    let mut literals = literals.peekable();
    while let Some(literal) = literals.next() {
        if literals.peek().is_none() {
            return rest.ends_with(literal);
        }
        match rest.find(literal) {
            Some(at) => rest = &rest[at + literal.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// The template that stands for everything of a skeleton.
fn anything(skeleton: &str) -> String {
    skeleton.replace(WORD, LEARNT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::Masker;
    use evidence::{MINUTE, Name};

    fn feed(miner: &mut Miner, shapes: &mut Shapes, minute: i64, messages: &[&str]) -> Vec<String> {
        let mut masker = Masker::new();
        let counts: Vec<LogCount> = messages
            .iter()
            .map(|message| {
                let (shape, kinds) = masker.shape(message.as_bytes());
                let shape = shapes.intern(Masker::id(shape), &String::from_utf8_lossy(shape));
                LogCount {
                    edge: Time(minute * MINUTE),
                    source: 0,
                    shape,
                    service: Name::NONE,
                    instance: Name::NONE,
                    severity: 9,
                    kinds: kinds.0,
                    timing: Timing::OnTime,
                    count: 1,
                    sample_record: 0,
                    sample_line: 0,
                    sample_hash: 0,
                    sample_time: Time(0),
                    sample_text: u64::MAX,
                }
            })
            .collect();
        let mined = miner.observe(Time(minute * MINUTE), &counts, shapes);
        mined
            .iter()
            .map(|m| match m {
                Mined::New(line) => format!("new {}", miner.line(*line).shown()),
                Mined::Merged(a, b) => format!("merged {} < {}", miner.line(*a).shown(), miner.line(*b).shown()),
            })
            .collect()
    }

    #[test]
    fn generalising_raises_no_new_line() {
        let (mut miner, mut shapes) = (Miner::new(), Shapes::new(1000));
        let mut raised = Vec::new();
        for (minute, name) in
            ["anna", "bert", "carl", "dora", "emil", "fritz", "gerd", "hans", "ida", "jo"].iter().enumerate()
        {
            raised.push(feed(
                &mut miner,
                &mut shapes,
                minute as i64,
                &[&format!("session of {name} opened, took 12ms")],
            ));
        }
        let news = raised.iter().filter(|r| r.iter().any(|m| m.starts_with("new"))).count();
        assert!(news < 8, "{raised:?}");
        assert!(raised.last().is_some_and(|r| r.is_empty()), "the tenth name is no news: {raised:?}");
        let line = miner.line_of((shapes.count() - 1) as u32).expect("every observed shape has a line");
        assert_eq!(miner.line(line).shown(), "session of <word> opened, took <dur>");
    }

    #[test]
    fn the_order_within_a_bucket_does_not_matter() {
        let messages = ["cart 1 saved", "user anna in", "user bert in", "cart 2 lost"];
        let run = |messages: &[&str]| {
            let (mut miner, mut shapes) = (Miner::new(), Shapes::new(1000));
            feed(&mut miner, &mut shapes, 1, messages)
        };
        let mut reversed = messages;
        reversed.reverse();
        assert_eq!(run(&messages), run(&reversed));
    }

    proptest::proptest! {
        /// Records come from any number of workers, whose shapes have any numbers, in any order within a minute.
        #[test]
        fn lines_do_not_hang_on_who_saw_what_when(
            minutes in proptest::collection::vec(
                proptest::collection::vec("(cart|user|job) (anna|bert|carl|[a-f]{3}|[0-9]{1,2}) (in|RUNNING|lost=[0-9])", 1..12),
                1..8,
            ),
            seed: u64,
        ) {
            let told = |shuffled: bool| {
                let (mut miner, mut shapes) = (Miner::new(), Shapes::new(1000));
                if shuffled {
                    let mut known: Vec<&String> = minutes.iter().flatten().collect();
                    known.sort_by_key(|text| xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), seed));
                    let mut masker = Masker::new();
                    for text in known {
                        let shape = masker.shape(text.as_bytes()).0.to_vec();
                        shapes.intern(Masker::id(&shape), &String::from_utf8_lossy(&shape));
                    }
                }
                let mut mined = Vec::new();
                for (minute, messages) in minutes.iter().enumerate() {
                    let mut messages: Vec<&str> = messages.iter().map(String::as_str).collect();
                    if shuffled {
                        messages.sort_by_key(|text| xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), seed));
                    }
                    mined.push(feed(&mut miner, &mut shapes, minute as i64, &messages));
                }
                let founders: BTreeSet<Id> = (0..miner.line_count()).map(|n| miner.line(LineIndex(n as u32)).founder).collect();
                (mined, founders)
            };
            proptest::prop_assert_eq!(told(false), told(true));
        }
    }

    #[test]
    fn a_flood_of_words_is_bounded() {
        let (mut miner, mut shapes) = (Miner::new(), Shapes::new(100_000));
        for minute in 0..30 {
            let messages: Vec<String> = (0..100).map(|i| format!("alpha{} beta", letters(minute * 100 + i))).collect();
            let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
            feed(&mut miner, &mut shapes, minute, &messages);
        }
        assert!(miner.line_count() <= SHAPES_PER_SKELETON + 1, "{}", miner.line_count());
    }

    fn letters(number: i64) -> String {
        number.to_string().bytes().map(|b| (b'g' + b - b'0') as char).collect()
    }
}
