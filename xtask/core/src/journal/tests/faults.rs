//! A child is killed at every transition, one after the other; recovery, which is killed at every transition too, must give
//! all bytes back.

use std::path::{Path, PathBuf};

use super::super::{Applied, Edit, Journal};
use super::random::{OneFile, edit_of};
use super::{assert_clean, committed, read, staged};
use crate::environment::Environment;
use crate::exec::{Cancel, Process};
use crate::model::Events;
use crate::repo::Repo;
use crate::repo::testing::Fixture;

const CHILD: &str = "journal::tests::faults::child";

/// What a child does; without the variable this is no child.
#[test]
fn child() {
    let Some(top) = Environment::of_process().path("XTASK_TEST_CHILD") else { return };
    let repo = Repo::discover(&top).unwrap().unwrap();
    let (journal, _) = Journal::open(&repo, &Events::none(), &Cancel::new()).unwrap();
    if let Some(change) = Environment::of_process().path("XTASK_TEST_CHANGE") {
        let files: Vec<OneFile> = serde_json::from_slice(&std::fs::read(change).unwrap()).unwrap();
        assert_eq!(journal.apply(&repo, &edit_of(&files)).unwrap(), Applied::Done);
    }
}

/// A child that applies the change in this file, or only recovers.
pub(super) fn child_process(top: &Path, change: Option<&Path>) -> Process {
    let process = Process::new(std::env::current_exe().unwrap()).args(["--exact", CHILD, "--nocapture"]);
    with_variables(process, top, change)
}

pub(super) fn with_variables(process: Process, top: &Path, change: Option<&Path>) -> Process {
    let process = process.variable("XTASK_TEST_CHILD", top).variable("GIT_CONFIG_GLOBAL", "/dev/null");
    match change {
        Some(change) => process.variable("XTASK_TEST_CHANGE", change),
        None => process,
    }
}

/// Runs a child that dies at this transition; `false` where it didn't come so far.
pub(super) fn dies(top: &Path, change: Option<&Path>, fault: usize) -> bool {
    let process = child_process(top, change).variable("XTASK_FAULT", fault.to_string());
    let ended = process.run(&Cancel::new()).unwrap();
    let said = || format!("{ended:?}");
    match ended.code {
        Some(0) => false,
        None => true,
        Some(_) => panic!("{}", said()),
    }
}

/// Two files replaced, and staged so; one created.
pub(super) fn files() -> Vec<OneFile> {
    let one = |path: &str, old: Option<&str>, new: &str| OneFile {
        path: path.into(),
        old: old.map(Into::into),
        new: new.into(),
        staged: old.is_some(),
    };
    vec![one("a", Some("a\n"), "A\n"), one("d/b", Some("b\n"), "B\n"), one("d/new", None, "N\n")]
}

pub(super) fn edit() -> Edit {
    edit_of(&files())
}

/// The change in a file, for a child.
fn change(fixture: &Fixture) -> PathBuf {
    let path = fixture.root().join("change.json");
    crate::files::write(&path, &serde_json::to_vec(&files()).unwrap()).unwrap();
    path
}

/// The whole state, as old or as new: `None` for a mixture.
fn state(fixture: &Fixture) -> Option<bool> {
    let files = ["a", "d/b", "d/new"].map(|path| read(fixture, path));
    let index = ["a", "d/b"].map(|path| staged(fixture, path));
    let some = |text: &str| Some(text.to_owned());
    if files == [some("a\n"), some("b\n"), None] && index == ["a\n", "b\n"] {
        return Some(false);
    }
    (files == [some("A\n"), some("B\n"), some("N\n")] && index == ["A\n", "B\n"]).then_some(true)
}

#[test]
fn a_kill_at_any_transition_leaves_the_old_or_the_new_state() {
    let mut applied = Vec::new();
    for fault in 1.. {
        assert!(fault < 200, "it never survives");
        let fixture = committed();
        let repo = fixture.repo();
        let died = dies(fixture.top(), Some(&change(&fixture)), fault);
        let _ = Journal::open(&repo, &Events::none(), &Cancel::new()).unwrap();
        let state = state(&fixture);
        assert!(state.is_some(), "a mixture after a kill at {fault}");
        assert_clean(&repo);
        applied.push(state == Some(true));
        if !died {
            break;
        }
    }
    // Once it is new it stays new; both were seen.
    assert!(applied.is_sorted() && !applied[0] && applied[applied.len() - 1], "{applied:?}");
    assert!(applied.len() > 20, "only {} transitions", applied.len());
}

#[test]
fn recovery_may_be_killed_at_any_transition_and_repeated() {
    // Where the apply is killed: at each third transition, which meets each kind of step.
    for fault in (4..).step_by(3) {
        let mut recoveries = 0;
        loop {
            recoveries += 1;
            let fixture = committed();
            let repo = fixture.repo();
            if !dies(fixture.top(), Some(&change(&fixture)), fault) {
                return;
            }
            let died = dies(fixture.top(), None, recoveries);
            let _ = Journal::open(&repo, &Events::none(), &Cancel::new()).unwrap();
            assert!(state(&fixture).is_some(), "a mixture after kills at {fault} and {recoveries}");
            assert_clean(&repo);
            if !died {
                break;
            }
        }
    }
}

#[test]
fn an_edit_between_kill_and_recovery_stays() {
    let mut rescued = 0;
    for fault in 1.. {
        let fixture = committed();
        let repo = fixture.repo();
        if !dies(fixture.top(), Some(&change(&fixture)), fault) {
            break;
        }
        fixture.write("a", "mine\n");
        fixture.write("d/new", "mine too\n");
        // Where the kill left the lock, git refuses.
        fixture.git_ok(&["add", "d/b"]);
        fixture.write("d/b", "and mine\n");
        let (_journal, recovered) = Journal::open(&repo, &Events::none(), &Cancel::new()).unwrap();
        assert_eq!(read(&fixture, "a").unwrap(), "mine\n", "{fault}");
        assert_eq!(read(&fixture, "d/new").unwrap(), "mine too\n", "{fault}");
        assert_eq!(read(&fixture, "d/b").unwrap(), "and mine\n", "{fault}");
        for kept in &recovered.kept {
            let names = std::fs::read_dir(&kept.folder).unwrap().map(|entry| entry.unwrap().path());
            let contents: Vec<Vec<u8>> = names.map(|name| std::fs::read(name).unwrap()).collect();
            let file = files().into_iter().find(|file| file.path == kept.path).unwrap();
            let wanted = file.old.into_iter().chain([file.new]);
            assert!(wanted.into_iter().all(|bytes| contents.contains(&bytes)), "{} {fault}", kept.path);
        }
        rescued += recovered.kept.len();
        assert_clean(&repo);
    }
    assert!(rescued > 0);
}
