//! git's lock of an index file (`index.lock` beside it), taken so that a lock which a killed process left can be told from
//! others' and removed.
//!
//! What git sees is a second name (a hard link) of a *note* in `<git-dir>/xtask/locks/`. The note says which lock it
//! became, and its owner holds a lock of the operating system on it, which vanishes with the process.
//!
//! Where the file system has no links, or the index lies on another one, the lock is a file of its own. A kill between its
//! creation and its first byte leaves an empty one there, which could as well be a running git's: it isn't removed, and the
//! next run says how to.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bstr::ByteSlice;

use super::Repo;
use crate::fault::transition;
use crate::model::{Problem, Result};

/// So long does it wait for another holder: git holds the lock for some milliseconds, unless it waits for an editor.
const WAIT: Duration = Duration::from_secs(2);
/// What a note begins with.
const MAGIC: &[u8] = b"xtask holds this lock, process ";

/// The note of an update under way, with room for drafts of the index beside it.
pub(super) struct Note {
    path: PathBuf,
    text: Vec<u8>,
    lock: PathBuf,
    /// The operating system's lock on the note: it goes with the process.
    _held: File,
}

/// A lock that is held; dropping it gives it back.
pub(super) struct Held<'note>(&'note Note);

impl Note {
    /// A note for the lock of this index file.
    pub(super) fn new(repo: &Repo, index: &Path) -> Result<Self> {
        let folder = folder(repo);
        let failed = |cause| {
            Problem::invalid(format!("can't write in {}", folder.display()))
                .why(cause)
                .fix("give write permission there, or make room, then run again")
        };
        crate::files::private_folder(&folder).map_err(failed)?;
        let mut lock = index.as_os_str().to_owned();
        lock.push(".lock");
        let lock = PathBuf::from(lock);
        for _ in 0..8 {
            let name = unique();
            let path = folder.join(&name);
            let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)?;
            let mut text = [MAGIC, name.as_bytes(), b"\n"].concat();
            text.extend_from_slice(<[u8]>::from_path(&lock).unwrap_or_default());
            // Between creating and locking, a recovery of another process may take it for left.
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(cause)) if cause.kind() != ErrorKind::Unsupported => {
                    return Err(failed(cause));
                }
                _ => {}
            }
            file.write_all(&text).map_err(failed)?;
            if path.exists() {
                return Ok(Self { path, text, lock, _held: file });
            }
        }
        Err(Problem::invalid(format!("can't keep a file in {}", folder.display()))
            .why("another process removes it")
            .fix("run again"))
    }

    /// Where a draft of the index goes.
    pub(super) fn draft(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push(".index");
        path.into()
    }

    /// Takes the lock, waiting a little for another holder.
    pub(super) fn lock(&self) -> Result<Held<'_>> {
        let begun = Instant::now();
        loop {
            match self.take() {
                Ok(()) => return Ok(Held(self)),
                Err(cause) if cause.kind() != ErrorKind::AlreadyExists => {
                    return Err(Problem::invalid(format!("can't lock the index by {}", self.lock.display()))
                        .why(cause)
                        .fix("give write permission on its folder, or make room, then run again"));
                }
                Err(_) if begun.elapsed() < WAIT => std::thread::sleep(Duration::from_millis(5)),
                Err(_) => return Err(held_by_another(&self.lock)),
            }
        }
    }

    fn take(&self) -> std::io::Result<()> {
        match std::fs::hard_link(&self.path, &self.lock) {
            Err(cause) if !matches!(cause.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => {
                // A file system without links, or the index lies on another one.
                let mut file = OpenOptions::new().write(true).create_new(true).open(&self.lock)?;
                file.write_all(&self.text)
            }
            end => end,
        }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        remove_drafts(&self.path);
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Someone may have removed it as left, and another taken it since.
        if is_ours(&self.0.lock, &self.0.text) {
            let _ = std::fs::remove_file(&self.0.lock);
        }
    }
}

/// Removes the locks that killed processes of ours left, and returns them.
pub(super) fn remove_left(repo: &Repo) -> Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder(repo)) else {
        return Ok(removed);
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_note = path.extension().is_none();
        let Ok(file) = File::open(&path) else { continue };
        if !is_note || matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            continue;
        }
        // Where locks are mandatory, ours would keep us from reading.
        let _ = file.unlock();
        let Ok(text) = std::fs::read(&path) else { continue };
        let lock = text.strip_prefix(MAGIC).and_then(|rest| rest.split_once_str("\n"));
        if let Some(lock) = lock.and_then(|(_, lock)| lock.to_path().ok())
            && is_ours(lock, &text)
        {
            std::fs::remove_file(lock).map_err(|cause| {
                Problem::invalid(format!("can't remove {}, which a killed xtask left", lock.display()))
                    .why(cause)
                    .fix(format!("rm {}", lock.display()))
            })?;
            removed.push(lock.to_owned());
            transition("a left lock is removed");
        }
        remove_drafts(&path);
        transition("left drafts are removed");
        let _ = std::fs::remove_file(&path);
    }
    Ok(removed)
}

fn folder(repo: &Repo) -> PathBuf {
    repo.git_dir.join("xtask").join("locks")
}

/// A name that no other process and no other moment has; without a dot.
pub(super) fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("{}-{now:x}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn is_ours(lock: &Path, text: &[u8]) -> bool {
    std::fs::read(lock).is_ok_and(|found| found == text)
}

/// The drafts of a note, and the locks that git had on them.
fn remove_drafts(note: &Path) {
    for ending in [".index", ".index.lock"] {
        let mut draft = note.as_os_str().to_owned();
        draft.push(ending);
        let _ = std::fs::remove_file(draft);
    }
}

fn held_by_another(lock: &Path) -> Problem {
    let holder = holder(lock);
    let why = match &holder {
        Some(holder) => format!("{holder} holds {}", lock.display()),
        None => format!("{} is there: another git command runs, or one was killed", lock.display()),
    };
    let fix = match holder {
        Some(_) => "let it end, then run again".to_owned(),
        None => format!("let it end, then run again; if none runs: rm {}", lock.display()),
    };
    Problem::invalid("can't change the index").why(why).fix(fix)
}

/// The process that has this file open, where the system tells.
fn holder(lock: &Path) -> Option<String> {
    let lock = lock.canonicalize().ok()?;
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let mut numbered = processes.filter(|process| {
        process.file_name().to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
    });
    numbered.find_map(|process| {
        let mut open = std::fs::read_dir(process.path().join("fd")).ok()?.flatten();
        open.any(|file| std::fs::read_link(file.path()).is_ok_and(|target| target == lock)).then(|| {
            let name = std::fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let number: OsString = process.file_name();
            format!("{} (process {})", name.trim(), number.to_string_lossy())
        })
    })
}
