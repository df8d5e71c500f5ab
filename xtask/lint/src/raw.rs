//! What a tool's parser yields, before it has an identity.

use std::path::{Component, Path, PathBuf};

use xtask_core::model::{Location, Outcome, RepoPath, Severity};

/// One thing that a tool reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Raw {
    /// Where; absent where it is about no file.
    pub location: Option<Location>,
    /// The rule, by the tool's name for it.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What mends it.
    pub fix: Option<String>,
    /// Whether it keeps the tool from seeing the rest: code that doesn't compile. No scope and no baseline excuses it.
    pub blocks: bool,
}

/// What a tool's output says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// It measured.
    Findings {
        /// What it reported, each thing once, sorted.
        found: Vec<Raw>,
        /// Whether it saw everything: an error can keep it from what depends on the place.
        complete: bool,
    },
    /// It isn't there.
    Missing {
        /// What is missing.
        why: String,
        /// The command that mends it.
        fix: String,
    },
    /// It could not tell, for this reason.
    Invalid(String),
    /// It was ended before its time: it hung, or the run was stopped.
    Ended(Outcome),
}

/// A path that a tool in `folder` printed, as a path in the repository at `root`; `None` where it lies outside, or in the build folder,
/// where no one edits.
pub(crate) fn inside(root: &Path, folder: &RepoPath, path: &str) -> Option<RepoPath> {
    if path.is_empty() || path.starts_with('<') {
        return None;
    }
    let start = folder.below(root);
    let mut whole = PathBuf::new();
    for part in start.join(path).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            other => whole.push(other),
        }
    }
    if whole.starts_with(start.join("target")) {
        return None;
    }
    RepoPath::relative(root, &whole).filter(|path| !path.as_bytes().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_top() {
        for (folder, path, expected) in [
            ("", "src/lib.rs", Some("src/lib.rs")),
            ("rust", "src/lib.rs", Some("rust/src/lib.rs")),
            ("rust", "../shared/src/lib.rs", Some("shared/src/lib.rs")),
            ("rust", "/repo/rust/./a.rs", Some("rust/a.rs")),
            ("rust", "../../outside.rs", None),
            ("rust", "/rustc/x/library/core/src/a.rs", None),
            ("", "/repo/target/debug/build/x/out/y.rs", None),
            ("", "<anon>", None),
            ("", "", None),
        ] {
            let found = inside(Path::new("/repo"), &RepoPath::from(folder), path);
            assert_eq!(found, expected.map(RepoPath::from), "{folder} {path}");
        }
    }
}
