//! The file of a cache: a mark, a checksum, and the sorted keys. It is replaced as a whole; nothing waits for the disk, since a
//! file that is lost or torn by a crash holds nothing.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use super::{Key, MOST_KEYS};

/// The form of the file; another form is another mark.
const MARK: &[u8; 8] = b"xtkhook1";

/// The keys in `path`; none where it is anything but what [`write`] writes.
pub(super) fn read(path: &Path) -> Vec<Key> {
    let limit = (MARK.len() + 8 + 16 * MOST_KEYS) as u64;
    let bytes = xtask_core::files::read_limited(path, limit).unwrap_or_default();
    let Some((sum, keys)) = bytes.strip_prefix(MARK).and_then(|rest| rest.split_first_chunk::<8>()) else {
        return Vec::new();
    };
    let (keys, rest) = keys.as_chunks::<16>();
    if !rest.is_empty() || u64::from_le_bytes(*sum) != checksum(keys.as_flattened()) {
        return Vec::new();
    }
    keys.iter().map(|bytes| Key::from_bytes(*bytes)).collect()
}

/// Replaces `path`, by way of a draft beside it.
pub(super) fn write(path: &Path, keys: &[Key]) -> io::Result<()> {
    let mut body = Vec::with_capacity(16 * keys.len());
    for key in keys {
        body.extend(key.to_bytes());
    }
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let written = (|| {
        let mut out = File::create(&draft)?;
        out.write_all(MARK)?;
        out.write_all(&checksum(&body).to_le_bytes())?;
        out.write_all(&body)?;
        drop(out);
        fs::rename(&draft, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut hash = DefaultHasher::new();
    hash.write(bytes);
    hash.finish()
}

/// Keeps the `most` files beside `path` that were written last, itself among them; left drafts count, too.
pub(super) fn prune(path: &Path, most: usize) {
    let Some(entries) = path.parent().and_then(|folder| fs::read_dir(folder).ok()) else {
        return;
    };
    let age = |entry: &fs::DirEntry| entry.metadata().and_then(|metadata| metadata.modified()).ok();
    let mut others: Vec<(Option<SystemTime>, _)> = entries
        .flatten()
        .filter(|entry| entry.path() != path)
        .map(|entry| (age(&entry), entry.path()))
        .collect();
    others.sort();
    for (_, old) in others.iter().rev().skip(most.saturating_sub(1)) {
        let _ = fs::remove_file(old);
    }
}
