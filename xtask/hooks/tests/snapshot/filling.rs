//! What the snapshot holds, and what it leaves alone.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use xtask_core::repo::{EntryMode, ObjectId};
use xtask_hooks::snapshot::{Content, Snapshot, Source};

use crate::fixture::{Fixture, files, held, identity, read, run, try_run};

#[test]
fn it_holds_what_is_staged_and_keeps_what_is_right() {
    let fixture =
        Fixture::with(&[("a.txt", "one\n"), ("b.txt", "one\n"), ("sub/c.txt", "one\n"), ("d", "one\n")]);
    let first = fixture.prepare();
    let mut expected =
        files(&[("a.txt", "one\n"), ("b.txt", "one\n"), ("sub/c.txt", "one\n"), ("d", "one\n")]);
    assert_eq!(held(&first), expected);
    assert!(first.root().starts_with(fixture.root().join("cache/xtask/snapshots")));
    assert!(first.notices().is_empty());
    let kept = [identity(&first, "b.txt"), identity(&first, "sub/c.txt")];
    let git = fixture.top.join(".git");
    let index = xtask_core::files::read(&git.join("index")).unwrap();
    drop(first);

    fixture.stage("a.txt", "two\n");
    fixture.write("a.txt", "unstaged\n");
    fixture.write("b.txt", "unstaged\n");
    fixture.write("untracked", "");
    fixture.git(["rm", "--quiet", "--cached", "d"]);
    let staged = xtask_core::files::read(&git.join("index")).unwrap();
    assert_ne!(index, staged);
    let second = fixture.prepare();
    expected.insert("a.txt".into(), "two\n".into());
    expected.remove("d");
    assert_eq!(held(&second), expected);
    assert_eq!([identity(&second, "b.txt"), identity(&second, "sub/c.txt")], kept);
    drop(second);

    let third = fixture.prepare();
    assert_eq!(held(&third), expected);
    assert_eq!([identity(&third, "b.txt"), identity(&third, "sub/c.txt")], kept);
    // Nothing of the user's was touched.
    assert_eq!(xtask_core::files::read(&git.join("index")).unwrap(), staged);
    assert!(!git.join("index.lock").exists());
    assert_eq!(read(&fixture.top.join("a.txt")), "unstaged\n");
    assert_eq!(fixture.text(["worktree", "list"]).lines().count(), 1);
    fixture.git(["worktree", "prune"]);
    fixture.git(["gc", "--quiet", "--prune=now"]);
    drop(third);
    assert_eq!(held(&fixture.prepare()), expected);
}

