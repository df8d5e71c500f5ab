//! Tests of unusual repositories: empty, detached, bare, shallow, linked, and those that libgit2 can't read.

use super::super::testing::Fixture;
use super::super::{Repo, Shape, Side};
use super::{NUMBERS, assert_agreement, many_kinds, rev, shown, shown_lines, tell};
use crate::model::RepoPath;

#[test]
fn a_repository_without_commits() {
    let fixture = Fixture::new();
    fixture.write("staged", "a\n");
    fixture.git(["add", "staged"]);
    fixture.write("untracked", "a\n");
    assert_agreement(&fixture, &["HEAD"]);
    let repo = fixture.library();
    assert_eq!(repo.shape().unwrap(), Shape { empty: true, ..Shape::default() });
    for repo in [&repo, &fixture.program()] {
        assert_eq!(repo.head_branch().unwrap(), Some(RepoPath::from("refs/heads/main")));
    }
    let problem = repo.resolve("HEAD").unwrap_err();
    assert!(problem.why.contains("no commit yet"), "{problem}");
    let changes = repo.changes(&Side::Empty, &Side::Worktree).unwrap();
    assert_eq!(shown(&changes), ["Added staged", "Added untracked"]);
}

#[test]
fn a_detached_head() {
    let fixture = many_kinds();
    fixture.git(["checkout", "--quiet", "--detach", "HEAD~1"]);
    assert_agreement(&fixture, &["HEAD", "main"]);
    assert!(fixture.library().shape().unwrap().detached);
    assert_eq!(fixture.library().worktrees().unwrap()[0].branch, None);
    for repo in [fixture.library(), fixture.program()] {
        assert_eq!(repo.head_branch().unwrap(), None);
    }
}

