//! The checks that look at the repository, and pre-commit with the programs of pre-commit-hooks, side by side on the same
//! repositories: what is staged, all files, and a range of commits.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![cfg(unix)]

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use xtask_core::config::Config;
use xtask_core::gate::Context;
use xtask_core::model::RepoPath;
use xtask_core::repo::{ChangeKind, IndexEntry, Repo, Side};
use xtask_hooks::checks::{self, Check, File, Tree, Work, check_bytes, that_count, tree_checks};
use xtask_hooks::options::Options;
use xtask_hooks::{Candidate, Facts, HooksSection, Selection, Source, Stage, StagePlan, run_all_files};
use xtask_tests::{Sandbox, referee};

/// The checks, and for pre-commit: the module of the original, its arguments, and the types that it takes.
const CHECKS: [(&str, &str, &str, &str); 10] = [
    ("check-added-large-files", "check_added_large_files", "", "types: [file]"),
    ("check-case-conflict", "check_case_conflict", "", "types: [file]"),
    ("check-executables-have-shebangs", "check_executables_have_shebangs", "", "types: [text, executable]"),
    ("check-illegal-windows-names", "", "", ""),
    ("check-shebang-scripts-are-executable", "check_shebang_scripts_are_executable", "", "types: [text]"),
    ("check-symlinks", "check_symlinks", "", "types: [symlink]"),
    ("destroyed-symlinks", "destroyed_symlinks", "", "types: [file]"),
    ("forbid-new-submodules", "forbid_new_submodules", "", "types: [directory]"),
    ("forbid-submodules", "", "", "types: [directory]"),
    (
        "no-commit-to-branch",
        "no_commit_to_branch",
        "-b main -b a/b -p 'rel(ease)?/\\d'",
        "always_run: true, pass_filenames: false",
    ),
];

/// The option that the arguments of `no-commit-to-branch` are.
const OPTIONS: &str =
    "no-commit-to-branch.branch = ['main', 'a/b']\nno-commit-to-branch.pattern = ['rel(ease)?/\\d']\n";

/// What a run looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Staged,
    All,
    Range,
}

/// The configuration of pre-commit that runs the originals.
fn configuration(python: &Path, mode: Mode) -> String {
    let mut text = "repos:\n- repo: local\n  hooks:\n".to_owned();
    for (id, module, arguments, rest) in CHECKS {
        let how = match id {
            "check-illegal-windows-names" => {
                let regex = r#"(?i)((^|/)(CON|PRN|AUX|NUL|COM[\d¹²³]|LPT[\d¹²³])(\.|/|$)|[<>:\"\\|?*\x00-\x1F]|/[^/]*[\.\s]/|[^/]*[\.\s]$)"#;
                format!("language: fail, entry: refused, files: '{regex}'")
            }
            "forbid-submodules" => format!("language: fail, entry: refused, {rest}"),
            // Ours has no difference to look at then, so that all files count.
            "check-added-large-files" if mode == Mode::All => {
                format!(
                    "language: system, entry: {} -m pre_commit_hooks.{module} --enforce-all, {rest}",
                    python.display()
                )
            }
            _ => {
                let entry = format!("{} -m pre_commit_hooks.{module} {arguments}", python.display());
                format!("language: system, entry: \"{}\", {rest}", entry.replace('\\', "\\\\"))
            }
        };
        text.push_str(&format!("  - {{id: {id}, name: {id}, {how}}}\n"));
    }
    text
}

/// The ids of the originals that fail, and all that they say.
fn theirs(sandbox: &Sandbox, python: &Path, mode: Mode) -> (BTreeSet<&'static str>, String) {
    let config = sandbox.outside().join("pre-commit.yaml");
    write(&config, configuration(python, mode).as_bytes());
    let selection: &[&str] = match mode {
        Mode::Staged => &[],
        Mode::All => &["--all-files"],
        Mode::Range => &["--from-ref", "HEAD~1", "--to-ref", "HEAD"],
    };
    let ended = sandbox
        .command(python)
        .args(["-m", "pre_commit", "run", "--color", "never", "--config"])
        .arg(&config)
        .args(selection)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    let ran =
        |id: &str| text.lines().filter(|line| line.starts_with(&format!("{id}.")) && ends(line)).count();
    for (id, ..) in CHECKS {
        assert_eq!(ran(id), 1, "{id}: {text}\n{}", String::from_utf8_lossy(&ended.stderr));
    }
    let failed =
        |id: &&str| text.lines().any(|line| line.starts_with(&format!("{id}.")) && line.ends_with("Failed"));
    (CHECKS.iter().map(|check| check.0).filter(failed).collect(), text)
}

