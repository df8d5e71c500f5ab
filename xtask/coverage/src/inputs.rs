//! The reports that are given: read, and their paths matched with the repository's.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Component, Path, PathBuf};

use xtask_core::gate::Context;
use xtask_core::model::{Problem, RepoPath, Result};

use crate::lcov;
use crate::map::{CoverageMap, Lines};

/// How many paths a message lists.
const LISTED: usize = 3;

/// Reads and merges the reports; relative ones lie below the repository's top. What is left out of them is told as a notice.
pub(crate) fn read(cx: &Context, inputs: &[PathBuf]) -> Result<CoverageMap> {
    let mut map = CoverageMap::default();
    for input in inputs {
        map.merge(read_one(cx, &cx.root.join(input))?);
    }
    Ok(map)
}

fn read_one(cx: &Context, path: &Path) -> Result<CoverageMap> {
    let name = path.strip_prefix(&cx.root).unwrap_or(path).display().to_string();
    let file = File::open(path).map_err(|cause| {
        Problem::invalid(format!("can't read the coverage report {name}"))
            .why(cause)
            .fix("run the tests that write it, or mend `inputs` in [coverage]")
    })?;
    let records = lcov::read(&name, BufReader::with_capacity(1 << 16, file))?;
    let placed = Places::of(&cx.root, path).place(records.files, &|path| path.is_file());
    if placed.map.is_empty() {
        return Err(Problem::invalid(format!("{name} speaks of no file of this repository"))
            .why(format!("it has {}", listed(&placed.outside)))
            .fix("make the report with paths below the repository's top"));
    }
    if !placed.outside.is_empty() {
        cx.events.notice(format!(
            "coverage: {name}: left out what lies outside the repository: {}",
            listed(&placed.outside)
        ));
    }
    Ok(placed.map)
}

