//! One test of a project's test suite, as it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Location;

/// The rule of a finding that tells of a failed test, which is among its gate's cases as well.
pub const TEST_FAILED: &str = "test-failed";

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CaseStatus {
    /// It held.
    Passed,
    /// It did not hold.
    Failed,
    /// It was not run.
    Skipped,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TestCase {
    /// The program or file it belongs to.
    pub suite: String,
    /// Its full name within that.
    pub name: String,
    /// How it ended.
    pub status: CaseStatus,
    /// How long it took, in milliseconds, where the runner says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u64>,
    /// What it printed when it failed, or why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}