fn ends(line: &str) -> bool {
    ["Passed", "Failed", "Skipped"].iter().any(|end| line.ends_with(end))
}

#[expect(clippy::disallowed_methods, reason = "an input of a test")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

fn options() -> Options {
    let text = format!("[hooks.pre-commit.options]\n{OPTIONS}");
    let section: HooksSection = Config::parse("xtask.toml", &text).unwrap().section_or_default().unwrap();
    section.stage(Stage::PreCommit).unwrap().options.clone()
}

/// A path as the originals print it.
fn raw(path: &RepoPath) -> String {
    String::from_utf8_lossy(path.as_bytes()).into_owned()
}

type Found = BTreeSet<(&'static str, Option<String>)>;

/// What ours hold against all files of the working tree, through the run that `hooks run --all-files` makes.
fn ours_on_all(sandbox: &Sandbox) -> Found {
    let ids: Vec<String> = CHECKS.iter().map(|check| format!("'{}'", check.0)).collect();
    let text =
        format!("[hooks.pre-commit]\nchecks = [{}]\n[hooks.pre-commit.options]\n{OPTIONS}", ids.join(", "));
    let config = Config::parse("xtask.toml", &text).unwrap();
    let section: HooksSection = config.section_or_default().unwrap();
    let cx = Context::new(sandbox.root(), Repo::discover(&sandbox.root()).unwrap(), config);
    let plan = StagePlan::new(Stage::PreCommit, &section, cx.environment).unwrap();
    let report = run_all_files(&cx, &plan, &Selection::All, false).unwrap();
    let named = |finding: &xtask_core::model::Finding| {
        let id = CHECKS.iter().find(|check| check.0 == finding.rule).unwrap().0;
        (id, finding.location.as_ref().map(|location| raw(&location.path)))
    };
    report.findings.iter().map(named).collect()
}

/// What ours hold against what is staged, or against the last commit: blobs, the tree, and the difference.
fn ours_on_blobs(sandbox: &Sandbox, mode: Mode) -> Found {
    let repo = Repo::discover(&sandbox.root()).unwrap().unwrap();
    let (entries, source, sides): (Vec<IndexEntry>, _, _) = match mode {
        Mode::Range => {
            let sides = (Side::Revision("HEAD~1".to_owned()), Side::Revision("HEAD".to_owned()));
            (repo.tree("HEAD").unwrap(), Source::Commit("HEAD"), sides)
        }
        _ => {
            let empty = repo.shape().unwrap().empty;
            let old = if empty { Side::Empty } else { Side::Revision("HEAD".to_owned()) };
            (repo.index().unwrap(), Source::Index, (old, Side::Index))
        }
    };
    let changed = repo.changes(&sides.0, &sides.1).unwrap();
    let changed = changed.iter().filter(|change| change.kind != ChangeKind::Deleted);
    let changed: BTreeSet<&RepoPath> = changed.map(|change| &change.path).collect();
    let chosen = entries.iter().filter(|entry| changed.contains(&entry.path));
    let chosen: Vec<Candidate> = chosen.map(Candidate::of_entry).collect();
    let root = sandbox.root();
    let cancel = xtask_core::exec::Cancel::new();
    let facts = Facts::new(&root, Some(&repo), source, &entries, Some(sides), &cancel);
    let checks: Vec<&'static Check> = CHECKS.iter().map(|check| checks::by_id(check.0).unwrap()).collect();
    let options = options();

    let mut found = Found::new();
    let mut large = Vec::new();
    for candidate in chosen.iter().filter(|candidate| candidate.mode.is_file()) {
        let bytes = facts.blob(&facts.entry(&candidate.path).unwrap().id).unwrap();
        let file = File {
            path: &candidate.path,
            tags: candidate.tags.with_content(&bytes),
            size: bytes.len() as u64,
        };
        for one in check_bytes(&checks, &file, &bytes, &options) {
            if matches!(one.check.work, Work::Size(_)) {
                large.push(&candidate.path);
            } else {
                found.insert((one.check.id, Some(raw(&candidate.path))));
            }
        }
    }
    let large = that_count(&facts, &large, &options).unwrap();
    found.extend(large.iter().map(|path| ("check-added-large-files", Some(raw(path)))));
    let tree = Tree { chosen: &chosen, facts: &facts };
    for (check, hit) in tree_checks(&checks, &tree, &options).unwrap() {
        found.insert((check.id, hit.path.as_ref().map(raw)));
    }
    found
}

/// One state of a repository; `expected` are the ids that fail on what is staged.
struct Scenario {
    name: &'static str,
    set_up: fn(&Sandbox),
    expected: &'static [&'static str],
}

