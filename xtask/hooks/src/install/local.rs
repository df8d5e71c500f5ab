//! Hooks of one repository.

use std::path::{Path, PathBuf};

use xtask_core::gate::Context;
use xtask_core::model::{Problem, Result};

use super::folder::Folder;
use super::git::Git;
use super::program::{Copy, Record};
use super::shim::{is_ours, render};
use super::status::calls_xtask;
use super::{Change, HookDone, Installed, manager, place, repository};
use crate::stage::Stage;

/// What is at a hook's path.
pub(super) enum There {
    Nothing,
    Ours(Vec<u8>),
    Theirs,
}

impl There {
    pub(super) fn at(path: &Path) -> Self {
        if !place::is_there(path) {
            return Self::Nothing;
        }
        match std::fs::read(path) {
            Ok(bytes) if is_ours(&bytes) => Self::Ours(bytes),
            _ => Self::Theirs,
        }
    }
}

/// The copy of the program that a repository's shims start.
pub(super) fn copy(common_dir: &Path) -> Copy {
    Copy::below(common_dir.join("xtask"))
}

pub(super) fn install(
    cx: &Context,
    stages: &[Stage],
    force: bool,
    from: &Path,
    plan: bool,
) -> Result<Installed> {
    let repo = repository(cx)?;
    let folder = Folder::of(cx, repo, &Git::of(cx, repo))?;
    if let Some(objection) = folder.objection().filter(|_| !force) {
        return Err(objection);
    }
    // All that may stand against it is asked before the first change.
    for stage in stages {
        may_put(cx, &folder.path.join(stage.name()), force)?;
    }
    let copy = copy(repo.common_dir());
    let made_hooks_folder = copy.record().made_hooks_folder || !folder.path.is_dir();
    // The program first: a shim never stands there without it.
    let program_changed = if plan {
        copy.is_stale(from)
    } else {
        std::fs::create_dir_all(&folder.path).map_err(|cause| place::unwritten(&folder.path, &cause))?;
        copy.install(from, Record { made_hooks_folder, ..Record::default() })?
    };
    let mut hooks = Vec::new();
    for stage in Stage::ALL {
        let path = folder.path.join(stage.name());
        if stages.contains(&stage) {
            hooks.push(put(&path, render(stage, folder.lies()).as_bytes(), plan)?);
        } else {
            hooks.extend(take(&path, plan)?);
        }
    }
    let mut notes: Vec<String> = folder.note().into_iter().collect();
    let stay: Vec<HookDone> = hooks.iter().filter(|hook| hook.change != Change::Removed).cloned().collect();
    notes.extend(manager::notes(manager::before(&stay)));
    let twice = manager::before(&stay).filter(|before| calls_xtask(before));
    notes.extend(twice.map(|before| {
        format!("{} calls xtask itself: take that out, or the checks run twice", before.display())
    }));
    Ok(Installed { folder: folder.path, program: copy.path(), program_changed, hooks, notes, plan })
}

pub(super) fn uninstall(cx: &Context, plan: bool) -> Result<Installed> {
    let repo = repository(cx)?;
    let folder = Folder::of(cx, repo, &Git::of(cx, repo))?;
    let mut folders = vec![folder.path.clone()];
    let own = repo.common_dir().join("hooks");
    if own != folder.path {
        // From before core.hooksPath was set.
        folders.push(own);
    }
    let (mut hooks, mut notes) = (Vec::new(), Vec::new());
    for path in folders.iter().flat_map(|folder| Stage::ALL.map(|stage| folder.join(stage.name()))) {
        let taken = take(&path, plan)?;
        if taken.is_none()
            && place::may_keep(&path).is_err()
            && let Some(kept) = place::kept(&path)
        {
            notes.push(format!(
                "{} stays: another hook has taken the place that it would be put back to",
                kept.display()
            ));
        }
        hooks.extend(taken);
    }
    let copy = copy(repo.common_dir());
    let made_hooks_folder = copy.record().made_hooks_folder;
    // The program last: as long as a shim is there it has one to start.
    let program_changed = if plan { copy.is_there() } else { copy.uninstall()? };
    if made_hooks_folder && !plan {
        place::remove_empty(&folder.path);
    }
    Ok(Installed { folder: folder.path, program: copy.path(), program_changed, hooks, notes, plan })
}

/// Whether a shim may be put at `path`.
fn may_put(cx: &Context, path: &Path, force: bool) -> Result<()> {
    match There::at(path) {
        There::Nothing | There::Ours(_) => Ok(()),
        There::Theirs if path.is_dir() => {
            Err(Problem::usage(format!("{} is a folder", path.display())).fix("move it away, then run again"))
        }
        There::Theirs if !force && Folder::tracks(cx, path)? => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Err(Problem::usage(format!("{} is tracked by git, and isn't overwritten", path.display()))
                .why("core.hooksPath names a folder of the repository, whose hooks the whole team shares")
                .fix(format!(
                    "add the line `xtask hooks run {name} --hook -- \"$@\"` to it; or --force, which runs it before this program and shows as a change"
                )))
        }
        There::Theirs => place::may_keep(path),
    }
}

/// Puts a shim at `path`; what was there is kept. With `plan` it only says what it would do.
pub(super) fn put(path: &Path, text: &[u8], plan: bool) -> Result<HookDone> {
    let there = There::at(path);
    let is_theirs = matches!(there, There::Theirs);
    let change = match there {
        There::Ours(bytes) if bytes == text && place::is_executable(path) => Change::Kept,
        There::Ours(_) => Change::Updated,
        There::Nothing | There::Theirs => Change::Installed,
    };
    if plan {
        let before = if is_theirs { Some(path.to_owned()) } else { place::kept(path) };
        return Ok(done(path, change, before));
    }
    if is_theirs {
        place::keep(path)?;
    }
    place::settle(path)?;
    if change != Change::Kept {
        place::executable(path, text)?;
    }
    Ok(done(path, change, place::kept(path)))
}

/// Takes our shim at `path` away, and puts back what was there. With `plan` it only says what it would do.
pub(super) fn take(path: &Path, plan: bool) -> Result<Option<HookDone>> {
    let kept = place::kept(path).is_some();
    let removed = || -> Result<Option<HookDone>> {
        let put_back = if plan { kept } else { place::restore(path)? };
        let before = put_back.then(|| path.to_owned());
        Ok(Some(done(path, Change::Removed, before)))
    };
    match There::at(path) {
        There::Ours(_) => removed(),
        // Killed between keeping it and putting the shim there: the same hook, twice. (A rename of one name of a file to another of its
        // names does nothing.)
        There::Theirs if kept && !plan && place::may_keep(path).is_ok() => {
            place::forget(path)?;
            Ok(None)
        }
        // Somebody removed our shim: what was before it comes back.
        There::Nothing if kept => removed(),
        There::Nothing | There::Theirs => Ok(None),
    }
}

fn done(path: &Path, change: Change, before: Option<PathBuf>) -> HookDone {
    let hook = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let before_runs = before.as_deref().is_some_and(place::is_executable);
    HookDone { hook, change, before, before_runs }
}

/// The paths of a repository's hooks.
pub(super) fn paths(folder: &Path) -> Vec<(Stage, PathBuf)> {
    Stage::ALL.into_iter().map(|stage| (stage, folder.join(stage.name()))).collect()
}
