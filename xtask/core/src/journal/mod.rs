//! Changing a user's files and index so that a kill at any moment, a full disk or an edit meanwhile loses nothing.
//!
//! In `<git-dir>/xtask/` of each working tree lie the `lock`, the `journal` of a change under way, and what was `rescued`.
//! A change goes in steps, and between any two of them the process may die:
//!
//! 1. all old and new contents are written into the journal, then the plan: from then on recovery rolls back;
//! 2. the new contents are written beside the user's files, in folders that git ignores and recovery knows;
//! 3. each takes its file's place in exchange for it, and what came out must be what the change was made for;
//! 4. the index entries are replaced by compare-and-swap;
//! 5. what came out is looked at once more, and the mark `applied` is set: from then on recovery only cleans up.
//!
//! What is neither the old nor the new content is the user's: it is never overwritten nor removed. A new content that was committed
//! since stays, too.
//! `XTASK_FAULT=N` kills the process at the N-th transition ([`crate::fault`]).

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::exec::Cancel;
use crate::fault::transition;
use crate::model::{Events, Problem, RepoPath, Result};
use crate::repo::{EntryMode, IndexEdit, IndexUpdate, ObjectId, Repo};

mod folder;
mod lock;
#[cfg_attr(not(unix), path = "place_portable.rs")]
mod place;
mod plan;
mod recover;
mod replace;
#[cfg(test)]
#[cfg(unix)]
mod tests;

use folder::Folder;
use plan::Plan;

/// So long [`Journal::open`] waits for another process.
const WAIT: Duration = Duration::from_secs(10);

/// A change of files and index entries that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Files of the working tree.
    pub files: Vec<FileEdit>,
    /// Entries of the index that git uses now.
    pub index: Vec<IndexChange>,
}

/// A new content for a file of the working tree. Its mode stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// Its path.
    pub path: RepoPath,
    /// What it holds now; `None`: there must be no file, and one is created.
    pub old: Option<Vec<u8>>,
    /// What it is to hold.
    pub new: Vec<u8>,
}

/// A new state for an entry of the index, with the contents of its blobs: the object database alone isn't to be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexChange {
    /// Its path.
    pub path: RepoPath,
    /// What it holds now; `None`: nothing.
    pub old: Option<(EntryMode, Vec<u8>)>,
    /// What it is to hold; `None`: nothing.
    pub new: Option<(EntryMode, Vec<u8>)>,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Applied {
    /// All of it is there, on the disk.
    Done,
    /// These files or index entries were other than the change was made for (or changed while it was carried out). Nothing
    /// of it is there: merge again.
    Changed(Vec<RepoPath>),
}

/// What recovery did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Files that have their old content again (a file that was created is gone again).
    pub restored: Vec<RepoPath>,
    /// Index entries that are as before again.
    pub entries: Vec<RepoPath>,
    /// Files that were edited since: they were left alone.
    pub kept: Vec<Rescued>,
    /// Locks of the index that were left, and are removed.
    pub locks: Vec<PathBuf>,
}

/// A file that was left alone, as someone edited it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rescued {
    /// Its path.
    pub path: RepoPath,
    /// The folder with what it held before (`N.old.NAME`), what it was to hold (`N.new.NAME`), and what was saved while it
    /// was replaced (`N.saved.NAME`), where there is such.
    pub folder: PathBuf,
}

impl Recovered {
    /// Whether there was nothing to recover.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it did, a line each, for the user.
    pub fn lines(&self) -> Vec<String> {
        let restored = self
            .restored
            .iter()
            .map(|path| format!("{path}: its content is as before the run that was killed"));
        let entries =
            self.entries.iter().map(|path| format!("{path}: staged as before the run that was killed"));
        let kept = self.kept.iter().map(|kept| {
            format!(
                "{}: edited since, and left alone; earlier contents are in {}",
                kept.path,
                kept.folder.display()
            )
        });
        let locks =
            self.locks.iter().map(|lock| format!("removed {}, which a killed run left", lock.display()));
        restored.chain(entries).chain(kept).chain(locks).collect()
    }
}

/// The journal of a working tree; while it lives, its process holds the lock.
pub struct Journal {
    folder: Folder,
    events: Events,
    cancel: Cancel,
    /// The lock of the operating system goes with it.
    _lock: File,
}

impl Journal {
    /// Takes the lock of this working tree (waiting up to 10 s for another process, and saying so), and recovers what a
    /// killed run left, before anything else.
    pub fn open(repo: &Repo, events: &Events, cancel: &Cancel) -> Result<(Self, Recovered)> {
        Self::open_within(repo, events, cancel, WAIT)
    }

    /// The same with another time to wait.
    pub fn open_within(
        repo: &Repo,
        events: &Events,
        cancel: &Cancel,
        wait: Duration,
    ) -> Result<(Self, Recovered)> {
        let folder = Folder::of(repo)?;
        let lock = lock::take(&folder.state, events, cancel, wait)?;
        let locks = repo.remove_left_locks()?;
        let journal = Self { folder, events: events.clone(), cancel: cancel.clone(), _lock: lock };
        let mut recovered = recover::recover(repo, &journal.folder)?;
        recovered.locks = locks;
        Ok((journal, recovered))
    }

