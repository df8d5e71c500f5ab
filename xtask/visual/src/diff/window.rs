//! The few rows of a picture that are held at a time: the row in hand and two on either side, which is as far as the
//! anti-aliasing rule looks.

use super::source::{PictureError, Pixel, RowSource};

/// How many rows are held.
const ROWS: usize = 5;
/// How many rows the rule looks ahead and back.
const REACH: usize = 2;

/// The last rows read from a source.
pub(super) struct Window {
    rows: [Vec<Pixel>; ROWS],
    read: usize,
    height: usize,
}

impl Window {
    /// A window on a source of this size, with nothing read yet.
    pub(super) fn new(source: &dyn RowSource) -> Self {
        Self {
            rows: std::array::from_fn(|_| vec![[0; 4]; source.width() as usize]),
            read: 0,
            height: source.height() as usize,
        }
    }

    /// Reads on until row `y` and the rows that it looks ahead are there.
    pub(super) fn reach(&mut self, source: &mut dyn RowSource, y: usize) -> Result<(), PictureError> {
        let last = (y + REACH).min(self.height - 1);
        while self.read <= last {
            source.read_row(&mut self.rows[self.read % ROWS])?;
            self.read += 1;
        }
        Ok(())
    }

    /// Row `y`, which must be in the window.
    pub(super) fn row(&self, y: usize) -> &[Pixel] {
        &self.rows[y % ROWS]
    }

    /// The rows about `y`, as part of a picture cut to this size.
    pub(super) fn band(&self, y: usize, width: usize, height: usize) -> Band<'_> {
        let row = |index: usize| {
            let at = (y + index).checked_sub(REACH);
            at.filter(|&at| at < height).map_or(&[][..], |at| &self.row(at)[..width])
        };
        Band { rows: std::array::from_fn(row), y, width, height }
    }
}

/// Five rows of a picture: the middle one is in hand, rows are named by their distance to it (-2 to 2).
pub(super) struct Band<'a> {
    rows: [&'a [Pixel]; ROWS],
    y: usize,
    width: usize,
    height: usize,
}

impl Band<'_> {
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The middle row.
    pub(super) fn middle(&self) -> &[Pixel] {
        self.rows[REACH]
    }

    /// The pixel in column `x` of a row.
    #[inline]
    pub(super) fn pixel(&self, x: usize, row: i8) -> Pixel {
        self.rows[(row + REACH as i8) as usize][x]
    }

    /// Where the pixel of the middle row begins in the picture's RGBA data.
    pub(super) fn offset(&self, x: usize) -> u64 {
        (self.y as u64 * self.width as u64 + x as u64) * 4
    }

    fn absolute(&self, row: i8) -> usize {
        self.y.wrapping_add_signed(isize::from(row))
    }

    /// Whether the pixel is in the picture's first or last row or column.
    #[inline]
    pub(super) fn at_border(&self, x: usize, row: i8) -> bool {
        let y = self.absolute(row);
        x == 0 || x == self.width - 1 || y == 0 || y == self.height - 1
    }

    /// The rows next to `row`, itself included.
    #[inline]
    pub(super) fn rows_around(&self, row: i8) -> std::ops::RangeInclusive<i8> {
        let y = self.absolute(row);
        row - i8::from(y > 0)..=row + i8::from(y + 1 < self.height)
    }
}
