//! Stages about commits that are there already: the files that differ between two of them, as they are in the working tree.

use std::collections::BTreeSet;

use xtask_core::gate::Context;
use xtask_core::model::{GateReport, Outcome, Problem, Result};
use xtask_core::repo::{ObjectId, Repo, Side};

use crate::commands::HookInput;
use crate::resolve::StagePlan;
use crate::run::{Intent, Request, Target, run as run_on};
use crate::select::{Candidate, Selection, of_worktree, paths_between};
use crate::selected::to_fix;
use crate::stage::Stage;

/// Runs the stage; nothing is changed.
pub(super) fn run(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    if plan.is_empty() {
        return Ok(GateReport::new(
            "hooks",
            Outcome::nothing_to_do("the stage has no checks and no commands"),
        ));
    }
    let files = files(cx, plan, input)?;
    let request = Request {
        plan,
        target: &Target::Worktree,
        files: &files,
        entries: cx.tracked()?,
        compare: None,
        intent: Intent::Report,
        to_fix: &to_fix(plan, &Selection::All),
        input,
    };
    Ok(run_on(cx, request)?.report)
}

/// The files that the stage is about.
pub(super) fn files(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<Vec<Candidate>> {
    let Some(repo) = &cx.repo else {
        return Err(Problem::usage(format!("{} needs a git repository", plan.stage.name())));
    };
    let mut paths = BTreeSet::new();
    for (old, new) in ranges(repo, plan.stage, input)? {
        paths.extend(paths_between(repo, &old, &new)?);
    }
    of_worktree(cx, &paths, plan)
}

/// What git did, or is about to rewrite, as pairs of revisions.
fn ranges(repo: &Repo, stage: Stage, input: &HookInput) -> Result<Vec<(Side, Side)>> {
    let argument = |at: usize| -> Option<String> {
        input.arguments.get(at).map(|text| text.to_string_lossy().into_owned())
    };
    let head = || Side::Revision("HEAD".to_owned());
    let known = |name: &str| repo.resolve(name).is_ok();
    Ok(match stage {
        Stage::PostCommit => {
            let before = if known("HEAD^") { Side::Revision("HEAD^".to_owned()) } else { Side::Empty };
            vec![(before, head())]
        }
        Stage::PostMerge if known("ORIG_HEAD") => vec![(Side::Revision("ORIG_HEAD".to_owned()), head())],
        Stage::PostCheckout => match (argument(0), argument(1)) {
            (Some(old), Some(new)) => vec![(side(&old), side(&new))],
            _ => Vec::new(),
        },
        Stage::PreRebase => {
            let upstream = argument(0).unwrap_or_else(|| "HEAD".to_owned());
            let branch = argument(1).unwrap_or_else(|| "HEAD".to_owned());
            let base =
                if known(&upstream) && known(&branch) { repo.merge_base(&upstream, &branch)? } else { None };
            base.map(|base| (Side::Revision(base.to_string()), Side::Revision(branch))).into_iter().collect()
        }
        Stage::PostRewrite => rewritten(input.stdin.as_deref().unwrap_or_default()),
        _ => Vec::new(),
    })
}

/// Reads what git tells of rewritten commits: `OLD NEW [more]` a line.
fn rewritten(stdin: &[u8]) -> Vec<(Side, Side)> {
    let text = String::from_utf8_lossy(stdin);
    let pair = |line: &str| {
        let mut words = line.split_whitespace();
        Some((side(words.next()?), side(words.next()?)))
    };
    text.lines().filter_map(pair).collect()
}

/// The side of an object's name; all zeros: there was nothing before.
fn side(name: &str) -> Side {
    let nothing = ObjectId::from_hex(name).is_some_and(|id| id.is_zero());
    if nothing { Side::Empty } else { Side::Revision(name.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewritten_commits_are_pairs() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        assert_eq!(
            rewritten(format!("{a} {b} extra\n\nshort\n").as_bytes()),
            [(Side::Revision(a), Side::Revision(b))]
        );
        assert_eq!(side(&"0".repeat(40)), Side::Empty);
    }
}
