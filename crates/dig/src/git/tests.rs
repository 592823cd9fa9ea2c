use std::collections::BTreeMap;
use std::fs;

use gix::bstr::BString;
use gix::objs::tree::{Entry, EntryKind};
use gix::objs::{Commit, Tree};
use tempfile::TempDir;

use super::*;

/// A repository that is made object by object.
struct Made {
    folder: TempDir,
    repository: Repository,
}

const HOUR: i64 = 3_600;
/// 2026-11-22T10:00:00Z
const START: i64 = 1_795_341_600;

impl Made {
    fn new(kind: gix::create::Kind) -> Made {
        let folder = tempfile::tempdir().unwrap();
        let options = gix::open::Options::isolated();
        let made = gix::ThreadSafeRepository::init_opts(folder.path(), kind, gix::create::Options::default(), options)
            .unwrap();
        Made { repository: made.to_thread_local(), folder }
    }

    fn git_dir(&self) -> &Path {
        self.repository.git_dir()
    }

    /// The tree of files given as `path=text`, one a word.
    fn tree(&self, files: &str) -> ObjectId {
        let files: BTreeMap<&str, &str> = files.split_whitespace().map(|f| f.split_once('=').unwrap()).collect();
        let mut entries = Vec::new();
        let mut folders: BTreeMap<&str, String> = BTreeMap::new();
        for (path, text) in files {
            match path.split_once('/') {
                Some((folder, rest)) => *folders.entry(folder).or_default() += &format!("{rest}={text} "),
                None => {
                    let oid = self.repository.write_blob(text).unwrap().detach();
                    entries.push(Entry { mode: EntryKind::Blob.into(), filename: path.into(), oid });
                }
            }
        }
        for (folder, files) in folders {
            entries.push(Entry { mode: EntryKind::Tree.into(), filename: folder.into(), oid: self.tree(&files) });
        }
        entries.sort();
        self.repository.write_object(Tree { entries }).unwrap().detach()
    }

    /// A commit so many hours after the start.
    fn commit(&self, hours: i64, parents: &[ObjectId], files: &str, message: &str) -> ObjectId {
        let who = |hours: i64| gix::actor::Signature {
            name: "Ann Other".into(),
            email: "ann@shop.example".into(),
            time: gix::date::Time { seconds: START + hours * HOUR, offset: 3_600 },
        };
        let commit = Commit {
            tree: self.tree(files),
            parents: parents.iter().copied().collect(),
            // The author had it ready long before.
            author: who(hours - 100),
            committer: who(hours),
            encoding: None,
            message: BString::from(message),
            extra_headers: Vec::new(),
        };
        self.repository.write_object(commit).unwrap().detach()
    }

    fn refer(&self, name: &str, to: ObjectId) {
        let path = self.git_dir().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{to}\n")).unwrap();
    }

    fn head(&self, to: ObjectId) {
        self.refer("refs/heads/main", to);
        fs::write(self.git_dir().join("HEAD"), "ref: refs/heads/main\n").unwrap();
    }

    fn history(&self, wanted: &Wanted) -> History {
        commits(self.folder.path(), wanted)
    }
}

fn plain() -> Made {
    Made::new(gix::create::Kind::WithWorktree)
}

fn hours(from: i64, until: i64) -> Wanted {
    let at = |hours: i64| Time::from_seconds(START + hours * HOUR);
    Wanted { from: at(from), until: at(until), named: BTreeSet::new(), most: 100 }
}

fn told(history: &History) -> String {
    let commit = |c: &super::Commit| format!("{} {} {:?}\n", c.time, c.summary, c.files);
    let complaint = |(kind, c): (&ComplaintKind, &evidence::Complaint)| {
        let words = c.detail.split(|c: char| c.is_ascii_hexdigit()).map(str::len).count();
        assert!(words > 0);
        format!("{kind:?} {}\n", c.count)
    };
    let limit = |(name, dropped): (&&str, &u64)| format!("{name} {dropped}\n");
    assert_eq!(history.coverage.records, history.commits.len() as u64);
    let commits = history.commits.iter().map(commit);
    commits.chain(history.coverage.complaints.iter().map(complaint)).chain(history.limits.iter().map(limit)).collect()
}

