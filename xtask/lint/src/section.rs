//! `[lint]` of `xtask.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::{Section, Span};
use xtask_core::model::Missing;

use crate::name::ToolName;
use crate::tool::Tool;

/// `[lint]`: static analysis.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LintSection {
    /// The file of accepted findings, relative to the repository's top. Default: `lint-baseline.json`.
    pub baseline: Option<String>,
    /// What differs from the tools' defaults, by the tool's name. This version runs rustfmt and clippy; of the other names it says that
    /// they didn't run.
    pub tools: BTreeMap<ToolName, ToolSection>,
}

impl Section for LintSection {
    const NAME: &'static str = "lint";
}

impl LintSection {
    /// What is said of a tool.
    pub(crate) fn tool(&self, tool: Tool) -> ToolSection {
        self.tools.get(&tool.into()).cloned().unwrap_or_default()
    }

    /// The tools that are to run and that this version doesn't.
    pub(crate) fn to_come(&self) -> Vec<Missing> {
        let wanted =
            self.tools.iter().filter(|(name, own)| name.tool().is_none() && own.enabled != Some(false));
        let told = wanted.map(|(name, own)| Missing {
            why: format!("[lint.tools.{name}]: this version of xtask doesn't run {name}"),
            fix: format!(
                "run {name} as a command of [hooks.pre-commit.commands], and set `enabled = false` here"
            ),
            required: own.required,
        });
        told.collect()
    }

    /// The file of accepted findings, relative to the repository's top.
    pub fn baseline_file(&self) -> &str {
        self.baseline.as_deref().unwrap_or("lint-baseline.json")
    }
}

/// `[lint.tools.NAME]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ToolSection {
    /// Whether the tool runs. Default: where the repository has files for it.
    pub enabled: Option<bool>,
    /// Whether it is an error (exit 3) that the tool is missing. Otherwise it is skipped.
    pub required: bool,
    /// More arguments: for rustfmt those of rustfmt itself, for Clippy those of `cargo clippy`, with `--` before lints
    /// (`["--all-features", "--", "-W", "clippy::pedantic"]`).
    pub args: Vec<String>,
    /// How long it may run.
    pub timeout: Option<Span>,
}

#[cfg(test)]
mod tests {
    use xtask_core::config::Config;

    use super::*;

    fn read(text: &str) -> xtask_core::model::Result<LintSection> {
        Config::parse("xtask.toml", text)?.section_or_default()
    }

    #[test]
    fn tools_are_tables() {
        let section = read("[lint.tools.clippy]\nargs = [\"--all-features\"]\ntimeout = \"10m\"\n").unwrap();
        assert_eq!(section.tool(Tool::Clippy).args, ["--all-features"]);
        assert!(section.tool(Tool::Rustfmt).args.is_empty());
        assert_eq!(read("").unwrap().baseline_file(), "lint-baseline.json");
    }

    #[test]
    fn a_tool_that_does_not_run_yet_is_told_as_missing() {
        let section = read("[lint.tools.ruff]\nargs = [\"--select\", \"ALL\"]\nrequired = true\n").unwrap();
        let [ruff] = section.to_come().try_into().unwrap();
        assert!(ruff.required && ruff.why.contains("ruff"));
        assert!(read("[lint.tools.ruff]\nenabled = false\n").unwrap().to_come().is_empty());
    }

    #[test]
    fn an_unknown_tool_or_key_names_the_nearest() {
        for (text, fix) in [
            ("[lint.tools.clipy]\n", "did you mean `clippy`?"),
            ("[lint]\nbaselines = \"x\"\n", "did you mean `baseline`?"),
            ("[lint.tools.clippy]\nrequire = true\n", "did you mean `required`?"),
        ] {
            assert_eq!(read(text).unwrap_err().fix, fix, "{text}");
        }
    }
}
