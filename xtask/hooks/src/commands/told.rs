//! What is told of a command that failed.

use std::collections::VecDeque;

use bstr::ByteSlice;
use xtask_core::exec::{Ended, RunError};

/// How many of the last lines of a failed command are told.
const TOLD: usize = 20;

/// How it ended, and its last lines.
pub(super) fn ended(ended: &Ended) -> String {
    format!("{}{}", ended.how(), last_lines(ended))
}

/// Why it has no end of its own.
pub(super) fn not_ended(error: &RunError) -> String {
    match error {
        RunError::TimedOut { limit, partial, .. } => {
            format!("it ran longer than {limit:?}{}", last_lines(partial))
        }
        other => other.to_string(),
    }
}

/// Whether the shell says of a program in the script itself that it isn't there: `hook: 1: eslint: not found`, or as bash has it. A script
/// that the command runs may end with the same code, and has failed.
pub(super) fn names_missing_program(ended: &Ended) -> bool {
    let said = |line: &[u8]| line.starts_with(b"hook: ") && line.ends_with(b"not found");
    ended.stderr.lines().any(said)
}

/// The last lines of both outputs, each after a line break.
pub(super) fn last_lines(ended: &Ended) -> String {
    let both = [&ended.stdout[..], &ended.stderr[..]].map(|bytes| bytes.trim_end().to_str_lossy());
    let mut lines = VecDeque::with_capacity(TOLD + 1);
    let mut left_out = 0;
    for line in both.iter().flat_map(|text| text.lines()) {
        lines.push_back(line);
        if lines.len() > TOLD {
            lines.pop_front();
            left_out += 1;
        }
    }
    let mut told = String::new();
    if left_out > 0 {
        told = format!("\n({left_out} lines before these)");
    }
    for line in lines {
        told.push('\n');
        told.push_str(line);
    }
    told
}
