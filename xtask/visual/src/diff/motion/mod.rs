//! What only moved: content above or beside which something was inserted or taken away, so that no longer the whole rest
//! of the page counts as changed.
//!
//! The first reading notes hashes of the strips of rows (and stretches of columns) that differ in place. Hashes that are rare in
//! both pictures vote for moves (a wider form of Bram Cohen's patience diff), over all strips; the votes make bands, and the
//! best chain of bands that keeps the order of both pictures is taken. A second reading finds which columns stay (a
//! sidebar), and how far each band reaches. A third compares the new picture with the old one's rows put where they went:
//! what still differs is what is really new. Each reading holds a few rows.

mod band;
mod columns;
mod lane;
mod layout;
mod survey;
#[cfg(test)]
mod tests;
mod trace;
mod votes;

use serde::Serialize;

use self::columns::RearrangedColumns;
use self::layout::Rearranged;
pub use self::trace::MAX_TRACED_ROWS;
pub(super) use self::trace::Trace;
use super::compare::{DiffError, Side, unreadable, walk};
use super::difference::{Difference, Size};
use super::mark::{NoSink, RowSink};
use super::rules::Rules;
use super::source::{PictureError, RowSource};

/// Rows that only moved up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The first of them in the old picture.
    pub y: u32,
    /// How many.
    pub height: u32,
    /// By how many rows; above 0 is down.
    pub by: i64,
}

/// Columns that only moved sideways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MovedColumns {
    /// The first of them in the old picture.
    pub x: u32,
    /// How many.
    pub width: u32,
    /// By how many columns; above 0 is to the right.
    pub by: i64,
}

/// Opens a pair of pictures from the top, as often as need be.
pub trait Pictures {
    /// The rows of one of them, from the top.
    fn open(&self, side: Side) -> Result<Box<dyn RowSource + '_>, PictureError>;
}

/// What moved between two pictures.
pub(super) enum Motion {
    /// Rows, up or down.
    Rows(layout::Layout),
    /// Columns, sideways.
    Columns(columns::ColumnLayout),
}

impl Motion {
    /// What the notes of the first reading come to, and the difference that it leaves; nothing where no move explains any of
    /// what changed.
    pub(super) fn find(
        trace: &Trace,
        plain: &Difference,
        pictures: &dyn Pictures,
        rules: &Rules,
    ) -> Result<Option<(Self, Difference)>, DiffError> {
        let rows = survey::survey(trace.bands(), plain.old, plain.new, pictures)?;
        let columns = columns::survey(&trace.columns.bands(), plain.old, plain.new, pictures)?;
        let mut best = None;
        let mut least = plain.changed;
        for motion in [rows.map(Self::Rows), columns.map(Self::Columns)].into_iter().flatten() {
            let explained = motion.explain(plain, pictures, rules, &mut NoSink)?;
            if explained.in_regions() < least {
                least = explained.in_regions();
                best = Some((motion, explained));
            }
        }
        Ok(best)
    }

    /// The difference with what moved told apart: its regions hold what is new. For equal sizes `changed` stays the plain
    /// count.
    pub(super) fn explain(
        &self,
        plain: &Difference,
        pictures: &dyn Pictures,
        rules: &Rules,
        sink: &mut dyn RowSink,
    ) -> Result<Difference, DiffError> {
        let mut new = pictures.open(Side::New).map_err(unreadable(Side::New))?;
        let explained = match self {
            Self::Rows(layout) => {
                let mut source = Rearranged::new(layout, pictures, plain.old, plain.new.height);
                walk(&mut source, &mut *new, rules, sink, &mut &*layout)?
            }
            Self::Columns(layout) => {
                let size = Size { width: plain.new.width, height: plain.old.height };
                let mut source = RearrangedColumns::new(layout, pictures, size);
                walk(&mut source, &mut *new, rules, sink, &mut &*layout)?
            }
        };
        let mut difference = Difference { regions: explained.regions, ..plain.clone() };
        match self {
            Self::Rows(layout) => difference.moved = layout.moved(),
            Self::Columns(layout) => difference.moved_columns = layout.moved(),
        }
        if plain.is_resized() {
            difference.changed = difference.in_regions();
        }
        Ok(difference)
    }
}
