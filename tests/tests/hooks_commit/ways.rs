//! The ways to a commit: each hands the hook an index of its own, or a state of its own.

use crate::repo::{Repo, SED, STRIP};

/// The configurations, and what they make of `bad \n`.
const BOTH: [(&str, &[u8]); 2] = [(STRIP, b"bad\n"), (SED, b"good \n")];

fn with_mine(fixed: &[u8]) -> Vec<u8> {
    [fixed, b"mine \n"].concat()
}

#[test]
fn the_first_commit() {
    for (config, fixed) in BOTH {
        let repo = Repo::empty();
        repo.stage("xtask.toml", config);
        repo.install();
        repo.stage("f.txt", "bad \n");
        repo.write("f.txt", "bad \nmine \n");
        repo.commit().ok();
        repo.holds("f.txt", fixed, &with_mine(fixed));
        // A branch without a parent.
        repo.git(&["stash", "-q"]);
        repo.git(&["switch", "-q", "--orphan", "two"]);
        repo.stage("xtask.toml", config);
        repo.stage("g.txt", "bad \n");
        repo.commit().ok();
        repo.holds("g.txt", fixed, fixed);
    }
}

#[test]
fn all_that_changed() {
    for (config, fixed) in BOTH {
        let repo = Repo::new(config);
        repo.commit_unchecked("f.txt", "x\n");
        repo.commit_unchecked("gone.txt", "x\n");
        repo.write("f.txt", "bad \n");
        repo.write("new.txt", "bad \n");
        std::fs::remove_file(repo.path("gone.txt")).unwrap();
        repo.git(&["commit", "-q", "-a", "-m", "all"]);
        repo.holds("f.txt", fixed, fixed);
        assert_eq!(repo.head("gone.txt"), None);
        assert_eq!(repo.line(&["status", "--porcelain"]), "?? new.txt");
        repo.is_tidy();
        // Refused: the index is as it was before `-a`.
        repo.write("xtask.toml", format!("{config}[hooks.pre-commit.commands.no]\nrun = \"false\"\n"));
        repo.write("f.txt", "bad again \n");
        repo.stage("staged.txt", "x\n");
        repo.refuses(&["commit", "-q", "-a", "-m", "x"], &["no"]);
    }
}

/// `commit -- path`: git commits from an index that it throws away; the working tree's own learns of the fix, and other staged files stay
/// staged.
#[test]
fn some_paths() {
    for (config, fixed) in BOTH {
        let repo = Repo::new(config);
        repo.commit_unchecked("f.txt", "x\n");
        repo.stage("other.txt", "bad \n");
        repo.write("other.txt", "bad \nmine \n");
        repo.write("f.txt", "bad \n");
        repo.git(&["commit", "-q", "-m", "some", "--", "f.txt"]);
        repo.holds("f.txt", fixed, fixed);
        assert_eq!(repo.head("other.txt"), None);
        assert_eq!(repo.staged("other.txt").unwrap(), b"bad \n");
        assert_eq!(repo.disk("other.txt").unwrap(), b"bad \nmine \n");
        assert_eq!(repo.line(&["status", "--porcelain"]), "AM other.txt");
        repo.is_tidy();
        // A file that was staged otherwise: git takes what is on disk.
        repo.stage("f.txt", "staged\n");
        repo.write("f.txt", "bad \n");
        repo.write("f.txt", "bad \nmore bad \n");
        repo.git(&["commit", "-q", "-m", "some", "f.txt"]);
        assert_eq!(repo.head("f.txt"), repo.disk("f.txt"));
        assert_eq!(repo.head("f.txt"), repo.staged("f.txt"));
        // A new file, by `--include`.
        repo.stage("new.txt", "bad \n");
        repo.git(&["commit", "-q", "-m", "more", "--include", "new.txt"]);
        repo.holds("new.txt", fixed, fixed);
        repo.holds("other.txt", fixed, &with_mine(fixed));
        // From a folder, with a file that starts with a dash.
        repo.commit_unchecked("d/-f.txt", "x\n");
        repo.write("d/-f.txt", "bad \n");
        repo.shell("cd d && git commit -qm folder -- -f.txt");
        repo.holds("d/-f.txt", fixed, fixed);
        // Refused.
        repo.write("xtask.toml", format!("{config}[hooks.pre-commit.commands.no]\nrun = \"false\"\n"));
        repo.write("f.txt", "bad again \n");
        repo.refuses(&["commit", "-q", "-m", "x", "--", "f.txt"], &["no"]);
    }
}

