//! Opening libgit2, and asking the git program where it fails.

use bstr::ByteSlice;
use git2::{Repository, RepositoryOpenFlags};

use super::{Backend, ObjectId, Repo};
use crate::model::{Problem, ProblemKind, Result};

/// Why libgit2 gave no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The question is the git program's by design.
    NotMine,
    /// It failed.
    Failed(git2::Error),
}

impl From<git2::Error> for Refusal {
    fn from(error: git2::Error) -> Self {
        Self::Failed(error)
    }
}

impl Repo {
    /// libgit2's answer, or else the git program's. Where git isn't installed the reason is libgit2's.
    pub(super) fn ask<T>(
        &self,
        library: impl FnOnce(&Repository) -> Result<T, Refusal>,
        program: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if self.backend == Backend::Program {
            return program();
        }
        self.ask_unopened(|| library(&self.open()?), program)
    }

    /// As [`Repo::ask`], where libgit2 need not open the repository itself.
    pub(super) fn ask_unopened<T>(
        &self,
        library: impl FnOnce() -> Result<T, Refusal>,
        program: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if self.is_for_program_only() {
            return program();
        }
        let refusal = match library() {
            Ok(answer) => return Ok(answer),
            Err(refusal) => refusal,
        };
        #[cfg(test)]
        if let (Backend::LibraryOnly, Refusal::Failed(error)) = (self.backend, &refusal) {
            return Err(Problem::invalid("libgit2 failed").why(error.message()));
        }
        match (program(), refusal) {
            (Err(problem), Refusal::Failed(error)) if problem.kind == ProblemKind::Missing => {
                Err(Problem { why: error.message().to_owned(), ..problem })
            }
            (answer, _) => answer,
        }
    }

    /// Whether libgit2 can't even read its index and its objects: their names are SHA-256, says the configuration. (A false
    /// alarm only costs time.)
    pub(super) fn is_for_program_only(&self) -> bool {
        #[cfg(test)]
        if self.backend == Backend::ProgramOnly {
            return true;
        }
        self.backend != Backend::Library && self.is_sha256()
    }

    /// Whether the configuration speaks of SHA-256.
    pub(super) fn is_sha256(&self) -> bool {
        crate::files::read(&self.common_dir.join("config"))
            .is_ok_and(|config| config.to_ascii_lowercase().find(b"sha256").is_some())
    }

    /// Opens it in libgit2, with this working tree.
    pub(super) fn open(&self) -> Result<Repository, git2::Error> {
        let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
        let repository = Repository::open_ext(&self.git_dir, flags, std::iter::empty::<&str>())?;
        if let Some(top) = &self.work_dir
            && repository.workdir().is_none_or(|held| held != top)
        {
            repository.set_workdir(top, false)?;
        }
        Ok(repository)
    }
}

/// libgit2's name of an object; only SHA-1 names have one.
pub(super) fn oid(id: &ObjectId) -> Result<git2::Oid, git2::Error> {
    git2::Oid::from_bytes(id.as_bytes())
}

/// The name of an object that libgit2 gave.
pub(super) fn object_id(oid: git2::Oid) -> Result<ObjectId, git2::Error> {
    ObjectId::from_bytes(oid.as_bytes())
        .ok_or_else(|| git2::Error::from_str("an object's name has a strange length"))
}
