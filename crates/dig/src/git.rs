//! The commits of a git repository.
//!
//! The only file that may name `gix`. A repository is read as it lies there: no git program runs, no hook, no filter, and
//! no configuration but the repository's own is looked at, so that the answer is the same on every machine. Whatever is
//! wrong with it is a complaint and never a failure. Read [`commits`] first.
//!
//! Which commits: those that `HEAD` holds, and those that the names given hold (what deploys ship may lie on a branch of
//! its own). When: by the committer's clock, since a commit that was rebased or picked was not there before; the author's
//! clock says when it was thought of. What it touches: every path whose content, kind or name differs from its parent; a
//! file that was renamed counts with both names. A merge touches what differs from each of its parents, as `git show`
//! has it: what its branches brought is told by their own commits.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::path::Path;

use evidence::{ComplaintKind, DAY, FileCoverage, Nanos, SECOND, Time};
use gix::bstr::ByteSlice;
use gix::{ObjectId, Repository};

/// Which commits are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// None before this moment, but for those that are named.
    pub from: Time,
    /// None after it.
    pub until: Time,
    /// Tags, branches, hashes of at least seven digits: what deploys call their commits.
    pub named: BTreeSet<String>,
    /// So many at most; of more the newest are told.
    pub most: usize,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its whole hash.
    pub id: String,
    /// When it was committed.
    pub time: Time,
    /// The first line of its message, shortened to [`SUMMARY_BYTES`].
    pub summary: String,
    /// The paths that it touches, sorted; the first [`FILES_MAX`].
    pub files: Vec<String>,
}

/// What a repository holds of what was wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The commits, the oldest first.
    pub commits: Vec<Commit>,
    /// Which commit each of the names is, of those that were found.
    pub named: BTreeMap<String, String>,
    /// What could not be read, and notes; `records` are the commits.
    pub coverage: FileCoverage,
    /// What was left out because of a limit, by its name.
    pub limits: BTreeMap<&'static str, u64>,
}

/// Bytes that are kept of a summary.
pub const SUMMARY_BYTES: usize = 400;
/// Paths that are told of one commit.
pub const FILES_MAX: usize = 500;
/// Parents of a merge that are compared.
const PARENTS_MAX: usize = 8;
/// Commits that are looked at on the way to those that are wanted.
const WALKED_MAX: u64 = 1_000_000;
/// A commit or folder larger than this is not read: no honest one is.
const OBJECT_BYTES: u64 = 32 << 20;
/// How deep folders may lie in folders.
const DEPTH_MAX: usize = 64;
/// Folders that are compared for one commit: folders may be made to hold each other's likes without end.
const FOLDERS_MAX: usize = 100_000;
/// Clocks of committers disagree: the walk goes on so far beyond the oldest moment that is wanted.
const SLACK: Nanos = 7 * DAY;
/// A hash of fewer digits is not looked up: too many things look like one.
const DIGITS_MIN: usize = 7;

/// The commits of the repository in a folder: a working copy, a bare repository, a linked worktree.
///
/// Never fails. What is no repository, or cannot be read, is a complaint in the coverage, with whatever was read before.
pub fn commits(folder: &Path, wanted: &Wanted) -> History {
    let mut history = History::default();
    history.coverage.kind = "changes (git repository)".into();
    let repository = match gix::open::Options::isolated().open(folder) {
        Ok(repository) => repository.to_thread_local(),
        Err(error) => {
            history.complain(ComplaintKind::Unreadable, format!("no git repository that can be read: {error}"));
            return history;
        }
    };
    if repository.git_dir_trust() != gix::sec::Trust::Full {
        history.complain(
            ComplaintKind::NotOwned,
            "git itself would ask for safe.directory; only its objects are read, nothing of it is run",
        );
    }
    let mut walk = Walk::new(&repository, wanted, history);
    walk.begin();
    walk.go();
    walk.finish()
}

impl History {
    fn complain(&mut self, kind: ComplaintKind, detail: impl Into<String>) {
        self.coverage.complain(kind, 0, detail);
    }

    fn limit(&mut self, name: &'static str) {
        *self.limits.entry(name).or_default() += 1;
    }
}

/// A commit as far as the walk needs it.
struct Node {
    time: Option<Time>,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    summary: String,
}

/// The way back from where history ends, the newest first, whichever branch it is on.
struct Walk<'a> {
    repository: &'a Repository,
    wanted: &'a Wanted,
    history: History,
    /// Where history was cut off when the repository was cloned.
    cut: BTreeSet<ObjectId>,
    queue: BinaryHeap<(Time, ObjectId)>,
    seen: BTreeSet<ObjectId>,
    named: BTreeSet<ObjectId>,
    found: Vec<(Time, ObjectId)>,
}

