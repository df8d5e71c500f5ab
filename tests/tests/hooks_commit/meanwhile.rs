//! What happens during the run: the user saves, stages, commits, or holds a lock. Commands of the hook that write into the user's folder
//! by its absolute path stand for the user, so that it always happens at the same moment.

use crate::repo::{Repo, SED, STRIP};

/// A repository whose hook, besides `config`, runs `script` in the user's folder once `config`'s fixers have run.
fn meanwhile(config: &str, script: &str) -> Repo {
    let repo = Repo::new("");
    let user = format!(
        "[hooks.pre-commit.commands.user]\nin = \"snapshot\"\nrun = '''cd '{}' && {script}'''\n",
        repo.root().display()
    );
    repo.commit_unchecked("xtask.toml", format!("{config}{user}"));
    repo.install();
    repo
}

/// An editor saves another file, tracked and untracked ones.
#[test]
fn another_file_is_saved() {
    for (config, fixed) in [(STRIP, &b"bad\n"[..]), (SED, b"good \n")] {
        let repo = meanwhile(config, "echo saved > other.txt; echo saved > untracked.txt; rm gone.txt");
        repo.commit_unchecked("other.txt", "x\n");
        repo.commit_unchecked("gone.txt", "x\n");
        repo.stage("f.txt", "bad \n");
        repo.commit().ok();
        repo.holds("f.txt", fixed, fixed);
        repo.holds("other.txt", b"x\n", b"saved\n");
        assert_eq!(repo.disk("untracked.txt").unwrap(), b"saved\n");
        assert!(!repo.path("gone.txt").exists());
        repo.is_tidy();
    }
}

/// An editor saves a file that a fixer changes: it is merged with what is there by then.
#[test]
fn the_fixed_file_is_saved() {
    for (config, fixed) in [(STRIP, &b"bad\n"[..]), (SED, b"good \n")] {
        let repo = meanwhile(config, "echo mine >> f.txt");
        repo.stage("f.txt", "bad \n");
        repo.commit().ok();
        repo.holds("f.txt", fixed, &[fixed, b"mine\n"].concat());
        // It overlaps.
        let repo = meanwhile(config, "echo rewritten > f.txt");
        repo.stage("f.txt", "bad \n");
        let ended = repo.commit();
        assert_eq!(repo.disk("f.txt").unwrap(), b"rewritten\n", "{}", ended.told);
        if ended.code != 0 {
            assert_eq!(repo.staged("f.txt").unwrap(), b"bad \n");
        }
        // Removed, or replaced by a link.
        let repo = meanwhile(config, "rm f.txt && ln -s target f.txt");
        repo.stage("f.txt", "bad \n");
        repo.commit().ok();
        assert_eq!(repo.head("f.txt").unwrap(), fixed);
        assert_eq!(std::fs::read_link(repo.path("f.txt")).unwrap(), std::path::Path::new("target"));
        repo.is_tidy();
    }
}

/// `git add` during the run, of another file or of the very one: git commits that too, so it is checked again with all
/// that is staged.
#[test]
fn a_file_is_staged() {
    for (config, fixed) in [(STRIP, &b"bad\n"[..]), (SED, b"good \n"), ("", b"bad \n")] {
        let repo = meanwhile(config, "[ -e added.txt ] || { echo added > added.txt; git add added.txt; }");
        repo.stage("f.txt", "bad \n");
        repo.commit().ok();
        repo.holds("added.txt", b"added\n", b"added\n");
        repo.holds("f.txt", fixed, fixed);
        repo.is_tidy();
        let repo = meanwhile(config, "grep -q anew f.txt || { echo anew >> f.txt; git add f.txt; }");
        repo.stage("f.txt", "bad \n");
        repo.commit().ok();
        let fixed = [fixed, b"anew\n"].concat();
        repo.holds("f.txt", &fixed, &fixed);
        // Unstaged, or taken away.
        let repo = meanwhile(config, "git reset -q -- g.txt; git rm -q --cached --ignore-unmatch h.txt");
        repo.commit_unchecked("h.txt", "x\n");
        repo.stage("f.txt", "bad \n");
        repo.stage("g.txt", "x\n");
        repo.commit().ok();
        assert_eq!((repo.head("g.txt"), repo.head("h.txt")), (None, None));
    }
}

/// `git status` in between writes the index anew, with the same entries.
#[test]
fn the_index_is_refreshed() {
    let repo = meanwhile(STRIP, "touch -d 2020-01-01 other.txt; git status >/dev/null; git add .");
    repo.commit_unchecked("other.txt", "x\n");
    repo.stage("f.txt", "bad \n");
    repo.commit().ok();
    repo.holds("f.txt", b"bad\n", b"bad\n");
}

