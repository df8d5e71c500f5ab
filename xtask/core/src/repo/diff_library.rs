//! Comparing trees and the index with libgit2. It declines what it would do differently from git: the working tree
//! (filters, fsmonitor, ignored files), renames (another measure of likeness), and `git add --intent-to-add`.

use std::collections::{BTreeMap, BTreeSet};

use git2::{Delta, Diff, DiffDelta, DiffOptions, FileMode, Index, Repository};

use super::diff::{End, Pair};
use super::library::{Refusal, oid};
use super::{Change, ChangeKind, LineRange, ObjectId, Repo};
use crate::model::RepoPath;

/// The files that differ, in no order.
pub(super) fn changes(repo: &Repo, repository: &Repository, pair: &Pair) -> Result<Vec<Change>, Refusal> {
    let mut options = DiffOptions::new();
    options.skip_binary_check(true);
    let diff = compare(repo, repository, pair, &mut options)?;
    let both = replaced(&diff);
    let mut changes = Vec::new();
    for delta in diff.deltas() {
        let path = path(&delta);
        let kind = match delta.status() {
            Delta::Added if both.contains(&path) => ChangeKind::TypeChanged,
            Delta::Deleted if both.contains(&path) => continue,
            Delta::Added => ChangeKind::Added,
            Delta::Deleted => ChangeKind::Deleted,
            Delta::Modified => ChangeKind::Modified,
            Delta::Typechange => ChangeKind::TypeChanged,
            Delta::Conflicted => ChangeKind::Conflicted,
            _ => return Err(Refusal::NotMine),
        };
        changes.push(Change { path, kind });
    }
    Ok(changes)
}

/// The new and changed lines of regular files.
pub(super) fn changed_lines(
    repo: &Repo,
    repository: &Repository,
    pair: &Pair,
) -> Result<BTreeMap<RepoPath, Vec<LineRange>>, Refusal> {
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).indent_heuristic(true);
    let diff = compare(repo, repository, pair, &mut options)?;
    let mut lines: BTreeMap<RepoPath, Vec<LineRange>> = BTreeMap::new();
    diff.foreach(
        &mut |_, _| true,
        None,
        Some(&mut |delta, hunk| {
            let regular = matches!(
                delta.new_file().mode(),
                FileMode::Blob | FileMode::BlobExecutable | FileMode::BlobGroupWritable
            );
            if regular && delta.status() != Delta::Deleted && hunk.new_lines() > 0 {
                lines
                    .entry(path(&delta))
                    .or_default()
                    .push(LineRange { from: hunk.new_start(), to: hunk.new_start() + hunk.new_lines() - 1 });
            }
            true
        }),
        None,
    )?;
    Ok(lines)
}

/// libgit2's comparison, unless it would differ from git's.
fn compare<'a>(
    repo: &Repo,
    repository: &'a Repository,
    pair: &Pair,
    options: &mut DiffOptions,
) -> Result<Diff<'a>, Refusal> {
    let tree = |id: &ObjectId| repository.find_tree(oid(id)?);
    let tree_of = |end: End| match end {
        End::Tree(id) => tree(&id).map(Some),
        _ => Ok(None),
    };
    if pair.has(End::Worktree) || pair.index.iter().any(|entry| entry.intent_to_add) {
        return Err(Refusal::NotMine);
    }
    let diff = if pair.has(End::Index) {
        let index = if repo.index_file.exists() { Index::open(&repo.index_file)? } else { Index::new()? };
        let other = if pair.old == End::Index { pair.new } else { pair.old };
        options.reverse(pair.old == End::Index);
        repository.diff_tree_to_index(tree_of(other)?.as_ref(), Some(&index), Some(options))?
    } else {
        let (old, new) = (tree_of(pair.old)?, tree_of(pair.new)?);
        repository.diff_tree_to_tree(old.as_ref(), new.as_ref(), Some(options))?
    };
    if rename_possible(&diff) {
        return Err(Refusal::NotMine);
    }
    Ok(diff)
}

/// Paths that are both deleted and added: their type changed.
fn replaced(diff: &Diff<'_>) -> BTreeSet<RepoPath> {
    let of = |status| -> BTreeSet<RepoPath> {
        let those = diff.deltas().filter(|delta| delta.status() == status);
        those.map(|delta| path(&delta)).collect()
    };
    let added = of(Delta::Added);
    of(Delta::Deleted).into_iter().filter(|path| added.contains(path)).collect()
}

/// Whether a path vanished and another one appeared.
fn rename_possible(diff: &Diff<'_>) -> bool {
    let both = replaced(diff);
    let any = |status| diff.deltas().any(|delta| delta.status() == status && !both.contains(&path(&delta)));
    any(Delta::Deleted) && any(Delta::Added)
}

fn path(delta: &DiffDelta<'_>) -> RepoPath {
    let file = match delta.status() {
        Delta::Deleted => delta.old_file(),
        _ => delta.new_file(),
    };
    let path = file.path_bytes().or_else(|| delta.old_file().path_bytes());
    RepoPath::new(path.unwrap_or_default())
}
