//! Reading the index file itself, as git's documentation of the index format (`gitformat-index`) has it: for speed, since each run of a
//! hook begins with it. What isn't plain (a split or sparse index, a broken file) is left to libgit2 and the git program.

use std::io::Read;

use super::index_window::Window;
use super::{EntryMode, IndexEntry, ObjectId};
use crate::model::RepoPath;

/// The bytes before the first entry.
const HEAD: usize = 12;

/// The bytes of an entry before its object's name.
const STAT: usize = 40;

/// Flags of an entry.
const EXTENDED: u16 = 0x4000;
const NAME_LENGTH: usize = 0xfff;

/// Extended flags of an entry.
const INTENT_TO_ADD: u16 = 1 << 13;
const SKIP_WORKTREE: u16 = 1 << 14;

/// A folder of the index whose tree git remembers: what lies below it is that tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownTree {
    /// Its name in the folder above; empty for the top.
    name: Vec<u8>,
    /// How many entries lie below it, and its tree; `None` since something below changed.
    pub(super) tree: Option<(usize, ObjectId)>,
    children: Vec<KnownTree>,
}

impl KnownTree {
    /// The folder of this name.
    pub(super) fn child(&self, name: &[u8]) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// The entries of an index, as they stand there.
pub(super) fn entries<R: Read>(window: &mut Window<R>) -> Option<Vec<IndexEntry>> {
    let mut cursor = Cursor::new(window)?;
    let mut entries = Vec::with_capacity(cursor.count.min(cursor.window.length / STAT));
    let mut path = Vec::new();
    for _ in 0..cursor.count {
        let raw = cursor.entry(&mut path)?;
        entries.push(entry(&raw, &path)?);
    }
    // Extensions that must be understood are written in small letters.
    cursor.extensions(|name, _| name[0].is_ascii_uppercase())?;
    Some(entries)
}

/// What the index remembers of trees, where it does.
pub(super) fn known_trees<R: Read>(window: &mut Window<R>) -> Option<KnownTree> {
    let mut cursor = Cursor::new(window)?;
    let mut path = Vec::new();
    for _ in 0..cursor.count {
        cursor.entry(&mut path)?;
    }
    let hash = cursor.window.hash;
    let mut known = None;
    cursor.extensions(|name, content| {
        if name == b"TREE" {
            known = tree(&mut &content[..], hash, 0);
        }
        true
    })?;
    known
}

/// The parts of an entry.
struct Raw {
    stat: [u8; STAT],
    id: ObjectId,
    flags: u16,
    extended: u16,
}

struct Cursor<'a, R> {
    window: &'a mut Window<R>,
    version: u32,
    count: usize,
}

impl<'a, R: Read> Cursor<'a, R> {
    fn new(window: &'a mut Window<R>) -> Option<Self> {
        let head = window.look(HEAD)?;
        let (version, count) = (number(head, 4)?, number(head, 8)? as usize);
        let sane = head.starts_with(b"DIRC") && (2..=4).contains(&version);
        window.skip(HEAD);
        sane.then_some(Self { window, version, count })
    }

    /// Reads the next entry; `path` holds the path of the one before, and gets this one's.
    fn entry(&mut self, path: &mut Vec<u8>) -> Option<Raw> {
        let hash = self.window.hash;
        let bytes = self.window.look(STAT + hash + 2)?;
        let stat = *bytes.first_chunk::<STAT>()?;
        let id = ObjectId::from_bytes(&bytes[STAT..STAT + hash])?;
        let mut at = STAT + hash;
        let flags = short(bytes, at)?;
        at += 2;
        let mut extended = 0;
        if flags & EXTENDED != 0 {
            extended = short(self.window.look(at + 2)?, at)?;
            at += 2;
        }
        if self.version == 4 {
            let cut = self.varint(&mut at)?;
            path.truncate(path.len().checked_sub(cut)?);
        } else {
            path.clear();
        }
        let known = usize::from(flags) & NAME_LENGTH;
        let length = if self.version == 4 || known == NAME_LENGTH { self.zero_after(at)? } else { known };
        let rest = &self.window.look(at + length + 1)?[at..];
        path.extend_from_slice(&rest[..length]);
        if rest[length] != 0 {
            return None;
        }
        at += length + 1;
        if self.version != 4 {
            // Padded to a multiple of eight bytes.
            at = at.next_multiple_of(8);
            self.window.look(at)?;
        }
        self.window.skip(at);
        Some(Raw { stat, id, flags, extended })
    }

    /// Goes through the extensions, and fails where `take` refuses one.
    fn extensions(&mut self, mut take: impl FnMut(&[u8], &[u8]) -> bool) -> Option<()> {
        while self.window.look(1).is_some() {
            let head = self.window.look(8)?;
            let size = number(head, 4)? as usize;
            let whole = self.window.look(8_usize.checked_add(size)?)?;
            if !take(&whole[..4], &whole[8..8 + size]) {
                return None;
            }
            self.window.skip(8 + size);
        }
        Some(())
    }

    /// How many bytes after `at` the next zero is.
    fn zero_after(&mut self, at: usize) -> Option<usize> {
        let mut wanted = at + 1;
        loop {
            let bytes = self.window.look(wanted)?;
            if let Some(length) = memchr::memchr(0, &bytes[at..]) {
                return Some(length);
            }
            wanted = bytes.len() + 1;
        }
    }

