//! commit-msg and prepare-commit-msg: the file of the message is what checks and commands get, and commands may change it.

use std::path::Path;
use std::time::Instant;

use bstr::ByteSlice;
use xtask_core::exec::Process;
use xtask_core::gate::Context;
use xtask_core::model::{Finding, GateReport, Location, Outcome, Problem, RepoPath, Result, Skip};

use crate::checks::Found;

use crate::commands::{End, HookInput, Task, run_all};
use crate::message::{Cleanup, check};
use crate::resolve::StagePlan;
use crate::run::{Fixes, Rooms, Target, Which, counted, owns_index};

/// Runs the stage on the message that git names.
pub(super) fn run(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    let started = Instant::now();
    let Some(file) = input.arguments.first() else {
        return Err(Problem::usage(format!("{} needs the file of the message", plan.stage.name()))
            .fix(format!("xtask hooks run {} -- .git/COMMIT_EDITMSG", plan.stage.name())));
    };
    let on_disk = cx.root.join(file);
    // Absolute: a command may run elsewhere.
    let path = RepoPath::new(on_disk.as_os_str().as_encoded_bytes());
    let target = Target::Index;
    let mut rooms = Rooms::new(cx, plan, &target);
    let which = match &cx.repo {
        Some(repo) if !owns_index(repo) && !plan.commands.is_empty() => {
            rooms.prepare(&Fixes::default())?;
            Which::Snapshot
        }
        _ => Which::InPlace,
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut missing = Vec::new();
    // One after the other, in the order in which they are written: each may change the message.
    for command in &plan.commands {
        let ran = rooms.with(which, |room| {
            run_all(cx, &[Task { command, files: vec![&path], room }], input, plan.fail_fast)
        });
        for ran in ran {
            match ran.end {
                End::Passed | End::Stopped => {}
                End::Failed(finding) => findings.push(*finding),
                End::Missing(part) => missing.push(part),
            }
        }
    }
    let path = RepoPath::new(file.as_encoded_bytes());
    findings.extend(checked(cx, plan, &path, &on_disk)?);
    let ran = plan.commands.len() + plan.checks.len();
    let mut report = GateReport::judged("hooks", findings);
    if cx.cancel.is_stopped() {
        report.outcome =
            Outcome::Skipped { reason: Skip::Stopped, why: "the run was stopped".to_owned(), fix: None };
    } else if ran == 0 {
        report.outcome = Outcome::nothing_to_do("the stage has no checks and no commands");
    } else if missing.len() == ran {
        for part in &missing {
            report.outcome = report.outcome.and(Outcome::missing(part.why.clone(), part.fix.clone()));
        }
    }
    report.missing = missing;
    report.summary = format!("the message, {}", counted(ran, "check"));
    report.wall_ms = started.elapsed().as_millis() as u64;
    Ok(report)
}

/// What the built-in checks hold against the message, as git will store it.
fn checked(cx: &Context, plan: &StagePlan, path: &RepoPath, file: &Path) -> Result<Vec<Finding>> {
    if plan.checks.is_empty() {
        return Ok(Vec::new());
    }
    let raw = xtask_core::files::read(file)?;
    let found = check(&plan.checks, &raw, &cleanup(cx)?, &plan.options);
    let finding = |found: Found| {
        let Found { check, hit } = found;
        let at = Location { line: hit.line, column: hit.column, ..Location::file(path.clone()) };
        Finding::new(check.id, check.id, Some(at), hit.message)
    };
    Ok(found.into_iter().map(finding).collect())
}

/// How git will clean the message up, by its settings and by whether an editor was open.
fn cleanup(cx: &Context) -> Result<Cleanup> {
    let settings = r"^(commit\.cleanup|core\.comment(string|char))$";
    let git = Process::new("git").args(["config", "--null", "--get-regexp", settings]).folder(&cx.root);
    let ended = git.run(&cx.cancel).map_err(Problem::from)?;
    let (mut mode, mut comment) = (None, None);
    for line in ended.stdout.split(|&byte| byte == 0) {
        match line.split_once_str("\n") {
            Some((b"commit.cleanup", value)) => mode = value.to_str().ok(),
            Some((_, value)) => comment = Some(value),
            None => {}
        }
    }
    // Git sets the variable to `:` for a hook where no editor is opened.
    let edited = cx.environment.text("GIT_EDITOR") != Some(":");
    Ok(Cleanup::new(mode, comment, edited))
}
