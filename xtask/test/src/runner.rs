//! The runners of a project's tests: what `xtask.toml` names, or what the repository suggests.

use std::path::Path;

use xtask_core::config::Project;
use xtask_core::exec::find_program;
use xtask_core::gate::Context;
use xtask_core::model::{RepoPath, Result};
use xtask_core::repo;

use crate::npm::Npm;
use crate::section::TestSection;

/// One runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// A command of `[test] run`.
    Command(String),
    /// Rust: nextest with `cargo test --doc` where nextest is there, else `cargo test`.
    Cargo {
        /// The workspace's folder.
        folder: RepoPath,
        /// Whether nextest is there.
        nextest: bool,
    },
    /// Python: pytest.
    Pytest {
        /// The project's folder.
        folder: RepoPath,
    },
    /// JavaScript: the `test` script of `package.json`.
    Npm(Npm),
}

impl Runner {
    /// The folder in which it runs.
    pub(crate) fn folder(&self) -> RepoPath {
        match self {
            Self::Command(_) => RepoPath::default(),
            Self::Cargo { folder, .. } | Self::Pytest { folder } => folder.clone(),
            Self::Npm(npm) => npm.folder.clone(),
        }
    }

    /// Its name, for messages.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Command(command) => command,
            Self::Cargo { nextest: true, .. } => "cargo nextest",
            Self::Cargo { nextest: false, .. } => "cargo test",
            Self::Pytest { .. } => "pytest",
            Self::Npm(npm) => npm.manager.name(),
        }
    }

    /// The commands as they would be started, for plans.
    pub(crate) fn show(&self) -> Vec<String> {
        let commands = match self {
            Self::Command(command) => return vec![command.clone()],
            Self::Cargo { nextest: true, .. } => {
                vec!["cargo nextest run --workspace", "cargo test --doc --workspace"]
            }
            Self::Cargo { nextest: false, .. } => vec!["cargo test --workspace"],
            Self::Pytest { .. } => vec!["pytest"],
            Self::Npm(npm) => vec![npm.manager.test()],
        };
        let folder = self.folder();
        commands
            .into_iter()
            .map(|command| {
                if folder.as_bytes().is_empty() {
                    command.to_owned()
                } else {
                    format!("in {folder}: {command}")
                }
            })
            .collect()
    }
}

/// The runners and why they are: what `[test] run` names, else what is detected. Starts nothing.
pub(crate) fn runners(cx: &Context, section: &TestSection) -> Result<Vec<(Runner, String)>> {
    if !section.run.0.is_empty() {
        return Ok(section
            .run
            .0
            .iter()
            .map(|command| (Runner::Command(command.clone()), "[test] run names it".to_owned()))
            .collect());
    }
    let project = cx.project()?;
    let nextest = find_program(&cx.root, &[], "cargo-nextest").is_some();
    let mut found = Vec::new();
    for folder in project.folders_of("Cargo.toml") {
        let why = is_here(&folder, "Cargo.toml");
        found.push((Runner::Cargo { folder, nextest }, why));
    }
    found.extend(pytest(cx, project)?);
    for folder in project.folders_of("package.json") {
        let manifest = read_below(&cx.root, &folder, "package.json");
        if let Some(npm) = manifest.and_then(|text| Npm::detect(&cx.root, folder.clone(), &text)) {
            let why = format!("{} has a test script", named(&folder, "package.json"));
            found.push((Runner::Npm(npm), why));
        }
    }
    Ok(found)
}

/// Folders that configure pytest; where there is none, those whose `tests` folder holds `test_*.py`.
fn pytest(cx: &Context, project: &Project) -> Result<Vec<(Runner, String)>> {
    let configured = [
        ("pytest.ini", ""),
        ("pyproject.toml", "[tool.pytest"),
        ("tox.ini", "[pytest]"),
        ("setup.cfg", "[tool:pytest]"),
    ];
    let mut found: Vec<(RepoPath, String)> = Vec::new();
    for (name, table) in configured {
        for folder in project.folders_of(name) {
            let tells = read_below(&cx.root, &folder, name).is_some_and(|text| text.contains(table));
            if tells && !found.iter().any(|(known, _)| *known == folder) {
                let why = format!("{} configures pytest", named(&folder, name));
                found.push((folder, why));
            }
        }
    }
    if found.is_empty() {
        for path in files(cx)?.iter().filter(|path| Project::is_ours(path)) {
            let Some(folder) = of_tests(path) else { continue };
            if !found.iter().any(|(known, _)| *known == folder) {
                found.push((folder, format!("{path} is a test for pytest")));
            }
        }
    }
    Ok(found.into_iter().map(|(folder, why)| (Runner::Pytest { folder }, why)).collect())
}

/// The files of the repository: those that are tracked, or all where there is no git.
pub(crate) fn files(cx: &Context) -> Result<Vec<RepoPath>> {
    match &cx.repo {
        Some(_) => Ok(cx.tracked()?.iter().map(|entry| entry.path.clone()).collect()),
        None => repo::walk(&cx.root),
    }
}

/// The folder above `tests/…/test_*.py`.
fn of_tests(path: &RepoPath) -> Option<RepoPath> {
    let name = path.file_name();
    let is_test = name.ends_with(b".py") && (name.starts_with(b"test_") || name.ends_with(b"_test.py"));
    if !is_test {
        return None;
    }
    let parts: Vec<&[u8]> = path.as_bytes().split(|&byte| byte == b'/').collect();
    let tests = parts[..parts.len() - 1].iter().position(|part| matches!(*part, b"tests" | b"test"))?;
    Some(RepoPath::new(parts[..tests].join(&b'/')))
}

fn named(folder: &RepoPath, name: &str) -> String {
    if folder.as_bytes().is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn is_here(folder: &RepoPath, name: &str) -> String {
    format!("{} is here", named(folder, name))
}

fn read_below(root: &Path, folder: &RepoPath, name: &str) -> Option<String> {
    let bytes = xtask_core::files::read(&folder.below(root).join(name)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_tell_their_project() {
        for (path, folder) in [
            ("tests/test_a.py", Some("")),
            ("app/tests/unit/a_test.py", Some("app")),
            ("tests/conftest.py", None),
            ("test_a.py", None),
            ("src/test_a.py", None),
            ("tests/test_a.rs", None),
        ] {
            assert_eq!(of_tests(&path.into()), folder.map(RepoPath::from), "{path}");
        }
    }
}
