//! The diff picture: what changed in red, what differs by anti-aliasing alone in yellow, what only moved in blue, masks
//! hatched, over the old picture dimmed to a light grey. With equal sizes, no moves and no masks its pixels are those of
//! pixelmatch's. There are few colours, so it is written with a palette: a third of the bytes to compress.

use std::io::{self, Write};

use super::difference::Size;
use super::mark::{Mark, MarkedRow, RowSink};
use super::pixel::dimmed;
use super::rules::Rect;
use super::source::{Pixel, RowSource};

/// The lightest grey that dimming gives to what is black; the greys from there to white come first in the palette.
const DARKEST: u8 = 229;
const GREYS: u8 = 255 - DARKEST + 1;
/// The same greys in blue: what only moved.
const MOVED: u8 = GREYS;
const CHANGED: u8 = 2 * GREYS;
const ANTIALIASED: u8 = CHANGED + 1;
/// The lines of the hatching: a blue that neither the dimmed picture nor the other marks have.
const HATCHING: u8 = CHANGED + 2;

/// The colours, as red, green and blue.
fn palette() -> Vec<u8> {
    let mut colours: Vec<[u8; 3]> = (DARKEST..=255).map(|grey| [grey; 3]).collect();
    colours.extend((DARKEST..=255).map(|grey| [grey - 75, grey - 35, 255]));
    colours.extend([[255, 0, 0], [255, 255, 0], [120, 170, 230]]);
    colours.into_flattened()
}

/// A line of the hatching every so many pixels.
const HATCHING_STEP: u32 = 6;

/// Gives what is written to or read from.
type Opener<'a, T> = Box<dyn Fn() -> io::Result<T> + 'a>;

/// Writes a diff picture as a PNG of the new picture's size, row by row as the rows are compared. The same rows always
/// give the same bytes.
///
/// Nothing is opened or written before the first row that holds a mark: pairs without a difference cost nothing. The rows
/// above it come from `again`, a second source of the old picture.
pub struct Painter<'a, W: Write + 'static> {
    size: Size,
    masks: &'a [Rect],
    open: Opener<'a, W>,
    again: Opener<'a, Box<dyn RowSource + 'a>>,
    stream: Option<png::StreamWriter<'static, W>>,
    line: Vec<u8>,
}

impl<'a, W: Write + 'static> Painter<'a, W> {
    /// A painter of pictures compared with these masks; `open` gives what it writes to.
    pub fn new(
        masks: &'a [Rect],
        open: impl Fn() -> io::Result<W> + 'a,
        again: impl Fn() -> io::Result<Box<dyn RowSource + 'a>> + 'a,
    ) -> Self {
        Self {
            size: Size { width: 0, height: 0 },
            masks,
            open: Box::new(open),
            again: Box::new(again),
            stream: None,
            line: Vec::new(),
        }
    }

    /// Ends the picture. `false` where there was nothing to paint, and nothing was opened.
    pub fn finish(mut self) -> io::Result<bool> {
        match self.stream.take() {
            Some(stream) => stream.finish().map(|()| true).map_err(io::Error::other),
            None => Ok(false),
        }
    }

    fn begin(&mut self, y: u32) -> io::Result<()> {
        let mut encoder = png::Encoder::new((self.open)()?, self.size.width, self.size.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette());
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let writer = encoder.write_header().map_err(io::Error::other)?;
        self.stream = Some(writer.into_stream_writer().map_err(io::Error::other)?);
        if y > 0 {
            let mut source = (self.again)()?;
            let mut row = vec![[0; 4]; source.width() as usize];
            for y in 0..y {
                source.read_row(&mut row).map_err(io::Error::other)?;
                let mut marks = vec![Mark::Same; self.size.width as usize];
                for mask in self.masks {
                    marks[mask.columns(y, self.size.width)].fill(Mark::Masked);
                }
                self.put(y, &row, &marks)?;
            }
        }
        Ok(())
    }

    /// Writes one row: the marks over the dimmed pixels of `base`.
    fn put(&mut self, y: u32, base: &[Pixel], marks: &[Mark]) -> io::Result<()> {
        for (x, out) in self.line.iter_mut().enumerate() {
            let grey = || base.get(x).map_or(GREYS - 1, |&pixel| dimmed(pixel) - DARKEST);
            *out = match marks.get(x).unwrap_or(&Mark::Same) {
                Mark::Changed => CHANGED,
                Mark::Antialiased => ANTIALIASED,
                Mark::Moved => MOVED + grey(),
                Mark::Masked if (x as u32).wrapping_add(y).is_multiple_of(HATCHING_STEP) => HATCHING,
                Mark::Masked | Mark::Same => grey(),
            };
        }
        match &mut self.stream {
            Some(stream) => stream.write_all(&self.line),
            None => Ok(()),
        }
    }
}

impl<W: Write + 'static> RowSink for Painter<'_, W> {
    fn row(&mut self, row: &MarkedRow<'_>) -> io::Result<()> {
        let has_difference =
            || row.marks.iter().any(|mark| matches!(mark, Mark::Changed | Mark::Antialiased | Mark::Moved));
        if self.stream.is_none() {
            if !has_difference() {
                return Ok(());
            }
            self.begin(row.y)?;
        }
        self.put(row.y, row.old, row.marks)
    }

    fn start(&mut self, size: Size) -> io::Result<()> {
        self.stream = None;
        self.size = size;
        self.line = vec![0; size.width as usize];
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Picture, Rules, compare};

    /// Memory that is written to and looked at.
    #[derive(Clone, Default)]
    struct Shared(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn painted(old: &Picture, new: &Picture, rules: &Rules) -> Option<Picture> {
        let bytes = Shared::default();
        let again = || Ok(Box::new(old.rows()) as Box<dyn RowSource>);
        let mut painter = Painter::new(&rules.masks, || Ok(bytes.clone()), again);
        compare(&mut old.rows(), &mut new.rows(), rules, &mut painter).unwrap();
        let has_painted = painter.finish().unwrap();
        has_painted.then(|| Picture::from_png(&bytes.0.borrow()).unwrap())
    }

    #[test]
    fn equal_pictures_open_nothing() {
        let picture = Picture::filled(4, 4, [9, 9, 9, 255]);
        assert!(painted(&picture, &picture, &Rules::default()).is_none());
    }

    #[test]
    fn changes_are_red_over_the_dimmed_old_picture() {
        let old = Picture::filled(3, 9, [0, 0, 0, 255]);
        let mut new = Picture::filled(3, 10, [0, 0, 0, 255]);
        new.set(1, 4, [255; 4]);
        let masks = vec![Rect { x: 2, y: 0, width: 1, height: 10 }];
        let diff = painted(&old, &new, &Rules { masks, ..Rules::default() }).unwrap();
        let (grey, red, blue) = ([229, 229, 229, 255], [255, 0, 0, 255], [120, 170, 230, 255]);
        assert_eq!((diff.width(), diff.height()), (3, 10));
        assert_eq!(diff.row(0), [grey; 3]);
        assert_eq!(diff.row(4), [grey, red, blue], "the mask is hatched at 2, 4");
        assert_eq!(diff.row(9), [red, red, [255; 4]], "only the new picture has this row");
    }
}
