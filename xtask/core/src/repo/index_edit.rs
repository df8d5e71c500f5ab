//! Changing entries of the index by compare-and-swap, under git's own lock protocol.
//!
//! git itself makes the new index, from a draft: split and sparse indexes, SHA-256 and every extension are its own. The
//! lock is held only while the draft takes the index's place, and only if the index still has the bytes that the draft was
//! made of; so git commands of the user hardly ever meet the lock, and a kill hardly ever leaves one.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::SystemTime;

use super::git_program::{finish, garbled};
use super::index_lock::Note;
use super::{EntryMode, IndexEntry, ObjectId, Repo};
use crate::fault::transition;
use crate::model::{Problem, RepoPath, Result};

/// Others may change the index meanwhile, each time: then it begins again.
const MOST_ATTEMPTS: usize = 10;

/// A change of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEdit {
    /// Its path.
    pub path: RepoPath,
    /// What the index must hold now; `None`: nothing.
    pub expected: Option<(EntryMode, ObjectId)>,
    /// What it is to hold; `None`: nothing.
    pub new: Option<(EntryMode, ObjectId)>,
}

/// What came of a change of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum IndexUpdate {
    /// All entries are as they were to be.
    Done,
    /// Nothing changed: these entries were other than expected. An entry in conflict or by `git add --intent-to-add` is
    /// other than any, and so is a path whose folder is an entry.
    Changed(Vec<RepoPath>),
}

/// Carries out all of the edits, or none.
pub(super) fn update(repo: &Repo, edits: &[IndexEdit]) -> Result<IndexUpdate> {
    if edits.is_empty() {
        return Ok(IndexUpdate::Done);
    }
    // git replaces what a link points to.
    let index = std::fs::canonicalize(&repo.index_file).unwrap_or_else(|_| repo.index_file.clone());
    let note = Note::new(repo, &index)?;
    let draft = note.draft();
    transition("a note says which lock comes");
    let mut refresh = true;
    for _ in 0..MOST_ATTEMPTS {
        let before = Copy::read(&index)?;
        before.write(&draft)?;
        let changed = mismatches(&repo.index_at(&draft)?, edits, |edit| edit.expected);
        if !changed.is_empty() {
            return Ok(IndexUpdate::Changed(changed));
        }
        finish(&repo.index_git(&draft).args(["-z", "--index-info"]).input(index_info(edits, &before)))?;
        if refresh && !refreshed(repo, &draft, edits)? {
            refresh = false;
            continue;
        }
        before.dress(&draft)?;
        transition("the draft is ready");
        let lock = note.lock()?;
        transition("the index is locked");
        if Copy::read(&index)?.bytes != before.bytes {
            drop(lock);
            continue;
        }
        put(&draft, &index)?;
        transition("the index is replaced");
        drop(lock);
        transition("the lock is gone");
        return Ok(IndexUpdate::Done);
    }
    Err(Problem::invalid(format!("can't change the index {}", index.display()))
        .why("other programs keep changing it")
        .fix("run again when they have ended"))
}

impl Repo {
    /// `git update-index` for another index file, without hooks: it isn't the user's index yet.
    fn index_git(&self, index: &Path) -> crate::exec::Process {
        self.git().args(["-c", "core.hooksPath=/dev/null", "update-index"]).variable("GIT_INDEX_FILE", index)
    }
}

/// What an index file held at one moment.
struct Copy {
    /// `None`: there is no file.
    bytes: Option<Vec<u8>>,
    /// git compares files' times with the index's own: a copy without it would hide changes.
    modified: Option<SystemTime>,
    permissions: Option<std::fs::Permissions>,
}

impl Copy {
    fn read(index: &Path) -> Result<Self> {
        let read = || -> std::io::Result<Self> {
            let mut file = match File::open(index) {
                Err(cause) if cause.kind() == ErrorKind::NotFound => {
                    return Ok(Self { bytes: None, modified: None, permissions: None });
                }
                opened => opened?,
            };
            let metadata = file.metadata()?;
            let mut bytes = Vec::with_capacity(metadata.len() as usize);
            file.read_to_end(&mut bytes)?;
            Ok(Self {
                bytes: Some(bytes),
                modified: metadata.modified().ok(),
                permissions: Some(metadata.permissions()),
            })
        };
        read()
            .map_err(|cause| Problem::invalid(format!("can't read the index {}", index.display())).why(cause))
    }