#[test]
fn folders_files_links_and_modes_take_each_others_place() {
    let fixture = Fixture::with(&[
        ("x", "file\n"),
        ("y/a", "a\n"),
        ("y/b", "b\n"),
        ("run", "#!/bin/sh\n"),
        ("z", "z\n"),
    ]);
    std::os::unix::fs::symlink("y/a", fixture.top.join("link")).unwrap();
    fixture.commit();
    assert_eq!(held(&fixture.prepare())["link"], "-> y/a");

    fixture.git(["rm", "--quiet", "-r", "x", "y", "link", "z"]);
    fixture.stage("x/deep/er", "folder\n");
    fixture.stage("y", "file\n");
    fixture.stage("link/in", "folder\n");
    std::os::unix::fs::symlink("/nowhere", fixture.top.join("z")).unwrap();
    std::fs::set_permissions(fixture.top.join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    fixture.git(["add", "z", "run"]);
    let expected = files(&[
        ("x/deep/er", "folder\n"),
        ("y", "file\n"),
        ("link/in", "folder\n"),
        ("z", "-> /nowhere"),
        ("run*", "#!/bin/sh\n"),
    ]);
    assert_eq!(held(&fixture.prepare()), expected);

    fixture.git(["reset", "--quiet", "--hard"]);
    let back = held(&fixture.prepare());
    assert_eq!((&*back["x"], &*back["y/b"], &*back["link"], &*back["z"]), ("file\n", "b\n", "-> y/a", "z\n"));
    assert!(back.contains_key("run"));
}

#[test]
fn changed_content_lies_on_top() {
    let fixture = Fixture::with(&[("a", "a\n"), ("b", "b\n")]);
    fixture.stage("a", "staged \n");
    let cx = fixture.context();
    let index = cx.repo.as_ref().unwrap().index_file();
    let fixed = fixture.content("staged\n");
    let changed = BTreeMap::from([
        ("a".into(), fixed),
        ("b".into(), Content { mode: EntryMode::Executable, ..fixture.content("b\n") }),
    ]);
    let mut snapshot = Snapshot::prepare(&cx, Source::Index(index), &changed, &[]).unwrap();
    assert_eq!(held(&snapshot), files(&[("a", "staged\n"), ("b*", "b\n")]));
    assert!(snapshot.changes().unwrap().is_empty());
    assert_eq!(run(&snapshot, "git diff --cached --name-only"), "a\nb");
    assert_eq!(fixture.text(["diff", "--cached", "--name-only"]), "a");
    drop(snapshot);
    let commit = ObjectId::from_hex(&fixture.text(["rev-parse", "HEAD"])).unwrap();
    let changed = BTreeMap::from([("a".into(), fixed)]);
    let snapshot = Snapshot::prepare(&cx, Source::Commit(commit), &changed, &[]).unwrap();
    assert_eq!(held(&snapshot), files(&[("a", "staged\n"), ("b", "b\n")]));
}

#[test]
fn what_commands_left_is_undone_but_for_ignored_output() {
    let fixture = Fixture::with(&[
        (".gitignore", "target/\n*.o\n"),
        ("src/a", "a\n"),
        ("src/b", "b\n"),
        ("c/d", "d\n"),
    ]);
    let snapshot = fixture.prepare();
    let kept = identity(&snapshot, ".gitignore");
    run(
        &snapshot,
        "mkdir -p target/debug new/deep .hidden && echo built >target/debug/out && echo >src/x.o && echo >new/deep/f && \
         echo >.hidden/f && echo changed >src/a && rm c/d && git init -q nested && echo >nested/f && \
         echo secret >new/s && printf 's\\n' >new/.gitignore && ln -s / new/root && git add new/deep && \
         echo staged >src/a && git add src/a && git rm -q --cached src/b",
    );
    drop(snapshot);
    let snapshot = fixture.prepare();
    let expected = files(&[
        (".gitignore", "target/\n*.o\n"),
        ("src/a", "a\n"),
        ("src/b", "b\n"),
        ("c/d", "d\n"),
        ("target/debug/out", "built\n"),
        ("src/x.o", "\n"),
    ]);
    assert_eq!(held(&snapshot), expected);
    assert_eq!(identity(&snapshot, ".gitignore"), kept);
    assert_eq!(run(&snapshot, "git status --porcelain"), "");
    assert!(!snapshot.root().join("new").exists() && !snapshot.root().join("nested").exists());
}

#[test]
fn what_commands_told_git_not_to_look_at_is_looked_at() {
    let fixture = Fixture::with(&[("a", "a\n"), ("b", "b\n"), ("c", "c\n")]);
    let snapshot = fixture.prepare();
    let kept = identity(&snapshot, "c");
    run(
        &snapshot,
        "git update-index --skip-worktree a && git update-index --assume-unchanged b && echo x >a && echo x >b && \
         git rm -q --cached c",
    );
    drop(snapshot);
    let snapshot = fixture.prepare();
    assert_eq!(held(&snapshot), files(&[("a", "a\n"), ("b", "b\n"), ("c", "c\n")]));
    assert_eq!(identity(&snapshot, "c"), kept);
    assert_eq!(run(&snapshot, "git ls-files -v"), "H a\nH b\nH c");
}

#[test]
fn a_change_within_the_clocks_tick_and_of_the_same_size_is_undone() {
    let fixture = Fixture::with(&[("a", "one\n")]);
    for _ in 0..3 {
        let snapshot = fixture.prepare();
        assert_eq!(held(&snapshot)["a"], "one\n");
        run(&snapshot, "printf 'two\\n' >a && touch -r .git a");
    }
}

#[test]
fn commands_see_the_branch_and_the_index_of_a_repository_of_their_own() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    fixture.git(["checkout", "--quiet", "-b", "topic/one"]);
    fixture.stage("a", "staged\n");
    let snapshot = fixture.prepare();
    assert_eq!(run(&snapshot, "git branch --show-current"), "topic/one");
    assert_eq!(run(&snapshot, "git rev-parse --show-toplevel"), snapshot.root().to_str().unwrap());
    assert_eq!(run(&snapshot, "git diff --cached --name-only && git ls-files -m"), "a");
    assert_eq!(run(&snapshot, "git rev-parse HEAD"), fixture.text(["rev-parse", "HEAD"]));
    drop(snapshot);
    fixture.git(["checkout", "--quiet", "--detach"]);
    let snapshot = fixture.prepare();
    assert_eq!(run(&snapshot, "git branch --show-current"), "");
    drop(snapshot);

    fixture.git(["commit", "--quiet", "-m", "two"]);
    let commit = |name: &str| ObjectId::from_hex(&fixture.text(["rev-parse", name])).unwrap();
    let cx = fixture.context();
    let older = Snapshot::prepare(&cx, Source::Commit(commit("HEAD~")), &BTreeMap::new(), &[]).unwrap();
    assert_eq!(held(&older)["a"], "a\n");
    assert_eq!(run(&older, "git rev-parse HEAD"), commit("HEAD~").to_string());
    assert_eq!(run(&older, "git status --porcelain"), "");
    drop(older);
    let missing = ObjectId::from_hex(&"1".repeat(40)).unwrap();
    let problem = Snapshot::prepare(&cx, Source::Commit(missing), &BTreeMap::new(), &[]).err().unwrap();
    assert!(problem.what.contains("can't read the commit 111"), "{problem}");
}

