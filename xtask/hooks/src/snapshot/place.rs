//! Where snapshots lie: one folder for each working tree in the user's cache folder; those whose working tree is gone are
//! removed some day.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bstr::ByteSlice;
use xtask_core::environment::Environment;
use xtask_core::files;
use xtask_core::gate::Context;
use xtask_core::model::{Fingerprint, Problem, Result};

use super::lock::{Lock, Running};
use super::remove::remove_all;

/// Snapshots of working trees that are gone are looked for so often.
const PRUNE_EVERY: Duration = Duration::from_hours(24);

/// So many are removed in one run: each may hold a build folder, and a commit waits.
const PRUNED_AT_ONCE: usize = 3;

/// The folders and files of one snapshot.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder of all snapshots.
    all: PathBuf,
    /// The folder of this one.
    pub(super) folder: PathBuf,
    /// The checkout.
    pub(super) tree: PathBuf,
    /// Its git folder.
    pub(super) git: PathBuf,
    /// The working tree that it belongs to, or the bare repository.
    pub(super) owner: PathBuf,
}

impl Place {
    /// The place of the snapshot of this context's working tree.
    pub(super) fn of(cx: &Context) -> Result<Self> {
        let owner = cx.repo.as_ref().map_or(&*cx.root, |repo| repo.work_dir().unwrap_or(repo.git_dir()));
        let owner = owner.canonicalize().unwrap_or_else(|_| owner.to_owned());
        let all = cache_folder(cx.environment)?.join("xtask").join("snapshots");
        let folder = all.join(name(&owner));
        Ok(Self { tree: folder.join("tree"), git: folder.join("git"), folder, all, owner })
    }

    /// Makes the folder and takes its locks.
    pub(super) fn open(&self, cx: &Context) -> Result<(Running, Lock)> {
        private_folder(&self.all)
            .and_then(|()| private_folder(&self.folder))
            .map_err(|cause| self.unusable(&cause))?;
        let lock = Lock::take(cx, &self.folder.join("lock"), || self.folder.is_dir())?;
        let owner_file = self.folder.join("worktree");
        let owner = <[u8]>::from_path(&self.owner).unwrap_or_default();
        if std::fs::read(&owner_file).ok().as_deref() != Some(owner) {
            files::write(&owner_file, owner)?;
        }
        let (running, is_free) = Running::start(cx, &self.folder)?;
        if !is_free {
            cx.events.notice(
                "hooks: a process of a run that was killed is still there; the snapshot is built anew",
            );
            self.wipe()?;
        }
        self.make_folders()?;
        Ok((running, lock))
    }

    /// Makes the checkout's folder and its git folder where they are missing.
    pub(super) fn make_folders(&self) -> Result<()> {
        for folder in [&self.tree, &self.git] {
            make(folder).map_err(|cause| self.unusable(&cause))?;
        }
        Ok(())
    }

    /// Removes the checkout and its git folder, and makes them anew, empty.
    pub(super) fn wipe(&self) -> Result<()> {
        for folder in [&self.tree, &self.git] {
            remove_all(folder).and_then(|()| make(folder)).map_err(|cause| {
                Problem::invalid(format!("can't rebuild the snapshot {}", self.folder.display()))
                    .why(cause)
                    .fix(format!("remove that folder: rm -rf '{}'", self.folder.display()))
            })?;
        }
        Ok(())
    }

    fn unusable(&self, cause: &io::Error) -> Problem {
        Problem::invalid(format!("can't use the cache folder {}", self.all.display()))
            .why(format!("hook commands run in a snapshot there: {cause}"))
            .fix("make it writable, or set XDG_CACHE_HOME to a folder that is")
    }

    /// Removes some snapshots whose working tree is gone. Failures wait for the next time.
    pub(super) fn prune(&self) {
        let stamp = self.all.join("pruned");
        let fresh = stamp
            .metadata()
            .and_then(|there| there.modified())
            .is_ok_and(|then| SystemTime::now().duration_since(then).is_ok_and(|age| age < PRUNE_EVERY));
        if fresh {
            return;
        }
        let Ok(folders) = std::fs::read_dir(&self.all) else { return };
        let orphans = folders.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| is_orphan(path));
        let mut removed = 0;
        for orphan in orphans {
            if removed == PRUNED_AT_ONCE {
                return;
            }
            // Its lock goes with it.
            if let Some(_lock) = Lock::try_take(&orphan.join("lock"))
                && is_orphan(&orphan)
            {
                let _ = remove_all(&orphan);
                removed += 1;
            }
        }
        let _ = files::write(&stamp, b"");
    }
}

/// Whether the context's working tree is a snapshot itself: a hook command uses git there.
pub(super) fn is_inside(cx: &Context) -> bool {
    let Ok(cache) = cache_folder(cx.environment) else { return false };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(&cx.root).starts_with(real(&cache.join("xtask").join("snapshots")))
}

/// Makes a folder; what is in its place is removed.
fn make(folder: &Path) -> io::Result<()> {
    if folder.symlink_metadata().is_ok_and(|there| !there.is_dir()) {
        remove_all(folder)?;
    }
    private_folder(folder)
}

/// Whether this is the folder of a snapshot whose working tree is gone.
fn is_orphan(folder: &Path) -> bool {
    let Ok(owner) = std::fs::read(folder.join("worktree")) else { return false };
    let Ok(owner) = owner.to_path() else { return false };
    owner.is_absolute()
        && owner
            .symlink_metadata()
            .is_err_and(|cause| matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

/// The folder where the system keeps what can be made again.
fn cache_folder(environment: &Environment) -> Result<PathBuf> {
    // The XDG specification has it: paths that aren't absolute don't count.
    let absolute = |name: &str| environment.path(name).filter(|path| path.is_absolute());
    if let Some(folder) = absolute("XDG_CACHE_HOME") {
        return Ok(folder);
    }
    let found = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library/Caches"))
    } else {
        absolute("HOME").map(|home| home.join(".cache"))
    };
    found.ok_or_else(|| {
        Problem::missing("no cache folder for the snapshot in which hook commands run")
            .why("neither XDG_CACHE_HOME nor HOME names a folder")
            .fix("set XDG_CACHE_HOME to a writable folder")
    })
}

/// A name that people recognise and that no other working tree has.
fn name(owner: &Path) -> String {
    let last = owner.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Tools leave out paths that hold `.git`.
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
    let readable: String = last.chars().take(40).map(plain).collect();
    let whole = <[u8]>::from_path(owner).unwrap_or_default();
    let hash = Fingerprint::of([whole]);
    format!("{}-{}", readable.trim_matches('-'), &hash.as_str()[..16])
}

/// Makes a folder that only its user can enter. What was there before keeps its permissions.
fn private_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_folder_is_the_systems() {
        let of = |pairs: &[(&str, &str)]| cache_folder(&Environment::from_pairs(pairs.iter().copied()));
        assert_eq!(of(&[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]).unwrap(), Path::new("/x"));
        assert!(of(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/h")]).unwrap().starts_with("/h"));
        let problem = of(&[("HOME", "")]).unwrap_err();
        assert!(problem.fix.contains("XDG_CACHE_HOME"), "{problem}");
    }

    #[test]
    fn names_are_readable_and_differ() {
        let one = name(Path::new("/home/me/my.git"));
        assert!(one.starts_with("my-git-") && !one.contains(".git"), "{one}");
        assert_ne!(one, name(Path::new("/home/you/my.git")));
        assert_eq!(name(Path::new("/")).len(), 17);
    }
}
