//! What can be set on the built-in checks: `[hooks.STAGE.options.CHECK]`, named after the arguments of the originals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xtask_core::config::ByteSize;

mod repository;

pub use repository::NoCommitToBranchOptions;
mod aws;
mod formatting;
mod python;
use crate::checks::SecretKind;
pub use aws::{AwsOptions, Secrets};
pub use formatting::{Indent, PrettyJsonOptions, SorterOptions};
pub use python::{BuiltinType, LiteralOptions, TestNameOptions, TestNames};

/// The options of all checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    /// Of `trailing-whitespace`.
    pub trailing_whitespace: TrailingWhitespaceOptions,
    /// Of `mixed-line-ending`.
    pub mixed_line_ending: MixedLineEndingOptions,
    /// Of `check-yaml`.
    pub check_yaml: YamlOptions,
    /// Of `check-added-large-files`.
    pub check_added_large_files: LargeFilesOptions,
    /// Of `no-commit-to-branch`.
    pub no_commit_to_branch: NoCommitToBranchOptions,
    /// Of `check-builtin-literals`.
    pub check_builtin_literals: LiteralOptions,
    /// Of `check-vcs-permalinks`.
    pub check_vcs_permalinks: PermalinkOptions,
    /// Of `detect-aws-credentials`.
    pub detect_aws_credentials: AwsOptions,
    /// Of `file-contents-sorter`.
    pub file_contents_sorter: SorterOptions,
    /// Of `name-tests-test`.
    pub name_tests_test: TestNameOptions,
    /// Of `pretty-format-json`.
    pub pretty_format_json: PrettyJsonOptions,
    /// Of `commit-message-length`.
    pub commit_message_length: CommitMessageLengthOptions,
    /// Of `conventional-commit`.
    pub conventional_commit: ConventionalCommitOptions,
    /// Of `detect-secrets`.
    pub detect_secrets: SecretsOptions,
}

/// `[hooks.STAGE.options.trailing-whitespace]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TrailingWhitespaceOptions {
    /// Where two spaces at a line's end are a line break and stay: extensions without their dot, or `["*"]` for all files.
    /// Default: nowhere.
    #[serde(rename = "markdown-linebreak-ext")]
    pub markdown_linebreak: MarkdownLinebreaks,
    /// The characters to strip. Default: all ASCII whitespace.
    pub chars: Option<String>,
}

/// Where two spaces at the end of a line are a line break.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "Vec<String>")]
#[schemars(with = "Vec<String>")]
pub enum MarkdownLinebreaks {
    /// In no file.
    #[default]
    Nowhere,
    /// In every file.
    Everywhere,
    /// In files of these extensions, in lower case and without a dot.
    Extensions(Vec<String>),
}

impl From<Vec<String>> for MarkdownLinebreaks {
    fn from(given: Vec<String>) -> Self {
        if given.is_empty() {
            Self::Nowhere
        } else if given.iter().any(|one| one == "*") {
            Self::Everywhere
        } else {
            let plain = |one: &String| one.trim_start_matches('.').to_lowercase();
            Self::Extensions(given.iter().map(plain).collect())
        }
    }
}

/// `[hooks.STAGE.options.mixed-line-ending]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct MixedLineEndingOptions {
    /// The ending that lines get.
    pub fix: LineEnding,
}

/// A line ending, or how it is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnding {
    /// The one that most lines of the file have; mixed files alone are findings.
    #[default]
    Auto,
    /// None: mixed files are findings and stay as they are.
    No,
    /// `\n` in every file.
    Lf,
    /// `\r\n` in every file.
    Crlf,
    /// `\r` in every file.
    Cr,
}

/// `[hooks.STAGE.options.check-yaml]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct YamlOptions {
    /// Whether a file may hold several documents.
    pub allow_multiple_documents: bool,
    /// Checks the syntax alone: custom tags, duplicate keys and several documents are let through.
    #[serde(rename = "unsafe")]
    pub syntax_only: bool,
}

