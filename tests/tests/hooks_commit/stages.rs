//! The other stages: messages, pushes (sent and received), and what git has done or is about to rewrite.

use std::path::PathBuf;

use crate::repo::{Repo, STRIP};

/// Each run of the stage adds a line to `~/log`: its files.
fn logs(stage: &str) -> String {
    format!("[hooks.{stage}.commands.log]\nrun = 'echo {stage}: {{files}} >> \"$HOME/log\"'\n")
}

fn log(repo: &Repo) -> String {
    let file = repo.outside().join("home/log");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let _ = std::fs::remove_file(file);
    text
}

fn message(repo: &Repo) -> String {
    repo.line(&["log", "-1", "--format=%B"])
}

#[test]
fn commit_msg() {
    let repo = Repo::new(
        "[hooks.commit-msg]\nchecks = [\"conventional-commit\"]\n[hooks.commit-msg.commands.id]\nrun = '(echo; echo \"Change: 1\") >> \"$1\"'\n",
    );
    repo.stage("f.txt", "bad\n");
    repo.refuses(&["commit", "-m", "no type"], &["conventional-commit"]);
    repo.git(&["commit", "-qm", "feat: something"]);
    assert!(message(&repo).ends_with("Change: 1"), "{}", message(&repo));
    // From a folder, amending, with a cleanup, and in a linked worktree.
    repo.shell("mkdir d; cd d; git commit -q --amend -m 'fix: more'");
    assert!(message(&repo).starts_with("fix: more"));
    repo.shell(
        "printf '\\n# note\\nfix: x\\n\\n' > ../m; git -c commit.cleanup=strip commit -q --allow-empty -F ../m",
    );
    assert!(message(&repo).starts_with("fix: x"));
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let ended =
        repo.run(repo.command("sh").args(["-c", "cd ../linked && git commit -q --allow-empty -m wrong"]));
    ended.fails(&["conventional-commit"]);
    repo.shell("cd ../linked && git commit -q --allow-empty -m 'fix: right'");
    // A merge's own message passes.
    repo.git(&["merge", "-q", "--no-ff", "--no-edit", "linked"]);
}

/// A pattern that each message must hold, and a check of files that takes a message, too.
#[test]
fn a_pattern_and_a_check_of_files_on_messages() {
    let repo = Repo::new(
        "[hooks.commit-msg]\nchecks = [\"trailing-whitespace\", \"check-json\"]\n[hooks.commit-msg.patterns.ticket]\nrequire = 'T-[0-9]+'\nmessage = \"no ticket\"\n",
    );
    repo.stage("f.txt", "x\n");
    repo.refuses(&["commit", "-m", "words"], &["no ticket"]);
    repo.refuses(&["commit", "-m", "T-1 words ", "--cleanup=verbatim"], &["trailing-whitespace"]);
    repo.git(&["commit", "-qm", "T-1 words"]);
    assert_eq!(message(&repo), "T-1 words");
}

#[test]
fn prepare_commit_msg() {
    let repo = Repo::new(
        "[hooks.prepare-commit-msg.commands.ticket]\nrun = 'printf \"%s %s\\n\" \"$2\" \"$(cat \"$1\")\" > \"$1\"'\n",
    );
    repo.stage("f.txt", "x\n");
    repo.git(&["commit", "-qm", "words"]);
    assert_eq!(message(&repo), "message words");
    // One that fails stops the commit.
    let repo = Repo::new("[hooks.prepare-commit-msg.commands.no]\nrun = 'exit 4'\n");
    repo.stage("f.txt", "x\n");
    repo.refuses(&["commit", "-m", "x"], &["exit code 4"]);
}

/// Two stages in one commit: the message is refused after the files were fixed. The fix is staged, and nothing is lost.
#[test]
fn a_message_that_is_refused_after_fixes() {
    let repo = Repo::new(&format!("{STRIP}[hooks.commit-msg]\nchecks = [\"conventional-commit\"]\n"));
    repo.stage("f.txt", "a \n");
    repo.write("f.txt", "a \nmine \n");
    repo.commit().fails(&["conventional-commit"]);
    assert_eq!(repo.head("f.txt"), None);
    assert_eq!(repo.staged("f.txt").unwrap(), b"a\n");
    assert_eq!(repo.disk("f.txt").unwrap(), b"a\nmine \n");
    repo.git(&["commit", "-qm", "fix: it"]);
    repo.holds("f.txt", b"a\n", b"a\nmine \n");
}

