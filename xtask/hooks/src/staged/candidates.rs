//! Which files a commit would change: those whose staged content, or mode, isn't that of HEAD.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{ChangeKind, EntryMode, IndexEntry, ObjectId, Repo, Side};

use crate::attributes::Attributes;
use crate::resolve::StagePlan;
use crate::select::{Candidate, let_through};
use crate::stage::Stage;

/// The staged files, sorted by path. Deleted ones, and paths that are just intended to be added, have no content to check. In a
/// merge, files that are as one of the other sides has them were checked there: those that the merge made are left.
pub(super) fn staged(cx: &Context, repo: &Repo, plan: &StagePlan) -> Result<Vec<Candidate>> {
    let head = if repo.shape()?.empty { Side::Empty } else { Side::Revision("HEAD".to_owned()) };
    let changes = repo.changes(&head, &Side::Index)?;
    if let Some(conflict) = changes.iter().find(|change| change.kind == ChangeKind::Conflicted) {
        return Err(Problem::usage(format!("{} is in conflict", conflict.path))
            .why("what a commit would hold isn't decided yet")
            .fix("resolve the conflict, `git add` the file, and commit again"));
    }
    let others = merged_sides(cx, repo, plan.stage)?;
    let entries = cx.tracked()?;
    let mut files = Vec::new();
    for change in changes.iter().filter(|change| change.kind != ChangeKind::Deleted) {
        let Ok(at) = entries.binary_search_by(|entry| entry.path.cmp(&change.path)) else { continue };
        let entry = &entries[at];
        let from_elsewhere = others.iter().any(|side| side.get(&entry.path) == Some(&(entry.mode, entry.id)));
        if !entry.intent_to_add && !from_elsewhere {
            files.push(Candidate::from(entry));
        }
    }
    let_through(cx, plan, Attributes::Index, entries, files)
}

/// What the commits that are being merged hold. Before a merge commit git has written no `MERGE_HEAD` yet, and names them by
/// variables.
fn merged_sides(
    cx: &Context,
    repo: &Repo,
    stage: Stage,
) -> Result<Vec<BTreeMap<RepoPath, (EntryMode, ObjectId)>>> {
    let text = std::fs::read_to_string(repo.git_dir().join("MERGE_HEAD")).unwrap_or_default();
    let mut heads: BTreeSet<String> = text.split_whitespace().map(str::to_owned).collect();
    let named = |(name, _): (&OsStr, &OsStr)| {
        let hex = name.to_str()?.strip_prefix("GITHEAD_")?;
        ObjectId::from_hex(hex).map(|id| id.to_string())
    };
    if stage == Stage::PreMergeCommit {
        heads.extend(cx.environment.iter().filter_map(named));
    }
    let side = |head: &String| {
        let entry = |entry: IndexEntry| (entry.path, (entry.mode, entry.id));
        Ok(repo.tree(head)?.into_iter().map(entry).collect())
    };
    heads.iter().map(side).collect()
}
