//! The gate `hooks`: what pre-commit would run, over all tracked files or over those that changed.

use xtask_core::gate::{Context, Gate, GatePlan, Need, Planned};
use xtask_core::model::Result;

use crate::checks::Work;
use crate::install;
use crate::resolve::{Command, StagePlan};
use crate::run::{counted, run};
use crate::section::HooksSection;
use crate::select::{Candidate, Selection, select};
use crate::stage::Stage;

/// The gate `hooks`.
pub struct HooksGate;

impl Gate for HooksGate {
    fn name(&self) -> &'static str {
        "hooks"
    }

    fn plan(&self, cx: &Context) -> Result<Planned> {
        let Some(repo) = &cx.repo else {
            return Ok(Planned::idle(GatePlan::out("hooks", "this is no git repository")));
        };
        if repo.work_dir().is_none() {
            return Ok(Planned::idle(GatePlan::out("hooks", "the repository is bare")));
        }
        let section: HooksSection = cx.config.section_or_default()?;
        let stage = StagePlan::new(Stage::PreCommit, &section, cx.environment)?;
        if stage.is_empty() {
            let why = if stage.skipped.is_empty() {
                "[hooks.pre-commit] lists no checks and no commands".to_owned()
            } else {
                format!("XTASK_SKIP skips all of it: {}", stage.skipped.join(", "))
            };
            return Ok(Planned::idle(GatePlan::out("hooks", why)));
        }
        let files = select(cx, &Selection::from(&cx.scope), &stage.exclude)?;
        let why = if cx.config.has("hooks") { "[hooks] is configured" } else { "this is a git repository" };
        let standing = cx.standing("hooks");
        let plan = GatePlan { steps: steps(&stage, &files), ..GatePlan::new("hooks", standing, why) };
        Ok(Planned::run(plan, move |cx| {
            let mut report = run(cx, &stage, &files, false)?;
            report.standing = standing;
            Ok(report)
        }))
    }

    fn needs(&self, cx: &Context) -> Vec<Need> {
        // A section that can't be read is told by the check of xtask.toml.
        let section: HooksSection = cx.config.section_or_default().unwrap_or_default();
        install::need(cx, &install::configured(&section)).into_iter().collect()
    }
}

/// What a run of `stage` over `selection` would do, a line each: nothing is started, nothing is changed.
pub fn plan_steps(cx: &Context, stage: &StagePlan, selection: &Selection) -> Result<Vec<String>> {
    Ok(steps(stage, &select(cx, selection, &stage.exclude)?))
}

/// A line for each check and each command: how many files it gets, as far as names tell.
fn steps(stage: &StagePlan, files: &[Candidate]) -> Vec<String> {
    let unknown = files.iter().filter(|file| !file.tags.is_certain()).count();
    let checks = stage.checks.iter().map(|check| {
        let sure = files.iter().filter(|file| file.tags.has(check.takes)).count();
        match check.work {
            Work::Lines(_) | Work::Bytes(_) if check.takes == "text" && unknown > 0 => {
                let they_are = if unknown == 1 { "it is" } else { "they are" };
                format!("{}: {}, and {unknown} more if {they_are} text", check.id, counted(sure, "file"))
            }
            _ => format!("{}: {}", check.id, counted(sure, "file")),
        }
    });
    let skipped = stage.skipped.iter().map(|name| format!("{name}: skipped by XTASK_SKIP"));
    checks.chain(stage.commands.iter().map(|command| command_step(command, files))).chain(skipped).collect()
}

fn command_step(command: &Command, files: &[Candidate]) -> String {
    let Command { name, run, .. } = command;
    if command.fixes {
        return format!("{name}: not run here, since it changes files: {run}");
    }
    if !run.contains("{files}") {
        return format!("{name}: {run}");
    }
    let count = files.iter().filter(|file| command.takes(&file.path, file.tags)).count();
    format!("{name}: {}: {run}", counted(count, "file"))
}
