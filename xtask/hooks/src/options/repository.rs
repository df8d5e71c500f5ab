//! What can be set on the checks that look at the repository.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::rules::PathRegex;

/// `[hooks.STAGE.options.no-commit-to-branch]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct NoCommitToBranchOptions {
    /// The branches that take no commit. Default: `["main", "master"]`.
    pub branch: Vec<String>,
    /// Regular expressions as in Python: a branch whose name begins with a match takes no commit either.
    pub pattern: Vec<PathRegex>,
}

impl Default for NoCommitToBranchOptions {
    fn default() -> Self {
        Self { branch: vec!["main".to_owned(), "master".to_owned()], pattern: Vec::new() }
    }
}
