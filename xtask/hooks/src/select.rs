//! Which files a run looks at: tracked files, links and submodules, less what is excluded.

use std::collections::BTreeSet;

use xtask_core::gate::{Context, Scope};
use xtask_core::model::{Problem, RepoPath, Result};
use xtask_core::repo::{ChangeKind, EntryMode, IndexEntry, ObjectId, Repo, Side};

use crate::attributes::Attributes;
use crate::known::Blob;
use crate::resolve::StagePlan;
use crate::rules::generated;
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
    /// Its mode, as git holds it.
    pub mode: EntryMode,
    /// Its blob, where it is one that git holds.
    pub id: Option<ObjectId>,
    /// What its name tells.
    pub tags: Tags,
    /// What the index holds of it.
    pub(crate) blob: Option<Blob>,
}

impl Candidate {
    /// A file that git doesn't hold.
    pub(crate) fn untracked(path: RepoPath, executable: bool) -> Self {
        let mode = if executable { EntryMode::Executable } else { EntryMode::File };
        let tags = Tags::of_name(path.file_name(), executable);
        Self { path, mode, id: None, tags, blob: None }
    }

    /// Whether git holds it as executable.
    pub fn is_executable(&self) -> bool {
        self.mode == EntryMode::Executable
    }
}

impl From<&IndexEntry> for Candidate {
    fn from(entry: &IndexEntry) -> Self {
        let (path, mode) = (entry.path.clone(), entry.mode);
        let tags = match mode {
            EntryMode::File | EntryMode::Executable => {
                Tags::of_name(path.file_name(), mode == EntryMode::Executable)
            }
            EntryMode::Symlink => Tags::symlink(),
            EntryMode::Submodule => Tags::submodule(),
        };
        Self { path, mode, id: Some(entry.id), tags, blob: Blob::of(entry) }
    }
}

/// The files of a selection, sorted by path.
pub(crate) fn select(cx: &Context, selection: &Selection, plan: &StagePlan) -> Result<Vec<Candidate>> {
    let files = match selection {
        Selection::All if cx.repo.is_none() => {
            return Err(Problem::usage(format!(
                "{} is in no git repository, so no file is tracked",
                cx.root.display()
            ))
            .fix("name the files: `--files FILE…`; or `git init`, then `git add`"));
        }
        Selection::All => tracked(cx)?,
        Selection::Files(files) => named(cx, files)?,
        Selection::Between { from, to } => among(cx, &changed(cx, from, to, &Side::Revision(to.clone()))?)?,
        Selection::Since(revision) => among(cx, &changed(cx, revision, "HEAD", &Side::Worktree)?)?,
    };
    let_through(cx, plan, Attributes::Worktree, cx.tracked()?, files)
}

/// The tracked files among these paths.
pub(crate) fn of_worktree(
    cx: &Context,
    paths: &BTreeSet<RepoPath>,
    plan: &StagePlan,
) -> Result<Vec<Candidate>> {
    let_through(cx, plan, Attributes::Worktree, cx.tracked()?, among(cx, paths)?)
}

fn among(cx: &Context, paths: &BTreeSet<RepoPath>) -> Result<Vec<Candidate>> {
    let mut files = tracked(cx)?;
    files.retain(|file| paths.contains(&file.path));
    Ok(files)
}

/// Those of the commit's `entries` that are among these paths.
pub(crate) fn of_commit(
    cx: &Context,
    commit: &ObjectId,
    entries: &[IndexEntry],
    paths: &BTreeSet<RepoPath>,
    plan: &StagePlan,
) -> Result<Vec<Candidate>> {
    let name = commit.to_string();
    let chosen = entries.iter().filter(|entry| paths.contains(&entry.path));
    let_through(cx, plan, Attributes::Commit(&name), entries, chosen.map(Candidate::from).collect())
}

/// The files that the stage's own rules let through, marked where they are generated and somebody asks. `entries` are all files of
/// what is looked at.
pub(crate) fn let_through(
    cx: &Context,
    plan: &StagePlan,
    attributes: Attributes<'_>,
    entries: &[IndexEntry],
    files: Vec<Candidate>,
) -> Result<Vec<Candidate>> {
    let mut chosen = files;
    let mut wrong = None;
    chosen.retain(|file| {
        plan.looks_at(&file.path, file.tags).unwrap_or_else(|problem| {
            wrong.get_or_insert(problem);
            false
        })
    });
    if let Some(problem) = wrong {
        return Err(problem);
    }
    if let Some(repo) = cx.repo.as_ref().filter(|_| plan.asks_generated()) {
        let paths: Vec<&RepoPath> = chosen.iter().map(|file| &file.path).collect();
        let generated = generated(repo, attributes, entries, &paths, &cx.cancel)?;
        for file in chosen.iter_mut().filter(|file| generated.contains(&file.path)) {
            file.tags = file.tags.with_generated(true);
        }
    }
    Ok(chosen)
}

