//! Which pixels lie in plain areas, a row at a time: where many pixels of a row changed, most are told apart from
//! anti-aliasing by having no plain neighbour, which is far cheaper than the whole rule.

use super::source::Pixel;
use super::window::Window;

/// For three rows, which pixels have three or more neighbours of their very colour in both pictures (the picture's edge counts
/// as one).
pub(super) struct PlainRows {
    rows: [Flags; 3],
    width: usize,
    height: usize,
}

#[derive(Clone, Default)]
struct Flags {
    /// The row that the flags are of.
    y: Option<usize>,
    is_plain: Vec<bool>,
    counts: Vec<u32>,
}

impl PlainRows {
    /// For pictures cut to this size.
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { rows: Default::default(), width, height }
    }

    /// Looks at row `y` and the rows next to it, where that wasn't done yet.
    pub(super) fn reach(&mut self, y: usize, old: &Window, new: &Window) {
        for y in y.saturating_sub(1)..=(y + 1).min(self.height - 1) {
            let slot = &mut self.rows[y % 3];
            if slot.y == Some(y) {
                continue;
            }
            slot.y = Some(y);
            slot.is_plain.clear();
            slot.is_plain.resize(self.width, true);
            for window in [old, new] {
                count_equal(window, y, self.width, self.height, &mut slot.counts);
                for (flag, &count) in slot.is_plain.iter_mut().zip(&slot.counts) {
                    *flag &= count > 2;
                }
            }
        }
    }

    /// Whether the pixel or one of its neighbours lies in a plain area. False means that it is no anti-aliasing.
    pub(super) fn is_near(&self, x: usize, y: usize) -> bool {
        let columns = x.saturating_sub(1)..(x + 2).min(self.width);
        let rows = y.saturating_sub(1)..(y + 2).min(self.height);
        rows.into_iter().any(|y| self.rows[y % 3].is_plain[columns.clone()].contains(&true))
    }
}

/// How many neighbours of each pixel of row `y` have its colour.
fn count_equal(window: &Window, y: usize, width: usize, height: usize, counts: &mut Vec<u32>) {
    let row = |y: usize| &window.row(y)[..width];
    let centre = row(y);
    let is_edge = y == 0 || y + 1 == height;
    counts.clear();
    counts.resize(width, u32::from(is_edge));
    if !is_edge {
        counts[0] = 1;
        counts[width - 1] = 1;
    }
    let above = (y > 0).then(|| row(y - 1));
    let below = (y + 1 < height).then(|| row(y + 1));
    for other in [above, below].into_iter().flatten() {
        add_equal(counts, centre, other);
    }
    for other in [above, Some(centre), below].into_iter().flatten() {
        add_equal(&mut counts[1..], &centre[1..], other);
        add_equal(counts, centre, &other[1..]);
    }
}

/// Adds 1 wherever the two rows have the same colour.
fn add_equal(counts: &mut [u32], one: &[Pixel], two: &[Pixel]) {
    for ((count, &one), &two) in counts.iter_mut().zip(one).zip(two) {
        *count += u32::from(u32::from_ne_bytes(one) == u32::from_ne_bytes(two));
    }
}
