//! The checks that look at the repository, and pre-commit with the programs of pre-commit-hooks, side by side on the same
//! repositories: what is staged, all files, and a range of commits.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![cfg(unix)]

use std::collections::BTreeSet;

use xtask_core::model::RepoPath;
use xtask_core::repo::Repo;
use xtask_hooks::{Facts, Source};
use xtask_tests::Sandbox;

#[path = "hooks_repository_checks/comparing.rs"]
mod comparing;
#[path = "hooks_repository_checks/originals.rs"]
mod originals;
#[path = "hooks_repository_checks/states.rs"]
mod states;

use comparing::{Mode, Scenario, compare, raw};
use states::{add_submodule, base, link, mode, remove, stage};

#[test]
fn links() {
    let one = |name, expected, set_up| Scenario { name, set_up, expected };
    let broken: &[&str] = &["check-symlinks"];
    let destroyed: &[&str] = &["destroyed-symlinks"];
    compare(
        "links",
        &[Mode::Staged, Mode::All],
        &[
            one("good links", &[], |s| {
                s.write("a", "").write("d/e/f", "");
                link(s, "to-a", "a");
                link(s, "d/up", "../a");
                link(s, "to-d", "d/");
                link(s, "through", "to-d/e/f");
                link(s, "root", "/");
                link(s, "out", "..");
                stage(s);
            }),
            one("a broken link", broken, |s| {
                link(s, "x", "missing");
                stage(s);
            }),
            one("a broken link with a strange name", broken, |s| {
                link(s, "x y", "a b/ü");
                stage(s);
            }),
            one("a loop", broken, |s| {
                link(s, "x", "y");
                link(s, "y", "x");
                stage(s);
            }),
            one("into a file", broken, |s| {
                s.write("a", "");
                link(s, "x", "a/");
                stage(s);
            }),
            one("absolute and missing", broken, |s| {
                link(s, "x", "/no/such/file");
                stage(s);
            }),
            one("to an ignored file", &[], |s| {
                s.write(".gitignore", "ignored\n").write("ignored", "");
                link(s, "x", "ignored");
                stage(s);
            }),
            one("its target is deleted with it", broken, |s| {
                base(s, &[("a", "")]);
                link(s, "x", "a");
                remove(s.root().join("a"));
                stage(s);
            }),
            one("a broken one that was there before", &[], |s| {
                link(s, "x", "missing");
                base(s, &[("a", "")]);
                s.git(&["rm", "--quiet", "x"]);
                s.write("b", "");
                stage(s);
            }),
            one("a link that became a file", destroyed, |s| {
                link(s, "x", "a");
                base(s, &[("a", "")]);
                remove(s.root().join("x"));
                s.write("x", "a");
                stage(s);
            }),
            one("and got a line end", destroyed, |s| {
                link(s, "x", "a");
                base(s, &[("a", "")]);
                remove(s.root().join("x"));
                s.write("x", "a\r\n");
                stage(s);
            }),
            one("replaced by another file", &[], |s| {
                link(s, "x", "a");
                base(s, &[("a", "")]);
                remove(s.root().join("x"));
                s.write("x", "a = 1\nb = 2\n");
                stage(s);
            }),
            one("a file that became a link", &[], |s| {
                base(s, &[("a", ""), ("x", "a")]);
                link(s, "x", "a");
                stage(s);
            }),
        ],
    );
}

#[test]
fn branches() {
    let one = |name, expected, set_up| Scenario { name, set_up, expected };
    let barred: &[&str] = &["no-commit-to-branch"];
    compare(
        "branches",
        &[Mode::Staged, Mode::All],
        &[
            one("another branch", &[], |s| {
                s.write("a", "");
                stage(s);
            }),
            one("not yet born", barred, |s| {
                s.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
                s.write("a", "");
                stage(s);
            }),
            one("born", barred, |s| {
                base(s, &[("a", "")]);
                s.git(&["checkout", "--quiet", "-b", "main"]);
                s.write("a", "b");
                stage(s);
            }),
            one("with a slash", barred, |s| {
                base(s, &[("a", "")]);
                s.git(&["checkout", "--quiet", "-b", "a/b"]);
            }),
            one("master, which isn't listed", &[], |s| {
                base(s, &[("a", "")]);
                s.git(&["checkout", "--quiet", "-b", "master"]);
            }),
            one("a pattern", barred, |s| {
                base(s, &[("a", "")]);
                s.git(&["checkout", "--quiet", "-b", "rel/1.0"]);
            }),
            one("a pattern not at the start", &[], |s| {
                base(s, &[("a", "")]);
                s.git(&["checkout", "--quiet", "-b", "x/rel/1.0"]);
            }),
            one("detached", &[], |s| {
                base(s, &[("a", "")]);
                s.git(&["checkout", "--quiet", "-b", "main"]);
                s.git(&["checkout", "--quiet", "--detach"]);
            }),
        ],
    );
}