impl<'a> Walk<'a> {
    fn new(repository: &'a Repository, wanted: &'a Wanted, history: History) -> Walk<'a> {
        Walk {
            repository,
            wanted,
            history,
            cut: BTreeSet::new(),
            queue: BinaryHeap::new(),
            seen: BTreeSet::new(),
            named: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// Finds where to begin: `HEAD`, and what the names mean.
    fn begin(&mut self) {
        match self.repository.shallow_commits() {
            Ok(Some(commits)) => self.cut = commits.iter().copied().collect(),
            Ok(None) => {}
            Err(error) => self.history.complain(ComplaintKind::Unreadable, format!("where it was cut off: {error}")),
        }
        let head = self.repository.head().and_then(gix::Head::try_into_peeled_id);
        match head {
            Ok(Some(id)) => self.enter(id.detach(), self.wanted.until),
            Ok(None) => self.history.complain(ComplaintKind::Empty, "a repository without any commit"),
            Err(error) => self.history.complain(ComplaintKind::Unreadable, format!("HEAD: {error}")),
        }
        for name in &self.wanted.named {
            let Some(id) = self.id_of(name) else { continue };
            self.history.named.insert(name.clone(), id.to_string());
            self.named.insert(id);
            self.enter(id, self.wanted.until);
        }
    }

    /// The commit that a name means: a tag or branch, or a hash that is not ambiguous.
    fn id_of(&self, name: &str) -> Option<ObjectId> {
        let digits = name.len() >= DIGITS_MIN && name.bytes().all(|b| b.is_ascii_hexdigit());
        let by_hash = || {
            let prefix = gix::hash::Prefix::from_hex(name).ok()?;
            self.repository.objects.lookup_prefix(prefix, None).ok()??.ok()
        };
        let by_name = || {
            let found = self.repository.try_find_reference(name).ok()??;
            Some(found.into_fully_peeled_id().ok()?.detach())
        };
        let id = if digits { by_hash().or_else(by_name) } else { by_name() }?;
        // A hash may be that of an annotated tag.
        let object = self.repository.find_object(id).ok()?;
        let commit = object.peel_tags_to_end().ok()?;
        (commit.kind == gix::objs::Kind::Commit).then_some(commit.id)
    }

    /// Puts a commit into the queue, once; one whose own time cannot be read stands with the one that led to it.
    fn enter(&mut self, id: ObjectId, led_from: Time) {
        if !self.seen.insert(id) {
            return;
        }
        match self.node(id) {
            Ok(node) => self.queue.push((node.time.unwrap_or(led_from), id)),
            Err(words) => self.history.complain(ComplaintKind::Unreadable, format!("commit {id}: {words}")),
        }
    }

    fn go(&mut self) {
        let mut walked = 0;
        while let Some((time, id)) = self.queue.pop() {
            let old = time < self.wanted.from;
            if time < self.wanted.from - SLACK && !self.named.contains(&id) {
                // Everything left in the queue is older still; what is named may be as old as it likes.
                self.queue.retain(|(_, id)| self.named.contains(id));
                continue;
            }
            walked += 1;
            if walked > WALKED_MAX {
                self.history.limit("repository.walked");
                return;
            }
            if self.named.contains(&id) || (!old && time <= self.wanted.until) {
                self.take(time, id);
            }
            if time >= self.wanted.from - SLACK {
                self.parents(time, id, old);
            }
        }
    }

    fn take(&mut self, time: Time, id: ObjectId) {
        if self.found.len() < self.wanted.most || self.named.contains(&id) {
            self.found.push((time, id));
        } else {
            self.history.limit("limits.commits");
        }
    }

    fn parents(&mut self, time: Time, id: ObjectId, old: bool) {
        if self.cut.contains(&id) {
            // Of a past that nobody asked for nothing is missing.
            if !old {
                let detail = format!("a shallow clone: what came before commit {id} of {time} is not there");
                self.history.complain(ComplaintKind::CutOff, detail);
            }
            return;
        }
        let Ok(node) = self.node(id) else { return };
        for parent in node.parents {
            self.enter(parent, time);
        }
    }

    fn finish(mut self) -> History {
        let mut found = std::mem::take(&mut self.found);
        found.sort();
        for (time, id) in found {
            match self.commit(time, id) {
                Ok(commit) => self.history.commits.push(commit),
                Err(words) => self.history.complain(ComplaintKind::Unreadable, format!("commit {id}: {words}")),
            }
        }
        self.history.coverage.records = self.history.commits.len() as u64;
        self.history
    }

    fn commit(&mut self, time: Time, id: ObjectId) -> Result<Commit, String> {
        let node = self.node(id)?;
        if node.time.is_none() {
            self.history.complain(ComplaintKind::BadTime, format!("commit {id}: taken to be of {time}"));
        }
        let files = match self.files(&node, id) {
            Ok(files) => files,
            Err(words) => {
                // What it did is still news where what it touched cannot be read.
                self.history.complain(ComplaintKind::Unreadable, format!("the files of commit {id}: {words}"));
                BTreeSet::new()
            }
        };
        if files.len() >= FILES_MAX {
            self.history.limit("repository.files");
        }
        Ok(Commit { id: id.to_string(), time, summary: node.summary, files: files.into_iter().collect() })
    }

    /// The paths that a commit touches: those that differ from each of its parents.
    fn files(&self, node: &Node, id: ObjectId) -> Result<BTreeSet<String>, String> {
        // Without its parents nothing says what a commit changed, and what is there is not what it made.
        if self.cut.contains(&id) && !node.parents.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut all: Option<BTreeSet<String>> = None;
        for parent in node.parents.iter().take(PARENTS_MAX) {
            let before = self.node(*parent)?.tree;
            let files = Difference::between(self.repository, Some(before), Some(node.tree))?;
            all = Some(match all {
                Some(all) => all.intersection(&files).cloned().collect(),
                None => files,
            });
        }
        all.map_or_else(|| Difference::between(self.repository, None, Some(node.tree)), Ok)
    }

    fn node(&self, id: ObjectId) -> Result<Node, String> {
        let object = object(self.repository, id)?;
        let commit = object.try_into_commit().map_err(|e| e.to_string())?;
        let decoded = commit.decode().map_err(|e| e.to_string())?;
        let time = decoded.committer().ok().and_then(|who| who.time().ok());
        let limit = i64::MAX / SECOND;
        let time = time.map(|t| t.seconds).filter(|s| (-limit..limit).contains(s)).map(Time::from_seconds);
        let title = decoded.message.lines().map(<[u8]>::trim_ascii).find(|line| !line.is_empty()).unwrap_or_default();
        let summary = title[..title.len().min(SUMMARY_BYTES)].to_str_lossy().into_owned();
        Ok(Node { time, tree: decoded.tree(), parents: decoded.parents().collect(), summary })
    }
}

/// An object that is not too large to be read.
fn object(repository: &Repository, id: ObjectId) -> Result<gix::Object<'_>, String> {
    let header = repository.find_header(id).map_err(|_| "it is not there, or broken".to_string())?;
    if header.size() > OBJECT_BYTES {
        return Err(format!("an object of {} bytes", header.size()));
    }
    repository.find_object(id).map_err(|e| e.to_string())
}

