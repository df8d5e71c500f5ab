//! `hooks import` on the configurations of six projects: what it gives, and that it gives the same verdicts: the other manager and
//! this program run on the same commits, and the hooks that fail are compared.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use xtask_hooks::import::{Imported, import};
use xtask_tests::{Sandbox, referee};

#[path = "hooks_import/cases.rs"]
mod cases;
#[path = "hooks_import/mirror.rs"]
mod mirror;

use cases::{Case, Project};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import").join(name)
}

fn imported(name: &str) -> Imported {
    import(&fixture(name), None).unwrap()
}

#[test]
fn what_each_project_comes_to() {
    for name in
        ["python-library", "django-app", "rust-workspace", "infrastructure", "monorepo-lefthook", "web-husky"]
    {
        let imported = imported(name);
        insta::assert_snapshot!(name.replace('-', "_"), imported.to_text());
        toml_is_read(&imported.toml);
        toml_is_read(&imported.accepting::<&str>(&[]).unwrap());
    }
}

/// Whatever else: it is TOML, and the tables are those of `[hooks]` alone.
fn toml_is_read(text: &str) {
    let config = xtask_core::config::Config::parse("xtask.toml", text)
        .unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    assert!(config.has("hooks"), "{text}");
}

/// A repository with the project's configuration, the imported one beside it, and what the commits need.
fn repository(project: &Project, home: impl FnOnce(&Sandbox) -> Vec<(String, String)>) -> Sandbox {
    let sandbox = Sandbox::repository(env!("CARGO_BIN_EXE_xtask-under-test"));
    copy(&fixture(project.name), &sandbox.root());
    let configuration = sandbox.root().join(".pre-commit-config.yaml");
    if configuration.exists() {
        sandbox
            .write(".pre-commit-config.yaml", without_dependencies(&sandbox.read(".pre-commit-config.yaml")));
    }
    // What would be fetched isn't there for either manager.
    sandbox.write("xtask.toml", imported(project.name).accepting::<&str>(&[]).unwrap());
    sandbox.write(".git/info/exclude", "__pycache__/\ntarget/\n");
    put(&sandbox, project.base);
    sandbox.commit("base");
    home(&sandbox).into_iter().fold(sandbox, |sandbox, (name, value)| sandbox.variable(&name, &value))
}

/// The configuration without `additional_dependencies`: what stands for the hooks that would be fetched takes none.
fn without_dependencies(text: &str) -> String {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut left_out = None;
    let mut kept = String::new();
    for line in text.lines() {
        if left_out.is_some_and(|depth| indentation(line) > depth) {
            continue;
        }
        left_out = line.trim_start().starts_with("additional_dependencies:").then(|| indentation(line));
        if left_out.is_none() {
            kept.extend([line, "\n"]);
        }
    }
    kept
}

fn copy(from: &Path, to: &Path) {
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Writes the files; `+x` in front of a name makes it executable.
fn put(sandbox: &Sandbox, files: &[(&str, &str)]) {
    for (name, content) in files {
        let plain = name.strip_prefix("+x ").unwrap_or(name);
        sandbox.write(plain, content);
        if plain != *name {
            std::fs::set_permissions(sandbox.root().join(plain), PermissionsExt::from_mode(0o755)).unwrap();
        }
    }
}

/// The names of what failed, by this program.
fn ours(sandbox: &Sandbox) -> Result<BTreeSet<String>, String> {
    let output = sandbox.run(&[
        "hooks",
        "run",
        "pre-commit",
        "--from-ref",
        "HEAD~1",
        "--to-ref",
        "HEAD",
        "--format",
        "json",
    ]);
    if !matches!(output.code, 0 | 1) {
        return Err(output.stderr);
    }
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let mut failed = BTreeSet::new();
    names(&report, &mut failed);
    assert_eq!(failed.is_empty(), output.code == 0, "{}", output.stdout);
    Ok(failed)
}

/// The `rule` of every finding, wherever it stands in the report.
fn names(value: &serde_json::Value, into: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            if let Some(rule) = map.get("rule").and_then(|rule| rule.as_str()) {
                into.insert(rule.to_owned());
            }
            map.values().for_each(|value| names(value, into));
        }
        serde_json::Value::Array(all) => all.iter().for_each(|value| names(value, into)),
        _ => {}
    }
}

