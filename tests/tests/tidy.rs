//! The repository's own rules, held by a test: layers, file sizes, headers, names. All violations are told, not the first.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The top of this repository.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned()
}

/// All Rust files of the workspace with their path relative to the top and their text.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![top().join("xtask"), top().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a readable file");
                let shown = path.strip_prefix(top()).expect("below the top").display().to_string();
                files.push((shown.replace('\\', "/"), text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "the walk found {} files only", files.len());
    files
}

/// The text without its test module, which may use what it likes.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn hold(rule: &str, violations: &[String]) {
    let mut text = String::new();
    for violation in violations {
        let _ = writeln!(text, "  {violation}");
    }
    assert!(violations.is_empty(), "{rule}:\n{text}");
}

#[test]
fn the_modules_of_core_depend_one_way() {
    // A module may use those named beside it, and itself (docs/architecture.md has the same table).
    let allowed: &[(&str, &[&str])] = &[
        ("model", &[]),
        ("caught", &[]),
        ("environment", &["model"]),
        ("files", &["model"]),
        ("fault", &["environment"]),
        ("config", &["model", "environment", "files"]),
        ("report", &["model", "environment", "files"]),
        ("exec", &["model", "environment", "files", "caught"]),
        ("repo", &["model", "environment", "files", "fault", "exec"]),
        ("journal", &["model", "environment", "files", "fault", "exec", "repo"]),
        ("suite", &["model", "environment", "files", "config", "exec"]),
        ("gate", &["model", "environment", "files", "config", "repo", "exec", "report"]),
    ];
    let mut violations = Vec::new();
    for (path, text) in sources() {
        let Some(inside) = path.strip_prefix("xtask/core/src/") else {
            continue;
        };
        let module = inside.split(['/', '.']).next().unwrap_or_default();
        if module == "lib" {
            continue;
        }
        let Some((_, may)) = allowed.iter().find(|(name, _)| *name == module) else {
            violations.push(format!("{path}: the module `{module}` has no place in the layers"));
            continue;
        };
        for (number, line) in without_tests(&text).lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let is_module = allowed.iter().any(|(name, _)| *name == used);
                if is_module && used != module && !may.contains(&used.as_str()) {
                    violations.push(format!("{path}:{}: `{module}` must not use `{used}`", number + 1));
                }
            }
        }
    }
    hold("the layers of core (docs/architecture.md)", &violations);
}

#[test]
fn areas_do_not_know_each_other() {
    let areas = ["hooks", "lint", "test", "coverage", "visual", "init", "doctor"];
    let mut violations = Vec::new();
    for area in areas {
        let manifest =
            std::fs::read_to_string(top().join(format!("xtask/{area}/Cargo.toml"))).expect("a manifest");
        let own = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for other in areas.iter().filter(|other| **other != area) {
            if own.lines().any(|line| line.starts_with(&format!("xtask-{other}."))) {
                violations.push(format!("xtask/{area}/Cargo.toml depends on xtask-{other}"));
            }
        }
    }
    hold("areas depend on core alone", &violations);
}

#[test]
fn files_are_small_and_say_what_they_own() {
    let mut violations = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > 500 {
            violations.push(format!("{path}: {lines} lines; past 500, look for the seam"));
        }
        if !text.starts_with("//!") {
            violations.push(format!("{path}: no `//!` header"));
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        if ["util.rs", "utils.rs", "helpers.rs", "common.rs", "imp.rs", "misc.rs"].contains(&name) {
            violations.push(format!("{path}: the name says nothing"));
        }
    }
    hold("files (CONTRIBUTING.md)", &violations);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut violations = Vec::new();
    for (path, text) in sources() {
        if path.ends_with("tidy.rs") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let ignored = line.trim_start().starts_with("#[ignore");
            // As a word: strings of `X` stand for secrets in tests.
            if line.split(|c: char| !c.is_alphanumeric()).any(|word| word == "XXX") {
                violations.push(format!("{path}:{}: XXX", number + 1));
            }
            for mark in ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "#[ignore"] {
                if ignored && mark == "#[ignore" || mark != "#[ignore" && line.contains(mark) {
                    violations.push(format!("{path}:{}: {mark}", number + 1));
                }
            }
        }
    }
    hold("unfinished work", &violations);
}

#[test]
fn every_dependency_is_recorded() {
    let manifest = std::fs::read_to_string(top().join("Cargo.toml")).expect("the manifest");
    let record = std::fs::read_to_string(top().join("docs/decisions/dependencies.md")).expect("the record");
    let section = manifest.split("[workspace.dependencies]").nth(1).and_then(|rest| rest.split("\n[").next());
    let mut violations = Vec::new();
    for line in section.expect("the dependencies").lines() {
        let Some((name, _)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim();
        if !name.starts_with('#') && !name.starts_with("xtask") && !record.contains(&format!("`{name}`")) {
            violations.push(format!("{name} has no line in docs/decisions/dependencies.md"));
        }
    }
    hold("dependencies", &violations);
}
