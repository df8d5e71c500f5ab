//! Tracked files that the working tree has otherwise than the index: by stat data, as git does, and by content where those
//! don't say.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use git2::ObjectType;

use super::conversion::{self, Rule};
use super::diff::{End, Pair};
use super::library::{Refusal, object_id};
use super::{ChangeKind, Conversion, EntryMode, ObjectId, Repo, diff_program};
use crate::model::{Problem, RepoPath, Result};

/// From so many files on a thread of its own is worth it.
const FILES_A_THREAD: usize = 1000;

/// The paths, sorted.
pub(super) fn paths(repo: &Repo) -> Result<Vec<RepoPath>> {
    let Some(top) = &repo.work_dir else {
        return Err(Problem::usage("can't compare with the working tree: there is no working tree"));
    };
    if repo.is_sha256() {
        return by_program(repo);
    }
    repo.ask_unopened(|| by_library(repo, top), || by_program(repo))
}

/// git's own answer.
fn by_program(repo: &Repo) -> Result<Vec<RepoPath>> {
    let pair = Pair { old: End::Index, new: End::Worktree, index: Vec::new() };
    let mut paths = BTreeSet::new();
    for change in diff_program::changes(repo, &pair)? {
        if let ChangeKind::Renamed { from } = change.kind {
            paths.insert(from);
        }
        paths.insert(change.path);
    }
    Ok(paths.into_iter().collect())
}

/// One entry, with the stat data that `IndexEntry` doesn't carry.
struct Entry {
    path: RepoPath,
    mode: EntryMode,
    id: ObjectId,
    size: u32,
    inode: u32,
    changed: (i64, u32),
    modified: (i64, u32),
    /// It is in conflict, or without content by intent.
    other: bool,
    skip: bool,
}

/// What stat data say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stat {
    Same,
    Differs,
    /// The content is to be compared; the file has this size.
    Unknown(u64),
    /// The mode differs, where modes count; else the content is to be compared.
    Mode(u64),
    /// A file where a link should be, which differs where links work; else the content is to be compared.
    NoLink(u64),
}

fn by_library(repo: &Repo, top: &Path) -> Result<Vec<RepoPath>, Refusal> {
    let written = match std::fs::metadata(&repo.index_file) {
        Ok(there) => there,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(_) => return Err(Refusal::NotMine),
    };
    let index = git2::Index::open(&repo.index_file)?;
    let entries = index.iter().map(|entry| {
        let mode = EntryMode::from_git(entry.mode)
            .ok_or_else(|| git2::Error::from_str("an index entry is no file"))?;
        let extended = entry.flags_extended;
        Ok(Entry {
            mode,
            id: object_id(entry.id)?,
            size: entry.file_size,
            inode: entry.ino,
            changed: (entry.ctime.seconds().into(), entry.ctime.nanoseconds()),
            modified: (entry.mtime.seconds().into(), entry.mtime.nanoseconds()),
            other: (entry.flags >> 12) & 3 != 0 || extended & (1 << 13) != 0,
            skip: extended & (1 << 14) != 0,
            path: RepoPath::new(entry.path),
        })
    });
    let entries = entries.collect::<Result<Vec<Entry>, git2::Error>>()?;
    let stamp = time(&written);
    let stats = by_threads(&entries, FILES_A_THREAD, |entries| {
        let mut folders = Folders { top, checked: None };
        entries.iter().map(|entry| stat(&mut folders, entry, stamp)).collect()
    });

    let mut differ: BTreeSet<RepoPath> = BTreeSet::new();
    let mut unknown = Vec::new();
    let trusted = std::cell::OnceCell::new();
    for (entry, stat) in entries.iter().zip(stats) {
        match stat {
            Stat::Same => {}
            Stat::Differs => {
                differ.insert(entry.path.clone());
            }
            Stat::Unknown(size) => unknown.push((entry, size)),
            Stat::Mode(size) | Stat::NoLink(size) => {
                let [modes, links] = *trusted.get_or_init(|| trusted_here(repo));
                let trusted = if matches!(stat, Stat::Mode(_)) { modes } else { links };
                if trusted {
                    differ.insert(entry.path.clone());
                } else {
                    unknown.push((entry, size));
                }
            }
        }
    }
    compare(repo, top, &unknown, &mut differ)?;
    Ok(differ.into_iter().collect())
}

