//! What is said of each pixel, and who takes the rows as they are compared.

use super::difference::Size;
use super::source::Pixel;

/// What is said of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is the same, or too near to tell.
    Same,
    /// It differs by anti-aliasing alone, which is not counted.
    Antialiased,
    /// It changed.
    Changed,
    /// It is the same as what was elsewhere in the old picture: it only moved.
    Moved,
    /// A mask covers it: nobody looked.
    Masked,
}

/// A row that was compared.
pub struct MarkedRow<'a> {
    /// Its index, from 0.
    pub y: u32,
    /// Its pixels in the old picture, cut to what both have; empty below the old picture's end.
    pub old: &'a [Pixel],
    /// Its pixels in the new picture.
    pub new: &'a [Pixel],
    /// A mark for each pixel of `new`; empty where all are [`Mark::Same`].
    pub marks: &'a [Mark],
}

/// Takes the rows as they are compared, from the top, all rows of the new picture.
pub trait RowSink {
    /// Takes one row.
    fn row(&mut self, row: &MarkedRow<'_>) -> std::io::Result<()>;

    /// All rows of a picture of this size come now; what was given before is void.
    fn start(&mut self, _size: Size) -> std::io::Result<()> {
        Ok(())
    }

    /// Whether it does nothing with rows: nothing need be compared again for it.
    fn is_idle(&self) -> bool {
        false
    }
}

/// Lets the rows pass.
pub struct NoSink;

impl RowSink for NoSink {
    fn row(&mut self, _: &MarkedRow<'_>) -> std::io::Result<()> {
        Ok(())
    }

    fn is_idle(&self) -> bool {
        true
    }
}