/// A checker in place whose file is saved under its hands, so that it fails: it is asked again where nobody writes.
#[test]
fn a_file_is_saved_under_a_checker() {
    let repo = Repo::new(
        "[hooks.pre-commit.commands.check]\nrun = \"if [ -e a.txt ] && [ ! -e ../once ]; then touch ../once; echo edited >> a.txt; exit 1; fi; cat {files} > \\\"$HOME/saw\\\"\"\nglob = [\"a.txt\"]\n",
    );
    repo.stage("a.txt", "x\n");
    let ended = repo.commit();
    assert_eq!(repo.disk("a.txt").unwrap(), b"x\nedited\n", "{}", ended.told);
    if ended.code == 0 {
        assert_eq!(repo.head("a.txt").unwrap(), b"x\n");
        assert_eq!(std::fs::read(repo.outside().join("home/saw")).unwrap(), b"x\n");
    }
}

/// The lock of the index is held by somebody: it is waited for, for a while, and nothing is lost.
#[test]
fn the_index_is_locked() {
    for config in [STRIP, SED] {
        let repo = meanwhile(config, "touch .git/index.lock");
        repo.stage("f.txt", "bad \n");
        repo.write("f.txt", "bad \nmine \n");
        let before = repo.all();
        let ended = repo.commit();
        assert!(ended.code != 0 && ended.told.contains("index.lock"), "{}", ended.told);
        std::fs::remove_file(repo.path(".git/index.lock")).unwrap();
        assert_eq!(repo.all(), before);
        repo.is_tidy();
    }
}

/// The lock goes away in time.
#[test]
fn the_index_is_locked_for_a_moment() {
    let repo = meanwhile(STRIP, "touch .git/index.lock; (sleep 0.5; rm .git/index.lock) >/dev/null 2>&1 &");
    repo.stage("f.txt", "bad \n");
    let ended = repo.commit();
    // The shell's child may be ended with its command, and then the lock stays.
    if ended.code == 0 {
        repo.holds("f.txt", b"bad\n", b"bad\n");
    } else {
        repo.path(".git/index.lock").exists().then_some(()).unwrap();
        assert_eq!(repo.staged("f.txt").unwrap(), b"bad \n");
    }
}

/// A commit inside of the hook, in the same working tree.
#[test]
fn another_commit_in_the_same_working_tree() {
    let repo =
        meanwhile(SED, "echo x > inner.txt && git add inner.txt && git commit -q --no-verify -m inner");
    repo.stage("f.txt", "bad\n");
    let ended = repo.commit();
    // git itself finds that HEAD moved; or the commit was made by the inner one.
    assert_ne!(ended.code, 0, "{}", ended.told);
    assert_eq!(repo.head("inner.txt").unwrap(), b"x\n");
    assert!(repo.disk("f.txt").is_some());
    for bytes in [repo.staged("f.txt"), repo.disk("f.txt")] {
        assert!(matches!(bytes.as_deref(), Some(b"bad\n" | b"good\n")));
    }
    repo.is_tidy();
}

/// Two linked worktrees commit at the same time, again and again.
#[test]
fn two_worktrees() {
    let repo =
        Repo::new(&format!("{STRIP}{SED}").replacen("[hooks.pre-commit]\n", "[hooks.pre-commit]\n", 1));
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let script = "for n in 1 2 3 4; do printf 'bad \\nx\\n' > f$n.txt; git add f$n.txt; printf 'bad \\nx\\nmine\\n' > f$n.txt; git commit -qm $n || exit 1; done";
    let start = |folder: &str| {
        let mut command = repo.command("sh");
        command.args(["-c", script]).current_dir(repo.path(folder));
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    for one in [start("."), start("../linked")] {
        crate::repo::ended(&one.wait_with_output().unwrap()).ok();
    }
    for branch in ["main", "linked"] {
        assert_eq!(repo.line(&["rev-list", "--count", branch]), "5");
        for n in 1..5 {
            assert_eq!(repo.line(&["show", &format!("{branch}:f{n}.txt")]), "good\nx");
        }
    }
    for folder in [".", "../linked"] {
        for n in 1..5 {
            assert_eq!(
                std::fs::read(repo.path(folder).join(format!("f{n}.txt"))).unwrap(),
                b"good\nx\nmine\n"
            );
        }
    }
}

/// Two commits at the same time in one working tree: each either is made whole or fails; no content is lost.
#[test]
fn two_commits() {
    let repo = Repo::new(&format!("{STRIP}{SED}"));
    for round in 0..3 {
        let names = [format!("a{round}.txt"), format!("b{round}.txt")];
        let start = |name: &String| {
            repo.write(name, "bad \n");
            let script = format!("git add -N {name} && git commit -qm {name} -- {name}");
            let mut command = repo.command("sh");
            command.args(["-c", &script]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        };
        let started = names.each_ref().map(start);
        let ends = started.map(|one| crate::repo::ended(&one.wait_with_output().unwrap()));
        for (name, end) in names.iter().zip(&ends) {
            let disk = repo.disk(name).unwrap();
            if end.code == 0 {
                repo.holds(name, b"good\n", b"good\n");
            } else {
                assert!(disk == b"bad \n" || disk == b"good\n", "{}", end.told);
            }
        }
        repo.git(&["reset", "-q"]);
        repo.is_tidy();
    }
}
