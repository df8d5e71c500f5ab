//! What Rust's test harness (libtest) prints, under `cargo test`.

use std::path::Path;

use crate::model::TestCase;

/// The tests in the output of `cargo test`: `stderr` names the test programs, `stdout` holds their results. Paths in
/// panics are made relative to `root`.
pub fn parse(root: &Path, stdout: &str, stderr: &str) -> Vec<TestCase> {
    let _ = (root, stdout, stderr);
    Vec::new()
}