/// The ids of the hooks that failed, by pre-commit or prek.
fn of_pre_commit(sandbox: &Sandbox, program: &Path) -> BTreeSet<String> {
    let output = sandbox
        .command(program)
        .args(["run", "--color=never", "--from-ref", "HEAD~1", "--to-ref", "HEAD"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let failed: BTreeSet<String> =
        text.lines().filter_map(|line| line.strip_prefix("- hook id: ")).map(str::to_owned).collect();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(failed.is_empty(), output.status.success(), "{}: {text}{told}", program.display());
    failed
}

/// The jobs that failed, by lefthook.
fn of_lefthook(sandbox: &Sandbox, program: &Path) -> BTreeSet<String> {
    let changed = sandbox.git(&["diff", "--name-only", "--diff-filter=d", "HEAD~1", "HEAD"]);
    let mut command = sandbox.command(program);
    command.args(["run", "pre-commit", "--no-auto-install", "--colors=off"]);
    for file in changed.lines() {
        command.args(["--file", file]);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let summary = text.rsplit_once("summary:").map_or("", |(_, summary)| summary);
    let failed: BTreeSet<String> = summary
        .lines()
        .filter_map(|line| line.trim().strip_prefix("✗ ").or_else(|| line.trim().strip_prefix("🥊 ")))
        .map(|line| line.rsplit_once(" (").map_or(line, |(name, _)| name).trim().to_owned())
        .collect();
    assert_eq!(
        failed.is_empty(),
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    failed
}

/// What failed, by the name of each other manager.
type Failed = Vec<(String, BTreeSet<String>)>;

/// Runs both on each commit, and tells all differences at once.
fn compare(project: &Project, sandbox: &Sandbox, theirs: &dyn Fn(&Sandbox) -> Failed) {
    let mut wrong = Vec::new();
    for Case { name, files, fails, ours_alone } in project.cases {
        sandbox.git(&["checkout", "--quiet", "--detach", "main"]);
        put(sandbox, files);
        sandbox.commit(name);
        let expected: BTreeSet<String> = fails.iter().map(|&one| one.to_owned()).collect();
        let mut with_ours = expected.clone();
        with_ours.extend(ours_alone.iter().map(|&one| one.to_owned()));
        match ours(sandbox) {
            Ok(mine) if mine == with_ours => {}
            Ok(mine) => wrong.push(format!("{name}: ours: {mine:?}, expected {with_ours:?}")),
            Err(told) => panic!("{}: {name}: {told}", project.name),
        }
        for (manager, failed) in theirs(sandbox) {
            if failed != expected {
                wrong.push(format!("{name}: {manager}: {failed:?}, expected {expected:?}"));
            }
            // Fixers changed the working tree.
            sandbox.git(&["reset", "--quiet", "--hard"]);
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", project.name, wrong.join("\n"));
}

fn compare_with_pre_commit(project: &Project) {
    let programs = ["pre-commit", "prek"].map(|name| referee::file(&format!("venv/bin/{name}")));
    let programs: Vec<PathBuf> = match programs.into_iter().collect::<Result<_, _>>() {
        Ok(programs) => programs,
        Err(why) => return referee::skip(&format!("hooks_import {}", project.name), &why),
    };
    let sandbox = repository(project, |sandbox| {
        let mut variables = mirror::set_up(sandbox, &imported(project.name));
        // It is a hook that would be fetched, too, and `true` on their side; ours would run the program that is there.
        variables.push(("XTASK_SKIP".to_owned(), "cargo-check".to_owned()));
        variables
    });
    compare(project, &sandbox, &|sandbox| {
        programs
            .iter()
            .map(|program| {
                let failed = of_pre_commit(sandbox, program);
                sandbox.git(&["reset", "--quiet", "--hard"]);
                (program.file_name().unwrap().to_string_lossy().into_owned(), failed)
            })
            .collect()
    });
}

#[test]
fn a_python_library_gets_the_same_verdicts() {
    compare_with_pre_commit(&cases::PYTHON_LIBRARY);
}

#[test]
fn a_web_application_gets_the_same_verdicts() {
    compare_with_pre_commit(&cases::DJANGO_APP);
}

#[test]
fn a_rust_workspace_gets_the_same_verdicts() {
    compare_with_pre_commit(&cases::RUST_WORKSPACE);
}

#[test]
fn an_infrastructure_repository_gets_the_same_verdicts() {
    compare_with_pre_commit(&cases::INFRASTRUCTURE);
}

#[test]
fn a_monorepo_with_lefthook_gets_the_same_verdicts() {
    let project = &cases::MONOREPO_LEFTHOOK;
    let program = match referee::file("venv/bin/lefthook") {
        Ok(program) => program,
        Err(why) => return referee::skip("hooks_import monorepo-lefthook", &why),
    };
    // The project's own programs are not installed, for neither.
    let skipped = ["XTASK_SKIP", "LEFTHOOK_EXCLUDE"];
    let skipped = skipped.map(|name| (name.to_owned(), "eslint,prettier,web types".to_owned())).to_vec();
    let sandbox = repository(project, |_| skipped);
    compare(project, &sandbox, &|sandbox| vec![("lefthook".to_owned(), of_lefthook(sandbox, &program))]);
}
