//! Comparing two sides: who computes it, and what git's own comparison leaves out (conflicts, untracked files).

use std::collections::{BTreeMap, BTreeSet};

use super::revision::{Peel, resolve};
use super::{
    Change, ChangeKind, IndexEntry, LineRange, ObjectId, Repo, Side, diff_library, diff_program, untracked,
};
use crate::model::{Problem, RepoPath, Result};

/// A side, resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// This tree.
    Tree(ObjectId),
    /// No file at all.
    Empty,
    /// The index.
    Index,
    /// The working tree.
    Worktree,
}

/// Two sides, and what the index says about them.
pub(super) struct Pair {
    pub(super) old: End,
    pub(super) new: End,
    /// The index, where it is a side, or lies below the working tree.
    pub(super) index: Vec<IndexEntry>,
}

impl Pair {
    /// `None` where both sides are the same.
    fn resolve(repo: &Repo, old: &Side, new: &Side) -> Result<Option<Self>> {
        let (old, new) = (end(repo, old)?, end(repo, new)?);
        if old == new {
            return Ok(None);
        }
        let mut pair = Self { old, new, index: Vec::new() };
        if pair.has(End::Index) || pair.has(End::Worktree) {
            pair.index = repo.index()?;
        }
        Ok(Some(pair))
    }

    /// Whether one of the sides is this.
    pub(super) fn has(&self, end: End) -> bool {
        self.old == end || self.new == end
    }

    /// The paths in conflict.
    fn conflicts(&self) -> BTreeSet<&RepoPath> {
        let conflicted = self.index.iter().filter(|entry| entry.stage > 0);
        conflicted.map(|entry| &entry.path).collect()
    }
}

fn end(repo: &Repo, side: &Side) -> Result<End> {
    match side {
        Side::Revision(revision) => resolve(repo, revision, Peel::Tree).map(End::Tree),
        Side::Empty => Ok(End::Empty),
        Side::Index => Ok(End::Index),
        Side::Worktree if repo.work_dir.is_some() => Ok(End::Worktree),
        Side::Worktree => {
            Err(Problem::usage(format!("{} has no working tree to compare with", repo.git_dir.display()))
                .why("it is a bare repository")
                .fix("run this in a clone or a linked worktree"))
        }
    }
}

/// The files that differ, sorted by path.
pub(super) fn changes(repo: &Repo, old: &Side, new: &Side) -> Result<Vec<Change>> {
    let Some(pair) = Pair::resolve(repo, old, new)? else {
        return Ok(Vec::new());
    };
    let listed = repo.ask(
        |repository| diff_library::changes(repo, repository, &pair),
        || diff_program::changes(repo, &pair),
    )?;
    let mut by_path: BTreeMap<RepoPath, ChangeKind> =
        listed.into_iter().map(|change| (change.path, change.kind)).collect();
    if pair.has(End::Worktree) {
        let kind = if pair.new == End::Worktree { ChangeKind::Added } else { ChangeKind::Deleted };
        for path in untracked::list(repo)? {
            // Removed from the index, and still there: the file is on both sides.
            let kind = if by_path.contains_key(&path) { ChangeKind::Modified } else { kind.clone() };
            by_path.insert(path, kind);
        }
    }
    for path in pair.conflicts() {
        by_path.insert(path.clone(), ChangeKind::Conflicted);
    }
    Ok(by_path.into_iter().map(|(path, kind)| Change { path, kind }).collect())
}

/// The lines that are new or changed on the new side.
pub(super) fn changed_lines(
    repo: &Repo,
    old: &Side,
    new: &Side,
) -> Result<BTreeMap<RepoPath, Vec<LineRange>>> {
    let Some(pair) = Pair::resolve(repo, old, new)? else {
        return Ok(BTreeMap::new());
    };
    let mut lines = repo.ask(
        |repository| diff_library::changed_lines(repo, repository, &pair),
        || diff_program::changed_lines(repo, &pair),
    )?;
    if pair.new == End::Worktree {
        let added = untracked::lines(repo, &untracked::list(repo)?)?;
        lines.extend(added.into_iter().map(|(path, all)| (path, vec![all])));
    } else if pair.has(End::Index) {
        for path in pair.conflicts() {
            lines.remove(path);
        }
    }
    Ok(lines)
}
