//! Shapes with soft edges, in whole numbers.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use xtask_core::model::{Problem, Result};
use xtask_visual::diff::{Painter, Picture, Pixel, RowSource, Rules, compare};

/// Samples across and down a pixel at the edge of a shape.
const SAMPLES: i32 = 4;
/// Units of length in a pixel, for places between pixels.
const UNITS: i32 = 16;

/// A picture that is drawn on.
pub(crate) struct Canvas(Picture);

impl Canvas {
    pub(crate) fn new(width: u32, height: u32, paper: Pixel) -> Self {
        Self(Picture::filled(width, height, paper))
    }

    pub(crate) fn of(picture: Picture) -> Self {
        Self(picture)
    }

    pub(crate) fn into_picture(self) -> Picture {
        self.0
    }

    /// One pixel.
    pub(crate) fn dot(&mut self, x: u32, y: u32, colour: Pixel) {
        self.0.set(x, y, colour);
    }

    /// A rectangle.
    pub(crate) fn bar(&mut self, x: u32, y: u32, width: u32, height: u32, colour: Pixel) {
        for row in y..y + height {
            for column in x..x + width {
                self.0.set(column, row, colour);
            }
        }
    }

    /// A rectangle's outline, one pixel outside it.
    pub(crate) fn outline(&mut self, x: u32, y: u32, width: u32, height: u32, colour: Pixel) {
        let (left, top) = (x.saturating_sub(2), y.saturating_sub(2));
        let (width, height) = (x + width + 2 - left, y + height + 2 - top);
        let right = (left + width).min(self.0.width()) - 1;
        let bottom = (top + height).min(self.0.height()) - 1;
        self.bar(left, top, right - left + 1, 1, colour);
        self.bar(left, bottom, right - left + 1, 1, colour);
        self.bar(left, top, 1, bottom - top + 1, colour);
        self.bar(right, top, 1, bottom - top + 1, colour);
    }

    /// A rectangle with round corners.
    pub(crate) fn rounded(&mut self, x: u32, y: u32, width: u32, height: u32, radius: u32, colour: Pixel) {
        let unit = |pixels: u32| pixels as i32 * UNITS;
        let (left, top) = (unit(x), unit(y));
        let (right, bottom, radius) = (left + unit(width), top + unit(height), unit(radius));
        self.shape(x, y, width, height, colour, |px, py| {
            let dx = (left + radius - px).max(px - (right - radius)).max(0);
            let dy = (top + radius - py).max(py - (bottom - radius)).max(0);
            dx * dx + dy * dy <= radius * radius
        });
    }

    /// A disc; its centre and radius in sixteenths of a pixel.
    pub(crate) fn disc(&mut self, x: i32, y: i32, radius: i32, colour: Pixel) {
        let (left, top) = ((x - radius) / UNITS - 1, (y - radius) / UNITS - 1);
        let across = (2 * radius / UNITS + 3) as u32;
        self.shape(left.max(0) as u32, top.max(0) as u32, across, across, colour, |px, py| {
            (px - x) * (px - x) + (py - y) * (py - y) <= radius * radius
        });
    }

    /// A line of words: strokes with soft edges, so many pixels a word.
    pub(crate) fn words(&mut self, x: u32, y: u32, lengths: &[u32], colour: Pixel) {
        let mut left = x;
        for (word, &length) in lengths.iter().enumerate() {
            let mut at = 0;
            while at + 3 <= length {
                let tall = !(at + word as u32).is_multiple_of(3);
                let (top, height) = if tall { (y, 6) } else { (y + 2, 4) };
                self.stroke(left + at, top, height, (at / 4 % 3) as i32, colour);
                at += 4;
            }
            left += length + 3;
        }
    }

    /// A letter-like stroke, slanted by so many quarters of a pixel a row, with a foot.
    fn stroke(&mut self, x: u32, y: u32, height: u32, slant: i32, colour: Pixel) {
        let (left, foot) = (x as i32 * UNITS, (y + height - 1) as i32 * UNITS);
        let top = y as i32 * UNITS;
        self.shape(x, y, 4, height, colour, |px, py| {
            let lean = left + 8 + (py - top) * slant / 12;
            (lean..lean + 18).contains(&px) || (py >= foot + 4 && (left + 4..left + 44).contains(&px))
        });
    }

    /// Blends the colour in wherever `holds` says that the sample (in sixteenths of a pixel) lies in the shape.
    fn shape(
        &mut self,
        x: u32,
        y: u32,
        width: u32,
        height: u32,
        colour: Pixel,
        holds: impl Fn(i32, i32) -> bool,
    ) {
        let step = UNITS / SAMPLES;
        for row in y..(y + height).min(self.0.height()) {
            for column in x..(x + width).min(self.0.width()) {
                let sample = |index: i32| index * step + step / 2;
                let inside = (0..SAMPLES * SAMPLES)
                    .filter(|index| {
                        let px = column as i32 * UNITS + sample(index % SAMPLES);
                        let py = row as i32 * UNITS + sample(index / SAMPLES);
                        holds(px, py)
                    })
                    .count() as u32;
                if inside > 0 {
                    let under = self.0.get(column, row);
                    self.0.set(column, row, blend(under, colour, inside, (SAMPLES * SAMPLES) as u32));
                }
            }
        }
    }
}

/// `part` of `whole` of the colour over what is under it.
fn blend(under: Pixel, colour: Pixel, part: u32, whole: u32) -> Pixel {
    std::array::from_fn(|at| {
        let (below, above) = (u32::from(under[at]), u32::from(colour[at]));
        ((below * (whole - part) + above * part + whole / 2) / whole) as u8
    })
}

/// Pictures side by side on a grey ground; what is transparent shows a checkered pattern.
pub(crate) fn beside(pictures: &[&Picture]) -> Picture {
    const SPACE: u32 = 8;
    let width = pictures.iter().map(|picture| picture.width() + SPACE).sum::<u32>() + SPACE;
    let height = pictures.iter().map(|picture| picture.height()).max().unwrap_or(1) + 2 * SPACE;
    let mut out = Picture::filled(width, height, [150, 156, 168, 255]);
    let mut left = SPACE;
    for picture in pictures {
        for y in 0..picture.height() {
            for x in 0..picture.width() {
                let square = if (x / 6 + y / 6) % 2 == 0 { [255; 4] } else { [222, 222, 222, 255] };
                let [red, green, blue, alpha] = picture.get(x, y);
                let seen = blend(square, [red, green, blue, 255], u32::from(alpha), 255);
                out.set(left + x, SPACE + y, seen);
            }
        }
        left += picture.width() + SPACE;
    }
    out
}

/// Memory that the painter writes to.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The diff picture, as the engine paints it.
pub(crate) fn diff_picture(old: &Picture, new: &Picture, rules: &Rules) -> Result<Picture> {
    let failed = |why: &dyn std::fmt::Display| Problem::invalid("can't paint the diff picture").why(why);
    let memory = Memory::default();
    let again = || Ok(Box::new(old.rows()) as Box<dyn RowSource>);
    let mut painter = Painter::new(&rules.masks, || Ok(memory.clone()), again);
    compare(&mut old.rows(), &mut new.rows(), rules, &mut painter).map_err(|why| failed(&why))?;
    painter.finish().map_err(|why| failed(&why))?;
    Picture::from_png(&memory.0.borrow()).map_err(|why| failed(&why))
}