fn compare(test: &str, modes: &[Mode], scenarios: &[Scenario]) {
    let python = match referee::python() {
        Ok(python) => python,
        Err(why) => return referee::skip(test, &why),
    };
    let mut differences = Vec::new();
    for scenario in scenarios {
        let sandbox = Sandbox::repository(env!("CARGO_BIN_EXE_xtask-under-test"));
        sandbox.git(&["checkout", "--quiet", "-b", "work"]);
        (scenario.set_up)(&sandbox);
        for &mode in modes {
            let ours = if mode == Mode::All { ours_on_all(&sandbox) } else { ours_on_blobs(&sandbox, mode) };
            let mut failed: BTreeSet<&str> = ours.iter().map(|(id, _)| *id).collect();
            let (theirs, text) = theirs(&sandbox, &python, mode);
            // The original looks at what is staged, whatever range it is given.
            if mode == Mode::Range {
                failed.remove("check-added-large-files");
            }
            let unsaid = |(id, path): &&(&str, Option<String>)| {
                mode != Mode::Range
                    && *id != "no-commit-to-branch"
                    && path.as_ref().is_none_or(|path| !text.contains(path.as_str()))
            };
            let unsaid: Vec<_> = ours.iter().filter(unsaid).collect();
            if failed != theirs || !unsaid.is_empty() {
                differences.push(format!(
                    "{} {mode:?}: ours {ours:?}, theirs {theirs:?}, unsaid {unsaid:?}\n{text}",
                    scenario.name
                ));
            }
            let expected: BTreeSet<&str> = scenario.expected.iter().copied().collect();
            if mode == modes[0] && failed != expected {
                differences.push(format!("{} {mode:?}: ours {ours:?}, expected {expected:?}", scenario.name));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

fn link(sandbox: &Sandbox, path: &str, target: &str) {
    let path = sandbox.root().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(&path);
    symlink(target, path).unwrap();
}

fn mode(sandbox: &Sandbox, path: &str, mode: u32) {
    std::fs::set_permissions(sandbox.root().join(path), PermissionsExt::from_mode(mode)).unwrap();
}

fn remove(path: PathBuf) {
    std::fs::remove_file(path).unwrap();
}

/// A commit of these files.
fn base(sandbox: &Sandbox, files: &[(&str, &str)]) {
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox.commit("base");
}

fn stage(sandbox: &Sandbox) {
    sandbox.git(&["add", "--all"]);
}

/// Another repository, outside, with one commit.
fn library(sandbox: &Sandbox) -> String {
    let path = sandbox.outside().join("library");
    let path = path.to_str().unwrap().to_owned();
    sandbox.git(&["init", "--quiet", &path]);
    sandbox.git(&["-C", &path, "commit", "--quiet", "--allow-empty", "-m", "first"]);
    path
}

fn add_submodule(sandbox: &Sandbox, at: &str) {
    let path = library(sandbox);
    sandbox.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &path, at]);
}

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
