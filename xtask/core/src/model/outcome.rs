//! How a gate ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problem, ProblemKind};

/// Why a gate was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Skip {
    /// Something it needs isn't there: a tool, a browser, an engine.
    Missing,
    /// There was nothing for it to do: nothing changed in the given scope, or the run was stopped early.
    NothingToDo,
    /// Another gate failed first, or the run was interrupted.
    Stopped,
}

/// How a gate ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome {
    /// It measured, and nothing is held against the code.
    Passed,
    /// It measured, and something is: findings, a regression, a difference.
    Failed,
    /// It did not measure.
    Skipped {
        /// The kind of reason.
        reason: Skip,
        /// The reason in words.
        why: String,
        /// The command or change that mends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix: Option<String>,
    },
    /// It could not tell: the tool crashed, the report was empty, the numbers were not comparable.
    Invalid {
        /// What went wrong.
        why: String,
        /// The command or change that mends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix: Option<String>,
    },
}

impl Outcome {
    /// Something is missing.
    pub fn missing(why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Skipped { reason: Skip::Missing, why: why.into(), fix: Some(fix.into()) }
    }

    /// There was nothing to do.
    pub fn nothing_to_do(why: impl Into<String>) -> Self {
        Self::Skipped { reason: Skip::NothingToDo, why: why.into(), fix: None }
    }

    /// It could not tell.
    pub fn invalid(why: impl Into<String>) -> Self {
        Self::Invalid { why: why.into(), fix: None }
    }

    /// How a gate ended whose work met this problem.
    pub fn of(problem: &Problem) -> Self {
        let why = if problem.why.is_empty() {
            problem.what.clone()
        } else {
            format!("{}: {}", problem.what, problem.why)
        };
        let fix = (!problem.fix.is_empty()).then(|| problem.fix.clone());
        match problem.kind {
            ProblemKind::Missing => Self::Skipped { reason: Skip::Missing, why, fix },
            _ => Self::Invalid { why, fix },
        }
    }

    /// The one outcome of two parts of a gate: the one that matters more, with both reasons where they are of one kind. What is
    /// missing outweighs what passed: a part that wasn't measured must not look as if it had been.
    pub fn and(self, other: Self) -> Self {
        let weight = |outcome: &Self| match outcome {
            Self::Skipped { reason: Skip::NothingToDo, .. } => 0,
            Self::Passed => 1,
            Self::Skipped { reason: Skip::Missing, .. } => 2,
            Self::Skipped { reason: Skip::Stopped, .. } => 3,
            Self::Failed => 4,
            Self::Invalid { .. } => 5,
        };
        let (mut more, less) = if weight(&other) > weight(&self) { (other, self) } else { (self, other) };
        if weight(&more) == weight(&less)
            && let Self::Skipped { why, .. } | Self::Invalid { why, .. } = &mut more
            && let Some(also) = less.why().filter(|also| *also != why.as_str())
        {
            why.push_str("; ");
            why.push_str(also);
        }
        more
    }

    /// `passed`, `failed`, `skipped` or `invalid`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped { .. } => "skipped",
            Self::Invalid { .. } => "invalid",
        }
    }

    /// The reason of a skip or an invalid measurement.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Skipped { why, .. } | Self::Invalid { why, .. } => Some(why),
            Self::Passed | Self::Failed => None,
        }
    }

    /// The command or change that mends a skip or an invalid measurement.
    pub fn fix(&self) -> Option<&str> {
        match self {
            Self::Skipped { fix, .. } | Self::Invalid { fix, .. } => fix.as_deref(),
            Self::Passed | Self::Failed => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_parts_make_one_outcome() {
        let missing = || Outcome::missing("no npm", "npm ci");
        let nothing = || Outcome::nothing_to_do("no change");
        let invalid = || Outcome::invalid("crash");
        for (one, two, word) in [
            (Outcome::Passed, missing(), "skipped"),
            (Outcome::Passed, nothing(), "passed"),
            (Outcome::Failed, missing(), "failed"),
            (Outcome::Failed, invalid(), "invalid"),
            (nothing(), missing(), "skipped"),
        ] {
            assert_eq!(one.clone().and(two.clone()).word(), word);
            assert_eq!(two.and(one).word(), word);
        }
        let both = invalid().and(Outcome::invalid("empty"));
        assert_eq!(both.why(), Some("crash; empty"));
    }
}
