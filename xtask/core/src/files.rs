//! Writing files so that nothing is lost: the new content is complete on disk before it takes the old one's name.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use atomic_write_file::AtomicWriteFile;

use crate::model::{Problem, Result};

/// Writes `bytes` to `path` by way of a temporary file beside it and a rename, creating folders as needed.
/// On any error (a full disk too) the file that was there stays as it was. A symbolic link stays one: what it points to is
/// replaced. A device or a pipe is written to, never replaced.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

/// As [`write`], with the content streamed by `fill`.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let attempt = || -> std::io::Result<()> {
        match std::fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(std::io::Error::from(ErrorKind::IsADirectory)),
            Ok(there) if !there.is_file() => {
                let mut out = OpenOptions::new().write(true).open(path)?;
                fill(&mut out)?;
                out.flush()
            }
            Ok(_) => replace(&std::fs::canonicalize(path)?, fill),
            Err(_) => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                replace(path, fill)
            }
        }
    };
    attempt().map_err(|cause| {
        let fix = match cause.kind() {
            ErrorKind::IsADirectory => "name a file: a folder is there",
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "move what is in the way of its folder",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room there, then run again",
            ErrorKind::InvalidInput => "name a file",
            _ => "give write permission there, then run again",
        };
        Problem::invalid(format!("can't write {}", path.display())).why(cause).fix(fix)
    })
}

fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut draft = AtomicWriteFile::open(path)?;
    fill(&mut draft)?;
    draft.flush()?;
    draft.commit()
}

/// Creates a folder that only its user may look into (on Unix), and those above it. One that is there is closed to others, too.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        if let Some(above) = path.parent() {
            std::fs::create_dir_all(above)?;
        }
        match std::fs::DirBuilder::new().mode(0o700).create(path) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => return Err(cause),
            Err(_) => {}
            Ok(()) => return Ok(()),
        }
        if std::fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            // Who may look into another user's folder is that user's to say.
            let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700));
        }
    }
    std::fs::create_dir_all(path)
}

/// Reads a regular file of at most `limit` bytes. Anything else (a pipe that nobody writes to, a device without an end) is
/// an error, not a hang.
pub fn read_limited(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let there = std::fs::metadata(path)?;
    if there.is_dir() {
        return Err(std::io::Error::from(ErrorKind::IsADirectory));
    }
    if !there.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("it is larger than {} MB", limit >> 20)));
    }
    Ok(bytes)
}

/// Reads a file as bytes.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|cause| Problem::invalid(format!("can't read {}", path.display())).why(cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/report.json");
        write(&path, b"old").unwrap();
        let failed = write_with(&path, |out| {
            out.write_all(b"half of the n")?;
            Err(std::io::Error::from(ErrorKind::StorageFull))
        });
        assert!(failed.unwrap_err().to_string().contains("report.json"));
        assert_eq!(read(&path).unwrap(), b"old");
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays behind");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        use std::os::unix::fs::{FileTypeExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        write(&target, b"old").unwrap();
        symlink("target", &link).unwrap();
        write(&link, b"new").unwrap();
        assert_eq!(read(&target).unwrap(), b"new");
        assert!(link.symlink_metadata().unwrap().is_symlink());

        let device = Path::new("/dev/null");
        write(device, b"gone").unwrap();
        assert!(device.metadata().unwrap().file_type().is_char_device());
        let problem = write(folder.path(), b"x").unwrap_err();
        assert_eq!(problem.fix, "name a file: a folder is there");
    }

    #[cfg(unix)]
    #[test]
    fn a_private_folder_is_its_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("above/private");
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        private_folder(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        // One of an older version.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        private_folder(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        write(&path.join("file"), b"x").unwrap();
        assert!(private_folder(&path.join("file")).is_err());
    }

    #[test]
    fn what_has_no_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, b"12345").unwrap();
        assert_eq!(read_limited(&path, 5).unwrap(), b"12345");
        assert!(read_limited(&path, 4).is_err());
        assert!(read_limited(folder.path(), 5).is_err());
        #[cfg(unix)]
        assert!(read_limited(Path::new("/dev/zero"), 5).is_err());
    }
}
