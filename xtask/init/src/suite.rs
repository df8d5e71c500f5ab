//! The test suites of a repository: which runner, by what evidence, and how a CI runner installs what they need.

use std::path::Path;

use xtask_core::config::{Language, Project};
use xtask_core::model::RepoPath;

use crate::survey::{Installs, text_of};

/// A test suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    /// The command that runs it.
    pub(crate) command: String,
    /// What tells that it is there.
    pub(crate) why: String,
    /// Whether `xtask test` finds this very command by itself.
    pub(crate) detected: bool,
}

/// The suites at the top of the repository: Rust, Python, JavaScript.
pub(crate) fn find(root: &Path, project: &Project, paths: &[RepoPath]) -> Vec<Suite> {
    let mut suites = Vec::new();
    if project.has_at_top("Cargo.toml") {
        suites.push(Suite {
            command: "cargo test".to_owned(),
            why: "Cargo.toml is here".to_owned(),
            detected: true,
        });
    }
    if project.speaks(Language::Python)
        && let Some(why) = pytest(root, paths)
    {
        let prefix = python_prefix(root);
        suites.push(Suite { command: format!("{prefix}pytest"), why, detected: prefix.is_empty() });
    }
    if project.has_at_top("package.json")
        && let Some(why) = text_of(&root.join("package.json")).and_then(|text| test_script(&text))
    {
        let manager = node_manager(root);
        suites.push(Suite { command: format!("{manager} test"), why, detected: true });
    }
    suites
}

/// What tells that pytest runs this project's tests; `None` where nothing does.
fn pytest(root: &Path, paths: &[RepoPath]) -> Option<String> {
    let configured = [
        ("pytest.ini", "[pytest]"),
        ("pyproject.toml", "[tool.pytest"),
        ("setup.cfg", "[tool:pytest]"),
        ("tox.ini", "[pytest]"),
    ];
    for (name, table) in configured {
        let Some(text) = text_of(&root.join(name)) else {
            continue;
        };
        if name == "pytest.ini" {
            return Some("pytest.ini is here".to_owned());
        }
        if text.lines().any(|line| line.trim_start().starts_with(table)) {
            return Some(format!("{name} configures it"));
        }
    }
    let named = |path: &&RepoPath| path.file_name() == b"conftest.py";
    if let Some(path) = paths.iter().find(named) {
        return Some(format!("{path} is its file"));
    }
    requirement_files(root)
        .into_iter()
        .chain(["pyproject.toml".to_owned()])
        .find(|name| text_of(&root.join(name)).is_some_and(|text| requires_pytest(&text)))
        .map(|name| format!("{name} requires it"))
}

/// Whether a list of requirements (a `requirements.txt`, or the strings of a `pyproject.toml`) names pytest itself.
fn requires_pytest(text: &str) -> bool {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split(['"', '\'', ',', '[', ']']))
        .any(|part| {
            part.trim()
                .strip_prefix("pytest")
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "-_.".contains(c)))
        })
}

/// Requirement files at the top, `requirements.txt` first.
fn requirement_files(root: &Path) -> Vec<String> {
    [
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-test.txt",
        "requirements_dev.txt",
        "dev-requirements.txt",
    ]
    .into_iter()
    .filter(|name| root.join(name).is_file())
    .map(str::to_owned)
    .collect()
}

/// How a program of the project's Python environment is called.
fn python_prefix(root: &Path) -> &'static str {
    if root.join("uv.lock").is_file() {
        "uv run "
    } else if root.join("poetry.lock").is_file() {
        "poetry run "
    } else {
        ""
    }
}

/// The package manager of a JavaScript project, by its lock file.
fn node_manager(root: &Path) -> &'static str {
    let locks = [("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn")];
    locks.into_iter().find(|(lock, _)| root.join(lock).is_file()).map_or("npm", |(_, manager)| manager)
}

/// What tells that `package.json` has a test script of the project's own; npm's placeholder is none.
fn test_script(package: &str) -> Option<String> {
    let package: serde_json::Value = serde_json::from_str(package).ok()?;
    let script = package.get("scripts")?.get("test")?.as_str()?;
    (!script.trim().is_empty() && !script.contains("no test specified"))
        .then(|| "package.json has a test script".to_owned())
}

