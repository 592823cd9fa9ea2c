//! `repository.git`: the shop's history as a bare git repository, made without git.
//!
//! Every object lies in one pack, deflated by storing: every git reads it, it needs no library, and the same history gives
//! the same bytes. Releases are tags. Sources: git's own `gitformat-pack` and `gitformat-index` pages. Read [`Repository`]
//! first.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use evidence::SECOND;

use super::{gzip, sha1};
use crate::history::{Commit, people};

type Hash = [u8; 20];

/// A kind of object, by its number in a pack.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Commit = 1,
    Tree = 2,
    Blob = 3,
}

/// An object: its place in the pack, its kind, its text.
#[derive(Clone, Debug)]
struct Object {
    number: usize,
    kind: Kind,
    text: Vec<u8>,
}

/// A repository before it is written.
#[derive(Debug, Default)]
pub struct Repository {
    /// Each object once, by its hash.
    objects: BTreeMap<Hash, Object>,
    /// The hash of each commit, in letters, the oldest first.
    pub commits: Vec<String>,
}

impl Repository {
    /// The objects of a history.
    pub fn of(history: &[Commit]) -> Repository {
        let mut repository = Repository::default();
        let mut files: BTreeMap<String, Hash> = BTreeMap::new();
        let mut parent: Option<String> = None;
        for commit in history {
            for (path, text) in &commit.files {
                files.insert(path.clone(), repository.put(Kind::Blob, text.as_bytes().to_vec()));
            }
            let entries: Vec<(&str, Hash)> = files.iter().map(|(path, hash)| (path.as_str(), *hash)).collect();
            let tree = repository.tree(&entries);
            let above = parent.map_or(String::new(), |parent| format!("parent {parent}\n"));
            let who = format!("{} {} +0000", people::signature(&commit.author), commit.time.0.div_euclid(SECOND));
            let text = format!("tree {}\n{above}author {who}\ncommitter {who}\n\n{}", sha1::hex(&tree), commit.message);
            let hash = sha1::hex(&repository.put(Kind::Commit, text.into_bytes()));
            repository.commits.push(hash.clone());
            parent = Some(hash);
        }
        repository
    }

    fn put(&mut self, kind: Kind, text: Vec<u8>) -> Hash {
        let word = match kind {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
        };
        let mut whole = format!("{word} {}\0", text.len()).into_bytes();
        whole.extend(&text);
        let (hash, number) = (sha1::digest(&whole), self.objects.len());
        self.objects.entry(hash).or_insert(Object { number, kind, text });
        hash
    }

    /// The tree of files that are sorted by path; each folder is a tree of its own.
    fn tree(&mut self, files: &[(&str, Hash)]) -> Hash {
        let mut entries: Vec<(String, &str, Hash)> = Vec::new();
        let mut rest = files;
        while let Some((path, hash)) = rest.first() {
            match path.split_once('/') {
                None => {
                    entries.push((path.to_string(), "100644", *hash));
                    rest = &rest[1..];
                }
                Some((folder, _)) => {
                    let inside = |path: &str| path.strip_prefix(folder).is_some_and(|p| p.starts_with('/'));
                    let many = rest.iter().take_while(|(path, _)| inside(path)).count();
                    let below: Vec<(&str, Hash)> =
                        rest[..many].iter().map(|(path, hash)| (&path[folder.len() + 1..], *hash)).collect();
                    entries.push((format!("{folder}/"), "40000", self.tree(&below)));
                    rest = &rest[many..];
                }
            }
        }
        // Git sorts a folder as if its name ended with a slash.
        entries.sort();
        let mut text = Vec::new();
        for (name, mode, hash) in entries {
            text.extend(format!("{mode} {}\0", name.trim_end_matches('/')).bytes());
            text.extend(hash);
        }
        self.put(Kind::Tree, text)
    }

    /// Writes the repository into a folder, with these tags (name, commit).
    pub fn write(&self, folder: &Path, tags: &[(String, String)]) -> io::Result<()> {
        let (pack, index, name) = self.packed();
        let objects = folder.join("objects/pack");
        fs::create_dir_all(&objects)?;
        fs::create_dir_all(folder.join("refs/heads"))?;
        fs::write(objects.join(format!("pack-{name}.pack")), pack)?;
        fs::write(objects.join(format!("pack-{name}.idx")), index)?;
        fs::write(folder.join("HEAD"), "ref: refs/heads/main\n")?;
        let config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
        fs::write(folder.join("config"), config)?;
        let mut refs: Vec<(String, &String)> = tags.iter().map(|(tag, at)| (format!("refs/tags/{tag}"), at)).collect();
        refs.extend(self.commits.last().map(|head| ("refs/heads/main".to_string(), head)));
        refs.sort();
        let lines: String = refs.iter().map(|(name, hash)| format!("{hash} {name}\n")).collect();
        fs::write(folder.join("packed-refs"), format!("# pack-refs with: peeled fully-peeled sorted \n{lines}"))
    }

    /// The pack, its index, and the name of both.
    fn packed(&self) -> (Vec<u8>, Vec<u8>, String) {
        let mut in_order: Vec<(&Hash, &Object)> = self.objects.iter().collect();
        in_order.sort_by_key(|(_, object)| object.number);
        let mut pack = b"PACK".to_vec();
        pack.extend(2_u32.to_be_bytes());
        pack.extend((in_order.len() as u32).to_be_bytes());
        let mut places: BTreeMap<Hash, (u32, u32)> = BTreeMap::new();
        for (hash, Object { kind, text, .. }) in in_order {
            let from = pack.len();
            pack.extend(head(*kind, text.len()));
            pack.extend(gzip::zlib(text));
            places.insert(*hash, (from as u32, gzip::crc(&pack[from..])));
        }
        let sum = sha1::digest(&pack);
        pack.extend(sum);
        (pack, index(&places, &sum), sha1::hex(&sum))
    }
}

/// The kind and size of an object in a pack: four bits of the size, then seven at a time.
fn head(kind: Kind, size: usize) -> Vec<u8> {
    let (mut byte, mut rest, mut out) = (((kind as u8) << 4) | (size & 15) as u8, size >> 4, Vec::new());
    while rest > 0 {
        out.push(byte | 0x80);
        (byte, rest) = ((rest & 0x7f) as u8, rest >> 7);
    }
    out.push(byte);
    out
}

/// The index of a pack, version 2.
fn index(places: &BTreeMap<Hash, (u32, u32)>, pack: &Hash) -> Vec<u8> {
    let mut out = vec![0xff, b't', b'O', b'c', 0, 0, 0, 2];
    let (mut upto, mut hashes) = (0_u32, places.keys().peekable());
    for first in 0..=255_u8 {
        while hashes.next_if(|hash| hash[0] == first).is_some() {
            upto += 1;
        }
        out.extend(upto.to_be_bytes());
    }
    places.keys().for_each(|hash| out.extend(hash));
    places.values().for_each(|(_, crc)| out.extend(crc.to_be_bytes()));
    places.values().for_each(|(at, _)| out.extend(at.to_be_bytes()));
    out.extend(pack);
    let sum = sha1::digest(&out);
    out.extend(sum);
    out
}
