//! The entries of an index file.

use std::path::Path;

use super::git_program::{finish, garbled};
use super::index_window::Window;
use super::library::{Refusal, object_id};
use super::{Backend, EntryMode, IndexEntry, ObjectId, Repo, index_file};
use crate::model::{Problem, RepoPath, Result};

/// Bits of the extended flags, as in git's documentation of the index format, without the lower 16 bits.
const INTENT_TO_ADD: u32 = 1 << 13;
const SKIP_WORKTREE: u32 = 1 << 14;

/// The entries of the index in `file`, sorted by path and stage.
pub(super) fn entries(repo: &Repo, file: &Path) -> Result<Vec<IndexEntry>> {
    if !exists(file)? {
        return Ok(Vec::new());
    }
    if let Some(mut entries) = by_reading(repo, file) {
        sort(&mut entries);
        return Ok(entries);
    }
    repo.ask_unopened(|| by_library(file), || by_program(repo, file))
}

/// The file read by ourselves, where it is a plain one. Tests that ask one backend alone mean that one.
fn by_reading(repo: &Repo, file: &Path) -> Option<Vec<IndexEntry>> {
    if !matches!(repo.backend, Backend::Library | Backend::Program) {
        return None;
    }
    let hash = if repo.backend == Backend::Program && repo.is_sha256() { 32 } else { 20 };
    index_file::entries(&mut Window::open(file, hash)?)
}

/// Whether the index is there. A folder that can't be looked into is a problem, not an empty index.
fn exists(file: &Path) -> Result<bool> {
    file.try_exists().map_err(|cause| {
        Problem::invalid(format!("can't read the index {}", file.display()))
            .why(cause)
            .fix("give read permission on its folder")
    })
}

/// libgit2 reads the file alone: no repository is opened.
fn by_library(file: &Path) -> Result<Vec<IndexEntry>, Refusal> {
    let index = git2::Index::open(file)?;
    let mut entries = Vec::with_capacity(index.len());
    for entry in index.iter() {
        let Some(mode) = EntryMode::from_git(entry.mode) else {
            // A folder: a sparse index that doesn't say so.
            return Err(git2::Error::from_str("an index entry is no file").into());
        };
        let extended = u32::from(entry.flags_extended);
        entries.push(IndexEntry {
            mode,
            id: object_id(entry.id)?,
            stage: ((entry.flags >> 12) & 3) as u8,
            intent_to_add: extended & INTENT_TO_ADD != 0,
            skip_worktree: extended & SKIP_WORKTREE != 0,
            size: entry.file_size,
            mtime: (entry.mtime.seconds(), entry.mtime.nanoseconds()),
            ctime: (entry.ctime.seconds(), entry.ctime.nanoseconds()),
            path: RepoPath::new(entry.path),
        });
    }
    sort(&mut entries);
    Ok(entries)
}

fn by_program(repo: &Repo, file: &Path) -> Result<Vec<IndexEntry>> {
    let git = repo.git().args(["ls-files", "--stage", "--debug", "-z"]).variable("GIT_INDEX_FILE", file);
    let output = finish(&git).map_err(|problem| Problem {
        what: format!("can't read the index {}", file.display()),
        fix: "look at what `git status` says".into(),
        ..problem
    })?;
    let mut entries = parse(&output).ok_or_else(|| garbled("the index"))?;
    sort(&mut entries);
    Ok(entries)
}

fn sort(entries: &mut [IndexEntry]) {
    let before = |a: &IndexEntry, b: &IndexEntry| (&a.path, a.stage) <= (&b.path, b.stage);
    if !entries.is_sorted_by(before) {
        entries.sort_by(|a, b| (&a.path, a.stage).cmp(&(&b.path, b.stage)));
    }
}

/// Reads `git ls-files --stage --debug -z`: `MODE ID STAGE<TAB>PATH<NUL>`, then five lines of stat data.
fn parse(mut output: &[u8]) -> Option<Vec<IndexEntry>> {
    let mut entries = Vec::new();
    while !output.is_empty() {
        let head = take(&mut output, b'\t')?;
        let path = take(&mut output, b'\0')?;
        let mut words = std::str::from_utf8(head).ok()?.split(' ');
        let mode = EntryMode::from_git(u32::from_str_radix(words.next()?, 8).ok()?)?;
        let id = ObjectId::from_hex(words.next()?)?;
        let stage = words.next()?.parse().ok()?;
        let mut lines = [""; 5];
        for line in &mut lines {
            *line = std::str::from_utf8(take(&mut output, b'\n')?).ok()?.trim();
        }
        // git prints the 32 bits without a sign.
        let time = |line: &str, name: &str| {
            let (seconds, nanoseconds) = line.strip_prefix(name)?.split_once(':')?;
            Some((seconds.trim().parse::<u32>().ok()? as i32, nanoseconds.trim().parse().ok()?))
        };
        let (size, flags) = lines[4].strip_prefix("size: ")?.split_once("flags: ")?;
        let extended = u32::from_str_radix(flags.trim(), 16).ok()? >> 16;
        entries.push(IndexEntry {
            path: RepoPath::new(path),
            mode,
            id,
            stage,
            intent_to_add: extended & INTENT_TO_ADD != 0,
            skip_worktree: extended & SKIP_WORKTREE != 0,
            size: size.trim().parse().ok()?,
            mtime: time(lines[1], "mtime: ")?,
            ctime: time(lines[0], "ctime: ")?,
        });
    }
    Some(entries)
}

/// What stands before `end`, which is taken too.
pub(super) fn take<'a>(rest: &mut &'a [u8], end: u8) -> Option<&'a [u8]> {
    let at = rest.iter().position(|&byte| byte == end)?;
    let (before, after) = rest.split_at(at);
    *rest = &after[1..];
    Some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_of_another_form_is_refused() {
        let id = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
        let debug =
            "  ctime: 1:2\n  mtime: 3:4\n  dev: 1\tino: 2\n  uid: 0\tgid: 0\n  size: 5\tflags: 20004000\n";
        let good = format!("100755 {id} 2\ta\nb\0{debug}");
        let entries = parse(good.as_bytes()).unwrap();
        assert_eq!(entries[0].path, RepoPath::from("a\nb"));
        assert_eq!(
            (entries[0].mode, entries[0].stage, entries[0].size, entries[0].mtime),
            (EntryMode::Executable, 2, 5, (3, 4))
        );
        assert!(entries[0].intent_to_add && !entries[0].skip_worktree);
        assert_eq!(parse(b""), Some(Vec::new()));
        for end in 1..good.len() {
            assert_eq!(parse(&good.as_bytes()[..end]), None, "cut at {end}");
        }
        assert_eq!(parse(format!("040000 {id} 0\ta/\0{debug}").as_bytes()), None);
    }
}
