//! From arguments to sources: files, folders walked in byte order, standard input; each read once, numbered by name.
//!
//! Refuses to look into files. The order of arguments never matters: a source's number is the rank of its name, and a
//! file that is reachable by two names has the smaller. No link is followed out of the folder that was given.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use evidence::{ComplaintKind, FileCoverage, STDIN};

use crate::settings::{Argument, Given, Settings};

/// One file or stream of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// As the user named it: the argument, or for a file in a folder the argument, `/` and the path within.
    pub name: String,
    /// Its rank among the names, by bytes, from 0.
    pub number: u32,
    /// What the user said that it holds.
    pub given: Given,
    /// Where it lies; empty for standard input.
    pub path: PathBuf,
}

impl Source {
    /// Whether it is standard input.
    pub fn is_stdin(&self) -> bool {
        self.name == STDIN
    }
}

/// What the arguments led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// What can be opened, by number.
    pub sources: Vec<Source>,
    /// What cannot, or was left out, each with its complaint; by path.
    pub complaints: Vec<FileCoverage>,
}

impl Discovered {
    /// Whether there is nothing at all to read.
    pub fn is_nothing(&self) -> bool {
        self.sources.is_empty()
    }
}

/// Finds the sources behind the arguments.
pub fn discover(arguments: &[Argument], settings: &Settings) -> Discovered {
    let mut walk = Walk { settings, found: BTreeMap::new(), complaints: BTreeMap::new() };
    for argument in arguments {
        walk.argument(argument);
    }
    walk.numbered()
}

/// Whether it is a device. A terminal or a pipe on standard input is given as `-`.
#[cfg(unix)]
fn is_device(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    about.file_type().is_char_device() || about.file_type().is_block_device()
}

#[cfg(not(unix))]
fn is_device(_: &fs::Metadata) -> bool {
    false
}

struct Found {
    name: String,
    given: Given,
    path: PathBuf,
}

struct Walk<'s> {
    settings: &'s Settings,
    /// By the one true path of each file.
    found: BTreeMap<PathBuf, Found>,
    complaints: BTreeMap<String, FileCoverage>,
}

/// The folder that is walked: its true path, and what was said of it.
struct Root {
    canonical: PathBuf,
    given: Given,
}

