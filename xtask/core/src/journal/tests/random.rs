//! A property: random changes, a kill at a random transition, random edits of the user before recovery. No byte that a
//! user's file held is lost.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::{Edit, FileEdit, IndexChange, Journal};
use super::assert_clean;
use super::faults::dies;
use crate::exec::Cancel;
use crate::model::{Events, RepoPath};
use crate::repo::EntryMode;
use crate::repo::testing::Fixture;

/// What is done to one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OneFile {
    pub(super) path: RepoPath,
    pub(super) old: Option<Vec<u8>>,
    pub(super) new: Vec<u8>,
    /// Whether the index is changed too.
    pub(super) staged: bool,
}

/// The change of these files.
pub(super) fn edit_of(files: &[OneFile]) -> Edit {
    let side = |bytes: &Vec<u8>| (EntryMode::File, bytes.clone());
    Edit {
        files: files
            .iter()
            .map(|file| FileEdit { path: file.path.clone(), old: file.old.clone(), new: file.new.clone() })
            .collect(),
        index: files
            .iter()
            .filter(|file| file.staged)
            .map(|file| IndexChange {
                path: file.path.clone(),
                old: file.old.as_ref().map(side),
                new: Some(side(&file.new)),
            })
            .collect(),
    }
}

/// What the user does to one file between the kill and recovery.
#[derive(Clone, Debug)]
enum User {
    Nothing,
    Writes(Vec<u8>),
    WritesTheNewContent,
    WritesTheOldContent,
    Deletes,
    Links,
    MakesAFolder,
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..20),
        "[ab\r\n]{0,8}".prop_map(String::into_bytes),
        (0_u8..255).prop_map(|byte| vec![byte; 70_000]),
    ]
}

fn user() -> impl Strategy<Value = User> {
    prop_oneof![
        3 => Just(User::Nothing),
        2 => content().prop_map(User::Writes),
        1 => Just(User::WritesTheNewContent),
        1 => Just(User::WritesTheOldContent),
        1 => Just(User::Deletes),
        1 => Just(User::Links),
        1 => Just(User::MakesAFolder),
    ]
}

/// What is there under a path: a file's bytes, a link's target, or the word for a folder.
fn there(path: &Path) -> Option<Vec<u8>> {
    let kind = path.symlink_metadata().ok()?;
    if kind.is_symlink() {
        return Some(std::fs::read_link(path).unwrap().into_os_string().into_encoded_bytes());
    }
    if kind.is_dir() { Some(b"a folder".to_vec()) } else { Some(std::fs::read(path).unwrap()) }
}

fn act(path: &Path, file: &OneFile, user: &User) {
    let clear = || drop(std::fs::remove_file(path));
    match user {
        User::Nothing => {}
        User::Writes(bytes) => crate::files::write(path, bytes).unwrap(),
        User::WritesTheNewContent => crate::files::write(path, &file.new).unwrap(),
        User::WritesTheOldContent => {
            if let Some(old) = &file.old {
                crate::files::write(path, old).unwrap();
            }
        }
        User::Deletes => clear(),
        User::Links => {
            clear();
            symlink("elsewhere", path).unwrap();
        }
        User::MakesAFolder => {
            clear();
            std::fs::create_dir(path).unwrap();
        }
    }
}

/// All contents below a folder.
fn contents_below(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries
        .flat_map(
            |path| if path.is_dir() { contents_below(&path) } else { vec![std::fs::read(&path).unwrap()] },
        )
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn no_byte_of_the_user_is_lost(
        given in prop::collection::vec((prop::option::weighted(0.8, content()), content(), any::<bool>(), user()), 1..5),
        fault in 1_usize..45,
        second in prop::option::of(1_usize..20),
    ) {
        let fixture = Fixture::new();
        let mut files = Vec::new();
        for (number, (old, new, staged, _)) in given.iter().enumerate() {
            let path = if number % 2 == 0 { format!("f{number}") } else { format!("d/f{number}") };
            if let Some(old) = old {
                fixture.write(&path, old);
            }
            files.push(OneFile { path: path.as_str().into(), old: old.clone(), new: new.clone(), staged: *staged });
        }
        fixture.write("d/keep", "");
        fixture.commit("one");
        let repo = fixture.repo();
        let change = fixture.root().join("change.json");
        crate::files::write(&change, &serde_json::to_vec(&files).unwrap()).unwrap();

        let died = dies(fixture.top(), Some(&change), fault);
        let marked = |name: &str| repo.git_dir().join("xtask").join(name).join("applied").exists();
        let applied = !died || marked("journal") || marked("journal.done");
        let mut expected = BTreeMap::new();
        let mut at_kill = BTreeMap::new();
        for (file, (.., user)) in files.iter().zip(&given) {
            let path = file.path.below(fixture.top());
            let before = there(&path);
            act(&path, file, user);
            let after = there(&path);
            if after != before {
                expected.insert(file.path.clone(), after);
            }
            at_kill.insert(file.path.clone(), before);
        }
        if let Some(second) = second {
            dies(fixture.top(), None, second);
        }
        drop(Journal::open(&repo, &Events::none(), &Cancel::new()).unwrap());
        assert_clean(&repo);

        let rescued = contents_below(&repo.git_dir().join("xtask/rescued"));
        // With a second kill the mark may have been cleaned away; the first state tells.
        let begun = files.iter().any(|file| at_kill[&file.path].as_ref() == Some(&file.new) && file.old.as_ref() != Some(&file.new));
        for file in &files {
            let now = there(&file.path.below(fixture.top()));
            let (old, new) = (file.old.clone(), Some(file.new.clone()));
            match expected.get(&file.path) {
                // The user's edit stays, unless it made the file what the change had made of it: that is rolled back.
                Some(theirs) if *theirs == new => prop_assert!(now == new || now == old),
                Some(theirs) => prop_assert_eq!(&now, theirs),
                None if applied => prop_assert_eq!(&now, &at_kill[&file.path]),
                None => prop_assert!(now == old || (!begun && now == at_kill[&file.path]), "{}", file.path),
            }
            // The old content, where the change had replaced it when the user came.
            if let Some(old) = old
                && !applied && at_kill[&file.path] == new && Some(&old) != new.as_ref()
            {
                prop_assert!(now.as_ref() == Some(&old) || rescued.contains(&old), "{}", file.path);
            }
        }
    }
}