/// Compares contents where stat data don't say.
fn compare(
    repo: &Repo,
    top: &Path,
    unknown: &[(&Entry, u64)],
    differ: &mut BTreeSet<RepoPath>,
) -> Result<(), Refusal> {
    if unknown.is_empty() {
        return Ok(());
    }
    let paths: Vec<RepoPath> = unknown.iter().map(|(entry, _)| entry.path.clone()).collect();
    let rules = conversion::rules(repo, &paths).map_err(|_| Refusal::NotMine)?;
    let questions: Vec<(&Entry, u64, Rule)> =
        unknown.iter().zip(rules).map(|(&(entry, size), rule)| (entry, size, rule)).collect();
    let answers = by_threads(&questions, 32, |questions| {
        questions.iter().map(|(entry, size, rule)| is_same(repo, top, entry, *size, rule)).collect()
    });
    // Filters are git's to run: it is asked once for all.
    if answers.contains(&None) {
        let git: BTreeSet<RepoPath> = by_program(repo).map_err(|_| Refusal::NotMine)?.into_iter().collect();
        let asked = paths.iter().zip(&answers).filter(|(_, answer)| answer.is_none());
        differ.extend(asked.map(|(path, _)| path).filter(|path| git.contains(path)).cloned());
    }
    let other = paths.iter().zip(&answers).filter(|(_, answer)| **answer == Some(false));
    differ.extend(other.map(|(path, _)| path.clone()));
    Ok(())
}

/// Whether the working tree has the entry's content; `None`: only git can tell. What can't be read differs.
fn is_same(repo: &Repo, top: &Path, entry: &Entry, size: u64, rule: &Rule) -> Option<bool> {
    let file = entry.path.below(top);
    match entry.mode {
        EntryMode::Submodule => return Some(is_checked_out(&file, &entry.id)),
        EntryMode::Symlink => {
            let Ok(target) = std::fs::read_link(&file) else {
                // Where there are no links, a file holds the target.
                return Some(std::fs::read(&file).is_ok_and(|bytes| hashes_to(&bytes, &entry.id)));
            };
            let target =
                bstr::ByteSlice::replace(target.as_os_str().as_encoded_bytes(), windows_slash(), "/");
            return Some(hashes_to(&target, &entry.id));
        }
        EntryMode::File | EntryMode::Executable => {}
    }
    let converts = rule.conversion();
    // 0 is what git records of a file that it isn't sure about.
    let known = entry.size != 0 && u32::try_from(size).is_ok();
    if converts == Conversion::None && known && size != u64::from(entry.size) {
        return Some(false);
    }
    let Ok(bytes) = std::fs::read(&file) else { return Some(false) };
    if converts == Conversion::None {
        return Some(hashes_to(&bytes, &entry.id));
    }
    if converts == Conversion::Filter {
        return None;
    }
    let bytes = conversion::to_index_by(repo, &entry.path, rule, bytes).ok()?;
    Some(hashes_to(&bytes, &entry.id))
}

fn windows_slash() -> &'static str {
    if cfg!(windows) { "\\" } else { "/" }
}

fn hashes_to(bytes: &[u8], id: &ObjectId) -> bool {
    git2::Oid::hash_object(ObjectType::Blob, bytes).is_ok_and(|found| found.as_bytes() == id.as_bytes())
}

/// Whether the submodule is at this commit; one that isn't checked out is as it should be.
fn is_checked_out(folder: &Path, id: &ObjectId) -> bool {
    if folder.join(".git").symlink_metadata().is_err() {
        return true;
    }
    let head = git2::Repository::open(folder).and_then(|module| module.refname_to_id("HEAD"));
    head.is_ok_and(|head| head.as_bytes() == id.as_bytes())
}

/// The folders on the way to files: none may be a link.
struct Folders<'top> {
    top: &'top Path,
    /// The last folder that was looked at, and whether it is one.
    checked: Option<(PathBuf, bool)>,
}

impl Folders<'_> {
    fn hold(&mut self, path: &Path) -> bool {
        let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return true };
        if let Some((last, held)) = &self.checked
            && last == folder
        {
            return *held;
        }
        let held = folder
            .ancestors()
            .take_while(|part| !part.as_os_str().is_empty())
            .all(|part| self.top.join(part).symlink_metadata().is_ok_and(|there| there.is_dir()));
        self.checked = Some((folder.to_owned(), held));
        held
    }
}

fn stat(folders: &mut Folders<'_>, entry: &Entry, index: (i64, u32)) -> Stat {
    if entry.other {
        return Stat::Differs;
    }
    let path = entry.path.to_path();
    let there = folders.hold(&path).then(|| folders.top.join(&path).symlink_metadata());
    let Some(Ok(there)) = there else {
        return if entry.skip { Stat::Same } else { Stat::Differs };
    };
    let size = there.len();
    match entry.mode {
        EntryMode::Submodule if there.is_dir() => return Stat::Unknown(0),
        EntryMode::Symlink if there.is_symlink() => {}
        EntryMode::Symlink if there.is_file() => return Stat::NoLink(size),
        EntryMode::File | EntryMode::Executable if there.is_file() => {
            if is_mode_other(&there, entry.mode) {
                return Stat::Mode(size);
            }
        }
        _ => return Stat::Differs,
    }
    let modified = time(&there);
    // Changed after the index was written, or in the same moment: git isn't sure either.
    let racy = entry.modified.0 > index.0
        || entry.modified.0 == index.0 && (entry.modified.1 == 0 || entry.modified.1 >= index.1);
    let same = !racy
        && size as u32 == entry.size
        && same_time(modified, entry.modified)
        && same_inode(&there, entry);
    if same { Stat::Same } else { Stat::Unknown(size) }
}

