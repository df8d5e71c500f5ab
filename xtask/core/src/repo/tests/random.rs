//! A property: the changed lines of random edits are git's, and what isn't among them is old.

use proptest::prelude::*;

use super::super::testing::Fixture;
use super::super::{LineRange, Side};
use super::rev;
use crate::model::RepoPath;

/// What lies outside of the ranges stood in the old file, in this order.
fn kept_lines_are_old(old: &[u8], new: &[u8], ranges: &[LineRange]) -> bool {
    let mut before = old.split_inclusive(|&byte| byte == b'\n');
    new.split_inclusive(|&byte| byte == b'\n')
        .zip(1..)
        .filter(|(_, number)| !ranges.iter().any(|range| range.contains(*number)))
        .all(|(line, _)| before.any(|old| old == line))
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => prop::sample::select(vec!["a\n", "b\n", "{\n", "}\n", "\n", "    x\n", "c\r\n"]).prop_map(String::from),
        1 => "[a-d ]{0,5}\n",
    ];
    (prop::collection::vec(line, 0..40), prop::option::of("[a-d]{1,3}")).prop_map(|(lines, last)| {
        let mut text = lines.concat();
        text.extend(last);
        text.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Thirty files a case: a repository costs more than a comparison.
    #[test]
    fn random_edits_give_the_lines_of_git(files in prop::collection::vec((text(), text()), 30)) {
        let fixture = Fixture::new();
        for (number, (old, _)) in files.iter().enumerate() {
            fixture.write(format!("f{number}"), old);
        }
        fixture.commit("old");
        for (number, (_, new)) in files.iter().enumerate() {
            fixture.write(format!("f{number}"), new);
        }
        fixture.git(["add", "--all"]);
        let sides = (rev("HEAD"), Side::Index);
        let library = fixture.library().changed_lines(&sides.0, &sides.1).unwrap();
        let program = fixture.program().changed_lines(&sides.0, &sides.1).unwrap();
        let worktree = fixture.program().changed_lines(&sides.0, &Side::Worktree).unwrap();
        prop_assert_eq!(&program, &worktree);
        for (number, (old, new)) in files.iter().enumerate() {
            let path = RepoPath::new(format!("f{number}"));
            let ranges = program.get(&path).cloned().unwrap_or_default();
            prop_assert!(kept_lines_are_old(old, new, &ranges), "{} {:?}", number, ranges);
            let ranges = library.get(&path).cloned().unwrap_or_default();
            prop_assert!(kept_lines_are_old(old, new, &ranges), "{} {:?}", number, ranges);
        }
        prop_assert_eq!(&library, &program);
    }
}
