//! Fixers: built-in ones on bytes in memory, fixing commands in the snapshot; again and again until nothing changes any more.

use std::collections::{BTreeMap, BTreeSet};

use xtask_core::model::{Finding, Location, RepoPath, Result};

use super::fixes::Before;
use super::rooms::Which;
use super::summary::{counted, step};
use super::waves::{Reach, waves};
use super::{Run, Target};
use crate::checks::{File, fix_chosen};
use crate::commands::{End, Task, run_all};
use crate::resolve::Command;
use crate::select::Candidate;
use crate::snapshot::{Change, Content};

/// After so many rounds fixers that still change files are at odds with each other.
const ROUNDS: usize = 3;

/// The rule of what fixers are never done with.
pub(crate) const UNSTABLE: &str = "unstable";

/// Who changed which files in a round.
pub(super) type Changed = BTreeMap<RepoPath, BTreeSet<String>>;

impl Run<'_> {
    /// Lets fixers work on what was seen until nothing changes any more.
    pub(super) fn fix_until_stable(&mut self) -> Result<()> {
        let mut todo: BTreeSet<usize> = self.seen.iter().map(|one| one.at).collect();
        for round in 0..ROUNDS {
            let mut changed = self.built_in_fixes(&todo)?;
            if !self.cx.cancel.is_stopped() {
                for (path, by) in self.fixing_commands(round, &todo, !changed.is_empty())? {
                    changed.entry(path).or_default().extend(by);
                }
            }
            if changed.is_empty() || self.cx.cancel.is_stopped() {
                break;
            }
            todo = changed.keys().filter_map(|path| self.place_of(path)).collect();
            self.look(&todo.iter().copied().collect::<Vec<_>>())?;
            if round + 1 == ROUNDS {
                self.at_odds(&changed);
            }
        }
        self.fixes.drop_unchanged();
        self.fixers_ended();
        Ok(())
    }

    /// Remembers how a fixer ended: of several runs the last one counts, since many fail whenever they change something.
    pub(super) fn fixer_ended(&mut self, command: &Command, end: End) {
        self.fixer_ends.insert(command.name.clone(), end);
    }

    /// Takes in how the fixers ended.
    fn fixers_ended(&mut self) {
        for (name, end) in std::mem::take(&mut self.fixer_ends) {
            self.times.ended(&name, &end);
            self.ended(end);
        }
    }

    /// Fixers that are never done: with one it is its own fault, with several they undo each other's work.
    fn at_odds(&mut self, changed: &Changed) {
        for (path, by) in changed {
            let names: Vec<&str> = by.iter().map(String::as_str).collect();
            let message = match names[..] {
                [one] => format!("{one} changes the file each time it runs ({ROUNDS} times so far)"),
                _ => format!(
                    "after {ROUNDS} rounds the file still changes: {} are at odds",
                    names.join(" and ")
                ),
            };
            let finding = Finding::new("hooks", UNSTABLE, Some(Location::file(path.clone())), message).fix(
                "give the file to one of them: `exclude` it from the other, or make their settings agree",
            );
            self.findings.push(finding);
        }
    }

    pub(super) fn place_of(&self, path: &RepoPath) -> Option<usize> {
        self.request.files.binary_search_by(|file| file.path.cmp(path)).ok()
    }

    /// Applies the built-in fixers to these files.
    fn built_in_fixes(&mut self, todo: &BTreeSet<usize>) -> Result<Changed> {
        let super::Request { plan, files, .. } = self.request;
        let mut changed = Changed::new();
        // Commands that ran meanwhile may have put links in the place of folders.
        self.opened.forget_folders();
        for at in todo {
            let Some(seen) = self.seen.get(*at) else { continue };
            let hit = seen.found().iter().filter(|found| found.check.fix.is_some());
            let by: BTreeSet<String> = hit.map(|found| found.check.id.to_owned()).collect();
            if by.is_empty() || self.cx.cancel.is_stopped() {
                continue;
            }
            let candidate = &files[*at];
            let Some(bytes) = self.bytes(candidate)? else { continue };
            let file = File { path: &candidate.path, tags: seen.tags, size: bytes.len() as u64 };
            let checks = plan.checks_of(&file)?;
            if let Some(fixed) = fix_chosen(&checks, &file, &bytes, &plan.options) {
                for name in &by {
                    let before =
                        || Some(Before { mode: candidate.mode, id: candidate.id, bytes: bytes.clone() });
                    self.fixes.put(&candidate.path, before, (candidate.mode, fixed.clone()), name);
                }
                changed.insert(candidate.path.clone(), by);
            }
        }
        Ok(changed)
    }

    /// Runs the fixing commands on these files: in the first round all that have something to do, later those whose files changed.
    fn fixing_commands(&mut self, round: usize, todo: &BTreeSet<usize>, any: bool) -> Result<Changed> {
        let plan = self.request.plan;
        let files = self.request.files;
        let mut chosen: Vec<(&Command, BTreeSet<&RepoPath>)> = Vec::new();
        for command in plan.commands.iter().filter(|command| command.fixes) {
            let mut mine = BTreeSet::new();
            for one in todo.iter().filter_map(|at| self.seen.get(*at)) {
                if command.takes(&files[one.at].path, one.tags)? {
                    mine.insert(&files[one.at].path);
                }
            }
            let runs = if round == 0 {
                self.has_work(command)?
            } else {
                !mine.is_empty() || any && !command.wants_files()
            };
            if runs {
                chosen.push((command, mine));
            }
        }
        let mut changed = Changed::new();
        let (in_place, chosen): (Vec<_>, Vec<_>) =
            chosen.into_iter().partition(|(command, _)| self.is_in_place(command));
        for (command, mine) in in_place {
            if self.cx.cancel.is_stopped() {
                return Ok(changed);
            }
            self.fix_in_place(round == 0, command, &mine, &mut changed)?;
        }
        if chosen.is_empty() {
            return Ok(changed);
        }
        self.rooms.prepare(&self.fixes)?;
        let reaches: Vec<Reach<'_>> = chosen
            .iter()
            .map(
                |(command, mine)| if command.wants_files() { Reach::Files(mine.clone()) } else { Reach::All },
            )
            .collect();
        for wave in waves(&reaches) {
            let wave: Vec<&(&Command, BTreeSet<&RepoPath>)> = wave.iter().map(|&at| &chosen[at]).collect();
            if !self.run_wave(round, &wave, &mut changed)? {
                break;
            }
        }
        Ok(changed)
    }

    /// Runs commands that share no file, and takes in what they changed. Whether to go on.
    fn run_wave(
        &mut self,
        round: usize,
        wave: &[&(&Command, BTreeSet<&RepoPath>)],
        changed: &mut Changed,
    ) -> Result<bool> {
        let (called, ran) = self.rooms.with(Which::Snapshot, |room| {
            let tasks: Vec<Task<'_>> = wave
                .iter()
                .map(|(command, mine)| Task { command, files: mine.iter().copied().collect(), room })
                .collect();
            (room.called, run_all(self.cx, &tasks, self.request.input, self.request.plan.fail_fast))
        })?;
        let mut failed = false;
        // What a command left that was ended by force is nobody's fix.
        let mut whole: Vec<&(&Command, BTreeSet<&RepoPath>)> = Vec::new();
        for (one, ran) in wave.iter().zip(ran) {
            failed |= matches!(ran.end, End::Failed(_));
            if round == 0 {
                self.times.commands.push(step(&one.0.name, &ran.end, ran.wall, called));
            }
            if ran.whole {
                whole.push(one);
            }
            self.fixer_ended(one.0, ran.end);
        }
        if !self.cx.cancel.is_stopped() {
            self.take_in(&whole, whole.len() < wave.len(), changed)?;
        }
        let over = self.cx.cancel.is_stopped() || failed && self.request.plan.fail_fast;
        Ok(!over)
    }

    /// Takes in what the commands of a wave changed: files of this run, and what they staged themselves. Other files are left as
    /// they are, and told.
    fn take_in(
        &mut self,
        wave: &[&(&Command, BTreeSet<&RepoPath>)],
        cut: bool,
        changed: &mut Changed,
    ) -> Result<()> {
        let mut others = Vec::new();
        let changes = self.rooms.changes()?;
        let forms = self.forms(changes.keys())?;
        for (path, change) in changes {
            let (now, staged) = match change {
                Change::Modified { content, staged } => (content, staged),
                Change::Created { content, staged: true } => (content, true),
                Change::Created { staged: false, .. } | Change::Deleted => {
                    others.push(path);
                    continue;
                }
            };
            let by: BTreeSet<String> = wave
                .iter()
                .filter(|(command, mine)| mine.contains(&path) || !command.wants_files())
                .map(|(command, _)| command.name.clone())
                .collect();
            // Beside a command that was ended by force, only what another was given is surely that one's work.
            if !now.mode.is_file() || self.place_of(&path).is_none() && !staged || by.is_empty() && cut {
                others.push(path);
                continue;
            }
            let by = if by.is_empty() {
                wave.iter().map(|(command, _)| command.name.clone()).collect()
            } else {
                by
            };
            // Of a file that it was given, HEAD's content can be what a fixer makes: all that was staged was the fault.
            let is_given = wave.iter().any(|(command, mine)| command.wants_files() && mine.contains(&path));
            if staged && !is_given && self.takes_back(&path, now)? {
                others.push(path);
                continue;
            }
            let bytes = self.in_my_form(&forms, &path, now)?;
            let before = self.before_of(&path)?;
            for name in &by {
                self.fixes.put(&path, || before.clone(), (now.mode, bytes.clone()), name);
            }
            changed.entry(path).or_default().extend(by);
        }
        if !others.is_empty() {
            // Checkers must not see it.
            self.rooms.start_anew();
        }
        if !others.is_empty() && !wave.is_empty() {
            let names: Vec<&str> = wave.iter().map(|(command, _)| command.name.as_str()).collect();
            let shown: Vec<String> = others.iter().take(3).map(ToString::to_string).collect();
            let more = if others.len() > 3 { ", …" } else { "" };
            self.cx.events.notice(format!(
                "hooks: {} also touched {} that this run is not about, left as they are: {}{more}",
                names.join(", "),
                counted(others.len(), "file"),
                shown.join(", ")
            ));
        }
        Ok(())
    }

    /// Whether a command put HEAD's content of a file into the index, which takes back all that is staged of it: `git reset` does so,
    /// and no fixer means it. Then that is a finding.
    pub(super) fn takes_back(&mut self, path: &RepoPath, content: Content) -> Result<bool> {
        let (Some(repo), Target::Index) = (&self.cx.repo, self.request.target) else { return Ok(false) };
        let is_heads = self.opened.is_heads(repo, path, content)?;
        if is_heads {
            let message =
                "a command took back what is staged of the file (`git reset`?); nothing was changed";
            let at = Some(Location::file(path.clone()));
            let fix = "leave what resets or checks out files out of the stage's commands";
            self.findings.push(Finding::new("hooks", "taken-back", at, message).fix(fix));
        }
        Ok(is_heads)
    }

    /// How the file of this path was before any fixer, also where this run isn't about it; `None` where there was none.
    pub(super) fn before_of(&self, path: &RepoPath) -> Result<Option<Before>> {
        if let Some(at) = self.place_of(path) {
            return self.before(&self.request.files[at], None);
        }
        let entries = self.request.entries;
        match entries.binary_search_by(|entry| entry.path.cmp(path)) {
            Ok(at) => self.before(&Candidate::from(&entries[at]), None),
            Err(_) => Ok(None),
        }
    }

    /// How a file was before any fixer; `on_disk` is what the working tree held, where a command may have changed that since.
    pub(super) fn before(&self, candidate: &Candidate, on_disk: Option<&[u8]>) -> Result<Option<Before>> {
        if self.fixes.after(&candidate.path).is_some() {
            // It is asked at the first change alone.
            return Ok(None);
        }
        let bytes = match on_disk {
            Some(on_disk) => self.bytes_before(candidate, on_disk)?,
            None => self.bytes(candidate)?,
        };
        Ok(bytes.map(|bytes| Before { mode: candidate.mode, id: candidate.id, bytes }))
    }

    /// The content of a file as the run sees it, where the working tree held `on_disk`.
    pub(super) fn bytes_before(&self, candidate: &Candidate, on_disk: &[u8]) -> Result<Option<Vec<u8>>> {
        match (self.request.target, self.fixes.after(&candidate.path)) {
            (Target::Worktree, None) => Ok(Some(on_disk.to_vec())),
            _ => self.bytes(candidate),
        }
    }

    /// What fixing commands would change, where nothing may be changed: a finding each.
    pub(super) fn would_fix(&mut self) -> Result<()> {
        let plan = self.request.plan;
        let mut fixing = 0;
        for command in plan.commands.iter().filter(|command| command.fixes) {
            fixing += usize::from(self.has_work(command)?);
        }
        if fixing == 0 || self.cx.cancel.is_stopped() {
            return Ok(());
        }
        if !self.rooms.can_snapshot() {
            self.left_out = fixing;
            self.cx.events.notice(format!(
                "hooks: {} not run, since nothing may be changed here; `xtask hooks run {} --all-files --fix` runs them",
                counted(fixing, "fixing command"),
                plan.stage.name()
            ));
            return Ok(());
        }
        let todo: BTreeSet<usize> = self.seen.iter().map(|one| one.at).collect();
        let changed = self.fixing_commands(0, &todo, false)?;
        // That it fails where it would change something says the same once more.
        for name in changed.values().flatten() {
            self.fixer_ends.insert(name.clone(), End::Passed);
        }
        self.fixers_ended();
        for (path, by) in changed {
            let names: Vec<&str> = by.iter().map(String::as_str).collect();
            let names = names.join(", ");
            let line = self.first_difference(&path);
            let at = Location { line: Some(line), ..Location::file(path) };
            let finding = Finding::new(&names, &names, Some(at), format!("{names} would change the file"))
                .fix(self.request.to_fix);
            self.findings.push(finding);
        }
        self.fixes = super::Fixes::default();
        Ok(())
    }

    /// The first line that a fixer changed.
    fn first_difference(&self, path: &RepoPath) -> u32 {
        let Some(fixed) = self.fixes.get(path) else { return 1 };
        let before = fixed.before.as_ref().map_or(&[][..], |before| &before.bytes);
        let same = before.iter().zip(&fixed.after).take_while(|(one, two)| one == two).count();
        before[..same].iter().filter(|&&byte| byte == b'\n').count() as u32 + 1
    }
}
