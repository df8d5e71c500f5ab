//! How CI runs the gates: a GitHub workflow of its own, or, where another service is in use, what to add there. Files of
//! CI that exist are never edited: what they do is for people to say.

use xtask_core::config::CiService;
use xtask_core::gate::Context;

use crate::plan::{PlannedFile, create};
use crate::survey::Facts;

const PATH: &str = ".github/workflows/xtask.yml";
const GITHUB: &str = include_str!("../../../templates/ci/github.yml");
const GITLAB: &str = include_str!("../../../templates/ci/gitlab.yml");
const RUST: &str = include_str!("../../../templates/ci/github-steps/rust.yml");
const PYTHON: &str = include_str!("../../../templates/ci/github-steps/python.yml");
const NODE: &str = include_str!("../../../templates/ci/github-steps/node.yml");
const PROGRAM: &str = include_str!("../../../templates/ci/github-steps/program.yml");
/// The runner's variable that names the program's repository, where `init` doesn't know it.
const SOURCE_VARIABLE: &str = "${{ vars.XTASK_SOURCE }}";

/// The workflow to write, and notes on what is left to the user.
pub(crate) fn file(cx: &Context, facts: &Facts, source: Option<&str>) -> (Option<PlannedFile>, Vec<String>) {
    let ci = &facts.project.ci;
    let mut notes: Vec<String> = ci
        .iter()
        .filter(|service| **service != CiService::GithubActions)
        .map(|service| match service {
            CiService::GitlabCi => {
                format!("GitLab CI: add this job to .gitlab-ci.yml yourself:\n\n{}", gitlab(facts, source))
            }
            other => format!(
                "{}: add a step that runs `{} ci`; its reports lie in `{}`.",
                other.name(),
                program(facts),
                reports(facts)
            ),
        })
        .collect();
    if !ci.is_empty() && !ci.contains(&CiService::GithubActions) {
        return (None, notes);
    }
    let file = match &facts.called_by {
        Some(path) if path.as_bytes() != PATH.as_bytes() => {
            PlannedFile::skip(PATH.into(), format!("{path} runs `xtask ci` already"))
        }
        _ => create(cx, PATH, || github(facts, source)),
    };
    let writes = !file.content.is_empty();
    if writes && facts.tasks.ours().is_none() && source.is_none() {
        notes.push(format!(
            "{PATH} installs xtask from the repository that the variable XTASK_SOURCE names: set it in the settings of the \
             repository on GitHub (Secrets and variables, Actions, Variables)."
        ));
    }
    (Some(file), notes)
}

/// How the program is called.
fn program(facts: &Facts) -> &'static str {
    if facts.tasks.ours().is_some() { "cargo xtask" } else { "xtask" }
}

/// The folder of reports.
fn reports(facts: &Facts) -> &'static str {
    if facts.rust { "target/xtask" } else { ".xtask" }
}

fn github(facts: &Facts, source: Option<&str>) -> String {
    let mut steps = String::new();
    if facts.rust {
        steps.push_str(RUST);
    }
    if let Some(install) = &facts.installs.python {
        steps.push_str(&PYTHON.replace("__install__", install));
    }
    if let Some(install) = &facts.installs.node {
        steps.push_str(&NODE.replace("__install__", install));
    }
    if facts.tasks.ours().is_none() {
        let source = source.map_or_else(|| SOURCE_VARIABLE.to_owned(), quoted);
        steps.push_str(
            &PROGRAM.replace("__version__", env!("CARGO_PKG_VERSION")).replace("__source__", &source),
        );
    }
    GITHUB
        .replace("# __steps__\n", &steps)
        .replace("__program__", program(facts))
        .replace("__reports__", reports(facts))
}

