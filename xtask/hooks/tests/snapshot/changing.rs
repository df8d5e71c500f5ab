//! What commands change, and what is told of it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use xtask_core::exec::Cancel;

use crate::fixture::{Fixture, files, git_process, held, identity, read, run};

#[test]
fn every_kind_of_change_is_told_once() {
    let fixture = Fixture::with(&[
        (".gitignore", "*.log\n"),
        ("same", "same\n"),
        ("content", "old\n"),
        ("mode", "x\n"),
        ("gone", "x\n"),
        ("added", "old\n"),
        ("touched", "x\n"),
        ("becomes-folder", "x\n"),
        ("becomes-link", "x\n"),
        ("folder/a", "x\n"),
    ]);
    let mut snapshot = fixture.prepare();
    assert!(snapshot.changes().unwrap().is_empty());
    let touched = "echo new >content; chmod +x mode; rm gone; echo new >added; git add added; touch -d 2001-01-01 touched; \
        rm becomes-folder; mkdir becomes-folder; echo in >becomes-folder/f; ln -sf same becomes-link; echo x >created; \
        echo x >created.log; echo s >created-staged; git add created-staged; rm -r folder; echo now >folder; \
        mkdir empty; git init -q inner; mkfifo pipe; echo i >forced.log; git add -f forced.log; ln -s nowhere l";
    run(&snapshot, touched);
    let told = fixture.told(&snapshot.changes().unwrap());
    assert_eq!(
        told,
        [
            "added is File \"new\"",
            "becomes-folder is gone",
            "becomes-folder/f is new \"in\"",
            "becomes-link is Symlink \"same\"",
            "content is File \"new\"",
            "created is new \"x\"",
            "created-staged is new, staged \"s\"",
            "folder is new \"now\"",
            "folder/a is gone",
            "forced.log is new, staged \"i\"",
            "gone is gone",
            "l is new \"nowhere\"",
            "mode is Executable \"x\"",
        ]
    );
    assert!(snapshot.changes().unwrap().is_empty());
    // Nothing but the objects is in the user's repository.
    assert_eq!(fixture.text(["status", "--porcelain"]), "");
    // The next command sees the change as staged.
    assert_eq!(run(&snapshot, "git diff --name-only; git show :content"), "new");
}

#[test]
fn a_second_call_tells_what_changed_since_the_first() {
    let fixture = Fixture::with(&[("a", "one\n"), ("b", "one\n"), ("c", "one\n")]);
    let mut snapshot = fixture.prepare();
    run(&snapshot, "echo two >a; echo two >b; echo new >d; rm c");
    assert_eq!(snapshot.changes().unwrap().len(), 4);
    run(&snapshot, "echo three >a; echo one >b; echo one >c; git add d");
    assert_eq!(
        fixture.told(&snapshot.changes().unwrap()),
        ["a is File \"three\"", "b is File \"one\"", "c is File \"one\"", "d is new, staged \"new\""]
    );
    run(&snapshot, "git rm -qf d; echo one >a");
    assert_eq!(fixture.told(&snapshot.changes().unwrap()), ["a is File \"one\"", "d is gone"]);
    assert!(snapshot.changes().unwrap().is_empty());
}

#[test]
fn updates_do_not_count_as_changes() {
    let fixture = Fixture::with(&[("a", "one\n"), ("b", "one\n"), ("c d", "one\n")]);
    let mut snapshot = fixture.prepare();
    run(&snapshot, "echo two >a; echo new >created; echo two >b");
    snapshot.changes().unwrap();
    let kept = identity(&snapshot, "a");
    let changed = BTreeMap::from([
        ("a".into(), fixture.content("two\n")),
        ("b".into(), fixture.content("three\n")),
        ("c d".into(), fixture.content("three\n")),
    ]);
    snapshot.update(&changed).unwrap();
    let expected = files(&[("a", "two\n"), ("b", "three\n"), ("c d", "three\n"), ("created", "new\n")]);
    assert_eq!(held(&snapshot), expected);
    assert_eq!(identity(&snapshot, "a"), kept);
    assert!(snapshot.changes().unwrap().is_empty());
    run(&snapshot, "echo two >b");
    assert_eq!(fixture.told(&snapshot.changes().unwrap()), ["b is File \"two\""]);
    drop(snapshot);
    assert_eq!(held(&fixture.prepare()), files(&[("a", "one\n"), ("b", "one\n"), ("c d", "one\n")]));
}

#[test]
fn a_lock_that_an_ended_command_left_is_in_nobodys_way() {
    let fixture = Fixture::with(&[("a", "one\n")]);
    let mut snapshot = fixture.prepare();
    run(&snapshot, "echo two >a; touch \"$(git rev-parse --git-dir)/index.lock\"");
    assert_eq!(fixture.told(&snapshot.changes().unwrap()), ["a is File \"two\""]);
}

