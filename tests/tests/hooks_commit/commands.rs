//! What hook commands do, that they should and that they shouldn't.

use crate::repo::{Repo, SED, STRIP, lives};

/// A command of pre-commit, with what else its table holds.
pub(crate) fn command(name: &str, run: &str, more: &str) -> String {
    format!("[hooks.pre-commit.commands.{name}]\nrun = '''{run}'''\n{more}\n")
}

const HERE: &str = "pwd -P > \"$HOME/where\"; cat a.txt > \"$HOME/saw\"";

pub(crate) fn said(repo: &Repo, name: &str) -> String {
    std::fs::read_to_string(repo.outside().join("home").join(name)).unwrap()
}

/// In place where all tracked files are as staged; else in the snapshot, and always where it says so.
#[test]
fn where_commands_run() {
    for (more, user, in_place, saw) in [
        ("", "a\n", true, "a\n"),
        ("", "edited\n", false, "a\n"),
        ("in = \"worktree\"", "edited\n", true, "edited\n"),
        ("in = \"snapshot\"", "a\n", false, "a\n"),
        ("fixes = true", "a\n", false, "a\n"),
    ] {
        let repo = Repo::new(&command("where", HERE, more));
        repo.write("untracked.txt", "x\n");
        repo.stage("a.txt", "a\n");
        repo.write("a.txt", user);
        repo.commit().ok();
        let folder = said(&repo, "where");
        assert_eq!(folder.trim_end() == repo.root().to_str().unwrap(), in_place, "{more} {user} {folder}");
        assert_eq!(said(&repo, "saw"), saw, "{more}");
        assert_eq!(repo.disk("a.txt").unwrap(), user.as_bytes());
    }
    // Another index than the working tree's own.
    for commit in [&["commit", "-qam", "x"][..], &["commit", "-qm", "x", "--", "a.txt"]] {
        let repo = Repo::new(&command("where", HERE, ""));
        repo.commit_unchecked("a.txt", "x\n");
        repo.write("a.txt", "a\n");
        repo.git(commit);
        assert_ne!(said(&repo, "where").trim_end(), repo.root().to_str().unwrap());
        assert_eq!(said(&repo, "saw"), "a\n");
    }
}

/// The snapshot is a repository: git there shows what is staged, and the history.
#[test]
fn git_in_the_snapshot() {
    let run = "git diff --cached --name-status > \"$HOME/staged\"; git log --format=%s > \"$HOME/log\"; git status --porcelain > \"$HOME/status\"; git ls-files > \"$HOME/files\"";
    for more in ["in = \"snapshot\"", "in = \"worktree\""] {
        let repo = Repo::new(&command("look", run, more));
        repo.stage("a.txt", "a\n");
        repo.commit().ok();
        assert_eq!(said(&repo, "staged"), "A\ta.txt\n", "{more}");
        assert_eq!(said(&repo, "log"), "start\n");
        assert_eq!(said(&repo, "status"), "A  a.txt\n");
        assert_eq!(said(&repo, "files"), "a.txt\nxtask.toml\n");
    }
}

/// Git elsewhere works on what is there: nothing of the hook's own repository leaks.
#[test]
fn git_in_another_repository() {
    let run = "cd \"$HOME\" && rm -rf other && git init -q other && cd other && echo x > x && git add x && git commit -qm elsewhere && git rev-parse --show-toplevel > ../top && env | grep -c '^GIT_\\(DIR\\|INDEX_FILE\\|WORK_TREE\\|PREFIX\\)=' > ../leaks || true";
    for more in ["in = \"snapshot\"", "in = \"worktree\"", "fixes = true"] {
        let repo = Repo::new(&command("else", run, more));
        repo.commit_unchecked("a.txt", "x\n");
        let check = |count: &str, folder: &str| {
            let top = repo.outside().join("home/other");
            assert_eq!(said(&repo, "top").trim_end(), top.to_str().unwrap(), "{more}");
            assert_eq!(said(&repo, "leaks"), "0\n");
            assert_eq!(repo.line(&["-C", folder, "rev-list", "--count", "HEAD"]), count);
            assert_eq!(repo.line(&["-C", folder, "ls-files", "x"]), "");
            assert_eq!(repo.line(&["-C", folder, "config", "core.bare"]), "false");
            assert_eq!(repo.line(&["-C", folder, "status", "--porcelain"]), "");
        };
        repo.stage("a.txt", "1\n");
        repo.commit().ok();
        check("3", ".");
        repo.write("a.txt", "2\n");
        repo.git(&["commit", "-qam", "x"]);
        check("4", ".");
        repo.write("a.txt", "3\n");
        repo.git(&["commit", "-qm", "x", "--", "a.txt"]);
        check("5", ".");
        repo.git(&["worktree", "add", "-q", "../linked"]);
        repo.shell("cd ../linked && echo 4 > a.txt && git add a.txt && git commit -qm x");
        check("6", "../linked");
    }
}

