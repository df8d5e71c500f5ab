//! What is no plain modified file: deletions, replaced files, links, modes, renames, submodules.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::repo::{Repo, SED, STRIP};

fn remove(repo: &Repo, path: &str) {
    std::fs::remove_file(repo.path(path)).unwrap();
}

fn mode(repo: &Repo, path: &str) -> u32 {
    repo.path(path).metadata().unwrap().permissions().mode() & 0o777
}

fn set_mode(repo: &Repo, path: &str, mode: u32) {
    std::fs::set_permissions(repo.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Above 64 MiB nothing is read, and nothing passes unseen; what is binary is nobody's business.
#[test]
fn a_file_that_is_too_large_to_check() {
    let repo = Repo::new(
        "[hooks.pre-commit]\nchecks = [\"check-json\", \"end-of-file-fixer\", \"check-executables-have-shebangs\"]\n",
    );
    for name in ["a.json", "data"] {
        std::fs::File::create(repo.path(name)).unwrap().set_len(65 << 20).unwrap();
        set_mode(&repo, name, 0o755);
    }
    repo.add("data");
    repo.commit().ok();
    repo.add("a.json");
    repo.commit().fails(&[
        "too large to check (65 MiB; the most is 64 MiB)",
        "not looked at by check-json, end-of-file-fixer",
        "[hooks.pre-commit.files.CHECK]",
    ]);
}

/// Deleted in the index, and an untracked file of that name: it isn't part of the commit.
#[test]
fn a_staged_deletion_and_a_new_file_of_its_name() {
    for config in [STRIP, SED] {
        let repo = Repo::new(config);
        repo.commit_unchecked("gone.txt", "old\n");
        repo.git(&["rm", "-q", "gone.txt"]);
        repo.write("gone.txt", "bad new \n");
        repo.stage("a.txt", "bad \n");
        let before = repo.mtime("gone.txt");
        repo.commit().ok();
        assert_eq!(repo.head("gone.txt"), None);
        assert_eq!(repo.disk("gone.txt").unwrap(), b"bad new \n");
        assert_eq!(repo.mtime("gone.txt"), before);
        // A commit of deletions alone.
        repo.git(&["rm", "-q", "a.txt"]);
        repo.commit().ok();
    }
}

/// Staged, and not in the working tree: the fix is committed, and the file doesn't come back.
#[test]
fn a_file_that_is_missing_from_the_working_tree() {
    for (config, bad, good) in [(STRIP, "a \n", &b"a\n"[..]), (SED, "bad\n", b"good\n")] {
        let repo = Repo::new(config);
        repo.stage("d/f.txt", bad);
        remove(&repo, "d/f.txt");
        std::fs::remove_dir(repo.path("d")).unwrap();
        repo.commit().ok();
        assert_eq!(repo.head("d/f.txt").unwrap(), good);
        assert_eq!(repo.staged("d/f.txt").unwrap(), good);
        assert!(!repo.path("d").exists());
    }
}

#[test]
fn a_file_that_became_a_folder() {
    for config in [STRIP, SED] {
        let repo = Repo::new(config);
        repo.stage("f.txt", "bad \n");
        remove(&repo, "f.txt");
        repo.write("f.txt/inner.txt", "bad \n");
        repo.commit().ok();
        assert_ne!(repo.head("f.txt").unwrap(), b"bad \n");
        assert_eq!(repo.disk("f.txt/inner.txt").unwrap(), b"bad \n");
    }
}

/// The link, and what it leads to, stay as they are.
#[test]
fn a_file_that_became_a_link() {
    for config in [STRIP, SED] {
        let repo = Repo::new(config);
        let outside = repo.outside().join("outside.txt");
        repo.write("target.txt", "bad \n");
        std::fs::rename(repo.path("target.txt"), &outside).unwrap();
        repo.stage("f.txt", "bad \n");
        remove(&repo, "f.txt");
        symlink(&outside, repo.path("f.txt")).unwrap();
        repo.commit().ok();
        assert_ne!(repo.head("f.txt").unwrap(), b"bad \n");
        assert_eq!(std::fs::read_link(repo.path("f.txt")).unwrap(), outside);
        assert_eq!(std::fs::read(&outside).unwrap(), b"bad \n");
    }
}

/// The folder of a staged file became a link that leads out of the working tree: nothing is written there.
#[test]
fn a_folder_that_became_a_link() {
    for config in [STRIP, SED] {
        let repo = Repo::new(config);
        repo.stage("d/f.txt", "bad \n");
        let outside = repo.outside().join("elsewhere");
        std::fs::rename(repo.path("d"), &outside).unwrap();
        symlink(&outside, repo.path("d")).unwrap();
        repo.commit().ok();
        assert_eq!(std::fs::read(outside.join("f.txt")).unwrap(), b"bad \n");
        assert_eq!(std::fs::read_link(repo.path("d")).unwrap(), outside);
        assert_ne!(repo.head("d/f.txt").unwrap(), b"bad \n");
    }
}

#[test]
fn intent_to_add() {
    for config in [STRIP, SED] {
        let repo = Repo::new(config);
        repo.write("later.txt", "bad \n");
        repo.git(&["add", "-N", "later.txt"]);
        let before = repo.mtime("later.txt");
        repo.stage("a.txt", "bad \n");
        repo.write("a.txt", "bad \nmine\n");
        repo.commit().ok();
        assert_eq!(repo.head("later.txt"), None);
        assert_eq!(repo.disk("later.txt").unwrap(), b"bad \n");
        assert_eq!(repo.mtime("later.txt"), before);
        assert_eq!(repo.line(&["diff", "--name-only"]), "a.txt\nlater.txt");
        assert!(repo.disk("a.txt").unwrap().ends_with(b"\nmine\n"));
    }
}

/// Links are no text, whatever they lead to.
#[test]
fn staged_links() {
    for config in [STRIP, SED] {
        let repo = Repo::new(config);
        repo.commit_unchecked("real.txt", "bad \n");
        for (name, target) in
            [("link.txt", "real.txt"), ("dangling.txt", "bad "), ("up.txt", ".."), ("out.txt", "/etc/passwd")]
        {
            symlink(target, repo.path(name)).unwrap();
            repo.add(name);
        }
        repo.stage("a.txt", "bad\n");
        repo.commit().ok();
        assert_eq!(repo.head("dangling.txt").unwrap(), b"bad ");
        assert_eq!(repo.head("link.txt").unwrap(), b"real.txt");
        assert_eq!(repo.disk("real.txt").unwrap(), b"bad \n");
        assert_eq!(repo.line(&["status", "--porcelain"]), "");
    }
}

#[test]
fn the_executable_bit() {
    for (config, fixed) in [(STRIP, &b"bad\n"[..]), (SED, b"good \n")] {
        let repo = Repo::new(config);
        repo.commit_unchecked("f.txt", "bad \n");
        set_mode(&repo, "f.txt", 0o755);
        repo.add("f.txt");
        // Only the bit: the file is part of the commit all the same.
        repo.commit().ok();
        repo.holds("f.txt", fixed, fixed);
        assert!(repo.line(&["ls-files", "--stage", "f.txt"]).starts_with("100755"));
        assert_eq!(mode(&repo, "f.txt"), 0o755);
        // Set without being staged: it stays the user's.
        repo.stage("g.txt", "bad \n");
        set_mode(&repo, "g.txt", 0o711);
        repo.commit().ok();
        assert!(repo.line(&["ls-files", "--stage", "g.txt"]).starts_with("100644"));
        assert_eq!(mode(&repo, "g.txt"), 0o711);
        repo.holds("g.txt", fixed, fixed);
        // Private.
        repo.stage("h.txt", "bad \n");
        set_mode(&repo, "h.txt", 0o600);
        repo.commit().ok();
        assert_eq!(mode(&repo, "h.txt"), 0o600);
    }
}

/// A fixer that sets the bit, and nothing else: it is staged, and the user's file gets it.
#[test]
fn a_fixer_of_the_bit() {
    let repo = Repo::new(
        "[hooks.pre-commit.commands.x]\nrun = \"chmod +x {files}\"\nfixes = true\nglob = [\"*.sh\"]\n",
    );
    repo.stage("f.sh", "#!/bin/sh\n");
    repo.commit().ok();
    assert!(repo.line(&["ls-files", "--stage", "f.sh"]).starts_with("100755"));
    assert_eq!(repo.line(&["status", "--porcelain"]), "");
    assert_eq!(mode(&repo, "f.sh") & 0o100, 0o100);
    // Beside an edit that isn't staged.
    repo.stage("g.sh", "#!/bin/sh\n");
    repo.write("g.sh", "#!/bin/sh\nmine\n");
    repo.commit().ok();
    assert!(repo.line(&["ls-files", "--stage", "g.sh"]).starts_with("100755"));
    repo.holds("g.sh", b"#!/bin/sh\n", b"#!/bin/sh\nmine\n");
    assert_eq!(mode(&repo, "g.sh") & 0o100, 0o100);
}

/// Files that may only be read, and a folder of such.
#[test]
fn a_read_only_file() {
    let repo = Repo::new(STRIP);
    repo.stage("f.txt", "a \n");
    set_mode(&repo, "f.txt", 0o444);
    repo.commit().ok();
    repo.holds("f.txt", b"a\n", b"a\n");
    assert_eq!(mode(&repo, "f.txt"), 0o444);
}

/// A file that has a second name: its content is replaced, or written in place, but never half of it.
#[test]
fn a_hard_link() {
    let repo = Repo::new(STRIP);
    repo.stage("f.txt", "a \n");
    std::fs::hard_link(repo.path("f.txt"), repo.path("twin.txt")).unwrap();
    repo.commit().ok();
    repo.holds("f.txt", b"a\n", b"a\n");
    let twin = repo.disk("twin.txt").unwrap();
    assert!(twin == b"a \n" || twin == b"a\n");
}

#[test]
fn a_rename_with_unstaged_edits() {
    for (config, fixed) in [(STRIP, "bad\none\ntwo\nthree\n"), (SED, "good \none\ntwo\nthree\n")] {
        let repo = Repo::new(config);
        repo.commit_unchecked("old.txt", "bad \none\ntwo\nthree\n");
        repo.git(&["mv", "old.txt", "new.txt"]);
        repo.write("new.txt", "bad \none\ntwo\nTHREE\n");
        repo.commit().ok();
        repo.holds("new.txt", fixed.as_bytes(), fixed.replace("three", "THREE").as_bytes());
        assert_eq!(repo.head("old.txt"), None);
        assert!(!repo.path("old.txt").exists());
        // Only the case.
        repo.git(&["mv", "new.txt", "NEW.txt"]);
        repo.commit().ok();
        assert_eq!(repo.line(&["status", "--porcelain"]), " M NEW.txt");
    }
}

/// A file becomes a folder, and the other way round, in the commit itself.
#[test]
fn files_and_folders_change_places() {
    let repo = Repo::new(SED);
    repo.commit_unchecked("a", "x\n");
    repo.commit_unchecked("b/c.txt", "x\n");
    repo.git(&["rm", "-rq", "a", "b"]);
    repo.stage("a/c.txt", "bad\n");
    repo.stage("b", "x\n");
    repo.commit().ok();
    repo.holds("a/c.txt", b"good\n", b"good\n");
    repo.holds("b", b"x\n", b"x\n");
}

#[test]
fn submodules() {
    for config in [STRIP, SED] {
        let other = Repo::empty();
        other.commit_unchecked("inner.txt", "bad \n");
        let repo = Repo::new(config);
        let url = other.root().display().to_string();
        repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "sub"]);
        repo.stage("a.txt", "bad \n");
        repo.commit().ok();
        assert_ne!(repo.head("a.txt").unwrap(), b"bad \n");
        // Another commit in it, and a dirty file.
        repo.write("sub/inner.txt", "bad two \n");
        repo.shell("cd sub && git commit -qam two && printf 'dirty \\n' > inner.txt");
        repo.add("sub");
        repo.stage("a.txt", "more bad \n");
        repo.commit().ok();
        assert_eq!(repo.disk("sub/inner.txt").unwrap(), b"dirty \n");
        assert_eq!(repo.line(&["-C", "sub", "show", "HEAD:inner.txt"]), "bad two");
        assert_eq!(repo.line(&["diff", "--cached"]), "");
        // One that is removed again.
        repo.git(&["rm", "-qf", "sub"]);
        repo.stage("a.txt", "bad again \n");
        repo.commit().ok();
    }
}

