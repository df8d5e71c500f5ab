//! What the first reading notes for the search of moves: hashes of the strips of rows that differ where they are.
//!
//! A row is cut into strips, so that a sidebar that stays doesn't make the whole row another one. Strips that are equal in
//! place aren't noted: most of them are blank, and a picture with few changes costs nothing.

use super::super::compare::{Side, Watch};
use super::super::difference::Size;
use super::super::source::Pixel;
use super::band::Band;
use super::columns::ColumnHashes;
use super::votes::{Noted, Votes};

/// How many strips a row is cut into.
pub(super) const STRIPS: usize = 8;

/// A picture with more rows isn't searched for moves: what is noted must stay bounded (14 MB a picture).
pub const MAX_TRACED_ROWS: u32 = 200_000;

/// The hashes of a row's strips; 0 stands for a strip that is equal in place.
#[derive(Clone, Copy)]
pub(super) struct TracedRow {
    pub(super) y: u32,
    pub(super) strips: [u32; STRIPS],
}

/// The notes of both pictures.
pub(crate) struct Trace {
    is_on: bool,
    pub(super) old: Vec<TracedRow>,
    pub(super) new: Vec<TracedRow>,
    pub(super) columns: ColumnHashes,
}

impl Trace {
    /// For pictures of these sizes.
    pub(crate) fn new(old: Size, new: Size) -> Self {
        Self {
            is_on: old.height.max(new.height) <= MAX_TRACED_ROWS,
            old: Vec::new(),
            new: Vec::new(),
            columns: ColumnHashes::new(old.width.min(new.width), old.height.min(new.height)),
        }
    }

    /// The bands of rows that the notes speak for.
    pub(super) fn bands(&self) -> Vec<Band> {
        let mut votes = Votes::default();
        for strip in 0..STRIPS {
            let of = |rows: &[TracedRow]| -> Vec<Noted> {
                rows.iter().map(|row| (row.y, row.strips[strip])).filter(|&(_, hash)| hash != 0).collect()
            };
            votes.add(&of(&self.old), &of(&self.new));
        }
        votes.bands(self.new.len())
    }
}

impl Watch for Trace {
    /// Notes a row that differs in place; both are cut to the width that both have.
    fn differs(&mut self, y: u32, old: &[Pixel], new: &[Pixel]) {
        if !self.is_on {
            return;
        }
        let mut one = TracedRow { y, strips: [0; STRIPS] };
        let mut two = one;
        for strip in 0..STRIPS {
            let columns = columns_of(strip, old.len());
            let (old, new) = (&old[columns.clone()], &new[columns]);
            if old.as_flattened() != new.as_flattened() {
                one.strips[strip] = hash(old);
                two.strips[strip] = hash(new);
            }
        }
        self.old.push(one);
        self.new.push(two);
        self.columns.add(y, old, new);
    }

    /// Notes a row that only one of the pictures has.
    fn only(&mut self, side: Side, y: u32, row: &[Pixel]) {
        if !self.is_on {
            return;
        }
        let strips = std::array::from_fn(|strip| hash(&row[columns_of(strip, row.len())]));
        let noted = TracedRow { y, strips };
        match side {
            Side::Old => self.old.push(noted),
            Side::New => self.new.push(noted),
        }
    }
}

/// The columns of a strip of a row so wide.
pub(super) fn columns_of(strip: usize, width: usize) -> std::ops::Range<usize> {
    width * strip / STRIPS..width * (strip + 1) / STRIPS
}

/// A hash of pixels, never 0. It needn't be strong: whatever it suggests is compared pixel by pixel afterwards.
pub(super) fn hash(pixels: &[Pixel]) -> u32 {
    let (words, rest) = pixels.as_flattened().as_chunks::<8>();
    let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ pixels.len() as u64;
    for word in words {
        state = mixed(state, u64::from_le_bytes(*word));
    }
    for &byte in rest {
        state = mixed(state, u64::from(byte));
    }
    ((state ^ state >> 32) as u32).max(1)
}

/// Two hashes, or a hash and what follows it, as one.
#[inline]
pub(super) fn mixed(state: u64, word: u64) -> u64 {
    (state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}
