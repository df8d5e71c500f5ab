//! Runs over files on disk: what is found, what is fixed, what is left alone.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::num::NonZeroUsize;
use std::path::Path;

use xtask_core::config::Config;
use xtask_core::environment::Environment;
use xtask_core::exec::Interrupt;
use xtask_core::gate::{Context, Gate};
use xtask_core::model::{CaseStatus, Event, Events, GateReport, Outcome, RepoPath};
use xtask_hooks::{HooksGate, HooksSection, Selection, Stage, StagePlan, run_all_files};

fn context(root: &Path, config: &str) -> Context {
    let config = Config::parse("xtask.toml", config).unwrap();
    Context { jobs: NonZeroUsize::new(3).unwrap(), ..Context::new(root.to_owned(), None, config) }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in files {
        xtask_core::files::write(&folder.path().join(path), bytes).unwrap();
    }
    folder
}

fn run(cx: &Context, files: &[&str], fix: bool) -> GateReport {
    let section: HooksSection = cx.config.section_or_default().unwrap();
    let plan = StagePlan::new(Stage::PreCommit, &section, &Environment::default()).unwrap();
    let files = files.iter().map(|path| RepoPath::from(*path)).collect();
    run_all_files(cx, &plan, &Selection::Files(files), fix).unwrap()
}

fn told(report: &GateReport) -> Vec<String> {
    let place = |finding: &xtask_core::model::Finding| {
        finding.location.as_ref().map_or(String::new(), ToString::to_string)
    };
    report.findings.iter().map(|finding| format!("{} {}", place(finding), finding.rule)).collect()
}

#[test]
fn findings_name_their_place_and_nothing_is_changed() {
    let folder = folder(&[
        ("a.txt", b"a \nb\n"),
        ("b.json", b"{\"a\": 1,\n \"a\": 2}\n"),
        ("c.yaml", b"a: [\n"),
        ("d.bin", b"\0 \n"),
    ]);
    let cx = context(folder.path(), "");
    let report = run(&cx, &["d.bin", "c.yaml", "b.json", "a.txt"], false);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(
        told(&report),
        ["a.txt:1 trailing-whitespace", "b.json:2:2 check-json", "c.yaml:2:1 check-yaml"]
    );
    assert_eq!(report.summary, "pre-commit: 4 files, 10 checks");
    assert!(report.findings[0].fix.as_ref().unwrap().contains("--fix"));
    assert_eq!(xtask_core::files::read(&folder.path().join("a.txt")).unwrap(), b"a \nb\n");
}

#[test]
fn of_many_findings_a_check_names_some_and_counts_the_rest() {
    let files: Vec<String> = (0..510).map(|at| format!("{at:03}.txt")).collect();
    let faults = "a \n".repeat(10);
    let files: Vec<(&str, &[u8])> = files.iter().map(|name| (name.as_str(), faults.as_bytes())).collect();
    let folder = folder(&files);
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    let report = run(&context(folder.path(), ""), &names, false);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.findings.len(), 5_001);
    let rest = report.findings.iter().find(|finding| finding.location.is_none()).unwrap();
    assert_eq!(
        (&*rest.rule, &*rest.message),
        ("trailing-whitespace", "100 more than the 5,000 that are listed")
    );
}

/// A file of so many zeros that take no room.
fn sparse(path: &Path, size: u64) {
    std::fs::File::create(path).unwrap().set_len(size).unwrap();
}

#[test]
fn what_is_too_large_is_told_where_its_content_would_be_checked() {
    const MOST: u64 = 64 << 20;
    let config = |keys: &str| format!("[hooks.pre-commit]\n{keys}\n");
    let content =
        config("checks = ['check-json', 'trailing-whitespace', 'check-ast', 'check-case-conflict']");
    let size = config("checks = ['check-added-large-files', 'check-json']");
    for (config, name, size, expected) in [
        (config("checks = ['detect-private-key']"), "a.txt", MOST, &[][..]),
        (config("checks = ['detect-private-key']"), "a.txt", MOST + 1, &["too-large: detect-private-key"]),
        (content.clone(), "a.json", MOST + 1, &["too-large: check-json, trailing-whitespace"]),
        (content.clone(), "a.py", MOST + 1, &["too-large: trailing-whitespace, check-ast"]),
        // Binary by its name, and by its first bytes.
        (content.clone(), "a.png", MOST + 1, &[]),
        (content, "data", MOST + 1, &[]),
        (size.clone(), "a.json", MOST + 1, &["check-added-large-files", "too-large: check-json"]),
        (size, "a.png", MOST + 1, &["check-added-large-files"]),
        (config("patterns.no.deny = 'x'"), "a.png", MOST + 1, &["too-large: no"]),
        (config("patterns.no.glob = ['*.png']"), "a.png", MOST + 1, &["no"]),
    ] {
        let folder = folder(&[]);
        sparse(&folder.path().join(name), size);
        for fix in [false, true] {
            let report = run(&context(folder.path(), &config), &[name], fix);
            let told: Vec<String> = report
                .findings
                .iter()
                .map(|one| match one.message.split_once("not looked at by ") {
                    Some((_, names)) => format!("{}: {names}", one.rule),
                    None => one.rule.clone(),
                })
                .collect();
            let mut told = told;
            told.sort_unstable();
            assert_eq!(told, expected, "{name} {size} {config}");
            assert_eq!(report.outcome.word() == "passed", expected.is_empty());
        }
    }
}

