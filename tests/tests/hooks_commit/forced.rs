//! Commands that end by force, that fix in the working tree, that touch what they weren't given, and verdicts that must not be taken
//! for what they aren't.

use crate::commands::{command, said};
use crate::repo::Repo;

const FIXES: &str = "fixes = true\nglob = [\"*.txt\"]";

/// What a fixer left that ran out of time, or was killed, is nobody's fix.
#[test]
fn half_made_fixes_reach_nobody() {
    let half = "for f in {files}; do : > $f; done; sleep 9";
    for (run, more) in [(half, "timeout = \"1s\""), ("for f in {files}; do : > $f; done; kill -9 $$", "")] {
        for place in ["", "in = \"worktree\""] {
            let repo = Repo::new(&command("half", run, &format!("{FIXES}\n{more}\n{place}")));
            repo.stage("a.txt", "staged\n");
            repo.write("a.txt", "staged\nmine\n");
            repo.commit().fails(&["half"]);
            assert_eq!(repo.staged("a.txt").unwrap(), b"staged\n");
            assert_eq!(repo.disk("a.txt").unwrap(), b"staged\nmine\n", "{run} {place}");
            if place.is_empty() {
                repo.program(&["hooks", "run", "pre-commit", "--all-files", "--fix"]).fails(&["half"]);
                assert_eq!(repo.disk("a.txt").unwrap(), b"staged\nmine\n", "{run} --fix");
            }
        }
    }
}

/// A fixing command in the working tree: what it did comes to the commit, and is taken back where the commit fails. What the user saved
/// while it ran is kept.
#[test]
fn fixing_in_the_working_tree() {
    let place = format!("{FIXES}\nin = \"worktree\"");
    let repo = Repo::new(&command("sed", "sed -i s/bad/good/ {files}", &place));
    repo.stage("a.txt", "bad\nx\n");
    repo.write("a.txt", "bad\nx\nmine\n");
    repo.commit().ok();
    repo.holds("a.txt", b"good\nx\n", b"good\nx\nmine\n");

    for run in [
        "sed -i s/good/worse/ {files}; grep -q saved a.txt || echo saved >> a.txt; exit 1",
        "rm -f {files}; exit 1",
    ] {
        let repo = Repo::new(&command("sed", run, &place));
        repo.stage("a.txt", "good\n");
        repo.write("a.txt", "good\nmine\n");
        repo.commit().fails(&["sed"]);
        assert_eq!(repo.disk("a.txt").unwrap(), b"good\nmine\n", "{run}");
        assert_eq!(repo.staged("a.txt").unwrap(), b"good\n");
        if run.contains("saved") {
            let rescued = repo.shell("cat .git/xtask/rescued/in-place-*/a.txt");
            assert_eq!(rescued, "worse\nmine\nsaved\n");
        }
    }
    // A landing that fails takes it back, too.
    let repo = Repo::new(&command("sed", "sed -i s/bad/good/ {files}; touch .git/index.lock", &place));
    repo.stage("a.txt", "bad\n");
    assert_ne!(repo.commit().code, 0);
    assert_eq!(repo.disk("a.txt").unwrap(), b"bad\n");
}

/// Whoever saves a good file while the bad one that is staged is checked doesn't get it committed: neither by a command that is given
/// files nor by one that isn't.
#[test]
fn a_verdict_on_something_else_is_no_verdict() {
    for run in ["echo good > a.txt; ! grep -q bad a.txt", "echo good > a.txt; ! grep -q bad {files}"] {
        // In the snapshot the path leads elsewhere: there nothing is saved.
        let run = run.replace("echo good > a.txt", "case $PWD in */repo) echo good > a.txt;; esac");
        let repo = Repo::new(&command("look", &run, "glob = [\"*.txt\"]"));
        repo.stage("a.txt", "bad\n");
        repo.commit().fails(&["look"]);
        assert_eq!(repo.disk("a.txt").unwrap(), b"good\n", "what was saved stays");
    }
    // Nor is it remembered.
    let more = "glob = [\"*.txt\"]\ninputs = [\"x.cfg\"]\nin = \"worktree\"";
    let repo = Repo::new(&command("look", "! grep -q bad a.txt", more));
    repo.stage("a.txt", "bad\n");
    repo.write("a.txt", "good\n");
    repo.commit().ok();
    repo.shell("git reset -q --soft HEAD~; echo bad > a.txt");
    repo.commit().fails(&["look"]);
}

