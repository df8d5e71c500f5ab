//! Which format a picture has, by its first bytes, and pictures that aren't PNG: these are decoded as a whole.

use std::io::{BufRead, Seek};

use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

use super::picture::Picture;
use super::source::{MAX_WHOLE_PIXELS, PictureError};

/// The most memory that decoding a picture as a whole may take besides its pixels.
const MAX_BYTES: u64 = 1 << 30;

/// The format of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Read row by row.
    Png,
    /// Decoded as a whole.
    Other(ImageFormat),
}

/// The format of what begins with these bytes.
pub(crate) fn recognise(start: &[u8]) -> Result<Format, PictureError> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    if start.is_empty() {
        return Err(PictureError::Empty);
    }
    if start.starts_with(b"version https://git-lfs.github.com/spec/") {
        return Err(PictureError::LfsPointer);
    }
    if start.starts_with(SIGNATURE) {
        return Ok(Format::Png);
    }
    if SIGNATURE.starts_with(start) {
        return Err(PictureError::Damaged("it ends too early".to_owned()));
    }
    match image::guess_format(start) {
        Ok(format) if format.reading_enabled() && SUPPORTED.contains(&format) => Ok(Format::Other(format)),
        Ok(format) => Err(PictureError::Unsupported(format.extensions_str().first().unwrap_or(&"unknown"))),
        Err(_) => Err(PictureError::NoPicture),
    }
}

const SUPPORTED: [ImageFormat; 4] =
    [ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];

/// Decodes a picture of another format, the first frame where there are several.
pub(crate) fn decode<R: BufRead + Seek>(input: R, format: ImageFormat) -> Result<Picture, PictureError> {
    let mut reader = ImageReader::with_format(input, format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(wrong)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_WHOLE_PIXELS {
        return Err(PictureError::TooLarge { width, height, whole: true, limit: MAX_WHOLE_PIXELS });
    }
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged("it has no pixels".to_owned()));
    }
    let image = image::DynamicImage::from_decoder(decoder).map_err(wrong)?;
    let bytes = image.into_rgba8().into_raw();
    let (pixels, _) = bytes.as_chunks::<4>();
    Ok(Picture::from_pixels(width, height, pixels.to_vec()))
}

fn wrong(cause: image::ImageError) -> PictureError {
    match cause {
        image::ImageError::Limits(_) => PictureError::TooWide,
        image::ImageError::IoError(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::Damaged("it ends too early".to_owned())
        }
        image::ImageError::IoError(cause) => PictureError::Io(cause),
        other => PictureError::Damaged(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::diff::{Pixel, RowSource};

    fn read(bytes: &[u8]) -> Result<Picture, PictureError> {
        match recognise(bytes)? {
            Format::Png => Picture::from_png(bytes),
            Format::Other(format) => decode(Cursor::new(bytes), format),
        }
    }

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(40, 30, |x, y| {
            image::Rgb([if x < 20 { 0 } else { 255 }, (y / 10 * 100) as u8, 0])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn near(one: Pixel, two: Pixel) -> bool {
        one.iter().zip(two).all(|(one, two)| one.abs_diff(two) <= 8)
    }

    #[test]
    fn other_formats_have_the_pixels_that_were_written() {
        for format in SUPPORTED {
            let picture = read(&encoded(format)).unwrap();
            assert_eq!((picture.width(), picture.height()), (40, 30), "{format:?}");
            for (x, y, pixel) in
                [(4, 4, [0, 0, 0, 255]), (36, 4, [255, 0, 0, 255]), (4, 15, [0, 100, 0, 255])]
            {
                assert!(near(picture.get(x, y), pixel), "{format:?} {x},{y}: {:?}", picture.get(x, y));
            }
            assert_eq!(
                Picture::from_source(&mut picture.clone().into_rows() as &mut dyn RowSource).unwrap(),
                picture
            );
        }
    }

    #[test]
    fn what_is_cut_or_damaged_never_panics_and_what_lies_is_refused() {
        for format in SUPPORTED {
            let whole = encoded(format);
            for length in (0..whole.len()).step_by(7) {
                let _ = read(&whole[..length]);
            }
            for at in 0..whole.len().min(400) {
                let mut bytes = whole.clone();
                bytes[at] ^= 0x55;
                let _ = read(&bytes);
            }
        }
        let mut huge = encoded(ImageFormat::Bmp);
        huge[18..22].copy_from_slice(&60_000_i32.to_le_bytes());
        huge[22..26].copy_from_slice(&60_000_i32.to_le_bytes());
        let told = read(&huge).unwrap_err().to_string();
        assert!(told.contains("60000×60000") || told.contains("memory"), "{told}");
    }

    #[test]
    fn a_format_that_is_not_read_is_named() {
        let avif = b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B";
        let told = read(avif).unwrap_err().to_string();
        assert!(told.contains("(avif)"), "{told}");
        assert!(matches!(read(b"II*\0\x08\0\0\0"), Err(PictureError::Unsupported("tiff"))));
    }
}
