//! Reading files of the working tree with as few system calls as there can be: paths are looked up from the top's own handle,
//! and a file is opened, asked for its size, and read in one go.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use xtask_core::model::RepoPath;

/// The working tree.
pub(crate) struct Worktree {
    root: PathBuf,
    #[cfg(unix)]
    top: Option<File>,
}

/// What the system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// In bytes.
    pub(crate) size: u64,
    /// When it was changed last: seconds and nanoseconds since 1970.
    pub(crate) mtime: (i64, u32),
    /// When its content, mode or name was changed last, in the same form; the same as `mtime` where the system has no such time.
    pub(crate) ctime: (i64, u32),
}

impl Worktree {
    /// The one whose top is `root`.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            #[cfg(unix)]
            top: File::open(root).ok(),
        }
    }

    /// What the system says of the regular file at `path`; `None` where there is something else, as a link.
    pub(crate) fn stat(&self, path: &RepoPath) -> io::Result<Option<Stat>> {
        #[cfg(unix)]
        if let Some(top) = &self.top {
            let found = rustix::fs::statat(top, path.as_bytes(), rustix::fs::AtFlags::SYMLINK_NOFOLLOW)?;
            return Ok(posix::regular(&found));
        }
        let metadata = std::fs::symlink_metadata(path.below(&self.root))?;
        Ok(metadata.is_file().then(|| of_metadata(&metadata)))
    }

    /// Opens the regular file at `path`; `None` where there is something else. Nothing is waited for: a pipe that nobody writes
    /// to opens at once, and is none.
    pub(crate) fn open(&self, path: &RepoPath) -> io::Result<Option<(File, Stat)>> {
        #[cfg(unix)]
        if let Some(top) = &self.top {
            return posix::open(top, path);
        }
        let path = path.below(&self.root);
        if !std::fs::symlink_metadata(&path)?.is_file() {
            return Ok(None);
        }
        let file = File::open(path)?;
        let stat = of_metadata(&file.metadata()?);
        Ok(Some((file, stat)))
    }
}

/// What the system says of an open file by now.
pub(crate) fn stat_again(file: &File) -> io::Result<Stat> {
    Ok(of_metadata(&file.metadata()?))
}

/// A buffer that is used for one file after another; its memory is cleared once, not for each.
#[derive(Default)]
pub(crate) struct Buffer {
    memory: Vec<u8>,
    filled: usize,
}

