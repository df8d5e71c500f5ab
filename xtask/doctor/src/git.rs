//! Git itself.

use xtask_core::gate::{Context, Need, NeedState};

use crate::probe::{Answer, ask};
use crate::version::Version;

/// The oldest git that got the check of a repository's owner (`safe.directory`, CVE-2022-24765: 2.30.3). xtask runs what a
/// repository configures, so that check matters here; Debian 11 ships this line, too.
const LEAST: Version = Version(2, 30, 0);

/// What is needed of git.
pub(crate) fn needs(cx: &Context) -> Vec<Need> {
    let mut needs = vec![Need {
        name: "git 2.30 or later".to_owned(),
        by: "all gates".to_owned(),
        state: judge(&ask(cx, "git", &["--version"])),
    }];
    if cx.repo.is_none() && cx.config.has("hooks") {
        needs.push(Need {
            name: "a git repository".to_owned(),
            by: "hooks".to_owned(),
            state: NeedState::Unmet {
                why: "xtask.toml has [hooks], and there is no repository whose commits they could check"
                    .to_owned(),
                fix: "git init".to_owned(),
            },
        });
    }
    needs
}

fn judge(answer: &Answer) -> NeedState {
    let install = if cfg!(target_os = "macos") {
        "xcode-select --install"
    } else if cfg!(windows) {
        "winget install Git.Git"
    } else {
        "install the package `git`, such as by `sudo apt-get install git`"
    };
    let unmet = |why: String, fix: &str| NeedState::Unmet { why, fix: fix.to_owned() };
    match answer {
        Answer::Absent => unmet("git is not on PATH".to_owned(), install),
        Answer::Failed(why) => unmet(why.clone(), "git --version"),
        Answer::Said(text) => match Version::find(text) {
            Some(version) if version >= LEAST => NeedState::Met { found: version.to_string() },
            Some(version) => unmet(
                format!("git is {version}; older than 2.30 it lacks the check of a repository's owner"),
                install,
            ),
            None => unmet(format!("`git --version` says `{text}`"), "git --version"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged() {
        let said = |text: &str| Answer::Said(text.to_owned());
        for (answer, met) in [
            (said("git version 2.47.3"), true),
            (said("git version 2.30.2"), true),
            (said("git version 2.29.9"), false),
            (said("git version 1.8.3.1"), false),
            (said("usage: something else"), false),
            (Answer::Absent, false),
            (Answer::Failed("xcrun: error: invalid active developer path".to_owned()), false),
        ] {
            let state = judge(&answer);
            assert_eq!(matches!(state, NeedState::Met { .. }), met, "{answer:?}: {state:?}");
            if let NeedState::Unmet { why, fix } = state {
                assert!(!why.is_empty() && !fix.is_empty(), "{answer:?}");
            }
        }
    }
}
