//! The walk: a commit that dies at the first transition, at the second, and so on until it goes through.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use xtask_core::environment::Environment;

use super::scenario::{Scenario, Stand, said};
use super::state::{State, held, leftovers};
use super::user::{ACTIONS, meanwhile};

/// Walks all transitions of a commit, and gives the names of those that it came to. In a thorough walk the recovery is killed at each
/// of its transitions, too, after the first kill by each name; all actions of the user are tried there. `XTASK_FAULT_ALL=1` does so
/// after every kill of every scenario.
#[expect(clippy::print_stdout, reason = "a test says how much it did")]
pub(crate) fn walk(scenario: Scenario) -> BTreeSet<String> {
    let stand = Stand::new(scenario);
    let name = stand.scenario.name;
    let all = Environment::of_process().get("XTASK_FAULT_ALL").is_some();
    let mut names = BTreeSet::new();
    let (mut recoveries, mut fault) = (0, 0);
    loop {
        fault += 1;
        stand.restore("start");
        let ended = stand.commit(Some(fault));
        let died = stand.died_at();
        let about = format!("{name}, killed at {fault} ({died:?})");
        if died.is_empty() {
            assert_eq!(ended.status.code(), Some(stand.scenario.code), "{about}: {}", said(&ended));
            same(&State::of(&stand.sandbox), &stand.after, &about);
            break;
        }
        assert_ne!(ended.status.code(), Some(0), "{about}: a killed hook must stop the commit");
        stand.keep("killed");
        everything_is_somewhere(&stand, &about);

        let ended = stand.recover(None);
        assert!(ended.status.success(), "{about}: {}", said(&ended));
        recovered(&stand, &about);
        fsck(&stand, &about);
        let again = stand.recover(None);
        assert!(said(&again).contains("nothing to recover"), "{about}: {}", said(&again));
        commits(&stand, &format!("{about}, recovered"));

        // Just the next commit.
        stand.restore("killed");
        if stand.sandbox.root().join(".git/index.lock").exists() {
            // git itself refuses before it runs a hook.
            let refused = stand.commit(None);
            assert!(said(&refused).contains("index.lock"), "{about}: {}", said(&refused));
            assert!(stand.recover(None).status.success());
        }
        commits(&stand, &format!("{about}, committed again"));

        let known = names.len();
        names.extend(died.iter().cloned());
        let is_new = names.len() > known;
        if all || stand.scenario.thorough && is_new {
            let step = if all { 1 } else { 2 };
            recoveries += killed_recoveries(&stand, &about, &mut names, (1 + fault % step, step));
            // Once all files are replaced a recovery has most to do.
            let kills = all || died.iter().any(|name| name == "the index is as planned");
            for action in ACTIONS {
                recoveries += meanwhile(&stand, action, &about, kills.then_some(&mut names));
            }
        } else {
            meanwhile(&stand, ACTIONS[fault % ACTIONS.len()], &about, None);
        }
    }
    let walked = fault - 1;
    println!("{name}: {walked} transitions of the commit, {recoveries} of recoveries");
    assert!(walked >= stand.scenario.transitions, "{name}: {walked} transitions");
    names
}

/// The recovery dies at each of its transitions, too, or at each second one from `first` on, and is repeated. How many died.
fn killed_recoveries(
    stand: &Stand,
    about: &str,
    names: &mut BTreeSet<String>,
    (first, step): (usize, usize),
) -> usize {
    for (count, fault) in (first..).step_by(step).enumerate() {
        stand.restore("killed");
        let ended = stand.recover(Some(fault));
        let died = stand.died_at();
        let about = format!("{about}, recovery killed at {fault} ({died:?})");
        if died.is_empty() {
            assert!(ended.status.success(), "{about}: {}", said(&ended));
            return count;
        }
        names.extend(died);
        everything_is_somewhere(stand, &about);
        let ended = stand.recover(None);
        assert!(ended.status.success(), "{about}: {}", said(&ended));
        recovered(stand, &about);
    }
    unreachable!("a recovery has an end")
}

/// Every content that the user had is there, under whatever name; or as a whole the fixed ones.
fn everything_is_somewhere(stand: &Stand, about: &str) {
    untouched(stand, about);
    private(stand, about);
    if State::of(&stand.sandbox).tree_without_twins() == stand.after.tree() {
        return;
    }
    let held = held(&stand.sandbox);
    for (path, file) in &stand.before.files {
        let is_there = held.iter().any(|(name, bytes)| {
            *bytes == file.bytes || name == "journal/contents" && contains(bytes, &file.bytes)
        });
        assert!(is_there, "{about}: {path} is nowhere");
    }
}

/// Contents of the user's files are kept where nobody else may look.
fn private(stand: &Stand, about: &str) {
    for name in ["journal", "journal.done", "rescued", "locks"] {
        if let Ok(found) = stand.sandbox.root().join(".git/xtask").join(name).metadata() {
            assert_eq!(found.permissions().mode() & 0o777, 0o700, "{about}: {name}");
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

/// Files that the commit isn't about were never touched: not their contents, modes, nor times.
fn untouched(stand: &Stand, about: &str) {
    let now = State::of(&stand.sandbox);
    for (path, file) in &stand.before.files {
        if stand.after.files.get(path) == Some(file) {
            assert_eq!(now.files.get(path), Some(file), "{about}: {path}");
        }
    }
}

/// All is as before, or the fixes are there as a whole; and nothing is left over.
fn recovered(stand: &Stand, about: &str) {
    let now = State::of(&stand.sandbox);
    assert_eq!(leftovers(&stand.sandbox), [""; 0], "{about}");
    assert_eq!(now.head, stand.before.head, "{about}");
    let fixed = if now.tree() == stand.before.tree() {
        false
    } else {
        assert_eq!(now.tree(), stand.after.tree(), "{about}: the working tree is a mixture");
        true
    };
    // An index of the commit's own went with the commit.
    let index = if fixed && stand.scenario.restages { &stand.after.index } else { &stand.before.index };
    assert_eq!(&now.index, index, "{about}: fixed: {fixed}");
    untouched(stand, about);
}

fn fsck(stand: &Stand, about: &str) {
    let ended = stand.git(&["fsck", "--no-dangling", "--no-progress"], None);
    assert!(ended.status.success() && ended.stdout.is_empty(), "{about}: {}", said(&ended));
}

/// The next commit ends as if nothing had been killed. Where git read files before the hook could put them right, it is the one after.
fn commits(stand: &Stand, about: &str) {
    let mut ended = stand.commit(None);
    if !stand.scenario.restages
        && said(&ended).contains("commit again")
        && said(&ended).contains("half fixed")
    {
        recovered(stand, about);
        ended = stand.commit(None);
    }
    assert_eq!(ended.status.code(), Some(stand.scenario.code), "{about}: {}", said(&ended));
    same(&State::of(&stand.sandbox), &stand.after, about);
    assert_eq!(leftovers(&stand.sandbox), [""; 0], "{about}");
    assert!(!stand.sandbox.root().join(".git/xtask/after-commit.json").exists(), "{about}");
}

pub(crate) fn same(now: &State, then: &State, about: &str) {
    assert_eq!(now.head, then.head, "{about}");
    assert_eq!(now.index, then.index, "{about}");
    assert_eq!(now.tree(), then.tree(), "{about}");
}
