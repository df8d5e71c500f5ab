//! Replacing user's files: each by an exchange with a twin beside it, so that what came out can be looked at, and put back.

use std::ffi::OsStr;
use std::path::Path;

use bstr::ByteSlice;

use super::FileEdit;
use super::place::{self, Place};
use super::plan::{Plan, Planned};
use crate::fault::transition;
use crate::model::{Problem, RepoPath, Result};

/// What a name stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Missing,
    /// A link, a folder, a device.
    Other,
    /// A regular file.
    File(Content),
}

/// A regular file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    pub(super) look: Look,
}

/// What a replaced file keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) mode: u32,
    pub(super) owner: u32,
    pub(super) group: u32,
}

impl Found {
    /// What a file looks like.
    pub(super) fn look(&self) -> Option<Look> {
        match self {
            Self::File(content) => Some(content.look),
            _ => None,
        }
    }

    /// Whether it is a regular file of these bytes; for `None`: whether there is nothing.
    pub(super) fn is(&self, bytes: Option<&[u8]>) -> bool {
        match (self, bytes) {
            (Self::Missing, None) => true,
            (Self::File(content), Some(bytes)) => content.bytes == bytes,
            _ => false,
        }
    }
}

/// Whether no file of a working tree has such a part in its path.
pub(super) fn is_forbidden(part: &[u8]) -> bool {
    matches!(part, b"" | b"." | b"..") || part.eq_ignore_ascii_case(b".git") || part.contains(&0)
}

/// The files that aren't as the edits expect them.
pub(super) fn changed(top: &Path, files: &[FileEdit]) -> Result<Vec<RepoPath>> {
    let mut changed = Vec::new();
    for file in files {
        let look = || -> std::io::Result<bool> {
            match Place::open(top, &file.path)? {
                Some(place) => Ok(place.read(place.name())?.is(file.old.as_deref())),
                None => Ok(false),
            }
        };
        if !look().map_err(|cause| cant_read(&file.path, &cause))? {
            changed.push(file.path.clone());
        }
    }
    Ok(changed)
}

/// So many twins are synced to the disk one by one; more, where the system can, all at once.
const FEW: usize = 32;

/// Files with their twins written, and what each looked like. (Not their open folders: a process may hold a thousand files.)
pub(super) type Ready<'plan> = Vec<(Planned<'plan>, Option<Look>)>;

/// Writes all twins, which is all that takes room on the disk; the paths of files that aren't as expected instead.
pub(super) fn prepare_all<'plan>(
    top: &Path,
    plan: &'plan Plan,
) -> Result<Result<Ready<'plan>, Vec<RepoPath>>> {
    let one_by_one = plan.files().count() <= FEW || !place::CAN_SYNC_ALL;
    let mut changed = Vec::new();
    let mut ready = Vec::new();
    for file in plan.files() {
        match prepare(top, plan, file, one_by_one).map_err(|cause| cant_replace(file.path, &cause))? {
            Some(found) => ready.push((file, found.look())),
            None => changed.push(file.path.clone()),
        }
    }
    if !one_by_one {
        place::sync_all(top).map_err(|cause| {
            Problem::invalid(format!("can't write below {}", top.display()))
                .why(cause)
                .fix("make room, then run again")
        })?;
    }
    Ok(if changed.is_empty() { Ok(ready) } else { Err(changed) })
}

/// Replaces all files. The path of one that isn't as expected is returned; then some may be replaced, and the plan is to be
/// rolled back.
pub(super) fn exchange_all(top: &Path, plan: &Plan, ready: &Ready<'_>) -> Result<Option<RepoPath>> {
    let one = |file: &Planned<'_>, look: Option<Look>| -> std::io::Result<bool> {
        let Some(place) = Place::open(top, file.path)? else { return Ok(false) };
        exchange(&place, file, OsStr::new(&plan.twin(file.number)), look)
    };
    for (file, look) in ready {
        if !one(file, *look).map_err(|cause| cant_replace(file.path, &cause))? {
            return Ok(Some(file.path.clone()));
        }
        transition("a file is replaced");
    }
    let mut synced: Option<&[u8]> = None;
    for (file, _) in ready {
        let folder =
            file.path.as_bytes().rfind_byte(b'/').map_or(&b""[..], |slash| &file.path.as_bytes()[..slash]);
        if synced.replace(folder) != Some(folder) {
            let sync = || Place::open(top, file.path)?.map_or(Ok(()), |place| place.sync());
            sync().map_err(|cause| cant_replace(file.path, &cause))?;
        }
    }
    Ok(None)
}

/// Files whose old inode changed after it was exchanged (an editor that had it open wrote into it), or whose folder went
/// elsewhere.
pub(super) fn saved_meanwhile(top: &Path, plan: &Plan, ready: &Ready<'_>) -> Result<Vec<RepoPath>> {
    let mut changed = Vec::new();
    for (file, _) in ready {
        let look = || -> std::io::Result<bool> {
            let Some(place) = Place::open(top, file.path)? else { return Ok(false) };
            let twin = place.read(plan.twin(file.number))?;
            Ok(twin == Found::Missing || twin.is(file.old))
        };
        if !look().map_err(|cause| cant_read(file.path, &cause))? {
            changed.push(file.path.clone());
        }
    }
    Ok(changed)
}

/// Writes the twin, and gives what was found; `None`: it isn't as expected.
fn prepare(top: &Path, plan: &Plan, file: Planned<'_>, sync: bool) -> std::io::Result<Option<Found>> {
    let Some(place) = Place::open(top, file.path)? else { return Ok(None) };
    let found = place.read(place.name())?;
    if !found.is(file.old) {
        return Ok(None);
    }
    write_twin(&place, plan, file.number, file.new, found.look(), sync)?;
    Ok(Some(found))
}

/// Writes the twin so that under its own name it is always complete.
pub(super) fn write_twin(
    place: &Place,
    plan: &Plan,
    number: usize,
    bytes: &[u8],
    look: Option<Look>,
    sync: bool,
) -> std::io::Result<()> {
    let part = plan.part(number);
    place.make_room(&plan.room(number))?;
    place.write(&part, bytes, look, sync)?;
    transition("a part is written");
    place.rename(OsStr::new(&part), OsStr::new(&plan.twin(number)))?;
    transition("a twin is written");
    Ok(())
}

/// The twin takes the file's place; `false`: what was there wasn't the old content, or looked otherwise.
fn exchange(place: &Place, file: &Planned<'_>, twin: &OsStr, look: Option<Look>) -> std::io::Result<bool> {
    let Some(old) = file.old else {
        return place.rename_new(twin, place.name());
    };
    match place.exchange(twin, place.name()) {
        Ok(true) => {
            transition("a file and its twin are exchanged");
            Ok(is_file(&place.read(twin)?, old, look))
        }
        // It vanished: it stays so.
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(cause),
        Ok(false) => {
            if !is_file(&place.read(place.name())?, old, look) {
                return Ok(false);
            }
            place.rename(twin, place.name()).map(|()| true)
        }
    }
}

fn is_file(found: &Found, bytes: &[u8], look: Option<Look>) -> bool {
    matches!(found, Found::File(content) if content.bytes == bytes && look.is_none_or(|look| look == content.look))
}

pub(super) fn cant_read(path: &RepoPath, cause: &std::io::Error) -> Problem {
    Problem::invalid(format!("can't read {path}")).why(cause).fix("give read permission, then run again")
}

pub(super) fn cant_replace(path: &RepoPath, cause: &std::io::Error) -> Problem {
    Problem::invalid(format!("can't replace {path}"))
        .why(cause)
        .fix("give write permission on its folder, or make room, then run again")
}
