//! Where a fix and the user's edit collide, for a message to a person.

use std::fmt;
use std::ops::Range;

use super::line::split;

/// A fix and the user's edit that can't both be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Where, in order; at least one.
    pub lines: Vec<OverlapAt>,
}

impl Overlap {
    /// Of all that is there.
    pub(crate) fn whole(base: &[u8], user: &[u8]) -> Self {
        let lines = |content| Lines::new(&(0..split(content).len()));
        Self { lines: vec![OverlapAt { user: lines(user), staged: lines(base) }] }
    }
}

impl fmt::Display for Overlap {
    /// In the user's file: `line 3, lines 7 to 9`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, at) in self.lines.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}", at.user)?;
        }
        Ok(())
    }
}

/// One place of an [`Overlap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverlapAt {
    /// In the user's file.
    pub user: Lines,
    /// In the staged content.
    pub staged: Lines,
}

/// Some lines of a file, or a place between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The first, counted from 1.
    pub first: usize,
    /// How many; with none, the place before `first` is meant, which may be the end of the file.
    pub count: usize,
}

impl Lines {
    /// From line indices.
    pub(super) fn new(range: &Range<usize>) -> Self {
        Self { first: range.start + 1, count: range.len() }
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, count } = *self;
        match count {
            0 if first == 1 => write!(f, "before line 1"),
            0 => write!(f, "after line {}", first - 1),
            1 => write!(f, "line {first}"),
            _ => write!(f, "lines {first} to {}", first + count - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_a_person_says_them() {
        for (range, expected) in
            [(0..0, "before line 1"), (4..4, "after line 4"), (4..5, "line 5"), (4..7, "lines 5 to 7")]
        {
            assert_eq!(Lines::new(&range).to_string(), expected);
        }
        let at = |range| OverlapAt { user: Lines::new(&range), staged: Lines::new(&(0..1)) };
        assert_eq!(Overlap { lines: vec![at(0..1), at(5..7)] }.to_string(), "line 1, lines 6 to 7");
    }
}