/// A command that stages what it makes.
#[test]
fn a_command_that_stages() {
    let run = "sed -i s/bad/good/ {files}; echo made > made.txt; git add {files} made.txt";
    for more in ["fixes = true\nglob = [\"f.txt\"]", "fixes = true\nglob = [\"f.txt\"]\nin = \"snapshot\""] {
        let repo = Repo::new(&command("adds", run, more));
        repo.stage("f.txt", "bad\n");
        repo.write("f.txt", "bad\nmine\n");
        repo.commit().ok();
        repo.holds("f.txt", b"good\n", b"good\nmine\n");
        repo.holds("made.txt", b"made\n", b"made\n");
        repo.write("f.txt", "bad again\n");
        repo.git(&["commit", "-qam", "x"]);
        repo.holds("f.txt", b"good again\n", b"good again\n");
        repo.write("f.txt", "bad thrice\n");
        repo.git(&["commit", "-qm", "x", "--", "f.txt"]);
        repo.holds("f.txt", b"good thrice\n", b"good thrice\n");
        assert_eq!(repo.line(&["status", "--porcelain"]), "");
        repo.is_tidy();
    }
}

/// What it stages is there already, as the user's own, untracked: nothing is overwritten.
#[test]
fn a_command_that_stages_over_an_untracked_file() {
    let run = "echo made > made.txt; git add made.txt";
    let repo = Repo::new(&command("adds", run, "fixes = true"));
    repo.stage("f.txt", "x\n");
    repo.write("made.txt", "mine\n");
    repo.refuses(&["commit", "-m", "x"], &["made.txt", "adds"]);
    // The same content is no matter.
    repo.write("made.txt", "made\n");
    repo.commit().ok();
    repo.holds("made.txt", b"made\n", b"made\n");
}

/// In place, without saying that it fixes.
#[test]
fn a_checker_that_stages_in_place() {
    let run = "sed -i s/bad/good/ f.txt; git add f.txt";
    let repo = Repo::new(&command("adds", run, ""));
    repo.stage("f.txt", "bad\n");
    repo.commit().ok();
    repo.holds("f.txt", b"good\n", b"good\n");
}

/// A command that changes files that it wasn't given, makes some and removes some: in the snapshot that reaches nobody.
#[test]
fn what_a_fixer_does_beside() {
    let run = "sed -i s/bad/good/ {files}; echo changed > other.txt; echo new > new.txt; mkdir -p d; echo new > d/new.txt; rm -f gone.txt; mv moved.txt away.txt || true; ln -sfn x link";
    let repo = Repo::new(&command("wild", run, "fixes = true\nglob = [\"f.txt\"]"));
    for name in ["other.txt", "gone.txt", "moved.txt"] {
        repo.commit_unchecked(name, "x\n");
    }
    repo.stage("f.txt", "bad\n");
    repo.commit().ok().says(&["wild also touched 7 files", "away.txt"]);
    repo.holds("f.txt", b"good\n", b"good\n");
    for name in ["other.txt", "gone.txt", "moved.txt"] {
        repo.holds(name, b"x\n", b"x\n");
    }
    assert_eq!(repo.line(&["status", "--porcelain"]), "");
    // Again: the snapshot is put right each time.
    repo.stage("f.txt", "bad again\n");
    repo.commit().ok();
    repo.holds("f.txt", b"good again\n", b"good again\n");
    repo.holds("gone.txt", b"x\n", b"x\n");
}