#[test]
fn a_bare_repository() {
    let fixture = many_kinds();
    fixture.git(["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let fixture = fixture.at("bare.git");
    assert_agreement(&fixture, &["HEAD", "HEAD~1"]);
    let repo = fixture.library();
    assert!(repo.shape().unwrap().bare && repo.work_dir().is_none());
    assert_eq!(repo.index().unwrap(), []);
    assert_eq!(repo.worktrees().unwrap(), []);
    let problem = repo.changes(&rev("HEAD"), &Side::Worktree).unwrap_err();
    assert!(problem.what.contains("no working tree"), "{problem}");
    fixture.git(["worktree", "add", "--quiet", "../of-bare", "main"]);
    let fixture = fixture.at("of-bare");
    assert_agreement(&fixture, &["HEAD", "HEAD~1"]);
    let trees = fixture.library().worktrees().unwrap();
    assert_eq!((trees.len(), trees[0].main), (1, false));
}

#[test]
fn a_shallow_clone() {
    let fixture = many_kinds();
    fixture.commit("three");
    let url = format!("file://{}", fixture.top().display());
    fixture.git(["clone", "--quiet", "--depth=2", &url, "../shallow"]);
    let old = fixture.text(["rev-parse", "HEAD~2"]);
    let fixture = fixture.at("shallow");
    assert_agreement(&fixture, &["HEAD", "HEAD~1", "HEAD~2", &old]);
    let repo = fixture.library();
    assert!(repo.shape().unwrap().shallow);
    let problem = repo.resolve(&old).unwrap_err();
    assert!(problem.fix.contains("git fetch"), "{problem}");
}

#[test]
fn linked_worktrees() {
    let fixture = many_kinds();
    fixture.git(["worktree", "add", "--quiet", "-b", "topic", "../linked"]);
    fixture.git(["worktree", "add", "--quiet", "--detach", "../a new\nline"]);
    fixture.git(["worktree", "add", "--quiet", "-b", "gone", "../gone"]);
    std::fs::remove_dir_all(fixture.root().join("gone")).unwrap();
    assert_agreement(&fixture, &["HEAD"]);
    let main = fixture.top().to_owned();
    let fixture = fixture.at("linked");
    fixture.write("plain.txt", "linked\n");
    assert_agreement(&fixture, &["HEAD"]);
    let repo = fixture.library();
    assert_eq!(repo.work_dir(), Some(fixture.top()));
    assert_eq!(repo.common_dir(), main.join(".git"));
    assert_eq!(repo.git_dir(), main.join(".git/worktrees/linked"));
    let trees = repo.worktrees().unwrap();
    assert_eq!((trees.len(), trees[0].main, &trees[0].path), (4, true, &main));
    let linked = trees.iter().find(|tree| tree.path == fixture.top()).unwrap();
    assert_eq!(linked.branch, Some(RepoPath::from("refs/heads/topic")));
}

#[test]
fn the_git_program_stands_in() {
    let check = |fixture: &Fixture| {
        let (repo, program) = (fixture.repo(), fixture.program());
        assert_eq!(tell(&repo, &["HEAD~1", "HEAD"]), tell(&program, &["HEAD~1", "HEAD"]));
        for (question, answer) in tell(&repo, &["HEAD~1", "HEAD"]) {
            assert!(!answer.starts_with("error"), "{question}: {answer}");
        }
        repo
    };
    let fill = |fixture: &Fixture| {
        fixture.write("in/a", NUMBERS);
        fixture.write("out/b", "b\n");
        fixture.write("c", "c\n");
        fixture.commit("one");
        fixture.write("in/a", NUMBERS.replace("5\n", "five\n"));
        fixture.commit("two");
        fixture.write("c", "c\nd\n");
    };

    // A split index.
    let fixture = Fixture::new();
    fill(&fixture);
    let before = fixture.library().index().unwrap();
    fixture.git(["update-index", "--split-index"]);
    assert!(fixture.library().index().is_err(), "libgit2 learned to read split indexes");
    assert_eq!(check(&fixture).index().unwrap(), before);

    // A sparse index.
    let fixture = Fixture::new();
    fill(&fixture);
    fixture.git(["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(fixture.library().index().is_err(), "libgit2 learned to read sparse indexes");
    let index = check(&fixture).index().unwrap();
    let out: Vec<_> = index.iter().filter(|entry| entry.skip_worktree).collect();
    assert_eq!((index.len(), out.len(), out[0].path.to_string()), (3, 1, "out/b".to_owned()));

    for options in [&["--ref-format=reftable"][..], &["--object-format=sha256"]] {
        let Some(fixture) = Fixture::init(options) else {
            continue;
        };
        fill(&fixture);
        let repo = check(&fixture);
        assert_eq!(shown(&repo.changes(&rev("HEAD"), &Side::Worktree).unwrap()), ["Modified c"]);
        assert_eq!(shown_lines(&repo.changed_lines(&Side::Empty, &rev("HEAD~1")).unwrap()).len(), 3);
        assert_eq!(repo.worktrees().unwrap()[0].branch, Some("refs/heads/main".into()));
        fixture.git(["worktree", "add", "--quiet", "../linked"]);
        assert_eq!(repo.worktrees().unwrap().len(), 2);
        let linked = fixture.at("linked").repo();
        assert_ne!(linked.git_dir(), linked.common_dir());
        assert_eq!(linked.common_dir(), repo.git_dir());
    }
}

#[test]
fn a_partial_clone() {
    let fixture = many_kinds();
    fixture.git(["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", fixture.top().display());
    fixture.git(["clone", "--quiet", "--filter=blob:none", &url, "../partial"]);
    let whole = fixture.library();
    let fixture = fixture.at("partial");
    let repo = fixture.repo();
    let told = |repo: &Repo| {
        let paths = repo.index().unwrap().into_iter().map(|entry| (entry.path, entry.id));
        (paths.collect::<Vec<_>>(), repo.tree("HEAD~1").unwrap())
    };
    assert_eq!(told(&repo), told(&whole));
    let index = repo.index().unwrap();
    let mut blobs = (repo.blobs().unwrap(), whole.blobs().unwrap());
    for entry in index {
        assert_eq!(blobs.0.read(&entry.id).unwrap(), blobs.1.read(&entry.id).unwrap());
    }
    assert_eq!(shown(&repo.changes(&rev("HEAD"), &Side::Worktree).unwrap()), [""; 0]);
}
