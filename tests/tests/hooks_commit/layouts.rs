//! Repositories laid out in other ways, and with settings that change what git does underneath.

use std::path::PathBuf;

use crate::repo::{Repo, SED, STRIP};

const BOTH: [(&str, &[u8]); 2] = [(STRIP, b"bad\n"), (SED, b"good \n")];

/// Commits a partially staged file.
fn commits(repo: &Repo, fixed: &[u8], name: &str) {
    let mine = [fixed, b"mine \n"].concat();
    let top = PathBuf::from(repo.line(&["rev-parse", "--show-toplevel"]));
    let file = top.join(name);
    let write = |bytes: &[u8]| repo.write(&file, bytes);
    write(b"bad \n");
    repo.add(&file);
    write(b"bad \nmine \n");
    repo.commit().ok();
    assert_eq!(repo.head(name).unwrap(), fixed);
    assert_eq!(repo.staged(name).unwrap(), fixed);
    assert_eq!(std::fs::read(&file).unwrap(), mine);
    write(b"bad two \n");
    repo.git(&["commit", "-qam", "all"]);
    assert_eq!(repo.head(name), repo.staged(name));
    assert_eq!(repo.head(name), std::fs::read(&file).ok());
    assert_ne!(repo.head(name).unwrap(), b"bad two \n");
}

#[test]
fn a_linked_worktree() {
    for (config, fixed) in BOTH {
        let mut repo = Repo::new(config);
        repo.stage("f.txt", "bad in main \n");
        repo.git(&["worktree", "add", "-q", "../linked"]);
        repo.folder = "../linked".into();
        commits(&repo, fixed, "f.txt");
        commits(&repo, fixed, "d/g.txt");
        repo.folder = PathBuf::new();
        assert_eq!(repo.staged("f.txt").unwrap(), b"bad in main \n");
        assert_eq!(repo.disk("f.txt").unwrap(), b"bad in main \n");
        repo.commit().ok();
    }
}

#[test]
fn a_configured_hooks_folder() {
    for folder in ["hooks of ours", ".githooks"] {
        for (config, fixed) in BOTH {
            let repo = Repo::empty();
            repo.git(&["config", "core.hooksPath", folder]);
            repo.commit_unchecked("xtask.toml", config);
            repo.install();
            assert!(repo.path(folder).join("pre-commit").exists());
            commits(&repo, fixed, "f.txt");
        }
    }
}

/// Dotfiles in a bare repository: the working tree is given by a variable.
#[test]
fn a_bare_repository_with_a_working_tree() {
    for (config, fixed) in BOTH {
        let mut repo = Repo::empty();
        std::fs::remove_dir_all(repo.path(".git")).unwrap();
        let git_dir = repo.outside().join("dotfiles.git");
        repo.git(&["init", "-q", "--bare", "--initial-branch=main", git_dir.to_str().unwrap()]);
        repo.variables.push(("GIT_DIR".into(), git_dir.into()));
        repo.variables.push(("GIT_WORK_TREE".into(), repo.root().into()));
        repo.commit_unchecked("xtask.toml", config);
        repo.install();
        commits(&repo, fixed, "f.txt");
        repo.folder = "d".into();
        std::fs::create_dir(repo.path("d")).unwrap();
        commits(&repo, fixed, "d/g.txt");
    }
}

/// The same by options, with a folder that has a repository of its own.
#[test]
fn a_git_dir_elsewhere() {
    for (config, fixed) in BOTH {
        let repo = Repo::new(config);
        let elsewhere = repo.outside().join("elsewhere.git");
        std::fs::rename(repo.path(".git"), &elsewhere).unwrap();
        repo.write(".git", format!("gitdir: {}\n", elsewhere.display()));
        commits(&repo, fixed, "f.txt");
        // Relative ones.
        let mut repo = Repo::new(config);
        repo.variables.push(("GIT_DIR".into(), ".git".into()));
        repo.variables.push(("GIT_WORK_TREE".into(), ".".into()));
        commits(&repo, fixed, "f.txt");
    }
}

/// An index of the user's own.
#[test]
fn another_index_file() {
    for (config, fixed) in BOTH {
        let mut repo = Repo::new(config);
        repo.stage("f.txt", "bad one \n");
        repo.variables.push(("GIT_INDEX_FILE".into(), repo.path(".git/mine").into()));
        repo.git(&["read-tree", "HEAD"]);
        commits(&repo, fixed, "g.txt");
        repo.variables.clear();
        assert_eq!(repo.staged("f.txt").unwrap(), b"bad one \n");
    }
}

/// One whose name is that of the working tree's own: that one learns of the fixes all the same.
#[test]
fn another_index_file_of_the_usual_name() {
    let mut repo = Repo::new(STRIP);
    repo.stage("f.txt", "one \n");
    repo.stage("g.txt", "two \n");
    let index = repo.outside().join("index");
    repo.variables.push(("GIT_INDEX_FILE".into(), index.into()));
    repo.git(&["read-tree", "HEAD"]);
    repo.git(&["add", "f.txt"]);
    repo.commit().ok();
    assert_eq!(repo.head("f.txt").unwrap(), b"one\n");
    repo.variables.clear();
    assert_eq!(repo.staged("f.txt").unwrap(), b"one\n");
    assert_eq!(repo.staged("g.txt").unwrap(), b"two \n");
}

