//! Which lines of a side are those of the base, and where the side differs.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Line;

/// Which of the ways to recognise lines is taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Align {
    /// Rare lines first (histogram), so that braces and empty lines go with what surrounds them; by bodies, or by bodies and blanks
    /// first, whichever recognises more lines: a fixer that strips blanks all over keeps every line in its place, and of two closing
    /// braces the one that looks the same is the same.
    Surroundings,
    /// By bodies and blanks with the fewest changes (Myers), and by bodies within what is left: what git would recognise.
    FewestChanges,
}

/// Lines of the base, and the lines that a side has in their place. One of the two may be empty, and holds its place then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    pub(super) base: Range<usize>,
    pub(super) side: Range<usize>,
}

impl Hunk {
    /// Whether as many lines stand there as before, so that each is its predecessor's new version.
    pub(super) fn is_paired(&self) -> bool {
        self.base.len() == self.side.len()
    }
}

/// A changed version of the base.
#[derive(Debug)]
pub(super) struct Side<'a> {
    pub(super) lines: &'a [Line<'a>],
    /// Where bodies differ, in order. At least one line lies between two, but for lines that were only set elsewhere: each of them is a
    /// hunk of its own.
    pub(super) hunks: Vec<Hunk>,
    /// For each line of the base its version here: the same body, or its new version in a paired hunk.
    counterparts: Vec<Option<usize>>,
}

impl<'a> Side<'a> {
    pub(super) fn new(base: &[Line<'_>], lines: &'a [Line<'a>], by: Align) -> Self {
        let (mut hunks, mut counterparts) = (Vec::<Hunk>::new(), vec![None; base.len()]);
        for op in operations(base, lines, by) {
            let (_, old, new) = op.as_tag_tuple();
            if let DiffOp::Equal { .. } = op {
                pair(&mut counterparts, &old, &new);
                continue;
            }
            match hunks.last_mut().filter(|last| last.base.end == old.start && last.side.end == new.start) {
                Some(last) => (last.base.end, last.side.end) = (old.end, new.end),
                None => hunks.push(Hunk { base: old, side: new }),
            }
        }
        for hunk in hunks.iter().filter(|hunk| hunk.is_paired()) {
            pair(&mut counterparts, &hunk.base, &hunk.side);
        }
        let hunks = hunks.into_iter().flat_map(|hunk| line_by_line(hunk, base, lines)).collect();
        Self { lines, hunks, counterparts }
    }

    /// This side's version of a line of the base.
    pub(super) fn counterpart(&self, base: usize) -> Option<&Line<'a>> {
        self.counterparts[base].map(|at| &self.lines[at])
    }
}

/// Takes a hunk apart in which each line is its predecessor set elsewhere, as formatters do it: what is inserted between two such lines
/// touches none.
fn line_by_line(hunk: Hunk, base: &[Line<'_>], lines: &[Line<'_>]) -> Vec<Hunk> {
    let mut pairs = hunk.base.clone().zip(hunk.side.clone());
    if !hunk.is_paired() || !pairs.clone().all(|(old, new)| base[old].same_words(&lines[new])) {
        return vec![hunk];
    }
    let single = |(old, new)| Hunk { base: old..old + 1, side: new..new + 1 };
    pairs.by_ref().map(single).collect()
}

fn pair(counterparts: &mut [Option<usize>], base: &Range<usize>, side: &Range<usize>) {
    for (base, side) in base.clone().zip(side.clone()) {
        counterparts[base] = Some(side);
    }
}

/// How `base` becomes `lines`, by bodies in the end: equal means equal bodies.
fn operations(base: &[Line<'_>], lines: &[Line<'_>], by: Align) -> Vec<DiffOp> {
    let bodies = numbered(base, lines, |line| line.body);
    let texts = numbered(base, lines, |line| (line.body, line.blanks));
    let texts_first = |algorithm| -> Vec<DiffOp> {
        let coarse = capture_diff_slices(algorithm, &texts.0, &texts.1);
        coarse.into_iter().flat_map(|op| refined(op, algorithm, &bodies)).collect()
    };
    match by {
        Align::FewestChanges => texts_first(Algorithm::Myers),
        Align::Surroundings => {
            let by_bodies = capture_diff_slices(Algorithm::Histogram, &bodies.0, &bodies.1);
            if texts == bodies {
                return by_bodies;
            }
            let by_texts = texts_first(Algorithm::Histogram);
            let recognised =
                |operations: &[DiffOp]| (equals(operations, &bodies), equals(operations, &texts));
            if recognised(&by_texts) >= recognised(&by_bodies) { by_texts } else { by_bodies }
        }
    }
}

/// How many lines the operations take for the same that are the same by these numbers.
fn equals(operations: &[DiffOp], (old, new): &(Vec<u32>, Vec<u32>)) -> usize {
    let equal = operations.iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
    let same = |op: &DiffOp| op.old_range().zip(op.new_range()).filter(|(o, n)| old[*o] == new[*n]).count();
    equal.map(same).sum()
}

/// Each line as a number that equals another's where `part` does: counted from 0 as they come.
fn numbered<'a, T: Eq + std::hash::Hash>(
    base: &'a [Line<'a>],
    lines: &'a [Line<'a>],
    part: impl Fn(&'a Line<'a>) -> T,
) -> (Vec<u32>, Vec<u32>) {
    let mut numbers = HashMap::new();
    let mut number = |line| {
        let next = numbers.len() as u32;
        *numbers.entry(part(line)).or_insert(next)
    };
    let base = base.iter().map(&mut number).collect();
    (base, lines.iter().map(&mut number).collect())
}

