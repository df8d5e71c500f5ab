//! Tests of the journal on real repositories: what it changes, what it refuses, and that kills lose nothing.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::Duration;

use super::{Applied, Edit, FileEdit, IndexChange, Journal, Recovered};
use crate::exec::{Cancel, Process};
use crate::model::{Events, RepoPath};
use crate::repo::testing::Fixture;
use crate::repo::{EntryMode, Repo};

mod faults;
mod races;
mod random;

/// The journal of this repository, with nothing to recover.
fn open(repo: &Repo) -> Journal {
    let (journal, recovered) = Journal::open(repo, &Events::none(), &Cancel::new()).unwrap();
    assert_eq!(recovered, Recovered::default());
    journal
}

fn file(path: &str, old: Option<&str>, new: &str) -> FileEdit {
    FileEdit { path: path.into(), old: old.map(Into::into), new: new.into() }
}

fn entry(path: &str, old: &str, new: &str) -> IndexChange {
    let side = |text: &str| Some((EntryMode::File, text.into()));
    IndexChange { path: path.into(), old: side(old), new: side(new) }
}

fn read(fixture: &Fixture, path: &str) -> Option<String> {
    std::fs::read_to_string(fixture.top().join(path)).ok()
}

/// What git has staged under this path.
fn staged(fixture: &Fixture, path: &str) -> String {
    String::from_utf8(fixture.git(["cat-file", "blob", &format!(":{path}")])).unwrap()
}

/// Names in the working tree that aren't git's, nor the tests'.
fn twins(repo: &Repo) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repo.work_dir().unwrap().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().starts_with(".xtask-") {
                found.push(entry.path());
            }
            if entry.file_type().unwrap().is_dir() && entry.file_name() != ".git" {
                folders.push(entry.path());
            }
        }
    }
    found
}

/// Nothing of a change is left lying about.
fn assert_clean(repo: &Repo) {
    assert_eq!(twins(repo), Vec::<PathBuf>::new());
    let state = repo.git_dir().join("xtask");
    assert!(!state.join("journal").exists() && !state.join("journal.done").exists());
    assert_eq!(std::fs::read_dir(state.join("locks")).map_or(0, Iterator::count), 0);
    assert!(!repo.git_dir().join("index.lock").exists());
    assert!(!Journal::is_pending(repo));
}

fn committed() -> Fixture {
    let fixture = Fixture::new();
    fixture.write("a", "a\n");
    fixture.write("d/b", "b\n");
    fixture.write("-c", "c\n");
    fixture.commit("one");
    fixture
}

#[test]
fn a_change_of_files_and_index() {
    let fixture = committed();
    let repo = fixture.repo();
    std::fs::set_permissions(fixture.top().join("d/b"), Permissions::from_mode(0o750)).unwrap();
    let edit = Edit {
        files: vec![
            file("a", Some("a\n"), "A\n"),
            file("d/b", Some("b\n"), "B\n"),
            file("d/new", None, "N\n"),
            file("-c", Some("c\n"), "c\n"),
        ],
        index: vec![entry("a", "a\n", "A\n"), entry("-c", "c\n", "C\n")],
    };
    let journal = open(&repo);
    assert_eq!(journal.apply(&repo, &edit).unwrap(), Applied::Done);
    assert_eq!(read(&fixture, "a").unwrap(), "A\n");
    assert_eq!(read(&fixture, "d/b").unwrap(), "B\n");
    assert_eq!(read(&fixture, "d/new").unwrap(), "N\n");
    assert_eq!((staged(&fixture, "a"), staged(&fixture, "-c")), ("A\n".into(), "C\n".into()));
    assert_eq!(fixture.top().join("d/b").metadata().unwrap().mode() & 0o777, 0o750);
    assert_clean(&repo);
    drop(journal);
    drop(open(&repo));
    // The stat data of what the working tree holds too are in the index: git has no file to compare.
    assert_eq!(fixture.text(["diff-files", "--name-only"]), "-c\nd/b");
    // Nothing to do is done.
    assert_eq!(open(&repo).apply(&repo, &Edit::default()).unwrap(), Applied::Done);
}

