//! Tests of changing the index: compare-and-swap, locks, and all kinds of indexes.

#![cfg(unix)]

use std::collections::BTreeMap;

use super::super::testing::Fixture;
use super::super::{EntryMode, IndexEdit, IndexUpdate, Repo};
use crate::model::RepoPath;

const FILE: EntryMode = EntryMode::File;

fn edit(repo: &Repo, path: &str, old: Option<&str>, new: Option<&str>) -> IndexEdit {
    let side = |text: Option<&str>| text.map(|text| (FILE, repo.write_blob(text.as_bytes()).unwrap()));
    IndexEdit { path: path.into(), expected: side(old), new: side(new) }
}

/// Path, mode and content of each entry.
fn told(repo: &Repo) -> BTreeMap<String, (EntryMode, String)> {
    let mut blobs = repo.blobs().unwrap();
    let entries = repo.index().unwrap();
    entries
        .into_iter()
        .map(|entry| {
            let text = String::from_utf8(blobs.read(&entry.id).unwrap()).unwrap();
            (format!("{} {}", entry.path, entry.stage), (entry.mode, text))
        })
        .collect()
}

fn three() -> Fixture {
    fill(Fixture::new())
}

fn fill(fixture: Fixture) -> Fixture {
    fixture.write("a", "a\n");
    fixture.write("d/b", "b\n");
    fixture.write("c", "c\n");
    fixture.commit("one");
    fixture
}

/// Replaces, adds and removes.
fn assert_edits(repo: &Repo) {
    let edits = [
        edit(repo, "a", Some("a\n"), Some("A\n")),
        edit(repo, "d/b", Some("b\n"), None),
        edit(repo, "new/x", None, Some("x\n")),
    ];
    let before = told(repo);
    let mut bad = edits.to_vec();
    bad.push(edit(repo, "c", Some("other"), Some("C")));
    assert_eq!(repo.update_index(&bad).unwrap(), IndexUpdate::Changed(vec!["c".into()]));
    assert_eq!(told(repo), before);
    assert_eq!(repo.update_index(&edits).unwrap(), IndexUpdate::Done);
    let expected = [("a 0", "A\n"), ("c 0", "c\n"), ("new/x 0", "x\n")];
    let expected = expected.map(|(name, text)| (name.to_owned(), (FILE, text.to_owned())));
    assert_eq!(told(repo), BTreeMap::from(expected));
    let locks = repo.git_dir().join("xtask/locks");
    assert_eq!(std::fs::read_dir(locks).unwrap().count(), 0);
}

#[test]
fn all_kinds_of_indexes() {
    assert_edits(&three().repo());
    assert_edits(&three().program());

    let fixture = three();
    fixture.git(["update-index", "--split-index"]);
    assert_edits(&fixture.repo());
    fixture.git(["fsck", "--strict"]);

    let fixture = three();
    fixture.git(["config", "index.version", "4"]);
    fixture.git(["update-index", "--index-version", "4"]);
    assert_edits(&fixture.repo());

    let fixture = three();
    fixture.write("out/x", "x\n");
    fixture.write("out/y", "y\n");
    fixture.commit("two");
    fixture.git(["sparse-checkout", "set", "--cone", "--sparse-index", "d"]);
    let repo = fixture.repo();
    let edits = [edit(&repo, "a", Some("a\n"), Some("A\n")), edit(&repo, "out/x", Some("x\n"), Some("X\n"))];
    assert_eq!(repo.update_index(&edits).unwrap(), IndexUpdate::Done);
    assert_eq!(fixture.text(["diff", "--cached", "--name-only"]), "a\nout/x");

    if let Some(fixture) = Fixture::init(&["--object-format=sha256"]) {
        assert_edits(&fill(fixture).repo());
    }

    let fixture = three();
    fixture.git(["worktree", "add", "--quiet", "../linked"]);
    let main = told(&fixture.repo());
    let linked = fixture.at("linked");
    assert_edits(&linked.repo());
    assert_eq!(told(&linked.at("main").repo()), main);

    // The index that `commit -a` hands over, itself a lock.
    let fixture = three();
    let lock = fixture.top().join(".git/index.lock");
    std::fs::copy(fixture.top().join(".git/index"), &lock).unwrap();
    let before = told(&fixture.repo());
    assert_edits(&fixture.repo().with_index_file(&lock));
    assert_eq!(told(&fixture.repo()), before);

    // None yet.
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let new = edit(&repo, "x", None, Some("x"));
    assert_eq!(repo.update_index(&[new]).unwrap(), IndexUpdate::Done);
    assert_eq!(fixture.text(["ls-files"]), "x");
}

