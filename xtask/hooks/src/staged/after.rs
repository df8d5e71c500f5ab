//! After a commit of some paths (`git commit -- path`): git commits from an index of its own, and the working tree's index doesn't
//! learn of the fixes. The hook remembers them, and the post-commit hook stages them where nothing else was staged meanwhile.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xtask_core::gate::Context;
use xtask_core::journal::Edit;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{EntryMode, IndexEdit, IndexUpdate, ObjectId, Repo};

use crate::run::{commits_own_index, owns_index};

/// Where it is remembered, below the git folder of the working tree.
const FILE: &str = "xtask/after-commit.json";

/// The fixes of a commit under way.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    /// HEAD before the commit; none before the first one.
    head: Option<String>,
    fixes: Vec<Fix>,
}

/// One fixed file: its staged blob, and the fixed one.
#[derive(Debug, Serialize, Deserialize)]
struct Fix {
    path: RepoPath,
    executable: bool,
    staged: Option<String>,
    fixed: String,
}

/// Remembers the fixes where git commits from an index that it throws away.
pub(super) fn remember(repo: &Repo, edit: &Edit) -> Result<()> {
    if commits_own_index(repo) {
        return Ok(());
    }
    let id = |bytes: &[u8]| repo.write_blob(bytes).map(|id| id.to_string());
    let mut fixes = Vec::new();
    for one in &edit.index {
        let Some((mode, fixed)) = &one.new else { continue };
        let staged = one.old.as_ref().map(|(_, bytes)| id(bytes)).transpose()?;
        let executable = *mode == EntryMode::Executable;
        fixes.push(Fix { path: one.path.clone(), executable, staged, fixed: id(fixed)? });
    }
    // What an earlier commit's hook didn't come to stage, as it was killed, stays. (Git holds the index now: it can't be staged yet.)
    let mut all = remembered(&repo.git_dir().join(FILE));
    all.retain(|earlier| follows(repo, earlier.head.as_deref()));
    all.push(Remembered { head: head(repo), fixes });
    let text = serde_json::to_vec(&all)
        .map_err(|cause| Problem::invalid("can't remember the fixes of this commit").why(cause))?;
    xtask_core::files::write(&repo.git_dir().join(FILE), &text)
}

/// The commits whose fixes weren't staged yet, the oldest first; what can't be read holds none.
fn remembered(file: &Path) -> Vec<Remembered> {
    std::fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn head(repo: &Repo) -> Option<String> {
    repo.resolve("HEAD").ok().map(|id| id.to_string())
}

/// Whether HEAD is a commit after `before`, or after the one that amended it.
fn follows(repo: &Repo, before: Option<&str>) -> bool {
    let Some(before) = before else { return head(repo).is_some() };
    let id = |revision: &str| repo.resolve(revision).ok().map(|id| id.to_string());
    let base = repo.merge_base(before, "HEAD").ok().flatten().map(|id| id.to_string());
    head(repo).as_deref() != Some(before)
        && (base.as_deref() == Some(before) || base == id(&format!("{before}^")))
}

/// Stages in the working tree's index what the commit's own index got fixed. Entries that hold something else by now stay.
pub(crate) fn after_commit(cx: &Context) -> Result<()> {
    let Some(repo) = &cx.repo else { return Ok(()) };
    let file = repo.git_dir().join(FILE);
    if !file.exists() {
        return Ok(());
    }
    let gone = || {
        std::fs::remove_file(&file)
            .map_err(|cause| Problem::invalid(format!("can't remove {}", file.display())).why(cause))
    };
    // The others are of commits that never came about.
    let all = remembered(&file).into_iter().filter(|one| follows(repo, one.head.as_deref()));
    let mut indexes = vec![repo.clone()];
    // The user named another index for this commit (GIT_INDEX_FILE).
    if !owns_index(repo) {
        indexes.push(repo.with_index_file(repo.git_dir().join("index")));
    }
    for fix in all.flat_map(|one| one.fixes) {
        let committed = repo.file_at("HEAD", &fix.path)?;
        if committed.map(|bytes| repo.write_blob(&bytes)).transpose()?.map(|id| id.to_string()).as_ref()
            != Some(&fix.fixed)
        {
            continue;
        }
        let mode = if fix.executable { EntryMode::Executable } else { EntryMode::File };
        let blob = |hex: &str| ObjectId::from_hex(hex).map(|id| (mode, id));
        let edit = IndexEdit {
            path: fix.path,
            expected: fix.staged.as_deref().and_then(blob),
            new: blob(&fix.fixed),
        };
        for repo in &indexes {
            match repo.update_index(std::slice::from_ref(&edit))? {
                // One that was staged anew meanwhile is the user's.
                IndexUpdate::Done | IndexUpdate::Changed(_) => {}
            }
        }
    }
    gone()
}