#[test]
fn executable_bits() {
    let one = |name, expected, set_up| Scenario { name, set_up, expected };
    let no_shebang: &[&str] = &["check-executables-have-shebangs"];
    let not_executable: &[&str] = &["check-shebang-scripts-are-executable"];
    compare(
        "executable_bits",
        &[Mode::Staged, Mode::All],
        &[
            one("as it should be", &[], |s| {
                s.write("run", "#!/bin/sh\n")
                    .write("a.py", "#!/usr/bin/env python\n")
                    .write("b.py", "x\n")
                    .write("bin", b"\x7fELF\0");
                for path in ["run", "a.py", "bin"] {
                    mode(s, path, 0o755);
                }
                stage(s);
            }),
            one("no shebang", no_shebang, |s| {
                s.write("a b.sh", "echo\n");
                mode(s, "a b.sh", 0o755);
                stage(s);
            }),
            one("an empty executable", no_shebang, |s| {
                s.write("run", "");
                mode(s, "run", 0o755);
                stage(s);
            }),
            one("a byte order mark before it", no_shebang, |s| {
                s.write("run", "\u{feff}#!/bin/sh\n");
                mode(s, "run", 0o755);
                stage(s);
            }),
            one("a picture by its name", &[], |s| {
                s.write("x.png", "text\n");
                mode(s, "x.png", 0o755);
                stage(s);
            }),
            one("not executable", not_executable, |s| {
                s.write("run.sh", "#!/bin/sh\n");
                stage(s);
            }),
            one("not executable and without a known name", not_executable, |s| {
                s.write("run", "#!/bin/sh\n");
                stage(s);
            }),
            one("binary", &[], |s| {
                s.write("run", b"#!\0\x01");
                stage(s);
            }),
            one("the bit alone changes", no_shebang, |s| {
                base(s, &[("a.txt", "a\n")]);
                mode(s, "a.txt", 0o755);
                stage(s);
            }),
            one("the bit means nothing, and the index has none", &[], |s| {
                s.git(&["config", "core.fileMode", "false"]);
                s.write("a.txt", "a\n");
                mode(s, "a.txt", 0o755);
                stage(s);
            }),
            one("the bit means nothing, and the index has it", no_shebang, |s| {
                s.git(&["config", "core.fileMode", "false"]);
                s.write("a.txt", "a\n");
                mode(s, "a.txt", 0o755);
                stage(s);
                s.git(&["update-index", "--chmod=+x", "a.txt"]);
            }),
        ],
    );
}

#[test]
fn submodules() {
    let one = |name, expected, set_up| Scenario { name, set_up, expected };
    let new: &[&str] = &["forbid-new-submodules", "forbid-submodules"];
    compare(
        "submodules",
        &[Mode::Staged, Mode::All],
        &[
            one("a new one in the first commit", new, |s| add_submodule(s, "sub")),
            one("a new one", new, |s| {
                base(s, &[("a", "")]);
                add_submodule(s, "d/sub dir");
            }),
            one("one that moved on", &["forbid-submodules"], |s| {
                add_submodule(s, "sub");
                base(s, &[("a", "")]);
                s.git(&["-C", "sub", "commit", "--quiet", "--allow-empty", "-m", "second"]);
                stage(s);
            }),
            one("one that is taken out", &[], |s| {
                add_submodule(s, "sub");
                base(s, &[("a", "")]);
                s.git(&["rm", "--quiet", "sub"]);
            }),
            one("one that nothing touches", &[], |s| {
                add_submodule(s, "sub");
                base(s, &[("a", "")]);
                s.write("b", "");
                s.git(&["add", "b"]);
            }),
        ],
    );
}

#[test]
fn sizes_and_names() {
    let one = |name, expected, set_up| Scenario { name, set_up, expected };
    let large: &[&str] = &["check-added-large-files"];
    let case: &[&str] = &["check-case-conflict"];
    let windows: &[&str] = &["check-illegal-windows-names"];
    compare(
        "sizes_and_names",
        &[Mode::Staged, Mode::All],
        &[
            one("a new large file", large, |s| {
                s.write("x.bin", vec![0; 600 << 10]).write("y.bin", vec![0; 500 << 10]);
                stage(s);
            }),
            one("kept by LFS", &[], |s| {
                // Cleaned, the file is still large: no filter is set up here.
                s.write(".gitattributes", "*.bin filter=lfs\n").write("x.bin", vec![0; 600 << 10]);
                stage(s);
            }),
            one("files and folders that differ in case", case, |s| {
                base(s, &[("a", ""), ("d/x", "")]);
                s.write("A", "").write("D/y", "");
                stage(s);
            }),
            one("a new link and an old file", case, |s| {
                base(s, &[("a", "")]);
                link(s, "A", "a");
                // Without a regular file pre-commit doesn't run the original.
                s.write("b", "");
                stage(s);
            }),
            one("a device", windows, |s| {
                s.write("d/aux.c", "");
                stage(s);
            }),
            one("a colon", windows, |s| {
                s.write("a:b", "");
                stage(s);
            }),
            one("a backslash", windows, |s| {
                s.write("a\\b", "");
                stage(s);
            }),
            one("a line end", windows, |s| {
                s.write("a\nb", "");
                stage(s);
            }),
            one("a space at the end", windows, |s| {
                s.write("x/a /b", "");
                stage(s);
            }),
            one("names that only look so", &[], |s| {
                s.write("b-a", "")
                    .write("console", "")
                    .write("é.txt", "")
                    .write("a./b", "")
                    .write("a'b", "")
                    .write("com10.txt", "");
                stage(s);
            }),
        ],
    );
    // These were there before: on all files ours look at them, the originals at what is staged.
    compare(
        "sizes_and_names",
        &[Mode::Staged],
        &[
            one("a large file that grows", &[], |s| {
                s.write("x.bin", vec![0; 600 << 10]);
                base(s, &[("a", "")]);
                s.write("x.bin", vec![0; 700 << 10]);
                stage(s);
            }),
            one("a large file that moves", &[], |s| {
                s.write("x.bin", vec![0; 600 << 10]);
                base(s, &[("a", "")]);
                s.git(&["mv", "x.bin", "y.bin"]);
            }),
            one("a conflict that was there before", &[], |s| {
                base(s, &[("a", ""), ("A", "")]);
                s.write("b", "");
                stage(s);
            }),
        ],
    );
}

