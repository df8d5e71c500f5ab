//! `--since REF`: the findings on changed lines.

use std::collections::{BTreeMap, BTreeSet};

use xtask_core::gate::{Context, Scope};
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{LineRange, Side};

use crate::identity::Identified;

/// What changed since a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// The changed files.
    pub(crate) files: BTreeSet<RepoPath>,
    /// Their new and changed lines.
    pub(crate) lines: BTreeMap<RepoPath, Vec<LineRange>>,
}

/// What changed in the context's scope, working tree included; `None` where the scope is everything.
pub(crate) fn changed(cx: &Context) -> Result<Option<Changed>> {
    let Scope::Since(revision) = &cx.scope else {
        return Ok(None);
    };
    let repo = cx.repo.as_ref().ok_or_else(|| {
        Problem::usage(format!("--since {revision} needs a git repository"))
            .why(format!("{} is in none", cx.root.display()))
    })?;
    let start = match repo.merge_base(revision, "HEAD")? {
        Some(commit) => commit.to_string(),
        None => repo.resolve(revision)?.to_string(),
    };
    let old = Side::Revision(start);
    let files = repo.changes(&old, &Side::Worktree)?.into_iter().map(|change| change.path).collect();
    let lines = repo.changed_lines(&old, &Side::Worktree)?;
    Ok(Some(Changed { files, lines }))
}

impl Changed {
    /// Whether a finding is to be told: it is on a changed line; it has no line and its file changed, or it has no file; or it keeps the
    /// tool from seeing the rest.
    pub(crate) fn keeps(&self, found: &Identified) -> bool {
        let Some(at) = found.finding.location.as_ref().filter(|_| !found.blocks) else {
            return true;
        };
        let Some(from) = at.line else {
            return self.files.contains(&at.path);
        };
        let to = at.end_line.unwrap_or(from).max(from);
        self.lines
            .get(&at.path)
            .is_some_and(|ranges| ranges.iter().any(|range| range.from <= to && from <= range.to))
    }
}

#[cfg(test)]
mod tests {
    use xtask_core::model::{Location, Severity};

    use super::*;
    use crate::identity::identify;
    use crate::raw::Raw;

    #[test]
    fn findings_on_changed_lines_are_kept() {
        let changed = Changed {
            files: ["a.rs".into(), "gone.rs".into()].into(),
            lines: [("a.rs".into(), vec![LineRange { from: 3, to: 5 }])].into(),
        };
        for (path, line, end, blocks, kept) in [
            ("a.rs", Some(3), None, false, true),
            ("a.rs", Some(5), None, false, true),
            ("a.rs", Some(6), None, false, false),
            ("a.rs", Some(1), Some(3), false, true),
            ("a.rs", Some(1), Some(2), false, false),
            ("a.rs", None, None, false, true),
            ("b.rs", None, None, false, false),
            ("b.rs", Some(4), None, false, false),
            ("b.rs", Some(4), None, true, true),
        ] {
            let raw = Raw {
                location: Some(Location { line, end_line: end, ..Location::file(path.into()) }),
                rule: "r".into(),
                severity: Severity::Warning,
                message: "m".into(),
                fix: None,
                blocks,
            };
            let found = identify("t", vec![raw], |_| None);
            assert_eq!(changed.keeps(&found[0]), kept, "{path} {line:?} {end:?}");
        }
    }
}