/// Programs that record no nanoseconds record zero.
fn same_time(there: (i64, u32), recorded: (i64, u32)) -> bool {
    there.0 as i32 == recorded.0 as i32 && (recorded.1 == 0 || there.1 == recorded.1)
}

fn time(there: &Metadata) -> (i64, u32) {
    let Ok(time) = there.modified() else { return (0, 0) };
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (since.as_secs() as i64, since.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            let borrow = i64::from(before.subsec_nanos() > 0);
            let nanos = if borrow == 1 { 1_000_000_000 - before.subsec_nanos() } else { 0 };
            (-(before.as_secs() as i64) - borrow, nanos)
        }
    }
}

/// Whether a file's executable bit isn't this mode's.
#[cfg(unix)]
fn is_mode_other(there: &Metadata, mode: EntryMode) -> bool {
    use std::os::unix::fs::MetadataExt;
    (there.mode() & 0o100 != 0) != (mode == EntryMode::Executable)
}

#[cfg(not(unix))]
fn is_mode_other(_: &Metadata, _: EntryMode) -> bool {
    false
}

/// The inode and its time of change, where they are recorded.
#[cfg(unix)]
fn same_inode(there: &Metadata, entry: &Entry) -> bool {
    use std::os::unix::fs::MetadataExt;
    let changed = (there.ctime(), there.ctime_nsec() as u32);
    (entry.inode == 0 || entry.inode == there.ino() as u32)
        && (entry.changed == (0, 0) || same_time(changed, entry.changed))
}

#[cfg(not(unix))]
fn same_inode(_: &Metadata, _: &Entry) -> bool {
    true
}

/// Whether the executable bit and the lack of a link are the user's doing (`core.fileMode`, `core.symlinks`).
fn trusted_here(repo: &Repo) -> [bool; 2] {
    let settings = conversion::settings(repo, ["core.filemode", "core.symlinks"]).unwrap_or_default();
    settings.map(|value| value.is_none_or(|value| conversion::is_true(&value)))
}

/// The answers of `work` over parts of `items`, each on a thread where there are many.
fn by_threads<T: Sync, A: Send>(items: &[T], each: usize, work: impl Fn(&[T]) -> Vec<A> + Sync) -> Vec<A> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let threads = processors.min(items.len() / each).max(1);
    if threads == 1 {
        return work(items);
    }
    let part = items.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let parts: Vec<_> = items.chunks(part).map(|items| scope.spawn(|| work(items))).collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn stat_data_are_trusted_only_where_the_index_is_later() {
        let folder = tempfile::tempdir().unwrap();
        crate::files::write(&folder.path().join("f"), b"abc").unwrap();
        let there = folder.path().join("f").metadata().unwrap();
        let (seconds, nanos) = time(&there);
        let ctime = (there.ctime(), there.ctime_nsec() as u32);
        let entry = |modified, changed, inode, size| Entry {
            path: "f".into(),
            mode: EntryMode::File,
            id: ObjectId::from_bytes(&[0; 20]).unwrap(),
            size,
            inode,
            changed,
            modified,
            other: false,
            skip: false,
        };
        let inode = there.ino() as u32;
        let exact = || entry((seconds, nanos), ctime, inode, 3);
        let unknown = Stat::Unknown(3);
        for (name, entry, index, expected) in [
            ("later by a second", exact(), (seconds + 1, 0), Stat::Same),
            ("later by a nanosecond", exact(), (seconds, nanos + 1), Stat::Same),
            ("the same moment", exact(), (seconds, nanos), unknown),
            ("an older index", exact(), (seconds - 1, 999_999_999), unknown),
            ("no index time", exact(), (0, 0), unknown),
            ("no nanoseconds", entry((seconds, 0), ctime, inode, 3), (seconds, nanos + 1), unknown),
            ("no nanoseconds, later", entry((seconds, 0), ctime, inode, 3), (seconds + 1, 0), Stat::Same),
            ("no inode and change", entry((seconds, nanos), (0, 0), 0, 3), (seconds + 1, 0), Stat::Same),
            ("another inode", entry((seconds, nanos), ctime, inode ^ 1, 3), (seconds + 1, 0), unknown),
            (
                "another change",
                entry((seconds, nanos), (ctime.0 - 1, ctime.1), inode, 3),
                (seconds + 1, 0),
                unknown,
            ),
            ("another time", entry((seconds - 1, nanos), ctime, inode, 3), (seconds + 1, 0), unknown),
            ("another size", entry((seconds, nanos), ctime, inode, 4), (seconds + 1, 0), unknown),
            ("git isn't sure", entry((seconds, nanos), ctime, inode, 0), (seconds + 1, 0), unknown),
        ] {
            let mut folders = Folders { top: folder.path(), checked: None };
            assert_eq!(stat(&mut folders, &entry, index), expected, "{name}");
        }
    }
}