/// What a fixer does beside the commit isn't there for the checkers: it won't be in the commit either.
#[test]
fn checkers_see_the_commit() {
    let fixer = command("generate", "echo new > out.md; rm -f gone.md; echo made > made.md", FIXES);
    let checker = command("look", "cat out.md > \"$HOME/saw\"; test -e gone.md && test ! -e made.md", "");
    let repo = Repo::new(&(fixer + &checker));
    repo.commit_unchecked("out.md", "old\n");
    repo.commit_unchecked("gone.md", "here\n");
    repo.stage("a.txt", "x\n");
    repo.commit().ok();
    assert_eq!(said(&repo, "saw"), "old\n");
}

/// A fixer that writes and stages another tracked file: it is part of the commit.
#[test]
fn a_fixer_that_stages_another_file() {
    for more in [FIXES, "glob = [\"*.txt\"]"] {
        let repo = Repo::new(&command("count", "wc -l < a.txt > out.md; git add out.md", more));
        repo.commit_unchecked("out.md", "0\n");
        repo.stage("a.txt", "x\ny\n");
        repo.commit().ok();
        repo.holds("out.md", b"2\n", b"2\n");
        assert_eq!(repo.line(&["status", "--porcelain"]), "");
    }
}

/// Many fixers fail whenever they change something: the last run counts.
#[test]
fn a_fixer_that_fails_as_it_fixes() {
    let run = "grep -q bad {files} || exit 0; sed -i s/bad/good/ {files}; exit 1";
    let repo = Repo::new(&command("sed", run, FIXES));
    repo.stage("a.txt", "bad\n");
    repo.commit().ok();
    repo.holds("a.txt", b"good\n", b"good\n");
    let repo = Repo::new(&command("sed", "echo no; exit 1", FIXES));
    repo.stage("a.txt", "bad\n");
    let told = repo.commit().fails(&["sed"]).told;
    assert_eq!(told.matches("exit code 1").count(), 1, "{told}");
}

/// Modes and new files land with `--fix` as well.
#[test]
fn fixes_of_all_files_land_whole() {
    let repo = Repo::new(&command("mode", "chmod +x {files}", FIXES));
    repo.commit_unchecked("a.txt", "x\n");
    let fixed = &["hooks: fixed: a.txt (mode)"];
    repo.program(&["hooks", "run", "pre-commit", "--all-files", "--fix"]).says(fixed).ok();
    repo.shell("test -x a.txt");
    let repo = Repo::new(&command("make", "echo made > made.txt; git add made.txt", FIXES));
    repo.commit_unchecked("a.txt", "x\n");
    repo.program(&["hooks", "run", "pre-commit", "--all-files", "--fix"]).ok();
    assert_eq!(repo.disk("made.txt").unwrap(), b"made\n");
}

/// The message's file is what a command of commit-msg gets, wherever it runs; under `commit -a` it sees what is committed.
#[test]
fn commands_on_the_message() {
    let config = "[hooks.commit-msg.commands.no]\nrun = \"! grep -q no {files}\"\nfolder = \"web\"\n\
        [hooks.commit-msg.commands.staged]\nrun = \"git diff --cached --name-only > \\\"$HOME/staged\\\"\"\n";
    let repo = Repo::new(config);
    repo.commit_unchecked("web/a.txt", "1\n");
    repo.write("web/a.txt", "2\n");
    repo.run(repo.command("git").args(["commit", "-aqm", "no way"])).fails(&["no"]);
    repo.run(repo.command("git").args(["commit", "-aqm", "yes"])).ok();
    assert_eq!(said(&repo, "staged"), "web/a.txt\n");
}

/// A script of the user's that ends with 127 has failed; a program that the command names and that isn't there is missing.
#[test]
fn missing_is_what_the_command_names() {
    let repo = Repo::new(&command("tests", "sh ./tests.sh", ""));
    repo.stage("tests.sh", "no-such-program-here\n");
    repo.commit().fails(&["tests", "exit code 127"]);
}
