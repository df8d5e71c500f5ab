//! Hook commands that wreck, replace, leave behind or say too much.

use crate::commands::{command, said};
use crate::repo::{Repo, SED, STRIP, lives};

/// A fixer that makes something else of its file: a link, a folder, nothing at all.
#[test]
fn a_fixer_that_replaces_its_file() {
    for run in ["ln -sf target f.txt", "rm f.txt && mkdir f.txt && echo x > f.txt/x", "rm -rf f.txt"] {
        let repo = Repo::new(&command("odd", run, "fixes = true\nglob = [\"f.txt\"]"));
        repo.stage("f.txt", "x\n");
        repo.commit().ok().says(&["f.txt"]);
        repo.holds("f.txt", b"x\n", b"x\n");
        assert_eq!(repo.line(&["status", "--porcelain"]), "");
        repo.is_tidy();
    }
}

#[test]
fn a_fixer_that_empties_or_fills_its_file() {
    for (run, content) in [
        (": > f.txt", &b""[..]),
        ("printf '\\000\\001' > f.txt", b"\0\x01"),
        ("printf 'a\\r\\nb' > f.txt", b"a\r\nb"),
    ] {
        let repo = Repo::new(&command("odd", run, "fixes = true\nglob = [\"f.txt\"]"));
        repo.stage("f.txt", "x\n");
        repo.commit().ok();
        repo.holds("f.txt", content, content);
    }
}

/// Tracked although it is ignored.
#[test]
fn an_ignored_file() {
    let repo = Repo::new(&format!("{STRIP}{SED}"));
    repo.commit_unchecked(".gitignore", "*.log.txt\nbuild/\n");
    for name in ["a.log.txt", "build/b.txt"] {
        repo.write(name, "bad \n");
        repo.git(&["add", "-f", name]);
        repo.write(name, "bad \nmine \n");
    }
    repo.commit().ok();
    for name in ["a.log.txt", "build/b.txt"] {
        repo.holds(name, b"good\n", b"good\nmine \n");
    }
}

/// A command that leaves a process behind, which holds its output open.
#[test]
fn a_command_that_leaves_a_process() {
    for more in ["in = \"worktree\"", "in = \"snapshot\"", "fixes = true"] {
        let repo = Repo::new(&command("daemon", "sleep 600 & echo $! > \"$HOME/child\"", more));
        repo.stage("f.txt", "x\n");
        repo.commit().ok();
        assert!(!lives(&said(&repo, "child")), "{more}");
    }
}

/// Much output, of which the end is told.
#[test]
fn a_command_that_says_a_lot() {
    let repo = Repo::new(&command("loud", "yes | head -c 4000000; echo the end; exit 1", ""));
    repo.stage("f.txt", "x\n");
    repo.refuses(&["commit", "-m", "x"], &["loud", "the end"]);
}

/// A command that wrecks the snapshot: the next run builds it anew.
#[test]
fn a_command_that_wrecks_the_snapshot() {
    for run in [
        "rm -rf ./* .git",
        "chmod -R a-w .",
        "rm -rf \"$(git rev-parse --git-dir)\"/*",
        "echo broken > \"$(git rev-parse --git-dir)/index\"",
        "echo broken > \"$(git rev-parse --git-dir)/HEAD\"",
        "touch \"$(git rev-parse --git-dir)/index.lock\"",
    ] {
        let wreck = format!("if [ ! -e \"$HOME/wrecked\" ]; then touch \"$HOME/wrecked\"; {run}; fi");
        let config = command("sed", "sed -i s/bad/good/ {files}", "fixes = true\nglob = [\"*.txt\"]")
            + &command("wreck", &wreck, "in = \"snapshot\"");
        let repo = Repo::new(&config);
        repo.stage("f.txt", "bad\n");
        repo.write("f.txt", "bad\nmine\n");
        let before = repo.all();
        let ended = repo.commit();
        if ended.code == 0 {
            repo.holds("f.txt", b"good\n", b"good\nmine\n");
        } else {
            assert_eq!(repo.all(), before, "{run}");
            repo.commit().ok();
            repo.holds("f.txt", b"good\n", b"good\nmine\n");
        }
        repo.stage("g.txt", "bad\n");
        repo.commit().ok_in(run);
        repo.holds("g.txt", b"good\n", b"good\n");
        assert_eq!(repo.line(&["status", "--porcelain"]), " M f.txt");
        repo.is_tidy();
    }
}

