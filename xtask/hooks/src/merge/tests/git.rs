//! Side by side with `git merge-file`: what git merges cleanly, we merge cleanly, with the same result.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::merge;
use super::reference::longest;
use super::text;

/// What git makes of it; `None` where it has conflicts.
#[expect(clippy::disallowed_methods, reason = "the peer, run as it is")]
fn git(folder: &Path, contents: [&[u8]; 3]) -> Option<Vec<u8>> {
    let names = ["user", "base", "fixed"];
    for (name, content) in names.iter().zip(contents) {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let output = std::process::Command::new("git")
        .args(["merge-file", "-p", "-q"])
        .args(names)
        .current_dir(folder)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert!(code < 128, "{}", text(&output.stderr));
    (code == 0).then_some(output.stdout)
}

/// Twelve lines, with some replaced, deleted, put in.
fn edited(base: Vec<&'static str>) -> impl Strategy<Value = Vec<&'static str>> {
    let edit = (0..12_usize, 0..4_usize, vec(select(vec!["a", "b", "c", "x", "y"]), 0..3));
    vec(edit, 1..4).prop_map(move |edits| {
        let mut lines = base.clone();
        for (at, gone, new) in edits {
            let from = at.min(lines.len());
            let to = (at + gone).min(lines.len());
            lines.splice(from..to, new);
        }
        lines
    })
}

fn joined(lines: &[&str], whole: bool) -> Vec<u8> {
    let end = if whole && !lines.is_empty() { "\n" } else { "" };
    (lines.join("\n") + end).into_bytes()
}

/// Base, fixed, user: over lines that differ, or repeat.
fn contents() -> impl Strategy<Value = [Vec<&'static str>; 3]> {
    let unlike = vec!["1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c"];
    let base = prop_oneof![Just(unlike), vec(select(vec!["a", "b", "{", "}", ""]), 4..9)];
    base.prop_flat_map(|base| {
        (edited(base.clone()), edited(base.clone()))
            .prop_map(move |(fixed, user)| [base.clone(), fixed, user])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// The one exception: lines that repeat, so that there is more than one shortest way to tell what a side changed. Git and we may choose
    /// another then, and both are right.
    #[test]
    fn what_git_merges_we_merge(contents in contents(), whole in any::<[bool; 3]>()) {
        let folder = tempfile::tempdir().unwrap();
        let [base, fixed, user] = &contents;
        // Git takes a newline at the end for part of the line; to us it is another matter, so that we merge more.
        let whole = if whole[0] { [true; 3] } else { whole };
        let bytes: [Vec<u8>; 3] = std::array::from_fn(|side| joined(&contents[side], whole[side]));
        let theirs = git(folder.path(), [&bytes[2], &bytes[0], &bytes[1]]);
        let ours = merge(&bytes[0], &bytes[1], &bytes[2]).ok();
        let plain = longest(base, fixed).len() == 1 && longest(base, user).len() == 1;
        if let (Some(theirs), true) = (theirs, plain) {
            prop_assert_eq!(ours.map(|merged| text(&merged)), Some(text(&theirs)));
        }
    }
}