#[test]
fn what_changed_meanwhile_is_told_and_nothing_is_done() {
    let fixture = committed();
    let repo = fixture.repo();
    let outside = fixture.root().join("outside");
    std::fs::create_dir(&outside).unwrap();
    fixture.write("../outside/b", "b\n");
    fixture.write("s/b", "b\n");
    std::fs::remove_dir_all(fixture.top().join("s")).unwrap();
    symlink(&outside, fixture.top().join("s")).unwrap();
    symlink("a", fixture.top().join("link")).unwrap();
    let journal = open(&repo);
    let good = file("a", Some("a\n"), "A\n");
    for (bad, path) in [
        (file("d/b", Some("other\n"), "B\n"), "d/b"),
        (file("d/b", None, "B\n"), "d/b"),
        (file("gone", Some("b\n"), "B\n"), "gone"),
        (file("gone/b", Some("b\n"), "B\n"), "gone/b"),
        (file("gone/b", None, "B\n"), "gone/b"),
        (file("a/b", None, "B\n"), "a/b"),
        (file("s/b", Some("b\n"), "B\n"), "s/b"),
        (file("s/new", None, "B\n"), "s/new"),
        (file("link", Some("a\n"), "B\n"), "link"),
        (file("link", None, "B\n"), "link"),
        (file("d", Some("b\n"), "B\n"), "d"),
    ] {
        let edit = Edit { files: vec![good.clone(), bad], index: vec![entry("a", "a\n", "A\n")] };
        let changed = journal.apply(&repo, &edit).unwrap();
        assert_eq!(changed, Applied::Changed(vec![path.into()]), "{path}");
        assert_eq!(read(&fixture, "a").unwrap(), "a\n");
        assert_eq!(staged(&fixture, "a"), "a\n");
        assert_clean(&repo);
    }
    let edit =
        Edit { files: vec![good.clone()], index: vec![entry("a", "other\n", "A\n"), entry("x", "", "A\n")] };
    assert_eq!(journal.apply(&repo, &edit).unwrap(), Applied::Changed(vec!["a".into(), "x".into()]));
    assert_eq!(read(&fixture, "a").unwrap(), "a\n");
    assert!(!outside.join("new").exists());
    for path in ["../outside/b", ".git/config", "d//b", "/etc/x", ".GIT/x", ""] {
        let edit = Edit { files: vec![file(path, None, "B\n")], index: Vec::new() };
        let problem = journal.apply(&repo, &edit).unwrap_err();
        assert!(problem.why.contains("no file of a working tree"), "{path}: {problem}");
    }
    assert_clean(&repo);
}

#[test]
fn one_run_at_a_time() {
    let fixture = committed();
    let repo = fixture.repo();
    let journal = open(&repo);
    let (sender, receiver) = std::sync::mpsc::channel();
    let wait = |cancel: &Cancel| {
        Journal::open_within(&repo, &Events::to(sender.clone()), cancel, Duration::from_millis(30))
            .err()
            .unwrap()
    };
    let problem = wait(&Cancel::new());
    let process = format!("process {}", std::process::id());
    assert!(problem.why.contains(&process), "{problem}");
    let told = format!("{:?}", receiver.try_recv().unwrap());
    assert!(told.contains("waiting for") && told.contains(&process), "{told}");
    let cancel = Cancel::new();
    cancel.stop(crate::exec::Interrupt::Interrupted);
    assert_eq!(wait(&cancel).kind, crate::model::ProblemKind::Interrupted);
    drop(journal);
    drop(open(&repo));
    // Another working tree has its own lock.
    fixture.git(["worktree", "add", "--quiet", "../linked"]);
    let _held = open(&repo);
    drop(open(&fixture.at("linked").repo()));
}

