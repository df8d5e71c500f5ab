//! The counters that instrumented processes left behind: one raw profile a process and program, read in parallel and added up.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use xtask_core::caught::caught;
use xtask_core::model::{Problem, Result};

/// The newest version of the raw profile format that the reader knows (LLVM 23).
const NEWEST: u64 = 11;
/// The oldest: LLVM 15, which Rust has used since 1.65.
const OLDEST: u64 = 8;

/// How often each counter of each function was passed, over all processes.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    counts: HashMap<(u64, u64), Vec<u64>>,
    names: HashSet<u64>,
    /// The format's version; `None` where there was no profile.
    pub version: Option<u64>,
    /// Profiles that processes left empty or half written: killed, aborted, or out of disk.
    pub unfinished: usize,
    /// Profiles that held something.
    pub read: usize,
}

impl Profiles {
    /// The counters of a function. One that no process knew of never ran; one that is known in another shape alone has no
    /// counters: the profile is of another build.
    pub(super) fn counters(&self, name: u64, shape: u64) -> Option<&[u64]> {
        match self.counts.get(&(name, shape)) {
            Some(counters) => Some(counters),
            None if self.names.contains(&name) => None,
            None => Some(&[]),
        }
    }

    fn add(&mut self, name: u64, shape: u64, counters: &[u64]) {
        self.names.insert(name);
        let sums = self.counts.entry((name, shape)).or_default();
        if sums.len() < counters.len() {
            sums.resize(counters.len(), 0);
        }
        for (sum, count) in sums.iter_mut().zip(counters) {
            *sum = sum.saturating_add(*count);
        }
    }

    fn plus(mut self, other: Self) -> Self {
        if self.counts.len() < other.counts.len() {
            return other.plus(self);
        }
        for ((name, shape), counters) in other.counts {
            self.add(name, shape, &counters);
        }
        self.version = self.version.max(other.version);
        self.unfinished += other.unfinished;
        self.read += other.read;
        self
    }
}

/// The raw profiles in `folder`, sorted.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |cause| Problem::invalid(format!("can't list {}", folder.display())).why(cause);
    let mut profiles = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "profraw") {
            profiles.push(path);
        }
    }
    profiles.sort_unstable();
    Ok(profiles)
}

/// Reads the profiles and adds them up. One that can't be read makes the whole invalid: its hits would be missing.
pub(super) fn read(files: &[PathBuf]) -> Result<Profiles> {
    files
        .par_iter()
        .try_fold(Profiles::default, |mut profiles, file| {
            let bytes = xtask_core::files::read(file)?;
            read_one(&mut profiles, &bytes).map_err(|why| {
                Problem::invalid(format!("can't read the profile {}", file.display())).why(why)
            })?;
            Ok(profiles)
        })
        .try_reduce(Profiles::default, |one, two| Ok(one.plus(two)))
}

fn read_one(profiles: &mut Profiles, bytes: &[u8]) -> Result<(), String> {
    if bytes.is_empty() {
        profiles.unfinished += 1;
        return Ok(());
    }
    let version = version(bytes).ok_or("it is no raw profile of LLVM")?;
    if version > NEWEST {
        return Err(format!(
            "its format is version {version}, and this program knows those up to {NEWEST}: the Rust toolchain is newer \
             than it; use an older toolchain, or update xtask"
        ));
    }
    if version < OLDEST {
        return Err(format!(
            "its format is version {version}, of a Rust toolchain that is too old; use 1.65 or later"
        ));
    }
    // The reader trusts the file; one that was cut off makes it panic. That is what a process leaves that is killed while it
    // writes: as with an empty one, what only it ran counts as not run.
    let Ok(Ok(parsed)) = caught(|| llvm_profparser::parse_bytes(bytes)) else {
        profiles.unfinished += 1;
        return Ok(());
    };
    // Each profile on its own: adding within the reader's own type leaves doubles of inlined functions unsummed.
    for record in parsed.records() {
        if let (Some(name), Some(shape)) = (record.name_hash, record.hash) {
            profiles.add(name, shape, record.counts());
        }
    }
    profiles.version = profiles.version.max(Some(version));
    profiles.read += 1;
    Ok(())
}

/// The version of a raw profile, from its first 16 bytes: a magic number and the version, in the machine's byte order. The
/// version's highest byte holds flags.
fn version(bytes: &[u8]) -> Option<u64> {
    const MAGIC_64: &[u8; 8] = b"\x81rforpl\xff";
    const MAGIC_32: &[u8; 8] = b"\x81Rforpl\xff";
    let magic: &[u8; 8] = bytes.get(..8)?.try_into().ok()?;
    let field: [u8; 8] = bytes.get(8..16)?.try_into().ok()?;
    let mut reversed = *magic;
    reversed.reverse();
    let version = if magic == MAGIC_64 || magic == MAGIC_32 {
        u64::from_le_bytes(field)
    } else if &reversed == MAGIC_64 || &reversed == MAGIC_32 {
        u64::from_be_bytes(field)
    } else {
        return None;
    };
    Some(version & !(0xff << 56))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u64) -> Vec<u8> {
        let mut bytes = b"\x81rforpl\xff".to_vec();
        bytes.extend(version.to_le_bytes());
        bytes
    }

    #[test]
    fn what_is_no_profile_is_told() {
        for (bytes, part) in [
            (b"x".to_vec(), "no raw profile"),
            (b"0123456789abcdef".to_vec(), "no raw profile"),
            (header(12), "update xtask"),
            (header(5), "too old"),
        ] {
            let why = read_one(&mut Profiles::default(), &bytes).unwrap_err();
            assert!(why.contains(part), "{why}");
        }
    }

    #[test]
    fn a_profile_that_was_cut_off_is_counted_and_left_out() {
        for bytes in [header(10), [header(10), vec![0xff; 300]].concat()] {
            let mut profiles = Profiles::default();
            read_one(&mut profiles, &bytes).unwrap();
            assert_eq!((profiles.unfinished, profiles.read, profiles.version), (1, 0, None));
        }
    }

    #[test]
    fn empty_profiles_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["1.profraw", "2.profraw", "other.txt"] {
            xtask_core::files::write(&folder.path().join(name), b"").unwrap();
        }
        let files = list(folder.path()).unwrap();
        let profiles = read(&files).unwrap();
        assert_eq!((profiles.unfinished, profiles.read, profiles.version), (2, 0, None));
        assert!(list(&folder.path().join("none")).is_err());
    }

    #[test]
    fn counters_add_up_by_function_and_shape() {
        let mut one = Profiles::default();
        one.add(1, 7, &[1, 2]);
        one.add(1, 7, &[1, 2]);
        let mut two = Profiles::default();
        two.add(1, 7, &[u64::MAX, 1, 5]);
        two.add(2, 7, &[9]);
        let sum = one.plus(two);
        assert_eq!(sum.counters(1, 7), Some(&[u64::MAX, 5, 5][..]));
        assert_eq!(sum.counters(2, 7), Some(&[9][..]));
        assert_eq!(sum.counters(2, 8), None, "another build");
        assert_eq!(sum.counters(3, 0), Some(&[][..]), "it never ran");
    }
}
