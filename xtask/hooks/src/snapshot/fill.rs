//! Filling the snapshot: the tree that it shall hold, checked out over what it held, and cleaned of what commands left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use bstr::ByteSlice;
use xtask_core::gate::Context;
use xtask_core::model::{Fingerprint, Problem, RepoPath, Result};
use xtask_core::repo::{ObjectId, Repo};

use super::git::{At, Git, failed, fields};
use super::links::goes_through_link;
use super::place::Place;
use super::remove::remove_all;
use super::state::{IndexMark, State};
use super::{Content, Source};

/// Before this, nobody needs to be told why a commit takes its time.
const QUIET: Duration = Duration::from_secs(1);

/// What of the configuration decides which files are written, and how. A change of it checks everything out again.
const SETTINGS: &str =
    "^(core\\.(autocrlf|eol|symlinks|filemode|attributesfile|ignorecase|sparse.*)|filter\\..*)$";

/// Lists the files that differ from the index, and those that aren't in it and aren't ignored.
const DIFFERING: [&str; 6] = ["ls-files", "-z", "--modified", "--deleted", "--others", "--exclude-standard"];

/// The tree that the snapshot shall hold: written from a private copy of the index, so that nobody's index is locked.
pub(super) fn wanted_tree(
    cx: &Context,
    repo: &Repo,
    place: &Place,
    source: Source,
    changed: &BTreeMap<RepoPath, Content>,
) -> Result<ObjectId> {
    let index = place.folder.join("staged-index");
    for file in [&index, &place.folder.join("staged-index.lock")] {
        remove_all(file).map_err(|cause| unremovable(file, &cause))?;
    }
    let git = Git::new(cx, At { git_dir: repo.git_dir(), work_tree: None, index: Some(&index) });
    match source {
        Source::Commit(commit) => {
            let tree = format!("{commit}^{{tree}}");
            let id = git
                .output(&["rev-parse", "--verify", "--end-of-options", &tree])
                .map_err(|problem| Problem { what: format!("can't read the commit {commit}"), ..problem })?;
            if changed.is_empty() {
                return parse_id(&id);
            }
            git.output(&["read-tree", &tree])?;
        }
        Source::Index(file) | Source::Worktree { index: file, .. } => match copy_index(file, &index) {
            // As git has it: no index is an empty one.
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => {
                return Err(Problem::invalid(format!("can't copy the index {}", file.display())).why(cause));
            }
            Ok(()) => {}
        },
    }
    if let Source::Worktree { paths, .. } = source {
        let at = At { git_dir: repo.git_dir(), work_tree: repo.work_dir(), index: Some(&index) };
        let paths = paths.iter().map(RepoPath::as_bytes);
        take_in(&Git::new(cx, at), &cx.root, "--add", paths).map_err(|problem| Problem {
            what: "can't take the files of the working tree into the snapshot".to_owned(),
            ..problem
        })?;
    }
    if !changed.is_empty() {
        git.fed(&["update-index", "-z", "--index-info"], index_info(changed))?;
    }
    let ended = git.run(&["write-tree"])?;
    if ended.is_success() {
        return parse_id(&ended.stdout);
    }
    // One line for each side: `PATH: unmerged (ID)`.
    let said = ended.stderr.to_str_lossy().into_owned();
    match said.lines().find_map(|line| line.rsplit_once(": unmerged (")) {
        Some((path, _)) => Err(Problem::invalid("the index holds files in conflict")
            .why(format!("{path} isn't merged yet"))
            .fix("resolve the conflicts, `git add` the files, then commit")),
        None => Err(failed(&["write-tree"], &ended)),
    }
}

/// Copies an index with its time: git tells by that which files may have changed since without a sign.
fn copy_index(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    let written = std::fs::metadata(from)?.modified()?;
    std::fs::File::options().write(true).open(to)?.set_modified(written)
}

