//! What is told of a command that failed.

use std::collections::VecDeque;

use bstr::ByteSlice;
use xtask_core::exec::{Ended, RunError};

use super::paths::UserPaths;

/// How many of the last lines of a failed command are told: there is no other place where its output can be read.
const TOLD: usize = 200;

/// After so many characters a line is cut: minified code, a base64 picture.
const LONGEST: usize = 2000;

/// After so many characters a command line is cut where it names the command.
const NAMED: usize = 100;

/// A command line, to name the command by: what follows its first line is in the configuration.
pub(super) fn command(run: &str) -> String {
    let run = run.trim();
    let first = run.lines().next().unwrap_or_default();
    let named: String = first.chars().take(NAMED).collect();
    let more = if named.len() < run.len() { " …" } else { "" };
    format!("`{}{more}`", named.trim_end())
}

/// How it ended, and its last lines.
pub(super) fn ended(ended: &Ended, paths: &UserPaths) -> String {
    format!("{}{}", ended.how(), last_lines(ended, paths))
}

/// Why it has no end of its own.
pub(super) fn not_ended(error: &RunError, paths: &UserPaths) -> String {
    match error {
        RunError::TimedOut { limit, partial, .. } => {
            format!("it ran longer than {limit:?}{}", last_lines(partial, paths))
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

/// The last lines of both outputs, each after a line break, as they were printed.
pub(super) fn last_lines(ended: &Ended, paths: &UserPaths) -> String {
    let both = [&ended.stdout, &ended.stderr].map(|bytes| paths.tell(bytes.trim_end()));
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
        told.push_str(&shown(line));
    }
    told
}

/// A line as a terminal would show it in the end: of what was written over, the last. A line that no terminal is made for is cut.
fn shown(line: &[u8]) -> String {
    let line = line.trim_end_with(|c| c == '\r').to_str_lossy();
    let last = line.rsplit('\r').next().unwrap_or_default();
    match last.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &last[..end]),
        None => last.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_as_a_terminal_shows_them() {
        for (line, told) in
            [("    ^^^ here", "    ^^^ here"), ("10 %\r50 %\r100 %\r", "100 %"), ("crlf\r", "crlf"), ("", "")]
        {
            assert_eq!(shown(line.as_bytes()), told);
        }
        let long = shown("é".repeat(LONGEST + 1).as_bytes());
        assert_eq!(long, format!("{}…", "é".repeat(LONGEST)));
    }

    #[test]
    fn a_command_is_named_by_its_first_line() {
        for (run, named) in [
            ("ruff check {files}", "`ruff check {files}`"),
            ("\n  set -e\n  make\n", "`set -e …`"),
            ("", "``"),
        ] {
            assert_eq!(command(run), named);
        }
        assert_eq!(command(&"x".repeat(200)), format!("`{} …`", "x".repeat(NAMED)));
    }
}
