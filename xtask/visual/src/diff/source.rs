//! Rows of pixels from a PNG, decoded as they are asked for. Every colour type and depth becomes RGBA of 8 bits.

use std::io::{BufRead, Seek};

use png::{BitDepth, ColorType, Decoder, Reader, Transformations};

use super::difference::Size;
use super::formats::{Format, recognise};
use super::picture::Picture;

/// A pixel: red, green, blue and alpha, not premultiplied.
pub type Pixel = [u8; 4];

/// The most pixels that a picture may claim to have: 2³⁰, a page of 1,280 columns and 838,860 rows. A larger one is a
/// decompression bomb or a lying header.
pub const MAX_PIXELS: u64 = 1 << 30;

/// The most pixels that a picture may have that must be decoded as a whole (an interlaced one): 2²⁷, half a gigabyte.
pub const MAX_WHOLE_PIXELS: u64 = 1 << 27;

/// Why a picture can't be read.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file can't be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It holds nothing.
    #[error("it is empty")]
    Empty,
    /// It is a stand-in for a picture that Git LFS holds.
    #[error("it is a Git LFS pointer, not the picture: run `git lfs pull`")]
    LfsPointer,
    /// It does not begin as any picture does.
    #[error("it is no picture (PNG, JPEG, WebP, GIF and BMP are read)")]
    NoPicture,
    /// It is a picture of a format that isn't read.
    #[error("it is a picture of a format that isn't read ({0}); PNG, JPEG, WebP, GIF and BMP are")]
    Unsupported(&'static str),
    /// It claims to be larger than what is read.
    #[error("it claims to be {width}×{height} pixels{}, and more than {limit} are not read", if *.whole { ", to be decoded as a whole" } else { "" })]
    TooLarge {
        /// The width that it claims.
        width: u32,
        /// The height that it claims.
        height: u32,
        /// Whether it would have to be decoded as a whole.
        whole: bool,
        /// The most pixels that are read.
        limit: u64,
    },
    /// Its rows are wider than what is read.
    #[error("its rows are too long, or it asks for too much memory")]
    TooWide,
    /// It is damaged or cut off.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

impl From<png::DecodingError> for PictureError {
    fn from(wrong: png::DecodingError) -> Self {
        match wrong {
            png::DecodingError::IoError(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
                Self::Damaged("it ends too early".to_owned())
            }
            png::DecodingError::IoError(cause) => Self::Io(cause),
            png::DecodingError::LimitsExceeded => Self::TooWide,
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// A picture, given row by row from the top.
pub trait RowSource {
    /// Columns; at least 1.
    fn width(&self) -> u32;

    /// Rows; at least 1.
    fn height(&self) -> u32;

    /// Fills `row`, which has as many pixels as the picture columns, with the next row. Must not be called more often than
    /// there are rows. After the last row, a source that knows its end says whether it was whole.
    fn read_row(&mut self, row: &mut [Pixel]) -> Result<(), PictureError>;
}

/// The rows of a PNG. An interlaced one is decoded as a whole at the start; of any other, one row is held.
pub struct PngRows<R: BufRead + Seek> {
    reader: Reader<R>,
    kind: Kind,
    raw: Vec<u8>,
    whole: Option<Picture>,
    next: u32,
}

/// Reads the header of a PNG: its size, and whether it is interlaced. Refuses what claims to be absurdly large.
pub(crate) fn read_header<R: BufRead + Seek>(mut input: R) -> Result<(Decoder<R>, Size, bool), PictureError> {
    if recognise(input.fill_buf()?)? != Format::Png {
        return Err(PictureError::NoPicture);
    }
    let mut decoder = Decoder::new(input);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info()?;
    let (width, height, interlaced) = (header.width, header.height, header.interlaced);
    let limit = if interlaced { MAX_WHOLE_PIXELS } else { MAX_PIXELS };
    if u64::from(width) * u64::from(height) > limit {
        return Err(PictureError::TooLarge { width, height, whole: interlaced, limit });
    }
    Ok((decoder, Size { width, height }, interlaced))
}

impl<R: BufRead + Seek> PngRows<R> {
    /// Reads the header, and refuses what claims to be absurdly large.
    pub fn new(input: R) -> Result<Self, PictureError> {
        let (decoder, Size { width, height }, interlaced) = read_header(input)?;
        let reader = decoder.read_info()?;
        if reader.info().frame_control.is_some_and(|frame| (frame.width, frame.height) != (width, height)) {
            return Err(PictureError::Damaged("its first frame isn't the whole picture".to_owned()));
        }
        let kind = Kind::of(&reader);
        let raw = vec![0; reader.output_line_size(width).ok_or(PictureError::TooWide)?];
        let mut rows = Self { reader, kind, raw, whole: None, next: 0 };
        if interlaced {
            rows.whole = Some(rows.decode_whole()?);
        }
        Ok(rows)
    }

    fn decode_whole(&mut self) -> Result<Picture, PictureError> {
        let size = self.reader.output_buffer_size().ok_or(PictureError::TooWide)?;
        let mut data = vec![0; size];
        self.reader.next_frame(&mut data)?;
        self.reader.finish()?;
        let mut picture = Picture::filled(self.width(), self.height(), [0; 4]);
        for (y, raw) in data.chunks_exact(self.raw.len()).enumerate() {
            self.kind.expand(raw, picture.row_mut(y as u32));
        }
        Ok(picture)
    }
}

impl<R: BufRead + Seek> RowSource for PngRows<R> {
    fn width(&self) -> u32 {
        self.reader.info().width
    }

    fn height(&self) -> u32 {
        self.reader.info().height
    }

    fn read_row(&mut self, row: &mut [Pixel]) -> Result<(), PictureError> {
        let y = self.next;
        self.next += 1;
        if let Some(whole) = &self.whole {
            row.copy_from_slice(whole.row(y));
            return Ok(());
        }
        if self.kind.is_plain_rgba() {
            self.reader.read_row(row.as_flattened_mut())?;
        } else {
            self.reader.read_row(&mut self.raw)?;
            self.kind.expand(&self.raw, row);
        }
        if self.next == self.height() {
            self.reader.finish()?;
        }
        Ok(())
    }
}

/// How the decoder's samples become RGBA.
#[derive(Clone, Copy)]
struct Kind {
    samples: usize,
    wide: bool,
    /// One colour stands for transparency. Its own red, green and blue are dropped then, as pixelmatch's decoder does.
    keyed: bool,
}

impl Kind {
    fn of<R: BufRead + Seek>(reader: &Reader<R>) -> Self {
        let (colour, depth) = reader.output_color_type();
        let info = reader.info();
        Self {
            samples: colour.samples(),
            wide: depth == BitDepth::Sixteen,
            keyed: info.trns.is_some() && info.color_type != ColorType::Indexed,
        }
    }

    fn is_plain_rgba(self) -> bool {
        self.samples == 4 && !self.wide && !self.keyed
    }

    fn expand(self, raw: &[u8], row: &mut [Pixel]) {
        match self.samples {
            1 => self.each::<1>(raw, row, |[grey]| [grey, grey, grey, 255]),
            2 => self.each::<2>(raw, row, |[grey, alpha]| [grey, grey, grey, alpha]),
            3 => self.each::<3>(raw, row, |[red, green, blue]| [red, green, blue, 255]),
            _ => self.each::<4>(raw, row, |pixel| pixel),
        }
        if self.keyed {
            for pixel in row.iter_mut().filter(|pixel| pixel[3] == 0) {
                *pixel = [0; 4];
            }
        }
    }

    fn each<const N: usize>(self, raw: &[u8], row: &mut [Pixel], pixel: impl Fn([u8; N]) -> Pixel) {
        if self.wide {
            let (samples, _) = raw.as_chunks::<2>();
            let (pixels, _) = samples.as_chunks::<N>();
            for (out, samples) in row.iter_mut().zip(pixels) {
                *out = pixel(samples.map(narrow));
            }
        } else {
            let (pixels, _) = raw.as_chunks::<N>();
            for (out, &samples) in row.iter_mut().zip(pixels) {
                *out = pixel(samples);
            }
        }
    }
}

/// A sample of 16 bits as the nearest one of 8.
fn narrow(sample: [u8; 2]) -> u8 {
    ((u32::from(u16::from_be_bytes(sample)) + 128) / 257) as u8
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Picture, PictureError> {
        Picture::from_source(&mut PngRows::new(Cursor::new(bytes))?)
    }

    fn some_png() -> Vec<u8> {
        let mut picture = Picture::filled(40, 30, [1, 2, 3, 255]);
        for at in 0..30 {
            picture.set(at, at, [at as u8 * 8, 0, 255, at as u8]);
        }
        picture.to_png()
    }

    #[test]
    fn sixteen_bits_are_rounded() {
        for value in 0..=u16::MAX {
            let expected = (f64::from(value) * 255.0 / 65535.0 + 0.5).floor() as u8;
            assert_eq!(narrow(value.to_be_bytes()), expected, "{value}");
        }
    }

    #[test]
    fn what_is_no_png_is_named() {
        for (bytes, message) in [
            (&b""[..], "it is empty"),
            (b"hello", "it is no picture"),
            (b"\x89PN", "it is damaged: it ends too early"),
            (b"version https://git-lfs.github.com/spec/v1\noid", "it is a Git LFS pointer"),
        ] {
            let told = read(bytes).unwrap_err().to_string();
            assert!(told.starts_with(message), "{told}");
        }
    }

    #[test]
    fn lying_headers_are_refused() {
        for (width, height, interlaced, message) in [
            (65_000_u32, 65_000_u32, 0, "it claims to be 65000×65000 pixels"),
            (20_000, 20_000, 1, "it claims to be 20000×20000 pixels, to be decoded as a whole"),
            (0x7fff_ffff, 1, 0, "it claims to be 2147483647×1 pixels"),
            (0x3000_0000, 1, 0, "its rows are too long"),
            (0, 1, 0, "it is damaged"),
            (200, 200, 0, "it is damaged"),
        ] {
            let mut header = b"IHDR".to_vec();
            header.extend(width.to_be_bytes());
            header.extend(height.to_be_bytes());
            header.extend([8, 6, 0, 0, interlaced]);
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
            bytes.extend(&header);
            bytes.extend(crc(&header).to_be_bytes());
            bytes.extend(b"\0\0\0\x10IDAT0123456789");
            let told = read(&bytes).unwrap_err().to_string();
            assert!(told.starts_with(message), "{width}×{height}: {told}");
        }
    }

    /// CRC-32, as a PNG's chunks carry it.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |crc, &byte| {
            (0..8).fold(
                crc ^ u32::from(byte),
                |crc, _| {
                    if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
                },
            )
        })
    }

    #[test]
    fn a_cut_picture_is_damaged_wherever_it_is_cut() {
        let whole = some_png();
        assert!(read(&whole).is_ok());
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "cut to {length} of {} bytes", whole.len());
        }
    }

    #[test]
    fn flipped_bits_never_panic() {
        let whole = some_png();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                let _ = read(&bytes);
            }
        }
    }
}