/// A repository that is reached through a link.
#[test]
fn through_a_link() {
    for (config, fixed) in BOTH {
        let mut repo = Repo::new(config);
        std::os::unix::fs::symlink(repo.root(), repo.outside().join("link")).unwrap();
        repo.folder = "../link".into();
        commits(&repo, fixed, "f.txt");
    }
}

/// Settings of the repository, each with what git needs to take it up.
fn with_settings(all: &[(&str, &str)]) {
    for (name, script) in all {
        let repo = Repo::new(&format!("{STRIP}{SED}"));
        repo.shell(script);
        commits(&repo, b"good\n", "in/f.txt");
        for kept in ["au.txt", "sw.txt"] {
            if let Some(bytes) = repo.disk(kept) {
                assert_eq!(bytes, b"edited\n", "{name}");
            }
        }
        repo.is_tidy();
        assert_eq!(repo.line(&["fsck", "--no-dangling"]), "", "{name}");
    }
}

#[test]
fn settings_of_the_index() {
    with_settings(&[
        ("untracked cache", "git config core.untrackedCache true; git update-index --untracked-cache"),
        ("split index", "git config core.splitIndex true; git update-index --split-index"),
        ("index v4", "git config index.version 4; git update-index --index-version 4"),
        ("many files", "git config feature.manyFiles true; git status >/dev/null"),
        ("no index hash", "git config index.skipHash true; git add ."),
        ("stat data off", "git config core.checkStat minimal; git config core.trustctime false"),
    ]);
}

#[test]
fn settings_of_what_is_checked_out() {
    with_settings(&[
        (
            "cone",
            "mkdir -p out in; echo x > out/x; echo x > in/x; git add out in; git commit -qm x --no-verify; git sparse-checkout set --cone in; test ! -e out/x",
        ),
        (
            "sparse index",
            "mkdir -p out in; echo x > out/x; echo x > in/x; git add out in; git commit -qm x --no-verify; git sparse-checkout set --cone --sparse-index in",
        ),
        (
            "assume unchanged",
            "echo x > au.txt; git add au.txt; git commit -qm x --no-verify; git update-index --assume-unchanged au.txt; echo edited > au.txt",
        ),
        (
            "skip worktree",
            "echo x > sw.txt; git add sw.txt; git commit -qm x --no-verify; git update-index --skip-worktree sw.txt; echo edited > sw.txt",
        ),
        ("file modes off", "git config core.fileMode false"),
        (
            "a monitor that says nothing",
            "printf '#!/bin/sh\\nprintf \"1\\\\0/\\\\0\"\\n' > .git/mon; chmod +x .git/mon; git config core.fsmonitor .git/mon; git status >/dev/null",
        ),
    ]);
}

#[test]
fn settings_of_objects() {
    with_settings(&[
        ("packed", "git gc -q; git pack-refs --all"),
        ("commit graph", "git gc -q; git commit-graph write --reachable; git multi-pack-index write"),
        ("replaced objects", "git commit -q --allow-empty -m two --no-verify; git replace HEAD HEAD~1"),
    ]);
}

#[test]
fn settings_of_what_git_shows() {
    with_settings(&[
        ("no quoting", "git config core.quotePath false; git config core.precomposeUnicode true"),
        ("colours", "git config color.ui always; git config color.status always"),
        ("an alias and a pager", "git config core.pager false; git config alias.diff-index false"),
        (
            "status settings",
            "git config status.showUntrackedFiles no; git config diff.ignoreSubmodules all; git config status.renames copies",
        ),
        ("attributes that generate", "echo '*.txt linguist-generated=false' > .git/info/attributes"),
        ("a signer that isn't there", "git config gpg.program /nonexistent"),
        (
            "whitespace is an error",
            "git config core.whitespace trailing-space; git config apply.whitespace error",
        ),
        ("literal", "git config core.commentChar auto; git config commit.verbose true"),
    ]);
}

/// Forms of repositories, where this git knows them.
#[test]
fn formats() {
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        for (config, fixed) in BOTH {
            let repo = Repo::empty();
            std::fs::remove_dir_all(repo.path(".git")).unwrap();
            let made = repo.try_git(&["init", "-q", "--initial-branch=main", format, "."]);
            if made.code != 0 {
                println!("skipped: this git doesn't know {format}");
                continue;
            }
            repo.commit_unchecked("xtask.toml", config);
            repo.install();
            commits(&repo, fixed, "f.txt");
            repo.write("f.txt", "bad three \n");
            repo.git(&["commit", "-qm", "some", "--", "f.txt"]);
            assert_eq!(repo.head("f.txt"), repo.staged("f.txt"));
            assert_eq!(repo.line(&["status", "--porcelain"]), "");
            repo.is_tidy();
        }
    }
}

/// A clone that has only a part.
#[test]
fn a_shallow_and_partial_clone() {
    for (config, fixed) in BOTH {
        let origin = Repo::empty();
        origin.commit_unchecked("xtask.toml", config);
        origin.commit_unchecked("f.txt", "x\n");
        origin.git(&["config", "uploadpack.allowFilter", "true"]);
        let mut repo = Repo::empty();
        let url = format!("file://{}", origin.root().display());
        repo.git(&["clone", "-q", "--depth=1", "--filter=blob:none", &url, "../clone"]);
        repo.folder = "../clone".into();
        repo.install();
        commits(&repo, fixed, "f.txt");
    }
}
