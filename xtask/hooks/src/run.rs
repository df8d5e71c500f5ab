//! A run of a stage over the working tree: the pass, fixes where asked for, commands, and the report of all that.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use xtask_core::gate::Context;
use xtask_core::model::{
    Finding, Fingerprint, GateReport, Location, Metric, Missing, Outcome, Problem, RepoPath, Result, Skip,
    Unit,
};

use crate::checks::{
    Found, NotChecked, Source, Work, case_conflicts, check_python, fix_bytes, read_aws_secrets,
};
use crate::command::{self, CommandEnd};
use crate::resolve::StagePlan;
use crate::scan::{Pass, Seen};
use crate::select::{Candidate, Selection, select};

/// Runs `plan` over the files of `selection` as they are in the working tree. Nothing is changed, unless `fix` asks for it:
/// then fixers write, and what is left is reported.
pub fn run_all_files(cx: &Context, plan: &StagePlan, selection: &Selection, fix: bool) -> Result<GateReport> {
    let files = select(cx, selection, &plan.exclude)?;
    run(cx, plan, &files, fix)
}

/// As [`run_all_files`], over files that are already chosen.
pub(crate) fn run(cx: &Context, plan: &StagePlan, files: &[Candidate], fix: bool) -> Result<GateReport> {
    let started = Instant::now();
    let plan = &*with_secrets(cx, plan)?;
    if files.is_empty() && plan.commands.iter().all(|command| command.run.contains("{files}")) {
        return Ok(GateReport::new(
            "hooks",
            Outcome::nothing_to_do("no files to check: only what git tracks is looked at"),
        ));
    }
    let pass = Pass {
        root: &cx.root,
        checks: &plan.checks,
        options: &plan.options,
        sniff_all: plan.commands.iter().any(|command| !command.types.is_empty()),
        jobs: cx.jobs,
        cancel: &cx.cancel,
        events: &cx.events,
    };
    let mut seen = pass.run(files);
    let mut done = Done::default();
    if fix {
        done.fixed = write_fixes(cx, plan, &pass, files, &mut seen)?;
    }
    look_with_python(cx, plan, files, &mut seen, &mut done)?;
    let mut findings = findings(cx, plan, files, &seen)?;
    findings.extend(unchecked_credentials(plan, files, &seen));
    if !plan.fail_fast || findings.is_empty() {
        findings.extend(run_commands(cx, plan, files, &seen, fix, &mut done));
    }
    let mut report = GateReport::judged("hooks", findings);
    if cx.cancel.is_stopped() {
        report.outcome =
            Outcome::Skipped { reason: Skip::Stopped, why: "the run was stopped".to_owned(), fix: None };
    } else if report.outcome == Outcome::Passed
        && (plan.checks.is_empty() || seen.is_empty())
        && done.commands == 0
    {
        report.outcome = Outcome::nothing_to_do("no check and no command had anything to do");
    }
    // What else ran has measured; where nothing did, the gate is skipped for what is missing.
    let looked = plan.checks.iter().any(|check| !matches!(check.work, Work::Python) || !done.without_python);
    let missing = done.missing.len() - usize::from(done.without_python);
    let measured = looked && !seen.is_empty() || done.commands > missing;
    for part in done.missing.iter().filter(|_| !measured) {
        report.outcome = report.outcome.and(Outcome::missing(part.why.clone(), part.fix.clone()));
    }
    report.missing = std::mem::take(&mut done.missing);
    let bytes = seen.iter().map(|one| one.size).sum::<u64>() as f64;
    report.metrics = vec![
        Metric::count("files", seen.len()),
        Metric { value: bytes, unit: Unit::Bytes, ..Metric::count("bytes", 0) },
    ];
    report.summary = done.summary(plan, seen.len());
    report.wall_ms = started.elapsed().as_millis() as u64;
    Ok(report)
}

/// The check of credentials, where it runs.
fn credentials(plan: &StagePlan) -> Option<&'static crate::checks::Check> {
    plan.checks.iter().copied().find(|check| check.id == "detect-aws-credentials")
}

/// The plan with the secrets that a check looks for.
fn with_secrets<'a>(cx: &Context, plan: &'a StagePlan) -> Result<Cow<'a, StagePlan>> {
    if credentials(plan).is_none() {
        return Ok(Cow::Borrowed(plan));
    }
    let mut plan = plan.clone();
    read_aws_secrets(&mut plan.options.detect_aws_credentials, &cx.root, cx.environment)?;
    Ok(Cow::Owned(plan))
}

