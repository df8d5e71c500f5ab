//! What a run tells whoever commits: the output of commands, what was done, and how to go on.

use crate::commands::command;
use crate::repo::{Repo, SED};

/// A tool's drawing keeps its columns, and its paths are those of the user's files.
#[test]
fn a_commands_output_is_shown_as_it_would_be_in_the_working_tree() {
    let run = r#"printf '%s\n' "error: $PWD/src/a.rs:4:7" '  |' '4 |     let x = "a";' '  |         ---   ^^^ here' "$PWD-2/x"; printf '\033[1m%s/b\033[0m\n' "$(pwd -P)"; exit 1"#;
    for (more, elsewhere) in [("", false), ("in = \"snapshot\"", true)] {
        let repo = Repo::new(&command("draw", run, more));
        repo.stage("a.txt", "a\n");
        let root = repo.root();
        let root = root.to_str().unwrap();
        let ended = repo.commit().fails(&["exit code 1"]);
        let told = format!(
            "    error: {root}/src/a.rs:4:7\n      |\n    4 |     let x = \"a\";\n      |         ---   ^^^ here\n"
        );
        assert!(ended.told.contains(&told), "{more}: {}", ended.told);
        assert!(ended.told.contains(&format!("    {root}/b\n")), "{more}: {}", ended.told);
        assert_eq!(ended.told.contains(&format!("{root}-2/x")), !elsewhere, "{}", ended.told);
    }
}

/// A row says which stage it is of, and what was started has lines of its own where it doesn't fit in.
#[test]
fn stages_and_commands_are_told_apart() {
    let names = ["one-command", "another-command", "third-command"];
    let commands: String = names.iter().map(|name| command(name, "exit 0", "")).collect();
    let repo = Repo::new(&format!("{commands}[hooks.commit-msg]\nchecks = [\"conventional-commit\"]\n"));
    repo.stage("a.txt", "a\n");
    let ended = repo.try_git(&["commit", "-qm", "feat: a"]).ok().says(&[
        "hooks passed pre-commit: 1 file, 0 checks (",
        "hooks passed commit-msg: the message, 1 check",
    ]);
    for name in names {
        let line = ended.told.lines().find(|line| line.starts_with(&format!("  ✓ {name} "))).unwrap();
        assert!(line.ends_with("  in the working tree"), "{}", ended.told);
    }
    let alone = repo.program(&["hooks", "run", "pre-commit", "--all-files"]).ok();
    assert!(!alone.told.contains("of 1 gate"), "{}", alone.told);
}

/// By hand an answer comes also where there is nothing to do; git itself gets none.
#[test]
fn nothing_staged_is_told_to_whom_asks() {
    for checks in ["", "[hooks.pre-commit]\nchecks = [\"check-yaml\"]\n"] {
        let repo = Repo::new(checks);
        repo.program(&["hooks", "run", "pre-commit"]).ok().says(&[
            "nothing to check is staged",
            "→ xtask hooks run pre-commit --all-files looks at all files",
        ]);
        let ended = repo.try_git(&["commit", "-q", "--allow-empty", "-m", "x"]).ok();
        assert_eq!(ended.told.trim(), "");
    }
}

/// What writes the fixes is the command that was called, and it is told once.
#[test]
fn the_way_to_fix_is_the_one_that_applies() {
    let repo = Repo::new("");
    for path in ["a.txt", "b.txt"] {
        repo.commit_unchecked(path, "x  \n");
    }
    for (selection, way) in [
        (&["--all-files"][..], "xtask hooks run pre-commit --all-files --fix"),
        (&["--files", "a.txt", "b.txt"], "the same command with --fix"),
        (
            &["--from-ref", "HEAD~2", "--to-ref", "HEAD"],
            "xtask hooks run pre-commit --from-ref HEAD~2 --to-ref HEAD --fix",
        ),
    ] {
        let ended = repo.program(&[&["hooks", "run", "pre-commit"], selection].concat());
        let ways: Vec<&str> = ended.told.lines().filter_map(|line| line.strip_prefix("  → ")).collect();
        assert_eq!(ways, [way], "{}", ended.told);
    }
}

