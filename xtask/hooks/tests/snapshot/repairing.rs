//! Damaged, locked, abandoned: what became of a snapshot between two runs.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use xtask_core::model::{Event, Events, ProblemKind};
use xtask_hooks::snapshot::{Snapshot, Source};

use crate::fixture::{Fixture, files, held, identity, run, write};

fn repository() -> (Fixture, PathBuf) {
    let fixture = Fixture::with(&[(".gitignore", "target\n"), ("a", "a\n"), ("b/c", "c\n")]);
    let snapshot = fixture.prepare();
    let folder = snapshot.root().parent().unwrap().to_owned();
    (fixture, folder)
}

fn is_whole(fixture: &Fixture) {
    let mut snapshot = fixture.prepare();
    assert_eq!(held(&snapshot), files(&[(".gitignore", "target\n"), ("a", "a\n"), ("b/c", "c\n")]));
    assert_eq!(run(&snapshot, "git status --porcelain && git branch --show-current"), "main");
    assert!(snapshot.changes().unwrap().is_empty());
}

#[test]
fn whatever_is_damaged_is_built_anew() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 18] = [
        ("lock", |folder| write(folder, "git/index.lock", "")),
        ("index cut", |folder| {
            let index = xtask_core::files::read(&folder.join("git/index")).unwrap();
            write(folder, "git/index", &index[..index.len() / 2]);
        }),
        ("index garbage", |folder| write(folder, "git/index", "garbage")),
        ("index empty", |folder| write(folder, "git/index", "")),
        ("index gone", |folder| std::fs::remove_file(folder.join("git/index")).unwrap()),
        ("index a folder", |folder| {
            std::fs::remove_file(folder.join("git/index")).unwrap();
            write(folder, "git/index/x", "");
        }),
        ("git gone", |folder| std::fs::remove_dir_all(folder.join("git")).unwrap()),
        ("git a file", |folder| {
            std::fs::remove_dir_all(folder.join("git")).unwrap();
            write(folder, "git", "");
        }),
        ("commondir wrong", |folder| write(folder, "git/commondir", "/nowhere\n")),
        ("HEAD garbage", |folder| write(folder, "git/HEAD", "garbage")),
        (".git gone", |folder| std::fs::remove_file(folder.join("tree/.git")).unwrap()),
        (".git a repository", |folder| {
            std::fs::remove_file(folder.join("tree/.git")).unwrap();
            write(folder, "tree/.git/HEAD", "ref: refs/heads/other\n");
        }),
        ("tree gone", |folder| std::fs::remove_dir_all(folder.join("tree")).unwrap()),
        ("tree half", |folder| {
            std::fs::remove_file(folder.join("tree/a")).unwrap();
            write(folder, "tree/b/c", "");
            write(folder, "tree/half", "written");
        }),
        ("tree a link", |folder| {
            std::fs::remove_dir_all(folder.join("tree")).unwrap();
            std::os::unix::fs::symlink("/nowhere", folder.join("tree")).unwrap();
        }),
        ("state garbage", |folder| write(folder, "state.json", "{")),
        ("state of another tree", |folder| {
            let state =
                String::from_utf8(xtask_core::files::read(&folder.join("state.json")).unwrap()).unwrap();
            write(folder, "state.json", state.replace("\"tree\":\"", "\"tree\":\"0").replacen("00", "0", 1));
        }),
        ("all gone", |folder| std::fs::remove_dir_all(folder).unwrap()),
    ];
    let (fixture, folder) = repository();
    for (what, damage) in damages {
        println!("{what}");
        damage(&folder);
        is_whole(&fixture);
    }
}

#[test]
fn a_run_that_ended_in_the_middle_keeps_builds_and_unchanged_files() {
    let (fixture, folder) = repository();
    write(&folder, "tree/target/out", "built");
    let snapshot = fixture.prepare();
    let kept = identity(&snapshot, "a");
    drop(snapshot);
    // As if it ended while it wrote another tree: some files are there, the index isn't.
    write(&folder, "git/index.lock", "half");
    write(&folder, "tree/new/file", "other tree");
    write(&folder, "tree/b/c", "other tree");
    let snapshot = fixture.prepare();
    assert_eq!(held(&snapshot)["target/out"], "built");
    assert_eq!((&*held(&snapshot)["b/c"], identity(&snapshot, "a")), ("c\n", kept));
    assert!(!snapshot.root().join("new").exists());
}

#[test]
fn what_cannot_be_filled_says_so() {
    let (fixture, folder) = repository();
    fixture.git([
        "update-index",
        "--add",
        "--cacheinfo",
        "100644,1111111111111111111111111111111111111111,x",
    ]);
    let problem = fixture.try_prepare(&[]).err().unwrap();
    assert!(problem.to_string().contains("1111111"), "{problem}");
    drop(folder);
    fixture.git(["rm", "--quiet", "--cached", "x"]);
    is_whole(&fixture);
}

#[test]
fn a_cache_folder_that_cannot_be_used_says_what_to_do() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    write(&fixture.root(), "cache", "a file");
    let problem = fixture.try_prepare(&[]).err().unwrap();
    assert_eq!(problem.kind, ProblemKind::Invalid);
    assert!(problem.fix.contains("XDG_CACHE_HOME"), "{problem}");
}

