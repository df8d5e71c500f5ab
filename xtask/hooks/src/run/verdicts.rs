//! Commands that say by `inputs` what their verdict depends on, and passed on just that before: they aren't run again.

use std::collections::{BTreeMap, BTreeSet};

use xtask_core::gate::Context;
use xtask_core::model::{RepoPath, Result};
use xtask_core::repo::{ChangeKind, EntryMode, ObjectId, Side};

use super::{Run, Target};
use crate::cache::{Cache, CommandInputs, Key, command_key, folder, plan_fingerprint};
use crate::options::Options;
use crate::resolve::Command;
use crate::section::Place;

/// The verdicts that are remembered in a repository.
#[derive(Default)]
pub(super) struct Verdicts {
    cache: Cache,
    passed: Vec<Key>,
    /// The paths whose content isn't that of the index, where a run looks at the working tree.
    changed: BTreeSet<RepoPath>,
    /// What lies in the working tree that git doesn't track; of folders that it ignores their names alone.
    untracked: Vec<RepoPath>,
}

impl Verdicts {
    /// What is remembered, where a command of the run asks.
    fn load(cx: &Context, target: &Target) -> Result<Self> {
        let Some(repo) = &cx.repo else { return Ok(Self::default()) };
        let changed = match target {
            Target::Worktree => repo.unstaged()?.into_iter().collect(),
            Target::Index | Target::Commit(_) => BTreeSet::new(),
        };
        let cache = Cache::load(&folder(repo), &plan_fingerprint(&[], &Options::default(), b"commands"));
        let untracked = if repo.work_dir().is_some() {
            let all = repo.changes(&Side::Index, &Side::Worktree)?;
            let added = all.into_iter().filter(|one| one.kind == ChangeKind::Added).map(|one| one.path);
            added.chain(repo.ignored()?).collect()
        } else {
            Vec::new()
        };
        Ok(Self { cache, passed: Vec::new(), changed, untracked })
    }

    /// Remembers that a command passed on what this key stands for.
    pub(super) fn passed(&mut self, key: Key) {
        self.passed.push(key);
    }

    /// Looks again at which files aren't what the index holds: some may have been saved while commands ran.
    pub(super) fn look_again(&mut self, cx: &Context, target: &Target) -> Result<()> {
        if let (Some(repo), Target::Worktree) = (&cx.repo, target) {
            self.changed.extend(repo.unstaged()?);
        }
        Ok(())
    }

    /// Whether a command passed on what this key stands for.
    pub(super) fn knows(&self, key: Key) -> bool {
        self.cache.contains(key)
    }

    /// Writes down what passed.
    pub(super) fn save(mut self) {
        if !self.passed.is_empty() {
            self.cache.record(std::mem::take(&mut self.passed));
            self.cache.save();
        }
    }
}

impl Run<'_> {
    /// The verdicts, where one of these commands says what its verdict depends on.
    pub(super) fn verdicts(&self, commands: &[&Command]) -> Result<Verdicts> {
        if commands.iter().all(|command| command.inputs.is_none()) {
            return Ok(Verdicts::default());
        }
        Verdicts::load(self.cx, self.request.target)
    }

    /// What stands for all that the command's verdict depends on; `None` where it doesn't say so, or where that isn't what git holds.
    pub(super) fn verdict_key(&self, verdicts: &Verdicts, command: &Command) -> Result<Option<Key>> {
        let Some(inputs) = &command.inputs else { return Ok(None) };
        // In the working tree by its own wish it may see what isn't staged.
        if command.place == Some(Place::Worktree) && *self.request.target != Target::Worktree {
            return Ok(None);
        }
        let Ok(line) = self.cx.resolve(&command.run) else { return Ok(None) };
        let run = format!("{line}\0{:?}", self.request.input);
        let is_plain = |path: &RepoPath| self.fixes.after(path).is_none() && !verdicts.changed.contains(path);
        let mut files: Vec<(&RepoPath, ObjectId, bool)> = Vec::new();
        for path in self.files_of(command)? {
            let candidate = self.place_of(path).map(|at| &self.request.files[at]);
            let Some((candidate, id)) = candidate.and_then(|one| Some((one, one.id?))) else {
                return Ok(None);
            };
            if !is_plain(path) {
                return Ok(None);
            }
            files.push((path, id, candidate.is_executable()));
        }
        // What git doesn't hold isn't in the key: what matches such files, links, or nothing that is tracked may depend on them.
        let linked = |link: &String| inputs.matches(&RepoPath::from(link.as_str()));
        let outside = verdicts.untracked.iter().any(|path| inputs.matches(path))
            || self.request.plan.link.iter().any(linked);
        if outside {
            return Ok(None);
        }
        let mut others = Vec::new();
        let mut matched = BTreeSet::new();
        for entry in self.request.entries.iter().filter(|entry| inputs.matches(&entry.path)) {
            if entry.stage > 0 || !entry.mode.is_file() || !is_plain(&entry.path) {
                return Ok(None);
            }
            matched.extend(inputs.which(&entry.path));
            others.push((&entry.path, entry.id, entry.mode == EntryMode::Executable));
        }
        if matched.len() < inputs.count() {
            return Ok(None);
        }
        let environment: BTreeMap<String, String> = command.env.iter().cloned().collect();
        let folder = command.folder.as_ref().map(ToString::to_string).unwrap_or_default();
        let depends = CommandInputs {
            run: &run,
            folder: &folder,
            environment: &environment,
            files: &files,
            inputs: &others,
        };
        Ok(Some(command_key(&depends)))
    }
}
