//! Fixing commands that run in the working tree itself: where there is no git repository, and where `in = "worktree"` says so. What they
//! change there can be undone as long as the run isn't over; before they start, the files that they get are copied into the git folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use xtask_core::gate::Context;
use xtask_core::model::{Finding, Location, Problem, RepoPath, Result};

use super::fixers::Changed;
use super::rooms::Which;
use super::{Run, Target};
use crate::commands::{Task, run_all};
use crate::merge::merge;
use crate::resolve::Command;
use crate::section::Place;

/// Where the copies lie, below the git folder of the working tree.
const COPIES: &str = "xtask/in-place";

/// A file of the working tree before and after fixing commands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edited {
    before: Vec<u8>,
    after: Vec<u8>,
}

/// What fixing commands changed in the working tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct InPlace(BTreeMap<RepoPath, Edited>);

impl InPlace {
    /// Gives the files what they held before, as the run came to nothing. What was edited since stays.
    pub(crate) fn undo(&self, cx: &Context) -> Result<()> {
        for (path, edited) in &self.0 {
            let on_disk = cx.on_disk(path);
            if xtask_core::files::read(&on_disk).is_ok_and(|now| now == edited.after) {
                xtask_core::files::write(&on_disk, &edited.before)?;
            }
        }
        Ok(())
    }
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
        let (called, ran) = self.rooms.with(Which::InPlace, |room| {
            let files = mine.iter().copied().collect();
            let ran = run_all(self.cx, &[Task { command, files, room }], self.request.input, false);
            (room.called, ran)
        });
        for ran in ran {
            if first {
                self.times.commands.push((command.name.clone(), ran.wall, called));
            }
            self.ended(ran.end);
        }
        for (path, before) in before {
            // A file that the command removed is for the user to look at.
            let Ok(after) = xtask_core::files::read(&self.cx.on_disk(path)) else { continue };
            if after != before {
                self.edited(path, before, after, &command.name)?;
                changed.entry(path.clone()).or_default().insert(command.name.clone());
            }
        }
        copies.remove();
        Ok(())
    }

    /// Takes in one file that a command changed on disk: the same change is made to what this run looks at.
    fn edited(&mut self, path: &RepoPath, before: Vec<u8>, after: Vec<u8>, by: &str) -> Result<()> {
        let candidate = self.place_of(path).map(|at| &self.request.files[at]);
        if let Some(candidate) = candidate
            && let Some(mine) = self.bytes_before(candidate, &before)?
        {
            match merge(&before, &after, &mine) {
                Ok(fixed) => {
                    let was = self.before(candidate, Some(&before))?;
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
        let edited = self.in_place.0.entry(path.clone());
        edited.and_modify(|one| one.after.clone_from(&after)).or_insert(Edited { before, after });
        Ok(())
    }
}

/// Copies of files, for the case that the program is killed while a command changes them.
struct Copies(Option<PathBuf>);

impl Copies {
    fn make(cx: &Context, files: &BTreeMap<&RepoPath, Vec<u8>>) -> Result<Self> {
        let Some(repo) = &cx.repo else { return Ok(Self(None)) };
        let all = repo.git_dir().join(COPIES);
        if !files.is_empty() {
            xtask_core::files::private_folder(&all)
                .map_err(|cause| Problem::invalid(format!("can't write in {}", all.display())).why(cause))?;
        }
        let folder = all.join(std::process::id().to_string());
        for (path, bytes) in files {
            xtask_core::files::write(&path.below(&folder), bytes)?;
        }
        Ok(Self(Some(folder)))
    }

    fn remove(self) {
        if let Some(folder) = self.0 {
            // What can't be removed is told by the next run, and harms nobody.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Tells of copies that a killed run left, once: they are moved to what was rescued.
pub(crate) fn left_copies(cx: &Context) -> Result<Vec<String>> {
    let Some(repo) = &cx.repo else { return Ok(Vec::new()) };
    let Ok(folders) = std::fs::read_dir(repo.git_dir().join(COPIES)) else { return Ok(Vec::new()) };
    let mut told = Vec::new();
    for folder in folders.flatten() {
        let id = folder.file_name();
        let alive = id.to_str().is_some_and(|id| PathBuf::from("/proc").join(id).exists());
        if alive {
            continue;
        }
        let rescued = repo.git_dir().join("xtask/rescued").join(format!("in-place-{}", id.to_string_lossy()));
        let moved = rescued
            .parent()
            .map_or(Ok(()), xtask_core::files::private_folder)
            .and_then(|()| std::fs::rename(folder.path(), &rescued));
        moved.map_err(|cause| {
            Problem::invalid(format!("can't move {}", folder.path().display())).why(cause)
        })?;
        told.push(format!(
            "a run was killed while a command changed files in the working tree; what they held before is in {}",
            rescued.display()
        ));
    }
    Ok(told)
}