#[test]
fn two_runs_in_one_worktree_wait_for_each_other() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    let held_by_one = fixture.prepare();
    let (sender, receiver) = std::sync::mpsc::channel();
    let cx = xtask_core::gate::Context { events: Events::to(sender), ..fixture.context() };
    let index = fixture.top.join(".git/index");
    std::thread::scope(|scope| {
        let other =
            scope.spawn(|| Snapshot::prepare(&cx, Source::Index(&index), &BTreeMap::new(), &[]).map(drop));
        let told = receiver.recv_timeout(Duration::from_mins(1)).unwrap();
        assert!(matches!(told, Event::Notice { text } if text.contains("waiting for another run")));
        assert!(!other.is_finished());
        drop(held_by_one);
        other.join().unwrap().unwrap();
    });
    // Who is told to stop doesn't wait.
    let _held = fixture.prepare();
    cx.cancel.stop(xtask_core::exec::Interrupt::Terminated);
    let problem = Snapshot::prepare(&cx, Source::Index(&index), &BTreeMap::new(), &[]).err().unwrap();
    assert_eq!(problem.kind, ProblemKind::Terminated);
}

#[test]
fn linked_worktrees_have_snapshots_of_their_own() {
    let fixture = Fixture::with(&[("a", "a\n")]);
    fixture.git(["worktree", "add", "--quiet", "-b", "side", "../side"]);
    let root = fixture.root();
    let one = fixture.prepare();
    let fixture = Fixture { top: root.join("side"), ..fixture };
    fixture.stage("a", "side\n");
    let other = fixture.prepare();
    assert_ne!(one.root(), other.root());
    assert_eq!((&*held(&one)["a"], &*held(&other)["a"]), ("a\n", "side\n"));
    assert_eq!(run(&other, "git branch --show-current"), "side");
    assert_eq!(fixture.text(["worktree", "list"]).lines().count(), 2);
}

#[test]
fn snapshots_of_vanished_worktrees_are_removed_some_day() {
    let (fixture, folder) = repository();
    let all = folder.parent().unwrap();
    for number in 0..5 {
        write(all, format!("gone-{number}/worktree"), fixture.root().join("gone").to_str().unwrap());
        write(all, format!("gone-{number}/tree/x"), "x");
    }
    std::os::unix::fs::symlink(&fixture.top, all.join("gone-0/tree/link")).unwrap();
    write(all, "other/tree/x", "no snapshot of ours");
    let count = || std::fs::read_dir(all).unwrap().count();
    let before = count();
    drop(fixture.prepare());
    assert_eq!(count(), before, "they were looked for just now");
    std::fs::remove_file(all.join("pruned")).unwrap();
    drop(fixture.prepare());
    assert_eq!(count(), before - 4, "a few at once, and not yet done");
    drop(fixture.prepare());
    assert_eq!(count(), before - 5);
    assert!(all.join("other/tree/x").exists() && fixture.top.join("a").exists());
    for private in [all, &folder, &folder.join("tree")] {
        assert_eq!(private.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_run_that_is_stopped_while_it_fills_leaves_nothing_for_the_next() {
    let (fixture, folder) = repository();
    let started = fixture.root().join("started");
    fixture.git([
        "config",
        "filter.slow.smudge",
        &format!("echo >'{}' && exec sleep 600", started.display()),
    ]);
    fixture.stage(".gitattributes", "b/* filter=slow\n");
    fixture.stage("b/c", "other\n");
    fixture.stage("b/d", "other\n");
    let cx = fixture.context();
    let index = fixture.top.join(".git/index");
    std::thread::scope(|scope| {
        let run =
            scope.spawn(|| Snapshot::prepare(&cx, Source::Index(&index), &BTreeMap::new(), &[]).map(drop));
        let deadline = Instant::now() + Duration::from_mins(1);
        while !started.exists() {
            assert!(Instant::now() < deadline && !run.is_finished(), "the filter never started");
            std::thread::yield_now();
        }
        cx.cancel.stop(xtask_core::exec::Interrupt::Interrupted);
        assert_eq!(run.join().unwrap().unwrap_err().kind, ProblemKind::Interrupted);
    });
    assert!(folder.join("git").exists());
    fixture.git(["config", "filter.slow.smudge", "cat"]);
    let mut snapshot = fixture.prepare();
    assert_eq!((&*held(&snapshot)["b/c"], &*held(&snapshot)["b/d"]), ("other\n", "other\n"));
    assert!(snapshot.changes().unwrap().is_empty());
    drop(snapshot);
    fixture.git(["reset", "--quiet", "--hard"]);
    is_whole(&fixture);
}

#[test]
fn what_a_killed_run_left_running_ends_first_or_writes_elsewhere() {
    let (fixture, folder) = repository();
    let cancel = xtask_core::exec::Cancel::new();
    // The commands of a run that was killed: its mark stays, they hold what they inherited.
    let start = |script: &str| {
        let snapshot = fixture.prepare();
        let script = format!("cd '{}' && echo >started && {script}", snapshot.root().display());
        let process = snapshot.environment(xtask_core::exec::Process::shell(&script));
        let cancel = cancel.clone();
        let stray = std::thread::spawn(move || process.run(&cancel));
        let deadline = Instant::now() + Duration::from_mins(1);
        while !snapshot.root().join("started").exists() {
            assert!(Instant::now() < deadline);
            std::thread::yield_now();
        }
        drop(snapshot);
        write(&folder, "running", "");
        stray
    };
    let stray = start("sleep 1 && echo stray >a");
    is_whole(&fixture);
    assert!(stray.join().unwrap().unwrap().is_success());
    is_whole(&fixture);
    assert!(!folder.join("running").exists());

    let stray = start("exec sleep 600");
    write(&folder, "tree/target/out", "built");
    let snapshot = fixture.prepare();
    assert!(!snapshot.root().join("target").exists(), "it was built anew");
    drop(snapshot);
    cancel.stop(xtask_core::exec::Interrupt::Interrupted);
    assert!(stray.join().unwrap().is_err());
    is_whole(&fixture);
}
