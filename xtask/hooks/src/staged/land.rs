//! Landing fixes: all merges are computed before the first write; a journal makes the writes one step.

use std::path::Path;

use xtask_core::gate::Context;
use xtask_core::journal::{Applied, Edit, FileEdit, IndexChange, Journal};
use xtask_core::model::{Finding, Location, Problem, RepoPath, Result};
use xtask_core::repo::{Converter, EntryMode, Repo};

use super::after;
use super::merges::to_user;
use crate::merge::merge;
use crate::run::{Fixed, Fixes};
#[cfg(unix)]
use crate::select::is_executable;
use crate::snapshot::goes_through_link;

/// How often files may change under our hands before we give up.
const ATTEMPTS: usize = 4;

/// How landing ended.
pub(crate) enum Landed {
    /// The index and the user's files have the fixes.
    Done,
    /// A fix and an edit that isn't staged meet: nothing was changed.
    Overlaps(Vec<Finding>),
}

/// Where fixes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Fixes of what is staged: to the index and to the user's files.
    Staged,
    /// Fixes of what is staged: to the user's files alone.
    InWorktree,
    /// Fixes of the files of the working tree: to these.
    OfWorktree,
}

/// Brings the fixes where they go.
pub(crate) fn land(cx: &Context, repo: &Repo, fixes: &Fixes, how: How) -> Result<Landed> {
    let (journal, _) = Journal::open(repo, &cx.events, &cx.cancel)?;
    for _ in 0..ATTEMPTS {
        let edit = match edit(cx, repo, fixes, how)? {
            Ok(edit) => edit,
            Err(overlaps) => return Ok(Landed::Overlaps(overlaps)),
        };
        match journal.apply(repo, &edit)? {
            Applied::Done => {
                set_modes(cx, fixes)?;
                if how == How::Staged {
                    after::remember(repo, &edit)?;
                }
                return Ok(Landed::Done);
            }
            // The user saved one of the files just now: it is merged again. What was staged anew is another commit.
            Applied::Changed(paths) => {
                let anew = staged_anew(repo, fixes, &paths)?;
                if !anew.is_empty() {
                    return Ok(Landed::Overlaps(anew));
                }
            }
        }
    }
    Err(Problem::invalid("the files change faster than fixes can reach them")
        .why("something writes the staged files again and again; nothing was changed")
        .fix("stop what writes them (a watcher?), and commit again"))
}

/// All writes that bring the fixes, or where they can't come.
fn edit(
    cx: &Context,
    repo: &Repo,
    fixes: &Fixes,
    how: How,
) -> Result<std::result::Result<Edit, Vec<Finding>>> {
    let mut edit = Edit::default();
    let mut overlaps = Vec::new();
    let paths: Vec<RepoPath> = fixes.iter().map(|(path, _)| path.clone()).collect();
    // Fixes of the working tree's files have their form already.
    let converters = if how == How::OfWorktree { Vec::new() } else { repo.converters(&paths)? };
    for (at, (path, fixed)) in fixes.iter().enumerate() {
        match file_edit(cx, converters.get(at), path, fixed)? {
            Ok(file) => edit.files.extend(file),
            Err(overlap) => overlaps.push(overlap),
        }
        if how == How::Staged {
            edit.index.push(IndexChange {
                path: path.clone(),
                old: fixed.before.as_ref().map(|before| (before.mode, before.bytes.clone())),
                new: Some((fixed.mode, fixed.after.clone())),
            });
        }
    }
    Ok(if overlaps.is_empty() { Ok(edit) } else { Err(overlaps) })
}

