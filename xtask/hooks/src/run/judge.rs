//! From what the pass saw to findings.

use std::collections::BTreeMap;

use xtask_core::gate::Context;
use xtask_core::model::{Finding, Fingerprint, Location, RepoPath, Result};

use super::{Intent, Request, Run};
use crate::checks::{Found, Work, case_conflicts};
use crate::resolve::StagePlan;
use crate::scan::Seen;
use crate::select::Candidate;

impl Run<'_> {
    /// Turns what was seen into findings.
    pub(super) fn judge(&mut self) -> Result<()> {
        let findings = findings(self.cx, self.request, self.seen.values())?;
        self.findings.extend(findings);
        Ok(())
    }
}

fn findings<'s>(
    cx: &Context,
    request: Request<'_>,
    seen: impl Iterator<Item = &'s Seen> + Clone,
) -> Result<Vec<Finding>> {
    let Request { plan, files, intent, .. } = request;
    let is_size = |found: &Found| matches!(found.check.work, Work::Size(_));
    let large: Vec<RepoPath> = seen
        .clone()
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
            if found.check.fix.is_some() && intent == Intent::Report {
                finding = finding.fix(&command);
            }
            findings.push(finding);
        }
        for (at, hit) in &one.matched {
            let name = &plan.patterns[*at].name;
            let location = Location { line: hit.line, column: hit.column, ..Location::file(path.clone()) };
            findings.push(Finding::new(name, name, Some(location), hit.message.clone()));
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
