//! The new picture laid out as stretches of the old one, and the old picture's rows put where they went.

use super::super::compare::Watch;
use super::super::mark::Mark;
use super::super::source::{PictureError, Pixel, RowSource};
use super::Moved;
use super::Pictures;
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
    /// Adds what follows, as one with the piece before where it moved alike.
    pub(super) fn add(&mut self, piece: Piece) {
        if piece.from >= piece.to {
            return;
        }
        match self.pieces.last_mut() {
            Some(last) if last.by == piece.by && (last.band == piece.band || piece.by == Some(0)) => {
                last.to = piece.to;
            }
            _ => self.pieces.push(piece),
        }
    }

    fn piece(&self, y: u32) -> Option<Piece> {
        let at = self.pieces.partition_point(|piece| piece.to <= y);
        self.pieces.get(at).copied()
    }

    /// The rows that moved, from the top down.
    pub(super) fn moved(&self) -> Vec<Moved> {
        let mut moved: Vec<Moved> = Vec::new();
        for piece in &self.pieces {
            let Some(by) = piece.by.filter(|by| *by != 0) else { continue };
            let y = (i64::from(piece.from) - by) as u32;
            let height = piece.to - piece.from;
            match moved.last_mut() {
                Some(last) if last.by == by && last.y + last.height == y => last.height += height,
                _ => moved.push(Moved { y, height, by }),
            }
        }
        moved
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
