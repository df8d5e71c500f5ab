//! Where git looks for hooks here, and whose place that is.

use std::path::{Path, PathBuf};

use serde::Serialize;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::Repo;

use super::git::{Git, same_folder};
use super::global;
use super::shim::Lies;

/// The folder of the hooks.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// The value of `core.hooksPath`, where it counts.
    pub(super) setting: Option<String>,
    pub(super) whose: Whose,
}

/// Whose place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// This repository's: the folder that all its working trees share.
    Repository,
    /// A folder that this repository's `core.hooksPath` names.
    Configured,
    /// The same, inside the working tree.
    WorkingTree,
    /// husky's, which writes it anew at each `npm install`.
    Husky,
    /// One for all of the user's repositories: a global `core.hooksPath`.
    AllRepositories,
}

impl Folder {
    pub(super) fn of(cx: &Context, repo: &Repo, git: &Git<'_>) -> Result<Self> {
        let own = repo.common_dir().join("hooks");
        let Some(setting) = git.setting("core.hooksPath")? else {
            return Ok(Self { path: own, setting: None, whose: Whose::Repository });
        };
        if setting.value.is_empty() {
            return Err(Problem::usage("core.hooksPath is empty: git finds no hooks then")
                .fix("`git config --unset core.hooksPath`, then `xtask hooks install`"));
        }
        let path = git.hooks_folder()?;
        let ours = global::hooks_folder(cx).is_some_and(|folder| same_folder(&folder, &path));
        // Our global hooks start the repository's own.
        if ours || same_folder(&path, &own) {
            return Ok(Self { path: own, setting: Some(setting.value), whose: Whose::Repository });
        }
        let whose = if matches!(setting.scope.as_str(), "global" | "system") {
            Whose::AllRepositories
        } else if ["h", "husky.sh"].iter().any(|file| path.join(file).is_file()) {
            Whose::Husky
        } else if repo.work_dir().is_some_and(|top| is_within(&path, top))
            && !is_within(&path, repo.common_dir())
        {
            Whose::WorkingTree
        } else {
            Whose::Configured
        };
        Ok(Self { path, setting: Some(setting.value), whose })
    }

    /// A shim here finds the program by its own path, or asks git.
    pub(super) fn lies(&self) -> Lies<'static> {
        if self.whose == Whose::Repository { Lies::InGitDir } else { Lies::Elsewhere }
    }

    /// Why nothing should be put there unasked.
    pub(super) fn objection(&self) -> Option<Problem> {
        let setting = self.setting.as_deref().unwrap_or_default();
        match self.whose {
            Whose::Repository | Whose::Configured | Whose::WorkingTree => None,
            Whose::Husky => Some(
                Problem::usage(format!("core.hooksPath is {setting}, which is husky's"))
                    .why("husky writes that folder anew at each install of packages, and what is put there is lost")
                    .fix("`git config --unset core.hooksPath`, then `xtask hooks install` (see `xtask hooks import`); or add `xtask hooks run pre-commit --hook -- \"$@\"` to .husky/pre-commit"),
            ),
            Whose::AllRepositories => Some(
                Problem::usage(format!("core.hooksPath is {setting} in your own git configuration: hooks there run in all of your repositories"))
                    .why("`xtask hooks install` is for this repository")
                    .fix("`xtask hooks install --global`; or `git config core.hooksPath \"$(git rev-parse --git-common-dir)/hooks\"` here, then again; or --force to put it there all the same"),
            ),
        }
    }

    /// What a person should know of it.
    pub(super) fn note(&self) -> Option<String> {
        let setting = self.setting.as_deref()?;
        match self.whose {
            Whose::Repository => None,
            Whose::Configured => Some(format!("core.hooksPath is {setting}: the hooks are there")),
            Whose::WorkingTree => Some(format!(
                "core.hooksPath is {setting}, inside the working tree: the hooks are untracked files there, and each working tree has its own"
            )),
            Whose::Husky => {
                Some(format!("core.hooksPath is {setting}: husky writes it anew at each install of packages"))
            }
            Whose::AllRepositories => Some(format!(
                "core.hooksPath is {setting} for all of your repositories: hooks there run in each"
            )),
        }
    }

    /// Whether git tracks the file.
    pub(super) fn tracks(cx: &Context, path: &Path) -> Result<bool> {
        let real = path.parent().and_then(|folder| folder.canonicalize().ok()).zip(path.file_name());
        let path = real.map_or_else(|| path.to_owned(), |(folder, name)| folder.join(name));
        let root = cx.root.canonicalize().unwrap_or_else(|_| cx.root.clone());
        let Some(relative) = RepoPath::relative(&root, &path) else {
            return Ok(false);
        };
        Ok(cx.tracked()?.iter().any(|entry| entry.path == relative))
    }
}

fn is_within(path: &Path, folder: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(path).starts_with(real(folder))
}
