//! Fixing commands that run in the working tree itself: where there is no git repository, and where `in = "worktree"` says so. What they
//! change there can be undone as long as the run isn't over; before they start, the files that they get are copied into the git folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use xtask_core::gate::Context;
use xtask_core::model::{Finding, Location, Problem, RepoPath, Result};
use xtask_core::repo::Repo;

use super::fixers::Changed;
use super::rooms::Which;
use super::summary::step;
use super::{Run, Target};
use crate::commands::{Task, run_all};
use crate::merge::merge;
use crate::resolve::Command;
use crate::section::Place;

/// Where the copies lie, below the git folder of the working tree.
const COPIES: &str = "xtask/in-place";

/// What lies in each folder of copies: the copies, and the lock of the run that made them.
const FILES: &str = "files";
const LOCK: &str = "lock";

/// A file of the working tree before and after fixing commands; none after them where they removed it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edited {
    before: Vec<u8>,
    after: Option<Vec<u8>>,
}

/// What fixing commands changed in the working tree.
#[derive(Default)]
pub(crate) struct InPlace {
    files: BTreeMap<RepoPath, Edited>,
    copies: Vec<Copies>,
}

impl InPlace {
    /// The run came to its end: what was changed stays.
    pub(crate) fn keep(self) {
        self.copies.into_iter().for_each(Copies::remove);
    }

    /// The run came to nothing: the files get what they held before. What lies there now may hold something that the user saved while the
    /// command ran: it is kept in the git folder. A file that was edited since stays.
    pub(crate) fn undo(self, cx: &Context) -> Result<()> {
        let mut rescued = None;
        for (path, edited) in &self.files {
            let on_disk = cx.on_disk(path);
            let now = xtask_core::files::read(&on_disk).ok();
            if now.as_ref() == Some(&edited.before) {
                continue;
            }
            let (kept, restores) =
                if now == edited.after { (now.as_ref(), true) } else { (Some(&edited.before), false) };
            if let (Some(repo), Some(kept)) = (&cx.repo, kept) {
                let folder = rescued.get_or_insert_with(|| rescue_folder(repo));
                xtask_core::files::private_folder(folder).map_err(|cause| {
                    Problem::invalid(format!("can't write in {}", folder.display())).why(cause)
                })?;
                xtask_core::files::write(&path.below(folder), kept)?;
            }
            if restores {
                xtask_core::files::write(&on_disk, &edited.before)?;
            }
        }
        if let Some(folder) = rescued {
            cx.events.notice(format!(
                "hooks: the files that commands changed in the working tree are as before; what was taken back is in {}",
                folder.display()
            ));
        }
        self.copies.into_iter().for_each(Copies::remove);
        Ok(())
    }
}

/// A new folder of what is rescued.
fn rescue_folder(repo: &Repo) -> PathBuf {
    repo.git_dir().join("xtask/rescued").join(format!("in-place-{}", token()))
}

/// A name that no other run uses.
fn token() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("{now:x}-{}", std::process::id())
}