    fn write(&self, draft: &Path) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let Some(bytes) = &self.bytes else {
                return match std::fs::remove_file(draft) {
                    Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause),
                    _ => Ok(()),
                };
            };
            let mut file = File::create(draft)?;
            std::io::Write::write_all(&mut file, bytes)?;
            self.modified.map_or(Ok(()), |time| file.set_modified(time))
        };
        write().map_err(|cause| cant_write(draft, &cause))
    }

    /// Gives the draft the permissions of the index, and makes sure that it is on the disk.
    fn dress(&self, draft: &Path) -> Result<()> {
        let dress = || -> std::io::Result<()> {
            if let Some(permissions) = &self.permissions {
                std::fs::set_permissions(draft, permissions.clone())?;
            }
            File::open(draft)?.sync_all()
        };
        dress().map_err(|cause| cant_write(draft, &cause))
    }
}

fn cant_write(path: &Path, cause: &std::io::Error) -> Problem {
    Problem::invalid(format!("can't write {}", path.display()))
        .why(cause)
        .fix("give write permission there, or make room, then run again")
}

/// The draft takes the index's place, and keeps its time.
fn put(draft: &Path, index: &Path) -> Result<()> {
    match std::fs::rename(draft, index) {
        Err(cause) if cause.kind() == ErrorKind::CrossesDevices => {
            let copy = Copy::read(draft)?;
            let mut beside = index.as_os_str().to_owned();
            beside.push(".xtask");
            let beside = Path::new(&beside);
            copy.write(beside)?;
            copy.dress(beside)?;
            std::fs::rename(beside, index).map_err(|cause| cant_write(index, &cause))
        }
        end => end.map_err(|cause| cant_write(index, &cause)),
    }
}

/// Input of `git update-index -z --index-info`.
fn index_info(edits: &[IndexEdit], before: &Copy) -> Vec<u8> {
    let length = edits.iter().find_map(|edit| Some(edit.new.or(edit.expected)?.1.as_bytes().len()));
    debug_assert!(before.bytes.is_some() || length.is_some());
    let nothing = "0".repeat(2 * length.unwrap_or(20));
    edits
        .iter()
        .flat_map(|edit| {
            let head = match edit.new {
                Some((mode, id)) => format!("{:o} {id}\t", mode.to_git()),
                None => format!("0 {nothing}\t"),
            };
            [head.as_bytes(), edit.path.as_bytes(), b"\0"].concat()
        })
        .collect()
}

/// The edits whose entry is other than `wanted`.
pub(super) fn mismatches(
    entries: &[IndexEntry],
    edits: &[IndexEdit],
    wanted: impl Fn(&IndexEdit) -> Option<(EntryMode, ObjectId)>,
) -> Vec<RepoPath> {
    let from = |path: &[u8]| entries.partition_point(|entry| entry.path.as_bytes() < path);
    let holds = |path: &[u8]| entries.get(from(path)).is_some_and(|entry| entry.path.as_bytes() == path);
    let fits = |edit: &IndexEdit| {
        let path = edit.path.as_bytes();
        let found: Vec<&IndexEntry> =
            entries[from(path)..].iter().take_while(|entry| entry.path == edit.path).collect();
        match (wanted(edit), &found[..]) {
            (Some(wanted), [entry]) => {
                entry.stage == 0 && !entry.intent_to_add && (entry.mode, entry.id) == wanted
            }
            (None, []) => {
                let below = [path, b"/"].concat();
                let is_folder =
                    entries.get(from(&below)).is_some_and(|entry| entry.path.as_bytes().starts_with(&below));
                let parts = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
                !is_folder && !parts.into_iter().any(|(end, _)| holds(&path[..end]))
            }
            _ => false,
        }
    };
    edits.iter().filter(|edit| !fits(edit)).map(|edit| edit.path.clone()).collect()
}

/// Lets git take in the stat data of new entries that the working tree holds byte by byte, so that it need not compare
/// contents next time. `false`: the user's files changed under it, and the draft may hold what they are now.
fn refreshed(repo: &Repo, draft: &Path, edits: &[IndexEdit]) -> Result<bool> {
    let Some(top) = &repo.work_dir else { return Ok(true) };
    let same = |edit: &&IndexEdit| {
        let file = edit.path.below(top);
        edit.new.is_some_and(|(mode, id)| {
            mode.is_file()
                && file.symlink_metadata().is_ok_and(|there| there.is_file())
                && git2::Oid::hash_file(git2::ObjectType::Blob, &file)
                    .is_ok_and(|found| found.as_bytes() == id.as_bytes())
        })
    };
    let paths: Vec<u8> =
        edits.iter().filter(same).flat_map(|edit| edit.path.as_bytes().iter().copied().chain([0])).collect();
    if paths.is_empty() {
        return Ok(true);
    }
    // A failure here (a filter that is missing) only costs time later, but the draft isn't to be trusted.
    let git = repo.index_git(draft).args(["-z", "--stdin"]).input(paths);
    let ended = super::git_program::run(&git)?;
    let entries = repo.index_at(draft).map_err(|_| garbled("its new index"))?;
    Ok(ended.code == Some(0) && mismatches(&entries, edits, |edit| edit.new).is_empty())
}
