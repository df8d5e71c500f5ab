//! Where commands run: in the working tree where that holds what is looked at, else in the snapshot.

use std::collections::BTreeMap;
use std::path::Path;

use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{Repo, Side};

use super::{Fixes, Target};
use crate::commands::Room;
use crate::resolve::{Command, StagePlan};
use crate::section::Place;
use crate::select::Candidate;
use crate::snapshot::{Changes, Content, Snapshot, Source, goes_through_link, in_place};

/// The rooms of a run.
pub(crate) struct Rooms<'a> {
    cx: &'a Context,
    plan: &'a StagePlan,
    target: &'a Target,
    files: &'a [Candidate],
    /// Made at its first use.
    snapshot: Option<Snapshot>,
    /// Whether the working tree holds what is looked at; learnt at its first use.
    in_place: Option<bool>,
}

/// Which room a command runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// The working tree.
    InPlace,
    /// The snapshot.
    Snapshot,
}

/// What in the working tree is no longer what is looked at.
pub(crate) enum Moved {
    /// These files.
    Files(Vec<RepoPath>),
    /// It can't be told which.
    Whole,
}

impl Moved {
    /// Whether one of these files is among them, or any where none are given.
    pub(crate) fn has(&self, files: Option<&[&RepoPath]>) -> bool {
        match (self, files) {
            (Self::Whole, _) => true,
            (Self::Files(moved), None) => !moved.is_empty(),
            (Self::Files(moved), Some(files)) => files.iter().any(|path| moved.binary_search(path).is_ok()),
        }
    }
}

impl<'a> Rooms<'a> {
    /// Of a run on these files.
    pub(crate) fn new(
        cx: &'a Context,
        plan: &'a StagePlan,
        target: &'a Target,
        files: &'a [Candidate],
    ) -> Self {
        Self { cx, plan, target, files, snapshot: None, in_place: None }
    }

    /// The room of a command that changes nothing, now that fixers have made `fixes`.
    pub(crate) fn of_checker(&mut self, command: &Command, fixes: &Fixes) -> Result<Which> {
        match command.place {
            Some(Place::Worktree) => Ok(Which::InPlace),
            Some(Place::Snapshot) if self.cx.repo.is_some() => Ok(Which::Snapshot),
            _ if self.holds_target(fixes)? => Ok(Which::InPlace),
            _ => Ok(Which::Snapshot),
        }
    }

    /// Whether the working tree holds what is looked at, fixes included.
    fn holds_target(&mut self, fixes: &Fixes) -> Result<bool> {
        let Some(repo) = &self.cx.repo else { return Ok(true) };
        if matches!(self.target, Target::Worktree) && fixes.is_empty() {
            return Ok(true);
        }
        if !fixes.is_empty() {
            return Ok(false);
        }
        if let Some(known) = self.in_place {
            return Ok(known);
        }
        let holds = match self.target {
            Target::Worktree => true,
            // Under another index (`commit -a`, `commit -- path`) a command's own git calls would see the wrong one.
            Target::Index => owns_index(repo) && repo.unstaged()?.is_empty(),
            Target::Commit(_) if repo.work_dir().is_none() => false,
            Target::Commit(id) => {
                let commit = Side::Revision(id.to_string());
                owns_index(repo)
                    && repo.changes(&commit, &Side::Index)?.is_empty()
                    && repo.unstaged()?.is_empty()
            }
        };
        self.in_place = Some(holds);
        Ok(holds)
    }

    /// Whether there can be a snapshot.
    pub(crate) fn can_snapshot(&self) -> bool {
        self.cx.repo.is_some()
    }

    /// Makes the snapshot hold what is looked at, with `fixes` on top.
    pub(crate) fn prepare(&mut self, fixes: &Fixes) -> Result<()> {
        let Some(repo) = &self.cx.repo else {
            return Err(Problem::usage("a snapshot needs a git repository"));
        };
        let changed = self.on_top(repo, fixes)?;
        if let Some(snapshot) = &mut self.snapshot {
            return snapshot.update(&changed);
        }
        let unstaged;
        let source = match self.target {
            Target::Worktree => {
                unstaged = self.unstaged(repo)?;
                Source::Worktree { index: repo.index_file(), paths: &unstaged }
            }
            Target::Index => Source::Index(repo.index_file()),
            Target::Commit(id) => Source::Commit(*id),
        };
        let snapshot = Snapshot::prepare(self.cx, source, &changed, &self.plan.link)?;
        for notice in snapshot.notices() {
            self.cx.events.notice(format!("hooks: {notice}"));
        }
        self.snapshot = Some(snapshot);
        Ok(())
    }