impl Walk<'_> {
    fn argument(&mut self, argument: &Argument) {
        let (name, given) = (argument.path.as_str(), argument.given);
        if name == STDIN {
            return self.add(PathBuf::from(STDIN), name.into(), given, PathBuf::new());
        }
        let path = Path::new(name);
        match fs::metadata(path) {
            Err(e) => self.complain(name, ComplaintKind::Unreadable, e.to_string()),
            Ok(about) if about.is_dir() => {
                let canonical = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
                self.folder(path, name.trim_end_matches('/'), &Root { canonical, given }, 0);
            }
            Ok(about) if is_device(&about) => {
                self.complain(name, ComplaintKind::NotFollowed, "a device, which may never end");
            }
            // A pipe that was named outright is read as a stream: a shell's `<(…)` is one.
            Ok(_) => {
                let canonical = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
                self.add(canonical, name.into(), given, path.to_path_buf());
            }
        }
    }

    /// Of two names for one file the smaller stands, and of two things said of it the one that is no guess.
    fn add(&mut self, key: PathBuf, name: String, given: Given, path: PathBuf) {
        match self.found.get_mut(&key) {
            None => {
                self.found.insert(key, Found { name, given, path });
            }
            Some(known) => {
                known.given = known.given.min(given);
                if name < known.name {
                    known.name = name;
                    known.path = path;
                }
            }
        }
    }

    fn complain(&mut self, name: &str, kind: ComplaintKind, detail: impl Into<String>) {
        let entry = self.complaints.entry(name.to_string()).or_default();
        entry.path = name.to_string();
        entry.complain(kind, 0, detail);
    }

    fn folder(&mut self, path: &Path, name: &str, root: &Root, depth: usize) {
        if depth > self.settings.limits.depth {
            let words = format!("deeper than limits.depth ({})", self.settings.limits.depth);
            return self.complain(name, ComplaintKind::TooManyFiles, words);
        }
        for entry in self.entries(path, name) {
            let inner = path.join(&entry);
            let inner_name = format!("{name}/{}", entry.to_string_lossy());
            self.entry(&inner, inner_name, root, depth);
        }
    }

    /// The names in a folder, sorted by bytes; of too many the first ones.
    fn entries(&mut self, path: &Path, name: &str) -> BTreeSet<OsString> {
        let mut names = BTreeSet::new();
        let listing = match fs::read_dir(path) {
            Ok(listing) => listing,
            Err(e) => {
                self.complain(name, ComplaintKind::Unreadable, e.to_string());
                return names;
            }
        };
        let most = self.settings.limits.files;
        let mut dropped = 0;
        for entry in listing {
            match entry {
                Ok(entry) => names.insert(entry.file_name()),
                Err(e) => {
                    self.complain(name, ComplaintKind::Unreadable, e.to_string());
                    break;
                }
            };
            if names.len() > most {
                names.pop_last();
                dropped += 1;
            }
        }
        self.too_many(name, dropped);
        names
    }

    fn too_many(&mut self, name: &str, dropped: u64) {
        if dropped > 0 {
            let words = format!("limits.files ({}) reached: {dropped} left out", self.settings.limits.files);
            let entry = self.complaints.entry(name.to_string()).or_default();
            entry.path = name.to_string();
            entry.complain_times(ComplaintKind::TooManyFiles, dropped, 0, words);
        }
    }

    fn entry(&mut self, path: &Path, name: String, root: &Root, depth: usize) {
        let kind = match fs::symlink_metadata(path) {
            Ok(about) => about.file_type(),
            Err(e) => return self.complain(&name, ComplaintKind::Unreadable, e.to_string()),
        };
        if kind.is_symlink() {
            self.link(path, &name, root);
        } else if kind.is_dir() && path.file_name().is_some_and(|n| n == ".git") {
            self.complain(&name, ComplaintKind::NotFollowed, "a git repository: give the folder with --repo");
        } else if kind.is_dir() {
            self.folder(path, &name, root, depth + 1);
        } else if kind.is_file() {
            let canonical = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
            self.add(canonical, name, root.given, path.to_path_buf());
        } else {
            self.complain(&name, ComplaintKind::NotFollowed, "a pipe, socket or device");
        }
    }

    /// A link within the folder is passed over in silence, for what it leads to is read where it lies.
    fn link(&mut self, path: &Path, name: &str, root: &Root) {
        match fs::canonicalize(path) {
            Ok(target) if target.starts_with(&root.canonical) => {}
            Ok(target) => {
                let words = format!("a link out of the folder, to {}: name it to read it", target.display());
                self.complain(name, ComplaintKind::NotFollowed, words);
            }
            Err(e) => self.complain(name, ComplaintKind::NotFollowed, format!("a link that leads nowhere: {e}")),
        }
    }

    fn numbered(mut self) -> Discovered {
        let mut found: Vec<Found> = std::mem::take(&mut self.found).into_values().collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let most = self.settings.limits.files;
        if let Some(first) = found.get(most) {
            let (name, dropped) = (first.name.clone(), (found.len() - most) as u64);
            self.too_many(&name, dropped);
            found.truncate(most);
        }
        let number = |(n, f): (usize, Found)| Source { name: f.name, number: n as u32, given: f.given, path: f.path };
        Discovered {
            sources: found.into_iter().enumerate().map(number).collect(),
            complaints: self.complaints.into_values().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(path: &str, given: Given) -> Argument {
        Argument { path: path.into(), given }
    }

    fn names(found: &Discovered, root: &str) -> String {
        let short = |name: &str| name.replace(root, "R");
        let sources = found.sources.iter().map(|s| format!("{} {} {:?}\n", s.number, short(&s.name), s.given));
        let complaints = found.complaints.iter().map(|c| format!("{}: {:?}\n", short(&c.path), c.complaints.keys()));
        sources.chain(complaints).collect()
    }

    #[test]
    fn folders_are_walked_in_byte_order_and_links_do_not_lead_out() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("in");
        fs::create_dir_all(root.join("b")).unwrap();
        fs::create_dir_all(root.join(".git")).unwrap();
        for name in ["b/x.log", "a.log", "Z.log", ".git/HEAD"] {
            fs::write(root.join(name), "x").unwrap();
        }
        fs::write(place.path().join("outside.log"), "x").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(place.path().join("outside.log"), root.join("out.log")).unwrap();
            std::os::unix::fs::symlink(root.join("a.log"), root.join("in.log")).unwrap();
            std::os::unix::fs::symlink(&root, root.join("b/loop")).unwrap();
        }
        let root = root.to_string_lossy().into_owned();
        let arguments = [argument(&format!("{root}/"), Given::Guess), argument("/nowhere/at-all", Given::Guess)];
        let found = discover(&arguments, &Settings::default());
        expect_test::expect![[r"
            0 R/Z.log Guess
            1 R/a.log Guess
            2 R/b/x.log Guess
            /nowhere/at-all: [Unreadable]
            R/.git: [NotFollowed]
            R/out.log: [NotFollowed]
        "]]
        .assert_eq(&names(&found, &root));
    }

    #[test]
    fn a_file_given_twice_is_read_once_whatever_the_order() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("a.log"), "x").unwrap();
        let root = place.path().to_string_lossy().into_owned();
        let (folder, file) = (argument(&root, Given::Guess), argument(&format!("{root}/a.log"), Given::Logs));
        let stdin = argument("-", Given::Guess);
        let one = discover(&[folder.clone(), file.clone(), stdin.clone()], &Settings::default());
        let two = discover(&[stdin, file, folder], &Settings::default());
        assert_eq!(one, two);
        assert_eq!(names(&one, &root), "0 - Guess\n1 R/a.log Logs\n");
    }

    #[test]
    fn too_many_files_are_capped_and_the_limit_is_named() {
        let place = tempfile::tempdir().unwrap();
        for n in 0..9 {
            fs::write(place.path().join(format!("{n}.log")), "x").unwrap();
        }
        let mut settings = Settings::default();
        settings.limits.files = 3;
        let root = place.path().to_string_lossy().into_owned();
        let found = discover(&[argument(&root, Given::Guess)], &settings);
        assert_eq!(found.sources.len(), 3);
        assert_eq!(found.complaints[0].count(ComplaintKind::TooManyFiles), 6);
    }
}
