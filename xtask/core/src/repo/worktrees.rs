//! The working trees of a repository.

use std::fs::ReadDir;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use git2::Repository;

use super::discover::bytes_path;
use super::git_program::{finish, garbled};
use super::library::Refusal;
use super::{Repo, Worktree};
use crate::files;
use crate::model::{RepoPath, Result};

/// The working trees, the main one first.
pub(super) fn list(repo: &Repo) -> Result<Vec<Worktree>> {
    let mut found = repo.ask(
        |repository| by_files(repo, repository),
        || {
            let output = finish(&repo.git().args(["worktree", "list", "--porcelain", "-z"]))?;
            parse(&output).ok_or_else(|| garbled("worktrees"))?
        },
    )?;
    // Of the tree that we are in we know better: `core.worktree`, GIT_WORK_TREE.
    if let (Some(top), Some(main)) = (&repo.work_dir, found.iter_mut().find(|tree| tree.main))
        && repo.git_dir == repo.common_dir
    {
        main.path.clone_from(top);
    }
    found.sort_by(|a, b| (!a.main, &a.path).cmp(&(!b.main, &b.path)));
    Ok(found)
}

/// What `gitrepository-layout` documents: `worktrees/NAME/gitdir` names the linked tree's `.git` file.
fn by_files(repo: &Repo, repository: &Repository) -> Result<Vec<Worktree>, Refusal> {
    let failed = |what: &str| Refusal::Failed(git2::Error::from_str(what));
    let mut found = Vec::new();
    let bare = repository.config()?.get_bool("core.bare").unwrap_or(false);
    if !bare {
        // Seen from a linked tree git guesses so, too, whatever `core.worktree` says.
        let path = match repo.common_dir.parent() {
            Some(parent) if repo.common_dir.ends_with(".git") => parent.to_owned(),
            _ => repo.common_dir.clone(),
        };
        found.push(Worktree {
            path,
            branch: branch(&repo.common_dir).ok_or_else(|| failed("HEAD can't be read"))?,
            main: true,
        });
    }
    let Ok(folders) = std::fs::read_dir(repo.common_dir.join("worktrees")) else {
        return Ok(found);
    };
    for folder in subfolders(folders) {
        let gitdir = files::read(&folder.join("gitdir")).map_err(|problem| failed(&problem.to_string()))?;
        let file = folder.join(bytes_path(gitdir.trim_end()).map_err(|problem| failed(&problem.what))?);
        let file = if file.components().any(|part| part.as_os_str() == "..") {
            file.canonicalize().unwrap_or(file)
        } else {
            file
        };
        let path = file.parent().filter(|_| file.ends_with(".git")).unwrap_or(&file);
        found.push(Worktree {
            path: path.to_owned(),
            branch: branch(&folder).ok_or_else(|| failed("a worktree's HEAD can't be read"))?,
            main: false,
        });
    }
    Ok(found)
}

fn subfolders(folders: ReadDir) -> impl Iterator<Item = PathBuf> {
    folders.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir())
}

/// The branch of a HEAD; the inner `None` is a detached one.
#[expect(clippy::option_option, reason = "a detached HEAD is an answer, an unreadable one is none")]
fn branch(git_dir: &Path) -> Option<Option<RepoPath>> {
    let head = files::read(&git_dir.join("HEAD")).ok()?;
    let name = head.strip_prefix(b"ref:").map(|name| RepoPath::new(name.trim()));
    Some(name)
}

/// Reads `git worktree list --porcelain -z`: lines that end with NUL, an empty one after each tree.
fn parse(output: &[u8]) -> Option<Result<Vec<Worktree>>> {
    let mut found = Vec::new();
    let mut current: Option<(Vec<u8>, Option<RepoPath>, bool)> = None;
    let mut main = true;
    for line in output.split(|&byte| byte == b'\0') {
        if let Some(path) = line.strip_prefix(b"worktree ") {
            current = Some((path.to_vec(), None, false));
        } else if let Some(name) = line.strip_prefix(b"branch ") {
            current.as_mut()?.1 = Some(RepoPath::new(name));
        } else if line == b"bare" {
            current.as_mut()?.2 = true;
        } else if line.is_empty()
            && let Some((path, branch, bare)) = current.take()
        {
            let path = match bytes_path(&path) {
                Ok(path) => path,
                Err(problem) => return Some(Err(problem)),
            };
            if !bare {
                found.push(Worktree { path, branch, main });
            }
            main = false;
        }
    }
    current.is_none().then_some(Ok(found))
}
