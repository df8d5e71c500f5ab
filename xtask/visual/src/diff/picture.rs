//! A whole picture in memory: for tests, for what must be decoded whole, and for drawing.

use std::borrow::Borrow;
use std::io::{Cursor, Write};

use super::source::{PictureError, Pixel, PngRows, RowSource};

/// A picture in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<Pixel>,
}

impl Picture {
    /// A picture of one colour. A width or height of 0 counts as 1.
    pub fn filled(width: u32, height: u32, pixel: Pixel) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, pixels: vec![pixel; width as usize * height as usize] }
    }

    /// Reads all rows of a source.
    pub fn from_source(source: &mut dyn RowSource) -> Result<Self, PictureError> {
        let mut picture = Self::filled(source.width(), source.height(), [0; 4]);
        for y in 0..picture.height {
            source.read_row(picture.row_mut(y))?;
        }
        Ok(picture)
    }

    /// Decodes a PNG.
    pub fn from_png(bytes: &[u8]) -> Result<Self, PictureError> {
        Self::from_source(&mut PngRows::new(Cursor::new(bytes))?)
    }

    /// The picture as a PNG: RGBA of 8 bits, always the same bytes for the same pixels.
    pub fn to_png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let written = self.write_png(&mut bytes);
        debug_assert!(written.is_ok(), "memory takes every write");
        bytes
    }

    fn write_png(&self, out: &mut dyn Write) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Row `y`, from 0.
    pub fn row(&self, y: u32) -> &[Pixel] {
        let start = y as usize * self.width as usize;
        &self.pixels[start..start + self.width as usize]
    }

    /// Row `y`, from 0, to be written.
    pub fn row_mut(&mut self, y: u32) -> &mut [Pixel] {
        let start = y as usize * self.width as usize;
        &mut self.pixels[start..start + self.width as usize]
    }

    /// The pixel in column `x` of row `y`.
    pub fn get(&self, x: u32, y: u32) -> Pixel {
        self.row(y)[x as usize]
    }

    /// Sets the pixel in column `x` of row `y`; outside the picture it does nothing.
    pub fn set(&mut self, x: u32, y: u32, pixel: Pixel) {
        if x < self.width && y < self.height {
            self.row_mut(y)[x as usize] = pixel;
        }
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[Pixel] {
        &self.pixels
    }

    /// Its rows, as a source.
    pub fn rows(&self) -> PictureRows<&Self> {
        PictureRows { picture: self, next: 0 }
    }

    /// Its rows, as a source that keeps the picture.
    pub(super) fn into_rows(self) -> PictureRows<Self> {
        PictureRows { picture: self, next: 0 }
    }

    /// A picture of these pixels, row by row; there must be as many as the size says, at least one.
    pub(super) fn from_pixels(width: u32, height: u32, pixels: Vec<Pixel>) -> Self {
        debug_assert_eq!(pixels.len(), width as usize * height as usize);
        Self { width, height, pixels }
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Picture {}×{}", self.width, self.height)?;
        if self.pixels.len() <= 64 {
            write!(out, " {:?}", self.pixels)?;
        }
        Ok(())
    }
}

/// The rows of a picture in memory.
pub struct PictureRows<P> {
    picture: P,
    next: u32,
}

impl<P: Borrow<Picture>> RowSource for PictureRows<P> {
    fn width(&self) -> u32 {
        self.picture.borrow().width
    }

    fn height(&self) -> u32 {
        self.picture.borrow().height
    }

    fn read_row(&mut self, row: &mut [Pixel]) -> Result<(), PictureError> {
        row.copy_from_slice(self.picture.borrow().row(self.next));
        self.next += 1;
        Ok(())
    }
}
