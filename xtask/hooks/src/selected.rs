//! A run over chosen files of the working tree: `--all-files`, `--files`, a range of commits, and the gate of `ci`.

use xtask_core::gate::Context;
use xtask_core::model::{Finding, GateReport, Location, Outcome, Problem, RepoPath, Result};
use xtask_core::repo::EntryMode;

use crate::commands::HookInput;
use crate::merge::merge;
use crate::resolve::StagePlan;
use crate::run::{Ended, Fixed, Intent, Request, Target, run};
use crate::select::{Candidate, Selection, compared, select};
use crate::staged::set_executable;

/// Runs `plan` over the files of `selection` as they are in the working tree. Nothing is changed, unless `fix` asks for it:
/// then fixers write, and what is left is reported.
pub fn run_all_files(cx: &Context, plan: &StagePlan, selection: &Selection, fix: bool) -> Result<GateReport> {
    let files = select(cx, selection, plan)?;
    run_on_files(cx, plan, selection, &files, fix)
}

/// As [`run_all_files`], over files that are already chosen.
pub(crate) fn run_on_files(
    cx: &Context,
    plan: &StagePlan,
    selection: &Selection,
    files: &[Candidate],
    fix: bool,
) -> Result<GateReport> {
    let intent = if fix { Intent::Fix } else { Intent::Report };
    let input = HookInput::default();
    let compare = compared(cx, selection)?;
    let request = Request {
        plan,
        target: &Target::Worktree,
        files,
        entries: cx.tracked()?,
        compare: compare.as_ref(),
        intent,
        input: &input,
    };
    let Ended { mut report, fixes, .. } = run(cx, request)?;
    if cx.cancel.is_stopped() {
        return Ok(report);
    }
    for (path, fixed) in fixes.iter() {
        let finding = write(cx, path, fixed).unwrap_or_else(|problem| {
            let message = format!("{problem}");
            Some(Finding::new("hooks", "unwritable", Some(Location::file(path.clone())), message))
        });
        if let Some(finding) = finding {
            report.findings.push(finding);
            report.outcome = report.outcome.and(Outcome::Failed);
        }
    }
    report.standing = cx.standing("hooks");
    Ok(report)
}

/// Writes what fixers made of a file. What was saved meanwhile is merged; where that can't be, the file stays as it is.
fn write(cx: &Context, path: &RepoPath, fixed: &Fixed) -> Result<Option<Finding>> {
    let on_disk = cx.on_disk(path);
    let there = std::fs::symlink_metadata(&on_disk).ok();
    let merged = match (&fixed.before, there) {
        (Some(before), Some(there)) if there.is_file() => {
            let now = xtask_core::files::read(&on_disk)?;
            match merge(&before.bytes, &fixed.after, &now) {
                Ok(merged) => (merged != now).then_some(merged),
                Err(overlap) => return Ok(Some(edited(path, fixed, &overlap.to_string()))),
            }
        }
        // A command made it, and staged it where it ran.
        (None, None) => Some(fixed.after.clone()),
        (None, Some(_)) => return Ok(Some(edited(path, fixed, "it is there already"))),
        // It was removed, or replaced by something else.
        (Some(_), _) => return Ok(None),
    };
    if let Some(merged) = merged {
        xtask_core::files::write(&on_disk, &merged)?;
    }
    if fixed.before.as_ref().is_none_or(|before| before.mode != fixed.mode) {
        set_executable(&on_disk, fixed.mode == EntryMode::Executable)
            .map_err(|cause| Problem::invalid(format!("can't change the mode of {path}")).why(cause))?;
    }
    Ok(None)
}

/// What a fixer made can't be put beside what is there.
fn edited(path: &RepoPath, fixed: &Fixed, why: &str) -> Finding {
    let message =
        format!("the file was edited while {} ran ({why}): it is left as it is", fixed.by.join(", "));
    Finding::new("hooks", "overlap", Some(Location::file(path.clone())), message).fix("run it again")
}
