//! The one line that says what a run did, and how long each part took.

use std::time::Duration;

use xtask_core::model::Metric;

use super::{Run, Target};

/// How long the parts of a run took.
#[derive(Default)]
pub(super) struct Times {
    /// The built-in checks.
    pub(super) checks: Duration,
    /// The commands: name, time, and the room in words.
    pub(super) commands: Vec<(String, Duration, &'static str)>,
    /// The commands that passed on the same before, and weren't run.
    pub(super) remembered: Vec<String>,
}

impl Run<'_> {
    /// `17 files, 10 checks (3 ms), ruff (120 ms in the snapshot), 2 files fixed`.
    pub(super) fn summary(&self) -> String {
        let plan = self.request.plan;
        let mut parts = vec![counted(self.seen.len(), "file")];
        let checks = counted(plan.checks.len() + plan.patterns.len(), "check");
        parts.push(if self.times.commands.is_empty() {
            checks
        } else {
            format!("{checks} ({} ms)", self.times.checks.as_millis())
        });
        for (name, wall, room) in &self.times.commands {
            parts.push(format!("{name} ({} ms {room})", wall.as_millis()));
        }
        for name in &self.times.remembered {
            parts.push(format!("{name} (passed on the same before)"));
        }
        if !self.fixes.is_empty() {
            let lands = self.findings.is_empty() || *self.request.target == Target::Worktree;
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
