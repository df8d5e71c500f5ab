//! Whether git runs the configured hooks in this repository.

use std::path::Path;

use xtask_core::gate::{Context, Need, NeedState};

use crate::probe::{Answer, ask};

/// What git finds in place of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hook {
    /// Nothing.
    Absent,
    /// It calls this program.
    Ours,
    /// It calls this program, and git skips it: it isn't executable.
    NotExecutable,
    /// Somebody else's.
    Theirs,
}

/// Whether the `pre-commit` hook is installed, where `xtask.toml` has `[hooks]`. A CI runner makes no commits and needs none.
pub(crate) fn needs(cx: &Context) -> Vec<Need> {
    if cx.repo.is_none() || !cx.config.has("hooks") || cx.environment.is_ci() {
        return Vec::new();
    }
    // Git's own answer: `core.hooksPath` and linked worktrees count.
    let state = match ask(cx, "git", &["rev-parse", "--git-path", "hooks"]) {
        Answer::Said(folder) => {
            let path = cx.root.join(folder).join("pre-commit");
            judge(look(&path), &path, &cx.root, program(cx))
        }
        Answer::Failed(why) => NeedState::Unmet { why, fix: "git rev-parse --git-path hooks".to_owned() },
        // Git's absence is told once, as a need of its own.
        Answer::Absent => return Vec::new(),
    };
    vec![Need { name: "the pre-commit hook".to_owned(), by: "hooks".to_owned(), state }]
}

/// How this program is called here.
fn program(cx: &Context) -> &'static str {
    if cx.environment.get("CARGO").is_some() { "cargo xtask" } else { "xtask" }
}

fn look(path: &Path) -> Hook {
    let Ok(bytes) = xtask_core::files::read(path) else {
        return Hook::Absent;
    };
    if !bytes.windows(5).any(|window| window == b"xtask") {
        Hook::Theirs
    } else if is_executable(path) {
        Hook::Ours
    } else {
        Hook::NotExecutable
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|found| found.permissions().mode() & 0o111 != 0)
}

/// Git for Windows runs hooks by their first line.
#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

/// The path as one word of a shell.
fn quote(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

fn judge(hook: Hook, path: &Path, root: &Path, program: &str) -> NeedState {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let shown = relative.display();
    let quoted = quote(relative);
    let unmet = |why: String, fix: String| NeedState::Unmet { why, fix };
    match hook {
        Hook::Ours => NeedState::Met { found: shown.to_string() },
        Hook::Absent => unmet(
            "it is not installed: commits are not checked".to_owned(),
            format!(
                "mkdir -p {folder} && printf '#!/bin/sh\\nexec {program} ci --only hooks\\n' > {quoted} && \
                 chmod +x {quoted}",
                folder = quote(relative.parent().unwrap_or(root)),
            ),
        ),
        Hook::NotExecutable => {
            unmet(format!("{shown} is not executable, so git skips it"), format!("chmod +x {quoted}"))
        }
        Hook::Theirs => unmet(
            format!("{shown} is there and doesn't call this program"),
            format!("add the line `{program} ci --only hooks` to {shown}"),
        ),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "fixtures")]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_a_hook_has_its_way_on() {
        for (hook, part) in [
            (Hook::Absent, "ci --only hooks"),
            (Hook::NotExecutable, "chmod +x '.git/hooks/pre-commit'"),
            (Hook::Theirs, "add the line `xtask ci --only hooks` to .git/hooks/pre-commit"),
        ] {
            let state = judge(hook, Path::new("/r/.git/hooks/pre-commit"), Path::new("/r"), "xtask");
            let NeedState::Unmet { fix, .. } = state else {
                panic!("{hook:?}");
            };
            assert!(fix.contains(part), "{fix}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_hook_is_looked_at_not_run() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pre-commit");
        assert_eq!(look(&path), Hook::Absent);
        std::fs::write(&path, "#!/bin/sh\nexit 1\n").unwrap();
        assert_eq!(look(&path), Hook::Theirs);
        std::fs::write(&path, "#!/bin/sh\nexec xtask ci\n").unwrap();
        assert_eq!(look(&path), Hook::NotExecutable);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(look(&path), Hook::Ours);
        assert_eq!(look(folder.path()), Hook::Absent);
    }
}
