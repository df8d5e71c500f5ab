//! What can be set on `detect-aws-credentials`, and the secrets that it looks for once they are read.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[hooks.STAGE.options.detect-aws-credentials]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct AwsOptions {
    /// Files with credentials, in the format of the AWS command line, beside those that are known: `~/.aws/config`,
    /// `~/.aws/credentials`, `/etc/boto.cfg`, `~/.boto`, and what `AWS_CONFIG_FILE` and the like name.
    pub credentials_file: Vec<String>,
    /// Whether files pass where no credentials are found to look for.
    pub allow_missing_credentials: bool,
    /// What to look for; `None` until it is read (`checks::read_aws_secrets`).
    #[serde(skip)]
    pub secrets: Option<Secrets>,
}

impl AwsOptions {
    /// What keeps the check from looking at all, once the secrets are read.
    pub fn why_nothing_is_checked(&self) -> Option<&'static str> {
        let is_empty = self.secrets.as_ref().is_some_and(|secrets| secrets.0.is_empty());
        (is_empty && !self.allow_missing_credentials)
            .then_some("no AWS credentials were found that could be looked for, in the files where they lie and the environment")
    }
}

/// Secrets, which are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(pub(crate) Vec<Vec<u8>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} secrets", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let options =
            AwsOptions { secrets: Some(Secrets(vec![b"hidden".to_vec()])), ..AwsOptions::default() };
        let shown = format!("{options:?}");
        assert!(
            shown.contains("1 secrets") && !shown.contains("hidden") && !shown.contains("104"),
            "{shown}"
        );
    }
}