/// A commit of some paths that comes to nothing after the hook: what was remembered doesn't reach a later commit.
#[test]
fn some_paths_and_no_commit() {
    let repo = Repo::new(&format!("{STRIP}[hooks.commit-msg]\nchecks = [\"conventional-commit\"]\n"));
    repo.commit_unchecked("f.txt", "x\n");
    repo.commit_unchecked("g.txt", "x\n");
    repo.write("f.txt", "a \n");
    let ended = repo.try_git(&["commit", "-q", "-m", "no type", "--", "f.txt"]);
    assert_eq!(ended.code, 1, "{}", ended.told);
    repo.stage("g.txt", "g \n");
    repo.git(&["commit", "-q", "-m", "fix: g"]);
    repo.holds("g.txt", b"g\n", b"g\n");
    assert_eq!(repo.staged("f.txt").unwrap(), b"x\n");
    assert!(repo.disk("f.txt").unwrap().starts_with(b"a"));
    repo.is_tidy();
}

#[test]
fn amending() {
    for (config, fixed) in BOTH {
        let repo = Repo::new(config);
        repo.stage("f.txt", "bad \n");
        repo.commit().ok();
        repo.stage("g.txt", "bad \n");
        repo.write("g.txt", "bad \nmine \n");
        repo.git(&["commit", "-q", "--amend", "--no-edit"]);
        repo.holds("g.txt", fixed, &with_mine(fixed));
        repo.holds("f.txt", fixed, fixed);
        assert_eq!(repo.line(&["rev-list", "--count", "HEAD"]), "2");
        // The message alone.
        repo.git(&["commit", "-q", "--amend", "-m", "new words"]);
        // Some paths.
        repo.write("f.txt", "more bad \n");
        repo.git(&["commit", "-q", "--amend", "--no-edit", "--", "f.txt"]);
        assert_eq!(repo.head("f.txt"), repo.staged("f.txt"));
        assert_eq!(repo.head("f.txt"), repo.disk("f.txt"));
        assert_ne!(repo.head("f.txt").unwrap(), b"more bad \n");
        // The first commit of all.
        repo.git(&["commit", "-q", "--allow-empty", "-m", "empty"]);
    }
}

/// Two branches that changed `f.txt` (its first and its last line, both badly) and a file each.
fn branches(config: &str, ours: &str, theirs: &str) -> Repo {
    let repo = Repo::new(config);
    repo.commit_unchecked("f.txt", "a\nb\nc\nd\ne\n");
    repo.git(&["switch", "-q", "-c", "theirs"]);
    repo.commit_unchecked("theirs.txt", "bad \n");
    repo.commit_unchecked("f.txt", theirs);
    repo.git(&["switch", "-q", "main"]);
    repo.commit_unchecked("ours.txt", "bad \n");
    repo.commit_unchecked("f.txt", ours);
    repo
}

