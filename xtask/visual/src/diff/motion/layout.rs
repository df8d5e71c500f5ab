//! The new picture laid out as stretches of the old one, and the old picture's rows put where they went.

use super::super::compare::Watch;
use super::super::mark::Mark;
use super::super::source::{PictureError, Pixel, RowSource};
use super::Moved;
use super::Pictures;
use super::band::{Band, Gap};
use super::lane::Lane;
use crate::diff::Size;

/// A stretch of rows of the new picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its first row.
    pub(super) from: u32,
    /// The row after its last.
    pub(super) to: u32,
    /// By how much it moved; `None` where it is new.
    pub(super) by: Option<i64>,
    /// The band that says which columns stay.
    pub(super) band: usize,
}

/// The stretches of the new picture, in order: of each gap, what `split` gives to the band before and to the band behind, and what
/// is left as new.
pub(super) fn pieces(bands: &[Band], gaps: &[Gap], split: impl Fn(usize, &Gap) -> (u32, u32)) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // What follows is one with the piece before where it moved alike.
    let mut add = |from: u32, to: u32, by: Option<i64>, band: usize| match pieces.last_mut() {
        _ if from >= to => {}
        Some(last) if last.by == by && (last.band == band || by == Some(0)) => last.to = to,
        _ => pieces.push(Piece { from, to, by, band }),
    };
    for (at, gap) in gaps.iter().enumerate() {
        let behind = bands.get(at);
        let (taken, given) = if behind.is_some() { split(at, gap) } else { (gap.common(), 0) };
        let before = at.saturating_sub(1);
        let by = if at == 0 { 0 } else { bands[before].by };
        add(gap.from, gap.from + taken, Some(by), before);
        add(gap.from + taken, gap.to - given, None, at.min(bands.len() - 1));
        if let Some(band) = behind {
            add(gap.to - given, band.to, Some(band.by), at);
        }
    }
    pieces
}

/// What moved: the first place in the old picture, how many, and by how many.
pub(super) fn moved(pieces: &[Piece]) -> Vec<(u32, u32, i64)> {
    let mut moved: Vec<(u32, u32, i64)> = Vec::new();
    for piece in pieces {
        let Some(by) = piece.by.filter(|by| *by != 0) else { continue };
        let from = (i64::from(piece.from) - by) as u32;
        let length = piece.to - piece.from;
        match moved.last_mut() {
            Some(last) if last.2 == by && last.0 + last.1 == from => last.1 += length,
            _ => moved.push((from, length, by)),
        }
    }
    moved
}

/// The new picture from the top down.
pub(in crate::diff) struct Layout {
    /// The stretches, without gaps between them.
    pub(super) pieces: Vec<Piece>,
    /// For each band, which columns stay in place.
    pub(super) stays: Vec<Vec<bool>>,
    /// How many rows the old picture has: below, nothing can stay.
    pub(super) old_height: u32,
}

impl Layout {
    fn piece(&self, y: u32) -> Option<Piece> {
        let at = self.pieces.partition_point(|piece| piece.to <= y);
        self.pieces.get(at).copied()
    }

    /// The rows that moved, from the top down.
    pub(super) fn moved(&self) -> Vec<Moved> {
        moved(&self.pieces).into_iter().map(|(y, height, by)| Moved { y, height, by }).collect()
    }

    fn stays(&self, piece: &Piece) -> &[bool] {
        self.stays.get(piece.band).map_or(&[], Vec::as_slice)
    }
}

impl Watch for &Layout {
    fn mark(&self, y: u32, marks: &mut [Mark]) -> bool {
        let Some(piece) = self.piece(y).filter(|piece| piece.by != Some(0)) else { return false };
        let stays = self.stays(&piece);
        for (x, mark) in marks.iter_mut().enumerate() {
            let stays = stays.get(x).copied().unwrap_or(false);
            let is_new = if stays { y >= self.old_height } else { piece.by.is_none() };
            if is_new {
                *mark = Mark::Changed;
            } else if !stays && *mark == Mark::Same {
                *mark = Mark::Moved;
            }
        }
        true
    }
}

/// The old picture with its rows where the layout says that they went, as high as the new picture.
pub(super) struct Rearranged<'a> {
    layout: &'a Layout,
    in_place: Lane<'a>,
    moved: Lane<'a>,
    old: Size,
    height: u32,
    next: u32,
}

impl<'a> Rearranged<'a> {
    pub(super) fn new(layout: &'a Layout, pictures: &'a dyn Pictures, old: Size, height: u32) -> Self {
        let lane = || Lane::new(pictures);
        Self { layout, in_place: lane(), moved: lane(), old, height, next: 0 }
    }
}

impl RowSource for Rearranged<'_> {
    fn width(&self) -> u32 {
        self.old.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn read_row(&mut self, row: &mut [Pixel]) -> Result<(), PictureError> {
        let y = self.next;
        self.next += 1;
        let piece = self.layout.piece(y);
        if y < self.old.height {
            row.copy_from_slice(self.in_place.row(y)?);
        } else {
            row.fill([255; 4]);
        }
        let Some((piece, by)) = piece.and_then(|piece| Some((piece, piece.by?))) else { return Ok(()) };
        if by == 0 {
            return Ok(());
        }
        let moved = self.moved.row((i64::from(y) - by) as u32)?;
        let stays = self.layout.stays(&piece);
        for (x, pixel) in row.iter_mut().enumerate() {
            if !stays.get(x).copied().unwrap_or(false) {
                *pixel = moved[x];
            }
        }
        Ok(())
    }
}
