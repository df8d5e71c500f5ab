//! A finding: one thing that a gate holds against the code, and where.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fingerprint, RepoPath};

/// How much a finding matters. The order is that of weight, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Should be mended.
    Warning,
    /// Must be mended.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Whether a baseline already holds the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not in the baseline: it fails the gate.
    New,
    /// In the baseline: it is told, and does not fail the gate.
    Known,
}

/// A place in a file. Lines and columns count from 1; an end is inclusive for lines and exclusive for columns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Location {
    /// The file.
    pub path: RepoPath,
    /// The line, from 1; absent where the finding is about the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in characters, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The last line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// The column after the last character, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
}

impl Location {
    /// The whole file.
    pub fn file(path: RepoPath) -> Self {
        Self { path, line: None, column: None, end_line: None, end_column: None }
    }

    /// One line of a file, from 1.
    pub fn line(path: RepoPath, line: u32) -> Self {
        Self { line: Some(line), ..Self::file(path) }
    }
}

/// `path:line:column`, as editors and terminals link it.
impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.path)?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
            if let Some(column) = self.column {
                write!(out, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// One thing that a gate holds against the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The program or check that found it: `clippy`, `trailing-whitespace`.
    pub tool: String,
    /// The rule, by the name the tool gives it: `clippy::needless_return`.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where; absent where it is about no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What is wrong, in a sentence or two.
    pub message: String,
    /// What mends it: a command or a change, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Its identity across edits.
    pub fingerprint: Fingerprint,
    /// Whether the baseline holds it.
    pub state: State,
}

impl Finding {
    /// A new error about `location`. Its fingerprint is that of rule, path and message; a gate that can see the
    /// text of the line gives a better one.
    pub fn new(
        tool: impl Into<String>,
        rule: impl Into<String>,
        location: Option<Location>,
        message: impl Into<String>,
    ) -> Self {
        let (tool, rule, message) = (tool.into(), rule.into(), message.into());
        let path = location.as_ref().map_or(&b""[..], |at| at.path.as_bytes());
        let fingerprint = Fingerprint::of([tool.as_bytes(), rule.as_bytes(), path, message.as_bytes()]);
        Self {
            tool,
            rule,
            severity: Severity::Error,
            location,
            message,
            fix: None,
            fingerprint,
            state: State::New,
        }
    }

    /// The same with this severity.
    pub fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// The same with this fix.
    pub fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// The key by which findings are listed: path, line, column, tool, rule, message.
    pub fn sort_key(&self) -> impl Ord + '_ {
        (self.location.as_ref(), &self.tool, &self.rule, &self.message)
    }
}
