//! commit-msg and prepare-commit-msg: the file of the message is what checks and commands get, and commands may change it.

use std::path::Path;
use std::time::Instant;

use bstr::ByteSlice;
use xtask_core::gate::Context;
use xtask_core::model::{Finding, GateReport, Location, Outcome, Problem, RepoPath, Result, Skip};

use crate::checks::{File, Found, Hit, Work, check_chosen};
use crate::commands::{End, HookInput, Task, quote, run_all};
use crate::message::{Cleanup, check};
use crate::resolve::StagePlan;
use crate::run::{Fixes, Rooms, Target, Which, counted, owns_index, step};
use crate::select::Candidate;
use crate::stage::Stage;
use crate::types::{SNIFFED, Tags};

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
    let mut rooms = Rooms::new(cx, plan, &target, &[]);
    let which = match &cx.repo {
        Some(repo) if !owns_index(repo) && !plan.commands.is_empty() => {
            rooms.prepare(&Fixes::default())?;
            Which::Snapshot
        }
        _ => Which::InPlace,
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut missing = Vec::new();
    let mut steps = Vec::new();
    // One after the other, in the order in which they are written: each may change the message.
    for command in &plan.commands {
        let (called, ran) = rooms.with(which, |room| {
            (room.called, run_all(cx, &[Task { command, files: vec![&path], room }], input, plan.fail_fast))
        })?;
        for ran in ran {
            steps.push(step(&command.name, &ran.end, ran.wall, called));
            match ran.end {
                End::Passed | End::Stopped => {}
                End::Failed(finding) => findings.push(*finding),
                End::Missing(part) => missing.push(part),
            }
        }
    }
    let named = path;
    let path = RepoPath::new(file.as_encoded_bytes());
    findings.extend(checked(cx, plan, &path, &on_disk)?);
    let checks = plan.checks.iter().filter(|check| reads_messages(check.work)).count();
    let ran = plan.commands.len() + checks + plan.patterns.len();
    if plan.stage == Stage::CommitMsg {
        // Where git was called in a folder below the top, the name that it gives the file isn't right there.
        let below = cx.environment.text("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
        let again =
            format!("the message is kept: git commit -eF {}", quote(if below { &named } else { &path }));
        for finding in findings.iter_mut().filter(|finding| finding.fix.is_none()) {
            finding.fix = Some(again.clone());
        }
    }
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
    report.steps = steps;
    report.summary = format!("the message, {}", counted(checks + plan.patterns.len(), "check"));
    report.wall_ms = started.elapsed().as_millis() as u64;
    Ok(report)
}

/// The file of the message, where git names it.
pub(super) fn files(input: &HookInput) -> Vec<Candidate> {
    let path = input.arguments.first().map(|file| RepoPath::new(file.as_encoded_bytes()));
    path.into_iter().map(|path| Candidate::untracked(path, false)).collect()
}

/// Whether a check has anything to look at in a message.
fn reads_messages(work: Work) -> bool {
    matches!(work, Work::Message(_) | Work::Lines(_) | Work::Bytes(_) | Work::Size(_))
}

/// What checks and patterns hold against the message: those of messages look at it as git will store it, the others at the file, where it
/// is one that they take.
fn checked(cx: &Context, plan: &StagePlan, path: &RepoPath, on_disk: &Path) -> Result<Vec<Finding>> {
    if plan.checks.is_empty() && plan.patterns.is_empty() {
        return Ok(Vec::new());
    }
    let raw = xtask_core::files::read(on_disk)?;
    let mut found = check(&plan.checks, &raw, &cleanup(cx)?, &plan.options);
    let tags = Tags::of_name(path.file_name(), false).with_content(&raw[..raw.len().min(SNIFFED)]);
    let file = File { path, tags, size: raw.len() as u64 };
    found.extend(check_chosen(&plan.checks_of(&file)?, &file, &raw, &plan.options));
    let finding = |id: &str, hit: Hit| {
        let at = Location { line: hit.line, column: hit.column, ..Location::file(path.clone()) };
        Finding::new(id, id, Some(at), hit.message)
    };
    let mut findings: Vec<Finding> =
        found.into_iter().map(|Found { check, hit }| finding(check.id, hit)).collect();
    for pattern in &plan.patterns {
        if pattern.files.matches(path, tags)?.is_yes() {
            findings.extend(pattern.check(path, &raw)?.into_iter().map(|hit| finding(&pattern.name, hit)));
        }
    }
    Ok(findings)
}

/// How git will clean the message up, by its settings and by whether an editor was open.
fn cleanup(cx: &Context) -> Result<Cleanup> {
    let settings = r"^(commit\.cleanup|core\.comment(string|char))$";
    let git = xtask_core::repo::git(&cx.root).args(["config", "--null", "--get-regexp", settings]);
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
