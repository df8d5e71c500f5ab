//! What others do in the very moment: saves, deletions, links between two steps of a change.

use std::io::{Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::super::{Applied, Edit, Journal};
use super::faults::edit;
use super::{assert_clean, committed, file, open, read, staged};
use crate::exec::{Cancel, Interrupt};
use crate::fault::meanwhile;
use crate::model::{Events, ProblemKind, RepoPath};
use crate::repo::testing::Fixture;

/// The change is refused for these paths, and nothing of it is there but what the other did.
fn assert_refused(fixture: &Fixture, changed: &[&str], others: &[(&str, Option<&str>)]) {
    let repo = fixture.repo();
    let journal = open(&repo);
    let changed: Vec<RepoPath> = changed.iter().map(|&path| path.into()).collect();
    assert_eq!(journal.apply(&repo, &edit()).unwrap(), Applied::Changed(changed));
    assert!(meanwhile::is_over());
    for (path, old) in [("a", Some("a\n")), ("d/b", Some("b\n")), ("d/new", None)] {
        let expected = others.iter().find(|(name, _)| *name == path).map_or(old, |(_, text)| *text);
        assert_eq!(read(fixture, path).as_deref(), expected, "{path}");
    }
    assert_eq!((staged(fixture, "a"), staged(fixture, "d/b")), ("a\n".into(), "b\n".into()));
    assert_clean(&repo);
    let rescued = repo.git_dir().join("xtask/rescued");
    assert!(!rescued.exists(), "nothing was in need of rescue");
}

#[test]
fn a_save_before_the_exchange_stays() {
    for moment in ["the plan is written", "a part is written", "a twin is written"] {
        for time in 1..=3 {
            let fixture = committed();
            let top = fixture.top().to_owned();
            meanwhile::plan(
                moment,
                time.min(if moment == "the plan is written" { 1 } else { 3 }),
                move || {
                    crate::files::write(&top.join("d/b"), b"saved\n").unwrap();
                },
            );
            assert_refused(&fixture, &["d/b"], &[("d/b", Some("saved\n"))]);
        }
    }
}

#[test]
fn a_save_into_the_file_that_was_replaced_stays() {
    // An editor that has opened the file before writes after the exchange.
    let fixture = committed();
    let mut held = std::fs::OpenOptions::new().write(true).open(fixture.top().join("a")).unwrap();
    meanwhile::plan("a file is replaced", 2, move || {
        held.rewind().unwrap();
        held.write_all(b"S\n").unwrap();
    });
    assert_refused(&fixture, &["a"], &[("a", Some("S\n"))]);
}

#[test]
fn what_becomes_of_a_file_meanwhile_stays() {
    // It vanishes.
    let fixture = committed();
    let top = fixture.top().to_owned();
    meanwhile::plan("a twin is written", 3, move || std::fs::remove_file(top.join("a")).unwrap());
    let repo = fixture.repo();
    let journal = open(&repo);
    assert_eq!(journal.apply(&repo, &edit()).unwrap(), Applied::Changed(vec!["a".into()]));
    assert_eq!((read(&fixture, "a"), read(&fixture, "d/b")), (None, Some("b\n".into())));
    assert_clean(&repo);

    // It becomes a link, a folder; another mode.
    let fixture = committed();
    let top = fixture.top().to_owned();
    meanwhile::plan("a twin is written", 3, move || {
        std::fs::remove_file(top.join("d/b")).unwrap();
        symlink("../a", top.join("d/b")).unwrap();
    });
    assert_refused(&fixture, &["d/b"], &[("d/b", Some("a\n"))]);
    assert!(fixture.top().join("d/b").is_symlink());

    let fixture = committed();
    let top = fixture.top().to_owned();
    meanwhile::plan("a twin is written", 3, move || {
        std::fs::remove_file(top.join("d/b")).unwrap();
        std::fs::create_dir(top.join("d/b")).unwrap();
    });
    assert_refused(&fixture, &["d/b"], &[("d/b", None)]);
    assert!(fixture.top().join("d/b").is_dir());

    let fixture = committed();
    let path = fixture.top().join("a");
    let before = path.metadata().unwrap().ino();
    meanwhile::plan("a twin is written", 3, move || {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    });
    assert_refused(&fixture, &["a"], &[]);
    let after = fixture.top().join("a").metadata().unwrap();
    assert_eq!((after.mode() & 0o777, after.ino()), (0o755, before), "it is the same file");

    // What was to be created is there.
    let fixture = committed();
    let top = fixture.top().to_owned();
    meanwhile::plan("a file is replaced", 2, move || {
        crate::files::write(&top.join("d/new"), b"mine\n").unwrap();
    });
    assert_refused(&fixture, &["d/new"], &[("d/new", Some("mine\n"))]);

    // Its folder becomes a link out of the repository.
    let fixture = committed();
    let (top, outside) = (fixture.top().to_owned(), fixture.root().join("outside"));
    let moved = outside.clone();
    meanwhile::plan("the plan is written", 1, move || {
        std::fs::rename(top.join("d"), &moved).unwrap();
        symlink(&moved, top.join("d")).unwrap();
    });
    let repo = fixture.repo();
    let journal = open(&repo);
    let changed = vec!["d/b".into(), "d/new".into()];
    assert_eq!(journal.apply(&repo, &edit()).unwrap(), Applied::Changed(changed));
    assert_eq!(std::fs::read_to_string(outside.join("b")).unwrap(), "b\n");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn a_git_add_meanwhile_stays() {
    let fixture = committed();
    fixture.write("other", "mine\n");
    let id = fixture.text(["hash-object", "-w", "other"]);
    let top = fixture.top().to_owned();
    let stage = format!("100644,{id},a");
    meanwhile::plan("a file is replaced", 3, move || {
        let git = crate::exec::Process::new("git").args(["update-index", "--cacheinfo", &stage]).folder(&top);
        assert_eq!(git.run(&Cancel::new()).unwrap().code, Some(0));
    });
    let repo = fixture.repo();
    assert_eq!(open(&repo).apply(&repo, &edit()).unwrap(), Applied::Changed(vec!["a".into()]));
    assert_eq!((staged(&fixture, "a"), staged(&fixture, "d/b")), ("mine\n".into(), "b\n".into()));
    assert_eq!((read(&fixture, "a").unwrap(), read(&fixture, "d/b").unwrap()), ("a\n".into(), "b\n".into()));
    assert_clean(&repo);

    // Between the draft and the lock: of another file, both stay.
    let fixture = committed();
    fixture.write("other", "mine\n");
    let top = fixture.top().to_owned();
    meanwhile::plan("the draft is ready", 1, move || {
        let git = crate::exec::Process::new("git").args(["add", "other"]).folder(&top);
        assert_eq!(git.run(&Cancel::new()).unwrap().code, Some(0));
    });
    let repo = fixture.repo();
    assert_eq!(open(&repo).apply(&repo, &edit()).unwrap(), Applied::Done);
    assert_eq!((staged(&fixture, "a"), staged(&fixture, "other")), ("A\n".into(), "mine\n".into()));
}

#[test]
fn what_cant_be_taken_back_yet_is_taken_back_later() {
    let fixture = committed();
    let repo = fixture.repo();
    let journal = open(&repo);
    let (top, plan) = (fixture.top().to_owned(), repo.git_dir().join("xtask/journal/plan.json"));
    let (sender, receiver) = std::sync::mpsc::channel();
    meanwhile::plan("a file is replaced", 1, move || {
        // Where a twin's name is taken by a folder nothing can be written.
        let plan: serde_json::Value = serde_json::from_slice(&std::fs::read(&plan).unwrap()).unwrap();
        let part = top.join(format!("d/.xtask-{}-2/part", plan["token"].as_str().unwrap()));
        std::fs::create_dir(&part).unwrap();
        sender.send(part).unwrap();
        crate::files::write(&top.join("d/b"), b"mine\n").unwrap();
    });
    let problem = journal.apply(&repo, &edit()).unwrap_err();
    assert!(problem.what.contains("d/new") && problem.fix.contains("hooks recover"), "{problem}");
    // The others are back already.
    assert_eq!(
        (read(&fixture, "a").unwrap(), read(&fixture, "d/b").unwrap()),
        ("a\n".into(), "mine\n".into())
    );
    assert!(Journal::is_pending(&repo));
    assert!(
        journal.apply(&repo, &Edit { files: vec![file("a", Some("a\n"), "x")], index: Vec::new() }).is_err()
    );
    std::fs::remove_dir(receiver.recv().unwrap()).unwrap();
    drop(journal);
    drop(Journal::open(&repo, &Events::none(), &Cancel::new()).unwrap());
    assert_clean(&repo);
    assert_eq!(read(&fixture, "d/b").unwrap(), "mine\n");
}

/// A signal until all is there takes everything back; one that comes later stops nothing, so that the caller may say that it is done.
#[test]
fn a_signal_while_files_change() {
    for (moment, is_done) in [
        ("the plan is written", false),
        ("a part is written", false),
        ("a file and its twin are exchanged", false),
        ("a file is replaced", false),
        ("the index is as planned", false),
        ("it is marked as applied", true),
        ("a twin is removed", true),
    ] {
        let fixture = committed();
        let repo = fixture.repo();
        let cancel = Cancel::new();
        let (journal, _) = Journal::open(&repo, &Events::none(), &cancel).unwrap();
        let signal = cancel.clone();
        meanwhile::plan(moment, 1, move || signal.stop(Interrupt::Interrupted));
        let applied = journal.apply(&repo, &edit());
        assert!(meanwhile::is_over());
        let expected =
            if is_done { [Some("A\n"), Some("B\n"), Some("N\n")] } else { [Some("a\n"), Some("b\n"), None] };
        let held = ["a", "d/b", "d/new"].map(|path| read(&fixture, path));
        assert_eq!(held.each_ref().map(Option::as_deref), expected, "{moment}");
        if is_done {
            assert_eq!((applied.unwrap(), cancel.reason()), (Applied::Done, None), "{moment}");
            assert_eq!(staged(&fixture, "a"), "A\n");
        } else {
            let problem = applied.unwrap_err();
            assert_eq!(problem.kind, ProblemKind::Interrupted, "{moment}: {problem}");
            assert_eq!(cancel.reason(), Some(Interrupt::Interrupted));
            assert_eq!(staged(&fixture, "a"), "a\n");
        }
        assert_clean(&repo);
    }
}
