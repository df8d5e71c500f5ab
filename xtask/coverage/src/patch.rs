//! Patch coverage: how much of the changed lines ran. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use xtask_core::config::Language;
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::LineRange;

use crate::inputs::listed;
use crate::map::{CoverageMap, Lines, Totals};
use crate::summary::{Count, FileCount};

/// The coverage of a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Patch {
    /// The changed lines of all files together.
    pub total: Count,
    /// The changed lines of each file that has coverable ones.
    pub files: Vec<FileCount>,
    /// The changed lines that did not run.
    pub uncovered: Vec<Uncovered>,
}

/// The changed lines of a file that did not run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Uncovered {
    /// The file.
    pub path: RepoPath,
    /// Runs of lines, first and last.
    pub lines: Vec<(u32, u32)>,
}

impl Patch {
    /// Measures the changed lines. A changed source file in no report makes the whole invalid: nobody knows whether its lines ran.
    /// A source file is one of a language that the map covers, which `excluded` doesn't name, and which is no test.
    pub(crate) fn measure(
        map: &CoverageMap,
        changed: &BTreeMap<RepoPath, Vec<LineRange>>,
        excluded: impl Fn(&RepoPath) -> bool,
    ) -> Result<Self> {
        let languages: BTreeSet<Language> = map.files().filter_map(|(path, _)| Language::of(path)).collect();
        let (mut total, mut files, mut uncovered, mut unknown) = (Totals::default(), vec![], vec![], vec![]);
        for (path, ranges) in changed {
            let Some(lines) = map.lines_of(path) else {
                let source = Language::of(path).is_some_and(|language| languages.contains(&language));
                if source && !ranges.is_empty() && !excluded(path) && !is_test(path) {
                    unknown.push(path.clone());
                }
                continue;
            };
            let own: Lines = lines
                .iter()
                .filter(|(line, _)| ranges.iter().any(|range| range.contains(**line)))
                .map(|(line, hits)| (*line, *hits))
                .collect();
            let totals = Totals::of(&own);
            if totals.lines == 0 {
                continue;
            }
            total = total.plus(totals);
            files.push(FileCount::new(path.clone(), totals));
            if totals.covered < totals.lines {
                uncovered.push(Uncovered { path: path.clone(), lines: runs(&own) });
            }
        }
        if !unknown.is_empty() {
            return Err(Problem::invalid("changed source files are in no coverage report")
                .why(listed(&unknown))
                .fix("make the report again with them in it, or name them in `exclude` of [coverage]"));
        }
        Ok(Self { total: total.into(), files, uncovered })
    }
}

/// Lines without hits, those next to each other joined.
fn runs(lines: &Lines) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (&line, _) in lines.iter().filter(|(_, hits)| **hits == 0) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => runs.push((line, line)),
        }
    }
    runs
}

/// Whether the file is a test, a benchmark, an example or a build script, by what languages call them.
fn is_test(path: &RepoPath) -> bool {
    let text = path.to_string();
    let mut folders: Vec<&str> = text.split('/').collect();
    let name = folders.pop().unwrap_or_default();
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    folders
        .iter()
        .any(|folder| ["tests", "test", "__tests__", "spec", "benches", "examples"].contains(folder))
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || ["build.rs", "conftest.py"].contains(&name)
        || name.contains(".test.")
        || name.contains(".spec.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> CoverageMap {
        let mut map = CoverageMap::default();
        for (line, hits) in [(1, 1), (2, 0), (3, 0), (5, 0), (6, 4)] {
            map.add(&"src/a.rs".into(), line, hits);
        }
        map.know("src/types.rs".into());
        map
    }

    fn measure(changed: &[(&str, u32, u32)]) -> Result<Patch> {
        let changed = changed
            .iter()
            .map(|(path, from, to)| (RepoPath::from(*path), vec![LineRange { from: *from, to: *to }]))
            .collect();
        Patch::measure(&map(), &changed, |path| path == &RepoPath::from("gen/x.rs"))
    }

    #[test]
    fn only_changed_coverable_lines_count() {
        let patch = measure(&[("src/a.rs", 2, 6), ("README.md", 1, 9)]).unwrap();
        assert_eq!(
            serde_json::to_string(&patch).unwrap(),
            "{\"total\":{\"lines\":4,\"covered\":1,\"percent\":25.0},\
             \"files\":[{\"path\":\"src/a.rs\",\"lines\":4,\"covered\":1,\"percent\":25.0}],\
             \"uncovered\":[{\"path\":\"src/a.rs\",\"lines\":[[2,3],[5,5]]}]}"
        );
    }

    #[test]
    fn no_coverable_line_is_not_the_same_as_no_report() {
        for (path, known) in [
            ("src/types.rs", true),
            ("gen/x.rs", true),
            ("app.py", true),
            ("tests/all.rs", true),
            ("build.rs", true),
            ("src/forgotten.rs", false),
        ] {
            let patch = measure(&[(path, 1, 3)]);
            assert_eq!(patch.is_ok(), known, "{path}");
            if let Ok(patch) = patch {
                assert_eq!(patch.total.lines, 0);
            }
        }
    }

    #[test]
    fn tests_are_known_by_name() {
        for (path, test) in [
            ("web/app.test.js", true),
            ("app/test_views.py", true),
            ("pkg/a_test.go", true),
            ("tests/x.rs", true),
            ("src/contest.rs", false),
            ("src/latest.py", false),
        ] {
            assert_eq!(is_test(&path.into()), test, "{path}");
        }
    }
}