/// How a CI runner installs what the project needs.
pub(crate) fn installs(root: &Path, project: &Project) -> Installs {
    let python = project.speaks(Language::Python).then(|| python_install(root)).flatten();
    let node = project.has_at_top("package.json").then(|| {
        let locked = root.join("package-lock.json").is_file();
        match node_manager(root) {
            "pnpm" => "corepack enable && pnpm install --frozen-lockfile",
            "yarn" => "corepack enable && yarn install --immutable",
            _ if locked => "npm ci",
            _ => "npm install",
        }
        .to_owned()
    });
    Installs { python, node }
}

fn python_install(root: &Path) -> Option<String> {
    match python_prefix(root) {
        "uv run " => return Some("python -m pip install uv && uv sync".to_owned()),
        "poetry run " => return Some("python -m pip install poetry && poetry install".to_owned()),
        _ => {}
    }
    let mut arguments: Vec<String> =
        requirement_files(root).into_iter().map(|name| format!("-r {name}")).collect();
    let project = |text: String| text.lines().any(|line| line.trim() == "[project]");
    if arguments.is_empty() && text_of(&root.join("pyproject.toml")).is_some_and(project) {
        arguments.push("-e .".to_owned());
    }
    (!arguments.is_empty()).then(|| format!("python -m pip install {}", arguments.join(" ")))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "fixtures")]
mod tests {
    use super::*;

    fn commands(files: &[(&str, &str)]) -> (Vec<String>, Installs) {
        let folder = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
            paths.push(RepoPath::from(*name));
        }
        let project = Project::detect(&paths);
        let suites = find(folder.path(), &project, &paths);
        (suites.into_iter().map(|suite| suite.command).collect(), installs(folder.path(), &project))
    }

    #[test]
    fn suites_are_told_by_evidence_alone() {
        let py = ("app/main.py", "");
        let script = r#"{"scripts":{"test":"vitest"}}"#;
        for (files, expected) in [
            (vec![], vec![]),
            (vec![py], vec![]),
            (vec![py, ("pytest.ini", "")], vec!["pytest"]),
            (vec![py, ("pyproject.toml", "[tool.pytest.ini_options]\n")], vec!["pytest"]),
            (vec![py, ("pyproject.toml", "[project]\nname = \"x\"\n")], vec![]),
            (vec![py, ("setup.cfg", "[tool:pytest]\n")], vec!["pytest"]),
            (vec![py, ("requirements.txt", "flask\npytest>=8\n")], vec!["pytest"]),
            (vec![py, ("requirements.txt", "flask\npytest-cov\n# pytest\n")], vec![]),
            (vec![py, ("tests/conftest.py", "")], vec!["pytest"]),
            (vec![py, ("pytest.ini", ""), ("uv.lock", "")], vec!["uv run pytest"]),
            (vec![py, ("pytest.ini", ""), ("poetry.lock", "")], vec!["poetry run pytest"]),
            (vec![("pytest.ini", "")], vec![]),
            (vec![("package.json", script)], vec!["npm test"]),
            (vec![("package.json", script), ("yarn.lock", "")], vec!["yarn test"]),
            (vec![("package.json", script), ("pnpm-lock.yaml", "")], vec!["pnpm test"]),
            (vec![("package.json", "{ broken")], vec![]),
            (vec![("package.json", "{}")], vec![]),
            (
                vec![(
                    "package.json",
                    r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#,
                )],
                vec![],
            ),
            (vec![("web/package.json", script)], vec![]),
            (
                vec![("Cargo.toml", ""), py, ("pytest.ini", ""), ("package.json", script)],
                vec!["cargo test", "pytest", "npm test"],
            ),
        ] {
            assert_eq!(commands(&files).0, expected, "{files:?}");
        }
    }

    #[test]
    fn installs_follow_the_lock_files() {
        let py = ("a.py", "");
        for (files, python, node) in [
            (vec![py], None, None),
            (
                vec![py, ("requirements.txt", ""), ("requirements-dev.txt", "")],
                Some("python -m pip install -r requirements.txt -r requirements-dev.txt"),
                None,
            ),
            (vec![py, ("pyproject.toml", "[project]\n")], Some("python -m pip install -e ."), None),
            (vec![py, ("pyproject.toml", "[tool.black]\n")], None, None),
            (vec![("package.json", "{}"), ("package-lock.json", "{}")], None, Some("npm ci")),
            (vec![("package.json", "{}")], None, Some("npm install")),
        ] {
            let found = commands(&files).1;
            assert_eq!(found.python.as_deref(), python, "{files:?}");
            assert_eq!(found.node.as_deref(), node, "{files:?}");
        }
    }
}