/// git in the snapshot that moves things: the user's branch, index, working tree and stashes stay, and where a ref was moved the commit
/// fails.
#[test]
fn git_that_changes_the_snapshot() {
    for (run, moved) in [
        ("git commit -qm sneaky", "refs/heads/main"),
        ("git commit -q --amend -m sneaky", "refs/heads/main"),
        ("git stash -q", "refs/stash"),
        ("git checkout -q -b other", "HEAD"),
        ("git switch -q --detach", "HEAD"),
        ("git branch -m other", "refs/heads/other"),
        ("git update-ref -d refs/heads/main", "refs/heads/main"),
        ("git stash -q; git stash pop -q --index", ""),
        ("git tag v1", ""),
        ("git reset -q --hard", ""),
        ("git checkout -q -- .", ""),
        ("git rm -rqf .", ""),
        ("git clean -dfxq", ""),
        ("git add -A", ""),
        ("git gc -q --prune=now", ""),
        ("git config user.name sneaky", ""),
    ] {
        for fixes in [false, true] {
            let more = if fixes { "fixes = true" } else { "in = \"snapshot\"" };
            let repo = Repo::new(&command("git", run, more));
            repo.stage("f.txt", "old\n");
            repo.write("f.txt", "stashed\n");
            repo.git(&["commit", "-qnm", "second"]);
            repo.git(&["stash", "-q"]);
            repo.stage("f.txt", "x\n");
            repo.write("f.txt", "x\nmine\n");
            repo.write("new.txt", "mine\n");
            let kept = repo.shell("echo unreachable | git hash-object -w --stdin");
            let refs = || repo.line(&["for-each-ref"]) + &repo.line(&["config", "--local", "--list"]);
            let (before, refs_before) = (repo.all(), refs());
            let ended = repo.commit();
            repo.git(&["cat-file", "-e", kept.trim()]);
            if moved.is_empty() && ended.code == 0 {
                assert_eq!(repo.line(&["log", "--format=%s"]), "message\nsecond\nstart", "{run}");
                assert!(repo.try_git(&["rev-parse", "-q", "--verify", "v1"]).code != 0, "{run}");
                if !run.contains("rm ") {
                    assert_eq!(repo.head("f.txt").unwrap(), b"x\n", "{run}: {}", ended.told);
                    assert_eq!(repo.all().files, before.files, "{run}: {}", ended.told);
                }
            } else {
                assert_ne!(ended.code, 0, "{run}");
                assert_eq!(repo.all(), before, "{run}: {}", ended.told);
                assert_eq!(refs(), refs_before, "{run}: {}", ended.told);
                if !moved.is_empty() {
                    ended.says(&["a hook command changed what is being committed", moved]);
                }
            }
            assert_eq!(repo.line(&["branch", "--show-current"]), "main", "{run}");
            assert_eq!(repo.line(&["stash", "list"]).lines().count(), 1, "{run}");
            repo.is_tidy();
        }
    }
}

/// A command that moves a ref doesn't take away what checks found.
#[test]
fn what_was_found_is_told_beside_a_command_that_moves_a_ref() {
    for more in ["in = \"snapshot\"", "fixes = true"] {
        let checks = "[hooks.pre-commit]\nchecks = [\"check-json\"]\n";
        let repo =
            Repo::new(&format!("{checks}{}", command("git", "git commit -qm sneaky --allow-empty", more)));
        repo.stage("a.json", "{,}\n");
        let ended = repo.commit();
        assert_ne!(ended.code, 0);
        ended.says(&["a hook command changed what is being committed", "check-json", "a.json"]);
    }
}

/// The same in place: what the command did is told, and nothing is committed.
#[test]
fn git_that_changes_the_working_tree() {
    for (run, moved) in [("git commit -qnm sneaky", "HEAD"), ("git stash -q", "refs/stash")] {
        for more in ["", "in = \"worktree\"\nfixes = true"] {
            let repo = Repo::new(&command("git", run, more));
            repo.stage("f.txt", "x\n");
            let ended = repo.commit();
            assert_ne!(ended.code, 0, "{run}");
            ended.says(&["a hook command changed what is being committed", moved, "in the working tree"]);
            if moved == "refs/stash" {
                repo.shell("rm -f f.txt; git stash pop -q --index");
            }
            assert_eq!(repo.staged("f.txt").unwrap(), b"x\n", "{run}");
            assert_eq!(repo.disk("f.txt").unwrap(), b"x\n", "{run}");
        }
    }
    // What comes back is nobody's loss.
    let repo = Repo::new(&command("git", "git stash -q -k; git stash pop -q --index", "in = \"worktree\""));
    repo.stage("f.txt", "x\n");
    repo.commit().ok();
}

/// What can't be taken in fails, and nothing is changed.
#[test]
fn a_fixer_that_makes_a_pipe() {
    let repo = Repo::new(&command("odd", "rm f.txt && mkfifo f.txt", "fixes = true\nglob = [\"f.txt\"]"));
    repo.stage("f.txt", "x\n");
    repo.refuses(&["commit", "-m", "x"], &["f.txt"]);
    repo.write("xtask.toml", "");
    repo.commit().ok();
}
