//! An index file seen through a window: its entries are read one after the other, so that its bytes, which are as many as what is
//! made of them, are never in memory all at once.

use std::fs::File;
use std::io::{Read, Take};
use std::path::Path;

/// One read at most.
const READ: usize = 64 << 10;

/// The bytes of an index before its checksum, of which a few are in memory.
pub(super) struct Window<R> {
    input: Take<R>,
    /// The length of an object's name.
    pub(super) hash: usize,
    /// How many bytes there are in all.
    pub(super) length: usize,
    held: Vec<u8>,
    at: usize,
}

impl Window<File> {
    /// The index in `file`, whose objects have names of `hash` bytes.
    pub(super) fn open(file: &Path, hash: usize) -> Option<Self> {
        let file = File::open(file).ok()?;
        let length = usize::try_from(file.metadata().ok()?.len()).ok()?;
        Self::new(file, length, hash)
    }
}

impl<R: Read> Window<R> {
    /// The `length` bytes of `input`, which end with a checksum of `hash` bytes.
    pub(super) fn new(input: R, length: usize, hash: usize) -> Option<Self> {
        let length = length.checked_sub(hash)?;
        Some(Self { input: input.take(length as u64), hash, length, held: Vec::new(), at: 0 })
    }

    /// The bytes that come next: at least so many, or none.
    pub(super) fn look(&mut self, wanted: usize) -> Option<&[u8]> {
        if self.held.len() - self.at < wanted {
            self.held.drain(..self.at);
            self.at = 0;
            while self.held.len() < wanted {
                let more = (wanted - self.held.len()).next_multiple_of(READ);
                if self.input.by_ref().take(more as u64).read_to_end(&mut self.held).ok()? == 0 {
                    return None;
                }
            }
        }
        Some(&self.held[self.at..])
    }

    /// So many of the bytes that were looked at are done with.
    pub(super) fn skip(&mut self, count: usize) {
        self.at += count;
    }
}
