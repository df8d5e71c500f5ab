//! Repositories of other kinds.

use std::collections::BTreeMap;

use xtask_core::repo::{ObjectId, Repo};
use xtask_hooks::snapshot::{Snapshot, Source};

use crate::fixture::{Fixture, files, git_process, held, path, run, try_run};

#[test]
fn other_formats_serve_as_well() {
    let formats: [&[&str]; 3] = [
        &["--object-format=sha256"],
        &["--ref-format=reftable"],
        &["--object-format=sha256", "--ref-format=reftable"],
    ];
    for options in formats {
        let Some(fixture) = Fixture::init(options) else { continue };
        fixture.write("a", "a\n");
        let first = fixture.prepare();
        assert_eq!(run(&first, "git branch --show-current; git status --porcelain"), "main", "unborn");
        drop(first);
        fixture.commit();
        fixture.stage("a", "b\n");
        let mut snapshot = fixture.prepare();
        assert_eq!(held(&snapshot), files(&[("a", "b\n")]));
        assert_eq!(run(&snapshot, "git branch --show-current; git status --porcelain"), "main\nM  a");
        run(&snapshot, "echo c >a; echo new >b");
        let told = fixture.told(&snapshot.changes().unwrap());
        assert_eq!(told, ["a is File \"c\"", "b is new \"new\""], "{options:?}");
        snapshot.update(&BTreeMap::from([("a".into(), fixture.content("d\n"))])).unwrap();
        assert_eq!(held(&snapshot)["a"], "d\n");
        drop(snapshot);
        let head = fixture.text(["rev-parse", "HEAD"]);
        fixture.git(["checkout", "--quiet", "--detach"]);
        let snapshot = fixture.prepare();
        assert_eq!(run(&snapshot, "git rev-parse HEAD; git branch --show-current"), head, "{options:?}");
        drop(snapshot);
        fixture.git(["commit", "--quiet", "--all", "-m", "two"]);
        let commit = ObjectId::from_hex(&head).unwrap();
        let older =
            Snapshot::prepare(&fixture.context(), Source::Commit(commit), &BTreeMap::new(), &[]).unwrap();
        assert_eq!(run(&older, "git rev-parse HEAD; git status --porcelain"), head, "{options:?}");
    }
}

#[test]
fn an_empty_repository_has_an_empty_snapshot() {
    let fixture = Fixture::new();
    let mut snapshot = fixture.prepare();
    assert_eq!(run(&snapshot, "ls -A"), ".git");
    run(&snapshot, "echo >a");
    assert_eq!(snapshot.changes().unwrap().len(), 1);
    drop(snapshot);
    assert_eq!(run(&fixture.prepare(), "ls -A"), ".git");
}

#[test]
fn conflicts_are_told_and_paths_without_content_left_out() {
    let fixture = Fixture::with(&[("a", "a\n"), ("b", "b\n")]);
    fixture.write("intended", "x\n");
    fixture.git(["add", "--intent-to-add", "intended"]);
    assert_eq!(held(&fixture.prepare()), files(&[("a", "a\n"), ("b", "b\n")]));
    fixture.git(["rm", "--quiet", "--cached", "intended"]);
    for (branch, content) in [("one", "1\n"), ("two", "2\n")] {
        fixture.git(["checkout", "--quiet", "-b", branch, "main"]);
        fixture.write("a", content);
        fixture.git(["commit", "--quiet", "--all", "-m", branch]);
    }
    let merge =
        git_process(&fixture.top).args(["merge", "one"]).run(&xtask_core::exec::Cancel::new()).unwrap();
    assert!(!merge.is_success());
    let problem = fixture.try_prepare(&[]).err().unwrap();
    assert!(problem.what.contains("conflict") && problem.why.starts_with("a "), "{problem}");
    fixture.stage("a", "both\n");
    let snapshot = fixture.prepare();
    assert_eq!(held(&snapshot)["a"], "both\n");
    assert_eq!(run(&snapshot, "git rev-parse MERGE_HEAD"), fixture.text(["rev-parse", "one"]));
    drop(snapshot);
    fixture.git(["commit", "--quiet", "--no-edit"]);
    assert!(!try_run(&fixture.prepare(), "git rev-parse --verify --quiet MERGE_HEAD").is_success());
}

#[test]
fn unusual_indexes_are_read() {
    let fixture = Fixture::with(&[("in/a", "a\n"), ("out/b", "b\n"), ("out/deep/c", "c\n")]);
    fixture.git(["update-index", "--split-index"]);
    fixture.stage("in/a", "split\n");
    assert_eq!(held(&fixture.prepare())["in/a"], "split\n");
    fixture.git(["update-index", "--no-split-index"]);
    for arguments in
        [&["sparse-checkout", "set", "--cone", "in"][..], &["sparse-checkout", "reapply", "--sparse-index"]]
    {
        fixture.git(arguments);
        fixture.stage("in/a", &arguments.join(" "));
        let mut snapshot = fixture.prepare();
        assert_eq!(held(&snapshot), files(&[("in/a", &arguments.join(" "))]));
        run(&snapshot, "echo changed >in/a");
        assert_eq!(fixture.told(&snapshot.changes().unwrap()), ["in/a is File \"changed\""]);
    }
    fixture.git(["sparse-checkout", "disable"]);
    assert_eq!(held(&fixture.prepare()).len(), 3);
}