/// git merge commits the tree that it made, whatever its hook stages: the merge stops, and `git commit` concludes it.
#[test]
fn a_clean_merge() {
    for (config, fixed) in BOTH {
        let config = format!("{config}{}", config.replace("pre-commit", "pre-merge-commit"));
        let repo = branches(&config, "bad \nb\nc\nd\ne\n", "a\nb\nc\nd\nbad \n");
        repo.write("mine.txt", "bad \n");
        let ended = repo.try_git(&["merge", "-q", "--no-edit", "theirs"]);
        ended.fails(&["f.txt", "git commit"]);
        let merged = [fixed, b"b\nc\nd\n", fixed].concat();
        assert_eq!(repo.staged("f.txt").unwrap(), merged);
        repo.git(&["commit", "-q", "--no-edit"]);
        assert_eq!(repo.line(&["rev-list", "--count", "--merges", "HEAD"]), "1");
        repo.holds("f.txt", &merged, &merged);
        // What only one side changed was that side's affair.
        repo.holds("ours.txt", b"bad \n", b"bad \n");
        repo.holds("theirs.txt", b"bad \n", b"bad \n");
        assert_eq!(repo.line(&["status", "--porcelain"]), "?? mine.txt");
        repo.is_tidy();
        // Nothing to fix: it goes through.
        repo.git(&["branch", "-qD", "theirs"]);
        repo.git(&["switch", "-qc", "theirs", "HEAD~1"]);
        repo.commit_unchecked("more.txt", "bad \n");
        repo.git(&["switch", "-q", "main"]);
        repo.git(&["merge", "-q", "--no-edit", "theirs"]);
        repo.holds("more.txt", b"bad \n", b"bad \n");
    }
}

#[test]
fn a_merge_with_conflicts() {
    for (config, fixed) in BOTH {
        let repo = branches(config, "bad \n", "worse \n");
        let ended = repo.try_git(&["merge", "-q", "theirs"]);
        assert_eq!(ended.code, 1);
        // Not resolved: git itself refuses; by hand, we do.
        let hook = repo.program(&["hooks", "run", "pre-commit"]);
        assert_eq!(hook.code, 2, "{}", hook.told);
        assert!(hook.told.contains("f.txt is in conflict"), "{}", hook.told);
        repo.stage("f.txt", "bad \n");
        repo.write("f.txt", "bad \nmine \n");
        repo.git(&["commit", "-q", "--no-edit"]);
        assert_eq!(repo.line(&["rev-list", "--count", "--merges", "HEAD"]), "1");
        // As HEAD has it: nothing to check.
        repo.holds("f.txt", b"bad \n", b"bad \nmine \n");
        // Resolved to something of its own.
        repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        repo.try_git(&["merge", "-q", "theirs"]);
        repo.stage("f.txt", "bad \nbad \n");
        repo.write("f.txt", "bad \nbad \nmine \n");
        repo.git(&["commit", "-q", "--no-edit"]);
        let twice = [fixed, fixed].concat();
        repo.holds("f.txt", &twice, &with_mine(&twice));
        assert_eq!(repo.line(&["rev-list", "--count", "--merges", "HEAD"]), "1");
    }
}

#[test]
fn cherry_picks_and_reverts() {
    for (config, fixed) in BOTH {
        let repo = branches(config, "x\nb\nc\nd\ne\n", "worse \n");
        // Without a conflict git asks no pre-commit hook.
        repo.git(&["cherry-pick", "theirs~1"]);
        assert_eq!(repo.head("theirs.txt").unwrap(), b"bad \n");
        let ended = repo.try_git(&["cherry-pick", "theirs"]);
        assert_eq!(ended.code, 1, "{}", ended.told);
        repo.stage("f.txt", "bad \n");
        repo.git(&["cherry-pick", "--continue"]);
        repo.holds("f.txt", fixed, fixed);
        repo.git(&["revert", "--no-edit", "HEAD"]);
        repo.stage("f.txt", "mine\n");
        repo.git(&["commit", "-qm", "mine"]);
        let ended = repo.try_git(&["revert", "--no-edit", "HEAD~2"]);
        assert_eq!(ended.code, 1, "{}", ended.told);
        repo.stage("f.txt", "bad \n");
        repo.git(&["revert", "--continue"]);
        repo.holds("f.txt", fixed, fixed);
        // Picked without committing, over an edit.
        repo.stage("n.txt", "bad \n");
        repo.write("n.txt", "bad \nmine \n");
        repo.commit().ok();
        repo.holds("n.txt", fixed, &with_mine(fixed));
        repo.is_tidy();
    }
}