#[test]
fn a_journal_that_cant_be_read_is_left_alone() {
    let fixture = committed();
    let repo = fixture.repo();
    let folder = repo.git_dir().join("xtask/journal");
    let write = |name: &str, text: &str| crate::files::write(&folder.join(name), text.as_bytes()).unwrap();
    for (plan, why) in [
        ("", "EOF"),
        ("{\"version\":3}", "another version"),
        ("{\"version\":2}", "missing field"),
        (r#"{"version":2,"token":"t","index-file":"index","contents":"0","files":[],"index":[]}"#, "damaged"),
    ] {
        write("contents", "precious");
        write("plan.json", plan);
        assert!(Journal::is_pending(&repo));
        let problem = Journal::open(&repo, &Events::none(), &Cancel::new()).err().unwrap();
        assert!(problem.why.contains(why) && problem.fix.contains("mv "), "{problem}");
        assert_eq!(std::fs::read_to_string(folder.join("contents")).unwrap(), "precious");
    }
    // Without a plan it is junk.
    std::fs::remove_file(folder.join("plan.json")).unwrap();
    drop(open(&repo));
    assert_clean(&repo);
}

#[test]
fn odd_paths() {
    let fixture = Fixture::new();
    let paths =
        [&b"caf\xe9"[..], b"a\nb", b"-dash", b":(glob)*", b" ", b"\"quote\"", b"back\\slash", b".gitignore"];
    for path in paths {
        fixture.write(path, "old");
    }
    fixture.commit("one");
    let repo = fixture.repo();
    let edit = Edit {
        files: paths
            .map(|path| FileEdit { path: RepoPath::new(path), old: Some("old".into()), new: "new".into() })
            .to_vec(),
        index: paths
            .map(|path| IndexChange {
                path: RepoPath::new(path),
                old: Some((EntryMode::File, "old".into())),
                new: Some((EntryMode::Executable, "new".into())),
            })
            .to_vec(),
    };
    assert_eq!(open(&repo).apply(&repo, &edit).unwrap(), Applied::Done);
    for path in paths {
        assert_eq!(std::fs::read(RepoPath::new(path).below(fixture.top())).unwrap(), b"new");
    }
    assert!(repo.index().unwrap().iter().all(|entry| entry.mode == EntryMode::Executable));
    assert_clean(&repo);
}

#[test]
fn more_files_than_a_process_may_open() {
    let fixture = Fixture::new();
    let path = |number: usize| format!("d{}/f{number}", number % 7);
    for number in 0..3000 {
        fixture.write(path(number), "old");
    }
    let repo = fixture.repo();
    let files = (0..3000).map(|number| file(&path(number), Some("old"), "new")).collect();
    assert_eq!(open(&repo).apply(&repo, &Edit { files, index: Vec::new() }).unwrap(), Applied::Done);
    assert!((0..3000).all(|number| read(&fixture, &path(number)).unwrap() == "new"));
    assert_clean(&repo);
}

#[test]
fn a_full_disk_changes_nothing() {
    // Files of this process's children may have at most one block: the journal's contents don't fit.
    let fixture = Fixture::new();
    let (old, new) = ("o".repeat(3000), "n".repeat(3000));
    fixture.write("a", &old);
    fixture.commit("one");
    let repo = fixture.repo();
    let one =
        random::OneFile { path: "a".into(), old: Some(old.clone().into()), new: new.into(), staged: true };
    let change = fixture.root().join("change.json");
    crate::files::write(&change, &serde_json::to_vec(&vec![one]).unwrap()).unwrap();
    let child = faults::child_process(fixture.top(), Some(&change)).show();
    let script = format!("ulimit -f 2; trap '' XFSZ; exec {child}");
    let ended = faults::with_variables(Process::shell(&script), fixture.top(), Some(&change))
        .run(&Cancel::new())
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.code, Some(101), "{said}");
    assert!(said.contains("can't write") && said.contains("make room"), "{said}");
    assert_eq!((read(&fixture, "a").unwrap(), staged(&fixture, "a")), (old.clone(), old));
    assert_clean(&repo);
}
