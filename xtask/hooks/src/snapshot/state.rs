//! What the last run knew of the snapshot: it saves work, and is only believed where the files agree.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use xtask_core::model::{Problem, RepoPath, Result};

/// Raised when an older snapshot must be built anew.
const VERSION: u32 = 1;

/// The end of an index file is a hash of the rest.
const TAIL: u64 = 32;

/// The file `state.json`.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) version: u32,
    /// The tree that is checked out; `None` while one is being.
    pub(super) tree: Option<String>,
    /// The index at the end of that.
    pub(super) index: Option<IndexMark>,
    /// Whether the index is younger than most files: git reads each file that was written in the second of the index, time and
    /// again, until the index is written in a later one.
    pub(super) settled: bool,
    /// What of git's configuration decides how content is written.
    pub(super) settings: String,
    /// Our links; a folder of links is one.
    pub(super) links: Vec<RepoPath>,
}

impl State {
    /// The state in `file`; one that can't be read knows nothing.
    pub(super) fn load(file: &Path) -> Self {
        let read = || -> Option<Self> {
            let state: Self = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
            (state.version == VERSION).then_some(state)
        };
        read().unwrap_or_default()
    }

    /// Writes it, unless it is there. It isn't synced to disk: half a state knows nothing.
    pub(super) fn save(&mut self, file: &Path) -> Result<()> {
        self.version = VERSION;
        let text = serde_json::to_vec(self)
            .map_err(|cause| Problem::invalid("can't write the snapshot's state").why(cause))?;
        if std::fs::read(file).is_ok_and(|held| held == text) {
            return Ok(());
        }
        File::create(file)
            .and_then(|mut out| out.write_all(&text))
            .map_err(|cause| Problem::invalid(format!("can't write {}", file.display())).why(cause))
    }
}

/// Tells one content of an index file from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IndexMark {
    size: u64,
    modified_ns: u64,
    tail: Vec<u8>,
}

impl IndexMark {
    /// Whether one index was written in an earlier second than the other.
    pub(super) fn is_older(one: Option<&Self>, other: Option<&Self>) -> bool {
        let second = |mark: &Self| mark.modified_ns / 1_000_000_000;
        one.zip(other).is_some_and(|(one, other)| second(one) < second(other))
    }

    /// The mark of the index in `file`; `None` where it can't be read.
    pub(super) fn of(file: &Path) -> Option<Self> {
        let mut index = File::open(file).ok()?;
        let there = index.metadata().ok()?;
        let modified = there.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        index.seek(SeekFrom::Start(there.len().saturating_sub(TAIL))).ok()?;
        let mut tail = Vec::new();
        index.take(TAIL).read_to_end(&mut tail).ok()?;
        let modified_ns = u64::try_from(modified.as_nanos()).ok()?;
        Some(Self { size: there.len(), modified_ns, tail })
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::files;

    use super::*;

    #[test]
    fn what_cannot_be_read_knows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        assert_eq!(State::load(&file), State::default());
        let mut state = State { tree: Some("abc".into()), links: vec!["a".into()], ..State::default() };
        state.save(&file).unwrap();
        assert_eq!(State::load(&file), state);
        let text = files::read(&file).unwrap();
        files::write(&file, &text[..text.len() / 2]).unwrap();
        assert_eq!(State::load(&file), State::default());
        files::write(
            &file,
            b"{\"version\":0,\"tree\":null,\"index\":null,\"settled\":true,\"settings\":\"\",\"links\":[]}",
        )
        .unwrap();
        assert_eq!(State::load(&file), State::default());
    }

    #[test]
    fn a_mark_changes_with_the_end_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("index");
        assert_eq!(IndexMark::of(&file), None);
        files::write(&file, &[7; 100]).unwrap();
        let one = IndexMark::of(&file).unwrap();
        files::write(&file, &[&[7; 99][..], &[8]].concat()).unwrap();
        let two = IndexMark::of(&file).unwrap();
        assert_ne!(one.tail, two.tail);
        assert_eq!((one.size, two.tail.len()), (two.size, 32));
    }
}
