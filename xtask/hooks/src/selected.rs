//! A run over chosen files of the working tree: `--all-files`, `--files`, a range of commits, and the gate of `ci`.

use xtask_core::gate::Context;
use xtask_core::model::{GateReport, Outcome, Result};

use crate::commands::HookInput;
use crate::resolve::StagePlan;
use crate::run::{Ended, Fixes, Intent, Request, Target, run};
use crate::select::{Candidate, Selection, compared, select};
use crate::staged::{How, Landed, land};
use crate::stages::named;

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
    run_and_land(cx, plan, selection, files, fix).map(|report| named(report, plan.stage))
}

fn run_and_land(
    cx: &Context,
    plan: &StagePlan,
    selection: &Selection,
    files: &[Candidate],
    fix: bool,
) -> Result<GateReport> {
    let intent = if fix { Intent::Fix } else { Intent::Report };
    let input = HookInput::default();
    let to_fix = to_fix(plan, selection);
    let compare = compared(cx, selection)?;
    let request = Request {
        plan,
        target: &Target::Worktree,
        files,
        entries: cx.tracked()?,
        compare: compare.as_ref(),
        intent,
        to_fix: &to_fix,
        input: &input,
    };
    let Ended { mut report, fixes, in_place } = run(cx, request)?;
    if cx.cancel.is_stopped() {
        in_place.undo(cx)?;
        return Ok(report);
    }
    in_place.keep();
    if fixes.is_empty() {
        return Ok(report);
    }
    let Some(repo) = &cx.repo else {
        write_without_git(cx, &fixes)?;
        cx.events.notice(format!("hooks: fixed: {}", fixes.told()));
        return Ok(report);
    };
    match land(cx, repo, &fixes, How::OfWorktree)? {
        Landed::Overlaps(overlaps) => {
            report.findings.extend(overlaps);
            report.outcome = report.outcome.and(Outcome::Failed);
        }
        Landed::Done => cx.events.notice(format!("hooks: fixed: {}", fixes.told())),
    }
    Ok(report)
}

/// The command that writes the fixes of a run over this selection. Files are named relative to where it was called, which isn't known
/// here.
pub(crate) fn to_fix(plan: &StagePlan, selection: &Selection) -> String {
    let run = format!("xtask hooks run {}", plan.stage.name());
    match selection {
        Selection::All => format!("{run} --all-files --fix"),
        Selection::Between { from, to } => format!("{run} --from-ref {from} --to-ref {to} --fix"),
        Selection::Since(revision) => format!("{run} --from-ref {revision} --to-ref HEAD --fix"),
        Selection::Files(_) => "the same command with --fix".to_owned(),
    }
}

/// Writes the fixed files where no git folder can hold a journal; a file that was edited meanwhile stays.
fn write_without_git(cx: &Context, fixes: &Fixes) -> Result<()> {
    for (path, fixed) in fixes.iter() {
        let on_disk = cx.on_disk(path);
        let regular = std::fs::symlink_metadata(&on_disk).is_ok_and(|there| there.is_file());
        let Some(before) = fixed.before.as_ref().filter(|_| regular) else { continue };
        if xtask_core::files::read(&on_disk)? == before.bytes {
            xtask_core::files::write(&on_disk, &fixed.after)?;
        }
    }
    Ok(())
}
