//! Runs over the working tree (`--all-files`, `--files`, a range): commands that run in the snapshot see it as it is.

use crate::commands::{command, said};
use crate::repo::{All, PROGRAM, Repo};

/// What the snapshot holds: each file with its content, each link with its target.
const LIST: &str = "find . -name .git -prune -o '(' -type f -o -type l ')' -print | sort | while read -r f; do if [ -L \"$f\" ]; then echo \"$f -> $(readlink \"$f\")\"; else echo \"$f: $(cat \"$f\")\"; fi; done";

/// A repository whose command lists what it sees, and the files that it was given.
fn listing() -> Repo {
    let list = format!("{LIST} > \"$HOME/saw\"; echo {{files}} > \"$HOME/given\"");
    let config = command("list", &list, "in = \"snapshot\"\nexclude = [\"xtask.toml\"]");
    let repo = Repo::new(&config);
    repo.git(&["rm", "-q", "--cached", "xtask.toml"]);
    repo.write(".git/info/exclude", "xtask.toml\n");
    repo
}

/// What is the user's; the reports of a run lie there, too.
fn state(repo: &Repo) -> All {
    let mut all = repo.all();
    all.files.retain(|path, _| !path.starts_with(".xtask"));
    all
}

#[test]
fn the_snapshot_is_the_working_tree() {
    for (edit, expected) in [
        ("", "./a.txt: a\n./d/b.txt: b\n./link -> a.txt\n"),
        ("echo A > a.txt", "./a.txt: A\n./d/b.txt: b\n./link -> a.txt\n"),
        ("rm a.txt", "./d/b.txt: b\n./link -> a.txt\n"),
        ("rm -r d", "./a.txt: a\n./link -> a.txt\n"),
        ("rm a.txt; mkdir a.txt; echo x > a.txt/x", "./d/b.txt: b\n./link -> a.txt\n"),
        ("rm -r d; echo x > d", "./a.txt: a\n./link -> a.txt\n"),
        ("rm -r d; ln -s . d; echo b > b.txt", "./a.txt: a\n./link -> a.txt\n"),
        ("rm a.txt; ln -s d/b.txt a.txt", "./a.txt -> d/b.txt\n./d/b.txt: b\n./link -> a.txt\n"),
        ("rm link; echo l > link", "./a.txt: a\n./d/b.txt: b\n./link: l\n"),
        ("rm link; ln -s d link", "./a.txt: a\n./d/b.txt: b\n./link -> d\n"),
        ("echo new > new.txt", "./a.txt: a\n./d/b.txt: b\n./link -> a.txt\n"),
        ("echo n > n.txt; git add -N n.txt", "./a.txt: a\n./d/b.txt: b\n./link -> a.txt\n./n.txt: n\n"),
        ("git rm -q --cached a.txt", "./d/b.txt: b\n./link -> a.txt\n"),
        ("echo 1 > a.txt; git add a.txt; echo 2 > a.txt", "./a.txt: 2\n./d/b.txt: b\n./link -> a.txt\n"),
    ] {
        let repo = listing();
        repo.shell(
            "echo a > a.txt; mkdir d; echo b > d/b.txt; ln -s a.txt link; git add .; git commit -qnm x",
        );
        repo.shell(edit);
        let before = state(&repo);
        repo.program(&["hooks", "run", "pre-commit", "--all-files"]).ok_in(edit);
        assert_eq!(said(&repo, "saw"), expected, "{edit}");
        assert_eq!(state(&repo), before, "{edit}");
    }
}

#[test]
fn named_files_that_git_does_not_hold_are_there() {
    for (files, saw, given) in [
        (&["new.txt"][..], "./a.txt: a\n./new.txt: new\n", "new.txt\n"),
        (&["a.txt", "ignored"], "./a.txt: a\n./ignored: i\n", "a.txt ignored\n"),
        (&["d/é x"], "./a.txt: a\n./d/é x: x\n", "d/é x\n"),
    ] {
        let repo = listing();
        repo.write(".git/info/exclude", "xtask.toml\nignored\n");
        repo.shell("echo a > a.txt; git add .; git commit -qnm x; echo new > new.txt; echo i > ignored");
        repo.shell("mkdir d; echo x > 'd/é x'");
        let before = state(&repo);
        let arguments = [&["hooks", "run", "pre-commit", "--files"], files].concat();
        repo.program(&arguments).ok();
        assert_eq!((said(&repo, "saw"), said(&repo, "given")), (saw.to_owned(), given.to_owned()));
        assert_eq!(state(&repo), before);
    }
}

/// An untracked file that a fixing command gets: without `--fix` it is told, with it it is fixed, and stays untracked.
#[test]
fn an_untracked_file_is_fixed() {
    let repo = Repo::new(crate::repo::SED);
    repo.write("new.txt", "bad\n");
    let run = ["hooks", "run", "pre-commit", "--files", "new.txt"];
    let before = state(&repo);
    repo.program(&run).fails(&["sed would change the file"]);
    assert_eq!(state(&repo), before);
    repo.program(&[&run[..], &["--fix"]].concat()).ok();
    assert_eq!(repo.disk("new.txt").unwrap(), b"good\n");
    assert_eq!(repo.line(&["status", "--porcelain"]), "?? new.txt");
}

/// What a command did in the working tree itself is what the next one sees, also in files that it wasn't given.
#[test]
fn a_command_in_the_working_tree_before_one_in_the_snapshot() {
    let first = command(
        "first",
        "echo b >> a.txt; echo b >> other.md",
        "in = \"worktree\"\nfixes = true\nglob = [\"*.txt\"]",
    );
    let second = command("second", "cat a.txt other.md > \"$HOME/saw\"", "fixes = true\nglob = [\"*.txt\"]");
    let repo = Repo::new(&(first + &second));
    repo.commit_unchecked("a.txt", "a\n");
    repo.commit_unchecked("other.md", "a\n");
    repo.program(&["hooks", "run", "pre-commit", "--files", "a.txt", "--fix"]);
    let saw = said(&repo, "saw");
    let [text, other] =
        ["a.txt", "other.md"].map(|path| String::from_utf8(repo.disk(path).unwrap()).unwrap());
    assert_eq!(saw, text + &other);
}

/// Git is asked about all files that a command fixed at once: how many processes that takes doesn't depend on how many files they are.
#[test]
fn many_fixed_files_cost_no_more_processes_than_one() {
    let repo =
        Repo::new(&(crate::repo::SED.to_owned() + &command("look", "true {files}", "in = \"snapshot\"")));
    let mut counts = Vec::new();
    for files in [1, 30] {
        for at in 0..files {
            repo.write(format!("{at}.txt"), "bad\n");
        }
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qnm", "x"]);
        let trace = repo.outside().join(format!("trace-{files}"));
        let arguments = ["hooks", "run", "pre-commit", "--all-files", "--fix"];
        repo.run(repo.command(PROGRAM).args(arguments).env("GIT_TRACE", &trace)).ok();
        let traced = std::fs::read_to_string(&trace).unwrap();
        counts.push(traced.matches("git config ").count());
        repo.holds("0.txt", b"bad\n", b"good\n");
    }
    assert_eq!(counts[0], counts[1]);
}