/// `a, b, c and 4 more`.
pub(crate) fn listed<T: std::fmt::Display>(things: &[T]) -> String {
    let first: Vec<String> = things.iter().take(LISTED).map(T::to_string).collect();
    let more = things.len().saturating_sub(LISTED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    first.join(", ") + &rest
}

/// Where the files of a report may lie.
struct Places {
    /// The repository's top, as given and with its links resolved.
    tops: Vec<PathBuf>,
    /// The folders that relative paths may start from: the top, then the report's own and those that hold it.
    bases: Vec<PathBuf>,
}

/// A report's files in the repository.
#[derive(Debug, Default)]
struct Placed {
    map: CoverageMap,
    outside: Vec<RepoPath>,
}

impl Places {
    fn of(top: &Path, report: &Path) -> Self {
        let mut tops = vec![top.to_owned()];
        tops.extend(top.canonicalize());
        let above = report
            .parent()
            .into_iter()
            .flat_map(Path::ancestors)
            .take_while(|folder| *folder != top && folder.starts_with(top));
        let bases = std::iter::once(top).chain(above).map(Path::to_owned).collect();
        Self { tops, bases }
    }

    /// Finds the files. Relative paths of one report have one base: the one below which most of them are (`is_file`).
    fn place(&self, files: BTreeMap<Vec<u8>, Lines>, is_file: &dyn Fn(&Path) -> bool) -> Placed {
        let files: Vec<(RepoPath, Lines)> =
            files.into_iter().map(|(path, lines)| (self.slashed(path, is_file), lines)).collect();
        let relative: Vec<&RepoPath> =
            files.iter().map(|(path, _)| path).filter(|path| path.to_path().is_relative()).collect();
        let hits = |base: &PathBuf| relative.iter().filter(|path| is_file(&path.below(base))).count();
        // Of equals, `max_by_key` takes the last: the top comes first and must win.
        let base = self.bases.iter().rev().max_by_key(|base| hits(base));
        let mut placed = Placed::default();
        for (written, lines) in files {
            let full = normal(&base.map_or_else(PathBuf::new, |base| written.below(base)));
            let inside = full.as_deref().and_then(|full| self.inside(full));
            let found = full.as_deref().is_some_and(is_file);
            match inside {
                // An absolute path that is a link into the repository, or goes through one.
                None => {
                    match full.and_then(|full| full.canonicalize().ok()).and_then(|full| self.inside(&full)) {
                        Some(path) => placed.map.add_file(path, lines),
                        None => placed.outside.push(written),
                    }
                }
                Some(path) if found => placed.map.add_file(path, lines),
                // It has gone, or never was here.
                Some(_) => placed.outside.push(written),
            }
        }
        placed
    }

    /// The path with slashes, where it was written on Windows and no file has that very name.
    fn slashed(&self, path: Vec<u8>, is_file: &dyn Fn(&Path) -> bool) -> RepoPath {
        let written = RepoPath::new(path.as_slice());
        let windows = path.contains(&b'\\') && !path.contains(&b'/');
        if !windows || self.bases.iter().any(|base| is_file(&written.below(base))) {
            return written;
        }
        RepoPath::new(
            path.into_iter().map(|byte| if byte == b'\\' { b'/' } else { byte }).collect::<Vec<u8>>(),
        )
    }

    fn inside(&self, path: &Path) -> Option<RepoPath> {
        self.tops
            .iter()
            .find_map(|top| RepoPath::relative(top, path))
            .filter(|path| !path.as_bytes().is_empty())
    }
}

/// The path without `.` and `..`, by its text; `None` where it leads above its start.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !clean.pop() {
                    return None;
                }
            }
            other => clean.push(other),
        }
    }
    Some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(report: &str, paths: &[&str], there: &[&str]) -> (Vec<String>, Vec<String>) {
        let files = paths.iter().map(|path| (path.as_bytes().to_vec(), Lines::from([(1, 1)]))).collect();
        let is_file = |path: &Path| there.iter().any(|file| Path::new("/no/repo").join(file) == path);
        let placed = Places::of(Path::new("/no/repo"), Path::new(report)).place(files, &is_file);
        (
            placed.map.files().map(|(path, _)| path.to_string()).collect(),
            placed.outside.iter().map(RepoPath::to_string).collect(),
        )
    }

    #[test]
    fn paths_are_found_from_the_top_or_beside_the_report() {
        for (report, paths, there, inside) in [
            ("/no/repo/lcov.info", vec!["src/a.rs"], vec!["src/a.rs"], vec!["src/a.rs"]),
            ("/no/repo/lcov.info", vec!["./src/../src/a.rs"], vec!["src/a.rs"], vec!["src/a.rs"]),
            ("/no/repo/lcov.info", vec!["/no/repo/src/a.rs"], vec!["src/a.rs"], vec!["src/a.rs"]),
            (
                "/no/repo/web/coverage/lcov.info",
                vec!["src/a.js", "src/b.js"],
                vec!["web/src/a.js", "web/src/b.js", "src/a.js"],
                vec!["web/src/a.js", "web/src/b.js"],
            ),
            (
                "/no/repo/web/coverage/lcov.info",
                vec!["src/a.js"],
                vec!["web/src/a.js", "src/a.js"],
                vec!["src/a.js"],
            ),
            ("/elsewhere/lcov.info", vec!["src/a.rs"], vec!["src/a.rs"], vec!["src/a.rs"]),
            (
                "/no/repo/lcov.info",
                vec![r"src\a.rs", r".\src\b.rs"],
                vec!["src/a.rs", "src/b.rs"],
                vec!["src/a.rs", "src/b.rs"],
            ),
            ("/no/repo/lcov.info", vec![r"src\a.rs"], vec![r"src\a.rs"], vec![r"src\a.rs"]),
        ] {
            assert_eq!(
                place(report, &paths, &there),
                (inside.iter().map(ToString::to_string).collect(), vec![])
            );
        }
    }

    #[test]
    fn what_is_outside_or_gone_is_left_out() {
        let paths =
            ["/usr/include/x.h", "../other/a.rs", "gone.rs", "/no/repository/a.rs", "../../../../../a"];
        let (inside, outside) = place("/no/repo/lcov.info", &paths, &[]);
        assert!(inside.is_empty());
        assert_eq!(outside.len(), paths.len());
        assert_eq!(listed(&outside[..1]), outside[0]);
        assert!(listed(&outside).ends_with(" and 2 more"));
    }
}
