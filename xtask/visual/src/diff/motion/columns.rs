//! Sideways moves: columns are hashed over the rows that differ, in some stretches of rows, so that a header that stays
//! doesn't make each column another one.

use super::super::compare::{DiffError, Watch, unreadable};
use super::super::mark::Mark;
use super::super::source::{PictureError, Pixel, RowSource};
use super::band::{Band, Gap};
use super::lane::Lane;
use super::layout::{Piece, moved, pieces};
use super::trace::{STRIPS, mixed};
use super::votes::{Noted, Votes};
use super::{MovedColumns, Pictures};
use crate::diff::{Side, Size};

/// Of the rows that differ, every so many are hashed: sideways moves keep rows, so both pictures leave out the same ones.
const STEP: u32 = 4;

/// The hashes of the columns of both pictures, by stretches of rows.
pub(super) struct ColumnHashes {
    width: usize,
    height: u32,
    /// Allocated at the first row that differs.
    old: Vec<u32>,
    new: Vec<u32>,
    rows: u32,
}

impl ColumnHashes {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width: width as usize, height: height.max(1), old: Vec::new(), new: Vec::new(), rows: 0 }
    }

    pub(super) fn add(&mut self, y: u32, old: &[Pixel], new: &[Pixel]) {
        self.rows += 1;
        if !(self.rows - 1).is_multiple_of(STEP) {
            return;
        }
        if self.old.is_empty() {
            self.old = vec![1; self.width * STRIPS];
            self.new = vec![1; self.width * STRIPS];
        }
        let stretch = (u64::from(y) * STRIPS as u64 / u64::from(self.height)) as usize;
        let at = stretch.min(STRIPS - 1) * self.width;
        for (hashes, row) in [(&mut self.old, old), (&mut self.new, new)] {
            for (hash, pixel) in hashes[at..at + self.width].iter_mut().zip(row) {
                *hash = (*hash ^ u32::from_le_bytes(*pixel)).wrapping_mul(0x9e37_79b1).rotate_left(13);
            }
        }
    }

    /// The bands of columns that the hashes speak for.
    pub(super) fn bands(&self) -> Vec<Band> {
        let mut votes = Votes::default();
        let mut differ = 0;
        let pairs = self.old.chunks(self.width.max(1)).zip(self.new.chunks(self.width.max(1)));
        for (old, new) in pairs {
            let noted = |hashes: &[u32], others: &[u32]| -> Vec<Noted> {
                let differing = hashes.iter().zip(others).enumerate().filter(|(_, (one, two))| one != two);
                differing
                    .map(|(x, (&hash, _))| (x as u32, (mixed(1, u64::from(hash)) as u32).max(1)))
                    .collect()
            };
            let (old, new) = (noted(old, new), noted(new, old));
            differ = differ.max(new.len());
            votes.add(&old, &new);
        }
        votes.bands(differ)
    }
}

/// The new picture from left to right.
pub(in crate::diff) struct ColumnLayout {
    pieces: Vec<Piece>,
    /// Which rows stay in place.
    stays: Vec<bool>,
    /// How many columns the old picture has: to the right of them, nothing can stay.
    old_width: u32,
}

