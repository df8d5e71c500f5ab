//! The gates `lint` and `test` with the real tools: cargo, nextest, rustfmt, Clippy and pytest on small projects.

#![expect(clippy::unwrap_used, reason = "what the tests stand on fails by panicking, as they do")]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use tempfile::TempDir;
use xtask_core::config::{Config, SectionKind};
use xtask_core::environment::Environment;
use xtask_core::exec::{Cancel, Process};
use xtask_core::files;
use xtask_core::gate::{Context, Decision, Gate, Scope};
use xtask_core::model::{Event, Events, GateReport, Outcome, ProblemKind, Skip, State};
use xtask_core::repo::Repo;
use xtask_lint::{LintGate, LintSection, Options};
use xtask_test::{TestGate, TestSection};

/// A folder with these files.
fn project(paths: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in paths {
        files::write(&folder.path().join(path), text.as_bytes()).unwrap();
    }
    folder
}

/// A context of a folder, as the program would make it.
fn context(root: &Path) -> Context {
    let root = root.canonicalize().unwrap();
    let sections = [SectionKind::of::<LintSection>(), SectionKind::of::<TestSection>()];
    let repo = Repo::discover(&root).unwrap();
    let config = Config::load(&root, None, &sections).unwrap();
    Context { jobs: NonZeroUsize::MIN, ..Context::new(root, repo, config) }
}

/// `path:line rule state` of all findings.
fn findings(report: &GateReport) -> Vec<String> {
    report
        .findings
        .iter()
        .map(|finding| {
            let at = finding.location.as_ref();
            let place = at.map_or("-".to_owned(), |at| format!("{}:{}", at.path, at.line.unwrap_or(0)));
            format!("{place} {} {:?}", finding.rule, finding.state)
        })
        .collect()
}

/// `name status` of all tests, sorted.
fn cases(report: &GateReport) -> Vec<String> {
    let mut shown: Vec<String> =
        report.cases.iter().map(|case| format!("{} {:?}", case.name, case.status)).collect();
    shown.sort();
    shown
}

const MANIFEST: &str = "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n";
const UNTIDY: &str = "//! Tiny.\n\n/// Adds.\npub fn add(a: i32, b: i32) -> i32 {\n    return a + b;\n}\n\npub fn wide( ) {}\n";

#[test]
fn lint_finds_accepts_and_holds() {
    let folder = project(&[("Cargo.toml", MANIFEST), ("src/lib.rs", UNTIDY), ("Cargo.lock", "")]);
    let root = folder.path();
    let cx = context(root);
    let linted = xtask_lint::run(&cx, Options::default()).unwrap();
    assert_eq!(linted.report.outcome, Outcome::Failed);
    assert_eq!(
        findings(&linted.report),
        ["src/lib.rs:5 clippy::needless_return New", "src/lib.rs:8 rustfmt New"]
    );
    let json = xtask_lint::json(&linted.report, linted.fixed);
    assert_eq!(json["findings"][0]["tool"], "clippy");
    assert_eq!(json["findings"][0]["line"], 5);

    // Accepted, the same findings pass; moved, too; one more copy is new, and alone.
    let update = Options { update_baseline: true, ..Options::default() };
    let accepted = xtask_lint::run(&cx, update).unwrap().report;
    assert_eq!(accepted.outcome, Outcome::Passed);
    let baseline = String::from_utf8(files::read(&root.join("lint-baseline.json")).unwrap()).unwrap();
    assert_eq!(baseline.lines().count(), 4, "{baseline}");
    let more = format!(
        "//! More.\n{UNTIDY}\n/// Adds.\npub fn also(a: i32, b: i32) -> i32 {{\n    return a + b;\n}}\n"
    );
    files::write(&root.join("src/lib.rs"), more.as_bytes()).unwrap();
    let report = xtask_lint::run(&context(root), Options::default()).unwrap().report;
    assert_eq!(report.outcome, Outcome::Failed);
    let new: Vec<_> = report.findings.iter().filter(|finding| finding.state == State::New).collect();
    assert_eq!(new.len(), 1, "{:?}", findings(&report));

    // Mended by the tools, nothing is left, and the baseline could shrink.
    let fix = Options { fix: true, ..Options::default() };
    let linted = xtask_lint::run(&context(root), fix).unwrap();
    assert_eq!(linted.report.outcome, Outcome::Passed, "{:?}", linted.report);
    assert_eq!(linted.fixed, 3);
    assert!(linted.report.summary.contains("2 of 2 entries"), "{}", linted.report.summary);
}