fn gitlab(facts: &Facts, source: Option<&str>) -> String {
    let mut before = Vec::new();
    if facts.rust {
        before.push("rustup component add clippy rustfmt".to_owned());
    }
    // The image holds Rust and a bare Python; Debian's Python takes packages in an environment of their own only.
    let python = facts.installs.python.as_ref();
    let node = facts.installs.node.as_ref();
    let packages: Vec<&str> =
        python.map(|_| "python3-venv").into_iter().chain(node.map(|_| "nodejs npm")).collect();
    if !packages.is_empty() {
        before.push(format!("apt-get update && apt-get install -y {}", packages.join(" ")));
    }
    if let Some(install) = python {
        before.push("python3 -m venv /opt/python && . /opt/python/bin/activate".to_owned());
        before.push(install.clone());
    }
    before.extend(node.map(|install| match install.strip_prefix("corepack enable && ") {
        // Debian's Node comes without Corepack.
        Some(_) => format!("npm install --global corepack && {install}"),
        None => install.clone(),
    }));
    if facts.tasks.ours().is_none() {
        let source = source
            .map_or_else(|| "\"$XTASK_SOURCE\"".to_owned(), |url| format!("'{}'", url.replace('\'', "")));
        before.push(format!("cargo install --locked --git {source} xtask"));
    }
    let before: Vec<String> = before.iter().map(|line| format!("    - {line}")).collect();
    GITLAB
        .replace("    - __before__", &before.join("\n"))
        .replace("__program__", program(facts))
        .replace("__reports__", reports(facts))
}

/// The text as a YAML scalar between double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Installs;
    use crate::tasks::Tasks;

    fn facts(rust: bool, tasks: Tasks) -> Facts {
        Facts { rust, tasks, ..Facts::default() }
    }

    #[test]
    fn the_workflow_calls_the_program_as_it_can_be_called_there() {
        let ours = Tasks::Ours { package: "xtask".to_owned(), bin: None };
        for (facts, source, has, lacks) in [
            (
                facts(true, ours),
                None,
                vec![
                    "run: cargo xtask ci",
                    "rustup toolchain install",
                    "            target/xtask\n            !target/xtask/coverage/build\n",
                ],
                vec!["cargo install", "setup-python", "setup-node"],
            ),
            (
                facts(true, Tasks::None),
                None,
                vec!["run: xtask ci", "XTASK_SOURCE: ${{ vars.XTASK_SOURCE }}"],
                vec!["cargo xtask ci"],
            ),
            (
                Facts {
                    installs: Installs {
                        python: Some("python -m pip install -r requirements.txt".to_owned()),
                        node: Some("npm ci".to_owned()),
                    },
                    ..facts(false, Tasks::None)
                },
                Some("https://example.org/x.git"),
                vec![
                    "run: python -m pip install -r requirements.txt\n",
                    "run: npm ci\n",
                    "XTASK_SOURCE: \"https://example.org/x.git\"",
                    "            .xtask\n            !.xtask/coverage/build\n",
                ],
                vec!["rustup"],
            ),
        ] {
            let text = github(&facts, source);
            for part in has {
                assert!(text.contains(part), "{part}:\n{text}");
            }
            for part in lacks.into_iter().chain(["__"]) {
                assert!(!text.contains(part), "{part}:\n{text}");
            }
        }
    }

    #[test]
    fn every_action_is_pinned_by_commit() {
        for text in [GITHUB, RUST, PYTHON, NODE, PROGRAM] {
            for line in text.lines().filter(|line| line.contains("uses:")) {
                let (_, pin) = line.split_once('@').expect("a pin");
                let (commit, version) = pin.split_once(" # v").expect("the version as a comment");
                assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
                assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{line}");
            }
        }
    }

    #[test]
    fn the_job_for_gitlab_is_whole() {
        let text = gitlab(&facts(false, Tasks::None), None);
        assert!(text.contains("    - cargo install --locked --git \"$XTASK_SOURCE\" xtask\n"), "{text}");
        assert!(!text.contains("__") && !text.contains("rustup"), "{text}");
        let installs =
            Installs { python: Some("pip install -r r.txt".to_owned()), node: Some("npm ci".to_owned()) };
        let text = gitlab(&Facts { installs, ..facts(true, Tasks::None) }, None);
        let order = [
            "rustup component add",
            "apt-get install -y python3-venv nodejs npm",
            ". /opt/python/bin/activate",
            "pip install -r r.txt",
            "npm ci",
        ];
        let places: Vec<_> = order.iter().map(|part| text.find(part)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
    }
}