/// A fixer that removes a file of the commit: it isn't lost.
#[test]
fn a_fixer_that_removes_its_file() {
    let repo = Repo::new(&command("rm", "rm {files}", "fixes = true\nglob = [\"*.txt\"]"));
    repo.stage("f.txt", "x\n");
    repo.commit().ok().says(&["f.txt"]);
    repo.holds("f.txt", b"x\n", b"x\n");
}

/// A checker that changes a file: in the snapshot it fails, saying so, and nothing is changed; in place it is found out, too.
#[test]
fn a_checker_that_changes_files() {
    for more in ["in = \"snapshot\"", ""] {
        let repo =
            Repo::new(&command("sly", "sed -i s/bad/good/ {files}", &format!("{more}\nglob = [\"*.txt\"]")));
        repo.stage("f.txt", "bad\n");
        let ended = repo.commit().fails(&["sly"]);
        assert_eq!(repo.staged("f.txt").unwrap(), b"bad\n", "{}", ended.told);
        if !more.is_empty() {
            assert_eq!(repo.disk("f.txt").unwrap(), b"bad\n");
            ended.says(&["f.txt", "fixes = true"]);
        }
    }
}

/// Two fixers that undo each other's work.
#[test]
fn fixers_that_fight() {
    let config = command("up", "sed -i s/bad/BAD/ {files}", "fixes = true\nglob = [\"*.txt\"]")
        + &command("down", "sed -i s/BAD/bad/ {files}", "fixes = true\nglob = [\"*.txt\"]");
    let repo = Repo::new(&config);
    repo.stage("f.txt", "bad\n");
    let before = repo.all();
    let ended = repo.commit();
    if ended.code == 0 {
        // One after the other, they come out as it was.
        repo.holds("f.txt", b"bad\n", b"bad\n");
    } else {
        assert_eq!(repo.all(), before);
    }
    let config =
        command("longer", "for f in {files}; do echo x >> $f; done", "fixes = true\nglob = [\"*.txt\"]");
    let repo = Repo::new(&config);
    repo.stage("f.txt", "bad\n");
    repo.refuses(&["commit", "-m", "x"], &["longer changes the file each time", "f.txt"]);
    let config = command("blank", "sed -i 's/$/ /' {files}", "fixes = true\nglob = [\"*.txt\"]") + STRIP;
    let repo = Repo::new(&config);
    repo.stage("f.txt", "bad \n");
    repo.refuses(&["commit", "-m", "x"], &["blank", "trailing-whitespace", "at odds"]);
}

/// A fixer that needs a second round.
#[test]
fn fixers_run_until_nothing_changes() {
    let config = command("one", "sed -i s/b/c/ {files}", "fixes = true\nglob = [\"*.txt\"]")
        + &command("two", "sed -i s/a/b/ {files}", "fixes = true\nglob = [\"*.txt\"]");
    let repo = Repo::new(&config);
    repo.stage("f.txt", "a\n");
    repo.commit().ok();
    repo.holds("f.txt", b"c\n", b"c\n");
}

/// `on-fix = "stop"`: the fix is in the working tree, the index is as it was, and the commit fails.
#[test]
fn stopping_for_fixes() {
    for (config, fixed) in [(STRIP, &b"bad\n"[..]), (SED, b"good \n")] {
        let repo = Repo::new(&format!("[hooks]\non-fix = \"stop\"\n{config}"));
        repo.stage("f.txt", "bad \n");
        repo.write("f.txt", "bad \nmine\n");
        repo.commit().fails(&["f.txt", "git add"]);
        assert_eq!(repo.head("f.txt"), None);
        assert_eq!(repo.staged("f.txt").unwrap(), b"bad \n");
        assert_eq!(repo.disk("f.txt").unwrap(), [fixed, b"mine\n"].concat());
        repo.is_tidy();
        repo.add("f.txt");
        repo.commit().ok();
    }
}

#[test]
fn failing_fast() {
    let config = format!(
        "[hooks]\nfail-fast = true\n{}{}",
        command("first", "exit 1", "fixes = true"),
        command("second", "echo ran > \"$HOME/ran\"", "fixes = true")
    );
    let repo = Repo::new(&config);
    repo.stage("f.txt", "x\n");
    repo.refuses(&["commit", "-m", "x"], &["first"]);
    assert!(!repo.outside().join("home/ran").exists());
}

