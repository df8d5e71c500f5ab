//! Git: what is tracked, staged and changed, by libgit2, and by the git program where libgit2 can't (split or sparse
//! index, reftable, SHA-256, other object folders, comparisons that need filters or renames). Nothing here changes the
//! working tree, and only `update_index` the index.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::model::{RepoPath, Result};

mod blobs;
mod conversion;
mod diff;
mod diff_library;
mod diff_program;
mod discover;
mod git_program;
mod history;
mod index;
mod index_edit;
mod index_file;
mod index_lock;
mod index_window;
mod library;
mod line_endings;
mod new_blobs;
mod notes;
mod patch;
mod revision;
mod staged;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod types;
mod unstaged;
mod untracked;
mod walk;
mod worktrees;

pub use blobs::Blobs;
pub use conversion::{Conversion, Converter};
pub use git_program::git;
pub use history::Known;
pub use index_edit::{IndexEdit, IndexUpdate};
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

    /// The paths that differ between HEAD and the index, whose entries these are ([`Repo::index`]), sorted by path. Renames aren't
    /// looked for: such a path is added, and another deleted.
    pub fn staged(&self, entries: &[IndexEntry]) -> Result<Vec<Change>> {
        staged::changes(self, entries)
    }

    /// The blobs of a thread: opens the object database once, and reads many.
    pub fn blobs(&self) -> Result<Blobs> {
        Ok(Blobs::open(self))
    }

    /// Writes a blob, and gives its name. It goes where git's own would go (a receiving repository's quarantine, too).
    pub fn write_blob(&self, bytes: &[u8]) -> Result<ObjectId> {
        new_blobs::write(self, bytes)
    }

    /// Writes many blobs, and gives their names in the same order.
    pub fn write_blobs(&self, contents: &[&[u8]]) -> Result<Vec<ObjectId>> {
        new_blobs::write_all(self, contents)
    }

    /// The tracked paths that the working tree has otherwise than the index that git uses now (`GIT_INDEX_FILE`), sorted: by
    /// content (as git converts it), mode or kind, and those that are missing, in conflict, or tracked by `git add
    /// --intent-to-add` alone. What a sparse checkout leaves out isn't among them. Where stat data are as git recorded them
    /// the file isn't read. Takes no lock and writes nothing.
    pub fn unstaged(&self) -> Result<Vec<RepoPath>> {
        unstaged::paths(self)
    }

    /// What git ignores in the working tree: files, and folders of which nothing is tracked, without what is in them.
    pub fn ignored(&self) -> Result<Vec<RepoPath>> {
        untracked::ignored(self)
    }

    /// What git does to a file's content between the working tree and the index: `core.autocrlf`, `core.eol`, and the
    /// attributes of the working tree, of the index where the working tree lacks the file, and of the user.
    pub fn conversion(&self, path: &RepoPath) -> Result<Conversion> {
        Ok(conversion::converter(self, path)?.conversion())
    }

    /// How the contents of these paths are converted, in the same order: with one process at most for all, and none where
    /// no attributes can apply.
    pub fn converters(&self, paths: &[RepoPath]) -> Result<Vec<Converter>> {
        conversion::converters(self, paths)
    }

    /// The content that a checkout would write for this blob under this path. See [`Converter::to_worktree`].
    pub fn to_worktree(&self, path: &RepoPath, blob: Vec<u8>) -> Result<Vec<u8>> {
        conversion::converter(self, path)?.to_worktree(blob)
    }

    /// The content that `git add` would stage for this file under this path. See [`Converter::to_index`].
    pub fn to_index(&self, path: &RepoPath, file: Vec<u8>) -> Result<Vec<u8>> {
        conversion::converter(self, path)?.to_index(file)
    }

    /// Changes entries of the index that git uses now (`GIT_INDEX_FILE`) by compare-and-swap under git's lock: all of them
    /// or none. A lock that another process holds is waited for (2 s), then it is a problem that names the lock. The new
    /// entries' objects aren't looked for. A path must not come twice.
    pub fn update_index(&self, edits: &[IndexEdit]) -> Result<IndexUpdate> {
        index_edit::update(self, edits)
    }

    /// The entries that aren't as these edits expect them.
    pub fn index_mismatches(&self, edits: &[IndexEdit]) -> Result<Vec<RepoPath>> {
        Ok(index_edit::mismatches(&self.index()?, edits, |edit| edit.expected))
    }

    /// Removes index locks of this working tree that a killed process of xtask left, and returns them. Others' locks, and
    /// those of living processes, stay.
    pub fn remove_left_locks(&self) -> Result<Vec<PathBuf>> {
        index_lock::remove_left(self)
    }

    /// The same repository with another index file.
    pub fn with_index_file(&self, file: impl Into<PathBuf>) -> Self {
        Self { index_file: file.into(), ..self.clone() }
    }

    /// The files of a revision's tree, sorted by path. They carry no stat data, and their stage is 0.
    pub fn tree(&self, revision: &str) -> Result<Vec<IndexEntry>> {
        tree::entries(self, revision)
    }

    /// The content of a file in a revision's tree; `None` where it holds no such file.
    pub fn file_at(&self, revision: &str, path: &RepoPath) -> Result<Option<Vec<u8>>> {
        if self.shape()?.empty && revision == "HEAD" {
            return Ok(None);
        }
        let entries = self.tree(revision)?;
        let Ok(at) = entries.binary_search_by(|entry| entry.path.cmp(path)) else { return Ok(None) };
        self.blobs()?.read(&entries[at].id).map(Some)
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
