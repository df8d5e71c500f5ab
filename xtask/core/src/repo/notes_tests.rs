//! Tests of notes and blobs, with `git notes` as the referee.

use super::testing::Fixture;
use super::{ObjectId, Repo};

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
    for number in 0..3 {
        fixture.commit(&format!("{number}"));
    }
    // git fans out when it writes with more than some 256 notes: annotate blobs, which cost less than commits.
    let mut script = String::from("commit refs/notes/xtask\ncommitter T <t@example.com> 1 +0000\ndata 1\nx\n");
    for number in 0..600 {
        let name = format!("{number}");
        fixture.write(format!("f{number}"), &name);
        script.push_str(&format!("N inline {:040x}\ndata 1\nn\n", number * 0x1234_5678_9abc_u64));
    }
    fixture.write(".git/script", script);
    let fast_import = "git fast-import --quiet --force < .git/script";
    if !fixture.git_ok(&["-c", &format!("alias.x=!{fast_import}"), "x"]) {
        println!("left out: git fast-import takes no notes of missing objects");
        return;
    }
    let commits: Vec<ObjectId> = ["HEAD", "HEAD~1", "HEAD~2"]
        .iter()
        .map(|name| fixture.repo().resolve(name).unwrap())
        .collect();
    fixture.git(["notes", "--ref=xtask", "add", "-m", "by git", &commits[0].to_string()]);
    let repo = fixture.library();
    for (commit, text) in commits.iter().zip(["a", "b", "c"]) {
        repo.set_note(NOTES, commit, text.as_bytes()).unwrap();
        assert_eq!(fixture.git(["notes", "--ref=xtask", "show", &commit.to_string()]), text.as_bytes());
        assert_eq!(repo.note(NOTES, commit).unwrap().as_deref(), Some(text.as_bytes()));
    }
    let listed = fixture.text(["notes", "--ref=xtask", "list"]);
    assert_eq!(listed.lines().count(), 603);
}

#[test]
fn writers_at_the_same_time_lose_nothing() {
    let fixture = Fixture::new();
    for number in 0..6 {
        fixture.commit(&format!("{number}"));
    }
    let repo = fixture.library();
    let commits: Vec<ObjectId> = (0..6)
        .map(|back| repo.resolve(&format!("HEAD~{back}")).unwrap())
        .collect();
    std::thread::scope(|scope| {
        for commit in &commits {
            let repo = repo.clone();
            scope.spawn(move || repo.set_note(NOTES, commit, commit.to_string().as_bytes()).unwrap());
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
