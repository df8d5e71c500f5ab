//! The names that `[lint.tools]` takes: the tools that this version runs, and those of the catalogue that it doesn't run yet.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::tool::{TOOLS, Tool};

/// Tools of the catalogue that this version only knows by name: a file that configures them is read, and the gate says that they
/// didn't run.
const TO_COME: [&str; 24] = [
    "actionlint",
    "bandit",
    "biome",
    "cargo-deny",
    "cargo-machete",
    "djlint",
    "eslint",
    "gitleaks",
    "hadolint",
    "markdownlint",
    "mypy",
    "prettier",
    "pylint",
    "ruff",
    "ruff-format",
    "semgrep",
    "shellcheck",
    "shfmt",
    "sqlfluff",
    "stylelint",
    "tsc",
    "typos",
    "yamllint",
    "zizmor",
];

/// A tool's name in `[lint.tools.NAME]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolName(&'static str);

impl ToolName {
    /// The name.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The tool, where this version runs it.
    pub(crate) fn tool(self) -> Option<Tool> {
        TOOLS.into_iter().find(|tool| tool.name() == self.0)
    }

    /// All names, those of tools that run first.
    fn all() -> impl Iterator<Item = &'static str> {
        TOOLS.into_iter().map(Tool::name).chain(TO_COME)
    }
}

impl From<Tool> for ToolName {
    fn from(tool: Tool) -> Self {
        Self(tool.name())
    }
}

impl fmt::Display for ToolName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for ToolName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::all().find(|name| *name == text).map(Self).ok_or_else(|| {
            let names: Vec<String> = Self::all().map(|name| format!("`{name}`")).collect();
            // As serde words it, so that the nearest name is found.
            serde::de::Error::custom(format!("unknown field `{text}`, expected one of {}", names.join(", ")))
        })
    }
}

impl schemars::JsonSchema for ToolName {
    fn schema_name() -> Cow<'static, str> {
        "ToolName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = Self::all().collect();
        schemars::json_schema!({ "type": "string", "enum": names })
    }
}
