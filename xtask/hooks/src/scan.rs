//! The pass: each file is read once, from the working tree or from git's blobs, on as many threads as the run may use, and
//! offered to every check.

use std::collections::BTreeSet;
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use xtask_core::exec::Cancel;
use xtask_core::model::{Events, Problem, Result};
use xtask_core::repo::{Blobs, Repo};

use crate::cache::Key;
use crate::checks::{File, Found, Hit, Work, check_chosen};
use crate::known::Known;
use crate::resolve::StagePlan;
use crate::rules::Pattern;
use crate::run::Fixes;
use crate::select::Candidate;
use crate::types::{SNIFFED, Tags};
use crate::worktree::{Buffer, Worktree, stat_again};

/// Files that a thread takes at a time.
const SHARE: usize = 32;

/// A buffer larger than this is given back after the file that needed it.
const KEPT: usize = 4 << 20;

/// Before this, nobody needs to be told where a run is.
const QUIET: Duration = Duration::from_secs(1);

/// What the pass is called while it runs.
const PART: &str = "checks";

/// What the pass saw of one file.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Its place in the list of candidates.
    pub(crate) at: usize,
    /// Its size.
    pub(crate) size: u64,
    /// What it is, now that its content is known where that was needed.
    pub(crate) tags: Tags,
    /// What is held against it: nothing against most files, which takes little memory then.
    held: Option<Box<Held>>,
}

/// What is held against a file.
#[derive(Debug, Default)]
struct Held {
    found: Vec<Found>,
    matched: Vec<(usize, Hit)>,
    trouble: Option<Trouble>,
}

/// Why a file wasn't looked at.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It could not be read.
    Unreadable(String),
    /// It could not be told what is to be checked.
    Unclear(Problem),
}

/// What was seen, sorted by place.
#[derive(Debug, Default)]
pub(crate) struct SeenFiles(Vec<Seen>);

impl SeenFiles {
    /// These, by their places.
    pub(crate) fn new(mut seen: Vec<Seen>) -> Self {
        seen.sort_unstable_by_key(|one| one.at);
        Self(seen)
    }

    pub(crate) fn get(&self, at: usize) -> Option<&Seen> {
        self.0.binary_search_by_key(&at, |one| one.at).ok().map(|found| &self.0[found])
    }

    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut Seen> {
        self.0.binary_search_by_key(&at, |one| one.at).ok().map(|found| &mut self.0[found])
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Seen> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts in what was seen at these places now; nothing else is known of them any more.
    pub(crate) fn replace(&mut self, places: &[usize], seen: Vec<Seen>) {
        let places: BTreeSet<usize> = places.iter().copied().collect();
        self.0.retain(|one| !places.contains(&one.at));
        self.0.extend(seen);
        self.0.sort_unstable_by_key(|one| one.at);
    }
}

impl Seen {
    /// Nothing seen yet of a file of which the name tells this.
    fn of(at: usize, tags: Tags) -> Self {
        Self { at, size: 0, tags, held: None }
    }

    /// What was found.
    pub(crate) fn found(&self) -> &[Found] {
        self.held.as_ref().map_or(&[], |held| &held.found)
    }

    /// What patterns found, by their place in the plan.
    pub(crate) fn matched(&self) -> &[(usize, Hit)] {
        self.held.as_ref().map_or(&[], |held| &held.matched)
    }

    /// Why it wasn't looked at.
    pub(crate) fn trouble(&self) -> Option<&Trouble> {
        self.held.as_ref()?.trouble.as_ref()
    }

    /// Whether it was looked at, and nothing is held against it.
    fn is_fine(&self) -> bool {
        self.held.is_none()
    }

    /// One more thing was found.
    pub(crate) fn add(&mut self, found: Found) {
        self.hold().found.push(found);
    }

