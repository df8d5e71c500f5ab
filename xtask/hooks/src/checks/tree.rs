//! Checks on more than a file's bytes: they see all entries at once, those that the run looks at, and facts about them.

use xtask_core::model::{RepoPath, Result};

use super::{Check, Hit, Work};
use crate::facts::Facts;
use crate::options::Options;
use crate::select::Candidate;

/// What such a check sees.
#[derive(Clone, Copy)]
pub struct Tree<'a> {
    /// What the run looks at, sorted by path: regular files, links and submodules.
    pub chosen: &'a [Candidate],
    /// All entries, and what else can be asked.
    pub facts: &'a Facts<'a>,
}

impl<'a> Tree<'a> {
    /// The regular files among what the run looks at.
    pub fn files(&self) -> impl Iterator<Item = &'a Candidate> + use<'a> {
        self.chosen.iter().filter(|candidate| candidate.mode.is_file())
    }
}

/// A hit of such a check; without a path it is about the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeHit {
    /// The file or folder.
    pub path: Option<RepoPath>,
    /// What is wrong with it.
    pub hit: Hit,
}

impl TreeHit {
    /// About an entry.
    pub fn at(path: &RepoPath, message: impl Into<String>) -> Self {
        Self { path: Some(path.clone()), hit: Hit::file(message) }
    }
}

/// What `checks` hold against the tree, in their order. Those that work on bytes are passed over.
pub fn tree_checks(
    checks: &[&'static Check],
    tree: &Tree<'_>,
    options: &Options,
) -> Result<Vec<(&'static Check, TreeHit)>> {
    let mut found = Vec::new();
    for &check in checks {
        found.extend(tree_check(check, tree, options)?.into_iter().map(|hit| (check, hit)));
    }
    Ok(found)
}

/// What one check holds against the tree; nothing where it works on bytes.
pub fn tree_check(check: &Check, tree: &Tree<'_>, options: &Options) -> Result<Vec<TreeHit>> {
    match check.work {
        Work::Tree(run) => run(tree, options),
        _ => Ok(Vec::new()),
    }
}
