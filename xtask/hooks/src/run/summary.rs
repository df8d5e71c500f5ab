//! What a run did in one line, and how its commands ended and how long each took.

use std::time::Duration;

use xtask_core::model::{CaseStatus, Finding, Metric, Step};

use super::{Run, Target, UNSTABLE};
use crate::commands::End;
use crate::section::OnFix;

/// How long the parts of a run took.
#[derive(Default)]
pub(super) struct Times {
    /// The built-in checks.
    pub(super) checks: Duration,
    /// The commands.
    pub(super) commands: Vec<Step>,
}

impl Times {
    /// Takes in the last run of a command that may run several times.
    pub(super) fn ended(&mut self, name: &str, end: &End) {
        for step in self.commands.iter_mut().filter(|step| step.name == name) {
            step.status = status(end);
        }
    }

    /// The commands, and what is held against them: a fixer that passed may have changed what it mustn't.
    pub(super) fn steps(&mut self, findings: &[Finding]) -> Vec<Step> {
        let mut steps = std::mem::take(&mut self.commands);
        for step in &mut steps {
            let blamed = |finding: &Finding| finding.tool.split(", ").any(|name| name == step.name);
            if step.status == CaseStatus::Passed && findings.iter().any(blamed) {
                step.status = CaseStatus::Failed;
            }
        }
        steps
    }
}

/// A command that ran in a room: `note` says where.
pub(crate) fn step(name: &str, end: &End, wall: Duration, note: &str) -> Step {
    let started = !matches!(end, End::Stopped) || !wall.is_zero();
    let wall_ms = u64::try_from(wall.as_millis()).ok().filter(|_| started);
    let note = match end {
        End::Stopped if !started => "not started",
        End::Stopped => "stopped",
        End::Missing(_) => "its program is not there",
        End::Passed | End::Failed(_) => note,
    };
    Step { name: name.to_owned(), status: status(end), wall_ms, note: note.to_owned() }
}

fn status(end: &End) -> CaseStatus {
    match end {
        End::Passed => CaseStatus::Passed,
        End::Failed(_) => CaseStatus::Failed,
        End::Missing(_) | End::Stopped => CaseStatus::Skipped,
    }
}

impl Run<'_> {
    /// `17 files, 10 checks (3 ms), 2 files fixed`; the commands are told beside it.
    pub(super) fn summary(&self) -> String {
        let plan = self.request.plan;
        let mut parts = vec![counted(self.seen.len(), "file")];
        let checks = counted(plan.checks.len() + plan.patterns.len(), "check");
        parts.push(if self.times.commands.is_empty() {
            checks
        } else {
            format!("{checks} ({} ms)", self.times.checks.as_millis())
        });
        if !self.fixes.is_empty() {
            let lands = self.findings.is_empty()
                || *self.request.target == Target::Worktree
                || plan.on_fix == OnFix::Stop
                    && !self.findings.kept().iter().any(|finding| finding.rule == UNSTABLE);
            let word = if lands { "fixed" } else { "could be fixed" };
            parts.push(format!("{} {word}", counted(self.fixes.len(), "file")));
        }
        if self.left_out > 0 {
            parts.push(format!("{} not run here", counted(self.left_out, "fixing command")));
        }
        if !plan.skipped.is_empty() {
            parts.push(format!("skipped: {}", plan.skipped.join(", ")));
        }
        parts.join(", ")
    }
}

/// A number and its noun: `1 file`, `2 files`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let number = Metric::count("", count).show();
    let plural = if count == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
