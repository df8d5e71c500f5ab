//! The snapshot's private git folder: its own HEAD, index and refs; objects are the repository's, and its configuration is included. It
//! isn't registered as a worktree, so `git worktree list` and `prune` don't know it. While a receiving repository holds what it was
//! sent in quarantine, not even objects are shared: commands see the sent ones, and can't write to the server's. Where there are no
//! links, refs are shared with the repository, too.

use std::path::Path;

use bstr::ByteSlice;
use xtask_core::files;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};
use xtask_core::repo::{ObjectId, Repo};

use super::git::{At, Git};
use super::place::Place;
use super::refs::{self, Refs};
use super::remove::remove_all;

/// What a merge or the like in progress leaves in the git folder, and commands ask for.
const IN_PROGRESS: [&str; 3] = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];

/// What HEAD shall say.
pub(super) enum Head {
    /// As in the working tree: the branch, or the commit where none is checked out.
    AsInWorktree,
    /// This commit.
    Detached(ObjectId),
}

/// The objects of a receiving repository's quarantine, where there is one.
pub(super) fn quarantine(cx: &Context) -> Option<std::path::PathBuf> {
    cx.environment.get("GIT_QUARANTINE_PATH")?;
    cx.environment.path("GIT_OBJECT_DIRECTORY")
}

/// Brings the git folder and the `.git` that leads to it up to date; the index is left alone. Gives the refs that it has of its own;
/// none where it shares the repository's.
pub(super) fn bring_up(cx: &Context, repo: &Repo, place: &Place, head: &Head) -> Result<Option<Refs>> {
    let quarantine = quarantine(cx);
    let alone = quarantine.is_some() || shares_objects(&place.git, &repo.common_dir().join("objects"));
    let in_tables = repo.common_dir().join("reftable").is_dir();
    let mut keep: Vec<&str> = vec!["HEAD", "index", "gitdir", "info", "config.worktree"];
    keep.extend(match (alone, in_tables) {
        (true, _) => ["config", "objects", "packed-refs", "shallow"].as_slice(),
        (false, true) => &["commondir", "reftable", "refs"],
        (false, false) => &["commondir"],
    });
    keep.extend(IN_PROGRESS);
    sweep(&place.git, &keep)?;

    let dot_git = [b"gitdir: ", bytes(&place.git)?, b"\n"].concat();
    put(&place.tree.join(".git"), Some(&dot_git))?;
    if let Some(objects) = &quarantine {
        borrow_objects(cx, repo, place, objects)?;
    }
    if alone {
        stand_alone(cx, repo, place)?;
        put(&place.git.join("config.worktree"), None)?;
    } else {
        put(&place.git.join("commondir"), Some(&[bytes(repo.common_dir())?, b"\n"].concat()))?;
        worktree_settings(cx, repo, place)?;
    }
    copy(&repo.git_dir().join("info/sparse-checkout"), &place.git.join("info/sparse-checkout"))?;
    for name in IN_PROGRESS {
        let there = matches!(head, Head::AsInWorktree).then(|| repo.git_dir().join(name));
        match there {
            Some(file) => copy(&file, &place.git.join(name))?,
            None => put(&place.git.join(name), None)?,
        }
    }
    set_head(cx, repo, place, head, alone, in_tables)?;
    Ok(alone.then(|| Refs::of(&place.git)))
}

/// Makes the objects those of the repository, by a link; `false` where the system knows none.
fn shares_objects(git: &Path, objects: &Path) -> bool {
    let link = git.join("objects");
    if std::fs::read_link(&link).is_ok_and(|target| target == objects) {
        return true;
    }
    #[cfg(unix)]
    let linked = remove_all(&link).and_then(|()| std::os::unix::fs::symlink(objects, &link)).is_ok();
    #[cfg(not(unix))]
    let linked = false;
    linked
}

/// Removes what commands left: locks, logs, a rebase in progress.
fn sweep(folder: &Path, keep: &[&str]) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|cause| unreadable(folder, &cause))?;
    for entry in entries.filter_map(std::result::Result::ok) {
        if !keep.iter().any(|name| entry.file_name() == *name) {
            remove_all(&entry.path()).map_err(|cause| unreadable(&entry.path(), &cause))?;
        }
    }
    Ok(())
}

fn set_head(
    cx: &Context,
    repo: &Repo,
    place: &Place,
    head: &Head,
    alone: bool,
    in_tables: bool,
) -> Result<()> {
    let own = &place.git.join("HEAD");
    let theirs = Git::new(cx, At { git_dir: repo.git_dir(), work_tree: None, index: None });
    // The branch, or the commit.
    let (branch, commit) = match head {
        Head::Detached(commit) => (None, commit.to_string()),
        Head::AsInWorktree if !in_tables => return copy(&repo.git_dir().join("HEAD"), own),
        Head::AsInWorktree => {
            let branch = theirs.run(&["symbolic-ref", "--quiet", "HEAD"])?;
            if branch.is_success() {
                (Some(branch.stdout.trim_end().to_str_lossy().into_owned()), String::new())
            } else {
                let id = theirs.output(&["rev-parse", "--verify", "HEAD"])?;
                (None, id.trim_end().to_str_lossy().into_owned())
            }
        }
    };
    if alone || !in_tables {
        let text = branch.map_or_else(|| format!("{commit}\n"), |branch| format!("ref: {branch}\n"));
        return put(own, Some(text.as_bytes()));
    }
    // As git itself marks a folder whose HEAD lies in tables.
    put(own, Some(b"ref: refs/heads/.invalid\n"))?;
    put(&place.git.join("refs/heads"), Some(b"this repository uses the reftable format\n"))?;
    let tables = place.git.join("reftable");
    std::fs::create_dir_all(&tables).map_err(|cause| unreadable(&tables, &cause))?;
    let ours = Git::new(cx, At { git_dir: &place.git, work_tree: None, index: None });
    match branch {
        Some(branch) => ours.output(&["symbolic-ref", "HEAD", &branch]),
        None => ours.output(&["update-ref", "--no-deref", "HEAD", &commit]),
    }
    .map(drop)
}