#[test]
fn skipping_by_name() {
    let mut repo = Repo::new(&format!("{STRIP}{}", command("no", "exit 1", "")));
    repo.stage("f.txt", "a \n");
    repo.refuses(&["commit", "-m", "x"], &["no"]);
    repo.variables.push(("XTASK_SKIP".into(), "no,trailing-whitespace".into()));
    repo.commit().ok();
    repo.holds("f.txt", b"a \n", b"a \n");
}

#[test]
fn a_time_limit() {
    let repo =
        Repo::new(&command("slow", "sleep 600 & echo $! > \"$HOME/child\"; wait", "timeout = \"200ms\""));
    repo.stage("f.txt", "x\n");
    repo.refuses(&["commit", "-m", "x"], &["slow", "longer than"]);
    assert!(!lives(&said(&repo, "child")));
}

/// What isn't there is skipped and told, and stands in nobody's way.
#[test]
fn a_program_that_is_missing() {
    let repo = Repo::new(&format!("{STRIP}{}", command("gone", "no-such-program {files}", "fixes = true")));
    repo.stage("f.txt", "a \n");
    repo.commit().ok().says(&["no-such-program"]);
    repo.holds("f.txt", b"a\n", b"a\n");
}

/// Arguments and input of a command: nothing of git's terminal, no prompt.
#[test]
fn a_command_that_reads_its_input() {
    let repo = Repo::new(&command("reads", "cat > \"$HOME/input\"", ""));
    repo.stage("f.txt", "x\n");
    repo.commit().ok();
    assert_eq!(said(&repo, "input"), "");
}

/// Files in a folder of the command's own.
#[test]
fn a_folder() {
    let repo = Repo::new(&command("in", "sed -i s/bad/good/ {files}", "fixes = true\nfolder = \"web\""));
    repo.stage("web/a b.txt", "bad\n");
    repo.stage("web/d/c.txt", "bad\n");
    repo.stage("c.txt", "bad\n");
    repo.commit().ok();
    repo.holds("web/a b.txt", b"good\n", b"good\n");
    repo.holds("web/d/c.txt", b"good\n", b"good\n");
    repo.holds("c.txt", b"bad\n", b"bad\n");
}

/// More files than one command line takes: several run side by side, and each file is fixed once.
#[test]
fn many_files() {
    let run = "for f in {files}; do echo x >> \"$f\"; done";
    let config = command(
        "add",
        &format!("grep -q x -- {{files}} || {{ {run}; }}"),
        "fixes = true\nglob = [\"*.txt\"]",
    );
    let repo = Repo::new(&config);
    let name =
        |at: usize| format!("a folder with a long name to fill the line/{}{at}.txt", "long ".repeat(30));
    for at in 0..1200 {
        repo.write(name(at), "y\n");
    }
    repo.git(&["add", "."]);
    repo.commit().ok();
    for at in 0..1200 {
        assert_eq!(repo.disk(name(at)).unwrap(), b"y\nx\n");
    }
    assert_eq!(repo.line(&["status", "--porcelain"]), "");
}

/// The cache folder can't be made: it says so, and nothing is changed. Built-in checks need none.
#[test]
fn no_cache_folder() {
    for config in [SED, STRIP] {
        let mut repo = Repo::new(config);
        repo.stage("f.txt", "bad \n");
        repo.write("../file", "");
        repo.variables.push(("XDG_CACHE_HOME".into(), repo.outside().join("file/cache").into()));
        if config == SED {
            let before = repo.all();
            let ended = repo.commit();
            assert!(ended.code != 0 && ended.told.contains("cache folder"), "{}", ended.told);
            assert_eq!(repo.all(), before);
        } else {
            repo.commit().ok();
            repo.holds("f.txt", b"bad\n", b"bad\n");
        }
    }
}