#[test]
fn worktrees_of_a_bare_repository_and_odd_places_serve_as_well() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    let root = fixture.root();
    fixture.git(["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let bare = Fixture { top: root.join("bare.git"), ..fixture };
    let odd = root.join(path(b"caf\xe9 \"x\" y"));
    bare.git(["worktree".as_ref(), "add".as_ref(), "--quiet".as_ref(), odd.as_os_str(), "main".as_ref()]);
    let fixture = Fixture { top: odd, ..bare };
    for extension in [false, true] {
        if extension {
            fixture.git(["config", "extensions.worktreeConfig", "true"]);
            fixture.git(["config", "--worktree", "core.bare", "false"]);
        }
        fixture.stage("a", "staged\n");
        let mut snapshot = fixture.prepare();
        assert_eq!(held(&snapshot), files(&[("a", "staged\n")]));
        let seen = run(
            &snapshot,
            "git status --porcelain && git rev-parse --is-bare-repository && git branch --show-current",
        );
        assert_eq!(seen, "M  a\nfalse\nmain");
        run(&snapshot, "echo x >a");
        assert_eq!(snapshot.changes().unwrap().len(), 1);
    }
}

#[test]
fn submodules_are_empty_folders() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    let inner = fixture.root().join("inner");
    fixture.git(["init", "--quiet", inner.to_str().unwrap()]);
    let other = Fixture { top: inner, ..Fixture::new() };
    other.git([
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.com",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "x",
    ]);
    fixture.git(["submodule", "--quiet", "add", "../inner", "sub"]);
    fixture.git(["config", "submodule.recurse", "true"]);
    let mut snapshot = fixture.prepare();
    assert_eq!(run(&snapshot, "ls -A sub; git status --porcelain -- a"), "");
    assert!(snapshot.root().join("sub").is_dir());
    assert!(snapshot.changes().unwrap().is_empty());
    run(&snapshot, "git init -q sub && git -C sub commit -q --allow-empty -m y");
    assert!(snapshot.changes().unwrap().is_empty());
    drop(snapshot);
    assert_eq!(run(&fixture.prepare(), "ls sub"), "");
}

#[test]
fn a_receiving_repositorys_quarantine_is_read_and_shares_nothing() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    let root = fixture.root();
    fixture.git(["clone", "--quiet", "--bare", ".", "../server.git"]);
    fixture.stage("a", "pushed\n");
    fixture.git(["commit", "--quiet", "-m", "pushed"]);
    // The hook tells what it was given, in time for the test to look while the objects are in quarantine.
    let hook = root.join("server.git/hooks/pre-receive");
    let copy = "cp -r \"$GIT_QUARANTINE_PATH\" quarantine && cat >&2 && exit 1";
    xtask_core::files::write(&hook, format!("#!/bin/sh\n{copy}\n").as_bytes()).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let push = git_process(&fixture.top).args(["push", "../server.git", "main"]);
    assert!(!push.run(&xtask_core::exec::Cancel::new()).unwrap().is_success());

    let commit = fixture.text(["rev-parse", "HEAD"]);
    let fixture = Fixture { top: root.join("server.git"), ..fixture };
    let quarantine = root.join("server.git/quarantine");
    let quarantine = quarantine.to_str().unwrap();
    let cx = fixture.context_with(&[
        ("GIT_QUARANTINE_PATH", quarantine),
        ("GIT_OBJECT_DIRECTORY", quarantine),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", root.join("server.git/objects").to_str().unwrap()),
    ]);
    assert!(cx.repo.as_ref().unwrap().work_dir().is_none());
    let id = ObjectId::from_hex(&commit).unwrap();
    let mut snapshot = Snapshot::prepare(&cx, Source::Commit(id), &BTreeMap::new(), &[]).unwrap();
    assert_eq!(held(&snapshot), files(&[("a", "pushed\n")]));
    let script =
        "git log --format=%s -1; git rev-parse HEAD; git status --porcelain; git diff --stat main | tail -1";
    let seen = run(&snapshot, script);
    assert!(
        seen.starts_with(&format!("pushed\n{commit}\n a | 2 +-\n")) || seen.contains("1 file changed"),
        "{seen}"
    );
    run(&snapshot, "echo x >a && git add a && git commit -qm own && git update-ref refs/heads/main HEAD");
    assert_eq!(snapshot.changes().unwrap().len(), 1);
    drop(snapshot);
    let server = Repo::discover(&fixture.top).unwrap().unwrap();
    assert_ne!(server.resolve("main").unwrap(), id);
    assert_eq!(fixture.text(["log", "--all", "--format=%s"]), "message");
    // Afterwards, without a quarantine.
    let main = server.resolve("main").unwrap();
    let cx = fixture.context();
    let snapshot = Snapshot::prepare(&cx, Source::Commit(main), &BTreeMap::new(), &[]).unwrap();
    assert_eq!(held(&snapshot), files(&[("a", "a\n")]));
    assert_eq!(run(&snapshot, "git log --format=%s; git status --porcelain"), "message");
}