#[test]
fn other_entries_keep_what_they_are() {
    let fixture = three();
    fixture.write("intent", "i\n");
    fixture.git(["add", "--intent-to-add", "intent"]);
    fixture.write("c", "racy\n");
    fixture.git(["add", "c"]);
    fixture.write("c", "RACY\n");
    fixture.git(["update-index", "--assume-unchanged", "d/b"]);
    let repo = fixture.repo();
    let before = fixture.text(["ls-files", "--stage", "-v"]);
    let edits = [edit(&repo, "a", Some("a\n"), Some("A\n"))];
    assert_eq!(repo.update_index(&edits).unwrap(), IndexUpdate::Done);
    let back = [edit(&repo, "a", Some("A\n"), Some("a\n"))];
    assert_eq!(repo.update_index(&back).unwrap(), IndexUpdate::Done);
    assert_eq!(fixture.text(["ls-files", "--stage", "-v"]), before);
    // A change that its time doesn't show is seen all the same.
    assert_eq!(fixture.text(["diff", "--name-only"]), "c\nintent");
    // Neither is what is expected: by intent, in conflict, a folder, below a file.
    for (path, old) in [("intent", Some("")), ("d", None), ("a/x", None), ("c", None), ("gone", Some("x"))] {
        let changed = repo.update_index(&[edit(&repo, path, old, Some("x"))]).unwrap();
        assert_eq!(changed, IndexUpdate::Changed(vec![path.into()]));
    }
    assert_eq!(repo.update_index(&[]).unwrap(), IndexUpdate::Done);
}

#[test]
fn what_git_isnt_sure_of_stays_unsure() {
    // A file changed in the moment in which the index was written: only the index's own time shows it to git.
    let fixture = three();
    fixture.git(["config", "core.trustCtime", "false"]);
    fixture.git(["config", "core.checkStat", "minimal"]);
    let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
    let stamp = |path: &str| {
        let file = std::fs::OpenOptions::new().write(true).open(fixture.top().join(path)).unwrap();
        file.set_modified(moment).unwrap();
    };
    fixture.write("c", "racy\n");
    stamp("c");
    fixture.git(["add", "c"]);
    fixture.write("c", "RACY\n");
    stamp("c");
    stamp(".git/index");
    let repo = fixture.repo();
    let edits = [edit(&repo, "a", Some("a\n"), Some("A\n"))];
    assert_eq!(repo.update_index(&edits).unwrap(), IndexUpdate::Done);
    assert_eq!(fixture.text(["diff", "--name-only"]), "a\nc");
    assert_eq!(repo.unstaged().unwrap(), ["a".into(), "c".into()]);
}

#[test]
fn a_lock_of_another_is_waited_for_and_named() {
    let fixture = three();
    let repo = fixture.repo();
    let lock = fixture.top().join(".git/index.lock");
    let held = std::fs::File::create(&lock).unwrap();
    let edits = [edit(&repo, "a", Some("a\n"), Some("A\n"))];
    let problem = repo.update_index(&edits).unwrap_err();
    assert!(problem.why.contains("index.lock"), "{problem}");
    #[cfg(target_os = "linux")]
    assert!(problem.why.contains(&format!("process {}", std::process::id())), "{problem}");
    drop(held);
    let problem = repo.update_index(&edits).unwrap_err();
    assert!(problem.fix.contains("rm "), "{problem}");
    // It isn't ours to remove.
    assert_eq!(repo.remove_left_locks().unwrap(), Vec::<std::path::PathBuf>::new());
    assert!(lock.exists());
    // It goes while we wait.
    std::thread::scope(|scope| {
        let update = scope.spawn(|| repo.update_index(&edits).unwrap());
        let locks = repo.git_dir().join("xtask/locks");
        while !std::fs::read_dir(&locks).unwrap().flatten().any(|file| file.path().extension().is_some()) {
            std::thread::yield_now();
        }
        std::fs::remove_file(&lock).unwrap();
        assert_eq!(update.join().unwrap(), IndexUpdate::Done);
    });
    assert_eq!(told(&repo)["a 0"].1, "A\n");
}

#[test]
fn many_at_once() {
    let fixture = three();
    let repo = fixture.repo();
    let names: Vec<String> = (0..6).map(|number| format!("n{number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| {
                let edits = [edit(&repo, name, None, Some("x"))];
                assert_eq!(repo.update_index(&edits).unwrap(), IndexUpdate::Done);
            });
        }
    });
    assert_eq!(told(&repo).len(), 9);
    fixture.git(["fsck", "--strict"]);
}

#[test]
fn odd_paths_and_many_blobs() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let paths = [&b"caf\xe9"[..], b"a\nb", b"-dash", b":(glob)*", b" ", b"\"q\"", b"tab\there"];
    let ids = repo.write_blobs(&paths).unwrap();
    assert_eq!(fixture.program().write_blobs(&paths).unwrap(), ids);
    let edits: Vec<IndexEdit> = paths
        .iter()
        .zip(&ids)
        .map(|(path, id)| IndexEdit {
            path: RepoPath::new(*path),
            expected: None,
            new: Some((EntryMode::Executable, *id)),
        })
        .collect();
    assert_eq!(repo.update_index(&edits).unwrap(), IndexUpdate::Done);
    let mut blobs = repo.blobs().unwrap();
    for entry in repo.index().unwrap() {
        assert_eq!(blobs.read(&entry.id).unwrap(), entry.path.as_bytes());
        assert_eq!(entry.mode, EntryMode::Executable);
    }
}
