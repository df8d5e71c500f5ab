//! Commands that change nothing: side by side, in the working tree or in the snapshot.

use xtask_core::model::{CaseStatus, Finding, Location, RepoPath, Result, Step};

use super::rooms::Which;
use super::summary::step;
use super::verdicts::Verdicts;
use super::{Intent, Run};
use crate::commands::{End, Ran, Task, run_all};
use crate::resolve::Command;
use crate::snapshot::Change;

impl<'r> Run<'r> {
    /// Runs the commands that change nothing.
    pub(super) fn check_by_commands(&mut self) -> Result<()> {
        let plan = self.request.plan;
        let checkers: Vec<&Command> = plan.commands.iter().filter(|command| !command.fixes).collect();
        let mut verdicts = self.verdicts(&checkers)?;
        let mut in_place = Vec::new();
        let mut in_snapshot = Vec::new();
        for command in checkers {
            if self.has_work(command)? {
                let key = self.verdict_key(&verdicts, command)?;
                if key.is_some_and(|key| verdicts.knows(key)) {
                    self.commands += 1;
                    self.times.commands.push(Step {
                        name: command.name.clone(),
                        status: CaseStatus::Passed,
                        wall_ms: None,
                        note: "passed on the same before".to_owned(),
                    });
                    continue;
                }
                match self.rooms.of_checker(command, &self.fixes)? {
                    Which::InPlace => in_place.push(command),
                    Which::Snapshot => in_snapshot.push(command),
                }
            }
        }
        let uncertain = self.run_in(Which::InPlace, &in_place, &mut verdicts)?;
        // What changed under a command's hands isn't what it was asked about: it is asked again where nobody else writes.
        in_snapshot.extend(uncertain);
        if !in_snapshot.is_empty() && !self.must_stop() {
            self.rooms.prepare(&self.fixes)?;
            self.run_in(Which::Snapshot, &in_snapshot, &mut verdicts)?;
            let before = self.findings.len();
            self.undeclared(&in_snapshot)?;
            if self.findings.len() > before {
                // Whoever it was: none of them is remembered to have passed.
                return Ok(());
            }
        }
        verdicts.save();
        Ok(())
    }

    fn must_stop(&self) -> bool {
        self.cx.cancel.is_stopped() || self.request.plan.fail_fast && !self.findings.is_empty()
    }

    /// Whether the command has anything to do: files that it takes, or nothing that says which.
    pub(super) fn has_work(&self, command: &Command) -> Result<bool> {
        let whole = !command.wants_files() && !command.chooses;
        Ok(command.always || whole || !self.files_of(command)?.is_empty())
    }

    /// The files that a command takes.
    pub(super) fn files_of(&self, command: &Command) -> Result<Vec<&'r RepoPath>> {
        let mut taken = Vec::new();
        for one in self.seen.iter() {
            let path = &self.request.files[one.at].path;
            if command.takes(path, one.tags)? {
                taken.push(path);
            }
        }
        Ok(taken)
    }

    /// Runs commands in a room. Gives those whose verdict is worth nothing, as their files changed meanwhile.
    fn run_in<'c>(
        &mut self,
        which: Which,
        commands: &[&'c Command],
        verdicts: &mut Verdicts,
    ) -> Result<Vec<&'c Command>> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let files = commands.iter().map(|command| self.files_of(command)).collect::<Result<Vec<_>>>()?;
        let (called, ran) = self.rooms.with(which, |room| {
            let with_files = commands.iter().zip(&files);
            let tasks: Vec<Task<'_>> =
                with_files.map(|(command, files)| Task { command, files: files.clone(), room }).collect();
            (room.called, run_all(self.cx, &tasks, self.request.input, self.request.plan.fail_fast))
        })?;
        if commands.iter().any(|command| command.inputs.is_some()) {
            verdicts.look_again(self.cx, self.request.target)?;
        }
        let moved = if which == Which::InPlace { Some(self.rooms.moved_on()?) } else { None };
        let mut uncertain = Vec::new();
        for ((command, files), Ran { end, wall, .. }) in commands.iter().zip(files).zip(ran) {
            let given = Some(&files[..]).filter(|_| command.wants_files());
            let doubtful = command.place.is_none() && moved.as_ref().is_some_and(|moved| moved.has(given));
            if doubtful && !matches!(end, End::Stopped | End::Missing(_)) {
                uncertain.push(*command);
                continue;
            }
            if matches!(end, End::Passed)
                && (which == Which::Snapshot || command.place.is_none())
                && let Some(key) = self.verdict_key(verdicts, command)?
            {
                verdicts.passed(key);
            }
            self.times.commands.push(step(&command.name, &end, wall, called));
            self.ended(end);
        }
        Ok(uncertain)
    }

    /// Takes in how a command ended.
    pub(super) fn ended(&mut self, end: End) {
        self.commands += 1;
        match end {
            End::Passed | End::Stopped => {}
            End::Failed(finding) => self.findings.push(*finding),
            End::Missing(part) => {
                if !self.missing.contains(&part) {
                    self.missing.push(part);
                }
            }
        }
    }

    /// What commands changed in the snapshot although they don't say that they fix. What they staged themselves (`git add`) counts, and is
    /// looked at as any other file; files that they just changed are held against them.
    fn undeclared(&mut self, commands: &[&Command]) -> Result<()> {
        let names: Vec<&str> = commands.iter().map(|command| command.name.as_str()).collect();
        let names = names.join(", ");
        let mut adopted = Vec::new();
        let changes = self.rooms.changes()?;
        let forms = self.forms(changes.keys())?;
        for (path, change) in changes {
            match change {
                Change::Created { staged: false, .. } => {}
                Change::Modified { content, staged: true } | Change::Created { content, staged: true }
                    if self.request.intent == Intent::Fix && content.mode.is_file() =>
                {
                    if self.takes_back(&path, content)? {
                        continue;
                    }
                    let at = self.place_of(&path);
                    let bytes = self.in_my_form(&forms, &path, content)?;
                    let before = self.before_of(&path)?;
                    self.fixes.put(&path, || before, (content.mode, bytes), &names);
                    adopted.extend(at);
                }
                _ => {
                    let at = Some(Location::file(path));
                    let message =
                        format!("a command changed the file and isn't declared to fix: one of {names}");
                    let finding = Finding::new("hooks", "changed-by-command", at, message)
                        .fix("set `fixes = true` on that command, so that its changes come back");
                    self.findings.push(finding);
                }
            }
        }
        if !adopted.is_empty() {
            self.look(&adopted)?;
            self.judge_again(&adopted)?;
        }
        Ok(())
    }
}