/// A repository with a bare one to push to, and commits of one file each on main: `0.txt`, `1.txt` …
fn pushing(config: &str) -> Repo {
    let repo = Repo::new(config);
    repo.git(&["init", "-q", "--bare", "../server.git"]);
    repo.git(&["remote", "add", "origin", "../server.git"]);
    repo
}

fn commit(repo: &Repo, name: &str, bytes: &str) {
    repo.commit_unchecked(name, bytes);
}

#[test]
fn pre_push() {
    let repo = pushing(&logs("pre-push"));
    commit(&repo, "0.txt", "x\n");
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(log(&repo), "pre-push: 0.txt xtask.toml\n", "the first push brings all");
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(log(&repo), "", "nothing to push");
    commit(&repo, "1.txt", "x\n");
    commit(&repo, "2.txt", "x\n");
    repo.git(&["rm", "-q", "0.txt"]);
    repo.git(&["commit", "-qm", "less"]);
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(log(&repo), "pre-push: 1.txt 2.txt\n", "what lies between");
    // A new branch: from where it left what the remote has.
    repo.git(&["switch", "-qc", "topic"]);
    commit(&repo, "3.txt", "x\n");
    repo.git(&["push", "-q", "origin", "topic"]);
    assert_eq!(log(&repo), "pre-push: 3.txt\n");
    // Forced, after an amend.
    repo.stage("4.txt", "x\n");
    repo.git(&["commit", "-q", "--amend", "--no-edit"]);
    assert_ne!(repo.try_git(&["push", "-q", "origin", "topic"]).code, 0);
    log(&repo);
    repo.git(&["push", "-qf", "origin", "topic"]);
    assert_eq!(log(&repo), "pre-push: 3.txt 4.txt\n");
    // Backwards, and a deletion: nothing new.
    repo.git(&["push", "-qf", "origin", "topic~1:topic"]);
    repo.git(&["push", "-q", "origin", "--delete", "topic"]);
    assert_eq!(log(&repo), "");
    // A tag on what the remote has, one on a new commit, one of a tree.
    repo.git(&["tag", "old", "main"]);
    repo.git(&["push", "-q", "origin", "old"]);
    assert_eq!(log(&repo), "");
    repo.git(&["tag", "-am", "new", "new", "topic"]);
    repo.git(&["push", "-q", "origin", "new"]);
    assert_eq!(log(&repo), "pre-push: 3.txt 4.txt\n");
    repo.git(&["tag", "tree", "HEAD^{tree}"]);
    repo.git(&["push", "-q", "origin", "tree"]);
    assert_eq!(log(&repo), "");
    // Several refs, by another name, and by its address.
    repo.git(&["branch", "two"]);
    commit(&repo, "5.txt", "x\n");
    repo.git(&["switch", "-q", "two"]);
    commit(&repo, "6.txt", "x\n");
    repo.git(&["push", "-q", "origin", "topic", "two:refs/heads/other"]);
    let mut lines: Vec<String> = log(&repo).lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["pre-push: 3.txt 4.txt 5.txt", "pre-push: 3.txt 4.txt 6.txt"]);
    commit(&repo, "7.txt", "x\n");
    repo.git(&["push", "-q", "../server.git", "two"]);
    assert!(log(&repo).contains("7.txt"));
    // A history of its own.
    repo.git(&["switch", "-q", "--orphan", "alone"]);
    commit(&repo, "8.txt", "x\n");
    repo.git(&["push", "-q", "origin", "alone:refs/heads/two", "--force"]);
    assert_eq!(log(&repo), "", "the stage is configured by what is checked out, which has no xtask.toml");
}

