//! What a check may ask beyond a file's bytes: the branch, what is new, blobs, attributes. Each is looked up when it is first asked
//! for, in the working tree, the index or a commit.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::fs::File as OnDisk;
use std::io::Read;
use std::path::Path;

use xtask_core::exec::Cancel;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{Blobs, Change, ChangeKind, IndexEntry, ObjectId, Repo, Side};

use crate::attributes::{Attributes, values};
use crate::checks::is_lfs_pointer;
use crate::scan::is_gone;
use crate::select::Candidate;
use crate::types::SNIFFED;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// Files as they lie in the working tree.
    Worktree,
    /// What is staged.
    Index,
    /// The tree of this commit.
    Commit(&'a str),
}

/// Answers about one source; for one thread.
pub struct Facts<'a> {
    root: &'a Path,
    repo: Option<&'a Repo>,
    source: Source<'a>,
    entries: &'a [IndexEntry],
    compare: Option<(Side, Side)>,
    cancel: &'a Cancel,
    blobs: RefCell<Option<Blobs>>,
    changes: OnceCell<Result<Vec<Change>>>,
    base: OnceCell<Result<Vec<IndexEntry>>>,
}

impl<'a> Facts<'a> {
    /// Answers about `source`, whose files are `entries` (those of the index, or of the commit's tree; sorted by path), in the
    /// repository at `root`. `compare` are the two sides whose difference a run looks at; `None` where it looks at files for their own
    /// sake: what is staged is then new beside HEAD, and all of a commit is.
    pub fn new(
        root: &'a Path,
        repo: Option<&'a Repo>,
        source: Source<'a>,
        entries: &'a [IndexEntry],
        compare: Option<(Side, Side)>,
        cancel: &'a Cancel,
    ) -> Self {
        Self {
            root,
            repo,
            source,
            entries,
            compare,
            cancel,
            blobs: RefCell::default(),
            changes: OnceCell::new(),
            base: OnceCell::new(),
        }
    }

    /// The top of the working tree.
    pub fn root(&self) -> &Path {
        self.root
    }

