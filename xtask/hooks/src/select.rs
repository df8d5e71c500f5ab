//! Which files a run looks at: regular tracked files, less what is excluded.

use std::collections::BTreeSet;

use xtask_core::gate::{Context, Scope};
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::Side;

use crate::globs::Globs;
use crate::types::Tags;

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
}

impl Candidate {
    fn new(path: RepoPath, executable: bool) -> Self {
        let tags = Tags::of_name(path.file_name(), executable);
        Self { path, executable, tags }
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
    let mut files: Vec<Candidate> = cx
        .tracked()?
        .iter()
        .filter(|entry| entry.mode.is_file() && !entry.skip_worktree)
        .map(|entry| {
            Candidate::new(entry.path.clone(), entry.mode == xtask_core::repo::EntryMode::Executable)
        })
        .collect();
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
    for path in files {
        let on_disk = cx.on_disk(path);
        let metadata = std::fs::symlink_metadata(&on_disk)
            .map_err(|cause| Problem::usage(format!("can't find {path}")).why(cause))?;
        if metadata.is_dir() {
            let folder = [path.as_bytes().strip_suffix(b"/").unwrap_or(path.as_bytes()), b"/"].concat();
            let inside = |file: &&Candidate| {
                folder == b"/" || folder == b"./" || file.path.as_bytes().starts_with(&folder)
            };
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

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}
