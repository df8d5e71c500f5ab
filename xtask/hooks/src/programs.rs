//! For `doctor`: the programs that the commands of `[hooks]` call.

use xtask_core::config::Keys;
use xtask_core::exec::find_program;
use xtask_core::gate::{Context, Need, NeedState};

use crate::section::HooksSection;
use crate::stage::Stage;

/// What a shell has itself, by POSIX (2.4 reserved words, 2.15 special built-ins, 1.7 intrinsic ones) and what every shell has beside:
/// words that name no program.
const SHELL: [&str; 49] = [
    "!", ".", ":", "[", "{", "alias", "bg", "break", "case", "cd", "command", "continue", "echo", "eval",
    "exec", "exit", "export", "false", "fc", "fg", "for", "getopts", "hash", "if", "jobs", "kill", "local",
    "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "time", "times", "trap",
    "true", "type", "ulimit", "umask", "unalias", "unset", "until", "wait", "while", "}",
];

/// A need for each program that a command calls first, with the commands that call it.
pub(crate) fn needs(cx: &Context, section: &HooksSection) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for stage in Stage::ALL {
        for (name, command) in section.stage(stage).iter().flat_map(|table| &table.commands.0) {
            let Some(program) = first_word(&command.run) else { continue };
            let keys = Keys::of("hooks").key(stage.name()).key("commands").key(name).key("run");
            let place = cx.config.place(&keys).map(|place| format!(" ({place})")).unwrap_or_default();
            let by = format!("hooks.{}.commands.{name}{place}", stage.name());
            if let Some(need) = needs.iter_mut().find(|need| need.name == program) {
                need.by = format!("{}, {by}", need.by);
                continue;
            }
            let root = command.folder.as_ref().map_or_else(|| cx.root.clone(), |folder| cx.root.join(folder));
            let state = match find_program(&root, &[], program) {
                Some(found) => NeedState::Met { found: found.display().to_string() },
                None => NeedState::Unmet {
                    why: "it is not on PATH".to_owned(),
                    fix: format!("install {program}, or take the command out of xtask.toml"),
                },
            };
            needs.push(Need { name: program.to_owned(), by, state });
        }
    }
    needs
}

/// The program that a shell line calls first, where that is a plain word.
fn first_word(run: &str) -> Option<&str> {
    let is_setting = |word: &&str| word.split_once('=').is_some_and(|(name, _)| !name.contains('/'));
    let word = run.split_whitespace().find(|word| !is_setting(word))?;
    let is_plain = word.chars().all(|c| c.is_alphanumeric() || "/._-+@".contains(c));
    (is_plain && !SHELL.contains(&word)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_comes_first() {
        for (run, expected) in [
            ("ruff check --fix {files}", Some("ruff")),
            ("  FORCE=1 A= npx prettier", Some("npx")),
            ("./scripts/check {files}", Some("./scripts/check")),
            ("test -z \"$(git status)\"", None),
            ("! grep -n x {files}", None),
            ("(cd a && make)", None),
            ("unset GIT_DIR; make", None),
            ("type ruff && ruff check", None),
            ("\"$HOME/x\"", None),
            ("{files}", None),
            ("", None),
        ] {
            assert_eq!(first_word(run), expected, "{run}");
        }
    }
}
