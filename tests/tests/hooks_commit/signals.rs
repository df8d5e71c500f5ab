//! Signals that end a commit while its hooks run: everything is as it was, and no process is left.

use std::os::unix::process::CommandExt;
use std::process::Stdio;

use crate::repo::{Repo, SED, STRIP, ended, lives};

/// A command that says who it is, through pipes that the test reads, and then waits for its end.
const WAITS: &str = "sleep 600 & echo $PPID $$ $! > \"$HOME/pipe\"; wait";

fn repo(more: &str) -> Repo {
    let repo =
        Repo::new(&format!("{STRIP}{SED}[hooks.pre-commit.commands.waits]\nrun = '''{WAITS}'''\n{more}\n"));
    let made = repo.run(repo.command("mkfifo").arg(repo.outside().join("home/pipe")));
    assert_eq!(made.code, 0);
    repo.stage("f.txt", "bad \n");
    repo.write("f.txt", "bad \nmine \n");
    repo.write("new.txt", "bad \n");
    repo
}

#[test]
fn signals_to_the_hook() {
    for more in ["in = \"worktree\"", "in = \"snapshot\"", "fixes = true"] {
        let repo = repo(more);
        for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
            let before = repo.all();
            let mut command = repo.command("git");
            command.args(["hook", "run", "pre-commit"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
            let child = command.spawn().unwrap();
            // Opens when the command writes.
            let told = std::fs::read_to_string(repo.outside().join("home/pipe")).unwrap();
            let numbers: Vec<&str> = told.split_whitespace().collect();
            repo.run(repo.command("kill").args([format!("-{signal}").as_str(), numbers[0]])).ok();
            let end = ended(&child.wait_with_output().unwrap());
            assert_eq!(end.code, code, "{signal} {more}: {}", end.told);
            for number in numbers {
                assert!(!lives(number), "{number} lives on after {signal}, {more}");
            }
            assert_eq!(repo.all(), before, "{signal} {more}");
            repo.is_tidy();
        }
    }
}

/// Ctrl-C in a terminal reaches git and the hook alike.
#[test]
fn an_interrupt_of_the_commit() {
    for more in ["", "fixes = true"] {
        for arguments in
            [&["commit", "-qm", "x"][..], &["commit", "-qam", "x"], &["commit", "-qm", "x", "--", "f.txt"]]
        {
            let repo = repo(more);
            repo.commit_unchecked("f.txt", "old\n");
            repo.stage("f.txt", "bad \n");
            repo.write("f.txt", "bad \nmine \n");
            let before = repo.all();
            let mut command = repo.command("git");
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
            let child = command.spawn().unwrap();
            let told = std::fs::read_to_string(repo.outside().join("home/pipe")).unwrap();
            let group = format!("-{}", child.id());
            repo.run(repo.command("kill").args(["-INT", "--", &group])).ok();
            let end = ended(&child.wait_with_output().unwrap());
            assert_ne!(end.code, 0, "{}", end.told);
            // git may be gone before its hook: the pipe of the hook's own output has its end.
            for number in told.split_whitespace() {
                assert!(!lives(number), "{number} lives on");
            }
            assert_eq!(repo.all(), before, "{arguments:?}");
            repo.is_tidy();
        }
    }
}
