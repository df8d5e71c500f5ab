//! Commit messages beside what others make of them: git, which stores them, and conventional-pre-commit, which judges them.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask_hooks::checks::by_id;
use xtask_hooks::message::{self, Cleanup, Message};
use xtask_hooks::options::Options;

#[expect(clippy::disallowed_methods, reason = "git and the referee are other programs")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// Git in a repository of its own, without the settings of whoever runs the test.
fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut git = command("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments).current_dir(folder);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
    git.env("GIT_EDITOR", folder.join("editor")).env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
    let ended = git.output().unwrap();
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    ended.stdout
}

fn script(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    xtask_core::files::write(path, text.as_bytes()).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// What the hook is given is turned into the very text that git stores.
#[test]
fn messages_are_cleaned_up_as_git_does() {
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path();
    git(folder, &["init", "-q"]);
    xtask_core::files::write(&folder.join("file"), b"one\n").unwrap();
    git(folder, &["add", "file"]);
    // The editor puts the message before git's hints; the hook keeps what it is given.
    script(&folder.join("editor"), "#!/bin/sh\ncat \"$1\" >> typed && cp typed \"$1\"\n");
    let hook = "#!/bin/sh\ncp \"$1\" given\nprintf %s \"$GIT_EDITOR\" > editor-of-hook\n";
    script(&folder.join(".git/hooks/commit-msg"), hook);
    let typed = "\n\nfeat: one  \n\n\n\n# a comment\n; other\nbody #1\t\n // x\n// y\n\n";
    let mut compared = 0;
    for mode in [None, Some("strip"), Some("whitespace"), Some("verbatim"), Some("scissors")] {
        for comment in [None, Some("#"), Some(";"), Some("//"), Some("auto")] {
            for (edited, arguments) in [(true, &["-e"][..]), (true, &["-e", "-v"]), (false, &["-F", "typed"])]
            {
                xtask_core::files::write(&folder.join("typed"), typed.as_bytes()).unwrap();
                let mode_is = mode.map(|mode| format!("commit.cleanup={mode}"));
                let key = if comment == Some("//") { "core.commentString" } else { "core.commentChar" };
                let comment_is = comment.map(|comment| format!("{key}={comment}"));
                let set = [&mode_is, &comment_is].into_iter().flatten().flat_map(|set| ["-c", &**set]);
                let arguments: Vec<&str> =
                    set.chain(["commit", "-q", "--allow-empty"]).chain(arguments.iter().copied()).collect();
                git(folder, &arguments);
                let read = |name: &str| xtask_core::files::read(&folder.join(name)).unwrap();
                assert_eq!(read("editor-of-hook") != b":", edited, "{arguments:?}");
                let stored = git(folder, &["cat-file", "commit", "HEAD"]);
                let at = stored.windows(2).position(|pair| pair == b"\n\n").unwrap() + 2;
                let cleanup = Cleanup::new(mode, comment.map(str::as_bytes), edited);
                let ours = Message::new(&read("given"), &cleanup).text();
                assert_eq!(ours, String::from_utf8_lossy(&stored[at..]), "{arguments:?}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 75);
}

/// Messages, and whether both let them through; `Some` where we differ by decision: our verdict.
const MESSAGES: [(&str, Option<bool>); 40] = [
    ("feat: add login", None),
    ("feat: add login\n", None),
    ("FEAT: add login", None),
    ("Fix: add login", None),
    ("feature: add login", None),
    ("wip: x", None),
    ("feat(api): add", None),
    ("feat(api)!: add", None),
    ("feat!: add", None),
    ("feat!(api): add", None),
    ("feat : add", None),
    ("feat:add", None),
    ("feat:", None),
    ("feat: ", None),
    ("feat(): add", None),
    ("feat(api: add", None),
    ("feat(a,b): x", None),
    ("feat(a)(b): x", None),
    ("feat(a b): x", None),
    (" feat: x", None),
    ("Added login", None),
    ("", None),
    ("# only a comment\n", None),
    ("# comment\nfeat: x", None),
    ("feat: x\n\nbody", None),
    ("feat: x\nbody", None),
    ("feat: x\n# comment\n\nbody", None),
    ("feat: x\n\nbody\n\nRefs #1\nReviewed-by: y", None),
    ("feat: x\r\n\r\nbody\r\n", None),
    ("Merge branch 'a' into b", None),
    ("Merge pull request #1 from a/b", None),
    ("fixup! feat: x", None),
    ("squash! x", None),
    ("amend! x", None),
    ("docs: \u{e9}\u{301} \u{65e5}\u{672c}", None),
    // Only what git and forges write for a merge is let through, not every subject that begins with the word.
    ("Merge the two parsers", Some(false)),
    // Git writes the subject of a revert; the specification leaves it open.
    ("Revert \"feat: x\"", Some(true)),
    // A scope is one name: blanks around it aren't part of it.
    ("feat( a ): x", Some(false)),
    // The original looks at the first lines alone.
    ("feat: x\n\nBREAKING CHANGE:y", Some(false)),
    // Blank lines before the subject go when git stores the message.
    ("\n\nfeat: x", Some(true)),
];

/// The referees' Python, or why there is none.
#[expect(clippy::disallowed_methods, reason = "a test reads what it may use from the environment")]
fn python() -> Result<PathBuf, String> {
    let folder = std::env::var_os("XTASK_REFEREES").ok_or("XTASK_REFEREES is not set")?;
    let bin = PathBuf::from(folder).join("venv/bin");
    if bin.join("conventional-pre-commit").is_file() {
        Ok(bin.join("python"))
    } else {
        Err(format!("conventional-pre-commit is not installed in {}", bin.display()))
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test says where it is asked to that it judged nothing")]
fn verdicts_are_those_of_conventional_pre_commit() {
    let python = match python() {
        Ok(python) => python,
        Err(why) => {
            println!("skipped: {why}");
            if let Some(list) = std::env::var_os("XTASK_SKIPPED") {
                use std::io::Write;
                let mut list = std::fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
                writeln!(list, "message: {why}").unwrap();
            }
            return;
        }
    };
    let kept = tempfile::tempdir().unwrap();
    let loop_over = "import sys, io, contextlib\n\
        from conventional_pre_commit.hook import main\n\
        for name in sys.argv[1:]:\n\
        \x20   with contextlib.redirect_stdout(io.StringIO()):\n\
        \x20       code = main([name])\n\
        \x20   print(code)\n";
    let names: Vec<PathBuf> = (0..MESSAGES.len()).map(|at| kept.path().join(at.to_string())).collect();
    for (name, (text, _)) in names.iter().zip(MESSAGES) {
        xtask_core::files::write(name, text.as_bytes()).unwrap();
    }
    let ended = command(python).args(["-c", loop_over]).args(&names).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let theirs: Vec<bool> =
        String::from_utf8(ended.stdout).unwrap().lines().map(|code| code == "0").collect();
    assert_eq!(theirs.len(), MESSAGES.len());
    let check = by_id("conventional-commit").unwrap();
    let mut wrong = Vec::new();
    for ((text, decided), theirs) in MESSAGES.into_iter().zip(theirs) {
        let found = message::check(&[check], text.as_bytes(), &Cleanup::default(), &Options::default());
        let expected = decided.unwrap_or(theirs);
        if found.is_empty() != expected || decided == Some(theirs) {
            wrong.push(format!("{text:?}: ours {}, theirs {theirs}, decided {decided:?}", found.is_empty()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
