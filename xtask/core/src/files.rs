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
