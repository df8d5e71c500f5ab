//! Writing files so that nothing is lost: the new content is complete on disk before it takes the old one's name.

use std::io::Write;
use std::path::Path;

use atomic_write_file::AtomicWriteFile;

use crate::model::{Problem, Result};

/// Writes `bytes` to `path` by way of a temporary file beside it and a rename, creating folders as needed.
/// On any error (a full disk too) the file that was there stays as it was.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

/// As [`write`], with the content streamed by `fill`.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let attempt = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut draft = AtomicWriteFile::open(path)?;
        fill(&mut draft)?;
        draft.flush()?;
        draft.commit()
    };
    attempt().map_err(|cause| {
        Problem::invalid(format!("can't write {}", path.display()))
            .why(cause)
            .fix("make room or give write permission there, then run again")
    })
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
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        });
        assert!(failed.unwrap_err().to_string().contains("report.json"));
        assert_eq!(read(&path).unwrap(), b"old");
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays behind");
    }
}