/// Brings what lies in a working tree into git's index, paths that are gone there included. `option` says what else is allowed.
pub(super) fn take_in<'a>(
    git: &Git,
    tree: &Path,
    option: &str,
    paths: impl Iterator<Item = &'a [u8]>,
) -> Result<()> {
    // A folder that became a link: git refuses to look at what was in it.
    let (gone, there): (Vec<&[u8]>, Vec<&[u8]>) =
        paths.partition(|path| goes_through_link(tree, &RepoPath::new(*path)));
    for (mode, paths) in [("--force-remove", gone), (option, there)] {
        if !paths.is_empty() {
            let arguments = ["update-index", "-z", "--replace", "--remove", mode, "--stdin"];
            git.fed(&arguments, listed(paths.into_iter()))?;
        }
    }
    Ok(())
}

/// The paths, a zero byte after each.
pub(super) fn listed<'a>(paths: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    paths.flat_map(|path| [path, &b"\0"[..]].concat()).collect()
}

/// What `update-index --index-info` reads.
pub(super) fn index_info(contents: &BTreeMap<RepoPath, Content>) -> Vec<u8> {
    let mut lines = Vec::new();
    for (path, content) in contents {
        lines.extend(format!("{:06o} {}\t", content.git_mode(), content.id).into_bytes());
        lines.extend(path.as_bytes());
        lines.push(0);
    }
    lines
}

fn parse_id(output: &[u8]) -> Result<ObjectId> {
    std::str::from_utf8(output.trim_end()).ok().and_then(ObjectId::from_hex).ok_or_else(|| {
        Problem::invalid("git told no object's name").fix("check that `git` on PATH is git: git --version")
    })
}

/// The fingerprint of what decides which files are written, and how.
pub(super) fn settings(cx: &Context, repo: &Repo) -> Result<String> {
    let git = Git::new(cx, At { git_dir: repo.git_dir(), work_tree: None, index: None });
    // Exit code 1: nothing is set.
    let ended = git.run(&["config", "-z", "--get-regexp", SETTINGS])?;
    let held = |file: PathBuf| std::fs::read(file).unwrap_or_default();
    let attributes = held(repo.common_dir().join("info/attributes"));
    let sparse = held(repo.git_dir().join("info/sparse-checkout"));
    Ok(Fingerprint::of([&ended.stdout[..], &attributes, &sparse]).to_string())
}

/// One filling of the snapshot.
pub(super) struct Fill<'a> {
    pub(super) cx: &'a Context,
    pub(super) place: &'a Place,
    pub(super) git: &'a Git<'a>,
    pub(super) tree: &'a str,
    pub(super) settings: &'a str,
}

