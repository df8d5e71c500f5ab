//! A child is killed at every transition, one after the other; recovery, which is killed at every transition too, must give
//! all bytes back.

use std::path::{Path, PathBuf};

use super::super::{Applied, Edit, FileEdit, Journal};
use super::{assert_clean, committed, entry, file, read, staged};
use crate::environment::Environment;
use crate::exec::{Cancel, Process};
use crate::model::Events;
use crate::repo::Repo;

const CHILD: &str = "journal::tests::faults::child";

/// What a child does; without the variable this is no child.
#[test]
fn child() {
    let Some(top) = Environment::of_process().path("XTASK_TEST_CHILD") else { return };
    let repo = Repo::discover(&top).unwrap().unwrap();
    let (journal, _) = Journal::open(&repo, &Events::none(), &Cancel::new()).unwrap();
    if Environment::of_process().text("XTASK_TEST_APPLY").is_some() {
        assert_eq!(journal.apply(&repo, &edit()).unwrap(), Applied::Done);
    }
}

/// Runs a child that dies at this transition; `false` where it didn't come so far.
pub(super) fn dies(top: &Path, apply: bool, fault: usize) -> bool {
    let program = std::env::current_exe().unwrap();
    let mut process = Process::new(program)
        .args(["--exact", CHILD, "--nocapture"])
        .variable("XTASK_TEST_CHILD", top)
        .variable("XTASK_FAULT", fault.to_string())
        .variable("GIT_CONFIG_GLOBAL", "/dev/null");
    if apply {
        process = process.variable("XTASK_TEST_APPLY", "1");
    }
    let ended = process.run(&Cancel::new()).unwrap();
    let said = || format!("{ended:?}");
    match ended.code {
        Some(0) => false,
        None => true,
        Some(_) => panic!("{}", said()),
    }
}

pub(super) fn edit() -> Edit {
    Edit {
        files: vec![
            file("a", Some("a\n"), "A\n"),
            file("d/b", Some("b\n"), "B\n"),
            FileEdit { old: None, ..file("d/new", None, "N\n") },
        ],
        index: vec![entry("a", "a\n", "A\n"), entry("d/b", "b\n", "B\n")],
    }
}

/// The whole state, as old or as new: `None` for a mixture.
fn state(fixture: &crate::repo::testing::Fixture) -> Option<bool> {
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
        let died = dies(fixture.top(), true, fault);
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
            if !dies(fixture.top(), true, fault) {
                return;
            }
            let died = dies(fixture.top(), false, recoveries);
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
    for fault in 1.. {
        let fixture = committed();
        let repo = fixture.repo();
        if !dies(fixture.top(), true, fault) {
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
            let names: Vec<PathBuf> =
                std::fs::read_dir(&kept.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            let contents: Vec<String> =
                names.iter().map(|name| std::fs::read_to_string(name).unwrap()).collect();
            assert!(
                contents.contains(&"a\n".to_owned()) && contents.contains(&"A\n".to_owned()),
                "{names:?}"
            );
        }
        assert_clean(&repo);
    }
}
