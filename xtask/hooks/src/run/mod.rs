//! A run of a stage: the pass, fixers until nothing changes any more, commands, and what all that comes to. It changes nothing of
//! the user's: what fixers made is given back, and landing it is another's part.

mod checkers;
mod credentials;
mod fixers;
mod fixes;
mod in_place;
mod judge;
mod opened;
mod python;
mod rooms;
mod summary;
mod verdicts;
mod waves;

use std::collections::BTreeMap;
use std::time::Instant;

use xtask_core::gate::Context;
use xtask_core::model::{
    Findings, GateReport, Metric, Missing, Outcome, Problem, ProblemKind, Result, Skip, Unit,
};
use xtask_core::repo::{IndexEntry, ObjectId, Side};

pub(crate) use fixers::UNSTABLE;
pub(crate) use fixes::{Fixed, Fixes};
pub(crate) use in_place::{InPlace, left_copies};
use opened::Opened;
pub(crate) use rooms::{Rooms, Which, commits_own_index, owns_index};
use summary::Times;
pub(crate) use summary::{counted, step};

use crate::checks::{Check, Work};
use crate::commands::{End, HookInput};
use crate::known::Known;
use crate::resolve::StagePlan;
use crate::scan::{Content, Pass, SeenFiles, Trouble};
use crate::select::Candidate;
use crate::worktree::Worktree;

/// Where the files that a run looks at are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// In the working tree.
    Worktree,
    /// In the index that git uses: what is staged.
    Index,
    /// In a commit.
    Commit(ObjectId),
}

/// What becomes of files that a fixer would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// They are findings.
    Report,
    /// They are fixed, and what is left is reported.
    Fix,
}

/// What a run yields.
pub(crate) struct Ended {
    /// What it found.
    pub(crate) report: GateReport,
    /// What fixers made.
    pub(crate) fixes: Fixes,
    /// What fixing commands changed in the working tree itself.
    pub(crate) in_place: InPlace,
}

/// What a run is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) plan: &'a StagePlan,
    pub(crate) target: &'a Target,
    pub(crate) files: &'a [Candidate],
    /// All entries of what is looked at.
    pub(crate) entries: &'a [IndexEntry],
    /// The sides whose difference is looked at; none where files are looked at for their own sake.
    pub(crate) compare: Option<&'a (Side, Side)>,
    pub(crate) intent: Intent,
    /// What would write the fixes of this run to the files, where it reports them alone.
    pub(crate) to_fix: &'a str,
    pub(crate) input: &'a HookInput,
}

/// A run under way.
struct Run<'a> {
    cx: &'a Context,
    request: Request<'a>,
    /// What the last look at each file saw, by its place in the list.
    seen: SeenFiles,
    fixes: Fixes,
    in_place: InPlace,
    opened: Opened,
    /// How the last run of each fixing command ended.
    fixer_ends: BTreeMap<String, End>,
    /// What needn't be looked at.
    known: Known,
    findings: Findings,
    missing: Vec<Missing>,
    rooms: Rooms<'a>,
    times: Times,
    /// Whether the checks that need an interpreter of Python had none.
    without_python: bool,
    /// How many commands had something to do.
    commands: usize,
    /// Fixing commands that could not run, as nothing may be changed.
    left_out: usize,
}

/// Runs a stage.
pub(crate) fn run(cx: &Context, request: Request<'_>) -> Result<Ended> {
    let started = Instant::now();
    let plan = &*credentials::with_secrets(cx, request.plan)?;
    let request = Request { plan, ..request };
    let Request { target, files, intent, .. } = request;
    let idle = |command: &crate::resolve::Command| command.wants_files() && !command.always;
    let on_tree = plan.checks.iter().any(|check| matches!(check.work, Work::Tree(_)));
    if files.is_empty() && !on_tree && plan.commands.iter().all(idle) {
        let outcome = nothing_to_do(request).unwrap_or_else(|| {
            Outcome::nothing_to_do("no files to check: only what git tracks is looked at")
        });
        return Ok(Ended {
            report: GateReport::new("hooks", outcome),
            fixes: Fixes::default(),
            in_place: InPlace::default(),
        });
    }
    let mut run = Run {
        cx,
        request,
        seen: SeenFiles::default(),
        fixes: Fixes::default(),
        in_place: InPlace::default(),
        opened: Opened::default(),
        fixer_ends: BTreeMap::new(),
        // What a secret is isn't in the repository: files are looked at again each time.
        known: if credentials::check(plan).is_some() { Known::default() } else { Known::load(cx, plan) },
        findings: Findings::default(),
        missing: Vec::new(),
        rooms: Rooms::new(cx, plan, target, files),
        times: Times::default(),
        without_python: false,
        commands: 0,
        left_out: 0,
    };
    if let Err(problem) = run.all(intent) {
        std::mem::take(&mut run.in_place).undo(cx)?;
        return run.fail(problem, started);
    }
    Ok(run.finish(started))
}

