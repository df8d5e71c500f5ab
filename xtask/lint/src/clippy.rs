//! Clippy, through `cargo clippy --message-format=json`: its lints, those of rustc, and compile errors.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use xtask_core::exec::{Ended, Process};
use xtask_core::model::{Location, RepoPath, Severity};
use xtask_core::suite::last_lines;

use crate::raw::{Parsed, Raw, inside};

/// The command that checks.
pub(crate) fn check(arguments: &[String]) -> Process {
    Process::new("cargo")
        .args(["clippy", "--workspace", "--all-targets"])
        .args(["--keep-going", "--message-format", "json"])
        .args(arguments)
}

/// The command that applies what Clippy is sure of.
pub(crate) fn fix(arguments: &[String]) -> Process {
    Process::new("cargo")
        .args(["clippy", "--fix", "--allow-dirty", "--allow-staged", "--allow-no-vcs"])
        .args(["--workspace", "--all-targets"])
        .args(arguments)
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Diagnostic>,
    manifest_path: Option<String>,
    success: Option<bool>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    level: String,
    code: Option<Code>,
    spans: Vec<Span>,
    children: Vec<Child>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Child {
    message: String,
    level: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    line_end: u32,
    column_start: u32,
    column_end: u32,
    is_primary: bool,
    suggested_replacement: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

/// What `cargo clippy` said of the workspace in `folder`. The same message of several targets (a library and its tests) is one
/// finding.
pub(crate) fn parse(root: &Path, folder: &RepoPath, ended: &Ended) -> Parsed {
    let stdout = String::from_utf8_lossy(&ended.stdout);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    if stderr.contains("no such command: `clippy`") || stderr.contains("is not installed for the toolchain") {
        return Parsed::Missing {
            why: "Clippy is not installed".to_owned(),
            fix: "rustup component add clippy".to_owned(),
        };
    }
    let mut found = BTreeSet::new();
    let mut finished = None;
    for text in stdout.lines().filter(|text| text.starts_with('{')) {
        let line: Line = match serde_json::from_str(text) {
            Ok(line) => line,
            Err(wrong) => return Parsed::Invalid(format!("Clippy printed what can't be read: {wrong}")),
        };
        match (line.reason.as_str(), line.message) {
            ("compiler-message", Some(diagnostic)) => {
                if diagnostic.level.contains("internal compiler error") {
                    return Parsed::Invalid(format!("Clippy crashed: {}", diagnostic.message));
                }
                found.extend(finding(root, folder, line.manifest_path.as_deref(), &diagnostic));
            }
            ("build-finished", _) => finished = line.success,
            _ => {}
        }
    }
    match finished {
        Some(true) => {}
        // Where the build failed, an error must say why; the findings of what was built before are no measurement.
        Some(false) if found.iter().any(|raw: &Raw| raw.severity == Severity::Error) => {}
        _ => {
            return Parsed::Invalid(format!(
                "cargo clippy did not come to its end:\n{}",
                last_lines(&stderr, 8)
            ));
        }
    }
    Parsed::Findings { found: found.into_iter().collect(), complete: finished == Some(true) }
}

fn finding(root: &Path, folder: &RepoPath, manifest: Option<&str>, diagnostic: &Diagnostic) -> Option<Raw> {
    let severity = match diagnostic.level.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "note" | "help" => Severity::Note,
        _ => return None,
    };
    let code = diagnostic.code.as_ref().map(|code| code.code.as_str());
    // rustc's summing-up: `aborting due to 2 previous errors`, `1 warning emitted`.
    let sums_up = diagnostic.spans.is_empty() && code.is_none();
    if sums_up
        && (diagnostic.message.starts_with("aborting due to ") || diagnostic.message.ends_with(" emitted"))
    {
        return None;
    }
    let is_lint = code.is_some_and(|code| !is_error_code(code));
    let location = place(root, folder, &diagnostic.spans).or_else(|| {
        let path = inside(root, folder, manifest?)?;
        Some(Location::file(path))
    });
    let notes = diagnostic.children.iter().filter(|child| {
        child.spans.is_empty()
            && !child.message.starts_with("for further information visit ")
            && !child.message.starts_with("`#[")
            && !child.message.starts_with("`-")
            && !child.message.starts_with("requested on the command line with")
            && !child.message.contains("implied by `")
            && !child.message.starts_with("to override `")
    });
    let message: Vec<String> = std::iter::once(diagnostic.message.clone())
        .chain(notes.map(|note| format!("{}: {}", note.level, note.message)))
        .collect();
    Some(Raw {
        location,
        rule: code.unwrap_or("rustc").to_owned(),
        severity,
        message: message.join("\n"),
        fix: diagnostic
            .children
            .iter()
            .find(|child| !child.spans.is_empty() && child.level == "help")
            .map(suggestion),
        blocks: severity == Severity::Error && !is_lint,
    })
}

/// `E0308`, unlike the names of lints.
fn is_error_code(code: &str) -> bool {
    code.strip_prefix('E')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The place of the first primary span that lies in the repository, or of the first place in it that a macro's span was
/// expanded at.
fn place(root: &Path, folder: &RepoPath, spans: &[Span]) -> Option<Location> {
    let primary = spans.iter().filter(|span| span.is_primary);
    let others = spans.iter().filter(|span| !span.is_primary);
    primary.chain(others).find_map(|span| {
        let mut span = span;
        loop {
            if let Some(path) = inside(root, folder, &span.file_name) {
                return Some(Location {
                    column: Some(span.column_start),
                    end_line: Some(span.line_end),
                    end_column: Some(span.column_end),
                    ..Location::line(path, span.line_start)
                });
            }
            span = &span.expansion.as_ref()?.span;
        }
    })
}

/// A help's words, with the replacement where it is one short piece of code.
fn suggestion(help: &Child) -> String {
    let mut pieces = help
        .spans
        .iter()
        .filter_map(|span| span.suggested_replacement.as_deref())
        .filter(|piece| !piece.trim().is_empty());
    match (pieces.next(), pieces.next()) {
        (Some(piece), None) if piece.len() <= 80 && !piece.contains('\n') => {
            format!("{}: `{}`", help.message, piece.trim())
        }
        _ => help.message.clone(),
    }
}

#[cfg(test)]
mod tests;
