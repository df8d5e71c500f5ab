//! The result cache in a real repository: what it spares, and what it must not.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::exec::{Cancel, Process};
use xtask_core::gate::Context;
use xtask_core::repo::Repo;
use xtask_hooks::{HooksSection, Selection, Stage, StagePlan, run_all_files};

fn git(folder: &Path, arguments: &[&str]) {
    let ended = Process::new("git").args(arguments).folder(folder).run(&Cancel::default()).unwrap();
    assert_eq!(ended.code, Some(0), "git {arguments:?}");
}

/// A repository of these files, all of them staged and older than its index.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    for (path, text) in files {
        xtask_core::files::write(&folder.path().join(path), text.as_bytes()).unwrap();
        date(&folder.path().join(path), 1000);
    }
    git(folder.path(), &["add", "--all"]);
    folder
}

/// Sets when a file was changed last, in seconds since 1970.
fn date(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

/// The files that something is found in, over all that is tracked.
fn found(folder: &Path, config: &str) -> Vec<String> {
    let config = Config::parse("xtask.toml", config).unwrap();
    let cx = Context::new(folder.to_owned(), Repo::discover(folder).unwrap(), config);
    let section: HooksSection = cx.config.section_or_default().unwrap();
    let plan = StagePlan::new(Stage::PreCommit, &section, &Environment::default()).unwrap();
    let report = run_all_files(&cx, &plan, &Selection::All, false).unwrap();
    let place = |finding: &xtask_core::model::Finding| finding.location.as_ref().unwrap().path.to_string();
    report.findings.iter().map(place).collect()
}

fn cache(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(".git/xtask/cache/hooks")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Replaces a file's content by a faulty one of the same size and date: whoever finds the fault has read the file.
fn spoil(path: &Path) {
    let size = std::fs::metadata(path).unwrap().len() as usize;
    xtask_core::files::write(path, &[&vec![b'x'; size - 2][..], b" \n"].concat()).unwrap();
    date(path, 1000);
}

/// A file is known by its blob as long as size and times are those that git recorded: also where its date was set back it is read.
#[test]
fn what_was_changed_is_read_again() {
    let folder = repository(&[("a.txt", "text\n"), ("b.txt", "bad \n"), ("run", "#!/bin/sh\n")]);
    let at = |name: &str| folder.path().join(name);
    for _ in 0..2 {
        assert_eq!(found(folder.path(), ""), ["b.txt"]);
    }
    assert_eq!(cache(folder.path()).len(), 1);
    spoil(&at("a.txt"));
    spoil(&at("run"));
    assert_eq!(found(folder.path(), ""), ["a.txt", "b.txt", "run"]);
    // Damage means that nothing is known.
    for file in cache(folder.path()) {
        xtask_core::files::write(&file, b"xtkhook1 damaged").unwrap();
    }
    assert_eq!(found(folder.path(), ""), ["a.txt", "b.txt", "run"]);
}

/// What the interpreter gets is chosen by what a file is, and that of a program without an ending stands in its first line.
#[test]
fn what_only_the_interpreter_holds_against_a_file_is_found_again() {
    let folder = repository(&[("run", "#!/usr/bin/env python3\nx = (\n"), ("a.txt", "text\n")]);
    git(folder.path(), &["update-index", "--chmod=+x", "run"]);
    let config = "[hooks.pre-commit]\nchecks = [\"trailing-whitespace\", \"check-ast\"]\n";
    for _ in 0..3 {
        assert_eq!(found(folder.path(), config), ["run"]);
    }
}

#[test]
fn another_pattern_is_another_plan() {
    let folder = repository(&[("a.txt", "a secret\n")]);
    let config = |more: &str| format!("[hooks.pre-commit.patterns.p]\ndeny = 'SECRET'\n{more}");
    assert!(found(folder.path(), &config("")).is_empty());
    assert_eq!(found(folder.path(), &config("ignore-case = true\n")), ["a.txt"]);
}

#[test]
fn the_mode_and_the_path_are_part_of_what_is_known() {
    let folder = repository(&[("a.txt", "text\n")]);
    let at = |name: &str| folder.path().join(name);
    assert!(found(folder.path(), "").is_empty());
    std::fs::rename(at("a.txt"), at("b.txt")).unwrap();
    git(folder.path(), &["add", "--all"]);
    spoil(&at("b.txt"));
    assert_eq!(found(folder.path(), ""), ["b.txt"], "another path may get other checks");
}

#[test]
fn a_cache_that_cannot_be_kept_is_no_fault() {
    let folder = repository(&[("a.txt", "text\n")]);
    xtask_core::files::write(&folder.path().join(".git/xtask"), b"in the way").unwrap();
    assert!(found(folder.path(), "").is_empty());
    spoil(&folder.path().join("a.txt"));
    assert_eq!(found(folder.path(), ""), ["a.txt"]);
}
