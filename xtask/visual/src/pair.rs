//! One pair of pictures on disk: compared, and its diff picture written.

use std::cell::RefCell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use atomic_write_file::AtomicWriteFile;
use serde::Serialize;
use xtask_core::model::{Problem, RepoPath, Result};

use crate::diff::{
    CHUNK, DiffError, Difference, NoSink, Painter, PictureError, PictureFile, Pictures, RowSink, RowSource,
    Rules, Side, Size, compare_and_explain, read_header, unreadable,
};
use crate::folder::{Couple, Entry};
use crate::options::Options;

/// What came of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// No pixel changed.
    Same,
    /// Pixels changed, whatever the limits excuse.
    Changed,
    /// There is no baseline picture.
    New,
    /// There is only the baseline picture.
    Missing,
    /// The sizes differ.
    Resized,
    /// One of the pictures can't be read.
    Unreadable,
}

impl Status {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Same, Self::Changed, Self::New, Self::Missing, Self::Resized, Self::Unreadable];

    /// Its name: `same`, `changed` …
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::New => "new",
            Self::Missing => "missing",
            Self::Resized => "resized",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What came of a pair.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The picture's path within the folders, with `/`.
    pub name: RepoPath,
    /// What came of it.
    pub status: Status,
    /// Whether it passes: the same, or changed within the limits.
    pub passes: bool,
    /// How the two differ, where both could be read.
    pub difference: Option<Difference>,
    /// Why it can't be read; otherwise empty.
    pub why: String,
    /// The diff picture, where one was written.
    pub diff: Option<PathBuf>,
    /// The baseline picture, or where it would be.
    pub baseline: PathBuf,
}

/// Compares a couple; `diff` is where its diff picture goes. An error is one of writing that: pictures that can't be read
/// are a status.
pub(crate) fn judge(
    couple: &Couple,
    baseline: PathBuf,
    options: &Options,
    diff: Option<PathBuf>,
) -> Result<Pair> {
    let pair = Pair {
        name: couple.name.clone(),
        status: Status::Unreadable,
        passes: false,
        difference: None,
        why: String::new(),
        diff: None,
        baseline,
    };
    let unreadable =
        |side: &str, why: &dyn std::fmt::Display| Pair { why: format!("{side}: {why}"), ..pair.clone() };
    let (old, new) = match (&couple.old, &couple.new) {
        (Entry::Unreadable(why), _) => return Ok(unreadable("the baseline", why)),
        (_, Entry::Unreadable(why)) => return Ok(unreadable("the current picture", why)),
        (Entry::Absent, _) => {
            return Ok(Pair { status: Status::New, ..pair });
        }
        (_, Entry::Absent) => {
            return Ok(Pair { status: Status::Missing, ..pair });
        }
        (Entry::File(old), Entry::File(new)) => (old, new),
    };
    let compared = match &diff {
        Some(path) => compare_and_paint(old, new, &options.rules, path),
        None => compare_files(old, new, &options.rules),
    };
    match compared {
        Ok(difference) => {
            let status = match &difference {
                difference if difference.is_resized() => Status::Resized,
                difference if difference.changed > 0 => Status::Changed,
                _ => Status::Same,
            };
            Ok(Pair {
                status,
                passes: options.limits.excuse(&difference),
                diff: diff.filter(|_| difference.changed > 0),
                difference: Some(difference),
                ..pair
            })
        }
        Err(DiffError::Unreadable { side: Side::Old, why }) => Ok(unreadable("the baseline", &why)),
        Err(DiffError::Unreadable { side: Side::New, why }) => Ok(unreadable("the current picture", &why)),
        Err(DiffError::Sink(cause)) => {
            let path = diff.unwrap_or_default();
            Err(Problem::invalid(format!("can't write the diff picture {}", path.display())).why(cause))
        }
    }
}

/// Two opened pictures.
struct Opened {
    old: PictureFile,
    new: PictureFile,
}

impl Opened {
    fn new(old: &Path, new: &Path) -> Result<Self, DiffError> {
        let old = PictureFile::open(old).map_err(unreadable(Side::Old))?;
        let new = PictureFile::open(new).map_err(unreadable(Side::New))?;
        Ok(Self { old, new })
    }

    /// Compares them, unless their bytes are equal; rows go to the sink as they pass.
    fn compare(&self, rules: &Rules, sink: &mut dyn RowSink) -> Result<Difference, DiffError> {
        let difference = match self.size_of_equal()? {
            Some(size) => Difference::none(size),
            None => compare_and_explain(self, rules, sink)?,
        };
        self.old.check_unchanged().map_err(unreadable(Side::Old))?;
        self.new.check_unchanged().map_err(unreadable(Side::New))?;
        Ok(difference)
    }

    /// The size of the picture, where both files hold the same bytes and these are whole: they begin as a PNG does and end
    /// with its last chunk.
    fn size_of_equal(&self) -> Result<Option<Size>, DiffError> {
        if self.old.length() != self.new.length() || self.old.length() == 0 {
            return Ok(None);
        }
        let (mut old, mut new) = (self.old.bytes(), self.new.bytes());
        let mut tail = Vec::new();
        let (mut one, mut two) = (vec![0; CHUNK], vec![0; CHUNK]);
        loop {
            let read = read_full(&mut old, &mut one).map_err(|cause| unreadable(Side::Old)(cause.into()))?;
            let other = read_full(&mut new, &mut two).map_err(|cause| unreadable(Side::New)(cause.into()))?;
            if read != other || one[..read] != two[..read] {
                return Ok(None);
            }
            if read == 0 {
                break;
            }
            tail.extend_from_slice(&one[..read]);
            tail.drain(..tail.len().saturating_sub(END.len()));
        }
        if tail != END {
            return Ok(None);
        }
        let (_, size, _) = read_header(self.old.bytes()).map_err(unreadable(Side::Old))?;
        Ok(Some(size))
    }
}

impl Pictures for Opened {
    fn open(&self, side: Side) -> Result<Box<dyn RowSource + '_>, PictureError> {
        match side {
            Side::Old => self.old.rows(),
            Side::New => self.new.rows(),
        }
    }
}

/// Compares two files.
pub(crate) fn compare_files(old: &Path, new: &Path, rules: &Rules) -> Result<Difference, DiffError> {
    Opened::new(old, new)?.compare(rules, &mut NoSink)
}

/// Compares two files, and writes a diff picture to `diff` where pixels changed.
fn compare_and_paint(old: &Path, new: &Path, rules: &Rules, diff: &Path) -> Result<Difference, DiffError> {
    let opened = Opened::new(old, new)?;

    // The file takes its name when the picture is whole, and not at all where nothing changed.
    let target: RefCell<Option<AtomicWriteFile>> = RefCell::default();
    let create = || {
        if let Some(folder) = diff.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if let Some(file) = target.take() {
            file.discard()?;
        }
        let file = AtomicWriteFile::open(diff)?;
        let handle = file.as_file().try_clone()?;
        *target.borrow_mut() = Some(file);
        Ok(handle)
    };
    let mut painter = Painter::new(&rules.masks, create, || opened.open(Side::Old).map_err(io::Error::other));
    let difference = opened.compare(rules, &mut painter)?;
    painter.finish()?;
    match target.take() {
        Some(file) if difference.changed > 0 => file.commit()?,
        Some(file) => file.discard()?,
        None => {}
    }
    Ok(difference)
}

/// The last chunk of every PNG: no data, the name `IEND`, its checksum.
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";

/// Fills `buffer` as far as the file reaches.
fn read_full(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(filled)
}