    fn hold(&mut self) -> &mut Held {
        self.held.get_or_insert_default()
    }
}

/// Where the pass finds the content of files.
pub(crate) enum Content<'a> {
    /// In the working tree.
    Disk(Worktree),
    /// In the blobs of this repository.
    Blobs(&'a Repo),
}

/// What a thread of the pass works with.
struct Desk {
    buffer: Buffer,
    blobs: Option<Result<Blobs>>,
    learned: Vec<Key>,
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
    pub(crate) content: Content<'a>,
    /// What fixers made of files: it counts instead of what lies there.
    pub(crate) fixes: &'a Fixes,
    /// What needn't be looked at.
    pub(crate) known: &'a Known,
    pub(crate) plan: &'a StagePlan,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) cancel: &'a Cancel,
    pub(crate) events: &'a Events,
}

impl Pass<'_> {
    /// Looks at all files. Those that are missing or no regular files (any more) are left out. Stops early when asked to.
    pub(crate) fn run(&self, files: &[Candidate]) -> Vec<Seen> {
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let started = Instant::now();
        let work = || {
            // Room for all: memory that isn't touched costs nothing, and growing would hold everything twice.
            let mut seen = Vec::with_capacity(files.len());
            let mut desk = Desk { buffer: Buffer::default(), blobs: self.blobs(), learned: Vec::new() };
            while !self.cancel.is_stopped() {
                let from = next.fetch_add(SHARE, Ordering::Relaxed);
                let share = from..files.len().min(from.saturating_add(SHARE));
                if share.is_empty() {
                    break;
                }
                let count = share.len();
                for at in share {
                    seen.extend(self.file(at, &files[at], &mut desk));
                }
                let done = done.fetch_add(count, Ordering::Relaxed) + count;
                if started.elapsed() > QUIET {
                    self.events.progress(PART, done as u64, files.len() as u64, "files");
                }
            }
            self.known.learn(desk.learned);
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
        self.events.part(PART, false);
        seen.sort_unstable_by_key(|one| one.at);
        seen
    }

    /// The reader of a thread, where there are blobs to read.
    fn blobs(&self) -> Option<Result<Blobs>> {
        match self.content {
            Content::Disk(_) => None,
            Content::Blobs(repo) => Some(repo.blobs()),
        }
    }

    fn file(&self, at: usize, candidate: &Candidate, desk: &mut Desk) -> Option<Seen> {
        if !candidate.mode.is_file() {
            return None;
        }
        let mut seen = Seen::of(at, candidate.tags);
        let looked = match (self.fixes.after(&candidate.path), &self.content, &mut desk.blobs) {
            (Some(bytes), ..) => {
                seen.size = bytes.len() as u64;
                seen.tags = seen.tags.with_content(&bytes[..bytes.len().min(SNIFFED)]);
                self.check(candidate, bytes, &mut seen);
                Ok(Looked::Yes)
            }
            (None, Content::Disk(tree), _) => self.look(tree, candidate, &mut desk.buffer, &mut seen),
            (None, Content::Blobs(_), Some(Ok(blobs))) => self.look_at_blob(candidate, blobs, &mut seen),
            (None, Content::Blobs(_), Some(Err(problem))) => Err(io::Error::other(problem.to_string())),
            (None, Content::Blobs(_), None) => Ok(Looked::No),
        };
        match looked {
            Ok(Looked::Fine(key)) => {
                desk.learned.push(key);
                Some(seen)
            }
            Ok(Looked::Yes) => Some(seen),
            Ok(Looked::No) => None,
            Err(cause) if is_gone(&cause) => None,
            Err(cause) => {
                seen.hold().trouble = Some(Trouble::Unreadable(cause.to_string()));
                Some(seen)
            }
        }
    }

    /// Looks at the file on disk, where it is a regular one; then `seen` is filled.
    fn look(
        &self,
        tree: &Worktree,
        candidate: &Candidate,
        buffer: &mut Buffer,
        seen: &mut Seen,
    ) -> io::Result<Looked> {
        buffer.clear(KEPT);
        let sniff = !seen.tags.is_certain();
        let opens = self.needs_bytes(seen.tags);
        let blob = candidate.blob.filter(|_| opens && !(sniff && self.plan.asks_types()));
        if !opens || blob.is_some() && !self.known.is_empty() {
            let Some(stat) = tree.stat(&candidate.path)? else {
                return Ok(Looked::No);
            };
            seen.size = stat.size;
            let key = blob.and_then(|blob| self.known.key(candidate, &blob, &stat));
            if key.is_some_and(|key| self.known.contains(key)) {
                return Ok(Looked::Yes);
            }
        }
        let mut key = None;
        if opens {
            let Some((mut file, stat)) = tree.open(&candidate.path)? else {
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
            key = blob.and_then(|blob| self.known.key(candidate, &blob, &stat));
            // What changed while it was read may not be what the blob holds.
            if key.is_some() && stat_again(&file)? != stat {
                key = None;
            }
        }
        self.check(candidate, buffer.bytes(), seen);
        Ok(key.filter(|_| seen.is_fine()).map_or(Looked::Yes, Looked::Fine))
    }

    /// Looks at the file's blob. A candidate without one isn't there.
    fn look_at_blob(&self, candidate: &Candidate, blobs: &mut Blobs, seen: &mut Seen) -> io::Result<Looked> {
        let Some(id) = &candidate.id else { return Ok(Looked::No) };
        let other = |problem: Problem| io::Error::other(problem.to_string());
        if !self.needs_bytes(seen.tags) {
            seen.size = blobs.size(id).map_err(other)?;
            self.check(candidate, &[], seen);
            return Ok(Looked::Yes);
        }
        let remembers = seen.tags.is_certain() || !self.plan.asks_types();
        if remembers && !self.known.is_empty() {
            seen.size = blobs.size(id).map_err(other)?;
            if self.known.contains(Known::blob_key(candidate, id, seen.size)) {
                return Ok(Looked::Yes);
            }
        }
        let bytes = blobs.read(id).map_err(other)?;
        seen.size = bytes.len() as u64;
        seen.tags = seen.tags.with_content(&bytes[..bytes.len().min(SNIFFED)]);
        self.check(candidate, &bytes, seen);
        let key = remembers.then(|| Known::blob_key(candidate, id, seen.size));
        Ok(key.filter(|_| seen.is_fine()).map_or(Looked::Yes, Looked::Fine))
    }

    /// Offers the bytes to the checks and the patterns.
    fn check(&self, candidate: &Candidate, bytes: &[u8], seen: &mut Seen) {
        let file = File { path: &candidate.path, tags: seen.tags, size: seen.size };
        let checked = self.plan.checks_of(&file).and_then(|checks| {
            let found = check_chosen(&checks, &file, bytes, &self.plan.options);
            if !found.is_empty() {
                seen.hold().found = found;
            }
            for (at, pattern) in self.plan.patterns.iter().enumerate() {
                if pattern.files.matches(file.path, seen.tags)?.is_yes() {
                    let hits = pattern.check(file.path, bytes)?;
                    if !hits.is_empty() {
                        seen.hold().matched.extend(hits.into_iter().map(|hit| (at, hit)));
                    }
                }
            }
            Ok(())
        });
        if let Err(problem) = checked {
            seen.hold().trouble = Some(Trouble::Unclear(problem));
        }
    }

    /// Whether the bytes are needed: for a check, or to learn what the file is.
    fn needs_bytes(&self, tags: Tags) -> bool {
        self.wants_bytes(tags) || !tags.is_certain() && (self.plan.asks_types() || self.might_want_bytes())
    }

    fn wants_bytes(&self, tags: Tags) -> bool {
        self.plan.patterns.iter().any(Pattern::needs_bytes)
            || self.plan.checks.iter().any(|check| {
                matches!(check.work, Work::Lines(_) | Work::Bytes(_))
                    && (tags.has(check.takes) || self.plan.check_rules.contains_key(check.id))
            })
    }

    fn might_want_bytes(&self) -> bool {
        let wants = |work: &Work| matches!(work, Work::Lines(_) | Work::Bytes(_) | Work::Python);
        self.plan.checks.iter().any(|check| wants(&check.work))
    }
}

/// Whether the file isn't there: deleted, or its folder replaced by a file.
pub(crate) fn is_gone(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use xtask_core::repo::IndexEntry;

    use super::*;

    /// A run holds one of each for every file: with 100,000 files each byte here is 100 kB.
    #[test]
    fn what_is_held_of_each_file_is_small() {
        for (what, size, most) in [
            ("entry", size_of::<IndexEntry>(), 80),
            ("candidate", size_of::<Candidate>(), 96),
            ("seen", size_of::<Seen>(), 40),
        ] {
            assert!(size <= most, "{what}: {size} bytes");
        }
    }
}