/// A submodule's own hooks.
#[test]
fn inside_a_submodule() {
    let other = Repo::empty();
    other.commit_unchecked("xtask.toml", STRIP);
    let mut repo = Repo::empty();
    let url = other.root().display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "sub"]);
    repo.git(&["commit", "-qm", "x"]);
    repo.folder = "sub".into();
    repo.install();
    repo.write("sub/f.txt", "a \nb\n");
    repo.git(&["add", "f.txt"]);
    repo.write("sub/f.txt", "a \nB\n");
    repo.commit().ok();
    assert_eq!(repo.head("f.txt").unwrap(), b"a\nb\n");
    assert_eq!(repo.disk("sub/f.txt").unwrap(), b"a\nB\n");
}

/// A pipe in its place, which nobody writes to: nothing waits for it.
#[test]
fn a_file_that_became_a_pipe() {
    for (config, fixed) in [(STRIP, &b"bad\n"[..]), (SED, b"good \n")] {
        let repo = Repo::new(&format!("{config}[hooks.pre-commit.commands.see]\nrun = \"cat {{files}}\"\n"));
        repo.stage("f.txt", "bad \n");
        repo.stage("g.txt", "x\n");
        for name in ["f.txt", "g.txt"] {
            remove(&repo, name);
        }
        repo.shell("mkfifo f.txt g.txt h.txt");
        repo.commit().ok();
        assert_eq!(repo.head("f.txt").unwrap(), fixed);
        assert_eq!(repo.head("g.txt").unwrap(), b"x\n");
    }
}

/// A repository inside of the working tree, tracked as a link to a commit without any `.gitmodules`, and one that isn't tracked.
#[test]
fn repositories_inside() {
    for config in [STRIP, SED] {
        let repo = Repo::new(config);
        repo.shell("for n in in un; do git init -q $n; cd $n; printf 'bad \\n' > f.txt; git add .; git commit -qm x; cd ..; done");
        repo.git(&["-c", "advice.addEmbeddedRepo=false", "add", "in"]);
        repo.stage("f.txt", "bad \n");
        repo.write("f.txt", "bad \nmine\n");
        repo.commit().ok();
        assert_eq!(repo.disk("in/f.txt").unwrap(), b"bad \n");
        assert_eq!(repo.disk("un/f.txt").unwrap(), b"bad \n");
        assert_eq!(repo.line(&["-C", "in", "status", "--porcelain"]), "");
    }
}
