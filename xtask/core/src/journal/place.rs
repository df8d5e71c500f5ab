//! Where a user's file lies: its folder, held open, and names in it. No symbolic link is followed on the way from the top of
//! the working tree, so nothing outside of it is ever read or changed, whatever takes a folder's place meanwhile.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{ErrorKind, Read, Result, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;

use super::replace::{Content, Found, Look};
use crate::model::RepoPath;

/// A folder of the working tree, and the name of a file in it.
#[derive(Debug)]
pub(super) struct Place {
    folder: OwnedFd,
    name: OsString,
}

/// Whether `sync_all` does anything.
pub(super) const CAN_SYNC_ALL: bool = cfg!(target_os = "linux");

/// Writes all that is to be written to the file system of this folder down to the disk.
#[cfg(target_os = "linux")]
pub(super) fn sync_all(top: &Path) -> Result<()> {
    Ok(rustix::fs::syncfs(File::open(top)?)?)
}

/// Not here.
#[cfg(not(target_os = "linux"))]
pub(super) fn sync_all(_: &Path) -> Result<()> {
    Ok(())
}

impl Place {
    /// The place of this path below `top`; `None` where one of its folders is missing, or is no folder.
    pub(super) fn open(top: &Path, path: &RepoPath) -> Result<Option<Self>> {
        let mut parts: Vec<&[u8]> = path.as_bytes().split(|&byte| byte == b'/').collect();
        if parts.iter().any(|part| super::replace::is_forbidden(part)) {
            return Err(std::io::Error::new(
                ErrorKind::InvalidInput,
                "no file of a working tree has this path",
            ));
        }
        let name = OsStr::from_bytes(parts.pop().unwrap_or_default()).to_owned();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut folder = rustix::fs::open(top, flags, Mode::empty())?;
        for part in parts {
            folder = match rustix::fs::openat(&folder, part, flags | OFlags::NOFOLLOW, Mode::empty()) {
                Ok(below) => below,
                Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(Some(Self { folder, name }))
    }

    /// The name of the file.
    pub(super) fn name(&self) -> &OsStr {
        &self.name
    }

    /// What has this name.
    pub(super) fn read(&self, name: impl AsRef<OsStr>) -> Result<Found> {
        let name = name.as_ref();
        let kind = match rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(Errno::NOENT) => return Ok(Found::Missing),
            Err(error) => return Err(error.into()),
        };
        if kind != FileType::RegularFile {
            return Ok(Found::Other);
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut file = match rustix::fs::openat(&self.folder, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(Found::Missing),
            Err(Errno::LOOP | Errno::NXIO) => return Ok(Found::Other),
            Err(error) => return Err(error.into()),
        };
        let stat = rustix::fs::fstat(&file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Found::Other);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        let mode = Mode::from_raw_mode(stat.st_mode).as_raw_mode();
        Ok(Found::File(Content { bytes, look: Look { mode, owner: stat.st_uid, group: stat.st_gid } }))
    }

    /// Writes a new file (with `sync` down to the disk) that looks like this one; whatever had the name is gone.
    pub(super) fn write(&self, name: &str, bytes: &[u8], look: Option<Look>, sync: bool) -> Result<()> {
        self.remove(name)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(if look.is_some() { 0o600 } else { 0o666 });
        let mut file = File::from(rustix::fs::openat(&self.folder, name, flags, mode)?);
        let mut fill = || -> Result<()> {
            file.write_all(bytes)?;
            if let Some(look) = look {
                let stat = rustix::fs::fstat(&file)?;
                if (stat.st_uid, stat.st_gid) != (look.owner, look.group) {
                    // Only root may give a file away; the group alone may still be ours to give.
                    let group = Some(Gid::from_raw(look.group));
                    if rustix::fs::fchown(&file, Some(Uid::from_raw(look.owner)), group).is_err() {
                        let _ = rustix::fs::fchown(&file, None, group);
                    }
                }
                rustix::fs::fchmod(&file, Mode::from_raw_mode(look.mode))?;
            }
            if sync { file.sync_all() } else { Ok(()) }
        };
        fill().inspect_err(|_| {
            let _ = self.remove(name);
        })
    }

    /// Makes the folder for what lies beside a file for a while; git ignores all that is in it.
    pub(super) fn make_room(&self, room: &str) -> Result<()> {
        match rustix::fs::mkdirat(&self.folder, room, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        crate::fault::transition("a room is made");
        self.write(&format!("{room}/.gitignore"), b"*\n", None, false)
    }

    /// Removes that folder, if nothing is in it any more.
    pub(super) fn remove_room(&self, room: &str) -> Result<()> {
        self.remove(format!("{room}/.gitignore"))?;
        crate::fault::transition("a room is empty");
        match rustix::fs::unlinkat(&self.folder, room, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Exchanges two names in one step; `false` where the system can't.
    pub(super) fn exchange(&self, one: &OsStr, two: &OsStr) -> Result<bool> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            let flags = rustix::fs::RenameFlags::EXCHANGE;
            match rustix::fs::renameat_with(&self.folder, one, &self.folder, two, flags) {
                Ok(()) => Ok(true),
                Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => Ok(false),
                Err(error) => Err(error.into()),
            }
        }
        #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
        {
            let _ = (one, two);
            Ok(false)
        }
    }

    /// Gives a file another name; what had that is gone.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> Result<()> {
        Ok(rustix::fs::renameat(&self.folder, from, &self.folder, to)?)
    }

    /// Gives a file another name that nothing has yet; `false` where something has it.
    pub(super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> Result<bool> {
        match rustix::fs::linkat(&self.folder, from, &self.folder, to, AtFlags::empty()) {
            Ok(()) => {
                crate::fault::transition("a new file has both names");
                self.remove(from)?;
                Ok(true)
            }
            Err(Errno::EXIST) => Ok(false),
            // A file system without links.
            Err(Errno::PERM | Errno::XDEV | Errno::NOTSUP | Errno::NOSYS | Errno::MLINK) => {
                if !matches!(self.read(to)?, Found::Missing) {
                    return Ok(false);
                }
                self.rename(from, to).map(|()| true)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a name that may be missing.
    pub(super) fn remove(&self, name: impl AsRef<OsStr>) -> Result<()> {
        match rustix::fs::unlinkat(&self.folder, name.as_ref(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the names of the folder safe on the disk.
    pub(super) fn sync(&self) -> Result<()> {
        match rustix::fs::fsync(&self.folder) {
            // Some file systems don't sync folders.
            Ok(()) | Err(Errno::INVAL) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