/// `[hooks.STAGE.options.check-added-large-files]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LargeFilesOptions {
    /// The largest size that a file may have. Default: `500KiB`, as in pre-commit-hooks.
    pub max: ByteSize,
    /// Whether files count that were there before, where a run looks at a difference (a commit, a push, `--from-ref`). Elsewhere
    /// all files count.
    pub enforce_all: bool,
}

impl Default for LargeFilesOptions {
    fn default() -> Self {
        Self { max: ByteSize(500 << 10), enforce_all: false }
    }
}

/// `[hooks.STAGE.options.check-vcs-permalinks]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct PermalinkOptions {
    /// Domains of GitHub servers beside `github.com`.
    pub additional_github_domain: Vec<Domain>,
}

/// The name of a server: `github.example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Domain(String);

impl Domain {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Domain {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.is_empty() || name.contains(['/', ' ', '\n']) {
            return Err(format!("{name:?} is no domain: write the name alone, such as `github.example.com`"));
        }
        Ok(Self(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_refused_where_it_stands() {
        for (text, said) in [
            ("check-vcs-permalinks.additional-github-domain = [\"https://a.b\"]", "is no domain"),
            ("file-contents-sorter = { ignore-case = true, unique = true }", "can't be set together"),
            ("name-tests-test = { django = true, pytest-test-first = true }", "can't be set together"),
            ("check-builtin-literals.ignore = [\"set\"]", "unknown variant `set`"),
            ("pretty-format-json.indent = 1000", "`indent`"),
            ("pretty-format-json.indent = [1]", "`indent`"),
            ("pretty-format-json.sort-keys = true", "unknown field `sort-keys`"),
        ] {
            let problem = toml::from_str::<Options>(text).unwrap_err().to_string();
            assert!(problem.contains(said), "{text}: {problem}");
        }
    }
}

/// `[hooks.STAGE.options.detect-secrets]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SecretsOptions {
    /// The fingerprints of findings that are no secrets, or not any more; say why in a comment.
    pub accept: Vec<String>,
    /// The kinds of secrets that aren't looked for.
    pub ignore: Vec<SecretKind>,
}

/// `[hooks.commit-msg.options.commit-message-length]`. Lengths are in characters; 0 is no limit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CommitMessageLengthOptions {
    /// The longest subject. Default: 72, where GitHub and `git log --oneline` in a terminal of 80 columns cut it.
    pub max_subject: u32,
    /// The shortest subject. Default: 0.
    pub min_subject: u32,
    /// The longest line of the body; lines with addresses, trailers, quotes and code may be longer. Default: 100, as
    /// `body-max-line-length` of commitlint's conventional configuration.
    pub max_line: u32,
}

impl Default for CommitMessageLengthOptions {
    fn default() -> Self {
        Self { max_subject: 72, min_subject: 0, max_line: 100 }
    }
}

/// `[hooks.commit-msg.options.conventional-commit]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ConventionalCommitOptions {
    /// The types that a commit may have; none: any. Default: those of commitlint's conventional configuration.
    pub types: Vec<String>,
    /// The scopes that a commit may name; several are separated by `,`, `/`, `:`, `-`, `.` or `#`.
    /// Default: any.
    pub scopes: Vec<String>,
    /// Whether a scope has to be named.
    pub require_scope: bool,
    /// Whether messages that git writes for a merge are let through. Default: true.
    pub allow_merge: bool,
    /// Whether messages that git writes for a revert are let through. Default: true.
    pub allow_revert: bool,
    /// Whether `fixup!`, `squash!` and `amend!` commits are let through. Default: true.
    pub allow_fixup: bool,
}

impl Default for ConventionalCommitOptions {
    fn default() -> Self {
        let types =
            ["build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"];
        Self {
            types: types.map(str::to_owned).to_vec(),
            scopes: Vec::new(),
            require_scope: false,
            allow_merge: true,
            allow_revert: true,
            allow_fixup: true,
        }
    }
}
