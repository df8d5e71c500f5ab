//! What this part asks git: where hooks lie, and the settings that say so.

use std::path::{Path, PathBuf};
use std::time::Duration;

use xtask_core::exec::{Cancel, RunError};
use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::Repo;

/// How long git may take to answer. It reads a few small files.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A setting and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// As git has it: `local`, `global`, `system`, `worktree`, `command`.
    pub(super) scope: String,
    pub(super) value: String,
}

/// Git, in a folder.
pub(super) struct Git<'a> {
    folder: PathBuf,
    cancel: &'a Cancel,
    variables: Vec<(&'static str, PathBuf)>,
}

impl<'a> Git<'a> {
    /// In a repository, where git itself starts hooks.
    pub(super) fn of(cx: &'a Context, repo: &Repo) -> Self {
        Self::at(cx, repo.work_dir().unwrap_or(repo.git_dir()))
    }

    /// For settings of the user.
    pub(super) fn of_user(cx: &'a Context) -> Self {
        Self::at(cx, &cx.root)
    }

    fn at(cx: &'a Context, folder: &Path) -> Self {
        // Those of the context, which are others than the process's in tests only.
        let names = ["HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"];
        let variables = names.iter().filter_map(|name| Some((*name, cx.environment.path(name)?))).collect();
        Self { folder: folder.to_owned(), cancel: &cx.cancel, variables }
    }

    /// The folder of the hooks, `core.hooksPath` and linked worktrees counted.
    pub(super) fn hooks_folder(&self) -> Result<PathBuf> {
        let folder =
            self.answer(&["rev-parse", "--git-path", "hooks"])?.unwrap_or_else(|| b".git/hooks".to_vec());
        Ok(RepoPath::new(folder).below(&self.folder))
    }

    /// The value of a setting that counts.
    pub(super) fn setting(&self, name: &str) -> Result<Option<Setting>> {
        let answer = self.ask(&["config", "--type=path", "--show-scope", "--get", name])?;
        Ok(answer.map(|line| {
            // Of an empty value nothing is left behind the scope.
            let (scope, value) = line.split_once('\t').unwrap_or((&line, ""));
            Setting { scope: scope.to_owned(), value: value.to_owned() }
        }))
    }

    /// The user's own value of a setting.
    pub(super) fn global(&self, name: &str) -> Result<Option<String>> {
        self.ask(&["config", "--global", "--type=path", "--get", name])
    }

    /// Sets the user's own value, or unsets it.
    pub(super) fn set_global(&self, name: &str, value: Option<&str>) -> Result<()> {
        let arguments: &[&str] = match value {
            Some(value) => &["config", "--global", name, value],
            None => &["config", "--global", "--unset", name],
        };
        match self.ask(arguments)? {
            Some(_) => Ok(()),
            None => Err(Problem::invalid(format!("git {} failed", arguments.join(" ")))
                .fix("look at your global git configuration: git config --global --list --show-origin")),
        }
    }

    fn ask(&self, arguments: &[&str]) -> Result<Option<String>> {
        Ok(self.answer(arguments)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Git's answer, without the line end; `None` where it says that there is none.
    fn answer(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>> {
        let mut process = xtask_core::repo::git(&self.folder).args(arguments).timeout(ANSWER_LIMIT);
        for (name, value) in &self.variables {
            process = process.variable(name, value);
        }
        let ended = process.run(self.cancel).map_err(|error| match error {
            RunError::NotFound { .. } => Problem::missing("git is missing").why(error).fix("install git"),
            _ => Problem::invalid(format!("can't run {}", process.show())).why(error),
        })?;
        match ended.code {
            Some(0) => Ok(Some(ended.stdout.trim_ascii_end().to_vec())),
            Some(1 | 5) => Ok(None),
            _ => Err(Problem::invalid(format!("{} failed", process.show())).why(ended.last_lines(3))),
        }
    }
}

/// Whether both name the same folder, as far as it is there.
pub(super) fn same_folder(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(one) == real(other)
}
