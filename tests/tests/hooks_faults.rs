//! Commits that are killed at every transition of the code (SIGKILL, by `XTASK_FAULT`), through the installed hook. After each kill
//! all that the user had is somewhere; after `xtask hooks recover`, and after just the next commit, it is where it was.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![cfg(unix)]

use std::collections::BTreeSet;

#[path = "hooks_faults/scenario.rs"]
mod scenario;
#[path = "hooks_faults/state.rs"]
mod state;
#[path = "hooks_faults/user.rs"]
mod user;
#[path = "hooks_faults/walk.rs"]
mod walk;

use scenario::{CHECKS, Scenario};
use walk::walk;

#[test]
fn a_commit_of_what_is_staged() {
    walk(Scenario {
        name: "commit",
        config: CHECKS,
        commit: &["commit", "--quiet", "-m", "x"],
        code: 0,
        restages: true,
        transitions: 36,
        thorough: false,
    });
}

#[test]
fn a_commit_of_everything() {
    walk(Scenario {
        name: "commit -a",
        config: CHECKS,
        commit: &["commit", "--quiet", "-a", "-m", "x"],
        code: 0,
        restages: false,
        transitions: 41,
        thorough: false,
    });
}

#[test]
fn a_commit_of_some_paths() {
    walk(Scenario {
        name: "commit -- path",
        config: CHECKS,
        commit: &["commit", "--quiet", "-m", "x", "--", "d", "partly.txt"],
        code: 0,
        restages: false,
        transitions: 26,
        thorough: false,
    });
}

#[test]
fn a_commit_that_stops_for_fixes() {
    let config = ["[hooks]\non-fix = \"stop\"\n", CHECKS].concat();
    walk(Scenario {
        name: "on-fix = stop",
        config: config.leak(),
        commit: &["commit", "--quiet", "-m", "x"],
        code: 1,
        restages: false,
        transitions: 31,
        thorough: false,
    });
}

#[test]
fn a_commit_with_a_command_that_fixes_and_creates() {
    let config = [CHECKS, "[hooks.pre-commit.commands.tool]\nrun = \"sh tool.sh\"\nfixes = true\n"].concat();
    let names = walk(Scenario {
        name: "command",
        config: config.leak(),
        commit: &["commit", "--quiet", "-m", "x"],
        code: 0,
        restages: true,
        transitions: 41,
        thorough: true,
    });
    let all = names_in_the_code();
    println!("{} of {} transitions of the code", names.len(), all.len());
    let never: Vec<&String> = all.difference(&names).collect();
    assert_eq!(never, [""; 0], "no commit was killed there");
}

/// The hook after `git commit -- path` is killed: what it was to stage is staged by the next run.
#[test]
fn a_hook_after_a_commit_of_some_paths() {
    let scenario = Scenario {
        name: "post-commit",
        config: CHECKS,
        commit: &["commit", "--quiet", "-m", "x", "--", "d", "partly.txt"],
        code: 0,
        restages: false,
        transitions: 15,
        thorough: false,
    };
    let stand = scenario::Stand::new(scenario);
    stand.restore("start");
    let hook = stand.sandbox.root().join(".git/hooks/pre-commit");
    let text = std::fs::read_to_string(&hook).unwrap().replacen('\n', "\nunset XTASK_FAULT\n", 1);
    stand.sandbox.write(".git/hooks/pre-commit", text);
    stand.keep("start");
    for fault in 1.. {
        stand.restore("start");
        let ended = stand.commit(Some(fault));
        let died = stand.died_at();
        let about = format!("post-commit killed at {fault} ({died:?}): {}", scenario::said(&ended));
        assert!(ended.status.success(), "{about}");
        let ended = stand.recover(None);
        assert!(ended.status.success(), "{about}: {}", scenario::said(&ended));
        walk::same(&state::State::of(&stand.sandbox), &stand.after, &about);
        assert_eq!(state::leftovers(&stand.sandbox), [""; 0], "{about}");
        if died.is_empty() {
            println!("post-commit: {} transitions", fault - 1);
            assert!(fault > stand.scenario.transitions, "{about}");
            break;
        }
    }
}

/// The names of all transitions that the code has.
fn names_in_the_code() -> BTreeSet<String> {
    let core = concat!(env!("CARGO_MANIFEST_DIR"), "/../xtask/core/src");
    let mut names = BTreeSet::new();
    for folder in ["journal", "repo"] {
        for entry in std::fs::read_dir(format!("{core}/{folder}")).unwrap().flatten() {
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            let calls = text.split("transition(\"").skip(1);
            names.extend(calls.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    assert!(names.len() >= 25, "{names:?}");
    names
}
