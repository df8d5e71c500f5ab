//! What the repository is made of: plain data.

use std::fmt;
use std::path::PathBuf;

use crate::model::RepoPath;

/// The name of an object: 20 bytes for SHA-1, 32 for SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// The name of these bytes; `None` unless there are 20 or 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut held = [0; 32];
        held.get_mut(..bytes.len())?.copy_from_slice(bytes);
        matches!(bytes.len(), 20 | 32).then_some(Self { bytes: held, length: bytes.len() as u8 })
    }

    /// The name written in 40 or 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if !matches!(digits.len(), 40 | 64) {
            return None;
        }
        let value = |digit: u8| (digit as char).to_digit(16).map(|value| value as u8);
        let bytes: Option<Vec<u8>> =
            digits.chunks(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect();
        Self::from_bytes(&bytes?)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether it is all zeros, which stands for no object.
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|&byte| byte == 0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

/// What an entry of the index or a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryMode {
    /// A regular file.
    File,
    /// A regular file that may be executed.
    Executable,
    /// A symbolic link: its blob is the target.
    Symlink,
    /// A submodule: its object is a commit of another repository.
    Submodule,
}

impl EntryMode {
    /// The mode of git's number (`0o100644` …); `None` for a folder.
    pub fn from_git(mode: u32) -> Option<Self> {
        match mode & 0o170_000 {
            0o100_000 if mode & 0o111 != 0 => Some(Self::Executable),
            0o100_000 => Some(Self::File),
            0o120_000 => Some(Self::Symlink),
            0o160_000 => Some(Self::Submodule),
            _ => None,
        }
    }

    /// git's number for it.
    pub fn to_git(self) -> u32 {
        match self {
            Self::File => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Symlink => 0o120_000,
            Self::Submodule => 0o160_000,
        }
    }

    /// Whether it is a regular file.
    pub fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }
}

/// One entry of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its path.
    pub path: RepoPath,
    /// What it is.
    pub mode: EntryMode,
    /// Its object.
    pub id: ObjectId,
    /// 0, or 1 to 3 for the sides of a conflict (base, ours, theirs).
    pub stage: u8,
    /// `git add --intent-to-add`: a path without content.
    pub intent_to_add: bool,
    /// Not in the working tree by design (sparse checkout).
    pub skip_worktree: bool,
    /// The size in bytes that git recorded, truncated to 32 bits.
    pub size: u32,
    /// The modification time that git recorded, in seconds and nanoseconds.
    pub mtime: (i32, u32),
    /// The time of the last change of its content, mode or name that git recorded, in the same form.
    pub ctime: (i32, u32),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// The tree of this revision.
    Revision(String),
    /// An empty tree.
    Empty,
    /// The index.
    Index,
    /// The working tree: tracked files, and untracked ones that aren't ignored.
    Worktree,
}

/// How a file changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Its content or mode changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It came from this path, and may have changed.
    Renamed {
        /// The old path.
        from: RepoPath,
    },
    /// Its kind changed (a file became a link).
    TypeChanged,
    /// It is in conflict.
    Conflicted,
}

/// One changed file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Its path on the new side (on the old one for a deletion).
    pub path: RepoPath,
    /// How it changed.
    pub kind: ChangeKind,
}

/// Lines of a file, both ends included, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineRange {
    /// The first line.
    pub from: u32,
    /// The last line.
    pub to: u32,
}

impl LineRange {
    /// Whether the line is in it.
    pub fn contains(self, line: u32) -> bool {
        (self.from..=self.to).contains(&line)
    }
}

/// What is unusual about a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Shape {
    /// It has no working tree.
    pub bare: bool,
    /// Its history is cut off.
    pub shallow: bool,
    /// It has no commit yet.
    pub empty: bool,
    /// HEAD is no branch.
    pub detached: bool,
}

/// One working tree of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worktree {
    /// Its top folder.
    pub path: PathBuf,
    /// Its branch, in full (`refs/heads/main`); `None` where HEAD is detached.
    pub branch: Option<RepoPath>,
    /// Whether it is the main one.
    pub main: bool,
}
