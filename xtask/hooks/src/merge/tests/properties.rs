//! What holds for any contents: nothing of the user's is lost, and what only one side changed is as that side has it.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::{merge, merge_lines};
use super::text;

/// What a side does to a line of the base, and what it writes before the line.
#[derive(Clone, Debug)]
enum Edit {
    Keep,
    Delete,
    Change,
}

const ENDINGS: [&str; 2] = ["\n", "\r\n"];

fn content() -> impl Strategy<Value = String> {
    let line = (select(vec!["", "a", "b", "}"]), select(vec!["", " ", "\t "]), select(ENDINGS.to_vec()));
    (vec(line, 0..8), any::<bool>()).prop_map(|(lines, whole)| {
        let all: String =
            lines.into_iter().flat_map(|(body, blanks, ending)| [body, blanks, ending]).collect();
        if whole { all } else { all.trim_end_matches(['\r', '\n']).to_owned() }
    })
}

fn edits() -> impl Strategy<Value = Vec<(usize, Edit)>> {
    let insertions = prop_oneof![6 => Just(0_usize), 1 => 1..3_usize];
    let edit = prop_oneof![6 => Just(Edit::Keep), 1 => Just(Edit::Delete), 1 => Just(Edit::Change)];
    vec((insertions, edit), 9)
}

/// `base` edited; the lines that `name` wrote have its name.
fn edited(base: &[&str], edits: &[(usize, Edit)], name: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (mut lines, mut written, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    let mut write = |lines: &mut Vec<String>| {
        written.push(format!("{name}{}", written.len()));
        lines.extend(written.last().cloned());
    };
    for (at, (insertions, edit)) in edits.iter().enumerate() {
        (0..*insertions).for_each(|_| write(&mut lines));
        match (base.get(at), edit) {
            (Some(line), Edit::Keep) => lines.push((*line).to_owned()),
            (Some(line), Edit::Delete) => gone.push((*line).to_owned()),
            (Some(line), Edit::Change) => {
                gone.push((*line).to_owned());
                write(&mut lines);
            }
            (None, _) => break,
        }
    }
    (lines, written, gone)
}

fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Bodies and blanks.
fn without_endings(content: &[u8]) -> String {
    text(content).replace("\\r\\n", "\\n").trim_end_matches("\\n").to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_side_that_changed_nothing_gives_way(base in content(), other in content()) {
        let (base, other) = (base.as_bytes(), other.as_bytes());
        for merge in [merge, merge_lines] {
            prop_assert_eq!(merge(base, other, base).map(|merged| text(&merged)), Ok(text(other)));
            prop_assert_eq!(merge(base, base, other).map(|merged| text(&merged)), Ok(text(other)));
        }
        prop_assert_eq!(merge(base, other, other).map(|merged| text(&merged)), Ok(text(other)));
        let same = merge_lines(base, other, other).map(|merged| without_endings(&merged));
        prop_assert_eq!(same, Ok(without_endings(other)));
    }

    /// The fixer's endings count before the user's, and blanks that it stripped give way to a line that the user rewrote; the rest is the same from both sides.
    #[test]
    fn the_sides_are_equals(base in content(), fixed in content(), user in content()) {
        let plain = |content: &str| content.replace([' ', '\t', '\r'], "");
        let all = [base, fixed, user].map(|content| plain(&content));
        let [base, fixed, user] = all.each_ref().map(String::as_bytes);
        let one = merge(base, fixed, user).map(|merged| without_endings(&merged));
        let other = merge(base, user, fixed).map(|merged| without_endings(&merged));
        prop_assert_eq!(one.ok(), other.ok());
    }

    #[test]
    fn no_line_is_lost(base in vec(select(vec!["", "a", "b", "}"]), 0..8), fixer in edits(), user in edits()) {
        let (fixed, fixers, fixer_gone) = edited(&base, &fixer, "fixed");
        let (mine, users, user_gone) = edited(&base, &user, "user");
        let distinct = base.iter().collect::<HashSet<_>>().len() == base.len();
        let staged: Vec<_> = base.iter().map(|line| (*line).to_owned()).collect();
        let (staged, fixed, mine) = (joined(&staged), joined(&fixed), joined(&mine));
        if let Ok(merged) = merge(staged.as_bytes(), fixed.as_bytes(), mine.as_bytes()) {
            let merged = String::from_utf8(merged).unwrap();
            let named = |name: &str| merged.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(named("fixed"), fixers);
            prop_assert_eq!(named("user"), users);
            for line in ["", "a", "b", "}"] {
                let count = |lines: &[String]| lines.iter().filter(|other| *other == line).count();
                let there = merged.lines().filter(|other| *other == line).count();
                let before = base.iter().filter(|other| **other == line).count();
                let (by_fixer, by_user) = (count(&fixer_gone), count(&user_gone));
                prop_assert!(there + by_fixer + by_user >= before);
                // Of equal lines, one that both deleted and one wrote anew can't be told from one that stayed.
                prop_assert!(!distinct || there + by_fixer.max(by_user) <= before);
            }
        }
    }

    /// Whatever the user did to a file, as long as blanks of lines that are the same were left alone: stripping them overlaps with nothing.
    /// Where the base has a line twice, and one is gone, the other may be taken for one that the user wrote elsewhere: it keeps its blanks then.
    #[test]
    fn stripping_blanks_overlaps_with_nothing(base in vec((select(vec!["", "a", "b", "}"]), select(vec!["", " ", "  "])), 0..8), user in edits()) {
        let base: Vec<_> = base.iter().map(|(body, blanks)| format!("{body}{blanks}")).collect();
        let fixed: Vec<_> = base.iter().map(|line| line.trim_end().to_owned()).collect();
        let lines: Vec<_> = base.iter().map(String::as_str).collect();
        let (mine, written, _) = edited(&lines, &user, "user");
        let stripped = |lines: &[String]| lines.iter().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        let merged = merge(joined(&base).as_bytes(), joined(&fixed).as_bytes(), joined(&mine).as_bytes());
        let merged = merged.map(|merged| String::from_utf8(merged).unwrap().lines().map(str::to_owned).collect::<Vec<_>>());
        prop_assert_eq!(merged.as_deref().map(stripped), Ok(stripped(&mine)));
        let bodies: HashSet<_> = fixed.iter().collect();
        if written.is_empty() && bodies.len() == fixed.len() {
            prop_assert_eq!(merged, Ok(stripped(&mine)));
        }
    }

    /// A working tree in CRLF over blobs in LF: what comes out is what would with LF everywhere, in CRLF.
    #[test]
    fn crlf_on_disk_changes_nothing_else(base in content(), fixed in content(), user in content()) {
        let [base, fixed, user] = [base, fixed, user].map(|content| content.replace('\r', ""));
        // A file without any newline says nothing of its endings.
        prop_assume!(user.contains('\n'));
        let on_disk = user.replace('\n', "\r\n");
        let plain = merge(base.as_bytes(), fixed.as_bytes(), user.as_bytes());
        let crlf = merge(base.as_bytes(), fixed.as_bytes(), on_disk.as_bytes());
        let expected = plain.map(|merged| text(&merged).replace("\\n", "\\r\\n"));
        prop_assert_eq!(crlf.map(|merged| text(&merged)).ok(), expected.ok());
    }
}
