//! The pixel diff: two pictures, row by row, under rules; what changed, and where. A library of its own: it knows
//! neither folders nor gates.
//!
//! The rule is that of pixelmatch 7.2, and the count of changed pixels is exactly its count, for every picture and
//! option. Rows come from a [`RowSource`], and five rows of each picture are held at a time; what a caller wants to
//! make of the rows (a diff picture) it does in a [`RowSink`] as they pass.
//!
//! ```
//! use xtask_visual::diff::{NoSink, Picture, Rules, compare};
//!
//! let old = Picture::filled(4, 4, [255, 255, 255, 255]);
//! let mut new = old.clone();
//! new.set(1, 2, [0, 0, 0, 255]);
//! let difference = compare(&mut old.rows(), &mut new.rows(), &Rules::default(), &mut NoSink)?;
//! assert_eq!(difference.changed, 1);
//! assert_eq!((difference.regions[0].x, difference.regions[0].y), (1, 2));
//! # Ok::<(), xtask_visual::diff::DiffError>(())
//! ```

mod antialias;
mod compare;
mod difference;
mod file;
mod formats;
mod judge;
mod mark;
mod motion;
mod paint;
mod picture;
mod pixel;
mod plain;
#[cfg(test)]
mod reference;
mod regions;
mod rules;
mod source;
mod window;

pub(crate) use compare::unreadable;
pub use compare::{DiffError, Side, compare, compare_and_explain};
pub use difference::{Difference, Size};
pub(crate) use file::CHUNK;
pub use file::PictureFile;
pub use mark::{Mark, MarkedRow, NoSink, RowSink};
pub use motion::{MAX_TRACED_ROWS, Moved, MovedColumns, Pictures};
pub use paint::Painter;
pub use picture::{Picture, PictureRows};
pub use regions::{GAP, MAX_REGIONS, Region, Regions};
pub use rules::{Antialias, Background, OutOfRange, Ratio, Rect, Rules, Threshold};
pub(crate) use source::read_header;
pub use source::{MAX_PIXELS, MAX_WHOLE_PIXELS, PictureError, Pixel, PngRows, RowSource};