impl Fill<'_> {
    /// Makes the snapshot hold the tree. Files that it holds already aren't touched.
    pub(super) fn run(&self, state: &mut State) -> Result<()> {
        let index = self.place.git.join("index");
        self.restore_index(state, &index);
        let is_filled = index.exists();
        if is_filled
            && state.settled
            && state.settings == self.settings
            && state.tree.as_deref() == Some(self.tree)
            && state.index.is_some()
            && state.index == IndexMark::of(&index)
        {
            let listed = self.git.output(&DIFFERING)?;
            if fields(&listed).all(|path| is_own(&state.links, path)) {
                return Ok(());
            }
        }
        let old = state.tree.take();
        self.save(state)?;
        let before = IndexMark::of(&index);
        let attributes_changed = self.check_out_and(|| self.attributes_changed(old.as_deref()))?;
        let rewrite = is_filled && (attributes_changed || state.settings != self.settings);
        if rewrite {
            // Now that the files of the old tree are gone, nothing is believed to be right.
            remove_all(&index).map_err(|cause| unremovable(&index, &cause))?;
            self.check_out_and(|| ())?;
        }
        self.clean(&state.links)?;
        state.tree = Some(self.tree.to_owned());
        state.index = IndexMark::of(&index);
        state.settled =
            !rewrite && (state.settled || IndexMark::is_older(before.as_ref(), state.index.as_ref()));
        self.settings.clone_into(&mut state.settings);
        let kept = self.kept_index();
        if remove_all(&kept).is_ok() {
            // Where the file system has no such links, `restore_index` finds nothing.
            let _ = std::fs::hard_link(&index, &kept);
        }
        self.save(state)
    }

    /// The index as the last run left it, under another name. Git replaces index files and never writes into one.
    fn kept_index(&self) -> PathBuf {
        self.place.folder.join("prepared-index")
    }

    /// Puts the index back as the last run left it, whatever commands did to it: what they staged, what they told git not to
    /// look at. The files themselves are looked at later.
    fn restore_index(&self, state: &State, index: &Path) {
        let kept = self.kept_index();
        let is_right = |file: &Path| state.index.is_some() && IndexMark::of(file) == state.index;
        if !is_right(index) && is_right(&kept) && remove_all(index).is_ok() {
            let _ = std::fs::hard_link(&kept, index);
        }
    }

    fn save(&self, state: &mut State) -> Result<()> {
        state.save(&self.place.folder.join("state.json"))
    }

    /// Whether attributes changed since the files were written: files whose content stays may have to be written
    /// differently. What can't be told counts as changed.
    fn attributes_changed(&self, old: Option<&str>) -> bool {
        match old {
            Some(old) if old == self.tree => false,
            Some(old) => {
                let changed = self.git.output(&["diff-tree", "-r", "-z", "--name-only", old, self.tree]);
                let is_one = |path: &[u8]| RepoPath::new(path).file_name() == b".gitattributes";
                changed.map_or(true, |paths| fields(&paths).any(is_one))
            }
            None => true,
        }
    }

    /// Writes what differs from the index or the disk, and removes what the tree doesn't hold. Meanwhile does something else.
    fn check_out_and<T>(&self, meanwhile: impl FnOnce() -> T + Send) -> Result<T>
    where
        T: Send,
    {
        let (done, wait) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if wait.recv_timeout(QUIET) == Err(RecvTimeoutError::Timeout) {
                    let message = format!("checking out into {}", self.place.tree.display());
                    self.cx.events.progress("snapshot", 0, 0, message);
                    // Ends when it is checked out.
                    let _ = wait.recv();
                    self.cx.events.part("snapshot", false);
                }
            });
            let meanwhile = scope.spawn(meanwhile);
            let checked_out = self.git.output(&["read-tree", "--reset", "-u", self.tree]);
            drop(done);
            let other = meanwhile.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            checked_out.map(|_| other)
        })
    }

    /// Removes the files that are neither tracked nor ignored. Ignored ones are the commands' own: build folders, caches.
    fn clean(&self, links: &[RepoPath]) -> Result<()> {
        // Removing a `.gitignore` brings to light what it hid.
        for _ in 0..8 {
            let listed = self.git.output(&["ls-files", "-z", "--others", "--exclude-standard"])?;
            let leftovers: Vec<&[u8]> = fields(&listed).filter(|path| !is_own(links, path)).collect();
            if leftovers.is_empty() {
                break;
            }
            for path in leftovers {
                // Another repository is listed with a slash at its end.
                let path = RepoPath::new(path.strip_suffix(b"/").unwrap_or(path));
                remove_leftover(&self.place.tree, &path)
                    .map_err(|cause| unremovable(&path.below(&self.place.tree), &cause))?;
            }
        }
        Ok(())
    }
}

/// Whether the path is one of our links, or below one.
pub(super) fn is_own(links: &[RepoPath], path: &[u8]) -> bool {
    links.iter().any(|link| {
        path.strip_prefix(link.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    })
}

/// Removes one file, and the folders that are empty then.
fn remove_leftover(tree: &Path, path: &RepoPath) -> std::io::Result<()> {
    let file = path.below(tree);
    let folders: Vec<PathBuf> =
        file.ancestors().skip(1).take_while(|folder| *folder != tree).map(Path::to_owned).collect();
    // Whatever became of the folder since git looked: not through a link.
    if folders.iter().any(|folder| folder.symlink_metadata().is_ok_and(|there| there.is_symlink())) {
        return Ok(());
    }
    remove_all(&file)?;
    for folder in folders {
        if std::fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

fn unremovable(path: &Path, cause: &std::io::Error) -> Problem {
    Problem::invalid(format!("can't remove {}", path.display()))
        .why(cause)
        .fix("remove it: hook commands left it in their snapshot")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_a_link_is_ours() {
        let links = ["a/node_modules".into(), ".env".into()];
        for (path, expected) in [
            ("a/node_modules", true),
            ("a/node_modules/x", true),
            ("a/node_modules2", false),
            ("a", false),
            (".env", true),
            (".env.local", false),
        ] {
            assert_eq!(is_own(&links, path.as_bytes()), expected, "{path}");
        }
    }
}
