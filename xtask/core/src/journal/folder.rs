//! The state folder of a working tree: the journal's files, each complete on the disk before the next step relies on it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use bstr::ByteSlice;

use super::Edit;
use super::plan::Plan;
use crate::fault::transition;
use crate::model::{Problem, RepoPath, Result};
use crate::repo::Repo;

/// Where it lies.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// `<git-dir>/xtask`.
    pub(super) state: PathBuf,
    /// `<git-dir>/xtask/journal`.
    journal: PathBuf,
}

/// What lies in the journal.
pub(super) enum Left {
    /// Nothing.
    Nothing,
    /// A change that may be half done.
    Begun(Plan),
    /// A change that is done, but for the cleaning.
    Applied(Plan),
}

impl Folder {
    /// The folder of this working tree; it is created.
    pub(super) fn of(repo: &Repo) -> Result<Self> {
        let state = repo.git_dir().join("xtask");
        std::fs::create_dir_all(&state).map_err(|cause| cant_write(&state, &cause))?;
        let journal = state.join("journal");
        Ok(Self { state, journal })
    }

    pub(super) fn path_of_plan(repo: &Repo) -> PathBuf {
        repo.git_dir().join("xtask/journal/plan.json")
    }

    /// Writes the journal of a change. Until it returns nothing is begun; on an error nothing is left.
    pub(super) fn write(&self, repo: &Repo, edit: &Edit) -> Result<Plan> {
        // Relative to the git folder where it lies in it: a repository may be moved.
        let index_file = repo.index_file();
        let index_file = index_file.strip_prefix(repo.git_dir()).unwrap_or(index_file);
        let index_file = <[u8]>::from_path(index_file).unwrap_or_default();
        let head = repo.resolve("HEAD").ok().map(|id| id.to_string());
        let plan = Plan::of(token(), head, RepoPath::new(index_file), edit);
        // A journal that is there must not be touched.
        std::fs::create_dir(&self.journal)
            .and_then(|()| crate::files::private_folder(&self.journal))
            .map_err(|cause| cant_write(&self.journal, &cause))?;
        let write = || -> std::io::Result<()> {
            synced(&self.journal.join("contents"), &plan.contents)?;
            transition("contents are in the journal");
            let json = serde_json::to_vec(&plan.stored)?;
            synced(&self.journal.join("plan.draft"), &json)?;
            sync_folder(&self.state)?;
            sync_folder(&self.journal)?;
            transition("a draft of the plan is in the journal");
            std::fs::rename(self.journal.join("plan.draft"), self.journal.join("plan.json"))?;
            sync_folder(&self.journal)
        };
        write().map_err(|cause| {
            let _ = std::fs::remove_file(self.journal.join("plan.json"));
            let _ = std::fs::remove_dir_all(&self.journal);
            cant_write(&self.journal, &cause)
        })?;
        Ok(plan)
    }

    /// Marks the change as done.
    pub(super) fn mark_applied(&self) -> Result<()> {
        let path = self.journal.join("applied");
        synced(&path, b"")
            .and_then(|()| sync_folder(&self.journal))
            .map_err(|cause| cant_write(&path, &cause))
    }

    /// What a run left. Without a plan it is junk, and removed.
    pub(super) fn left(&self) -> Result<Left> {
        self.remove_rest()?;
        let json = match std::fs::read(self.journal.join("plan.json")) {
            Ok(json) => json,
            Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                self.remove()?;
                return Ok(Left::Nothing);
            }
            Err(cause) => return Err(self.unreadable(&cause.to_string())),
        };
        let contents = std::fs::read(self.journal.join("contents"));
        let contents = contents.map_err(|cause| self.unreadable(&cause.to_string()))?;
        let plan = Plan::read(&json, contents).map_err(|why| self.unreadable(&why))?;
        let applied = self.journal.join("applied").try_exists();
        let applied = applied.map_err(|cause| self.unreadable(&cause.to_string()))?;
        Ok(if applied { Left::Applied(plan) } else { Left::Begun(plan) })
    }

    /// Removes the journal: at once by a rename, then what is in it.
    pub(super) fn remove(&self) -> Result<()> {
        let rest = self.state.join("journal.done");
        match std::fs::rename(&self.journal, &rest) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
            Err(cause) => return Err(cant_write(&self.journal, &cause)),
            Ok(()) => {}
        }
        let _ = sync_folder(&self.state);
        transition("the journal is set aside");
        self.remove_rest()
    }

    fn remove_rest(&self) -> Result<()> {
        let rest = self.state.join("journal.done");
        match std::fs::remove_dir_all(&rest) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cant_write(&rest, &cause)),
            _ => Ok(()),
        }
    }

    /// Keeps a content for the user, and returns the folder.
    pub(super) fn rescue(
        &self,
        plan: &Plan,
        number: usize,
        what: &str,
        path: &RepoPath,
        bytes: &[u8],
    ) -> Result<PathBuf> {
        let folder = self.state.join("rescued").join(&plan.stored.token);
        let name = path.file_name();
        let name = name.get(..name.len().min(200)).unwrap_or_default();
        let name = [format!("{number}.{what}.").as_bytes(), name].concat();
        let file =
            name.to_path().map_or_else(|_| folder.join(format!("{number}.{what}")), |name| folder.join(name));
        // What is there already is from an earlier attempt of this recovery, or another content: both are kept.
        let mut target = file.clone();
        for count in 1.. {
            match std::fs::read(&target) {
                Ok(there) if there == bytes => return Ok(folder),
                Ok(_) => {
                    let mut next = file.clone().into_os_string();
                    next.push(format!(".{count}"));
                    target = next.into();
                }
                Err(_) => break,
            }
        }
        let mut draft = target.clone().into_os_string();
        draft.push(".part");
        let draft = PathBuf::from(draft);
        let write = || -> std::io::Result<()> {
            crate::files::private_folder(&self.state.join("rescued"))?;
            std::fs::create_dir_all(&folder)?;
            synced(&draft, bytes)?;
            std::fs::rename(&draft, &target)?;
            sync_folder(&folder)?;
            sync_folder(&self.state.join("rescued"))?;
            sync_folder(&self.state)
        };
        write().map_err(|cause| cant_write(&target, &cause))?;
        transition("a content is rescued");
        Ok(folder)
    }

    fn unreadable(&self, why: &str) -> Problem {
        Problem::invalid(format!("can't read the journal {}", self.journal.display())).why(why).fix(format!(
            "use the newest xtask; or compare your files with the contents there, then: mv {0} {0}.kept",
            self.journal.display()
        ))
    }
}

fn cant_write(path: &Path, cause: &std::io::Error) -> Problem {
    Problem::invalid(format!("can't write {}", path.display()))
        .why(cause)
        .fix("give write permission there, or make room, then run again")
}

/// Writes a file that is new, or a half-written one's, down to the disk.
fn synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder's names safe. Elsewhere than on Unix folders can't be opened, and the file system sees to it.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A name for this change that no other has.
fn token() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{}", now.as_nanos(), std::process::id())
}
