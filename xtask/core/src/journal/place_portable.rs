//! Where a user's file lies, on systems without folders held open: every folder on the way is looked at before each step.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use super::replace::{Content, Found, Look};
use crate::model::RepoPath;

/// A folder of the working tree, and the name of a file in it.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    name: OsString,
}

/// Whether `sync_all` does anything.
pub(super) const CAN_SYNC_ALL: bool = false;

/// Not here.
pub(super) fn sync_all(_: &Path) -> Result<()> {
    Ok(())
}

impl Place {
    /// The place of this path below `top`; `None` where one of its folders is missing, or is no folder.
    pub(super) fn open(top: &Path, path: &RepoPath) -> Result<Option<Self>> {
        if path.as_bytes().split(|&byte| byte == b'/').any(super::replace::is_forbidden) {
            return Err(std::io::Error::new(
                ErrorKind::InvalidInput,
                "no file of a working tree has this path",
            ));
        }
        let path = path.to_path();
        let mut folder = top.to_owned();
        for part in path.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            match folder.symlink_metadata() {
                Ok(there) if there.is_dir() => {}
                Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
                _ => return Ok(None),
            }
        }
        let name = path.file_name().unwrap_or_default().to_owned();
        Ok(Some(Self { folder, name }))
    }

    /// The name of the file.
    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// What has this name.
    pub(super) fn read(&self, name: impl AsRef<OsStr>) -> Result<Found> {
        let path = self.folder.join(name.as_ref());
        match path.symlink_metadata() {
            Ok(there) if there.is_file() => {}
            Ok(_) => return Ok(Found::Other),
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(Found::Missing),
            Err(cause) => return Err(cause),
        }
        let bytes = std::fs::read(path)?;
        Ok(Found::File(Content { bytes, look: Look { mode: 0, owner: 0, group: 0 } }))
    }

    /// Writes a new file, down to the disk; whatever had the name is gone.
    pub(super) fn write(&self, name: &str, bytes: &[u8], _: Option<Look>, sync: bool) -> Result<()> {
        self.remove(name)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(self.folder.join(name))?;
        let written = file.write_all(bytes).and_then(|()| if sync { file.sync_all() } else { Ok(()) });
        drop(file);
        written.inspect_err(|_| {
            let _ = self.remove(name);
        })
    }

    /// Makes the folder for what lies beside a file for a while; git ignores all that is in it.
    pub(super) fn make_room(&self, room: &str) -> Result<()> {
        match std::fs::create_dir(self.folder.join(room)) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => Err(cause),
            _ => self.write(&format!("{room}/.gitignore"), b"*\n", None, false),
        }
    }

    /// Removes that folder, if nothing is in it any more.
    pub(super) fn remove_room(&self, room: &str) -> Result<()> {
        self.remove(format!("{room}/.gitignore"))?;
        match std::fs::remove_dir(self.folder.join(room)) {
            Err(cause) if !matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => {
                Err(cause)
            }
            _ => Ok(()),
        }
    }

    /// Exchanges two names in one step: the system can't.
    pub(super) fn exchange(&self, _: &OsStr, _: &OsStr) -> Result<bool> {
        Ok(false)
    }

    /// Gives a file another name; what had that is gone.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> Result<()> {
        std::fs::rename(self.folder.join(from), self.folder.join(to))
    }

    /// Gives a file another name that nothing has yet; `false` where something has it.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> Result<bool> {
        match std::fs::hard_link(self.folder.join(from), self.folder.join(to)) {
            Ok(()) => self.remove(from).map(|()| true),
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(cause) => Err(cause),
        }
    }

    /// Removes a name that may be missing.
    pub(super) fn remove(&self, name: impl AsRef<OsStr>) -> Result<()> {
        match std::fs::remove_file(self.folder.join(name.as_ref())) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
            _ => Ok(()),
        }
    }

    /// Makes the names of the folder safe on the disk: the file system sees to it.
    pub(super) fn sync(&self) -> Result<()> {
        Ok(())
    }
}