#[test]
fn filters_and_line_ends_apply_on_both_ways() {
    let fixture = Fixture::new();
    fixture.git(["config", "core.autocrlf", "true"]);
    fixture.git(["config", "filter.caesar.clean", "tr n-z a-m"]);
    fixture.git(["config", "filter.caesar.smudge", "tr a-m n-z"]);
    fixture.git(["config", "filter.caesar.required", "true"]);
    fixture.write(".gitattributes", "*.rot filter=caesar -text\n*.lf eol=lf\n");
    fixture.write("a.txt", "one\r\n");
    fixture.write("a.lf", "one\n");
    fixture.write("s.rot", "nnn");
    fixture.commit();
    assert_eq!(fixture.text(["cat-file", "blob", ":s.rot"]), "aaa");
    let mut snapshot = fixture.prepare();
    let at = |name: &str| read(&snapshot.root().join(name));
    assert_eq!((at("a.txt"), at("a.lf"), at("s.rot")), ("one\r\n".into(), "one\n".into(), "nnn".into()));
    run(&snapshot, "printf 'two\\r\\n' >a.txt; printf 'ooo' >s.rot; printf 'zzz' >new.rot");
    assert_eq!(
        fixture.told(&snapshot.changes().unwrap()),
        ["a.txt is File \"two\"", "new.rot is new \"mmm\"", "s.rot is File \"bbb\""]
    );
    snapshot.update(&BTreeMap::from([("s.rot".into(), fixture.content("abc"))])).unwrap();
    assert_eq!(read(&snapshot.root().join("s.rot")), "nop");
    drop(snapshot);

    // Attributes and settings that change concern files that don't.
    fixture.stage(".gitattributes", "*.rot -text\n*.txt eol=lf\n");
    let snapshot = fixture.prepare();
    assert_eq!(
        (read(&snapshot.root().join("a.txt")), read(&snapshot.root().join("s.rot"))),
        ("one\n".into(), "aaa".into())
    );
    assert_eq!(read(&snapshot.root().join("a.lf")), "one\r\n");
    drop(snapshot);
    fixture.git(["config", "core.autocrlf", "false"]);
    let snapshot = fixture.prepare();
    assert_eq!(read(&snapshot.root().join("a.lf")), "one\n");
}

#[test]
fn a_filter_that_fails_fails_the_preparation() {
    let fixture = Fixture::with(&[
        ("a.x", "one\n"),
        (".gitattributes", "*.x filter=broken\n"),
        (".gitignore", "out\n"),
    ]);
    run(&fixture.prepare(), "echo built >out");
    fixture.stage("a.x", "two\n");
    fixture.git(["config", "filter.broken.smudge", "false"]);
    fixture.git(["config", "filter.broken.required", "true"]);
    let problem = fixture.try_prepare(&[]).err().unwrap();
    assert!(problem.why.contains("a.x") && problem.what.starts_with("git read-tree"), "{problem}");
    fixture.git(["config", "filter.broken.required", "false"]);
    let snapshot = fixture.prepare();
    assert_eq!((&*held(&snapshot)["a.x"], &*held(&snapshot)["out"]), ("two\n", "built\n"));
}

#[test]
fn scripts_stay_executable() {
    let fixture = Fixture::with(&[("run", "#!/bin/sh\necho ran\n")]);
    std::fs::set_permissions(fixture.top.join("run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    fixture.commit();
    let mut snapshot = fixture.prepare();
    assert_eq!(run(&snapshot, "./run"), "ran");
    run(&snapshot, "chmod -x run");
    assert_eq!(fixture.told(&snapshot.changes().unwrap()), ["run is File \"#!/bin/sh\\necho ran\""]);
}

#[test]
fn lfs_files_are_whole_where_they_are_at_hand_and_nothing_is_downloaded() {
    let fixture = Fixture::new();
    let lfs = git_process(&fixture.top).args(["lfs", "install", "--local"]).run(&Cancel::new()).unwrap();
    if !lfs.is_success() {
        println!("left out: no git-lfs: {}", lfs.last_lines(1));
        return;
    }
    fixture.git(["init", "--quiet", "--bare", "../remote.git"]);
    fixture.git(["remote", "add", "origin", fixture.root().join("remote.git").to_str().unwrap()]);
    fixture.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    fixture.write("here.bin", "here");
    fixture.write("away.bin", "away!");
    fixture.commit();
    fixture.git(["push", "--quiet", "origin", "main"]);
    let away = fixture.text(["cat-file", "blob", ":away.bin"]);
    let id = away.split(':').nth(2).unwrap().lines().next().unwrap();
    let stored = fixture.top.join(".git/lfs/objects").join(&id[..2]).join(&id[2..4]).join(id);
    std::fs::remove_file(&stored).unwrap();
    let mut snapshot = fixture.prepare();
    assert_eq!(held(&snapshot)["here.bin"], "here");
    assert_eq!(held(&snapshot)["away.bin"].trim_end(), away);
    assert!(!stored.exists());
    assert!(snapshot.changes().unwrap().is_empty());
    run(&snapshot, "printf changed >here.bin");
    let told = fixture.told(&snapshot.changes().unwrap());
    assert!(told.len() == 1 && told[0].contains("git-lfs") && told[0].contains("size 7"), "{told:?}");
}