    /// A number of variable length, as in pack files' offsets.
    fn varint(&mut self, at: &mut usize) -> Option<usize> {
        let mut next = || {
            let byte = self.window.look(*at + 1)?[*at];
            *at += 1;
            Some(byte)
        };
        let mut byte = next()?;
        let mut value = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = next()?;
            value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
        }
        Some(value)
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn entry(raw: &Raw, path: &[u8]) -> Option<IndexEntry> {
    let Raw { stat, id, flags, extended } = raw;
    let time = |at| Some((number(stat, at)? as i32, number(stat, at + 4)?));
    Some(IndexEntry {
        path: RepoPath::new(path),
        mode: EntryMode::from_git(number(stat, 24)?)?,
        id: *id,
        stage: ((flags >> 12) & 3) as u8,
        intent_to_add: extended & INTENT_TO_ADD != 0,
        skip_worktree: extended & SKIP_WORKTREE != 0,
        size: number(stat, 36)?,
        ctime: time(0)?,
        mtime: time(8)?,
    })
}

/// How deep trees may lie in each other: git stops at 2048 by default (`core.maxTreeDepth`).
const MAX_DEPTH: usize = 2048;

/// Reads the extension of remembered trees: `NAME<NUL>COUNT<SP>FOLDERS<LF>[ID]`, the folders of each after it.
fn tree(rest: &mut &[u8], hash: usize, depth: usize) -> Option<KnownTree> {
    let name = take(rest, 0)?.to_vec();
    let count: i64 = text(take(rest, b' ')?)?;
    let folders: usize = text(take(rest, b'\n')?)?;
    let mut known = KnownTree { name, tree: None, children: Vec::new() };
    if count >= 0 {
        let id = ObjectId::from_bytes(rest.get(..hash)?)?;
        *rest = &rest[hash..];
        known.tree = Some((usize::try_from(count).ok()?, id));
    }
    if depth > MAX_DEPTH {
        return None;
    }
    for _ in 0..folders {
        known.children.push(tree(rest, hash, depth + 1)?);
    }
    Some(known)
}

fn take<'a>(rest: &mut &'a [u8], end: u8) -> Option<&'a [u8]> {
    let at = memchr::memchr(end, rest)?;
    let (before, after) = rest.split_at(at);
    *rest = &after[1..];
    Some(before)
}

fn text<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Fixture;
    use super::*;

    fn entries(bytes: &[u8]) -> Option<Vec<IndexEntry>> {
        super::entries(&mut Window::new(bytes, bytes.len(), 20)?)
    }

    fn known_trees(bytes: &[u8]) -> Option<KnownTree> {
        super::known_trees(&mut Window::new(bytes, bytes.len(), 20)?)
    }

    /// Every version of the format, read as the git program reads it.
    #[test]
    fn entries_are_those_of_git() {
        for version in ["2", "3", "4"] {
            let fixture = Fixture::new();
            fixture.write("a.txt", "a\n");
            fixture.write("dir/sub/b.txt", "b\n");
            fixture.write(format!("{}/long.txt", "d".repeat(120)).as_str(), "c\n");
            fixture.commit("one");
            fixture.write("dir/later.txt", "");
            fixture.git(["add", "--intent-to-add", "dir/later.txt"]);
            fixture.git(["update-index", "--skip-worktree", "a.txt"]);
            fixture.git(["update-index", "--index-version", version]);
            let repo = fixture.repo();
            let bytes = std::fs::read(repo.index_file()).unwrap();
            let read = entries(&bytes).unwrap();
            assert_eq!(read, fixture.program().index().unwrap(), "version {version}");
            assert_eq!(read.len(), 4);
            let known = known_trees(&bytes).unwrap();
            assert!(known.child(b"dir").unwrap().tree.is_none(), "an entry below it changed");
            assert_eq!(known.child(b"dir").unwrap().child(b"sub").unwrap().tree.unwrap().0, 1);
            // Any cut is refused, or read as whole where just the checksum is missing a part.
            for end in 0..bytes.len() - 1 {
                assert_ne!(entries(&bytes[..end]).map(|read| read.len()), Some(5), "{end}");
            }
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x41;
                let _ = (entries(&damaged), known_trees(&damaged));
            }
        }
    }

    /// An index of many windows, with paths longer than the field of their length can say.
    #[test]
    fn entries_lie_across_windows() {
        let fixture = Fixture::new();
        fixture.write("a", "");
        fixture.git(["add", "a"]);
        let id = fixture.text(["rev-parse", ":a"]);
        let long = format!("{}end", "long/".repeat(900));
        let many = (0..3000).map(|at| format!("100644,{id},folder-{}/file-{at}", at % 7));
        let entry = |entry| ["--cacheinfo".to_owned(), entry];
        let all = many.chain([format!("100755,{id},{long}")]).flat_map(entry);
        fixture.git(["update-index".to_owned(), "--add".to_owned()].into_iter().chain(all));
        for version in ["2", "4"] {
            fixture.git(["update-index", "--index-version", version]);
            let bytes = std::fs::read(fixture.repo().index_file()).unwrap();
            let read = entries(&bytes).unwrap();
            assert_eq!(read, fixture.program().index().unwrap(), "version {version}");
            assert_eq!(read.len(), 3002);
        }
    }

    #[test]
    fn a_split_index_is_left_to_others() {
        let fixture = Fixture::new();
        fixture.write("a.txt", "a\n");
        fixture.commit("one");
        fixture.git(["update-index", "--split-index"]);
        let bytes = std::fs::read(fixture.repo().index_file()).unwrap();
        assert_eq!(entries(&bytes), None);
    }
}
