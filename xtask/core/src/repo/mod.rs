//! Git: what is tracked, staged and changed, by libgit2, and by the git program where libgit2 can't (split or sparse
//! index, reftable, SHA-256, other object folders, comparisons that need filters or renames). Nothing here changes the
//! index or the working tree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::model::{RepoPath, Result};

mod blobs;
mod diff;
mod diff_library;
mod diff_program;
mod discover;
mod git_program;
mod index;
mod library;
mod notes;
mod patch;
mod revision;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod types;
mod untracked;
mod walk;
mod worktrees;

pub use blobs::Blobs;
pub use types::{Change, ChangeKind, EntryMode, IndexEntry, LineRange, ObjectId, Shape, Side, Worktree};
pub use walk::walk;

/// A git repository. Cheap to clone and shared by threads; handles to libgit2 are opened where they are used.
#[derive(Clone, Debug)]
pub struct Repo {
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_dir: Option<PathBuf>,
    /// The index that git uses: `GIT_INDEX_FILE`, or the working tree's own.
    index_file: PathBuf,
    backend: Backend,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    /// libgit2, and the git program where it fails.
    Library,
    /// The git program, as libgit2 can't open the repository; its index and objects it may still read.
    Program,
    /// libgit2, and its errors are told: tests learn that it did answer.
    #[cfg(test)]
    LibraryOnly,
    /// The git program for everything, to compare with.
    #[cfg(test)]
    ProgramOnly,
}

impl Repo {
    /// The repository that holds `start`, as git would find it (`GIT_DIR`, `GIT_WORK_TREE` and `GIT_INDEX_FILE` count,
    /// and are relative to `start`); `None` where there is none. A repository that git refuses (another user's) is a
    /// problem.
    pub fn discover(start: &Path) -> Result<Option<Self>> {
        discover::discover(start, Environment::of_process())
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

    /// The file of the index that git uses now; it need not exist.
    pub fn index_file(&self) -> &Path {
        &self.index_file
    }

    /// What is unusual about it. `empty` is an unborn HEAD: the branch has no commit yet.
    pub fn shape(&self) -> Result<Shape> {
        revision::shape(self)
    }

    /// The branch that HEAD names, in full (`refs/heads/main`), also one without a commit; `None` where HEAD is detached.
    pub fn head_branch(&self) -> Result<Option<RepoPath>> {
        revision::head_branch(self)
    }

    /// The entries of the index that git uses now (`GIT_INDEX_FILE`), sorted by path and stage. A missing index, as in
    /// a bare repository, has none.
    pub fn index(&self) -> Result<Vec<IndexEntry>> {
        index::entries(self, &self.index_file)
    }

    /// The entries of the index in this file. A missing file has none, as git has it.
    pub fn index_at(&self, file: &Path) -> Result<Vec<IndexEntry>> {
        index::entries(self, file)
    }

    /// The blobs of a thread: opens the object database once, and reads many.
    pub fn blobs(&self) -> Result<Blobs> {
        Ok(Blobs::open(self))
    }

    /// The files of a revision's tree, sorted by path. They carry no stat data, and their stage is 0.
    pub fn tree(&self, revision: &str) -> Result<Vec<IndexEntry>> {
        tree::entries(self, revision)
    }

    /// The commit that `revision` names. A name that means nothing is a usage problem.
    pub fn resolve(&self, revision: &str) -> Result<ObjectId> {
        revision::resolve(self, revision, revision::Peel::Commit)
    }

    /// The best common ancestor of two revisions; `None` where there is none (or a shallow clone hides it).
    pub fn merge_base(&self, one: &str, two: &str) -> Result<Option<ObjectId>> {
        revision::merge_base(self, one, two)
    }

    /// The files that differ between two sides, sorted by path, with renames found as git finds them (50 % alike).
    /// Submodules are listed where their commit differs. A path in conflict is listed as such wherever the index or the
    /// working tree is a side. Untracked files are added ones, never renamed ones. In a bare repository the index is
    /// empty, and the working tree a usage problem.
    pub fn changes(&self, old: &Side, new: &Side) -> Result<Vec<Change>> {
        diff::changes(self, old, new)
    }

    /// The lines that are new or changed on the new side, by path; files without such lines are left out: deleted and
    /// binary ones, links, submodules, and those in conflict in the index.
    pub fn changed_lines(&self, old: &Side, new: &Side) -> Result<BTreeMap<RepoPath, Vec<LineRange>>> {
        diff::changed_lines(self, old, new)
    }

    /// Its working trees, the main one first (where it isn't bare), then by path. As in `git worktree list`, one whose
    /// folder is gone is listed until it is pruned.
    pub fn worktrees(&self) -> Result<Vec<Worktree>> {
        worktrees::list(self)
    }

    /// The note of a commit under `reference` (`refs/notes/xtask`).
    pub fn note(&self, reference: &str, commit: &ObjectId) -> Result<Option<Vec<u8>>> {
        notes::read(self, reference, commit)
    }

    /// Writes the note of a commit under `reference`, replacing the one that was there; the bytes stay as they are. Notes
    /// on other commits that others write at the same time stay (but for reftable and SHA-256, where git itself may lose
    /// one). Where git knows no author, it is xtask.
    pub fn set_note(&self, reference: &str, commit: &ObjectId, text: &[u8]) -> Result<()> {
        notes::write(self, reference, commit, text)
    }
}