/// What is pushed is checked, not what lies in the working tree; nothing is changed.
#[test]
fn pre_push_checks_the_pushed_commit() {
    let config = "[hooks.pre-push]\nchecks = [\"trailing-whitespace\"]\n[hooks.pre-push.commands.see]\nrun = 'cat {files} >> \"$HOME/log\"; git rev-parse HEAD >> \"$HOME/log\"'\nglob = [\"*.txt\"]\n";
    let repo = pushing(config);
    repo.git(&["push", "-q", "origin", "main"]);
    log(&repo);
    repo.git(&["switch", "-qc", "topic"]);
    commit(&repo, "f.txt", "topic\n");
    let id = repo.line(&["rev-parse", "HEAD"]);
    // In place.
    repo.git(&["push", "-q", "origin", "topic"]);
    assert_eq!(log(&repo), format!("topic\n{id}\n"));
    // Of another branch, with a dirty tree.
    commit(&repo, "f.txt", "topic two\n");
    let id = repo.line(&["rev-parse", "HEAD"]);
    repo.git(&["switch", "-q", "main"]);
    repo.write("f.txt", "mine \n");
    repo.stage("staged.txt", "staged \n");
    let before = repo.all();
    repo.git(&["push", "-q", "origin", "topic"]);
    assert_eq!(log(&repo), format!("topic two\n{id}\n"));
    assert_eq!(repo.all(), before);
    // Bad in the commit, mended on disk: refused.
    repo.git(&["rm", "-qf", "--cached", "staged.txt"]);
    std::fs::remove_file(repo.path("f.txt")).unwrap();
    commit(&repo, "g.txt", "bad \n");
    repo.write("g.txt", "mended\n");
    let before = repo.all();
    repo.try_git(&["push", "-q", "origin", "main"]).fails(&["g.txt", "trailing-whitespace"]);
    assert_eq!(repo.all(), before);
    // Mended in a later commit.
    commit(&repo, "g.txt", "mended\n");
    repo.git(&["push", "-q", "origin", "main"]);
}

/// The server: a bare repository whose HEAD holds the configuration.
#[test]
fn pre_receive() {
    let config = "[hooks.pre-receive]\nchecks = [\"trailing-whitespace\"]\n[hooks.pre-receive.commands.see]\nrun = 'cat {files} >> \"$HOME/log\"'\nglob = [\"*.txt\"]\n";
    let mut repo = pushing(config);
    repo.git(&["push", "-q", "origin", "main"]);
    let server = PathBuf::from("../server.git");
    repo.git(&["-C", "../server.git", "symbolic-ref", "HEAD", "refs/heads/main"]);
    repo.folder = server;
    repo.install();
    repo.folder = PathBuf::new();
    commit(&repo, "f.txt", "good\n");
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(log(&repo), "good\n");
    commit(&repo, "f.txt", "bad \n");
    let before = repo.all();
    repo.try_git(&["push", "-q", "origin", "main"]).fails(&["f.txt", "trailing-whitespace"]);
    assert_eq!(repo.all(), before);
    assert_eq!(repo.line(&["-C", "../server.git", "show", "main:f.txt"]), "good");
    log(&repo);
    // What is pushed doesn't choose its own checks.
    repo.stage("xtask.toml", "");
    repo.git(&["commit", "-qm", "off"]);
    repo.try_git(&["push", "-q", "origin", "main"]).fails(&["f.txt"]);
    // A new branch, a deletion, a tag.
    repo.git(&["reset", "-q", "--hard", "HEAD~2"]);
    log(&repo);
    commit(&repo, "g.txt", "g\n");
    repo.git(&["push", "-q", "origin", "HEAD:refs/heads/topic"]);
    assert_eq!(log(&repo), "g\n");
    repo.git(&["tag", "-am", "t", "t"]);
    repo.git(&["push", "-q", "origin", "t"]);
    repo.git(&["push", "-q", "origin", "--delete", "topic"]);
    assert_eq!(log(&repo), "");
    assert_eq!(repo.line(&["-C", "../server.git", "fsck", "--no-dangling"]), "");
}