/// `config.worktree`, where the working tree has one (a sparse checkout lies there), without what is about its place.
fn worktree_settings(cx: &Context, repo: &Repo, place: &Place) -> Result<()> {
    let (theirs, own) = (repo.git_dir().join("config.worktree"), place.git.join("config.worktree"));
    let (source, copied) =
        (std::fs::read(&theirs).ok(), std::fs::read(place.folder.join("config.source")).ok());
    if source == copied && source.is_some() == own.is_file() {
        return Ok(());
    }
    put(&own, source.as_deref())?;
    if source.is_some() {
        let git = Git::new(cx, At { git_dir: &place.git, work_tree: None, index: None });
        let file = own.to_string_lossy();
        // It fails where there is none.
        git.run(&["config", "--file", &file, "--unset-all", "core.worktree"])?;
        git.output(&["config", "--file", &file, "core.bare", "false"])?;
    }
    put(&place.folder.join("config.source"), source.as_deref())
}

/// Objects of its own beside those of a quarantine and of the repository, which are only read.
fn borrow_objects(cx: &Context, repo: &Repo, place: &Place, quarantine: &Path) -> Result<()> {
    let absolute = |path: &Path| repo.git_dir().join(path);
    let mut alternates = [bytes(&absolute(quarantine))?, b"\n"].concat();
    if let Some(list) = cx.environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        for folder in std::env::split_paths(list) {
            alternates.extend([bytes(&absolute(&folder))?, b"\n"].concat());
        }
    }
    alternates.extend([bytes(&repo.common_dir().join("objects"))?, b"\n"].concat());
    if place.git.join("objects").is_symlink() {
        put(&place.git.join("objects"), None)?;
    }
    put(&place.git.join("objects/info/alternates"), Some(&alternates))
}

/// A git folder with refs of its own: what a command commits, stashes, tags or resets there moves nothing of the user's. Objects are
/// never removed through it, since it doesn't know who else needs them.
fn stand_alone(cx: &Context, repo: &Repo, place: &Place) -> Result<()> {
    let git = Git::new(cx, At { git_dir: repo.git_dir(), work_tree: None, index: None });
    refs::write(&git, &place.git)?;
    copy(&repo.common_dir().join("shallow"), &place.git.join("shallow"))?;
    for name in ["info/exclude", "info/attributes"] {
        copy(&repo.common_dir().join(name), &place.git.join(name))?;
    }
    // The format is read from this file alone, the rest from what it includes.
    let mut config =
        b"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpreciousObjects = true\n".to_vec();
    let mut includes = vec![repo.common_dir().join("config")];
    // Exit code 1: there is none.
    let extensions = git.run(&["config", "--local", "--get-regexp", "^extensions\\."])?.stdout;
    for line in extensions.lines() {
        match line.split_once_str(" ") {
            Some((name @ (b"extensions.objectformat" | b"extensions.partialclone"), value)) => {
                config.extend([b"\t", &name["extensions.".len()..], b" = ", &quoted(value), b"\n"].concat());
            }
            Some((b"extensions.worktreeconfig", b"true")) => {
                includes.push(repo.git_dir().join("config.worktree"));
            }
            _ => {}
        }
    }
    let lfs = quoted(bytes(&repo.common_dir().join("lfs"))?);
    config.extend([b"[lfs]\n\tstorage = ", &lfs[..], b"\n"].concat());
    for file in &includes {
        config.extend([b"[include]\n\tpath = ", &quoted(bytes(file)?)[..], b"\n"].concat());
    }
    config.extend(b"[core]\n\tbare = false\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n");
    put(&place.git.join("config"), Some(&config))
}

/// A value for a file of git's configuration.
fn quoted(value: &[u8]) -> Vec<u8> {
    let value = value.replace(b"\\", b"\\\\").replace(b"\"", b"\\\"").replace(b"\n", b"\\n");
    [b"\"", &value[..], b"\""].concat()
}

/// Makes the file hold these bytes, or not be there. A file that is right already isn't touched; a link or a folder in its
/// place is removed.
pub(super) fn put(path: &Path, bytes: Option<&[u8]>) -> Result<()> {
    let is_file = path.symlink_metadata().is_ok_and(|there| there.is_file());
    if !is_file {
        remove_all(path).map_err(|cause| unreadable(path, &cause))?;
    }
    match bytes {
        None => remove_all(path).map_err(|cause| unreadable(path, &cause)),
        Some(bytes) if is_file && std::fs::read(path).is_ok_and(|held| held == bytes) => Ok(()),
        Some(bytes) => files::write(path, bytes),
    }
}

/// Makes the file hold what the other one holds, or not be there.
fn copy(from: &Path, to: &Path) -> Result<()> {
    match std::fs::read(from) {
        Ok(bytes) => put(to, Some(&bytes)),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => put(to, None),
        Err(cause) => Err(unreadable(from, &cause)),
    }
}

pub(super) fn unreadable(path: &Path, cause: &std::io::Error) -> Problem {
    Problem::invalid(format!("can't use {}", path.display())).why(cause)
}

fn bytes(path: &Path) -> Result<&[u8]> {
    <[u8]>::from_path(path)
        .ok_or_else(|| Problem::invalid(format!("can't name {} to git", path.display())).why("it is no text"))
}