    /// What a run over the working tree sees there otherwise than the index: tracked files that aren't as staged, and files that it
    /// was given although git doesn't hold them.
    fn unstaged(&self, repo: &Repo) -> Result<Vec<RepoPath>> {
        let mut paths = repo.unstaged()?;
        let untracked = self.files.iter().filter(|file| file.id.is_none()).map(|file| &file.path);
        // What lies behind a link isn't the working tree's, and git refuses to look at it.
        paths.extend(untracked.filter(|path| !goes_through_link(&self.cx.root, path)).cloned());
        Ok(paths)
    }

    /// The fixes, in git's form.
    fn on_top(&self, repo: &Repo, fixes: &Fixes) -> Result<BTreeMap<RepoPath, Content>> {
        let mut changed = BTreeMap::new();
        let converters = if matches!(self.target, Target::Worktree) {
            let paths: Vec<RepoPath> = fixes.iter().map(|(path, _)| path.clone()).collect();
            repo.converters(&paths)?
        } else {
            Vec::new()
        };
        for (at, (path, fixed)) in fixes.iter().enumerate() {
            let content = match converters.get(at) {
                Some(converter) => repo.write_blob(&converter.to_index(fixed.after.clone())?)?,
                None => repo.write_blob(&fixed.after)?,
            };
            changed.insert(path.clone(), Content { mode: fixed.mode, id: content });
        }
        Ok(changed)
    }

    /// The snapshot holds what it shouldn't: the next use fills it again.
    pub(crate) fn start_anew(&mut self) {
        self.snapshot = None;
    }

    /// What commands changed in the snapshot since it was asked last.
    pub(crate) fn changes(&mut self) -> Result<Changes> {
        self.snapshot.as_mut().map_or_else(|| Ok(Changes::new()), Snapshot::changes)
    }

    /// Lets commands run in a room. The snapshot must be prepared. A problem where they moved what isn't theirs to move.
    pub(crate) fn with<T>(&self, which: Which, act: impl FnOnce(&Room<'_>) -> T) -> Result<T> {
        let snapshot = self.snapshot.as_ref().filter(|_| which == Which::Snapshot);
        let (done, moved) = if let Some(snapshot) = snapshot {
            let done = act(&Room {
                root: snapshot.root(),
                called: "in the snapshot",
                enter: &|process| snapshot.environment(process),
            });
            (done, snapshot.moved_refs())
        } else {
            let before = self.refs();
            let done = act(&Room {
                root: &self.cx.root,
                called: "in the working tree",
                enter: &|process| in_place(self.cx, process),
            });
            let after = self.refs();
            let moved = before.into_iter().zip(after).filter(|(before, after)| before != after);
            (done, moved.map(|((name, _), _)| name.to_owned()).collect())
        };
        if moved.is_empty() || self.cx.cancel.is_stopped() {
            return Ok(done);
        }
        let place = if which == Which::Snapshot {
            "in its snapshot; yours are as before"
        } else {
            "in the working tree"
        };
        Err(Problem::invalid("a hook command changed what is being committed")
            .why(format!("{} moved {place}", moved.join(", ")))
            .fix("leave `git commit`, `git stash`, `git switch` and the like out of the stage's commands"))
    }

    /// What a commit goes on top of, and what was put aside, before a commit; nothing at other stages: there commands may move them.
    fn refs(&self) -> Vec<(&'static str, String)> {
        let (Some(repo), Target::Index) = (&self.cx.repo, self.target) else { return Vec::new() };
        let id = |name: &str| repo.resolve(name).map(|id| id.to_string()).unwrap_or_default();
        let branch = repo.head_branch().ok().flatten().map(|branch| branch.to_string()).unwrap_or_default();
        vec![("HEAD", branch + &id("HEAD")), ("refs/stash", id("refs/stash"))]
    }

    /// How far the working tree has moved on from what is looked at, while commands ran in it.
    pub(crate) fn moved_on(&mut self) -> Result<Moved> {
        match (&self.cx.repo, self.target) {
            (Some(repo), Target::Index) => Ok(Moved::Files(repo.unstaged()?)),
            (Some(_), Target::Commit(_)) => {
                self.in_place = None;
                let holds = self.holds_target(&Fixes::default())?;
                Ok(if holds { Moved::Files(Vec::new()) } else { Moved::Whole })
            }
            _ => Ok(Moved::Files(Vec::new())),
        }
    }
}

/// Whether git uses the working tree's own index.
pub(crate) fn owns_index(repo: &Repo) -> bool {
    uses_index(repo, "index")
}

/// Whether what git commits from is the working tree's own index, or becomes it: `commit -a` commits from its lock.
pub(crate) fn commits_own_index(repo: &Repo) -> bool {
    owns_index(repo) || uses_index(repo, "index.lock")
}

/// Whether git uses this file of the git folder as the index.
fn uses_index(repo: &Repo, name: &str) -> bool {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    canonical(repo.index_file()) == canonical(&repo.git_dir().join(name))
}