/// Lines that differ, compared by bodies alone.
fn refined(op: DiffOp, algorithm: Algorithm, (old_bodies, new_bodies): &(Vec<u32>, Vec<u32>)) -> Vec<DiffOp> {
    let DiffOp::Replace { old_index, old_len, new_index, new_len } = op else {
        return vec![op];
    };
    let (old, new) = (old_index..old_index + old_len, new_index..new_index + new_len);
    let mut finer = capture_diff_slices(algorithm, &old_bodies[old], &new_bodies[new]);
    for op in &mut finer {
        match op {
            DiffOp::Equal { old_index: old, new_index: new, .. }
            | DiffOp::Delete { old_index: old, new_index: new, .. }
            | DiffOp::Insert { old_index: old, new_index: new, .. }
            | DiffOp::Replace { old_index: old, new_index: new, .. } => {
                *old += old_index;
                *new += new_index;
            }
        }
    }
    finer
}

#[cfg(test)]
mod tests {
    use super::super::split;
    use super::*;

    fn hunks(base: &str, side: &str, by: Align) -> Vec<(Range<usize>, Range<usize>)> {
        let (base, lines) = (split(base.as_bytes()), split(side.as_bytes()));
        Side::new(&base, &lines, by).hunks.into_iter().map(|hunk| (hunk.base, hunk.side)).collect()
    }

    #[test]
    fn blanks_and_endings_are_no_difference() {
        assert_eq!(hunks("a \n}\nb\t\n} \n", "a\r\n}\nb\n}", Align::Surroundings), []);
    }

    #[test]
    fn of_two_braces_the_one_that_looks_the_same_is_the_same() {
        let (base, lines) = (split(b"{\n} \n{\n}\n"), split(b"{\n}\n\n{\n} \n{\n}\n"));
        let side = Side::new(&base, &lines, Align::Surroundings);
        assert_eq!(side.counterpart(1).unwrap().blanks, b" ");
    }

    #[test]
    fn a_function_put_before_another_is_one_hunk() {
        let base = "{\n  one\n}\n\n{\n  two\n}\n";
        let side = "{\n  one\n}\n\n{\n  new\n}\n\n{\n  two\n}\n";
        for by in [Align::Surroundings, Align::FewestChanges] {
            let hunks = hunks(base, side, by);
            assert!(matches!(&hunks[..], [(old, new)] if old.is_empty() && new.len() == 4), "{hunks:?}");
        }
    }

    #[test]
    fn lines_set_elsewhere_are_each_a_hunk() {
        assert_eq!(hunks("a\nb b\n", "  a\n  b  b\n", Align::Surroundings), [(0..1, 0..1), (1..2, 1..2)]);
        assert_eq!(hunks("a\nb\n", "  a\n  B\n", Align::Surroundings), [(0..2, 0..2)]);
        assert_eq!(hunks("a\nb\n", "  a\n  b\n  c\n", Align::Surroundings), [(0..2, 0..3)]);
    }

    #[test]
    fn where_a_replaced_line_went_is_known_if_as_many_stand_there() {
        let (base, side) = (split(b"a\nb\nc\n"), split(b"a\nB\nc\nd\n"));
        let side = Side::new(&base, &side, Align::Surroundings);
        assert_eq!(side.counterpart(1).unwrap().body, b"B");
        assert_eq!(side.hunks, [Hunk { base: 1..2, side: 1..2 }, Hunk { base: 3..3, side: 3..4 }]);
    }
}