    /// Whether a killed run left something to recover. Takes no lock, and changes nothing.
    pub fn is_pending(repo: &Repo) -> bool {
        Folder::path_of_plan(repo).exists()
    }

    /// Carries out a change as a whole, or not at all: on `Changed`, and on a problem, everything is as it was. One that is done seals
    /// the flag by which the run is stopped.
    pub fn apply(&self, repo: &Repo, edit: &Edit) -> Result<Applied> {
        let top =
            repo.work_dir().ok_or_else(|| Problem::usage("can't change files: there is no working tree"))?;
        let edit = &without_idle(edit);
        if edit.files.is_empty() && edit.index.is_empty() {
            return Ok(Applied::Done);
        }
        // A roll-back that failed, of this same process.
        recover::recover(repo, &self.folder)?;
        let mut changed = replace::changed(top, &edit.files)?;
        let entries = index_edits(repo, &edit.index)?;
        changed.extend(repo.index_mismatches(&entries)?);
        if !changed.is_empty() {
            return Ok(Applied::Changed(sorted(changed)));
        }
        let plan = self.folder.write(repo, edit)?;
        transition("the plan is written");
        let ready = match replace::prepare_all(top, &plan) {
            Ok(Ok(ready)) => ready,
            not => {
                // Nothing is replaced yet.
                self.finish(repo, &plan);
                return not.map(|changed| Applied::Changed(sorted(changed.err().unwrap_or_default())));
            }
        };
        let problem = match self.carry_out(repo, top, &plan, &ready, &entries) {
            Ok(Applied::Done) => {
                self.finish(repo, &plan);
                return Ok(Applied::Done);
            }
            Ok(Applied::Changed(paths)) => {
                changed = paths;
                None
            }
            Err(problem) => Some(problem),
        };
        let recovered = match (recover::roll_back(repo, &self.folder, &plan), &problem) {
            (Ok(recovered), _) => recovered,
            (Err(failed), None) => return Err(failed),
            // The next run, or `hooks recover`, tries again.
            (Err(failed), Some(problem)) => {
                let why = format!(
                    "{}; and it can't be taken back yet: {}: {}",
                    problem.why, failed.what, failed.why
                );
                return Err(Problem { why, fix: failed.fix, ..problem.clone() });
            }
        };
        for kept in recovered.kept {
            let folder = kept.folder.display();
            self.events
                .notice(format!("{}: edited meanwhile; its contents before are in {folder}", kept.path));
        }
        match problem {
            Some(problem) => Err(problem),
            None => Ok(Applied::Changed(sorted(changed))),
        }
    }

    fn carry_out(
        &self,
        repo: &Repo,
        top: &Path,
        plan: &Plan,
        ready: &replace::Ready<'_>,
        entries: &[IndexEdit],
    ) -> Result<Applied> {
        if let Some(path) = replace::exchange_all(top, plan, ready)? {
            return Ok(Applied::Changed(vec![path]));
        }
        if let IndexUpdate::Changed(paths) = repo.update_index(entries)? {
            return Ok(Applied::Changed(paths));
        }
        transition("the index is as planned");
        let changed = replace::saved_meanwhile(top, plan, ready)?;
        if !changed.is_empty() {
            return Ok(Applied::Changed(changed));
        }
        // Until here everything can be taken back. From here on it is done: a signal comes too late to stop anything.
        self.cancel.seal().map_err(lock::stopped)?;
        self.folder.mark_applied()?;
        transition("it is marked as applied");
        Ok(Applied::Done)
    }

    /// Cleans up after a change that is done: what fails here is for the next run.
    fn finish(&self, repo: &Repo, plan: &Plan) {
        match recover::clean_up(repo, &self.folder, plan) {
            Ok(kept) => {
                for kept in kept {
                    self.events.notice(format!(
                        "{}: what was saved into it during the run is in {}",
                        kept.path,
                        kept.folder.display()
                    ));
                }
            }
            Err(problem) => self.events.notice(problem.to_string()),
        }
    }
}

/// The edit without the parts that change nothing.
fn without_idle(edit: &Edit) -> Edit {
    let files = edit.files.iter().filter(|file| file.old.as_ref() != Some(&file.new));
    let index = edit.index.iter().filter(|entry| entry.old != entry.new);
    Edit { files: files.cloned().collect(), index: index.cloned().collect() }
}

/// The changes of the index by the names of their blobs, which are written.
fn index_edits(repo: &Repo, changes: &[IndexChange]) -> Result<Vec<IndexEdit>> {
    let sides = || changes.iter().flat_map(|change| [&change.old, &change.new]).flatten();
    let contents: Vec<&[u8]> = sides().map(|(_, bytes)| &bytes[..]).collect();
    let mut ids = repo.write_blobs(&contents)?.into_iter();
    let mut named = |side: &Option<(EntryMode, Vec<u8>)>| -> Option<(EntryMode, ObjectId)> {
        side.as_ref().and_then(|(mode, _)| Some((*mode, ids.next()?)))
    };
    Ok(changes
        .iter()
        .map(|change| IndexEdit {
            path: change.path.clone(),
            expected: named(&change.old),
            new: named(&change.new),
        })
        .collect())
}

fn sorted(mut paths: Vec<RepoPath>) -> Vec<RepoPath> {
    paths.sort();
    paths.dedup();
    paths
}
