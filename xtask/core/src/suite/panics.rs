//! Where a Rust test failed: the places in panic messages.

use std::path::Path;

use crate::model::{Location, RepoPath, TestCase};

/// The place of the panic that failed the test `name`: the one in the test's own thread, else the first one (of a thread
/// that the test started).
pub(super) fn place(root: &Path, name: &str, output: &str) -> Option<Location> {
    let mut first = None;
    for line in output.lines() {
        let Some((thread, rest)) = panicked(line) else {
            continue;
        };
        let Some(location) = location(root, rest) else {
            continue;
        };
        if thread == Some(name) || thread == Some("main") {
            return Some(location);
        }
        first.get_or_insert(location);
    }
    first
}

/// The thread and the place of a line such as `thread 'a' (12) panicked at src/lib.rs:1:2:`.
pub(super) fn panicked(line: &str) -> Option<(Option<&str>, &str)> {
    if let Some((_, rest)) = line.split_once("test did not panic as expected at ") {
        return Some((None, rest));
    }
    let (thread, rest) = line.strip_prefix("thread '")?.split_once('\'')?;
    let (_, rest) = rest.split_once("panicked at ")?;
    // Before Rust 1.73: `panicked at 'message', src/lib.rs:1:2`.
    let rest = match rest.rsplit_once("', ") {
        Some((_, place)) if rest.starts_with('\'') => place,
        _ => rest,
    };
    Some((Some(thread), rest))
}

/// `path:line:column`, with or without a colon at the end, as a place in the repository.
pub(super) fn location(root: &Path, text: &str) -> Option<Location> {
    let text = text.trim().trim_end_matches(':');
    let (rest, column) = text.rsplit_once(':')?;
    let (path, line) = rest.rsplit_once(':')?;
    Some(Location {
        column: Some(column.parse().ok()?),
        ..Location::line(inside(root, path)?, line.parse().ok()?)
    })
}

/// A path that a tool printed (absolute, or relative to `root`) as a path in the repository; `None` where it lies outside.
pub(super) fn inside(root: &Path, path: &str) -> Option<RepoPath> {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let path = path.strip_prefix("./").unwrap_or(&path);
    if path.is_empty() || path.starts_with('<') || path.split('/').any(|part| part == "..") {
        return None;
    }
    let as_path = Path::new(path);
    if as_path.is_absolute() {
        return RepoPath::relative(root, as_path)
            .filter(|path| !path.as_bytes().is_empty() && !root.as_os_str().is_empty());
    }
    Some(RepoPath::from(path))
}

/// The cases of a project in `folder` below the repository's top, with places seen from the top.
pub fn rebase(cases: &mut [TestCase], folder: &RepoPath) {
    for location in cases.iter_mut().filter_map(|case| case.location.as_mut()) {
        location.path = below(folder, &location.path);
    }
}

/// `path`, which is relative to `folder`, seen from the top.
pub(super) fn below(folder: &RepoPath, path: &RepoPath) -> RepoPath {
    if folder.as_bytes().is_empty() {
        return path.clone();
    }
    RepoPath::new([folder.as_bytes(), b"/", path.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found() {
        let root = Path::new("/repo");
        for (line, place) in [
            ("thread 'a::b' (12) panicked at src/lib.rs:19:65:", Some("src/lib.rs:19:65")),
            ("thread 'a' panicked at /repo/x y/lib.rs:1:2:", Some("x y/lib.rs:1:2")),
            ("thread 'a' panicked at 'it's', src/a.rs:3:4", Some("src/a.rs:3:4")),
            ("note: test did not panic as expected at src/lib.rs:28:8", Some("src/lib.rs:28:8")),
            ("thread 'a' panicked at /rustc/abc/library/core/src/x.rs:1:2:", None),
            ("thread 'a' panicked at ../other/src/x.rs:1:2:", None),
            ("panicked at", None),
            ("thread 'a' panicked at :::", None),
        ] {
            let found = panicked(line).and_then(|(_, rest)| location(root, rest));
            assert_eq!(found.map(|at| at.to_string()).as_deref(), place, "{line}");
        }
    }

    #[test]
    fn the_tests_own_thread_wins() {
        let output = "thread '<unnamed>' (2) panicked at src/lib.rs:1:1:\nx\nthread 'own' (1) panicked at src/lib.rs:2:2:\n";
        let at = |name| place(Path::new("/r"), name, output).unwrap().line;
        assert_eq!((at("own"), at("other")), (Some(2), Some(1)));
    }
}
