//! The pass over the working tree: each file is read once, on as many threads as the run may use, and offered to every check.

use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use xtask_core::exec::Cancel;
use xtask_core::model::Events;

use crate::cache::Key;
use crate::checks::{Check, File, Found, Work, check_bytes};
use crate::known::Known;
use crate::options::Options;
use crate::select::Candidate;
use crate::types::{SNIFFED, Tags};
use crate::worktree::{Buffer, Worktree, stat_again};

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

/// Whether a file was looked at.
enum Looked {
    /// There is no regular file.
    No,
    Yes,
    /// Nothing was found in a file that equals its blob: worth remembering by this key.
    Fine(Key),
}

/// How the pass runs.
pub(crate) struct Pass<'a> {
    pub(crate) tree: Worktree,
    /// What needn't be looked at.
    pub(crate) known: &'a Known,
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
            // Room for all: memory that isn't touched costs nothing, and growing would hold everything twice.
            let mut seen = Vec::with_capacity(files.len());
            let mut buffer = Buffer::default();
            let mut learned = Vec::new();
            while !self.cancel.is_stopped() {
                let from = next.fetch_add(SHARE, Ordering::Relaxed);
                let share = from..files.len().min(from.saturating_add(SHARE));
                if share.is_empty() {
                    break;
                }
                for at in share {
                    seen.extend(self.file(at, &files[at], &mut buffer, &mut learned));
                }
                if started.elapsed() > QUIET {
                    let done = files.len().min(from + SHARE) as u64;
                    self.events.progress("hooks", done, files.len() as u64, "files");
                }
            }
            self.known.learn(learned);
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

    fn file(
        &self,
        at: usize,
        candidate: &Candidate,
        buffer: &mut Buffer,
        learned: &mut Vec<Key>,
    ) -> Option<Seen> {
        let mut seen = Seen { at, size: 0, tags: candidate.tags, found: Vec::new(), unreadable: None };
        match self.look(candidate, buffer, &mut seen) {
            Ok(Looked::Fine(key)) => {
                learned.push(key);
                Some(seen)
            }
            Ok(Looked::Yes) => Some(seen),
            Ok(Looked::No) => None,
            Err(cause) if is_gone(&cause) => None,
            Err(cause) => {
                seen.unreadable = Some(cause.to_string());
                Some(seen)
            }
        }
    }

    /// Looks at the file, where it is a regular one; then `seen` is filled.
    fn look(&self, candidate: &Candidate, buffer: &mut Buffer, seen: &mut Seen) -> io::Result<Looked> {
        buffer.clear(KEPT);
        let sniff = !seen.tags.is_certain();
        let opens = self.wants_bytes(seen.tags) || sniff && (self.sniff_all || self.might_want_bytes());
        let blob = candidate.blob.filter(|_| opens && !(sniff && self.sniff_all));
        if !opens || blob.is_some() && !self.known.is_empty() {
            let Some(stat) = self.tree.stat(&candidate.path)? else {
                return Ok(Looked::No);
            };
            seen.size = stat.size;
            let key = blob.and_then(|blob| self.known.key(&candidate.path, &blob, &stat));
            if key.is_some_and(|key| self.known.contains(key)) {
                return Ok(Looked::Yes);
            }
        }
        let mut key = None;
        if opens {
            let Some((mut file, stat)) = self.tree.open(&candidate.path)? else {
                return Ok(Looked::No);
            };
            seen.size = stat.size;
            if sniff {
                buffer.read_some(&mut file, SNIFFED)?;
                seen.tags = seen.tags.with_content(buffer.bytes());
            }
            if self.wants_bytes(seen.tags) {
                buffer.read_all(&mut file, stat.size)?;
            }
            key = blob.and_then(|blob| self.known.key(&candidate.path, &blob, &stat));
            // What changed while it was read may not be what the blob holds.
            if key.is_some() && stat_again(&file)? != stat {
                key = None;
            }
        }
        let file = File { path: &candidate.path, tags: seen.tags, size: seen.size };
        seen.found = check_bytes(self.checks, &file, buffer.bytes(), self.options);
        Ok(key.filter(|_| seen.found.is_empty()).map_or(Looked::Yes, Looked::Fine))
    }

    fn wants_bytes(&self, tags: Tags) -> bool {
        self.checks
            .iter()
            .any(|check| matches!(check.work, Work::Lines(_) | Work::Bytes(_)) && tags.has(check.takes))
    }

    fn might_want_bytes(&self) -> bool {
        self.checks.iter().any(|check| matches!(check.work, Work::Lines(_) | Work::Bytes(_)))
    }
}

/// Whether the file isn't there: deleted, or its folder replaced by a file.
pub(crate) fn is_gone(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
