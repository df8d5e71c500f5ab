//! Putting files in place so that a kill at any moment leaves either the old or the new one, and never none.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use xtask_core::model::{Problem, Result};

use super::siblings::{self, Way};

/// The folder of the hooks that were there before: some go by their own name, and keep it there.
const BEFORE: &str = "before-xtask";

/// Where the hook that was at `path` before goes.
fn before(path: &Path) -> PathBuf {
    path.with_file_name(BEFORE).join(path.file_name().unwrap_or_default())
}

/// Where an older version kept it.
fn before_once(path: &Path) -> PathBuf {
    with_suffix(path, BEFORE)
}

/// The hook that was at `path` before, where one is kept.
pub(super) fn kept(path: &Path) -> Option<PathBuf> {
    [before(path), before_once(path)].into_iter().find(|kept| is_there(kept))
}

/// The draft of the file at `path`: one name, so that the next run clears what a kill left.
fn draft(path: &Path) -> PathBuf {
    with_suffix(path, "xtask-new")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

/// Whether something, a broken link too, is at `path`.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Puts an executable file with this content at `path`.
pub(super) fn executable(path: &Path, bytes: &[u8]) -> Result<()> {
    let attempt = || {
        let draft = draft(path);
        remove(&draft)?;
        let mut file = File::create_new(&draft)?;
        file.write_all(bytes)?;
        finish(&file, &draft, path)
    };
    attempt().map_err(|cause| unwritten(path, &cause))
}

/// Puts a copy of the program `from` at `path`, also while the old one runs.
pub(super) fn program(from: &Path, path: &Path) -> Result<()> {
    let attempt = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = draft(path);
        remove(&draft)?;
        fs::copy(from, &draft)?;
        if cfg!(windows) {
            // A program that runs can't be replaced there, but moved away.
            let old = with_suffix(path, "xtask-old");
            let _ = remove(&old);
            let _ = fs::rename(path, &old);
        }
        finish(&File::options().write(true).open(&draft)?, &draft, path)
    };
    attempt().map_err(|cause| unwritten(path, &cause))
}

fn finish(file: &File, draft: &Path, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    file.sync_all()?;
    fs::rename(draft, path)
}

/// Keeps the hook at `path` beside it: as a second name, so that it is never gone. What a run that was killed had kept is of the same
/// content, and stays; another file there is in the way.
pub(super) fn keep(path: &Path) -> Result<()> {
    if kept(path).is_some() {
        return may_keep(path);
    }
    let kept = before(path);
    let attempt = || {
        fs::create_dir_all(path.with_file_name(BEFORE))?;
        siblings::second(path, &kept, Way::Down)
    };
    attempt().map_err(|cause| unwritten(&kept, &cause))
}

/// Brings a hook that an older version kept to its place now, and shows it the files beside it.
pub(super) fn settle(path: &Path) -> Result<()> {
    let (once, now) = (before_once(path), before(path));
    let attempt = || {
        if is_there(&once) && !is_there(&now) {
            fs::create_dir_all(path.with_file_name(BEFORE))?;
            siblings::second(&once, &now, Way::Down)?;
            remove(&once)?;
        }
        if is_there(&now) { siblings::show(&path.with_file_name(BEFORE)) } else { Ok(()) }
    };
    attempt().map_err(|cause| unwritten(&now, &cause))
}

/// Whether the hook at `path` can be kept: nothing else was.
pub(super) fn may_keep(path: &Path) -> Result<()> {
    let Some(kept) = kept(path) else { return Ok(()) };
    if fs::read(path).ok().is_some_and(|bytes| fs::read(&kept).is_ok_and(|other| bytes == other)) {
        return Ok(());
    }
    Err(Problem::usage(format!(
        "{} and {} are both there, and only one can be run before this program",
        path.display(),
        kept.display()
    ))
    .why("another hook manager has put its hook in the place of this program's")
    .fix("put the two into one file, or move one away, then run again"))
}

/// Takes our file at `path` away, and puts back what was there before; whether there was something.
pub(super) fn restore(path: &Path) -> Result<bool> {
    let attempt = || {
        let draft = draft(path);
        remove(&draft)?;
        let Some(kept) = kept(path) else { return remove(path).map(|()| false) };
        if kept.is_symlink() && kept == before(path) {
            siblings::second(&kept, &draft, Way::Up)?;
            fs::rename(&draft, path)?;
            remove(&kept)?;
        } else {
            fs::rename(&kept, path)?;
        }
        Ok(true)
    };
    let was_there = attempt().map_err(|cause| unwritten(path, &cause))?;
    siblings::hide(&path.with_file_name(BEFORE));
    Ok(was_there)
}

/// Removes the hook that is kept, as it is at its own place still.
pub(super) fn forget(path: &Path) -> Result<()> {
    if let Some(kept) = kept(path) {
        remove(&kept).map_err(|cause| unwritten(&kept, &cause))?;
        siblings::hide(&path.with_file_name(BEFORE));
    }
    Ok(())
}

/// Removes a file; that there is none is fine.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}

/// Removes a folder that is empty.
pub(super) fn remove_empty(folder: &Path) {
    // One that holds something stays, which is what is wanted.
    let _ = fs::remove_dir(folder);
}

pub(super) fn unwritten(path: &Path, cause: &io::Error) -> Problem {
    Problem::invalid(format!("can't write {}", path.display()))
        .why(cause)
        .fix("give write permission there, then run again: nothing that was there is lost")
}

/// Whether git would run the file.
pub(super) fn is_executable(path: &Path) -> bool {
    // Git for Windows goes by the first line.
    path.metadata()
        .is_ok_and(|found| if cfg!(unix) { crate::select::is_executable(&found) } else { found.is_file() })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_was_there_comes_back_with_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pre-commit");
        xtask_core::files::write(&path, b"theirs").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o710)).unwrap();
        keep(&path).unwrap();
        assert!(path.is_file(), "it is never gone");
        executable(&path, b"ours").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ours");
        assert!(is_executable(&path));
        assert!(restore(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o710);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(!restore(&path).unwrap());
        assert!(!is_there(&path));
    }

    #[test]
    fn a_link_is_kept_as_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pre-commit");
        xtask_core::files::write(&folder.path().join("script"), b"theirs").unwrap();
        symlink("script", &path).unwrap();
        keep(&path).unwrap();
        executable(&path, b"ours").unwrap();
        assert_eq!(fs::read(folder.path().join("script")).unwrap(), b"theirs");
        assert_eq!(fs::read(kept(&path).unwrap()).unwrap(), b"theirs", "it leads where it led");
        restore(&path).unwrap();
        assert_eq!(fs::read_link(&path).unwrap(), Path::new("script"));
    }
}