#[test]
fn a_rebase_with_conflicts() {
    for (config, fixed) in BOTH {
        let repo = branches(config, "ours\n", "worse \n");
        let ended = repo.try_git(&["rebase", "theirs"]);
        assert_eq!(ended.code, 1, "{}", ended.told);
        repo.stage("f.txt", "bad \n");
        // git asks no pre-commit hook here.
        repo.git(&["rebase", "--continue"]);
        repo.holds("f.txt", b"bad \n", b"bad \n");
        assert_eq!(repo.line(&["status", "--porcelain"]), "");
        assert_eq!(repo.line(&["branch", "--show-current"]), "main");
        // A commit of the user's own in the middle, then `edit` and amend.
        repo.shell("GIT_SEQUENCE_EDITOR='sed -i s/^pick/edit/' git rebase -q -i HEAD~1");
        repo.stage("e.txt", "bad \n");
        repo.git(&["commit", "-q", "--amend", "--no-edit"]);
        repo.git(&["rebase", "--continue"]);
        repo.holds("e.txt", fixed, fixed);
        repo.is_tidy();
    }
}

#[test]
fn a_squash_merge() {
    for (config, fixed) in BOTH {
        let repo = branches(config, "a\nb\nc\nd\ne\nours\n", "bad \nb\nc\nd\ne\n");
        repo.git(&["merge", "-q", "--squash", "theirs"]);
        repo.git(&["commit", "-q", "--no-edit"]);
        repo.holds("theirs.txt", fixed, fixed);
        assert_eq!(repo.line(&["rev-list", "--count", "--merges", "HEAD"]), "0");
    }
}

/// In a folder below the top, where git tells its hooks so.
#[test]
fn from_a_folder() {
    for (config, fixed) in BOTH {
        let mut repo = Repo::new(config);
        repo.stage("d/e/f.txt", "bad \n");
        repo.stage("top.txt", "bad \n");
        repo.write("top.txt", "bad \nmine \n");
        repo.folder = "d/e".into();
        repo.commit().ok();
        repo.holds("d/e/f.txt", fixed, fixed);
        repo.holds("top.txt", fixed, &with_mine(fixed));
    }
}

/// A tag of the user's own, a detached HEAD, an empty commit: nothing to check, nothing in the way.
#[test]
fn with_nothing_to_check() {
    let repo = Repo::new(SED);
    repo.git(&["switch", "-q", "--detach"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "empty"]);
    let before = repo.all();
    assert_eq!(repo.commit().code, 1);
    assert_eq!(repo.all(), before);
}

/// Hunks that are chosen while committing.
#[test]
fn by_patch() {
    for (config, fixed) in BOTH {
        let repo = Repo::new(config);
        repo.commit_unchecked("f.txt", "a\nb\nc\nd\ne\nf\ng\n\nh\n");
        repo.write("f.txt", "bad \nb\nc\nd\ne\nf\ng\n\nmine \n");
        repo.stage("g.txt", "bad \n");
        repo.shell("printf 'y\nn\n' | git commit -q -p -m some >/dev/null");
        let rest = b"b\nc\nd\ne\nf\ng\n\n";
        repo.holds("f.txt", &[fixed, rest, b"h\n"].concat(), &[fixed, rest, b"mine \n"].concat());
        repo.is_tidy();
    }
}