#[test]
fn equal_faults_have_fingerprints_of_their_own() {
    let folder = folder(&[("a.txt", b"a \nb \nc \n")]);
    let report = run(&context(folder.path(), ""), &["a.txt"], false);
    let mut prints: Vec<_> = report.findings.iter().map(|finding| &finding.fingerprint).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 3);
}

#[cfg(unix)]
#[test]
fn fixes_keep_the_mode_and_stay_inside() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let outside = folder(&[("x/a.txt", b"a \n")]);
    let folder = folder(&[("run.sh", b"#!/bin/sh \necho\n\n"), ("a.json", b"{")]);
    let script = folder.path().join("run.sh");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    symlink(outside.path().join("x"), folder.path().join("x")).unwrap();
    symlink(outside.path().join("x/a.txt"), folder.path().join("link.txt")).unwrap();
    let cx = context(folder.path(), "");
    let report = run(&cx, &["run.sh", "x/a.txt", "link.txt", "a.json"], true);
    assert_eq!(xtask_core::files::read(&script).unwrap(), b"#!/bin/sh\necho\n");
    assert_eq!(std::fs::metadata(&script).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(xtask_core::files::read(&outside.path().join("x/a.txt")).unwrap(), b"a \n");
    assert!(report.summary.contains("2 files fixed"), "{}", report.summary);
    assert_eq!(told(&report), ["a.json:2:1 check-json", "x/a.txt:1 trailing-whitespace"]);
}

#[test]
fn what_is_not_there_is_no_pass() {
    let folder = folder(&[("a.txt", b"a\n")]);
    let cx = context(folder.path(), "");
    let section = HooksSection::default();
    let plan = StagePlan::new(Stage::PreCommit, &section, &Environment::default()).unwrap();
    let gone = Selection::Files(vec![RepoPath::from("missing.txt")]);
    assert!(run_all_files(&cx, &plan, &gone, false).unwrap_err().what.contains("missing.txt"));
    let none = run_all_files(&cx, &plan, &Selection::Files(Vec::new()), false).unwrap();
    assert_eq!(none.outcome.word(), "skipped");
}

#[cfg(unix)]
#[test]
fn commands_run_on_their_files_and_fixing_ones_only_to_fix() {
    let folder = folder(&[("a b.py", b"x\n"), ("c.txt", b"x\n")]);
    let config = "[hooks.pre-commit.commands.list]\nrun = \"printf '<%s>' {files} && exit 3\"\ntypes = [\"python\"]\n\
        [hooks.pre-commit.commands.mend]\nrun = \"touch mended\"\nfixes = true\n";
    let cx = context(folder.path(), config);
    let report = run(&cx, &["a b.py", "c.txt"], false);
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.findings[0].message.ends_with("exit code 3\n<a b.py>"), "{}", report.findings[0].message);
    let (start, end) = ("pre-commit: 2 files, 0 checks (", " ms), 1 fixing command not run here");
    assert!(report.summary.starts_with(start) && report.summary.ends_with(end), "{}", report.summary);
    let step = &report.steps[0];
    assert_eq!(
        (step.name.as_str(), step.status, step.note.as_str()),
        ("list", CaseStatus::Failed, "in the working tree")
    );
    assert!(!folder.path().join("mended").exists());
    run(&cx, &["c.txt"], true);
    assert!(folder.path().join("mended").exists());
}

#[cfg(unix)]
#[test]
fn lines_of_commands_are_sent_as_many_as_somebody_reads() {
    let config = "[hooks.pre-commit.commands.loud]\nrun = \"yes | head -n 100000\"\n";
    for (all, least, most) in [(true, 100_000, 100_000), (false, 1, 5_000)] {
        let folder = folder(&[("a.txt", b"a\n")]);
        let (sender, receiver) = std::sync::mpsc::channel();
        let events = if all { Events::to(sender) } else { Events::glimpses(sender) };
        let report = run(&Context { events, ..context(folder.path(), config) }, &["a.txt"], false);
        assert_eq!(report.outcome, Outcome::Passed);
        let lines = receiver.try_iter().filter(|event| matches!(event, Event::Line { .. })).count();
        assert!((least..=most).contains(&lines), "{lines}");
    }
}

#[test]
fn a_run_that_is_stopped_does_not_pass() {
    let folder = folder(&[("a.txt", b"a\n")]);
    let cx = context(folder.path(), "");
    cx.cancel.stop(Interrupt::Interrupted);
    assert_eq!(run(&cx, &["a.txt"], false).outcome.word(), "skipped");
}

#[test]
fn many_files_on_several_threads_come_out_sorted() {
    let files: Vec<String> = (0..500).map(|at| format!("f{at:03}.txt")).collect();
    let contents: Vec<(&str, &[u8])> = files.iter().map(|name| (name.as_str(), &b"x \n"[..])).collect();
    let folder = folder(&contents);
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    let report = run(&context(folder.path(), ""), &names, false);
    let expected: Vec<String> = files.iter().map(|name| format!("{name}:1 trailing-whitespace")).collect();
    assert_eq!(told(&report), expected);
}

#[test]
fn without_git_the_gate_is_out() {
    let folder = folder(&[]);
    let planned = HooksGate.plan(&context(folder.path(), "")).unwrap();
    assert!(planned.job.is_none());
}
