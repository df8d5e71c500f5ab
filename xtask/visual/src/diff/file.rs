//! A picture on disk, opened once and read as often as need be: what takes its name meanwhile isn't looked at.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use super::formats::{self, Format};
use super::source::{PictureError, PngRows, RowSource};

/// How much of a file is read at once.
pub(crate) const CHUNK: usize = 64 * 1024;

/// An opened picture.
#[derive(Debug)]
pub struct PictureFile {
    file: File,
    /// Its length and time when it was opened.
    stamp: Stamp,
}

#[derive(Debug, PartialEq, Eq)]
struct Stamp(u64, Option<SystemTime>);

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self(metadata.len(), metadata.modified().ok())
    }
}

impl PictureFile {
    /// Opens a regular file.
    pub fn open(path: &Path) -> Result<Self, PictureError> {
        // Looked at before it is opened: opening a named pipe waits for who writes into it.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::other("it is no regular file").into());
        }
        let file = File::open(path)?;
        let stamp = Stamp::of(&file.metadata()?);
        Ok(Self { file, stamp })
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.stamp.0
    }

    /// Its bytes from the start.
    pub(crate) fn bytes(&self) -> BufReader<Bytes<'_>> {
        BufReader::with_capacity(CHUNK, Bytes { file: &self.file, at: 0 })
    }

    /// Its rows from the top: of a PNG as they are asked for, of other formats after all of it was decoded.
    pub fn rows(&self) -> Result<Box<dyn RowSource + '_>, PictureError> {
        let mut bytes = self.bytes();
        Ok(match formats::recognise(io::BufRead::fill_buf(&mut bytes)?)? {
            Format::Png => Box::new(PngRows::new(bytes)?),
            Format::Other(format) => Box::new(formats::decode(bytes, format)?.into_rows()),
        })
    }

    /// An error where it was written to since it was opened: what was read is part old, part new then.
    pub fn check_unchanged(&self) -> Result<(), PictureError> {
        if Stamp::of(&self.file.metadata()?) == self.stamp {
            Ok(())
        } else {
            Err(io::Error::other("it was written to while it was compared; compare again").into())
        }
    }
}

/// A reading of a file with a place of its own.
pub(crate) struct Bytes<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Bytes<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::End(by) => (self.file.metadata()?.len(), by),
            SeekFrom::Current(by) => (self.at, by),
        };
        self.at = base.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::diff::Picture;

    fn first_pixel(file: &PictureFile) -> [u8; 4] {
        let mut rows = file.rows().unwrap();
        let mut row = vec![[0; 4]; rows.width() as usize];
        rows.read_row(&mut row).unwrap();
        row[0]
    }

    #[test]
    fn two_readings_don_t_disturb_each_other_and_a_replaced_file_is_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        xtask_core::files::write(&path, &Picture::filled(9, 9, [1, 2, 3, 255]).to_png()).unwrap();
        let file = PictureFile::open(&path).unwrap();
        let _first = file.rows().unwrap();
        assert_eq!(first_pixel(&file), [1, 2, 3, 255]);
        let other = folder.path().join("b.png");
        xtask_core::files::write(&other, &Picture::filled(9, 9, [9, 9, 9, 255]).to_png()).unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_eq!(first_pixel(&file), [1, 2, 3, 255]);
        file.check_unchanged().unwrap();
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"x").unwrap();
        file.check_unchanged().unwrap();
        let file = PictureFile::open(&path).unwrap();
        std::fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"x").unwrap();
        assert!(file.check_unchanged().is_err());
    }
}