#[test]
fn ranges_of_commits() {
    let one = |name, expected, set_up| Scenario { name, set_up, expected };
    compare(
        "ranges_of_commits",
        &[Mode::Range],
        &[
            one("nothing wrong", &[], |s| {
                base(s, &[("a", "")]);
                base(s, &[("b", "")]);
            }),
            one(
                "one of each",
                &[
                    "check-case-conflict",
                    "check-executables-have-shebangs",
                    "check-illegal-windows-names",
                    "check-shebang-scripts-are-executable",
                    "check-symlinks",
                    "forbid-new-submodules",
                    "forbid-submodules",
                ],
                |s| {
                    base(s, &[("a", "")]);
                    s.write("A", "")
                        .write("x", "")
                        .write("nul", "")
                        .write("y", "#!/bin/sh\n")
                        .write("z.bin", vec![0; 600 << 10]);
                    mode(s, "x", 0o755);
                    link(s, "l", "missing");
                    add_submodule(s, "sub");
                    s.commit("second");
                },
            ),
            one("old faults", &[], |s| {
                s.write("x", "").write("nul", "");
                mode(s, "x", 0o755);
                link(s, "l", "missing");
                add_submodule(s, "sub");
                s.commit("first");
                base(s, &[("b", "")]);
            }),
        ],
    );
}

/// Attributes are those of what is checked, not those that lie in the working tree.
#[test]
fn generated_and_lfs_files_are_known_by_the_attributes_of_what_is_checked() {
    let sandbox = Sandbox::repository(env!("CARGO_BIN_EXE_xtask-under-test"));
    let paths: Vec<RepoPath> =
        ["a.gen", "b c.gen", "d/é.gen", "e.txt"].into_iter().map(RepoPath::from).collect();
    let paths: Vec<&RepoPath> = paths.iter().collect();
    let root = sandbox.root();
    let cancel = xtask_core::exec::Cancel::new();
    let told = |source| {
        let repo = Repo::discover(&root).unwrap().unwrap();
        let entries = match source {
            Source::Commit(commit) => repo.tree(commit).unwrap(),
            _ => repo.index().unwrap(),
        };
        let facts = Facts::new(&root, Some(&repo), source, &entries, None, &cancel);
        let generated = facts.generated(&paths).unwrap();
        let in_lfs = facts.in_lfs(&paths);
        let show = |found: BTreeSet<RepoPath>| found.iter().map(raw).collect::<Vec<_>>().join(", ");
        (show(generated), show(in_lfs))
    };
    let pair = |generated: &str, in_lfs: &str| (generated.to_owned(), in_lfs.to_owned());
    base(&sandbox, &[("a.gen", ""), ("b c.gen", ""), ("d/é.gen", ""), ("e.txt", "")]);
    assert_eq!(told(Source::Worktree), pair("", ""));
    base(&sandbox, &[(".gitattributes", "*.gen linguist-generated\n*.txt filter=lfs\n")]);
    let all = pair("a.gen, b c.gen, d/é.gen", "e.txt");
    assert_eq!(told(Source::Worktree), all);

    sandbox.write("d/.gitattributes", "*.gen linguist-generated=false\n");
    sandbox.git(&["add", "d/.gitattributes"]);
    sandbox.write(".gitattributes", "a.gen linguist-generated=true\n");
    assert_eq!(told(Source::Worktree), pair("a.gen", ""));
    assert_eq!(told(Source::Index), pair("a.gen, b c.gen", "e.txt"));
    assert_eq!(told(Source::Commit("HEAD")), all);
    assert_eq!(told(Source::Commit("HEAD~1")), pair("", ""));
    sandbox.write(".gitattributes", "*.gen -linguist-generated\n");
    assert_eq!(told(Source::Worktree), pair("", ""));
}