/// That nothing is staged, where that is what was to be looked at.
fn nothing_to_do(request: Request<'_>) -> Option<Outcome> {
    let staged = *request.target == Target::Index && request.files.is_empty();
    let all = format!("xtask hooks run {} --all-files", request.plan.stage.name());
    staged.then(|| Outcome::Skipped {
        reason: Skip::NothingToDo,
        why: "nothing to check is staged".to_owned(),
        fix: Some(format!("{all} looks at all files")),
    })
}

impl Run<'_> {
    /// The run from its first look to its last command.
    fn all(&mut self, intent: Intent) -> Result<()> {
        self.look(&(0..self.request.files.len()).collect::<Vec<_>>())?;
        if intent == Intent::Fix {
            self.fix_until_stable()?;
        }
        self.look_with_python()?;
        self.judge()?;
        if !self.request.plan.fail_fast || self.findings.is_empty() {
            if intent == Intent::Report {
                self.would_fix()?;
            }
            self.check_by_commands()?;
        }
        Ok(())
    }

    /// Looks at these files, and remembers what was seen.
    fn look(&mut self, places: &[usize]) -> Result<()> {
        let Request { plan, target, files, .. } = self.request;
        let content = match (target, &self.cx.repo) {
            (Target::Index | Target::Commit(_), Some(repo)) => Content::Blobs(repo),
            _ => Content::Disk(Worktree::new(&self.cx.root)),
        };
        let started = Instant::now();
        let pass = Pass {
            content,
            fixes: &self.fixes,
            known: &self.known,
            plan,
            jobs: self.cx.jobs,
            cancel: &self.cx.cancel,
            events: &self.cx.events,
        };
        if places.len() == files.len() {
            self.seen = SeenFiles::new(pass.run(files));
        } else {
            let chosen: Vec<Candidate> = places.iter().map(|&at| files[at].clone()).collect();
            let mut seen = pass.run(&chosen);
            for one in &mut seen {
                one.at = places[one.at];
            }
            self.seen.replace(places, seen);
        }
        let unclear = self.seen.iter().find_map(|one| match one.trouble() {
            Some(Trouble::Unclear(problem)) => Some(problem.clone()),
            _ => None,
        });
        if let Some(problem) = unclear {
            return Err(problem);
        }
        self.times.checks += started.elapsed();
        Ok(())
    }

    /// Whether anything was measured.
    fn measured(&self) -> bool {
        let plan = self.request.plan;
        let by_python = |check: &&Check| matches!(check.work, Work::Python);
        let looked = !plan.patterns.is_empty()
            || plan.checks.iter().any(|check| !(self.without_python && by_python(check)));
        let missing = self.missing.len() - usize::from(self.without_python);
        looked && !self.seen.is_empty() || self.commands > missing
    }

    /// What came of a run that has no valid end: what was found until then is still told, and nothing lands.
    fn fail(mut self, problem: Problem, started: Instant) -> Result<Ended> {
        if problem.kind != ProblemKind::Invalid || self.cx.cancel.is_stopped() {
            return Err(problem);
        }
        if self.findings.is_empty() {
            self.judge()?;
        }
        if self.findings.is_empty() {
            return Err(problem);
        }
        self.fixes = Fixes::default();
        let mut ended = self.finish(started);
        ended.report.outcome = Outcome::of(&problem);
        Ok(ended)
    }

    fn finish(mut self, started: Instant) -> Ended {
        let summary = self.summary();
        let findings = std::mem::take(&mut self.findings).into_vec();
        let steps = self.times.steps(&findings);
        let mut report = GateReport::judged("hooks", findings);
        report.steps = steps;
        if self.cx.cancel.is_stopped() {
            report.outcome = Outcome::Skipped {
                reason: Skip::Stopped,
                why: "the run was stopped before its end, and nothing was changed".to_owned(),
                fix: None,
            };
        } else if report.outcome == Outcome::Passed && !self.measured() && self.missing.is_empty() {
            report.outcome = nothing_to_do(self.request)
                .unwrap_or_else(|| Outcome::nothing_to_do("no check and no command had anything to do"));
        }
        // What else ran has measured; where nothing did, the gate is skipped for what is missing.
        if !self.measured() {
            for part in &self.missing {
                report.outcome = report.outcome.and(Outcome::missing(part.why.clone(), part.fix.clone()));
            }
        }
        report.missing = std::mem::take(&mut self.missing);
        let bytes = self.seen.iter().map(|one| one.size).sum::<u64>() as f64;
        report.metrics = vec![
            Metric::count("files", self.seen.len()),
            Metric { value: bytes, unit: Unit::Bytes, ..Metric::count("bytes", 0) },
        ];
        report.summary = summary;
        report.wall_ms = started.elapsed().as_millis() as u64;
        self.known.save();
        Ended { report, fixes: self.fixes, in_place: self.in_place }
    }
}
