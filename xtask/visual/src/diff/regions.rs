//! Changed pixels grouped into the rectangles that a person would draw.

use serde::Serialize;

/// Pixels with at most this many unchanged columns or rows between them belong to one region: about the space between
/// two words of a text at its usual size (16 px), so that a changed line is one region and its neighbours are others.
pub const GAP: u32 = 8;

/// The most regions that are told apart. Above it the gap is doubled until there are fewer: nobody reads more, and memory
/// stays bounded.
pub const MAX_REGIONS: usize = 1000;

/// A rectangle that holds changed pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Region {
    /// The leftmost column, from 0.
    pub x: u32,
    /// The topmost row, from 0.
    pub y: u32,
    /// How many columns.
    pub width: u32,
    /// How many rows.
    pub height: u32,
    /// How many of its pixels changed.
    pub pixels: u64,
}

impl Region {
    fn right(&self) -> u32 {
        self.x + self.width
    }

    fn bottom(&self) -> u32 {
        self.y + self.height
    }

    /// Whether at most `gap` columns and rows lie between the two.
    fn is_near(&self, other: &Self, gap: u32) -> bool {
        let near = |from: u32, to: u32, other_from: u32, other_to: u32| {
            from <= other_to.saturating_add(gap) && other_from <= to.saturating_add(gap)
        };
        near(self.x, self.right(), other.x, other.right())
            && near(self.y, self.bottom(), other.y, other.bottom())
    }

    /// The smallest rectangle around both.
    fn join(&mut self, other: &Self) {
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        self.x = self.x.min(other.x);
        self.y = self.y.min(other.y);
        self.width = right - self.x;
        self.height = bottom - self.y;
        self.pixels += other.pixels;
    }
}

/// Collects runs of changed pixels, row by row from the top, into regions: any two rectangles that are near each other
/// become the rectangle around both, until no two are.
#[derive(Debug)]
pub struct Regions {
    gap: u32,
    /// Regions that the next row may still touch, from left to right. No two are near each other.
    open: Vec<Region>,
    /// Regions that no later row touches by itself.
    closed: Vec<Region>,
    /// At how many closed regions they are merged again, to keep memory bounded.
    crowded: usize,
}

impl Default for Regions {
    fn default() -> Self {
        Self { gap: GAP, open: Vec::new(), closed: Vec::new(), crowded: 2 * MAX_REGIONS }
    }
}

impl Regions {
    /// Takes the changed pixels of row `y`: runs from left to right, as first column, column after the last, and how many of
    /// the pixels between changed. Rows come from the top down; rows without changes may be left out.
    pub fn add_row(&mut self, y: u32, runs: impl IntoIterator<Item = (u32, u32, u64)>) {
        let mut runs = runs.into_iter().map(|(from, to, pixels)| Region {
            x: from,
            y,
            width: to - from,
            height: 1,
            pixels,
        });
        let Some(first) = runs.next() else { return };
        let gap = self.gap;
        let (open, done) = std::mem::take(&mut self.open)
            .into_iter()
            .partition::<Vec<_>, _>(|region| region.bottom().saturating_add(gap) >= y);
        self.closed.extend(done);

        // Open regions and runs are both sorted by x: one walk from the left joins what is near. Any two of them are near in
        // y, so x alone decides.
        let mut open = open.into_iter().peekable();
        let mut runs = std::iter::once(first).chain(runs).peekable();
        let mut joined: Vec<Region> = Vec::new();
        loop {
            let next = match (open.peek(), runs.peek()) {
                (Some(region), Some(run)) if region.x <= run.x => open.next(),
                (Some(_), None) => open.next(),
                (_, Some(_)) => runs.next(),
                (None, None) => break,
            };
            let Some(next) = next else { break };
            match joined.last_mut() {
                Some(last) if next.x <= last.right().saturating_add(gap) => last.join(&next),
                _ => joined.push(next),
            }
        }
        self.open = joined;

        if self.closed.len() > self.crowded {
            self.settle();
        }
    }

    /// Merges all that is near, with a wider gap where too many remain.
    fn settle(&mut self) {
        self.closed = merged(std::mem::take(&mut self.closed), self.gap);
        while self.closed.len() > MAX_REGIONS {
            self.gap = self.gap.saturating_mul(2);
            self.closed = merged(std::mem::take(&mut self.closed), self.gap);
        }
        // The open ones must not be near each other under the new gap.
        let open = std::mem::take(&mut self.open);
        for region in open {
            match self.open.last_mut() {
                Some(last) if region.x <= last.right().saturating_add(self.gap) => last.join(&region),
                _ => self.open.push(region),
            }
        }
    }