impl Buffer {
    /// What was read.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.memory[..self.filled]
    }

    /// Nothing is read any more. Memory beyond `kept` bytes is given back.
    pub(crate) fn clear(&mut self, kept: usize) {
        self.filled = 0;
        if self.memory.len() > kept {
            self.memory = Vec::new();
        }
    }

    /// Room for so many bytes after what is read. Without the memory for it, the file is unreadable; the run goes on.
    fn reserve(&mut self, more: usize) -> io::Result<()> {
        let wanted = self.filled.saturating_add(more);
        if wanted > self.memory.len() {
            self.memory.try_reserve(wanted - self.memory.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
            self.memory.resize(wanted, 0);
        }
        Ok(())
    }

    /// Reads until `most` bytes are here, or the file ends.
    pub(crate) fn read_some(&mut self, file: &mut File, most: usize) -> io::Result<()> {
        self.reserve(most.saturating_sub(self.filled))?;
        while self.filled < most && self.read_once(file, most)? > 0 {}
        Ok(())
    }

    /// Reads the rest of a file, which was said to have `size` bytes in all.
    pub(crate) fn read_all(&mut self, file: &mut File, size: u64) -> io::Result<()> {
        let size = usize::try_from(size).map_err(|_| io::ErrorKind::OutOfMemory)?;
        loop {
            // One byte more than is expected: a file that gives fewer has ended, and needn't be asked again.
            self.reserve(size.saturating_sub(self.filled).max(32).saturating_add(1))?;
            let room = self.memory.len();
            let count = self.read_once(file, room)?;
            if count == 0 || self.filled == size && self.filled < room {
                return Ok(());
            }
        }
    }

    fn read_once(&mut self, file: &mut File, most: usize) -> io::Result<usize> {
        loop {
            match file.read(&mut self.memory[self.filled..most]) {
                Ok(count) => {
                    self.filled += count;
                    return Ok(count);
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
    }
}

fn of_metadata(metadata: &std::fs::Metadata) -> Stat {
    let since = metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    // Where the time isn't known, or is before 1970, it equals no other.
    let mtime = since.map_or((i64::MIN, 0), |since| (since.as_secs() as i64, since.subsec_nanos()));
    #[cfg(unix)]
    let ctime = {
        use std::os::unix::fs::MetadataExt;
        (metadata.ctime(), metadata.ctime_nsec() as u32)
    };
    #[cfg(not(unix))]
    let ctime = mtime;
    Stat { size: metadata.len(), mtime, ctime }
}

#[cfg(unix)]
mod posix {
    use std::fs::File;
    use std::io;

    use rustix::fs::{FileType, Mode, OFlags, fstat, openat};
    use xtask_core::model::RepoPath;

    use super::Stat;

    pub(super) fn regular(found: &rustix::fs::Stat) -> Option<Stat> {
        let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
        #[expect(clippy::unnecessary_cast, reason = "the types differ between systems")]
        let mtime = (found.st_mtime as i64, found.st_mtime_nsec as u32);
        let ctime = (found.st_ctime, found.st_ctime_nsec as u32);
        is_file.then_some(Stat { size: found.st_size as u64, mtime, ctime })
    }

    pub(super) fn open(top: &File, path: &RepoPath) -> io::Result<Option<(File, Stat)>> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = match openat(top, path.as_bytes(), flags, Mode::empty()) {
            Ok(file) => File::from(file),
            // A link, or a socket or a device that can't be opened.
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO | rustix::io::Errno::MLINK) => {
                return Ok(None);
            }
            Err(cause) => return Err(cause.into()),
        };
        Ok(regular(&fstat(&file)?).map(|stat| (file, stat)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Worktree::new(folder.path());
        let mut buffer = Buffer::default();
        for size in [0, 1, 31, 32, 33, 1023, 1024, 1025, 100_000] {
            let bytes: Vec<u8> = (0..size).map(|at: u32| (at % 251) as u8).collect();
            xtask_core::files::write(&folder.path().join("file"), &bytes).unwrap();
            let (mut file, stat) = tree.open(&"file".into()).unwrap().unwrap();
            assert_eq!(stat.size, u64::from(size));
            assert_eq!(tree.stat(&"file".into()).unwrap(), Some(stat));
            assert_eq!(stat_again(&file).unwrap(), stat);
            buffer.clear(usize::MAX);
            buffer.read_some(&mut file, 1024).unwrap();
            assert_eq!(buffer.bytes(), &bytes[..bytes.len().min(1024)]);
            buffer.read_all(&mut file, stat.size).unwrap();
            assert_eq!(buffer.bytes(), bytes);
            // A file that grew, or shrank, since it was asked for its size.
            for said in [0, u64::from(size) / 2, u64::from(size) * 2] {
                let (mut file, _) = tree.open(&"file".into()).unwrap().unwrap();
                buffer.clear(0);
                buffer.read_all(&mut file, said).unwrap();
                assert_eq!(buffer.bytes(), bytes, "said to have {said} bytes");
            }
        }
    }

    #[test]
    fn what_is_no_regular_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Worktree::new(folder.path());
        assert!(tree.open(&"missing".into()).is_err());
        assert!(tree.stat(&"missing".into()).is_err());
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(tree.stat(&"folder".into()).unwrap().is_none());
        assert!(tree.open(&"folder".into()).unwrap().is_none());
        #[cfg(unix)]
        {
            let path = |name| folder.path().join(name);
            std::os::unix::fs::symlink("missing", path("dangling")).unwrap();
            std::os::unix::fs::symlink("folder", path("link")).unwrap();
            rustix::fs::mknodat(
                rustix::fs::CWD,
                path("pipe"),
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::from_raw_mode(0o600),
                0,
            )
            .unwrap();
            let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
            for name in ["dangling", "link", "pipe", "socket"] {
                assert!(tree.stat(&name.into()).unwrap().is_none(), "{name}");
                assert!(tree.open(&name.into()).unwrap().is_none(), "{name}");
            }
        }
    }
}
