//! `forbid-submodules` and `forbid-new-submodules`.

use xtask_core::model::Result;
use xtask_core::repo::EntryMode;

use super::{Check, Tree, TreeHit, Work};
use crate::options::Options;
use crate::select::Candidate;

/// `forbid-submodules`.
pub(super) static ANY: Check = Check {
    id: "forbid-submodules",
    about: "no submodules",
    version: 1,
    takes: "directory",
    work: Work::Tree(any),
    fix: None,
};

/// `forbid-new-submodules`.
pub(super) static NEW: Check = Check {
    id: "forbid-new-submodules",
    about: "no new submodules",
    version: 1,
    takes: "directory",
    work: Work::Tree(new),
    fix: None,
};

fn submodules<'a>(tree: &Tree<'a>) -> impl Iterator<Item = &'a Candidate> + use<'a> {
    tree.chosen.iter().filter(|candidate| candidate.mode == EntryMode::Submodule)
}

#[expect(clippy::unnecessary_wraps, reason = "other checks on the tree may fail")]
fn any(tree: &Tree<'_>, _: &Options) -> Result<Vec<TreeHit>> {
    Ok(submodules(tree).map(|one| TreeHit::at(&one.path, "submodules are not allowed")).collect())
}

fn new(tree: &Tree<'_>, _: &Options) -> Result<Vec<TreeHit>> {
    let mut hits = Vec::new();
    for one in submodules(tree) {
        if tree.facts.is_new(&one.path)? {
            let message = "a new submodule: `git rm --cached` takes it out, .gitmodules may name it, too";
            hits.push(TreeHit::at(&one.path, message));
        }
    }
    Ok(hits)
}