/// Without secrets to look for, the check fails once, as the original does.
fn unchecked_credentials(plan: &StagePlan, files: &[Candidate], seen: &[Seen]) -> Option<Finding> {
    let check = credentials(plan)?;
    let why = plan.options.detect_aws_credentials.why_nothing_is_checked()?;
    let takes = |one: &Seen| {
        let path = &files[one.at].path;
        check.takes_by_default(&crate::checks::File { path, tags: one.tags, size: one.size })
    };
    seen.iter().any(takes).then(|| {
        let stage = plan.stage.name();
        let set = format!(
            "set `[hooks.{stage}.options.{}]` allow-missing-credentials = true, or credentials-file",
            check.id
        );
        Finding::new(check.id, check.id, None, why).fix(set)
    })
}

/// Offers the Python files to the interpreter, and adds what it finds.
fn look_with_python(
    cx: &Context,
    plan: &StagePlan,
    files: &[Candidate],
    seen: &mut [Seen],
    done: &mut Done,
) -> Result<()> {
    let checks: Vec<_> =
        plan.checks.iter().copied().filter(|check| matches!(check.work, Work::Python)).collect();
    let sources = seen.iter().enumerate().filter_map(|(at, one)| {
        let path = &files[one.at].path;
        let file = crate::checks::File { path, tags: one.tags, size: one.size };
        let taking: Vec<_> = checks.iter().copied().filter(|check| check.takes_by_default(&file)).collect();
        if taking.is_empty() || one.unreadable.is_some() {
            return None;
        }
        // A file that has gone since the pass is no file of this run any more.
        let bytes = xtask_core::files::read(&cx.on_disk(path)).ok()?;
        Some(Source { at, checks: taking, bytes })
    });
    match check_python(&cx.root, &cx.cancel, &plan.options, sources) {
        Ok(found) => found.into_iter().for_each(|(at, found)| seen[at].found.push(found)),
        Err(NotChecked::Missing(missing)) => {
            done.without_python = true;
            done.missing.push(missing);
        }
        // The caller sees that the run was stopped.
        Err(NotChecked::Stopped) => {}
        Err(NotChecked::Failed(problem)) => return Err(problem),
    }
    Ok(())
}

/// What was done beside looking.
#[derive(Default)]
struct Done {
    fixed: usize,
    commands: usize,
    left_out: usize,
    missing: Vec<Missing>,
    /// Whether the checks that need an interpreter of Python had none.
    without_python: bool,
}

impl Done {
    fn summary(&self, plan: &StagePlan, files: usize) -> String {
        let mut parts = vec![counted(files, "file"), counted(plan.checks.len(), "check")];
        if self.commands > 0 {
            parts.push(counted(self.commands, "command"));
        }
        if self.fixed > 0 {
            parts.push(format!("{} fixed", counted(self.fixed, "file")));
        }
        if self.left_out > 0 {
            parts.push(format!("{} not run here", counted(self.left_out, "fixing command")));
        }
        if !plan.skipped.is_empty() {
            parts.push(format!("skipped: {}", plan.skipped.join(", ")));
        }
        parts.join(", ")
    }
}

/// A number and its noun: `1 file`, `2 files`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let number = Metric::count("", count).show();
    let plural = if count == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Writes the fixed bytes of every file that a fixer has something against, and looks at it again. Gives the number of files.
fn write_fixes(
    cx: &Context,
    plan: &StagePlan,
    pass: &Pass,
    files: &[Candidate],
    seen: &mut Vec<Seen>,
) -> Result<usize> {
    let top = cx
        .root
        .canonicalize()
        .map_err(|cause| Problem::invalid(format!("can't find {}", cx.root.display())).why(cause))?;
    let mut written = BTreeSet::new();
    for one in seen.iter().filter(|one| one.found.iter().any(|found| found.check.fix.is_some())) {
        if cx.cancel.is_stopped() {
            break;
        }
        let candidate = &files[one.at];
        let path = cx.on_disk(&candidate.path);
        let inside = path.parent().and_then(|folder| folder.canonicalize().ok());
        if !inside.is_some_and(|folder| folder.starts_with(&top)) {
            continue;
        }
        let bytes = xtask_core::files::read(&path)?;
        let file = crate::checks::File { path: &candidate.path, tags: one.tags, size: bytes.len() as u64 };
        if let Some(fixed) = fix_bytes(&plan.checks, &file, &bytes, &plan.options) {
            xtask_core::files::write(&path, &fixed)?;
            written.insert(one.at);
        }
    }
    let again: Vec<usize> = written.iter().copied().collect();
    let candidates: Vec<Candidate> = again.iter().map(|&at| files[at].clone()).collect();
    seen.retain(|one| !written.contains(&one.at));
    seen.extend(pass.run(&candidates).into_iter().map(|one| Seen { at: again[one.at], ..one }));
    seen.sort_unstable_by_key(|one| one.at);
    Ok(written.len())
}

