//! How programs of a JavaScript project's own `node_modules` are run: husky and lint-staged put them on PATH, plain `sh` doesn't.

use std::path::Path;

/// What runs a project's own programs, by the lock file that is there. None of these fetches what isn't installed.
pub(super) fn prefix(root: &Path) -> &'static str {
    let there = |name: &str| root.join(name).exists();
    if there("pnpm-lock.yaml") {
        "pnpm exec"
    } else if there("yarn.lock") {
        "yarn run"
    } else if there("bun.lock") || there("bun.lockb") {
        "bunx --no-install"
    } else {
        "npx --no --"
    }
}

/// Programs that come from the system, not from `node_modules`.
const SYSTEM: &[&str] = &[
    "npm",
    "npx",
    "pnpm",
    "pnpx",
    "yarn",
    "bun",
    "bunx",
    "node",
    "deno",
    "corepack",
    "git",
    "make",
    "just",
    "task",
    "sh",
    "bash",
    "zsh",
    "env",
    "echo",
    "printf",
    "true",
    "false",
    "test",
    "[",
    "exit",
    "cd",
    "set",
    "export",
    "cat",
    "grep",
    "sed",
    "awk",
    "find",
    "xargs",
    "ls",
    "rm",
    "cp",
    "mv",
    "mkdir",
    "touch",
    "python",
    "python3",
    "pip",
    "uv",
    "uvx",
    "poetry",
    "ruff",
    "black",
    "cargo",
    "rustfmt",
    "go",
    "gofmt",
    "docker",
    "docker-compose",
];

/// The line with what runs the project's own programs before it, where its program is none of the system's.
pub(super) fn own(prefix: &str, line: &str) -> String {
    let program = line.split_whitespace().next().unwrap_or_default();
    let special = program.is_empty() || program.contains(['/', '=', '$', '`', '(', '{', '"', '\'', '!', ':']);
    if special || SYSTEM.contains(&program) { line.to_owned() } else { format!("{prefix} {line}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_programs_are_run_by_the_package_manager() {
        for (line, expected) in [
            ("eslint --fix {files}", "npx --no -- eslint --fix {files}"),
            ("npm test", "npm test"),
            ("./check.sh", "./check.sh"),
            ("CI=1 jest", "CI=1 jest"),
            ("", ""),
        ] {
            assert_eq!(own("npx --no --", line), expected);
        }
    }
}
