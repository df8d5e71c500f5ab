//! The pass over the working tree: each file is read once, on as many threads as the run may use, and offered to every check.

use std::fs::File as OnDisk;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use xtask_core::exec::Cancel;
use xtask_core::model::Events;

use crate::checks::{Check, File, Found, Work, check_bytes};
use crate::options::Options;
use crate::select::Candidate;
use crate::types::{SNIFFED, Tags};

/// Files that a thread takes at a time.
const SHARE: usize = 32;

/// A buffer larger than this is given back after the file that needed it.
const KEPT: usize = 4 << 20;

/// Before this, nobody needs to be told where a run is.
const QUIET: Duration = Duration::from_secs(1);

/// What the pass saw of one file.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its place in the list of candidates.
    pub(crate) at: usize,
    /// Its size.
    pub(crate) size: u64,
    /// What it is, now that its content is known where that was needed.
    pub(crate) tags: Tags,
    /// What was found.
    pub(crate) found: Vec<Found>,
    /// Why it could not be read.
    pub(crate) unreadable: Option<String>,
}

/// How the pass runs.
pub(crate) struct Pass<'a> {
    pub(crate) root: &'a Path,
    pub(crate) checks: &'a [&'static Check],
    pub(crate) options: &'a Options,
    /// Whether someone beside the checks needs to know what every file is.
    pub(crate) sniff_all: bool,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) cancel: &'a Cancel,
    pub(crate) events: &'a Events,
}

impl Pass<'_> {
    /// Looks at all files. Those that are missing or no regular files (any more) are left out. Stops early when asked to.
    pub(crate) fn run(&self, files: &[Candidate]) -> Vec<Seen> {
        let next = AtomicUsize::new(0);
        let started = Instant::now();
        let work = || {
            let mut seen = Vec::new();
            let mut buffer = Vec::new();
            while !self.cancel.is_stopped() {
                let from = next.fetch_add(SHARE, Ordering::Relaxed);
                let share = from..files.len().min(from.saturating_add(SHARE));
                if share.is_empty() {
                    break;
                }
                for at in share {
                    seen.extend(self.file(at, &files[at], &mut buffer));
                    if buffer.capacity() > KEPT {
                        buffer = Vec::new();
                    }
                }
                if started.elapsed() > QUIET {
                    let done = files.len().min(from + SHARE) as u64;
                    self.events.progress("hooks", done, files.len() as u64, "files");
                }
            }
            seen
        };
        let threads = self.jobs.get().min(files.len().div_ceil(SHARE)).max(1);
        let mut seen = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut seen = work();
            for other in others {
                match other.join() {
                    Ok(more) => seen.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            seen
        });
        seen.sort_unstable_by_key(|one| one.at);
        seen
    }

    fn file(&self, at: usize, candidate: &Candidate, buffer: &mut Vec<u8>) -> Option<Seen> {
        let mut seen = Seen { at, size: 0, tags: candidate.tags, found: Vec::new(), unreadable: None };
        match self.look(candidate, buffer, &mut seen) {
            Ok(true) => Some(seen),
            Ok(false) => None,
            Err(cause) if is_gone(&cause) => None,
            Err(cause) => {
                seen.unreadable = Some(cause.to_string());
                Some(seen)
            }
        }
    }

    /// Whether the file is a regular one; then `seen` is filled.
    fn look(&self, candidate: &Candidate, buffer: &mut Vec<u8>, seen: &mut Seen) -> io::Result<bool> {
        let path = candidate.path.below(self.root);
        let metadata = std::fs::symlink_metadata(&path)?;
        if !metadata.is_file() {
            return Ok(false);
        }
        seen.size = metadata.len();
        buffer.clear();
        if self.wants_bytes(candidate, seen.tags)
            || !seen.tags.is_certain() && (self.sniff_all || self.might_want_bytes())
        {
            let mut file = OnDisk::open(&path)?;
            if !seen.tags.is_certain() {
                file.by_ref().take(SNIFFED as u64).read_to_end(buffer)?;
                seen.tags = seen.tags.with_content(buffer);
            }
            if self.wants_bytes(candidate, seen.tags) {
                let more = (metadata.len() as usize).saturating_sub(buffer.len());
                // Without the memory for it, the file is unreadable; the run goes on.
                buffer.try_reserve(more.saturating_add(1)).map_err(|_| io::ErrorKind::OutOfMemory)?;
                file.read_to_end(buffer)?;
            }
        }
        let file = File { path: &candidate.path, tags: seen.tags, size: seen.size };
        seen.found = check_bytes(self.checks, &file, buffer, self.options);
        Ok(true)
    }

    fn wants_bytes(&self, candidate: &Candidate, tags: Tags) -> bool {
        self.checks.iter().any(|check| {
            matches!(check.work, Work::Lines(_) | Work::Bytes(_))
                && tags.has(check.takes)
                && check.takes_path(&candidate.path)
        })
    }

    fn might_want_bytes(&self) -> bool {
        let wants = |work: &Work| matches!(work, Work::Lines(_) | Work::Bytes(_) | Work::Python);
        self.checks.iter().any(|check| wants(&check.work))
    }
}

/// Whether the file isn't there: deleted, or its folder replaced by a file.
pub(crate) fn is_gone(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