/// Reads both pictures again, and finds how far the bands reach.
pub(super) fn survey(
    bands: &[Band],
    old_size: Size,
    new_size: Size,
    pictures: &dyn Pictures,
) -> Result<Option<ColumnLayout>, DiffError> {
    if bands.is_empty() {
        return Ok(None);
    }
    let gaps = Gap::all(bands, old_size.width, new_size.width);
    let mut costs: Vec<(Vec<u64>, Vec<u64>)> = gaps
        .iter()
        .map(|gap| (vec![0; (gap.to - gap.from) as usize], vec![0; (gap.to - gap.from) as usize]))
        .collect();
    let mut source = pictures.open(Side::New).map_err(unreadable(Side::New))?;
    let mut lane = Lane::new(pictures);
    let mut new_row = vec![[0; 4]; new_size.width as usize];
    let mut stays = vec![true; new_size.height as usize];
    for y in 0..new_size.height.min(old_size.height) {
        source.read_row(&mut new_row).map_err(unreadable(Side::New))?;
        let old_row = lane.row(y).map_err(unreadable(Side::Old))?;
        let (mut in_place, mut moved) = (0_u64, 0_u64);
        for band in bands {
            let columns = band.from as usize..band.to as usize;
            let origin = band.old(band.from) as usize..band.old(band.to) as usize;
            for (x, (new, old)) in columns.clone().zip(new_row[columns].iter().zip(&old_row[origin])) {
                moved += u64::from(new != old);
                in_place += u64::from(old_row.get(x) != Some(new));
            }
        }
        stays[y as usize] = in_place < moved || old_row == new_row;
        if stays[y as usize] || in_place == 0 {
            continue;
        }
        for (gap, (before, behind)) in gaps.iter().zip(&mut costs) {
            let (length, common) = (gap.to - gap.from, gap.common());
            for index in 0..length {
                let new = new_row[(gap.from + index) as usize];
                if index < common {
                    before[index as usize] += u64::from(new != old_row[(gap.old_from + index) as usize]);
                }
                if index >= length - common {
                    behind[index as usize] +=
                        u64::from(new != old_row[(gap.old_to - (length - index)) as usize]);
                }
            }
        }
    }
    let pieces = pieces(bands, &gaps, |at, gap| gap.split(&costs[at].0, &costs[at].1));
    Ok(Some(ColumnLayout { pieces, stays, old_width: old_size.width }))
}

impl ColumnLayout {
    /// The columns that moved, from the left.
    pub(super) fn moved(&self) -> Vec<MovedColumns> {
        moved(&self.pieces).into_iter().map(|(x, width, by)| MovedColumns { x, width, by }).collect()
    }

    fn stays(&self, y: u32) -> bool {
        self.stays.get(y as usize).copied().unwrap_or(true)
    }
}

impl Watch for &ColumnLayout {
    fn mark(&self, y: u32, marks: &mut [Mark]) -> bool {
        if self.stays(y) {
            let new = marks.get_mut(self.old_width as usize..).unwrap_or_default();
            new.fill(Mark::Changed);
            return !new.is_empty();
        }
        for piece in &self.pieces {
            let marks = &mut marks[piece.from as usize..piece.to as usize];
            match piece.by {
                None => marks.fill(Mark::Changed),
                Some(0) => {}
                Some(_) => {
                    for mark in marks.iter_mut().filter(|mark| **mark == Mark::Same) {
                        *mark = Mark::Moved;
                    }
                }
            }
        }
        true
    }
}

/// The old picture with its columns where the layout says that they went, as wide as the new picture.
pub(super) struct RearrangedColumns<'a> {
    layout: &'a ColumnLayout,
    lane: Lane<'a>,
    size: Size,
    next: u32,
}

impl<'a> RearrangedColumns<'a> {
    pub(super) fn new(layout: &'a ColumnLayout, pictures: &'a dyn Pictures, size: Size) -> Self {
        Self { layout, lane: Lane::new(pictures), size, next: 0 }
    }
}

impl RowSource for RearrangedColumns<'_> {
    fn width(&self) -> u32 {
        self.size.width
    }

    fn height(&self) -> u32 {
        self.size.height
    }

    fn read_row(&mut self, row: &mut [Pixel]) -> Result<(), PictureError> {
        let y = self.next;
        self.next += 1;
        let old = self.lane.row(y)?;
        let common = row.len().min(old.len());
        row[common..].fill([255; 4]);
        row[..common].copy_from_slice(&old[..common]);
        if !self.layout.stays(y) {
            for piece in &self.layout.pieces {
                if let Some(by) = piece.by {
                    let from = (i64::from(piece.from) - by) as usize;
                    let length = (piece.to - piece.from) as usize;
                    row[piece.from as usize..piece.to as usize].copy_from_slice(&old[from..from + length]);
                }
            }
        }
        Ok(())
    }
}