/// Root, a change, a rename; a branch from the root that is merged, with one file settled by the merge itself.
fn branched() -> (Made, [ObjectId; 5]) {
    let made = plain();
    let root = made.commit(0, &[], "a.txt=1 src/cart/main.go=1 both=1", "begin\n\nwith a body\n");
    let change = made.commit(1, &[root], "a.txt=1 src/cart/main.go=2 both=2", "\n  faster carts\n");
    let rename = made.commit(2, &[change], "b.txt=1 src/cart/main.go=2 both=2", "rename");
    let side = made.commit(3, &[root], "a.txt=1 src/cart/main.go=1 both=3 new=1", "a side");
    let merge = made.commit(4, &[rename, side], "b.txt=1 src/cart/main.go=2 both=4 new=1", "Merge side");
    made.head(merge);
    (made, [root, change, rename, side, merge])
}

#[test]
fn root_change_rename_branch_and_merge_touch_what_they_touch() {
    let (made, _) = branched();
    let expected = "2026-11-22T10:00:00Z begin [\"a.txt\", \"both\", \"src/cart/main.go\"]
2026-11-22T11:00:00Z faster carts [\"both\", \"src/cart/main.go\"]
2026-11-22T12:00:00Z rename [\"a.txt\", \"b.txt\"]
2026-11-22T13:00:00Z a side [\"both\", \"new\"]
2026-11-22T14:00:00Z Merge side [\"both\"]
";
    assert_eq!(told(&made.history(&hours(-10, 10))), expected);
}

#[test]
fn what_is_out_of_the_time_asked_for_is_not_told_and_the_newest_are_taken_first() {
    let (made, _) = branched();
    let within = told(&made.history(&hours(1, 2)));
    assert_eq!(within.lines().count(), 2, "{within}");
    let few = told(&made.history(&Wanted { most: 2, ..hours(-10, 10) }));
    assert!(few.starts_with("2026-11-22T13:00:00Z a side") && few.ends_with("limits.commits 3\n"), "{few}");
}

#[test]
fn a_clock_that_ran_behind_hides_nothing_before_it() {
    let made = plain();
    let root = made.commit(0, &[], "a=1", "root");
    let behind = made.commit(-72, &[root], "a=2", "three days too early");
    let head = made.commit(1, &[behind], "a=3", "head");
    made.head(head);
    let found = told(&made.history(&hours(-1, 2)));
    assert!(found.contains("root [") && found.contains("head ["), "{found}");
    assert!(!found.contains("too early"), "{found}");
}

#[test]
fn names_are_tags_branches_and_hashes_however_old() {
    let (made, [root, change, rename, side, _]) = branched();
    made.refer("refs/tags/v1", root);
    made.refer("refs/heads/release/2", side);
    let lost = made.commit(-2_000, &[], "x=1", "on no branch");
    let short = lost.to_string()[..9].to_string();
    let long = change.to_string();
    let names = ["v1", "release/2", &short, &long, "v9", "abc", "not a name ..", "HEAD"];
    let named = names.iter().map(|n| (*n).to_string()).collect();
    let history = made.history(&Wanted { named, ..hours(3, 10) });
    let id = |name: &str| history.named.get(name).cloned();
    assert_eq!(id("v1"), Some(root.to_string()));
    assert_eq!(id("release/2"), Some(side.to_string()));
    assert_eq!((id(&short), id(&long)), (Some(lost.to_string()), Some(change.to_string())));
    assert_eq!((id("v9"), id("abc"), id("not a name ..")), (None, None, None));
    let summaries: Vec<&str> = history.commits.iter().map(|c| c.summary.as_str()).collect();
    assert_eq!(summaries, ["on no branch", "begin", "faster carts", "a side", "Merge side"]);
    assert!(!summaries.contains(&"rename") && !history.named.contains_key(&rename.to_string()));
}

#[test]
fn nobody_s_name_or_address_leaves_a_repository() {
    let (made, _) = branched();
    let all = format!("{:?}", made.history(&hours(-10, 10)));
    assert!(!all.contains("Ann") && !all.contains("ann@") && all.contains("faster carts"));
}

#[test]
fn what_is_no_repository_or_an_empty_one_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = |path: &Path| told(&commits(path, &hours(-10, 10)));
    assert_eq!(nothing(folder.path()), "Unreadable 1\n");
    assert_eq!(nothing(&folder.path().join("nowhere")), "Unreadable 1\n");
    fs::write(folder.path().join("file"), "x").unwrap();
    assert_eq!(nothing(&folder.path().join("file")), "Unreadable 1\n");
    assert_eq!(told(&plain().history(&hours(-10, 10))), "Empty 1\n");
    assert_eq!(told(&Made::new(gix::create::Kind::Bare).history(&hours(-10, 10))), "Empty 1\n");
}

#[test]
fn a_bare_repository_and_a_linked_worktree_tell_the_same() {
    let bare = Made::new(gix::create::Kind::Bare);
    let root = bare.commit(0, &[], "a=1", "root");
    bare.head(root);
    let expected = "2026-11-22T10:00:00Z root [\"a\"]\n";
    assert_eq!(told(&bare.history(&hours(-10, 10))), expected);
    // As `git worktree add` lays it out.
    let (place, linked) = (bare.git_dir().join("worktrees/w"), tempfile::tempdir().unwrap());
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("HEAD"), format!("{root}\n")).unwrap();
    fs::write(place.join("commondir"), "../..\n").unwrap();
    let dot_git = linked.path().join(".git");
    fs::write(place.join("gitdir"), format!("{}\n", dot_git.display())).unwrap();
    fs::write(dot_git, format!("gitdir: {}\n", place.canonicalize().unwrap().display())).unwrap();
    assert_eq!(told(&commits(linked.path(), &hours(-10, 10))), expected);
}

#[test]
fn a_shallow_clone_says_where_its_past_ends() {
    let (made, [_, change, ..]) = branched();
    fs::write(made.git_dir().join("shallow"), format!("{change}\n")).unwrap();
    let found = told(&made.history(&hours(-10, 10)));
    assert!(found.contains("faster carts []\n"), "what it changed is not known: {found}");
    assert!(found.ends_with("CutOff 1\n"), "{found}");
    // Of a past that nobody asked for nothing is missing.
    let later = told(&made.history(&hours(2, 10)));
    assert!(!later.contains("CutOff"), "{later}");
}

fn object_file(made: &Made, id: ObjectId) -> std::path::PathBuf {
    let hex = id.to_string();
    made.git_dir().join("objects").join(&hex[..2]).join(&hex[2..])
}

#[test]
fn objects_that_are_gone_or_broken_lose_themselves_alone() {
    let (made, [_, change, _, side, _]) = branched();
    fs::remove_file(object_file(&made, change)).unwrap();
    let broken = object_file(&made, side);
    fs::remove_file(&broken).unwrap();
    fs::write(&broken, b"no object").unwrap();
    let found = told(&made.history(&hours(-10, 10)));
    // The rename and the merge are told, though what they are compared with is not there.
    assert_eq!(found, "2026-11-22T12:00:00Z rename []\n2026-11-22T14:00:00Z Merge side []\nUnreadable 4\n");
}

#[test]
fn a_head_or_configuration_of_garbage_is_said_and_never_a_panic() {
    let (made, _) = branched();
    fs::write(made.git_dir().join("config"), b"[core\n\0\xff").unwrap();
    let found = told(&made.history(&hours(-10, 10)));
    assert!(found == "Unreadable 1\n" || found.lines().count() == 5, "{found}");
    let (made, _) = branched();
    fs::write(made.git_dir().join("HEAD"), b"\xff\xfe").unwrap();
    assert_eq!(told(&made.history(&hours(-10, 10))), "Unreadable 1\n");
}

#[test]
fn folders_that_hold_each_other_s_likes_come_to_an_end() {
    let made = plain();
    let mut tree = made.tree("x=1");
    for _ in 0..40 {
        let entry = |name: &str| Entry { mode: EntryKind::Tree.into(), filename: name.into(), oid: tree };
        tree = made
            .repository
            .write_object(Tree { entries: "abcdefgh".split("").filter(|n| !n.is_empty()).map(entry).collect() })
            .unwrap()
            .detach();
    }
    let bomb = made.commit(0, &[], "x=1", "bomb");
    let text = made.repository.find_object(bomb).unwrap().data.clone();
    let mut commit = Commit::try_from(gix::objs::CommitRef::from_bytes(&text, gix::hash::Kind::Sha1).unwrap()).unwrap();
    commit.tree = tree;
    made.head(made.repository.write_object(commit).unwrap().detach());
    let history = made.history(&hours(-10, 10));
    assert_eq!(history.commits[0].files.len(), FILES_MAX);
    assert_eq!(history.limits.get("repository.files"), Some(&1));
}

#[test]
#[cfg(unix)]
fn a_repository_of_another_user_is_read_and_said() {
    let (made, _) = branched();
    let mine = told(&made.history(&hours(-10, 10)));
    assert!(!mine.contains("NotOwned"), "{mine}");
    // Only root can give a folder away; elsewhere the first half is all that can be shown.
    let gave_away =
        [made.folder.path(), made.git_dir()].iter().all(|f| std::os::unix::fs::chown(f, Some(12_345), None).is_ok());
    if gave_away {
        assert_eq!(told(&made.history(&hours(-10, 10))), mine + "NotOwned 1\n");
    }
}
