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
