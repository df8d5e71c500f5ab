//! A reading of a picture that goes on to the row that is asked for.

use super::super::source::{PictureError, Pixel, RowSource};
use super::Pictures;
use crate::diff::Side;

/// Rows of the old picture, asked for from the top down. Asked for one further up, it begins anew.
pub(super) struct Lane<'a> {
    pictures: &'a dyn Pictures,
    source: Option<Box<dyn RowSource + 'a>>,
    row: Vec<Pixel>,
    /// How many rows were read.
    read: u32,
}

impl<'a> Lane<'a> {
    pub(super) fn new(pictures: &'a dyn Pictures) -> Self {
        Self { pictures, source: None, row: Vec::new(), read: 0 }
    }

    /// The row `y`, which the picture must have.
    pub(super) fn row(&mut self, y: u32) -> Result<&[Pixel], PictureError> {
        if self.read > y + 1 {
            self.source = None;
        }
        let source = match &mut self.source {
            Some(source) => source,
            none => {
                let source = self.pictures.open(Side::Old)?;
                self.row.resize(source.width() as usize, [0; 4]);
                self.read = 0;
                none.insert(source)
            }
        };
        while self.read <= y {
            source.read_row(&mut self.row)?;
            self.read += 1;
        }
        Ok(&self.row)
    }
}
