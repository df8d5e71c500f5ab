//! What git's commit asks for: the staged files are checked and fixed as they are in the index, and what fixers made comes back to
//! the index and, by a three-way merge, to the user's files. A run that fails changes nothing.

mod after;
mod candidates;
mod land;
mod meanwhile;
mod merges;

use std::sync::Arc;

use xtask_core::gate::Context;
use xtask_core::journal::{Journal, Recovered};
use xtask_core::model::{Finding, GateReport, Location, Outcome, Problem, Result};
use xtask_core::repo::{Repo, Side};

pub(crate) use after::after_commit;
use land::Landed;
pub(crate) use land::set_executable;
use meanwhile::{Stamp, staged_since};

use crate::commands::HookInput;
use crate::resolve::StagePlan;
use crate::run::{Ended, Fixes, Intent, Request, Target, counted, left_copies, owns_index, run};
use crate::section::OnFix;
use crate::select::Candidate;
use crate::stage::Stage;

/// How often everything is checked again, as something was staged while the hooks ran.
const ATTEMPTS: usize = 3;

/// Runs `plan` on what is staged.
pub fn run_staged(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    let Some(repo) = &cx.repo else {
        return Err(Problem::usage("there is nothing staged: this is no git repository"));
    };
    let recovered = recover_in(cx, repo)?;
    for told in recovered.lines().into_iter().chain(left_copies(cx)?) {
        cx.events.notice(format!("hooks: {told}"));
    }
    if !recovered.restored.is_empty() && !owns_index(repo) {
        return Ok(GateReport::judged("hooks", vec![read_too_early()]));
    }
    let mut cx = cx.clone();
    for _ in 0..ATTEMPTS {
        if let Some(report) = run_once(&cx, repo, plan, input)? {
            return Ok(report);
        }
        // What the index held is looked up anew.
        cx = Context { cached: Arc::default(), ..cx };
    }
    Err(Problem::invalid("files are staged faster than they can be checked")
        .why(format!("something staged files during each of {ATTEMPTS} runs of the hooks"))
        .fix("commit again once nothing else stages files; give a command that stages what it changes `fixes = true`"))
}

/// Runs on what is staged now. Nothing where other things were staged meanwhile: what was checked isn't what would be committed.
fn run_once(cx: &Context, repo: &Repo, plan: &StagePlan, input: &HookInput) -> Result<Option<GateReport>> {
    let stamp = Stamp::of(repo);
    let files = staged_files(cx, plan)?;
    let head = if repo.shape()?.empty { Side::Empty } else { Side::Revision("HEAD".to_owned()) };
    let request = Request {
        plan,
        target: &Target::Index,
        files: &files,
        entries: cx.tracked()?,
        compare: Some(&(head, Side::Index)),
        intent: Intent::Fix,
        input,
    };
    let Ended { mut report, fixes, in_place } = run(cx, request)?;
    if !cx.cancel.is_stopped()
        && let Some(told) = staged_since(cx, repo, stamp)?
    {
        in_place.undo(cx)?;
        cx.events.notice(format!("hooks: {told}"));
        return Ok(None);
    }
    let fails = !report.findings.is_empty() || matches!(report.outcome, Outcome::Invalid { .. });
    if cx.cancel.is_stopped() || fails {
        in_place.undo(cx)?;
    }
    if cx.cancel.is_stopped() || fixes.is_empty() {
        return Ok(Some(report));
    }
    if !report.findings.is_empty() {
        cx.events.notice(format!(
            "hooks: {} could be fixed, and nothing was changed, since the commit fails: {}",
            counted(fixes.len(), "file"),
            shown(&fixes)
        ));
        return Ok(Some(report));
    }
    if matches!(report.outcome, Outcome::Invalid { .. }) {
        return Ok(Some(report));
    }
    match land::land(cx, repo, &fixes, plan.on_fix)? {
        Landed::Done => {
            let done = match plan.on_fix {
                OnFix::Restage => "fixed and staged",
                OnFix::Stop => "fixed in the working tree",
            };
            cx.events.notice(format!("hooks: {done}: {}", shown(&fixes)));
            // git merge commits the tree that it made, whatever the hook stages.
            let (how, fix) = match plan.on_fix {
                OnFix::Stop => ("in the working tree", "look at it, `git add` it, and commit again"),
                OnFix::Restage if plan.stage == Stage::PreMergeCommit => {
                    ("and staged it, which git merge doesn't take in", "conclude the merge by `git commit`")
                }
                OnFix::Restage => return Ok(Some(report)),
            };
            fail(
                &mut report,
                fixes.iter().map(|(path, fixed)| {
                    let message = format!("{} fixed the file {how}", fixed.by.join(", "));
                    Finding::new("hooks", "fixed", Some(Location::file(path.clone())), message).fix(fix)
                }),
            );
        }
        Landed::Overlaps(overlaps) => {
            in_place.undo(cx)?;
            fail(&mut report, overlaps.into_iter());
        }
    }
    Ok(Some(report))
}

/// The files that a commit would change.
pub(crate) fn staged_files(cx: &Context, plan: &StagePlan) -> Result<Vec<Candidate>> {
    cx.repo.as_ref().map_or_else(|| Ok(Vec::new()), |repo| candidates::staged(cx, repo, plan))
}

/// Rolls back what an earlier run was killed in the middle of, and gives what it did, a line each.
pub fn recover(cx: &Context) -> Result<Vec<String>> {
    let Some(repo) = &cx.repo else {
        return Err(Problem::usage("there is nothing to recover: this is no git repository"));
    };
    let mut told = recover_in(cx, repo)?.lines();
    told.extend(left_copies(cx)?);
    Ok(told)
}

fn recover_in(cx: &Context, repo: &Repo) -> Result<Recovered> {
    let (_, recovered) = Journal::open(repo, &cx.events, &cx.cancel)?;
    if owns_index(repo) {
        // What a post-commit hook that was killed left to do.
        after_commit(cx)?;
    }
    Ok(recovered)
}

/// For `commit -a` and `commit -- path` git reads the files before any hook runs.
fn read_too_early() -> Finding {
    let message =
        "a run that was killed had left files half fixed, and git read them so; they are as before now";
    Finding::new("hooks", "recovered", None, message).fix("commit again")
}

/// The report of a run that fails for these.
fn fail(report: &mut GateReport, findings: impl Iterator<Item = Finding>) {
    report.findings.extend(findings);
    report.outcome = Outcome::Failed;
}

/// The fixed files and who fixed them, for one line.
fn shown(fixes: &Fixes) -> String {
    const MOST: usize = 8;
    let one = |(path, fixed): (&xtask_core::model::RepoPath, &crate::run::Fixed)| {
        format!("{path} ({})", fixed.by.join(", "))
    };
    let mut shown: Vec<String> = fixes.iter().take(MOST).map(one).collect();
    if fixes.len() > MOST {
        shown.push(format!("and {} more", fixes.len() - MOST));
    }
    shown.join(", ")
}
