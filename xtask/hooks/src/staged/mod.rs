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
pub(crate) use land::{How, Landed, land};
use meanwhile::{Stamp, staged_since};

use crate::commands::HookInput;
use crate::resolve::StagePlan;
use crate::run::{Ended, Fixes, Intent, Request, Target, UNSTABLE, counted, left_copies, owns_index, run};
use crate::section::OnFix;
use crate::select::Candidate;
use crate::stage::Stage;

/// How often everything is checked again, as something was staged while the hooks ran.
const ATTEMPTS: usize = 3;

/// Runs `plan` on what is staged.
pub fn run_staged(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    let Some(repo) = &cx.repo else {
        return Err(Problem::usage("this is no git repository, so nothing is staged"));
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
        to_fix: "",
        input,
    };
    let Ended { report, fixes, in_place } = run(cx, request)?;
    let concluded = conclude(cx, repo, plan, stamp, report, &fixes);
    match &concluded {
        Ok(Concluded::Landed(_)) => in_place.keep(),
        Ok(Concluded::Nothing(_) | Concluded::Again) | Err(_) => in_place.undo(cx)?,
    }
    Ok(match concluded? {
        Concluded::Landed(report) | Concluded::Nothing(report) => Some(report),
        Concluded::Again => None,
    })
}

/// What became of a run.
enum Concluded {
    /// What fixers made, if anything, is where it belongs.
    Landed(GateReport),
    /// Nothing is to be changed.
    Nothing(GateReport),
    /// Something was staged meanwhile.
    Again,
}

/// Lands what fixers made, where the run came to a good end.
fn conclude(
    cx: &Context,
    repo: &Repo,
    plan: &StagePlan,
    stamp: Stamp,
    mut report: GateReport,
    fixes: &Fixes,
) -> Result<Concluded> {
    if cx.cancel.is_stopped() {
        return Ok(Concluded::Nothing(report));
    }
    if let Some(told) = staged_since(cx, repo, stamp)? {
        cx.events.notice(format!("hooks: {told}"));
        return Ok(Concluded::Again);
    }
    let fails = !report.findings.is_empty() || matches!(report.outcome, Outcome::Invalid { .. });
    // With `stop` the commit fails anyway, and the fixes are the user's to look at; but not what no fixer was done with.
    let unclear = |finding: &Finding| finding.rule == UNSTABLE;
    let lands = plan.on_fix == OnFix::Stop
        && report.outcome == Outcome::Failed
        && !report.findings.iter().any(unclear);
    if fails && !lands {
        if !fixes.is_empty() {
            cx.events.notice(format!(
                "hooks: {} could be fixed, and nothing was changed, since the commit fails: {}; \
                 `xtask hooks run {} --fix --files …` with their names fixes them in the working tree",
                counted(fixes.len(), "file"),
                fixes.told(),
                plan.stage.name()
            ));
        }
        return Ok(Concluded::Nothing(report));
    }
    if fixes.is_empty() && fails {
        return Ok(Concluded::Nothing(report));
    }
    if fixes.is_empty() {
        return Ok(Concluded::Landed(report));
    }
    let how = match plan.on_fix {
        OnFix::Restage => How::Staged,
        OnFix::Stop => How::InWorktree,
    };
    if let Landed::Overlaps(overlaps) = land(cx, repo, fixes, how)? {
        fail(&mut report, overlaps.into_iter());
        return Ok(Concluded::Nothing(report));
    }
    let done = match plan.on_fix {
        OnFix::Restage => "fixed and staged",
        OnFix::Stop => "fixed in the working tree",
    };
    cx.events.notice(format!("hooks: {done}: {}", fixes.told()));
    // git merge commits the tree that it made, whatever the hook stages.
    let (how, fix) = match plan.on_fix {
        OnFix::Stop => ("in the working tree", "look at it, `git add` it, and commit again"),
        OnFix::Restage if plan.stage == Stage::PreMergeCommit => {
            ("and staged it, which git merge doesn't take in", "conclude the merge by `git commit`")
        }
        OnFix::Restage => return Ok(Concluded::Landed(report)),
    };
    let findings = fixes.iter().map(|(path, fixed)| {
        let message = format!("{} fixed the file {how}", fixed.by.join(", "));
        Finding::new("hooks", "fixed", Some(Location::file(path.clone())), message).fix(fix)
    });
    fail(&mut report, findings);
    Ok(Concluded::Landed(report))
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
