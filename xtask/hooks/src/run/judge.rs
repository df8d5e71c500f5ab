//! From what the pass saw to findings.

use std::borrow::Cow;
use std::collections::BTreeMap;

use xtask_core::gate::Context;
use xtask_core::model::{Finding, Findings, Fingerprint, Location, RepoPath, Result};

use super::{Intent, Request, Run, Target};
use crate::checks::{Found, Tree, Work, that_count, tree_check};
use crate::facts::{Facts, Source};
use crate::scan::{Seen, SeenFiles, Trouble};

impl Run<'_> {
    /// Turns what was seen into findings.
    pub(super) fn judge(&mut self) -> Result<()> {
        with_facts(self.cx, self.request, |facts| {
            of_content(self.request, facts, self.seen.iter(), &mut self.findings)?;
            self.findings.extend(of_tree(self.request, &self.seen, facts)?);
            Ok(())
        })?;
        self.findings.extend(self.unchecked_credentials()?);
        Ok(())
    }

    /// The same for files that changed since: by what they hold.
    pub(super) fn judge_again(&mut self, places: &[usize]) -> Result<()> {
        let seen = places.iter().filter_map(|at| self.seen.get(*at));
        let findings = &mut self.findings;
        with_facts(self.cx, self.request, |facts| of_content(self.request, facts, seen, findings))
    }
}

/// Does something with what can be asked about what this run looks at.
fn with_facts<T>(cx: &Context, request: Request<'_>, act: impl FnOnce(&Facts<'_>) -> Result<T>) -> Result<T> {
    let commit = match request.target {
        Target::Commit(id) => id.to_string(),
        Target::Worktree | Target::Index => String::new(),
    };
    let source = match request.target {
        Target::Worktree => Source::Worktree,
        Target::Index => Source::Index,
        Target::Commit(_) => Source::Commit(&commit),
    };
    let compare = request.compare.cloned();
    act(&Facts::new(&cx.root, cx.repo.as_ref(), source, request.entries, compare, &cx.cancel))
}

/// What is held against the content of files.
fn of_content<'s>(
    request: Request<'_>,
    facts: &Facts<'_>,
    seen: impl Iterator<Item = &'s Seen> + Clone,
    findings: &mut Findings,
) -> Result<()> {
    let Request { plan, files, intent, to_fix, .. } = request;
    let is_size = |found: &Found| matches!(found.check.work, Work::Size(_));
    let large: Vec<&RepoPath> =
        seen.clone().filter(|one| one.found().iter().any(is_size)).map(|one| &files[one.at].path).collect();
    let large = that_count(facts, &large, &plan.options)?;
    for one in seen {
        let path = &files[one.at].path;
        if let Some(Trouble::Unreadable(cause)) = one.trouble() {
            let at = Some(Location::file(path.clone()));
            findings.push(Finding::new("hooks", "unreadable", at, format!("can't read the file: {cause}")));
        }
        let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for found in one.found() {
            if is_size(found) && !large.contains(path) {
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
                finding = finding.fix(to_fix);
            } else if let Some(way_on) = way_on(id) {
                finding = finding.fix(way_on);
            }
            findings.push(finding);
        }
        for (at, hit) in one.matched() {
            let name = &plan.patterns[*at].name;
            let location = Location { line: hit.line, column: hit.column, ..Location::file(path.clone()) };
            findings.push(Finding::new(name, name, Some(location), hit.message.clone()));
        }
    }
    Ok(())
}

/// How to go on where a check can be wrong, or where what is right isn't plain from its message.
fn way_on(check: &str) -> Option<&'static str> {
    match check {
        "detect-secrets" => Some(
            "take it out, and revoke it if it was ever shared; what is no secret is accepted by a comment on its line: `xtask: allow detect-secrets WHY`",
        ),
        "detect-private-key" => Some(
            "take it out, and replace the key if it was ever shared; a key of tests: `[hooks.pre-commit.files.detect-private-key] exclude = [\"tests/**\"]`",
        ),
        "check-added-large-files" => Some(
            "leave it out, hand it to `git lfs track`, or raise `[hooks.pre-commit.options.check-added-large-files] maxkb`",
        ),
        _ => None,
    }
}

/// What is held against paths, modes, links and branches.
fn of_tree(request: Request<'_>, seen: &SeenFiles, facts: &Facts<'_>) -> Result<Vec<Finding>> {
    let Request { plan, files, .. } = request;
    let mut findings = Vec::new();
    for check in plan.checks.iter().filter(|check| matches!(check.work, Work::Tree(_))) {
        let mut chosen = Cow::Borrowed(files);
        if plan.check_rules.contains_key(check.id) {
            let mut some = Vec::new();
            for (at, file) in files.iter().enumerate() {
                let tags = seen.get(at).map_or(file.tags, |seen| seen.tags);
                if plan.tree_takes(check, &file.path, tags)? {
                    some.push(file.clone());
                }
            }
            chosen = Cow::Owned(some);
        }
        for found in tree_check(check, &Tree { chosen: &chosen, facts }, &plan.options)? {
            let at = found.path.map(|path| Location { line: found.hit.line, ..Location::file(path) });
            findings.push(Finding::new(check.id, check.id, at, found.hit.message));
        }
    }
    Ok(findings)
}
