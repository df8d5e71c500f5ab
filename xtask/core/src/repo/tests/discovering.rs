//! Tests of finding repositories: the variables that git honours, and repositories that it refuses.

use std::path::Path;

use super::super::discover::discover;
use super::super::testing::Fixture;
use super::super::{Backend, Repo};
use crate::environment::Environment;
use crate::model::{ProblemKind, Result};

fn find(start: &Path, variables: &[(&str, &Path)]) -> Result<Option<Repo>> {
    let pairs: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.to_str().unwrap())).collect();
    discover(start, &Environment::from_pairs(pairs))
}

#[test]
fn from_any_folder_below_the_top() {
    let fixture = Fixture::new();
    fixture.write("a/b/file", "x\n");
    for start in ["", "a", "a/b", "a/../a/b"] {
        let repo = find(&fixture.top().join(start), &[]).unwrap().unwrap();
        assert_eq!(repo.work_dir(), Some(fixture.top()), "{start}");
        assert_eq!(repo.git_dir(), fixture.top().join(".git"));
        assert_eq!(repo.common_dir(), repo.git_dir());
        assert_eq!(repo.backend, Backend::Library);
    }
    assert!(find(&fixture.root(), &[]).unwrap().is_none());
    let problem = find(&fixture.top().join("missing"), &[]).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Usage);
}

#[test]
fn the_variables_of_git_count() {
    let fixture = Fixture::new();
    fixture.write("sub/file", "x\n");
    fixture.commit("one");
    let top = fixture.top();
    let elsewhere = fixture.root().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let git_dir = top.join(".git");

    // As in a hook: relative to where git started it.
    let repo = find(top, &[("GIT_DIR", Path::new(".git")), ("GIT_INDEX_FILE", Path::new("other"))]);
    let repo = repo.unwrap().unwrap();
    assert_eq!((repo.git_dir(), repo.work_dir()), (&*git_dir, Some(top)));
    assert_eq!(repo.index_file(), top.join("other"));

    // GIT_DIR alone: where you are is the top.
    let repo = find(&elsewhere, &[("GIT_DIR", &git_dir)]).unwrap().unwrap();
    assert_eq!((repo.git_dir(), repo.work_dir()), (&*git_dir, Some(&*elsewhere)));
    assert_eq!(repo.changes(&super::super::Side::Index, &super::super::Side::Worktree).unwrap().len(), 1);

    let variables = [("GIT_DIR", &*git_dir), ("GIT_WORK_TREE", top)];
    let repo = find(&elsewhere, &variables).unwrap().unwrap();
    assert_eq!(repo.work_dir(), Some(top));
    assert_eq!(repo.changes(&super::super::Side::Index, &super::super::Side::Worktree).unwrap(), []);

    // Another object folder: git answers, and finds the same.
    let objects = git_dir.join("objects");
    let repo = find(top, &[("GIT_OBJECT_DIRECTORY", &objects)]).unwrap().unwrap();
    assert_eq!(repo.backend, Backend::Program);
    assert_eq!((repo.git_dir(), repo.work_dir()), (&*git_dir, Some(top)));

    // The search stops below this folder.
    let found = find(&top.join("sub"), &[("GIT_CEILING_DIRECTORIES", top)]);
    assert!(matches!(found, Ok(None)) || found.is_err_and(|problem| problem.kind == ProblemKind::Usage));
    let problem = find(&elsewhere, &[("GIT_DIR", &elsewhere)]).unwrap_err();
    assert!(problem.why.contains("not a git repository"), "{problem}");
}

#[cfg(unix)]
#[test]
fn folders_whose_names_are_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let fixture = Fixture::new();
    fixture.write("file", "x\n");
    fixture.commit("one");
    let odd = fixture.root().join(std::ffi::OsStr::from_bytes(b"caf\xe9\nnew line"));
    std::fs::rename(fixture.top(), &odd).unwrap();
    let repo = discover(&odd, &Environment::default()).unwrap().unwrap();
    assert_eq!(repo.work_dir(), Some(&*odd));
    assert_eq!(repo.backend, Backend::Library);
    let objects = odd.join(".git/objects");
    for repo in [repo, super::super::discover::by_program(&odd, &Environment::default()).unwrap().unwrap()] {
        assert_eq!((repo.work_dir(), repo.common_dir().join("objects")), (Some(&*odd), objects.clone()));
        assert_eq!(repo.worktrees().unwrap()[0].path, odd);
        let index = repo.index().unwrap();
        assert_eq!(repo.blobs().unwrap().read(&index[0].id).unwrap(), b"x\n");
    }
}

#[test]
fn a_git_file_that_leads_nowhere_is_told() {
    let folder = tempfile::tempdir().unwrap();
    crate::files::write(&folder.path().join(".git"), b"gitdir: /nowhere\n").unwrap();
    let problem = find(folder.path(), &[]).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Usage);
    assert!(problem.why.contains("/nowhere"), "{problem}");
}

#[cfg(unix)]
#[test]
fn another_users_repository_is_refused_with_the_way_on() {
    let fixture = Fixture::new();
    fixture.commit("one");
    for path in [fixture.top().to_owned(), fixture.top().join(".git")] {
        if let Err(reason) = std::os::unix::fs::chown(&path, Some(54321), Some(54321)) {
            println!("left out: only root can give files away: {reason}");
            return;
        }
    }
    let problem = find(fixture.top(), &[]).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Usage);
    let command = format!("git config --global --add safe.directory {}", fixture.top().display());
    assert_eq!(problem.fix, command);
}
