//! `no-commit-to-branch`: no commits on protected branches.

use xtask_core::model::{Problem, RepoPath, Result};

use super::{Check, Hit, Tree, TreeHit, Work};
use crate::options::{NoCommitToBranchOptions, Options};

/// The check.
pub(super) static CHECK: Check = Check {
    id: "no-commit-to-branch",
    about: "no commits on protected branches",
    version: 1,
    takes: "file",
    work: Work::Tree(run),
    fix: None,
};

fn run(tree: &Tree<'_>, options: &Options) -> Result<Vec<TreeHit>> {
    let Some(branch) = tree.facts.branch()? else {
        return Ok(Vec::new());
    };
    if !is_protected(&branch, &options.no_commit_to_branch)? {
        return Ok(Vec::new());
    }
    let message = format!("the branch {branch} takes no commits: make one with `git switch -c NAME`");
    Ok(vec![TreeHit { path: None, hit: Hit::file(message) }])
}

fn is_protected(branch: &RepoPath, options: &NoCommitToBranchOptions) -> Result<bool> {
    if options.branch.iter().any(|name| name.as_bytes() == branch.as_bytes()) {
        return Ok(true);
    }
    for pattern in &options.pattern {
        let found = pattern.matches_start(branch.as_bytes()).map_err(|cause| {
            Problem::usage(format!("no-commit-to-branch can't tell about {branch}")).why(cause)
        })?;
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_equal_and_patterns_match_at_the_start() {
        let options = |text: &str| toml::from_str::<NoCommitToBranchOptions>(text).unwrap();
        for (text, branch, expected) in [
            ("", "main", true),
            ("", "master", true),
            ("", "main2", false),
            ("branch = ['dev']", "main", false),
            ("branch = ['a/b']", "a/b", true),
            ("branch = []", "main", false),
            ("pattern = ['release/.*']", "release/1", true),
            ("pattern = ['release/.*']", "main", true),
            ("pattern = ['lease']", "release/1", false),
            ("pattern = ['^(?!feature/)']", "fix/1", true),
            ("pattern = ['^(?!feature/)']", "feature/1", false),
        ] {
            assert_eq!(is_protected(&branch.into(), &options(text)).unwrap(), expected, "{text} {branch}");
        }
        assert!(toml::from_str::<NoCommitToBranchOptions>("pattern = ['(']").is_err());
    }
}