#[test]
fn after_the_fact() {
    let repo = Repo::new(&["post-commit", "post-checkout", "post-merge", "post-rewrite"].map(logs).concat());
    repo.stage("1.txt", "x\n");
    repo.commit().ok();
    assert_eq!(log(&repo), "post-commit: 1.txt\n");
    repo.git(&["switch", "-qc", "topic"]);
    assert_eq!(log(&repo), "", "the same commit");
    repo.stage("2.txt", "x\n");
    repo.commit().ok();
    log(&repo);
    repo.git(&["switch", "-q", "main"]);
    assert_eq!(log(&repo), "", "the file is gone there");
    repo.git(&["switch", "-q", "topic"]);
    assert_eq!(log(&repo), "post-checkout: 2.txt\n");
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--ff-only", "topic"]);
    assert_eq!(log(&repo), "post-merge: 2.txt\n");
    repo.stage("3.txt", "x\n");
    repo.git(&["commit", "-q", "--amend", "--no-edit"]);
    let told = log(&repo);
    assert!(told.contains("post-rewrite: 3.txt\n"), "{told}");
    assert!(told.contains("post-commit: 2.txt 3.txt\n"), "{told}");
    // A checkout of a file.
    repo.write("1.txt", "edited\n");
    repo.git(&["checkout", "-q", "--", "1.txt"]);
    assert_eq!(log(&repo), "");
    // A clone and a linked worktree: all zeros.
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let told = log(&repo);
    assert!(told.contains("post-checkout: 1.txt 2.txt 3.txt xtask.toml"), "{told}");
    // One that fails says so, and what is done is done.
    let repo = Repo::new("[hooks.post-commit.commands.no]\nrun = 'exit 7'\n");
    repo.stage("1.txt", "x\n");
    repo.commit().ok().says(&["exit code 7"]);
    assert_eq!(repo.head("1.txt").unwrap(), b"x\n");
}

#[test]
fn pre_rebase() {
    let repo = Repo::new(&(logs("pre-rebase") + &logs("post-rewrite")));
    repo.git(&["switch", "-qc", "topic"]);
    commit(&repo, "1.txt", "x\n");
    commit(&repo, "2.txt", "x\n");
    repo.git(&["switch", "-q", "main"]);
    commit(&repo, "3.txt", "x\n");
    repo.git(&["switch", "-q", "topic"]);
    repo.git(&["rebase", "-q", "main"]);
    let told = log(&repo);
    assert!(told.starts_with("pre-rebase: 1.txt 2.txt\n"), "{told}");
    assert!(told.contains("post-rewrite: "), "{told}");
    repo.git(&["rebase", "-q", "--root"]);
    // One that refuses.
    commit(&repo, "xtask.toml", "[hooks.pre-rebase.commands.no]\nrun = 'exit 5'\n");
    let before = repo.all();
    let ended = repo.try_git(&["rebase", "-q", "--force-rebase", "main"]);
    assert!(ended.code != 0 && ended.told.contains("exit code 5"), "{}", ended.told);
    assert_eq!(repo.all(), before);
}

/// `--fix` over chosen files: what a fixing command made, staged and marked as executable arrives; without it, nothing is changed.
#[test]
fn a_fix_that_creates_a_file_and_one_that_sets_a_mode() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new(
        "[hooks.pre-commit.commands.fix]\nrun = 'chmod +x f.sh; echo made > made.txt; git add made.txt'\nfixes = true\n",
    );
    repo.commit_unchecked("f.sh", "#!/bin/sh\n");
    let mode = || std::fs::metadata(repo.path("f.sh")).unwrap().permissions().mode() & 0o111;
    repo.program(&["hooks", "run", "pre-commit", "--all-files"]).fails(&["f.sh", "made.txt"]);
    assert_eq!((mode(), repo.disk("made.txt")), (0, None));
    repo.program(&["hooks", "run", "pre-commit", "--all-files", "--fix"]).ok();
    assert_ne!(mode(), 0);
    assert_eq!(repo.disk("made.txt").unwrap(), b"made\n");
}
