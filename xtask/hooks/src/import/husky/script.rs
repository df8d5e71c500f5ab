//! A hook's script: a plain list of commands, or more than that.

use super::shell;

/// What a script is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// A list of commands, which run unless one of the guards holds.
    Lines { lines: Vec<String>, guards: Vec<String> },
    /// It has conditions, loops, variables.
    Whole,
}

/// Words at the start of a line that make it more than a command.
const SYNTAX: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "function",
    "export", "cd", "source", "trap", "exec", "eval", "{", "}", "local",
];

pub(super) fn read(text: &str) -> Script {
    let (mut lines, mut guards): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut ended = false;
    for line in text.lines().map(str::trim) {
        let first = line.split_whitespace().next().unwrap_or_default();
        let of_husky = first == "." && line.contains("husky.sh");
        if line.is_empty()
            || line.starts_with('#')
            || of_husky
            || matches!(line, "set -e" | "set -eu" | "set -euo pipefail")
        {
            continue;
        }
        if ended {
            return Script::Whole;
        }
        if matches!(line, "exit 0" | "exit") {
            ended = true;
            continue;
        }
        // Only what comes before the commands guards them all.
        if let Some(guard) = line.strip_suffix("&& exit 0").map(str::trim).filter(|_| lines.is_empty())
            && is_simple(guard)
        {
            guards.push(guard.to_owned());
            continue;
        }
        if !is_simple(line) || SYNTAX.contains(&first) || is_assignment(first) && first == line {
            return Script::Whole;
        }
        let parts: Vec<&str> = line.split("&&").map(str::trim).collect();
        if parts.iter().any(|part| is_lint_staged(part)) {
            lines.extend(parts.into_iter().map(str::to_owned));
        } else {
            lines.push(line.to_owned());
        }
    }
    Script::Lines { lines, guards }
}

/// Whether a line is a command of its own.
fn is_simple(line: &str) -> bool {
    let open = line.ends_with(['\\', '|', '{', '(', ';']) || line.ends_with("&&") || line.ends_with('&');
    let first = line.split_whitespace().next().unwrap_or_default();
    !open
        && !line.contains("<<")
        && !line.contains("exit ")
        && !first.ends_with("()")
        && first != "."
        && shell::split(line).is_some()
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
    })
}

/// Whether the line calls lint-staged, however a package manager is asked to.
pub(super) fn is_lint_staged(line: &str) -> bool {
    let words = shell::split(line).unwrap_or_default();
    let runners = [
        "npx",
        "pnpx",
        "bunx",
        "npm",
        "pnpm",
        "yarn",
        "bun",
        "exec",
        "run",
        "dlx",
        "x",
        "run-script",
        "-s",
        "--silent",
    ];
    let mut words =
        words.iter().map(String::as_str).skip_while(|word| runners.contains(word) || word.starts_with('-'));
    words.next().is_some_and(|word| word == "lint-staged" || word.ends_with("node_modules/.bin/lint-staged"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lists_are_told_from_programs() {
        let lines = |text: &str| match read(text) {
            Script::Lines { lines, guards } => Some((lines.join(" / "), guards.join(" / "))),
            Script::Whole => None,
        };
        for (text, expected) in [
            ("npm test\n", Some(("npm test", ""))),
            (
                "#!/usr/bin/env sh\n. \"$(dirname -- \"$0\")/_/husky.sh\"\n\n# lint\nnpx lint-staged && npm test\nexit 0\n",
                Some(("npx lint-staged / npm test", "")),
            ),
            ("[ -n \"$CI\" ] && exit 0\nnpm test\n", Some(("npm test", "[ -n \"$CI\" ]"))),
            ("FOO=1 npm test\n", Some(("FOO=1 npm test", ""))),
            ("", Some(("", ""))),
            ("FOO=1\nnpm test\n", None),
            ("if true; then\n  a\nfi\n", None),
            ("a \\\n  b\n", None),
            ("cd web\nnpm test\n", None),
            ("cat <<E\nx\nE\n", None),
            ("echo 'a\nb'\n", None),
            ("npm test || exit 1\n", None),
            ("exit 0\nnpm test\n", None),
        ] {
            let expected =
                expected.map(|(lines, guards): (&str, &str)| (lines.to_owned(), guards.to_owned()));
            assert_eq!(lines(text), expected, "{text}");
        }
    }

    #[test]
    fn calls_of_lint_staged() {
        for line in [
            "lint-staged",
            "npx lint-staged",
            "npx --no-install lint-staged -q",
            "yarn lint-staged",
            "pnpm exec lint-staged",
            "npm run -s lint-staged",
        ] {
            assert!(is_lint_staged(line), "{line}");
        }
        for line in ["npm test", "echo lint-staged", "npx lint-staged-other", ""] {
            assert!(!is_lint_staged(line), "{line}");
        }
    }
}
