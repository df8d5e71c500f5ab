//! The files of a revision's tree.

use git2::{ObjectType, Repository};

use super::git_program::garbled;
use super::index::take;
use super::library::{Refusal, object_id, oid};
use super::revision::{Peel, resolve};
use super::{EntryMode, IndexEntry, ObjectId, Repo};
use crate::model::{RepoPath, Result};

/// Folders may lie this deep in each other; git itself stops at 2048 by default (`core.maxTreeDepth`).
const MAX_DEPTH: usize = 2048;

/// The files of the tree that `revision` names, sorted by path.
pub(super) fn entries(repo: &Repo, revision: &str) -> Result<Vec<IndexEntry>> {
    let id = resolve(repo, revision, Peel::Tree)?;
    repo.ask(
        |repository| by_library(repository, &id),
        || {
            let output = repo.git_output(["ls-tree", "-r", "-z", "--full-tree", &id.to_string()])?;
            parse(&output).ok_or_else(|| garbled("a tree"))
        },
    )
}

fn by_library(repository: &Repository, id: &ObjectId) -> Result<Vec<IndexEntry>, Refusal> {
    let mut entries = Vec::new();
    // A stack instead of recursion: each folder with the place to go on at.
    let mut folders = vec![(repository.find_tree(oid(id)?)?, 0, 0)];
    let mut path = Vec::new();
    while let Some((tree, next, length)) = folders.pop() {
        path.truncate(length);
        let Some(entry) = tree.get(next) else { continue };
        path.extend_from_slice(entry.name_bytes());
        let mut below = None;
        if entry.kind() == Some(ObjectType::Tree) {
            path.push(b'/');
            if folders.len() > MAX_DEPTH {
                return Err(git2::Error::from_str("the tree is too deep").into());
            }
            below = Some((repository.find_tree(entry.id())?, 0, path.len()));
        } else if let Some(mode) = EntryMode::from_git(entry.filemode_raw() as u32) {
            entries.push(of_tree(RepoPath::new(path.clone()), mode, object_id(entry.id())?));
        }
        drop(entry);
        folders.push((tree, next + 1, length));
        folders.extend(below);
    }
    Ok(entries)
}

/// Reads `git ls-tree -r -z`: `MODE TYPE ID<TAB>PATH<NUL>`.
fn parse(mut output: &[u8]) -> Option<Vec<IndexEntry>> {
    let mut entries = Vec::new();
    while !output.is_empty() {
        let head = take(&mut output, b'\t')?;
        let path = take(&mut output, b'\0')?;
        let mut words = std::str::from_utf8(head).ok()?.split(' ');
        let mode = EntryMode::from_git(u32::from_str_radix(words.next()?, 8).ok()?)?;
        let id = ObjectId::from_hex(words.nth(1)?)?;
        entries.push(of_tree(RepoPath::new(path), mode, id));
    }
    Some(entries)
}

fn of_tree(path: RepoPath, mode: EntryMode, id: ObjectId) -> IndexEntry {
    IndexEntry {
        path,
        mode,
        id,
        stage: 0,
        intent_to_add: false,
        skip_worktree: false,
        size: 0,
        mtime: (0, 0),
        ctime: (0, 0),
    }
}