#[test]
fn gits_variables_of_the_hook_reach_no_command() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    let snapshot = fixture.prepare();
    let other = fixture.root().join("other");
    let script = format!(
        "git init -q {0} && cd {0} && echo b >b && git add b && git commit -q -m other && git log --format=%s",
        other.display()
    );
    let hook = |process: xtask_core::exec::Process| {
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH"]
            .into_iter()
            .fold(process, |process, name| process.variable(name, fixture.top.join(".git")))
            .variable("GIT_INDEX_FILE", fixture.top.join(".git/index.lock"))
            .variable("GIT_PREFIX", "sub/")
    };
    let here = "env | grep -E '^GIT_(DIR|WORK|INDEX|OBJECT|QUARANTINE|PREFIX)' ; pwd -P";
    let cancel = xtask_core::exec::Cancel::new();
    let shell = |script: &str| hook(xtask_core::exec::Process::shell(script));
    let seen = snapshot.environment(shell(here)).run(&cancel).unwrap();
    assert_eq!(String::from_utf8(seen.stdout).unwrap().trim_end(), snapshot.root().to_str().unwrap());
    let cx = fixture.context();
    let seen = xtask_hooks::snapshot::in_place(&cx, shell(here)).run(&cancel).unwrap();
    assert_eq!(String::from_utf8(seen.stdout).unwrap().trim_end(), fixture.top.to_str().unwrap());

    assert_eq!(run(&snapshot, &script), "other");
    assert_eq!(fixture.text(["log", "--format=%s"]), "message");
    assert!(try_run(&snapshot, "git status").is_success());
}

#[test]
fn a_working_tree_without_a_git_folder_is_known_to_its_commands() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    let git_dir = fixture.root().join("elsewhere.git");
    std::fs::rename(fixture.top.join(".git"), &git_dir).unwrap();
    fixture.write(".git", format!("gitdir: {}\n", git_dir.display()));
    let cx = fixture.context();
    std::fs::remove_file(fixture.top.join(".git")).unwrap();
    let script = "git rev-parse --show-toplevel; echo $GIT_INDEX_FILE";
    let process = xtask_core::exec::Process::shell(script).variable("GIT_INDEX_FILE", "/nowhere");
    let seen = xtask_hooks::snapshot::in_place(&cx, process).run(&cx.cancel).unwrap();
    assert_eq!(String::from_utf8(seen.stdout).unwrap().trim_end(), fixture.top.to_str().unwrap());
}

#[test]
fn no_hook_of_the_users_runs() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    for hook in ["post-checkout", "post-index-change", "reference-transaction", "pre-commit"] {
        let name = format!(".git/hooks/{hook}");
        fixture.write(&name, "#!/bin/sh\necho ran >>\"$(git rev-parse --git-common-dir)/ran\"\n");
        std::fs::set_permissions(fixture.top.join(&name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut snapshot = fixture.prepare();
    let changed = BTreeMap::from([("a".into(), fixture.content("b\n"))]);
    snapshot.update(&changed).unwrap();
    snapshot.changes().unwrap();
    assert!(!fixture.top.join(".git/ran").exists());
}