    /// The regions, those with most changed pixels first, then from the top left.
    pub fn finish(mut self) -> Vec<Region> {
        self.closed.append(&mut self.open);
        self.settle();
        self.closed.sort_by_key(|region| (std::cmp::Reverse(region.pixels), region.y, region.x));
        self.closed
    }
}

/// Joins rectangles that are near each other until no two are. The result doesn't depend on their order: a joined rectangle
/// is near everything that its parts were near.
fn merged(mut regions: Vec<Region>, gap: u32) -> Vec<Region> {
    loop {
        regions.sort_by_key(|region| (region.y, region.x));
        let before = regions.len();
        let mut out: Vec<Region> = Vec::with_capacity(before);
        // Those of `out` that a later region may still be near, by the row that is worked on.
        let mut active: Vec<usize> = Vec::new();
        for region in regions {
            active.retain(|&at| out[at].bottom().saturating_add(gap) >= region.y);
            if let Some(&at) = active.iter().find(|&&at| out[at].is_near(&region, gap)) {
                out[at].join(&region);
            } else {
                active.push(out.len());
                out.push(region);
            }
        }
        regions = out;
        if regions.len() == before {
            return regions;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_pixels(pixels: &[(u32, u32)]) -> Vec<Region> {
        let mut sorted: Vec<_> = pixels.iter().map(|&(x, y)| (y, x)).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut regions = Regions::default();
        for row in sorted.chunk_by(|one, two| one.0 == two.0) {
            regions.add_row(row[0].0, row.iter().map(|&(_, x)| (x, x + 1, 1)));
        }
        regions.finish()
    }

    fn region(x: u32, y: u32, width: u32, height: u32, pixels: u64) -> Region {
        Region { x, y, width, height, pixels }
    }

    #[test]
    fn near_pixels_are_one_region_and_far_ones_are_not() {
        assert_eq!(of_pixels(&[]), []);
        assert_eq!(of_pixels(&[(0, 0)]), [region(0, 0, 1, 1, 1)]);
        assert_eq!(of_pixels(&[(0, 0), (9, 0)]), [region(0, 0, 10, 1, 2)], "8 columns between");
        assert_eq!(of_pixels(&[(0, 0), (10, 0)]).len(), 2, "9 columns between");
        assert_eq!(of_pixels(&[(5, 0), (5, 9)]), [region(5, 0, 1, 10, 2)]);
        assert_eq!(of_pixels(&[(5, 0), (5, 10)]).len(), 2);
    }

    #[test]
    fn the_one_with_most_changes_comes_first() {
        assert_eq!(
            of_pixels(&[(0, 0), (50, 50), (51, 50), (90, 0)]),
            [region(50, 50, 2, 1, 2), region(0, 0, 1, 1, 1), region(90, 0, 1, 1, 1)]
        );
    }

    #[test]
    fn a_region_that_grows_sideways_takes_in_what_was_closed() {
        // A speck at the top left is closed when the tall column meets the long row that reaches below it.
        let mut pixels = vec![(5, 2)];
        pixels.extend((0..60).map(|y| (100, y)));
        pixels.extend((0..100).map(|x| (x, 59)));
        assert_eq!(of_pixels(&pixels), [region(0, 0, 101, 60, 161)]);
    }

    #[test]
    fn specks_all_over_stay_bounded_and_none_is_lost() {
        let pixels: Vec<_> = (0..100).flat_map(|y| (0..100).map(move |x| (x * 20, y * 20))).collect();
        let regions = of_pixels(&pixels);
        assert!(regions.len() <= MAX_REGIONS);
        assert_eq!(regions.iter().map(|region| region.pixels).sum::<u64>(), 10_000);
    }

    /// The definition, taken literally: every pixel is a rectangle; join any two that are near until none are.
    fn literally(pixels: &[(u32, u32)]) -> Vec<Region> {
        let mut unique = pixels.to_vec();
        unique.sort_unstable();
        unique.dedup();
        let mut all: Vec<Region> = unique.iter().map(|&(x, y)| region(x, y, 1, 1, 1)).collect();
        'again: loop {
            for one in 0..all.len() {
                for two in one + 1..all.len() {
                    if all[one].is_near(&all[two], GAP) {
                        let other = all.swap_remove(two);
                        all[one].join(&other);
                        continue 'again;
                    }
                }
            }
            break;
        }
        all.sort_by_key(|region| (std::cmp::Reverse(region.pixels), region.y, region.x));
        all
    }

    proptest! {
        #[test]
        fn regions_are_what_the_definition_says(pixels in proptest::collection::vec((0_u32..120, 0_u32..120), 0..60)) {
            prop_assert_eq!(of_pixels(&pixels), literally(&pixels));
        }
    }
}