/// The paths that differ between two sides, less those that are gone on the new one.
pub(crate) fn paths_between(repo: &Repo, old: &Side, new: &Side) -> Result<BTreeSet<RepoPath>> {
    let changes = repo.changes(old, new)?;
    let there = changes.into_iter().filter(|change| change.kind != ChangeKind::Deleted);
    Ok(there.map(|change| change.path).collect())
}

/// All tracked entries that the working tree should hold. A file in conflict has several entries, and counts once.
fn tracked(cx: &Context) -> Result<Vec<Candidate>> {
    let entries = cx.tracked()?;
    let mut files = Vec::with_capacity(entries.len());
    files.extend(entries.iter().filter(|entry| !entry.skip_worktree).map(Candidate::from));
    files.dedup_by(|a, b| a.path == b.path);
    Ok(files)
}

/// The two sides whose difference a selection is; `None` where it is files for their own sake.
pub(crate) fn compared(cx: &Context, selection: &Selection) -> Result<Option<(Side, Side)>> {
    let (old, new, side) = match selection {
        Selection::All | Selection::Files(_) => return Ok(None),
        Selection::Between { from, to } => (from, to.as_str(), Side::Revision(to.clone())),
        Selection::Since(revision) => (revision, "HEAD", Side::Index),
    };
    Ok(Some((Side::Revision(merge_base(cx, old, new)?.1), side)))
}

/// The repository, and the merge base of two revisions.
fn merge_base<'a>(cx: &'a Context, old: &str, new: &str) -> Result<(&'a Repo, String)> {
    let Some(repo) = &cx.repo else {
        return Err(Problem::usage(format!("can't compare with {old}: this is no git repository")));
    };
    let base = repo.merge_base(old, new)?.ok_or_else(|| {
        Problem::invalid(format!("{old} and {new} have no common commit"))
            .why("their histories are unrelated, or a shallow clone hides the common commit")
            .fix("fetch the whole history: `git fetch --unshallow`")
    })?;
    Ok((repo, base.to_string()))
}

/// The paths that differ between the merge base of `old` and `new`, and `side`.
fn changed(cx: &Context, old: &str, new: &str, side: &Side) -> Result<BTreeSet<RepoPath>> {
    let (repo, base) = merge_base(cx, old, new)?;
    let changes = repo.changes(&Side::Revision(base), side)?;
    Ok(changes.into_iter().map(|change| change.path).collect())
}

/// The files that were named one by one.
fn named(cx: &Context, files: &[RepoPath]) -> Result<Vec<Candidate>> {
    let tracked = tracked(cx)?;
    let mut chosen = Vec::new();
    for given in files {
        let path = &within(given)?;
        let on_disk = cx.on_disk(path);
        let metadata = std::fs::symlink_metadata(&on_disk)
            .map_err(|cause| Problem::usage(format!("can't find {path}")).why(cause))?;
        if let Ok(at) = tracked.binary_search_by(|file| file.path.cmp(path)) {
            chosen.push(tracked[at].clone());
        } else if metadata.is_dir() {
            let folder = [path.as_bytes(), b"/"].concat();
            let inside = |file: &&Candidate| folder == b"/" || file.path.as_bytes().starts_with(&folder);
            chosen.extend(tracked.iter().filter(inside).cloned());
        } else if metadata.is_file() {
            chosen.push(Candidate::untracked(path.clone(), is_executable(&metadata)));
        } else if metadata.is_symlink() {
            let link = Candidate::untracked(path.clone(), false);
            chosen.push(Candidate { mode: EntryMode::Symlink, tags: Tags::symlink(), ..link });
        }
    }
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

/// Whether somebody may execute the file.
#[cfg(unix)]
pub(crate) fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

/// Nobody can tell here.
#[cfg(not(unix))]
pub(crate) fn is_executable(_: &std::fs::Metadata) -> bool {
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
