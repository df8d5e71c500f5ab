//! rustfmt, through `cargo fmt --check`: one finding a place that it would change.

use std::collections::BTreeSet;
use std::path::Path;

use xtask_core::exec::{Ended, Process};
use xtask_core::model::{Location, RepoPath, Severity};
use xtask_core::suite::{compiler, last_lines};

use crate::raw::{Parsed, Raw, inside};

/// The command that checks.
pub(crate) fn check(arguments: &[String]) -> Process {
    Process::new("cargo").args(["fmt", "--all", "--", "--check", "--color", "never"]).args(arguments)
}

/// The command that formats.
pub(crate) fn fix(arguments: &[String]) -> Process {
    let process = Process::new("cargo").args(["fmt", "--all"]);
    if arguments.is_empty() { process } else { process.arg("--").args(arguments) }
}

/// What `cargo fmt --check` said of the workspace in `folder`.
pub(crate) fn parse(root: &Path, folder: &RepoPath, ended: &Ended) -> Parsed {
    let stdout = String::from_utf8_lossy(&ended.stdout);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    if stderr.contains("no such command: `fmt`") || stderr.contains("is not installed for the toolchain") {
        return Parsed::Missing {
            why: "rustfmt is not installed".to_owned(),
            fix: "rustup component add rustfmt".to_owned(),
        };
    }
    let mut found: BTreeSet<Raw> = differences(root, folder, &stdout);
    let base = folder.below(root);
    let mut errors = compiler::errors("rustfmt", &base, &stderr);
    compiler::rebase(&mut errors, folder);
    found.extend(errors.into_iter().map(|error| Raw {
        location: error.location,
        rule: error.rule,
        severity: Severity::Error,
        message: error.message,
        fix: None,
        blocks: true,
    }));
    if ended.code != Some(0) && found.is_empty() {
        return Parsed::Invalid(format!("cargo fmt failed:\n{}", last_lines(&stderr, 8)));
    }
    Parsed::Findings { complete: !found.iter().any(|raw| raw.blocks), found: found.into_iter().collect() }
}

/// The runs of changed lines below each `Diff in PATH:LINE:`. LINE is that of the first line shown, in the file as it is.
fn differences(root: &Path, folder: &RepoPath, stdout: &str) -> BTreeSet<Raw> {
    let mut found = BTreeSet::new();
    let mut lines = stdout.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((path, start)) = head(line) else { continue };
        let file = inside(root, folder, path);
        let mut at = start.max(1);
        let mut run: Option<(u32, u32)> = None;
        while let Some(line) = lines.next_if(|line| head(line).is_none()) {
            match line.as_bytes().first() {
                Some(b'-') => {
                    run = Some((run.map_or(at, |(from, _)| from), at));
                    at = at.saturating_add(1);
                }
                // What is put in belongs to the line before it.
                Some(b'+') => run = run.or(Some((at.saturating_sub(1).max(1), at.saturating_sub(1).max(1)))),
                _ => {
                    found.extend(run.take().zip(file.clone()).map(difference));
                    at = at.saturating_add(1);
                }
            }
        }
        found.extend(run.zip(file).map(difference));
    }
    found
}

/// A run of lines that rustfmt would change.
fn difference(((from, to), path): ((u32, u32), RepoPath)) -> Raw {
    Raw {
        location: Some(Location { end_line: (to > from).then_some(to), ..Location::line(path, from) }),
        rule: "rustfmt".to_owned(),
        severity: Severity::Warning,
        message: "not formatted as rustfmt would".to_owned(),
        fix: Some("cargo fmt --all".to_owned()),
        blocks: false,
    }
}

/// Path and line of `Diff in /repo/src/lib.rs:14:`, or of the older `Diff in /repo/src/lib.rs at line 14:`.
fn head(line: &str) -> Option<(&str, u32)> {
    let rest = line.strip_prefix("Diff in ")?.strip_suffix(':')?;
    let (path, number) = rest.rsplit_once(" at line ").or_else(|| rest.rsplit_once(':'))?;
    Some((path, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: &str = "Diff in /repo/src/lib.rs:14:
 mod tests {
     use super::*;
     #[test]
-    fn adds() { assert_eq!(add(1, 2), 3); }
+    fn adds() {
+        assert_eq!(add(1, 2), 3);
+    }
     #[test]
-    fn fails() { }
+    fn fails() {}
\x20
Diff in /repo/src/lib.rs at line 23:
\x20
-    fn panics() { panic!(\"x\") }
+    fn panics() {
+    }
Diff in /repo/src/lib.rs:14:
 mod tests {
     use super::*;
     #[test]
-    fn adds() { assert_eq!(add(1, 2), 3); }
+    fn adds() {
     #[test]
-    fn fails() { }
+    fn fails() {}
\x20
";

    fn ended(code: i32, stdout: &str, stderr: &str) -> Ended {
        Ended {
            code: Some(code),
            signal: None,
            stdout: stdout.into(),
            stderr: stderr.into(),
            wall: std::time::Duration::ZERO,
        }
    }

    fn parsed(code: i32, stdout: &str, stderr: &str) -> Parsed {
        parse(Path::new("/repo"), &RepoPath::default(), &ended(code, stdout, stderr))
    }

    #[test]
    fn each_place_is_a_finding_once() {
        let Parsed::Findings { found, .. } = parsed(1, OUT, "") else { panic!() };
        let places: Vec<_> = found
            .iter()
            .map(|raw| {
                let at = raw.location.as_ref().unwrap();
                (at.line, at.end_line)
            })
            .collect();
        assert_eq!(places, [(Some(17), None), (Some(19), None), (Some(24), None)]);
    }

    #[test]
    fn other_ends() {
        assert!(matches!(parsed(0, "", ""), Parsed::Findings { found, complete: true } if found.is_empty()));
        assert!(matches!(parsed(1, "", "boom"), Parsed::Invalid(why) if why.contains("boom")));
        assert!(matches!(parsed(1, "", ""), Parsed::Invalid(_)));
        let missing = "error: 'cargo-fmt' is not installed for the toolchain 'stable-x86_64'";
        assert!(matches!(parsed(1, "", missing), Parsed::Missing { .. }));
        let broken = "error: this file contains an unclosed delimiter\n  --> /repo/src/b.rs:20:6\n   |\n";
        let Parsed::Findings { found, .. } = parsed(1, "", broken) else { panic!() };
        assert!(found[0].blocks);
        assert_eq!(found[0].location.as_ref().unwrap().to_string(), "src/b.rs:20:6");
    }
}
