//! A run over chosen files of the working tree: `--all-files`, `--files`, a range of commits, and the gate of `ci`.

use xtask_core::gate::Context;
use xtask_core::model::{Finding, GateReport, Location, Outcome, RepoPath, Result};

use crate::commands::HookInput;
use crate::merge::merge;
use crate::resolve::StagePlan;
use crate::run::{Ended, Fixed, Intent, Request, Target, run};
use crate::select::{Candidate, Selection, compared, select};

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
        if let Some(overlap) = write(cx, path, fixed)? {
            report.findings.push(overlap);
            report.outcome = report.outcome.and(Outcome::Failed);
        }
    }
    Ok(report)
}

/// Writes what fixers made of a file. What was saved meanwhile is merged; where that can't be, the file stays as it is.
fn write(cx: &Context, path: &RepoPath, fixed: &Fixed) -> Result<Option<Finding>> {
    let on_disk = cx.on_disk(path);
    let regular = std::fs::symlink_metadata(&on_disk).is_ok_and(|there| there.is_file());
    let Some(before) = fixed.before.as_ref().filter(|_| regular) else {
        return Ok(None);
    };
    let now = xtask_core::files::read(&on_disk)?;
    match merge(&before.bytes, &fixed.after, &now) {
        Ok(merged) => {
            if merged != now {
                xtask_core::files::write(&on_disk, &merged)?;
            }
            Ok(None)
        }
        Err(overlap) => {
            let message = format!(
                "the file was edited while {} ran ({overlap}): it is left as it is",
                fixed.by.join(", ")
            );
            let at = Some(Location::file(path.clone()));
            Ok(Some(Finding::new("hooks", "overlap", at, message).fix("run it again")))
        }
    }
}
