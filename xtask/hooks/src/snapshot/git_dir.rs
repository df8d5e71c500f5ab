//! The snapshot's private git folder: its own HEAD and index, all else shared with the repository. It isn't registered as a
//! worktree, so `git worktree list` and `prune` don't know it. While a receiving repository holds what it was sent in
//! quarantine, nothing is shared: commands see the sent objects, and can't write to the server's.

use std::path::Path;

use bstr::ByteSlice;
use xtask_core::files;
use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};
use xtask_core::repo::{ObjectId, Repo};

use super::git::{At, Git};
use super::place::Place;
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

/// Brings the git folder and the `.git` that leads to it up to date; the index is left alone.
pub(super) fn bring_up(cx: &Context, repo: &Repo, place: &Place, head: &Head) -> Result<()> {
    let quarantine = quarantine(cx);
    let reftable = quarantine.is_none() && repo.common_dir().join("reftable").is_dir();
    let mut keep: Vec<&str> = vec!["HEAD", "index", "gitdir", "info", "config.worktree"];
    keep.extend(match (&quarantine, reftable) {
        (Some(_), _) => ["config", "objects", "refs", "packed-refs", "shallow"].as_slice(),
        (None, true) => &["commondir", "reftable", "refs"],
        (None, false) => &["commondir"],
    });
    keep.extend(IN_PROGRESS);
    sweep(&place.git, &keep)?;

    let dot_git = [b"gitdir: ", bytes(&place.git)?, b"\n"].concat();
    put(&place.tree.join(".git"), Some(&dot_git))?;
    if let Some(objects) = quarantine {
        stand_alone(cx, repo, place, &objects)?;
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
    set_head(cx, repo, place, head, reftable)
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

fn set_head(cx: &Context, repo: &Repo, place: &Place, head: &Head, reftable: bool) -> Result<()> {
    let own = &place.git.join("HEAD");
    if !reftable {
        return match head {
            Head::Detached(commit) => put(own, Some(format!("{commit}\n").as_bytes())),
            Head::AsInWorktree => copy(&repo.git_dir().join("HEAD"), own),
        };
    }
    // As git itself marks a folder whose HEAD lies in tables.
    put(own, Some(b"ref: refs/heads/.invalid\n"))?;
    put(&place.git.join("refs/heads"), Some(b"this repository uses the reftable format\n"))?;
    let tables = place.git.join("reftable");
    std::fs::create_dir_all(&tables).map_err(|cause| unreadable(&tables, &cause))?;
    let theirs = Git::new(cx, At { git_dir: repo.git_dir(), work_tree: None, index: None });
    let ours = Git::new(cx, At { git_dir: &place.git, work_tree: None, index: None });
    let commit = match head {
        Head::Detached(commit) => commit.to_string(),
        Head::AsInWorktree => {
            let branch = theirs.run(&["symbolic-ref", "--quiet", "HEAD"])?;
            if branch.is_success() {
                let branch = branch.stdout.trim_end().to_str_lossy().into_owned();
                return ours.output(&["symbolic-ref", "HEAD", &branch]).map(drop);
            }
            let id = theirs.output(&["rev-parse", "--verify", "HEAD"])?;
            id.trim_end().to_str_lossy().into_owned()
        }
    };
    ours.output(&["update-ref", "--no-deref", "HEAD", &commit]).map(drop)
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

/// A git folder that shares nothing but the objects, which it only reads.
fn stand_alone(cx: &Context, repo: &Repo, place: &Place, quarantine: &Path) -> Result<()> {
    let absolute = |path: &Path| repo.git_dir().join(path);
    let mut alternates = [bytes(&absolute(quarantine))?, b"\n"].concat();
    if let Some(list) = cx.environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        for folder in std::env::split_paths(list) {
            alternates.extend([bytes(&absolute(&folder))?, b"\n"].concat());
        }
    }
    alternates.extend([bytes(&repo.common_dir().join("objects"))?, b"\n"].concat());
    put(&place.git.join("objects/info/alternates"), Some(&alternates))?;

    let git = Git::new(cx, At { git_dir: repo.git_dir(), work_tree: None, index: None });
    let refs = git.output(&["for-each-ref", "--sort=refname", "--format=%(objectname) %(refname)"])?;
    put(&place.git.join("packed-refs"), Some(&refs))?;
    copy(&repo.common_dir().join("shallow"), &place.git.join("shallow"))?;
    let format = git.output(&["rev-parse", "--show-object-format"])?;
    let shared = repo.common_dir().join("config");
    let shared = bytes(&shared)?.replace(b"\\", b"\\\\").replace(b"\"", b"\\\"");
    // The format is read from this file alone, the rest from what it includes.
    let config = [
        b"[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = ".as_slice(),
        format.trim_end(),
        b"\n[include]\n\tpath = \"",
        &shared,
        b"\"\n[core]\n\tbare = false\n",
    ];
    put(&place.git.join("config"), Some(&config.concat()))?;
    let refs = place.git.join("refs");
    std::fs::create_dir_all(&refs).map_err(|cause| unreadable(&refs, &cause))
}

/// Makes the file hold these bytes, or not be there. A file that is right already isn't touched; a link or a folder in its
/// place is removed.
fn put(path: &Path, bytes: Option<&[u8]>) -> Result<()> {
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

fn unreadable(path: &Path, cause: &std::io::Error) -> Problem {
    Problem::invalid(format!("can't use {}", path.display())).why(cause)
}

fn bytes(path: &Path) -> Result<&[u8]> {
    <[u8]>::from_path(path)
        .ok_or_else(|| Problem::invalid(format!("can't name {} to git", path.display())).why("it is no text"))
}
