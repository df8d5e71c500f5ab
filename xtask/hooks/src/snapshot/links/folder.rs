//! A folder of links.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::super::remove::remove_all;
use super::symlink;

/// Hides the folder from git, whatever the repository's own rules say, and marks it as ours.
const IGNORE: &[u8] = b"# made by xtask: links to the working tree's folder\n*\n";

/// The name of the file that holds that.
const IGNORE_NAME: &str = ".gitignore";

/// What a folder shall hold, by name.
pub(super) type Plan = BTreeMap<OsString, Entry>;

/// One entry of a folder of links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A link to this.
    To(PathBuf),
    /// A folder of links itself.
    Folder(Plan),
}

/// A link for each entry of the folder.
pub(super) fn plan(folder: &Path) -> io::Result<Plan> {
    let mut plan = Plan::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != IGNORE_NAME {
            plan.insert(entry.file_name(), Entry::To(entry.path()));
        }
    }
    Ok(plan)
}

/// Makes the folder as planned. What is right stays, our links that aren't planned any more go, and what a command put
/// there itself stays.
pub(super) fn make(folder: &Path, plan: &Plan) -> io::Result<()> {
    let there = folder.symlink_metadata().ok();
    if there.is_some_and(|there| !there.is_dir()) {
        remove_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let ignore = folder.join(IGNORE_NAME);
    if std::fs::read(&ignore).ok().as_deref() != Some(IGNORE) {
        remove_all(&ignore)?;
        xtask_core::files::write(&ignore, IGNORE).map_err(io::Error::other)?;
    }
    fill(folder, plan)
}

/// Whether it is a folder that we made.
pub(super) fn is_ours(folder: &Path) -> bool {
    !folder.is_symlink() && std::fs::read(folder.join(IGNORE_NAME)).is_ok_and(|held| held == IGNORE)
}

fn fill(folder: &Path, plan: &Plan) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let is_folder = matches!(plan.get(&entry.file_name()), Some(Entry::Folder(_)));
        if kind.is_dir() && !is_folder && is_ours(&entry.path()) {
            remove(&entry.path());
        } else if kind.is_symlink() {
            let keep = match plan.get(&entry.file_name()) {
                Some(Entry::To(target)) => std::fs::read_link(entry.path())? == *target,
                _ => false,
            };
            if !keep {
                remove_all(&entry.path())?;
            }
        }
    }
    for (name, entry) in plan {
        let path = folder.join(name);
        match entry {
            // Wrong links are gone: what is there is right, or a command's own (a cache that it keeps there).
            Entry::To(target) => match symlink(target, &path) {
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
                made => made?,
            },
            Entry::Folder(plan) => make(&path, plan)?,
        }
    }
    Ok(())
}

/// Removes our links from a folder of links, and the folder where nothing else is in it. Other folders stay as they are.
pub(super) fn remove(folder: &Path) {
    if !is_ours(folder) {
        return;
    }
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        match entry.file_type() {
            Ok(kind) if kind.is_symlink() => {
                let _ = remove_all(&entry.path());
            }
            Ok(kind) if kind.is_dir() => remove(&entry.path()),
            _ => {}
        }
    }
    let _ = remove_all(&folder.join(IGNORE_NAME));
    let _ = std::fs::remove_dir(folder);
}
