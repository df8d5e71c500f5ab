//! Tests of notes and blobs, with `git notes` as the referee.

use super::super::testing::Fixture;
use super::super::{ObjectId, Repo};

const NOTES: &str = "refs/notes/xtask";

fn head(fixture: &Fixture) -> ObjectId {
    fixture.repo().resolve("HEAD").unwrap()
}

fn backends(fixture: &Fixture) -> [Repo; 2] {
    [fixture.library(), fixture.program()]
}

#[test]
fn git_reads_what_is_written_and_the_other_way() {
    let fixture = Fixture::new();
    fixture.commit("one");
    let commit = head(&fixture);
    for (number, repo) in backends(&fixture).into_iter().enumerate() {
        assert_eq!(repo.note(&format!("{NOTES}{number}"), &commit).unwrap(), None);
        // `git notes add` would strip the blank lines and the zero.
        for text in [&b"{\"a\":1}\n"[..], b"\n\n  two \0\n\n", b"no line end"] {
            repo.set_note(NOTES, &commit, text).unwrap();
            assert_eq!(repo.note("xtask", &commit).unwrap().as_deref(), Some(text));
            assert_eq!(fixture.git(["notes", "--ref=xtask", "show"]), text);
        }
        fixture.git(["notes", "--ref=xtask", "add", "-f", "-m", "by git"]);
        assert_eq!(repo.note(NOTES, &commit).unwrap().as_deref(), Some(&b"by git\n"[..]));
        for name in ["", "a..b", "refs/notes/ space"] {
            assert!(repo.set_note(name, &commit, b"x").is_err(), "{name:?}");
        }
        let nothing = ObjectId::from_bytes(&[7; 20]).unwrap();
        assert_eq!(repo.note(NOTES, &nothing).unwrap(), None);
        assert!(repo.set_note(NOTES, &nothing, b"x").is_err());
    }
}

#[test]
fn many_notes_lie_in_folders_of_git() {
    let fixture = Fixture::new();
    for number in 0..4 {
        fixture.commit(&format!("{number}"));
    }
    let commits: Vec<String> =
        (0..4).map(|back| fixture.text(["rev-parse", &format!("main~{back}")])).collect();
    // The notes' tree is a tree like any: one note fanned out by git's rule, one not, and folders of others.
    fixture.git(["checkout", "--quiet", "--orphan", "notes"]);
    let (folder, rest) = commits[0].split_at(2);
    fixture.write(format!("{folder}/{rest}"), "old");
    fixture.write(&commits[1], "old");
    for number in 0..4_u32 {
        fixture.write(format!("{number:02x}/{number:038x}"), "other");
    }
    fixture.commit("notes");
    fixture.git(["update-ref", NOTES, "notes"]);
    fixture.git(["checkout", "--quiet", "--force", "main"]);
    let repo = fixture.library();
    for (commit, text) in commits[..3].iter().zip(["a", "b", "c"]) {
        let id = ObjectId::from_hex(commit).unwrap();
        repo.set_note(NOTES, &id, text.as_bytes()).unwrap();
        assert_eq!(fixture.text(["notes", "--ref=xtask", "show", commit]), text);
        assert_eq!(repo.note(NOTES, &id).unwrap().as_deref(), Some(text.as_bytes()));
    }
    // git finds them all once each, and goes on from there.
    let list = || fixture.text(["notes", "--ref=xtask", "list"]).lines().count();
    assert_eq!(list(), 7);
    fixture.git(["notes", "--ref=xtask", "add", "-m", "by git", &commits[3]]);
    assert_eq!(list(), 8);
    let id = ObjectId::from_hex(&commits[0]).unwrap();
    assert_eq!(repo.note(NOTES, &id).unwrap().as_deref(), Some(&b"a"[..]));
    assert_eq!(fixture.program().note(NOTES, &id).unwrap().as_deref(), Some(&b"a"[..]));
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let fixture = Fixture::new();
    for number in 0..6 {
        fixture.commit(&format!("{number}"));
    }
    let repo = fixture.library();
    let commits: Vec<ObjectId> = (0..6).map(|back| repo.resolve(&format!("HEAD~{back}")).unwrap()).collect();
    std::thread::scope(|scope| {
        for commit in &commits {
            let repo = repo.clone();
            scope.spawn(move || {
                repo.set_note(NOTES, commit, commit.to_string().as_bytes()).unwrap();
            });
        }
    });
    for commit in &commits {
        assert_eq!(repo.note(NOTES, commit).unwrap(), Some(commit.to_string().into_bytes()));
    }
}

#[test]
fn without_a_name_the_note_is_ours() {
    let fixture = Fixture::new();
    fixture.commit("one");
    let commit = head(&fixture);
    for name in ["user.name", "user.email"] {
        fixture.git(["config", "--unset", name]);
    }
    fixture.git(["config", "user.useConfigOnly", "true"]);
    for repo in backends(&fixture) {
        repo.set_note(NOTES, &commit, b"x").unwrap();
        let author = fixture.text(["log", "-1", "--format=%an %ae", NOTES]);
        assert!(!author.is_empty(), "{author}");
    }
}

#[test]
fn blobs() {
    let fixture = Fixture::new();
    let contents = [&b""[..], b"a\0b\n\n", b"\nblob 3\n"];
    for (number, content) in contents.iter().enumerate() {
        fixture.write(format!("f{number}"), content);
    }
    fixture.commit("one");
    for repo in backends(&fixture) {
        let ids: Vec<ObjectId> = repo.index().unwrap().iter().map(|entry| entry.id).collect();
        let mut blobs = repo.blobs().unwrap();
        for prefetched in [false, true] {
            if prefetched {
                let missing = ObjectId::from_bytes(&[7; 20]).unwrap();
                let asked = [&ids[..], &[missing, head(&fixture)]].concat();
                assert_eq!(blobs.prefetch(&asked).unwrap(), asked.len());
            }
            for (id, content) in ids.iter().zip(contents) {
                assert_eq!(blobs.read(id).unwrap(), content);
            }
        }
        assert_eq!(blobs.prefetch(&[]).unwrap(), 0);
        assert!(blobs.read(&head(&fixture)).is_err(), "a commit is no blob");
        let problem = blobs.read(&ObjectId::from_bytes(&[7; 20]).unwrap()).unwrap_err();
        assert!(problem.what.contains("0707"), "{problem}");
    }
}