#[test]
fn lint_tells_code_that_does_not_compile() {
    let folder = project(&[
        ("rust/Cargo.toml", MANIFEST),
        ("rust/src/lib.rs", "pub fn broken() -> u8 {\n    \"\"\n}\n"),
    ]);
    let cx = context(folder.path());
    let report = xtask_lint::run(&cx, Options::default()).unwrap().report;
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(findings(&report), ["rust/src/lib.rs:2 E0308 New"]);
    let update = Options { update_baseline: true, ..Options::default() };
    let problem = xtask_lint::run(&cx, update).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Invalid);
    assert!(!folder.path().join("lint-baseline.json").exists());
}

#[test]
fn lint_since_looks_at_changed_lines() {
    let folder = project(&[("Cargo.toml", MANIFEST), ("src/lib.rs", UNTIDY), (".gitignore", "target\n")]);
    let root = folder.path();
    git(root, &["init", "-q"]);
    git(root, &["add", "."]);
    git(root, &["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "start"]);
    let since = |revision: &str| Context { scope: Scope::Since(revision.to_owned()), ..context(root) };
    let nothing = xtask_lint::run(&since("HEAD"), Options::default()).unwrap().report;
    assert!(matches!(&nothing.outcome, Outcome::Skipped { reason: Skip::NothingToDo, .. }), "{nothing:?}");
    let more = format!("{UNTIDY}\n/// Gives.\npub fn give() -> i32 {{\n    return 1;\n}}\n");
    files::write(&root.join("src/lib.rs"), more.as_bytes()).unwrap();
    let report = xtask_lint::run(&since("HEAD"), Options::default()).unwrap().report;
    assert_eq!(findings(&report), ["src/lib.rs:12 clippy::needless_return New"]);
}

fn git(root: &Path, arguments: &[&str]) {
    let ended = Process::new("git").args(arguments).folder(root).run(&Cancel::new()).unwrap();
    assert_eq!(ended.code, Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn lint_is_out_without_rust_and_never_passes_unmeasured() {
    let folder = project(&[("README.md", "# x\n")]);
    let planned = LintGate.plan(&context(folder.path())).unwrap();
    assert!(matches!(planned.plan.decision, Decision::Out { .. }) && planned.job.is_none());

    let folder = project(&[("Cargo.toml", "[package\n"), ("src/lib.rs", "")]);
    let report = xtask_lint::run(&context(folder.path()), Options::default()).unwrap().report;
    assert!(matches!(report.outcome, Outcome::Invalid { .. }), "{report:?}");
}

const TESTS: &str = "//! ```\n//! assert!(true);\n//! ```\n\n#[test]\nfn good() {}\n\n#[test]\n#[ignore = \"slow\"]\nfn later() {}\n\n#[test]\nfn bad() {\n    assert_eq!(1, 2);\n}\n";
const ABORT: &str = "#[test]\nfn dies() {\n    std::process::abort()\n}\n";

/// What both ways to run Rust's tests must tell of [`TESTS`].
const EXPECTED: [&str; 4] = ["bad Failed", "good Passed", "later Skipped", "src/lib.rs - (line 1) Passed"];

#[test]
fn rust_tests_by_nextest_or_by_cargo() {
    let folder = project(&[("Cargo.toml", MANIFEST), ("src/lib.rs", TESTS), ("tests/abort.rs", ABORT)]);
    let root = folder.path();
    let report = xtask_test::run(&context(root), &[]).unwrap();
    assert_eq!(report.outcome, Outcome::Failed, "{report:?}");
    let shown = cases(&report);
    for expected in EXPECTED {
        assert!(shown.iter().any(|case| case == expected), "{expected}: {shown:?}");
    }
    assert_eq!(report.findings.len(), 2, "the abort is a finding: {:?}", findings(&report));
    assert_eq!(findings(&report), ["src/lib.rs:14 test-failed New", "tests/abort.rs:2 test-failed New"]);

    // The same by `[test] run`, whose output is recognised.
    files::write(
        &root.join("xtask.toml"),
        b"[test]\nrun = \"cargo test --no-fail-fast\"\ntimeout = \"10m\"\n",
    )
    .unwrap();
    let named = xtask_test::run(&context(root), &[]).unwrap();
    assert_eq!(named.outcome, Outcome::Failed, "{named:?}");
    assert_eq!(named.cases.len(), report.cases.len(), "{:?}", cases(&named));
    assert_eq!(named.findings.len(), 2);

    // Arguments reach the runner, and a filter that fits nothing is no pass.
    let only = xtask_test::run(&context(root), &["good".to_owned()]).unwrap();
    assert_eq!(only.outcome, Outcome::Passed, "{only:?}");
    let none = xtask_test::run(&context(root), &["no_such_test".to_owned()]).unwrap();
    assert!(matches!(none.outcome, Outcome::Invalid { .. }), "{none:?}");
}

#[test]
fn tests_that_do_not_compile_are_findings() {
    let folder =
        project(&[("crates/Cargo.toml", MANIFEST), ("crates/src/lib.rs", "#[test]\nfn a() { nope() }\n")]);
    let report = xtask_test::run(&context(folder.path()), &[]).unwrap();
    assert_eq!(report.outcome, Outcome::Failed, "{report:?}");
    assert_eq!(findings(&report), ["crates/src/lib.rs:2 E0425 New"]);
}

#[test]
fn commands_are_judged_by_what_they_leave() {
    let good = r#"<testsuites><testsuite name="s"><testcase name="a"/></testsuite></testsuites>"#;
    let run = |configuration: &str| {
        let folder = project(&[
            ("xtask.toml", configuration),
            ("good.xml", good),
            ("out/old.xml", good),
            ("cut.xml", &good[..40]),
        ]);
        xtask_test::run(&context(folder.path()), &[]).unwrap()
    };
    for (configuration, word, count) in [
        ("[test]\nrun = \"true\"\n", "passed", 1),
        ("[test]\nrun = [\"true\", \"exit 3\"]\n", "failed", 2),
        ("[test]\nrun = \"cp good.xml out/new.xml\"\njunit = [\"out/*.xml\"]\n", "passed", 1),
        ("[test]\nrun = \"true\"\njunit = [\"out/*.xml\"]\n", "invalid", 1),
        ("[test]\nrun = \"cp cut.xml out/new.xml\"\njunit = [\"out/*.xml\"]\n", "invalid", 0),
        ("[test]\nrun = \"cp good.xml out/new.xml; exit 1\"\njunit = [\"out/*.xml\"]\n", "invalid", 1),
        ("[test]\nrun = \"sleep 60\"\ntimeout = \"100ms\"\n", "invalid", 0),
    ] {
        let report = run(configuration);
        assert_eq!(report.outcome.word(), word, "{configuration} {report:?}");
        assert_eq!(report.cases.len(), count, "{configuration}");
    }
}

#[test]
fn lines_are_told_while_a_command_runs() {
    let folder = project(&[("xtask.toml", "[test]\nrun = \"echo one; echo two >&2\"\n")]);
    let (sender, receiver) = mpsc::channel();
    let cx = Context { events: Events::to(sender), ..context(folder.path()) };
    xtask_test::run(&cx, &[]).unwrap();
    let lines: Vec<String> = receiver
        .try_iter()
        .filter_map(|event| match event {
            Event::Line { task, text, .. } if task == "test" => Some(text),
            _ => None,
        })
        .collect();
    assert!(lines.contains(&"one".to_owned()) && lines.contains(&"two".to_owned()), "{lines:?}");
}

#[test]
fn packages_without_their_dependencies_are_missing() {
    let manifest = r#"{"scripts":{"test":"jest"},"devDependencies":{"jest":"1"}}"#;
    let folder = project(&[("web/package.json", manifest), ("web/package-lock.json", "{}")]);
    let cx = context(folder.path());
    let planned = TestGate.plan(&cx).unwrap();
    assert!(
        matches!(&planned.plan.decision, Decision::Missing { fix, .. } if fix == "cd web && npm ci"),
        "{:?}",
        planned.plan
    );
    let report = xtask_test::run(&cx, &[]).unwrap();
    assert_eq!(report.outcome.fix(), Some("cd web && npm ci"));
}

#[test]
fn npm_scripts_are_judged_by_their_exit_code() {
    if xtask_core::exec::find_program(Path::new("/"), &[], "npm").is_none() {
        return skipped("npm is not installed");
    }
    for (script, word) in [("node -e 0", "passed"), ("node -e 'process.exit(2)'", "failed")] {
        let manifest = format!("{{\"scripts\":{{\"test\":\"{script}\"}}}}");
        let folder = project(&[("package.json", &manifest)]);
        let report = xtask_test::run(&context(folder.path()), &[]).unwrap();
        assert_eq!(report.outcome.word(), word, "{report:?}");
    }
}

#[test]
fn pytest_tells_its_tests() {
    let Some(environment) = referee("venv").filter(|folder| folder.join("bin/pytest").exists()) else {
        return skipped("there is no pytest: XTASK_REFEREES/venv/bin/pytest");
    };
    let folder = project(&[
        ("api/pyproject.toml", "[tool.pytest.ini_options]\n"),
        (
            "api/tests/test_a.py",
            "import pytest\n\ndef test_good():\n    pass\n\ndef test_bad():\n    assert 1 == 2\n\n@pytest.mark.skip(reason='later')\ndef test_later():\n    pass\n",
        ),
    ]);
    let root = folder.path();
    link(&environment, &root.join("api/.venv"));
    let report = xtask_test::run(&context(root), &[]).unwrap();
    assert_eq!(report.outcome, Outcome::Failed, "{report:?}");
    assert_eq!(cases(&report), ["test_bad Failed", "test_good Passed", "test_later Skipped"]);
    assert_eq!(findings(&report), ["api/tests/test_a.py:7 test-failed New"]);
    files::write(&root.join("api/tests/test_a.py"), b"").unwrap();
    let none = xtask_test::run(&context(root), &[]).unwrap();
    assert!(matches!(none.outcome, Outcome::Invalid { .. }), "{none:?}");
    files::write(&root.join("api/tests/test_a.py"), b"import no_such_module\n").unwrap();
    let broken = xtask_test::run(&context(root), &[]).unwrap();
    assert_eq!(broken.outcome, Outcome::Failed, "{broken:?}");
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) {
    std::os::unix::fs::symlink(target, at).unwrap();
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) {}

/// A folder of programs to compare with, where the test run has them.
fn referee(name: &str) -> Option<PathBuf> {
    Some(Environment::of_process().path("XTASK_REFEREES")?.join(name))
}

/// Says that a test was left out, and records it where the test run wants to know.
#[expect(clippy::print_stdout, reason = "whoever reads the test's output learns why it passed")]
fn skipped(why: &str) {
    use std::io::Write;
    println!("left out: {why}");
    if let Some(path) = Environment::of_process().path("XTASK_SKIPPED")
        && let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path)
    {
        let _ = writeln!(file, "lint_and_test: {why}");
    }
}
