//! `[lint]` of `xtask.toml`.

use schemars::JsonSchema;
use serde::Deserialize;
use xtask_core::config::{Section, Span};

/// `[lint]`: static analysis.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LintSection {
    /// The file of accepted findings, relative to the repository's top. Default: `lint-baseline.json`.
    pub baseline: Option<String>,
    /// What differs from the tools' defaults.
    pub tools: ToolSections,
}

impl Section for LintSection {
    const NAME: &'static str = "lint";
}

impl LintSection {
    /// The file of accepted findings, relative to the repository's top.
    pub fn baseline_file(&self) -> &str {
        self.baseline.as_deref().unwrap_or("lint-baseline.json")
    }
}

/// `[lint.tools]`: one table a tool that this build knows.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ToolSections {
    /// rustfmt, through `cargo fmt`.
    pub rustfmt: Option<ToolSection>,
    /// Clippy, through `cargo clippy`.
    pub clippy: Option<ToolSection>,
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
        assert_eq!(section.tools.clippy.unwrap().args, ["--all-features"]);
        assert!(section.tools.rustfmt.is_none());
        assert_eq!(read("").unwrap().baseline_file(), "lint-baseline.json");
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