/// The first commit, of some paths.
#[test]
fn the_first_commit_of_some_paths() {
    for (config, fixed) in BOTH {
        let repo = Repo::empty();
        repo.stage("xtask.toml", config);
        repo.install();
        repo.stage("f.txt", "bad \n");
        repo.stage("other.txt", "bad \n");
        repo.git(&["commit", "-qm", "x", "--", "f.txt", "xtask.toml"]);
        repo.holds("f.txt", fixed, fixed);
        assert_eq!(repo.staged("other.txt").unwrap(), b"bad \n");
        assert_eq!(repo.head("other.txt"), None);
        repo.git(&["commit", "-q", "--amend", "-m", "root", "--", "other.txt"]);
        repo.holds("other.txt", fixed, fixed);
        repo.is_tidy();
    }
}

/// Settings and ways of git's own command line reach the hook.
#[test]
fn with_settings_on_the_command_line() {
    for (config, fixed) in BOTH {
        let repo = Repo::new(config);
        repo.git(&["-c", "core.autocrlf=true", "-c", "core.safecrlf=false", "add", "."]);
        repo.write("f.txt", "bad \r\n");
        repo.git(&["-c", "core.autocrlf=true", "-c", "core.safecrlf=false", "add", "f.txt"]);
        repo.git(&["-c", "core.autocrlf=true", "-c", "core.safecrlf=false", "commit", "-qm", "x"]);
        assert_eq!(repo.head("f.txt").unwrap(), fixed);
        assert_eq!(repo.disk("f.txt").unwrap(), [&fixed[..fixed.len() - 1], b"\r\n"].concat());
        repo.stage("*.txt", "bad \n");
        repo.git(&["--literal-pathspecs", "commit", "-qm", "x", "--", "*.txt"]);
        repo.holds("*.txt", fixed, fixed);
        repo.stage("g.txt", "bad \n");
        let top = repo.root().display().to_string();
        let git_dir = format!("{top}/.git");
        let mut from_outside = repo.command("git");
        from_outside.current_dir("/").args([
            "--git-dir",
            &git_dir,
            "--work-tree",
            &top,
            "commit",
            "-qm",
            "x",
        ]);
        repo.run(&mut from_outside).ok();
        repo.holds("g.txt", fixed, fixed);
    }
}

/// Nobody listens to what the hook says.
#[test]
fn with_closed_outputs() {
    for (config, fixed) in BOTH {
        let repo = Repo::new(&format!(
            "{config}[hooks.pre-commit.commands.loud]\nrun = \"seq 100000; seq 100000 >&2\"\n"
        ));
        repo.stage("f.txt", "bad \n");
        repo.shell("git commit -m x >&- 2>&-");
        repo.holds("f.txt", fixed, fixed);
        repo.stage("g.txt", "bad \n");
        repo.shell("git commit -m x 2>&1 | true");
        let head = repo.head("g.txt");
        assert!(head.is_none() || head.as_deref() == Some(fixed));
        assert_eq!(repo.staged("g.txt"), repo.disk("g.txt"));
        repo.is_tidy();
    }
}

/// The hook after a partial commit is killed, or gone, and another partial commit comes before anything recovers.
#[test]
fn partial_commits_whose_later_hook_never_ran() {
    let repo = Repo::new(STRIP);
    let hook = repo.root().join(".git/hooks/post-commit");
    let aside = repo.root().join(".git/post-commit");
    for name in ["a", "b", "c"] {
        repo.commit_unchecked(name, "old\n");
    }
    std::fs::rename(&hook, &aside).unwrap();
    for name in ["a", "b"] {
        repo.write(name, format!("new {name} \n"));
        repo.git(&["commit", "-qm", name, "--", name]);
    }
    // The index learnt of none of the fixes so far.
    assert_eq!(repo.staged("a").unwrap(), b"new a \n");
    std::fs::rename(&aside, &hook).unwrap();
    repo.write("c", "new c \n");
    repo.git(&["commit", "-qm", "c", "--", "c"]);
    for name in ["a", "b", "c"] {
        let fixed = format!("new {name}\n");
        repo.holds(name, fixed.as_bytes(), fixed.as_bytes());
    }
    assert_eq!(repo.line(&["status", "--porcelain"]), "");
    repo.is_tidy();
}
