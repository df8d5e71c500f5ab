//! Git processes: the snapshot's own, and the environment that commands get.

use std::collections::BTreeMap;
use std::path::Path;

use xtask_core::exec::{Ended, Process, RunError};
use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};

/// What git sets for its hooks and must not reach a command that uses git elsewhere: all that `git rev-parse --local-env-vars`
/// names (of any version), what moves paths, and the quarantine of a receiving repository.
const LOCAL: [&str; 23] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INDEX_VERSION",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_SUPER_PREFIX",
    "GIT_WORK_TREE",
];

/// Where a receiving repository keeps what it was sent until its hooks agree.
const OBJECTS: [&str; 2] = ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"];

/// The process without the variables that tie it to the repository of the hook.
fn without_local(process: Process) -> Process {
    LOCAL.into_iter().fold(process, Process::without_variable)
}

/// A process for a command that runs in the working tree itself: no variable of git's reaches the other repositories that
/// it touches. Only where nothing but `GIT_DIR` and `GIT_WORK_TREE` leads to the repository (a working tree without `.git`)
/// these two stay.
pub fn in_place(cx: &Context, process: Process) -> Process {
    let process = without_local(process).folder(&cx.root);
    match &cx.repo {
        Some(repo) if cx.root.join(".git").symlink_metadata().is_err() => {
            let process = process.variable("GIT_DIR", repo.git_dir());
            match repo.work_dir() {
                Some(top) => process.variable("GIT_WORK_TREE", top),
                None => process,
            }
        }
        _ => process,
    }
}

/// A process for a command that runs in `folder`, whose `.git` leads to its repository.
pub(super) fn in_folder(folder: &Path, process: Process) -> Process {
    without_local(process).folder(folder)
}

/// Where one of our own git processes works.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) git_dir: &'a Path,
    pub(super) work_tree: Option<&'a Path>,
    pub(super) index: Option<&'a Path>,
}

/// Starts git for the snapshot: no hooks of the user's, no file system monitor, no submodules, paths taken literally.
pub(super) struct Git<'a> {
    cx: &'a Context,
    at: At<'a>,
}

impl<'a> Git<'a> {
    pub(super) fn new(cx: &'a Context, at: At<'a>) -> Self {
        Self { cx, at }
    }

    fn process(&self) -> Process {
        let At { git_dir, work_tree, index } = self.at;
        // What was given on git's own command line (`git -c …`) counts for us as well.
        let kept = ["GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"];
        let mut variables: BTreeMap<&str, Option<&Path>> =
            LOCAL.into_iter().filter(|name| !kept.contains(name)).map(|name| (name, None)).collect();
        let objects = OBJECTS.map(|name| (name, self.cx.environment.get(name).map(Path::new)));
        variables.extend(objects);
        variables.extend([
            ("GIT_DIR", Some(git_dir)),
            ("GIT_WORK_TREE", work_tree),
            ("GIT_INDEX_FILE", index),
            ("GIT_LFS_SKIP_DOWNLOAD_ERRORS", Some(Path::new("1"))),
            ("GIT_LITERAL_PATHSPECS", Some(Path::new("1"))),
            ("GIT_TERMINAL_PROMPT", Some(Path::new("0"))),
        ]);
        let mut process = Process::new("git").folder(work_tree.unwrap_or(git_dir)).arg("--no-pager");
        for setting in [
            "core.hooksPath=/dev/null",
            "core.fsmonitor=false",
            "core.splitIndex=false",
            "core.safecrlf=false",
            "index.sparse=false",
            // Git LFS: what lies in the repository's own store is checked out, what doesn't stays a pointer; nothing is
            // downloaded while somebody commits.
            "lfs.url=file:///dev/null/none",
            "lfs.transfer.maxretries=1",
            "submodule.recurse=false",
        ] {
            process = process.args(["-c", setting]);
        }
        variables.into_iter().fold(process, |process, (name, value)| match value {
            Some(value) => process.variable(name, value),
            None => process.without_variable(name),
        })
    }

    /// What git writes; any exit code but 0 is a problem that tells what git said.
    pub(super) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        self.finish(arguments, &self.process().args(arguments))
    }

    /// The same with this input.
    pub(super) fn fed(&self, arguments: &[&str], input: Vec<u8>) -> Result<Vec<u8>> {
        self.finish(arguments, &self.process().args(arguments).input(input))
    }

    /// How it ended, whatever its exit code.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Ended> {
        self.start(&self.process().args(arguments))
    }

    fn start(&self, process: &Process) -> Result<Ended> {
        process.run(&self.cx.cancel).map_err(|error| match error {
            RunError::NotFound { .. } => {
                Problem::missing("the snapshot for hook commands needs the git program")
                    .why(error)
                    .fix("install git")
            }
            error => Problem::from(error),
        })
    }

    fn finish(&self, arguments: &[&str], process: &Process) -> Result<Vec<u8>> {
        let ended = self.start(process)?;
        if !ended.is_success() {
            return Err(failed(arguments, &ended));
        }
        if ended.is_cut() {
            return Err(Problem::invalid(format!("can't take in what git {} writes", arguments[0]))
                .why("it is more than 64 MB")
                .fix("ignore generated files in .gitignore"));
        }
        Ok(ended.stdout)
    }
}

/// The problem of a git that failed.
pub(super) fn failed(arguments: &[&str], ended: &Ended) -> Problem {
    let why = match ended.last_lines(10) {
        said if said.is_empty() => ended.how(),
        said => said,
    };
    Problem::invalid(format!("git {} failed", arguments.join(" "))).why(why)
}

/// The pieces between zero bytes, the last one ended by one too.
pub(super) fn fields(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|&byte| byte == 0).filter(|field| !field.is_empty())
}

#[cfg(test)]
mod tests {
    use xtask_core::exec::Cancel;

    use super::*;

    #[test]
    fn all_that_this_git_calls_local_is_stripped() {
        let asked = Process::new("git").args(["rev-parse", "--local-env-vars"]).run(&Cancel::new()).unwrap();
        let names = String::from_utf8(asked.stdout).unwrap();
        assert!(names.lines().count() > 10);
        for name in names.lines() {
            assert!(LOCAL.contains(&name), "{name}");
        }
    }
}