/// A refused message isn't lost, wherever git was called.
#[test]
fn a_refused_message_can_be_taken_up_again() {
    let mut repo = Repo::new("[hooks.commit-msg]\nchecks = [\"conventional-commit\"]\n");
    repo.stage("in side/a.txt", "a\n");
    for folder in ["", "in side"] {
        repo.folder = folder.into();
        let ended = repo.try_git(&["commit", "-qm", "bad"]).fails(&["the message is kept: git commit -eF "]);
        let again = ended.told.lines().find_map(|line| line.split_once("is kept: ")).unwrap().1;
        repo.shell(&format!(
            "GIT_EDITOR='sed -i s/^/fix:\\ /' {again} --dry-run; test -n \"$(cat {})\"",
            again.trim_start_matches("git commit -eF ")
        ));
    }
    repo.folder = "in side".into();
    let ended = repo.try_git(&["commit", "-qm", "bad"]).fails(&[]);
    let again = ended.told.lines().find_map(|line| line.split_once("is kept: ")).unwrap().1;
    repo.shell(&format!("GIT_EDITOR=\"sed -i '1s/^/fix: /'\" {again} -q"));
    assert_eq!(repo.line(&["log", "-1", "--format=%s"]), "fix: bad");
}

/// `on-fix = "stop"`: the commit fails anyway, so the fixes are in the working tree whatever else it fails for, and never in the index.
#[test]
fn with_stop_the_fixes_are_kept_whatever_else_fails() {
    let config = format!(
        "[hooks]\non-fix = \"stop\"\n[hooks.pre-commit]\nchecks = [\"default\"]\n{}{SED}",
        command("no", "exit 1", "")
    );
    let repo = Repo::new(&config);
    repo.stage("a.txt", "a  \nb\nc\nd\n");
    repo.write("a.txt", "a  \nb\nc\nedited\n");
    repo.commit().fails(&[
        "`exit 1` failed",
        "trailing-whitespace fixed the file in the working tree",
        "1 file fixed",
    ]);
    assert_eq!(repo.staged("a.txt").unwrap(), b"a  \nb\nc\nd\n");
    assert_eq!(repo.disk("a.txt").unwrap(), b"a\nb\nc\nedited\n");
    // Where a fix meets an edit nothing is changed, and both reasons are told.
    repo.stage("a.txt", "bad\n");
    repo.write("a.txt", "ugly\n");
    repo.commit().fails(&["`exit 1` failed", "a.txt"]);
    assert_eq!(repo.disk("a.txt").unwrap(), b"ugly\n");
    repo.is_tidy();
    // Without `stop` nothing is changed, and what would change it is told.
    let repo = Repo::new(&config.replace("stop", "restage"));
    repo.stage("a.txt", "a  \n");
    repo.commit()
        .fails(&["could be fixed, and nothing was changed", "`xtask hooks run pre-commit --fix --files …`"]);
    assert_eq!(repo.disk("a.txt").unwrap(), b"a  \n");
}

/// What is skipped by a name that nothing has, and stages that git doesn't run, are told once a commit.
#[test]
fn what_is_asked_for_in_vain_is_told_once() {
    let mut repo = Repo::new("[hooks.commit-msg]\nchecks = [\"conventional-commit\"]\n");
    repo.variables.push(("XTASK_SKIP".into(), "check-yml".into()));
    repo.stage("a.txt", "a\n");
    let count = |told: &str, words: &str| told.matches(words).count();
    let ended = repo.try_git(&["commit", "-qm", "feat: a"]).ok().says(&["did you mean `check-yaml`?"]);
    assert_eq!(count(&ended.told, "XTASK_SKIP"), 1, "{}", ended.told);
    assert_eq!(count(&ended.told, "not installed"), 0, "{}", ended.told);
    repo.variables.clear();
    std::fs::remove_file(repo.path(".git/hooks/commit-msg")).unwrap();
    repo.stage("a.txt", "b\n");
    let ended = repo
        .commit()
        .ok()
        .says(&["commit-msg is configured and not installed, so git doesn't run it: `xtask hooks install`"]);
    assert_eq!(count(&ended.told, "not installed"), 1, "{}", ended.told);
}

/// With a configuration that can't be read nothing is called unwanted; an import that writes nothing says so.
#[test]
fn what_cannot_be_known_is_not_told() {
    let repo = Repo::new("[hooks.commit-msg]\nchecks = [\"conventional-commit\"]\n");
    repo.install();
    repo.write("xtask.toml", "x = [");
    let status = repo.program(&["hooks", "status"]).says(&["which stages are wanted isn't known"]);
    assert_eq!(status.code, 2);
    assert!(status.told.contains("commit-msg: installed\n"), "{}", status.told);
    repo.write("xtask.toml", "");
    repo.write("lefthook.yml", "pre-commit:\n  commands:\n    a:\n      run: 'true'\n");
    repo.program(&["hooks", "import"]).ok().says(&["nothing is written: --write adds it"]);
}
