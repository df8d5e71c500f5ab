//! Whether what git will commit still is what was looked at: someone may have staged something while the hooks ran.

use std::collections::BTreeSet;
use std::time::SystemTime;

use xtask_core::gate::Context;
use xtask_core::model::{RepoPath, Result};
use xtask_core::repo::{IndexEntry, Repo};

/// So many paths are named.
const NAMED: usize = 8;

/// What the system says of the index file: git replaces it as a whole, so that any change shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(Option<(u64, u64, Option<SystemTime>)>);

impl Stamp {
    /// Of the index that git uses now.
    pub(super) fn of(repo: &Repo) -> Self {
        let there = std::fs::metadata(repo.index_file()).ok();
        Self(there.map(|there| (there.len(), inode(&there), there.modified().ok())))
    }
}

#[cfg(unix)]
fn inode(there: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(there)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

/// What was staged, or taken out of the index, since the run read it; `before` is from before it did.
pub(super) fn staged_since(cx: &Context, repo: &Repo, before: Stamp) -> Result<Option<String>> {
    if Stamp::of(repo) == before {
        return Ok(None);
    }
    let now = repo.index()?;
    let paths = differing(cx.tracked()?, &now);
    if paths.is_empty() {
        return Ok(None);
    }
    let mut shown: Vec<String> = paths.iter().take(NAMED).map(ToString::to_string).collect();
    if paths.len() > NAMED {
        shown.push(format!("{} more", paths.len() - NAMED));
    }
    Ok(Some(format!("staged while the hooks ran, so everything is checked again: {}", shown.join(", "))))
}

/// The paths whose entries aren't the same.
fn differing(before: &[IndexEntry], now: &[IndexEntry]) -> Vec<RepoPath> {
    let set = |entries: &[IndexEntry]| -> BTreeSet<_> {
        let key =
            |one: &IndexEntry| (one.path.clone(), one.stage, one.mode.to_git(), one.id, one.intent_to_add);
        entries.iter().map(key).collect()
    };
    let (before, now) = (set(before), set(now));
    let paths: BTreeSet<RepoPath> = before.symmetric_difference(&now).map(|one| one.0.clone()).collect();
    paths.into_iter().collect()
}