/// The entries of a folder by their names: whether each is a folder, its mode, and what it holds.
type Folder = BTreeMap<Vec<u8>, (bool, u16, ObjectId)>;

/// The paths in which two folders differ.
struct Difference<'a> {
    repository: &'a Repository,
    files: BTreeSet<String>,
    folders: usize,
}

impl Difference<'_> {
    fn between(
        repository: &Repository,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
    ) -> Result<BTreeSet<String>, String> {
        let mut difference = Difference { repository, files: BTreeSet::new(), folders: 0 };
        difference.folder(before, after, &mut Vec::new(), 0)?;
        Ok(difference.files)
    }

    fn folder(
        &mut self,
        before: Option<ObjectId>,
        after: Option<ObjectId>,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), String> {
        if before == after || self.files.len() >= FILES_MAX {
            return Ok(());
        }
        self.folders += 1;
        if depth > DEPTH_MAX || self.folders > FOLDERS_MAX {
            return Err(format!("more than {FOLDERS_MAX} folders, or {DEPTH_MAX} within each other"));
        }
        let (old, new) = (self.entries(before)?, self.entries(after)?);
        let names: BTreeSet<&Vec<u8>> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (was, is) = (old.get(name), new.get(name));
            if was == is {
                continue;
            }
            let length = path.len();
            path.extend_from_slice(name);
            self.entry(was, is, path, depth)?;
            path.truncate(length);
        }
        Ok(())
    }

    fn entry(
        &mut self,
        was: Option<&(bool, u16, ObjectId)>,
        is: Option<&(bool, u16, ObjectId)>,
        path: &mut Vec<u8>,
        depth: usize,
    ) -> Result<(), String> {
        let folder = |entry: Option<&(bool, u16, ObjectId)>| entry.filter(|(folder, ..)| *folder).map(|(.., id)| *id);
        let file = |entry: Option<&(bool, u16, ObjectId)>| entry.is_some_and(|(folder, ..)| !folder);
        if (file(was) || file(is)) && self.files.len() < FILES_MAX {
            self.files.insert(path.to_str_lossy().into_owned());
        }
        if folder(was).is_some() || folder(is).is_some() {
            path.push(b'/');
            self.folder(folder(was), folder(is), path, depth + 1)?;
        }
        Ok(())
    }

    fn entries(&self, tree: Option<ObjectId>) -> Result<Folder, String> {
        let Some(id) = tree else { return Ok(Folder::new()) };
        let tree = object(self.repository, id)?.try_into_tree().map_err(|e| e.to_string())?;
        let decoded = tree.decode().map_err(|e| e.to_string())?;
        let entry = |e: &gix::objs::tree::EntryRef<'_>| {
            (e.filename.to_vec(), (e.mode.is_tree(), e.mode.value(), e.oid.to_owned()))
        };
        Ok(decoded.entries.iter().map(entry).collect())
    }
}

#[cfg(test)]
mod tests;
