//! What the user does between a kill and the recovery: it is never overwritten, and what it took the place of is kept and told.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::scenario::{PARTLY, Stand, said};
use super::state::{File, State, held, is_twin, leftovers, rescued};

/// The user's bytes.
const TYPED: &str = "typed since\n";

/// What is done to the partly staged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Edit,
    Stage,
    /// `git add -A`.
    StageAll,
    Delete,
    Folder,
    /// `git commit --no-verify` of what is staged.
    Commit,
    /// The same of all that is there.
    CommitAll,
    /// An editor that had the file open writes into what was moved away.
    Save,
}

pub(crate) const ACTIONS: [Action; 8] = [
    Action::Edit,
    Action::Stage,
    Action::StageAll,
    Action::Delete,
    Action::Folder,
    Action::Commit,
    Action::CommitAll,
    Action::Save,
];

/// Does it in the killed state, and recovers; with `names` the recovery is killed at each of its transitions, too, and repeated. How
/// many there were.
pub(crate) fn meanwhile(
    stand: &Stand,
    action: Action,
    about: &str,
    names: Option<&mut BTreeSet<String>>,
) -> usize {
    let about = format!("{about}, then {action:?}");
    let Some(seen) = Seen::after(stand, action) else { return 0 };
    let ended = stand.recover(None);
    assert!(ended.status.success(), "{about}: {}", said(&ended));
    let told =
        seen.begun && seen.replaced && !matches!(action, Action::Commit | Action::CommitAll | Action::Save);
    assert!(!told || said(&ended).contains(PARTLY), "{about}: {}", said(&ended));
    seen.is_right(stand, &about);
    let Some(names) = names else { return 0 };
    let mut fault = 0;
    loop {
        fault += 1;
        let Some(seen) = Seen::after(stand, action) else { return 0 };
        stand.recover(Some(fault));
        let died = stand.died_at();
        if died.is_empty() {
            return fault - 1;
        }
        let about = format!("{about}, recovery killed at {fault} ({died:?})");
        names.extend(died);
        let ended = stand.recover(None);
        assert!(ended.status.success(), "{about}: {}", said(&ended));
        seen.is_right(stand, &about);
    }
}

/// What there was when the user had done it.
struct Seen {
    action: Action,
    /// Whether the change is under way.
    begun: bool,
    /// Whether it had come to the file.
    replaced: bool,
    staged: Option<String>,
    head: String,
    state: State,
}

impl Seen {
    /// `None` where it can't be done now.
    fn after(stand: &Stand, action: Action) -> Option<Self> {
        stand.restore("killed");
        let root = stand.sandbox.root();
        let journal = root.join(".git/xtask/journal");
        let begun = journal.join("plan.json").exists() && !journal.join("applied").exists();
        let replaced = std::fs::read(root.join(PARTLY)).unwrap() != old(stand).bytes;
        act(stand, action).then(|| Self {
            action,
            begun,
            replaced,
            staged: State::of(&stand.sandbox).index.remove(PARTLY),
            head: stand.sandbox.git(&["rev-parse", "HEAD"]),
            state: State::of(&stand.sandbox),
        })
    }

    /// After the recovery.
    fn is_right(&self, stand: &Stand, about: &str) {
        assert_eq!(leftovers(&stand.sandbox), [""; 0], "{about}");
        assert_eq!(stand.sandbox.git(&["rev-parse", "HEAD"]), self.head, "{about}");
        let now = State::of(&stand.sandbox);
        assert!(!now.index.keys().any(|path| is_twin(path)), "{about}: {:?}", now.index);
        let has = |path: &str, bytes: &[u8]| now.files.get(path).is_some_and(|file| file.bytes == bytes);
        match self.action {
            Action::Edit => assert!(has(PARTLY, TYPED.as_bytes()), "{about}"),
            Action::Stage | Action::StageAll => {
                assert!(has(PARTLY, TYPED.as_bytes()), "{about}");
                assert_eq!(now.index.get(PARTLY), self.staged.as_ref(), "{about}: what was staged since");
            }
            Action::Delete => assert!(!now.files.contains_key(PARTLY), "{about}"),
            Action::Folder => assert!(has(&format!("{PARTLY}/in"), TYPED.as_bytes()), "{about}"),
            // What was committed since isn't taken back.
            Action::Commit => assert_eq!(now.index, self.state.index, "{about}"),
            Action::CommitAll => {
                assert_eq!(now.index, self.state.index, "{about}");
                assert_eq!(now.tree(), self.state.tree_without_twins(), "{about}");
                return;
            }
            Action::Save => {
                let saved = [&old(stand).bytes[..], TYPED.as_bytes()].concat();
                assert!(held(&stand.sandbox).iter().any(|(_, bytes)| *bytes == saved), "{about}");
            }
        }
        if self.begun
            && self.replaced
            && !matches!(self.action, Action::Commit | Action::CommitAll | Action::Save)
        {
            assert!(rescued(&stand.sandbox).contains(&old(stand).bytes), "{about}");
        }
        // The other files aren't held up by it.
        let others = |state: &State| {
            let mut files = state.tree();
            files.retain(|path, _| !path.starts_with(PARTLY));
            files
        };
        let all = [others(&stand.before), others(&stand.after)];
        assert!(all.contains(&others(&now)), "{about}: a mixture: {:#?}", now.tree());
    }
}

/// The user's file before all that.
fn old(stand: &Stand) -> &File {
    &stand.before.files[PARTLY]
}

/// `false` where it can't be done now.
fn act(stand: &Stand, action: Action) -> bool {
    let file = stand.sandbox.root().join(PARTLY);
    match action {
        Action::Edit => {
            stand.sandbox.write(PARTLY, TYPED);
        }
        Action::Stage => {
            stand.sandbox.write(PARTLY, TYPED);
            return stand.git(&["add", PARTLY], None).status.success();
        }
        Action::StageAll => {
            stand.sandbox.write(PARTLY, TYPED);
            return stand.git(&["add", "-A"], None).status.success();
        }
        Action::Delete => std::fs::remove_file(file).unwrap(),
        Action::Folder => {
            std::fs::remove_file(file).unwrap();
            stand.sandbox.write(&format!("{PARTLY}/in"), TYPED);
        }
        Action::Commit => {
            return stand.git(&["commit", "--quiet", "--no-verify", "-m", "y"], None).status.success();
        }
        Action::CommitAll => {
            return stand.git(&["add", "-A"], None).status.success()
                && stand.git(&["commit", "--quiet", "--no-verify", "-m", "y"], None).status.success();
        }
        Action::Save => {
            let Some(twin) = moved_away(stand) else { return false };
            let mut open = std::fs::OpenOptions::new().append(true).open(twin).unwrap();
            std::io::Write::write_all(&mut open, TYPED.as_bytes()).unwrap();
        }
    }
    true
}

/// Where the old content of the partly staged file lies, once the fixed one has its place.
fn moved_away(stand: &Stand) -> Option<PathBuf> {
    let old = &stand.before.files[PARTLY].bytes;
    held(&stand.sandbox)
        .into_iter()
        .find(|(path, bytes)| path.starts_with(".xtask-") && bytes == old)
        .map(|(path, _)| stand.sandbox.root().join(path))
}
