//! The git program on PATH: started for one repository, read without locks, pagers, prompts and colours.

use std::path::Path;

use super::Repo;
use crate::exec::{Cancel, Ended, Process, RunError};
use crate::model::{Problem, Result};

impl Repo {
    /// A git process for this repository and its index, as [`git`] starts it.
    pub fn git(&self) -> Process {
        // A working tree that is gone is for git to tell of.
        let top = self.work_dir.as_deref().filter(|top| top.is_dir());
        let process = git(top.unwrap_or(&self.git_dir))
            .variable("GIT_DIR", &self.git_dir)
            .variable("GIT_INDEX_FILE", &self.index_file);
        match &self.work_dir {
            Some(top) => process.variable("GIT_WORK_TREE", top),
            None => process.without_variable("GIT_WORK_TREE"),
        }
    }

    /// What git writes when run with these arguments. Any exit code but 0 is a problem.
    pub(super) fn git_output<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<Vec<u8>> {
        finish(&self.git().args(arguments))
    }

    /// As [`Repo::git_output`], without the line end; `None` for any exit code but 0.
    pub(super) fn git_answer<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<Option<Vec<u8>>> {
        let ended = run(&self.git().args(arguments))?;
        Ok((ended.code == Some(0)).then(|| first_line(ended.stdout)))
    }
}

/// `Ended` keeps so many bytes of output, and cuts what is longer in the middle: that must not be read as whole.
const MOST_OUTPUT: usize = 64 << 20;

/// A git process in this folder that finds its repository itself: it answers without locks, pagers, prompts and colours, in English.
pub fn git(folder: &Path) -> Process {
    Process::new("git")
        .folder(folder)
        .arg("--no-pager")
        .arg("--no-optional-locks")
        .variable("LC_ALL", "C")
        .variable("GIT_TERMINAL_PROMPT", "0")
        .without_variable("GIT_EXTERNAL_DIFF")
        .without_variable("GIT_DIFF_OPTS")
        .without_variable("GIT_PREFIX")
        .without_variable("GIT_LITERAL_PATHSPECS")
        .without_variable("GIT_GLOB_PATHSPECS")
        .without_variable("GIT_NOGLOB_PATHSPECS")
        .without_variable("GIT_ICASE_PATHSPECS")
}

/// Runs it to its end.
pub(super) fn run(git: &Process) -> Result<Ended> {
    git.run(&Cancel::new()).map_err(|error| match error {
        RunError::NotFound { .. } => {
            Problem::missing("this repository needs the git program").why(error).fix("install git")
        }
        _ => Problem::invalid(format!("can't run {}", git.show())).why(error),
    })
}

/// Runs it to its end; any exit code but 0 is a problem that tells what git said.
pub(super) fn finish(git: &Process) -> Result<Vec<u8>> {
    let ended = run(git)?;
    if ended.code == Some(0) && ended.stdout.len() > MOST_OUTPUT {
        return Err(Problem::invalid(format!("can't take in what {} writes", git.show()))
            .why(format!("it is more than {} MB", MOST_OUTPUT >> 20))
            .fix("compare with a nearer revision, or ignore generated files"));
    }
    if ended.code == Some(0) {
        return Ok(ended.stdout);
    }
    Err(Problem::invalid(format!("{} failed", git.show())).why(said(&ended)))
}

/// What git wrote to standard error, without `fatal: `.
pub(super) fn said(ended: &Ended) -> String {
    let text = String::from_utf8_lossy(&ended.stderr);
    let text = text.trim();
    match (text, ended.code) {
        ("", Some(code)) => format!("exit code {code}"),
        ("", None) => "a signal ended it".to_owned(),
        _ => text.strip_prefix("fatal: ").unwrap_or(text).to_owned(),
    }
}

/// The output without its last line end.
pub(super) fn first_line(mut output: Vec<u8>) -> Vec<u8> {
    if output.last() == Some(&b'\n') {
        output.pop();
    }
    output
}

/// The problem of output that isn't what git documents.
pub(super) fn garbled(what: &str) -> Problem {
    Problem::invalid(format!("can't read what git tells of {what}"))
        .why("its output has another form than git documents")
        .fix("check that `git` on PATH is git: git --version")
}
