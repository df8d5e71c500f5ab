//! Which files a run looks at: regular tracked files, less what is excluded.

use std::collections::BTreeSet;

use xtask_core::gate::{Context, Scope};
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::Side;

use crate::known::Blob;
use crate::types::Tags;
use xtask_core::config::Globs;

/// What a run is asked to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All tracked files.
    All,
    /// These files, tracked or not, and the tracked files in these folders.
    Files(Vec<RepoPath>),
    /// What changed on the way from the first revision (its merge base with the second) to the second.
    Between {
        /// The older revision.
        from: String,
        /// The newer one.
        to: String,
    },
    /// What changed since the merge base of this revision and HEAD, the working tree included.
    Since(String),
}

impl From<&Scope> for Selection {
    fn from(scope: &Scope) -> Self {
        match scope {
            Scope::All => Self::All,
            Scope::Since(revision) => Self::Since(revision.clone()),
        }
    }
}

/// A file that a run may look at.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its path.
    pub path: RepoPath,
    /// Whether git holds it as executable.
    pub executable: bool,
    /// What its name tells.
    pub tags: Tags,
    /// What the index holds of it.
    pub(crate) blob: Option<Blob>,
}

impl Candidate {
    fn new(path: RepoPath, executable: bool) -> Self {
        let tags = Tags::of_name(path.file_name(), executable);
        Self { path, executable, tags, blob: None }
    }
}

/// The files of a selection, sorted by path.
pub(crate) fn select(cx: &Context, selection: &Selection, exclude: &Globs) -> Result<Vec<Candidate>> {
    let wanted = match selection {
        Selection::All => None,
        Selection::Files(files) => return named(cx, files, exclude),
        Selection::Between { from, to } => Some(changed(cx, from, to, &Side::Revision(to.clone()))?),
        Selection::Since(revision) => Some(changed(cx, revision, "HEAD", &Side::Worktree)?),
    };
    let mut files = tracked(cx)?;
    files.retain(|file| {
        wanted.as_ref().is_none_or(|wanted| wanted.contains(&file.path)) && !exclude.matches(&file.path)
    });
    Ok(files)
}

/// All tracked regular files that the working tree should hold. A file in conflict has several entries, and counts once.
fn tracked(cx: &Context) -> Result<Vec<Candidate>> {
    let entries = cx.tracked()?;
    let mut files = Vec::with_capacity(entries.len());
    files.extend(entries.iter().filter(|entry| entry.mode.is_file() && !entry.skip_worktree).map(|entry| {
        let executable = entry.mode == xtask_core::repo::EntryMode::Executable;
        Candidate { blob: Blob::of(entry), ..Candidate::new(entry.path.clone(), executable) }
    }));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

/// The paths that differ between the merge base of `old` and `new`, and `side`.
fn changed(cx: &Context, old: &str, new: &str, side: &Side) -> Result<BTreeSet<RepoPath>> {
    let Some(repo) = &cx.repo else {
        return Err(Problem::usage(format!("can't compare with {old}: this is no git repository")));
    };
    let base = repo.merge_base(old, new)?.ok_or_else(|| {
        Problem::invalid(format!("{old} and {new} have no common commit"))
            .why("their histories are unrelated, or a shallow clone hides the common commit")
            .fix("fetch the whole history: `git fetch --unshallow`")
    })?;
    let changes = repo.changes(&Side::Revision(base.to_string()), side)?;
    Ok(changes.into_iter().map(|change| change.path).collect())
}

/// The files that were named one by one.
fn named(cx: &Context, files: &[RepoPath], exclude: &Globs) -> Result<Vec<Candidate>> {
    let tracked = tracked(cx)?;
    let mut chosen = Vec::new();
    for given in files {
        let path = &within(given)?;
        let on_disk = cx.on_disk(path);
        let metadata = std::fs::symlink_metadata(&on_disk)
            .map_err(|cause| Problem::usage(format!("can't find {path}")).why(cause))?;
        if metadata.is_dir() {
            let folder = [path.as_bytes(), b"/"].concat();
            let inside = |file: &&Candidate| folder == b"/" || file.path.as_bytes().starts_with(&folder);
            chosen.extend(tracked.iter().filter(inside).cloned());
        } else if let Ok(at) = tracked.binary_search_by(|file| file.path.cmp(path)) {
            chosen.push(tracked[at].clone());
        } else if metadata.is_file() {
            chosen.push(Candidate::new(path.clone(), is_executable(&metadata)));
        }
    }
    chosen.retain(|file| !exclude.matches(&file.path));
    chosen.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    chosen.dedup_by(|a, b| a.path == b.path);
    Ok(chosen)
}

/// The path without `.` and `..`, as git would name it: globs and git's own names are compared with it. It must not leave the
/// repository, nor lead into git's own folder.
fn within(given: &RepoPath) -> Result<RepoPath> {
    let outside = |why: &str| Problem::usage(format!("can't check {given}")).why(why.to_owned());
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in given.as_bytes().split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop().ok_or_else(|| outside("it lies outside the repository"))?;
            }
            name => parts.push(name),
        }
    }
    if parts.first().is_some_and(|first| first.eq_ignore_ascii_case(b".git")) {
        return Err(outside("it is git's own"));
    }
    Ok(RepoPath::new(parts.join(&b'/')))
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_paths_are_as_git_names_them() {
        for (given, expected) in [
            ("a/b", Some("a/b")),
            ("d/../a.txt", Some("a.txt")),
            ("./d//e/.", Some("d/e")),
            (".", Some("")),
            ("d/..", Some("")),
            ("d/../../a", None),
            ("..", None),
            (".git/config", None),
            ("d/../.git", None),
            (".gitignore", Some(".gitignore")),
        ] {
            assert_eq!(within(&given.into()).ok(), expected.map(RepoPath::from), "{given}");
        }
    }
}
