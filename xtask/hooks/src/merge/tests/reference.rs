//! A second merge, slow and plain: every way to align the lines, and line by line. What the real one gives must be one of its results.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::merge;

type Lines = Vec<&'static str>;

/// Every way to recognise lines of `base` in `side`: pairs in order, nothing else.
pub(super) fn alignments(base: &[&str], side: &[&str]) -> Vec<Vec<(usize, usize)>> {
    let mut all = vec![Vec::new()];
    for (b, line) in base.iter().enumerate() {
        let longer: Vec<_> = all
            .iter()
            .flat_map(|pairs: &Vec<(usize, usize)>| {
                let from = pairs.last().map_or(0, |(_, last)| last + 1);
                let found = (from..side.len()).filter(|s| side[*s] == *line);
                found.map(move |s| [pairs.as_slice(), &[(b, s)]].concat())
            })
            .collect();
        all.extend(longer);
    }
    all
}

/// The longest of them.
pub(super) fn longest(base: &[&str], side: &[&str]) -> Vec<Vec<(usize, usize)>> {
    let all = alignments(base, side);
    let most = all.iter().map(Vec::len).max().unwrap_or(0);
    all.into_iter().filter(|pairs| pairs.len() == most).collect()
}

/// Some lines of the base, from and to, and what is there instead.
type Change = (usize, usize, Lines);

/// The changes of an alignment; with `split`, line by line where as many stand there as before.
fn changes(
    base: &[&'static str],
    side: &[&'static str],
    pairs: &[(usize, usize)],
    split: bool,
) -> Vec<Change> {
    let (mut b, mut s) = (0, 0);
    let mut changes = Vec::new();
    for (next_b, next_s) in pairs.iter().copied().chain([(base.len(), side.len())]) {
        if split && next_b - b == next_s - s {
            changes.extend((b..next_b).map(|at| (at, at + 1, vec![side[at - b + s]])));
        } else if next_b > b || next_s > s {
            changes.push((b, next_b, side[s..next_s].to_vec()));
        }
        (b, s) = (next_b + 1, next_s + 1);
    }
    changes
}

/// The result of both sides' changes; `None` if two collide.
fn applied(base: &[&'static str], fixer: &[Change], user: &[Change]) -> Option<Lines> {
    let mut all = fixer.to_vec();
    all.extend(user.iter().filter(|change| !fixer.contains(change)).cloned());
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            let same_place = (one.0, one.1) == (other.0, other.1);
            if same_place || (one.0 < other.1 && other.0 < one.1) {
                return None;
            }
        }
    }
    all.sort_by_key(|change| (change.0, change.1));
    let (mut merged, mut at) = (Vec::new(), 0);
    for (from, to, lines) in all {
        merged.extend(&base[at..from]);
        merged.extend(lines);
        at = to;
    }
    merged.extend(&base[at..]);
    Some(merged)
}

fn joined(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect()
}

/// Few lines, alike.
fn alike() -> impl Strategy<Value = Lines> {
    vec(select(vec!["a", "b", "c"]), 0..6)
}

/// Eight lines that differ, with some replaced, deleted, put in.
fn unlike() -> impl Strategy<Value = Lines> {
    let edit = (0..9_usize, 0..3_usize, vec(select(vec!["x", "y", "z"]), 0..3));
    vec(edit, 0..4).prop_map(|edits| {
        let mut lines = UNLIKE.to_vec();
        for (at, gone, new) in edits {
            let from = at.min(lines.len());
            lines.splice(from..(at + gone).min(lines.len()).max(from), new);
        }
        lines
    })
}

const UNLIKE: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];

/// Where each side changed in one way only, and these ways don't collide, the real merge gives just that.
fn only_way(
    base: &[&'static str],
    fixed: &[&'static str],
    user: &[&'static str],
) -> Result<(), TestCaseError> {
    if let ([fixer], [mine]) = (&longest(base, fixed)[..], &longest(base, user)[..])
        && let Some(plain) =
            applied(base, &changes(base, fixed, fixer, false), &changes(base, user, mine, false))
    {
        let merged = merge(&joined(base), &joined(fixed), &joined(user));
        prop_assert_eq!(merged, Ok(joined(&plain)));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn the_result_is_one_of_the_plain_ones(base in alike(), fixed in alike(), user in alike()) {
        only_way(&base, &fixed, &user)?;
        if fixed != user && let Ok(merged) = merge(&joined(&base), &joined(&fixed), &joined(&user)) {
            let mut plain = BTreeSet::new();
            for (fixer, mine) in alignments(&base, &fixed).iter().flat_map(|fixer| alignments(&base, &user).into_iter().map(move |mine| (fixer, mine))) {
                for split in [false, true] {
                    let (fixer, mine) = (changes(&base, &fixed, fixer, split), changes(&base, &user, &mine, split));
                    plain.extend(applied(&base, &fixer, &mine).map(|lines| joined(&lines)));
                }
            }
            prop_assert!(plain.contains(&merged), "{:?}", super::text(&merged));
        }
    }

    #[test]
    fn unlike_lines_merge_in_the_only_way(fixed in unlike(), user in unlike()) {
        only_way(&UNLIKE, &fixed, &user)?;
    }
}
