//! How two pictures differ, as data.

use super::motion::{Moved, MovedColumns};
use super::regions::Region;
use super::source::RowSource;

/// The size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// The size of a source.
    pub fn of(source: &dyn RowSource) -> Self {
        Self { width: source.width(), height: source.height() }
    }

    /// How many pixels.
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}×{}", self.width, self.height)
    }
}

/// How two pictures differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The size of the old picture.
    pub old: Size,
    /// The size of the new picture.
    pub new: Size,
    /// How many pixels changed. Where the sizes are equal, this is pixelmatch's count. Where they aren't, it is pixelmatch's
    /// count of the two pictures cut to what both have, and all that only the new picture has.
    pub changed: u64,
    /// How many pixels differ by anti-aliasing alone; they are not in `changed`.
    pub antialiased: u64,
    /// Where the new picture changed, most changes first. Their pixels add up to `changed`, unless something moved: then they
    /// hold only what is really new.
    pub regions: Vec<Region>,
    /// Rows that only moved, from the top down.
    pub moved: Vec<Moved>,
    /// Columns that only moved, from the left; where there are any, no rows did.
    pub moved_columns: Vec<MovedColumns>,
}

impl Difference {
    /// The difference of equal pictures.
    pub fn none(size: Size) -> Self {
        Self {
            old: size,
            new: size,
            changed: 0,
            antialiased: 0,
            regions: Vec::new(),
            moved: Vec::new(),
            moved_columns: Vec::new(),
        }
    }

    /// So many pixels as a share of the larger picture, 0 to 1.
    pub fn share(&self, pixels: u64) -> f64 {
        pixels as f64 / self.old.area().max(self.new.area()).max(1) as f64
    }

    /// How many changed pixels the regions hold.
    pub fn in_regions(&self) -> u64 {
        self.regions.iter().map(|region| region.pixels).sum()
    }

    /// Whether the sizes differ.
    pub fn is_resized(&self) -> bool {
        self.old != self.new
    }

    /// The share of changed pixels of the larger picture, 0 to 1.
    pub fn ratio(&self) -> f64 {
        self.share(self.changed)
    }
}