/// Built-in fixers and commands on the same file, and a checker that sees what they made.
#[test]
fn everything_together() {
    let see =
        "cat {files} > \"$HOME/saw\"; git diff --cached --stat > \"$HOME/stat\"; test -z \"$(git diff)\"";
    let repo = Repo::new(&format!("{STRIP}{SED}{}", command("see", see, "glob = [\"*.txt\"]")));
    repo.stage("f.txt", "bad  \nb");
    repo.write("f.txt", "bad  \nb\nmine  \n");
    repo.commit().ok();
    repo.holds("f.txt", b"good\nb\n", b"good\nb\nmine  \n");
    assert_eq!(said(&repo, "saw"), "good\nb\n");
    repo.is_tidy();
}

/// Environment variables of the command's table, the stage's arguments, and a shell's own words.
#[test]
fn a_shell_and_its_variables() {
    let run = "printf '%s|' \"$KEY\" 'a;b' \"$(echo sub)\" > \"$HOME/words\" && exit 0";
    let repo = Repo::new(&command("sh", run, "env = { KEY = \"a b\" }"));
    repo.stage("f.txt", "x\n");
    repo.commit().ok();
    assert_eq!(said(&repo, "words"), "a b|a;b|sub|");
}

/// What a command says its verdict depends on: where that is as it was when it passed, it isn't run again.
#[test]
fn a_verdict_is_remembered() {
    let repo = Repo::new(
        "[hooks.pre-commit.commands.check]\nrun = \"echo run >> \\\"$HOME/runs\\\"; ! grep bad {files}\"\nglob = [\"*.txt\"]\ninputs = [\"check.cfg\"]\n",
    );
    let runs =
        || std::fs::read_to_string(repo.outside().join("home/runs")).map_or(0, |text| text.lines().count());
    repo.commit_unchecked("check.cfg", "1\n");
    repo.stage("f.txt", "good\n");
    repo.commit().ok();
    assert_eq!(runs(), 1);
    repo.shell("git reset -q --soft HEAD~");
    repo.commit().ok();
    assert_eq!(runs(), 1, "the same again");
    repo.shell("git reset -q --soft HEAD~");
    repo.stage("check.cfg", "2\n");
    repo.commit().ok();
    assert_eq!(runs(), 2, "an input is another");
    repo.stage("f.txt", "bad\n");
    repo.commit().fails(&["check"]);
    repo.commit().fails(&["check"]);
    assert_eq!(runs(), 4, "what fails isn't remembered");
}

/// Inputs that git doesn't hold have no name to remember by: the command runs each time.
#[test]
fn a_verdict_on_what_git_does_not_hold_is_not_remembered() {
    for (inputs, ignored, file) in [
        ("[\".env\"]", ".env\n", ".env"),
        ("[\"*.cfg\"]", "", "mine.cfg"),
        ("[\"*.cfg\", \".env\"]", ".env\n", ".env"),
        ("[\"*.cfg\"]", "mine.cfg\n", "mine.cfg"),
    ] {
        let repo = Repo::new(&format!(
            "[hooks.pre-commit.commands.check]\nrun = \"! grep bad {file}\"\ninputs = {inputs}\nin = \"worktree\"\nglob = [\"*.txt\"]\n"
        ));
        repo.commit_unchecked("check.cfg", "1\n");
        repo.write(".git/info/exclude", ignored);
        repo.write(file, "good\n");
        repo.stage("f.txt", "x\n");
        let run = ["hooks", "run", "pre-commit", "--files", "f.txt"];
        repo.program(&run).ok();
        repo.program(&run).ok();
        repo.write(file, "bad\n");
        repo.program(&run).fails(&["check"]);
    }
}

/// A fixer that stages its own work, where all that was staged of a file was what it mends: the file is as in HEAD then.
#[test]
fn a_fixer_that_stages_what_head_has() {
    let fix = "sed -i 's/ *$//' {files} && git add {files}";
    let repo = Repo::new(&command("strip", fix, "fixes = true\nglob = [\"*.txt\"]"));
    repo.commit_unchecked("a.txt", "a\n");
    repo.stage("a.txt", "a  \n");
    repo.stage("b.txt", "b  \n");
    repo.commit().ok();
    repo.holds("a.txt", b"a\n", b"a\n");
    repo.holds("b.txt", b"b\n", b"b\n");
    assert_eq!(repo.line(&["show", "--format=", "--name-only"]), "b.txt");
}