fn findings(cx: &Context, plan: &StagePlan, files: &[Candidate], seen: &[Seen]) -> Result<Vec<Finding>> {
    let is_size = |found: &Found| matches!(found.check.work, Work::Size(_));
    let large: Vec<RepoPath> = seen
        .iter()
        .filter(|one| one.found.iter().any(is_size))
        .map(|one| files[one.at].path.clone())
        .collect();
    let in_lfs = crate::lfs::kept_by_lfs(cx, &large);
    let command = format!("xtask hooks run {} --all-files --fix", plan.stage.name());
    let mut findings = Vec::new();
    for one in seen {
        let path = &files[one.at].path;
        if let Some(cause) = &one.unreadable {
            let at = Some(Location::file(path.clone()));
            findings.push(Finding::new("hooks", "unreadable", at, format!("can't read the file: {cause}")));
        }
        let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for found in &one.found {
            if is_size(found) && in_lfs.contains(path) {
                continue;
            }
            let id = found.check.id;
            let location =
                Location { line: found.hit.line, column: found.hit.column, ..Location::file(path.clone()) };
            let mut finding = Finding::new(id, id, Some(location), found.hit.message.clone());
            // The same fault on several lines of a file is told apart by its ordinal.
            let ordinal = counts.entry((id, &found.hit.message)).or_default();
            *ordinal += 1;
            finding.fingerprint = Fingerprint::of([
                id.as_bytes(),
                path.as_bytes(),
                found.hit.message.as_bytes(),
                &ordinal.to_le_bytes(),
            ]);
            if found.check.fix.is_some() {
                finding = finding.fix(&command);
            }
            findings.push(finding);
        }
    }
    findings.extend(path_findings(cx, plan, files)?);
    Ok(findings)
}

/// What the checks on paths find: among all paths of the repository, where one side is of this run.
fn path_findings(cx: &Context, plan: &StagePlan, files: &[Candidate]) -> Result<Vec<Finding>> {
    let Some(check) = plan.checks.iter().find(|check| matches!(check.work, Work::Paths)) else {
        return Ok(Vec::new());
    };
    let mut all: Vec<&RepoPath> = cx.tracked()?.iter().map(|entry| &entry.path).collect();
    all.extend(files.iter().map(|file| &file.path));
    all.sort_unstable();
    all.dedup();
    let relevant = |path: &RepoPath| files.binary_search_by(|file| file.path.cmp(path)).is_ok();
    let conflicts = case_conflicts(&all, relevant);
    let finding = |conflict: crate::checks::Conflict| {
        let message = format!("where case is ignored, this is the same path as {}", conflict.other);
        Finding::new(check.id, check.id, Some(Location::file(conflict.path)), message)
    };
    Ok(conflicts.into_iter().map(finding).collect())
}

fn run_commands(
    cx: &Context,
    plan: &StagePlan,
    files: &[Candidate],
    seen: &[Seen],
    fix: bool,
    done: &mut Done,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for command in &plan.commands {
        if command.fixes && !fix {
            done.left_out += 1;
            continue;
        }
        if cx.cancel.is_stopped() {
            break;
        }
        let matching: Vec<&RepoPath> = seen
            .iter()
            .map(|one| (&files[one.at].path, one.tags))
            .filter(|(path, tags)| command.takes(path, *tags))
            .map(|(path, _)| path)
            .collect();
        if matching.is_empty() && command.run.contains("{files}") {
            continue;
        }
        done.commands += 1;
        match command::run(cx, command, &matching) {
            CommandEnd::Passed => {}
            CommandEnd::Failed(finding) => {
                findings.push(*finding);
                if plan.fail_fast {
                    break;
                }
            }
            CommandEnd::Missing(part) => done.missing.push(part),
            CommandEnd::Stopped => break,
        }
    }
    if done.left_out > 0 {
        cx.events.notice(format!(
            "hooks: {} not run, since nothing may be changed here; `xtask hooks run {} --all-files --fix` runs them",
            counted(done.left_out, "fixing command"),
            plan.stage.name()
        ));
    }
    findings
}
