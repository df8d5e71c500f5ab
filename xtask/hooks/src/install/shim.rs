//! The shim that git runs: what is in it, and how it is recognised.

use std::path::Path;

use crate::stage::Stage;

/// The shim of a stage.
const SHIM: &str = include_str!("../../../../hooks/shim.sh");
/// For a global `core.hooksPath`: runs the repository's own hook of the name, and nothing else.
const PASS_THROUGH: &str = include_str!("../../../../hooks/pass-through.sh");
/// What makes a file one of ours, whatever its format.
const MARK: &[u8] = b"# xtask hook shim, format ";
/// It stands in the first lines.
const MARKED_WITHIN: usize = 400;

/// Where a shim will lie, which says where it finds the program and the hook before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lies<'a> {
    /// In `hooks` of the common git folder, beside the program's folder: it finds both from its own path, without asking git.
    InGitDir,
    /// In another folder that `core.hooksPath` of this repository names.
    Elsewhere,
    /// In a template for new repositories; the program is here.
    InTemplate(&'a Path),
    /// In the folder that a global `core.hooksPath` names; the program is here.
    Global(&'a Path),
}

/// The shim's text.
pub(super) fn render(stage: Stage, lies: Lies<'_>) -> String {
    let common = "$(git rev-parse --git-common-dir)";
    let beside = "$here/before-xtask/$stage";
    let (previous, program, fallback) = match lies {
        Lies::InGitDir => (beside.to_owned(), "$here/../xtask/bin/xtask".to_owned(), "''".to_owned()),
        Lies::Elsewhere => (beside.to_owned(), format!("{common}/xtask/bin/xtask"), "''".to_owned()),
        Lies::InTemplate(program) => {
            (beside.to_owned(), "$here/../xtask/bin/xtask".to_owned(), quote(program))
        }
        Lies::Global(program) => {
            (format!("{common}/hooks/$stage"), format!("{common}/xtask/bin/xtask"), quote(program))
        }
    };
    // Installed for all repositories, it acts in those that want it.
    let only = match lies {
        Lies::InGitDir | Lies::Elsewhere => "",
        Lies::InTemplate(_) | Lies::Global(_) => "[ -f xtask.toml ] || exit $code\n",
    };
    // The repository's own shim does all that this one would.
    let own = match lies {
        Lies::Global(_) => {
            "if grep -q '^# xtask hook shim, ' \"$previous\" 2>/dev/null && [ -x \"$previous\" ]; then exec \"$previous\" \"$@\"; fi\n"
        }
        _ => "",
    };
    // In the order of what may hold another's placeholder: paths come last.
    [
        ("@STAGE@", stage.name()),
        ("@OWN@", own),
        ("@ONLY@", only),
        ("@PREVIOUS@", &previous),
        ("@PROGRAM@", &program),
        ("@FALLBACK@", &fallback),
    ]
    .iter()
    .fold(SHIM.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// The text for a hook that is no stage of ours.
pub(super) fn pass_through(hook: &str) -> String {
    PASS_THROUGH.replace("@STAGE@", hook)
}

/// Whether these bytes are a shim of ours, of this or another format.
pub(super) fn is_ours(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(MARKED_WITHIN)];
    memchr::memmem::find(head, MARK).is_some()
}

/// The path as one word of a shell. Git for Windows' shell takes forward slashes.
fn quote(path: &Path) -> String {
    let path = path.display().to_string();
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path };
    format!("'{}'", path.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        let program = Path::new("/it's here/xtask");
        for lies in [Lies::InGitDir, Lies::Elsewhere, Lies::InTemplate(program), Lies::Global(program)] {
            for stage in Stage::ALL {
                let text = render(stage, lies);
                assert!(is_ours(text.as_bytes()) && !text.contains(['\r']), "{text}");
                for name in ["@STAGE@", "@OWN@", "@ONLY@", "@PREVIOUS@", "@PROGRAM@", "@FALLBACK@"] {
                    assert!(!text.contains(name), "{text}");
                }
            }
        }
        assert!(render(Stage::PreCommit, Lies::Global(program)).contains(r"program='/it'\''s here/xtask'"));
        assert!(is_ours(pass_through("update").as_bytes()));
        assert!(!is_ours(b"#!/bin/sh\nexec xtask ci --only hooks\n"));
        assert!(!is_ours(b""));
    }
}
