//! The text of the first `xtask.toml`: what was found is set or explained, the rest is shown as comments to build on.

use std::fmt::Write;

use xtask_core::config::Language;

use crate::survey::Facts;

/// The text of `xtask.toml` for these facts.
pub(crate) fn text(facts: &Facts) -> String {
    let mut out = String::from(
        "# What xtask does in this repository. Every key is optional: without this file `xtask ci` runs what it detects.\n\
         # `xtask ci --plan` shows what runs and why; `xtask schema` prints all keys.\n\n",
    );
    let version = least_version(env!("CARGO_PKG_VERSION"));
    let _ = writeln!(
        out,
        "# An older xtask refuses this file, and says how to update.\nmin-version = \"{version}\"\n"
    );
    hooks(&mut out, facts);
    tests(&mut out, facts);
    lint(&mut out, facts);
    coverage(&mut out, facts);
    visual(&mut out, facts);
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// Major and minor version: a patch release reads the same file.
fn least_version(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

fn hooks(out: &mut String, facts: &Facts) {
    out.push_str(
        "# Checks of files: `xtask ci` holds all tracked files to them, and `git commit` what is staged, once `xtask hooks install` ran.\n\
         # \"default\" stands for trailing-whitespace, end-of-file-fixer, mixed-line-ending, check-json, check-yaml,\n\
         # check-toml, check-merge-conflict, check-added-large-files, check-case-conflict and detect-private-key.\n\
         [hooks.pre-commit]\n\
         checks = [\"default\"]\n",
    );
    if facts.vendored.is_empty() {
        out.push_str("# exclude = [\"vendor/**\"]      # globs read as in .gitignore\n\n");
    } else {
        let globs: Vec<String> = facts.vendored.iter().map(|name| format!("/{name}/**")).collect();
        let _ = writeln!(
            out,
            "exclude = {}      # other people's code; globs read as in .gitignore\n",
            list(&globs)
        );
    }
}

/// The table `[test]`. Commands are set only where `xtask test` would not find them: a command that is set fails where its
/// program is missing, and what is found is skipped with the line that installs it.
fn tests(out: &mut String, facts: &Facts) {
    if facts.suites.is_empty() {
        out.push_str("# The project's tests. No suite was found.\n# [test]\n# run = [\"pytest\"]\n\n");
        return;
    }
    out.push_str("# The project's tests, by `xtask test` and `xtask ci`. Found:\n");
    for suite in &facts.suites {
        let _ = writeln!(out, "#   {} ({})", suite.command, suite.why);
    }
    let commands: Vec<String> = facts.suites.iter().map(|suite| suite.command.clone()).collect();
    let (mark, note) = if facts.suites.iter().all(|suite| suite.detected) {
        ("# ", "      # to run something else")
    } else {
        ("", "")
    };
    let _ = writeln!(out, "[test]\n{mark}run = {}{note}\n", list(&commands));
}

/// The table `[lint]`, where there is a tool for what was found.
fn lint(out: &mut String, facts: &Facts) {
    if facts.rust {
        out.push_str(
            "# Static analysis: rustfmt and clippy. Only findings that the baseline doesn't accept fail.\n\
             [lint]\n# baseline = \"lint-baseline.json\"      # written by `xtask lint --update-baseline`\n\n",
        );
    }
}

fn coverage(out: &mut String, facts: &Facts) {
    let mut inputs = Vec::new();
    if facts.project.speaks(Language::Python) {
        inputs.push("coverage.lcov".to_owned());
    }
    let scripts = [Language::JavaScript, Language::TypeScript];
    if scripts.iter().any(|language| facts.project.speaks(*language)) {
        inputs.push("coverage/lcov.info".to_owned());
    }
    let found = if facts.rust {
        " The Rust tests are measured without more; `inputs` adds reports of other languages."
    } else {
        " `inputs` names the lcov reports that the test runs leave (pytest: `--cov --cov-report=lcov`)."
    };
    if inputs.is_empty() {
        inputs.push("lcov.info".to_owned());
    }
    let _ = writeln!(
        out,
        "# Coverage.{found}\n# [coverage]\n# inputs = {}\n# min = 85.0      # percent of lines\n",
        list(&inputs)
    );
}

fn visual(out: &mut String, facts: &Facts) {
    let web = [Language::JavaScript, Language::TypeScript, Language::Html, Language::Css];
    if web.iter().any(|language| facts.project.speaks(*language)) {
        out.push_str(
            "# Visual regression: a folder of accepted pictures, compared pixel by pixel.\n\
             # [visual]\n# baseline = \"tests/visual/baseline\"\n# threshold = 0.1\n\n",
        );
    }
}

/// A TOML list of texts.
fn list(texts: &[String]) -> String {
    toml::Value::from(texts.to_vec()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::Suite;
    use xtask_core::config::{Config, Project};
    use xtask_core::model::RepoPath;

    fn suite(command: &str) -> Suite {
        Suite {
            command: command.to_owned(),
            why: "evidence".to_owned(),
            detected: !command.contains(' ') || command.ends_with(" test"),
        }
    }

    fn facts(paths: &[&str], suites: &[&str]) -> Facts {
        let paths: Vec<RepoPath> = paths.iter().map(|path| RepoPath::from(*path)).collect();
        Facts {
            rust: paths.contains(&"Cargo.toml".into()),
            project: Project::detect(&paths),
            suites: suites.iter().map(|command| suite(command)).collect(),
            ..Facts::default()
        }
    }

    #[test]
    fn every_text_parses_also_with_its_suggestions_switched_on() {
        for facts in [
            facts(&[], &[]),
            facts(&["Cargo.toml", "src/lib.rs"], &["cargo test"]),
            facts(&["a.py", "web/a.ts", "compose.yaml"], &["pytest", "npm test"]),
            Facts {
                vendored: vec!["vendor".to_owned()],
                ..facts(&["Cargo.toml", "a.html"], &["cargo test", "say \"x\"\\"])
            },
        ] {
            let text = text(&facts);
            let config = Config::parse("xtask.toml", text.clone()).unwrap();
            assert!(config.has("hooks"), "{text}");
            let switched: String = text
                .lines()
                .map(|line| {
                    let bare = line.strip_prefix("# ").unwrap_or(line);
                    let is_code = bare.starts_with('[')
                        || bare.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
                    if is_code { bare } else { line }
                })
                .fold(String::new(), |out, line| out + line + "\n");
            Config::parse("xtask.toml", switched).unwrap();
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
            assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
        }
    }

    #[test]
    fn what_was_found_is_set() {
        for (facts, has, lacks) in [
            (facts(&[], &[]), vec!["# [test]"], vec!["\n[test]", "[visual]", "[env]", "[lint]"]),
            (
                facts(&["Cargo.toml"], &["cargo test"]),
                vec!["\n#   cargo test (evidence)\n[test]\n# run = [\"cargo test\"]", "\n[lint]\n"],
                vec!["\nrun"],
            ),
            (
                facts(&["a.py", "compose.yaml"], &["pytest", "npm test"]),
                vec!["\n[test]\n# run = [\"pytest\", \"npm test\"]", "coverage.lcov"],
                vec!["rustfmt", "[lint]", "[env]", "\nrun"],
            ),
            (facts(&["a.py"], &["uv run pytest"]), vec!["\n[test]\nrun = [\"uv run pytest\"]\n"], vec![]),
        ] {
            let text = text(&facts);
            for part in has {
                assert!(text.contains(part), "{part}:\n{text}");
            }
            for part in lacks {
                assert!(!text.contains(part), "{part}:\n{text}");
            }
        }
    }

    #[test]
    fn the_least_version_leaves_the_patch_out() {
        for (version, least) in [("0.1.0", "0.1"), ("1.12.3-rc.1", "1.12"), ("2", "2")] {
            assert_eq!(least_version(version), least);
        }
    }
}
