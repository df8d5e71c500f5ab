//! What git asks for at each stage: which files are meant, and where they are.

mod history;
mod message;
mod push;
mod together;

use xtask_core::gate::Context;
use xtask_core::model::{GateReport, Outcome, Problem, Result};

use crate::commands::{HookInput, depth};
use crate::plan::Planned;
use crate::resolve::StagePlan;
use crate::snapshot::is_snapshot;
use crate::stage::Stage;
use crate::staged::{after_commit, run_staged, staged_files};

/// Hooks in hooks in hooks are a circle.
const MOST_DEPTH: usize = 3;

/// Runs a stage as git's hook of that name: on what git is about to do, or has done.
pub fn run_hook(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    if depth(cx.environment) > MOST_DEPTH {
        return Err(Problem::usage(format!(
            "{} runs in a hook that runs in a hook, and so on",
            plan.stage.name()
        ))
        .why("a hook command does what runs the hook again (a commit in the repository that it checks?)")
        .fix("leave that out of the command, or pass `--no-verify` to its git"));
    }
    if is_snapshot(cx) {
        let why = "a hook command uses git in the snapshot, where the hooks run already";
        return Ok(GateReport::new("hooks", Outcome::nothing_to_do(why)));
    }
    of_stage(cx, plan, input).map(|report| named(report, plan.stage))
}

/// The report, whose summary says of which stage it is: git runs several for one commit.
pub(crate) fn named(mut report: GateReport, stage: Stage) -> GateReport {
    if !report.summary.is_empty() {
        report.summary = format!("{}: {}", stage.name(), report.summary);
    }
    report
}

fn of_stage(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    match plan.stage {
        Stage::PreCommit | Stage::PreMergeCommit => run_staged(cx, plan, input),
        Stage::PrepareCommitMsg | Stage::CommitMsg => message::run(cx, plan, input),
        Stage::PrePush => push::run(cx, plan, input),
        Stage::PreReceive => push::receive(cx, plan, input),
        Stage::PostCommit => {
            after_commit(cx)?;
            history::run(cx, plan, input)
        }
        Stage::PreRebase | Stage::PostCheckout | Stage::PostMerge | Stage::PostRewrite => {
            history::run(cx, plan, input)
        }
    }
}

/// What [`run_hook`] would do: nothing is started, nothing is changed.
pub fn plan_hook(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<Vec<Planned>> {
    let files = match plan.stage {
        Stage::PreCommit | Stage::PreMergeCommit => staged_files(cx, plan)?,
        Stage::PrepareCommitMsg | Stage::CommitMsg => message::files(input),
        Stage::PrePush => push::files(cx, plan, input)?,
        Stage::PreReceive => push::received_files(cx, plan, input)?,
        Stage::PostCommit
        | Stage::PreRebase
        | Stage::PostCheckout
        | Stage::PostMerge
        | Stage::PostRewrite => history::files(cx, plan, input)?,
    };
    crate::plan::plan(plan, &files)
}

/// Whether git gives the stage's hook something on standard input.
pub fn reads_input(stage: Stage) -> bool {
    matches!(stage, Stage::PrePush | Stage::PreReceive | Stage::PostRewrite)
}
