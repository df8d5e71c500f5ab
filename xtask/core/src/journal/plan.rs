//! The plan of a change: what recovery reads. Versioned JSON; contents are ranges of the file `contents` beside it.

use serde::{Deserialize, Serialize};

use crate::model::RepoPath;
use crate::repo::EntryMode;

/// The version that this program writes, and the only one it reads.
pub(super) const VERSION: u32 = 2;

/// The plan as it is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Stored {
    /// The form of the rest.
    pub(super) version: u32,
    /// Names what belongs to this change, beside the user's files and among what was rescued.
    pub(super) token: String,
    /// The commit that HEAD was when it was written; `None`: there was none yet.
    pub(super) head: Option<String>,
    /// The index file that is changed: bytes, quoted as a path.
    pub(super) index_file: RepoPath,
    /// SHA-256 of the file `contents`, in hexadecimal digits.
    pub(super) contents: String,
    pub(super) files: Vec<StoredFile>,
    pub(super) index: Vec<StoredEntry>,
}

/// The beginning and the end of a content.
pub(super) type Range = (usize, usize);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredFile {
    pub(super) path: RepoPath,
    pub(super) old: Option<Range>,
    pub(super) new: Range,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredEntry {
    pub(super) path: RepoPath,
    /// git's number of the mode, and the content.
    pub(super) old: Option<(u32, Range)>,
    pub(super) new: Option<(u32, Range)>,
}

/// A plan with its contents.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) stored: Stored,
    pub(super) contents: Vec<u8>,
}

/// One file of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned<'plan> {
    pub(super) path: &'plan RepoPath,
    pub(super) old: Option<&'plan [u8]>,
    pub(super) new: &'plan [u8],
    /// Its number in the plan.
    pub(super) number: usize,
}

impl Plan {
    /// Lays contents one after the other.
    pub(super) fn of(token: String, head: Option<String>, index_file: RepoPath, edit: &super::Edit) -> Self {
        let mut contents = Vec::new();
        let mut lay = |bytes: &[u8]| {
            let from = contents.len();
            contents.extend_from_slice(bytes);
            (from, contents.len())
        };
        let files = edit
            .files
            .iter()
            .map(|file| StoredFile {
                path: file.path.clone(),
                old: file.old.as_deref().map(&mut lay),
                new: lay(&file.new),
            })
            .collect();
        let mut side = |side: &Option<(EntryMode, Vec<u8>)>| {
            side.as_ref().map(|(mode, bytes)| (mode.to_git(), lay(bytes)))
        };
        let index = edit
            .index
            .iter()
            .map(|entry| StoredEntry {
                path: entry.path.clone(),
                old: side(&entry.old),
                new: side(&entry.new),
            })
            .collect();
        let stored =
            Stored { version: VERSION, token, head, index_file, contents: digest(&contents), files, index };
        Self { stored, contents }
    }

    /// The plan of what was read; the reason why it can't be used.
    pub(super) fn read(json: &[u8], contents: Vec<u8>) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let version = serde_json::from_slice::<Version>(json).map_err(|cause| cause.to_string())?.version;
        if version != VERSION {
            return Err(format!("another version of xtask wrote it (its form is {version})"));
        }
        let stored: Stored = serde_json::from_slice(json).map_err(|cause| cause.to_string())?;
        if stored.contents != digest(&contents) {
            return Err("its contents are damaged".to_owned());
        }
        let files = stored.files.iter().flat_map(|file| [file.old, Some(file.new)]);
        let entries = stored.index.iter().flat_map(|entry| [entry.old, entry.new]);
        let ranges = files.chain(entries.map(|side| side.map(|(_, range)| range))).flatten();
        let modes = stored.index.iter().flat_map(|entry| [entry.old, entry.new]).flatten();
        let known = modes.into_iter().all(|(mode, _)| EntryMode::from_git(mode).is_some());
        if !known || ranges.into_iter().any(|(from, to)| from > to || to > contents.len()) {
            return Err("it is damaged".to_owned());
        }
        Ok(Self { stored, contents })
    }

    /// The files of the plan.
    pub(super) fn files(&self) -> impl DoubleEndedIterator<Item = Planned<'_>> {
        self.stored.files.iter().enumerate().map(|(number, file)| Planned {
            path: &file.path,
            old: file.old.map(|range| self.content(range)),
            new: self.content(file.new),
            number,
        })
    }

    /// The name of a folder beside a user's file, for what lies there for a while. Git doesn't see what is in it: someone may stage
    /// all that is there before a recovery.
    pub(super) fn room(&self, number: usize) -> String {
        format!(".xtask-{}-{number}", self.stored.token)
    }

    /// The name in it under which the new content lies first, and the old one after the exchange.
    pub(super) fn twin(&self, number: usize) -> String {
        format!("{}/twin", self.room(number))
    }

    /// The name of a twin that isn't complete.
    pub(super) fn part(&self, number: usize) -> String {
        format!("{}/part", self.room(number))
    }

    /// The changes of the index.
    pub(super) fn index(&self) -> Vec<super::IndexChange> {
        let side = |side: Option<(u32, Range)>| {
            side.and_then(|(mode, range)| Some((EntryMode::from_git(mode)?, self.content(range).to_vec())))
        };
        let entries = self.stored.index.iter();
        entries
            .map(|entry| super::IndexChange {
                path: entry.path.clone(),
                old: side(entry.old),
                new: side(entry.new),
            })
            .collect()
    }

    /// Ranges are checked where a plan is read.
    fn content(&self, (from, to): Range) -> &[u8] {
        self.contents.get(from..to).unwrap_or_default()
    }
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write;

    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
