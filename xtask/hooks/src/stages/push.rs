//! pre-push and pre-receive: what git tells on standard input, and the files that the pushed commits bring.

use std::collections::BTreeSet;

use xtask_core::gate::Context;
use xtask_core::model::{GateReport, Problem, Result};
use xtask_core::repo::{IndexEntry, Known, ObjectId, Repo, Side};

use super::together::together;
use crate::commands::HookInput;
use crate::resolve::StagePlan;
use crate::run::{Intent, Request, Target, run as run_on};
use crate::select::{Candidate, Selection, of_commit, paths_between};
use crate::selected::to_fix;

/// One ref that a push updates.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Update {
    /// What it shall be; none where it is deleted.
    new: Option<ObjectId>,
    /// What the receiver has; none where the ref is new.
    old: Option<ObjectId>,
}

/// A commit that is new to the receiver, and the files that it brings.
struct Pushed {
    tip: ObjectId,
    entries: Vec<IndexEntry>,
    files: Vec<Candidate>,
    /// What the receiver has, and the commit.
    sides: (Side, Side),
}

/// Runs pre-push on the commits that are about to be pushed.
pub(super) fn run(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    on(cx, plan, input, outgoing(cx, plan, input)?)
}

/// Runs pre-receive on the commits that are about to be taken.
pub(super) fn receive(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<GateReport> {
    on(cx, plan, input, incoming(cx, plan, input)?)
}

/// The files of [`run`].
pub(super) fn files(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<Vec<Candidate>> {
    Ok(outgoing(cx, plan, input)?.into_iter().flat_map(|pushed| pushed.files).collect())
}

/// The files of [`receive`].
pub(super) fn received_files(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<Vec<Candidate>> {
    Ok(incoming(cx, plan, input)?.into_iter().flat_map(|pushed| pushed.files).collect())
}

fn outgoing(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<Vec<Pushed>> {
    let remote = input.arguments.first().map(|name| name.to_string_lossy().into_owned());
    pushed(cx, plan, &lines(input, parse_push)?, &remote.map_or(Known::Refs, Known::Remote))
}

fn incoming(cx: &Context, plan: &StagePlan, input: &HookInput) -> Result<Vec<Pushed>> {
    pushed(cx, plan, &lines(input, parse_receive)?, &Known::Refs)
}

/// Runs the stage on each of the commits.
fn on(cx: &Context, plan: &StagePlan, input: &HookInput, pushed: Vec<Pushed>) -> Result<GateReport> {
    let mut reports = Vec::new();
    let to_fix = to_fix(plan, &Selection::All);
    for Pushed { tip, entries, files, sides } in pushed {
        if cx.cancel.is_stopped() {
            break;
        }
        let target = Target::Commit(tip);
        let request = Request {
            plan,
            target: &target,
            files: &files,
            entries: &entries,
            compare: Some(&sides),
            intent: Intent::Report,
            to_fix: &to_fix,
            input,
        };
        reports.push(run_on(cx, request)?.report);
    }
    Ok(together(reports, "nothing new is pushed"))
}

fn pushed(cx: &Context, plan: &StagePlan, updates: &[Update], known: &Known) -> Result<Vec<Pushed>> {
    let Some(repo) = &cx.repo else {
        return Err(Problem::usage(format!("{} needs a git repository", plan.stage.name())));
    };
    let mut all = Vec::new();
    let mut done = BTreeSet::new();
    for update in updates {
        // A tag on something else than a commit brings no files.
        let Some(tip) = update.new.and_then(|new| repo.resolve(&new.to_string()).ok()) else { continue };
        let Some(base) = base(repo, update, &tip, known)? else { continue };
        if done.insert((tip, format!("{base:?}"))) {
            let sides = (base, Side::Revision(tip.to_string()));
            let paths = paths_between(repo, &sides.0, &sides.1)?;
            let entries = repo.tree(&tip.to_string())?;
            let files = of_commit(cx, &tip, &entries, &paths, plan)?;
            all.push(Pushed { tip, entries, files, sides });
        }
    }
    Ok(all)
}

/// The side from which on `tip` is new to the receiver; `None` where nothing is.
fn base(repo: &Repo, update: &Update, tip: &ObjectId, known: &Known) -> Result<Option<Side>> {
    if let Some(old) = update.old.and_then(|old| repo.resolve(&old.to_string()).ok()) {
        if old == *tip {
            return Ok(None);
        }
        // After a force push: what both share.
        if let Some(base) = repo.merge_base(&old.to_string(), &tip.to_string())? {
            return Ok((base != *tip).then(|| Side::Revision(base.to_string())));
        }
    }
    let Some(oldest) = repo.oldest_unknown(tip, known)? else { return Ok(None) };
    let parent = format!("{oldest}^");
    Ok(Some(if repo.resolve(&parent).is_ok() { Side::Revision(parent) } else { Side::Empty }))
}

fn lines(input: &HookInput, parse: fn(&str) -> Option<Update>) -> Result<Vec<Update>> {
    let text = String::from_utf8_lossy(input.stdin.as_deref().unwrap_or_default());
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            parse(line).ok_or_else(|| {
                Problem::usage(format!("standard input holds `{line}`, which git doesn't write"))
                    .why("a line names refs and objects, as githooks(5) says")
            })
        })
        .collect()
}

/// `LOCAL-REF LOCAL-OBJECT REMOTE-REF REMOTE-OBJECT`; the local ref can be any expression, blanks included.
fn parse_push(line: &str) -> Option<Update> {
    let mut words = line.rsplitn(4, ' ');
    let (old, _remote, new, _local) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Update { new: object(new)?, old: object(old)? })
}

/// `OLD NEW REF`.
fn parse_receive(line: &str) -> Option<Update> {
    let mut words = line.splitn(3, ' ');
    let (old, new, _name) = (words.next()?, words.next()?, words.next()?);
    Some(Update { new: object(new)?, old: object(old)? })
}

/// An object's name; all zeros: none.
#[expect(clippy::option_option, reason = "no name at all is another thing than the name of nothing")]
fn object(hex: &str) -> Option<Option<ObjectId>> {
    ObjectId::from_hex(hex).map(|id| Some(id).filter(|id| !id.is_zero()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pushes_are_read() {
        let (a, b, zero) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let id = |hex: &str| ObjectId::from_hex(hex);
        for (line, new, old) in [
            (format!("refs/heads/main {a} refs/heads/main {b}"), id(&a), id(&b)),
            (format!("HEAD^{{/fix a bug}} {a} refs/heads/x {zero}"), id(&a), None),
            (format!("(delete) {zero} refs/heads/x {b}"), None, id(&b)),
        ] {
            assert_eq!(parse_push(&line), Some(Update { new, old }), "{line}");
        }
        assert_eq!(
            parse_receive(&format!("{a} {b} refs/heads/x")),
            Some(Update { new: id(&b), old: id(&a) })
        );
        for wrong in ["", "x", "a b c d", "refs/heads/main"] {
            assert_eq!((parse_push(wrong), parse_receive(wrong)), (None, None), "{wrong}");
        }
    }
}
