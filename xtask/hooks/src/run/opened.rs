//! The content of files as a run sees it. What reading them needs is opened once a run, not for each file.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;

use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{Blobs, Converter, IndexEntry, ObjectId, Repo};

use super::{Run, Target};
use crate::select::Candidate;
use crate::snapshot::Content;

/// What was opened so far.
#[derive(Default)]
pub(super) struct Opened {
    blobs: RefCell<Option<Blobs>>,
    /// The top without links.
    top: RefCell<Option<PathBuf>>,
    /// Whether a folder lies below the top.
    inside: RefCell<HashMap<PathBuf, bool>>,
    /// What HEAD holds, sorted by path; commands that move it fail the run.
    head: OnceCell<Vec<IndexEntry>>,
}

impl Opened {
    /// A blob's bytes.
    pub(super) fn blob(&self, repo: &Repo, id: &ObjectId) -> Result<Vec<u8>> {
        let mut blobs = self.blobs.borrow_mut();
        match blobs.as_mut() {
            Some(blobs) => blobs.read(id),
            None => blobs.insert(repo.blobs()?).read(id),
        }
    }

    /// Whether HEAD holds this content under this path.
    pub(super) fn is_heads(&self, repo: &Repo, path: &RepoPath, content: Content) -> Result<bool> {
        let head = if let Some(head) = self.head.get() {
            head
        } else {
            let head = if repo.shape()?.empty { Vec::new() } else { repo.tree("HEAD")? };
            self.head.get_or_init(|| head)
        };
        let at = head.binary_search_by(|entry| entry.path.cmp(path));
        Ok(at.is_ok_and(|at| (head[at].mode, head[at].id) == (content.mode, content.id)))
    }

    /// Where folders lie is looked up anew.
    pub(super) fn forget_folders(&mut self) {
        *self.top.get_mut() = None;
        self.inside.get_mut().clear();
    }
}

/// How content that git holds comes into the form in which a run looks at files, by path. Git is asked about all of them at once: for
/// each alone it would cost several processes.
pub(super) struct Forms(HashMap<RepoPath, Converter>);

impl Run<'_> {
    /// The forms of these files; over the working tree alone they differ from git's.
    pub(super) fn forms<'p>(&self, paths: impl Iterator<Item = &'p RepoPath>) -> Result<Forms> {
        let (Some(repo), Target::Worktree) = (&self.cx.repo, self.request.target) else {
            return Ok(Forms(HashMap::new()));
        };
        let paths: Vec<RepoPath> = paths.cloned().collect();
        let converters = repo.converters(&paths)?;
        Ok(Forms(paths.into_iter().zip(converters).collect()))
    }

    /// Content as git would hold it, in the form in which this run looks at files.
    pub(super) fn in_my_form(&self, forms: &Forms, path: &RepoPath, content: Content) -> Result<Vec<u8>> {
        let Some(repo) = &self.cx.repo else { return Ok(Vec::new()) };
        let bytes = self.opened.blob(repo, &content.id)?;
        match forms.0.get(path) {
            Some(form) => form.to_worktree(bytes),
            None => Ok(bytes),
        }
    }

    /// The content of a file as the run sees it; `None` where a fix may not reach it.
    pub(super) fn bytes(&self, candidate: &Candidate) -> Result<Option<Vec<u8>>> {
        if let Some(after) = self.fixes.after(&candidate.path) {
            return Ok(Some(after.to_vec()));
        }
        match (self.request.target, &self.cx.repo, &candidate.id) {
            (Target::Index | Target::Commit(_), Some(repo), Some(id)) => self.opened.blob(repo, id).map(Some),
            (Target::Worktree, ..) if self.is_inside(&candidate.path)? => {
                xtask_core::files::read(&self.cx.on_disk(&candidate.path)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Whether the file lies in the working tree, and not behind a link that leads out of it.
    fn is_inside(&self, path: &RepoPath) -> Result<bool> {
        let on_disk = self.cx.on_disk(path);
        let Some(folder) = on_disk.parent() else { return Ok(false) };
        if let Some(inside) = self.opened.inside.borrow().get(folder) {
            return Ok(*inside);
        }
        let mut top = self.opened.top.borrow_mut();
        if top.is_none() {
            let root = &self.cx.root;
            let failed = |cause| Problem::invalid(format!("can't find {}", root.display())).why(cause);
            *top = Some(root.canonicalize().map_err(failed)?);
        }
        let below = |folder: PathBuf| top.as_ref().is_some_and(|top| folder.starts_with(top));
        let inside = folder.canonicalize().is_ok_and(below);
        self.opened.inside.borrow_mut().insert(folder.to_owned(), inside);
        Ok(inside)
    }
}