impl Run<'_> {
    /// Whether a fixing command runs in the working tree itself.
    pub(super) fn is_in_place(&self, command: &Command) -> bool {
        let possible =
            !matches!(self.request.target, Target::Commit(_)) && self.request.intent == super::Intent::Fix;
        possible && (command.place == Some(Place::Worktree) || !self.rooms.can_snapshot())
    }

    /// Runs a fixing command in the working tree, and takes in what it made of its files.
    pub(super) fn fix_in_place(
        &mut self,
        first: bool,
        command: &Command,
        mine: &BTreeSet<&RepoPath>,
        changed: &mut Changed,
    ) -> Result<()> {
        let mut before = BTreeMap::new();
        for &path in mine {
            if let Ok(bytes) = xtask_core::files::read(&self.cx.on_disk(path)) {
                before.insert(path, bytes);
            }
        }
        let copies = Copies::make(self.cx, &before)?;
        let ended = self.rooms.with(Which::InPlace, |room| {
            let files = mine.iter().copied().collect();
            let ran = run_all(self.cx, &[Task { command, files, room }], self.request.input, false);
            (room.called, ran)
        });
        let (called, ran, problem) = match ended {
            Ok((called, ran)) => (called, ran, None),
            Err(problem) => ("", Vec::new(), Some(problem)),
        };
        let mut whole = problem.is_none();
        for ran in ran {
            whole &= ran.whole;
            if first {
                self.times.commands.push(step(&command.name, &ran.end, ran.wall, called));
            }
            self.fixer_ended(command, ran.end);
        }
        self.in_place.copies.extend(copies);
        if matches!(self.request.target, Target::Worktree) {
            // It was filled with what the working tree held before.
            self.rooms.start_anew();
        }
        for (path, before) in before {
            let after = xtask_core::files::read(&self.cx.on_disk(path)).ok();
            if after.as_ref() == Some(&before) {
                continue;
            }
            let edited = self.in_place.files.entry(path.clone());
            edited
                .and_modify(|one| one.after.clone_from(&after))
                .or_insert_with(|| Edited { before: before.clone(), after: after.clone() });
            // What a command left that was ended by force is nobody's fix; a file that it removed is for the user to look at.
            if let Some(after) = after.filter(|_| whole) {
                self.edited(path, &before, &after, &command.name)?;
                changed.entry(path.clone()).or_default().insert(command.name.clone());
            }
        }
        problem.map_or(Ok(()), Err)
    }

    /// Takes in one file that a command changed on disk: the same change is made to what this run looks at.
    fn edited(&mut self, path: &RepoPath, before: &[u8], after: &[u8], by: &str) -> Result<()> {
        let candidate = self.place_of(path).map(|at| &self.request.files[at]);
        if let Some(candidate) = candidate
            && let Some(mine) = self.bytes_before(candidate, before)?
        {
            match merge(before, after, &mine) {
                Ok(fixed) => {
                    let was = self.before(candidate, Some(before))?;
                    self.fixes.put(path, || was, (candidate.mode, fixed), by);
                }
                Err(overlap) => {
                    let message =
                        format!("what {by} changed in the working tree isn't in what is staged ({overlap})");
                    let at = Some(Location::file(path.clone()));
                    self.findings.push(Finding::new("hooks", "overlap", at, message).fix(
                        "stage the lines that it is about too, or let it run in the snapshot (leave `in` out)",
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Copies of files, for the case that the program is killed while a command changes them; locked while the run lives.
struct Copies {
    folder: PathBuf,
    _lock: File,
}

impl Copies {
    fn make(cx: &Context, files: &BTreeMap<&RepoPath, Vec<u8>>) -> Result<Option<Self>> {
        let Some(repo) = &cx.repo else { return Ok(None) };
        let folder = repo.git_dir().join(COPIES).join(token());
        let failed = |cause| Problem::invalid(format!("can't copy files to {}", folder.display())).why(cause);
        xtask_core::files::private_folder(&repo.git_dir().join(COPIES)).map_err(failed)?;
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let lock = File::create(folder.join(LOCK)).map_err(failed)?;
        lock.lock().map_err(failed)?;
        for (path, bytes) in files {
            xtask_core::files::write(&path.below(&folder.join(FILES)), bytes)?;
        }
        Ok(Some(Self { folder, _lock: lock }))
    }

    fn remove(self) {
        // What can't be removed is told by the next run, and harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Tells of copies that a killed run left, once: they are moved to what was rescued.
pub(crate) fn left_copies(cx: &Context) -> Result<Vec<String>> {
    let Some(repo) = &cx.repo else { return Ok(Vec::new()) };
    let Ok(folders) = std::fs::read_dir(repo.git_dir().join(COPIES)) else { return Ok(Vec::new()) };
    let mut told = Vec::new();
    for folder in folders.flatten().map(|folder| folder.path()) {
        // One that is being made has no lock yet, or holds it.
        let Ok(lock) = File::open(folder.join(LOCK)) else { continue };
        if lock.try_lock().is_err() {
            continue;
        }
        let rescued = rescue_folder(repo);
        let moved = rescued
            .parent()
            .map_or(Ok(()), xtask_core::files::private_folder)
            .and_then(|()| std::fs::rename(&folder, &rescued));
        moved.map_err(|cause| Problem::invalid(format!("can't move {}", folder.display())).why(cause))?;
        told.push(format!(
            "a run was killed while a command changed files in the working tree; what they held before is in {}",
            rescued.join(FILES).display()
        ));
    }
    Ok(told)
}
