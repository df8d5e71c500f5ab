//! Errors of rustc as it prints them for people: where a build stands in the way of the tests, and in rustfmt's output.

use std::collections::BTreeSet;
use std::path::Path;

use super::captured::plain;
use super::panics::{below, inside};
use crate::model::{Finding, Location, RepoPath};

/// The compile errors in `text`, each once, with paths relative to `root`. `tool` is named in the findings. Cargo's own
/// summing-up (`could not compile …`) isn't among them.
pub fn errors(tool: &str, root: &Path, text: &str) -> Vec<Finding> {
    let text = plain(text);
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((rule, message)) = head(line) else {
            continue;
        };
        // The place follows at once: `  --> src/lib.rs:20:31`.
        let place = lines
            .peek()
            .and_then(|next| next.trim_start().strip_prefix("--> "))
            .and_then(|place| location(root, place));
        if place.is_none() && rule == "error" {
            continue;
        }
        if seen.insert((rule.to_owned(), message.to_owned(), place.clone())) {
            findings.push(Finding::new(tool, rule, place, message));
        }
    }
    findings
}

/// The same findings of a project in `folder` below the repository's top, with places seen from the top.
pub fn rebase(findings: &mut [Finding], folder: &RepoPath) {
    for location in findings.iter_mut().filter_map(|finding| finding.location.as_mut()) {
        location.path = below(folder, &location.path);
    }
}

/// Code and message of `error[E0308]: mismatched types` or `error: expected …`.
fn head(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("error")?;
    if let Some(message) = rest.strip_prefix(": ") {
        return Some(("error", message));
    }
    let (code, message) = rest.strip_prefix('[')?.split_once("]: ")?;
    Some((code, message))
}

fn location(root: &Path, place: &str) -> Option<Location> {
    let mut parts = place.trim().rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some(Location { column: Some(column), ..Location::line(inside(root, parts.next()?)?, line) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compile_errors_are_found_once() {
        let text = "   Compiling a v0.1.0 (/r)\nwarning: unused\n --> src/lib.rs:1:1\n\
                    error[E0308]: mismatched types\n  --> crates/a/src/lib.rs:20:31\n   |\n\
                    \u{1b}[1merror\u{1b}[0m: expected `;`\n  --> /r/src/b.rs:2:3\n\
                    error[E0308]: mismatched types\n  --> crates/a/src/lib.rs:20:31\n\
                    error: could not compile `a` (lib) due to 2 previous errors\n";
        let found: Vec<String> = errors("rustc", Path::new("/r"), text)
            .iter()
            .map(|finding| {
                format!("{} {} {}", finding.location.as_ref().unwrap(), finding.rule, finding.message)
            })
            .collect();
        assert_eq!(
            found,
            ["crates/a/src/lib.rs:20:31 E0308 mismatched types", "src/b.rs:2:3 error expected `;`"]
        );
    }

    #[test]
    fn nothing_is_made_up() {
        for text in
            ["", "error", "error[", "error: test failed, to rerun pass `--lib`", "errors: 3\n --> a:1:2"]
        {
            assert_eq!(errors("rustc", Path::new("/r"), text), [], "{text}");
        }
    }
}
