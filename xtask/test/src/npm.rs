//! JavaScript: the `test` script of `package.json`, judged by its exit code. What is behind the script (node's own runner, jest,
//! vitest) could tell single tests through its JUnit reporter; name it in `[test] run` with `junit` for that.

use std::path::Path;

use serde::Deserialize;
use xtask_core::exec::{Ended, Process};
use xtask_core::model::{CaseStatus, Outcome, RepoPath, TestCase};
use xtask_core::suite::last_lines;

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manager {
    Npm,
    Pnpm,
    Yarn,
}

impl Manager {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
        }
    }

    pub(crate) fn test(self) -> &'static str {
        match self {
            Self::Npm => "npm test",
            Self::Pnpm => "pnpm test",
            Self::Yarn => "yarn test",
        }
    }
}

/// A package with a test script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Npm {
    pub(crate) folder: RepoPath,
    pub(crate) manager: Manager,
    /// The command that installs its dependencies, where they are not there.
    pub(crate) install: Option<String>,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    scripts: Scripts,
    #[serde(default)]
    dependencies: serde_json::Map<String, serde_json::Value>,
    #[serde(default, rename = "devDependencies")]
    dev_dependencies: serde_json::Map<String, serde_json::Value>,
}

#[derive(Default, Deserialize)]
struct Scripts {
    test: Option<String>,
}

impl Npm {
    /// The package in `folder` with this `package.json`, where it has a test script: `npm init`'s, which only fails, is none.
    pub(crate) fn detect(root: &Path, folder: RepoPath, manifest: &str) -> Option<Self> {
        let manifest: Manifest = serde_json::from_str(manifest).ok()?;
        let script = manifest.scripts.test?;
        if script.trim().is_empty() || script.contains("no test specified") {
            return None;
        }
        let on_disk = folder.below(root);
        let has = |name: &str| on_disk.join(name).exists();
        let (manager, install) = if has("pnpm-lock.yaml") {
            (Manager::Pnpm, "pnpm install --frozen-lockfile")
        } else if has("yarn.lock") {
            (Manager::Yarn, "yarn install --frozen-lockfile")
        } else if has("package-lock.json") || has("npm-shrinkwrap.json") {
            (Manager::Npm, "npm ci")
        } else {
            (Manager::Npm, "npm install")
        };
        let needs = !manifest.dependencies.is_empty() || !manifest.dev_dependencies.is_empty();
        // Yarn's Plug'n'Play has no node_modules.
        let missing = needs && !has("node_modules") && !has(".pnp.cjs");
        let install = missing.then(|| {
            if folder.as_bytes().is_empty() {
                install.to_owned()
            } else {
                format!("cd {folder} && {install}")
            }
        });
        Some(Self { folder, manager, install })
    }

    /// The outcome where its dependencies are missing.
    pub(crate) fn missing(&self) -> Option<Outcome> {
        let install = self.install.as_ref()?;
        let place = if self.folder.as_bytes().is_empty() {
            "node_modules".to_owned()
        } else {
            format!("{}/node_modules", self.folder)
        };
        Some(Outcome::missing(format!("{place} is missing, so `{}` can't run", self.manager.test()), install))
    }

    /// The command. `CI` keeps watching test runners from waiting for changes.
    pub(crate) fn process(&self, arguments: &[String]) -> Process {
        let process = Process::new(self.manager.name()).arg("test").variable("CI", "true");
        match (self.manager, arguments) {
            (_, []) => process,
            (Manager::Npm, many) => process.arg("--").args(many),
            (_, many) => process.args(many),
        }
    }

    /// The one case of the script.
    pub(crate) fn case(&self, ended: &Ended) -> TestCase {
        by_exit_code(&self.folder.to_string(), self.manager.test(), ended)
    }
}

/// The one case of a command that tells nothing of its tests.
pub(crate) fn by_exit_code(suite: &str, name: &str, ended: &Ended) -> TestCase {
    let passed = ended.code == Some(0);
    let text = [&ended.stdout[..], b"\n", &ended.stderr].concat();
    let ending = match (ended.code, ended.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "ended without an exit code".to_owned(),
    };
    TestCase {
        suite: suite.to_owned(),
        name: name.to_owned(),
        status: if passed { CaseStatus::Passed } else { CaseStatus::Failed },
        wall_ms: Some(u64::try_from(ended.wall.as_millis()).unwrap_or(u64::MAX)),
        message: (!passed).then(|| {
            let lines = last_lines(&String::from_utf8_lossy(&text), 12);
            format!("{ending}\n{lines}").trim_end().to_owned()
        }),
        location: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_with_tests_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let detect = |text: &str| Npm::detect(root, RepoPath::default(), text);
        for text in [
            "",
            "{}",
            "[]",
            r#"{"scripts":{}}"#,
            r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#,
            r#"{"scripts":{"test":" "}}"#,
        ] {
            assert_eq!(detect(text), None, "{text}");
        }
        let plain = r#"{"scripts":{"test":"node --test"}}"#;
        let needy = r#"{"scripts":{"test":"jest"},"devDependencies":{"jest":"1"}}"#;
        assert_eq!(detect(plain).unwrap().install, None);
        assert_eq!(detect(needy).unwrap().install.as_deref(), Some("npm install"));
        for (lock, manager, install) in [
            ("package-lock.json", Manager::Npm, "npm ci"),
            ("yarn.lock", Manager::Yarn, "yarn install --frozen-lockfile"),
            ("pnpm-lock.yaml", Manager::Pnpm, "pnpm install --frozen-lockfile"),
        ] {
            xtask_core::files::write(&root.join(lock), b"").unwrap();
            let npm = detect(needy).unwrap();
            assert_eq!((npm.manager, npm.install.as_deref()), (manager, Some(install)));
        }
        std::fs::create_dir(root.join("node_modules")).unwrap();
        assert_eq!(detect(needy).unwrap().missing(), None);
    }
}