/// The write that brings a fix to the user's file; none where the file isn't there (deleted, or something else in its place or in its
/// folder's), or already is so.
fn file_edit(
    cx: &Context,
    converter: Option<&Converter>,
    path: &RepoPath,
    fixed: &Fixed,
) -> Result<std::result::Result<Option<FileEdit>, Finding>> {
    let on_disk = cx.on_disk(path);
    // What lies behind a link isn't of this working tree.
    let is_elsewhere = goes_through_link(&cx.root, path);
    let there = std::fs::symlink_metadata(&on_disk).ok().filter(|_| !is_elsewhere);
    let Some(before) = &fixed.before else {
        // A command created and staged the file.
        let new = match converter {
            Some(converter) => converter.to_worktree(fixed.after.clone())?,
            None => fixed.after.clone(),
        };
        return Ok(match there {
            None if !is_elsewhere => Ok(Some(FileEdit { path: path.clone(), old: None, new })),
            Some(there) if there.is_file() && xtask_core::files::read(&on_disk)? == new => Ok(None),
            _ => Err(occupied(path, &fixed.by.join(", "))),
        });
    };
    if !there.is_some_and(|there| there.is_file()) {
        return Ok(Ok(None));
    }
    let user = xtask_core::files::read(&on_disk)?;
    let merged = match converter {
        Some(converter) => to_user(converter, &before.bytes, &fixed.after, &user)?,
        None => merge(&before.bytes, &fixed.after, &user),
    };
    Ok(match merged {
        Ok(new) if new == user => Ok(None),
        Ok(new) => Ok(Some(FileEdit { path: path.clone(), old: Some(user), new })),
        Err(overlap) => {
            let by = fixed.by.join(", ");
            let line = overlap.lines.first().map(|at| u32::try_from(at.user.first).unwrap_or(u32::MAX));
            let at = Location { line, ..Location::file(path.clone()) };
            let (message, fix) = match converter {
                Some(_) => (
                    format!(
                        "{by} would change staged lines that you edited again without staging that ({overlap}); nothing was changed"
                    ),
                    "stage those lines too, or run the fixer on the file and stage the result, and commit again",
                ),
                None => (
                    format!("the file was edited while {by} ran ({overlap}); nothing was changed"),
                    "run it again",
                ),
            };
            Err(Finding::new("hooks", "overlap", Some(at), message).fix(fix))
        }
    })
}

/// Gives the user's files the executable bit that a fixer set, or takes it. (Where the process dies before, `git status` shows it.)
fn set_modes(cx: &Context, fixes: &Fixes) -> Result<()> {
    for (path, fixed) in fixes.iter() {
        let has_changed = fixed.before.as_ref().is_none_or(|before| before.mode != fixed.mode);
        if has_changed && !goes_through_link(&cx.root, path) {
            set_executable(&cx.on_disk(path), fixed.mode == EntryMode::Executable)
                .map_err(|cause| Problem::invalid(format!("can't change the mode of {path}")).why(cause))?;
        }
    }
    Ok(())
}

/// Sets or takes the executable bit of a regular file, where it isn't so.
#[cfg(unix)]
fn set_executable(path: &Path, executable: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let there = match std::fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        there => there?,
    };
    let mode = there.permissions().mode();
    // Who may read it may execute it, as git does.
    let wanted = if executable { mode | (mode & 0o444) >> 2 } else { mode & !0o111 };
    if !there.is_file() || is_executable(&there) == executable {
        return Ok(());
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(wanted))
}

/// There is no such bit here.
#[cfg(not(unix))]
fn set_executable(_: &Path, _: bool) -> std::io::Result<()> {
    Ok(())
}

fn occupied(path: &RepoPath, by: &str) -> Finding {
    let message =
        format!("{by} created and staged the file, and something else is there in the working tree");
    Finding::new("hooks", "overlap", Some(Location::file(path.clone())), message)
        .fix("move it out of the way, or stage it, and commit again")
}

/// Those of the paths whose index entries are no longer what was checked.
fn staged_anew(repo: &Repo, fixes: &Fixes, paths: &[RepoPath]) -> Result<Vec<Finding>> {
    let index = repo.index()?;
    let staged = |path: &RepoPath| {
        let at = index.binary_search_by(|entry| entry.path.cmp(path)).ok()?;
        Some((index[at].mode, index[at].id))
    };
    let checked = |path: &RepoPath| {
        let (_, fixed) = fixes.iter().find(|(known, _)| *known == path)?;
        fixed.before.as_ref().and_then(|before| Some((before.mode, before.id?)))
    };
    let anew = paths.iter().filter(|path| staged(path) != checked(path)).map(|path| {
        let message =
            "the file was staged anew while the hooks ran: what was checked isn't what would be committed";
        let at = Some(Location::file(path.clone()));
        Finding::new("hooks", "staged-meanwhile", at, message).fix("commit again")
    });
    Ok(anew.collect())
}