    /// What is checked.
    pub fn source(&self) -> Source<'a> {
        self.source
    }

    /// All entries, sorted by path; a file in conflict has several.
    pub fn entries(&self) -> &'a [IndexEntry] {
        self.entries
    }

    /// The first entry of this path.
    pub fn entry(&self, path: &RepoPath) -> Option<&'a IndexEntry> {
        let at = self.entries.partition_point(|entry| entry.path < *path);
        self.entries.get(at).filter(|entry| entry.path == *path)
    }

    /// Whether the run looks at a difference, so that files that aren't new are none of its business.
    pub fn is_difference(&self) -> bool {
        self.compare.is_some()
    }

    /// The name of the current branch, without `refs/heads/`, also of one without a commit; `None` where HEAD is detached.
    pub fn branch(&self) -> Result<Option<RepoPath>> {
        let Some(repo) = self.repo else { return Ok(None) };
        let short = |full: RepoPath| {
            RepoPath::new(full.as_bytes().splitn(3, |&byte| byte == b'/').last().unwrap_or_default())
        };
        Ok(repo.head_branch()?.map(short))
    }

    /// How this path differs from the base side; `None` where it doesn't.
    pub fn change(&self, path: &RepoPath) -> Result<Option<&ChangeKind>> {
        let changes = self.changes()?;
        let at = changes.partition_point(|change| change.path < *path);
        Ok(changes.get(at).filter(|change| change.path == *path).map(|change| &change.kind))
    }

    /// Whether this path is new beside the base side. A renamed one isn't.
    pub fn is_new(&self, path: &RepoPath) -> Result<bool> {
        Ok(self.change(path)? == Some(&ChangeKind::Added))
    }

    /// The entry of this path on the base side.
    pub fn base_entry(&self, path: &RepoPath) -> Result<Option<&IndexEntry>> {
        let read = || match (self.repo, self.sides()?.0) {
            (Some(repo), Side::Revision(revision)) => repo.tree(&revision),
            _ => Ok(Vec::new()),
        };
        let entries = self.base.get_or_init(read).as_deref().map_err(Clone::clone)?;
        let at = entries.partition_point(|entry| entry.path < *path);
        Ok(entries.get(at).filter(|entry| entry.path == *path))
    }

    fn changes(&self) -> Result<&[Change]> {
        let read = || match self.repo {
            Some(repo) => {
                let (old, new) = self.sides()?;
                repo.changes(&old, &new)
            }
            None => Ok(Vec::new()),
        };
        self.changes.get_or_init(read).as_deref().map_err(Clone::clone)
    }

    fn sides(&self) -> Result<(Side, Side)> {
        if let Some(sides) = &self.compare {
            return Ok(sides.clone());
        }
        Ok(match (self.source, self.repo) {
            (Source::Commit(commit), _) => (Side::Empty, Side::Revision(commit.to_owned())),
            (_, Some(repo)) if !repo.shape()?.empty => (Side::Revision("HEAD".to_owned()), Side::Index),
            _ => (Side::Empty, Side::Index),
        })
    }

    /// A blob's bytes.
    pub fn blob(&self, id: &ObjectId) -> Result<Vec<u8>> {
        let mut blobs = self.blobs.borrow_mut();
        if let Some(blobs) = blobs.as_mut() {
            return blobs.read(id);
        }
        let repo = self.repo.ok_or_else(|| Problem::usage("there is no git repository to read from"))?;
        blobs.insert(repo.blobs()?).read(id)
    }

    /// The first [`SNIFFED`] bytes of a regular file; `None` where it isn't there or is none (any more).
    pub fn start(&self, file: &Candidate) -> Result<Option<Vec<u8>>> {
        if self.source != Source::Worktree {
            let Some(entry) = self.entry(&file.path).filter(|entry| !entry.intent_to_add) else {
                return Ok(None);
            };
            let mut bytes = self.blob(&entry.id)?;
            bytes.truncate(SNIFFED);
            return Ok(Some(bytes));
        }
        let path = file.path.below(self.root);
        let read = || {
            if !std::fs::symlink_metadata(&path)?.is_file() {
                return Ok(None);
            }
            let mut bytes = Vec::new();
            OnDisk::open(&path)?.take(SNIFFED as u64).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        };
        match read() {
            Err(cause) if is_gone(&cause) => Ok(None),
            other => other.map_err(|cause| Problem::invalid(format!("can't read {}", file.path)).why(cause)),
        }
    }

    /// Whether git heeds the executable bit of files on disk (`core.fileMode`).
    pub fn heeds_mode(&self) -> Result<bool> {
        let git = xtask_core::repo::git(self.root).args(["config", "--type=bool", "core.fileMode"]);
        let ended = git
            .run(self.cancel)
            .map_err(|cause| Problem::invalid(format!("can't run {}", git.show())).why(cause))?;
        Ok(ended.stdout.trim_ascii() != b"false")
    }

    /// Those of `paths` that Git LFS keeps, by their `filter` attribute; where git can't be asked, those whose blob is a pointer.
    pub fn in_lfs(&self, paths: &[&RepoPath]) -> BTreeSet<RepoPath> {
        let Some(repo) = self.repo.filter(|_| !paths.is_empty()) else {
            return BTreeSet::new();
        };
        if let Ok(told) = values(repo, self.attributes(), "filter", paths, self.cancel) {
            return told.into_iter().filter(|(_, value)| value == b"lfs").map(|(path, _)| path).collect();
        }
        let pointer = |path: &RepoPath| {
            let entry = self.entry(path).filter(|entry| !entry.intent_to_add);
            entry.is_some_and(|entry| self.blob(&entry.id).is_ok_and(|blob| is_lfs_pointer(&blob)))
        };
        paths.iter().filter(|path| pointer(path)).map(|path| (*path).clone()).collect()
    }

    /// Those of `paths` that `.gitattributes` marks as generated.
    pub fn generated(&self, paths: &[&RepoPath]) -> Result<BTreeSet<RepoPath>> {
        match self.repo {
            Some(repo) => crate::rules::generated(repo, self.attributes(), self.entries, paths, self.cancel),
            None => Ok(BTreeSet::new()),
        }
    }

    fn attributes(&self) -> Attributes<'a> {
        match self.source {
            Source::Worktree => Attributes::Worktree,
            Source::Index => Attributes::Index,
            Source::Commit(commit) => Attributes::Commit(commit),
        }
    }
}
