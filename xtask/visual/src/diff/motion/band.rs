//! A stretch of the new picture that came from another place of the old one.

/// A stretch of rows (or columns) of the new picture, and by how much it moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Band {
    /// Its first row in the new picture.
    pub(super) from: u32,
    /// The row after its last.
    pub(super) to: u32,
    /// The row in the new picture less that in the old one.
    pub(super) by: i64,
}

impl Band {
    /// The place in the old picture of `at`, a place of the band.
    pub(super) fn old(&self, at: u32) -> u32 {
        (i64::from(at) - self.by) as u32
    }

    /// Whether it ends before the other begins, in both pictures.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.to <= other.from && self.old(self.to) <= other.old(other.from)
    }
}

/// What lies between two bands that are next to each other: `to - from` places of the new picture, `old_to - old_from` of
/// the old one. The first so many of them stayed with the band before, the last so many moved with the band behind, and
/// what is left over is new (or gone).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) old_from: u32,
    pub(super) old_to: u32,
}

impl Gap {
    /// The gaps before each band and behind the last, in pictures so long.
    pub(super) fn all(bands: &[Band], old_length: u32, new_length: u32) -> Vec<Self> {
        let mut gaps = Vec::with_capacity(bands.len() + 1);
        let (mut from, mut old_from) = (0, 0);
        for band in bands {
            gaps.push(Self { from, to: band.from, old_from, old_to: band.old(band.from) });
            (from, old_from) = (band.to, band.old(band.to));
        }
        gaps.push(Self { from, to: new_length, old_from, old_to: old_length });
        gaps
    }

    /// How many places of it both pictures have.
    pub(super) fn common(&self) -> u32 {
        (self.to - self.from).min(self.old_to - self.old_from)
    }

    /// How far the band before and the band behind reach into it, where as many of its places as both pictures have are
    /// given to one of them, and as few as can be differ. `before[i]` and `behind[i]` say how much place `from + i`
    /// differs as part of either band. Among equals the band before takes most.
    pub(super) fn split(&self, before: &[u64], behind: &[u64]) -> (u32, u32) {
        let (length, common) = ((self.to - self.from) as usize, self.common() as usize);
        let mut cost: u64 = behind[length - common..].iter().sum();
        let (mut best, mut best_cost) = (0, cost);
        for taken in 1..=common {
            cost = cost + before[taken - 1] - behind[length - common + taken - 1];
            if cost <= best_cost {
                (best, best_cost) = (taken, cost);
            }
        }
        (best as u32, (common - best) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_lie_around_bands() {
        let band = Band { from: 30, to: 60, by: 10 };
        let gap = |from, to, old_from, old_to| Gap { from, to, old_from, old_to };
        assert_eq!(Gap::all(&[band], 80, 90), [gap(0, 30, 0, 20), gap(60, 90, 50, 80)]);
        assert_eq!(Gap::all(&[], 5, 7), [gap(0, 7, 0, 5)]);
    }

    #[test]
    fn a_gap_is_split_where_least_differs() {
        let inserted = Gap { from: 0, to: 6, old_from: 0, old_to: 4 };
        // Rows 0 and 1 stayed, 2 and 3 are new, 4 and 5 moved.
        assert_eq!(inserted.split(&[0, 0, 9, 9, 0, 0], &[0, 0, 9, 9, 0, 0]), (2, 2));
        // Where all fits, all stays.
        assert_eq!(inserted.split(&[0; 6], &[0; 6]), (4, 0));
        assert_eq!(inserted.split(&[5; 6], &[0; 6]), (0, 4));
        let gone = Gap { from: 0, to: 2, old_from: 0, old_to: 9 };
        assert_eq!(gone.split(&[0, 7], &[7, 0]), (1, 1));
        let none = Gap { from: 3, to: 3, old_from: 0, old_to: 9 };
        assert_eq!(none.split(&[], &[]), (0, 0));
    }
}
