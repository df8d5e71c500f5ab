//! Git: what is tracked, staged and changed, by libgit2, and by the git program where libgit2 can't.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::{RepoPath, Result};

mod types;

pub use types::{Change, ChangeKind, EntryMode, IndexEntry, LineRange, ObjectId, Shape, Side, Worktree};

/// A git repository. Cheap to clone and shared by threads; handles to libgit2 are opened where they are used.
#[derive(Clone, Debug)]
pub struct Repo {
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
}

impl Repo {
    /// The repository that holds `start`, as git would find it (`GIT_DIR`, `GIT_WORK_TREE` and `GIT_INDEX_FILE` count);
    /// `None` where there is none.
    pub fn discover(start: &Path) -> Result<Option<Self>> {
        let _ = start;
        Ok(None)
    }

    /// The top of the working tree; `None` in a bare repository.
    pub fn work_dir(&self) -> Option<&Path> {
        self.work_dir.as_deref()
    }

    /// The git folder of this working tree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git folder that all working trees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// What is unusual about it.
    pub fn shape(&self) -> Result<Shape> {
        Ok(Shape::default())
    }

    /// The entries of the index that git uses now (`GIT_INDEX_FILE`), sorted by path and stage.
    pub fn index(&self) -> Result<Vec<IndexEntry>> {
        Ok(Vec::new())
    }

    /// The entries of the index in this file.
    pub fn index_at(&self, file: &Path) -> Result<Vec<IndexEntry>> {
        let _ = file;
        Ok(Vec::new())
    }

    /// The blobs of a thread: opens the object database once, and reads many.
    pub fn blobs(&self) -> Result<Blobs> {
        Ok(Blobs {})
    }

    /// The files of a revision's tree, sorted by path.
    pub fn tree(&self, revision: &str) -> Result<Vec<IndexEntry>> {
        let _ = revision;
        Ok(Vec::new())
    }

    /// The commit that `revision` names. A name that means nothing is a usage problem.
    pub fn resolve(&self, revision: &str) -> Result<ObjectId> {
        Err(crate::model::Problem::usage(format!(
            "{revision} names no commit"
        )))
    }

    /// The best common ancestor of two revisions; `None` where there is none (or a shallow clone hides it).
    pub fn merge_base(&self, one: &str, two: &str) -> Result<Option<ObjectId>> {
        let _ = (one, two);
        Ok(None)
    }

    /// The files that differ between two sides, sorted by path, with renames found.
    pub fn changes(&self, old: &Side, new: &Side) -> Result<Vec<Change>> {
        let _ = (old, new);
        Ok(Vec::new())
    }

    /// The lines that are new or changed on the new side, by path; files without such lines are left out.
    pub fn changed_lines(&self, old: &Side, new: &Side) -> Result<BTreeMap<RepoPath, Vec<LineRange>>> {
        let _ = (old, new);
        Ok(BTreeMap::new())
    }

    /// Its working trees, the main one first.
    pub fn worktrees(&self) -> Result<Vec<Worktree>> {
        Ok(Vec::new())
    }

    /// The note of a commit under `reference` (`refs/notes/xtask`).
    pub fn note(&self, reference: &str, commit: &ObjectId) -> Result<Option<Vec<u8>>> {
        let _ = (reference, commit);
        Ok(None)
    }

    /// Writes the note of a commit under `reference`, replacing the one that was there.
    pub fn set_note(&self, reference: &str, commit: &ObjectId, text: &[u8]) -> Result<()> {
        let _ = (reference, commit, text);
        Ok(())
    }
}

/// Reads blobs; for one thread.
pub struct Blobs {}

impl Blobs {
    /// The content of a blob.
    pub fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>> {
        let _ = id;
        Ok(Vec::new())
    }
}

/// The files below a folder that is no git repository: `.gitignore` files count, hidden files and `.git` don't.
pub fn walk(root: &Path) -> Result<Vec<RepoPath>> {
    let _ = root;
    Ok(Vec::new())
}
